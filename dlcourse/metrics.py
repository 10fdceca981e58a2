"""Chapter 10: how good is a classifier? Accuracy, precision, recall, F1, and who is taken for whom.

What counts takes the truth first, then the answers, as scikit-learn does: ``accuracy(t, y)``. (The losses of
chapter 04 take ``(y, t)``, and so does `top_misclassified`; ``accuracy(t=t, y=y)`` works too.)

* `t`: labels, integers (N,), or one-hot (N, K);
* `y`: predicted labels, integers (N,), or probabilities or scores (N, K), whose largest entry is the answer.

The classes are 0 … K - 1. K is the width of a two-dimensional argument, or `num_classes`, or else one
more than the largest label. Where a share is 0/0, as the recall of a class that never occurs, it is 0:
scikit-learn's ``zero_division=0`` with ``labels=range(K)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.text import _, padded, places

__all__ = [
    "ClassificationReport", "accuracy", "classification_report", "confusion_matrix", "f1_score", "precision",
    "recall", "top_misclassified",
]  # fmt: skip


def accuracy(t: ArrayLike, y: ArrayLike) -> float:
    """Share of the samples whose predicted class is the true one, in [0, 1].

    Parameters
    ----------
    t : array_like of shape (N,) or (N, K)
        True classes: labels or one-hot.
    y : array_like of shape (N,) or (N, K)
        Predicted labels, or probabilities or scores.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not of such a form, do not fit each other, or hold no sample.
    """
    t, y, _classes = _as_labels(t, y, None, "accuracy")
    return float(np.mean(t == y))


def confusion_matrix(t: ArrayLike, y: ArrayLike, num_classes: int | None = None) -> np.ndarray:
    """Count who is taken for whom: entry (i, j) is the number of samples of class i that were called j.

    Right answers lie on the diagonal. A row sums to the samples of a class, a column to the times that a
    class was the answer.

    Parameters
    ----------
    t, y
        As for `accuracy`.
    num_classes : int, optional
        K; needed where the highest classes may be missing from both labels.

    Returns
    -------
    ndarray of int, shape (K, K)

    Raises
    ------
    TypeError, ValueError
        As for `accuracy`; or if a label is K or more.
    """
    t, y, classes = _as_labels(t, y, num_classes, "confusion_matrix")
    return np.bincount(t * classes + y, minlength=classes**2).reshape(classes, classes)


def precision(
    t: ArrayLike, y: ArrayLike, average: str | None = "macro", num_classes: int | None = None
) -> float | np.ndarray:
    """Of the samples that were called k, the share that are k: ``TP / (TP + FP)``.

    Parameters
    ----------
    t, y, num_classes
        As for `confusion_matrix`.
    average : {"macro", "micro", None}
        ``"macro"``: the mean over the classes, each counting the same. ``"micro"``: TP, FP and FN are
        summed over the classes first; with one answer a sample this is the accuracy. None: no mean.

    Returns
    -------
    float, or ndarray of shape (K,) if `average` is None; in [0, 1]

    Raises
    ------
    TypeError, ValueError
        As for `confusion_matrix`; or if `average` is unknown.
    """
    right, called, _true = _counts(t, y, average, num_classes, "precision")
    return _share(right, called, average)


def recall(
    t: ArrayLike, y: ArrayLike, average: str | None = "macro", num_classes: int | None = None
) -> float | np.ndarray:
    """Of the samples that are k, the share that were called k: ``TP / (TP + FN)``.

    Parameters, result and errors are those of `precision`.
    """
    right, _called, true = _counts(t, y, average, num_classes, "recall")
    return _share(right, true, average)


def f1_score(
    t: ArrayLike, y: ArrayLike, average: str | None = "macro", num_classes: int | None = None
) -> float | np.ndarray:
    """Harmonic mean of precision and recall: ``2 TP / (2 TP + FP + FN)``; near 0 if one of them is.

    Parameters, result and errors are those of `precision`. The macro F1 is the mean of the classes' F1,
    not the F1 of the mean precision and mean recall.
    """
    right, called, true = _counts(t, y, average, num_classes, "f1_score")
    return _share(2 * right, called + true, average)


@dataclass(frozen=True, eq=False)
class ClassificationReport:
    """Precision, recall and F1 of each class; ``print`` shows it as a table.

    Attributes
    ----------
    class_names : tuple of str
    precision, recall, f1 : ndarray of shape (K,)
    support : ndarray of int, shape (K,)
        Samples of each class.
    accuracy : float
    """

    class_names: tuple[str, ...]
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    accuracy: float

    def __str__(self) -> str:
        mean, total = _("mean"), int(self.support.sum())
        head = [_("precision"), _("recall"), _("F1"), _("samples")]
        first = max(map(places, (*self.class_names, mean, _("accuracy"))))
        widths = [max(places(word), 9) for word in head]
        rows = list(zip(self.class_names, self.precision, self.recall, self.f1, self.support, strict=True))
        rows.append((mean, self.precision.mean(), self.recall.mean(), self.f1.mean(), total))

        def line(name, cells):
            columns = zip([name, *cells], [first, *widths], strict=True)
            return "  ".join(padded(cell, wide, right=True) for cell, wide in columns)

        lines = [line("", head)]
        lines += [line(name, [f"{p:.4f}", f"{r:.4f}", f"{f:.4f}", n]) for name, p, r, f, n in rows]
        lines.append(line(_("accuracy"), ["", "", f"{self.accuracy:.4f}", total]))
        return "\n".join(lines)

    __repr__ = __str__


def classification_report(
    t: ArrayLike, y: ArrayLike, class_names: Sequence[str] | None = None, num_classes: int | None = None
) -> ClassificationReport:
    """Precision, recall, F1 and number of samples of each class, in one table.

    Parameters
    ----------
    t, y, num_classes
        As for `confusion_matrix`.
    class_names : sequence of K str, optional
        The class numbers if not given.

    Raises
    ------
    TypeError, ValueError
        As for `confusion_matrix`; or if there are not K names.
    """
    t, y, classes = _as_labels(t, y, num_classes, "classification_report")
    names = tuple(_(str(name)) for name in (range(classes) if class_names is None else class_names))
    if len(names) != classes:
        raise ValueError(f"classification_report: class_names has {len(names)} names, expected {classes}")
    per_class = [score(t, y, None, classes) for score in (precision, recall, f1_score)]
    return ClassificationReport(names, *per_class, np.bincount(t, minlength=classes), accuracy(t, y))


def top_misclassified(probabilities: ArrayLike, t: ArrayLike, k: int = 10) -> np.ndarray:
    """The mistakes the network is surest of.

    Parameters
    ----------
    probabilities : array_like of shape (N, K)
        What the network says of each sample.
    t : array_like of shape (N,) or (N, K)
        True classes: labels or one-hot.
    k : int
        How many, ≥ 1.

    Returns
    -------
    ndarray of int, shape (at most k,)
        Indices of samples whose largest probability is at a wrong class; the largest comes first. Fewer
        than k where fewer are wrong.

    Raises
    ------
    TypeError, ValueError
        If `probabilities` or `t` is not of such a form, or k is below 1.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2:
        raise ValueError(f"top_misclassified: probabilities has shape {probabilities.shape}, expected (N, K)")
    if not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"top_misclassified: k is {k}, expected an integer ≥ 1")
    t, y, _classes = _as_labels(t, probabilities, None, "top_misclassified")
    wrong = np.flatnonzero(t != y)
    surest_first = np.argsort(-probabilities[wrong, y[wrong]].astype(np.float64), kind="stable")
    return wrong[surest_first[:k]]


def _counts(t, y, average, num_classes, who: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each class: right answers, times it was the answer, samples of it."""
    if average not in ("macro", "micro", None):
        raise ValueError(f"{who}: average is {average!r}, expected 'macro', 'micro' or None")
    t, y, classes = _as_labels(t, y, num_classes, who)
    return tuple(np.bincount(labels, minlength=classes) for labels in (t[t == y], y, t))


def _share(part: np.ndarray, whole: np.ndarray, average: str | None) -> float | np.ndarray:
    """``part / whole``, where 0/0 is 0; averaged as asked."""
    if average == "micro":
        return float(part.sum() / whole.sum())
    share = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return share if average is None else float(share.mean())


def _as_labels(t: ArrayLike, y: ArrayLike, num_classes: int | None, who: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Give `t` and `y` as labels, and the number of classes."""
    t, y = np.asarray(t), np.asarray(y)
    for name, array in (("t", t), ("y", y)):
        if array.ndim not in (1, 2) or array.size == 0:
            raise ValueError(f"{who}: {name} has shape {array.shape}, expected (N,) or (N, K), none of them 0")
        if array.dtype.kind not in ("iu" if array.ndim == 1 else "iufb"):
            wanted = "integer labels" if array.ndim == 1 else "numbers"
            raise TypeError(f"{who}: {name} has shape {array.shape} and dtype {array.dtype}, expected {wanted}")
    if not (num_classes is None or isinstance(num_classes, int | np.integer)):
        raise TypeError(f"{who}: num_classes is {num_classes!r}, expected an integer")
    if len(t) != len(y):
        raise ValueError(f"{who}: t has {len(t)} samples and y {len(y)}, expected as many")
    if t.ndim == 2 and not (((t == 0) | (t == 1)).all() and (t.sum(axis=1) == 1).all()):
        raise ValueError(f"{who}: each row of the one-hot t must have a single 1, else 0 (the order is t, y)")
    if y.dtype.kind == "f" and np.isnan(y).any():
        raise ValueError(f"{who}: y holds NaN")
    sizes = {array.shape[1] for array in (t, y) if array.ndim == 2} | ({num_classes} - {None})
    t, y = (array.argmax(axis=1) if array.ndim == 2 else array.astype(np.int64) for array in (t, y))
    largest = int(max(t.max(), y.max()))
    if len(sizes) > 1:
        raise ValueError(f"{who}: t, y and num_classes disagree on the number of classes: {sorted(sizes)}")
    classes = sizes.pop() if sizes else largest + 1
    if min(t.min(), y.min()) < 0 or largest >= classes:
        raise ValueError(
            f"{who}: the labels run from {min(t.min(), y.min())} to {largest}, expected 0 to {classes - 1}"
        )
    return t, y, classes
