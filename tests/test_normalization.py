"""normalization: one feature worked by hand, PyTorch over several steps, and what must hold in training and after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import need

from dlcourse.gradients import check_gradient
from dlcourse.models import MultiLayerNet
from dlcourse.normalization import BatchNormalization


@pytest.fixture(scope="module")
def torch():
    library = need("torch")
    library.set_num_threads(1)  # several would wait for each other longer than they work on arrays so small
    return library


def fresh(features, dtype=np.float64, **options):
    return BatchNormalization(np.ones(features, dtype), np.zeros(features, dtype), **options)


# by hand: the values 1 and 5 have the mean 3 and the variance 4, and with eps = 5 the root is 3


def by_hand():
    layer = BatchNormalization(np.array([6.0]), np.array([10.0]), momentum=0.75, eps=5)
    return layer, layer.forward(np.array([[1.0], [5.0]]), training=True)


def test_forward_by_hand():
    layer, out = by_hand()
    # x̂ = ∓2 / 3, out = 6 x̂ + 10
    np.testing.assert_allclose(out, [[6], [14]])
    # the mean was 0, the variance 1; that of two values, without bias, is 4 · 2 / 1 = 8
    np.testing.assert_allclose(layer.running_mean, [0.25 * 3])
    np.testing.assert_allclose(layer.running_var, [0.75 + 0.25 * 8])


def test_backward_by_hand():
    layer, _ = by_hand()
    dx = layer.backward(np.array([[1.0], [4.0]]))
    # dgamma = (-1 + 4) · 2/3; dx = 6/3 · (dout - 5/2 - x̂ · 2/2)
    np.testing.assert_allclose(layer.grads["gamma"], [2])
    np.testing.assert_allclose(layer.grads["beta"], [5])
    np.testing.assert_allclose(dx, [[2 * (1 - 2.5 + 2 / 3)], [2 * (4 - 2.5 - 2 / 3)]])


def test_at_test_time_by_hand():
    layer = BatchNormalization(np.array([6.0]), np.array([10.0]), eps=5)
    layer.state["running_mean"][:] = 2
    layer.state["running_var"][:] = 11
    # √(11 + 5) = 4
    np.testing.assert_allclose(layer.forward(np.array([[2.0], [6.0], [-2.0]])), [[10], [16], [4]])
    dx = layer.backward(np.array([[1.0], [10], [100]]))
    np.testing.assert_allclose(dx, [[1.5], [15], [150]])
    np.testing.assert_allclose(layer.grads["gamma"], [10 - 100])
    np.testing.assert_allclose(layer.grads["beta"], [111])
    np.testing.assert_array_equal(layer.running_mean, [2])
    np.testing.assert_array_equal(layer.running_var, [11])


def test_the_defaults():
    layer = fresh(2)
    assert (layer.momentum, layer.eps) == (0.9, 1e-5)
    np.testing.assert_array_equal(layer.running_mean, [0, 0])
    np.testing.assert_array_equal(layer.running_var, [1, 1])
    assert set(layer.state) == {"running_mean", "running_var"}
    assert repr(layer) == "BatchNormalization(gamma (2,), beta (2,))"


def test_before_any_training_it_lets_everything_pass_at_test_time():
    x = np.array([[1.0, -2], [3, 4]])
    np.testing.assert_allclose(fresh(2).forward(x), x, rtol=1e-4)


# PyTorch


@pytest.mark.parametrize("shape", [(6, 5), (2, 5), (4, 3, 5, 6), (1, 3, 2, 2), (3, 1, 1, 4)], ids=str)
def test_training_and_test_time_are_those_of_torch(shape, torch):
    rng = np.random.default_rng(0)
    features = shape[1]
    gamma, beta = rng.standard_normal(features), rng.standard_normal(features)
    ours = BatchNormalization(gamma.copy(), beta.copy(), momentum=0.8, eps=1e-3)
    make = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
    theirs = make(features, eps=1e-3, momentum=0.2, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(gamma))
        theirs.bias.copy_(torch.tensor(beta))
    for step in range(8):
        training = step not in (4, 7)
        theirs.train(training)
        x, dout = rng.standard_normal(shape) * (step + 1) + step, rng.standard_normal(shape)
        tensor = torch.tensor(x, requires_grad=True)
        expected = theirs(tensor)
        wanted = torch.autograd.grad(expected, (tensor, theirs.weight, theirs.bias), torch.tensor(dout))
        out = ours.forward(x, training=training)
        found = (out, ours.backward(dout), ours.grads["gamma"], ours.grads["beta"])
        for mine, other in zip(found, (expected, *wanted), strict=True):
            np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-9, atol=1e-10, err_msg=f"step {step}")
        np.testing.assert_allclose(ours.running_mean, theirs.running_mean.numpy(), rtol=1e-12)
        np.testing.assert_allclose(ours.running_var, theirs.running_var.numpy(), rtol=1e-12)


# what must hold


@pytest.mark.parametrize("shape", [(200, 3), (20, 3, 4, 5)], ids=str)
def test_each_feature_has_mean_beta_and_standard_deviation_gamma(shape):
    x = np.random.default_rng(1).standard_normal(shape) * 7 + 100
    layer = BatchNormalization(np.array([1.0, 2, -3]), np.array([0.0, 5, 9]))
    out = layer.forward(x, training=True)
    axes = 0 if len(shape) == 2 else (0, 2, 3)
    np.testing.assert_allclose(out.mean(axis=axes), [0, 5, 9], atol=1e-9)
    np.testing.assert_allclose(out.std(axis=axes), [1, 2, 3], rtol=1e-5)


def test_the_running_statistics_are_of_each_channel_not_of_each_pixel():
    layer = fresh(3)
    layer.forward(np.random.default_rng(2).standard_normal((2, 3, 8, 8)), training=True)
    assert layer.running_mean.shape == layer.running_var.shape == (3,)


def test_images_are_their_pixels_one_below_the_other():
    x = np.random.default_rng(3).standard_normal((4, 3, 5, 6))
    dout = np.random.default_rng(4).standard_normal(x.shape)
    gamma, beta = np.array([1.0, 2, 3]), np.array([4.0, 5, 6])

    def rows(images):
        return images.transpose(0, 2, 3, 1).reshape(-1, 3)

    one, other = BatchNormalization(gamma, beta), BatchNormalization(gamma, beta)
    for training in (True, False):
        out = one.forward(x, training=training)
        np.testing.assert_allclose(rows(out), other.forward(rows(x), training=training), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(rows(one.backward(dout)), other.backward(rows(dout)), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(one.grads["gamma"], other.grads["gamma"])
    np.testing.assert_allclose(one.running_var, other.running_var)


@given(arrays(np.float64, (5, 2), elements=st.floats(-100, 100)), st.floats(0.1, 10), st.floats(-100, 100))
def test_scale_and_offset_of_the_input_do_not_matter(x, factor, offset):
    x += np.arange(5)[:, None] * 10  # never all the same
    out = fresh(2, eps=1e-12).forward(x, training=True)
    np.testing.assert_allclose(fresh(2, eps=1e-12).forward(factor * x + offset, training=True), out, atol=1e-6)


def test_the_running_statistics_come_to_those_of_the_data():
    rng, layer = np.random.default_rng(5), fresh(1)
    for _ in range(300):
        layer.forward(3 + 2 * rng.standard_normal((500, 1)), training=True)
    np.testing.assert_allclose(layer.running_mean, [3], atol=0.1)
    np.testing.assert_allclose(layer.running_var, [4], rtol=0.1)
    # so a sample is treated the same, whoever stands beside it
    sample = np.array([[5.0]])
    np.testing.assert_array_equal(layer.forward(np.array([[5.0], [99]]))[:1], layer.forward(sample))
    np.testing.assert_allclose(layer.forward(sample), [[1]], atol=0.1)


def test_only_training_moves_the_running_statistics():
    layer, x = fresh(2), np.random.default_rng(6).standard_normal((4, 2)) + 5
    layer.forward(x)
    np.testing.assert_array_equal(layer.running_mean, [0, 0])
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.running_mean, 0.1 * x.mean(axis=0))
    layer.backward(x)
    np.testing.assert_allclose(layer.running_mean, 0.1 * x.mean(axis=0))


def test_one_value_alone_has_no_variance_and_is_not_remembered():
    layer = BatchNormalization(np.array([2.0, 3]), np.array([4.0, 5]))
    np.testing.assert_array_equal(layer.forward(np.array([[7.0, -7]]), training=True), [[4, 5]])
    np.testing.assert_array_equal(layer.backward(np.array([[1.0, 1]])), [[0, 0]])
    np.testing.assert_array_equal(layer.running_mean, [0, 0])
    np.testing.assert_array_equal(layer.running_var, [1, 1])
    layer.forward(np.array([[[[7.0, -7]], [[1.0, 3]]]]), training=True)  # one image, but two pixels in each channel
    np.testing.assert_allclose(layer.running_mean, [0, 0.2])


def test_a_feature_that_never_changes():
    layer = fresh(1)
    np.testing.assert_array_equal(layer.forward(np.full((3, 1), 8.0), training=True), np.zeros((3, 1)))
    assert np.isfinite(layer.backward(np.array([[1.0], [2], [3]]))).all()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 2, 3)], ids=str)
def test_the_gradient_is_that_of_differences(shape, training):
    rng = np.random.default_rng(7)
    x, dout = rng.standard_normal(shape), rng.standard_normal(shape)
    layer = BatchNormalization(rng.standard_normal(3), rng.standard_normal(3), momentum=0)
    layer.forward(x + 1, training=True)

    def loss(_):
        kept = {name: array.copy() for name, array in layer.state.items()}
        value = float(np.sum(layer.forward(x, training=training) * dout))
        layer.state.update(kept)
        return value

    loss(None)
    dx, grads = layer.backward(dout), dict(layer.grads)
    for array, grad in ((x, dx), (layer.params["gamma"], grads["gamma"]), (layer.params["beta"], grads["beta"])):
        assert check_gradient(loss, array, grad).relative_error < 1e-6


@pytest.mark.parametrize("number", [float, np.float64, np.float32], ids=["float", "np.float64", "np.float32"])
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4, 4)], ids=str)
def test_float32_stays_float32(shape, number):
    layer = fresh(3, np.float32, momentum=number(0.5), eps=number(1e-4))
    x = np.random.default_rng(8).standard_normal(shape).astype(np.float32)
    for training in (True, False, True):
        out, dx = layer.forward(x, training=training), layer.backward(x)
        found = [out, dx, *layer.grads.values(), *layer.state.values()]
        assert {array.dtype for array in found} == {np.dtype(np.float32)}


def test_nothing_that_is_given_is_changed():
    rng = np.random.default_rng(9)
    x, dout, gamma, beta = rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), np.ones(3), np.zeros(3)
    kept = [array.copy() for array in (x, dout, gamma, beta)]
    layer = BatchNormalization(gamma, beta)
    for training in (True, False):
        layer.forward(x, training=training)
        layer.backward(dout)
    for array, before in zip((x, dout, gamma, beta), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_the_statistics_are_saved_with_the_network(tmp_path):
    rng = np.random.default_rng(10)
    net, twin = (MultiLayerNet(4, [5, 5], 3, batch_norm=True, rng=seed) for seed in (0, 1))
    x = rng.standard_normal((20, 4)).astype(np.float32)
    net.gradient(x, np.arange(20) % 3)
    assert list(net.state) == ["running_mean1", "running_var1", "running_mean2", "running_var2"]
    net.save_params(tmp_path / "net.npz")
    twin.load_params(tmp_path / "net.npz")
    np.testing.assert_array_equal(twin.predict(x), net.predict(x))


# bad input


def test_it_says_what_was_wrong():
    ones, zeros = np.ones(3), np.zeros(3)
    for gamma, beta in ((ones, np.zeros(2)), (np.ones((1, 3)), np.zeros((1, 3))), (np.float64(1), np.float64(0))):
        with pytest.raises(ValueError, match=r"^BatchNormalization: gamma has shape .* and beta .*, expected both"):
            BatchNormalization(gamma, beta)
    for gamma, beta in (([1, 1], [0.0, 0]), ([1.0, 1], [0, 0])):
        with pytest.raises(TypeError, match=r"^BatchNormalization: gamma has dtype .*, beta .*, expected floats"):
            BatchNormalization(gamma, beta)
    for momentum in (1, 1.5, -0.1, np.nan, None, "0.9"):
        with pytest.raises(ValueError, match=r"^BatchNormalization: momentum is .*, expected a number in \[0, 1\)"):
            BatchNormalization(ones, zeros, momentum)
    for eps in (0, -1e-5, np.nan, np.inf, None):
        with pytest.raises(ValueError, match=r"^BatchNormalization: eps is .*, expected a finite number > 0"):
            BatchNormalization(ones, zeros, eps=eps)


WRONG = [(3,), (4, 2), (4, 4), (2, 4, 3, 3), (2, 3, 3), (0, 3), (2, 3, 0, 4), (1, 3, 1, 1, 1)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", WRONG, ids=str)
def test_it_says_which_input_it_expects(shape, training):
    expected = r"expected \(N, 3\) or \(N, 3, height, width\), not empty"
    with pytest.raises(ValueError, match=r"^BatchNormalization: x has shape .*, " + expected):
        fresh(3).forward(np.zeros(shape), training=training)


def test_backward_says_what_was_wrong():
    layer = fresh(3)
    with pytest.raises(RuntimeError, match="^BatchNormalization: backward came before forward"):
        layer.backward(np.zeros((4, 3)))
    layer.forward(np.zeros((4, 3)), training=True)
    with pytest.raises(ValueError, match=r"^BatchNormalization: dout has shape \(3, 3\), the output had \(4, 3\)"):
        layer.backward(np.zeros((3, 3)))
