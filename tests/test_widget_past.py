"""The past of a training: moments to go back to, another way from there, and runs that are kept to be compared."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from panels import alt
from panels import pictures as pictures_of
from waiting import run_in_a_loop
from waiting import until as until_true

from dlcourse import widgets
from dlcourse.widgets import comparison, moments
from dlcourse.widgets.moments import Moment, Moments

TRAINING = ["training_bench", "regularization_bench", "init_explorer", "digit_race", "playground"]
OTHER_RATE = {"digit_race": {"lr_SGD": 0.1, "lr_Adam": 0.01}}


def shown(panel):
    return [(alt(picture), picture.pixels().tobytes()) for picture in pictures_of(panel)]


@pytest.fixture
def bench():
    panel = widgets.training_bench()
    yield panel
    panel.close()


class TestRewind:
    @pytest.mark.parametrize("name", TRAINING)
    def test_from_an_earlier_moment_it_goes_on_exactly_as_it_went_then(self, name):
        panel, straight = getattr(widgets, name)(), getattr(widgets, name)()
        panel.run(37).rewind(13).run(6)
        assert panel.error.value == "" and panel.steps == 19
        panel.past.comparison.forget()
        assert shown(straight.run(19)) == shown(panel)
        for one in (panel, straight):
            one.close()

    @pytest.mark.parametrize("name", TRAINING)
    def test_another_setting_from_there_gives_another_curve_and_the_old_one_stays(self, name):
        panel, other = getattr(widgets, name)(), OTHER_RATE.get(name, {"lr": 0.02})
        panel.run(30)
        before = [line.tolist() for line in curve(panel)]
        panel.rewind(10).set(**other).run(20)
        kept = panel.past.comparison.kept
        assert len(kept) == 1 and kept[0].last == 30
        assert [line.tolist() for line in curve(panel)] != before
        made_again = eval(panel.code, {name: getattr(widgets, name)})  # noqa: S307
        panel.past.comparison.forget()
        panel.redraw()
        assert shown(made_again) == shown(panel)
        assert ".run(10).set(" in panel.code and panel.code.endswith(".run(20)")

    def test_a_change_on_the_way_comes_again_when_it_is_gone_past(self, bench):
        bench.run(12).set(lr=1.0).run(20)
        end = shown(bench)
        assert bench.rewind(9).controls["lr"].value == 0.1
        assert bench.rewind(25).controls["lr"].value == bench.iterator.optimizer.lr == 1.0
        assert bench.code == "training_bench().run(12).set(lr=1.0).run(13)"
        again, losses = widgets.training_bench().run(12).set(lr=1.0).run(2), bench.iterator.history.loss[:14]
        assert bench.rewind(14).iterator.history.loss == again.iterator.history.loss == losses, "no moment is kept there"
        assert bench.iterator.optimizer.lr == 1.0
        assert all(np.array_equal(array, again.iterator.network.params[name])
                   for name, array in bench.iterator.network.params.items())  # fmt: skip
        bench.rewind(32)
        assert shown(bench) == end and bench.past.comparison.kept == [], "it is the present again"
        assert bench.code == "training_bench().run(12).set(lr=1.0).run(20)"

    def test_to_look_back_and_forth_changes_nothing(self, bench):
        bench.run(40)
        end, losses = shown(bench), list(bench.iterator.history.loss)
        for step in (3, 17, 0, 39):
            bench.rewind(step)
            assert (bench.steps, bench.iterator.history.loss) == (step, losses[:step])
        assert shown(bench.rewind(40)) == end
        assert bench.run(1).steps == 41

    def test_before_a_blow_up_there_is_a_way_back(self):
        panel = widgets.regularization_bench(decay=1.0, lr=10.0).run(500)
        assert "Training blew up" in panel.error.value
        panel.rewind(1).set(lr=0.1).run(20)
        assert (panel.error.value, panel.steps) == ("", 21)
        panel.close()

    def test_a_setting_before_the_first_step_is_there_at_step_0(self, bench):
        bench.set(lr=0.5).run(8).rewind(0)
        assert bench.controls["lr"].value == bench.iterator.optimizer.lr == 0.5
        assert bench.code == "training_bench(lr=0.5)"

    def test_what_cannot_be_copied_is_said_and_trains_all_the_same(self):
        class MyDropout:
            def __init__(self, ratio):
                self.dropout_ratio, self.numbers = ratio, (number for number in range(3))

            def forward(self, x, training):
                return x if training else x * (1 - self.dropout_ratio)

            def backward(self, dout):
                return dout

        bench = widgets.regularization_bench(dropout=MyDropout).run(12)
        assert bench.error.value == "" and bench.steps == 12
        assert "There is no way back in time: your code cannot be copied" in bench.past.memory.value
        bench.rewind(3)
        assert "no way back in time" in bench.error.value and bench.steps == 12
        bench.set(yours=False).run(12).rewind(3)
        assert bench.error.value == "" and bench.steps == 3

    def test_the_control_follows_and_leads(self, bench):
        bench.run(30)
        assert (bench.past.back.source.max, bench.past.back.value) == (30, 30)
        bench.past.back.value = 12
        assert bench.steps == 12 and "Step 12:" in alt(pictures_of(bench)[0])
        bench.past.back.slider.value = bench.past.back.scale.stop_of(30)
        assert bench.steps == 30

    def test_a_hand_that_moves_on_while_an_earlier_move_is_followed_is_not_lost(self, monkeypatch):
        async def main():
            bench = widgets.training_bench().run(30)
            repeat, moved = bench.repeat, []

            def move_on(until):
                if not moved:  # as JupyterLab does: in another thread than that of the training
                    moved.append(until)
                    with ThreadPoolExecutor(1) as thread:
                        thread.submit(setattr, bench.past.back, "value", 7).result()
                repeat(until)

            monkeypatch.setattr(bench, "repeat", move_on)
            bench.past.back.value = 22
            await until_true(lambda: bench.steps == 7)
            assert moved == [22] and bench.past.back.value == 7

        run_in_a_loop(main())

    def test_a_hand_is_not_lost_while_another_thread_brings_the_control_in_step(self, bench):
        bench.run(30)
        past, shown_between = bench.past, []

        def show(_change):
            if not shown_between:  # the training's thread says where it stands, just after the hand's value has come in
                shown_between.append(past.back.value)
                with ThreadPoolExecutor(1) as thread:
                    thread.submit(past.show).result()

        past.back.slider.observe(show, names="value")
        past.back.value = 12
        assert shown_between == [12] and bench.steps == 12

    def test_reset_forgets_the_moments_and_keeps_the_curves(self, bench):
        bench.run(20)
        bench.past.keep()
        bench.restart()
        assert (len(bench.past.moments.all), bench.past.back.source.max) == (1, 1)
        assert len(bench.past.comparison.kept) == 1


def curve(panel):
    """The losses of all that train in a panel."""
    run = panel.iterator
    if hasattr(run, "trainers"):
        return [np.array(trainer.history.loss) for trainer in run.trainers.values()]
    return [np.array(run.history.loss if hasattr(run, "history") else [one[1] for one in run.until_now()])]


class Weights:
    """An iterator that is nothing but weights."""

    def __init__(self, size):
        self.array = np.zeros(size)
        self.data = np.zeros(10**6)
        self.shared = [self.data]


class TestMoments:
    def keep(self, count, size):
        kept, run = Moments(), Weights(size)
        for step in range(count):
            run.array += 1
            if kept.due(step):
                kept.keep(Moment.of(step, 0, run, None, {}))
        return kept, run

    def test_they_are_copies_and_the_data_is_shared(self):
        kept, run = self.keep(11, 5)
        assert [moment.iterator.array[0] for moment in kept.all] == [1, 6, 11]
        assert all(moment.iterator.data is run.data for moment in kept.all)
        assert all(moment.again().array is not moment.iterator.array for moment in kept.all)
        assert kept.size < 10_000

    def test_however_long_it_trains_they_are_few_and_reach_from_the_start_to_now(self):
        kept, _run = self.keep(20_000, 5)
        steps = [moment.step for moment in kept.all]
        assert len(steps) <= moments.MOST and steps[0] == 0 and steps[-1] > 20_000 - 2 * kept.every
        assert set(np.diff(steps)) == {kept.every}

    def test_however_large_it_is_they_keep_to_their_memory(self):
        kept, _run = self.keep(1000, 2**17)  # 1 MB each
        assert kept.size <= moments.BUDGET and len(kept.all) > 8

    def test_the_memory_is_stated(self, bench):
        bench.run(60)
        assert f"Moments kept: {len(bench.past.moments.all)}, " in bench.past.memory.value
        assert "MB of at most 32" in bench.past.memory.value


    @pytest.mark.parametrize(
        ("name", "settings"),
        [("training_bench", {"hidden_size": 500}), ("regularization_bench", {"depth": 6, "width": 300}),
         ("init_explorer", {"depth": 8, "width": 200}), ("digit_race", {})],
    )  # fmt: skip
    def test_the_largest_networks_keep_to_it_too_and_still_have_some(self, name, settings):
        panel = getattr(widgets, name)(**settings).run(90)
        assert panel.past.moments.size <= moments.BUDGET and len(panel.past.moments.all) >= 4
        panel.close()


class TestCompare:
    def test_up_to_four_are_kept_each_with_its_settings(self, bench):
        for number in range(5):
            bench.set(seed=number).run(5 + number)
            bench.past.keep()
        kept = bench.past.comparison.kept
        assert len(kept) == comparison.MOST == len({one.letter for one in kept})
        assert [one.last for one in kept] == [6, 7, 8, 9]
        legend = bench.past.comparison.legend
        assert legend.layout.display == "block"
        assert f"<b>{kept[0].letter}</b> seed 1; 6 steps" in legend.value
        bench.past.forget()
        assert legend.layout.display == "none" and bench.past.comparison.longest == 0

    def test_they_are_to_be_seen(self, bench):
        plain = pictures_of(bench.run(10))[0].pixels()
        bench.past.keep()
        bench.set(seed=1).run(10)
        with_another = pictures_of(bench)[0].pixels()
        bench.past.forget()
        assert not np.array_equal(with_another, pictures_of(bench)[0].pixels())
        assert not np.array_equal(plain, with_another)

    def test_changes_on_the_way_are_said(self, bench):
        bench.run(10).set(lr=1.0).run(5)
        assert bench.past.words() == "the explorer's own settings; from step 10 learning rate 1.0; 15 steps"
