"""Checks of chapter 04, losses and gradients; those about going down are in `_chapter04_descent`."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks import _chapter04_descent  # noqa: F401
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function, no_loop
from dlcourse.checks.references import softmax
from dlcourse.text import _


def _batch(variant: int) -> dict:
    """Give a number of classes, and three probabilities of which the logarithms are easy to add."""
    rng = np.random.default_rng(variant)
    classes, powers = 4, [1, 2, 5]
    if variant:
        classes = int(rng.integers(3, 30))
        powers = [int(power) for power in np.sort(rng.choice(np.arange(1, 8), 3, replace=False))]
    p1, p2, p3 = (0.5**power for power in powers)
    guess, batch = math.log(classes), math.log(2) * sum(powers) / 3
    return {"classes": classes, "p1": p1, "p2": p2, "p3": p3, "guess": round(guess, 3), "batch": round(batch, 3)}


@exercise("4.1", "What does a guess cost?", kind="predict then run", points=2, section="Cross-entropy",
          names=("prediction",), numbers=_batch)  # fmt: skip
def what_a_guess_costs(trial: Trial) -> None:
    """The cross-entropy of guessing, of a batch, and whether it sees the wrong classes."""
    n = trial.numbers
    classes, p = n["classes"], np.array([n["p1"], n["p2"], n["p3"]])
    base = _("That is the logarithm of another base. The one of the chapter is the natural one, np.log.")
    right = {"guess": math.log(classes), "batch": float(-np.log(p).mean()), "wrong ones": False}
    trial.answers(right, {
        "guess": [
            ("formula", 1 / classes, _("That is the probability. The loss is minus its logarithm.")),
            ("sign", -right["guess"], _("The logarithm of a probability is negative, and the loss is minus that.")),
            ("scale", math.log2(classes), base),
            ("scale", math.log10(classes), base),
            ("scale", 1.0, base),
            ("formula", math.log(10), _("That is the guess among ten classes.")),
        ],
        "batch": [
            ("scale", -np.log(p).sum(), _("That is the sum over the samples.")),
            ("sign", np.log(p).mean(), _("The logarithm of a probability is negative, and the loss is minus that.")),
            ("order", -math.log(p.mean()), _("First the logarithm of each, then the mean; not the other way round.")),
            ("formula", -math.log(p.prod()), _("That is the sum over the samples.")),
            ("formula", p.mean(), _("That is the mean of the probabilities. Where is the logarithm?")),
            ("scale", -np.log2(p).mean(), base),
            ("scale", -np.log10(p).mean(), base),
            ("formula", 0.5 * np.mean((1 - p) ** 2), _("That is a squared error.")),
        ],
        "wrong ones": [("formula", True, _("Look at the sum of the cross-entropy: what is t for the wrong classes?"))],
    }, within=0.006)  # fmt: skip


def _pair(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(scale=2, size=shape), rng.normal(size=shape)


def _huber(y: np.ndarray, t: np.ndarray, near: Callable = lambda d: 0.5 * d**2, far: Callable = lambda d: d - 0.5):
    """Give the loss of each entry; `near` and `far` are what is done with the size of a small and of a large error."""
    d = np.abs(y - t)
    return np.where(d <= 1, near(d), far(d))


@exercise("4.2", "A loss for outliers", kind="write it", points=2, section="Squared errors", names=("huber",),
          uses=())  # fmt: skip
def a_loss_for_outliers(trial: Trial) -> None:
    """The mean Huber loss: squared where the error is small, straight where it is large."""
    alone = _("One number at a time does not work: an error is an array, and if cannot choose for all of it.")
    large = _("Large errors are squared, too. They count straight.")
    small = _("Small errors count straight, too. They are squared.")
    jump = _("The two pieces do not meet: at an error of 1 the loss jumps.")
    below = _("A large error below 0 is as bad as one above. It is not treated like that.")

    def signed(y, t):
        return np.where(np.abs(y - t) <= 1, 0.5 * (y - t) ** 2, y - t - 0.5).mean()

    function(trial, trial.subject, lambda y, t: _huber(y, t).mean(), _pair,
             ((4, 3), (3, 3), (6,), (1,), (2, 1), (1, 5), (2, 3, 4)), [
        ("shape", _huber, _("That is the loss of each entry. The result is one number, their mean.")),
        ("scale", lambda y, t: _huber(y, t).sum(), _("That is the sum over all entries. The mean is wanted.")),
        ("scale", lambda y, t: _huber(y, t).sum() / len(y), _(
            "It is divided by the number of rows. The mean is over all entries.")),
        ("scale", lambda y, t: 2 * _huber(y, t).mean(), _("It is twice too large.")),
        ("formula", lambda y, t: 0.5 * np.mean((y - t) ** 2), large),
        ("formula", lambda y, t: np.mean((y - t) ** 2), large),
        ("formula", lambda y, t: np.abs(y - t).mean(), small),
        ("formula", lambda y, t: np.mean(np.abs(y - t) - 0.5), small),
        ("jump", lambda y, t: _huber(y, t, far=lambda d: d).mean(), jump),
        ("jump", lambda y, t: _huber(y, t, near=lambda d: d**2).mean(), jump),
        ("sign", lambda y, t: np.where(y - t <= 1, 0.5 * (y - t) ** 2, y - t - 0.5).mean(), below),
        ("sign", signed, below),
        ("swapped", lambda y, t: _huber(y, t, lambda d: d - 0.5, lambda d: 0.5 * d**2).mean(), _(
            "The two pieces are swapped.")),
    ], borders=[
        case(np.array(y), np.zeros(len(y))) for y in ([1e4, -0.5], [-1e6], [0.0, 0.0], [0.999, -0.999], [1.001, -1.001],
                                                     [1e-4, -1e-4], [-30.0, 1.5, 0.2])
    ], raised=lambda y, t: ("one number", alone))  # fmt: skip
    no_loop(trial, trial.subject, _pair, (3, 4), (300, 4), (3, 400))


def _judged(kind: str) -> Callable:
    """Give what draws probabilities and the truth: labels or one-hot rows of the type `kind`, or "one sample"."""
    def draw(rng, count, classes):
        y = softmax(rng.normal(size=(count, classes))) if classes > 1 else rng.uniform(0.2, 0.8, size=(count, 1))
        t = rng.permutation((np.arange(count) + 1) % classes)
        hot = np.eye(classes)[t]
        if kind == "one sample":
            return y[0], hot[0]
        return (y, t.astype(kind[1:])) if kind[0] == "=" else (y, hot.astype(kind))

    return draw


def _picked(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Give the probability of each true class."""
    if t.ndim == y.ndim:
        return np.atleast_1d(np.sum(y * t, axis=-1))
    return y[np.arange(len(y)), t.astype(int)]


@exercise("4.3", "Find the bug: two returns", kind="find the bug", points=2, section="Cross-entropy",
          names=("cross_entropy_error",), uses=("functions.one_hot",))  # fmt: skip
def two_returns(trial: Trial) -> None:
    """The notes' cross-entropy, whose second return, the one for labels, is never reached."""
    never = _("Python leaves a function at the first return. Which lines can never be reached?")
    lost = _("One-hot targets worked before, and do not any more.")
    one = _("A single sample, y and one-hot t of shape (K,), worked before, and does not any more.")
    labels = _("Labels, t of shape (N,) with y of shape (N, K), do not work yet.")
    every = _("y[:, t] picks the columns t from every row. Row 0 takes t[0] only.")
    times = _("Labels are multiplied as if they were one-hot. A label says WHICH probability counts.")

    def reference(y, t):
        return -np.mean(np.log(_picked(y, t)))

    mistakes = [
        ("axis", lambda y, t: -np.log(y[:, _labels(t)]).mean(), every),
        ("axis", lambda y, t: -np.log(y[:, _labels(t)]).sum() / len(y), every),
        ("scale", lambda y, t: len(y) * reference(y, t), _("That is the sum over the batch. The loss of a batch is the "
                                                           "mean.")),
        ("scale", lambda y, t: reference(y, t) / y.shape[-1], _(
            "It is divided by the number of classes. How many samples are there?")),
        ("sign", lambda y, t: -reference(y, t), _("The minus is missing.")),
        ("shape", lambda y, t: -np.log(_picked(y, t)), _("That is one loss for each sample. The loss of a batch is "
                                                          "their mean.")),
        ("formula", lambda y, t: -_picked(y, t).mean(), _("The logarithm is missing.")),
        ("order", lambda y, t: -np.log(_picked(y, t).mean()), _("First the logarithm of each, then the mean.")),
    ]
    mistakes += [("floor", lambda y, t, floor=floor: -np.mean(np.log(_picked(y, t) + floor)), _(
        "What is added to the probabilities is too large: it changes the loss. A floor is very small.")
    ) for floor in (0.1, 1e-2, 1e-3, 1e-4)]  # fmt: skip
    of_labels = [
        ("labels", lambda y, t: -np.sum(t * np.log(y)) / len(y), times, never),
        ("labels", lambda y, t: -np.sum(t[:, None] * np.log(y)) / len(y), times, never),
    ]
    sizes = ((5, 3), (3, 3), (1, 4), (6, 2), (4, 1), (2, 5))
    for kind, name, hint in (("f8", "one-hot", lost), ("i8", "one-hot", lost), ("one sample", "one sample", one),
                             ("=i8", "labels", labels), ("=i4", "labels", labels), ("=u1", "labels", labels)):
        shapes = sizes if kind != "one sample" else ((1, 4), (1, 2), (1, 3))
        of_one_kind = partial(_kind, trial, name, hint, never if name == "labels" else None)
        of_one_kind(reference, _judged(kind), shapes, [*(of_labels if name == "labels" else []), *(
            mistakes if kind != "one sample" else [])])  # fmt: skip
    hint = _("A true class with the probability 0 makes the loss infinite. The notes have something against that.")
    zero = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    for y, t in ((zero, np.array([0, 0, 0])), (zero, np.eye(2)[[0, 0, 1]]), (zero[0], np.array([1.0, 0.0]))):
        found = trial.array(trial.call(trial.subject, y, t))
        trial.expect(np.isfinite(found) and found > 2, "stability", hint)


def _labels(t: np.ndarray) -> np.ndarray:
    return (t.argmax(axis=1) if t.ndim == 2 else t).astype(int)


def _kind(trial, name, hint, more, reference, draw, shapes, mistakes) -> None:
    small = _("A small probability, of 0.0001, does not count as it should. The floor is much lower.")
    single = _("With probabilities in single precision it is wrong.")
    sure = np.array([[1e-4, 1 - 1e-4], [0.5, 0.5]])
    truth = draw(np.random.default_rng(0), 2, 2)[1]
    truth = np.array([0, 1], truth.dtype) if name == "labels" else np.eye(2).astype(truth.dtype)
    border = (sure[0], truth[0]) if name == "one sample" else (sure, truth)
    function(trial, trial.subject, reference, draw, shapes, mistakes, borders=[
        case(*border, kind="floor", hint=small, rtol=3e-3),
        case(border[0].astype(np.float32), border[1], kind="dtype", hint=single, rtol=3e-3),
    ], dtypes=(), raised=lambda y, t: (name, hint, more), hint=hint, more=more,
        rtol=1e-5, atol=1e-5)  # fmt: skip


@exercise("4.4", "Find the bug: an epoch that misses a third", kind="find the bug", points=2,
          section="A handful at a time", names=("epoch",), uses=())  # fmt: skip
def an_epoch_that_misses(trial: Trial) -> None:
    """The notes draw with replacement; an epoch takes every example once, in a new order."""
    for n, size, seed in ((12, 5, 0), (20, 5, 1), (3, 10, 2), (300, 64, 3), (30, 7, int(trial.rng.integers(1000)))):
        found = _batches(trial, n, size, seed)
        said = _("With {n} examples in batches of {size}: ").format(n=n, size=size)
        drawn = np.concatenate([np.zeros(0), *found])
        inside = _("there are numbers that are no example's.")
        trial.expect(np.isin(drawn, np.arange(n)).all(), "values", said + inside)
        within = all(len(np.unique(batch)) == len(batch) for batch in found)
        text = _("an example comes twice in one batch.")
        more = _("choice draws from all of them each time. What does the chapter do, once, before it cuts?")
        trial.expect(within, "replacement", said + text, more)
        text = _("no batch holds an example twice, but two batches hold the same one.")
        trial.expect(len(np.unique(drawn)) == len(drawn), "replacement", said + text, more)
        text = _("{missing} of them never come. What about those that are left over at the end?")
        missing = n - len(drawn)
        trial.expect(not missing, "fence", said + text.format(missing=missing))
        lengths = [len(batch) for batch in found]
        text = _("the batches have the lengths {lengths}. All are full, except perhaps the last.")
        full = [size] * (n // size) + [n % size] * (n % size > 0)
        trial.expect(lengths == full, "shape", said + text.format(lengths=lengths))
        again = np.concatenate(_batches(trial, n, size, seed))
        text = _("The same seed gives another order each time: not all randomness comes from it.")
        trial.expect(np.array_equal(drawn, again), "random", text)
        if n > 10:
            text = _("Every example comes once, but in the order of the list. It should be a new one.")
            trial.expect(not np.array_equal(np.sort(drawn), drawn), "order", text)
            text = _("Another seed gives the same order. Each epoch needs its own.")
            orders = {tuple(np.concatenate(_batches(trial, n, size, seed + other))) for other in range(9)}
            trial.expect(len(orders) == 9, "random", text)
            text = _("The order follows a rule: from one example to the next it is always the same few steps.")
            # A shuffled order of that length has so few different steps once in many millions.
            trial.expect(n < 20 or len(np.unique(np.diff(drawn) % n)) > 3, "order", text)
            text = _("Inside a batch the examples are neighbours, or in order. Shuffle the examples, not the batches.")
            neighbours = all(np.ptp(batch) == len(batch) - 1 for batch in found)
            trial.expect(not neighbours, "order", text)


def _batches(trial: Trial, n: int, size: int, seed: int) -> list[np.ndarray]:
    found: Any = trial.plain(trial.call(trial.subject, n, size, seed))
    trial.expect(found is not None, "missing", _("epoch gives nothing back."))
    listed = type(found) in (list, tuple) or (type(found) is np.ndarray and found.ndim == 2)
    trial.expect(listed and len(found), "type", _("epoch does not give a list of batches."))
    batches = [trial.array(batch, what=_("a batch")) for batch in found]
    trial.expect(all(batch.ndim == 1 for batch in batches), "shape", _("A batch is an array of numbers, one axis."))
    whole = all(batch.dtype.kind in "iu" for batch in batches if batch.size)
    trial.expect(whole, "dtype", _("The numbers of the examples are whole numbers: x[batch] takes no others."))
    return batches


explain("4.11", "The staircase", points=2, section="Why a loss, and not the accuracy")
