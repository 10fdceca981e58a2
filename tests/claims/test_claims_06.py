"""What chapter 06 says of rules at their best rates and of schedules, for several starts and two draws of digits."""

from functools import cache

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD, AdaGrad, Adam, Constant, Cosine, Momentum, Nesterov, OneCycle, RMSprop
from dlcourse.training import Diverged, Trainer

pytestmark = pytest.mark.slow

LADDER = np.array([1, 3, 10, 30, 100, 300, 1000])
LOWEST = {SGD: 3e-3, Momentum: 3e-4, Nesterov: 3e-4, AdaGrad: 3e-4, RMSprop: 1e-4, Adam: 1e-4}
of_each_draw = pytest.mark.parametrize("draw", [0, 1], ids=["all digits", "three quarters of them"])


@cache
def digits(draw):
    """All 8,000 training digits, or 6,000 of them."""
    (x, t), _test = load_mnist()
    some = np.random.default_rng(3).permutation(len(x))[: 6000 if draw else len(x)]
    return x[some], t[some]


def trainer(seed, draw, optimizer, epochs=1, schedule=None):
    """The network of the chapter: three hidden layers of 100, He's start."""
    network = MultiLayerNet(784, [100, 100, 100], 10, rng=seed)
    return Trainer(
        network, *digits(draw), optimizer=optimizer, schedule=schedule, epochs=epochs, evaluate_samples=1, rng=seed
    )


def final_loss(rule, lr, seed, draw):
    try:
        losses = [progress.loss for progress in trainer(seed, draw, rule(lr))]
    except Diverged:
        return np.log(10)
    return min(np.log(10), float(np.mean(losses[-20:])))


@of_each_draw
def test_at_their_best_rates_five_rules_are_close_and_sgd_is_behind(draw):
    best, at = {}, {}
    for rule, low in LOWEST.items():
        losses = np.mean([[final_loss(rule, low * step, seed, draw) for step in LADDER] for seed in range(5)], axis=0)
        best[rule], at[rule] = losses.min(), low * LADDER[losses.argmin()]
        assert losses[0] > 1.5 * losses.min() < losses[-1], "a U"
        assert np.sum(losses < 1.5 * losses.min()) >= 2, "a flat stretch"
    print({rule.__name__: (round(best[rule], 2), at[rule]) for rule in best})
    assert max(best, key=best.get) is SGD
    others = [best[rule] for rule in best if rule is not SGD]
    assert max(others) < 1.4 * min(others)
    assert at[SGD] > 100 * min(at.values())


@of_each_draw
def test_a_third_of_the_rate_that_stalls_is_right_without_a_divisor_and_a_thirtieth_with_one(draw):
    for rule, low in LOWEST.items():
        losses = np.mean([[final_loss(rule, low * step, seed, draw) for step in LADDER] for seed in range(5)], axis=0)
        stall = next(i for i in range(losses.argmin() + 1, len(LADDER)) if losses[i] > 2 * losses[i - 1])
        third, thirtieth = losses[stall - 1], losses[stall - 3]
        if rule in (SGD, Momentum, Nesterov):
            assert third < 1.2 * losses.min() < thirtieth, rule.__name__
        else:
            assert thirtieth < 1.2 * losses.min() < third, rule.__name__


@of_each_draw
def test_adam_learns_at_three_hundredths_and_little_or_nothing_at_a_tenth(draw):
    three, ten = ([final_loss(Adam, lr, seed, draw) for seed in range(8)] for lr in (0.03, 0.1))
    assert max(three) < 0.8 and min(ten) > 1 and max(ten) > 2.2


def test_on_a_steady_slope_rmsprop_is_adagrad_for_a_few_dozen_steps_only():
    rules, points = (RMSprop(0.001), AdaGrad(0.01)), [{"x": np.zeros(1)}, {"x": np.zeros(1)}]
    longer = []
    for _step in range(100):
        before = [point["x"][0] for point in points]
        for rule, point in zip(rules, points):
            rule.update(point, {"x": np.ones(1)})
        one, other = (point["x"][0] - at for point, at in zip(points, before))
        longer.append(one / other - 1)
    assert longer[9] < 0.03 and longer[35] < 0.1 and 0.23 < longer[99] < 0.28


@of_each_draw
def test_one_cycle_gains_about_one_percent_on_the_best_constant_rate_and_cosine_half_of_that(draw):
    _train, (x_test, t_test) = load_mnist()
    steps = len(digits(draw)[0]) // 100 * 5
    schedules = {lr: Constant(lr) for lr in (0.02, 0.03, 0.05, 0.1)} | {"cycle": OneCycle(0.1, steps), "cosine": Cosine(0.1, steps)}
    read = {}
    for name, schedule in schedules.items():
        accuracies = []
        for seed in range(6, 16):
            training = trainer(seed, draw, Momentum(0.1), 5, schedule)
            for _progress in training:
                pass
            accuracies.append(training.network.accuracy(x_test, t_test))
        read[name] = np.mean(accuracies)
    print({name: round(float(mean), 4) for name, mean in read.items()})
    constant = max(read[lr] for lr in (0.02, 0.03, 0.05, 0.1))
    assert 0.004 < read["cycle"] - constant < 0.016 and 0 < read["cosine"] - constant < 0.012
    assert read["cycle"] > read["cosine"]


@of_each_draw
def test_the_top_of_one_cycle_need_not_be_exact_but_may_not_be_far_off(draw):
    _train, (x_test, t_test) = load_mnist()
    steps = len(digits(draw)[0]) // 100 * 5
    schedules = {("constant", lr): Constant(lr) for lr in (0.03, 0.05, 0.1)}
    schedules |= {("cycle", top): OneCycle(top, steps) for top in (0.02, 0.05, 0.2, 0.3)}
    read = dict.fromkeys(schedules, 0.0)
    for name, schedule in schedules.items():
        for seed in range(6, 14):
            training = trainer(seed, draw, Momentum(0.1), 5, schedule)
            for _progress in training:
                pass
            read[name] += training.network.accuracy(x_test, t_test) / 8
    print(read)
    constant = max(read["constant", lr] for lr in (0.03, 0.05, 0.1))
    assert min(read["cycle", top] for top in (0.05, 0.2)) > constant > max(read["cycle", top] for top in (0.02, 0.3))


def end_in_the_valley(rates, rule=SGD):
    """Walk with one rate for each step; give the distance from the middle."""
    optimizer, point = rule(1.0), {"x": np.array([-7.0, 2.0])}
    for optimizer.lr in rates:
        optimizer.update(point, {"x": point["x"] * [0.1, 2.0]})
    return np.linalg.norm(point["x"])


def test_a_rate_that_changes_beats_the_best_constant_one():
    assert end_in_the_valley([0.5, 10.0]) < 1e-12 < 0.3 < end_in_the_valley([2 / 2.1] * 30)


def test_nesterov_swings_less_at_small_rates_and_blows_up_before_momentum():
    assert end_in_the_valley([0.1] * 30, Nesterov) < end_in_the_valley([0.1] * 30, Momentum)
    assert end_in_the_valley([0.7] * 200, Momentum) < 0.01 < 1e6 < end_in_the_valley([0.7] * 200, Nesterov)


def test_the_loss_may_be_written_in_other_units_until_the_gradients_are_as_small_as_epsilon():
    for rule in (AdaGrad, RMSprop, Adam):
        for size, alike in ((1.0, True), (1e-8, False)):
            steps = []
            for factor in (1, 1000):
                point, optimizer = {"x": np.zeros(1)}, rule(0.1)
                for _step in range(5):
                    optimizer.update(point, {"x": np.array([factor * size])})
                steps.append(point["x"][0])
            assert np.isclose(*steps, rtol=1e-3) == alike, (rule.__name__, size)
