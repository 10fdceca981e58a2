"""Chapter 08: a search for the learning rate and the weight decay, trial by trial."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.datasets import load_mnist
from dlcourse.networks import TwoLayerNet
from dlcourse.optimizers import SGD
from dlcourse.regularization import L2
from dlcourse.search import (
    LogUniform,
    Trial,
    best_trial,
    narrow_ranges,
    narrowing_search,
    optuna_search,
    random_search,
    split_validation,
)
from dlcourse.text import _
from dlcourse.training import Trainer
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["Search", "SearchDrawing", "compute", "objective", "ranges_of_rounds", "search_explorer"]

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.6"
IMAGES, EPOCHS = 1000, 4  # of the objective: few, so that a trial takes a moment
ROUNDS, KEEP = 4, 5


@cache
def _sets() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    (x, t), _test = load_mnist()
    return split_validation(x[:IMAGES], t[:IMAGES], fraction=0.3, rng=0)


def objective(params: Mapping[str, float], rng: np.random.Generator) -> float:
    """Train 784-50-10 on 700 digits for a moment, and give the accuracy on 300 others.

    Parameters
    ----------
    params : mapping
        ``lr`` and ``weight_decay``.
    rng : Generator
        Draws the weights and the order of the digits.
    """
    (x_train, t_train), (x_val, t_val) = _sets()
    network = TwoLayerNet(784, 50, 10, 0.05, rng)
    network.penalty = L2(params["weight_decay"])
    for _progress in Trainer(
        network,
        x_train,
        t_train,
        optimizer=SGD(params["lr"]),
        epochs=EPOCHS,
        batch_size=50,
        evaluate_samples=1,
        rng=rng,
    ):
        pass
    return network.accuracy(x_val, t_val)


def compute(method: str, ranges: Mapping[str, LogUniform], trials: int, seed: int = 0) -> Iterator[Trial]:
    """Start a search for hyperparameters of `objective`.

    Parameters
    ----------
    method : {"random", "narrowing", "bayesian"}
    ranges : mapping of str to LogUniform
        Of ``lr`` and ``weight_decay``.
    trials : int
        How many in all; of "narrowing" in `ROUNDS` rounds of equal size, rounded up.
    seed : int

    Raises
    ------
    ImportError
        If the method is "bayesian" and Optuna is not installed.
    """
    if method == "random":
        return random_search(objective, ranges, trials, rng=seed)
    if method == "narrowing":
        return narrowing_search(objective, ranges, -(-trials // ROUNDS), rounds=ROUNDS, keep=KEEP, rng=seed)
    return optuna_search(objective, ranges, trials, rng=seed)


def ranges_of_rounds(ranges: Mapping[str, LogUniform], trials: Sequence[Trial]) -> list[dict[str, LogUniform]]:
    """Give the ranges from which each round of a narrowing search drew, up to the last one that has begun."""
    found = [dict(ranges)]
    for round_ in range(1, trials[-1].round + 1 if trials else 1):
        found.append(narrow_ranges(found[-1], [trial for trial in trials if trial.round < round_], KEEP))
    return found


class Search:
    """An iterator over trials that knows how many there will be, and keeps them."""

    def __init__(self, found: Iterator[Trial], ranges: Mapping[str, LogUniform], total_steps: int, note: str = ""):
        self.found, self.ranges, self.total_steps, self.note = found, ranges, total_steps, note
        self.trials: list[Trial] = []

    def __iter__(self) -> Iterator[Trial]:
        return self

    def __next__(self) -> Trial:
        self.trials.append(next(self.found))
        return self.trials[-1]


class SearchDrawing:
    """Where the trials lie, at the left; how good they were, one after the other, at the right."""

    def __init__(self, figure: Figure):
        # Logarithms on plain axes: matplotlib's own logarithmic ones take three times as long to draw.
        self.map = figure.add_axes((0.08, 0.15, 0.42, 0.74), xlim=(-6.4, 1.4), ylim=(-10, 0.4))
        self.map.set_xticks(range(-6, 2, 2), ["10⁻⁶", "10⁻⁴", "10⁻²", "1"])
        self.map.set_yticks(range(-8, 1, 2), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
        self.map.set(xlabel=_("learning rate"), ylabel=_("weight decay"))
        bar = figure.add_axes((0.515, 0.15, 0.015, 0.74))
        self.scores = figure.add_axes((0.655, 0.15, 0.325, 0.74), xlabel=_("trial"), ylim=(0, 1))
        for axes in (self.map, self.scores):
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelsize=8)
        self.points = self.map.scatter([], [], c=[], cmap="cividis", vmin=0, vmax=1, edgecolor="black", lw=0.4)
        self.lost = self.map.plot([], [], "x", color=ORANGE, markersize=7, label=_("blew up"))[0]
        self.star = self.map.plot([], [], "*", color=ORANGE, markeredgecolor="black", markersize=15, label=_("best"))[0]
        self.map.legend(loc="lower left", fontsize=8, ncols=2, frameon=False)
        self.frames: list[Rectangle] = []
        figure.colorbar(self.points, cax=bar, ticks=(0, 0.5, 1)).ax.tick_params(labelsize=8)
        bar.set_ylabel(_("validation accuracy"), fontsize=9)
        self.each = self.scores.plot([], [], "o", color=BLUE, markersize=3.5, label=_("this trial"))[0]
        self.best = self.scores.plot([], [], color=ORANGE, drawstyle="steps-post", label=_("best so far"))[0]
        self.scores.legend(loc="lower right", fontsize=8, framealpha=0.85, edgecolor="none")
        # Titles with a place of their own: matplotlib would look for a free one at each redraw.
        self.scores.set_title(_("validation accuracy"), fontsize=10, y=1.02)
        self.title = self.map.set_title("", fontsize=10, y=1.02)
        self.note = figure.text(0.29, 0.52, "", ha="center", va="center", fontsize=10, linespacing=1.6)

    def update(self, run: Search) -> None:
        complete = [trial for trial in run.trials if trial.state == "complete"]
        lost = [trial for trial in run.trials if trial.state != "complete"]
        scores = np.array([trial.score for trial in complete])
        self.points.set_offsets(_places(complete))
        self.points.set_array(scores)
        self.points.set_sizes(20 + 60 * scores)  # what the colour says, the size says too
        self.lost.set_data(*_places(lost).T)
        self.star.set_data(*_places([best_trial(complete)] if complete else []).T)
        self.each.set_data([trial.number + 1 for trial in complete], scores)
        self.best.set_data([trial.number + 1 for trial in complete], np.maximum.accumulate(scores))
        self.scores.set_xlim(0, max(run.total_steps, 10) + 1)
        self._frame(ranges_of_rounds(run.ranges, run.trials))
        self.note.set_text(run.note)
        self.title.set_text(summary(run))

    def _frame(self, rounds: list[dict[str, LogUniform]]) -> None:
        for old in self.frames:
            old.remove()
        self.frames = []
        for i, ranges in enumerate(rounds):
            left, right, below, above = np.log10(
                [ranges["lr"].low, ranges["lr"].high, ranges["weight_decay"].low, ranges["weight_decay"].high]
            )
            last = i == len(rounds) - 1
            frame = Rectangle(
                (left, below), right - left, above - below, fill=False,
                color="black" if last else GREY, lw=1.8 if last else 0.9, ls="-" if last else "--",
            )  # fmt: skip
            self.frames.append(self.map.add_patch(frame))


def _places(trials: Sequence[Trial]) -> np.ndarray:
    """Decimal logarithms of learning rate and weight decay, (trials, 2)."""
    pairs = [[trial.params["lr"], trial.params["weight_decay"]] for trial in trials]
    return np.log10(np.array(pairs).reshape(-1, 2))


def summary(run: Search) -> str:
    """Say how far a search is and what its best trial was."""
    complete = [trial for trial in run.trials if trial.state == "complete"]
    if not complete:
        return _("{trials} trials").format(trials=len(run.trials))
    best: dict[str, Any] = {"score": best_trial(complete).score, **best_trial(complete).params}
    return _("best of {trials}: {score:.1%} with rate {lr:.2g}, decay {weight_decay:.1g}").format(
        trials=len(run.trials), **best
    )


@explorer
def search_explorer() -> Panel:
    """Set ranges, choose who searches in them, and watch the trials come in.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 340)
    drawing = SearchDrawing(picture.figure)

    def build(method, trials, lr_low, lr_high, decay_low, decay_high, seed) -> Search:
        ranges = {"lr": LogUniform(lr_low, lr_high), "weight_decay": LogUniform(decay_low, decay_high)}
        total = ROUNDS * -(-trials // ROUNDS) if method == "narrowing" else trials
        try:
            return Search(compute(method, ranges, trials, seed), ranges, total)
        except ImportError:
            note = _("Bayesian search needs Optuna,\nwhich is not installed here.\nInstall it with\n{command}\n"
                     "or let chance search instead.").format(command='pip install "dlcourse[search]"')  # fmt: skip
            return Search(iter(()), ranges, 0, note)

    def draw(run: Search, _report, **_values) -> None:
        drawing.update(run)
        now = ranges_of_rounds(run.ranges, run.trials)[-1]
        words = _(
            "{summary}. {lost} blew up. Range now: learning rate {a:.2g} to {b:.2g}, weight decay {c:.2g} to {d:.2g}."
        )
        picture.show(
            run.note
            or words.format(
                summary=summary(run), lost=sum(trial.state != "complete" for trial in run.trials),
                a=now["lr"].low, b=now["lr"].high, c=now["weight_decay"].low, d=now["weight_decay"].high,
            )
        )  # fmt: skip

    methods = {_("random"): "random", _("random, narrowing"): "narrowing", _("Bayesian (Optuna)"): "bayesian"}
    controls = {
        "method": Choice(_("search"), methods, "narrowing"),
        "trials": Number(_("trials"), 4, 200, 60),
        # Their ranges do not meet: no setting can put the lower end above the upper.
        "lr_low": Number(_("rate from"), 1e-6, 1e-3, 1e-5, log=True),
        "lr_high": Number(_("rate to"), 1e-2, 10.0, 10.0, log=True),
        "decay_low": Number(_("decay from"), 1e-8, 1e-4, 1e-8, log=True),
        "decay_high": Number(_("decay to"), 1e-3, 1.0, 1.0, log=True),
        "seed": Number(_("seed"), 0, 99, 0),
    }
    return Training(_("Search explorer"), controls, [picture], build=build, draw=draw, unit=_("trial"))
