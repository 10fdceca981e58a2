"""plots.windows and plots.comparisons: the numbers that stand in the squares, at the bars and under the windows."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.patches import Rectangle

from dlcourse.plots import PALETTE, plot_bars, plot_spread, plot_steps, plot_windows, show_numbers, show_patches, show_row

IMAGE = np.array([[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1], [1, 0, 1, 2]])
W = np.array([[1, 0, -1], [0, 2, 0], [-1, 0, 1]])


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def words(ax):
    return [text.get_text() for text in ax.texts]


def frames(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle) and not patch.get_fill()]


def test_every_number_stands_in_its_square():
    (ax,) = show_numbers({"x": IMAGE, "row": [[-1.5, 0]]}).axes
    assert words(ax) == [*(f"{value}" for value in IMAGE.ravel()), "x", "-1.5", "0", "row"]
    place = [text.get_position() for text in ax.texts]
    assert place[1] == (1.5, 0.5) and place[4] == (0.5, 1.5) and place[16][0] == 2
    assert place[17] == (5.1, 0.5) and place[18] == (6.1, 0.5)
    assert [patch.get_xy() for patch in ax.patches][1:5] == [(1, 0), (2, 0), (3, 0), (0, 1)]
    colors = [patch.get_facecolor() for patch in ax.patches]
    assert to_hex(colors[16]) == to_hex(PALETTE["orange"]).lower() and colors[17][3] == 0
    strength = [color[3] for color in colors]
    assert strength[5] == max(strength) and 0 < strength[0] < strength[2] < strength[5], "a larger number is darker"


def test_squares_are_squares_and_all_words_are_seen():
    fig = show_numbers({"image": IMAGE, "im2col: 4 rows of 9": np.ones((4, 9)), "filter": np.ones((9, 1)), "product": W})
    (ax,) = fig.axes
    fig.canvas.draw()
    width, height = ax.transData.transform((1, 0)) - ax.transData.transform((0, 1))
    assert width == pytest.approx(height, rel=0.01) and fig.get_size_inches()[0] <= 7.51
    boxes = [text.get_window_extent() for text in ax.texts]
    titles = [box for box, text in zip(boxes, words(ax), strict=True) if text[0].isalpha()]
    assert len(titles) == 4 and all(one.x1 < other.x0 for one, other in zip(titles, titles[1:], strict=False))
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= fig.bbox.x1 and box.y1 <= fig.bbox.y1 for box in boxes)


def test_a_filter_is_shown_at_all_of_its_places():
    fig = plot_steps(IMAGE, W)
    assert [ax.get_title().split(": ")[1] for ax in fig.axes] == ["3", "1", "1", "5"]
    assert [frames(ax)[0].get_xy() for ax in fig.axes] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert {(frames(ax)[0].get_width(), frames(ax)[0].get_height()) for ax in fig.axes} == {(3, 3)}


def test_windows_say_what_the_filter_gives_and_are_marked_in_image_and_map():
    image = np.zeros((8, 9))
    image[2:6, 4:] = 1
    fig = plot_windows(image, [[-1, 0, 1]] * 3, {"edge": (3, 2), "inside": (3, 5)})
    left, right, first, second = fig.axes
    assert [ax.get_title() for ax in (first, second)] == ["edge", "inside"]
    assert [ax.get_xlabel() for ax in (first, second)] == ["gives +3.0", "gives +0.0"]
    np.testing.assert_array_equal(first.images[0].get_array(), image[3:6, 2:5])
    assert right.images[0].get_array().shape == (6, 7) and right.images[0].get_array()[3, 2] == 3
    for ax, size in ((left, 3), (right, 1)):
        assert [frame.get_xy() for frame in frames(ax)] == [(1.5, 2.5), (4.5, 2.5)]
        assert {frame.get_width() for frame in frames(ax)} == {size}
    assert frames(left)[0].get_edgecolor() == to_rgba(PALETTE["purple"])
    with pytest.raises(ValueError, match=r"plot_windows: the place 'out' is \(6, 0\), the map has shape \(6, 7\)"):
        plot_windows(image, np.ones((3, 3)), {"out": (6, 0)})


def test_maps_with_negative_numbers_have_zero_in_the_middle():
    fig = show_row({"image": np.eye(3), "map": -2 * np.eye(3), "colour": np.ones((2, 2, 3)), "zeros": np.zeros((2, 2))})
    assert [ax.images[0].get_clim() for ax in fig.axes[:2]] == [(0, 1), (-2, 2)]
    assert fig.axes[3].images[0].get_clim() == (0, 1)
    assert [ax.get_title() for ax in fig.axes] == ["image", "map", "colour", "zeros"]
    with pytest.raises(ValueError, match="show_row: there is nothing to show"):
        show_row({})
    with pytest.raises(ValueError, match="show_numbers: there is nothing to show"):
        show_numbers({})


def test_patches_stand_in_rows_with_their_names():
    fig = show_patches({"a": [np.eye(3), np.ones((3, 3))], "b": [np.zeros((5, 5)), np.eye(5)]})
    assert [ax.get_ylabel() for ax in fig.axes] == ["a", "", "b", ""]
    np.testing.assert_array_equal(fig.axes[3].images[0].get_array(), np.eye(5))
    assert {ax.images[0].get_clim() for ax in fig.axes} == {(0, 1)}
    for rows in ({"a": [np.eye(3)], "b": []}, {"a": []}, {}):
        with pytest.raises(ValueError, match="show_patches: the rows hold"):
            show_patches(rows)


def test_bars_stand_from_the_top_down_with_their_numbers():
    ax = plot_bars({"first": 0.123, "second": 0.5}, xlabel="share")
    assert words(ax) == ["12.3%", "50.0%"] and ax.yaxis_inverted() and ax.get_xlabel() == "share"
    assert [bar.get_width() for bar in ax.patches] == [0.123, 0.5]
    assert words(plot_bars({"a": 0.0}, percent=False)) == ["0.00"]
    with pytest.raises(ValueError, match=r"plot_bars: shares has shape \(0,\)"):
        plot_bars({})


def test_a_curve_with_its_spread_goes_through_the_means():
    ax = plot_spread({"a": {1000: [0.1, 0.3], 100: [0.4, 0.4]}, "b": {100: [0.5]}}, {"a": {300: 0.25}}, xlabel="n")
    assert ax.containers[0].lines[0].get_xydata().tolist() == [[100, 0.4], [1000, 0.2]]
    bars = ax.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(bars, [[[100, 0.4], [100, 0.4]], [[1000, 0.1], [1000, 0.3]]])
    cross = next(line for line in ax.lines if line.get_marker() == "x" and len(line.get_xdata()))
    assert cross.get_xydata().tolist() == [[300, 0.25]] and cross.get_color() == PALETTE["blue"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["100", "1,000"]
    assert ax.get_xscale() == ax.get_yscale() == "log"
    for runs in ({}, {"a": {0: [0.1]}}):
        with pytest.raises(ValueError, match="plot_spread: runs has results at"):
            plot_spread(runs)
    assert len(plt.get_fignums()) == 1
