"""Switches behind the neurons and filters of a network: what is off says 0, and learns nothing."""

import numpy as np

from dlcourse.layers import Layer, ReLU, Sigmoid, Tanh
from dlcourse.networks import Classifier
from dlcourse.text import _, joined
from dlcourse.widgets.adapters import OwnLayer

__all__ = ["Switch", "switches_of", "with_switches", "words_of_switches"]


class Switch(Layer):
    """Passes on what it gets, apart from the neurons, or the maps of filters, that are off.

    Attributes
    ----------
    off : set of int
    units : int
        How many neurons or filters stand before it.
    """

    def __init__(self, units: int):
        super().__init__()
        self.units, self.off = units, set()

    def forward(self, x: np.ndarray, *, training: bool = False) -> np.ndarray:
        return self._without(x)

    def backward(self, dout: np.ndarray) -> np.ndarray:
        return self._without(dout)

    def _without(self, array: np.ndarray) -> np.ndarray:
        if not self.off:
            return array
        array = array.copy()
        array[:, sorted(self.off)] = 0
        return array


def with_switches(network: Classifier) -> Classifier:
    """Put a switch behind each hidden activation of a network, and give the network itself."""
    layers, units = [], 0
    for layer in network.layers:
        layers.append(layer)
        if layer.params and "b" in layer.params:
            units = len(layer.params["b"])
        elif isinstance(layer, ReLU | Sigmoid | Tanh) or (isinstance(layer, OwnLayer) and not layer.params):
            layers.append(Switch(units))
    network.layers = tuple(layers)
    return network


def switches_of(network: Classifier) -> list[Switch]:
    """Give the switches of a network, from the first layer on."""
    return [layer for layer in network.layers if isinstance(layer, Switch)]


def words_of_switches(network: Classifier) -> str:
    """Say which neurons or filters are off, for a picture's words; nothing if all are on."""
    off = [
        _("{unit} of layer {layer}").format(unit=unit, layer=layer)
        for layer, switch in enumerate(switches_of(network), 1)
        for unit in sorted(switch.off)
    ]
    return _(" Switched off: {off}.").format(off=joined(off, ", ")) if off else ""
