"""models: layers, names and shapes as in the book, PyTorch's loss and gradients for whole networks, initial spreads."""

import math

import numpy as np
import pytest
from oracles import need

import dlcourse.models
from dlcourse.models import ACTIVATIONS, STORED, DeepConvNet, MultiLayerNet, SimpleConvNet, stored_network
from dlcourse.optimizers import Adam
from dlcourse.regularization import Dropout
from dlcourse.storage import bundled


def kinds(net):
    return [type(layer).__name__ for layer in net.layers]


def shapes(arrays):
    return {name: array.shape for name, array in arrays.items()}


def count(net):
    return sum(array.size for array in net.params.values())


# what is built


def test_simple_conv_net_is_that_of_the_book():
    net = SimpleConvNet(rng=0)
    assert kinds(net) == ["Convolution", "ReLU", "MaxPooling", "Flatten", "Affine", "ReLU", "Affine"]
    assert shapes(net.params) == {
        "W1": (30, 1, 5, 5), "b1": (30,), "W2": (4320, 100), "b2": (100,), "W3": (100, 10), "b3": (10,),
    }  # fmt: skip
    assert count(net) == 433_890
    assert net.input_shape == (1, 28, 28)
    assert net.predict(np.zeros((2, 1, 28, 28), np.float32)).shape == (2, 10)


def test_simple_conv_net_of_other_sizes():
    conv = {"filter_num": 3, "filter_size": 4, "pad": 1, "stride": 2}
    net = SimpleConvNet((2, 12, 16), conv, 7, 4, rng=0)
    # (12 + 2 - 4) / 2 + 1 = 6 and (16 + 2 - 4) / 2 + 1 = 8 places, pooled to 3 × 4
    assert shapes(net.params) == {"W1": (3, 2, 4, 4), "b1": (3,), "W2": (36, 7), "b2": (7,), "W3": (7, 4), "b3": (4,)}
    assert (net.layers[0].stride, net.layers[0].pad) == (2, 1)
    assert net.predict(np.zeros((5, 2, 12, 16), np.float32)).shape == (5, 4)


def test_the_part_of_conv_param_that_is_not_given_is_the_books():
    net = SimpleConvNet((1, 28, 28), {"filter_num": 4}, rng=0)
    assert net.params["W1"].shape == (4, 1, 5, 5)
    convolution, pooling = net.layers[0], net.layers[2]
    assert (convolution.stride, convolution.pad) == (1, 0)
    assert (pooling.pool_h, pooling.pool_w, pooling.stride, pooling.pad) == (2, 2, 2, 0)
    given = {"pad": 2}
    SimpleConvNet((1, 28, 28), given)
    assert given == {"pad": 2}


def test_deep_conv_net():
    net = DeepConvNet(rng=0)
    block = ["Convolution", "ReLU", "Convolution", "ReLU", "MaxPooling"]
    assert kinds(net) == block * 3 + ["Flatten", "Dropout", "Affine", "ReLU", "Dropout", "Affine"]
    assert {name: shape for name, shape in shapes(net.params).items() if name.startswith("W")} == {
        "W1": (16, 1, 3, 3), "W2": (16, 16, 3, 3), "W3": (32, 16, 3, 3), "W4": (32, 32, 3, 3),
        "W5": (64, 32, 3, 3), "W6": (64, 64, 3, 3), "W7": (1024, 50), "W8": (50, 10),
    }  # fmt: skip
    assert [net.params[f"b{i}"].shape for i in range(1, 9)] == [(16,), (16,), (32,), (32,), (64,), (64,), (50,), (10,)]
    convolutions = [layer for layer in net.layers if hasattr(layer, "pad") and layer.params]
    assert [layer.pad for layer in convolutions] == [1, 1, 1, 2, 1, 1]
    assert {layer.stride for layer in convolutions} == {1}
    # the maps of the docstring: 28, 14, 8 and 4 pixels wide, before and after each pooling
    sizes, x = [], np.zeros((1, 1, 28, 28), np.float32)
    for layer in net.layers[:15]:
        x = layer.forward(x)
        sizes.append(x.shape[2:])
    assert [sizes[i] for i in (1, 4, 6, 8, 9, 13, 14)] == [(s, s) for s in (28, 14, 14, 16, 8, 8, 4)]


def test_deep_conv_net_with_batch_norm_and_without_dropout():
    net = DeepConvNet(batch_norm=True, dropout_ratio=0, rng=0)
    layer = ["Convolution", "BatchNormalization", "ReLU"]
    block = [*layer, *layer, "MaxPooling"]
    assert kinds(net) == block * 3 + ["Flatten", "Affine", "BatchNormalization", "ReLU", "Affine"]
    assert [net.params[f"gamma{i}"].shape[0] for i in range(1, 8)] == [16, 16, 32, 32, 64, 64, 50]
    assert len(net.state) == 14
    assert net.penalty is None


def test_deep_conv_net_of_other_sizes():
    net = DeepConvNet((3, 28, 44), (1, 2, 3, 4, 5, 6), 7, 8, dropout_ratio=0.25, rng=0)
    # 44 → 22 → (24) 12 → 6
    assert net.params["W1"].shape == (1, 3, 3, 3)
    assert net.params["W6"].shape == (6, 5, 3, 3)
    assert net.params["W7"].shape == (6 * 4 * 6, 7)
    assert net.predict(np.zeros((2, 3, 28, 44), np.float32)).shape == (2, 8)
    assert [layer.dropout_ratio for layer in net.layers if isinstance(layer, Dropout)] == [0.25, 0.25]
    assert DeepConvNet(rng=0).layers[16].dropout_ratio == 0.5


def test_multi_layer_net():
    net = MultiLayerNet(784, [50, 100], 10, rng=0)
    assert kinds(net) == ["Affine", "ReLU", "Affine", "ReLU", "Affine"]
    assert shapes(net.params) == {
        "W1": (784, 50), "b1": (50,), "W2": (50, 100), "b2": (100,), "W3": (100, 10), "b3": (10,),
    }  # fmt: skip
    assert count(net) == 784 * 50 + 50 + 50 * 100 + 100 + 100 * 10 + 10
    assert net.input_shape == (784,)
    assert net.penalty.weight_decay == 0


def test_multi_layer_net_with_everything():
    net = MultiLayerNet(4, (5, 6), 3, "tanh", 0.1, 0.2, batch_norm=True, dropout_ratio=0.3, rng=0)
    assert kinds(net) == ["Affine", "BatchNormalization", "Tanh", "Dropout"] * 2 + ["Affine"]
    assert list(net.params) == ["W1", "b1", "gamma1", "beta1", "W2", "b2", "gamma2", "beta2", "W3", "b3"]
    assert shapes(net.state) == {
        "running_mean1": (5,), "running_var1": (5,), "running_mean2": (6,), "running_var2": (6,),
    }  # fmt: skip
    assert net.penalty.weight_decay == 0.2
    assert [layer.dropout_ratio for layer in net.layers if isinstance(layer, Dropout)] == [0.3, 0.3]


def test_multi_layer_net_without_a_hidden_layer():
    assert kinds(MultiLayerNet(4, [], 3, batch_norm=True, dropout_ratio=0.5)) == ["Affine"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_by_name(name):
    assert set(ACTIVATIONS) == {"relu", "sigmoid", "tanh"}
    net = MultiLayerNet(4, [5], 3, name)
    assert type(net.layers[1]) is ACTIVATIONS[name]
    assert type(net.layers[1]).__name__.lower() == name


# PyTorch: the networks written down a second time


def linear(torch, inputs, outputs):
    return torch.nn.Linear(inputs, outputs, dtype=torch.float64)


def mlp(torch, sizes, activation, batch_norm):
    layers = []
    for inputs, outputs in zip(sizes[:-2], sizes[1:-1], strict=True):
        layers.append(linear(torch, inputs, outputs))
        if batch_norm:
            layers.append(torch.nn.BatchNorm1d(outputs, dtype=torch.float64))
        layers.append({"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh}[activation]())
    return torch.nn.Sequential(*layers, linear(torch, *sizes[-2:]))


def simple_conv(torch, channels, filters, size, stride, pad, flat, hidden, outputs):
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(channels, filters, size, stride, pad, dtype=torch.float64), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        linear(torch, flat, hidden), nn.ReLU(), linear(torch, hidden, outputs),
    )  # fmt: skip


def deep_conv(torch, channels, filters, flat, hidden, outputs, batch_norm):
    nn, layers = torch.nn, []
    for i, (number, pad) in enumerate(zip(filters, (1, 1, 1, 2, 1, 1), strict=True)):
        layers.append(nn.Conv2d(channels, number, 3, padding=pad, dtype=torch.float64))
        layers += [nn.BatchNorm2d(number, dtype=torch.float64)] if batch_norm else []
        layers += [nn.ReLU()] + [nn.MaxPool2d(2)] * (i % 2)
        channels = number
    norm = [nn.BatchNorm1d(hidden, dtype=torch.float64)] if batch_norm else []
    return nn.Sequential(
        *layers, nn.Flatten(), linear(torch, flat, hidden), *norm, nn.ReLU(), linear(torch, hidden, outputs)
    )


FLOAT64 = {"rng": 0, "dtype": np.float64}
CONV = {"filter_num": 4, "filter_size": 3, "pad": 1, "stride": 2}
TWINS = {
    "MultiLayerNet, relu": (
        lambda: MultiLayerNet(20, [15, 10], 5, **FLOAT64),
        lambda torch: mlp(torch, [20, 15, 10, 5], "relu", False),
    ),
    "MultiLayerNet, sigmoid, weight decay": (
        lambda: MultiLayerNet(20, [15, 10], 5, "sigmoid", 0.5, 0.1, **FLOAT64),
        lambda torch: mlp(torch, [20, 15, 10, 5], "sigmoid", False),
    ),
    "MultiLayerNet, tanh, batch norm, weight decay": (
        lambda: MultiLayerNet(20, [15, 10, 8], 5, "tanh", None, 0.01, batch_norm=True, **FLOAT64),
        lambda torch: mlp(torch, [20, 15, 10, 8, 5], "tanh", True),
    ),
    "SimpleConvNet": (
        lambda: SimpleConvNet((2, 12, 10), {"filter_num": 6, "filter_size": 3}, 9, 5, 0.2, **FLOAT64),
        lambda torch: simple_conv(torch, 2, 6, 3, 1, 0, 6 * 5 * 4, 9, 5),
    ),
    "SimpleConvNet, stride, padding, weight decay": (
        lambda: SimpleConvNet((1, 15, 11), CONV, 9, 5, "he", weight_decay_lambda=0.05, **FLOAT64),
        lambda torch: simple_conv(torch, 1, 4, 3, 2, 1, 4 * 4 * 3, 9, 5),
    ),
    "DeepConvNet": (
        lambda: DeepConvNet((1, 28, 20), (6, 8, 6, 8, 10, 12), 20, 10, dropout_ratio=0, **FLOAT64),
        lambda torch: deep_conv(torch, 1, (6, 8, 6, 8, 10, 12), 12 * 4 * 3, 20, 10, False),
    ),
    "DeepConvNet, batch norm": (
        lambda: DeepConvNet((2, 28, 28), (4, 5, 6, 7, 8, 9), 12, 7, dropout_ratio=0, batch_norm=True, **FLOAT64),
        lambda torch: deep_conv(torch, 2, (4, 5, 6, 7, 8, 9), 9 * 4 * 4, 12, 7, True),
    ),
}


@pytest.mark.parametrize(("build", "build_twin"), TWINS.values(), ids=TWINS)
def test_loss_and_all_gradients_are_those_of_torch(build, build_twin):
    torch = need("torch")
    torch.set_num_threads(1)  # several would wait for each other longer than they work on a batch so small
    net, twin, rng = build(), build_twin(torch), np.random.default_rng(1)
    for array, parameter in zip(net.params.values(), twin.parameters(), strict=True):
        array += 0.1 * rng.standard_normal(array.shape)  # biases and beta are 0 at first, gamma is 1
        with torch.no_grad():
            parameter.copy_(torch.tensor(array.T if array.ndim == 2 else array))  # Linear keeps W the other way round
    classes = net.params[list(net.params)[-1]].size
    for step in range(3):
        x, t = rng.random((6, *net.input_shape)), rng.integers(0, classes, 6)
        training = step < 2  # the third time at test time, with the running statistics of the first two
        twin.train(training)
        expected = torch.nn.functional.cross_entropy(twin(torch.tensor(x)), torch.tensor(t))
        decay = net.penalty.weight_decay if net.penalty else 0
        for name, parameter in zip(net.params, twin.parameters(), strict=True):
            if name.startswith("W"):
                expected = expected + decay / 2 * parameter.square().sum()
        twin.zero_grad()
        expected.backward()
        loss, grads = net.loss_and_gradient(x, np.eye(classes)[t] if step else t, training=training)
        assert loss == pytest.approx(expected.item(), rel=1e-10)
        assert list(grads) == list(net.params)
        for (name, grad), parameter in zip(grads.items(), twin.parameters(), strict=True):
            wanted = parameter.grad.numpy()
            wanted = wanted.T if wanted.ndim == 2 else wanted
            np.testing.assert_allclose(grad, wanted, rtol=1e-8, atol=1e-10, err_msg=f"{name}, step {step}")
            assert np.abs(grad).max() > 1e-12 or "b" in name  # a bias before batch normalization has no effect


# initial weights


def spreads(net):
    return [array.std() for name, array in net.params.items() if name.startswith("W")]


SPREADS = {
    "relu": (lambda: MultiLayerNet(784, [400, 300], 100, rng=0), [math.sqrt(2 / n) for n in (784, 400, 300)]),
    "sigmoid": (lambda: MultiLayerNet(784, [400, 300], 100, "sigmoid", rng=0), [1 / 28, 0.05, math.sqrt(1 / 300)]),
    "tanh": (lambda: MultiLayerNet(784, [400, 300], 100, "tanh", rng=0), [1 / 28, 0.05, math.sqrt(1 / 300)]),
    "number": (lambda: MultiLayerNet(784, [400, 300], 100, "relu", 0.3, rng=0), [0.3] * 3),
    "zero": (lambda: MultiLayerNet(784, [400, 300], 100, "relu", 0, rng=0), [0] * 3),
    "xavier for relu": (lambda: MultiLayerNet(784, [400], 200, "relu", "xavier", rng=0), [1 / 28, 0.05]),
    "SimpleConvNet": (lambda: SimpleConvNet(conv_param={"filter_num": 200}, rng=0), [0.01] * 3),
    "SimpleConvNet, he": (
        lambda: SimpleConvNet((4, 14, 14), {"filter_num": 200}, 100, 100, "he", rng=0),
        [math.sqrt(2 / n) for n in (4 * 25, 200 * 25, 100)],
    ),
    "DeepConvNet": (
        lambda: DeepConvNet((3, 28, 28), (99,) * 6, 100, 99, rng=0),
        [math.sqrt(2 / n) for n in (27, *[99 * 9] * 5, 99 * 16, 100)],
    ),
}


@pytest.mark.parametrize(("build", "expected"), SPREADS.values(), ids=SPREADS)
def test_the_spread_of_the_initial_weights_as_measured(build, expected):
    net = build()
    np.testing.assert_allclose(spreads(net), expected, rtol=0.04)
    for name, array in net.params.items():
        if not name.startswith("W"):
            np.testing.assert_array_equal(array, np.full_like(array, name.startswith("gamma")))


BUILDERS = {
    "MultiLayerNet": lambda **options: MultiLayerNet(6, [5, 4], 3, batch_norm=True, dropout_ratio=0.5, **options),
    "SimpleConvNet": lambda **options: SimpleConvNet((1, 6, 6), {"filter_num": 3, "filter_size": 3}, 5, 3, **options),
    "DeepConvNet": lambda **options: DeepConvNet((1, 20, 20), (2,) * 6, 5, 3, batch_norm=True, **options),
}
of_each = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


@of_each
def test_the_seed_decides_weights_and_masks(build):
    x = np.random.default_rng(0).random((4, *build().input_shape), dtype=np.float32)
    t = np.array([0, 1, 2, 0])
    one, same, other = build(rng=3), build(rng=np.random.default_rng(3)), build(rng=4)
    for name, array in one.params.items():
        np.testing.assert_array_equal(array, same.params[name])
    assert not np.array_equal(one.params["W1"], other.params["W1"])
    assert not np.array_equal(build().params["W1"], build().params["W1"])
    losses = [[net.loss(x, t, training=True) for _ in range(3)] for net in (one, same)]
    assert losses[0] == losses[1]
    if any(isinstance(layer, Dropout) for layer in one.layers):
        assert len(set(losses[0])) == 3
    assert one.loss(x, t) == one.loss(x, t)


@of_each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_a_network_is_that_of_its_answers(build, dtype):
    net = build(rng=0, dtype=dtype)
    x = np.random.default_rng(0).random((3, *net.input_shape)).astype(dtype)
    grads = net.gradient(x, np.array([0, 1, 2]))
    found = [*net.params.values(), *net.state.values(), *grads.values(), net.predict(x)]
    assert {array.dtype for array in found} == {np.dtype(dtype)}
    assert {array.dtype for array in build(rng=0).params.values()} == {np.dtype(np.float32)}


LEARNERS = {
    "MultiLayerNet": lambda: MultiLayerNet(64, [30, 20], 4, batch_norm=True, dropout_ratio=0.2, rng=0),
    "SimpleConvNet": lambda: SimpleConvNet((1, 8, 8), {"filter_num": 8, "filter_size": 3}, 20, 4, "he", rng=0),
    "DeepConvNet": lambda: DeepConvNet((1, 20, 20), (4,) * 6, 20, 4, dropout_ratio=0, batch_norm=True, rng=0),
}


@pytest.mark.parametrize("build", LEARNERS.values(), ids=LEARNERS)
def test_each_learns_twelve_images_by_heart(build):
    net, rng = build(), np.random.default_rng(0)
    x, t = rng.random((12, *net.input_shape), dtype=np.float32), np.arange(12) % 4
    optimizer = Adam(0.01)
    first = net.loss(x, t)
    for _ in range(60):
        optimizer.update(net.params, net.gradient(x, t))
    assert net.accuracy(x, t) == 1
    assert net.loss(x, t) < 0.2 * first


# stored weights


def test_stored_network_reads_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(dlcourse.models, "data_folder", lambda: tmp_path)
    monkeypatch.setitem(STORED, "small", lambda: MultiLayerNet(4, [3], 2, rng=0))
    with pytest.raises(FileNotFoundError, match="small.npz"):
        stored_network("small")
    trained = MultiLayerNet(4, [3], 2, rng=1)
    (tmp_path / "weights").mkdir()
    trained.save_params(tmp_path / "weights" / "small.npz")
    monkeypatch.setitem(bundled.SHA256, "small.npz", bundled.sha256_of_arrays(trained.params))
    net = stored_network("small")
    for name, array in trained.params.items():
        np.testing.assert_array_equal(net.params[name], array)
    net.params["b1"] += 1
    assert not np.array_equal(stored_network("small").params["b1"], net.params["b1"])
    monkeypatch.setitem(STORED, "small", lambda: MultiLayerNet(4, [5], 2, rng=0))
    with pytest.raises(ValueError, match="is the weights file of another network"):
        stored_network("small")


def test_stored_network_names_those_there_are():
    message = "^stored_network: name is 'lenet', expected one of mlp_784_50_100_10, two_layer_net, simple_conv_net,"
    with pytest.raises(ValueError, match=message):
        stored_network("lenet")


def test_the_weights_of_another_network_are_refused(tmp_path):
    net = BUILDERS["SimpleConvNet"](rng=0)
    BUILDERS["DeepConvNet"](rng=0).save_params(tmp_path / "deep.npz")
    before = {name: array.copy() for name, array in net.params.items()}
    with pytest.raises(ValueError, match="is the weights file of another network: it has W4, "):
        net.load_params(tmp_path / "deep.npz")
    for name, array in before.items():
        np.testing.assert_array_equal(net.params[name], array)


# bad input


@pytest.mark.parametrize(
    "sizes",
    [(0, [5], 3), (4, [5, 0], 3), (4, [5], -1), (4.0, [5], 3), (4, [2.5], 3), (4, 5, 3), (4, None, 3), (4, "5", 3),
     (4, [[5]], 3), (4, [5], None)],
    ids=str,
)  # fmt: skip
def test_multi_layer_net_names_its_sizes(sizes):
    message = "^MultiLayerNet: input_size is .*, hidden_size_list .*, output_size .*; expected whole numbers ≥ 1"
    with pytest.raises(ValueError, match=message):
        MultiLayerNet(*sizes)


def test_multi_layer_net_takes_numpys_numbers():
    assert kinds(MultiLayerNet(np.int64(4), np.array([5, 6]), np.int32(3))) == kinds(MultiLayerNet(4, [5, 6], 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "softmax"}, r"^MultiLayerNet: activation is 'softmax', expected one of \['relu', 'sigm"),
        ({"activation": None}, "^MultiLayerNet: activation is None"),
        ({"weight_init_std": "glorot"}, "rule is 'glorot', expected a number, 'xavier' or 'he'"),
        ({"weight_init_std": -0.1}, "rule is -0.1, expected a finite number ≥ 0"),
        ({"weight_decay_lambda": -1}, "weight_decay is -1, expected a finite number ≥ 0"),
        ({"weight_decay_lambda": math.nan}, "weight_decay is nan"),
        ({"dropout_ratio": 1}, r"dropout_ratio is 1, expected a number in \[0, 1\)"),
        ({"dropout_ratio": -0.1}, "dropout_ratio is -0.1"),
        ({"dropout_ratio": math.nan}, "dropout_ratio is nan"),
    ],
)
def test_multi_layer_net_says_what_was_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        MultiLayerNet(4, [5], 3, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"conv_param": {"b": 3, "a": 5}}, r"^SimpleConvNet: conv_param has \['a', 'b'\], expected \['filter_num', "),
        ({"conv_param": {"filter_size": 29}}, "^SimpleConvNet: images of 28×28 do not fit: .* larger than the image"),
        ({"conv_param": {"filter_size": 4}}, "^SimpleConvNet: images of 28×28 do not fit: .* stride 2 does not fit"),
        ({"conv_param": {"stride": 2}}, "^SimpleConvNet: images of 28×28 do not fit: .* stride 2 does not fit"),
        ({"input_dim": (1, 28, 27)}, "^SimpleConvNet: images of 28×27 do not fit: "),
        ({"conv_param": {"pad": -1}}, "pad is -1, expected at least 0"),
        ({"conv_param": {"filter_num": 0}}, "^SimpleConvNet: input_dim is .*, filter_num 0, hidden_size 100"),
        ({"input_dim": (28, 28)}, r"^SimpleConvNet: input_dim is \(28, 28\), .* expected \(C, height, width\)"),
        ({"input_dim": 784}, "^SimpleConvNet: input_dim is 784"),
        ({"input_dim": (0, 28, 28)}, r"^SimpleConvNet: input_dim is \(0, 28, 28\)"),
        ({"hidden_size": 0}, "^SimpleConvNet: .* hidden_size 0"),
        ({"hidden_size": 2.5}, "^SimpleConvNet: .* hidden_size 2.5"),
        ({"output_size": 0}, "^SimpleConvNet: .* output_size 0"),
        ({"weight_init_std": None}, "rule is None, expected a finite number ≥ 0"),
        ({"weight_init_std": "glorot"}, "rule is 'glorot'"),
        ({"weight_decay_lambda": -1}, "weight_decay is -1"),
    ],
)
def test_simple_conv_net_says_what_was_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        SimpleConvNet(**options)


@pytest.mark.parametrize("name", ["stride", "pad", "filter_size"])
def test_simple_conv_net_refuses_half_a_pixel(name):
    with pytest.raises(TypeError, match=f"{name} is 1.5, expected an integer"):
        SimpleConvNet(conv_param={name: 1.5})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_dim": (1, 24, 28)}, r"^DeepConvNet: images of \(24, 28\) do not fit: .* stride 2 does not fit"),
        ({"input_dim": (1, 28, 26)}, r"^DeepConvNet: images of \(28, 26\) do not fit: "),
        ({"input_dim": (28, 28)}, r"^DeepConvNet: input_dim is \(28, 28\), .* expected \(C, height, width\)"),
        ({"input_dim": (1.0, 28, 28)}, r"^DeepConvNet: input_dim is \(1.0, 28, 28\)"),
        ({"filter_nums": (16, 16, 32, 32, 64)}, r"^DeepConvNet: .* filter_nums \(16, 16, 32, 32, 64\), .* six numbers"),
        ({"filter_nums": (16, 16, 32, 32, 64, 0)}, "^DeepConvNet: .* filter_nums"),
        ({"filter_nums": 16}, "^DeepConvNet: .* filter_nums 16"),
        ({"hidden_size": 0}, "^DeepConvNet: .* hidden_size 0"),
        ({"output_size": 1.5}, "^DeepConvNet: .* output_size 1.5"),
        ({"dropout_ratio": 1}, "dropout_ratio is 1, expected a number in"),
    ],
)
def test_deep_conv_net_says_what_was_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        DeepConvNet(**options)
