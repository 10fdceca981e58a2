"""The ladder of results: its numbers are those of its command, and its picture shows them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from dlcourse.datasets import data_folder, load_mnist, without_bundled_test
from dlcourse.models import stored_network
from dlcourse.plots import plot_coverage, plot_ladder, plot_recalls, read_ladder, show_evidence
from dlcourse.plots.confidence import wilson

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def command():
    """Give the module that measures."""
    sys.path.insert(0, str(DATA))
    try:
        import measure_ladder
    finally:
        sys.path.remove(str(DATA))
    return measure_ladder


def test_its_file_holds_every_rung_of_the_command(command):
    stored = json.loads((data_folder() / "ladder.json").read_text(encoding="utf-8"))
    assert [rung["name"] for rung in stored] == [rung.name for rung in command.RUNGS]
    for rung, known in zip(command.RUNGS, stored, strict=True):
        assert len(known["accuracy"]) == len(command.SEEDS) == 5
        assert all(0.8 < share < 1 for share in known["accuracy"])
        if rung.build is not None:
            tried = {float(lr): share for lr, share in known["validation"].items()}
            assert set(tried) == set(command.RATES) and known["lr"] == max(tried, key=tried.get)
            assert (known["epochs"], known["digits"]) == (rung.epochs, rung.digits)
            assert known["parameters"] == sum(array.size for array in rung.build(3).params.values())
    assert command.CHOICE not in command.SEEDS, "the draw that chooses learning rates is none of the five"


def test_each_idea_is_worth_what_the_chapter_says():
    error = {rung["name"]: 1 - np.mean(rung["accuracy"]) for rung in read_ladder()}
    spread = {rung["name"]: np.std(rung["accuracy"], ddof=1) for rung in read_ladder() if len(rung["accuracy"]) > 1}
    foot = [error[name] for name in ("nearest mean image", "one layer", "784-128-10")]
    assert all(0.4 < above / below < 0.6 for below, above in zip(foot, foot[1:])), "each halves the mistakes"
    assert abs(error["CNN, 30 epochs"] - error["CNN, 6 epochs"]) < spread["CNN, 6 epochs"], "patience alone"
    assert 0.5 < error["CNN, varied digits"] / error["CNN, 30 epochs"] < 0.6, "nearly half"
    assert abs(error["784-128-10, varied digits"] - error["CNN, 6 epochs"]) < 0.001, "level"
    assert 0.8 < error["CNN, varied, falling rate"] / error["CNN, varied digits"] < 0.95, "little"
    assert spread["CNN, varied, falling rate"] < 0.55 * spread["CNN, varied digits"], "halved"
    assert 0.7 < error["CNN, 58,000 digits"] / error["CNN, varied, falling rate"] < 0.8, "about a quarter"
    assert 2.8 < error["CNN, 58,000 digits"] / error["DeepConvNet"] < 3.5, "the last factor of three"
    kinds = {type(layer).__name__ for layer in stored_network("deep_conv_net").layers}
    assert kinds > {"BatchNormalization", "Dropout"}, "not depth and time alone"


def test_a_rung_that_learns_nothing_is_measured_again(command):
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dlcourse.storage.downloads._download", refuse)
            (x, t), test = load_mnist("full")
    except ConnectionError:
        pytest.skip("needs the full MNIST: set DLCOURSE_DATA, or run `dlcourse data fetch mnist`")
    measured = command.measure(command.RUNGS[0], *without_bundled_test(x, t), *test)
    assert measured["accuracy"] == pytest.approx(read_ladder()[0]["accuracy"], abs=5e-4)


def refuse(*_):
    raise ConnectionError("no downloads in tests")


def test_a_rung_is_trained_as_it_says(command):
    (x, t), (x_test, t_test) = load_mnist()
    rung = command.Rung("small", command.mlp, digits=400, epochs=2, vary=True, falling=True)
    measured = command.measure(rung, x, t, x_test[:200], t_test[:200])
    assert (measured["steps"], measured["parameters"], len(measured["accuracy"])) == (8, 101_770, 5)
    assert len(set(measured["accuracy"])) > 1, "other draws, other weights"
    again = command.fit(rung, measured["lr"], *command.drawn(x, t, 400, 0), 0)
    assert command.accuracy(again, x_test[:200], t_test[:200]) == measured["accuracy"][0]


class TestPicture:
    def test_means_spreads_and_names(self):
        rungs = [{"name": "low", "accuracy": [0.8, 0.9]}, {"name": "high", "accuracy": [0.99]}]
        ax = plot_ladder(rungs)
        assert [label.get_text() for label in ax.get_yticklabels()] == ["low", "high"]
        assert [text.get_text() for text in ax.texts] == ["15.0 % ± 7.1", "1.0 %"]
        assert ax.lines[0].get_xdata() == pytest.approx([20, 10])
        assert ax.get_xlabel() == "test digits read wrongly"

    def test_yours_stands_at_the_top_with_its_bar(self):
        ax = plot_ladder([{"name": "one", "accuracy": 0.9}], yours=(0.98, 2000), xlabel="wrong")
        assert ax.get_yticklabels()[-1].get_text() == "yours"
        assert ax.texts[-1].get_text() == "2.0 % ± 0.3 of 2,000"
        (bar,) = ax.collections
        assert bar.get_segments()[0][:, 0] == pytest.approx([2 - 0.626, 2 + 0.626], abs=0.01)

    def test_no_rung_is_refused(self):
        with pytest.raises(ValueError, match="rungs is empty"):
            plot_ladder([])


class TestConfidence:
    def test_coverage_by_hand(self):
        ax = plot_coverage({"a": ([0.9, 0.6, 0.8, 0.7], np.array([True, False, False, True]))})
        x, y = ax.lines[0].get_data()
        # The surest two: one of two wrong; then three: one of three; then all: two of four.
        assert dict(zip(x.round(), y.round(), strict=True)) == {50: 50, 25: 33, 0: 50}

    def test_what_does_not_fit_is_refused(self):
        with pytest.raises(ValueError, match="right is float64"):
            plot_coverage({"a": ([0.5], np.array([1.0]))})
        with pytest.raises(ValueError, match="no empty row"):
            plot_recalls([[1, 0], [0, 0]])

    def test_recalls_with_their_bars(self):
        ax = plot_recalls([[8, 2], [0, 5]], ["a", "b"])
        assert [line.get_ydata()[0] for line in ax.lines[1::2]] == pytest.approx([0.8, 1])
        middle, half = wilson(0.8, 10)
        assert ax.lines[0].get_ydata() == pytest.approx([middle - half, middle + half])
        assert ax.lines[-1].get_ydata()[0] == pytest.approx(13 / 15)

    def test_wilsons_interval_is_that_of_his_formula(self):
        # Of 10 tosses 8: Wilson 1927 gives 0.490 to 0.943.
        middle, half = wilson(0.8, 10)
        assert (middle - half, middle + half) == pytest.approx((0.490, 0.943), abs=0.001)
        assert sum(wilson(1.0, 20)) == pytest.approx(1) and wilson(1.0, 20)[0] - wilson(1.0, 20)[1] == pytest.approx(0.84, abs=0.005)


def test_evidence_has_a_map_for_each_title():
    image = np.zeros((28, 28))
    image[5:20, 10:14] = 1
    figure = show_evidence(image, {"slope": image - 0.5, "covered": image})
    assert [ax.get_title() for ax in figure.axes] == ["the image", "slope", "covered"]
    with pytest.raises(ValueError, match="'bad' has shape"):
        show_evidence(image, {"bad": np.zeros((3, 3))})
