"""Losses that the checks compare with, and what a cross-entropy must bear."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.battery import case, function
from dlcourse.checks.references import softmax
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["far_apart", "huber", "judged", "labels_of", "loss_of", "mean_cross_entropy", "never_infinite", "pair",
           "picked"]  # fmt: skip


def pair(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """Give predictions and truths of one shape."""
    return rng.normal(scale=2, size=shape), rng.normal(size=shape)


def huber(y: np.ndarray, t: np.ndarray, near: Callable = lambda d: 0.5 * d**2, far: Callable = lambda d: d - 0.5):
    """Give the loss of each entry; `near` and `far` are what is done with the size of a small and of a large error."""
    d = np.abs(y - t)
    return np.where(d <= 1, near(d), far(d))


def judged(kind: str) -> Callable:
    """Give what draws probabilities and the truth: labels or one-hot rows of the type `kind`, or "one sample"."""
    def draw(rng, count, classes):
        y = softmax(rng.normal(size=(count, classes))) if classes > 1 else rng.uniform(0.2, 0.8, size=(count, 1))
        t = rng.permutation((np.arange(count) + 1) % classes)
        hot = np.eye(classes)[t]
        if kind == "one sample":
            return y[0], hot[0]
        return (y, t.astype(kind[1:])) if kind[0] == "=" else (y, hot.astype(kind))

    return draw


def picked(y: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Give the probability of each true class, whose truth is labels or one-hot."""
    if t.ndim == y.ndim:
        return np.atleast_1d(np.sum(y * t, axis=-1))
    return y[np.arange(len(y)), t.astype(int)]


def loss_of(y: np.ndarray, t: np.ndarray) -> float:
    """Give the mean cross-entropy."""
    return -np.mean(np.log(picked(y, t)))


def labels_of(t: np.ndarray) -> np.ndarray:
    """Give the truth as labels."""
    return (t.argmax(axis=1) if t.ndim == 2 else t).astype(int)


def never_infinite(trial: Trial, found: Any) -> None:
    """Is the loss large, and a number, where the true class has the probability 0?"""
    found = trial.array(found)
    trial.expect(np.isfinite(found) and found > 2, "stability", _(
        "A true class with the probability 0 makes the loss infinite. The notes have something against that."))


def mean_cross_entropy(trial: Trial, f: Any) -> None:
    """Is `f` the cross-entropy of probabilities, for labels, for one-hot rows and for a single one?"""
    never = _("Python leaves a function at the first return. Which lines can never be reached?")
    lost = _("One-hot targets worked before, and do not any more.")
    one = _("A single sample, y and one-hot t of shape (K,), worked before, and does not any more.")
    labels = _("Labels, t of shape (N,) with y of shape (N, K), do not work yet.")
    every = _("y[:, t] picks the columns t from every row. Row 0 takes t[0] only.")
    times = _("Labels are multiplied as if they were one-hot. A label says WHICH probability counts.")
    mistakes = [
        ("axis", lambda y, t: -np.log(y[:, labels_of(t)]).mean(), every),
        ("axis", lambda y, t: -np.log(y[:, labels_of(t)]).sum() / len(y), every),
        ("scale", lambda y, t: len(y) * loss_of(y, t), _("That is the sum over the batch. The loss is the mean.")),
        ("scale", lambda y, t: loss_of(y, t) / y.shape[-1], _(
            "It is divided by the number of classes. How many samples are there?")),
        ("sign", lambda y, t: -loss_of(y, t), _("The minus is missing.")),
        ("shape", lambda y, t: -np.log(picked(y, t)), _(
            "That is one loss for each sample. The loss of a batch is their mean.")),
        ("formula", lambda y, t: -picked(y, t).mean(), _("The logarithm is missing.")),
        ("order", lambda y, t: -np.log(picked(y, t).mean()), _("First the logarithm of each, then the mean.")),
    ]
    mistakes += [("floor", lambda y, t, floor=floor: -np.mean(np.log(picked(y, t) + floor)), _(
        "What is added to the probabilities is too large: it changes the loss. A floor is very small.")
    ) for floor in (0.1, 1e-2, 1e-3, 1e-4)]  # fmt: skip
    of_labels = [
        ("labels", lambda y, t: -np.sum(t * np.log(y)) / len(y), times, never),
        ("labels", lambda y, t: -np.sum(t[:, None] * np.log(y)) / len(y), times, never),
    ]
    small = _("A small probability, of 0.0001, does not count as it should. The floor is much lower.")
    single = _("With probabilities in single precision it is wrong.")
    sizes = ((5, 3), (3, 3), (1, 4), (6, 2), (2, 5), (4, 1))
    y = np.array([[1e-4, 1 - 1e-4], [0.5, 0.5]])
    for kind, name, hint in (("f8", "one-hot", lost), ("i8", "one-hot", lost), ("one sample", "one sample", one),
                             ("=i8", "labels", labels), ("=i4", "labels", labels), ("=u1", "labels", labels)):
        more = never if name == "labels" else None
        t = np.array([0, 1], kind[1:]) if name == "labels" else np.eye(2).astype(kind if name == "one-hot" else float)
        sure = (y[0], t[0]) if name == "one sample" else (y, t)
        # Where there is one class, four labels look like four one-hot rows laid flat.
        shapes = {"one-hot": sizes, "one sample": ((1, 4), (1, 2), (1, 3)), "labels": sizes[:-1]}[name]
        many = (200, 250) if kind == "=u1" else (260, 270)  # labels that fit into no byte, unless they came in one
        function(trial, f, loss_of, judged(kind), shapes, [
            *(of_labels if name == "labels" else []), *(mistakes if name != "one sample" else []),
        ], borders=[
            *(case(*judged(kind)(trial.rng, *many), rtol=1e-3) for _once in range(name == "labels")),
            case(*sure, kind="floor", hint=small, rtol=3e-3),
            case(sure[0].astype(np.float32), sure[1], kind="dtype", hint=single, rtol=3e-3),
        ], dtypes=(), raised=lambda y, t: (name, hint, more), hint=hint, more=more, rtol=1e-5, atol=1e-5)  # noqa: B023
    zero = np.array([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    for y, t in ((zero, np.array([0, 0, 0])), (zero, np.eye(2)[[0, 0, 1]]), (zero[0], np.array([1.0, 0.0]))):
        never_infinite(trial, trial.call(f, y, t))
    text = _("One true class has the probability 0, the others are ordinary, and their losses do not count as usual.")
    for form in (lambda t: t, lambda t: np.eye(3)[t]):
        costs = []
        for count in (2, 5):
            y, t = judged("=i8")(trial.rng, count, 3)
            every = np.vstack([y[:1], [[0.0, 0.5, 0.5]], y[1:]]), form(np.concatenate([t[:1], [0], t[1:]]))
            costs.append(float(trial.array(trial.call(f, *every))) * (count + 1) - loss_of(y, t) * count)
        trial.expect(abs(costs[0] - costs[1]) < 1e-3, "floor", text)


def far_apart(rng: np.random.Generator) -> list:
    """Give scores so far apart that a probability is rounded to 0; how far is not to be known."""
    more = _("The logarithm of softmax can be written without softmax, as the task says. What is rounded to 0 is "
             "lost, and no number that is added or put in its place is the right one.")  # fmt: skip
    return [case(np.round(np.array(scores, float)), np.array(t), kind="stability", more=more) for scores, t in (
        ([[rng.uniform(750, 900), 0]], [1]), ([[0, rng.uniform(1200, 2000), 3]], [2]), ([[500, 501, 502]], [0]),
        ([[-3000, -rng.uniform(38_000, 50_000)]], [1]), ([[900, 1700], [3, -4]], [0, 1]),
        ([[1, -1], [-3000, 1000], [0, 900]], [0, 0, 1]), ([[0, 1000, 1000]], [0]), ([[rng.uniform(735, 742), 0]], [1]),
    )]  # fmt: skip
