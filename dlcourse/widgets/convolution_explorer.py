"""Chapter 09: slide a filter of your own over a digit: the window, its row of im2col, and the map that it makes."""

import textwrap
from collections.abc import Callable
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.convolution import im2col
from dlcourse.datasets import load_mnist
from dlcourse.plots import PALETTE
from dlcourse.text import _
from dlcourse.widgets.controls import Choice, Number, Panel, Picture

__all__ = ["PRESETS", "FilterCells", "Slide", "compute", "convolution_explorer", "what_fits"]

LARGEST = 5  # cells of a filter along one side
MOST_PAD, MOST_STRIDE = 3, 4
SIZES = range(25, 29)  # of the image; a smaller one lacks rows and columns at its lower right
IMAGES = 200
OWN = "own"
MARK, REST, PAPER = PALETTE["orange"], PALETTE["vermilion"], "#dbe9f4"
TITLE = {"fontsize": 10, "y": 1.02}  # to look for a place by itself takes a title 5 ms each time it is drawn

PRESETS: dict[str, np.ndarray] = {
    "vertical": np.array([[-1.0, 0, 1]] * 3),
    "horizontal": np.array([[-1.0, 0, 1]] * 3).T,
    "outline": np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}
"""Filters that do something one can see. In a 5×5 filter they stand in the middle; blur fills it."""


class Slide(NamedTuple):
    """What a filter sees at one place, and what it makes of the whole image."""

    places: int  # along one side: how often the window fits
    left_over: int  # rows, and as many columns, that no window reaches
    at: tuple[int, int]  # row and column of the place looked at, in the map
    row: np.ndarray  # (k · k,) what the window sees there: its row of im2col
    out: np.ndarray | None  # (places, places), the map; None if the stride does not fit


def compute(image: np.ndarray, W: np.ndarray, stride: int, pad: int, place: int) -> Slide:
    """Slide one filter over one image.

    Parameters
    ----------
    image : ndarray of shape (size, size)
    W : ndarray of shape (k, k)
        The filter.
    stride, pad : int
        As in `dlcourse.convolution.output_size`.
    place : int
        Which place to look at, counted row by row: this is also the number of its row of im2col. The last one if
        there are not so many.

    Returns
    -------
    Slide
        A stride that does not fit gives no map.
    """
    k, padded = len(W), np.pad(image, pad)
    steps, left_over = divmod(len(padded) - k, stride)
    places = steps + 1
    i, j = divmod(min(place, places**2 - 1), places)
    row = padded[i * stride : i * stride + k, j * stride : j * stride + k].ravel()
    if left_over:
        return Slide(places, left_over, (i, j), row, None)
    rows = im2col(image[None, None], k, k, stride, pad)
    return Slide(places, 0, (i, j), row, (rows @ W.ravel()).reshape(places, places))


def what_fits(size: int, k: int, stride: int, pad: int) -> dict[str, list[int]]:
    """For each of the three controls, the values that make the stride fit while the other two stay."""
    return {
        "stride": [s for s in range(1, MOST_STRIDE + 1) if (size + 2 * pad - k) % s == 0],
        "pad": [p for p in range(MOST_PAD + 1) if (size + 2 * p - k) % stride == 0],
        "size": [n for n in SIZES if (n + 2 * pad - k) % stride == 0],
    }


class FilterCells(widgets.GridBox):
    """A square of number boxes; of the 5×5 only the 3×3 in the middle shows when the filter is that small.

    Parameters
    ----------
    on_change : callable
        Called after somebody has changed a cell.
    """

    def __init__(self, on_change: Callable[[], None]):
        self._on_change, self._filling, self._size = on_change, False, LARGEST
        boxes = [self._box(*divmod(index, LARGEST)) for index in range(LARGEST**2)]
        grid = {"grid_template_columns": f"repeat({LARGEST}, 62px)", "grid_gap": "2px", "width": "320px"}
        super().__init__(boxes, layout=grid | {"min_width": "320px"})

    def _box(self, i: int, j: int) -> widgets.BoundedFloatText:
        # The name is there for a screen reader; for the eye, the place says it.
        cell = widgets.BoundedFloatText(
            value=0, min=-99, max=99, step=0.5, description=_("filter row {i}, column {j}").format(i=i + 1, j=j + 1),
            style={"description_width": "0px"}, layout={"width": "62px", "margin": "0"},
        )  # fmt: skip
        cell.observe(self._changed, names="value")
        return cell

    @property
    def filter(self) -> np.ndarray:
        """What is set at present, of shape (3, 3) or (5, 5)."""
        edge = (LARGEST - self._size) // 2
        square = np.array([box.value for box in self.children]).reshape(LARGEST, LARGEST)
        return square[edge : edge + self._size, edge : edge + self._size]

    def fill(self, preset: str) -> None:
        """Write a preset into the cells."""
        square = np.full((self._size, self._size), 1 / self._size**2) if preset == "blur" else PRESETS[preset]
        square = np.pad(square, (LARGEST - len(square)) // 2)
        self._filling = True
        try:
            for box, value in zip(self.children, square.ravel(), strict=True):
                box.value = round(float(value), 4)
        finally:
            self._filling = False

    def resize(self, size: int) -> None:
        """Show 3×3 or 5×5 cells; the room that they take stays the same."""
        self._size, edge = size, (LARGEST - size) // 2
        for index, box in enumerate(self.children):
            inside = all(edge <= i < LARGEST - edge for i in divmod(index, LARGEST))
            box.layout.visibility = "visible" if inside else "hidden"

    def _changed(self, _change) -> None:
        if not self._filling:
            self._on_change()


class SlideDrawing:
    """The padded image with the window on it, and the map with the place that the window gives."""

    def __init__(self, figure: Figure):
        self.image_axes = figure.add_axes((0.0, 0.02, 0.5, 0.86))
        self.map_axes = figure.add_axes((0.5, 0.02, 0.5, 0.86))
        for axes in (self.image_axes, self.map_axes):
            axes.set_axis_off()
        first, last = -MOST_PAD - 0.5, max(SIZES) + MOST_PAD + 0.5
        # Pixel (i, j) covers i … i + 1 and j … j + 1; the padding begins at negative numbers.
        self.padding = box(self.image_axes, facecolor=PAPER, edgecolor=PALETTE["blue"], hatch="..", lw=0)
        self.image = self.image_axes.imshow(np.zeros((1, 1)), cmap="gray", vmin=0, vmax=1, zorder=2)
        self.rest = [
            box(self.image_axes, facecolor=REST, edgecolor="black", hatch="////", alpha=0.8, lw=0, zorder=3)
            for _side in range(2)
        ]
        self.window = box(self.image_axes, fill=False, edgecolor=MARK, lw=2.5, zorder=4)
        self.image_axes.set(xlim=(first, last), ylim=(last, first))
        self.map = self.map_axes.imshow(np.zeros((1, 1)), cmap="gray")
        self.mark = box(self.map_axes, fill=False, edgecolor=MARK, lw=2.5)
        self.words = self.map_axes.text(0.5, 0.5, "", ha="center", va="center", transform=self.map_axes.transAxes)
        self.titles = [axes.set_title("", **TITLE) for axes in (self.image_axes, self.map_axes)]

    def update(
        self, image: np.ndarray, k: int, stride: int, pad: int, slide: Slide, titles: tuple[str, str], problem: str
    ) -> None:
        size, (i, j), rest = len(image), slide.at, slide.left_over
        put(self.padding, -pad, -pad, size + 2 * pad, size + 2 * pad)
        self.image.set(data=image, extent=(0, size, size, 0))
        put(self.rest[0], size + pad - rest, -pad, rest, size + 2 * pad)
        put(self.rest[1], -pad, size + pad - rest, size + 2 * pad - rest, rest)
        put(self.window, j * stride - pad, i * stride - pad, k, k)
        for title, text in zip(self.titles, titles, strict=True):
            title.set_text(text)
        self.words.set_text("\n".join(textwrap.wrap(problem, 34)))
        for artist in (self.map, self.mark):
            artist.set_visible(slide.out is not None)
        if slide.out is not None:
            most = float(np.abs(slide.out).max()) or 1.0  # 0 is mid-grey, as in pictures of filters
            self.map.set(data=slide.out, clim=(-most, most), extent=(0, slide.places, slide.places, 0))
            put(self.mark, j, i, 1, 1)
            margin = slide.places / 40
            self.map_axes.set(xlim=(-margin, slide.places + margin), ylim=(slide.places + margin, -margin))


class RowDrawing:
    """One row of im2col, the filter as a row below it, and their products."""

    def __init__(self, figure: Figure):
        self.figure, self.columns = figure, 0

    def update(self, row: np.ndarray, weights: np.ndarray, title: str) -> None:
        if len(row) != self.columns:
            self._make(len(row))
        self.title.set_text(title)
        self.seen.set_data(row[None])
        for texts, values in zip(self.texts, (row, weights, row * weights), strict=True):
            for text, value in zip(texts, values, strict=True):
                text.set_text(short(value))
        for text, value in zip(self.texts[0], row, strict=True):
            text.set_color("white" if value < 0.5 else "black")

    def _make(self, columns: int) -> None:
        self.figure.clear()
        self.columns = columns
        axes = self.figure.add_axes((0.13, 0.04, 0.865, 0.74), xlim=(-0.5, columns - 0.5), ylim=(2.5, -0.5), xticks=[])
        axes.set_yticks(range(3), [_("row of im2col"), _("filter, as a row"), _("products")])
        axes.tick_params(length=0)
        self.seen = axes.imshow(np.zeros((1, columns)), cmap="gray", vmin=0, vmax=1, aspect="auto")
        axes.set(xlim=(-0.5, columns - 0.5), ylim=(2.5, -0.5))
        between, k = np.arange(1, columns), round(columns**0.5)
        axes.vlines(between[between % k != 0] - 0.5, -0.5, 2.5, color="0.85", lw=0.5)
        axes.vlines(between[between % k == 0] - 0.5, -0.5, 2.5, color="0.3", lw=1.5)  # where a row of the filter ends
        size = 10 if columns < 10 else 8
        kind = {"ha": "center", "va": "center", "fontsize": size}
        self.texts = [[axes.text(j, i, "", **kind) for j in range(columns)] for i in range(3)]
        self.title = axes.set_title("", **TITLE)


def box(axes: Axes, **kind) -> Rectangle:
    """Add a rectangle, to be put in its place later."""
    return axes.add_patch(Rectangle((0, 0), 0, 0, **kind))


def put(patch: Rectangle, x: float, y: float, width: float, height: float) -> None:
    """Move a rectangle, or hide it if it has no area."""
    patch.set_bounds(x, y, width, height)
    patch.set_visible(width > 0 and height > 0)


def short(value: float) -> str:
    """Write a number in at most five characters or so."""
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def convolution_explorer() -> Panel:
    """Set a filter's cells, slide it over a digit, and see its map and the rows of im2col.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    _train, (digits, labels) = load_mnist(flatten=False)
    slide_picture, row_picture = Picture(550, 300), Picture(880, 120)
    slide_drawing, row_drawing = SlideDrawing(slide_picture.figure), RowDrawing(row_picture.figure)
    names = {
        _("vertical edges"): "vertical", _("horizontal edges"): "horizontal", _("outline"): "outline",
        _("blur"): "blur", _("sharpen"): "sharpen", _("identity"): "identity", _("my own cells"): OWN,
    }  # fmt: skip
    controls = {
        "preset": Choice(_("filter"), names),
        "k": Choice(_("filter size"), {"3×3": 3, "5×5": 5}),
        "stride": Number(_("stride"), 1, MOST_STRIDE, 1),
        "pad": Number(_("padding"), 0, MOST_PAD, 0),
        "digit": Number(_("test image"), 0, IMAGES - 1, 0),
        "size": Number(_("image size"), SIZES[0], SIZES[-1], SIZES[-1]),
        "place": Number(_("window place"), 0, 675, 200),
    }

    def cell_changed() -> None:
        if controls["preset"].value == OWN:
            panel.refresh(["cells"])
        else:
            controls["preset"].value = OWN  # this draws too

    cells = FilterCells(cell_changed)

    def update(
        changed: set[str], preset: str, k: int, stride: int, pad: int, digit: int, size: int, place: int
    ) -> None:
        if "k" in changed:
            cells.resize(k)
        if changed & {"preset", "k"} and preset != OWN:
            cells.fill(preset)
        if changed & {"k", "stride", "pad", "size"}:
            places = (size + 2 * pad - k) // stride + 1
            controls["place"].set_range(0, places**2 - 1)
            if "place" in changed:  # all go back to their start, which may not have been in the range before
                controls["place"].reset()
            place = controls["place"].value
        image, W = digits[digit, 0, :size, :size], cells.filter
        draw(image, int(labels[digit]), W, stride, pad, compute(image, W, stride, pad, place))

    def draw(image: np.ndarray, label: int, W: np.ndarray, stride: int, pad: int, slide: Slide) -> None:
        size, k, (i, j), places = len(image), len(W), slide.at, slide.places
        number, value = i * places + j, float(slide.row @ W.ravel())
        problem = "" if slide.out is not None else not_whole(size, k, stride, pad, slide.left_over)
        padded = _("image {size}×{size}, padded {wide}×{wide}") if pad else _("image {size}×{size}")
        padded = padded.format(size=size, wide=size + 2 * pad)
        if problem:
            titles, row_title = (padded, _("no map")), _("place {number}: {value:.2f}")
        else:
            titles = (padded, _("feature map {places}×{places}").format(places=places))
            row_title = _("row {number} of {count}; sum of the products {value:.2f}: map, row {i}, column {j}")
        row_title = row_title.format(number=number, count=places**2, value=value, i=i, j=j)
        slide_drawing.update(image, k, stride, pad, slide, titles, problem)
        row_drawing.update(slide.row, W.ravel(), row_title)
        seen = _("A {label}, {image}. The window of {k}×{k} at place {number}.").format(
            label=label, image=padded, k=k, number=number
        )
        result = problem or _("{map}, values from {low:.2f} to {high:.2f}.").format(
            map=titles[1].capitalize(), low=slide.out.min(), high=slide.out.max()
        )
        slide_picture.show(f"{seen} {result}")
        row_picture.show(_("{title}. {cells} numbers.").format(title=row_title.capitalize(), cells=k * k))

    left = widgets.VBox([widgets.Label(_("cells of the filter")), cells])
    top = widgets.HBox([left, slide_picture], layout={"align_items": "center"})
    panel = Panel(_("Convolution explorer"), controls, [top, row_picture], update)
    return panel


def not_whole(size: int, k: int, stride: int, pad: int, left_over: int) -> str:
    """Say that a stride does not fit, what would be lost, and what would fit."""
    names = {"stride": _("stride"), "pad": _("padding"), "size": _("image size")}
    ways = [
        f"{names[name]} {_(' or ').join(map(str, values))}"
        for name, values in what_fits(size, k, stride, pad).items()
        if values
    ]
    return _(
        "Stride {stride} does not fit: ({size} + 2·{pad} − {k}) / {stride} = {steps:.2f} is not whole. The window would"
        " never see the hatched strip below and at the right, of width {left_over}. What would fit: {ways}."
    ).format(
        stride=stride, size=size, pad=pad, k=k, steps=(size + 2 * pad - k) / stride, left_over=left_over,
        ways="; ".join(ways),
    )  # fmt: skip
