"""What the panel says of the learner's own code: it agrees with the package's, or where the two part."""

import html

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.controls import Choice
from dlcourse.widgets.own import Mistake

__all__ = ["Verdict", "whose"]


class Verdict(widgets.HTML):
    """A line of words below a picture; hidden until there is something to say."""

    def __init__(self):
        super().__init__(layout={"display": "none", "width": "100%"})

    def say(self, name: str, parts: str) -> None:
        """Say where the learner's code and the package's part; with no words, that they agree.

        Parameters
        ----------
        name : str
            Of the learner's code.
        parts : str
            As of `own.parting`.
        """
        if parts:
            words, mark = _("{name} and the package's part. {parts}.").format(name=name, parts=parts), "≠"
        else:
            words, mark = _("{name} and the package's agree.").format(name=name), "="
        self.value = f'<div role="status" style="line-height: 1.4; white-space: normal"><b>{mark}</b> {html.escape(words)}</div>'
        self.layout.display = "block"

    def judge(self, name: str, compare) -> None:
        """Say what `compare()` finds; a mistake in the learner's code counts as parting."""
        try:
            self.say(name, compare())
        except Mistake as error:
            self.say(name, str(error))


def whose() -> Choice:
    """Give the switch between the learner's code and the package's."""
    return Choice(_("code"), {_("yours"): True, _("the package's"): False})
