"""The sources of the exercises: one nbgrader notebook for each chapter, with solutions, hidden tests and rubrics.

The id of a cell says where it belongs, and is its ``grade_id`` as well: ``ex-2-3-task`` is the task of exercise 2.3
(and ``ex-2-3-anything`` whatever else belongs to it), ``ex-2-3`` the answer, ``check-2-3`` the test. All other cells
stay in every assignment. In a cell's metadata, ``dlcourse.rubric`` tells who grades an answer by hand what to look
for, and ``dlcourse.template`` is the cell's source with ``{name}`` in place of the task's numbers.
"""

import ast
import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.checks import base
from dlcourse.storage.places import course_folder
from dlcourse.text import _, speaking

__all__ = [
    "LANGUAGE_LINE", "Question", "chapters", "chosen", "course_of_all", "edition_of", "exercise_of", "fill", "problems", "questions", "read",
    "released_file", "runnable_solutions", "source_file", "solution", "varied",
]  # fmt: skip

# A translated notebook's first cell of code begins with this line.
LANGUAGE_LINE = 'import dlcourse.text; dlcourse.text.set_language("zh")'
ID = re.compile(r"(?:ex|check)-(\d+)-(\d+)(?:-.+)?")
REGION = re.compile(r"^[ \t]*### (BEGIN|END) (SOLUTION|HIDDEN TESTS)\n?", re.M)


@dataclass(frozen=True)
class Question:
    """The cells of one exercise in a source.

    Attributes
    ----------
    number : str
        ``"2.3"``.
    task, answer : NotebookNode
        What is asked, and the cell with the solution.
    test : NotebookNode or None
        None where a person grades the answer.
    """

    number: str
    task: NotebookNode
    answer: NotebookNode
    test: NotebookNode | None

    @property
    def points(self) -> int:
        """The points of the exercise: of its test, or of the answer that a person grades."""
        return (self.test or self.answer).metadata.nbgrader.points

    @property
    def rubric(self) -> str:
        """What a person looks for in the answer; empty where the test says all."""
        return self.answer.metadata.get("dlcourse", {}).get("rubric", "")

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the test hands to ``check``."""
        return tuple(argument.id for argument in self.calls[0].args[1:]) if self.test else ()

    @property
    def calls(self) -> list[ast.Call]:
        """The calls of ``check`` in the test: the one everybody sees first, hidden ones after it."""
        return [line.value for line in ast.parse(self.test.source).body] if self.test else []

    @property
    def hidden_seeds(self) -> list[int]:
        """The seeds of the hidden tests."""
        return [word.value.value for call in self.calls for word in call.keywords if word.arg == "seed"]


def _notebooks(edition: str = "en") -> Path:
    course = course_folder()
    if course is None:
        raise FileNotFoundError("the sources are not part of the installed package: work in the course's folder")
    return course / "notebooks" / ("" if edition == "en" else edition)


def edition_of(notebook: NotebookNode) -> str:
    """Give the language that a notebook sets: ``"zh"``, or ``"en"`` if it sets none."""
    return "zh" if any(LANGUAGE_LINE in cell.source for cell in notebook.cells) else "en"


def chapters() -> list[int]:
    """Give the chapters that have a source."""
    return sorted(int(path.name[2:4]) for path in (_notebooks() / "assignments" / "source").glob("ch[0-9][0-9]_*"))


def source_file(chapter: int, edition: str = "en") -> Path:
    """Give the source notebook of a chapter; `edition` is ``"en"`` or ``"zh"``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    folder = _notebooks(edition) / "assignments" / "source"
    found = sorted(folder.glob(f"ch{chapter:02d}_*/{chapter:02d}_*.ipynb"))
    if len(found) != 1:
        raise FileNotFoundError(f"there are {len(found)} sources of chapter {chapter:02d} in {folder}, expected one")
    return found[0]


def course_of_all() -> Path:
    """Give the folder of nbgrader's course that has the exercises of all chapters."""
    return _notebooks() / "assignments"


def released_file(chapter: int, edition: str = "en") -> Path:
    """Give the place of the learners' copy."""
    return _notebooks(edition) / "exercises" / source_file(chapter).name


def read(chapter: int, edition: str = "en") -> NotebookNode:
    """Read the source of a chapter."""
    return nbformat.read(source_file(chapter, edition), as_version=4)


def exercise_of(cell: NotebookNode) -> str | None:
    """Give the number of the exercise that a cell belongs to; None for a cell that stays in every assignment."""
    match = ID.fullmatch(cell.get("id", ""))
    return f"{int(match[1])}.{int(match[2])}" if match else None


def questions(notebook: NotebookNode) -> list[Question]:
    """Give the exercises of a source, in its order.

    Raises
    ------
    KeyError
        If an exercise has no task or no answer.
    """
    cells = {cell["id"]: cell for cell in notebook.cells}
    found = []
    for number in dict.fromkeys(filter(None, map(exercise_of, notebook.cells))):
        place = number.replace(".", "-")
        task, answer, test = cells[f"ex-{place}-task"], cells[f"ex-{place}"], cells.get(f"check-{place}")
        found.append(Question(number, task, answer, test))
    return found


def solution(cell: NotebookNode) -> str:
    """Give the source of a cell with its solution, without the lines that mark it."""
    return REGION.sub("", cell.source).rstrip()


def fill(template: str, numbers: dict) -> str:
    """Put the task's numbers in the place of ``{name}``; all other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda match: str(numbers.get(match[1], match[0])), template)


def chosen(notebook: NotebookNode, numbers: Iterable[str]) -> NotebookNode:
    """Give a copy of a source with some of its exercises only.

    Raises
    ------
    ValueError
        If a number is not one of the source's.
    """
    numbers, notebook = set(numbers), copy.deepcopy(notebook)
    there = [question.number for question in questions(notebook)]
    if not numbers <= set(there):
        raise ValueError(f"there is no exercise {', '.join(sorted(numbers - set(there)))}, but {', '.join(there)}")
    notebook.cells = [cell for cell in notebook.cells if exercise_of(cell) in numbers | {None}]
    return notebook


def varied(notebook: NotebookNode, variant: int) -> NotebookNode:
    """Give a copy of a source with other numbers in the tasks that have numbers; variant 0 is the source itself."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        number = exercise_of(cell)
        numbers = base.find(number).numbers if number else None
        if numbers is None:
            continue
        template = cell.metadata.get("dlcourse", {}).get("template")
        if template is not None:
            cell.source = fill(template, numbers(variant))
        if cell["id"].startswith("check-") and variant:
            cell.source = re.sub(r"^(check\(.*)\)$", rf"\1, variant={variant})", cell.source, flags=re.M)
    return notebook


def runnable_solutions(notebook: NotebookNode) -> dict[str, str]:
    """Give for each exercise with a test the text of its solution, with the imports and data given above it."""
    given, found = [], {}
    for cell in notebook.cells:
        number = exercise_of(cell)
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            given.append(cell.source)
        elif cell.cell_type == "code" and number and cell["id"] == f"ex-{number.replace('.', '-')}":
            found[number] = "\n\n".join([*given, solution(cell)])
    return found


def problems(notebook: NotebookNode, chapter: int) -> list[str]:
    """Say what is wrong in a source: cells, ids, points, names and seeds that do not fit the table of exercises."""
    found = []
    known = {entry.number: entry for entry in base.load(chapter)}
    asked = {question.number: question for question in questions(notebook)}
    if list(known) != list(asked):
        found.append(f"the checks know {list(known)}, the source has {list(asked)}")
    for number in [number for number in asked if number in known]:
        entry, question = known[number], asked[number]
        heading, said = _said_first(entry, edition_of(notebook))
        if not question.task.source.startswith(heading) or f"*{said}" not in question.task.source:
            found.append(f"{number}: the task begins with {heading!r}, then *{said}")
        if question.points != entry.points:
            found.append(f"{number}: {question.points} points in the source, {entry.points} in the checks")
        if entry.run is None:
            if question.test or not question.rubric or question.answer.cell_type != "markdown":
                found.append(f"{number}: an explanation is a Markdown cell with a rubric and no test")
            continue
        if question.test is None or question.names != entry.names or not question.hidden_seeds:
            found.append(f"{number}: a test with check({number!r}, {', '.join(entry.names)}) and hidden seeds")
        if any(call.args[0].value != number for call in question.calls):
            found.append(f"{number}: the test checks another exercise")
        if "### BEGIN SOLUTION" not in question.answer.source:
            found.append(f"{number}: the answer has no ### BEGIN SOLUTION")
        if entry.numbers and "template" not in question.task.metadata.get("dlcourse", {}):
            found.append(f"{number}: a task with numbers needs a template")
    for cell in notebook.cells:
        ours = cell.metadata.get("nbgrader")
        if ours is not None and ours.get("grade_id") != cell["id"]:
            found.append(f"{cell['id']}: its grade_id is {ours.get('grade_id')!r}, not its id")
    if varied(notebook, 0) != notebook:
        found.append("a template filled with the numbers of variant 0 is not the source")
    return found


def _said_first(entry: base.Exercise, edition: str) -> tuple[str, str]:
    """Give how a task begins, and the line below: number and title; kind, points and section, or what is alike in all languages."""
    if edition == "zh":
        with speaking("zh"):
            return f"### {entry.number} · ", f"{_(entry.kind)} · {entry.points}分 · "
    points = "1 point" if entry.points == 1 else f"{entry.points} points"
    kind = f"{entry.kind[0].upper()}{entry.kind[1:]}"
    return f"### {entry.number} · {entry.title}\n", f"{kind} · {points} · {entry.section}*"
