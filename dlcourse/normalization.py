"""Chapter 07: batch normalization."""

import numpy as np

from dlcourse.layers import Layer

__all__ = ["BatchNormalization"]


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

    Raises
    ------
    ValueError
        If the shapes do not fit or a number is outside its range.

    Source: S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2. As in
    algorithm 2, the running variance is the unbiased one (m / (m - 1)). PyTorch calls ``1 - momentum``
    momentum.
    """

    def __init__(self, gamma: np.ndarray, beta: np.ndarray, momentum: float = 0.9, *, eps: float = 1e-5):
        gamma, beta = np.asarray(gamma), np.asarray(beta)
        if gamma.ndim != 1 or gamma.shape != beta.shape:
            raise ValueError(
                f"BatchNormalization: gamma has shape {gamma.shape} and beta {beta.shape}, expected both (D,)"
            )
        if not 0 <= momentum < 1:
            raise ValueError(f"BatchNormalization: momentum is {momentum}, expected a number in [0, 1)")
        if not eps > 0:
            raise ValueError(f"BatchNormalization: eps is {eps}, expected a number > 0")
        super().__init__(gamma=gamma, beta=beta)
        self.momentum, self.eps = momentum, eps
        self.state = {"running_mean": np.zeros_like(gamma), "running_var": np.ones_like(gamma)}
        self.x_hat = self.scale = None
        self.trained = False

    def forward(self, x, *, training=False):
        gamma, beta = self._per_feature(x, self.params["gamma"]), self._per_feature(x, self.params["beta"])
        if training:
            m = x.size // x.shape[1]
            mean = x.sum(axis=self._axes(x)) / m
            x_hat = x - self._per_feature(x, mean)
            var = np.square(x_hat).sum(axis=self._axes(x)) / m
            self._remember(mean, var * (m / max(m - 1, 1)))
        else:
            x_hat = x - self._per_feature(x, self.running_mean)
            var = self.running_var
        self.trained = training
        self.scale = 1 / np.sqrt(var + self.eps)
        x_hat *= self._per_feature(x, self.scale)
        self.x_hat = x_hat
        return gamma * x_hat + beta

    def backward(self, dout):
        self._check_dout(dout, self.x_hat)
        dgamma = (dout * self.x_hat).sum(axis=self._axes(dout))
        dbeta = dout.sum(axis=self._axes(dout))
        self.grads["gamma"], self.grads["beta"] = dgamma, dbeta
        scale = self._per_feature(dout, self.params["gamma"] * self.scale)
        if not self.trained:  # mean and variance were constants, so only the scale counts
            return dout * scale
        m = dout.size // len(dbeta)
        dx = dout - self.x_hat * self._per_feature(dout, dgamma / m)
        dx -= self._per_feature(dout, dbeta / m)
        dx *= scale
        return dx

    def _remember(self, mean: np.ndarray, var: np.ndarray) -> None:
        for name, now in (("running_mean", mean), ("running_var", var)):
            self.state[name] *= self.momentum
            self.state[name] += (1 - self.momentum) * now

    def _per_feature(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Shape (D,) as (D, 1, 1) for images, so that each value meets the pixels of its channel."""
        if x.ndim not in (2, 4) or x.shape[1] != len(values) or len(x) == 0:
            raise ValueError(
                f"BatchNormalization: x has shape {x.shape},"
                f" expected (N, {len(values)}) or (N, {len(values)}, height, width) with N ≥ 1"
            )
        return values if x.ndim == 2 else values[:, None, None]

    @staticmethod
    def _axes(x: np.ndarray) -> int | tuple[int, ...]:
        return 0 if x.ndim == 2 else (0, 2, 3)

    @property
    def running_mean(self) -> np.ndarray:
        return self.state["running_mean"]

    @property
    def running_var(self) -> np.ndarray:
        return self.state["running_var"]
