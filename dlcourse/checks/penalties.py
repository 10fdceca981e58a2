"""A penalty on the weights: the right one, what happens to it, and the ways to get it wrong."""

from typing import Any

import numpy as np

from dlcourse.checks.objects import Player, Story
from dlcourse.text import _, joined

__all__ = ["L1", "penalty_mistakes", "penalty_stories"]


class L1:
    """A right penalty; the wrong ones below do one thing otherwise."""

    def __init__(self, weight_decay):
        self.weight_decay = weight_decay

    def counts(self, name):
        """Is it the name of weights?"""
        return name.startswith("W")

    def cost(self, W):
        """Give what weights cost, at a strength of 1."""
        return np.abs(W).sum()

    def slope(self, W):
        """Give the slope of that."""
        return np.sign(W)

    def loss(self, params):
        """Give what all weights cost."""
        return self.weight_decay * sum(self.cost(W) for name, W in params.items() if self.counts(name))

    def add_gradient(self, params, grads):
        """Add the gradient of that to `grads`."""
        for name, W in params.items():
            if self.counts(name):
                self.add(grads, name, self.weight_decay * self.slope(W))

    def add(self, grads, name, slope):
        """Add to one gradient, in place."""
        grads[name] += slope


def _but(**changed) -> type:
    return type("Wrong", (L1,), {name: lambda self, *args, f=f: f(*args) for name, f in changed.items()})


class _Touches(L1):
    def add_gradient(self, params, grads):
        super().add_gradient(params, grads)
        for W in params.values():
            W *= 1 + 1e-6


def _replaced(grads, name, slope):
    grads[name] = grads[name] + slope


def _lost(grads, name, slope):
    grads[name] = slope


def _lost_in_place(grads, name, slope):
    grads[name][...] = slope


NETWORK = {"W1": (2, 3), "b1": (3,), "gamma1": (3,), "W2": (3, 1), "b2": (1,)}
NAMES = {"Wx": (2, 3), "b": (3,), "W_out": (3, 2), "beta_W": (3,), "W": (2, 2), "w": (2,), "bW": (2,), "W10": (1, 4)}
MANY = {"W1": (300, 2), "b1": (2,), "W2": (2, 300)}
FILTERS = {"W1": (3, 2, 2, 3), "b1": (3,), "W2": (12, 4), "b2": (4,), "W3": (5,), "W4": (2, 1, 3), "W5": (4, 4)}


def _numbers(rng: np.random.Generator, shape: tuple, low: float, high: float) -> np.ndarray:
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)


def _step(shapes: dict, strength: float, values: tuple = ()) -> Any:
    """Tell of a loss and a gradient of a network of these shapes, with some of the weights given."""
    def tell(player, rng):
        one = player.new(strength)
        for _turn in "12":
            params = {name: _numbers(rng, shape, 0.5, 3) for name, shape in shapes.items()}
            for W in [W for name, W in params.items() if name.startswith("W")]:
                W.flat[: len(values)] = values[: W.size]
            _ask(player, one, params, rng)
    return tell


def _ask(player: Player, one: Any, params: dict, rng: np.random.Generator) -> None:
    # The transpose of an array lies otherwise in memory.
    grads = {name: _numbers(rng, x.shape[::-1], 3, 5).T for name, x in reversed(params.items())}
    held, kept = dict(grads), {name: x.copy() for name, x in params.items()}
    player.call(one, "loss", params, what=_("The loss"))
    player.call(one, "add_gradient", params, grads, changes=True, quiet=True)
    player.see("grads", grads)
    player.see(_("The array that was in grads"), held)
    player.see(_("That the weights stay as they are"), all(np.array_equal(params[name], x) for name, x in kept.items()))


def _changed(player: Player, rng: np.random.Generator) -> None:
    one, other = player.new(0.3), player.new(2.0)
    for strength in (0.3, 0.5, 0.0, 1.5):
        player.set(one, "weight_decay", value=strength)
        _ask(player, one, {"W1": rng.normal(size=(2, 2)), "b1": np.ones(2)}, rng)
    _ask(player, other, {"W1": rng.normal(size=(2, 2)), "b1": np.ones(2)}, rng)


def _in_turn(player: Player, rng: np.random.Generator) -> None:
    several = [player.new(strength) for strength in (0.3, 2.0)]
    for one, shapes in zip(several * 2, (NETWORK, NAMES, FILTERS, NETWORK)):
        _ask(player, one, {name: _numbers(rng, shape, 0.5, 3) for name, shape in shapes.items()}, rng)


def _partly(part: str, counts: Any) -> type:
    """Give a penalty that counts other names in one of its methods."""
    other = _but(counts=counts)
    return type("Wrong", (L1,), {part: lambda self, *args: getattr(other(self.weight_decay), part)(*args)})


def penalty_stories(strength: float) -> list[Story]:
    """Tell of networks of all kinds, of weights at 0 and near it, and of a strength that changes."""
    zero = _("At a weight that is exactly 0 nothing should pull: the gradient to add there is 0.")
    return [
        *(Story(_step(NETWORK, strength)) for strength in (0.1, strength, 2, 0.0)), Story(_step(MANY, 0.7)),
        Story(_step(NAMES, 0.7), "names", _("All names that begin with W count, and no others: here {names}.").format(
            names=joined(NAMES, ", "))),
        Story(_step(FILTERS, 0.7), "axes", _("Weights may have any number of axes; those of a convolution have four.")),
        Story(_step(NETWORK, 0.5, (0.0, 2.0, -3.0)), "stability", zero),
        Story(_step(NETWORK, 0.5, (-1e-9, 1e-12, 1e6)), "smooth", _(
            "Near 0, and far from it, the slope of |w| is still -1 or 1: it has a corner at 0, and is not smooth.")),
        Story(_changed, "state", _("weight_decay was changed between two steps, and the penalty goes wrong then.")),
        Story(_in_turn, "shared", _("Alone, and with one network, it is right. With a second one beside it, or with "
                                    "another network, it is not.")),
    ]


def penalty_mistakes() -> list[tuple]:
    """Give wrong penalties, and the hint for each."""
    more = _("Draw |w|. To the right of 0 it is a straight line, and to the left of 0 another.")
    bias = _("Only weights cost something: names that begin with W. Biases and everything else are free.")
    square, slope = _("That is the L2 penalty, with squares."), _(
        "That is the gradient of the L2 penalty: it pulls large weights harder. L1 pulls all evenly.")
    weak, half = _("{what} leaves out weight_decay."), _("There is no ½ in this penalty: |w| has no 2 to take away.")
    return [
        ("formula", _but(cost=lambda W: (W**2).sum() / 2, slope=lambda W: W), joined([square, slope])),
        *(("formula", _but(cost=cost), square) for cost in (lambda W: (W**2).sum() / 2, lambda W: (W**2).sum())),
        ("formula", _but(slope=lambda W: W), slope, more),
        ("formula", _but(slope=lambda W: 2 * W), slope, more),
        ("formula", _but(slope=np.abs), _("Those are the absolute values. What is the SLOPE of |w|?"), more),
        ("formula", _but(slope=np.ones_like), _(
            "Negative weights are pushed away from 0: the slope of |w| differs there."), more),
        ("formula", _but(slope=lambda W: np.abs(W).sum()), _("That adds the loss. What is the slope of |w|?"), more),
        ("scale", _but(cost=lambda W: np.abs(W).mean()), _("That is a mean. The penalty is the sum over all weights.")),
        ("scale", _but(slope=lambda W: np.sign(W) / W.size), _("It is divided by the number of weights. The penalty is "
                                                               "a sum.")),
        ("scale", _but(slope=lambda W: np.sign(W) / 2), half),
        ("scale", _but(cost=lambda W: np.abs(W).sum() / 2), half),
        ("scale", _but(cost=lambda W: np.abs(W).sum() / 2, slope=lambda W: np.sign(W) / 2), half),
        ("scale", type("Wrong", (L1,), {"loss": lambda self, params: L1(1).loss(params)}), weak.format(
            what="loss")),
        ("scale", type("Wrong", (L1,), {"add_gradient": lambda self, params, grads: L1(1).add_gradient(
            params, grads)}), weak.format(what="add_gradient")),
        ("formula", type("Wrong", (L1,), {"loss": lambda self, params: self.weight_decay * np.sqrt(sum(
            (W**2).sum() for name, W in params.items() if name[0] == "W"))}), _("That is the L2 norm.")),
        ("aliasing", _Touches, _("add_gradient changes the weights. It should change the gradients alone.")),
        ("sign", _but(cost=lambda W: W.sum()), _("Negative weights make the loss smaller. |w| is never negative.")),
        ("sign", _but(slope=lambda W: -np.sign(W)), _("It pushes the weights away from 0. Look at the sign.")),
        ("bias", _but(counts=lambda name: True), bias),
        ("bias", _but(counts=lambda name: name[0] in "Wb"), bias),
        *(("bias", _partly(part, counts), bias) for part in ("loss", "add_gradient")
          for counts in (lambda name: True, lambda name: name[0] in "Wb", lambda name: not name.startswith("gamma"))),
        *(("missing", _partly(part, lambda name, only=only: name == only), joined([_("Not all weights count."), bias]))
          for part in ("loss", "add_gradient") for only in ("W1", "W2")),
        ("missing", _but(add=lambda grads, name, slope: None), _("add_gradient leaves grads as it was.")),
        ("replaced", _but(add=_replaced), _(
            "add_gradient puts a new array into grads. Change the one that is there, with +=.")),
        *(("replaced", _but(add=add), _("What was in grads is lost. The gradient of the penalty is ADDED to it."))
          for add in (_lost, _lost_in_place)),
    ]  # fmt: skip
