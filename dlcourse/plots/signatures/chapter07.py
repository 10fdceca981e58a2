"""Chapter 07: how loud a signal is after each of thirty ReLU layers, measured, and the law beside it."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.functions import relu
from dlcourse.plots.base import COLORS, MARKERS, NORMAL, figure, finish
from dlcourse.text import _

FACTORS = (1.25, 1.0, 0.8, 0.5)
LAYERS, WIDTH = 30, 500


def draw() -> Figure:
    """Draw the size of the signal on a logarithmic axis: points from random networks, lines (σ√(n/2))^d."""
    rng, depth = np.random.default_rng(7), np.arange(LAYERS + 1)
    fig, ((ax,),) = figure(6, 3.6)
    for factor, color, marker in zip(FACTORS, COLORS, MARKERS):
        x = rng.standard_normal((100, WIDTH))
        sizes = [1.0]
        for _layer in range(LAYERS):
            x = relu(x @ (factor * np.sqrt(2 / WIDTH) * rng.standard_normal((WIDTH, WIDTH))))
            sizes.append(np.sqrt(2 * np.mean(x**2)))
        sizes[1:] = np.array(sizes[1:]) / sizes[1] * factor
        ax.semilogy(depth, factor**depth, color=color)
        ax.semilogy(depth[::2], sizes[::2], marker, color=color)
        ax.text(LAYERS + 0.7, factor**LAYERS, _("{factor:g} × He").format(factor=factor), va="center", fontsize=NORMAL)
    ax.set(xlim=(0, LAYERS + 6), ylim=(1e-10, 1e4))
    return finish(ax, _("layer"), _("size of the signal")).figure
