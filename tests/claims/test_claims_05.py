"""What chapter 05 says of wrong gradients and of learning rates, for five starts and two draws of digits."""

from functools import cache

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.gradients import check_gradient
from dlcourse.layers import Affine, MulLayer
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


def train(seed, draw, *plan, batch_size=100, spoiled="", by=0.01):
    """Train as the chapter does; `plan` is pairs of learning rate and epochs."""
    x, t = digits(draw)
    network, rng = TwoLayerNet(784, 50, 10, rng=seed), np.random.default_rng(seed)
    for lr, epochs in plan:
        for _epoch in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                for key, grad in network.gradient(x[batch], t[batch]).items():
                    network.params[key] -= lr * (by if key[0] == spoiled else 1) * grad
    return network


def share_off(network, draw):
    """Give the share of the hidden neurons that are off for every training digit."""
    hidden = network.layers[1].forward(network.layers[0].forward(digits(draw)[0]))
    return np.mean(~hidden.any(axis=0))


@of_each_draw
@of_each_start
def test_a_wrong_gradient_of_the_biases_is_not_seen_in_the_loss(seed, draw):
    right, biases, weights = (train(seed, draw, (0.1, 5), spoiled=name).loss(*digits(draw)) for name in ("", "b", "W"))
    assert abs(biases - right) < 0.01 and weights > 2.2


@of_each_draw
@of_each_start
def test_without_any_bias_the_loss_falls_as_far(seed, draw):
    right, without = (train(seed, draw, (0.1, 5), spoiled=name, by=0).loss(*digits(draw)) for name in ("", "b"))
    assert abs(without - right) < 0.01


@of_each_start
def test_batches_of_a_hundred_are_too_large_for_one_epoch_at_a_tenth_only(seed):
    at = {lr: train(seed, 0, (lr, 1)).accuracy(*digits(0)) for lr in (0.1, 0.3, 0.5)}
    assert at[0.1] < 0.75 and min(at[0.3], at[0.5]) > 0.8


@of_each_draw
@of_each_start
def test_a_network_comes_back_from_a_rate_of_1_and_not_from_5(seed, draw):
    stumbled, dead = (train(seed, draw, (0.1, 3), (lr, 1), (0.1, 5)) for lr in (1, 5))
    assert 0.85 < stumbled.accuracy(*digits(draw)) < 0.945 and dead.accuracy(*digits(draw)) < 0.4
    assert share_off(dead, draw) > 0.9, "all hidden neurons are off for every digit, or nearly all"


@of_each_draw
def test_about_half_of_the_hidden_neurons_do_not_come_back_from_a_rate_of_1(draw):
    plan = (0.1, 3), (1, 1), (0.1, 5)
    assert all(share_off(train(seed, draw, plan[0]), draw) == 0 for seed in SEEDS)
    assert 0.35 < np.mean([share_off(train(seed, draw, *plan), draw) for seed in SEEDS]) < 0.65


@of_each_start
def test_a_rate_a_hundred_times_smaller_is_slow_and_one_a_hundred_times_larger_destroys(seed):
    small, large = (train(seed, 0, (lr, 5)) for lr in (0.001, 10))
    assert 0.09 < small.accuracy(*digits(0)) < 0.29 and 0.09 < large.accuracy(*digits(0)) < 0.12
    assert train(seed, 0, (0.001, 5), (0.1, 5)).accuracy(*digits(0)) > 0.88, "the small one was on its way"


@of_each_start
def test_one_epoch_brings_four_fifths_with_batches_up_to_about_fifty(seed):
    small, large = (train(seed, 0, (0.1, 1), batch_size=size).accuracy(*digits(0)) for size in (40, 80))
    assert small > 0.8 > large


def test_in_float32_a_right_layer_shows_errors_from_a_thousandth_to_a_half():
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        x, W, b, dout = (rng.standard_normal(shape).astype(np.float32) for shape in [(4, 5), (5, 3), (3,), (4, 3)])
        layer = Affine(W, b)
        layer.forward(x)
        dx = layer.backward(dout)
        found.append(check_gradient(lambda x: np.sum(layer.forward(x) * dout), x, dx).relative_error)  # noqa: B023
    assert 0.0009 < min(found) < 0.002 and 0.4 < max(found) < 0.55


def test_for_each_1_is_exact_only_where_each_number_is_used_once():
    """Sums and products alone are not enough: of x · x + x at 3 the gradient is 7, and 1 more of x gives 8 more."""
    node = MulLayer()
    value = node.forward(3.0, 3.0) + 3.0
    assert sum(node.backward(1.0)) + 1 == 7
    assert node.forward(4.0, 4.0) + 4.0 - value == 8


def test_the_shapes_tell_the_transposes_only_where_the_three_sizes_differ():
    def ways(n, d, m):
        """Count the products of x and dout, each as it is or transposed, in either order, with the shape of W."""
        x, dout = np.ones((n, d)), np.ones((n, m))
        pairs = [pair for a in (x, x.T) for b in (dout, dout.T) for pair in ((a, b), (b, a))]
        return sum(a.shape[1] == b.shape[0] and (a @ b).shape == (d, m) for a, b in pairs)

    assert ways(4, 3, 2) == 1
    assert all(ways(*sizes) > 1 for sizes in ((3, 3, 2), (2, 3, 2), (4, 3, 3)))


def test_a_wrong_sign_does_not_learn():
    """Often a network with a wrong gradient still learns; this one does not."""
    x, t = digits(0)
    network, before = TwoLayerNet(784, 50, 10, rng=5), TwoLayerNet(784, 50, 10, rng=5).loss(x, t)
    for start in range(0, 2000, 100):
        batch = slice(start, start + 100)
        for key, grad in network.gradient(x[batch], t[batch]).items():
            network.params[key] += 0.1 * grad
    assert network.loss(x, t) > before
