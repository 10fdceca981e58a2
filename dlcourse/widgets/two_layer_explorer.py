"""Chapter 01: two neurons, and a third that looks at them: nine numbers, the inputs' plane and the hidden plane."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dlcourse.perceptron import Perceptron
from dlcourse.text import _, joined, marked
from dlcourse.widgets.inputs import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.perceptron_trainer import POINTS, GatePlane
from dlcourse.widgets.picture import Picture

__all__ = ["SOLUTION", "TARGETS", "Both", "compute", "draw_both_planes", "two_layer_explorer"]

TARGETS = {
    marked("XOR: one of the two"): (0, 1, 1, 0), marked("both the same"): (1, 0, 0, 1), marked("only x1"): (0, 1, 0, 0),
}  # fmt: skip
SOLUTION = (-0.5, -0.5, 0.7, 0.5, 0.5, -0.2, 0.5, 0.5, -0.7)
"""XOR of chapter 01: NAND and OR, three numbers each, and AND of the two."""
NAMES = (
    marked("w1 of s1"), marked("w2 of s1"), marked("b of s1"), marked("w1 of s2"), marked("w2 of s2"),
    marked("b of s2"), marked("w1 of y"), marked("w2 of y"), marked("b of y"),
)  # fmt: skip


class Both(NamedTuple):
    """What the two hidden neurons and the output say to the four pairs of inputs."""

    hidden: tuple[tuple[int, int], ...]
    given: tuple[int, ...]


def compute(numbers: Sequence[float]) -> Both:
    """Ask a network of two hidden neurons and one output for all four pairs.

    Parameters
    ----------
    numbers : nine float
        w1, w2, b of the first hidden neuron, of the second, and of the output, whose inputs are the two.

    Returns
    -------
    Both
    """
    first, second, output = _neurons(numbers)
    hidden = tuple((first(*point), second(*point)) for point in POINTS)
    return Both(hidden, tuple(output(*pair) for pair in hidden))


def _neurons(numbers: Sequence[float]) -> list[Perceptron]:
    return [Perceptron(numbers[i : i + 2], numbers[i + 2]) for i in (0, 3, 6)]


def draw_both_planes(
    numbers: Sequence[float], wanted: Sequence[int], inputs: GatePlane, hidden: GatePlane
) -> tuple[Both, str]:
    """Draw the inputs' plane with both lines, and the hidden plane with the points where the first layer puts them.

    Returns
    -------
    Both, and str
        What the network says, and where the points have moved, in words.
    """
    first, second, output = _neurons(numbers)
    both = compute(numbers)
    lines = tuple(numbers[:3]), tuple(numbers[3:6])
    inputs.update(lambda x1, x2: output(first(x1, x2), second(x1, x2)), lines, both.given, wanted)
    hidden.update(output, (tuple(numbers[6:]), None), both.given, wanted, both.hidden)
    # Points that landed on one spot are named together.
    spots: dict[tuple[int, int], list[str]] = {}
    for point, spot in zip(POINTS, both.hidden, strict=True):
        spots.setdefault(spot, []).append(str(point))
    for text in list(hidden.axes.texts):
        text.remove()
    for (x, y), names in spots.items():
        words = "\n".join(" ".join(names[i : i + 2]) for i in range(0, len(names), 2))
        hidden.axes.annotate(
            words, (x, y), (0, 12 if y else -12), textcoords="offset points", ha="center", va="bottom" if y else "top",
            fontsize=9, zorder=5,
        )  # fmt: skip
    return both, joined((f"{joined(names, ', ')} → {spot}" for spot, names in spots.items()), "; ")


@explorer
def two_layer_explorer() -> Panel:
    """Move the nine numbers of a network of three neurons, and see both of its planes.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 370)
    left, right = (picture.figure.add_axes((x, 0.13, 0.4, 0.76)) for x in (0.05, 0.55))
    inputs = GatePlane(left)
    hidden = GatePlane(right, "s1", "s2")
    controls = {
        f"n{i}": Number(_(name), -2.0, 2.0, start, step=0.1)
        for i, (name, start) in enumerate(zip(NAMES, SOLUTION, strict=True))
    }
    controls["target"] = Choice(_("wanted"), {_(name): wanted for name, wanted in TARGETS.items()})

    def update(_changed: set[str], target: tuple[int, ...], **values: float) -> None:
        numbers = list(values.values())
        both, moved = draw_both_planes(numbers, target, inputs, hidden)
        right_ones = int(np.sum(np.equal(both.given, target)))
        inputs.title.set_text(_("inputs: lines of s1 (plain), s2 (dashed)"))
        hidden.title.set_text(_("hidden plane: line of y; {right} of 4 right").format(right=right_ones))
        picture.show(
            _("{right} of 4 right. The first layer moves the points: {moved}. The shaded side of the hidden plane, and "
              "what it makes of the inputs' plane, is where y is 1.").format(right=right_ones, moved=moved)
        )  # fmt: skip

    return Panel(_("Two-layer explorer"), controls, [picture], update)
