"""What chapter 05 says of wrong gradients and of learning rates, for five starts and two draws of digits."""

from functools import cache

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.networks import TwoLayerNet

pytestmark = pytest.mark.slow

SEEDS = range(5)
of_each_start = pytest.mark.parametrize("seed", SEEDS)
of_each_draw = pytest.mark.parametrize("draw", [0, 1], ids=["all digits", "three quarters of them"])


@cache
def digits(draw):
    """All 8,000 training digits, or 6,000 of them."""
    (x, t), _test = load_mnist()
    some = np.random.default_rng(50).permutation(len(x))[: 6000 if draw else len(x)]
    return x[some], t[some]


def train(seed, draw, *plan, batch_size=100, spoiled=""):
    """Train as the chapter does; `plan` is pairs of learning rate and epochs."""
    x, t = digits(draw)
    network, rng = TwoLayerNet(784, 50, 10, rng=seed), np.random.default_rng(seed)
    for lr, epochs in plan:
        for _epoch in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                for key, grad in network.gradient(x[batch], t[batch]).items():
                    network.params[key] -= lr * (0.01 if key[0] == spoiled else 1) * grad
    return network


@of_each_draw
@of_each_start
def test_a_wrong_gradient_of_the_biases_is_not_seen_in_the_loss(seed, draw):
    right, biases, weights = (train(seed, draw, (0.1, 5), spoiled=name).loss(*digits(draw)) for name in ("", "b", "W"))
    assert abs(biases - right) < 0.02 and weights > 2.2


@of_each_draw
@of_each_start
def test_a_network_comes_back_from_a_rate_of_1_and_not_from_5(seed, draw):
    stumbled, dead = (train(seed, draw, (0.1, 3), (lr, 1), (0.1, 5)) for lr in (1, 5))
    assert stumbled.accuracy(*digits(draw)) > 0.8 and dead.accuracy(*digits(draw)) < 0.4
    hidden = dead.layers[1].forward(dead.layers[0].forward(digits(draw)[0]))
    assert np.mean(hidden.any(axis=0)) < 0.2, "nearly all hidden neurons are off for every digit"


@of_each_start
def test_a_rate_a_hundred_times_smaller_is_slow_and_one_a_hundred_times_larger_destroys(seed):
    small, large = (train(seed, 0, (lr, 5)) for lr in (0.001, 10))
    assert small.accuracy(*digits(0)) < 0.5 and large.accuracy(*digits(0)) < 0.2
    assert train(seed, 0, (0.001, 5), (0.1, 5)).accuracy(*digits(0)) > 0.88, "the small one was on its way"


@of_each_start
def test_one_epoch_brings_four_fifths_with_batches_up_to_about_fifty(seed):
    small, large = (train(seed, 0, (0.1, 1), batch_size=size).accuracy(*digits(0)) for size in (40, 80))
    assert small > 0.8 > large
