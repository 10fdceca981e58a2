"""What every widget of the course is built from: controls, a picture that follows them, a panel that joins the two.

A widget file holds a pure ``compute``, then drawing on a `Picture`, then a function that gives a `Panel`:

    image = Number(_("image"), 0, 1999, 0)
    picture = Picture(880, 300)

    def update(changed, image):
        draw(picture.figure, compute(image))
        picture.show(alt=...)

    return Panel(_("Digit reader"), {"image": image}, [picture], update)

The panel calls ``update`` once at the start, and then whenever a control moves, with the names of those that moved
and the values of all. What ``update`` raises is shown in the panel. Nothing here waits, starts a thread or queues:
the browser sends the next move of a slider only after the last one was answered, so a fast drag leaves out values.
"""

import html
import itertools
import math
import numbers
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.picture import Picture

__all__ = ["Checkbox", "Choice", "Control", "Number", "Panel", "Picture", "button"]

LABEL_WIDTH = "10em"
CONTROL_WIDTH = "430px"  # two side by side in a JupyterLab window of the usual size
ALONE_WIDTH = "426px"  # of one that is not in a box of its own: with its margins it is as wide
PANEL_WIDTH = "900px"


class Control:
    """A named input with a value, a start value, and a widget to show.

    Parameters
    ----------
    name : str
        Its label: what it is, and its unit if it has one.
    source : ipywidgets widget
        Holds the value.
    widget : ipywidgets widget, optional
        What is shown; `source` itself if not given.
    """

    def __init__(self, name: str, source: widgets.Widget, widget: widgets.Widget | None = None):
        self.name = name
        self.source = source
        self.widget = source if widget is None else widget
        self.start = source.value

    @property
    def value(self):
        """What is set at present; may be assigned to."""
        return self.source.value

    @value.setter
    def value(self, value) -> None:
        self.source.value = value

    def on_change(self, call: Callable[[], None]) -> None:
        """Have `call` called after each change of the value, by whomever."""
        self.source.observe(lambda _change: call(), names="value")

    def reset(self) -> None:
        """Go back to the start value."""
        self.value = self.start


class Number(Control):
    """A slider and a number box that always agree.

    The box is there to type a value, and because the handle of an ipywidgets slider has no name that a screen
    reader could say.

    Parameters
    ----------
    name : str
        Its label.
    low, high, start : int or float
        Smallest, largest and first value. If all three are integers the value is always one.
    step : int or float, optional
        Of the slider; 1 for integers, a hundredth of the range for others. The box takes any number in the range.
    log : bool
        Whether equal ways of the slider are equal factors. It stops at 1, 2, 5, 10, 20, 50, …, and `step` is not used.

    Raises
    ------
    ValueError
        If `start` is not in the range, or the range of a logarithmic control begins at or below 0.
    """

    def __init__(
        self, name: str, low: float, high: float, start: float, *, step: float | None = None, log: bool = False
    ):
        if not low <= start <= high or not low < high:
            raise ValueError(f"Number {name!r}: start is {start}, expected between low {low} and high {high}")
        if log and low <= 0:
            raise ValueError(f"Number {name!r}: low is {low}, expected above 0 on a logarithmic scale")
        self._whole = all(isinstance(value, numbers.Integral) for value in (low, high, start))
        self._log = log
        if step is None:
            step = 1 if self._whole else (high - low) / 100
        # Each value is rounded to what the scale can mean: 0.3, not 0.30000000000000004.
        self._decimals = max(0, 2 - math.floor(math.log10(step)))
        box_kind = widgets.BoundedIntText if self._whole else widgets.BoundedFloatText
        box = box_kind(
            value=start, min=low, max=high, step=low if log and not self._whole else step, description=name,
            style={"description_width": LABEL_WIDTH}, layout={"width": "214px"},
        )  # fmt: skip
        layout = {"flex": "1 1 auto", "width": "auto", "min_width": "80px"}
        if log:
            self.slider = widgets.FloatLogSlider(
                value=start, min=math.log10(low), max=math.log10(high), step=1 / 3, readout=False, layout=layout
            )
        else:
            slider_kind = widgets.IntSlider if self._whole else widgets.FloatSlider
            self.slider = slider_kind(value=start, min=low, max=high, step=step, readout=False, layout=layout)
        self._move_slider(start)
        super().__init__(name, box, widgets.HBox([box, self.slider], layout={"width": CONTROL_WIDTH}))
        self.slider.observe(self._from_slider, names="value")
        box.observe(self._from_box, names="value")

    def set_range(self, low: float, high: float) -> None:
        """Give the control another range; its value is moved into it if need be."""
        self.value = min(max(self.value, low), high)
        scaled = (math.log10(low), math.log10(high)) if self._log else (low, high)
        for widget, (new_low, new_high) in ((self.source, (low, high)), (self.slider, scaled)):
            # In an order in which the smallest is never above the largest.
            widget.min = min(widget.min, new_low)
            widget.max = new_high
            widget.min = new_low
        self._move_slider(self.value)

    def _from_slider(self, change) -> None:
        # A browser puts the handle at a stop and sends its place back: what differs by rounding alone is no move.
        if self._linked or math.isclose(change["new"], change["old"], rel_tol=1e-9, abs_tol=1e-12):
            return
        self._linked = True  # the slider stays where the hand is: an echo of an older value would pull it back
        try:
            self.source.value = self._tidy(change["new"])
        finally:
            self._linked = False

    def _from_box(self, change) -> None:
        if not self._linked:
            self._move_slider(change["new"])

    def _move_slider(self, value: float) -> None:
        """Put the slider at the stop nearest to a value.

        Its handle stands nowhere else. Given a value between two stops, a browser sends the stop back, as if a hand had
        moved the slider, and the value would be lost.
        """
        slider = self.slider
        place = math.log10(max(value, 10**slider.min)) if self._log else value
        place = min(slider.min + math.floor((place - slider.min) / slider.step + 0.5) * slider.step, slider.max)
        self._linked = True  # the slider's place must not come back as a value
        try:
            slider.value = 10**place if self._log else place
        finally:
            self._linked = False

    def _tidy(self, value: float) -> float:
        if self._log:
            value = float(f"{value:.0e}")
        elif not self._whole:
            value = round(value, self._decimals)
        return round(value) if self._whole else value


class Checkbox(Control):
    """Yes or no.

    Parameters
    ----------
    name : str
        Its label.
    start : bool
        Whether it is ticked at first.
    """

    def __init__(self, name: str, start: bool = False):
        box = widgets.Checkbox(value=start, description=name, indent=False, layout={"width": ALONE_WIDTH})
        super().__init__(name, box)


class Choice(Control):
    """One of several, from a drop-down list.

    Parameters
    ----------
    name : str
        Its label.
    options : mapping of str to object
        What is shown, and the value it stands for.
    start : object, optional
        The first value; that of the first option if not given.
    """

    def __init__(self, name: str, options: Mapping[str, object], start: object = None):
        box = widgets.Dropdown(
            options=list(options.items()), value=next(iter(options.values())) if start is None else start,
            description=name, style={"description_width": LABEL_WIDTH}, layout={"width": ALONE_WIDTH},
        )  # fmt: skip
        super().__init__(name, box)


def button(name: str, on_click: Callable[[], None], *, tooltip: str = "") -> widgets.Button:
    """Make a button as wide as its words; give it `Panel.guard` of what it shall do."""
    made = widgets.Button(description=name, tooltip=tooltip or name, layout={"width": "max-content"})
    made.on_click(lambda _button: on_click())
    return made


def _in_rows(controls: Iterable[Control]) -> Iterator[widgets.Widget]:
    """Give what is shown of each control; checkboxes that follow each other share a row, for their names are short."""
    for ticks, group in itertools.groupby(controls, lambda control: isinstance(control, Checkbox)):
        shown = [control.widget for control in group]
        if ticks and len(shown) > 1:
            for one in shown:
                one.layout.width = "max-content"
            yield widgets.HBox(shown, layout={"flex_flow": "row wrap", "grid_gap": "4px 16px"})
        else:
            yield from shown


class Panel(widgets.VBox):
    """A widget of the course: controls, a button back to their start, pictures, and a place for errors.

    Parameters
    ----------
    title : str
        Its name.
    controls : mapping of str to Control
        By the names of `update`'s arguments.
    body : sequence of ipywidgets widgets
        What is below the controls: pictures, lines of text.
    update : callable
        ``update(changed, **values)`` with the set of names that changed and the values of all controls. It computes
        and draws. All names are in `changed` at the start and after "back to the start values".
    buttons : sequence of ipywidgets widgets
        Beside "back to the start values".
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, Control],
        body: Sequence[widgets.Widget],
        update: Callable[..., None],
        *,
        buttons: Sequence[widgets.Widget] = (),
    ):
        self.title = title
        self.controls = dict(controls)
        self._update = update
        self._held = False
        # JupyterLab may run the callbacks of controls in another thread than the cells.
        self._lock = threading.RLock()
        self.error = widgets.HTML(layout={"display": "none", "width": "100%"})
        back = button(_("back to the start values"), self.reset)
        grid = widgets.Box(
            [*_in_rows(self.controls.values()), widgets.HBox([*buttons, back])],
            layout={"display": "flex", "flex_flow": "row wrap", "grid_gap": "4px 24px", "align_items": "center"},
        )
        super().__init__([grid, *body, self.error], layout={"width": "100%", "max_width": PANEL_WIDTH})
        for name, control in self.controls.items():
            control.on_change(lambda name=name: self.refresh([name]))
        self.refresh()

    def refresh(self, changed: Iterable[str] | None = None) -> None:
        """Call ``update`` for the controls named in `changed`, for all if not given."""
        changed = set(self.controls if changed is None else changed)
        with self._lock:
            if self._held:
                return
            # What update itself sets is part of this change, not another one.
            with self._hold():
                self.guard(self._update)(changed, **{name: control.value for name, control in self.controls.items()})

    def reset(self) -> None:
        """Put every control back to its start value, and draw once."""
        with self._lock:
            with self._hold():
                for control in self.controls.values():
                    control.reset()
            self.refresh()

    def guard(self, call: Callable) -> Callable:
        """Wrap `call` so that what it raises is shown in the panel: JupyterLab itself shows nothing."""

        def guarded(*args, **kwargs):
            self.show_error(None)  # before the call: what goes wrong while it runs, or in a task it started, stays
            try:
                return call(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  whatever it is, it is shown
                self.show_error(error)
                return None

        return guarded

    def show_error(self, error: Exception | None) -> None:
        """Say in the panel what went wrong, or, with None, that nothing does any longer."""
        if error is None:
            self.error.layout.display = "none"
            self.error.value = ""
            return
        text = _("This did not work: {error}").format(error=str(error) or type(error).__name__)
        advice = _("The controls still work: choose another value, or go back to the start values.")
        details = "".join(traceback.format_exception(error))
        self.error.value = (
            '<div role="alert" style="background: #fff; color: #8b0000; border: 2px solid #8b0000; padding: 6px 10px; '
            f'line-height: 1.5; white-space: normal"><b>{html.escape(text)}</b><br>{html.escape(advice)}'
            f"<details><summary>{html.escape(_('Details for a bug report'))}</summary>"
            f'<pre style="overflow: auto">{html.escape(details)}</pre></details></div>'
        )
        self.error.layout.display = "block"

    @contextmanager
    def _hold(self):
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def __repr__(self) -> str:
        # Shown wherever the notebook does not run: on GitHub, in print, before the first run.
        values = ", ".join(f"{name}={control.value!r}" for name, control in self.controls.items())
        return _("Run this cell (Shift+Enter) to use it: {title}, {values}").format(title=self.title, values=values)
