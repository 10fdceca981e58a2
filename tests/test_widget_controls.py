"""What hands type and press: numbers as people write them, what is said of those that cannot be, and the order of things."""

import asyncio
import importlib
import threading

import numpy as np
import pytest
from panels import alt, pictures
from waiting import run_in_a_loop, until

from dlcourse.widgets import digit_reader, gate_explorer, init_explorer, training_bench
from dlcourse.widgets.controls import Number, Panel
from dlcourse.widgets.home import Home
from dlcourse.widgets.number_box import ANEW, read_number
from dlcourse.widgets.page import Page
from dlcourse.widgets.picture import Picture, set_curve
from dlcourse.widgets.pulse import Pulse
from dlcourse.widgets.sketching import Sketch

pulse = importlib.import_module("dlcourse.widgets.pulse")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.7", 0.7), ("0,7", 0.7), ("1e3", 1000), ("1E-2", 0.01), ("1/3", 1 / 3), ("-2", -2), ("−2", -2), (" 5 ", 5),
     (".5", 0.5), ("abc", None), ("", None), ("1/0", None), ("inf", None), ("nan", None), ("1,000", 1.0)],
)  # fmt: skip
def test_a_number_is_understood_as_people_write_it(text, number):
    assert read_number(text) == (number if number is None else pytest.approx(number))


@pytest.mark.parametrize(("text", "number"), [("1,000", 1000), ("12,345", 12345), ("0,7", 0.7), ("1,5", 1.5)])
def test_among_whole_numbers_a_comma_may_part_thousands(text, number):
    assert read_number(text, whole=True) == number


def typed(text, number):
    """Type into the box of a number; give its value, what the box then shows, and what the panel says."""
    panel = Panel("Test", {"n": number}, [], lambda _changed, n: None)
    number.source.value = text
    return number.value, number.source.value, panel.note.value


@pytest.mark.parametrize(
    ("text", "value", "shown", "said"),
    [("0,7", 0.7, "0.7", ""), ("1/4", 0.25, "0.25", ""), ("9", 1.0, "1", "9 is outside 0 to 1, so it is 1"),
     ("-1", 0.0, "0", "-1 is outside 0 to 1, so it is 0"), ("rate", 0.5, "0.5", "“rate” is no number, so it stays 0.5")],
)  # fmt: skip
def test_what_is_typed_and_cannot_be_is_said(text, value, shown, said):
    found = typed(text, Number("n", 0.0, 1.0, 0.5))
    assert found[:2] == (value, shown)
    assert said in found[2] and bool(said) == bool(found[2])


@pytest.mark.parametrize(("text", "value", "said"), [("1e3", 1000, ""), ("1,500", 1500, ""), ("12.7", 13, "whole")])
def test_a_whole_number_stays_one(text, value, said):
    found = typed(text, Number("n", 1, 2000, 100, log=True))
    assert found[0] == value and isinstance(found[0], int)
    assert said in found[2] and bool(said) == bool(found[2])


def test_a_hand_that_moves_the_slider_while_another_thread_sets_the_box_is_not_lost():
    number, moved = Number("n", 0, 10, 5), []

    def hand(_change):
        if not moved:
            moved.append(number.value)
            thread = threading.Thread(target=setattr, args=(number.slider, "value", 7))
            thread.start()
            thread.join()

    number.slider.observe(hand, names="value")
    number.value = 3
    assert moved == [3] and number.value == 7


def test_what_was_said_goes_with_the_next_change():
    number = Number("n", 0.0, 1.0, 0.5)
    panel = Panel("Test", {"n": number}, [], lambda _changed, n: None)
    number.source.value = "7"
    assert panel.note.value and panel.note.layout.display == "block"
    number.source.value = "0.3"
    assert panel.note.value == "" and panel.note.layout.display == "none"


def test_controls_that_do_nothing_cannot_be_moved():
    gate, init = gate_explorer(), init_explorer()
    gate.controls["two_layers"].value = True
    assert all(part.disabled for name in ("w1", "w2", "b", "gate") for part in gate.controls[name].parts)
    gate.controls["two_layers"].value = False
    assert not gate.controls["w1"].source.disabled
    assert not init.controls["std"].slider.disabled
    init.controls["rule"].value = "he"
    assert init.controls["std"].source.disabled and init.controls["std"].slider.disabled


def test_a_control_that_begins_training_anew_is_marked():
    bench = training_bench()
    marked = {name for name, control in bench.controls.items() if control.source.description.endswith(ANEW)}
    assert marked == {"batch_size", "hidden_size", "seed"}
    assert ANEW not in repr(bench)


def test_the_first_step_is_to_be_seen():
    line = Picture(100, 100).figure.add_axes((0, 0, 1, 1)).plot([], [])[0]
    set_curve(line, [1], [0.3])
    assert line.get_marker() == "o"
    set_curve(line, [1, 2], [0.3, 0.2])
    assert line.get_marker() in ("", "None")


def test_after_only_the_wrong_ones_the_reader_is_back_where_it_was():
    reader = digit_reader()
    reader.controls["position"].value = 700
    reader.controls["wrong_only"].value = True
    assert reader.controls["position"].value < 700
    reader.controls["wrong_only"].value = False
    assert reader.controls["position"].value == 700
    assert alt(pictures(reader)[0]).startswith("test image 700:")


def test_a_stroke_that_leaves_the_page_goes_to_its_edge():
    sketch = Sketch()
    page = Page(sketch, lambda done: None, lambda: None, [])
    page.begin(100, 100)
    page.leave(280, 120)
    page.extend(50, 50)
    assert sketch.strokes == [[(100, 100), (280, 120)]]


def test_the_last_stroke_can_be_taken_back():
    sketch, told = Sketch(), []
    page = Page(sketch, told.append, lambda: None, [])
    sketch.draw([[(50, 50), (50, 200)]])
    before = sketch.ink.copy()
    sketch.draw([[(200, 50), (200, 200)]])
    page.undo()
    np.testing.assert_array_equal(sketch.ink, before)
    assert told == [True]
    page.undo()
    page.undo()  # of an empty page, nothing
    assert not sketch.ink.any()


def test_what_another_thread_asked_first_is_done_first():
    async def main():
        home, done = Home(), []
        thread = threading.Thread(target=home.do, args=(lambda: done.append("from the thread"),))
        thread.start()
        thread.join()  # it has asked, and this thread has not given way since
        home.do(lambda: done.append("from here"))
        assert done == ["from the thread", "from here"]

    run_in_a_loop(main())


def test_nothing_comes_between_the_parts_of_what_is_being_done():
    async def main():
        home, done = Home(), []

        def whole():
            thread = threading.Thread(target=home.do, args=(lambda: done.append("another"),))
            thread.start()
            thread.join()
            home.do(lambda: done.append("part"))

        home.do(whole)
        assert done == ["part", "another"]

    run_in_a_loop(main())


def test_a_change_that_is_told_after_start_does_not_pause():
    async def main():
        bench = training_bench()
        bench.start_button.click()
        bench.controls["hidden_size"].value = 20
        assert bench.running
        await until(lambda: bench.steps > 5)
        assert bench.iterator.network.params["W1"].shape == (784, 20)
        bench.close()

    run_in_a_loop(main())


def test_pause_and_start_at_once_leave_one_task():
    async def main():
        bench = training_bench()
        bench.start_button.click()
        await asyncio.sleep(0.05)
        task = bench._task
        for _again in range(5):
            bench.pause_button.click()
            bench.start_button.click()
        assert bench._task is task and bench.running
        first = bench.steps
        await until(lambda: bench.steps > first)
        bench.close()
        await until(task.done)

    run_in_a_loop(main())


def test_a_question_is_put_once_and_silence_is_counted_from_the_answer(monkeypatch):
    now, told = [0.0], []
    monkeypatch.setattr(pulse.time, "monotonic", lambda: now[0])
    asked = Pulse(lambda: told.append(now[0]))
    asked.begin()
    question = asked.value
    assert asked.waiting and not told
    for now[0] in np.arange(0.1, 2.1, 0.1):
        asked.listen()
    assert asked.value == question, "a question that waits is not put again"
    assert asked.silent == pytest.approx(2.0)
    now[0] = 60.0  # a cell ran for a minute: no answer could be heard
    asked.listen()
    assert asked.silent < 2.5
    asked.value = 1.0  # the page sends the stop back
    assert told == [60.0] and asked.silent == 0
    asked.listen()
    assert asked.waiting and asked.value != question, "the next one is another, so that it is a change"
