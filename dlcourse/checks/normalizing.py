"""What a batch normalization must bear: forward, with a memory for test time, and backward."""

import numpy as np

from dlcourse.checks.battery import case, function, no_loop
from dlcourse.checks.objects import Story, live
from dlcourse.checks.references import EPS, batch_norm, moments
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["backward", "forward", "memory"]


def _apart(rng: np.random.Generator, count: int, width: int) -> np.ndarray:
    """Give features whose samples are apart from each other, so that single precision will do."""
    grid = np.tile(np.linspace(-1.5, 1.5, count)[:, None], (1, width))
    return rng.permuted(grid, axis=0) + rng.uniform(-0.1, 0.1, size=(count, width))


def _batch(rng: np.random.Generator, count: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give a batch, a scale and a shift: one feature varies as little as eps, and one of three or more not at all."""
    size = rng.permutation([0.005, 0.0, *rng.uniform(0.5, 3, size=width)][: width if width > 2 else 1]
                           + [1.0] * (width == 2))  # fmt: skip
    gamma = rng.uniform(0.5, 2, size=width) * rng.permutation(np.resize([1.0, -1.0], width))
    x = size * (_apart(rng, count, width) + rng.uniform(1, 2)) + 3.0 * (size == 0)
    return x, gamma, rng.uniform(1, 2, size=width)


def _far(rng: np.random.Generator, single: bool) -> list[np.ndarray]:
    """Give a batch far from 0 whose spread is small; none in single precision, where it would be lost."""
    return [] if single else [1e4 + 0.003 * rng.normal(size=(6, 5))]


def _far_hint() -> str:
    return _("Far from 0, at 10,000 with a spread of 0.003, most digits of the variance are lost. Take the mean away "
             "before you square.")  # fmt: skip


def forward(trial: Trial) -> None:
    """Is it a batch normalization, also where a feature has no spread?"""
    f, rng = trial.subject, trial.rng
    corner = _("A feature that is the same in all samples breaks it: its variance is 0. What should come out is beta.")
    more = _("The chapter's formula adds something very small to the variance, so that the root is never 0.")
    lost = _("A small variance is as good as a large one here. eps is added to every variance.")
    one, fixed = _("A batch of one has no spread either: beta should come out."), _("eps is an argument, and not used.")
    gamma, beta = np.array([2.0, -1.0, 0.5]), np.array([1.0, 2.0, -3.0])
    x = np.array([[0.0, 3.1, 1.0], [0.0, 3.1, 2.0], [0.0, 3.1, 6.0], [0.0, 3.1, 7.0]])
    small = _batch(rng, 5, 3)
    single = trial.array(trial.call(f, *small)).dtype == np.float32

    def over(root):
        return lambda x, gamma, beta, eps=EPS: gamma * (x - moments(x)[0]) / root(moments(x)[1], eps) + beta

    def along(mean, var):
        return lambda x, gamma, beta, eps=EPS: batch_norm(x, gamma, beta, eps, mean(x), var(x))

    function(trial, f, batch_norm, _batch, ((6, 3), (4, 4), (3, 5), (5, 1), (2, 2)), [
        ("stability", over(lambda var, eps: np.sqrt(var)), corner, more),
        ("epsilon", over(lambda var, eps: np.sqrt(var) + eps), _(
            "eps stands behind the root. It belongs under it, to the variance.")),
        ("epsilon", over(lambda var, eps: np.sqrt(var + eps**2)), _("Its square is added. eps is added as it is.")),
        ("epsilon", over(lambda var, eps: np.sqrt(np.maximum(var, eps))), lost),
        ("epsilon", over(lambda var, eps: np.sqrt(np.where(var > 0, var, 1.0))), lost),
        ("axis", lambda x, gamma, beta, eps=EPS: gamma * batch_norm(x.T, 1.0, 0.0, eps).T + beta, _(
            "Each sample is normalized over its features. It was right before: each feature, over the batch.")),
        ("axis", along(np.mean, np.var), _("One mean and one variance for all. It was right before: each feature has "
                                           "its own.")),
        ("axis", along(lambda x: x.sum() / len(x), lambda x: ((x - x.sum() / len(x)) ** 2).sum() / len(x)), _(
            "The sums run over all numbers. It was right before: over the batch, for each feature.")),
        ("formula", along(lambda x: x.mean(axis=0), _unbiased), _(
            "The variance is divided by m - 1. It was right before: by m.")),
        ("formula", over(lambda var, eps: var + eps), _("It divides by the variance, not by its root.")),
        ("formula", over(lambda var, eps: 1.0), _("It does not divide by the root of the variance any more.")),
        ("formula", lambda x, gamma, beta: batch_norm(x, 1.0, 0.0), _("gamma and beta are lost.")),
        ("formula", lambda x, gamma, beta: batch_norm(x, gamma, 0.0), _("beta is lost.")),
        ("formula", lambda x, gamma, beta: batch_norm(x, 1.0, beta), _("gamma is lost.")),
        ("order", lambda x, gamma, beta: gamma * batch_norm(x, 1.0, beta), _("beta comes after gamma, not before it.")),
        ("formula", along(lambda x: 0.0, lambda x: x.var(axis=0)), _("The mean is not taken away any more.")),
    ], borders=[
        case(x, gamma, beta, kind="stability", hint=corner, more=more),
        case(x[:1], gamma, beta, kind="one sample", hint=one),
        *(case(*small, eps, kind="epsilon", hint=fixed) for eps in (0.5, 1e-3)),
        case(np.zeros((3, 2)), gamma[:2], beta[:2], kind="stability", hint=corner, more=more),
        case(rng.normal(size=(6, 3)) * [1, 1e3, 1], gamma, beta),
        *(case(far, np.ones(5), np.zeros(5), kind="precision", hint=_far_hint()) for far in _far(rng, single)),
    ])  # fmt: skip


def _unbiased(x: np.ndarray) -> np.ndarray:
    return moments(x)[1] * (np.float64(len(x)) / (len(x) - 1))


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
    def life(count, width, *momentum, first=True, scale=1.0):
        def tell(player, rng):
            x, gamma, beta = _batch(rng, 3, width)
            x = scale * (x + 9.0 * (np.arange(3) == 0)[:, None])
            layer = player.new(gamma, beta, *momentum)
            for step in range(4):
                when = _("At test time, after {step} batches: what comes out").format(step=step)
                for part in (x, x[:1], x) if step or first else ():
                    player.call(layer, "forward", part, what=when)
                batch = scale * (3.0 - step + (2.0 + step) * _apart(rng, count, width))
                what = _("In training, batch {step}: what comes out").format(step=step + 1)
                player.call(layer, "forward", batch, training=True, what=what)
        return tell

    def two(player, rng):
        gamma, beta = _batch(rng, 3, 2)[1:]
        layers = [player.new(gamma, beta), player.new(beta, gamma)]
        for step in range(3):
            for place, layer in enumerate(layers):
                player.call(layer, "forward", rng.normal(10 * place, 2, size=(4, 2)), training=True)
            for layer in layers:
                player.call(layer, "forward", rng.normal(size=(2, 2)))

    def whole(player, rng):
        layer = player.new(np.array([2.0, -1.0]), np.array([0.5, 0.0]))
        for training in (False, True, False):
            player.call(layer, "forward", rng.integers(-9, 9, size=(4, 2)), training=training)

    def far(player, rng):
        layer = player.new(np.ones(5), np.zeros(5), 0.01)
        player.call(layer, "forward", _far(rng, False)[0], training=True)

    def wrong(**parts):
        parts = {name: staticmethod(part) if callable(part) else part for name, part in parts.items()}
        return type("Wrong", (_Norm,), parts)

    moving = _("In training, mean and variance of the batch are used, not the running ones.")
    moved = _("At test time the running values move. There nothing is learned: a second look must give the same.")
    test, bare = _("At test time "), _("It divides by the variance, not by its root.")
    live(trial, trial.subject, _Norm, [
        Story(life(5, 3)), Story(life(4, 4, 0.5)), Story(life(2, 1, 0.8)),
        Story(life(3, 2, 0.01, scale=0.01), "epsilon", _("Where variances are as small as epsilon it is wrong.")),
        Story(life(1, 3), "one sample", _("A training batch of one goes wrong: its variance is 0, as any other's.")),
        Story(two, "shared", _("Alone, a layer is right. When a second one works beside it, it is not."), _(
            "Each layer needs running arrays of its own.")),
        Story(whole, "dtype", _("With inputs of whole numbers it goes wrong.")),
    ], [
        ("state", wrong(in_training=lambda now, old, new: old), moving),
        ("state", wrong(in_training=lambda now, old, new: new), moving),
        ("moves", wrong(always=True), moved),
        ("formula", wrong(scales=False, shifts=False), _("gamma and beta are left out.")),
        ("formula", wrong(shifts=False), _("beta is left out.")),
        ("formula", wrong(scales=False), _("gamma is left out.")),
        ("formula", wrong(root=lambda var: var + EPS, at_test_root=lambda var: var + EPS), bare),
        ("formula", wrong(root=lambda var: 1.0, at_test_root=lambda var: 1.0), _("It does not divide by the spread.")),
        ("formula", wrong(spread=_unbiased), _("The variance is divided by m - 1, and should be by m.")),
        ("running", wrong(kept_as=lambda now, x: (now[0], _unbiased(x))), _(
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
        live(trial, trial.subject, _Norm, [Story(far, "precision", _far_hint())])


def _to_go_back(rng: np.random.Generator, count: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, gamma, _beta = _batch(rng, count, width)
    return rng.normal(0.5, 1.0, size=x.shape), x, gamma


def _of_x_hat(dout, x, gamma, eps=EPS, *, through=(1.0, 1.0), hat=None, scale=None):
    """Give dx; or with other factors of its two terms, another x̂, another factor of all."""
    x_hat = batch_norm(x, 1.0, 0.0, eps)
    root, factors = np.sqrt(moments(x)[1] + eps), [len(x) if part == "sum" else part for part in through]
    inside = dout - factors[0] * dout.mean(axis=0) - factors[1] * (x_hat if hat is None else x) * (
        dout * x_hat).mean(axis=0)  # fmt: skip
    return inside * (gamma / root if scale is None else scale(gamma, root))


def backward(trial: Trial) -> None:
    """Does it give the three gradients of a batch normalization?"""
    f, rng = trial.subject, trial.rng

    def all_three(*args, **options):
        found = trial.plain(trial.call(f, *args, **options))
        trial.expect(found is not None, "missing", _("batch_norm_backward gives nothing back."))
        three = _("Three arrays should come back: dx, dgamma and dbeta.")
        trial.expect(type(found) in (tuple, list) and len(found) == 3, "type", three)
        return found

    def wrong(**changes):
        return lambda dout, x, gamma: _of_x_hat(dout, x, gamma, **changes)

    def hats(dout, x, gamma, eps=EPS):
        return (dout * batch_norm(x, 1.0, 0.0, eps)).sum(axis=0)

    small = _to_go_back(rng, 6, 3)
    single = any(trial.array(part).dtype == np.float32 for part in all_three(*small))
    mean_of = _("{name} is the mean over the batch. What many samples use gets the SUM of their gradients.")
    order, scaled = _("dx, dgamma, dbeta is the order."), _("In dx, a sum over the batch stands where a mean belongs.")
    through = _("Mean and variance depend on x, too, so that every sample's dx depends on all. ")
    fixed = _("{name} is not right with another eps. eps is an argument.")
    for name, place, reference, mistakes in (
        ("dbeta", 2, lambda dout, x, gamma, eps=EPS: dout.sum(axis=0), [
            ("scale", lambda dout, x, gamma: dout.mean(axis=0), mean_of.format(name="dbeta")),
            ("axis", lambda dout, x, gamma: dout.sum(axis=1), _("dbeta sums over the features, not over the batch.")),
            ("shape", lambda dout, x, gamma: dout, _("dbeta has a row for each sample. beta has one for all.")),
            ("order", hats, order),
        ]),
        ("dgamma", 1, hats, [
            ("scale", lambda dout, x, gamma: hats(dout, x, gamma) / len(x), mean_of.format(name="dgamma")),
            ("formula", lambda dout, x, gamma: (dout * x).sum(axis=0), _("In dgamma, dout meets x, and not x̂.")),
            ("formula", lambda dout, x, gamma: (dout * (x - x.mean(axis=0))).sum(axis=0), _(
                "In dgamma, x is without its mean and not divided yet.")),
            ("formula", lambda dout, x, gamma: gamma * hats(dout, x, gamma), _("In dgamma, gamma does not occur.")),
            ("formula", lambda dout, x, gamma: dout.sum(axis=0) * batch_norm(x, 1.0, 0.0).sum(axis=0), _(
                "In dgamma, the products are summed, not the sums multiplied.")),
            ("axis", lambda dout, x, gamma: (dout * batch_norm(x, 1.0, 0.0)).sum(axis=1), _("It sums over features.")),
            ("epsilon", lambda dout, x, gamma: hats(dout, x, gamma, 0.0), _("In dgamma, eps is missing in the root.")),
        ]),
        ("dx", 0, _of_x_hat, [
            ("formula", wrong(through=(0, 0)), through + _("Both terms for that are missing.")),
            ("formula", wrong(through=(1, 0)), through + _("The term of the variance is missing.")),
            ("formula", wrong(through=(0, 1)), through + _("The term of the mean is missing.")),
            ("sign", wrong(scale=lambda gamma, root: -gamma / root), _("The sign of dx is wrong everywhere.")),
            *(("scale", wrong(through=parts), scaled) for parts in (("sum", "sum"), ("sum", 1), (1, "sum"))),
            ("sign", wrong(through=(-1, -1)), _("In dx, the two terms are taken away, not added.")),
            ("formula", wrong(scale=lambda gamma, root: 1 / root), _("In dx, gamma is left out.")),
            ("formula", wrong(scale=lambda gamma, root: gamma), _("In dx, the division by the root is left out.")),
            ("formula", wrong(scale=lambda gamma, root: gamma / root**2), _(
                "In dx, the division is by the variance, not by its root.")),
            ("formula", wrong(hat="x"), _("In dx, x stands where x̂ belongs.")),
            ("epsilon", lambda dout, x, gamma: _of_x_hat(dout, x, gamma, 0.0), _("In dx, eps is missing in the root.")),
        ]),
    ):  # fmt: skip
        def ask(case, name=name, place=place):
            found = all_three(*case.args, layout=case.layout)[place]
            trial.doing = name
            return found

        more = _("dx = gamma / root · (dout - mean of dout - x̂ · mean of dout · x̂), with means over the batch.")
        function(trial, ask, reference, _to_go_back, ((5, 3), (4, 4), (3, 1), (7, 2)), mistakes, borders=[
            *(case(*small, eps, kind="epsilon", hint=fixed.format(name=name)) for eps in (0.5, 1e-3)),
            case(*_to_go_back(rng, 2, 3), 0.5),
            case(rng.normal(size=(4, 2)), np.array([[1, 2], [3, -1], [8, 5], [2, 9]]), np.array([2.0, -1.0]),
                 kind="dtype", hint=_("With an x of whole numbers it goes wrong.")),
            *(case(np.sin(x), x, np.ones(5), kind="precision", hint=_far_hint()) for x in _far(rng, single)),
        ], hint=_("{name} is not right.").format(name=name), more=more if name == "dx" else None, ask=ask,
            fresh=False, dtypes=("f4",), rtol=1e-3 if single else None, atol=1e-4 if single else 1e-8)  # fmt: skip
    dout, x, gamma = _to_go_back(rng, 1, 2)
    dx = trial.array(all_three(dout, x, gamma)[0], what="dx")
    trial.shape(dx, x.shape, what="dx")
    trial.expect(np.abs(dx).max() < 1e-3, "one sample", _(
        "A batch of one is its own mean: whatever x is, beta comes out, and dx should be 0."))  # fmt: skip
    no_loop(trial, f, _to_go_back, (3, 3), (300, 3), (3, 300))
