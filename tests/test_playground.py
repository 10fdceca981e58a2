"""The playground without a browser: what it computes, what it draws, each control, training, and the claims of its notebook."""

import asyncio
import io
import os
import re
import threading
import time

import numpy as np
import pytest
from PIL import Image
from waiting import PATIENCE, run_in_a_loop, until

from dlcourse.layers import Affine
from dlcourse.plots import to_png
from dlcourse.training import Diverged
from dlcourse.widgets import live, playground
from dlcourse.widgets.controls import Checkbox, Number
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.guesses import GUESSES
from dlcourse.widgets.playground import KEYS, PlaygroundPanel, planes, snapshot
from dlcourse.widgets.playground_drawing import (
    HEIGHT,
    WIDTH,
    PlaygroundDrawing,
    class_colors,
    scaled,
    short,
    signed_colors,
)
from dlcourse.widgets.playground_experiment import DATA, FEATURES, PLACES, SIDE, STEERING, Experiment, compute

BLUE, ORANGE, WHITE = [0, 114, 178], [213, 94, 0], [255, 255, 255]


def affines(run):
    return [layer for layer in run.network.layers if isinstance(layer, Affine)]


@pytest.fixture(autouse=True)
def no_page_is_silent(monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", PATIENCE)


def picture(panel):
    return next(widget for widget in panel.children if isinstance(widget, Picture))


def alt(panel):
    return re.search(r'alt="([^"]*)"', picture(panel).value)[1]


class TestExperiment:
    def test_features_by_hand(self):
        run = Experiment(features=list(FEATURES))
        told = run.inputs(np.array([[0.5, -2.0]]))[0]
        assert told == pytest.approx([0.5, -2, 0.25, 4, -1, 1, 0], abs=1e-5)
        assert told.dtype == np.float32

    def test_without_features_it_is_told_nothing(self):
        run = Experiment(features=[]).train(20)
        assert not run.inputs(PLACES).any()
        assert np.ptp(run.predict(PLACES), axis=0) == pytest.approx([0, 0])

    def test_compute_by_hand(self):
        run = Experiment(depth=1, width=1)
        first, last = affines(run)
        first.W, first.b = np.array([[1.0], [2.0]]), np.array([0.5])
        last.W, last.b = np.array([[1.0, 0.0]]), np.array([0.0, 0.25])
        features, hidden, probabilities = compute(run)
        assert [len(column) for column in (features, hidden, probabilities)] == [2, 1, 2]
        for row, column in ((0, 0), (0, SIDE - 1), (SIDE - 1, 0)):  # x1 grows along a row, x2 from row to row
            x1, x2 = (-1.4 if i == 0 else 1.4 for i in (column, row))
            assert features[:, row, column] == pytest.approx([x1, x2])
            said = np.tanh(x1 + 2 * x2 + 0.5)
            assert hidden[0, row, column] == pytest.approx(said, rel=1e-5)
            assert probabilities[0, row, column] == pytest.approx(1 / (1 + np.exp(0.25 - said)), rel=1e-5)

    def test_compute_is_what_the_network_predicts(self):
        run = Experiment("spiral", depth=3, width=5, activation="relu", init="he", dropout_ratio=0.3).train(30)
        columns = compute(run)
        assert [len(column) for column in columns] == [2, 5, 5, 5, 3]
        assert columns[-1].reshape(3, -1).T == pytest.approx(run.predict(PLACES), abs=1e-6)

    @pytest.mark.parametrize(
        ("data", "classes"), [("circle", 2), ("xor", 2), ("moons", 2), ("spiral", 3), ("blobs", 3)]
    )
    def test_each_set_of_points(self, data, classes):
        run = Experiment(data, points=60)
        assert (len(run.train_set[1]), len(run.test_set[1])) == (60, 200)
        assert set(run.train_set[1]) == set(range(classes))
        assert run.predict(PLACES).shape == (len(PLACES), classes)
        assert set(DATA) == {"circle", "xor", "moons", "spiral", "blobs"}

    def test_the_same_seed_gives_the_same_and_another_seed_something_else(self):
        one, same, other = (Experiment(seed=seed, dropout_ratio=0.2).train(30) for seed in (3, 3, 4))
        assert one.curve == same.curve != other.curve
        assert not np.array_equal(one.train_set[0], other.train_set[0])
        assert not np.array_equal(one.train_set[0], one.test_set[0])

    def test_the_network_has_no_say_in_the_points(self):
        narrow, deep = Experiment(width=1, depth=0), Experiment(width=8, depth=6, activation="relu")
        assert np.array_equal(narrow.train_set[0], deep.train_set[0])

    def test_the_curve_holds_the_loss_over_all_points_without_penalty_and_dropout(self):
        run = Experiment(weight_decay=0.1, dropout_ratio=0.5).train(25)
        assert [step for step, _train, _test in run.curve] == [0, 10, 20]
        step, train, test = run.measure()
        assert run.until_now() == [*run.curve, (25, train, test)] and step == 25
        for (x, t), loss in ((run.train_set, train), (run.test_set, test)):
            assert loss == pytest.approx(-np.log(run.predict(x)[np.arange(len(t)), t]).mean(), rel=1e-4)
        assert run.measure() == (25, train, test) and len(run.curve) == 3, "looking leaves no trace"

    def test_accuracy_counts_the_right_answers(self):
        run = Experiment("blobs", noise=0.3).train(200)
        for training, (x, t) in ((True, run.train_set), (False, run.test_set)):
            assert run.accuracy(training=training) == pytest.approx(np.mean(run.predict(x).argmax(axis=1) == t))

    def test_what_is_steered_arrives_and_the_rest_stays(self):
        run = Experiment(weight_decay=0.02).train(3)
        kept = run._trainer.optimizer
        run.steer(lr=0.01, dropout_ratio=0.25, batch_size=50)
        assert run._trainer.optimizer is kept
        assert (kept.lr, run._trainer.batch_size, run.network.penalty.weight_decay) == (0.01, 50, 0.02)
        assert {getattr(layer, "dropout_ratio", 0.25) for layer in run.network.layers} == {0.25}
        run.steer(optimizer="Adam")
        assert type(run._trainer.optimizer).__name__ == "Adam"
        assert run._trainer.optimizer.lr == 0.01
        run.train(3)
        assert run.step == 6

    def test_it_ends(self, monkeypatch):
        monkeypatch.setattr(Experiment, "total_steps", 12)
        run = Experiment().train(50)
        assert run.step == 12
        assert next(run, "the end") == "the end"

    def test_it_says_that_it_blew_up(self):
        run = Experiment(lr=100.0, weight_decay=0.1)
        with pytest.raises(Diverged):
            run.train(1000)
        assert run.failure.startswith(f"training blew up at step {run.step + 1}")
        assert run.failure_in_short.startswith(f"training blew up at step {run.step + 1}")
        assert Experiment().failure_in_short == ""

    @pytest.mark.parametrize(
        ("settings", "text"),
        [({"data": "ring"}, "data 'ring'"), ({"features": ["x3"]}, "feature 'x3'"), ({"optimizer": "LBFGS"}, "LBFGS"),
         ({"lr": 0}, "lr"), ({"points": 1}, "n_samples is 1"), ({"activation": "step"}, "step")],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(self, settings, text):
        with pytest.raises(ValueError, match=text):
            Experiment(**settings)

    def test_an_unknown_setting_is_named(self):
        with pytest.raises(TypeError, match="'rate'"):
            Experiment().steer(rate=1)


class TestDrawing:
    def test_signed_colors(self):
        assert signed_colors(np.array([1.0, -1.0, 0.0, np.nan, 9.0, -np.inf])).tolist() == [
            BLUE, ORANGE, WHITE, WHITE, BLUE, ORANGE,
        ]  # fmt: skip

    def test_class_colors(self):
        sure, unsure, halfway = class_colors(np.array([[1.0, 0.0], [0.5, 0.5], [0.25, 0.75]])).astype(int)
        assert unsure.tolist() == WHITE
        assert abs(sure - (0.45 * 255 + 0.55 * np.array(BLUE))).max() <= 1
        assert abs(halfway - (0.725 * 255 + 0.275 * np.array(ORANGE))).max() <= 1
        assert class_colors(np.full((1, 3), 1 / 3))[0].tolist() == WHITE

    def test_discretized_it_shows_only_who_wins(self):
        pale, full = class_colors(np.array([[0.51, 0.49], [1.0, 0.0]]), discretize=True)
        assert pale.tolist() == full.tolist() == class_colors(np.array([1.0, 0.0])).tolist()

    def test_scaled(self):
        assert scaled(np.array([0.0, 0.5, 1.0]), "sigmoid").tolist() == [-1, 0, 1]
        assert scaled(np.array([0.0, 2.0, 4.0]), "relu").tolist() == [0, 0.5, 1]
        assert scaled(np.array([-0.1, 0.1]), "tanh").tolist() == [-0.1, 0.1]

    def test_short(self):
        assert [short(loss) for loss in (0.6931, 99.9994, 123456.0, np.inf, np.nan)] == [
            "0.693", "99.999", "1e+05", "inf", "nan",
        ]  # fmt: skip

    def drawn(self, **settings):
        run = Experiment(**settings)
        drawing = PlaygroundDrawing(Picture(WIDTH, HEIGHT).figure)
        drawing.update(run)
        return run, drawing

    def test_one_line_a_weight_from_each_neuron_to_each_of_the_next_layer(self):
        run, drawing = self.drawn(depth=1, width=2)
        first, last = affines(run)
        first.W, last.W = np.array([[3.0, 0.0], [-3.0, 30.0]]), np.zeros((2, 2))
        drawing.update(run)
        assert len(drawing.lines.get_segments()) == 8
        assert drawing.lines.get_linewidth()[:4] == pytest.approx(0.2 + 6 * np.tanh([1, 0, 1, 10]))
        colors = (255 * drawing.lines.get_color()[:, :3]).round().astype(int).tolist()
        assert (colors[0], colors[2], colors[3]) == (BLUE, ORANGE, BLUE)
        (x, y), (next_x, next_y) = drawing.lines.get_segments()[1]  # from the upper feature to the lower neuron
        assert x < next_x and y < next_y

    def test_each_neuron_is_painted_in_its_place_with_x2_upwards(self):
        run = Experiment(depth=0)
        figure = snapshot(run)
        _run, drawing = self.drawn(depth=0)
        pixels = np.asarray(Image.open(io.BytesIO(to_png(figure))).convert("RGB")).astype(int)
        assert pixels.shape == (HEIGHT, WIDTH, 3)
        side = drawing.side
        (left, top), (lower_left, lower_top) = drawing.places[0]
        x1 = pixels[top : top + side, left : left + side]
        x2 = pixels[lower_top : lower_top + side, lower_left : lower_left + side]
        for first, second in ((x1[:, 0], x1[:, -1]), (x2[-1], x2[0])):  # orange at the left and below
            assert np.abs(first - ORANGE).max() <= 1 and np.abs(second - BLUE).max() <= 1

    @pytest.mark.parametrize(("depth", "width"), [(0, 1), (1, 1), (2, 4), (3, 4), (6, 8), (6, 1)])
    def test_no_neuron_covers_another_or_leaves_the_picture(self, depth, width):
        _run, drawing = self.drawn(depth=depth, width=width, features=list(FEATURES) if width == 8 else ["x1"])
        seen = np.zeros(drawing.canvas.shape[:2], int)
        for left, top in [place for column in drawing.places for place in column]:
            assert left > 0 and top > 30 and top + drawing.side < 400 and left + drawing.side < seen.shape[1]
            seen[top : top + drawing.side, left : left + drawing.side] += 1
        assert seen.max() == 1
        assert seen.sum() == drawing.side**2 * sum(drawing.shape[1])

    def test_what_stays_is_drawn_once_and_anew_when_it_must_be(self):
        run, picture = Experiment("moons"), Picture(WIDTH, HEIGHT)
        drawing, drawn = PlaygroundDrawing(picture.figure), []
        draw_what_stays = picture._draw_what_stays
        picture._draw_what_stays = lambda: drawn.append(run.step) or draw_what_stays()

        def redrawn(run, **how):
            before = len(drawn)
            drawing.update(run, **how)
            shown, picture._frame = picture.pixels(), picture._frame
            again = len(drawn) > before
            picture._frame = None
            assert np.array_equal(shown, picture.pixels())
            return again

        assert redrawn(run)
        assert not redrawn(run, show_test=True)
        assert not redrawn(run.train(100), discretize=True)
        assert redrawn(run.train(101))  # the axis of steps grows
        assert redrawn(Experiment(depth=1))

    def test_test_points_are_shown_when_asked_for(self):
        run, drawing = self.drawn()
        drawing.update(run, show_test=True)
        assert sum(len(marker.get_xdata()) for marker in drawing.plane.test) == 200
        assert all(marker.get_visible() for marker in drawing.plane.test)
        drawing.update(run)
        assert not any(marker.get_visible() for marker in drawing.plane.test)

    def test_discretized_the_plane_has_one_colour_for_each_class(self):
        run, drawing = self.drawn(data="blobs")
        drawing.update(run.train(50), discretize=True)
        assert len(np.unique(drawing.plane.surface.get_array().reshape(-1, 3), axis=0)) == 3
        drawing.update(run)
        assert len(np.unique(drawing.plane.surface.get_array().reshape(-1, 3), axis=0)) > 3

    def test_another_experiment_brings_its_own_points(self):
        _run, drawing = self.drawn()
        other = Experiment("spiral", points=90)
        drawing.update(other)
        for k, marker in enumerate(drawing.plane.train):
            assert np.array_equal(np.transpose(marker.get_data()), other.train_set[0][other.train_set[1] == k])

    def test_pictures_for_the_notebook(self):
        run = Experiment("spiral").train(10)
        assert [len(figure.axes) for figure in (snapshot(run), planes({"a": run, "b": run}))] == [3, 2]
        assert planes({"a": run}).axes[0].get_title().startswith("a\n")


class TestPanel:
    @pytest.fixture
    def panel(self):
        return playground()

    def test_every_control_changes_what_it_says(self, panel):
        wanted = {
            "data": "spiral", "noise": 0.3, "points": 50, "seed": 5, "depth": 3, "width": 6, "activation": "relu",
            "rule": "std", "std": 0.7, "lr": 0.01, "batch_size": 20, "dropout_ratio": 0.4, "weight_decay": 0.01,
            "optimizer": "RMSprop", "x1_squared": True, "x2": False,
        }  # fmt: skip
        for name, value in wanted.items():
            panel.controls[name].value = value
        run = panel.iterator
        assert panel.error.value == ""
        assert run.features == ("x1", "x1²")
        assert [layer.W.shape for layer in affines(run)] == [(2, 6), (6, 6), (6, 6), (6, 3)]
        assert run.activation == "relu"
        assert len(run.train_set[1]) == 50
        assert run.steering == {name: wanted[name] for name in STEERING}
        same = Experiment(
            "spiral",
            noise=0.3,
            points=50,
            seed=5,
            depth=3,
            width=6,
            activation="relu",
            init=0.7,
            features=["x1", "x1²"],
        )
        assert np.array_equal(run.network.params["W2"], same.network.params["W2"])
        assert alt(panel).startswith(
            "spiral, 50 points, features x1, x1², hidden layers: 3, relu neurons in each: 6. Step 0: "
        )

    @pytest.mark.gate
    def test_every_control_to_both_ends_alone(self, panel):
        for name, control in panel.controls.items():
            if isinstance(control, Number):
                values = [control.source.min, control.source.max]
            else:
                values = [True, False] if isinstance(control, Checkbox) else [v for _n, v in control.source.options]
            for value in values:
                control.value = value
                panel.step_button.click()
                assert panel.error.value == "", (name, value)
                assert panel.steps > 0
            panel.reset()
            assert panel.error.value == "" and panel.steps == 0

    def test_std_can_be_set_only_where_it_counts(self, panel):
        std = panel.controls["std"]
        assert std.source.disabled and std.slider.disabled
        panel.controls["rule"].value = "std"
        assert not std.source.disabled and not std.slider.disabled
        std.value = 0.0
        assert not panel.iterator.network.params["W1"].any()

    @pytest.mark.parametrize("name", sorted({*STEERING, *PlaygroundPanel.LOOKS}))
    def test_what_may_move_while_it_trains_does_not_start_anew(self, panel, name):
        for _ in range(20):
            panel._advance()
        run, control = panel.iterator, panel.controls[name]
        control.value = {"lr": 1.0, "batch_size": 50, "optimizer": "Adam"}.get(
            name, getattr(control.source, "max", True)
        )
        assert (panel.iterator, panel.steps, panel.error.value) == (run, 20, "")
        if name in STEERING:
            assert run.steering[name] == control.value

    @pytest.mark.parametrize(
        "name", ["data", "noise", "points", "seed", "depth", "width", "activation", "rule", "x1"]
    )
    def test_anything_else_starts_anew(self, panel, name):
        panel.step()
        run, control = panel.iterator, panel.controls[name]
        low = getattr(control.source, "max", False)
        control.value = control.source.options[1][1] if hasattr(control.source, "options") else low
        assert panel.iterator is not run and panel.steps == 0

    @pytest.mark.parametrize("name", ["show_test", "discretize"])
    def test_how_it_looks_can_be_changed_and_changed_back(self, panel, name):
        panel.step()
        before = picture(panel).value
        panel.controls[name].value = True
        changed = picture(panel).value
        panel.controls[name].value = False
        assert changed != before == picture(panel).value

    def test_nothing_ticked_is_no_error(self, panel):
        for name in ("x1", "x2"):
            panel.controls[KEYS[name]].value = False
        panel.step_button.click()
        assert panel.error.value == ""
        assert "features none" in alt(panel)

    def test_start_pause_step_reset(self, panel):
        async def main():
            panel = playground()
            await asyncio.sleep(0.05)
            assert (panel.steps, panel.running) == (0, False)
            before = picture(panel).value
            panel.start_button.click()
            await until(lambda: panel.steps > 20 and picture(panel).value != before)
            panel.controls["lr"].value = 0.05
            assert panel.running and panel.iterator.steering["lr"] == 0.05
            panel.pause_button.click()
            await asyncio.sleep(0.05)
            paused = panel.steps
            await asyncio.sleep(0.1)
            assert panel.steps == paused == panel.iterator.step
            assert f"Step {paused}: " in alt(panel)
            panel.step_button.click()
            assert panel.steps == paused + 1
            panel.reset_button.click()
            assert (panel.steps, panel.iterator.step, panel.error.value) == (0, 0, "")
            panel.close()

        run_in_a_loop(main())

    def test_it_keeps_its_pace(self):
        async def main():
            panel = playground()
            panel.controls["pace"].value = 20
            began = time.monotonic()
            panel.start()
            await until(lambda: panel.steps >= 10)
            panel.pause()
            # A busy machine may be slower, none may be faster. It makes up for a tenth of a second at most.
            assert panel.steps <= 20 * (time.monotonic() - began) + 3
            panel.close()

        run_in_a_loop(main())

    def test_a_redraw_is_cheap_enough_for_eight_a_second(self, panel):
        for name, value in (("data", "spiral"), ("depth", 6), ("width", 8)):
            panel.controls[name].value = value
        costs = []
        for _ in range(10):
            panel._advance()
            began = time.process_time()
            panel._show()
            costs.append(time.process_time() - began)
        # 0.0625 leaves half of the time for training, where nothing else runs. It takes 0.03.
        assert min(costs) < 0.0625 * (1 if os.environ.get("DLCOURSE_IDLE") == "1" else 5)

    def test_blowing_up_is_said_and_any_control_begins_anew(self, monkeypatch):
        monkeypatch.setattr(live, "REDRAW", 0.01)

        async def main():
            panel = playground()
            panel.controls["lr"].value, panel.controls["weight_decay"].value = 100.0, 0.1
            panel.start_button.click()
            await until(lambda: panel.error.value)
            assert "Training blew up at step" in panel.error.value
            assert not panel.running and panel.iterator.failure
            assert "training blew up at step" in alt(panel)
            failed = panel.iterator
            panel.controls["show_test"].value = True
            assert panel.iterator is failed, "how it looks may be changed without losing it"
            panel.controls["lr"].value = 0.3
            assert panel.iterator is not failed
            assert (panel.iterator.failure, panel.error.value, panel.steps) == ("", "", 0)
            assert "blew up" not in alt(panel)
            panel.step_button.click()
            assert (panel.steps, panel.error.value) == (1, "")
            panel.close()

        run_in_a_loop(main())

    def test_what_another_thread_changes_is_done_in_the_thread_that_trains(self):
        async def main():
            panel, threads = playground(), set()
            build = panel._build
            panel._build = lambda **values: threads.add(threading.get_ident()) or build(**values)
            await asyncio.to_thread(setattr, panel.controls["noise"], "value", 0.3)
            await asyncio.to_thread(panel.reset_button.click)
            await until(lambda: "noise" not in panel._waiting)
            assert threads == {threading.get_ident()}
            assert (panel.iterator.train_set[0].std(), panel.error.value) == (pytest.approx(0.62, abs=0.1), "")
            panel.close()

        run_in_a_loop(main())

    def test_controls_that_move_in_another_thread_do_not_disturb_a_step(self):
        async def main():
            panel, errors = playground(), []
            panel.controls["pace"].value = 2000
            panel.show_error = lambda error: errors.append(error) if error else None

            def fidget():
                for i in range(100):
                    panel.controls["discretize"].value = bool(i % 2)
                    panel.controls["lr"].value = 0.1 + 0.001 * i
                    (panel.pause_button if i % 10 == 5 else panel.start_button).click()
                    time.sleep(0.005)

            await asyncio.to_thread(fidget)
            panel.start()
            steps = panel.steps
            await until(lambda: panel.steps > steps)
            assert (panel.running, errors) == (True, [])
            assert panel.iterator.steering["lr"] == pytest.approx(0.199)
            panel.close()

        run_in_a_loop(main())

    def test_start_after_blowing_up_begins_anew(self):
        async def main():
            panel = playground()
            panel.controls["lr"].value, panel.controls["weight_decay"].value = 100.0, 0.1
            while not panel.error.value:
                panel.step_button.click()
            failed = panel.iterator
            panel.start()
            assert panel.iterator is not failed and panel.running
            await until(lambda: panel.iterator.failure)
            panel.close()

        run_in_a_loop(main())

    def test_any_other_exception_in_training_is_shown_too(self, monkeypatch):
        async def main():
            panel = playground()
            monkeypatch.setattr(Experiment, "__next__", lambda run: 1 / 0)
            panel.start()
            await until(lambda: not panel.running)
            assert "division by zero" in panel.error.value
            monkeypatch.undo()
            panel.reset_button.click()
            assert panel.error.value == ""
            panel.close()

        run_in_a_loop(main())


def last(run):
    """Give training loss and test loss at the end."""
    return run.measure()[1:]


def border(run):
    winner = compute(run)[-1].argmax(axis=0)
    return np.sum(winner[1:] != winner[:-1]) + np.sum(winner[:, 1:] != winner[:, :-1])


def a_line_and_squares(seed):
    line, squares = (Experiment(depth=0, seed=seed, features=f).train(1000) for f in (["x1", "x2"], ["x1²", "x2²"]))
    return line.accuracy() < 0.65 and squares.accuracy() > 0.95


def three_lines_close_a_ring(seed):
    one, two, three = (
        Experiment(noise=0.05, depth=1, width=width, seed=seed).train(1500).accuracy() for width in (1, 2, 3)
    )
    return one < 0.7 < two < 0.9 and three > 0.97


def the_spiral_wants_width(seed):
    narrow, wide = (Experiment("spiral", depth=1, width=width, seed=seed).train(3000) for width in (2, 8))
    x, t = narrow.test_set
    wrong, radius = narrow.predict(x).argmax(axis=1) != t, np.hypot(*x.T)
    inside = radius < np.median(radius)
    return narrow.accuracy() < 0.85 and wide.accuracy() > 0.88 and wrong[inside].mean() > wrong[~inside].mean()


def slices_fit_the_arms_at_one_distance_only(seed):
    """Without noise the narrow network errs at the rim as well as inside, and hardly between."""
    narrow = Experiment("spiral", noise=0.0, depth=1, width=2, seed=seed).train(3000)
    x, t = narrow.test_set
    wrong, radius = narrow.predict(x).argmax(axis=1) != t, np.hypot(*x.T)
    inner, middle, rim = (wrong[(low <= radius) & (radius < high)].mean() for low, high in ((0, 0.4), (0.4, 0.85), (0.85, 2)))
    return middle < 0.15 and min(inner, rim) > middle


def nothing_comes_of_nothing(seed):
    zero = Experiment(init=0.0, seed=seed).train(1000)
    return [name for name, array in zero.network.params.items() if array.any()] == ["b3"] and abs(last(zero)[0] - np.log(2)) < 0.05


def too_large_a_step_is_worse_than_guessing_and_hardly_mended(seed):
    fast, good = Experiment(lr=3.0, seed=seed).train(300), Experiment(seed=seed).train(300)
    worse, stuck = last(fast)[0] > np.log(2), np.mean(np.abs(compute(fast)[2]) > 0.99) > 0.75
    fast.steer(lr=0.3)
    return worse and stuck and last(fast.train(1000))[0] > last(good)[0]


def twenty_points_by_heart_and_weight_decay_smooths(seed):
    hard = {"noise": 0.3, "points": 20, "depth": 2, "width": 8, "seed": seed}
    heart, calm = Experiment("moons", **hard).train(3000), Experiment("moons", weight_decay=0.02, **hard).train(3000)
    (train, test), (calm_train, calm_test) = last(heart), last(calm)
    tests = np.array(heart.curve)[:, 2]
    overfits = (
        heart.accuracy(training=True) >= 0.95 and train < 0.1 and test > np.log(2) and tests.min() < 0.9 * tests[0]
    )
    y, t = heart.predict(heart.test_set[0]), heart.test_set[1]
    sure_where_wrong = heart.accuracy() > 0.6 and y.max(axis=1)[y.argmax(axis=1) != t].mean() > 0.85
    paler = compute(calm)[-1].max(axis=0).mean() < compute(heart)[-1].max(axis=0).mean()
    shorter = border(calm) < border(heart)
    return overfits and sure_where_wrong and paler and shorter and calm_test < test and calm_train > train


def weight_decay_pales_and_dropout_does_not(seed):
    """What chapter 08 says at its end: by heart for 2,000 steps, then 2,000 more with a cure that is raised on the way."""
    hard = {"noise": 0.3, "points": 20, "width": 8, "seed": seed}
    ways = {"neither": {}, "decay": {"weight_decay": 0.02}, "dropout": {"dropout_ratio": 0.3}}
    run, borders, tests, pale, weights = {}, {}, {}, {}, {}
    for name, cure in ways.items():
        run[name] = Experiment("moons", **hard).train(2000)
        by_heart, before = run[name].accuracy(training=True), size_of_weights(run[name])
        run[name].steer(**cure)
        run[name].train(2000)
        borders[name], tests[name], weights[name] = border(run[name]), last(run[name])[1], size_of_weights(run[name]) / before
        pale[name] = 1 - compute(run[name])[-1].max(axis=0).mean()
    shorter = max(borders["decay"], borders["dropout"]) < borders["neither"]
    lower = tests["decay"] < tests["dropout"] < tests["neither"]
    paler = pale["decay"] > 1.5 * pale["dropout"]
    return by_heart >= 0.9 and shorter and lower and paler and weights["decay"] < 0.5 and weights["dropout"] > 1


def size_of_weights(run):
    return np.sqrt(sum(np.sum(array**2) for name, array in run.network.params.items() if name.startswith("W")))


def too_much_weight_decay_leaves_nothing(seed):
    return compute(Experiment("circle", weight_decay=0.05, seed=seed).train(1000))[-1].max() < 0.6


def a_smaller_rate_calms(seed):
    run = Experiment(noise=0.05, batch_size=1, seed=seed).train(2000)
    before = np.array(run.curve[-50:])[:, 1]
    run.steer(lr=0.02)
    after = np.array(run.train(1000).curve[-90:])[:, 1]
    return after.mean() < before.mean() and after.std() < before.std() / 2


def dropout_is_harder_on_the_small_network(seed):
    small, large = (Experiment(width=width, dropout_ratio=0.3, seed=seed).train(2000) for width in (4, 8))
    return last(large)[0] < last(small)[0]


def deep_relu_wants_he(seed):
    deep = {"depth": 6, "width": 8, "activation": "relu", "seed": seed}
    wild, he = Experiment(init=1.0, **deep).train(1500), Experiment(init="he", lr=0.1, **deep).train(1500)
    return wild.accuracy() < 0.6 and he.accuracy() > 0.9


CLAIMS = [
    a_line_and_squares, three_lines_close_a_ring, the_spiral_wants_width, slices_fit_the_arms_at_one_distance_only,
    nothing_comes_of_nothing,
    too_large_a_step_is_worse_than_guessing_and_hardly_mended, twenty_points_by_heart_and_weight_decay_smooths,
    weight_decay_pales_and_dropout_does_not, too_much_weight_decay_leaves_nothing, a_smaller_rate_calms, dropout_is_harder_on_the_small_network,
    deep_relu_wants_he,
]  # fmt: skip


# What the notebook asks before an experiment opens, by the claim that holds the answer.
ASKED = {
    "1": (a_line_and_squares, "about half, as guessing does"), "2": (three_lines_close_a_ring, 3),
    "3": (the_spiral_wants_width, "inside, where the arms are close together"), "4": (nothing_comes_of_nothing, "no weight"),
    "5": (too_large_a_step_is_worse_than_guessing_and_hardly_mended, "above that of guessing"),
    "6": (twenty_points_by_heart_and_weight_decay_smooths, "training near 0, test above guessing"),
    "7": (twenty_points_by_heart_and_weight_decay_smooths, "that of the test points"),
    "8": (a_smaller_rate_calms, "it falls at once and stays calm"),
}  # fmt: skip


def test_the_answers_to_what_is_asked_first_are_those_of_the_claims():
    asked = {name: guess.right for name, guess in GUESSES.items() if name.startswith("playground ")}
    assert asked == {f"playground {number}": right for number, (_claim, right) in ASKED.items()}
    assert {claim for claim, _right in ASKED.values()} <= set(CLAIMS)
    assert GUESSES["08 border"].right == "with weight decay 0.02"  # weight_decay_pales_and_dropout_does_not
    for number, (claim, _right) in ASKED.items():
        assert number == "7" or claim(0), "with the seed of the notebook"


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_a_claim_of_the_notebook_holds_for_nine_of_ten_seeds(claim):
    assert sum(claim(seed) for seed in range(10)) >= 9
