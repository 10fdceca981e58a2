"""Chapter 02: build a given curve by hand from a straight line and a few ReLUs, each of which bends it once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse.functions import relu
from dlcourse.plots import PALETTE
from dlcourse.plots.base import COLORS, LINE_STYLES
from dlcourse.text import _, joined
from dlcourse.widgets.inputs import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.unseen import Unseen

__all__ = ["CURVES", "MOST", "BuilderDrawing", "Built", "compute", "kink_builder"]

X = np.linspace(-3, 3, 301)
CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tent": lambda x: np.maximum(1.5 - np.abs(x), 0),
    "hill": lambda x: 2 * np.exp(-(x**2)),
    "wave": lambda x: 1.5 * np.sin(x),
    "bowl": lambda x: x**2 / 4,
}
MOST = 6
PLACES = (-2.0, -1.0, 0.0, 1.0, 2.0, 2.5)  # where the kinks stand at first; none turns yet


class Built(NamedTuple):
    """What was built, over `X`: the sum, its parts, and how far it is from the curve."""

    y: np.ndarray
    parts: np.ndarray  # one row for each kink
    distance: float  # the mean over X


def compute(
    curve: str, height: float, slope: float, places: Sequence[float], turns: Sequence[float]
) -> Built:
    """Add ReLUs to a line: ``height + slope · (x + 3) + Σ turn_k · relu(x - place_k)``.

    Parameters
    ----------
    curve : {"tent", "hill", "wave", "bowl"}
        What is to be built.
    height, slope : float
        Of the line, at the left end, x = -3.
    places, turns : sequence of float
        Where each ReLU begins, and by how much it changes the slope from there on.

    Returns
    -------
    Built
    """
    parts = np.array([turn * relu(X - place) for place, turn in zip(places, turns, strict=True)]).reshape(-1, len(X))
    y = height + slope * (X + 3) + parts.sum(axis=0)
    return Built(y, parts, float(np.abs(y - CURVES[curve](X)).mean()))


class BuilderDrawing:
    """The curve and what was built at the left, the ReLUs that were added at the right."""

    def __init__(self, figure: Figure):
        left = figure.add_axes((0.06, 0.14, 0.52, 0.76), xlim=(-3, 3), ylim=(-2.2, 2.6), xlabel="x")
        right = figure.add_axes((0.66, 0.14, 0.32, 0.76), xlim=(-3, 3), ylim=(-5, 5), xlabel="x")
        self.title = left.set_title(" ", fontsize=11)
        right.set_title(_("turn · relu(x - place), one for each kink"), fontsize=11)
        self.wanted = left.plot(X, X, color="0.75", linewidth=7, label=_("to be built"))[0]
        self.built = left.plot(X, X, color=PALETTE["blue"], linewidth=2.5, label=_("built"))[0]
        left.legend(loc="lower left", fontsize=9).set_zorder(-0.5)
        self.kinks = left.plot([], [], "D", color=PALETTE["blue"], markersize=7)[0]
        self.chosen = left.plot([], [], "D", color=PALETTE["vermilion"], markersize=12)[0]
        self.parts = [
            right.plot([], [], color=COLORS[k], linestyle=LINE_STYLES[k], linewidth=2)[0] for k in range(MOST)
        ]
        for axes in (left, right):
            axes.axhline(0, color="0.85", linewidth=0.8, zorder=-1)
            axes.spines[["top", "right"]].set_visible(False)

    def update(self, curve: str, built: Built, places: Sequence[float], chosen: int) -> str:
        """Draw it anew; give the words of the title."""
        self.wanted.set_ydata(CURVES[curve](X))
        self.built.set_ydata(built.y)
        heights = np.interp(places, X, built.y)
        self.kinks.set_data(places, heights)
        self.chosen.set_data([places[chosen]], [heights[chosen]])
        for k, line in enumerate(self.parts):
            line.set_data(X, built.parts[k]) if k < len(places) else line.set_data([], [])
        words = _("on average {distance:.2f} away from the curve").format(distance=built.distance)
        self.title.set_text(words)
        return words


@explorer
def kink_builder() -> Panel:
    """Choose a curve, and build it from a line and up to six kinks.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 330)
    drawing = BuilderDrawing(picture.figure)
    controls = {
        "curve": Choice(_("curve"), dict(zip((_("a tent"), _("a hill"), _("a wave"), _("a bowl")), CURVES, strict=True))),
        "kinks": Number(_("kinks"), 1, MOST, 3),
        "height": Number(_("height at the left"), -2.0, 3.0, 0.0, step=0.1),
        "slope": Number(_("slope at the left"), -3.0, 3.0, 0.0, step=0.1),
        "kink": Number(_("the kink you move"), 1, MOST, 1),
        "place": Number(_("its place"), -3.0, 3.0, PLACES[0], step=0.1),
        "turn": Number(_("its turn"), -4.0, 4.0, 0.0, step=0.1),
        "places": Unseen(tuple(PLACES)),
        "turns": Unseen((0.0,) * MOST),
    }

    def update(
        changed: set[str], curve: str, kinks: int, height: float, slope: float, kink: int, place: float, turn: float,
        places: tuple[float, ...], turns: tuple[float, ...],
    ) -> None:  # fmt: skip
        if kink > kinks:
            kink = controls["kink"].value = kinks
            changed = changed | {"kink"}
        if changed & {"kink", "places", "turns"}:  # another one is in hand: its own numbers stand in the boxes now
            controls["place"].value, controls["turn"].value = places[kink - 1], turns[kink - 1]
        else:
            places, turns = ((*all_[: kink - 1], one, *all_[kink:]) for all_, one in ((places, place), (turns, turn)))
            controls["places"].value, controls["turns"].value = places, turns
        built = compute(curve, height, slope, places[:kinks], turns[:kinks])
        words = drawing.update(curve, built, places[:kinks], kink - 1)
        pairs = zip(places[:kinks], turns[:kinks], strict=True)
        list_of_kinks = joined((joined([f"{p:g}", f"{t:+g}"], ": ") for p, t in pairs), ", ")
        picture.show(_("{words}. Kinks, by place and turn: {kinks}").format(words=words, kinks=list_of_kinks))

    return Panel(_("Kink builder"), controls, [picture], update)
