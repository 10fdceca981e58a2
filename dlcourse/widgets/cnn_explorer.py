"""Chapter 09: inside a convolutional network: its filters before and after training, and what they make of a digit."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.functions import softmax
from dlcourse.layers import ReLU
from dlcourse.models import DeepConvNet, SimpleConvNet, stored_network
from dlcourse.networks import Classifier, Sequential
from dlcourse.plots import PALETTE
from dlcourse.text import _
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.pointing import PointedPicture
from dlcourse.widgets.switches import Switch, with_switches, words_of_switches
from dlcourse.widgets.tiles import Place, mosaic
from dlcourse.widgets.touch import Touch

__all__ = ["BEFORE", "Inside", "cnn_explorer", "compute", "mosaic"]

START = 2026
BEFORE = {
    "simple_conv_net": lambda: SimpleConvNet(weight_init_std="he", rng=START),
    "deep_conv_net": lambda: DeepConvNet(batch_norm=True, dropout_ratio=0.25, rng=START),
}
"""The stored networks with the weights from which their training began."""

LAYERS = {"simple_conv_net": 1, "deep_conv_net": 6}
FEW = 100  # digits that are read again at each change by hand


class Inside(NamedTuple):
    """What one convolution of a network makes of one image, and what the network says in the end."""

    W: np.ndarray  # (F, C, filter_h, filter_w)
    maps: np.ndarray  # (F, out_h, out_w), after ReLU
    pooled: np.ndarray | None  # (F, pooled_h, pooled_w); None if no pooling follows
    probabilities: np.ndarray  # (K,)


def compute(network: Sequential, x: np.ndarray, number: int) -> Inside:
    """Take one image through a network, and keep what the convolution `number` gives, counted from 1.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (C, height, width)
    number : int

    Returns
    -------
    Inside

    Raises
    ------
    ValueError
        If the network has no such convolution.
    """
    out, seen, W, maps, pooled = x[None], 0, None, None, None
    for layer in network.layers:
        out = layer.forward(out)
        if isinstance(layer, Convolution):
            seen += 1
            W = layer.params["W"] if seen == number else W
        elif seen == number and out.ndim == 4 and pooled is None and isinstance(layer, ReLU | Switch):
            maps = out[0]
        elif seen == number and isinstance(layer, MaxPooling):
            pooled = out[0]
    if W is None:
        raise ValueError(f"compute: number is {number}, the network has {seen} convolutions")
    return Inside(W, maps, pooled, softmax(out[0]))


class CnnDrawing:
    """Above: filters before and after, all maps. Below: the digit, one filter's map and pooled map before and after."""

    def __init__(self, figure: Figure):
        self.before, self.after, self.maps = (Place(figure, left, 0.47, 0.3, 0.46) for left in (0.02, 0.35, 0.68))
        self.cell = Rectangle((0, 0), 1, 1, fill=False, edgecolor=PALETTE["orange"], lw=1.5, visible=False)
        self.after.axes.add_patch(self.cell)
        self.below = [Place(figure, 0.015 + 0.197 * i, 0.03, 0.18, 0.34) for i in range(5)]

    def mark(self, tile: int, row: int, column: int) -> None:
        """Put a frame around one cell of a filter."""
        y, x = self.after.corners[tile]
        self.cell.set_bounds(x + column, y + row, 1, 1)
        self.cell.set_visible(True)

    def update(self, image: np.ndarray, before: Inside, after: Inside, chosen: int, titles: dict[str, str]) -> None:
        self.cell.set_visible(False)
        grey = after.W.shape[1] == 1  # then a filter is one square; else it has one for each channel
        tiles = [inside.W[:, 0] if grey else inside.W[chosen] for inside in (before, after)]
        # One scale for both, so that they can be compared; not the largest, which would leave the others grey.
        most = float(np.quantile(np.abs(tiles), 0.98))
        self.before.show_tiles(tiles[0], chosen if grey else None, -most, most, titles["before"])
        self.after.show_tiles(tiles[1], chosen if grey else None, -most, most, titles["after"])
        self.maps.show_tiles(after.maps, chosen, 0, float(after.maps.max()), titles["maps"])
        self.below[0].show(image, 0, 1, titles["digit"])
        for inside, key, places in ((before, "before", self.below[1:3]), (after, "after", self.below[3:5])):
            high = float(inside.maps[chosen].max())
            places[0].show(inside.maps[chosen], 0, high, titles[f"map {key}"])
            pooled = None if inside.pooled is None else inside.pooled[chosen]
            places[1].show(pooled, 0, high, titles[f"pooled {key}"])


@explorer
def cnn_explorer() -> Panel:
    """Look at one filter of one layer, before and after training, and at what it makes of one digit.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    _train, (digits, labels) = load_mnist(flatten=False)
    networks = {name: (BEFORE[name](), with_switches(stored_network(name))) for name in BEFORE}
    shown = {"simple_conv_net": "SimpleConvNet", "deep_conv_net": "DeepConvNet"}
    layers = {
        _("{network}, convolution {number}").format(network=shown[name], number=number): (name, number)
        for name, count in LAYERS.items()
        for number in range(1, count + 1)
    }
    controls = {
        "layer": Choice(_("layer"), layers),
        "chosen": Number(_("filter"), 0, 29, 0),
        "digit": Number(_("test image"), 0, len(digits) - 1, 0),
    }

    def clicked(across: float, down: float) -> None:
        number, filters = controls["layer"].value[1], controls["chosen"]
        if cell := drawing.after.tile_at(across, down):
            tile, *place = cell
            if networks[in_hand][1].params[f"W{number}"].shape[1] == 1:  # a tile is a filter; else a channel of one
                filters.value, tile = tile, 0
            touch.choose(f"W{number}", (filters.value, tile, *place))
        elif cell := drawing.maps.tile_at(across, down):
            filters.value = cell[0]
            touch.choose_unit(number, cell[0])

    picture = PointedPicture(880, 440, lines=2, pointed=clicked, clicks=True)
    drawing = CnnDrawing(picture.figure)

    as_trained: dict[str, float] = {}  # accuracy of each
    in_hand = ""  # the network that a hand may change

    def update(changed: set[str], layer: tuple[str, int], chosen: int, digit: int) -> None:
        nonlocal in_hand
        name, number = layer
        if name != in_hand or changed == set(controls):  # another one, or all back to the start: as it was trained
            in_hand, networks[name] = name, (networks[name][0], with_switches(stored_network(name)))
            touch.forget()
            touch.panel.deeds = []
        before, after = (compute(network, digits[digit], number) for network in networks[name])
        if "layer" in changed:
            controls["chosen"].set_range(0, len(after.W) - 1)
            chosen = controls["chosen"].value
        titles = words(before, after, chosen, int(labels[digit]))
        drawing.update(digits[digit, 0], before, after, chosen, titles)
        array, index = touch.chosen or ("", ())
        if array == f"W{number}" and (after.W.shape[1] == 1 or index[0] == chosen):
            drawing.mark(index[0] if after.W.shape[1] == 1 else index[1], *index[2:])
        pooled = _("no pooling follows") if after.pooled is None else titles["pooled after"]
        picture.show(
            _("{layer}, filter {chosen} of {count}. {digit}. Before training it is read as {old}, after as {new}."
              " The filter's {before}; {after}; {pooled}.").format(
                layer=_("{network}, convolution {number}").format(network=shown[name], number=number), chosen=chosen,
                count=len(after.W), digit=titles["digit"].capitalize(), old=answer(before), new=answer(after),
                before=titles["map before"], after=titles["map after"], pooled=pooled,
            ) + said_of_hand(networks[name][1], touch.panel.deeds)
        )  # fmt: skip

    def said_of_hand(network: Classifier, deeds: list) -> str:
        if not deeds:
            return ""
        accuracy = network.accuracy(digits[:FEW], labels[:FEW])
        words = _(" Changed by hand, it reads {accuracy:.0%} of {count} test digits; as it was trained, {before:.0%}.")
        if in_hand not in as_trained:
            as_trained[in_hand] = stored_network(in_hand).accuracy(digits[:FEW], labels[:FEW])
        return words_of_switches(network) + words.format(accuracy=accuracy, count=FEW, before=as_trained[in_hand])

    def arrays() -> list[str]:
        number = controls["layer"].value[1]
        return [f"W{number}", f"b{number}"]

    few = digits[:FEW], labels[:FEW], _("the first {count} test digits").format(count=FEW)
    touch = Touch(lambda: networks[in_hand][1], lambda: few, arrays)
    return Panel(_("Inside the CNN"), controls, [picture, picture.place], update, touch=touch)


def answer(inside: Inside) -> str:
    """Say which class is the most probable, and how probable it is."""
    best = int(inside.probabilities.argmax())
    return _("{best} ({share:.0%})").format(best=best, share=inside.probabilities[best])


def words(before: Inside, after: Inside, chosen: int, label: int) -> dict[str, str]:
    """Title each image."""
    filters, channels, size = after.W.shape[:3]
    if channels == 1:
        what = _("{filters} filters of {size}×{size}").format(filters=filters, size=size)
    else:
        what = _("filter {chosen}: {channels} channels of {size}×{size}").format(
            chosen=chosen, channels=channels, size=size
        )
    titles = {
        "digit": _("a {label}, read as {answer}").format(label=label, answer=answer(after)),
        "before": _("before: {what}").format(what=what),
        "after": _("after: {what}").format(what=what),
        "maps": _("after: all {filters} maps").format(filters=filters),
    }
    for key, inside, when in (("before", before, _("before")), ("after", after, _("after"))):
        titles[f"map {key}"] = _("map {when}, up to {high:.2f}").format(when=when, high=inside.maps[chosen].max())
        titles[f"pooled {key}"] = (
            _("(no pooling here)")
            if inside.pooled is None
            else _("pooled {when}, {side}×{side}").format(when=when, side=len(inside.pooled[chosen]))
        )
    return titles
