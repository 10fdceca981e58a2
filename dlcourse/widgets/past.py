"""The past of a training: what was done to it, moments to go back to, and earlier runs to be compared with."""

import html
from threading import get_ident
from typing import TYPE_CHECKING

import ipywidgets as widgets

from dlcourse.text import _, joined
from dlcourse.widgets.boxes import Fold
from dlcourse.widgets.comparison import Comparison
from dlcourse.widgets.inputs import Checkbox, Control, Number, button
from dlcourse.widgets.moments import BUDGET, Moment, Moments
from dlcourse.widgets.own import Mistake
from dlcourse.widgets.share import Deed, added, deeds_of, without_the_last

if TYPE_CHECKING:
    from dlcourse.widgets.stepping import Stepping

__all__ = ["Past"]


class Past:
    """What a `Stepping` panel remembers.

    Parameters
    ----------
    panel : Stepping
    comparison : Comparison, optional
        Without it nothing can be gone back to, for there is no curve to see it by.

    Attributes
    ----------
    deeds : list of Deed
        What was done since step 0.
    fold : Fold or None
        The controls: back in time, keep a curve.
    rewound : bool
        Whether another way was taken from an earlier moment: such a run has seen what comes, and chosen.
    """

    def __init__(self, panel: "Stepping", comparison: Comparison | None):
        self.panel, self.comparison = panel, comparison
        self.deeds: list[Deed] = []
        self.start: dict[str, object] = {}
        self.moments, self.fold = Moments(), None
        self.end: tuple[Moment, list[Deed]] | None = None  # where it had come, while an earlier moment is looked at
        self._again, self.cannot, self.rewound = False, "", False
        self._said, self._fitting = 0, 0  # what the control was told, and by which thread: the rest, a hand has said
        if comparison is not None:
            self.back = Number(_("back to step"), 0, 1, 0)
            self.back.on_value(self._moved)
            self.memory = widgets.HTML()
            keep = button(_("keep this curve"), lambda: panel.guard(self.keep)(), tooltip=_("keep it in grey, to compare"))
            forget = button(_("forget the grey ones"), lambda: panel.guard(self.forget)())
            inside, told = [self.back.widget, keep, forget, self.memory], _("go back to a step, keep curves to compare")
            self.fold = Fold(_("time"), inside, tooltip=told)

    def begin(self, values: dict[str, object]) -> None:
        """A training begins, at step 0."""
        self.start, self.deeds, self.end = values, [], None
        self.moments.clear()
        self.cannot, self.rewound = "", False
        if self.comparison is not None:
            self.comparison.settle(stays=True)
            self._note(values)

    def stepped(self) -> None:
        """A step was taken."""
        if self.comparison is not None and self.moments.due(self.panel.steps):
            self._note(self.panel.values())

    def do(self, method: str, *values, **settings) -> None:
        """Remember that something was done to the training, now."""
        self.leave()
        step = self.panel.steps
        if method == "set" and step == 0 and not self.deeds:  # not yet begun: it begins with this setting
            self.start = {**self.start, **settings}
            self.moments.clear()
            if self.comparison is not None:
                self._note(self.start)
            return
        self.deeds = added(self.deeds, Deed(step, method, values, settings))

    def take_back(self, step: int) -> None:
        """What was done last has been undone: as if it had not been, or, if steps were taken since, a deed of its own."""
        if step == self.panel.steps:
            self.deeds = without_the_last(self.deeds)

    def leave(self) -> None:
        """Another way is taken from here: what came later is a run of its own."""
        if self.end is not None and not self._again:
            self.end, self.rewound = None, True
            self.moments.cut(self.panel.steps)
            self.comparison.settle(stays=True)

    def go_to(self, step: int) -> None:
        """Go back to a step, or forth again, as long as nothing else is done in between."""
        panel = self.panel
        if self.cannot:
            raise Mistake(self.cannot)
        if self.end is None:
            if step >= panel.steps:
                return
            self.comparison.look_ahead(panel.iterator, self.words())
            now = Moment.of(panel.steps, len(self.deeds), panel.iterator, panel.report, panel.values(), panel.failure)
            self.end = now, self.deeds
        end, deeds = self.end
        moment = end if step >= end.step else self.moments.before(step)
        self._again = True
        try:
            self.deeds = deeds[: moment.deeds]
            panel.restore(moment)
            for deed in deeds[moment.deeds :]:
                if deed.step >= step:
                    break
                panel.repeat(deed.step)
                deed.redo(panel)
            panel.repeat(min(step, end.step))
        finally:
            self._again = False
        if moment is end:
            self.end = None
            self.comparison.settle(stays=False)

    def keep(self) -> None:
        """Keep the curves of this moment in grey."""
        self.comparison.keep(self.panel.iterator, self.words())
        self.panel.redraw()

    def forget(self) -> None:
        """Forget all that is grey."""
        self.comparison.forget()
        self.panel.redraw()

    def words(self) -> str:
        """Say the settings: what differs from the explorer's own, and what was changed on the way."""
        controls, defaults = self.panel.controls, self.panel.defaults
        first = [said(controls[name], value) for name, value in self.start.items() if value != defaults[name]]
        parts = [joined(first, ", ") or _("the explorer's own settings")]
        for deed in self.deeds:
            what = [said(controls[name], value) for name, value in deed.settings.items()] or [str(deed)[1:]]
            parts.append(_("from step {step} {what}").format(step=deed.step, what=joined(what, ", ")))
        return joined([*parts, _("{steps:,} steps").format(steps=self.panel.steps)], "; ")

    def code(self) -> str:
        """Write what was done after the start as code."""
        return deeds_of(self.deeds, self.panel.steps + (self.panel.failure is not None))

    def show(self) -> None:
        """Bring the controls in step with the training."""
        if self.fold is None or self.panel.running:
            return
        end = self.end[0].step if self.end else self.panel.steps
        self._said = self.panel.steps
        if self.back.source.max != max(end, 1):
            self._fitting = get_ident()
            self.back.set_range(0, max(end, 1), value=self.panel.steps, step=self.moments.every)
            self._fitting = 0
        self.back.value = self.panel.steps
        words = _("Moments kept: {count}, {size:.1f} MB of at most {most:.0f}; those in between are trained again.")
        words = words.format(count=len(self.moments.all), size=self.moments.size / 2**20, most=BUDGET / 2**20)
        words = self.cannot or words
        self.memory.value = f'<span style="line-height: 1.4; white-space: normal">{html.escape(words)}</span>'

    def _moved(self, step: int) -> None:
        # A hand may move on, in another thread, while an earlier move is still being followed: none is lost.
        if self._fitting != get_ident() and step != self._said:
            self.panel.rewind(step)

    def _note(self, values: dict[str, object]) -> None:
        panel = self.panel
        if self.cannot:
            return
        try:
            self.moments.keep(Moment.of(panel.steps, len(self.deeds), panel.iterator, panel.report, values))
        except Exception as error:  # noqa: BLE001  a learner's own class may hold what cannot be copied: it is said
            self.moments.clear()
            self.cannot = _("There is no way back in time: your code cannot be copied ({error}).").format(error=error)


def said(control: Control, value: object) -> str:
    """Say a setting in words."""
    if isinstance(control, Checkbox):
        return control.name if value else _("without {name}").format(name=control.name)
    return _("{name} {setting}").format(name=control.name, setting=value)
