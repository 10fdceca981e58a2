"""How far what a network says of itself can be believed."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.plots.base import PALETTE, SMALL, as_axes, finish, numbers
from dlcourse.text import _

__all__ = ["plot_reliability"]

EDGES = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0)


def plot_reliability(
    confidence: ArrayLike, right: ArrayLike, ax: Axes | None = None, *, edges: Sequence[float] = EDGES
) -> Axes:
    """Plot how often answers were right against how sure the network was: a reliability diagram.

    On the diagonal it is as often right as it says. Each point has the number of its answers, and a bar: where the true
    share lies with 95% (the interval of Wilson, which is also right for shares near 0 and 1).

    Parameters
    ----------
    confidence : array_like of shape (N,)
        The largest probability of each answer, in [0, 1].
    right : array_like of bool, shape (N,)
        Whether the answer was right.
    ax : Axes, optional
    edges : sequence of float
        Of the ranges of confidence that are put together; the last one includes its end.

    Returns
    -------
    Axes

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Weinberger: On calibration of modern neural networks. ICML 2017, section 2.
    """
    who = "plot_reliability"
    confidence, right = numbers(confidence, 1, who, "confidence"), np.asarray(right)
    if right.shape != confidence.shape or right.dtype != bool:
        raise ValueError(f"{who}: right is {right.dtype} {right.shape}, expected bool {confidence.shape}")
    ax = as_axes(ax, who, 4.2, 3.8)
    ax.plot([0, 1], [0, 1], color="0.6", linestyle="--", label=_("as sure as right"))
    bins = np.clip(np.searchsorted(edges, confidence, side="right") - 1, 0, len(edges) - 2)
    for k in np.unique(bins):
        inside = bins == k
        n, sure, share = inside.sum(), confidence[inside].mean(), right[inside].mean()
        middle, half = _wilson(share, n)
        ax.plot([sure, sure], [middle - half, middle + half], color=PALETTE["blue"], linewidth=1.5)
        ax.plot(sure, share, "o", color=PALETTE["blue"], markersize=7)
        ax.annotate(f"{n:,}", (sure, share), (-8, 6), textcoords="offset points", ha="right", fontsize=SMALL)
    ax.set(xlim=(0, 1.05), ylim=(0, 1.1))
    return finish(ax, _("mean confidence"), _("share that is right"), legend=True)


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Give the middle and half the width of the range in which the true share lies."""
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    return middle, z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
