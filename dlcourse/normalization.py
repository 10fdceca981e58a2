"""Chapter 07: batch normalization."""

import math
from numbers import Real

import numpy as np

from dlcourse.book import book_names, names_of_the_book
from dlcourse.layers import Layer

__all__ = ["BatchNormalization"]

__getattr__ = names_of_the_book(__name__)


@book_names
class BatchNormalization(Layer):
    """Give each feature mean 0 and variance 1 over the batch, then a scale and a shift that are learned.

    In training, with mean and variance over the m values of a feature in the batch::

        x̂ = (x - mean) / √(var + eps)        out = gamma · x̂ + beta

    and backward, with Σ over the same m values::

        dgamma = Σ dout · x̂    dbeta = Σ dout    dx = gamma / √(var + eps) · (dout - dbeta / m - x̂ · dgamma / m)

    At test time the running mean and variance stand in for those of the batch, so that an answer does
    not depend on which other samples are asked about.

    Parameters
    ----------
    gamma, beta : ndarray of shape (D,)
        Scale and shift of each feature of an input (N, D), or of each channel of (N, D, height, width).
    momentum : float
        Share of the old running statistics that is kept at each step, in [0, 1).
    eps : float
        Added to the variance, > 0.

    Attributes
    ----------
    running_mean, running_var : ndarray of shape (D,)
        The statistics for test time; in `state`, so they are saved with the network.

    Raises
    ------
    ValueError
        If the shapes do not fit or a number is outside its range.
    TypeError
        If `gamma` or `beta` is not of floats.

    Source: S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2. As in
    algorithm 2, the running variance is the unbiased one (m / (m - 1)). A single value (m = 1) has
    none, and leaves the running statistics as they are. PyTorch calls ``1 - momentum`` momentum.
    """

    def __init__(self, gamma: np.ndarray, beta: np.ndarray, momentum: float = 0.9, *, eps: float = 1e-5):
        gamma, beta = np.asarray(gamma), np.asarray(beta)
        if gamma.ndim != 1 or gamma.shape != beta.shape:
            raise ValueError(
                f"BatchNormalization: gamma has shape {gamma.shape} and beta {beta.shape}, expected both (D,)"
            )
        if gamma.dtype.kind != "f" or beta.dtype.kind != "f":
            raise TypeError(f"BatchNormalization: gamma has dtype {gamma.dtype}, beta {beta.dtype}, expected floats")
        if not (isinstance(momentum, Real) and 0 <= momentum < 1):
            raise ValueError(f"BatchNormalization: momentum is {momentum!r}, expected a number in [0, 1)")
        if not (isinstance(eps, Real) and 0 < eps < math.inf):
            raise ValueError(f"BatchNormalization: eps is {eps!r}, expected a finite number > 0")
        super().__init__(gamma=gamma, beta=beta)
        self.momentum, self.eps = float(momentum), float(eps)  # NumPy's float64 would make float32 arrays float64
        self.state = {"running_mean": np.zeros_like(gamma), "running_var": np.ones_like(gamma)}
        self.x_hat = self.scale = None
        self.trained = False

    def forward(self, x, *, training=False):
        gamma, beta = self._per_feature(x, self.params["gamma"]), self._per_feature(x, self.params["beta"])
        if training:
            m = x.size // x.shape[1]
            mean = self._sum(x) / m
            x_hat = x - self._per_feature(x, mean)
            var = self._sum_of_products(x_hat, x_hat) / m
            if m > 1:
                self._remember(mean, var * (m / (m - 1)))
        else:
            x_hat = x - self._per_feature(x, self.running_mean)
            var = self.running_var
        self.trained = training
        self.scale = 1 / np.sqrt(var + self.eps)
        x_hat *= self._per_feature(x, self.scale)
        self.x_hat = x_hat
        out = gamma * x_hat
        out += beta  # in place, here and in backward: a new array costs more than the sum
        return out

    def backward(self, dout):
        self._check_dout(dout, self.x_hat)
        dgamma, dbeta = self._sum_of_products(dout, self.x_hat), self._sum(dout)
        self.grads["gamma"], self.grads["beta"] = dgamma, dbeta
        scale = self._per_feature(dout, self.params["gamma"] * self.scale)
        if not self.trained:  # mean and variance were constants, so only the scale counts
            return dout * scale
        m = dout.size // len(dbeta)
        dx = self.x_hat * self._per_feature(dout, -dgamma / m)
        dx += dout
        dx -= self._per_feature(dout, dbeta / m)
        dx *= scale
        return dx

    def _remember(self, mean: np.ndarray, var: np.ndarray) -> None:
        for name, now in (("running_mean", mean), ("running_var", var)):
            self.state[name] *= self.momentum
            self.state[name] += (1 - self.momentum) * now

    def _per_feature(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Shape (D,) as (D, 1, 1) for images, so that each value meets the pixels of its channel."""
        if x.ndim not in (2, 4) or x.shape[1] != len(values) or x.size == 0:
            raise ValueError(
                f"BatchNormalization: x has shape {x.shape},"
                f" expected (N, {len(values)}) or (N, {len(values)}, height, width), not empty"
            )
        return values if x.ndim == 2 else values[:, None, None]

    @staticmethod
    def _sum(x: np.ndarray) -> np.ndarray:
        total = x.sum(axis=0)  # the samples first: twice as fast as all three axes at once
        return total if x.ndim == 2 else total.sum(axis=(1, 2))

    @staticmethod
    def _sum_of_products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.einsum("nd,nd->d" if x.ndim == 2 else "ndhw,ndhw->d", x, y)  # makes no array of the products

    @property
    def running_mean(self) -> np.ndarray:
        return self.state["running_mean"]

    @property
    def running_var(self) -> np.ndarray:
        return self.state["running_var"]
