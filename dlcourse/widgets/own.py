"""The learner's own code in an explorer: run with a budget, its mistakes told by its own line, its answers compared.

`run` calls it, `array_of` takes what it gave, `parting` says where two answers part; `adapters` puts the chapters' classes
where the package's stand.
"""

import inspect
import linecache
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from dlcourse.text import _

__all__ = ["Mistake", "array_of", "name_of", "parameters_of", "parting", "run"]

STEPS = 300_000  # lines that one call may run: a loop that never ends is over in a moment
LIBRARIES = (
    str(Path(__file__).parents[1]), *{sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}, "<frozen"
)  # fmt: skip


class Mistake(Exception):
    """What is wrong with the learner's code, with the line if it is known.

    Parameters
    ----------
    text : str
    line : int
        Counted in the learner's cell, from 1; 0 if none is to blame.
    source : str
        That line.
    """

    def __init__(self, text: str, line: int = 0, source: str = ""):
        super().__init__(text)
        self.line, self.source = line, source


class TooLong(BaseException):
    """So that ``except Exception`` in the learner's code does not catch it."""


def run(what: str, call: Callable, *args, steps: int = STEPS, **options):
    """Call the learner's code.

    Parameters
    ----------
    what : str
        Its name, for what is said.
    call : callable
    *args, **options
        Its arguments.
    steps : int
        Lines of the learner's that it may run.

    Raises
    ------
    Mistake
        If it raises, or runs on and on.
    """
    left = steps

    def count(_frame, event, _value):
        nonlocal left
        left -= event == "line"
        if left < 0:
            raise TooLong
        return count

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _value: count if is_own(frame.f_code.co_filename) else None)
    try:
        return call(*args, **options)
    except TooLong as error:
        raise _at_line(_("{what} does not end: it has run {steps:,} lines").format(what=what, steps=steps), error) from None
    except Mistake:
        raise
    except Exception as error:
        words = _("{what} raises {kind}: {error}").format(what=what, kind=type(error).__name__, error=error)
        raise _at_line(words, error) from error
    finally:
        sys.settrace(before)


@cache
def is_own(filename: str) -> bool:
    """Whether a file is the learner's: a cell of a notebook, or a file that belongs to no library."""
    return not filename.startswith(LIBRARIES)


def _at_line(text: str, error: BaseException) -> Mistake:
    """Say that something went wrong, and in which line of the learner's."""
    found, trace = None, error.__traceback__
    while trace is not None:
        if is_own(trace.tb_frame.f_code.co_filename):
            found = trace
        trace = trace.tb_next
    if found is None:
        return Mistake(text)
    code = found.tb_frame.f_code
    return Mistake(text, found.tb_lineno, linecache.getline(code.co_filename, found.tb_lineno).strip())


def name_of(thing: object) -> str:
    """Give the name of a class, a function, or what an object is an instance of."""
    return getattr(thing, "__name__", type(thing).__name__)


def parameters_of(call: Callable) -> list[str]:
    """Give the names of a callable's parameters."""
    try:
        return list(inspect.signature(call).parameters)
    except (TypeError, ValueError):
        return []


def array_of(what: str, value: object, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Take what the learner's code gave as an array of numbers, of a shape if one is wanted.

    Raises
    ------
    Mistake
        If it is none.
    """
    if value is None:
        raise Mistake(_("{what} gives nothing (None): is a return missing?").format(what=what))
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise Mistake(_("{what} gives {kind}, expected numbers").format(what=what, kind=type(value).__name__))
    if shape is not None and array.shape != shape:
        words = _("{what} gives an array of shape {found}, expected {shape}")
        raise Mistake(words.format(what=what, found=array.shape, shape=shape))
    return array


def parting(what: str, mine: np.ndarray, theirs: np.ndarray, tolerance: float = 1e-4) -> str:
    """Say where the learner's answer and the package's part; nothing if they agree."""
    mine, theirs = np.asarray(mine, dtype=float), np.asarray(theirs, dtype=float)
    if mine.shape != theirs.shape:
        words = _("{what}: yours has shape {mine}, the package's {theirs}")
        return words.format(what=what, mine=mine.shape, theirs=theirs.shape)
    size = float(np.abs(theirs[np.isfinite(theirs)]).max(initial=0))
    differ = ~np.isclose(mine, theirs, rtol=tolerance, atol=tolerance * size + 1e-12, equal_nan=True)
    if not differ.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(differ)[0])
    words = _("{what}{at}: yours is {mine:.5g}, the package's {theirs:.5g}; {count} of {all} differ")
    place = f" {list(at)}" if at else ""
    return words.format(
        what=what, at=place, mine=mine[at], theirs=theirs[at], count=int(differ.sum()), all=differ.size
    )
