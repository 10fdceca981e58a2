"""Chapter 10: the confusion matrix opened up: which images are behind a cell, and how sure the network was of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dlcourse.datasets import load_mnist
from dlcourse.metrics import confusion_matrix
from dlcourse.models import stored_network
from dlcourse.networks import Classifier
from dlcourse.plots import PALETTE, plot_confusion
from dlcourse.text import _, joined
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["Cell", "compute", "error_browser"]

ROWS, COLUMNS = 3, 5  # of the images that are shown at a time
PAGE = ROWS * COLUMNS
STORED = {"784-50-100-10": "mlp_784_50_100_10", "SimpleConvNet": "simple_conv_net", "DeepConvNet": "deep_conv_net"}


class Cell(NamedTuple):
    """What is behind a cell of the confusion matrix."""

    images: np.ndarray  # numbers of the samples in this cell, the surest answer first

    def page_of(self, position: int) -> np.ndarray:
        """Those that are shown together with the one at `position`."""
        first = position // PAGE * PAGE
        return self.images[first : first + PAGE]


def compute(probabilities: np.ndarray, t: np.ndarray, true: int, answer: int) -> Cell:
    """Find the samples of class `true` that were taken for `answer`.

    Parameters
    ----------
    probabilities : ndarray of shape (N, K)
        What a network says of each sample.
    t : ndarray of int, shape (N,)
        True classes.
    true, answer : int
        Row and column of the cell.

    Returns
    -------
    Cell
    """
    y = probabilities.argmax(axis=1)
    inside = np.flatnonzero((t == true) & (y == answer))
    surest_first = np.argsort(-probabilities[inside, answer], kind="stable")
    return Cell(inside[surest_first])


def worst(counts: np.ndarray) -> tuple[int, int]:
    """Give the mistake that is made most often, as (true class, answer)."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    true, answer = np.unravel_index(mistakes.argmax(), counts.shape)
    return int(true), int(answer)


class MatrixDrawing:
    """A confusion matrix for each network, and a frame around a cell of the one that is shown."""

    def __init__(self, figure: Figure, counts: Mapping[str, np.ndarray], names: Sequence[str]):
        long = max(map(len, names)) > 2
        self.axes, self.frames = {}, {}
        for network, matrix in counts.items():
            axes = figure.add_axes((0.25, 0.27, 0.73, 0.65) if long else (0.12, 0.13, 0.86, 0.8))
            plot_confusion(matrix, names if long else None, axes)
            axes.tick_params(labelsize=8)
            for text in axes.texts:
                text.set_fontsize(8)
            for one in (*axes.texts, *axes.images):  # a hundred numbers take long: they are drawn once
                one.set_zorder(one.zorder - 10)
            self.axes[network] = axes
            self.frames[network] = axes.add_artist(Line2D([], [], color=PALETTE["vermilion"], lw=3, zorder=3, clip_on=False))

    def update(self, network: str, true: int, answer: int) -> None:
        for name, axes in self.axes.items():
            axes.set_visible(name == network)
        square = np.array([[-0.5, 0.5, 0.5, -0.5, -0.5], [-0.5, -0.5, 0.5, 0.5, -0.5]])
        self.frames[network].set_data(square[0] + answer, square[1] + true)


class ImagesDrawing:
    """Up to fifteen images of a cell, one of them framed; and what the network says of that one."""

    GAP = 3

    def __init__(self, figure: Figure, names: Sequence[str]):
        width = 0.33 if max(map(len, names)) > 2 else 0.4
        self.tile = 28 + self.GAP
        axes = figure.add_axes((0.0, 0.42, 1.0, 0.5))
        axes.set_axis_off()
        self.page = axes.imshow(np.zeros((ROWS * self.tile, COLUMNS * self.tile)), cmap="gray", vmin=0, vmax=1)
        self.frame = axes.plot([], [], color=PALETTE["vermilion"], lw=3)[0]
        self.title = axes.set_title("", fontsize=10, y=1.03)
        self.bars = figure.add_axes((0.9 - 2 * width, 0.03, 1.55 * width, 0.34), xlim=(0, 1), xticks=[])
        self.bars.set(ylim=(len(names) - 0.4, -0.6))
        self.bars.set_yticks(range(len(names)), names, fontsize=8)
        self.bars.tick_params(length=0)
        self.bars.spines[["top", "right", "bottom"]].set_visible(False)
        self.rows = self.bars.barh(range(len(names)), np.zeros(len(names)))
        self.shares = [self.bars.text(0, k, "", va="center", fontsize=8) for k in range(len(names))]

    def update(
        self, images: np.ndarray, chosen: int, probabilities: np.ndarray, true: int, answer: int, title: str
    ) -> None:
        page = np.full((ROWS * self.tile, COLUMNS * self.tile), np.nan)  # NaN is not drawn: gaps stay white
        for i, image in enumerate(images):
            y, x = i // COLUMNS * self.tile + 1, i % COLUMNS * self.tile + 1
            page[y : y + 28, x : x + 28] = image.reshape(28, 28)
        self.page.set_data(page)
        y, x = chosen // COLUMNS * self.tile, chosen % COLUMNS * self.tile
        corners = ([x, x + 29, x + 29, x, x], [y, y, y + 29, y + 29, y]) if len(images) else ([], [])
        self.frame.set_data(*corners)
        self.title.set_text(title)
        for k, share in enumerate(probabilities):
            self.rows[k].set_width(share)
            self.rows[k].set_color(PALETTE["blue" if k == answer else "sky"])
            text = f"{share:.1%}" if share >= 0.0005 else ""
            mark = _("{share} ◂ true class").format(share=text or "0%") if k == true and len(images) else text
            self.shares[k].set(x=share + 0.02, text=mark)


@explorer
def error_browser(
    networks: Mapping[str, Classifier] | None = None,
    x: np.ndarray | None = None,
    t: np.ndarray | None = None,
    class_names: Sequence[str] | None = None,
    *,
    mine: Classifier | None = None,
) -> Panel:
    """Choose a cell of the confusion matrix, and look at the images behind it.

    Parameters
    ----------
    networks : mapping of str to Classifier, optional
        By the names to be shown; three stored networks if not given.
    x, t : ndarray of shape (N, 784) and (N,), optional
        Images and their classes; the 2,000 test digits if not given.
    class_names : sequence of str, optional
        The class numbers if not given.
    mine : Classifier, optional
        Your own; it is the first of all.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    if x is None or t is None:
        _train, (x, t) = load_mnist()
    x = np.asarray(x).reshape(len(x), -1)
    if networks is None:
        networks = {name: stored_network(file) for name, file in STORED.items()}
    if mine is not None:
        networks = {_("yours"): mine} | dict(networks)
    # A hundred at a time: the layers of a deep network keep what they have seen, and that is a lot.
    said = {
        name: network.predict(x.reshape(len(x), *network.input_shape), batch_size=100)
        for name, network in networks.items()
    }
    classes = next(iter(said.values())).shape[1]
    names = [_(str(name)) for name in (range(classes) if class_names is None else class_names)]
    counts = {name: confusion_matrix(t, probabilities) for name, probabilities in said.items()}
    true, answer = worst(next(iter(counts.values())))

    by_name = {name: k for k, name in enumerate(names)}
    controls = {
        "network": Choice(_("network"), {name: name for name in networks}),
        "true": Choice(_("true class"), by_name, true),
        "answer": Choice(_("read as"), by_name, answer),
        "position": Number(_("image"), 0, len(x), 0),
    }
    matrix, images = Picture(430, 410), Picture(440, 410)
    matrix_drawing = MatrixDrawing(matrix.figure, counts, names)
    images_drawing = ImagesDrawing(images.figure, names)

    def update(changed: set[str], network: str, true: int, answer: int, position: int) -> None:
        probabilities = said[network]
        cell = compute(probabilities, t, true, answer)
        count = len(cell.images)
        if changed - {"position"}:
            # At least two places, also in an empty cell: a slider needs somewhere to go.
            controls["position"].set_range(0, max(count - 1, 1))
            controls["position"].value = 0
            matrix_drawing.update(network, true, answer)
            wrong = int(len(t) - np.trace(counts[network]))
            matrix.show(
                _("Confusion matrix of {network}: {wrong} of {n} are wrong; {count} of class {true} are read as {answer}.")
                .format(network=network, wrong=wrong, n=len(t), count=count, true=names[true], answer=names[answer])
            )  # fmt: skip
        position = min(controls["position"].value, max(count - 1, 0))
        title = _("class {true}, read as {answer} (images: {count})")
        title = title.format(true=names[true], answer=names[answer], count=count)
        if count == 0:
            images_drawing.update(x[:0], 0, np.zeros(classes), true, answer, title)
            images.show(_("{title}. No image is behind this cell.").format(title=title))
            return
        number, page = cell.images[position], cell.page_of(position)
        images_drawing.update(x[page], position % PAGE, probabilities[number], true, answer, title)
        most = np.argsort(-probabilities[number])[:3]
        shares = joined((joined([names[k], f"{probabilities[number, k]:.1%}"], ": ") for k in most), ", ")
        text = _("{title}. Image {position} of them is number {number} of the set; most probable are {shares}.")
        images.show(text.format(title=title, position=position, number=number, shares=shares))

    body = widgets.HBox([matrix, images], layout={"flex_flow": "row wrap"})
    return Panel(_("Error browser"), controls, [body], update)
