"""What chapter 07 says of gain and of batch normalization, for five starts, two draws of digits, each at its best rate."""

from functools import cache

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.functions import relu, sigmoid
from dlcourse.initializers import initial_std, normal
from dlcourse.layers import Affine, ReLU, Sigmoid, Tanh
from dlcourse.networks import Classifier
from dlcourse.normalization import BatchNormalization
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import Diverged, Trainer
from dlcourse.widgets.init_explorer import compute

pytestmark = pytest.mark.slow

SEEDS = range(5)
GUESSING = np.log(10)
of_each_draw = pytest.mark.parametrize("draw", [0, 1], ids=["one draw", "another"])


@cache
def digits(draw, n=8000):
    """Training digits: all of them and three quarters, or two draws of a few."""
    (x, t), test = load_mnist()
    some = np.random.default_rng(70 + draw).permutation(len(x))[: min(n, 6000 if draw else n)]
    return (x[some], t[some]), test


def deep(std, seed, batch_norm=False, activation=ReLU, layers=5, last=None):
    """Hidden layers of 100; `std` is a function of the number of inputs, `last` that of the last layer."""
    rng, chain, n = np.random.default_rng(seed), [], 784
    for _layer in range(layers):
        chain.append(Affine(normal((n, 100), std(n), rng), np.zeros(100, np.float32)))
        if batch_norm:
            chain.append(BatchNormalization(np.ones(100, np.float32), np.zeros(100, np.float32)))
        chain.append(activation())
        n = 100
    return Classifier([*chain, Affine(normal((n, 10), (last or std)(n), rng), np.zeros(10, np.float32))], (784,))


def he(n):
    return initial_std("he", n)


def end(network, lr, seed, draw, epochs=2):
    """The mean loss of the last 20 steps; that of guessing where training blows up."""
    (x, t), _test = digits(draw)
    trainer = Trainer(network, x, t, optimizer=SGD(lr), epochs=epochs, evaluate_samples=1, rng=seed)
    try:
        return min(GUESSING, float(np.mean([progress.loss for progress in trainer][-20:])))
    except Diverged:
        return GUESSING


@of_each_draw
def test_a_gain_of_four_lets_five_layers_of_sigmoid_begin(draw):
    for seed in SEEDS:
        one, four = (end(deep(lambda n, g=g: g / np.sqrt(n), seed, activation=Sigmoid), 0.5, seed, draw) for g in (1, 4))
        assert one > 2.25 and four < 1.5


@of_each_draw
def test_a_gain_of_three_is_enough_for_five_layers_of_sigmoid_and_one_of_two_is_not(draw):
    for seed in SEEDS:
        two, three, ten = (end(deep(lambda n, g=g: g / np.sqrt(n), seed, activation=Sigmoid), 0.5, seed, draw) for g in (2, 3, 10))
        assert two > 2.2 and three < 1.8 and ten < 1.8


@of_each_draw
def test_with_a_gain_of_four_five_layers_of_sigmoid_begin_slowly_at_a_small_rate(draw):
    ends = [end(deep(lambda n: 4 / np.sqrt(n), seed, activation=Sigmoid), 0.05, seed, draw, 3) for seed in SEEDS]
    print(ends)
    assert 1.4 < min(ends) < max(ends) < (2.0 if draw else 1.95)


def test_with_a_gain_of_four_the_signal_of_sigmoids_fades_still_but_more_slowly():
    left = {}
    for gain in (1, 4):
        rng = np.random.default_rng(7)
        x = rng.standard_normal((1000, 100))
        spreads = []
        for _layer in range(5):
            x = sigmoid(x @ (gain / 10 * rng.standard_normal((100, 100))))
            spreads.append(x.std(axis=0).mean())
        left[gain] = spreads[-1] / spreads[0]
    assert 20 * left[1] < left[4] < 0.2


def test_a_gain_of_four_undoes_most_of_what_sigmoids_take_from_the_gradient():
    one, four = (np.log(compute(gain / 10, 5, 100, "sigmoid", seed=7).gradients[0].std()) for gain in (1, 4))
    assert one / 2 < four < -1


@of_each_draw
def test_thirty_layers_learn_a_tenth_beside_the_number_of_he_and_hardly_a_fifth_or_a_quarter(draw):
    rates = {0.8: (0.03, 0.1, 0.3), 0.9: (0.03,), 1.1: (0.01,), 1.25: (0.0003, 0.001, 0.003)}
    lowest = {}
    for times, tried in rates.items():
        ends = [[end(deep(lambda n, k=times: k * he(n), seed, layers=30), lr, seed, draw, 5) for seed in SEEDS] for lr in tried]
        lowest[times] = min(np.mean(ends, axis=1))
    print(lowest)
    assert max(lowest[0.9], lowest[1.1]) < 1.8 and min(lowest[0.8], lowest[1.25]) > 1.9


def test_a_start_without_chance_learns_if_its_weights_differ():
    """Sines in the place of random numbers, as large as He wants them."""
    layers, n = [], 784
    for outputs in (100, 100, 100, 10):
        i, j = np.arange(1, n + 1)[:, None], np.arange(1, outputs + 1)
        W = np.sin(1.7 * i * j + j**2)
        layers += [Affine((he(n) * W / W.std()).astype(np.float32), np.zeros(outputs, np.float32)), ReLU()]
        n = outputs
    assert end(Classifier(layers[:-1], (784,)), 0.05, 7, 0) < 0.6


def test_on_the_path_of_a_residual_the_signal_grows():
    rng = np.random.default_rng(7)
    x = rng.standard_normal((500, 100))
    for _pair in range(15):
        x = x + relu(x @ (0.1 * np.sqrt(2) * rng.standard_normal((100, 100)))) @ (0.1 * rng.standard_normal((100, 100)))
    assert x.std() > 50


@of_each_draw
def test_at_the_rate_of_batch_normalization_the_plain_network_hardly_learns_or_blows_up(draw):
    plain, normed = ([end(deep(he, seed, bn), 0.5, seed, draw, 1) for seed in range(10)] for bn in (False, True))
    print(plain, normed)
    assert min(plain) > 1 and np.mean(plain) > 1.5 and max(normed) < 0.5


@of_each_draw
def test_from_small_weights_adam_begins_with_tanh_and_relu_and_sgd_does_not(draw):
    (x, t), _test = digits(draw)
    for activation in (Tanh, ReLU):
        for seed in SEEDS:
            assert end(deep(lambda n: 0.01, seed, activation=activation), 0.05, seed, draw) > 2.25
            network = deep(lambda n: 0.01, seed, activation=activation)
            training = Trainer(network, x, t, optimizer=Adam(0.001), epochs=2, evaluate_samples=1, rng=seed)
            losses = [progress.loss for progress in training]
            assert np.mean(losses[:10]) > 2.25 and np.mean(losses[-20:]) < 1.95


def test_batch_normalization_forgives_small_weights_but_large_ones_make_it_slow():
    for seed in SEEDS:
        small, large = (end(deep(lambda n, std=std: std, seed, True), 0.05, seed, 0) for std in (0.01, 1.0))
        assert small < 0.5 and large > 1


@of_each_draw
def test_at_its_best_rate_batch_normalization_is_ahead_by_more_than_its_longer_steps(draw):
    rates = (0.05, 0.1, 0.2, 0.5)
    plain, normed = (
        {lr: np.mean([end(deep(he, seed, bn), lr, seed, draw, epochs) for seed in SEEDS]) for lr in rates}
        for bn, epochs in ((False, 4), (True, 2))
    )
    print(plain, normed)
    assert min(normed.values()) < min(plain.values()), "two epochs against four: steps are at most twice as long"
    assert min(normed, key=normed.get) > min(plain, key=plain.get)


@of_each_draw
def test_with_batch_normalization_small_weights_are_ahead_at_small_rates_only(draw):
    for lr, ahead in ((0.05, True), (1.0, False)):
        small, large = (np.mean([end(deep(std, seed, True), lr, seed, draw) for seed in SEEDS]) for std in (lambda n: 0.01, he))
        assert (small < large) == ahead


@of_each_draw
def test_at_a_large_rate_the_last_layer_has_most_of_the_lag_of_small_weights(draw):
    def mean(lr, std, last):
        return np.mean([end(deep(std, seed, True, last=last), lr, seed, draw, 1) for seed in SEEDS])

    small, mixed, large = (mean(1.0, *stds) for stds in ((lambda n: 0.01, None), (lambda n: 0.01, he), (he, he)))
    print(small, mixed, large)
    assert large < mixed < large + 0.4 * (small - large)
    assert mean(0.02, lambda n: 0.01, he) < 0.6 * mean(0.02, he, he), "at a small rate small hidden weights are ahead by themselves"


@of_each_draw
def test_whether_batch_normalization_overfits_less_depends_on_the_rate(draw):
    (x, t), (x_test, t_test) = digits(draw, 300)
    read = {}
    for name, (bn, lr) in {"without": (False, 0.05), "with": (True, 0.05), "large steps": (True, 1.0)}.items():
        read[name] = []
        for seed in (7, 1, 2, 3, 4):
            network = deep(he, seed, bn)
            for _progress in Trainer(network, x, t, optimizer=SGD(lr), epochs=60, batch_size=50, evaluate_samples=1, rng=seed):
                pass
            read[name].append(network.accuracy(x_test, t_test))
    means = {name: np.mean(accuracies) for name, accuracies in read.items()}
    print({name: round(float(mean), 3) for name, mean in means.items()})
    assert 0.04 < means["without"] - means["with"] < 0.12
    assert 0 < means["large steps"] - means["without"] < 0.04
    assert sum(large > plain for large, plain in zip(read["large steps"], read["without"])) >= 3


@of_each_draw
def test_each_at_its_best_rate_batch_normalization_overfits_no_less_on_two_draws(draw):
    (x, t), (x_test, t_test) = digits(draw, 300)

    def read(batch_norm, lr):
        accuracies = []
        for seed in (7, 1, 2, 3, 4):
            network = deep(he, seed, batch_norm)
            for _progress in Trainer(network, x, t, optimizer=SGD(lr), epochs=60, batch_size=50, evaluate_samples=1, rng=seed):
                pass
            accuracies.append(network.accuracy(x_test, t_test))
        return np.mean(accuracies)

    plain, normed = (max(read(batch_norm, lr) for lr in rates) for batch_norm, rates in ((False, (0.05, 0.1, 0.2)), (True, (0.3, 1.0))))
    print(plain, normed)
    assert abs(normed - plain) < 0.013, "level; at the same rate, or against 0.05, it would not be"


def test_without_epsilon_a_feature_of_zeros_is_nan_and_one_of_tenths_need_not_be():
    def step_3(x):
        with np.errstate(invalid="ignore"):
            return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0))

    assert np.isnan(step_3(np.zeros((3, 1)))).all()
    assert np.isfinite(step_3(np.full((3, 1), 0.1))).all(), "the mean of three times 0.1 is not 0.1"


def test_but_for_epsilon_nothing_along_the_output_comes_back_through_batch_normalization():
    rng = np.random.default_rng(7)
    x, up = rng.standard_normal((2, 32, 1))
    for spread, alike in ((5.0, True), (0.003, False)):
        layer = BatchNormalization(np.ones(1), np.zeros(1))
        x_hat = layer.forward(spread * x, training=True)
        back = layer.backward(up)
        along = np.abs(np.sum(back * x_hat)) / (np.linalg.norm(back) * np.linalg.norm(x_hat))
        assert np.abs(back.mean()) < 1e-12 * np.abs(back).max() and (along < 1e-6) == alike
