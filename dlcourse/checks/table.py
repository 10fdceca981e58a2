"""The table of exercises: what each is, and the function that checks it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcourse.text import marked as _

__all__ = ["EXERCISES", "KINDS", "Exercise", "exercise", "explain"]

KINDS = (_("write it"), _("find the bug"), _("predict then run"), _("measure"), _("explain"))


@dataclass(frozen=True)
class Exercise:
    """One exercise, as the check's file declares it.

    Attributes
    ----------
    number : str
        Chapter and place in it: ``"2.3"``.
    title : str
    kind : str
        One of `KINDS`.
    points : int
    section : str
        The heading of the chapter that teaches what is needed.
    names : tuple of str
        What the learner hands to ``check``, in this order.
    numbers : function, optional
        ``numbers(variant)`` gives the task's numbers as a dict, for a task that has them.
    run : function or None
        The check; None where a person reads the answer.
    uses : tuple of str
        What an answer may call of the package: ``"functions.sigmoid"``, or ``"datasets"`` for a whole module. None:
        nobody asks.
    """

    number: str
    title: str
    kind: str
    points: int
    section: str
    names: tuple[str, ...] = ()
    numbers: Callable[[int], Mapping[str, Any]] | None = None
    run: Callable[[Any], None] | None = None
    uses: tuple[str, ...] | None = None


EXERCISES: dict[str, Exercise] = {}


def exercise(
    number: str, title: str, *, kind: str, points: int, section: str, names: Sequence[str],
    numbers: Callable[[int], Mapping[str, Any]] | None = None, uses: Sequence[str] | None = None,
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:  # fmt: skip
    """Enter the decorated function in the table, as the check of an exercise; the arguments are `Exercise`'s."""

    def enter(run: Callable[[Any], None]) -> Callable[[Any], None]:
        allowed = None if uses is None else tuple(uses)
        _enter(Exercise(number, title, kind, points, section, tuple(names), numbers, run, allowed))
        return run

    return enter


def explain(number: str, title: str, *, points: int, section: str) -> None:
    """Enter an exercise that a person reads and grades."""
    _enter(Exercise(number, title, "explain", points, section))


def _enter(entry: Exercise) -> None:
    if entry.kind not in KINDS or not re.fullmatch(r"[1-9]\d*\.[1-9]\d*", entry.number) or entry.points < 1:
        raise ValueError(f"exercise {entry.number!r}: kind {entry.kind!r}, points {entry.points!r}")
    if entry.number in EXERCISES:
        raise ValueError(f"there are two exercises {entry.number!r}")
    EXERCISES[entry.number] = entry
