"""Chapter 09: a filter that slides over an image: what it sees at one place, the map that it makes, and both drawn."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.convolution import im2col
from dlcourse.plots import PALETTE
from dlcourse.text import _, wrapped

__all__ = ["MOST_PAD", "MOST_STRIDE", "SIZES", "RowDrawing", "Slide", "SlideDrawing", "compute", "rows_of", "what_fits"]

MOST_PAD, MOST_STRIDE = 3, 4
SIZES = range(25, 29)  # of the image; a smaller one lacks rows and columns at its lower right
MARK, REST, PAPER = PALETTE["orange"], PALETTE["vermilion"], "#dbe9f4"
TITLE = {"fontsize": 10, "y": 1.02}  # to look for a place by itself takes a title 5 ms each time it is drawn


class Slide(NamedTuple):
    """What a filter sees at one place, and what it makes of the whole image."""

    places: int  # along one side: how often the window fits
    left_over: int  # rows, and as many columns, that no window reaches
    at: tuple[int, int]  # row and column of the place looked at, in the map
    row: np.ndarray  # (k · k,) what the window sees there: its row of im2col
    out: np.ndarray | None  # (places, places), the map; None if the stride does not fit


def rows_of(image: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
    """The package's im2col for one image and a square window: a row for each place."""
    return im2col(image[None, None], k, k, stride, pad)


def compute(
    image: np.ndarray, W: np.ndarray, stride: int, pad: int, place: int, rows_of: Callable[..., np.ndarray] = rows_of
) -> Slide:
    """Slide one filter over one image.

    Parameters
    ----------
    image : ndarray of shape (size, size)
    W : ndarray of shape (k, k)
        The filter.
    stride, pad : int
        As in `dlcourse.convolution.output_size`.
    place : int
        Which place to look at, counted row by row: this is also the number of its row of im2col. The last one if
        there are not so many.
    rows_of : callable
        ``rows_of(image, k, stride, pad)`` gives the rows of im2col.

    Returns
    -------
    Slide
        A stride that does not fit gives no map.
    """
    k, padded = len(W), np.pad(image, pad)
    steps, left_over = divmod(len(padded) - k, stride)
    places = steps + 1
    i, j = divmod(min(place, places**2 - 1), places)
    if left_over:
        row = padded[i * stride : i * stride + k, j * stride : j * stride + k].ravel()
        return Slide(places, left_over, (i, j), row, None)
    rows = rows_of(image, k, stride, pad)
    return Slide(places, 0, (i, j), rows[i * places + j], (rows @ W.ravel()).reshape(places, places))


def what_fits(size: int, k: int, stride: int, pad: int) -> dict[str, list[int]]:
    """For each of the three controls, the values that make the stride fit while the other two stay."""
    return {
        "stride": [s for s in range(1, MOST_STRIDE + 1) if (size + 2 * pad - k) % s == 0],
        "pad": [p for p in range(MOST_PAD + 1) if (size + 2 * p - k) % stride == 0],
        "size": [n for n in SIZES if (n + 2 * pad - k) % stride == 0],
    }


class SlideDrawing:
    """The padded image with the window on it, and the map with the place that the window gives."""

    def __init__(self, figure: Figure):
        self.image_axes = figure.add_axes((0.0, 0.02, 0.5, 0.86))
        self.map_axes = figure.add_axes((0.5, 0.02, 0.5, 0.86))
        for axes in (self.image_axes, self.map_axes):
            axes.set_axis_off()
        first, last = -MOST_PAD - 0.5, max(SIZES) + MOST_PAD + 0.5
        # Pixel (i, j) covers i … i + 1 and j … j + 1; the padding begins at negative numbers.
        self.padding = box(self.image_axes, facecolor=PAPER, edgecolor=PALETTE["blue"], hatch="..", lw=0)
        self.image = self.image_axes.imshow(np.zeros((1, 1)), cmap="gray", vmin=0, vmax=1, zorder=2)
        self.rest = [
            box(self.image_axes, facecolor=REST, edgecolor="black", hatch="////", alpha=0.8, lw=0, zorder=3)
            for _side in range(2)
        ]
        self.window = box(self.image_axes, fill=False, edgecolor=MARK, lw=2.5, zorder=4)
        self.image_axes.set(xlim=(first, last), ylim=(last, first))
        self.map = self.map_axes.imshow(np.zeros((1, 1)), cmap="gray")
        self.mark = box(self.map_axes, fill=False, edgecolor=MARK, lw=2.5)
        self.words = self.map_axes.text(0.5, 0.5, "", ha="center", va="center", transform=self.map_axes.transAxes)
        self.titles = [axes.set_title("", **TITLE) for axes in (self.image_axes, self.map_axes)]

    def update(
        self, image: np.ndarray, k: int, stride: int, pad: int, slide: Slide, titles: tuple[str, str], problem: str
    ) -> None:
        size, (i, j), rest = len(image), slide.at, slide.left_over
        put(self.padding, -pad, -pad, size + 2 * pad, size + 2 * pad)
        self.image.set(data=image, extent=(0, size, size, 0))
        put(self.rest[0], size + pad - rest, -pad, rest, size + 2 * pad)
        put(self.rest[1], -pad, size + pad - rest, size + 2 * pad - rest, rest)
        put(self.window, j * stride - pad, i * stride - pad, k, k)
        for title, text in zip(self.titles, titles, strict=True):
            title.set_text(text)
        self.words.set_text(wrapped(problem, 34))
        for artist in (self.map, self.mark):
            artist.set_visible(slide.out is not None)
        if slide.out is not None:
            most = float(np.abs(slide.out).max()) or 1.0  # 0 is mid-grey, as in pictures of filters
            self.map.set(data=slide.out, clim=(-most, most), extent=(0, slide.places, slide.places, 0))
            put(self.mark, j, i, 1, 1)
            margin = slide.places / 40
            self.map_axes.set(xlim=(-margin, slide.places + margin), ylim=(slide.places + margin, -margin))


class RowDrawing:
    """One row of im2col, the filter as a row below it, and their products."""

    def __init__(self, figure: Figure):
        self.figure, self.columns = figure, 0

    def update(self, row: np.ndarray, weights: np.ndarray, title: str) -> None:
        if len(row) != self.columns:
            self._make(len(row))
        self.title.set_text(title)
        self.seen.set_data(row[None])
        for texts, values in zip(self.texts, (row, weights, row * weights), strict=True):
            for text, value in zip(texts, values, strict=True):
                text.set_text(short(value))
        for text, value in zip(self.texts[0], row, strict=True):
            text.set_color("white" if value < 0.5 else "black")

    def _make(self, columns: int) -> None:
        self.figure.clear()
        self.columns = columns
        axes = self.figure.add_axes((0.13, 0.04, 0.865, 0.74), xlim=(-0.5, columns - 0.5), ylim=(2.5, -0.5), xticks=[])
        axes.set_yticks(range(3), [_("row of im2col"), _("filter, as a row"), _("products")])
        axes.tick_params(length=0)
        self.seen = axes.imshow(np.zeros((1, columns)), cmap="gray", vmin=0, vmax=1, aspect="auto")
        axes.set(xlim=(-0.5, columns - 0.5), ylim=(2.5, -0.5))
        between, k = np.arange(1, columns), round(columns**0.5)
        axes.vlines(between[between % k != 0] - 0.5, -0.5, 2.5, color="0.85", lw=0.5)
        axes.vlines(between[between % k == 0] - 0.5, -0.5, 2.5, color="0.3", lw=1.5)  # where a row of the filter ends
        size = 10 if columns < 10 else 8
        kind = {"ha": "center", "va": "center", "fontsize": size}
        self.texts = [[axes.text(j, i, "", **kind) for j in range(columns)] for i in range(3)]
        self.title = axes.set_title("", **TITLE)


def box(axes: Axes, **kind) -> Rectangle:
    """Add a rectangle, to be put in its place later."""
    return axes.add_patch(Rectangle((0, 0), 0, 0, **kind))


def put(patch: Rectangle, x: float, y: float, width: float, height: float) -> None:
    """Move a rectangle, or hide it if it has no area."""
    patch.set_bounds(x, y, width, height)
    patch.set_visible(width > 0 and height > 0)


def short(value: float) -> str:
    """Write a number in at most five characters or so."""
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
