"""Known answers to the exercises of chapter 06."""

from answers import FLOAT32, WARNS

LINES = {
    "v": "self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]",
    "h": "self.h[key] += grads[key] * grads[key]",
    "ada": "params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)",
    "nesterov": "v = self.momentum * self.v.get(key, 0.0) - self.lr * g",
    "ahead": "params[key] += self.momentum * v - self.lr * g",
    "adam": "params[key] -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-7)",
}

RIGHT = {
    "6.1": [
        "from fractions import Fraction\nfrom types import MappingProxyType\n"
        "prediction = MappingProxyType({'stochastic': 5000, 'mini-batch': Fraction(80), 'batch': 5, 'samples': 5_000})",
        """
        count = {"stochastic": 0, "mini-batch": 0, "batch": 0, "samples": 0}
        for epoch in range(5):
            count["batch"] += 1
            count["stochastic"] += 1000
            for first in range(0, 1000, 64):
                count["mini-batch"] += 1
                count["samples"] += min(64, 1000 - first)
        prediction = count
        """,
        "prediction = {'stochastic': 5000.0, 'mini-batch': np.int64(80), 'batch': np.array(5), 'samples': 5e3}",
        """
        steps = {size: 5 * len(range(0, 1000, size)) for size in (1, 64, 1000)}
        prediction = {"stochastic": steps[1], "mini-batch": steps[64], "batch": steps[1000], "samples": 5 * 1000}
        """,
        "prediction = dict(samples=1000 * 5, batch=5, stochastic=1000 * 5, note='easy')\n"
        "prediction['mini-batch'] = int(np.ceil(1000 / 64)) * 5",
        "prediction = {}\nprediction['batch'] = np.float32(5)\nprediction['mini-batch'] = -(-1000 // 64) * 5\n"
        "prediction['samples'] = (15 * 64 + 40) * 5\nprediction['stochastic'] = 1000 * 5",
    ],
    "6.2": [
        ("params.items()", "list(params.items())"),
        ("for key, val in params.items():\n                self.h[key] = np.zeros(val.shape)",
         "self.h = {key: np.zeros(np.shape(val)) for key, val in params.items()}"),
        WARNS,
        """
        class Momentum:
            def __init__(self, lr=0.01, momentum=0.9):
                self.lr, self.momentum, self.v = lr, momentum, {}
            def update(self, params, grads):
                for key in params:
                    self.v[key] = self.momentum * self.v.get(key, 0.0) - self.lr * grads[key]
                    np.add(params[key], self.v[key], out=params[key])
        class AdaGrad:
            def __init__(self, lr=0.01):
                self.lr, self.h = lr, {}
            def update(self, params, grads):
                for key, g in grads.items():
                    self.h[key] = self.h.get(key, 0.0) + g**2
                    params[key][...] = params[key] - self.lr * g / (1e-7 + self.h[key] ** 0.5)
        """,
        ("np.zeros(val.shape)", "np.zeros_like(val)"),
        ("for key, val in params.items():", "for key in params:\n                val = params[key]"),
        ("grads[key] * grads[key]", "np.square(grads[key])"),
        (
            LINES["v"],
            "self.v[key] *= self.momentum\n            self.v[key] -= self.lr * grads[key]",
        ),
    ],
    "6.3": [
        """
        class MyNesterov:
            def __init__(self, lr=0.01, momentum=0.9):
                self.lr, self.momentum, self.v = lr, momentum, {}
            def update(self, params, grads):
                for key, x in params.items():
                    v = self.v.setdefault(key, np.zeros(x.shape, np.float32))
                    step = self.lr * grads[key]
                    v *= self.momentum
                    v -= step
                    x += self.momentum * v
                    x -= step
        """,
        ("self.v.get(key, 0.0)", "self.v.setdefault(key, np.zeros_like(g))"),
        (LINES["ahead"], "np.copyto(params[key], params[key] + self.momentum * v - self.lr * g)"),
        WARNS,
        FLOAT32,
        """
        class MyNesterov:
            def __init__(self, lr=0.01, momentum=0.9):
                self.lr, self.momentum, self.v = lr, momentum, {}
            def update(self, params, grads):
                for key in params:
                    old = self.v.get(key, np.zeros_like(params[key]))
                    new = self.momentum * old - self.lr * grads[key]
                    params[key] += (1 + self.momentum) * new - self.momentum * old
                    self.v[key] = new
        """,
        """
        class MyNesterov:
            def __init__(self, lr=0.01, momentum=0.9):
                self.lr, self.momentum, self.speed = lr, momentum, None
            def update(self, params, grads):
                if self.speed is None:
                    self.speed = {key: np.zeros_like(g) for key, g in grads.items()}
                for key, v in self.speed.items():
                    for place in np.ndindex(v.shape):
                        step = self.lr * grads[key][place]
                        v[place] = self.momentum * v[place] - step
                        params[key][place] += self.momentum * v[place] - step
        """,
        (LINES["ahead"], "params[key] += self.momentum * v\n            params[key] -= self.lr * g"),
    ],
    "6.4": [
        "settings = {'lr': 0.9, 'momentum': 0.55}",
        "from fractions import Fraction\nsettings = {'lr': Fraction(1), 'momentum': Fraction(1, 2)}",
        "settings = {'lr': 0.8, 'momentum': 0.6}",
        "settings = {'momentum': np.float32(0.7), 'lr': np.array(0.5)}",
        "settings = {'lr': 1, 'momentum': 0.4, 'note': 'less'}",
        """
        tried = [(lr, momentum) for lr in np.arange(0.2, 1.6, 0.2) for momentum in np.arange(0.3, 0.9, 0.1)]
        lr, momentum = min(tried, key=lambda both: distance(*both))
        settings = dict(lr=lr, momentum=momentum)
        """,
    ],
    "6.5": [
        """
        def rate(step, lr, steps, warmup):
            if step < warmup:
                return lr / warmup * (step + 1)
            left = max(steps - step, 0) / (steps - warmup)
            return lr * np.sin(np.pi * left / 2) ** 2
        """,
        """
        from decimal import Decimal
        from fractions import Fraction
        def rate(step, lr, steps, warmup):
            if step >= steps:
                return 0
            if step < warmup:
                return Fraction(lr) * (step + 1) / warmup
            return float(lr) * (1 + np.cos(np.pi * float(Fraction(step - warmup, steps - warmup)))) / 2
        """,
        """
        def rate(step, lr, steps, warmup):
            rise = [lr * (i + 1) / warmup for i in range(warmup)]
            fall = lr * (1 + np.cos(np.linspace(0, np.pi, steps - warmup + 1))) / 2
            rates = np.concatenate([rise, fall])
            return rates[min(step, steps)]
        """,
        WARNS,
        FLOAT32,
        """
        import math
        def rate(step, lr, steps, warmup):
            if step >= steps:
                return 0.0
            if step >= warmup:
                return lr * math.cos(math.pi / 2 * (step - warmup) / (steps - warmup)) ** 2
            return (step + 1) * (lr / warmup)
        """,
        """
        def rate(step, lr, steps, warmup):
            rise = (step + 1) / max(warmup, 1)
            share = np.clip((step - warmup) / (steps - warmup), 0, 1)
            return np.where(step < warmup, lr * rise, lr / 2 + lr / 2 * np.cos(share * np.pi))
        """,
        ("np.cos(np.pi * share)", "np.sin(np.pi / 2 - np.pi * share)"),
        ("(1 + np.cos(np.pi * share)) / 2", "np.cos(np.pi * share / 2) ** 2"),
        ("(1 + np.cos(np.pi * share)) / 2", "(1 - np.sin(np.pi * share / 2) ** 2)"),
    ],
    "6.6": [
        (LINES["adam"], "params[key] += -self.lr * m_hat / (1e-7 + np.sqrt(v_hat))"),
        ("(1 - self.beta1) * (grads[key] - self.m[key])",
         "-self.m[key] + self.beta1 * self.m[key] + (1 - self.beta1) * grads[key]"),
        WARNS,
        """
        class Adam:
            def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
                self.lr, self.beta1, self.beta2, self.t, self.m, self.v = lr, beta1, beta2, 0, {}, {}
            def update(self, params, grads):
                self.t += 1
                for key, g in grads.items():
                    self.m[key] = self.beta1 * self.m.get(key, 0) + (1 - self.beta1) * g
                    self.v[key] = self.beta2 * self.v.get(key, 0) + (1 - self.beta2) * g * g
                    m, v = self.m[key] / (1 - self.beta1**self.t), self.v[key] / (1 - self.beta2**self.t)
                    np.subtract(params[key], self.lr * m / (np.sqrt(v) + 1e-7), out=params[key])
        """,
        (
            LINES["adam"],
            "root = np.sqrt(1.0 - self.beta2**self.iter)\n"
            "            lr_t = self.lr * root / (1.0 - self.beta1**self.iter)\n"
            "            params[key] -= lr_t * self.m[key] / (np.sqrt(self.v[key]) + 1e-7 * root)",
        ),
        ("np.zeros(params[key].shape)", "np.zeros_like(params[key])"),
        ("np.sqrt(v_hat)", "v_hat**0.5"),
    ],
}

WRONG = {
    "6.1": [
        ("values", '"samples": 5000', '"samples": 64 * 5'),
        ("values", '"stochastic": 5000', '"stochastic": 4999'),
        ("values", '"batch": 5', '"batch": 0.005'),
        ("type", '"stochastic": 5000', '"stochastic": [5000]'),
        ("missing", 'prediction = {"stochastic": 5000, ', 'prediction = {'),
        ("fence", ": 80", ": 75"),
        ("fence", ": 80", ": 78"),
        ("fence", ": 80", ": 5 * 1000 / 64"),
        ("fence", '"samples": 5000', '"samples": 80 * 64'),
        ("fence", '"samples": 5000', '"samples": 75 * 64'),
        ("scale", '"stochastic": 5000', '"stochastic": 1000'),
        ("scale", ": 80", ": 16"),
        ("scale", ": 80", ": 15"),
        ("scale", '"batch": 5', '"batch": 1'),
        ("scale", '"samples": 5000', '"samples": 1000'),
        ("order", '"stochastic": 5000', '"stochastic": 5'),
        ("order", '"batch": 5', '"batch": 5000'),
        ("order", '"batch": 5', '"batch": 80'),
        ("order", '"stochastic": 5000', '"stochastic": 80'),
        ("order", ": 80", ": 5000"),
        ("order", '"samples": 5000', '"samples": 80'),
        ("formula", ": 80", ": 320"),
        ("formula", '"stochastic": 5000', '"stochastic": 320'),
        ("missing", ": 80", ": None"),
        ("type", ": 80", ": 'eighty'"),
        ("values", ": 80", ": 81"),
    ],
    "6.2": [
        ("seven arrays > names | more arrays", "for key in params.keys():", "for key in list(params)[:6]:"),
        ("scalars > raises", "np.zeros(val.shape)", "float(val)"),
        ("whole numbers > state", "self.v[key] = np.zeros(val.shape)", "self.v[key] = np.zeros(val.shape, dtype=int)\n"
         "        self.v = {key: np.trunc(v) for key, v in self.v.items()}"),
        ("epsilon | under the root", "(np.sqrt(self.h[key]) + 1e-7)", "np.sqrt(self.h[key] + 1e-7)"),
        ("epsilon | 1e-7", " + 1e-7", " + 1e-8"),
        ("epsilon | 1e-7", " + 1e-7", " + 1e-6"),
        ("epsilon | as small as", "(np.sqrt(self.h[key]) + 1e-7)", "np.maximum(np.sqrt(self.h[key]), 1e-7)"),
        ("epsilon > values", "np.sqrt(self.h[key]) + 1e-7", "np.sqrt(self.h[key]) + 1e-3"),
        ("epsilon | as small as", LINES["ada"], "root = np.sqrt(self.h[key])\n            params[key] -= self.lr * "
         "np.divide(grads[key], root, out=np.zeros_like(root), where=root > 0)"),
        ("shared", "        self.v = None\n\n    def update(self, params, grads):\n        if self.v is None:\n"
         "            self.v = {}\n", "\n    def update(self, params, grads):\n        if not hasattr(Momentum, 'v'):\n"
         "            Momentum.v = {}\n"),
        ("defaults > values", "lr=0.01, momentum=0.9", "lr=0.1, momentum=0.9"),
        ("formula | Nesterov", "params[key] += self.v[key]",
         "params[key] += self.momentum * self.v[key] - self.lr * grads[key]"),
        ("later > state | Later ones", "self.h[key] += grads[key] * grads[key]",
         "self.h[key] = np.minimum(self.h[key] + grads[key] * grads[key], 60.0)"),
        ("borrowed", "from dlcourse.optimizers import AdaGrad, Momentum"),
        ("borrowed", "import dlcourse.optimizers as o\nclass AdaGrad(o.AdaGrad):\n    pass\n"
                     "class Momentum(o.Momentum):\n    pass"),
        ("three arrays > names | more arrays", "for key in params.keys():", "for key in list(params)[:2]:"),
        ("raises", "params.items()", "params.items"),
        ("raises", "val in params.items()", "val in params"),
        ("names > raises", "params.items()", "zip(params, range(9))"),
        ("missing", "params[key] += self.v[key]", "x = params[key] + self.v[key]"),
        ("missing", "    def update(self, params, grads):", "    def update(self, params, grads):\n        return"),
        ("missing > raises", "    def update(self, params, grads):", "    def step(self, params, grads):"),
        ("state", "if self.v is None:", "if True:"),
        ("state", "if self.h is None:", "if True:"),
        ("state > shared",
         "        self.h = None\n\n    def update(self, params, grads):\n"
         "        if self.h is None:\n            self.h = {}\n",
         "    h = {}\n\n    def update(self, params, grads):\n        if 'W' not in self.h:\n"),
        ("sign", "params[key] += self.v[key]", "params[key] -= self.v[key]"),
        ("sign", "self.v[key] - self.lr", "self.v[key] + self.lr"),
        ("sign", "self.momentum * self.v[key]", "-self.momentum * self.v[key]"),
        ("sign", "params[key] -= self.lr", "params[key] += self.lr"),
        ("scale", "- self.lr * grads[key]", "- grads[key]"),
        ("scale", "self.lr * grads[key] / ", "grads[key] / "),
        ("formula", "self.momentum * self.v[key]", "self.v[key]"),
        ("formula", "self.v[key] - self.lr", "self.v[key] - (1 - self.momentum) * self.lr"),
        ("formula", "np.sqrt(self.h[key])", "self.h[key]"),
        ("formula", LINES["h"], "self.h[key] += np.abs(grads[key])"),
        ("formula", LINES["h"], "self.h[key] = 0.99 * self.h[key] + 0.01 * grads[key] ** 2"),
        ("formula", " / (np.sqrt(self.h[key]) + 1e-7)", ""),
        ("stability", " + 1e-7", ""),
        ("replaced", "params[key] += self.v[key]", "params[key] = params[key] + self.v[key]"),
        ("replaced", LINES["ada"], "params[key] = params[key] - self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)"),
        ("aliasing", "            " + LINES["h"], "            grads[key] *= 1 + 1e-9\n            " + LINES["h"]),
        ("order > raises", "        for key in params.keys():",
         "        grads = dict(zip(params, grads.values()))\n        for key in params.keys():"),
    ],
    "6.3": [
        ("seven arrays > names | more arrays", "for key, g in grads.items():",
         "for key, g in sorted(grads.items())[:7]:"),
        ("shapes > names | more arrays",
         LINES["nesterov"] + "\n            " + LINES["ahead"] + "\n            self.v[key] = v",
         "v = self.momentum * self.v.get(g.shape, 0.0) - self.lr * g\n            " + LINES["ahead"]
         + "\n            self.v[g.shape] = v"),
        ("hard-coded > values", "self.momentum * v - self.lr * g", "0.9 * v - self.lr * g"),
        ("hard-coded > values", "self.lr * g\n            self.v[key] = v", "0.01 * g\n            self.v[key] = v"),
        ("later > values", "self.v[key] = v", "self.v[key] = np.clip(v, -0.05, 0.05)"),
        ("names | no longer", "self.v[key] = v", "self.v[key] = v\n            params['v'] = v"),
        ("aliasing | the gradients", "self.v[key] = v", "self.v[key] = v\n            grads[key] = 0 * g"),
        ("borrowed", """
        from dlcourse.optimizers import Momentum as Ball
        class MyNesterov(Ball):
            def update(self, params, grads):
                super().update(params, grads)
                for key in params:
                    params[key] += (self.momentum - 1) * self.v[key] - self.lr * grads[key]
        """),
        ("borrowed", "from dlcourse.optimizers import Nesterov as Ours\nclass MyNesterov(Ours):\n    pass"),
        ("borrowed", """
        import dlcourse
        class MyNesterov(getattr(dlcourse.optimizers, "Nesterov")):
            def update(self, params, grads):
                super().update(params, grads)
        """),
        ("three arrays > names | more arrays", "for key, g in grads.items():",
         "for key, g in list(grads.items())[-2:]:"),
        ("initials > names", "self.v[key] = v", "self.v[key[0]] = v"),
        ("shared", "self.lr, self.momentum, self.v = lr, momentum, {}", "self.lr, self.momentum = lr, momentum\n"
         "        MyNesterov.v = {}"),
        ("formula", LINES["ahead"], "params[key] += v"),
        ("formula", LINES["ahead"], "params[key] += self.momentum * v"),
        ("formula", LINES["ahead"], "params[key] += v - self.lr * g"),
        ("formula", "v = self.momentum * self.v", "v = self.v"),
        ("sign", LINES["ahead"], "params[key] += self.momentum * v + self.lr * g"),
        ("sign", LINES["ahead"], "params[key] -= self.momentum * v - self.lr * g"),
        ("order > formula", LINES["ahead"], "params[key] += self.momentum * self.v.get(key, 0.0) - self.lr * g"),
        ("state", "self.v.get(key, 0.0)", "0.0"),
        ("state", "self.v[key] = v", "self.v = {}"),
        ("scale", "self.lr * g", "g"),
        ("missing", LINES["ahead"], "x = params[key] + self.momentum * v - self.lr * g"),
        ("replaced", LINES["ahead"], "params[key] = params[key] + self.momentum * v - self.lr * g"),
        ("aliasing", LINES["nesterov"], "g *= self.lr\n            "
                     "v = self.momentum * self.v.get(key, 0.0) - g\n            g /= self.lr * (1 + 1e-9)"),
        ("names > raises", "for key, g in grads.items():", "for key, g in zip(params, grads.values()):"),
        ("one array > values | params['b']", "params[key] += ", "if key == 'W': params[key] += "),
    ],
    "6.4": [
        ("too small | on its way", '"momentum": 0.5', '"momentum": 0.2'),
        ("type", '"momentum": 0.5', '"momentum": [0.5]'),
        ("swapped > too small", '"lr": 1.0, "momentum": 0.5', '"lr": 0.5, "momentum": 0.0'),
        ("stability", '"momentum": 0.5', '"momentum": float("inf")'),
        ("too large", '"momentum": 0.5', '"momentum": 0.9'),
        ("too large", '"lr": 1.0, "momentum": 0.5', '"lr": 0.1, "momentum": 0.9'),
        ("too large", '"momentum": 0.5', '"momentum": 0.99'),
        ("too large", '"lr": 1.0', '"lr": 1.48'),
        ("too small", '"lr": 1.0, "momentum": 0.5', '"lr": 0.5, "momentum": 0.3'),
        ("too small", '"lr": 1.0, "momentum": 0.5', '"lr": 0.95, "momentum": 0'),
        ("too small", '"lr": 1.0', '"lr": 0.01'),
        ("too small", '"lr": 1.0', '"lr": 0.4'),
        ("diverges", '"lr": 1.0', '"lr": 2.0'),
        ("diverges", '"lr": 1.0, "momentum": 0.5', '"lr": 1.0, "momentum": 0.0'),
        ("diverges", '"lr": 1.0', '"lr": 1e300'),
        ("range", '"momentum": 0.5', '"momentum": 1.0'),
        ("range", '"momentum": 0.5', '"momentum": -0.5'),
        ("sign", '"lr": 1.0', '"lr": -1.0'),
        ("sign", '"lr": 1.0', '"lr": 0'),
        ("type", '"lr": 1.0', '"lr": "1.0"'),
        ("type", "settings = ", "settings = 1.0, "),
        ("missing", '"momentum": 0.5', '"momentum": None'),
        ("missing", '"momentum": 0.5', '"alpha": 0.5'),
        ("stability", '"lr": 1.0', '"lr": float("nan")'),
    ],
    "6.5": [
        ("cut off | but for the last step", "lr * (step + 1) / warmup", "lr * ((step + 1) // warmup)"),
        ("cut off | The fall is a leap", "(step - warmup) / (steps - warmup)", "(step - warmup) // (steps - warmup)"),
        ("fence | a step too short", "(step - warmup) / (steps - warmup)",
         "(step - warmup) / max(steps - warmup - 1, 1)"),
        ("end | lr again", "share = min(", "if step >= steps:\n        return lr\n    share = min("),
        ("end | rises again", "min((step - warmup) / (steps - warmup), 1)",
         "(step - warmup) % (2 * (steps - warmup)) / (steps - warmup)"),
        ("wide > scale | lr = 50", "return lr * (1", "lr = min(lr, 10)\n    return lr * (1"),
        ("type > shape", "return lr * (1 +", "return np.ones(1) * lr * (1 +"),
        ("state", "    share = ", "    seen = vars(rate).setdefault('seen', set())\n"
         "    lr = lr / 2 if (step, lr, steps) in seen else lr\n    seen.add((step, lr, steps))\n    share = "),
        ("values", "    return lr * (1", "    return round(lr, 2) * (1"),
        ("fence", "(step + 1)", "step"),
        ("fence", "step < warmup", "step <= warmup and warmup"),
        ("fence", "(step + 1) / warmup", "(step + 1) / (warmup + 1)"),
        ("fence", "(step - warmup) / (steps - warmup)", "step / steps"),
        ("fence", "(step - warmup) / (steps - warmup)", "(step - warmup) / steps"),
        ("order", "if step < warmup:", "if False:"),
        ("end", "min((step - warmup) / (steps - warmup), 1)", "(step - warmup) / (steps - warmup)"),
        ("formula", "lr * (1 + np.cos(np.pi * share)) / 2", "lr * (1 - share)"),
        ("formula", "lr * (1 + np.cos(np.pi * share)) / 2", "lr * np.cos(np.pi * share / 2)"),
        ("sign", "1 + np.cos(np.pi * share)", "1 - np.cos(np.pi * share)"),
        ("scale", "return lr * (1", "return (1"),
        ("scale", "return lr * (step", "return (step"),
        ("scale", "np.cos(np.pi * share)) / 2", "np.cos(np.pi * share))"),
        ("offset", "(1 + np.cos(np.pi * share)) / 2", "np.cos(np.pi * share)"),
        ("missing", "    return lr * (1", "    x = lr * (1"),
        ("units > values", "np.pi * share", "180 * share"),
        ("stability", "if step < warmup:\n        return lr * (step + 1) / warmup",
         "rise = lr * (step + 1) / warmup\n    if step < warmup:\n        return rise"),
        ("type > raises", "return lr * (step + 1)", "return lr(step + 1)"),
    ],
    "6.6": [
        ("epsilon > values", "np.sqrt(v_hat) + 1e-7", "np.sqrt(v_hat) + 1e-6"),
        ("epsilon > values", "np.sqrt(v_hat) + 1e-7", "np.hypot(np.sqrt(v_hat), 1e-7)"),
        ("hard-coded > values", "1.0 - self.beta1**self.iter", "1.0 - 0.9**self.iter"),
        ("hard-coded > values", "(1 - self.beta2) *", "0.001 *"),
        ("later > state | Later ones", "self.iter += 1", "self.iter = min(self.iter + 1, 10)"),
        ("two > shared | by turns", """
        class Adam:
            m, v = {}, {}
            def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
                self.lr, self.beta1, self.beta2, self.iter = lr, beta1, beta2, 0
            def update(self, params, grads):
                if self.iter == 0:
                    self.m.clear(), self.v.clear()
                self.iter += 1
                for key, g in grads.items():
                    self.m[key] = self.beta1 * self.m.get(key, 0) + (1 - self.beta1) * g
                    self.v[key] = self.beta2 * self.v.get(key, 0) + (1 - self.beta2) * g * g
                    m, v = self.m[key] / (1 - self.beta1**self.iter), self.v[key] / (1 - self.beta2**self.iter)
                    params[key] -= self.lr * m / (np.sqrt(v) + 1e-7)
        """),
        ("borrowed", """
        from dlcourse.optimizers import Adam as Ours
        class Adam(Ours):
            def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
                super().__init__(lr, beta1, beta2, eps=1e-7)
        """),
        ("borrowed > epsilon", "from dlcourse.optimizers import Adam as Ours\nclass Adam(Ours):\n    pass"),
        ("borrowed > epsilon", """
        import dlcourse
        class Adam(getattr(dlcourse.optimizers, "Adam")):
            def update(self, params, grads):
                super().update(params, grads)
        """),
        ("three arrays > names | more arrays", "self.iter += 1\n        for key in params.keys():",
         "self.iter += 1\n        for key in list(params)[:2]:"),
        ("epsilon", LINES["adam"],
         "lr_t = self.lr * np.sqrt(1.0 - self.beta2**self.iter) / (1.0 - self.beta1**self.iter)\n"
         "            params[key] -= lr_t * self.m[key] / (np.sqrt(self.v[key]) + 1e-7)"),
        ("epsilon", "np.sqrt(v_hat) + 1e-7", "np.sqrt(v_hat + 1e-7)"),
        ("epsilon", "1e-7", "1e-8"),
        ("epsilon", "np.sqrt(v_hat) + 1e-7", "np.sqrt(v_hat)"),
        ("epsilon", "np.sqrt(v_hat) + 1e-7", "np.maximum(np.sqrt(v_hat), 1e-30)"),
        ("correction", " / (1.0 - self.beta1**self.iter)", ""),
        ("correction", " / (1.0 - self.beta2**self.iter)", ""),
        ("correction", "self.lr * m_hat / (np.sqrt(v_hat)", "self.lr * self.m[key] / (np.sqrt(self.v[key])"),
        ("correction > stability", "        self.iter += 1\n", ""),
        ("correction > values", "        self.iter += 1\n        for key in params.keys():\n",
         "        for key in params.keys():\n            self.iter += 1\n"),
        ("formula", "np.sqrt(v_hat)", "v_hat"),
        ("formula", " / (np.sqrt(v_hat) + 1e-7)", ""),
        ("sign", "params[key] -= ", "params[key] += "),
        ("scale", "self.lr * m_hat", "m_hat"),
        ("state", "if self.m is None:", "if True:"),
        ("missing", "params[key] -= ", "x = params[key] - "),
        ("replaced", LINES["adam"], "params[key] = params[key] - self.lr * m_hat / (np.sqrt(v_hat) + 1e-7)"),
        ("aliasing", "        self.iter += 1\n        for key in params.keys():\n",
         "        self.iter += 1\n        for key in params.keys():\n            grads[key] *= 1 + 1e-9\n"),
    ],
}  # fmt: skip

EQUIVALENT = {}
