"""What learners write is shown to a teacher, and does nothing there."""

import json
import shutil
import time
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import v4

from dlcourse.grading import archives, autograde, harmless
from dlcourse.grading.incoming import AGAIN, walk
from dlcourse.grading.judge import Result
from dlcourse.grading.submissions import Unreadable, cells_of

ATTACKS = [
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<svg/onload=alert(1)>", "<IMG SRC=x ONERROR=alert(1)>",
    "[x](javascript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](java\tscript:alert(1))", "[x](vbscript:a)",
    "[x](data:text/html,<script>alert(1)</script>)", "![x](javascript:alert(1))", "![x](http://evil.example/seen.png)",
    '![x](/hub/logout)', '<img src="/hub/logout">', "[x]: javascript:alert(1)\n\n[x]", "[x](/hub/logout)",
    '<p title="\n\n<img src=x onerror=alert(1)>">', "<!--\n\n--><img src=x onerror=alert(1)>-->", "<!--><img src=x onerror=alert(1)>",
    "<iframe src=//evil.example></iframe>", "<form action=/api method=post><button>press</button></form>",
    "<a href=# onclick=alert(1)>x</a>", "<style>body{display:none}</style>", "<div style='position:fixed'>x</div>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>", "<details open ontoggle=alert(1)>",
    "`<code>`<img src=x onerror=alert(1)>", "```\n</code></pre><img src=x onerror=alert(1)>\n```",
    "$$</span><img src=x onerror=alert(1)>$$", "$a$<img src=x onerror=alert(1)>", "<base href=//evil.example>",
    "# <img src=x onerror=alert(1)>", "|a|\n|-|\n|<img src=x onerror=alert(1)>|", "> <script>alert(1)</script>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<link rel=stylesheet href=//evil.example>",
    "<<b>img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>", "<object data=//evil.example></object>",
    "&lt;img src=x onerror=alert(1)&gt;", "<x\n\nonclick=alert(1)>", "<img\nsrc=x\nonerror=alert(1)>", "<xmp><img src=x onerror=alert(1)></xmp>",
    "[a](<javascript:alert(1)>)", "<javascript:alert(1)>", "[x](https://a.example 'onclick=alert(1)')", '[x](https://a" onclick="alert(1))',
    "<textarea></div></div><img src=x onerror=alert(1)>", "</div></div><script>alert(1)</script>",
]  # fmt: skip
FINE = ["# A heading", "**bold**, *thin*, `code`", "a < b and 1<2", "1. one\n2. two", "$$\\frac{a}{b} < c$$", "*Your answer here.*"]


class Page(HTMLParser):
    """The tags of a page that could do something."""

    def __init__(self, text):
        super().__init__()
        self.found, self.depth = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        dangerous = tag not in harmless.TAGS and tag not in ("html", "body")
        for name, value in attributes:
            address = name in ("href", "src") and not (value or "").startswith(("https://", "mailto:", "#", "data:image/png"))
            dangerous = dangerous or address or name not in {"href", "src", "rel", "title", "alt", "align"}
        if dangerous:
            self.found.append((tag, attributes))

    def handle_comment(self, data):
        self.found.append(("comment", data))


@pytest.mark.parametrize("text", ATTACKS)
def test_markdown_of_learners_does_nothing(text):
    for around in ("{}", "words\n\n{}\n\nmore words", "- {}", "words {} words"):
        source = harmless.markdown(around.format(text))
        assert Page(markdown2html_mistune(source)).found == [], source


@pytest.mark.parametrize("text", FINE)
def test_plain_markdown_stays_as_it_is(text):
    assert harmless.markdown(text) == text


def test_html_that_does_nothing_still_shows():
    text = "H<sub>2</sub>O, `a<b`\n\n```python\nif a<b:\n\n    pass\n```\n\n![mine](data:image/png;base64,AAAA) [there](https://a.example)"
    shown = markdown2html_mistune(harmless.markdown(text))
    for part in ("H<sub>2</sub>O", "<code>a&lt;b</code>", '<img src="data:image/png;base64,AAAA" alt="mine">', 'href="https://a.example"'):
        assert part in shown, part
    assert shown.count("\n") >= 4 and "pass" in shown


def test_what_stops_the_renderer_is_shown_as_it_stands(monkeypatch):
    monkeypatch.setattr(harmless, "markdown2html_mistune", lambda _text: {}["x"])
    source = harmless.markdown("<img src=x onerror=alert(1)>\n\nwords")
    assert source.startswith("<pre>\nKeyError") and "words" in source and "\n\n" not in source
    assert Page(markdown2html_mistune(source)).found == []


def test_the_longest_markdown_is_cut():
    cells = [v4.new_markdown_cell("word " * 6000) for _cell in range(20)]
    harmless.clean(cells)
    sizes = [len(cell.source) for cell in cells]
    assert max(sizes) < 21_000 and sum(sizes) < 201_000


def test_pages_of_a_graded_notebook_do_nothing(tmp_path):
    bad = "<img src=x onerror=alert(1)>"
    cells = [v4.new_markdown_cell(bad, attachments={"x": {"image/svg+xml": bad}}), v4.new_code_cell(f"# {bad}", id="c"), v4.new_raw_cell(bad)]
    cells[2].metadata.raw_mimetype = "text/html"
    notebook = v4.new_notebook(cells=cells)
    result = Result(cells={"c": (bad, ["Bad", bad, 1])})
    notebook = autograde.written(notebook, result)
    page, _resources = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert not [attributes for _tag, attributes in Page(page).found if "onerror" in dict(attributes)]
    assert "<img src=x" not in page


def test_halves_of_letters_are_no_letters(tmp_path):
    cells = [make("a\ud83d") for make in (v4.new_markdown_cell, v4.new_code_cell, v4.new_raw_cell)]
    harmless.clean(cells)
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    assert [cell["source"][0] for cell in json.loads((tmp_path / "a.ipynb").read_text())["cells"]] == ["a?"] * 3


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"cells":[' + b"[]," * 6_000_000 + b"[]]}", "parts"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "x"}] * 1001}).encode(), "cells"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "x" * (3 << 20)}]}).encode(), "MB of text"),
    ],
    ids=["parts", "cells", "text"],
)
def test_a_notebook_made_to_fill_the_memory_is_named(data, why):
    with pytest.raises(Unreadable, match=why):
        cells_of(data)


def test_large_outputs_are_fine():
    outputs = [{"text": ["[1.0, 2.0, 3.0]\n"] * 200_000}]
    assert len(cells_of(json.dumps({"cells": [{"cell_type": "code", "source": "x", "outputs": outputs}]}).encode())) == 1


def test_a_name_made_to_take_hours_takes_none():
    start = time.process_time()
    assert AGAIN.search("copy-" * 50 + "x") is None
    assert time.process_time() - start < 2


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_an_archive_that_becomes_too_large_is_named(kind, tmp_path, monkeypatch):
    for folder in ("inbox", "ann"):
        (tmp_path / folder).mkdir()
    (tmp_path / "ann" / "a.ipynb").write_bytes(bytes(50_000))
    shutil.make_archive(str(tmp_path / "inbox" / "ann"), kind, tmp_path / "ann")
    assert not any(file.problem for file in walk(tmp_path / "inbox"))
    monkeypatch.setattr(archives, "MOST_IN_ARCHIVE", 40_000)
    (found,) = walk(tmp_path / "inbox")
    assert found.problem == "an archive that cannot be read"
