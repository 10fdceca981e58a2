"""Chapter 04: how hard two losses pull a wrong answer right, the surer it is."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.functions import softmax
from dlcourse.plots.base import figure
from dlcourse.plots.curves import plot_curves
from dlcourse.text import _


def draw() -> Figure:
    """Draw the slope of cross-entropy and of squared error for the score of the true class.

    The scores are (g, 0, 0), and class 1 is true. With y, their softmax, cross-entropy pulls the true score up by
    1 - y₁, and half the sum of squares by -y₁ ((y₁ - t₁) - Σ_k (y_k - t_k) y_k).
    """
    g = np.linspace(0, 12, 121)
    y = softmax(np.stack([g, np.zeros_like(g), np.zeros_like(g)], axis=1))
    error = y - np.eye(3)[1]
    squares = -y[:, 1] * (error[:, 1] - np.sum(error * y, axis=1))  # by the chain rule, through softmax
    fig, ((ax,),) = figure(6, 3.4)
    curves = {_("cross-entropy"): (g, 1 - y[:, 1]), _("squared error"): (g, squares)}
    xlabel = _("g: the score of a wrong class, above the true one's")
    plot_curves(curves, xlabel=xlabel, ylabel=_("pull on the true score"), ax=ax)
    ax.annotate(_("sure, wrong,\nand left alone"), (8, squares[80]), (6, 0.35), arrowprops={"arrowstyle": "->"})
    return fig
