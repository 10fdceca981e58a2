"""Networks: live views, one sample or many, gradients, files; and the notes' own listings, repaired, beside ours."""

import copy
import math
import re

import numpy as np
import pytest
from common import refuses
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import need

from dlcourse.functions import one_hot, sigmoid, sigmoid_grad, softmax
from dlcourse.gradients import numerical_gradient, relative_error
from dlcourse.layers import Affine, Flatten, Layer, ReLU, Sigmoid, SoftmaxWithLoss, Tanh
from dlcourse.losses import cross_entropy_error
from dlcourse.networks import Classifier, Sequential, SimpleNet, TwoLayerNet
from dlcourse.normalization import BatchNormalization
from dlcourse.regularization import L2, Dropout
from dlcourse.views import ArrayView


def refuses_key(message):
    """Expect a KeyError; its text is the repr of its message."""
    return pytest.raises(KeyError, match=f"^{re.escape(repr(message))}$")


def affine(inputs, outputs, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return Affine(rng.normal(size=(inputs, outputs)).astype(dtype), rng.normal(size=outputs).astype(dtype))


def batch_norm(features, dtype=np.float64):
    return BatchNormalization(np.ones(features, dtype), np.zeros(features, dtype))


def small_net(dtype=np.float64):
    """4 inputs, 3 classes, and every kind of array: parameters, gradients, states."""
    first = [affine(4, 5, 1, dtype), batch_norm(5, dtype), ReLU()]
    return Classifier([*first, affine(5, 6, 2, dtype), Tanh(), affine(6, 3, 3, dtype)], (4,))


def data(n=8, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 4)).astype(dtype), np.arange(n) % 3


def arrays_of(net):
    return {name: array.copy() for name, array in {**net.params, **net.state}.items()}


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


# The views over all layers' arrays


def test_names_count_the_layers_that_hold_them():
    net = small_net()
    assert list(net.params) == ["W1", "b1", "gamma1", "beta1", "W2", "b2", "W3", "b3"]
    assert list(net.state) == ["running_mean1", "running_var1"]
    assert len(net.params) == 8 and len(net.state) == 2
    assert net.params["W2"] is net.layers[3].params["W"]
    assert net.params["gamma1"] is net.layers[1].params["gamma"]
    assert net.state["running_var1"] is net.layers[1].state["running_var"]
    assert "W3" in net.params and "W4" not in net.params and "running_mean1" not in net.params
    assert net.params.get("W4") is None
    assert [name for name, _ in net.params.items()] == list(net.params.keys())


def test_changes_reach_the_layers_and_back():
    net = small_net()
    layer, before = net.layers[0], net.params["W1"].copy()
    net.params["W1"] -= 0.5  # in place
    assert layer.W is net.params["W1"]
    np.testing.assert_array_equal(layer.W, before - 0.5)
    net.params["W1"] = before * 2  # in its place
    np.testing.assert_array_equal(layer.W, before * 2)
    layer.W = before
    np.testing.assert_array_equal(net.params["W1"], before)
    layer.params["W"][0, 0] = 42
    assert net.params["W1"][0, 0] == 42
    net.params.update(b1=np.ones(5), b2=np.zeros(6))
    assert layer.b.tolist() == [1] * 5 and net.layers[3].b.tolist() == [0] * 6
    net.params["b1"][:] = range(5)
    assert net.forward(np.zeros((1, 4))).shape == (1, 3)
    np.testing.assert_array_equal(layer.forward(np.zeros((1, 4))), [range(5)])


def test_an_array_put_in_is_copied():
    # Otherwise two networks that are given the same weights would learn together.
    a, b = small_net(), small_net()
    b.params["W1"] = a.params["W1"]
    a.params["W1"] += 1
    np.testing.assert_array_equal(a.params["W1"], b.params["W1"] + 1)
    given_in = np.zeros((4, 5))
    a.params["W1"] = given_in
    a.params["W1"] += 1
    assert given_in.sum() == 0


def test_a_name_keeps_its_shape_and_dtype():
    net = small_net(np.float32)
    net.params["b1"] = [1, 2, 3, 4, 5]
    assert net.params["b1"].dtype == np.float32
    net.params["b1"] = np.arange(5.0)
    net.params["b1"] -= np.full(5, 0.1)  # float64 into float32
    assert net.params["b1"].dtype == np.float32
    with refuses(ValueError, "W1 has shape (4, 5), an array of shape (5, 4) cannot take its place"):
        net.params["W1"] = np.zeros((5, 4))
    with refuses(ValueError, "b1 has shape (5,), an array of shape () cannot take its place"):
        net.params["b1"] = 0.0  # would be broadcast by b1[:] = 0.0, and is not a bias
    with refuses(ValueError, "running_mean1 has shape (5,), an array of shape (4,) cannot take its place"):
        net.state["running_mean1"] = np.zeros(4)
    with refuses(TypeError, "params: b1 has dtype <U1, expected real numbers"):
        net.params["b1"] = ["a"] * 5
    assert net.params["W1"].shape == (4, 5) and net.params["b1"].dtype == np.float32


def test_what_is_not_there_is_said():
    net = small_net()
    names = "W1, b1, gamma1, beta1, W2, b2, W3, b3"
    with refuses_key(f"there is no 'W4' in params; there are {names}"):
        net.params["W4"]
    with refuses_key(f"there is no 'w1' in params; there are {names}"):
        net.params["w1"] = np.zeros((4, 5))
    with refuses_key("there is no 'W1' in state; there are running_mean1, running_var1"):
        net.state["W1"]
    with refuses_key("there is no 'W1' in state; there are none"):
        Sequential([ReLU()]).state["W1"]
    with refuses_key("'W1' has no gradient yet: call gradient(x, t) first"):
        net.grads["W1"]
    with refuses_key("'W1' has no gradient yet: call gradient(x, t) first"):
        net.grads["W1"] = np.zeros((4, 5))


def test_nothing_can_be_taken_out():
    net = small_net()
    message = "'W1' belongs to a layer and cannot be taken out of the network"
    with refuses(TypeError, message):
        del net.params["W1"]
    with refuses(TypeError, message):
        net.params.pop("W1")
    with refuses(TypeError, message):
        net.params.clear()
    assert len(net.params) == 8


def test_gradients_are_there_after_a_backward():
    net = small_net()
    assert list(net.grads) == [] and len(net.grads) == 0 and "W1" not in net.grads
    x, t = data()
    net.gradient(x, t)
    assert list(net.grads) == list(net.params)
    assert net.grads["W2"] is net.layers[3].grads["W"]
    net.grads["W2"] *= 0
    assert net.layers[3].dW.sum() == 0
    assert {name: array.shape for name, array in net.grads.items()} == {n: a.shape for n, a in net.params.items()}


def test_repr_of_a_view():
    net = Sequential([affine(2, 3), ReLU()])
    assert repr(net.params) == "{W1: (2, 3) float64, b1: (3,) float64}"
    assert repr(net.grads) == repr(net.state) == "{}"


def test_a_view_of_any_layers():
    layers = [affine(2, 2, 1), affine(2, 2, 2)]
    assert list(ArrayView(layers, "params")) == ["W1", "b1", "W2", "b2"]
    assert dict(ArrayView([], "params")) == {}


# Sequential


def test_sequential_against_its_layers_one_by_one():
    a, b = affine(4, 3, 1), affine(3, 2, 2)
    net, x = Sequential([a, Sigmoid(), b]), data()[0]
    hidden = sigmoid(x @ a.W + a.b)
    np.testing.assert_allclose(net.forward(x), hidden @ b.W + b.b, rtol=1e-14)
    dout = np.random.default_rng(5).normal(size=(8, 2))
    dx = net.backward(dout)
    dhidden = (dout @ b.W.T) * hidden * (1 - hidden)
    np.testing.assert_allclose(dx, dhidden @ a.W.T, rtol=1e-13)
    np.testing.assert_allclose(net.grads["W1"], x.T @ dhidden, rtol=1e-13)
    grads = {name: array.copy() for name, array in net.grads.items()}
    net.grads["W1"] *= 0
    assert net.backward_params(dout) is None
    same(dict(net.grads), grads)


def test_sequential_passes_on_whether_it_trains():
    net, x = small_net(), data()[0]
    before = arrays_of(net)
    out = net.forward(x)
    same(arrays_of(net), before)
    assert not np.allclose(net.forward(x, training=True), out)
    assert np.abs(net.state["running_mean1"]).max() > 0
    net.loss(x, data()[1])
    net.predict(x)
    after = arrays_of(net)
    net.accuracy(x, data()[1])
    same(arrays_of(net), after)


def test_backward_params_spares_the_first_layer_its_input_gradient():
    class First(Affine):
        def backward(self, dout):
            raise AssertionError("the gradient of the input was computed")

    net = Classifier([First(np.ones((4, 3)), np.zeros(3)), ReLU(), affine(3, 3)], (4,))
    net.gradient(*data())
    assert net.grads["W1"].shape == (4, 3)


def test_sequential_refuses_what_is_no_row_of_layers():
    with refuses(ValueError, "Sequential: layers is empty, expected at least one Layer"):
        Sequential([])
    with refuses(TypeError, "Sequential: 5 is not a Layer"):
        Sequential([ReLU(), 5])
    with refuses(TypeError, "Classifier: <class 'dlcourse.layers.ReLU'> is not a Layer"):
        Classifier([ReLU], (4,))
    relu = ReLU()
    with refuses(ValueError, "Sequential: a layer comes twice, but remembers its last input only; make two"):
        Sequential([affine(4, 4), relu, affine(4, 4), relu])
    net = Sequential(iter([ReLU()]))
    assert net.layers[0].params == {} and isinstance(net.layers, tuple)  # a layer appended would not be learned


def test_repr_of_networks():
    net = Sequential([affine(2, 3), ReLU()])
    assert repr(net) == "Sequential(Affine(W (2, 3), b (3,)), ReLU())"
    assert repr(TwoLayerNet(2, 3, 4)) == "TwoLayerNet(Affine(W (2, 3), b (3,)), ReLU(), Affine(W (3, 4), b (4,)))"
    assert repr(SimpleNet()) == "SimpleNet(W (2, 3))"


def test_dtype_and_astype():
    net = small_net(np.float32)
    x, t = data(dtype=np.float32)
    net.gradient(x, t)
    assert net.dtype == np.float32 and Sequential([ReLU()]).dtype == np.float32
    twin = net.astype(np.float64)
    assert type(twin) is Classifier and twin.dtype == np.float64
    for view in ("params", "grads", "state"):
        assert {array.dtype for array in getattr(twin, view).values()} == {np.dtype(np.float64)}
        assert {array.dtype for array in getattr(net, view).values()} == {np.dtype(np.float32)}
        same(dict(getattr(twin, view)), dict(getattr(net, view)))
    twin.params["W1"] += 1  # a copy: its views show its own layers
    assert twin.params["W1"] is twin.layers[0].W
    assert not np.allclose(twin.params["W1"], net.params["W1"])
    assert net.astype("float32").params["W1"] is not net.params["W1"]
    assert twin.astype("float32").params["W1"].dtype == np.float32
    with refuses(TypeError, "astype: dtype is int64, expected floats such as float32"):
        net.astype(np.int64)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_dtype_throughout(dtype):
    net = small_net(dtype)
    x, t = data(dtype=dtype)
    assert net.predict(x).dtype == net.scores(x).dtype == dtype
    grads = net.gradient(x, t)
    assert {array.dtype for array in (*grads.values(), *net.params.values(), *net.state.values())} == {np.dtype(dtype)}


# Classifier: one sample and many


def test_one_sample_is_a_batch_of_one():
    net, (x, t) = small_net(), data()
    y = net.predict(x)
    assert y.shape == (8, 3) and net.predict(x[0]).shape == (3,) and net.predict(x[:1]).shape == (1, 3)
    np.testing.assert_allclose(y.sum(axis=1), 1)
    np.testing.assert_allclose(np.stack([net.predict(one) for one in x]), y, rtol=1e-13)
    np.testing.assert_allclose(net.scores(x[0]), net.scores(x)[0], rtol=1e-13)
    np.testing.assert_allclose(softmax(net.scores(x)), y, rtol=1e-15)
    hot = one_hot(t, 3)
    for label in (t[0], int(t[0]), hot[0], hot[0].tolist()):
        assert net.loss(x[0], label) == pytest.approx(net.loss(x[:1], t[:1]), rel=1e-14)
        assert net.accuracy(x[0], label) == net.accuracy(x[:1], t[:1])
        same(net.gradient(x[0], label, training=False), net.gradient(x[:1], t[:1], training=False))


def test_images_as_samples():
    net = Classifier([Flatten(), affine(12, 3)], (1, 3, 4))
    x = np.random.default_rng(0).normal(size=(5, 1, 3, 4))
    np.testing.assert_allclose(net.predict(x[2]), net.predict(x)[2])
    with refuses(ValueError, "Classifier: x has shape (3, 4), expected (N, 1, 3, 4)"):
        net.predict(x[0, 0])


@pytest.mark.parametrize("batch_size", [1, 3, 4, 7, 8, 9, 1000, np.int64(5)])
def test_in_batches_or_at_once(batch_size):
    net, (x, t) = small_net(), data()
    seen = []

    class Watch(Layer):
        def forward(self, x, *, training=False):
            seen.append(len(x))
            return x

    watched = Classifier([Watch(), *net.layers], (4,))
    np.testing.assert_allclose(watched.predict(x, batch_size=batch_size), net.predict(x), rtol=1e-13)
    assert max(seen) <= batch_size and sum(seen) == 8 and len(seen) == math.ceil(8 / batch_size)
    np.testing.assert_allclose(net.scores(x, batch_size=batch_size), net.scores(x), rtol=1e-13)
    seen.clear()
    assert watched.accuracy(x, t, batch_size=batch_size) == net.accuracy(x, t)
    assert max(seen) <= batch_size and sum(seen) == 8


def test_batches_are_of_500_unless_said_otherwise():
    net, seen = Classifier([affine(4, 3)], (4,)), []
    net.forward = lambda x, **_: seen.append(len(x)) or np.zeros((len(x), 3))
    for call in (net.scores, net.predict, lambda x: net.accuracy(x, np.zeros(1200, int))):
        call(np.zeros((1200, 4)))
    assert seen == [500, 500, 200] * 3


def test_loss_is_the_cross_entropy_of_the_prediction():
    net, (x, t) = small_net(), data()
    expected = cross_entropy_error(net.predict(x), t)
    assert net.loss(x, t) == pytest.approx(expected, rel=1e-13)
    assert net.loss(x, one_hot(t, 3)) == pytest.approx(expected, rel=1e-13)
    assert net.loss(x.tolist(), t.tolist()) == pytest.approx(expected, rel=1e-13)
    assert type(net.loss(x, t)) is float
    # A batch of one, and as many samples as classes: told apart by dimensions, not by sizes.
    assert net.loss(x[:1], t[:1]) == pytest.approx(cross_entropy_error(net.predict(x[:1]), t[:1]), rel=1e-13)
    assert net.loss(x[:3], [2, 2, 0]) == pytest.approx(net.loss(x[:3], one_hot([2, 2, 0], 3)), rel=1e-13)


def test_accuracy_by_hand():
    net = Classifier([Affine(np.eye(3), np.zeros(3))], (3,))
    x = np.array([[3.0, 1, 2], [0, 5, 1], [1, 2, 9], [7, 0, 0]])  # answers 0, 1, 2, 0
    assert net.accuracy(x, [0, 1, 2, 0]) == 1.0
    assert net.accuracy(x, [0, 1, 2, 1]) == 0.75
    assert net.accuracy(x, np.eye(3)[[1, 1, 1, 1]]) == 0.25
    assert net.accuracy(x, [2, 0, 1, 1]) == 0.0
    assert type(net.accuracy(x, [0, 1, 2, 0])) is float


def test_accuracy_refuses_what_are_no_targets():
    net, (x, t) = small_net(), data()
    with refuses(ValueError, "Classifier: t has shape (7,), expected labels (8,) or one-hot (8, 3)"):
        net.accuracy(x, t[:7])
    with refuses(ValueError, "Classifier: t has shape (8, 1), expected labels (8,) or one-hot (8, 3)"):
        net.accuracy(x, t[:, None])  # its argmax would be 0, always
    with refuses(TypeError, "Classifier: the labels t have dtype float64, expected integers"):
        net.accuracy(x, t.astype(float))
    with refuses(ValueError, "Classifier: the labels t run from 0 to 3, expected 0 to 2"):
        net.accuracy(x, np.arange(8) % 4)


def test_bad_input():
    net, (x, t) = small_net(), data()
    with_targets = [lambda x, f=f: f(x, t) for f in (net.loss, net.accuracy, net.gradient)]
    for call in (net.predict, net.scores, *with_targets):
        for shape in ((8, 5), (5,), (8, 4, 1), (2, 8, 4), ()):
            with refuses(ValueError, f"Classifier: x has shape {shape}, expected (N, 4)"):
                call(np.zeros(shape))
        with refuses(ValueError, "Classifier: x is empty, expected at least one sample"):
            call(x[:0])
        with refuses(TypeError, "Classifier: x has dtype <U1, expected real numbers"):
            call(np.full((8, 4), "a"))
    for batch_size in (0, -1, 2.5, "3"):
        with refuses(ValueError, f"Classifier: batch_size is {batch_size!r}, expected a whole number ≥ 1"):
            net.predict(x, batch_size=batch_size)
    with refuses(ValueError, "SoftmaxWithLoss: the labels t run from 0 to 3, expected 0 to 2"):
        net.loss(x, np.arange(8) % 4)
    with refuses(TypeError, "Classifier: input_shape is 4, expected a tuple such as (784,)"):
        Classifier([affine(4, 3)], 4)


def test_whole_numbers_as_pixels():
    net, x = small_net(), np.arange(32, dtype=np.uint8).reshape(8, 4)
    np.testing.assert_allclose(net.predict(x), net.predict(x.astype(float)))


# Gradients


def test_gradient_against_differences():
    net, (x, t) = small_net(), data()
    net.forward(x, training=True)  # running statistics that are no longer 0 and 1
    found, expected = net.gradient(x, t, training=False), net.numerical_gradient(x, t)
    assert list(found) == list(expected) == list(net.params)
    for name in found:
        assert np.abs(expected[name]).max() > 1e-3
        assert relative_error(found[name], expected[name]).max() < 1e-6, name


def test_numerical_gradient_leaves_the_network_alone():
    net, (x, t) = small_net(np.float32), data(4, np.float32)
    before = arrays_of(net)
    grads = net.numerical_gradient(x, one_hot(t, 3))
    same(arrays_of(net), before)
    assert {array.dtype for array in grads.values()} == {np.dtype(np.float64)} and len(net.grads) == 0
    same(grads, net.numerical_gradient(x, t))


def test_results_of_gradient_are_not_overwritten_by_later_ones():
    net, (x, t) = small_net(), data()
    net.penalty = L2(0.1)
    first = net.gradient(x, t)
    kept = {name: array.copy() for name, array in first.items()}
    assert type(first) is dict
    net.gradient(x[::-1] * 2, t)
    same(first, kept)
    net.params["W1"] += 1
    same(first, kept)


def test_loss_and_gradient_belong_together():
    net, (x, t) = small_net(), data()
    before = arrays_of(net)
    loss, grads = net.loss_and_gradient(x, t)
    assert np.abs(net.state["running_mean1"]).max() > 0  # in training mode, unless said otherwise
    net.state.update({name: before[name] for name in net.state})
    same(grads, net.gradient(x, t))
    net.state.update({name: before[name] for name in net.state})
    assert loss == net.loss(x, t, training=True)
    assert loss != net.loss(x, t)
    net.state.update({name: before[name] for name in net.state})
    loss, grads = net.loss_and_gradient(x, t, training=False)
    same({**net.state}, {name: before[name] for name in net.state})
    assert loss == net.loss(x, t)


def test_a_small_step_downhill_lowers_the_loss():
    net, (x, t) = small_net(), data()
    loss, grads = net.loss_and_gradient(x, t, training=False)
    length2 = sum(float(np.vdot(g, g)) for g in grads.values())
    for name in grads:
        net.params[name] -= 1e-4 * grads[name]
    assert net.loss(x, t) == pytest.approx(loss - 1e-4 * length2, abs=1e-6 * length2)


def test_the_penalty_is_in_loss_and_gradient():
    net, (x, t) = small_net(), data()
    plain, grads = net.loss_and_gradient(x, t, training=False)
    net.penalty = L2(0.3)
    squares = sum(np.sum(net.params[name] ** 2) for name in ("W1", "W2", "W3"))
    loss, with_penalty = net.loss_and_gradient(x, t, training=False)
    assert loss == net.loss(x, t) == pytest.approx(plain + 0.15 * squares, rel=1e-13)
    for name in grads:
        extra = 0.3 * net.params[name] if name.startswith("W") else 0
        np.testing.assert_allclose(with_penalty[name], grads[name] + extra, rtol=1e-12)
    assert Classifier([affine(4, 3)], (4,), L2(0.5)).penalty.weight_decay == 0.5
    assert max(check.relative_error for check in net.check_gradient(x, t).values()) < 1e-6


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_check_gradient(training, dtype):
    net, (x, t) = small_net(dtype), data(dtype=dtype)
    net.forward(x, training=True)
    before = arrays_of(net)
    checks = net.check_gradient(x, t, training=training, samples=7, rng=0)
    assert list(checks) == list(net.params)
    for name, check in checks.items():
        assert check.relative_error < 1e-6, name
        assert check.checked == min(7, net.params[name].size)
    same(arrays_of(net), before)
    assert len(net.grads) == 0
    # A bias before batch normalization changes nothing in training: that is no mistake.
    assert (abs(checks["b1"].numerical) < 1e-9) == training
    again = net.check_gradient(x, one_hot(t, 3), training=training, samples=7, rng=np.random.default_rng(0))
    assert {name: check.index for name, check in again.items()} == {name: check.index for name, check in checks.items()}
    assert net.check_gradient(x, t)["W1"].checked == 20
    assert abs(net.check_gradient(x, t)["b1"].numerical) > 1e-3  # in test mode, unless said otherwise
    wide = Classifier([affine(4, 13), affine(13, 3)], (4,))
    assert {name: check.checked for name, check in wide.check_gradient(x, t).items()} == {
        "W1": 50, "b1": 13, "W2": 39, "b2": 3,
    }  # fmt: skip


class HalfReLU(ReLU):
    def backward(self, dout):
        return super().backward(dout) / 2


class LeakyReLU(ReLU):
    def backward(self, dout):
        return np.array(dout)  # forgets the mask


class SummedAffine(Affine):
    def backward_params(self, dout):
        super().backward_params(dout)
        self.grads["b"] = np.full_like(self.grads["b"], dout.sum())  # over the wrong axis


class TurnedAffine(Affine):
    def backward(self, dout):
        super().backward(dout)
        return dout @ self.params["W"]  # forgets to transpose


class SlowAffine(Affine):
    def backward_params(self, dout):
        super().backward_params(dout)
        self.grads["W"] = self.grads["W"] * (1 + 1e-5)


@pytest.mark.parametrize(
    ("place", "bug", "wrong"),
    [
        (1, HalfReLU(), {"W1", "b1"}),
        (1, LeakyReLU(), {"W1", "b1"}),
        (2, SummedAffine(affine(4, 4, 2).W, affine(4, 4, 2).b), {"b2"}),
        (2, TurnedAffine(affine(4, 4, 2).W, affine(4, 4, 2).b), {"W1", "b1"}),
        (0, SlowAffine(affine(4, 4, 1).W, affine(4, 4, 1).b), {"W1"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_check_gradient_finds_a_planted_bug(place, bug, wrong):
    layers = [affine(4, 4, 1), ReLU(), affine(4, 4, 2), Tanh(), affine(4, 3, 3)]
    x, t = data()
    assert all(check.relative_error < 1e-6 for check in Classifier(layers, (4,)).check_gradient(x, t).values())
    layers[place] = bug
    checks = Classifier(layers, (4,)).check_gradient(x, t)
    assert {name for name, check in checks.items() if check.relative_error > 1e-6} == wrong


def test_a_check_of_nothing_but_zeros_is_refused():
    class Dead(Layer):
        def forward(self, x, *, training=False):
            return 0 * x

        def backward(self, dout):
            return 0 * dout

    net = Classifier([affine(4, 3), Dead()], (4,))
    message = "check_gradient: backpropagation gives 0 everywhere; a check of zeros proves nothing"
    with refuses(ValueError, message):
        net.check_gradient(*data())


def test_a_loss_that_is_not_the_same_twice_cannot_be_checked():
    net, (x, t) = Classifier([affine(4, 6), Dropout(0.5, rng=0), affine(6, 3)], (4,)), data()
    message = r"^check_gradient: the same loss is \S+, then \S+; dropout\? use training=False$"
    with pytest.raises(ValueError, match=message):
        net.check_gradient(x, t, training=True)
    assert all(check.relative_error < 1e-6 for check in net.check_gradient(x, t).values())
    with refuses(ValueError, "check_gradient: the same loss is nan, then nan; dropout? use training=False"):
        net.check_gradient(np.full((8, 4), np.nan), t)


# Files


def test_save_and_load(tmp_path):
    net, (x, t) = small_net(np.float32), data(dtype=np.float32)
    net.gradient(x, t)
    path = tmp_path / "net.npz"
    net.save_params(path)
    twin = small_net(np.float32)
    for name in twin.params:
        twin.params[name] *= 3
    layers = [layer.params.copy() for layer in twin.layers]
    for where in (path, str(path)):
        twin.load_params(where)
        same(arrays_of(twin), arrays_of(net))
    np.testing.assert_array_equal(twin.predict(x), net.predict(x))
    assert [layer.params.keys() for layer in twin.layers] == [params.keys() for params in layers]
    twin.params["W1"] -= 1  # what was loaded can be trained
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file.files) == sorted([*net.params, *net.state])
        np.testing.assert_array_equal(file["running_var1"], net.state["running_var1"])
    assert list(tmp_path.iterdir()) == [path]


def test_saving_is_all_or_nothing(tmp_path, monkeypatch):
    net, path = small_net(), tmp_path / "net.npz"
    net.save_params(path)
    old = path.read_bytes()
    net.params["W1"] += 1

    def full_disk(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numpy.lib.format.write_array", full_disk)
        with pytest.raises(OSError, match="No space left"):
            net.save_params(path)
    assert path.read_bytes() == old and list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError, match="nowhere"):
        net.save_params(tmp_path / "nowhere" / "net.npz")


def stored(tmp_path, **changes):
    """Give the path of a file with the arrays of `small_net`, changed; None takes one out."""
    arrays = {**arrays_of(small_net()), **changes}
    path = tmp_path / "other.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


ANOTHER = "is the weights file of another network: "


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"W3": None}, ANOTHER + "it lacks W3"),
        ({"W3": None, "running_mean1": None}, ANOTHER + "it lacks W3, running_mean1"),
        ({"W4": np.zeros(3)}, ANOTHER + "it has W4"),
        ({"b1": None, "gamma2": np.ones(3)}, ANOTHER + "it lacks b1 and has gamma2"),
        ({"b3": np.zeros(4)}, ANOTHER + "b3 is float64 (4,), expected float64 (3,)"),
        ({"b3": np.zeros(())}, ANOTHER + "b3 is float64 (), expected float64 (3,)"),
        ({"W1": np.zeros((5, 4))}, ANOTHER + "W1 is float64 (5, 4), expected float64 (4, 5)"),
        ({"W1": np.zeros((4, 5), np.float32)}, ANOTHER + "W1 is float32 (4, 5), expected float64 (4, 5)"),
        ({"W1": np.zeros((4, 5), np.int64)}, ANOTHER + "W1 is int64 (4, 5), expected float64 (4, 5)"),
        ({"running_var1": np.ones(6)}, ANOTHER + "running_var1 is float64 (6,), expected float64 (5,)"),
        ({"b3": np.array([0, np.nan, 0])}, "b3 holds numbers that are not finite; train it again"),
        ({"running_mean1": np.full(5, -np.inf)}, "running_mean1 holds numbers that are not finite; train it again"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_another_networks_file_is_refused(tmp_path, changes, message):
    net, path = small_net(), stored(tmp_path, **changes)
    net.params["W1"] += 1
    before, kept = arrays_of(net), [*net.params.values(), *net.state.values()]
    separator = ": " if message.startswith(("b3 holds", "running_mean1 holds")) else " "
    with refuses(ValueError, f"{path}{separator}{message}"):
        net.load_params(path)
    same(arrays_of(net), before)
    assert all(a is b for a, b in zip(kept, [*net.params.values(), *net.state.values()], strict=True))


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no weights file at .*nothing\.npz"):
        small_net().load_params(tmp_path / "nothing.npz")


def test_weights_of_the_other_byte_order(tmp_path):
    net = small_net()
    path = stored(tmp_path, W1=np.ones((4, 5), ">f8"))
    net.load_params(path)
    assert net.params["W1"].dtype == np.float64 and net.params["W1"].sum() == 20


# SimpleNet


def test_simple_net_of_the_book():
    W = np.array([[0.47355232, 0.9977393, 0.84668094], [0.85557411, 0.03563661, 0.69422093]])
    net, x, t = SimpleNet(W), np.array([0.6, 0.9]), np.array([0, 0, 1])
    np.testing.assert_allclose(net.predict(x), [1.05414809, 0.63071653, 1.1328074], rtol=1e-8)
    assert net.loss(x, t) == pytest.approx(0.92806853663411)
    assert net.loss(x, 2) == net.loss(x[None], [2]) == net.loss(x[None], t[None]) == net.loss(x.tolist(), [0, 0, 1])
    # (softmax(x W) - t) times each input
    expected = [[0.21924763, 0.14356247, -0.36281009], [0.32887144, 0.2153437, -0.54421514]]
    found = numerical_gradient(lambda W: net.loss(x, t), net.W)
    np.testing.assert_allclose(found, expected, atol=1e-8)
    np.testing.assert_allclose(found, np.outer(x, softmax(net.predict(x)) - t), atol=1e-8)


def test_simple_net():
    W = np.zeros((2, 3))
    net = SimpleNet(W)
    net.W += 1
    assert W.sum() == 0
    assert SimpleNet(rng=3).W.tolist() == SimpleNet(rng=np.random.default_rng(3)).W.tolist()
    assert SimpleNet(rng=3).W.tolist() != SimpleNet(rng=4).W.tolist()
    assert SimpleNet([[1, 2, 3], [4, 5, 6]]).W.dtype == float
    assert net.predict(np.ones((5, 2))).tolist() == [[2, 2, 2]] * 5
    assert net.loss(np.ones((5, 2)), [0, 1, 2, 0, 1]) == pytest.approx(math.log(3))
    with refuses(ValueError, "SimpleNet: W has shape (3, 2), expected (2, 3)"):
        SimpleNet(np.zeros((3, 2)))
    for shape in ((3,), (2, 3), (2, 2, 2), ()):
        with refuses(ValueError, f"SimpleNet: x has shape {shape}, expected (2,) or (N, 2)"):
            net.predict(np.zeros(shape))


# TwoLayerNet


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_layer_net(activation, dtype):
    net = TwoLayerNet(7, 5, 3, rng=0, activation=activation, dtype=dtype)
    shapes = {"W1": (7, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)}
    assert {name: array.shape for name, array in net.params.items()} == shapes
    assert {array.dtype for array in net.params.values()} == {np.dtype(dtype)} and net.dtype == dtype
    assert not net.params["b1"].any() and not net.params["b2"].any()
    assert isinstance(net.layers[1], {"relu": ReLU, "sigmoid": Sigmoid}[activation])
    assert net.input_shape == (7,) and net.penalty is None
    x = np.random.default_rng(1).normal(size=(6, 7)).astype(dtype)
    net.params["b2"] += np.array([1, 2, 3])  # the notes' predict left the biases out
    hidden = x @ net.params["W1"] + net.params["b1"]
    hidden = np.maximum(hidden, 0) if activation == "relu" else sigmoid(hidden)
    expected = softmax(hidden @ net.params["W2"] + net.params["b2"])
    np.testing.assert_allclose(net.predict(x), expected, rtol=1e-5)
    for check in net.check_gradient(x, np.arange(6) % 3).values():
        assert check.relative_error < 1e-6


def test_initial_weights():
    net = TwoLayerNet(300, 200, 100, rng=0)
    for name in ("W1", "W2"):
        assert abs(float(net.params[name].std()) - 0.01) < 2e-4 and abs(float(net.params[name].mean())) < 2e-4
    assert float(TwoLayerNet(300, 200, 100, 0.5, rng=0).params["W1"].std()) == pytest.approx(0.5, rel=0.02)
    assert not TwoLayerNet(3, 2, 1, weight_init_std=0).params["W1"].any()
    same(dict(TwoLayerNet(4, 3, 2, rng=5).params), dict(TwoLayerNet(4, 3, 2, 0.01, np.random.default_rng(5)).params))
    assert (TwoLayerNet(4, 3, 2, rng=5).params["W1"] != TwoLayerNet(4, 3, 2, rng=6).params["W1"]).all()
    assert (TwoLayerNet(4, 3, 2).params["W1"] != TwoLayerNet(4, 3, 2).params["W1"]).all()  # no hidden seed
    # One stream for both layers: they do not start with the same numbers.
    net = TwoLayerNet(4, 4, 4, rng=5)
    assert (net.params["W1"] != net.params["W2"]).all()


def test_two_layer_net_refuses():
    for sizes in ((0, 5, 3), (7, -1, 3), (7, 5, 0), (7.0, 5, 3), (7, "5", 3)):
        with refuses(ValueError, f"TwoLayerNet: the sizes are {sizes}, expected whole numbers ≥ 1"):
            TwoLayerNet(*sizes)
    for std in (-0.1, math.nan, math.inf):
        with refuses(ValueError, f"TwoLayerNet: weight_init_std is {std}, expected a finite number ≥ 0"):
            TwoLayerNet(7, 5, 3, std)
    with refuses(ValueError, "TwoLayerNet: activation is 'tanh', expected 'relu' or 'sigmoid'"):
        TwoLayerNet(7, 5, 3, activation="tanh")
    with refuses(TypeError, "TwoLayerNet: dtype is int64, expected floats such as float32"):
        TwoLayerNet(7, 5, 3, dtype=np.int64)
    assert TwoLayerNet(np.int64(7), 5, 1).params["W1"].shape == (7, 5)


# The notes' listings with their mistakes repaired, over our names


class NotesTwoLayerNet:
    """two_layer.class of the notes."""

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {}
        self.params["W1"] = weight_init_std * np.random.default_rng(1).standard_normal((input_size, hidden_size))
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = weight_init_std * np.random.default_rng(2).standard_normal((hidden_size, output_size))
        self.params["b2"] = np.zeros(output_size)

    def predict(self, x):
        W1, W2 = self.params["W1"], self.params["W2"]
        b1, b2 = self.params["b1"], self.params["b2"]
        a1 = np.dot(x, W1) + b1
        z1 = sigmoid(a1)
        a2 = np.dot(z1, W2) + b2
        return softmax(a2)

    def loss(self, x, t):
        y = self.predict(x)
        return cross_entropy_error(y, t)

    def accuracy(self, x, t):
        y = np.argmax(self.predict(x), axis=1)
        t = np.argmax(t, axis=1)
        return np.sum(y == t) / float(x.shape[0])

    def numerical_gradient(self, x, t):
        def loss_W(W):
            return self.loss(x, t)

        return {key: numerical_gradient(loss_W, self.params[key]) for key in ("W1", "b1", "W2", "b2")}

    def gradient(self, x, t):
        W2 = self.params["W2"]
        grads = {}
        batch_num = x.shape[0]
        a1 = np.dot(x, self.params["W1"]) + self.params["b1"]
        z1 = sigmoid(a1)
        y = softmax(np.dot(z1, W2) + self.params["b2"])
        dy = (y - t) / batch_num
        grads["W2"] = np.dot(z1.T, dy)
        grads["b2"] = np.sum(dy, axis=0)
        dz1 = np.dot(dy, W2.T)
        da1 = sigmoid_grad(a1) * dz1
        grads["W1"] = np.dot(x.T, da1)
        grads["b1"] = np.sum(da1, axis=0)
        return grads


class BookTwoLayerNet:
    """The same over layers, as the book's chapter 5 has it: a dict of arrays, shared with the layers."""

    def __init__(self, params):
        self.params = params
        self.layers = {}
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Sigmoid1"] = Sigmoid()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.last_layer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last_layer.forward(self.predict(x), t)

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward(1)
        layers = list(self.layers.values())
        layers.reverse()
        for layer in layers:
            dout = layer.backward(dout)
        grads = {}
        grads["W1"] = self.layers["Affine1"].dW
        grads["b1"] = self.layers["Affine1"].db
        grads["W2"] = self.layers["Affine2"].dW
        grads["b2"] = self.layers["Affine2"].db
        return grads


def test_the_notes_network_and_the_books_and_ours_are_the_same():
    notes = NotesTwoLayerNet(4, 5, 3, weight_init_std=1)
    book = BookTwoLayerNet({name: array.copy() for name, array in notes.params.items()})
    ours = TwoLayerNet(4, 5, 3, activation="sigmoid", dtype=np.float64)
    ours.params.update(notes.params)
    x, labels = data(20)
    t = one_hot(labels, 3, float)
    learning_rate = 0.5
    losses = []
    for _ in range(50):
        np.testing.assert_allclose(ours.predict(x), notes.predict(x), rtol=1e-9)
        assert ours.loss(x, t) == pytest.approx(notes.loss(x, t), rel=1e-9)
        assert ours.accuracy(x, t) == notes.accuracy(x, t)
        losses.append(book.loss(x, t))
        for network in (notes, book, ours):
            grad = network.gradient(x, t)
            for key in ("W1", "b1", "W2", "b2"):
                network.params[key] -= learning_rate * grad[key]
    for key in ("W1", "b1", "W2", "b2"):
        np.testing.assert_allclose(ours.params[key], notes.params[key], rtol=1e-9)
        np.testing.assert_allclose(ours.params[key], book.params[key], rtol=1e-9)
    assert losses[-1] < losses[0] / 1.5
    numerical = notes.numerical_gradient(x, t)
    for key, grad in ours.gradient(x, t).items():
        assert relative_error(grad, numerical[key]).max() < 1e-6


def test_the_notes_forward_inference():
    net = Classifier([affine(6, 5, 1), Sigmoid(), affine(5, 4, 2), Sigmoid(), affine(4, 3, 3)], (6,))
    network = net.params

    def predict(network, x):
        W1, W2, W3 = network["W1"], network["W2"], network["W3"]
        b1, b2, b3 = network["b1"], network["b2"], network["b3"]
        z1 = sigmoid(np.dot(x, W1) + b1)
        z2 = sigmoid(np.dot(z1, W2) + b2)
        return softmax(np.dot(z2, W3) + b3)

    x = np.random.default_rng(0).normal(size=(9, 6))
    for i in range(len(x)):  # one image at a time, as the notes have it
        np.testing.assert_allclose(predict(network, x[i]), net.predict(x)[i], rtol=1e-12)
    np.testing.assert_allclose(predict(network, x), net.predict(x), rtol=1e-12)


def test_the_notes_simplenet():
    class SimpleNetOfTheNotes:
        def __init__(self):
            self.W = np.random.default_rng(0).standard_normal((2, 3))

        def predict(self, x):
            return np.dot(x, self.W)

        def loss(self, x, t):
            z = self.predict(x)
            y = softmax(z)
            return cross_entropy_error(y, t)

    net, x, t = SimpleNetOfTheNotes(), np.array([0.6, 0.9]), np.array([0, 0, 1])
    ours = SimpleNet(net.W)
    assert ours.loss(x, t) == pytest.approx(net.loss(x, t), rel=1e-12)
    dW = numerical_gradient(lambda w: net.loss(x, t), net.W)
    np.testing.assert_allclose(numerical_gradient(lambda w: ours.loss(x, t), ours.W), dW, atol=1e-10)


# Against PyTorch


def test_sequential_against_pytorch():
    torch = need("torch")
    net, x = small_net(), data()[0]
    dout = np.random.default_rng(9).normal(size=(8, 3))
    modules = []
    for layer in net.layers:
        if isinstance(layer, Affine):
            module = torch.nn.Linear(*layer.W.shape, dtype=torch.float64)
            module.weight.data, module.bias.data = torch.tensor(layer.W.T), torch.tensor(layer.b)
        elif isinstance(layer, BatchNormalization):
            module = torch.nn.BatchNorm1d(5, momentum=0.1, dtype=torch.float64)
        else:
            module = {ReLU: torch.nn.ReLU, Tanh: torch.nn.Tanh}[type(layer)]()
        modules.append(module)
    theirs = torch.nn.Sequential(*modules)
    for training in (True, False):
        theirs.train(training)
        theirs.zero_grad()
        tensor = torch.tensor(x, requires_grad=True)
        out = theirs(tensor)
        out.backward(torch.tensor(dout))
        np.testing.assert_allclose(net.forward(x, training=training), out.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(net.backward(dout), tensor.grad.numpy(), rtol=1e-10, atol=1e-12)
        expected = [p.grad.numpy().T if p.ndim == 2 else p.grad.numpy() for p in theirs.parameters()]
        for name, gradient in zip(net.params, expected, strict=True):
            np.testing.assert_allclose(net.grads[name], gradient, rtol=1e-10, atol=1e-12, err_msg=name)


@settings(deadline=None, derandomize=True, max_examples=20, database=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    activations=st.lists(st.sampled_from(["relu", "sigmoid", "tanh"]), min_size=4, max_size=4),
    seed=st.integers(0, 1000),
    n=st.integers(1, 5),
)
def test_any_small_classifier_against_pytorch(sizes, activations, seed, n):
    torch = need("torch")
    rng = np.random.default_rng(seed)
    layers, tensors = [], []
    for i, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        activation = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}[activations[i]]
        layers += [affine(inputs, outputs, seed + i), activation()]
        tensors += [torch.tensor(layers[-2].W, requires_grad=True), torch.tensor(layers[-2].b, requires_grad=True)]
    net = Classifier(layers[:-1], (sizes[0],))
    x, t = rng.normal(size=(n, sizes[0])), rng.integers(sizes[-1], size=n)
    out = torch.tensor(x)
    for i in range(len(sizes) - 1):
        out = out @ tensors[2 * i] + tensors[2 * i + 1]
        if i < len(sizes) - 2:
            out = getattr(torch, activations[i])(out)
    loss = torch.nn.functional.cross_entropy(out, torch.tensor(t))
    expected = torch.autograd.grad(loss, tensors)
    found, grads = net.loss_and_gradient(x, t)
    assert found == pytest.approx(loss.item(), rel=1e-12, abs=1e-14)
    for (name, gradient), theirs in zip(grads.items(), expected, strict=True):
        np.testing.assert_allclose(gradient, theirs.numpy(), rtol=1e-10, atol=1e-12, err_msg=name)


def test_a_deepcopy_is_whole_and_independent():
    net, (x, t) = small_net(), data()
    net.gradient(x, t)
    twin = copy.deepcopy(net)
    same(arrays_of(twin), arrays_of(net))
    assert twin.params["W1"] is twin.layers[0].W
    for name in twin.params:
        twin.params[name] -= 1
    np.testing.assert_allclose(twin.params["W1"] + 1, net.params["W1"])
    same(net.gradient(x, t, training=False), small_net_after(net).gradient(x, t, training=False))


def small_net_after(net):
    """Give another network with the arrays of `net`."""
    other = small_net()
    other.params.update(net.params)
    other.state.update(net.state)
    return other
