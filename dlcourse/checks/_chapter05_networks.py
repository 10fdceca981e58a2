"""Checks of chapter 05 about a network of the notes: its predict and its gradient are mended."""

import numpy as np

from dlcourse.checks.base import Trial, exercise
from dlcourse.checks.references import sigmoid, softmax
from dlcourse.text import _

KEYS = ("W1", "b1", "W2", "b2")


def _params(rng: np.random.Generator, *sizes: int) -> dict:
    inputs, hidden, outputs = sizes
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _scores(p: dict, x: np.ndarray) -> np.ndarray:
    return sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


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
        scores, hidden = _scores(p, x), sigmoid(x @ p["W1"] + p["b1"])
        no_bias = _("It computes as if {name} = 0.")
        bare = sigmoid(x @ p["W1"])
        sums = _("The rows do not sum to 1: those are no probabilities, and cross_entropy_error needs some.")
        found = trial.method(net, "predict", x)
        trial.equal(found, softmax(scores), [
            ("formula", sigmoid(bare @ p["W2"]), sums, _("Compare predict with the forward half of gradient.")),
            ("formula", sigmoid(scores), sums, _("What does the forward half of gradient end in?")),
            ("bias", softmax(bare @ p["W2"]), no_bias.format(name="b1 = b2")),
            ("bias", softmax(bare @ p["W2"] + p["b2"]), no_bias.format(name="b1")),
            ("bias", softmax(hidden @ p["W2"]), no_bias.format(name="b2")),
            ("formula", scores, _("Those are the scores. Probabilities come after them.")),
            ("formula", softmax(sigmoid(scores)), _("The scores go through a sigmoid before the softmax. It squeezes "
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
        z1, dy = sigmoid(a1), (softmax(_scores(p, x)) - t) / count
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
            ("slope", back * sigmoid(z1) * (1 - sigmoid(z1)), _("{name}: the sigmoid is taken twice.")),
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
