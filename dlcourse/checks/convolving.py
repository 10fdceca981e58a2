"""Convolution: windows written as rows and rows added back, the layer, and what each of them must bear."""

import math
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.battery import case, function
from dlcourse.checks.objects import layer as same_layer
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["convolution", "folding"]

# How often backward may run what forward runs once: a numerical gradient does it for each of the weights.
MOST_AGAIN = 5


def places(shape: tuple, high: int, wide: int, stride: int, pad: int) -> list[tuple[slice, slice]]:
    """Give the rows and columns of an image with its padding that each window sees, in order."""
    _N, _C, height, width = shape
    tops, lefts = range(0, height + 2 * pad - high + 1, stride), range(0, width + 2 * pad - wide + 1, stride)
    return [(slice(i, i + high), slice(j, j + wide)) for i in tops for j in lefts]


def im2col(x: np.ndarray, high: int, wide: int, stride: int, pad: int) -> np.ndarray:
    """Write what each window sees as one row."""
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = [x_padded[:, :, i, j].reshape(len(x), -1) for i, j in places(x.shape, high, wide, stride, pad)]
    return np.stack(seen, axis=1).reshape(-1, x.shape[1] * high * wide)


def col2im(
    rows: np.ndarray, shape: tuple, high: int, wide: int, stride: int, pad: int, *, ring: bool = False,
    put: bool = False,
) -> np.ndarray:  # fmt: skip
    """Add the rows back to the pixels; two mistakes on demand: the padding stays (`ring`), or `put` in place of add."""
    N, C, height, width = shape
    x = np.zeros((N, C, height + 2 * pad, width + 2 * pad))
    seen = places(shape, high, wide, stride, pad)
    rows = rows.reshape(N, len(seen), C, high, wide)
    for place, (i, j) in enumerate(seen):
        x[:, :, i, j] = rows[:, place] + (0 if put else x[:, :, i, j])
    return x if ring else x[:, :, pad : pad + height, pad : pad + width]


class Conv:
    """A convolution; its gradients are of the shapes of W and b."""

    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        """Give the maps."""
        F, _C, high, wide = self.W.shape
        self.way = x.shape, high, wide, self.stride, self.pad
        self.rows = im2col(x, *self.way[1:])
        across = (x.shape[3] + 2 * self.pad - wide) // self.stride + 1
        out = self.rows @ self.W.reshape(F, -1).T + self.b
        return out.reshape(len(x), -1, across, F).transpose(0, 3, 1, 2)

    def backward(self, dout):
        """Give dx, and keep dW and db."""
        d = dout.transpose(0, 2, 3, 1).reshape(-1, len(self.W))
        self.dW, self.db = (d.T @ self.rows).reshape(self.W.shape), d.sum(axis=0)
        return col2im(d @ self.W.reshape(len(self.W), -1), *self.way)


def _to_fold(rng, count, channels, height, width, high, wide, stride, pad):
    shape = (count, channels, height, width)
    seen = len(places(shape, high, wide, stride, pad))
    return rng.normal(size=(count * seen, channels * high * wide)), shape, high, wide, stride, pad


def folding(trial: Trial, f: Any) -> None:
    """Does `f` add every entry of the rows to the pixel it came from?"""
    rng = trial.rng
    cases = [((1, 1, 4, 4), 3, 3, 1, 0), ((2, 3, 5, 7), 3, 3, 2, 0), ((2, 2, 4, 5), 2, 3, 1, 1),
             ((1, 2, 5, 7), 3, 3, 2, 1), ((2, 1, 6, 4), 2, 2, 2, 0), ((1, 3, 4, 3), 2, 3, 2, 2),
             ((1, 1, 7, 4), 1, 1, 3, 0)]  # fmt: skip
    for shape, high, wide, stride, pad in cases:
        count = len(places(shape, high, wide, stride, pad))
        rows = rng.normal(size=(shape[0] * count, shape[1] * high * wide))
        given = (high, wide, stride, pad)
        told = _("shape {shape}, windows of {high} × {wide}, stride {stride}, padding {pad}: ")
        told = told.format(shape=shape, high=high, wide=wide, stride=stride, pad=pad)
        right = col2im(rows, shape, *given)
        seen = np.maximum(col2im(np.ones(rows.shape), shape, *given), 1)
        turned = rows.reshape(-1, shape[1], wide, high).swapaxes(2, 3)
        mixed = rows.reshape(-1, high, wide, shape[1]).transpose(0, 3, 1, 2)
        by_place = rows.reshape(count, shape[0], -1).swapaxes(0, 1)
        found = trial.call(f, rows, shape, *given)
        trial.equal(found, right, [
            ("overwritten", lambda: col2im(rows, shape, *given, put=True), _(
                "A later window overwrites what an earlier one brought. A pixel gets the sum.")),
            ("scale", right / (high * wide), _("That is divided by the size of a window. A pixel gets the sum.")),
            ("scale", right / seen, _("That is the mean over the windows that see a pixel. A pixel gets the sum.")),
            ("padding", lambda: col2im(rows, shape, *given, ring=True), told + _("the padding is still there.")),
            ("padding", lambda: col2im(rows, shape, *given, ring=True)[:, :, : shape[2], : shape[3]], told + _(
                "the padding is cut off at one end only.")),
            ("padding", np.zeros((*shape[:2], 0, 0)), told + _("nothing is left. A slice that ends at -0 is empty.")),
            ("sign", -right, _("It takes away instead of adding.")),
            ("axis", lambda: col2im(turned.reshape(rows.shape), shape, *given), _(
                "Within a window, rows and columns are swapped.")),
            ("order", lambda: col2im(mixed.reshape(rows.shape), shape, *given), _(
                "In a row the channels come first, then the window's rows.")),
            ("order", lambda: col2im(by_place.reshape(rows.shape), shape, *given), _(
                "The rows of the first image come first, all of them, then those of the second.")),
        ], kind="values", hint=told + _("some pixels get other rows' numbers, or do not get all of them."), more=_(
            "Window (i, j) begins in row i · stride of the image with its padding. Which is the second row of all?",
        ))  # fmt: skip
    trial.unchanged()
    function(trial, f, col2im, _to_fold, [
        (2, 3, 5, 7, 3, 3, 2, 1), (1, 1, 1, 1, 1, 1, 1, 0), (2, 2, 2, 2, 2, 2, 1, 1), (130, 1, 3, 2, 2, 2, 1, 0)],
             borders=[case(values.far(rows), *given) for rows, *given in [_to_fold(rng, 2, 1, 5, 5, 3, 3, 1, 0)]],
             fresh=False)


def _to_convolve(rng, shape, filters, stride, pad):
    size = [(side + 2 * pad - k) // stride + 1 for side, k in zip(shape[2:], filters[2:])]
    made = rng.normal(size=filters), rng.normal(size=filters[0]), stride, pad
    return made, (rng.normal(size=shape),), rng.normal(size=(shape[0], filters[0], *size))


def _chain_rule(trial: Trial, once: dict[str, int]) -> None:
    """Does the backward that has just run do without what ran in forward, or nearly so?"""
    text = _("backward calls {name} {count} times, which runs in forward, too: it tries out what a small change of "
             "each number does. That is the judge's way. backward takes the chain rule.")  # fmt: skip
    for name, count in trial.access.trace.calls.items():
        often = count > MOST_AGAIN * once.get(name, math.inf)
        trial.expect(not often, "numerical", text.format(name=name.rpartition(".")[2], count=count))


def convolution(trial: Trial, cls: Any) -> None:
    """Is `cls` a convolution, forward and backward?"""
    rng = trial.rng
    cases = [((2, 3, 5, 6), (4, 3, 3, 2), 1, 0), ((2, 2, 5, 7), (3, 2, 3, 3), 2, 1), ((1, 1, 4, 3), (2, 1, 2, 2), 1, 1),
             ((3, 2, 4, 6), (1, 2, 2, 4), 2, 0)]  # fmt: skip
    for shape, filters, stride, pad in cases:
        x, W, b = rng.normal(size=shape), rng.normal(size=filters), rng.normal(size=filters[0])
        F, (high, wide) = len(W), filters[2:]
        rows = im2col(x, high, wide, stride, pad)
        size = (len(x), (shape[2] + 2 * pad - high) // stride + 1, (shape[3] + 2 * pad - wide) // stride + 1, F)
        out = (rows @ W.reshape(F, -1).T + b).reshape(size).transpose(0, 3, 1, 2)
        by_place, by_name = (() if (stride, pad) == (1, 0) else (stride,)), {"pad": pad} if pad else {}
        layer = trial.new(cls, W, b, *by_place, **by_name)
        trial.method(layer, "forward", x + 1.0)
        once, before = trial.access.trace.calls, trial.array(trial.get(layer, "W"))
        right_once = _("forward was right, and is not now.")
        trial.equal(trial.method(layer, "forward", x), out, kind="forward", hint=right_once)
        dout = rng.normal(size=out.shape)
        for _turn in range(2):
            dx = trial.method(layer, "backward", dout)
            _chain_rule(trial, once)
        changes = _("backward changes W. It only gives the gradients; the step is the optimizer's.")
        trial.equal(trial.get(layer, "W"), before, kind="changed", hint=changes)
        trial.expect(trial.plain(dx) is not None, "missing", _("backward gives nothing back."))
        d, mixed = dout.transpose(0, 2, 3, 1).reshape(-1, F), dout.reshape(-1, F)
        flat, way = W.reshape(F, -1), (shape, high, wide, stride, pad)
        order = _("{name} mixes maps and places: dout has the axes (N, F, height, width), and each row needs the F "
                  "numbers of one place.")  # fmt: skip
        sign = _("{name} has the wrong sign.")
        scale = _("{name} is divided by the number of images. The loss does that.")
        state = _("{name} adds to that of an earlier backward.")
        axis = _("{name} is a matrix of another order, cut into the right shape. Which of its axes counts the filters?")
        old = _("{name} belongs to an earlier x, not to the last one.")
        db, dW, right = d.sum(axis=0), (d.T @ rows).reshape(W.shape), col2im(d @ flat, *way)
        found = {"db": trial.get(layer, "db"), "dW": trial.get(layer, "dW"), "dx": dx}
        more = _("forward ends in reshape and transpose. What takes both back?")
        alone = len(x) == 1
        for name, value, wrong, further in (
            ("db", db, mixed.sum(axis=0), [("axis", dout.sum(), _("db is one number. Each filter has its own bias."))]),
            ("dW", dW, (mixed.T @ rows).reshape(W.shape), [
                ("axis", (rows.T @ d).reshape(W.shape), axis.format(name="dW")),
                ("axis", (rows.T @ mixed).reshape(W.shape), axis.format(name="dW")),
                ("shape", d.T @ rows, _("dW is right, but does not have the shape of W.")),
                ("state", (d.T @ im2col(x + 1.0, high, wide, stride, pad)).reshape(W.shape), old.format(name="dW")),
            ]),
            ("dx", right, col2im(mixed @ flat, *way), [
                ("shape", d @ flat, _("Those are the gradients of the rows. What brings them back to the pixels?")),
            ]),
        ):  # fmt: skip
            trial.equal(found[name], value, [
                *further,
                ("order", wrong if F > 1 else np.nan, order.format(name=name), more),
                ("scale", np.nan if alone else value / len(x), scale.format(name=name)),
                ("scale", value / len(d), _("{name} is divided by the number of places.").format(name=name)),
                ("sign", -value, sign.format(name=name)),
                ("state", 2 * value, state.format(name=name)),
            ], what=name, kind="gradient", hint=_("{name} is not right.").format(name=name), more=more)  # fmt: skip
    trial.unchanged()
    same_layer(trial, cls, Conv, _to_convolve, (((2, 3, 5, 6), (4, 3, 3, 2), 1, 0),
               ((2, 2, 2, 2), (2, 2, 2, 2), 1, 1), ((130, 1, 3, 3), (2, 1, 2, 2), 1, 0),
               ((1, 2, 5, 7), (3, 2, 3, 3), 2, 1)),
               grads=[("dW",), ("db",)], params=[("W",), ("b",)], rtol=1e-4, atol=1e-5)  # fmt: skip
