"""Chapter 05: a graph with forks, how many paths there are to its end, and that each arrow is walked once."""

from matplotlib.figure import Figure

from dlcourse.plots.base import LARGE, NORMAL, PALETTE, figure
from dlcourse.plots.graphs import plot_edge, plot_node
from dlcourse.text import _


def draw() -> Figure:
    """Draw six nodes in a row, each joined to the next by two arrows, with the number of paths to the end below."""
    fig, ((ax,),) = figure(6, 2.6)
    ax.set(xlim=(-0.5, 5.5), ylim=(-1.0, 0.85))
    ax.axis("off")
    for i in range(5):
        for bend in (-0.35, 0.35):
            plot_edge(ax, (i, 0), (i + 1, 0), bend=bend)
    for i in range(6):
        plot_node(ax, (i, 0), "+" if i else "x")
        ax.text(i, -0.6, str(2 ** (5 - i)), ha="center", fontsize=LARGE, color=PALETTE["vermilion"], style="italic")
    ax.text(2.5, -0.95, _("paths from here to the end"), ha="center", fontsize=NORMAL, color=PALETTE["vermilion"])
    ax.text(2.5, 0.6, _("32 paths, 10 arrows, and one walk back over each"), ha="center", fontsize=LARGE)
    return fig
