"""Masks of dropout: drawn anew for each call and each number, with the right share, and kept for the way back."""

import math
from typing import Any

import numpy as np

from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined

__all__ = ["fair_counts", "masked", "own_chances", "quiet", "right_share", "two_masks"]

# The share of 6,000 neurons that speak is farther off by chance less than once in ten million masks.
NEAR = 0.035


def masked(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    """Does a layer switch off the right share in training, and keep its mask for the way back?"""
    said = _("With ratio {ratio}, in training: ").format(ratio=ratio)
    flag = _("forward(x, train_flg=True) raises an error. The name train_flg stays.")
    place = _("forward(x, True) raises an error. train_flg may be given by its place, too.")
    zeros, ones = np.zeros(x.shape), np.ones(x.shape)
    outs = [trial.array(trial.method(layer, "forward", x, train_flg=True, raised=("name", flag))),
            trial.array(trial.method(layer, "forward", x, True, raised=("name", place)))]  # fmt: skip
    for out in outs:
        trial.shape(out, x.shape)
        trial.equal(out, np.where(out == 0, 0, x), [
            ("scale", lambda out=out: np.where(out == 0, 0, x / (1 - ratio)), said + _(
                "those who speak are louder than x. That is inverted dropout, and the test-time factor is another.")),
            ("scale", lambda out=out: np.where(out == 0, 0, x * (1 - ratio)), said + _(
                "those who speak are quieter than x. The factor belongs to test time alone.")),
            ("formula", (out != 0).astype(float), said + _("the mask comes out. It is multiplied by x.")),
        ], kind="formula", hint=said + _("each entry should be either 0 or that of x."))  # fmt: skip
        share, each = float(np.mean(out != 0)), said + _("each neuron of each sample should have a chance of its own.")
        if 0 < share < 1:
            rows, columns = _("Here all rows have the same mask."), _("Here whole rows are switched off.")
            trial.expect(((out != 0) != (out[0] != 0)).any(), "axis", joined([each, rows]))
            trial.expect(((out != 0) != (out[:, :1] != 0)).any(), "axis", joined([each, columns]))
        off = said + _("{share:.0%} of the entries speak, and it should be {right:.0%}. ").format(
            share=share, right=1 - ratio)  # fmt: skip
        if abs(share - (1 - ratio)) > NEAR:
            bell = math.erfc(ratio / math.sqrt(2)) / 2
            letter = _("What does randn draw, and what would rand draw?")
            trial.expect(abs(share - bell) > NEAR, "random", off + letter)
            trial.expect(abs(share - 1 + bell) > NEAR, "random", off + letter)
            swapped = _("The ratio is the share that is switched off, not the share that is kept.")
            trial.expect(abs(share - ratio) > NEAR, "sign", off + swapped)
            trial.fail("random", off + _("Of numbers drawn evenly from 0 to 1, which share is above the ratio?"))
    changed = not ratio or not np.array_equal(outs[0] != 0, outs[1] != 0)
    trial.expect(changed, "state", said + _("the second call has the same mask as the first. It is drawn anew."))
    dout = trial.rng.uniform(1, 2, x.shape)
    last, first = dout * (outs[1] != 0), dout * (outs[0] != 0)
    trial.equal(trial.method(layer, "backward", dout), last, [
        ("state", first if ratio else math.nan, _("backward uses the mask of an earlier call.")),
        ("missing", dout, _("backward lets everything pass. Who was switched off has no gradient.")),
        ("scale", last * (1 - ratio), _("backward makes the gradient smaller. In training there is no such factor.")),
        ("formula", dout * outs[1], _("backward multiplies by x or by the output. It multiplies by the mask.")),
        ("sign", dout - last, _("backward gives a gradient to those who were switched off.")),
    ], kind="gradient", hint=said + _("backward gives something else than dout times the mask."))  # fmt: skip
    trial.method(layer, "forward", zeros, train_flg=True)
    share = np.mean(trial.shape(trial.method(layer, "backward", ones), x.shape) != 0)
    trial.expect(abs(share - (1 - ratio)) < NEAR, "mask", said + _(
        "an x of 0 that is kept gets a gradient, too. The mask is what was drawn, and cannot be read off the output."))


def fair_counts(trial: Trial, layer: Any, ratio: float) -> None:
    """Do as many speak as a chance for each of them gives: on the whole, and in each call, row and column?

    A fair mask is blamed less than once in ten million times.
    """
    large = trial.shape(trial.method(layer, "forward", np.ones((700, 700)), train_flg=True), (700, 700)) != 0
    far = abs(large.mean() - (1 - ratio)) * math.sqrt(large.size / (ratio * (1 - ratio)))
    said = _("With ratio {ratio}, in training: ").format(ratio=ratio)
    trial.expect(far < 5.5, "random", said + _(
        "of {count:,} entries {share:.2%} speak, and it should be {right:.2%}. Chance alone does not go so far.").format(
        count=large.size, share=large.mean(), right=1 - ratio))  # fmt: skip
    masks = np.array([trial.shape(trial.method(layer, "forward", np.ones((8, 20)), train_flg=True), (8, 20)) != 0
                      for _call in range(120)])  # fmt: skip
    for what, counts, size in ((_("each call"), masks.sum(axis=(1, 2)), 160),
                               (_("each row"), masks.sum(axis=2).ravel(), 20),
                               (_("each column"), masks.sum(axis=1).ravel(), 8)):  # fmt: skip
        each = size * ratio * (1 - ratio)
        # Mean squares have the mean 1, and this spread; counts that never change are 7 of it below, and more.
        spread = math.sqrt((2 + (1 - 6 * each / size) / each) / counts.size)
        text = _("in {what} of {size} neurons, about {mean:.1f} speak, give or take {found:.2g}. With a draw of its "
                 "own for each neuron, it is give or take {right:.2g}.")  # fmt: skip
        squares = np.mean((counts - size * (1 - ratio)) ** 2)
        trial.expect(-6 < (squares / each - 1) / spread < 8, "count", said + text.format(
            what=what, size=size, mean=counts.mean(), found=math.sqrt(squares), right=math.sqrt(each)))  # fmt: skip


def right_share(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    """Do as many of 6,000 numbers speak as should, whatever the shape of x?"""
    share = np.mean(trial.shape(trial.method(layer, "forward", x, train_flg=True), x.shape) != 0)
    text = _("With an x of shape {shape} and ratio {ratio}, {share:.0%} of the entries speak, and it should be {right:.0%}.")
    trial.expect(abs(share - (1 - ratio)) < NEAR, "random", text.format(
        shape=x.shape, ratio=ratio, share=share, right=1 - ratio))  # fmt: skip


def own_chances(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    """Has each of 2,000 and more numbers a draw of its own? A fair mask is blamed less than once in 1e8 times."""
    mask = trial.shape(trial.method(layer, "forward", x, train_flg=True), x.shape).ravel() != 0
    speak = 1 - ratio
    both = np.fft.irfft(np.abs(np.fft.rfft(mask)) ** 2, mask.size)[1:] / mask.size  # how often two so far apart speak
    limit = speak**2 + 8 * np.sqrt(speak**2 * (1 - speak**2) / mask.size)
    text = _("With an x of shape {shape}, some neurons speak or are silent together with others, as if they had one "
             "draw in common. Each number of x has a draw of its own.")  # fmt: skip
    trial.expect(both.max() < limit, "axis", text.format(shape=x.shape))


def two_masks(trial: Trial, layers: list, x: np.ndarray) -> None:
    """Has each of two layers its own mask?"""
    outs = [trial.array(trial.method(layer, "forward", x, train_flg=True)) for layer in layers]
    trial.expect(not np.array_equal(outs[0] != 0, outs[1] != 0), "random", _(
        "Two layers draw the same masks. Each needs chances of its own."))  # fmt: skip
    for layer, out in zip(layers, outs):
        text = _("Alone, a layer is right. With a second one beside it, backward uses a mask that is not its own.")
        trial.equal(trial.method(layer, "backward", np.ones(x.shape)), out != 0, kind="shared", hint=text)


def quiet(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    """At test time, does all speak, more quietly, also when nobody says that it is test time?"""
    silent = _("forward(x), with nothing said about training, drops neurons. A network that is being tested forgets "
               "nothing: training is what has to be said.")  # fmt: skip
    whole = np.ones(x.shape, int)
    cut = _("At test time whole numbers come out cut. 1 times the share that is kept is a fraction.")
    found = trial.array(trial.method(layer, "forward", whole))
    trial.expect(np.any(found != np.trunc(whole * (1 - ratio))), "dtype", cut)
    for said in ({}, {"train_flg": False}):
        out = trial.array(trial.method(layer, "forward", x, **said))
        trial.shape(out, x.shape)
        trial.equal(out, x * (1 - ratio), [
            ("order", x * ratio if ratio != 0.5 else math.nan, _(
                "At test time it multiplies by the share that is DELETED. The factor is the share that is kept.")),
            ("values", x, _("At test time x comes out as it is. Each should speak more quietly: by which factor?")),
            ("mode", lambda out=out: np.where(out == 0, 0, x), silent),
            ("scale", lambda out=out: np.where(out == 0, 0, x / (1 - ratio)), _(
                "At test time it makes x louder.")),
        ], kind="values", hint=_("At test time it should give x times the share that is kept."))  # fmt: skip
