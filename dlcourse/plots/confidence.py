"""How far what a network says of itself can be believed."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.plots.base import COLORS, LINE_STYLES, PALETTE, SMALL, as_axes, finish, numbers
from dlcourse.text import _

__all__ = ["plot_coverage", "plot_recalls", "plot_reliability", "wilson"]

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
        middle, half = wilson(share, n)
        ax.plot([sure, sure], [middle - half, middle + half], color=PALETTE["blue"], linewidth=1.5)
        ax.plot(sure, share, "o", color=PALETTE["blue"], markersize=7)
        ax.annotate(f"{n:,}", (sure, share), (-8, 6), textcoords="offset points", ha="right", fontsize=SMALL)
    ax.set(xlim=(0, 1.05), ylim=(0, 1.1))
    return finish(ax, _("mean confidence"), _("share that is right"), legend=True)


def plot_coverage(readers: Mapping[str, tuple[ArrayLike, ArrayLike]], ax: Axes | None = None) -> Axes:
    """Plot the error on what a network keeps against the share that it hands on, the least sure first.

    Parameters
    ----------
    readers : mapping of str to (confidence, right)
        Both of shape (N,), as for `plot_reliability`.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = as_axes(ax, "plot_coverage", 5.4, 3.2)
    for i, (name, (confidence, right)) in enumerate(readers.items()):
        confidence, right = numbers(confidence, 1, "plot_coverage", "confidence"), np.asarray(right)
        if right.shape != confidence.shape or right.dtype != bool:
            raise ValueError(f"plot_coverage: right is {right.dtype} {right.shape}, expected bool {confidence.shape}")
        wrong = ~right[np.argsort(-confidence, kind="stable")]
        n = np.arange(1, len(wrong) + 1)
        error, handed_on = np.cumsum(wrong) / n, 1 - n / len(wrong)
        shown = handed_on <= 0.5
        ax.plot(100 * handed_on[shown], 100 * error[shown], color=COLORS[i % 7], linestyle=LINE_STYLES[i % 7], label=name)
    ax.set(xlim=(0, 50), ylim=(0, None))
    return finish(ax, _("handed on to a person, in %"), _("wrong among the rest, in %"), legend=True)


def plot_recalls(matrix: ArrayLike, class_names: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Plot the recall of each class with a bar in which the true one lies with 95%, and the recall of all as a line.

    Parameters
    ----------
    matrix : array_like of shape (K, K)
        As `dlcourse.metrics.confusion_matrix` gives it: a row for each true class, none of them empty.
    class_names : sequence of K str, optional
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    matrix = numbers(matrix, 2, "plot_recalls", "matrix")
    samples = matrix.sum(axis=1)
    if matrix.shape[0] != matrix.shape[1] or samples.min() <= 0:
        raise ValueError(f"plot_recalls: matrix has shape {matrix.shape}, expected (K, K) with no empty row")
    names = [_(str(name)) for name in (range(len(matrix)) if class_names is None else class_names)]
    ax = as_axes(ax, "plot_recalls", 6.0, 2.8)
    for k, (right, n) in enumerate(zip(np.diag(matrix), samples, strict=True)):
        middle, half = wilson(right / n, n)
        ax.plot([k, k], [middle - half, middle + half], color=PALETTE["blue"], linewidth=1.5)
        ax.plot(k, right / n, "o", color=PALETTE["blue"], markersize=7)
    whole = np.trace(matrix) / samples.sum()
    ax.axhline(whole, color=PALETTE["vermilion"], linestyle="--", label=_("all classes together"))
    ax.set_xticks(range(len(names)), names, rotation=0 if class_names is None else 30)
    return finish(ax, _("class"), _("recall"), legend=True)


def wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Give the middle and half the width of the range in which the true share lies: Wilson's interval.

    Parameters
    ----------
    share : float
        That was found among `n`.
    n : int
    z : float
        Standard errors; 1.96 is 95%.
    """
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    return middle, z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
