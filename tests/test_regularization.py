"""regularization: penalties by hand and against differences, norms, and dropout's shares, counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlcourse.layers import Affine, ReLU
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.regularization import L2, Dropout, l1_norm, l2_norm, max_norm

NUMBERS = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6))

# norms


def test_norms_by_hand():
    for x in ([3, -4], np.array([3.0, -4]), np.array([[3, 0], [0, -4]], np.int8)):
        assert l1_norm(x) == 7
        assert l2_norm(x) == 5  # the notes leave out the root: 25
        assert max_norm(x) == 4
    assert l1_norm(-2) == l2_norm(-2) == max_norm(-2) == 2
    assert l1_norm([]) == l2_norm([]) == max_norm([]) == 0


@given(NUMBERS, st.floats(-10, 10))
def test_what_makes_a_norm(x, factor):
    for norm in (l1_norm, l2_norm, max_norm):
        assert norm(factor * x) == pytest.approx(abs(factor) * norm(x), rel=1e-9, abs=1e-9)
        assert norm(x + x[::-1]) <= 2 * norm(x) * (1 + 1e-12) + 1e-9
    assert max_norm(x) <= l2_norm(x) * (1 + 1e-12) + 1e-9
    assert l2_norm(x) <= l1_norm(x) * (1 + 1e-12) + 1e-9


@given(NUMBERS)
def test_norms_are_those_of_numpy(x):
    for norm, order in ((l1_norm, 1), (l2_norm, 2), (max_norm, np.inf)):
        assert norm(x) == pytest.approx(np.linalg.norm(x.ravel(), order), rel=1e-9, abs=1e-150)
        assert type(norm(x)) is float


def test_norms_of_numbers_whose_squares_do_not_fit_their_dtype():
    assert l2_norm(np.array([200, 0], np.uint8)) == 200  # 200² is 64 in eight bits
    assert l1_norm(np.array([-128, -128], np.int8)) == 256  # and |-128| is -128
    assert max_norm(np.array([-128], np.int8)) == 128
    assert l2_norm(np.array([3e30, 4e30], np.float32)) == pytest.approx(5e30)


@pytest.mark.parametrize("norm", [l1_norm, l2_norm, max_norm])
def test_norms_say_what_is_no_number(norm):
    with pytest.raises(TypeError, match=rf"^{norm.__name__}: x has dtype <U1, expected real numbers"):
        norm(["a"])


# weight decay


def test_weight_decay_by_hand():
    params = {"W1": np.array([[1.0, 2]]), "b1": np.array([100.0]), "W2": np.array([3.0]), "gamma1": np.array([100.0])}
    penalty = L2(0.5)
    assert penalty.loss(params) == 0.25 * (1 + 4 + 9)
    grads = {name: np.full_like(array, 10) for name, array in params.items()}
    penalty.add_gradient(params, grads)
    np.testing.assert_array_equal(grads["W1"], [[10.5, 11]])
    np.testing.assert_array_equal(grads["W2"], [11.5])
    np.testing.assert_array_equal(grads["b1"], [10])
    np.testing.assert_array_equal(grads["gamma1"], [10])
    np.testing.assert_array_equal(params["W1"], [[1, 2]])
    assert repr(penalty) == "L2(0.5)"


def test_no_decay_no_penalty():
    params, grads = {"W1": np.array([7.0])}, {"W1": np.array([1.0])}
    assert L2(0).loss(params) == 0
    L2(0).add_gradient(params, grads)
    assert grads["W1"] == [1]


def test_plain_numbers_do_as_well():
    grads = {"W1": 1.0}
    L2(0.5).add_gradient({"W1": 4.0}, grads)
    assert grads == {"W1": 3.0}
    assert L2(0.5).loss({"W1": 4.0, "b1": 9.0}) == 4


def multi_layer_net(decay):
    return MultiLayerNet(5, [6, 4], 3, "tanh", 0.5, decay, batch_norm=True, rng=0, dtype=np.float64)


def simple_conv_net(decay):
    conv = {"filter_num": 2, "filter_size": 3}
    return SimpleConvNet((1, 6, 6), conv, 5, 3, 0.3, weight_decay_lambda=decay, rng=0, dtype=np.float64)


@pytest.mark.parametrize("build", [multi_layer_net, simple_conv_net])
def test_the_penalty_is_in_the_loss_and_in_the_gradient_of_the_weights_alone(build):
    rng = np.random.default_rng(0)
    bare, net = build(0.0), build(0.3)
    x, t = rng.random((4, *net.input_shape)), np.array([0, 1, 2, 1])
    squares = sum(np.sum(array**2) for name, array in net.params.items() if name.startswith("W"))
    assert net.loss(x, t) == pytest.approx(bare.loss(x, t) + 0.15 * squares)
    with_decay, without = net.gradient(x, t), bare.gradient(x, t)
    for name, array in net.params.items():
        share = 0.3 * array if name.startswith("W") else 0
        np.testing.assert_allclose(with_decay[name], without[name] + share, rtol=1e-12, atol=1e-15, err_msg=name)
    for check in net.check_gradient(x, t, samples=15, rng=0).values():
        assert check.relative_error < 1e-6


def test_the_decay_may_be_changed_and_stays_a_python_float():
    penalty = L2(np.float32(0.25))
    assert penalty.loss({"W1": np.array([2.0])}) == 0.5
    penalty.weight_decay = np.float64(0.5)
    assert penalty.loss({"W1": np.array([2.0])}) == 1
    assert type(penalty.weight_decay) is float


@pytest.mark.parametrize("bad", [-1e-4, np.nan, np.inf, None, "0.1"])
def test_a_decay_that_is_none(bad):
    message = "^L2: weight_decay is .*, expected a finite number ≥ 0"
    with pytest.raises(ValueError, match=message):
        L2(bad)
    penalty = L2(0.1)
    with pytest.raises(ValueError, match=message):
        penalty.weight_decay = bad
    assert penalty.weight_decay == 0.1


# dropout

ONES = np.ones((300, 400))  # 120,000 entries: the share that is kept has a standard error of at most 0.0015


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_the_share_that_is_switched_off(ratio, inverted):
    out = Dropout(ratio, 0, inverted=inverted).forward(ONES, training=True)
    assert np.mean(out == 0) == pytest.approx(ratio, abs=0.006)
    np.testing.assert_allclose(out[out > 0], 1 / (1 - ratio) if inverted else 1)
    # each row and each column is hit about as often: the entries do not depend on one another
    for axis in (0, 1):
        assert np.abs((out == 0).mean(axis=axis) - ratio).max() < 0.15


def test_the_notes_slip_keeps_31_percent_where_half_was_meant():
    slip = np.random.default_rng(0).standard_normal(ONES.shape) > 0.5  # randn in the place of rand
    assert slip.mean() == pytest.approx(0.3085, abs=0.01)
    assert Dropout(0.5, 0).forward(ONES, training=True).mean() == pytest.approx(0.5, abs=0.006)


@given(st.floats(0, 0.95), st.integers(0, 2**32))
def test_both_scalings_agree_in_expectation(ratio, seed):
    x = np.random.default_rng(seed).random((50, 60)) + 0.5
    notes, inverted = Dropout(ratio, seed), Dropout(ratio, seed, inverted=True)
    trained, tested = notes.forward(x, training=True), notes.forward(x)
    np.testing.assert_allclose(tested, (1 - ratio) * x)
    np.testing.assert_array_equal(inverted.forward(x), x)
    np.testing.assert_allclose(inverted.forward(x, training=True) * (1 - ratio), trained)
    # the sum that the next layer gets is, on average, the one that it gets at test time
    spread = np.sqrt(ratio * (1 - ratio) * np.sum(x**2))
    assert abs(trained.sum() - tested.sum()) <= 6 * spread + 1e-3


@pytest.mark.parametrize("inverted", [False, True])
def test_backward_goes_where_forward_went(inverted):
    rng = np.random.default_rng(1)
    layer = Dropout(0.4, 2, inverted=inverted)
    x, dout = rng.standard_normal((6, 7)) + 5, rng.standard_normal((6, 7))
    for training in (True, False):
        out = layer.forward(x, training=training)
        np.testing.assert_allclose(layer.backward(dout), dout * (out / x), rtol=1e-12)
        np.testing.assert_allclose(layer.backward(dout), dout * (out / x), rtol=1e-12)  # again, the same mask


@pytest.mark.parametrize("inverted", [False, True])
def test_at_test_time_nothing_is_drawn(inverted):
    layer, x = Dropout(0.5, 3, inverted=inverted), np.random.default_rng(2).random((5, 6))
    before = layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(x), layer.forward(x))
    assert layer.rng.bit_generator.state == before


def test_the_rng_alone_decides():
    def draw(rng, steps=1):
        layer = Dropout(0.5, rng)
        return [layer.forward(ONES[:5], training=True) for _ in range(steps)]

    np.testing.assert_array_equal(draw(4, 3), draw(np.random.default_rng(4), 3))
    first, second = draw(4, 2)
    assert not np.array_equal(first, second)
    assert not np.array_equal(draw(4)[0], draw(5)[0])
    assert not np.array_equal(draw(None)[0], draw(None)[0])


def test_a_ratio_of_zero_changes_nothing():
    x = np.random.default_rng(5).random((4, 5))
    for inverted in (False, True):
        layer = Dropout(0, 0, inverted=inverted)
        for training in (True, False):
            np.testing.assert_array_equal(layer.forward(x, training=training), x)
            np.testing.assert_array_equal(layer.backward(x), x)


class Zeros:
    """A generator that draws the smallest number there is in [0, 1)."""

    def random(self, shape, dtype):
        return np.zeros(shape, dtype)


def test_a_ratio_of_zero_keeps_even_the_smallest_draw():
    layer = Dropout(0)
    layer.rng = Zeros()
    np.testing.assert_array_equal(layer.forward(ONES[:2], training=True), ONES[:2])


def test_the_defaults():
    layer = Dropout()
    assert (layer.dropout_ratio, layer.inverted) == (0.5, False)
    assert repr(Dropout(0.25)) == "Dropout(0.25)"
    assert layer.params == layer.state == {}


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 4, 5)], ids=str)
@pytest.mark.parametrize("number", [float, np.float64, np.float32], ids=["float", "np.float64", "np.float32"])
def test_dtypes_stay(inverted, shape, number):
    layer = Dropout(number(0.5), 0, inverted=inverted)
    for dtype in (np.float32, np.float64):
        x = np.ones(shape, dtype)
        for training in (True, False):
            assert layer.forward(x, training=training).dtype == dtype
            assert layer.backward(x).dtype == dtype
    assert type(layer.dropout_ratio) is float


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_whole_numbers_do_as_well(inverted, training):
    whole = np.arange(1, 101)
    outs = [Dropout(0.5, 0, inverted=inverted).forward(x, training=training) for x in (whole, whole.astype(float))]
    np.testing.assert_array_equal(*outs)
    assert outs[0].any()


def test_nothing_that_is_given_is_changed():
    x, dout = np.ones((3, 4)), np.ones((3, 4))
    layer = Dropout(0.5, 0)
    for training in (True, False):
        layer.forward(x, training=training)
        layer.backward(dout)
    assert (x == 1).all()
    assert (dout == 1).all()


def test_the_mean_of_many_thinned_networks_is_near_the_whole_one():
    rng = np.random.default_rng(6)
    W1, W2 = rng.standard_normal((5, 400)) / 5, rng.standard_normal((400, 3)) / 20
    net = Classifier([Affine(W1, np.ones(400)), ReLU(), Dropout(0.5, 7), Affine(W2, np.zeros(3))], (5,))
    x = rng.standard_normal((1, 5))
    mean = np.mean([net.forward(x, training=True) for _ in range(3000)], axis=0)
    np.testing.assert_allclose(mean, net.forward(x), atol=0.05)


@pytest.mark.parametrize("bad", [1, 1.5, -0.1, np.nan, np.inf, None, "0.5"])
def test_a_ratio_outside_its_range_is_refused_at_once_and_later(bad):
    message = r"^Dropout: dropout_ratio is .*, expected a number in \[0, 1\)"
    with pytest.raises(ValueError, match=message):
        Dropout(bad)
    layer = Dropout(0.5)
    with pytest.raises(ValueError, match=message):
        layer.dropout_ratio = bad
    assert layer.dropout_ratio == 0.5


def test_a_ratio_set_later_counts_from_the_next_forward():
    layer = Dropout(0.9, 0)
    layer.forward(ONES, training=True)
    layer.dropout_ratio = 0.2
    assert np.mean(layer.forward(ONES, training=True) == 0) == pytest.approx(0.2, abs=0.006)
    np.testing.assert_allclose(layer.forward(ONES[:2]), 0.8)


def test_backward_says_what_was_wrong():
    layer = Dropout()
    with pytest.raises(RuntimeError, match="^Dropout: backward came before forward"):
        layer.backward(np.ones((2, 3)))
    for training in (True, False):
        layer.forward(np.ones((2, 3)), training=training)
        with pytest.raises(ValueError, match=r"^Dropout: dout has shape \(3,\), the output had \(2, 3\)"):
            layer.backward(np.ones(3))


def test_the_mask_lies_in_memory_as_the_input_does():
    # else all that comes after would be read and written across the grain
    for x in (np.ones((6, 4), np.float32), np.ones((4, 6), np.float32).T):
        layer = Dropout(0.5, rng=0)
        assert layer.forward(x, training=True).strides == layer.mask.strides == x.strides
