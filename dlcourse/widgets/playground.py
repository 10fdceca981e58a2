"""The playground: choose points, features and a network, and look into every neuron while it learns."""

import time
from collections.abc import Collection, Mapping, Sequence

import ipywidgets as widgets

from dlcourse.models import ACTIVATIONS
from dlcourse.text import _, joined
from dlcourse.training import Diverged
from dlcourse.widgets.boxes import Fold
from dlcourse.widgets.comparison import Comparison, thinned
from dlcourse.widgets.controls import Checkbox, Choice, Control, Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.playground_challenge import Challenge
from dlcourse.widgets.playground_drawing import HEIGHT, WIDTH, PlaygroundDrawing, short
from dlcourse.widgets.playground_experiment import DATA, FEATURES, KEYS, STEERING, Experiment, compute
from dlcourse.widgets.playground_figures import folded, planes, snapshot
from dlcourse.widgets.playground_loads import loads, buttons_of_loads, settings_of
from dlcourse.widgets.pointing import PointedPicture
from dlcourse.widgets.racers import MAKERS
from dlcourse.widgets.switches import words_of_switches
from dlcourse.widgets.touch import Touch

__all__ = ["DATA", "FEATURES", "STEERING", "Experiment", "PlaygroundPanel", "compute", "folded", "planes", "playground",
           "snapshot"]  # fmt: skip


class PlaygroundPanel(Training):
    """Training at a pace that eyes can follow, with its controls in groups; the picture says when it blew up.

    Parameters
    ----------
    *parts, **more_parts
        Of `Training`.
    groups : mapping of str to sequence of str
        Names of controls by the title of their group, which can be folded.
    loads : Fold or None
        The buttons that load an experiment.
    challenge : Challenge or None
        Is told of each run and step.
    opened : collection of str
        Titles of the groups that are not folded at first.
    """

    LOOKS = frozenset({"show_test", "discretize", "hidden", "pace"})
    COLUMN = "290px"
    _due = 0.0

    def __init__(
        self, *parts, groups: Mapping[str, Sequence[str]], loads: Fold | None, challenge: Challenge | None,
        opened: Collection[str], **more_parts,
    ):  # fmt: skip
        self._groups, self._loads, self.challenge, self._opened = groups, loads, challenge, opened
        if challenge is not None:
            challenge.panel = self
        super().__init__(*parts, looks=self.LOOKS, **more_parts)
        tools, order = [fold.inside for fold in self.tools.values()], [*self.children]
        at = order.index(self._buttons) + 1  # a hand in the network stands near its picture, the settings further down
        self.children = [*order[:at], *tools, *(one for one in order[at:] if one not in tools)]

    def _arranged(self, folded: Collection[str]) -> list[widgets.Widget]:
        folds = [fold for fold in (self._loads, self.challenge and self.challenge.fold) if fold]
        for title, names in self._groups.items():
            group = [self.controls[name] for name in names]
            for one in group:
                one.widget.layout.width = self.COLUMN if isinstance(one, Number | Choice) else "max-content"
                if isinstance(one, Number):  # a column is narrow: else sliders are cut off
                    one.source.layout.width = "198px"
                if isinstance(one, Number | Choice):
                    one.source.style.description_width = "9.2em"
            folds.append(Fold(title, [one.widget for one in group], opened=title in self._opened))
            folds[-1].inside.layout.grid_gap = "0 8px"  # three stand side by side
        row = [*(fold.button for fold in folds), *self.row.children]
        for one in row[:-1]:
            one.layout.padding = "0 5px"  # so many stand in one line
        self._buttons = widgets.HBox(row, layout={"flex_flow": "row wrap"})
        return [self._buttons, *(fold.inside for fold in folds)]

    def load(self, settings: Mapping[str, object]) -> None:
        """Set all controls, those that are not named to their start values, and begin anew, in the thread that trains."""
        self._home.do(self.pause)
        self._home.do(lambda: self._load(settings))

    def _load(self, settings: Mapping[str, object]) -> None:
        with self._lock:
            with self._hold():
                for name, value in settings_of(self.controls, settings).items():
                    self.controls[name].value = value
            self.refresh()

    def restart(self) -> None:
        """As of `Stepping`; the challenge begins anew too."""
        if self.challenge is not None:
            self.challenge.begin()
        super().restart()

    def show_error(self, error: Exception | None) -> None:
        """Say what went wrong; if training blew up, also in the picture, where the eyes are."""
        super().show_error(error)
        if isinstance(error, Diverged):
            self._show()

    def _advance(self) -> bool:
        if self._running:
            wait = self._due - time.monotonic()
            if wait > 0:
                time.sleep(min(wait, 0.001))
                return True
            # It makes up for the time that a redraw takes, and for no more.
            self._due = max(self._due, time.monotonic() - 0.1) + 1 / self.controls["pace"].value
        went = super()._advance()
        if self.challenge is not None:
            self.challenge.look()
        return went

    def _say(self) -> None:
        super()._say()
        if self.challenge is not None and self.iterator is not None:
            self.challenge.show()


@explorer
def playground(experiment: int | None = None, challenge: bool = False) -> Panel:
    """Choose points, features and a network; start it, and watch each neuron learn.

    Parameters
    ----------
    experiment : int, optional
        1 to 8: with this experiment of its notebook loaded, and buttons for its variants alone.
    challenge : bool
        With the table of the challenge open, the settings folded away, and no buttons for the experiments.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    def clicked(across: float, down: float) -> None:
        x, y = across * WIDTH, down * HEIGHT
        if neuron := drawing.neuron_at(x, y):
            touch.choose_unit(*neuron)
        elif weight := drawing.weight_at(x, y):
            touch.choose(*weight)

    picture = PointedPicture(WIDTH, HEIGHT, lines=0, pointed=clicked, clicks=True)  # it holds its numbers
    drawing = PlaygroundDrawing(picture.figure)
    controls = _controls()
    buttons = buttons_of_loads(lambda load: panel.load(load), experiment)
    experiments = Fold(_("Experiments"), buttons, opened=experiment is not None)
    challenge = challenge and experiment is None
    ladder = Challenge(opened=challenge) if experiment is None else None
    compare = Comparison(lambda run: [(drawing.loss, *thinned([one[0] for one in run.curve], [one[2] for one in run.curve]))])

    def build(rule, std, pace, show_test, discretize, hidden, **values) -> Experiment:
        features = [name for name, key in KEYS.items() if values.pop(key)]
        controls["std"].enable(rule == "std")
        return Experiment(features=features, init=std if rule == "std" else rule, **values)

    def adjust(run: Experiment, **values) -> None:
        run.steer(**{name: values[name] for name in STEERING})

    def draw(run: Experiment, _report, *, data, points, depth, width, show_test, discretize, hidden, **_values) -> None:
        drawing.update(run, longest=compare.longest, show_test=show_test, discretize=discretize, hidden=hidden, chosen=touch.chosen)
        step, train, test = run.measure()
        network = _(
            "{data}, {points} points, features {features}, hidden layers: {depth}, {activation} neurons in each: {width}."
        )
        losses = _("Step {step}: loss {train} in training and {test} in test, test accuracy {accuracy:.1%}.")
        words = [
            network.format(
                data=data, points=points, features=joined(run.features, ", ") or _("none"), depth=depth, width=width,
                activation=run.activation,
            ),
            losses.format(step=step, train=short(train), test=short(test), accuracy=run.accuracy()),
            _("On the right: the plane as the last hidden layer sees it.") if hidden else "",
            words_of_switches(run.network).strip(),
            " ".join(run.failure_in_short.split()),
        ]  # fmt: skip
        picture.show(joined(words))

    groups = {
        _("Data"): ["data", "noise", "points", "seed", "show_test", "discretize"],
        _("Network"): ["depth", "width", "activation", "rule", "std", "hidden"],
        _("Training"): [*STEERING, "pace"],
        _("Features"): list(KEYS.values()),
    }
    touch = Touch(lambda: panel.iterator.network, lambda: (*panel.iterator.training_inputs, _("all training points")))
    # What an experiment sets need not be in sight; so all of it fits into a window of 1366 × 768.
    opened = [] if challenge else [_("Training")] if experiment is not None else [_("Data"), _("Training")]
    panel = PlaygroundPanel(
        _("Playground"), controls, [picture, picture.place], build=build, draw=draw, live=STEERING, adjust=adjust,
        groups=groups, loads=None if challenge else experiments, compare=compare, touch=touch, challenge=ladder, opened=opened,
    )  # fmt: skip
    if experiment is not None:
        panel.load(next(iter(loads()[experiment].values())))
    return panel


def _controls() -> dict[str, Control]:
    return {
        "data": Choice(_("points"), {_(name): name for name in DATA}),
        "noise": Number(_("noise"), 0.0, 0.5, 0.1, step=0.01),
        "points": Number(_("training points"), 10, 500, 200, step=10),
        "seed": Number(_("seed"), 0, 99, 0),
        "show_test": Checkbox(_("show test points (hollow)")),
        "discretize": Checkbox(_("discretize: show only who wins")),
        "hidden": Checkbox(_("show the plane as the last hidden layer sees it")),
        "depth": Number(_("hidden layers"), 0, 6, 2),
        "width": Number(_("neurons in each"), 1, 8, 4),
        "activation": Choice(_("activation"), {name: name for name in ACTIVATIONS}, "tanh"),
        "rule": Choice(_("first weights"), {"Xavier": "xavier", "He": "he", _("std, as set"): "std"}),
        "std": Number("std", 0.0, 3.0, 0.5, step=0.01),
        "lr": Number(_("learning rate"), 1e-4, 100.0, STEERING["lr"], log=True),
        "batch_size": Number(_("batch size"), 1, 500, STEERING["batch_size"], log=True),
        "dropout_ratio": Number(_("dropout ratio"), 0.0, 0.9, STEERING["dropout_ratio"], step=0.05),
        "weight_decay": Number(_("weight decay"), 0.0, 0.1, STEERING["weight_decay"], step=0.001),
        "optimizer": Choice(_("optimizer"), {name: name for name in MAKERS}, STEERING["optimizer"]),
        "pace": Number(_("steps a second"), 1, 2000, 500, log=True),
        **{key: Checkbox(name, name in ("x1", "x2")) for name, key in KEYS.items()},
    }
