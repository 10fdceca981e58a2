"""Chapter 09 under a learner's hands: a filter set cell by cell, a window that slides, and a look inside a network."""

import pytest


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("09_cnn")
    notebook.run("play-window", "play-inside")
    return notebook


@pytest.fixture
def sliding(notebook):
    """Give the convolution explorer with its start values."""
    widget = notebook.widget("play-window")
    widget.reset()
    return widget


@pytest.fixture
def inside(notebook):
    """Give the look inside the CNN with its start values."""
    widget = notebook.widget("play-inside")
    widget.reset()
    return widget


def test_the_window_slides_by_mouse_and_by_key(notebook, sliding):
    start, places, words = sliding.pictures(), sliding.places(), sliding.words()
    sliding.screenshot("09_convolution_explorer")
    sliding.drag("window place", 0.5)
    dragged = sliding.wait_for_change(start)
    assert 300 < int(sliding.box("window place").input_value()) < 380
    sliding.press("window place", "ArrowRight")
    stepped = sliding.wait_for_change(dragged)
    assert stepped[1] != dragged[1], "the row of im2col follows"
    assert sliding.places() == places, "something jumped"
    sliding.reset()
    assert sliding.words() == words
    assert sliding.error() == ""
    assert notebook.complaints == []


def test_a_filter_is_set_cell_by_cell_and_a_preset_brings_it_back(sliding):
    before, places = sliding.pictures(), sliding.places()
    sliding.type("filter row 3, column 3", 5)
    own = sliding.wait_for_change(before)
    assert sliding.locator.locator("select").first.evaluate("one => one.selectedIndex") == 6  # my own cells
    sliding.screenshot("09_convolution_explorer_own")
    sliding.box("filter").select_option("vertical edges")
    assert sliding.wait_for_change(own) == before
    assert sliding.box("filter row 3, column 3").input_value() == "0"
    assert sliding.places() == places, "something jumped"


def test_five_by_five_has_25_cells_in_the_same_room(sliding):
    before, places = sliding.pictures(), sliding.places()
    assert sliding.box("filter row 2, column 3").is_visible() and not sliding.box("filter row 1, column 1").is_visible()
    sliding.box("filter size").select_option("5×5")
    sliding.wait_for_change(before)
    assert sliding.box("filter row 1, column 1").is_visible()
    assert sliding.places() == places, "something jumped"
    sliding.screenshot("09_convolution_explorer_5x5")


def test_a_stride_that_does_not_fit_is_said_and_mended(sliding):
    before = sliding.pictures()
    sliding.press("stride", "ArrowRight")
    refused = sliding.wait_for_change(before)
    assert "Stride 2 does not fit" in sliding.words()[0]
    sliding.screenshot("09_convolution_explorer_refused")
    sliding.press("image size", "ArrowLeft")
    sliding.wait_for_change(refused)
    assert "Feature map 13×13" in sliding.words()[0]
    assert sliding.error() == ""


def test_inside_the_network_filter_layer_and_digit_change_the_picture(notebook, inside):
    start, places = inside.pictures(), inside.places()
    inside.screenshot("09_cnn_explorer")
    inside.press("filter", "ArrowRight")
    second = inside.wait_for_change(start)
    inside.drag("test image", 0.5)
    dragged = inside.wait_for_change(second)
    inside.box("layer").select_option("DeepConvNet, convolution 4")
    inside.wait_for_change(dragged)
    assert "DeepConvNet, convolution 4, filter 1 of 32" in inside.words()[0]
    inside.screenshot("09_cnn_explorer_deep")
    assert inside.places() == places, "something jumped"
    inside.reset()
    assert inside.pictures() == start
    assert inside.error() == ""
    assert notebook.complaints == []


def test_every_text_can_be_read(sliding, inside):
    assert min(sliding.contrast(), inside.contrast()) >= 4.5
