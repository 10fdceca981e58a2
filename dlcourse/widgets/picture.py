"""A place in a widget that shows one matplotlib figure, again and again, as fast as a hand moves.

Most of the time of a drawing goes into what seldom changes: ticks, their numbers, a landscape with its contour lines.
So these are drawn once and kept as pixels, and at each change only the curves, points, images and words inside are
drawn on top of them. Of what lies inside, the artists with a zorder below 0 stay. matplotlib knows when they have to be
drawn anew: an artist whose properties have changed since it was drawn is "stale".
"""

import base64
import html
import math

import ipywidgets as widgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from dlcourse.widgets.screen import TELL, Screen, png

__all__ = ["Picture", "legend_behind", "round_up", "set_curve", "set_limits"]


def round_up(value: float) -> float:
    """Give the smallest of 1, 2, 3, 5, 10, 20, 30, … (and 0.5, 0.3, …) that is at least `value`, which is above 0.

    Limits of axes that go from one such number to the next change seldom, and so their ticks seldom are drawn anew.
    """
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 5, 10) if value <= step * power * (1 + 1e-9))


def set_limits(axes: Axes, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None) -> None:
    """Set the limits of an axis where they are others: matplotlib would draw its ticks anew in any case."""
    if x is not None and tuple(axes.get_xlim()) != tuple(x):
        axes.set_xlim(x)
    if y is not None and tuple(axes.get_ylim()) != tuple(y):
        axes.set_ylim(y)


def legend_behind(axes: Axes, **options) -> None:
    """Put a legend behind the curves, to be drawn once: where its parts stand takes matplotlib long to find out."""
    axes.legend(**options).set_zorder(-0.5)


def set_curve(line: Line2D, x: ArrayLike, y: ArrayLike) -> None:
    """Give a curve its points; a single one is drawn as a dot, for a line of one point is not to be seen."""
    line.set_data(x, y)
    line.set_marker("o" if np.size(y) == 1 else "")


class Picture(widgets.HTML):
    """A place for one figure, with a sentence below that says its numbers.

    The figure is made once: changing its artists (``line.set_data``, ``bar.set_width``) and drawing it anew takes a
    fraction of the time of building it. It goes to the browser as an ``<img>`` with an alt text, which is the fastest
    way there is to show a plot in JupyterLab, and the one that a screen reader can read. It has as many pixels as the
    screen has dots there.

    Parameters
    ----------
    width, height : int
        On the screen, in CSS pixels; it shrinks where there is less room.
    lines : int
        Lines of text that are kept free below the picture, for the words of `show`; 0 if they are not to be seen,
        because the picture holds them all.
    """

    def __init__(self, width: int, height: int, *, lines: int = 1):
        super().__init__(layout={"width": f"{width}px", "max_width": "calc(100% - 4px)", "height": "auto", "flex": "0 1 auto"})
        self._size, self._lines, self._alt = (width, height), lines, ""
        # The little more is for matplotlib's older versions, which take 4.1 inches of 100 dots for 409.
        self.figure = Figure(figsize=(width / 100 + 1e-6, height / 100 + 1e-6), dpi=100, facecolor="white")
        self._canvas = FigureCanvasAgg(self.figure)
        self._still, self._frame = None, None

    def show(self, alt: str) -> None:
        """Draw the figure as it is now.

        Parameters
        ----------
        alt : str
            What a person who does not see the picture needs to know of it, with its numbers. Not empty.

        Raises
        ------
        ValueError
            If `alt` says nothing.
        """
        if not isinstance(alt, str) or not alt.strip():
            raise ValueError(f"Picture: alt is {alt!r}, expected words that say what the picture shows")
        self._alt, self.figure.dpi = alt, self._sharp
        words, (width, height) = html.escape(alt.strip()), self._size
        shown = (
            f'<img alt="{words}" width="{width}" height="{height}" onload="{html.escape(TELL)}"'
            f' style="display: block; max-width: 100%; height: auto"'
            f' src="data:image/png;base64,{base64.b64encode(png(self.pixels())).decode()}">'
        )
        if self._lines:  # hidden from a screen reader, which has just said them
            shown += (
                f'<div aria-hidden="true" style="font-size: 12px; line-height: 16px; min-height: {16 * self._lines}px;'
                f' color: var(--jp-content-font-color1); white-space: normal">{words}</div>'
            )
        self.value = shown

    def sharpen(self) -> None:
        """Draw again what is shown, if the screen is finer or coarser than it was drawn for."""
        if self._alt and self.figure.dpi != self._sharp:
            self.show(self._alt)

    @property
    def _sharp(self) -> float:
        return 100 * Screen.ratio

    def pixels(self) -> np.ndarray:
        """Draw the figure as it is now, as an array of shape (height, width, 3) of uint8."""
        kept = self._frames()
        frame = kept, self.figure.dpi, [self._frame_of(axes) for axes in self.figure.axes]
        if frame != self._frame or any(artist.stale for artist in kept):
            self._draw_what_stays()
            self._frame = frame
        self._canvas.restore_region(self._still)
        renderer = self._canvas.get_renderer()
        for artist in self._moving():
            artist.draw(renderer)
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    @staticmethod
    def _frame_of(axes: Axes) -> tuple:
        return axes, axes.get_visible(), axes.axison, axes.get_xlim(), axes.get_ylim()

    def _draw_what_stays(self) -> None:
        for artist in self._moving():
            artist.set_animated(True)  # so that the canvas leaves it out
        # Before 3.11, matplotlib draws an image all the same.
        images = [artist for artist in self._moving() if isinstance(artist, AxesImage) and artist.get_visible()]
        for image in images:
            image.set_visible(False)
        self._canvas.draw()
        for image in images:
            image.set_visible(True)
        self._still = self._canvas.copy_from_bbox(self.figure.bbox)
        for artist in self._frames():
            artist.stale = False  # a text without words stays stale: matplotlib has nothing to draw of it

    def _frames(self) -> list[Artist]:
        """What is drawn once: ticks and background of all axes."""
        kept = []
        for axes in self.figure.axes:
            kept += [one for one in axes.get_children() if one.zorder < 0]
            if axes.axison:  # else they are never drawn, and so always stale
                kept += [axes.xaxis, axes.yaxis, axes.patch]
        return kept

    def _moving(self) -> list[Artist]:
        """What is drawn each time: all else, from the back to the front."""
        drawn = []
        for axes in sorted(self.figure.axes, key=Artist.get_zorder):
            drawn += sorted(self._inside(axes), key=Artist.get_zorder)
        own = [artist for artist in self.figure.get_children() if artist is not self.figure.patch]
        return drawn + [artist for artist in own if not isinstance(artist, Axes)]

    @staticmethod
    def _inside(axes: Axes) -> list[Artist]:
        if not axes.get_visible():
            return []
        framed = axes.axison and axes.get_frame_on()
        unmoved = {axes.xaxis, axes.yaxis, axes.patch, *(() if framed else axes.spines.values())}
        return [artist for artist in axes.get_children() if artist.zorder >= 0 and artist not in unmoved]
