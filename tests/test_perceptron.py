"""Gates: their truth tables, in both forms of the notes, and why XOR needs two layers."""


import numpy as np
import pytest
from common import refuses

from dlcourse.perceptron import AND, NAND, OR, XOR, Perceptron

X1, X2 = [0, 1, 0, 1], [0, 0, 1, 1]
TABLES = {AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0], XOR: [0, 1, 1, 0]}
of_each_gate = pytest.mark.parametrize(("gate", "table"), TABLES.items(), ids=["AND", "OR", "NAND", "XOR"])


@of_each_gate
def test_truth_tables_with_numbers(gate, table):
    for x1, x2, expected in zip(X1, X2, table, strict=True):
        found = gate(x1, x2)
        assert (type(found), found) == (int, expected)
        assert gate(bool(x1), float(x2)) == expected
        assert type(gate(np.float32(x1), np.int64(x2))) is int


@of_each_gate
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.float32])
def test_truth_tables_with_arrays(gate, table, dtype):
    x1, x2 = np.array(X1, dtype), np.array(X2, dtype)
    found = gate(x1, x2)
    assert found.dtype.kind == "i" and found.tolist() == table
    assert gate(X1, X2).tolist() == table  # lists too
    assert gate(x1.reshape(2, 2), x2.reshape(2, 2)).tolist() == np.reshape(table, (2, 2)).tolist()


@of_each_gate
def test_a_number_meets_an_array(gate, table):
    assert gate(np.array([0, 1]), 1).tolist() == table[2:]


def test_the_notes_gates_agree():
    # The notes' AND in its threshold form, their OR (which they called AND), and their NAND.
    def fires(x1, x2, w1, w2, theta):
        return 1 if x1 * w1 + x2 * w2 > theta else 0

    for x1, x2 in zip(X1, X2, strict=True):
        assert AND(x1, x2) == fires(x1, x2, 0.5, 0.5, 0.7)
        assert OR(x1, x2) == fires(x1, x2, 0.5, 0.5, 0.4)
        assert NAND(x1, x2) == fires(x1, x2, -0.5, -0.5, -0.7)
        assert XOR(x1, x2) == AND(NAND(x1, x2), OR(x1, x2)) == (x1 != x2)


def test_a_threshold_is_a_bias_with_the_other_sign():
    rng = np.random.default_rng(0)
    x1, x2 = rng.normal(size=(2, 500))
    found = Perceptron([0.5, -0.25], b=-0.125)(x1, x2)
    assert (found == (0.5 * x1 - 0.25 * x2 > 0.125)).all()
    assert 0 < found.sum() < 500


def test_on_the_line_itself_it_does_not_fire():
    assert Perceptron([1], -1)(1) == 0
    assert Perceptron([1], -1)(1.0000001) == 1


def test_any_number_of_inputs():
    majority = Perceptron([1, 1, 1], -1.5)
    assert [majority(*bits) for bits in np.ndindex(2, 2, 2)] == [0, 0, 0, 1, 0, 1, 1, 1]


def test_no_weights_make_xor():
    # Not a proof: none of many thousand lines does it.
    w1, w2, b = np.random.default_rng(0).uniform(-2, 2, size=(3, 50_000))
    answers = np.stack([x1 * w1 + x2 * w2 + b > 0 for x1, x2 in zip(X1, X2, strict=True)])
    for gate, table in TABLES.items():
        found = (answers == np.array(table, bool)[:, None]).all(axis=0).any()
        assert found == (gate is not XOR)


def test_weights_given_are_copied():
    w = np.array([0.5, 0.5])
    gate = Perceptron(w, -0.7)
    w[:] = 9
    assert (gate(0, 1), gate(1, 1)) == (0, 1)


def test_repr():
    assert repr(Perceptron([0.5, 1], -0.7)) == "Perceptron(w=[0.5, 1.0], b=-0.7)"


def test_bad_input():
    with refuses(ValueError, "Perceptron: w has shape (1, 2), expected (D,) with D ≥ 1"):
        Perceptron([[0.5, 0.5]], 0)
    with refuses(ValueError, "Perceptron: w has shape (), expected (D,) with D ≥ 1"):
        Perceptron(0.5, 0)
    with refuses(TypeError, "Perceptron: w has dtype <U3, expected real numbers"):
        Perceptron(["0.5"], 0)
    with refuses(ValueError, "Perceptron: w has shape (0,), expected (D,) with D ≥ 1"):
        Perceptron([], 0)
    with refuses(ValueError, "Perceptron: b has shape (2,), expected a single number"):
        Perceptron([0.5, 0.5], [0, 0])
    with refuses(TypeError, "Perceptron: b has dtype object, expected real numbers"):
        Perceptron([0.5, 0.5], None)
    with refuses(ValueError, "Perceptron: 3 inputs came, w has 2 weights"):
        Perceptron([0.5, 0.5], 0)(0, 1, 1)
    with refuses(TypeError, "Perceptron: x2 has dtype <U1, expected real numbers"):
        AND(0, "1")
    with refuses(ValueError, "Perceptron: the inputs have the shapes (2,), (3,), which do not fit together"):
        AND([0, 1], [0, 1, 1])
