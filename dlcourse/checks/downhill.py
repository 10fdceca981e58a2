"""What the checks of chapters 04 and 05 compare with where something goes downhill, with one thing done otherwise."""

import functools
import math
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks.battery import case, function
from dlcourse.checks.references import softmax
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["cloud", "how_it_bends", "line", "read_rightly", "redrawn", "two_rates", "two_steps"]


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


def how_it_bends(trial: Trial, f: Any) -> None:
    """Does `f` give the bend along each entry, with a step that rounding allows?"""
    rows = _("Its rows are moved, and not its entries: a matrix does not work.")
    other = _("x of the shape {shape} does not work, one of the shape (4,) does.")
    more = _("x[idx] of a matrix is a whole row. np.ndindex(x.shape) gives the index of one entry after the other.")
    whole = _("x holds whole numbers, and the bends are wrong. What becomes of 3 + 0.001, stored among them?")
    near = _("Not three digits are right. How far does it look to each side?")
    large = _("For waves as short as those of sin(5x) it looks too far to each side.")
    # On a straight slope every step is right, unless rounding eats the differences.
    low, high = (trial.array(trial.call(f, partial(straight, height), np.linspace(1, 2, 9)))
                 for height in (0, 1000))  # fmt: skip
    small = _("On a straight slope at a height of 1000 it finds a bend of {found:.2g}, near 0 it finds none. Its step "
              "is so small that rounding eats the differences.")  # fmt: skip
    noise = np.abs(high).max(initial=0)
    trial.expect(noise < 0.05 or np.abs(low).max(initial=0) > 1e-2, "step", small.format(found=noise))

    def draw(rng, *shape):  # where no bend and no slope is 0
        angle = rng.uniform(0.5, 1.1, size=shape) * rng.choice([-1, 1], size=shape)
        return ((angle + 2 * np.pi * rng.integers(-2, 3, size=shape)) / 5,)

    def ask(one):
        raised = ("axis", other.format(shape=one.args[0].shape), more) if one.args[0].ndim > 1 else None
        return trial.call(f, waves, *one.args, layout=one.layout, raised=raised)

    function(trial, f, bends, draw, ((4,), (2, 3), (3, 2), (2, 2), (2, 1, 2), (3, 1), (1,)), [
        ("shape", lambda x: bends(x).ravel(), _("The result has the shape of x. This is flat.")),
        ("shape", lambda x: bends(x).sum(), _("That is the sum. Each entry of x has a bend of its own.")),
        ("formula", slopes, _("That is the slope. How does the slope itself change?")),
        ("sign", lambda x: -bends(x), _("A valley has a positive bend, a top a negative one. Here it is the reverse.")),
        ("formula", lambda x: slopes(x) ** 2, _("That is the slope squared. The bend is the slope of the slope.")),
        ("step", lambda x: np.zeros(x.shape), _("All bends are 0. Is the step large enough to be seen in f?")),
        *(("axis", lambda x, h=h: bends_of_rows(x, h), rows, more) for h in (1e-2, 1e-3, 1e-4)),
        *(("step", lambda x, h=h: 4 + (bends(x) - 4) * (np.sin(2.5 * h) / (2.5 * h)) ** 2, large)
          for h in (0.03, 0.05, 0.1, 0.2, 0.5, 1)),
    ], borders=[case(np.array(x), kind="dtype", hint=whole) for x in ([3, -4], [[1, 2, -1], [4, 0, 2]])],
        dtypes=("i8", "i4", "u1"), ask=ask, rtol=2e-3, atol=1e-3, hint=near)  # fmt: skip
    together = _("It is wrong where f takes the entries of x together, row by row. While one of them moves, all others "
                 "stay as they are, and f is given x in its own shape.")  # fmt: skip
    found = trial.call(f, lambda x: float(np.sum(x[0]) ** 2 * x[1, 1]), np.array([[1.5, -0.5], [0.5, 2.0]]),
                       raised=("together", together))  # fmt: skip
    trial.equal(found, [[4, 4], [0, 0]], kind="together", hint=together, rtol=2e-3, atol=0.01)


def redrawn(trial: Trial, f: Any) -> None:
    """Does `f` go down over the pixels of a picture, which stay between 0 and 1?"""
    border = _("A pixel leaves 0 and 1. After a step, what is below 0 becomes 0, and what is above 1 becomes 1.")
    hints = {
        "no border": ("border", border), "from 0": ("border", border), "to 1": ("border", border),
        "at the end": ("border", _("Its pixels are brought between 0 and 1 at the end only, not after each step.")),
        "stretch": ("border", _("The picture is stretched from 0 to 1. Only what lies outside is moved.")),
        "up": ("sign", _("It climbs: the class gets less likely. A step goes against the gradient of its loss.")),
        "no lr": ("scale", _("The learning rate has no effect.")),
        "p": ("formula", _("It goes by the slope of the probability. The cross-entropy is minus its logarithm.")),
        "first": ("state", _("All steps take the slope of the first picture.")),
        "sign": ("formula", _("All pixels move equally far. Each moves by lr times its own slope.")),
        "one": ("fence", _("However many steps are asked for, it takes one.")),
        "too many": ("fence", _("It takes one step too many.")), "too few": ("fence", _("It takes one step too few.")),
    }  # fmt: skip

    def move(how=""):
        return lambda W, x, label, lr, steps: moving_picture(W, x, label, lr, steps, how)

    def ask(one):
        W, *given = one.args
        return trial.call(f, lambda x: softmax(np.asarray(x) @ W), *given, layout=one.layout)

    def other_class(W, x, label, lr, steps):
        return moving_picture(W, x, int((x @ W).argmax()), lr, steps)

    whole = _("A picture of whole numbers, 0 and 1, does not work: such an array cannot hold what a step leads to.")
    W, rest = np.array([[1.0, -2.0], [-1.0, 1.5], [0.5, 0.5]]), (0, 0.3, 2)
    function(trial, f, move(), picture, (
        (4, 3, 3), (3, 3, 1), (2, 2, 5), (1, 2, 2), (6, 4, 0), (5, 10, 6), (6, 3, 4), (5, 4, 6),
        (6, 4, 2, 10.0), (6, 4, 3, 10.0), (6, 5, 2, 20.0), (5, 4, 3, 20.0), (6, 4, 4, 10.0), (6, 6, 3, 20.0),
    ), [
        *((kind, move(how), hint) for how, (kind, hint) in hints.items()),
        ("formula", other_class, _("It goes towards the class that the network sees already, not towards `label`.")),
        ("shape", lambda W, x, *rest: softmax(move()(W, x, *rest) @ W), _(
            "Those are the probabilities at the end. The picture is wanted.")),
    ], borders=[
        case(W, np.array([0.0, 1.0, 1.0]), *rest), case(W, np.array([0, 1, 1]), *rest, kind="dtype", hint=whole),
        case(4e-4 * W, np.array([0.5, 0.4, 0.6]), 0, 200.0, 3),
    ], dtypes=(), ask=ask, rtol=1e-3, atol=1e-3)  # fmt: skip
