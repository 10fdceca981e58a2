"""Checks of chapter 05, backpropagation; those about layers are in `_chapter05_layers`."""

import functools
import math
from functools import partial

import numpy as np

from dlcourse.checks import _chapter05_layers, _chapter05_networks  # noqa: F401
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import function
from dlcourse.checks.references import softmax
from dlcourse.text import _


def _bill(variant: int) -> dict:
    """Give a bill in which the price is used twice, and what its total changes by for 1 more of each number."""
    rng = np.random.default_rng(variant)
    apples, pears, price, tax, voucher = 3, 2, 40, 1.2, 30
    if variant:
        apples, pears = (int(number) for number in rng.choice(np.arange(2, 10), 2, replace=False))
        price, voucher = int(rng.integers(3, 20)) * 10, int(rng.integers(1, 5)) * 5
        tax = float(rng.choice([1.05, 1.1, 1.15, 1.2, 1.25]))
    right = {"d_before": tax, "d_price": (apples + pears) * tax, "d_apples": price * tax,
             "d_tax": (apples + pears) * price, "d_voucher": -1}  # fmt: skip
    right = {name: round(value, 6) for name, value in right.items()}
    return {"apples": apples, "pears": pears, "price": price, "tax": tax, "voucher": voucher} | right


@exercise("5.2", "A price that is used twice", kind="predict then run", points=2, section="The bill",
          names=("prediction",), numbers=_bill)  # fmt: skip
def a_price_used_twice(trial: Trial) -> None:
    """The gradients of a bill with a fork and a subtraction, on paper."""
    n = trial.numbers
    apples, pears, price, tax = n["apples"], n["pears"], n["price"], n["tax"]
    fork = _("The price goes two ways, to the apples and to the pears. What becomes of the two gradients?")
    times = _("The tax comes after it: what does its node multiply by, on the way back?")
    other = _("The node multiplies what it is told by the OTHER input.")
    right = {name: n[f"d_{name}"] for name in ("before", "price", "apples", "tax", "voucher")}
    trial.answers(right, {
        "before": [
            ("formula", 1, _("1 more before tax is more than 1 more to pay.")),
            ("order", n["d_tax"], _("That is the gradient for the tax. The node multiplies by the OTHER input.")),
        ],
        "price": [
            ("fork", apples * tax, fork),
            ("fork", pears * tax, fork),
            ("fork", apples * pears * tax, _("Gradients that meet at a fork are added, not multiplied.")),
            ("fork", apples * pears * tax * tax, _("Gradients that meet at a fork are added, not multiplied.")),
            ("chain rule", apples + pears, times),
        ],
        "apples": [
            ("chain rule", price, times),
            ("order", apples * tax, other),
            ("fork", 2 * price * tax, _("One more apple makes no pear dearer.")),
        ],
        "tax": [
            ("values", n["d_tax"] * tax, _("That is the price with tax. What goes into the node of the tax?")),
            ("values", n["d_tax"] * tax - n["voucher"], _("That is the total. What goes into the node of the tax?")),
            ("order", tax, other),
        ],
        "voucher": [
            ("sign", 1, _("A larger voucher makes the total smaller.")),
            ("chain rule", -tax, _("The voucher comes off after the tax.")),
            ("formula", 0, _("The total does depend on the voucher.")),
            ("formula", -n["voucher"], _("That is by how much the whole voucher changes the total, not 1 more of it.")),
        ],
    }, within=1e-3)  # fmt: skip


@exercise("5.3", "Find the bug: the accuracy of labels", kind="find the bug", points=2, section="Training",
          names=("accuracy",), uses=("functions.one_hot",))  # fmt: skip
def the_accuracy_of_labels(trial: Trial) -> None:
    """The notes' accuracy takes the argmax of the targets, and labels have no second axis to take it along."""
    f, rng = trial.subject, trial.rng
    labels = _("Labels, of shape (N,), do not work yet: they are the numbers that an argmax would give.")
    onehot = _("One-hot targets worked before, and do not any more. The number of dimensions tells the two apart.")
    for count, classes in ((7, 3), (3, 3), (6, 4), (1, 3), (12, 2)):
        y, said = rng.normal(size=(count, classes)), np.arange(count) % classes
        y[np.arange(count), said] += 9.0
        t = np.where(np.arange(count) % 3 == 1, (said + 1) % classes, said)
        if count == 7:  # each mistake has another share than the right one here
            t = np.array([0, 1, 2, 0, 0, 0, 1])
        right = np.mean(said == t)
        for targets, hint, kind in ((t, labels, "labels"), (np.eye(classes)[t], onehot, "one-hot")):
            found = trial.call(f, y, targets, raised=(kind, hint))
            trial.shape(found, ())
            trial.equal(found, right, [
                ("labels", np.mean(said == targets.argmax()) if targets.ndim == 1 else np.nan, _(
                    "For labels it compares every row with one number: the place of the largest label.")),
                ("sign", 1 - right, _("That is the share that was wrong.")),
                ("scale", np.sum(said == t), _("That counts the right ones. The accuracy is their share.")),
                ("scale", 100 * right, _("That is in percent. The accuracy is a share, from 0 to 1.")),
                ("scale", np.sum(said == t) / classes, _("It divides by the number of classes.")),
                ("scale", np.sum(said == t) / y.size, _("It divides by the number of scores. How many samples?")),
            ], kind=kind, hint=hint)  # fmt: skip
    for dtype, onehots in (("i8", False), ("i4", False), ("u1", False), ("f8", True), ("i8", True), ("f4", True)):
        function(trial, f, _share, partial(_scored, dtype, onehots), ((7, 3), (3, 3), (4, 1), (1, 4), (8, 2), (6, 5)),
                 dtypes=(), hint=onehot if onehots else labels)  # fmt: skip


def _scored(dtype, onehots, rng, count, classes):
    """Give scores, of which no one is far above the others, and what is true: for two rows of three, what they say."""
    y = rng.normal(size=(count, classes))
    t = (y.argmax(axis=1) + (np.arange(count) % 3 == 1)) % classes
    return y, (np.eye(classes)[t] if onehots else t).astype(dtype)


def _share(y, t):
    return np.mean(y.argmax(axis=1) == (t.argmax(axis=1) if t.ndim == 2 else t))


def _ends(train_size: int, batch_size: int, iters_num: int) -> list[int]:
    ends = [math.ceil(epoch * train_size / batch_size) - 1 for epoch in range(1, iters_num * batch_size + 1)]
    return [end for end in ends if end < iters_num]


@exercise("5.7", "Find the bug: epochs that nobody notices", kind="find the bug", points=2, section="Training",
          names=("epoch_ends",), uses=())  # fmt: skip
def epochs_that_nobody_notices(trial: Trial) -> None:
    """The notes' remainder of a division by a float, which is 0 almost never."""
    f = trial.subject
    drawn = (int(trial.rng.integers(10, 30)), int(trial.rng.integers(3, 9)), 40)
    for size, batch, steps in ((60, 8, 40), (60, 10, 30), (50, 7, 5), (7, 3, 20), (10, 25, 4), (12, 12, 3), drawn):
        said = _("With {size} examples, batches of {batch} and {steps} steps: ")
        said = said.format(size=size, batch=batch, steps=steps)
        found = trial.call(f, size, batch, steps)
        every, up = max(size // batch, 1), math.ceil(size / batch)
        i = np.arange(steps)
        drift = _("an epoch is not a whole number of steps here, and it drifts. Count the examples drawn so far.")
        per_epoch = max(size / batch, 1)
        late = _("a step is late, or early, by one. Step 0 draws the first examples, before any epoch has ended.")
        twice = np.array(_ends(size, batch, steps), dtype=float)
        right = np.unique(twice)
        trial.equal(found, right, [
            ("float", i[i % per_epoch == 0], said + _("epochs are missed, and step 0 is no end of an epoch."), _(
                "The remainder of a division by a float such as 7.5 is 0 only where a multiple of it is whole.")),
            ("float", i[(i + 1) % per_epoch == 0], said + _(
                "epochs are missed, those that end in the middle of a batch.")),
            ("fence", i[i % every == 0], said + late),
            ("twice", twice, said + _("a step with which several epochs end comes more than once.")),
            ("fence", right + 1, said + late),
            ("fence", np.append(0, (right + 1)[right + 1 < steps]), said + late),
            ("fence", np.append(0, right), said + late),
            ("fence", (right + 1)[right + 1 < steps], said + late),
            ("fence", i[i % up == 0], said + late),
            ("drift", i[(i + 1) % every == 0], said + drift),
            ("drift", i[(i + 1) % up == 0], said + drift),
            ("drift", i[(i + 1) % max(round(size / batch), 1) == 0], said + drift),
        ], kind="count", hint=said + _("those are not the steps with which an epoch ends."), more=_(
            "After step i, (i + 1) · batch_size examples have been drawn. How many whole epochs is that, and how many "
            "was it one step before?"))  # fmt: skip


HIDDEN, NUMBERS = 24, 150


def _spiral() -> tuple[np.ndarray, np.ndarray]:
    t, radius = np.arange(150) % 3, np.linspace(0.1, 1, 150)
    angle = 4 * radius + 2 * np.pi * t / 3
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), t


@functools.lru_cache(maxsize=100)
def _read_rightly(hidden: int, lr: float, seed: int, starts: int = 3) -> float:
    """Train 2-hidden-3 from some starts at once, and give the share of the spiral's points it reads rightly."""
    rng = np.random.default_rng(seed)
    x, t = _spiral()
    W1, W2 = 0.5 * rng.normal(size=(starts, 2, hidden)), 0.5 * rng.normal(size=(starts, hidden, 3))
    b1, b2 = np.zeros((starts, 1, hidden)), np.zeros((starts, 1, 3))
    with np.errstate(all="ignore"):
        for _epoch in range(100):
            for batch in rng.permutation(150).reshape(5, 30):
                z = np.maximum(x[batch] @ W1 + b1, 0)
                dy = (softmax(z @ W2 + b2) - np.eye(3)[t[batch]]) / 30
                da = dy @ W2.swapaxes(1, 2) * (z > 0)
                W2 -= lr * z.swapaxes(1, 2) @ dy
                b2 -= lr * dy.sum(axis=1, keepdims=True)
                W1 -= lr * x[batch].T @ da
                b1 -= lr * da.sum(axis=1, keepdims=True)
        return float(np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=-1) == t))


@exercise("5.9", "Three arms of a spiral", kind="measure", points=2, section="Training", names=("settings",))
def three_arms(trial: Trial) -> None:
    """Hidden neurons and learning rate with which 95 % of a spiral are read, with 150 numbers at most."""
    trial.answers({"hidden": 0, "lr": 0.0}, within=math.inf)
    found = trial.plain(trial.subject)
    hidden, lr = float(found["hidden"]), trial.number(found["lr"], what="'lr'")
    whole = _("The number of hidden neurons is a whole number, at least 1.")
    trial.expect(math.isfinite(hidden) and hidden == int(hidden) >= 1, "type", whole)
    text = _("A learning rate of 0 learns nothing, and a negative one climbs.")
    trial.expect(lr > 0, "sign", text)
    more = _("Each hidden neuron brings 2 + 1 + 3 numbers, and the last biases are 3.")
    text = _("The network has more than {limit} weights and biases.").format(limit=NUMBERS)
    trial.expect(hidden <= HIDDEN, "too many", text, more)
    reached = _read_rightly(int(hidden), lr, trial.seed)
    text = _("It reads {reached:.0%}, on average over three starts. ").format(reached=reached)
    if reached >= 0.95:
        return
    few = _read_rightly(HIDDEN, lr, trial.seed) >= 0.95
    trial.expect(not few, "too few", text + _("The learning rate will do. Are there neurons enough?"))
    long = _("Its steps are too long: it jumps about instead of coming to rest.")
    trial.expect(lr < 1, "too large", text + long)
    trial.fail("too small", text + _("Its steps are too short: after 100 epochs it is still on its way."))


def _hills(x: np.ndarray) -> float:
    x = np.asarray(x)
    return float(np.sum(x**3 - 6 * x))


@exercise("5.10", "Write the judge", kind="write it", points=3, section="The judge: a gradient check",
          names=("worst_error",), uses=("gradients.numerical_gradient",))  # fmt: skip
def write_the_judge(trial: Trial) -> None:
    """The largest relative error of a gradient against central differences."""
    f = trial.subject
    matrix = np.array([[1.0, -2.0, 0.5], [3.0, -1.5, 2.0]])
    points = [np.array([1.0, 2.0, -3.0]), matrix, matrix[:, :2] - trial.rng.uniform(0.0, 0.3, size=(2, 2))]
    for x in points:
        right = 3 * x**2 - 6
        shape = _("x may have any shape, here {shape}.").format(shape=x.shape)
        error = trial.array(trial.call(f, _hills, x, right, raised=("shape", shape) if x.ndim > 1 else None))
        trial.shape(error, ())
        worse = _("The gradient is right, and the judge says {error:.2g}. ").format(error=float(error))
        sides = _("Does it look to both sides, and divide by all of the way between?")
        trial.expect(0 <= error < 1e-6, "formula", worse + sides)
        for place in (0, -1):
            wrong = right.copy()
            wrong.flat[place] *= 3.0
            found = trial.call(f, _hills, x, wrong)
            truth, given = right.flat[place], wrong.flat[place]
            trial.equal(found, 0.5, [
                ("mean", 0.5 / x.size, _("That is the mean over the entries. A single wrong one would be hidden.")),
                ("sum", 0.5 * x.size, _("That is not the largest of the entries' errors.")),
                ("formula", abs(given - truth), _("That is the difference itself. Divide by both sizes together.")),
                ("sign", -0.5, _("An error has no sign: it is compared without one.")),
                ("scale", 2.0, _("It is relative to the true slope alone. Divide by the sum of both sizes.")),
                ("scale", 2 / 3, _("It is relative to one of the two alone. Divide by the sum of both sizes.")),
                ("scale", 1.0, _("Divide by the sum of both sizes, not by half of it.")),
                ("entries", 0.0, _("One entry of the gradient is wrong, and it says 0. Does it look at all of them?")),
                ("entries", lambda: error, _("One entry is wrong, and it does not see it. Does it look at all?")),
            ], rtol=1e-5)  # fmt: skip
        wrong = right.copy()
        wrong.flat[1] *= -1.0
        turned = _("One entry has the wrong sign. That is as wrong as can be: the difference is the sum of both sizes.")
        trial.equal(trial.call(f, _hills, x, wrong), 1.0, kind="sign", hint=turned, rtol=1e-5)
    zero = _("The slope is 0, and the gradient says 0. Nothing is wrong, but 0 / 0 is no number.")
    both = np.array([0.0, 2.0])
    found = trial.call(f, lambda x: float(np.asarray(x)[1] ** 2), both, 2 * both * np.array([0.0, 1.0]),
                       raised=("stability", zero))  # fmt: skip
    trial.expect(trial.array(found) < 1e-6, "stability", zero)
    # By differences, the slope of this function is 3x² - 6 + h².
    step = _("With h = 1 it should move x by 1 to each side. Is h used?")
    found = trial.call(f, _hills, np.array([1.0]), np.array([-2.0]), h=1.0)
    trial.expect(abs(trial.array(found)) < 1e-6, "step", step)
    whole = _("x may hold whole numbers: 3 + 0.0001 is stored as 3 in an array of integers.")
    found = trial.call(f, _hills, np.array([1, 2]), np.array([-3.0, 6.0]), raised=("dtype", whole))
    trial.expect(trial.array(found) < 1e-6, "dtype", whole)


explain("5.11", "It learns, so it is right", points=2, section="The judge: a gradient check")
