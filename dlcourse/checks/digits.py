"""Digits: pages to try, where one goes on a picture of 28 by 28, and networks that read them, stored and trained."""

import functools
import itertools
from collections.abc import Callable
from functools import partial

import numpy as np

from dlcourse.checks.battery import Case, case
from dlcourse.checks.references import sigmoid, softmax
from dlcourse.text import _

__all__ = [
    "MOST", "alone", "centred", "drawing", "good_enough", "misplaced", "pages", "reached", "stored", "test_images",
    "without_small",
]  # fmt: skip

SIZE = 28


def where(box: np.ndarray) -> np.ndarray:
    """Give the centre of mass, row and column, as a fraction of pixels."""
    return np.array([np.average(np.indices(box.shape)[axis], weights=box) for axis in (0, 1)])


def spans(box: np.ndarray) -> tuple[slice, slice]:
    """Give the rows and columns around the ink."""
    rows, columns = np.flatnonzero(box.any(axis=1)), np.flatnonzero(box.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def alone(page: np.ndarray) -> np.ndarray:
    """Cut out the box around the ink."""
    return page[spans(page)]


def nearest(corner: np.ndarray) -> np.ndarray:
    """Round to the nearest whole number, and up from halfway."""
    return np.floor(corner + 0.5)


def placed(box: np.ndarray, corner: np.ndarray, stop: bool = True) -> np.ndarray:
    """Give an empty picture with `box` in it; `corner` is its top left one, stopped at the edge or else cut off."""
    top, left = (int(at) for at in corner)
    if stop:
        top, left = (int(min(max(at, 0), SIZE - side)) for at, side in zip((top, left), box.shape))
    wide = np.zeros((5 * SIZE, 5 * SIZE))
    wide[2 * SIZE + top :, 2 * SIZE + left :][: box.shape[0], : box.shape[1]] = box
    return wide[2 * SIZE : 3 * SIZE, 2 * SIZE : 3 * SIZE]


def centred(page: np.ndarray, cut: Callable = alone, centre: Callable = where, round_: Callable = nearest,
            by: tuple = (0, 0), stop: bool = True) -> np.ndarray:  # fmt: skip
    """Give the digit on a page with its centre of mass at (14, 14), or with one thing done otherwise.

    Where the centre is halfway between two pixels, so that there are two right places, nan.
    """
    if not page.any():
        return np.zeros((SIZE, SIZE))
    box = cut(page)
    corner = SIZE / 2 - centre(box)
    if cut is alone and centre is where and np.any(np.abs(corner % 1 - 0.5) < 0.02):
        return np.full((SIZE, SIZE), np.nan)
    return placed(box, round_(corner) + by, stop)


def drawing(rng: np.random.Generator, height: int, width: int, kind: int) -> tuple[np.ndarray]:
    """Give a page with a box of ink on it; kind 1 has rows and columns without ink, 2 to 5 are heavy on one side."""
    while True:
        ramp = np.linspace(0.3, 1, height)[:, None] * np.linspace(1, 0.4, width)
        box = rng.uniform(0.7, 1.0, size=(height, width)) * (rng.random((height, width)) < 0.6)
        box *= ramp if kind < 2 else np.arange(height)[:, None] < 3
        if kind == 1:
            box[height // 2], box[:, width // 3] = 0, 0
        box[0, 0], box[-1, rng.integers(width)], box[rng.integers(height), -1] = 0.7, 0.8, 0.9
        box = np.rot90(box, kind) if kind > 1 else box
        page = np.pad(box, rng.integers(0, 15, size=(2, 2)))
        right, plain = centred(page), centred(page, centre=lambda box: where(box > 0))
        if not np.isnan(right).any() and (kind > 1 or min(height, width) < 4 or not np.array_equal(right, plain)):
            return (page,)


def pages(rng: np.random.Generator) -> list[Case]:
    """Give pages with faint ink, a dot, a line, nothing on it, no paper around the ink, and much of it."""
    faint = _("Faint ink is left out. All that is not 0 is ink, and the box goes around all of it.")
    thin = _("A digit may be a single line, or no more than a dot.")
    empty = _("An empty page breaks it: it has no box and no centre of mass. Give an empty picture.")
    found = []
    for ink in (0.04, 0.004, 1e-5):
        box = np.pad(alone(drawing(rng, 10, 8, 0)[0]), ((2, 3), (0, 4)))
        box[0, 0], box[-1, -1] = ink, ink
        if not np.isnan(centred(box)).any():
            found.append(case(np.pad(box, 5), kind="threshold", hint=faint))
    found.append(case(1e-4 * drawing(rng, 7, 6, 0)[0], kind="threshold", hint=faint))
    dot, line = np.zeros((50, 31)), np.zeros((30, 30))
    dot[49, 0], line[3:20, 29] = 0.7, 0.4
    found += [case(page, kind="one line", hint=thin) for page in (dot, dot.T, line, line.T, np.ones((1, 1)))]
    wide = np.pad(drawing(rng, 9, 9, 0)[0], 200)
    return [*found, case(np.zeros((35, 40)), kind="stability", hint=empty), case(np.full((19, 19), 0.5)), case(wide)]


def _less(page: np.ndarray, axis: int, first_run: bool) -> np.ndarray:
    """Cut out less than the box: as many rows or columns as have ink, or those before the first without."""
    box = alone(page)
    ink = box.any(axis=1 - axis)
    return box.take(range([*ink, False].index(False) if first_run else ink.sum()), axis=axis)


def misplaced(edge: str) -> list[tuple]:
    """Give wrong ways to put a digit in its place, and the hint for each."""
    place = _("The digit is a pixel off. Its centre of mass goes to 14, and the corner to 14 less the centre.")
    near = _("Round to the NEAREST whole pixel.")
    boxed = _("The middle of the box is in the middle. It should be the centre of mass.")
    margin = _("The box is cut out with a row or column of paper around it, and that stops at the edge too early.")
    gap = _("Where a row or column in the middle of the digit has no ink, the digit is not whole any more.")
    faint = _("Faint ink is left out. All that is not 0 is ink.")

    def corner(page):
        return nearest(14 - where(alone(page)))

    def middle(of, less):
        """The middle of the box along some axes, with a centre that is less by so much."""
        return lambda box: np.where(of, (np.array(box.shape) - less) / 2, where(box))

    return [
        *(("middle", partial(centred, centre=middle(of, less), round_=round_), boxed)
          for of in ([True, True], [True, False], [False, True]) for less in (0, 1)
          for round_ in (np.floor, nearest, np.round)),
        ("weights", lambda page: centred(page, centre=lambda box: where(box > 0)), _(
            "All ink counts the same. A pixel counts as much as it is bright.")),
        ("axis", lambda page: placed(alone(page), corner(page)[::-1]), _("Down and across are swapped.")),
        ("axis", lambda page: centred(page).T, _("The picture has its rows and columns swapped.")),
        ("sign", lambda page: placed(alone(page), nearest(where(alone(page)))), _("The corner moves the wrong way.")),
        ("place", lambda page: placed(alone(page), (14, 14)), _("The corner of the box is in the middle.")),
        ("place", lambda page: placed(alone(page), (0, 0)), _("The box is still in the corner.")),
        ("values", lambda page: centred(page) > 0, _("The place is right, and the grey values are lost.")),
        ("values", lambda page: 1 - centred(page), _("Ink and paper are swapped.")),
        *(("fence", partial(centred, by=by, round_=round_), place, near) for round_ in (np.floor, np.ceil, nearest)
          for by in itertools.product((0, 1, -1), repeat=2)),
        ("edge", partial(centred, stop=False), edge),
        ("edge", lambda page: np.roll(placed(alone(page), (0, 0)), corner(page).astype(int), axis=(0, 1)), edge),
        *(("margin", partial(centred, cut=lambda page, by=by: np.pad(alone(page), by)), margin) for by in (1, 2)),
        *(("gaps", partial(centred, cut=partial(_less, axis=axis, first_run=first)), gap)
          for axis in (0, 1) for first in (True, False)),
        *(("gaps", partial(centred, cut=lambda page, first=first: _less(_less(page, 0, first), 1, first)), gap)
          for first in (True, False)),
        *(("threshold", partial(centred, cut=lambda page, by=by: alone(page * (page > by))), faint)
          for by in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)),
        *(("threshold", partial(centred, cut=lambda page, by=by: page[spans(page > by)]), faint)
          for by in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)),
    ]  # fmt: skip


EPOCHS, BATCH, KEPT, MOST = 5, 100, 0.9, 20_000


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    from dlcourse.datasets import load_mnist

    x, t = load_mnist()[0]
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=float).reshape(-1, 196), t


@functools.lru_cache(maxsize=64)
def _reader(hidden: int, lr: float) -> tuple[np.ndarray, np.ndarray]:
    """Train on 6,400 digits; give the largest probability for each of 1,600 others, and whether the answer is right."""
    (x, t), rng = _digits(), np.random.default_rng(0)
    shapes = [(196, hidden), (hidden, 10)]
    W1, W2 = (rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes)
    params = [W1, np.zeros(hidden), W2, np.zeros(10)]
    speed, rng = [np.zeros_like(array) for array in params], np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for _epoch in range(EPOCHS):
            for batch in rng.permutation(6400).reshape(-1, BATCH):
                z = np.maximum(x[batch] @ params[0] + params[1], 0)
                d = softmax(z @ params[2] + params[3])
                d[np.arange(BATCH), t[batch]] -= 1
                d /= BATCH
                back = (d @ params[2].T) * (z > 0)
                for array, v, grad in zip(params, speed, (x[batch].T @ back, back.sum(0), z.T @ d, d.sum(0))):
                    v *= KEPT
                    v -= lr * grad
                    array += v
        y = softmax(np.maximum(x[6400:] @ params[0] + params[1], 0) @ params[2] + params[3])
    return y.max(axis=1), y.argmax(axis=1) == t[6400:]


def reached(hidden: int, lr: float, sure: float) -> tuple[float, float]:
    """Give the share of digits that are handed on, and how many of the others are right."""
    top, right = _reader(hidden, lr)
    kept = top >= sure - 1e-9  # a threshold may be one of these probabilities, computed elsewhere
    return 1 - float(kept.mean()), float(right[kept].mean()) if kept.any() else 1.0


def good_enough(hidden: int, lr: float, handed_on: float, goal: float) -> bool:
    """Is there a threshold for this network?"""
    top, right = _reader(hidden, lr)
    surest = np.argsort(-top)[: int((1 - handed_on) * len(top))]
    return bool(np.isfinite(top).all() and right[surest].mean() >= goal)


@functools.cache
def stored(name: str) -> dict[str, np.ndarray]:
    """Give the stored weights of a network."""
    from dlcourse.datasets import data_folder

    with np.load(data_folder() / "weights" / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


@functools.cache
def test_images() -> tuple[np.ndarray, np.ndarray]:
    """Give the test digits and their labels."""
    from dlcourse.datasets import load_mnist

    return load_mnist()[1]


@functools.lru_cache(maxsize=256)
def without_small(cut: float) -> tuple[float, float]:
    """Give the share of weights of layer 1 that are smaller than `cut`, and the accuracy without them."""
    weights, (x, t) = stored("mlp_784_50_100_10"), test_images()
    W1 = np.where(np.abs(weights["W1"]) < cut, 0, weights["W1"])
    z = sigmoid(sigmoid(x @ W1 + weights["b1"]) @ weights["W2"] + weights["b2"])
    return float(np.mean(W1 == 0)), float(np.mean((z @ weights["W3"] + weights["b3"]).argmax(axis=1) == t))
