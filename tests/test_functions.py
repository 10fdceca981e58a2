"""Activations: by hand, by their laws for every finite float, and against PyTorch."""

import math

import numpy as np
import pytest
from common import refuses
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import need

from dlcourse.functions import (
    as_float,
    identity_function,
    one_hot,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    softmax,
    step_function,
    tanh,
    tanh_grad,
)

SMOOTH = [sigmoid, sigmoid_grad, tanh, tanh_grad, relu, relu_grad, identity_function]
ALL = [*SMOOTH, step_function, softmax]
FLOATS = [np.float32, np.float64]


def each(functions):
    return pytest.mark.parametrize("function", functions, ids=lambda function: function.__name__)


# By hand


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (identity_function, [-1, 0, 2.5], [-1, 0, 2.5]),
        (step_function, [-1.0, 0.0, 1e-300, 2.0], [0, 0, 1, 1]),
        (sigmoid, [0, math.log(3), -math.log(3)], [0.5, 0.75, 0.25]),
        (sigmoid, [-1, 1, 2], [0.2689414213699951, 0.7310585786300049, 0.8807970779778823]),
        (sigmoid, [1e308, -1e308], [1, 0]),
        (sigmoid_grad, [0, math.log(3), -math.log(3), 1e308, -1e308], [0.25, 0.1875, 0.1875, 0, 0]),
        (tanh, [0, math.log(3), -math.log(3), 1e308], [0, 0.8, -0.8, 1]),
        (tanh_grad, [0, math.log(3), -math.log(3), 1e308], [1, 0.36, 0.36, 0]),
        (relu, [-2, -0.0, 0, 3], [0, 0, 0, 3]),
        (relu_grad, [-2, -0.0, 0, 1e-300, 3], [0, 0, 0, 1, 1]),
        (softmax, [0, math.log(2), math.log(5)], [1 / 8, 2 / 8, 5 / 8]),
        (softmax, [0.3, 2.9, 4.0], [0.0182112732955, 0.2451918129351, 0.7365969137693]),
        (softmax, [1010, 1000, 990], [0.9999546000702, 4.53978686e-5, 2.0610600e-9]),
        (softmax, [1e308, -1e308], [1, 0]),
        (softmax, [7.0], [1]),
    ],
)
def test_values(function, x, expected):
    found = function(np.array(x))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(function(x), found)  # a list will do


def test_small_values_are_not_lost():
    np.testing.assert_allclose(sigmoid(-50.0), math.exp(-50), rtol=1e-15)
    np.testing.assert_allclose(sigmoid_grad(50.0), math.exp(-50), rtol=1e-15)
    np.testing.assert_allclose(sigmoid(np.float32(-80)), math.exp(-80), rtol=1e-5)


def test_softmax_of_one_sample_and_of_a_batch():
    x = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])
    expected = np.array([[1, 2, 5], [3, 3, 2]]) / 8
    np.testing.assert_allclose(softmax(x), expected, rtol=1e-15)
    np.testing.assert_allclose(softmax(x[0]), expected[0], rtol=1e-15)
    np.testing.assert_allclose(softmax(x[None]), expected[None], rtol=1e-15)
    np.testing.assert_allclose(softmax(x[:, :1]), [[1], [1]])
    assert softmax(np.zeros((0, 3))).shape == (0, 3)


def test_the_derivatives_are_the_slopes():
    x, h = np.array([-3.0, -1.2, -0.1, 0.3, 2.0]), 1e-6
    for function, gradient in ((sigmoid, sigmoid_grad), (tanh, tanh_grad), (relu, relu_grad)):
        np.testing.assert_allclose(gradient(x), (function(x + h) - function(x - h)) / (2 * h), rtol=1e-8)


def test_infinity_is_the_limit():
    for x in (np.array([-np.inf, np.inf]), np.array([-np.inf, np.inf], np.float32)):
        assert sigmoid(x).tolist() == [0, 1]
        assert tanh(x).tolist() == [-1, 1]
        assert relu(x).tolist() == [0, np.inf]
        assert step_function(x).tolist() == [0, 1]
    assert softmax([-np.inf, 0.0]).tolist() == [0, 1]


@each(SMOOTH[:5])
def test_nan_stays_nan(function):
    assert np.isnan(function(np.array([np.nan, 1.0]))).tolist() == [True, False]


# Shapes, dtypes, and what is left alone


@each(ALL)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_any_shape_and_both_floats(function, shape, dtype):
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    before = x.copy()
    x.flags.writeable = False
    found = function(x)
    assert found.shape == shape
    assert found.dtype == (int if function is step_function else dtype)
    assert (x == before).all()


@each([*SMOOTH, step_function])
def test_a_number_gives_a_number(function):
    assert np.ndim(function(0.5)) == 0
    assert np.ndim(function(np.float32(0.5))) == 0
    assert function(np.float32(0.5)).dtype == (int if function is step_function else np.float32)


@each(ALL)
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_whole_numbers_count_as_floats(function, dtype):
    x = np.array([0, 1, 1], dtype)
    found = function(x)
    assert found.dtype == (int if function is step_function else np.float64)
    np.testing.assert_array_equal(found, function(x.astype(float)))


def test_as_float():
    x = np.zeros(2, np.float32)
    assert as_float(x, "me") is x  # no copy where none is needed
    assert as_float([1, 2], "me").dtype == np.float64
    with refuses(TypeError, "me: W has dtype <U1, expected real numbers"):
        as_float("a", "me", "W")


@each(ALL)
def test_what_is_no_real_number_is_refused(function):
    for x, dtype in ((["a"], "<U1"), ([1j], "complex128"), ([None], "object")):
        with refuses(TypeError, f"{function.__name__}: x has dtype {dtype}, expected real numbers"):
            function(x)


def test_softmax_needs_an_axis_with_classes():
    with refuses(ValueError, "softmax: x has shape (), expected (..., K) with K ≥ 1 scores"):
        softmax(1.0)
    with refuses(ValueError, "softmax: x has shape (2, 0), expected (..., K) with K ≥ 1 scores"):
        softmax(np.zeros((2, 0)))


# Laws. The warnings of NumPy are errors here, so each of these also says: no finite number overflows.


def arrays(dtype, shape, largest=None):
    largest = float(np.finfo(dtype).max) if largest is None else largest
    return hnp.arrays(dtype, shape, elements=st.floats(-largest, largest, width=np.dtype(dtype).itemsize * 8))


anything = st.one_of([arrays(dtype, hnp.array_shapes(max_dims=3, max_side=4)) for dtype in FLOATS])


@given(x=anything)
@example(x=np.array([1e308, -1e308, 0.0, -0.0, 5e-324]))
@example(x=np.array([3e38, -3e38, 1e-45], np.float32))
def test_every_finite_float_is_taken(x):
    eps = np.finfo(x.dtype).eps
    for function in ALL:
        assert np.isfinite(function(x)).all(), function.__name__
    for function, low, high in (
        (sigmoid, 0, 1), (sigmoid_grad, 0, 0.25), (tanh, -1, 1), (tanh_grad, 0, 1), (softmax, 0, 1),
    ):  # fmt: skip
        found = function(x)
        assert (found >= low).all() and (found <= high * (1 + eps)).all(), function.__name__  # rounded upwards once
    np.testing.assert_allclose(sigmoid(-x), 1 - sigmoid(x), rtol=0, atol=2 * eps)
    np.testing.assert_array_equal(tanh(-x), -tanh(x))
    np.testing.assert_array_equal(sigmoid_grad(-x), sigmoid_grad(x))
    np.testing.assert_allclose(sigmoid_grad(x), sigmoid(x) * (1 - sigmoid(x)), rtol=0, atol=2 * eps)
    np.testing.assert_array_equal(relu(x) - relu(-x), x)
    np.testing.assert_array_equal(step_function(x), relu_grad(x))
    assert (relu(x) * relu(-x) == 0).all()
    np.testing.assert_allclose(softmax(x).sum(axis=-1), 1, rtol=0, atol=8 * eps)


@given(x=arrays(np.float64, (3, 4), largest=1e3), shift=st.floats(-1e3, 1e3), order=st.permutations(range(4)))
def test_laws_of_softmax(x, shift, order):
    y = softmax(x)
    np.testing.assert_allclose(softmax(x + shift), y, rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(softmax(x[:, order]), y[:, order], rtol=1e-12)
    np.testing.assert_allclose(np.stack([softmax(row) for row in x]), y, rtol=1e-15)
    assert (np.diff(np.take_along_axis(y, np.argsort(x, axis=1), axis=1)) >= 0).all()
    difference = x[:, :1] - x[:, 1:2]
    np.testing.assert_allclose(
        softmax(x[:, :2])[:, :1], sigmoid(difference), rtol=1e-12, err_msg="of two classes, softmax is a sigmoid"
    )


@given(x=arrays(np.float64, (20,), largest=50))
def test_all_rise(x):
    x = np.sort(x)
    for function in (sigmoid, tanh, relu, step_function):
        assert (np.diff(function(x)) >= 0).all()


# Against PyTorch


@pytest.mark.parametrize("dtype", FLOATS)
def test_against_pytorch(dtype):
    torch = need("torch")
    rng = np.random.default_rng(1)
    x, dout = rng.normal(scale=3, size=(2, 40, 5)).astype(dtype)
    tensor = torch.from_numpy(x).requires_grad_()
    tolerance = {"rtol": 50 * np.finfo(dtype).eps, "atol": 5 * np.finfo(dtype).eps}
    for function, gradient, theirs in (
        (sigmoid, sigmoid_grad, torch.sigmoid), (tanh, tanh_grad, torch.tanh), (relu, relu_grad, torch.relu),
    ):  # fmt: skip
        out = theirs(tensor)
        np.testing.assert_allclose(function(x), out.detach().numpy(), **tolerance)
        (expected,) = torch.autograd.grad(out, tensor, torch.from_numpy(dout))
        np.testing.assert_allclose(dout * gradient(x), expected.numpy(), **tolerance)
    np.testing.assert_allclose(softmax(x), torch.softmax(tensor, dim=-1).detach().numpy(), **tolerance)


# one_hot


def test_one_hot():
    found = one_hot([2, 0], 3)
    assert found.dtype == np.float32 and found.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(1, 3, int).tolist() == [0, 1, 0]
    assert one_hot(np.array([[1], [0]], np.uint8), 2, np.float64).tolist() == [[[0, 1]], [[1, 0]]]
    assert one_hot(np.zeros(0, int), 3).shape == (0, 3)
    assert one_hot([0], np.int64(1)).tolist() == [[1]]
    found[:] = 5  # each result is its own
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_one_hot_refuses_what_is_no_class():
    with refuses(ValueError, "one_hot: labels run from 0 to 3, expected 0 to 2"):
        one_hot([0, 3], 3)
    with refuses(ValueError, "one_hot: labels run from -1 to 0, expected 0 to 2"):
        one_hot([0, -1], 3)
    with refuses(TypeError, "one_hot: labels have dtype float64, expected integers"):
        one_hot([0.0], 3)
    with refuses(TypeError, "one_hot: labels have dtype bool, expected integers"):
        one_hot([True], 3)
    for wrong in (0, -1, 2.0, "3", None):
        with refuses(ValueError, f"one_hot: num_classes is {wrong!r}, expected a whole number ≥ 1"):
            one_hot([0], wrong)
