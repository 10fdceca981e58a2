"""Chapter 08, below the search: trials run in this process or in several, and are kept in a journal.

A trial is one set of hyperparameters with what came of it. Whatever goes wrong inside a trial becomes part of its
record, so that a search of a hundred trials survives the one with a learning rate of 10. `search` decides which
trials to run; this module runs them.
"""

import json
import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.ranges import Range, check_ranges, whole
from dlcourse.training import Diverged

__all__ = ["Journal", "Objective", "Task", "Trial", "check_search", "evaluator", "keeps_what_finished"]

Objective = Callable[[dict[str, Any], np.random.Generator], float]


@dataclass(frozen=True)
class Trial:
    """One set of hyperparameters and what came of it.

    Attributes
    ----------
    number : int
        Which trial of the search, from 0. Trials that run side by side may finish in another order.
    params : dict of str to float, int, str, bool or None
        The hyperparameters, by name.
    score : float or None
        What the objective returned, such as the accuracy on the validation set; None unless `state` is "complete".
    seconds : float
        How long the objective took. Two trials that differ in nothing else are equal.
    state : {"complete", "diverged", "failed"}
        "diverged": training left the finite numbers, or the score did. "failed": the objective raised an exception,
        returned something that is no number, or took its worker process down with it.
    error : str
        What went wrong; empty if nothing did.
    round : int
        Which round of a `narrowing_search`, from 0.
    """

    number: int
    params: dict[str, Any]
    score: float | None
    seconds: float = field(compare=False)
    state: str = "complete"
    error: str = ""
    round: int = 0


@dataclass(frozen=True)
class Task:
    """A trial that is still to be run. `rng` is its own, so that it runs alike in whichever process."""

    number: int
    params: dict[str, Any]
    rng: np.random.Generator
    round: int = 0

    def trial(self, score: float | None, seconds: float, state: str, error: str) -> Trial:
        """Give the record of this task."""
        return Trial(self.number, self.params, score, seconds, state, error, self.round)

    def run(self, objective: Objective) -> Trial:
        """Evaluate the objective; whatever it raises is recorded."""
        score, state, error = None, "complete", ""
        start = time.perf_counter()
        try:
            score = _as_score(objective(dict(self.params), self.rng))
            if not math.isfinite(score):
                score, state, error = None, "diverged", f"the objective returned {score}"
        except (Diverged, FloatingPointError, OverflowError) as problem:
            state, error = "diverged", str(problem)
        except Exception as problem:  # noqa: BLE001  one bad trial must not end the others; it is in the record
            state, error = "failed", f"{type(problem).__name__}: {problem}"
        return self.trial(score, time.perf_counter() - start, state, error)


def _as_score(value: Any) -> float:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"the objective returned {value!r:.80} ({type(value).__name__}), expected one number")
    return float(value)


def check_search(
    caller: str, objective: Objective, ranges: Mapping[str, Range], n_trials: int, rounds: int, workers: int
) -> None:
    """Check what all searches are given; `caller` names who asked in the error."""
    if not callable(objective):
        raise TypeError(f"{caller}: objective is {objective!r:.80}, expected a function of params and rng")
    check_ranges(caller, ranges)
    whole(f"{caller}: n_trials", n_trials, at_least=0)
    whole(f"{caller}: rounds", rounds, at_least=1)
    whole(f"{caller}: workers", workers, at_least=1)


@contextmanager
def keeps_what_finished(name: str) -> Iterator[None]:
    """Let an interrupt (Ctrl-C, the notebook's stop button) end a search as if it had run out of trials."""
    try:
        yield
    except KeyboardInterrupt:
        warnings.warn(f"{name}: interrupted; the trials that had finished are kept", RuntimeWarning, stacklevel=2)


@contextmanager
def evaluator(objective: Objective, workers: int) -> Iterator[Callable[[Iterator[Task]], Iterator[Trial]]]:
    """Give a function that turns an iterator of tasks into one of trials, yielded as they finish.

    A task is taken only when somebody is free to run it. Leaving the ``with`` block ends the workers at once.

    Parameters
    ----------
    objective : callable
        ``objective(params, rng) -> float``.
    workers : int
        1 runs the trials in this process, one after another. More start that many fresh Python processes ("spawn",
        the same on Linux, macOS and Windows) with one BLAS thread each, which import the objective by its name.

    Raises
    ------
    TypeError
        If the objective cannot be sent to another process.
    RuntimeError
        If the processes cannot start, because the script lacks its ``if __name__ == "__main__":``.
    """
    if workers == 1:
        yield lambda tasks: (task.run(objective) for task in tasks)
        return
    team: list[_Worker] = []
    try:
        for _ in range(workers):
            team.append(_Worker())
        for worker in team:
            worker.teach(objective)
        yield lambda tasks: _run_side_by_side(objective, team, tasks)
    finally:
        for worker in team:
            worker.stop()


def _run_side_by_side(objective: Objective, team: list["_Worker"], tasks: Iterator[Task]) -> Iterator[Trial]:
    from multiprocessing.connection import wait

    while True:
        for worker in team:
            if worker.task is None and (task := next(tasks, None)) is not None:
                worker.begin(task)
        busy = {worker.pipe: worker for worker in team if worker.task is not None}
        if not busy:
            return
        for pipe in wait(list(busy)):
            worker = busy[pipe]
            trial = worker.result()
            if not worker.process.is_alive():
                worker.stop()
                team[team.index(worker)] = replacement = _Worker()
                replacement.teach(objective)
            yield trial


# Processes that each use all cores hinder each other: thin products take 10 times as long.
_ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

_NOT_STARTED = (
    "workers > 1: a worker process ended before its first trial. In a script, the search must stand under "
    '`if __name__ == "__main__":`, because each process imports the script once more'
)
_NOT_IMPORTABLE = (
    "workers > 1: other processes must be able to import the objective. Put it at the top level of a .py file and "
    "import it from there; a lambda, a function inside a function or one typed into a notebook will not do"
)


class _Worker:
    """One process that runs trials, seen from the process that hands them out."""

    def __init__(self):
        from multiprocessing import get_context

        context = get_context("spawn")
        self.task: Task | None = None
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        before = dict(os.environ)
        os.environ.update(_ONE_THREAD)  # BLAS reads them when NumPy is imported, before any code of ours runs
        try:
            self.process.start()
        finally:
            for name in _ONE_THREAD:
                del os.environ[name]
            os.environ.update(before)
        theirs.close()

    def teach(self, objective: Objective) -> None:
        try:
            self.pipe.send(objective)
            problem = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise RuntimeError(_NOT_STARTED) from error
        except Exception as error:
            raise TypeError(f"{_NOT_IMPORTABLE} ({objective!r} cannot be sent: {error})") from error
        if problem:
            raise TypeError(f"{_NOT_IMPORTABLE} (the other process says: {problem})")

    def begin(self, task: Task) -> None:
        self.task, self.start = task, time.perf_counter()
        with suppress(OSError):  # if it died since its last trial, `result` finds the pipe closed and says so
            self.pipe.send(task)

    def result(self) -> Trial:
        task, self.task = self.task, None
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            error = f"the worker process died (exit code {self.process.exitcode}); was there enough memory?"
            return task.trial(None, time.perf_counter() - self.start, "failed", error)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


def _work(pipe) -> None:
    """What a worker process does: learn the objective, then run tasks until nobody is there any more."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one decides
    try:
        try:
            objective = pipe.recv()
        except Exception as error:  # noqa: BLE001  importing its module may raise anything; the other side says it
            pipe.send(f"{type(error).__name__}: {error}")
            return
        pipe.send("")
        while True:
            pipe.send(pipe.recv().run(objective))
    except (EOFError, OSError):
        return


class Journal:
    """File of finished trials, one JSON object a line, from which a search goes on.

    The first line holds the plan of the search (seed, ranges, …); the file serves this plan only. A line is added
    with one write when its trial has finished. A last line without its end, from a process that was killed while
    writing, is dropped with a warning: its trial runs again.

    Parameters
    ----------
    path : path-like or None
        None keeps nothing.
    plan : dict
        What must be the same for the file to be used again. A seed of None takes the file's, or a new random one.

    Attributes
    ----------
    seed : int
    trials : dict of int to Trial
        What the file held, by number.

    Raises
    ------
    ValueError
        If the file is no journal, is damaged before its last line, or has another plan.
    """

    def __init__(self, path: str | os.PathLike | None, plan: Mapping[str, Any]):
        self.path = None if path is None else Path(path)
        self.trials: dict[int, Trial] = {}
        lines = [] if path is None else self._whole_lines()
        if lines:
            self.seed = self._check_plan(lines[0], plan)
            for i, line in enumerate(lines[1:], start=2):
                trial = self._read_trial(i, line)
                if self.trials.setdefault(trial.number, trial) is not trial:
                    text = f"trial {trial.number} is there twice (two searches at once?); the first one counts"
                    warnings.warn(f"{path}, line {i}: {text}", RuntimeWarning, stacklevel=2)
            return
        self.seed = int(np.random.default_rng().integers(2**63)) if plan["seed"] is None else plan["seed"]
        self._append({"dlcourse_search": 1, **plan, "seed": self.seed})

    def add(self, trial: Trial) -> None:
        """Write a trial behind the others."""
        self._append(asdict(trial))

    def _append(self, record: Mapping[str, Any]) -> None:
        if self.path is None:
            return
        with open(self.path, "ab") as file:
            file.write(json.dumps(record, allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _whole_lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        start = b'{"dlcourse_search": '
        if not (content.startswith(start) or start.startswith(content)):
            raise ValueError(f"{self.path} is not the journal of a search; it was left as it is. Choose another path")
        *lines, torn = content.split(b"\n")
        if torn:
            text = "the last line is cut off (was the search killed while writing?); its trial runs again"
            warnings.warn(f"{self.path}: {text}", RuntimeWarning, stacklevel=2)
            os.truncate(self.path, len(content) - len(torn))
        return lines

    def _check_plan(self, line: bytes, plan: Mapping[str, Any]) -> int:
        try:
            found = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{self.path}, line 1: damaged ({error})") from error
        for name in sorted({*plan, *found} - {"dlcourse_search"}):
            there, now = found.get(name), plan.get(name)
            if there != now and not (name == "seed" and now is None):
                raise ValueError(
                    f"{self.path} belongs to another search: its {name} is {there}, now it is {now}. "
                    "Use the same, or another journal"
                )
        return found["seed"]

    def _read_trial(self, i: int, line: bytes) -> Trial:
        try:
            trial = Trial(**json.loads(line))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.path}, line {i}: not a trial ({error}); the file is damaged") from error
        scored = isinstance(trial.score, Real) if trial.state == "complete" else trial.score is None
        if not (scored and isinstance(trial.number, Integral) and isinstance(trial.params, dict)):
            raise ValueError(f"{self.path}, line {i}: not a sound trial: {trial}; the file is damaged")
        return trial
