"""Chapter 02: activation functions, and the derivatives that later chapters need.

Each takes an array of any shape, or a number, and gives the same shape. float32 stays float32;
integers become float64. No finite input overflows.
"""

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.book import names_of_the_book

__all__ = [
    "identity_function", "one_hot", "relu", "relu_grad", "sigmoid", "sigmoid_grad", "softmax",
    "step_function", "tanh", "tanh_grad",
]  # fmt: skip

__getattr__ = names_of_the_book(__name__)


def as_float(x: ArrayLike, who: str, name: str = "x") -> np.ndarray:
    """Give `x` as an array of floats: floats as they are, integers and booleans as float64.

    Parameters
    ----------
    x : array_like
    who, name : str
        The function and its argument, for the message.

    Raises
    ------
    TypeError
        If `x` holds anything but real numbers.
    """
    x = np.asarray(x)
    if x.dtype.kind in "biu":
        return x.astype(np.float64)
    if x.dtype.kind != "f":
        raise TypeError(f"{who}: {name} has dtype {x.dtype}, expected real numbers")
    return x


def identity_function(x: ArrayLike) -> np.ndarray:
    """Give `x` back: the output activation of a regression."""
    return as_float(x, "identity_function")


def step_function(x: ArrayLike) -> np.ndarray:
    """1 where ``x > 0``, else 0, as integers: the perceptron's activation."""
    return np.asarray(as_float(x, "step_function") > 0, dtype=int)


def sigmoid(x: ArrayLike) -> np.ndarray:
    """``1 / (1 + exp(-x))``: a smooth step from 0 to 1.

    Written with ``exp(-|x|)``, which is never above 1. The textbook form overflows for large
    negative `x`.
    """
    x = as_float(x, "sigmoid")
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, z) / (1 + z)


def sigmoid_grad(x: ArrayLike) -> np.ndarray:
    """Derivative of the sigmoid at `x`: ``sigmoid(x) · (1 - sigmoid(x))``, at most 1/4."""
    z = np.exp(-np.abs(as_float(x, "sigmoid_grad")))  # the derivative is even, so -|x| serves both sides
    return z / (1 + z) ** 2


def tanh(x: ArrayLike) -> np.ndarray:
    """Hyperbolic tangent: a smooth step from -1 to 1, ``2 · sigmoid(2x) - 1``."""
    return np.tanh(as_float(x, "tanh"))


def tanh_grad(x: ArrayLike) -> np.ndarray:
    """Derivative of tanh at `x`: ``1 - tanh(x)²``, at most 1."""
    return 1 - np.tanh(as_float(x, "tanh_grad")) ** 2


def relu(x: ArrayLike) -> np.ndarray:
    """``max(x, 0)``: the rectified linear unit.

    Source: V. Nair and G. Hinton, "Rectified linear units improve restricted Boltzmann
    machines", ICML 2010.
    """
    return np.maximum(as_float(x, "relu"), 0)


def relu_grad(x: ArrayLike) -> np.ndarray:
    """Derivative of relu at `x`: 1 where ``x > 0``, else 0 (at 0 itself, by convention, 0)."""
    x = as_float(x, "relu_grad")
    return (x > 0).astype(x.dtype)


def softmax(x: ArrayLike) -> np.ndarray:
    """Turn scores into probabilities over the last axis: ``exp(x_k) / Σ_j exp(x_j)``.

    The largest score is subtracted first. The result is the same, and no exponential overflows.

    Parameters
    ----------
    x : array_like of shape (..., K)
        K scores for each sample; one sample is (K,), a batch (N, K).

    Returns
    -------
    ndarray of shape (..., K)
        Each entry in [0, 1]; each row sums to 1.

    Raises
    ------
    ValueError
        If there is no axis, or no class, to share the probability among.
    """
    x = as_float(x, "softmax")
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"softmax: x has shape {x.shape}, expected (..., K) with K ≥ 1 scores")
    with np.errstate(over="ignore"):  # a difference beyond the largest float is -inf, and exp(-inf) = 0 is right
        z = np.exp(x - x.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def one_hot(labels: ArrayLike, num_classes: int, dtype=np.float32) -> np.ndarray:
    """Write each label as a row with a single 1.

    Parameters
    ----------
    labels : array_like of int, any shape (...)
        Classes, each in 0 … `num_classes` - 1.
    num_classes : int
        K, the number of classes.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray of shape (..., K)

    Raises
    ------
    TypeError
        If the labels are not integers.
    ValueError
        If a label is not one of the classes, or `num_classes` is not a whole number ≥ 1.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"one_hot: labels have dtype {labels.dtype}, expected integers")
    if not isinstance(num_classes, Integral) or num_classes < 1:
        raise ValueError(f"one_hot: num_classes is {num_classes!r}, expected a whole number ≥ 1")
    if labels.size and not (0 <= labels.min() and labels.max() < num_classes):
        raise ValueError(
            f"one_hot: labels run from {labels.min()} to {labels.max()}, expected 0 to {num_classes - 1}"
        )
    return np.eye(num_classes, dtype=dtype)[labels]
