"""One try at an exercise: what a check asks of the learner's answer, and the hint when something is wrong.

Each question either passes or raises `NotYet` with one hint, which says only what was measured: where, and of what
class the mistake is. The answer to a task with numbers is never told.
"""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.access import Access, NotYet, Raised
from dlcourse.checks.table import Exercise
from dlcourse.text import _, joined
from dlcourse.tracing import calculate

__all__ = ["Trial"]

# Parts of the package that solve nothing, as a layer's W does, and other people's solutions.
NEUTRAL = ("text", "plots", "views", "layers._book_name")
ELSEWHERE = {"scipy", "torch", "sklearn", "jax", "tensorflow", "keras", "other"}

# Mistakes that were seen coming: ``(kind, the values they give or a function that computes them, hint[, more])``.
Mistakes = Iterable[tuple]


class Trial:
    """What a check gets: the subjects, random numbers, and questions to ask.

    Parameters
    ----------
    exercise : Exercise
    subjects : sequence
        What the learner handed to ``check``; one for each of the exercise's `names`.
    seed : int
        For `rng`. The learner's own check uses 0, hidden tests use other seeds.
    variant : int
        Which numbers the task was set with; see `numbers`.
    access : Access, optional
        How subjects are reached.

    `subject` is the first of the subjects, `numbers` holds the task's numbers in this variant, `rng` is a generator.
    """

    def __init__(
        self, exercise: Exercise, subjects: Sequence, seed: int = 0, variant: int = 0, access: Access | None = None
    ):
        self.exercise, self.subjects, self.seed = exercise, tuple(subjects), seed
        self.subject = subjects[0] if subjects else None
        self.rng = np.random.default_rng(seed)
        self.numbers = exercise.numbers(variant) if exercise.numbers else {}
        self.access = Access() if access is None else access
        self.doing = ", ".join(exercise.names)
        self._changed: str | None = None
        # What the answer has called so far, of the package and by any name, and the places that it names: see
        # `dlcourse.tracing.Trace`.
        self.package: dict[str, str] = {}
        self.names: set[str] = set()
        self.places: list[str] = []

    def fail(self, kind: str, hint: str, more: str | None = None) -> NoReturn:
        """End this try with a hint."""
        raise NotYet(self.exercise.number, kind, hint, more)

    def expect(self, condition: Any, kind: str, hint: str, more: str | None = None) -> None:
        """End this try with a hint unless `condition` holds."""
        if not condition:
            self.fail(kind, hint, more)

    def begin(self) -> None:
        """Is there an answer at all? Asked of every exercise before its check runs."""
        for name, subject in zip(self.exercise.names, self.subjects, strict=True):
            self.expect(not values.blank(subject), "missing", _("There is nothing in {name} yet.").format(name=name))

    def end(self) -> None:
        """Were the arguments left alone, and is it the learner's own? Asked of every exercise after its check."""
        self.unchanged()
        self._is_own()

    def unchanged(self) -> None:
        """Were the arguments left alone so far?"""
        if self._changed:
            text = _("{doing} changes its argument. Whoever called it still needs the old values.")
            more = _("Work on a new array: what stands left of = or of -= must not be the argument itself.")
            self.fail("aliasing", text.format(doing=self._changed), more)

    def _is_own(self) -> None:
        if self.exercise.uses is None or self.exercise.kind not in ("write it", "find the bug"):
            return
        allowed = tuple(f"{name}." for name in (*self.exercise.uses, *NEUTRAL))
        borrowed = [what for what in self.package if not f"{what}.".startswith(allowed)]
        borrowed += [name for name in self.names if name.split(".")[0] in ELSEWHERE]
        if borrowed:
            name = self.package.get(borrowed[0], ", ".join(self.exercise.names))
            self.fail("borrowed", _(
                "It works, and it is not yours yet: {name} calls {what}, which has solved the task already. The "
                "task is to write it yourself, in plain Python and NumPy."
            ).format(name=name, what=borrowed[0]))  # fmt: skip

    # What is done with a subject. A grader that keeps learners' code in another process has its own `Access`.

    def call(self, f: Any, *args: Any, changes=False, raised=None, errors=None, layout="", **kwargs: Any) -> Any:
        """Call the learner's function, or something that a subject gave, with copies of the arguments.

        With `changes`, the arguments themselves are handed over. `raised` is ``(kind, hint[, more])`` for when
        it raises; without it, the hint tells what was raised. `errors` are for `numpy.errstate`: with
        ``{"over": "raise"}`` an overflow is a mistake, of kind "stability". `layout` is one of
        `dlcourse.tracing.LAYOUTS`: how arrays lie in memory.
        """
        name = self._name(f)
        self.expect(self.access.what(f) != "value", "type", _("{name} is not a function.").format(name=name))
        return self._do(name, partial(self.access.call, f), args, kwargs, changes, raised, errors, layout)

    def new(self, cls: Any, *args: Any, changes=False, raised: tuple | None = None, **kwargs: Any) -> Any:
        """Make an object of the learner's class; as `call`."""
        name = self._name(cls)
        self.expect(self.access.what(cls) == "class", "type", _("{name} is not a class.").format(name=name))
        return self._do(name, partial(self.access.call, cls), args, kwargs, changes, raised, None, "")

    def method(
        self, thing: Any, name: str, *args: Any, changes=False, raised=None, errors=None, layout="", **kwargs: Any
    ) -> Any:  # fmt: skip
        """Call the method `name` of a learner's object; as `call`."""
        return self._do(name, partial(self.access.method, thing, name), args, kwargs, changes, raised, errors, layout)

    def calculate(self, lines: Sequence[str], names: Mapping[str, Any], see: Sequence[str]) -> list:
        """Run lines of Python with the learner's objects under some names; give what the expressions `see` then are."""
        request, given = partial(self.access.call, calculate), (lines, names, see)
        return self._do(self.exercise.names[0], request, given, {}, False, None, None, "", f"'{'; '.join(lines)}'")

    def get(self, thing: Any, name: str, *keys: Any) -> Any:
        """Give the attribute `name`; with `keys`, the item inside: ``get(layer, "grads", "W")``."""
        self.doing = name + "".join(f"[{key!r}]" for key in keys)
        try:
            return self.access.get(thing, name, keys)
        except Raised as error:
            self.fail("missing", _("There is no {name} ({error}).").format(name=self.doing, error=error.name))

    def set(self, thing: Any, name: str, *keys: Any, value: Any) -> None:
        """Set the attribute `name`; with `keys`, the item inside."""
        self.doing = name + "".join(f"[{key!r}]" for key in keys)
        try:
            self.access.set(thing, name, keys, value)
        except Raised as error:
            self.fail("raises", _("{name} cannot be set ({error}).").format(name=self.doing, error=error.name))

    def _name(self, thing: Any) -> str:
        names = [name for name, subject in zip(self.exercise.names, self.subjects) if subject is thing]
        return names[0] if names else self.doing

    def _do(self, name, request, args, kwargs, changes, raised, errors, layout, doing=""):
        handed = (args, kwargs) if changes else values.copied((args, kwargs))
        self.doing = doing or f"{name}({', '.join(map(values.described, [*args, *kwargs.values()]))})"
        try:
            result = request(*handed, errors or {}, **({"layout": layout} if layout else {}))
        except Raised as error:
            self._raised(name, error, raised)
        finally:
            self.package |= {what: name for what in self.access.trace.package if what not in self.package}
            self.names |= set(self.access.trace.names)
            self.places += self.access.trace.places
        if not changes and not values.same(handed, (args, kwargs)):
            self._changed = self._changed or self.doing
        return result

    def _raised(self, name: str, error: Raised, expected: tuple | None) -> NoReturn:
        text = error.text if len(error.text) < 200 else error.text[:200] + " …"
        line = _(" ({line})").format(line=error.line) if error.line else ""
        if error.name == "NotImplementedError":
            self.fail("missing", _("There is nothing in {name} yet.").format(name=name))
        if error.name == "TooLong":
            hint = _("{doing} does not come to an end: it was stopped{line}.").format(doing=self.doing, line=line)
            self.fail("endless", hint, _("Which condition ends the loop, and what makes it true one day?"))
        if "is read-only" in error.text or "read-only" in error.text and "destination" in error.text:
            hint = _("{doing} writes into its argument{line}. Whoever called it still needs the old values.")
            self.fail("aliasing", hint.format(doing=self.doing, line=line))
        if expected:
            self.fail(*expected)
        if error.name == "FloatingPointError":
            self.fail("stability", _("Inside {doing}: {text}{line}.").format(doing=self.doing, text=text, line=line))
        self.fail("raises", _("{doing} raises {error}: {text}{line}").format(
            doing=self.doing, error=error.name, text=text, line=line))  # fmt: skip

    # Questions about what came back.

    def plain(self, value: Any, what: str | None = None) -> Any:
        """Give numbers, texts, arrays, and lists, tuples and dicts of these; anything else is a mistake ("type")."""
        try:
            return values.plain(value)
        except TypeError as error:
            text = _("{what} is {found}; plain numbers or a NumPy array are expected.")
            self.fail("type", text.format(what=what or self.doing, found=error))

    def array(self, found: Any, what: str | None = None) -> np.ndarray:
        """Give what was found as a plain array of numbers."""
        what = what or self.doing
        if values.blank(found):
            text = _("{what} gives nothing back. Is it written, and does it end in a return?")
            self.fail("missing", text.format(what=what))
        found = values.as_array(self.plain(found, what))
        self.expect(found is not None, "type", _("{what} does not consist of numbers in equal rows.").format(what=what))
        return found

    def shape(self, found: Any, shape: tuple, what: str | None = None) -> np.ndarray:
        """Has it the shape? Give it as a plain array of numbers."""
        found, what = self.array(found, what), what or self.doing
        text = _("{what} has the shape {found}; {shape} is expected.")
        self.expect(found.shape == shape, "shape", text.format(what=what, found=found.shape, shape=shape))
        return found

    def equal(
        self, found: Any, right: Any, mistakes: Mistakes = (), *, what: str | None = None, kind: str = "values",
        hint: str | None = None, more: str | None = None, rtol: float | None = None, atol: float | None = None,
    ) -> None:  # fmt: skip
        """Is it right: the shape, and the values within the rounding of its dtype?

        Parameters
        ----------
        found, right : array_like
        mistakes : iterable of tuple
            ``(kind, values, hint[, more])``, `values` as an array or a function without arguments. The first whose
            values were found gives the hint. Sign, a constant factor, a constant offset, a transposed matrix, and
            infinities are recognized without being listed.
        what : str, optional
            What the hint calls it; the last call if not given.
        kind, hint, more : str, optional
            Of the hint where no mistake is recognized.
        rtol, atol : float, optional
            Relative tolerance, and absolute one in units of the largest right value. Usually 1e-6 and 1e-9; 1e-4 and
            1e-5 where float32 was found.
        """
        what = what or self.doing
        found, right = self.array(found, what), np.asarray(right)
        close = partial(values.close, found, rtol=rtol, atol=atol)
        if close(right):
            return
        for mistake in mistakes:
            with values.errstate(all="ignore"):
                wrong = np.asarray(mistake[1]() if callable(mistake[1]) else mistake[1])
            if close(wrong):
                self.fail(mistake[0], *mistake[2:])
        if hint and kind != "values":
            text = _("{what} has the shape {found}; {shape} is expected.").format(
                what=what, found=found.shape, shape=right.shape)  # fmt: skip
            self.fail(kind, hint if found.shape == right.shape else joined([hint, text]), more)
        self.shape(found, right.shape, what)
        found_kind, text, extra = values.relation([(found, right, close)], what)
        if found_kind == "values":
            self.fail(kind, hint or text, more or extra)
        self.fail(found_kind, text, more or extra)

    def answers(self, right: Mapping[str, Any], mistakes: Mapping[str, Mistakes] | None = None,
                within: float | Mapping[str, float] = 0.0) -> None:  # fmt: skip
        """Are the learner's answers, a dict, the `right` ones? `mistakes` are as in `equal`, for each key."""
        found = self.plain(self.subject, self.exercise.names[0])
        text = _("{name} is no longer a dict.").format(name=self.exercise.names[0])
        self.expect(type(found) is dict, "type", text)
        for key, value in right.items():
            near = within.get(key, 0.0) if isinstance(within, Mapping) else within
            self.answer(found.get(key), value, (mistakes or {}).get(key, ()), near, what=repr(key))

    def answer(self, found: Any, right: Any, mistakes: Mistakes = (), within=0.0, what: str | None = None) -> None:
        """Is an answer right: a number (`within` an absolute distance), a yes or no, a word, or a shape?"""
        what = what or self.exercise.names[0]
        found = self.plain(found, what)
        self.expect(not values.blank(found), "missing", _("There is no answer for {what} yet.").format(what=what))
        if not values.of_one_sort(found, right):
            text = _("{what} is {found}; {sort} is expected.")
            self.fail("type", text.format(what=what, found=values.described(found), sort=values.sort_of(right)))
        if values.agree(found, right, within):
            return
        for kind, wrong, *hints in mistakes:
            if values.agree(found, wrong, within):
                self.fail(kind, *hints)
        self.fail("values", _("The answer for {what} is not right.").format(what=what))

    def number(self, found: Any, what: str | None = None) -> float:
        """Give what was found as a finite Python float."""
        self.answer(found, 0.0, within=math.inf, what=what)
        found, what = float(self.plain(found)), what or self.exercise.names[0]
        self.expect(math.isfinite(found), "stability", _("{what} is not a finite number.").format(what=what))
        return found

    def its_own(self) -> list[str]:
        """Give what is to be said about the memory of the last result: does it lie in that of another array?"""
        texts = {"shares": _(
            "{doing} gives back its argument itself, or a part of it. Whoever changes one of them changes both."
        ), "reuses": _("{doing} gives back what it gave before: the earlier result changes.")}  # fmt: skip
        return [text.format(doing=self.doing) for how, text in texts.items() if getattr(self.access.trace, how)]

    # Questions about how it was written.

    def without(self, *names: str, kind: str, hint: str) -> None:
        """Has nothing of Python's or a library's that was called one of these names (``"tanh"``), by any alias?"""
        known = [name for name in self.names if name.split(".")[0] in (*sys.stdlib_module_names, "numpy", *ELSEWHERE)]
        self.expect(not set(names) & {part for name in known for part in name.split(".")}, kind, hint)
