"""The plane as the last hidden layer sees it: where it puts the points, and the straight border that is left to draw."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from dlcourse.functions import softmax
from dlcourse.layers import Affine
from dlcourse.text import _
from dlcourse.widgets.picture import round_up, set_limits
from dlcourse.widgets.playground_colors import CLASS_COLORS, CLASS_MARKERS, class_colors
from dlcourse.widgets.playground_experiment import REACH, SIDE, Experiment

__all__ = ["HiddenDrawing", "HiddenPlane", "hidden_plane"]

LINES = np.linspace(-REACH, REACH, 15)  # where the lines of squared paper lie, that the layer bends
ALONG = np.linspace(-REACH, REACH, 57)  # at so many places of each


class HiddenPlane(NamedTuple):
    """What there is to draw, in two coordinates of the last hidden layer."""

    points: np.ndarray  # (N, 2): the training points
    classes: np.ndarray  # (N,)
    paper: np.ndarray  # (lines, places, 2): squared paper, moved
    reach: tuple[float, float, float, float]  # left, right, bottom, top
    probabilities: np.ndarray  # (SIDE, SIDE, K): what the output layer says there, the lowest row first
    names: tuple[str, str]  # of the two coordinates


def hidden_plane(run: Experiment, kept: tuple[float, float, float, float] | None = None) -> HiddenPlane:
    """Look at the plane with the eyes of the last hidden layer.

    With two neurons there, its coordinates are what the two say. With more, they are chosen so that the border is seen as
    it is: the output layer only looks along the differences of its columns of weights, and the first coordinates lie
    along those. If one direction is enough for that, the second is the one in which the points differ most.

    Parameters
    ----------
    run : Experiment
    kept : (float, float, float, float), optional
        The reach of the picture before, which is kept where it still fits: ends that change seldom cost less.

    Returns
    -------
    HiddenPlane
    """
    x, t = run.train_set
    last = run.network.layers[-1]
    paper = np.stack([*(np.stack([np.full_like(ALONG, at), ALONG], 1) for at in LINES),
                      *(np.stack([ALONG, np.full_like(ALONG, at)], 1) for at in LINES)])  # fmt: skip
    seen, lines = (_before_the_last(run, places) for places in (x, paper.reshape(-1, 2)))
    axes, names = _coordinates(seen, last, run.features if len(run.network.layers) == 1 else ())
    centre = np.zeros(seen.shape[1]) if seen.shape[1] <= 2 else seen.mean(axis=0)
    flat, lines = ((values - centre) @ axes for values in (seen, lines))
    everything = np.concatenate([flat, lines])
    low, high = np.nan_to_num(everything.min(axis=0)), np.nan_to_num(everything.max(axis=0))
    left, right, bottom, top = reach = _reach(low, high, kept)
    grid = np.stack(np.meshgrid(np.linspace(left, right, SIDE), np.linspace(bottom, top, SIDE)), -1)
    scores = (centre + grid @ axes.T) @ last.W + last.b
    probabilities = softmax(scores.reshape(-1, scores.shape[-1])).reshape(scores.shape)
    return HiddenPlane(flat, t, lines.reshape(paper.shape), reach, probabilities, names)


def _reach(low: np.ndarray, high: np.ndarray, kept: tuple[float, ...] | None) -> tuple[float, float, float, float]:
    """Give left, right, bottom and top of a picture in which all can be seen."""
    if kept is not None:
        first, last = np.array(kept[::2]), np.array(kept[1::2])
        if (first <= low).all() and (last >= high).all() and (last - first <= 1.5 * np.maximum(high - low, 1)).all():
            return kept
    step = round_up(max((high - low).max(), 1.0)) / 20
    (left, bottom), (right, top) = (step * np.floor(low / step - 0.4)).tolist(), (step * np.ceil(high / step + 0.4)).tolist()
    return left, right, bottom, top


def _before_the_last(run: Experiment, places: np.ndarray) -> np.ndarray:
    """What comes in at the output layer."""
    out = run.inputs(places)
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in run.network.layers[:-1]:
            out = layer.forward(out)
    return np.nan_to_num(np.asarray(out, dtype=float))


def _coordinates(seen: np.ndarray, last: Affine, features: Sequence[str]) -> tuple[np.ndarray, tuple[str, str]]:
    """Give two directions (neurons, 2) at right angles, each of length 1, and what they are called."""
    size = seen.shape[1]
    if size <= 2:
        names = [*(features or (_("neuron 1"), _("neuron 2")))[:size], ""]
        return np.eye(size, 2), (names[0], names[1])
    W = np.nan_to_num(np.asarray(last.W, dtype=float))
    wanted = [W[:, 0] - W[:, 1], *(W[:, k] - W[:, 0] for k in range(2, W.shape[1]))]
    spread = np.linalg.svd(seen - seen.mean(axis=0), full_matrices=False)[2]
    axes = np.linalg.qr(np.stack([*wanted[:2], *spread[:2], *np.eye(size)[:2]], axis=1))[0][:, :2]
    axes = axes * np.where((axes * np.stack([wanted[0], axes[:, 1]], 1)).sum(axis=0) < 0, -1, 1)
    second = _("where the points differ most besides") if W.shape[1] == 2 else _("the other border, across")
    return axes, (_("across the border"), second)


class HiddenDrawing:
    """Squared paper as the layer bends it, the points on it, and the border of the output layer.

    Parameters
    ----------
    axes : Axes
    """

    def __init__(self, axes: Axes):
        self.axes = axes
        self.seen: HiddenPlane | None = None
        white = np.full((SIDE, SIDE, 3), 255, np.uint8)
        self.surface = axes.imshow(white, origin="lower", extent=(-1, 1, -1, 1), interpolation="bilinear", aspect="auto")
        self.paper = axes.add_collection(LineCollection([], colors="0.55", linewidths=0.6, zorder=1), autolim=False)
        look = {"ls": "", "mec": "white", "ms": 5, "markeredgewidth": 0.7}
        self.points = [
            axes.plot([], [], marker, color=color, **look)[0]
            for color, marker in zip(CLASS_COLORS, CLASS_MARKERS, strict=True)
        ]
        axes.tick_params(labelsize=9)
        axes.autoscale(False)
        axes.set_title(_("as the last hidden layer sees it"), fontsize=10)

    def update(self, run: Experiment) -> None:
        seen = self.seen = hidden_plane(run, self.seen and self.seen.reach)
        left, right, bottom, top = seen.reach
        self.surface.set_data(class_colors(seen.probabilities))
        if tuple(self.surface.get_extent()) != seen.reach:
            self.surface.set_extent(seen.reach)
        set_limits(self.axes, (left, right), (bottom, top))
        self.paper.set_segments(seen.paper)
        for k, marker in enumerate(self.points):
            marker.set_data(*seen.points[seen.classes == k].T)
        for axis, name in zip((self.axes.xaxis, self.axes.yaxis), seen.names, strict=True):
            if axis.get_label_text() != name:
                axis.set_label_text(name, fontsize=9)
