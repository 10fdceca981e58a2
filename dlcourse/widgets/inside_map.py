"""Chapter 03: a map of the inside of a network: test digits where a layer puts them, and the weights as pictures."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.datasets import load_mnist
from dlcourse.layers import Affine
from dlcourse.models import stored_network
from dlcourse.networks import Classifier
from dlcourse.plots import PALETTE
from dlcourse.plots.base import COLORS
from dlcourse.text import _, joined
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.pointing import PointedPicture
from dlcourse.widgets.tiles import Place, mosaic

__all__ = ["Map", "compute", "inside_map", "seen_by"]

DIGITS = 1000
NEAR = 6  # digits that are shown as nearest
STRONGEST = 3  # neurons that are framed
MOST_PICTURES = 60  # of weights
LEFT, BOTTOM, WIDE, HIGH = 0.01, 0.03, 0.5, 0.87  # of the map, in shares of the figure


class Map(NamedTuple):
    """Where a layer puts digits, in the plane in which they differ most."""

    places: np.ndarray  # (N, 2)
    shares: np.ndarray  # (2,): how much of all differences lies along each direction


def seen_by(network: Classifier, x: np.ndarray) -> list[np.ndarray]:
    """Give what each layer makes of images, from the pixels to the scores: after each activation, and at the end.

    Parameters
    ----------
    network : Classifier
        Affine layers with activations between them.
    x : ndarray of shape (N, D)
    """
    seen = [x]
    for layer, after in zip(network.layers, [*network.layers[1:], None], strict=True):
        x = layer.forward(x)
        if after is None or (not layer.params and isinstance(after, Affine)):
            seen.append(x)
    return seen


def compute(values: np.ndarray) -> Map:
    """Principal components: turn the space so that its first two directions are those in which the rows differ most.

    The rows of ``Vt`` of a singular value decomposition of the centred rows are these directions, in order.

    Parameters
    ----------
    values : ndarray of shape (N, D)
    """
    centred = np.asarray(values, dtype=float) - np.mean(values, axis=0, dtype=float)
    _u, lengths, Vt = np.linalg.svd(centred, full_matrices=False)
    # Which way a direction points is left open: the largest part is to be positive, so that it is always the same.
    signs = np.sign(Vt[np.arange(2), np.abs(Vt[:2]).argmax(axis=1)])
    return Map(centred @ Vt[:2].T * signs, (lengths**2 / np.sum(lengths**2))[:2])


class MapDrawing:
    """The map at the left; the digit under the pointer, those nearest to it, and the first weights at the right."""

    def __init__(self, figure: Figure, weights: np.ndarray):
        self.map = figure.add_axes((LEFT, BOTTOM, WIDE, HIGH), xticks=[], yticks=[])
        look = {"ls": "", "ms": 5.5, "zorder": -1}
        self.points = [self.map.plot([], [], marker=f"${k}$", color=COLORS[k % len(COLORS)], **look)[0] for k in range(10)]
        self.ring = self.map.plot([], [], "o", ms=17, mfc="none", mec="black", mew=2)[0]
        self.title = self.map.set_title("", fontsize=10, y=1.02)
        self.digit, self.near = Place(figure, 0.54, 0.55, 0.16, 0.34), Place(figure, 0.74, 0.55, 0.24, 0.34)
        self.weights = Place(figure, 0.53, 0.03, 0.46, 0.42)
        most = float(np.quantile(np.abs(weights), 0.99))
        self.weights.show_tiles(weights, None, -most, most, _("weights of layer 1, a picture for each neuron"), 10)
        self.weights.image.set_zorder(-1)
        self.corners = mosaic(weights, 10)[1]
        self.frames = [
            self.weights.axes.add_patch(Rectangle((0, 0), 28, 28, fill=False, edgecolor=PALETTE["vermilion"], lw=2))
            for _frame in range(STRONGEST)
        ]

    def lay_out(self, found: Map, labels: np.ndarray) -> None:
        """Draw another map."""
        for k, marks in enumerate(self.points):
            marks.set_data(*found.places[labels == k].T)
        low, high = found.places.min(axis=0), found.places.max(axis=0)
        room = 0.05 * (high - low)
        (left, bottom), (right, top) = low - room, high + room
        self.map.set(xlim=(left, right), ylim=(bottom, top))

    def update(self, at: np.ndarray, image: np.ndarray, near: np.ndarray, strongest: np.ndarray, titles: list[str]) -> None:
        """Mark a digit, and show it with those nearest to it."""
        self.ring.set_data([at[0]], [at[1]])
        self.title.set_text(titles[0])
        self.digit.show(image, 0, 1, titles[1])
        self.near.show_tiles(near, None, 0, 1, titles[2])
        for frame, neuron in zip(self.frames, strongest, strict=True):
            y, x = self.corners[neuron]
            frame.set_xy((x, y))


@explorer
def inside_map(network: Classifier | None = None) -> Panel:
    """See where each layer puts the test digits; point at one to see it.

    Parameters
    ----------
    network : Classifier, optional
        Of Affine layers, for 784 pixels; the stored 784-50-100-10 if not given.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    network = stored_network("mlp_784_50_100_10") if network is None else network
    _train, (x, labels) = load_mnist()
    x, labels = x[:DIGITS], labels[:DIGITS]
    seen, answers = seen_by(network, x), network.predict(x).argmax(axis=1)
    maps: dict[int, Map] = {}
    names = [_("pixels"), *(_("layer {number}").format(number=i) for i in range(1, len(seen) - 1)), _("scores")]
    weights = network.params["W1"].T.reshape(-1, 28, 28)[:MOST_PICTURES]
    controls = {
        "layer": Choice(_("as seen by"), {name: number for number, name in enumerate(names)}, len(seen) - 2),
        "digit": Number(_("test digit"), 0, len(x) - 1, 0),
    }

    def pointed(across: float, down: float) -> None:
        place = (across - LEFT) / WIDE, (1 - down - BOTTOM) / HIGH
        if min(place) < 0 or max(place) > 1:
            return
        ends = np.array([drawing.map.get_xlim(), drawing.map.get_ylim()])
        away = (maps[controls["layer"].value].places - ends[:, 0]) / np.ptp(ends, axis=1) - place
        controls["digit"].value = int(np.argmin((away**2).sum(axis=1)))

    picture = PointedPicture(880, 400, lines=2, pointed=pointed)
    drawing = MapDrawing(picture.figure, weights)

    def update(changed: set[str], layer: int, digit: int) -> None:
        if layer not in maps:
            maps[layer] = compute(seen[layer])
        found, values = maps[layer], seen[layer]
        if "layer" in changed:
            drawing.lay_out(found, labels)
        away = ((values - values[digit]) ** 2).sum(axis=1)
        near = np.argsort(away, kind="stable")[1 : NEAR + 1]
        strongest = np.argsort(-seen[1][digit][: len(weights)])[:STRONGEST]
        first = _("{name}: {share:.0%} of all differences lie in this plane").format(
            name=names[layer], share=found.shares.sum()
        )
        second = _("a {label}, read as {answer}").format(label=labels[digit], answer=answers[digit])
        images = x.reshape(-1, 28, 28)
        drawing.update(found.places[digit], images[digit], images[near], strongest, [first, second, _("nearest to it here")])
        picture.show(
            _("{first}. Test digit {digit}: {second}; its nearest are {near}. Neurons {strongest} of layer 1, which are framed,"
              " answer to it most.").format(
                first=first, digit=digit, second=second, near=joined(labels[near], ", "),
                strongest=joined(strongest, ", "),
            )
        )  # fmt: skip

    return Panel(_("Map of the inside"), controls, [picture, picture.place], update)
