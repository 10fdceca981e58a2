"""Grade a folder of submissions: several at once are judged, and nbgrader keeps the grades."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from dlcourse.grading import autograde, late, sandbox, walls
from dlcourse.grading.collecting import Collected, Report, Task, answers_of
from dlcourse.grading.course import Course
from dlcourse.grading.found import Found
from dlcourse.grading.judge import Limits, Result, Verdict, judged
from dlcourse.grading.submissions import assignments
from dlcourse.text import _

__all__ = ["Course", "Report", "grade", "what_does_not_hold", "write_feedback"]



def grade(
    folder: Path, course: Path, *, jobs: int | None = None, limits: Limits | None = None, feedback: bool = False,
    trusted: bool = False, partial: bool = False, quiet: bool = False, only: Iterable[str] = (), exercises: Iterable[str] = (),
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
    partial : bool
        Give points for the parts of an answer that are right; the course's settings may say so, too.
    quiet : bool
        Show no progress.
    only : iterable of str
        Learners, by name or id; the others are left as they are. None for all.
    exercises : iterable of str
        Numbers such as ``"2.1"`` of exercises to judge again; the others keep the verdict that they had.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, no course, or no assignment in it.
    ValueError
        If there is nobody of `only`, or no such exercise.
    dlcourse.grading.walls.Unprotected
        If there are no walls, and the learners are not trusted.
    """
    if not folder.exists():
        raise FileNotFoundError(_("there is no folder {folder}").format(folder=folder))
    known, report, keeper, exercises = assignments(course), Report(), Course(course), set(exercises)
    unknown = exercises - {question.number for assignment in known for question in assignment.questions if question.test}
    if unknown:
        raise ValueError(_("no check judges {numbers} in this course").format(numbers=", ".join(sorted(unknown))))
    keeper.partial = keeper.partial or partial
    limits = limits or keeper.limits
    limits = replace(limits, trusted=limits.trusted or trusted)
    if not limits.trusted:
        walls.require()
    tasks = Collected(folder, keeper, known, limits, report, set(only), exercises).tasks
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


def _judge(tasks: Sequence[Task], jobs: int, quiet: bool) -> None:
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(tasks), desc=_("judged"), disable=quiet) as bar:

        def work(task: Task) -> None:
            try:
                task.result = judged(task.job)
            except (OSError, ValueError) as error:
                task.result = Result(remarks=[_("it could not be judged ({why})").format(why=error)])
            bar.update()

        list(pool.map(work, tasks))


def _enter(course: Course, task: Task, feedback: bool, report: Report) -> None:
    learner, assignment, result = task.learner, task.assignment, task.result
    before, answers = course.found(learner, assignment.name), answers_of(task.mended.notebook)
    judged_now = {number for number, *_unused in task.job.exercises}
    kept = {number: Verdict(**old) for number, old in before.verdicts.items() if number not in judged_now}
    result.verdicts = kept | result.verdicts
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


def _kept_by_hand(course: Course, task: Task, before: Found, now: Found) -> list[str]:
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


def write_feedback(course: Path) -> list[str]:
    """Write the pages for learners anew, with points and comments that people gave; give what went wrong."""
    keeper, said = Course(course), []
    late.refresh(keeper)
    for assignment in assignments(course):
        for place in sorted((keeper.folder / "autograded").glob(f"*/{assignment.name}")):
            problem = keeper.do("generate_feedback", assignment.name, place.parent.name)
            said += [f"{place.parent.name}: {problem}"] if problem else []
    return said


def what_does_not_hold(results: Sequence[Result | None]) -> list[str]:
    """Say in plain words what the machine at hand does not protect from."""
    seen = [result.holds for result in results if result is not None and result.holds is not None]
    return list(dict.fromkeys(text for holds in seen for text in sandbox.lacks(holds)))
