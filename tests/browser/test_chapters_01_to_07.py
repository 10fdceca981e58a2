"""The widgets of chapters 01, 02, 04 to 07, under a learner's hands: mouse, keyboard, and training that is steered."""

import pytest

# In an order in which each notebook is opened once or twice.
CONTROLS = [
    ("06_optimizers", "play-race", "start y", "optimizer_race"),
    ("01_perceptron", "play-widget", "w1", "gate_explorer"),
    ("01_perceptron", "play-trainer", "look", "perceptron_trainer"),
    ("01_perceptron", "play-layers", "b of s1", "two_layer_explorer"),
    ("02_activations", "play-kinks", "its turn", "kink_builder"),
    ("02_activations", "play-widget", "spread of inputs", "activation_explorer"),
    ("04_losses_and_gradients", "play-loss", "true class", "loss_explorer"),
    ("04_losses_and_gradients", "play-descent", "learning rate", "descent_explorer"),
    ("07_initialization", "play-widget", "std", "init_explorer"),
    ("05_backpropagation", "play-graph", "price of an apple", "graph_explorer"),
]


def test_a_value_between_two_stops_of_the_slider_is_kept(ready):
    _notebook, widget = ready("06_optimizers", "play-race")  # as it opens, and so the first test here: others reset it
    rates = {"SGD: rate": "0.9", "AdaGrad: rate": "1.5", "Adam: rate": "0.3"}
    widget.settled()
    assert {name: widget.box(name).input_value() for name in rates} == rates
    before = widget.pictures()
    widget.type("start y", 0.001)
    before = widget.wait_for_change(before)
    assert widget.box("start y").input_value() == "0.001"
    widget.type("SGD: rate", 0.85)
    before = widget.wait_for_change(before)
    assert widget.box("SGD: rate").input_value() == "0.85"
    widget.press("SGD: rate", "ArrowRight")
    widget.wait_for_change(before)
    widget.reset()
    assert {name: widget.box(name).input_value() for name in rates} == rates


def test_the_race_on_digits_runs_and_a_rate_changes_on_the_way(ready):
    notebook, widget = ready("06_optimizers", "play-digits")
    before = widget.pictures()
    widget.push("Start")
    moving = widget.steps_beyond(0)
    assert widget.pictures() != before
    widget.type("SGD: rate", 0.1)
    widget.steps_beyond(moving)
    widget.push("Pause")
    widget.wait_until("paused")
    widget.screenshot("digit_race")
    assert widget.error() == ""


@pytest.mark.parametrize(("name", "cell", "control", "shot"), CONTROLS)
def test_a_drag_and_a_key_change_the_picture(ready, name, cell, control, shot):
    notebook, widget = ready(name, cell)
    widget.reset()
    start, places, words = widget.pictures(), widget.places(), widget.words()
    widget.drag(control, 0.9)
    dragged = widget.wait_for_change(start)
    widget.press(control, "ArrowLeft")
    widget.wait_for_change(dragged)
    assert widget.places() == places, "something jumped"
    widget.screenshot(shot)
    widget.reset()
    for picture in words:
        widget.wait_for_words(picture)
    assert widget.error() == ""
    assert notebook.complaints == []


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_the_valley_is_turned_by_hand_and_three_rules_do_not_care(ready, how):
    notebook, widget = ready("06_optimizers", "play-race")
    widget.reset()
    start, places = widget.pictures(), widget.places()
    if how == "mouse":
        widget.drag("turned by (degrees)", 1.0)
    else:
        widget.press("turned by (degrees)", "End")
    widget.wait_for_change(start)
    widget.wait_for_words("turned by 45°, heights after 30 steps: SGD 0.00855, Momentum 0.0479, Nesterov 0.0238, AdaGrad 0.141,")
    assert widget.places() == places, "something jumped"
    widget.copy_as_code("optimizer_race(turn=45)", how)
    widget.screenshot(f"race_turned_{how}")
    widget.press("turned by (degrees)", "Home")
    widget.wait_for_words("from (-7.0, 2.0), heights after 30 steps: SGD 0.00855, Momentum 0.0479, Nesterov 0.0238, AdaGrad 0.000722,")
    assert widget.settled() == start
    assert widget.error() == ""
    assert notebook.complaints == []


def test_the_graph_steps_and_changes(ready):
    _notebook, widget = ready("05_backpropagation", "play-graph")
    widget.reset()
    before = widget.pictures()
    widget.push("one step back")
    before = widget.wait_for_change(before)
    assert "all apples" not in widget.words()[0] and "Backward, step 8" in widget.words()[0]
    widget.box("graph").select_option("a small network")
    widget.wait_for_change(before)
    assert widget.box("x1").is_visible() and not widget.box("apples").is_visible()
    widget.screenshot("graph_explorer_network")
    widget.reset()


def test_the_training_bench_trains_is_steered_and_stops(ready):
    notebook, widget = ready("05_backpropagation", "play-bench")
    widget.reset()
    before = widget.pictures()
    widget.push("Start")
    moving = widget.steps_beyond(0)
    assert widget.pictures() != before
    widget.type("learning rate", 0.3)
    widget.steps_beyond(moving)  # a new learning rate does not start anew
    paused = widget.pause()
    widget.screenshot("training_bench")
    widget.push("Step")
    widget.locator.get_by_text(f"paused, step {paused + 1:,} of").wait_for()
    widget.push("Reset")
    widget.locator.get_by_text("ready, step 0 of").wait_for()
    assert widget.error() == ""
    assert notebook.complaints == []


def test_training_from_the_chosen_weights_is_steered_and_stops(ready):
    notebook, widget = ready("07_initialization", "play-widget")
    widget.reset()
    start, places = widget.pictures(), widget.places()
    widget.push("Start")
    moving = widget.steps_beyond(20)
    trained = widget.pictures()
    assert trained[1] != start[1], "the loss is drawn"
    assert trained[0] == start[0], "the histograms are those of the start"
    widget.type("learning rate", 0.2)
    widget.steps_beyond(moving)
    widget.pause()
    assert widget.places() == places, "something jumped"
    widget.screenshot("init_explorer_trained")
    widget.box("rule").select_option("He")
    widget.locator.get_by_text("ready, step 0 of").wait_for()  # other weights start anew
    widget.reset()
    assert widget.error() == ""
    assert notebook.complaints == []
