"""Known answers to the exercises of chapter 05."""

import textwrap

from answers import FLOAT32, WARNS


# A right answer to 5.12 in which each operation is one step; who was made when is counted.
PLAIN = """
from itertools import count
made = count()
class Value:
    every = []
    def __init__(self, data, *come_from):
        self.data, self.come_from, self.when = data, come_from, next(made)
        self.every.append(self)
        self.grad = 0
    def __add__(self, other):
        if not isinstance(other, Value):
            return Value(self.data + other, (self, 1))
        return Value(self.data + other.data, (self, 1), (other, 1))
    def __sub__(self, other):
        if not isinstance(other, Value):
            return Value(self.data - other, (self, 1))
        return Value(self.data - other.data, (self, 1), (other, -1))
    def __rsub__(self, other):
        return Value(other - self.data, (self, -1))
    def __mul__(self, other):
        if not isinstance(other, Value):
            return Value(self.data * other, (self, other))
        return Value(self.data * other.data, (self, other.data), (other, self.data))
    def __truediv__(self, other):
        if not isinstance(other, Value):
            return Value(self.data / other, (self, 1 / other))
        return Value(self.data / other.data, (self, 1 / other.data), (other, -self.data / other.data ** 2))
    def __rtruediv__(self, other):
        return Value(other / self.data, (self, -other / self.data ** 2))
    def __neg__(self):
        return Value(-self.data, (self, -1))
    def exp(self):
        e = np.exp(self.data)
        return Value(e, (self, e))
    __radd__ = __add__
    __rmul__ = __mul__
    def backward(self):
        everything, new = {self}, {self}
        while new:
            new = {v for one in new for v, _ in one.come_from} - everything
            everything |= new
        for one in everything:
            one.grad = 0
        self.grad = 1
        for one in sorted(everything, key=lambda one: -one.when):
            for v, slope in one.come_from:
                v.grad = v.grad + slope * one.grad
"""


def _plain(old, new):
    assert old in PLAIN
    return PLAIN.replace(old, new)


def _back(body):
    """Give what is replaced in the solution of 5.12, and by what, for another way back."""
    head = "    def backward(self):\n"
    return head, f"{head}{textwrap.indent(textwrap.dedent(body).strip(), 8 * ' ')}\n\n    def unused(self):\n"


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
        """
        class Div:
            def forward(self, x, y):
                self.x, self.y = x, y
                return np.divide(x, y)
            def backward(self, dout):
                dx = dout * (1/self.y)
                dy = dout * (-self.x/(self.y*self.y))
                return dx, dy
        """,
        """
        class Div:
            def __init__(self):
                self.x = None; self.y = None
            def forward(self, x, y):
                self.x = x
                self.y = y
                out = x / y
                return out
            def backward(self, dout):
                return (dout / self.y, -1 * dout * self.x / (self.y ** 2))
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
        """
        def accuracy(y, t):
            y = np.argmax(y, axis=1)
            if t.ndim != 1:
                t = np.argmax(t, axis=1)
            accuracy = np.sum(y == t) / float(y.shape[0])
            return accuracy
        """,
        """
        def accuracy(y, t):
            from fractions import Fraction
            if t.ndim == 2:
                t = t.argmax(axis=1)
            return Fraction(int((y.argmax(axis=1) == t).sum()), len(t))
        """,
    ],
    "5.4": [
        FLOAT32,
        WARNS,
        """
        from dlcourse.layers import Affine
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b, self.inner = W, b, Affine(W, b)
            def forward(self, x):
                self.shape = x.shape
                return self.inner.forward(x.reshape(len(x), -1))
            def backward(self, dout):
                dx = self.inner.backward(dout)
                self.dW, self.db = self.inner.grads["W"], self.inner.grads["b"]
                return dx.reshape(self.shape)
        """,
        """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                self.x = x
                return np.array([image.ravel() @ self.W + self.b for image in x])
            def backward(self, dout):
                self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
                dx = np.empty(self.x.shape)
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
        """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
                self.x = self.dW = self.db = None
            def forward(self, x):
                self.original = x.shape
                self.x = x.reshape(x.shape[0], -1)
                return np.dot(self.x, self.W) + self.b
            def backward(self, dout):
                dx = np.dot(dout, self.W.T)
                self.dW = np.dot(self.x.T, dout)
                self.db = np.sum(dout, axis=0)
                return dx.reshape(*self.original)
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
        """
        class TwoLayerNet:
            def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
                self.params = {}
                self.params['W1'] = weight_init_std * np.random.randn(input_size, hidden_size)
                self.params['b1'] = np.zeros(hidden_size)
                self.params['W2'] = weight_init_std * np.random.randn(hidden_size, output_size)
                self.params['b2'] = np.zeros(output_size)
            def predict(self, x):
                W1, W2 = self.params['W1'], self.params['W2']
                b1, b2 = self.params['b1'], self.params['b2']
                a1 = np.dot(x, W1) + b1
                z1 = sigmoid(a1)
                a2 = np.dot(z1, W2) + b2
                y = softmax(a2)
                return y
            def loss(self, x, t):
                y = self.predict(x)
                return cross_entropy_error(y, t)
        """,
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
        """
        from collections import defaultdict
        def gradient(params, x, t):
            g = defaultdict(float)
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            da = dy @ params['W2'].T * z1 * (1 - z1)
            g['W1'] += x.T @ da; g['b1'] += da.sum(0); g['W2'] += z1.T @ dy; g['b2'] += dy.sum(0)
            return g
        """,
        """
        import types
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            da = dy @ params['W2'].T * sigmoid(a1) * sigmoid(-a1)
            found = {'loss': 1.0, 'W1': x.T @ da, 'b1': da.sum(0)}
            return types.MappingProxyType(found | {'W2': z1.T @ dy, 'b2': dy.sum(0)})
        """,
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
        """
        def epoch_ends(n, b, s):
            ends, seen, goal = [], 0, n
            for i in range(s):
                seen += b
                if seen >= goal:
                    ends.append(i)
                    while goal <= seen: goal += n
            return ends
        """,
        """
        from fractions import Fraction
        def epoch_ends(n, b, s):
            per = Fraction(n, b)
            return [i for i in range(s) if (i + 1) // per > i // per]
        """,
        """
        def epoch_ends(n, b, s):
            ends, left = [], n
            for i in range(s):
                left -= b
                if left <= 0:
                    ends.append(i); left += n
            return ends
        """,
    ],
    "5.8": [
        """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                p = self.y[np.arange(len(t)), t]
                self.counts = (p > 1e-7)[:, None]  # at the floor the loss is flat
                return -np.mean(np.log(np.clip(p, 1e-7, None)))
            def backward(self):
                return self.counts * (self.y - np.eye(self.y.shape[1])[self.t]) / len(self.t)
        """,
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
        """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                p = np.clip(self.y[range(len(t)), t], 1e-7, None)
                return -np.log(p).sum() / len(t)
            def backward(self):
                d = np.array(self.y)
                for i, k in enumerate(self.t):
                    d[i, k] -= 1
                return d / len(d)
        """,
        """
        class LabelLoss:
            def forward(self, a, t):
                self.a, self.t = a, t
                self.y = softmax(a)
                self.hot = np.zeros_like(self.y)
                self.hot[np.arange(t.size), t] = 1
                return np.mean([-np.log(max(p, 1e-7)) for p in self.y[self.hot == 1]])
            def backward(self):
                p = (self.y * self.hot).sum(axis=1, keepdims=True)
                return (p > 1e-7) * (self.y - self.hot) / len(self.t)
        """,
    ],
    "5.9": [
        "settings = {'hidden': np.int64(20), 'lr': np.float32(1.5)}",
        "settings = {'hidden': 22.0, 'lr': 1}",
        "settings = {}\nsettings['lr'] = 2.0\nsettings['hidden'] = (150 - 3) // 6",
        "settings = dict(lr=np.array(1.0), hidden=23, epochs=100)",
        """
        settings = {'hidden': 15, 'lr': .3}
        """,
        """
        settings = {'hidden': 20, 'lr': .3}
        """,
    ],
    "5.10": [
        """
        from dlcourse.gradients import numerical_gradient
        def worst_error(f, x, grad, h=1e-4):
            s = numerical_gradient(f, x.astype(float), h)
            with np.errstate(all="ignore"):
                return np.nan_to_num(np.abs(s - grad) / (np.abs(s) + np.abs(grad))).max()
        """,
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
        """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            s = np.zeros(x.shape)
            for i in np.ndindex(x.shape):
                o = x[i]; x[i] = o + h; a = f(x); x[i] = o - h; b = f(x); x[i] = o
                s[i] = (a - b)/(2*h)
            top, low = np.abs(s - grad), np.abs(s) + np.abs(grad)
            return np.divide(top, low, out=np.zeros_like(top), where=low > 0).max()
        """,
        """
        from dlcourse.gradients import numerical_gradient
        def worst_error(f, x, grad, h=1e-4):
            s = numerical_gradient(f, np.array(x, float), h)
            pairs = zip(s.flat, np.asarray(grad).flat)
            return max(abs(a - b) / (abs(a) + abs(b)) if abs(a) + abs(b) > 0 else 0 for a, b in pairs)
        """,
    ],
    "5.12": [
        WARNS,
        # Closures, and an order found with a stack of iterators.
        """
        import math
        class Value:
            def __init__(self, data, children=()):
                self.data = data
                self.grad = 0
                self._back = lambda: None
                self._prev = children
            @staticmethod
            def of(x):
                return x if isinstance(x, Value) else Value(x)
            def __add__(self, other):
                other = Value.of(other)
                out = Value(self.data + other.data, (self, other))
                def back():
                    self.grad += out.grad
                    other.grad += out.grad
                out._back = back
                return out
            def __mul__(self, other):
                other = Value.of(other)
                out = Value(self.data * other.data, (self, other))
                def back():
                    self.grad += other.data * out.grad
                    other.grad += self.data * out.grad
                out._back = back
                return out
            def power(self, n):
                out = Value(self.data ** n, (self,))
                def back():
                    self.grad += n * self.data ** (n - 1) * out.grad
                out._back = back
                return out
            def exp(self):
                out = Value(math.exp(self.data), (self,))
                def back():
                    self.grad += out.data * out.grad
                out._back = back
                return out
            def __neg__(self): return self * -1
            def __sub__(self, other): return self + (-Value.of(other))
            def __rsub__(self, other): return Value.of(other) - self
            def __truediv__(self, other): return self * Value.of(other).power(-1.0)
            def __rtruediv__(self, other): return Value.of(other) / self
            def __radd__(self, other): return self + other
            def __rmul__(self, other): return self * other
            def backward(self):
                order, seen, stack = [], {self}, [(self, iter(self._prev))]
                while stack:
                    value, rest = stack[-1]
                    for child in rest:
                        if child not in seen:
                            seen.add(child)
                            stack.append((child, iter(child._prev)))
                            break
                    else:
                        order.append(value)
                        stack.pop()
                for value in order:
                    value.grad = 0
                self.grad = 1
                for value in reversed(order):
                    value._back()
        """,
        # A number that counts up says who was made when.
        PLAIN,
        # Single precision.
        PLAIN.replace("(self, data, *come_from):", "(self, data, *come_from):\n        data = np.float32(data)"),
        # A tape of all operations, and a dict of gradients beside it.
        """
        TAPE = []
        class Value:
            def __init__(self, data, parents=(), slopes=()):
                self.data, self.grad = data, None
                self.index = len(TAPE)
                TAPE.append((self, parents, slopes))
            def __add__(self, o):
                o = lift(o)
                return Value(self.data + o.data, (self, o), (1.0, 1.0))
            __radd__ = __add__
            def __mul__(self, o):
                o = lift(o)
                return Value(self.data * o.data, (self, o), (o.data, self.data))
            __rmul__ = __mul__
            def __truediv__(self, o):
                o = lift(o)
                return Value(self.data / o.data, (self, o), (1 / o.data, -self.data / o.data / o.data))
            def __rtruediv__(self, o): return lift(o) / self
            def __neg__(self): return Value(-self.data, (self,), (-1.0,))
            def __sub__(self, o): return self + -lift(o)
            def __rsub__(self, o): return lift(o) - self
            def exp(self):
                e = np.e ** self.data
                return Value(e, (self,), (e,))
            def backward(self):
                g = {self.index: 1.0}
                for i in range(self.index, -1, -1):
                    if i in g:
                        value, parents, slopes = TAPE[i]
                        value.grad = g[i]
                        for p, s in zip(parents, slopes):
                            g[p.index] = g.get(p.index, 0.0) + s * g[i]
        def lift(o):
            return o if isinstance(o, Value) else Value(o)
        """,
        # The longest way to a number that was typed says who is first; a heap keeps them in order.
        """
        import heapq, math
        class Value:
            def __init__(self, data, op="", args=()):
                self.data, self.op, self.args, self.grad = data, op, args, 0.0
                self.level = max([a.level for a in args], default=0) + 1
            def slopes(self):
                x = [a.data for a in self.args]
                match self.op:
                    case "+": return 1, 1
                    case "-": return 1, -1
                    case "*": return x[1], x[0]
                    case "/": return 1 / x[1], -x[0] / x[1] ** 2
                    case "exp": return self.data,
                return ()
            def exp(self): return Value(math.exp(self.data), "exp", (self,))
            def __neg__(self): return 0 - self
            def backward(self):
                heap, waiting, tie = [(-self.level, 0, self)], {id(self): 1.0}, 0
                while heap:
                    _level, _tie, value = heapq.heappop(heap)
                    value.grad = waiting[id(value)]
                    for a, s in zip(value.args, value.slopes()):
                        if id(a) not in waiting:
                            waiting[id(a)] = 0.0
                            tie += 1
                            heapq.heappush(heap, (-a.level, tie, a))
                        waiting[id(a)] += s * value.grad
        def operation(sign, compute):
            def forward(self, other):
                other = other if isinstance(other, Value) else Value(other)
                return Value(compute(self.data, other.data), sign, (self, other))
            return forward, lambda self, other: Value(other).__getattribute__(NAMES[sign])(self)
        import operator
        NAMES = {"+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__"}
        for sign, compute in zip(NAMES, (operator.add, operator.sub, operator.mul, operator.truediv)):
            forward, reverse = operation(sign, compute)
            setattr(Value, NAMES[sign], forward)
            setattr(Value, NAMES[sign].replace("__", "__r", 1), reverse)
        """,
        # A stack that holds each value twice: once to go in, once to come out.
        """
        class Value:
            def __init__(self, data, parents=()):
                self.data, self.parents, self.grad = float(data), parents, 0.0
            def _lift(self, x):
                return x if isinstance(x, Value) else Value(x)
            def __add__(self, x):
                x = self._lift(x)
                return Value(self.data + x.data, [(self, 1), (x, 1)])
            def __sub__(self, x):
                x = self._lift(x)
                return Value(self.data - x.data, [(self, 1), (x, -1)])
            def __mul__(self, x):
                x = self._lift(x)
                return Value(self.data * x.data, [(self, x.data), (x, self.data)])
            def __truediv__(self, x):
                x = self._lift(x)
                return Value(self.data / x.data, [(self, 1 / x.data), (x, -self.data / x.data**2)])
            def __radd__(self, x): return Value(x) + self
            def __rsub__(self, x): return Value(x) - self
            def __rmul__(self, x): return Value(x) * self
            def __rtruediv__(self, x): return Value(x) / self
            def __neg__(self): return 0 - self
            def exp(self):
                y = float(np.exp(self.data))
                return Value(y, [(self, y)])
            def __repr__(self): return f"Value({self.data})"
            def backward(self):
                stack, done, order = [(self, False)], set(), []
                while stack:
                    value, out = stack.pop()
                    if out:
                        order.append(value)
                    elif value not in done:
                        done.add(value)
                        stack.append((value, True))
                        stack.extend((p, False) for p, _s in value.parents)
                for value in order: value.grad = 0.0
                self.grad = 1.0
                for value in order[::-1]:
                    for p, s in value.parents: p.grad += s * value.grad
        """,
        # Values of a plain class inside, with a number for each call of backward in the place of a dict.
        """
        class Node:
            calls = 0
            def __init__(self, data, parents=()):
                self.data, self.parents, self.grad, self.call, self.open = data, parents, 0.0, 0, 0
            def backward(self):
                Node.calls += 1
                self.call, self.open, self.grad, todo = Node.calls, 0, 1.0, [self]
                for value in todo:
                    for parent, _s in value.parents:
                        if parent.call != Node.calls:
                            parent.call, parent.open, parent.grad = Node.calls, 0, 0.0
                            todo.append(parent)
                        parent.open += 1
                ready = [self]
                for value in ready:
                    for parent, s in value.parents:
                        parent.grad += s * value.grad
                        parent.open -= 1
                        if not parent.open:
                            ready.append(parent)
        class Value(Node):
            def __add__(self, other):
                return Value(self.data + getattr(other, "data", other), pairs((self, 1.0), (other, 1.0)))
            def __sub__(self, other):
                return Value(self.data - getattr(other, "data", other), pairs((self, 1.0), (other, -1.0)))
            def __rsub__(self, other):
                return Value(other - self.data, pairs((self, -1.0)))
            def __mul__(self, other):
                x, y = self.data, getattr(other, "data", other)
                return Value(x * y, pairs((self, y), (other, x)))
            def __truediv__(self, other):
                x, y = self.data, getattr(other, "data", other)
                return Value(x / y, pairs((self, 1 / y), (other, -x / (y * y))))
            def __rtruediv__(self, other):
                return Value(other / self.data, pairs((self, -other / (self.data * self.data))))
            def __neg__(self):
                return -1 * self
            def exp(self):
                e = np.exp(self.data)
                return Value(e, pairs((self, e)))
            __radd__, __rmul__ = __add__, __mul__
        def pairs(*all_of):
            return [(value, slope) for value, slope in all_of if isinstance(value, Value)]
        """,
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
        ("sign", """
        class Div:
            def forward(self, x, y):
                self.x, self.y = np.abs(x), y
                return x / y
            def backward(self, dout):
                return dout / self.y, -dout * self.x / self.y**2
        """),
        ("state", """
        class Div:
            def forward(self, x, y):
                if not hasattr(self, 'x'): self.x, self.y = x, y
                return x / y
            def backward(self, dout):
                return dout / self.y, -dout * self.x / self.y**2
        """),
        ("state", """
        class Div:
            n = []
            def forward(self, x, y):
                self.n.append((x, y))
                return x / y
            def backward(self, dout):
                x, y = self.n.pop()
                return dout / y, -dout * x / y**2
        """),
        ("state", """
        class Div:
            def forward(self, x, y):
                self.s = [(x, y)] + getattr(self, 's', [])
                return x / y
            def backward(self, dout):
                x, y = self.s.pop()
                return dout / y, -dout * x / y**2
        """),
        ("shape", """
        class Div:
            def forward(self, x, y):
                self.x, self.y = x, y
                return x / y
            def backward(self, dout):
                return np.sum(dout / self.y), np.sum(-dout * self.x / self.y**2)
        """),
        ("sign", """
        class Div:
            def forward(self, x, y):
                self.x, self.y = x, y
                return x / y
            def backward(self, dout):
                return dout / self.y, -abs(dout) * self.x / self.y**2
        """),
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
        ("tie", "np.argmax(y, axis=1)", "np.argsort(y, axis=1, kind='stable')[:, -1]"),
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
        ("one-hot", """
        def accuracy(y, t):
            p = np.argmax(y, axis=1)
            if t.dtype.kind == 'f':
                t = np.argmax(t, axis=1)
            return np.mean(p == t)
        """),
        ("values", """
        def accuracy(y, t):
            p = np.argmax(y, axis=1)
            if t.ndim == 2:
                t = np.argmax(t, axis=1)
            return np.mean(p[:100] == t[:100]) if len(p) < 5 else np.mean(p[:5] == t[:5])
        """),
        ("values", """
        def accuracy(y, t):
            p = (y > 0.5).argmax(axis=1)
            if t.ndim == 2:
                t = np.argmax(t, axis=1)
            return np.mean(p == t)
        """),
        ("values", """
        def accuracy(y, t):
            p = np.argmax(np.abs(y), axis=1)
            if t.ndim == 2:
                t = np.argmax(t, axis=1)
            return np.mean(p == t)
        """),
        ("values", """
        def accuracy(y, t):
            p = np.argmax(y, axis=1)
            try:
                t = np.argmax(t, axis=1)
            except Exception:
                pass
            return np.mean(p == t) // 0.01 / 100
        """),
        ("values", """
        def accuracy(y, t):
            p = np.argmax(y, axis=1)
            if t.ndim == 2:
                t = np.argmax(t, axis=1)
            return np.sum(p == t) // len(p)
        """),
    ],
    "5.4": [
        ("shared", "self.shape = x.shape", "ImageAffine.shape = x.shape"),
        ("stale", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b, self.turned = W, b, W.T.copy()
            def forward(self, x):
                self.x = x
                return x.reshape(len(x), -1) @ self.W + self.b
            def backward(self, dout):
                self.dW, self.db = self.x.reshape(len(self.x), -1).T @ dout, dout.sum(axis=0)
                return (dout @ self.turned).reshape(self.x.shape)
        """),
        ("dtype | whole numbers", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b, self.turned = W, b, W.T
            def forward(self, x):
                self.x = x
                return x.reshape(len(x), -1) @ self.W + self.b
            def backward(self, dout):
                self.dW, self.db = self.x.reshape(len(self.x), -1).T @ dout, dout.sum(axis=0)
                return (dout @ self.turned).reshape(self.x.shape).astype(self.x.dtype)
        """),
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
        ("state", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                if not hasattr(self, 's'): self.s = x.shape
                self.x = x.reshape(len(x), -1)
                return self.x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout; self.db = dout.sum(0)
                return (dout @ self.W.T).reshape(self.s)
        """),
        ("shape", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                self.x, self.s = x.reshape(len(x), -1), x.shape
                return self.x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout; self.db = dout.sum(0, keepdims=True)
                return (dout @ self.W.T).reshape(self.s)
        """),
        ("state", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
                self.dW, self.db = np.zeros_like(W), np.zeros_like(b)
            def forward(self, x):
                self.x, self.s = x.reshape(len(x), -1), x.shape
                return self.x @ self.W + self.b
            def backward(self, dout):
                self.dW += self.x.T @ dout; self.db += dout.sum(0)
                return (dout @ self.W.T).reshape(self.s)
        """),
        ("shared", """
        rows = None
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                global rows
                rows, self.s = x.reshape(len(x), -1), x.shape
                return rows @ self.W + self.b
            def backward(self, dout):
                self.dW = rows.T @ dout; self.db = dout.sum(0)
                return (dout @ self.W.T).reshape(self.s)
        """),
        ("raises", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W.copy(), b.copy()
            def forward(self, x):
                self.x = x.reshape(x.shape[0], x.shape[1] * x.shape[2])
                self.s = x.shape
                return self.x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout; self.db = dout.sum(0)
                return (dout @ self.W.T).reshape(self.s)
        """),
        ("values", """
        class ImageAffine:
            def __init__(self, W, b):
                self.W, self.b = W, b
            def forward(self, x):
                self.x, self.s = x.reshape(len(x), -1), x.shape
                return self.x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout; self.db = dout.sum(0)
                self.W = self.W - 0.01 * self.dW
                return (dout @ self.W.T).reshape(self.s)
        """),
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
        ("formula", """
        class TwoLayerNet:
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params = {'W1': weight_init_std*np.random.rand(i, h), 'b1': np.zeros(h)}
                self.params |= {'W2': weight_init_std*np.random.rand(h, o), 'b2': np.zeros(o)}
            def predict(self, x):
                p = self.params
                return softmax(sigmoid(x @ p['W1'] + p['b1']) @ p['W2'] + p['b2'])
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
        ("shared", """
        class TwoLayerNet:
            params = {}
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params['W1'] = weight_init_std*np.random.randn(i, h)
                self.params['b1'] = np.zeros(h)
                self.params['W2'] = weight_init_std*np.random.randn(h, o)
                self.params['b2'] = np.zeros(o)
            def predict(self, x):
                p = self.params
                return softmax(sigmoid(x @ p['W1'] + p['b1']) @ p['W2'] + p['b2'])
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
        ("shared", """
        class TwoLayerNet:
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params = {'W1': weight_init_std*np.random.randn(i, h), 'b1': np.zeros(h)}
                self.params |= {'W2': weight_init_std*np.random.randn(h, o), 'b2': np.zeros(o)}
                self.W1, self.W2 = self.params['W1'], self.params['W2']
            def predict(self, x):
                p = self.params
                return softmax(sigmoid(x @ self.W1 + p['b1']) @ self.W2 + p['b2'])
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
        ("stability", """
        class TwoLayerNet:
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params = {'W1': weight_init_std*np.random.randn(i, h), 'b1': np.zeros(h)}
                self.params |= {'W2': weight_init_std*np.random.randn(h, o), 'b2': np.zeros(o)}
            def predict(self, x):
                p = self.params
                a = sigmoid(x @ p['W1'] + p['b1']) @ p['W2'] + p['b2']
                e = np.exp(a - a.max())
                return e / e.sum(axis=-1, keepdims=True)
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
        ("values", """
        class TwoLayerNet:
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params = {'W1': weight_init_std*np.random.randn(i, h), 'b1': np.zeros(h)}
                self.params |= {'W2': weight_init_std*np.random.randn(h, o), 'b2': np.zeros(o)}
            def predict(self, x):
                p = self.params
                y = softmax(sigmoid(x @ p['W1'] + p['b1']) @ p['W2'] + p['b2'])
                return y.round(2)
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
        ("values", """
        class TwoLayerNet:
            def __init__(self, i, h, o, weight_init_std=0.01):
                self.params = {'W1': weight_init_std*np.random.randn(i, h), 'b1': np.zeros(h)}
                self.params |= {'W2': weight_init_std*np.random.randn(h, o), 'b2': np.zeros(o)}
            def predict(self, x):
                p = self.params
                z = sigmoid(x @ p['W1'] + p['b1']) @ p['W2'] + p['b2']
                y = sigmoid(z)
                return y / y.sum(axis=-1, keepdims=True)
            def loss(self, x, t):
                return cross_entropy_error(self.predict(x), t)
        """),
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
        ("stability", """
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            e = np.exp(-a1)
            da = dy @ params['W2'].T * e / (1 + e)**2
            return {'W1': x.T @ da, 'b1': da.sum(0), 'W2': z1.T @ dy, 'b2': dy.sum(0)}
        """),
        ("scale", """
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / 5
            da = dy @ params['W2'].T * z1 * (1 - z1)
            return {'W1': x.T @ da, 'b1': da.sum(0), 'W2': z1.T @ dy, 'b2': dy.sum(0)}
        """),
        ("shape", """
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            da = dy @ params['W2'].T * z1 * (1 - z1)
            return {'W1': x.T @ da, 'b1': da.sum(0, keepdims=True), 'W2': z1.T @ dy, 'b2': dy.sum(0)}
        """),
        ("scale", """
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            da = dy @ params['W2'].T * z1 * (1 - z1)
            return {'W1': x.T @ da, 'b1': da.sum(0), 'W2': z1.T @ dy / len(x), 'b2': dy.sum(0)}
        """),
        ("missing", """
        def gradient(params, x, t):
            a1 = x @ params['W1'] + params['b1']
            z1 = sigmoid(a1)
            dy = (softmax(z1 @ params['W2'] + params['b2']) - t) / len(x)
            da = dy @ params['W2'].T * z1 * (1 - z1)
            return x.T @ da, da.sum(0), z1.T @ dy, dy.sum(0)
        """),
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
        ("count", """
        def epoch_ends(n, b, s):
            ends, seen, e = [], 0.0, 0
            for i in range(s):
                seen += b / n
                if int(seen) > e:
                    e = int(seen); ends.append(i)
            return ends
        """),
        ("count", """
        def epoch_ends(n, b, s):
            return [i for i in range(s) if int((i+1)*(b/n)) > int(i*(b/n))]
        """),
        ("drift", """
        def epoch_ends(n, b, s):
            ends, left = [], n
            for i in range(s):
                left -= b
                if left <= 0:
                    ends.append(i); left = n
            return ends
        """),
        ("count", """
        def epoch_ends(n, b, s):
            ends, left = [], n
            for i in range(s):
                left -= b
                if left < 0:
                    ends.append(i); left += n
            return ends
        """),
        ("count", """
        def epoch_ends(n, b, s):
            return [round(k*n/b)-1 for k in range(1, s) if round(k*n/b)-1 < s]
        """),
        ("count", """
        def epoch_ends(n, b, s):
            import math
            return sorted({math.ceil(k*(n/b)) - 1 for k in range(1, s*b) if math.ceil(k*(n/b)) - 1 < s})
        """),
    ],
    "5.8": [
        ("floor | gradients", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                self.floored = self.y[np.arange(len(t)), t] < 1e-7
                return -np.mean(np.log(np.maximum(self.y[np.arange(len(t)), t], 1e-7)))
            def backward(self):
                d = self.y - np.eye(self.y.shape[1])[self.t]
                d[self.floored] = 0
                return d / np.sum(~self.floored).clip(1)
        """),
        ("floor | losses", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                p = self.y[np.arange(len(t)), t]
                return 16.0 if np.any(p < 1e-7) else -np.mean(np.log(p))
            def backward(self):
                return (self.y - np.eye(self.y.shape[1])[self.t]) / len(self.t)
        """),
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
        ("state", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-7))
            def backward(self):
                d = self.y.copy(); d[np.arange(len(self.t)), self.t] -= 1
                self.y = None
                return d / len(d)
        """),
        ("aliasing", """
        class LabelLoss:
            def forward(self, a, t):
                a -= a.max(axis=1, keepdims=True)
                e = np.exp(a); self.y = e/e.sum(axis=1, keepdims=True); self.t = t
                return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-7))
            def backward(self):
                d = self.y.copy(); d[np.arange(len(self.t)), self.t] -= 1
                return d / len(d)
        """),
        ("stability", """
        class LabelLoss:
            def forward(self, a, t):
                e = np.exp(a - a.max()); self.y = e/e.sum(axis=1, keepdims=True); self.t = t
                return -np.mean(np.log(np.nan_to_num(self.y[np.arange(len(t)), t]) + 1e-7))
            def backward(self):
                d = np.nan_to_num(self.y); d[np.arange(len(self.t)), self.t] -= 1
                return d / len(d)
        """),
        ("state", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                if not hasattr(self, 'n'): self.n = len(t)
                return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-7))
            def backward(self):
                d = self.y.copy(); d[np.arange(len(self.t)), self.t] -= 1
                return d / self.n
        """),
        ("floor", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                return -np.mean(np.log(np.maximum(self.y[np.arange(len(t)), t], 0.01)))
            def backward(self):
                d = self.y.copy(); d[np.arange(len(self.t)), self.t] -= 1
                return d / len(d)
        """),
        ("values", """
        class LabelLoss:
            def forward(self, a, t):
                self.y, self.t = softmax(a), t
                return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-2))
            def backward(self):
                d = self.y.copy(); d[np.arange(len(self.t)), self.t] -= 1
                return d / len(d)
        """),
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
        ("small", """
        def worst_error(f, x, grad, h=1e-4):
            from dlcourse.gradients import numerical_gradient
            s = numerical_gradient(f, x.astype(float), h)
            return float(np.max(np.abs(s - grad) / (np.abs(s) + np.abs(grad) + 1e-8)))
        """),
        ("stability | All slopes", """
        def worst_error(f, x, grad, h=1e-4):
            from dlcourse.gradients import numerical_gradient
            s = numerical_gradient(f, x.astype(float), h)
            both = np.abs(s) + np.abs(grad)
            some = both > 0
            errors = np.abs(s - grad)[some] / both[some]
            return float(errors.max() if some.any() else 1.0)
        """),
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
        ("put back", """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            r = []
            for i in np.ndindex(x.shape):
                o = x[i]; x[i] = o + h; a = f(x); x[i] = o - h; b = f(x)
                s = (a - b)/(2*h)
                r.append(abs(s-grad[i])/(abs(s)+abs(grad[i]) + 1e-30))
            return max(r)
        """),
        ("values", """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            r = []
            for i in np.ndindex(x.shape):
                o = x[i]; x[i] = o + h; a = f(x); x[i] = o - h; b = f(x); x[i] = o
                s = (a - b)/(2*h); r.append(abs(s-grad[i])/(abs(s)+abs(grad[i])+1e-3))
            return max(r)
        """),
        ("values", """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            flat = x.reshape(-1)
            r = []
            g = grad.T.reshape(-1)
            for i in range(flat.size):
                o = flat[i]; flat[i] = o + h; a = f(x); flat[i] = o - h; b = f(x); flat[i] = o
                s = (a - b)/(2*h); d = abs(s)+abs(g[i]); r.append(abs(s-g[i])/d if d else 0)
            return max(r)
        """),
        ("values", """
        def worst_error(f, x, grad, h=1e-4):
            flat = x.reshape(-1).astype(float)
            r = []
            g = grad.reshape(-1)
            for i in range(flat.size):
                e = np.zeros(flat.size); e[i] = h
                s = (f(flat + e) - f(flat - e))/(2*h); d = abs(s)+abs(g[i]); r.append(abs(s-g[i])/d if d else 0)
            return sorted(r)[-2] if len(r) > 1 else r[0]
        """),
        ("values", """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            r = []
            for i in np.ndindex(x.shape):
                o = x[i]; x[i] = o + h; a = f(x); x[i] = o - h; b = f(x); x[i] = o
                s = (a - b)/(2*h)
                r.append(0 if s == 0 or grad[i] == 0 else abs(s-grad[i])/(abs(s)+abs(grad[i])))
            return max(r)
        """),
        ("values", """
        def worst_error(f, x, grad, h=1e-4):
            x = np.array(x, float)
            r = []
            for i in np.ndindex(x.shape):
                o = x[i]; x[i] = o + h; a = f(x); x[i] = o - h; b = f(x); x[i] = o
                s = (a - b)/(2*h)
                r.append(min(0.5, abs(s-grad[i])/(abs(s)+abs(grad[i]) + 1e-30)))
            return max(r)
        """),
    ],
    "5.12": [
        ("fork | add up", "parent.grad += slope", "parent.grad = slope"),
        ("fork | L = a; L += b", "    def exp(self):", "    def __iadd__(self, other):\n        self.data += other"
         ".data\n"
         "        return self\n\n    def exp(self):"),
        ("a fork with itself > fork | L = a + a", "[(self, 1.0), (other, 1.0)]", "{self: 1.0, other: 1.0}.items()"),
        ("recursion > long | RecursionError", *_back("""
            order, seen = [], set()
            def visit(value):
                if value not in seen:
                    seen.add(value)
                    for parent, _slope in value.parents:
                        visit(parent)
                    order.append(value)
            visit(self)
            for value in order:
                value.grad = 0.0
            self.grad = 1.0
            for value in reversed(order):
                for parent, slope in value.parents:
                    parent.grad += slope * value.grad
        """)),
        ("recursion > raises | stays as it is", *_back("""
            import sys
            sys.setrecursionlimit(10**6)
            order, seen = [], set()
            def visit(value):
                if value not in seen:
                    seen.add(value)
                    for parent, _slope in value.parents:
                        visit(parent)
                    order.append(value)
            visit(self)
            for value in order:
                value.grad = 0.0
            self.grad = 1.0
            for value in reversed(order):
                for parent, slope in value.parents:
                    parent.grad += slope * value.grad
        """)),
        ("recursion > long | RecursionError", """
        import sys
        sys.setrecursionlimit(100_000)
        class Value:
            def __init__(self, data, parents=()):
                self.data, self.parents, self.grad = data, parents, 0.0
            def __add__(self, o):
                o = o if isinstance(o, Value) else Value(o)
                return Value(self.data + o.data, ((self, 1.0), (o, 1.0)))
            def __mul__(self, o):
                o = o if isinstance(o, Value) else Value(o)
                return Value(self.data * o.data, ((self, o.data), (o, self.data)))
            def __rtruediv__(self, o): return o * Value(1 / self.data, ((self, -1 / self.data**2),))
            def __truediv__(self, o): return self * (1 / o)
            def __neg__(self): return -1 * self
            def __sub__(self, o): return self + -o
            def __rsub__(self, o): return o + -self
            def exp(self):
                e = np.exp(self.data)
                return Value(e, ((self, e),))
            __radd__, __rmul__ = __add__, __mul__
            def order(self, seen):
                if self in seen:
                    return []
                seen.add(self)
                return [one for parent, _s in self.parents for one in parent.order(seen)] + [self]
            def backward(self):
                order = self.order(set())
                for one in order:
                    one.grad = 0.0
                self.grad = 1.0
                for one in order[::-1]:
                    for parent, s in one.parents:
                        parent.grad += s * one.grad
        """),
        ("paths | times as many lines", *_back("""
            every, todo = [], [(self, 1.0)]
            while todo:
                value, grad = todo.pop()
                every.append((value, grad))
                for parent, slope in value.parents:
                    todo.append((parent, slope * grad))
            for value, _grad in every:
                value.grad = 0.0
            for value, grad in every:
                value.grad += grad
        """)),
        ("paths", *_back("""
            def clear(value):
                value.grad = 0.0
                for parent, _slope in value.parents:
                    clear(parent)
            def walk(value, grad):
                value.grad += grad
                for parent, slope in value.parents:
                    walk(parent, slope * grad)
            clear(self)
            walk(self, 1.0)
        """)),
        ("order", *_back("""
            found = [self]
            for value in found:
                found += [parent for parent, _slope in value.parents if parent not in found]
            for value in found:
                value.grad = 0.0
            self.grad = 1.0
            for value in found:
                for parent, slope in value.parents:
                    parent.grad += slope * value.grad
        """)),
        ("order", *_back("""
            order, todo = [], [self]
            while todo:
                value = todo.pop()
                if value not in order:
                    order.append(value)
                    todo += [parent for parent, _slope in value.parents]
            for value in order:
                value.grad = 0.0
            self.grad = 1.0
            for value in order:
                for parent, slope in value.parents:
                    parent.grad += slope * value.grad
        """)),
        ("order", *_back("""
            def zero(value):
                value.grad = 0.0
                for parent, _slope in value.parents:
                    zero(parent)
            def walk(value):
                for parent, slope in value.parents:
                    parent.grad += slope * value.grad
                    walk(parent)
            zero(self)
            self.grad = 1.0
            walk(self)
        """)),
        ("again | begins anew", "        for value in missing:\n            value.grad = 0.0\n", ""),
        ("again | L.backward(); L.backward()", "for value in missing:\n            value.grad = 0.0",
         "for value in missing:\n            value.grad *= bool(value.parents)"),
        ("again | begins anew", "for value in missing:\n            value.grad = 0.0",
         "for value in missing:\n            value.grad *= bool(self.grad == 0)"),
        ("again | M.backward()", "if missing[parent] == 0:", "value.parents = []\n                if missing"
         "[parent] == 0:"),
        ("numbers | either side", "__radd__, __rmul__ = __add__, __mul__", "__rmul__ = __mul__"),
        ("numbers | either side", "__radd__, __rmul__ = __add__, __mul__", "__radd__ = __add__"),
        ("numbers | - a; L", "return -self + other", "return self - other"),
        ("numbers > raises | 'int' object",
         "        other = other if isinstance(other, Value) else Value(other)\n", ""),
        ("numbers | / a; L", "[(self, -1 / self.data**2)]) * other", "[(self, -1 / self.data**2)])"),
        ("whole numbers > raises | 'int' object", "if isinstance(other, Value) else Value(other)",
         "if not isinstance(other, float) else Value(other)"),
        ("equal > formula | b.grad", "    def exp(self):",
         "    def __eq__(self, other):\n        return self.data == other"
         ".data\n\n"
         "    def __hash__(self):\n        return hash(self.data)\n\n    def exp(self):"),
        ("sign | b.grad", "-1 / self.data**2", "1 / self.data**2"),
        ("sign | L.data", "return self * -1", "return self"),
        ("sign | a.grad", "return self * -1", "return Value(-self.data, [(self, 1.0)])"),
        ("formula | a.grad", "[(self, y)]", "[(self, self.data * y)]"),
        ("formula | a.grad", "[(self, other.data), (other, self.data)]", "[(self, self.data), (other, other.data)]"),
        ("formula | a.grad", "return self * -1", "return Value(-self.data)"),
        ("values | L.data", "np.exp(self.data)", "2.718 ** self.data"),
        ("last | slope is 1", "self.grad, ready = 1.0, [self]", "ready = [self]"),
        ("chain rule > formula | b.grad is", "slope * value.grad", "slope"),
        ("uses > order", "missing[parent] += 1", "missing[parent] = min(missing[parent] + 1, 3)"),
        ("chain rule | One behind the other", _plain("slope * one.grad", "slope")),
        ("chain rule | One behind the other", _plain(
            "-other / self.data ** 2", "-other / self.data ** 2 * (not self.come_from)")),
        ("a value left out > together", _plain(
            "(self, -1))", "*([(value, -slope) for value, slope in self.come_from] or [(self, -1)]))")),
        ("equal | same number", _plain("    def exp", "    def __eq__(self, other): return self.data == other.data\n"
                                       "    def __hash__(self): return hash(self.data)\n    def exp")),
        ("others | not made from", _plain("for one in everything:", "for one in self.every:")),
        ("others | NoneType", _plain(
            "one.grad = 0\n", "one.grad = 0\n        for one in set(self.every) - everything:\n"
                                         "            one.grad = None\n")),
        ("dtype", _plain("(self, 1 / other.data)", "(self, type(self.data)(1 / other.data))")),
        ("recursion | It raises", "from sys import setrecursionlimit\n" + _plain(
            "everything, new =", "setrecursionlimit(5000)\n        everything, new =")),
        ("forward > long | does not come to an end", """
        class Value:
            def __init__(self, data, slopes=None):
                self.data, self.slopes, self.grad = data, {self: 1.0, **(slopes or {})}, 0.0
            def made(self, data, *parts):
                slopes = {}
                for value, slope in parts:
                    for source, s in value.slopes.items():
                        slopes[source] = slopes.get(source, 0.0) + slope * s
                return Value(data, slopes)
            def __add__(self, o):
                o = o if isinstance(o, Value) else Value(o)
                return self.made(self.data + o.data, (self, 1.0), (o, 1.0))
            def __mul__(self, o):
                o = o if isinstance(o, Value) else Value(o)
                return self.made(self.data * o.data, (self, o.data), (o, self.data))
            def __rtruediv__(self, o): return o * self.made(1 / self.data, (self, -1 / self.data**2))
            def __truediv__(self, o): return self * (1 / o)
            def __neg__(self): return -1 * self
            def __sub__(self, o): return self + -o
            def __rsub__(self, o): return o + -self
            def exp(self): return self.made(np.exp(self.data), (self, np.exp(self.data)))
            __radd__, __rmul__ = __add__, __mul__
            def backward(self):
                for source, slope in self.slopes.items():
                    source.grad = slope
        """),
        ("borrowed", "self.data * other.data,", "__import__('dlcourse.layers').layers.MulLayer().forward(self.data, "
         "other.data),"),
        ("missing", "    def backward(self):", "    def backwards(self):"),
        ("missing", "class Value:\n    def __init__(self, data):\n        raise NotImplementedError\n"),
        ("missing | cannot be made", "class Value:\n    pass\n"),
        ("type", "def Value(data):\n    return data\n"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "5.4": {"line 10: 1 → 2": "reshape takes any negative number for the length that is left"},
    "5.7": {
        "line 13: i * batch_size // train_size → i * batch_size / train_size":
            "a whole number is above a fraction where it is above its floor",
    },
    "5.8": {
        "line 8: 1e-07 → 2e-07": "any very small number will do",
    },
    "5.9": {
        "line 2: 24 → 23": "reaches the goal, too",
        "line 2: 1.5 → 2.5": "reaches the goal, too",
        "line 2: 1.5 → 3.0": "reaches the goal, too",
    },
    "5.10": {
        "line 13: slope - grad[index] → grad[index] - slope": "its size is taken",
    },
    "5.12": {
        "line 5: 0.0 → 1.0": "backward sets it, before and after every sum",
        "line 23: self * -1 → self / -1": "the same number, with the same slope",
        "line 38: 0 → 1": "how many gradients the last value waits for is never asked",
        "line 38: 0 → -1": "how many gradients the last value waits for is never asked",
    },
}  # fmt: skip
