"""initializers: the standard deviations by hand and as measured, and what they do to a signal on its way."""

import math

import numpy as np
import pytest

from dlcourse.functions import relu, tanh
from dlcourse.initializers import fan_in, he, initial_std, normal, xavier


@pytest.mark.parametrize(
    ("shape", "inputs"), [((784, 50), 784), ((50, 784), 50), ((30, 1, 5, 5), 25), ((16, 8, 3, 2), 48), ([4, 2], 4)]
)
def test_fan_in(shape, inputs):
    assert fan_in(shape) == inputs


@pytest.mark.parametrize(
    ("rule", "inputs", "std"),
    [
        ("xavier", 100, 0.1), ("sigmoid", 25, 0.2), ("tanh", 1, 1), ("he", 50, 0.2), ("relu", 2, 1),
        ("Xavier", 100, 0.1), ("He", 50, 0.2), ("ReLU", 2, 1), (0.01, 100, 0.01), (0, 100, 0), (3, 1, 3),
        (np.float32(0.5), 4, 0.5),
    ],
)  # fmt: skip
def test_initial_std(rule, inputs, std):
    found = initial_std(rule, inputs)
    assert found == pytest.approx(std)
    assert type(found) is float


def test_the_two_rules_differ_by_the_half_that_relu_throws_away():
    assert initial_std("he", 7) == pytest.approx(math.sqrt(2) * initial_std("xavier", 7))


@pytest.mark.parametrize(
    ("make", "std"),
    [
        (lambda rng: normal((400, 500), rng=rng), 0.01),
        (lambda rng: normal((400, 500), 3.0, rng), 3),
        (lambda rng: xavier((400, 500), rng), math.sqrt(1 / 400)),
        (lambda rng: he((400, 500), rng), math.sqrt(2 / 400)),
        (lambda rng: xavier((200, 10, 10, 10), rng), math.sqrt(1 / 1000)),
        (lambda rng: he((200, 10, 10, 10), rng), math.sqrt(2 / 1000)),
    ],
    ids=["normal", "normal of 3", "xavier", "he", "xavier of filters", "he of filters"],
)
def test_mean_and_spread_as_measured(make, std):
    # 200,000 numbers: the standard error of the spread is 1/630 of it
    W = make(0)
    assert W.std() == pytest.approx(std, rel=0.01)
    assert abs(W.mean()) < 0.01 * std
    # about 68 % lie within one standard deviation, 95 % within two: normal, not uniform
    assert np.mean(np.abs(W) < std) == pytest.approx(0.683, abs=0.005)
    assert np.mean(np.abs(W) < 2 * std) == pytest.approx(0.954, abs=0.005)
    assert W.dtype == np.float32
    np.testing.assert_array_equal(W, make(0))
    np.testing.assert_array_equal(W, make(np.random.default_rng(0)))
    assert not np.array_equal(W, make(1))


@pytest.mark.parametrize("make", [normal, xavier, he])
def test_shape_and_dtype(make):
    for dtype in (np.float32, np.float64, "float16"):
        W = make((3, 4), rng=0, dtype=dtype)
        assert W.shape == (3, 4)
        assert W.dtype == dtype
    np.testing.assert_allclose(make((3, 4), rng=0), make((3, 4), rng=0, dtype=np.float64), rtol=1e-6)


def test_a_spread_of_zero_makes_all_weights_equal():
    np.testing.assert_array_equal(normal((3, 4), 0.0), np.zeros((3, 4)))


@pytest.mark.parametrize(("activation", "right", "wrong"), [(relu, he, 0.01), (tanh, xavier, 0.01)])
def test_the_right_spread_keeps_signals_alive_through_ten_layers(activation, right, wrong):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 300))
    alive, dead = x, x
    for _ in range(10):
        alive = activation(alive @ right((300, 300), rng))
        dead = activation(dead @ normal((300, 300), wrong, rng))
    assert 0.2 < alive.std() < 2
    assert dead.std() < 1e-3 * alive.std()


@pytest.mark.parametrize("std", [-0.1, math.nan, math.inf, None, "0.1"])
def test_normal_refuses_a_spread_that_is_none(std):
    with pytest.raises(ValueError, match="^normal: std is .*, expected a finite number ≥ 0"):
        normal((2, 3), std)


@pytest.mark.parametrize("make", [normal, xavier, he])
@pytest.mark.parametrize("dtype", ["int32", "bool", "complex128"])
def test_weights_are_floats(make, dtype):
    with pytest.raises(TypeError, match=f"^normal: dtype is {dtype}, expected floats"):
        make((2, 3), dtype=dtype)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (1, 2, 3, 4, 5), (), 5])
@pytest.mark.parametrize("function", [fan_in, xavier, he])
def test_a_shape_that_has_no_inputs(function, shape):
    with pytest.raises(ValueError, match=r"^fan_in: shape is .*, expected \(D, M\) or \(F, C, height, width\)"):
        function(shape)


@pytest.mark.parametrize("function", [xavier, he])
def test_no_inputs_at_all(function):
    with pytest.raises(ValueError, match="^initial_std: inputs is 0, expected ≥ 1"):
        function((0, 5))


@pytest.mark.parametrize("rule", [-0.01, math.nan, math.inf, None, [0.1]])
def test_initial_std_refuses_numbers_that_are_none(rule):
    with pytest.raises(ValueError, match="^initial_std: rule is .*, expected a finite number ≥ 0, 'xavier' or 'he'"):
        initial_std(rule, 10)


def test_initial_std_refuses_an_unknown_rule():
    with pytest.raises(ValueError, match="^initial_std: rule is 'glorot', expected a number, 'xavier' or 'he'"):
        initial_std("glorot", 10)
    assert initial_std("he", 1) == pytest.approx(math.sqrt(2))
    with pytest.raises(ValueError, match="inputs is 0"):
        initial_std("he", 0)
