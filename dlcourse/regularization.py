"""Chapter 08: means against overfitting: weight decay and dropout; and three ways to measure an array."""

import math
from collections.abc import Mapping, MutableMapping
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.book import book_names, names_of_the_book
from dlcourse.layers import Layer

__all__ = ["L2", "Dropout", "l1_norm", "l2_norm", "max_norm"]

__getattr__ = names_of_the_book(__name__)


def l1_norm(x: ArrayLike) -> float:
    """Sum of the absolute values, ``Σ |x_i|``."""
    return float(np.abs(_numbers(x, "l1_norm")).sum())


def l2_norm(x: ArrayLike) -> float:
    """Root of the sum of the squares, ``√Σ x_i²``. Weight decay uses its square."""
    return float(np.sqrt(np.square(_numbers(x, "l2_norm")).sum()))


def max_norm(x: ArrayLike) -> float:
    """Largest absolute value, ``max |x_i|``; also called L∞."""
    return float(np.abs(_numbers(x, "max_norm")).max(initial=0))


def _numbers(x: ArrayLike, who: str) -> np.ndarray:
    """As float64: the square of a uint8 pixel, or of a large float32, would not fit its own dtype."""
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{who}: x has dtype {x.dtype}, expected real numbers")
    return x.astype(np.float64)


class L2:
    """Weight decay: adds ``½ · weight_decay · Σ W²`` to the loss, and so ``weight_decay · W`` to the gradient of W.

    All parameters whose name begins with W count; biases, gamma and beta do not.

    Parameters
    ----------
    weight_decay : float
        Strength, ≥ 0; may be changed between two steps. Often 1e-5 to 1e-1.

    Raises
    ------
    ValueError
        If it is negative or not finite.

    Source: A. Krogh and J. Hertz, "A simple weight decay can improve generalization", NIPS 1991.
    """

    def __init__(self, weight_decay: float):
        self.weight_decay = weight_decay

    @property
    def weight_decay(self) -> float:
        return self._weight_decay

    @weight_decay.setter
    def weight_decay(self, value: float) -> None:
        if not (isinstance(value, Real) and 0 <= value < math.inf):
            raise ValueError(f"L2: weight_decay is {value!r}, expected a finite number ≥ 0")
        self._weight_decay = float(value)

    def loss(self, params: Mapping[str, np.ndarray]) -> float:
        """What the weights cost."""
        if not self.weight_decay:
            return 0.0
        squares = sum(float(np.vdot(W, W)) for name, W in params.items() if name.startswith("W"))
        return 0.5 * self.weight_decay * squares

    def add_gradient(self, params: Mapping[str, np.ndarray], grads: MutableMapping[str, np.ndarray]) -> None:
        """Add the gradient of that cost to `grads`."""
        for name in params if self.weight_decay else ():
            if name.startswith("W"):
                grads[name] += self.weight_decay * params[name]

    def __repr__(self) -> str:
        return f"L2({self.weight_decay})"


@book_names
class Dropout(Layer):
    """Switch off a random share of the neurons at each training step.

    In training, ``out = x · mask``, where each entry of the mask is 0 with probability `dropout_ratio`
    and else 1. At test time all neurons speak, and ``out = x · (1 - dropout_ratio)`` keeps the size of
    the sum that the next layer got used to. With ``inverted=True`` the same is settled in training
    instead: ``out = x · mask / (1 - dropout_ratio)``, and at test time ``out = x``. PyTorch and Keras
    do the latter.

    Parameters
    ----------
    dropout_ratio : float
        Share that is switched off, in [0, 1); may be changed between two steps.
    rng : Generator or int, optional
        Draws the masks.
    inverted : bool

    Raises
    ------
    ValueError
        If `dropout_ratio` is outside [0, 1).

    Source: N. Srivastava et al., "Dropout", JMLR 15 (2014); section 10 has the inverted form.
    """

    def __init__(
        self,
        dropout_ratio: float = 0.5,
        rng: np.random.Generator | int | None = None,
        *,
        inverted: bool = False,
    ):
        super().__init__()
        self.dropout_ratio = dropout_ratio
        self.rng = np.random.default_rng(rng)
        self.inverted = inverted
        self.mask = None
        self.shape = None

    @property
    def dropout_ratio(self) -> float:
        return self._dropout_ratio

    @dropout_ratio.setter
    def dropout_ratio(self, ratio: float) -> None:
        if not (isinstance(ratio, Real) and 0 <= ratio < 1):
            raise ValueError(f"Dropout: dropout_ratio is {ratio!r}, expected a number in [0, 1)")
        self._dropout_ratio = float(ratio)  # a NumPy float64 would turn a float32 network into float64

    def forward(self, x, *, training=False):
        keep = 1 - self.dropout_ratio
        self.shape = x.shape
        if training:
            # float32 numbers are drawn twice as fast as float64, and are fine enough for a yes or no; and in the
            # memory order of x, because arrays that lie differently are slow to multiply
            drawn = self.rng.random(x.size, dtype=np.float32).reshape(x.shape, order="F" if x.flags.fnc else "C")
            # floats as they are, integers as float64
            self.mask = (drawn >= self.dropout_ratio).astype(np.result_type(x.dtype, 1.0))
            if self.inverted:
                self.mask /= keep
        else:
            self.mask = 1.0 if self.inverted else keep
        return x * self.mask

    def backward(self, dout):
        self._check_dout(dout, self.mask, self.shape)
        return dout * self.mask

    def __repr__(self) -> str:
        return f"Dropout({self.dropout_ratio})"
