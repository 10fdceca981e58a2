"""What a window sees: small arrays as squares of numbers, images and maps in a row, patches of images."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from dlcourse.plots.base import COLORS, LARGE, LINE_STYLES, NORMAL, PALETTE, SMALL, numbers
from dlcourse.text import _

__all__ = ["plot_steps", "plot_windows", "show_numbers", "show_patches", "show_row"]


def show_row(pictures: Mapping[str, ArrayLike]) -> Figure:
    """Show images and feature maps side by side, each with its title; where there are negative numbers, 0 is mid-grey.

    Parameters
    ----------
    pictures : mapping
        From a title to an array of shape (height, width), or (height, width, 3) for colours.

    Returns
    -------
    Figure
    """
    fig, axes = _row(len(pictures), "show_row", 2.2 * len(pictures), 2.5)
    for ax, (title, values) in zip(axes, pictures.items(), strict=True):
        _image(ax, np.asarray(values), title)
    return fig


def show_numbers(arrays: Mapping[str, ArrayLike], *, width: float = 7.5) -> Figure:
    """Show small arrays as squares of numbers, the cells of all alike; a darker blue is more, an orange below 0.

    Parameters
    ----------
    arrays : mapping
        From a title to an array of shape (rows, columns).
    width : float
        Of the figure, in inches.

    Returns
    -------
    Figure
    """
    arrays = {title: numbers(array, 2, "show_numbers", title) for title, array in arrays.items()}
    if not arrays:
        raise ValueError("show_numbers: there is nothing to show, expected at least one array")
    most = max(float(np.abs(array).max()) for array in arrays.values()) or 1.0
    starts = np.cumsum([0.0, *(max(a.shape[1], len(title) / 5) + 0.6 for title, a in arrays.items())])  # in squares
    rows, cell = max(map(len, arrays.values())), min(0.5, width / starts[-1])
    fig = plt.figure(figsize=(cell * starts[-1], cell * (rows + 0.2) + 0.4), facecolor="white")
    top = 0.4 / cell  # room for the titles
    ax = fig.add_axes((0, 0, 1, 1), xlim=(-0.3, starts[-1] - 0.3), ylim=(rows + 0.2, -top), aspect="equal")
    ax.set_axis_off()
    for start, (title, array) in zip(starts, arrays.items()):
        _squares(ax, array, most, start)
        ax.text(start + array.shape[1] / 2, -0.1, title, ha="center", va="bottom", fontsize=NORMAL)
    return fig


def plot_steps(image: ArrayLike, W: ArrayLike) -> Figure:
    """Show a filter at each of its places on a small image, with the number that it gives there.

    Parameters
    ----------
    image : array_like of shape (height, width)
        Small enough for numbers.
    W : array_like of shape (k, k)

    Returns
    -------
    Figure
    """
    image, W = (numbers(array, 2, "plot_steps", name) for array, name in ((image, "image"), (W, "W")))
    out = np.tensordot(sliding_window_view(image, W.shape), W)
    fig, axes = _row(out.size, "plot_steps", 2.1 * out.size, 2.5)
    for ax, ((i, j), value) in zip(axes, np.ndenumerate(out), strict=True):
        _squares(ax, image, float(np.abs(image).max()) or 1.0)
        ax.set(xlim=(-0.05, image.shape[1] + 0.05), ylim=(len(image) + 0.05, -0.05), aspect="equal")
        ax.set_axis_off()
        window = Rectangle((j, i), W.shape[1], W.shape[0], fill=False, edgecolor=PALETTE["vermilion"], lw=3.5)
        ax.add_patch(window)
        ax.set_title(_("row {i}, column {j}: {value:g}").format(i=i, j=j, value=value), fontsize=NORMAL)
    return fig


def plot_windows(image: ArrayLike, W: ArrayLike, places: Mapping[str, tuple[int, int]]) -> Figure:
    """Show an image, what a filter sees of it in a few windows, and its map with the same places marked.

    Parameters
    ----------
    image : array_like of shape (height, width)
        From 0 to 1.
    W : array_like of shape (k, k)
        The filter.
    places : mapping
        From what a window stands on, in a few words, to the row and column of its upper left corner.

    Returns
    -------
    Figure
    """
    image, W = (numbers(array, 2, "plot_windows", name) for array, name in ((image, "image"), (W, "W")))
    seen = sliding_window_view(image, W.shape)
    for name, (i, j) in places.items():
        if not (0 <= i < seen.shape[0] and 0 <= j < seen.shape[1]):
            raise ValueError(f"plot_windows: the place {name!r} is {(i, j)}, the map has shape {seen.shape[:2]}")
    fig = plt.figure(figsize=(8, 3.6), layout="constrained", facecolor="white")
    grid = fig.add_gridspec(len(places), 3, width_ratios=[3, 1.3, 3])
    left, right = fig.add_subplot(grid[:, 0]), fig.add_subplot(grid[:, 2])
    _image(left, image, _("image"))
    _image(right, np.tensordot(seen, W), _("feature map"))
    for number, (name, (i, j)) in enumerate(places.items()):
        look = {"edgecolor": COLORS[number + 3], "linestyle": LINE_STYLES[number], "linewidth": 2.5}
        left.add_patch(Rectangle((j - 0.5, i - 0.5), W.shape[1], W.shape[0], fill=False, **look))
        right.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, **look))
        ax = fig.add_subplot(grid[number, 1])
        ax.imshow(seen[i, j], cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.set_title(name, fontsize=SMALL)
        ax.set_xlabel(_("gives {value:+.1f}").format(value=np.sum(seen[i, j] * W)), fontsize=NORMAL)
        ax.spines[:].set(**look)
    return fig


def show_patches(rows: Mapping[str, Sequence[ArrayLike]]) -> Figure:
    """Show rows of small images, each row with its name; the images may differ in size, and are shown equally large.

    Parameters
    ----------
    rows : mapping
        From a name to arrays of shape (height, width), from 0 to 1; as many in each row.

    Returns
    -------
    Figure
    """
    columns = {len(patches) for patches in rows.values()}
    if len(columns) != 1 or 0 in columns:
        raise ValueError(f"show_patches: the rows hold {sorted(columns)} patches, expected as many in each, and some")
    fig, axes = plt.subplots(
        len(rows), *columns, figsize=(8, 0.75 * len(rows) + 0.1), layout="constrained", squeeze=False
    )  # fmt: skip
    for line, (name, patches) in zip(axes, rows.items(), strict=True):
        for ax, patch in zip(line, patches, strict=True):
            ax.imshow(np.asarray(patch), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, fontsize=SMALL, rotation=0, ha="right", va="center")
    return fig


def _row(count: int, who: str, width: float, height: float, **options) -> tuple[Figure, np.ndarray]:
    """Make a figure with Axes side by side."""
    if count < 1:
        raise ValueError(f"{who}: there is nothing to show, expected at least one array")
    fig, axes = plt.subplots(
        1, count, figsize=(width, height), layout="constrained", facecolor="white", squeeze=False, **options
    )  # fmt: skip
    return fig, axes[0]


def _image(ax: Axes, values: np.ndarray, title: str) -> None:
    """Draw an image, or a map around a mid-grey 0 if it has negative numbers."""
    most = float(np.abs(values).max()) or 1.0
    ax.imshow(values, cmap="gray", vmin=-most if values.min() < 0 else 0, vmax=most)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize=LARGE)


def _squares(ax: Axes, array: np.ndarray, most: float, left: float = 0) -> None:
    """Draw an array as squares with its numbers, from `left` on: the nearer to `most`, the stronger the colour."""
    for (i, j), value in np.ndenumerate(array):
        strength = 0 if value == 0 else 0.15 + 0.55 * abs(value) / most
        color = PALETTE["sky"] if value > 0 else PALETTE["orange"]
        ax.add_patch(Rectangle((left + j, i), 1, 1, facecolor=(color, strength), edgecolor="0.5", lw=0.8))
        ax.text(left + j + 0.5, i + 0.5, f"{value:g}", ha="center", va="center", fontsize=NORMAL)
