"""Known answers to the exercises of chapter 02."""

from answers import FLOAT32, WARNS

RIGHT = {
    "2.1": [
        FLOAT32,
        WARNS,
        """
        import math
        def my_tanh(x):
            x = np.asarray(x, dtype=float)
            y = np.empty(x.shape)
            for place in np.ndindex(x.shape):
                z = math.exp(-2 * abs(x[place]))
                y[place] = math.copysign((1 - z) / (1 + z), x[place])
            return y
        """,
        """
        def my_tanh(x):
            up, down = np.exp(np.minimum(x, 0)), np.exp(-np.maximum(x, 0))
            return (up**2 - down**2) / (up**2 + down**2)
        """,
        """
        def my_tanh(x):
            return 2 / (1 + np.exp(-2 * x)) - 1
        """,
        """
        def my_tanh(x):
            def sinh(up, down):
                return up - down
            y = np.zeros(x.shape)
            right, tanh = x >= 0, np.exp(-2.0 * np.abs(x))
            y[right] = sinh(1, tanh[right]) / (1 + tanh[right])
            y[~right] = sinh(tanh[~right], 1) / (1 + tanh[~right])
            return y
        """,
    ],
    "2.2": [
        FLOAT32,
        WARNS,
        """
        def softmax(x):
            if x.ndim == 2:
                x = x.T
                x = x - np.max(x, axis=0)
                y = np.exp(x) / np.sum(np.exp(x), axis=0)
                return y.T
            x = x - np.max(x)
            return np.exp(x) / np.sum(np.exp(x))
        """,
        """
        def softmax(x):
            z = np.exp((x - np.max(x, -1, keepdims=True)).astype(np.float32))
            return z / z.sum(-1)[..., None]
        """,
        ("x - x.max(axis=-1, keepdims=True)", "x - x.max(axis=-1, keepdims=True) - 1.0"),
        "def softmax(x):\n    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))",
        "def softmax(x):\n    z = np.exp(x - np.maximum.reduce(x, axis=-1, keepdims=True))\n"
        "    return z / np.add.reduce(z, axis=-1, keepdims=True)",
    ],
    "2.3": [
        FLOAT32,
        WARNS,
        """
        def sigmoid(x):
            return 0.5 * (1 + np.tanh(0.5 * x))
        """,
        """
        def sigmoid(x):
            return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
        """,
        """
        import math
        def one(v):
            return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))
        def sigmoid(x):
            return np.vectorize(one)(x)
        """,
        """
        def sigmoid(x):
            return 1 / (1 + np.exp(-np.clip(x, -500, 500)))
        """,
        """
        def sigmoid(x):
            x = np.asarray(x, dtype=float)
            y, right = np.empty(x.shape), x >= 0
            y[right] = 1 / (1 + np.exp(-x[right]))
            z = np.exp(x[~right])
            y[~right] = z / (1 + z)
            return y
        """,
        "def sigmoid(x):\n    return np.exp(-np.logaddexp(0, -x))",
    ],
    "2.4": [
        FLOAT32,
        WARNS,
        "def relu(x):\n    return np.where(x > 0, x, 0)",
        "def relu(x):\n    return x * (x > 0)",
        "def relu(x):\n    return (x + abs(x)) / 2",
        """
        def relu(x):
            y = np.array(x, dtype=float)
            y[y < 0] = 0
            return y
        """,
    ],
    "2.5": [
        "prediction = {'points': 100.0, 'last': np.float64(4.9), 'has stop': np.False_}",
        "x = np.arange(-5.0, 5.0, 0.1)\nprediction = {'points': len(x), 'last': x[-1], 'has stop': bool(5.0 in x)}",
        "prediction = {'has stop': False, 'points': np.int64(100), 'last': np.float32(4.9), 'note': 'easy'}",
        "prediction = dict.fromkeys(['points', 'last', 'has stop'])\n"
        "prediction['points'] = round(10 / 0.1)\nprediction['last'] = 5.0 - 0.1\nprediction['has stop'] = 5 < 5",
    ],
    "2.6": [
        "spread = 4.74",
        "spread = np.float32(4.8)",
        "spread = np.array(4.65)",
        "from dlcourse.functions import sigmoid_grad\n"
        "x = np.random.default_rng(0).normal(size=10_000)\n"
        "spread = min(np.arange(1, 10, 0.1), key=lambda s: abs(np.mean(sigmoid_grad(s * x) < 0.01) - 1 / 3))",
    ],
    "2.7": [
        FLOAT32,
        WARNS,
        """
        def swish(x):
            return x * (1 + np.tanh(x / 2)) / 2
        def swish_grad(x):
            y = (1 + np.tanh(x / 2)) / 2
            return y * (1 + x * (1 - y))
        """,
        """
        def swish(x):
            return x / (1 + np.exp(-x))
        def swish_grad(x):
            z = np.exp(-np.abs(x))
            return stable_sigmoid(x) + x * z / (1 + z) ** 2
        """,
        """
        def swish(x):
            return np.float32(x) * stable_sigmoid(np.float32(x))
        def swish_grad(x):
            y = stable_sigmoid(np.float32(x))
            return y + swish(x) * (1 - y)
        """,
    ],
}

WRONG = {
    "2.1": [
        ("tolerance > values", """
        def my_tanh(x):
            e = np.exp(-2 * np.abs(x))
            return np.sign(x) * (1 - e) / (1 + e) * (np.abs(x) > 1e-4)
        """),
        ("stability", "def my_tanh(x):\n    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"),
        ("stability", "def my_tanh(x):\n    z = np.exp(2 * x)\n    return (z - 1) / (z + 1)"),
        ("scale", "-2 *", "-"),
        ("scale", "-2 *", "-4 *"),
        ("scale", "def my_tanh(x):\n    return 1 / (1 + np.exp(-2 * x))"),
        ("sign", "np.sign(x) * ", ""),
        ("sign", "(1 - z)", "(z - 1)"),
        ("formula", "def my_tanh(x):\n    return (np.exp(x) - np.exp(-x)) / 2"),
        ("formula", "def my_tanh(x):\n    return (np.exp(x) - np.exp(-x))"),
        ("formula", "def my_tanh(x):\n    return (np.exp(x) + np.exp(-x)) / (np.exp(x) - np.exp(-x))"),
        ("borrowed", "def my_tanh(x):\n    return np.tanh(x)"),
        ("shape", "def my_tanh(x):\n    x = np.ravel(x)\n    return np.sign(x) * (2 / (1 + np.exp(-2 * abs(x))) - 1)"),
        ("missing", "def my_tanh(x):\n    z = np.exp(-2 * np.abs(x))"),
        ("aliasing", "z = ", "x *= 1 - 1e-9; z = "),
        ("borrowed", "from numpy import tanh as th\ndef my_tanh(x):\n    return th(x)"),
        ("borrowed", "def my_tanh(x):\n    return getattr(np, 'ta' + 'nh')(x)"),
        ("borrowed", "from numpy import sinh as s, cosh as c\ndef my_tanh(x):\n    x = np.clip(x, -300, 300)\n"
                     "    return s(x) / c(x)"),
        ("borrowed | calls functions.tanh", "from dlcourse.functions import tanh as my_tanh"),
        ("borrowed", "from dlcourse import functions\nmy_tanh = lambda x: functions.tanh(x)"),
        ("dtype | int64", "def my_tanh(x):\n    y = np.empty_like(x)\n    z = np.exp(-2.0 * np.abs(x))\n"
                          "    y[...] = np.sign(x) * (1 - z) / (1 + z)\n    return y"),
        ("clip", "def my_tanh(x):\n    z = np.exp(-2 * np.clip(x, -8, 8))\n    return (1 - z) / (1 + z)"),
        ("clip", "def my_tanh(x):\n    z = np.exp(-2 * np.clip(x, -15, 15))\n    return (1 - z) / (1 + z)"),
        ("type > raises", "import math\ndef my_tanh(x):\n    return 1 - 2 / (1 + math.exp(2 * x))"),
    ],
    "2.2": [
        ("axis", "axis=-1", "axis=None"),
        ("axis", "z.sum(axis=-1, ", "z.sum(axis=0, "),
        ("axis", "z.sum(axis=-1, keepdims=True)", "z.sum(axis=-1)"),
        ("one sample", "axis=-1", "axis=1"),
        ("one sample > axis", "axis=-1", "axis=0"),
        ("stability", "x - x.max(axis=-1, keepdims=True)", "x"),
        ("stability", "x.max(axis=-1, keepdims=True)", "x.max()"),
        ("stability", "x - x.max(axis=-1, keepdims=True)", "np.clip(x, -700, 700)"),
        ("formula", " / z.sum(axis=-1, keepdims=True)", ""),
        ("formula", "def softmax(x):\n    return x / x.sum(axis=-1, keepdims=True)"),
        ("formula", "def softmax(x):\n    return 1 / (1 + np.exp(-x))"),
        ("sign", "np.exp(x - x.max(", "np.exp(-x + x.max("),
        ("scale", "return z", "return 100 * z"),
        ("shift > precision", "x.max(axis=-1, keepdims=True)", "1e-9 * x ** 2"),
        ("loop", "    z = ", "    for row in np.atleast_2d(x): pass\n    z = "),
        ("loop", "def softmax(x):\n    if x.ndim == 2:\n        return np.array(list(map(softmax, x)))\n"
                 "    z = np.exp(x - x.max())\n    return z / z.sum()"),
        ("loop", "import math\ndef softmax(x):\n    z = x - x.max(axis=-1, keepdims=True)\n"
                 "    z = np.vectorize(math.exp)(z)\n    return z / z.sum(axis=-1, keepdims=True)"),
        ("loop", "def softmax(x):\n    def one(row):\n        z = np.exp(row - row.max())\n        return z / z.sum()\n"
                 "    return np.apply_along_axis(one, -1, x)"),
        ("stability", "x.max(axis=-1, keepdims=True)", "x.mean(axis=-1, keepdims=True)"),
        ("stability", "x - x.max(axis=-1, keepdims=True)", "np.clip(x - x.max(axis=-1, keepdims=True), -20, 0)"),
        ("borrowed", "from dlcourse.functions import softmax"),
        ("borrowed", "from functools import partial\nfrom dlcourse import functions\n"
                     "softmax = partial(functions.softmax)"),
        ("type", "return z / z.sum(axis=-1, keepdims=True)", "return (z / z.sum(axis=-1, keepdims=True)).tolist()"),
        ("dtype", "return z / z.sum(axis=-1, keepdims=True)",
         "y = np.empty_like(x)\n    y[...] = z / z.sum(axis=-1, keepdims=True)\n    return y"),
        ("buffer > aliasing | gave before", "KEPT = {}\ndef softmax(x):\n"
         "    y = KEPT.setdefault(x.shape, np.zeros(x.shape))\n    y[...] = np.exp(x - x.max(axis=-1, keepdims=True))\n"
         "    y /= y.sum(axis=-1, keepdims=True)\n    return y"),
        ("endless", "z = ", "while True: pass\n    z = "),
        ("aliasing", "z = np.exp(x - x.max(axis=-1, keepdims=True))",
         "x -= x.max(axis=-1, keepdims=True); z = np.exp(x)"),
    ],
    "2.3": [
        ("stability", "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"),
        ("stability", "def sigmoid(x):\n    return np.exp(x) / (1 + np.exp(x))"),
        ("stability", "def sigmoid(x):\n"
                      "    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))"),
        ("hidden", "def sigmoid(x):\n    with np.errstate(over='ignore'):\n        return 1 / (1 + np.exp(-x))"),
        ("hidden", "import warnings\ndef sigmoid(x):\n    with warnings.catch_warnings():\n"
                   "        warnings.simplefilter('ignore')\n        return 1 / (1 + np.exp(-x))"),
        ("formula", "np.where(x >= 0, 1, z)", "1"),
        ("formula", "np.where(x >= 0, 1, z)", "z"),
        ("sign", "x >= 0", "x < 0"),
        ("scale", "def sigmoid(x):\n    return np.tanh(x)"),
        ("scale", "def sigmoid(x):\n    return np.tanh(x / 2)"),
        ("clip > values", "def sigmoid(x):\n    return 1 / (1 + np.exp(-np.clip(x, -3, 3)))"),
        ("clip", "def sigmoid(x):\n    return 1 / (1 + np.exp(-np.clip(x, -15, 15)))"),
        ("clip", "def sigmoid(x):\n    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))"),
        ("dtype", "return np.where(x >= 0, 1, z) / (1 + z)",
         "y = np.empty_like(x)\n    y[...] = np.where(x >= 0, 1, z) / (1 + z)\n    return y"),
        ("hidden", "@np.errstate(over='ignore')\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))"),
        ("stability", "def sigmoid(x):\n    return (1 / (1 + np.exp(-x.astype(np.longdouble)))).astype(float)"),
        ("borrowed", "from dlcourse.functions import sigmoid"),
        ("precision > values", "def sigmoid(x):\n    return np.round(1 / (1 + np.exp(-np.clip(x, -99, 99))), 3)"),
        ("missing", "def sigmoid(x):\n    1 / (1 + np.exp(-np.abs(x)))"),
        ("one sample > shape", "np.where(x", "np.where(np.atleast_2d(x)"),
        ("one number | sigmoid(-2.0)", """
        def sigmoid(x):
            y, right = np.empty(x.shape), x >= 0
            y[right] = 1 / (1 + np.exp(-x[right]))
            z = np.exp(x[~right])
            y[~right] = z / (1 + z)
            return y
        """),
    ],
    "2.4": [
        ("tolerance > values", "np.maximum(x, 0)", "np.maximum(x, 0) * (np.abs(x) > 1e-12)"),
        ("tolerance > values | 0.0001", "np.maximum(x, 0)", "np.where(np.asarray(x) > 1e-3, x, 0.0)"),
        ("aliasing", "def relu(x):\n    x = np.asarray(x)\n    x *= x > 0\n    return x"),
        ("aliasing", "def relu(x):\n    return np.maximum(x, 0, out=x) if np.ndim(x) else max(x, 0.0)"),
        ("borrowed", "from dlcourse.functions import relu"),
        ("borrowed", "import dlcourse.functions as f\ndef relu(x, do=f.relu):\n    return do(x)"),
        ("aliasing", "def relu(x):\n    return x if np.all(np.asarray(x) >= 0) else np.maximum(x, 0)"),
        ("one number", "def relu(x):\n    y = x.copy()\n    y[y < 0] = 0\n    return y"),
        ("one sample", "def relu(x):\n    if x < 0:\n        return 0\n    return x"),
        ("one sample", "def relu(x):\n    return max(0, x)"),
        ("sign", "maximum", "minimum"),
        ("formula", "np.maximum(x, 0)", "np.abs(x)"),
        ("formula", "np.maximum(x, 0)", "(x > 0) * 1.0"),
        ("formula", "np.maximum(x, 0)", "x"),
        ("values", "np.maximum(x, 0)", "np.clip(x, 0, 1)"),
        ("shape", "np.maximum(x, 0)", "x[x > 0]"),
        ("missing", "return np.maximum", "np.maximum"),
        ("scale", "np.maximum(x, 0)", "2 * np.maximum(x, 0)"),
    ],
    "2.5": [
        ("fence", ": 100", ": 101"),
        ("fence", ": 100", ": 99"),
        ("fence", "4.9", "5.0"),
        ("fence", "False", "True"),
        ("fence", "4.9", "4.8"),
        ("scale", ": 100", ": 10"),
        ("scale", ": 100", ": 50"),
        ("scale", "4.9", "4.0"),
        ("scale", ": 100", ": 1"),
        ("sign", "4.9", "-4.9"),
        ("order", "4.9", "-5.0"),
        ("missing", ": 100", ": None"),
        ("type", ": 100", ": 'a hundred'"),
        ("type", "False", "'no'"),
        ("type", "prediction = {\"points\": 100", "prediction = 100\n_ = {\"points\": 100"),
        ("values", ": 100", ": 1000"),
    ],
    "2.6": [
        ("too small", "4.7", "1.0"),
        ("too small", "4.7", "4.4"),
        ("too large", "4.7", "5.1"),
        ("too large", "4.7", "22.5"),
        ("too large", "4.7", "10 ** 6"),
        ("sign", "4.7", "-4.7"),
        ("sign", "4.7", "0"),
        ("type", "4.7", "'4.7'"),
        ("type", "4.7", "[4.7]"),
        ("type", "4.7", "True"),
        ("stability", "4.7", "float('inf')"),
        ("stability", "4.7", "np.nan"),
        ("missing", "4.7", "..."),
    ],
    "2.7": [
        ("far > values", "return x * stable_sigmoid(x)", "return np.where(x < -20, 0, x * stable_sigmoid(x))"),
        ("formula", "return x * stable_sigmoid(x)", "return stable_sigmoid(x)"),
        ("formula", "x * stable_sigmoid(x)", "x + stable_sigmoid(x)"),
        ("formula", "x * stable_sigmoid(x)", "np.maximum(x, 0)"),
        ("formula", "x * stable_sigmoid(x)", "x * np.tanh(x)"),
        ("sign", "x * stable_sigmoid(x)", "x * stable_sigmoid(-x)"),
        ("sign", "x * stable_sigmoid(x)", "-x * stable_sigmoid(x)"),
        ("product rule", "return y + x * y * (1 - y)", "return y"),
        ("product rule", "y + x * y * (1 - y)", "x * y * (1 - y)"),
        ("product rule", "y + x * y * (1 - y)", "y * (1 - y)"),
        ("product rule", "y + x * y * (1 - y)", "y - x * y * (1 - y)"),
        ("product rule", "y + x * y * (1 - y)", "y + x * y"),
        ("wrong function", "y + x * y * (1 - y)", "x * y"),
        ("wrong function", "y + x * y * (1 - y)", "np.where(x > 0, 1.0, 0.0)"),
        ("gradient > values | expected is", "y + x * y * (1 - y)", "y + x * y * (1 - y) ** 2"),
        ("precision", "    y = stable_sigmoid(x)\n    return y + x * y * (1 - y)",
         "    h = 1e-5\n    return (swish(x + h) - swish(x - h)) / (2 * h)"),
        ("dtype", "return x * stable_sigmoid(x)",
         "y = np.empty_like(x)\n    y[...] = x * stable_sigmoid(x)\n    return y"),
        ("loop", "return x * stable_sigmoid(x)",
         "def go(i):\n        return [] if i == x.size else [x.flat[i] * stable_sigmoid(x.flat[i]), *go(i + 1)]\n"
         "    return np.array(go(0)).reshape(x.shape)"),
        ("scale", "y + x * y * (1 - y)", "(y + x * y * (1 - y)) / x.size"),
        ("stability", "x * stable_sigmoid(x)", "x * np.exp(x) / (1 + np.exp(x))"),
        ("loop", "x * stable_sigmoid(x)", "np.vectorize(lambda v: v * float(stable_sigmoid(v)))(x)"),
        ("loop", "return x * stable_sigmoid(x)",
         "return np.array([v * stable_sigmoid(v) for v in x.flat]).reshape(x.shape)"),
        ("loop", "    y = stable_sigmoid(x)\n",
         "    y = np.reshape([float(stable_sigmoid(v)) for v in np.ravel(x)], np.shape(x))\n"),
        ("missing", "return y + ", "y + "),
        ("aliasing", "return x * stable_sigmoid(x)", "y = stable_sigmoid(x); x *= y; return x"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "2.3": {"line 7: x >= 0 → x > 0": "at 0 both numerators are 1"},
}
