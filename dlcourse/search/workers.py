"""Who runs the trials: this process, or several beside it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dlcourse.search.trials import Objective, Task, Trial

__all__ = ["evaluator"]


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
