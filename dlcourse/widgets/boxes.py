"""Boxes that panels are made of: rows of controls, what is folded away, a message that nobody misses."""

import html
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import ipywidgets as widgets

from dlcourse.widgets.inputs import Checkbox, Control

Kind = TypeVar("Kind", bound=widgets.Widget)

__all__ = ["WRAPPED", "Fold", "box_of_words", "in_rows", "inside"]

WRAPPED = {"display": "flex", "flex_flow": "row wrap", "grid_gap": "0 24px", "align_items": "center", "max_width": "100%"}
"""Layout of a box whose children go on in the next line where there is no more room."""


def in_rows(controls: Iterable[Control]) -> Iterator[widgets.Widget]:
    """Give what is shown of each control; checkboxes that follow each other share a row, for their names are short."""
    for ticks, group in itertools.groupby(controls, lambda control: isinstance(control, Checkbox)):
        shown = [control.widget for control in group if control.widget is not None]
        if ticks and len(shown) > 1:
            for one in shown:
                one.layout.width = "max-content"
            yield widgets.HBox(shown, layout={"flex_flow": "row wrap", "grid_gap": "0 16px"})
        else:
            yield from shown


def inside(widget: widgets.Widget, kind: type[Kind] = widgets.Widget) -> Iterator[Kind]:
    """Give a widget, if it is of this kind, and all of the kind that is in it."""
    if isinstance(widget, kind):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child, kind)


class Fold(widgets.VBox):
    """Controls that are seldom needed, behind a button that says what they are.

    Parameters
    ----------
    title : str
    inside : sequence of ipywidgets widgets
    opened : bool
        Whether they are shown at first.
    tooltip : str
        What can be done with them, for who rests on the button.
    """

    def __init__(self, title: str, inside: Sequence[widgets.Widget], *, opened: bool = False, tooltip: str = ""):
        self._title = title
        layout = {"width": "max-content", "max_width": "calc(100% - 4px)"}
        self.button = widgets.ToggleButton(value=opened, tooltip=tooltip, layout=layout)
        self.inside = widgets.Box(inside, layout=dict(WRAPPED))
        self.button.observe(lambda _change: self._show(), names="value")
        self._show()
        super().__init__([self.button, self.inside], layout={"max_width": "calc(100% - 4px)"})

    def _show(self) -> None:
        opened = self.button.value
        self.button.description = f"{'▾' if opened else '▸'} {self._title}"
        self.inside.layout.display = "flex" if opened else "none"


def box_of_words(words: str, *, more: str = "", details: str = "", fold: str = "") -> str:
    """Give the HTML of a message that nobody misses: bold words, a line below, and what can be unfolded."""
    shown = f"<b>{html.escape(words)}</b>" + (f"<br>{html.escape(more)}" if more else "")
    if details:
        shown += (
            f"<details><summary>{html.escape(fold)}</summary>"
            f'<pre style="overflow: auto">{html.escape(details)}</pre></details>'
        )
    return (
        '<div role="alert" style="background: #fff; color: #8b0000; border: 2px solid #8b0000; padding: 4px 10px; '
        f'line-height: 1.4; white-space: normal">{shown}</div>'
    )
