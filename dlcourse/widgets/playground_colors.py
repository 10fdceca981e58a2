"""The playground's colours: of what neurons say, of classes, and pixels that are copied as they are."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb

__all__ = ["CLASS_COLORS", "CLASS_MARKERS", "RGB", "Pixels", "class_colors", "scaled", "short", "signed_colors", "to_bytes"]

CLASS_COLORS, CLASS_MARKERS = ("#0072b2", "#d55e00", "#555555"), "os^"
RGB = np.array([to_rgb(color) for color in CLASS_COLORS])


def signed_colors(values: np.ndarray) -> np.ndarray:
    """Blue for above 0, orange for below, white for 0; what is no number is white too.

    Parameters
    ----------
    values : ndarray
        Full colour is reached at -1 and 1.

    Returns
    -------
    ndarray of uint8, of one more dimension of length 3
    """
    values = np.clip(np.nan_to_num(values), -1, 1)[..., None]
    tint = np.where(values > 0, RGB[0], RGB[1])
    return to_bytes(1 + np.abs(values) * (tint - 1))


def class_colors(probabilities: np.ndarray, *, discretize: bool = False) -> np.ndarray:
    """The colour of the likeliest class, the paler the less sure; white where all are equally likely.

    Parameters
    ----------
    probabilities : ndarray of shape (..., K), K ≤ 3
    discretize : bool
        Show only which class wins, not how surely.

    Returns
    -------
    ndarray of uint8, of shape (..., 3)
    """
    classes = probabilities.shape[-1]
    if discretize:
        sure = np.eye(classes)[probabilities.argmax(axis=-1)]
    else:
        sure = np.maximum(np.nan_to_num(probabilities) * classes - 1, 0) / (classes - 1)
    # Half of the way from white: the points, in full colour, must stand out.
    return to_bytes(1 + 0.55 * sure @ (RGB[:classes] - 1))


def to_bytes(colors: np.ndarray) -> np.ndarray:
    """Turn colours from 0 to 1 into bytes."""
    return np.rint(255 * colors).astype(np.uint8)


def scaled(column: np.ndarray, activation: str) -> np.ndarray:
    """Bring what the neurons of a column say into [-1, 1], by the same factor for all of them."""
    if activation == "sigmoid":
        return 2 * column - 1
    with np.errstate(over="ignore", invalid="ignore"):
        return column / max(1.0, float(np.abs(column).max()))


def short(loss: float) -> str:
    """Write a loss in few characters, however large."""
    return f"{loss:.3f}" if loss < 100 else f"{loss:.0e}"


class Pixels(Artist):
    """An image whose pixels are those of the page, so that they are copied and not resampled: ten times as fast.

    There are 100 to the inch; in a figure that has more, for a finer screen, each is copied to as many.

    Parameters
    ----------
    width, height : int

    Attributes
    ----------
    pixels : ndarray of uint8, of shape (height, width, 4)
        Red, green, blue and opacity, the top row first; at first all is transparent.
    """

    def __init__(self, width: int, height: int):
        super().__init__()
        self.pixels = np.zeros((height, width, 4), np.uint8)
        self.set_zorder(2)

    def draw(self, renderer) -> None:
        """Copy the pixels to the lower left corner."""
        pixels, ratio = self.pixels, self.figure.dpi / 100
        if ratio != 1:
            down, right = ((np.arange(round(size * ratio)) / ratio).astype(int) for size in pixels.shape[:2])
            whole = pixels.view(np.uint32)[..., 0]  # all four numbers of a pixel at once
            pixels = whole[down].take(right, axis=1)[..., None].view(np.uint8)
        renderer.draw_image(renderer.new_gc(), 0, 0, pixels[::-1])  # Agg begins at the bottom
