"""One figure for each chapter: its idea at a glance. README's table shows them, small.

``chapter04.py`` draws that of chapter 04 with its function ``draw``. To write the pictures anew:
``python -m dlcourse.plots.signatures``.
"""

from importlib import import_module
from importlib.util import find_spec

from matplotlib.figure import Figure

__all__ = ["signature"]


def signature(chapter: int) -> Figure:
    """Draw the signature figure of a chapter.

    Parameters
    ----------
    chapter : int
        1 to 10.

    Raises
    ------
    ValueError
        If that chapter has none.
    """
    module = f"{__name__}.chapter{chapter:02d}"
    if find_spec(module) is None:
        raise ValueError(f"signature: chapter is {chapter}, which has no signature figure")
    return import_module(module).draw()
