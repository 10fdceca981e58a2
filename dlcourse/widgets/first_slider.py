"""Chapter 00: a first slider to try: a digit drawn with fewer and fewer pixels."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.plots import img_show
from dlcourse.text import _
from dlcourse.widgets.controls import Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["compute", "first_slider"]


def compute(image: np.ndarray, side: int) -> np.ndarray:
    """Draw a square image with `side` × `side` pixels, each the mean of the piece of the image that it covers.

    Parameters
    ----------
    image : ndarray of shape (S, S)
    side : int
        1 … S.

    Returns
    -------
    ndarray of shape (side, side)
    """
    edges = np.linspace(0, len(image), side + 1)
    start, end = edges[:-1, None], edges[1:, None]
    pixel = np.arange(len(image))
    # How much of each old pixel is under each new one, along one axis; each row sums to 1.
    share = np.clip(np.minimum(pixel + 1, end) - np.maximum(pixel, start), 0, None) / (end - start)
    return share @ image @ share.T


@explorer
def first_slider() -> Panel:
    """Show a digit with as many pixels as the slider says.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    (images, _labels), _test = load_mnist()
    image = images[0].reshape(28, 28)
    picture = Picture(300, 300)
    axes = picture.figure.add_axes((0, 0, 1, 1))

    def update(changed: set[str], side: int) -> None:
        axes.clear()
        img_show(compute(image, side), ax=axes)
        picture.show(_("A handwritten digit drawn with {side} × {side} pixels").format(side=side))

    return Panel(_("First slider"), {"side": Number(_("pixels a side"), 1, 28, 3)}, [picture], update)
