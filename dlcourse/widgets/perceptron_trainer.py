"""Chapter 01: watch the perceptron rule move its line, one look at a point at a time."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from dlcourse.perceptron import AND, NAND, OR, XOR, Perceptron
from dlcourse.plots import PALETTE
from dlcourse.text import _, joined
from dlcourse.widgets.inputs import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["GATES", "POINTS", "STARTS", "GatePlane", "Look", "compute", "perceptron_trainer"]

POINTS = ((0, 0), (1, 0), (0, 1), (1, 1))
GATES = {"AND": AND, "OR": OR, "NAND": NAND, "XOR": XOR}
STARTS = {"0, 0, 0": (0, 0, 0), "3, -2, 1": (3, -2, 1), "-1, 3, 2": (-1, 3, 2)}
"""Weights and bias to begin with: whole numbers stay whole, and so nothing here is ever rounded."""

LOOKS = 60
LOW, HIGH = -0.5, 1.5
GRID = np.stack(np.meshgrid(np.linspace(LOW, HIGH, 81), np.linspace(LOW, HIGH, 81)))


class Look(NamedTuple):
    """The state after a look at one point: the numbers, the point, whether they had to change, and what is wrong now."""

    numbers: tuple[int, int, int]  # w1, w2, b
    point: int | None  # which of the four was looked at; None at the start
    changed: bool
    given: tuple[int, ...]
    wanted: tuple[int, ...]

    @property
    def wrong(self) -> int:
        """How many of the four are answered wrongly."""
        return sum(given != wanted for given, wanted in zip(self.given, self.wanted, strict=True))


def compute(gate: str, start: Sequence[int], looks: int = LOOKS) -> list[Look]:
    """Teach a perceptron a gate: look at the four points in turn, and where it is wrong, add the mistake times the inputs.

    Parameters
    ----------
    gate : {"AND", "OR", "NAND", "XOR"}
    start : three int
        w1, w2 and b at first.
    looks : int

    Returns
    -------
    list of Look
        The start, and one for each look.
    """
    w1, w2, b = start
    wanted = tuple(GATES[gate](*point) for point in POINTS)

    def answers():
        return tuple(Perceptron([w1, w2], b)(*point) for point in POINTS)

    path = [Look((w1, w2, b), None, False, answers(), wanted)]
    for look in range(looks):
        point = look % 4
        x1, x2 = POINTS[point]
        mistake = wanted[point] - path[-1].given[point]
        w1, w2, b = w1 + mistake * x1, w2 + mistake * x2, b + mistake
        path.append(Look((w1, w2, b), point, mistake != 0, answers(), wanted))
    return path


class GatePlane:
    """A plane with the corners 0 and 1: where it fires, up to two lines, and four points that may move.

    Parameters
    ----------
    axes : Axes
    xlabel, ylabel : str
    """

    def __init__(self, axes: Axes, xlabel: str = "x1", ylabel: str = "x2"):
        axes.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH), xticks=(0, 1), yticks=(0, 1), xlabel=xlabel, ylabel=ylabel)
        axes.set(aspect="equal", autoscale_on=False)
        extent = (LOW, HIGH, LOW, HIGH)
        blank = np.zeros(GRID.shape[1:])
        self.axes = axes
        self.region = axes.imshow(
            blank, extent=extent, origin="lower", cmap="Blues", vmin=0, vmax=3, interpolation="nearest"
        )
        self.lines = [
            axes.plot([], [], color=PALETTE[color], linestyle=style, linewidth=2.5)[0]
            for color, style in (("blue", "-"), ("vermilion", "--"))
        ]
        self.points = [axes.plot([], [], "o", markersize=14, markeredgecolor="black", zorder=3)[0] for _point in POINTS]
        self.crosses = [
            axes.plot([], [], "x", markersize=11, color=PALETTE["vermilion"], markeredgewidth=3, zorder=4)[0]
            for _point in POINTS
        ]
        self.title = axes.set_title(" ", fontsize=11)

    def update(
        self,
        fires: Callable,
        lines: Sequence[Sequence[float] | None],
        given: Sequence[int],
        wanted: Sequence[int],
        places: Sequence[tuple[float, float]] = POINTS,
    ) -> None:
        """Draw it anew.

        Parameters
        ----------
        fires : callable
            Takes two arrays, x1 and x2; returns an array of the same shape, 1 where it fires.
        lines : sequence of (w1, w2, b), or None for no line
        given, wanted : sequences of four int
            A filled point is to fire; a cross says that it is answered wrongly.
        places : sequence of four (x1, x2)
        """
        self.region.set_data(fires(*GRID))
        for artist, line in zip(self.lines, lines, strict=True):
            artist.set_data(*_ends(line))
        for i, (x, y) in enumerate(places):
            self.points[i].set_data([x], [y])
            self.points[i].set_markerfacecolor("black" if wanted[i] else "white")
            self.crosses[i].set_data(*(([x], [y]) if given[i] != wanted[i] else ([], [])))


def _ends(line: Sequence[float] | None) -> tuple[list[float], list[float]]:
    """Give two points far out on the line w1 x1 + w2 x2 + b = 0; none if there is no line."""
    if line is None or not (line[0] or line[1]):
        return [], []
    w, b = np.array(line[:2], dtype=float), line[2]
    foot, along = -b * w / (w @ w), 9 * np.array([-w[1], w[0]]) / np.linalg.norm(w)
    first, last = foot - along, foot + along
    return [first[0], last[0]], [first[1], last[1]]


@explorer
def perceptron_trainer() -> Panel:
    """Go through the training of a perceptron look by look, and see its line move.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 330)
    plane = GatePlane(picture.figure.add_axes((0.03, 0.14, 0.36, 0.76)))
    ring = plane.axes.plot([], [], "o", markersize=26, markerfacecolor="none", markeredgecolor="black")[0]
    axes = picture.figure.add_axes((0.5, 0.17, 0.47, 0.7), xlim=(-1, LOOKS + 1), ylim=(-0.2, 4.2), yticks=range(5))
    axes.set(xlabel=_("looks at a point"), ylabel=_("wrong, of four"))
    axes.spines[["top", "right"]].set_visible(False)
    curve = axes.plot([], [], color=PALETTE["blue"], drawstyle="steps-post")[0]
    mark = axes.plot([], [], "D", color=PALETTE["blue"], markersize=9)[0]
    title = axes.set_title(" ", fontsize=11)
    controls = {
        "gate": Choice(_("gate"), {name: name for name in GATES}),
        "start": Choice(_("w1, w2, b at first"), STARTS),
        "look": Number(_("look"), 0, LOOKS, 0),
    }
    path: list[Look] = []

    def update(changed: set[str], gate: str, start: tuple[int, int, int], look: int) -> None:
        if changed & {"gate", "start"}:
            path[:] = compute(gate, start)
            curve.set_data(range(LOOKS + 1), [one.wrong for one in path])
        now = path[look]
        before = path[look - 1].numbers if look and now.changed else None
        plane.update(Perceptron(now.numbers[:2], now.numbers[2]), (now.numbers, before), now.given, now.wanted)
        seen = [] if now.point is None else [POINTS[now.point]]
        ring.set_data([x for x, _y in seen], [y for _x, y in seen])
        mark.set_data([look], [now.wrong])
        if now.point is None:
            did = _("Not yet taught")
        elif now.changed:
            did = _("{point} was wrong: the line has moved (before: dashed)").format(point=POINTS[now.point])
        else:
            did = _("{point} was right: nothing changes").format(point=POINTS[now.point])
        numbers = joined((f"{name} = {value}" for name, value in zip(("w1", "w2", "b"), now.numbers, strict=True)), ", ")
        plane.title.set_text(numbers)
        title.set_text(did)
        picture.show(
            _("{gate} after {look} looks: {numbers}, {wrong} of 4 wrong. {did}.").format(
                gate=gate, look=look, numbers=numbers, wrong=now.wrong, did=did
            )
        )

    return Panel(_("Perceptron trainer"), controls, [picture], update)
