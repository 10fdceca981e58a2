"""What the widgets of chapters 01 to 03 say and show at the ends of their controls."""

import importlib

import numpy as np
import pytest
from matplotlib.figure import Figure
from panels import alt, pictures

from dlcourse.widgets import digit_reader, gate_explorer

activation_explorer = importlib.import_module("dlcourse.widgets.activation_explorer")
gates = importlib.import_module("dlcourse.widgets.gate_explorer")
kinks = importlib.import_module("dlcourse.widgets.kink_builder")
layers = importlib.import_module("dlcourse.widgets.two_layer_explorer")
reader = importlib.import_module("dlcourse.widgets.digit_reader")
trainer = importlib.import_module("dlcourse.widgets.perceptron_trainer")


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
    times = pictures(panel)[1]
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


class TestPerceptronTrainer:
    def test_the_first_looks_by_hand(self):
        path = trainer.compute("AND", (0, 0, 0), 5)
        # (0, 0), (1, 0) and (0, 1) are right at 0, 0, 0; (1, 1) should fire; then (0, 0) should not.
        assert [look.numbers for look in path] == [(0, 0, 0)] * 4 + [(1, 1, 1), (1, 1, 0)]
        assert [look.changed for look in path] == [False] * 4 + [True, True]
        assert [look.point for look in path] == [None, 0, 1, 2, 3, 0]
        assert [look.wrong for look in path] == [1, 1, 1, 1, 3, 2]

    @pytest.mark.parametrize("start", trainer.STARTS.values())
    def test_it_stops_at_a_gate_and_never_at_xor(self, start):
        for gate in ("AND", "OR", "NAND"):
            assert trainer.compute(gate, start)[-1].wrong == 0
        assert any(look.changed for look in trainer.compute("XOR", start, 400)[-4:])

    def test_a_line_runs_where_the_sum_is_zero(self):
        x, y = trainer._ends((2, -1, 0.5))
        assert np.allclose(2 * np.array(x) - np.array(y) + 0.5, 0) and np.hypot(x[1] - x[0], y[1] - y[0]) > 10
        assert trainer._ends((0, 0, 1)) == trainer._ends(None) == ([], [])

    def test_each_look_is_told_and_drawn(self):
        panel = trainer.perceptron_trainer()
        words = [alt(pictures(panel)[0])]
        assert words[0] == "AND after 0 looks: w1 = 0, w2 = 0, b = 0, 1 of 4 wrong. Not yet taught."
        panel.controls["look"].value = 4
        assert "w1 = 1, w2 = 1, b = 1, 3 of 4 wrong. (1, 1) was wrong" in alt(pictures(panel)[0])
        panel.controls["gate"].value = "XOR"
        panel.controls["look"].value = 1
        assert "(0, 0) was right: nothing changes" in alt(pictures(panel)[0])
        assert panel.error.value == ""


class TestTwoLayerExplorer:
    def test_the_solution_of_the_chapter(self):
        both = layers.compute(layers.SOLUTION)
        assert both.hidden == ((1, 0), (1, 1), (1, 1), (0, 1))
        assert both.given == (0, 1, 1, 0)

    def test_it_says_where_the_points_have_gone(self):
        panel = layers.two_layer_explorer()
        assert alt(pictures(panel)[0]).startswith("4 of 4 right.")
        assert "(1, 0), (0, 1) → (1, 1)" in alt(pictures(panel)[0])
        panel.controls["target"].value = (1, 0, 0, 1)
        assert alt(pictures(panel)[0]).startswith("0 of 4 right.")
        for name, value in zip(("n6", "n7", "n8"), (-0.5, -0.5, 0.7), strict=True):
            panel.controls[name].value = value
        assert alt(pictures(panel)[0]).startswith("4 of 4 right.")

    def test_the_numbers_go_to_the_neurons_that_they_are_named_after(self):
        for i, name in enumerate(layers.NAMES):
            numbers = [0.0] * 9
            numbers[i] = 1.0
            neuron = layers._neurons(numbers)[["s1", "s2", "y"].index(name.split()[-1])]
            assert {"w1": neuron.w[0], "w2": neuron.w[1], "b": neuron.b}[name.split()[0]] == 1


class TestKinkBuilder:
    def test_a_tent_of_three_kinks(self):
        built = kinks.compute("tent", 0, 0, (-1.5, 0, 1.5), (1, -2, 1))
        assert built.distance < 1e-12
        assert built.parts.shape == (3, 301) and np.allclose(built.parts.sum(axis=0), built.y)

    def test_the_line_begins_at_the_left_with_its_height_and_slope(self):
        built = kinks.compute("bowl", 2.0, -0.5, (), ())
        assert built.y[0] == 2 and built.y[-1] == pytest.approx(-1)

    def test_each_kink_keeps_its_own_numbers(self):
        panel = kinks.kink_builder()
        controls = panel.controls
        controls["place"].value, controls["turn"].value = -1.5, 1.0
        controls["kink"].value = 2
        assert (controls["place"].value, controls["turn"].value) == (-1.0, 0.0)
        controls["place"].value, controls["turn"].value = 0.0, -2.0
        controls["kink"].value = 1
        assert (controls["place"].value, controls["turn"].value) == (-1.5, 1.0)
        assert "-1.5: +1, 0: -2, 0: +0" in alt(pictures(panel)[0])

    def test_a_kink_that_is_gone_is_let_go_of_and_the_start_values_come_back(self):
        panel = kinks.kink_builder()
        controls = panel.controls
        controls["kink"].value = 3
        controls["turn"].value = 2.0
        controls["kinks"].value = 2
        assert controls["kink"].value == 2 and controls["place"].value == -1.0
        panel.reset()
        assert alt(pictures(panel)[0]).endswith("-2: +0, -1: +0, 0: +0")
        assert panel.error.value == ""
