"""What the checks of chapters 04 and 05 compare with where something goes downhill, with one thing done otherwise."""

import functools
import math

import numpy as np

from dlcourse.checks.references import softmax

__all__ = [
    "bends", "bends_of_rows", "cloud", "line", "moving_picture", "picture", "read_rightly", "slopes", "straight",
    "two_rates", "two_steps", "waves",
]  # fmt: skip


def two_steps(variant: int) -> dict:
    """Give a parabola, a start and a learning rate, and where the first two steps lead."""
    rng = np.random.default_rng(variant)
    a, x0, lr = 2, 3, 0.1
    if variant:
        a, x0 = int(rng.choice([1, 2, 4, 5])), int(rng.choice([-6, -5, -4, -3, 3, 4, 5, 6, 7]))
        lr = round(float(rng.choice([0.1, 0.3, 0.6, 0.8])) / a, 3)
    factor = 1 - 2 * a * lr
    return {"a": a, "x0": x0, "lr": lr, "slope": 2 * a * x0, "first": round(x0 * factor, 6),
            "second": round(x0 * factor**2, 6), "forever": 1 / a}  # fmt: skip


def two_rates(variant: int) -> dict:
    """Give how steep a valley is in x and in y, and what the best learning rate for both does."""
    rng = np.random.default_rng(variant)
    a, b = 0.1, 1.5
    if variant:
        a, b = float(rng.choice([0.1, 0.15, 0.2, 0.25, 0.3])), float(rng.choice([1, 1.2, 1.6, 2, 2.5, 3, 4]))
    factor = (b - a) / (a + b)
    found = {"limit": 1 / b, "best": 1 / (a + b), "factor": factor}
    steps = math.ceil(math.log(1000) / -math.log(factor))
    return {"a": a, "b": b, "steps": steps} | {name: round(value, 4) for name, value in found.items()}


def _weights(x: np.ndarray) -> np.ndarray:
    return np.arange(1.0, x.size + 1).reshape(x.shape)


def waves(x: np.ndarray) -> float:
    """Give the height of a wavy ground; its entries depend on each other, so that each must be put back."""
    x = np.asarray(x, dtype=float)
    return float(1000 + np.sum(_weights(x) * np.sin(5 * x)) + 2 * np.sum(x) ** 2)


def straight(height: float, x: np.ndarray) -> float:
    """Give a place on a slope without a bend; no two entries make it rise alike."""
    return height + float(np.sum(np.sqrt(_weights(x) + 1) * x)) / 1000


def slopes(x: np.ndarray) -> np.ndarray:
    """Give the gradient of `waves`."""
    return 5 * _weights(x) * np.cos(5 * x) + 4 * x.sum()


def bends(x: np.ndarray) -> np.ndarray:
    """Give the second derivatives of `waves`."""
    return 4 - 25 * _weights(x) * np.sin(5 * x)


def bends_of_rows(x: np.ndarray, h: float) -> np.ndarray:
    """Give what comes of taking the rows of x for its entries."""
    x, found, middle = x.copy(), np.zeros(x.shape), waves(x)
    for row in range(len(x)):
        old = x[row]  # of a matrix, a view
        x[row] = old + h
        above = waves(x)
        x[row] = old - h
        found[row] = (above - 2 * middle + waves(x)) / h**2
        x[row] = old
    return found


def picture(rng: np.random.Generator, pixels: int, classes: int, steps: int, fast: float = 1.0) -> tuple:
    """Give a small network, a picture of which most pixels are at a border, a class, a learning rate, and steps."""
    x = np.clip(rng.uniform(-0.7, 1.7, size=pixels), 0, 1)
    return (rng.normal(size=(pixels, classes)), x, int(rng.integers(classes)),
            fast * float(rng.uniform(0.2, 0.6)), steps)  # fmt: skip


def moving_picture(W: np.ndarray, x: np.ndarray, label: int, lr: float, steps: int, how: str = "") -> np.ndarray:
    """Go down from a picture towards a class; `how` names what is done otherwise on the way."""
    x, first = x.astype(float), None
    steps += {"too many": 1, "too few": -1}.get(how, 0)
    steps = min(steps, 1) if how == "one" else steps
    for _step in range(max(steps, 0)):
        y = softmax(x @ W)
        slope = W @ (y - np.eye(W.shape[1])[label])
        first = slope if first is None else first
        slope = {"up": -slope, "no lr": slope / lr, "p": y[label] * slope, "first": first, "sign": np.sign(slope)}.get(
            how, slope)  # fmt: skip
        x = x - lr * slope
        if how == "from 0":
            x = np.maximum(x, 0)
        elif how == "to 1":
            x = np.minimum(x, 1)
        elif how == "stretch":
            x = (x - x.min()) / max(x.max() - x.min(), 1e-12)
        elif how not in ("no border", "at the end"):
            x = np.clip(x, 0, 1)
    return np.clip(x, 0, 1) if how == "at the end" else x


def cloud(rng: np.random.Generator, count: int, steps: int, wide: float = 1.0) -> tuple:
    """Give points near a line, a learning rate that suits them, and steps."""
    x = wide * rng.normal(size=count)
    w, b = rng.choice([-1, 1], size=2) * rng.uniform(1, 3, size=2)
    lr = float(rng.uniform(0.1, 0.4) / (1 + np.mean(x**2)))
    return x, w * x + wide * (b + rng.normal(scale=0.3, size=count)), lr, steps


def line(x: np.ndarray, y: np.ndarray, lr: float, steps: int, how: str = "") -> np.ndarray:
    """Give w and b of a line after so many steps from (0, 0); `how` names what is done otherwise on the way."""
    w = b = 0.0
    steps = max(steps + {"too many": 1, "too few": -1}.get(how, 0), 0)
    for _step in range(steps):
        error = w * x + b - y
        scale = {"sum": len(x), "half": 0.5, "up": -1, "no lr": 1 / lr}.get(how, 1)
        new = w - scale * lr * 2 * np.mean(error * x)
        if how == "new w":
            error = new * x + b - y
        if how == "abs":
            error = np.sign(error) / 2
            new = w - lr * np.mean(error * 2 * x)
        w, b = new, b - scale * lr * 2 * np.mean(error)
        if how == "no b":
            b = 0.0
    return np.array([b, w] if how == "swapped" else [w, b])


@functools.lru_cache(maxsize=100)
def read_rightly(hidden: int, lr: float) -> float:
    """Train a network on a spiral as the task does it, from starts 0, 1 and 2, and give the share it reads rightly."""
    from dlcourse.datasets import toy_dataset
    from dlcourse.networks import TwoLayerNet

    x, t = toy_dataset("spiral", 150, noise=0, rng=0)
    shares = []
    with np.errstate(all="ignore"):
        for start in range(3):
            network, rng = TwoLayerNet(2, hidden, 3, weight_init_std=0.5, rng=start), np.random.default_rng(start)
            for _epoch in range(100):
                for batch in rng.permutation(150).reshape(5, 30):
                    for name, grad in network.gradient(x[batch], t[batch]).items():
                        network.params[name] -= lr * grad
            shares.append(network.accuracy(x, t))
    return float(np.mean(shares))
