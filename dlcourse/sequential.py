"""Chapter 05: layers in a row, and how their arrays are saved."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from dlcourse.layers import Layer
from dlcourse.storage import read_npz, write_npz
from dlcourse.views import ArrayView

__all__ = ["Sequential"]


class Sequential:
    """Layers in a row: the output of each is the input of the next.

    Parameters
    ----------
    layers : sequence of Layer
        Kept as a tuple: for other layers, build another network.

    Attributes
    ----------
    params, grads, state : ArrayView
        Live views over the arrays of all layers.
    """

    def __init__(self, layers: Sequence[Layer]):
        self.layers = tuple(layers)
        if not self.layers:
            raise ValueError(f"{type(self).__name__}: layers is empty, expected at least one Layer")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"{type(self).__name__}: {layer!r} is not a Layer")
        if len(set(map(id, self.layers))) < len(self.layers):
            raise ValueError(f"{type(self).__name__}: a layer comes twice, but remembers its last input only; make two")
        self.params = ArrayView(self.layers, "params")
        self.grads = ArrayView(self.layers, "grads")
        self.state = ArrayView(self.layers, "state")

    def forward(self, x: np.ndarray, *, training: bool = False) -> np.ndarray:
        """Pass `x` through all layers."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, dout: np.ndarray) -> np.ndarray:
        """Pass `dout` back through all layers; sets `grads` and returns the gradient for `x`."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def backward_params(self, dout: np.ndarray) -> None:
        """As `backward`, without the gradient for `x`: saves the first layer its largest product."""
        for layer in reversed(self.layers[1:]):
            dout = layer.backward(dout)
        self.layers[0].backward_params(dout)

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the parameters."""
        return next((array.dtype for array in self.params.values()), np.dtype(np.float32))

    def astype(self, dtype: DTypeLike):
        """A copy of the network with all its arrays in `dtype`; float64 is for gradient checks."""
        dtype, twin = float_dtype(dtype, "astype"), copy.deepcopy(self)
        for layer in twin.layers:
            for arrays in (layer.params, layer.grads, layer.state):
                arrays.update({key: array.astype(dtype) for key, array in arrays.items()})
        return twin

    def save_params(self, path: str | Path) -> None:
        """Save all parameters and states to an ``.npz`` file: whole or not at all."""
        write_npz(path, dict(self._saved()))

    def load_params(self, path: str | Path) -> None:
        """Put the arrays of a file that `save_params` wrote into this network.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, or holds another network's arrays (names, shapes and dtypes are
            compared, numbers must be finite). The network is then left as it was.
        """
        found, own = read_npz(path, what="weights file"), self._saved()
        missing, extra = sorted(own.keys() - found.keys()), sorted(found.keys() - own.keys())
        if missing or extra:
            parts = [f"{word} {', '.join(names)}" for word, names in (("lacks", missing), ("has", extra)) if names]
            raise ValueError(f"{path} is the weights file of another network: it {' and '.join(parts)}")
        for name, array in found.items():
            if array.shape != own[name].shape or array.dtype != own[name].dtype:
                raise ValueError(
                    f"{path} is the weights file of another network: {name} is {array.dtype} {array.shape},"
                    f" expected {own[name].dtype} {own[name].shape}"
                )
            if not np.isfinite(array).all():
                raise ValueError(f"{path}: {name} holds numbers that are not finite; train it again")
        for name, array in found.items():
            (self.params if name in self.params else self.state)[name] = array

    def _saved(self) -> Mapping[str, np.ndarray]:
        return {**self.params, **self.state}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"


def float_dtype(dtype: DTypeLike, who: str) -> np.dtype:
    """The dtype, if it is one of floats; `who` begins the message if not."""
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"{who}: dtype is {np.dtype(dtype)}, expected floats such as float32")
    return np.dtype(dtype)
