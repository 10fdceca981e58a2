"""metrics: one small case worked by hand, scikit-learn as the oracle, and bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import need

from dlcourse import metrics
from dlcourse.metrics import (
    accuracy,
    classification_report,
    confusion_matrix,
    f1_score,
    precision,
    recall,
    top_misclassified,
)

# Six samples, classes 0 to 3; class 3 never occurs and is never the answer.
T = np.array([0, 0, 0, 1, 1, 2])
Y = np.array([0, 0, 1, 1, 2, 1])


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def test_by_hand():
    assert accuracy(T, Y) == 0.5
    np.testing.assert_array_equal(confusion_matrix(T, Y), [[2, 1, 0], [0, 1, 1], [0, 1, 0]])
    # 0 was the answer twice, both right, of three; 1 three times, once right, of two; 2 once, wrong, of one
    np.testing.assert_allclose(precision(T, Y, None), [1, 1 / 3, 0])
    np.testing.assert_allclose(recall(T, Y, None), [2 / 3, 1 / 2, 0])
    np.testing.assert_allclose(f1_score(T, Y, None), [4 / 5, 2 / 5, 0])
    assert precision(T, Y) == pytest.approx(4 / 9)
    assert recall(T, Y) == pytest.approx(7 / 18)
    assert f1_score(T, Y) == pytest.approx(0.4)


def test_a_class_that_never_occurs_counts_as_0():
    np.testing.assert_array_equal(confusion_matrix(T, Y, 4)[3], 0)
    assert confusion_matrix(T, Y, 4).shape == (4, 4)
    for score in (precision, recall, f1_score):
        assert score(T, Y, None, 4)[3] == 0
        assert score(T, Y, "macro", 4) == pytest.approx(score(T, Y) * 3 / 4)
        assert score(T, Y, "micro", 4) == accuracy(T, Y)


def test_numbers_are_python_floats_and_counts_are_integers():
    assert all(type(score(T, Y)) is float for score in (accuracy, precision, recall, f1_score))
    assert type(precision(T, Y, "micro")) is float
    assert confusion_matrix(T, Y).dtype.kind == "i"


@pytest.mark.parametrize("t", [T, T.tolist(), T.astype(np.uint8), one_hot(T, 3), one_hot(T, 3).astype(bool)])
@pytest.mark.parametrize("y", [Y, Y.tolist(), Y.astype(np.uint8), one_hot(Y, 3) * 0.4 + 0.2, 7 * one_hot(Y, 3) - 9])
def test_all_forms_of_labels_agree(t, y):
    np.testing.assert_array_equal(confusion_matrix(t, y), [[2, 1, 0], [0, 1, 1], [0, 1, 0]])
    assert accuracy(t, y) == 0.5
    assert f1_score(t, y) == pytest.approx(0.4)


def test_inputs_are_not_changed():
    t, y = one_hot(T, 3), one_hot(Y, 3)
    confusion_matrix(t, y)
    top_misclassified(y, t, 2)
    np.testing.assert_array_equal(t, one_hot(T, 3))
    np.testing.assert_array_equal(y, one_hot(Y, 3))


def test_uint8_labels_do_not_overflow():
    t = np.array([99, 99, 3], np.uint8)
    matrix = confusion_matrix(t, t)
    assert matrix.shape == (100, 100) and matrix[99, 99] == 2 and matrix[3, 3] == 1


# scikit-learn


@settings(max_examples=50)
@given(st.integers(2, 6), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40))
def test_equal_to_scikit_learn(classes, pairs):
    sklearn = need("sklearn.metrics")
    t, y = (np.array(labels) % classes for labels in zip(*pairs, strict=True))
    assert accuracy(t, y) == pytest.approx(sklearn.accuracy_score(t, y))
    np.testing.assert_array_equal(
        confusion_matrix(t, y, classes), sklearn.confusion_matrix(t, y, labels=range(classes))
    )
    for ours, theirs in (
        (precision, sklearn.precision_score), (recall, sklearn.recall_score), (f1_score, sklearn.f1_score),
    ):  # fmt: skip
        for average in ("macro", "micro", None):
            expected = theirs(t, y, labels=range(classes), average=average, zero_division=0)
            np.testing.assert_allclose(ours(t, y, average, classes), expected)


def test_report_equals_scikit_learn():
    sklearn = need("sklearn.metrics")
    rng = np.random.default_rng(0)
    t = rng.integers(0, 10, 500)
    y = np.where(rng.random(500) < 0.8, t, rng.integers(0, 10, 500))
    report = classification_report(t, y)
    expected = sklearn.precision_recall_fscore_support(t, y)
    for ours, theirs in zip((report.precision, report.recall, report.f1, report.support), expected, strict=True):
        np.testing.assert_allclose(ours, theirs)
    assert report.accuracy == sklearn.accuracy_score(t, y)


# the report


def test_report_is_a_table_one_can_read():
    report = classification_report(T, Y, ["cat", "dog", "guinea pig"])
    assert str(report) == repr(report)
    lines = str(report).splitlines()
    assert [line.split() for line in lines] == [
        ["precision", "recall", "F1", "samples"],
        ["cat", "1.0000", "0.6667", "0.8000", "3"],
        ["dog", "0.3333", "0.5000", "0.4000", "2"],
        ["guinea", "pig", "0.0000", "0.0000", "0.0000", "1"],
        ["mean", "0.4444", "0.3889", "0.4000", "6"],
        ["accuracy", "0.5000", "6"],
    ]
    assert len({len(line) for line in lines}) == 1  # the columns stand under each other


def test_report_counts_the_classes_from_0_without_names():
    assert classification_report(T, Y, num_classes=4).class_names == ("0", "1", "2", "3")


def test_report_is_translated(monkeypatch):
    monkeypatch.setattr(metrics, "_", lambda text: f"«{text}»")
    assert all(f"«{word}»" in str(classification_report(T, Y)) for word in
               ("precision", "recall", "F1", "samples", "mean", "accuracy"))  # fmt: skip


# top misclassified


def test_the_surest_mistakes_come_first():
    probabilities = np.array([
        [0.9, 0.1, 0.0],  # right
        [0.6, 0.3, 0.1],  # wrong, 0.6
        [0.0, 0.05, 0.95],  # wrong, 0.95
        [0.2, 0.6, 0.2],  # wrong, 0.6: as sure as sample 1, which comes first
        [0.0, 0.0, 1.0],  # right
    ])  # fmt: skip
    t = np.array([0, 1, 0, 2, 2])
    np.testing.assert_array_equal(top_misclassified(probabilities, t, 10), [2, 1, 3])
    np.testing.assert_array_equal(top_misclassified(probabilities, one_hot(t, 3), 2), [2, 1])
    assert top_misclassified(probabilities[[0, 4]], t[[0, 4]], 3).shape == (0,)
    assert top_misclassified(probabilities, t, np.int64(1)).tolist() == [2]


# bad input


@pytest.mark.parametrize("score", [accuracy, precision, recall, f1_score, confusion_matrix, classification_report])
@pytest.mark.parametrize("t, y, error, message", [
    ([], [], ValueError, r"t has shape \(0,\)"),
    (0, 0, ValueError, r"t has shape \(\)"),
    (np.zeros((2, 2, 2)), [0, 0], ValueError, r"t has shape \(2, 2, 2\)"),
    ([0, 1], np.zeros((2, 0)), ValueError, r"y has shape \(2, 0\)"),
    ([0, 1, 1], [0, 1], ValueError, "t has 3 samples and y 2"),
    ([0.0, 1.0], [0, 1], TypeError, "t has shape .* dtype float64, expected integer labels"),
    ([0, 1], [0.0, 1.0], TypeError, "y has shape"),
    (["a", "b"], [0, 1], TypeError, "expected integer labels"),
    ([0, 1], [["a"], ["b"]], TypeError, "expected numbers"),
    ([0, -1], [0, 1], ValueError, "run from -1 to 1, expected 0 to 1"),
    ([0, 1], [0, -2], ValueError, "run from -2 to 1"),
    ([0, 2], [[0.5, 0.5], [0.1, 0.9]], ValueError, "run from 0 to 2, expected 0 to 1"),
    ([[0.5, 0.5], [0.1, 0.9]], [0, 1], ValueError, "single 1, else 0"),
    ([[1, 0], [1, 1]], [0, 1], ValueError, "single 1, else 0"),
    ([[1, 0], [2, -1]], [0, 1], ValueError, "single 1, else 0"),
    ([[1, 0], [0, 1]], [[1, 0, 0], [0, 1, 0]], ValueError, r"number of classes: \[2, 3\]"),
    ([0, 1], [[0.5, np.nan], [0.1, 0.9]], ValueError, "y holds NaN"),
])  # fmt: skip
def test_bad_input_is_named(score, t, y, error, message):
    with pytest.raises(error, match=message) as caught:
        score(t, y)
    assert str(caught.value).startswith(f"{score.__name__}: ")


@pytest.mark.parametrize("call, error, message", [
    (lambda: confusion_matrix(T, Y, 2), ValueError, "run from 0 to 2, expected 0 to 1"),
    (lambda: confusion_matrix(T, one_hot(Y, 3), 4), ValueError, r"number of classes: \[3, 4\]"),
    (lambda: confusion_matrix(T, Y, 2.5), TypeError, "num_classes is 2.5"),
    (lambda: confusion_matrix(T, Y, 0), ValueError, "run from 0 to 2"),
    (lambda: precision(T, Y, "weighted"), ValueError, "average is 'weighted', expected 'macro', 'micro' or None"),
    (lambda: recall(T, Y, 3), ValueError, "recall: average is 3"),
    (lambda: classification_report(T, Y, ["a", "b"]), ValueError, "class_names has 2 names, expected 3"),
    (lambda: top_misclassified(Y, T, 3), ValueError, r"probabilities has shape \(6,\)"),
    (lambda: top_misclassified(one_hot(Y, 3), T, 0), ValueError, "k is 0"),
    (lambda: top_misclassified(one_hot(Y, 3), T, 1.5), ValueError, "k is 1.5"),
    (lambda: top_misclassified(one_hot(Y, 3), T[:2], 1), ValueError, "t has 2 samples and y 6"),
])  # fmt: skip
def test_other_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
