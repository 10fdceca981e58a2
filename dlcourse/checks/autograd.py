"""Numbers that remember what they were made from: the reference, and the programs that an autograd must bear.

A program is a few lines of Python with the learner's class in them, and the expressions that are looked at afterwards.
Both classes run it. The first program that comes out otherwise is shown as it stands, to be run in a cell; plain ones
come first.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.access import NotYet
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined
from dlcourse.tracing import calculate

__all__ = ["numbers_that_remember"]

# As many sums of two as a graph of forks has, and operations as a chain has: the task says so.
DEEP, LONG = 40, 10_000
# Lines that may run for a graph twice as deep, against those for the graph: two times as many where each value is
# walked over once, hundreds where each path is.
MOST_GROWTH = 16


class Value:
    """A number, and what it was made from: pairs of a value and the slope for it."""

    made = 0

    def __init__(self, data: float, parents: tuple = ()):
        Value.made += 1
        self.data, self.parents, self.place, self.grad = data, parents, Value.made, 0.0

    def __add__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __truediv__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        quotient = self.data / other.data
        return Value(quotient, ((self, 1 / other.data), (other, -quotient / other.data)))

    def __neg__(self) -> "Value":
        return Value(-self.data, ((self, -1.0),))

    def __sub__(self, other: Any) -> "Value":
        return self + -other

    def __rsub__(self, other: Any) -> "Value":
        return -self + other

    def __rtruediv__(self, other: Any) -> "Value":
        return Value(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> "Value":
        """Give e to the power of it."""
        power = math.exp(self.data)
        return Value(power, ((self, power),))

    def backward(self) -> None:
        """Set the gradients: who was made last hands on first."""
        found, todo = {self}, [self]
        while todo:
            new = {parent for parent, _slope in todo.pop().parents} - found
            found |= new
            todo += new
        for value in found:
            value.grad = 0.0
        self.grad = 1.0
        for value in sorted(found, key=lambda value: value.place, reverse=True):
            for parent, slope in value.parents:
                parent.grad += slope * value.grad


@dataclass(frozen=True)
class _Program:
    """Lines to run and expressions to look at; `kind` and `hint` are for who is wrong here, and right before."""

    lines: tuple[str, ...]
    see: tuple[str, ...]
    kind: str = ""
    hint: str = ""


def numbers_that_remember(trial: Trial, cls: Any) -> None:
    """Does `cls` compute, and does its ``backward`` give the slopes for all that a number was made from?"""
    first = trial.new(cls, 3.0, raised=("missing", _("Value(3.0) cannot be made. Is its __init__ written?")))
    trial.get(first, "data"), trial.get(first, "backward")
    for program in _programs(trial.rng):
        _compare(trial, cls, program)
    _forks(trial, cls)
    _long_chain(trial, cls)
    for program in _drawn(trial.rng):
        _compare(trial, cls, program)


def _compare(trial: Trial, cls: Any, program: _Program) -> None:
    """Run a program with both classes, and stop at the first expression that differs."""
    right = calculate(program.lines, {"Value": Value}, program.see)
    try:
        found = trial.calculate(program.lines, {"Value": cls}, program.see)
    except NotYet as error:
        if error.kind not in ("raises", "endless") or program.kind not in ("numbers", "dtype", "deep", "long"):
            raise
        trial.fail(program.kind, joined([program.hint, error.hint]))
    found = trial.plain(found)
    trial.expect(type(found) is list and len(found) == len(right), "type", _("It gives no numbers."))
    for what, one, other in zip(program.see, found, right):
        text = _("After '{lines}' the number {what} is {found}; expected is {right}.")
        shown = text.format(lines="; ".join(program.lines), what=what, found=_shown(one), right=_shown(other))
        if values.blank(one) or not values.of_one_sort(one, 1.0):
            trial.fail(program.kind or ("missing" if values.blank(one) else "type"), joined([program.hint, shown]))
        coarse = type(one) is np.ndarray and one.dtype.kind == "f" and one.dtype.itemsize < 8
        relative, absolute = (1e-4, 1e-5) if coarse else (1e-6, 1e-9)  # where large slopes add up to 0, a little is left
        within = relative * abs(other) + absolute * max(1, *map(abs, right))
        if values.agree(one, other, within):
            continue
        sign = not program.kind and values.agree(one, -other, within)
        trial.fail(program.kind or ("sign" if sign else "formula" if ".grad" in what else "values"),
                   joined([program.hint, _("It has the wrong sign.") if sign else "", shown]))  # fmt: skip


def _shown(value: Any) -> str:
    return f"{float(value):.6g}" if values.of_one_sort(value, 1.0) else values.described(value)


def _written(rng: np.random.Generator, text: str, see: str, kind="", hint="", whole=False) -> _Program:
    """Put numbers of one decimal, or whole ones, that differ in size in the place of ``{0}``, ``{1}`` and ``{2}``."""
    sizes = rng.choice([2, 3, 5, 7] if whole else [0.4, 0.6, 0.7, 1.3, 1.4, 1.7, 2.3, 2.6, 3.1], 3, replace=False)
    signed = sizes * np.where(rng.random(3) < 0.5, -1, 1)
    return _Program(tuple(text.format(*signed.tolist()).split("; ")), tuple(see.split()), kind, hint)


def _programs(rng: np.random.Generator) -> Iterator[_Program]:
    """Give programs from plain to intricate."""
    program, ends = partial(_written, rng), "; L.backward()"
    one, two = "a = Value({0})", "a = Value({0}); b = Value({1})"
    three = f"{two}; c = Value({{2}})"
    yield program(one + "; a.backward()", "a.data a.grad", "last", _("Its own slope is 1."))
    for text in ("a + b", "a * b", "-a", "a - b", "a.exp()", "a / b"):
        both = "b" in text
        see = "L.data a.grad a.data" + " b.grad b.data" * both
        yield program(f"{two if both else one}; L = {text}{ends}", see)
    side = _("A plain number may stand on either side of an operation.")
    for text in ("a + {1}", "{1} + a", "a * {1}", "{1} * a", "a - {1}", "{1} - a", "a / {1}", "{1} / a"):
        yield program(f"{one}; L = {text}{ends}", "L.data a.grad", "numbers", side)
    for text in ("a + 2", "2 - a", "a * b - 3", "2 / a", "b / a"):
        see = "L.data a.grad" + " b.grad" * ("b" in text)
        yield program(f"{two}; L = {text}{ends}", see, "dtype", _("It may hold a whole number."), whole=True)
    behind = _("Each operation alone is right. One behind the other, they are not.")
    see = "L.data a.grad b.grad c.grad m.grad n.grad L.grad"
    for text in ("m = a * b; n = m - c; L = n.exp()", "m = -a; n = b - m; L = c / n",
                 "m = a.exp(); n = m * b; L = n / c", "m = a * b; n = c / 2 - m; L = 1 / n"):
        yield program(f"{three}; {text}{ends}", see, "chain rule", behind)
    equal = _("Two values hold the same number, and are still two.")
    yield program("a = Value({0}); b = Value({0}); c = Value({1}); m = -a; n = -b; L = m * c + n" + ends,
                  "a.grad b.grad c.grad m.grad n.grad", "equal", equal)  # fmt: skip
    fork = _("What is used twice gets two gradients, and they add up.")
    for text in ("a + a", "a * a"):
        yield program(f"{one}; L = {text}{ends}", "L.data a.grad", "fork", fork)
    for text in ("a / a + b", "a - a * b", "sum([a, b, a])", "a * b + a.exp()"):
        yield program(f"{two}; L = {text}{ends}", "L.data a.grad b.grad", "fork", fork)
    yield program(f"{two}; L = a; L += b; L *= a{ends}", "L.data a.grad b.grad", "fork", fork)
    early = _("Here a value goes into the last one, and also into one between them. Is all of its gradient there when "
              "it is handed on?")  # fmt: skip
    for text in ("m = a * b; n = m + c; L = m * n", "m = a * b; n = m + c; L = n * m",
                 "m = a * b; n = m * c; p = n + a; L = m * p", "m = a * b; n = m * c; p = n + m; L = p * n * m",
                 "m = a.exp(); n = m + b; p = n * c; L = p + n + m", "m = a + b; n = c * m; p = b * n; L = m + p * n",
                 "m = a * b; n = m * c; L = m * n + m / c + n * m + m"):
        see = "a.grad b.grad c.grad m.grad n.grad" + " p.grad" * ("p =" in text)
        yield program(f"{three}; {text}{ends}", see, "order", early)
    yield program("a = Value({0}); b = Value(1.0); m = a * b; n = m * b; L = n + m" + ends,
                  "a.grad b.grad m.grad n.grad", "equal", equal)  # fmt: skip
    yield from _called_again(program)


def _called_again(program: Callable[..., _Program]) -> Iterator[_Program]:
    """Give programs that call ``backward`` more than once."""
    two, three = "a = Value({0}); b = Value({1})", "a = Value({0}); b = Value({1}); c = Value({2})"
    again = _("backward was called before. Each time it begins anew, with nothing left of earlier gradients.")
    for text, see in (
        ("L = m * a; L.backward(); L.backward()", "a.grad b.grad m.grad L.grad"),
        ("L = m * a; L.backward(); M = m / b + a; M.backward()", "a.grad b.grad m.grad M.grad"),
        ("L = m * a; M = m / b; L.backward(); M.backward(); L.backward()", "a.grad b.grad m.grad L.grad"),
        ("L = m * a; L.backward(); m.backward()", "a.grad b.grad m.grad"),
        ("L = m * a; m.backward(); L.backward()", "a.grad b.grad m.grad L.grad"),
        ("L = m * a; L.backward(); M = m * 0.0 + b; M.backward()", "a.grad b.grad m.grad M.grad"),
    ):  # fmt: skip
        yield program(f"{two}; m = a * b; {text}", see, "again", again)
    left = _("It changes the gradient of a value that the last one was not made from.")
    yield program(f"{three}; L = a * b; M = b * c; L.backward(); M.backward()", "a.grad b.grad c.grad L.grad", "others",
                  left)  # fmt: skip
    yield program(f"{two}; L = a * a; M = b.exp(); M.backward(); L.backward()", "a.grad b.grad M.grad", "others", left)


def _forks(trial: Trial, cls: Any) -> None:
    """Does the work grow with the values of a graph, not with the paths through it?"""
    paths = _("Each value is used twice by the next: with every one of them there are twice as many paths back. It "
              "takes {found:.0f} times as many lines for 16 such values as for 8.")  # fmt: skip
    for text in ("x = x + x", "x = x * 0.5 + x * 0.5", "x = x / (x + 1)"):
        lines = []
        for deep in (8, 16):
            _compare(trial, cls, _forked(text, deep))
            lines.append(trial.access.trace.lines)
        growth = lines[1] / max(lines[0], 1)
        trial.expect(growth < MOST_GROWTH, "paths", paths.format(found=growth))
        _compare(trial, cls, _forked(text, DEEP))


def _forked(text: str, deep: int) -> _Program:
    lines = ("a = x = Value(2.0)", f"for _ in range({deep}): {text}", "x.backward()")
    return _Program(lines, ("x.data", "a.grad"), "deep", _("A graph of {deep} forks, one behind the other, goes wrong."
                                                           ).format(deep=deep))  # fmt: skip


def _long_chain(trial: Trial, cls: Any) -> None:
    """Does a chain of thousands come to its end?"""
    deep = _("A long chain of operations goes wrong.")
    for count in (100, LONG):
        loop = f"for _ in range({count // 4}): x = b - 0.999 * (x * 0.998 + a)"
        lines = ("a = x = Value(2.0)", "b = Value(0.5)", loop, "x.backward()")
        _compare(trial, cls, _Program(lines, ("x.data", "a.grad", "b.grad"), "long", deep))
    hint = _("It raises Python's limit on recursion. The limit stays as it is: walk through the values in a loop.")
    trial.without("setrecursionlimit", kind="recursion", hint=hint)


def _drawn(rng: np.random.Generator) -> Iterator[_Program]:
    """Give programs that were drawn, from few operations to many; each number in them goes into the last one."""
    forms = ["{0} + {1}", "{0} * {1}", "{0} - {1}", "{0} / {1}", "-{0}", "({0} / 3).exp()", "1 / {0}", "2 - {0}",
             "{0} * 3"]  # fmt: skip
    for size in (2, 3, 3, 4, 4, 5, 6, 7, 8, 8):
        known = {name: Value(float(rng.choice([-2.1, -1.2, -0.7, 0.6, 1.1, 1.9]))) for name in "abc"}
        lines = [f"{name} = Value({value.data})" for name, value in known.items()]
        unused = dict.fromkeys(known)
        while len(lines) < 3 + size:
            form, names = str(rng.choice(forms)), [str(name) for name in rng.choice(list(known)[-5:], 2)]
            made = eval(form.format(*names), dict(known))
            if 0.05 < abs(made.data) < 20:
                name = f"m{len(lines) - 2}"
                lines.append(f"{name} = {form.format(*names)}")
                known[name] = made
                unused = {old: None for old in unused if old not in names[: 1 + ("{1}" in form)]} | {name: None}
        lines += [f"L = {' + '.join(unused)}", "L.backward()"]
        hint = _("Each operation is right by itself, and this is not.")
        yield _Program(tuple(lines), ("L.data", *(f"{name}.grad" for name in known)), "together", hint)
