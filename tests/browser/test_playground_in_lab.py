"""The playground under a learner's hands: it trains, is steered on the way, blows up and recovers."""

import pytest


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("playground")
    notebook.run("play-widget")
    return notebook


@pytest.fixture
def widget(notebook):
    """Give the playground with its start values."""
    widget = notebook.widget("play-widget")
    widget.reset()
    widget.unfold()
    yield widget
    widget.push("Pause")
    widget.reset()
    assert widget.error() == ""


def test_nobody_complained(notebook):
    assert notebook.errors() == []
    assert notebook.complaints == []


def test_a_slider_at_its_end_is_still_in_view(widget):
    ends = {"noise": 0.5, "neurons in each": 8, "learning rate": 100, "weight decay": 0.1, "steps a second": 2000}
    for name, end in ends.items():
        widget.type(name, end)
    widget.settled()
    for name in ends:
        row = widget.box(name).locator("xpath=ancestor::*[contains(@class, 'widget-hbox')][1]").bounding_box()
        handle = widget.slider(name).bounding_box()
        assert handle["x"] + handle["width"] <= row["x"] + row["width"], name


def test_it_trains_is_steered_on_the_way_and_pauses(notebook, widget):
    widget.screenshot("playground_start")
    start, places = widget.pictures(), widget.places()
    widget.push("Start")
    moving = widget.steps_beyond(100)
    assert widget.pictures() != start, "the surface changes while it trains"
    widget.type("learning rate", 0.1)
    widget.press("weight decay", "ArrowRight")
    widget.drag("dropout ratio", 0.2)
    widget.box("optimizer").select_option("Momentum")
    later = widget.steps_beyond(moving)  # nothing of this starts anew
    assert widget.box("learning rate").input_value() == "0.1"
    widget.locator.get_by_label("show test points (hollow)").check()
    widget.steps_beyond(later)
    widget.push("Pause")
    widget.wait_until("paused")
    paused, shown = widget.steps(), widget.settled()
    notebook.page.wait_for_timeout(500)
    assert widget.steps() == paused
    assert widget.pictures() == shown
    assert widget.places() == places, "something jumped"
    assert f"Step {paused}: loss " in widget.words()[0]
    widget.screenshot("playground_trained")
    widget.push("Step")
    widget.locator.get_by_text(f"paused, step {paused + 1:,} of").wait_for()
    widget.wait_for_words(f"Step {paused + 1}: ")
    widget.push("Reset")
    widget.locator.get_by_text("ready, step 0 of").wait_for()
    assert notebook.complaints == []


def test_every_kind_of_control_changes_the_picture(widget):
    before = widget.pictures()
    widget.box("points").select_option("spiral")
    before = widget.wait_for_change(before)
    assert widget.words()[0].startswith("spiral, 200 points")
    widget.drag("hidden layers", 1.0)
    widget.press("neurons in each", "End")
    for name in ("x1²", "x2²", "x1·x2", "sin πx1", "sin πx2"):
        widget.box(name).check()
    before = widget.wait_for_change(before)
    widget.wait_for_words("sin πx2, hidden layers: 6, tanh neurons in each: 8")
    widget.drag("noise", 0.5)
    before = widget.wait_for_change(before)
    widget.push("Start")
    widget.steps_beyond(300)
    widget.push("Pause")
    widget.settled()
    widget.screenshot("playground_large")
    before = widget.pictures()
    widget.locator.get_by_label("discretize: show only who wins").check()
    widget.wait_for_change(before)
    widget.screenshot("playground_discretized")


def test_a_blown_up_training_is_said_and_forgiven(widget):
    assert widget.slider("std").evaluate("handle => handle.closest('[disabled]') !== null"), "Xavier needs no std"
    widget.type("learning rate", 100)
    widget.type("weight decay", 0.1)
    widget.push("Start")
    widget.wait_for_words("training blew up at step")
    assert "Training blew up at step" in widget.error()
    widget.screenshot("playground_blown_up")
    widget.type("learning rate", 0.3)
    widget.locator.get_by_text("ready, step 0 of").wait_for()
    assert widget.error() == ""
    widget.type("weight decay", 0)
    widget.push("Start")
    widget.steps_beyond(100)
    assert widget.error() == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_readable_in_both_themes(notebook, widget, theme):
    notebook.set_theme(theme)
    widget.screenshot(f"playground_{theme}")
    for label in widget.locator.locator("label").all():
        assert label.evaluate("label => label.scrollWidth <= label.clientWidth + 1"), label.inner_text()
    assert widget.contrast() >= 4.5
    notebook.set_theme("light")


def test_a_button_loads_an_experiment_and_the_hidden_layer_shows_its_plane(notebook, widget):
    widget.push("2 · 3 neurons")
    widget.wait_for_words("circle, 200 points, features x1, x2, hidden layers: 1, tanh neurons in each: 3.")
    assert widget.box("noise").input_value() == "0.05"
    before = widget.settled()
    widget.locator.get_by_label("show the plane as the last hidden layer sees it").check()
    widget.wait_for_words("On the right: the plane as the last hidden layer sees it.")
    widget.wait_for_change(before)
    widget.push("Start")
    widget.steps_beyond(100)
    widget.push("6 · 20 points")
    widget.wait_for_words("moons, 20 points")
    widget.wait_until("ready")
    widget.screenshot("playground_loaded")
    assert widget.error() == ""
    assert notebook.complaints == []


def test_a_goal_of_the_challenge_is_reached_by_keyboard_and_nothing_jumps(notebook):
    notebook.run("ladder-stage")
    widget = notebook.widget("ladder-stage")
    for name, inside in (("▸ Data", "points"), ("▸ Network", "hidden layers")):
        widget.push(name)
        widget.box(inside).wait_for()
    widget.box("points").press("End")
    widget.type("hidden layers", 0)
    widget.wait_for_words("blobs, 200 points, features x1, x2, hidden layers: 0")
    said = widget.locator.get_by_role("status").filter(has_text="9 numbers")
    said.get_by_text("This run: blobs, 9 numbers. It counts when 95% of the test points are right.").wait_for()
    assert not widget.locator.get_by_role("button", name="copy your best").is_visible()
    widget.settled()
    places = widget.places()
    widget.push("Start")
    said.get_by_text("Goal reached with 9 numbers in 10 steps: your best so far, as few as ours.").wait_for()
    widget.push("Pause")
    widget.wait_until("paused")
    widget.settled()
    assert widget.places() == places, "something jumped"
    table = widget.locator.get_by_role("region", name="Challenge")
    assert "9 numbers, 10 steps; x1, x2; no hidden layer; SGD 0.3; seed 0" in table.get_by_role("row", name="blobs").inner_text()
    widget.push("copy your best")
    widget.locator.get_by_text("copied: playground(challenge=True, data='blobs', depth=0).run(10)").wait_for()
    widget.screenshot("playground_challenge")
    assert (widget.error(), notebook.complaints) == ("", [])


def test_the_challenge_fits_a_small_window(notebook):
    notebook.run("ladder-stage")
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    widget = notebook.widget("ladder-stage")
    widget.settled()
    window = notebook.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').clientHeight")
    assert widget.locator.bounding_box()["height"] <= window
    notebook.page.set_viewport_size({"width": 1024, "height": 700})
    notebook.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    notebook.page.wait_for_timeout(500)
    widget = notebook.widget("ladder-stage")
    panel = widget.locator.bounding_box()
    for one in widget.locator.locator("button, select, table").all():
        box = one.bounding_box()
        assert not one.is_visible() or box["x"] + box["width"] <= panel["x"] + panel["width"] + 1, one.inner_text()
    notebook.page.set_viewport_size({"width": 390, "height": 844})
    notebook.page.wait_for_timeout(500)
    widget = notebook.widget("ladder-stage")
    # The table, and nothing besides, is moved sideways: it can be reached by keyboard.
    table = widget.locator.get_by_role("region", name="Challenge")
    assert table.evaluate("one => one.scrollWidth > one.clientWidth && one.tabIndex === 0")
    assert [clipped.split('"')[1][:10] for clipped in widget.clipped()] == ["pointsgoal"]
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
