"""A hand in a network: set one weight, bias or cell of a filter, switch a neuron or a filter off, and take it back."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as widgets
import numpy as np

from dlcourse.networks import Classifier
from dlcourse.text import _
from dlcourse.widgets.boxes import Fold
from dlcourse.widgets.inputs import Checkbox, Choice, Control, Number, button
from dlcourse.widgets.sheets import ArraySheet
from dlcourse.widgets.slope import Data, Slope
from dlcourse.widgets.switches import Switch, switches_of

if TYPE_CHECKING:
    from dlcourse.widgets.panel import Panel

__all__ = ["Touch"]

LARGEST = 10.0  # value that can be set by hand


class Touch:
    """Controls for a hand in a network.

    Parameters
    ----------
    network : callable
        Gives the network as it is now, with `switches`.
    data : callable
        Gives the samples on whose loss the gradient beside a value is taken, their classes, and what they are called.
    arrays : callable, optional
        Gives the names of the arrays that may be touched; all parameters if not given.

    Attributes
    ----------
    panel : Panel
        Is told of what was done, by its ``touched``.
    undone : list
        What can be taken back: the call that does it, and when it was done.
    """

    def __init__(
        self, network: Callable[[], Classifier], data: Callable[[], Data], arrays: Callable[[], list[str]] | None = None
    ):
        self.network, self._arrays = network, arrays or (lambda: list(network().params))
        self.slope = Slope(network, data)
        self.panel: Panel
        self.undone: list[tuple[int, str, tuple]] = []
        self._filling, self._drawn = False, None
        self._said = 0.0, False  # what the controls were told: the rest, a hand has said
        self.array = Choice(_("array"), {"": ""})
        self.places = [Number(name, 0, 1, 0) for name in (_("first index"), _("second"), _("third"), _("fourth"))]
        self.value = Number(_("its value"), -LARGEST, LARGEST, 0.0, step=0.01)
        self.layer = Choice(_("hidden layer"), {"1": 1})
        self.unit = Number(_("neuron or filter"), 0, 1, 0)
        self.off = Checkbox(_("is switched off"))
        self.undo_button = button(_("undo"), lambda: self.panel.guard(self.undo)(), tooltip=_("take the last change back"))
        for control in (self.array, *self.places, self.layer, self.unit):
            control.on_change(lambda: self._filling or self.panel.guard(self.show)())
        self.value.on_value(self._set)
        self.off.on_value(self._switch)
        number, neuron = (self.array, *self.places, self.value), (self.layer, self.unit, self.off)
        self.sheet = ArraySheet(lambda index: self.choose(self.array.value, index))
        rows = [*(one.widget for one in number), self.slope.line, *(one.widget for one in neuron), self.undo_button]
        beside = widgets.VBox(rows, layout={"max_width": "100%"})
        self.fold = Fold(
            _("touch"), [self.sheet, self.sheet.place, beside], tooltip=_("set a weight, switch a neuron off")
        )
        self.fold.button.observe(lambda _change: self._opened(), names="value")

    @property
    def chosen(self) -> tuple[str, tuple[int, ...]] | None:
        """The number that is in hand, as array and index; None if nobody has opened the controls."""
        return (self.array.value, self._index()) if self.fold.button.value else None

    def choose(self, name: str, index: tuple[int, ...]) -> None:
        """Take a number of an array in hand, as a click on it does; the keyboard goes on at its value."""
        self._take(lambda: self._choose(name, index), self.value)

    def choose_unit(self, layer: int, unit: int) -> None:
        """Take a neuron or filter in hand, counted as in `switch`; the keyboard goes on at its switch."""
        self._take(lambda: self._choose_unit(layer, unit), self.off)

    def edit(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Set one number of an array.

        Raises
        ------
        ValueError
            If there is no such array, or no such place in it.
        """
        params = self.network().params
        if name not in params:
            raise ValueError(f"edit: there is no array {name!r}, expected one of {', '.join(params)}")
        array, index = params[name], tuple(index)
        if len(index) != array.ndim or not all(0 <= i < n for i, n in zip(index, array.shape, strict=False)):
            raise ValueError(f"edit: {name} has shape {array.shape}, and no place {index}")
        self._remember("edit", (name, index, float(array[index])))
        array[index] = value
        self.panel.touched("edit", name, index, value)

    def switch(self, layer: int, unit: int, on: bool) -> None:
        """Switch a neuron or filter, counted from 0, of a hidden layer, counted from 1, off or on.

        Raises
        ------
        ValueError
            If there is none.
        """
        switches = switches_of(self.network())
        if not 1 <= layer <= len(switches) or not 0 <= unit < switches[layer - 1].units:
            raise ValueError(f"switch: there is no neuron {unit} in hidden layer {layer}")
        off = switches[layer - 1].off
        self._remember("switch", (layer, unit, unit not in off))
        (off.discard if on else off.add)(unit)
        self.panel.touched("switch", layer, unit, on)

    def undo(self) -> None:
        """Take the last change back."""
        if self.undone:
            step, method, values = self.undone.pop()
            kept = list(self.undone)
            getattr(self, method)(*values)
            self.undone = kept
            self.panel.untouched(step)
        self.show()

    def forget(self) -> None:
        """Nothing can be taken back any more: the network is another one."""
        self.undone.clear()

    def show(self) -> None:
        """Bring the controls in step with the network; those that nobody sees are left alone."""
        if not self._filling and self.fold.button.value:
            self._fill(self._show)
        if not self._filling and self.chosen != self._drawn:  # the panel's own picture may mark what is in hand
            self._drawn = self.chosen
            self.panel.redraw()

    def _opened(self) -> None:
        # Of a network in training the gradient is taken between two steps. Else what the panel says went wrong stays.
        (self.panel.guard(self.show) if self.panel.running else self.show)()

    def _take(self, fill: Callable[[], None], focused: Control) -> None:
        if self.fold.button.layout.display != "none":  # else whoever opened the panel has hidden it
            self.fold.button.value = True
            self.panel.guard(lambda: self._fill(fill))()
            self.panel.guard(self.show)()
            focused.source.focus()

    def _fill(self, fill: Callable[[], None]) -> None:
        """Set controls that shall not take it for a hand."""
        self._filling = True
        try:
            fill()
        finally:
            self._filling = False

    def _choose(self, name: str, index: tuple[int, ...]) -> None:
        self.array.value = name
        self._show()  # now the places have the range of this array
        for place, at in zip(self.places, index, strict=False):
            place.value = at

    def _choose_unit(self, layer: int, unit: int) -> None:
        self.layer.value = layer
        self._show()
        self.unit.value = unit

    def _show(self) -> None:
        params, switches = self.network().params, switches_of(self.network())
        fit(self.array, {name: name for name in self._arrays()})
        shape = params[self.array.value].shape
        for axis, place in enumerate(self.places):
            place.widget.layout.display = None if axis < len(shape) else "none"
            if axis < len(shape) and place.source.max != max(shape[axis] - 1, 1):
                place.set_range(0, max(shape[axis] - 1, 1))
        number = round(float(np.nan_to_num(params[self.array.value][self._index()])), 4)
        self._said = min(max(number, -LARGEST), LARGEST), self._said[1]
        self.value.value = number
        fit(self.layer, {str(number): number for number in range(1, len(switches) + 1)} or {"–": 0})
        for control in (self.layer, self.unit, self.off):
            control.enable(bool(switches))
        if switches:
            switch: Switch = switches[self.layer.value - 1]
            if self.unit.source.max != max(switch.units - 1, 1):
                self.unit.set_range(0, max(switch.units - 1, 1))
            self._said = self._said[0], self.unit.value in switch.off
            self.off.value = self._said[1]
        self.undo_button.disabled = not self.undone
        self.sheet.update(self.array.value, params[self.array.value], self._index())
        self.slope.show(self.array.value, self._index())

    def _index(self) -> tuple[int, ...]:
        shape = self.network().params[self.array.value].shape
        return tuple(min(place.value, size - 1) for place, size in zip(self.places, shape, strict=False))

    # What a control says is read at once: what it asks for is done later, where the panel works, and in between the
    # controls may have been brought in step with the network.
    def _set(self, number: float) -> None:
        if number != self._said[0]:
            self.panel.guard(self.edit)(self.array.value, self._index(), number)

    def _switch(self, off: bool) -> None:
        if off != self._said[1]:
            self.panel.guard(self.switch)(self.layer.value, self.unit.value, not off)

    def _remember(self, method: str, values: tuple) -> None:
        """Keep what takes a change back; of a slider that moves on at one place, the value that it found there."""
        step = getattr(self.panel, "steps", 0)
        if not self.undone or self.undone[-1][:2] != (step, method) or self.undone[-1][2][:2] != values[:2]:
            self.undone.append((step, method, values))


def fit(choice: Choice, options: dict[str, object]) -> None:
    """Give a list other options, if they are others; what was chosen stays if it can."""
    if dict(choice.source.options) != options:
        kept = choice.value
        choice.source.options = list(options.items())
        choice.value = kept if kept in options.values() else next(iter(options.values()))
