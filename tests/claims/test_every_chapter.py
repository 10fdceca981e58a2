"""Each assert of a chapter, with nine more seeds than the one in it: true for at least nine of the ten.

The chapter's own cells are run, with another number wherever one seeds a generator. A cell that raises AssertionError
counts as a claim that failed; the cells after it go on.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[01][0-9]_*.ipynb"))[1:]
SEEDS = range(100, 109)  # and the chapter's own, which every run of the notebook tries
SEED = re.compile(r"(\bdefault_rng\(|\b(?:rng|seed|random_state)=)\d+")
# Cells that are nothing but a widget.
ONLY_A_WIDGET = re.compile(r"\Afrom dlcourse\.widgets import \w+\s+\w+\([^)]*\)\s*\Z")


def asserts(cell):
    """How many asserts stand in a cell."""
    return sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


def failures(cells, seed):
    """Run the cells with another seed; give the ids of those whose assert failed."""
    namespace, failed = {"__name__": "__main__"}, []
    for cell in cells:
        try:
            exec(compile(SEED.sub(rf"\g<1>{seed}", cell.source), cell.id, "exec"), namespace)  # noqa: S102
        except AssertionError:
            failed.append(cell.id)
    return failed


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_its_claims_hold_for_nine_of_ten_seeds(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    mpl.use("Agg")
    cells = [
        cell for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and not ONLY_A_WIDGET.match(cell.source)
    ]  # fmt: skip
    assert sum(map(asserts, cells)) >= 5
    failed = Counter(name for seed in SEEDS for name in failures(cells, seed))
    print(f"{path.stem}: {dict(failed)} of {len(SEEDS)}")
    assert {name: count for name, count in failed.items() if count > 1} == {}


def test_a_claim_that_fails_is_found():
    sources = ["rng = make(7)", "assert True", "assert default_rng(1) == 3", "value = 1", "assert value == 2"]
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources[1:])]
    cells[1].source = "default_rng = lambda seed: seed\nassert default_rng(7) == 103"
    assert failures(cells, 103) == ["cell-3"]
    assert failures(cells, 104) == ["cell-1", "cell-3"]
    assert ONLY_A_WIDGET.match("from dlcourse.widgets import quiz\n\nquiz(7)")
