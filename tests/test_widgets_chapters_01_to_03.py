"""What the widgets of chapters 01 to 03 say and show at the ends of their controls."""

import importlib
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from dlcourse.widgets import digit_reader, gate_explorer

activation_explorer = importlib.import_module("dlcourse.widgets.activation_explorer")
gates = importlib.import_module("dlcourse.widgets.gate_explorer")
reader = importlib.import_module("dlcourse.widgets.digit_reader")


def alt(picture):
    """Give the words that stand for a picture."""
    return re.search(r'alt="([^"]*)"', picture.value).group(1)


@pytest.mark.parametrize("name", activation_explorer.ACTIVATIONS)
@pytest.mark.parametrize("slope", [0.1, 1, 10])
def test_the_derivative_stays_in_the_picture_however_steep(name, slope):
    drawing = activation_explorer.ActivationDrawing(Figure())
    shape = activation_explorer.compute(name, 1.0, slope)
    drawing.update(shape, name)
    low, high = drawing.curve_axes.get_ylim()
    assert low < shape.slope.min() <= shape.slope.max() < high
    assert low < drawing.marks.get_ydata()[0] < 0


def test_one_by_one_is_not_compared_with_itself():
    panel = digit_reader()
    times = panel.children[2]
    assert "as fast as one by one" in alt(times)
    panel.controls["batch_size"].value = 1
    assert alt(times).startswith("one by one: ") and "as fast" not in alt(times)


def test_the_times_of_the_curve_are_the_best_of_rounds(monkeypatch):
    taken = iter(np.arange(1000, 0, -1) * 1e-6)
    monkeypatch.setattr(reader, "time_per_image", lambda *_args, **_options: next(taken))
    curves = []

    def keep(_figure, sizes, seconds):
        curves.append((sizes, seconds))
        return Times()

    monkeypatch.setattr(reader, "TimesDrawing", keep)
    digit_reader()
    [(sizes, seconds)] = curves
    # Each round is quicker than the one before it, so the last one counts: calls 45 to 55 of 55.
    assert len(sizes) == 11 and seconds == pytest.approx(np.arange(956, 945, -1) * 1e-6)


class Times:
    """Draws nothing."""

    def update(self, *_args):
        pass


def test_the_two_layers_show_what_each_says_and_that_the_sliders_wait(monkeypatch):
    tables = []
    monkeypatch.setattr(gates, "_draw_table", lambda rows, note, _ax: tables.append((rows, note)))
    panel = gate_explorer()
    panel.controls["two_layers"].value = True
    (_, before), (rows, note) = tables
    assert (before, note) == ("", "Untick to use your own w1, w2 and b.")
    assert rows[0] == ("x1", "x2", "NAND", "OR", "AND of both")
    assert rows[1:] == [tuple(row) for row in ("00100", "10111", "01111", "11010")]
