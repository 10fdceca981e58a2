"""Chapter 09: convolution and pooling, over images of shape (N, C, height, width).

A filter slides over the image and gives one number at each place. ``im2col`` writes down what the
filter sees at each place as one row, and the whole convolution becomes one matrix product.

Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998; im2col:
K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks", 2006.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcourse.book import names_of_the_book
from dlcourse.layers import Layer

__all__ = ["AveragePooling", "Convolution", "MaxPooling", "col2im", "im2col", "output_size"]
__getattr__ = names_of_the_book(__name__)

COLUMNS_AT_ONCE = 2**17
"""A convolution writes columns of so many numbers at a time (½ MB): they stay in the cache, and memory stays small."""


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
        raise ValueError(
            f"output_size: stride {stride} does not fit: ({size} + 2·{pad} - {filter_size}) / {stride} is not whole,"
            f" and {left} pixel{'s' * (left > 1)} would be left out; change the stride, the padding or the filter"
        )
    return room // stride + 1


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
        A pixel comes once for each place that sees it: with a 5×5 filter, up to 25 times the memory.
    """
    input_data = _images(input_data, "im2col")
    out_h, out_w = _out_shape(input_data.shape, (filter_h, filter_w), stride, pad)
    seen = _seen(_padded(input_data, pad), (filter_h, filter_w), stride, out_h, out_w)
    return np.array(seen.transpose(0, 4, 5, 1, 2, 3), order="C").reshape(len(input_data) * out_h * out_w, -1)


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
    out_h, out_w = _out_shape(input_shape, (filter_h, filter_w), stride, pad)
    expected = (N * out_h * out_w, C * filter_h * filter_w)
    if col.shape != expected:
        raise ValueError(f"col2im: col has shape {col.shape}, expected {expected} for images {tuple(input_shape)}")
    seen = col.reshape(N, out_h, out_w, C, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((N, C, height + 2 * pad, width + 2 * pad), col.dtype)
    for i, j, rows, columns in _places(filter_h, filter_w, stride, out_h, out_w):
        image[:, :, rows, columns] += seen[:, :, i, j]
    return image[:, :, pad : pad + height, pad : pad + width]


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
        self.x = self.out_shape = None

    def forward(self, x, *, training=False):
        W = self.params["W"]
        x = _images(x, "Convolution")
        if x.shape[1] != W.shape[1]:
            raise ValueError(f"Convolution: x {x.shape} has {x.shape[1]} channels, W {W.shape} expects {W.shape[1]}")
        out_h, out_w = _out_shape(x.shape, W.shape[2:], self.stride, self.pad)
        self.x, self.out_shape = x, (len(x), len(W), out_h, out_w)
        return _correlate(x, W, self.params["b"], self.stride, (self.pad, self.pad), (out_h, out_w))

    def backward(self, dout):
        self.backward_params(dout)
        W, pad, stride, (_, _, height, width) = self.params["W"], self.pad, self.stride, self.x.shape
        apart = dout
        if stride > 1:  # the filter stood `stride` pixels apart, so the entries of dout are set so far apart
            sizes = [(size - 1) * stride + 1 for size in dout.shape[2:]]
            apart = np.zeros((*dout.shape[:2], *sizes), dout.dtype)
            apart[:, :, ::stride, ::stride] = dout
        # Every filter that only just touches a pixel counts; nobody asks for the gradient of the padding.
        margins = [max(size - 1 - pad, 0) for size in W.shape[2:]]
        more_h, more_w = [max(pad + 1 - size, 0) for size in W.shape[2:]]
        turned, zeros = W.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1], np.zeros(W.shape[1], W.dtype)
        dx = _correlate(apart, turned, zeros, 1, margins, (height + 2 * more_h, width + 2 * more_w))
        return dx[:, :, more_h : more_h + height, more_w : more_w + width]

    def backward_params(self, dout):
        W = self.params["W"]
        self._check_dout(dout, self.x, self.out_shape)
        out_h, out_w = dout.shape[2:]
        dW = np.zeros((W[0].size, len(W)), np.result_type(self.x, dout))
        for few, columns in _columns(self.x, W.shape[2:], self.stride, (self.pad, self.pad), (out_h, out_w)):
            wide = np.zeros((len(columns), len(W), out_h, columns.shape[2] // out_h), dout.dtype)
            wide[..., :out_w] = dout[few]
            # Columns first: BLAS is 1.5 times as fast at this product as at its transpose.
            dW += np.matmul(columns, wide.reshape(len(wide), len(W), -1).transpose(0, 2, 1)).sum(axis=0)
        self.grads["W"] = np.ascontiguousarray(dW.T).reshape(W.shape)
        self.grads["b"] = dout.sum(axis=0).sum(axis=(1, 2))  # twice as fast as over all three axes at once


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
        out_h, out_w = _out_shape(x.shape, (self.pool_h, self.pool_w), self.stride, self.pad)
        self.x_shape, self.out_shape = x.shape, (*x.shape[:2], out_h, out_w)
        padded = _padded(x, self.pad, fill)
        for _, _, rows, columns in _places(self.pool_h, self.pool_w, self.stride, out_h, out_w):
            yield padded[:, :, rows, columns]

    def _spread(self, dout: np.ndarray, share: Callable[[int], np.ndarray | float]) -> np.ndarray:
        """Give ``dout · share(k)`` back to the pixels that cell k of the window saw."""
        self._check_dout(dout, self.out_shape, self.out_shape)
        N, C, height, width = self.x_shape
        tiled = self.pool_h == self.pool_w == self.stride  # then each pixel lies in one window, and is written once
        dx = (np.empty if tiled else np.zeros)((N, C, height + 2 * self.pad, width + 2 * self.pad), dout.dtype)
        places = _places(self.pool_h, self.pool_w, self.stride, *self.out_shape[2:])
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
        x = _images(x, "MaxPooling")
        cells = self._cells(x, -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        out = next(cells).copy()
        self.winner = np.zeros(out.shape, np.min_scalar_type(self.pool_h * self.pool_w))
        for k, cell in enumerate(cells, start=1):  # whole slices: far faster than a maximum over tiny windows
            cell = np.ascontiguousarray(cell)  # it is read twice, and pixels that lie apart are slow to read
            larger = cell > out
            np.maximum(out, cell, out=out)
            np.maximum(self.winner, larger * self.winner.dtype.type(k), out=self.winner)
        return out

    def backward(self, dout):
        return self._spread(dout, lambda k: self.winner == k)


class AveragePooling(_Pooling):
    """Each output is the mean of its window; backward, each entry gets an equal share of `dout`.

    Padding counts as zeros. Parameters and errors are those of `MaxPooling`.
    """

    def forward(self, x, *, training=False):
        x = _images(x, "AveragePooling")
        cells = self._cells(x, 0)
        out = next(cells).astype(np.result_type(x.dtype, 1.0))  # floats as they are, integers as float64
        for cell in cells:
            out += cell
        out /= self.pool_h * self.pool_w
        return out

    def backward(self, dout):
        return self._spread(dout, lambda k: 1 / (self.pool_h * self.pool_w))


def _images(x: np.ndarray, who: str) -> np.ndarray:
    x = np.asarray(x)
    if x.ndim != 4 or x.size == 0:
        raise ValueError(f"{who}: x has shape {x.shape}, expected images (N, C, height, width), not empty")
    return x


def _out_shape(shape: tuple[int, ...], filter_shape: tuple[int, int], stride: int, pad: int) -> tuple[int, int]:
    return tuple(output_size(*sizes, stride, pad) for sizes in zip(shape[2:], filter_shape, strict=True))


def _padded(x: np.ndarray, pad: int, value: float = 0) -> np.ndarray:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=value) if pad else x


def _places(filter_h: int, filter_w: int, stride: int, out_h: int, out_w: int) -> Iterator[tuple]:
    """For each cell (i, j) of a filter: the rows and columns of the image that it meets, place by place."""
    for i in range(filter_h):
        for j in range(filter_w):
            yield i, j, slice(i, i + stride * out_h, stride), slice(j, j + stride * out_w, stride)


def _seen(x: np.ndarray, filter_shape: tuple[int, int], stride: int, out_h: int, out_w: int) -> np.ndarray:
    """What each filter cell sees at each place: a view of shape (N, C, filter_h, filter_w, out_h, out_w)."""
    n, c, row, pixel = x.strides
    shape = (*x.shape[:2], *filter_shape, out_h, out_w)
    return as_strided(x, shape, (n, c, row, pixel, stride * row, stride * pixel), writeable=False)


def _columns(
    x: np.ndarray, filter_shape: tuple[int, int], stride: int, pads: Sequence[int], out_shape: tuple[int, int]
) -> Iterator[tuple[slice, np.ndarray]]:
    """The transpose of im2col's rows, for a few images at a time: which, and (n, C · filter_h · filter_w, places).

    In this order the product with the filters is already (n, F, places), and nothing is moved. With stride 1 the
    places run on past the last one of a row, to the end of the padded image: then all that a filter cell sees lies
    in one piece, which is copied 1.3 times as fast as row by row. Whoever takes the columns leaves those places out.
    """
    N, C, height, width = x.shape
    (pad_h, pad_w), (out_h, out_w), size = pads, out_shape, C * math.prod(filter_shape)
    per_row = width + 2 * pad_w if stride == 1 else out_w
    at_once = min(N, max(1, COLUMNS_AT_ONCE // (size * out_h * per_row)))
    # One row more than the padding: the last places run on into it.
    padded = np.zeros((at_once, C, height + 2 * pad_h + 1, width + 2 * pad_w), x.dtype)
    seen = _seen(padded, filter_shape, stride, out_h, per_row)
    columns = np.empty(seen.shape, x.dtype)
    for first in range(0, N, at_once):
        few, n = slice(first, first + at_once), min(at_once, N - first)
        padded[:n, :, pad_h : pad_h + height, pad_w : pad_w + width] = x[few]
        columns[:n] = seen[:n]
        yield few, columns[:n].reshape(n, size, out_h * per_row)


def _correlate(
    x: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int, pads: Sequence[int], out_shape: tuple[int, int]
) -> np.ndarray:
    """Slide the filters over the images: (N, F, out_h, out_w)."""
    (out_h, out_w), filters = out_shape, W.reshape(len(W), -1)
    out = np.empty((len(x), len(W), out_h, out_w), np.result_type(x, W, b))
    for few, columns in _columns(x, W.shape[2:], stride, pads, out_shape):
        wide = np.matmul(filters, columns).reshape(len(columns), len(W), out_h, -1)
        np.add(wide[..., :out_w], b[:, None, None], out=out[few])
    return out
