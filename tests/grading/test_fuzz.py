"""Whatever an answer gives, a check gives a verdict: no traceback, and no point for nonsense."""

import collections
import decimal
import fractions
import inspect
import types

import numpy as np
import pytest
from answering import gradable, question, subjects, verdict, wrapped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.grading import sources

# How many of the examples, which are the same ones at every run, are tried.
so_many = pytest.mark.parametrize("examples", [pytest.param(8, marks=pytest.mark.gate), pytest.param(50, marks=pytest.mark.slow)])
NUMBERS = st.one_of(
    st.integers(-3, 1000), st.floats(), st.booleans(), st.just(10**30), st.fractions(-3, 3, max_denominator=9),
    st.just(decimal.Decimal("0.1")), st.just(1j), st.just(np.float32(0.5)), st.just(np.int8(-1)),
)  # fmt: skip
DTYPES = st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", "c16", "O", "U3", "M8[s]"])
ARRAYS = DTYPES.flatmap(
    lambda dtype: st.one_of(st.sampled_from([(), (1,), (0,), (2,), (2, 2), (3, 4), (1, 1), (2, 1, 3)]), st.none()).map(
        lambda shape: np.zeros((5, 0) if shape is None else shape, dtype)
    )
)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, max_side=5)
FILLED = arrays.arrays(np.float64, SHAPES, elements=st.floats(width=32))
ODD = st.sampled_from([
    None, ..., NotImplemented, "", "0111", "x" * 5000, object(), int, len, range(3), iter([1]), {1, 2}, b"ab", [],
    {}, (), [[1], [1, 2]], [None, None], {"W": None}, collections.OrderedDict(a=1), types.MappingProxyType({"a": 1}),
    np.ones(2).view(np.recarray), np.ma.array([1.0]), slice(2), Exception("no"), fractions.Fraction(1, 3),
    {(1, 2): 3}, (1, (2,)),
])  # fmt: skip
THINGS = st.recursive(
    st.one_of(NUMBERS, ARRAYS, FILLED, ODD),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.tuples(inside, inside),
        st.dictionaries(st.sampled_from(["W1", "b1", "lr", "table", "points"]), inside, max_size=3),
    ), max_leaves=4,
)  # fmt: skip
WAYS = st.sampled_from(["constant", "argument", "like the argument", "raises", "by turns"])


def function(way, thing):
    """Give a function of any arguments that gives, in one of some ways, what it should not."""
    calls = [0]

    def answer(*args, **kwargs):
        calls[0] += 1
        if way == "raises":
            raise [ValueError, KeyError, ZeroDivisionError, SystemExit, RecursionError][calls[0] % 5]("no")
        first = next((arg for arg in args if isinstance(arg, np.ndarray)), args[0] if args else None)
        if way == "argument" or (way == "by turns" and calls[0] % 2):
            return first
        if way == "like the argument" and isinstance(first, np.ndarray):
            with np.errstate(all="ignore"):
                return np.full_like(first, thing if isinstance(thing, int | float) and abs(thing) < 100 else 1)
        return thing

    return answer


class _Nonsense:
    """An object that has every method, and every attribute but the special ones."""

    way, thing = "constant", None

    def __init__(self, *args, **kwargs):
        self.params = self.grads = {"W": self.thing, "b": self.thing}

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return function(self.way, self.thing) if len(name) > 4 else self.thing


def nonsense(like, way, thing):
    """Give something of the sort that a right answer is of, which does nothing right."""
    if inspect.isclass(like):
        return type("Nonsense", (_Nonsense,), {"way": way, "thing": thing})
    if callable(like):
        return function(way, thing)
    if isinstance(like, dict) and way == "by turns":
        return dict.fromkeys(like, thing)
    return {**like, next(iter(like)): thing} if isinstance(like, dict) and way != "constant" else thing


def _lists(value):
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _each(change):
    """Give a function that changes the arrays and numbers in a value, and leaves all else."""

    def changed(value):
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(changed, value))
        with np.errstate(all="ignore"):
            return change(value) if isinstance(value, np.ndarray | np.generic | int | float) else value

    return changed


# A right answer with its result in other clothes, or spoiled.
TAMPERS = {
    "lists": _lists, "tuple": lambda value: (value,), "nothing": lambda value: None, "keys": lambda value: {"a": value},
    "bool": _each(lambda value: np.asarray(value).astype(bool)), "whole": _each(lambda value: np.asarray(value) // 1),
    "object": _each(lambda value: np.asarray(value).astype(object)), "complex": _each(lambda value: value + 0j),
    "half": _each(lambda value: np.asarray(value).astype(np.float16)), "flat": _each(np.ravel),
    "more": _each(lambda value: np.atleast_3d(value)), "turned": _each(np.transpose),
    "nan": _each(lambda value: np.nan * value), "text": _each(str),
    "empty": _each(lambda value: np.asarray(value)[..., :0] if np.ndim(value) else value),
    "fraction": _each(lambda value: fractions.Fraction(1, 3)), "minus": _each(lambda value: -np.asarray(value, float)),
    "twice": _each(lambda value: 2.0 * value), "unsigned": _each(lambda value: np.asarray(value).astype(np.uint8)),
}  # fmt: skip


def tampered(how, start, step):
    """Give what wraps a function: its results are tampered with, from one call on, at every so manyeth call."""
    calls = [0]

    def wrap(right):
        def answer(*args, **kwargs):
            calls[0] += 1
            value = right(*args, **kwargs)
            return TAMPERS[how](value) if calls[0] >= start and calls[0] % step == 0 else value

        return answer

    return wrap


@so_many
@pytest.mark.parametrize("number", gradable())
def test_no_result_in_other_clothes_breaks_a_check(number, examples):
    solution = sources.solution(question(number).answer)

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(list(TAMPERS)), st.integers(1, 12), st.integers(1, 3), st.integers(0, 3))
    def gives_a_verdict(how, start, step, seed):
        wrap = tampered(how, start, step)
        things = [
            wrapped(thing, wrap) if callable(thing) else TAMPERS[how](thing) for thing in subjects(number, solution)
        ]
        error = verdict(number, things, seed)
        assert error is None or (error.kind and error.hint)

    gives_a_verdict()


@so_many
@pytest.mark.parametrize("number", gradable())
def test_no_answer_breaks_a_check(number, examples):
    right = subjects(number, sources.solution(question(number).answer))

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(WAYS, st.lists(THINGS, min_size=len(right), max_size=len(right)), st.integers(0, 3))
    def gives_a_verdict(way, things, seed):
        error = verdict(number, [nonsense(*one) for one in zip(right, [way] * len(right), things, strict=True)], seed)
        assert error is None or (error.kind and error.hint)

    gives_a_verdict()
