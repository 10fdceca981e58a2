"""The networks that are measured: their step in dlcourse, and the matrix products of that step alone.

`same_maths` compares loss and gradients with PyTorch's before anything is timed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.others import LR, Description, torch_gradients
from dlcourse.convolution import Convolution
from dlcourse.layers import Affine
from dlcourse.models import DeepConvNet, MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import SGD, Adam


@dataclass(frozen=True)
class Case:
    """A network with a batch, ready to take steps."""

    network: Classifier
    x: np.ndarray
    t: np.ndarray
    adam: bool

    def described(self) -> tuple[Description, np.ndarray, np.ndarray, bool]:
        """The case as those take it who do not know dlcourse."""
        return describe(self.network), self.x, self.t, self.adam

    def step(self) -> Callable[[], float]:
        """A training step, as the Trainer takes it."""
        optimizer = Adam(LR) if self.adam else SGD(LR)

        def step():
            loss, grads = self.network.loss_and_gradient(self.x, self.t)
            optimizer.update(self.network.params, grads)
            return loss

        return step

    def inference(self) -> Callable[[], np.ndarray]:
        """Scores of the batch, as nobody trains."""
        return lambda: self.network.scores(self.x)

    def products(self, *, backward: bool = True) -> Callable[[], None]:
        """The step's matrix products alone, on float32 matrices that are ready.

        Affine: ``x @ W``, and backward ``xᵀ @ dout`` and ``dout @ Wᵀ``. A convolution has the same three, with the rows
        of im2col of the whole batch as its ``x``. The first layer needs no ``dx``.
        """
        calls: list[Callable[[], object]] = []
        self.network.forward(self.x, training=True)
        for i, layer in enumerate(self.network.layers):
            if isinstance(layer, Affine):
                calls += _affine_products(len(self.x), *layer.W.shape, backward, backward and i > 0)
            elif isinstance(layer, Convolution):
                calls += _convolution_products(layer, backward, backward and i > 0)

        def step():
            for call in calls:
                call()

        return step


def side(make: Callable[[], Case], name: str, **options) -> Callable[[], object]:
    """One side of a case: ``step``, ``inference`` or ``products``."""
    return getattr(make(), name)(**options)


def mlp(hidden: Sequence[int], *, batch: int = 100, adam: bool = False, batch_norm: bool = False) -> Case:
    """784 inputs, hidden layers with ReLU, 10 classes."""
    network = MultiLayerNet(784, hidden, 10, batch_norm=batch_norm, rng=0)
    return Case(network, *_batch((batch, 784)), adam)


def simple_conv_net(size: int = 28, batch: int = 100) -> Case:
    """SimpleConvNet on images of size × size."""
    network = SimpleConvNet((1, size, size), weight_init_std="he", rng=0)
    return Case(network, *_batch((batch, 1, size, size)), adam=True)


def deep_conv_net(batch: int = 100) -> Case:
    """DeepConvNet, with dropout."""
    return Case(DeepConvNet(rng=0), *_batch((batch, 1, 28, 28)), adam=True)


def describe(network: Classifier) -> Description:
    """The layers of the network by names, arrays and settings."""
    settings = ("stride", "pad", "pool_h", "pool_w", "eps", "momentum", "dropout_ratio")
    return [
        (type(layer).__name__, layer.params, {name: getattr(layer, name) for name in settings if hasattr(layer, name)})
        for layer in network.layers
    ]


def same_maths(case: Case) -> None:
    """Raise unless dlcourse and PyTorch find the same loss and gradients; dropout is left out of it."""
    layers = [layer for layer in case.network.layers if type(layer).__name__ != "Dropout"]
    network, few = Classifier(layers, case.network.input_shape), slice(8)
    loss, grads = network.loss_and_gradient(case.x[few], case.t[few])
    their_loss, their_grads = torch_gradients(describe(network), case.x[few], case.t[few])
    np.testing.assert_allclose(loss, their_loss, rtol=1e-4)
    for (name, ours), theirs in zip(grads.items(), their_grads, strict=True):
        theirs = theirs.T if name.startswith("W") and ours.ndim == 2 else theirs
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * np.abs(theirs).max() + 1e-6, err_msg=name)


def _batch(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.random(shape, dtype=np.float32), rng.integers(0, 10, shape[0])


def _matrix(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).random(shape, dtype=np.float32)


def _affine_products(n: int, inputs: int, outputs: int, backward: bool, dx: bool) -> list[Callable[[], object]]:
    x, W, dout = _matrix(n, inputs), _matrix(inputs, outputs), _matrix(n, outputs)
    forward = [lambda: x @ W]
    return forward + backward * [lambda: x.T @ dout] + dx * [lambda: dout @ W.T]


def _convolution_products(layer: Convolution, backward: bool, dx: bool) -> list[Callable[[], object]]:
    filters, size = len(layer.W), layer.W[0].size
    images, _, out_h, out_w = layer.out_shape
    rows, W = _matrix(images * out_h * out_w, size), _matrix(filters, size)
    dout = _matrix(len(rows), filters)
    forward = [lambda: rows @ W.T]
    return forward + backward * [lambda: rows.T @ dout] + dx * [lambda: dout @ W]
