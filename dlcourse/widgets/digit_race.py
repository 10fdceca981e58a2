"""Chapter 06: six optimizers side by side on digits; each may join, leave, and change its rate on the way."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.text import _, joined
from dlcourse.training import Diverged, Trainer
from dlcourse.widgets.comparison import Comparison, thinned
from dlcourse.widgets.controls import Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, round_up, set_curve, set_limits
from dlcourse.widgets.racers import MAKERS, SHARED, STYLES, controls_of

__all__ = ["DigitRace", "digit_race", "say_loss"]

RATES = {"SGD": 0.01, "Momentum": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "RMSprop": 0.001, "Adam": 0.001}


class DigitRace:
    """Trainers side by side: one step of each is one step of the race. Whoever blows up drops out.

    Parameters
    ----------
    make : callable
        ``make(name, **settings)`` gives the `Trainer` of an optimizer.

    Attributes
    ----------
    trainers : dict of str to Trainer
        Of all that run, or ran before they were taken out: they go on where they were.
    running : tuple of str
    out : dict of str to str
        Who blew up, and what was said of it.
    """

    def __init__(self, make: Callable[..., Trainer]):
        self.make = make
        self.trainers: dict[str, Trainer] = {}
        self.running: tuple[str, ...] = ()
        self.out: dict[str, str] = {}
        self.total_steps = 0

    def steer(self, names: Iterable[str], **settings) -> None:
        """Say who runs, and with what: `lr_SGD` and the like, `momentum`, `beta1`, `beta2`."""
        self.running = tuple(names)
        for name in self.running:
            if name not in self.trainers:
                self.trainers[name] = self.make(name, **settings)
        self.total_steps = max((trainer.total_steps for trainer in self.trainers.values()), default=0)
        shared = {"momentum": settings["momentum"], "beta1": settings["beta1"], "beta2": settings["beta2"]}
        for name, trainer in self.trainers.items():
            for setting, value in ({"lr": settings[f"lr_{name}"], "decay_rate": settings["beta2"]} | shared).items():
                if hasattr(trainer.optimizer, setting):
                    setattr(trainer.optimizer, setting, value)

    @property
    def shared(self) -> list[np.ndarray]:
        """The set that all learn from: nothing changes it."""
        return [array for trainer in self.trainers.values() for array in (trainer.x_train, trainer.t_train)]

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> dict[str, float]:
        losses = {}
        for name in self.running:
            if name in self.out:
                continue
            try:
                losses[name] = next(self.trainers[name]).loss
            except Diverged as error:
                self.out[name] = str(error)
        if not losses:
            raise StopIteration
        return losses


def smoothed(run: DigitRace, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean loss of 20 steps at a time of one that runs; nothing of others."""
    losses = np.array(run.trainers[name].history.loss if name in run.running else ())
    width = min(20, max(len(losses), 1))
    smooth = np.convolve(losses, np.ones(width) / width, "valid") if len(losses) else losses
    return np.arange(len(smooth)) + width, smooth


def say_loss(smooth: np.ndarray) -> str:
    """Give the last loss in a few characters, however large it is."""
    return "–" if len(smooth) == 0 else f"{smooth[-1]:.3f}" if smooth[-1] < 100 else f"{smooth[-1]:.0e}"


@explorer
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

    compare = Comparison(lambda run: [(axes, *thinned(*smoothed(run, name))) for name in run.running])

    def make(name: str, *, seed: int, batch_size: int, momentum: float, beta1: float, beta2: float, **rates) -> Trainer:
        return Trainer(
            MultiLayerNet(784, [100, 100, 100], 10, rng=seed), x, t,
            optimizer=MAKERS[name](rates[f"lr_{name}"], momentum, beta1, beta2),
            epochs=100, batch_size=batch_size, evaluate_samples=100, rng=seed,
        )  # fmt: skip

    def build(**values) -> DigitRace:
        race = DigitRace(make)
        adjust(race, **values)
        return race

    def adjust(run: DigitRace, **values) -> None:
        ticks = {name: values.pop(f"use_{name}") for name in STYLES}
        run.steer((name for name in STYLES if ticks[name]), **values)

    def draw(run: DigitRace, _report, **_values) -> None:
        words, blew_up = [], _("blew up")
        for name, curve in curves.items():
            steps, smooth = smoothed(run, name)
            set_curve(curve, steps, smooth)
            if name in run.running:
                words.append(_("{name} {end}").format(name=name, end=blew_up if name in run.out else say_loss(smooth)))
                curve.set_label(words[-1])
        steps = max((len(run.trainers[name].history.loss) for name in run.running), default=0)
        set_limits(axes, x=(0, round_up(max(steps, 100, compare.longest))))
        axes.legend(
            handles=[curves[name] for name in run.running], loc="lower right", bbox_to_anchor=(1, 1), fontsize=9,
            ncols=3, frameon=False,
        )  # fmt: skip
        words = joined(words, ", ") or _("nobody runs")
        picture.show(_("Loss after {steps} steps: {words}.").format(steps=steps, words=words))

    controls = {
        "seed": Number(_("seed"), 0, 99, 0),
        "batch_size": Number(_("batch size"), 10, 1000, 100, log=True),
        **controls_of(RATES, 1e-4),
    }
    live = {*controls} - {"seed", "batch_size"}
    return Training(
        _("Race on digits"), controls, [picture], build=build, draw=draw, live=live, adjust=adjust,
        folded=("seed", "batch_size", *SHARED), compare=compare,
    )  # fmt: skip
