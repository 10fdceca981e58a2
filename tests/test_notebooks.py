"""Every notebook runs from top to bottom, offline, and prints what is stored in it; and has the form of a chapter."""

import ast
import base64
import io
import json
import os
import re
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
import pytest
from PIL import Image

from dlcourse.grading.sources import LANGUAGE_LINE
from dlcourse.translating.notebooks import BADGES

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), *sorted((ROOT / "notebooks" / "zh").glob("*.ipynb"))]
SECONDS_A_CELL = 600  # only what hangs needs this much
MOST_LINES, MEDIAN_LINES = 20, 5
MOST_SECONDS, MOST_MEGABYTES = 60, 600
# Where other work goes on, as in the gate, the same calculation takes more of a processor's time: chapter 10, 45 s alone,
# has taken 123.
ROOM = 1 if os.environ.get("DLCOURSE_IDLE") == "1" else 3


def name_of(path):
    """Give ``03_mnist_inference``, or ``zh/03_mnist_inference``."""
    return path.stem if path.parent.name == "notebooks" else f"{path.parent.name}/{path.stem}"


of_each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=map(name_of, NOTEBOOKS))
# The Chinese edition calculates the same: that its code and the numbers stored in it are the same, test_languages.py
# tells. So its notebooks are run with the slow tests; and of the English ones, the quick ones alone outside of the gate.
LONG = ("05", "06", "07", "08", "09", "10", "playground")


def marks(path):
    if path.parent.name == "zh":
        return pytest.mark.slow
    return pytest.mark.gate if path.stem.startswith(LONG) else ()


of_each_language = pytest.mark.parametrize(
    "path", [pytest.param(path, id=name_of(path), marks=marks(path)) for path in NOTEBOOKS]
)


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


def offline(tmp_path):
    """Give an environment with no network, one thread, only the bundled data, and nobody's own settings."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTEST_ADDOPTS", "DLCOURSE_DATA")}
    folders = [str(Path(__file__).with_name("offline")), os.environ.get("PYTHONPATH", "")]
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
        "JUPYTER_PREFER_ENV_PATH": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"),
        "MPLCONFIGDIR": str(tmp_path / "matplotlib"), "DLCOURSE_CACHE": str(tmp_path / "cache"),
        "DLCOURSE_LANGUAGE": "en",
    }  # fmt: skip


def nbval(path, tmp_path):
    """Run a notebook under nbval; give the number of its cells that ran, what they took, and the report."""
    command = [
        # Of the plugins nbval alone, and none of our own options: this process runs nothing but a notebook.
        *(sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "nbval", "--nbval", "--nbval-current-env"),
        *("-p", "no:cacheprovider"),
        *("--nbval-sanitize-with", str(Path(__file__).with_name("nbval_sanitize.cfg"))),
        *(f"--nbval-cell-timeout={SECONDS_A_CELL}", f"--rootdir={ROOT}", f"--junitxml={tmp_path / 'cells.xml'}"),
        str(path),
    ]  # fmt: skip
    with open(tmp_path / "report.txt", "w+", encoding="utf-8", errors="replace") as file:
        code, used = measured(command, tmp_path, cwd=ROOT, env=offline(tmp_path), stdout=file, stderr=file)
        file.seek(0)
        report = file.read()
    try:
        suite = ET.parse(tmp_path / "cells.xml").getroot().find("testsuite").attrib
    except FileNotFoundError:
        pytest.fail(report)
    bad = sum(int(suite[kind]) for kind in ("errors", "failures", "skipped"))
    if code or bad:
        pytest.fail(report)
    return int(suite["tests"]), used, report


class Used(NamedTuple):
    """What a process and those that it started took: seconds of processor time, and megabytes of the largest."""

    seconds: float
    megabytes: float


# A process begins with the memory of the one that starts it, and that counts as its own largest. So a small one stands
# in between, and tells what those below it took.
MEASURE = """
import json, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
used = 0, 0
if sys.platform != "win32":
    import resource
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
with open(sys.argv[1], "w") as file:
    json.dump(used, file)
sys.exit(code)
"""


def measured(command, tmp_path, **options):
    """Run a command to its end; give its exit code and what it used, where the system tells (not on Windows)."""
    found = tmp_path / "used.json"
    ran = subprocess.run([sys.executable, "-c", MEASURE, str(found), *command], **options)
    return ran.returncode, Used(*json.loads(found.read_text(encoding="utf-8")))


@of_each_language
def test_it_runs_and_prints_what_is_stored_in_a_minute(path, tmp_path, record_property):
    ran, used, report = nbval(path, tmp_path)
    assert ran == len(code_cells(path)) > 0, report
    print(f"{name_of(path)}: {used.seconds:.0f} s of a processor, {used.megabytes:.0f} MB")
    record_property(name_of(path), f"{used.seconds:.0f} s, {used.megabytes:.0f} MB")
    assert used.seconds <= MOST_SECONDS * ROOM and used.megabytes <= MOST_MEGABYTES


@pytest.mark.slow
@of_each_notebook
def test_it_runs_ten_times_in_a_row(path, tmp_path):
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert nbval(path, folder)[0] == len(code_cells(path))


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: it does not tell")
def test_what_a_process_took_is_told_and_not_what_we_took(tmp_path):
    ours = b"x" * 500_000_000
    work = "import time; block = b'x' * 200_000_000\nwhile time.process_time() < 1: pass"
    alone = [sys.executable, "-c", work]
    code, used = measured([sys.executable, "-c", f"import subprocess; subprocess.run({alone!r})"], tmp_path)
    assert code == 0 and len(ours) > 0
    assert used.seconds >= 1 and 200 <= used.megabytes < 400


def figures(notebook):
    """Give the alt text and the pixels of all figures of a notebook, in order."""
    html = [
        str(output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs
    ]  # fmt: skip
    found = re.findall(r'alt="([^"]*)"[^>]*? src="data:image/png;base64,([^"]+)"', "".join(html))
    return [(alt, np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float)) for alt, png in found]


@pytest.mark.slow
@of_each_notebook
def test_nbconvert_changes_no_figure_and_no_prose(path, tmp_path):
    command = ["nbconvert", "--to", "notebook", "--execute", "--output-dir", str(tmp_path), str(path)]
    subprocess.run([sys.executable, "-m", "jupyter", *command], env=offline(tmp_path), check=True, capture_output=True)
    stored, run = (nbformat.read(file, as_version=4) for file in (path, tmp_path / path.name))
    assert [cell.source for cell in run.cells] == [cell.source for cell in stored.cells]
    before, after = figures(stored), figures(run)
    assert [alt for alt, _pixels in after] == [alt for alt, _pixels in before]
    for (alt, one), (_alt, other) in zip(before, after, strict=True):
        if not re.search(r"(?i)\btimes?\b", alt):  # what the machine needed is not the same twice
            assert one.shape == other.shape
            assert np.abs(one - other).mean() < 1, f"the figure has changed: {alt}"


def write(path, *cells):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def cell(source, *printed):
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in printed]
    return nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=1)


def test_a_notebook_that_prints_something_else_fails(tmp_path):
    path = write(tmp_path / "wrong.ipynb", cell("print(1)", "1\n"), cell("print(2)", "3\n"))
    with pytest.raises(pytest.fail.Exception, match="1 failed, 1 passed"):
        nbval(path, tmp_path)


def test_a_notebook_that_asks_for_the_network_fails(tmp_path):
    source = "import urllib.request\nurllib.request.urlopen('http://192.0.2.1/')"
    with pytest.raises(pytest.fail.Exception, match="the tests run offline"):
        nbval(write(tmp_path / "online.ipynb", cell(source)), tmp_path)


@of_each_notebook
def test_the_file_is_in_the_form_that_we_commit(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata, "strip metadata.widgets: its ids change with every run"
    outputs = [output for one in code_cells(path) for output in one.outputs]
    assert outputs, "commit a notebook with its outputs: it shall read well where nothing runs"
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(/home/|/Users/|/root/|[A-Z]:\\\\Users)", text), "a path of somebody's machine"
    assert len(text.encode()) <= 1_500_000


@of_each_notebook
def test_cells_are_short_and_prose_stands_between_them(path):
    cells = nbformat.read(path, as_version=4).cells
    # A translated notebook has a line more that sets the language, and one where a cell is not translated yet.
    more = {LANGUAGE_LINE, BADGES["code"]}
    lengths = [len([line for line in one.source.strip().splitlines() if line not in more]) for one in code_cells(path)]
    assert max(lengths) <= MOST_LINES
    assert statistics.median(lengths) <= MEDIAN_LINES
    kinds = [one.cell_type for one in cells]
    assert ("code", "code") not in zip(kinds, kinds[1:], strict=False)


@of_each_notebook
def test_the_code_is_what_a_learner_may_copy(path):
    for one in code_cells(path):
        tree = ast.parse(re.sub(r"^[%!].*$", "pass", one.source, flags=re.MULTILINE))
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.names[0].name == "*"), one.source
            assert not (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.path"), one.source


def test_there_are_notebooks():
    assert "00_start_here" in [path.stem for path in NOTEBOOKS]
