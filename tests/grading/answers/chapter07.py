"""Known answers to the exercises of chapter 07."""

from answers import FLOAT32, WARNS

LINES = {
    "W": "np.sqrt(gain / inputs) * rng.standard_normal((inputs, outputs))",
    "b": 'params[f"b{i}"] = np.zeros(outputs)',
    "w": "w = np.random.randn(node_num, node_num) * std",
    "running": "self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean",
    "running_var": "self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var",
    "out": "return self.gamma * (x - mean) / np.sqrt(var + 1e-5) + self.beta",
    "batch": "mean, var = x.mean(axis=0), x.var(axis=0)",
    "x_hat": "x_hat = (x - mu) / np.sqrt(var + eps)",
    "dx": "dx = gamma / root * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))",
}

RIGHT = {
    "7.1": [
        "from fractions import Fraction\nfrom types import MappingProxyType\n"
        "prediction = MappingProxyType({'one': Fraction(2), 'all': 2**5, 'keep': Fraction(1, 20), 'relu': 1.4142})",
        "prediction = {'one': 2.0, 'all': 32.0, 'keep': 5e-2, 'relu': 2**0.5}",
        "prediction = {'one': 2, 'all': 32, 'keep': np.float64(0.05), 'relu': np.array(1.41)}",
        """
        one = np.sqrt(400) * 0.1
        prediction = {"one": one, "all": one**5, "keep": 1 / np.sqrt(400), "relu": np.sqrt(400 / 2) * 0.1}
        """,
        "prediction = dict(relu=2 / 2**0.5, keep=0.1 / 2, all=2.0**5, one=np.sqrt(400 * 0.1**2), note='easy')",
        "prediction = {}\nprediction['one'] = 20 * 0.1\nprediction['all'] = np.prod([2.0] * 5)\n"
        "prediction['keep'] = 400**-0.5\nprediction['relu'] = np.float32(1.4142)",
    ],
    "7.2": [
        (LINES["W"],
         "np.array([[rng.normal(0, (gain / inputs) ** 0.5) for _ in range(outputs)] for _ in range(inputs)])"),
        ("np.random.default_rng(seed), {}", "np.random.Generator(np.random.PCG64(seed)), {}"),
        WARNS,
        """
        def start(sizes, activation, seed):
            rng = np.random.default_rng(seed)
            params = {}
            for i in range(len(sizes) - 1):
                n = sizes[i]
                std = {"relu": np.sqrt(2 / n), "tanh": 1 / np.sqrt(n), "sigmoid": 1 / np.sqrt(n)}[activation]
                params["W" + str(i + 1)] = rng.normal(0.0, std, size=(n, sizes[i + 1]))
                params["b" + str(i + 1)] = np.array([0] * sizes[i + 1])
            return params
        """,
        """
        def start(sizes, activation, seed):
            rng = np.random.default_rng(seed)
            weights = [rng.standard_normal(shape, dtype=np.float32) for shape in zip(sizes[:-1], sizes[1:])]
            gain = np.float32(2**0.5) if activation == "relu" else np.float32(1)
            params = {f"b{i + 1}": np.zeros(w.shape[1], np.float32) for i, w in enumerate(weights)}
            return params | {f"W{i + 1}": gain * w / np.float32(len(w) ** 0.5) for i, w in enumerate(weights)}
        """,
        ("zip(sizes, sizes[1:])", "zip(sizes[:-1], sizes[1:])"),
        (LINES["W"], "rng.normal(scale=np.sqrt(gain / inputs), size=(inputs, outputs))"),
        (LINES["W"], "(rng.standard_normal((outputs, inputs)) * np.sqrt(gain / inputs)).T"),
    ],
    "7.3": [
        ("std = rule", "std = float(rule)"),
        ("np.random.randn(node_num, node_num) * std", "np.random.normal(scale=std, size=(x.shape[1], node_num))"),
        WARNS,
        FLOAT32,
        """
        def through(x, rule, layers):
            n, outputs = x.shape[1], {}
            std = {"xavier": n**-0.5, "he": (2 / n) ** 0.5}.get(rule, rule)
            for i in range(layers):
                x = x @ np.random.normal(0, std, size=(n, n))
                x = x * (x > 0)
                outputs[i] = x
            return outputs
        """,
        """
        def through(x, rule, layers):
            node_num = x.shape[1]
            activations = {}
            for i in range(layers):
                if i != 0:
                    x = activations[i - 1]
                if rule == "xavier":
                    w = np.random.randn(node_num, node_num) / np.sqrt(node_num)
                elif rule == "he":
                    w = np.random.randn(node_num, node_num) / np.sqrt(node_num) * np.sqrt(2)
                else:
                    w = np.random.randn(node_num, node_num) * rule
                z = np.dot(x, w)
                activations[i] = np.maximum(z, 0)
            return activations
        """,
        ("np.random.randn(node_num, node_num)", "np.random.default_rng().standard_normal((node_num, node_num))"),
        ('rule == "he"', "str(rule).lower() in ('he', 'relu')"),
    ],
    "7.4": [
        "std = 0.136",
        "from fractions import Fraction\nstd = Fraction(13, 100)",
        "std = 0.1305",
        "std = np.float32(0.129)",
        "std = np.array(1.3) / np.sqrt(100)",
        """
        tried = np.arange(0.05, 0.3, 0.002)
        std = min(tried, key=lambda std: abs(spread(std) - 0.5))
        """,
        """
        low, high = 0.0, 1.0
        for _ in range(30):
            std = (low + high) / 2
            low, high = (std, high) if spread(std) < 0.5 else (low, std)
        """,
    ],
    "7.5": [
        WARNS,
        FLOAT32,
        """
        def batch_norm(x, gamma, beta, eps=1e-5):
            return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
        """,
        """
        def batch_norm(x, gamma, beta, eps=1e-5):
            y = np.empty(x.shape)
            for j in range(x.shape[1]):
                column = x[:, j] - sum(x[:, j]) / len(x)
                y[:, j] = gamma[j] * column / (sum(column**2) / len(x) + eps) ** 0.5 + beta[j]
            return y
        """,
        (LINES["x_hat"], "var = var + eps\n    x_hat = (x - mu) / np.sqrt(var)"),
        (LINES["x_hat"], "x_hat = (x - mu) * (var + eps) ** -0.5"),
        ("x - mu) / np.sqrt", "x - np.mean(x, axis=0)) / np.sqrt"),
        (LINES["x_hat"], "x_hat = (x - mu) * np.reciprocal(np.sqrt(eps + var))"),
    ],
    "7.6": [
        ("x.mean(axis=0), x.var(axis=0)", "np.average(x, axis=0), np.std(x, axis=0) ** 2"),
        (LINES["out"], "return (x - mean) / (var + 1e-5) ** 0.5 * self.gamma + self.beta"),
        WARNS,
        FLOAT32,
        """
        class MyBatchNorm:
            def __init__(self, gamma, beta, momentum=0.9):
                self.gamma, self.beta, self.keep = gamma, beta, momentum
                self.mean, self.var = 0.0, 1.0
            def forward(self, x, training=False):
                if not training:
                    return (x - self.mean) * (self.gamma / np.sqrt(self.var + 1e-5)) + self.beta
                mean = np.sum(x, axis=0) / len(x)
                var = np.sum((x - mean) ** 2, axis=0) / len(x)
                self.mean += (1 - self.keep) * (mean - self.mean)
                self.var += (1 - self.keep) * (var - self.var)
                return (x - mean) * (self.gamma / np.sqrt(var + 1e-5)) + self.beta
        """,
        """
        class MyBatchNorm:
            def __init__(self, gamma, beta, momentum=0.9):
                self.gamma, self.beta, self.momentum, self.seen = gamma, beta, momentum, []
            def forward(self, x, training=False):
                if training:
                    self.seen.append((x.mean(axis=0), x.var(axis=0)))
                    mean, var = self.seen[-1]
                else:
                    mean, var = np.zeros(x.shape[1]), np.ones(x.shape[1])
                    for now in self.seen:
                        mean = self.momentum * mean + (1 - self.momentum) * now[0]
                        var = self.momentum * var + (1 - self.momentum) * now[1]
                y = np.zeros(x.shape)
                for i, row in enumerate(x):
                    y[i] = self.gamma * (row - mean) / np.sqrt(var + 1e-5) + self.beta
                return y
        """,
        (
            LINES["running"],
            "self.running_mean *= self.momentum\n            self.running_mean += (1 - self.momentum) * mean",
        ),
        ("if training:", "if training is True:"),
    ],
    "7.7": [
        """
        from collections import namedtuple
        Three = namedtuple("Three", "dx dgamma dbeta")
        def batch_norm_backward(dout, x, gamma, eps=1e-5):
            mean, var = (g(x, axis=0) for g in (np.mean, np.var))
            x_hat = (x - mean) / np.sqrt(var + eps)
            dgamma, dbeta = [np.sum(part, axis=0) for part in (dout * x_hat, dout)]
            return Three(gamma * (dout - dbeta / len(x) - x_hat * dgamma / len(x)) / np.sqrt(var + eps), dgamma, dbeta)
        """,
        ("return dx, dgamma, dbeta", "return [dx, dgamma, dbeta]"),
        WARNS,
        FLOAT32,
        """
        def batch_norm_backward(dout, x, gamma, eps=1e-5):
            n, mean = len(x), x.mean(axis=0)
            centred, std = x - mean, np.sqrt(x.var(axis=0) + eps)
            dhat = gamma * dout
            dvar = np.sum(dhat * centred, axis=0) * -0.5 * std**-3
            dmean = -np.sum(dhat, axis=0) / std
            dx = dhat / std + dvar * 2 * centred / n + dmean / n
            return [dx, np.sum(dout * centred, axis=0) / std, np.sum(dout, axis=0)]
        """,
        """
        def batch_norm_backward(dout, x, gamma, eps=1e-5):
            n = len(x)
            x_hat = (x - x.mean(axis=0)) / (x.var(axis=0) + eps) ** 0.5
            dgamma, dbeta = np.einsum("nd,nd->d", dout, x_hat), np.ones(n) @ dout
            dx = gamma / (x.var(axis=0) + eps) ** 0.5 / n * (n * dout - dbeta - x_hat * dgamma)
            return dx, dgamma, dbeta
        """,
        ("dout.mean(axis=0)", "dbeta / len(x)"),
        ("x_hat * (dout * x_hat).mean(axis=0)", "dgamma * x_hat / dout.shape[0]"),
    ],
}

WRONG = {
    "7.1": [
        ("values", '"all": 32.0', '"all": 25.0'),
        ("values", '"one": 2.0', '"one": 2.5'),
        ("values", '"relu": 1.4142', '"relu": 1.45'),
        ("type", '"all": 32.0', '"all": (32,)'),
        ("values", '"keep": 0.05', '"keep": 0.0505'),
        ("variance", '"one": 2.0', '"one": 4.0'),
        ("variance", '"all": 32.0', '"all": 1024'),
        ("variance", '"keep": 0.05', '"keep": 1 / 400'),
        ("scale", '"one": 2.0', '"one": 40'),
        ("scale", '"one": 2.0', '"one": 0.1'),
        ("scale", '"one": 2.0', '"one": 20'),
        ("scale > formula", '"one": 2.0', '"one": 1 / 2'),
        ("scale", '"relu": 1.4142', '"relu": 1'),
        ("scale", '"relu": 1.4142', '"relu": 0.5'),
        ("order", '"relu": 1.4142', '"relu": 2.0'),
        ("formula", '"relu": 1.4142', '"relu": 2.83'),
        ("order", '"all": 32.0', '"all": 2.0'),
        ("order", '"keep": 0.05', '"keep": 1'),
        ("fence", '"all": 32.0', '"all": 16'),
        ("fence", '"all": 32.0', '"all": 64'),
        ("formula", '"all": 32.0', '"all": 10'),
        ("formula", '"keep": 0.05', '"keep": np.sqrt(2 / 400)'),
        ("formula", '"keep": 0.05', '"keep": 0.1'),
        ("formula", '"keep": 0.05', '"keep": 20'),
        ("missing", '"relu": 1.4142', '"relu": None'),
        ("type", '"relu": 1.4142', '"relu": "less"'),
        ("values", '"keep": 0.05', '"keep": 0.06'),
        ("values", '"relu": 1.4142', '"relu": 1.3'),
    ],
    "7.2": [
        ("random", "default_rng(seed)", "default_rng(seed % 1000)"),
        ("random", "rng, params =", "np.random.seed(seed % 2**32)\n    rng, params ="),
        ("random", "    rng, params = np.random.default_rng(seed), {}", "    start.made = getattr(start, 'made', {})\n"
         "    rng, params = start.made.setdefault(seed, np.random.default_rng(seed)), {}"),
        ("random | more than are used", """
        def start(sizes, activation, seed):
            rng = np.random.default_rng(seed)
            rng.standard_normal(10)
            gain, params = 2 if activation == "relu" else 1, {}
            for i, (n, m) in enumerate(zip(sizes, sizes[1:]), 1):
                params[f"W{i}"] = rng.normal(0, np.sqrt(gain / n), (n, m))
                params[f"b{i}"] = np.zeros(m)
            return params
        """),
        ("random | more than are used", """
        def start(sizes, activation, seed):
            rng = np.random.default_rng(seed)
            gain, params = 2 if activation == "relu" else 1, {}
            for i, (n, m) in enumerate(zip(sizes, sizes[1:]), 1):
                params[f"W{i}"] = np.sqrt(gain / n) * rng.standard_normal((n, m + 1))[:, :m]
                params[f"b{i}"] = np.zeros(m)
            return params
        """),
        ("lists > type | no array", LINES["W"], "(" + LINES["W"] + ").tolist()"),
        ("borrowed", """
        from dlcourse.initializers import he, xavier
        def start(sizes, activation, seed):
            rng, params = np.random.default_rng(seed), {}
            rule = he if activation == "relu" else xavier
            for i, shape in enumerate(zip(sizes, sizes[1:]), 1):
                params[f"W{i}"], params[f"b{i}"] = rule(shape, rng, dtype=float), np.zeros(shape[1])
            return params
        """),
        ("generator > random | default_rng(seed) draws", "np.random.default_rng(seed)", "np.random.RandomState(seed)"),
        ("generator > random | default_rng(seed) draws", "np.random.default_rng(seed)",
         "np.random.default_rng(seed + 1)"),
        ("each layer's seed > random", LINES["W"],
         "np.sqrt(gain / inputs) * np.random.default_rng(seed + i).standard_normal((inputs, outputs))"),
        ("normal", LINES["W"], "np.sqrt(gain / inputs) * rng.laplace(scale=0.5**0.5, size=(inputs, outputs))"),
        ("depth > names", "zip(sizes, sizes[1:]), 1", "zip(sizes[:5], sizes[1:5]), 1"),
        ("no seed > random | The same seed", "np.random.default_rng(seed)", "np.random.default_rng(seed or None)"),
        ("fan_in > random", "gain / inputs", "gain / (inputs + 1)"),
        ("rule", '== "relu"', '!= "relu"'),
        ("rule", '2 if activation == "relu" else 1', "1"),
        ("rule", '2 if activation == "relu" else 1', "2"),
        ("rule", '2 if activation == "relu" else 1', '2 if activation in ("relu", "sigmoid") else 1'),
        ("fan_in", "gain / inputs", "gain / outputs"),
        ("fan_in", "gain / inputs", "gain / sizes[0]"),
        ("fan_in", "gain / inputs", "2 / (inputs + outputs)"),
        ("variance", "np.sqrt(gain / inputs)", "gain / inputs"),
        ("scale", "np.sqrt(gain / inputs) * ", ""),
        ("scale", "np.sqrt(gain / inputs)", "0.01"),
        ("formula", "np.sqrt(gain / inputs)", "np.sqrt(inputs / gain)"),
        ("formula", "np.sqrt(gain / inputs)", "gain / np.sqrt(inputs)"),
        ("normal", LINES["W"], "np.sqrt(gain / inputs) * rng.uniform(-(3**0.5), 3**0.5, (inputs, outputs))"),
        ("offset", LINES["W"], "np.sqrt(gain / inputs) * (1 + rng.standard_normal((inputs, outputs)))"),
        ("offset > formula", "rng.standard_normal((inputs, outputs))", "rng.random((inputs, outputs))"),
        ("shape", "rng.standard_normal((inputs, outputs))", "rng.standard_normal((outputs, inputs))"),
        ("shape", "np.zeros(outputs)", "np.zeros(inputs)"),
        ("shape", "np.zeros(outputs)", "np.zeros((1, outputs))"),
        ("bias", "np.zeros(outputs)", "np.ones(outputs)"),
        ("bias", "np.zeros(outputs)", "0.01 * rng.standard_normal(outputs)"),
        ("same", LINES["W"], "np.full((inputs, outputs), np.sqrt(gain / inputs))"),
        ("same", LINES["W"], "np.zeros((inputs, outputs))"),
        ("same", LINES["W"], "np.sqrt(gain / inputs) * np.tile(rng.standard_normal((inputs, 1)), outputs)"),
        ("random", LINES["W"],
         "np.sqrt(gain / inputs) * np.random.default_rng(seed).standard_normal((inputs, outputs))"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng()"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(7)"),
        ("random", "rng.standard_normal((inputs, outputs))", "np.random.randn(inputs, outputs)"),
        ("names", "zip(sizes, sizes[1:]), 1", "zip(sizes, sizes[1:])"),
        ("names", "zip(sizes, sizes[1:])", "zip(sizes, sizes[1:-1])"),
        ("missing", "return params", "params"),
        ("type", "return params", "return list(params.values())"),
        ("raises", "return params", "return params.sorted()"),
    ],
    "7.3": [
        ("formula", "std = rule", "std = min(rule, 2)"),
        ("values", "std = rule", "std = rule if rule > 0.002 else 0"),
        ("formula", "std = rule", "std = round(float(rule), 3)"),
        ("formula", "np.dot(x, w)", "np.dot(x, w) * (2 if x.dtype.kind == 'i' else 1)"),
        ("shape", "np.maximum(z, 0)", "np.maximum(z, 0)[0 if len(z) == 1 else slice(None)]"),
        ("shape", "range(layers)", "range(min(layers, 5))"),
        ("re-seeded > random | Two calls", LINES["w"], "w = np.random.default_rng(int(1e6 * abs(std)) + node_num)."
         "standard_normal((node_num, node_num)) * std"),
        ("one w > random | several layers", """
        def through(x, rule, layers):
            n, activations = x.shape[1], {}
            std = {"xavier": 1 / np.sqrt(n), "he": np.sqrt(2 / n)}.get(rule, rule)
            w = std * np.random.randn(n, n)
            for i in range(layers):
                x = activations[i] = np.maximum(x @ w, 0)
            return activations
        """),
        ("seed > random | Two calls", "    activations = {}\n    if rule", "    activations = {}\n"
         "    np.random.seed(7)\n    if rule"),
        ("normal", LINES["w"], "w = np.random.uniform(-(3**0.5), 3**0.5, (node_num, node_num)) * std"),
        ("normal", LINES["w"], "w = np.random.laplace(scale=0.5**0.5, size=(node_num, node_num)) * std"),
        ("variance | taken as a variance", "std = rule", "std = np.sqrt(rule)"),
        ("formula | upside down", "std = 1 / np.sqrt(node_num)", "std = np.sqrt(node_num)"),
        ("formula", "np.sqrt(2 / node_num)", "np.sqrt(2 / (node_num + 1))"),
        ("borrowed", "std = np.sqrt(2 / node_num)", "from dlcourse.initializers import initial_std\n"
         "        std = initial_std('he', node_num)"),
        ("rule", "std = np.sqrt(2 / node_num)", "std = 1 / np.sqrt(node_num)"),
        ("rule", "std = 1 / np.sqrt(node_num)", "std = np.sqrt(2 / node_num)"),
        ("rule", "std = np.sqrt(2 / node_num)", "std = np.sqrt(2 / 100)"),
        ("rule", "std = 1 / np.sqrt(node_num)", "std = 0.1"),
        ("rule", "        std = rule", "        std = 1"),
        ("rule", "        std = rule", "        std = 0.01"),
        ("rule", "elif", "if"),
        ("rule", 'elif rule == "he":\n        std = np.sqrt(2 / node_num)\n    else:', "elif rule != 'he':"),
        ("variance", "np.sqrt(2 / node_num)", "2 / node_num"),
        ("formula", "np.sqrt(2 / node_num)", "np.sqrt(node_num / 2)"),
        ("formula", "np.sqrt(2 / node_num)", "2 / np.sqrt(node_num)"),
        ("formula", "np.sqrt(2 / node_num)", "np.sqrt(2)"),
        ("formula", "np.sqrt(2 / node_num)", "np.sqrt(0.5 / node_num)"),
        ("formula", "np.random.randn(node_num, node_num)", "np.random.rand(node_num, node_num)"),
        ("offset", LINES["w"], LINES["w"] + " + std"),
        ("activation", "np.maximum(z, 0)", "1 / (1 + np.exp(-z))"),
        ("activation", "np.maximum(z, 0)", "np.tanh(z)"),
        ("activation", "np.maximum(z, 0)", "z"),
        ("order", "x = activations[i - 1]", "x = activations[0]"),
        ("order", "x = activations[i - 1]", "pass"),
        ("order", LINES["w"], LINES["w"] + " if i == 0 else np.random.randn(node_num, node_num)"),
        ("shape", "range(layers)", "range(5)"),
        ("shape > raises | KeyError", "activations[i] = np.maximum(z, 0)", "activations[0] = np.maximum(z, 0)"),
        ("type > shape", "return activations", "return list(activations.values())"),
        ("missing", "    return activations", "    activations"),
        ("raises > rule", "        std = rule\n", "        std = float('rule')\n"),
    ],
    "7.4": [
        ("too large", "std = 0.13", "std = 0.1375"),
        ("too small", "std = 0.13", "std = 0.1225"),
        ("type", "std = 0.13", "std = [0.13]"),
        ("too small", "std = 0.13", "std = 0.13**2"),
        ("stability", "std = 0.13", "std = np.nan"),
        ("too small", "std = 0.13", "std = 0.1"),
        ("too small", "std = 0.13", "std = 0.01"),
        ("too small", "std = 0.13", "std = 0.05"),
        ("too small", "std = 0.13", "std = 0.12"),
        ("too large", "std = 0.13", "std = np.sqrt(2 / 100)"),
        ("too large", "std = 0.13", "std = 0.2"),
        ("too large", "std = 0.13", "std = 1"),
        ("too large", "std = 0.13", "std = 1e300"),
        ("order", "std = 0.13", "std = 0.5"),
        ("order", "std = 0.13", "std = spread(0.13)"),
        ("sign", "std = 0.13", "std = -0.13"),
        ("sign", "std = 0.13", "std = 0"),
        ("type", "std = 0.13", "std = '0.13'"),
        ("type", "std = 0.13", "std = spread"),
        ("missing", "std = 0.13", "std = ..."),
        ("stability", "std = 0.13", "std = float('inf')"),
    ],
    "7.5": [
        ("values", "np.sum(x, axis=0) / m", "x[:100].mean(axis=0)"),
        ("precision | Take the mean away", "np.sum((x - mu) ** 2, axis=0) / m", "np.mean(x**2, axis=0) - mu**2"),
        ("borrowed", """
        from dlcourse.normalization import BatchNormalization
        def batch_norm(x, gamma, beta, eps=1e-5):
            gamma, beta = np.asarray(gamma, float), np.asarray(beta, float)
            return BatchNormalization(gamma, beta, eps=eps).forward(np.asarray(x, float), training=True)
        """),
        ("formula | gamma is lost", "gamma * x_hat + beta", "x_hat + beta"),
        ("one sample", "    mu = ", "    if m == 1:\n        raise ValueError(m)\n    mu = "),
        ("dtype", LINES["x_hat"], "x_hat = np.empty_like(x)\n    x_hat[...] = (x - mu) / np.sqrt(var + eps)"),
        ("stability", "var + eps", "var"),
        ("stability", "np.sqrt(var + eps)", "np.sqrt(var + 0)"),
        ("epsilon", "np.sqrt(var + eps)", "(np.sqrt(var) + eps)"),
        ("epsilon", "np.sqrt(var + eps)", "np.sqrt(np.maximum(var, 1e-12))"),
        ("epsilon > values", "np.sqrt(var + eps)", "np.sqrt(var + 1e-7)"),
        ("epsilon", "np.sqrt(var + eps)", "np.sqrt(var + 1e-5)"),
        ("epsilon", "np.sqrt(var + eps)", "np.sqrt(np.where(var == 0, 1, var))"),
        ("epsilon", LINES["x_hat"], "x_hat = np.nan_to_num((x - mu) / np.sqrt(var))"),
        ("epsilon", "np.sqrt(var + eps)", "np.sqrt(var + eps**2)"),
        ("stability", LINES["x_hat"], "x_hat = (x - mu + eps) / np.sqrt(var)"),
        ("axis", "axis=0", "axis=None"),
        ("axis > raises", "axis=0", "axis=1"),
        ("axis", LINES["x_hat"],
         "x_hat = ((x.T - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps)).T"),
        ("formula", "axis=0) / m\n    x_hat", "axis=0) / (m - 1)\n    x_hat"),
        ("formula", "np.sqrt(var + eps)", "(var + eps)"),
        ("formula", "(x - mu) / np.sqrt(var + eps)", "x - mu"),
        ("formula", "(x - mu) / np.sqrt", "x / np.sqrt"),
        ("formula", "gamma * x_hat + beta", "x_hat"),
        ("formula", "gamma * x_hat + beta", "gamma * x_hat"),
        ("order", "gamma * x_hat + beta", "gamma * (x_hat + beta)"),
        ("order > values", "gamma * x_hat + beta", "beta * x_hat + gamma"),
        ("aliasing", LINES["x_hat"], LINES["x_hat"] + "\n    x -= mu"),
        ("missing", "return gamma", "x_hat = gamma"),
    ],
    "7.6": [
        ("values", "x.mean(axis=0), x.var(axis=0)", "x[:100].mean(axis=0), x[:100].var(axis=0)"),
        ("shared", "self.gamma, self.beta, self.momentum = gamma, beta, momentum",
         "self.gamma, self.beta = gamma, beta\n        MyBatchNorm.momentum = momentum"),
        ("running", "self.gamma, self.beta, self.momentum = gamma, beta, momentum",
         "self.gamma, self.beta, self.momentum = gamma, beta, momentum or 0.9"),
        ("name", "x, training=False", "x, *, training=False"),
        ("stale", "return self.gamma", "self.first = getattr(self, 'first', self.gamma)\n        return self.first"),
        ("moves | There nothing is learned", "        mean, var = self.running_mean, self.running_var\n",
         "        mean, var = self.running_mean, self.running_var\n        if not training:\n"
         "            now = x.mean(axis=0), x.var(axis=0)\n"
         "            self.running_mean = self.momentum * mean + (1 - self.momentum) * now[0]\n"
         "            self.running_var = self.momentum * var + (1 - self.momentum) * now[1]\n"
         "            mean, var = self.running_mean, self.running_var\n"),
        ("epsilon | At test time epsilon is missing", LINES["out"],
         "return self.gamma * (x - mean) / np.sqrt(var + 1e-5 * bool(training)) + self.beta"),
        ("epsilon | In training epsilon is missing", LINES["out"],
         "return self.gamma * (x - mean) / np.sqrt(var + 1e-5 * (not training)) + self.beta"),
        ("precision | Take the mean away", LINES["batch"],
         "mean = x.mean(axis=0)\n            var = (x**2).mean(axis=0) - mean**2"),
        ("one sample", "        if training:", "        if training and len(x) > 1:"),
        ("borrowed", """
        from dlcourse.normalization import BatchNormalization as Ours
        class MyBatchNorm(Ours):
            def forward(self, x, training=False):
                mean, var = self.running_mean.copy(), self.running_var.copy()
                y = super().forward(np.asarray(x, float), training=training)
                if training:
                    self.running_mean[...] = self.momentum * mean + (1 - self.momentum) * x.mean(axis=0)
                    self.running_var[...] = self.momentum * var + (1 - self.momentum) * x.var(axis=0)
                return y
        """),
        ("state", "if training:", "if True:"),
        ("state", "if training:", "if not training:"),
        ("state", "if training:", "if False:"),
        ("state", "return self.gamma", "mean, var = x.mean(axis=0), x.var(axis=0)\n        return self.gamma"),
        ("state", "return self.gamma", "mean, var = self.running_mean, self.running_var\n        return self.gamma"),
        ("state", LINES["running"] + "\n            " + LINES["running_var"], "pass"),
        ("state", LINES["running"], "self.running_mean = mean\n            self.momentum = 0.0"),
        ("state", LINES["running"], "pass"),
        ("state", LINES["running_var"], "pass"),
        ("running", LINES["running"], "self.running_mean = (1 - self.momentum) * self.running_mean "
                                      "+ self.momentum * mean"),
        ("running", LINES["running_var"],
         "self.running_var = self.momentum * self.running_var + (1 - self.momentum) * np.sqrt(var)"),
        ("running", LINES["running_var"],
         "self.running_var = self.momentum * self.running_var + (1 - self.momentum) * x.var(axis=0, ddof=1)"),
        ("running", LINES["running"], "self.running_mean = self.momentum * self.running_mean + mean"),
        ("running", LINES["running_var"], "self.running_var = self.running_var + (1 - self.momentum) * var"),
        ("running > values | At test time", "momentum=0.9", "momentum=0.99"),
        ("running", "np.ones(len(gamma))", "np.zeros(len(gamma))"),
        ("formula", LINES["out"], "return (x - mean) / np.sqrt(var + 1e-5)"),
        ("formula", LINES["out"], "return self.gamma * (x - mean) / (var + 1e-5) + self.beta"),
        ("formula", LINES["batch"], "mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)"),
        ("axis", LINES["batch"], "mean, var = x.mean(), x.var()"),
        ("axis > raises", LINES["batch"], "mean, var = x.mean(axis=1), x.var(axis=1)"),
        ("shared", """
         class MyBatchNorm:
             mean, var = {}, {}
             def __init__(self, gamma, beta, momentum=0.9):
                 self.gamma, self.beta, self.momentum, self.n = gamma, beta, momentum, len(gamma)
             def forward(self, x, training=False):
                 mean, var = self.mean.get(self.n, np.zeros(self.n)), self.var.get(self.n, np.ones(self.n))
                 if training:
                     now = x.mean(axis=0), x.var(axis=0)
                     self.mean[self.n] = self.momentum * mean + (1 - self.momentum) * now[0]
                     self.var[self.n] = self.momentum * var + (1 - self.momentum) * now[1]
                     mean, var = now
                 return self.gamma * (x - mean) / np.sqrt(var + 1e-5) + self.beta
         """),
        ("missing > raises", "def forward(", "def back("),
        ("missing", "return self.gamma", "y = self.gamma"),
        ("aliasing", "mean, var = self.running_mean, self.running_var\n",
         "x += 1e-13\n        mean, var = self.running_mean, self.running_var\n"),
    ],
    "7.7": [
        ("values", "x_hat = (x - x.mean(axis=0)) / root", "x_hat = (x - x[:100].mean(axis=0)) / root"),
        ("borrowed", """
        from dlcourse.normalization import BatchNormalization
        def batch_norm_backward(dout, x, gamma, eps=1e-5):
            layer = BatchNormalization(gamma.astype(float), np.zeros(len(gamma)), eps=eps)
            layer.forward(x.astype(float), training=True)
            return layer.backward(dout.astype(float)), layer.grads["gamma"], layer.grads["beta"]
        """),
        ("epsilon | another eps", "+ eps)", "+ 1e-5)"),
        ("epsilon", "np.sqrt(x.var(axis=0) + eps)", "np.sqrt(x.var(axis=0))"),
        ("epsilon > values", "np.sqrt(x.var(axis=0) + eps)", "np.sqrt(x.var(axis=0)) + eps"),
        ("precision | Take the mean away", "x.var(axis=0)", "((x**2).mean(axis=0) - x.mean(axis=0) ** 2)"),
        ("type", "return dx, dgamma, dbeta", "return {'dx': dx, 'dgamma': dgamma, 'dbeta': dbeta}"),
        ("loop", "dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)",
         "dgamma, dbeta = sum(row for row in dout * x_hat), dout.sum(axis=0)"),
        ("formula", LINES["dx"], "dx = gamma / root * dout"),
        ("formula", "- dout.mean(axis=0) ", ""),
        ("formula", " - x_hat * (dout * x_hat).mean(axis=0)", ""),
        ("formula", "gamma / root * (dout", "1 / root * (dout"),
        ("formula", "gamma / root * (dout", "gamma * (dout"),
        ("formula", "gamma / root * (dout", "gamma / root**2 * (dout"),
        ("formula", "x_hat * (dout", "x * (dout"),
        ("formula", "(dout * x_hat).sum(axis=0), ", "(dout * x).sum(axis=0), "),
        ("formula", "(dout * x_hat).sum(axis=0), ", "(dout * x_hat * root).sum(axis=0), "),
        ("formula", "(dout * x_hat).sum(axis=0), ", "(gamma * dout * x_hat).sum(axis=0), "),
        ("formula", "(dout * x_hat).sum(axis=0), ", "dout.sum(axis=0) * x_hat.sum(axis=0), "),
        ("sign", "dout - dout.mean(axis=0) - x_hat", "dout + dout.mean(axis=0) + x_hat"),
        ("sign", "return dx, ", "return -dx, "),
        ("sign", "return dx, dgamma, dbeta", "return dx, -dgamma, dbeta"),
        ("scale", "(dout * x_hat).mean(axis=0)", "(dout * x_hat).sum(axis=0)"),
        ("scale", LINES["dx"],
         "dx = gamma / root * (dout - dout.sum(axis=0) - x_hat * (dout * x_hat).sum(axis=0))"),
        ("scale", "dgamma, dbeta = (dout * x_hat).sum(axis=0), ", "dgamma, dbeta = (dout * x_hat).mean(axis=0), "),
        ("scale", "dout.sum(axis=0)", "dout.mean(axis=0)"),
        ("order", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
        ("order > shape", "return dx, dgamma, dbeta", "return dgamma, dbeta, dx"),
        ("axis", "dout.sum(axis=0)", "dout.sum(axis=1)"),
        ("axis", "(dout * x_hat).sum(axis=0), ", "(dout * x_hat).sum(axis=1), "),
        ("shape", "dout.sum(axis=0)", "dout"),
        ("type", "return dx, dgamma, dbeta", "return dx"),
        ("missing", "return dx, dgamma, dbeta", "dx, dgamma, dbeta"),
        ("loop", "dout.sum(axis=0)", "np.array([column.sum() for column in dout.T])"),
        ("aliasing", "return dx", "dout *= 2\n    return dx"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "7.5": {"line 12: x - mu → mu - x": "it is squared"},
}
