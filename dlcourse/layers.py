"""Chapter 05: layers that go forward and backward.

Forward, a layer turns its input into its output and keeps what it will need to come back. Backward,
it is told ``dout``, how the loss changes with its output; by the chain rule it sets ``grads``, how
the loss changes with its parameters, and returns ``dx``, how the loss changes with its input. That
``dx`` is the ``dout`` of the layer before it.

Source of the chain rule as an algorithm: D. Rumelhart, G. Hinton and R. Williams, "Learning
representations by back-propagating errors", Nature 323 (1986).
"""

import math

import numpy as np

from dlcourse.book import names_of_the_book
from dlcourse.functions import as_float, sigmoid
from dlcourse.losses import check_targets

__all__ = ["AddLayer", "Affine", "Flatten", "Layer", "MulLayer", "ReLU", "Sigmoid", "SoftmaxWithLoss", "Tanh"]

__getattr__ = names_of_the_book(__name__)

# Large arrays come and go at every step. Linux's C library gives their memory back to the system and then waits for it
# page by page, unless it has once freed a block of nearly 32 MB: from then on it keeps up to 64 MB at hand. This block
# is never touched, so it costs microseconds. With it a step of SimpleConvNet takes 0.75 of its time.
np.empty(2**25 - 2**16, np.uint8)


class AddLayer:
    """A node that adds: ``out = x + y``. Backward, it hands `dout` to both inputs."""

    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout, dout


class MulLayer:
    """A node that multiplies: ``out = x · y``. Backward, each input gets `dout` times the other input."""

    def __init__(self):
        self.x = self.y = None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        if self.x is None:
            raise RuntimeError("MulLayer: backward came before forward")
        return dout * self.y, dout * self.x


def _book_name(name: str, key: str, arrays: str) -> property:
    """What ``layer.W`` reads and writes: an entry of `params` or `grads`, not an attribute beside them."""

    def get(layer: "Layer") -> np.ndarray:
        if key not in getattr(layer, arrays):
            raise AttributeError(f"{type(layer).__name__} has no attribute {name!r}")
        return getattr(layer, arrays)[key]

    def put(layer: "Layer", value: np.ndarray) -> None:
        kind, value = type(layer).__name__, as_float(value, type(layer).__name__, name)
        if key not in layer.params:
            raise AttributeError(f"{kind} has no parameter {key!r}: hand it to super().__init__({key}=...)")
        if value.shape != layer.params[key].shape:
            raise ValueError(f"{kind}: {name} has shape {value.shape}, expected {layer.params[key].shape}")
        getattr(layer, arrays)[key] = value

    return property(get, put, doc=f"``{arrays}[{key!r}]``, as the book spells it.")


class Layer:
    """What every layer of a network has.

    Attributes
    ----------
    params : dict of str to ndarray
        What is learned.
    grads : dict of str to ndarray
        Gradient of the loss for each of `params`; set by `backward`.
    state : dict of str to ndarray
        What is saved with the network but not learned.

    The book's spelling works too, for the names `W`, `b`, `gamma` and `beta`: ``layer.W`` is
    ``layer.params["W"]``, ``layer.dW`` is ``layer.grads["W"]``.

    Parameters
    ----------
    **params : ndarray
        Floats are not copied, so whoever holds the array sees it learn; integers become float64.
    """

    def __init__(self, **params: np.ndarray):
        self.params = {name: as_float(array, type(self).__name__, name) for name, array in params.items()}
        self.grads: dict[str, np.ndarray] = {}
        self.state: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, *, training: bool = False) -> np.ndarray:
        """Compute the output for `x`, and keep what `backward` needs."""
        raise NotImplementedError(f"{type(self).__name__}.forward")

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Set `grads` and return the gradient for the input of the last `forward`."""
        raise NotImplementedError(f"{type(self).__name__}.backward")

    def backward_params(self, dout: np.ndarray) -> None:
        """Set `grads` only: enough for the first layer, whose input is data and learns nothing."""
        self.backward(dout)

    W, b, gamma, beta = (_book_name(key, key, "params") for key in ("W", "b", "gamma", "beta"))
    dW, db, dgamma, dbeta = (_book_name(f"d{key}", key, "grads") for key in ("W", "b", "gamma", "beta"))

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.params.items())
        return f"{type(self).__name__}({shapes})"

    def _check_dout(self, dout: np.ndarray, kept: object | None, shape: tuple[int, ...] | None = None) -> None:
        """Refuse a backward that has no forward to go back through, or whose `dout` cannot be its output's."""
        if kept is None:
            raise RuntimeError(f"{type(self).__name__}: backward came before forward")
        shape = kept.shape if shape is None else shape
        if np.shape(dout) != shape:
            raise ValueError(f"{type(self).__name__}: dout has shape {np.shape(dout)}, the output had {shape}")


class Affine(Layer):
    """``out = x @ W + b``, with ``dx = dout @ Wᵀ``, ``dW = xᵀ @ dout``, ``db = Σ_n dout``.

    Every output is connected with every input: fully connected; Linear in PyTorch, Dense in Keras.

    Parameters
    ----------
    W : ndarray of shape (D, M)
        Weights from D inputs to M outputs.
    b : ndarray of shape (M,)
        Biases.

    Raises
    ------
    ValueError
        If the shapes of `W` and `b` do not fit; in `forward`, if `x` is not (N, D).
    """

    def __init__(self, W: np.ndarray, b: np.ndarray):
        W, b = np.asarray(W), np.asarray(b)
        if W.ndim != 2 or b.shape != W.shape[1:]:
            raise ValueError(f"Affine: W has shape {W.shape} and b {b.shape}, expected (D, M) and (M,)")
        super().__init__(W=W, b=b)
        self.x = None

    def forward(self, x, *, training=False):
        x, W = np.asarray(x), self.params["W"]
        if x.ndim != 2:
            hint = "put a Flatten layer before" if x.ndim > 2 else "one sample is x[np.newaxis]"
            raise ValueError(f"Affine: x has shape {x.shape}, expected (N, {len(W)}) ({hint})")
        if x.shape[1] != len(W):
            raise ValueError(f"Affine: x has {x.shape[1]} features, W expects {len(W)} (x {x.shape}, W {W.shape})")
        self.x = x
        out = x @ W
        out += self.params["b"]  # in place: a new array costs more than the sum
        return out

    def backward(self, dout):
        self.backward_params(dout)
        dout, W = np.asarray(dout), self.params["W"]
        return np.matmul(dout, W.T, out=np.empty_like(self.x, np.result_type(dout, W)))

    def backward_params(self, dout):
        self._check_dout(dout, self.x, (0 if self.x is None else len(self.x), self.params["W"].shape[1]))
        self.grads["W"] = self.x.T @ dout
        self.grads["b"] = np.asarray(dout).sum(axis=0)


class ReLU(Layer):
    """``out = max(x, 0)``; backward, `dout` passes where ``x > 0`` and stops elsewhere."""

    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, x, *, training=False):
        x = np.asarray(x)
        self.mask = x > 0
        return np.clip(x, 0, np.inf)  # np.maximum(x, 0) needs up to seven times as long for the same

    def backward(self, dout):
        self._check_dout(dout, self.mask)
        dx = self.mask.astype(np.asarray(dout).dtype)  # and then in place: dout * mask would convert piece by piece
        dx *= dout
        return dx


class Sigmoid(Layer):
    """``y = 1 / (1 + exp(-x))``; backward, ``dx = dout · y · (1 - y)``."""

    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, x, *, training=False):
        self.y = sigmoid(x)
        return self.y

    def backward(self, dout):
        self._check_dout(dout, self.y)
        return dout * self.y * (1 - self.y)


class Tanh(Layer):
    """``y = tanh(x)``; backward, ``dx = dout · (1 - y²)``."""

    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, x, *, training=False):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dout):
        self._check_dout(dout, self.y)
        return dout * (1 - self.y**2)


class Flatten(Layer):
    """(N, C, height, width), or any (N, ...), to (N, D); backward, the old shape again."""

    def __init__(self):
        super().__init__()
        self.x_shape = self.out_shape = None

    def forward(self, x, *, training=False):
        x = np.asarray(x)
        if x.ndim < 2:
            raise ValueError(f"Flatten: x has shape {x.shape}, expected a batch (N, ...)")
        self.x_shape, self.out_shape = x.shape, (len(x), math.prod(x.shape[1:]))
        return x.reshape(self.out_shape)

    def backward(self, dout):
        self._check_dout(dout, self.x_shape, self.out_shape)
        return np.reshape(dout, self.x_shape)


class SoftmaxWithLoss:
    """Softmax and cross-entropy as one node: scores and targets in, the mean loss in nats out.

    ``loss = -1/N Σ_n Σ_k t_nk log y_nk`` with ``y = softmax(x)``. Together the two have the simplest
    gradient there is: ``dx = (y - t) / N``. The loss comes from the scores themselves
    (``log Σ_j exp(x_j) - x_k``), so no probability is rounded to 0 before its logarithm is taken.

    Attributes
    ----------
    y : ndarray of shape (N, K)
        The probabilities of the last `forward`.
    """

    def __init__(self):
        self.y = self.t = None

    def forward(self, x: np.ndarray, t: np.ndarray) -> float:
        """Mean loss of the scores `x`, (N, K), for labels (N,) or one-hot targets (N, K).

        Raises
        ------
        TypeError, ValueError
            As `dlcourse.losses.check_targets`, and if `x` is not (N, K).
        """
        x, t = as_float(x, "SoftmaxWithLoss"), np.asarray(t)
        if x.ndim != 2:
            raise ValueError(f"SoftmaxWithLoss: x has shape {x.shape}, expected scores (N, K)")
        check_targets(x, t, "SoftmaxWithLoss")
        x = np.asfortranarray(x)  # so that the scores of a class are neighbours: ten short rows cost more than one long
        with np.errstate(over="ignore"):  # as in softmax: -inf is the right limit, and inf that of the loss
            log_y = x - x.max(axis=1, keepdims=True)
            z = np.exp(log_y)
            total = z.sum(axis=1, keepdims=True)
            log_y -= np.log(total)
            if t.ndim == 1:
                loss = -log_y[np.arange(len(t)), t].sum() / len(t)
            else:
                counts = t > 0  # 0 · log 0 is 0, and not NaN
                loss = -np.sum(t[counts] * log_y[counts]) / len(t)
        self.y, self.t = z / total, t
        return float(loss) + 0.0  # so that a perfect answer costs 0.0, not -0.0

    def backward(self, dout: float = 1.0) -> np.ndarray:
        """Gradient of the loss for the scores, (N, K)."""
        if self.y is None:
            raise RuntimeError("SoftmaxWithLoss: backward came before forward")
        dx = self.y.copy()
        if self.t.ndim == 1:
            dx[np.arange(len(dx)), self.t] -= 1
        else:
            dx -= self.t
        dx *= dout / len(dx)
        return dx
