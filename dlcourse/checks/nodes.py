"""The node that divides, which a check of chapter 05 compares with, and what it must bear."""

from typing import Any

import numpy as np

from dlcourse.checks.objects import Story, live
from dlcourse.checks.references import but
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["node_that_divides"]


class Div:
    """Forward x / y; with other functions of x and y, a node with a mistake."""

    _quotient, _slopes = staticmethod(lambda x, y: x / y), staticmethod(lambda x, y, d: (d / y, -d * x / y**2))

    def forward(self, x, y):
        """Give x / y."""
        self.x, self.y = x, y
        return self._quotient(x, y)

    def backward(self, dout):
        """Give both gradients."""
        return self._slopes(self.x, self.y, dout)


def way_back(player: Any, node: Any, dout: Any) -> None:
    """Call backward of a node, and note two gradients."""
    both = player.call(node, "backward", dout, quiet=True)
    if player.trial:
        both = player.trial.plain(both)
        player.trial.expect(both is not None, "missing", _("There is nothing in backward yet."))
        two = _("backward gives two things back: the gradient for x, and the one for y.")
        pair = type(both) in (list, tuple) or (type(both) is np.ndarray and both.ndim > 0)
        player.trial.expect(pair and len(both) == 2, "shape", two)
    player.see(_("The gradient for x"), both[0])
    player.see(_("The gradient for y"), both[1])


def node_that_divides(trial: Trial, cls: Any) -> None:
    """Does `cls` divide, and give back both gradients?"""
    def walk(*inputs, whole=False):
        def tell(player, rng):
            for x, y, dout in inputs or _divisions(rng, whole):
                node = player.new()
                player.call(node, "forward", x, y)
                way_back(player, node, dout)
        return tell

    def again(player, rng):
        node, (x, y, dout) = player.new(), rng.uniform(1, 2, size=(3, 5))
        for factor in (1.0, -2.0, 3.0):
            player.call(node, "forward", factor * x, y + factor**2)
            way_back(player, node, dout)
        player.call(node, "forward", x, y)
        player.call(node, "forward", y, x)
        way_back(player, node, dout)
        way_back(player, node, -dout)

    def two(player, rng):
        nodes, given = [player.new() for _node in range(3)], rng.uniform(1, 2, size=(3, 3, 4))
        for node, (x, y, _dout) in zip(nodes, given):
            player.call(node, "forward", x, y)
        for node, (_x, _y, dout) in zip(nodes, given):
            way_back(player, node, dout)

    told = _("backward leaves out dout: a node multiplies its own slope by what it was told.")
    more = _("With x held still, x / y is x·(1/y). What is the slope of 1/y?")
    divisor = _("Look at the sign of the gradient for y: a larger divisor makes the result smaller.")
    product = _("Those are the gradients of a product: times the other input. Division has slopes of its own.")
    slopes = [
        ("sign", lambda x, y, d: (d / y, d * x / y**2), divisor),
        ("sign", lambda x, y, d: (-d / y, -d * x / y**2), _("Look at the sign of the gradient for x.")),
        ("sign", lambda x, y, d: (-d / y, d * x / y**2), _("Both gradients have the wrong sign.")),
        ("order", lambda x, y, d: (-d * x / y**2, d / y), _("The two gradients are swapped: the one for x is first.")),
        ("formula", lambda x, y, d: (d * y, d * x), product),
        ("chain rule", lambda x, y, d: (1 / y, -x / y**2), told),
        ("chain rule", lambda x, y, d: (d / y, -x / y**2), told),
        ("chain rule", lambda x, y, d: (1 / y, -d * x / y**2), told),
        ("formula", lambda x, y, d: (d * y, -d * x / y**2), _(
            "The gradient for y is right. The slope of x / y for x is not y.")),
        ("formula", lambda x, y, d: (d / y, -d * x / y), _(
            "The gradient for x is right. The slope of 1/y is not -1/y."), more),
        ("formula", lambda x, y, d: (d / y, -d / y**2), _(
            "In the gradient for y, something that stands above the line is lost.")),
        ("formula", lambda x, y, d: (d / y, d * x), _(
            "The gradient for x is right, the one for y is that of a product."), more),
        ("formula", lambda x, y, d: (d / y, -d / y), _(
            "The gradient for x is right; that for y is not just its opposite."), more),
        ("formula", lambda x, y, d: (d / y, d / y), _("Both gradients are the same. Only for x is that right."), more),
    ]
    live(trial, cls, Div, [
        Story(walk((3.0, 4.0, 5.0), (-1.5, 0.5, -3.0), (7, 2, 1.5))), Story(walk()),
        Story(walk(whole=True), "dtype", _("With arrays of whole numbers it goes wrong.")),
        Story(again, "state", _("One forward and one backward are right. When a node is used again, it is not.")),
        Story(two, "shared", _("It works with the numbers of another node. What belongs to one node goes into its "
                               "self.")),
    ], [
        ("order", but(Div, quotient=lambda x, y: y / x), _("That is y / x.")),
        ("formula", but(Div, quotient=lambda x, y: x * y), _("Forward is x / y; that is their product.")),
        *((kind, but(Div, slopes=wrong), *hints) for kind, wrong, *hints in slopes),
    ])  # fmt: skip


def _divisions(rng, whole):
    numbers = [(2.0, -4.0, 3.0), (-3.0, 1e-3, 0.5), (0.0, 2.0, -1.0), (1e5, -2e-2, 1.0), (-7.0, -0.25, 2.0)]
    for shape in ((4,), (2, 3), (3, 3), (1,), (2, 1, 2)):
        x, y, dout = rng.normal(size=shape), rng.uniform(0.5, 3, size=shape), rng.normal(size=shape)
        y *= np.resize([1, -1], shape)
        y.flat[0] *= 1e4 if shape == (4,) and not whole else 1  # one far out among ordinary ones
        yield (np.rint(5 * x).astype(int), np.where(y > 0, 3, -2), dout) if whole else (x, y, dout)
    yield from () if whole else numbers
