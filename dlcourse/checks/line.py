"""The judge of a line that a chapter leaves to its reader: it prints, and the chapter goes on whatever it says."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.access import NotYet
from dlcourse.checks.table import Exercise
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["compare"]

# Of the largest right value: a slope that was measured by a very small step is right to about nine digits.
NEAR = 1e-6


def compare(mine: Callable, inputs: Any, right: Any) -> None:
    """Print whether `mine` gives the right values; if not, the input nearest to 0 at which it does not.

    Parameters
    ----------
    mine : function
        Takes the array `inputs` and gives an array of the same shape. One that gives ``...`` is not written yet.
    inputs : array_like, shape (N,)
    right : array_like, shape (N,)
        What is right for each of them.

    Examples
    --------
    >>> def square(x):
    ...     return x + x
    >>> compare(square, [1.0, 2.0, 3.0], [1.0, 4.0, 9.0])
    square: not yet. For 1 it gives 2, and 1 is right.
    """
    name = getattr(mine, "__name__", "...")
    trial = Trial(Exercise(name, name, "write it", 1, "", names=(name,)), [mine])
    try:
        _judge(trial, np.asarray(inputs, dtype=float), np.asarray(right, dtype=float))
    except NotYet as hint:
        print(hint)
    else:
        print(_("{number}: right").format(number=name))


def _judge(trial: Trial, inputs: np.ndarray, right: np.ndarray) -> None:
    trial.begin()
    found = trial.call(trial.subject, inputs)
    trial.expect(found is not ..., "missing", _("Write your line in place of the three dots, and run the cell again."))
    found = trial.array(found)
    trial.shape(found, right.shape)
    wrong = ~(np.abs(found - right) <= NEAR * np.abs(right).max())  # turned round, so that nan is wrong
    if wrong.any():
        first = min(np.flatnonzero(wrong), key=lambda i: abs(inputs[i]))
        text = _("For {x:.4g} it gives {found:.4g}, and {right:.4g} is right.")
        trial.fail("values", text.format(x=inputs[first], found=float(found[first]), right=right[first]))
    trial.unchanged()
