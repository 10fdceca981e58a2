"""What every widget of the course is built from, to be had in one line: controls, a picture, a panel that joins the two.

`inputs` holds the controls, `picture` the place for a figure, and `panel` says how a widget is put together.
"""

from dlcourse.widgets.inputs import Checkbox, Choice, Control, Number, button
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["Checkbox", "Choice", "Control", "Number", "Panel", "Picture", "button"]
