"""A worker's process, its pipes, and the place where it may write: from its start to its end."""

import contextlib
import json
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlcourse.grading import calls, sandbox, walls
from dlcourse.grading.wire import Broken, read
from dlcourse.text import _

__all__ = ["Gone", "Process", "no_value"]

SCRATCH_FILES, MOST_THREADS = 2000, 64
START_SECONDS, END_SECONDS, LOOK = 30, 5, 0.25


class Gone(Exception):
    """The worker is no more: its `kind` ("time", "died", "disk" or "answer"), and why, in plain words."""

    def __init__(self, kind: str, text: str):
        super().__init__(kind, text)
        self.kind, self.text = kind, text


def no_value(why: object) -> Gone:
    """Give what is said about a worker whose answer is none."""
    return Gone("answer", _("it handed over something that is no value ({why})").format(why=str(why)[:200]))


class Process:
    """A worker, inside walls unless its learner is trusted.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    seconds : float
        Of processor time, all in all.
    trusted : bool
        Run it without walls.

    Attributes
    ----------
    holds : dict
        What keeps it in its place, by the names of `dlcourse.grading.sandbox`, each with how.

    Raises
    ------
    Gone
        If it does not start.
    """

    def __init__(self, *, memory: int, seconds: float, trusted: bool):
        settings = {"memory": memory, "seconds": int(seconds) + 1, "threads": 0, "user": 0}
        self.folder: Path | None = None
        self.inside: int | None = None  # where the kernel tells of the process inside the walls
        self.number, self.holds = 0, {}
        if trusted:
            self.folder = Path(tempfile.mkdtemp(prefix="dlcourse-")).resolve()
            (self.folder / "matplotlib").mkdir()
            for file in walls.fonts():
                shutil.copy(file, self.folder / "matplotlib")
            self._start(_program(settings | {"scratch": str(self.folder)}), str(self.folder), ())
        else:
            self._start_inside(settings | {"scratch": walls.SCRATCH, "user": walls.user()})
        self._out, self._in = queue.Queue(), queue.Queue(maxsize=2)
        # A pipe may be full, or empty for ever: threads wait in our place.
        for work in (self._send, self._receive):
            threading.Thread(target=work, daemon=True).start()
        try:
            self.holds |= self.next(time.monotonic() + START_SECONDS)[0]["ready"]
        except (Gone, KeyError) as error:
            self.close()
            raise error if isinstance(error, Gone) else no_value("start")

    def _start(self, command: list[str], folder: str, shared: tuple[int, ...]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.folder, env=walls.environment(folder), start_new_session=True, pass_fds=shared,
        )  # fmt: skip

    def _start_inside(self, settings: dict[str, Any]) -> None:
        program = calls.program()
        self.holds = {sandbox.WALLS: "bubblewrap"} | ({sandbox.CALLS: "seccomp"} if program else {})
        settings["threads"] = MOST_THREADS if program else 1  # without the filter it limits processes as well
        information, told = os.pipe()
        with open(information, "rb") as news, tempfile.TemporaryFile() as file:
            file.write(program)
            file.seek(0)
            shared = (told, file.fileno()) if program else (told,)
            try:
                command = walls.command(_program(settings), information=told, calls_from=(*shared, None)[1])
                self._start(command, walls.SCRATCH, shared)
            finally:
                os.close(told)
            # bubblewrap closes its end before anything of the learner's runs.
            with contextlib.suppress(ValueError, KeyError, OSError):
                self.number = json.loads(news.read())["child-pid"]
                self.inside = os.pidfd_open(self.number)

    def close(self) -> None:
        """End the process and all it started, and remove its folder."""
        if self.inside is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.inside, signal.SIGKILL)
            select.select([self.inside], [], [], END_SECONDS)  # with the first process inside, all others end
            os.close(self.inside)
            self.inside = None
        elif hasattr(os, "killpg") and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # bubblewrap buries what it started
            self.process.wait(timeout=END_SECONDS if self.folder is None else 0)
        self.process.kill()
        self.process.wait()
        self._out.put(None)
        while not self._in.empty():  # so that the thread that reads can end
            self._in.get_nowait()
        if self.folder is not None:
            _remove(self.folder)

    def send(self, item: bytes) -> None:
        """Send a message, sooner or later."""
        self._out.put(item)

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

    def next(self, deadline: float) -> tuple[dict, bytes]:
        """Give the next message.

        Raises
        ------
        Gone
            If there is none by then.
        """
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Gone("time", _("it ran out of time"))
            try:
                found = self._in.get(timeout=min(left, LOOK))
            except queue.Empty:
                self._look_at_folder()
                continue
            if found is None:
                raise Gone("died", self._how_it_ended())
            if isinstance(found, Exception) or not isinstance(found[0], dict):
                raise no_value(found if isinstance(found, Exception) else "message")
            return found

    def _look_at_folder(self) -> None:
        try:
            files, size = self._in_memory() if self.folder is None else _on_disk(self.folder)
        except OSError:  # it is gone, or not there yet
            return
        if files > SCRATCH_FILES or size > walls.SCRATCH_BYTES:
            raise Gone("disk", _("it wrote too much into its folder"))

    def _in_memory(self) -> tuple[int, int]:
        found = os.statvfs(f"/proc/{self.number}/root{walls.SCRATCH}")
        return found.f_files - found.f_ffree, 0  # its size is limited by itself

    def _how_it_ended(self) -> str:
        try:
            code = self.process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            return _("it closed its connection")
        number = -code if code < 0 else code - 128 if self.folder is None else 0  # as bubblewrap passes it on
        if number in {int(one) for one in signal.Signals}:
            name = signal.strsignal(number) or str(number)
            return _("its process was ended by a signal ({name})").format(name=name)
        return _("it ended its process (exit code {code})").format(code=code)


def _program(settings: dict[str, Any]) -> list[str]:
    return [sys.executable, "-I", "-B", "-m", "dlcourse.grading.worker", json.dumps(settings)]


def _folders(top: Path) -> Iterator[list[os.DirEntry]]:
    """Walk through folders however deep they are, and give what each holds."""
    waiting = [str(top)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                inside = list(found)
        except OSError:  # without rights, or with too long a name: nothing of it can be counted
            inside = []
        waiting += [one.path for one in inside if one.is_dir(follow_symlinks=False)]
        yield inside


def _on_disk(top: Path) -> tuple[int, int]:
    files = size = 0
    for inside in _folders(top):
        files += len(inside)
        size += sum(one.stat(follow_symlinks=False).st_size for one in inside)
        if files > SCRATCH_FILES:
            break
    return files, size


def _remove(folder: Path) -> None:
    """Remove a folder, also where somebody took its rights away."""
    for inside in _folders(folder):
        for one in inside:
            if one.is_dir(follow_symlinks=False):
                os.chmod(one.path, 0o700)
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
