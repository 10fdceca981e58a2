"""Chapter 09: three networks, built from the layers of all chapters before.

A builder puts layers in a row and draws their weights; all else comes from `Classifier`.
"""

from collections.abc import Callable, Sequence
from numbers import Integral

import numpy as np
from numpy.typing import DTypeLike

from dlcourse.book import book_names, names_of_the_book
from dlcourse.convolution import Convolution, MaxPooling, output_size
from dlcourse.datasets import data_folder
from dlcourse.initializers import fan_in, initial_std, normal
from dlcourse.layers import Affine, Flatten, Layer, ReLU, Sigmoid, Tanh
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.normalization import BatchNormalization
from dlcourse.regularization import L2, Dropout
from dlcourse.storage.bundled import check_bundled

__all__ = ["ACTIVATIONS", "STORED", "DeepConvNet", "MultiLayerNet", "SimpleConvNet", "stored_network"]

__getattr__ = names_of_the_book(__name__)

ACTIVATIONS: dict[str, Callable[[], Layer]] = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
"""Activation layers by name."""


@book_names
class MultiLayerNet(Classifier):
    """Hidden layers in any number: Affine, (batch normalization,) activation, (dropout); Affine at the end.

    Parameters
    ----------
    input_size : int
    hidden_size_list : sequence of int
        Width of each hidden layer.
    output_size : int
        Number of classes.
    activation : {"relu", "sigmoid", "tanh"}
    weight_init_std : float or str, optional
        Standard deviation, or ``"he"`` or ``"xavier"``; the one that suits the activation if not given.
    weight_decay_lambda : float
        Strength of the L2 weight decay; ``net.penalty.weight_decay`` changes it later.
    batch_norm : bool
        Normalize before each activation.
    dropout_ratio : float
        Share of each hidden layer that is switched off in training; 0 means no dropout layers.
    rng : Generator or int, optional
        Draws the weights, then the dropout masks.
    dtype : dtype

    Raises
    ------
    ValueError
        If a size is below 1, or a name or number is outside its range.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size_list: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: float | str | None = None,
        weight_decay_lambda: float = 0.0,
        *,
        batch_norm: bool = False,
        dropout_ratio: float = 0.0,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float32,
    ):
        if np.ndim(hidden_size_list) != 1 or not _are_sizes(input_size, *hidden_size_list, output_size):
            raise ValueError(
                f"MultiLayerNet: input_size is {input_size}, hidden_size_list {hidden_size_list}, output_size"
                f" {output_size}; expected whole numbers ≥ 1, and a list of them for the hidden layers"
            )
        sizes = [input_size, *hidden_size_list, output_size]
        if activation not in ACTIVATIONS:
            raise ValueError(f"MultiLayerNet: activation is {activation!r}, expected one of {list(ACTIVATIONS)}")
        rng = np.random.default_rng(rng)
        rule = activation if weight_init_std is None else weight_init_std
        layers: list[Layer] = []
        for inputs, outputs in zip(sizes[:-2], sizes[1:-1], strict=True):
            layers.append(_affine(inputs, outputs, rule, rng, dtype))
            if batch_norm:
                layers.append(_batch_norm(outputs, dtype))
            layers.append(ACTIVATIONS[activation]())
            if dropout_ratio:
                layers.append(Dropout(dropout_ratio, rng))
        layers.append(_affine(sizes[-2], sizes[-1], rule, rng, dtype))
        super().__init__(layers, (input_size,), L2(weight_decay_lambda))


class SimpleConvNet(Classifier):
    """Convolution, ReLU, 2×2 max-pooling, Affine, ReLU, Affine.

    Parameters
    ----------
    input_dim : tuple of int
        (C, height, width) of an image.
    conv_param : dict, optional
        ``filter_num``, ``filter_size``, ``pad`` and ``stride`` of the convolution.
    hidden_size, output_size : int
    weight_init_std : float or str
        Standard deviation, or ``"he"`` or ``"xavier"``.
    weight_decay_lambda : float
    rng : Generator or int, optional
    dtype : dtype

    Raises
    ------
    ValueError
        If sizes do not fit together; see `dlcourse.convolution.output_size`.
    """

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        conv_param: dict[str, int] | None = None,
        hidden_size: int = 100,
        output_size: int = 10,
        weight_init_std: float | str = 0.01,
        *,
        weight_decay_lambda: float = 0.0,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float32,
    ):
        conv = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}
        if unknown := set(conv_param or {}) - set(conv):
            raise ValueError(f"SimpleConvNet: conv_param has {sorted(unknown)}, expected {list(conv)}")
        conv |= conv_param or {}
        if np.shape(input_dim) != (3,) or not _are_sizes(*input_dim, conv["filter_num"], hidden_size, output_size):
            raise ValueError(
                f"SimpleConvNet: input_dim is {input_dim}, filter_num {conv['filter_num']}, hidden_size {hidden_size},"
                f" output_size {output_size}; expected (C, height, width) and whole numbers ≥ 1"
            )
        rng = np.random.default_rng(rng)
        channels, height, width = input_dim
        try:
            pooled = [_pooled(_after_convolution(size, conv)) for size in (height, width)]
        except ValueError as error:
            raise ValueError(f"SimpleConvNet: images of {height}×{width} do not fit: {error}") from None
        layers = [
            _convolution(channels, conv["filter_num"], conv["filter_size"], weight_init_std, rng, dtype,
                         conv["stride"], conv["pad"]),
            ReLU(),
            MaxPooling(2, 2, 2),
            Flatten(),
            _affine(conv["filter_num"] * pooled[0] * pooled[1], hidden_size, weight_init_std, rng, dtype),
            ReLU(),
            _affine(hidden_size, output_size, weight_init_std, rng, dtype),
        ]  # fmt: skip
        super().__init__(layers, input_dim, L2(weight_decay_lambda))


@book_names
class DeepConvNet(Classifier):
    """Three blocks of two 3×3 convolutions and a pooling; then dropout, Affine, dropout, Affine.

    The shape follows the deep network of the book's last chapter, which puts its dropouts behind the
    Affine layers, the last one on the scores themselves. For 28×28 digits the maps are 28, 14, 8 (the
    fourth convolution pads by 2, so that all sizes divide) and 4 pixels wide.

    Parameters
    ----------
    input_dim : tuple of int
        (C, height, width) of an image; height and width as 28: they must divide on the way.
    filter_nums : sequence of six int
        Filters of each convolution.
    hidden_size, output_size : int
    dropout_ratio : float
        Before each of the last two Affine layers; 0 leaves them out.
    batch_norm : bool
        Normalize after each convolution and after the hidden Affine.
    rng : Generator or int, optional
        Draws the He weights, then the dropout masks.
    dtype : dtype

    Raises
    ------
    ValueError
        If sizes do not fit together; see `dlcourse.convolution.output_size`.
    """

    PADS = (1, 1, 1, 2, 1, 1)

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (1, 28, 28),
        filter_nums: Sequence[int] = (16, 16, 32, 32, 64, 64),
        hidden_size: int = 50,
        output_size: int = 10,
        *,
        dropout_ratio: float = 0.5,
        batch_norm: bool = False,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float32,
    ):
        shapes = np.shape(input_dim), np.shape(filter_nums)
        if shapes != ((3,), (6,)) or not _are_sizes(*input_dim, *filter_nums, hidden_size, output_size):
            raise ValueError(
                f"DeepConvNet: input_dim is {input_dim}, filter_nums {filter_nums}, hidden_size {hidden_size},"
                f" output_size {output_size}; expected (C, height, width), six numbers of filters, all whole and ≥ 1"
            )
        rng = np.random.default_rng(rng)
        channels, height, width = input_dim
        layers: list[Layer] = []
        for i, (filters, pad) in enumerate(zip(filter_nums, self.PADS, strict=True)):
            layers.append(_convolution(channels, filters, 3, "he", rng, dtype, 1, pad))
            layers += [_batch_norm(filters, dtype), ReLU()] if batch_norm else [ReLU()]
            channels, height, width = filters, height + 2 * pad - 2, width + 2 * pad - 2
            if i % 2:
                layers.append(MaxPooling(2, 2, 2))
                try:
                    height, width = _pooled(height), _pooled(width)
                except ValueError as error:
                    raise ValueError(f"DeepConvNet: images of {input_dim[1:]} do not fit: {error}") from None
        layers.append(Flatten())
        if dropout_ratio:
            layers.append(Dropout(dropout_ratio, rng))
        layers.append(_affine(channels * height * width, hidden_size, "he", rng, dtype))
        layers += [_batch_norm(hidden_size, dtype), ReLU()] if batch_norm else [ReLU()]
        if dropout_ratio:
            layers.append(Dropout(dropout_ratio, rng))
        layers.append(_affine(hidden_size, output_size, "he", rng, dtype))
        super().__init__(layers, input_dim)


STORED: dict[str, Callable[[], Classifier]] = {
    "mlp_784_50_100_10": lambda: MultiLayerNet(784, [50, 100], 10, activation="sigmoid", rng=0),
    "two_layer_net": lambda: TwoLayerNet(784, 50, 10, rng=0),
    "simple_conv_net": lambda: SimpleConvNet(rng=0),
    "deep_conv_net": lambda: DeepConvNet(batch_norm=True, dropout_ratio=0.25, rng=0),
}
"""Builders of the networks whose trained weights come with the course."""


def stored_network(name: str) -> Classifier:
    """A network that is trained already; ``data/README.md`` says how, and how well it reads digits.

    Parameters
    ----------
    name : str
        One of `STORED`.

    Returns
    -------
    Classifier
        A new one at each call.

    Raises
    ------
    ValueError
        If there is no such network, or its file is damaged.
    FileNotFoundError
        If its file is missing.
    """
    if name not in STORED:
        raise ValueError(f"stored_network: name is {name!r}, expected one of {', '.join(STORED)}")
    network = STORED[name]()
    path = data_folder() / "weights" / f"{name}.npz"
    network.load_params(path)
    check_bundled({**network.params, **network.state}, path)
    return network


def _are_sizes(*sizes: int) -> bool:
    return all(isinstance(size, Integral) and size >= 1 for size in sizes)


def _affine(inputs: int, outputs: int, rule: float | str, rng: np.random.Generator, dtype: DTypeLike) -> Affine:
    return Affine(normal((inputs, outputs), initial_std(rule, inputs), rng, dtype), np.zeros(outputs, dtype))


def _convolution(
    channels: int, filters: int, size: int, rule: float | str, rng: np.random.Generator, dtype: DTypeLike,
    stride: int, pad: int,
) -> Convolution:  # fmt: skip
    shape = (filters, channels, size, size)
    W = normal(shape, initial_std(rule, fan_in(shape)), rng, dtype)
    return Convolution(W, np.zeros(filters, dtype), stride, pad)


def _batch_norm(features: int, dtype: DTypeLike) -> BatchNormalization:
    return BatchNormalization(np.ones(features, dtype), np.zeros(features, dtype))


def _after_convolution(size: int, conv: dict[str, int]) -> int:
    return output_size(size, conv["filter_size"], conv["stride"], conv["pad"])


def _pooled(size: int) -> int:
    return output_size(size, 2, 2)
