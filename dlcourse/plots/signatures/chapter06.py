"""Chapter 06: what a step leaves of the way across and along a valley, against the learning rate."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.plots.base import NORMAL, figure
from dlcourse.plots.curves import plot_curves
from dlcourse.text import _

ACROSS, ALONG = 2.0, 0.1


def draw() -> Figure:
    """Draw |1 - ηλ| for the two directions of x²/20 + y², with the best compromise and the limit 2/λ."""
    lr = np.linspace(0, 1.15, 231)
    best = 2 / (ACROSS + ALONG)
    fig, ((ax,),) = figure(6, 3.4)
    curves = {_("along, λ = 0.1"): (lr, abs(1 - ALONG * lr)), _("across, λ = 2"): (lr, abs(1 - ACROSS * lr))}
    plot_curves(curves, xlabel=_("learning rate η"), ylabel=_("left after a step: |1 - ηλ|"), ax=ax)
    ax.axhspan(1, 1.3, color="0.9")
    ax.text(0.03, 1.12, _("grows without end"), fontsize=NORMAL)
    ax.plot(best, 1 - ALONG * best, "o", color="black")
    ax.annotate(_("best: 19/21"), (best, 1 - ALONG * best), (0.72, 0.55), arrowprops={"arrowstyle": "->"})
    ax.set(ylim=(0, 1.3))
    ax.get_legend().set_loc("lower left")
    return fig
