"""The networks that the checks of chapters 04 and 05 compare with, and what such a network must bear."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.losses import loss_of
from dlcourse.checks.objects import Story, live
from dlcourse.checks.references import softmax
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["SimpleNet", "simple_net"]


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
