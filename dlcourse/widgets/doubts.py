"""Chapter 10: whether a drawing is one digit at all, for a network always names one; and the digits nearest to it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dlcourse.text import _
from dlcourse.widgets.sketching import Stroke

__all__ = ["NEIGHBOURS", "UNLIKE", "doubt", "nearest", "parts"]

NEIGHBOURS = 6
UNLIKE = 7.3  # of 100 of MNIST's test digits, two are farther than this from the nearest training digit


def parts(strokes: Sequence[Stroke], pen: float) -> list[np.ndarray]:
    """Put strokes that touch, or nearly touch, together.

    Parameters
    ----------
    strokes : sequence of strokes
    pen : float
        Width of a line in pixels. Lines whose middles are nearer than one and a half of it belong together.

    Returns
    -------
    list of ndarray of shape (N, 2)
        Points along each part, about half a pen from each other.
    """
    found: list[np.ndarray] = []
    for stroke in strokes:
        corners = np.array(stroke, float).reshape(-1, 2)
        way = np.concatenate([[0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
        at = np.linspace(0, way[-1], int(way[-1] / (pen / 2)) + 2)
        part, apart = np.stack([np.interp(at, way, corners[:, k]) for k in (0, 1)], axis=1), []
        # However long somebody scribbles: of points in the same quarter of a pen's square, one.
        part = part[np.sort(np.unique(np.rint(part / (pen / 2)), axis=0, return_index=True)[1])]
        for other in found:
            squares = (part**2).sum(axis=1)[:, np.newaxis] + (other**2).sum(axis=1) - 2 * (part @ other.T)
            if squares.min() < (1.5 * pen) ** 2:
                part = np.concatenate([part, other])
            else:
                apart.append(other)
        found = [*apart, part]
    return found


def _side_by_side(strokes: Sequence[Stroke], pen: float) -> bool:
    """Whether two parts stand beside each other, both more than half as high as the whole."""
    found = parts(strokes, pen)
    everything = np.concatenate(found)
    high = [part for part in found if np.ptp(part[:, 1]) > np.ptp(everything[:, 1]) / 2]
    edges = sorted((part[:, 0].min(), part[:, 0].max()) for part in high)
    return any(  # leaning digits may stand over each other a little
        left[1] - right[0] < min(left[1] - left[0], right[1] - right[0]) / 3 + pen / 2
        for left, right in pairwise(edges)
    )


def doubt(strokes: Sequence[Stroke], pen: float, distance: float | None) -> str:
    """Say why a drawing may be no digit, or not one.

    Parameters
    ----------
    strokes : sequence of strokes
        At least one.
    pen : float
        Width of a line in pixels.
    distance : float or None
        From the centred drawing to the nearest training digit: the root of the sum of squared differences.
        None if the drawing was not centred, for then every digit is far from MNIST's.

    Returns
    -------
    str
        Empty if there is nothing to say.
    """
    if _side_by_side(strokes, pen):
        return _("Is this more than one digit? The networks can name only one.")
    if distance is not None and distance > UNLIKE:
        return _("Unlike all 8,000 training digits: is this a digit?")
    return ""


def nearest(image: np.ndarray, x: np.ndarray, k: int = NEIGHBOURS) -> np.ndarray:
    """Give the rows of `x` that are nearest to an image, nearest first: the least sum of squared differences.

    Parameters
    ----------
    image : ndarray of 784 pixels
    x : ndarray of shape (N, 784)
    k : int
        How many, at most N.

    Returns
    -------
    ndarray of int, shape (k,)
    """
    distances = np.einsum("ij,ij->i", x, x) - 2 * (x @ image.ravel())  # the image's own square is the same for all
    few = np.argpartition(distances, k - 1)[:k]
    return few[np.argsort(distances[few], kind="stable")]
