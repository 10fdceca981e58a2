"""Chapter 05: one mapping over the arrays of all layers, so that nothing is gathered by hand."""

from collections.abc import Iterator, MutableMapping, Sequence

import numpy as np

from dlcourse.functions import as_float
from dlcourse.layers import Layer

__all__ = ["ArrayView"]


class ArrayView(MutableMapping):
    """The arrays of all layers under numbered names: ``W1, b1, W2, …``; what is read is not copied.

    ``view["W1"] -= step`` and ``view["W1"] = array`` both reach the layer. The latter copies the array,
    so that two networks that are given the same one do not learn together. A name keeps its shape and
    dtype: another shape raises, another float dtype is converted. The number counts the layers that
    hold such a name, so the third batch normalization owns ``gamma3``.

    Parameters
    ----------
    layers : sequence of Layer
    which : {"params", "grads", "state"}
        The dict of each layer that is shown.
    """

    def __init__(self, layers: Sequence[Layer], which: str):
        self._which = which
        self._places: dict[str, tuple[Layer, str]] = {}
        counts: dict[str, int] = {}
        for layer in layers:
            for key in layer.state if which == "state" else layer.params:
                counts[key] = counts.get(key, 0) + 1
                self._places[f"{key}{counts[key]}"] = (layer, key)

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            layer, key = self._places[name]
            return getattr(layer, self._which)[key]
        except KeyError:
            raise self._missing(name) from None

    def __setitem__(self, name: str, value: np.ndarray) -> None:
        old = self[name]
        if value is old:  # what `view[name] -= step` ends with: the array has changed in place
            return
        value = as_float(value, self._which, name).astype(old.dtype)
        if value.shape != old.shape:
            raise ValueError(f"{name} has shape {old.shape}, an array of shape {value.shape} cannot take its place")
        layer, key = self._places[name]
        getattr(layer, self._which)[key] = value

    def _missing(self, name: str) -> KeyError:
        if name not in self._places:
            return KeyError(f"there is no {name!r} in {self._which}; there are {', '.join(self._places) or 'none'}")
        return KeyError(f"{name!r} has no gradient yet: call gradient(x, t) first")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{name!r} belongs to a layer and cannot be taken out of the network")

    def __iter__(self) -> Iterator[str]:
        return (name for name, (layer, key) in self._places.items() if key in getattr(layer, self._which))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name}: {array.shape} {array.dtype}" for name, array in self.items()) + "}"
