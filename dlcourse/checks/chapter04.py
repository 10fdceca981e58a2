"""Checks of chapter 04, losses and gradients; those about going down are in `_chapter04_descent`."""

import math
from typing import Any

import numpy as np

from dlcourse.checks._chapter04_descent import one_hot, softmax
from dlcourse.checks.base import Trial, exercise, explain
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


def _huber_of(d):
    return np.where(np.abs(d) <= 1, 0.5 * d**2, np.abs(d) - 0.5)


@exercise("4.2", "A loss for outliers", kind="write it", points=2, section="Squared errors", names=("huber",),
          uses=())  # fmt: skip
def a_loss_for_outliers(trial: Trial) -> None:
    """The mean Huber loss: squared where the error is small, straight where it is large."""
    f, rng = trial.subject, trial.rng
    fixed = np.array([[0.2, -0.6, 3.0], [-2.5, 0.9, -0.1]])
    drawn = [rng.normal(scale=2, size=shape) for shape in ((4, 3), (1, 5), 6)]
    for d in (fixed, fixed[0], *drawn, np.array([2, 0, -3])):
        t = rng.integers(-3, 4, size=d.shape)
        y, size, part = d + t, np.abs(d), _huber_of(d)
        alone = _("One number at a time does not work: an error is an array, and if cannot choose for all of it.")
        found = trial.call(f, y, t, raised=("one number", alone))
        trial.equal(found, part.mean(), [
            ("shape", part, _("That is the loss of each entry. The result is one number, their mean.")),
            ("scale", part.sum(), _("That is the sum over all entries. The mean is wanted.")),
            ("scale", part.sum() / len(d), _("It is divided by the number of rows. The mean is over all entries.")),
            ("scale", 2 * part.mean(), _("It is twice too large.")),
            ("formula", 0.5 * np.mean(d**2), _("Large errors are squared, too. They count straight.")),
            ("formula", np.mean(d**2), _("That is the mean squared error. Large errors count straight.")),
            ("formula", size.mean(), _("Small errors count straight, too. They are squared.")),
            ("formula", np.mean(size - 0.5), _("Small errors count straight, too. They are squared.")),
            ("jump", np.where(size <= 1, 0.5 * d**2, size).mean(), _(
                "The two pieces do not meet: at an error of 1 the loss jumps.")),
            ("jump", np.where(size <= 1, d**2, size - 0.5).mean(), _(
                "The two pieces do not meet: at an error of 1 the loss jumps.")),
            ("sign", np.where(d <= 1, 0.5 * d**2, d - 0.5).mean(), _(
                "A large error below 0 is as bad as one above. It is not treated like that.")),
            ("sign", np.where(size <= 1, 0.5 * d**2, d - 0.5).mean(), _(
                "A large error below 0 is as bad as one above. It is not treated like that.")),
            ("swapped", np.where(size <= 1, size - 0.5, 0.5 * d**2).mean(), _("The two pieces are swapped.")),
        ], what="huber")  # fmt: skip
    trial.no_loop(f)


@exercise("4.3", "Find the bug: two returns", kind="find the bug", points=2, section="Cross-entropy",
          names=("cross_entropy_error",), uses=("functions.one_hot",))  # fmt: skip
def two_returns(trial: Trial) -> None:
    """The notes' cross-entropy, whose second return, the one for labels, is never reached."""
    f, rng = trial.subject, trial.rng
    for count, classes in ((3, 3), (5, 3), (1, 4), (6, 2)):
        y, rows = softmax(rng.normal(size=(count, classes))), np.arange(count)
        t = (rows * rows + 1) % classes
        logs = np.log(y)
        right, hot = -logs[rows, t].mean(), one_hot(t, classes)
        labels = _("Labels, t of shape {t} with y of shape {y}, do not work yet.").format(t=t.shape, y=y.shape)
        never = _("Python leaves a function at the first return. Which lines can never be reached?")
        lost = _("One-hot targets worked before, and do not any more.")
        for targets, kind, hint, more in ((hot, "one-hot", lost, None), (t, "labels", labels, never)):
            found = trial.call(f, y, targets, raised=(kind, hint, more))
            trial.equal(found, right, [
                ("labels", -np.sum(t * logs) / count if count == classes else np.nan, _(
                    "No error, and a wrong number: labels are multiplied as if they were one-hot."), never),
                ("labels", -np.sum(t[:, None] * logs) / count, _(
                    "Labels are multiplied as if they were one-hot. A label says WHICH probability counts."), never),
                ("axis", -logs[:, t].mean(), _("y[:, t] picks the columns t from every row. Row 0 takes t[0] only.")),
                ("axis", -logs[:, t].sum() / count, _("y[:, t] picks columns from EVERY row. Row 0 takes t[0] only.")),
                ("scale", right * count, _("That is the sum over the batch. The loss of a batch is the mean.")),
                ("scale", right / classes, _("It is divided by the number of classes. How many samples are there?")),
                ("sign", -right, _("The minus is missing.")),
                ("shape", -logs[rows, t], _("That is one loss for each sample. The loss of a batch is their mean.")),
                ("formula", -y[rows, t].mean(), _("The logarithm is missing.")),
                ("order", -math.log(y[rows, t].mean()), _("First the logarithm of each, then the mean.")),
            ], kind=kind, hint=hint, more=more, rtol=1e-5)  # fmt: skip
        one = _("A single sample, y and one-hot t of shape (K,), worked before, and does not any more.")
        found = trial.call(f, y[0], hot[0], raised=("one sample", one))
        trial.equal(found, -logs[0, t[0]], kind="one sample", hint=one, rtol=1e-5)
    zero = np.array([[0.0, 1.0], [1.0, 0.0]])
    for targets in (np.array([0, 0]), one_hot(np.array([0, 0]), 2)):
        found = trial.array(trial.call(f, zero, targets))
        hint = _("A true class with the probability 0 makes the loss infinite. The notes have something against that.")
        trial.expect(np.isfinite(found) and found > 5, "stability", hint)


@exercise("4.4", "Find the bug: an epoch that misses a third", kind="find the bug", points=2,
          section="A handful at a time", names=("epoch",), uses=())  # fmt: skip
def an_epoch_that_misses(trial: Trial) -> None:
    """The notes draw with replacement; an epoch takes every example once, in a new order."""
    for n, size, seed in ((12, 5, 0), (20, 5, 1), (3, 10, 2), (30, 7, int(trial.rng.integers(1000)))):
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
            other = np.concatenate(_batches(trial, n, size, seed + 1))
            trial.expect(not np.array_equal(other, drawn), "random", text)
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
    return batches


explain("4.11", "The staircase", points=2, section="Why a loss, and not the accuracy")
