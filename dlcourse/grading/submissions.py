"""Submissions as they come: found in a folder, read whatever state they are in, and put into the form of the release.

Nothing here runs a learner's code. What had to be mended is said in plain words.
"""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.grading import sources
from dlcourse.grading.release import release
from dlcourse.text import _

__all__ = ["Assignment", "Submission", "Unreadable", "assignments", "belongs_to", "find", "read", "repaired"]

MOST_BYTES = 400 << 20
GONE = "# This cell was not in the submission."
HEADING = re.compile(r"^### (\d+)\.(\d+) ·", re.M)


class Unreadable(ValueError):
    """A file that cannot be read as a notebook; the text says why."""


@dataclass
class Submission:
    """One file of one learner, and what was noticed about it."""

    student: str
    path: Path
    remarks: list[str] = field(default_factory=list)


class Assignment:
    """An assignment of a course: its `name`, its `notebook`'s name, its `source`, and what was `released`."""

    def __init__(self, path: Path):
        self.name, self.notebook = path.parent.name, path.stem
        self.source = nbformat.read(path, as_version=4)
        self.released = release(self.source)
        self.questions = sources.questions(self.source)

    @property
    def variant(self) -> int:
        """The variant of the tasks' numbers."""
        words = [word for question in self.questions for call in question.calls for word in call.keywords]
        return max((word.value.value for word in words if word.arg == "variant"), default=0)


def assignments(course: Path) -> list[Assignment]:
    """Give the assignments in a course's folder.

    Raises
    ------
    FileNotFoundError
        If it has none.
    """
    found = [Assignment(path) for path in sorted((course / "source").glob("*/*.ipynb"))]
    if not found:
        raise FileNotFoundError(_("there is no assignment in {folder}").format(folder=course / "source"))
    return found


def find(folder: Path) -> list[Submission]:
    """Find the notebooks in a folder, each with the name of its learner.

    A notebook in a subfolder belongs to the learner that the first subfolder is named after; one that lies in the
    folder itself, to the one that the file is named after.
    """
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts) or not path.is_file():
            continue
        student = inside.parts[0] if len(inside.parts) > 1 else path.stem
        found.append(Submission(_plain(student), path))
    return found


def _plain(name: str) -> str:
    """Make a name that files, nbgrader and its patterns can bear."""
    return re.sub(r"[^\w.@-]+", "_", name).strip("._-") or "nameless"


def read(path: Path) -> list[NotebookNode]:
    """Give the cells of a notebook in any state: their kind, source, id and nbgrader's entry, and nothing else.

    Raises
    ------
    Unreadable
        If there is no notebook in the file.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(_("the file is larger than {size} MB").format(size=MOST_BYTES >> 20))
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(_("the file is no notebook ({why})").format(why=type(error).__name__)) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    if cells is None and isinstance(sheets, list):  # the format of 2013
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise Unreadable(_("the file is no notebook (there are no cells in it)"))
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(found: dict) -> NotebookNode:
    text = found.get("source", found.get("input", ""))
    text = "".join(map(str, text)) if isinstance(text, list) else str(text)
    metadata = found.get("metadata")
    ours = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = ours.get("grade_id") if isinstance(ours, dict) else None
    name = grade_id if isinstance(grade_id, str) else found.get("id")
    kinds = {"code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
    kind = found.get("cell_type")
    cell = kinds.get(kind if isinstance(kind, str) else "", nbformat.v4.new_markdown_cell)(text)
    cell["id"] = name if isinstance(name, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) else ""
    return cell


def belongs_to(cells: Sequence[NotebookNode], known: Sequence[Assignment]) -> Assignment | None:
    """Give the assignment that cells come from, by their ids and headings; None if none fits."""

    def fit(assignment: Assignment) -> int:
        there = {cell["id"] for cell in assignment.released.cells if sources.exercise_of(cell)}
        numbers = {question.number for question in assignment.questions}
        said = {f"{int(one)}.{int(two)}" for cell in cells for one, two in HEADING.findall(cell.source)}
        return len(there & {cell["id"] for cell in cells}) + len(numbers & said)

    best = max(known, key=fit)
    return best if fit(best) else None


def repaired(cells: Sequence[NotebookNode], assignment: Assignment) -> tuple[NotebookNode, list[str]]:
    """Give a submission in the form of the release, and what had to be mended.

    All code cells stay, and run. Of an answer that is there twice the last one counts that is not the stub; the
    others run as they stand. Tests come from the source, whatever became of them in the submission. Cells of the
    release that are gone and that answers may need, such as imports, come first.
    """
    wanted = {cell["id"]: cell for cell in assignment.released.cells}
    graded = {name: cell for name, cell in wanted.items() if "nbgrader" in cell.metadata}
    tests = {name for name, cell in graded.items() if name.startswith("check-")}
    remarks = _variants(cells, assignment)
    kept = [copy.deepcopy(cell) for cell in cells if cell["id"] not in tests]
    chosen = {name: _chosen(name, kept, graded[name], remarks) for name in graded if name not in tests}
    found = []
    for cell in kept:
        name = cell["id"]
        if chosen.get(name) is cell:
            found += _answer(cell, graded[name], remarks)
            found += [copy.deepcopy(graded[test]) for test in tests if test == name.replace("ex-", "check-", 1)]
        else:
            found.append(cell)
    for name, cell in graded.items():
        if name not in tests and chosen[name] is None:
            number = sources.exercise_of(cell)
            remarks.append(_("{number}: the cell for its answer is gone").format(number=number))
            empty = copy.deepcopy(cell)
            if cell.cell_type == "code":
                empty.source = GONE  # the stub itself would undo an answer that stands elsewhere
            found.append(empty)
            found += [copy.deepcopy(graded[test]) for test in tests if test == name.replace("ex-", "check-", 1)]
    found = [*_gone(found, wanted), *found]
    for place, cell in enumerate(list(_nameless(found))):
        cell["id"] = f"cell-{place + 1}"
    notebook = nbformat.v4.new_notebook(metadata=assignment.released.metadata, cells=found)
    nbformat.validate(notebook)
    return notebook, remarks


def _chosen(name: str, cells: Sequence[NotebookNode], stub: NotebookNode, remarks: list[str]) -> NotebookNode | None:
    same = [cell for cell in cells if cell["id"] == name]
    if len(same) > 1:
        text = _("{number}: the cell for its answer is there {count} times; the last one counts that was filled in")
        remarks.append(text.format(number=sources.exercise_of(stub), count=len(same)))
    filled = [cell for cell in same if cell.source.strip() != stub.source.strip()]
    return (filled or same or [None])[-1]


def _answer(cell: NotebookNode, stub: NotebookNode, remarks: list[str]) -> list[NotebookNode]:
    if cell.cell_type != stub.cell_type:
        text = _("{number}: its answer was in a cell of another kind ({kind})")
        remarks.append(text.format(number=sources.exercise_of(stub), kind=cell.cell_type))
    answer = copy.deepcopy(stub)
    answer.source = cell.source
    return [answer]


def _variants(cells: Sequence[NotebookNode], assignment: Assignment) -> list[str]:
    tests = [cell.source for cell in cells if cell["id"].startswith("check-")]
    said = {int(number) for number in re.findall(r"variant=(\d{1,9})", "\n".join(tests))}
    if not said - {assignment.variant}:
        return []
    text = _("it was made with the seed {said}, and is graded with the seed {right}")
    return [text.format(said=min(said - {assignment.variant}), right=assignment.variant)]


def _gone(cells: Sequence[NotebookNode], wanted: dict[str, NotebookNode]) -> list[NotebookNode]:
    there = {cell["id"] for cell in cells} | {cell.source.strip() for cell in cells}
    given = [cell for cell in wanted.values() if cell.cell_type == "code" and "nbgrader" not in cell.metadata]
    return [copy.deepcopy(cell) for cell in given if not {cell["id"], cell.source.strip()} & there]


def _nameless(cells: Sequence[NotebookNode]) -> Iterator[NotebookNode]:
    """Give the cells that need a new id: without one, or with one that a cell before has, or a graded one has."""
    seen = {cell["id"] for cell in cells if "nbgrader" in cell.metadata}
    for cell in cells:
        if "nbgrader" in cell.metadata:
            continue
        if not cell["id"] or cell["id"] in seen or re.fullmatch(r"cell-\d+", cell["id"]):
            yield cell
        seen.add(cell["id"])
