"""The lines that chapter 02 leaves to its reader, in both editions: untouched, wrong in three ways, right in two."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from test_notebooks import offline

from dlcourse.checks import compare

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
EDITIONS = {"en": NOTEBOOKS / "02_activations.ipynb", "zh": NOTEBOOKS / "zh" / "02_activations.ipynb"}
BLANK = re.compile(r"return \.\.\.  # .+")
TODO = {"en": "{}: not yet. Write your line in place of the three dots, and run the cell again.\n",
        "zh": "{}：还不对。把三个点换成你写的那一行，再运行这一格。\n"}  # fmt: skip
RIGHT = {"en": "{}: right\n", "zh": "{}：对了\n"}

# What the cells with a blank take from those before them.
NEEDED = ("setup", "idea-figure", "code-rules")

# For each cell: its function; two right lines; wrong ones, with what is then said: a shape, two values, an exception.
LINES = {
    "code-tanh": ("tanh_of_sigmoid", ["2 * sigmoid(2 * x) - 1", "sigmoid(2 * x) - sigmoid(-2 * x)"], {
        "2 * sigmoid(2 * x).sum() - 1": ["()", "(5,)"],
        "2 * sigmoid(x) - 1": ["-1", "-0.4621", "-0.7616"],
        "2 * sigmoid(2 * z) - 1": ["NameError", "'z'", "return 2 * sigmoid(2 * z) - 1"],
    }),
    "code-sigmoid-slope": ("slope_of_sigmoid", ["y * (1 - y)", "y - y**2"], {
        "y @ (1 - y)": ["()", "(5,)"],
        "1 - y**2": ["0.1192", "0.9858", "0.105"],
        "y (1 - y)": ["TypeError", "not callable", "return y (1 - y)"],
    }),
    "code-kinks": ("tent", ["relu(x + 1) - 2 * relu(x) + relu(x - 1)", "relu(1 - relu(x) - relu(-x))"], {
        "[relu(x + 1), -2 * relu(x), relu(x - 1)]": ["(3, 9)", "(9,)"],
        "relu(x + 1) - relu(x) + relu(x - 1)": ["0.5", "1", "0.5"],
        "relu(x + 1) - 2 * relu(x) + relu(x, 1)": ["TypeError", "relu()", "return relu(x + 1) - 2"],
    }),
    "exercise-1": ("leaky_relu", ["np.maximum(x, x / 10)", "np.where(x > 0, x, 0.1 * x)"], {
        "max(x.tolist())": ["()", "(3,)"],
        "np.maximum(x, 0.1)": ["0", "0.1", "0"],
        "x if x > 0 else x / 10": ["ValueError", "truth value", "return x if x > 0"],
    }),
}  # fmt: skip


class Reader:
    """Someone who reads an edition of the chapter in a kernel, and puts lines of her own into its cells."""

    def __init__(self, path):
        self.cells = nbformat.read(path, as_version=4).cells
        self.client = NotebookClient(nbformat.read(path, as_version=4), timeout=600, coalesce_streams=True)

    def cell(self, name):
        return next(cell for cell in self.cells if cell.id == name)

    def run(self, source):
        """Run a cell; give what it prints. An error in it ends the test."""
        cell = nbformat.v4.new_code_cell(source)
        self.client.nb.cells[0] = cell
        self.client.execute_cell(cell, 0)
        return "".join(output.get("text", "") for output in cell.outputs)

    def fill(self, name, line):
        source, count = BLANK.subn(lambda _blank: f"return {line}", self.cell(name).source)
        assert count == 1
        return self.run(source)


@pytest.fixture(scope="module", params=EDITIONS)
def reader(request, tmp_path_factory):
    """Give the edition, and a reader who has come to the exercises and left every blank."""
    reader = Reader(EDITIONS[request.param])
    with reader.client.setup_kernel(env=offline(tmp_path_factory.mktemp("kernel"))):
        for name in (*NEEDED, *LINES):
            reader.run(reader.cell(name).source)
        yield request.param, reader


@pytest.mark.parametrize("path", EDITIONS.values(), ids=EDITIONS)
def test_these_cells_have_a_blank_and_no_other(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells if cell.cell_type == "code" and BLANK.search(cell.source)] == list(LINES)


@pytest.mark.parametrize("name", LINES)
def test_left_blank_it_says_what_is_to_be_done(reader, name):
    edition, reader = reader
    printed = reader.run(reader.cell(name).source)
    assert printed == TODO[edition].format(LINES[name][0])
    assert [output.text for output in reader.cell(name).outputs] == [printed]


@pytest.mark.parametrize("name", LINES)
def test_a_wrong_line_is_told_in_one_line_what_is_wrong(reader, name):
    edition, reader = reader
    function, _right, wrong = LINES[name]
    for line, words in wrong.items():
        printed = reader.fill(name, line)
        start = {"en": f"{function}: not yet. ", "zh": f"{function}：还不对。"}[edition]
        assert printed.startswith(start) and printed.count("\n") == 1
        for word in words:
            said = printed[len(start) :]
            assert word in (re.findall(r"-?\d+(?:\.\d+)?", said) if re.fullmatch(r"[-\d.]+", word) else said), printed


@pytest.mark.parametrize("name", LINES)
def test_a_right_line_is_right_in_any_form(reader, name):
    edition, reader = reader
    function, right, _wrong = LINES[name]
    assert [reader.fill(name, line) for line in right] == 2 * [RIGHT[edition].format(function)]


@pytest.mark.parametrize("name", list(LINES)[:3])
def test_what_is_folded_under_it_is_right_and_fits_the_cell(reader, name):
    edition, reader = reader
    after = reader.cells[reader.cells.index(reader.cell(name)) + 1].source
    folded = re.match(r"<details><summary>.+?</summary>\n\n```python\n(.+?)```\n.+?</details>\n", after, re.DOTALL)
    head, line = folded[1].strip().splitlines()
    assert head in reader.cell(name).source.splitlines()
    assert reader.fill(name, line.removeprefix("    return ")) == RIGHT[edition].format(LINES[name][0])


def test_the_input_nearest_to_0_is_told(capsys):
    def square(x):
        return x + x

    compare(square, [-3.0, 3.0, 1.0, 2.0, 0.0], [9.0, 9.0, 1.0, 4.0, 0.0])
    assert capsys.readouterr().out == "square: not yet. For 1 it gives 2, and 1 is right.\n"


def test_what_is_no_number_is_wrong(capsys):
    compare(lambda x: np.full(2, np.nan), [0.0, 1.0], [0.0, 1.0])
    assert "For 0 it gives nan, and 0 is right" in capsys.readouterr().out


def test_a_line_that_changes_what_it_was_given_is_told(capsys):
    def double(x):
        x += x
        return x

    compare(double, [1.0, 2.0], [2.0, 4.0])
    assert "double: not yet" in capsys.readouterr().out


@pytest.mark.parametrize("mine", [3, None, ..., lambda x: None, lambda x: "1", lambda x: 1j * x])
def test_what_is_no_answer_at_all_does_not_stop_the_chapter(mine, capsys):
    compare(mine, [1.0, 2.0], [2.0, 4.0])
    assert "not yet" in capsys.readouterr().out
