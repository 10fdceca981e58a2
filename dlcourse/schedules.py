"""Chapter 06: learning rates that change from step to step.

A schedule is any function of the step's number, 0, 1, 2, …; these four are the usual ones.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

__all__ = ["Constant", "Cosine", "OneCycle", "Schedule", "StepDecay"]

Schedule = Callable[[int], float]
"""A learning rate for each step: called with 0, 1, 2, …"""


def positive(owner: object, name: str, value: float) -> float:
    """The number, checked, and as a Python float: a NumPy float64 would turn float32 arrays into float64."""
    if not (isinstance(value, Real) and 0 < value < math.inf):
        raise ValueError(f"{type(owner).__name__}: {name} is {value!r}, expected a finite number > 0")
    return float(value)


def _check_schedule(schedule, **numbers) -> None:
    for name, value in numbers.items():
        positive(schedule, name, value)


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every step."""

    lr: float

    def __post_init__(self):
        _check_schedule(self, lr=self.lr)

    def __call__(self, step: int) -> float:
        return self.lr


@dataclass(frozen=True)
class StepDecay:
    """``lr`` times `factor` after every `every` steps."""

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self):
        _check_schedule(self, lr=self.lr, every=self.every, factor=self.factor)

    def __call__(self, step: int) -> float:
        return self.lr * self.factor ** (step // self.every)


@dataclass(frozen=True)
class Cosine:
    """From `lr` down to `lr_end` along half a cosine, in `steps` steps; then it stays there.

    Source: I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, equation 5, without restarts.
    """

    lr: float
    steps: int
    lr_end: float = 0.0

    def __post_init__(self):
        _check_schedule(self, lr=self.lr, steps=self.steps)
        if not 0 <= self.lr_end <= self.lr:
            raise ValueError(f"Cosine: lr_end is {self.lr_end}, expected 0 to lr = {self.lr}")

    def __call__(self, step: int) -> float:
        # The last training step, `steps - 1`, still moves: the end itself lies one step further.
        share = min(step / self.steps, 1 - 1e-6)
        return self.lr_end + (self.lr - self.lr_end) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True)
class OneCycle:
    """Up to `lr_max` in the first `warmup` share of the steps, then down to almost nothing, both along cosines.

    Starts at ``lr_max / 25`` and ends at ``lr_max / 10,000``.

    Source: L. Smith and N. Topin, "Super-convergence", 2018; the cosines and the 25 follow
    common practice. The paper's momentum cycle is left out.
    """

    lr_max: float
    steps: int
    warmup: float = 0.25

    def __post_init__(self):
        _check_schedule(self, lr_max=self.lr_max, steps=self.steps)
        if not 0 < self.warmup < 1:
            raise ValueError(f"OneCycle: warmup is {self.warmup}, expected a share between 0 and 1")

    def __call__(self, step: int) -> float:
        share = min(step / self.steps, 1)
        if share < self.warmup:
            start, end, way = self.lr_max / 25, self.lr_max, share / self.warmup
        else:
            start, end, way = self.lr_max, self.lr_max / 10_000, (share - self.warmup) / (1 - self.warmup)
        return end + (start - end) * (1 + math.cos(math.pi * way)) / 2
