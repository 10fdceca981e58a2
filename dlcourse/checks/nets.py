"""The networks that the checks of chapters 04 and 05 compare with, and what such a network must bear."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.battery import case, function
from dlcourse.checks.drawing import MOST, like, off_normal
from dlcourse.checks.losses import loss_of, never_infinite
from dlcourse.checks.objects import Story, live
from dlcourse.checks.references import but, sigmoid, softmax
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["gradient_of_the_net", "simple_net", "two_layer_net"]


class SimpleNet:
    """Two inputs, one matrix, three classes."""

    def __init__(self):
        self.W = np.zeros((2, 3))

    def predict(self, x):
        """Give the scores."""
        return x @ self.W

    def loss(self, x, t):
        """Give the mean cross-entropy."""
        return loss_of(softmax(x @ self.W), t)


def simple_net(trial: Trial, cls: Any) -> None:
    """Is `cls` a `SimpleNet`?"""
    def net(of: Callable) -> type:
        return type("SimpleNet", (SimpleNet,), {"loss": lambda self, x, t: of(x @ self.W, t)})

    def samples(count, dtype=float):
        def tell(player, rng):
            one = player.new()
            for _time in range(2):  # the second time with other weights
                player.set(one, "W", value=rng.uniform(-1, 1, size=(2, 3)))
                t, x = np.eye(3)[rng.integers(3, size=count)], rng.uniform(-1, 1, size=(*count, 2))
                x, t = (np.where(x > 0, 2, -1), t.astype(dtype)) if dtype is int else (x, t)
                player.call(one, "predict", x, what="predict")
                player.call(one, "loss", x, t, what="loss")
        return tell

    def two(player, rng):
        nets, x = [player.new(), player.new()], rng.uniform(-1, 1, size=(4, 2))
        for one in nets:
            player.set(one, "W", value=rng.uniform(-1, 1, size=(2, 3)))
            player.call(one, "predict", x, what="predict")
        for one in nets:
            player.call(one, "loss", x / 2, np.eye(3)[[0, 2, 1, 1]], what="loss")

    def far(player, rng):
        one = player.new()
        player.set(one, "W", value=np.array([[1000.0, 999.0, 998.0], [0.3, 0.1, -0.2]]))
        for x, t in (([[1, 0], [0, 1]], [0, 2]), ([[0, 1], [-1, 0], [0, 2]], [1, 2, 0]), ([1, 0], 1)):
            player.call(one, "loss", np.array(x, float), np.eye(3)[t], what="loss")

    def soft(of):
        return net(lambda a, t: of(softmax(a), t))

    squared = _("That is a squared error.")
    shifted = type("Net", (SimpleNet,), {"predict": lambda self, x: softmax(x @ self.W)})
    twice = type("Net", (shifted,), {"loss": lambda self, x, t: loss_of(softmax(softmax(x @ self.W)), t)})
    predict = _("predict was right: it gives scores. The softmax belongs into loss.")
    live(trial, cls, SimpleNet, [
        *(Story(samples(count)) for count in ((), (4,), (3,), (1,))),
        Story(samples((4,), int), "dtype", _("With x of whole numbers it goes wrong.")),
        Story(two, "shared", _("One network alone is right. When a second one works beside it, it is not.")),
    ], [
        ("formula", shifted, predict),
        ("formula", twice, predict),
        ("formula", net(lambda a, t: loss_of(np.maximum(a, 1e-7), t)), _(
            "The scores go into the logarithm as they are.")),
        ("formula", soft(lambda y, t: loss_of(softmax(y), t)), _("The softmax is taken twice.")),
        ("formula", net(lambda a, t: loss_of(1 / (1 + np.exp(-a)), t)), _(
            "That is a sigmoid. The probabilities do not sum to 1.")),
        ("formula", soft(lambda y, t: 0.5 * np.sum((y - t) ** 2)), squared),
        ("formula", soft(lambda y, t: 0.5 * np.sum((y - t) ** 2) / t[..., 0].size), squared),
        ("formula", soft(lambda y, t: np.mean((y - t) ** 2)), squared),
        ("formula", net(lambda a, t: math.log(3)), _("That is the loss of guessing. Do the scores go into softmax?")),
        ("sign", net(lambda a, t: loss_of(softmax(-a), t)), _("The highest score gets the lowest probability.")),
        ("sign", soft(lambda y, t: -loss_of(y, t)), _("The loss is negative.")),
        ("axis", net(lambda a, t: loss_of(softmax(a.T).T, t)), _("Softmax goes along the wrong axis.")),
        ("axis", net(lambda a, t: loss_of(np.exp(a) / np.exp(a).sum(), t)), _(
            "The whole batch sums to 1, not each row.")),
        ("scale", soft(lambda y, t: loss_of(y, t) * t[..., 0].size), _("That is the sum over the batch.")),
        ("scale", soft(lambda y, t: loss_of(y, t) / 3), _("It is divided by the number of classes.")),
    ], rtol=1e-5, atol=1e-6)  # fmt: skip
    live(trial, cls, SimpleNet, [Story(far, "stability", _("Scores of 1000 break it; smaller ones do not."), _(
        "The softmax above takes care of that."))], rtol=1e-5, atol=1e-6)  # fmt: skip
    one = trial.new(cls)
    trial.set(one, "W", value=np.array([[1000.0, -1000.0, 0.0], [0.0, 0.0, 0.0]]))
    for x, t in (([[1.0, 0.0], [0.0, 1.0]], [1, 0]), ([1.0, 0.0], 1)):
        never_infinite(trial, trial.method(one, "loss", np.array(x), np.eye(3)[t]))


def parameters(rng: np.random.Generator, *sizes: int) -> dict[str, np.ndarray]:
    """Give W1, b1, W2, b2 of a network of these sizes."""
    inputs, hidden, outputs = sizes
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


class TwoLayerNet:
    """Affine, sigmoid, affine, softmax; with other functions, a network with a mistake."""

    _bend, _end, _biases = staticmethod(sigmoid), staticmethod(softmax), (True, True)
    _of = staticmethod(lambda y, t: loss_of(y, t))

    def __init__(self, *sizes):
        self.params = parameters(np.random.default_rng(0), *sizes)

    def predict(self, x):
        """Give the probabilities."""
        p, (first, second) = self.params, self._biases
        return self._end(self._bend(x @ p["W1"] + first * p["b1"]) @ p["W2"] + second * p["b2"])

    def loss(self, x, t):
        """Give the mean cross-entropy."""
        return self._of(self.predict(x), t)


def network_gradient(name: str, slope: Callable | None = None) -> Callable:
    """Give the gradient of one array of the network; ``slope(a1, z1, back)`` is what goes on from the sigmoid."""
    def gradient(W1, b1, W2, b2, x, t):
        a1 = x @ W1 + b1
        z1 = sigmoid(a1)
        dy = (softmax(z1 @ W2 + b2) - t) / len(x)
        back = dy @ W2.T
        da1 = back * z1 * (1 - z1) if slope is None else slope(a1, z1, back)
        return {"W2": z1.T @ dy, "b2": dy.sum(axis=0), "W1": x.T @ da1, "b1": np.sum(da1, axis=0)}[name]

    return gradient


def two_layer_net(trial: Trial, cls: Any) -> None:
    """Is `cls` a `TwoLayerNet`, new ones included?"""
    net, shapes = trial.new(cls, 60, 40, 7), {"W1": (60, 40), "b1": (40,), "W2": (40, 7), "b2": (7,)}
    for name, shape in shapes.items():
        drawn = trial.array(trial.get(net, "params", name))
        trial.shape(drawn, shape)
        normal = name[0] == "W" and like(drawn.std(), 0.01, drawn.size) and off_normal(100 * drawn) < MOST
        hint = _("A new network's weights are small and random, its biases 0. That was right; {name} is not any more.")
        right = normal if name[0] == "W" else not drawn.any()
        trial.expect(right and abs(drawn.mean()) < 0.005, "formula", hint.format(name=name))
    wide = trial.array(trial.get(trial.new(cls, 30, 40, 3, weight_init_std=1.0), "params", "W1"))
    trial.expect(0.8 < wide.std() < 1.2, "formula", _("weight_init_std no longer says how widely weights are drawn."))

    def filled(player, rng, sizes, scale=1.0):
        net = player.new(*sizes)
        for name, value in parameters(rng, *sizes).items():
            player.set(net, "params", name, value=scale * value)
        return net

    def walk(sizes, count, whole=False, one_far=False):
        def tell(player, rng):
            net, x = filled(player, rng, sizes), rng.normal(size=(*count, sizes[0]))
            x = np.rint(2 * x).astype(int) if whole else x
            x = values.far(x) if one_far else x
            player.call(net, "predict", x, what="predict")
        return tell

    def loss(player, rng):
        for count in (4, 1):
            net, x = filled(player, rng, (3, 2, 4), 0.5), rng.normal(size=(count, 3))
            player.call(net, "loss", x, np.eye(4)[rng.integers(4, size=count)], what="loss")

    def again(player, rng):
        net = filled(player, rng, (4, 3, 2))
        for count in ((), (), (3,), (3,), (1,), ()):
            player.call(net, "predict", rng.normal(size=(*count, 4)), what="predict")

    def two(player, rng):
        both = [filled(player, rng, (4, 3, 2)), filled(player, rng, (4, 3, 2))]
        for net in (*both, both[0]):
            player.call(net, "predict", rng.normal(size=(3, 4)), what="predict")

    def far(player, rng):
        net = filled(player, rng, (2, 2, 3))
        for name, value in {"W1": [[1000.0, -1], [0, 1]], "W2": [[1000.0, 999, 998], [0, 1, 2]]}.items():
            player.set(net, "params", name, value=np.array(value))
        player.call(net, "predict", np.array([[0.1, 2], [-9, 0.5], [9, -1]]), what="predict")

    def other(biases=(True, True), **functions):
        made = but(TwoLayerNet, **functions)
        made._biases = biases
        return made

    sums = _("The rows do not sum to 1: those are no probabilities.")
    compare = _("Compare predict with the forward half of gradient: what does that end in?")
    live(trial, cls, TwoLayerNet, [
        *(Story(walk(*given)) for given in (((4, 3, 2), (5,)), ((3, 3, 3), (3,)), ((2, 4, 3), (1,)))),
        Story(walk((4, 3, 2), ()), "one sample", _("It works for a batch and not for one sample, of shape (D,).")),
        Story(walk((4, 3, 2), (5,), whole=True), "dtype", _("With x of whole numbers it goes wrong.")),
        Story(again, "state", _("The first answer is right. When the same network is asked again, it is not.")),
        Story(two, "shared", _("One network alone is right. When a second one works beside it, it is not.")),
    ], [
        ("formula", other((False, False), end=sigmoid), sums, compare),
        ("formula", other(end=sigmoid), sums, compare),
        *(("bias", other(biases), _("It computes as if {name} = 0.").format(name=name))
          for biases, name in (((False, False), "b1 = b2"), ((False, True), "b1"), ((True, False), "b2"))),
        ("formula", other(end=lambda a: a), _("Those are the scores. Probabilities come after them.")),
        ("formula", other(end=lambda a: softmax(sigmoid(a))), _(
            "The scores go through a sigmoid before the softmax. It squeezes them, so that no class can be sure.")),
        ("formula", other(bend=lambda a: a), _("The hidden layer lost its sigmoid.")),
        ("formula", other(bend=softmax), _("The hidden layer got a softmax. It wants its sigmoid.")),
        ("formula", other(bend=lambda a: np.maximum(a, 0)), _(
            "The hidden layer got a ReLU. The gradient of the notes is that of a sigmoid.")),
        ("axis", other(end=lambda a: softmax(a.T).T), _("Here the columns sum to 1. Each row holds one sample.")),
    ], rtol=1e-4, atol=1e-6)  # fmt: skip
    live(trial, cls, TwoLayerNet, [
        Story(far, "stability", _("Scores of 1000 break it; the functions sigmoid and softmax do not mind them.")),
        Story(walk((4, 3, 2), (5,), one_far=True), "stability", _(
            "One sample far out among ordinary ones goes wrong, or takes the others with it.")),
    ], rtol=1e-4, atol=1e-6)
    live(trial, cls, TwoLayerNet, [Story(loss)], [
        ("sign", other(of=lambda y, t: np.mean(np.log(np.sum(y * t, axis=-1)))), _("The loss is negative.")),
        ("scale", other(of=lambda y, t: -np.sum(np.log(np.sum(y * t, axis=-1)))), _("The loss is the mean.")),
    ], rtol=1e-4, atol=1e-5)  # fmt: skip


def gradient_of_the_net(trial: Trial, f: Any) -> None:
    """Does ``f(params, x, t)`` give the gradient of `TwoLayerNet`?"""
    keys = ("W1", "b1", "W2", "b2")

    def draw(rng, count, *sizes):
        t = np.eye(sizes[2])[rng.integers(sizes[2], size=count)]
        return *parameters(rng, *sizes).values(), rng.normal(size=(count, sizes[0])), t

    def ask(name, one):
        *params, x, t = one.args
        found = trial.plain(trial.call(f, dict(zip(keys, params)), x, t, layout=one.layout))
        trial.expect(type(found) is dict, "missing", _("gradient gives no dict back."))
        trial.expect(set(keys) <= set(found), "missing", _("gradient gives a dict, but not of W1, b1, W2 and b2."))
        return found[name]

    fits = _("y(1 - y) takes the sigmoid's OUTPUT. What does it get here?")
    slope, half = _("{name} is wrong, W2 and b2 are right. So the bug lies between them: what is multiplied there?"), _(
        "{name}: half of the slope is missing.")
    slopes = [
        ("slope", lambda a, z, back: back * a * (1 - a), slope, fits),
        ("slope", lambda a, z, back: back * sigmoid(z) * (1 - sigmoid(z)), _("{name}: the sigmoid is taken twice.")),
        ("chain rule", lambda a, z, back: back, _("{name}: the slope of the sigmoid is left out.")),
        ("slope", lambda a, z, back: back * z, half), ("slope", lambda a, z, back: back * (1 - z), half),
        ("slope", lambda a, z, back: back * (1 - z**2), _("{name}: that is the slope of tanh.")),
        ("slope", lambda a, z, back: back * (a > 0), _("{name}: that is the slope of ReLU.")),
        ("chain rule", lambda a, z, back: z * (1 - z), _("{name}: what came from the right is left out.")),
        ("scale", lambda a, z, back: back * z * (1 - z) / len(z), _(
            "{name} is divided by the number of samples, and dy is already.")),
    ]  # fmt: skip
    large = _("Where the sums of the hidden layer are as large as 1000, {name} goes wrong.")
    W1, x = np.array([[1000.0, -1000.0, 0.5], [0.3, -0.2, 0.1]]), np.array([[1.0, 0.5], [-1.0, 2.0], [0.0, 1.0]])
    far = (W1, np.zeros(3), np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 1.0]]), np.zeros(2), x, np.eye(2)[[0, 1, 1]])
    *ordinary, x, t = draw(trial.rng, 5, 4, 3, 2)
    told = _("With x of whole numbers it goes wrong.")
    borders = [case(*ordinary, np.rint(3 * np.abs(x)).astype(dtype), t, kind="dtype", hint=told)
               for dtype in (int, "u1")]  # fmt: skip
    borders.append(case(*ordinary, values.far(x), t))
    for name in ("W2", "b2", "W1", "b1"):
        right, hint = network_gradient(name), slope
        mistakes = [(kind, network_gradient(name, of), text.format(name=name), *more)
                    for kind, of, text, *more in slopes]  # fmt: skip
        if name in ("W2", "b2"):
            hint = _("{name} was right before. Something behind the hidden layer has changed.")
            mistakes = [
                ("sign", lambda *given, right=right: -right(*given), _(
                    "The sign of {name} has changed: it is said minus true.").format(name=name)),
                ("scale", lambda *given, right=right: len(given[4]) * right(*given), _(
                    "The loss is a mean, and {name} belongs to a sum.").format(name=name)),
            ]  # fmt: skip
        function(trial, f, right, draw, ((5, 4, 3, 2), (3, 3, 3, 3), (1, 2, 4, 3), (4, 1, 1, 2)), mistakes,
                 borders=[case(*far, kind="stability", hint=large.format(name=name)), *borders], dtypes=("f4",),
                 ask=partial(ask, name), hint=hint.format(name=name), rtol=1e-4, atol=1e-5)  # fmt: skip
