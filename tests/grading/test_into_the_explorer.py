"""Where an exercise says how its answer goes into an explorer, the line does it: with the solution, in both editions."""

import html
import re

import numpy as np
import pytest

from dlcourse.grading import sources
from dlcourse.widgets.verdict import Verdict

SAID = re.compile(r"\*\*(?:Into the explorer:|放进探索器)\*\*.*`(from dlcourse\.widgets import (\w+))`.*`(\2\(.*\))`[.。]$")


def said(edition):
    """Give for each exercise that says so the two lines, by its number."""
    found = {}
    for chapter in sources.chapters():
        for cell in sources.read(chapter, edition).cells:
            last = cell.source.rstrip().split("\n")[-1]
            if cell.cell_type == "markdown" and ("Into the explorer" in last or "放进探索器" in last):
                found[cell.id.removeprefix("ex-").removesuffix("-task").replace("-", ".")] = SAID.match(last).group(1, 3)
    return found


LINES = said("en")


def solved(number):
    """Give the names of an exercise's notebook after its setup and its solution."""
    notebook, names = sources.read(int(number.split(".")[0])), {"np": np}
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.id == "setup" or cell.id.startswith(f"ex-{number.replace('.', '-')}-")):
            exec(compile(cell.source, f"<{cell.id}>", "exec"), names)  # noqa: S102
    exec(compile(sources.runnable_solutions(notebook)[number], f"<{number}>", "exec"), names)  # noqa: S102
    return names


def test_both_editions_say_the_same():
    assert said("zh") == LINES and len(LINES) >= 12


@pytest.mark.parametrize("number", list(LINES))
def test_the_solution_goes_in_and_works(number):
    names = solved(number)
    load, call = LINES[number]
    exec(load, names)  # noqa: S102
    panel = eval(call, names)  # noqa: S307
    assert panel.error.value == ""
    answer = re.search(r"=(\w+)\)$", call)[1]
    if hasattr(panel, "run"):
        panel.run(200 if "own_ladder" in call else 5)
    assert panel.error.value == ""
    if "own_ladder" in call:
        assert answer in html.unescape(repr(panel.iterator.name_of(re.search(r"\((\w+)=", call)[1])))
        assert all(share > 0.8 for _words, share in panel.iterator.results) and len(panel.iterator.results) == 4
    verdicts = [html.unescape(one.value) for one in panel.children if isinstance(one, Verdict) and one.value]
    assert not verdicts or f"{answer} and the package's agree." in verdicts[0]
    assert verdicts or number in {"2.7", "9.5", "9.7"}, "the package has nothing to compare it with"
    panel.close()
