"""Honest notebooks without ids, and answers in words wherever they stand: nothing is lost in silence."""

import copy
import json

import nbformat
import pytest
from batches import LIMITS, cell_of, course, hand_in, with_answers

from dlcourse.grading import autograde, submissions
from dlcourse.grading.judge import judge
from dlcourse.grading.mending import repaired
from dlcourse.grading.submissions import belongs_to, cells_of

NUMBERS = ["2.1", "2.3", "2.7", "2.8"]
WORDS = "A steep sigmoid is flat almost everywhere, so its slope is 0 and nothing learns."
STUB = "*Your answer here.*"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recognizing") / "course"
    source, released = course(folder, NUMBERS)
    return submissions.assignments(folder)[0], with_answers(released, source, "2.1", "2.3", "2.7")


def mended(made, change, beside=None):
    assignment, right = made
    notebook = copy.deepcopy(right)
    change(notebook)
    cells = cells_of(json.dumps(notebook).encode())
    assert belongs_to(cells, [assignment]) is assignment
    return repaired(cells, assignment, beside)


def earned(made, found):
    tests = [question.test for question in made[0].questions if question.test]
    result = judge(autograde.job_of(found.notebook, tests, LIMITS))
    return {number for number, verdict in result.verdicts.items() if verdict.right}, result


def text(kind, source):
    return nbformat.v4.new_markdown_cell(source) if kind == "markdown" else nbformat.v4.new_code_cell(source)


@pytest.mark.parametrize(
    "cells",
    [
        [("markdown", STUB), ("markdown", WORDS)],
        [("markdown", WORDS)],
        [("markdown", STUB), ("code", f"# {WORDS}")],
        [("code", f'"""{WORDS}"""')],
        [("code", WORDS)],
        [("markdown", STUB), ("markdown", WORDS[:30]), ("markdown", WORDS[30:])],
    ],
    ids=["below", "instead", "comment", "text", "in a code cell", "two cells"],
)
@pytest.mark.gate
@pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
def test_words_beside_their_cell_go_to_a_person(made, cells, ids):
    def change(notebook):
        place = next(place for place, cell in enumerate(notebook.cells) if cell["id"] == "ex-2-8")
        answer = notebook.cells.pop(place)
        new = [text(*cell) for cell in cells]
        if new[0].source == STUB:
            new[0] = answer
        notebook.cells[place:place] = new
        if not ids:
            for cell in notebook.cells:
                cell.metadata, _unused = {}, cell.pop("id")

    found = mended(made, change)
    answer = cell_of(found.notebook, "ex-2-8")
    assert answer.cell_type == "markdown" and WORDS[:30] in answer.source and WORDS[-30:] in answer.source
    assert STUB not in answer.source and found.doubts == {}
    assert all(remark.startswith("2.8: its answer stood") for remark in found.remarks) and len(found.remarks) <= 1
    assert found.remarks or len(cells) == 1
    assert earned(made, found)[0] == {"2.1", "2.3", "2.7"}


def test_words_in_the_tasks_own_cell(made):
    def change(notebook):
        cell_of(notebook, "ex-2-8-task").source += f"\n\n{WORDS}"

    assert cell_of(mended(made, change).notebook, "ex-2-8").source == WORDS


def test_words_anywhere_else_go_to_a_person(made):
    def change(notebook):
        notebook.cells = [cell for cell in notebook.cells if not cell["id"].startswith("ex-2-8")]
        notebook.cells.insert(1, text("markdown", WORDS))

    found = mended(made, change)
    assert cell_of(found.notebook, "ex-2-8").source == WORDS
    assert found.remarks == ["2.8: there is no answer at its place; look at the other text in the notebook"]


def test_what_was_handed_out_is_no_answer(made):
    for change in (lambda notebook: None, lambda notebook: notebook.cells.append(text("markdown", STUB))):
        found = mended(made, change)
        assert cell_of(found.notebook, "ex-2-8").source == STUB and found.remarks == []


def test_without_ids_answers_stand_where_they_stood(made):
    def change(notebook):
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            cell.metadata, _unused = {"colab": {}}, cell.pop("id")

    found = mended(made, change)
    assert found.remarks == [] and found.doubts == {}
    assert cell_of(found.notebook, "ex-2-1").source == cell_of(made[1], "ex-2-1").source
    ids = [cell["id"] for cell in found.notebook.cells]
    assert ids == [cell["id"] for cell in made[0].released.cells]


def test_own_lines_in_the_cell_with_the_imports(made):
    def change(notebook):
        setup = cell_of(notebook, "setup")
        setup.source = f"import torch_of_mine\nfrom seaborn_of_mine import heatmap\n1 / 0\n{setup.source}"

    found = mended(made, change)
    right, result = earned(made, found)
    assert right == {"2.1", "2.3", "2.7"}
    assert "No module named 'torch_of_mine'; what follows it ran all the same" in result.remarks[0]


def test_a_file_beside_the_notebook(made):
    def change(notebook):
        cell_of(notebook, "ex-2-1").source = "from helper import my_tanh"

    beside = {"helper": "from more import tanh\ndef my_tanh(x):\n    return tanh(x)",
              "more": "import numpy as np\ndef tanh(x):\n    e = np.exp(-2 * np.abs(x))\n"
                      "    return np.sign(x) * (1 - e) / (1 + e)"}  # fmt: skip
    assert "2.1" in earned(made, mended(made, change, beside))[0]
    assert "2.1" not in earned(made, mended(made, change))[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings(made, encoding):
    data = json.dumps(made[1]).encode(encoding)
    assert [cell["id"] for cell in cells_of(data)] == [cell["id"] for cell in made[1].cells]


def test_half_a_sign_ends_nothing(made):
    def change(notebook):
        cell_of(notebook, "ex-2-1").source += "\nprint('\ud83d')"

    found = mended(made, change)
    assert "\N{REPLACEMENT CHARACTER}" in cell_of(found.notebook, "ex-2-1").source
    nbformat.writes(found.notebook).encode()


def test_a_file_of_another_encoding_is_graded(made, tmp_path):
    path = hand_in(tmp_path, "a.ipynb", "")
    path.write_bytes(json.dumps(made[1]).encode("utf-16"))
    assert belongs_to(submissions.read(path), [made[0]]) is made[0]
