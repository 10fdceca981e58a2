"""Images: one digit, rows of digits with what the network says of them, the filters of a convolution."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from dlcourse.plots.base import PALETTE, SMALL, as_axes, finish, numbers
from dlcourse.text import _

__all__ = ["img_show", "plot_signed_image", "show_evidence", "show_filters", "show_images"]


def img_show(image: ArrayLike, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Show one image in grey.

    Parameters
    ----------
    image : array_like of shape (height, width), (1, height, width), or (D,) with a square D
        uint8 runs from 0 (black) to 255 (white); floats from 0 to 1, or as far as they go beyond.
    ax : Axes, optional
    title : str, optional

    Returns
    -------
    Axes
    """
    tiles, low, high = _as_tiles(np.asarray(image)[np.newaxis], "img_show", "image")
    ax = as_axes(ax, "img_show", 3.0, 3.2 if title else 3.0)
    ax.imshow(tiles[0], cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    ax.set_axis_off()
    return finish(ax, title=title)


def plot_signed_image(values: ArrayLike, ax: Axes | None = None) -> Axes:
    """Show numbers of both signs, such as weights or gradients of pixels: 0 is white, above it orange, below it blue.

    Parameters
    ----------
    values : array_like of shape (784,) or (height, width)
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    values = np.asarray(values)
    values = numbers(values.reshape(28, 28) if values.shape == (784,) else values, 2, "plot_signed_image", "values")
    ax = as_axes(ax, "plot_signed_image", 2.4, 2.4)
    ends = [PALETTE["blue"], "white", PALETTE["vermilion"]]
    limit = np.abs(values).max() or 1.0
    ax.imshow(values, cmap=LinearSegmentedColormap.from_list("signed", ends), vmin=-limit, vmax=limit)
    ax.set_axis_off()
    return ax


def show_evidence(image: ArrayLike, maps: Mapping[str, ArrayLike]) -> Figure:
    """Show an image, and beside it what each of its pixels says: orange speaks for, blue against.

    Parameters
    ----------
    image : array_like of shape (height, width)
        Pixels in [0, 1]; its outline is drawn over each map too.
    maps : mapping of str to array_like of the same shape
        By their titles.

    Returns
    -------
    Figure
    """
    image = numbers(image, 2, "show_evidence", "image")
    fig, axes = plt.subplots(1, 1 + len(maps), figsize=(2.3 * (1 + len(maps)), 2.6), layout="constrained")
    axes = np.atleast_1d(axes)
    img_show(image, axes[0], title=_("the image"))
    for ax, (title, values) in zip(axes[1:], maps.items(), strict=True):
        if np.shape(values) != image.shape:
            raise ValueError(f"show_evidence: {title!r} has shape {np.shape(values)}, the image {image.shape}")
        plot_signed_image(values, ax)
        ax.contour(image, [0.4], colors="0.3", linewidths=0.8)
        finish(ax, title=title)
    return fig


def show_images(
    images: ArrayLike,
    labels: ArrayLike | None = None,
    predictions: ArrayLike | None = None,
    *,
    columns: int = 10,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Show images in rows, each with its class above; a wrong prediction gets a ✗, the true class, and a frame.

    Parameters
    ----------
    images : array_like of shape (N, height, width), (N, 1, height, width), or (N, D) with a square D
        uint8 or floats, as for `img_show`.
    labels, predictions : array_like of int, shape (N,), optional
        True classes, and what the network says; predictions need labels.
    columns : int
        Images in a row, ≥ 1.
    class_names : sequence of str, optional
        Shown in place of the numbers.
    ax : Axes, optional
        All images are on this one: a hundred Axes would take seconds to draw.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If the images are not of such a form, or labels and predictions do not fit them.
    """
    tiles, low, high = _as_tiles(np.asarray(images), "show_images", "images")
    if predictions is not None and labels is None:
        raise ValueError("show_images: predictions need labels to be compared with")
    shown = {"labels": labels, "predictions": predictions}
    shown = {name: np.asarray(classes) for name, classes in shown.items() if classes is not None}
    for name, classes in shown.items():
        if classes.shape != (len(tiles),) or classes.dtype.kind not in "iu":
            raise ValueError(f"show_images: {name} is {classes.dtype} {classes.shape}, expected int ({len(tiles)},)")
        if class_names is not None and not 0 <= classes.min() <= classes.max() < len(class_names):
            raise ValueError(f"show_images: {name} run to {classes.max()}, but class_names has {len(class_names)}")
    names = {k: str(k) if class_names is None else _(str(class_names[k])) for each in shown.values() for k in each.tolist()}
    texts = [names[k] for k in shown["labels"].tolist()] if shown else [""] * len(tiles)
    wrong = np.zeros(len(tiles), dtype=bool)
    if "predictions" in shown:
        wrong = shown["labels"] != shown["predictions"]
        for i in np.flatnonzero(wrong):
            says = names[int(shown["predictions"][i])]
            texts[i] = _("✗ {answer}\nis {label}").format(answer=says, label=texts[i])
    return _mosaic(tiles, low, high, columns, ax, "show_images", texts, wrong)


def show_filters(W: np.ndarray, *, channel: int = 0, columns: int = 10, ax: Axes | None = None) -> Axes:
    """Show the filters of a convolution: 0 is mid-grey, positive weights are lighter, negative ones darker.

    Parameters
    ----------
    W : ndarray of shape (F, C, height, width)
    channel : int
        Which of the C channels.
    columns : int
        Filters in a row, ≥ 1.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    W = numbers(W, 4, "show_filters", "W")
    if not 0 <= channel < W.shape[1]:
        raise ValueError(f"show_filters: channel is {channel}, expected 0 to {W.shape[1] - 1}")
    most = float(np.abs(W[:, channel]).max()) or 1.0
    ax = _mosaic(W[:, channel], -most, most, columns, ax, "show_filters")
    bar = ax.figure.colorbar(ax.images[-1], ax=ax, shrink=0.8)
    bar.set_label(_("weight"), fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    return ax


def _mosaic(tiles, low, high, columns, ax, who: str, texts=None, framed=None) -> Axes:
    """Put the tiles (N, height, width) on one Axes as one image, with texts above them and frames around some."""
    if columns < 1:
        raise ValueError(f"{who}: columns is {columns}, expected at least 1")
    n, height, width = tiles.shape
    columns = min(columns, n)
    lines = max((text.count("\n") + 1 for text in texts or () if text), default=0)
    head, gap = math.ceil(0.27 * height * lines), max(1, height // 10)
    down, right = head + height + gap, width + gap
    rows = math.ceil(n / columns)
    canvas = np.full((rows * down, columns * right), np.nan)  # NaN is not drawn: the gaps stay white
    corners = [(i // columns * down + head, i % columns * right) for i in range(n)]
    for tile, (y, x) in zip(tiles, corners, strict=True):
        canvas[y : y + height, x : x + width] = tile
    longest = max((len(line) for text in texts or () for line in text.split("\n")), default=0)
    inches = max(0.8, 0.1 * longest) / right  # of one pixel, so that a text is not wider than its tile
    ax = as_axes(ax, who, max(2.0, canvas.shape[1] * inches), max(1.0, canvas.shape[0] * inches))
    ax.imshow(canvas, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    ax.set_axis_off()
    for i, (y, x) in enumerate(corners):
        bad = framed is not None and framed[i]
        if texts and texts[i]:
            ax.text(
                x + (width - 1) / 2, y - 0.05 * height - 0.5, texts[i], ha="center", va="bottom", fontsize=SMALL,
                linespacing=1.0, weight="bold" if bad else "normal",
            )  # fmt: skip
        if bad:
            frame = Rectangle(
                (x - 0.5, y - 0.5), width, height, fill=False, edgecolor=PALETTE["vermilion"], linewidth=3
            )
            ax.add_patch(frame)
    return finish(ax)


def _as_tiles(images: np.ndarray, who: str, name: str) -> tuple[np.ndarray, float, float]:
    """Give images as (N, height, width), and the values of black and white."""
    images = numbers(images, images.ndim, who, name)
    shape = images.shape
    if images.ndim == 4 and shape[1] == 1:
        images = images[:, 0]
    elif images.ndim == 2 and math.isqrt(shape[1]) ** 2 == shape[1]:
        images = images.reshape(len(images), math.isqrt(shape[1]), -1)
    elif images.ndim != 3:
        shape = shape if name == "images" else shape[1:]
        raise ValueError(f"{who}: {name} has shape {shape}, expected (height, width) for each image, or flat squares")
    if images.dtype == np.uint8:
        return images, 0, 255
    return images, min(0.0, float(images.min())), max(1.0, float(images.max()))
