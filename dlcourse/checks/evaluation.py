"""Evaluation by hand: counting who is taken for whom, F1, and the ways to get them wrong."""

import numpy as np

from dlcourse.text import _

__all__ = ["accuracy", "accuracy_mistakes", "averaged", "counted", "macro_f1", "miscounted", "table"]


def counted(t: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Give the confusion matrix, with the truth in its rows."""
    C = np.zeros((classes, classes))
    np.add.at(C, (np.asarray(t, int), np.asarray(y, int)), 1)
    return C


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def _parts(C: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give the F1 of each class, the precision, the recall, and the number in truth and answers."""
    right, called, there = np.diag(C), C.sum(axis=0), C.sum(axis=1)
    return _share(2 * right, called + there), _share(right, called), _share(right, there), called + there


def macro_f1(C: np.ndarray) -> float:
    """Give the mean F1 of all classes; who is absent counts 0."""
    return _parts(C)[0].mean()


def table(rng: np.random.Generator, classes: int, kind: int) -> tuple[np.ndarray]:
    """Give a confusion matrix; of kind 1 a class is absent, of 2 never called, of 3 nobody's, of 4 never found."""
    C, one = rng.integers(1, 30, size=(classes, classes)), rng.integers(classes)
    C[one] *= kind not in (1, 3)
    C[:, one] *= kind not in (1, 2)
    C[one, one] *= kind != 4
    return (C,)


def miscounted(high: str) -> list[tuple]:
    """Give wrong confusion matrices, and the hint for each."""
    return [
        ("axis", lambda t, y, k: counted(y, t, k), _("Rows and columns are swapped: the truth is the row.")),
        ("repeats", lambda t, y, k: counted(t, y, k) > 0, _(
            "However often a pair comes, it counts once. C[t, y] += 1 does that.")),
        ("repeats", lambda t, y, k: np.diag(np.diag(counted(t, y, k))), _("The mistakes are not in it.")),
        ("scale", lambda t, y, k: counted(t, y, k) / len(t), _("Those are shares of all samples. Count them.")),
        ("scale", lambda t, y, k: _share(counted(t, y, k), counted(t, t, k).sum(axis=1, keepdims=True)), _(
            "Those are shares of a row. Count them.")),
        ("shape", lambda t, y, k: counted(t, y, int(max(*t, *y)) + 1), high),
        ("shape", lambda t, y, k: counted(t, y, k).ravel(), _(
            "The counts are right, and all in one row: make a matrix of them.")),
        ("shape", lambda t, y, k: counted(t, y, 10), _("It has ten rows and columns, whatever classes says.")),
    ]  # fmt: skip


def averaged(zero: str) -> list[tuple]:
    """Give wrong means of F1, and the hint for each."""
    return [
        ("stability", lambda C: np.mean(2 * np.diag(C) / _parts(C)[3]), zero),
        ("stability", lambda C: np.nan_to_num(np.mean(2 * np.diag(C) / _parts(C)[3])), zero),
        ("shape", lambda C: _parts(C)[0], _("That is the F1 of each class. Give their mean.")),
        ("sum", lambda C: _parts(C)[0].sum(), _("That is the sum over the classes. Give the mean.")),
        ("average", lambda C: 2 / (1 / _parts(C)[1].mean() + 1 / _parts(C)[2].mean()), _(
            "That is the F1 of the mean precision and the mean recall. Take the mean of the classes' F1.")),
        ("average", lambda C: np.trace(C) / C.sum(), _("That is the accuracy. Here each class counts the same.")),
        ("average", lambda C: np.average(_parts(C)[0], weights=C.sum(axis=1)), _(
            "Frequent classes count more. Each should count the same.")),
        ("average", lambda C: _parts(C)[0][_parts(C)[3] > 0].mean(), _(
            "The class that is absent is left out. It counts, with 0.")),
        ("average", lambda C: _parts(C)[0][np.diag(C) > 0].mean(), _(
            "The class that is never found is left out. It counts, with 0.")),
        ("average", lambda C: (_parts(C)[0] + (_parts(C)[3] == 0)).mean(), _(
            "A class that is absent counts 0, not 1.")),
        ("formula", lambda C: _parts(C)[1].mean(), _("That is the mean precision.")),
        ("formula", lambda C: _parts(C)[2].mean(), _("That is the mean recall.")),
        ("formula", lambda C: macro_f1(C) / 2, _("It is half of what it should be: the diagonal counts twice.")),
        ("fixed", lambda C: _parts(C)[0].sum() / 10, _("You divide by ten, however many classes there are.")),
    ]  # fmt: skip


def _hits(x: np.ndarray, weights: np.ndarray, t: np.ndarray) -> np.ndarray:
    return (x @ weights).argmax(axis=1) == t


def accuracy(x: np.ndarray, weights: np.ndarray, t: np.ndarray, size: int) -> float:
    """Give the share of images that a network of one layer reads rightly, whatever the size of a batch."""
    return _hits(x, weights, t).mean()


def accuracy_mistakes() -> list[tuple]:
    """Give wrong accuracies of a loop over batches, and the hint for each."""
    def starts(x, size):
        return range(0, len(x), size)

    def by_batch(of):
        """Give a wrong accuracy from what `of` makes of each batch."""
        return lambda x, w, t, size: sum(of(x[i : i + size] @ w, t[i : i + size]) for i in starts(x, size)) / len(x)

    columns = _("argmax looks at the columns, or at the whole batch. Each row holds the scores of one image.")
    smaller = _("The last batch, the smaller one, is left out.")
    return [
        ("sign", lambda x, w, t, size: 1 - _hits(x, w, t).mean(), _("That is the share of the wrong ones.")),
        ("scale", lambda x, w, t, size: _hits(x, w, t).sum(), _("That is how many are right, and not their share.")),
        ("scale", lambda x, w, t, size: 100 * _hits(x, w, t).mean(), _("That is a percentage, and not a share.")),
        ("scale", lambda x, w, t, size: _hits(x, w, t).sum() / len(starts(x, size)), _(
            "You divide by the number of batches.")),
        ("scale", lambda x, w, t, size: _hits(x, w, t).sum() / size, _("You divide by the size of a batch.")),
        ("scale", lambda x, w, t, size: _hits(x, w, t).sum() / (len(starts(x, size)) * size), _(
            "The last batch is smaller: how many images are there?")),
        ("formula", lambda x, w, t, size: np.mean([_hits(x, w, t)[i : i + size].mean() for i in starts(x, size)]), _(
            "The mean of the batches is not the mean of the images: the last batch is smaller.")),
        ("fence", lambda x, w, t, size: _hits(x, w, t)[: len(x) // size * size].sum() / len(x), smaller),
        ("fence", lambda x, w, t, size: sum(_hits(x, w, t)[: len(x) // size * size]) / max(len(x) // size * size, 1),
         smaller),
        ("axis", by_batch(lambda y, t: int(np.sum(y.argmax() == t))), columns),
        ("state", lambda x, w, t, size: _hits(x, w, t)[starts(x, size)[-1] :].mean(), _(
            "That is the accuracy of the last batch alone.")),
        ("state", lambda x, w, t, size: _hits(x, w, t)[:size].mean(), _("That is the first batch alone.")),
        ("fence", lambda x, w, t, size: _hits(x, w, t)[::size].sum() / len(x), _("Only the first of a batch counts.")),
    ]  # fmt: skip
