"""Known answers to the exercises of chapter 04."""

from answers import FLOAT32, WARNS

RIGHT = {
    "4.1": [
        "prediction = {'guess': 1.39, 'batch': 1.85, 'wrong ones': False}",
        "prediction = {'guess': np.log(4), 'batch': -np.mean(np.log([0.5, 0.25, 0.03125])), 'wrong ones': np.False_}",
        "prediction = {'wrong ones': 1 > 2, 'batch': np.float32(1.848), 'guess': np.array(1.386), 'note': 'ln 4'}",
        """
        y = np.array([[0.5, 0.3, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.03125, 0.9, 0.05, 0.01875]])
        t = np.eye(4)[[0, 0, 0]]
        loss = -np.sum(t * np.log(y)) / 3
        moved = -np.sum(t * np.log(y[:, [0, 2, 1, 3]])) / 3
        prediction = {"guess": -np.log(1 / 4), "batch": loss, "wrong ones": bool(loss != moved)}
        """,
    ],
    "4.2": [
        FLOAT32,
        WARNS,
        """
        def huber(y, t):
            d = (y - t).astype(float)
            near = abs(d) < 1
            d[near] = d[near] ** 2 / 2
            d[~near] = abs(d[~near]) - 0.5
            return d.mean()
        """,
        """
        def huber(y, t):
            size = np.abs(y - t)
            inside = np.minimum(size, 1)
            return float(np.mean(inside * (size - inside / 2)))
        """,
        """
        def huber(y, t):
            d = np.ravel(y - t)
            return np.sum((abs(d) <= 1) * d**2 / 2 + (abs(d) > 1) * (abs(d) - 1 / 2)) / len(d)
        """,
    ],
    "4.3": [
        FLOAT32,
        WARNS,
        """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                t = t.reshape(1, t.size)
                y = y.reshape(1, y.size)
            batch_size = y.shape[0]
            if t.ndim == y.ndim:
                return -np.sum(t * np.log(y + 1e-7)) / batch_size
            return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size
        """,
        """
        def cross_entropy_error(y, t):
            if t.ndim < y.ndim:
                t = np.eye(y.shape[-1])[t]
            return np.mean(-np.sum(t * np.log(np.maximum(y, 1e-7)), axis=-1))
        """,
        """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                return -float(np.log(max(y[t.argmax()], 1e-12)))
            losses = []
            for row, truth in zip(y, t):
                picked = row[truth] if t.ndim == 1 else np.dot(row, truth)
                losses.append(-np.log(picked + 1e-8))
            return sum(losses) / len(losses)
        """,
    ],
    "4.4": [
        WARNS,
        """
        def epoch(n, batch_size, seed):
            order = np.arange(n)
            np.random.default_rng(seed).shuffle(order)
            return np.split(order, range(batch_size, n, batch_size))
        """,
        """
        def epoch(n, batch_size, seed):
            left = np.random.default_rng(seed).choice(n, n, replace=False)
            batches = []
            while len(left):
                batches.append(left[:batch_size].tolist())
                left = left[batch_size:]
            return tuple(batches)
        """,
        """
        import random
        def epoch(n, batch_size, seed):
            order = list(range(n))
            random.Random(seed).shuffle(order)
            return [np.array(order[i : i + batch_size]) for i in range(0, n, batch_size)]
        """,
        """
        def epoch(n, batch_size, seed):
            np.random.seed(seed)
            order = np.random.permutation(n)
            batches = [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size + 1)]
            return [batch for batch in batches if batch.size]
        """,
    ],
    "4.5": [
        "prediction = {'slope': 12.0, 'first': 1.8, 'second': 1.08, 'forever': 0.5}",
        """
        x, points = 3.0, []
        for _ in range(2):
            x -= 0.1 * 4 * x
            points.append(x)
        prediction = {"slope": 4 * 3.0, "first": points[0], "second": points[1], "forever": 2 / 4}
        """,
        "prediction = dict(forever=np.float32(0.5), slope=np.int64(12), first=np.array(1.8), second=np.float64(1.08))",
        "prediction = dict.fromkeys(['slope', 'first', 'second', 'forever'])\nprediction['slope'] = 2 * 2 * 3\n"
        "prediction['first'] = 3 * 0.6\nprediction['second'] = 3 * 0.6**2\nprediction['forever'] = 1 / 2",
    ],
    "4.6": [
        WARNS,
        """
        def numerical_gradient(f, x):
            h, grad = 1e-5, np.zeros(x.shape)
            for k in range(x.size):
                step = np.zeros(x.size)
                step[k] = h
                step = step.reshape(x.shape)
                grad.flat[k] = (f(x + step) - f(x - step)) / (2 * h)
            return grad
        """,
        """
        def numerical_gradient(f, x):
            h = 1e-4
            flat, grad = np.array(x, dtype=float).ravel(), []
            for idx in range(x.size):
                sides = []
                for way in (-h, h):
                    moved = flat.copy()
                    moved[idx] += way
                    sides.append(f(moved.reshape(x.shape)))
                grad.append((sides[1] - sides[0]) / 2 / h)
            return np.reshape(grad, x.shape)
        """,
        """
        def numerical_gradient(f, x):
            h = 1e-4
            x = x * 1.0
            grad = np.empty(x.shape)
            it = np.nditer(x, flags=["multi_index"])
            while not it.finished:
                idx = it.multi_index
                old = x[idx].copy()
                x[idx] = old + h
                above = f(x)
                x[idx] = old - h
                grad[idx] = (above - f(x)) / (2 * h)
                x[idx] = old
                it.iternext()
            return grad
        """,
        ("h = 1e-4", "h = 1e-3"),
    ],
    "4.7": [
        WARNS,
        """
        def gradient_descent(f, init_x, lr=0.01, step_num=100):
            x = init_x.astype(float)
            for i in range(step_num):
                x = x - lr * slope_of(f, x)
            return x
        """,
        """
        def gradient_descent(f, init_x, lr=0.01, step_num=100):
            if step_num == 0:
                return init_x.copy()
            x = init_x * 1.0
            return gradient_descent(f, x - lr * slope_of(f, x), lr, step_num - 1)
        """,
        """
        def gradient_descent(f, init_x, lr=0.01, step_num=100, h=1e-4):
            x = np.array(init_x, dtype=float)
            for i in range(step_num):
                grad = np.zeros(x.shape)
                for k in np.ndindex(x.shape):
                    up, down = x.copy(), x.copy()
                    up[k] += h
                    down[k] -= h
                    grad[k] = (f(up) - f(down)) / (2 * h)
                x -= lr * grad
            return x
        """,
        ("np.array(init_x, dtype=float)", "init_x.copy().astype(np.float64)"),
    ],
    "4.8": [
        "lr = 0.85",
        "lr = np.float32(0.9)",
        "lr = np.array(0.94)",
        "def height(lr):\n    return 49 / 20 * (1 - lr / 10) ** 60 + 4 * (1 - 2 * lr) ** 60\n"
        "lr = min(np.arange(0.05, 1.2, 0.05), key=height)",
    ],
    "4.9": [
        WARNS,
        """
        class SimpleNet:
            def __init__(self, std=1.0):
                self.W = std * np.random.default_rng().normal(size=(2, 3))
            def predict(self, x):
                return x @ self.W
            def loss(self, x, t):
                y = np.atleast_2d(softmax(self.predict(x)))
                return -np.sum(t * np.log(y)) / len(y)
        """,
        """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.array([x[..., 0] * self.W[0, k] + x[..., 1] * self.W[1, k] for k in range(3)]).T
            def loss(self, x, t):
                z = self.predict(x)
                y = softmax
                return package_cross_entropy(y(z), t)
        """,
        ("y = softmax(self.predict(x))",
         "e = np.exp(self.predict(x))\n        y = e / e.sum(axis=-1, keepdims=True)"),
        ("package_cross_entropy(y, t)", "np.float32(package_cross_entropy(y, t.argmax(axis=-1)))"),
    ],
    "4.10": [
        FLOAT32,
        WARNS,
        """
        from dlcourse.gradients import gradient_descent as package_descent
        def fit_line(x, y, lr, steps):
            return package_descent(lambda p: np.mean((p[0] * x + p[1] - y) ** 2), np.zeros(2), lr=lr, step_num=steps)
        """,
        """
        def fit_line(x, y, lr, steps):
            A, p = np.stack([x, np.ones(len(x))], axis=1), np.zeros(2)
            for _ in range(steps):
                p -= lr * 2 / len(x) * A.T @ (A @ p - y)
            return p
        """,
        """
        def fit_line(x, y, lr, steps):
            w = b = 0
            while steps > 0:
                dw = db = 0
                for one, goal in zip(x, y):
                    dw += 2 * (w * one + b - goal) * one / len(x)
                    db += 2 * (w * one + b - goal) / len(x)
                w -= lr * dw
                b -= lr * db
                steps -= 1
            return [w, b]
        """,
    ],
}

WRONG = {
    "4.1": [
        ("formula", '"guess": 1.386', '"guess": 0.25'),
        ("formula", '"guess": 1.386', '"guess": 2.30'),
        ("sign", '"guess": 1.386', '"guess": -1.386'),
        ("scale", '"guess": 1.386', '"guess": 2'),
        ("scale", '"guess": 1.386', '"guess": 0.602'),
        ("scale", '"batch": 1.848', '"batch": 5.545'),
        ("sign", '"batch": 1.848', '"batch": -1.848'),
        ("order", '"batch": 1.848', '"batch": 1.345'),
        ("formula", '"batch": 1.848', '"batch": 0.2604'),
        ("formula", '"wrong ones": False', '"wrong ones": True'),
        ("type", '"wrong ones": False', '"wrong ones": 0'),
        ("type", '"guess": 1.386', '"guess": "ln 4"'),
        ("missing", '"batch": 1.848', '"batch": None'),
        ("rounded > values", '"batch": 1.848', '"batch": 1.8'),
    ],
    "4.2": [
        ("values", "size - 0.5)", "np.minimum(size, 50) - 0.5)"),
        ("shape", "np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5))",
         "np.where(size <= 1, 0.5 * size**2, size - 0.5)"),
        ("scale", "np.mean", "np.sum"),
        ("scale", "np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5))",
         "np.sum(np.where(size <= 1, 0.5 * size**2, size - 0.5)) / len(size)"),
        ("scale", "return ", "return 2 * "),
        ("formula", "np.where(size <= 1, 0.5 * size**2, size - 0.5)", "0.5 * size**2"),
        ("formula", "np.where(size <= 1, 0.5 * size**2, size - 0.5)", "size**2"),
        ("formula", "np.where(size <= 1, 0.5 * size**2, size - 0.5)", "size"),
        ("formula", "np.where(size <= 1, 0.5 * size**2, size - 0.5)", "size - 0.5"),
        ("jump", "size - 0.5", "size"),
        ("jump", "0.5 * size**2", "size**2"),
        ("sign", "np.abs(y - t)", "y - t"),
        ("sign", "size - 0.5", "y - t - 0.5"),
        ("swapped", "size <= 1", "size > 1"),
        ("one number", "def huber(y, t):\n    d = abs(y - t)\n    return 0.5 * d**2 if d <= 1 else d - 0.5"),
        ("loop", "def huber(y, t):\n    sizes = [abs(d) for d in (y - t).flat]\n"
                 "    return sum(0.5 * s**2 if s <= 1 else s - 0.5 for s in sizes) / len(sizes)"),
        ("missing", "return np.mean", "np.mean"),
        ("threshold > values", "size <= 1", "size <= 2"),
        ("aliasing", "size = np.abs(y - t)", "y -= t; size = np.abs(y)"),
    ],
    "4.3": [
        ("one-hot", "t.ndim == 2", "t.size == y.size and t.dtype.kind == 'f'"),
        ("floor", "1e-7", "1e-3"),
        ("one-hot", "t.ndim == 2", "t.size != len(y)"),
        ("borrowed", "from dlcourse.losses import cross_entropy_error"),
        ("labels", "    if t.ndim == 2:\n        t = t.argmax(axis=1)\n    picked = y[np.arange(len(y)), t]\n",
         "    picked = np.sum(t * y, axis=1)\n"),
        ("labels", "def cross_entropy_error(y, t):\n    if y.ndim == 1:\n"
                   "        t, y = t.reshape(1, -1), y.reshape(1, -1)\n"
                   "    if t.ndim == 1:\n        t = t[:, None]\n    return -np.sum(t * np.log(y + 1e-7)) / len(y)"),
        ("one-hot", "    if t.ndim == 2:\n        t = t.argmax(axis=1)\n", ""),
        ("one-hot", "def cross_entropy_error(y, t):\n    n = y.shape[0]\n"
                    "    return -np.sum(np.log(y[np.arange(n), t] + 1e-7)) / n\n"
                    "    return -np.sum(t * np.log(y + 1e-7)) / n"),
        ("one sample", "    if y.ndim == 1:\n        y, t = y.reshape(1, -1), t.reshape(1, -1)\n", ""),
        ("axis", "y[np.arange(len(y)), t]", "y[:, t]"),
        ("scale", "np.mean", "np.sum"),
        ("scale", "-np.mean(np.log(picked + 1e-7))", "-np.sum(np.log(picked + 1e-7)) / y.size"),
        ("sign", "-np.mean", "np.mean"),
        ("shape", "-np.mean(np.log(picked + 1e-7))", "-np.log(picked + 1e-7)"),
        ("formula", "np.log(picked + 1e-7)", "picked"),
        ("order", "np.mean(np.log(picked + 1e-7))", "np.log(np.mean(picked) + 1e-7)"),
        ("stability", "picked + 1e-7", "picked"),
        ("missing", "return -np.mean", "-np.mean"),
        ("sizes > one-hot", "t.ndim == 2", "len(t) == y.shape[1]"),
        ("floor", "1e-7", "1e-2"),
        ("axis > one-hot", "t.argmax(axis=1)", "t.argmax(axis=0)"),
    ],
    "4.4": [
        ("order", "np.random.default_rng(seed).permutation(n)", "(np.arange(n) * 7 + seed) % n"),
        ("dtype", "permutation(n)", "permutation(n).astype(float)"),
        ("replacement", "permutation(n)", "permutation(n).astype(np.uint8)"),
        ("random", "default_rng(seed)", "default_rng(seed % 2)"),
        ("borrowed", "from dlcourse.training import minibatches\ndef epoch(n, batch_size, seed):\n"
                     "    return minibatches(n, batch_size, seed)"),
        ("replacement", "permutation(n)", "choice(n, n)"),
        ("replacement", "def epoch(n, batch_size, seed):\n    rng = np.random.default_rng(seed)\n"
                        "    size, count = min(batch_size, n), -(-n // batch_size)\n"
                        "    return [rng.choice(n, size, replace=False) for _ in range(count)]"),
        ("fence", "range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
        ("fence", "permutation(n)", "permutation(n - 1)"),
        ("fence", "range(0, n, batch_size)", "range(batch_size, n, batch_size)"),
        ("shape", "return [", "return [order[i:i + 1] for i in range(n)]\n    return ["),
        ("shape", "return [order[start : start + batch_size] for start in range(0, n, batch_size)]",
         "return np.array_split(order, -(-n // batch_size))"),
        ("order", "np.random.default_rng(seed).permutation(n)", "np.arange(n)"),
        ("order", "def epoch(n, batch_size, seed):\n"
                  "    batches = [np.arange(n)[i:i + batch_size] for i in range(0, n, batch_size)]\n"
                  "    head = np.random.default_rng(seed).permutation(n // batch_size)\n"
                  "    return [batches[i] for i in head] + batches[n // batch_size:]"),
        ("random", "default_rng(seed)", "default_rng()"),
        ("random", "default_rng(seed)", "default_rng(0)"),
        ("values", "permutation(n)", "permutation(n) + 1"),
        ("missing", "return [", "_ = ["),
        ("type", "return [", "return {'order': order}\n    return ["),
        ("type", "return [order[start : start + batch_size] for start in range(0, n, batch_size)]",
         "return order.mean()"),
        ("type", "return [", "return order\n    return ["),
    ],
    "4.5": [
        ("formula", '"slope": 12', '"slope": 18'),
        ("formula", '"slope": 12', '"slope": 6'),
        ("formula", '"slope": 12', '"slope": 4'),
        ("sign", '"slope": 12', '"slope": -12'),
        ("sign", '"first": 1.8', '"first": 4.2'),
        ("scale", '"first": 1.8', '"first": -9'),
        ("formula", '"first": 1.8', '"first": -1.2'),
        ("formula", '"first": 1.8', '"first": 1.2'),
        ("formula", '"first": 1.8', '"first": 2.9'),
        ("state", '"second": 1.08', '"second": 0.6'),
        ("fence", '"second": 1.08', '"second": 1.8'),
        ("fence", '"second": 1.08', '"second": 0.648'),
        ("scale", '"forever": 0.5', '"forever": 0.25'),
        ("scale", '"forever": 0.5', '"forever": 1'),
        ("formula", '"forever": 0.5', '"forever": 2'),
        ("missing", '"forever": 0.5', '"forever": None'),
        ("type", '"first": 1.8', '"first": (1.8,)'),
    ],
    "4.6": [
        ("step", "h = 1e-4", "h = 0.1"),
        ("dtype", "x = x.astype(float)", "x = x.astype(float) if x.dtype == int else x.copy()"),
        ("layout", "    x = x.astype(float)\n    grad = np.zeros_like(x)\n    for idx in np.ndindex(x.shape):\n",
         "    shape, x = x.shape, x.astype(float)\n    move = x.reshape(-1)\n    grad = np.zeros(shape)\n"
         "    for k, idx in enumerate(np.ndindex(shape)):\n        tmp_val = move[k]\n        move[k] = tmp_val + 1e-4\n"
         "        up = f(x)\n        move[k] = tmp_val - 1e-4\n        grad[idx] = (up - f(x)) / 2e-4\n"
         "        move[k] = tmp_val\n    return grad\n    for idx in ():\n"),
        ("borrowed", "from dlcourse.gradients import numerical_gradient as slopes\ndef numerical_gradient(f, x):\n"
                     "    return slopes(f, x.astype(float))"),
        ("axis", "np.ndindex(x.shape)", "range(x.size)"),
        ("axis", "np.ndindex(x.shape)", "range(len(x))"),
        ("dtype", "x = x.astype(float)\n    grad = np.zeros_like(x)", "grad = np.zeros(x.shape)"),
        ("dtype", "x = x.astype(float)\n    grad = np.zeros_like(x)",
         "grad = np.zeros_like(x)\n    x = x.astype(float)"),
        ("shape", "return grad", "return grad.ravel()"),
        ("one side", "x[idx] = tmp_val - h", "x[idx] = tmp_val"),
        ("one side", "x[idx] = tmp_val + h", "x[idx] = tmp_val"),
        ("sign", "(fxh1 - fxh2)", "(fxh2 - fxh1)"),
        ("scale", "(2 * h)", "h"),
        ("scale", "(2 * h)", "(4 * h)"),
        ("put back", "        x[idx] = tmp_val\n\n    return", "\n    return"),
        ("aliasing", "    x = x.astype(float)\n",
         "    old = x\n    x = x.astype(float)\n    old[...] = 0\n"),
        ("missing", "return grad", "pass"),
        ("step > values", "h = 1e-4", "h = 1e-13"),
        ("raises", "f(x)\n\n        x[idx] = tmp_val - h", "f(x, h)\n\n        x[idx] = tmp_val - h"),
    ],
    "4.7": [
        ("borrowed", "from dlcourse.gradients import gradient_descent as down\n"
                     "def gradient_descent(f, init_x, lr=0.01, step_num=100):\n"
                     "    return down(f, init_x.astype(float), lr=lr, step_num=step_num)"),
        ("name", "step_num", "stem_num"),
        ("name", "step_num", "steps"),
        ("aliasing", "np.array(init_x, dtype=float)", "init_x if init_x.dtype == float else init_x.astype(float)"),
        ("aliasing", "np.array(init_x, dtype=float)", "np.asarray(init_x, dtype=float)"),
        ("dtype", "np.array(init_x, dtype=float)", "init_x.copy()"),
        ("sign", "x -= lr", "x += lr"),
        ("scale", "x -= lr * grad", "x -= grad"),
        ("fence", "range(step_num)", "range(step_num + 1)"),
        ("fence", "range(step_num)", "range(step_num - 1)"),
        ("fence", "        x -= lr * grad\n", "        x -= lr * grad\n        return x\n"),
        ("state", "    for i in range(step_num):\n        grad = slope_of(f, x)\n",
         "    grad = slope_of(f, x)\n    for i in range(step_num):\n"),
        ("formula", "x -= lr * grad", "x -= lr * grad / (i + 1)"),
        ("formula", "return x", "return f(x)"),
        ("missing", "return x", "pass"),
        ("default > fence", "step_num=100", "step_num=99"),
        ("default > descent", "lr=0.01", "lr=0.1"),
        ("formula > descent", "lr * grad", "lr * np.sign(grad)"),
    ],
    "4.8": [
        ("too small", "0.9", "0.1"),
        ("too small", "0.9", "0.01"),
        ("too small", "0.9", "0.7"),
        ("too large", "0.9", "0.97"),
        ("too large", "0.9", "1.0"),
        ("diverged", "0.9", "1.05"),
        ("diverged", "0.9", "10"),
        ("sign", "0.9", "-0.9"),
        ("sign", "0.9", "0"),
        ("type", "0.9", "'0.9'"),
        ("type", "0.9", "[0.9]"),
        ("missing", "0.9", "..."),
        ("stability", "0.9", "np.inf"),
    ],
    "4.9": [
        ("raises", "y = softmax(self.predict(x))", "y = softmax"),
        ("formula", "y = softmax(self.predict(x))", "y = softmax(softmax(self.predict(x)))"),
        ("formula", "y = softmax(self.predict(x))", "y = 1 / (1 + np.exp(-self.predict(x)))"),
        ("formula", "package_cross_entropy(y, t)", "0.5 * np.sum((y - t) ** 2)"),
        ("formula", "package_cross_entropy(y, t)", "np.mean((y - t) ** 2)"),
        ("formula", "return np.dot(x, self.W)", "return softmax(np.dot(x, self.W))"),
        ("formula", "softmax(self.predict(x))", "softmax(0 * self.predict(x))"),
        ("sign", "softmax(self.predict(x))", "softmax(-self.predict(x))"),
        ("sign", "return package", "return -package"),
        ("axis", "softmax(self.predict(x))", "softmax(self.predict(x).T).T"),
        ("axis", "y = softmax(self.predict(x))", "y = np.exp(self.predict(x))\n        y /= y.sum()"),
        ("scale", "package_cross_entropy(y, t)", "-np.sum(t * np.log(y))"),
        ("missing", "return package", "package"),
        ("random", "np.random.randn(2, 3)", "np.random.default_rng(0).normal(size=(2, 3))"),
        ("shape", "np.random.randn(2, 3)", "np.random.randn(3, 2)"),
        ("input > raises", "softmax(self.predict(x))", "softmax(x)"),
        ("aliasing", "return np.dot(x, self.W)", "z = np.dot(x, self.W)\n        x *= 0\n        return z"),
    ],
    "4.10": [
        ("sign", "w - lr * dw, b - lr * db", "w + lr * dw, b + lr * db"),
        ("order", "return w, b", "return b, w"),
        ("simultaneous", "        dw, db = np.mean(2 * error * x), np.mean(2 * error)\n"
                         "        w, b = w - lr * dw, b - lr * db\n",
         "        w = w - lr * np.mean(2 * error * x)\n        b = b - lr * np.mean(2 * (w * x + b - y))\n"),
        ("scale", "np.mean(2 * error * x), np.mean(2 * error)", "np.sum(2 * error * x), np.sum(2 * error)"),
        ("scale", "np.mean(2 * error * x), np.mean(2 * error)", "np.mean(error * x), np.mean(error)"),
        ("scale", "w - lr * dw, b - lr * db", "w - dw, b - db"),
        ("bias", "b - lr * db", "b"),
        ("formula", "error = w * x + b - y", "error = np.sign(w * x + b - y) / 2"),
        ("fence", "range(steps)", "range(steps + 1)"),
        ("fence", "range(steps)", "range(steps - 1)"),
        ("start", "w, b = 0.0, 0.0", "w, b = 1.0, 0.0"),
        ("start", "w, b = 0.0, 0.0", "w, b = np.random.randn(2)"),
        ("start", "def fit_line(x, y, lr, steps):\n    w, b = np.polyfit(x, y, 1) if len(x) > 1 else (1.0, 1.0)\n"
                  "    return w, b"),
        ("shape", "return w, b", "return w"),
        ("missing", "return w, b", "pass"),
        ("aliasing", "    return w, b", "    x *= 0\n    return w, b"),
        ("formula > gradient", "error = w * x + b - y", "error = w * x - y"),
        ("axis > gradient", "2 * error * x)", "2 * error * y)"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "4.2": {
        "line 3: y - t → t - y": "the size of the error is taken",
        "line 4: size <= 1 → size < 1": "at 1 both pieces are 1/2",
    },
    "4.3": {
        "line 14: 1 → 2": "reshape takes any negative number for the length that is left",
        "line 18: 1e-07 → 2e-07": "any very small number will do",
    },
    "4.6": {
        "line 20: 0.0001 → 0.0002": "any small step will do",
        "line 22: np.zeros_like → np.empty_like": "every entry is set afterwards",
    },
}
