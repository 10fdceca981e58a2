"""How a check reaches what the learner wrote: the few things it may do with it, and what may go wrong.

At home a check and the learner's code share one process: `Access`. When work is graded, the learner's code runs in
another process, and a class with the same methods passes each request on. A check cannot tell the two apart,
because it deals with subjects through `dlcourse.checks.trial.Trial` alone.
"""

import inspect
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from typing import Any

import numpy as np

from dlcourse.tracing import Runner, Trace, kind_of, simple, where

__all__ = ["Access", "NotYet", "Raised"]

# Ours even where a learner's line puts something else in NumPy's place.
_errstate = np.errstate


class NotYet(AssertionError):
    """An answer that is not right yet, with one hint; JupyterLab shows the hint and no traceback.

    Parameters
    ----------
    number : str
        The exercise, such as ``"2.3"``.
    kind : str
        The class of the mistake, in a word or two: ``"axis"``, ``"scale"``, ``"missing"``.
    hint : str
        What the learner reads.
    more : str, optional
        What the learner reads in addition, after a second wrong try.
    """

    def __init__(self, number: str, kind: str, hint: str, more: str | None = None):
        super().__init__(number, kind, hint, more)
        self.number, self.kind, self.hint, self.more = number, kind, hint, more
        self.tell_more = False

    def __str__(self) -> str:
        return "\n".join(self._render_traceback_())

    def _render_traceback_(self) -> list[str]:
        from dlcourse.text import _

        lines = [_("{number}: not yet. {hint}").format(number=self.number, hint=self.hint)]
        return [*lines, self.more] if self.tell_more and self.more else lines


class Raised(Exception):
    """A subject raised an exception: its `name`, its `text` and the learner's line, without the exception itself."""

    def __init__(self, name: str, text: str, line: str = ""):
        super().__init__(name, text, line)
        self.name, self.text, self.line = name, text, line


@contextmanager
def _learners_code(errors: Mapping[str, str]) -> Iterator[None]:
    # What reaches stderr would cost a point under nbgrader: warnings are silenced, and printed lines go to stdout.
    with warnings.catch_warnings(), _errstate(**{"all": "ignore", **errors}), redirect_stderr(sys.stdout):
        warnings.simplefilter("ignore")
        try:
            yield
        except (KeyboardInterrupt, NotYet):
            raise
        except BaseException as error:
            raise Raised(kind_of(error), _text(error), where(error)) from error


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:  # an exception of the learner's own may do anything when it is asked
        return f"({type(second).__name__} while it was printed)"


class Access:
    """The requests a check makes, answered in the same process.

    `errors` says what NumPy does about overflow and the like, as `numpy.errstate` takes it: ``{"over": "raise"}``.
    Arguments are arrays, numbers, texts, None, functions of the check, other subjects, and lists, tuples and dicts of
    these; `layout` is one of `dlcourse.tracing.LAYOUTS`. A request that fails ends in `Raised`. `trace` tells what ran
    in the last call.
    """

    def __init__(self):
        self._runner = Runner()

    @property
    def trace(self) -> Trace:
        """What ran in the last call of a function or method."""
        return self._runner.trace

    def what(self, thing: Any) -> str:
        """Say what `thing` is: ``"class"``, ``"function"`` (anything else that can be called) or ``"value"``."""
        return "class" if inspect.isclass(thing) else "function" if callable(thing) else "value"

    def call(self, thing: Any, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = "") -> Any:
        """Call a function, or make an object of a class."""
        with _learners_code(errors):
            return self._runner.run(thing, args, kwargs, layout)

    def method(
        self, thing: Any, name: str, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = ""
    ) -> Any:
        """Call the method `name` of an object."""
        with _learners_code(errors):
            return self._runner.run(getattr(thing, name), args, kwargs, layout)

    def get(self, thing: Any, name: str, keys: Sequence) -> Any:
        """Give the attribute `name` of an object; with `keys`, the item ``[key]`` of it, and so on inwards."""
        with _learners_code({}):
            value = getattr(thing, name)
            for key in keys:
                value = value[key]
            return simple(value)

    def set(self, thing: Any, name: str, keys: Sequence, value: Any) -> None:
        """Set the attribute `name` of an object; with `keys`, the item of it that `get` would give."""
        with _learners_code({}):
            if not keys:
                setattr(thing, name, value)
                return
            inside = getattr(thing, name)
            for key in keys[:-1]:
                inside = inside[key]
            inside[keys[-1]] = value
