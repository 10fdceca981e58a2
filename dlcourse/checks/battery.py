"""What an answer must bear: one battery of inputs for every exercise whose answer is a function of arrays.

The answer is compared with a reference: on plain inputs of all shapes first, then on whole numbers and single
precision, on arrays that lie otherwise in memory, and on the exercise's own borders. A mistake that was seen coming is
a wrong reference: its hint is given only if it explains all plain inputs. Otherwise the hint shows the smallest input
found on which the answer is wrong.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.access import NotYet
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined, marked

__all__ = ["Case", "Mistakes", "case", "function", "no_loop"]

# ``(kind, wrong reference, hint[, more])``
Mistakes = Iterable[tuple]
LAYOUTS = (marked("columns first"), marked("every second"), marked("backwards"), marked("read-only"))
# What goes through numbers in C, one by one, and what is counted as a loop although no line of Python runs.
LOOPS = {"numpy.vectorize", "numpy.apply_along_axis", "numpy.frompyfunc", "numpy.fromiter", "numpy.nditer",
         "numpy.ndenumerate", "numpy.ndindex", "_functools.reduce", "itertools.accumulate",
         "itertools.starmap"}  # fmt: skip
SHORT = 110


@dataclass(frozen=True)
class Case:
    """One input: its arguments, and the hint for an answer that is wrong there."""

    args: tuple
    kind: str = "values"
    hint: str | None = None
    more: str | None = None
    layout: str = ""
    errors: dict = field(default_factory=dict)
    rtol: float | None = None
    atol: float | None = None


def case(*args: Any, **options: Any) -> Case:
    """Give a `Case` of these arguments."""
    return Case(args, **options)


@dataclass(frozen=True)
class _Tried:
    """What an answer gave for a case: a value, or the hint for what it raised, and the right value."""

    case: Case
    found: Any
    error: NotYet | None
    right: np.ndarray
    close: Callable[[Any], bool]

    @property
    def good(self) -> bool:
        return self.error is None and self.close(self.right)


def function(
    trial: Trial, f: Any, reference: Callable, draw: Callable[..., tuple], shapes: Sequence[tuple],
    mistakes: Mistakes = (), *, borders: Iterable[Case] = (), dtypes: Sequence[str] = ("f4", "i8", "i4"),
    layouts: Sequence[str] = LAYOUTS, raised: Callable[..., tuple | None] | None = None, hint: str | None = None,
    more: str | None = None, lists: bool = False, fresh: bool = True, ask: Callable[[Case], Any] | None = None,
    what: str = "", rtol: float | None = None, atol: float | None = None,
) -> None:  # fmt: skip
    """Is `f` the same function of arrays as `reference`?

    Parameters
    ----------
    draw : function
        ``draw(rng, *shape)`` gives the arguments for one of the `shapes`; those should hold length 1, 2 and many,
        and N equal to K.
    mistakes : iterable of tuple
        ``(kind, wrong, hint[, more])``, `wrong` a function of the same arguments.
    borders : iterable of Case
        Inputs of the exercise's own: far out, just inside and outside a border, scalars.
    dtypes : sequence of str
        For the arrays among the arguments, beside float64; whole numbers are drawn for whole ones.
    raised : function, optional
        ``raised(*args)`` gives ``(kind, hint[, more])`` for an answer that raises there.
    hint, more : str, optional
        What stands before the smallest wrong input.
    lists : bool
        A list will do where an array is expected.
    fresh : bool
        The result may lie in no memory that an argument or an earlier result has.
    ask : function, optional
        Gives what the answer gives for a case; usually it is called.
    what : str
        What the hints call the result; usually the call.
    """
    battery = _Battery(trial, f, reference, draw, raised, lists, ask, what, {"rtol": rtol, "atol": atol})
    plain = [battery.attempt(Case(draw(trial.rng, *shape)), fresh) for shape in shapes]
    if not all(tried.good for tried in plain):
        battery.diagnose(plain, list(mistakes), shapes, hint, more)
    battery.again(plain[0].case, fresh)
    for border in borders:
        battery.probe(border)
    for dtype in dtypes:
        drawn = draw(trial.rng, *shapes[0])
        cast = battery.cast(Case(drawn), dtype)
        # First with these numbers, but not of this type; what was drawn whole, as labels are, stays whole.
        battery.probe(Case(tuple(map(values.as_drawn, cast.args, drawn))))
        for one in (cast, *battery.mixed(cast, drawn)):
            battery.probe(one)
    labels = any(values.relabelled(arg, "u1") is not arg for arg in plain[0].case.args)
    for dtype in ("i4", "u1") if labels else ():
        battery.probe(battery.cast(Case(draw(trial.rng, *shapes[0])), dtype, values.relabelled))
    for layout in layouts:
        for shape in sorted(shapes, key=math.prod)[-2:]:
            battery.probe(battery.laid_out(Case(draw(trial.rng, *shape)), layout))
    battery.again(plain[0].case, fresh)


class _Battery:
    def __init__(self, trial, f, reference, draw, raised, lists, ask, what, tolerance):
        self.trial, self.f, self.reference, self.draw = trial, f, reference, draw
        self.when_raised, self.lists, self.what, self.tolerance = raised, lists, what, tolerance
        self.ask = ask or self.call
        self.shared: list[str] = []  # what is said about results in a memory that is not their own
        self.names = list(inspect.signature(reference).parameters)

    def call(self, case: Case) -> Any:
        raised = self.when_raised(*case.args) if self.when_raised else None
        return self.trial.call(self.f, *case.args, layout=case.layout, errors=case.errors, raised=raised)

    def attempt(self, case: Case, fresh: bool = False) -> _Tried:
        """Ask the answer once."""
        with values.errstate(all="ignore"):
            right = np.asarray(self.reference(*map(values.exact, case.args)))
        try:
            found = self.value(case, right, fresh)
        except NotYet as error:
            if error.kind == "endless":
                raise
            return _Tried(case, None, error, right, lambda _right: False)
        own = {name: value for name in ("rtol", "atol") if (value := getattr(case, name)) is not None}
        coarse = any(getattr(arg, "dtype", None) == np.float32 for arg in case.args)
        return _Tried(case, found, None, right, partial(values.close, found, coarse=coarse, **self.tolerance | own))

    def value(self, case: Case, right: np.ndarray, fresh: bool) -> np.ndarray:
        """Give what the answer gives, as an array of its own memory."""
        trial, found = self.trial, self.ask(case)
        doing, shared = trial.doing, trial.its_own()
        array = trial.array(found)
        text = _("{doing} gives a list. A NumPy array is expected.").format(doing=doing)
        trial.expect(self.lists or not right.ndim or not isinstance(found, list | tuple), "type", text)
        self.shared += shared if fresh and right.ndim else []
        if array.dtype == np.float16 and not any(getattr(arg, "dtype", None) == np.float16 for arg in case.args):
            text = _("{doing} gives float16, which keeps three digits. Stay with float64, or float32.")
            trial.fail("dtype", text.format(doing=doing))
        return array

    def probe(self, case: Case) -> None:
        """Ask the answer, and give the hint of the case unless it is right."""
        tried, trial = self.attempt(case), self.trial
        if tried.good:
            return
        trial.unchanged()
        if tried.error and (tried.error.kind not in ("raises", case.kind) or not case.hint):
            raise tried.error
        shown = self.example(tried)
        if not case.hint:
            trial.shape(tried.found, tried.right.shape, self.doing(tried))
        if not case.hint and np.any(~np.isfinite(tried.found) & np.isfinite(tried.right)):
            trial.fail("stability", shown or self.worst([tried])[1], case.more)
        if case.hint:
            trial.fail(case.kind, joined([case.hint, shown or "" if case.kind in ("dtype", "layout") else ""]),
                       case.more)  # fmt: skip
        trial.fail(case.kind, shown or self.worst([tried])[1], case.more)

    def again(self, case: Case, fresh: bool) -> None:
        """Does the answer give the same a second time, in a memory of its own?"""
        tried, trial = self.attempt(case, fresh), self.trial
        text = _("The second time, {doing} gives something else for the same input.").format(doing=self.doing(tried))
        trial.expect(tried.good, "state", text, _("What did an earlier call leave behind?"))
        trial.expect(not self.shared, "aliasing", "".join(self.shared[:1]))

    def cast(self, case: Case, dtype: str, by: Callable = values.cast) -> Case:
        """Give the case with its arrays in another dtype."""
        whole, name = np.dtype(dtype).kind in "iub", np.dtype(dtype).name
        args = tuple(by(arg, dtype) for arg in case.args)
        hint = _("With numbers of the type {dtype} it is wrong.").format(dtype=name)
        more = _("An array that is made like x, by x.copy() or np.empty_like(x), is one of whole numbers if x is.")
        return Case(args, "dtype", hint, more if whole else None)

    def mixed(self, cast: Case, drawn: tuple) -> Iterable[Case]:
        """Give the case with one alone of its arrays in the other dtype, where that is one of whole numbers."""
        changed = [place for place, arg in enumerate(cast.args) if values.whole(arg) and not values.whole(drawn[place])]
        return [replace(cast, args=(*drawn[:place], cast.args[place], *drawn[place + 1 :])) for place in changed
                if len(changed) > 1]  # fmt: skip

    def laid_out(self, case: Case, layout: str) -> Case:
        """Give the case with its arrays in another order of memory."""
        text = _("It is wrong for an array whose numbers lie in memory in another order ({layout}), as x.T and x[::2] "
                 "do.").format(layout=_(layout))  # fmt: skip
        return Case(case.args, "layout", text, _("reshape and ravel make a copy of such an array."), layout)

    def diagnose(self, tried: list[_Tried], mistakes: list, shapes, hint, more) -> None:
        """Give the one hint that explains what was found."""
        trial, wrong = self.trial, [one for one in tried if not one.good]
        for one in wrong:
            if one.error and one.error.kind in ("missing", "endless", "type", "aliasing"):
                raise one.error
        for kind, reference, *hints in mistakes:
            if self.explains(reference, tried):
                trial.fail(kind, *hints)
        for one in wrong:
            if one.error:
                raise one.error
            trial.shape(one.found, one.right.shape, self.doing(one))
        trial.unchanged()
        if all(values.close(one.found, one.right, rtol=1e-4, atol=1e-6) for one in wrong):
            text = _("It is right to some digits only, and loses the others on the way. {shown}")
            trial.fail("precision", hint or text.format(shown=self.smallest(shapes) or ""), more)
        kind, text, extra = self.worst(wrong)
        if kind != "values":
            trial.fail(kind, text, more or extra)
        shown = self.smallest(shapes) or self.example(min(wrong, key=lambda one: one.right.size)) or text
        trial.fail("values", joined([hint or "", shown]), more)

    def explains(self, reference: Callable, tried: list[_Tried]) -> bool:
        """Does a wrong reference give what the answer gave, wherever that gave something?"""
        matches = 0
        for one in tried:
            with values.errstate(all="ignore"):
                try:
                    wrong = np.asarray(reference(*map(values.exact, one.case.args)))
                except (ValueError, LookupError, TypeError, ArithmeticError):
                    wrong = None
            if (one.error is None) is (wrong is None) or (wrong is not None and not one.close(wrong)):
                return False
            matches += not one.good
        return matches > 0

    def worst(self, wrong: list[_Tried]) -> tuple[str, str, str | None]:
        """Name what all wrong results have in common: sign, factor, offset, rows and columns."""
        every = [(one.found, one.right, one.close) for one in wrong]
        return values.relation(every, self.doing(wrong[0]))

    def doing(self, tried: _Tried) -> str:
        return self.what or f"{self.trial._name(self.f)}({', '.join(map(values.described, tried.case.args))})"

    def smallest(self, shapes: Sequence[tuple]) -> str | None:
        """Look for a small input of round numbers on which the answer is wrong, and show it."""
        rng = np.random.default_rng([self.trial.seed, 1])
        small = {tuple(min(size, most) for size in shape) for shape in shapes[:4] for most in (1, 2, 3)}
        for shape in sorted(small, key=lambda shape: (math.prod(shape), len(shape)))[:6]:
            for decimals in (0, 0, 0, 0, 1, 1, 1, 9, 9, 9):
                case = Case(tuple(values.rounded(arg, decimals) for arg in self.draw(rng, *shape)))
                tried = self.attempt(case)
                if not tried.good and not tried.error and np.all(np.isfinite(tried.right)):
                    text = self.example(tried)
                    if text:
                        return text
        return None

    def example(self, tried: _Tried) -> str | None:
        """Show an input, what the answer gives for it and what it should give, if that fits on a line or two."""
        if tried.error:
            return tried.error.hint if len(tried.error.hint) < 2 * SHORT else None
        given = joined((f"{name} = {values.shown(arg)}" for name, arg in zip(self.names, tried.case.args)), ", ")
        for digits in (4, 8, 16):
            found, right = values.shown(tried.found, digits), values.shown(tried.right, digits)
            if found != right:
                break
        text = _("For {given} {it} gives {found}; expected is {right}.") if not self.what else _(
            "For {given} {it} is {found}; expected is {right}.")
        it = self.what[:1].lower() + self.what[1:] or _("it")
        text = text.format(given=given, it=it, found=found, right=right)
        return text if len(text) < 2 * SHORT else None


def no_loop(trial: Trial, f: Any, draw: Callable[..., tuple], small: tuple, *larger: tuple) -> None:
    """Does the number of lines that run stay the same for more numbers?"""
    def lines(shape):
        args = draw(trial.rng, *shape)
        trial.call(f, *args)
        return trial.access.trace.lines, sum(np.size(arg) for arg in args)

    name, (few, before) = trial._name(f), lines(small)
    for shape in larger:
        many, after = lines(shape)
        text = _("{name} goes through the numbers one by one: with {before} numbers {few} of its lines run, with "
                 "{after} numbers {many}. One expression takes them all.")  # fmt: skip
        trial.expect(many - few < (max(shape) - max(small)) / 4, "loop", text.format(
            name=name, before=before, few=few, after=after, many=many))  # fmt: skip
    hidden = sorted(LOOPS & {name.removesuffix(".__call__") for name in trial.names})
    text = _("{name} goes through the numbers one by one, by {what}. One expression takes them all.")
    trial.expect(not hidden, "loop", text.format(name=name, what=hidden[0] if hidden else ""))
