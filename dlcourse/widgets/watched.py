"""A trainer that is measured as it goes: at its start and every so many steps, whoever looks at it and when.

So the curves of a run depend on its settings alone, and the same settings draw the same curves again.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.networks import Classifier
from dlcourse.training import Progress, Trainer

__all__ = ["Watched"]


class Watched(Trainer):
    """A `Trainer` with a curve.

    Parameters
    ----------
    *parts, **more_parts
        Of `Trainer`.
    measure : callable, optional
        ``measure(network)`` gives what is to be known of it.
    every : int
        Steps between two measurements.

    Attributes
    ----------
    curve : list of (step, measured)
    """

    def __init__(self, *parts, measure: Callable[[Classifier], Any] = lambda network: None, every: int = 20, **more_parts):
        super().__init__(*parts, **more_parts)
        self.measure, self.every = measure, every
        self.curve = [(0, measure(self.network))]
        self._now = self.curve[0]

    @property
    def shared(self) -> list[np.ndarray]:
        """The sets that it learns from and is judged by: nothing changes them."""
        return [array for array in (self.x_train, self.t_train, self.x_test, self.t_test) if array is not None]

    def __next__(self) -> Progress:
        report = super().__next__()
        if self.step % self.every == 0:
            self.curve.append((self.step, self.measure(self.network)))
        return report

    def anew(self) -> None:
        """Measure again: somebody has changed the network between two steps."""
        if self.curve[-1][0] == self.step:
            self.curve[-1] = self.step, self.measure(self.network)
        self._now = (-1, None)

    def until_now(self) -> list[tuple[int, Any]]:
        """Give the curve with the present moment at its end."""
        if self.curve[-1][0] == self.step:
            return self.curve
        if self._now[0] != self.step:
            self._now = self.step, self.measure(self.network)
        return [*self.curve, self._now]
