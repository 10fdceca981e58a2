"""What the book's own programs reach on the full MNIST, reached or beaten: minutes, and the full data.

The settings are the book's (K. Saitoh, *Deep Learning from Scratch*, O'Reilly Japan 2016, sections 5.7, 6.1.7, 6.2.4 and
7.5).
"""

import os
import time
from functools import partial
from itertools import product

import numpy as np
import pytest

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import TwoLayerNet
from dlcourse.optimizers import SGD, AdaGrad, Adam, Momentum, OneCycle, RMSprop
from dlcourse.training import Trainer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("DLCOURSE_DATA"), reason="needs the full MNIST: set DLCOURSE_DATA"),
]


@pytest.fixture(scope="module")
def mnist():
    return load_mnist("full")


def losses(network, optimizer, mnist, steps, batch_size):
    """Train for so many steps; give the loss of each."""
    (x, t), _test = mnist
    trainer = Trainer(network, x, t, optimizer=optimizer, epochs=100, batch_size=batch_size, evaluate_samples=1, rng=0)
    return np.array([next(trainer).loss for _step in range(steps)])


def test_two_layer_net_after_10_000_steps(mnist):
    network = TwoLayerNet(784, 50, 10, rng=0)
    losses(network, SGD(0.1), mnist, 10_000, 100)
    assert network.accuracy(*mnist[1]) >= 0.970


# The book sets SGD and Momentum to 0.01, and its curve of SGD comes down to about 0.15. That curve joins the losses of
# single mini-batches. The mean over many digits is 0.22 there; it is 0.15 with twice the rate.
@pytest.mark.parametrize("rate, of_sgd", [(0.01, 0.22), (0.02, 0.155)])
def test_optimizers_at_step_1_900(mnist, rate, of_sgd):
    optimizers = {
        "SGD": partial(SGD, rate), "Momentum": partial(Momentum, rate), "AdaGrad": partial(AdaGrad, 0.01),
        "Adam": partial(Adam, 0.001), "RMSprop": partial(RMSprop, 0.001),
    }  # fmt: skip
    x, t = (part[:20_000] for part in mnist[0])
    reached = dict.fromkeys(optimizers, 0.0)
    for name, seed in product(optimizers, range(3)):
        network = MultiLayerNet(784, [100] * 4, 10, rng=seed)
        jumping = losses(network, optimizers[name](), mnist, 1_900, 128)[-100:]
        reached[name] += network.loss(x, t) / 3
        if name == "SGD":  # 0.15 is an ordinary loss of a single mini-batch
            low, high = np.quantile(jumping, [0.05, 0.95])
            assert low < 0.15 < high
    print(reached)
    assert reached["SGD"] == pytest.approx(of_sgd, abs=0.015)
    assert all(reached[name] < reached["SGD"] / 3 for name in optimizers if name != "SGD"), reached


def test_initial_weights_of_five_layers(mnist):
    reached = {}
    for rule in (0.01, "he"):
        network = MultiLayerNet(784, [100] * 4, 10, weight_init_std=rule, rng=0)
        reached[rule] = losses(network, SGD(0.01), mnist, 2_000, 128)[-100:].mean()
    assert reached[0.01] == pytest.approx(2.30, abs=0.01)
    assert reached["he"] < 0.35


def test_simple_conv_net_within_two_minutes(mnist):
    (x, t), (x_test, t_test) = load_mnist("full", flatten=False)
    network, start = SimpleConvNet(weight_init_std="he", rng=0), time.process_time()
    schedule = OneCycle(0.004, 3 * 600)
    for _progress in Trainer(
        network, x, t, optimizer=Adam(), schedule=schedule, epochs=3, batch_size=100, evaluate_samples=1, rng=0
    ):
        pass
    seconds, accuracy = time.process_time() - start, network.accuracy(x_test, t_test)
    print(f"{accuracy:.4f} in {seconds:.0f} s")
    assert seconds <= 120
    assert accuracy >= 0.985
