"""Known answers to the exercises of chapter 05."""

from answers import FLOAT32, WARNS

RIGHT = {
    "5.1": [
        FLOAT32,
        WARNS,
        """
        class Div:
            def forward(self, x, y):
                self.y, self.z = y, x / y
                return self.z
            def backward(self, dout):
                dx = dout / self.y
                return [dx, -dx * self.z]
        """,
        """
        class Div:
            def forward(self, *inputs):
                self.inputs = np.array(inputs, dtype=float)
                return self.inputs[0] / self.inputs[1]
            def backward(self, dout):
                x, y = self.inputs
                return np.stack([dout / y, -(dout * x) * y ** -2])
        """,
    ],
    "5.2": [
        "prediction = {'before': np.float64(1.2), 'price': np.array(6), 'apples': 48, 'tax': 200.0, 'voucher': -1.0}",
        """
        def total(price=40, apples=3, pears=2, tax=1.2, voucher=30):
            return (apples * price + pears * price) * tax - voucher
        now = total()
        prediction = {"price": total(price=41) - now, "apples": total(apples=4) - now, "tax": total(tax=2.2) - now,
                      "voucher": total(voucher=31) - now, "before": 1.2}
        """,
        "prediction = {}\nprediction['price'] = 3 * 1.2 + 2 * 1.2\nprediction['before'] = 1.2\n"
        "prediction['apples'] = 40 * 1.2\nprediction['tax'] = 3 * 40 + 2 * 40\nprediction['voucher'] = -1",
        "prediction = dict(voucher=-1, tax=np.int64(200), apples=np.float32(48), price=6.0, before=1.2, note='easy')",
    ],
    "5.3": [
        FLOAT32,
        WARNS,
        """
        def accuracy(y, t):
            if np.ndim(t) > 1:
                t = t.argmax(1)
            return sum(row.argmax() == label for row, label in zip(y, t)) / len(t)
        """,
        """
        def accuracy(y, t):
            labels = t if t.ndim == 1 else np.argmax(t, axis=1)
            return float((np.argmax(y, axis=-1) == labels).mean())
        """,
        """
        def accuracy(y, t):
            if t.ndim == 1:
                t = np.eye(y.shape[1])[t]
            return np.sum(y.argmax(axis=1) == t.argmax(axis=1)) / float(y.shape[0])
        """,
    ],
    "5.4": [
        FLOAT32,
        WARNS,
        """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                self.x = x
                return np.array([image.ravel() @ self.W + self.b for image in x])
            def backward(self, dout):
                self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
                dx = np.empty_like(self.x)
                for n in range(len(dout)):
                    self.dW += np.outer(self.x[n], dout[n])
                    self.db += dout[n]
                    dx[n] = (self.W @ dout[n]).reshape(self.x[n].shape)
                return dx
        """,
        """
        class ImageAffine:
            def __init__(self, W, b):
                self.params = {"W": W, "b": b}
            def forward(self, x):
                self.x = x
                return np.dot(x.reshape(x.shape[0], np.prod(x.shape[1:])), self.params["W"]) + self.params["b"]
            def backward(self, dout):
                rows = self.x.reshape(self.x.shape[0], -1)
                self.db = np.ones(len(dout)) @ dout
                self.dW = np.einsum("nd,nm->dm", rows, dout)
                return np.einsum("nm,dm->nd", dout, self.params["W"]).reshape(self.x.shape)
        """,
    ],
    "5.5": [
        WARNS,
        """
        class TwoLayerNet:
            def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
                rng = np.random.default_rng()
                sizes = {"W1": (input_size, hidden_size), "W2": (hidden_size, output_size)}
                self.params = {name: rng.normal(0, weight_init_std, size) for name, size in sizes.items()}
                self.params |= {"b1": np.zeros(hidden_size), "b2": np.zeros(output_size)}
            def predict(self, x):
                z = x
                for number, bend in (("1", sigmoid), ("2", softmax)):
                    z = bend(z @ self.params["W" + number] + self.params["b" + number])
                return z
            def loss(self, x, t):
                return -np.sum(t * np.log(self.predict(x))) / len(x)
        """,
        ('np.dot(x, p["W1"])', '(np.asarray(x, dtype=np.float32) @ p["W1"])'),
        ('return softmax(np.dot(hidden, p["W2"]) + p["b2"])', 'a = hidden @ p["W2"] + p["b2"]\n'
         '        return np.exp(a - np.logaddexp.reduce(a, axis=-1, keepdims=True))'),
        ('sigmoid(np.dot(x, p["W1"]) + p["b1"])', '1 / (1 + np.exp(-(np.dot(x, p["W1"]) + p["b1"])))'),
    ],
    "5.6": [
        FLOAT32,
        WARNS,
        """
        def sigmoid_grad(a):
            return sigmoid(a) * (1 - sigmoid(a))
        def gradient(params, x, t):
            W1, W2 = params["W1"], params["W2"]
            b1, b2 = params["b1"], params["b2"]
            a1 = np.dot(x, W1) + b1
            z1 = sigmoid(a1)
            dy = (softmax(np.dot(z1, W2) + b2) - t) / x.shape[0]
            da1 = np.dot(dy, W2.T)
            dz1 = sigmoid_grad(a1) * da1
            return dict(W1=np.dot(x.T, dz1), b1=np.sum(dz1, axis=0), W2=np.dot(z1.T, dy), b2=np.sum(dy, axis=0))
        """,
        """
        from dlcourse.functions import sigmoid_grad as slope
        def gradient(params, x, t):
            grads = {name: np.zeros_like(value) for name, value in params.items()}
            for one, target in zip(x, t):
                a1 = one @ params["W1"] + params["b1"]
                z1 = sigmoid(a1)
                dy = (softmax(z1 @ params["W2"] + params["b2"]) - target) / len(x)
                back = params["W2"] @ dy * slope(a1)
                grads["b2"] += dy
                grads["W2"] += np.outer(z1, dy)
                grads["b1"] += back
                grads["W1"] += np.outer(one, back)
            return grads
        """,
        ("da1 = sigmoid_grad(z1) * dz1", "da1 = (z1 - z1**2) * dz1"),
        (
            "    z1 = sigmoid(a1)\n    a2 = np.dot(z1, params",
            "    z1 = 1 / (1 + np.exp(-a1))\n    a2 = np.dot(z1, params",
        ),
    ],
    "5.7": [
        WARNS,
        """
        import math
        def epoch_ends(train_size, batch_size, iters_num):
            ends, epoch = [], 1
            while True:
                step = math.ceil(epoch * train_size / batch_size) - 1
                if step >= iters_num:
                    return ends
                if step not in ends:
                    ends.append(step)
                epoch += 1
        """,
        """
        def epoch_ends(train_size, batch_size, iters_num):
            epochs = np.arange(iters_num + 1) * batch_size // train_size
            return np.flatnonzero(np.diff(epochs))
        """,
        """
        def epoch_ends(train_size, batch_size, iters_num):
            ends, left = [], train_size
            for i in range(iters_num):
                left -= batch_size
                if left <= 0:
                    ends.append(float(i))
                    while left <= 0:
                        left += train_size
            return tuple(ends)
        """,
        """
        def epoch_ends(train_size, batch_size, iters_num):
            return [i for i in range(iters_num) if (i + 1) * batch_size % train_size < batch_size]
        """,
    ],
    "5.8": [
        FLOAT32,
        WARNS,
        """
        class LabelLoss:
            def forward(self, a, t):
                self.t = np.zeros(a.shape)
                for row, label in enumerate(t):
                    self.t[row, label] = 1
                self.y = softmax(a)
                return -np.sum(self.t * np.log(self.y + 1e-7)) / len(t)
            def backward(self):
                return (self.y - self.t) / len(self.t)
        """,
        """
        class LabelLoss:
            def forward(self, a, t):
                a = a - a.max(axis=1, keepdims=True)
                logs = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
                self.y, self.hot = np.exp(logs), np.eye(a.shape[1])[t]
                return -(logs * self.hot).sum(axis=1).mean()
            def backward(self):
                return np.divide(self.y - self.hot, self.hot.shape[0])
        """,
        ("-np.mean(np.log(np.maximum(picked, 1e-7)))", "float(np.mean(-np.log(np.clip(picked, 1e-9, 1))))"),
    ],
    "5.9": [
        "settings = {'hidden': np.int64(20), 'lr': np.float32(1.5)}",
        "settings = {'hidden': 22.0, 'lr': 1}",
        "settings = {}\nsettings['lr'] = 2.0\nsettings['hidden'] = (150 - 3) // 6",
        "settings = dict(lr=np.array(1.0), hidden=23, epochs=100)",
    ],
    "5.10": [
        FLOAT32,
        WARNS,
        """
        def worst_error(f, x, grad, h=1e-4):
            slopes = np.zeros(x.shape)
            for k in range(x.size):
                step = np.zeros(x.size)
                step[k] = h
                step = step.reshape(x.shape)
                slopes[np.unravel_index(k, x.shape)] = (f(x + step) - f(x - step)) / (2 * h)
            size = np.abs(slopes) + np.abs(grad)
            return np.max(np.abs(slopes - grad) / np.where(size == 0, 1, size))
        """,
        """
        def worst_error(f, x, grad, h=1e-4):
            point, errors = x.astype(float).ravel(), []
            for k, g in enumerate(grad.flat):
                sides = []
                for way in (h, -h):
                    moved = point.copy()
                    moved[k] += way
                    sides.append(f(moved.reshape(x.shape)))
                s = (sides[0] - sides[1]) / h / 2
                errors.append(0.0 if s == g == 0 else float(abs(s - g) / (abs(s) + abs(g))))
            return max(errors)
        """,
        ("x = np.array(x, dtype=float)", "x = x.astype(np.float64)"),
    ],
}

WRONG = {
    "5.1": [
        ("values", "dout / self.y,", "dout / abs(self.y),"),
        ("values", "-dout * self.x / self.y**2", "-dout * self.x / (self.y + 1e-7) ** 2"),
        ("state", "self.x, self.y = x, y", "self.c = [*getattr(self, 'c', []), (x, y)]\n        self.x, self.y = self.c[0]"),
        ("sign", "-dout * self.x", "dout * self.x"),
        ("sign", "return dout / self.y", "return -dout / self.y"),
        ("sign", "return dout / self.y, -dout", "return -dout / self.y, dout"),
        ("order", "dout / self.y, -dout * self.x / self.y**2", "-dout * self.x / self.y**2, dout / self.y"),
        ("order", "return x / y", "return y / x"),
        ("formula", "return x / y", "return x * y"),
        ("formula", "dout / self.y, -dout * self.x / self.y**2", "dout * self.y, dout * self.x"),
        ("formula", "self.y**2", "self.y"),
        ("formula", "-dout * self.x / self.y**2", "-dout / self.y**2"),
        ("formula", "-dout * self.x / self.y**2", "dout * self.x"),
        ("formula", "-dout * self.x / self.y**2", "-dout / self.y"),
        ("formula", "-dout * self.x / self.y**2", "dout / self.y"),
        ("formula", "dout / self.y,", "dout * self.y,"),
        ("chain rule", "dout / self.y, -dout * self.x", "1 / self.y, -self.x"),
        ("chain rule", "-dout * self.x / self", "-self.x / self"),
        ("chain rule", "dout / self.y,", "1 / self.y,"),
        ("shape", "return dout / self.y, -dout * self.x / self.y**2", "return dout / self.y"),
        ("shared", "self.x, self.y = x, y", "Div.x, Div.y = x, y"),
        ("missing", "return dout / self.y,", "dout / self.y,"),
        ("missing", "return x / y", "pass"),
        ("formula > values", "self.y**2", "self.y**3"),
        ("whole numbers > values", "return x / y", "return x // y"),
    ],
    "5.2": [
        ("formula", '"before": 1.2', '"before": 1'),
        ("order", '"before": 1.2', '"before": 200'),
        ("fork", '"price": 6.0', '"price": 3.6'),
        ("fork", '"price": 6.0', '"price": 2.4'),
        ("fork", '"price": 6.0', '"price": 7.2'),
        ("chain rule", '"price": 6.0', '"price": 5'),
        ("chain rule", '"apples": 48.0', '"apples": 40'),
        ("order", '"apples": 48.0', '"apples": 3.6'),
        ("values", '"tax": 200', '"tax": 240'),
        ("values", '"tax": 200', '"tax": 210'),
        ("order", '"tax": 200', '"tax": 1.2'),
        ("sign", '"voucher": -1', '"voucher": 1'),
        ("chain rule", '"voucher": -1', '"voucher": -1.2'),
        ("formula", '"voucher": -1', '"voucher": 0'),
        ("formula", '"voucher": -1', '"voucher": -30'),
        ("missing", '"price": 6.0', '"price": None'),
        ("type", '"price": 6.0', '"price": "six"'),
        ("type", 'prediction = {"before": 1.2', 'prediction = 6\n_ = {"before": 1.2'),
    ],
    "5.3": [
        ("sizes > one-hot", "t.ndim == 2", "t.size == y.size"),
        ("borrowed", "from dlcourse import metrics\ndef accuracy(y, t):\n"
                     "    return metrics.accuracy(t.argmax(1) if t.ndim == 2 else t, y.argmax(1))"),
        ("labels", "def accuracy(y, t):\n    return np.mean(np.argmax(y, axis=1) == np.argmax(t, axis=-1))"),
        ("labels", "t.ndim == 2", "t.shape != y.shape[:1] or len(t) == y.shape[1]"),
        ("sizes > one-hot", "t.ndim == 2", "len(t) == y.shape[1]"),
        ("one-hot", "def accuracy(y, t):\n    return np.mean(np.argmax(y, axis=1) == t)"),
        ("one-hot > values", "t = np.argmax(t, axis=1)", "t = t[:, 0]"),
        ("sign", "y == t", "y != t"),
        ("scale", "return np.mean(y == t)", "return np.sum(y == t)"),
        ("scale", "return np.mean(y == t)", "return 100 * np.mean(y == t)"),
        ("shape", "return np.mean(y == t)", "return y == t"),
        ("scale", "def accuracy(y, t):\n    n = y.shape[1]\n    y = np.argmax(y, axis=1)\n"
                  "    if t.ndim == 2:\n        t = np.argmax(t, axis=1)\n    return np.sum(y == t) / n"),
        ("scale", "def accuracy(y, t):\n    n = y.size\n    y = np.argmax(y, axis=1)\n"
                  "    if t.ndim == 2:\n        t = np.argmax(t, axis=1)\n    return np.sum(y == t) / n"),
        ("axis > one-hot", "y = np.argmax(y, axis=1)", "y = np.argmax(y, axis=0)"),
        ("missing", "return np.mean(y == t)", "np.mean(y == t)"),
        ("aliasing", "def accuracy(y, t):\n    if t.ndim == 2:\n        t = np.argmax(t, axis=1)\n"
                     "    right = np.mean(np.argmax(y, axis=1) == t)\n    y -= y.max()\n    return right"),
    ],
    "5.4": [
        ("shared", "self.shape = x.shape", "ImageAffine.shape = x.shape"),
        ("borrowed", "from dlcourse.layers import Affine\nclass ImageAffine:\n    def __init__(self, W, b):\n"
                     "        self.W, self.b, self.inner = W, b, Affine(W, b)\n    def forward(self, x):\n"
                     "        self.shape = x.shape\n        return self.inner.forward(x.reshape(len(x), -1))\n"
                     "    def backward(self, dout):\n        dx = self.inner.backward(dout)\n"
                     "        self.dW, self.db = self.inner.grads['W'], self.inner.grads['b']\n"
                     "        return dx.reshape(self.shape)"),
        ("formula", "@ self.W + self.b", "@ self.W"),
        ("sign", "@ self.W + self.b", "@ self.W - self.b"),
        ("order", "x.reshape(len(x), -1)", "x.reshape(len(x), -1, order='F')"),
        ("shape > raises", "x.reshape(len(x), -1)", "x"),
        ("shape > raises", "x.reshape(len(x), -1)", "x.reshape(1, -1)"),
        ("shape", "(dout @ self.W.T).reshape(self.shape)", "dout @ self.W.T"),
        ("axis", "self.W.T", "self.W"),
        ("axis", "self.rows.T @ dout", "self.rows @ dout"),
        ("axis", "self.rows.T @ dout", "dout.T @ self.rows"),
        ("axis", "dout.sum(axis=0)", "dout.sum(axis=1)"),
        ("axis", "dout.sum(axis=0)", "dout.sum()"),
        ("axis", "dout.sum(axis=0)", "dout"),
        ("scale", "dout.sum(axis=0)", "dout.mean(axis=0)"),
        ("scale", "self.rows.T @ dout", "self.rows.T @ dout / len(dout)"),
        ("scale", "(dout @ self.W.T)", "(dout @ self.W.T / len(dout))"),
        ("order", ".reshape(self.shape)", ".reshape(self.shape, order='F')"),
        ("state", "self.dW = self.rows.T @ dout", "self.dW = getattr(self, 'dW', 0) + self.rows.T @ dout"),
        ("state", "self.db = dout.sum(axis=0)", "self.db = getattr(self, 'db', 0) + dout.sum(axis=0)"),
        ("state > values", "self.rows = x.reshape(len(x), -1)\n        return self.rows @",
         "rows = x.reshape(len(x), -1)\n        self.rows = getattr(self, 'rows', rows) + 0.0\n"
         "        self.rows = self.rows if hasattr(self, 'seen') else rows + 1\n        self.seen = True\n"
         "        return rows @"),
        ("missing", "return (dout @", "(dout @"),
        ("missing", "self.db = dout", "db = dout"),
        ("aliasing", "self.db = dout.sum(axis=0)", "self.db = dout.sum(axis=0); dout /= 2; dout = 2 * dout"),
        ("sign", "self.dW = self", "self.dW = -self"),
        ("sign", "(dout @", "(-dout @"),
    ],
    "5.5": [
        ("formula", "    def predict(self, x):\n        p = self.params\n",
         "    def predict(self, x):\n        p = self.params\n"
         "        return sigmoid(sigmoid(x @ p['W1']) @ p['W2'])\n"),
        ("formula", "return softmax(", "return sigmoid("),
        ("formula", "return softmax(", "return ("),
        ("formula", "return softmax(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])",
         "return softmax(sigmoid(np.dot(hidden, p[\"W2\"]) + p[\"b2\"]))"),
        ("formula", "hidden = sigmoid(", "hidden = ("),
        ("formula", "hidden = sigmoid(", "hidden = softmax("),
        ("formula", "hidden = sigmoid(", "hidden = np.maximum(0, "),
        ("bias", " + p[\"b1\"]", ""),
        ("bias", " + p[\"b2\"]", ""),
        ("bias", "        return softmax(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])",
         "        return softmax(np.dot(sigmoid(np.dot(x, p[\"W1\"])), p[\"W2\"]))"),
        ("axis", "return softmax(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])",
         "return softmax((np.dot(hidden, p[\"W2\"]) + p[\"b2\"]).T).T"),
        ("one sample", "return softmax(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])",
         "a = np.exp(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])\n        return a / a.sum(axis=1, keepdims=True)"),
        ("one sample", "hidden = sigmoid(", "x = np.atleast_2d(x)\n        hidden = sigmoid("),
        ("sign > values", " + p[\"b1\"]", " - p[\"b1\"]"),
        ("missing", "return softmax(", "softmax("),
        ("missing", "return cross_entropy_error(self.", "cross_entropy_error(self."),
        ("sign", "return cross_entropy_error(self.", "return -cross_entropy_error(self."),
        ("aliasing", "hidden = sigmoid(", "x[...] = x * (1 + 1e-12)\n        hidden = sigmoid("),
        ("formula", "weight_init_std=0.01", "weight_init_std=1.0"),
        ("stability", "return softmax(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])",
         "a = np.exp(np.dot(hidden, p[\"W2\"]) + p[\"b2\"])\n        return a / a.sum(axis=-1, keepdims=True)"),
        ("shape", "np.random.randn(input_size, hidden_size)", "np.random.randn(hidden_size, input_size)"),
    ],
    "5.6": [
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = sigmoid_grad(a1) * dz1"),
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = sigmoid(z1) * (1 - sigmoid(z1)) * dz1"),
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = z1 * dz1"),
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = (1 - z1) * dz1"),
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = (1 - z1**2) * dz1"),
        ("slope", "da1 = sigmoid_grad(z1) * dz1", "da1 = (a1 > 0) * dz1"),
        ("chain rule", "da1 = sigmoid_grad(z1) * dz1", "da1 = dz1"),
        ("chain rule", "da1 = sigmoid_grad(z1) * dz1", "da1 = sigmoid_grad(z1)"),
        ("sign", "(softmax(a2) - t)", "(t - softmax(a2))"),
        ("scale", "(softmax(a2) - t) / x.shape[0]", "(softmax(a2) - t)"),
        ("scale", "(softmax(a2) - t) / x.shape[0]", "(softmax(a2) - t) / x.size"),
        ("scale", "\"b1\": np.sum(da1, axis=0)", "\"b1\": np.mean(da1, axis=0)"),
        ("shape", "\"b1\": np.sum(da1, axis=0)", "\"b1\": np.sum(da1)"),
        ("shape", "\"W1\": np.dot(x.T, da1)", "\"W1\": np.dot(x.T, da1).T"),
        ("raises", "params[\"W2\"].T", "params[\"W2\"]"),
        ("missing", "return hidden |", "hidden |"),
        ("missing", ", \"b1\": np.sum(da1, axis=0)", ""),
        ("aliasing", "    # backward\n    da2", "    t /= 1 + 1e-9\n    da2"),
        ("swapped > values", "da1 = sigmoid_grad(z1) * dz1", "da1 = sigmoid_grad(dz1) * z1"),
        ("input > values", "\"W2\": np.dot(z1.T, da2)", "\"W2\": np.dot(a1.T, da2)"),
    ],
    "5.7": [
        ("float", "after > before", "i % max(train_size / batch_size, 1) == 0"),
        ("float", "after > before", "(i + 1) % max(train_size / batch_size, 1) == 0"),
        ("fence", "after > before", "i % max(train_size // batch_size, 1) == 0"),
        ("fence", "ends.append(i)", "ends.append(i + 1)"),
        ("fence", "ends = []", "ends = [0]"),
        ("fence", "i * batch_size // train_size, (i + 1) * batch_size",
         "(i - 1) * batch_size // train_size, i * batch_size"),
        ("fence", "after > before", "i % -(-train_size // batch_size) == 0"),
        ("drift", "after > before", "(i + 1) % max(train_size // batch_size, 1) == 0"),
        ("drift", "after > before", "(i + 1) % -(-train_size // batch_size) == 0"),
        ("drift", "after > before", "(i + 1) % max(round(train_size / batch_size), 1) == 0"),
        ("twice", "if after > before:\n            ends.append(i)",
         "for _ in range(after - before):\n            ends.append(i)"),
        ("exact > float", "after > before", "(i + 1) * batch_size % train_size == 0"),
        ("raises", "ends.append(i)", "ends += i"),
        ("missing", "return ends", "pass"),
        ("count", "range(iters_num)", "range(iters_num - 1)"),
    ],
    "5.8": [
        ("shared | beside it", "self.y, self.t = softmax(a), t", "LabelLoss.y, LabelLoss.t = softmax(a), t"),
        ("stability", "softmax(a), t", "np.nan_to_num(np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)), t"),
        ("borrowed", "from dlcourse.layers import SoftmaxWithLoss\nclass LabelLoss:\n    def forward(self, a, t):\n"
                     "        self.inner = SoftmaxWithLoss()\n        self.inner.forward(a, t)\n"
                     "        p = softmax(a)[np.arange(len(t)), t]\n        return -np.mean(np.log(np.maximum(p, 1e-7)))\n"
                     "    def backward(self):\n        return self.inner.backward()"),
        ("sign", "return -np.mean", "return np.mean"),
        ("scale", "-np.mean", "-np.sum"),
        ("shape", "-np.mean(np.log(np.maximum(picked, 1e-7)))", "-np.log(np.maximum(picked, 1e-7))"),
        ("axis", "picked = self.y[np.arange(len(t)), t]", "picked = self.y[:, t]"),
        ("formula", "np.log(np.maximum(picked, 1e-7))", "picked"),
        ("formula", "-np.mean(np.log(np.maximum(picked, 1e-7)))", "-np.mean(a[np.arange(len(t)), t])"),
        ("labels", "-np.mean(np.log(np.maximum(picked, 1e-7)))", "-np.sum(t[:, None] * np.log(self.y)) / len(t)"),
        ("labels", "class LabelLoss:\n    def forward(self, a, t):\n        self.y, self.t = softmax(a), t\n"
                   "        return -np.sum(t * np.log(self.y)) / len(t)\n"
                   "    def backward(self):\n        return (self.y - self.t) / len(self.t)"),
        ("sign", "return da /", "return -da /"),
        ("scale", "return da / len(self.t)", "return da"),
        ("scale", "return da / len(self.t)", "return da / da.size"),
        ("formula", "        da[np.arange(len(self.t)), self.t] -= 1\n", ""),
        ("axis", "da[np.arange(len(self.t)), self.t] -= 1", "da[:, self.t] -= 1"),
        ("labels", "da[np.arange(len(self.t)), self.t] -= 1", "da -= self.t[:, None]"),
        ("aliasing > state", "self.y.copy()", "self.y"),
        ("stability", "np.maximum(picked, 1e-7)", "picked"),
        ("missing", "return da", "da"),
        ("missing", "return -np.mean", "-np.mean"),
        ("offset > values", "np.maximum(picked, 1e-7)", "picked + 1e-3"),
        ("stability", "softmax(a), t", "np.exp(a) / np.exp(a).sum(axis=1, keepdims=True), t"),
        ("sign > values", "self.t] -= 1", "self.t] += 1"),
        ("aliasing", "self.y, self.t = softmax(a), t", "self.y, self.t = softmax(a), t.copy()\n        a -= 1.0\n"
         "        t = self.t"),
    ],
    "5.9": [
        ("too many", '"hidden": 24', '"hidden": 25'),
        ("too many", '"hidden": 24', '"hidden": 50'),
        ("too many", '"hidden": 24', '"hidden": 1000'),
        ("too few", '"hidden": 24', '"hidden": 1'),
        ("too few", '"hidden": 24', '"hidden": 3'),
        ("too small", "1.5", "0.01"),
        ("too small", "1.5", "0.1"),
        ("too small", "1.5", "1e-9"),
        ("too large", "1.5", "5.0"),
        ("too large", "1.5", "20"),
        ("too large", "1.5", "1e9"),
        ("sign", "1.5", "-1.5"),
        ("sign", "1.5", "0"),
        ("type", '"hidden": 24', '"hidden": 12.5'),
        ("type", '"hidden": 24', '"hidden": "all"'),
        ("type", '"hidden": 24', '"hidden": 0'),
        ("type", '"lr": 1.5', '"lr": [1.5]'),
        ("type", 'settings = {"hidden": 24, "lr": 1.5}', "settings = (24, 1.5)"),
        ("missing", '"hidden": 24, ', ""),
        ("stability", "1.5", "float('nan')"),
    ],
    "5.10": [
        ("borrowed", "from dlcourse.gradients import numerical_gradient, relative_error\n"
                     "def worst_error(f, x, grad, h=1e-4):\n"
                     "    return relative_error(grad, numerical_gradient(f, x.astype(float), h)).max() / 1"),
        ("mean", "worst = max(worst, abs", "worst = worst + 1 / x.size * (abs"),
        ("sum", "worst = max(worst, abs(slope - grad[index]) / (abs(slope) + abs(grad[index])))",
         "worst += abs(slope - grad[index]) / (abs(slope) + abs(grad[index]))"),
        ("formula", "abs(slope - grad[index]) / (abs(slope) + abs(grad[index]))", "abs(slope - grad[index])"),
        ("scale", " / (abs(slope) + abs(grad[index]))", " / abs(slope)"),
        ("scale", " / (abs(slope) + abs(grad[index]))", " / abs(grad[index])"),
        ("scale", " / (abs(slope) + abs(grad[index]))", " / (abs(slope) + abs(grad[index])) * 2"),
        ("signs > values", "/ (abs(slope) + abs(grad[index]))", "/ abs(slope + grad[index])"),
        ("entries", "np.ndindex(x.shape)", "[(0,) * x.ndim]"),
        ("formula", "(2 * h)", "h"),
        ("one side", "slope = (above - f(x)) / (2 * h)", "x[index] = old\n        slope = (above - f(x)) / h"),
        ("shape", "np.ndindex(x.shape)", "range(x.size)"),
        ("stability", "        if slope != grad[index]:\n            worst = max(", "        worst = np.maximum("),
        ("step", "x[index] = old + h", "h = 1e-4\n        x[index] = old + h"),
        ("dtype", "np.array(x, dtype=float)", "x.copy()"),
        ("aliasing", "def worst_error(f, x, grad, h=1e-4):\n    x = np.asarray(x, dtype=float)\n"
                     "    slopes = np.zeros(x.shape)\n    for index in np.ndindex(x.shape):\n"
                     "        x[index] += h\n        above = f(x)\n        x[index] -= 2 * h\n"
                     "        slopes[index] = (above - f(x)) / (2 * h)\n        x[index] += h\n"
                     "    return np.max(abs(slopes - grad) / np.maximum(abs(slopes) + abs(grad), 1e-12))"),
        ("missing", "return worst", "worst"),
        ("type", "return worst", "return {'error': worst}"),
        ("shape", "return worst", "return [worst]"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "5.4": {"line 10: 1 → 2": "reshape takes any negative number for the length that is left"},
    "5.7": {
        "line 13: i * batch_size // train_size → i * batch_size / train_size":
            "a whole number is above a fraction where it is above its floor",
    },
    "5.8": {
        "line 8: np.maximum(picked, 1e-07) → np.maximum(1e-07, picked)": "the larger of two, in either order",
        "line 8: 1e-07 → 2e-07": "any very small number will do",
    },
    "5.9": {
        "line 2: 24 → 23": "reaches the goal, too",
        "line 2: 1.5 → 2.5": "reaches the goal, too",
        "line 2: 1.5 → 3.0": "reaches the goal, too",
    },
    "5.10": {
        "line 13: max(worst, abs(slope - grad[index]) / (abs(slope) + abs(grad[index]))) → "
        "max(abs(slope - grad[index]) / (abs(slope) + abs(grad[index])), worst)": "the larger of two, in either order",
        "line 13: slope - grad[index] → grad[index] - slope": "its size is taken",
    },
}  # fmt: skip
