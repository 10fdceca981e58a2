"""A learner's cell runs as far as it goes: past an import that fails, and up to the line where its time is up.

At home a module that is missing here was there, and an experiment had the whole evening. The answer above or below
it is judged all the same.
"""

import ast
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dlcourse.grading import written
from dlcourse.text import _

__all__ = ["REST", "Budget", "Ran", "python", "run"]

# What follows the line that took too long, in seconds; and each cell when the time for all cells is up.
REST = 2.0
SHARE_OF_CELLS = 0.7
# IPython needs more than twice as long for twice as many lines of magic.
MAGIC, MOST_MAGIC, MOST_TEXT = ("%", "!", "?", ",", ";", "/"), 50, 100_000
MISSING = ("ModuleNotFoundError", "ImportError")
STOPPED = "CellTimeoutError"  # what the worker raises in a cell whose time is up, see dlcourse.grading.worker


class Budget:
    """How long the next cell may take: a cell's own time, as long as all cells together have some left.

    Parameters
    ----------
    cell : float
        Seconds for one cell.
    end : float
        When the submission has to be judged, by `time.monotonic`.
    """

    def __init__(self, cell: float, end: float):
        now = time.monotonic()
        self.cell, self.end, self.end_of_cells = cell, end, now + SHARE_OF_CELLS * max(end - now, 0.0)

    @property
    def seconds(self) -> float:
        """Seconds for the next cell."""
        now = time.monotonic()
        # When the time is up each further cell gets a small part of what is left, so that all have their turn.
        return min(self.cell, max(self.end_of_cells - now, min(REST, (self.end - now) / 10)))


@dataclass
class Ran:
    """What became of a cell: what it ``printed``, the ``error`` it ended with, and what a person should know."""

    printed: str = ""
    error: list | None = None
    remarks: list[str] = field(default_factory=list)
    stopped: bool = False


def python(text: str) -> str:
    """Give a cell's text with IPython's magic turned into calls."""
    if written.parsed(text).body or not text.strip() or len(text) > MOST_TEXT:
        return text
    lines = text.splitlines()
    if sum(line.lstrip().startswith(MAGIC) or line.rstrip().endswith("?") for line in lines) > MOST_MAGIC:
        return text
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(text)
    except (SyntaxError, ValueError, RecursionError):
        return text


def run(text: str, ask: Callable[[str, float], dict], seconds: float) -> Ran:
    """Run a cell with `ask`, which runs a text for some seconds and gives what it printed, and its error."""
    found, end = Ran(), time.monotonic() + seconds
    while text.strip():
        one = ask(text, max(end - time.monotonic(), 0.1))
        found.printed += one["printed"]
        found.error = found.error or one["error"]
        name, said, line = _parts(one["error"])
        left, rest = _after(text, line)
        if name in MISSING and isinstance(left, ast.Import | ast.ImportFrom):
            found.remarks.append(_("{why}; what follows it ran all the same").format(why=said))
            text = _without(left, said, rest)
        elif name == STOPPED:
            found.remarks.append(_("its time was up in its line {line}; what ran before counts").format(line=line))
            found.stopped = True
            _run_rest(rest, ask, min(seconds, REST))
            return found
        else:
            return found
    return found


def _run_rest(text: str, ask: Callable[[str, float], dict], seconds: float) -> None:
    """Run what stands below a line that took too long, one statement at a time: an answer may be among it."""
    end = time.monotonic() + seconds
    for node in written.parsed(text).body:
        left = end - time.monotonic()
        if left > 0 or isinstance(node, written.KEPT):
            ask(_from(text, node), max(left, 0.1))


def _parts(error: Sequence | None) -> tuple[str, str, int]:
    name, said, line = (*(error or ()), "", "", 0)[:3]
    return str(name), str(said), line if type(line) is int else 0


def _after(text: str, line: int) -> tuple[ast.stmt | None, str]:
    """Give the statement of a text that stands at a line, and what follows it, with its lines' numbers kept."""
    body = written.parsed(text).body
    for place, node in enumerate(body):
        if node.lineno <= line <= node.end_lineno:
            following = body[place + 1 : place + 2]
            return node, _from(text, following[0], to_the_end=True) if following else ""
    return None, ""


def _without(node: ast.Import | ast.ImportFrom, said: str, rest: str) -> str:
    """Give what follows an import that failed, with the other modules of ``import a, b`` in its place."""
    names = [alias for alias in node.names if isinstance(node, ast.Import) and f"'{alias.name}'" not in said]
    if len(names) == len(node.names) or not names:
        return rest
    lines = rest.split("\n")
    lines += [""] * (node.lineno - len(lines))
    others = ast.unparse(ast.Import(names))
    lines[node.lineno - 1] = "; ".join(filter(None, [others, lines[node.lineno - 1]]))
    return "\n".join(lines)


def _from(text: str, node: ast.stmt, to_the_end: bool = False) -> str:
    lines = text.splitlines(keepends=True)
    first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
    if first == node.lineno and not to_the_end:
        return "\n" * (first - 1) + (ast.get_source_segment(text, node) or "")
    start = lines[first - 1].encode()[node.col_offset if first == node.lineno else 0 :].decode()
    return "\n" * (first - 1) + "".join([start, *lines[first : None if to_the_end else node.end_lineno]])
