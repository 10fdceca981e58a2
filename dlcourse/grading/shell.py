"""What a learner's cells find where IPython and the checks would be."""

import io
import types
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import Any

__all__ = ["NoChecks", "Printed", "Shell", "stand_in"]

MOST_PRINTED = 20_000
TIMED = ("time", "capture", "prun")  # magic that runs what follows it


class Printed(io.TextIOBase):
    """What a cell prints: the first characters, and no more than `most`."""

    def __init__(self, most: int = MOST_PRINTED):
        self.most, self.parts, self.length = most, [], 0

    def write(self, text: str) -> int:
        """Take a text, or as much of it as there is room for."""
        if self.length < self.most:
            self.parts.append(text[: self.most - self.length])
        self.length += len(text)
        return len(text)

    @property
    def text(self) -> str:
        """What was printed."""
        return "".join(self.parts) + ("\n… (cut off here)\n" if self.length > self.most else "")


class Shell:
    """Stands for IPython: magic that runs code runs it, all else does nothing."""

    def __init__(self, run: Callable[[str], Any]):
        self._run = run

    def run_line_magic(self, name: str, line: str, *_unused: Any) -> Any:
        """``%name line``."""
        return self._run(line) if name in TIMED else None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """``%%name line`` above a cell."""
        return self._run(cell) if name in TIMED else None

    def __getattr__(self, name: str) -> Any:
        return _Nothing()


class _Nothing(list):
    """Takes any call and any attribute, and does nothing."""

    def __getattr__(self, name: str) -> "_Nothing":
        return self

    def __call__(self, *_args: Any, **_kwargs: Any) -> "_Nothing":
        return self


class NoChecks:
    """Finds no checks and no graders: modules whose names begin with one of `blocked`."""

    def __init__(self, blocked: tuple[str, ...]):
        self.blocked = blocked

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Refuse a blocked module; leave all others to those who find them."""
        if name.startswith(self.blocked):
            raise ModuleNotFoundError(f"{name} is not there while a notebook is graded", name=name)
        return None


def stand_in() -> types.ModuleType:
    """Give what a notebook gets for ``from dlcourse.checks import check``: a check that says nothing."""
    module = types.ModuleType("dlcourse.checks", "Checks say nothing while a notebook is graded.")
    module.check = lambda *_args, **_kwargs: None
    module.NotYet = type("NotYet", (AssertionError,), {})
    return module
