"""Which cell is which: by its id, and where ids are lost, by headings, tests and places.

An answer in words may stand anywhere: in a new cell below the one for it, in the task's own cell, in comments. While
there is text of the learner's own, a person reads it.
"""

import copy
import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from dlcourse.grading import sources, written
from dlcourse.grading.submissions import HEADING, Assignment
from dlcourse.text import _

__all__ = ["recognized"]

TEST = re.compile(r'^\s*check\("(\d+)\.(\d+)"', re.M)


def recognized(cells: Sequence[NotebookNode], assignment: Assignment, remarks: list[str]) -> list[NotebookNode]:
    """Give a copy of cells in which all that can be recognized have the ids of the release."""
    wanted = {cell["id"]: cell for cell in assignment.released.cells}
    cells = [copy.deepcopy(cell) for cell in cells]
    _by_text(cells, wanted)
    sections = list(_sections(cells, wanted))
    for question in assignment.questions:
        own = [cell for number, cell in sections if number == question.number and cell["id"] not in wanted]
        if question.test is not None:
            _code_by_place(question, cells, own)
        else:
            _words_by_place(question, cells, own, wanted, remarks)
    _words_from_anywhere(assignment, cells, wanted, remarks)
    return cells


def _by_text(cells: Sequence[NotebookNode], wanted: dict[str, NotebookNode]) -> None:
    """Give ids back to tasks, tests, and cells that are as they were handed out."""
    stubs = [cell.source.strip() for cell in wanted.values()]
    texts = {cell.source.strip(): name for name, cell in wanted.items() if stubs.count(cell.source.strip()) == 1}
    there = {cell["id"] for cell in cells}
    for cell in cells:
        if cell["id"] in wanted:
            continue
        heading, test = HEADING.match(cell.source), TEST.fullmatch(cell.source.partition(",")[0].strip())
        name = texts.get(cell.source.strip(), "")
        if not name and heading and cell.cell_type == "markdown":
            name = f"ex-{int(heading[1])}-{int(heading[2])}-task"
        elif not name and test and len(cell.source.strip().splitlines()) == 1:
            name = f"check-{int(test[1])}-{int(test[2])}"
        if name in wanted and name not in there:
            cell["id"] = name
            there.add(name)


def _sections(cells: Sequence[NotebookNode], wanted: dict[str, NotebookNode]) -> Iterator[tuple[str, NotebookNode]]:
    """Give the cells below each task, up to its test or to the next task."""
    number = ""
    for cell in cells:
        name = cell["id"]
        if name in wanted and sources.exercise_of(cell):
            number = "" if name.startswith("check-") else sources.exercise_of(cell)
        if number:
            yield number, cell


def _code_by_place(question: sources.Question, cells: Sequence[NotebookNode], own: Sequence[NotebookNode]) -> None:
    code = [cell for cell in own if cell.cell_type == "code" and cell.source.strip()]
    if code and all(cell["id"] != question.answer["id"] for cell in cells):
        code[-1]["id"] = question.answer["id"]


def _words_by_place(
    question: sources.Question, cells: list[NotebookNode], own: Sequence[NotebookNode], wanted: dict[str, NotebookNode],
    remarks: list[str],
) -> None:  # fmt: skip
    name, stub = question.answer["id"], wanted[question.answer["id"]].source.strip()
    places = [cell for cell in cells if cell["id"] == name]
    said = [cell for cell in own if _is_text(cell) and cell.source.strip() not in ("", stub)]
    added = [text for cell in cells if cell["id"] == f"{name}-task" for text in _added(cell, wanted[f"{name}-task"])]
    if not said and not added:
        if not places and (blank := [cell for cell in own if cell.source.strip() == stub]):
            blank[0]["id"] = name
        return
    # In the order in which they stand, each text once.
    parts = [cell.source.strip() for cell in cells if (cell["id"] == name or any(cell is one for one in said))]
    parts = list(dict.fromkeys(text for text in [*added, *parts] if text not in ("", stub)))
    place = places[-1] if places else said[0] if said else None
    if place is None:
        task = next(cell for cell in cells if cell["id"] == f"{name}-task")
        place = copy.deepcopy(wanted[name])
        cells.insert(cells.index(task) + 1, place)
    if [text for text in parts if text != place.source.strip()] or places and places[-1] is not place:
        remarks.append(_("{number}: its answer stood, at least in part, in other cells").format(number=question.number))
    place.source, place["id"], place.cell_type = "\n\n".join(parts), name, "markdown"
    cells[:] = [cell for cell in cells if cell is place or not any(cell is one for one in [*said, *places])]


def _is_text(cell: NotebookNode) -> bool:
    """Is it something to read: Markdown, or code that is no code but comments, a text, or no Python at all?"""
    if cell.cell_type != "code":
        return not TEST.search(cell.source)
    return all(getattr(getattr(node, "value", None), "value", 0).__class__ is str for node in
               written.parsed(cell.source).body)  # fmt: skip


def _added(cell: NotebookNode, task: NotebookNode) -> list[str]:
    """Give what a learner wrote into the cell of a task."""
    known = {line.strip() for line in task.source.splitlines()}
    text = "\n".join(line for line in cell.source.splitlines() if line.strip() not in known).strip()
    return [text] if text else []


def _words_from_anywhere(
    assignment: Assignment, cells: list[NotebookNode], wanted: dict[str, NotebookNode], remarks: list[str]
) -> None:
    """Where an answer in words is missing, and there is other text of the learner's, let a person look at that."""
    stray = [cell.source.strip() for cell in cells if cell["id"] not in wanted and cell.cell_type != "code"]
    handed_out = {line.strip() for cell in wanted.values() for line in cell.source.splitlines()}
    stray = [text for text in stray if any(line.strip() not in handed_out for line in text.splitlines())]
    for question in assignment.questions if stray else ():
        name, stub = question.answer["id"], wanted[question.answer["id"]]
        places = [cell for cell in cells if cell["id"] == name]
        if question.test is not None or any(cell.source.strip() not in ("", stub.source.strip()) for cell in places):
            continue
        place = places[-1] if places else copy.deepcopy(stub)
        if not places:
            cells.append(place)
        place.source = "\n\n".join(stray)
        text = _("{number}: there is no answer at its place; look at the other text in the notebook")
        remarks.append(text.format(number=question.number))
