"""Chapters 00 and 03 under a learner's hands: mouse and keyboard, and pixels that must change."""

import pytest


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("03_mnist_inference")
    notebook.run("play-widget", "check-quiz")
    return notebook


@pytest.fixture
def widget(notebook):
    """Give the digit reader with its start values."""
    widget = notebook.widget("play-widget")
    widget.reset()
    return widget


def test_the_digit_reader_follows_mouse_keyboard_and_numbers(notebook, widget):
    start = widget.pictures()
    widget.screenshot("03_digit_reader_start")

    widget.press("image", "ArrowRight")
    second = widget.wait_for_change(start)
    assert widget.box("image").input_value() == "1"
    assert second[1] == start[1], "the times have nothing to do with the image"

    widget.drag("image", 0.5)
    dragged = widget.wait_for_change(second)
    assert 800 < int(widget.box("image").input_value()) < 1200

    widget.type("image", 93)
    typed = widget.wait_for_change(dragged)
    assert "test image 93: " in widget.words()[0]

    widget.drag("batch size", 0.0)
    widget.wait_for_words("one by one: ")
    slow = widget.settled()
    assert widget.box("batch size").input_value() == "1"
    assert slow[0] == typed[0]
    widget.press("batch size", "ArrowRight")
    faster = widget.wait_for_change(slow, 1)
    assert widget.box("batch size").input_value() == "2"

    widget.box("only the 37 images that are read wrongly").press("Space")
    widget.wait_for_change(faster)
    assert widget.box("image").input_value() == "36"
    widget.press("image", "Home")
    widget.wait_for_words("test image 93: ")
    widget.screenshot("03_digit_reader_wrong")

    widget.reset()
    assert "test image 0: " in widget.words()[0]
    assert widget.box("batch size").input_value() == "100"
    assert widget.error() == ""
    assert notebook.complaints == []


def test_nothing_jumps_while_a_control_moves(widget):
    before, places = widget.pictures(), widget.places()
    widget.drag("image", 0.9)
    widget.wait_for_change(before)
    assert widget.places() == places


COUNT_CHANGES = """widget => {
    window.changes = 0;
    let shown = widget.querySelector('img').src;
    new MutationObserver(() => {
        const now = widget.querySelector('img')?.src;
        if (now && now !== shown) window.changes += 1;
        shown = now || shown;
    }).observe(widget, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
}"""


def test_a_fast_drag_does_not_queue(widget):
    before = widget.pictures()
    widget.drag("image", 0.95, steps=100)
    widget.locator.evaluate(COUNT_CHANGES)
    widget.wait_for_change(before)
    # What was on its way when the mouse let go, and the last place.
    assert widget.page.evaluate("window.changes") <= 3
    position = widget.box("image").input_value()
    widget.wait_for_words(f"test image {position}: ")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_readable_in_both_themes(notebook, widget, theme):
    notebook.set_theme(theme)
    widget.screenshot(f"03_digit_reader_{theme}")
    for label in widget.locator.locator("label").all():
        assert label.evaluate("label => label.scrollWidth <= label.clientWidth + 1"), label.inner_text()
    assert widget.contrast() >= 4.5
    quiz = notebook.widget("check-quiz")
    quiz.screenshot(f"03_quiz_{theme}")
    assert quiz.contrast() >= 4.5
    notebook.set_theme("light")


def test_the_quiz_answers_a_click_and_the_keyboard(notebook):
    quiz = notebook.widget("check-quiz")
    answers = quiz.locator.get_by_role("radio")
    place = answers.nth(4).bounding_box()
    answers.nth(0).click()
    quiz.locator.get_by_text("Not so. That is the shape of W1").wait_for()
    answers.nth(0).focus()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Space")
    quiz.locator.get_by_text("Not so. The other way round.").wait_for()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Space")
    quiz.locator.get_by_text("Right. 100 rows").wait_for()
    assert [answer.is_checked() for answer in answers.all()[:4]] == [False, False, True, False]
    assert answers.nth(4).bounding_box() == place, "nothing moves when the reply comes"


def test_the_first_slider_moves(open_notebook):
    notebook = open_notebook("00_start_here")
    notebook.run("first-slider")
    widget = notebook.widget("first-slider")
    start = widget.pictures()
    widget.drag("pixels a side", 1.0)
    sharp = widget.wait_for_change(start)
    assert widget.box("pixels a side").input_value() == "28"
    widget.press("pixels a side", "ArrowLeft")
    widget.wait_for_change(sharp)
    widget.screenshot("00_first_slider")
