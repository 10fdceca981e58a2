"""The check of chapter 09's convolution as a layer, forward and backward."""

import numpy as np

from dlcourse.checks._chapter09_columns import Conv, col2im, im2col
from dlcourse.checks.base import Trial, exercise
from dlcourse.checks.objects import layer as same_layer
from dlcourse.text import _


def _to_convolve(rng, shape, filters, stride, pad):
    size = [(side + 2 * pad - k) // stride + 1 for side, k in zip(shape[2:], filters[2:])]
    made = rng.normal(size=filters), rng.normal(size=filters[0]), stride, pad
    return made, (rng.normal(size=shape),), rng.normal(size=(shape[0], filters[0], *size))


@exercise("9.7", "Find the bug: a layer that cannot learn", kind="find the bug", points=3,
          section="Convolution, backward", names=("Convolution",),
          uses=("im2col",))  # fmt: skip
def a_layer_that_cannot_learn(trial: Trial) -> None:
    """The notes' convolution, which keeps nothing for the way back, with a backward that mixes maps and places."""
    rng = trial.rng
    cases = [((2, 3, 5, 6), (4, 3, 3, 2), 1, 0), ((2, 2, 5, 7), (3, 2, 3, 3), 2, 1), ((1, 1, 4, 3), (2, 1, 2, 2), 1, 1),
             ((3, 2, 4, 6), (1, 2, 2, 4), 2, 0)]  # fmt: skip
    for shape, filters, stride, pad in cases:
        x, W, b = rng.normal(size=shape), rng.normal(size=filters), rng.normal(size=filters[0])
        F, (high, wide) = len(W), filters[2:]
        rows = im2col(x, high, wide, stride, pad)
        size = (len(x), (shape[2] + 2 * pad - high) // stride + 1, (shape[3] + 2 * pad - wide) // stride + 1, F)
        out = (rows @ W.reshape(F, -1).T + b).reshape(size).transpose(0, 3, 1, 2)
        layer = trial.new(trial.subject, W, b, *((stride, pad) if stride + pad > 1 else ()))
        trial.method(layer, "forward", x + 1.0)
        right_once = _("forward was right, and is not now.")
        trial.equal(trial.method(layer, "forward", x), out, kind="forward", hint=right_once)
        dout = rng.normal(size=out.shape)
        for _turn in range(2):
            dx = trial.method(layer, "backward", dout)
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
    same_layer(trial, trial.subject, Conv, _to_convolve, (((2, 3, 5, 6), (4, 3, 3, 2), 1, 0),
               ((1, 2, 5, 7), (3, 2, 3, 3), 2, 1), ((2, 2, 2, 2), (2, 2, 2, 2), 1, 1)),
               grads=[("dW",), ("db",)], params=[("W",), ("b",)], rtol=1e-4, atol=1e-5)  # fmt: skip
