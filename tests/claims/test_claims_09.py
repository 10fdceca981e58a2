"""What chapter 09 says of training holds for at least nine of ten seeds, not only for the one that is shown."""

import importlib.util
import itertools
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dlcourse.convolution import AveragePooling, Convolution, MaxPooling, col2im, im2col, output_size
from dlcourse.datasets import load_mnist
from dlcourse.initializers import he
from dlcourse.layers import Affine, Flatten, ReLU
from dlcourse.models import DeepConvNet, MultiLayerNet, SimpleConvNet, stored_network
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


def test_most_of_what_forgives_a_shift_is_the_convolution(digits, trained):
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


@pytest.fixture(scope="module")
def fewer():
    """Give the command that measured which network learns more from fewer digits, and what it stored."""
    path = Path(__file__).parents[2] / "data" / "measure_fewer_digits.py"
    spec = importlib.util.spec_from_file_location("measure_fewer_digits", path)
    command = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(command)
    runs = json.loads(command.RESULT.read_text(encoding="utf-8"))
    return command, {(run["network"], run["digits"]): run for run in runs}


def test_the_stored_trainings_on_fewer_digits_come_out_again(digits, fewer):
    """At the stored settings on bundled digits, another draw and other weights for each of five seeds."""
    (x, t), (x_test, t_test) = digits
    command, runs = fewer
    for count in (1000, 3000):
        errors = {}
        for kind in command.WIDTHS:
            run = runs[kind, count]
            fitted = [command.fit(kind, run, *command.drawn(x, t, count, seed), seed) for seed in range(20, 25)]
            errors[kind] = np.array([1 - command.accuracy(network, x_test, t_test) for network in fitted])
            assert abs(errors[kind].mean() - (1 - np.mean(run["accuracy"]))) < 0.025
        assert errors["convolution"].mean() < errors["Affine"].mean()


def maps_of(network, x):
    maps = []
    for layer in network.layers:
        x = layer.forward(x)
        if isinstance(layer, ReLU) and x.ndim == 4:
            maps.append(x)
    return maps


def same_digit(maps, t):
    best = np.argsort(-maps.max(axis=(2, 3)), axis=0, kind="stable")[:10]
    return np.mean([np.bincount(t[ten]).max() for ten in best.T])


def test_filters_become_choosier_from_layer_to_layer_and_only_by_training(digits):
    _train, (x, t) = digits
    for start in range(0, 2000, 500):
        some = x[start : start + 500], t[start : start + 500]
        trained = [same_digit(maps, some[1]) for maps in maps_of(stored_network("deep_conv_net"), some[0])]
        assert np.all(np.diff(trained) > 0) and trained[0] < 3.5 and 7 < trained[5] < 8.5
        strongest = np.argsort(-maps_of(stored_network("deep_conv_net"), some[0])[5][:, 1].max(axis=(1, 2)))[:10]
        assert np.bincount(some[1][strongest], minlength=10)[6] > 5, "mostly wants a 6"
    raw = [maps_of(DeepConvNet(batch_norm=True, rng=seed), x[:500]) for seed in SEEDS]
    last = [same_digit(maps[5], t[:500]) for maps in raw]
    print(np.round(last, 2))
    assert sum(3 < share < 5 for share in last) >= ENOUGH
    at_random = [np.bincount(np.random.default_rng(seed).choice(t, 10)).max() for seed in range(1000)]
    assert 2 < np.mean(at_random) < 3


def slide(image, W, stride=1):
    return np.tensordot(np.lib.stride_tricks.sliding_window_view(image, W.shape)[::stride, ::stride], W)


def test_the_map_moves_with_the_image_but_for_strides_and_borders(digits):
    _train, (x, _t) = digits
    vertical = np.array([[-1.0, 0, 1]] * 3)

    def misfit(digit, by, stride=1, pad=0, paper=0):
        moved = shift(digit[None, None], by)[0, 0]
        old, new = (slide(np.pad(abs(paper - image), pad), vertical, stride) for image in (digit, moved))
        return min(
            np.linalg.norm(new - np.pad(old, [(0, 0), (step, 0)])[:, : old.shape[1]]) for step in range(3)
        ) / np.linalg.norm(old)  # fmt: skip

    claims = [
        {
            "stride 1": misfit(digit, 1) < 1e-6,
            "stride 2, by 2": misfit(digit, 2, stride=2) < 1e-6,
            "stride 2, by 1": misfit(digit, 1, stride=2) > 0.2,
            "black paper": misfit(digit, 1, pad=1) < 1e-6,
            "white paper": misfit(digit, 1, pad=1, paper=1) > 0.2,
        }
        for digit in x[: len(SEEDS), 0, :27, :27]
    ]
    hold(claims)


def test_a_neuron_uses_the_middle_of_its_field_most(digits):
    _train, (x, _t) = digits
    layers = stored_network("deep_conv_net").layers
    last = [i for i, layer in enumerate(layers) if isinstance(layer, Convolution)][5]
    out = x[:50]
    for layer in layers[: last + 1]:
        out = layer.forward(out)
    dout = np.zeros_like(out)
    dout[:, :, 4, 4] = 1
    for layer in layers[last::-1]:
        dout = layer.backward(dout)
    used = np.abs(dout).mean(axis=(0, 1))
    rim = np.ones_like(used, dtype=bool)
    rim[3:-3, 3:-3] = False
    assert used[10:18, 10:18].mean() > 8 * used[rim].mean()


def test_with_padding_2_each_place_writes_25_numbers_though_not_every_pixel_is_seen_25_times():
    x = np.ones((3, 1, 28, 28))
    rows = im2col(x, 5, 5, pad=2)
    assert len(rows) == x.size and rows.nbytes == 25 * x.nbytes
    seen = col2im(np.ones_like(rows), x.shape, 5, 5, pad=2)[0, 0]
    assert seen[14, 14] == 25 and seen[0, 0] == 9


def test_the_layer_never_holds_all_rows():
    rng = np.random.default_rng(9)
    for channels, stride, pad in ((1, 1, 2), (30, 1, 2), (30, 1, 0)):
        x, W = rng.standard_normal((50, channels, 28, 28)), rng.standard_normal((4, channels, 5, 5))
        tracemalloc.start()
        Convolution(W, np.zeros(4), stride, pad).forward(x)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.3 * im2col(x, 5, 5, stride, pad).nbytes


def test_rounded_down_with_enough_padding_only_zeros_are_left_out():
    for filter_size, stride, pad in itertools.product((3, 5), (2, 3, 4), range(4)):
        left = (28 + 2 * pad - filter_size) % stride
        places = (28 + 2 * pad - filter_size) // stride + 1
        reached = stride * (places - 1) + filter_size - pad  # so many pixels of the image lie under a window
        assert (reached < 28) == (left > pad)
        if left:
            with pytest.raises(ValueError, match="does not fit"):
                output_size(28, filter_size, stride, pad)


def test_of_the_deep_network_a_neuron_in_the_middle_sees_all_and_one_in_the_corner_16_by_16(digits):
    """Which pixels have a say: those whose change changes the number, tried on a network of positive weights."""
    network = DeepConvNet(rng=9, dropout_ratio=0)
    last = [i for i, layer in enumerate(network.layers) if isinstance(layer, Convolution)][5]
    layers = network.layers[: last + 1]
    out = np.random.default_rng(9).random((1, 1, 28, 28))
    for layer in layers:
        if layer.params:
            layer.params["W"][:] = abs(layer.params["W"])
        # The mean in place of the maximum: then every pixel in the field counts, not the winners alone.
    layers = [AveragePooling(2, 2) if isinstance(layer, MaxPooling) else layer for layer in layers]
    for layer in layers:
        out = layer.forward(out)

    def seen(row, column):
        dout = np.zeros_like(out)
        dout[0, 0, row, column] = 1
        for layer in reversed(layers):
            dout = layer.backward(dout)
        return dout[0, 0] != 0

    assert out.shape[2:] == (8, 8)
    assert seen(4, 4).all() and seen(3, 4).all()
    assert seen(0, 0)[:16, :16].all() and seen(0, 0).sum() == 16 * 16
