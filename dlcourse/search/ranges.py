"""Chapter 08, below the search: from where hyperparameters are drawn.

A range knows how to draw a value, how to narrow itself around good values, and how to put the same question to Optuna.

>>> import numpy as np
>>> Uniform(0, 10).narrow([4, 6, 5])  # a tenth of the old width is left on each side
Uniform(low=3.0, high=7.0)
>>> IntUniform(10, 110).narrow([50, 60])
IntUniform(low=40, high=70, log=False)
>>> Choice(["relu", "tanh", "sigmoid"]).narrow(["tanh", "relu", "tanh"])
Choice(choices=('relu', 'tanh'))
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

import numpy as np

__all__ = ["Choice", "IntUniform", "LogUniform", "Range", "Uniform", "check_ranges", "whole"]

# What is best may lie a little outside of the best that was drawn: so much of the old width is left on each side.
MARGIN = 0.1


@dataclass(frozen=True)
class Uniform:
    """Numbers between `low` and `high`, all equally likely: for a dropout ratio or a momentum.

    Parameters
    ----------
    low, high : float
        low < high, both finite.
    """

    low: float
    high: float

    # To and from the scale on which two pieces of the same length are equally likely.
    _to_scale = staticmethod(float)
    _from_scale = staticmethod(float)

    def __post_init__(self):
        for name in ("low", "high"):
            value = getattr(self, name)
            if not isinstance(value, Real) or isinstance(value, bool):
                raise TypeError(f"{type(self).__name__}: {name} is {value!r}, expected a number")
            object.__setattr__(self, name, float(value))
        if not (self.low < self.high and math.isfinite(self.high - self.low)):
            raise ValueError(
                f"{type(self).__name__}: low is {self.low} and high {self.high}, expected low < high, finite"
            )

    def sample(self, rng: np.random.Generator) -> float:
        """Draw one value."""
        return self._at(rng.uniform(self._to_scale(self.low), self._to_scale(self.high)))

    def narrow(self, values: Sequence[float]) -> "Uniform":
        """Give the range of `values`, with a tenth of the old width more on each side, cut at the old ends."""
        _check_inside(self, values)
        left, right = self._to_scale(self.low), self._to_scale(self.high)
        margin = MARGIN * (right - left)
        low = min(self._at(max(self._to_scale(min(values)) - margin, left)), *values)
        high = max(self._at(min(self._to_scale(max(values)) + margin, right)), *values)
        return replace(self, low=low, high=high) if low < high else self

    def suggest(self, trial: Any, name: str) -> float:
        """Let an Optuna trial choose the value."""
        return trial.suggest_float(name, self.low, self.high)

    def _at(self, place: float) -> float:
        # Rounding may have led a little outside.
        return min(max(self._from_scale(place), self.low), self.high)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


class LogUniform(Uniform):
    """Positive numbers whose logarithm is uniform: each power of ten is as likely as the next.

    For whatever is multiplied rather than added to: the learning rate, the weight decay. Drawn uniformly
    from [1e-6, 1], nine learning rates in ten would lie above 0.1, and only one in a thousand below 0.001.

    Parameters
    ----------
    low, high : float
        0 < low < high, both finite.

    Source: J. Bergstra and Y. Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012), section 2.
    """

    _to_scale = staticmethod(math.log)
    _from_scale = staticmethod(math.exp)

    def __post_init__(self):
        super().__post_init__()
        if self.low <= 0:
            raise ValueError(f"LogUniform: low is {self.low}, expected more than 0, which has no logarithm")

    def suggest(self, trial: Any, name: str) -> float:
        return trial.suggest_float(name, self.low, self.high, log=True)


@dataclass(frozen=True)
class IntUniform:
    """Whole numbers from `low` to `high`, both included: for the number of neurons or of layers.

    Parameters
    ----------
    low, high : int
        low < high.
    log : bool
        Draw on a log scale (then low ≥ 1), as is good for sizes from 16 to 1024.
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self):
        for name in ("low", "high"):
            object.__setattr__(self, name, whole(f"IntUniform: {name}", getattr(self, name)))
        if not self.low < self.high:
            raise ValueError(f"IntUniform: low is {self.low} and high {self.high}, expected low < high")
        if self.log and self.low < 1:
            raise ValueError(f"IntUniform: low is {self.low}, expected at least 1 on a log scale")

    def _real(self) -> Uniform:
        # Half a step more at each end, so that the two ends are as likely to be rounded to as the others.
        return (LogUniform if self.log else Uniform)(self.low - 0.5, self.high + 0.5)

    def sample(self, rng: np.random.Generator) -> int:
        """Draw one value."""
        return min(max(round(self._real().sample(rng)), self.low), self.high)

    def narrow(self, values: Sequence[int]) -> "IntUniform":
        """Give the range of `values`, with a tenth of the old width more on each side, but at least 1."""
        _check_inside(self, values)
        wider = self._real().narrow(values)
        low = min(math.ceil(wider.low), min(values) - 1)
        high = max(math.floor(wider.high), max(values) + 1)
        return replace(self, low=max(low, self.low), high=min(high, self.high))

    def suggest(self, trial: Any, name: str) -> int:
        """Let an Optuna trial choose the value."""
        return trial.suggest_int(name, self.low, self.high, log=self.log)

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Choice:
    """One of several things that have no order: for the activation or the optimizer.

    Parameters
    ----------
    choices : sequence of str, int, float, bool or None
        At least one; all different.
    """

    choices: tuple[Any, ...]

    def __post_init__(self):
        if isinstance(self.choices, str) or not isinstance(self.choices, Sequence) or not self.choices:
            raise ValueError(f"Choice: choices is {self.choices!r}, expected a sequence such as ('relu', 'tanh')")
        object.__setattr__(self, "choices", tuple(self.choices))
        for i, choice in enumerate(self.choices):
            if not (choice is None or isinstance(choice, (str, int, float))):
                raise TypeError(f"Choice: {choice!r:.80} is no choice, expected str, int, float, bool or None")
            if isinstance(choice, float) and not math.isfinite(choice):
                raise ValueError(f"Choice: {choice} is no choice, expected a finite number")
            if choice in self.choices[:i]:
                raise ValueError(f"Choice: {choice!r} is there twice, or equals another; choices is {self.choices}")

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one value."""
        return self.choices[int(rng.integers(len(self.choices)))]

    def narrow(self, values: Sequence[Any]) -> "Choice":
        """Give the choices that are among `values`."""
        _check_inside(self, values)
        return Choice(tuple(choice for choice in self.choices if choice in values))

    def suggest(self, trial: Any, name: str) -> Any:
        """Let an Optuna trial choose the value."""
        return trial.suggest_categorical(name, self.choices)

    def __contains__(self, value: Any) -> bool:
        return value in self.choices


Range = Uniform | LogUniform | IntUniform | Choice


def whole(what: str, value: Any, at_least: int | None = None) -> int:
    """Check that an argument is a whole number, and give it as an int; `what` names it in the error."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{what} is {value!r} ({type(value).__name__}), expected a whole number")
    if at_least is not None and value < at_least:
        raise ValueError(f"{what} is {value}, expected at least {at_least}")
    return int(value)


def check_ranges(caller: str, ranges: Mapping[str, Range]) -> None:
    """Check that `ranges` gives at least one name a range; `caller` names who asked in the error."""
    if not isinstance(ranges, Mapping) or not all(
        isinstance(name, str) and isinstance(range_, Range) for name, range_ in ranges.items()
    ):
        raise TypeError(f'{caller}: ranges is {ranges!r:.200}, expected a dict such as {{"lr": LogUniform(1e-4, 1)}}')
    if not ranges:
        raise ValueError(f"{caller}: ranges is empty, expected at least one hyperparameter")


def _check_inside(range_: Range, values: Sequence[Any]) -> None:
    if not len(values):
        raise ValueError(f"narrow: values is empty, expected some values of {range_}")
    for value in values:
        if value not in range_:
            raise ValueError(f"narrow: {value!r} lies outside of {range_}")
