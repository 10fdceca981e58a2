"""The playground's buttons that load an experiment, and the plane as the last hidden layer sees it."""

import numpy as np
import pytest
from panels import alt, inside, pictures

from dlcourse.layers import Affine
from dlcourse.plots import to_png
from dlcourse.widgets import playground
from dlcourse.widgets.playground import folded
from dlcourse.widgets.playground_experiment import Experiment
from dlcourse.widgets.playground_hidden import hidden_plane
from dlcourse.widgets.playground_loads import loads, buttons_of_loads, settings_of

ALL = [(number, name, load) for number, named in loads().items() for name, load in named.items()]


@pytest.fixture(scope="module")
def panel():
    return playground()


def buttons(panel):
    return {w.description: w for w in inside(panel) if "·" in str(getattr(w, "description", "")) and hasattr(w, "click")}


def test_each_of_the_eight_experiments_has_a_button(panel):
    assert list(loads()) == list(range(1, 9))
    assert len({repr(load) for _number, _name, load in ALL}) == len(ALL) == len(buttons(panel))


@pytest.mark.parametrize(("number", "name", "load"), ALL, ids=[f"{number}-{name}" for number, name, _load in ALL])
def test_a_button_sets_every_control_and_begins_anew(panel, number, name, load):
    panel.controls["lr"].value, panel.controls["seed"].value = 0.001, 7  # left over from playing
    panel.controls["x1_x2"].value = True
    panel.step()
    buttons(panel)[f"{number} · {name}"].click()
    assert panel.error.value == ""
    assert (panel.steps, panel.running) == (0, False)
    assert {name: control.value for name, control in panel.controls.items()} == settings_of(panel.controls, load)
    assert panel.controls["seed"].value == 0
    assert panel.iterator.steering["lr"] == load.get("lr", 0.3)
    assert panel.iterator.features == load.get("features", ("x1", "x2"))
    panel.step()


def test_an_experiment_of_its_own_shows_its_buttons_alone():
    panel = playground(2)
    assert list(buttons(panel)) == ["2 · 1 neuron", "2 · 2 neurons", "2 · 3 neurons"]
    assert (panel.controls["width"].value, panel.controls["depth"].value) == (1, 1)
    assert panel.iterator.network.layers[0].W.shape == (2, 1)


def test_an_experiment_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="there is no experiment 9, expected one of 1, 2"):
        buttons_of_loads(print, 9)


@pytest.mark.parametrize("data", ["circle", "spiral"])
@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_the_border_that_is_drawn_is_the_networks_own(data, width):
    run = Experiment(data, depth=2, width=width, dropout_ratio=0.2).train(200)
    seen = hidden_plane(run)
    left, right, bottom, top = seen.reach
    side = len(seen.probabilities)
    column = np.rint((seen.points[:, 0] - left) / (right - left) * (side - 1)).astype(int)
    row = np.rint((seen.points[:, 1] - bottom) / (top - bottom) * (side - 1)).astype(int)
    here = seen.probabilities[row, column]
    says = run.predict(run.train_set[0])
    # A place of the picture is a little beside the point: what is said there is nearly the same.
    assert np.abs(here - says).mean() < 0.03
    assert np.mean(here.argmax(axis=1) == says.argmax(axis=1)) > 0.95


def test_two_neurons_are_the_two_coordinates_by_hand():
    run = Experiment(depth=1, width=2)
    first = next(layer for layer in run.network.layers if isinstance(layer, Affine))
    first.W, first.b = np.array([[1.0, 0.0], [2.0, -1.0]]), np.array([0.5, 0.0])
    seen, x = hidden_plane(run), run.train_set[0]
    assert seen.points[:, 0] == pytest.approx(np.tanh(x @ [1, 2] + 0.5), abs=1e-5)
    assert seen.points[:, 1] == pytest.approx(np.tanh(-x[:, 1]), abs=1e-5)
    assert seen.names == ("neuron 1", "neuron 2")
    assert seen.paper.shape == (30, 57, 2)


def test_without_a_hidden_layer_it_is_the_plane_of_the_features():
    seen = hidden_plane(Experiment(depth=0, features=("x1", "x2²")))
    assert seen.names == ("x1", "x2²")


@pytest.mark.parametrize(("width", "data", "names"), [(3, "circle", "besides"), (3, "spiral", "other border")])
def test_more_neurons_are_looked_at_across_the_border(width, data, names):
    run = Experiment(data, depth=1, width=width)
    seen = hidden_plane(run)
    assert seen.names[0] == "across the border" and names in seen.names[1]
    W = run.network.layers[-1].W
    if data == "circle":  # from left to right the first class only gains
        assert (np.diff(seen.probabilities[:, :, 0], axis=1) > 0).all()
        assert np.ptp(seen.probabilities, axis=0).max() < 1e-6
    assert W.shape[0] == width


def test_what_is_told_nothing_or_begins_at_0_can_still_be_drawn():
    for run in (Experiment(features=[]), Experiment(init=0.0), Experiment(depth=0, features=[])):
        assert np.isfinite(hidden_plane(run).probabilities).all()
        assert len(to_png(folded(run))) > 1000


def test_the_panel_shows_it_in_the_place_of_the_plane_and_takes_it_back(panel):
    panel.reset()
    (picture,) = pictures(panel)
    plane = picture.value
    panel.controls["hidden"].value = True
    assert "last hidden layer" in alt(picture)
    hidden = picture.value
    panel.controls["hidden"].value = False
    assert picture.value == plane and picture.value != hidden
    panel.controls["hidden"].value = True
    assert picture.value == hidden
    panel.step()
    assert picture.value != hidden and panel.error.value == ""


def test_ends_stay_where_they_still_fit_and_no_longer():
    run = Experiment(depth=1, width=2).train(300)
    tight = hidden_plane(run).reach
    roomy = tuple(1.1 * np.array(tight))
    assert hidden_plane(run, roomy).reach == roomy
    assert hidden_plane(run, tuple(2 * np.array(tight))).reach == hidden_plane(run, (0.0, 0.1, 0.0, 0.1)).reach == tight


def test_a_picture_that_is_drawn_again_and_again_costs_no_ticks(panel, monkeypatch):
    panel.reset()
    panel.controls["hidden"].value = True
    (picture,), drawn = pictures(panel), []
    whole = picture._draw_what_stays
    monkeypatch.setattr(picture, "_draw_what_stays", lambda: drawn.append(whole()))
    for _step in range(500):  # at first the ends grow
        panel._advance()
    panel.step()
    drawn.clear()
    for _step in range(30):
        panel.step()
    assert len(drawn) < 10
