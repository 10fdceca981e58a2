"""The race of chapter 06 on digits, and what it says of whoever leaves the map; no browser."""

import importlib

import numpy as np
import pytest

from dlcourse.widgets.picture import Picture

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
