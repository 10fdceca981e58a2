"""What is to be judged, and what was found out: said by one process to another as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Cell", "Job", "Limits", "Result", "Verdict"]


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    cell, exercise, submission : float
        Seconds for one cell, for the judging of one exercise, and for everything.
    memory : int
        Bytes of address space.
    trusted : bool
        Whether it may run without walls around it.
    """

    cell: float = 60.0
    exercise: float = 20.0
    submission: float = 600.0
    memory: int = 2 << 30
    trusted: bool = False


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission.

    Attributes
    ----------
    id, text : str
    before : tuple of str
        The exercises whose tests stand between this cell and the next: what their names hold now is the answer.
    """

    id: str
    text: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """What is to be judged.

    Attributes
    ----------
    cells : sequence of Cell
        The code cells, in their order, without tests.
    exercises : sequence of tuple
        For each exercise its number, the names it hands over, the seeds of its tests, and the variant of its numbers.
    limits : Limits
    solutions : mapping
        By the exercise's number, the text of a solution: of these, points are given for parts.
    """

    cells: Sequence[Cell]
    exercises: Sequence[tuple[str, tuple[str, ...], tuple[int, ...], int]]
    limits: Limits = Limits()
    solutions: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Verdict:
    """Whether an answer is right; if not, the `kind` of the mistake, and what the learner reads.

    Attributes
    ----------
    number : str
    right : bool
    kind, hint : str
    parts : dict
        Of a wrong answer whether each part is right, where that was asked for.
    """

    number: str
    right: bool
    kind: str = ""
    hint: str = ""
    parts: dict[str, bool] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of the points that the answer gets."""
        return 1.0 if self.right else sum(self.parts.values()) / max(len(self.parts), 1)


@dataclass
class Result:
    """What was found out about a submission.

    Attributes
    ----------
    verdicts : dict
        By the exercise's number.
    cells : dict
        By the cell's id what it printed, and the error it ended with (name, text, line) or None.
    remarks : list of str
        In plain words what went wrong besides: cells that never end, a process that died.
    holds : dict
        What kept the submission in its place; see `dlcourse.grading.sandbox`.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    cells: dict[str, tuple[str, Any]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    holds: dict[str, str] | None = None
