"""Chapter 10: collect a test set by hand: draw, label, save; and see how well networks read it, with the doubt that is left."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from dlcourse.augmentation import center_digit
from dlcourse.models import stored_network
from dlcourse.networks import Classifier
from dlcourse.plots import PALETTE
from dlcourse.plots.confidence import wilson
from dlcourse.storage import read_npz, write_npz
from dlcourse.text import _, joined
from dlcourse.widgets import adapters
from dlcourse.widgets.controls import Choice, Panel, Picture, button
from dlcourse.widgets.page import Page
from dlcourse.widgets.sketching import Sketch

__all__ = ["Collection", "Score", "compute", "digit_collector"]

FILE = "my_digits.npz"
ROWS, COLUMNS = 5, 10  # of the drawings that are shown: the last fifty


class Score(NamedTuple):
    """How well a network reads the collection."""

    answers: np.ndarray  # (N,)
    right: int
    low: float  # the true share lies between, with 95%
    high: float


def compute(network: Classifier, x: np.ndarray, t: np.ndarray) -> Score:
    """Let a network read the collected digits.

    Parameters
    ----------
    network : Classifier
        Takes (784,) or (1, 28, 28).
    x : ndarray of shape (N, 1, 28, 28), N ≥ 1
    t : ndarray of int, shape (N,)

    Returns
    -------
    Score
    """
    answers = np.array([int(network.predict(one.reshape(network.input_shape)).argmax()) for one in x])
    right = int((answers == t).sum())
    middle, half = wilson(right / len(t), len(t))
    return Score(answers, right, middle - half, middle + half)


class Collection:
    """Drawn digits with their labels, kept in a file.

    Parameters
    ----------
    file : path-like
        An ``.npz`` with ``x``, uint8 of shape (N, 1, 28, 28), and ``t`` of shape (N,); begun if it is not there.

    Raises
    ------
    ValueError
        If the file holds something else.
    """

    def __init__(self, file: str | Path):
        self.file = Path(file)
        self._x, self._t = np.zeros((0, 1, 28, 28), np.uint8), np.zeros(0, np.int64)
        if self.file.is_file():
            arrays = read_npz(self.file)
            x, t = arrays.get("x"), arrays.get("t")
            if x is None or t is None or x.dtype != np.uint8 or x.shape != (len(t), 1, 28, 28) or t.dtype.kind not in "iu":
                raise ValueError(f"digit_collector: {self.file} holds no collected digits; choose another file")
            self._x, self._t = x, t.astype(np.int64)

    def __len__(self) -> int:
        return len(self._t)

    @property
    def x(self) -> np.ndarray:
        """The digits, (N, 1, 28, 28), float32 in [0, 1]."""
        return self._x.astype(np.float32) / 255

    @property
    def t(self) -> np.ndarray:
        """Their labels, (N,)."""
        return self._t

    def add(self, image: np.ndarray, label: int) -> None:
        """Put a digit (28, 28) with pixels in [0, 1] at the end, and save all."""
        pixels = np.rint(255 * image).astype(np.uint8)
        self._x, self._t = np.concatenate([self._x, pixels[None, None]]), np.append(self._t, label)
        self._save()

    def drop(self) -> None:
        """Take the last one away, and save the others."""
        self._x, self._t = self._x[:-1], self._t[:-1]
        self._save()

    def next_label(self) -> int:
        """Give the digit of which there are fewest so far."""
        return int(np.bincount(self._t, minlength=10).argmin())

    def _save(self) -> None:
        if len(self):
            write_npz(self.file, {"x": self._x, "t": self._t})
        else:
            self.file.unlink(missing_ok=True)


class CollectionDrawing:
    """The last drawings, framed where the chosen network reads them wrongly, and how well every network does."""

    def __init__(self, figure: Figure, names: Sequence[str]):
        page = figure.add_axes((0.01, 0.36, 0.98, 0.54), xlim=(-0.5, COLUMNS * 30 - 0.5), ylim=(ROWS * 30 - 0.5, -0.5))
        page.set_axis_off()
        self.title = page.set_title("", fontsize=10)
        self.page = page.imshow(np.full((ROWS * 30, COLUMNS * 30), np.nan), cmap="gray", vmin=0, vmax=1)
        page.set_anchor("NW")
        self.page.set_extent((-0.5, COLUMNS * 30 - 0.5, ROWS * 30 - 0.5, -0.5))
        self.wrong = [page.plot([], [], color=PALETTE["vermilion"], lw=2)[0] for _tile in range(ROWS * COLUMNS)]
        axes = figure.add_axes((0.21, 0.09, 0.5, 0.23), xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
        axes.set_yticks(range(len(names)), names, fontsize=9)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", _("all right")], fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        self.bars = [axes.plot([], [], color=PALETTE["blue"], lw=2)[0] for _name in names]
        self.dots = [axes.plot([], [], "o", color=PALETTE["blue"], clip_on=False)[0] for _name in names]
        self.words = [axes.text(1.04, k, "", va="center", fontsize=9) for k in range(len(names))]

    def update(self, x: np.ndarray, t: np.ndarray, scores: Sequence[Score], title: str) -> None:
        first = max(0, len(t) - ROWS * COLUMNS)
        page = np.full((ROWS * 30, COLUMNS * 30), np.nan)
        for mark in self.wrong:
            mark.set_data([], [])
        for i, image in enumerate(x[first:]):
            top, left = i // COLUMNS * 30 + 1, i % COLUMNS * 30 + 1
            page[top : top + 28, left : left + 28] = image[0]
            if scores[-1].answers[first + i] != t[first + i]:
                right, low = left + 27, top + 27
                self.wrong[i].set_data([left, right, right, left, left], [top, top, low, low, top])
        self.page.set_data(page)
        self.title.set_text(title)
        for k, (bar, dot, words) in enumerate(zip(self.bars, self.dots, self.words, strict=True)):
            for one in (bar, dot, words):
                one.set_visible(bool(scores))
            if not scores:
                continue
            score = scores[k]
            bar.set_data([score.low, score.high], [k, k])
            dot.set_data([score.right / len(t)], [k])
            between = _("{right} of {n}: {low:.0%} to {high:.0%}")
            words.set_text(between.format(right=score.right, n=len(t), low=score.low, high=score.high))


def digit_collector(network: object = None, file: str | Path = FILE) -> Panel:
    """Draw digits, say what they are, and keep them: a test set of your own, read by networks.

    Parameters
    ----------
    network : object, optional
        Your own: whatever has ``predict(x)``. It is asked beside two stored ones.
    file : path-like
        Where the digits are kept: ``np.load(file)`` gives ``x`` (N, 1, 28, 28), uint8, and ``t`` (N,).

    Returns
    -------
    Panel
        To be the last line of a cell. Its ``collection`` has the digits, ``x`` in [0, 1] and ``t``.
    """
    collection, sketch = Collection(file), Sketch()
    networks = {"784-50-100-10": stored_network("mlp_784_50_100_10"), "SimpleConvNet": stored_network("simple_conv_net")}
    if network is not None:
        networks[_("yours")] = adapters.OwnNetwork(network)
    picture = Picture(570, 400, lines=2)
    drawing = CollectionDrawing(picture.figure, list(networks))
    controls = {"label": Choice(_("I draw a"), {str(k): k for k in range(10)}, collection.next_label())}

    def show() -> None:
        x, t = collection.x, collection.t
        scores = [compute(one, x, t) for one in networks.values()] if len(t) else []
        last = list(networks)[-1]
        title = _("{n} of yours; framed: read wrongly by {name}").format(n=len(t), name=last) if len(t) else ""
        drawing.update(x, t, scores, title)
        if not scores:
            picture.show(_("No digit is kept yet: draw the one that is asked for, and press keep."))
            return
        said = [
            _("{name} reads {right} of {n}").format(name=name, right=score.right, n=len(t))
            for name, score in zip(networks, scores, strict=True)
        ]
        doubt = _("With {n} drawings the true share of {name} lies between {low:.0%} and {high:.0%} (95 %).")
        doubt = doubt.format(n=len(t), name=last, low=scores[-1].low, high=scores[-1].high)
        picture.show(joined([joined(said, "; "), doubt], ". "))

    def empty() -> None:
        sketch.clear()
        page.lift()
        page.show()

    def keep() -> None:
        if not sketch.ink.any():
            raise ValueError(_("nothing is drawn yet"))
        collection.add(center_digit(sketch.ink), controls["label"].value)
        empty()
        controls["label"].value = collection.next_label()
        show()

    def drop() -> None:
        collection.drop()
        show()

    def update(changed: set[str], **_values) -> None:
        if changed != {"label"} or not picture.value:
            page.show()
            show()

    guarded = [lambda call=call: panel.guard(call)() for call in (keep, empty, drop)]
    above = [
        button(_("keep"), guarded[0], tooltip=_("centre the drawing, keep it with its label, and save")),
        button(_("clear"), guarded[1], tooltip=_("take an empty page")),
    ]
    last = button(_("take the last one away"), guarded[2], tooltip=_("out of the collection, and out of the file"))
    page = Page(sketch, lambda done: None, lambda: None, above)
    body = widgets.HBox([page.box, picture], layout={"flex_flow": "row wrap"})
    panel = Panel(_("Digit collector"), controls, [body], update, buttons=[last])
    panel.collection, panel.sketch, panel.page = collection, sketch, page
    return panel
