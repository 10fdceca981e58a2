"""data/measure_fewer_digits.py, and what it stored for chapter 09."""

import importlib.util
import json

import numpy as np
import pytest

from dlcourse.datasets import data_folder


@pytest.fixture(scope="module")
def command():
    spec = importlib.util.spec_from_file_location("measure_fewer_digits", data_folder() / "measure_fewer_digits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(command):
    runs = json.loads(command.RESULT.read_text(encoding="utf-8"))
    return {(run["network"], run["digits"]): run for run in runs}


def test_what_is_stored_is_what_the_command_measures(command, stored):
    assert sorted(stored) == sorted((kind, count) for kind in command.WIDTHS for count in command.COUNTS)
    for (kind, _count), run in stored.items():
        assert len(run["accuracy"]) == len(command.SEEDS) >= 5 and len(set(run["accuracy"])) > 1
        assert run["lr"] in command.RATES and run["weight_decay"] in command.DECAYS
        assert run["width"] in command.WIDTHS[kind]
        assert abs(run["validation"] - np.mean(run["accuracy"])) < 0.03


def test_fewer_digits_are_the_first_of_more(command):
    x, t = np.arange(20), np.arange(20) % 10
    few, labels = command.drawn(x, t, 5, seed=3)
    assert command.drawn(x, t, 12, seed=3)[0][:5].tolist() == few.tolist() != command.drawn(x, t, 5, seed=4)[0].tolist()
    assert labels.tolist() == (few % 10).tolist()


def test_every_training_takes_as_many_steps(command, monkeypatch):
    monkeypatch.setattr(command, "STEPS", 7)
    steps = []
    trainer = command.Trainer

    def counted(*args, **options):
        for progress in trainer(*args, **options):
            steps.append(progress.step)
            yield progress

    monkeypatch.setattr(command, "Trainer", counted)
    x, t = np.zeros((120, 1, 28, 28), np.float32), np.zeros(120, int)
    for count in (60, 120):
        steps.clear()
        command.fit("Affine", {"width": 4, "lr": 0.01, "weight_decay": 0.0}, x[:count], t[:count], seed=0)
        assert steps == list(range(1, 8))


def test_the_rate_is_chosen_first_and_then_the_decay(command, monkeypatch):
    tried = []

    def fit(_kind, setting, *_data):
        tried.append((setting["width"], setting["lr"], setting["weight_decay"]))
        return setting

    def accuracy(setting, *_aside):
        return (setting["lr"] == 0.001) + (setting["weight_decay"] == 0.01) + (setting["width"] == 500)

    monkeypatch.setattr(command, "fit", fit)
    monkeypatch.setattr(command, "accuracy", accuracy)
    x, t = np.zeros((30, 2)), np.zeros(30, int)
    found = command.choose("Affine", x, t, (x, t), 10)
    assert found == {"width": 500, "lr": 0.001, "weight_decay": 0.01, "validation": 3.0}
    assert len(set(tried)) == 2 * (len(command.RATES) + len(command.DECAYS) - 1)
    assert {decay for _width, lr, decay in tried if lr != 0.001} == {0.0}
