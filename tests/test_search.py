"""Search: the ranges, the four steps, trials in several processes, the journal, and the twin through Optuna."""

import json
import logging
import math
import multiprocessing
import os
import subprocess
import sys
import textwrap
import time
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_objectives import (
    bowl,
    bowl_in_three,
    bowl_with_chance,
    dies_at_times,
    ends_at_once,
    never,
    reads_threads,
    waits,
)
from waiting import PATIENCE, wait_for

from dlcourse import search
from dlcourse.search import (
    Choice,
    IntUniform,
    LogUniform,
    Trial,
    Uniform,
    best_trial,
    narrow_ranges,
    narrowing_search,
    optuna_search,
    random_search,
    split_validation,
    trials,
    workers,
)
from dlcourse.search import ranges as ranges_module
from dlcourse.training import Diverged

LR = {"lr": LogUniform(1e-6, 1)}
THREE = {**LR, "x": Uniform(-2, 2), "y": Uniform(-2, 2)}
MIXED = {
    "lr": LogUniform(1e-6, 1),
    "dropout_ratio": Uniform(0, 0.9),
    "hidden": IntUniform(16, 1024, log=True),
    "layers": IntUniform(1, 4),
    "activation": Choice(["relu", "tanh"]),
    "batch_norm": Choice((True, False, None)),
}


@pytest.fixture(autouse=True)
def lean_workers(monkeypatch):
    # A worker imports the program that was started, too: here that is pytest, of which it has no need.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


def by_number(found):
    return sorted(found, key=lambda trial: trial.number)


def trial(number, score, **params):
    return Trial(number, params, score, 0.0, "complete" if score is not None else "failed")


def run_script(folder, code, *, name="script.py", **options):
    path = folder / name
    path.write_text(textwrap.dedent(code), encoding="utf-8")
    command = [sys.executable, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(trials.__file__).parents[2])}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def output_of(process):
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out


# ---------------------------------------------------------------------------------------------- the validation split


@given(st.integers(2, 60), st.floats(0.01, 0.99), st.integers(0, 2**32))
@settings(max_examples=60)
def test_split_loses_and_doubles_nothing(n, fraction, seed):
    x = np.arange(2 * n).reshape(n, 2)
    t = 10 * np.arange(n)
    aside = round(fraction * n)
    if not 0 < aside < n:
        with pytest.raises(ValueError, match="leaves one part empty"):
            split_validation(x, t, fraction, seed)
        return
    (x_train, t_train), (x_val, t_val) = split_validation(x, t, fraction, seed)
    assert x_val.shape == (aside, 2) and x_train.shape == (n - aside, 2)
    assert sorted([*t_train, *t_val]) == list(t)
    for part, targets in ((x_train, t_train), (x_val, t_val)):
        assert np.array_equal(part[:, 0] // 2 * 10, targets), "each sample keeps its target"


def test_split_shuffles_and_leaves_its_input_alone():
    x, t = np.arange(100.0), np.arange(100)
    (x_train, t_train), (x_val, t_val) = split_validation(x, t, rng=3)
    assert len(x_val) == 20 and not np.array_equal(t_val, np.sort(t_val))
    x_train[:] = t_val[:] = -1
    assert np.array_equal(x, np.arange(100.0)) and np.array_equal(t, np.arange(100))
    again = split_validation(x, t, rng=np.random.default_rng(3))
    assert np.array_equal(again[0][1], t_train) and np.array_equal(again[1][0], x_val)
    assert not np.array_equal(split_validation(x, t, rng=4)[1][0], x_val)


@pytest.mark.parametrize(
    ("x", "t", "fraction", "says"),
    [
        (np.zeros((5, 2)), np.zeros(4), 0.2, r"\(5, 2\).*\(4,\)"),
        (np.float64(1), np.zeros(4), 0.2, r"x has shape \(\)"),
        (np.zeros(5), np.zeros(5), 0, "fraction is 0"),
        (np.zeros(5), np.zeros(5), 1.0, "fraction is 1.0"),
        (np.zeros(5), np.zeros(5), math.nan, "fraction is nan"),
        (np.zeros(0), np.zeros(0), 0.2, "of 0 samples"),
        (np.zeros(2), np.zeros(2), 0.1, "of 2 samples"),
    ],
)
def test_split_says_what_is_wrong(x, t, fraction, says):
    with pytest.raises(ValueError, match=says):
        split_validation(x, t, fraction)


# ---------------------------------------------------------------------------------------------------------- ranges


def test_log_uniform_is_uniform_in_the_logarithm():
    rng = np.random.default_rng(0)
    draws = np.log10([LogUniform(1e-6, 1).sample(rng) for _ in range(6000)])
    # 1000 a power of ten; the standard deviation is sqrt(6000 · 1/6 · 5/6) = 29.
    assert np.all(np.abs(np.histogram(draws, bins=np.arange(-6, 1))[0] - 1000) < 4 * 29)
    # Kolmogorov and Smirnov: the distance is below 1.95 / sqrt(n) in 999 of 1000 cases.
    distance = np.abs(np.sort(draws) / 6 + 1 - np.arange(1, 6001) / 6000).max()
    assert distance < 1.95 / math.sqrt(6000)


def test_uniform_is_uniform():
    rng = np.random.default_rng(0)
    draws = [Uniform(-1, 3).sample(rng) for _ in range(4000)]
    assert np.all(np.abs(np.histogram(draws, bins=4, range=(-1, 3))[0] - 1000) < 4 * 28)


def test_whole_numbers_have_both_ends():
    rng = np.random.default_rng(0)
    draws = [IntUniform(1, 4).sample(rng) for _ in range(4000)]
    assert set(draws) == {1, 2, 3, 4} and type(draws[0]) is int
    assert np.all(np.abs(np.bincount(draws)[1:] - 1000) < 4 * 28)


def test_whole_numbers_on_a_log_scale():
    rng = np.random.default_rng(0)
    draws = np.array([IntUniform(1, 8, log=True).sample(rng) for _ in range(8000)])
    assert draws.min() == 1 and draws.max() == 8
    # k has the share of the logarithm between k - 1/2 and k + 1/2: log(3) / log(17) for 1, log(17/15) / log(17) for 8.
    assert abs(np.mean(draws == 1) - math.log(3) / math.log(17)) < 0.02
    assert abs(np.mean(draws == 8) - math.log(17 / 15) / math.log(17)) < 0.01


def test_choices_are_equally_likely():
    rng = np.random.default_rng(0)
    draws = [Choice(["a", "b", None]).sample(rng) for _ in range(3000)]
    assert all(abs(draws.count(choice) - 1000) < 4 * 26 for choice in ("a", "b", None))


@pytest.mark.parametrize(
    ("range_", "values", "expected"),
    [
        (Uniform(0, 10), [4, 6, 5], Uniform(3, 7)),
        (Uniform(0, 10), [0.5, 9.5], Uniform(0, 10)),  # clipped at both ends
        (Uniform(-10, 0), [-2.0], Uniform(-3, -1)),  # one value: a fifth of the old width
        (LogUniform(1e-10, 1), [1e-4, 1e-3], LogUniform(1e-5, 1e-2)),  # a tenth of ten powers of ten
        (LogUniform(1e-10, 1), [0.5], LogUniform(0.05, 1)),
        (IntUniform(10, 110), [50, 60], IntUniform(40, 70)),
        (IntUniform(0, 3), [1], IntUniform(0, 2)),  # at least one step
        (IntUniform(0, 3), [3], IntUniform(2, 3)),
        # (1024.5 / 0.5) ** 0.1 = 2.144; 64 / 2.144 = 29.9 and 64 · 2.144 = 137.2, rounded inwards
        (IntUniform(1, 1024, log=True), [64], IntUniform(30, 137, log=True)),
        (Choice(["relu", "tanh", "sigmoid"]), ["tanh", "relu", "tanh"], Choice(["relu", "tanh"])),
        (Choice([None, True]), [None], Choice([None])),
    ],
    ids=repr,
)
def test_narrowing_by_hand(range_, values, expected):
    narrowed = range_.narrow(values)
    assert type(narrowed) is type(range_)
    if isinstance(range_, Uniform):
        assert (narrowed.low, narrowed.high) == pytest.approx((expected.low, expected.high), rel=1e-12, abs=1e-12)
    else:
        assert narrowed == expected


@given(st.data())
@settings(max_examples=100)
def test_narrowing_stays_inside_and_keeps_the_values(data):
    kind, numbers = data.draw(
        st.sampled_from(
            [
                (Uniform, st.floats(-1e300, 1e300)),
                (LogUniform, st.floats(5e-324, 1e300)),
                (IntUniform, st.integers(-(10**6), 10**6)),
            ]
        )
    )
    low, high = sorted(data.draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    range_ = kind(low, high)
    values = data.draw(st.lists(numbers.map(lambda v: min(max(v, low), high)), min_size=1, max_size=5))
    narrowed = range_.narrow(values)
    assert low <= narrowed.low <= min(values) and max(values) <= narrowed.high <= high
    assert narrowed.low < narrowed.high
    drawn = narrowed.sample(np.random.default_rng(0))
    assert drawn in narrowed and type(drawn) is type(narrowed.low)


@pytest.mark.parametrize(
    "range_", [Uniform(1, 2), LogUniform(1e-6, 1), IntUniform(1, 1000), IntUniform(1, 9, log=True)]
)
def test_narrowing_has_an_end(range_):
    for _ in range(100):
        range_ = range_.narrow([range_.low])
    assert range_.low < range_.high


@pytest.mark.parametrize("range_", [Uniform(0, 1), IntUniform(0, 1), Choice([0, 1])], ids=repr)
def test_narrowing_says_what_is_wrong(range_):
    with pytest.raises(ValueError, match="values is empty"):
        range_.narrow([])
    with pytest.raises(ValueError, match="2 lies outside of"):
        range_.narrow([1, 2])


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Uniform(1, 1), ValueError, "Uniform: low is 1.0 and high 1.0, expected low < high"),
        (lambda: Uniform(2, 1), ValueError, "low is 2.0"),
        (lambda: Uniform(0, math.inf), ValueError, "high inf"),
        (lambda: Uniform(math.nan, 1), ValueError, "low is nan"),
        (lambda: Uniform(-1e308, 1e308), ValueError, "finite"),
        (lambda: Uniform("0", 1), TypeError, "Uniform: low is '0', expected a number"),
        (lambda: Uniform(0, True), TypeError, "high is True"),
        (lambda: LogUniform(0, 1), ValueError, "LogUniform: low is 0.0, expected more than 0"),
        (lambda: LogUniform(-1, 1), ValueError, "low is -1.0"),
        (lambda: LogUniform(1, 0.1), ValueError, "LogUniform: low is 1.0 and high 0.1"),
        (lambda: IntUniform(3, 3), ValueError, "IntUniform: low is 3 and high 3"),
        (lambda: IntUniform(1.0, 3), TypeError, r"IntUniform: low is 1.0 \(float\), expected a whole number"),
        (lambda: IntUniform(0, True), TypeError, "high is True"),
        (lambda: IntUniform(0, 3, log=True), ValueError, "at least 1 on a log scale"),
        (lambda: Choice([]), ValueError, r"choices is \[\], expected a sequence"),
        (lambda: Choice("relu"), ValueError, "choices is 'relu'"),
        (lambda: Choice({"relu"}), ValueError, "choices is {'relu'}"),
        (lambda: Choice([1, "a", 1.0]), ValueError, "1.0 is there twice"),
        (lambda: Choice([math.nan]), ValueError, "nan is no choice"),
        (lambda: Choice([math.tanh]), TypeError, "function tanh> is no choice"),
    ],
)
def test_a_range_says_what_is_wrong(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_ranges_ask_an_optuna_trial():
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    asked = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
    values = {name: range_.suggest(asked, name) for name, range_ in MIXED.items()}
    assert values == asked.params and all(values[name] in range_ for name, range_ in MIXED.items())
    assert asked.distributions == {
        "lr": FloatDistribution(1e-6, 1, log=True),
        "dropout_ratio": FloatDistribution(0, 0.9),
        "hidden": IntDistribution(16, 1024, log=True),
        "layers": IntDistribution(1, 4),
        "activation": CategoricalDistribution(("relu", "tanh")),
        "batch_norm": CategoricalDistribution((True, False, None)),
    }


# ------------------------------------------------------------------------------------------------ best and narrowed


def test_best_trial_is_the_highest_complete_one():
    found = [trial(0, 0.5), trial(3, 0.9), trial(2, 0.9), trial(4, None)]
    assert best_trial(iter(found)).number == 2
    with pytest.raises(ValueError, match="none of 1 trials is complete; the last one failed: no memory"):
        best_trial([Trial(0, {}, None, 0.0, "failed", "no memory")])
    with pytest.raises(ValueError, match="none of 0 trials is complete$"):
        best_trial([])


def test_narrow_ranges_looks_at_the_best_only():
    wide = {"x": Uniform(0, 10), "kind": Choice(["a", "b", "c"])}
    found = [
        trial(0, 0.1, x=0.0, kind="a"),
        trial(1, 0.9, x=4.0, kind="b"),
        trial(2, None, x=9.0, kind="a"),
        trial(3, 0.8, x=6.0, kind="b"),
    ]
    assert narrow_ranges(wide, found, keep=2) == {"x": Uniform(3, 7), "kind": Choice(["b"])}
    assert narrow_ranges(wide, found) == {"x": Uniform(0, 7), "kind": Choice(["a", "b"])}
    assert narrow_ranges(wide, [found[2]]) == wide
    with pytest.raises(ValueError, match="narrow_ranges: keep is 0"):
        narrow_ranges(wide, found, keep=0)
    with pytest.raises(ValueError, match="lies outside"):
        narrow_ranges({"x": Uniform(0, 1)}, found)


# ---------------------------------------------------------------------------------------------------- random search


def test_a_trial_runs_when_it_is_asked_for():
    calls = []

    def objective(params, rng):
        calls.append(params["lr"])
        params["lr"] = "overwritten"
        return len(calls)

    found = random_search(objective, LR, 3, rng=0)
    assert calls == []
    first = next(found)
    assert calls == [first.params["lr"]] and first.score == 1.0 and type(first.score) is float
    assert first.number == 0 and first.state == "complete" and first.error == "" and first.seconds >= 0
    assert [trial.number for trial in found] == [1, 2] and len(calls) == 3
    assert list(random_search(never, LR, 0)) == []


def test_values_come_from_the_ranges():
    found = list(random_search(lambda params, rng: 0, MIXED, 50, rng=0))
    for name, range_ in MIXED.items():
        assert all(trial.params[name] in range_ for trial in found)
        assert len({trial.params[name] for trial in found}) > 1


def test_a_seed_gives_the_same_trials_however_many():
    ten = list(random_search(bowl_with_chance, MIXED, 10, rng=7))
    assert list(random_search(bowl_with_chance, MIXED, 4, rng=7)) == ten[:4]
    assert list(random_search(bowl_with_chance, MIXED, 10, rng=np.random.default_rng(7))) == ten
    assert len({trial.params["lr"] for trial in ten}) == 10
    for other in (8, None):
        assert not {trial.params["lr"] for trial in random_search(bowl, MIXED, 10, rng=other)} & {
            trial.params["lr"] for trial in ten
        }
    # Each trial has an rng of its own, which has gone on from the draws and repeats none of them.
    unit = {"x": Uniform(0, 1)}
    drawn = [(one.params["x"], one.score) for one in random_search(lambda params, rng: rng.random(), unit, 10, rng=7)]
    assert len(set(np.ravel(drawn))) == 20


def raises(error):
    def objective(params, rng):
        raise error

    return objective


@pytest.mark.parametrize(
    ("objective", "state", "score", "error"),
    [
        (lambda params, rng: np.float32(0.5), "complete", 0.5, ""),
        (lambda params, rng: np.array(0.5), "complete", 0.5, ""),
        (lambda params, rng: 3, "complete", 3.0, ""),
        (lambda params, rng: math.nan, "diverged", None, "the objective returned nan"),
        (lambda params, rng: -np.inf, "diverged", None, "the objective returned -inf"),
        (raises(Diverged(12, math.nan, 10.0)), "diverged", None, "training blew up at step 12"),
        (raises(FloatingPointError("overflow in exp")), "diverged", None, "overflow in exp"),
        (raises(OverflowError("too large")), "diverged", None, "too large"),
        (raises(KeyError("W3")), "failed", None, "KeyError: 'W3'"),
        (raises(MemoryError()), "failed", None, "MemoryError: "),
        (lambda params, rng: None, "failed", None, "returned None (NoneType), expected one number"),
        (lambda params, rng: "0.9", "failed", None, "returned '0.9' (str)"),
        (lambda params, rng: True, "failed", None, "returned True (bool)"),
        (lambda params, rng: np.ones(2), "failed", None, "(ndarray), expected one number"),
        (lambda params, rng: 1j, "failed", None, "(complex)"),
        (lambda params: 1.0, "failed", None, "TypeError: "),
    ],
)
def test_whatever_happens_is_recorded_and_the_search_goes_on(objective, state, score, error):
    found = list(random_search(objective, LR, 2, rng=0))
    assert [(trial.state, trial.score) for trial in found] == [(state, score)] * 2
    assert error in found[1].error and bool(error) == bool(found[1].error)


def test_a_training_that_blows_up_is_a_diverged_trial():
    from dlcourse.networks import TwoLayerNet
    from dlcourse.optimizers import SGD
    from dlcourse.training import Trainer

    x = np.random.default_rng(0).normal(size=(40, 3))
    t = (x[:, 0] > 0).astype(int)

    def objective(params, rng):
        network = TwoLayerNet(3, 8, 2, rng=rng)
        for _progress in Trainer(network, x, t, optimizer=SGD(params["lr"]), epochs=50, batch_size=10, rng=rng):
            pass
        return network.accuracy(x, t)

    found = list(random_search(objective, {"lr": Choice([0.5, 1e200])}, 8, rng=0))
    states = {trial.params["lr"]: (trial.state, trial.error[:22]) for trial in found}
    assert states == {0.5: ("complete", ""), 1e200: ("diverged", "training blew up at st")}


def test_an_interrupt_ends_the_search_and_keeps_what_had_finished():
    def objective(params, rng):
        calls.append(params)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return 1.0

    calls, found = [], []
    with pytest.warns(RuntimeWarning, match="random_search: interrupted"):
        found.extend(random_search(objective, LR, 10, rng=0))
    assert [one.number for one in found] == [0, 1, 2]
    found = []
    with pytest.warns(RuntimeWarning, match="narrowing_search: interrupted"):
        found.extend(narrowing_search(raises(KeyboardInterrupt()), LR, 10))
    assert found == []


@pytest.mark.parametrize("make", [random_search, narrowing_search, optuna_search])
@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"objective": 3}, TypeError, "objective is 3, expected a function"),
        ({"ranges": {}}, ValueError, "ranges is empty"),
        ({"ranges": [Uniform(0, 1)]}, TypeError, "expected a dict such as"),
        ({"ranges": {"lr": (0, 1)}}, TypeError, r"ranges is {'lr': \(0, 1\)}"),
        ({"ranges": {1: Uniform(0, 1)}}, TypeError, "ranges is {1: "),
        ({"n_trials": -1}, ValueError, "n_trials is -1, expected at least 0"),
        ({"n_trials": 2.0}, TypeError, r"n_trials is 2.0 \(float\)"),
        ({"workers": 0}, ValueError, "workers is 0, expected at least 1"),
        ({"workers": True}, TypeError, "workers is True"),
        ({"rng": -1}, ValueError, "non-negative"),
    ],
)
def test_wrong_arguments_are_said_by_the_call(make, arguments, error, says):
    with pytest.raises(error, match=says) as caught:
        make(**{"objective": bowl, "ranges": LR, "n_trials": 1, **arguments})
    assert "rng" in arguments or str(caught.value).startswith(f"{make.__name__}: ")


def test_the_example_of_each_module_is_true():
    import doctest

    for module in (search, ranges_module):
        failed, tried = doctest.testmod(module)
        assert tried > 3 and not failed


# ------------------------------------------------------------------------------------------------- narrowing search


def test_each_round_draws_from_ranges_narrowed_around_the_best_so_far():
    found = list(narrowing_search(bowl, MIXED, 10, rounds=4, keep=3, rng=1))
    assert [one.number for one in found] == list(range(40))
    assert [one.round for one in found] == [0] * 10 + [1] * 10 + [2] * 10 + [3] * 10
    ranges = MIXED
    for round_ in range(4):
        drawn = found[10 * round_ : 10 * round_ + 10]
        assert all(one.params[name] in range_ for one in drawn for name, range_ in ranges.items())
        ranges = narrow_ranges(ranges, found[: 10 * round_ + 10], keep=3)
    assert ranges["lr"].low < 0.01 < ranges["lr"].high
    assert math.log10(ranges["lr"].high / ranges["lr"].low) < 0.6, "six powers of ten at first"
    assert best_trial(found).score > -0.01


def test_one_round_is_a_random_search():
    assert list(narrowing_search(bowl, LR, 6, rounds=1, rng=2)) == list(random_search(bowl, LR, 6, rng=2))


def test_narrowing_finds_more_than_chance():
    wins = 0
    for seed in range(20):
        narrowed = best_trial(narrowing_search(bowl_in_three, THREE, 10, rounds=4, keep=3, rng=seed)).score
        wins += narrowed > best_trial(random_search(bowl_in_three, THREE, 40, rng=seed)).score
    assert wins >= 16


def test_a_round_without_a_complete_trial_leaves_the_ranges():
    found = list(narrowing_search(lambda params, rng: math.nan, LR, 20, rounds=2, rng=0))
    assert {one.state for one in found} == {"diverged"}
    second = [one.params["lr"] for one in found if one.round == 1]
    assert min(second) < 1e-4 and max(second) > 1e-2


@pytest.mark.parametrize("argument", ["rounds", "keep"])
def test_narrowing_search_says_what_is_wrong(argument):
    with pytest.raises(ValueError, match=f"narrowing_search: {argument} is 0, expected at least 1"):
        narrowing_search(bowl, LR, 1, **{argument: 0})


# ---------------------------------------------------------------------------------------------- in worker processes


def test_any_number_of_workers_gives_the_same_trials():
    alone = list(narrowing_search(bowl_with_chance, MIXED, 8, rounds=2, rng=5))
    assert by_number(narrowing_search(bowl_with_chance, MIXED, 8, rounds=2, rng=5, workers=3)) == alone
    assert not multiprocessing.active_children()


def test_trials_come_as_they_finish_and_stopping_ends_the_workers():
    ranges = {"seconds": Choice([0, 600])}

    def draws(seed):
        return [one.params["seconds"] for one in random_search(lambda params, rng: 0, ranges, 3, rng=seed)]

    seed = next(seed for seed in range(1000) if draws(seed) == [600, 0, 0])
    start = time.monotonic()
    found = random_search(waits, ranges, 3, rng=seed, workers=2)
    assert [next(found).number, next(found).number] == [1, 2]
    assert len(multiprocessing.active_children()) == 2
    found.close()
    assert not multiprocessing.active_children()
    assert time.monotonic() - start < PATIENCE


def test_each_worker_is_one_process_with_one_blas_thread(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = dict(os.environ)
    assert [one.score for one in random_search(reads_threads, LR, 2, workers=2)] == [4.0, 4.0]
    assert dict(os.environ) == before


def test_a_worker_that_dies_takes_only_its_trial_with_it():
    ranges = {"die": Choice([True, False])}

    def deaths(seed):
        return sum(one.params["die"] for one in random_search(lambda params, rng: 0, ranges, 5, rng=seed))

    seed = next(seed for seed in range(1000) if deaths(seed) == 1)
    found = by_number(random_search(dies_at_times, ranges, 5, rng=seed, workers=2))
    assert [one.number for one in found] == list(range(5))
    assert {one.params["die"]: (one.state, one.score) for one in found} == {
        True: ("failed", None),
        False: ("complete", 1.0),
    }
    assert "worker process died (exit code 3)" in next(one.error for one in found if one.state == "failed")


def test_workers_that_were_killed_between_two_trials_are_replaced():
    found = random_search(bowl, LR, 6, rng=0, workers=2)
    first = [next(found)]
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    everything = by_number(first + list(found))
    assert [one.number for one in everything] == list(range(6))
    alone = list(random_search(bowl, LR, 6, rng=0))
    assert all(one in alone or "worker process died" in one.error for one in everything)
    assert sum(one.state == "failed" for one in everything) <= 2


class OtherEnd:
    """A pipe whose other end has sent some things and is then closed."""

    def __init__(self, *things):
        self.things, self.answers = list(things), []
        self.send = self.answers.append

    def recv(self):
        if not self.things:
            raise EOFError
        thing = self.things.pop(0)
        if isinstance(thing, Exception):
            raise thing
        return thing


def test_what_a_worker_does(monkeypatch):
    import signal

    ignored = []
    monkeypatch.setattr(signal, "signal", lambda *arguments: ignored.append(arguments))
    task = trials.Task(3, {"lr": 0.1}, np.random.default_rng(0), 2)
    pipe = OtherEnd(bowl, task)
    workers._work(pipe)
    assert pipe.answers == ["", Trial(3, {"lr": 0.1}, -1.0, 0.0, round=2)]
    assert ignored == [(signal.SIGINT, signal.SIG_IGN)]
    pipe = OtherEnd(ImportError("no module"))
    workers._work(pipe)
    assert pipe.answers == ["ImportError: no module"]


def test_a_worker_that_does_not_start(monkeypatch):
    monkeypatch.setattr(workers, "_work", ends_at_once)
    with pytest.raises(RuntimeError, match="ended before its first trial"):
        next(random_search(bowl, LR, 2, workers=2))
    assert not multiprocessing.active_children()


def test_an_interrupt_ends_the_workers_too(monkeypatch):
    from multiprocessing import connection

    wait, calls = connection.wait, []

    def interrupted(pipes):
        calls.append(len(pipes))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return wait(pipes)[:1]

    monkeypatch.setattr(connection, "wait", interrupted)
    found = []
    with pytest.warns(RuntimeWarning, match="interrupted; the trials that had finished are kept"):
        found.extend(random_search(bowl, LR, 10, rng=0, workers=2))
    assert len(found) == 2 and calls == [2, 2, 2]
    assert not multiprocessing.active_children()


def test_an_objective_that_other_processes_cannot_import_is_refused(monkeypatch):
    with pytest.raises(TypeError, match="top level of a .py file.*lambda.*cannot be sent"):
        next(random_search(lambda params, rng: 1.0, LR, 2, workers=2))

    # Like a function typed into a notebook: this process finds its module, others do not.
    def typed_in(params, rng):
        return 1.0

    typed_in.__module__, typed_in.__qualname__ = "only_here", "typed_in"
    module = types.ModuleType("only_here")
    module.typed_in = typed_in
    monkeypatch.setitem(sys.modules, "only_here", module)
    with pytest.raises(TypeError, match="the other process says: ModuleNotFoundError"):
        next(random_search(typed_in, LR, 2, workers=2))
    assert not multiprocessing.active_children()


def test_a_script_without_its_main_guard_is_told_so(tmp_path):
    script = run_script(
        tmp_path,
        """
        from dlcourse.search import Uniform, random_search

        def objective(params, rng):
            return params["x"]

        try:
            next(random_search(objective, {"x": Uniform(0, 1)}, 2, workers=2))
        except RuntimeError as error:
            if str(error).startswith("workers > 1"):
                print(error)
            else:
                raise
        """,
    )
    assert 'must stand under `if __name__ == "__main__":`' in output_of(script)


# ------------------------------------------------------------------------------------------------------ the journal


def numbers_and_params(found):
    return [(one.number, one.params) for one in found]


def test_a_search_goes_on_from_its_journal(tmp_path):
    path = tmp_path / "search.jsonl"
    whole = list(random_search(bowl_with_chance, MIXED, 8, rng=1))
    found = random_search(bowl_with_chance, MIXED, 8, rng=1, journal=path)
    first = [next(found) for _ in range(3)]
    found.close()
    assert first == whole[:3]
    again = list(random_search(bowl_with_chance, MIXED, 8, rng=1, journal=str(path)))
    assert again == whole
    assert [one.seconds for one in again[:3]] == [one.seconds for one in first], "read, not run again"
    # One that ended only reads; it may be made longer; without rng the seed is the journal's.
    assert list(random_search(never, MIXED, 8, rng=1, journal=path)) == whole
    assert list(random_search(never, MIXED, 2, journal=path)) == whole[:2]
    longer = list(random_search(bowl_with_chance, MIXED, 12, journal=path))
    assert longer == list(random_search(bowl_with_chance, MIXED, 12, rng=1))
    assert len(path.read_text().splitlines()) == 13


def test_a_journal_keeps_its_random_seed(tmp_path):
    path = tmp_path / "search.jsonl"
    first = list(random_search(bowl, LR, 3, journal=path))
    assert list(random_search(bowl, LR, 5, journal=path))[:3] == first
    header = json.loads(path.read_text().splitlines()[0])
    assert header == {"dlcourse_search": 1, "seed": header["seed"], "ranges": {"lr": "LogUniform(low=1e-06, high=1.0)"}}


def test_trials_that_went_wrong_are_kept_too(tmp_path):
    path = tmp_path / "search.jsonl"
    for objective in (raises(KeyError("Wörter")), never):
        found = list(random_search(objective, LR, 2, rng=1, journal=path))
        assert [(one.state, one.error) for one in found] == [("failed", "KeyError: 'Wörter'")] * 2


def test_rounds_go_on_from_a_journal(tmp_path):
    path = tmp_path / "search.jsonl"
    options = {"rounds": 3, "keep": 2, "rng": 4, "journal": path}
    whole = list(narrowing_search(bowl_with_chance, MIXED, 5, rounds=3, keep=2, rng=4))
    found = narrowing_search(bowl_with_chance, MIXED, 5, **options)
    for _ in range(7):
        next(found)
    found.close()
    assert list(narrowing_search(bowl_with_chance, MIXED, 5, **options)) == whole
    assert list(narrowing_search(never, MIXED, 5, **options)) == whole


def test_workers_go_on_from_a_journal(tmp_path):
    path = tmp_path / "search.jsonl"
    found = random_search(bowl, LR, 6, rng=1, journal=path)
    next(found)
    found.close()
    whole = list(random_search(bowl, LR, 6, rng=1))
    assert by_number(random_search(bowl, LR, 6, rng=1, workers=2, journal=path)) == whole
    assert by_number(random_search(never, LR, 6, rng=1, journal=path)) == whole


def test_a_search_that_was_killed_goes_on(tmp_path):
    script = run_script(
        tmp_path,
        """
        import time
        from dlcourse.search import Uniform, random_search

        def objective(params, rng):
            if params["x"] > 0.9:
                time.sleep(600)
            return rng.random()

        for trial in random_search(objective, {"x": Uniform(0, 1)}, 100, rng=0, journal="search.jsonl"):
            pass
        """,
    )
    path = tmp_path / "search.jsonl"
    wait_for(lambda: path.exists() and path.read_bytes().count(b"\n") >= 4)
    script.kill()
    script.communicate()
    kept = path.read_bytes().count(b"\n") - 1
    assert kept >= 3
    ran = []

    def objective(params, rng):
        ran.append(params)
        return rng.random()

    ranges = {"x": Uniform(0, 1)}
    found = list(random_search(objective, ranges, 40, rng=0, journal=path))
    assert found == list(random_search(lambda params, rng: rng.random(), ranges, 40, rng=0))
    assert len(ran) == 40 - kept


def test_a_line_that_is_cut_off_anywhere_is_dropped_and_said(tmp_path):
    path = tmp_path / "search.jsonl"
    whole = list(random_search(bowl, LR, 3, rng=1, journal=path))
    content = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    for cut in range(0, len(content), 7):
        path.write_bytes(content[:cut])
        if cut in (0, *ends):
            found = list(random_search(bowl, LR, 3, rng=1, journal=path))
        else:
            with pytest.warns(RuntimeWarning, match="last line is cut off"):
                found = list(random_search(bowl, LR, 3, rng=1, journal=path))
        assert found == whole
        assert list(random_search(never, LR, 3, rng=1, journal=path)) == whole, "the file is whole again"
    path.write_bytes(content[:-1])  # all of the last trial but its line's end
    with pytest.warns(RuntimeWarning, match="its trial runs again"):
        assert list(random_search(bowl, LR, 3, rng=1, journal=path)) == whole


def test_a_trial_that_is_there_twice_counts_once(tmp_path):
    path = tmp_path / "search.jsonl"
    whole = list(random_search(bowl, LR, 2, rng=1, journal=path))
    other = {"number": 1, "params": {"lr": 0.5}, "score": 9.0, "seconds": 0.0}
    with open(path, "a") as file:
        file.write(json.dumps(other) + "\n")
    with pytest.warns(RuntimeWarning, match="line 4: trial 1 is there twice"):
        assert list(random_search(never, LR, 2, rng=1, journal=path)) == whole


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 3: not a trial"),
        ("3", "line 3: not a trial"),
        ("", "line 3: not a trial"),
        ("\x00\x00", "line 3: not a trial"),
        ('{"number": 0}', "line 3: not a trial"),
        ('{"number": "0", "params": {}, "score": 1, "seconds": 1}', "line 3: not a sound trial"),
        ('{"number": 0, "params": [], "score": 1, "seconds": 1}', "line 3: not a sound trial"),
        ('{"number": 0, "params": {}, "score": null, "seconds": 1}', "line 3: not a sound trial"),
        ('{"number": 0, "params": {}, "score": "1", "seconds": 1}', "line 3: not a sound trial"),
        ('{"number": 0, "params": {}, "score": 1, "seconds": 1, "state": "done"}', "line 3: not a sound trial"),
    ],
)
def test_a_damaged_journal_is_refused_and_left_alone(tmp_path, line, says):
    path = tmp_path / "search.jsonl"
    list(random_search(bowl, LR, 2, rng=1, journal=path))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, lines[2], ""]))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=says) as caught:
        random_search(never, LR, 2, rng=1, journal=path)
    assert str(path) in str(caught.value) and path.read_bytes() == before


@pytest.mark.parametrize("content", ["weights of a year", "{}\n", '{"dlcourse_search": 1, "seed"\n'])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "precious.txt"
    path.write_text(content)
    with pytest.raises(ValueError, match="is not the journal of a search|line 1: damaged"):
        random_search(never, LR, 2, journal=path)
    assert path.read_text() == content


def test_a_journal_serves_one_search_only(tmp_path):
    path, rounds = tmp_path / "random.jsonl", tmp_path / "rounds.jsonl"
    list(random_search(bowl, LR, 2, rng=1, journal=path))
    list(narrowing_search(bowl, LR, 2, rng=1, journal=rounds))
    other = {"lr": LogUniform(1e-6, 2)}
    for call, says in [
        (lambda: random_search(never, LR, 2, rng=2, journal=path), "its seed is "),
        (lambda: random_search(never, other, 2, rng=1, journal=path), r"high=1.0.*now it is.*high=2.0"),
        (lambda: narrowing_search(never, LR, 2, rng=1, journal=path), "its keep is None, now it is 5"),
        (lambda: random_search(never, LR, 2, rng=1, journal=rounds), "its keep is 5, now it is None"),
        (lambda: narrowing_search(never, LR, 2, keep=1, rng=1, journal=rounds), "its keep is 5, now it is 1"),
        (lambda: narrowing_search(never, LR, 3, rng=1, journal=rounds), "its n_trials is 2, now it is 3"),
    ]:
        with pytest.raises(ValueError, match="belongs to another search.*" + says):
            call()


def test_a_journal_in_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        random_search(never, LR, 2, journal=tmp_path / "nowhere" / "search.jsonl")


# ---------------------------------------------------------------------------------------------------- through Optuna


@pytest.fixture(params=["journal", "sqlite"])
def storage(request, tmp_path):
    yield tmp_path / "optuna.journal" if request.param == "journal" else f"sqlite:///{tmp_path / 'optuna.db'}"
    while DATABASES:
        database = DATABASES.pop()
        database.remove_session()
        database.engine.dispose()


DATABASES = []  # that a test has opened itself


def study_of(storage, name="dlcourse"):
    import optuna

    if isinstance(storage, Path):
        files = optuna.storages.journal
        storage = files.JournalStorage(files.JournalFileBackend(str(storage)))
    else:
        storage = optuna.storages.RDBStorage(storage)
        DATABASES.append(storage)
    return optuna.load_study(study_name=name, storage=storage)


def test_without_optuna_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "dlcourse\[search\]"'):
        optuna_search(bowl, LR, 1)


def test_optuna_finds_more_than_chance():
    best, best_by_chance = [], []
    for seed in range(5):
        clever = [one.score for one in optuna_search(bowl_in_three, THREE, 40, rng=seed)]
        chance = [one.score for one in random_search(bowl_in_three, THREE, 40, rng=seed)]
        assert np.median(clever[20:]) > np.median(chance), "once it has learned, it tries what is good"
        best.append(max(clever))
        best_by_chance.append(max(chance))
    assert min(best) > -0.5 and np.mean(best) > np.mean(best_by_chance)


def test_optuna_alone_gives_the_same_trials_again(request):
    import optuna

    said = []
    handler = logging.Handler()
    handler.emit = said.append
    logging.getLogger("optuna").addHandler(handler)
    request.addfinalizer(lambda: logging.getLogger("optuna").removeHandler(handler))
    optuna.logging.set_verbosity(optuna.logging.INFO)
    found = list(optuna_search(bowl_with_chance, MIXED, 15, rng=3))
    assert list(optuna_search(bowl_with_chance, MIXED, 15, rng=3)) == found
    assert [one.number for one in found] == list(range(15))
    assert all(one.params[name] in range_ for one in found for name, range_ in MIXED.items())
    assert found[0].params != next(optuna_search(bowl_with_chance, MIXED, 1, rng=4)).params
    assert said == []
    assert optuna.logging.get_verbosity() == optuna.logging.INFO, "as it was"


def test_optuna_with_workers():
    found = by_number(optuna_search(bowl, MIXED, 8, rng=0, workers=2))
    assert [one.number for one in found] == list(range(8))
    assert [one.score for one in found] == [bowl(one.params, None) for one in found]
    assert len({one.params["lr"] for one in found}) == 8
    assert not multiprocessing.active_children()


def test_optuna_is_told_what_went_wrong():
    import optuna

    storage = optuna.storages.InMemoryStorage()

    def objective(params, rng):
        if params["kind"] == "bad":
            raise ValueError("no such layer")
        return math.nan if params["kind"] == "nan" else 0.5

    found = list(optuna_search(objective, {"kind": Choice(["bad", "nan", "good"])}, 8, rng=0, storage=storage))
    expected = {
        "bad": ("failed", None, "ValueError: no such layer"),
        "nan": ("diverged", None, "the objective returned nan"),
        "good": ("complete", 0.5, ""),
    }
    assert {one.params["kind"]: (one.state, one.score, one.error) for one in found} == expected
    told = {"bad": "FAIL", "nan": "PRUNED", "good": "COMPLETE"}
    study = optuna.load_study(study_name="dlcourse", storage=storage)
    assert all(one.state.name == told[one.params["kind"]] for one in study.trials)
    # Who comes later reads the same from the storage.
    assert list(optuna_search(never, {"kind": Choice(["bad", "nan", "good"])}, 0, storage=storage)) == found


def test_optuna_goes_on_from_its_storage(storage):
    found = optuna_search(bowl, LR, 3, rng=0, storage=storage)
    first = [next(found) for _ in range(2)]
    found.close()
    again = list(optuna_search(bowl, LR, 3, rng=0, storage=storage))
    assert again[:2] == first and len(again) == 3
    assert [one.seconds for one in again[:2]] == [one.seconds for one in first]
    assert list(optuna_search(never, LR, 3, storage=storage)) == again
    assert len(list(optuna_search(bowl, LR, 1, storage=storage, study_name="another"))) == 1


def test_a_trial_that_was_interrupted_is_run_anew():
    import optuna

    memory = optuna.storages.InMemoryStorage()
    with pytest.warns(RuntimeWarning, match="optuna_search: interrupted"):
        assert list(optuna_search(raises(KeyboardInterrupt()), LR, 3, storage=memory)) == []
    study = optuna.load_study(study_name="dlcourse", storage=memory)
    assert [one.state.name for one in study.trials] == ["FAIL"], "none is left running"
    assert [one.number for one in optuna_search(bowl, LR, 3, storage=memory)] == [1, 2, 3]


def test_trials_of_another_program_count_too():
    import optuna

    memory = optuna.storages.InMemoryStorage()
    list(optuna_search(bowl, LR, 1, storage=memory))
    study = optuna.load_study(study_name="dlcourse", storage=memory)
    asked = study.ask()
    asked.suggest_float("lr", 1e-6, 1, log=True)
    study.tell(asked, 5.0)
    found = list(optuna_search(bowl, LR, 3, storage=memory))
    assert [one.number for one in found] == [0, 1, 2]
    assert found[1] == Trial(1, asked.params, 5.0, 0.0)


def test_optuna_refuses_the_study_of_another_search(tmp_path):
    import optuna

    storage = tmp_path / "optuna.journal"
    list(optuna_search(bowl, LR, 1, storage=storage))
    with pytest.raises(ValueError, match="'dlcourse' has the ranges .*high=1.0.* now .*high=2.0"):
        optuna_search(never, {"lr": LogUniform(1e-6, 2)}, 1, storage=storage)
    memory = optuna.storages.InMemoryStorage()
    optuna.create_study(storage=memory, study_name="loss", direction="minimize")
    with pytest.raises(ValueError, match="'loss' minimizes, expected one that maximizes"):
        optuna_search(never, LR, 1, storage=memory, study_name="loss")


SHARED = """
    import sys, time
    from dlcourse.search import LogUniform, optuna_search

    def objective(params, rng):
        time.sleep(0.05)
        return -abs(params["lr"] - 0.01)

    if __name__ == "__main__":
        for trial in optuna_search(objective, {"lr": LogUniform(1e-6, 1)}, 4, storage=STORAGE, rng=0):
            print(trial.number, trial.params["lr"])
"""


def test_two_processes_share_one_storage(tmp_path, storage):
    code = SHARED.replace("STORAGE", repr(str(storage)))
    pair = [run_script(tmp_path, code, name=f"machine{i}.py") for i in range(2)]
    seen = [output_of(process).split() for process in pair]
    finished = study_of(storage).trials
    # Each saw its own trials and the other's; one may have been running when the other took the last.
    assert 4 <= len(finished) <= 5
    assert all(len(words) // 2 >= 4 and len(set(words[::2])) == len(words) // 2 for words in seen)
    values = [one.params["lr"] for one in finished]
    assert len(set(values)) == len(values), "the same seed gives each process other draws"
    assert set(seen[0][1::2]) | set(seen[1][1::2]) == {str(value) for value in values}


def test_tables_that_another_process_is_just_creating_are_waited_for(monkeypatch, tmp_path):
    import optuna
    from sqlalchemy.exc import OperationalError

    attempts, waits = [], []

    class Busy(optuna.storages.RDBStorage):
        def __init__(self, url, **options):
            attempts.append(url)
            if len(attempts) < limit:
                raise OperationalError("CREATE TABLE studies", {}, ValueError("table studies already exists"))
            super().__init__(url, **options)

    monkeypatch.setattr(optuna.storages, "RDBStorage", Busy)
    monkeypatch.setattr(time, "sleep", waits.append)
    limit = 3
    assert len(list(optuna_search(bowl, LR, 1, storage=f"sqlite:///{tmp_path / 'a.db'}"))) == 1
    assert len(attempts) == 3 and len(waits) == 2
    limit = 100
    with pytest.raises(OperationalError, match="already exists"):
        optuna_search(bowl, LR, 1, storage=f"sqlite:///{tmp_path / 'b.db'}")
    assert len(attempts) == 3 + 6
