"""The playground's challenge: a goal for each set of points, to be reached with as few weights and biases as can be."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets as widgets

from dlcourse.text import _, joined
from dlcourse.widgets.boxes import Fold
from dlcourse.widgets.inputs import Choice
from dlcourse.widgets.past import said
from dlcourse.widgets.playground_experiment import MEASURE, Experiment
from dlcourse.widgets.share import Share

if TYPE_CHECKING:
    from dlcourse.widgets.stepping import Stepping

__all__ = ["ALONE", "BESTS", "LADDER", "STANDARD", "Challenge", "Ours", "Record", "Rung", "why_not"]

STANDARD = {"noise": 0.1, "points": 200}
"""What every run of the challenge has in common, by the names of the controls."""

ALONE = frozenset({"x1", "x2"})
"""The features of the ladder on which the network has to find out all the rest by itself."""


class Ours(NamedTuple):
    """A run by which the course reaches a goal."""

    numbers: int
    steps: int
    settings: Mapping[str, object]  # of an `Experiment`


class Rung(NamedTuple):
    """The goal for a set of points, and how the course reaches it."""

    goal: float  # share of the test points
    alone: Ours  # with x1 and x2 alone
    any: Ours  # with whatever features

    def ours(self, alone: bool) -> Ours:
        """Give the course's run on one of the two ladders."""
        return self.alone if alone else self.any


# Of the spiral 96 % can be known, for the noise mixes its arms; of the other points 98 % and more.
LADDER = {
    "blobs": Rung(
        0.95, Ours(9, 10, {"depth": 0}),
        Ours(6, 10, {"features": ("x1",), "depth": 0, "lr": 1.0}),
    ),
    "circle": Rung(
        0.95, Ours(17, 100, {"depth": 1, "width": 3, "lr": 1.0, "seed": 4}),
        Ours(6, 10, {"features": ("x1²", "x2²"), "depth": 0, "lr": 3.0}),
    ),
    "xor": Rung(
        0.95, Ours(17, 50, {"depth": 1, "width": 3, "lr": 0.05, "batch_size": 200, "optimizer": "Adam", "seed": 1}),
        Ours(4, 10, {"features": ("x1·x2",), "depth": 0, "seed": 1}),
    ),
    "moons": Rung(
        0.95, Ours(12, 320, {"depth": 1, "width": 2, "lr": 1.0, "seed": 1}),
        Ours(8, 20, {"features": ("x1", "x2", "sin πx1"), "depth": 0, "lr": 3.0}),
    ),
    "spiral": Rung(
        0.9, Ours(21, 260, {"depth": 2, "width": 2, "lr": 0.05, "batch_size": 200, "optimizer": "Adam", "seed": 2}),
        Ours(15, 70, {"features": ("x1", "x2", "sin πx1", "sin πx2"), "depth": 0, "lr": 3.0, "seed": 5}),
    ),
}  # fmt: skip
"""From the easiest set of points to the hardest."""


class Record(NamedTuple):
    """The least with which a learner has reached a goal; of two with as many numbers, the one in fewer steps."""

    numbers: int
    steps: int
    code: str  # that gives the run again
    features: tuple[str, ...]
    network: str  # empty without a hidden layer
    learning: str
    seed: int
    changed: bool  # on the way

    def in_short(self) -> str:
        """Write the settings in one line."""
        few = joined(self.features, ", ") or _("no feature")
        parts = [
            few if len(self.features) <= 4 else _("{count} features").format(count=len(self.features)),
            self.network or _("no hidden layer"),
            self.learning,
            _("seed {seed}").format(seed=self.seed),
            _("changed on the way") if self.changed else "",
        ]
        return joined(parts, "; ")

    @classmethod
    def of(cls, panel: "Stepping") -> "Record":
        """Take down the run that a playground shows."""
        run: Experiment = panel.iterator
        layers, width = run.shape
        network = f"{layers} × {width} {run.activation}" if layers else ""
        learning = f"{run.steering['optimizer']} {run.steering['lr']:g}"
        seed, changed = panel.controls["seed"].value, bool(panel.past.deeds)
        return cls(run.numbers, run.step, panel.code, run.features, network, learning, seed, changed)


BESTS: dict[tuple[str, bool], Record] = {}
"""The learner's, by set of points and ladder. They last as long as the kernel: a cell that is run again loses none."""


def why_not(panel: "Stepping") -> str:
    """Say why the present run of a playground does not count; nothing if it does."""
    other = [said(panel.controls[name], value) for name, value in STANDARD.items() if panel.controls[name].value != value]
    if other:
        return _("the challenge has {standard}").format(standard=joined(other, ", "))
    if any(deed.method != "set" for deed in panel.past.deeds):
        return _("a hand has set a number, or switched a neuron")
    if panel.past.rewound or panel.past.end is not None:
        return _("it has been back in time")
    return ""


class Challenge:
    """The table of goals and bests, and what it says of the present run.

    Parameters
    ----------
    opened : bool
        Whether it is shown at first.

    Attributes
    ----------
    fold : Fold
    panel : Stepping
        The playground, to be set by itself.
    reached : (int, int) or None
        Numbers and step with which the present run has reached its goal, if it counted then.
    """

    panel: "Stepping"

    def __init__(self, *, opened: bool = False):
        self.begin()
        self.ladder = Choice(_("ladder"), {_("with x1 and x2 alone"): True, _("with any features"): False})
        self.ladder.source.style.description_width = "max-content"
        self.ladder.source.layout = {"width": "max-content", "max_width": "100%"}
        self.ladder.on_change(lambda: self.panel.guard(self.show)())
        self.table = widgets.HTML(layout={"width": "100%"})
        # Two lines are kept free for it, and the button's place too: what comes while it trains moves nothing.
        self.said = widgets.HTML(layout={"flex": "1 1 20em", "width": "auto"})
        says = _("copy a line of code that gives your best run on these points again")
        self.share = Share(_("copy your best"), says, "dlcourse-best")
        inside = [self.ladder.widget, self.share.button, self.said, self.table, self.share.line]
        self.fold = Fold(_("Challenge"), inside, opened=opened, tooltip=_("reach a goal with as few weights as you can"))

    def begin(self) -> None:
        """Another run begins."""
        self.reached: tuple[int, int] | None = None
        self._praise: dict[bool, str] = {}

    def look(self) -> None:
        """Look after a step whether the goal is reached: at the steps at which the losses are measured in any case."""
        run, data = self.panel.iterator, self.panel.controls["data"].value
        if self.reached or run.step % MEASURE or run.accuracy() < LADDER[data].goal or why_not(self.panel):
            return
        self.reached = run.numbers, run.step
        record = Record.of(self.panel)
        for alone in ladders_of(run):
            best, ours = BESTS.get((data, alone)), LADDER[data].ours(alone).numbers
            if best and best[:2] <= record[:2]:
                self._praise[alone] = _("your best has {numbers} in {steps} steps").format(**best._asdict())
                continue
            BESTS[data, alone] = record
            self._praise[alone] = (
                _("your best so far, and fewer than ours") if run.numbers < ours
                else _("your best so far, as few as ours") if run.numbers == ours else _("your best so far")
            )  # fmt: skip

    def show(self) -> None:
        """Bring table and words in step with the run; what has not changed is not sent to the page."""
        best = BESTS.get((self.panel.controls["data"].value, self.ladder.value))
        self.table.value = _table(self.ladder.value)
        words = html.escape(self._words())
        look = "line-height: 1.2; min-height: 2.4em; white-space: normal; display: flex; align-items: center"
        self.said.value = f'<div role="status" style="{look}">{words}</div>'
        self.share.show(best.code if best else "")
        self.share.button.layout.visibility = "visible" if best else "hidden"

    def _words(self) -> str:
        """Say how the present run stands."""
        run, data = self.panel.iterator, self.panel.controls["data"].value
        if why := why_not(self.panel):
            return _("This run does not count: {why}. Play on as you like; the next one can.").format(why=why)
        alone = self.ladder.value and True in ladders_of(run)
        if self.reached:
            words = _("Goal reached with {numbers} numbers in {steps} steps: {praise}.")
        else:
            words = _("This run: {data}, {numbers} numbers. It counts when {goal:.0%} of the test points are right.")
        numbers, steps = self.reached or (run.numbers, 0)
        words = words.format(
            data=_(data), numbers=numbers, steps=steps, goal=LADDER[data].goal, praise=self._praise.get(alone, "")
        )
        other = _("With such features it stands on the other ladder.") if alone != self.ladder.value else ""
        return joined([words, other])


def ladders_of(run: Experiment) -> list[bool]:
    """Give the ladders on which a run counts: with x1 and x2 alone, or not."""
    return [True, False] if ALONE.issuperset(run.features) else [False]


def _table(alone: bool) -> str:
    """Write goals and bests of a ladder as a table; in a narrow window it is moved sideways, so that no line breaks."""
    look = 'style="text-align: left; padding: 0 16px 0 0; font-weight: {weight}"'
    head, cell = look.format(weight="bold"), look.format(weight="normal")
    reached = _("{numbers} numbers, {steps} steps")
    names = [_("points"), _("goal"), _("your best: the fewest numbers (weights and biases)"), _("ours")]
    rows = ["".join(f'<th scope="col" {head}>{html.escape(name)}</th>' for name in names)]
    for data, rung in LADDER.items():
        best, ours = BESTS.get((data, alone)), rung.ours(alone)
        yours = joined([reached.format(**best._asdict()), best.in_short()], "; ") if best else "–"
        cells = [f"{rung.goal:.0%}", yours, reached.format(**ours._asdict())]
        row = "".join(f"<td {cell}>{html.escape(one)}</td>" for one in cells)
        rows.append(f'<th scope="row" {head}>{html.escape(_(data))}</th>{row}')
    name = html.escape(_("Challenge"))
    return (
        f'<div role="region" tabindex="0" aria-label="{name}" style="width: 0; min-width: 100%; overflow-x: auto">'
        '<table style="width: 100%; line-height: 1.2; border-collapse: collapse; white-space: nowrap">'
        f"{''.join(f'<tr>{row}</tr>' for row in rows)}</table></div>"
    )
