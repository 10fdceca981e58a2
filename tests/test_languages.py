"""The course in another language: which one is spoken, and that no translated sentence goes stale unnoticed."""

import ast
import contextlib
import csv
import html
import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.text import Text
from panels import all_widgets, inside, pictures, values_to_try

from dlcourse import text, widgets
from dlcourse.checks import base, battery, values
from dlcourse.cli import doctor
from dlcourse.datasets import FASHION_CLASSES
from dlcourse.grading import sources
from dlcourse.grading.release import release
from dlcourse.metrics import classification_report
from dlcourse.plots import plot_confusion, plot_ladder, read_ladder
from dlcourse.plots.fonts import FILE
from dlcourse.translating import __main__ as command_line
from dlcourse.translating import catalog, editions, fonts, notebooks
from dlcourse.translating.editions import LANGUAGE_LINE, Pair

PACKAGE = Path(text.__file__).parent
of_each_pair = pytest.mark.parametrize("one", editions.pairs(), ids=lambda one: one.name)
VARIABLES = ("DLCOURSE_LANGUAGE", *text.SYSTEM)


@pytest.fixture(autouse=True)
def nobodys_language(monkeypatch):
    """Forget what the machine and earlier tests have chosen."""
    monkeypatch.setattr(text, "_chosen", None)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    text._of_the_system.cache_clear()
    yield
    text._of_the_system.cache_clear()


# ---- which language


@pytest.mark.parametrize(("environment", "spoken"), [
    ({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh_CN"), ({"LANG": "zh_TW.UTF-8"}, "en"), ({"LANG": "de_DE.UTF-8"}, "en"),
    ({"LANGUAGE": "fr:zh_CN:en", "LANG": "en_US"}, "zh_CN"), ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
    ({"DLCOURSE_LANGUAGE": "zh", "LC_ALL": "C"}, "zh_CN"), ({"DLCOURSE_LANGUAGE": "en", "LANG": "zh_CN"}, "en"),
    ({"DLCOURSE_LANGUAGE": "Klingon", "LANG": "zh-Hans"}, "zh_CN"),
])  # fmt: skip
def test_the_language_is_the_courses_variable_else_the_systems(environment, spoken, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert text.language() == spoken
    # And in a process of its own, where nothing was imported before.
    code = "from dlcourse.text import language; print(language())"
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES} | environment
    assert subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True).stdout.strip() == spoken


def test_a_notebook_decides_before_the_environment(monkeypatch):
    monkeypatch.setenv("DLCOURSE_LANGUAGE", "en")
    text.set_language("zh-Hans")
    assert text.language() == "zh_CN"
    text.set_language("en")
    assert text.language() == "en"


@pytest.mark.parametrize("name", ["", "zh_TW", "tlh", None, 5])
def test_a_language_that_is_not_there_is_said(name):
    with pytest.raises(ValueError, match="expected one of 'en', 'zh_CN'"):
        text.set_language(name)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_sentences_are_translated_when_they_are_shown_not_when_a_module_is_imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for part in (node.body if isinstance(node.body, list) else [node.body])
        for inner in ast.walk(part)
    }
    hidden = [call.lineno for part in ast.walk(tree) if isinstance(part, ast.JoinedStr) for call in ast.walk(part)
              if isinstance(call, ast.Call) and ast.unparse(call.func) == "_" and isinstance(call.args[0], ast.Constant)]
    assert not hidden, f"lines {hidden}: no sentence is gathered from inside an f-string"
    marks_only = "from dlcourse.text import marked as _" in path.read_text(encoding="utf-8")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_":
            assert marks_only or id(node) in late, f"line {node.lineno}: use marked() here, and _() where it is shown"


# ---- pieces that code puts together


@pytest.mark.parametrize(("parts", "sign", "english", "chinese"), [
    (["One.", "", "Two."], " ", "One. Two.", "One.Two."), (["a", 3], ", ", "a, 3", "a、3"), (["a", "b"], "; ", "a; b", "a；b"),
    (["a", "b"], ". ", "a. b", "a。b"), (["a", 3], ": ", "a: 3", "a：3"), ([], ", ", "", ""), (["a", "b"], "<br>", "a<br>b", "a<br>b"),
])  # fmt: skip
def test_pieces_are_joined_as_the_language_does(parts, sign, english, chinese):
    for name, whole in (("en", english), ("zh", chinese)):
        text.set_language(name)
        assert text.joined(parts, sign) == whole


def test_a_language_may_be_spoken_for_a_while():
    text.set_language("en")
    with pytest.raises(KeyError), text.speaking("zh"):
        assert text.language() == "zh_CN"
        raise KeyError
    assert text.language() == "en"


@pytest.mark.parametrize(("value", "english", "chinese"), [
    (np.zeros((2, 3)), "array of shape (2, 3)", "数组(shape=(2, 3))"),
    (np.zeros(3, np.int8), "array of shape (3,) int8", "int8数组(shape=(3,))"), (np.array(2), "2", "2"),
])  # fmt: skip
def test_an_array_is_described_by_its_shape_and_not_by_what_could_be_its_numbers(value, english, chinese):
    for name, whole in (("en", english), ("zh", chinese)):
        text.set_language(name)
        assert values.described(value) == whole


def test_how_an_array_lies_in_memory_is_said_in_chinese():
    text.set_language("zh")
    assert all(re.fullmatch(rf"[{HAN}]+", text._(layout)) for layout in battery.LAYOUTS)


def test_columns_stand_in_line_though_a_chinese_character_is_wide():
    assert (text.padded("好a", 5), text.padded(1.5, 5, right=True), text.padded("好，你", 5)) == ("好a  ", "  1.5", "好，你")
    text.set_language("zh")
    for whole in (str(classification_report([0, 1, 2], [0, 1, 1], ["T恤", "Bag", "c"])), doctor.report(doctor.diagnose(doctor.QUICK))):
        assert re.search(rf"[{HAN}]", whole)
    rows = str(classification_report([0, 1, 2], [0, 1, 1], ["T恤", "Bag", "c"])).splitlines()
    assert len(set(map(text.places, rows))) == 1


@pytest.mark.parametrize(("line", "lines"), [
    ("a long way to go", "a long\nway to\ngo"), ("卷积层，池化层", "卷积层，\n池化层"), ("步幅stride不合适", "步幅\nstride不\n合适"), ("", ""),
])  # fmt: skip
def test_lines_break_between_words_and_between_chinese_characters(line, lines):
    assert text.wrapped(line, 8) == lines


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_english_sign_is_put_between_words(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)]
    ends = [end for one in sums for end in (one.left, one.right) if isinstance(end, ast.Constant)]
    between = [end.lineno for end in ends if end.value in (" ", ", ", "; ", ". ")]
    assert not between, f"lines {between}: use joined() of dlcourse.text"


# ---- making a translated notebook


@pytest.fixture
def pair(tmp_path):
    """A pair of a small English notebook and a translation that is not there yet."""
    v4 = nbformat.v4
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").touch()
    (tmp_path / "02_b.ipynb").touch()
    cells = [
        v4.new_markdown_cell("# One\n\n![figure](images/a.png) and [two](02_b.ipynb)", id="title"),
        v4.new_code_cell("import math", id="imports"),
        v4.new_markdown_cell("Why?", id="why"),
        v4.new_code_cell('# the answer\nprint(f"it is {1 + 1} today", "relu")', id="answer"),
    ]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "01_a.ipynb")
    return Pair("01_a", tmp_path / "01_a.ipynb", tmp_path / "zh" / "01_a.ipynb", (tmp_path, tmp_path / "zh"))


ANSWER = """=== title markdown {title}
# 一

![图](images/a.png)，[二](02_b.ipynb)

=== answer code {answer}
# 答案
print(f"今天是{{1 + 1}}", "relu")
"""


def stamps(pair):
    return {cell["id"]: editions.fingerprint(cell) for cell in nbformat.read(pair.english, as_version=4).cells}


def translated(pair):
    return {cell["id"]: cell for cell in nbformat.read(pair.translated, as_version=4).cells}


def test_what_is_not_translated_shows_english_with_a_badge(pair):
    missing = notebooks.update(pair)
    assert [item.cell for item in missing] == ["title", "why", "answer"] and all(item.missing for item in missing)
    cells = translated(pair)
    assert cells["title"].source.splitlines()[:3] == ["# One", "", notebooks.BADGES["markdown"]]
    assert "](../images/a.png)" in cells["title"].source and "](02_b.ipynb)" in cells["title"].source
    assert cells["imports"].source == f"{LANGUAGE_LINE}\nimport math"
    assert notebooks.is_badged(cells["answer"]) and not notebooks.is_badged(cells["imports"])


def test_what_was_asked_is_taken_in(pair):
    asked = notebooks.ask(pair)
    assert asked.startswith(f"=== title markdown {stamps(pair)['title']}\n# One\n") and "=== imports" not in asked
    assert notebooks.take(pair, ANSWER.format(**stamps(pair))) == ["title", "answer"]
    cells = translated(pair)
    assert cells["title"].source == "# 一\n\n![图](../images/a.png)，[二](02_b.ipynb)"
    assert cells["answer"].source.startswith("# 答案") and cells["answer"].metadata.dlcourse.of
    assert [item.cell for item in notebooks.behind(pair)] == ["why"] and "=== why" in notebooks.ask(pair)
    assert notebooks.updated(pair) == nbformat.read(pair.translated, as_version=4), "nothing is lost by an update"


def test_when_the_english_changes_it_is_shown_and_the_old_translation_waits(pair):
    notebooks.take(pair, ANSWER.format(**stamps(pair)))
    english = nbformat.read(pair.english, as_version=4)
    english.cells[0].source = "# One and a half"
    nbformat.write(english, pair.english)
    assert notebooks.behind(pair)[0] == notebooks.Behind("title", missing=False)
    assert notebooks.updated(pair) != nbformat.read(pair.translated, as_version=4)
    notebooks.update(pair)
    assert translated(pair)["title"].source == f"# One and a half\n\n{notebooks.BADGES['markdown']}"
    assert "--- was\n# 一" in notebooks.ask(pair)
    notebooks.update(pair)
    assert "--- was\n# 一" in notebooks.ask(pair), "it waits until it is used"
    notebooks.take(pair, "=== title markdown " + stamps(pair)["title"] + "\n# 一个半\n")
    assert translated(pair)["title"].source == "# 一个半" and "was" not in translated(pair)["title"].metadata.dlcourse


@pytest.mark.parametrize(("old", "new", "message"), [
    ("=== title", "=== titel", "has no cell titel"), ("1 + 1", "1 + 2", "more than strings and comments differs"),
    ("{answer}", "0123456789ab", "the English has changed since you were asked"),
    ("relu", 'relu"', "unterminated"), ("# 一", "# 一\n--- rubric\n好", "parts"),
])  # fmt: skip
def test_an_answer_that_does_not_fit_is_not_taken(old, new, message, pair):
    with pytest.raises((ValueError, SyntaxError), match=message):
        notebooks.take(pair, ANSWER.replace(old, new).format(**stamps(pair)))
    assert not pair.translated.exists()


@pytest.mark.parametrize(("code", "other", "same"), [
    ("f(x, 'a b')", "f(x, '甲')", True), ("f(x)", "f(y)", False), ("x = 1  # one", "x = 1  # 一", True),
    ("f'{x} of {y:.2f}'", "f'{y:.2f}之{x}'", True), ("f'{x} of {y}'", "f'{x}之{x}'", False), ("f(1)", "f('1')", False),
    ("f'{x:9s} of {y:>5}'", "f'{y}之{x}'", True), ("f'{x:9.2f}'", "f'{x}'", False),
    ("%time f(x)", "%time f(x)", True),
])  # fmt: skip
def test_code_may_differ_in_words_alone(code, other, same):
    assert editions.same_code(code, other) is same


@pytest.mark.parametrize(("source", "speaks"), [
    ("x = 1", False), ("x = 1  # one", True), ("Layer('relu')", False), ("print('two words')", True), ("plt.title('Loss')", True),
    ("print(f'loss {x}')", True), ("### BEGIN SOLUTION", False), ("draw({'image': x, 'filter': W})", True),
    ("maps = {'Affine': {}, 'convolution': {}}", True), ("{'SGD': SGD(0.1), 'W1': W}", False),
    ("prediction = {'maps': None, 'rows': (2, 3), 'pooled': {pooled}}", False), ("net({'size': 3, 'pad': -1})", False),
])  # fmt: skip
def test_code_without_words_needs_no_translation(source, speaks):
    assert bool(editions.words_of(nbformat.v4.new_code_cell(source))) is speaks


# ---- the command


@pytest.fixture
def command(monkeypatch, tmp_path, pair):
    """Give the command, on the small pair and a copy of the catalog."""
    copy = tmp_path / "zh_CN" / "LC_MESSAGES" / "dlcourse.po"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(catalog.po_file().read_bytes())
    monkeypatch.setattr(catalog, "po_file", lambda _language="zh_CN": copy)
    monkeypatch.setattr(command_line, "pairs", lambda: [pair])
    monkeypatch.setattr(command_line, "pair", lambda _name: pair)
    return command_line.main


def test_the_command_goes_from_what_is_missing_to_what_is_there(command, pair, tmp_path, capsys):
    assert command(["update"]) == command(["status"]) == 0
    said = capsys.readouterr().out
    assert "01_a: 3 cells to translate" in said and "3 cells not translated" in said and "0 sentences not" in said
    assert command(["ask", "01"]) == 0 and capsys.readouterr().out.startswith("=== title markdown")
    file = tmp_path / "answer.txt"
    file.write_text(ANSWER.format(**stamps(pair)), encoding="utf-8")
    assert command(["take", "01", str(file)]) == 0 and "2 cells taken" in capsys.readouterr().out
    assert command(["update", "01"]) == 0 and "1 cells to translate" in capsys.readouterr().out


def test_an_update_of_the_catalog_changes_nothing_where_it_is_in_step(command):
    before = catalog.po_file().read_text(encoding="utf-8")
    assert command(["update"]) == 0
    assert catalog.po_file().read_text(encoding="utf-8") == before


def test_a_catalog_that_is_not_there_begins_empty_and_is_compiled(command, capsys):
    catalog.po_file().unlink()
    assert len(catalog.read_catalog()) == 0
    assert len(catalog.update_catalog()) > 2000
    assert command(["compile"]) == 0 and catalog.po_file().with_suffix(".mo").is_file()


def test_a_font_is_cut_to_what_the_course_needs(command, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fonts, "FILE", tmp_path / "small.ttf")
    whole = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    assert command(["font", str(whole)]) == 0 and "bytes" in capsys.readouterr().out
    letters = TTFont(tmp_path / "small.ttf").getBestCmap()
    assert ord("A") in letters and ord("Ω") not in letters


def test_a_notebook_is_found_by_the_beginning_of_its_name():
    assert editions.pair("03").name == "03_mnist_inference" and editions.pair("exercises-03").is_exercises
    with pytest.raises(ValueError, match="not one notebook"):
        editions.pair("0")


# ---- the translated notebooks


@of_each_pair
def test_a_translated_notebook_is_in_step_with_the_english(one):
    stored = nbformat.read(one.translated, as_version=4)
    assert notebooks.updated(one) == stored, "run: python -m dlcourse.translating update"


@of_each_pair
def test_its_code_is_the_english_ones(one):
    english, chinese = (nbformat.read(path, as_version=4).cells for path in (one.english, one.translated))
    assert [cell["id"] for cell in english] == [cell["id"] for cell in chinese]
    for ours, theirs in zip(english, chinese, strict=True):
        if ours.cell_type == "code":
            assert editions.same_code(ours.source, theirs.source.replace(f"{LANGUAGE_LINE}\n", "")), theirs.source
    first = next(cell for cell in chinese if cell.cell_type == "code")
    assert first.source.splitlines()[0] == LANGUAGE_LINE


NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")


@of_each_pair
def test_it_has_printed_the_same_numbers(one):
    """That the English numbers are those of a run, nbval tells."""
    english, chinese = (nbformat.read(path, as_version=4).cells for path in (one.english, one.translated))
    assert one.is_exercises or any(cell.get("outputs") for cell in chinese)
    for ours, theirs in zip(english, chinese, strict=True):
        if "nbval-ignore-output" not in ours.metadata.get("tags", []):
            here, there = (Counter(NUMBER.findall(printed(cell))) for cell in (ours, theirs))
            # What English says in a word, as of the nines, Chinese may say in a digit.
            assert not here - there and all(len(number) == 1 for number in there - here), theirs.id


def printed(cell):
    return "\n".join(output.text for output in cell.get("outputs", []) if output.output_type == "stream")


@of_each_pair
def test_its_links_lead_somewhere(one):
    for cell in nbformat.read(one.translated, as_version=4).cells:
        if cell.cell_type == "markdown":
            for _start, target in editions.LINK.findall(cell.source):
                english = one.seen_from[0] / target
                if "://" not in target and not re.fullmatch(r"mailto:.*", target):
                    there = one.seen_from[1] / target
                    assert there.exists() or (target.endswith(".ipynb") and english.exists()), f"{cell['id']}: {target}"


@of_each_pair
def test_nothing_in_it_is_left_in_english(one):
    assert not notebooks.behind(one), "python -m dlcourse.translating ask, then take"


of_each_translated_source = pytest.mark.parametrize("chapter", sources.chapters())


@of_each_translated_source
def test_translated_exercises_fit_the_checks_and_their_copy_is_in_step(chapter):
    source = sources.read(chapter, "zh")
    assert not sources.problems(source, chapter)
    written = sources.released_file(chapter, "zh").read_text(encoding="utf-8")
    assert written == nbformat.writes(release(source)) + "\n", "run: python -m dlcourse.translating update"


@of_each_translated_source
def test_the_solutions_are_right_in_either_language(chapter):
    solutions = sources.runnable_solutions(sources.read(chapter, "zh"))
    for question in sources.questions(sources.read(chapter, "zh")):
        if question.test is not None:
            namespace = {}
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(solutions[question.number], f"<{question.number}>", "exec"), namespace)
            assert base.judge(question.number, [namespace[name] for name in question.names]) is None


# ---- words, terms, letters

HAN = "\u4e00-\u9fff"
# Between Chinese and Latin letters, digits, code or formulas, and after a full-width mark, stands no space.
SPACED = re.compile(rf"[{HAN}][ \t]+[A-Za-z0-9`$]|[A-Za-z0-9`$][ \t]+[{HAN}]|[0-9}}][ \t]%|[，。；：？！][ \t]+\S")
HALF_WIDTH = re.compile(rf"[{HAN}][,;:?!](?!\w)|[{HAN}]\.(?=\s|$)")
POLITE = re.compile("您")
FIELD = re.compile(r"\{[^{}]*\}")
# Headings of the study notes that break the rules; the errata quote them as they stand.
QUOTED = re.compile(r"^\*\*(?:CNN 整体结构, 卷积层|基于 im2col 的展开)[^*\n]*\*\*", re.M)


def glossary():
    with (catalog.po_file().parents[1] / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def prose_of(source):
    """Give Markdown without what is no prose: code, formulas, links' targets, tables' rules and the notes' own headings."""
    source = re.sub(r"^```.*?^```|\$\$.*?\$\$", "", source, flags=re.M | re.S)
    source = re.sub(r"`[^`\n]*`", "`c`", source)
    source = re.sub(r"\$[^$\n]+\$", "$f$", source)
    source = re.sub(r"\]\([^)]*\)|<[^>]+>|https?://\S+", "]", source)
    source = QUOTED.sub("", source)
    return "\n".join(line for line in source.splitlines() if not re.match(r"\s*(\||#{1,6} \d\d ·|#{1,6} \d+\.\d+ ·)", line))


def faults_of_style(text):
    """Name what breaks a rule of writing that a machine can see, and each rendering that the glossary forbids."""
    found = [match[0] for rule in (SPACED, HALF_WIDTH, POLITE) for match in rule.finditer(text)]
    never = [word for row in glossary() for word in row["never"].split("|") if word]
    return found + [word for word in never if word in text]


@pytest.mark.parametrize(("text", "count"), [
    ("用NumPy写的网络，误差是`c`。", 0), ("用 NumPy写", 1), ("损失 $f$下降", 1), ("一轮,再一轮", 0), ("一轮, 再一轮", 1), ("您好", 1),
    ("训练三个时代", 1), ("学习率太大:损失", 0), ("完了.", 1),
    ("认对90%", 0), ("认对90 %", 1), ("完了。 再来", 1),
])  # fmt: skip
def test_rules_of_writing_are_seen(text, count):
    assert len(faults_of_style(text)) == count


def test_the_glossary_is_whole():
    rows = glossary()
    assert len(rows) >= 200 and all(row["english"] and row["chinese"] for row in rows)
    assert len({row["english"] for row in rows}) == len(rows)
    assert not [row for row in rows for word in row["never"].split("|") if word and word in row["chinese"].split("|")]


@of_each_pair
def test_it_is_written_by_the_rules(one):
    found = {}
    for cell in nbformat.read(one.translated, as_version=4).cells:
        if cell.cell_type == "markdown":
            faults = faults_of_style(prose_of(cell.source))
            found |= {cell["id"]: faults} if faults else {}
    assert not found


def test_the_catalog_has_every_sentence_of_the_package_and_no_other():
    there, said = catalog.read_catalog(), catalog.extracted()
    assert {message.id for message in there} == {message.id for message in said}, "python -m dlcourse.translating update"


def test_every_sentence_is_translated():
    empty = [message.id for message in catalog.read_catalog() if message.id and not message.string]
    assert not empty, f"{len(empty)} sentences, the first: {empty[0]!r}"
    assert not [message.id for message in catalog.read_catalog() if message.fuzzy and message.id]


def test_translations_have_the_placeholders_of_the_english():
    for message in catalog.read_catalog():
        if message.id and message.string:
            ours, theirs = (sorted(FIELD.findall(words)) for words in (message.id, message.string))
            assert ours == theirs, message.id
            # Lines end where the English ends them; no space stands between Chinese sentences.
            (before, after), edges = ((re.match(r"\s*", words)[0], re.search(r"\s*$", words)[0])
                                      for words in (message.id, message.string))  # fmt: skip
            assert (before.replace(" ", ""), after.replace(" ", "")) == edges, message.id


def test_translations_are_written_by_the_rules():
    found = {message.id: faults_of_style(message.string) for message in catalog.read_catalog() if message.id}
    assert not {words: faults for words, faults in found.items() if faults}


def test_names_that_are_stored_with_data_are_translated_where_they_are_drawn():
    text.set_language("zh")
    rungs = read_ladder()
    drawn = {label.get_text() for label in plot_ladder(rungs).get_yticklabels()}
    assert {name for name in drawn if not re.search(rf"[{HAN}]", name)} == {"784-128-10", "DeepConvNet"}
    ax = plot_confusion(np.eye(10, dtype=int), FASHION_CLASSES)
    assert [label.get_text() for label in ax.get_yticklabels()] == [text._(name) for name in FASHION_CLASSES]
    assert all(re.search(rf"[{HAN}]", text._(name)) for name in FASHION_CLASSES)


def test_the_package_speaks_chinese_without_a_step_of_a_users():
    text.set_language("zh")
    assert (text.FOLDER / "zh_CN" / "LC_MESSAGES" / "dlcourse.mo").is_file(), "install the package: pip install -e ."
    assert re.search(rf"[{HAN}]", text._("Right."))
    text.set_language("en")
    assert text._("Right.") == "Right."


def test_a_widget_made_after_a_switch_speaks_the_new_language_and_an_old_one_stays():
    from dlcourse.widgets import quiz

    english = quiz(1)
    text.set_language("zh")
    chinese = quiz(1)
    assert re.search(rf"[{HAN}]", chinese.questions[0].text) and not re.search(rf"[{HAN}]", english.questions[0].text)
    rights = [[[a.right for a in q.answers] for q in one.questions] for one in (english, chinese)]
    assert rights[0] == rights[1]


# What joins English pieces, in the midst of Chinese ones; in brackets it may stand, as in (0, 1).
JOINTS, BRACKETS = re.compile("[;.,!?:] "), re.compile(r"[(\[][^()\[\]]*[)\]]")
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


def words_in(panel):
    """Give all that a panel says: in its controls and tables, for screen readers, and in its pictures."""
    for widget in inside(panel):
        for said in (getattr(widget, name, None) for name in ("value", "description", "tooltip", "placeholder")):
            if isinstance(said, str):
                yield from map(html.unescape, re.findall(r'alt="([^"]*)"', said))
                seen = re.sub(r"<style.*?</style>|<(?!/?[bi]\b)[^>]*>", "\n", said, flags=re.S)
                yield from html.unescape(re.sub(r"<[^>]*>", "", seen)).splitlines()
        yield from (str(one[0]) for one in getattr(widget, "options", ()) if isinstance(one, tuple))
    for picture in pictures(panel):
        yield from (drawn.get_text() for drawn in picture.figure.findobj(Text))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(all_widgets()))
def test_a_widget_says_nothing_in_english_and_joins_its_words_as_chinese_does(name):
    text.set_language("zh")
    panel = getattr(widgets, name)()
    said = {repr(panel).partition("，")[0], *words_in(panel)}
    for control in panel.controls.values():
        for value in values_to_try(control):
            control.value = value
            said.update(words_in(panel))
        control.value = control.start
    if hasattr(panel, "run"):
        panel.run(3)
        said.update([panel.past.words(), *words_in(panel)])
    faults = {words: faults_of_style(words) + JOINTS.findall(BRACKETS.sub("", words)) for words in said if re.search(rf"[{HAN}]", words)}
    faults |= {words: ["English"] for words in said if ENGLISH.search(words)}
    assert not {words: found for words, found in faults.items() if found}


def test_every_letter_of_a_figure_can_be_drawn_and_the_font_is_small():
    assert not fonts.missing_glyphs(), "python -m dlcourse.translating font NotoSansCJK-Regular.ttc"
    assert FILE.stat().st_size < 400_000 and (FILE.parent / "OFL.txt").is_file()


def test_a_figure_with_chinese_words_is_drawn_without_a_font_of_the_system():
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        # What matplotlib itself calls is not ours to mend, as in pyproject.toml.
        "warnings.filterwarnings('ignore', category=DeprecationWarning, module='matplotlib')\n"
        "from dlcourse.plots import figure, to_png\n"
        "fig, axes = figure(); axes[0, 0].set_title('损失 loss η'); to_png(fig)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"LC_ALL": "C"})
