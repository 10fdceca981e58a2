"""The widgets of chapter 08 under a learner's hands: mouse, keyboard, and training that is steered."""

import pytest


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("08_regularization")
    notebook.run("play-bench", "play-search")
    return notebook


def between(widget, name, low, high):
    """Wait until the number box shows a value from `low` to `high`: while it trains, the kernel may take a moment."""
    widget.wait_for(lambda: low <= float(widget.box(name).input_value()) <= high)


def test_nobody_complained(notebook):
    assert notebook.errors() == []
    assert notebook.complaints == []


def test_untouched_widgets_show_the_start_values(notebook):
    bench = notebook.widget("play-bench")
    names = ("dropout ratio", "weight decay", "learning rate", "training images", "hidden layers", "neurons in each")
    assert [float(bench.box(name).input_value()) for name in names] == [0, 0, 0.1, 300, 3, 100]
    search = notebook.widget("play-search")
    names = ("trials", "rate from", "rate to", "decay from", "decay to")
    assert [float(search.box(name).input_value()) for name in names] == [60, 1e-5, 10, 1e-8, 1]


def test_the_bench_trains_is_steered_and_stops(notebook):
    widget = notebook.widget("play-bench")
    widget.reset()
    before, places = widget.pictures(), widget.places()
    widget.push("Start")
    moving = widget.steps_beyond(30)
    assert widget.pictures() != before
    widget.drag("dropout ratio", 0.4)
    widget.press("weight decay", "ArrowRight")
    widget.type("learning rate", 0.2)
    between(widget, "dropout ratio", 0.3, 0.5)
    between(widget, "weight decay", 1e-6, 1e-3)
    widget.steps_beyond(moving)  # none of the three starts anew
    paused = widget.pause()
    assert widget.places() == places, "something jumped"
    widget.screenshot("regularization_bench")
    widget.push("Step")
    widget.locator.get_by_text(f"paused, step {paused + 1:,} of").wait_for()
    widget.drag("training images", 0.9)
    widget.locator.get_by_text("ready, step 0 of").wait_for()
    widget.reset()
    assert widget.box("weight decay").input_value() == "0"
    assert widget.error() == ""


def test_the_bench_says_when_a_change_makes_it_blow_up(notebook):
    widget = notebook.widget("play-bench")
    widget.reset()
    widget.type("weight decay", 1)
    widget.push("Start")
    widget.steps_beyond(5)
    widget.type("learning rate", 10)
    widget.locator.get_by_role("alert").get_by_text("training blew up").first.wait_for()
    widget.reset()
    assert widget.error() == ""


def test_the_search_brings_trial_after_trial(notebook):
    widget = notebook.widget("play-search")
    widget.reset()
    places = widget.places()
    widget.push("Start")
    widget.locator.get_by_text("finished, trial 60 of 60").wait_for()
    widget.wait_for_words("best of 60: ")
    widget.settled()
    assert widget.places() == places, "something jumped"
    widget.screenshot("search_explorer")
    before = widget.pictures()
    widget.drag("rate to", 0.0)
    widget.wait_for_change(before)
    assert widget.box("rate to").input_value() == "0.01"
    widget.press("rate to", "ArrowRight")
    widget.wait_for_words("learning rate 1e-05 to 0.02")
    widget.box("search").select_option("Bayesian (Optuna)")
    widget.push("Start")
    widget.steps_beyond(12)
    widget.push("Pause")
    widget.wait_until("paused")
    widget.screenshot("search_explorer_bayesian")
    widget.reset()
    assert widget.error() == ""
    assert notebook.complaints == []


def test_all_labels_can_be_read(notebook):
    for cell in ("play-bench", "play-search"):
        widget = notebook.widget(cell)
        for label in widget.locator.locator("label").all():
            assert label.evaluate("label => label.scrollWidth <= label.clientWidth + 1"), label.inner_text()
        assert widget.contrast() >= 4.5
