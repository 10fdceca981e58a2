"""The exercises' table, and the one call that learners make: ``check("2.3", sigmoid)``."""

import importlib
import re
import traceback
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from dlcourse.checks.access import Access, NotYet
from dlcourse.checks.table import EXERCISES, KINDS, Exercise, exercise, explain
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined

__all__ = ["EXERCISES", "KINDS", "Exercise", "Trial", "check", "exercise", "explain", "find", "judge", "load"]

# The different wrong answers that came for each exercise since Python started.
_wrong: dict[str, set] = {}


def load(chapter: int) -> list[Exercise]:
    """Give a chapter's exercises, in order.

    Raises
    ------
    ValueError
        If the chapter has none.
    """
    module = f"dlcourse.checks.chapter{chapter:02d}"
    if find_spec(module) is None:
        raise ValueError(_("chapter {chapter:02d} has no exercises").format(chapter=chapter))
    importlib.import_module(module)
    found = [entry for number, entry in EXERCISES.items() if number.split(".")[0] == str(chapter)]
    return sorted(found, key=lambda entry: int(entry.number.split(".")[1]))


def find(number: str) -> Exercise:
    """Give the exercise of a number such as ``"2.3"``.

    Raises
    ------
    ValueError
        If there is none; the text names those there are.
    """
    if not isinstance(number, str) or not re.fullmatch(r"\d{1,2}\.\d{1,2}", number):
        raise ValueError(_("{number!r} is no exercise; their numbers look like '2.3'").format(number=number))
    there = {entry.number: entry for entry in load(int(number.split(".")[0]))}
    if number not in there:
        raise ValueError(_("there is no exercise {number}, but {there}").format(number=number, there=joined(there, ", ")))
    return there[number]


def judge(number: str, subjects: Sequence, *, seed: int = 0, variant: int = 0, access: Access | None = None) -> None:
    """Run the check of an exercise once, on subjects that are reached through `access`.

    Raises
    ------
    NotYet
        If the answer is not right.
    ValueError
        If the exercise has no check, or takes another number of subjects.
    """
    entry = _asked(number, subjects)
    trial = Trial(entry, subjects, seed, variant, access)
    trial.begin()
    entry.run(trial)
    trial.end()


def _asked(number: str, subjects: Sequence) -> Exercise:
    entry = find(number)
    if entry.run is None:
        raise ValueError(_("{number} is read by a person, it has no check").format(number=number))
    if len(subjects) != len(entry.names):
        names = ", ".join(entry.names)
        raise ValueError(_('write: check("{number}", {names})').format(number=number, names=names))
    return entry


def check(number: str, *subjects: Any, seed: int = 0, variant: int = 0, quiet: bool = False) -> None:
    """Say whether the answer to an exercise is right; if not, give one hint, and after another wrong try one more.

    Parameters
    ----------
    number : str
        The exercise, such as ``"2.3"``.
    *subjects : object
        What you wrote: the function, class or value that the exercise asks for.
    seed : int
        Of the random inputs that are tried.
    variant : int
        Which numbers the task was set with.
    quiet : bool
        Print nothing.

    Raises
    ------
    NotYet
        If the answer is not right, with a hint.
    """
    _asked(number, subjects)
    try:
        judge(number, subjects, seed=seed, variant=variant)
    except NotYet as error:
        tries = _wrong.setdefault(number, set())
        tries.add(tuple(map(_fingerprint, subjects)))
        error.tell_more = len(tries) > 1
        raise
    except Exception as error:
        raise _our_fault(number, error) from None
    if not quiet:
        print(_("{number}: right").format(number=number))


def _our_fault(number: str, error: Exception) -> NotYet:
    """Give the hint for a check that stumbled over an answer; its `report` is for whoever mends the check."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = _("The check itself failed on this answer. That is our fault, not yours: please tell your instructor. "
             "({number}: {error}: {text}; {file}, line {line})")  # fmt: skip
    text = text.format(number=number, error=type(error).__name__, text=str(error)[:200],
                       file=place.filename.replace("\\", "/").rpartition("/")[2], line=place.lineno)  # fmt: skip
    found = NotYet(number, "broken", text)
    found.report = "".join(traceback.format_exception(error))
    return found


def _fingerprint(thing: Any) -> str:
    """Tell one answer from another: functions and classes by their code, all else by its value."""
    code = getattr(thing, "__code__", None)
    if code is not None:
        return _of_code(code)
    if isinstance(thing, type):
        return str(sorted((name, _fingerprint(part)) for name, part in vars(thing).items() if callable(part)))
    return str((thing.shape, thing.tobytes())) if type(thing) is np.ndarray else repr(thing)


def _of_code(code: Any) -> str:
    # A function inside would be told by its place in memory, which changes each time the cell is run.
    inner = [_of_code(part) if hasattr(part, "co_code") else repr(part) for part in code.co_consts]
    return repr((code.co_code, inner, code.co_names))
