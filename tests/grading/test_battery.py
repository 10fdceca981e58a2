"""What a function of arrays must bear: whole numbers stay whole, and the smallest wrong input is one that may be."""

import numpy as np
import pytest

from dlcourse.checks import NotYet, values
from dlcourse.checks.battery import function
from dlcourse.checks.table import Exercise
from dlcourse.checks.trial import Trial


def judged(f, reference, draw, shapes, *args, **options):
    here = Trial(Exercise("99.1", "A test", "write it", 1, "Nowhere", ("f",)), [f])
    function(here, f, reference, draw, shapes, *args, **options)
    here.end()


def picks(y, t):
    return y[np.arange(len(t)), np.asarray(t, int)]


def scores(rng, count, classes):
    return rng.uniform(0.1, 0.9, (count, classes)), rng.integers(classes, size=count)


def test_labels_are_whole_numbers_whatever_the_other_arrays_are():
    seen = set()

    def own(y, t):
        seen.add(t.dtype.kind)
        return y[np.arange(len(t)), t]

    judged(own, picks, scores, ((4, 3), (1, 2), (3, 3)), dtypes=("f4", "i8", "i4", "u1"))
    assert seen == {"i", "u"}


def test_the_smallest_wrong_input_keeps_to_what_was_drawn():
    asked = []

    def own(p):
        asked.append(p)
        return np.log(p) + 0.1 * (p > 0.5)

    with pytest.raises(NotYet) as caught:
        judged(own, lambda x: np.log(x), lambda rng, *shape: (rng.uniform(0.01, 0.99, shape),), ((5,), (1,)), dtypes=())
    assert all(np.all((p > 0) & (p < 1)) for p in asked), "neither 0 nor 1 is a probability that was drawn"
    assert "For x = [0." in caught.value.hint


def test_rounding_keeps_the_side_of_zero_and_of_one():
    found = values.rounded(np.array([0.0, 0.004321, -0.27, 0.97, 1.4, -12.6]), 0)
    assert np.allclose(found, [0.0, 0.004, -0.2, 0.9, 1.0, -13.0])
    assert values.rounded(0.97, 1) == 0.9 and values.rounded(3, 0) == 3 and values.rounded("a", 0) == "a"
    assert np.array_equal(values.rounded(np.array([7, 8]), 0), [7, 8])
