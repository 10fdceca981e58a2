"""The loss below the histograms of chapter 07: what is drawn and said where it is far above guessing; no browser."""

import pytest

from dlcourse.widgets import init_explorer
from dlcourse.widgets.picture import Picture


@pytest.fixture
def panel():
    panel = init_explorer()
    yield panel
    panel.close()


def loss_picture(panel):
    return [child for child in panel.children if isinstance(child, Picture)][1]


def top(panel):
    return loss_picture(panel).figure.axes[0].get_ylim()[1]


def test_before_the_first_step_there_is_no_loss(panel):
    assert "Loss after 0 steps: –." in loss_picture(panel).value
    assert top(panel) == 3


def test_a_loss_far_above_guessing_is_in_the_picture(panel):
    panel.controls["activation"].value = "tanh"
    panel.step()
    assert 3 < panel.iterator.history.loss[0] < top(panel)
    panel.controls["rule"].value = "he"
    panel.step()
    assert top(panel) == 3


def test_a_huge_loss_is_said_in_few_characters(panel):
    panel.controls["activation"].value = "relu"
    panel.controls["depth"].value = 8
    panel.step()
    assert "e+" in loss_picture(panel).value.split("Guessing")[0].split("1 steps")[1]
