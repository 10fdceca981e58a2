"""Chapter 04: what a prediction costs, by cross-entropy, by squared error, and by accuracy."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse.losses import cross_entropy_error, sum_squared_error
from dlcourse.text import _, joined
from dlcourse.widgets.controls import Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, legend_behind

__all__ = ["Cost", "LossDrawing", "compute", "loss_explorer"]

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
SHARES = np.linspace(0.005, 1, 200)


class Cost(NamedTuple):
    """A prediction for three classes, the first of which is true, and what it costs."""

    y: np.ndarray
    cross_entropy: float
    squared_error: float
    right: bool


def compute(p: float, rest: float) -> Cost:
    """Give the true class the probability `p`, and the second class the share `rest` of what is left.

    Parameters
    ----------
    p, rest : float
        In [0, 1].
    """
    y = np.array([p, (1 - p) * rest, (1 - p) * (1 - rest)])
    t = np.array([1.0, 0.0, 0.0])
    return Cost(y, cross_entropy_error(y, t), sum_squared_error(y, t), bool(y.argmax() == 0))


class LossDrawing:
    """The prediction as bars, and three costs of it over the probability of the true class."""

    def __init__(self, figure: Figure):
        bars, costs = figure.add_axes((0.075, 0.17, 0.26, 0.7)), figure.add_axes((0.42, 0.17, 0.55, 0.7))
        bars.set(ylim=(0, 1.12), ylabel=_("probability"), title=_("prediction"))
        self.bars = bars.bar([_("true class"), _("second"), _("third")], [0, 0, 0], color=[BLUE, "0.75", "0.75"])
        self.texts = [bars.text(i, 0, "", ha="center", va="bottom", fontsize=9) for i in range(3)]
        costs.set(xlim=(-0.02, 1.02), ylim=(-0.15, 5), xlabel=_("probability of the true class"), ylabel=_("cost"))
        costs.set_title(_("what it costs"))
        self.lines = [
            costs.plot([], [], color=color, ls=style, lw=2, label=name)[0]
            for color, style, name in (
                (BLUE, "-", _("cross-entropy")),
                (ORANGE, "--", _("squared error")),
                (GREEN, ":", _("1 if wrong, 0 if right")),
            )
        ]  # fmt: skip
        self.marks = [costs.plot([], [], marker, color=color, markersize=9)[0]
                      for color, marker in ((BLUE, "o"), (ORANGE, "s"), (GREEN, "D"))]  # fmt: skip
        legend_behind(costs, loc="upper right", fontsize=9)
        self.rest, self.costs = None, np.zeros((3, len(SHARES)))
        for axes in (bars, costs):
            axes.spines[["top", "right"]].set_visible(False)
            axes.title.set_fontsize(10)

    def update(self, p: float, rest: float) -> None:
        now = compute(p, rest)
        for bar, text, share in zip(self.bars, self.texts, now.y, strict=True):
            bar.set_height(share)
            text.set(y=share + 0.02, text=f"{share:.3g}")
        if rest != self.rest:  # the curves stay while only the prediction moves along them
            self.costs = np.array([compute(share, rest)[1:] for share in SHARES], dtype=float).T
            self.costs[2] = 1 - self.costs[2]
            self.rest = rest
        here = (now.cross_entropy, now.squared_error, float(not now.right))
        for line, mark, costs, cost in zip(self.lines, self.marks, self.costs, here, strict=True):
            line.set_data(SHARES, costs)
            mark.set_data([p], [cost])


@explorer
def loss_explorer() -> Panel:
    """Move probability to and from the true class, and compare what three measures make of it.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 300)
    drawing = LossDrawing(picture.figure)
    controls = {
        "p": Number(_("true class"), 0.01, 1.0, 0.6, step=0.01),
        "rest": Number(_("second's share"), 0.0, 1.0, 0.5, step=0.01),
    }

    def update(_changed: set[str], p: float, rest: float) -> None:
        drawing.update(p, rest)
        cost = compute(p, rest)
        picture.show(
            _("Prediction {y}: cross-entropy {ce:.2f}, squared error {se:.2f}, counted as {verdict}.").format(
                y=joined((f"{share:.3g}" for share in cost.y), ", "), ce=cost.cross_entropy, se=cost.squared_error,
                verdict=_("right") if cost.right else _("wrong"),
            )
        )  # fmt: skip

    return Panel(_("Loss explorer"), controls, [picture], update)
