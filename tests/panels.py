"""What tests of widgets look for in a panel."""

import re

from dlcourse.widgets.picture import Picture


def inside(widget):
    """Give a widget and all that is in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def pictures(panel):
    """Give the pictures of a panel, from above."""
    return [widget for widget in inside(panel) if isinstance(widget, Picture)]


def alt(picture):
    """Give the words that stand for a picture."""
    return re.search(r'alt="([^"]*)"', picture.value)[1]
