"""A filter whose cells are number boxes, and filters to begin with."""

from collections.abc import Callable

import ipywidgets as widgets
import numpy as np

from dlcourse.text import _
from dlcourse.widgets.number_box import NumberBox

__all__ = ["PRESETS", "FilterCells"]

LARGEST = 5  # cells of a filter along one side

PRESETS: dict[str, np.ndarray] = {
    "vertical": np.array([[-1.0, 0, 1]] * 3),
    "horizontal": np.array([[-1.0, 0, 1]] * 3).T,
    "outline": np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}
"""Filters that do something one can see. In a 5×5 filter they stand in the middle; blur fills it."""


class FilterCells(widgets.GridBox):
    """A square of number boxes; of the 5×5 only the 3×3 in the middle shows when the filter is that small.

    Parameters
    ----------
    on_change : callable
        Called after somebody has changed a cell.
    """

    def __init__(self, on_change: Callable[[], None]):
        self._on_change, self._filling, self._size = on_change, False, LARGEST
        boxes = [self._box(*divmod(index, LARGEST)) for index in range(LARGEST**2)]
        grid = {"grid_template_columns": f"repeat({LARGEST}, minmax(0, 62px))", "grid_gap": "2px", "width": "320px"}
        super().__init__(boxes, layout=grid | {"max_width": "100%"})

    def _box(self, i: int, j: int) -> NumberBox:
        # The name is there for a screen reader; for the eye, the place says it.
        cell = NumberBox(
            0.0, -99.0, 99.0, whole=False, description=_("filter row {i}, column {j}").format(i=i + 1, j=j + 1),
            style={"description_width": "0px"}, layout={"width": "62px", "max_width": "100%", "margin": "0"},
        )  # fmt: skip
        cell.observe(self._changed, names="number")
        return cell

    @property
    def filter(self) -> np.ndarray:
        """What is set at present, of shape (3, 3) or (5, 5)."""
        edge = (LARGEST - self._size) // 2
        square = np.array([box.number for box in self.children]).reshape(LARGEST, LARGEST)
        return square[edge : edge + self._size, edge : edge + self._size]

    def fill(self, preset: str) -> None:
        """Write a preset into the cells."""
        self.write(np.full((self._size, self._size), 1 / self._size**2) if preset == "blur" else PRESETS[preset])

    def write(self, square: np.ndarray) -> None:
        """Write numbers into the cells."""
        square = np.pad(square, (LARGEST - len(square)) // 2)
        self._filling = True
        try:
            for box, value in zip(self.children, square.ravel(), strict=True):
                box.number = round(float(value), 4)
        finally:
            self._filling = False

    def resize(self, size: int) -> None:
        """Show 3×3 or 5×5 cells; the room that they take stays the same."""
        self._size, edge = size, (LARGEST - size) // 2
        for index, box in enumerate(self.children):
            inside = all(edge <= i < LARGEST - edge for i in divmod(index, LARGEST))
            box.layout.visibility = "visible" if inside else "hidden"

    def _changed(self, _change) -> None:
        if not self._filling:
            self._on_change()
