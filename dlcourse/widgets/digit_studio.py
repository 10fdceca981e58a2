"""Chapter 10: draw a digit with mouse, finger, pen or keys, and see at once what an MLP and a CNN read in it."""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from dlcourse.augmentation import center_digit
from dlcourse.datasets import load_mnist
from dlcourse.models import stored_network
from dlcourse.networks import Classifier
from dlcourse.plots import PALETTE
from dlcourse.text import _, joined
from dlcourse.widgets import adapters
from dlcourse.widgets.controls import Checkbox, Choice, Number, button
from dlcourse.widgets.doubts import NEIGHBOURS, doubt, nearest
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.page import Page
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.share import Deed
from dlcourse.widgets.sketching import EXAMPLES, SIDE, Sketch, Stroke

__all__ = ["Reading", "StudioPanel", "compute", "digit_studio", "nearest"]

REDRAW = 0.1  # seconds between two answers while a stroke goes on: the line itself is drawn at once


class Reading(NamedTuple):
    """What the networks are shown, and what they say of it."""

    seen: np.ndarray  # (28, 28)
    probabilities: tuple[np.ndarray, ...]  # of each network, (10,)


def compute(ink: np.ndarray, networks: Sequence[Classifier], centre: bool = True) -> Reading | None:
    """Bring a drawing to 28 × 28 pixels, and ask networks what it is.

    Parameters
    ----------
    ink : ndarray of shape (280, 280)
        In [0, 1].
    networks : sequence of Classifier
        Each takes (784,) or (1, 28, 28).
    centre : bool
        Whether the digit is scaled and moved to where MNIST's digits are; else each 10 × 10 pixels become one.

    Returns
    -------
    Reading, or None if nothing is drawn
    """
    if not ink.any():
        return None
    seen = center_digit(ink) if centre else ink.reshape(28, SIDE // 28, 28, SIDE // 28).mean(axis=(1, 3))
    return Reading(seen, tuple(network.predict(seen.reshape(network.input_shape)) for network in networks))


class StudioDrawing:
    """What the networks see, two rows of answers, and the nearest training digits."""

    def __init__(self, figure: Figure):
        def place(left, bottom, side):
            axes = figure.add_axes((left, bottom, side, side * figure.get_figwidth() / figure.get_figheight()))
            axes.set_axis_off()
            return axes.imshow(np.zeros((28, 28)), cmap="gray", vmin=0, vmax=1, aspect="auto")

        self.seen = place(0.01, 0.36, 0.29)
        self.seen.axes.set_title(_("what the networks see"), fontsize=10, y=1.02)
        self.near = [place(0.01 + 0.167 * i, 0.015, 0.1) for i in range(NEIGHBOURS)]
        self.labels = [figure.text(0.116 + 0.167 * i, 0.09, "", fontsize=11, va="center") for i in range(NEIGHBOURS)]
        self.caption = figure.text(0.01, 0.245, "", fontsize=10, va="center")
        self.bars, self.shares, self.names = [], [], []
        for left in (0.36, 0.71):
            axes = figure.add_axes((left, 0.36, 0.2, 0.489), xlim=(0, 1), ylim=(9.6, -0.6), xticks=[], yticks=range(10))
            axes.spines[["top", "right", "bottom"]].set_visible(False)
            axes.tick_params(length=0, labelsize=9)
            self.names.append(axes.set_title("", fontsize=10, y=1.02))
            self.bars.append(axes.barh(range(10), np.zeros(10)))
            self.shares.append([axes.text(0, digit, "", va="center", fontsize=8) for digit in range(10)])

    def update(
        self, reading: Reading | None, near: np.ndarray, labels: np.ndarray, names: Sequence[str], hint: str = ""
    ) -> None:
        self.seen.set_data(np.zeros((28, 28)) if reading is None else reading.seen)
        everybody = [np.zeros(10)] * 2 if reading is None else reading.probabilities
        for i, probabilities in enumerate(everybody):
            answer = int(probabilities.argmax())
            says = "{name}" if reading is None else _("{name} reads {answer}")
            self.names[i].set_text(says.format(name=names[i], answer=answer))
            for digit, share in enumerate(probabilities):
                self.bars[i][digit].set_width(share)
                self.bars[i][digit].set_color(PALETTE["blue" if digit == answer else "sky"])
                text = f"{share:.0%}" if share >= 0.005 else ""
                self.shares[i][digit].set(x=share + 0.03, text=text)
        empty = _("Nothing is drawn yet: draw on the black page, or choose an example.")
        self.caption.set_text(empty if reading is None else hint or _("the nearest of 8,000 training digits"))
        self.caption.set_fontweight("bold" if hint else "normal")
        for i, (picture, label) in enumerate(zip(self.near, self.labels, strict=True)):
            picture.set_visible(reading is not None)
            label.set_text("" if reading is None else str(labels[i]))
            if reading is not None:
                picture.set_data(near[i].reshape(28, 28))


class StudioPanel(Panel):
    """A panel with a page, whose line of code holds the strokes on it."""

    sketch: Sketch
    page: Page

    def draw(self, strokes: Sequence[Stroke]) -> "StudioPanel":
        """Draw strokes on an empty page, as a hand would; gives the panel itself."""
        self.page.draw(strokes)
        return self

    @property
    def code(self) -> str:
        """The line of code that gives this panel as it is now."""
        own = self.sketch.strokes if self.controls["example"].value < 0 else []
        return super().code + (str(Deed(0, "draw", (own,))) if own else "")


@explorer
def digit_studio(networks: Mapping[str, Classifier] | None = None, network: object = None) -> StudioPanel:
    """Draw a digit, and see what two networks read in it while you draw.

    Parameters
    ----------
    networks : mapping of str to Classifier, optional
        More networks to choose from, by the names to be shown; each takes (784,) or (1, 28, 28).
    network : object, optional
        Your own: whatever has ``predict(x)``. It is the first to be asked beside the MLP.

    Returns
    -------
    StudioPanel
        To be the last line of a cell. Its ``sketch.ink`` is the drawing.
    """
    (x, t), _test = load_mnist()
    mlp = stored_network("mlp_784_50_100_10")
    others = {"SimpleConvNet": stored_network("simple_conv_net"), "DeepConvNet": stored_network("deep_conv_net")}
    others |= networks or {}
    if network is not None:
        others = {_("yours"): adapters.OwnNetwork(network)} | others
    sketch, picture = Sketch(), Picture(590, 350)
    drawing = StudioDrawing(picture.figure)
    lock = threading.RLock()
    state = {"example": False, "due": 0.0, "waiting": False}
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None

    controls = {
        "example": Choice(_("example"), {_("an empty page"): -1} | {str(digit): digit for digit in EXAMPLES}, 3),
        "other": Choice(_("other network"), {name: name for name in others}),
        "pen": Number(_("pen, in pixels"), 8, 40, 20),
        "centre": Checkbox(_("centre the digit as MNIST's are"), True),
    }

    def answer() -> None:
        """Ask the networks, and draw what they say."""
        began = time.monotonic()
        names = (_("MLP"), controls["other"].value)
        reading = compute(sketch.ink, (mlp, others[names[1]]), controls["centre"].value)
        near, hint = np.zeros(0, int), ""
        if reading is not None:
            near = nearest(reading.seen, x)
            distance = float(np.linalg.norm(x[near[0]] - reading.seen.ravel()))
            hint = doubt(sketch.strokes, sketch.pen, distance if controls["centre"].value else None)
        drawing.update(reading, x[near], t[near], names, hint)
        if reading is None:
            picture.show(_("Nothing is drawn yet."))
        else:
            said = [
                _("{name} reads {answer} with {share:.1%}").format(name=name, answer=y.argmax(), share=y.max())
                for name, y in zip(names, reading.probabilities, strict=True)
            ]
            ending = _("The nearest training digits are: {near}.").format(near=joined(t[near], ", "))
            picture.show(joined([joined(said, "; "), joined([hint, ending])], ". "))
        # However slow the machine, most of its time is for the hand that draws.
        state["due"] = time.monotonic() + max(REDRAW, 2 * (time.monotonic() - began))

    def safely() -> None:
        with lock:  # JupyterLab may tell of the hand in another thread than that of the loop
            panel.guard(answer)()
            panel._tell()

    def late() -> None:
        state["waiting"] = False
        safely()

    def changed(done: bool) -> None:
        if done or time.monotonic() >= state["due"]:
            safely()
        elif loop is not None and not state["waiting"]:  # the hand may rest where it is
            state["waiting"] = True
            loop.call_soon_threadsafe(loop.call_later, REDRAW, late)

    def empty() -> None:
        state["example"] = False
        sketch.clear()
        page.lift()
        page.show()

    def fresh() -> None:
        """Take the example away before the learner's own first stroke."""
        if state["example"]:
            state["example"] = False
            controls["example"].value = -1
            sketch.clear()
            page.show()

    def clear() -> None:
        state["example"] = False
        controls["example"].value = -1
        empty()
        safely()

    def update(changed: set[str], example: int, pen: int, **_others) -> None:
        if changed == {"example"} and example < 0 and not state["example"]:
            return  # somebody has begun to draw, and the list says now that this is no example
        if "example" in changed:
            empty()
            if example >= 0:
                sketch.draw(EXAMPLES[example])
                state["example"] = True
        if "pen" in changed:
            sketch.redraw(pen)
        page.show()
        with lock:
            answer()

    def undo() -> None:
        state["example"] = False
        controls["example"].value = -1
        page.undo()

    wipe = button(_("clear"), clear, tooltip=_("take an empty page"))
    page = Page(sketch, changed, fresh, [wipe, button(_("undo"), undo, tooltip=_("take the last stroke away"))])
    body = widgets.HBox([page.box, picture], layout={"flex_flow": "row wrap"})
    panel = StudioPanel(_("Digit studio"), controls, [body], update)
    panel.sketch, panel.page = sketch, page
    return panel
