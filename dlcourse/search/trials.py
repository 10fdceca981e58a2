"""A trial: one set of hyperparameters with what came of it.

Whatever goes wrong inside a trial becomes part of its record, so that a search of a hundred trials survives the one
with a learning rate of 10.
"""

import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from dlcourse.search.ranges import Range, check_ranges, whole
from dlcourse.training import Diverged

__all__ = ["Objective", "Task", "Trial", "check_search", "keeps_what_finished"]

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
