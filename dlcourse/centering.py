"""Chapter 10: a drawn digit in the form that MNIST's digits have."""

import math

import numpy as np

__all__ = ["center_digit", "center_of_mass"]


def center_of_mass(image: np.ndarray) -> tuple[float, float]:
    """Mean (row, column) of the ink in an image (height, width): each pixel counts as much as it is bright.

    An image that is all 0, or has negative or non-finite pixels, raises a ValueError.
    """
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"center_of_mass: image has shape {image.shape}, expected (height, width)")
    down, across = image.sum(axis=1, dtype=np.float64), image.sum(axis=0, dtype=np.float64)
    total = down.sum()
    if not (0 < total < math.inf and image.min() >= 0):
        raise ValueError("center_of_mass: the image needs at least one bright pixel, and none below 0 or not finite")
    return float(down @ np.arange(len(down)) / total), float(across @ np.arange(len(across)) / total)


def center_digit(image: np.ndarray) -> np.ndarray:
    """Bring a drawn digit to the form that MNIST's digits have.

    The box around the ink is scaled, keeping its proportions, until its longer side is 20 pixels; each new
    pixel is the mean of the area that it covers. Then whole pixels of shift bring the centre of mass
    within half a pixel of pixel (14, 14) of a 28×28 image, where MNIST's are. Nearly all of MNIST's own
    digits come back unchanged.

    Parameters
    ----------
    image : ndarray of shape (height, width), any size ≥ 1
        Bright on dark: floats in [0, 1], or uint8. All that is not 0 is ink.

    Returns
    -------
    ndarray of shape (28, 28), float32 in [0, 1]

    Raises
    ------
    TypeError, ValueError
        If the image is not such an array, or nothing is drawn on it.

    Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", the page's
    description of the files. Differs from it where very uneven ink would push the digit out of the image:
    we stop at the edge.
    """
    image = np.asarray(image)
    if image.ndim != 2 or image.size == 0:
        raise ValueError(f"center_digit: image has shape {image.shape}, expected (height, width), both ≥ 1")
    if image.dtype.kind not in "fb" and image.dtype != np.uint8:
        raise TypeError(f"center_digit: image has dtype {image.dtype}, expected floats in [0, 1] or uint8")
    image = image / (255 if image.dtype == np.uint8 else 1)
    if not (image.min() >= 0 and image.max() <= 1):  # written so that NaN fails too
        raise ValueError(f"center_digit: image runs from {image.min()} to {image.max()}, expected pixels in [0, 1]")
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    if len(rows) == 0:
        raise ValueError("center_digit: the image is empty; draw a digit, bright on dark, first")
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = (max(1, math.floor(20 * side / max(box.shape) + 0.5)) for side in box.shape)
    small = _area_weights(height, box.shape[0]) @ box @ _area_weights(width, box.shape[1]).T
    # rounded so that a centre at 13.5 stays, and one at 14.5 moves
    top, left = (math.ceil(14 - mean - 0.5) for mean in center_of_mass(small))
    top, left = min(max(top, 0), 28 - height), min(max(left, 0), 28 - width)
    result = np.zeros((28, 28), dtype=np.float32)
    result[top : top + height, left : left + width] = small
    return result


def _area_weights(new: int, old: int) -> np.ndarray:
    """Matrix (new, old): the share that each old pixel has in each new one. Its rows sum to 1."""
    edges = np.arange(new + 1)[:, np.newaxis] * (old / new)
    covered = np.clip(edges - np.arange(old), 0, 1)  # how much of each old pixel lies before each edge
    return np.diff(covered, axis=0) * (new / old)
