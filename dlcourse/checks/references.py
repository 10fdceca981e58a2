"""What the checks compare with: right functions of their own, so that no answer can change them."""

from collections.abc import Callable, Sequence

import numpy as np

__all__ = ["sigmoid", "softmax", "tanh", "through"]


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Give 1 / (1 + e^-x) without an overflow."""
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, z) / (1 + z)


def tanh(x: np.ndarray) -> np.ndarray:
    """Give the hyperbolic tangent without an overflow."""
    z = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - z) / (1 + z)


def softmax(a: np.ndarray) -> np.ndarray:
    """Give the probabilities of scores along the last axis."""
    z = np.exp(a - a.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def through(
    network: dict[str, np.ndarray], x: np.ndarray, *, bend: Callable = sigmoid, end: Callable = softmax,
    names: Sequence[int] | None = None, last_bends: bool = False, biases: bool = True,
) -> np.ndarray:  # fmt: skip
    """Lead x through W1, b1, W2, b2 and so on, or through those in `names`; with one thing done otherwise."""
    names = range(1, len(network) // 2 + 1) if names is None else names
    for place, i in enumerate(names, start=1):
        x = x @ network[f"W{i}"] + biases * network[f"b{i}"]
        if place < len(names) or last_bends:
            x = bend(x)
    return end(x)
