"""A question to the page: is this widget still on it?

ipywidgets keeps a widget alive when its cell is run again, its output cleared or its cell deleted, and the kernel is not
told. But a slider that is on a page puts its handle at a stop: sent a value between two stops, each place where it is
shown sends the stop back. So a slider that nobody sees, put beside what is watched, answers as long as it is there. It
answers late, too: to whoever opens the page again.
"""

import time
from collections.abc import Callable

import ipywidgets as widgets

__all__ = ["Pulse"]

EVERY = 0.5  # seconds from an answer to the next question
LONGEST = 0.25  # seconds that one turn counts at most: while a cell runs, no answer can be heard
BETWEEN = 0.25  # from a stop, which are whole numbers, to where a question is


class Pulse(widgets.FloatSlider):
    """A hidden slider that says whether it is on a page.

    Parameters
    ----------
    answered : callable
        Called after each answer.

    Attributes
    ----------
    silent : float
        Seconds since the last answer, of those in which an answer could have been heard.
    """

    def __init__(self, answered: Callable[[], None]):
        self._told = answered
        self.silent = self._last = self._due = 0.0
        super().__init__(value=0, min=0, max=2, step=1, readout=False, layout={"display": "none"})
        self.observe(self._answered, names="value")

    @property
    def waiting(self) -> bool:
        """Whether a question has not been answered."""
        return not self.value.is_integer()

    def begin(self) -> None:
        """Start to listen."""
        self.silent, self._last, self._due = 0.0, time.monotonic(), 0.0
        self.listen()

    def listen(self) -> None:
        """Count the time since the last call, and ask when it is due; to be called often."""
        now = time.monotonic()
        self.silent += min(now - self._last, LONGEST)
        self._last = now
        if now >= self._due and not self.waiting:
            self._due = now + EVERY
            self.value = 1 - self.value + BETWEEN  # another stop each time, so that a question is a change

    def _answered(self, _change) -> None:
        if not self.waiting:
            self.silent = 0.0
            self._told()
