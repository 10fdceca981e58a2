"""Chapter 07: initial weights.

Each initializer draws normal weights; they differ in the standard deviation. The number of inputs
of a neuron, ``fan_in``, is the D of an Affine's (D, M), and the C · height · width of a
convolution's (F, C, height, width).
"""

import math
from numbers import Real

import numpy as np
from numpy.typing import DTypeLike

__all__ = ["fan_in", "he", "initial_std", "normal", "xavier"]


def normal(
    shape: tuple[int, ...],
    std: float = 0.01,
    rng: np.random.Generator | int | None = None,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Normal weights with mean 0 and standard deviation `std`.

    Parameters
    ----------
    shape : tuple of int
        (D, M) for Affine, (F, C, height, width) for Convolution.
    std : float
        ≥ 0.
    rng : Generator or int, optional
    dtype : dtype

    Returns
    -------
    ndarray of the given shape and dtype

    Raises
    ------
    ValueError
        If `std` is negative or not finite.
    TypeError
        If `dtype` is not of floats: as integers, small weights would all be 0.
    """
    if not (isinstance(std, Real) and 0 <= std < math.inf):
        raise ValueError(f"normal: std is {std!r}, expected a finite number ≥ 0")
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"normal: dtype is {np.dtype(dtype)}, expected floats")
    return (std * np.random.default_rng(rng).standard_normal(shape)).astype(dtype)


def xavier(
    shape: tuple[int, ...], rng: np.random.Generator | int | None = None, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Normal weights with ``std = 1 / √fan_in``: for tanh, and in the book for the sigmoid.

    Keeps the spread of the activations from layer to layer while the activation is about linear with slope 1. The
    sigmoid's slope is at most 1/4, so a deep network of sigmoids needs larger weights (chapter 07, "Gain").

    Source: X. Glorot and Y. Bengio, AISTATS 2010. Their equation 12 makes it ``√(2 / (fan_in + fan_out))``;
    like the book we keep the part that concerns the forward pass, and for layers of equal width the
    two are the same.
    """
    return normal(shape, initial_std("xavier", fan_in(shape)), rng, dtype)


def he(
    shape: tuple[int, ...], rng: np.random.Generator | int | None = None, dtype: DTypeLike = np.float32
) -> np.ndarray:
    """Normal weights with ``std = √(2 / fan_in)``: for ReLU, which sets half of its inputs to 0.

    Source: K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.
    """
    return normal(shape, initial_std("he", fan_in(shape)), rng, dtype)


def fan_in(shape: tuple[int, ...]) -> int:
    """Inputs of one neuron: D for (D, M), C · height · width for (F, C, height, width)."""
    if np.ndim(shape) != 1 or len(shape) not in (2, 4):
        raise ValueError(f"fan_in: shape is {shape}, expected (D, M) or (F, C, height, width)")
    return shape[0] if len(shape) == 2 else math.prod(shape[1:])


def initial_std(rule: float | str, inputs: int) -> float:
    """Standard deviation for a neuron with so many inputs.

    Parameters
    ----------
    rule : float or str
        A number is taken as it is; ``"xavier"`` (also ``"sigmoid"``, ``"tanh"``) and ``"he"`` (also
        ``"relu"``) are the rules above.
    inputs : int
        ≥ 1.

    Raises
    ------
    ValueError
        If the rule is unknown, a number is negative or not finite, or `inputs` is below 1.
    """
    if inputs < 1:
        raise ValueError(f"initial_std: inputs is {inputs}, expected ≥ 1")
    if isinstance(rule, str):
        if rule.lower() in ("xavier", "sigmoid", "tanh"):
            return math.sqrt(1 / inputs)
        if rule.lower() in ("he", "relu"):
            return math.sqrt(2 / inputs)
        raise ValueError(f"initial_std: rule is {rule!r}, expected a number, 'xavier' or 'he'")
    if not (isinstance(rule, Real) and 0 <= rule < math.inf):
        raise ValueError(f"initial_std: rule is {rule!r}, expected a finite number ≥ 0, 'xavier' or 'he'")
    return float(rule)
