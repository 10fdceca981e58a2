"""The judge's end of the pipe: starts a worker, asks it, and shows a check what it answers as if it were here."""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlcourse.checks.access import Access, Raised
from dlcourse.grading import written
from dlcourse.grading.wire import Broken, Changeable, Decoder, Encoder, Numbers, pack, read
from dlcourse.text import _
from dlcourse.tracing import Trace

__all__ = ["Gone", "Proxy", "RemoteAccess", "Workplace"]

SCRATCH_BYTES, SCRATCH_FILES = 128 << 20, 2000
START_SECONDS, LOOK, MOST_CALLBACKS = 30, 0.25, 100_000
THREADS = [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")] + ["VECLIB_MAXIMUM_THREADS"]
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ")


class Gone(Exception):
    """The worker is no more: its `kind` ("time", "died", "disk" or "answer"), and why, in plain words."""

    def __init__(self, kind: str, text: str):
        super().__init__(kind, text)
        self.kind, self.text = kind, text


class Proxy:
    """Stands for an object of the worker's: what `kind` it is, and which name of the notebook it came from, if any."""

    kind, name = "value", ""


class Workplace:
    """A worker, its pipes and its folder; one process, from its start to its end.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    seconds : float
        Of processor time, all in all.
    """

    def __init__(self, *, memory: int, seconds: float):
        self.numbers = Numbers(1)
        self.folder = Path(tempfile.mkdtemp(prefix="dlcourse-"))
        _copy_fonts(self.folder)
        settings = {"scratch": str(self.folder.resolve()), "memory": memory, "seconds": int(seconds) + 1}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-m", "dlcourse.grading.worker", json.dumps(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self.folder,
            env=_environment(self.folder), start_new_session=True,
        )  # fmt: skip
        self._out, self._in = queue.Queue(), queue.Queue(maxsize=2)
        self.gone, self.trace = None, Trace()
        # A pipe may be full, or empty for ever: threads wait in our place.
        for work in (self._send, self._receive):
            threading.Thread(target=work, daemon=True).start()
        self.deadline = time.monotonic() + START_SECONDS
        try:
            self.holds = self._wait()[0]["ready"]
        except (Gone, KeyError):
            self.close()
            raise

    def close(self) -> None:
        """End the process and all it started, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL) if hasattr(os, "killpg") else self.process.kill()
        self.process.kill()
        self.process.wait()
        self._out.put(None)
        while not self._in.empty():  # so that the thread that reads can end
            self._in.get_nowait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _send(self) -> None:
        while (item := self._out.get()) is not None:
            try:
                self.process.stdin.write(item)
                self.process.stdin.flush()
            except (OSError, ValueError):  # the worker is gone: who waits for its answer will see
                break
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def _receive(self) -> None:
        found: Any = ...
        while found is not None and not isinstance(found, Exception):
            try:
                found = read(self.process.stdout)
            except (Broken, OSError, MemoryError) as error:
                found = error
            self._in.put(found)
        self.process.stdout.close()

    def _wait(self) -> tuple[Any, bytes]:
        """Give the next answer. After one that did not come in time there is none: it would answer something else."""
        try:
            if self.gone is None:
                return self._next()
        except Gone as error:
            self.gone = error
        raise self.gone

    def _next(self) -> tuple[Any, bytes]:
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise Gone("time", _("it ran out of time"))
            try:
                found = self._in.get(timeout=min(left, LOOK))
            except queue.Empty:
                self._look_at_folder()
                continue
            if found is None:
                raise Gone("died", _how_it_ended(self.process))
            if isinstance(found, Exception) or not isinstance(found[0], dict):
                raise _no_value(found)
            return found

    def _look_at_folder(self) -> None:
        size = files = 0
        for folder, _inside, names in os.walk(self.folder):
            files += len(names) + 1
            for name in names if files <= SCRATCH_FILES else ():
                with contextlib.suppress(OSError):
                    size += os.lstat(os.path.join(folder, name)).st_size
            if files > SCRATCH_FILES or size > SCRATCH_BYTES:
                raise Gone("disk", _("it wrote too much into its folder"))

    # Requests.

    def run(self, text: str, seconds: float = 600.0) -> dict:
        """Run the text of a cell for some seconds: what it ``printed``, and the ``error`` it ended with, or None."""
        found = self.ask({"do": "run", "text": text, "seconds": seconds})
        if not isinstance(found, dict) or not isinstance(found.get("printed"), str):
            raise _no_value("run")
        return found

    def keep(self, place: str, names: Sequence[str]) -> None:
        """Have the worker keep what these names hold now, under the name of a place in the notebook."""
        self.ask({"do": "keep", "place": place, "names": list(names)})

    def subject(self, name: str, place: str | None = None) -> Any:
        """Give what a name held at a place (where nothing was kept: holds now); None where there is no such name."""
        try:
            found = self.ask({"do": "name", "name": name, "place": place})
        except Raised as error:
            if error.name != "KeyError":
                raise
            return None
        if isinstance(found, Proxy):
            found.name = name
        return found

    def forget(self) -> None:
        """Let both sides forget what was handed over so far."""
        self.numbers.clear()
        self._out.put(pack({"do": "forget"}))

    def ask(self, message: dict, args: Sequence = (), kwargs: Mapping[str, Any] | None = None, **values: Any) -> Any:
        """Send a request, answer the worker's calls of the check's functions, and give what comes back.

        Raises
        ------
        Raised
            If the learner's code raised.
        Gone
            If there is no worker left.
        """
        encoder = Encoder(self.numbers, self._handle)
        message |= {name: [encoder.value(item) for item in value] if isinstance(value, list) else encoder.value(value)
                    for name, value in values.items()}  # fmt: skip
        message["args"] = [encoder.value(item) for item in args]
        message["kwargs"] = {name: encoder.value(value) for name, value in (kwargs or {}).items()}
        self._out.put(pack(message, encoder.blob))
        may_change = Changeable(encoder.seen)
        for _call in range(MOST_CALLBACKS):
            answer, blob = self._wait()
            decoder = Decoder(self.numbers, blob, self._known, may_change)
            try:
                if "callback" in answer:
                    self._call_back(answer, decoder)
                    continue
                result = decoder.value(answer.get("ok"))
                for item in answer["args"]:
                    decoder.value(item)
                self.trace = Trace.told(answer.get("trace"))
                if raised := answer.get("raised"):
                    name, text, *line = map(str, raised)
                    raise Raised(name[:100], text[:1000], "".join(line)[:1000])
            except (Broken, KeyError, TypeError, ValueError) as error:
                raise _no_value(error) from error
            return result
        raise Gone("answer", _("it called a function of the check without end"))

    def _call_back(self, answer: Mapping, decoder: Decoder) -> None:
        function = self.numbers.get(answer["callback"])
        if isinstance(function, Proxy) or not callable(function):
            raise Broken("a function of the check is not known")
        args = [decoder.value(item) for item in answer["args"]]
        kwargs = {str(name): decoder.value(item) for name, item in answer["kwargs"].items()}
        encoder = Encoder(self.numbers, self._handle)
        try:
            reply = {"reply": encoder.value(function(*args, **kwargs)), "raised": None}
        except Gone:
            raise
        except Raised as error:
            reply = {"reply": None, "raised": [error.name, error.text]}
        except Exception as error:  # the learner's code hears of it, as at home
            reply = {"reply": None, "raised": [type(error).__name__, str(error)[:200]]}
        self._out.put(pack(reply, encoder.blob))

    def _handle(self, thing: Any) -> list:
        if isinstance(thing, Proxy):
            return ["object", self.numbers.of(thing)]
        if not callable(thing):
            raise TypeError(f"a check handed over something of the type {type(thing).__name__}")
        return ["callback", self.numbers.of(thing)]

    def _known(self, found: list) -> Any:
        word, number, kind, name = found
        if word != "object" or type(number) is not int or kind not in ("class", "function", "value"):
            raise Broken("an object of no kind")
        known = self.numbers.get(number)
        if isinstance(known, Proxy) or (known is not None and number > 0 and callable(known)):
            return known
        if number > 0:
            raise Broken("an object is not known")
        # Hints name the type, as at home.
        proxy = type(str(name)[:100] if str(name).isidentifier() else "object", (Proxy,), {})()
        proxy.kind = kind
        self.numbers.enter(number, proxy)
        return proxy


class RemoteAccess(Access):
    """Passes a check's requests on to a worker; how an answer is written it finds in the `cells` themselves.

    Parameters
    ----------
    workplace : Workplace
    cells : sequence of str
        The texts of the cells that ran.
    """

    def __init__(self, workplace: Workplace, cells: Sequence[str]):
        super().__init__()
        self.workplace, self.cells = workplace, cells

    @property
    def trace(self) -> Trace:
        """What ran in the last call; a worker may lie about it."""
        return self.workplace.trace

    def what(self, thing: Any) -> str:
        """Say what `thing` is; a worker may lie, and gains a call that fails."""
        return thing.kind if isinstance(thing, Proxy) else super().what(thing)

    def call(self, thing: Any, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = "") -> Any:
        """Call a function, or make an object of a class."""
        if not isinstance(thing, Proxy):
            return super().call(thing, args, kwargs, errors, layout)
        return self._ask({"do": "call", "errors": dict(errors), "layout": layout}, args, kwargs, thing=thing)

    def method(
        self, thing: Any, name: str, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = ""
    ) -> Any:
        """Call the method `name` of an object."""
        if not isinstance(thing, Proxy):
            return super().method(thing, name, args, kwargs, errors, layout)
        message = {"do": "method", "name": name, "errors": dict(errors), "layout": layout}
        return self._ask(message, args, kwargs, thing=thing)

    def get(self, thing: Any, name: str, keys: Sequence) -> Any:
        """Give an attribute, or an item inside it."""
        if not isinstance(thing, Proxy):
            return super().get(thing, name, keys)
        return self._ask({"do": "get", "name": name}, thing=thing, keys=list(keys))

    def set(self, thing: Any, name: str, keys: Sequence, value: Any) -> None:
        """Set an attribute, or an item inside it."""
        if not isinstance(thing, Proxy):
            return super().set(thing, name, keys, value)
        return self._ask({"do": "set", "name": name}, [value], thing=thing, keys=list(keys))

    def clock(self) -> float:
        """Give the processor time of this process and of the worker's; real time where nobody knows that."""
        try:
            # The clock of another process, as clock_getcpuclockid(3) gives it on Linux.
            return time.process_time() + time.clock_gettime(~self.workplace.process.pid << 3 | 2)
        except (AttributeError, OSError):
            return time.perf_counter()

    def source(self, thing: Any) -> str | None:
        """Give the source of a subject, from the cells: what the worker says about it does not count."""
        if isinstance(thing, Proxy):
            return written.source(self.cells, thing.name) if thing.name else None
        return super().source(thing)

    def _ask(self, message: dict, args: Sequence = (), kwargs: Mapping | None = None, **values: Any) -> Any:
        try:
            return self.workplace.ask(message, args, kwargs, **values)
        except MemoryError as error:
            raise Raised("MemoryError", str(error)) from error


def _no_value(why: object) -> Gone:
    return Gone("answer", _("it handed over something that is no value ({why})").format(why=why))


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "IPYTHONDIR"), str(folder))
    return kept | places | dict.fromkeys(THREADS, "1") | {
        "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder / "matplotlib"), "PYTHONUTF8": "1"}  # fmt: skip


def _copy_fonts(folder: Path) -> None:
    """Spare Matplotlib its search for fonts, which takes seconds."""
    (folder / "matplotlib").mkdir()
    places = [os.environ.get("MPLCONFIGDIR"), Path.home() / ".cache" / "matplotlib", Path.home() / ".matplotlib"]
    for place in filter(None, places):
        for path in Path(place).glob("fontlist-*.json"):
            shutil.copy(path, folder / "matplotlib")


def _how_it_ended(process: subprocess.Popen) -> str:
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return _("it closed its connection")
    if code < 0:
        name = signal.strsignal(-code) or str(-code)
        return _("its process was ended by a signal ({name})").format(name=name)
    return _("it ended its process (exit code {code})").format(code=code)
