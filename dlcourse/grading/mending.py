"""Puts a submission into the form of the release, and says in plain words what had to be mended.

Nothing here runs a learner's code.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from dlcourse.checks import base
from dlcourse.grading import recognizing, sources
from dlcourse.grading.submissions import Assignment
from dlcourse.text import _

__all__ = ["Mended", "repaired"]

GONE = "# This cell was not in the submission."
HELPERS = '''\
# Files that lay beside the notebook, so that the cells below can import them.
import sys, types

class FilesBeside:
    texts = {texts!r}

    def find_spec(self, name, path=None, target=None):
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self) if name in self.texts else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.texts[module.__name__], module.__name__ + ".py", "exec"), module.__dict__)

sys.meta_path.append(FilesBeside())'''


@dataclass
class Mended:
    """A submission in the form of the release.

    Attributes
    ----------
    notebook : NotebookNode
    remarks : list of str
        What was mended.
    doubts : dict
        By the exercise's number, what explains why there may be no points: to be said only if there are none.
    """

    notebook: NotebookNode
    remarks: list[str] = field(default_factory=list)
    doubts: dict[str, str] = field(default_factory=dict)


def repaired(
    cells: Sequence[NotebookNode], assignment: Assignment, beside: Mapping[str, str] | None = None
) -> Mended:
    """Give a submission in the form of the release.

    All code cells stay, and run. Of an answer that is there twice the last one counts that is not the stub; the
    others run as they stand. Tests come from the source, whatever became of them in the submission. Cells of the
    release that are gone or changed and that answers may need, such as imports, come first.

    Parameters
    ----------
    cells : sequence of NotebookNode
        As `dlcourse.grading.submissions.cells_of` gives them.
    assignment : Assignment
    beside : mapping, optional
        The texts of Python files that were handed in with the notebook, by the names of their modules.
    """
    wanted = {cell["id"]: cell for cell in assignment.released.cells}
    graded = {name: cell for name, cell in wanted.items() if "nbgrader" in cell.metadata}
    tests = {name for name, cell in graded.items() if name.startswith("check-")}
    remarks, doubts = _variants(cells, assignment), {}
    cells = recognizing.recognized(cells, assignment, remarks)
    kept = [cell for cell in cells if cell["id"] not in tests]
    chosen = {name: _chosen(name, kept, graded[name], remarks) for name in graded if name not in tests}
    found = []
    for cell in kept:
        name = cell["id"]
        if chosen.get(name) is cell:
            found += [_answer(cell, graded[name], remarks), *_test_of(name, graded, tests)]
        else:
            found.append(cell)
    for name, cell in graded.items():
        if name not in tests and chosen[name] is None:
            number = sources.exercise_of(cell)
            doubts[number] = _("{number}: the cell for its answer is gone").format(number=number)
            empty = copy.deepcopy(cell)
            if cell.cell_type == "code":
                empty.source = GONE  # the stub itself would undo an answer that stands elsewhere
            found += [empty, *_test_of(name, graded, tests)]
    found = [*_given(cells, wanted), *_helpers(beside or {}), *found]
    for place, cell in enumerate(list(_nameless(found))):
        cell["id"] = f"cell-{place + 1}"
    notebook = nbformat.v4.new_notebook(metadata=assignment.released.metadata, cells=found)
    nbformat.validate(notebook)
    return Mended(notebook, remarks, doubts)


def _test_of(name: str, graded: Mapping[str, NotebookNode], tests: set[str]) -> list[NotebookNode]:
    test = name.replace("ex-", "check-", 1)
    return [copy.deepcopy(graded[test])] if test in tests else []


def _chosen(name: str, cells: Sequence[NotebookNode], stub: NotebookNode, remarks: list[str]) -> NotebookNode | None:
    same = [cell for cell in cells if cell["id"] == name]
    if len(same) > 1:
        text = _("{number}: the cell for its answer is there {count} times; the last one counts that was filled in")
        remarks.append(text.format(number=sources.exercise_of(stub), count=len(same)))
    filled = [cell for cell in same if cell.source.strip() != stub.source.strip()]
    return (filled or same or [None])[-1]


def _answer(cell: NotebookNode, stub: NotebookNode, remarks: list[str]) -> NotebookNode:
    if cell.cell_type != stub.cell_type:
        text = _("{number}: its answer was in a cell of another kind ({kind})")
        remarks.append(text.format(number=sources.exercise_of(stub), kind=cell.cell_type))
    answer = copy.deepcopy(stub)
    answer.source = cell.source
    return answer


def _variants(cells: Sequence[NotebookNode], assignment: Assignment) -> list[str]:
    """Say which exercises were set with other numbers than the course's: its own check says which."""
    text = "\n".join(cell.source for cell in cells)
    said: dict[int, list[str]] = {}
    for question in assignment.questions:
        if question.test is None or base.find(question.number).numbers is None:
            continue
        for call in re.findall(rf'^\s*check\("{re.escape(question.number)}"(.*)\)', text, re.M):
            found = re.search(r"variant=(\d{1,9})", call)
            said.setdefault(int(found[1]) if found else 0, []).append(question.number)
    text = _("it was made with the seed {said}, and is graded with the seed {right}: {numbers} has other numbers")
    return [
        text.format(said=variant, right=assignment.variant, numbers=", ".join(dict.fromkeys(numbers)))
        for variant, numbers in sorted(said.items()) if variant != assignment.variant
    ]  # fmt: skip


def _given(cells: Sequence[NotebookNode], wanted: Mapping[str, NotebookNode]) -> list[NotebookNode]:
    """Give the release's own code cells that are not there as they were: a learner's line in them may fail."""
    there = {cell.source.strip() for cell in cells if cell.cell_type == "code"}
    given = [cell for cell in wanted.values() if cell.cell_type == "code" and "nbgrader" not in cell.metadata]
    missing = [copy.deepcopy(cell) for cell in given if cell.source.strip() not in there]
    for cell in missing:
        cell["id"] = ""
    return missing


def _helpers(beside: Mapping[str, str]) -> list[NotebookNode]:
    if not beside:
        return []
    return [nbformat.v4.new_code_cell(HELPERS.replace("{texts!r}", repr(dict(sorted(beside.items())))), id="beside")]


def _nameless(cells: Sequence[NotebookNode]) -> Iterator[NotebookNode]:
    """Give the cells that need a new id: without one, or with one that a cell before has, or a graded one has."""
    seen = {cell["id"] for cell in cells if "nbgrader" in cell.metadata}
    for cell in cells:
        if "nbgrader" in cell.metadata:
            continue
        if not cell["id"] or cell["id"] in seen or re.fullmatch(r"cell-\d+", cell["id"]):
            yield cell
        seen.add(cell["id"])
