"""What ran is measured: lines, functions of the package, names, shared memory; and what never ends is stopped."""

import collections
import contextlib
import fractions
import functools
import math
import sys
import types

import numpy as np
import pytest

from dlcourse import functions, layers
from dlcourse.tracing import LAYOUTS, Runner, TooLong, calculate, laid_out, recorder, simple, where

X = np.linspace(-2, 2, 5)


def ran(function, *args, **kwargs):
    here = Runner()
    here.run(function, args, kwargs)
    return here.trace


def looping(x):
    return [math.exp(value) for value in x]


def recursive(x):
    return [] if not len(x) else [x[0], *recursive(x[1:])]


@pytest.mark.parametrize(
    "function",
    [
        looping, recursive, lambda x: list(map(math.exp, x)), lambda x: list(filter(None, x)),
        lambda x: [looping(x[i : i + 1]) for i in range(len(x))], np.vectorize(lambda v: v + 1),
    ],
)  # fmt: skip
def test_lines_grow_with_what_is_looped_over(function):
    few, many = (ran(function, np.ones(count)).lines for count in (3, 103))
    assert many - few >= 100


def test_lines_of_whole_arrays_stay():
    assert ran(lambda x: np.exp(x).sum(), np.ones(3)).lines == ran(lambda x: np.exp(x).sum(), np.ones(300)).lines > 0
    assert list(map(str, filter(None, [0, 1]))) == ["1"], "the built-in ones are back"


class Mine(layers.Affine):
    pass


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (functions.softmax, "functions.softmax"), (lambda x: functions.softmax(x), "functions.softmax"),
        (functools.partial(functions.softmax), "functions.softmax"), (np.vectorize(functions.relu), "functions.relu"),
        (lambda x: Mine(np.ones((5, 2)), np.zeros(2)).forward(x[None]), "layers.Affine.forward"),
        (lambda x: getattr(functions, "soft" + "max")(x), "functions.softmax"),
        (types.FunctionType(functions.relu.__code__, vars(functions)), "functions.relu"),
    ],
)  # fmt: skip
def test_functions_of_the_package_are_told(function, found):
    assert found in ran(function, X).package


def test_what_the_package_calls_itself_is_its_own_business():
    assert ran(functions.sigmoid_grad, X).package == ["functions.sigmoid_grad"]
    assert ran(lambda x: np.exp(x), X).package == []


hidden = {"f": np.tanh}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: np.tanh(x), "numpy.tanh"), (lambda x, th=np.tanh: th(x), "numpy.tanh"),
        (lambda x: hidden["f"](x), "numpy.tanh"), (lambda x: math.tanh(x[0]), "math.tanh"),
        (lambda x: np.apply_along_axis(sum, 0, x), "numpy.apply_along_axis"), (lambda x: types.new_class("A"), "types"),
    ],
)  # fmt: skip
def test_names_are_told_behind_any_alias(function, name):
    assert name in ran(function, X).names


def test_watched_arrays_note_what_they_go_through():
    here = Runner()
    secret = [[np.tanh, 1]]
    found = here.run(lambda x: getattr(secret[0][0], "__call__")(x) + 1, [X], {}, "watched")
    assert "numpy.tanh" in here.trace.names
    assert np.allclose(found, np.tanh(X) + 1)


# Methods that NumPy 2.0 still names, though it has them no more, or will not have them.
GONE = {"itemset", "newbyteorder", "ptp", "tostring"}


def answered(function):
    with contextlib.suppress(TypeError, ValueError, np.linalg.LinAlgError), np.errstate(all="ignore"):
        function()


def test_what_numpy_has_is_numpys_own_whatever_it_ends_in():
    named = [getattr(np, name) for name in ("clip", "ptp", "mean", "std", "sort", "round", "cumsum", "prod", "nan_to_num")]
    named += [*recorder._UFUNCS, np.linalg.norm, np.linalg.inv, np.frompyfunc(lambda v: v + 1, 1, 1)]
    methods = [lambda x, name=name: answered(getattr(x, name)) for name in set(dir(np.ndarray)) - GONE if name[0] != "_"]
    named += [lambda x: x.clip(0, 1), lambda x: np.clip(x, -30.0, 30.0), np.frompyfunc(math.exp, 1, 1), *methods]
    for layout in ("", "watched"):
        for function in named:
            here = Runner()
            here.run(lambda x, function=function: answered(lambda: function(x)), [np.ones((2, 2))], {}, layout)
            assert not [name for name in here.trace.names if name.startswith("other.")], here.trace.names
            assert not set(here.trace.calls) & {"Watched.__array_ufunc__"}


def test_a_ufunc_of_another_library_is_told(monkeypatch):
    monkeypatch.setattr(recorder, "_UFUNCS", recorder._UFUNCS - {np.tanh})
    assert "other.tanh" in ran(lambda x: np.tanh(x), X).names


def test_a_pickle_that_is_allowed_is_told(tmp_path):
    np.savez(tmp_path / "a.npz", a=1)
    for load, told in ((lambda f: np.load(f, allow_pickle=True), True), (lambda f: np.load(f), False)):
        assert any("allow_pickle" in name for name in ran(load, tmp_path / "a.npz").names) is told


def forever(x):
    n = 0
    while True:
        n += 1


# On one line, where a jump back is no new line.
_space: dict = {}
exec("def stands_still(x):\n    while True: pass", _space)
stands_still = _space["stands_still"]


@pytest.mark.parametrize(("function", "line"), [(forever, "while True"), (stands_still, ""), (looping, "math.exp")])
def test_what_never_ends_is_stopped_at_its_line(monkeypatch, function, line):
    monkeypatch.setattr(recorder, "MOST_LINES", 1000)
    with pytest.raises(TooLong) as caught:
        ran(function, np.ones(5000))
    assert line in where(caught.value)


def test_the_learners_line_is_named_and_not_that_of_a_library():
    def wrong(x):
        y = x + 1
        return np.concatenate(y)

    with pytest.raises(ValueError) as caught:
        ran(wrong, X)
    assert where(caught.value).endswith(": return np.concatenate(y)")


def test_memory_that_is_shared_is_told():
    kept = np.zeros(5)

    def reuses(x):
        kept[:] = x
        return kept

    assert ran(lambda x: x[1:], X).shares and not ran(lambda x: x + 1, X).shares
    here = Runner()
    assert [bool(here.run(reuses, [X], {}) is kept and here.trace.reuses) for _call in range(2)] == [False, True]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_numbers_stay_in_another_layout(layout):
    x = np.arange(12.0).reshape(3, 4)
    found = laid_out({"a": [x, 1, np.arange(3)]}, layout)["a"]
    assert np.array_equal(found[0], x) and found[1] == 1 and np.array_equal(found[2], np.arange(3))
    assert found[0].flags.c_contiguous is (layout in ("read-only", "watched"))
    assert found[0].flags.writeable is (layout != "read-only") and not np.shares_memory(found[0], x)


def test_an_argument_that_is_changed_in_another_layout_is_changed_here():
    def writes(x):
        x[0] = 9.0

    for layout in LAYOUTS[:3]:
        x = np.zeros((2, 2))
        Runner().run(writes, [x], {}, layout)
        assert x[0, 0] == 9.0 and x[1, 0] == 0.0


def test_values_become_simple_and_what_is_simple_stays_itself():
    point = collections.namedtuple("point", "x y")
    assert simple(fractions.Fraction(1, 4)) == 0.25 and type(simple(fractions.Fraction(1, 4))) is float
    assert type(simple(point(1, 2))) is tuple and simple(point(1, fractions.Fraction(1, 2))) == (1, 0.5)
    assert simple(types.MappingProxyType({"a": 1})) == {"a": 1} and type(simple(collections.Counter("a"))) is dict
    for value in ({"a": X}, [X, 1], X, None, "text"):
        assert simple(value) is value
    assert simple([fractions.Fraction(1, 2), 1]) == [0.5, 1]


def test_another_trace_function_is_back_afterwards():
    seen = []
    before = sys.gettrace()
    try:
        sys.settrace(mine := lambda *event: seen.append(event))
        ran(lambda x: x, X)
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)


def test_functions_of_a_check_do_not_count():
    from dlcourse.checks import downhill

    trace = ran(lambda f: f(np.ones(3)), downhill.slopes)
    assert trace.package == []


def deep(levels):
    return levels and deep(levels - 1)


@pytest.mark.parametrize(("levels", "bears"), [(900, True), (1100, False)])
def test_a_formula_has_as_much_room_for_recursion_as_python_gives_whatever_was_set(levels, bears):
    limit, setter = sys.getrecursionlimit(), sys.setrecursionlimit
    sys.setrecursionlimit(5000)
    try:
        with contextlib.nullcontext() if bears else pytest.raises(RecursionError):
            found = calculate(["x = deep(levels)", "y = x + 1"], {"deep": deep, "levels": levels}, ["y", "2 * y"])
            assert found == [1, 2]
        assert sys.getrecursionlimit() == 5000 and sys.setrecursionlimit is setter
    finally:
        sys.setrecursionlimit(limit)


def test_a_formula_cannot_raise_the_limit_on_recursion():
    with pytest.raises(RecursionError, match="stays as it is"):
        calculate(["f(10**6)"], {"f": lambda limit: sys.setrecursionlimit(limit)}, [])


def test_the_lines_of_a_formula_are_the_learners_and_what_runs_them_is_not():
    found = ran(calculate, ["for _ in range(50): x = f(2)"], {"f": lambda x: x + 1}, ["x"])
    assert found.lines >= 100 and found.calls["<module>"] == 2  # the lines, and what is looked at
    assert not {"sys.setrecursionlimit", "builtins.exec"} & set(found.names)
