"""How far a training is: its buttons, a bar, and a line that says what it does; and what helps when it blew up."""

from collections.abc import Sequence

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.training import Diverged
from dlcourse.widgets.boxes import WRAPPED, box_of_words

__all__ = ["ProgressRow", "blown_up"]


def blown_up(error: Diverged) -> str:
    """Give the HTML that tells of training that blew up, and of what helps."""
    return box_of_words(
        _("Training blew up at step {step}: neither the loss nor the weights are numbers any more.").format(
            step=error.step
        ),
        more=_("Set a smaller learning rate: training then begins anew from step 0, with fresh weights. (Reset, too,"
               " begins anew, with the settings as they are.)"),
    )  # fmt: skip


class ProgressRow(widgets.Box):
    """A row of buttons, a bar and words.

    Parameters
    ----------
    buttons : sequence of ipywidgets widgets
    pulse : ipywidgets widget
        Not to be seen; it must be where the others are.
    unit : str
        What a step is called.
    """

    def __init__(self, buttons: Sequence[widgets.Widget], pulse: widgets.Widget, unit: str):
        self._unit = unit
        self.bar = widgets.IntProgress(value=0, max=1, layout={"width": "200px"}, style={"bar_color": "#0072b2"})
        self.state = widgets.Label(layout={"width": "auto", "min_width": "20em"})
        row = widgets.HBox(buttons, layout={"flex_flow": "row wrap"})
        super().__init__([row, self.bar, self.state, pulse], layout=WRAPPED | {"grid_gap": "0 8px"})

    def show(self, steps: int, total: int, running: bool, failure: Exception | None, alone: bool) -> None:
        """Say where a training is, in one go: written twice, the line would flicker.

        Parameters
        ----------
        steps, total : int
            `total` is 0 if there is no end.
        running : bool
        failure : Exception or None
            What broke it off.
        alone : bool
            Whether it waits for somebody to look.
        """
        self.bar.max = max(total, 1)
        self.bar.value = min(steps, self.bar.max)
        if running:
            state = _("training")
        elif failure:
            state = _("blew up") if isinstance(failure, Diverged) else _("broken off")
        elif total and steps >= total:
            state = _("finished")
        else:
            state = _("paused") if steps else _("ready")
        words = _("{state}, {unit} {step:,} of {total:,}") if total else _("{state}, {unit} {step:,}")
        words = words.format(state=state, unit=self._unit, step=steps, total=total)
        self.state.value = words + (_(" (it waits, for it is on no page)") if alone else "")
