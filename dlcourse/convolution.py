"""Chapter 09: convolution and pooling, over images of shape (N, C, height, width).

A filter slides over the image and gives one number at each place. ``im2col`` writes down what the
filter sees at each place as one row, and the whole convolution becomes one matrix product.

`Convolution` does the same with hardly any copying, by the order of its memory. Shapes are always
(N, C, height, width), but what a layer hands on lies in memory as (C, height, width, N): the same
pixel of all images is side by side. Three images a, b, c with the pixels 1 2 3::

    image after image    a1 a2 a3 b1 b2 b3 c1 c2 c3
    side by side         a1 b1 c1 a2 b2 c2 a3 b3 c3

Then all that one cell of the filter sees along a row of places, in all images, is one piece of memory
(above, the second cell of a filter of two begins at a2), and a matrix product can take it as it lies.

Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlcourse.book import names_of_the_book
from dlcourse.im2col import as_images, cells, col2im, im2col, output_shape, output_size, pad_images
from dlcourse.layers import Layer

__all__ = ["AveragePooling", "Convolution", "MaxPooling", "col2im", "im2col", "output_size"]
__getattr__ = names_of_the_book(__name__)

PLACES = 1200
"""A product takes at least so many places at a time, if a row of them has as many; and more where it is small."""

SMALL = 2**20
"""BLAS is at its best with products of so many multiplications; then their results stay in the cache as well."""

DEEP = 16
"""A product that adds up fewer numbers than this is slow; then what the filter sees is copied under each other."""


class Convolution(Layer):
    """F filters slide over images of C channels; each gives one channel of the output.

    ``out[n, f, i, j] = b[f] + Σ_c Σ_u Σ_v W[f, c, u, v] · x[n, c, i·stride + u - pad, j·stride + v - pad]``.
    (Mathematicians turn the filter by 180° and call this cross-correlation.) Backward, ``dW`` is the same
    product between `x` and `dout`, and ``dx`` a convolution of `dout` with the turned filters.

    Parameters
    ----------
    W : ndarray of shape (F, C, filter_h, filter_w)
    b : ndarray of shape (F,)
    stride, pad : int
        As in `output_size`.

    Raises
    ------
    TypeError, ValueError
        If shapes or sizes do not fit; see `output_size`.
    """

    def __init__(self, W: np.ndarray, b: np.ndarray, stride: int = 1, pad: int = 0):
        W, b = np.asarray(W), np.asarray(b)
        if W.ndim != 4 or b.shape != W.shape[:1]:
            raise ValueError(
                f"Convolution: W has shape {W.shape} and b {b.shape}, expected (F, C, filter_h, filter_w) and (F,)"
            )
        output_size(1, 1, 1, pad)  # says what is wrong with pad or stride now, not at the first image
        output_size(1, 1, stride)
        super().__init__(W=W, b=b)
        self.stride, self.pad = stride, pad
        self.lines = self.x_shape = self.out_shape = None

    def forward(self, x, *, training=False):
        W = self.params["W"]
        x = as_images(x, "Convolution")
        if x.shape[1] != W.shape[1]:
            raise ValueError(f"Convolution: x {x.shape} has {x.shape[1]} channels, W {W.shape} expects {W.shape[1]}")
        out_h, out_w = output_shape(x.shape, W.shape[2:], self.stride, self.pad)
        self.x_shape, self.out_shape = x.shape, (len(x), len(W), out_h, out_w)
        self.lines = _lines(x, (self.pad, self.pad))
        return _correlate(self.lines, W, self.params["b"], self.stride)

    def backward(self, dout):
        self.backward_params(dout)
        W, pad, (height, width) = self.params["W"], self.pad, self.x_shape[2:]
        # Every filter that only just touches a pixel counts; nobody asks for the gradient of the padding.
        margins = [max(size - 1 - pad, 0) for size in W.shape[2:]]
        more_h, more_w = [max(pad + 1 - size, 0) for size in W.shape[2:]]
        # The filter stood `stride` pixels apart, so the entries of dout are set so far apart.
        lines = _lines(dout, margins, self.stride)
        turned, zeros = W.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1], np.zeros(W.shape[1], W.dtype)
        dx = _correlate(lines, turned, zeros)
        return dx[:, :, more_h : more_h + height, more_w : more_w + width]

    def backward_params(self, dout):
        F, C, filter_h, filter_w = self.params["W"].shape
        self._check_dout(dout, self.lines, self.out_shape)
        rows = np.asarray(dout).transpose(2, 1, 3, 0)  # (out_h, F, out_w, N)
        dW = 0
        for i, places, seen in _seen(self.lines, (F, C, filter_h, filter_w), self.stride):
            # What was seen stands first: BLAS is up to 1.5 times as fast at this product as at its transpose.
            dW = dW + seen @ rows[i].reshape(F, -1)[:, places].T
        self.grads["W"] = np.ascontiguousarray(dW.reshape(filter_w, filter_h, C, F).transpose(3, 2, 1, 0))
        self.grads["b"] = rows.sum(axis=(0, 2, 3))


class _Pooling(Layer):
    """What both poolings share: windows of pool_h × pool_w, `stride` apart, each channel by itself."""

    def __init__(self, pool_h: int, pool_w: int, stride: int = 2, pad: int = 0):
        super().__init__()
        output_size(1, 1, stride)  # says what is wrong with the stride now, not at the first image
        for size in (pool_h, pool_w):
            output_size(size, size, 1, pad)
            if pad >= size:
                raise ValueError(f"{type(self).__name__}: pad is {pad}, expected less than the pool size {size}")
        self.pool_h, self.pool_w, self.stride, self.pad = pool_h, pool_w, stride, pad
        self.x_shape = self.out_shape = None

    def _cells(self, x: np.ndarray, fill: float) -> Iterator[np.ndarray]:
        """For each cell of the window, what it sees at all places: a view of shape (N, C, out_h, out_w)."""
        out_h, out_w = output_shape(x.shape, (self.pool_h, self.pool_w), self.stride, self.pad)
        self.x_shape, self.out_shape = x.shape, (*x.shape[:2], out_h, out_w)
        padded = pad_images(x, self.pad, fill)
        for _, _, rows, columns in cells(self.pool_h, self.pool_w, self.stride, out_h, out_w):
            yield padded[:, :, rows, columns]

    def _spread(self, dout: np.ndarray, share: Callable[[int], np.ndarray | float]) -> np.ndarray:
        """Give ``dout · share(k)`` back to the pixels that cell k of the window saw."""
        self._check_dout(dout, self.out_shape, self.out_shape)
        N, C, height, width = self.x_shape
        tiled = self.pool_h == self.pool_w == self.stride  # then each pixel lies in one window, and is written once
        shape = N, C, height + 2 * self.pad, width + 2 * self.pad
        dx = (np.empty_like if tiled else np.zeros_like)(dout, shape=shape)  # in the memory order of dout
        places = cells(self.pool_h, self.pool_w, self.stride, *self.out_shape[2:])
        for k, (_, _, rows, columns) in enumerate(places):
            if tiled:
                np.multiply(dout, share(k), out=dx[:, :, rows, columns])
            else:
                dx[:, :, rows, columns] += dout * share(k)
        return dx[:, :, self.pad : self.pad + height, self.pad : self.pad + width]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pool_h}, {self.pool_w}, stride={self.stride}, pad={self.pad})"


class MaxPooling(_Pooling):
    """Each output is the largest entry of its window; backward, `dout` goes to that entry alone.

    Where entries tie, the first one gets it, row by row, as in PyTorch. The padding never wins.

    Parameters
    ----------
    pool_h, pool_w : int
        Size of the window.
    stride, pad : int
        As in `output_size`; `pad` is less than the window.

    Raises
    ------
    TypeError, ValueError
        If sizes do not fit; see `output_size`.
    """

    winner: np.ndarray  # which cell of each window was the largest

    def forward(self, x, *, training=False):
        x = as_images(x, "MaxPooling")
        cells = self._cells(x, -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        out = next(cells).copy(order="K")
        self.winner = np.zeros_like(out, np.min_scalar_type(self.pool_h * self.pool_w))
        for k, cell in enumerate(cells, start=1):  # whole slices: far faster than a maximum over tiny windows
            cell = cell.copy(order="K")  # it is read twice, and pixels that lie apart are slow to read
            larger = (cell > out).astype(self.winner.dtype)
            larger *= k
            np.maximum(out, cell, out=out)
            np.maximum(self.winner, larger, out=self.winner)
        return out

    def backward(self, dout):
        return self._spread(dout, lambda k: self.winner == k)


class AveragePooling(_Pooling):
    """Each output is the mean of its window; backward, each entry gets an equal share of `dout`.

    Padding counts as zeros. Parameters and errors are those of `MaxPooling`.
    """

    def forward(self, x, *, training=False):
        x = as_images(x, "AveragePooling")
        cells = self._cells(x, 0)
        out = next(cells).astype(np.result_type(x.dtype, 1.0))  # floats as they are, integers as float64
        for cell in cells:
            out += cell
        out /= self.pool_h * self.pool_w
        return out

    def backward(self, dout):
        return self._spread(dout, lambda k: 1 / (self.pool_h * self.pool_w))


def _lines(x: np.ndarray, margins: Sequence[int] = (0, 0), apart: int = 1) -> np.ndarray:
    """The images in the order (height, C, width, N), in one piece, with margins of zeros, their pixels `apart`.

    Of this order every band of a few rows is a matrix with a row for each row of pixels of each channel.
    """
    x, (margin_h, margin_w) = x.transpose(2, 1, 3, 0), margins
    if margin_h == margin_w == 0 and apart == 1:
        return np.ascontiguousarray(x)
    height, C, width, N = x.shape
    size_h, size_w = ((size - 1) * apart + 1 for size in (height, width))
    lines = np.zeros((size_h + 2 * margin_h, C, size_w + 2 * margin_w, N), x.dtype)
    lines[margin_h : margin_h + size_h : apart, :, margin_w : margin_w + size_w : apart] = x
    return lines


def _parts(W_shape: tuple[int, ...]) -> int:
    """How many products make up a convolution: one for each column of the filter, if that is deep enough."""
    _, C, filter_h, filter_w = W_shape
    return filter_w if filter_h * C >= DEEP else 1


def _seen(lines: np.ndarray, W_shape: tuple[int, ...], stride: int = 1) -> Iterator[tuple[int, slice, np.ndarray]]:
    """What the filters see, piece by piece: row of the output, places in it (those of all images), and an array.

    The array is (parts, what one part of the filter sees, places). With stride 1 and a part for each column of
    the filter it is a view: nothing is copied. Else `reshape` copies one row of places.
    """
    seen = sliding_window_view(lines, W_shape[2:], axis=(0, 2))[::stride, :, ::stride].transpose(0, 5, 4, 1, 2, 3)
    out_h, *_, out_w, N = seen.shape
    parts, in_row = _parts(W_shape), out_w * N
    most = max(PLACES, SMALL * parts // math.prod(W_shape))
    at_once = -(-in_row // -(-in_row // most))  # equal pieces
    for i in range(out_h):
        row = seen[i].reshape(parts, -1, in_row)
        for first in range(0, in_row, at_once):
            places = slice(first, first + at_once)
            yield i, places, row[:, :, places]


def _correlate(lines: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1) -> np.ndarray:
    """Slide the filters over the images: (N, F, out_h, out_w), in memory (F, out_h, out_w, N)."""
    F, _, filter_h, filter_w = W.shape
    N, out_h, out_w = lines.shape[3], (len(lines) - filter_h) // stride + 1, (lines.shape[2] - filter_w) // stride + 1
    parts = W.transpose(3, 2, 1, 0).reshape(_parts(W.shape), -1, F).transpose(0, 2, 1)
    out = np.empty((F, out_h, out_w * N), np.result_type(lines, W, b))
    for i, places, seen in _seen(lines, W.shape, stride):
        products = np.matmul(parts, seen)
        for more in products[1:]:
            products[0] += more
        np.add(products[0], b[:, None], out=out[:, i, places])
    return out.reshape(F, out_h, out_w, N).transpose(3, 0, 1, 2)
