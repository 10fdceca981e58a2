"""The races of chapter 06: a valley that is turned, who leaves the map, and the race on digits; no browser."""

import importlib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from panels import pictures

from dlcourse.widgets.descent_explorer import LANDSCAPES
from dlcourse.widgets.picture import Picture

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

race = importlib.import_module("dlcourse.widgets.optimizer_race")
digits = importlib.import_module("dlcourse.widgets.digit_race")
racers = importlib.import_module("dlcourse.widgets.racers")


def words(panel):
    return next(child for child in panel.children if isinstance(child, Picture)).value


def only(panel, *names):
    for name in racers.STYLES:
        panel.controls[f"use_{name}"].value = name in names


@pytest.fixture
def panel():
    panel = race.digit_race()
    yield panel
    panel.close()


def test_whoever_left_the_map_is_not_said_to_have_taken_all_steps():
    races = race.compute("x²/20 + y²", {"SGD": 10.0, "Adam": 0.3}, -7, 2, 30)
    # y is multiplied by 1 - 2 · 10 at each step: 2, -38, 722, -13718.
    assert np.allclose(races["SGD"].path[:, 1], [2, -38, 722, -13718])
    assert race.say_end(races["SGD"], 30) == "left the map at step 3"
    assert race.say_end(races["Adam"], 30) == f"{races['Adam'].heights[-1]:.3g}"


class TestTurned:
    VALLEY = "x²/20 + y²", racers.RATES, -7, 2, 30
    FOR_EACH_COORDINATE = {"AdaGrad", "RMSprop", "Adam"}

    def test_a_place_by_hand(self):
        assert race.turned(2, 0, 30) == pytest.approx((3**0.5, 1))
        assert race.turned(0, 1, 45) == pytest.approx((-(0.5**0.5), 0.5**0.5))

    @pytest.mark.parametrize("surface", LANDSCAPES)
    def test_the_gradient_is_that_of_the_turned_height(self, surface):
        land, h = race.turned_landscape(surface, 30), 1e-5
        for x, y in ((-7.0, 2.0), (1.5, -3.0), (0.0, 4.0)):
            across = (land.f(x + h, y) - land.f(x - h, y)) / (2 * h)
            up = (land.f(x, y + h) - land.f(x, y - h)) / (2 * h)
            assert land.gradient(x, y) == pytest.approx((across, up), abs=1e-6)
            assert land.f(*race.turned(x, y, 30)) == pytest.approx(LANDSCAPES[surface].f(x, y))
            assert land.is_minimum(*race.turned(x, y, 30)) == LANDSCAPES[surface].is_minimum(x, y)

    @pytest.mark.parametrize("turn", [1, 30, 45])
    def test_three_rules_go_the_same_way_turned_and_three_do_not(self, turn):
        straight, other = race.compute(*self.VALLEY), race.compute(*self.VALLEY, turn=turn)
        for name in racers.RATES:
            back = np.transpose(race.turned(*other[name].path.T, -turn))
            assert np.allclose(back, straight[name].path) == (name not in self.FOR_EACH_COORDINATE)

    def test_the_distances_are_those_that_the_chapter_prints(self):
        cell = next(cell for cell in nbformat.read(NOTEBOOKS / "06_optimizers.ipynb", as_version=4).cells if cell.id == "code-turn-run")
        printed = {name: tuple(map(float, both)) for name, *both in map(str.split, cell.outputs[0].text.splitlines())}
        straight, turned = (race.compute(*self.VALLEY, turn=turn) for turn in (0, 45))
        far = {name: tuple(round(np.hypot(*one[name].path[-1]), 2) for one in (straight, turned)) for name in racers.RATES}
        assert far == printed

    @pytest.mark.parametrize("edition", ["", "zh"])
    def test_the_heights_are_those_that_the_chapter_tells(self, edition):
        cells = {cell.id: cell for cell in nbformat.read(NOTEBOOKS / edition / "06_optimizers.ipynb", as_version=4).cells}
        straight, turned = (race.compute(*self.VALLEY, turn=turn) for turn in (0, 45))
        ends = {name: [f"{one[name].heights[-1]:.3g}" for one in (straight, turned)] for name in racers.RATES}
        assert min(straight["AdaGrad"].heights[-1], straight["RMSprop"].heights[-1]) * 10 < straight["SGD"].heights[-1]
        assert min(turned, key=lambda name: turned[name].heights[-1]) == "SGD"
        told = [*ends["SGD"], *ends["AdaGrad"], ends["RMSprop"][1], *ends["Adam"]]
        assert [number for number in told if number not in cells["play-answers-text"].source] == []

    def test_so_it_is_at_the_best_rate_of_each(self):
        def best(name, turn):
            lowest = np.inf
            for lr in np.geomspace(0.01, 10, 121):
                heights = race.compute(self.VALLEY[0], {name: lr}, -7, 2, 30, turn=turn)[name].heights
                lowest = min(lowest, heights[-1] if len(heights) == 31 else np.inf)
            return lowest

        assert best("SGD", 45) == pytest.approx(best("SGD", 0))
        for name in self.FOR_EACH_COORDINATE:
            assert 2 * best(name, 0) < best("SGD", 0) < best(name, 45)

    def test_the_panel_turns_its_map_its_words_and_its_line_of_code(self):
        panel = race.optimizer_race()
        picture = pictures(panel)[0]
        straight = picture.pixels().copy()
        panel.controls["turn"].value = 45
        assert "x²/20 + y² and the start (-7.0, 2.0), turned by 45°, heights after 30 steps: SGD 0.00855," in words(panel)
        assert "AdaGrad 0.141, RMSprop 0.0511, Adam 0.6." in words(panel)
        assert panel.code == "optimizer_race(turn=45)"
        only(panel)
        shown = []
        for panel.controls["turn"].value in (0, 20):  # both on the map of the same size
            shown.append(picture.pixels().copy())
        assert (shown[0] != shown[1]).any(), "the contour lines"
        panel.reset()
        assert np.array_equal(picture.pixels(), straight)
        panel.set(turn=30, y=1.5)
        again = eval(panel.code, {"optimizer_race": race.optimizer_race})  # noqa: S307
        assert np.array_equal(pictures(again)[0].pixels(), picture.pixels()) and words(again) == words(panel)
        assert panel.error.value == ""

    @pytest.mark.parametrize("start", [(-7.0, 2.0), (-8.0, -5.0), (8.0, 5.0)])
    def test_the_start_is_on_the_map_however_it_is_turned(self, start):
        panel = race.optimizer_race(x=start[0], y=start[1])
        axes = pictures(panel)[0].figure.axes[0]
        for turn in (0, 20, 30, 45):
            panel.controls["turn"].value = turn
            x, y = race.turned(*start, turn)
            assert axes.get_xlim()[0] <= x <= axes.get_xlim()[1] and axes.get_ylim()[0] <= y <= axes.get_ylim()[1]
            assert (axes.get_xlim() == (-8, 8)) == (axes.get_ylim() == (-5, 5))


def test_a_loss_is_said_in_few_characters():
    assert [digits.say_loss(np.array(loss)) for loss in ([], [3, 0.25], [1.6e29])] == ["–", "0.250", "2e+29"]


def test_momentum_and_betas_reach_the_optimizers_on_the_way(panel):
    panel.step()
    for name, value in {"momentum": 0.5, "beta1": 0.6, "beta2": 0.7, "lr_SGD": 0.2}.items():
        panel.controls[name].value = value
    run = {name: trainer.optimizer for name, trainer in panel.iterator.trainers.items()}
    assert run["Momentum"].momentum == run["Nesterov"].momentum == 0.5
    assert (run["Adam"].beta1, run["Adam"].beta2, run["RMSprop"].decay_rate, run["SGD"].lr) == (0.6, 0.7, 0.7, 0.2)
    assert panel.steps == 1
    assert not hasattr(run["SGD"], "momentum")


def test_who_runs_can_be_chosen(panel):
    only(panel, "SGD", "Adam")
    panel.step()
    assert panel.iterator.running == ("SGD", "Adam")
    assert "Adam" in words(panel) and "Momentum" not in words(panel)
    only(panel)
    panel.step()
    assert "nobody runs" in words(panel)
    assert panel.error.value == ""


def test_who_is_taken_out_stands_still_and_the_others_run_on(panel):
    panel.step()
    panel.controls["use_Adam"].value = False
    panel.step()
    assert panel.steps == 2, "nothing began anew"
    steps = {name: len(trainer.history.loss) for name, trainer in panel.iterator.trainers.items()}
    assert steps["Adam"] == 1 and {steps[name] for name in steps.keys() - {"Adam"}} == {2}
    panel.controls["use_Adam"].value = True
    panel.step()
    assert len(panel.iterator.trainers["Adam"].history.loss) == 2


def test_whoever_blows_up_is_named_and_the_others_go_on(panel):
    only(panel, "Momentum", "Adam")
    panel.controls["lr_Momentum"].value = 10.0
    for _step in range(20):
        panel.step()
    assert "Momentum blew up" in words(panel)
    assert len(panel.iterator.trainers["Adam"].history.loss) == 20
    assert panel.error.value == ""
