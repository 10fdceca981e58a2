"""The process a learner's code runs in: it runs cells and calls functions for a judge, and knows nothing to judge by.

Started by `dlcourse.grading.remote`. Whatever the learner's code does to this process, it can only change the values
that it hands over, and those are judged elsewhere.
"""

import asyncio
import builtins
import contextlib
import inspect
import json
import linecache
import math
import os
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from dlcourse.grading import sandbox
from dlcourse.grading.shell import NoChecks, Printed, Shell, stand_in
from dlcourse.grading.wire import Broken, Decoder, Encoder, Numbers, read, write
from dlcourse.tracing import Runner, calculate, kind_of, simple, where

__all__ = ["Worker", "main"]

MOST_SAID = 500
BLOCKED = ("dlcourse.checks", "dlcourse.grading")


class Worker:
    """Answers the judge's requests, one after another.

    Parameters
    ----------
    incoming, outgoing : binary files
        The pipes.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO):
        self.incoming, self.outgoing = incoming, outgoing
        self.numbers = Numbers(-1)
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.kept: dict[str, dict[str, Any]] = {}
        self.cells = 0
        self.runner = Runner()

    def serve(self, *, for_reply: bool = False) -> Any:
        """Answer until the judge hangs up, or until the reply to a call of ours arrives."""
        while (got := read(self.incoming)) is not None:
            message, blob = got
            if for_reply and "reply" in message:
                return self._reply(message, blob)
            if message["do"] == "forget":
                self.numbers.clear()
                continue
            self._answer(message, blob)
        os._exit(0)

    def _answer(self, message: Mapping, blob: bytes) -> None:
        decoder = Decoder(self.numbers, blob, self._known)
        args, kwargs = [], {}
        encoder = Encoder(self.numbers, self._handle, decoder.arrays)
        try:
            args = [decoder.value(item) for item in message.get("args", [])]
            kwargs = {name: decoder.value(item) for name, item in message.get("kwargs", {}).items()}
            answer = {"ok": encoder.value(getattr(self, f"_{message['do']}")(message, decoder, args, kwargs))}
        except BaseException as error:
            answer = {"raised": _said(error)}
            encoder = Encoder(self.numbers, self._handle, decoder.arrays)
        try:
            answer["trace"] = asdict(self.runner.trace) if message["do"] in ("call", "method") else None
            answer["args"] = [encoder.value(item) for item in (*args, *kwargs.values())]
            write(self.outgoing, answer, encoder.blob)
        except (MemoryError, ValueError, TypeError, RecursionError) as error:
            write(self.outgoing, {"raised": _said(error), "args": [], "trace": None})

    # What the judge asks for.

    def _run(self, message: Mapping, *_unused: Any) -> dict:
        printed, error = Printed(), None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                with _within(message["seconds"]):
                    self.execute(message["text"])
            except BaseException as found:
                error = [*_said(found)[:2], _line(found, self.cells)]
        return {"printed": printed.text, "error": error}

    def _keep(self, message: Mapping, *_unused: Any) -> None:
        self.kept[message["place"]] = {name: self.names[name] for name in message["names"] if name in self.names}

    def _name(self, message: Mapping, *_unused: Any) -> Any:
        return simple(self.kept.get(message["place"], self.names)[message["name"]])

    def _call(self, message: Mapping, decoder: Decoder, args: list, kwargs: dict) -> Any:
        with _silenced(message["errors"]):
            return self.runner.run(decoder.value(message["thing"]), args, kwargs, message["layout"])

    def _method(self, message: Mapping, decoder: Decoder, args: list, kwargs: dict) -> Any:
        with _silenced(message["errors"]):
            method = getattr(decoder.value(message["thing"]), message["name"])
            return self.runner.run(method, args, kwargs, message["layout"])

    def _get(self, message: Mapping, decoder: Decoder, *_unused: Any) -> Any:
        with _silenced({}):
            value = getattr(decoder.value(message["thing"]), message["name"])
            for key in message["keys"]:
                value = value[decoder.value(key)]
            return simple(value)

    def _set(self, message: Mapping, decoder: Decoder, args: list, *_unused: Any) -> None:
        with _silenced({}):
            thing, keys = decoder.value(message["thing"]), [decoder.value(key) for key in message["keys"]]
            if not keys:
                setattr(thing, message["name"], args[0])
                return
            inside = getattr(thing, message["name"])
            for key in keys[:-1]:
                inside = inside[key]
            inside[keys[-1]] = args[0]

    def execute(self, text: str) -> Any:
        """Run the text of a cell; give the value of a single expression."""
        self.cells += 1
        file = f"<cell {self.cells}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        try:
            code = compile(text, file, "eval")
        except SyntaxError:
            code = compile(text, file, "exec", flags=PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = eval(code, self.names)
        return asyncio.run(value) if code.co_flags & inspect.CO_COROUTINE else value

    # Objects that stay here, and functions that stay there.

    def _handle(self, thing: Any) -> list:
        kind = "class" if inspect.isclass(thing) else "function" if callable(thing) else "value"
        return ["object", self.numbers.of(thing), kind, str(type(thing).__name__)[:100]]

    def _known(self, found: list) -> Any:
        if found[0] == "calculate":
            return calculate
        number = found[1]
        thing = self.numbers.get(number)
        if thing is None and found[0] == "callback":
            thing = self._callback(number)
            self.numbers.enter(number, thing)
        if thing is None:
            raise Broken("an object is not known")
        return thing

    def _callback(self, number: int) -> Callable:
        def callback(*args: Any, **kwargs: Any) -> Any:
            """Call a function of the check."""
            encoder = Encoder(self.numbers, self._handle)
            handed = [encoder.value(item) for item in args], {name: encoder.value(kwargs[name]) for name in kwargs}
            write(self.outgoing, {"callback": number, "args": handed[0], "kwargs": handed[1]}, encoder.blob)
            return self.serve(for_reply=True)

        return callback

    def _reply(self, message: Mapping, blob: bytes) -> Any:
        if message["raised"]:
            name, text = message["raised"]
            kind = getattr(builtins, name, RuntimeError)
            raise kind(text) if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError(text)
        return Decoder(self.numbers, blob, self._known).value(message["reply"])


PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000  # of `ast`


# What a learner's line put into a module is gone when an answer is judged: np.exp is then NumPy's.
_MODULES = [(vars(module), dict(vars(module)))
            for module in (np, np.linalg, np.random, math, builtins, warnings, contextlib)]  # fmt: skip


def _put_back() -> None:
    for names, kept in _MODULES:
        names.update(kept)


class CellTimeoutError(BaseException):
    """The time for a cell is up. No ``except Exception`` of a learner's own takes it for something else."""


@contextlib.contextmanager
def _within(seconds: float):
    """End what runs after some seconds, and keep what it has done so far; a judge that waits in vain ends the rest."""

    def stop(*_unused: Any) -> None:
        raise CellTimeoutError(f"more than {seconds:.3g} seconds")

    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def _silenced(errors: Mapping[str, str]):
    _put_back()
    with warnings.catch_warnings(), np.errstate(**{"all": "ignore", **errors}), contextlib.redirect_stdout(Printed(0)):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(Printed(0)):
            yield


def _said(error: BaseException) -> list[str]:
    try:
        text = str(error)[:MOST_SAID]
    except BaseException as second:  # an exception of the learner's own may do anything when it is asked
        text = f"({type(second).__name__} while it was printed)"
    kind = type(error).__name__ if isinstance(error, CellTimeoutError) else kind_of(error)
    return [kind[:100], text, where(error)[:MOST_SAID]]


def _line(error: BaseException, cells: int) -> int:
    """Give the line of the cell that an exception comes from; 0 if nobody knows."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    frames, file = traceback.extract_tb(error.__traceback__), f"<cell {cells}>"
    return next((frame.lineno for frame in frames if frame.filename == file), 0)


def main(settings: Mapping[str, Any]) -> None:
    """Give up all rights, tell the judge what holds, and answer its requests."""
    if settings["user"]:
        sandbox.step_down(settings["user"])
    os.closerange(3, 4096)  # whatever else was left open on the way here
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1, 2):
        os.dup2(null, place)
    scratch = Path(settings["scratch"])
    os.chdir(scratch)
    worker = Worker(incoming, outgoing)
    builtins.get_ipython = lambda: Shell(worker.execute)
    builtins.display = print
    for name in [name for name in sys.modules if name.startswith(BLOCKED)]:
        del sys.modules[name]
    sys.modules |= {"__main__": worker.module, "dlcourse.checks": stand_in()}
    sys.meta_path.insert(0, NoChecks(BLOCKED))
    limits = {name: settings[name] for name in ("memory", "seconds", "threads")}
    holds = sandbox.enter(scratch, **limits)
    write(outgoing, {"ready": holds})
    worker.serve()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
