"""Where the course lies: the folder with the notebooks."""

from pathlib import Path

FIRST_NOTEBOOK = Path("notebooks", "00_start_here.ipynb")


def course_folder(start: Path | None = None) -> Path | None:
    """Find the folder that holds the notebooks: `start` or one above it, else the checkout this package runs from.

    Parameters
    ----------
    start : Path, optional
        Where to look first; the current folder if not given.

    Returns
    -------
    Path or None
        None where only the installed package is there: the notebooks are not part of it.
    """
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents, Path(__file__).resolve().parents[2]):
        if (folder / FIRST_NOTEBOOK).is_file():
            return folder
    return None
