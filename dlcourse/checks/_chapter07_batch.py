"""Checks of chapter 07's exercises on batch normalization; those on initial weights are in `chapter07`."""

import numpy as np

from dlcourse.checks.base import Trial, exercise
from dlcourse.text import _

EPS = 1e-5


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x.sum(axis=0) / len(x)
    return mean, ((x - mean) ** 2).sum(axis=0) / len(x)


def _normed(x, gamma, beta, mean=None, var=None):
    now = _moments(x)
    mean, var = now[0] if mean is None else mean, now[1] if var is None else var
    return gamma * (x - mean) / np.sqrt(var + EPS) + beta


def _scales(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.uniform(0.5, 2, size=count) * np.array([1, -1, 1, 1, 1])[:count], rng.uniform(1, 2, size=count)


@exercise("7.5", "Find the bug: the black corner", kind="find the bug", points=2, section="Batch normalization",
          names=("batch_norm",))  # fmt: skip
def the_black_corner(trial: Trial) -> None:
    """The notes' step 3 without epsilon: a pixel that is the same in all images becomes 0 / 0."""
    f, rng = trial.subject, trial.rng
    for count, width in ((6, 3), (4, 4), (3, 5)):
        # Far enough apart that epsilon does not count.
        x = 4.0 * rng.permuted(np.tile(np.arange(count), (width, 1)), axis=1).T + rng.uniform(size=(count, width))
        gamma, beta = _scales(rng, width)
        mean, var = _moments(x)
        trial.equal(trial.call(f, x, gamma, beta), _normed(x, gamma, beta), [
            ("axis", lambda: gamma * ((x.T - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + EPS)).T + beta, _(
                "Each sample is normalized over its features. It was right before: each feature, over the batch.")),
            ("axis", gamma * (x - x.mean()) / np.sqrt(x.var() + EPS) + beta, _(
                "One mean and one variance for all. It was right before: each feature has its own.")),
            ("axis", lambda: gamma * (x - x.sum() / count) / np.sqrt(((x - x.sum() / count) ** 2).sum() / count + EPS)
             + beta, _("The sums run over all numbers. It was right before: over the batch, for each feature.")),
            ("formula", gamma * (x - mean) / np.sqrt(x.var(axis=0, ddof=1) + EPS) + beta, _(
                "The variance is divided by m - 1. It was right before: by m.")),
            ("formula", gamma * (x - mean) / (var + EPS) + beta, _("It divides by the variance, not by its root.")),
            ("formula", gamma * (x - mean) + beta, _("It does not divide by the root of the variance any more.")),
            ("formula", (x - mean) / np.sqrt(var + EPS), _("gamma and beta are lost.")),
            ("formula", gamma * (x - mean) / np.sqrt(var + EPS), _("beta is lost.")),
            ("order", gamma * ((x - mean) / np.sqrt(var + EPS) + beta), _("beta comes after gamma, not before it.")),
            ("formula", gamma * x / np.sqrt(var + EPS) + beta, _("The mean is not taken away any more.")),
        ], rtol=1e-4, atol=1e-5)  # fmt: skip
    gamma, beta = np.array([2.0, -1.0, 0.5]), np.array([1.0, 2.0, -3.0])
    x = np.array([[0.0, 3.0, 1.0], [0.0, 3.0, 2.0], [0.0, 3.0, 6.0], [0.0, 3.0, 7.0]])
    corner = _("A feature that is the same in all samples breaks it: its variance is 0. What should come out is beta.")
    more = _("The chapter's formula adds something very small to the variance, so that the root is never 0.")
    trial.equal(trial.call(f, x, gamma, beta, raised=("stability", corner, more)), _normed(x, gamma, beta), [
        ("stability", np.where(_moments(x)[1] > 0, _normed(x, gamma, beta), 0.0), corner),
    ], kind="stability", hint=corner, more=more, rtol=1e-4, atol=1e-5)  # fmt: skip
    one = x[:1]
    trial.equal(trial.call(f, one, gamma, beta), beta[None], kind="one sample", hint=_(
        "A batch of one has no spread either: beta should come out."), rtol=1e-4, atol=1e-5)  # fmt: skip
    x, (mean, var) = 0.004 * x[:, 2:], _moments(0.004 * x[:, 2:])  # a variance that is not much above epsilon
    gamma, beta = gamma[:1], beta[1:2]
    place = _("Where the variance is small, eps counts, and it is not where the formula has it.")
    trial.equal(trial.call(f, x, gamma, beta), _normed(x, gamma, beta), [
        ("epsilon", gamma * (x - mean) / (np.sqrt(var) + EPS) + beta, _("eps stands behind the root. It belongs under "
                                                                        "it, to the variance.")),
        ("epsilon", gamma * (x - mean) / np.sqrt(var) + beta, _("A small variance is as good as a large one here. eps "
                                                                "is added to every variance.")),
    ], kind="epsilon", hint=place, rtol=1e-4, atol=1e-5)  # fmt: skip
    large = trial.call(f, x, gamma, beta, eps=0.5)
    trial.equal(large, gamma * (x - mean) / np.sqrt(var + 0.5) + beta, kind="epsilon", hint=_(
        "With another eps it gives something else than it should. Is the argument used?"), rtol=1e-4)  # fmt: skip


@exercise("7.6", "A layer with a memory", kind="write it", points=3, section="Batch normalization",
          names=("MyBatchNorm",))  # fmt: skip
def a_layer_with_a_memory(trial: Trial) -> None:
    """Batch normalization with running averages, which the notes leave out, for test time."""
    rng, ones = trial.rng, np.ones((1, 2))
    one, other = (trial.new(trial.subject, np.ones(2), np.zeros(2)) for _layer in range(2))
    before = trial.array(trial.method(one, "forward", ones))
    trial.method(other, "forward", rng.uniform(20.0, 30.0, size=(3, 2)), training=True)
    shared = _("A layer changes when another one is trained. Each needs running arrays of its own.")
    trial.equal(trial.method(one, "forward", ones), before, kind="shared", hint=shared)
    for count, width, keep in ((5, 3, 0.9), (4, 4, 0.5), (2, 1, 0.8)):
        gamma, beta = _scales(rng, width)
        layer = trial.new(trial.subject, gamma, beta, *([] if keep == 0.9 else [keep]))
        mean, var = np.zeros(width), np.ones(width)
        for step in range(3):
            x = rng.normal(3.0 - step, 2.0 + step, size=(count, width))
            now = _moments(x)
            old, mean, var = (mean, var), keep * mean + (1 - keep) * now[0], keep * var + (1 - keep) * now[1]
            moving = _("In training, mean and variance of the batch are used, not the running ones.")
            trial.equal(trial.method(layer, "forward", x, training=True), _normed(x, gamma, beta), [
                ("state", _normed(x, gamma, beta, *old), moving),
                ("state", _normed(x, gamma, beta, mean, var), moving),
                ("formula", _normed(x, 1.0, 0.0), _("gamma and beta are left out.")),
                ("formula", _normed(x, gamma, 0.0), _("beta is left out.")),
                ("formula", _normed(x, 1.0, beta), _("gamma is left out.")),
                ("formula", gamma * (x - now[0]) / (now[1] + EPS) + beta, _(
                    "It divides by the variance, not by its root.")),
                ("formula", gamma * (x - now[0]) + beta, _("It does not divide by the batch's spread.")),
                ("formula", _normed(x, gamma, beta, None, x.var(axis=0, ddof=1)), _(
                    "The variance is divided by m - 1, and should be by m.")),
                ("axis", gamma * (x - x.mean()) / np.sqrt(x.var() + EPS) + beta, _(
                    "One mean and one variance for all. Each feature has its own, over the batch.")),
            ], rtol=1e-5, what=_("What comes out in training"))  # fmt: skip
            at = _("At test time, after {step} of 3 batches: ").format(step=step + 1)
            x = rng.normal(1.0, 2.0, size=(3, width))
            x[0] += 9.0  # a sample alone should not come out as almost 0, where float32 is coarse
            running = _normed(x, gamma, beta, mean, var)
            for part in (x, x[:1], x):
                trial.equal(trial.method(layer, "forward", part), running[: len(part)], [
                    ("state", _normed(part, gamma, beta), at + _(
                        "mean and variance of the batch at hand are used. The running ones should stand in.")),
                    ("state", _normed(part, gamma, beta, *now), at + _("only the last batch is remembered.")),
                    ("state", _normed(part, gamma, beta, 0.0, 1.0), at + _("it remembers nothing.")),
                    ("state", _normed(part, gamma, beta, 0.0, var), at + _("the running mean has not moved.")),
                    ("state", _normed(part, gamma, beta, mean, 1.0), at + _("the running variance has not moved.")),
                    ("formula", part, at + _("x comes out as it went in.")),
                ], kind="running", hint=at + _("the running mean or the running variance is not right."), more=_(
                    "Each is α times the old one and 1 - α times the batch's, and begins at 0 for the mean and at 1 "
                    "for the variance. At test time nothing is learned."))  # fmt: skip


@exercise("7.7", "And back", kind="write it", points=3, section="Batch normalization",
          names=("batch_norm_backward",))  # fmt: skip
def and_back(trial: Trial) -> None:
    """The three gradients of batch normalization, for any number of samples and features."""
    f, rng = trial.subject, trial.rng
    for count, width in ((5, 3), (4, 4), (3, 1), (1, 2)):
        x, dout = rng.normal(1.0, 2.0, size=(count, width)), rng.normal(0.5, 1.0, size=(count, width))
        gamma, beta = _scales(rng, width)
        mean, var = _moments(x)
        root, x_hat = np.sqrt(var + EPS), (x - mean) / np.sqrt(var + EPS)
        found = trial.plain(trial.call(f, dout, x, gamma))
        three = _("Three arrays should come back: dx, dgamma and dbeta.")
        trial.expect(found is not None, "missing", _("batch_norm_backward gives nothing back."))
        trial.expect(type(found) in (tuple, list) and len(found) == 3, "type", three)
        dx, dgamma, dbeta = found
        sums, products = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
        mean_of = _("{name} is the mean over the batch. What many samples use gets the SUM of their gradients.")
        order = _("dx, dgamma, dbeta is the order.")
        trial.gradient(lambda b: float(np.sum(dout * (gamma * x_hat + b))), beta, dbeta, [
            ("scale", sums / count, mean_of.format(name="dbeta")),
            ("axis", dout.sum(axis=1), _("dbeta sums over the features. It has one number for each feature.")),
            ("shape", dout, _("dbeta has a row for each sample. beta has one number for each feature.")),
            ("order", products, order),
        ], what="dbeta")  # fmt: skip
        trial.gradient(lambda g: float(np.sum(dout * (g * x_hat + beta))), gamma, dgamma, [
            ("scale", products / count, mean_of.format(name="dgamma")),
            ("formula", (dout * x).sum(axis=0), _("In dgamma, dout meets x. What was gamma multiplied with?")),
            ("formula", (dout * (x - mean)).sum(axis=0), _("In dgamma, x is without its mean and not divided yet.")),
            ("formula", gamma * products, _("In dgamma, gamma itself does not occur.")),
            ("formula", sums * x_hat.sum(axis=0), _("In dgamma, the products are summed, not the sums multiplied.")),
            ("axis", (dout * x_hat).sum(axis=1), _("dgamma sums over the features.")),
            ("order", sums, order),
        ], what="dgamma")  # fmt: skip
        more = _("dx = gamma / root · (dout - mean of dout - x̂ · mean of dout · x̂), with means over the batch.")
        through = _("Mean and variance depend on x, too, so that every sample's dx depends on all. ")
        scaled = _("In dx, a sum over the batch stands where a mean belongs.")
        s = gamma / root
        right = s * (dout - sums / count - x_hat * products / count)
        trial.gradient(lambda x: float(np.sum(dout * _normed(x, gamma, beta))), x, dx, [
            ("formula", s * dout, through + _("Both terms for that are missing.")),
            ("formula", s * (dout - sums / count), through + _("The term of the variance is missing.")),
            ("formula", s * (dout - x_hat * products / count), through + _("The term of the mean is missing.")),
            ("sign", -right if count > 1 else np.nan, _("The sign of dx is wrong everywhere.")),
            ("scale", s * (dout - sums - x_hat * products), scaled),
            ("scale", s * (dout - sums - x_hat * products / count), scaled),
            ("scale", s * (dout - sums / count - x_hat * products), scaled),
            ("sign", s * (dout + sums / count + x_hat * products / count), _(
                "In dx, the two terms are taken away, not added.")),
            ("formula", (dout - sums / count - x_hat * products / count) / root, _("In dx, gamma is left out.")),
            ("formula", gamma * (dout - sums / count - x_hat * products / count), _(
                "In dx, the division by the root is left out.")),
            ("formula", s / root * (dout - sums / count - x_hat * products / count), _(
                "In dx, the division is by the variance, not by its root.")),
            ("formula", s * (dout - sums / count - x * products / count), _("In dx, x stands where x̂ belongs.")),
        ], what="dx", kind="gradient", hint=_("dx is not right."), more=more, atol=1e-4)  # fmt: skip
    trial.no_loop(f)
