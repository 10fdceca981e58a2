"""Chapter 04: gradient descent on four landscapes, with the learning rate in your hand."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse.text import _
from dlcourse.widgets import own
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, round_up, set_limits

__all__ = ["LANDSCAPES", "Descent", "DescentDrawing", "Landscape", "compute", "descent_explorer"]

BLUE, ORANGE = "#0072b2", "#d55e00"
FLAT = 1e-3  # a slope below this counts as none
FAR = 1e6  # whoever is farther away than this does not come back


class Landscape(NamedTuple):
    """A function of the plane, its gradient, and what its flat points are: True where it is a minimum."""

    f: Callable[[np.ndarray, np.ndarray], np.ndarray]
    gradient: Callable[[float, float], tuple[float, float]]
    is_minimum: Callable[[float, float], bool]


LANDSCAPES = {
    "bowl": Landscape(
        lambda x, y: (x**2 + y**2) / 2, lambda x, y: (x, y), lambda x, y: True
    ),
    "x²/20 + y²": Landscape(
        lambda x, y: x**2 / 20 + y**2, lambda x, y: (x / 10, 2 * y), lambda x, y: True
    ),
    "saddle": Landscape(
        lambda x, y: (x**2 - y**2) / 2, lambda x, y: (x, -y), lambda x, y: False
    ),
    "two minima": Landscape(
        lambda x, y: (x**2 - 16) ** 2 / 64 + x / 2 + y**2 / 2,
        lambda x, y: (x * (x**2 - 16) / 16 + 0.5, y),
        lambda x, y: 3 * x**2 > 16,
    ),
}  # fmt: skip


class Descent(NamedTuple):
    """A path downhill, the height along it, and in a word what became of it."""

    path: np.ndarray  # (steps + 1, 2), or shorter if it left for good
    heights: np.ndarray
    verdict: str


def own_landscape(f: Callable) -> Landscape:
    """Fit a learner's function, of ``(x, y)`` or of one array of two numbers; its gradient is taken by differences."""
    name, apart, h = own.name_of(f), len(own.parameters_of(f)) >= 2, 1e-4

    def height(x: float, y: float) -> float:
        found = own.run(name, f, *((float(x), float(y)) if apart else (np.array([x, y], dtype=float),)))
        array = own.array_of(name, found)
        if array.size != 1:
            raise own.Mistake(_("{name} gives shape {shape}, expected a number").format(name=name, shape=array.shape))
        return float(array.ravel()[0])

    def gradient(x: float, y: float) -> tuple[float, float]:
        return (height(x + h, y) - height(x - h, y)) / (2 * h), (height(x, y + h) - height(x, y - h)) / (2 * h)

    def is_minimum(x: float, y: float) -> bool:
        around = [height(x + 0.05 * np.cos(a), y + 0.05 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 8, False)]
        return min(around) >= height(x, y)

    return Landscape(np.vectorize(height, otypes=[float]), gradient, is_minimum)


def compute(function: str | Landscape, lr: float, x: float, y: float, steps: int) -> Descent:
    """Go down from (x, y).

    Parameters
    ----------
    function : str or Landscape
        A name in `LANDSCAPES`, or a landscape itself.
    lr : float
        Learning rate, > 0.
    x, y : float
        Start.
    steps : int

    Returns
    -------
    Descent
        Its verdict is "arrived", "on its way", "stalled" (flat, but no minimum), "bounces" or "diverged".
    """
    landscape = LANDSCAPES[function] if isinstance(function, str) else function
    path = [(x, y)]
    for _step in range(steps):
        dx, dy = landscape.gradient(*path[-1])
        path.append((path[-1][0] - lr * dx, path[-1][1] - lr * dy))
        if max(map(abs, path[-1])) > FAR:
            break
    heights = np.array([landscape.f(*point) for point in path])
    return Descent(np.array(path), heights, _verdict(landscape, path, heights))


def _verdict(landscape: Landscape, path: list[tuple[float, float]], heights: np.ndarray) -> str:
    if max(map(abs, path[-1])) > 100:
        return "diverged"
    if np.hypot(*landscape.gradient(*path[-1])) < FLAT:
        return "arrived" if landscape.is_minimum(*path[-1]) else "stalled"
    if len(path) > 2:
        before, last = np.diff(path[-3:], axis=0)
        # Back by as much as it came, along x or along y. If the other is still on its way the height falls all the same.
        turned = (last * before < 0) & (np.abs(last) > 0.999 * np.abs(before)) & (np.abs(last) > FLAT)
        if turned.any() or (np.diff(heights[-3:]) > -1e-9).any():
            return "bounces"
    return "on its way"


class DescentDrawing:
    """The path on contour lines at the left, the height at each step at the right."""

    def __init__(self, figure: Figure):
        self.map = figure.add_axes((0.065, 0.14, 0.5, 0.76))
        self.loss = figure.add_axes((0.65, 0.14, 0.32, 0.76))
        self.loss.spines[["top", "right"]].set_visible(False)
        self.height = self.loss.plot([], [], "o-", color=BLUE, markersize=3, lw=1)[0]
        self.loss.set_xlabel(_("step"))
        self.loss.set_title(_("height"), fontsize=10)
        self.shown = None

    def update(self, function: str, landscape: Landscape, descent: Descent, title: str) -> None:
        if function != self.shown:  # the contour lines are most of the work, and stay while only the path moves
            self.map.clear()
            x, y = np.meshgrid(np.linspace(-8, 8, 81), np.linspace(-5, 5, 51))
            self.map.contour(x, y, landscape.f(x, y), levels=18, cmap="cividis", linewidths=0.8, zorder=-1)
            self.line = self.map.plot([], [], "o-", color=ORANGE, markersize=3.5, lw=1.2)[0]
            self.start = self.map.plot([], [], "s", color="black", markersize=7)[0]
            self.map.set(xlim=(-8, 8), ylim=(-5, 5), xlabel="x", ylabel="y")
            self.shown = function
        self.line.set_data(descent.path[:, 0], descent.path[:, 1])
        self.start.set_data(descent.path[:1, 0], descent.path[:1, 1])
        self.map.set_title(title, fontsize=10)
        self.height.set_data(range(len(descent.heights)), descent.heights)
        seen = np.clip(descent.heights, -200, 200)
        top, bottom = round_up(max(seen.max(), 0.1)), -round_up(-seen.min()) if seen.min() < 0 else 0
        right = round_up(max(len(seen) - 1, 1))
        room = 0.03 * (top - bottom)
        set_limits(self.loss, x=(-0.02 * right, 1.02 * right), y=(bottom - room, top + room))


@explorer
def descent_explorer(f: Callable | None = None) -> Panel:
    """Choose a landscape, a start and a learning rate, and watch where the steps lead.

    Parameters
    ----------
    f : callable, optional
        A landscape of your own: ``f(x, y)``, or ``f(x)`` of an array of two numbers.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 340)
    drawing = DescentDrawing(picture.figure)
    words = {
        "arrived": _("arrived at a minimum"),
        "on its way": _("still on its way down"),
        "stalled": _("stalled: flat, but not a minimum"),
        "bounces": _("bounces to and fro: the learning rate is too large here"),
        "diverged": _("left the map for good"),
    }
    lands, start = dict(LANDSCAPES), "x²/20 + y²"
    if f is not None:
        start = _("yours: {name}").format(name=own.name_of(f))
        lands = {start: own_landscape(f)} | lands
    controls = {
        "function": Choice(_("landscape"), {name: name for name in lands}, start),
        "lr": Number(_("learning rate"), 1e-3, 10.0, 0.1, log=True),
        "x": Number(_("start x"), -8.0, 8.0, -7.0, step=0.1),
        "y": Number(_("start y"), -5.0, 5.0, 2.0, step=0.1),
        "steps": Number(_("steps"), 1, 200, 30),
    }

    def update(_changed: set[str], function: str, lr: float, x: float, y: float, steps: int) -> None:
        descent = compute(lands[function], lr, x, y, steps)
        title = _("{function}: {verdict}").format(function=function, verdict=words[descent.verdict])
        drawing.update(function, lands[function], descent, title)
        picture.show(
            _("{title}. From ({x}, {y}) with learning rate {lr}, after {steps} steps at ({x1:.3g}, {y1:.3g}),"
              " height {height:.3g}.").format(
                title=title, x=x, y=y, lr=lr, steps=len(descent.path) - 1, x1=descent.path[-1, 0],
                y1=descent.path[-1, 1], height=descent.heights[-1],
            )
        )  # fmt: skip

    return Panel(_("Descent explorer"), controls, [picture], update)
