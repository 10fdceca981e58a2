"""Checks of chapter 05 about layers: three are written, and a network of the notes is mended."""

import math
from typing import Any

import numpy as np

from dlcourse.checks.base import Trial, exercise
from dlcourse.text import _


def softmax(a: np.ndarray) -> np.ndarray:
    """Give the probabilities of scores along the last axis."""
    z = np.exp(a - a.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


@exercise("5.1", "A node that divides", kind="write it", points=2, section="The bill", names=("Div",),
          uses=())  # fmt: skip
def a_node_that_divides(trial: Trial) -> None:
    """x / y forward, and back the slopes for x and for y, each times what came from the right."""
    pairs = [(3.0, 4.0), (-1.5, 0.5), (7, 2), (trial.rng.normal(size=3), trial.rng.uniform(0.5, 3, size=3))]
    nodes = [trial.new(trial.subject) for _pair in pairs]
    for node, (x, y) in zip(nodes, pairs, strict=True):
        trial.equal(trial.method(node, "forward", x, y), x / y, [
            ("order", y / x, _("That is y / x.")),
            ("formula", x * y, _("Forward is x / y; that is their product.")),
        ])  # fmt: skip
    _back_through_division(trial, nodes[1], *pairs[1], 5.0, last=pairs[-1])
    for node, (x, y) in zip(nodes, pairs, strict=True):
        dout = trial.rng.uniform(1.5, 3, size=np.shape(x)) if np.shape(x) else -3.0
        _back_through_division(trial, node, x, y, dout)


def _back_through_division(trial: Trial, node: Any, x: Any, y: Any, dout: Any, last: tuple = (0, 1)) -> None:
    dx, dy = dout / y, -dout * x / y**2
    two = _("backward gives two things back: the gradient for x, and the one for y.")
    found = trial.plain(trial.method(node, "backward", dout))
    trial.expect(found is not None, "missing", _("There is nothing in backward yet."))
    trial.expect(type(found) in (list, tuple, np.ndarray) and len(found) == 2, "shape", two)
    told = _("backward leaves out dout: a node multiplies its own slope by what it was told.")
    product = _("Those are the gradients of a product: times the other input. Division has slopes of its own.")
    more = _("With x held still, x / y is x·(1/y). What is the slope of 1/y?")
    trial.equal(found, [dx, dy], [
        ("sign", [dx, -dy], _("Look at the sign of the gradient for y: a larger divisor makes the result smaller.")),
        ("sign", [-dx, dy], _("Look at the sign of the gradient for x.")),
        ("state", [dout / last[1], -dout * last[0] / last[1] ** 2], _("It works with the numbers of another node. What "
                                                                      "belongs to one node goes into its self.")),
        ("sign", [-dx, -dy], _("Both gradients have the wrong sign.")),
        ("order", [dy, dx], _("The two gradients are swapped: the one for x comes first.")),
        ("formula", [dout * y, dout * x], product),
        ("chain rule", [1 / y, -x / y**2], told),
        ("chain rule", [dx, -x / y**2], told),
        ("chain rule", [1 / y, dy], told),
        ("formula", [dout * y, dy], _("The gradient for y is right. The slope of x / y for x is not y.")),
        ("formula", [dx, -dout * x / y], _("The gradient for x is right. The slope of 1/y is not -1/y."), more),
        ("formula", [dx, -dout / y**2], _("In the gradient for y, something that stands above the line is lost.")),
        ("formula", [dx, dout * x], _("The gradient for x is right, the one for y is that of a product."), more),
        ("formula", [dx, -dx], _("The gradient for x is right; that for y is not just its opposite."), more),
        ("formula", [dx, dx], _("Both gradients are the same. Only for x is that right."), more),
    ], kind="gradient", hint=_("A gradient of x / y is not right. Turn x a little, on paper, and then y."),
        more=more)  # fmt: skip


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _images(trial: Trial) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    rng = trial.rng
    shapes = [((4, 2, 3), 5), ((3, 6), 2), ((1, 2, 2), 3), ((2, 1, 2, 2), 4), ((3, 3), 3)]
    return [
        tuple(rng.normal(size=shape) for shape in (x, (math.prod(x[1:]), out), (out,), (x[0], out)))
        for x, out in shapes
    ]


@exercise("5.4", "An affine layer that takes images", kind="write it", points=3, section="Layers",
          names=("ImageAffine",), uses=())  # fmt: skip
def affine_for_images(trial: Trial) -> None:
    """Affine whose input may have any shape behind N: flattened on the way forward, unflattened on the way back."""
    flat = _("x has the shape {x}, W {W}, b {b}, and forward does not take that. One row for each image.")
    for x, W, b, dout in _images(trial):
        rows, layer = x.reshape(len(x), -1), trial.new(trial.subject, W, b)
        hint = flat.format(x=x.shape, W=W.shape, b=b.shape)
        out = trial.method(layer, "forward", x, raised=("shape", hint))
        trial.equal(out, rows @ W + b, [
            ("formula", rows @ W, _("The bias is missing.")),
            ("sign", rows @ W - b, _("The bias is taken away. It is added.")),
            ("order", lambda: x.reshape(len(x), -1, order="F") @ W + b, _("The pixels got into another order.")),
        ])  # fmt: skip
        trial.method(layer, "forward", x + 1.0)
        trial.method(layer, "forward", x)
        hint = _("backward got a dout of shape {dout}, that of the output, and stops with an error.")
        more = _("Write down the shapes of x, W and dout. Only one order with one transpose fits.")
        for _turn in range(2):
            dx = trial.method(layer, "backward", dout, raised=("axis", hint.format(dout=dout.shape), more))
        missing = _("backward gives nothing back. The layer before is waiting for dx.")
        trial.expect(trial.plain(dx) is not None, "missing", missing)
        right = dout @ W.T
        trial.equal(dx, right.reshape(x.shape), [
            ("shape", right if x.ndim > 2 else np.nan, _(
                "dx is right, but has the shape of the flattened x. A gradient has the shape of its array.")),
            ("axis", (dout @ W).reshape(x.shape) if len(W) == len(b) else np.nan, _("In dx, W is not transposed.")),
            ("sign", -right.reshape(x.shape), _("dx has the wrong sign.")),
            ("scale", right.reshape(x.shape) / len(x), _("dx is divided by the number of images. The loss does that.")),
            ("order", lambda: right.reshape(x.shape, order="F"), _("The pixels of dx got into another order.")),
        ], what="dx", kind="gradient", hint=_("dx is not right. Its row for an image is built from dout's row for it."),
            more=more)  # fmt: skip
        every = _("{name} is the mean over the images. Each image used the same array, so its gradients add up.")
        dW, db = rows.T @ dout, dout.sum(axis=0)
        trial.equal(trial.get(layer, "dW"), dW, [
            ("scale", dW / len(x) if len(x) > 1 else np.nan, every.format(name="dW")),
            ("sign", -dW, _("dW has the wrong sign.")),
            ("axis", dW.T, _("dW has its rows and columns swapped. It has the shape of W.")),
            ("state", 2 * dW, _("A second backward adds to dW. Each one begins anew.")),
            ("state", lambda: (rows + 1).T @ dout, _("dW belongs to an earlier x, not to the last one.")),
        ], what="dW", kind="gradient", hint=_("dW is not right. Which array is its other factor beside dout?"),
            more=more)  # fmt: skip
        db_hint = _("db is not right. With which factor does b enter the output?")
        trial.equal(trial.get(layer, "db"), db, [
            ("scale", db / len(x) if len(x) > 1 else np.nan, every.format(name="db")),
            ("sign", -db, _("db has the wrong sign.")),
            ("axis", dout.sum(axis=-1), _("db is added up along the wrong axis. It has the shape of b.")),
            ("axis", dout.sum(), _("db is a single number: along which axis lie the images?")),
            ("axis", dout if len(x) > 1 else np.nan, _("db has a row for each image. b is used by all of them.")),
            ("state", 2 * db, _("A second backward adds to db. Each one begins anew.")),
        ], what="db", kind="gradient", hint=db_hint)  # fmt: skip


def _as_row(t, y):
    return t if len(t) == y.shape[1] else np.nan


def _minus_columns(y, t):
    y = y.copy()
    y[:, t] -= 1
    return y


@exercise("5.8", "Softmax and cross-entropy for labels", kind="write it", points=3, section="Layers",
          names=("LabelLoss",),
          uses=("functions.softmax", "functions.one_hot", "losses.cross_entropy_error"))  # fmt: skip
def loss_of_labels(trial: Trial) -> None:
    """The last layer, for targets that are labels: the mean cross-entropy, and what goes back from it."""
    rng = trial.rng
    for count, classes in ((4, 3), (3, 3), (1, 4), (6, 2)):
        a, t, rows = rng.normal(size=(count, classes)), rng.integers(classes, size=count), np.arange(count)
        t[: classes - 1] = np.arange(1, classes)[:count]  # never all the same
        y = softmax(a)
        layer = trial.new(trial.subject)
        one_hot = _("t holds labels here, such as 2, and no rows of zeros with a one: t has the shape {t}.")
        found = trial.method(layer, "forward", a, t, raised=("labels", one_hot.format(t=t.shape)))
        picked, more = np.log(y[rows, t]), _("y[rows, t], with rows = 0, 1, 2, …, picks one number of each row.")
        trial.equal(found, -picked.mean(), [
            ("sign", picked.mean(), _("The loss is negative. A probability is below 1; what is its logarithm?")),
            ("scale", -picked.sum(), _("That is the sum over the batch. The loss is the mean.")),
            ("shape", -picked, _("That is one loss for each sample. The loss of the batch is their mean.")),
            ("axis", -np.log(y[:, t]).mean(), _("y[:, t] picks the columns t from EVERY row."), more),
            ("axis", -np.log(y[:, t]).sum() / count, _("y[:, t] picks the columns t from EVERY row."), more),
            ("formula", -y[rows, t].mean(), _("The logarithm is missing.")),
            ("formula", lambda: -np.log(a[rows, t]).mean(), _("The scores go into the logarithm without a softmax.")),
            ("formula", -a[rows, t].mean(), _("Those are the scores of the true classes. Where is the softmax?")),
            ("labels", lambda: -np.sum(_as_row(t, y) * np.log(y)) / count, one_hot.format(t=t.shape)),
            ("labels", lambda: -np.sum(t[:, None] * np.log(y)) / count, one_hot.format(t=t.shape)),
        ], rtol=1e-5)  # fmt: skip
        hot = np.eye(classes)[t]
        right = (y - hot) / count
        rows_hint = _("What goes back is not right. Row by row: what was said, minus what was true.")
        dx = trial.method(layer, "backward", raised=("labels", one_hot.format(t=t.shape)))
        trial.equal(dx, right, [
            ("sign", -right, _("The sign: what the network said, minus what was true.")),
            ("scale", y - hot if count > 1 else np.nan, _("The loss is the mean, and this belongs to the sum.")),
            ("scale", right / classes, _("The loss is a mean over the samples, not over all scores.")),
            ("formula", y / count, _("Those are the probabilities. What was true is not taken away from them.")),
            ("formula", y, _("Those are the probabilities. What was true is not taken away from them.")),
            ("labels", lambda: (y - t[:, None]) / count, one_hot.format(t=t.shape)),
            ("labels", lambda: (y - _as_row(t, y)) / count, one_hot.format(t=t.shape)),
            ("axis", lambda: _minus_columns(y, t) / count, _("[:, t] takes 1 from the columns t of EVERY row."), more),
        ], kind="gradient", hint=rows_hint)  # fmt: skip
        again = _("A second backward gives something else. The first has changed what the layer remembers.")
        more = _("d = y makes no copy: d is y itself, under a second name.")
        trial.equal(trial.method(layer, "backward"), right, kind="aliasing", hint=again, more=more)
    layer, hint = trial.new(trial.subject), _("Scores of 1000 break it, though the network is right and sure.")
    large = np.array([[0.0, 1000.0], [-1000.0, 0.0]]), np.array([1, 1])
    trial.expect(abs(trial.array(trial.method(layer, "forward", *large))) < 1e-5, "stability", hint)
    loss = trial.array(trial.method(layer, "forward", np.array([[0.0, 1000.0]]), np.array([0])))
    hint = _("The network is sure of the wrong class, its score is 1000, and the loss is not a finite number any more.")
    more = _("The logarithm of 0 is infinite. Chapter 04 lets no probability count as less than a very small one.")
    trial.expect(np.isfinite(loss) and loss > 10, "stability", hint, more)


KEYS = ("W1", "b1", "W2", "b2")


def _params(rng: np.random.Generator, *sizes: int) -> dict:
    inputs, hidden, outputs = sizes
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _scores(p: dict, x: np.ndarray) -> np.ndarray:
    return _sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


@exercise("5.5", "Find the bug: two networks in one class", kind="find the bug", points=3, section="The network",
          names=("TwoLayerNet",),
          uses=("functions.sigmoid", "functions.softmax", "losses.cross_entropy_error"))  # fmt: skip
def two_networks_in_one(trial: Trial) -> None:
    """The notes' predict leaves out both biases and ends in the sigmoid; their gradient does neither."""
    net, rng = trial.new(trial.subject, 60, 40, 7), trial.rng
    shapes = {"W1": (60, 40), "b1": (40,), "W2": (40, 7), "b2": (7,)}
    for name in KEYS:
        drawn = trial.array(trial.get(net, "params", name))
        trial.shape(drawn, shapes[name])
        right = 0.007 < drawn.std() < 0.014 if name[0] == "W" else not drawn.any()
        hint = _("A new network's weights are small and random, its biases 0. That was right; {name} is not any more.")
        trial.expect(right and abs(drawn.mean()) < 0.005, "formula", hint.format(name=name))
    wide = trial.array(trial.get(trial.new(trial.subject, 30, 40, 3, weight_init_std=1.0), "params", "W1"))
    trial.expect(0.8 < wide.std() < 1.2, "formula", _("weight_init_std no longer says how widely weights are drawn."))
    for sizes, count in (((4, 3, 2), 5), ((3, 3, 3), 3), ((2, 4, 3), 1)):
        net, p, x = trial.new(trial.subject, *sizes), _params(rng, *sizes), rng.normal(size=(count, sizes[0]))
        for name, value in p.items():
            trial.set(net, "params", name, value=value.copy())
        scores, hidden = _scores(p, x), _sigmoid(x @ p["W1"] + p["b1"])
        no_bias = _("It computes as if {name} = 0.")
        bare = _sigmoid(x @ p["W1"])
        sums = _("The rows do not sum to 1: those are no probabilities, and cross_entropy_error needs some.")
        found = trial.method(net, "predict", x)
        trial.equal(found, softmax(scores), [
            ("formula", _sigmoid(bare @ p["W2"]), sums, _("Compare predict with the forward half of gradient.")),
            ("formula", _sigmoid(scores), sums, _("What does the forward half of gradient end in?")),
            ("bias", softmax(bare @ p["W2"]), no_bias.format(name="b1 = b2")),
            ("bias", softmax(bare @ p["W2"] + p["b2"]), no_bias.format(name="b1")),
            ("bias", softmax(hidden @ p["W2"]), no_bias.format(name="b2")),
            ("formula", scores, _("Those are the scores. Probabilities come after them.")),
            ("formula", softmax(_sigmoid(scores)), _("The scores go through a sigmoid before the softmax. It squeezes "
                                                      "them between 0 and 1, so that no class can be sure.")),
            ("formula", softmax((x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]), _("The hidden layer lost its sigmoid.")),
            ("formula", softmax(softmax(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]), _(
                "The hidden layer got a softmax. It wants its sigmoid.")),
            ("formula", softmax(np.maximum(x @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]), _(
                "The hidden layer got a ReLU. The gradient of the notes is that of a sigmoid.")),
            ("axis", softmax(scores.T).T, _("Here the columns sum to 1. Each row holds the classes of one sample.")),
        ])  # fmt: skip
        one = _("predict works for a batch and not for one sample, an array of shape (D,).")
        trial.equal(trial.method(net, "predict", x[0], raised=("one sample", one)), softmax(scores)[0],
                    kind="one sample", hint=one)  # fmt: skip
        t = rng.integers(sizes[2], size=count)
        loss = -np.mean(np.log(softmax(scores)[np.arange(count), t]))
        trial.equal(trial.method(net, "loss", x, np.eye(sizes[2])[t]), loss, rtol=1e-4, what="loss")


@exercise("5.6", "Find the bug: a gradient with the wrong slope", kind="find the bug", points=3, section="Layers",
          names=("gradient",), uses=("functions.sigmoid", "functions.sigmoid_grad", "functions.softmax"))  # fmt: skip
def wrong_slope(trial: Trial) -> None:
    """The notes never define sigmoid_grad, and call it with the input; y(1 - y) wants the output."""
    rng, f = trial.rng, trial.subject
    for sizes, count in (((4, 3, 2), 5), ((3, 3, 3), 3), ((2, 4, 3), 1)):
        p, x = _params(rng, *sizes), rng.normal(size=(count, sizes[0]))
        t = np.eye(sizes[2])[rng.integers(sizes[2], size=count)]
        a1 = x @ p["W1"] + p["b1"]
        z1, dy = _sigmoid(a1), (softmax(_scores(p, x)) - t) / count
        back = dy @ p["W2"].T
        found = trial.plain(trial.call(f, p, x, t))
        trial.expect(type(found) is dict, "missing", _("gradient gives no dict back."))
        trial.expect(set(KEYS) <= set(found), "missing", _("gradient gives a dict, but not of W1, b1, W2 and b2."))
        right = {"W2": z1.T @ dy, "b2": dy.sum(axis=0)}
        for name in ("W2", "b2"):
            hint = _("{name} was right before. Something behind the hidden layer has changed.").format(name=name)
            trial.shape(found[name], right[name].shape, what=name)
            trial.equal(found[name], right[name], [
                ("sign", -right[name], _("The sign of {name} has changed: it is said minus true.").format(name=name)),
                ("scale", count * right[name], _("The loss is a mean, and {name} belongs to a sum.").format(name=name)),
            ], what=name, kind="gradient", hint=hint, rtol=1e-4, atol=1e-5)  # fmt: skip
        slope = _("{name} is not right, W2 and b2 are. So the bug lies between them: what is multiplied there?")
        fits = _("y(1 - y) takes the sigmoid's OUTPUT. What does it get here?")
        wrong = [
            ("slope", back * a1 * (1 - a1), slope, fits),
            ("slope", back * _sigmoid(z1) * (1 - _sigmoid(z1)), _("{name}: the sigmoid is taken twice.")),
            ("chain rule", back, _("{name}: the slope of the sigmoid is left out.")),
            ("slope", back * z1, _("{name}: half of the slope is missing.")),
            ("slope", back * (1 - z1), _("{name}: half of the slope is missing.")),
            ("slope", back * (1 - z1**2), _("{name}: that is the slope of tanh.")),
            ("slope", back * (a1 > 0), _("{name}: that is the slope of ReLU. The network has a sigmoid.")),
            ("chain rule", z1 * (1 - z1), _("{name}: what came from the right is left out.")),
        ]
        da1 = back * z1 * (1 - z1)
        for name, of in (("W1", lambda d: x.T @ d), ("b1", lambda d: d.sum(axis=0))):
            trial.shape(found[name], of(da1).shape, what=name)
            mistakes = [(kind, of(d), hint.format(name=name), *more) for kind, d, hint, *more in wrong]
            mean = _("{name} is divided by the number of samples, and dy is already.").format(name=name)
            mistakes.append(("scale", of(da1) / count, mean))
            hint = slope.format(name=name)
            trial.equal(found[name], of(da1), mistakes, what=name, kind="gradient", hint=hint, more=fits,
                        rtol=1e-4, atol=1e-5)  # fmt: skip
