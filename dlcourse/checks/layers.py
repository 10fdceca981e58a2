"""The layers that the checks of chapter 05 compare with, and what such a layer must bear."""

import math
from typing import Any

import numpy as np

from dlcourse.checks.access import NotYet
from dlcourse.checks.losses import loss_of
from dlcourse.checks.objects import Story, layer, live
from dlcourse.checks.references import but, softmax
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["affine_of_images", "loss_of_labels"]


class Affine:
    """Rows of pixels times W, plus b; with other functions, a layer with a mistake."""

    _out = staticmethod(lambda x, W, b: _rows(x) @ W + b)
    _dx = staticmethod(lambda x, W, d: (d @ W.T).reshape(x.shape))
    _of_W, _of_b = staticmethod(lambda x, W, d: _rows(x).T @ d), staticmethod(lambda x, W, d: d.sum(axis=0))

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        """Give the outputs."""
        self.x = x
        return self._out(x, self.W, self.b)

    def backward(self, dout):
        """Set dW and db, and give dx."""
        self.dW, self.db = self._of_W(self.x, self.W, dout), self._of_b(self.x, self.W, dout)
        return self._dx(self.x, self.W, dout)


def _rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def _images(rng: np.random.Generator, count: int, shape: tuple, out: int) -> tuple:
    """Give the arguments of an affine layer, a batch of images, and a gradient."""
    W = rng.normal(size=(math.prod(shape), out))
    return (W, rng.normal(size=out)), (rng.normal(size=(count, *shape)),), rng.normal(size=(count, out))


def affine_of_images(trial: Trial, cls: Any) -> None:
    """Is `cls` an affine layer for arrays of any shape behind N?"""
    every = _("{name} is divided by N. Each image adds its share; the loss is the mean, not this.")
    more = _("x and W and dout fit in one way only, where no two sizes are the same.")

    def columns(x):
        return x.reshape(len(x), -1, order="F")

    wrong = {
        "out": [
            ("formula", lambda x, W, b: x.reshape(len(x), -1) @ W, _("The bias is missing.")),
            ("sign", lambda x, W, b: x.reshape(len(x), -1) @ W - b, _("The bias is taken away. It is added.")),
        ],
        "dx": [
            ("shape", lambda x, W, d: d @ W.T, _(
                "dx is right, but has the shape of the flattened x. A gradient has the shape of its array.")),
            ("axis", lambda x, W, d: (d @ W).reshape(x.shape), _("In dx, W is not transposed."), more),
            ("scale", lambda x, W, d: (d @ W.T / len(x)).reshape(x.shape), every.format(name="dx")),
            ("order", lambda x, W, d: (d @ W.T).reshape(x.shape, order="F"), _("In dx the pixels got another order.")),
            ("sign", lambda x, W, d: -(d @ W.T).reshape(x.shape), _("dx has the wrong sign.")),
        ],
        "of_W": [
            ("axis", lambda x, W, d: d.T @ x.reshape(len(x), -1), _("dW has its rows and columns swapped."), more),
            ("axis", lambda x, W, d: x.reshape(len(x), -1) @ d, _("In dW, x is not transposed."), more),
            ("scale", lambda x, W, d: x.reshape(len(x), -1).T @ d / len(x), every.format(name="dW")),
            ("sign", lambda x, W, d: -x.reshape(len(x), -1).T @ d, _("dW has the wrong sign.")),
        ],
        "of_b": [
            ("scale", lambda x, W, d: d.mean(axis=0), every.format(name="db")),
            ("sign", lambda x, W, d: -d.sum(axis=0), _("db has the wrong sign.")),
            ("axis", lambda x, W, d: d.sum(axis=-1), _("db is added up along the wrong axis. It has the shape of b.")),
            ("axis", lambda x, W, d: d.sum(), _("db is a single number: along which axis lie the images?")),
            ("axis", lambda x, W, d: d, _("db has a row for each image. b is used by all of them.")),
        ],
    }  # fmt: skip
    def others(player, rng):
        one = player.new(*_images(rng, 1, (6,), 5)[0])
        for count, shape in ((4, (2, 3)), (2, (6,)), (3, (3, 2))):
            (x,), dout = _images(rng, count, shape, 5)[1:]
            player.call(one, "forward", x)
            player.call(one, "backward", dout, what="dx")

    one, held = trial.new(cls, np.eye(2), np.ones(2)), [("W", ...), ("b", ...)]
    try:
        held = [path for path in held if trial.get(one, *path) is not None]
    except NotYet:  # they are kept under other names
        held = []
    sizes = ((4, (2, 3), 5), (3, (6,), 2), (1, (2, 2), 3), (2, (1, 2, 2), 4), (3, (3,), 3), (2, (5, 1, 1), 1),
             (4, (4,), 4))  # fmt: skip
    layer(trial, cls, Affine, _images, sizes, [
        ("order", but(Affine, out=lambda x, W, b: columns(x) @ W + b, of_W=lambda x, W, d: columns(x).T @ d), _(
            "The pixels got into another order.")),
        *((kind, but(Affine, **{name: other}), *hints)
          for name, found in wrong.items() for kind, other, *hints in found),
    ], grads=[("dW",), ("db",)], params=held, stories=[Story(others, "state", _(
        "With one batch it is right. When the next has other sizes, it is not."))])  # fmt: skip
    (W, b), (x,), dout = _images(trial.rng, 4, (2, 3), 5)
    lines = ["W, b = W.copy(), b.copy()", "one = ImageAffine(W, b)", "one.forward(x)", "W += 1", "b -= 2",
             "y, dx = one.forward(x), one.backward(dout)"]
    names, right = {"ImageAffine": cls, "W": W, "b": b, "x": x, "dout": dout}, Affine(W + 1, b - 2)
    y, dx = (trial.array(found, what) for what, found in zip(("y", "dx"), trial.calculate(lines, names, ["y", "dx"])))
    if y.dtype == np.float32:  # whoever calculates in single precision has no other way than a copy
        return
    for what, found, value in (("y", y, right.forward(x)), ("dx", dx, right.backward(dout))):
        trial.equal(found, value, what=what, kind="stale", hint=_(
            "When the network changes its W and b in place, as each step of training does, the layer goes on with the "
            "old ones. Keep the arrays themselves, not copies."))  # fmt: skip


class LabelLoss:
    """Softmax and cross-entropy; with other functions, a layer with a mistake."""

    _of, _slope = staticmethod(lambda a, y, t: loss_of(y, t)), staticmethod(lambda y, t, hot: (y - hot) / len(t))

    def forward(self, a, t):
        """Give the loss."""
        self.y, self.t = softmax(a), t
        return self._of(a, self.y, t)

    def backward(self):
        """Give the gradient for the scores."""
        return self._slope(self.y, self.t, np.eye(self.y.shape[1])[self.t])


def _labelled(rng: np.random.Generator, count: int, classes: int) -> tuple:
    """Give scores, and labels that are not all the same; of many classes, the last, which no small number holds."""
    first = 1 if classes < 100 else classes - count
    a, t = rng.uniform(-2, 2, size=(count, classes)), rng.permutation((np.arange(count) + first) % classes)
    a[np.arange(count), t] += 6.0 * (classes >= 100)
    return (), (a, t), None


def loss_of_labels(trial: Trial, cls: Any) -> None:
    """Is `cls` the mean cross-entropy of scores, for labels, with its gradient?"""
    one_hot = _("t holds labels, such as 2, and no rows of zeros with a one: t has the shape (N,).")
    more = _("y[rows, t], with rows = 0, 1, 2, …, picks one number of each row.")
    columns, said = _("y[:, t] picks the columns t from EVERY row."), _(
        "Those are the probabilities. What was true is not taken away from them.")

    def few(t):
        return np.eye(t.max() + 1)[t]

    def column(y, t, hot):
        y = y.copy()
        y[:, t] -= 1
        return y / len(t)

    wrong = {
        "of": [
            ("sign", lambda a, y, t: np.mean(np.log(_true(y, t))), _(
                "The loss is negative. A probability is below 1; what is its logarithm?")),
            ("scale", lambda a, y, t: -np.sum(np.log(_true(y, t))), _("That is the sum. The loss is the mean.")),
            ("shape", lambda a, y, t: -np.log(_true(y, t)), _(
                "That is one loss for each sample. The loss of the batch is their mean.")),
            ("axis", lambda a, y, t: -np.log(y[:, t]).mean(), columns, more),
            ("axis", lambda a, y, t: -np.log(y[:, t]).sum() / len(t), columns, more),
            ("formula", lambda a, y, t: -_true(y, t).mean(), _("The logarithm is missing.")),
            ("formula", lambda a, y, t: -_true(a, t).mean(), _(
                "Those are the scores of the true classes. Where is the softmax?")),
            ("labels", lambda a, y, t: -np.sum(t * np.log(y)) / len(t), one_hot),
            ("labels", lambda a, y, t: -np.sum(t[:, None] * np.log(y)) / len(t), one_hot),
            ("labels", lambda a, y, t: -np.sum(few(t) * np.log(y)) / len(t), _(
                "It takes as many classes as there are labels in this batch. There are as many as columns of scores.")),
        ],
        "slope": [
            ("sign", lambda y, t, hot: (hot - y) / len(t), _("The sign: what the network said, minus what was true.")),
            ("scale", lambda y, t, hot: y - hot, _("The loss is the mean, and this belongs to the sum.")),
            ("scale", lambda y, t, hot: (y - hot) / y.size, _("The mean is over the samples, not over all scores.")),
            ("formula", lambda y, t, hot: y / len(t), said), ("formula", lambda y, t, hot: y, said),
            ("labels", lambda y, t, hot: (y - t[:, None]) / len(t), one_hot),
            ("labels", lambda y, t, hot: (y - t) / len(t), one_hot),
            ("axis", column, columns, more),
        ],
    }  # fmt: skip

    def far(player, rng):
        one = player.new()
        a = np.array([[1000.0, 999.0, -1000.0], [0.5, 0.1, -0.2], [-1000.0, -1001.0, -1002.0]])
        for t in ([0, 2, 1], [1, 0, 2]):
            player.call(one, "forward", a, np.array(t))
            player.call(one, "backward", what="dx")

    def others(player, rng):
        one = player.new()
        for sizes in ((4, 3), (2, 5), (3, 2)):
            player.call(one, "forward", *_labelled(rng, *sizes)[1])
            player.call(one, "backward", what="dx")

    def whole(player, rng):
        one = player.new()
        player.call(one, "forward", np.array([[1, 0, 2], [0, -1, 1]]), np.array([0, 2]))
        player.call(one, "backward", what="dx")

    layer(trial, cls, LabelLoss, _labelled, ((4, 3), (3, 3), (1, 4), (6, 2), (2, 5), (3, 300)), [
        *((kind, but(LabelLoss, **{name: other}), *hints) for name, others in wrong.items()
          for kind, other, *hints in others),
        *(("labels", but(LabelLoss, of=of[1], slope=slope[1]), one_hot)
          for of in wrong["of"] for slope in wrong["slope"] if "labels" == of[0] == slope[0]),
    ], rtol=3e-5, atol=1e-6, whole=False, far=False, stories=[Story(whole, "dtype", _(
        "With inputs of whole numbers it goes wrong.")), Story(others, "state", _(
        "With one batch it is right. When the next has other sizes, it is not."))])  # fmt: skip
    live(trial, cls, LabelLoss, [Story(far, "stability", _(
        "Where some scores lie far apart, though no probability is near the floor, it goes wrong."), _(
        "Take the largest score of each row from that row first."))], rtol=3e-5, atol=1e-6)  # fmt: skip
    sure, hint = trial.new(cls), _("The network is sure of a wrong class, its score is 1000, and the loss is {loss}.")
    loss = trial.array(trial.method(sure, "forward", np.array([[0.0, 1000.0], [1.0, 0.0]] * 2), np.zeros(4, int)))
    text = _("The logarithm of 0 is infinite. Chapter 04 lets no probability count as less than a very small one.")
    trial.expect(np.isfinite(loss), "stability", hint.format(loss=loss), text)
    low = _("A very small probability is one such as 10⁻⁷: its loss is 16.")
    _one_floored(trial, cls)
    trial.expect(loss > 5, "floor", hint.format(loss=f"{float(loss):.3g}"), low)


def _one_floored(trial: Trial, cls: Any) -> None:
    """Do others keep their losses and gradients, when one sample of the batch is at the floor?"""
    alone, told = [], _("One sample is sure of a wrong class, and the others are ordinary. ")
    for count in (2, 5):
        (a, t), one = _labelled(trial.rng, count, 3)[1], trial.new(cls)
        a = np.vstack([a[:1], [[0.0, 1000.0, -1000.0]], a[1:]])
        t = np.concatenate([t[:1], [0], t[1:]])
        others = np.arange(count + 1) != 1
        loss = trial.array(trial.method(one, "forward", a, t))
        trial.shape(loss, ())
        right = LabelLoss()
        alone.append(float(loss) * (count + 1) - right.forward(a[others], t[others]) * count)
        dx = trial.array(trial.method(one, "backward"))
        trial.shape(dx, a.shape)
        kept = right.backward() * count / (count + 1)
        trial.equal(dx[others], kept, kind="floor", rtol=1e-4, atol=1e-5, hint=told + _(
            "Those have other gradients than without it: only what goes back from the one at the floor is left open."))
    hint = told + _("Their losses do not count as usual.")
    trial.equal(alone[1], alone[0], kind="floor", rtol=1e-4, atol=1e-4, hint=hint)


def _true(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    return y[np.arange(len(t)), t]
