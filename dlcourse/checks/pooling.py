"""Max pooling: images cut into windows, the layer that the check compares with, and what such a layer must bear."""

import math
from typing import Any

import numpy as np

from dlcourse.checks.objects import layer as same_layer
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["pooling_layer"]


def windows(x: np.ndarray, k: int) -> np.ndarray:
    """Cut images into windows of k × k beside each other: (N, C, down, across, k, k)."""
    N, C, height, width = x.shape
    return x.reshape(N, C, height // k, k, width // k, k).swapaxes(3, 4)


def together(cut: np.ndarray, shape: tuple) -> np.ndarray:
    """Put what `windows` cut together again."""
    return cut.swapaxes(3, 4).reshape(shape)


class Pool:
    """Max pooling: the first of those that share a maximum wins."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        """Give the largest number of each window."""
        seen = windows(x, self.size)
        flat = seen.reshape(*seen.shape[:4], -1)
        self.shape, self.winner = x.shape, flat.argmax(axis=-1)
        return flat.max(axis=-1)

    def backward(self, dout):
        """Give what came back at the places that won, 0 elsewhere."""
        won = self.winner[..., None] == np.arange(self.size**2)
        return together((won * dout[..., None]).reshape(*dout.shape, self.size, self.size), self.shape)


def _to_pool(rng, count, channels, height, width, k):
    # Apart by so much that no two of them share a maximum when they are rounded.
    x = rng.permutation(count * channels * height * width) - 7.0
    return (k,), (x.reshape(count, channels, height, width),), rng.normal(
        size=(count, channels, height // k, width // k))  # fmt: skip


def pooling_layer(trial: Trial, cls: Any) -> None:
    """Is `cls` a max pooling, forward and backward?"""
    rng = trial.rng
    for shape, k in (((2, 3, 4, 6), 2), ((2, 2, 4, 4), 4), ((1, 2, 6, 3), 3), ((3, 1, 2, 4), 1), ((1, 1, 2, 8), 2)):
        # Distinct numbers, half of them negative; the first window has negative ones alone.
        x = rng.permutation(np.arange(math.prod(shape)) - math.prod(shape) / 2 + 0.25).reshape(shape)
        x[:, :, :k, :k] = -1000 - rng.permutation(shape[0] * shape[1] * k * k).reshape(shape[0], shape[1], k, k)
        seen, layer = windows(x, k), trial.new(cls, k)
        right = seen.max(axis=(4, 5))
        trial.method(layer, "forward", -x)
        found = trial.method(layer, "forward", x)
        trial.equal(found, right, [
            ("formula", seen.mean(axis=(4, 5)), _("That is the mean. Max pooling takes the largest.")),
            ("formula", seen.min(axis=(4, 5)), _("That is the smallest of each window.")),
            ("formula", seen.sum(axis=(4, 5)), _("That is the sum of each window.")),
            ("formula", seen[..., 0, 0], _("That is the upper left entry of each window, not the largest.")),
            ("zero", np.maximum(right, 0), _("Where all numbers are negative it says 0, and the largest is below.")),
            ("size", np.nan if shape[2] % 2 + shape[3] % 2 else windows(x, 2).max(axis=(4, 5)), _(
                "The windows are 2 × 2, whatever size was given.")),
            ("channels", right.max(axis=1, keepdims=True), _("Each channel is pooled by itself; the channels stay.")),
            ("order", lambda: x.reshape(*right.shape, -1).max(axis=-1), _(
                "Those are numbers that follow each other in a row, not windows. Which axes has a window?")),
        ])  # fmt: skip
        dout = rng.normal(size=right.shape)
        won, spread = seen == right[..., None, None], dout[..., None, None] * np.ones(seen.shape)
        for _turn in range(2):
            dx = trial.method(layer, "backward", dout)
        none = _("backward gives nothing back. The layer before is waiting for dx.")
        trial.expect(trial.plain(dx) is not None, "missing", none)
        dx_hint = _("dx is not right. Where does it put the number that came back from a window?")
        trial.equal(dx, together(won * spread, shape), [
            ("formula", together(spread, shape), _("All entries get the gradient. Only the one that won had a say.")),
            ("formula", together(spread / k**2, shape), _("That is average pooling's: every entry gets a share.")),
            ("chain rule", together(won * 1.0, shape), _("dout is left out: the winners get what came back, not 1.")),
            ("chain rule", together(won * seen, shape), _("The winners get what came back, not their own value.")),
            ("sign", together(-(won * spread), shape), _("dx has the wrong sign.")),
            ("state", together(2 * won * spread, shape), _("A second backward adds to the first. Each begins anew.")),
            ("state", together((-seen == (-seen).max(axis=(4, 5), keepdims=True)) * spread, shape), _(
                "Those were the winners of an earlier x, not of the last one.")),
            ("axis", together((won * spread).swapaxes(4, 5), shape), _(
                "Each winner is in its window, but with row and column swapped.")),
        ], what="dx", kind="gradient", hint=dx_hint)  # fmt: skip
    layer, dout = trial.new(cls, 2), rng.uniform(1.0, 2.0, size=(1, 2, 2, 2))

    def back(x):
        trial.method(layer, "forward", x)
        found = trial.array(trial.method(layer, "backward", dout))
        trial.shape(found, x.shape)
        return windows(found, 2)

    ties = _("Behind ReLU a whole window may be 0. Then four share the maximum, and one alone may get the gradient.")
    more = _("A comparison with the maximum finds them all. What finds a single place?")
    huge = _("Where all numbers of a window are {value:g}, one alone may get the gradient, as where they are 0.")
    for value in (0.0, 1.0, -3.0, 1e9, -1e9):
        got = back(np.full((1, 2, 4, 4), value))
        one = ((got != 0).sum(axis=(4, 5)) == 1).all() and np.allclose(got.sum(axis=(4, 5)), dout, rtol=1e-4)
        trial.expect(one, "ties", huge.format(value=value) if value else ties, more)
    near = _("Of {low!r} and {high!r} the second is larger, and the gradient is its alone.")
    # So near that float32 still tells them apart.
    for first, step in ((1.0, 1e-5), (1.0, 2.0**-22), (1e9, 64.0), (0.0, 1e-12), (0.0, 1e-30)):
        x = first + step * np.stack([np.arange(16.0), np.arange(16.0)[::-1]]).reshape(1, 2, 4, 4)
        seen = windows(x, 2)
        right = (seen == seen.max(axis=(4, 5), keepdims=True)) * dout[..., None, None]
        text = near.format(low=first, high=first + step)
        trial.expect(np.allclose(back(x), right, rtol=1e-4), "near", text, more)
    trial.unchanged()
    same_layer(trial, cls, Pool, _to_pool, ((2, 3, 4, 6, 2), (130, 1, 2, 4, 2), (1, 1, 3, 3, 3), (2, 2, 2, 2, 1)))
