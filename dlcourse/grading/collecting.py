"""From a folder of files to a list of submissions: each in the form of the release, and in its place in the course."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.grading import autograde, late, sources
from dlcourse.grading.course import Course
from dlcourse.grading.found import Found
from dlcourse.grading.incoming import File, Learner, learners, walk
from dlcourse.grading.judge import Job, Limits, Result
from dlcourse.grading.mending import Mended, repaired
from dlcourse.grading.names import shown
from dlcourse.grading.roster import Roster
from dlcourse.grading.submissions import Assignment, Unreadable, belongs_to, cells_of
from dlcourse.text import _

__all__ = ["Collected", "Report", "Task", "answers_of"]

ORIGINAL = ".ipynb.original"


@dataclass
class Report:
    """What `grade` did.

    Attributes
    ----------
    graded : int
        How many submissions.
    remarks : list of str
        What had to be said about files and learners.
    lacks : list of str
        What did not hold on this machine.
    changed : list of str
        Where points differ from those of the last time.
    """

    graded: int = 0
    remarks: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass
class Task:
    """A submission on its way through the batch."""

    learner: str
    assignment: Assignment
    file: File
    mended: Mended
    job: Job
    result: Result | None = None


class Collected:
    """Finds the submissions in a folder, and puts them into the course; `tasks` is what is to be judged."""

    def __init__(
        self, folder: Path, course: Course, known: Sequence[Assignment], limits: Limits, report: Report, only: set[str],
        exercises: set[str],
    ):  # fmt: skip
        self.course, self.known, self.limits, self.report, self.exercises = course, known, limits, report, exercises
        self.tasks: list[Task] = []
        self.roster, self.due = Roster.of(course.folder), late.Table.of(course.folder)
        own = folder.resolve() == course.folder / "submitted"
        names = [name for assignment in known for name in (assignment.name, assignment.notebook)]
        found, nobodys = learners(list(walk(folder)), names)
        for learner in found:
            learner_id = learner.name if own else self._id_of(learner)
            if not only or {learner.name, learner_id} & only:
                self._of(learner, learner_id)
        for file in nobodys if not only else ():
            text = file.problem or _("not a notebook, left alone")
            report.remarks.append(f"{file.name}: {text}")
        report.remarks += course.learners.told
        people = {*course.learners.ids.values(), *(person.id for person in self.roster.people)}
        report.remarks += self.due.unknown({assignment.name for assignment in known}, people)
        if only and not self.tasks:
            raise ValueError(_("there is nothing of {names} in {folder}").format(names=sorted(only), folder=folder))
        course.learners.save()

    def _id_of(self, learner: Learner) -> str:
        person, before = self.roster.find(learner.name, learner.number), self.course.learners.ids.get(learner.name)
        if person and before and before != person.id:
            text = _("{name} had the id {before}, and has {now} from the roster; for one row: dlcourse class remove {before}")
            self.report.remarks.append(text.format(name=learner.name, before=before, now=person.id))
        return self.course.learners.id_of(learner.name, person.id if person else "")

    def _of(self, learner: Learner, learner_id: str) -> None:
        ready: dict[str, list[tuple[File, Mended]]] = {}
        said = []
        for file in learner.notebooks:
            try:
                assignment, mended = self._read(file, learner)
            except (Unreadable, OSError) as error:
                said.append(f"{file.name}: {shown(error)}")
                continue
            ready.setdefault(assignment.name, []).append((file, mended))
        said += [f"{file.name}: {file.problem}" for file in learner.others if file.problem]
        for assignment in self.known:
            if assignment.name in ready:
                self._choose(learner_id, assignment, ready[assignment.name])
        if not ready:
            handed_in = [*learner.notebooks, *learner.others]
            names = ", ".join(sorted(shown(file.parts[-1]) for file in handed_in if file.parts[-1])[:5])
            text = _("{name}: there is no notebook of this course among what was handed in ({files})")
            said.append(text.format(name=learner.name, files=names or _("nothing")))
            self.course.keep(learner_id, "", Found(said))
        self.report.remarks += said

    def _read(self, file: File, learner: Learner) -> tuple[Assignment, Mended]:
        original = file.path.with_name(file.path.stem + ORIGINAL)
        cells = cells_of(original.read_bytes() if file.real and original.exists() else file.load())
        assignment = belongs_to(cells, self.known)
        if assignment is None:
            raise Unreadable(_("no exercise of this course's assignments is in it"))
        return assignment, repaired(cells, assignment, _beside(file, learner))

    def _choose(self, learner: str, assignment: Assignment, found: list[tuple[File, Mended]]) -> None:
        allowed = self.due.attempts(assignment.name, learner)
        counted = found[:allowed] if allowed else found
        filled = [one for one in counted if answers_of(one[1].notebook) != answers_of(assignment.released)]
        file, mended = (filled or counted)[-1]
        if len(found) > 1:
            text = _("there are several notebooks of this assignment; {name} counts")
            mended.remarks.append(text.format(name=file.name))
        if len(counted) < len(found):
            text = _("{count} attempts were handed in, {most} are allowed")
            mended.remarks.append(text.format(count=len(found), most=allowed))
        if not filled:
            mended.remarks.append(_("nothing in it was filled in"))
        place = self.course.folder / "submitted" / learner / assignment.name / f"{assignment.notebook}.ipynb"
        original = place.with_name(place.stem + ORIGINAL)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and file.real and place.samefile(file.path):
            if not original.exists():
                shutil.copy(place, original)
        else:
            original.unlink(missing_ok=True)
            late.stamp(place.parent, file.time)
        nbformat.write(mended.notebook, place)
        tests = [question.test for question in assignment.questions if question.test]
        before = self.course.found(learner, assignment.name).verdicts
        numbers = {question.number for question in assignment.questions if question.test}
        if self.exercises and numbers - self.exercises <= set(before):
            tests = [question.test for question in assignment.questions if question.number in self.exercises]
        solutions = sources.runnable_solutions(assignment.source) if self.course.partial else {}
        job = autograde.job_of(mended.notebook, tests, self.limits, solutions)
        self.tasks.append(Task(learner, assignment, file, mended, job))


def _beside(file: File, learner: Learner) -> dict[str, str]:
    """Give the Python files that lay in the notebook's own folder."""
    found = {}
    for other in learner.others:
        name = other.parts[-1]
        if other.parts[:-1] == file.parts[:-1] and name.endswith(".py") and name[:-3].isidentifier():
            found[name[:-3]] = other.load().decode("utf-8", "replace")
    return found


def answers_of(notebook: NotebookNode) -> dict[str, str]:
    """Give the texts of the answers in a notebook, and of the code beside them."""
    solutions = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    own = [cell.source for cell in notebook.cells if cell["id"].startswith("cell-") and cell.cell_type == "code"]
    return {cell["id"]: cell.source.strip() for cell in solutions} | ({"more": "\n".join(own)} if own else {})
