"""A picture that knows where the pointer is: mouse, pen or finger, at no cost for those who use the keyboard.

The page writes the place into a box that nobody sees, which is how it comes to the kernel.
"""

import html
from collections.abc import Callable

import ipywidgets as widgets

from dlcourse.widgets.picture import Picture

__all__ = ["PointedPicture"]

TELL = """
const box = this.getBoundingClientRect();
const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
const input = this.closest('.dlcourse-panel').querySelector('.' + this.dataset.place + ' input');
input.value = [...share.map(one => one.toFixed(4)), event.timeStamp].join(' ');  // the same place again is told again
input.dispatchEvent(new Event('input', {bubbles: true}));
"""


class PointedPicture(Picture):
    """A `Picture` that tells where the pointer is.

    Parameters
    ----------
    width, height, lines
        Of `Picture`.
    pointed : callable
        ``pointed(x, y)`` with the place, from 0 at the left and above to 1.
    clicks : bool
        Whether it tells of clicks alone, and not of each move.

    Attributes
    ----------
    place : ipywidgets.Text
        To be in the same panel; not to be seen.
    """

    def __init__(self, width: int, height: int, *, lines: int = 1, pointed: Callable[[float, float], None], clicks: bool = False):
        super().__init__(width, height, lines=lines)
        self.place = widgets.Text(layout={"display": "none"})
        self.place.add_class(f"dlcourse-pointed-{self.place.model_id}")
        self.place.observe(lambda change: pointed(*map(float, change["new"].split()[:2])), names="value")
        self._events = ("click",) if clicks else ("pointermove", "pointerdown")

    def show(self, alt: str) -> None:
        """As `Picture.show`."""
        super().show(alt)
        tell = " ".join(f'on{event}="{html.escape(TELL)}"' for event in self._events)
        place = f'data-place="dlcourse-pointed-{self.place.model_id}"'
        self.value = self.value.replace("<img ", f"<img {place} {tell} ", 1)
