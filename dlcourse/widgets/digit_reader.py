"""Chapter 03: page through test digits and see what the stored 784-50-100-10 network makes of each."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse.datasets import load_mnist
from dlcourse.functions import softmax
from dlcourse.models import stored_network
from dlcourse.networks import Sequential
from dlcourse.plots import PALETTE
from dlcourse.text import _, joined
from dlcourse.widgets import own
from dlcourse.widgets.controls import Checkbox, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, set_limits
from dlcourse.widgets.verdict import Verdict, whose

__all__ = ["Reading", "compute", "digit_reader", "time_per_image"]

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
TITLE = {"fontsize": 10, "y": 1.02}  # to look for a place by itself takes a title 5 ms each time it is drawn


class Reading(NamedTuple):
    """What a network makes of one image."""

    activations: tuple[np.ndarray, ...]  # of the hidden layers, first to last
    probabilities: np.ndarray  # (K,), one for each class

    @property
    def answer(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())


def compute(network: Sequential, x: np.ndarray) -> Reading:
    """Take one image through a network, and keep what each layer of neurons gives.

    Parameters
    ----------
    network : Sequential
        Affine and activation layers in turn, and an Affine layer at the end.
    x : ndarray of shape (784,)
        The image, with pixels in [0, 1].

    Returns
    -------
    Reading
    """
    out, kept = x[None], []
    for layer in network.layers:
        out = layer.forward(out)
        if not layer.params:  # an activation layer: it has nothing to learn
            kept.append(out[0])
    return Reading(tuple(kept), softmax(out[0]))


def time_per_image(network: Sequential, x: np.ndarray, batch_size: int, *, images: int = 200, tries: int = 3) -> float:
    """Measure the seconds that a network takes for one image, when it gets `batch_size` of them at a time.

    Parameters
    ----------
    network : Sequential
    x : ndarray of shape (N, 784)
    batch_size : int
        1 … N.
    images : int
        At least so many are read in each try, and at least one batch.
    tries : int
        The quickest one counts: other programs can only make it slower.

    Returns
    -------
    float
    """
    rounds = max(1, images // batch_size)
    batches = [x[i * batch_size % len(x) :][:batch_size] for i in range(rounds)]
    seconds = []
    for _try in range(tries):
        start = time.perf_counter()
        for batch in batches:
            network.forward(batch)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / sum(map(len, batches))


class ReaderDrawing:
    """An image, the activations of both hidden layers, and ten probabilities, from left to right."""

    def __init__(self, figure: Figure):
        def square(left: float, columns: int, rows: int, **kind):
            width = 0.78 * columns / rows * figure.get_figheight() / figure.get_figwidth()
            axes = figure.add_axes((left, 0.06, width, 0.78))
            axes.set_axis_off()
            return axes.imshow(np.zeros((rows, columns)), aspect="auto", vmin=0, vmax=1, **kind)

        self.digit = square(0.015, 28, 28, cmap="gray")
        self.hidden = [square(0.285, 5, 10, cmap="cividis"), square(0.435, 10, 10, cmap="cividis")]
        self.title = self.digit.axes.set_title("", **TITLE)
        self.hidden[0].axes.set_title(_("50 activations"), **TITLE)
        self.hidden[1].axes.set_title(_("100 activations"), **TITLE)

        # Room is left beside the bars for the words beside a bar of 100%.
        bars = figure.add_axes((0.715, 0.11, 0.135, 0.73), xlim=(0, 1), ylim=(9.6, -0.6), yticks=range(10))
        bars.set_title(_("10 probabilities"), **TITLE)
        bars.set_xticks([0, 0.5, 1], ["0", "50%", "100%"])
        bars.spines[["top", "right"]].set_visible(False)
        self.bars = bars.barh(range(10), np.zeros(10))
        self.shares = [bars.text(0, digit, "", va="center", fontsize=9) for digit in range(10)]
        self.names = bars.get_yticklabels()

    def update(self, image: np.ndarray, label: int, reading: Reading, title: str) -> None:
        self.digit.set_data(image.reshape(28, 28))
        self.title.set_text(title)
        for picture, values in zip(self.hidden, reading.activations, strict=True):
            picture.set_data(values.reshape(10, -1))
        for digit, probability in enumerate(reading.probabilities):
            self.bars[digit].set_width(probability)
            self.bars[digit].set_color(PALETTE["blue" if digit == reading.answer else "sky"])
            mark = _("{share:.1%} ◂ label") if digit == label else "{share:.1%}"
            self.shares[digit].set(x=probability + 0.02, text=mark.format(share=probability))
            weight = "bold" if digit == label else "normal"
            self.shares[digit].set_fontweight(weight)
            self.names[digit].set_fontweight(weight)
        self.shares[0].axes.yaxis.stale = True  # a tick's label does not tell its axis that it has changed


class TimesDrawing:
    """Time for one image against batch size, with the chosen batch size marked."""

    def __init__(self, figure: Figure, sizes: Sequence[int], seconds: Sequence[float]):
        axes = figure.add_axes((0.09, 0.25, 0.87, 0.63), xscale="log", yscale="log")
        micro = np.array(seconds) * 1e6
        axes.plot(sizes, micro, "o-", color=PALETTE["sky"], markersize=4)
        axes.set(xlabel=_("batch size (images at a time)"), ylabel=_("µs for one image"))
        axes.set(xticks=sizes, yticks=[0.1, 1, 10, 100, 1000, 10_000])
        self.axes, self.ends = axes, (micro.min() / 2, micro.max() * 2)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        self.mark = axes.plot([1], [1], "D", color=PALETTE["blue"], markersize=9)[0]
        self.title = axes.set_title("", **TITLE)

    def update(self, batch_size: int, seconds: float, title: str) -> None:
        self.mark.set_data([batch_size], [seconds * 1e6])
        # A busy computer may take much longer now than when the curve was measured.
        low, high = self.ends
        set_limits(self.axes, y=(min(low, seconds * 1e6 / 2), max(high, seconds * 1e6 * 2)))
        self.title.set_text(title)


def short(ratio: float) -> str:
    """Write a factor in two digits at least: 0.45, 2.3, 87, 120."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def own_reader(mine: Callable, network: Sequential) -> Callable[[np.ndarray], np.ndarray]:
    """Fit a learner's ``predict(network, x)`` to the stored weights."""
    name, weights = own.name_of(mine), dict(network.params)

    def read(x: np.ndarray) -> np.ndarray:
        return own.array_of(name, own.run(name, mine, weights, x), (*x.shape[:-1], 10))

    return read


@explorer
def digit_reader(mine: Callable | None = None) -> Panel:
    """Show a test digit, the activations and probabilities it causes, and the time that batches save.

    Parameters
    ----------
    mine : callable, optional
        Your own ``predict(network, x)``, as in the chapter: it takes the weights by their names W1, b1 … b3, and one image
        or many; its probabilities are shown, and compared with the package's.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    network = stored_network("mlp_784_50_100_10")
    _train, (x, t) = load_mnist()
    everything, wrong = np.arange(len(x)), np.flatnonzero(network.predict(x).argmax(axis=1) != t)
    # All sizes in turn, five times over: what slows the computer down for a moment then spoils none of them.
    rounds = [[time_per_image(network, x, size, tries=1) for size in BATCH_SIZES] for _round in range(5)]
    curve = np.min(rounds, axis=0)

    controls = {
        "position": Number(_("image"), 0, len(x) - 1, 0),
        "wrong_only": Checkbox(_("only the {number} images that are read wrongly").format(number=len(wrong))),
        "batch_size": Number(_("batch size"), 1, len(x), 100, log=True),
    }
    reader, times = Picture(880, 270, lines=0), Picture(880, 200, lines=0)  # they hold all their words
    reader_drawing = ReaderDrawing(reader.figure)
    times_drawing = TimesDrawing(times.figure, BATCH_SIZES, curve)

    verdict, read = Verdict(), None
    if mine is not None:
        read, controls["yours"] = own_reader(mine, network), whose()
        verdict.judge(own.name_of(mine), lambda: own.parting("y", read(x[:100]), network.predict(x[:100])))

    before = None  # the image at which only the wrong ones were asked for

    def show_image(number: int, yours: bool) -> None:
        reading = compute(network, x[number])
        if yours:
            reading = reading._replace(probabilities=read(x[number]))
        title = _("test image {number}: a {label}, read as {answer}")
        title = title.format(number=number, label=t[number], answer=reading.answer)
        reader_drawing.update(x[number], t[number], reading, title)
        shares = joined((joined([digit, f"{share:.1%}"], ": ") for digit, share in enumerate(reading.probabilities)), ", ")
        reader.show(_("{title}. Probabilities: {shares}").format(title=title, shares=shares))

    def show_times(size: int) -> None:
        seconds = time_per_image(network, x, size)
        if size == 1:
            title = _("one by one: {time:.1f} µs for one image").format(time=seconds * 1e6)
        else:
            title = _("{size} at a time: {time:.1f} µs for one image, {ratio} times as fast as one by one")
            title = title.format(size=size, time=seconds * 1e6, ratio=short(curve[0] / seconds))
        times_drawing.update(size, seconds, title)
        times.show(title)

    def update(changed: set[str], position: int, wrong_only: bool, batch_size: int, yours: bool = False) -> None:
        nonlocal before
        chosen = wrong if wrong_only else everything
        if "wrong_only" in changed and len(chosen) - 1 != controls["position"].source.max:
            controls["position"].set_range(0, len(chosen) - 1)
            if wrong_only:
                before = position
            elif before is not None and "position" not in changed:  # back to where the reader was
                controls["position"].value = before
            position = controls["position"].value
        if changed & {"position", "wrong_only", "yours"}:
            show_image(int(chosen[position]), yours)
        if "batch_size" in changed:
            show_times(batch_size)

    return Panel(_("Digit reader"), controls, [reader, times, verdict], update)
