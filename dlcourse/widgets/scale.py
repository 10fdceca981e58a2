"""What the stops of a slider stand for.

A slider counts its stops, 0, 1, 2 …, and holds no other number. A browser would round any other number in its own way and
send that back, as if a hand had moved the slider; and by then it may stand elsewhere.
"""

import math

__all__ = ["Scale", "ScaleFromZero"]


class Scale:
    """Stops from one number to another.

    Parameters
    ----------
    low, high : int or float
        The values of the first stop and of the last.
    step : int or float
        From stop to stop; the last may be nearer.
    log : bool
        Whether equal ways are equal factors. The stops are then 1, 2, 5, 10, 20, 50, …, and `step` is not used.
    whole : bool
        Whether each value is an integer.

    Attributes
    ----------
    last : int
        Number of the last stop; the first is 0.
    """

    def __init__(self, low: float, high: float, step: float, *, log: bool = False, whole: bool = False):
        self.low, self.step, self.log, self.whole = low, step, log, whole
        self._first, self._end = self._place(low), self._place(high)
        self._way = 1 / 3 if log else step
        self.last = math.ceil((self._end - self._first) / self._way - 1e-9)

    def stop_of(self, value: float) -> int:
        """Give the stop that is nearest to a value."""
        place = self._place(max(value, self.low))
        near = min(math.floor((place - self._first) / self._way + 0.5), self.last)
        return min(near, self.last, key=lambda stop: abs(self._place_of(stop) - place))

    def value_at(self, stop: int) -> float:
        """Give the value that a stop stands for."""
        place = self._place_of(stop)
        return self.tidy(10**place if self.log else place)

    def tidy(self, value: float) -> float:
        """Round a value to what the scale can mean: 0.3, not 0.30000000000000004."""
        if self.log:
            value = float(f"{value:.0e}")
        elif not self.whole:
            value = round(value, max(0, 2 - math.floor(math.log10(self.step))))
        return round(value) if self.whole else value

    def _place(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _place_of(self, stop: int) -> float:
        return min(self._first + stop * self._way, self._end)


class ScaleFromZero(Scale):
    """A logarithmic scale whose first stop stands for 0."""

    def tidy(self, value: float) -> float:
        """As `Scale.tidy`."""
        return 0.0 if value < 1.2 * self.low else super().tidy(value)
