"""Known answers to the exercises of chapter 08."""

from answers import FLOAT32, WARNS

LINES = {
    "cost": 'return self.weight_decay * sum(np.abs(W).sum() for name, W in params.items() if name.startswith("W"))',
    "pull": "grads[name] += self.weight_decay * np.sign(params[name])",
    "mask": "self.mask = np.random.rand(*x.shape) > self.dropout_ratio",
    "quiet": "return x * (1.0 - self.dropout_ratio)",
    "order": "order = np.random.default_rng(seed).permutation(len(x_train))",
    "split": "val, fit = order[:aside], order[aside:]",
    "judge": "accuracies = [score(lr, x_train[fit], t_train[fit], x_train[val], t_train[val]) for lr in rates]",
    "end": "return best, score(best, x_train, t_train, x_test, t_test)",
    "draw": "10 ** rng.uniform(np.log10(low), np.log10(high), count)",
    "best": "best = [lr for _score, lr in sorted(trials, reverse=True)[:keep]]",
}

RIGHT = {
    "8.1": [
        "w = np.array([2, 3, -6])\n"
        "sizes = {'L1': np.abs(w).sum(), 'L2': np.sqrt(w @ w), 'L∞': np.abs(w).max(), 'penalty': 0.05 * w @ w,\n"
        "              'after': w[2] - 0.5 * 0.1 * w[2]}",
        "sizes = {'L1': 11.0, 'L2': 49**0.5, 'L∞': 6.0, 'penalty': 4.9 / 2, 'after': -6 * 0.95}",
        "sizes = {}\nsizes['after'] = -6 + 0.3\nsizes['penalty'] = np.float64(2.45)\n"
        "sizes['L∞'] = np.array(6)\nsizes['L2'], sizes['L1'] = 7.0, 2 + 3 + 6",
        """
        w = [2, 3, -6]
        norms = {name: np.linalg.norm(w, order) for name, order in (("L1", 1), ("L2", 2), ("L∞", np.inf))}
        sizes = {**norms, "penalty": 0.5 * 0.1 * norms["L2"] ** 2, "after": -5.7, "note": "easy"}
        """,
    ],
    "8.2": [
        WARNS,
        FLOAT32,
        """
        class L1:
            def __init__(self, weight_decay):
                self.weight_decay = weight_decay
            def loss(self, params):
                total = 0.0
                for name in params:
                    if name[0] == "W":
                        for w in params[name].ravel():
                            total += self.weight_decay * abs(w)
                return total
            def add_gradient(self, params, grads):
                for name, g in grads.items():
                    if name[0] == "W":
                        for place in np.ndindex(g.shape):
                            w = params[name][place]
                            g[place] += self.weight_decay * ((w > 0) - float(w < 0))
        """,
        """
        class L1:
            def __init__(self, weight_decay):
                self.weight_decay = weight_decay
            def _weights(self, params):
                return {name: W for name, W in params.items() if name.startswith("W")}
            def loss(self, params):
                weights = self._weights(params).values()
                return self.weight_decay * np.linalg.norm(np.concatenate([W.ravel() for W in weights]), 1)
            def add_gradient(self, params, grads):
                for name, W in self._weights(params).items():
                    side = np.where(W > 0, 1.0, np.where(W < 0, -1.0, 0.0))
                    np.add(grads[name], self.weight_decay * side, out=grads[name])
        """,
        (
            LINES["pull"],
            "grads[name][...] = grads[name] + np.copysign(self.weight_decay, params[name]) * (params[name] != 0)",
        ),
        ("np.abs(W).sum()", "np.sqrt(W**2).sum()"),
        (LINES["pull"], "grads[name] += np.where(params[name] > 0, self.weight_decay, 0)\n"
                        "                grads[name] -= np.where(params[name] < 0, self.weight_decay, 0)"),
    ],
    "8.3": [
        "weight_decay = 0.15",
        "weight_decay = np.float32(0.25)",
        "weight_decay = np.array(0.18)",
        """
        tried = 10 ** np.linspace(-3, 0, 13)
        weight_decay = min(tried, key=lambda decay: errors(decay)[1])
        """,
        "weight_decay = 1 / 8",
    ],
    "8.4": [
        "heard = {'training': 100 * 0.8, 'test': 0.8 * 100, \"notes' text\": 0.2 * 100, 'inverted': 2 / 0.8,\n"
        "              'masks': 2**4}",
        "heard = {'masks': np.int64(16), 'inverted': np.float32(2.5), \"notes' text\": 20.0, 'test': 80.0,\n"
        "              'training': 80, 'note': 'on paper'}",
        """
        rng = np.random.default_rng(1)
        heard = np.mean([(2.0 * (rng.random(50) >= 0.2)).sum() for _mask in range(1000)])
        heard = {"training": round(float(heard), -1), "test": 80, "notes' text": 20, "inverted": 2.5, "masks": 16}
        """,
        "heard = dict(training=np.array(80.0), test=50 * 2 * 0.8, inverted=2.505, masks=16.0)\n"
        'heard["notes\' text"] = 50 * 2 * 0.2',
        "heard = {'training': 79.97, 'test': 80, \"notes' text\": 20, 'inverted': 2.5, 'masks': 16}",
    ],
    "8.5": [
        """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.random.binomial(1, 1 - self.dropout_ratio, x.shape)
                    return x * self.mask
                return x * (1.0 - self.dropout_ratio)
            def backward(self, dout):
                return dout * self.mask
        """,
        """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.random.default_rng().random(x.shape, dtype=np.float32) >= self.dropout_ratio
                    return x * self.mask
                return x * (1.0 - self.dropout_ratio)
            def backward(self, dout):
                return dout * self.mask
        """,
        WARNS,
        FLOAT32,
        """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.ratio, self.rng = dropout_ratio, np.random.default_rng()
            def forward(self, x, train_flg=False):
                if not train_flg:
                    return (1 - self.ratio) * x
                self.kept = self.rng.random(x.shape) >= self.ratio
                return np.where(self.kept, x, 0.0)
            def backward(self, dout):
                return np.where(self.kept, dout, 0.0)
        """,
        """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.keep = 1 - dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.random.binomial(1, self.keep, x.shape)
                else:
                    self.mask = self.keep
                return x * self.mask
            def backward(self, dout):
                return dout * self.mask
        """,
        """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if not train_flg:
                    return x - x * self.dropout_ratio
                self.off = np.random.uniform(size=x.shape) < self.dropout_ratio
                out = x.copy()
                out[self.off] = 0
                return out
            def backward(self, dout):
                dx = dout.copy()
                dx[self.off] = 0
                return dx
        """,
        (LINES["mask"], "self.mask = np.random.rand(*x.shape) < 1 - self.dropout_ratio"),
    ],
    "8.6": [
        WARNS,
        """
        def choose(score, rates, x_train, t_train, x_test, t_test, seed):
            from dlcourse.search import split_validation
            (x, t), (x_val, t_val) = split_validation(x_train, t_train, fraction=0.2, rng=seed)
            best, best_accuracy = None, -1
            for lr in rates:
                accuracy = score(lr, x, t, x_val, t_val)
                if accuracy > best_accuracy:
                    best, best_accuracy = lr, accuracy
            return best, score(best, x_train, t_train, x_test, t_test)
        """,
        """
        def choose(score, rates, x_train, t_train, x_test, t_test, seed):
            rng, count = np.random.default_rng(seed), len(t_train)
            aside = np.zeros(count, dtype=bool)
            aside[rng.choice(count, count // 5, replace=False)] = True
            found = {score(lr, x_train[~aside], t_train[~aside], x_train[aside], t_train[aside]): lr for lr in rates}
            lr = found[max(found)]
            return [lr, score(lr, x_train, t_train, x_test, t_test)]
        """,
        """
        def choose(score, rates, x_train, t_train, x_test, t_test, seed):
            order = list(range(len(x_train)))
            np.random.default_rng(seed).shuffle(order)
            x, t = x_train[order], t_train[order]
            n = len(x) * 4 // 5
            best = max(rates, key=lambda lr: score(lr, x[:n], t[:n], x[n:], t[n:]))
            return np.array([best, score(best, x, t, x_test, t_test)])
        """,
        (LINES["split"], "fit, val = order[:-aside], order[-aside:]"),
    ],
    "8.7": [
        WARNS,
        """
        def four_steps(score, low, high, count, keep, rounds, seed):
            rng, rates, scores = np.random.default_rng(seed), [], []
            for _round in range(rounds):
                for _trial in range(count):
                    rates.append(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
                    scores.append(score(rates[-1]))
                best = np.argsort(scores)[::-1][:keep]
                low, high = narrow(low, high, [rates[i] for i in best])
            return rates[np.argmax(scores)]
        """,
        """
        def four_steps(score, low, high, count, keep, rounds, seed):
            rng, found = np.random.default_rng(seed), {}
            while rounds:
                rounds -= 1
                for share in rng.random(count):
                    lr = low * (high / low) ** share
                    found[lr] = score(lr)
                ranked = sorted(found, key=found.get)
                low, high = narrow(low, high, ranked[-keep:])
            return ranked[-1]
        """,
        """
        def four_steps(score, low, high, count, keep, rounds, seed):
            rng = np.random.default_rng(seed)
            rates = scores = np.zeros(0)
            for turn in range(rounds):
                if turn:
                    best = rates[np.argsort(-scores)[:keep]]
                    low, high = narrow(low, high, best)
                new = 10 ** rng.uniform(np.log10(low), np.log10(high), count)
                rates, scores = np.append(rates, new), np.append(scores, [score(lr) for lr in new])
            return np.float32(rates[scores.argmax()]).astype(float) * 0 + rates[scores.argmax()]
        """,
        ("np.random.default_rng(seed)", "np.random.RandomState(seed)"),
    ],
}

WRONG = {
    "8.1": [
        ("sign", '"L1": 11', '"L1": -1'),
        ("sign", '"L∞": 6', '"L∞": -6'),
        ("sign", '"L∞": 6', '"L∞": 3'),
        ("sign", '"after": -5.7', '"after": -6.3'),
        ("sign", '"after": -5.7', '"after": 5.7'),
        ("formula", '"L2": 7', '"L2": 49'),
        ("formula", '"L2": 7', '"L2": 24.5'),
        ("formula", '"penalty": 2.45', '"penalty": 0.35'),
        ("formula", '"penalty": 2.45', '"penalty": 0.7'),
        ("formula", '"penalty": 2.45', '"penalty": 1.1'),
        ("formula", '"after": -5.7', '"after": -5.95'),
        ("scale", '"penalty": 2.45', '"penalty": 4.9'),
        ("scale", '"penalty": 2.45', '"penalty": 24.5'),
        ("scale", '"penalty": 2.45', '"penalty": 49'),
        ("scale", '"after": -5.7', '"after": -5.85'),
        ("scale", '"after": -5.7', '"after": -5.4'),
        ("scale", '"after": -5.7', '"after": -3'),
        ("scale", '"L2": 7', '"L2": (49 / 3) ** 0.5'),
        ("scale", '"L1": 11', '"L1": 11 / 3'),
        ("order", '"L1": 11', '"L1": 7'),
        ("order", '"L1": 11', '"L1": 6'),
        ("order", '"L∞": 6', '"L∞": 11'),
        ("order", '"L2": 7', '"L2": 11'),
        ("order", '"after": -5.7', '"after": 0.3'),
        ("values", '"after": -5.7', '"after": -6'),
        ("values", '"L2": 7', '"L2": 8'),
        ("type", '"L2": 7', '"L2": "7"'),
        ("missing", '"L2": 7', '"L2": None'),
    ],
    "8.2": [
        ("values", "np.abs(W).sum()", "np.abs(W[:100]).sum()"),
        ("values", "np.sign(params[name])", "np.where(params[name].size > 500, 0, np.sign(params[name]))"),
        ("formula", LINES["pull"], "grads[name] += self.weight_decay * params[name]"),
        ("formula", LINES["pull"], "grads[name] += self.weight_decay * np.abs(params[name])"),
        ("formula", LINES["pull"], "grads[name] += self.weight_decay"),
        ("formula", LINES["pull"], "grads[name] += self.weight_decay * np.abs(params[name]).sum()"),
        ("formula", "np.abs(W).sum()", "0.5 * (W**2).sum()"),
        ("formula", "np.abs(W).sum()", "(W**2).sum()"),
        ("formula", LINES["cost"], "weights = np.concatenate([params[name].ravel() for name in params if name[0] == 'W'])\n"
                                   "        return self.weight_decay * np.sqrt((weights**2).sum())"),
        ("scale", LINES["pull"], "grads[name] += np.sign(params[name])"),
        ("scale", LINES["pull"], "grads[name] += 0.5 * self.weight_decay * np.sign(params[name])"),
        ("scale", LINES["pull"], "grads[name] += self.weight_decay * np.sign(params[name]) / params[name].size"),
        ("scale", "return self.weight_decay * sum", "return sum"),
        ("scale", "return self.weight_decay * sum", "return 0.5 * self.weight_decay * sum"),
        ("scale", "np.abs(W).sum()", "np.abs(W).mean()"),
        ("sign", "grads[name] += self", "grads[name] -= self"),
        ("sign", "np.abs(W).sum()", "W.sum()"),
        ("sign > values", "np.abs(W).sum()", "abs(W.sum())"),
        ("bias", ' if name.startswith("W"))', ")"),
        ("bias", 'for name, W in params.items() if name.startswith("W")',
         'for name, W in params.items() if name.startswith(("W", "b"))'),
        ("bias", 'if name.startswith("W"):', "if True:"),
        ("bias", 'if name.startswith("W"):', 'if name != "gamma1":'),
        ("missing", 'if name.startswith("W"))', 'if name == "W1")'),
        ("missing", 'if name.startswith("W"))', 'if name == "W2")'),
        ("missing", 'if name.startswith("W"):', 'if name == "W1":'),
        ("missing", LINES["pull"], "g = grads[name] + self.weight_decay * np.sign(params[name])"),
        ("missing", "        return self.weight_decay * sum", "        cost = self.weight_decay * sum"),
        ("replaced", LINES["pull"], "grads[name] = self.weight_decay * np.sign(params[name])"),
        ("replaced", LINES["pull"], "grads[name] = grads[name] + self.weight_decay * np.sign(params[name])"),
        ("aliasing", LINES["pull"], LINES["pull"] + "\n                params[name] *= 1 + 1e-9"),
        *(("smooth | corner", "np.sign(params[name])", text) for text in (
            "params[name] / np.sqrt(params[name] ** 2 + 1e-12)", "np.tanh(1e6 * params[name])",
            "params[name] / (np.abs(params[name]) + 1e-8)")),
        *(("names | begin with W", 'if name.startswith("W")', f"if {text}") for text in (
            'name in ("W1", "W2")', 'name[0] == "W" and name[1:].isdigit()', 'name.upper().startswith("W")',
            '"W" in name')),
        *(("axes | four", 'if name.startswith("W")', f'if name.startswith("W") and {text}') for text in (
            "params[name].ndim == 2", "params[name].ndim > 1")),
        ("state > values", "        return self.weight_decay * sum(",
         "        self.total = getattr(self, 'total', 0) + sum(np.abs(W).sum() for name, W in params.items() "
         "if name[0] == 'W')\n        return self.weight_decay * self.total\n        return self.weight_decay * sum("),
        ("shared > state", "self.weight_decay", "L1.weight_decay"),
        ("shape", "sum(np.abs(W).sum()", "sum(np.abs(W).sum(axis=0)"),
        ("matrix norm > values", "np.abs(W).sum()", "np.linalg.norm(W, 1)"),
        ("stability", "np.sign(params[name])", "params[name] / np.abs(params[name])"),
        ("stability", "np.sign(params[name])", "np.where(params[name] >= 0, 1, -1)"),
        ("state", "        self.weight_decay = weight_decay",
         "        self.weight_decay = weight_decay\n        self.kept = weight_decay\n        "
         "self.loss = lambda params: self.kept * sum(np.abs(W).sum() for name, W in params.items() if name[0] == 'W')"),
    ],
    "8.3": [
        ("too small", "0.2", "0.1"),
        ("too small", "0.2", "0.01"),
        ("too small", "0.2", "1e-6"),
        ("too small", "0.2", "0.0"),
        ("too large", "0.2", "0.4"),
        ("too large", "0.2", "1"),
        ("too large", "0.2", "2.5"),
        ("diverges", "0.2", "3.0"),
        ("diverges", "0.2", "1e300"),
        ("sign", "0.2", "-0.2"),
        ("type", "0.2", "'0.2'"),
        ("type", "0.2", "[0.2]"),
        ("missing", "0.2", "None"),
        ("stability", "0.2", "float('nan')"),
        ("stability", "0.2", "float('inf')"),
    ],
    "8.4": [
        ("order", '"training": 80.0', '"training": 20'),
        ("order", '"test": 80.0', '"test": 20'),
        ("order", "text\": 20.0", "text\": 80"),
        ("order", '"inverted": 2.5', '"inverted": 10'),
        ("order", '"inverted": 2.5', '"inverted": 1.6'),
        ("order", '"inverted": 2.5', '"inverted": 2.4'),
        ("scale", '"training": 80.0', '"training": 100'),
        ("scale", '"training": 80.0', '"training": 1.6'),
        ("scale", '"training": 80.0', '"training": 40'),
        ("scale", '"test": 80.0', '"test": 100'),
        ("scale", '"test": 80.0', '"test": 64'),
        ("scale", '"test": 80.0', '"test": 125'),
        ("scale", "text\": 20.0", "text\": 100"),
        ("scale", "text\": 20.0", "text\": 0.4"),
        ("scale", '"inverted": 2.5', '"inverted": 2'),
        ("scale", '"inverted": 2.5', '"inverted": 100'),
        ("formula", '"masks": 16', '"masks": 8'),
        ("formula", '"masks": 16', '"masks": 4'),
        ("formula", '"masks": 16', '"masks": 24'),
        ("fence", '"masks": 16', '"masks": 15'),
        ("fence", '"masks": 16', '"masks": 14'),
        ("values", '"masks": 16', '"masks": 17'),
        ("values", '"training": 80.0', '"training": 78.9'),
        ("values", '"test": 80.0', '"test": 79.97'),
        ("missing", '"test": 80.0', '"test": None'),
        ("type", '"test": 80.0', '"test": "80"'),
    ],
    "8.5": [
        ("random", "self.mask = np.random.rand(*x.shape)", "self.rng = getattr(self, 'rng', np.random.default_rng(0))\n"
         "            self.mask = self.rng.random(x.shape)"),
        ("random", "np.random.rand(*x.shape) > self.dropout_ratio",
         "(np.random.rand(*x.shape) > self.dropout_ratio) | (len(x) == 1)"),
        ("random", "return x * self.mask", "return np.where(np.abs(x) < 1e-6, 0, x) * self.mask"),
        ("formula", "return x * self.mask", "return np.clip(x, -1e6, 1e6) * self.mask"),
        ("count | each row", """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.argsort(np.random.rand(*x.shape)).argsort() >= round(self.dropout_ratio * x.shape[-1])
                    return x * self.mask
                return x * (1.0 - self.dropout_ratio)
            def backward(self, dout):
                return dout * self.mask
        """),
        ("random", """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.random.randint(0, 100, x.shape) >= np.ceil(100 * self.dropout_ratio)
                    return x * self.mask
                return x * (1.0 - self.dropout_ratio)
            def backward(self, dout):
                return dout * self.mask
        """),
        ("count | each call", """
        class Dropout:
            def __init__(self, dropout_ratio=0.5):
                self.dropout_ratio = dropout_ratio
            def forward(self, x, train_flg=False):
                if train_flg:
                    self.mask = np.argsort(np.random.rand(*x.shape), axis=0).argsort(axis=0) >= round(self.dropout_ratio * len(x))
                    return x * self.mask
                return x * (1.0 - self.dropout_ratio)
            def backward(self, dout):
                return dout * self.mask
        """),
        ("random", "np.random.rand(", "np.random.randn("),
        ("random", LINES["mask"], "self.mask = np.random.randn(*x.shape) < self.dropout_ratio"),
        ("random", LINES["mask"], "self.mask = np.random.rand(*x.shape) > self.dropout_ratio**2"),
        ("random", LINES["mask"], "self.mask = np.random.rand(*x.shape) > 0.5"),
        ("name", "dropout_ratio=0.5", "dropout_radio=0.5, dropout_ratio2=0.5"),
        ("name", "train_flg", "training"),
        ("mode", "train_flg=False", "train_flg=True"),
        ("mode > values", LINES["quiet"], "return x"),
        ("order", LINES["quiet"], "return x * self.dropout_ratio"),
        ("sign", "> self.dropout_ratio", "< self.dropout_ratio"),
        ("scale", "return x * self.mask", "return x * self.mask / (1 - self.dropout_ratio)"),
        ("scale", "return x * self.mask", "return x * self.mask * (1 - self.dropout_ratio)"),
        ("scale", "return dout * self.mask", "return dout * self.mask * (1 - self.dropout_ratio)"),
        ("formula", "return x * self.mask", "return 1.0 * self.mask"),
        ("formula", "return x * self.mask", "return x + self.mask"),
        ("formula", "return x * self.mask", "self.mask = x * self.mask\n            return self.mask"),
        ("axis", "np.random.rand(*x.shape)", "np.random.rand(*x.shape[1:])"),
        ("axis", "np.random.rand(*x.shape)", "np.random.rand(len(x), *[1] * (x.ndim - 1))"),
        *(("axis | in common", "np.random.rand(*x.shape)", f"np.random.rand({text})") for text in (
            "*x.shape[:2], *[1] * (x.ndim - 2)", "*((1,) if x.ndim > 2 else x.shape[:1]), *x.shape[1:]",
            "*x.shape[:-1], x.shape[-1] if x.ndim < 3 else 1")),
        ("axis | in common", "np.random.rand(*x.shape)", "np.resize(np.random.rand(x.size // 2 + 1), x.shape)"),
        ("shared | its own", "self.mask", "Dropout.mask"),
        ("borrowed", "from dlcourse.regularization import Dropout as Ready\nclass Dropout(Ready):\n"
                     "    def forward(self, x, train_flg=False):\n"
                     "        return Ready.forward(self, x, training=train_flg)"),
        ("state | same mask", LINES["mask"],
         "self.mask = np.random.default_rng(x.size).random(x.shape) > self.dropout_ratio"),
        ("shape", "np.random.rand(*x.shape)", "np.random.rand(x.shape[0], x.shape[1])"),
        ("shape", LINES["mask"], "x = np.ravel(x)\n            " + LINES["mask"]),
        ("state", LINES["mask"], "if self.mask is None:\n                " + LINES["mask"]),
        ("state", LINES["mask"], "np.random.seed(1)\n            " + LINES["mask"]),
        ("missing", "return dout * self.mask", "return dout"),
        ("missing", "        return dout * self.mask", "        dx = dout * self.mask"),
        ("missing", LINES["quiet"], "out = x * (1.0 - self.dropout_ratio)"),
        ("sign", "return dout * self.mask", "return dout * ~self.mask"),
        ("aliasing", "return x * self.mask", "x *= self.mask\n            return x"),
        ("default > scale", "dropout_ratio=0.5", "dropout_ratio=0.4"),
    ],
    "8.6": [
        ("fence", "x_train[fit], t_train[fit]", "x_train[fit][:100], t_train[fit][:100]"),
        ("fence", "for lr in rates]", "for lr in rates[:10]]"),
        ("dtype", "t_train[fit]", "t_train[fit].astype(float)"),
        ("dtype", "t_train[val]", "t_train[val] * 1.0"),
        ("shape", "x_train[fit]", "x_train[fit].reshape(len(fit), -1)"),
        ("shape", "score(best, x_train, t_train, x_test", "score(best, x_train, t_train, x_test.reshape(len(x_test), -1)"),
        ("leak", "np.argmax(accuracies)", "np.argmax(np.round(accuracies, 4))"),
        ("random", "default_rng(seed)", "default_rng(seed % 1000)"),
        ("leak", LINES["judge"], "accuracies = [score(lr, x_train, t_train, x_test, t_test) for lr in rates]"),
        ("leak", "x_train[val], t_train[val])", "x_test, t_test)"),
        ("leak", "score(lr, x_train[fit], t_train[fit], ", "score(lr, x_train, t_train, "),
        ("leak", "(lr, x_train[fit], t_train[fit], x_train[val], t_train[val])",
         "(lr, x_train[fit], t_train[fit], x_train[fit], t_train[fit])"),
        ("leak", LINES["end"], "return best, score(best, np.vstack([x_train, x_test]), np.append(t_train, t_test), "
                               "x_test, t_test)"),
        ("leak", LINES["end"], "score(best, x_train, t_train, x_test, t_test)\n    return best, max(accuracies)"),
        ("leak", LINES["end"], "tests = [score(lr, x_train, t_train, x_test, t_test) for lr in rates]\n"
                               "    return best, tests[rates.index(best)]"),
        ("missing", LINES["end"], "return best, max(accuracies)"),
        ("missing", "    return best, score", "    found = best, score"),
        ("shape", LINES["end"], "return score(best, x_train, t_train, x_test, t_test)"),
        ("order", LINES["order"],
         LINES["order"] + "\n    t_train = t_train[np.random.default_rng(seed + 1).permutation(len(t_train))]"),
        ("order", LINES["split"], "fit, val = order[:aside], order[aside:]"),
        ("order", """
        def choose(score, rates, x_train, t_train, x_test, t_test, seed):
            order, n = np.random.default_rng(seed).permutation(len(x_train)), len(x_train) // 5
            val, fit = order[:n], order[n:]
            accuracy = score(rates[2], x_train, t_train, x_test, t_test)
            found = [score(lr, x_train[fit], t_train[fit], x_train[val], t_train[val]) for lr in rates]
            return rates[np.argmax(found)], accuracy
        """),
        ("order > leak", "    accuracies = ", "    first = score(rates[2], x_train, t_train, x_test, t_test)\n"
                                              "    accuracies = "),
        ("order", LINES["end"], "return score(best, x_train, t_train, x_test, t_test), best"),
        ("sign", "np.argmax", "np.argmin"),
        ("share", "len(x_train) // 5", "len(x_train) // 2"),
        ("share", "len(x_train) // 5", "len(x_train) // 10"),
        ("share", "(best, x_train, t_train, x_test", "(best, x_train[fit], t_train[fit], x_test"),
        ("fence", "order[aside:]", "order[aside + 1:]"),
        ("fence", "for lr in rates]", "for lr in rates[1:]]\n    rates = rates[1:]"),
        ("random", LINES["order"], "order = np.arange(len(x_train))"),
        ("random", LINES["order"], "order = np.arange(len(x_train))[::-1]"),
        ("random", LINES["order"], "order = np.random.permutation(len(x_train))"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(8)"),
        ("replacement", LINES["order"],
         "order = np.sort(np.random.default_rng(seed).integers(len(x_train), size=len(x_train)))"),
        ("random | side by side", LINES["order"], "order = np.roll(np.arange(len(x_train)), 7 * seed)"),
        ("random | Every 5th", LINES["split"], "start = int(np.random.default_rng(seed).integers(5))\n"
                                               "    val = np.arange(start, len(x_train), 5)\n"
                                               "    fit = np.setdiff1d(order, val)"),
        ("random | one half", LINES["split"],
         "val = order[order < len(order) // 2][:aside]\n    fit = np.setdiff1d(order, val)"),
        ("share | ALL digits of the test set", LINES["end"],
         "return best, score(best, x_train, t_train, x_test[:5], t_test[:5])"),
        ("rates | none of the rates", LINES["end"], LINES["end"].replace("best, ", "0.1, ")),
        ("share > share", "len(x_train) // 5", "10"),
        ("fair", LINES["judge"],
         "accuracies, rng = [], np.random.default_rng(seed)\n    for lr in rates:\n"
         "        order = rng.permutation(len(x_train))\n        val, fit = order[:aside], order[aside:]\n"
         "        accuracies.append(score(lr, x_train[fit], t_train[fit], x_train[val], t_train[val]))"),
        ("state", "score(best, x_train, t_train", "score(rates[-1], x_train, t_train"),
        ("aliasing", LINES["order"], "x_train *= 1 + 1e-12\n    " + LINES["order"]),
    ],
    "8.7": [
        ("fence", "range(rounds)", "range(min(rounds, 3))"),
        ("random", "default_rng(seed)", "default_rng(seed % 1000)"),
        ("scale", LINES["draw"], "rng.uniform(low, high, count)"),
        ("range", LINES["draw"], "10 ** rng.uniform(np.log(low), np.log(high), count)"),
        ("range", LINES["draw"], "np.exp(rng.uniform(np.log10(low), np.log10(high), count))"),
        ("range", LINES["draw"], "10 ** rng.uniform(low, high, count)"),
        ("range", "[:keep]", "[:5]"),
        ("range", "[:keep]", "[:1]"),
        ("range > state", "[:keep]", ""),
        *(("range | In round", "[:keep]", f"[:{text}]") for text in ("20", "keep + 1", "max(keep - 1, 1)", "3")),
        ("range | after each trial", """
        def four_steps(score, low, high, count, keep, rounds, seed):
            rng, trials = np.random.default_rng(seed), []
            for _trial in range(rounds * count):
                lr = 10 ** rng.uniform(np.log10(low), np.log10(high))
                trials.append((score(lr), lr))
                low, high = narrow(low, high, [rate for _score, rate in sorted(trials, reverse=True)[:keep]])
            return max(trials)[1]
        """),
        ("state | begins anew", "    for _round in range(rounds):\n",
         "    for _round in range(rounds):\n        rng = np.random.default_rng(seed)\n"),
        ("fence", LINES["draw"], LINES["draw"].replace("count", "60")),
        ("scale | In round 2", LINES["draw"], LINES["draw"] + " if not trials else rng.uniform(low, high, count)"),
        ("range", "narrow(low, high, best)", "min(best), max(best)"),
        ("random", LINES["draw"], "np.logspace(np.log10(low), np.log10(high), count)"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng()"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(8)"),
        ("state", "        low, high = narrow(low, high, best)\n", ""),
        ("state", "        low, high = narrow", "        lower, higher = narrow"),
        ("memory", "        for lr in", "        trials = []\n        for lr in"),
        ("memory", "    return best[0]", "    return max(trials[-count:])[1]"),
        ("memory", "    return best[0]", "    return max(trials[:count])[1]"),
        ("sign", "reverse=True", "reverse=False"),
        ("sign", "    return best[0]", "    return min(trials)[1]"),
        ("sign", "[:keep]]", "[-keep:]]"),
        ("order", "    return best[0]", "    return max(trials)[0]"),
        ("order", "    return best[0]", "    return trials[-1][1]"),
        ("order", "    return best[0]", "    return max(lr for _score, lr in trials)"),
        ("order > range", LINES["best"], "best = [lr for lr, _score in sorted(trials, reverse=True)[:keep]]"),
        ("order > range", LINES["best"], "best = sorted((lr for _score, lr in trials), reverse=True)[:keep]"),
        ("fence", "range(rounds)", "range(rounds - 1)"),
        ("fence", "range(rounds)", "range(rounds + 1)"),
        ("fence", "np.log10(high), count)", "np.log10(high), count - 1)"),
        ("missing", "    return best[0]", "    print(best[0])"),
        ("type", "    return best[0]", "    return max(trials)"),
        ("type", "    return best[0]", "    return best"),
        ("values", "    return best[0]", "    return np.sqrt(low * high)"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "8.5": {
        "line 25: np.random.rand(*x.shape) > self.dropout_ratio → np.random.rand(*x.shape) >= self.dropout_ratio":
            "one draw in about 10 to the power of 16 is the ratio itself",
    },
}  # fmt: skip
