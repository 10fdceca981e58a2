"""plots: what stands on the Axes is compared, not only that something was drawn."""

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import dlcourse.plots.signatures.__main__ as signatures_command
from dlcourse import plots
from dlcourse.metrics import confusion_matrix
from dlcourse.plots import (
    PALETTE,
    base,
    confidence,
    curves,
    experiments,
    figure,
    images,
    img_show,
    planes,
    plot_arrow_field,
    plot_confusion,
    plot_contour_path,
    plot_curves,
    plot_decision_line,
    plot_decision_region,
    plot_function,
    plot_histograms,
    plot_history,
    plot_moved_grid,
    plot_probabilities,
    plot_reliability,
    show,
    show_filters,
    show_images,
    signatures,
    to_html_img,
    to_png,
)

ROOT = Path(__file__).parents[1]

HISTORY = {"loss": [3.0, 2.0, 1.0, 0.5], "epoch": [1, 2], "train_accuracy": [0.5, 0.9], "test_accuracy": [0.4, 0.8]}
DIGITS = np.arange(4 * 28 * 28).reshape(4, 28, 28) % 255 / 255


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax, k=0):
    return np.asarray(ax.lines[k].get_xydata())


def square(x):
    return x[0] ** 2 / 20 + x[1] ** 2


def test_a_grid_is_drawn_where_the_layer_puts_it():
    W = np.array([[1.0, 2.0], [0.0, 1.0]])
    ax = plot_moved_grid(lambda x: x @ W + [1, 0], reach=1, lines=3, points=3)
    assert len(ax.lines) == 7
    assert line(ax, 0).tolist() == [[0, -3], [0, -2], [0, -1]]  # x1 = -1, x2 from -1 to 1
    assert line(ax, 3).tolist() == [[0, -3], [1, -1], [2, 1]]  # x2 = -1, x1 from -1 to 1
    assert line(ax, 6).tolist() == [[1, 0]]


def test_reliability_by_hand():
    sure = np.array([0.6, 0.62, 0.64, 0.66, 0.95, 1.0])
    ax = plot_reliability(sure, np.array([True, False, True, True, True, True]), edges=(0, 0.5, 0.9, 1))
    np.testing.assert_allclose([line(ax, 2), line(ax, 4)], [[[0.63, 0.75]], [[0.975, 1.0]]])
    assert [text.get_text() for text in ax.texts] == ["4", "2"]
    # Wilson's interval for 3 of 4, as statistics tables have it
    np.testing.assert_allclose(line(ax, 1)[:, 1], [0.3006, 0.9544], atol=1e-4)


# what holds for all

EACH = {
    "img_show": lambda ax: img_show(DIGITS[0], ax),
    "show_images": lambda ax: show_images(DIGITS, [0, 1, 2, 3], [0, 1, 2, 2], ax=ax),
    "show_filters": lambda ax: show_filters(np.ones((3, 1, 5, 5)), ax=ax),
    "plot_curves": lambda ax: plot_curves({"a": [1, 2]}, ax=ax),
    "plot_function": lambda ax: plot_function(np.tanh, (-1, 1), ax),
    "plot_probabilities": lambda ax: plot_probabilities([0.2, 0.8], 0, ax),
    "plot_decision_line": lambda ax: plot_decision_line([1, 2], -1, ax, label="AND"),
    "plot_decision_region": lambda ax: plot_decision_region(lambda x: x > 0, [[-1, 1], [1, -1.0]], [0, 1], ax),
    "plot_contour_path": lambda ax: plot_contour_path(square, {"SGD": [[1, 2], [0, 0]]}, ax=ax, points=9),
    "plot_arrow_field": lambda ax: plot_arrow_field(lambda x: 2 * x, ax=ax, points=5),
    "plot_moved_grid": lambda ax: plot_moved_grid(np.tanh, ax, lines=3, points=5),
    "plot_reliability": lambda ax: plot_reliability([0.4, 1.0], np.array([False, True]), ax),
    "plot_confusion": lambda ax: plot_confusion([[1, 2], [0, 3]], ax=ax),
    "plot_accuracies": lambda ax: plots.plot_accuracies({"a": (1, 0.8, 3), "x": (0.5, 0.5)}, ax=ax),
    "plot_trials": lambda ax: plots.plot_trials([SimpleNamespace(params={"a": 1, "x": 2}, score=0.5, round=0)], "x", "a", ax=ax),
    "plot_bars": lambda ax: plots.plot_bars({"a": 0.2, "x": 0.1}, ax=ax),
    "plot_spread": lambda ax: plots.plot_spread({"a": {100: [0.1, 0.2], 1000: [0.1]}}, {"a": {100: 0.3}}, ax=ax),
}
ROWS = {
    "plot_history": lambda ax: plot_history(HISTORY, ax),
    "plot_histograms": lambda ax: plot_histograms([np.ones(3), np.zeros(4)], ax),
}


def all_words(fig):
    """All texts of a figure that are drawn; matplotlib also keeps labels for ticks outside the limits."""
    unseen = set()
    for axis in [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)]:
        low, high = sorted(axis.get_view_interval())
        unseen |= {tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    found = set(fig.findobj(matplotlib.text.Text)) - unseen
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("draw", EACH.values(), ids=EACH)
def test_draws_on_the_axes_it_is_given_or_on_a_new_figure(draw):
    fig, axes = figure()
    assert draw(axes[0, 0]) is axes[0, 0]
    assert plt.get_fignums() == []
    new = draw(None)
    assert isinstance(new, Axes) and plt.get_fignums() == [new.figure.number]
    with pytest.raises(TypeError, match="ax is str, expected a matplotlib Axes"):
        draw("here")


@pytest.mark.parametrize("draw", ROWS.values(), ids=ROWS)
def test_draws_on_a_row_of_axes(draw):
    fig, axes = figure(rows=1, columns=2)
    assert list(draw(axes)) == list(axes[0])
    assert plt.get_fignums() == []
    new = draw(None)
    assert len(new) == 2 and plt.get_fignums() == [new[0].figure.number]
    for wrong in (axes[0, 0], [axes[0, 0], "here"]):
        with pytest.raises(TypeError, match="ax must hold 2 matplotlib Axes"):
            draw(wrong)


@pytest.mark.parametrize("draw", [*EACH.values(), *ROWS.values()], ids=[*EACH, *ROWS])
def test_settings_stay_and_words_are_large_enough_and_not_clipped(draw):
    before = dict(matplotlib.rcParams)
    fig = np.ravel(draw(None))[0].figure
    png = plt.imread(io.BytesIO(to_png(fig)))
    assert dict(matplotlib.rcParams) == before
    assert (png[[0, -1]] == 1).all() and png[0, 0].mean() == 1  # white around
    for word in all_words(fig):
        assert word.get_fontsize() >= 10, word
        box = word.get_window_extent()
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= png.shape[1] + 1 and box.y1 <= png.shape[0] + 1, word


@pytest.mark.parametrize("draw", [*EACH.values(), *ROWS.values()], ids=[*EACH, *ROWS])
def test_all_words_are_translated(draw, monkeypatch):
    for module in (confidence, curves, experiments, images, planes):
        monkeypatch.setattr(module, "_", lambda text: text.upper().replace("{N}", "{n}").replace("{K}", "{k}")
                            .replace("{POINTS:.0F}", "{points:.0f}").replace("{NUMBER}", "{number}").replace("{ANSWER}", "{answer}").replace("{LABEL}", "{label}"))  # fmt: skip
    fig = np.ravel(draw(None))[0].figure
    ours = {"x", "y", "x1", "x2", "a", "SGD", "AND"}
    words = {word.get_text() for word in all_words(fig)} - ours
    assert all(word == word.upper() for word in words), words


def test_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *a, **k: pytest.fail("plt.show was called"))
    for draw in [*EACH.values(), *ROWS.values()]:
        draw(None)


def test_palette_keeps_its_contrast():
    def luminance(color):
        c = np.array(matplotlib.colors.to_rgb(color))
        return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    contrast = {name: 1.05 / (luminance(color) + 0.05) for name, color in PALETTE.items()}
    assert contrast["blue"] > 4.5 and contrast["vermilion"] > 3 and min(contrast.values()) > 2
    assert len(set(base.COLORS)) == len(base.LINE_STYLES) == len(base.MARKERS) == len(set(base.MARKERS)) == 7


# figures as PNG and HTML


def test_figure_has_the_size_that_is_asked_for():
    fig, axes = figure(5, 3, rows=2, columns=3)
    assert axes.shape == (2, 3) and plt.get_fignums() == []
    axes[0, 0].set_title("a title that is much wider than its Axes, and must not change the size of the picture")
    png = to_png(fig)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert plt.imread(io.BytesIO(png)).shape[:2] == (300, 500)
    assert png == to_png(fig)


def test_to_png_leaves_a_figure_of_pyplot_where_it_is():
    fig, ax = plt.subplots()
    canvas = fig.canvas
    ax.plot([0, 1])
    to_png(fig)
    assert fig.canvas is canvas and plt.fignum_exists(fig.number)


def test_html_image_holds_the_picture_and_says_what_it_shows():
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    fig, _axes = figure(4, 4.6)
    Reader().feed(to_html_img(fig, '  loss "falls" <fast> & far '))
    [(tag, given)] = found
    assert tag == "img"
    assert given["alt"] == 'loss "falls" <fast> & far'
    assert (given["width"], given["height"]) == ("400", "460")  # left alone, matplotlib 3.9 would draw 459 pixels
    head, data = given["src"].split(",")
    assert head == "data:image/png;base64" and base64.b64decode(data) == to_png(fig, 9)
    assert "<fast>" not in to_html_img(fig, "<fast>")


# images


@pytest.mark.parametrize("shape", [(6, 6), (1, 6, 6), (36,)])
def test_img_show_shows_the_pixels_in_grey(shape):
    image = np.linspace(0.2, 0.6, 36).reshape(6, 6)
    ax = img_show(image.reshape(shape), title="seven")
    np.testing.assert_array_equal(ax.images[0].get_array(), image)
    assert ax.images[0].get_clim() == (0, 1) and ax.images[0].get_cmap().name == "gray"
    assert not ax.axison and ax.get_title() == "seven"


def test_black_and_white_depend_on_the_dtype_and_not_on_the_image():
    assert img_show(np.full((3, 4), 7, np.uint8)).images[0].get_clim() == (0, 255)
    assert img_show(np.zeros((3, 4), bool)).images[0].get_clim() == (0, 1)
    assert img_show(np.array([[-2.0, 3.0]])).images[0].get_clim() == (-2, 3)


def tiles(ax, n, columns, height=28, width=28):
    """Cut the one image on the Axes into its tiles again: rows and columns of gaps are NaN."""
    canvas = np.ma.filled(ax.images[0].get_array(), np.nan)
    rows = np.flatnonzero(np.isfinite(canvas).any(axis=1)).reshape(-1, height)
    across = np.flatnonzero(np.isfinite(canvas).any(axis=0)).reshape(-1, width)
    return np.array([canvas[np.ix_(rows[i // columns], across[i % columns])] for i in range(n)])


@pytest.mark.parametrize("shape", [(4, 28, 28), (4, 1, 28, 28), (4, 784)])
def test_show_images_puts_all_tiles_in_rows(shape):
    ax = show_images(DIGITS.reshape(shape), columns=3)
    np.testing.assert_array_equal(tiles(ax, 4, 3), DIGITS)
    assert texts(ax) == [] and ax.patches[:] == []
    height, width = show_images(DIGITS.reshape(shape), columns=10).images[0].get_array().shape
    assert width < 5 * 28 and height < 2 * 28  # no room is kept for images that are not there


def test_show_images_writes_each_class_above_its_image():
    ax = show_images(DIGITS, labels=[7, 0, 2, 1], columns=2)
    assert texts(ax) == ["7", "0", "2", "1"]
    x, y = np.array([text.get_position() for text in ax.texts]).T
    assert x[0] == x[2] < x[1] == x[3] and y[0] == y[1] < y[2] == y[3]  # rows run downwards
    np.testing.assert_array_equal(tiles(ax, 4, 2), DIGITS)
    canvas = np.ma.filled(ax.images[0].get_array(), np.nan)
    assert np.isnan(canvas[: int(y[0])]).all() and np.isfinite(canvas[int(y[0]) + 3, 3])
    names = ["cat", "dog", "cow", "pig", "", "", "", "owl"]
    assert texts(show_images(DIGITS, [7, 0, 2, 1], class_names=names)) == ["owl", "cat", "cow", "dog"]


def test_show_images_marks_what_is_wrong_by_words_and_a_frame():
    ax = show_images(DIGITS, [7, 0, 2, 1], np.array([7, 6, 2, 0]), columns=4)
    assert texts(ax) == ["7", "✗ 6\nis 0", "2", "✗ 0\nis 1"]
    assert [text.get_weight() for text in ax.texts] == ["normal", "bold", "normal", "bold"]
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(frames) == 2
    for frame, k in zip(frames, (1, 3), strict=True):
        assert frame.get_x() + frame.get_width() / 2 == ax.texts[k].get_position()[0]
        assert (frame.get_width(), frame.get_height()) == (28, 28)
        assert frame.get_y() > ax.texts[k].get_position()[1]


def test_long_names_do_not_overlap():
    names = ["Ankle boot", "Trousers"]
    ax = show_images(np.tile(DIGITS, (3, 1, 1)), [0, 1] * 6, [1] * 12, class_names=names, columns=6)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(a.x1 <= b.x0 for a, b in zip(boxes[:5], boxes[1:6], strict=True))
    assert max(box.y1 for box in boxes[6:]) < min(box.y0 for box in boxes[:6])


def test_show_filters_puts_zero_in_the_middle_of_grey():
    W = np.random.default_rng(0).normal(size=(5, 2, 3, 4))
    ax = show_filters(W, channel=1, columns=3)
    np.testing.assert_array_equal(tiles(ax, 5, 3, 3, 4), W[:, 1])
    low, high = ax.images[0].get_clim()
    assert -low == high == np.abs(W[:, 1]).max()
    assert ax.figure.axes[1].get_ylabel() == "weight"
    assert show_filters(np.zeros((1, 1, 2, 2))).images[0].get_clim() == (-1, 1)


# curves


def test_plot_function_draws_the_values():
    ax = plot_function(np.tanh, (-2, 3), points=11)
    x = np.linspace(-2, 3, 11)
    np.testing.assert_allclose(line(ax), np.stack([x, np.tanh(x)], axis=1))
    assert ax.get_legend() is None and (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_several_functions_differ_in_more_than_colour():
    ax = plot_function({"sin": np.sin, "cos": np.cos})
    assert legend(ax) == ["sin", "cos"]
    np.testing.assert_allclose(line(ax, 1)[:, 1], np.cos(np.linspace(-5, 5, 401)))
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()
    assert [to_hex(one.get_color()).upper() for one in ax.lines[:2]] == [PALETTE["blue"], PALETTE["vermilion"]]


def test_plot_curves_counts_from_1_or_takes_pairs():
    ax = plot_curves({"a": [5, 6, 7], "b": ([0, 10], [1, 2]), "": (3, 4)}, xlabel="step", ylabel="loss")
    assert line(ax, 0).tolist() == [[1, 5], [2, 6], [3, 7]]
    assert line(ax, 1).tolist() == [[0, 1], [10, 2]]
    assert line(ax, 2).tolist() == [[1, 3], [2, 4]]
    assert legend(ax) == ["a", "b"] and (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss")
    assert ax.lines[0].get_marker() == "o" and ax.lines[1].get_marker() == "s"  # few points are marked
    assert plot_curves({"a": np.zeros(31)}).lines[0].get_marker() == "None"


def test_plot_history_shows_loss_and_accuracies():
    left, right = plot_history(SimpleNamespace(**HISTORY))
    assert line(left).tolist() == [[1, 3], [2, 2], [3, 1], [4, 0.5]] and len(left.lines) == 1
    assert line(right, 0).tolist() == [[1, 0.5], [2, 0.9]] and line(right, 1).tolist() == [[1, 0.4], [2, 0.8]]
    assert legend(right) == ["training", "test"]
    assert right.lines[0].get_marker() != right.lines[1].get_marker()
    assert [ax.get_xlabel() for ax in (left, right)] == ["step", "epoch"]
    assert [ax.get_ylabel() for ax in (left, right)] == ["loss", "accuracy"]


def test_plot_history_smooths_a_long_training():
    loss = np.random.default_rng(0).random(200)
    left, _right = plot_history({**HISTORY, "loss": loss})
    mean = line(left, 1)
    assert legend(left) == ["each step", "mean of 4 steps"]
    assert mean[0, 0] == 4 and mean[-1, 0] == 200 and len(mean) == 197
    assert mean[0, 1] == pytest.approx(loss[:4].mean()) and mean[-1, 1] == pytest.approx(loss[-4:].mean())


def test_plot_history_takes_what_a_trainer_has_at_any_moment():
    from dlcourse.training import History

    left, right = plot_history(History())
    assert left.get_xlim() == right.get_xlim() == (0, 1)
    left, right = plot_history({**HISTORY, "test_accuracy": []})
    assert legend(right) == ["training"]


def test_plot_probabilities_says_the_answer_and_the_truth():
    p = [0.1, 0.15, 0.75]
    ax = plot_probabilities(p, label=1, class_names=["cat", "dog", "cow"])
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], p)
    assert texts(ax) == ["0.75"] and ax.texts[0].get_position()[0] == 2
    assert [bar.get_hatch() for bar in ax.patches] == [None, "///", None]
    colors = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert colors == [PALETTE["sky"], PALETTE["sky"], PALETTE["blue"]]
    assert ax.lines[0].get_marker() == "^" and line(ax)[0, 0] == 1 and legend(ax) == ["true class"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["cat", "dog", "cow"]
    bare = plot_probabilities(p)
    assert bare.get_legend() is None and not bare.lines
    assert [tick.get_text() for tick in bare.get_xticklabels()] == ["0", "1", "2"]


def test_plot_histograms_are_on_one_scale():
    first, second = plot_histograms({"one": [[0.0, 0.1], [0.2, 1.0]], "two": [-1.0] * 5}, bins=4)
    assert [ax.get_title() for ax in (first, second)] == ["one", "two"]
    counts, edges, _base = first.patches[0].get_data()
    np.testing.assert_allclose(edges, [-1, -0.5, 0, 0.5, 1])
    assert counts.tolist() == [0, 0, 3, 1]
    assert second.patches[0].get_data()[0].tolist() == [5, 0, 0, 0]
    assert first.get_ylim() == second.get_ylim() and 5 < first.get_ylim()[1] < 6
    assert [ax.get_title() for ax in plot_histograms([[1.0], [2.0]])] == ["layer 1", "layer 2"]


def test_plot_confusion_writes_every_count():
    matrix = confusion_matrix([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1], 3)
    ax = plot_confusion(matrix, ["cat", "dog", "cow"])
    at = {(round(text.get_position()[1]), round(text.get_position()[0])): text for text in ax.texts}
    assert {place: text.get_text() for place, text in at.items()} == {
        (0, 0): "3", (0, 1): "1", (0, 2): "·",
        (1, 0): "·", (1, 1): "2", (1, 2): "·",
        (2, 0): "·", (2, 1): "·", (2, 2): "·",
    }  # fmt: skip
    np.testing.assert_allclose(ax.images[0].get_array() ** 2, [[0.75, 0.25, 0], [0, 1, 0], [0, 0, 0]])
    assert at[0, 0].get_color() == "white" and at[0, 1].get_color() == "black"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("answer", "true class")
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["cat", "dog", "cow"]


# planes


def test_decision_line_lies_where_the_sum_is_zero_and_points_to_1():
    w, b = np.array([0.5, 0.25]), -0.4
    ax = plot_decision_line(w, b, label="AND")
    (x1, y1), (x2, y2) = ax.lines[0].get_xy1(), ax.lines[0].get_xy2()
    assert (x1, y1) != (x2, y2)
    assert w @ [x1, y1] + b == pytest.approx(0) and w @ [x2, y2] + b == pytest.approx(0)
    arrow = ax.texts[0]
    assert w @ arrow.xyann + b == pytest.approx(0) and w @ arrow.xy + b > 0
    assert np.cross([*w, 0], [*(np.array(arrow.xy) - arrow.xyann), 0])[2] == pytest.approx(0)  # at a right angle
    assert legend(ax) == ["AND"] and ax.get_xlim() == ax.get_ylim() == (-0.5, 1.5)


def test_decision_line_keeps_the_limits_of_its_axes():
    ax = plot_curves({"": ([0, 10], [0, 20])})
    before = ax.get_xlim(), ax.get_ylim()
    plot_decision_line([40, 0], -5, ax)
    assert (ax.get_xlim(), ax.get_ylim()) == before


def region_of(ax):
    image = ax.images[0]
    return np.asarray(image.get_array()), image.get_extent()


@pytest.mark.parametrize("predict", [
    lambda x: (x[:, 0] > 0).astype(int),
    lambda x: x[:, 0] > 0,
    lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1),
])  # fmt: skip
def test_decision_region_colours_what_the_classifier_says(predict):
    x = np.array([[-1.0, 0.0], [1.0, 0.5], [2.0, 1.0]])
    ax = plot_decision_region(predict, x, [0, 1, 1], points=50)
    says, (left, right, low, high) = region_of(ax)
    assert left < -1 and right > 2 and low < 0 and high > 1
    columns = np.linspace(left, right, 50)
    np.testing.assert_array_equal(says, np.tile(columns > 0, (50, 1)))
    assert legend(ax) == ["class 0", "class 1"]
    dots = [found for found in ax.collections if isinstance(found, PathCollection)]
    assert [len(found.get_offsets()) for found in dots] == [1, 2]
    assert len(dots[0].get_paths()[0].vertices) != len(dots[1].get_paths()[0].vertices)  # ring and square
    assert not any(isinstance(found, QuadMesh) for found in ax.collections)


def test_decision_region_is_not_upside_down_and_has_borders():
    x = np.array([[0.0, -1.0], [0.0, 1.0]])
    ax = plot_decision_region(lambda p: 2 * (p[:, 1] > 0), x, [0, 2], points=20)
    assert ax.images[0].origin == "lower"
    np.testing.assert_array_equal(region_of(ax)[0][:, 0], [0] * 10 + [2] * 10)
    [border] = [c for c in ax.collections if not isinstance(c, PathCollection)]
    assert np.abs(border.get_paths()[0].vertices[:, 1]).max() < 0.1
    alone = plot_decision_region(lambda p: np.zeros(len(p), int), x, [0, 2], points=20)  # one region: no border
    assert all(isinstance(c, PathCollection) for c in alone.collections)


def test_classifier_is_asked_in_the_dtype_of_the_samples():
    asked = []

    def predict(x):
        asked.append(x.dtype)
        return np.zeros(len(x), int)

    plot_decision_region(predict, np.eye(2, dtype=np.float32), [0, 0], points=3)
    plot_decision_region(predict, np.eye(2, dtype=int), [0, 0], points=3)
    assert asked == [np.float32, np.float64]


def test_contour_path_shows_the_paths_from_ring_to_star():
    path = np.array([[-7.0, 2.0], [-3.0, 1.0], [0.0, 0.5]])
    ax = plot_contour_path(square, {"SGD": path, "Adam": path[::-1]}, points=21)
    np.testing.assert_array_equal(line(ax, 0), path)
    assert (ax.lines[1].get_marker(), ax.lines[2].get_marker()) == ("o", "*")
    assert line(ax, 1).tolist() == [[-7, 2]] and line(ax, 2).tolist() == [[0, 0.5]]
    assert legend(ax) == ["SGD", "Adam"]
    assert ax.lines[0].get_linestyle() != ax.lines[3].get_linestyle()
    assert (ax.get_xlim(), ax.get_ylim()) == ((-10, 10), (-5, 5))
    contour = ax.collections[0]
    for level, lines in zip(contour.levels, contour.get_paths(), strict=True):
        heights = [square(point) for point in lines.vertices]
        np.testing.assert_allclose(heights, level, rtol=0.1, atol=0.2)
    assert contour.levels.min() > 0 and contour.levels.max() < 30
    assert (np.diff(contour.levels, n=2) > 0).all()  # denser near the bottom


def test_contour_path_needs_no_name_and_no_path():
    assert plot_contour_path(square, [[1, 1], [0, 0]], points=5).get_legend() is None
    assert len(plot_contour_path(square, points=5).lines) == 0
    assert len(plot_contour_path(lambda x: 1.0, points=5).collections) == 0  # a plain has no contour lines


@pytest.mark.parametrize("descent, sign", [(True, -1), (False, 1)])
def test_arrows_point_downhill_or_along_the_gradient(descent, sign):
    ax = plot_arrow_field(lambda x: np.array([x[0], 3 * x[1]]), (-1, 1), (-2, 2), points=3, descent=descent)
    arrows = ax.collections[0]
    x1, x2 = np.meshgrid([-1, 0, 1], [-2, 0, 2])
    np.testing.assert_allclose(arrows.get_offsets(), np.stack([x1.ravel(), x2.ravel()], axis=1))
    np.testing.assert_allclose(arrows.U, sign * x1.ravel())
    np.testing.assert_allclose(arrows.V, sign * 3 * x2.ravel())


# bad input


@pytest.mark.parametrize("call, error, message", [
    (lambda: figure(0, 3), ValueError, "0 × 3 inches"),
    (lambda: figure(rows=0), ValueError, "expected all above 0"),
    (lambda: to_png("x"), TypeError, "fig is str"),
    (lambda: to_html_img("x", "words"), TypeError, "fig is str"),
    (lambda: to_html_img(figure()[0], " "), ValueError, "expected words"),
    (lambda: to_html_img(figure()[0], None), ValueError, "alt is None"),
    (lambda: img_show(np.zeros(5)), ValueError, r"image has shape \(5,\)"),
    (lambda: img_show(5.0), ValueError, r"image has shape \(\)"),
    (lambda: img_show(np.zeros((2, 3, 4))), ValueError, r"image has shape \(2, 3, 4\)"),
    (lambda: img_show([["a"]]), TypeError, "image has dtype"),
    (lambda: img_show([[np.nan]]), ValueError, "not finite"),
    (lambda: show_images(5), ValueError, r"images has shape \(\)"),
    (lambda: show_images(np.zeros((0, 4, 4))), ValueError, r"shape \(0, 4, 4\)"),
    (lambda: show_images(np.zeros((2, 3, 4, 4))), ValueError, r"shape \(2, 3, 4, 4\)"),
    (lambda: show_images(DIGITS, columns=0), ValueError, "columns is 0"),
    (lambda: show_images(DIGITS, predictions=[0, 1, 2, 3]), ValueError, "predictions need labels"),
    (lambda: show_images(DIGITS, [0, 1]), ValueError, r"labels is int64 \(2,\), expected int \(4,\)"),
    (lambda: show_images(DIGITS, [0.0, 1, 2, 3]), ValueError, "labels is float64"),
    (lambda: show_images(DIGITS, [0, 1, 2, 3], [0, 1]), ValueError, "predictions is int64"),
    (lambda: show_images(DIGITS, [0, 1, 2, 3], class_names=["a"]), ValueError, "run to 3, but class_names has 1"),
    (lambda: show_filters(np.zeros((2, 3))), ValueError, "expected 4 dimensions"),
    (lambda: show_filters(np.zeros((2, 3, 4, 4)), channel=3), ValueError, "channel is 3, expected 0 to 2"),
    (lambda: show_filters(np.zeros((2, 3, 4, 4)), columns=0), ValueError, "show_filters: columns is 0"),
    (lambda: plot_curves([1, 2]), TypeError, "curves is list"),
    (lambda: plot_curves({"a": ([1, 2], [1])}), ValueError, r"'a' has x \(2,\) and y \(1,\)"),
    (lambda: plot_curves({"a": 3.0}), ValueError, r"y \(\)"),
    (lambda: plot_function(3), TypeError, "f is 3"),
    (lambda: plot_function({"a": 3}), TypeError, "expected a function"),
    (lambda: plot_function(np.sin, (1, 1)), ValueError, r"x_range is \(1, 1\)"),
    (lambda: plot_function(np.sin, 5), ValueError, "x_range is 5"),
    (lambda: plot_function(lambda x: 1.0), ValueError, "expected as many numbers"),
    (lambda: plot_history({"loss": []}), TypeError, r"\(dict\) lacks epoch, train_accuracy, test_accuracy"),
    (lambda: plot_history([1, 2]), TypeError, r"\(list\) lacks loss"),
    (lambda: plot_probabilities([[0.5, 0.5]]), ValueError, "expected 1 dimensions"),
    (lambda: plot_probabilities([2.0, 0.5]), ValueError, "p runs from 0.5 to 2.0"),
    (lambda: plot_probabilities([0.5, 0.5], 2), ValueError, "label is 2, expected 0 to 1"),
    (lambda: plot_probabilities([0.5, 0.5], class_names=["a"]), ValueError, "class_names has 1 names, expected 2"),
    (lambda: plot_histograms([]), ValueError, "at least one array"),
    (lambda: plot_histograms([[1.0], []]), ValueError, "none empty"),
    (lambda: plot_histograms([[np.inf]]), ValueError, "all numbers finite"),
    (lambda: plot_confusion(np.zeros((2, 3))), ValueError, r"shape \(2, 3\)"),
    (lambda: plot_confusion([[1, -1], [0, 0]]), ValueError, "no number below 0"),
    (lambda: plot_confusion(np.eye(2), ["a"]), ValueError, "class_names has 1"),
    (lambda: plot_decision_line([0, 0], 1), ValueError, "not both 0"),
    (lambda: plot_decision_line([1, 2, 3], 1), ValueError, "expected two weights"),
    (lambda: plot_decision_line([1, 2], np.nan), ValueError, "a finite bias"),
    (lambda: plot_decision_region(len, np.zeros((2, 3)), [0, 1]), ValueError, r"x is \(2, 3\)"),
    (lambda: plot_decision_region(len, np.zeros((2, 2)), [0.0, 1.0]), ValueError, "t float64"),
    (lambda: plot_decision_region(len, np.zeros((2, 2)), [0, -1]), ValueError, "classes from 0 on"),
    (lambda: plot_decision_region(len, np.zeros((2, 2)), [0, 1]), ValueError, r"predict returned \(\)"),
    (lambda: plot_decision_region(lambda x: x[:, 0] * 0 + 0.5, np.eye(2), [0, 1]), ValueError, "expected .* classes"),
    (lambda: plot_contour_path(square, np.zeros((3, 3))), ValueError, r"path '' has shape \(3, 3\)"),
    (lambda: plot_contour_path(square, {"a": np.zeros((0, 2))}), ValueError, "the path 'a'"),
    (lambda: plot_contour_path(3), TypeError, "expected a function, got int"),
    (lambda: plot_contour_path(square, x_range=(3, 1)), ValueError, "x_range"),
    (lambda: plot_contour_path(lambda x: x, points=3), ValueError, r"gave \(2,\) for one point, expected \(\)"),
    (lambda: plot_contour_path(lambda x: np.inf, points=3), ValueError, "all finite"),
    (lambda: plot_arrow_field(square, points=3), ValueError, r"gave \(\) for one point, expected \(2,\)"),
    (lambda: plot_reliability([0.5, 0.6], np.array([1, 0])), ValueError, r"right is int64 \(2,\), expected bool \(2,\)"),
    (lambda: plot_moved_grid(lambda x: x[:, :1]), ValueError, r"move returned \(1098, 1\), expected \(1098, 2\)"),
    (lambda: plot_arrow_field(len, y_range=(0, np.inf)), ValueError, "y_range"),
])  # fmt: skip
def test_bad_input_is_named_and_leaves_no_figure(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert re.match(r"(figure|to_png|to_html_img|img_show|show_\w+|plot_\w+): ", str(caught.value))
    assert plt.get_fignums() == []


def test_show_gives_an_image_with_words_and_closes_the_figure():
    fig, axes = plt.subplots(1, 2)
    for plot in (fig, axes, axes[0]):
        shown = show(plot, alt="nothing yet")
        assert 'alt="nothing yet"' in shown._repr_html_()
        assert repr(shown) == "[nothing yet]"
        assert not plt.fignum_exists(fig.number)


def test_words_are_found_by_the_id_of_a_cell():
    assert show(figure()[0], "04/code-directions-figure").alt.startswith("Slope against direction, from 0 to 359")
    assert show(figure()[0], "My own 3/4 of a plot").alt == "My own 3/4 of a plot"
    with pytest.raises(ValueError, match="no words for '04/code-nothing', expected them as 'code-nothing' in .*chapter04"):
        show(figure()[0], "04/code-nothing")
    with pytest.raises(ValueError, match="no words for '99/code'"):
        show(figure()[0], "99/code")


def test_every_signature_figure_is_drawn_and_stands_in_readme(tmp_path):
    signatures_command.main(tmp_path)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in drawn:
        assert (tmp_path / name).read_bytes()[:4] == b"\x89PNG"
        assert (ROOT / "notebooks" / "images" / name).is_file() and f"notebooks/images/{name}" in readme, name
    with pytest.raises(ValueError, match="chapter is 11, which has no signature"):
        signatures.signature(11)


def test_a_small_affine_layer_as_a_graph():
    texts = [text.get_text() for text in plots.plot_affine_graph([1, 2], [[2, -1], [3, 0.5]], [1, 0], [1, 10]).texts]
    assert texts.count("×") == 4 and texts.count("+") == 2
    assert {"-10", "20", "9", "W11", "b2"} <= set(texts)
    with pytest.raises(ValueError, match="expected two of each"):
        plots.plot_affine_graph([1, 2, 3], [[2, -1], [3, 0.5]], [1, 0], [1, 10])


def test_a_row_of_histograms_for_each_start():
    fig = plots.plot_layer_histograms({"a": [[0.0, 0.1], [0.5]], "b": [[0.2], [0.9, 0.9]]}, 0, 1, bins=10)
    assert [ax.get_title() for ax in fig.axes] == ["layer 1", "layer 2", "", ""]
    assert max(bar.get_height() for bar in fig.axes[3].patches) == 2
    with pytest.raises(ValueError, match=r"rows have \[1, 2\] layers"):
        plots.plot_layer_histograms({"a": [[0.0]], "b": [[0.2], [0.9]]}, 0, 1)
