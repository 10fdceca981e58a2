"""A picture that draws again only what moves shows the same as one that draws everything."""

import base64
import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import Rectangle
from panels import pictures
from PIL import Image

from dlcourse.widgets.convolution_explorer import convolution_explorer
from dlcourse.widgets.error_browser import error_browser
from dlcourse.widgets.inside_map import inside_map
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, round_up, set_limits
from dlcourse.widgets.playground import playground
from dlcourse.widgets.screen import Screen, png
from dlcourse.widgets.training_bench import training_bench


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


@pytest.fixture
def screen(monkeypatch):
    """A screen with one dot to a pixel, until a page tells of another."""
    monkeypatch.setattr(Screen, "ratio", 1.0)
    return Screen


def shown(picture):
    """Give the pixels that a picture shows, and the width and height of its place."""
    file = base64.b64decode(re.search(r"base64,([^\"]*)", picture.value)[1])
    return np.asarray(Image.open(io.BytesIO(file))), tuple(map(int, re.findall(r'(?:width|height)="(\d+)"', picture.value)))


def tell(panel, words):
    """Be a page that tells how fine its screen is."""
    (screen,) = (child for child in panel.children if isinstance(child, Screen))
    screen.children[0].value = words


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 7, 3), (340, 880, 3)])
def test_png_holds_each_pixel(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(pixels)))), pixels)


def test_a_finer_screen_gets_more_pixels_in_the_same_place(screen, picture):
    picture.show("words")
    assert [shown(picture)[0].shape, shown(picture)[1]] == [(200, 300, 3), (300, 200)]
    screen.ratio = 2.0
    picture.sharpen()
    pixels, place = shown(picture)
    assert [pixels.shape, place] == [(400, 600, 3), (300, 200)]
    np.testing.assert_array_equal(pixels, anew(picture))


def test_nothing_is_drawn_again_for_the_same_screen(screen, picture, monkeypatch):
    picture.show("words")
    drawn = drawings(picture, monkeypatch)
    picture.sharpen()
    assert not drawn


@pytest.mark.parametrize("make", [training_bench, convolution_explorer, error_browser, inside_map])
def test_the_page_tells_once_and_all_pictures_follow(screen, make):
    panel = make()
    before = [shown(picture) for picture in pictures(panel)]
    tell(panel, "2")
    for picture, (pixels, place) in zip(pictures(panel), before, strict=True):
        assert shown(picture)[0].shape == (2 * pixels.shape[0], 2 * pixels.shape[1], 3)
        assert shown(picture)[1] == place
    other = Panel("another", {}, [alone := Picture(30, 20)], lambda changed: alone.show("words"))
    assert shown(pictures(other)[0])[0].shape == (40, 60, 3)


@pytest.mark.parametrize("make", [error_browser, playground])
def test_what_a_fine_screen_shows_is_the_same_picture(screen, make):
    panel = make()
    before = [shown(picture)[0].astype(float) for picture in pictures(panel)]
    tell(panel, "2")
    for picture, pixels in zip(pictures(panel), before, strict=True):
        fine = shown(picture)[0].astype(float)
        small = fine.reshape(len(pixels), 2, -1, 2, 3).mean(axis=(1, 3))
        # Of 255: letters and thin lines lie a little otherwise, and those of matplotlib 3.9 a little more.
        assert np.abs(small - pixels).mean() < (4.1 if matplotlib.__version_info__ < (3, 10) else 4)


@pytest.mark.parametrize(("words", "ratio"), [("0.5", 1), ("1.25", 1.25), ("3", 2), ("", 1), ("much", 1), ("nan", 1)])
def test_a_screen_is_as_fine_as_can_be_meant(screen, words, ratio):
    screen(lambda: None).hear(words)
    assert screen.ratio == ratio


def test_other_dots_keep_an_error_in_sight(screen):
    panel = training_bench()
    panel.show_error(ValueError("something"))
    tell(panel, "2")
    assert "something" in panel.error.value
