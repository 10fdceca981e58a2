"""What a batch normalization must bear, forward and backward."""

import numpy as np

from dlcourse.checks.battery import case, function, no_loop
from dlcourse.checks.references import EPS, batch_norm, moments
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["a_batch", "apart", "backward", "far_hint", "far_off", "forward", "unbiased"]


def apart(rng: np.random.Generator, count: int, width: int) -> np.ndarray:
    """Give features whose samples are apart from each other, so that single precision will do."""
    grid = np.tile(np.linspace(-1.5, 1.5, count)[:, None], (1, width))
    return rng.permuted(grid, axis=0) + rng.uniform(-0.1, 0.1, size=(count, width))


def a_batch(rng: np.random.Generator, count: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give a batch, a scale and a shift: one feature varies as little as eps, and one of three or more not at all."""
    size = rng.permutation([0.005, 0.0, *rng.uniform(0.5, 3, size=width)][: width if width > 2 else 1]
                           + [1.0] * (width == 2))  # fmt: skip
    gamma = rng.uniform(0.5, 2, size=width) * rng.permutation(np.resize([1.0, -1.0], width))
    x = size * (apart(rng, count, width) + rng.uniform(1, 2)) + 3.0 * (size == 0)
    return x, gamma, rng.uniform(1, 2, size=width)


def far_off(rng: np.random.Generator, single: bool) -> list[np.ndarray]:
    """Give a batch far from 0 whose spread is small; none in single precision, where it would be lost."""
    return [] if single else [1e4 + 0.003 * rng.normal(size=(6, 5))]


def far_hint() -> str:
    """Say what is lost far from 0."""
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
    small = a_batch(rng, 5, 3)
    single = trial.array(trial.call(f, *small)).dtype == np.float32

    def over(root):
        return lambda x, gamma, beta, eps=EPS: gamma * (x - moments(x)[0]) / root(moments(x)[1], eps) + beta

    def along(mean, var):
        return lambda x, gamma, beta, eps=EPS: batch_norm(x, gamma, beta, eps, mean(x), var(x))

    function(trial, f, batch_norm, a_batch, ((6, 3), (4, 4), (3, 5), (5, 1), (2, 2), (300, 2)), [
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
        ("formula", along(lambda x: x.mean(axis=0), unbiased), _(
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
        *(case(far, np.ones(5), np.zeros(5), kind="precision", hint=far_hint()) for far in far_off(rng, single)),
    ])  # fmt: skip


def unbiased(x: np.ndarray) -> np.ndarray:
    """Give the variances that are divided by m - 1."""
    return moments(x)[1] * (np.float64(len(x)) / (len(x) - 1))


def _to_go_back(rng: np.random.Generator, count: int, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, gamma, _beta = a_batch(rng, count, width)
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
        function(trial, ask, reference, _to_go_back, ((5, 3), (4, 4), (3, 1), (7, 2), (300, 2)), mistakes, borders=[
            *(case(*small, eps, kind="epsilon", hint=fixed.format(name=name)) for eps in (0.5, 1e-3)),
            case(*_to_go_back(rng, 2, 3), 0.5),
            case(rng.normal(size=(4, 2)), np.array([[1, 2], [3, -1], [8, 5], [2, 9]]), np.array([2.0, -1.0]),
                 kind="dtype", hint=_("With an x of whole numbers it goes wrong.")),
            *(case(np.sin(x), x, np.ones(5), kind="precision", hint=far_hint()) for x in far_off(rng, single)),
        ], hint=_("{name} is not right.").format(name=name), more=more if name == "dx" else None, ask=ask,
            fresh=False, dtypes=("f4",), rtol=1e-3 if single else None, atol=1e-4 if single else 1e-8)  # fmt: skip
    dout, x, gamma = _to_go_back(rng, 1, 2)
    dx = trial.array(all_three(dout, x, gamma)[0], what="dx")
    trial.shape(dx, x.shape, what="dx")
    trial.expect(np.abs(dx).max() < 1e-3, "one sample", _(
        "A batch of one is its own mean: whatever x is, beta comes out, and dx should be 0."))  # fmt: skip
    no_loop(trial, f, _to_go_back, (3, 3), (300, 3), (3, 300))
