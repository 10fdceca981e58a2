"""Computational graphs: a small affine layer as multiply and add nodes, with values and gradients at its arrows."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.plots.base import NORMAL, PALETTE, SMALL, as_axes, numbers

__all__ = ["plot_affine_graph", "plot_edge", "plot_node"]


def plot_node(ax: Axes, place: tuple[float, float], name: str) -> None:
    """Draw a circle with a name in it."""
    look = {"boxstyle": "circle,pad=0.35", "facecolor": "white", "edgecolor": "black"}
    ax.text(*place, name, ha="center", va="center", fontsize=NORMAL, bbox=look)


def plot_edge(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], value: str = "", gradient: str = "", *,
    at: float = 0.5, bend: float = 0.0,
) -> None:  # fmt: skip
    """Draw an arrow; above it, upright, the value that goes along, and below, in italics, the gradient that comes back.

    Parameters
    ----------
    ax : Axes
    start, end : (x, y)
    value, gradient : str
    at : float
        Where on the arrow the two stand: 0 at its start, 1 at its end.
    bend : float
        How far the arrow bends to the left of its way, as a share of its length.
    """
    arrow = {"arrowstyle": "-|>", "color": "0.35", "shrinkA": 13, "shrinkB": 13}
    arrow |= {"connectionstyle": f"arc3,rad={bend}"} if bend else {}
    ax.annotate("", end, start, arrowprops=arrow)
    x, y = np.add(start, np.multiply(at, np.subtract(end, start)))
    look = {"ha": "center", "fontsize": SMALL, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
    if value:
        ax.text(x, y + 0.04, value, va="bottom", color=PALETTE["blue"], **look)
    if gradient:
        ax.text(x, y - 0.04, gradient, va="top", color=PALETTE["vermilion"], style="italic", **look)


def plot_affine_graph(x: ArrayLike, W: ArrayLike, b: ArrayLike, dout: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw ``x @ W + b`` for two inputs and two outputs as its single multiplications and additions.

    Parameters
    ----------
    x : array_like of shape (2,)
        One sample.
    W : array_like of shape (2, 2)
    b : array_like of shape (2,)
    dout : array_like of shape (2,)
        The gradients of the outputs.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    who = "plot_affine_graph"
    x, b, dout = (numbers(array, 1, who, name) for array, name in ((x, "x"), (b, "b"), (dout, "dout")))
    W = numbers(W, 2, who, "W")
    if not (x.shape == b.shape == dout.shape == (2,) and W.shape == (2, 2)):
        raise ValueError(f"{who}: x, W, b, dout are {x.shape}, {W.shape}, {b.shape}, {dout.shape}, expected two of each")
    ax = as_axes(ax, who, 9.0, 5.0)
    ax.set(xlim=(-0.6, 6.2), ylim=(-2.0, 7.6))
    ax.axis("off")
    inputs, products, sums = [(0, 4.6), (0, 1.0)], {}, [(4, 5.2), (4, 0.4)]
    for d, place in enumerate(inputs):
        plot_node(ax, place, f"x{d + 1}")
        for m in range(2):
            side = 1 - 2 * d  # the weights of x1 come from above, those of x2 from below
            products[d, m] = (2, sums[m][1] + 0.9 * side)
            weight = np.add(products[d, m], (0, 1.2 * side))
            ax.text(*weight, f"W{d + 1}{m + 1}", ha="center", va="center", fontsize=NORMAL)
            plot_edge(ax, place, products[d, m], f"{x[d]:g}", f"{W[d, m] * dout[m]:g}", at=0.3)
            plot_edge(ax, weight, products[d, m])
            _beside(ax, np.add(products[d, m], (0.15, 0.62 * side)), f"{W[d, m]:g}", f"{x[d] * dout[m]:g}")
            plot_edge(ax, products[d, m], sums[m], f"{x[d] * W[d, m]:g}", f"{dout[m]:g}")
    for m, place in enumerate(sums):
        side = 1 - 2 * m
        bias = np.add(place, (0, 1.5 * side))
        ax.text(*bias, f"b{m + 1}", ha="center", va="center", fontsize=NORMAL)
        plot_edge(ax, bias, place)
        _beside(ax, np.add(place, (0.15, 0.75 * side)), f"{b[m]:g}", f"{dout[m]:g}")
        plot_edge(ax, place, np.add(place, (1.6, 0)), f"{x @ W[:, m] + b[m]:g}", f"{dout[m]:g}")
        plot_node(ax, place, "+")
    for place in products.values():
        plot_node(ax, place, "×")
    return ax


def _beside(ax: Axes, place: tuple[float, float], value: str, gradient: str) -> None:
    """Write value and gradient to the right of an arrow that goes up or down."""
    ax.text(*place, value, va="center", ha="left", fontsize=SMALL, color=PALETTE["blue"])
    x = place[0] + 0.13 + 0.1 * len(value)
    ax.text(x, place[1], gradient, va="center", ha="left", fontsize=SMALL, color=PALETTE["vermilion"], style="italic")
