"""Checks of chapter 05 about layers that are written: they are compared with layers of the check's own."""

import math
from typing import Any

import numpy as np

from dlcourse.checks import objects
from dlcourse.checks.base import Trial, exercise
from dlcourse.checks.objects import Story
from dlcourse.checks.references import softmax
from dlcourse.text import _


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


    objects.live(trial, trial.subject, _Div, [
        Story(_divides), Story(_divides_again, "state", _("One forward and one backward are right. When the same node "
                                                          "is used again, it is not.")),
    ])  # fmt: skip


class _Div:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x / y

    def backward(self, dout):
        return [dout / self.y, -dout * self.x / self.y**2]


def _way_back(player, node, dout):
    both = player.call(node, "backward", dout, quiet=True)
    if player.trial:
        both = player.trial.plain(both)
        two = _("backward gives two things back: the gradient for x, and the one for y.")
        player.trial.expect(type(both) in (list, tuple, np.ndarray) and len(both) == 2, "shape", two)
    player.see(_("The gradient for x"), both[0])
    player.see(_("The gradient for y"), both[1])


def _divides(player, rng):
    numbers = [(2.0, -4.0, 3.0), (-3.0, 1e-3, 0.5), (0.0, 2.0, -1.0), (1e5, -2e-2, 1.0), (-7.0, -0.25, 2.0)]
    arrays = [(rng.normal(size=shape), rng.uniform(0.5, 3, size=shape), rng.normal(size=shape))
              for shape in ((4,), (2, 3), (3, 3))]  # fmt: skip
    for x, y, dout in [(x, y * np.resize([1, -1], y.shape), dout) for x, y, dout in arrays] + numbers:
        node = player.new()
        player.call(node, "forward", x, y)
        _way_back(player, node, dout)


def _divides_again(player, rng):
    node, (x, y, dout) = player.new(), rng.uniform(1, 2, size=(3, 5))
    for factor in (1.0, -2.0, 3.0):
        player.call(node, "forward", factor * x, y + factor**2)
        _way_back(player, node, dout)
    _way_back(player, node, -dout)


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
    sizes = ((3, (2, 4), 3), (4, (4,), 4), (1, (2, 2, 2), 5), (2, (1, 3), 1))
    objects.layer(trial, trial.subject, _Affine, _pictures, sizes, grads=[("dW",), ("db",)], whole=False)


class _Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x.reshape(len(x), -1) @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.reshape(len(self.x), -1).T @ dout, dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.x.shape)


def _pictures(rng, count, shape, out):
    W = rng.normal(size=(math.prod(shape), out))
    return (W, rng.normal(size=out)), (rng.normal(size=(count, *shape)),), rng.normal(size=(count, out))


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
    far = _("Where some scores lie far apart, though no probability is near the floor, it goes wrong.")
    objects.layer(trial, trial.subject, _LabelLoss, _labelled, ((4, 3), (3, 3), (1, 4), (5, 2)), whole=False, stories=[
        Story(_far_scores, "stability", far, _("Take the largest score of each row from that row first.")),
    ], rtol=1e-5, atol=1e-6)  # fmt: skip


class _LabelLoss:
    def forward(self, a, t):
        self.y, self.t = softmax(a), t.astype(int)
        return -np.mean(np.log(self.y[np.arange(len(t)), self.t]))

    def backward(self):
        return (self.y - np.eye(self.y.shape[1])[self.t]) / len(self.t)


def _labelled(rng, count, classes):
    return (), (rng.normal(size=(count, classes)), rng.permutation((np.arange(count) + 1) % classes)), None


def _far_scores(player, rng):
    one = player.new()
    a = np.array([[1000.0, 999.0, -1000.0], [0.5, 0.1, -0.2], [-1000.0, -1001.0, -1002.0]])
    for t in ([0, 2, 1], [1, 0, 2]):
        player.call(one, "forward", a, np.array(t))
        player.call(one, "backward", what="dx")
        player.call(one, "backward", what="dx")
