"""Chapter 01: a hidden layer moves four points, and one line is enough for XOR."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse.perceptron import NAND, OR, XOR
from dlcourse.plots.base import PALETTE, figure
from dlcourse.text import _

PAIRS = ((0, 0), (1, 0), (0, 1), (1, 1))


def draw() -> Figure:
    """Draw the plane of the inputs with the lines of NAND and OR, and the plane of what these two say with that of AND."""
    fig, ((left, right),) = figure(5.4, 3.1, columns=2)
    _plane(left, [(0.5, 0.5, -0.7), (0.5, 0.5, -0.2)], PAIRS)
    left.set(xlabel="x1", ylabel="x2", title=_("inputs: two lines"))
    _plane(right, [(0.5, 0.5, -0.7)], [(NAND(*pair), OR(*pair)) for pair in PAIRS])
    right.set(xlabel="NAND", ylabel="OR", title=_("hidden layer: one line"))
    for words, place in ((_("from (0, 0)"), (1, -0.22)), (_("from (1, 1)"), (0, 0.76)), (_("from both"), (1, 1.2))):
        right.text(*place, words, ha="center", va="center")
    return fig


def _plane(ax: Axes, lines: Sequence[tuple], places: Sequence[tuple]) -> None:
    """Draw lines w1 x1 + w2 x2 + b = 0 and four points, those black that XOR is to fire for."""
    ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), xticks=(0, 1), yticks=(0, 1), aspect="equal")
    ends = np.array([-1, 2])
    edges = [-(b + w1 * ends) / w2 for w1, w2, b in lines]
    for edge, style in zip(edges, ("-", "--"), strict=False):
        ax.plot(ends, edge, style, color=PALETTE["blue"], linewidth=3)
    # Between the two lines, or above the only one.
    ax.fill_between(ends, edges[-1], edges[0] if len(edges) == 2 else 3, color=PALETTE["sky"], alpha=0.35, linewidth=0)
    for pair, place in zip(PAIRS, places, strict=True):
        face = "black" if XOR(*pair) else "white"
        ax.plot(*place, "o", markersize=17, markerfacecolor=face, markeredgecolor="black", markeredgewidth=1.5)
