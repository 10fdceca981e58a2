"""Curves of earlier runs, in grey behind those of the present one, and which settings gave them."""

import html
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.text import _

__all__ = ["MOST", "Comparison", "thinned"]

MOST = 4
STYLES = ("-", "--", "-.", ":")
GREY = "0.55"
Curves = Sequence[tuple[Axes, ArrayLike, ArrayLike]]


def thinned(x: ArrayLike, y: ArrayLike, most: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Leave out points of a curve that are more than pixels: they only cost time."""
    every = max(1, len(x) // most)
    return np.asarray(x)[::every], np.asarray(y)[::every]


class Kept(NamedTuple):
    """A run that is past: what is drawn of it, its settings in words, and where it ends."""

    letter: str
    artists: list[Artist]
    words: str
    last: float


class Comparison:
    """Up to four runs that are kept; the oldest makes way for the fifth.

    Parameters
    ----------
    curves : callable
        ``curves(run)`` gives what is to be kept of an iterator: for each curve its axes, x and y.

    Attributes
    ----------
    legend : ipywidgets.HTML
        Says which settings each had.
    """

    def __init__(self, curves: Callable[[Iterator], Curves]):
        self.curves, self.kept, self.ahead = curves, [], None
        self.legend = widgets.HTML(layout={"display": "none", "width": "100%"})

    @property
    def longest(self) -> float:
        """How far to the right the longest of them goes."""
        return max((kept.last for kept in [*self.kept, self.ahead] if kept), default=0)

    def keep(self, run: Iterator, words: str) -> None:
        """Keep the curves that a run has now."""
        self._add(self._draw(run, words))

    def look_ahead(self, run: Iterator, words: str) -> None:
        """Show in grey what came later than the moment that is looked at, as long as it is."""
        self.ahead = self._draw(run, words)
        self._say()

    def settle(self, *, stays: bool) -> None:
        """What came later is one more run that is kept, for another way was taken; or it is the present again."""
        ahead, self.ahead = self.ahead, None
        if stays and ahead:
            self._add(ahead)
        elif ahead:
            self._remove(ahead)
        self._say()

    def forget(self) -> None:
        """Take all away."""
        for kept in self.kept:
            self._remove(kept)
        self.kept = []
        self._say()

    def _draw(self, run: Iterator, words: str) -> Kept:
        taken = {kept.letter for kept in self.kept[1 - MOST :]}
        number, letter = next((i, one) for i, one in enumerate("ABCD") if one not in taken)
        artists: list[Artist] = []
        last = 0.0
        for axes, x, y in self.curves(run):
            if len(x):
                artists += axes.plot(x, y, color=GREY, ls=STYLES[number], lw=1, zorder=1.5)
                artists.append(axes.text(x[-1], y[-1], letter, fontsize=9, color="0.3", fontweight="bold", clip_on=True))
                last = max(last, float(x[-1]))
        return Kept(letter, artists, words, last)

    def _add(self, kept: Kept) -> None:
        self.kept.append(kept)
        for old in self.kept[:-MOST]:
            self._remove(old)
        self.kept = self.kept[-MOST:]
        self._say()

    @staticmethod
    def _remove(kept: Kept) -> None:
        for artist in kept.artists:
            artist.remove()

    def _say(self) -> None:
        lines = [f"<b>{one.letter}</b> {html.escape(one.words)}" for one in self.kept]
        if self.ahead:
            words = _("{words} (what came later; it stays if you go on from here)").format(words=self.ahead.words)
            lines.append(f"<b>{self.ahead.letter}</b> {html.escape(words)}")
        shown = "<br>".join([html.escape(_("In grey, runs that are past:")), *lines])
        self.legend.value = f'<div role="status" style="line-height: 1.4; white-space: normal">{shown}</div>' if lines else ""
        self.legend.layout.display = "block" if lines else "none"
