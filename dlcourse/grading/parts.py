"""Which parts of a wrong answer are right, for teachers who give points for them.

A part is one of several names that an exercise asks for, or one key of a dict of answers. It is right if the whole
check accepts it together with the solution's other parts. The solution runs here, in the judge, and no learner's code
ever sees it.
"""

import linecache
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dlcourse.checks.access import NotYet, Raised

__all__ = ["passed", "solved"]

# What a check ends with, or stumbles over. A worker that is gone is another matter: see dlcourse.grading.process.Gone.
STUMBLED = (NotYet, Raised, ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, OSError,
            RuntimeError, TypeError, ValueError)  # fmt: skip


def solved(number: str, text: str) -> dict[str, Any]:
    """Run the text of a solution, with what is given above it, and give its names."""
    file, names = f"<solution {number}>", {"__name__": "__solution__"}
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names


def passed(
    names: Sequence[str], solution: Mapping[str, Any], own: Callable[[str], Any], accepts: Callable[[list], None]
) -> dict[str, bool]:
    """Say of each part whether it is right; nothing for an answer that has no parts.

    Parameters
    ----------
    names : sequence of str
        What the exercise asks for.
    solution : mapping
        What the solution has for them.
    own : function
        Gives what the learner has for a name, anew each time.
    accepts : function
        Raises where an answer, one thing for each name, is not right.
    """
    if len(names) > 1:
        return {name: _right(accepts, lambda name=name: [own(n) if n == name else solution[n] for n in names])
                for name in names}  # fmt: skip
    right = solution[names[0]]
    if type(right) is not dict or len(right) < 2:
        return {}

    def with_own(key: str) -> list:
        found = own(names[0])
        return [right | {key: found.get(key) if type(found) is dict else None}]

    return {str(key): _right(accepts, lambda key=key: with_own(key)) for key in right}


def _right(accepts: Callable[[list], None], answer: Callable[[], list]) -> bool:
    try:
        accepts(answer())
    except STUMBLED:  # nobody has seen that this part is right
        return False
    return True
