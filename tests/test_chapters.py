"""The form of a chapter: its headings, its length, its figures, what it imports, and which sections of the notes it owns."""

import ast
import re
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from browser.alone import missing_names
from test_architecture import CORE
from test_notebooks import name_of

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHAPTERS = {path.stem[:2]: path for path in sorted(NOTEBOOKS.glob("[01][0-9]_*.ipynb")) if path.stem[:2] != "00"}
HEADINGS = [
    "Goal", "Idea", "Maths", "Code", "Play", "Check yourself", "Exercises", "Summary", "Errata", "References",
]  # fmt: skip
CHINESE_HEADINGS = ["目标", "直觉", "数学", "代码", "动手", "自测", "练习", "小结", "勘误", "参考文献"]
MORE = "For the curious"  # what a reader may skip; a chapter need not have it
WITH_MORE = [*HEADINGS[: HEADINGS.index("Errata")], MORE, *HEADINGS[HEADINGS.index("Errata") :]]
CHINESE_MORE = "延伸阅读"
LEAST_CELLS, MOST_CELLS = 30, 105
MOST_WORDS = 4500  # before what is for the curious; without it, the errata and references count too
LEAST_COMPARED = 0.8

# The last core module that each chapter may import. Chapter 04 has SimpleNet and TwoLayerNet, which the notes put there.
LAST_MODULE = {
    "01": "perceptron", "02": "functions", "03": "datasets", "04": "gradients", "05": "networks", "06": "training",
    "07": "normalization", "08": "search", "09": "models", "10": "augmentation",
}  # fmt: skip
ALSO = {"04": {"networks"}}
ALWAYS = {"plots", "widgets", "checks", "text"}

# The sections of the notes by their headings, in their order, and the chapters that teach each.
SECTIONS = [
    ("感知机 · 与门", "01"), ("带偏置", "01"), ("或门", "01"), ("与或门", "01"), ("异或门", "01"),
    ("神经网络 · 阶跃函数", "02"), ("Sigmoid", "02"), ("ReLU", "02"),
    ("显示图像", "03"), ("神经网络的递推处理", "03"),
    ("损失函数", "04"), ("均方误差", "04"), ("交叉熵误差", "04"), ("随机取样", "04"), ("梯度法", "04"),
    ("梯度下降法", "04"), ("SimpleNet", "04"), ("two_layer.class", "04 05"), ("mini-batch", "04 05"),
    ("epoch_train", "05"), ("学习算法的实现", "04 05"), ("误差反向传递", "05"),
    ("Optimizer · SGD", "06"), ("Momentum", "06"), ("AdaGrad", "06"), ("RMSProp, Adam", "06"),
    ("权重初始值", "07"), ("Batch_Norm", "07"),
    ("正则化 · 过拟合", "08"), ("权值衰弱", "08"), ("Dropout", "08"), ("超参数的最优化", "08"),
    ("CNN 整体结构, 卷积层", "09"), ("池化层", "09"), ("基于 im2col 的展开", "09"), ("卷积层的实现", "09"),
    ("练习 · 识别手写数字", "10"), ("1. 数据准备", "10"), ("2. 搭建神经网络", "10"),
]  # fmt: skip

of_each_chapter = pytest.mark.parametrize("number", CHAPTERS)
CHINESE = {number: NOTEBOOKS / "zh" / path.name for number, path in CHAPTERS.items()}
ALL = [*sorted(NOTEBOOKS.glob("*.ipynb")), *sorted((NOTEBOOKS / "zh").glob("*.ipynb"))]
of_each_notebook = pytest.mark.parametrize("path", ALL, ids=name_of)
of_each_translated_chapter = pytest.mark.parametrize("number", CHINESE)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def prose(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def errata(path, headings=HEADINGS):
    return prose(path).split(f"## {headings[-2]}")[1].split(f"## {headings[-1]}")[0]


def named_sections(text):
    """Give the sections of the notes whose headings stand, in bold or as headings, in an Errata."""
    titles = re.findall(r"^###+ (.+)$|\*\*(.+?)\*\*", text, re.M)
    titles = [(heading or bold).strip() for heading, bold in titles]
    return {name for name, _ in SECTIONS if any(re.fullmatch(rf"{re.escape(name)}\b.*", title) for title in titles)}


def dlcourse_imports(source):
    """Give the modules of the package that a cell imports."""
    for node in ast.walk(ast.parse(re.sub(r"^[%!].*$", "pass", source, flags=re.M))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("dlcourse."))


class Images(HTMLParser):
    """The alt texts of all images in a piece of HTML; None where there is none."""

    def __init__(self, text):
        super().__init__()
        self.alts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def test_all_ten_chapters_are_there():
    assert list(CHAPTERS) == [f"{number:02}" for number in range(1, 11)]


@of_each_chapter
def test_its_headings_stand_in_order(number):
    text = prose(CHAPTERS[number])
    assert re.search(r"\A# \d\d · \S", text) and text.startswith(f"# {number} ·")
    found = re.findall(r"^## (.+)$", text, re.M)
    assert found == (WITH_MORE if MORE in found else HEADINGS)


@of_each_translated_chapter
def test_a_translated_chapter_has_the_same_headings_in_chinese(number):
    text = prose(CHINESE[number])
    english = re.findall(r"^## (.+)$", prose(CHAPTERS[number]), re.M)
    wanted = [dict(zip(WITH_MORE, [*CHINESE_HEADINGS[:8], CHINESE_MORE, *CHINESE_HEADINGS[8:]], strict=True))[name]
              for name in english]  # fmt: skip
    assert re.findall(r"^## (.+)$", text, re.M) == wanted
    assert text.startswith(f"# {number} · ")
    for deeper in (3, 4):
        marks = re.compile(rf"^{'#' * deeper} ", re.M)
        assert len(marks.findall(text)) == len(marks.findall(prose(CHAPTERS[number])))


@of_each_translated_chapter
def test_a_translated_chapter_owns_the_same_sections_of_the_notes(number):
    ours, theirs = errata(CHAPTERS[number]), errata(CHINESE[number], CHINESE_HEADINGS)
    assert named_sections(theirs) == named_sections(ours)


@of_each_chapter
def test_it_can_be_taken_in_an_afternoon(number):
    count = len(nbformat.read(CHAPTERS[number], as_version=4).cells)
    assert LEAST_CELLS <= count <= MOST_CELLS
    assert len(prose(CHAPTERS[number]).split(f"## {MORE}")[0].split()) <= MOST_WORDS
    minutes = re.search(r"(?i)plan (\d+) minutes", prose(CHAPTERS[number]))
    assert minutes and 45 <= int(minutes[1]) <= 90


@of_each_chapter
def test_it_uses_only_what_was_taught(number):
    known = set(CORE[: CORE.index(LAST_MODULE[number]) + 1]) | ALWAYS | ALSO.get(number, set())
    for cell in cells(CHAPTERS[number], "code"):
        later = {name for name in dlcourse_imports(cell.source) if name in CORE} - known
        assert not later, f"chapter {number} imports {sorted(later)}:\n{cell.source}"


@of_each_notebook
def test_its_figures_say_what_they_show(path):
    alts = []
    for cell in cells(path, "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            assert not {"image/png", "image/jpeg"} & set(data), f"a figure without alt text; use show():\n{cell.source}"
            alts += Images(str(data.get("text/html", ""))).alts
    for cell in cells(path, "markdown"):
        alts += Images(cell.source).alts + re.findall(r"!\[(.*?)\]\(", cell.source)
    shortest = 6 if path.parent.name == "zh" else 15  # a Chinese character says as much as three letters
    assert all(alt and len(alt) > shortest for alt in alts), alts
    assert alts or path.stem[:2] not in CHAPTERS


@of_each_notebook
def test_the_words_for_its_figures_are_kept_once_and_none_is_left_over(path):
    part = path.stem[:2] if path.stem[:2].isdigit() else path.stem
    module = "dlcourse.plots.alt_texts." + (f"chapter{part}" if part.isdigit() else part)
    kept = import_module(module).alt_texts() if find_spec(module) else {}
    sources = [cell.source for cell in cells(path, "code")]
    assert not [source for source in sources if re.search(r"alt=[\"']", source)], "keep the words in plots/alt_texts"
    used = [name for source in sources for name in re.findall(rf"[\"']{part}/([\w-]+)[\"']", source)]
    assert sorted(used) == sorted(kept)


@of_each_notebook
def test_what_its_cells_print_is_compared(path):
    code = cells(path, "code")
    ignored = [
        cell for cell in code if "NBVAL_IGNORE_OUTPUT" in cell.source or "NBVAL_SKIP" in cell.source
        or {"nbval-ignore-output", "nbval-skip"} & set(cell.metadata.get("tags", []))
    ]  # fmt: skip
    assert len(code) - len(ignored) >= LEAST_COMPARED * len(code)


@of_each_notebook
def test_a_widget_that_says_run_this_cell_can_be_run_alone(path):
    said = False
    for cell in nbformat.read(path, as_version=4).cells:
        said |= "the cells above must have run" in cell.source or "上面的各格要先运行" in cell.source
        if cell.cell_type == "code" and any("Shift+Enter" in str(output) for output in cell.outputs):
            assert said or not missing_names(cell.source), cell.source


@of_each_chapter
def test_it_names_the_sections_of_the_notes_that_it_owns_and_no_other(number):
    owned = {name for name, owners in SECTIONS if number in owners.split()}
    assert named_sections(errata(CHAPTERS[number])) == owned


def test_every_section_of_the_notes_is_owned():
    assert len(SECTIONS) == 39
    assert {owner for _, owners in SECTIONS for owner in owners.split()} <= {f"{n:02}" for n in range(1, 11)}


def test_a_section_is_found_by_its_heading_alone():
    assert named_sections("**Dropout (text).** It is") == {"Dropout"}
    assert named_sections("### 或门 (OR)\n") == {"或门"}
    assert named_sections("Dropout is named in passing") == set()
    assert named_sections("**ReLU** and **Momentum.**") == {"ReLU", "Momentum"}


def test_an_import_of_a_later_module_is_found():
    source = "import dlcourse.models\nfrom dlcourse import metrics\nfrom dlcourse.losses import x"
    assert {"models", "metrics", "losses"} <= set(dlcourse_imports(source))
    assert Images('<p><img src="a"><img alt="b" src="c"></p>').alts == [None, "b"]


def test_a_name_from_another_cell_is_found():
    assert missing_names("quiz(3)") == {"quiz"}
    assert missing_names("from dlcourse.widgets import quiz\nquiz(chapter)") == {"chapter"}
    assert missing_names("mine = globals().get('final')\nshow(mine)") == {"show"}
