"""Each notebook, opened in a real JupyterLab as a learner opens it, runs to its end without a complaint."""

import pytest
from lab import ROOT

NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]


# Where an image has no words, the start of its source.
SILENT_IMAGES = """() => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(image => !image.alt.trim()).map(image => image.src.slice(0, 80))"""

# What JupyterLab shows in the place of a widget without a kernel.
BROKEN_WIDGETS = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .map(output => output.innerText).filter(text => text.includes('Error displaying widget'))"""


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_well_before_it_runs_and_runs_to_its_end(open_notebook, name):
    notebook = open_notebook(name)
    assert notebook.scroll_through(SILENT_IMAGES) == []
    assert notebook.scroll_through(BROKEN_WIDGETS) == []
    notebook.run_all()
    assert notebook.scroll_through(SILENT_IMAGES) == []
    assert notebook.errors() == []
    assert notebook.complaints == []
