"""What the checks of chapter 09 compare with: windows written as rows, rows added back, and images cut into windows."""

import numpy as np

__all__ = ["col2im", "im2col", "places", "together", "windows"]


def places(shape: tuple, high: int, wide: int, stride: int, pad: int) -> list[tuple[slice, slice]]:
    """Give the rows and columns of an image with its padding that each window sees, in order."""
    _N, _C, height, width = shape
    tops, lefts = range(0, height + 2 * pad - high + 1, stride), range(0, width + 2 * pad - wide + 1, stride)
    return [(slice(i, i + high), slice(j, j + wide)) for i in tops for j in lefts]


def im2col(x: np.ndarray, high: int, wide: int, stride: int, pad: int) -> np.ndarray:
    """Write what each window sees as one row."""
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = [x_padded[:, :, i, j].reshape(len(x), -1) for i, j in places(x.shape, high, wide, stride, pad)]
    return np.stack(seen, axis=1).reshape(-1, x.shape[1] * high * wide)


def col2im(
    rows: np.ndarray, shape: tuple, high: int, wide: int, stride: int, pad: int, ring: bool = False, put: bool = False
) -> np.ndarray:
    """Add the rows back to the pixels; two mistakes on demand: the padding stays (`ring`), or `put` in place of add."""
    N, C, height, width = shape
    x = np.zeros((N, C, height + 2 * pad, width + 2 * pad))
    seen = places(shape, high, wide, stride, pad)
    rows = rows.reshape(N, len(seen), C, high, wide)
    for place, (i, j) in enumerate(seen):
        x[:, :, i, j] = rows[:, place] + (0 if put else x[:, :, i, j])
    return x if ring else x[:, :, pad : pad + height, pad : pad + width]


def windows(x: np.ndarray, k: int) -> np.ndarray:
    """Cut images into windows of k × k beside each other: (N, C, down, across, k, k)."""
    N, C, height, width = x.shape
    return x.reshape(N, C, height // k, k, width // k, k).swapaxes(3, 4)


def together(cut: np.ndarray, shape: tuple) -> np.ndarray:
    """Put what `windows` cut together again."""
    return cut.swapaxes(3, 4).reshape(shape)
