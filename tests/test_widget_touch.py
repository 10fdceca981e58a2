"""A hand in the network: numbers set, neurons and filters switched off, all of it taken back; and said as code."""

from itertools import pairwise

import numpy as np
import pytest
from ipywidgets import DOMWidget
from matplotlib.figure import Figure
from panels import alt
from panels import pictures as pictures_of

from dlcourse import widgets
from dlcourse.layers import Affine, ReLU
from dlcourse.networks import TwoLayerNet
from dlcourse.widgets import sheets
from dlcourse.widgets.playground_drawing import PlaygroundDrawing
from dlcourse.widgets.playground_experiment import compute
from dlcourse.widgets.switches import Switch, switches_of, with_switches

CAN_BE_TOUCHED = ["training_bench", "playground", "cnn_explorer"]


def opened(name):
    panel = getattr(widgets, name)()
    panel.touch.fold.button.value = True
    return panel.run(30) if hasattr(panel, "run") else panel


def shown(panel):
    return [(alt(picture), picture.pixels().tobytes()) for picture in pictures_of(panel)]


@pytest.fixture(params=CAN_BE_TOUCHED)
def panel(request):
    panel = opened(request.param)
    yield panel
    assert panel.error.value == ""
    panel.close()


class TestByHand:
    def test_a_number_is_set_and_the_picture_answers(self, panel):
        before, touch = shown(panel), panel.touch
        array = touch.network().params["W1"]
        assert touch.value.value == pytest.approx(array[(0,) * array.ndim], abs=1e-4)
        touch.places[0].value = 1
        assert touch.value.value == pytest.approx(array[(1, *(0,) * (array.ndim - 1))], abs=1e-4)
        touch.value.value = 5.0
        assert array[(1, *(0,) * (array.ndim - 1))] == 5 and np.sum(array == 5) == 1
        assert panel.code.endswith(f".edit('W1', {(1, *(0,) * (array.ndim - 1))}, 5.0)")
        touch.undo_button.click()
        touch.places[0].value = 0  # what is in hand has a mark in the pictures
        assert shown(panel) == before and ".edit" not in panel.code

    def test_a_bias_is_set(self, panel):
        panel.touch.array.value = "b1"
        panel.touch.places[0].value = 2
        panel.touch.value.value = -3.0
        assert panel.touch.network().params["b1"][2] == -3
        assert [place.widget.layout.display for place in panel.touch.places[1:]] == ["none"] * 3

    def test_a_neuron_or_filter_is_switched_off_and_on(self, panel):
        before, touch = shown(panel), panel.touch
        touch.unit.value = 2
        touch.off.value = True
        assert shown(panel) != before and " Switched off: 2 of layer 1." in alt(pictures_of(panel)[0])
        assert panel.code.endswith(".switch(1, 2, False)")
        touch.unit.value = 1
        assert touch.off.value is False, "it says what is true of this one"
        touch.undo_button.click()
        assert shown(panel) == before and ".switch" not in panel.code
        assert touch.undo_button.disabled

    def test_a_slider_that_moves_on_is_one_change(self, panel):
        start = panel.touch.value.value
        for value in (0.5, 0.6, 0.7):
            panel.touch.value.value = value
        assert panel.code.count(".edit") == 1 and len(panel.touch.undone) == 1
        panel.touch.undo_button.click()
        assert panel.touch.value.value == start

    def test_the_line_of_code_does_it_again(self, panel):
        name = panel.code.split("(")[0]
        panel.switch(1, 2, False).edit("b1", (1,), 2.0)
        if hasattr(panel, "run"):
            panel.run(7).edit("b1", (0,), -1.0)
        again = eval(panel.code, {name: getattr(widgets, name)})  # noqa: S307
        again.touch.fold.button.value = True
        assert again.code == panel.code and shown(again) == shown(panel)
        again.close()

    def test_all_is_as_it_was_after_back_to_the_start_values(self, panel):
        panel.switch(1, 2, False).edit("b1", (1,), 2.0)
        panel.reset()
        assert panel.code == panel.code.split("(")[0] + "()"
        assert not any(switch.off for switch in switches_of(panel.touch.network()))

    @pytest.mark.parametrize(
        ("call", "words"),
        [(lambda p: p.edit("W99", (0, 0), 1.0), "there is no array 'W99'"), (lambda p: p.edit("b1", (999,), 1.0), "no place"),
         (lambda p: p.switch(9, 0, False), "no neuron 0 in hidden layer 9"), (lambda p: p.switch(1, 99, False), "no neuron 99")],
    )  # fmt: skip
    def test_what_is_not_there_is_told(self, panel, call, words):
        with pytest.raises(ValueError, match=words):
            call(panel)


def click(picture, x, y):
    """Click on a picture, at pixels from the left and from above."""
    width, height = picture.figure.bbox.size
    picture.place.value = f"{x / width:.4f} {y / height:.4f} {np.random.default_rng().random()}"


def pixel(axes, x, y):
    """Where a point of axes is, in pixels from the left and from above."""
    across, up = axes.transData.transform((x, y))
    return across, axes.figure.bbox.height - up


def lines_of(panel):
    """Where the lines of a playground's network are, in pixels: layer after layer, each from one neuron to all of the next."""
    drawing = PlaygroundDrawing(Figure((8.8, 4.44), dpi=100))
    drawing.update(panel.iterator)
    return drawing.lines.get_segments()


@pytest.fixture
def focused(monkeypatch):
    """Hear of the controls to which the keyboard is sent."""
    heard = []
    monkeypatch.setattr(DOMWidget, "focus", lambda self: heard.append(self.description))
    return heard


class TestClicks:
    @pytest.mark.parametrize(
        ("shape", "index", "name", "seen"),
        [((784, 50), (29, 3), "[:, 3].reshape(28, 28)", (28, 28)), ((50, 10), (4, 7), ".T", (10, 50)), ((60,), (31,), "", (3, 25)),
         ((8, 4, 5, 3), (2, 1, 4, 2), "[2, 1]", (5, 3)), ((2, 4), (1, 1), ".T", (4, 2)), ((10,), (0,), "", (1, 10))],
    )  # fmt: skip
    def test_a_part_of_an_array_is_seen_with_each_of_its_numbers_once(self, shape, index, name, seen):
        places, part = sheets.compute(shape, index)
        assert (places.shape, part) == (seen, name)
        array, told = np.arange(np.prod(shape)).reshape(shape), places[places >= 0]
        assert len(set(told)) == len(told) and array[index] in told
        said = {"array": array}
        np.testing.assert_array_equal(eval(f"array{part}", said).ravel(), places[places >= 0])  # noqa: S307  as its title says

    def test_on_the_picture_of_the_weights(self, panel, focused):
        touch = panel.touch
        name, index = touch.chosen
        shape = touch.network().params[name].shape
        rows, columns = sheets.compute(shape, index)[0].shape
        for row, column in ((0, 0), (rows - 1, columns - 1), (0, columns - 1), (rows // 2, 0)):
            click(touch.sheet, *pixel(touch.sheet.image.axes, column + 0.5, row + 0.5))
            found = np.unravel_index(sheets.compute(shape, index)[0][row, column], shape)
            assert touch.chosen == (name, tuple(found))
            assert touch.value.value == pytest.approx(touch.network().params[name][found], abs=1e-4)
            assert str(list(map(int, found))) in alt(touch.sheet)
            assert touch.sheet.image.frame.get_bbox().bounds == (column, row, 1, 1)
        assert focused == ["its value"] * 4
        touch.value.value = 5.0
        assert touch.network().params[name][found] == 5
        click(touch.sheet, 1, 1)  # beside all of it
        assert touch.chosen == (name, tuple(found))

    def test_on_a_line_of_the_playground(self, focused):
        panel = widgets.playground(width=3)
        picture, touch = pictures_of(panel)[0], panel.touch
        before = picture.pixels().copy()
        params, ends = panel.iterator.network.params, {}
        layers = [2, 3, 3, 2]
        segments = iter(lines_of(panel))
        for layer, (here, there) in enumerate(pairwise(layers), 1):
            ends |= {(f"W{layer}", (i, j)): next(segments) for i in range(here) for j in range(there)}
        for weight, (start, end) in ends.items():
            click(picture, *(start + 0.2 * (np.array(end) - start)))
            assert touch.chosen == weight
            assert touch.value.value == pytest.approx(params[weight[0]][weight[1]], abs=1e-4)
        assert set(focused) == {"its value"} and touch.fold.button.value, "a click opens the controls"
        assert (picture.pixels() != before).any(), "the line has a mark"
        click(picture, 5, 5)
        assert touch.chosen == weight

    def test_on_a_neuron_of_the_playground(self, focused):
        panel = widgets.playground()
        picture, touch = pictures_of(panel)[0], panel.touch
        drawing = PlaygroundDrawing(Figure((8.8, 4.44), dpi=100))
        drawing.update(panel.iterator)
        for layer in (1, 2):
            for unit, (left, top) in enumerate(drawing.places[layer]):
                click(picture, left + 3, top + 3)
                assert (touch.layer.value, touch.unit.value) == (layer, unit)
        assert focused == ["is switched off"] * 8

    def test_on_a_cell_of_a_filter_and_on_a_map(self, focused):
        panel = widgets.cnn_explorer()
        picture, touch = pictures_of(panel)[0], panel.touch
        after, maps = picture.figure.axes[1], picture.figure.axes[2]
        columns, size = 6, 5
        click(picture, *pixel(after, 1 * (size + 1) + 3.5, 1 * (size + 1) + 2.5))  # in the second row the second one
        assert panel.controls["chosen"].value == 7 and touch.chosen == ("W1", (7, 0, 2, 3))
        touch.value.value = 1.5
        assert touch.network().params["W1"][7, 0, 2, 3] == 1.5
        click(picture, *pixel(maps, 2 * (24 + 3) + 1, 1))
        assert panel.controls["chosen"].value == touch.unit.value == 2 < columns
        assert focused == ["its value", "is switched off"]

    def test_in_a_deep_network_a_tile_is_a_channel_of_the_chosen_filter(self, focused):
        panel = widgets.cnn_explorer(layer=("deep_conv_net", 3), chosen=4)
        picture, touch = pictures_of(panel)[0], panel.touch
        click(picture, *pixel(picture.figure.axes[1], 2 * 4 + 1.5, 0.5))
        assert panel.controls["chosen"].value == 4 and touch.chosen == ("W3", (4, 2, 0, 1))
        assert panel.error.value == ""

    def test_who_has_hidden_the_controls_is_not_shown_them(self, focused):
        panel = widgets.playground(hide="touch")
        click(pictures_of(panel)[0], *np.mean(lines_of(panel)[0], axis=0))
        assert not panel.touch.fold.button.value and focused == []


class TestTraining:
    def test_what_is_off_says_nothing_and_learns_nothing(self):
        bench = opened("training_bench").switch(1, 3, False)
        weights = bench.iterator.network.params["W1"][:, 3].copy(), bench.iterator.network.params["W2"][3].copy()
        bench.run(20)
        assert np.array_equal(bench.iterator.network.params["W1"][:, 3], weights[0])
        assert np.array_equal(bench.iterator.network.params["W2"][3], weights[1])
        bench.switch(1, 3, True).run(20)
        assert not np.array_equal(bench.iterator.network.params["W2"][3], weights[1])

    def test_the_accuracy_answers_before_the_next_step(self):
        bench = opened("training_bench")
        before = bench.iterator.until_now()[-1]
        bench.edit("b2", (0,), 50.0)
        step, (train, test) = bench.iterator.until_now()[-1]
        assert step == before[0] == 30 and train < 0.2 and test < 0.2

    def test_back_in_time_it_is_untouched_and_forth_it_is_touched(self):
        bench = opened("training_bench").switch(1, 3, False).run(10)
        end = shown(bench)
        bench.rewind(20)
        assert "Switched off" not in alt(pictures_of(bench)[0])
        bench.rewind(36)
        assert "Switched off: 3 of layer 1." in alt(pictures_of(bench)[0])
        assert shown(bench.rewind(40)) == end

    def test_what_was_done_steps_ago_is_undone_now(self):
        bench = opened("training_bench").switch(1, 3, False).run(5)
        bench.touch.undo_button.click()
        assert bench.code == "training_bench().run(30).switch(1, 3, False).run(5).switch(1, 3, True)"

    def test_a_neuron_of_the_playground_that_is_off_shows_nothing(self):
        playground = opened("playground").switch(2, 1, False)
        columns = compute(playground.iterator)
        assert not columns[2][1].any() and columns[2][0].any()


class TestSwitch:
    def test_one_stands_behind_each_hidden_activation(self):
        network = with_switches(TwoLayerNet(6, 5, 3, rng=0))
        kinds = [type(layer) for layer in network.layers]
        assert kinds == [Affine, ReLU, Switch, Affine]
        assert [switch.units for switch in switches_of(network)] == [5]
        assert list(network.params) == ["W1", "b1", "W2", "b2"]

    @pytest.mark.parametrize("shape", [(2, 4), (2, 4, 3, 3)])
    def test_forward_and_backward_by_hand(self, shape):
        switch, x = Switch(4), np.ones(shape)
        assert switch.forward(x) is x
        switch.off = {0, 3}
        for out in (switch.forward(x), switch.backward(x)):
            assert out.sum() == x.sum() / 2 and not out[:, [0, 3]].any()
        assert x.all(), "what it gets stays as it was"


def test_another_network_begins_as_it_was_trained():
    explorer = opened("cnn_explorer").switch(1, 0, False)
    assert "Changed by hand, it reads " in alt(pictures_of(explorer)[0])
    explorer.set(layer=("deep_conv_net", 2))
    assert explorer.deeds == [] and explorer.touch.undone == []
    explorer.set(layer=("simple_conv_net", 1))
    assert "by hand" not in alt(pictures_of(explorer)[0])
