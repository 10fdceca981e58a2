"""What chapter 09 says of training holds for at least nine of ten seeds, not only for the one that is shown."""

import numpy as np
import pytest

from dlcourse.convolution import AveragePooling, Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.initializers import he
from dlcourse.layers import Affine, Flatten, ReLU
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import Adam
from dlcourse.training import Trainer

SEEDS, ENOUGH = range(10), 9

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits():
    return load_mnist(flatten=False)


def shift(x, pixels):
    return np.pad(x, ((0, 0), (0, 0), (0, 0), (pixels, 0)))[..., :-pixels]


def shuffle(x, order):
    return np.take(x.reshape(len(x), 784), order, axis=1).reshape(x.shape)


def fit(network, x, t, seed):
    x = x.reshape(-1, *network.input_shape)
    for _progress in Trainer(network, x, t, optimizer=Adam(0.003), epochs=2, evaluate_samples=100, rng=seed):
        pass
    return network


def accuracy(network, x, t):
    return network.accuracy(x.reshape(-1, *network.input_shape), t)


def smoothness(W):
    left = np.concatenate([W[:, :, :, :-1].ravel(), W[:, :, :-1].ravel()])
    right = np.concatenate([W[:, :, :, 1:].ravel(), W[:, :, 1:].ravel()])
    return np.corrcoef(left, right)[0, 1]


def small_net(pooling, features, seed):
    rng = np.random.default_rng(seed)
    first = [Convolution(he((10, 1, 5, 5), rng), np.zeros(10, np.float32)), ReLU(), *pooling, Flatten()]
    hidden = Affine(he((features, 100), rng), np.zeros(100, np.float32))
    last = Affine(he((100, 10), rng), np.zeros(10, np.float32))
    return Classifier([*first, hidden, ReLU(), last], (1, 28, 28))


@pytest.fixture(scope="module")
def trained(digits):
    """Give for each seed: the network from He's start with its first filters, and the Affine network."""
    (x, t), _test = digits
    found = {}
    for seed in SEEDS:
        net = SimpleConvNet(weight_init_std="he", rng=seed)
        before = net.params["W1"].copy()
        found[seed] = fit(net, x, t, seed), before, fit(MultiLayerNet(784, [500], 10, rng=seed), x, t, seed)
    return found


def hold(claims):
    """Say which claims, given by name for each seed, hold too seldom."""
    names = claims[0].keys()
    counts = {name: sum(bool(claim[name]) for claim in claims) for name in names}
    assert len(claims) == len(SEEDS)
    assert all(count >= ENOUGH for count in counts.values()), counts


def test_a_network_that_knows_neighbours_is_better_on_digits_and_worse_on_mixed_pixels(digits, trained):
    (x, t), (x_test, t_test) = digits
    claims = []
    for seed in SEEDS:
        net, _before, mlp = trained[seed]
        order = np.random.default_rng(seed).permutation(784)
        mixed, mixed_test = shuffle(x, order), shuffle(x_test, order)
        cnn, affine = accuracy(net, x_test, t_test), accuracy(mlp, x_test, t_test)
        cnn_mixed = accuracy(fit(SimpleConvNet(weight_init_std="he", rng=seed), mixed, t, seed), mixed_test, t_test)
        affine_mixed = accuracy(fit(MultiLayerNet(784, [500], 10, rng=seed), mixed, t, seed), mixed_test, t_test)
        claims.append(
            {
                "reads": cnn > 0.93,
                "better on digits": cnn > affine + 0.005,
                "worse on mixed pixels": cnn_mixed < affine_mixed - 0.005,
                "all the same to Affine": abs(affine - affine_mixed) < 0.015,
            }
        )
    hold(claims)


def test_filters_show_what_they_learned_only_from_a_small_start_which_reads_worse(digits, trained):
    (x, t), (x_test, t_test) = digits
    claims = []
    for seed in SEEDS:
        net, before, _mlp = trained[seed]
        after = net.params["W1"]
        small = fit(SimpleConvNet(weight_init_std=0.01, rng=seed), x, t, seed)
        claims.append(
            {
                "noise before": abs(smoothness(before)) < 0.2,
                "noise after": abs(smoothness(after)) < 0.2,
                "moved little": 0.1 < np.linalg.norm(after - before) / np.linalg.norm(before) < 0.5,
                "what was added is smooth": smoothness(after - before) > 0.4,
                "smooth from a small start": smoothness(small.params["W1"]) > 0.6,
                "which reads worse": accuracy(small, x_test, t_test) < accuracy(net, x_test, t_test),
            }
        )
    hold(claims)


def test_most_of_what_forgives_a_shift_is_the_sliding_filter(digits, trained):
    (x, t), (x_test, t_test) = digits
    shifted, claims = shift(x_test, 2), []
    for seed in SEEDS:
        alone = accuracy(trained[seed][2], shifted, t_test)
        pooled = accuracy(fit(small_net([MaxPooling(2, 2)], 1440, seed), x, t, seed), shifted, t_test)
        unpooled = accuracy(fit(small_net([], 5760, seed), x, t, seed), shifted, t_test)
        claims.append(
            {
                "both bear it better": min(pooled, unpooled) > alone + 0.02,
                "and about as well": abs(pooled - unpooled) < 0.08,
                "most of it without pooling": unpooled - alone > 0.5 * (pooled - alone),
            }
        )
    hold(claims)


def test_pooling_softens_a_shift_of_trained_maps_and_does_not_remove_it(digits, trained):
    _train, (x_test, _t_test) = digits
    claims = []
    for seed in SEEDS:
        conv, relu = trained[seed][0].layers[:2]
        still, moved = (relu.forward(conv.forward(images)).copy() for images in (x_test[:300], shift(x_test[:300], 1)))

        def change(way, still=still, moved=moved):
            old, new = way(still).copy(), way(moved)
            return np.linalg.norm(new - old) / np.linalg.norm(old)

        plain, second = change(lambda a: a), change(lambda a: a[:, :, ::2, ::2])
        pooled = change(MaxPooling(2, 2).forward), change(AveragePooling(2, 2).forward)
        claims.append({"softer": max(pooled) < 0.85 * min(plain, second), "not gone": min(pooled) > 0.25})
    hold(claims)


def test_tiny_weights_cost_through_the_affine_layers_more_than_through_the_filters(digits):
    (x, t), (x_test, t_test) = digits
    read = {"all He": [], "tiny filters": [], "all tiny": []}
    for seed in (9, 10, 11):
        for name in read:
            network = SimpleConvNet(weight_init_std=0.01 if name == "all tiny" else "he", rng=seed)
            if name == "tiny filters":
                network.params["W1"] = 0.01 * network.params["W1"] / network.params["W1"].std()
            read[name].append(accuracy(fit(network, x, t, seed), x_test, t_test))
    means = {name: np.mean(shares) for name, shares in read.items()}
    print({name: np.round(shares, 3) for name, shares in read.items()})
    assert means["all He"] >= means["tiny filters"] - 0.005 > means["all tiny"]
    assert means["all He"] - means["tiny filters"] < 0.7 * (means["all He"] - means["all tiny"])
