"""Known answers to the exercises of chapter 09."""

from answers import FLOAT32, WARNS

# Lines of solutions that several answers change, and how others begin.
LINES = {
    "zip": "for row, (n, i, j) in zip(rows, np.ndindex(N, down, across)):",
    "crop": "return x[:, :, pad : pad + height, pad : pad + width]",
    "rows": "dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)",
    "db": "self.db = np.sum(dout, axis=0)",
    "dW": "self.dW = np.dot(dout.T, self.col).reshape(FN, C, FH, FW)",
    "dx": "return col2im(dcol, self.x.shape, FH, FW, self.stride, self.pad)",
    "col": "self.col = im2col(x, FH, FW, self.stride, self.pad)",
}
PLACES = """
        def places(size, filter_size, stride, pad):
"""
POOL = """
        class MyMaxPool:
            def __init__(self, size):
                self.size = size
"""

# A layer whose gradients are measured: what is in `maps` gives its maps for an x.
NUMERICAL = """
class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad
    def forward(self, x):
        self.x, (F, C, high, wide) = x, self.W.shape
        self.across = (x.shape[3] + 2 * self.pad - wide) // self.stride + 1
        out = im2col(x, high, wide, self.stride, self.pad) @ self.W.reshape(F, -1).T + self.b
        return out.reshape(len(x), -1, self.across, F).transpose(0, 3, 1, 2)
    def slope(self, array, dout):
        found, x = np.zeros(array.shape), self.x.copy()
        for place in np.ndindex(array.shape):
            both = []
            for h in (0.5, -0.5):
                moved = x if array is self.x else array
                moved[place] += h
                both.append(np.sum({maps} * dout))
                moved[place] -= h
            found[place] = both[0] - both[1]
        return found
    def backward(self, dout):
        x = self.x
        self.dW, self.db = self.slope(self.W, dout), self.slope(self.b, dout)
        dx, self.x = self.slope(self.x, dout), x
        return dx
"""
NUMERICAL_OUT = """    def out(self, rows):
        F = len(self.W)
        out = rows @ self.W.reshape(F, -1).T + self.b
        return out.reshape(len(self.x), -1, self.across, F).transpose(0, 3, 1, 2)
"""

NOTES = "def places(size, filter_size, stride, pad):\n    return int(1 + (size + 2 * pad - filter_size) / stride)"

RIGHT = {
    "9.1": [
        "prediction = {'maps': [20, 8, 10, 14], 'rows': (2800, 147.0), 'pooled': (20, np.int64(8), 5, 7), "
        "'learned': 1184.0}",
        """
        high, wide = [(size + 2 * 3 - 7) // 2 + 1 for size in (19, 27)]
        prediction = {"maps": (20, 8, high, wide), "rows": (20 * high * wide, 3 * 7 * 7),
                      "pooled": (20, 8, high // 2, wide // 2), "learned": 8 * 3 * 7 * 7 + 8}
        """,
        """
        from dlcourse.convolution import Convolution, MaxPooling, im2col
        x, layer = np.zeros((20, 3, 19, 27)), Convolution(np.zeros((8, 3, 7, 7)), np.zeros(8), 2, 3)
        out = layer.forward(x)
        prediction = {"maps": out.shape, "rows": im2col(x, 7, 7, 2, 3).shape,
                      "pooled": MaxPooling(2, 2).forward(out).shape, "learned": layer.W.size + layer.b.size}
        """,
        "sizes = np.array([20, 8, 10, 14])\nhalf = np.array([1, 1, 2, 2])\n"
        "prediction = {'maps': sizes, 'rows': np.array([2800.0, 147.0]), 'pooled': sizes // half, 'learned': 1184}",
        "prediction = dict(note='easy', learned=np.array(1184), pooled=[20, 8, 5, 7], rows=[20 * 10 * 14, 3 * 49])\n"
        "prediction['maps'] = tuple(int(side) for side in np.array([20, 8, 10, 14]))",
    ],
    "9.2": [
        WARNS,
        """
        class DoesNotFit(ValueError):
            pass
        def places(size, filter_size, stride, pad):
            left = size + 2 * pad - filter_size
            if left < 0 or left % stride:
                raise DoesNotFit("no")
            return int(left / stride) + 1
        """,
        PLACES
        + """
            steps, over = divmod(size - filter_size + 2 * pad, stride)
            if steps < 0 or over:
                raise ValueError("does not fit")
            return steps + 1
        """,
        PLACES
        + """
            out_h = 1 + (size + 2 * pad - filter_size) / stride
            if out_h < 1 or out_h != int(out_h):
                raise ValueError(f"there cannot be {out_h} places")
            return int(out_h)
        """,
        PLACES
        + """
            starts = range(0, size + 2 * pad - filter_size + 1, stride)
            if not starts or starts[-1] + filter_size != size + 2 * pad:
                raise ValueError(f"{starts} do not reach the end")
            return np.int64(len(starts))
        """,
    ],
    "9.3": [
        "W = [[0, -1, 1], [-1, 1, 0], [1, 0, -1]]",
        "W = np.array([-0.5, -0.5, 1, -0.5, 1, -0.5, 1, -0.5, -0.5])",
        "W = (1.5 * np.eye(3)[::-1] - 0.5).reshape(1, 1, 3, 3)",
        "W = np.array([[-1, 0, 1], [0, 1, 0], [1, -1, -1]])",
        "W = np.full((3, 3), -0.45, dtype=np.float32)\nW[[0, 1, 2], [2, 1, 0]] = 0.9",
        "W = 1.5 * np.eye(3)[::-1] - 0.5",
        "W = np.array([[0, -0.7, 1], [-0.7, 0.8, -0.7], [1, -0.7, 0]])",
    ],
    "9.4": [
        "counted = {'max': 3.0, 'average': np.int64(3), 'value': np.float32(2.25), 'stride 1': 7, 'note': 'easy'}",
        """
        counted = {"max": 8 // 2 - 1, "value": round(9 / 4, 2)}
        counted |= {"average": counted["max"], "stride 1": len(range(1, 8))}
        """,
        """
        from dlcourse.convolution import AveragePooling, MaxPooling
        def changed(layer):
            results = []
            for place in range(8):
                x = np.zeros((1, 1, 2, 8))
                x[0, 0, 0, place] = 9
                results.append(layer.forward(x))
            return sum(not np.array_equal(*pair) for pair in zip(results, results[1:])), results[0].max()
        counted = {"max": changed(MaxPooling(2, 2))[0], "average": changed(AveragePooling(2, 2))[0],
                      "value": changed(AveragePooling(2, 2))[1], "stride 1": changed(MaxPooling(2, 2, stride=1))[0]}
        """,
        "counted = dict(zip(['max', 'average', 'value', 'stride 1'], np.array([3, 3, 2.25, 7])))",
    ],
    "9.5": [
        WARNS,
        FLOAT32,
        POOL
        + """
            def forward(self, x):
                self.x, k = x, self.size
                out = np.empty((x.shape[0], x.shape[1], x.shape[2] // k, x.shape[3] // k))
                for n, c, i, j in np.ndindex(out.shape):
                    out[n, c, i, j] = np.max(x[n, c, i * k : i * k + k, j * k : j * k + k])
                return out
            def backward(self, dout):
                dx, k = np.zeros(self.x.shape), self.size
                for n, c, i, j in np.ndindex(dout.shape):
                    window = self.x[n, c, i * k : i * k + k, j * k : j * k + k]
                    u, v = np.unravel_index(np.argmax(window), (k, k))
                    dx[n, c, i * k + u, j * k + v] = dout[n, c, i, j]
                return dx
        """,
        """
        from dlcourse.convolution import col2im, im2col
        class MyMaxPool:
            def __init__(self, size):
                self.size = size
            def forward(self, x):
                (N, C, height, width), k = x.shape, self.size
                rows = im2col(x, k, k, k).reshape(-1, k * k)
                self.shape, self.winner = x.shape, rows.argmax(axis=1)
                return rows.max(axis=1).reshape(N, height // k, width // k, C).transpose(0, 3, 1, 2)
            def backward(self, dout):
                k = self.size
                rows = np.zeros((dout.size, k * k))
                rows[np.arange(dout.size), self.winner] = dout.transpose(0, 2, 3, 1).ravel()
                return col2im(rows.reshape(-1, self.shape[1] * k * k), self.shape, k, k, k)
        """,
        """
        class MyMaxPool:
            def __init__(self, size):
                self.k = size
            def forward(self, x):
                k = self.k
                parts = np.array([x[:, :, i::k, j::k] for i in range(k) for j in range(k)])
                self.last = len(parts) - 1 - parts[::-1].argmax(axis=0)
                return parts.max(axis=0)
            def backward(self, dout):
                k = self.k
                dx = np.zeros((*dout.shape[:2], dout.shape[2] * k, dout.shape[3] * k))
                for place in range(k * k):
                    dx[:, :, place // k :: k, place % k :: k] = np.where(self.last == place, dout, 0)
                return dx
        """,
    ],
    "9.6": [
        WARNS,
        FLOAT32,
        """
        def fold(rows, shape, filter_height, filter_width, stride, pad):
            N, C, height, width = shape
            down = (height + 2 * pad - filter_height) // stride + 1
            across = (width + 2 * pad - filter_width) // stride + 1
            seen = rows.reshape(N, down, across, C, filter_height, filter_width).transpose(0, 3, 4, 5, 1, 2)
            x = np.zeros((N, C, height + 2 * pad, width + 2 * pad))
            for i in range(filter_height):
                for j in range(filter_width):
                    x[:, :, i : i + stride * down : stride, j : j + stride * across : stride] += seen[:, :, i, j]
            return x[:, :, pad : pad + height, pad : pad + width]
        """,
        """
        from dlcourse.convolution import im2col
        def fold(rows, shape, filter_height, filter_width, stride, pad):
            N, C, height, width = shape
            number = np.arange(1, C * height * width + 1).reshape(1, C, height, width)
            which = im2col(number, filter_height, filter_width, stride, pad).astype(int).ravel()
            x = np.zeros((N, C * height * width + 1))
            for n in range(N):
                np.add.at(x[n], which, rows.reshape(N, -1)[n])
            return x[:, 1:].reshape(shape)
        """,
        """
        def fold(rows, shape, high, wide, stride, pad):
            N, C, height, width = shape
            x = np.zeros(shape)
            tops = range(-pad, height + pad - high + 1, stride)
            lefts = range(-pad, width + pad - wide + 1, stride)
            places = [(n, i, j) for n in range(N) for i in tops for j in lefts]
            for row, (n, top, left) in zip(rows, places):
                for (c, u, v), number in np.ndenumerate(np.reshape(row, (C, high, wide))):
                    if 0 <= top + u < height and 0 <= left + v < width:
                        x[n, c, top + u, left + v] += number
            return x
        """,
    ],
    "9.7": [
        WARNS,
        FLOAT32,
        """
        class Convolution:
            def __init__(self, W, b, stride=1, pad=0):
                self.W, self.b, self.stride, self.pad = W, b, stride, pad
            def forward(self, x):
                self.x, (FN, C, FH, FW) = x, self.W.shape
                pad = ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad))
                windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, pad), (FH, FW), axis=(2, 3))
                self.windows = windows[:, :, :: self.stride, :: self.stride]
                return np.einsum("ncijuv,fcuv->nfij", self.windows, self.W) + self.b[:, None, None]
            def backward(self, dout):
                self.db = dout.sum(axis=(0, 2, 3))
                self.dW = np.einsum("ncijuv,nfij->fcuv", self.windows, dout)
                (FN, C, FH, FW), (N, C, H, W), p, s = self.W.shape, self.x.shape, self.pad, self.stride
                dx = np.zeros((N, C, H + 2 * p, W + 2 * p))
                for n, f, i, j in np.ndindex(dout.shape):
                    dx[n, :, i * s : i * s + FH, j * s : j * s + FW] += dout[n, f, i, j] * self.W[f]
                return dx[:, :, p : p + H, p : p + W]
        """,
        """
        class Convolution:
            def __init__(self, W, b, stride=1, pad=0):
                self.W, self.b, self.stride, self.pad = W, b, stride, pad
            def forward(self, x):
                FN, C, FH, FW = self.W.shape
                out_h = int(1 + (x.shape[2] + 2 * self.pad - FH) / self.stride)
                self.x = x
                out = im2col(x, FH, FW, self.stride, self.pad) @ self.W.reshape(FN, -1).T + self.b
                return out.reshape(len(x), out_h, -1, FN).transpose(0, 3, 1, 2)
            def backward(self, dout):
                FN, C, FH, FW = self.W.shape
                rows = im2col(self.x, FH, FW, self.stride, self.pad)
                dout = np.moveaxis(dout, 1, 3).reshape(len(rows), FN)
                self.dW, self.db = (rows.T @ dout).T.reshape(self.W.shape), dout.sum(axis=0)
                return col2im(dout @ self.W.reshape(FN, -1), self.x.shape, FH, FW, self.stride, self.pad)
        """,
        ("dout.transpose(0, 2, 3, 1).reshape(-1, FN)", "dout.swapaxes(0, 1).reshape(FN, -1).T"),
        ("np.sum(dout, axis=0)", "np.ones(len(dout)) @ dout"),
    ],
}

WRONG = {
    "9.1": [
        ("channels", "(20, 8, 10, 14)", "(20, 3, 10, 14)"),
        ("channels", "(20, 8, 10, 14)", "(20, 24, 10, 14)"),
        ("order", "(20, 8, 10, 14)", "(20, 10, 14, 8)"),
        ("order", "(20, 8, 10, 14)", "(8, 20, 10, 14)"),
        ("axis", "(20, 8, 10, 14)", "(20, 8, 14, 10)"),
        ("shape", "(20, 8, 10, 14)", "(8, 10, 14)"),
        ("fence", "(20, 8, 10, 14)", "(20, 8, 9, 13)"),
        ("padding", "(20, 8, 10, 14)", "(20, 8, 7, 11)"),
        ("padding", "(20, 8, 10, 14)", "(20, 8, 8, 12)"),
        ("stride", "(20, 8, 10, 14)", "(20, 8, 19, 27)"),
        ("values", "(20, 8, 10, 14)", "(20, 8, 12, 16)"),
        ("type", "(20, 8, 10, 14)", "20 * 8 * 10 * 14"),
        ("type", "(20, 8, 10, 14)", "np.array(22400)"),
        ("type", "(20, 8, 10, 14)", "np.zeros((20, 8, 10, 14))"),
        ("order", "(20, 8, 10, 14)", "np.array([20, 10, 14, 8])"),
        ("missing", "(20, 8, 10, 14)", "None"),
        ("channels", "(2800, 147)", "(2800, 49)"),
        ("channels", "(2800, 147)", "(2800, 392)"),
        ("one sample", "(2800, 147)", "(140, 147)"),
        ("axis", "(2800, 147)", "(147, 2800)"),
        ("formula", "(2800, 147)", "(20, 1539)"),
        ("channels", "(20, 8, 5, 7)", "(20, 4, 5, 7)"),
        ("channels", "(20, 8, 5, 7)", "(20, 1, 5, 7)"),
        ("stride", "(20, 8, 5, 7)", "(20, 8, 9, 13)"),
        ("axis", "(20, 8, 5, 7)", "(20, 8, 7, 5)"),
        ("formula", "(20, 8, 5, 7)", "(20, 8, 10, 14)"),
        ("bias", "1184", "1176"),
        ("bias", "1184", "1200"),
        ("bias", "1184", "1177"),
        ("channels", "1184", "400"),
        ("formula", "1184", "148"),
        ("formula", "1184", "1184 * 140"),
    ],
    "9.2": [
        ("silent | without a word", PLACES + """
            left = size + 2 * pad - filter_size
            if left < 0 or left % stride:
                raise ValueError
            return left // stride + 1
        """),
        ("rounding", PLACES + """
            left = size + 2 * pad - filter_size
            if left < 0 or abs(left / stride - round(left / stride)) > 0.05:
                raise ValueError("no")
            return left // stride + 1
        """),
        ("too strict | fit", PLACES + """
            left = size + 2 * pad - filter_size
            if left < 0 or left % stride or stride > filter_size:
                raise ValueError("no")
            return left // stride + 1
        """),
        ("dtype", """
        def places(size, filter_size, stride, pad):
            left = size + 2 * pad - filter_size
            if left < 0 or left % stride:
                raise ValueError("no")
            return left / stride + 1
        """),
        ("dtype", """
        def places(size, filter_size, stride, pad):
            out = 1 + (size + 2 * pad - filter_size) / stride
            if out < 1 or out != np.floor(out):
                raise ValueError("no")
            return np.floor(out)
        """),
        ("borrowed", "from dlcourse.convolution import output_size as places"),
        ("borrowed", """
        import dlcourse
        def places(size, filter_size, stride, pad):
            return getattr(dlcourse.convolution, "output" + "_size")(size, filter_size, stride, pad)
        """),
        ("rounding", NOTES),
        ("rounding", "left % stride != 0", "False"),
        ("rounding", "if left % stride != 0:\n        raise", "if left % stride > 1:\n        raise"),
        ("rounding", 'raise ValueError(f"stride', 'return print(f"stride'),
        ("rounding", NOTES.replace("int(", "round(0.1 + ")),
        ("too large", "left < 0", "False"),
        ("too large", "left < 0", "left < -1"),
        ("too large", 'raise ValueError(f"a filter', 'return print(f"a filter'),
        ("too strict", "left < 0", "left <= 0"),
        ("too strict", "left < 0", "filter_size > size"),
        ("too strict", "left < 0", "filter_size > size + pad"),
        ("too strict", "left % stride != 0", "size % stride != 0"),
        ("too strict", "left % stride != 0", "left % 2 != 0"),
        ("fence", "left // stride + 1", "left // stride"),
        ("fence", "def places(size, filter_size, stride, pad):\n    return -(-size // stride)"),
        ("padding", "2 * pad", "pad"),
        ("padding", " + 2 * pad", ""),
        ("stride", "left // stride + 1", "left + 1"),
        ("error", 'raise ValueError(f"stride', 'raise IndexError(f"stride'),
        ("error", "if left < 0:\n        raise ValueError(", "if left < 0:\n        raise Exception('ValueError', "),
        ("error", "if left % stride != 0:", "assert left % stride == 0\n    if False:"),
        ("missing", "return left // stride + 1", "left // stride + 1"),
        ("sign > values", "2 * pad", "-2 * pad"),
    ],
    "9.3": [
        ("axis", "W = np.array([[1, -0.3, -0.7], [-0.3, 0.9, -0.3], [-0.7, -0.3, 0.7]])"),
        ("axis", "W = 1.5 * np.eye(3) - 0.5"),
        ("too small", "W = np.zeros((3, 3))"),
        ("too small", "W = (1.5 * np.eye(3)[::-1] - 0.5) * 0.8"),
        ("too small", "W = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])"),
        ("offset", "W = np.eye(3)[::-1]"),
        ("offset", "W = 2 * np.eye(3)[::-1] - 1"),
        ("offset", "W = np.ones((3, 3))"),
        ("others", "W = np.array([[-1, -1, 1], [0, 1, 1], [1, -1, -1]])"),
        ("others", "W = np.array([[-1, 0, 1], [-1, 1, -1], [1, 1, -1]])"),
        ("others", "W = np.array([[0.5, -1, 1], [-1, 1, -1], [1, -1, 0.5]])"),
        ("too large", "W = (1.5 * np.eye(3)[::-1] - 0.5) * 2"),
        ("too large", "W = np.array([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]])"),
        ("shape", "W = 1.5 * np.eye(4)[::-1] - 0.5"),
        ("shape", "W = np.array([1.0, 1.0, 1.0])"),
        ("offset | 0.001", "W = 1.5 * np.eye(3)[::-1] - 0.5\nW[0, 0] += 0.001"),
        ("stability", "W = np.array([[-0.5, -0.5, 1], [-0.5, np.nan, -0.5], [1, -0.5, -0.5]])"),
        ("type", "W = 'rises'"),
        ("type", "W = [[-0.5, -0.5, 1], [-0.5, 1], [1]]"),
        ("type", "W = np.eye(3)[::-1] > 0"),
        ("missing", "W = ..."),
    ],
    "9.4": [
        ("formula", '"max": 3', '"max": 0'),
        ("fence", '"max": 3', '"max": 4'),
        ("formula", '"max": 3', '"max": 7'),
        ("values", '"max": 3', '"max": 2'),
        ("formula", '"average": 3', '"average": 7'),
        ("formula", '"average": 3', '"average": 0'),
        ("fence", '"average": 3', '"average": 4'),
        ("formula", "2.25", "9"),
        ("scale", "2.25", "4.5"),
        ("values", "2.25", "2"),
        ("formula", '"stride 1": 7', '"stride 1": 3'),
        ("formula", '"stride 1": 7', '"stride 1": 0'),
        ("fence", '"stride 1": 7', '"stride 1": 8'),
        ("type", '"max": 3', '"max": "three"'),
        ("type", '"average": 3', '"average": (3,)'),
        ("missing", '"stride 1": 7', '"stride 1": None'),
        ("missing", '"stride 1"', '"stride"'),
    ],
    "9.5": [
        ("near | larger", "windows.argmax(axis=4)", "(windows - 1e-9 * np.arange(k * k)).argmax(axis=4)"),
        ("near | larger", "windows.argmax(axis=4)", "np.round(windows, 9).argmax(axis=4)"),
        ("values", "return windows.max(axis=4)", "self.winner[100:] = 0\n        return windows.max(axis=4)"),
        ("formula", "return windows.max(axis=4)", "return windows.mean(axis=4)"),
        ("formula", "return windows.max(axis=4)", "return windows.min(axis=4)"),
        ("formula", "return windows.max(axis=4)", "return windows.sum(axis=4)"),
        ("formula", "return windows.max(axis=4)", "return x[:, :, ::k, ::k]"),
        ("zero", "return windows.max(axis=4)", "return np.maximum(0, windows.max(axis=4))"),
        ("zero", "return windows.max(axis=4)", "return windows.max(axis=4, initial=0)"),
        ("channels", "return windows.max(axis=4)", "return windows.max(axis=(1, 4))[:, None]"),
        ("order", ".swapaxes(3, 4)\n        windows = windows.reshape(N, C, height // k, width // k, k * k)",
         "\n        windows = windows.reshape(N, C, height // k, width // k, k * k)"),
        ("size", "x.shape, self.size", "x.shape, 2"),
        ("shared", "self.winner = windows.argmax(axis=4)", "MyMaxPool.winner = windows.argmax(axis=4)"),
        ("shape", "return windows.max(axis=4)", "return windows.max(axis=4, keepdims=True)"),
        ("missing", "return windows.max(axis=4)", "windows.max(axis=4)"),
        ("missing", "return windows.reshape(N, C, height * k", "windows.reshape(N, C, height * k"),
        ("formula", "dout * (self.winner == place)", "dout"),
        ("formula", "dout * (self.winner == place)", "dout / k**2"),
        ("chain rule", "dout * (self.winner == place)", "self.winner == place"),
        ("sign", "dout * (self.winner == place)", "-dout * (self.winner == place)"),
        ("axis", ".reshape(N, C, height, width, k, k).swapaxes(3, 4)",
         ".reshape(N, C, height, width, k, k).transpose(0, 1, 2, 5, 3, 4)"),
        ("order > gradient", ".reshape(N, C, height, width, k, k).swapaxes(3, 4)",
         ".reshape(N, C, height, width, k, k)"),
        ("state", "self.winner = windows.argmax(axis=4)",
         "self.winner = getattr(self, 'winner', windows.argmax(axis=4))"),
        ("state", "self.winner = windows.argmax(axis=4)",
         "self.winner = self.winner if hasattr(self, 'winner') and self.winner.shape == windows.shape[:4]"
         " else windows.argmax(axis=4)"),
        ("state", POOL + """
            def forward(self, x):
                self.x, self.dx, k = x, np.zeros(x.shape), self.size
                N, C, height, width = x.shape
                return x.reshape(N, C, height // k, k, width // k, k).max(axis=(3, 5))
            def backward(self, dout):
                k = self.size
                for n, c, i, j in np.ndindex(dout.shape):
                    window = self.x[n, c, i * k : i * k + k, j * k : j * k + k]
                    u, v = np.unravel_index(np.argmax(window), (k, k))
                    self.dx[n, c, i * k + u, j * k + v] += dout[n, c, i, j]
                return self.dx
        """),
        ("ties", POOL + """
            def forward(self, x):
                (N, C, height, width), k = x.shape, self.size
                out = x.reshape(N, C, height // k, k, width // k, k).max(axis=(3, 5))
                self.won = x == out.repeat(k, axis=2).repeat(k, axis=3)
                return out
            def backward(self, dout):
                return self.won * dout.repeat(self.size, axis=2).repeat(self.size, axis=3)
        """),
        ("ties", POOL + """
            def forward(self, x):
                (N, C, height, width), k = x.shape, self.size
                out = x.reshape(N, C, height // k, k, width // k, k).max(axis=(3, 5))
                self.won = 1.0 * (x == out.repeat(k, axis=2).repeat(k, axis=3))
                seen = self.won.reshape(N, C, height // k, k, width // k, k).sum(axis=(3, 5))
                self.won /= seen.repeat(k, axis=2).repeat(k, axis=3)
                return out
            def backward(self, dout):
                return self.won * dout.repeat(self.size, axis=2).repeat(self.size, axis=3)
        """),
        ("aliasing", "self.winner = windows.argmax(axis=4)", "self.winner = windows.argmax(axis=4); x += 1e-12"),
        ("aliasing", "windows = np.zeros(", "dout *= 1 + 1e-12; windows = np.zeros("),
        ("borrowed", """
        from dlcourse import convolution as cnn
        class MyMaxPool(getattr(cnn, "Max" + "Pooling")):
            def __init__(self, size):
                super().__init__(size, size, size)
        """),
        ("borrowed", """
        from functools import partial
        import dlcourse.convolution as cnn
        layer = partial(vars(cnn)["MaxPooling"])
        class MyMaxPool:
            def __init__(self, size):
                inner = layer(size, size, size)
                self.forward, self.backward = inner.forward, inner.backward
        """),
        ("borrowed", """
        from dlcourse.convolution import MaxPooling
        class MyMaxPool:
            def __init__(self, size):
                self.inner = MaxPooling(size, size, size)
            def forward(self, x):
                return self.inner.forward(x)
            def backward(self, dout):
                return self.inner.backward(dout)
        """),
    ],
    "9.6": [
        ("overwritten", "+= row", "= row"),
        ("sign", "+= row", "-= row"),
        ("scale", "    x = np.zeros(", "    rows = rows / (filter_height * filter_width)\n    x = np.zeros("),
        ("scale", LINES["crop"], "from dlcourse.convolution import im2col\n"
         "    ones = np.ones((1, 1, height, width))\n"
         "    some = im2col(ones, filter_height, filter_width, stride, pad)\n"
         "    seen = fold_ones(some, height, width, filter_height, filter_width, stride, pad)\n"
         "    return x[:, :, pad : pad + height, pad : pad + width] / np.maximum(seen, 1)\n\n\n"
         "def fold_ones(rows, height, width, high, wide, stride, pad):\n"
         "    seen = np.zeros((height + 2 * pad, width + 2 * pad))\n"
         "    for i in range(0, height + 2 * pad - high + 1, stride):\n"
         "        for j in range(0, width + 2 * pad - wide + 1, stride):\n"
         "            seen[i : i + high, j : j + wide] += 1\n"
         "    return seen[pad : pad + height, pad : pad + width]"),
        ("padding", LINES["crop"], "return x"),
        ("padding", LINES["crop"], "return x[:, :, :height, :width]"),
        ("padding", LINES["crop"], "return x[:, :, pad:-pad, pad:-pad]"),
        ("axis", "row.reshape(C, filter_height, filter_width)",
         "row.reshape(C, filter_width, filter_height).swapaxes(1, 2)"),
        ("order", "row.reshape(C, filter_height, filter_width)",
         "row.reshape(filter_height, filter_width, C).transpose(2, 0, 1)"),
        ("order", "(n, i, j) in zip(rows, np.ndindex(N, down, across))",
         "(i, j, n) in zip(rows, np.ndindex(down, across, N))"),
        ("order > values", "(n, i, j) in zip(rows, np.ndindex(N, down, across))",
         "(n, j, i) in zip(rows, np.ndindex(N, across, down))"),
        ("stride > values", "i * stride, j * stride", "i, j"),
        ("shape", LINES["crop"], "return x[0, :, pad : pad + height, pad : pad + width]"),
        ("one sample > values", LINES["zip"], "for row, (n, i, j) in zip(rows, np.ndindex(1, down, across)):"),
        ("missing", LINES["crop"], "x[:, :, pad : pad + height, pad : pad + width]"),
        ("aliasing", "    x = np.zeros(", "    rows *= 1 + 1e-12\n    x = np.zeros("),
        ("borrowed", "import dlcourse.convolution as cnn\nfold = cnn.__dict__['col' + '2im']"),
        ("borrowed", "from dlcourse.convolution import col2im\ndef fold(*given):\n    return col2im(*given)"),
    ],
    "9.7": [
        ("borrowed", "from dlcourse.convolution import Convolution as Ours\nclass Convolution(Ours):\n    pass"),
        ("borrowed", "import dlcourse.convolution as cnn\n"
                     "Convolution = type('Convolution', (vars(cnn)['Convo' + 'lution'],), {})"),
        ("stale", """
        class Convolution:
            def __init__(self, W, b, stride=1, pad=0):
                self.W, self.b, self.stride, self.pad, self.flat = W, b, stride, pad, W.reshape(len(W), -1)
            def forward(self, x):
                F, C, high, wide = self.W.shape
                self.x, self.col = x, im2col(x, high, wide, self.stride, self.pad)
                across = (x.shape[3] + 2 * self.pad - wide) // self.stride + 1
                out = self.col @ self.flat.T + self.b
                return out.reshape(len(x), -1, across, F).transpose(0, 3, 1, 2)
            def backward(self, dout):
                F, C, high, wide = self.W.shape
                dout = dout.transpose(0, 2, 3, 1).reshape(-1, F)
                self.db, self.dW = dout.sum(axis=0), (dout.T @ self.col).reshape(self.W.shape)
                return col2im(dout @ self.flat, self.x.shape, high, wide, self.stride, self.pad)
        """),
        ("state > raises", LINES["dW"], "self.dW = np.dot(dout.T, col).reshape(FN, C, FH, FW)"),
        ("state > raises", "self.x = x\n", "\n"),
        ("state", "        out = np.dot(self.col,",
         "        col, self.col = self.col, self.__dict__.setdefault('first', self.col)\n        out = np.dot(col,"),
        ("forward", LINES["col"], "self.col = getattr(self, 'col', im2col(x, FH, FW, self.stride, self.pad))"),
        ("order", LINES["rows"], "dout = dout.reshape(-1, FN)"),
        ("state", LINES["db"], "self.db = getattr(self, 'db', 0) + np.sum(dout, axis=0)"),
        ("state", LINES["dW"], "self.dW = getattr(self, 'dW', 0) + np.dot(dout.T, self.col).reshape(FN, C, FH, FW)"),
        ("axis", LINES["db"], "self.db = np.sum(dout)"),
        ("axis", LINES["dW"], "self.dW = np.dot(self.col.T, dout).reshape(FN, C, FH, FW)"),
        ("shape", LINES["dW"], "self.dW = np.dot(dout.T, self.col)"),
        ("shape", LINES["dx"], "return dcol"),
        ("scale", LINES["db"], "self.db = np.sum(dout, axis=0) / len(self.x)"),
        ("scale", LINES["db"], "self.db = np.mean(dout, axis=0)"),
        ("scale", LINES["dW"], "self.dW = np.dot(dout.T, self.col).reshape(FN, C, FH, FW) / len(self.x)"),
        ("sign", LINES["dW"], "self.dW = -np.dot(dout.T, self.col).reshape(FN, C, FH, FW)"),
        ("sign", "np.dot(dout, self.W.reshape(FN, -1))", "-np.dot(dout, self.W.reshape(FN, -1))"),
        ("order > gradient", "        dcol = ", "        dout = dout.reshape(FN, -1).T\n        dcol = "),
        ("gradient | (1, 4)", LINES["db"], "self.db = np.sum(dout, axis=0, keepdims=True)"),
        ("gradient | (4, 1)", LINES["db"], "self.db = np.sum(dout, axis=0).reshape(-1, 1)"),
        ("changed | optimizer", LINES["dx"], "self.W -= 0.01 * self.dW\n        " + LINES["dx"]),
        ("changed | optimizer", LINES["dx"], "dx = " + LINES["dx"].removeprefix("return ")
         + "\n        self.W = self.W - 0.1 * self.dW\n        return dx"),
        ("numerical | forward", NUMERICAL.format(maps="self.forward(x)")),
        ("numerical | forward", NUMERICAL.format(maps="self.maps(x)")
         + "    def maps(self, x):\n        return Convolution.forward(self, x)\n"),
        ("numerical | im2col", NUMERICAL.format(maps="self.out(im2col(x, *self.W.shape[2:], self.stride, self.pad))")
         + NUMERICAL_OUT),
        ("missing", LINES["dx"], LINES["dx"].removeprefix("return ")),
        ("missing", LINES["db"], "db = np.sum(dout, axis=0)"),
        ("missing", LINES["dW"], "dW = np.dot(dout.T, self.col).reshape(FN, C, FH, FW)"),
        ("forward", ".T) + self.b", ".T)"),
        ("forward", ".transpose(0, 3, 1, 2)\n", "\n"),
        ("aliasing", LINES["rows"], "dout *= 1 + 1e-12\n        " + LINES["rows"]),
        ("stride > raises", LINES["dx"], "return col2im(dcol, self.x.shape, FH, FW)"),
    ],
}  # fmt: skip

NEGATIVE = "NumPy takes any negative size for -1"
EQUIVALENT = {
    "9.3": {
        "line 2: np.array([[-0.5, -0.5, 1], [-0.5, 1, -0.5], [1, -0.5, -0.5]])"
        " → [[-0.5, -0.5, 1], [-0.5, 1, -0.5], [1, -0.5, -0.5]]": "lists of numbers will do",
    },
    "9.5": {
        "line 18: np.zeros → np.ones": "the loop writes every place",
    },
    "9.6": {"line 4: 2 → 3": "a wider border at the far end, which no window reaches and the last line cuts off"},
    "9.7": {"line 48: 1 → 2": NEGATIVE, "line 53: 1 → 2": NEGATIVE, "line 58: 1 → 2": NEGATIVE},
}
