"""Chapter 01: find the weights of a gate by hand, and see that XOR has none."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from dlcourse.perceptron import AND, NAND, OR, XOR, Perceptron
from dlcourse.text import _, joined
from dlcourse.widgets.controls import Checkbox, Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["GATES", "POINTS", "Answers", "compute", "draw_gate", "draw_two_layers", "gate_explorer"]

POINTS = ((0, 0), (1, 0), (0, 1), (1, 1))
GATES = {"AND": AND, "OR": OR, "NAND": NAND, "XOR": XOR}
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.35"


class Answers(NamedTuple):
    """What a perceptron says to the four pairs of inputs, and what the gate wants."""

    given: tuple[int, ...]
    wanted: tuple[int, ...]

    @property
    def right(self) -> int:
        """How many of the four agree."""
        return sum(given == wanted for given, wanted in zip(self.given, self.wanted, strict=True))


def compute(w1: float, w2: float, b: float, gate: str) -> Answers:
    """Ask a perceptron for all four pairs of inputs.

    Parameters
    ----------
    w1, w2, b : float
    gate : {"AND", "OR", "NAND", "XOR"}

    Returns
    -------
    Answers
    """
    perceptron = Perceptron([w1, w2], b)
    return Answers(tuple(perceptron(*point) for point in POINTS), tuple(GATES[gate](*point) for point in POINTS))


def draw_gate(w1: float, w2: float, b: float, gate: str, ax: Axes) -> Axes:
    """Draw the half plane where the perceptron fires, its edge, and the four points.

    A filled dot is a point that the gate wants to fire; a circle around it with a cross says that the perceptron
    answers wrongly there.
    """
    answers = compute(w1, w2, b, gate)
    _draw_half_plane(w1, w2, b, ax, BLUE)
    _draw_points(answers.wanted, ax)
    for point, given, wanted in zip(POINTS, answers.given, answers.wanted, strict=True):
        if given != wanted:
            ax.plot(*point, "o", markersize=27, markerfacecolor="none", markeredgecolor=ORANGE, markeredgewidth=2)
            ax.plot(*point, "x", markersize=11, color=ORANGE, markeredgewidth=2.5, zorder=4)
    ax.set_title(_("{gate}: {right} of 4 right").format(gate=gate, right=answers.right), fontsize=11)
    return ax


def draw_two_layers(ax: Axes) -> Axes:
    """Draw XOR's solution: it fires where NAND and OR both do, between two lines."""
    _draw_half_plane(-0.5, -0.5, 0.7, ax, BLUE)
    _draw_half_plane(0.5, 0.5, -0.2, ax, ORANGE, hatch="//")
    _draw_points(tuple(XOR(*point) for point in POINTS), ax)
    ax.set_title(_("XOR: where NAND (plain) and OR (hatched) both fire"), fontsize=11)
    return ax


def _draw_half_plane(w1: float, w2: float, b: float, ax: Axes, color: str, hatch: str = "") -> None:
    low, high = -0.5, 1.5
    x1, x2 = np.meshgrid([low, high], [low, high])
    total = w1 * x1 + w2 * x2 + b
    if (total > 0).any():
        ax.contourf(x1, x2, total, levels=[0, np.inf], colors=[color], alpha=0.2, hatches=[hatch or None])
    if (total > 0).any() and (total <= 0).any():
        ax.contour(x1, x2, total, levels=[0], colors=[color], linewidths=2)
    if ax.get_xlabel() != "x1":  # else it is done already, and ticks are slow
        ax.set(
            xlim=(low, high), ylim=(low, high), xticks=(0, 1), yticks=(0, 1), xlabel="x1", ylabel="x2", aspect="equal",
            autoscale_on=False,
        )  # fmt: skip


def _draw_points(wanted: tuple[int, ...], ax: Axes) -> None:
    for point, fires in zip(POINTS, wanted, strict=True):
        face = "black" if fires else "white"
        ax.plot(*point, "o", markersize=14, markerfacecolor=face, markeredgecolor="black", zorder=3)


def _one_layer_table(answers: Answers) -> list[tuple[str, ...]]:
    """Give the rows of the truth table of one perceptron: what is wanted, what it answers, and whether they agree."""
    rows = [("x1", "x2", _("wanted"), _("answer"), "")]
    for (x1, x2), given, wanted in zip(POINTS, answers.given, answers.wanted, strict=True):
        rows.append((str(x1), str(x2), str(wanted), str(given), _("right") if given == wanted else _("wrong")))
    return rows


def _two_layer_table() -> list[tuple[str, ...]]:
    """Give the rows of XOR's truth table with what the first layer says, from which AND makes the answer."""
    rows = [("x1", "x2", "NAND", "OR", _("AND of both"))]
    for point in POINTS:
        first = NAND(*point), OR(*point)
        rows.append(tuple(map(str, (*point, *first, AND(*first)))))
    return rows


def _draw_table(rows: list[tuple[str, ...]], note: str, ax: Axes) -> None:
    for old in list(ax.texts):
        old.remove()
    for i, row in enumerate(rows):
        for x, text in zip((0.06, 0.2, 0.42, 0.64, 0.88), row, strict=True):
            wrong = row[4] == _("wrong")
            ax.text(
                x, 0.82 - 0.15 * i, text, ha="center", fontsize=11, transform=ax.transAxes, zorder=-1,
                fontweight="bold" if i == 0 or wrong else "normal", color=ORANGE if wrong else "black",
            )  # fmt: skip
    ax.text(0, 0.02, note, fontsize=11, transform=ax.transAxes, zorder=-1)


@explorer
def gate_explorer() -> Panel:
    """Move weights and bias until a perceptron is the gate that you want.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 330)
    plane = picture.figure.add_axes((0.04, 0.14, 0.4, 0.76))
    table = picture.figure.add_axes((0.52, 0.1, 0.44, 0.8))
    table.axis("off")
    controls = {
        "w1": Number("w1", -2.0, 2.0, 0.5, step=0.1),
        "w2": Number("w2", -2.0, 2.0, 0.5, step=0.1),
        "b": Number("b", -2.0, 2.0, 0.0, step=0.1),
        "gate": Choice(_("gate"), {name: name for name in GATES}),
        "two_layers": Checkbox(_("show the two-layer solution of XOR")),
    }

    written = None  # what the table says: most moves of a weight change no answer, and words take long to draw

    def update(_changed: set[str], w1: float, w2: float, b: float, gate: str, two_layers: bool) -> None:
        nonlocal written
        for name in ("w1", "w2", "b", "gate"):
            controls[name].enable(not two_layers)
        for artist in (*plane.lines, *plane.collections):
            artist.remove()
        if two_layers:
            draw_two_layers(plane)
            rows = _two_layer_table()
            note = _("Untick to use your own w1, w2 and b.")
            alt = _("XOR in two layers: the points (1, 0) and (0, 1) lie between the lines of NAND and OR. {rows}").format(
                rows=joined((joined(row, ", ") for row in rows), "; ")
            )
        else:
            draw_gate(w1, w2, b, gate, plane)
            answers, note = compute(w1, w2, b, gate), ""
            rows = _one_layer_table(answers)
            if answers.right == 4:
                note = _("All four are right.")
            elif gate == "XOR":
                note = _("No line gets more than three right. Two lines do.")
            words = joined((joined([point, given], ": ") for point, given in zip(POINTS, answers.given, strict=True)), ", ")
            alt = _("{gate} with w1 = {w1}, w2 = {w2}, b = {b}: {right} of 4 right. Answers: {rows}. {note}").format(
                gate=gate, w1=w1, w2=w2, b=b, right=answers.right, rows=words, note=note
            )
        if written != (rows, note):
            _draw_table(rows, note, table)
            written = (rows, note)
        picture.show(alt)

    return Panel(_("Gate explorer"), controls, [picture], update)
