"""Judges one submission: its cells run in a worker, and the checks run here, on what the worker hands over.

``python -I -m dlcourse.grading.judge`` reads a job as JSON and writes one line of JSON for each thing it finds out;
`judged` starts that, so that each submission has a judge of its own that can be stopped.
"""

import json
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from dlcourse.checks import base
from dlcourse.checks.access import NotYet, Raised
from dlcourse.grading import parts, running, walls, written
from dlcourse.grading.job import Cell, Job, Limits, Result, Verdict
from dlcourse.grading.process import Gone
from dlcourse.grading.remote import RemoteAccess, Workplace
from dlcourse.text import _

__all__ = ["Cell", "Job", "Limits", "Result", "Verdict", "judge", "judged", "main"]

MOST_STARTS = 40
# Other submissions share the processor: who is too slow only then is asked again.
TRIES_AT_SPEED = 3
GRACE = 2.0
JUDGE_MEMORY = 3 << 30
START_SECONDS = 30
MOST_REMARKS = 100


class _Judge:
    """One submission: a worker, and another one whenever that one is gone."""

    def __init__(self, job: Job):
        self.job, self.limits = job, job.limits
        self.end = time.monotonic() + self.limits.submission
        self.texts = [running.python(cell.text) if time.monotonic() < self.end else "" for cell in job.cells]
        # What is tried of each cell: all of it, its definitions, nothing.
        self.level = [0] * len(job.cells)
        # Cells whose time was up once: the next worker does not wait for them as long.
        self.stopped: set[int] = set()
        self.starts = 0
        self.workplace: Workplace | None = None
        self.found = Result()

    def report(self) -> Iterator[tuple[str, Any]]:
        """Judge, and say one thing after another: verdicts, and then cells, remarks and what holds."""
        for number, names, seeds, variant in self.job.exercises:
            yield "verdict", asdict(self._exercise(number, names, seeds, variant))
        if self.workplace is not None:
            self.workplace.close()
        yield "cells", self.found.cells
        yield "remarks", self.found.remarks[:MOST_REMARKS]
        yield "holds", self.found.holds

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.end)

    def _ready(self) -> Workplace:
        """Give a worker in which all cells have run."""
        while self.workplace is None:
            if self.starts >= MOST_STARTS or time.monotonic() >= self.end:
                raise Gone("time", _("the time for the whole submission was used up"))
            self.starts += 1
            limits = self.limits
            self.workplace = Workplace(limits.memory, limits.submission, trusted=limits.trusted)
            self.found.holds = self.workplace.holds
            budget = running.Budget(self.limits.cell, self.end)
            for place, cell in enumerate(self.job.cells):
                try:
                    self._run(place, cell, budget.seconds)
                    self._keep(cell)
                except Gone as error:
                    self._leave_out(place, error)
                    break
        return self.workplace

    def _run(self, place: int, cell: Cell, seconds: float) -> None:
        text = [self.texts[place], written.only_definitions(self.texts[place]), ""][self.level[place]]
        found = running.run(text, self._ask, min(seconds, running.REST) if place in self.stopped else seconds)
        self.stopped |= {place} if found.stopped else set()
        if cell.id not in self.found.cells:
            self.found.cells[cell.id] = found.printed, found.error
            said = _("cell {place} ({name}): {why}")
            self.found.remarks += [said.format(place=place + 1, name=cell.id, why=why) for why in found.remarks]

    def _ask(self, text: str, seconds: float) -> dict:
        # A worker stops a cell by itself. One that does not is ended.
        self.workplace.deadline = self._until(seconds + GRACE)
        return self.workplace.run(text, seconds)

    def _keep(self, cell: Cell) -> None:
        for number, names, _seeds, _variant in self.job.exercises:
            if number in cell.before:
                self.workplace.keep(number, names)

    def _leave_out(self, place: int, error: Gone) -> None:
        self._end()
        if not self.level[place]:
            name = self.job.cells[place].id
            text = _("cell {place} ({name}): {why}; it is left out, except for the functions and classes in it")
            self.found.remarks.append(text.format(place=place + 1, name=name, why=error.text))
            self.found.cells[name] = ("", ["CellTimeoutError" if error.kind == "time" else "ProcessEnded", error.text, 0])
        self.level[place] += 1

    def _end(self) -> None:
        self.workplace.close()
        self.workplace = None

    def _exercise(self, number: str, names: Sequence[str], seeds: Sequence[int], variant: int) -> Verdict:
        try:
            workplace = self._ready()
        except Gone as error:
            return self._gone(number, error)
        workplace.deadline = self._until(self.limits.exercise)
        access = RemoteAccess(workplace)
        try:
            for seed in seeds:
                _check(workplace, access, number, names, seed, variant)
        except NotYet as error:
            return Verdict(number, False, error.kind, str(error), self._parts(access, number, names, seeds, variant))
        except Gone as error:
            self._end()
            return self._gone(number, error)
        except (Exception, Raised) as error:
            # The check itself stumbled over what it got: no point, and somebody should know.
            self._end()
            why = f"{type(error).__name__}: {str(error)[:200]}"
            text = _("{number}: the check could not deal with the answer ({why})")
            self.found.remarks.append(text.format(number=number, why=why))
            text = _("{number}: the answer is of a kind that cannot be judged.")
            return Verdict(number, False, "broken", text.format(number=number))
        return Verdict(number, True)

    def _parts(self, access: RemoteAccess, number: str, names: Sequence[str], seeds: Sequence[int], variant: int) -> dict:
        if number not in self.job.solutions:
            return {}
        workplace = self.workplace
        workplace.deadline = self._until(self.limits.exercise)

        def accepts(answer: list) -> None:
            for seed in seeds:
                base.judge(number, answer, seed=seed, variant=variant, access=access)

        try:
            solution = parts.solved(number, self.job.solutions[number])
            return parts.passed(names, solution, lambda name: workplace.subject(name, number), accepts)
        except Gone as error:
            self._end()
            text = _("{number}: which parts are right could not be found out: {why}")
            self.found.remarks.append(text.format(number=number, why=error.text))
            return {}

    def _gone(self, number: str, error: Gone) -> Verdict:
        text = _("{number}: {why}").format(number=number, why=error.text)
        self.found.remarks.append(text)
        return Verdict(number, False, error.kind, text)


def _check(workplace: Workplace, access: RemoteAccess, number: str, names: Sequence[str], seed: int, variant: int):
    """Judge what the names held where the test stands; if there was no answer yet, what they hold at the end."""
    try:
        _check_at(number, workplace, access, number, names, seed, variant)
    except NotYet as error:
        if error.kind != "missing":
            raise
        _check_at(None, workplace, access, number, names, seed, variant)


def _check_at(place: str | None, workplace: Workplace, access: RemoteAccess, number: str, names: Sequence[str],
              seed: int, variant: int):  # fmt: skip
    for left in reversed(range(TRIES_AT_SPEED)):
        subjects = [workplace.subject(name, place) for name in names]
        try:
            base.judge(number, subjects, seed=seed, variant=variant, access=access)
            workplace.forget()
            return
        except NotYet as error:
            workplace.forget()
            if error.kind != "slow" or not left:
                raise


def judge(job: Job) -> Result:
    """Judge a submission in this process; its code runs in another."""
    _allowed(job)
    result = Result()
    for kind, what in _reports(job):
        _note(result, kind, what)
    return result


def _allowed(job: Job) -> None:
    if not job.limits.trusted:
        walls.require()


def _reports(job: Job) -> Iterator[tuple[str, Any]]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield from _Judge(job).report()


def _note(result: Result, kind: str, what: Any) -> None:
    if kind == "verdict":
        result.verdicts.setdefault(what["number"], Verdict(**what))
    elif kind == "cells":
        result.cells = {name: tuple(found) for name, found in what.items()} | result.cells
    elif kind == "remarks":
        result.remarks += what
    else:
        result.holds = what or result.holds


def judged(job: Job) -> Result:
    """Judge a submission in a process of its own, which is ended when it does not come to an end by itself.

    Raises
    ------
    dlcourse.grading.walls.Unprotected
        If there are no walls for it, and its learner is not trusted.
    """
    _allowed(job)
    result, left = Result(), list(job.exercises)
    end = time.monotonic() + job.limits.submission
    while left:
        seconds = max(end - time.monotonic(), 0.0)
        rest = replace(job, exercises=left, limits=replace(job.limits, submission=seconds))
        complete = _in_a_process(rest, result, seconds + 2 * job.limits.exercise + START_SECONDS)
        left = [exercise for exercise in left if exercise[0] not in result.verdicts]
        if complete or not left:
            break
        # Where time is left, the rest is judged without the exercise that stopped the judge.
        late = time.monotonic() >= end
        for number, *_exercise in left if late else left[:1]:
            text = _("{number}: judging it did not come to an end").format(number=number)
            result.remarks.append(text)
            result.verdicts[number] = Verdict(number, False, "broken", text)
        left = [] if late else left[1:]
    return result


def _in_a_process(job: Job, result: Result, seconds: float) -> bool:
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "dlcourse.grading.judge"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    stop = threading.Timer(seconds, process.kill)
    stop.start()
    complete = False
    try:
        process.stdin.write(json.dumps(asdict(job)).encode())
        process.stdin.close()
        for line in process.stdout:
            kind, what = _of_whole_letters(json.loads(line))
            complete = complete or kind == "holds"
            _note(result, kind, what)
    except BrokenPipeError as error:
        result.remarks.append(_("the judge did not start ({why})").format(why=error))
    finally:
        stop.cancel()
        process.kill()
        process.stdout.close()
        process.wait()
    return complete


def _of_whole_letters(what: Any) -> Any:
    """Replace halves of letters (lone surrogates), which JSON can carry and no file can hold."""
    return json.loads(json.dumps(what, ensure_ascii=False).encode("utf-8", "replace"))


def _job(found: Mapping[str, Any]) -> Job:
    exercises = [(number, tuple(names), tuple(seeds), variant) for number, names, seeds, variant in found["exercises"]]
    return Job([Cell(**cell) for cell in found["cells"]], exercises, Limits(**found["limits"]), found.get("solutions", {}))


def main() -> int:
    """Read a job from stdin, and write what is found out to stdout."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (JUDGE_MEMORY, JUDGE_MEMORY))
    except (ImportError, ValueError, OSError) as error:
        print(f"dlcourse: no limit on the memory of the judge ({error})", file=sys.stderr)
    job = _job(json.load(sys.stdin))
    for kind, what in _reports(job):
        print(json.dumps([kind, what]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
