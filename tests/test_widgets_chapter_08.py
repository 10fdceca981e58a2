"""The widgets of chapter 08: what they compute, and how they answer; no browser."""

import importlib
import itertools
import sys

import numpy as np
import pytest

from dlcourse.layers import Affine
from dlcourse.networks import Classifier
from dlcourse.regularization import Dropout
from dlcourse.search import LogUniform, Trial
from dlcourse.widgets.picture import Picture

bench = importlib.import_module("dlcourse.widgets.regularization_bench")
search = importlib.import_module("dlcourse.widgets.search_explorer")

RANGES = {"lr": LogUniform(1e-4, 1), "weight_decay": LogUniform(1e-8, 1)}


def words(panel):
    return next(child for child in panel.children if isinstance(child, Picture)).value


def take(panel, steps):
    for _step in range(steps):
        panel._advance()
    panel._show()


class TestReading:
    def test_by_hand(self):
        # Scores are the inputs themselves: [2, 0] says class 0, [0, 2] class 1.
        network = Classifier([Affine(np.eye(2), np.zeros(2))], (2,))
        x, t = np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([0, 0])
        reading = bench.compute(network, (x[:1], t[:1]), (x, t))
        right = np.log(1 + np.exp(-2))
        assert (reading.train_accuracy, reading.test_accuracy, reading.gap) == (1, 0.5, 0.5)
        assert reading.train_loss == pytest.approx(right)
        assert reading.test_loss == pytest.approx((right + right + 2) / 2)
        assert sorted(reading.weights) == [0, 0, 1, 1]

    def test_answers_that_are_no_numbers_are_said_as_nan(self):
        network = Classifier([Affine(np.full((1, 2), np.inf), np.zeros(2))], (1,))
        one = (np.ones((1, 1)), np.zeros(1, int))
        assert np.isnan(bench.compute(network, one, one)[:4]).all()

    def test_the_histogram_has_weights_of_all_layers_and_not_too_many(self, monkeypatch):
        monkeypatch.setattr(bench, "WEIGHTS", 10)
        network = Classifier(
            [Affine(np.full((2, 20), 1.0), np.zeros(20)), Affine(np.full((20, 2), 2.0), np.ones(2))], (2,)
        )
        one = (np.zeros((1, 2)), np.zeros(1, int))
        weights = bench.compute(network, one, one).weights
        assert weights.tolist() == [1.0] * 5 + [2.0] * 5


class TestNumberOrZero:
    def test_the_left_end_is_zero_and_the_next_stop_is_the_lowest(self):
        number, seen = bench.NumberOrZero("weight decay", 1e-3, 1.0), []
        assert number.value == number.start == 0
        for third in reversed(range(10)):
            number.slider.value = third
            seen.append(number.value)
        assert seen == [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0]

    def test_the_box_takes_zero_and_any_number(self):
        number = bench.NumberOrZero("weight decay", 1e-3, 1.0, 0.1)
        number.value = 0
        assert number.value == 0
        number.value = 0.037
        assert number.value == 0.037
        assert number.scale.value_at(number.slider.value) == 0.05  # the nearest stop
        number.reset()
        assert number.value == 0.1


class TestRegularizationBench:
    @pytest.fixture
    def panel(self):
        panel = bench.regularization_bench()
        yield panel
        panel.close()

    def test_it_learns_by_heart_and_says_the_gap(self, panel):
        take(panel, 300)
        assert "accuracy 100.0% on training digits" in words(panel)
        assert "Step 300, 300 training digits" in words(panel)
        assert panel.steps == 300

    def test_dropout_decay_and_rate_reach_the_running_network(self, panel):
        take(panel, 2)
        run = panel.iterator
        panel.controls["dropout_ratio"].value, panel.controls["decay"].value = 0.3, 0.02
        panel.controls["lr"].value = 0.5
        assert panel.iterator is run and panel.steps == 2
        ratios = [layer.dropout_ratio for layer in run.network.layers if isinstance(layer, Dropout)]
        assert ratios == [0.3] * 3
        assert (run.network.penalty.weight_decay, run.optimizer.lr) == (0.02, 0.5)
        panel.controls["decay"].value = 0.0
        assert run.network.penalty.weight_decay == 0

    def test_another_size_or_set_starts_anew(self, panel):
        take(panel, 2)
        run = panel.iterator
        panel.controls["images"].value = 50
        assert panel.iterator is not run and panel.steps == 0
        assert len(panel.iterator.x_train) == 50
        panel.controls["depth"].value, panel.controls["width"].value = 1, 20
        assert panel.iterator.network.params["W1"].shape == (784, 20)
        assert panel.iterator.network.params["W2"].shape == (20, 10)

    def test_decay_shrinks_the_weights(self, panel):
        panel.controls["decay"].value = 1.0
        first = bench.compute(panel.iterator.network, *[(panel.iterator.x_train[:2], panel.iterator.t_train[:2])] * 2).weights.std()
        take(panel, 30)
        now = bench.compute(panel.iterator.network, *[(panel.iterator.x_train[:2], panel.iterator.t_train[:2])] * 2).weights.std()
        assert now < 0.5 * first

    def test_blowing_up_is_said_and_does_not_end_it(self, panel):
        panel.controls["lr"].value = 10.0
        for _step in itertools.repeat(None, 300):
            panel.step_button.click()
            if panel.error.value:
                break
        assert "Training blew up" in panel.error.value
        panel.reset()
        assert (panel.error.value, panel.steps) == ("", 0)


def trial(number, round_, score, lr=0.1, decay=1e-3, state="complete"):
    return Trial(number, {"lr": lr, "weight_decay": decay}, score, 0.0, state, round=round_)


class TestRangesOfRounds:
    def test_one_frame_before_and_in_the_first_round(self):
        assert search.ranges_of_rounds(RANGES, []) == [RANGES]
        assert search.ranges_of_rounds(RANGES, [trial(0, 0, 0.5)]) == [RANGES]

    def test_they_are_those_from_which_the_search_draws(self):
        trials = list(search.compute("narrowing", RANGES, 40, seed=3))
        rounds = search.ranges_of_rounds(RANGES, trials)
        assert len(rounds) == search.ROUNDS
        for one in trials:
            assert all(one.params[name] in rounds[one.round][name] for name in RANGES)
        widths = [np.log(ranges["lr"].high / ranges["lr"].low) for ranges in rounds]
        assert widths == sorted(widths, reverse=True)
        assert widths[-1] < 0.6 * widths[0]


class TestSearchExplorer:
    @pytest.fixture
    def panel(self):
        panel = search.search_explorer()
        panel.controls["trials"].value = 12
        yield panel
        panel.close()

    @pytest.mark.parametrize("method", ["random", "narrowing", "bayesian"])
    def test_each_method_brings_as_many_trials_as_asked(self, panel, method):
        panel.controls["method"].value = method
        take(panel, 100)
        assert panel.error.value == ""
        assert panel.steps == len(panel.iterator.trials) == panel.iterator.total_steps == 12
        assert panel.progress.state.value == "finished, trial 12 of 12"
        assert "best of 12: " in words(panel)

    def test_trials_lie_in_the_ranges_set(self, panel):
        panel.controls["method"].value = "random"
        panel.controls["lr_low"].value, panel.controls["lr_high"].value = 1e-3, 1e-2
        take(panel, 12)
        assert all(1e-3 <= one.params["lr"] <= 1e-2 for one in panel.iterator.trials)
        assert "Range now: learning rate 0.001 to 0.01" in words(panel)

    def test_the_same_seed_finds_the_same(self, panel):
        take(panel, 3)
        first = panel.iterator.trials
        panel.restart()
        take(panel, 3)
        assert panel.iterator.trials == first
        panel.controls["seed"].value = 1
        take(panel, 3)
        assert panel.iterator.trials != first

    def test_a_trial_that_blew_up_is_drawn_and_counted(self, panel):
        run = search.Search(iter([trial(0, 0, 0.5), trial(1, 0, None, 9.0, state="diverged")]), RANGES, 2)
        panel.iterator = run
        take(panel, 2)
        assert "best of 2: 50.0% with rate 0.1, decay 0.001. 1 blew up." in words(panel)

    def test_without_optuna_it_says_how_to_get_it(self, panel, monkeypatch):
        monkeypatch.setitem(sys.modules, "optuna", None)
        panel.controls["method"].value = "bayesian"
        assert panel.error.value == ""
        assert "pip install" in words(panel) and "dlcourse[search]" in words(panel)
        take(panel, 2)
        assert panel.error.value == "" and panel.steps == 0
        panel.controls["method"].value = "random"
        take(panel, 1)
        assert "best of 1: " in words(panel)

    def test_the_objective_tells_a_good_rate_from_a_bad_one(self):
        good, bad = (search.objective({"lr": lr, "weight_decay": 1e-4}, np.random.default_rng(0)) for lr in (0.3, 1e-4))
        assert good > 0.7 > bad + 0.3
