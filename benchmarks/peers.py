"""The same training step four times: in dlcourse, in PyTorch, in scikit-learn, and as its matrix products alone.

The networks hold the same layers, and dlcourse's and PyTorch's start from the same weights; `same_maths`
compares their losses and gradients before anything is timed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse.convolution import COLUMNS_AT_ONCE, Convolution
from dlcourse.layers import Affine
from dlcourse.models import DeepConvNet, MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import SGD, Adam

try:
    import torch
    from sklearn.neural_network import MLPClassifier
except ImportError:
    raise SystemExit("The benchmarks compare with PyTorch and scikit-learn: pip install 'dlcourse[oracles]'") from None

torch.set_num_threads(1)

BATCHES = 10
"""scikit-learn checks its arguments at each call; with so many batches in a call that no longer counts."""

LR = 1e-4
"""So small that the networks stay where they are while they are measured."""


@dataclass(frozen=True)
class Case:
    """A network with a batch, ready to take steps."""

    network: Classifier
    x: np.ndarray
    t: np.ndarray
    adam: bool

    def ours(self) -> Callable[[], float]:
        """A step of dlcourse, as its Trainer takes it."""
        optimizer = Adam(LR) if self.adam else SGD(LR)

        def step():
            loss, grads = self.network.loss_and_gradient(self.x, self.t)
            optimizer.update(self.network.params, grads)
            return loss

        return step

    def pytorch(self) -> Callable[[], float]:
        """A step of PyTorch, eager."""
        model = torch_twin(self.network)
        x, t = torch.from_numpy(self.x), torch.from_numpy(self.t)
        make = torch.optim.Adam if self.adam else torch.optim.SGD
        optimizer, loss_of = make(model.parameters(), lr=LR), torch.nn.CrossEntropyLoss()

        def step():
            optimizer.zero_grad()
            loss = loss_of(model(x), t)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    def scikit_learn(self) -> Callable[[], object] | None:
        """`BATCHES` steps of MLPClassifier, or None: it knows Affine and ReLU alone."""
        if {type(layer).__name__ for layer in self.network.layers} != {"Affine", "ReLU"}:
            return None
        hidden = [layer.W.shape[1] for layer in self.network.layers[:-1] if isinstance(layer, Affine)]
        x, t = np.tile(self.x, (BATCHES, 1)), np.tile(self.t, BATCHES)
        model = MLPClassifier(
            hidden, solver="adam" if self.adam else "sgd", alpha=0, batch_size=len(self.x), learning_rate_init=LR,
            momentum=0, nesterovs_momentum=False, shuffle=False,
        )  # fmt: skip
        model.partial_fit(x, t, classes=np.arange(10))  # it asks for the classes once, before all steps
        return lambda: model.partial_fit(x, t)

    def inference(self) -> Callable[[], np.ndarray]:
        """Scores of the batch, as nobody trains."""
        return lambda: self.network.scores(self.x)

    def products(self, *, backward: bool = True) -> Callable[[], None]:
        """The step's matrix products alone, on float32 matrices that are ready: nobody who uses BLAS is faster.

        Affine: ``x @ W``, and backward ``xᵀ @ dout`` and ``dout @ Wᵀ``. A convolution has the same three, between
        filters and columns, image by image, as many at a time as the library takes. The first layer needs no ``dx``.
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
    """One side of a case: ``ours``, ``pytorch``, ``scikit_learn``, ``products`` or ``inference``."""
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


def torch_twin(network: Classifier) -> torch.nn.Module:
    """The network in PyTorch, with the same weights."""
    nn, modules = torch.nn, []
    for layer in network.layers:
        match type(layer).__name__:
            case "Affine":
                module = nn.Linear(*layer.W.shape)
                _fill(module, layer.W.T, layer.b)
            case "Convolution":
                module = nn.Conv2d(*layer.W.shape[1::-1], layer.W.shape[2:], layer.stride, layer.pad)
                _fill(module, layer.W, layer.b)
            case "BatchNormalization":
                module = nn.BatchNorm1d(len(layer.gamma), layer.eps, 1 - layer.momentum)
            case "MaxPooling":
                module = nn.MaxPool2d((layer.pool_h, layer.pool_w), layer.stride, layer.pad)
            case "Dropout":
                module = nn.Dropout(layer.dropout_ratio)
            case "ReLU":
                module = nn.ReLU()
            case "Flatten":
                module = nn.Flatten()
            case other:
                raise TypeError(f"torch_twin: there is no twin for {other}")
        modules.append(module)
    return nn.Sequential(*modules)


def same_maths(case: Case) -> None:
    """Raise unless dlcourse and PyTorch find the same loss and gradients; dropout is left out of it."""
    layers = [layer for layer in case.network.layers if type(layer).__name__ != "Dropout"]
    network = Classifier(layers, case.network.input_shape)
    few = slice(8)
    loss, grads = network.loss_and_gradient(case.x[few], case.t[few])
    model = torch_twin(network)
    theirs = torch.nn.CrossEntropyLoss()(model(torch.from_numpy(case.x[few])), torch.from_numpy(case.t[few]))
    theirs.backward()
    np.testing.assert_allclose(loss, theirs.item(), rtol=1e-4)
    # Both give the parameters layer by layer, the weights before the biases.
    for (name, ours), parameter in zip(grads.items(), model.parameters(), strict=True):
        other = parameter.grad.numpy()
        other = other.T if name.startswith("W") and ours.ndim == 2 else other
        np.testing.assert_allclose(ours, other, rtol=1e-3, atol=1e-4 * np.abs(other).max() + 1e-6, err_msg=name)


def _batch(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.random(shape, dtype=np.float32), rng.integers(0, 10, shape[0])


def _fill(module: torch.nn.Module, W: np.ndarray, b: np.ndarray) -> None:
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(np.ascontiguousarray(W)))
        module.bias.copy_(torch.from_numpy(b))


def _matrix(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).random(shape, dtype=np.float32)


def _affine_products(n: int, inputs: int, outputs: int, backward: bool, dx: bool) -> list[Callable[[], object]]:
    x, W, dout = _matrix(n, inputs), _matrix(inputs, outputs), _matrix(n, outputs)
    forward = [lambda: x @ W]
    return forward + backward * [lambda: x.T @ dout] + dx * [lambda: dout @ W.T]


def _convolution_products(layer: Convolution, backward: bool, dx: bool) -> list[Callable[[], object]]:
    filters, size = len(layer.W), layer.W[0].size
    images, _, out_h, out_w = layer.out_shape
    at_once = min(images, max(1, COLUMNS_AT_ONCE // (size * out_h * out_w)))
    W, columns = _matrix(filters, size), _matrix(at_once, size, out_h * out_w)
    dout = _matrix(at_once, filters, out_h * out_w)

    def often(product: Callable[[int], object]) -> Callable[[], None]:
        def call():
            for first in range(0, images, at_once):
                product(min(at_once, images - first))

        return call

    forward = [often(lambda n: np.matmul(W, columns[:n]))]
    dW = [often(lambda n: np.matmul(columns[:n], dout[:n].transpose(0, 2, 1)))]
    return forward + backward * dW + dx * [often(lambda n: np.matmul(W.T, dout[:n]))]
