"""Chapter 01: the perceptron, and logic gates built from weights and a bias.

A perceptron adds up its weighted inputs and fires when the sum is large enough. With the right
weights it is an AND, OR or NAND gate. No weights make it XOR: one perceptron draws one straight
line, and no straight line has (0, 1) and (1, 0) on one side and (0, 0) and (1, 1) on the other.
Two layers of perceptrons can.

Source: F. Rosenblatt, "The perceptron", Psychological Review 65 (1958); on XOR: M. Minsky and
S. Papert, "Perceptrons" (1969).
"""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["AND", "NAND", "OR", "XOR", "Perceptron"]


class Perceptron:
    """A neuron that answers 1 when ``w · x + b > 0`` and 0 otherwise.

    The threshold form ``w · x > theta`` is the same model with ``b = -theta``.

    Parameters
    ----------
    w : array_like of shape (D,)
        One weight for each input.
    b : float
        Bias: how easily the neuron fires with all inputs 0.

    Raises
    ------
    TypeError
        If one of them holds anything but real numbers.
    ValueError
        If `w` is not one-dimensional, or `b` is not a single number.
    """

    def __init__(self, w: ArrayLike, b: float):
        self.w = _numbers(w, "w").astype(float)
        self.b = _numbers(b, "b").astype(float)
        if self.w.ndim != 1 or self.w.size == 0:
            raise ValueError(f"Perceptron: w has shape {self.w.shape}, expected (D,) with D ≥ 1")
        if self.b.ndim != 0:
            raise ValueError(f"Perceptron: b has shape {self.b.shape}, expected a single number")

    def __call__(self, *inputs: ArrayLike):
        """Answer for inputs ``x1, x2, …``.

        Parameters
        ----------
        *inputs : D numbers, or D arrays of shapes that broadcast together

        Returns
        -------
        int, or ndarray of int
            An ``int`` for numbers, an array for arrays; each entry 0 or 1.

        Raises
        ------
        TypeError
            If an input holds anything but real numbers.
        ValueError
            If the number of inputs is not the number of weights, or their shapes do not fit together.
        """
        if len(inputs) != self.w.size:
            raise ValueError(f"Perceptron: {len(inputs)} inputs came, w has {self.w.size} weights")
        arrays = [_numbers(x, f"x{i}") for i, x in enumerate(inputs, start=1)]
        try:
            total = sum(w * x for w, x in zip(self.w, arrays, strict=True)) + self.b
        except ValueError:
            shapes = ", ".join(str(x.shape) for x in arrays)
            raise ValueError(f"Perceptron: the inputs have the shapes {shapes}, which do not fit together") from None
        fires = np.asarray(total > 0, dtype=int)
        return int(fires) if fires.ndim == 0 else fires

    def __repr__(self) -> str:
        return f"Perceptron(w={self.w.tolist()}, b={float(self.b)})"


def _numbers(values: ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"Perceptron: {name} has dtype {array.dtype}, expected real numbers")
    return array


_AND = Perceptron([0.5, 0.5], -0.7)
_OR = Perceptron([0.5, 0.5], -0.2)
_NAND = Perceptron([-0.5, -0.5], 0.7)


def AND(x1: ArrayLike, x2: ArrayLike):
    """1 where both inputs are 1, else 0; numbers or arrays of 0 and 1."""
    return _AND(x1, x2)


def OR(x1: ArrayLike, x2: ArrayLike):
    """1 where at least one input is 1, else 0; numbers or arrays of 0 and 1."""
    return _OR(x1, x2)


def NAND(x1: ArrayLike, x2: ArrayLike):
    """0 where both inputs are 1, else 1: AND with the signs of weights and bias turned round."""
    return _NAND(x1, x2)


def XOR(x1: ArrayLike, x2: ArrayLike):
    """1 where exactly one input is 1: a second layer, AND, over NAND and OR of the inputs."""
    return AND(NAND(x1, x2), OR(x1, x2))
