"""What chapter 01 says of the perceptron rule (it stops at every gate that has a line, and never at XOR), and of counting."""

from itertools import product

import numpy as np
import pytest

from dlcourse.perceptron import Perceptron

PAIRS = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])


def mistakes(table, seed, rounds=200):
    """Teach a truth table from whole numbers drawn at random; give how many mistakes each round made."""
    rng = np.random.default_rng(seed)
    w, b = rng.integers(-9, 10, 2), int(rng.integers(-9, 10))
    made = []
    for _round in range(rounds):
        made.append(0)
        for i in rng.permutation(4):
            mistake = table[i] - Perceptron(w, b)(*PAIRS[i])
            w, b = w + mistake * PAIRS[i], b + mistake
            made[-1] += abs(mistake)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("number", range(16))
def test_it_stops_where_there_is_a_line_and_only_there(number):
    table = [int(bit) for bit in f"{number:04b}"]
    has_a_line = table not in ([0, 1, 1, 0], [1, 0, 0, 1])
    for seed in range(10):
        assert (mistakes(table, seed)[-1] == 0) == has_a_line


def test_a_mistake_carries_the_arrow_forward_and_may_yet_turn_it_away():
    inputs, right = np.column_stack([PAIRS, np.ones(4)]), np.array([2.0, 2, -3])  # AND, the bias as a third weight
    steps, turned_away = [], 0
    for seed in range(100):
        arrow = np.random.default_rng(seed).integers(-9, 10, 3)
        for _round in range(50):
            for x, t in zip(inputs, (0, 0, 0, 1)):
                moved = arrow + (t - (arrow @ x > 0)) * x
                if (moved != arrow).any():
                    steps.append((moved - arrow) @ right)
                    lengths = np.linalg.norm(arrow) * np.linalg.norm(right), np.linalg.norm(moved) * np.linalg.norm(right)
                    turned_away += arrow @ right / max(lengths[0], 1) > moved @ right / max(lengths[1], 1)
                arrow = moved
    assert min(steps) == np.abs(inputs @ right).min() == 1
    assert 0 < turned_away < len(steps) / 2


def test_a_layer_of_ten_counts_and_another_one_says_odd():
    """So 11 neurons in two layers do what takes 513 by the recipe for any table, and 27 as nine XORs."""
    rows = np.array(list(product((0, 1), repeat=10))).T
    at_least = [Perceptron(np.ones(10), 0.5 - k)(*rows) for k in range(1, 11)]
    odd = Perceptron([1, -1] * 5, -0.5)(*at_least)
    assert np.array_equal(odd, rows.sum(axis=0) % 2)
    assert odd.sum() + 1 == 513
