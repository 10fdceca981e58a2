"""Chapter 10 under a learner's hands: digits drawn with the mouse and by keys alone, and the errors behind a cell."""

import pytest
from lab import AT_ONCE, WITH_A_NETWORK, answers_to_keys

# Five digits as a hand may draw them, in shares of the page: strokes, each a list of points far apart.
DRAWN = {
    0: [[(0.55, 0.2), (0.38, 0.25), (0.3, 0.5), (0.36, 0.74), (0.5, 0.8), (0.65, 0.7), (0.7, 0.45), (0.64, 0.27), (0.53, 0.2)]],
    2: [[(0.33, 0.34), (0.42, 0.22), (0.57, 0.22), (0.65, 0.36), (0.55, 0.56), (0.33, 0.79), (0.7, 0.78)]],
    4: [[(0.42, 0.2), (0.32, 0.52), (0.68, 0.54)], [(0.6, 0.22), (0.57, 0.82)]],
    5: [[(0.66, 0.2), (0.4, 0.21), (0.37, 0.45), (0.55, 0.43), (0.67, 0.57), (0.6, 0.75), (0.45, 0.8), (0.32, 0.74)]],
    7: [[(0.3, 0.22), (0.7, 0.2), (0.55, 0.5), (0.45, 0.82)]],
}  # fmt: skip


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook("10_handwritten_digits")
    # In the place of the one that step 8 trains for half a minute.
    notebook.tell_kernel("from dlcourse.models import stored_network; final = stored_network('simple_conv_net')")
    notebook.run("play-studio", "play-collect", "play-browser", "play-climb")
    return notebook


@pytest.fixture
def studio(notebook):
    """Give the digit studio with its start values, and a network whose weights do not depend on the machine."""
    widget = notebook.widget("play-studio")
    widget.reset()
    widget.box("other network").select_option("SimpleConvNet")
    widget.wait_for_words("SimpleConvNet reads")
    return widget


def canvas(widget):
    return widget.locator.locator("canvas")


def pixels(widget):
    """How many pixels of the canvas are white."""
    return canvas(widget).evaluate(
        """one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data
            .filter((value, i) => i % 4 === 1 && value > 200).length"""
    )


def draw(widget, strokes, steps=6):
    """Draw strokes with the mouse, in as few events as a quick hand gives."""
    mouse, box = widget.page.mouse, canvas(widget).bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=steps)
        mouse.up()
    widget.settled()


def test_five_drawn_digits_are_read(notebook, studio):
    places, read = studio.places(), {}
    for digit, strokes in DRAWN.items():
        before = studio.pictures()
        studio.locator.get_by_role("button", name="clear", exact=True).click()
        studio.wait_for_words("Nothing is drawn yet.")
        assert pixels(studio) == 0
        draw(studio, strokes)
        assert studio.pictures() != before
        assert pixels(studio) > 2000, "the strokes are to be seen where the hand was"
        words = studio.words()[0]
        read[digit] = f"SimpleConvNet reads {digit} " in words
        studio.screenshot(f"10_digit_studio_{digit}")
    assert sum(read.values()) >= 4, read
    assert studio.places() == places, "something jumped"
    assert studio.error() == ""
    assert notebook.complaints == []


def test_the_answer_changes_while_the_pen_is_still_down(studio):
    studio.locator.get_by_role("button", name="clear", exact=True).click()
    studio.wait_for_words("Nothing is drawn yet.")
    mouse, box = studio.page.mouse, canvas(studio).bounding_box()
    mouse.move(box["x"] + 140, box["y"] + 50)
    mouse.down()
    mouse.move(box["x"] + 140, box["y"] + 230, steps=3)
    try:
        studio.wait_for_words("reads 1 with")
    finally:
        mouse.up()


def test_it_works_by_keys_alone(notebook, studio):
    page = notebook.page
    studio.locator.get_by_role("button", name="clear", exact=True).focus()
    page.keyboard.press("Enter")
    studio.wait_for_words("Nothing is drawn yet.")
    page.keyboard.press("Tab")  # back to the start values
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"
    for key in ["ArrowUp"] * 6 + ["Space"] + ["ArrowDown"] * 12 + ["Space"]:
        page.keyboard.press(key)
    studio.wait_for_words("SimpleConvNet reads 1 ")
    studio.screenshot("10_digit_studio_keys")
    page.keyboard.press("Tab")  # nobody is caught in the canvas
    page.wait_for_function("document.activeElement.textContent === 'go left'")
    assert studio.error() == ""


def test_a_finger_draws(studio):
    studio.locator.get_by_role("button", name="clear", exact=True).click()
    studio.wait_for_words("Nothing is drawn yet.")
    canvas(studio).evaluate(
        """one => {
            const box = one.getBoundingClientRect();
            const send = (kind, y) => {
                const touch = new Touch({identifier: 1, target: one, clientX: box.x + 140, clientY: box.y + y});
                const touches = kind === 'touchend' ? [] : [touch];
                one.dispatchEvent(new TouchEvent(kind, {touches, changedTouches: [touch], cancelable: true, bubbles: true}));
            };
            send('touchstart', 50); send('touchmove', 140); send('touchmove', 230); send('touchend', 230);
        }"""
    )
    studio.wait_for_words("SimpleConvNet reads 1 ")


def test_examples_pen_centring_and_network(notebook, studio):
    before = studio.pictures()
    studio.box("example").select_option("8")
    studio.wait_for_words("SimpleConvNet reads 8 ")
    thick = pixels(studio)
    before = studio.settled()
    studio.press("pen, in pixels", "ArrowLeft")
    before = studio.wait_for_change(before)
    assert pixels(studio) < thick
    studio.drag("pen, in pixels", 0.9)
    before = studio.wait_for_change(before)
    assert pixels(studio) > thick
    studio.box("centre the digit as MNIST's are").press("Space")
    studio.wait_for_change(before)
    studio.box("other network").select_option("yours")
    studio.wait_for_words("yours reads ")
    studio.screenshot("10_digit_studio_yours")
    assert studio.error() == ""
    assert notebook.complaints == []


def test_the_error_browser_opens_cells(notebook):
    widget = notebook.widget("play-browser")
    widget.reset()
    start, places = widget.pictures(), widget.places()
    widget.screenshot("10_error_browser_start")
    widget.box("network").select_option("784-50-100-10")
    widget.wait_for_words("Confusion matrix of 784-50-100-10: 37 of 2000 are wrong")
    widget.box("true class").select_option("2")
    widget.box("read as").select_option("7")
    widget.wait_for_words("class 2, read as 7 (images: 5). Image 0 of them is number 966 of the set")
    shown = widget.settled()
    assert shown[0] != start[0]
    widget.press("image", "ArrowRight")
    second = widget.wait_for_change(shown, 1)
    assert second[0] == shown[0], "the matrix has nothing to do with the image"
    widget.drag("image", 1.0)
    widget.wait_for_words("Image 4 of them")
    widget.screenshot("10_error_browser_2_as_7")
    assert widget.places() == places, "something jumped"
    widget.reset()
    assert widget.error() == ""
    assert notebook.complaints == []


def test_the_studio_answers_at_once(studio, record_property):
    studio.box("example").select_option("8")
    studio.wait_for_words("SimpleConvNet reads 8 ")
    studio.settled()
    answers_to_keys(studio, "pen, in pixels", 0, WITH_A_NETWORK, record_property, "digit studio, pen")


def test_the_error_browser_answers_at_once(notebook, record_property):
    widget = notebook.widget("play-browser")
    widget.reset()
    widget.box("network").select_option("784-50-100-10")
    widget.box("true class").select_option("2")
    widget.box("read as").select_option("7")
    widget.wait_for_words("class 2, read as 7 (images: 5)")
    widget.settled()
    answers_to_keys(widget, "image", 1, AT_ONCE, record_property, "error browser, image")
    widget.reset()


def test_a_digit_is_drawn_kept_and_taken_away_again(notebook):
    widget = notebook.widget("play-collect")
    widget.wait_for_words("No digit is kept yet")
    places = widget.places()
    for digit, strokes in ((2, DRAWN[2]), (7, DRAWN[7])):
        widget.box("I draw a").select_option(str(digit))
        draw(widget, strokes)
        widget.push("keep")
        widget.wait_for_words(f"SimpleConvNet reads {1 + (digit == 7)} of {1 + (digit == 7)}")
    assert pixels(widget) == 0, "an empty page for the next one"
    assert "lies between" in widget.words()[0] and "yours reads" in widget.words()[0]
    widget.screenshot("10_digit_collector")
    assert widget.places() == places, "something jumped"
    widget.push("take the last one away")
    widget.wait_for_words("SimpleConvNet reads 1 of 1")
    widget.push("take the last one away")
    widget.wait_for_words("No digit is kept yet")
    widget.push("keep")
    widget.locator.get_by_text("nothing is drawn yet").first.wait_for()
    assert notebook.complaints == []


def test_the_ladder_is_climbed_to_the_top(notebook):
    widget = notebook.widget("play-climb")
    widget.push("Climb")
    widget.wait_until("finished")
    words = widget.words()[0]
    assert words.count("4 of 4 right") == 2 and words.count("of 1,000 new digits") == 2
    assert "the package's Convolution" in words
    widget.screenshot("10_own_ladder")
    assert widget.error() == ""
    assert notebook.complaints == []
