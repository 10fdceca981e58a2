"""The grades of a class as tables: a row a person, and the layouts that learning platforms take back."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import MissingEntry, SubmittedAssignment

from dlcourse.grading import late
from dlcourse.grading.autograde import parts_said
from dlcourse.grading.course import Course
from dlcourse.grading.found import Found
from dlcourse.grading.roster import Person, Roster
from dlcourse.grading.submissions import Assignment, assignments
from dlcourse.text import _, joined

__all__ = ["LAYOUTS", "Row", "export", "hint_of", "missing", "rows", "table"]

LAYOUTS = ("canvas", "moodle", "openolat")
GRADE = ("grade", "bewertung", "note")
COMMENT = ("feedback comments", "feedback als kommentar")


@dataclass
class Row:
    """One person's results.

    Attributes
    ----------
    learner, name, email : str
    points : dict
        By the exercise's number; absent where nothing was handed in, None where a person has to grade it.
    late : dict
        By assignment, the points lost.
    missing : list of str
        Assignments that were not handed in.
    remarks : list of str
    """

    learner: str
    name: str = ""
    email: str = ""
    points: dict[str, float | None] = field(default_factory=dict)
    late: dict[str, float] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def total(self, assignment: Assignment) -> float | None:
        """Give the points in an assignment; None if it was not handed in, or something is not graded yet."""
        own = [self.points.get(question.number) for question in assignment.questions]
        if assignment.name in self.missing or None in own:
            return None
        return sum(own) - self.late.get(assignment.name, 0.0)

    @property
    def waiting(self) -> list[str]:
        """Exercises that a person has to grade."""
        return sorted((number for number, points in self.points.items() if points is None), key=_place)


def _place(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def rows(course: Course, known: Sequence[Assignment]) -> list[Row]:
    """Give the results of a class: of everybody in the roster, and of everybody else who handed something in."""
    late.refresh(course)
    roster = Roster.of(course.folder)
    found = {person.id: Row(person.id, person.name, person.email) for person in roster.people}
    with course.gradebook() as gradebook:
        learners = [student.id for student in gradebook.students] + course.without_notebook()
        for learner in dict.fromkeys([*found, *learners]):
            row = found.setdefault(learner, Row(learner, course.learners.name_of(learner)))
            row.remarks += course.found(learner, "").remarks
            for assignment in known:
                try:
                    _enter(row, assignment, gradebook.find_submission(assignment.name, learner),
                           course.found(learner, assignment.name))  # fmt: skip
                except MissingEntry:
                    row.missing.append(assignment.name)
    return sorted(found.values(), key=lambda row: row.learner)


def _enter(row: Row, assignment: Assignment, submission: SubmittedAssignment, found: Found) -> None:
    row.remarks += found.remarks
    for entry in (entry for notebook in submission.notebooks for entry in notebook.grades):
        number = ".".join(entry.name.split("-")[1:3])
        by_hand = entry.manual_score is None and (entry.auto_score is None or entry.needs_manual_grade)
        row.points[number] = None if by_hand else entry.score
        parts = found.verdicts.get(number, {}).get("parts", {})
        if any(parts.values()) and entry.manual_score is None:
            row.remarks.append(parts_said(number, parts))
        if not by_hand and not entry.score and entry.manual_score is None:
            row.remarks += _why(number, found, row.remarks)
    lost = sum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)
    if lost:
        row.late[assignment.name] = lost


def _why(number: str, found: Found, said: Iterable[str]) -> list[str]:
    """Say why there are no points, unless that is said already."""
    if any(text.startswith(f"{number}: ") for text in said):
        return []
    verdict = found.verdicts.get(number)
    if verdict is None and not found.verdicts:
        return []  # nbgrader alone has graded it
    if verdict is None:
        return [_("{number}: nothing was written").format(number=number)]
    return [f"{number}: {hint_of(verdict)[:160]}"]


def hint_of(verdict: Mapping[str, str]) -> str:
    """Give the first line of what a learner read, without its number."""
    hint = verdict["hint"].partition("\n")[0]
    for words in (_("{number}: not yet. {hint}"), "{number}: {hint}"):
        hint = hint.removeprefix(words.format(number=verdict["number"], hint=""))
    return hint


def table(folder: Path, out: Path) -> int:
    """Write the grades of a course as CSV, and give the number of rows.

    A row for each person, sorted; a column for each exercise, empty where a person still has to grade it or nothing
    was handed in; points, the most there are, and remarks.
    """
    known, course = assignments(folder), Course(folder)
    numbers = [question.number for assignment in known for question in assignment.questions]
    most = sum(question.points for assignment in known for question in assignment.questions)
    each = [assignment.name for assignment in known] if len(known) > 1 else []
    found = rows(course, known)
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        lines = csv.writer(file)
        head = ["points", "late", "most", "to grade by hand", "not handed in", "remarks"]
        lines.writerow(["learner", "name", "email", *numbers, *each, *head])
        for row in found:
            points = [_number(row.points.get(number)) for number in numbers]
            totals = [_number(row.total(assignment)) for assignment in known] if each else []
            lost = sum(row.late.values())
            so_far = sum(value for value in row.points.values() if value is not None) - lost
            lines.writerow([
                _cell(row.learner), _cell(row.name), _cell(row.email), *points, *totals, f"{so_far:g}",
                _number(lost or None), f"{most:g}", " ".join(row.waiting), " ".join(row.missing),
                _cell(joined(row.remarks, "; ")),
            ])  # fmt: skip
    return len(found)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def missing(folder: Path) -> list[str]:
    """Give a line for each person who has not handed in everything."""
    found = [row for row in rows(Course(folder), assignments(folder)) if row.missing]
    return [" · ".join(filter(None, [row.name or row.learner, row.email, " ".join(row.missing)])) for row in found]


def export(folder: Path, layout: str, out: Path) -> int:
    """Write the grades as a learning platform takes them, and give the number of people with a grade.

    Who has something to be graded yet, or has handed in nothing, gets no grade.

    Raises
    ------
    ValueError
        If the course has no roster of that platform.
    """
    known, course, roster = assignments(folder), Course(folder), Roster.of(folder)
    if layout == "openolat" and not roster.people or layout != "openolat" and roster.platform != layout:
        text = _("there is no table of {layout} in the course: dlcourse class roster FILE --course {folder}")
        raise ValueError(text.format(layout=layout, folder=folder))
    results = {row.learner: row for row in rows(course, known)}
    people = [(person, results[person.id]) for person in roster.people]
    written = {"canvas": _canvas, "moodle": _moodle, "openolat": _openolat}[layout](roster, people, known)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=roster.delimiter if layout != "openolat" else ",").writerows(written)
    out.write_text(buffer.getvalue(), encoding="utf-8" if layout == "openolat" else "utf-8-sig", newline="")
    return sum(any(row.total(assignment) is not None for assignment in known) for _person, row in people)


def _canvas(roster: Roster, people: Sequence[tuple[Person, Row]], known: Sequence[Assignment]) -> list[list[str]]:
    """Canvas's own columns, and one for each assignment: the one that has its name already, or a new one."""
    kept = [place for place, name in enumerate(roster.head) if name.strip().casefold() in
            ("student", "id", "sis user id", "sis login id", "root account", "section")]  # fmt: skip
    titles = [next((name for name in roster.head if assignment.name in name), assignment.name) for assignment in known]
    worth = [_number(sum(question.points for question in assignment.questions)) for assignment in known]
    lines = [[*(roster.head[place] for place in kept), *titles]]
    lines.append(["    Points Possible", *[""] * (len(kept) - 1), *worth])
    for person, row in people:
        own = roster.rows[person.row]
        lines.append([*(own[place] for place in kept), *(_number(row.total(assignment)) for assignment in known)])
    return lines


def _moodle(roster: Roster, people: Sequence[tuple[Person, Row]], known: Sequence[Assignment]) -> list[list[str]]:
    """The grading worksheet with its grades and comments filled in; of a list of people, with a new column each."""
    names = [name.strip().casefold() for name in roster.head]
    grade = next((names.index(name) for name in GRADE if name in names), None)
    comment = next((names.index(name) for name in COMMENT if name in names), None)
    if grade is None:
        lines = [[*roster.head, *(assignment.name for assignment in known)]]
        return lines + [
            [*roster.rows[person.row], *(_number(row.total(assignment)) for assignment in known)]
            for person, row in people
        ]
    if len(known) != 1:
        raise ValueError(_("a grading worksheet is of one assignment, and the course has {n}").format(n=len(known)))
    lines = [list(roster.head)]
    for person, row in people:
        own, total = list(roster.rows[person.row]), row.total(known[0])
        if total is not None:
            own[grade] = _number(total)
            if comment is not None:
                own[comment] = joined(row.remarks, "; ")
        lines.append(own)
    return lines


def _openolat(_roster: Roster, people: Sequence[tuple[Person, Row]], known: Sequence[Assignment]) -> list[list[str]]:
    """Lines for OpenOlat's bulk assessment: who, points, passed or not (left as it is), and a comment."""
    found = []
    for person, row in people:
        totals = [row.total(assignment) for assignment in known]
        if None not in totals:
            found.append([person.id, _number(sum(totals)), "", _cell(joined(row.remarks, "; "))])
    return found
