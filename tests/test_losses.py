"""Losses, by hand, by their laws, and against PyTorch."""

import math

import numpy as np
import pytest
from common import refuses
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import need

from dlcourse.functions import one_hot, softmax
from dlcourse.losses import LOG_FLOOR, check_targets, cross_entropy_error, mean_squared_error, sum_squared_error

# The book's example: ten scores for a picture of a 2, once sure of the 2 and once sure of a 7.
SURE_OF_2 = [0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0]
SURE_OF_7 = [0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0]
TWO = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]

LOSSES = [mean_squared_error, sum_squared_error, cross_entropy_error]
of_each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


# By hand


@pytest.mark.parametrize(("y", "expected"), [(SURE_OF_2, 0.0975), (SURE_OF_7, 0.5975)])
def test_sum_squared_error_of_the_books_example(y, expected):
    assert sum_squared_error(y, TWO) == pytest.approx(expected, abs=1e-15)
    assert sum_squared_error(y, 2) == pytest.approx(expected, abs=1e-15)
    assert mean_squared_error(y, TWO) == pytest.approx(2 * expected / 10, abs=1e-15)


@pytest.mark.parametrize(("y", "expected"), [(SURE_OF_2, -math.log(0.6)), (SURE_OF_7, -math.log(0.1))])
def test_cross_entropy_of_the_books_example(y, expected):
    assert cross_entropy_error(y, 2) == pytest.approx(expected, abs=1e-15)
    assert cross_entropy_error(y, TWO) == pytest.approx(expected, abs=1e-15)
    assert cross_entropy_error(SURE_OF_2, 2) == pytest.approx(0.510825623765990, abs=1e-14)


def test_a_batch_gives_the_mean_over_its_samples():
    y, labels = np.array([SURE_OF_2, SURE_OF_7]), np.array([2, 2])
    assert cross_entropy_error(y, labels) == pytest.approx(-(math.log(0.6) + math.log(0.1)) / 2, abs=1e-15)
    assert cross_entropy_error(y, [TWO, TWO]) == pytest.approx(-(math.log(0.6) + math.log(0.1)) / 2, abs=1e-15)
    assert sum_squared_error(y, labels) == pytest.approx((0.0975 + 0.5975) / 2, abs=1e-15)
    assert sum_squared_error(y, [TWO, TWO]) == pytest.approx((0.0975 + 0.5975) / 2, abs=1e-15)
    assert mean_squared_error(y, labels) == pytest.approx((0.0975 + 0.5975) / 10, abs=1e-15)


def test_squared_errors_take_any_values_as_targets():
    y, t = [[1.0, 2.0, 3.0]], [[0.0, 4.0, -1.0]]  # differences 1, -2, 4: squares 1, 4, 16
    assert mean_squared_error(y, t) == 7.0
    assert sum_squared_error(y, t) == 10.5


def test_cross_entropy_takes_probabilities_as_targets():
    expected = -(0.25 * math.log(0.5) + 0.75 * math.log(0.2))
    assert cross_entropy_error([0.5, 0.2, 0.3], [0.25, 0.75, 0.0]) == pytest.approx(expected, abs=1e-15)


# What the notes' version got wrong


def test_the_log_of_zero_is_cut_off():
    worst = -math.log(1e-7)
    assert LOG_FLOOR == 1e-7
    assert cross_entropy_error([1.0, 0.0], 1) == pytest.approx(worst, abs=1e-12)
    assert cross_entropy_error([1.0, 0.0], [0, 1]) == pytest.approx(worst, abs=1e-12)
    assert worst == pytest.approx(16.118, abs=1e-3)
    # A probability above the floor counts as it is.
    assert cross_entropy_error([1.0, 2e-7], 1) == pytest.approx(-math.log(2e-7), abs=1e-12)


@pytest.mark.parametrize("t", [0, [1, 0]])
@pytest.mark.parametrize("y", [[1.0, 0.0], [1.000009, 0.0]])
def test_a_perfect_answer_costs_nothing_and_never_less(y, t):
    loss = cross_entropy_error(y, t)
    assert (loss, math.copysign(1, loss)) == (0.0, 1.0)  # not -0.0, which would be printed


def test_one_label_for_a_batch_of_one_is_a_label():
    # (1, K) against (1,): the notes' version guessed by sizes, and (1, 1) against (1,) fitted both ways.
    assert cross_entropy_error(np.array([SURE_OF_2]), np.array([2])) == pytest.approx(-math.log(0.6), abs=1e-15)
    assert cross_entropy_error(np.array([[1.0]]), np.array([0])) == 0.0


def test_as_many_samples_as_classes_are_told_apart_by_dimensions():
    y = np.array([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375], [0.25, 0.25, 0.5]])
    labels = np.array([1, 0, 1])  # three labels for three samples of three classes
    expected = -(math.log(0.25) + math.log(0.125) + math.log(0.25)) / 3
    assert cross_entropy_error(y, labels) == pytest.approx(expected, abs=1e-15)
    assert cross_entropy_error(y[1], [0, 1, 0]) == pytest.approx(math.log(2), abs=1e-15)  # one sample, one-hot


@of_each_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.float32])
def test_whole_numbers_do_not_wrap_around(loss, dtype):
    y, t = np.array([[0, 1], [1, 0]], dtype), np.array([[0, 1], [0, 1]], dtype)
    expected = {"mean_squared_error": 0.5, "sum_squared_error": 0.5, "cross_entropy_error": -math.log(1e-7) / 2}
    assert loss(y, t) == pytest.approx(expected[loss.__name__], rel=1e-6)
    assert loss(y, np.array([1, 1])) == pytest.approx(expected[loss.__name__], rel=1e-6)


@of_each_loss
def test_a_python_float_comes_out_and_nothing_given_is_changed(loss):
    for dtype in (np.float32, np.float64):
        y, t = np.array([SURE_OF_2, SURE_OF_7], dtype), np.array([TWO, TWO], dtype)
        before = y.copy(), t.copy()
        assert type(loss(y, t)) is float
        assert (y == before[0]).all() and (t == before[1]).all()


# Laws


def scores(dtype=np.float64, largest=None):
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6)
    largest = float(np.finfo(dtype).max) if largest is None else largest
    width = np.dtype(dtype).itemsize * 8
    return hnp.arrays(dtype, shapes, elements=st.floats(-largest, largest, width=width))


@given(x=st.one_of(scores(), scores(np.float32)), data=st.data())
def test_any_finite_scores_give_a_loss_that_is_not_negative(x, data):
    y = softmax(x)
    labels = np.array(data.draw(st.lists(st.integers(0, x.shape[1] - 1), min_size=len(x), max_size=len(x))))
    order = np.array(data.draw(st.permutations(range(len(x)))))
    hot = one_hot(labels, x.shape[1])
    for loss in LOSSES:
        found = loss(y, labels)
        assert 0 <= found < np.inf
        assert loss(y, hot) == pytest.approx(found, rel=1e-5, abs=1e-12)
        assert loss(y[order], labels[order]) == pytest.approx(found, rel=1e-5, abs=1e-12)
        assert loss(y[0], int(labels[0])) == pytest.approx(loss(y[:1], labels[:1]), rel=1e-12)
        assert loss(y[0], hot[0]) == pytest.approx(loss(y[:1], hot[:1]), rel=1e-12)


@given(y=st.one_of(scores(), scores(np.float32)))
def test_squared_errors_of_any_finite_values_warn_of_nothing(y):
    for loss in (mean_squared_error, sum_squared_error):
        assert 0 <= loss(y, -y[::-1]) <= np.inf
        assert loss(y, y) == 0


def test_a_loss_beyond_the_largest_float_is_infinite():
    assert mean_squared_error([1e308, 0.0], [0.0, 0.0]) == np.inf
    assert sum_squared_error([1e308, 0.0], [-1e308, 0.0]) == np.inf


# Against PyTorch


def test_against_pytorch():
    torch = need("torch")
    functional = torch.nn.functional
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(7, 5)), rng.integers(5, size=7)
    y, soft = softmax(x), softmax(rng.normal(size=(7, 5)))
    tensor, targets = torch.from_numpy(x), torch.from_numpy(labels)
    assert cross_entropy_error(y, labels) == pytest.approx(functional.cross_entropy(tensor, targets).item(), rel=1e-12)
    expected = functional.cross_entropy(tensor, torch.from_numpy(soft)).item()
    assert cross_entropy_error(y, soft) == pytest.approx(expected, rel=1e-12)
    expected = functional.mse_loss(torch.from_numpy(y), torch.from_numpy(soft)).item()
    assert mean_squared_error(y, soft) == pytest.approx(expected, rel=1e-12)
    assert sum_squared_error(y, soft) == pytest.approx(expected * 5 / 2, rel=1e-12)


# Bad input


@of_each_loss
def test_shapes_that_do_not_fit_are_refused(loss):
    y, name = np.full((2, 3), 1 / 3), loss.__name__
    with refuses(ValueError, f"{name}: t has shape (3,), expected labels (2,) or one-hot (2, 3)"):
        loss(y, [0, 1, 2])
    with refuses(ValueError, f"{name}: t has shape (2, 1), expected labels (2,) or one-hot (2, 3)"):
        loss(y, [[0], [1]])
    with refuses(ValueError, f"{name}: t has shape (), expected labels (2,) or one-hot (2, 3)"):
        loss(y, 0)
    with refuses(ValueError, f"{name}: t has shape (2,), expected labels () or one-hot (3,)"):
        loss(y[0], [0, 1])
    with refuses(ValueError, f"{name}: y has shape (), expected (K,) for one sample or (N, K) for a batch"):
        loss(0.5, 0)
    with refuses(ValueError, f"{name}: y has shape (1, 2, 3), expected (K,) for one sample or (N, K) for a batch"):
        loss(y[None], [[0, 1]])


@of_each_loss
@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0,)])
def test_nothing_at_all_is_refused(loss, shape):
    message = f"{loss.__name__}: y has shape {shape}: there is no sample, or no class, in it"
    with refuses(ValueError, message):
        loss(np.zeros(shape), np.zeros(shape[:-1], int))


@of_each_loss
def test_labels_outside_the_classes_are_refused(loss):
    y, name = np.full((2, 3), 1 / 3), loss.__name__
    with refuses(ValueError, f"{name}: the labels t run from 0 to 3, expected 0 to 2"):
        loss(y, [0, 3])
    with refuses(ValueError, f"{name}: the labels t run from -1 to 2, expected 0 to 2"):
        loss(y, [-1, 2])
    with refuses(TypeError, f"{name}: the labels t have dtype float64, expected integers"):
        loss(y, [0.0, 2.0])
    with refuses(TypeError, f"{name}: the labels t have dtype bool, expected integers"):
        loss(y, [True, False])
    assert loss(y, np.array([0, 2], np.uint8)) == loss(y, [0, 2])


@of_each_loss
def test_what_is_no_number_is_refused(loss):
    name = loss.__name__
    with refuses(TypeError, f"{name}: y has dtype <U1, expected real numbers"):
        loss(["a", "b"], [0, 1])
    with refuses(TypeError, f"{name}: y has dtype complex128, expected real numbers"):
        loss([0.5 + 0j, 0.5], [0, 1])
    one_hot_or_t = "the one-hot t" if loss is cross_entropy_error else "t"
    with refuses(TypeError, f"{name}: {one_hot_or_t} has dtype <U1, expected real numbers"):
        loss([0.5, 0.5], ["a", "b"])


@pytest.mark.parametrize(
    "t", [[0, 0, 0], [1, 1, 0], [2, -1, 0], [0.5, 0.4, 0], [1.0011, 0, 0], [0.9989, 0, 0], [math.nan, 0, 1]], ids=str
)
def test_one_hot_rows_that_are_none_are_refused(t):
    with refuses(ValueError, "cross_entropy_error: each row of the one-hot t must be ≥ 0 and sum to 1"):
        cross_entropy_error([[0.2, 0.3, 0.5]] * 2, [[0, 0, 1], t])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64])
def test_one_hot_rows_of_unsigned_zeros_are_refused(dtype):
    with refuses(ValueError, "cross_entropy_error: each row of the one-hot t must be ≥ 0 and sum to 1"):
        cross_entropy_error([0.5, 0.5], np.zeros(2, dtype))


def test_rows_that_sum_to_one_but_for_rounding_are_taken():
    assert cross_entropy_error([0.5, 0.5], [0.9995, 0]) == pytest.approx(0.9995 * math.log(2))
    assert cross_entropy_error([0.5, 0.5], [0.0, 1.0005]) == pytest.approx(1.0005 * math.log(2))


@pytest.mark.parametrize("bad", [-0.001, 1.001, 5.0, math.nan, math.inf])
def test_cross_entropy_wants_probabilities(bad):
    low, high = np.min([bad, 0.5]), np.max([bad, 0.5])
    message = f"y runs from {low} to {high}, expected probabilities in [0, 1] (use softmax first)"
    with refuses(ValueError, f"cross_entropy_error: {message}"):
        cross_entropy_error([0.5, bad, 0.5], 0)


def test_check_targets_says_who_asks():
    check_targets(np.zeros((1, 2)), np.array([1]), "me")  # scores need not be probabilities
    with refuses(ValueError, "me: t has shape (2,), expected labels (1,) or one-hot (1, 2)"):
        check_targets(np.zeros((1, 2)), np.array([1, 0]), "me")
