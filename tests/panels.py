"""What tests of widgets look for in a panel."""

import pkgutil
import re

import dlcourse.widgets
from dlcourse.widgets.boxes import inside
from dlcourse.widgets.controls import Checkbox, Choice, Number
from dlcourse.widgets.picture import Picture


def pictures(panel):
    """Give the pictures of a panel, from above; those that nobody has opened yet show nothing."""
    return [widget for widget in inside(panel) if isinstance(widget, Picture) and widget.value]


def alt(picture):
    """Give the words that stand for a picture."""
    return re.search(r'alt="([^"]*)"', picture.value)[1]


def all_widgets():
    """Find every call of the package that gives a panel: the function that has the name of its file."""
    for info in pkgutil.iter_modules(dlcourse.widgets.__path__):
        call = getattr(dlcourse.widgets, info.name)
        if callable(call) and info.name not in ("quiz", "show"):
            yield info.name


def values_to_try(control):
    if isinstance(control, Number):
        return [control.source.min, control.source.max]
    if isinstance(control, Checkbox):
        return [True, False]
    if isinstance(control, Choice):
        return [value for _name, value in control.source.options]
    return []
