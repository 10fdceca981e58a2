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
        """
        def huber(y, t):
            d = abs(np.asarray(y, float) - np.asarray(t, float))
            return np.average(np.piecewise(d, [d <= 1, d > 1], [lambda s: s*s/2, lambda s: s - .5]))
        """,
        """
        from fractions import Fraction
        def huber(y, t):
            d = np.abs(y - t)
            q = np.minimum(d, 1)
            return np.mean(q*q/2 + (d - q))
        """,
        """
        def huber(y, t):
            d = y - t
            c = np.clip(d, -1, 1)
            return (c*(d - c/2)).mean()
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
        """
        def cross_entropy_error(y, t):
            y = np.atleast_2d(y)
            if t.ndim == 1 and y.shape[0] == 1 and t.size == y.size and y.shape[1] > 1:
                t = t[None]
            if t.ndim == 1:
                return -np.log(np.maximum(y[np.arange(len(t)), t], 1e-7)).mean()
            return -np.sum(t*np.log(y + 1e-7))/len(y)
        """,
        """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                return -np.sum(t*np.log(y + 1e-7))
            if t.ndim == 1:
                t = np.eye(y.shape[1])[t]
            return float(sum(-np.sum(b*np.log(a + 1e-7)) for a, b in zip(y, t))/len(y))
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
                batches.append(left[:batch_size])
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
        """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            order = rng.permutation(n)
            return [order[i:i+batch_size].astype(np.int32) for i in range(0, n, batch_size)]
        """,
        """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            order = np.argsort(rng.random(n))
            return [np.array(order[i:i+batch_size]) for i in range(0, n, batch_size)]
        """,
        """
        def epoch(n, batch_size, seed):
            rng = np.random.RandomState(seed)
            order = rng.permutation(n)
            return list(np.array_split(order, np.arange(batch_size, n, batch_size)))
        """,
        """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            left = set(range(n)); out = []
            while left:
                b = rng.choice(sorted(left), min(batch_size, len(left)), replace=False)
                out.append(b); left -= set(b.tolist())
            return out
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
        from dlcourse.gradients import numerical_gradient
        def bends(f, x):
            x, found = np.array(x, float), np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                found[index] = numerical_gradient(lambda x: numerical_gradient(f, x)[index], x)[index]
            return found
        """,
        """
        def bends(f, x):
            h, found = 2e-3, np.zeros(x.shape)
            for k in range(x.size):
                step = np.zeros(x.size)
                step[k] = h
                step = step.reshape(x.shape)
                found.flat[k] = (f(x + step) + f(x - step) - 2 * f(x)) / h / h
            return found
        """,
        """
        def bends(f, x):
            h = 1e-4
            flat, found = np.array(x, dtype=float).ravel(), []
            for idx in range(x.size):
                heights = []
                for way in (-2, 0, 2):
                    moved = flat.copy()
                    moved[idx] += way * h
                    heights.append(f(moved.reshape(x.shape)))
                left, right = (heights[1] - heights[0]) / (2 * h), (heights[2] - heights[1]) / (2 * h)
                found.append((right - left) / (2 * h))
            return np.reshape(found, x.shape)
        """,
        ("h = 1e-3", "h = 1e-2"),
        ("h = 1e-3", "h = 1e-4"),
        """
        def bends(f, x):
            h = 5e-4
            x = np.asarray(x, dtype=float).copy()
            out = np.empty_like(x)
            it = np.nditer(x, flags=['multi_index'], op_flags=['readwrite'])
            for _ in it:
                i = it.multi_index
                o = x[i]
                m = f(x)
                x[i] = o + h; a = f(x)
                x[i] = o - h; b = f(x)
                x[i] = o
                out[i] = (a - 2*m + b)/h**2
            return out
        """,
        """
        def bends(f, x):
            h = 1e-2
            x = x.astype(float)
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape); e[i] = h
                out[i] = (-f(x+2*e) + 16*f(x+e) - 30*f(x) + 16*f(x-e) - f(x-2*e)) / (12*h**2)
            return out
        """,
        """
        def bends(f, x):
            from dlcourse.gradients import numerical_gradient
            x = x.astype(float); h = 1e-3
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape); e[i] = h
                out[i] = (numerical_gradient(f, x+e)[i] - numerical_gradient(f, x-e)[i])/(2*h)
            return out
        """,
    ],
    "4.7": [
        WARNS,
        """
        def redraw(predict, x, label, lr, steps):
            x = x.astype(float)
            for _ in range(steps):
                x = x - lr * numerical_gradient(lambda p: package_cross_entropy(predict(p), np.array(label)), x)
                x[x < 0] = 0
                x[x > 1] = 1
            return x
        """,
        """
        def redraw(predict, x, label, lr, steps):
            if steps == 0:
                return x.copy()
            x, h, moved = x * 1.0, 1e-5, []
            for k in range(len(x)):
                up, down = x.copy(), x.copy()
                up[k] += h
                down[k] -= h
                slope = (np.log(predict(down)[label]) - np.log(predict(up)[label])) / (2 * h)
                moved.append(min(max(x[k] - lr * slope, 0.0), 1.0))
            return redraw(predict, np.array(moved), label, lr, steps - 1)
        """,
        """
        def redraw(predict, x, label, lr, steps):
            t = None
            x = np.array(x, dtype=np.float64)
            while steps > 0:
                if t is None:
                    t = np.eye(predict(x).size)[label]
                x = np.minimum(np.maximum(x - lr * numerical_gradient(
                    lambda x: -np.sum(t * np.log(predict(x) + 1e-7)), x), 0), 1)
                steps -= 1
            return x
        """,
        ("np.clip(x - lr * grad, 0, 1)", "np.minimum(1, np.maximum(0, x - lr * grad))"),
        """
        def redraw(predict, x, label, lr, steps):
            x = 1.0 * x
            def loss(x):
                y = predict(x)
                return package_cross_entropy(y, np.eye(len(y))[label])
            for _ in range(steps):
                x = np.clip(x - lr*numerical_gradient(loss, x), 0.0, 1.0)
            return x
        """,
        """
        def redraw(predict, x, label, lr, steps):
            x = x.astype(float)
            for _ in range(steps):
                x -= lr*numerical_gradient(lambda p: -float(np.log(predict(p)[label] + 1e-7)), x)
                np.clip(x, 0, 1, out=x)
            return x
        """,
        """
        def redraw(predict, x, label, lr, steps):
            from dlcourse.losses import cross_entropy_error as ce
            x = np.array(x, dtype=float)
            for _ in range(steps):
                x = np.clip(x - lr*numerical_gradient(lambda p: ce(predict(p[None]), np.array([label])), x), 0, 1)
            return x
        """,
        """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, dtype=float); h = 1e-5
            for _ in range(steps):
                base = -np.log(predict(x)[label])
                g = np.array([(-np.log(predict(x + h*e)[label]) - base)/h for e in np.eye(len(x))])
                x = np.clip(x - lr*g, 0, 1)
            return x
        """,
    ],
    "4.8": [
        "prediction = {'limit': 1 / 1.5, 'best': 1 / 1.6, 'factor': 1.4 / 1.6, 'steps': 52}",
        "prediction = {'limit': np.float32(2 / 3), 'best': 0.625, 'factor': np.array(0.875), 'steps': np.int64(52)}",
        """
        from fractions import Fraction
        prediction = {"limit": Fraction(2, 3), "best": Fraction(5, 8), "factor": Fraction(7, 8), "steps": 52.0}
        """,
        """
        rates = np.arange(0, 0.7, 0.0001)
        worse = np.maximum(abs(1 - 0.2 * rates), abs(1 - 3 * rates))
        factor = worse.min()
        steps = 0
        while factor**steps > 1e-3:
            steps += 1
        prediction = dict(best=rates[worse.argmin()], factor=factor, steps=steps)
        prediction["limit"] = rates[abs(1 - 3 * rates) < 1].max()
        """,
        """
        prediction = dict(limit=.667, best=.625, factor=.875, steps=52)
        """,
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
                return -np.sum(t * np.log(y + 1e-9)) / len(y)
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
        ("y = softmax(self.predict(x))", "z = self.predict(x)\n        e = np.exp(z - z.max(axis=-1, keepdims=True))\n"
                                         "        y = e / e.sum(axis=-1, keepdims=True)"),
        ("package_cross_entropy(y, t)", "np.float32(package_cross_entropy(y, t.argmax(axis=-1)))"),
        """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W)
            def loss(self, x, t):
                z = self.predict(x)
                z = z - z.max(axis=-1, keepdims=True)
                logp = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
                return -np.mean((t*logp).sum(axis=-1))
        """,
        """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.default_rng().standard_normal((2, 3))
            def predict(self, x):
                return x @ self.W
            def loss(self, x, t):
                self.y = softmax(self.predict(x))
                return package_cross_entropy(self.y, t)
        """,
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
        """
        from collections import namedtuple
        Line = namedtuple('Line', 'w b')
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            for _ in range(steps):
                e = w*x + b - y
                w, b = w - lr*np.mean(2*e*x), b - lr*np.mean(2*e)
            return Line(w, b)
        """,
        """
        from dlcourse.gradients import numerical_gradient
        def fit_line(x, y, lr, steps):
            p = np.zeros(2)
            for _ in range(steps):
                p = p - lr*numerical_gradient(lambda p: np.mean((p[0]*x + p[1] - y)**2), p)
            return p[0], p[1]
        """,
        """
        def fit_line(x, y, lr, steps):
            w, b, h = 0.0, 0.0, 1e-5
            L = lambda w, b: np.mean((w*x + b - y)**2)
            for _ in range(steps):
                dw = (L(w+h, b) - L(w-h, b))/(2*h); db = (L(w, b+h) - L(w, b-h))/(2*h)
                w, b = w - lr*dw, b - lr*db
            return w, b
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
        ("long > values", "np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5))",
         "np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5).ravel()[:100])"),
        ("dtype | 16777217", "np.abs(y - t)", "np.abs(np.asarray(y, np.float32) - np.asarray(t, np.float32))"),
        ("dtype | int64", "np.abs(y - t)", "np.abs((y - t).astype(np.int32) if y.dtype.kind == 'i' else y - t)"),
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
        ("formula", """
        def huber(y, t):
            d = np.abs(y - t)
            return np.mean(np.minimum(0.5*d**2, d - 0.5))
        """),
        ("formula", """
        def huber(y, t):
            d = np.abs(y - t)
            return np.mean(np.maximum(0.5*d**2, d - 0.5))
        """),
        ("loop", """
        def huber(y, t):
            d = np.abs(y - t)
            f = np.vectorize(lambda s: 0.5*s*s if s <= 1 else s - 0.5)
            return np.mean(f(d))
        """),
        ("stability", """
        def huber(y, t):
            d = np.abs(y - t)
            return np.mean(0.5*d[d<=1]**2) + np.mean(d[d>1]-0.5)
        """),
        ("shape", """
        def huber(y, t):
            d = np.abs(y - t)
            return [np.mean(np.where(d <= 1, 0.5*d**2, d - 0.5))]
        """),
        ("values", """
        def huber(y, t):
            d = y - t
            return np.mean(np.sqrt(1 + d**2) - 1)
        """),
    ],
    "4.3": [
        ("classes > values", "t = t.argmax(axis=1)\n", "t = t.argmax(axis=1)\n    t = t.astype(np.int8)\n"),
        ("floor | ordinary", """
        def cross_entropy_error(y, t):
            if t.ndim == y.ndim:
                p = np.atleast_1d(np.sum(y * t, axis=-1))
            else:
                p = y[np.arange(len(y)), t]
            return -np.log(1e-7) if np.any(p == 0) else -np.mean(np.log(p + 1e-7))
        """),
        ("floor | ordinary", """
        def cross_entropy_error(y, t):
            y = np.atleast_2d(y)
            if t.ndim == 1 and len(t) == len(y) and t.dtype.kind in "iu":
                p = y[np.arange(len(y)), t]
            else:
                p = np.sum(y * t, axis=-1)
            return -np.log(np.maximum(p, 1e-7)).sum() / np.maximum(np.sum(p > 0), 1)
        """),
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
        ("one-hot", """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                y, t = y.reshape(1, -1), t.reshape(1, -1)
            if t.dtype.kind == 'f':
                t = t.argmax(axis=1)
            return -np.mean(np.log(y[np.arange(len(y)), t] + 1e-7))
        """),
        ("labels", """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                y, t = y.reshape(1, -1), t.reshape(1, -1)
            if t.max() <= 1:
                t = t.argmax(axis=1)
            return -np.mean(np.log(y[np.arange(len(y)), t] + 1e-7))
        """),
        ("one sample", """
        def cross_entropy_error(y, t):
            if t.ndim == 1:
                t = np.eye(t.max() + 1)[t]
            return -np.sum(t * np.log(y + 1e-7)) / len(y)
        """),
        ("floor", """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                y, t = y.reshape(1, -1), t.reshape(1, -1)
            if t.ndim == 2:
                t = t.argmax(axis=1)
            return -np.mean(np.log(np.clip(y[np.arange(len(y)), t], 1e-3, 1)))
        """),
        ("scale", """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                y, t = y.reshape(1, -1), t.reshape(1, -1)
            if t.ndim == 1:
                t = np.eye(y.shape[1])[t]
            return -np.mean(t * np.log(y + 1e-7))
        """),
        ("stability", """
        def cross_entropy_error(y, t):
            if y.ndim == 1:
                y, t = y.reshape(1, -1), t.reshape(1, -1)
            if t.ndim == 2:
                t = t.argmax(axis=1)
            return -np.mean(np.nan_to_num(np.log(y[np.arange(len(y)), t]), neginf=0))
        """),
    ],
    "4.4": [
        ("random", "default_rng(seed).permutation", "default_rng(seed % 1000).permutation"),
        ("aliasing | what it gave before", "def epoch", "from functools import lru_cache\n\n\n@lru_cache\ndef epoch"),
        ("type", "order[start : start + batch_size]", "list(order[start : start + batch_size])"),
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
        ("random", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(0)
            order = rng.permutation(n)
            order = np.roll(order, seed)
            return [order[i:i+batch_size] for i in range(0, n, batch_size)]
        """),
        ("random", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(0)
            order = (rng.permutation(n) + seed) % n
            return [order[i:i+batch_size] for i in range(0, n, batch_size)]
        """),
        ("order", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            order = np.sort(rng.permutation(n))
            return [rng.permutation(order[i:i+batch_size]) for i in range(0, n, batch_size)]
        """),
        ("order", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            order = rng.permutation(n)
            return [np.sort(order[i:i+batch_size]) for i in range(0, n, batch_size)]
        """),
        ("order", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed)
            order = np.roll(np.arange(n), rng.integers(n))
            return [order[i:i+batch_size] for i in range(0, n, batch_size)]
        """),
        ("random", """
        def epoch(n, batch_size, seed):
            rng = np.random.default_rng(seed % 5)
            order = rng.permutation(n)
            return [order[i:i+batch_size] for i in range(0, n, batch_size)]
        """),
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
        ("step", "h = 1e-3", "h = 0.1"),
        ("step", "h = 1e-3", "h = 0.05"),
        ("step | so small", "h = 1e-3", "h = 1e-7"),
        ("step | so small", "h = 1e-3", "h = 1e-6"),
        ("step | All bends are 0", "h = 1e-3", "h = 1e-17"),
        ("dtype", "x = x.astype(float)", "x = x.astype(float) if x.dtype == int else x.copy()"),
        ("dtype", "x = x.astype(float)\n", "x = x.copy()\n"),
        ("dtype", "np.zeros(x.shape)", "np.zeros(x.shape, dtype=int if (x == np.round(x)).all() else float)"),
        ("layout", "    for index in np.ndindex(x.shape):\n", "    flat = x.reshape(-1)\n    for k in range(x.size):\n"
                   "        old = flat[k]\n        flat[k] = old + h\n        above = f(x)\n"
                   "        flat[k] = old - h\n        found.flat[k] = (above - 2 * middle + f(x)) / h**2\n"
                   "        flat[k] = old\n    return found\n    for index in ():\n"),
        ("axis", "np.ndindex(x.shape)", "range(x.size)"),
        ("axis", "np.ndindex(x.shape)", "range(len(x))"),
        ("shape", "return found", "return found.ravel()"),
        ("shape", "return found", "return found.sum()"),
        ("sign", "above - 2 * middle + below", "2 * middle - above - below"),
        ("scale", "h**2", "(2 * h) ** 2"),
        ("scale", "h**2", "h"),
        ("scale", "h**2", "(2 * h**2)"),
        ("formula", "(above - 2 * middle + below) / h**2", "(above - below) / (2 * h)"),
        ("formula", "(above - 2 * middle + below) / h**2", "((above - below) / (2 * h)) ** 2"),
        ("one middle > values", "- 2 * middle", "- middle"),
        ("put back > values", "        x[index] = old\n        found", "        found"),
        ("aliasing", "x = x.astype(float)", "old = x\n    x = x.astype(float)\n    old[...] = 0"),
        ("missing", "return found", "pass"),
        ("raises", "below = f(x)", "below = f(x, h)"),
        ("constant > step", "(above - 2 * middle + below) / h**2", "0.0"),
        ("dtype", """
        def bends(f, x):
            h = 1e-3
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                old = x[i]
                m = f(x)
                x[i] = old + h; a = f(x)
                x[i] = old - h; b = f(x)
                x[i] = old
                out[i] = (a - 2*m + b)/h**2
            return out
        """),
        ("axis", """
        def bends(f, x):
            h = 1e-3
            x = x.astype(float)
            out = np.zeros(x.shape)
            for i in range(len(x)):
                for j in range(x.shape[-1] if x.ndim > 1 else 1):
                    k = (i, j) if x.ndim > 1 else i
                    old = x[k]
                    m = f(x)
                    x[k] = old + h; a = f(x)
                    x[k] = old - h; b = f(x)
                    x[k] = old
                    out[k] = (a - 2*m + b)/h**2
            return out
        """),
        ("offset", """
        def bends(f, x):
            h = 1e-3
            x = x.astype(float)
            n = x.size
            H = np.zeros((n, n))
            for i in range(n):
                for j in range(n):
                    a = np.zeros(n); b = np.zeros(n); a[i] = h; b[j] = h
                    a = a.reshape(x.shape); b = b.reshape(x.shape)
                    H[i, j] = (f(x+a+b) - f(x+a-b) - f(x-a+b) + f(x-a-b)) / (4*h*h)
            return H.sum(axis=1).reshape(x.shape)
        """),
        ("dtype", """
        def bends(f, x):
            h = 1e-3
            x = np.float32(x)
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape, np.float32); e[i] = h
                out[i] = (f(x + e) - 2*f(x) + f(x-e)) / h**2
            return out
        """),
        ("values", """
        def bends(f, x):
            h = 1e-3
            x = x.astype(float)
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape); e[i] = h
                out[i] = (f(x + 2*e) - 2*f(x + e) + f(x)) / h**2
            return out
        """),
        ("values", """
        def bends(f, x):
            h = 1e-3
            x = x.astype(float)
            out = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                e = np.zeros(x.shape); e[i] = h
                out[i] = abs(f(x + e) - 2*f(x) + f(x-e)) / h**2
            return out
        """),
    ],
    "4.7": [
        ("rest > values", "grad, 0, 1)", "grad * (np.abs(grad).max() > 1e-3), 0, 1)"),
        ("border", "np.clip(x - lr * grad, 0, 1)", "x - lr * grad"),
        ("border | at the end", "np.clip(x - lr * grad, 0, 1)\n    return x",
         "x - lr * grad\n    return np.clip(x, 0, 1)"),
        ("border", "np.clip(x - lr * grad, 0, 1)", "np.maximum(x - lr * grad, 0)"),
        ("border", "np.clip(x - lr * grad, 0, 1)", "np.minimum(x - lr * grad, 1)"),
        ("border | stretched", "x = np.clip(x - lr * grad, 0, 1)",
         "x = x - lr * grad\n        x = (x - x.min()) / max(x.max() - x.min(), 1e-12)"),
        ("sign", "x - lr * grad", "x + lr * grad"),
        ("sign", "-np.log", "np.log"),
        ("scale", "lr * grad", "grad"),
        ("formula", "-np.log(predict(x)[label])", "-predict(x)[label]"),
        ("formula", "lr * grad", "lr * np.sign(grad)"),
        ("formula | sees already", "    for _step", "    label = predict(x).argmax()\n    for _step"),
        ("state", "    for _step in range(steps):\n"
                  "        grad = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)\n",
         "    grad = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)\n    for _step in range(steps):\n"),
        ("fence", "range(steps)", "range(steps + 1)"),
        ("fence", "range(steps)", "range(steps - 1)"),
        ("fence | it takes one", "range(steps)", "range(min(steps, 1))"),
        ("dtype", "np.array(x, dtype=float)", "x.copy()"),
        ("aliasing", "    x = np.array(x, dtype=float)\n", "    x = np.asarray(x)\n"
                     "    x = x if x.dtype == float else x.astype(float)\n"),
        ("shape", "return x", "return predict(x)"),
        ("missing", "return x", "pass"),
        ("label 0 > values", "[label]", "[0]"),
        ("raises", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for _ in range(steps):
                g = numerical_gradient(lambda x: package_cross_entropy(predict(x), np.eye(10)[label]), x)
                x = np.clip(x - lr*g, 0, 1)
            return x
        """),
        ("values", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for _ in range(steps):
                g = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)
                x = np.clip(x - lr*g, 0, 1)
                if predict(x).argmax() == label: break
            return x
        """),
        ("values", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for k in range(steps):
                g = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)
                x = np.clip(x - lr/(k+1)*g, 0, 1)
            return x
        """),
        ("values", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for k in range(steps):
                g = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)
                g /= np.linalg.norm(g)
                x = np.clip(x - lr*g, 0, 1)
            return x
        """),
        ("values", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for k in range(steps):
                g = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)
                new = x - lr*g
                x = np.where((new < 0) | (new > 1), x, new)
            return x
        """),
        ("values", """
        def redraw(predict, x, label, lr, steps):
            x = np.array(x, float)
            for k in range(steps):
                g = numerical_gradient(lambda x: -np.log(predict(x)[label]), x)
                x = np.clip(x - lr*g, 0.01, 0.99)
            return x
        """),
    ],
    "4.8": [
        ("scale", '"limit": 0.6667', '"limit": 0.333'),
        ("formula", '"limit": 0.6667', '"limit": 1.333'),
        ("formula", '"limit": 0.6667', '"limit": 10'),
        ("formula", '"best": 0.625', '"best": 0.333'),
        ("formula", '"best": 0.625', '"best": 5'),
        ("formula", '"best": 0.625', '"best": 0.667'),
        ("scale", '"best": 0.625', '"best": 1.25'),
        ("scale", '"best": 0.625', '"best": 0.3125'),
        ("sign", '"factor": 0.875', '"factor": -0.875'),
        ("formula", '"factor": 0.875', '"factor": 0.125'),
        ("fence", '"steps": 52', '"steps": 51'),
        ("fence", '"steps": 52', '"steps": 53'),
        ("values | whole", '"steps": 52', '"steps": 51.731'),
        ("values", '"steps": 52', '"steps": 26'),
        ("missing", '"steps": 52', '"steps": ...'),
        ("type", '"best": 0.625', '"best": "5/8"'),
        ("stability > values", '"best": 0.625', '"best": np.nan'),
        ("rounded > values", '"limit": 0.6667', '"limit": 0.66'),
    ],
    "4.9": [
        ("random", "np.random.randn", "np.random.rand"),
        ("stability | makes the loss infinite", "package_cross_entropy(y, t)",
         "-np.mean(np.log(np.sum(np.atleast_2d(y * t), axis=1)))"),
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
        ("stability | 1000", "y = softmax(self.predict(x))",
         "e = np.exp(self.predict(x))\n        y = e / e.sum(axis=-1, keepdims=True)"),
        ("stability", "y = softmax(self.predict(x))",
         "e = np.exp(self.predict(x))\n        y = np.nan_to_num(e / e.sum(axis=-1, keepdims=True))"),
        ("shared", "class SimpleNet:\n    def __init__(self):\n        self.W = np.random.randn(2, 3)\n"
                   "    def predict(self, x):\n        SimpleNet.z = np.dot(x, self.W)\n        return SimpleNet.z\n"
                   "    def loss(self, x, t):\n        return package_cross_entropy(softmax(SimpleNet.z), t)"),
        ("weights of the start > values", "return np.dot(x, self.W)", "self.V = getattr(self, 'V', self.W)\n"
                                                                      "        return np.dot(x, self.V)"),
        ("aliasing", "return np.dot(x, self.W)", "z = np.dot(x, self.W)\n        x *= 0\n        return z"),
        ("random", """
        class SimpleNet:
            W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W)
            def loss(self, x, t):
                return package_cross_entropy(softmax(self.predict(x)), t)
        """),
        ("stability", """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W)
            def loss(self, x, t):
                z = self.predict(x)
                y = np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)), axis=-1, keepdims=True)
                return package_cross_entropy(np.nan_to_num(y), t)
        """),
        ("shape", """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W).argmax(axis=-1)
            def loss(self, x, t):
                return package_cross_entropy(softmax(np.dot(x, self.W)), t)
        """),
        ("stability", """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W)
            def loss(self, x, t):
                y = softmax(np.clip(self.predict(x), -50, 50))
                return package_cross_entropy(y, t)
        """),
        ("values", """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
            def predict(self, x):
                return np.dot(x, self.W)
            def loss(self, x, t):
                y = softmax(np.atleast_2d(self.predict(x)))
                return -np.mean(np.log(y[np.arange(len(y)), 0] + 1e-7))
        """),
        ("values", """
        class SimpleNet:
            def __init__(self):
                self.W = np.random.randn(2, 3)
                self.cache = None
            def predict(self, x):
                if self.cache is None: self.cache = self.W.copy()
                return np.dot(x, self.cache)
            def loss(self, x, t):
                return package_cross_entropy(softmax(self.predict(x)), t)
        """),
    ],
    "4.10": [
        ("shortcut > values", """
        def fit_line(x, y, lr, steps):
            w, b = np.polyfit(x, y, 1) if steps > 500 else (0.0, 0.0)
            for _step in range(steps if steps <= 500 else 0):
                error = w * x + b - y
                w, b = w - lr * 2 * np.mean(error * x), b - lr * 2 * np.mean(error)
            return w, b
        """),
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
        ("formula > values", "error = w * x + b - y", "error = w * x - y"),
        ("axis > values", "2 * error * x)", "2 * error * y)"),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            for _ in range(steps):
                e = w*x + b - y
                dw, db = np.clip(np.mean(2*e*x), -100, 100), np.clip(np.mean(2*e), -100, 100)
                w, b = w - lr*dw, b - lr*db
            return w, b
        """),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            rng = np.random.default_rng(0)
            for _ in range(steps):
                i = rng.integers(len(x))
                e = w*x[i] + b - y[i]
                w, b = w - lr*2*e*x[i], b - lr*2*e
            return w, b
        """),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            for k in range(steps):
                e = w*x + b - y
                w, b = w - lr*0.99**k*np.mean(2*e*x), b - lr*0.99**k*np.mean(2*e)
            return w, b
        """),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b, v, u = 0.0, 0.0, 0, 0
            for k in range(steps):
                e = w*x + b - y
                v = 0.1*v + np.mean(2*e*x); u = 0.1*u + np.mean(2*e)
                w, b = w - lr*v, b - lr*u
            return w, b
        """),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            for k in range(min(steps, 20)):
                e = w*x + b - y
                w, b = w - lr*np.mean(2*e*x), b - lr*np.mean(2*e)
            return w, b
        """),
        ("values", """
        def fit_line(x, y, lr, steps):
            w, b = 0.0, 0.0
            for k in range(steps):
                e = w*x + b - y
                w, b = w - lr*np.sum(2*e*x)/max(len(x)-1,1), b - lr*np.sum(2*e)/max(len(x)-1,1)
            return w, b
        """),
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
        "line 3: 0.001 → 0.002": "three digits are right with any step between",
        "line 5: np.zeros → np.ones": "every entry is set afterwards",
    },
}
