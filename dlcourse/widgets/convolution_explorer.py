"""Chapter 09: slide a filter of your own over a digit: the window, its row of im2col, and the map that it makes."""

from collections.abc import Callable

import ipywidgets as widgets
import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.text import _, joined
from dlcourse.widgets import own
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.filter_cells import PRESETS, FilterCells
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.slide import (
    MOST_PAD,
    MOST_STRIDE,
    SIZES,
    RowDrawing,
    Slide,
    SlideDrawing,
    compute,
    rows_of,
    what_fits,
)
from dlcourse.widgets.unseen import Unseen
from dlcourse.widgets.verdict import Verdict, whose

__all__ = ["PRESETS", "FilterCells", "Slide", "compute", "convolution_explorer", "what_fits"]

IMAGES = 200
OWN = "own"


def own_rows(mine: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Fit a learner's im2col, ``(x, k, stride, pad)`` or ``(x, height, width, stride, pad)``, to one image."""
    name, square = own.name_of(mine), len(own.parameters_of(mine)) < 5

    def rows(image: np.ndarray, k: int, stride: int, pad: int) -> np.ndarray:
        window = (k,) if square else (k, k)
        places = (len(image) + 2 * pad - k) // stride + 1
        found = own.run(name, mine, image[None, None], *window, stride, pad)
        return own.array_of(name, found, (places**2, k * k))

    return rows


@explorer
def convolution_explorer(im2col: Callable[..., np.ndarray] | None = None) -> Panel:
    """Set a filter's cells, slide it over a digit, and see its map and the rows of im2col.

    Parameters
    ----------
    im2col : callable, optional
        Your own, ``im2col(x, k, stride, pad)`` as in the chapter: it takes the package's place, and the two are compared.

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
        "cells": Unseen(()),  # of a filter of one's own
    }

    def cell_changed() -> None:
        panel.set(preset=OWN, cells=tuple(map(tuple, boxes.filter.tolist())))

    boxes, verdict = FilterCells(cell_changed), Verdict()
    if im2col is not None:
        mine = own_rows(im2col)
        controls["yours"] = whose()

    def update(
        changed: set[str], preset: str, k: int, stride: int, pad: int, digit: int, size: int, place: int,
        cells: tuple, yours: bool = False,
    ) -> None:  # fmt: skip
        if "k" in changed:
            boxes.resize(k)
        if preset != OWN:
            if changed & {"preset", "k"}:
                boxes.fill(preset)
            controls["cells"].value = ()
        elif "cells" in changed and len(cells) == k:
            boxes.write(np.array(cells))
        if changed & {"k", "stride", "pad", "size"}:
            places = (size + 2 * pad - k) // stride + 1
            controls["place"].set_range(0, places**2 - 1)
            if "place" in changed:  # all go back to their start, which may not have been in the range before
                controls["place"].reset()
            place = controls["place"].value
        image, W = digits[digit, 0, :size, :size], boxes.filter
        if im2col is not None and (size + 2 * pad - k) % stride == 0:
            verdict.judge(own.name_of(im2col), lambda: own.parting(
                _("row, column"), mine(image, k, stride, pad), rows_of(image, k, stride, pad)
            ))  # fmt: skip
        slide = compute(image, W, stride, pad, place, mine if yours else rows_of)
        draw(image, int(labels[digit]), W, stride, pad, slide)

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
        slide_picture.show(joined([seen, result]))
        row_picture.show(_("{title}. {cells} numbers.").format(title=row_title.capitalize(), cells=k * k))

    left = widgets.VBox([widgets.Label(_("cells of the filter")), boxes], layout={"max_width": "100%"})
    top = widgets.HBox([left, slide_picture], layout={"align_items": "center", "flex_flow": "row wrap"})
    panel = Panel(_("Convolution explorer"), controls, [top, row_picture, verdict], update, folded=("size",))
    for cell in boxes.children:
        cell.say = panel.show_note
    return panel


def not_whole(size: int, k: int, stride: int, pad: int, left_over: int) -> str:
    """Say that a stride does not fit, what would be lost, and what would fit."""
    names = {"stride": _("stride"), "pad": _("padding"), "size": _("image size")}
    either = _(" or ")
    ways = [
        _("{name} {values}").format(name=names[name], values=either.join(map(str, values)))
        for name, values in what_fits(size, k, stride, pad).items()
        if values
    ]
    return _(
        "Stride {stride} does not fit: ({size} + 2·{pad} − {k}) / {stride} = {steps:.2f} is not whole. The window would"
        " never see the hatched strip below and at the right, of width {left_over}. What would fit: {ways}."
    ).format(
        stride=stride, size=size, pad=pad, k=k, steps=(size + 2 * pad - k) / stride, left_over=left_over,
        ways=joined(ways, "; "),
    )  # fmt: skip
