"""Grade a folder of submissions: several at once are judged, nbgrader keeps the grades, and a table is written."""

import contextlib
import csv
import json
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning
from tqdm import tqdm
from traitlets.config import Config, PyFileConfigLoader

from dlcourse.grading import autograde, sandbox, walls
from dlcourse.grading.assign import SETTINGS
from dlcourse.grading.judge import Job, Limits, Result, judged
from dlcourse.grading.submissions import (
    Assignment,
    Submission,
    Unreadable,
    assignments,
    belongs_to,
    find,
    read,
    repaired,
)
from dlcourse.text import _

__all__ = ["Course", "Report", "grade", "table", "what_does_not_hold"]

REMARKS = "remarks.json"


@dataclass
class Report:
    """What `grade` did: how many were graded, what had to be said about files and learners, and what did not hold."""

    graded: int = 0
    remarks: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


@dataclass
class _Task:
    """A submission on its way through the batch."""

    submission: Submission
    assignment: Assignment
    job: Job
    result: Result | None = None


class Course:
    """nbgrader's course in a folder.

    Raises
    ------
    FileNotFoundError
        If the folder is none.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        if not (self.folder / SETTINGS).is_file():
            text = _("{folder} is no course: there is no {name} in it; dlcourse assign makes one")
            raise FileNotFoundError(text.format(folder=folder, name=SETTINGS))
        # nbgrader starts alembic by its name.
        bin_folder = str(Path(sys.executable).parent)
        if bin_folder not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([bin_folder, os.environ.get("PATH", "")])
        config = Config(PyFileConfigLoader(SETTINGS, path=str(self.folder)).load_config())
        config.NbGrader.logfile = ""
        # It would complain about an exchange, which this way of grading does not need.
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            with _quiet():
                self.api = NbGraderAPI(config=config)
        finally:
            logging.disable(before)
        self.limits = autograde.JudgeAnswers(config=config).limits
        self.api.log.handlers = [logging.NullHandler()]
        self.api.log.propagate = False

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """Open the gradebook."""
        with _quiet(), Gradebook(self.api.coursedir.db_url, self.api.coursedir.course_id) as gradebook:
            yield gradebook

    def do(self, action: str, *args: Any) -> str:
        """Have nbgrader do something; give what it says when that fails, and nothing when it does not."""
        with _quiet():
            done = getattr(self.api, action)(*args)
        return "" if done["success"] else str(done.get("error") or done.get("log", "")).strip().split("\n")[-1]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def grade(
    folder: Path, course: Path, *, jobs: int | None = None, limits: Limits | None = None, feedback: bool = False,
    trusted: bool = False, quiet: bool = False,
) -> Report:  # fmt: skip
    """Grade all submissions in a folder, into the gradebook of a course.

    Parameters
    ----------
    folder : Path
        Notebooks, or a subfolder of notebooks for each learner.
    course : Path
        A course's folder, with ``source/``: as ``dlcourse assign`` makes it.
    jobs : int, optional
        How many are judged at once; as many as there are processors if not given.
    limits : Limits, optional
        What each may use; the course's settings say it if not given.
    feedback : bool
        Write a page for each learner, too.
    trusted : bool
        Run submissions without walls around them, which not every machine has.
    quiet : bool
        Show no progress.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, no course, or no assignment in it.
    dlcourse.grading.walls.Unprotected
        If there are no walls, and the learners are not trusted.
    """
    if not folder.is_dir():
        raise FileNotFoundError(_("there is no folder {folder}").format(folder=folder))
    known, report, keeper = assignments(course), Report(), Course(course)
    limits = limits or keeper.limits
    limits = replace(limits, trusted=limits.trusted or trusted)
    if not limits.trusted:
        walls.require()
    tasks = _collect(folder, keeper.folder, known, limits, report)
    for name in sorted({task.assignment.name for task in tasks}):
        problem = keeper.do("generate_assignment", name)
        if problem:
            report.remarks.append(f"{name}: {problem}")
    _judge(tasks, jobs or os.cpu_count() or 1, quiet)
    report.lacks = what_does_not_hold([task.result for task in tasks])
    for task in tqdm(tasks, desc=_("gradebook"), disable=quiet):
        _enter(keeper, task, feedback, report)
    return report


def _collect(folder: Path, course: Path, known: Sequence[Assignment], limits: Limits, report: Report) -> list[_Task]:
    tasks: dict[tuple[str, str], _Task] = {}
    for submission in find(folder):
        name = submission.path.relative_to(folder).as_posix()
        original = submission.path.with_suffix(".ipynb.original")
        try:
            cells = read(original if original.exists() else submission.path)
            assignment = belongs_to(cells, known)
            if assignment is None:
                raise Unreadable(_("no exercise of this course's assignments is in it"))
            notebook, mended = repaired(cells, assignment)
        except (Unreadable, OSError) as error:
            report.remarks.append(f"{name}: {error}")
            continue
        place = course / "submitted" / submission.student / assignment.name / f"{assignment.notebook}.ipynb"
        key = submission.student, assignment.name
        submission.remarks = mended
        if key in tasks:
            text = _("there are several notebooks of this assignment; {name} counts")
            submission.remarks.append(text.format(name=name))
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and place.samefile(submission.path) and not original.exists():
            shutil.copy(place, original)
        nbformat.write(notebook, place)
        tests = [question.test for question in assignment.questions if question.test]
        tasks[key] = _Task(submission, assignment, autograde.job_of(notebook, tests, limits))
    for other in sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".ipynb"):
        report.remarks.append(_("{name}: not a notebook, left alone").format(name=other.name))
    return list(tasks.values())


def _judge(tasks: Sequence[_Task], jobs: int, quiet: bool) -> None:
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(tasks), desc=_("judged"), disable=quiet) as bar:

        def work(task: _Task) -> None:
            try:
                task.result = judged(task.job)
            except (OSError, ValueError) as error:
                task.result = Result(remarks=[_("it could not be judged ({why})").format(why=error)])
            bar.update()

        list(pool.map(work, tasks))


def _enter(course: Course, task: _Task, feedback: bool, report: Report) -> None:
    student, assignment = task.submission.student, task.assignment
    autograde.ready[student, assignment.name, assignment.notebook] = task.result
    problem = course.do("autograde", assignment.name, student)
    remarks = [*task.submission.remarks, *task.result.remarks]
    if problem:
        remarks.append(_("nbgrader could not enter it: {problem}").format(problem=problem))
    else:
        report.graded += 1
        if feedback:
            remarks += filter(None, [course.do("generate_feedback", assignment.name, student)])
    place = course.folder / "autograded" / student / assignment.name
    place.mkdir(parents=True, exist_ok=True)
    place.joinpath(REMARKS).write_text(json.dumps(remarks, ensure_ascii=False), encoding="utf-8")
    report.remarks += [f"{student}: {remark}" for remark in remarks]


def what_does_not_hold(results: Sequence[Result | None]) -> list[str]:
    """Say in plain words what the machine at hand does not protect from."""
    seen = [result.holds for result in results if result is not None and result.holds is not None]
    return list(dict.fromkeys(text for holds in seen for text in sandbox.lacks(holds)))


def table(course: Path, out: Path) -> int:
    """Write the grades of a course's gradebook as CSV, and give the number of rows.

    A row for each submission, sorted; a column for each exercise, empty where a person still has to grade it; points,
    the most there are, and remarks.
    """
    known, keeper = assignments(course), Course(course)
    numbers = [question.number for assignment in known for question in assignment.questions]
    rows = []
    with keeper.gradebook() as gradebook:
        for assignment in known:
            try:
                submissions = gradebook.assignment_submissions(assignment.name)
            except MissingEntry:
                submissions = []
            rows += [_row(keeper.folder, assignment, submission, numbers) for submission in submissions]
    head = ["learner", "assignment", *numbers, "points", "most", "to grade by hand", "remarks"]
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        lines = csv.writer(file)
        lines.writerow(head)
        lines.writerows(sorted(rows))
    return len(rows)


def _row(folder: Path, assignment: Assignment, submission: Any, numbers: Sequence[str]) -> list:
    points: dict[str, float | str] = {}
    waiting = []
    for notebook in submission.notebooks:
        for entry in notebook.grades:
            number = ".".join(entry.name.split("-")[1:3])
            by_hand = entry.manual_score is None and (entry.auto_score is None or entry.needs_manual_grade)
            points[number] = "" if by_hand else f"{entry.score:g}"
            waiting += [number] if by_hand else []
    most = sum(question.points for question in assignment.questions)
    total = sum(float(value) for value in points.values() if value)
    file = folder / "autograded" / submission.student.id / assignment.name / REMARKS
    remarks = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    return [
        _cell(submission.student.id), assignment.name, *(points.get(number, "") for number in numbers),
        f"{total:g}", f"{most:g}", " ".join(sorted(waiting)), _cell("; ".join(remarks)),
    ]  # fmt: skip


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
