"""Training in a widget: the buttons, changes on the way, errors that are shown; no browser."""

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from panels import pictures
from waiting import PATIENCE, run_in_a_loop, until

from dlcourse.training import Diverged
from dlcourse.widgets import live, training_bench
from dlcourse.widgets.controls import Number

STEPS = 1000


class Counting:
    """An iterator that trains nothing, quickly; `fails_at` is a step at which it raises."""

    total_steps = STEPS

    def __init__(self, lr, seed, fails_at=None):
        self.lr, self.seed, self.fails_at = lr, seed, fails_at
        self.numbers = iter(range(1, STEPS + 1))

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self.numbers)
        if number == self.fails_at:
            raise Diverged(number, float("nan"), self.lr)
        return SimpleNamespace(step=number)


def panel(fails_at=None):
    """A panel over `Counting`, and the list of what was drawn."""
    drawn = []

    def adjust(run, lr, seed):
        run.lr = lr

    made = live.Training(
        "Test",
        {"lr": Number("lr", 0.1, 1.0, 0.5), "seed": Number("seed", 0, 9, 0)},
        [],
        build=lambda lr, seed: Counting(lr, seed, fails_at),
        draw=lambda run, report, **values: drawn.append(report and report.step),
        live={"lr"},
        adjust=adjust,
    )
    return made, drawn


@pytest.fixture(autouse=True)
def no_page_is_silent(monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", PATIENCE)


def test_it_is_ready_at_step_0_and_does_not_start_by_itself():
    async def main():
        made, drawn = panel()
        await asyncio.sleep(0.05)
        assert (made.steps, made.running, drawn) == (0, False, [None])
        assert made.progress.state.value == "ready, step 0 of 1,000"

    run_in_a_loop(main())


def test_start_pause_step_reset():
    async def main():
        made, drawn = panel()
        made.start_button.click()
        assert made.running
        await until(lambda: made.steps > 0)
        made.pause_button.click()
        await asyncio.sleep(0.05)
        paused = made.steps
        assert not made.running
        await asyncio.sleep(0.05)
        assert made.steps == paused
        made.step_button.click()
        assert made.steps == min(paused + 1, STEPS)
        assert drawn[-1] == made.steps
        made.reset_button.click()
        assert (made.steps, made.progress.bar.value, drawn[-1]) == (0, 0, None)
        made.start_button.click()
        await until(lambda: made.progress.state.value == "finished, step 1,000 of 1,000")
        assert made.progress.bar.value == made.progress.bar.max == STEPS

    run_in_a_loop(main())


def test_a_live_control_reaches_the_run_and_another_starts_anew():
    async def main():
        made, _drawn = panel()
        made.step()
        run = made.iterator
        made.controls["lr"].value = 0.7
        assert made.iterator is run and run.lr == 0.7 and made.steps == 1
        made.controls["seed"].value = 3
        assert made.iterator is not run and made.iterator.seed == 3 and made.steps == 0

    run_in_a_loop(main())


def test_what_training_raises_is_shown_and_the_panel_stays_usable():
    async def main():
        made, _drawn = panel(fails_at=5)
        made.start_button.click()
        await until(lambda: not made.running)
        assert "Training blew up at step 5" in made.error.value
        assert made.error.layout.display == "block"
        assert made.steps == 4
        made.reset_button.click()
        assert made.error.value == ""
        assert made.progress.state.value == "ready, step 0 of 1,000"

    run_in_a_loop(main())


def test_a_single_step_that_raises_is_shown():
    made, _drawn = panel(fails_at=1)
    made.step_button.click()
    assert "Training blew up at step 1" in made.error.value


def test_without_a_loop_it_says_so():
    with ThreadPoolExecutor(1) as thread:  # where surely no loop runs
        made, _drawn = thread.submit(panel).result()
    made.start_button.click()
    assert "no event loop" in made.error.value
    assert not made.running


def test_it_gives_way_while_it_trains(monkeypatch):
    monkeypatch.setattr(Counting, "total_steps", 10**9)
    monkeypatch.setattr(live, "SLICE", 0.005)

    async def main():
        made, _drawn = panel()
        made.iterator.numbers = itertools.count(1)
        made.start()
        for _ in range(5):
            await asyncio.sleep(0)
        assert made.running
        first = made.steps
        await until(lambda: made.steps > first)
        made.pause()

    run_in_a_loop(main())


def test_it_pauses_when_the_browser_is_gone(monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 0.05)

    async def main():
        made, _drawn = panel()
        made.iterator.numbers, made.iterator.total_steps = itertools.count(1), 10**9
        made.start()
        await until(lambda: not made.running)
        await until(made._task.done)
        assert made.progress.state.value.startswith("paused, step ")
        assert made.progress.state.value.endswith("(it waits, for it is on no page)")
        made.pulse.value = 1.0  # a page opens that shows it, and answers the question that waits
        await until(lambda: made.running)
        made.step()
        assert "waits" not in made.progress.state.value

    run_in_a_loop(main())


def test_two_train_side_by_side_and_pausing_one_leaves_the_other():
    async def main():
        panels = [panel()[0], panel()[0]]
        for made in panels:
            made.iterator.numbers, made.iterator.total_steps = itertools.count(1), 10**9
            made.start_button.click()
        one, other = panels
        await until(lambda: one.steps and other.steps)
        one.pause_button.click()
        paused, going = one.steps, other.steps
        await until(lambda: other.steps > going)
        assert one.steps == paused and other.running
        other.close()

    run_in_a_loop(main())


def test_a_closed_panel_leaves_no_task():
    async def main():
        made, _drawn = panel()
        made.iterator.numbers = itertools.count(1)
        made.start()
        await until(lambda: made.steps > 0)
        made.close()
        await until(made._task.done)

    run_in_a_loop(main())


def test_the_training_bench_learns_changes_its_rate_and_survives_blowing_up():
    async def main():
        bench = training_bench()
        assert bench.error.value == ""
        for _ in range(40):
            bench._advance()
        before = bench.iterator.history.loss[0]
        bench.controls["lr"].value = 0.5
        assert bench.iterator.optimizer.lr == 0.5 and bench.steps == 40
        for _ in range(60):
            bench._advance()
        assert bench.iterator.history.loss[-1] < before
        bench.controls["lr"].value = 100.0
        bench.start()
        await until(lambda: "The loss blew up to" in pictures(bench)[0].value)
        assert bench.error.value == "" or "Training blew up" in bench.error.value
        bench.reset()
        assert "blew up" not in pictures(bench)[0].value
        assert (bench.steps, bench.error.value) == (0, "")

    run_in_a_loop(main())
