"""What all plots share: colours, sizes, new Axes; and figures as PNG or HTML."""

import base64
import html
import io
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dlcourse.plots.alt_texts import alt_text
from dlcourse.plots.fonts import use_chinese_letters

__all__ = ["COLORS", "LINE_STYLES", "MARKERS", "PALETTE", "figure", "show", "to_html_img", "to_png"]

use_chinese_letters()

PALETTE = {
    "blue": "#0072B2", "vermilion": "#D55E00", "green": "#009E73", "purple": "#CC79A7", "orange": "#E69F00",
    "sky": "#56B4E9", "black": "#000000",
}  # fmt: skip
"""Colours that stay different under colour blindness.

Source: M. Okabe and K. Ito, "Color universal design", 2008. Their yellow is left out: it is lost on white.
"""

COLORS = list(PALETTE.values())
LINE_STYLES = ["-", "--", "-.", ":", (0, (6, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1))]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
SMALL, NORMAL, LARGE = 10, 11, 12
"""Sizes of ticks and numbers, of labels, and of titles, in points."""


def figure(width: float = 6.0, height: float = 4.0, rows: int = 1, columns: int = 1) -> tuple[Figure, np.ndarray]:
    """Make a figure that pyplot does not know, for widgets: nothing shows it by itself or keeps it alive.

    Parameters
    ----------
    width, height : float
        In inches of 100 pixels.
    rows, columns : int
        Of Axes.

    Returns
    -------
    Figure, and ndarray of Axes of shape (rows, columns)
    """
    if not (width > 0 and height > 0 and rows >= 1 and columns >= 1):
        raise ValueError(f"figure: {width} × {height} inches with {rows} × {columns} Axes, expected all above 0")
    fig = Figure((width, height), dpi=100, layout="constrained", facecolor="white")
    return fig, fig.subplots(rows, columns, squeeze=False)


def to_png(fig: Figure, compress_level: int = 1) -> bytes:
    """Draw a figure as a PNG file of the figure's size, never cropped, so that a page keeps still.

    Parameters
    ----------
    fig : Figure
    compress_level : int
        0 to 9. What is kept in a file may take ten times as long, and be a quarter smaller.
    """
    if not isinstance(fig, Figure):
        raise TypeError(f"to_png: fig is {type(fig).__name__}, expected a matplotlib Figure")
    shown_on, file = fig.canvas, io.BytesIO()
    # Older versions of matplotlib make 459 pixels of 4.6 inches, as 4.6 * 100 is 459.99…: whole pixels, and a little more.
    pixels = np.floor(fig.get_size_inches() * fig.dpi + 1e-3)
    fig.set_size_inches((pixels + 1e-3) / fig.dpi, forward=False)
    try:
        # print_png draws once where savefig draws twice, and light compression saves as much again
        FigureCanvasAgg(fig).print_png(file, metadata={"Software": None}, pil_kwargs={"compress_level": compress_level})
    finally:
        fig.set_canvas(shown_on)
    return file.getvalue()


def to_html_img(fig: Figure, alt: str) -> str:
    """Draw a figure as an HTML ``<img>`` that holds its own PNG.

    Parameters
    ----------
    fig : Figure
    alt : str
        What the picture shows, in words; it is read aloud to those who cannot see it. Not empty.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        If `fig` is no figure, or `alt` says nothing.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"to_html_img: alt is {alt!r}, expected words that say what the picture shows")
    png = to_png(fig, 9)
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))  # as PNG's header says
    return (
        f'<img alt="{html.escape(alt.strip())}" width="{width}" height="{height}"'
        f' style="max-width: 100%; height: auto" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    )


class Shown:
    """A figure as a notebook keeps it: an ``<img>`` with an alt text, and that text where there are no images.

    JupyterLab would not write an alt text from the metadata of an ordinary figure onto the page.
    """

    def __init__(self, image: str, alt: str):
        self._image = image
        self.alt = alt

    def _repr_html_(self) -> str:
        return self._image

    def __repr__(self) -> str:
        return f"[{self.alt}]"


def show(plot: Figure | Axes | ArrayLike, alt: str) -> Shown:
    """Show a plot as the last line of a cell, with words for those who cannot see it.

    Parameters
    ----------
    plot : Figure, Axes or several Axes of one figure
        As the functions of this package return it.
    alt : str
        As in `to_html_img`: what there is to see, in one or two sentences; or where these words are kept, such as
        ``"04/code-h"``: see `dlcourse.plots.alt_texts`.

    Returns
    -------
    Shown
    """
    alt = alt_text(alt)
    fig = plot if isinstance(plot, Figure) else np.ravel(plot)[0].get_figure()
    shown = Shown(to_html_img(fig, alt), alt)
    plt.close(fig)  # else the notebook shows it a second time, without the words
    return shown


def as_axes(ax: Axes | None, who: str, width: float = 6.0, height: float = 4.0) -> Axes:
    """Give `ax` itself, or the Axes of a new figure of `width` × `height` inches."""
    if ax is None:
        return plt.subplots(figsize=(width, height), layout="constrained", facecolor="white")[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"{who}: ax is {type(ax).__name__}, expected a matplotlib Axes")
    return ax


def as_row_of_axes(ax: Sequence[Axes] | None, count: int, who: str, width: float, height: float) -> np.ndarray:
    """Give `ax` as an array of `count` Axes, or as many of a new figure, side by side."""
    if ax is None:
        size = (width, height)
        return plt.subplots(1, count, figsize=size, layout="constrained", facecolor="white", squeeze=False)[1][0]
    row = np.ravel(ax)
    if len(row) != count or not all(isinstance(one, Axes) for one in row):
        raise TypeError(f"{who}: ax must hold {count} matplotlib Axes, it holds {len(row)} objects")
    return row


def finish(ax: Axes, xlabel: str = "", ylabel: str = "", *, title: str | None = None, legend: bool = False) -> Axes:
    """Write on the Axes what belongs around a plot, in sizes that can be read, and return them."""
    if xlabel:
        ax.set_xlabel(xlabel, fontsize=NORMAL)
    if ylabel:
        ax.set_ylabel(ylabel, fontsize=NORMAL)
    if title:
        ax.set_title(title, fontsize=LARGE)
    if legend:
        ax.legend(fontsize=SMALL, framealpha=0.85, edgecolor="none")
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def numbers(array: ArrayLike, ndim: int, who: str, name: str) -> np.ndarray:
    """Give an array that is not empty, has `ndim` dimensions and only finite numbers, or say what is wrong."""
    array = np.asarray(array)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"{who}: {name} has dtype {array.dtype}, expected numbers")
    if array.ndim != ndim or array.size == 0:
        raise ValueError(f"{who}: {name} has shape {array.shape}, expected {ndim} dimensions, none of them 0")
    if not np.isfinite(array).all():
        raise ValueError(f"{who}: {name} holds a number that is not finite")
    return array


def span(ends: tuple[float, float], who: str, name: str) -> tuple[float, float]:
    """Give the two ends of an interval, or say what is wrong."""
    if np.shape(ends) != (2,) or not -np.inf < ends[0] < ends[1] < np.inf:
        raise ValueError(f"{who}: {name} is {ends}, expected (low, high) with low < high")
    return float(ends[0]), float(ends[1])
