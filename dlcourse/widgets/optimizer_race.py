"""Chapter 06: six optimizers from one start, on a landscape."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from dlcourse.text import _, joined
from dlcourse.widgets import own
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.descent_explorer import LANDSCAPES
from dlcourse.widgets.digit_race import digit_race
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, legend_behind, round_up, set_limits
from dlcourse.widgets.racers import (
    MAKERS,
    RATES,
    SHARED,
    STYLES,
    YOURS,
    controls_of,
    first_parting,
    twin_of,
    with_yours,
)
from dlcourse.widgets.verdict import Verdict

__all__ = ["MAKERS", "RATES", "Race", "compute", "digit_race", "optimizer_race"]

FAR = 1e3


class Race(NamedTuple):
    """The path of one optimizer, and the height along it."""

    path: np.ndarray  # (steps + 1, 2), or shorter if it left the map for good
    heights: np.ndarray


def compute(
    surface: str,
    rates: Mapping[str, float],
    x: float,
    y: float,
    steps: int,
    *,
    momentum: float = 0.9,
    beta1: float = 0.9,
    beta2: float = 0.99,
    makers: Mapping[str, Callable] = MAKERS,
) -> dict[str, Race]:
    """Let each optimizer named in `rates` go down from (x, y) with its learning rate.

    Parameters
    ----------
    surface : str
        One of `LANDSCAPES`.
    rates : mapping of str to float
        Learning rate by name.
    x, y : float
    steps : int
    momentum, beta1, beta2 : float
        In [0, 1).
    makers : mapping of str to callable
        How each optimizer is made of what all share.
    """
    land, races = LANDSCAPES[surface], {}
    for name, lr in rates.items():
        optimizer = makers[name](lr, momentum, beta1, beta2)
        params, path = {"x": np.float64(x), "y": np.float64(y)}, [(x, y)]  # with a shape, as a learner's rule may ask for
        for _step in range(steps):
            optimizer.update(params, dict(zip(params, land.gradient(*path[-1]), strict=True)))
            path.append((float(params["x"]), float(params["y"])))
            if max(map(abs, path[-1])) > FAR:
                break
        races[name] = Race(np.array(path), np.array([land.f(*point) for point in path]))
    return races


class RaceDrawing:
    """All paths on one map, and the height of each at each step; `styles` by name."""

    def __init__(self, figure: Figure, styles: Mapping[str, tuple] = STYLES):
        self.styles = styles
        self.map = figure.add_axes((0.065, 0.14, 0.5, 0.75))
        self.height = figure.add_axes((0.66, 0.14, 0.32, 0.75))
        heights = (1, 2, 5, 10, 30, 100, 300, 1000)
        self.height.set(xlabel=_("step"), yscale="symlog")
        self.height.set_yticks([*(-one for one in reversed(heights)), 0, *heights])
        self.height.yaxis.set_major_formatter("{x:g}")
        self.height.yaxis.set_minor_locator(NullLocator())
        self.height.set_title(_("height"), fontsize=10)
        self.height.spines[["top", "right"]].set_visible(False)
        self.curves = {
            name: self.height.plot([], [], color=color, ls=style, lw=1.6, label=name)[0]
            for name, (color, style) in self.styles.items()
        }
        self.shown = None

    def update(self, surface: str, races: Mapping[str, Race], steps: int) -> None:
        if surface != self.shown:
            self.map.clear()
            x, y = np.meshgrid(np.linspace(-8, 8, 81), np.linspace(-5, 5, 51))
            self.map.contour(
                x, y, LANDSCAPES[surface].f(x, y), levels=18, cmap="cividis", linewidths=0.6, alpha=0.6, zorder=-1
            )
            self.map.set(xlim=(-8, 8), ylim=(-5, 5), xlabel="x", ylabel="y")
            self.lines = {
                name: self.map.plot([], [], color=color, ls=style, lw=1.6, marker="o", markersize=2.5, label=name)[0]
                for name, (color, style) in self.styles.items()
            }
            # Above the map: in it, paths would run through it.
            legend_behind(
                self.map, loc="lower left", bbox_to_anchor=(-0.02, 1.0), fontsize=8, ncols=7, frameon=False,
                columnspacing=1.0, handlelength=2.2,
            )  # fmt: skip
            self.shown = surface
        for name in self.styles:
            race = races.get(name)
            path, heights = (race.path, race.heights) if race else (np.zeros((0, 2)), np.zeros(0))
            self.lines[name].set_data(path[:, 0], path[:, 1])
            self.curves[name].set_data(range(len(heights)), np.clip(heights, -1e3, 1e3))
        every = np.concatenate([race.heights for race in races.values()] or [np.zeros(1)])
        low, high = np.clip((every.min(), every.max()), -1e3, 1e3)
        top, bottom = round_up(max(high, 0.1)), -round_up(-low) if low < 0 else 0
        # About 0 the scale is even, so a share of 1,000 would take as much room below 0 as all the rest.
        set_limits(self.height, x=(0, round_up(max(steps, 1))), y=(1.05 * bottom - 0.1, 1.05 * top))


def say_end(race: Race, steps: int) -> str:
    """Give the last height in words, or when it left the map for good."""
    taken = len(race.heights) - 1
    return f"{race.heights[-1]:.3g}" if taken == steps else _("left the map at step {step}").format(step=taken)


@explorer
def optimizer_race(mine: Callable | None = None) -> Panel:
    """Race up to six optimizers downhill, each with its own learning rate.

    Parameters
    ----------
    mine : class, optional
        Your own optimizer, as in the chapter: ``MyAdam`` runs beside the package's, and is compared with it.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 340, lines=2)
    makers, styles = with_yours(mine)
    drawing, verdict, rates_at_first = RaceDrawing(picture.figure, styles), Verdict(), dict(RATES)
    if mine is not None:
        rates_at_first[YOURS] = RATES[twin_of(mine) or "Adam"]
        if twin_of(mine):
            verdict.judge(own.name_of(mine), lambda: first_parting(mine, rates_at_first[YOURS]))
    controls = {
        "surface": Choice(_("landscape"), {name: name for name in LANDSCAPES}, "x²/20 + y²"),
        "steps": Number(_("steps"), 1, 200, 30),
        "x": Number(_("start x"), -8.0, 8.0, -7.0, step=0.1),
        "y": Number(_("start y"), -5.0, 5.0, 2.0, step=0.1),
        **controls_of(rates_at_first, 1e-3),
    }

    def update(_changed: set[str], surface: str, steps: int, x: float, y: float, **values) -> None:
        rates = {name: values[f"lr_{name}"] for name in styles if values[f"use_{name}"]}
        shared = {name: values[name] for name in SHARED}
        races = compute(surface, rates, x, y, steps, makers=makers, **shared)
        drawing.update(surface, races, steps)
        ends = joined((_("{name} {end}").format(name=name, end=say_end(race, steps)) for name, race in races.items()), ", ")
        picture.show(
            _("{surface} from ({x}, {y}), heights after {steps} steps: {ends}.").format(
                surface=surface, x=x, y=y, steps=steps, ends=ends or _("nobody runs")
            )
        )

    return Panel(_("Optimizer race"), controls, [picture, verdict], update, folded=SHARED)
