"""Chapter 06: six optimizers from one start, on a landscape and on digits."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from dlcourse.text import _
from dlcourse.training import Diverged, Trainer
from dlcourse.widgets.controls import Checkbox, Choice, Number, Panel, Picture
from dlcourse.widgets.descent_explorer import LANDSCAPES
from dlcourse.widgets.live import Training
from dlcourse.widgets.picture import legend_behind, round_up, set_limits

__all__ = ["MAKERS", "RATES", "Race", "compute", "digit_race", "optimizer_race"]

STYLES = {
    "SGD": ("#000000", "-"), "Momentum": ("#0072b2", "--"), "Nesterov": ("#56b4e9", "-."),
    "AdaGrad": ("#e69f00", ":"), "RMSprop": ("#009e73", (0, (5, 1))), "Adam": ("#d55e00", "-"),
}  # fmt: skip
RATES = {"SGD": 0.9, "Momentum": 0.1, "Nesterov": 0.1, "AdaGrad": 1.5, "RMSprop": 0.2, "Adam": 0.3}
"""Learning rates that suit the landscapes; digits want others."""
DIGIT_RATES = {"SGD": 0.01, "Momentum": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "RMSprop": 0.001, "Adam": 0.001}
FAR = 1e3

MAKERS: dict[str, Callable[..., Optimizer]] = {
    "SGD": lambda lr, momentum, beta1, beta2: SGD(lr),
    "Momentum": lambda lr, momentum, beta1, beta2: Momentum(lr, momentum),
    "Nesterov": lambda lr, momentum, beta1, beta2: Nesterov(lr, momentum),
    "AdaGrad": lambda lr, momentum, beta1, beta2: AdaGrad(lr),
    "RMSprop": lambda lr, momentum, beta1, beta2: RMSprop(lr, beta2),
    "Adam": lambda lr, momentum, beta1, beta2: Adam(lr, beta1, beta2),
}
"""How each optimizer is made of the settings that all share. RMSprop's decay rate is beta2."""


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
    """
    land, races = LANDSCAPES[surface], {}
    for name, lr in rates.items():
        optimizer = MAKERS[name](lr, momentum, beta1, beta2)
        params, path = {"x": float(x), "y": float(y)}, [(x, y)]
        for _step in range(steps):
            optimizer.update(params, dict(zip(params, land.gradient(*path[-1]), strict=True)))
            path.append((float(params["x"]), float(params["y"])))
            if max(map(abs, path[-1])) > FAR:
                break
        races[name] = Race(np.array(path), np.array([land.f(*point) for point in path]))
    return races


class RaceDrawing:
    """All paths on one map, and the height of each at each step."""

    def __init__(self, figure: Figure):
        self.map = figure.add_axes((0.065, 0.13, 0.5, 0.8))
        self.height = figure.add_axes((0.66, 0.13, 0.32, 0.8))
        heights = (1, 2, 5, 10, 30, 100, 300, 1000)
        self.height.set(xlabel=_("step"), yscale="symlog")
        self.height.set_yticks([*(-one for one in reversed(heights)), 0, *heights])
        self.height.yaxis.set_major_formatter("{x:g}")
        self.height.yaxis.set_minor_locator(NullLocator())
        self.height.set_title(_("height"), fontsize=10)
        self.height.spines[["top", "right"]].set_visible(False)
        self.curves = {
            name: self.height.plot([], [], color=color, ls=style, lw=1.6, label=name)[0]
            for name, (color, style) in STYLES.items()
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
                for name, (color, style) in STYLES.items()
            }
            legend_behind(self.map, loc="upper right", fontsize=8, ncols=2)
            self.shown = surface
        for name in STYLES:
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


def optimizer_race() -> Panel:
    """Race up to six optimizers downhill, each with its own learning rate.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 380)
    drawing = RaceDrawing(picture.figure)
    controls = {
        "surface": Choice(_("landscape"), {name: name for name in LANDSCAPES}, "x²/20 + y²"),
        "steps": Number(_("steps"), 1, 200, 30),
        "x": Number(_("start x"), -8.0, 8.0, -7.0, step=0.1),
        "y": Number(_("start y"), -5.0, 5.0, 2.0, step=0.1),
        "momentum": Number(_("momentum"), 0.0, 0.99, 0.9, step=0.01),
        "beta1": Number("beta1", 0.0, 0.99, 0.9, step=0.01),
        "beta2": Number("beta2", 0.5, 0.999, 0.99, step=0.001),
    }
    for name in STYLES:
        controls[f"lr_{name}"] = Number(_("{name}: rate").format(name=name), 1e-3, 10.0, RATES[name], log=True)
    for name in STYLES:
        controls[f"use_{name}"] = Checkbox(_("{name} runs").format(name=name), True)

    def update(_changed: set[str], surface: str, steps: int, x: float, y: float, **values) -> None:
        rates = {name: values[f"lr_{name}"] for name in STYLES if values[f"use_{name}"]}
        shared = {name: values[name] for name in ("momentum", "beta1", "beta2")}
        races = compute(surface, rates, x, y, steps, **shared)
        drawing.update(surface, races, steps)
        ends = ", ".join(f"{name} {say_end(race, steps)}" for name, race in races.items())
        picture.show(
            _("{surface} from ({x}, {y}), heights after {steps} steps: {ends}.").format(
                surface=surface, x=x, y=y, steps=steps, ends=ends or _("nobody runs")
            )
        )

    return Panel(_("Optimizer race"), controls, [picture], update)


class DigitRace:
    """Trainers side by side: one step of each is one step of the race. Whoever blows up drops out."""

    def __init__(self, trainers: dict[str, Trainer]):
        self.trainers = trainers
        self.out: dict[str, str] = {}
        self.total_steps = max((trainer.total_steps for trainer in trainers.values()), default=0)

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> dict[str, float]:
        losses = {}
        for name, trainer in self.trainers.items():
            if name in self.out:
                continue
            try:
                losses[name] = next(trainer).loss
            except Diverged as error:
                self.out[name] = str(error)
        if not losses:
            raise StopIteration
        return losses


def say_loss(smooth: np.ndarray) -> str:
    """Give the last loss in a few characters, however large it is."""
    return "–" if len(smooth) == 0 else f"{smooth[-1]:.3f}" if smooth[-1] < 100 else f"{smooth[-1]:.0e}"


def digit_race() -> Panel:
    """Race up to six optimizers on 784-100-100-100-10 and the bundled digits; start it with its button.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    (x, t), _test = load_mnist()
    picture = Picture(880, 320)
    axes = picture.figure.add_axes(
        (0.07, 0.15, 0.9, 0.68), ylim=(0, 3), xlabel=_("step"), ylabel=_("loss, mean of 20 steps")
    )
    axes.spines[["top", "right"]].set_visible(False)
    curves = {
        name: axes.plot([], [], color=color, ls=style, lw=1.6, label=name)[0] for name, (color, style) in STYLES.items()
    }

    def build(seed: int, batch_size: int, momentum: float, beta1: float, beta2: float, **values) -> DigitRace:
        return DigitRace({
            name: Trainer(
                MultiLayerNet(784, [100, 100, 100], 10, rng=seed), x, t,
                optimizer=MAKERS[name](values[f"lr_{name}"], momentum, beta1, beta2),
                epochs=100, batch_size=batch_size, evaluate_samples=100, rng=seed,
            )
            for name in STYLES if values[f"use_{name}"]
        })  # fmt: skip

    def adjust(run: DigitRace, momentum: float, beta1: float, beta2: float, **values) -> None:
        shared = {"momentum": momentum, "beta1": beta1, "beta2": beta2, "decay_rate": beta2}
        for name, trainer in run.trainers.items():
            for setting, value in ({"lr": values[f"lr_{name}"]} | shared).items():
                if hasattr(trainer.optimizer, setting):
                    setattr(trainer.optimizer, setting, value)

    def draw(run: DigitRace, _report, **_values) -> None:
        words = []
        for name, curve in curves.items():
            losses = np.array(run.trainers[name].history.loss if name in run.trainers else ())
            width = min(20, max(len(losses), 1))
            smooth = np.convolve(losses, np.ones(width) / width, "valid") if len(losses) else losses
            curve.set_data(np.arange(len(smooth)) + width, smooth)
            if name in run.trainers:
                words.append(f"{name} {_('blew up') if name in run.out else say_loss(smooth)}")
                curve.set_label(words[-1])
        steps = max((len(trainer.history.loss) for trainer in run.trainers.values()), default=0)
        set_limits(axes, x=(0, round_up(max(steps, 100))))
        axes.legend(
            handles=[curves[name] for name in run.trainers], loc="lower right", bbox_to_anchor=(1, 1), fontsize=9,
            ncols=3, frameon=False,
        )  # fmt: skip
        words = ", ".join(words) or _("nobody runs")
        picture.show(_("Loss after {steps} steps: {words}.").format(steps=steps, words=words))

    controls = {
        "seed": Number(_("seed"), 0, 99, 0),
        "batch_size": Number(_("batch size"), 10, 1000, 100, log=True),
        "momentum": Number(_("momentum"), 0.0, 0.99, 0.9, step=0.01),
        "beta1": Number("beta1", 0.0, 0.99, 0.9, step=0.01),
        "beta2": Number("beta2", 0.5, 0.999, 0.99, step=0.001),
    }
    for name in STYLES:
        controls[f"lr_{name}"] = Number(_("{name}: rate").format(name=name), 1e-4, 10.0, DIGIT_RATES[name], log=True)
    live = {*controls} - {"seed", "batch_size"}
    for name in STYLES:
        controls[f"use_{name}"] = Checkbox(_("{name} runs").format(name=name), True)
    return Training(_("Race on digits"), controls, [picture], build=build, draw=draw, live=live, adjust=adjust)
