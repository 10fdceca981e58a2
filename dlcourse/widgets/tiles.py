"""Images in a figure: one with a title, or many small ones side by side with a frame around one of them."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.plots import PALETTE

__all__ = ["Place", "mosaic"]

TITLE = {"fontsize": 10, "y": 1.02}


def mosaic(tiles: np.ndarray, columns: int | None = None) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Put tiles side by side in about a square, with a line of NaN between them; give each one's (row, column) too.

    Parameters
    ----------
    tiles : ndarray of shape (N, height, width)
    columns : int, optional
        For about a square if not given.

    Returns
    -------
    canvas : ndarray
    corners : list of (int, int)
    """
    n, height, width = tiles.shape
    columns = columns or math.ceil(math.sqrt(n))
    gap = max(1, height // 8)
    down, right = height + gap, width + gap
    corners = [(i // columns * down, i % columns * right) for i in range(n)]
    canvas = np.full((math.ceil(n / columns) * down - gap, columns * right - gap), np.nan)
    for tile, (y, x) in zip(tiles, corners, strict=True):
        canvas[y : y + height, x : x + width] = tile
    return canvas, corners


class Place:
    """One image in a figure, with a title above, and a frame for one of its tiles."""

    def __init__(self, figure: Figure, left: float, bottom: float, width: float, height: float):
        self.axes: Axes = figure.add_axes((left, bottom, width, height))
        self.axes.set_axis_off()
        self.image = self.axes.imshow(np.zeros((1, 1)), cmap="gray", interpolation="nearest")
        self.frame = self.axes.add_patch(
            Rectangle((0, 0), 1, 1, fill=False, edgecolor=PALETTE["vermilion"], lw=2.5, clip_on=False)
        )
        self.title = self.axes.set_title("", **TITLE)
        self.corners, self.size = [], (0, 0)  # of the tiles that are shown

    def show(self, values: np.ndarray | None, low: float, high: float, title: str) -> None:
        """Show an image, or with None nothing but the title."""
        self.frame.set_visible(False)
        self.corners = []
        self.image.set_visible(values is not None)
        self.title.set_text(title)
        if values is not None:
            height, width = values.shape
            self.image.set(data=values, clim=(low, high if high > low else low + 1), extent=(0, width, height, 0))
            self.axes.set(xlim=(0, width), ylim=(height, 0))

    def show_tiles(self, tiles: np.ndarray, framed: int | None, low: float, high: float, title: str, columns: int | None = None) -> None:
        """Show several, with a frame around the chosen one."""
        canvas, corners = mosaic(tiles, columns)
        self.show(canvas, low, high, title)
        self.corners, self.size = corners, tiles.shape[1:]
        if framed is not None:
            (y, x), (height, width) = corners[framed], self.size
            self.frame.set_bounds(x, y, width, height)
            self.frame.set_visible(True)

    def place_at(self, across: float, down: float) -> tuple[float, float] | None:
        """Give row and column of the image at a place of the figure, in shares from the left and from above; None beside it."""
        figure = self.axes.figure
        at = np.multiply((across, 1 - down), figure.bbox.size)
        column, row = self.axes.transData.inverted().transform(at)
        height, width = self.image.get_array().shape
        return (row, column) if self.image.get_visible() and 0 <= row < height and 0 <= column < width else None

    def tile_at(self, across: float, down: float) -> tuple[int, int, int] | None:
        """Give number of a tile, and row and column in it, at a place of the figure as of `place_at`; None beside all."""
        if (place := self.place_at(across, down)) is None:
            return None
        for number, corner in enumerate(self.corners):
            row, column = np.floor(np.subtract(place, corner)).astype(int)
            if 0 <= row < self.size[0] and 0 <= column < self.size[1]:
                return number, int(row), int(column)
        return None
