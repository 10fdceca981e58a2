"""The building blocks of the widgets, what holds for every widget, and the widgets of chapters 00 and 03; no browser."""

import importlib
import pkgutil
import re

import ipywidgets
import numpy as np
import pytest
from panels import all_widgets, alt, inside, values_to_try
from panels import pictures as pictures_of

import dlcourse.widgets
from dlcourse.datasets import load_mnist
from dlcourse.functions import sigmoid
from dlcourse.layers import Affine, Sigmoid
from dlcourse.models import stored_network
from dlcourse.networks import Sequential
from dlcourse.widgets.controls import Checkbox, Choice, Number
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.quiz import Answer, Question, Quiz, quiz

# The module, also where the package gives the function of the same name.
digit_reader = importlib.import_module("dlcourse.widgets.digit_reader")
first_slider = importlib.import_module("dlcourse.widgets.first_slider")


def source(picture):
    return re.search(r'src="([^"]+)"', picture.value)[1]


class TestThePackage:
    def test_a_name_means_the_call_and_not_the_file(self):
        assert dlcourse.widgets.digit_reader is digit_reader.digit_reader
        assert callable(dlcourse.widgets.quiz)
        assert "digit_reader" in dir(dlcourse.widgets)

    def test_what_is_not_there_is_an_attribute_error(self):
        with pytest.raises(AttributeError, match="no attribute 'digit_raeder'"):
            dlcourse.widgets.digit_raeder  # noqa: B018


class TestNumber:
    def test_the_slider_moves_the_box_and_the_box_the_slider(self):
        number = Number("n", 0, 10, 3)
        number.slider.value = number.scale.stop_of(7)
        assert (number.value, number.source.number) == (7, 7)
        number.source.number = 2
        assert number.scale.value_at(number.slider.value) == 2

    def test_a_change_is_told_once(self):
        number, told = Number("n", 0.0, 1.0, 0.5, step=0.1), []
        number.on_change(lambda: told.append(number.value))
        number.slider.value = number.scale.stop_of(0.1 + 0.2)
        assert told == [0.3]
        number.source.number = 0.7
        assert told == [0.3, 0.7]

    @pytest.mark.parametrize("value", [-5, 99])
    def test_what_is_outside_the_range_is_moved_into_it(self, value):
        number = Number("n", 0, 10, 3)
        number.value = value
        assert number.value == number.scale.value_at(number.slider.value) == np.clip(value, 0, 10)

    def test_a_logarithmic_slider_stops_at_1_2_5(self):
        number, seen = Number("n", 0.001, 1.0, 0.01, log=True), []
        for stop in range(number.slider.max + 1):
            number.slider.value = stop
            seen.append(number.value)
        assert seen == [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]

    @pytest.mark.parametrize("high", [0.1, 1.0, 100.0])
    def test_a_logarithmic_slider_keeps_small_values_whatever_the_largest(self, high):
        number = Number("n", 1e-4, high, 0.01, log=True)
        stops = []
        for stop in range(7):
            number.slider.value = stop
            stops.append(number.value)
        assert stops == [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2]

    def test_the_box_of_a_logarithmic_control_takes_what_the_slider_leaves_out(self):
        number = Number("n", 1, 2000, 100, log=True)
        number.source.number = 37
        assert number.value == 37
        assert number.slider.value == 5  # 50, the stop that is nearest
        number.slider.value = 4
        assert number.value == 20
        assert isinstance(number.value, int)

    @pytest.mark.parametrize(
        ("control", "stop", "moved"),
        [(Number("n", 1e-3, 10.0, 0.9, log=True), 1.0, 5.0), (Number("n", -5.0, 5.0, 0.001, step=0.1), 0.0, 0.1),
         (Number("n", 100, 2000, 330, step=100), 300, 400)],
    )  # fmt: skip
    def test_a_value_between_two_stops_is_kept(self, control, stop, moved):
        start = control.value
        assert control.scale.value_at(control.slider.value) == pytest.approx(stop, abs=1e-12)
        control.slider.value = control.scale.stop_of(moved)
        assert control.value == moved
        control.reset()
        assert control.value == start and control.scale.value_at(control.slider.value) == pytest.approx(stop, abs=1e-12)

    def test_a_slider_counts_its_stops_so_that_a_browser_has_nothing_to_round(self):
        for control in (Number("n", -10.0, 10.0, -0.1275, step=0.01), Number("n", 1e-3, 10.0, 0.9, log=True)):
            slider = control.slider
            assert {type(one) for one in (slider.value, slider.min, slider.max, slider.step)} == {int}
            assert (slider.min, slider.step) == (0, 1)
            values = [control.scale.value_at(stop) for stop in range(slider.max + 1)]
            assert (values[0], values[-1]) == (control.source.min, control.source.max)
            assert [control.scale.stop_of(value) for value in values] == list(range(slider.max + 1))

    def test_the_last_stop_is_the_end_of_the_range(self):
        number = Number("n", 0, 31, 31, step=10)
        assert [number.scale.value_at(stop) for stop in range(5)] == [0, 10, 20, 30, 31]
        assert number.slider.value == number.slider.max == 4
        number.value = 29
        assert number.slider.value == 3

    def test_a_new_range_takes_the_value_along(self):
        number = Number("n", 0, 1999, 1500)
        number.set_range(0, 36)
        assert (number.value, number.slider.value, number.slider.max) == (36, 36, 36)
        number.set_range(50, 60)
        assert (number.value, number.source.min, number.slider.max) == (50, 50, 10)
        number.set_range(0, 1999)
        number.reset()
        assert number.value == 1500

    def test_a_new_range_of_a_logarithmic_control(self):
        number = Number("n", 1, 1000, 100, log=True)
        number.set_range(10_000, 100_000)
        assert number.value == 10_000
        assert [number.scale.value_at(stop) for stop in range(number.slider.max + 1)] == [10_000, 20_000, 50_000, 100_000]

    def test_a_slider_whose_range_changes_tells_nothing_but_hands(self):
        """A browser sends its place back at each change of a slider that tells of every move."""
        number, told = Number("a", 0, 10, 5), []
        number.slider.observe(lambda change: told.append((change["name"], number.slider.continuous_update)))
        number.set_range(0, 100, value=60, step=20)
        assert dict(told) == {"max": False, "value": False, "continuous_update": True}
        assert (number.value, number.scale.value_at(number.slider.value), number.slider.continuous_update) == (60, 60, True)

    def test_the_box_has_a_name_and_the_slider_no_second_readout(self):
        number = Number("learning rate", 0, 1, 0)
        assert number.source.description == "learning rate"
        assert not number.slider.readout

    @pytest.mark.parametrize(
        ("arguments", "log", "text"),
        [((0, 1, 2), False, "start is 2"), ((1, 1, 1), False, "expected between"), ((0, 1, 1), True, "above 0")],
    )
    def test_a_range_that_cannot_be_is_refused(self, arguments, log, text):
        with pytest.raises(ValueError, match=text):
            Number("n", *arguments, log=log)


class TestPanel:
    def make(self, update=None, **controls):
        calls = []
        controls = controls or {"a": Number("a", 0, 10, 1), "b": Checkbox("b")}

        def record(changed, **values):
            calls.append((changed, values))
            if update:
                update(changed, **values)

        return Panel("Test", controls, [], record), calls

    def test_update_hears_of_everything_at_the_start_and_then_of_what_moved(self):
        panel, calls = self.make()
        panel.controls["a"].value = 5
        panel.controls["b"].value = True
        assert calls == [
            ({"a", "b"}, {"a": 1, "b": False}),
            ({"a"}, {"a": 5, "b": False}),
            ({"b"}, {"a": 5, "b": True}),
        ]

    def test_back_to_the_start_values_draws_once(self):
        panel, calls = self.make()
        panel.controls["a"].value, panel.controls["b"].value = 5, True
        calls.clear()
        panel.back.click()
        assert calls == [({"a", "b"}, {"a": 1, "b": False})]

    def test_what_update_sets_itself_is_no_change_of_its_own(self):
        def update(changed, a, b):
            panel_controls["a"].set_range(0, 3)

        panel_controls = {"a": Number("a", 0, 10, 8), "b": Checkbox("b")}
        _panel, calls = self.make(update, **panel_controls)
        assert len(calls) == 1
        assert panel_controls["a"].value == 3

    def test_an_error_is_shown_in_words_and_goes_when_all_is_well(self):
        def update(changed, a):
            if a == 7:
                raise ValueError("seven is <too> much")

        panel, _calls = self.make(update, a=Number("a", 0, 10, 1))
        assert panel.error.value == ""
        panel.controls["a"].value = 7
        assert "seven is &lt;too&gt; much" in panel.error.value
        assert "<too>" not in panel.error.value
        assert 'role="alert"' in panel.error.value
        assert panel.error.layout.display == "block"
        panel.controls["a"].value = 8
        assert panel.error.value == ""
        assert panel.error.layout.display == "none"

    def test_an_error_at_the_start_is_shown_too(self):
        def update(changed, a):
            raise ZeroDivisionError

        panel, _calls = self.make(update, a=Number("a", 0, 10, 1))
        assert "ZeroDivisionError" in panel.error.value

    def test_checkboxes_that_follow_each_other_share_a_row(self):
        controls = {name: Checkbox(name) for name in "abc"} | {"n": Number("n", 0, 1, 0), "d": Checkbox("d")}
        panel = Panel("Small", controls, [], lambda changed, **values: None)
        grid = next(child for child in panel.children if panel.row in getattr(child, "children", ()))
        row, number, alone, _back = grid.children
        assert [box.description for box in row.children] == ["a", "b", "c"]
        assert (number, alone) == (controls["n"].widget, controls["d"].widget)

    def test_its_words_where_nothing_runs(self):
        panel, _calls = self.make()
        assert repr(panel) == "Run this cell (Shift+Enter) to use it: Test"
        assert panel._repr_mimebundle_()["text/plain"] == repr(panel)

    def test_a_choice_gives_what_its_option_stands_for(self):
        panel, calls = self.make(c=Choice("c", {"one": 1, "two": 2}))
        panel.controls["c"].source.label = "two"
        assert calls[-1] == ({"c"}, {"c": 2})


def test_a_picture_has_its_size_and_its_words():
    picture = Picture(300, 100)
    picture.show('a "b" <c>')
    assert alt(picture) == "a &quot;b&quot; &lt;c&gt;"
    assert 'width="300" height="100"' in picture.value
    assert picture.layout.width == "300px"
    assert picture.layout.max_width.startswith("calc(100%"), "it shrinks with the window"


def test_the_words_of_a_picture_are_to_be_seen_below_it_unless_it_holds_them_itself():
    for lines, seen in ((1, True), (0, False)):
        picture = Picture(300, 100, lines=lines)
        picture.show("the loss is 0.3")
        assert ("the loss is 0.3</div>" in picture.value) is seen


def cut_off(figure):
    """Give the plots of a drawn figure of which its edge cuts something off, words or ticks; each as (left, …, top)."""
    drawn = [*(axes.get_tightbbox() for axes in figure.axes), *(text.get_window_extent() for text in figure.texts)]
    outer = figure.bbox.padded(1)  # a pixel more or less is nothing that anybody sees
    return [
        box.extents.round() for box in drawn if box and not (outer.contains(*box.min) and outer.contains(*box.max))
    ]


@pytest.fixture(scope="module", params=list(all_widgets()))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def panel(name):
    """Give a widget with its start values; it is made once."""
    return getattr(dlcourse.widgets, name)()


@pytest.fixture(scope="module")
def pictures(panel):
    return pictures_of(panel)


class TestEveryWidget:
    @pytest.mark.gate
    def test_each_control_goes_to_both_ends_and_back(self, panel, pictures):
        assert panel.error.value == ""
        for key, control in panel.controls.items():
            values = values_to_try(control)
            for value in values:
                control.value = value
                assert panel.error.value == "", (key, value)
                if value == values[-1]:  # what is drawn once is drawn anew when it changes; one value costs half as much
                    for picture in pictures:
                        shown, picture._frame = picture.pixels(), None
                        np.testing.assert_array_equal(shown, picture.pixels(), err_msg=f"{key}: {value}")
                for picture in pictures:
                    assert cut_off(picture.figure) == [], (key, value)
        panel.reset()
        assert panel.error.value == ""
        assert all(control.value == control.start for control in panel.controls.values())

    def test_it_says_the_same_words_each_time(self, panel, name):
        words = repr(panel)
        assert words.startswith("Run this cell")
        assert words == repr(getattr(dlcourse.widgets, name)())
        assert "0x" not in words

    def test_every_control_has_a_name_and_every_picture_words(self, panel, pictures):
        assert all(control.name.strip() for control in panel.controls.values() if control.widget)
        assert pictures
        assert all(alt(picture).strip() for picture in pictures)

    def test_it_uses_no_widget_that_keeps_captured_output(self, panel):
        assert not [widget for widget in inside(panel) if isinstance(widget, ipywidgets.Output)]


@pytest.fixture(scope="module")
def digits():
    return load_mnist()[1]


class TestDigitReader:
    def test_compute_by_hand(self):
        W1, W2 = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        network = Sequential([Affine(W1, np.zeros(2)), Sigmoid(), Affine(W2, np.zeros(3))])
        reading = digit_reader.compute(network, np.array([0.0, 1.0]))
        assert reading.activations == (pytest.approx([0.5, sigmoid(2.0)]),)
        scores = np.exp([0.5, sigmoid(2.0), 0])
        assert reading.probabilities == pytest.approx(scores / scores.sum())
        assert reading.answer == 1

    def test_compute_agrees_with_predict(self, digits):
        network, x = stored_network("mlp_784_50_100_10"), digits[0]
        reading = digit_reader.compute(network, x[7])
        assert [len(values) for values in reading.activations] == [50, 100]
        assert reading.probabilities == pytest.approx(network.predict(x[7]), abs=1e-6)

    def test_time_is_measured_for_as_many_images_as_asked(self, monkeypatch):
        class Counting:
            def __init__(self):
                self.sizes = []

            def forward(self, x):
                self.sizes.append(len(x))

        network = Counting()
        x = np.zeros((50, 4))
        clock = iter([0, 5, 10, 12])  # the first try takes 5 seconds, the second 2
        monkeypatch.setattr(digit_reader.time, "perf_counter", lambda: next(clock))
        assert digit_reader.time_per_image(network, x, 20, images=60, tries=2) == 2 / 50
        assert network.sizes == [20, 20, 10] * 2
        monkeypatch.undo()
        network.sizes.clear()
        digit_reader.time_per_image(network, x, 50, images=1, tries=1)
        assert network.sizes == [50]

    @pytest.fixture
    def panel(self):
        return digit_reader.digit_reader()

    def test_another_image_changes_the_reader_and_not_the_times(self, panel):
        reader, times = pictures_of(panel)
        before = source(reader), source(times)
        panel.controls["position"].value = 1
        assert source(reader) != before[0]
        assert source(times) == before[1]
        assert alt(reader).startswith("test image 1: a 6, read as 6. Probabilities: 0: ")

    def test_another_batch_size_changes_the_times_and_not_the_reader(self, panel):
        reader, times = pictures_of(panel)
        before = source(reader), source(times)
        panel.controls["batch_size"].value = 1000
        assert source(reader) == before[0]
        assert source(times) != before[1]
        assert alt(times).startswith("1000 at a time: ")

    def test_wrong_only_pages_through_the_wrong_ones(self, panel, digits):
        x, t = digits
        wrong = np.flatnonzero(stored_network("mlp_784_50_100_10").predict(x).argmax(axis=1) != t)
        panel.controls["position"].value = 1999
        panel.controls["wrong_only"].value = True
        assert panel.controls["position"].source.max == len(wrong) - 1
        assert alt(pictures_of(panel)[0]).startswith(f"test image {wrong[-1]}: a {t[wrong[-1]]}, read as ")
        panel.controls["position"].value = 0
        assert alt(pictures_of(panel)[0]).startswith(f"test image {wrong[0]}: ")
        panel.controls["wrong_only"].value = False
        assert panel.controls["position"].source.max == 1999


class TestFirstSlider:
    def test_each_pixel_is_the_mean_of_what_it_covers(self):
        image = np.arange(16.0).reshape(4, 4)
        assert first_slider.compute(image, 4) == pytest.approx(image)
        assert first_slider.compute(image, 2) == pytest.approx(np.array([[2.5, 4.5], [10.5, 12.5]]))
        assert first_slider.compute(image, 1) == pytest.approx(np.array([[7.5]]))

    def test_pixels_that_do_not_divide_share(self):
        # Three pixels over four old ones: the first covers one whole and a third of the next.
        row = first_slider.compute(np.tile([0.0, 4.0, 8.0, 12.0], (4, 1)), 3)[0]
        assert row == pytest.approx([(0 + 4 / 3) / (4 / 3), 6, (8 / 3 + 12) / (4 / 3)])


class TestQuiz:
    QUESTIONS = (Question("1 < 2?", (Answer("yes", "It <is>.", True), Answer("no", "Count again."))),)

    def test_each_answer_gets_its_reason_at_once(self):
        made = Quiz("Test", self.QUESTIONS)
        assert made.replies[0].value == ""
        assert made.choices[0].value is None
        made.choices[0].value = 1
        assert "<b>Not so.</b> Count again." in made.replies[0].value
        made.choices[0].value = 0
        assert "<b>Right.</b> It &lt;is&gt;." in made.replies[0].value
        made.choices[0].value = None
        assert made.replies[0].value == ""

    def test_a_chapter_without_questions_is_named(self):
        with pytest.raises(ValueError, match="chapter is 77"):
            quiz(77)

    def test_its_words_where_nothing_runs(self):
        assert repr(quiz(chapter=3)) == "Run this cell (Shift+Enter) to answer: Check yourself 03, 5 questions"


def chapters_with_questions():
    package = importlib.import_module("dlcourse.widgets.questions")
    return [int(info.name.removeprefix("chapter")) for info in pkgutil.iter_modules(package.__path__)]


@pytest.mark.parametrize("chapter", chapters_with_questions())
def test_the_questions_of_a_chapter_are_fair(chapter):
    questions = quiz(chapter).questions
    assert 3 <= len(questions) <= 5
    for question in questions:
        assert [answer.right for answer in question.answers].count(True) == 1, question.text
        assert len({answer.text for answer in question.answers}) == len(question.answers) >= 2
        reasons = [answer.reason for answer in question.answers]
        assert all(reasons)
        assert len(set(reasons)) == len(reasons), "each answer has a reason of its own"
    # Whoever always takes the same place must not pass.
    places = [[answer.right for answer in question.answers].index(True) for question in questions]
    assert len(set(places)) > 1
