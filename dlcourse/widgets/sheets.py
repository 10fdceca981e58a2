"""An array of a network as a picture, on which a click takes one of its numbers in hand."""

from collections.abc import Callable

import numpy as np

from dlcourse.text import _
from dlcourse.widgets.pointing import PointedPicture
from dlcourse.widgets.tiles import Place

__all__ = ["ArraySheet", "compute"]

SIDE = 28  # of the images that a network of 784 inputs sees
COLUMNS = 25  # of an array of one axis, which goes on in the next row
BEYOND = -1  # where a row of the picture has no number of the array


def compute(shape: tuple[int, ...], index: tuple[int, ...]) -> tuple[np.ndarray, str]:
    """Say which numbers of an array are seen together with one of them.

    Parameters
    ----------
    shape : tuple of int
        Of 784 rows one column is seen, as the image that a neuron looks for; of a filter one channel; of a matrix all of
        it, a row for each neuron.
    index : tuple of int

    Returns
    -------
    places : ndarray of int, shape (rows, columns)
        Places in the array, counted through as ``ravel`` does; -1 beyond its end.
    name : str
        Of this part, as code: ``[:, 3]``.
    """
    everything = np.arange(np.prod(shape)).reshape(shape)
    if len(shape) == 4:
        return everything[index[0], index[1]], f"[{index[0]}, {index[1]}]"
    if len(shape) == 2 and shape[0] == SIDE**2:
        return everything[:, index[1]].reshape(SIDE, SIDE), f"[:, {index[1]}].reshape({SIDE}, {SIDE})"
    if len(shape) == 2:
        return everything.T, ".T"
    columns = min(COLUMNS, shape[0])
    rows = -(-shape[0] // columns)
    return np.pad(everything, (0, rows * columns - shape[0]), constant_values=BEYOND).reshape(rows, columns), ""


class ArraySheet(PointedPicture):
    """The picture, with a frame around the number that is in hand.

    Parameters
    ----------
    chosen : callable
        ``chosen(index)`` is called after a click on a number of the array.
    """

    def __init__(self, chosen: Callable[[tuple[int, ...]], None]):
        super().__init__(330, 300, lines=0, pointed=self._pointed, clicks=True)
        self._chosen, self._shape = chosen, ()
        self._places = np.zeros((1, 1), int)
        self.image = Place(self.figure, 0.03, 0.03, 0.94, 0.86)

    def update(self, name: str, array: np.ndarray, index: tuple[int, ...]) -> None:
        """Show what stands around one number of an array."""
        self._shape = array.shape
        self._places, part = compute(array.shape, index)
        values = np.where(self._places == BEYOND, np.nan, np.nan_to_num(array.ravel()[self._places]))
        most = float(np.nanmax(np.abs(values)))
        self.image.show(values, -most, most, name + part)
        ((row, column),) = np.argwhere(self._places == np.ravel_multi_index(index, array.shape))
        self.image.frame.set_bounds(column, row, 1, 1)
        self.image.frame.set_visible(True)
        words = _("{name} as a picture, dark below 0, bright above. In the frame is {place}: {value:.4g}. A click takes another.")
        self.show(words.format(name=name + part, place=list(index), value=array[index]))

    def _pointed(self, across: float, down: float) -> None:
        at = self.image.place_at(across, down)
        number = BEYOND if at is None else self._places[int(at[0]), int(at[1])]
        if number != BEYOND:
            self._chosen(tuple(int(i) for i in np.unravel_index(number, self._shape)))
