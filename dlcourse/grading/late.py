"""Due dates, late penalties and attempts, from a table in the course's folder: ``due.csv``.

A row is an assignment's, or with a `learner` that learner's own: ``assignment, learner, due, percent a day, attempts,
handed in``. nbgrader keeps the dates and subtracts the penalties; its plugin for them is here.
"""

import csv
import datetime
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.plugins import LateSubmissionPlugin

from dlcourse.grading.found import course_of
from dlcourse.text import _

if TYPE_CHECKING:
    from dlcourse.grading.course import Course

__all__ = ["FILE", "ByTable", "Table", "enter", "penalty", "refresh", "stamp"]

FILE, COLUMNS = "due.csv", ("assignment", "learner", "due", "percent a day", "attempts", "handed in")
STAMP = "timestamp.txt"  # where nbgrader looks for the time of a submission
DAY = 86_400


class Table:
    """The rows of ``due.csv``; none where there is no such file.

    Raises
    ------
    ValueError
        If the table has other columns, or a date or a number cannot be read.
    """

    def __init__(self, rows: list[Mapping[str, str]]):
        self.rows = {}
        for row in rows:
            if not {"assignment", "due"} <= set(row) or not set(row) <= set(COLUMNS):
                raise ValueError(_("{file} needs columns among {columns}").format(file=FILE, columns=", ".join(COLUMNS)))
            row = {name: (value or "").strip() for name, value in row.items()}
            for name in ("due", "handed in"):
                row[name] = _utc(row.get(name, ""))
            for name, kind in (("percent a day", float), ("attempts", int)):
                row[name] = kind(row[name]) if row.get(name) else None
            self.rows[row["assignment"], row.get("learner", "")] = row

    @classmethod
    def of(cls, course: Path) -> "Table":
        """Read the table of a course."""
        file = course / FILE
        if not file.is_file():
            return cls([])
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return cls(list(csv.DictReader(lines, skipinitialspace=True)))

    def _get(self, name: str, assignment: str, learner: str) -> Any:
        found = [self.rows[key][name] for key in ((assignment, learner), (assignment, "")) if key in self.rows]
        return next((value for value in found if value is not None), None)

    def due(self, assignment: str, learner: str = "") -> datetime.datetime | None:
        """Give when an assignment is due, in UTC; None if at any time."""
        return self._get("due", assignment, learner)

    def handed_in(self, assignment: str, learner: str) -> datetime.datetime | None:
        """Give when the table says that it was handed in."""
        return self.rows.get((assignment, learner), {}).get("handed in")

    def attempts(self, assignment: str, learner: str) -> int | None:
        """Give how many notebooks count; None for any number."""
        return self._get("attempts", assignment, learner)

    def unknown(self, assignments: set[str], learners: set[str]) -> list[str]:
        """Say which rows are of no assignment and of nobody: a mistyped name would take nobody's date into account."""
        found = {assignment for assignment, _learner in self.rows} - assignments
        found |= {learner for _assignment, learner in self.rows if learner} - learners
        return [_("{file}: nothing is known of {name}").format(file=FILE, name=name) for name in sorted(found)]

    def percent(self, assignment: str, learner: str) -> float:
        """Give what a day costs, in percent of the points."""
        return self._get("percent a day", assignment, learner) or 0.0


def _utc(text: str) -> datetime.datetime | None:
    """Read a date, with or without an hour, in the time of this machine; a date alone means its end."""
    if not text:
        return None
    if len(text) == 10:
        text += " 23:59:59"
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).replace(tzinfo=None)


def penalty(score: float, late: float, percent: float) -> float:
    """Give the points that are lost `late` seconds after the due date: some percent for each day that has begun."""
    return score * min(percent * math.ceil(late / DAY), 100.0) / 100 if late > 0 else 0.0


class ByTable(LateSubmissionPlugin):
    """nbgrader's plugin for late penalties, with the table of the course."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Give the points that are lost."""
        assignment = self.parent.assignment_id
        table = Table.of(course_of(self.parent.db_url))
        due, own = table.due(assignment), table.due(assignment, student_id)
        if due is None or own is None:
            return None
        late = total_seconds_late - (own - due).total_seconds()
        return penalty(score, late, table.percent(assignment, student_id)) or None


def enter(course: "Course") -> None:
    """Enter the due dates in the gradebook, and the times that the table gives."""
    table = Table.of(course.folder)
    with course.gradebook() as gradebook:
        for assignment in gradebook.assignments:
            assignment.duedate = table.due(assignment.name)
        gradebook.db.commit()
    for (assignment, learner), row in table.rows.items():
        place = course.folder / "submitted" / learner / assignment
        if row["handed in"] and learner and place.is_dir():
            stamp(place, row["handed in"].replace(tzinfo=datetime.UTC).timestamp())


def stamp(place: Path, time: float) -> None:
    """Write when a submission was handed in, as nbgrader reads it; nothing where nobody knows."""
    if time > 0:
        text = datetime.datetime.fromtimestamp(time, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        place.joinpath(STAMP).write_text(text, encoding="utf-8")


def refresh(course: "Course") -> None:
    """Reckon the penalties again: since they were entered, a person may have given points."""
    table = Table.of(course.folder)
    with course.gradebook() as gradebook:
        for submission in (one for assignment in gradebook.assignments for one in assignment.submissions):
            due, name = table.due(submission.assignment.name, submission.student.id), submission.assignment.name
            for notebook in submission.notebooks if due and submission.timestamp else ():
                late = (submission.timestamp - due).total_seconds()
                lost = penalty(notebook.score, late, table.percent(name, submission.student.id))
                notebook.late_submission_penalty = lost or None
        gradebook.db.commit()
