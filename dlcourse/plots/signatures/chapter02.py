"""Chapter 02: a line with a few kinks, one for each ReLU, comes near to any curve."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.functions import relu
from dlcourse.plots.base import PALETTE, figure
from dlcourse.text import _


def draw() -> Figure:
    """Draw a wave, what a line and four ReLUs make of it, and the four ReLUs; the weights are found by least squares."""
    x = np.linspace(0, 2 * np.pi, 241)
    places = np.pi * np.array([0.3, 0.7, 1.3, 1.7])
    bends = relu(x[:, None] - places)
    columns = np.column_stack([np.ones_like(x), x, bends])
    weights = np.linalg.lstsq(columns, np.sin(x))[0]
    built = columns @ weights
    fig, ((parts, whole),) = figure(5.4, 2.5, columns=2)
    whole.plot(x, np.sin(x), color="0.8", linewidth=9)
    whole.plot(x, built, color=PALETTE["blue"], linewidth=2.5)
    whole.plot(places, np.interp(places, x, built), "D", color=PALETTE["blue"], markersize=9)
    whole.set(title=_("added to a line"), xticks=[], yticks=[])
    for bend, place, style in zip((bends * weights[2:]).T, places, ("-", "--", "-.", ":"), strict=True):
        parts.plot(x, bend, color=PALETTE["vermilion"], linestyle=style, linewidth=2.5)
        parts.plot(place, 0, "D", color=PALETTE["vermilion"], markersize=9)
    parts.set(title=_("four ReLUs"), xticks=[], yticks=[])
    return fig
