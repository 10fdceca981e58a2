"""What the checks of chapter 09 compare with: windows written as rows, rows added back, and images cut into windows."""

import numpy as np

__all__ = ["Conv", "Pool", "col2im", "im2col", "places", "together", "windows"]


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
    rows: np.ndarray, shape: tuple, high: int, wide: int, stride: int, pad: int, *, ring: bool = False,
    put: bool = False,
) -> np.ndarray:  # fmt: skip
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


class Pool:
    """Max pooling: the first of those that share a maximum wins."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        """Give the largest number of each window."""
        seen = windows(x, self.size)
        flat = seen.reshape(*seen.shape[:4], -1)
        self.shape, self.winner = x.shape, flat.argmax(axis=-1)
        return flat.max(axis=-1)

    def backward(self, dout):
        """Give what came back at the places that won, 0 elsewhere."""
        won = self.winner[..., None] == np.arange(self.size**2)
        return together((won * dout[..., None]).reshape(*dout.shape, self.size, self.size), self.shape)


class Conv:
    """A convolution; its gradients are of the shapes of W and b."""

    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        """Give the maps."""
        F, _C, high, wide = self.W.shape
        self.way = x.shape, high, wide, self.stride, self.pad
        self.rows = im2col(x, *self.way[1:])
        across = (x.shape[3] + 2 * self.pad - wide) // self.stride + 1
        out = self.rows @ self.W.reshape(F, -1).T + self.b
        return out.reshape(len(x), -1, across, F).transpose(0, 3, 1, 2)

    def backward(self, dout):
        """Give dx, and keep dW and db."""
        d = dout.transpose(0, 2, 3, 1).reshape(-1, len(self.W))
        self.dW, self.db = (d.T @ self.rows).reshape(self.W.shape), d.sum(axis=0)
        return col2im(d @ self.W.reshape(len(self.W), -1), *self.way)
