"""A box to type a number into, as people write numbers: 0.7, 0,7, 1e3, 1/3.

The browser's own number boxes swallow the letter e and the comma, make 7 of "0,7", and cut what is out of range without
a word. So this is a box for text, which is read here; what was typed and cannot be is said.
"""

import math
import numbers
import re
from collections.abc import Callable

import ipywidgets as widgets
from traitlets import Any, Bool, observe, validate

from dlcourse.text import _

__all__ = ["ANEW", "NumberBox", "read_number", "written"]

ANEW = "↺"  # beside the name of a control that makes training begin anew


def read_number(text: str, whole: bool = False) -> float | None:
    """Understand a number as people write it: 0.7, 0,7, 1e3, 1/3, 1,000, −2; None if it is none.

    Parameters
    ----------
    text : str
    whole : bool
        A comma before three digits then parts thousands, else it is a decimal point.
    """
    text = text.strip().replace("−", "-").replace(" ", "")
    if whole and re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", text):
        text = text.replace(",", "")
    above, _line, below = text.replace(",", ".").partition("/")
    try:
        number = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


def written(number: float) -> str:
    """Write a number as short as it can be read back."""
    return str(number) if isinstance(number, numbers.Integral) else repr(float(number)).removesuffix(".0")


class NumberBox(widgets.Text):
    """A box for text that holds a number in a range.

    Parameters
    ----------
    number, low, high : int or float
        The first value, and the range.
    whole : bool
        Whether it is always an integer.
    **look
        Of `ipywidgets.Text`.

    Attributes
    ----------
    number : int or float
    say : callable
        Is told, in words, what was typed and cannot be.
    """

    number, min, max = Any(), Any(), Any()
    whole = Bool()

    def __init__(self, number: float, low: float, high: float, *, whole: bool, **look):
        self.say: Callable[[str], None] = lambda _words: None
        super().__init__(min=low, max=high, whole=whole, continuous_update=False, **look)
        self.number = number
        self.value = written(self.number)

    @validate("number")
    def _into_the_range(self, proposal):
        number = min(max(proposal["value"], self.min), self.max)
        return round(number) if self.whole else float(number)

    @observe("number")
    def _write(self, change) -> None:
        self.value = written(change["new"])

    @observe("value")
    def _read(self, change) -> None:
        if self.number is None or change["new"] == written(self.number):
            return
        typed, number = change["new"], read_number(change["new"], self.whole)
        kept = self.number
        if number is not None:
            self.number = number
        self.value = written(self.number)
        words = {"name": self.description.removesuffix(f" {ANEW}"), "typed": typed, "now": self.value}
        if number is None:
            self.say(_("{name}: “{typed}” is no number, so it stays {now}.").format(**words))
        elif not self.min <= number <= self.max:
            ends = {"low": written(self.min), "high": written(self.max)}
            self.say(_("{name}: {typed} is outside {low} to {high}, so it is {now}.").format(**words, **ends))
        elif self.whole and number != self.number:
            self.say(_("{name}: only whole numbers, so {typed} is {now}.").format(**words))
        elif self.number == kept:
            self.say("")
