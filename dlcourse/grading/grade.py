"""Grade a folder of submissions: several at once are judged, and nbgrader keeps the grades."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from dlcourse.grading import autograde, late, sandbox, walls
from dlcourse.grading.course import Course, Found
from dlcourse.grading.incoming import File, Learner, learners, walk
from dlcourse.grading.judge import Job, Limits, Result, judged
from dlcourse.grading.mending import Mended, repaired
from dlcourse.grading.names import shown
from dlcourse.grading.roster import Roster
from dlcourse.grading.submissions import Assignment, Unreadable, assignments, belongs_to, cells_of
from dlcourse.text import _

__all__ = ["Course", "Report", "grade", "what_does_not_hold"]

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
class _Task:
    """A submission on its way through the batch."""

    learner: str
    assignment: Assignment
    file: File
    mended: Mended
    job: Job
    result: Result | None = None


def grade(
    folder: Path, course: Path, *, jobs: int | None = None, limits: Limits | None = None, feedback: bool = False,
    trusted: bool = False, quiet: bool = False, only: Iterable[str] = (),
) -> Report:  # fmt: skip
    """Grade all submissions in a folder, into the gradebook of a course.

    Parameters
    ----------
    folder : Path
        Notebooks, or a subfolder or an archive of notebooks for each learner; or an archive of all that.
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
    only : iterable of str
        Learners, by name or id; the others are left as they are. None for all.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, no course, or no assignment in it.
    dlcourse.grading.walls.Unprotected
        If there are no walls, and the learners are not trusted.
    """
    if not folder.exists():
        raise FileNotFoundError(_("there is no folder {folder}").format(folder=folder))
    known, report, keeper = assignments(course), Report(), Course(course)
    limits = limits or keeper.limits
    limits = replace(limits, trusted=limits.trusted or trusted)
    if not limits.trusted:
        walls.require()
    tasks = _Collected(folder, keeper, known, limits, report, set(only)).tasks
    for name in sorted({task.assignment.name for task in tasks}):
        problem = keeper.do("generate_assignment", name)
        if problem:
            report.remarks.append(f"{name}: {problem}")
    late.enter(keeper)
    _judge(tasks, jobs or os.cpu_count() or 1, quiet)
    report.lacks = what_does_not_hold([task.result for task in tasks])
    for task in tqdm(tasks, desc=_("gradebook"), disable=quiet):
        _enter(keeper, task, feedback, report)
    return report


class _Collected:
    """Finds the submissions in a folder, and puts them into the course; `tasks` is what is to be judged."""

    def __init__(
        self, folder: Path, course: Course, known: Sequence[Assignment], limits: Limits, report: Report, only: set[str]
    ):
        self.course, self.known, self.limits, self.report = course, known, limits, report
        self.tasks: list[_Task] = []
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
        if only and not self.tasks:
            raise ValueError(_("there is nothing of {names} in {folder}").format(names=sorted(only), folder=folder))
        course.learners.save()

    def _id_of(self, learner: Learner) -> str:
        person = self.roster.find(learner.name, learner.number)
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
        else:
            (self.course.folder / "judged" / "nothing" / f"{learner_id}.json").unlink(missing_ok=True)
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
        filled = [one for one in counted if _answers(one[1].notebook) != _answers(assignment.released)]
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
        job = autograde.job_of(mended.notebook, tests, self.limits)
        self.tasks.append(_Task(learner, assignment, file, mended, job))


def _beside(file: File, learner: Learner) -> dict[str, str]:
    """Give the Python files that lay in the notebook's own folder."""
    found = {}
    for other in learner.others:
        name = other.parts[-1]
        if other.parts[:-1] == file.parts[:-1] and name.endswith(".py") and name[:-3].isidentifier():
            found[name[:-3]] = other.load().decode("utf-8", "replace")
    return found


def _answers(notebook: NotebookNode) -> dict[str, str]:
    solutions = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    own = [cell.source for cell in notebook.cells if cell["id"].startswith("cell-") and cell.cell_type == "code"]
    return {cell["id"]: cell.source.strip() for cell in solutions} | ({"more": "\n".join(own)} if own else {})


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
    learner, assignment, result = task.learner, task.assignment, task.result
    before, answers = course.found(learner, assignment.name), _answers(task.mended.notebook)
    verdicts = {number: asdict(verdict) for number, verdict in result.verdicts.items()}
    wrong = {number for number, verdict in result.verdicts.items() if not verdict.right}
    doubts = [text for number, text in task.mended.doubts.items() if number in wrong or number not in verdicts]
    found = Found([*task.mended.remarks, *doubts, *result.remarks], verdicts, file=task.file.name)
    found.answers = {name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in answers.items()}
    autograde.ready[learner, assignment.name, assignment.notebook] = result
    problem = course.do("autograde", assignment.name, learner)
    if problem:
        found.remarks.append(_("nbgrader could not enter it: {problem}").format(problem=problem))
    else:
        report.graded += 1
        found.remarks += _kept_by_hand(course, task, before, found)
        if feedback:
            found.remarks += filter(None, [course.do("generate_feedback", assignment.name, learner)])
    course.keep(learner, assignment.name, found)
    report.remarks += [f"{learner}: {remark}" for remark in found.remarks]
    report.changed += _changes(learner, before, found)


def _kept_by_hand(course: Course, task: _Task, before: Found, now: Found) -> list[str]:
    """Points given by hand stay with the text that they were given for: of a new text a person has to look again."""
    said = []
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(task.assignment.name, task.learner)
        for entry in (entry for notebook in submission.notebooks for entry in notebook.grades):
            if entry.manual_score is None:
                continue
            name = entry.name.replace("check-", "ex-", 1)
            if before.answers.get(name, now.answers.get(name)) == now.answers.get(name):
                entry.needs_manual_grade = False
                continue
            number = ".".join(name.split("-")[1:3])
            text = _("{number}: the answer has changed since you gave {points:g} points for it: look at it again")
            said.append(text.format(number=number, points=entry.manual_score))
            entry.manual_score, entry.needs_manual_grade = None, entry.auto_score is None
        gradebook.db.commit()
    return said


def _changes(learner: str, before: Found, now: Found) -> list[str]:
    words = {True: _("right"), False: _("wrong")}
    return [
        f"{learner}: {number}: {words[old['right']]} → {words[now.verdicts[number]['right']]}"
        for number, old in before.verdicts.items()
        if number in now.verdicts and now.verdicts[number]["right"] != old["right"]
    ]


def what_does_not_hold(results: Sequence[Result | None]) -> list[str]:
    """Say in plain words what the machine at hand does not protect from."""
    seen = [result.holds for result in results if result is not None and result.holds is not None]
    return list(dict.fromkeys(text for holds in seen for text in sandbox.lacks(holds)))
