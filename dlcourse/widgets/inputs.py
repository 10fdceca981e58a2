"""What a hand moves: a number with its slider, a tick, a choice, a button; `panel` joins them to a picture.

Each control holds a value, tells of its changes, and can go back to where it began.
"""

import contextlib
import numbers
from collections.abc import Callable, Iterator, Mapping
from threading import get_ident

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.number_box import ANEW, NumberBox
from dlcourse.widgets.scale import Scale

__all__ = ["Checkbox", "Choice", "Control", "Number", "button"]

LABEL_WIDTH = "10em"
CONTROL_WIDTH = "430px"  # two side by side in a JupyterLab window of the usual size
ALONE_WIDTH = "426px"  # of one that is not in a box of its own: with its margins it is as wide
MOST_WIDTH = "calc(100% - 4px)"  # of such a one, in a small window


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
    trait : str
        Name of the attribute of `source` that is the value.
    """

    def __init__(self, name: str, source: widgets.Widget, widget: widgets.Widget | None = None, *, trait: str = "value"):
        self.name = name
        self.source = source
        self.widget = source if widget is None else widget
        self._trait = trait
        self.start = self.value

    @property
    def value(self):
        """What is set at present; may be assigned to."""
        return getattr(self.source, self._trait)

    @value.setter
    def value(self, value) -> None:
        setattr(self.source, self._trait, value)

    @property
    def parts(self) -> tuple[widgets.Widget, ...]:
        """The widgets that a hand can move."""
        return (self.source,)

    def enable(self, active: bool) -> None:
        """Let it be moved, or show in grey that it does nothing at present."""
        for part in self.parts:
            part.disabled = not active

    def mark_anew(self) -> None:
        """Show beside the name that a change begins training anew."""
        self.source.description = f"{self.name} {ANEW}"
        for part in self.parts:
            part.tooltip = _("{name}: a change begins anew from step 0").format(name=self.name)

    def on_change(self, call: Callable[[], None]) -> None:
        """Have `call` called after each change of the value, by whomever."""
        self.on_value(lambda _value: call())

    def on_value(self, call: Callable[[object], None]) -> None:
        """Have `call` called with each new value, which another thread may have overwritten by then."""
        self.source.observe(lambda change: call(change["new"]), names=self._trait)

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
        Whether equal ways of the slider are equal factors: `Scale`.

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
        whole = all(isinstance(value, numbers.Integral) for value in (low, high, start))
        self.scale = Scale(low, high, step or (1 if whole else (high - low) / 100), log=log, whole=whole)
        box = NumberBox(
            start, low, high, whole=whole, description=name, style={"description_width": LABEL_WIDTH},
            layout={"width": "214px"},
        )  # fmt: skip
        layout = {"flex": "1 1 auto", "width": "auto", "min_width": "80px"}
        self.slider = widgets.IntSlider(self.scale.stop_of(start), 0, self.scale.last, readout=False, layout=layout)
        self._linking: set[int] = set()
        # In a telephone's window the slider goes below the box.
        row = widgets.HBox([box, self.slider], layout={"width": CONTROL_WIDTH, "max_width": "100%", "flex_flow": "row wrap"})
        super().__init__(name, box, row, trait="number")
        self.slider.observe(self._from_slider, names="value")
        box.observe(self._from_box, names="number")

    @property
    def parts(self) -> tuple[widgets.Widget, ...]:
        """The number box and the slider."""
        return self.source, self.slider

    def set_range(self, low: float, high: float, *, value: float | None = None, step: float | None = None) -> None:
        """Give the control another range, and another value and step of the slider if given.

        The value is moved into the range if need be.
        """
        # A browser sends back where the handle stood when a slider's range changes, as if a hand had moved it there, but
        # not of a slider that tells only where a hand lets go.
        self.slider.continuous_update = False
        self.value = min(max(self.value, low), high)
        self.scale = Scale(low, high, step or self.scale.step, log=self.scale.log, whole=self.scale.whole)
        # In an order in which the smallest is never above the largest.
        self.source.min = min(self.source.min, low)
        self.source.max = high
        self.source.min = low
        with self._link():
            self.slider.max = self.scale.last
        self.value = min(max(self.value if value is None else value, low), high)
        self._move_slider(self.value)
        self.slider.continuous_update = True

    def _from_slider(self, change) -> None:
        if get_ident() not in self._linking:
            with self._link():  # the slider stays where the hand is: an echo of an older value would pull it back
                self.source.number = self.scale.value_at(change["new"])

    def _from_box(self, change) -> None:
        if get_ident() not in self._linking:
            self._move_slider(change["new"])

    @contextlib.contextmanager
    def _link(self) -> Iterator[None]:
        """Bring slider or box in step with the other: what this thread does meanwhile, and no other, is not a hand's."""
        self._linking.add(get_ident())
        try:
            yield
        finally:
            self._linking.discard(get_ident())

    def _move_slider(self, value: float) -> None:
        """Put the slider at the stop nearest to a value."""
        with self._link():  # the slider's place must not come back as a value
            self.slider.value = self.scale.stop_of(value)


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
        layout = {"width": ALONE_WIDTH, "max_width": MOST_WIDTH}
        box = widgets.Checkbox(value=start, description=name, indent=False, layout=layout)
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
            description=name, style={"description_width": LABEL_WIDTH},
            layout={"width": ALONE_WIDTH, "max_width": MOST_WIDTH},
        )  # fmt: skip
        super().__init__(name, box)


def button(name: str, on_click: Callable[[], None], *, tooltip: str = "") -> widgets.Button:
    """Make a button as wide as its words; give it `Panel.guard` of what it shall do."""
    made = widgets.Button(description=name, tooltip=tooltip or name, layout={"width": "max-content"})
    made.on_click(lambda _button: on_click())
    return made
