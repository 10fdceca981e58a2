"""Experiments on overfitting and on search: gaps between two curves, accuracies side by side, trials in the plane."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dlcourse.plots.base import MARKERS, PALETTE, SMALL, as_axes, finish
from dlcourse.plots.curves import plot_curves
from dlcourse.text import _

__all__ = ["plot_accuracies", "plot_gaps", "plot_trials"]


class Tried(Protocol):
    """What a trial of a search must have."""

    params: Mapping[str, float]
    score: float | None
    round: int


def plot_gaps(histories: Mapping[str, object]) -> Figure:
    """Plot the accuracies of trainings side by side: on training digits, on test digits, and the gap in grey.

    Parameters
    ----------
    histories : mapping
        From a title to a history with ``epoch``, ``train_accuracy`` and ``test_accuracy``.

    Returns
    -------
    Figure
    """
    if not histories:
        raise ValueError("plot_gaps: there is nothing to show, expected at least one history")
    size, count = (6 if len(histories) == 1 else 4.5 * len(histories), 3), len(histories)
    fig, axes = plt.subplots(1, count, figsize=size, layout="constrained", facecolor="white", squeeze=False)
    for ax, (title, history) in zip(axes[0], histories.items(), strict=True):
        train, test = history.train_accuracy, history.test_accuracy
        curves = {_("training"): (history.epoch, train), _("test"): (history.epoch, test)}
        plot_curves(curves, xlabel=_("epoch"), ylabel=_("accuracy"), ax=ax)
        ax.fill_between(history.epoch, train, test, color="0.85")
        ax.set(ylim=(0, 1.03), title=title)
    return fig


def plot_accuracies(found: Mapping[str, ArrayLike], *, left: float = 0.0, ax: Axes | None = None) -> Axes:
    """Plot two bars for each name, the accuracy on training digits and that on test digits, and write the gap.

    Parameters
    ----------
    found : mapping
        From a name to the two accuracies; what follows them is not shown.
    left : float
        Where the axis begins, in [0, 1).
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not found:
        raise ValueError("plot_accuracies: there is nothing to show, expected at least one name")
    ax = as_axes(ax, "plot_accuracies", 8, 0.9 + 0.45 * len(found))
    pairs = np.array([np.asarray(one, dtype=float)[:2] for one in found.values()])
    places = np.arange(len(found))
    ax.barh(places - 0.2, pairs[:, 0], 0.36, color=PALETTE["blue"], label=_("training"))
    ax.barh(places + 0.2, pairs[:, 1], 0.36, color=PALETTE["orange"], hatch="//", label=_("test"))
    for place, (train, test) in zip(places, pairs, strict=True):
        text = _("gap {points:.0f}").format(points=100 * (train - test))
        ax.text(max(train, test) + 0.01, place, text, va="center", fontsize=SMALL)
    ax.set(xticks=np.linspace(left, 1, 6), yticks=places, yticklabels=list(found), xlim=(left, left + 1.14 * (1 - left)))
    ax.invert_yaxis()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=SMALL)
    return finish(ax, _("accuracy"))


def plot_trials(trials: Iterable[Tried], x: str, y: str, *, ax: Axes | None = None) -> Axes:
    """Plot the trials of a search by two of their parameters, on logarithmic axes: a marker for each round.

    Parameters
    ----------
    trials : iterable
        With ``params``, ``score`` (None for one that failed, which is left out) and ``round``, counted from 0.
    x, y : str
        Names of the parameters.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    rounds: dict[int, list[Tried]] = {}
    for trial in trials:
        if trial.score is not None:
            rounds.setdefault(trial.round, []).append(trial)
    if not rounds:
        raise ValueError("plot_trials: no trial has a score, expected at least one")
    ax = as_axes(ax, "plot_trials", 7, 3.4)
    for number, some in sorted(rounds.items()):
        dots = ax.scatter(
            [one.params[x] for one in some], [one.params[y] for one in some], c=[one.score for one in some], vmin=0,
            vmax=1, marker=MARKERS[number % len(MARKERS)], cmap="cividis", edgecolor="black",
            label=_("round {number}").format(number=number + 1),
        )  # fmt: skip
    ax.set(xscale="log", yscale="log")
    bar = ax.figure.colorbar(dots, ax=ax)
    bar.set_label(_("validation accuracy"), fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    return finish(ax, x, y, legend=True)
