"""The ladder of results: one more idea on each rung, and what five trainings made of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlcourse.datasets import data_folder
from dlcourse.plots.base import PALETTE, SMALL, as_axes, finish
from dlcourse.text import _, marked

__all__ = ["plot_ladder", "read_ladder"]

# The names in data/ladder.json, for the translators; they are drawn in the learner's language.
NAMES = (
    marked("nearest mean image"), marked("one layer"), marked("784-128-10, varied digits"), marked("CNN, 6 epochs"),
    marked("CNN, 30 epochs"), marked("CNN, varied digits"), marked("CNN, varied, falling rate"), marked("CNN, 58,000 digits"),
)  # fmt: skip


def read_ladder() -> list[dict[str, Any]]:
    """Give the rungs that ``python data/measure_ladder.py`` has measured, from the bottom to the top.

    Returns
    -------
    list of dict
        Each with ``name``, ``digits`` to learn from, and ``accuracy`` on MNIST's 10,000 test digits, one for each of five
        trainings on other draws of digits; where something is trained also ``epochs``, ``steps``, ``parameters``, the
        chosen ``lr``, and the ``validation`` accuracy of each learning rate that was tried. The topmost is the stored
        `DeepConvNet`, which was trained once.
    """
    rungs = json.loads((data_folder() / "ladder.json").read_text(encoding="utf-8"))
    card = json.loads((data_folder() / "weights" / "deep_conv_net.json").read_text(encoding="utf-8"))
    steps = card["epochs"] * card["training_images"] // 100
    top = {"name": "DeepConvNet", "digits": card["training_images"], "epochs": card["epochs"], "steps": steps,
           "parameters": card["parameters"], "accuracy": [card["accuracy_official_test"]]}  # fmt: skip
    return [*rungs, top]


def plot_ladder(
    rungs: Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    yours: tuple[float, int] | None = None,
    xlabel: str | None = None,
) -> Axes:
    """Plot the error of each rung: a dot for each training, a diamond at the mean, on a scale of equal factors.

    Parameters
    ----------
    rungs : sequence of mappings
        With ``name`` and ``accuracy``, a number or several; see `read_ladder`.
    ax : Axes, optional
    yours : (float, int), optional
        The accuracy of one more network, and on how many digits: drawn at the top, with a bar of two standard errors.
    xlabel : str, optional
        What is counted; the test digits read wrongly if not given.

    Returns
    -------
    Axes
    """
    if not rungs:
        raise ValueError("plot_ladder: rungs is empty, expected at least one")
    names = [_(rung["name"]) for rung in rungs]
    ax = as_axes(ax, "plot_ladder", 7.4, 0.9 + 0.36 * (len(rungs) + (yours is not None)))
    means = []
    for place, rung in enumerate(rungs):
        errors = 100 * (1 - np.atleast_1d(np.asarray(rung["accuracy"], float)))
        means.append(errors.mean())
        ax.plot(errors, np.full(len(errors), place), "o", color=PALETTE["sky"], markersize=5, alpha=0.8)
        ax.plot(means[-1], place, "D", color=PALETTE["blue"], markersize=7)
        spread = f" ± {errors.std(ddof=1):.1f}" if len(errors) > 1 else ""
        words = _("{number} %").format(number=f"{means[-1]:.1f}") + spread
        ax.annotate(words, (errors.max(), place), (8, 0), textcoords="offset points", va="center",
                    fontsize=SMALL)  # fmt: skip
    ax.plot(means, range(len(means)), color=PALETTE["blue"], linewidth=1, zorder=1)
    if yours is not None:
        share, n = yours
        error, bar = 100 * (1 - share), 200 * np.sqrt(share * (1 - share) / n)
        look = {"color": PALETTE["vermilion"], "markersize": 11, "capsize": 4}
        ax.errorbar(error, len(names), xerr=[[min(bar, 0.9 * error)], [bar]], fmt="*", **look)
        words = _("{error:.1f} % ± {bar:.1f} of {n:,}").format(error=error, bar=bar / 2, n=n)
        ax.annotate(words, (error + bar, len(names)), (8, 0), textcoords="offset points", va="center", fontsize=SMALL)
        names.append(_("yours"))
    ax.set(xscale="log", xlim=(0.2, 60), ylim=(-0.6, len(names) - 0.4))
    ax.set_yticks(range(len(names)), names)
    ax.set_xticks([0.3, 1, 3, 10, 30], [_("{number} %").format(number=share) for share in (0.3, 1, 3, 10, 30)])
    ax.minorticks_off()
    ax.grid(axis="x", color="0.9", zorder=0)
    return finish(ax, _("test digits read wrongly") if xlabel is None else xlabel)
