"""A control that nobody sees: what belongs to the state of a panel, and so to the line of code that gives it again."""

import ipywidgets as widgets
from traitlets import Any, HasTraits

from dlcourse.widgets.inputs import Control

__all__ = ["Unseen"]


class Unseen(Control):
    """What belongs to the state of a panel and has no control of its own, such as the numbers that are not in hand.

    Parameters
    ----------
    start : object
        Its first value.
    """

    class Holder(HasTraits):
        """Holds the value."""

        value = Any()

    def __init__(self, start: object):
        super().__init__("", self.Holder(value=start))
        self.widget = None

    @property
    def parts(self) -> tuple[widgets.Widget, ...]:
        """Nothing that a hand can move."""
        return ()
