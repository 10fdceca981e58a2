"""What a hand moves: a number with its slider, a tick, a choice, a button; `panel` joins them to a picture.

Each control holds a value, tells of its changes, and can go back to where it began.
"""

import contextlib
import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from threading import get_ident

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.number_box import ANEW, NumberBox

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
        self._log, self._range = log, (low, high)
        self._step = step or (1 if self._whole else (high - low) / 100)
        # Each value is rounded to what the scale can mean: 0.3, not 0.30000000000000004.
        self._decimals = max(0, 2 - math.floor(math.log10(self._step)))
        box = NumberBox(
            start, low, high, whole=self._whole, description=name, style={"description_width": LABEL_WIDTH},
            layout={"width": "214px"},
        )  # fmt: skip
        # It counts its stops. A browser would round any other number in its own way and send that back, as if a hand had
        # moved the slider; and by then it may stand elsewhere.
        self.slider = widgets.IntSlider(readout=False, layout={"flex": "1 1 auto", "width": "auto", "min_width": "80px"})
        self._linking: set[int] = set()
        # In a telephone's window the slider goes below the box.
        row = widgets.HBox([box, self.slider], layout={"width": CONTROL_WIDTH, "max_width": "100%", "flex_flow": "row wrap"})
        super().__init__(name, box, row, trait="number")
        self._fit_slider()
        self._move_slider(start)
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
        self._step, self._range = step or self._step, (low, high)
        # In an order in which the smallest is never above the largest.
        self.source.min = min(self.source.min, low)
        self.source.max = high
        self.source.min = low
        self._fit_slider()
        self.value = min(max(self.value if value is None else value, low), high)
        self._move_slider(self.value)
        self.slider.continuous_update = True

    def stop_of(self, value: float) -> int:
        """Give the stop of the slider that is nearest to a value; the first one is 0."""
        place, last = self._place(max(value, self._range[0])), self.slider.max
        near = min(math.floor((place - self._place_of(0)) / self._pace + 0.5), last)
        return min(near, last, key=lambda stop: abs(self._place_of(stop) - place))

    def at_stop(self, stop: int) -> float:
        """Give the value that a stop of the slider stands for."""
        place = self._place_of(stop)
        return self._tidy(10**place if self._log else place)

    def _place_of(self, stop: int) -> float:
        return min(self._place(self._range[0]) + stop * self._pace, self._place(self._range[1]))

    def _place(self, value: float) -> float:
        return math.log10(value) if self._log else value

    @property
    def _pace(self) -> float:
        """The way from stop to stop."""
        return 1 / 3 if self._log else self._step

    def _fit_slider(self) -> None:
        """Give the slider a stop at each step of the range, and one at its end."""
        with self._link():
            self.slider.max = math.ceil((self._place(self._range[1]) - self._place_of(0)) / self._pace - 1e-9)

    def _from_slider(self, change) -> None:
        if get_ident() not in self._linking:
            with self._link():  # the slider stays where the hand is: an echo of an older value would pull it back
                self.source.number = self.at_stop(change["new"])

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
            self.slider.value = self.stop_of(value)

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
