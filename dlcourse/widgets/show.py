"""Show a finished figure in a notebook, as an image that has an alt text."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dlcourse.plots import to_html_img

__all__ = ["Shown", "show"]


class Shown:
    """A figure as a notebook keeps it: an ``<img>`` with an alt text, and that text where there are no images.

    JupyterLab would not write an alt text from the metadata of an ordinary figure onto the page.
    """

    def __init__(self, image: str, alt: str):
        self._image = image
        self.alt = alt

    def _repr_html_(self) -> str:
        return self._image

    def __repr__(self) -> str:
        return f"[{self.alt}]"


def show(plot: Figure | Axes | ArrayLike, alt: str) -> Shown:
    """Show a plot as the last line of a cell.

    Parameters
    ----------
    plot : Figure, Axes or several Axes of one figure
        As the functions of `dlcourse.plots` return it.
    alt : str
        What there is to see, for those who cannot see it. One or two sentences.

    Returns
    -------
    Shown
    """
    figure = plot if isinstance(plot, Figure) else np.ravel(plot)[0].get_figure()
    shown = Shown(to_html_img(figure, alt), alt)
    plt.close(figure)  # else the notebook shows it a second time, without the text
    return shown
