"""The static site: it builds, and nothing of the chapters and the package is lost on the way."""

import html
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

import dlcourse

pytestmark = pytest.mark.gate

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "exercises").glob("*.ipynb")])
COMMAND = "uv run --extra docs sphinx-build -W --keep-going -c docs . site"
REPOSITORY = "someone/their-copy"


def named(path):
    return path.relative_to(ROOT).with_suffix("").as_posix()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build it as CONTRIBUTING.md says, where a warning is an error; ten seconds of a processor, or a few more."""
    folder = tmp_path_factory.mktemp("site")
    arguments = COMMAND.split()[5:-1]  # what follows sphinx-build, without the folder to write to
    result = subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments, "-q", "-d", folder / "doctrees", folder / "site"],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "GITHUB_REPOSITORY": REPOSITORY},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return folder / "site"


class Page(HTMLParser):
    """What a page of HTML links to, loads and shows."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.images, self.ids = [], [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.update(value for name, value in attributes if name in ("id", "name"))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in ("script", "img", "iframe", "source") and found.get("src"):
            self.loaded.append(found["src"])
        if tag == "link" and found.get("rel") not in ("canonical",):
            self.loaded.append(found["href"])
        if tag == "img":
            self.images.append(found.get("alt"))


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def test_every_chapter_and_every_page_is_there(site):
    words = [path for path in (ROOT / "docs").glob("*.md")]
    others = [ROOT / name for name in ("CONTRIBUTING.md", "INSTRUCTORS.md", "data/README.md")]
    missing = [named(path) for path in [*NOTEBOOKS, *words, *others] if not (site / f"{named(path)}.html").is_file()]
    assert not missing
    assert "docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_every_figure_keeps_its_alt_text(site, path):
    outputs = [output for cell in json.loads(path.read_text("utf-8"))["cells"] for output in cell.get("outputs", [])]
    stored = re.findall(r'<img alt="([^"]+)"', "".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs))
    shown = Page(site / f"{named(path)}.html").images
    assert [html.unescape(alt) for alt in stored] == [alt for alt in shown if alt]
    assert all(shown), "a picture without an alt text"


def test_every_picture_has_an_alt_text(pages):
    bare = [str(path) for path, page in pages.items() if not all(page.images)]
    assert not bare


def test_no_link_within_the_site_is_dead(site, pages):
    dead = []
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                dead.append(f"{path.relative_to(site)}: {link}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                dead.append(f"{path.relative_to(site)}: no place {link}")
    assert len(pages) > 40 and not dead


def test_a_page_is_read_without_a_network(pages):
    outside = {source for page in pages.values() for source in page.loaded if urlsplit(source).scheme not in ("", "data")}
    assert not outside


def test_the_search_finds_chapters_and_functions(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert '"notebooks/05_backpropagation"' in index and '"docs/api/dlcourse.layers"' in index
    assert '"softmax"' in index and "SoftmaxWithLoss" in index
    assert 'role="search"' in (site / "docs" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*dlcourse.__all__, "checks"} - {"widgets"}))
def test_every_public_module_has_its_page_of_the_reference(site, name):
    module = importlib.import_module(f"dlcourse.{name}")
    ids = Page(site / "docs" / "api" / f"dlcourse.{name}.html").ids
    # Numbers, tables and names of types stand there only where they have a docstring.
    things = {part: getattr(module, part) for part in module.__all__}
    public = [part for part, thing in things.items() if inspect.isclass(thing) or inspect.isfunction(thing)]
    assert public and not [part for part in public if f"dlcourse.{name}.{part}" not in ids]


def test_the_reference_has_every_widget(site):
    ids = Page(site / "docs" / "widgets.html").ids
    found = [getattr(dlcourse.widgets, name) for name in dir(dlcourse.widgets) if not name.startswith("_")]
    widgets = [f"dlcourse.widgets.{thing.__name__}" for thing in found if inspect.isfunction(thing)]
    widgets = [name for name in widgets if name.rpartition(".")[2] not in ("find_spec", "import_module")]
    assert len(widgets) > 15 and not set(widgets) - ids


def test_formulas_and_flowcharts_are_shown_and_not_spelled_out(site):
    chapter = (site / "notebooks" / "05_backpropagation.html").read_text(encoding="utf-8")
    assert "<mfrac>" in chapter and "\\frac" not in chapter
    convolution = (site / "notebooks" / "09_cnn.html").read_text(encoding="utf-8")
    chart = re.search(r'<div class="flowchart" role="img" aria-label="([^"]+)">(.*?)</div></div>', convolution)
    assert chart[1].startswith("Forward, x goes through im2col") and chart[2].count("<span>") == 10
    assert "<span>rows</span><i>rows · Wᵀ + b →</i><span>out</span>" in chart[2]


def test_what_is_no_flowchart_of_ours_stops_the_build(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs" / "_extensions")
    as_html = importlib.import_module("flowcharts").as_html
    good = 'flowchart LR\n accDescr: one, two\n a["1 < 2"] -- then --> b["two<br>lines"]\n'
    assert "<span>1 &lt; 2</span><i>then →</i><span>two<br>lines</span>" in as_html(good)
    dots = as_html('flowchart LR\n accDescr: d\n a((x1)) -. goes .-> b & c\n c --> a')
    assert "<span>x1</span><i>goes →</i><span>b</span><i>,</i><span>c</span>" in dots
    assert "<span>c</span><i> →</i><span>x1</span>" in dots
    for bad in (good.replace("LR", "TD"), good.replace("accDescr: one, two", ""), good.replace("-->", "==>")):
        with pytest.raises(Exception, match="expected a flowchart LR|more than boxes and arrows"):
            as_html(bad)


def test_a_formula_that_cannot_be_shown_stops_the_build(monkeypatch):
    from docutils import nodes

    monkeypatch.syspath_prepend(ROOT / "docs" / "_extensions")
    formulas = importlib.import_module("formulas")
    assert "<mfrac>" in formulas._mathml(nodes.math("", r"\frac{a}{b}"), "inline")
    with pytest.raises(Exception, match="cannot show the formula"):
        formulas._mathml(nodes.math("", r"\nosuchcommand"), "inline")


def test_the_first_page_says_how_to_run_it_without_installing(pages, site):
    links = pages[site / "docs" / "index.html"].links
    notebook = "notebooks/00_start_here.ipynb"
    assert f"https://mybinder.org/v2/gh/{REPOSITORY}/HEAD?urlpath=lab/tree/{notebook}" in links
    assert f"https://codespaces.new/{REPOSITORY}" in links
    assert "not been tried" in (site / "docs" / "index.html").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "mybinder.org" in readme and "Codespaces" in readme and "untried" in readme
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"] == "pip install uv && uv sync"
    assert re.fullmatch(r"python:3\.1[1-4]-\w+", container["image"])


def test_the_site_is_built_by_one_command_everywhere():
    assert f"`{COMMAND}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8"))
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert f"pip install uv && {COMMAND}" in [step.get("run") for step in build["steps"]]
    assert build["steps"][-1]["with"]["path"] == COMMAND.split()[-1]
    assert publish["needs"] == "build" and publish["permissions"] == {"pages": "write", "id-token": "write"}
