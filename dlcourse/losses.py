"""Chapter 04: loss functions, which say in one number how wrong a network is.

`y` is what the network says, `t` what is true. Both are one sample, ``y`` of shape (K,), or a batch
of N, ``y`` of shape (N, K). Targets come in two forms, told apart by their number of dimensions:

* labels: integers, one dimension fewer than `y`: a number for one sample, (N,) for a batch;
* one-hot, or any probabilities: the shape of `y`, each row summing to 1.

Every loss is the mean over the samples, so that it does not grow with the batch.
"""

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.book import names_of_the_book
from dlcourse.functions import as_float, one_hot

__all__ = ["LOG_FLOOR", "cross_entropy_error", "mean_squared_error", "sum_squared_error"]

__getattr__ = names_of_the_book(__name__)

LOG_FLOOR = 1e-7
"""The smallest probability whose logarithm is taken: ``-log(1e-7)`` is about 16.1 nats."""


def mean_squared_error(y: ArrayLike, t: ArrayLike) -> float:
    """Mean of ``(y - t)²`` over all entries.

    Parameters
    ----------
    y : array_like of shape (K,) or (N, K)
        Predictions.
    t : array_like
        Labels, or values of the shape of `y`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, a label is no class, or there is no sample.
    """
    y, t = _as_pair(y, t, "mean_squared_error")
    with np.errstate(over="ignore"):  # a loss beyond the largest float is inf
        return float(np.mean((y - t) ** 2))


def sum_squared_error(y: ArrayLike, t: ArrayLike) -> float:
    """``½ Σ_k (y_k - t_k)²`` for a sample; the mean over the samples for a batch.

    The half makes the derivative ``y - t``. Differs from the book, which adds up the samples of a
    batch; for one sample the two are the same.

    Parameters and errors are those of `mean_squared_error`.
    """
    y, t = _as_pair(y, t, "sum_squared_error")
    with np.errstate(over="ignore"):  # as above
        return float(0.5 * np.sum((y - t) ** 2) / len(y))


def cross_entropy_error(y: ArrayLike, t: ArrayLike) -> float:
    """``-Σ_k t_k log y_k`` in nats; the mean over the samples for a batch.

    A probability below `LOG_FLOOR` counts as `LOG_FLOOR`, so that a wrong answer given with full
    confidence costs 16.1 and not infinity. Differs from the book, which adds 1e-7 to every
    probability: there a perfect answer has a loss slightly below 0.

    Parameters
    ----------
    y : array_like of shape (K,) or (N, K)
        Probabilities, in [0, 1].
    t : array_like
        Labels, or one-hot (any probabilities) of the shape of `y`.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If labels are not integers.
    ValueError
        If the shapes do not fit, a label is no class, `y` is outside [0, 1], a row of `t` does not
        sum to 1, or there is no sample.
    """
    y, t = as_float(y, "cross_entropy_error", "y"), np.asarray(t)
    check_targets(y, t, "cross_entropy_error")
    if not (y.min() >= 0 and y.max() <= 1 + 1e-5):  # written so that NaN fails too
        raise ValueError(
            f"cross_entropy_error: y runs from {y.min()} to {y.max()}, expected probabilities in [0, 1]"
            " (use softmax first)"
        )
    if t.ndim < y.ndim:
        right = np.take_along_axis(y, t[..., np.newaxis], axis=-1)
        loss = -np.mean(np.log(np.clip(right, LOG_FLOOR, 1)))
    else:
        loss = -np.sum(t * np.log(np.clip(y, LOG_FLOOR, 1))) / (1 if y.ndim == 1 else len(y))
    return float(loss) + 0.0  # so that a perfect answer costs 0.0, not -0.0


def check_targets(y: np.ndarray, t: np.ndarray, who: str) -> None:
    """Raise a readable error unless `t` holds targets for the probabilities or scores `y`.

    Parameters
    ----------
    y : ndarray of shape (K,) or (N, K)
    t : ndarray
        Labels, or rows that sum to 1.
    who : str
        The name that the message begins with.
    """
    _check_shapes(y, t, who)
    classes = y.shape[-1]
    if t.ndim < y.ndim:
        if t.dtype.kind not in "iu":
            raise TypeError(f"{who}: the labels t have dtype {t.dtype}, expected integers")
        if t.min() < 0 or t.max() >= classes:
            raise ValueError(f"{who}: the labels t run from {t.min()} to {t.max()}, expected 0 to {classes - 1}")
    elif t.dtype.kind not in "biuf":
        raise TypeError(f"{who}: the one-hot t has dtype {t.dtype}, expected real numbers")
    elif not (np.abs(t.sum(axis=-1) - 1.0) < 1e-3).all() or t.min() < 0:
        raise ValueError(f"{who}: each row of the one-hot t must be ≥ 0 and sum to 1")


def _check_shapes(y: np.ndarray, t: np.ndarray, who: str) -> None:
    if y.ndim not in (1, 2):
        raise ValueError(f"{who}: y has shape {y.shape}, expected (K,) for one sample or (N, K) for a batch")
    if y.size == 0:
        raise ValueError(f"{who}: y has shape {y.shape}: there is no sample, or no class, in it")
    if t.shape not in (y.shape, y.shape[:-1]):
        raise ValueError(f"{who}: t has shape {t.shape}, expected labels {y.shape[:-1]} or one-hot {y.shape}")


def _as_pair(y: ArrayLike, t: ArrayLike, who: str) -> tuple[np.ndarray, np.ndarray]:
    """Give `y` and `t` as two (N, K) arrays of floats; labels become one-hot."""
    y, t = as_float(y, who, "y"), np.asarray(t)
    _check_shapes(y, t, who)
    if t.ndim < y.ndim:
        check_targets(y, t, who)
        t = one_hot(t, y.shape[-1])
    return np.atleast_2d(y), np.atleast_2d(as_float(t, who, "t"))
