"""What chapter 08 says of training and of searching, for ten seeds: true for at least nine of them."""

import importlib
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.functions import softmax
from dlcourse.layers import Layer
from dlcourse.losses import cross_entropy_error
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD
from dlcourse.regularization import Dropout
from dlcourse.search import LogUniform, narrow_ranges, narrowing_search, optuna_search
from dlcourse.training import Diverged, Trainer

pytestmark = pytest.mark.slow

SEEDS = range(10)
RANGES = {"lr": LogUniform(1e-5, 10), "weight_decay": LogUniform(1e-8, 1)}


class Found(NamedTuple):
    """A trained network, its accuracies and its loss on the test digits."""

    network: MultiLayerNet
    train: float
    test: float
    loss: float

    @property
    def gap(self):
        return self.train - self.test


@cache
def digits(seed, n):
    """Training digits of this seed, the same for all that is compared; and the test digits."""
    (x, t), test = load_mnist()
    some = np.random.default_rng(100 + seed).permutation(len(x))[:n]
    return (x[some], t[some]), test


@cache
def fit(seed, depth=6, lr=0.01, epochs=200, decay=0.0, dropout=0.0, n=300, start=None, width=100, change=None):
    """Train as the chapter does; `start` draws weights, masks and order, `seed` the digits."""
    start = seed if start is None else start
    (x, t), (x_test, t_test) = digits(seed, n)
    network = MultiLayerNet(784, [width] * depth, 10, weight_decay_lambda=decay, dropout_ratio=dropout, rng=start)
    if change is not None:
        network.layers = tuple(change(layer) if isinstance(layer, Dropout) else layer for layer in network.layers)
    for _progress in Trainer(network, x, t, optimizer=SGD(lr), epochs=epochs, evaluate_samples=1, rng=start):
        pass
    loss = cross_entropy_error(network.predict(x_test), t_test)
    return Found(network, network.accuracy(x, t), network.accuracy(x_test, t_test), loss)


def team(seed, **kind):
    """Give five networks of a kind in the fair trial, from five starts."""
    return [fit(seed, 3, 0.1, start=5 * seed + i, **kind) for i in range(5)]


def mean(found, name):
    return np.mean([getattr(one, name) for one in found])


def true_for_nine(claim):
    holds = [bool(claim(seed)) for seed in SEEDS]
    assert sum(holds) >= 9, f"true for {sum(holds)} of {len(holds)}: {holds}"


def test_few_digits_are_learned_by_heart():
    true_for_nine(lambda seed: fit(seed).train > 0.99 and 0.70 < fit(seed).test < 0.85)


def test_more_digits_narrow_the_gap_and_raise_the_test_accuracy():
    def claim(seed):
        few, many = fit(seed), fit(seed, epochs=20, n=3000)
        return many.train < few.train and many.test > few.test + 0.05 and many.gap < 0.5 * few.gap

    true_for_nine(claim)


def test_the_books_weight_decay_narrows_the_gap_and_reads_fewer_digits():
    def claim(seed):
        plain, decayed = fit(seed), fit(seed, decay=0.1)
        return decayed.gap < plain.gap and decayed.test < plain.test - 0.01

    true_for_nine(claim)


def test_the_books_dropout_has_merely_learned_less():
    def claim(seed):
        plain, early, dropped = fit(seed), fit(seed, epochs=10), fit(seed, epochs=300, dropout=0.2)
        less = dropped.train < 0.8 and dropped.test < plain.test - 0.1
        return dropped.gap < 0.75 * plain.gap and less and early.gap < 0.6 * plain.gap

    true_for_nine(claim)


class Quieter(Layer):
    """The factor of a dropout layer at test time, in training too: it makes the signal smaller, without any noise."""

    def __init__(self, dropout):
        super().__init__()
        self.kept = np.float32(1 - dropout.dropout_ratio)

    def forward(self, x, *, training=False):
        return self.kept * x

    def backward(self, dout):
        return self.kept * dout


def louder(dropout):
    dropout.inverted = True
    return dropout


def test_the_books_dropout_is_stalled_by_noise_and_missing_factor_together():
    def claim(seed):
        both, noise, factor = (fit(seed, epochs=300, dropout=0.2, change=how).train for how in (None, louder, Quieter))
        return both < 0.75 and noise > 0.9 and factor > 0.95

    true_for_nine(claim)


def test_more_weights_narrow_the_gap():
    def claim(seed):
        gaps = [fit(seed, 3, 0.1, 400 if width < 16 else 200, width=width).gap for width in (8, 16, 32, 100)]
        return gaps == sorted(gaps, reverse=True) and gaps[0] > gaps[-1] + 0.05

    true_for_nine(claim)


def test_the_loss_turns_up_after_ten_or_fifteen_epochs_and_the_accuracy_does_not_fall():
    def claim(seed):
        (x, t), (x_test, t_test) = digits(seed, 3000)
        network, found = MultiLayerNet(784, [100] * 3, 10, rng=seed), []
        for progress in Trainer(network, x, t, optimizer=SGD(0.1), epochs=40, evaluate_samples=1, rng=seed):
            if progress.step % 30 == 0:
                y = network.predict(x_test)
                found.append((cross_entropy_error(y, t_test), np.mean(y.argmax(axis=1) == t_test)))
        loss, accuracy = np.array(found).T
        turn = loss.argmin()
        return 8 <= turn + 1 <= 18 and loss[-1] > 1.1 * loss[turn] and accuracy[-1] > accuracy[turn] - 0.005

    true_for_nine(claim)


def test_a_learning_rate_of_10_guesses_and_blows_up_with_a_weight_decay_as_well():
    objective = importlib.import_module("dlcourse.widgets.search_explorer").objective
    for seed in SEEDS:
        for decay in (1e-8, 1e-3, 0.1):
            assert objective({"lr": 10.0, "weight_decay": decay}, np.random.default_rng(seed)) < 0.2
        with pytest.raises(Diverged):
            objective({"lr": 10.0, "weight_decay": 0.2}, np.random.default_rng(seed))


def test_with_patience_the_books_dropout_is_as_good_as_none():
    def claim(seed):
        plain, dropped, patient = fit(seed), *(fit(seed, dropout=0.2, epochs=epochs) for epochs in (300, 1000))
        return patient.train > 0.98 and abs(patient.test - plain.test) < 0.06 and patient.gap > 1.2 * dropped.gap

    true_for_nine(claim)


def test_in_a_fair_trial_all_learn_their_digits_by_heart():
    kinds = ({}, {"decay": 0.01}, {"dropout": 0.2})
    true_for_nine(lambda seed: all(mean(team(seed, **kind), "train") > 0.99 for kind in kinds))


def test_in_a_fair_trial_dropout_reads_a_little_more():
    true_for_nine(lambda seed: 0 < mean(team(seed, dropout=0.2), "test") - mean(team(seed), "test") < 0.02)


def test_dropout_gains_seven_in_a_thousand_and_weight_decay_less():
    gains = {"dropout": [], "decay": []}
    for seed in SEEDS:
        for cure, strength in (("dropout", 0.2), ("decay", 0.01)):
            gains[cure].append(mean(team(seed, **{cure: strength}), "test") - mean(team(seed), "test"))
    assert 0.005 < np.mean(gains["dropout"]) < 0.009 and 0.001 < np.mean(gains["decay"]) < 0.005
    assert np.mean(gains["decay"]) < 0.6 * np.mean(gains["dropout"])
    assert sum(gain > 0 for gain in gains["dropout"]) >= 9 and 4 <= sum(gain > 0 for gain in gains["decay"]) <= 8


def test_in_a_fair_trial_the_loss_of_dropout_is_about_that_of_the_plain_network():
    true_for_nine(lambda seed: abs(mean(team(seed, dropout=0.2), "loss") / mean(team(seed), "loss") - 1) < 0.1)


def test_in_a_fair_trial_weight_decay_lowers_the_loss_and_not_the_accuracy():
    def claim(seed):
        plain, decayed = team(seed), team(seed, decay=0.01)
        close = abs(mean(decayed, "test") - mean(plain, "test")) < 0.02
        return close and mean(decayed, "loss") < 0.9 * mean(plain, "loss")

    true_for_nine(claim)


def test_weight_decay_is_less_sure_where_it_is_wrong_and_has_smaller_weights():
    def sure(seed, found):
        _train, (x, t) = digits(seed, 300)
        answers = [one.network.predict(x) for one in found]
        return np.mean([y.max(axis=1)[y.argmax(axis=1) != t].mean() for y in answers])

    def spread(one):
        return np.concatenate([W.ravel() for name, W in one.network.params.items() if name.startswith("W")]).std()

    def claim(seed):
        plain, decayed = team(seed), team(seed, decay=0.01)
        return sure(seed, decayed) < sure(seed, plain) - 0.05 and spread(decayed[0]) < 0.9 * spread(plain[0])

    true_for_nine(claim)


def test_five_that_vote_are_better_than_one():
    def claim(seed):
        _train, (x, t) = digits(seed, 300)
        votes = np.mean([one.network.predict(x) for one in team(seed)], axis=0)
        return 0 < np.mean(votes.argmax(axis=1) == t) - mean(team(seed), "test") < 0.04

    true_for_nine(claim)


def test_one_quiet_pass_answers_as_a_hundred_thinned_networks_do():
    def claim(seed):
        network, x = team(seed, dropout=0.2)[0].network, load_mnist()[1][0][:500]
        vote = np.mean([softmax(network.forward(x, training=True)) for _mask in range(100)], axis=0)
        return np.mean(vote.argmax(axis=1) == network.predict(x).argmax(axis=1)) > 0.95

    true_for_nine(claim)


@cache
def narrowed(seed):
    objective = importlib.import_module("dlcourse.widgets.search_explorer").objective
    return list(narrowing_search(objective, RANGES, 15, rounds=3, keep=5, rng=seed))


def scores(trials):
    return np.array([trial.score or 0 for trial in trials])


def test_each_round_of_a_narrowing_search_is_better_than_the_one_before():
    def claim(seed):
        first, second, third = np.median(scores(narrowed(seed)).reshape(3, 15), axis=1)
        return first < second < third

    true_for_nine(claim)


def test_the_range_of_good_learning_rates_is_the_narrower_one():
    def claim(seed):
        last = narrow_ranges(RANGES, narrowed(seed), 5)
        width = {name: np.log(one.high / one.low) for name, one in last.items()}
        return width["lr"] < width["weight_decay"]

    true_for_nine(claim)


def test_optuna_learns_from_its_trials_and_its_best_is_about_as_good():
    objective = importlib.import_module("dlcourse.widgets.search_explorer").objective

    def claim(seed):
        bayes = scores(optuna_search(objective, RANGES, 45, rng=seed))
        better = bayes[10:].mean() > bayes[:10].mean() + 0.05
        return better and abs(bayes.max() - scores(narrowed(seed)).max()) < 0.08

    true_for_nine(claim)


def test_the_answers_to_the_predictions_at_the_bench():
    bench = importlib.import_module("dlcourse.widgets.regularization_bench")
    (x_all, t_all), test = load_mnist()

    def claim(seed):
        few = np.random.default_rng(seed).permutation(len(x_all))[:300]
        train = x_all[few], t_all[few]

        def go_on(network, epochs):
            for _progress in Trainer(network, *train, optimizer=SGD(0.1), epochs=epochs, evaluate_samples=1, rng=seed):
                pass
            return bench.compute(network, train, test)

        network = MultiLayerNet(784, [100] * 3, 10, weight_decay_lambda=0.0, dropout_ratio=0.5, rng=seed)
        bench.set_dropout(network, 0.0)
        first = go_on(network, 100)
        network.penalty.weight_decay = 0.02
        then = go_on(network, 100)
        smaller = then.weights.std() < 0.75 * first.weights.std() and then.test_loss < first.test_loss
        dropped = go_on(MultiLayerNet(784, [100] * 3, 10, dropout_ratio=0.7, rng=seed), 167)  # 500 steps
        by_heart = min(first.train_accuracy, then.train_accuracy) > 0.99
        return by_heart and smaller and dropped.train_accuracy < 0.5 and dropped.gap < 0.1

    true_for_nine(claim)


def test_the_answers_to_the_predictions_at_the_search():
    explorer = importlib.import_module("dlcourse.widgets.search_explorer")
    later = RANGES | {"lr": LogUniform(1e-3, 10)}

    def claim(seed):
        by_chance, narrowing, bayes = (
            scores(explorer.compute(method, RANGES, 60, seed)) for method in ("random", "narrowing", "bayesian")
        )
        best = [found.max() for found in (by_chance, narrowing, bayes)]
        last = by_chance.mean() < min(narrowing.mean(), bayes.mean())
        return max(best) - min(best) < 0.05 and last and scores(explorer.compute("random", later, 60, seed)).mean() > (
            by_chance.mean()
        )

    true_for_nine(claim)


def test_the_best_of_a_thousand_guessers_is_no_better_on_new_digits():
    def claim(seed):
        rng, (_x, t) = np.random.default_rng(seed), load_mnist()[1]
        best = np.mean(rng.integers(0, 10, (1000, 100)) == t[:100], axis=1).max()
        return best > 0.16 and np.mean(rng.integers(0, 10, len(t)) == t) < 0.13

    true_for_nine(claim)


def test_the_flexible_curve_swings_far_between_the_points():
    def claim(seed):
        rng, x, new = np.random.default_rng(seed), np.linspace(-1, 1, 10), np.linspace(-1, 1, 200)
        y = np.sin(3 * x) + 0.3 * rng.standard_normal(10)
        curves = [np.polynomial.Polynomial.fit(x, y, degree) for degree in (3, 9)]
        simple, flexible = (np.mean((curve(new) - np.sin(3 * new)) ** 2) for curve in curves)
        return flexible > 2 * simple

    true_for_nine(claim)
