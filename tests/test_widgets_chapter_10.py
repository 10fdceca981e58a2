"""The widgets of chapter 10: the drawing, what the networks make of it, the pen without a mouse; the cells behind errors."""

import builtins
import html
import importlib
import re

import numpy as np
import pytest
from panels import alt, pictures
from waiting import run_in_a_loop, until

from dlcourse.augmentation import center_digit
from dlcourse.datasets import load_mnist
from dlcourse.layers import Affine
from dlcourse.models import stored_network
from dlcourse.networks import Classifier
from dlcourse.widgets.page import KEY_STEP, Page
from dlcourse.widgets.questions.chapter10 import QUESTIONS
from dlcourse.widgets.sketching import EXAMPLES, SIDE, Sketch

studio = importlib.import_module("dlcourse.widgets.digit_studio")
browser = importlib.import_module("dlcourse.widgets.error_browser")


def alts(panel):
    return [alt(picture) for picture in pictures(panel)]


class TestSketch:
    def test_a_dot_is_a_disc(self):
        sketch = Sketch(pen=20)
        sketch.begin(100, 50)
        assert sketch.ink.sum() == pytest.approx(np.pi * 100, rel=0.02)
        assert sketch.ink[50, 100] == sketch.ink[50, 109] == sketch.ink[41, 100] == 1
        assert sketch.ink[50, 111] == sketch.ink[61, 100] == 0
        assert sketch.ink[50, 110] == 0.5  # the edge of the disc runs through the middle of this pixel

    def test_points_far_apart_are_joined(self):
        sketch = Sketch(pen=10)
        sketch.begin(20, 30)
        sketch.extend(220, 130)
        middle = [(20 + 2 * i, 30 + i) for i in range(101)]
        assert all(sketch.ink[y, x] == 1 for x, y in middle)
        assert sketch.ink[30, 120] == 0
        area = np.hypot(200, 100) * 10 + np.pi * 25  # a bar, and half a disc at each end
        assert sketch.ink.sum() == pytest.approx(area, rel=0.01)

    def test_two_strokes_are_not_joined(self):
        sketch = Sketch(pen=10)
        sketch.draw([[(20, 100), (60, 100)], [(200, 100), (240, 100)]])
        assert sketch.ink[100, 40] == sketch.ink[100, 220] == 1
        assert not sketch.ink[:, 80:180].any()
        assert sketch.strokes == [[(20, 100), (60, 100)], [(200, 100), (240, 100)]]

    def test_what_leaves_the_page_is_cut_off(self):
        sketch = Sketch(pen=20)
        sketch.draw([[(-50, 10), (SIDE + 50, 10)], [(SIDE + 90, 5), (SIDE + 99, 5)]])
        assert (sketch.ink[10] == 1).all()
        assert sketch.ink.shape == (SIDE, SIDE)

    def test_another_pen_draws_the_same_strokes(self):
        sketch, thin = Sketch(pen=20), Sketch(pen=10)
        for one in (sketch, thin):
            one.draw(EXAMPLES[4])
        sketch.redraw(10)
        np.testing.assert_array_equal(sketch.ink, thin.ink)
        assert sketch.strokes == thin.strokes

    def test_a_cleared_page_is_empty(self):
        sketch = Sketch()
        sketch.draw(EXAMPLES[8])
        sketch.clear()
        assert not sketch.ink.any() and sketch.strokes == []


@pytest.fixture(scope="module")
def networks():
    return [stored_network("mlp_784_50_100_10"), stored_network("simple_conv_net")]


class TestStudioCompute:
    def test_an_empty_page_is_nothing(self, networks):
        assert studio.compute(np.zeros((SIDE, SIDE), np.float32), networks) is None

    def test_centred_and_not(self, networks):
        sketch = Sketch()
        sketch.draw([[(10, 60), (10, 220)]])
        reading = studio.compute(sketch.ink, networks)
        np.testing.assert_array_equal(reading.seen, center_digit(sketch.ink))
        off = studio.compute(sketch.ink, networks, centre=False)
        assert off.seen.shape == (28, 28)
        assert off.seen[10, :3].tolist() == pytest.approx([1, 1, 0.05], abs=0.06)
        assert [y.argmax() for y in reading.probabilities] == [1, 1]
        assert [y.shape for y in off.probabilities] == [(10,), (10,)]
        np.testing.assert_allclose(reading.probabilities[0], networks[0].predict(reading.seen.ravel()), rtol=1e-6)
        np.testing.assert_allclose(reading.probabilities[1], networks[1].predict(reading.seen[None]), rtol=1e-6)

    @pytest.mark.parametrize("digit", EXAMPLES)
    def test_each_example_is_read_rightly_by_both(self, networks, digit):
        sketch = Sketch()
        sketch.draw(EXAMPLES[digit])
        assert [y.argmax() for y in studio.compute(sketch.ink, networks).probabilities] == [digit, digit]

    def test_nearest_is_what_a_full_search_finds(self):
        (x, _t), (x_test, _t_test) = load_mnist()
        for image in x_test[:5]:
            wanted = np.argsort(((x - image) ** 2).sum(axis=1))[:6]
            np.testing.assert_array_equal(studio.nearest(image.reshape(28, 28), x), wanted)
        assert studio.nearest(x[17], x, 1).tolist() == [17]
        assert sorted(studio.nearest(x[0], x[:3], 3)) == [0, 1, 2]


class TestStudio:
    @pytest.fixture
    def panel(self):
        return studio.digit_studio()

    def test_it_begins_with_an_example(self, panel):
        assert panel.error.value == ""
        assert alts(panel)[0].startswith("MLP reads 3 with 100.0%; SimpleConvNet reads 3 with ")
        assert "nearest training digits are: 3, 3, " in alts(panel)[0]

    def test_the_first_stroke_takes_the_example_away(self, panel):
        page = panel.page
        page.begin(140, 50)
        page.extend(140, 230)
        page.end()
        assert panel.sketch.strokes == [[(140, 50), (140, 230)]]
        assert panel.controls["example"].value == -1
        assert "SimpleConvNet reads 1 " in alts(panel)[0]
        page.begin(200, 50)
        page.end()
        assert len(panel.sketch.strokes) == 2, "the second stroke leaves the first where it is"
        assert panel.error.value == ""

    def test_moves_without_a_pressed_button_draw_nothing(self, panel):
        before = panel.sketch.ink.copy()
        panel.page.extend(10, 10)
        panel.page.end()
        np.testing.assert_array_equal(panel.sketch.ink, before)

    def test_clear_takes_an_empty_page_also_of_the_same_example_again(self, panel):
        wipe = panel.page.before[0]
        wipe.click()
        assert alts(panel) == ["Nothing is drawn yet."]
        assert panel.controls["example"].value == -1 and not panel.sketch.ink.any()
        panel.controls["example"].value = 3
        assert "MLP reads 3" in alts(panel)[0]

    def test_an_empty_page_can_be_chosen(self, panel):
        panel.controls["example"].value = -1
        assert alts(panel) == ["Nothing is drawn yet."]
        assert not panel.sketch.ink.any()

    def test_back_to_the_start_values_brings_the_example_back(self, panel):
        panel.page.begin(10, 10)
        panel.page.end()
        panel.reset()
        assert "SimpleConvNet reads 3" in alts(panel)[0]
        assert panel.error.value == ""

    def test_another_network_and_no_centring(self, panel):
        panel.controls["other"].value = "DeepConvNet"
        assert "DeepConvNet reads 3" in alts(panel)[0]
        panel.controls["centre"].value = False
        assert "MLP reads 3" in alts(panel)[0]
        assert panel.error.value == ""

    def test_a_network_of_ones_own(self):
        always_7 = Classifier([Affine(np.zeros((784, 10), np.float32), 9 * np.eye(10, dtype=np.float32)[7])], (784,))
        panel = studio.digit_studio({"mine": always_7})
        panel.controls["other"].value = "mine"
        assert "mine reads 7 with 99.9%" in alts(panel)[0]

    def test_keys_draw_without_a_mouse(self, panel):
        page, key = panel.page, lambda name, shift=False: panel.page._key(name, shift, False, False)
        for name in ["ArrowUp"] * 6 + [" "] + ["ArrowDown"] * 12 + [" "] + ["ArrowRight"] * 3:
            key(name)
        assert panel.error.value == ""
        middle = SIDE / 2
        assert panel.sketch.strokes == [[(middle, middle + step * KEY_STEP) for step in range(-6, 7)]]
        assert page.pen == (middle + 3 * KEY_STEP, middle + 6 * KEY_STEP)
        assert "SimpleConvNet reads 1 " in alts(panel)[0]

    def test_buttons_draw_too_and_stop_at_the_edge(self, panel):
        page = panel.page
        left = page.buttons[0]
        assert [one.description for one in page.buttons] == ["go left", "go up", "go down", "go right"]
        page.paper.value = True
        for _press in range(20):
            left.click()
        assert page.pen == (0, SIDE / 2)
        assert panel.sketch.strokes[0][0] == (SIDE / 2, SIDE / 2)
        assert panel.sketch.strokes[0][-1] == (0, SIDE / 2)

    def test_nobody_is_caught_in_the_canvas(self, panel, monkeypatch):
        focused = []
        for one in (panel.page.buttons[0], panel.page.before[-1]):
            monkeypatch.setattr(type(one), "focus", lambda self: focused.append(self.description))
        panel.page._key("Tab", False, False, False)
        panel.page._key("Tab", True, False, False)
        panel.page._key("Escape", False, False, False)
        assert focused == ["go left", "undo", "go left"]

    def test_while_a_stroke_goes_on_the_answer_comes_later(self, monkeypatch):
        monkeypatch.setattr(studio, "REDRAW", 2)

        async def main():
            panel = studio.digit_studio()
            page = panel.page
            before = alts(panel)
            page.begin(140, 50)
            for y in range(55, 230, 5):  # all of it before the next answer is due
                page.extend(140, y)
            assert alts(panel) == before
            # The hand rests, and is not lifted.
            await until(lambda: "SimpleConvNet reads 1 " in alts(panel)[0])

        run_in_a_loop(main())

    def test_a_drawing_is_in_its_line_of_code(self, panel):
        page = panel.page
        for x, y in ((140.4, 50.2), (139.8, 130.6), (139.9, 130.9), (141, 230)):
            page.extend(x, y) if page.drawing else page.begin(x, y)
        page.end()
        code = "digit_studio(example=-1).draw([[(140, 50), (140, 131), (141, 230)]])"
        assert panel.code == code and f"<code>{html.escape(code)}</code>" in panel.share.line.value
        again = eval(code, {"digit_studio": studio.digit_studio})  # noqa: S307
        np.testing.assert_array_equal(again.sketch.ink, panel.sketch.ink)
        assert (alts(again), again.code) == (alts(panel), code)
        panel.page.before[1].click()  # its only stroke is taken back
        assert panel.code == "digit_studio(example=-1)"

    def test_an_example_without_its_last_stroke_is_none_any_more(self, panel):
        panel.controls["example"].value = 4
        assert panel.code == "digit_studio(example=4)"
        panel.page.before[1].click()
        assert panel.controls["example"].value == -1
        assert panel.code == "digit_studio(example=-1).draw([[(115, 60), (90, 150), (190, 150)]])"

    def test_it_opens_as_all_others_do(self):
        ones = Classifier([Affine(np.zeros((784, 10), np.float32), 9 * np.eye(10, dtype=np.float32)[1])], (784,))
        panel = studio.digit_studio(network=ones, example=5, hide=["pen"], predict=("Which digit?", 1))
        assert panel.card.guess.right == 1 and panel.controls["pen"].widget.layout.display == "none"
        assert "yours reads 1 with 99.9%" in alts(panel)[0]
        assert panel.code == "digit_studio(network=…, example=5)", "a network without a name in the notebook cannot be written"
        panel.draw([[(140, 50), (140, 230)]])
        panel.reset()
        assert panel.controls["example"].value == 5 and panel.sketch.strokes[0][0] == (182, 60)

    def test_an_error_while_drawing_is_shown(self, panel, monkeypatch):
        def broken(*_arguments):
            raise ValueError("no answer today")

        monkeypatch.setattr(studio, "compute", broken)
        panel.page.begin(140, 50)
        panel.page.end()
        assert "no answer today" in panel.error.value

    def test_without_ipycanvas_it_says_what_to_install(self, monkeypatch):
        real = builtins.__import__

        def without(name, *arguments, **more):
            if name == "ipycanvas":
                raise ModuleNotFoundError(name)
            return real(name, *arguments, **more)

        monkeypatch.setattr(builtins, "__import__", without)
        panel = studio.digit_studio()
        monkeypatch.undo()
        assert panel.error.value == ""
        assert panel.page.canvas is None
        assert "pip install ipycanvas" in panel.page.box.children[1].value
        panel.controls["example"].value = 5
        assert "MLP reads 5" in alts(panel)[0]
        panel.page.paper.value = True
        panel.page.buttons[2].click()
        assert len(panel.sketch.strokes[0]) == 2

    def test_the_canvas_keeps_its_shape_and_says_what_it_is(self, panel):
        canvas = panel.page.canvas
        assert (canvas.width, canvas.height) == (SIDE, SIDE)
        assert (canvas.layout.width, canvas.layout.max_width, canvas.layout.height) == (f"{SIDE}px", "100%", "auto")
        assert canvas.tooltip.startswith("Draw a digit here.")

    def test_a_finger_draws_and_a_second_one_does_not_disturb(self):
        sketch, told = Sketch(), []
        page = Page(sketch, told.append, lambda: None, [])
        page.canvas._touch_start_callbacks([(10, 10)])
        page.canvas._touch_move_callbacks([(50, 10), (200, 200)])
        page.canvas._touch_end_callbacks([])
        assert sketch.strokes == [[(10, 10), (50, 10)]]
        assert told == [False, False, True]


class TestErrorBrowserCompute:
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.1, 0.9]])
    t = np.array([1, 1, 1, 0, 0])

    def test_by_hand(self):
        assert browser.compute(self.probabilities, self.t, 1, 0).images.tolist() == [1, 0]  # the surest first
        assert browser.compute(self.probabilities, self.t, 0, 1).images.tolist() == [4]
        assert browser.compute(self.probabilities, self.t, 1, 1).images.tolist() == [2]

    def test_pages(self):
        cell = browser.Cell(np.arange(40))
        assert cell.page_of(0).tolist() == list(range(15))
        assert cell.page_of(16).tolist() == list(range(15, 30))
        assert cell.page_of(39).tolist() == list(range(30, 40))

    def test_the_worst_mistake_is_not_on_the_diagonal(self):
        assert browser.worst(np.array([[90, 2, 0], [5, 80, 1], [0, 3, 70]])) == (1, 0)


@pytest.fixture(scope="module")
def made():
    """An error browser; three networks read 2,000 digits each, and once is enough."""
    return browser.error_browser()


class TestErrorBrowser:
    @pytest.fixture
    def panel(self, made):
        made.reset()
        return made

    def test_it_begins_with_the_most_frequent_mistake(self, panel):
        matrix, images = alts(panel)
        assert panel.error.value == ""
        assert matrix == "Confusion matrix of 784-50-100-10: 37 of 2000 are wrong; 5 of class 2 are read as 7."
        assert images.startswith(
            "class 2, read as 7 (images: 5). Image 0 of them is number 966 of the set; most probable are 7: "
        )

    def test_the_chosen_cell_is_framed(self, panel):
        def orange():
            pixels = pictures(panel)[0].pixels().astype(int)
            rows, columns = np.nonzero((pixels[..., 0] > 180) & (pixels[..., 2] < 60))
            return rows.mean(), columns.mean()

        panel.controls["true"].value, panel.controls["answer"].value = 4, 0
        top_left = orange()
        panel.controls["true"].value, panel.controls["answer"].value = 5, 0
        below = orange()
        panel.controls["answer"].value = 9
        right = orange()
        assert below[0] - top_left[0] == pytest.approx(32.8, abs=1.5)  # a tenth of 0.8 × 410 pixels
        assert right[1] - below[1] == pytest.approx(9 * 32.8, abs=2)
        assert right[0] == pytest.approx(below[0], abs=1)

    def test_the_images_behind_a_cell(self, panel):
        panel.controls["position"].value = 4
        assert "Image 4 of them" in alts(panel)[1]
        _train, (x, t) = load_mnist()
        number = int(re.search(r"number (\d+) of", alts(panel)[1])[1])
        assert t[number] == 2
        assert stored_network("mlp_784_50_100_10").predict(x[number]).argmax() == 7

    def test_an_empty_cell_says_so(self, panel):
        panel.controls["true"].value, panel.controls["answer"].value = 1, 0
        assert alts(panel)[1] == "class 1, read as 0 (images: 0). No image is behind this cell."
        panel.controls["position"].value = 1
        assert panel.error.value == ""

    def test_a_cell_of_one_image(self, panel):
        panel.controls["true"].value, panel.controls["answer"].value = 7, 9
        panel.controls["position"].value = 1
        assert alts(panel)[1].startswith("class 7, read as 9 (images: 1). Image 0 of them")

    def test_another_cell_begins_with_its_first_image(self, panel):
        panel.controls["true"].value = panel.controls["answer"].value = 7
        assert panel.controls["position"].source.max == 215
        panel.controls["position"].value = 200
        assert "Image 200 of them" in alts(panel)[1]
        panel.controls["network"].value = "DeepConvNet"
        assert panel.controls["position"].value == 0
        assert "Confusion matrix of DeepConvNet: 8 of 2000 are wrong" in alts(panel)[0]

    def test_images_and_classes_of_ones_own(self):
        x = np.random.default_rng(0).random((6, 784), dtype=np.float32)
        always_1 = Classifier([Affine(np.zeros((784, 2), np.float32), np.array([0, 5], np.float32))], (784,))
        panel = browser.error_browser({"mine": always_1}, x, np.array([0, 0, 0, 0, 1, 1]), ["cat", "dog"])
        assert alts(panel)[0] == "Confusion matrix of mine: 4 of 6 are wrong; 4 of class cat are read as dog."
        assert panel.error.value == ""


def test_right_answers_are_not_all_in_one_place():
    places = [[answer.right for answer in question.answers].index(True) for question in QUESTIONS]
    assert len(set(places)) > 1
    assert all(sum(answer.right for answer in question.answers) == 1 for question in QUESTIONS)
    assert all(len({answer.reason for answer in question.answers}) == len(question.answers) for question in QUESTIONS)
