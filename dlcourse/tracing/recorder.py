"""Runs a learner's function, and tells what ran: how many of its lines, and what else they reached.

The checks call a learner's code through `Runner`, at home in the same process, and when a notebook is graded in the
process where it lives. What is told is measured while the function runs; its text is not read.
"""

import builtins
import contextlib
import dis
import functools
import inspect
import linecache
import os
import re
import sys
import sysconfig
import time
import traceback
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np

from dlcourse.text import _
from dlcourse.tracing.values import SILENT, Watched, arrays, laid_out, silent, simple

__all__ = ["Runner", "TooLong", "Trace", "kind_of", "where"]

# Lines of the learner's own in one call, and seconds of processor time: far more than any answer needs.
MOST_LINES, MOST_SECONDS = 3_000_000, 60

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
# The lines of a formula are the learner's, what runs them is not, nor is what watches an array.
_NOT_THEIRS = (_HERE + "formulas.py", _HERE + "values.py")
_PACKAGE = os.path.dirname(_HERE[:-1]) + os.sep
_NUMPY = os.path.dirname(np.__file__) + os.sep
_OURS = (_PACKAGE + "checks" + os.sep, _PACKAGE + "grading" + os.sep)
_LIBRARIES = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib"))
# Where a text in a program says: look on this computer, or in the folder that we happen to be in.
_ONE_PLACE = re.compile(r"[A-Za-z]:[\\/]|[/\\~]|(\.{1,2}|data)([\\/]|$)")
# Of what a name may stand for, most is one of these, and says nothing.
_MUTE = {bool, int, float, complex, bytes, type(None), np.ndarray, np.float64, np.int64, types.CodeType}
# Those of NumPy's ufuncs, too, that np itself does not have: what np.clip(x) and np.linalg.norm(x) end in.
_UFUNCS = {thing for name, module in [*sys.modules.items()] if name.partition(".")[0] == "numpy"
           for thing in vars(module).values() if isinstance(thing, np.ufunc)}  # fmt: skip
_settrace, _gettrace, _clock = sys.settrace, sys.gettrace, time.process_time
_shares_memory = np.may_share_memory


class TooLong(BaseException):
    """A call did not come to an end; no ``except Exception`` of a learner's catches it."""


@dataclass
class Trace:
    """What ran in one call.

    Attributes
    ----------
    lines : int
        How many lines of the learner's own were executed, one as often as it ran; `map` and `filter` count, too.
    package : list of str
        Functions of dlcourse that the learner's code called: ``"functions.softmax"``.
    names : list of str
        What the code that ran calls by any name, each by its own: ``"numpy.tanh"``, also behind an alias.
    calls : dict of str to int
        How often each function ran, the learner's own and those of dlcourse that it called.
    places : list of str
        Texts and paths in that code, or reached by a name in it, that say where something lies on one computer.
    shares : bool
        The result lies in the memory of an argument.
    reuses : bool
        The result lies in the memory of an earlier one, or is the dict that was given before.
    """

    lines: int = 0
    package: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    shares: bool = False
    reuses: bool = False

    @classmethod
    def told(cls, told: Mapping | None) -> "Trace":
        """Give the trace that another process tells of, as `dataclasses.asdict` writes it."""
        if told is None:
            return cls()
        lists = {name: [str(item)[:200] for item in told[name][:1000]] for name in ("package", "names", "places")}
        calls = {str(name)[:200]: int(count) for name, count in list(told["calls"].items())[:1000]}
        return cls(lines=int(told["lines"]), shares=bool(told["shares"]), reuses=bool(told["reuses"]), calls=calls,
                   **lists)  # fmt: skip


class Runner:
    """Calls functions, one after another; `trace` tells of the last call."""

    def __init__(self):
        self.trace = Trace()
        self._kinds: dict[types.CodeType, str] = {}
        self._earlier: list[np.ndarray] = []
        self._dicts: list[dict] = []

    def run(self, thing: Any, args: Sequence, kwargs: Mapping, layout: str = "") -> Any:
        """Call `thing` and give its result, made `simple`; whatever it raises comes through.

        Parameters
        ----------
        layout : str, optional
            One of `LAYOUTS`, for the arrays among the arguments; or `SILENT`.
        """
        given, recorder = (args, kwargs), _Recorder(self._kinds)
        self.trace = recorder.trace
        Watched.seen = set()
        if layout and layout != SILENT:
            args, kwargs = laid_out(given, layout)
        before = _gettrace()
        stand_ins = {"map": recorder.map, "filter": recorder.filter}
        originals = {name: getattr(builtins, name) for name in stand_ins}
        vars(builtins).update(stand_ins)
        _settrace(recorder)
        try:
            with silent() if layout == SILENT else contextlib.nullcontext():
                result = thing(*args, **kwargs)
        finally:
            _settrace(before)
            vars(builtins).update(originals)
            self.trace.lines = recorder.lines
            self.trace.names += [f"numpy.{name}" for name in Watched.seen]
        again = type(result) is dict and any(result is one for one in self._dicts)
        self._dicts = [*self._dicts, result][-16:] if type(result) is dict else self._dicts
        result = simple(result)
        mine = list(arrays(result))
        self.trace.shares = any(_shares_memory(one, other) for one in mine for other in arrays([args, kwargs]))
        self.trace.reuses = again or any(_shares_memory(one, other) for one in mine for other in self._earlier)
        self._earlier = [*self._earlier, *mine][-16:]
        if layout not in ("", "read-only", "watched", SILENT):  # whoever changed an argument changed the caller's
            for one, other in zip(arrays([args, kwargs]), arrays(list(given))):
                if not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
                    other[...] = one
        return result


class _Recorder:
    """A trace function, as `sys.settrace` takes it."""

    def __init__(self, kinds: dict[types.CodeType, str]):
        self.trace, self.lines, self.kinds = Trace(), 0, kinds
        self._inside, self._seen = 0, set()
        self._end = _clock() + MOST_SECONDS

    # In the place of the built-in ones, so that what they go through is counted.

    def map(self, function: Any, *iterables: Iterable) -> Iterable:
        for items in zip(*iterables):
            self.lines += 1
            yield function(*items)

    def filter(self, function: Any, iterable: Iterable) -> Iterable:
        for item in iterable:
            self.lines += 1
            if item if function is None else function(item):
                yield item

    def __call__(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        kind = self.kinds.get(code) or self._kind(code)
        if kind == "ours":  # a function of the check, which the learner's code was given
            self._inside += 1
            frame.f_trace_lines = False
            return self._until_it_returns
        if self._inside:
            return None
        if kind == "learner":
            if not code.co_flags & inspect.CO_GENERATOR:  # which comes by here for each thing that it yields
                self._count(code.co_qualname)
            if code not in self._seen:
                self._seen.add(code)
                self._look_at(frame)
            return self._line
        outside = ("library", "numpy", "import")  # the body of a module or class of ours runs when somebody imports it
        if kind not in outside and self._caller(frame) != "package":
            self._count(kind)
            if kind not in self.trace.package:
                self.trace.package.append(kind)
        elif kind == "numpy" and code not in self._seen and self._caller(frame, through=False) == "learner":
            self._seen.add(code)
            self.trace.names.append(f"numpy.{code.co_qualname}")
            if frame.f_locals.get("allow_pickle") is True:
                self.trace.names.append(f"numpy.{code.co_qualname}.allow_pickle")
        return None

    def _count(self, name: str) -> None:
        self.trace.calls[name] = self.trace.calls.get(name, 0) + 1

    def _until_it_returns(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "return":
            self._inside -= 1
        return self._until_it_returns

    def _line(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        if event in ("line", "opcode"):
            self.lines += 1
            if self.lines >= MOST_LINES or (self.lines & 1023 == 0 and _clock() > self._end):
                raise TooLong(_("it does not come to an end"))
        return self._line

    def _kind(self, code: types.CodeType) -> str:
        file = os.path.abspath(code.co_filename) if not code.co_filename.startswith("<") else code.co_filename
        if file.startswith(_OURS):
            kind = "ours"
        elif file.startswith(_PACKAGE) and not file.startswith(_HERE):
            module = file[len(_PACKAGE) :].removesuffix(".py").replace(os.sep, ".")
            kind = f"{module}.{code.co_qualname}" if code.co_flags & inspect.CO_OPTIMIZED else "import"
            if module == "book":  # it looks at the names of arguments, and passes them on to what was called
                kind = "library"
        elif file.startswith(_NUMPY):
            kind = "numpy"
        else:
            around = (*_LIBRARIES, "<frozen", *_NOT_THEIRS)
            kind = "library" if file.startswith(around) and "ipykernel" not in file else "learner"
        self.kinds[code] = kind
        return kind

    def _caller(self, frame: types.FrameType, through: bool = True) -> str:
        back = frame.f_back
        while back is not None:
            kind = self.kinds.get(back.f_code) or self._kind(back.f_code)
            if kind not in ("library", "numpy") or not through:
                return kind if kind in ("learner", "ours", "library", "numpy") else "package"
            back = back.f_back
        return "learner"

    def _look_at(self, frame: types.FrameType) -> None:
        """Note what a learner's function can reach by the names in it."""
        frame.f_trace_opcodes = _jumps_to_itself(frame.f_code)
        names = frame.f_code.co_names
        found = [scope[name] for name in names for scope in (frame.f_globals, frame.f_builtins) if name in scope]
        found += (*frame.f_locals.values(), *frame.f_code.co_consts)
        for thing in list(found):
            if type(thing) is types.ModuleType:
                found += [getattr(thing, name, None) for name in names]
            elif type(thing) in (dict, list, tuple) and len(thing) < 100:
                found += thing.values() if type(thing) is dict else thing
        asks = not {"data_folder", "__file__"}.isdisjoint(names)  # where the course is
        for thing in found:
            if type(thing) in _MUTE:
                continue
            if isinstance(thing, str | PurePath):
                written = thing in frame.f_code.co_consts
                self.trace.places += [str(thing)] * _is_one_place(str(thing), asks, written)
            elif isinstance(thing, np.ufunc):
                name = "frompyfunc" if thing.__name__.endswith(" (vectorized)") else thing.__name__
                owner = "numpy" if thing in _UFUNCS or name != thing.__name__ else "other"
                self.trace.names.append(f"{owner}.{name}")
            elif isinstance(thing, types.BuiltinFunctionType | types.FunctionType | type | types.ModuleType):
                module = "" if isinstance(thing, types.ModuleType) else f"{thing.__module__}."
                self.trace.names.append(f"{module}{getattr(thing, '__qualname__', thing.__name__)}")


@functools.lru_cache(1000)
def _jumps_to_itself(code: types.CodeType) -> bool:
    """Say whether it has a jump that is no new line: of ``while True: pass`` only the single steps are seen."""
    return any("JUMP" in step.opname and step.argval == step.offset for step in dis.get_instructions(code))


def _is_one_place(text: str, asks: bool, written: bool) -> bool:
    """Say whether a text is a place on one computer, in code that `asks` for the folder of the course or does not."""
    from dlcourse.datasets import data_folder

    if PurePath(text).is_relative_to(data_folder()):
        return written  # by hand, and not the folder that was asked for
    return bool(_ONE_PLACE.match(text)) and (not asks or text[1:2] == ":")  # what asks may go on with "/weights"


def kind_of(error: BaseException) -> str:
    """Name the class of an exception; for one of the learner's own, the class of Python's that it is derived from."""
    cls = type(error)
    if str(cls.__module__).partition(".")[0] in ("dlcourse", "numpy"):
        return str(cls.__name__)
    return next(base.__name__ for base in cls.__mro__ if vars(builtins).get(base.__name__) is base)


def where(error: BaseException) -> str:
    """Say on which line of the learner's own an exception was raised; empty if nobody knows."""
    frames, found = traceback.extract_tb(error.__traceback__), ""
    for frame in frames:
        file = frame.filename
        if not file.startswith((*_OURS, _PACKAGE, _NUMPY, *_LIBRARIES, "<frozen")):
            text = (frame.line or linecache.getline(file, frame.lineno or 0)).strip()
            found = _("line {line}: {text}").format(line=frame.lineno, text=text[:80]) if text else ""
    return found
