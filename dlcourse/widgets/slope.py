"""The gradient of the number that is in hand: which way the loss goes where it grows."""

import html
from collections.abc import Callable

import ipywidgets as widgets
import numpy as np

from dlcourse.networks import Classifier
from dlcourse.text import _
from dlcourse.widgets.inputs import CONTROL_WIDTH
from dlcourse.widgets.own import Mistake
from dlcourse.widgets.switches import switches_of

__all__ = ["Slope", "compute", "say"]

Data = tuple[np.ndarray, np.ndarray, str]
"""Samples, their classes, and what they are called."""


def compute(network: Classifier, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
    """Gradient of the mean cross-entropy of some samples, without weight decay and dropout, by backpropagation.

    Parameters
    ----------
    network : Classifier
        Stays as it is: a copy of it is run.
    x, t : ndarray

    Returns
    -------
    dict of str to ndarray
    """
    twin = network.astype(np.float32)
    twin.penalty = None  # no explorer shows a loss with it
    with np.errstate(over="ignore", invalid="ignore"):  # what blew up is said in words
        return twin.gradient(x.astype(np.float32), t, training=False)


def say(gradient: float, data: str) -> str:
    """Say what a gradient means for who holds the number in hand."""
    if not np.isfinite(gradient):
        words = _("Its gradient is not a number: the loss of {data} blew up.")
    elif gradient == 0:
        words = _("Its gradient is 0: a small change of it leaves the loss of {data} as it is.")
    elif gradient < 0:
        words = _("Its gradient is {gradient}: the loss of {data} falls where it grows.")
    else:
        words = _("Its gradient is {gradient}: the loss of {data} rises where it grows.")
    return words.format(gradient=f"{gradient:.3g}", data=data)


class Slope:
    """A line of words on the gradient of one number of a network; the work is done once for each state of it.

    Parameters
    ----------
    network : callable
        Gives the network as it is now.
    data : callable
        Gives the samples on which the loss is taken, their classes, and what they are called; the same arrays each time.

    Attributes
    ----------
    line : ipywidgets widget
    """

    def __init__(self, network: Callable[[], Classifier], data: Callable[[], Data]):
        self._network, self._data = network, data
        self._state: tuple = ()
        self._held: tuple = ()  # so that nothing else gets their identity
        self._grads: dict[str, np.ndarray] = {}
        self.line = widgets.HTML(layout={"width": CONTROL_WIDTH, "max_width": "calc(100% - 4px)"})  # less its margins

    def show(self, name: str, index: tuple[int, ...]) -> None:
        """Say the gradient of one number of an array, as the network is now."""
        network, (x, t, data) = self._network(), self._data()
        try:
            self._bring_up_to_date(network, x, t)
            words = say(float(self._grads[name][index]), data)
        except Mistake as mistake:  # in the learner's own layers
            words = str(mistake)
        self.line.value = (
            f'<div role="status" style="line-height: 16px; min-height: 32px; white-space: normal">{html.escape(words)}</div>'
        )

    def _bring_up_to_date(self, network: Classifier, x: np.ndarray, t: np.ndarray) -> None:
        held = [*network.params.values(), *network.state.values()]
        off = [sorted(switch.off) for switch in switches_of(network)]
        state = id(network), id(x), [array.tobytes() for array in held], off
        if state != self._state:
            self._grads, self._state, self._held = compute(network, x, t), state, (network, x)
