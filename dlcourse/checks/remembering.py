"""What a batch normalization with a memory for test time must bear."""

import numpy as np

from dlcourse.checks.normalizing import a_batch, apart, far_hint, far_off, unbiased
from dlcourse.checks.objects import Story, live
from dlcourse.checks.references import EPS
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["memory"]


class _Norm:
    """A batch normalization with a memory; a wrong one has other parts."""

    axis, always, moves, start, scales, shifts = 0, False, (True, True), (0.0, 1.0), True, True
    shares = (lambda keep: (keep, 1 - keep),) * 2
    when = staticmethod(lambda training: training)
    spread = staticmethod(lambda x: x.var(axis=0))
    root = at_test_root = staticmethod(lambda var: np.sqrt(var + EPS))
    in_training = staticmethod(lambda now, old, new: now)
    at_test = staticmethod(lambda now, kept, last: kept)
    kept_as = staticmethod(lambda now, x: now)

    def __init__(self, gamma, beta, momentum=0.9):
        self.gamma, self.beta, self.keep = gamma, beta, momentum
        self.kept, self.last = self.start, self.start

    def forward(self, x, training=False):
        """Normalize by the batch, or by what is remembered."""
        old, now, training = self.kept, (x.mean(axis=self.axis), self.spread(x)), self.when(training)
        shares = [share(self.keep) for share in self.shares]
        new = tuple(keep * r + take * n if moves else r for (keep, take), r, n, moves in zip(
            shares, old, self.kept_as(now, x), self.moves))  # fmt: skip
        if training or self.always:
            self.kept, self.last = new, now
        mean, var = self.in_training(now, old, new) if training else self.at_test(now, self.kept, self.last)
        y = (x - mean) / (self.root if training else self.at_test_root)(var)
        return (self.gamma if self.scales else 1.0) * y + (self.beta if self.shifts else 0.0)


def memory(trial: Trial) -> None:
    """Is it a batch normalization in training, and does it remember what it needs at test time?"""
    def life(count, width, *momentum, rows=3, first=True, scale=1.0):
        def tell(player, rng):
            x, gamma, beta = a_batch(rng, rows, width)
            x = scale * (x + 9.0 * (np.arange(rows) == 0)[:, None])
            layer = player.new(gamma, beta, *momentum)
            for step in range(4):
                when = _("At test time, after {step} batches: what comes out").format(step=step)
                for part in (x, x[:1], x) if step or first else ():
                    player.call(layer, "forward", part, what=when)
                batch = scale * (3.0 - step + (2.0 + step) * apart(rng, count, width))
                what = _("In training, batch {step}: what comes out").format(step=step + 1)
                player.call(layer, "forward", batch, training=True, what=what)
        return tell

    def two(player, rng):
        gamma, beta = a_batch(rng, 3, 2)[1:]
        layers = [player.new(gamma, beta), player.new(beta, gamma, 0.5)]
        for step in range(3):
            for place, layer in enumerate(layers):
                player.call(layer, "forward", rng.normal(10 * place, 2, size=(4, 2)), training=True)
            for layer in layers:
                player.call(layer, "forward", rng.normal(size=(2, 2)))

    def whole(player, rng):
        layer = player.new(np.array([2.0, -1.0]), np.array([0.5, 0.0]))
        for training in (False, True, False):
            player.call(layer, "forward", rng.integers(-9, 9, size=(4, 2)), training=training)

    def by_place(player, rng):
        layer = player.new(np.ones(2), np.zeros(2))
        for training in (True, False):
            player.call(layer, "forward", rng.normal(size=(4, 2)), training)

    def trained(player, rng):
        layer = player.new(np.ones(2), np.zeros(2))
        for training in (True, False):
            for name in ("gamma", "beta"):
                player.set(layer, name, value=rng.uniform(1, 2, size=2))
            player.call(layer, "forward", rng.normal(size=(4, 2)), training=training)

    def far(player, rng):
        layer = player.new(np.ones(5), np.zeros(5), 0.01)
        player.call(layer, "forward", far_off(rng, False)[0], training=True)

    def wrong(**parts):
        parts = {name: staticmethod(part) if callable(part) else part for name, part in parts.items()}
        return type("Wrong", (_Norm,), parts)

    moving = _("In training, mean and variance of the batch are used, not the running ones.")
    moved = _("At test time the running values move. There nothing is learned: a second look must give the same.")
    test, bare = _("At test time "), _("It divides by the variance, not by its root.")
    live(trial, trial.subject, _Norm, [
        Story(life(5, 3)), Story(life(4, 4, 0.5)), Story(life(2, 1, 0.8)), Story(life(300, 2, rows=300)),
        Story(life(3, 2, 0.01, scale=0.01), "epsilon", _("Where variances are as small as epsilon it is wrong.")),
        Story(life(1, 3), "one sample", _("A training batch of one goes wrong: its variance is 0, as any other's.")),
        Story(two, "shared", _("Alone, a layer is right. When a second one works beside it, it is not."), _(
            "Each layer needs running arrays of its own.")),
        Story(whole, "dtype", _("With inputs of whole numbers it goes wrong.")),
        Story(life(4, 2, 0.0), "running", _("With a momentum of 0 it goes wrong. 0 is a number, as any other.")),
        Story(by_place, "name", _("forward(x, True) goes wrong. training may be given by its place, too.")),
        Story(trained, "stale", _("When gamma and beta are trained, and so changed, it goes on with the old ones.")),
    ], [
        ("state", wrong(in_training=lambda now, old, new: old), moving),
        ("state", wrong(in_training=lambda now, old, new: new), moving),
        ("moves", wrong(always=True), moved),
        ("formula", wrong(scales=False, shifts=False), _("gamma and beta are left out.")),
        ("formula", wrong(shifts=False), _("beta is left out.")),
        ("formula", wrong(scales=False), _("gamma is left out.")),
        ("formula", wrong(root=lambda var: var + EPS, at_test_root=lambda var: var + EPS), bare),
        ("formula", wrong(root=lambda var: 1.0, at_test_root=lambda var: 1.0), _("It does not divide by the spread.")),
        ("formula", wrong(spread=unbiased), _("The variance is divided by m - 1, and should be by m.")),
        ("running", wrong(kept_as=lambda now, x: (now[0], unbiased(x))), _(
            "The running variance takes the one that is divided by m - 1. It should be the batch's, by m.")),
        ("running", wrong(kept_as=lambda now, x: (now[0], np.sqrt(now[1]))), _(
            "The running variance takes the standard deviation. It should be the variance.")),
        ("axis", wrong(axis=None, spread=lambda x: x.var()), _("One mean and one variance for all features.")),
        ("epsilon", wrong(at_test_root=np.sqrt), test + _("epsilon is missing: the running variance gets it, too.")),
        ("epsilon", wrong(root=np.sqrt), _("In training epsilon is missing.")),
        ("epsilon", wrong(root=np.sqrt, at_test_root=np.sqrt), _("Epsilon is missing.")),
        ("state", wrong(at_test=lambda now, kept, last: now), test + _(
            "mean and variance of the batch at hand are used. The running ones should stand in.")),
        ("state", wrong(at_test=lambda now, kept, last: last), test + _("only the last batch is remembered.")),
        ("state", wrong(at_test=lambda now, kept, last: (0.0, 1.0)), test + _("it remembers nothing.")),
        ("state", wrong(moves=(False, True)), test + _("the running mean has not moved.")),
        ("state", wrong(moves=(True, False)), test + _("the running variance has not moved.")),
        *(("running", wrong(shares=tuple(other if part in which else _Norm.shares[0] for part in "mv")), hint)
          for which in ("mv", "m", "v") for other, hint in (
            (lambda keep: (1 - keep, keep), _("momentum is the share of the old value that stays. It counts for the "
                                              "batch's here.")),
            (lambda keep: (keep, 1.0), _("The batch's value comes into the running one whole. Its share is 1 - α.")),
            (lambda keep: (1.0, 1 - keep), _("The running value never fades. The share α of it stays.")))),
        ("state", wrong(when=lambda training: not training), _("Training and test time are swapped.")),
        ("state", wrong(when=lambda training: False), _("In training it does as at test time.")),
        ("state", wrong(when=lambda training: True), _("At test time it does as in training.")),
        ("running", wrong(start=(0.0, 0.0)), _("The running variance begins at 1.")),
    ])  # fmt: skip
    one = trial.new(trial.subject, np.ones(2), np.zeros(2))
    if trial.array(trial.method(one, "forward", np.array([[0.5, 1.5]]))).dtype != np.float32:
        live(trial, trial.subject, _Norm, [Story(far, "precision", far_hint())])
