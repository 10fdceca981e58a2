"""Gradients by differences: known slopes, what the notes' version broke, and a judge that can say no."""

import inspect
import math

import numpy as np
import pytest
from common import refuses
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse.convolution import MaxPooling
from dlcourse.gradients import GradientCheck, check_gradient, gradient_descent, numerical_gradient, relative_error


def bowl(x):
    """The book's function: the sum of the squares."""
    return np.sum(x**2)


# numerical_gradient


@pytest.mark.parametrize(
    ("x", "expected"), [((3.0, 4.0), (6, 8)), ((0.0, 2.0), (0, 4)), ((3.0, 0.0), (6, 0))], ids=str
)
def test_the_books_three_points(x, expected):
    np.testing.assert_allclose(numerical_gradient(bowl, np.array(x)), expected, rtol=1e-10, atol=1e-10)


def test_a_polynomial_has_the_error_that_theory_says():
    # (x + h)³ - (x - h)³ = 6 x² h + 2 h³: central differences of a cube are 3 x² + h².
    for h in (1e-1, 1e-2):
        found = numerical_gradient(lambda x: float(x[0] ** 3), np.array([2.0]), h)
        assert found[0] == pytest.approx(12 + h**2, abs=1e-11)
    default = inspect.signature(numerical_gradient).parameters["h"].default
    assert default == inspect.signature(check_gradient).parameters["h"].default == 1e-4


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (3, 2), (2, 1, 2, 2)], ids=str)
def test_any_shape(shape):
    # The notes' version moved whole rows of a 2-D array.
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=shape), rng.normal(size=shape)
    found = numerical_gradient(lambda x: float(np.sum(weights * np.sin(x))), np.asarray(x))
    assert isinstance(found, np.ndarray) and found.shape == shape and found.dtype == np.float64
    np.testing.assert_allclose(found, weights * np.cos(x), rtol=1e-7)


def test_views_are_moved_in_place():
    base = np.arange(24.0).reshape(2, 3, 4)
    for view in (base[:, ::2, 1:3], base.T, np.asfortranarray(base)):
        np.testing.assert_allclose(numerical_gradient(bowl, view), 2 * view, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(base, np.arange(24.0).reshape(2, 3, 4))


def test_f_may_read_x_from_elsewhere():
    # As in the notes' loss_W = lambda W: self.loss(x, t)
    W = np.array([[1.0, -2.0], [0.5, 3.0]])
    np.testing.assert_allclose(numerical_gradient(lambda _: bowl(W), W), 2 * W, rtol=1e-9)


@pytest.mark.parametrize("fails_at", range(1, 9))
def test_x_is_restored_also_when_f_raises(fails_at):
    x = np.array([[0.1, 0.2], [0.3, 1e10]])  # 1e10 + h - h is not 1e10: it must be put back, not moved back
    before, calls = x.copy(), 0

    def f(x):
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise ZeroDivisionError
        return bowl(x)

    for check in (lambda: numerical_gradient(f, x), lambda: check_gradient(f, x, x)):
        calls = 0
        with pytest.raises(ZeroDivisionError):
            check()
        assert (x == before).all()
    calls = 100
    numerical_gradient(f, x)
    assert (x == before).all()


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_integers_are_refused(dtype):
    # The notes' version gives wrong slopes for them, silently.
    message = (
        f"x has dtype {np.dtype(dtype)}, expected floats; integers cannot move by h = 0.0001 (write x.astype(float))"
    )
    with refuses(TypeError, f"numerical_gradient: {message}"):
        numerical_gradient(bowl, np.array([3, 4]).astype(dtype))
    with refuses(TypeError, f"check_gradient: {message}"):
        check_gradient(bowl, np.array([3, 4]).astype(dtype), np.array([6, 8]))


def test_float32_gives_about_three_digits():
    x = np.array([0.3, -0.7], np.float32)
    found = numerical_gradient(lambda x: float(np.sum(np.sin(x))), x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.cos(x), rtol=1e-2)


@pytest.mark.parametrize("number", [float, np.float64, np.float32, np.array, int], ids=lambda number: number.__name__)
def test_f_may_give_any_kind_of_number(number):
    found = numerical_gradient(lambda x: number(3.0 * x[0]), np.array([1.0]), 1.0)
    assert found.tolist() == [3.0]


def test_unsigned_values_of_f_do_not_wrap_around():
    found = numerical_gradient(lambda x: np.uint8(10 - 3 * x[0]), np.array([1.0]), 1.0)
    assert found.tolist() == [-3.0]


def test_bad_input():
    x = np.array([1.0, 2.0])
    for name, call in (
        ("numerical_gradient", lambda x, **more: numerical_gradient(bowl, x, **more)),
        ("check_gradient", lambda x, **more: check_gradient(bowl, x, np.array([2.0, 4.0]), **more)),
    ):
        with refuses(TypeError, f"{name}: x is a list, expected a NumPy array of floats"):
            call([1.0, 2.0])
        for h in (0, -1e-4, math.nan, math.inf):
            with refuses(ValueError, f"{name}: h is {h}, expected a finite number > 0"):
                call(x, h=h)
        fixed = x.copy()
        fixed.flags.writeable = False
        with refuses(ValueError, f"{name}: x is read-only, and its entries must be moved; pass x.copy()"):
            call(fixed)
    with refuses(TypeError, "f gave float64 of shape (2,), expected a single number"):
        numerical_gradient(lambda x: x**2, x)
    with refuses(TypeError, "f gave float64 of shape (1,), expected a single number"):
        numerical_gradient(lambda x: x**2, x[:1])
    with refuses(TypeError, "f gave object of shape (), expected a single number"):
        numerical_gradient(lambda x: None, x)
    with refuses(TypeError, "f gave complex128 of shape (), expected a single number"):
        numerical_gradient(lambda x: 1j * x[0], x)
    assert x.tolist() == [1.0, 2.0]


# gradient_descent


def test_the_books_descent():
    found = gradient_descent(bowl, np.array([-3.0, 4.0]), lr=0.1, step_num=100)
    np.testing.assert_allclose(found, np.array([-3, 4]) * 0.8**100, rtol=1e-5)


def test_defaults():
    np.testing.assert_allclose(gradient_descent(bowl, [1.0]), [0.98**100], rtol=1e-8)


def test_learning_rates_too_small_and_too_large():
    np.testing.assert_allclose(gradient_descent(bowl, [-3.0, 4.0], lr=1e-10), [-3, 4], rtol=1e-7)
    assert np.abs(gradient_descent(bowl, [-3.0, 4.0], lr=10.0, step_num=5)).min() > 1e6


def test_init_x_is_not_touched():
    # The notes' version walked on the caller's own array.
    for init_x in (np.array([-3.0, 4.0]), np.array([-3, 4]), np.array([-3, 4], np.float32)):
        before = init_x.copy()
        found, path = gradient_descent(bowl, init_x, lr=0.1, step_num=3, return_path=True)
        assert (init_x == before).all() and init_x.dtype == before.dtype
        assert found.dtype == path.dtype == np.float64
        assert not np.shares_memory(found, init_x) and not np.shares_memory(path[0], init_x)


def test_the_path_has_every_point():
    x, path = gradient_descent(bowl, [[1.0, -2.0]], lr=0.25, step_num=3, gradient=lambda x: 2 * x, return_path=True)
    np.testing.assert_array_equal(path, [[[1, -2]], [[0.5, -1]], [[0.25, -0.5]], [[0.125, -0.25]]])
    np.testing.assert_array_equal(x, path[-1])
    x[:] = 9
    assert path[-1, 0, 0] == 0.125  # the path is its own
    x, path = gradient_descent(bowl, [1.0], step_num=0, return_path=True)
    assert (x.tolist(), path.tolist()) == ([1.0], [[1.0]])


def test_the_gradient_given_is_used():
    assert gradient_descent(None, [1.0], lr=0.5, step_num=2, gradient=lambda x: np.ones(1)).tolist() == [0.0]
    assert gradient_descent(None, [1.0], lr=0.5, step_num=2, gradient=lambda x: [1.0]).tolist() == [0.0]


def test_bad_input_to_the_descent():
    for lr in (0, -0.1, math.nan, math.inf):
        with refuses(ValueError, f"gradient_descent: lr is {lr}, expected a finite number > 0"):
            gradient_descent(bowl, [1.0], lr=lr)
    for step_num in (-1, 10.0, "10", None):
        with refuses(ValueError, f"gradient_descent: step_num is {step_num!r}, expected a whole number ≥ 0"):
            gradient_descent(bowl, [1.0], step_num=step_num)
    with refuses(TypeError, "gradient_descent: init_x has dtype <U1, expected real numbers"):
        gradient_descent(bowl, ["a"])
    with refuses(ValueError, "gradient_descent: gradient gave shape (2,), x has (2, 2)"):
        gradient_descent(bowl, np.eye(2), gradient=lambda x: 2 * x[0])
    with refuses(ValueError, "gradient_descent: gradient gave shape (), x has (1,)"):
        gradient_descent(bowl, [1.0], gradient=lambda x: 2.0)


# check_gradient


def weighted(x):
    return float(np.sum(np.arange(1, x.size + 1).reshape(x.shape) * np.sin(x)))


def slopes(x):
    return np.arange(1, x.size + 1).reshape(x.shape) * np.cos(x)


def test_a_right_gradient_passes():
    x = np.random.default_rng(0).normal(size=(3, 4))
    found = check_gradient(weighted, x, slopes(x))
    assert isinstance(found, GradientCheck)
    assert found.relative_error < 1e-7
    assert found.checked == 12
    assert found.given == slopes(x)[found.index]
    assert found.numerical == pytest.approx(found.given, rel=1e-6)
    errors = relative_error(numerical_gradient(weighted, x), slopes(x))
    assert found.index == np.unravel_index(np.argmax(errors), (3, 4))


WRONG = [lambda g: -g, lambda g: 2 * g, lambda g: 0 * g, lambda g: g * 1.001, lambda g: g * np.nan]


@pytest.mark.parametrize("index", list(np.ndindex(2, 3)), ids=str)
@pytest.mark.parametrize("wrong", WRONG)
def test_one_wrong_entry_is_found(index, wrong):
    x = np.random.default_rng(1).normal(size=(2, 3))
    grad = slopes(x)
    grad[index] = wrong(grad[index])
    found = check_gradient(weighted, x, grad)
    assert found.relative_error > 4e-4
    assert found.index == index and all(type(i) is int for i in found.index)
    assert found.numerical == pytest.approx(slopes(x)[index], rel=1e-6)
    np.testing.assert_equal(found.given, grad[index])


def test_a_wrong_gradient_of_zeros_is_found():
    assert check_gradient(weighted, np.ones(3), np.zeros(3)).relative_error == pytest.approx(1)


def test_the_error_in_figures():
    found = check_gradient(lambda x: float(3 * x[0]), np.array([1.0]), np.array([1.0]))
    assert found.relative_error == pytest.approx(0.5)  # |1 - 3| / (1 + 3)
    assert (found.index, found.given, found.checked) == ((0,), 1.0, 1)


def test_some_entries_are_drawn_without_replacement():
    x, moved = np.arange(1.0, 21.0).reshape(4, 5), []

    def f(x):
        moved.append(x.copy())
        return weighted(x)

    found = check_gradient(f, x, slopes(x), samples=7, rng=0)
    touched = [tuple(i) for i in np.argwhere(np.any([point != x for point in moved], axis=0))]
    assert found.checked == len(touched) == 7
    assert found.index in touched
    again = check_gradient(f, x, slopes(x), samples=7, rng=np.random.default_rng(0))
    assert again == found
    moved.clear()
    check_gradient(f, x, slopes(x), samples=7, rng=1)
    assert touched != [tuple(i) for i in np.argwhere(np.any([point != x for point in moved], axis=0))]
    assert check_gradient(f, x, slopes(x), samples=100).checked == 20
    assert check_gradient(f, x, slopes(x), samples=np.int64(1)).checked == 1


def test_a_check_of_zeros_is_refused_unless_allowed():
    message = "check_gradient: f does not change with any entry compared; a check of zeros proves nothing"
    for flat in (lambda x: 5.0, lambda x: 0.0):
        with refuses(ValueError, message):
            check_gradient(flat, np.ones(3), np.zeros(3))
    # Rounding is no change either: here it is 1e-11, after the division by 2h.
    noise = iter(range(100))
    with refuses(ValueError, message):
        check_gradient(lambda x: 1.0 + 1e-15 * (-1) ** next(noise), np.ones(3), np.zeros(3), h=1e-4)
    found = check_gradient(lambda x: 5.0, np.ones(3), np.zeros(3), allow_zeros=True)
    assert (found.relative_error, found.numerical, found.checked) == (0.0, 0.0, 3)
    assert check_gradient(lambda x: 5.0, np.ones(3), np.array([0, 0, 0.1]), allow_zeros=True).relative_error == 1
    # One entry that counts is enough.
    assert check_gradient(lambda x: float(x[1]), np.ones(3), np.array([0.0, 1.0, 0.0])).relative_error < 1e-6


def test_a_kink_within_h_is_not_taken_for_a_wrong_gradient():
    x = np.array([-2.0, -3e-5, 3e-5, 2.0])
    right = (x > 0).astype(float)

    def relu(x):
        return float(np.maximum(x, 0).sum())

    assert numerical_gradient(relu, x) == pytest.approx([0, 0.35, 0.65, 1])
    found = check_gradient(relu, x, right)
    assert found.relative_error < 1e-6 and found.numerical == pytest.approx(found.given, abs=1e-6)
    # A mistake is still found.
    for wrong in (1 - right, [0, 0, 0, 1], [0, 1, 1, 1], 0.5 * right, right + [0, 0.01, 0, 0]):
        assert check_gradient(relu, x, np.asarray(wrong)).relative_error > 0.3
    # Looked at from nearer, rounding weighs more, and a mistake against it less: here errors are measured against 2.2e-3,
    # from nearer against 0.22. That must not make little of a mistake.
    for size in (1e-4, 1e-5, 1e-6):
        found = [check_gradient(lambda x: 100 + size * float(x[0]), np.ones(1), np.array([k * size])) for k in (1, 2)]
        assert found[0].relative_error < 1e-6 and found[1].relative_error > 0.3 * size / 2.2e-3, size
    # At the kink itself there is no slope that differences could find.
    assert check_gradient(relu, np.array([0.0, 1.0]), np.array([0.0, 1.0])).relative_error == pytest.approx(1)


def summed_relu(x):
    return float(np.maximum(x, 0).sum())


@pytest.mark.parametrize(
    ("f", "x", "grad", "sides"),
    [
        (summed_relu, [0.0, 1.0], [0.0, 1.0], "0 to the left and 1 to the right"),
        (summed_relu, [0.0, 1.0], [1.0, 1.0], "0 to the left and 1 to the right"),
        (lambda x: float(np.max(x)), [3.0, 3.0], [1.0, 0.0], "0 to the left and 1 to the right"),
        (lambda x: 100 + float(np.abs(x).sum()), [0.0, 2.0], [1.0, 1.0], "-1 to the left and 1 to the right"),
    ],
)
def test_at_a_kink_the_result_says_so(f, x, grad, sides):
    found = check_gradient(f, np.array(x), np.array(grad))
    assert found.relative_error > 0.3
    assert f"f has a kink at {found.index}: its slope is {sides}" in found.note and found.note in repr(found)


def test_at_a_pooling_of_equal_pixels_the_result_says_so():
    x, dout, pool = np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)), MaxPooling(2, 2)
    pool.forward(x)
    assert "has a kink" in check_gradient(lambda x: float(pool.forward(x).sum()), x, pool.backward(dout)).note


@pytest.mark.parametrize(
    ("f", "x", "grad"),
    [
        (bowl, [0.0, 1.0], [0.5, 2.0]),  # the bottom: one slope to the left, another to the right, and no kink
        (lambda x: float(np.exp(x).sum()), [0.0, 3.0], [2.0, 3.0]),
        (lambda x: float(np.sin(1e3 * x).sum()), [0.1, 0.2], [1.0, 1.0]),
        (summed_relu, [-1.0, 1.0], [1.0, 1.0]),
        (lambda x: 1e6 + float(x.sum()), [1.0, 1.0], [2.0, 2.0]),
    ],
)
def test_a_wrong_gradient_where_f_is_smooth_is_not_excused(f, x, grad):
    found = check_gradient(f, np.array(x), np.array(grad))
    assert found.relative_error > 0.02 and found.note == "" and "note" not in repr(found)


def test_in_float32_the_result_says_so():
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(4, 3)).astype(np.float32), rng.normal(size=(5, 4)).astype(np.float32)

    def f(W):
        return np.sum((x @ W) ** 2)

    right = 2 * x.T @ (x @ W)
    found = check_gradient(f, W, right)
    assert found.relative_error > 1e-6
    assert "x is float32" in found.note and "is no larger, and shows nothing; check with float64" in found.note
    assert "is larger than that" in check_gradient(f, W, -right).note
    x = x.astype(np.float64)
    assert check_gradient(f, W.astype(np.float64), 2 * x.T @ (x @ W)).note == ""


def test_the_point_is_as_it_was_also_after_a_note():
    x = np.array([0.0, 1.0])
    check_gradient(summed_relu, x, np.array([0.0, 1.0]))
    assert x.tolist() == [0, 1]


def test_rounding_is_not_taken_for_a_wrong_gradient():
    # A gradient of 1e-8 beside a value of 100: differences hold it to about 1e-10.
    def f(x):
        return 100 + 1e-8 * float(x[0])

    assert check_gradient(f, np.ones(1), np.array([1e-8]), allow_zeros=True).relative_error < 1e-5
    assert check_gradient(f, np.ones(1), np.array([0.1]), allow_zeros=True).relative_error > 1e-5


def test_integers_may_be_the_gradient_given():
    assert check_gradient(bowl, np.array([1.0, 2.0]), [2, 4]).relative_error < 1e-6


def test_bad_input_to_the_check():
    x = np.ones((2, 3))
    for shape in ((3, 2), (6,), ()):
        with refuses(
            ValueError, f"check_gradient: grad has shape {shape}, x has (2, 3); expected the same, not empty"
        ):
            check_gradient(bowl, x, np.zeros(shape))
    with refuses(ValueError, "check_gradient: grad has shape (0,), x has (0,); expected the same, not empty"):
        check_gradient(bowl, np.ones(0), np.ones(0))
    with refuses(TypeError, "check_gradient: grad has dtype <U1, expected real numbers"):
        check_gradient(bowl, np.ones(1), np.array(["a"]))
    for samples in (0, -1, 2.0, "2"):
        with refuses(ValueError, f"check_gradient: samples is {samples!r}, expected a whole number ≥ 1"):
            check_gradient(bowl, x, 2 * x, samples=samples)
    with refuses(TypeError, "f gave float64 of shape (2, 3), expected a single number"):
        check_gradient(lambda x: x, x, x)


# relative_error


def test_relative_error_by_hand():
    np.testing.assert_allclose(relative_error([1.0, 2.0, 3.0, -4.0], [1.0, 6.0, -3.0, -4.0]), [0, 0.5, 1, 0])
    assert relative_error(3, 1) == 0.5
    assert relative_error(1e-30, 3e-30) == pytest.approx(0.5)
    # All count as float64: int8 has no 128, so that |-128| would be -128.
    smallest = np.array([-128], np.int8)
    assert relative_error(smallest, [0.0]).tolist() == relative_error([0.0], smallest).tolist() == [1]
    assert relative_error(np.array([1], np.uint8), np.array([3], np.uint8)).tolist() == [0.5]
    assert relative_error(np.array([True]), np.array([False])).tolist() == [1]
    assert relative_error(np.float32([1]), np.float32([1])).dtype == np.float64
    assert relative_error(np.zeros(2), np.zeros(2)).tolist() == [0, 0]
    assert relative_error(np.zeros(0), np.zeros(0)).shape == (0,)


def test_small_entries_are_measured_against_a_thousandth_of_the_largest():
    # The largest |given| + |expected| is 2000, so a difference of 0.1 beside 0 counts 0.1 / 2.
    np.testing.assert_allclose(relative_error([1000.0, 0.1, 4.0], [1000.0, 0.0, 2.0]), [0, 0.05, 1 / 3])
    np.testing.assert_allclose(relative_error([1000.0, 0.1, 4.0], [1000.0, 0.0, 2.0], floor=10.0), [0, 0.01, 0.2])


def test_what_is_not_finite_is_infinitely_wrong_and_nothing_else_is():
    for bad in (np.nan, np.inf, -np.inf):
        assert relative_error([1.0, bad, 2.0], [1.0, 1.0, 6.0]).tolist() == [0, np.inf, 0.5]
        assert relative_error([1.0, 1.0, 2.0], [1.0, bad, 6.0]).tolist() == [0, np.inf, 0.5]
        assert relative_error([bad], [bad]).tolist() == [np.inf]


def test_shapes_must_agree():
    with refuses(ValueError, "relative_error: given has shape (3,), expected (3, 3); they must agree"):
        relative_error(np.zeros(3), np.zeros((3, 3)))


@settings(max_examples=50)
@given(
    x=hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=st.floats(-3, 3)),
    power=st.integers(1, 4),
)
def test_the_gradient_of_any_polynomial(x, power):
    found = numerical_gradient(lambda x: float(np.sum(x**power)), x)
    np.testing.assert_allclose(found, power * x ** (power - 1), rtol=1e-6, atol=1e-6)
