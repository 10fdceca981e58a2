"""Nearly every mutant of every solution is rejected, each survivor has a reason, and the scorecard says so."""

import pytest
import scorecard
from answering import gradable
from mutants import mutants, reasons, survivors

SOURCE = """
def f(x):
    return x

### BEGIN SOLUTION
def f(x, keep=True):
    y = np.max(x, axis=0) - 1
    y += 2.5
    return y if keep else -y.T
### END SOLUTION
"""


def test_mutants_change_the_solution_and_nothing_else():
    found = dict(mutants(SOURCE))
    assert all("def f(x):\n    return x\n" in text for text in found.values())
    assert len(set(found.values())) == len(found)
    for what in (
        "line 6: np.max(x, axis=0) - 1 → np.max(x, axis=0) + 1", "line 6: np.max(x, axis=0) → np.max(x)",
        "line 6: np.max → np.min", "line 6: 0 → 1", "line 7: y += 2.5 → y -= 2.5", "line 7: y += 2.5 → pass",
        "line 8: y if keep else -y.T → y", "line 8: -y.T → y.T", "line 8: y.T → y",
    ):  # fmt: skip
        assert what in found, found


@pytest.mark.slow
@pytest.mark.parametrize("number", gradable())
def test_each_survivor_has_a_reason(number):
    total, survived = survivors(number)
    assert total >= 2
    assert set(survived) == set(reasons(number)), "survivors and reasons differ"


@pytest.mark.slow
def test_nineteen_of_twenty_mutants_are_rejected():
    figures = [survivors(number) for number in gradable()]
    total, survived = sum(count for count, _kept in figures), sum(len(kept) for _count, kept in figures)
    assert 1 - survived / total >= 0.95, f"{survived} of {total} survive"


@pytest.mark.slow
def test_the_scorecard_is_in_step():
    written = scorecard.FILE.read_text(encoding="utf-8")
    assert written == scorecard.text(), "run: python tests/grading/scorecard.py"
