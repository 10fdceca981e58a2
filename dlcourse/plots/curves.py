"""Curves, bars and tables: functions, training, probabilities, activations, the confusion matrix."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from dlcourse.plots.base import (
    COLORS,
    LINE_STYLES,
    MARKERS,
    NORMAL,
    PALETTE,
    SMALL,
    as_axes,
    as_row_of_axes,
    finish,
    numbers,
    span,
)
from dlcourse.text import _

__all__ = [
    "plot_confusion", "plot_curves", "plot_function", "plot_histograms", "plot_history", "plot_layer_histograms",
    "plot_probabilities",
]  # fmt: skip


def plot_curves(
    curves: Mapping[str, ArrayLike | tuple], *, xlabel: str = "", ylabel: str = "", ax: Axes | None = None
) -> Axes:
    """Plot lines that differ in colour and in line style.

    Parameters
    ----------
    curves : mapping
        From a name to numbers y, drawn over 1, 2, 3, …, or to a pair ``(x, y)``. An empty name has no
        place in the legend.
    xlabel, ylabel : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(curves, Mapping):
        raise TypeError(f"plot_curves: curves is {type(curves).__name__}, expected a mapping from names to numbers")
    pairs = {}
    for name, curve in curves.items():
        paired = isinstance(curve, tuple) and len(curve) == 2 and np.ndim(curve[0]) == 1
        y = np.asarray(curve[1] if paired else curve, dtype=float)
        x = np.asarray(curve[0], dtype=float) if paired else np.arange(1, y.size + 1)
        if y.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"plot_curves: {name!r} has x {x.shape} and y {y.shape}, expected as many numbers in both")
        pairs[name] = x, y
    ax = as_axes(ax, "plot_curves")
    for i, (name, (x, y)) in enumerate(pairs.items()):
        look = {"color": COLORS[i % len(COLORS)], "linestyle": LINE_STYLES[i % len(LINE_STYLES)]}
        ax.plot(x, y, label=name, marker=MARKERS[i % len(MARKERS)] if len(y) <= 30 else None, **look)
    return finish(ax, xlabel, ylabel, legend=any(curves))


def plot_function(
    f: Callable | Mapping[str, Callable],
    x_range: tuple[float, float] = (-5, 5),
    ax: Axes | None = None,
    *,
    points: int = 401,
) -> Axes:
    """Plot ``y = f(x)``, or several functions by name, over an interval.

    Parameters
    ----------
    f : callable, or mapping from a name to a callable
        Takes an array (points,) and returns as many numbers.
    x_range : (low, high)
    ax : Axes, optional
    points : int
        Where `f` is asked.

    Returns
    -------
    Axes
    """
    functions = f if isinstance(f, Mapping) else {"": f}
    if not all(map(callable, functions.values())):
        raise TypeError(f"plot_function: f is {f!r}, expected a function, or a mapping from names to functions")
    x = np.linspace(*span(x_range, "plot_function", "x_range"), points)
    ax = plot_curves({name: (x, g(x)) for name, g in functions.items()}, xlabel="x", ylabel="y", ax=ax)
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
    return ax


def plot_history(history, ax: Sequence[Axes] | None = None) -> np.ndarray:
    """Plot a training on two Axes: the loss of each step with its running mean, and the accuracies.

    Parameters
    ----------
    history : History, or mapping
        With `loss`, `epoch`, `train_accuracy`, `test_accuracy`, as a `Trainer` keeps it. An empty one
        gives empty Axes, so that a widget can begin with it.
    ax : two Axes, optional

    Returns
    -------
    ndarray of two Axes
    """
    names = ("loss", "epoch", "train_accuracy", "test_accuracy")
    got = history if isinstance(history, Mapping) else getattr(history, "__dict__", {})
    lacking = [name for name in names if name not in got]
    if lacking:
        raise TypeError(f"plot_history: history ({type(history).__name__}) lacks {', '.join(lacking)}")
    loss, epoch, train, test = (np.asarray(got[name], dtype=float) for name in names)
    left, right = axes = as_row_of_axes(ax, 2, "plot_history", 8.0, 3.2)
    window = max(1, len(loss) // 50)
    left.plot(np.arange(1, len(loss) + 1), loss, color=PALETTE["sky"], linewidth=0.8, label=_("each step"))
    if window > 1:
        mean = np.convolve(loss, np.full(window, 1 / window), mode="valid")
        label = _("mean of {n} steps").format(n=window)
        left.plot(np.arange(window, len(loss) + 1), mean, color=PALETTE["blue"], label=label)
    right.plot(epoch[: len(train)], train, "-o", color=PALETTE["blue"], label=_("training"))
    if len(test):
        right.plot(epoch[: len(test)], test, "--s", color=PALETTE["vermilion"], label=_("test"))
    right.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    for one, drawn in ((left, loss), (right, train)):
        if not len(drawn):
            one.set(xlim=(0, 1), ylim=(0, 1))
    finish(left, _("step"), _("loss"), legend=window > 1)
    finish(right, _("epoch"), _("accuracy"), legend=len(train) > 0)
    return axes


def plot_probabilities(
    p: ArrayLike,
    label: int | None = None,
    ax: Axes | None = None,
    *,
    class_names: Sequence[str] | None = None,
) -> Axes:
    """Draw probabilities as bars: the answer is dark and has its number, the true class is hatched and marked ▲.

    Parameters
    ----------
    p : array_like of shape (K,)
        In [0, 1].
    label : int, optional
        The true class.
    ax : Axes, optional
    class_names : sequence of K str, optional
        Shown in place of the numbers.

    Returns
    -------
    Axes
    """
    p = numbers(p, 1, "plot_probabilities", "p")
    if p.min() < 0 or p.max() > 1 + 1e-5:
        raise ValueError(f"plot_probabilities: p runs from {p.min()} to {p.max()}, expected numbers in [0, 1]")
    if label is not None and not 0 <= label < len(p):
        raise ValueError(f"plot_probabilities: label is {label}, expected 0 to {len(p) - 1}")
    names = _names(class_names, len(p), "plot_probabilities")
    ax = as_axes(ax, "plot_probabilities", 5.0, 3.0)
    answer = int(p.argmax())
    bars = ax.bar(range(len(p)), p, color=PALETTE["sky"])
    bars[answer].set_facecolor(PALETTE["blue"])
    ax.text(answer, p[answer] + 0.02, f"{p[answer]:.2f}", ha="center", fontsize=SMALL)
    if label is not None:
        bars[label].set(hatch="///", edgecolor="black")
        # a bar may be too low to be seen; its mark is not
        ax.plot([label], [-0.05], "k^", markersize=7, label=_("true class"))
    ax.set_xticks(range(len(p)), names, rotation=0 if class_names is None else 30)
    ax.set_ylim(-0.1, 1.12)
    ax.set_yticks([0, 0.5, 1])
    return finish(ax, _("class"), _("probability"), legend=label is not None)


def plot_histograms(
    activations: Sequence[ArrayLike] | Mapping[str, ArrayLike], ax: Sequence[Axes] | None = None, *, bins: int = 30
) -> np.ndarray:
    """Draw the activations of each layer as a histogram, side by side and on the same scale.

    Parameters
    ----------
    activations : sequence of array_like, or mapping from a name to an array_like
        Of any shapes.
    ax : as many Axes, optional
    bins : int
        Bars in each.

    Returns
    -------
    ndarray of Axes
    """
    if not isinstance(activations, Mapping):
        activations = {_("layer {n}").format(n=n): values for n, values in enumerate(activations, start=1)}
    arrays = {name: np.asarray(values, dtype=float).ravel() for name, values in activations.items()}
    if not arrays or not all(values.size and np.isfinite(values).all() for values in arrays.values()):
        raise ValueError("plot_histograms: activations must hold at least one array, none empty, all numbers finite")
    axes = as_row_of_axes(ax, len(arrays), "plot_histograms", max(3.0, 1.9 * len(arrays)), 2.6)
    ends = min(values.min() for values in arrays.values()), max(values.max() for values in arrays.values())
    counts = [np.histogram(values, bins, ends) for values in arrays.values()]
    most = max(count.max() for count, _edges in counts)
    for i, (name, (count, edges)) in enumerate(zip(arrays, counts, strict=True)):
        axes[i].stairs(count, edges, fill=True, color=PALETTE["blue"])
        axes[i].set_ylim(0, 1.05 * most)
        axes[i].locator_params(axis="x", nbins=3)
        finish(axes[i], title=name)
        if i:
            axes[i].tick_params(labelleft=False)
    axes[0].set_ylabel(_("number of values"), fontsize=NORMAL)
    return axes


def plot_layer_histograms(
    rows: Mapping[str, Sequence[ArrayLike]], low: float, high: float, *, top: float | None = None, bins: int = 30
) -> Figure:
    """Draw the outputs of all layers as histograms: a row for each way to start, a column for each layer.

    Parameters
    ----------
    rows : mapping from a name to a sequence of array_like
        The outputs of each layer, of any shapes; as many layers in each row.
    low, high : float
        What lies outside is not drawn.
    top : float, optional
        Where the bars are cut off; each at its own highest if not given.
    bins : int

    Returns
    -------
    Figure
    """
    layers = {len(outputs) for outputs in rows.values()}
    if len(layers) != 1 or 0 in layers:
        raise ValueError(f"plot_layer_histograms: rows have {sorted(layers)} layers, expected as many in each, at least 1")
    size = (9, 1 + 1.05 * len(rows))
    fig, axes = plt.subplots(len(rows), *layers, figsize=size, layout="constrained", sharex=True, squeeze=False)
    for row, (name, outputs) in zip(axes, rows.items()):
        for ax, values in zip(row, outputs, strict=True):
            ax.hist(np.ravel(values), bins=bins, range=(low, high), color=PALETTE["blue"])
            ax.set(yticks=[], ylim=(0, top))
        row[0].set_ylabel(name, fontsize=SMALL)
    for i, ax in enumerate(axes[0], 1):
        ax.set_title(_("layer {n}").format(n=i), fontsize=SMALL)
    return fig


def plot_confusion(matrix: ArrayLike, class_names: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix: a row for each true class, a column for each answer.

    The shade is the root of a field's share in its row, so that rare mistakes can be seen too.

    Parameters
    ----------
    matrix : array_like of shape (K, K)
        Counts, as `dlcourse.metrics.confusion_matrix` gives them.
    class_names : sequence of K str, optional
        Shown in place of the numbers.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    matrix = numbers(matrix, 2, "plot_confusion", "matrix")
    if matrix.shape[0] != matrix.shape[1] or matrix.min() < 0:
        raise ValueError(f"plot_confusion: matrix has shape {matrix.shape}, expected (K, K) with no number below 0")
    names = _names(class_names, len(matrix), "plot_confusion")
    ax = as_axes(ax, "plot_confusion", 5.6, 5.2)
    samples = matrix.sum(axis=1, keepdims=True)
    shades = np.sqrt(matrix / np.where(samples > 0, samples, 1))
    ax.imshow(shades, cmap="Blues", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(matrix):
        color = "white" if shades[i, j] > 0.6 else "black"
        ax.text(j, i, f"{count:g}" if count else "·", ha="center", va="center", fontsize=SMALL, color=color)
    tilt = {} if class_names is None else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(matrix)), names, **tilt)
    ax.set_yticks(range(len(matrix)), names)
    return finish(ax, _("answer"), _("true class"))


def _names(class_names: Sequence[str] | None, classes: int, who: str) -> list[str]:
    names = [_(str(name)) for name in (range(classes) if class_names is None else class_names)]
    if len(names) != classes:
        raise ValueError(f"{who}: class_names has {len(names)} names, expected {classes}")
    return names
