"""Chapter 06: six optimizers from one start, on a landscape that can be turned."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from dlcourse.text import _, joined
from dlcourse.widgets import own
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.descent_explorer import LANDSCAPES, Landscape
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


def turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    """Turn a place, or a direction, about (0, 0), against the clock."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return cos * x - sin * y, sin * x + cos * y


def turned_landscape(surface: str, degrees: float) -> Landscape:
    """Give one of `LANDSCAPES`, turned about (0, 0), against the clock."""
    land = LANDSCAPES[surface]
    return Landscape(
        lambda x, y: land.f(*turned(x, y, -degrees)),
        lambda x, y: turned(*land.gradient(*turned(x, y, -degrees)), degrees),
        lambda x, y: land.is_minimum(*turned(x, y, -degrees)),
    )


def compute(
    surface: str,
    rates: Mapping[str, float],
    x: float,
    y: float,
    steps: int,
    *,
    turn: float = 0.0,
    momentum: float = 0.9,
    beta1: float = 0.9,
    beta2: float = 0.99,
    makers: Mapping[str, Callable] = MAKERS,
) -> dict[str, Race]:
    """Let each optimizer named in `rates` go down from (x, y) with its learning rate.

    Turned, the start stays where it is in the landscape. Whoever measures slopes as a whole then goes the same way, only
    turned; whoever keeps a memory for each coordinate does not.

    Parameters
    ----------
    surface : str
        One of `LANDSCAPES`.
    rates : mapping of str to float
        Learning rate by name.
    x, y : float
        Start in the landscape, before both are turned.
    steps : int
    turn : float
        Degrees by which the landscape is turned about (0, 0), against the clock, its start with it.
    momentum, beta1, beta2 : float
        In [0, 1).
    makers : mapping of str to callable
        How each optimizer is made of what all share.
    """
    land, start, races = turned_landscape(surface, turn), turned(x, y, turn), {}
    for name, lr in rates.items():
        optimizer = makers[name](lr, momentum, beta1, beta2)
        # With a shape, as a learner's rule may ask for.
        params, path = dict(zip(("x", "y"), map(np.float64, start), strict=True)), [start]
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
        self.map = figure.add_axes((0.07, 0.145, 0.495, 0.745))
        self.height = figure.add_axes((0.66, 0.145, 0.32, 0.745))
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
        self.map.set(xlabel="x", ylabel="y")
        self.map.yaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10]))  # "7.5" would push "y" off the picture
        self.lines = {
            name: self.map.plot([], [], color=color, ls=style, lw=1.6, marker="o", markersize=2.5, label=name)[0]
            for name, (color, style) in self.styles.items()
        }
        # Above the map: in it, paths would run through it.
        legend_behind(
            self.map, loc="lower left", bbox_to_anchor=(-0.02, 1.0), fontsize=8, ncols=7, frameon=False, columnspacing=1.0,
            handlelength=2.2,
        )  # fmt: skip
        self.shown, self.contours = None, None

    def _draw_landscape(self, surface: str, turn: float, start: tuple[float, float]) -> None:
        """Draw the contour lines, at the same heights however it is turned; turned off the map, on a larger one."""
        both_sides = [turned(*start, turn), turned(start[0], -start[1], turn)]  # of the valley: paths cross it
        room = max(1.0, np.ceil(2 * np.max(np.abs(both_sides) / (8, 5))) / 2)
        if (surface, turn, room) == self.shown:
            return
        x, y = np.meshgrid(np.linspace(-8, 8, 81) * room, np.linspace(-5, 5, 51) * room)
        straight, heights = LANDSCAPES[surface].f(x, y), turned_landscape(surface, turn).f(x, y)
        apart = np.diff(MaxNLocator(19, min_n_ticks=1).tick_values(straight.min(), straight.max()))[0]
        levels = np.arange(np.floor(heights.min() / apart), np.ceil(heights.max() / apart) + 1) * apart
        if self.contours is not None:
            self.contours.remove()
        self.contours = self.map.contour(
            x, y, heights, levels=levels, cmap="cividis", linewidths=0.6, alpha=0.6, zorder=-1
        )
        set_limits(self.map, x=(-8 * room, 8 * room), y=(-5 * room, 5 * room))
        self.shown = surface, turn, room

    def update(self, surface: str, races: Mapping[str, Race], steps: int, start: tuple[float, float], turn: float = 0) -> None:
        self._draw_landscape(surface, turn, start)
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
    """Race up to six optimizers downhill, each with its own learning rate, in a valley that can be turned.

    ``turn`` turns the landscape by 0 to 45 degrees, and the start with it: SGD, Momentum and Nesterov go the same way,
    only turned; AdaGrad, RMSprop and Adam, which keep a memory for each coordinate, do not.

    Parameters
    ----------
    mine : class, optional
        Your own optimizer, as in the chapter: ``MyAdam`` runs beside the package's, and is compared with it.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 326, lines=2)
    makers, styles = with_yours(mine)
    drawing, verdict, rates_at_first = RaceDrawing(picture.figure, styles), Verdict(), dict(RATES)
    if mine is not None:
        rates_at_first[YOURS] = RATES[twin_of(mine) or "Adam"]
        if twin_of(mine):
            verdict.judge(own.name_of(mine), lambda: first_parting(mine, rates_at_first[YOURS]))
    controls = {
        "surface": Choice(_("landscape"), {name: name for name in LANDSCAPES}, "x²/20 + y²"),
        "turn": Number(_("turned by (degrees)"), 0, 45, 0),
        "steps": Number(_("steps"), 1, 200, 30),
        "x": Number(_("start x"), -8.0, 8.0, -7.0, step=0.1),
        "y": Number(_("start y"), -5.0, 5.0, 2.0, step=0.1),
        **controls_of(rates_at_first, 1e-3),
    }

    def update(_changed: set[str], surface: str, turn: int, steps: int, x: float, y: float, **values) -> None:
        rates = {name: values[f"lr_{name}"] for name in styles if values[f"use_{name}"]}
        shared = {name: values[name] for name in SHARED}
        races = compute(surface, rates, x, y, steps, turn=turn, makers=makers, **shared)
        drawing.update(surface, races, steps, (x, y), turn)
        ends = joined((_("{name} {end}").format(name=name, end=say_end(race, steps)) for name, race in races.items()), ", ")
        whence = (
            _("{surface} and the start ({x}, {y}), turned by {turn}°, heights after {steps} steps: {ends}.")
            if turn
            else _("{surface} from ({x}, {y}), heights after {steps} steps: {ends}.")
        )
        picture.show(whence.format(surface=surface, x=x, y=y, turn=turn, steps=steps, ends=ends or _("nobody runs")))

    return Panel(_("Optimizer race"), controls, [picture, verdict], update, folded=SHARED)
