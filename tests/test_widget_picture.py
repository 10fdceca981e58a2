"""A picture that draws again only what moves shows the same as one that draws everything."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from dlcourse.widgets.picture import Picture, round_up, set_limits


def anew(picture):
    """Draw all of the picture's figure, as if for the first time."""
    picture._still = picture._frame = None
    return picture.pixels()


@pytest.fixture
def picture():
    picture = Picture(300, 200)
    axes = picture.figure.add_axes((0.15, 0.2, 0.7, 0.6), xlim=(0, 1), ylim=(0, 1), title="title", xlabel="x")
    axes.plot([0, 1], [0, 1])
    picture.pixels()
    return picture


def drawings(picture, monkeypatch):
    """Give a list that grows with each drawing of what stays."""
    drawn, draw = [], picture._draw_what_stays
    monkeypatch.setattr(picture, "_draw_what_stays", lambda: (drawn.append(1), draw()))
    return drawn


CHANGES = {
    "a line": lambda axes: axes.lines[0].set_data([0, 1], [1, 0]),
    "a new line": lambda axes: axes.plot([0, 1], [0.5, 0.5]),
    "the title": lambda axes: axes.set_title("another"),
    "an image": lambda axes: axes.imshow([[0, 1]], extent=(0, 1, 0, 1), aspect="auto"),
    "a patch": lambda axes: axes.add_patch(Rectangle((0, 0), 0.5, 0.5)),
    "words beside it": lambda axes: axes.figure.text(0.9, 0.9, "words"),
    "a legend": lambda axes: axes.legend([axes.lines[0]], ["line"]),
}
FRAMES = {
    "a limit": lambda axes: axes.set_xlim(0, 7),
    "ticks": lambda axes: axes.set_xticks([0, 0.3]),
    "the label": lambda axes: axes.set_xlabel("another"),
    "the background": lambda axes: axes.set_facecolor("yellow"),
    "a scale": lambda axes: axes.set_yscale("symlog"),
    "all": lambda axes: axes.clear(),
    "no frame": lambda axes: axes.axis("off"),
    "what lies behind": lambda axes: axes.axhline(0.5, zorder=-1),
    "more axes": lambda axes: axes.figure.add_axes((0.9, 0.2, 0.05, 0.6)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_moves_is_drawn_alone(picture, monkeypatch, change):
    before, drawn = picture.pixels(), drawings(picture, monkeypatch)
    CHANGES[change](picture.figure.axes[0])
    after = picture.pixels()
    assert not drawn
    assert not np.array_equal(after, before)
    np.testing.assert_array_equal(after, anew(picture))


@pytest.mark.parametrize("change", FRAMES)
def test_what_stays_is_drawn_anew_when_it_changes(picture, monkeypatch, change):
    before, drawn = picture.pixels(), drawings(picture, monkeypatch)
    FRAMES[change](picture.figure.axes[0])
    after = picture.pixels()
    assert drawn
    assert not np.array_equal(after, before)
    np.testing.assert_array_equal(after, anew(picture))
    drawn.clear()
    picture.pixels()
    assert not drawn


def test_words_behind_that_are_not_there_yet_are_drawn_once(picture, monkeypatch):
    words = picture.figure.axes[0].text(0.1, 0.1, "", zorder=-1)
    before, drawn = picture.pixels(), drawings(picture, monkeypatch)
    picture.pixels()
    assert not drawn
    words.set_text("now")
    assert not np.array_equal(picture.pixels(), before)


def test_what_lies_behind_can_be_taken_away(picture):
    before, line = picture.pixels(), picture.figure.axes[0].axhline(0.5, zorder=-1)
    assert not np.array_equal(picture.pixels(), before)
    line.remove()
    np.testing.assert_array_equal(picture.pixels(), before)


def test_a_line_behind_that_changes_is_drawn_anew(picture):
    line = picture.figure.axes[0].axhline(0.5, zorder=-1)
    picture.pixels()
    line.set_ydata([0.9, 0.9])
    np.testing.assert_array_equal(picture.pixels(), anew(picture))


def test_a_picture_without_words_is_refused(picture):
    for alt in ("", "  ", None):
        with pytest.raises(ValueError, match="Picture: alt is"):
            picture.show(alt)


@pytest.mark.parametrize(
    ("value", "up"), [(0.011, 0.02), (0.1, 0.1), (1, 1), (1.01, 2), (2, 2), (2.5, 3), (4, 5), (7, 10), (101, 200), (5000, 5000)]
)
def test_round_up(value, up):
    assert round_up(value) == pytest.approx(up)


def test_limits_that_are_set_already_change_nothing(picture, monkeypatch):
    drawn, axes = drawings(picture, monkeypatch), picture.figure.axes[0]
    set_limits(axes, x=(0, 1), y=(0, 1))
    picture.pixels()
    assert not drawn
    set_limits(axes, y=(0, 2))
    assert axes.get_ylim() == (0, 2)
    assert axes.get_xlim() == (0, 1)
