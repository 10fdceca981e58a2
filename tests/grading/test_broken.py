"""Notebooks in any state are graded as far as can be, or named in plain words."""

import copy
import dataclasses
import json

import nbformat
import pytest
from batches import LIMITS, cell_of, course, hand_in, with_answers

from dlcourse.grading import autograde, submissions
from dlcourse.grading.incoming import learners, walk
from dlcourse.grading.judge import Job, judge
from dlcourse.grading.mending import repaired
from dlcourse.grading.submissions import Assignment, Unreadable, belongs_to, read

NUMBERS = ["2.1", "2.3", "2.5", "2.7", "2.8"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken") / "course"
    source, released = course(folder, NUMBERS)
    return submissions.assignments(folder)[0], with_answers(released, source)


@pytest.fixture
def graded(made, tmp_path):
    """Break a right notebook, hand it in, and give which answers are right, the remarks, and the notebook."""
    assignment, right = made

    def grade(change=lambda notebook: None, judged=True, limits=LIMITS):
        notebook = copy.deepcopy(right)
        text = change(notebook)
        path = hand_in(tmp_path, "any.ipynb", text if isinstance(text, str) else notebook)
        cells = read(path)
        assert belongs_to(cells, [assignment]) is assignment
        found = repaired(cells, assignment)
        mended, remarks = found.notebook, found.remarks
        nbformat.validate(mended)
        ids = [cell["id"] for cell in mended.cells]
        assert len(ids) == len(set(ids))
        expected = [cell["id"] for cell in assignment.released.cells if "nbgrader" in cell.metadata]
        assert sorted(cell["id"] for cell in mended.cells if "nbgrader" in cell.metadata) == sorted(expected)
        for cell in mended.cells:
            if cell["id"] in expected:
                assert cell.metadata == cell_of(assignment.released, cell["id"]).metadata
        if not judged:
            return None, remarks, mended
        tests = [question.test for question in assignment.questions if question.test]
        result = judge(autograde.job_of(mended, tests, limits))
        earned = {number for number, verdict in result.verdicts.items() if verdict.right}
        doubts = [text for number, text in found.doubts.items() if number not in earned]
        return earned, remarks + doubts + result.remarks, mended

    return grade


ALL = {"2.1", "2.3", "2.5", "2.7"}


def test_a_notebook_in_order_is_graded_without_a_word(graded):
    assert graded()[:2] == (ALL, [])


def duplicated_with_stub_last(notebook):
    stub = copy.deepcopy(cell_of(notebook, "ex-2-1"))
    stub.source = "def my_tanh(x):\n    # your code here"
    notebook.cells.append(stub)


def duplicated_answer(notebook):
    notebook.cells.insert(3, copy.deepcopy(cell_of(notebook, "ex-2-1")))
    notebook.cells[3].source = "def my_tanh(x): return 0"


def test_cells_that_are_there_twice(graded):
    right, remarks, mended = graded(duplicated_answer)
    assert right == ALL
    assert remarks == ["2.1: the cell for its answer is there 2 times; the last one counts that was filled in"]
    assert sum("my_tanh" in cell.source for cell in mended.cells if cell.cell_type == "code") == 3

    def tests_too(notebook):
        notebook.cells += [copy.deepcopy(cell) for cell in notebook.cells]

    assert graded(tests_too)[0] == ALL


def test_a_deleted_test_is_judged_all_the_same(graded):
    def delete(notebook):
        notebook.cells = [cell for cell in notebook.cells if not cell["id"].startswith("check-")]

    assert graded(delete)[:2] == (ALL, [])


def test_a_test_that_was_rewritten_counts_for_nothing(graded):
    def rewrite(notebook):
        cell_of(notebook, "check-2-1").source = "pass"
        cell_of(notebook, "ex-2-1").source = "def my_tanh(x): return 0"

    right, _remarks, mended = graded(rewrite)
    assert right == ALL - {"2.1"} and cell_of(mended, "check-2-1").source == 'check("2.1", my_tanh)'


def test_a_deleted_answer_costs_that_answer_alone(graded):
    def delete(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell["id"] not in ("ex-2-3", "ex-2-8")]

    right, remarks, _mended = graded(delete)
    assert right == ALL - {"2.3"}
    assert remarks == ["2.3: the cell for its answer is gone", "2.8: the cell for its answer is gone"]


def test_answers_split_over_several_cells_or_merged_into_one(graded):
    def split(notebook):
        cell = cell_of(notebook, "ex-2-7")
        head, _sep, tail = cell.source.partition("\n\n\n")
        assert tail.startswith("def swish_grad")
        cell.source = head
        notebook.cells.append(nbformat.v4.new_code_cell(tail))

    def merge(notebook):
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        notebook.cells = [nbformat.v4.new_markdown_cell("### 2.1 · my answers")]
        notebook.cells.append(nbformat.v4.new_code_cell("\n\n".join(cell.source for cell in cells)))

    assert graded(split)[0] == ALL
    right, remarks, _mended = graded(merge)
    # Two answers are right where no cell is left for them: nothing is said about a cell that is gone.
    assert right == ALL and remarks == ["2.8: the cell for its answer is gone"]


def test_cells_of_another_kind(graded):
    def retype(notebook):
        cell_of(notebook, "ex-2-1").cell_type = "markdown"
        cell_of(notebook, "ex-2-3").cell_type = "raw"
        cell_of(notebook, "ex-2-8").cell_type = "code"
        cell_of(notebook, "check-2-5").cell_type = "markdown"

    right, remarks, mended = graded(retype)
    assert right == ALL and len(remarks) == 3
    assert remarks[0] == "2.1: its answer was in a cell of another kind (markdown)"
    assert cell_of(mended, "ex-2-8").cell_type == "markdown" and cell_of(mended, "ex-2-8").source


def test_saved_with_errors_and_outputs_of_every_kind(graded):
    def outputs(notebook):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [{"output_type": "error", "ename": 3}, {"nonsense": None}, {"output_type": "stream"}]
                cell.execution_count = "many"

    assert graded(outputs)[:2] == (ALL, [])


def test_a_notebook_of_100_megabytes(graded):
    def large(notebook):
        cell_of(notebook, "ex-2-1").outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * (100 << 20)}]

    _right, remarks, mended = graded(large, judged=False)
    assert remarks == [] and len(json.dumps(mended)) < 100_000


def test_without_metadata_ids_or_kernel(graded):
    def strip(notebook):
        notebook.metadata = {}
        for cell in notebook.cells:
            cell.metadata = {}

    def only_entries(notebook):
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            del cell["id"]

    for change in (strip, only_entries):
        right, remarks, mended = graded(change)
        assert right == ALL and remarks == []
        assert mended.metadata.kernelspec.name == "python3"


def test_imports_that_were_deleted_come_back(graded):
    def delete(notebook):
        notebook.cells = [cell for cell in notebook.cells if cell["id"] not in ("setup", "ex-2-7-imports")]

    assert graded(delete)[:2] == (ALL, [])


def test_magic_and_cells_with_errors(graded):
    def add(notebook):
        notebook.cells.insert(
            0, nbformat.v4.new_code_cell("%matplotlib inline\n!pip install nothing\n%load_ext autoreload")
        )
        notebook.cells.insert(2, nbformat.v4.new_code_cell("this is no Python ("))
        notebook.cells.insert(2, nbformat.v4.new_code_cell("1 / 0"))
        notebook.cells.insert(2, nbformat.v4.new_code_cell("%%bash\nrm -rf /"))
        cell = cell_of(notebook, "ex-2-1")
        cell.source = "%%time\n" + cell.source

    assert graded(add)[:2] == (ALL, [])


def test_a_loop_beside_the_answers_in_one_cell(graded):
    def add(notebook):
        cell = cell_of(notebook, "ex-2-1")
        cell.source += "\nwhile True: pass"

    right, remarks, _mended = graded(add, limits=dataclasses.replace(LIMITS, cell=2))
    assert right == ALL
    assert len(remarks) == 1 and "(ex-2-1): its time was up in its line 5; what ran before counts" in remarks[0]


def test_the_format_of_2013(graded):
    def old(notebook):
        cells = []
        for cell in notebook.cells:
            name = "input" if cell.cell_type == "code" else "source"
            lines = cell.source.splitlines(True)
            cells.append({"cell_type": cell.cell_type, name: lines, "metadata": cell.metadata})
        return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}, None]})

    assert graded(old)[:2] == (ALL, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is no notebook"),
        ("hello", "the file is no notebook"),
        ("[" * 100_000, "the file is no notebook"),
        ("[1, 2]", "there are no cells in it"),
        ('{"cells": 3}', "there are no cells in it"),
        ('{"worksheets": [3]}', ""),
        ('{"cells": [3, null, {}, {"source": 3, "metadata": [], "id": {}, "cell_type": []}]}', ""),
    ],
    ids=lambda text: text[:20],
)
def test_files_that_are_no_notebooks(text, said, tmp_path, made):
    path = hand_in(tmp_path, "a.ipynb", text)
    if said:
        with pytest.raises(Unreadable, match=said):
            read(path)
    else:
        assert belongs_to(read(path), [made[0]]) is None


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="larger than"):
        read(hand_in(tmp_path, "a.ipynb", "x" * 11))


def test_learners_are_named_after_folders_and_files(tmp_path):
    for name in ("anna.ipynb", "bob/02 (1).ipynb", "bob/.ipynb_checkpoints/02-checkpoint.ipynb",
                 "Çelik, Ö/deep/x.ipynb", "[a]*.ipynb", "..ipynb", "readme.txt"):  # fmt: skip
        hand_in(tmp_path, name, "{}")
    found, nobodys = learners(list(walk(tmp_path)))
    assert [(learner.name, learner.notebooks[0].name) for learner in found] == [
        ("[a]*", "[a]*.ipynb"), ("anna", "anna.ipynb"), ("bob", "bob/02 (1).ipynb"),
        ("Çelik, Ö", "Çelik, Ö/deep/x.ipynb")]  # fmt: skip
    assert [file.name for file in nobodys] == ["readme.txt"]


def test_another_seed_is_noticed(made, tmp_path):
    assignment, right = made
    other, released = course(tmp_path / "other", ["2.5"], seed=4)
    cells = read(hand_in(tmp_path, "a.ipynb", released))
    said = "it was made with the seed 4, and is graded with the seed 0: 2.5 has other numbers"
    assert said in repaired(cells, assignment).remarks
    chosen = Assignment(tmp_path / "other" / "source" / "ch02_activations" / "02_activations.ipynb")
    assert chosen.variant == 4 and repaired(cells, chosen).remarks == []
    usual = read(hand_in(tmp_path, "b.ipynb", right))
    said = "it was made with the seed 0, and is graded with the seed 4: 2.5 has other numbers"
    assert repaired(usual, chosen).remarks == [said]


def test_a_job_without_cells_has_no_right_answers(made):
    tests = [question.test for question in made[0].questions if question.test]
    job = autograde.job_of(nbformat.v4.new_notebook(), tests, LIMITS)
    assert job == Job([], job.exercises, LIMITS)
    assert [verdict.kind for verdict in judge(job).verdicts.values()] == ["missing"] * 4
