"""What chapter 04 says of learning rates, of single samples and of where descent ends, for eight starts."""

import numpy as np
import pytest

from dlcourse.datasets import load_mnist, toy_dataset
from dlcourse.functions import softmax
from dlcourse.gradients import numerical_gradient
from dlcourse.losses import cross_entropy_error, sum_squared_error
from dlcourse.networks import TwoLayerNet
from dlcourse.widgets.descent_explorer import compute

pytestmark = pytest.mark.slow

of_each_start = pytest.mark.parametrize("seed", range(8))


def losses(seed, lr, steps):
    """Train on three clouds of points as the chapter does, by backpropagation, and give the loss after each step."""
    x, t = toy_dataset("blobs", 150, noise=0.1, rng=seed)
    network = TwoLayerNet(2, 5, 3, weight_init_std=0.5, rng=seed, dtype=np.float64)
    rng, found = np.random.default_rng(seed), []
    for _step in range(steps):
        batch = rng.choice(len(x), 30, replace=False)
        for key, grad in network.gradient(x[batch], t[batch]).items():
            network.params[key] -= lr * grad
        found.append(network.loss(x, t))
    return np.array(found)


@of_each_start
def test_a_rate_of_2_is_quickest_and_one_of_30_stays_above_a_guess(seed):
    slow, good, best, wild = (losses(seed, lr, 100) for lr in (0.01, 0.1, 2, 30))
    assert best[-1] < good[-1] < slow[-1]
    assert wild.min() > np.log(3)


@of_each_start
def test_a_rate_of_a_hundredth_needs_about_two_hundred_times_the_steps_of_2(seed):
    slow, best = (np.argmax(losses(seed, lr, steps) < 0.1) + 1 for lr, steps in ((0.01, 3000), (2, 100)))
    assert 150 < slow / best < 250


def angles(seed, size):
    """Give how far, in degrees, the gradients of 300 batches point from that of 1,000 points, before training."""
    x, t = toy_dataset("blobs", 1000, noise=0.1, rng=seed)
    network, rng = TwoLayerNet(2, 5, 3, weight_init_std=0.5, rng=seed, dtype=np.float64), np.random.default_rng(seed)

    def direction(batch):
        flat = np.concatenate([grad.ravel() for grad in network.gradient(x[batch], t[batch]).values()])
        return flat / np.linalg.norm(flat)

    everyone = direction(np.arange(1000))
    batches = [rng.choice(1000, size, replace=False) for _draw in range(300)]
    return np.degrees(np.arccos([direction(batch) @ everyone for batch in batches]))


@of_each_start
def test_ten_times_the_samples_bring_the_angle_down_by_two_to_four(seed):
    one, ten, hundred = (angles(seed, size).mean() for size in (1, 10, 100))
    assert one < 80 and 1.6 < one / ten < 4 and 1.6 < ten / hundred < 4


def test_from_one_start_half_of_the_single_samples_point_uphill():
    beyond = [np.mean(angles(seed, 1) > 90) for seed in range(8)]
    assert 0.4 < max(beyond) < 0.6 and min(beyond) == 0


def test_the_mean_of_the_gradients_of_single_samples_is_the_gradient():
    x, t = toy_dataset("blobs", 100, noise=0.1, rng=4)
    network = TwoLayerNet(2, 5, 3, weight_init_std=0.5, rng=4, dtype=np.float64)
    single = [network.gradient(x[i : i + 1], t[i : i + 1])["W1"].copy() for i in range(100)]
    assert np.allclose(np.mean(single, axis=0), network.gradient(x, t)["W1"])


def test_the_rate_decides_too_in_which_valley_descent_ends_and_whether_in_one():
    right, left = (compute("two minima", lr, 7.0, 3.0, 200).path[-1][0] for lr in (0.1, 0.5))
    assert right > 3 and left < -3
    assert compute("saddle", 0.1, -3.0, 0.0, 200).verdict == "stalled"


def test_the_loss_over_images_learned_by_heart_is_no_estimate_of_that_over_others():
    (x, t), (x_test, t_test) = load_mnist()
    network, rng = TwoLayerNet(784, 50, 10, rng=0), np.random.default_rng(0)
    assert abs(network.loss(x, t) - network.loss(x_test, t_test)) < 0.01
    for _epoch in range(60):
        for batch in rng.permutation(len(x)).reshape(-1, 100):
            for key, grad in network.gradient(x[batch], t[batch]).items():
                network.params[key] -= 0.1 * grad
    assert network.loss(x_test, t_test) > 4 * network.loss(x, t)


@pytest.mark.parametrize("h", [1e-4, 1.0, 1000.0])
def test_no_h_is_too_large_for_squares(h):
    slope = ((3 + h) ** 2 - (3 - h) ** 2) / (2 * h)
    assert np.isclose(slope, 6)
    assert not np.isclose(((3 + 1e-15) ** 2 - (3 - 1e-15) ** 2) / 2e-15, 6), "but one can be too small"


def test_the_squared_error_gives_up_on_both_scores_and_the_cross_entropy_on_neither():
    """Behind softmax, sure and wrong: it neither pulls the true score up nor the wrong one down."""

    def pulls(loss):
        return np.abs(numerical_gradient(lambda s: loss(softmax(s), np.eye(3)[1]), np.array([10.0, 0.0, 0.0]))[:2])

    assert pulls(cross_entropy_error).min() > 0.99 and pulls(sum_squared_error).max() < 2e-4
