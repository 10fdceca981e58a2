"""What chapter 03 says of readers simpler than its network, and of how far the network's confidence goes."""

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.functions import softmax
from dlcourse.models import stored_network

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits():
    return load_mnist()


def draws(digits, count):
    """Give five halves of the training digits, and of the test digits, each drawn by its own seed."""
    (x, t), (x_test, t_test) = digits
    for seed in range(count):
        rng = np.random.default_rng(seed)
        train, test = rng.permutation(len(x))[: len(x) // 2], rng.permutation(len(x_test))[: len(x_test) // 2]
        yield seed, x[train], t[train], x_test[test], t_test[test]


def test_the_nearest_mean_reads_four_of_five(digits):
    for _seed, x, t, x_test, t_test in draws(digits, 5):
        means = np.array([x[t == k].mean(axis=0) for k in range(10)])
        answers = (x_test @ means.T - 0.5 * (means**2).sum(axis=1)).argmax(axis=1)
        assert 0.77 < np.mean(answers == t_test) < 0.84


def test_a_learned_layer_of_the_same_size_reads_about_nine_of_ten(digits):
    """At the best of three learning rates and two lengths, by a search on half of the test digits."""
    found = []
    for seed, x, t, x_test, t_test in draws(digits, 5):
        best = 0
        for lr in (0.05, 0.2, 0.5):
            rng, W, b = np.random.default_rng(seed), np.zeros((784, 10)), np.zeros(10)
            for epoch in range(40):
                for some in np.array_split(rng.permutation(len(x)), 40):
                    slope = (softmax(x[some] @ W + b) - np.eye(10)[t[some]]) / len(some)
                    W -= lr * x[some].T @ slope
                    b -= lr * slope.sum(axis=0)
                if epoch in (14, 39):
                    best = max(best, np.mean((x_test @ W + b).argmax(axis=1) == t_test))
        found.append(best)
    assert 0.87 < min(found) and max(found) < 0.94, found


def test_on_digits_the_confidence_is_honest_and_on_noise_it_is_not(digits):
    _train, (x_test, t_test) = digits
    network = stored_network("mlp_784_50_100_10")
    y = network.predict(x_test)
    right = y.argmax(axis=1) == t_test
    for seed in range(10):
        some = np.random.default_rng(seed).permutation(len(x_test))[:1000]
        assert abs(y[some].max(axis=1).mean() - right[some].mean()) < 0.012
        noise = np.random.default_rng(seed).random((1000, 784), dtype=np.float32)
        assert 0.8 < np.median(network.predict(noise).max(axis=1)) < 0.9
    sure = y.max(axis=1) >= 0.99
    assert (sure.sum(), (sure & ~right).sum()) == (1801, 2)


def test_three_neighbours_read_more_than_a_learned_layer_and_have_no_hidden_layers(digits):
    """So what reads more than nine of ten need not have hidden layers: the bound is that of one layer."""
    (x, t), (x_test, t_test) = digits
    distances = (x**2).sum(axis=1) - 2 * x_test @ x.T
    nearest = t[np.argpartition(distances, 3, axis=1)[:, :3]]
    answers = np.array([np.bincount(votes).argmax() for votes in nearest])
    assert np.mean(answers == t_test) > 0.93


def test_of_the_grey_pixels_the_ink_counts_and_not_the_shade(digits):
    _train, (x, t) = digits
    network = stored_network("mlp_784_50_100_10")
    no_grey, two_tone = np.where(x < 253 / 255, 0, x), (x >= 128 / 255).astype(np.float32)
    whole, less, even = (np.mean(network.predict(x).argmax(axis=1) == t) for x in (x, no_grey, two_tone))
    assert less < 0.76 and whole - 0.01 < even < whole


def test_more_than_half_of_the_weights_picked_at_random_cost_about_one_image_in_eight(digits):
    _train, (x, t) = digits
    costs = []
    for seed in range(40):
        network = stored_network("mlp_784_50_100_10")
        before = np.mean(network.predict(x).argmax(axis=1) == t)
        W = network.params["W1"]
        W.ravel()[np.random.default_rng(seed).permutation(W.size)[: int(0.55 * W.size)]] = 0
        costs.append(before - np.mean(network.predict(x).argmax(axis=1) == t))
    assert 1 / 9 < np.mean(costs) < 1 / 7, np.mean(costs)
