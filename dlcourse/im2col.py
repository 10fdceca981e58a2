"""Chapter 09: where a window stands over an image, and what it sees there, as the rows of a matrix.

Images have the shape (N, C, height, width). The layers of `dlcourse.convolution` build upon this.

Source: K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for
document processing", 2006.
"""

from collections.abc import Iterator
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.text import _

__all__ = ["col2im", "im2col", "output_size"]


def output_size(size: int, filter_size: int, stride: int = 1, pad: int = 0) -> int:
    """How many places a filter has along one side: ``(size + 2 pad - filter_size) / stride + 1``.

    Parameters
    ----------
    size, filter_size : int
        Of the image and the filter, ≥ 1.
    stride : int
        Pixels from one place to the next, ≥ 1.
    pad : int
        Pixels added at each end, ≥ 0.

    Raises
    ------
    TypeError
        If one of them is not an integer.
    ValueError
        If one is out of range, the filter is larger than the padded image, or the stride does not
        come out even: the last pixels would be left out, and nobody would know.
    """
    for name, value in (("size", size), ("filter_size", filter_size), ("stride", stride), ("pad", pad)):
        least = 0 if name == "pad" else 1
        if not isinstance(value, Integral):
            raise TypeError(f"output_size: {name} is {value!r}, expected an integer")
        if value < least:
            raise ValueError(f"output_size: {name} is {value}, expected at least {least}")
    room = size + 2 * pad - filter_size
    if room < 0:
        raise ValueError(f"output_size: a filter of {filter_size} is larger than the image of {size} padded by {pad}")
    if left := room % stride:
        raise ValueError(_does_not_fit(left).format(stride=stride, size=size, pad=pad, filter_size=filter_size, left=left))
    return room // stride + 1


def _does_not_fit(left: int) -> str:
    """Give the words of the mistake that chapter 09 is about: its cells print them, so they are in the learner's language."""
    if left == 1:
        return _(
            "output_size: stride {stride} does not fit: ({size} + 2·{pad} - {filter_size}) / {stride} is not whole,"
            " and 1 pixel would be left out; change the stride, the padding or the filter"
        )
    return _(
        "output_size: stride {stride} does not fit: ({size} + 2·{pad} - {filter_size}) / {stride} is not whole,"
        " and {left} pixels would be left out; change the stride, the padding or the filter"
    )


def im2col(input_data: np.ndarray, filter_h: int, filter_w: int, stride: int = 1, pad: int = 0) -> np.ndarray:
    """Write what the filter sees at each place as one row.

    Parameters
    ----------
    input_data : ndarray of shape (N, C, height, width)
    filter_h, filter_w : int
        Size of the filter.
    stride, pad : int
        As in `output_size`; the padding is zeros.

    Returns
    -------
    ndarray of shape (N · out_h · out_w, C · filter_h · filter_w)
        A pixel comes once for each place that sees it, with a 5×5 filter up to 25 times. That takes memory.
    """
    input_data = as_images(input_data, "im2col")
    out_h, out_w = output_shape(input_data.shape, (filter_h, filter_w), stride, pad)
    seen = sliding_window_view(pad_images(input_data, pad), (filter_h, filter_w), axis=(2, 3))[:, :, ::stride, ::stride]
    return np.array(seen.transpose(0, 2, 3, 1, 4, 5), order="C").reshape(len(input_data) * out_h * out_w, -1)


def col2im(
    col: np.ndarray, input_shape: tuple[int, int, int, int], filter_h: int, filter_w: int, stride: int = 1, pad: int = 0
) -> np.ndarray:
    """Add each entry of the rows to the pixel that it came from: the adjoint of `im2col`.

    It is not the inverse: a pixel that many places see gets the sum of many entries, as a gradient must.

    Parameters
    ----------
    col : ndarray of shape (N · out_h · out_w, C · filter_h · filter_w)
    input_shape : tuple
        (N, C, height, width) of the images.
    filter_h, filter_w, stride, pad : int
        As in `im2col`.

    Returns
    -------
    ndarray of shape (N, C, height, width)

    Raises
    ------
    ValueError
        If the shapes do not belong together.
    """
    if len(input_shape) != 4:
        raise ValueError(f"col2im: input_shape is {tuple(input_shape)}, expected (N, C, height, width)")
    N, C, height, width = input_shape
    out_h, out_w = output_shape(input_shape, (filter_h, filter_w), stride, pad)
    expected = (N * out_h * out_w, C * filter_h * filter_w)
    if col.shape != expected:
        raise ValueError(f"col2im: col has shape {col.shape}, expected {expected} for images {tuple(input_shape)}")
    seen = col.reshape(N, out_h, out_w, C, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((N, C, height + 2 * pad, width + 2 * pad), col.dtype)
    for i, j, rows, columns in cells(filter_h, filter_w, stride, out_h, out_w):
        image[:, :, rows, columns] += seen[:, :, i, j]
    return image[:, :, pad : pad + height, pad : pad + width]


def as_images(x: np.ndarray, who: str) -> np.ndarray:
    """The array, if it is one of images; `who` begins the message if not."""
    x = np.asarray(x)
    if x.ndim != 4 or x.size == 0:
        raise ValueError(f"{who}: x has shape {x.shape}, expected images (N, C, height, width), not empty")
    return x


def output_shape(shape: tuple[int, ...], filter_shape: tuple[int, int], stride: int, pad: int) -> tuple[int, int]:
    """How many places a filter has in both directions, for images of this shape."""
    return tuple(output_size(*sizes, stride, pad) for sizes in zip(shape[2:], filter_shape, strict=True))


def pad_images(x: np.ndarray, pad: int, value: float = 0) -> np.ndarray:
    """The images with `pad` pixels of this value on each side."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=value) if pad else x


def cells(filter_h: int, filter_w: int, stride: int, out_h: int, out_w: int) -> Iterator[tuple]:
    """For each cell (i, j) of a filter: the rows and columns of the image that it meets, place by place."""
    for i in range(filter_h):
        for j in range(filter_w):
            yield i, j, slice(i, i + stride * out_h, stride), slice(j, j + stride * out_w, stride)
