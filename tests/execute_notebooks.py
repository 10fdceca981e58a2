"""Run notebooks and write their outputs into them: ``python tests/execute_notebooks.py [NOTEBOOK …]``.

For whoever changes a chapter or what it imports: run it, look at the difference, commit. Without arguments it takes
all notebooks. Each runs from top to bottom in a fresh kernel, as tests/test_notebooks.py runs it: with no network,
one thread, and nobody's own settings. What differs from run to run is taken out, so that a difference means something.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from test_notebooks import offline

ROOT = Path(__file__).parents[1]
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
KEPT = ("tags", "dlcourse")  # of a cell's metadata
WIDGET = "application/vnd.jupyter.widget-view+json"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="files; all of notebooks/ if not given")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(offline(Path(folder)))
        for path in parser.parse_args().notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
            start = time.perf_counter()
            execute(path)
            print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1000:,.0f} kB")


def execute(path):
    """Run one notebook in place; if a cell fails, the file stays as it was."""
    notebook = nbformat.read(path, as_version=4)
    # Where a long print is cut into pieces depends on the moment: coalesce_streams puts them together.
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False, coalesce_streams=True,
        resources={"metadata": {"path": str(ROOT)}},
    )  # fmt: skip
    client.execute()
    clean(notebook)
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def clean(notebook):
    """Take out what differs from run to run, and what would show an error where the notebook does not run."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    notebook.nbformat_minor = 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            # A stored widget has no kernel behind it: JupyterLab would say "Error displaying widget: model not found".
            # Without this, it shows the text that the widget gives beside it.
            output.get("data", {}).pop(WIDGET, None)
            output.get("metadata", {}).pop(WIDGET, None)
            if output.output_type == "execute_result":
                output.execution_count = count


if __name__ == "__main__":
    main()
