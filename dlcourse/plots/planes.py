"""The plane: where a classifier draws its lines, and how an optimizer walks down a hill."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from numpy.typing import ArrayLike

from dlcourse.plots.base import COLORS, LINE_STYLES, MARKERS, PALETTE, as_axes, finish, numbers, span
from dlcourse.text import _

__all__ = ["plot_arrow_field", "plot_contour_path", "plot_decision_line", "plot_decision_region", "plot_moved_grid"]


def plot_decision_line(w: ArrayLike, b: float, ax: Axes | None = None, *, label: str | None = None) -> Axes:
    """Draw the line ``w1 x1 + w2 x2 + b = 0`` of a perceptron, and an arrow to the side where it says 1.

    Parameters
    ----------
    w : array_like of shape (2,)
        Weights, not both 0: then there is no line.
    b : float
        Bias.
    ax : Axes, optional
        Its limits stay; a new one shows the corners of the gates, 0 and 1.
    label : str, optional
        For the legend.

    Returns
    -------
    Axes
    """
    w = numbers(w, 1, "plot_decision_line", "w").astype(float)
    if w.shape != (2,) or not w.any() or not np.isfinite(b):
        raise ValueError(f"plot_decision_line: w is {w} and b {b}, expected two weights, not both 0, and a finite bias")
    if ax is None:
        ax = as_axes(None, "plot_decision_line", 4.2, 4.0)
        ax.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), aspect="equal")
    ax = as_axes(ax, "plot_decision_line")
    limits = np.array([ax.get_xlim(), ax.get_ylim()])
    middle, size = limits.mean(axis=1), np.ptp(limits, axis=1).min()
    foot = middle - (w @ middle + b) / (w @ w) * w  # the point of the line that is next to the middle
    ax.axline(foot, foot + [-w[1], w[0]], color="black", label=label)
    ax.annotate("", foot + 0.15 * size * w / np.linalg.norm(w), foot, arrowprops={"arrowstyle": "->", "lw": 1.5})
    ax.set(xlim=limits[0], ylim=limits[1])
    return finish(ax, "x1", "x2", legend=label is not None)


def plot_decision_region(
    predict: Callable, x: ArrayLike, t: ArrayLike, ax: Axes | None = None, *, points: int = 200, legend: bool = True
) -> Axes:
    """Colour the plane by what a classifier says, with the samples on it, each class with its own marker.

    Parameters
    ----------
    predict : callable
        Takes (M, 2); returns classes (M,), or probabilities or scores (M, K).
    x : array_like of shape (N, 2)
        Samples.
    t : array_like of int, shape (N,)
        Their true classes.
    ax : Axes, optional
    points : int
        The plane is asked at points × points places.
    legend : bool
        Whether the classes are named; their markers tell them apart too.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If the arrays are not of such a form, or `predict` does not return classes.
    """
    who = "plot_decision_region"
    x, t = numbers(x, 2, who, "x"), np.asarray(t)
    if x.shape[1] != 2 or t.shape != (len(x),) or t.dtype.kind not in "iu" or t.min() < 0:
        raise ValueError(f"{who}: x is {x.shape} and t {t.dtype} {t.shape}, expected (N, 2), and N classes from 0 on")
    x = x.astype(np.float64) if x.dtype.kind != "f" else x
    margin = 0.15 * np.ptp(x, axis=0) + 1e-3
    low, high = x.min(axis=0) - margin, x.max(axis=0) + margin
    x1, x2 = np.linspace(low[0], high[0], points), np.linspace(low[1], high[1], points)
    plane = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    says = np.asarray(predict(plane))
    says = says.argmax(axis=1) if says.ndim == 2 else says
    if says.shape != (len(plane),) or (says.astype(int) != says).any() or says.min() < 0:
        raise ValueError(f"{who}: predict returned {says.shape}, expected ({len(plane)},) classes or ({len(plane)}, K)")
    says = says.astype(int).reshape(points, points)
    classes = int(max(says.max(), t.max())) + 1
    colors = [COLORS[k % len(COLORS)] for k in range(classes)]
    pale = ListedColormap([0.75 + 0.25 * np.array(to_rgb(color)) for color in colors])
    ax = as_axes(ax, who, 5.0, 4.0)
    ax.imshow(says, cmap=pale, vmin=-0.5, vmax=classes - 0.5, origin="lower", aspect="auto",
              extent=(low[0], high[0], low[1], high[1]))  # fmt: skip
    for k in np.unique(says)[1:]:  # without colours, the borders show the regions
        ax.contour(x1, x2, says >= k, levels=[0.5], colors="black", linewidths=1)
    for k in np.unique(t):
        look = {"color": colors[k], "marker": MARKERS[k % len(MARKERS)], "edgecolor": "black", "linewidth": 0.6}
        ax.scatter(*x[t == k].T, label=_("class {k}").format(k=k), **look)
    return finish(ax, "x1", "x2", legend=legend)


def plot_contour_path(
    f: Callable,
    paths: ArrayLike | Mapping[str, ArrayLike] | None = None,
    x_range: tuple[float, float] = (-10, 10),
    y_range: tuple[float, float] = (-5, 5),
    ax: Axes | None = None,
    *,
    points: int = 81,
) -> Axes:
    """Draw the contour lines of a function of two variables, and paths on them; ○ is the start, ★ the end.

    Parameters
    ----------
    f : callable
        Takes x of shape (2,), returns a number.
    paths : array_like of shape (S, 2), or mapping from names to such, optional
        Where an optimizer went, the start included.
    x_range, y_range : (low, high)
    ax : Axes, optional
    points : int
        `f` is asked at points × points places.

    Returns
    -------
    Axes
    """
    who = "plot_contour_path"
    named = paths if isinstance(paths, Mapping) else {} if paths is None else {"": paths}
    named = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    for name, path in named.items():
        if path.ndim != 2 or path.shape[1] != 2 or len(path) == 0:
            raise ValueError(f"{who}: the path {name!r} has shape {path.shape}, expected (S, 2) with S ≥ 1")
    x1, x2, heights = _on_plane(f, x_range, y_range, points, (), who)
    low, high = heights.min(), heights.max()
    ax = as_axes(ax, who, 5.5, 4.0)
    if high > low:
        # closer to each other near the bottom, where the paths end
        ax.contour(x1, x2, heights, levels=low + (high - low) * np.linspace(0, 1, 13)[1:-1] ** 2, colors="0.7")
    for i, (name, path) in enumerate(named.items()):
        color, style = COLORS[i % len(COLORS)], LINE_STYLES[i % len(LINE_STYLES)]
        ax.plot(*path.T, color=color, linestyle=style, marker=".", markersize=5, label=name)
        ax.plot(*path[0], "o", color=color, markerfacecolor="white", markersize=9)
        ax.plot(*path[-1], "*", color=color, markersize=14)
    ax.set(xlim=x_range, ylim=y_range)
    return finish(ax, "x1", "x2", legend=any(named))


def plot_arrow_field(
    grad: Callable,
    x_range: tuple[float, float] = (-2, 2),
    y_range: tuple[float, float] = (-2, 2),
    ax: Axes | None = None,
    *,
    points: int = 15,
    descent: bool = True,
) -> Axes:
    """Draw a gradient as arrows, which point downhill: the way that gradient descent goes.

    Parameters
    ----------
    grad : callable
        Takes x of shape (2,), returns the gradient there, of shape (2,).
    x_range, y_range : (low, high)
    ax : Axes, optional
    points : int
        Arrows in a row, and in a column.
    descent : bool
        False draws the gradient itself, uphill.

    Returns
    -------
    Axes
    """
    x1, x2, arrows = _on_plane(grad, x_range, y_range, points, (2,), "plot_arrow_field")
    arrows = -arrows if descent else arrows
    ax = as_axes(ax, "plot_arrow_field", 4.5, 4.0)
    ax.quiver(x1, x2, arrows[..., 0], arrows[..., 1], angles="xy", color=PALETTE["blue"], width=0.004)
    return finish(ax, "x1", "x2")


def plot_moved_grid(
    move: Callable, ax: Axes | None = None, *, reach: float = 2.0, lines: int = 9, points: int = 61
) -> Axes:
    """Draw a square grid of the plane where a layer of two neurons puts it; ○ is where the middle lands.

    Parameters
    ----------
    move : callable
        Takes (M, 2), returns (M, 2).
    ax : Axes, optional
    reach : float
        The grid goes from -reach to reach, each way.
    lines : int
        In each direction: one colour for those of equal x1, another one and dashes for those of equal x2.
    points : int
        On each line.

    Returns
    -------
    Axes
    """
    who = "plot_moved_grid"
    steps, along = np.linspace(-reach, reach, lines), np.linspace(-reach, reach, points)
    rows = np.stack(np.broadcast_arrays(steps[:, None], along), axis=-1)  # (lines, points, 2)
    both = np.stack([rows, rows[..., ::-1]])
    moved = np.asarray(move(both.reshape(-1, 2)))
    if moved.shape != (both.size // 2, 2):
        raise ValueError(f"{who}: move returned {moved.shape}, expected ({both.size // 2}, 2), as many points as it got")
    ax = as_axes(ax, who, 3.6, 3.4)
    for kind, color, style in zip(moved.reshape(both.shape), ("blue", "vermilion"), ("-", "--"), strict=True):
        for line in kind:
            ax.plot(*line.T, color=PALETTE[color], linestyle=style, linewidth=1.2)
    ax.plot(*np.asarray(move(np.zeros((1, 2)))).T, "o", color="black", markerfacecolor="white", markersize=7, zorder=3)
    return finish(ax)


def _on_plane(f, x_range, y_range, points: int, shape: tuple, who: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ask `f` at each point of a grid: one at a time, for any function of a single point will do."""
    if not callable(f):
        raise TypeError(f"{who}: expected a function, got {type(f).__name__}")
    x1 = np.linspace(*span(x_range, who, "x_range"), points)
    x2 = np.linspace(*span(y_range, who, "y_range"), points)
    values = np.array([[f(np.array([a, b])) for a in x1] for b in x2], dtype=float)
    if values.shape != (points, points, *shape) or not np.isfinite(values).all():
        raise ValueError(f"{who}: the function gave {values.shape[2:]} for one point, expected {shape}, all finite")
    return x1, x2, values
