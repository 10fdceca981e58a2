"""Checks of chapter 05, backpropagation."""

import math
from functools import partial

import numpy as np

from dlcourse.checks import autograd, layers, nets, order, values
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function
from dlcourse.checks.downhill import read_rightly
from dlcourse.checks.nodes import node_that_divides
from dlcourse.text import _


@exercise("5.1", "A node that divides", kind="write it", points=2, section="The bill", names=("Div",),
          uses=())  # fmt: skip
def a_node_that_divides(trial: Trial) -> None:
    """x / y forward, and back the slopes for x and for y, each times what came from the right."""
    node_that_divides(trial, trial.subject)


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
    labels = _("Labels, of shape (N,), do not work yet: they are the numbers that an argmax would give.")
    onehot = _("One-hot targets worked before, and do not any more. The number of dimensions tells the two apart.")

    def draw(dtype, onehots, rng, count, classes):
        """Give scores, none of them far above the others, and what is true: for two rows of three, what they say."""
        y = rng.normal(size=(count, classes))
        y[0, -1] += 9.0 * (classes > 100)  # a label that no number of 8 bits holds
        t = (y.argmax(axis=1) + (np.arange(count) % 3 == 1)) % classes
        return y, (np.eye(classes)[t] if onehots else t).astype(dtype)

    def hits(y, t):
        return y.argmax(axis=1) == (t.argmax(axis=1) if t.ndim == 2 else t)

    wrong = [
        ("labels", lambda y, t: np.mean(y.argmax(axis=1) == t.argmax(axis=-1)), _(
            "For labels it compares every row with one number: the place of the largest label.")),
        ("sign", lambda y, t: 1 - hits(y, t).mean(), _("That is the share that was wrong.")),
        ("scale", lambda y, t: hits(y, t).sum(), _("That counts the right ones. The accuracy is their share.")),
        ("scale", lambda y, t: 100 * hits(y, t).mean(), _("That is in percent. The accuracy is a share, from 0 to 1.")),
        ("scale", lambda y, t: hits(y, t).sum() / y.shape[1], _("It divides by the number of classes.")),
        ("scale", lambda y, t: hits(y, t).sum() / y.size, _("It divides by the number of scores. How many samples?")),
        ("shape", hits, _("That says of each sample whether it is right. The accuracy is their share.")),
        *(("rounded", lambda y, t, d=d: np.round(hits(y, t).mean(), d), _("The share is rounded. Give all its digits."))
          for d in (1, 2, 3)),
    ]  # fmt: skip
    tied, true = np.array([[1.0, 1, 0], [0, 0, 0], [0, 2, 2], [3, 0, 3]]), np.array([0, 0, 2, 0])
    for dtype, hot in (("f8", True), ("i8", True), ("f4", True), ("i8", False), ("i4", False), ("u1", False)):
        kind, hint = ("one-hot", onehot) if hot else ("labels", labels)
        y, t = draw(dtype, hot, trial.rng, 7, 3)
        sizes = ((7, 3), (3, 3), (4, 1), (1, 4), (8, 2), (6, 5), (1, 1), (4, 200 if dtype == "u1" else 300))
        tie = case(tied, np.eye(3, dtype=dtype)[true] if hot else true.astype(dtype), kind="tie", hint=_(
            "Of equal scores the first counts, as argmax has it."))
        function(trial, trial.subject, lambda y, t: hits(y, t).mean(), partial(draw, dtype, hot), sizes, wrong,
                 borders=[case(values.far(y), t), tie], dtypes=(), hint=hint,
                 raised=lambda y, t, told=(kind, hint): told)  # fmt: skip


@exercise("5.4", "An affine layer that takes images", kind="write it", points=3, section="Layers",
          names=("ImageAffine",), uses=("layers.Affine",))  # fmt: skip
def affine_for_images(trial: Trial) -> None:
    """Affine whose input may have any shape behind N: flattened on the way forward, unflattened on the way back."""
    layers.affine_of_images(trial, trial.subject)


@exercise("5.5", "Find the bug: two networks in one class", kind="find the bug", points=3, section="The network",
          names=("TwoLayerNet",), uses=("functions.sigmoid", "functions.softmax", "losses.cross_entropy_error")
          )  # fmt: skip
def two_networks_in_one(trial: Trial) -> None:
    """The notes' predict leaves out both biases and ends in the sigmoid; their gradient does neither."""
    nets.two_layer_net(trial, trial.subject)


@exercise("5.6", "Find the bug: a gradient with the wrong slope", kind="find the bug", points=3, section="Layers",
          names=("gradient",),
          uses=("functions.sigmoid", "functions.sigmoid_grad", "functions.softmax", "layers.Affine"))  # fmt: skip
def wrong_slope(trial: Trial) -> None:
    """The notes never define sigmoid_grad, and call it with the input; y(1 - y) wants the output."""
    nets.gradient_of_the_net(trial, trial.subject)


@exercise("5.7", "Find the bug: epochs that nobody notices", kind="find the bug", points=2, section="Training",
          names=("epoch_ends",), uses=())  # fmt: skip
def epochs_that_nobody_notices(trial: Trial) -> None:
    """The notes' remainder of a division by a float, which is 0 almost never."""
    order.ends_of_epochs(trial, trial.subject)


@exercise("5.8", "Softmax and cross-entropy for labels", kind="write it", points=3, section="Layers",
          names=("LabelLoss",),
          uses=("functions.softmax", "functions.one_hot", "losses.cross_entropy_error"))  # fmt: skip
def loss_of_labels(trial: Trial) -> None:
    """The last layer, for targets that are labels: the mean cross-entropy, and what goes back from it."""
    layers.loss_of_labels(trial, trial.subject)


HIDDEN, NUMBERS = 24, 150


@exercise("5.9", "Three arms of a spiral", kind="measure", points=2, section="Training", names=("settings",))
def three_arms(trial: Trial) -> None:
    """Hidden neurons and learning rate with which 95 % of a spiral are read, with 150 numbers at most."""
    trial.answers({"hidden": 0, "lr": 0.0}, within=math.inf)
    found = trial.plain(trial.subject)
    hidden, lr = float(found["hidden"]), trial.number(found["lr"], what="'lr'")
    trial.expect(math.isfinite(hidden) and hidden == int(hidden) >= 1, "type", _(
        "The number of hidden neurons is a whole number, at least 1."))  # fmt: skip
    trial.expect(lr > 0, "sign", _("A learning rate of 0 learns nothing, and a negative one climbs."))
    text = _("The network has more than {limit} weights and biases.").format(limit=NUMBERS)
    trial.expect(hidden <= HIDDEN, "too many", text, _(
        "Each hidden neuron brings 2 + 1 + 3 numbers, and the last biases are 3."))  # fmt: skip
    reached = read_rightly(int(hidden), lr)
    text = _("It reads {reached:.1%}, on average over the three starts. ").format(reached=reached)
    if reached >= 0.95:
        return
    trial.expect(read_rightly(HIDDEN, lr) < 0.95, "too few", text + _(
        "The learning rate will do. Are there neurons enough?"))  # fmt: skip
    with_less, with_more = (read_rightly(int(hidden), factor * lr) for factor in (0.5, 2))
    long = _("With half the learning rate it reads {less:.0%}: its steps are too long.").format(less=with_less)
    trial.expect(with_less <= max(reached, with_more) + 0.01, "too large", text + long)
    short = _("With twice the learning rate it reads {more:.0%}: its steps are too short.").format(more=with_more)
    trial.expect(with_more <= reached + 0.01, "too small", text + short)
    trial.fail("too large" if lr > 1 else "too small", text + _("With half or twice the rate it is no better."))


def _judged(rng, shape, wrong, h=1e-4):
    """Give a place, and a gradient that is right but for some entries."""
    x = rng.uniform(0.5, 1.0, size=shape) + 1.3 * rng.integers(2, size=shape)
    x *= rng.choice([-1, 1], size=shape)
    grad = 3 * x**2 - 6 + h**2  # what differences give of x³ - 6x
    for place, factor in wrong.items():
        grad.flat[place] *= factor
    return x, grad, h


@exercise("5.10", "Write the judge", kind="write it", points=3, section="The judge: a gradient check",
          names=("worst_error",), uses=("gradients.numerical_gradient",))  # fmt: skip
def write_the_judge(trial: Trial) -> None:
    """The largest relative error of a gradient against central differences."""
    def hills(x):
        x = np.asarray(x)
        return float(np.sum(x**3 - 6.0 * x))

    def parts(x, grad, h):
        s = 3 * x**2 - 6 + h**2
        return np.abs(s - grad), np.abs(s), np.abs(grad)

    def errors(*given):
        difference, s, g = parts(*given)
        return difference / (s + g)

    def most(of):
        return lambda *given: np.max(of(*parts(*given)))

    def worst(x, grad, h):
        error = np.max(errors(x, grad, h))
        return error if error >= 1e-5 else 0.0  # what rounding leaves of 0 is 0

    def ask(one):
        x, grad, h = one.args
        shape = _("x may have any shape, here {shape}.").format(shape=x.shape)
        found = trial.call(trial.subject, hills, x, grad, **({"h": h} if h != 1e-4 else {}), layout=one.layout,
                           raised=("shape", shape) if x.ndim > 1 else None)  # fmt: skip
        size = trial.array(found)
        return np.zeros(size.shape) if size.dtype.kind in "iuf" and np.all((0 <= size) & (size < 1e-5)) else found

    x = np.array([2.0, -2.5, 1.0])
    wide, narrow = (trial.array(trial.call(trial.subject, hills, x, 3 * x**2 - 6, **h)) for h in ({}, {"h": 5e-5}))
    if wide.shape == narrow.shape == () and 1e-5 < wide < 1e-2:
        text = _("The gradient is right, and it says {wide:.2g}; with half the h it says {narrow:.2g}. An error that "
                 "halves with h is one of looking to one side.")  # fmt: skip
        trial.expect(not 0.4 < narrow / wide < 0.6, "one side", text.format(wide=wide, narrow=narrow))
    all_of = _("One entry is wrong, and it does not see it. Does it look at all of them?")
    given = [((1,), {0: 1.1}), ((2,), {}), ((2,), {0: 3.0}), ((3,), {-1: 3.0}), ((3,), {0: 1.2, -1: -1.0}),
             ((3,), {-1: 0.0}),
             ((4, 3), {}), ((2, 3), {4: 3.0}), ((3, 2), {1: -1.0}), ((13,), {12: 1.5}), ((2,), {1: 3.0}, 0.5),
             ((3, 3), {0: -0.5, 7: 1.5}), ((2, 1, 2), {3: 3.0})]  # fmt: skip
    function(trial, trial.subject, worst, lambda rng, place: _judged(rng, *given[place]), [
        (place,) for place in range(len(given))
    ], [
        ("mean", lambda *given: np.mean(errors(*given)), _(
            "That is the mean over the entries. A single wrong one would be hidden.")),
        ("sum", lambda *given: np.sum(errors(*given)), _("That is the sum, not the largest of the errors.")),
        ("formula", most(lambda d, s, g: d), _("That is the difference itself. Divide by both sizes together.")),
        ("formula", lambda *given: np.divide(*(
            lambda d, s, g: (d, s + g))(*map(np.linalg.norm, parts(*given)))), _(
            "That is one error for the whole gradient, by its length. Each entry has an error of its own.")),
        ("scale", most(lambda d, s, g: d / s), _("It is relative to the true slope alone. Divide by the sum of both.")),
        ("scale", most(lambda d, s, g: d / g), _("It is relative to the gradient alone. Divide by the sum of both.")),
        ("scale", most(lambda d, s, g: d / np.maximum(s, g)), _(
            "It is relative to the larger of the two. Divide by the sum of both.")),
        ("scale", most(lambda d, s, g: 2 * d / (s + g)), _("Divide by the sum of both sizes, not by half of it.")),
        ("sign", lambda x, grad, h: np.max((3 * x**2 - 6 + h**2 - grad) / sum(parts(x, grad, h)[1:])), _(
            "An error has no sign: it is compared without one.")),
        ("formula", lambda x, grad, h: np.max(errors(x, grad / 2, h)), _(
            "The slopes it measures are twice too large. Divide by all of the way between the two points.")),
        *(("entries", lambda *given, at=at: np.max(errors(*given).ravel()[at]), all_of)
          for at in (slice(1), slice(-1, None), slice(10))),
        ("step", lambda x, grad, h: np.max(errors(x, grad, 1e-4)), _(
            "With h = 0.5 it should move x by 0.5 to each side. Is h used?")),
    ], dtypes=(), ask=ask, rtol=1e-4, atol=1e-5)  # fmt: skip
    x = np.array([1.0, 2.0, -0.5])
    found = trial.array(trial.call(trial.subject, lambda x: 10 * float(np.sum(x)) ** 2, x, np.full(3, 20 * x.sum())))
    trial.expect(np.all(found < 1e-5), "put back", _(
        "Where one entry of x matters to the slope of the next, a right gradient gets the error {found:.2g}. Is each "
        "entry put back before the next one is moved?").format(found=found.max(initial=0)))  # fmt: skip
    x = np.array([2.0, -2.5, 1.0])
    tiny = _("Slopes of 0.000000001 are judged as any others: the error is relative to both.")
    found = trial.array(trial.call(trial.subject, lambda x: 1e-10 * hills(x), x, 1e-10 * (3 * x**2 - 6) * [1, 1.5, 1]))
    trial.expect(np.all(np.abs(found - 0.2) < 0.002), "small", tiny)
    whole = _("x may hold whole numbers: 3 + 0.0001 is stored as 3 in an array of integers.")
    zero = _("A slope is 0, and the gradient says 0. Nothing is wrong there, but 0 / 0 is no number.")
    only = _("A slope is 0, and the gradient says 1: that is as wrong as can be.")
    shape = _("f is asked with the shape that x has, not with one long row of its entries.")
    def first_row(x, at=0):
        return float(np.sum(np.asarray(x)[at] ** 2))
    flat = partial(first_row, at=1)

    nothing = _("All slopes are 0, and the gradient says so. Nothing is wrong there: the largest error is 0.")
    for f, x, grad, right, kind, hint in (
        (lambda x: 3.0, [1.0, 2.0], [0.0, 0.0], 0, "stability", nothing),
        (flat, [1.0, 2.0], [0.0, 4.0], 0, "stability", zero), (flat, [1.0, 2.0], [1.0, 4.0], 1, "one side", only),
        *((hills, 2.0, 6.0 * n, (n - 1) / (n + 1), "shape", _("x may have any shape, here {shape}.").format(shape="()"))
          for n in (1, 3)),
        (first_row, [[1.0, 2.0], [3.0, 4.0]], [[2.0, 4.0], [0.0, 0.0]], 0, "shape", shape),
        *((hills, np.array([1, 2], dtype), [-3.0, 6.0], 0, "dtype", whole) for dtype in (int, "i4", "u1")),
        (hills, [[3, -1], [1, 2]], [[21.0, -3], [-3, 6]], 0, "dtype", whole),
    ):  # fmt: skip
        found = trial.array(trial.call(trial.subject, f, np.array(x), np.array(grad), raised=(kind, hint)))
        trial.expect(np.all(np.abs(found - right) < 1e-5), kind, hint)


explain("5.11", "It learns, so it is right", points=2, section="The judge: a gradient check")


@exercise("5.12", "Autograd of your own", kind="write it", points=4, section="Let the numbers remember",
          names=("Value",), uses=())  # fmt: skip
def autograd_of_your_own(trial: Trial) -> None:
    """Numbers that remember what they were made from: forks, long chains, and a second call of backward."""
    autograd.numbers_that_remember(trial, trial.subject)
