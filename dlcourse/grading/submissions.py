"""Submissions as they come, read whatever state they are in: which cells there are, and of which assignment.

Nothing here runs a learner's code.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.grading import sources
from dlcourse.grading.archives import MOST_BYTES, Unreadable
from dlcourse.grading.release import release
from dlcourse.text import _

__all__ = ["HEADING", "Assignment", "Unreadable", "assignments", "belongs_to", "cells_of", "read"]

HEADING = re.compile(r"^### (\d+)\.(\d+) ·", re.M)
MOST_PARTS, MOST_CELLS, MOST_TEXT = 5_000_000, 1000, 2 << 20
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.S)
LONE = re.compile("[\ud800-\udfff]")


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


def read(path: Path) -> list[NotebookNode]:
    """Give the cells of a notebook's file, as `cells_of`."""
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(_("the file is larger than {size} MB").format(size=MOST_BYTES >> 20))
    return cells_of(path.read_bytes())


def cells_of(data: bytes) -> list[NotebookNode]:
    """Give the cells of a notebook in any state: their kind, source, id and nbgrader's entry, and nothing else.

    Raises
    ------
    Unreadable
        If there is no notebook in it.
    """
    # A short text can hold so many parts that they fill the memory, and what is in strings counts for nothing there.
    parts = STRING.sub(b"", data)
    if sum(map(parts.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise Unreadable(_("the file has more than {count} parts").format(count=MOST_PARTS))
    try:
        notebook = json.loads(data.decode(json.detect_encoding(data), errors="replace"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(_("the file is no notebook ({why})").format(why=type(error).__name__)) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    if cells is None and isinstance(sheets, list):  # the format of 2013
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise Unreadable(_("the file is no notebook (there are no cells in it)"))
    found = [_cell(cell) for cell in cells[: MOST_CELLS + 1] if isinstance(cell, dict)]
    if len(cells) > MOST_CELLS or sum(len(cell.source) for cell in found) > MOST_TEXT:
        text = _("the notebook has more than {cells} cells, or more than {size} MB of text in them")
        raise Unreadable(text.format(cells=MOST_CELLS, size=MOST_TEXT >> 20))
    return found


def _cell(found: dict) -> NotebookNode:
    text = found.get("source", found.get("input", ""))
    text = "".join(map(str, text)) if isinstance(text, list) else str(text)
    metadata = found.get("metadata")
    ours = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = ours.get("grade_id") if isinstance(ours, dict) else None
    name = grade_id if isinstance(grade_id, str) else found.get("id")
    kinds = {"code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
    kind = found.get("cell_type")
    # Half of a sign beyond 16 bits can stand in JSON, and nowhere else.
    text = LONE.sub("\N{REPLACEMENT CHARACTER}", text)
    cell = kinds.get(kind if isinstance(kind, str) else "", nbformat.v4.new_markdown_cell)(text)
    cell["id"] = name if isinstance(name, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) else ""
    return cell


def belongs_to(cells: Sequence[NotebookNode], known: Sequence[Assignment]) -> Assignment | None:
    """Give the assignment that cells come from, by their ids and headings; None if none fits."""

    def fit(assignment: Assignment) -> int:
        there = {cell["id"] for cell in assignment.released.cells if sources.exercise_of(cell)}
        numbers = {question.number for question in assignment.questions}
        said = {f"{int(one)}.{int(two)}" for cell in cells for one, two in HEADING.findall(cell.source)}
        said |= {number for cell in cells for number in re.findall(r'^check\("(\d+\.\d+)"', cell.source, re.M)}
        return len(there & {cell["id"] for cell in cells}) + len(numbers & said)

    best = max(known, key=fit)
    return best if fit(best) else None
