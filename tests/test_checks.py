"""The frame of the exercises' checks: what they ask, what they say, and what a learner's code cannot do to them."""

import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest
from waiting import PATIENCE

from dlcourse.checks import NotYet, base, check
from dlcourse.checks.access import Access, Raised
from dlcourse.checks.base import Exercise, Trial


def trial(*subjects, names=("f",), **options):
    entry = Exercise("99.1", "A test", "write it", 1, "Nowhere", names, options.pop("numbers", None))
    return Trial(entry, subjects, **options)


def kind_of(question, *args, **options):
    """Give the kind of hint that a question ends in, or None."""
    try:
        question(*args, **options)
    except NotYet as error:
        return error.kind
    return None


# check


def test_a_right_answer_says_so_once(capsys):
    assert check("2.6", 4.7) is None
    assert capsys.readouterr().out == "2.6: right\n"
    check("2.6", 4.7, quiet=True)
    assert capsys.readouterr().out == ""


def test_a_hint_first_and_more_after_another_wrong_try(monkeypatch):
    monkeypatch.setattr(base, "_wrong", {})

    def lines(spread):
        with pytest.raises(NotYet) as caught:
            check("2.6", spread)
        assert str(caught.value) == "\n".join(caught.value._render_traceback_())
        return caught.value._render_traceback_()

    first = lines(1.0)
    assert first == ["2.6: not yet. With this spread the sigmoid is deaf to fewer than a third of its inputs."]
    assert lines(1.0) == first, "the same answer again is no second try"
    assert len(lines(2.0)) == 2 and len(lines(1.0)) == 2


def defined(source):
    namespace = {"np": np}
    # Under the name "<string>", Python 3.13 finds the line with which a process was started.
    exec(compile(textwrap.dedent(source), "<answer>", "exec"), namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (defined("def f(x): return x + 1"), defined("def f(x): return x + 1"), defined("def f(x): return x + 2")),
        (defined("def f(x): return [y for y in x]"), defined("def f(x): return [y for y in x]"), lambda x: x),
        (defined("class f:\n def g(x): return 1"), defined("class f:\n def g(x): return 1"), defined("class f: pass")),
        (np.ones(3), np.ones(3), np.ones((3, 1))),
        ({"a": 1}, {"a": 1}, {"a": 2}),
    ],
    ids=["function", "a function inside", "class", "array", "dict"],
)
def test_a_changed_answer_is_told_from_the_same_again(one, same, other):
    assert base._fingerprint(one) == base._fingerprint(same) != base._fingerprint(other)


def test_calls_that_make_no_sense_are_errors_and_no_verdict():
    wrong = [("2.99", r"no exercise 2\.99, but 2\.1, 2\.2"), ("99.1", "chapter 99 has no"), (2.1, "look like")]
    for number, said in wrong:
        with pytest.raises(ValueError, match=said):
            check(number, None)
    with pytest.raises(ValueError, match=r'write: check\("2\.7", swish, swish_grad\)'):
        check("2.7", np.sin)
    with pytest.raises(ValueError, match="read by a person"):
        check("2.8")


def test_the_table_takes_no_nonsense(monkeypatch):
    monkeypatch.setattr(base, "EXERCISES", {})
    base.explain("99.1", "One", points=1, section="Nowhere")
    with pytest.raises(ValueError, match="two exercises '99.1'"):
        base.explain("99.1", "Again", points=1, section="Nowhere")
    for number, points in [("99", 1), ("99.0", 1), ("99.2", 0)]:
        with pytest.raises(ValueError, match="exercise '99"):
            base.explain(number, "Wrong", points=points, section="Nowhere")
    with pytest.raises(ValueError, match="kind 'guess'"):
        base.exercise("99.3", "Wrong", kind="guess", points=1, section="Nowhere", names=["f"])(print)


@pytest.mark.parametrize("nothing", [None, ..., {"a": None, "b": ...}, (None,)])
def test_nothing_there_yet(nothing):
    with pytest.raises(NotYet, match="There is nothing in spread yet") as caught:
        check("2.6", nothing)
    assert caught.value.kind == "missing"


def test_jupyter_shows_the_hint_and_no_traceback():
    code = """
    from IPython.core.interactiveshell import InteractiveShell
    shell = InteractiveShell.instance(colors="NoColor")
    shell.run_cell("from dlcourse.checks import check")
    assert not shell.run_cell("check('2.6', 1.0)").success
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "2.6: not yet. With this spread the sigmoid is deaf to fewer than a third of its inputs."
    ]


# Calls


def test_a_call_hands_over_copies_and_tells_a_changed_argument_at_the_end():
    def f(x, more):
        x += 1
        more["a"][0][:] = 0
        return x

    x, more = np.ones(3), {"a": [np.ones(2)]}
    here = trial(f)
    here.equal(here.call(f, x, more), x + 1)
    assert np.array_equal(x, np.ones(3)) and np.array_equal(more["a"][0], np.ones(2))
    assert kind_of(here.end) == "aliasing"
    free = trial(f)
    free.call(f, x, more, changes=True)
    assert np.array_equal(x, np.full(3, 2.0)) and not more["a"][0].any()
    assert kind_of(free.end) is None


@pytest.mark.parametrize(
    "change",
    ["x[0] = np.nan", "d['b'] = 1", "d.pop('a')", "items.append(1)", "items[0] = 2", "d['a'] = d['a'].astype('f')"],
)
def test_every_change_of_an_argument_is_seen(change):
    f = defined(f"def f(x, d, items):\n    {change}\n    return 1")
    here = trial(f)
    here.call(f, np.array([np.nan, 1.0])[::-1], {"a": np.ones(2)}, [1])
    assert kind_of(here.end) == "aliasing"
    quiet = trial(f)
    quiet.call(lambda x, d, items: 1, np.array([np.nan, 1.0]), {"a": np.ones(2)}, [1, "a", None, len])
    assert kind_of(quiet.end) is None


def test_warnings_and_stderr_of_learners_go_nowhere(capsys):
    def f(x):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        print("to stderr", file=sys.stderr)
        return np.log(x)

    here = trial(f)
    here.equal(here.call(f, np.zeros(1)), [-np.inf])
    assert capsys.readouterr().err == ""


def test_an_overflow_counts_where_it_is_asked_for():
    here = trial(np.exp)
    assert kind_of(here.call, np.exp, np.array([1e4])) is None
    assert kind_of(here.call, np.exp, np.array([1e4]), errors={"over": "raise"}) == "stability"


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("def f(x): raise NotImplementedError", "missing", "nothing in f yet"),
        ("def f(x): return y", "raises", r"f\(array of shape \(2, 3\)\) raises NameError: name 'y'"),
        ("def f(x): raise SystemExit(3)", "raises", "SystemExit"),
        ("def f(x): return f(x)", "raises", "RecursionError"),
        ("def f(): return 1", "raises", "TypeError"),
        ("def f(x): raise ValueError('x' * 999)", "raises", "x …"),
        ("f = 3", "type", "f is not a function"),
    ],
)
def test_what_is_raised_becomes_a_hint(source, kind, said):
    f = defined(source)
    with pytest.raises(NotYet, match=said) as caught:
        trial(f).call(f, np.zeros((2, 3)))
    assert caught.value.kind == kind and len(caught.value.hint) < 300


def test_an_expected_failure_has_its_own_hint():
    assert kind_of(trial(np.sum).call, np.sum, np.ones(2), axis=1, raised=("one sample", "…")) == "one sample"


def test_an_interrupt_is_not_swallowed():
    def f():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trial(f).call(f)


def test_a_hint_inside_a_function_of_the_check_comes_through():
    here = trial(len)
    assert kind_of(here.call, lambda g: g(), lambda: here.fail("counted", "…")) == "counted"


class Scaling:
    def __init__(self, W):
        self.params = {"W": W}

    def forward(self, x):
        return x * self.params["W"]


def test_objects_are_made_asked_and_changed():
    here = trial(Scaling, names=("Scaling",))
    layer = here.new(Scaling, 2.0)
    here.equal(here.method(layer, "forward", np.ones(2)), [2, 2])
    assert here.get(layer, "params", "W") == 2.0
    here.set(layer, "params", "W", value=3.0)
    here.equal(here.method(layer, "forward", np.ones(2)), [3, 3])
    here.set(layer, "name", value="s")
    assert here.get(layer, "name") == "s"
    for name, keys in [("grads", ()), ("params", ("b",)), ("name", ("W",))]:
        assert kind_of(here.get, layer, name, *keys) == "missing"
    assert kind_of(here.set, layer, "grads", "W", value=1) == "raises"
    assert kind_of(here.method, layer, "backward", 1.0) == "raises"
    assert kind_of(here.new, len) == "type"


def test_another_access_takes_the_place_of_the_own():
    class Elsewhere(Access):
        def what(self, thing):
            return "function"

        def call(self, thing, args, kwargs, errors):
            if thing == "bad":
                raise Raised("ValueError", "no")
            return args[0] + 1

    here = trial("good", access=Elsewhere())
    here.equal(here.call("good", np.ones(2)), [2, 2])
    assert kind_of(here.call, "bad", 1) == "raises"


# Values


class AgreesAlways(np.ndarray):
    def __eq__(self, other):
        return True


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (None, "missing"), (..., "missing"), ("text", "type"), ([[1], [1, 2]], "type"), (object(), "type"),
        (np.ones(2).view(AgreesAlways), "type"), (np.ones(2).view(np.recarray), "type"),
        (np.ma.array([1.0, 2.0]), "type"), (np.array([1.0, None]), "type"), (np.array([1j, 2]), "type"),
        (np.array([[1.0, 2.0]]), "shape"), (1.0, "shape"), ([1.0, 2.0, 3.0], "shape"),
        ([-1.0, -2.0], "sign"), ([0.5, 1.0], "scale"), ([np.nan, 2.0], "stability"), ([1.0, np.inf], "stability"),
        ([1.0, 2.1], "values"), ([0.0, 0.0], "values"), ([2.0, 1.0], "values"),
    ],
)  # fmt: skip
def test_what_is_not_equal_is_named(found, kind):
    assert kind_of(trial(len).equal, found, np.array([1.0, 2.0])) == kind


@pytest.mark.parametrize(
    "found",
    [[1, 2], (1.0, 2.0), np.array([1, 2]), np.array([1, 2], "f4"), [np.float32(1), np.int8(2)], [1 + 1e-8, 2]],
)
def test_what_is_equal_passes(found):
    trial(len).equal(found, np.array([1.0, 2.0]))


def test_infinities_and_nothing_compare():
    here = trial(len)
    here.equal([np.inf, np.nan, 1], [np.inf, np.nan, 1])
    here.equal(np.ones((0, 2)), np.ones((0, 2)))
    assert kind_of(here.equal, [-np.inf], [np.inf]) == "values"
    assert kind_of(here.equal, [1.0], [np.inf]) == "values"


def test_rounding_follows_the_dtype():
    right = np.array([1.0, 1000.0])
    here = trial(len)
    here.equal((right * (1 + 5e-5)).astype("f4"), right)
    assert kind_of(here.equal, right + [5e-5, 0.0], right) == "values"
    here.equal(right + [5e-5, 0], right, rtol=1e-4)
    here.equal(right + [5e-5, 0], right, atol=1e-6)


def test_offset_and_axis_are_recognized():
    here, right = trial(len), np.array([[1.0, 2.0], [3.0, 5.0]])
    assert kind_of(here.equal, right + 0.5, right) == "offset"
    assert kind_of(here.equal, right.T, right) == "axis"


def test_the_first_mistake_that_fits_gives_the_hint():
    here, right = trial(len), np.array([1.0, 2.0])
    mistakes = [("sum", lambda: np.divide(1.0, 0.0), "a"), ("fence", [1.0, 3.0], "b"), ("late", [1.0, 3.0], "c", "d")]
    with pytest.raises(NotYet, match="b") as caught:
        here.equal([1.0, 3.0], right, mistakes)
    assert (caught.value.kind, caught.value.more) == ("fence", None)
    here.equal(right, right, [("never", right, "a right answer is no mistake")])


def test_hints_of_the_caller_stand_where_nothing_is_recognized():
    with pytest.raises(NotYet, match="shifted") as caught:
        trial(len).equal([1.0, 5.0], [1.0, 2.0], kind="shift", hint="shifted", more="so")
    assert (caught.value.kind, caught.value.more) == ("shift", "so")
    assert kind_of(trial(len).equal, [1.0, 5.0], [1.0, 2.0], hint="only words") == "values"


def test_no_hint_tells_the_right_value():
    for found in ([0.1, 0.2], [[0.1]], [0.1, 98765.0], [-12345.0, -98765.0]):
        with pytest.raises(NotYet) as caught:
            trial(len).equal(found, np.array([12345.0, 98765.0]))
        told = f"{caught.value.hint}{caught.value.more}".replace("98765,", "")
        assert "12345" not in told.replace("-12345", "")


def test_shape():
    here = trial(len)
    here.shape(np.ones((2, 3)), (2, 3))
    assert kind_of(here.shape, np.ones(2), (2, 1)) == "shape"


# Answers


RIGHT = {"count": 3, "rate": 0.5, "shape": (2, 3), "yes": True, "word": "Relu"}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, None), ({"count": 3.0}, None), ({"count": np.int8(3)}, None), ({"rate": np.float32(0.5)}, None),
        ({"shape": [2, 3]}, None), ({"shape": (np.int64(2), 3)}, None), ({"yes": np.True_}, None),
        ({"word": " rELU "}, None), ({"word": np.str_("relu")}, None),
        ({"count": 4}, "fence"), ({"count": 5}, "values"), ({"count": True}, "type"), ({"count": "3"}, "type"),
        ({"count": [3]}, "type"), ({"count": None}, "missing"), ({"shape": (2, 3, 1)}, "values"),
        ({"shape": 6}, "type"), ({"shape": (2, "3")}, "values"), ({"yes": 1}, "type"), ({"yes": False}, "values"),
        ({"word": True}, "type"), ({"word": "tanh"}, "values"), ({"rate": np.nan}, "values"),
        ({"count": object()}, "type"),
    ],
)  # fmt: skip
def test_answers(changed, kind):
    here = trial({**RIGHT, **changed}, names=("prediction",))
    assert kind_of(here.answers, RIGHT, {"count": [("fence", 4, "one too many")]}) == kind


def test_answers_stay_a_dict_and_may_be_near():
    assert kind_of(trial([3]).answers, {"a": 3}) == "type"
    assert kind_of(trial({"b": 3}).answers, {"a": 3}) == "missing"
    trial({"a": 3.1}).answers({"a": 3.0}, within=0.1)
    assert kind_of(trial({"a": 3.2}).answers, {"a": 3.0}, within=0.1) == "values"


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (2, None), (np.float32(2), None), (np.inf, "stability"), (np.nan, "stability"), ("2", "type"), (True, "type"),
        ([2], "type"), (None, "missing"),
    ],
)  # fmt: skip
def test_one_number(found, kind):
    assert kind_of(trial(found).number, found) == kind


def test_the_numbers_of_a_task_follow_the_variant():
    here = trial(1, numbers=lambda variant: {"a": variant + 1}, variant=4, seed=3)
    assert here.numbers == {"a": 5}
    assert here.rng.integers(1000) == np.random.default_rng(3).integers(1000)


def test_patched_numpy_changes_no_verdict():
    code = """
    import numpy as np
    from dlcourse.checks import NotYet, base
    for name in ("allclose", "array_equal", "all", "isfinite", "testing"):
        setattr(np, name, lambda *args, **kwargs: True)
    np.abs = lambda x: x * 0
    trial = base.Trial(base.Exercise("99.1", "", "write it", 1, "", ("f",)), [len])
    try:
        trial.equal([1.0, 5.0], np.array([1.0, 2.0]))
    except NotYet as error:
        print(error.kind)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=PATIENCE)
    assert run.stdout == "values\n", run.stderr


def test_checks_need_nothing_but_numpy():
    code = """
    import importlib, pkgutil, sys
    import dlcourse.checks
    for module in pkgutil.iter_modules(dlcourse.checks.__path__):
        importlib.import_module(f"dlcourse.checks.{module.name}")
    own = {name[9:] for name in sys.modules if name.startswith("dlcourse.") and not name.startswith("dlcourse.checks")}
    roots = {name.split(".")[0] for name in sys.modules}
    print(sorted(own), sorted(roots & {"matplotlib", "IPython", "ipywidgets", "nbgrader", "scipy"}))
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=PATIENCE)
    own = ["perceptron", "text", "tracing", "tracing.formulas", "tracing.recorder", "tracing.values"]
    assert run.stdout == f"{own} []\n", run.stderr
