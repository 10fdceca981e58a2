"""What chapter 01 says of the perceptron rule: it stops at every gate that has a line, from any start, and never at XOR."""

import numpy as np
import pytest

from dlcourse.perceptron import Perceptron

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize("number", range(16))
def test_it_stops_where_there_is_a_line_and_only_there(number):
    table = [int(bit) for bit in f"{number:04b}"]
    has_a_line = table not in ([0, 1, 1, 0], [1, 0, 0, 1])
    for seed in range(10):
        assert (mistakes(table, seed)[-1] == 0) == has_a_line
