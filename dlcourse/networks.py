"""Chapter 05: networks, which are layers in a row with a loss at the end.

`Sequential` (in `dlcourse.sequential`) passes an array through its layers, and a gradient back. `Classifier`
puts softmax and cross-entropy on top and has what training needs: predict, loss, accuracy, gradient.
`SimpleNet` and `TwoLayerNet` are the two networks of chapters 04 and 05.
"""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from numpy.typing import DTypeLike

from dlcourse.book import names_of_the_book
from dlcourse.functions import softmax
from dlcourse.gradients import GradientCheck, check_gradient, numerical_gradient
from dlcourse.layers import Affine, Layer, ReLU, Sigmoid, SoftmaxWithLoss
from dlcourse.losses import check_targets
from dlcourse.sequential import Sequential, float_dtype

__all__ = ["Classifier", "Sequential", "SimpleNet", "TwoLayerNet"]
__getattr__ = names_of_the_book(__name__)


class Classifier(Sequential):
    """A network whose scores are turned into probabilities and compared with the true classes.

    Parameters
    ----------
    layers : sequence of Layer
        The last one gives scores of shape (N, K).
    input_shape : tuple of int
        Shape of ONE sample, such as (784,) or (1, 28, 28).
    penalty : object, optional
        Adds to the loss and to the gradients, such as `dlcourse.regularization.L2`.
    """

    def __init__(self, layers: Sequence[Layer], input_shape: tuple[int, ...], penalty=None):
        super().__init__(layers)
        if not isinstance(input_shape, Sequence):
            raise TypeError(f"{type(self).__name__}: input_shape is {input_shape!r}, expected a tuple such as (784,)")
        self.input_shape = tuple(input_shape)
        self.penalty = penalty
        self.last_layer = SoftmaxWithLoss()

    def scores(self, x: np.ndarray, *, batch_size: int = 500) -> np.ndarray:
        """Scores (before softmax) for one sample or a batch, ``batch_size`` samples at a time.

        The batches keep memory small: 10,000 images at once would fill gigabytes in a CNN.
        """
        x, single = self._as_batch(x)
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(f"{type(self).__name__}: batch_size is {batch_size!r}, expected a whole number ≥ 1")
        parts = [self.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
        out = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return out[0] if single else out

    def predict(self, x: np.ndarray, *, batch_size: int = 500) -> np.ndarray:
        """Probabilities of the classes.

        Parameters
        ----------
        x : ndarray of shape (N, *input_shape), or of shape input_shape for one sample
        batch_size : int
            How many samples go through the network at a time.

        Returns
        -------
        ndarray of shape (N, K), or (K,) for one sample
        """
        return softmax(self.scores(x, batch_size=batch_size))

    def loss(self, x: np.ndarray, t: np.ndarray, *, training: bool = False) -> float:
        """Mean cross-entropy of a batch in nats, with the penalty if there is one.

        Parameters
        ----------
        x : ndarray of shape (N, *input_shape)
        t : ndarray of shape (N,) or (N, K)
            Labels or one-hot.
        training : bool
            Whether dropout and batch normalization behave as in training.
        """
        x, single = self._as_batch(x)
        loss = self.last_layer.forward(self.forward(x, training=training), np.asarray(t)[None] if single else t)
        return loss + (self.penalty.loss(self.params) if self.penalty else 0.0)

    def accuracy(self, x: np.ndarray, t: np.ndarray, *, batch_size: int = 500) -> float:
        """Share of the samples whose most probable class is the true one, in [0, 1]."""
        x, single = self._as_batch(x)
        y, t = self.scores(x, batch_size=batch_size), np.asarray(t)[None] if single else np.asarray(t)
        check_targets(y, t, type(self).__name__)
        labels = t if t.ndim == 1 else t.argmax(axis=1)
        return float(np.mean(y.argmax(axis=1) == labels))

    def loss_and_gradient(
        self, x: np.ndarray, t: np.ndarray, *, training: bool = True
    ) -> tuple[float, dict[str, np.ndarray]]:
        """Loss of a batch, and its gradient for every parameter, by backpropagation."""
        loss = self.loss(x, t, training=training)
        self.backward_params(self.last_layer.backward())
        if self.penalty:
            self.penalty.add_gradient(self.params, self.grads)
        return loss, dict(self.grads)

    def gradient(self, x: np.ndarray, t: np.ndarray, *, training: bool = True) -> dict[str, np.ndarray]:
        """Gradient of the loss for every parameter, by backpropagation: ``{"W1": …, "b1": …}``."""
        return self.loss_and_gradient(x, t, training=training)[1]

    def numerical_gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        """The same gradient by differences: slow, and the judge of `gradient`.

        Works on a float64 copy of the network, in test mode. 784-50-10 has 39,760 parameters and so
        needs 79,520 losses; `check_gradient` compares a sample of them.
        """
        twin, x = self.astype(np.float64), np.asarray(x, dtype=np.float64)
        return {name: numerical_gradient(lambda _: twin.loss(x, t), array) for name, array in twin.params.items()}

    def check_gradient(
        self, x: np.ndarray, t: np.ndarray, *, samples: int = 50, training: bool = False, rng=None
    ) -> dict[str, GradientCheck]:
        """Compare backpropagation with differences at some entries of every parameter, in float64.

        Parameters
        ----------
        x, t : ndarray
            A small batch.
        samples : int
            Entries of each parameter that are compared, drawn by `rng`.
        training : bool
            Check the training behaviour; not possible with dropout, which draws anew at each call.

        Returns
        -------
        dict of str to GradientCheck

        Raises
        ------
        ValueError
            If the whole gradient is zero (such a check proves nothing), or the loss is not the same at each call.
        """
        twin, x, rng = self.astype(np.float64), np.asarray(x, dtype=np.float64), np.random.default_rng(rng)
        grads = twin.gradient(x, t, training=training)
        if not any(grad.any() for grad in grads.values()):
            raise ValueError("check_gradient: backpropagation gives 0 everywhere; a check of zeros proves nothing")
        first, second = (twin.loss(x, t, training=training) for _ in range(2))
        if not first == second:  # NaN too
            raise ValueError(f"check_gradient: the same loss is {first}, then {second}; dropout? use training=False")
        how = {"samples": samples, "rng": rng, "allow_zeros": True}
        return {
            name: check_gradient(lambda _: twin.loss(x, t, training=training), array, grads[name], **how)
            for name, array in twin.params.items()
        }

    def _as_batch(self, x: np.ndarray) -> tuple[np.ndarray, bool]:
        """Give `x` as a batch, and whether it was a single sample."""
        x = np.asarray(x)
        if x.dtype.kind not in "biuf":
            raise TypeError(f"{type(self).__name__}: x has dtype {x.dtype}, expected real numbers")
        single = x.shape == self.input_shape
        if not single and x.shape[1:] != self.input_shape:
            sizes = ", ".join(map(str, self.input_shape))
            raise ValueError(f"{type(self).__name__}: x has shape {x.shape}, expected (N, {sizes})")
        if len(x) == 0:
            raise ValueError(f"{type(self).__name__}: x is empty, expected at least one sample")
        return (x[None], True) if single else (x, False)


class SimpleNet:
    """The smallest network: two inputs, three classes, one matrix `W` and no bias.

    Parameters
    ----------
    W : ndarray of shape (2, 3), optional
        Weights; drawn from the standard normal distribution if not given.
    rng : Generator or int, optional
        Draws them.
    """

    def __init__(self, W: np.ndarray | None = None, rng: np.random.Generator | int | None = None):
        self.W = np.random.default_rng(rng).standard_normal((2, 3)) if W is None else np.array(W, dtype=float)
        if self.W.shape != (2, 3):
            raise ValueError(f"SimpleNet: W has shape {self.W.shape}, expected (2, 3)")

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Scores of the three classes, (3,) or (N, 3)."""
        x = np.asarray(x)
        if x.ndim not in (1, 2) or x.shape[-1] != 2:
            raise ValueError(f"SimpleNet: x has shape {x.shape}, expected (2,) or (N, 2)")
        return x @ self.W

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        """Mean cross-entropy in nats of the softmax of the scores."""
        return SoftmaxWithLoss().forward(np.atleast_2d(self.predict(x)), np.asarray(t)[None] if np.ndim(x) == 1 else t)

    def __repr__(self) -> str:
        return f"SimpleNet(W {self.W.shape})"


class TwoLayerNet(Classifier):
    """Affine, activation, Affine: the network of the notes, 784-50-10 for digits.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Numbers of inputs, hidden neurons and classes.
    weight_init_std : float
        Standard deviation of the normal initial weights; biases start at 0.
    rng : Generator or int, optional
        Draws the weights.
    activation : {"relu", "sigmoid"}
        Of the hidden layer. The notes' own listing uses sigmoid.
    dtype : dtype
        float32 for training, float64 for gradient checks.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | int | None = None,
        *,
        activation: str = "relu",
        dtype: DTypeLike = np.float32,
    ):
        sizes = (input_size, hidden_size, output_size)
        if not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(f"TwoLayerNet: the sizes are {sizes}, expected whole numbers ≥ 1")
        if not 0 <= weight_init_std < np.inf:
            raise ValueError(f"TwoLayerNet: weight_init_std is {weight_init_std}, expected a finite number ≥ 0")
        if activation not in ("relu", "sigmoid"):
            raise ValueError(f"TwoLayerNet: activation is {activation!r}, expected 'relu' or 'sigmoid'")
        rng, dtype = np.random.default_rng(rng), float_dtype(dtype, "TwoLayerNet")

        def affine(inputs: int, outputs: int) -> Affine:
            W = weight_init_std * rng.standard_normal((inputs, outputs))
            return Affine(W.astype(dtype), np.zeros(outputs, dtype))

        super().__init__(
            [affine(input_size, hidden_size), ReLU() if activation == "relu" else Sigmoid(),
             affine(hidden_size, output_size)],
            input_shape=(input_size,),
        )  # fmt: skip
