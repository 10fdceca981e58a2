"""plots.experiments: gaps, accuracies and trials as they are drawn."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlcourse.plots import plot_accuracies, plot_gaps, plot_trials


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def history(train, test):
    return SimpleNamespace(epoch=list(range(1, len(train) + 1)), train_accuracy=train, test_accuracy=test)


def trial(lr, decay, score, number):
    return SimpleNamespace(params={"lr": lr, "decay": decay}, score=score, round=number)


def test_gaps_are_grey_between_the_two_curves():
    fig = plot_gaps({"without": history([0.5, 1.0], [0.4, 0.6]), "with": history([0.3], [0.2])})
    first, second = fig.axes
    assert [ax.get_title() for ax in fig.axes] == ["without", "with"]
    assert [line.get_ydata().tolist() for line in first.lines] == [[0.5, 1.0], [0.4, 0.6]]
    corners = {tuple(corner) for corner in first.collections[0].get_paths()[0].vertices.round(3).tolist()}
    assert {(1, 0.4), (1, 0.5), (2, 0.6), (2, 1)} <= corners
    assert second.get_ylim() == (0, 1.03)
    assert plot_gaps({"": history([0.5], [0.5])}).get_size_inches()[0] == 6
    with pytest.raises(ValueError, match="plot_gaps: there is nothing to show"):
        plot_gaps({})


def test_accuracies_stand_in_pairs_with_their_gap():
    ax = plot_accuracies({"plain": (1.0, 0.75, 2.0), "more": np.array([0.95, 0.9, 1.0])}, left=0.5)
    assert [bar.get_width() for bar in ax.patches] == [1, 0.95, 0.75, 0.9]
    assert [text.get_text() for text in ax.texts] == ["gap 25", "gap 5"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["plain", "more"] and ax.yaxis_inverted()
    assert ax.get_xlim()[0] == 0.5 and ax.get_xlim()[1] > 1.05
    assert [bar.get_hatch() for bar in ax.patches] == [None, None, "//", "//"]
    with pytest.raises(ValueError, match="plot_accuracies: there is nothing to show"):
        plot_accuracies({})


def test_trials_have_a_marker_for_each_round_and_failures_are_left_out():
    ax = plot_trials([trial(0.1, 1e-3, 0.5, 1), trial(0.01, 1e-4, 0.9, 0), trial(9, 1, None, 0)], "lr", "decay")
    first, second = ax.collections
    assert first.get_offsets().tolist() == [[0.01, 1e-4]] and second.get_offsets().tolist() == [[0.1, 1e-3]]
    assert first.get_array().tolist() == [0.9] and first.get_clim() == (0, 1)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["round 1", "round 2"]
    assert (ax.get_xscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "lr", "decay")
    with pytest.raises(ValueError, match="plot_trials: no trial has a score"):
        plot_trials([trial(1, 1, None, 0)], "lr", "decay")
