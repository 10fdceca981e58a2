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
        self.x_hat = self.std = None
        self.trained = False

    def forward(self, x, *, training=False):
        gamma, beta = self._per_feature(x, self.params["gamma"]), self._per_feature(x, self.params["beta"])
        if training:
            mean, var = self._batch_statistics(x)
        else:
            mean, var = self._per_feature(x, self.running_mean), self._per_feature(x, self.running_var)
        self.trained = training
        self.std = np.sqrt(var + self.eps)
        self.x_hat = (x - mean) / self.std
        return gamma * self.x_hat + beta

    def backward(self, dout):
        self._check_dout(dout, self.x_hat)
        axes = self._axes(dout)
        dgamma = (dout * self.x_hat).sum(axis=axes)
        dbeta = dout.sum(axis=axes)
        self.grads["gamma"], self.grads["beta"] = dgamma, dbeta
        scale = self._per_feature(dout, self.params["gamma"]) / self.std
        if not self.trained:  # the statistics were constants, so only the scale counts
            return scale * dout
        m = dout.size // len(dbeta)
        return scale * (dout - self._per_feature(dout, dbeta / m) - self.x_hat * self._per_feature(dout, dgamma / m))

    def _batch_statistics(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        axes = self._axes(x)
        mean = x.mean(axis=axes, keepdims=True)
        var = np.square(x - mean).mean(axis=axes, keepdims=True)
        m = x.size // x.shape[1]
        for name, now in (("running_mean", mean), ("running_var", var * (m / max(m - 1, 1)))):
            self.state[name] *= self.momentum
            self.state[name] += (1 - self.momentum) * now.ravel()
        return mean, var

    def _per_feature(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Shape (D,) as (1, D) or (1, D, 1, 1), so that it meets the features of `x`."""
        if x.ndim not in (2, 4) or x.shape[1] != len(values) or len(x) == 0:
            raise ValueError(
                f"BatchNormalization: x has shape {x.shape},"
                f" expected (N, {len(values)}) or (N, {len(values)}, height, width) with N ≥ 1"
            )
        return values.reshape(1, -1, *(1,) * (x.ndim - 2))

    @staticmethod
    def _axes(x: np.ndarray) -> tuple[int, ...]:
        return (0,) if x.ndim == 2 else (0, 2, 3)

    @property
    def running_mean(self) -> np.ndarray:
        return self.state["running_mean"]

    @property
    def running_var(self) -> np.ndarray:
        return self.state["running_var"]
