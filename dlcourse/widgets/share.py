"""The whole state of an explorer as one line of code, which gives the same picture and the same curves wherever it runs.

    training_bench(lr=0.3, seed=7).run(200).set(lr=1.0).run(200)

The call holds the settings at the start; what was done later follows in the order in which it was done, at its step.
"""

import html
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets as widgets

from dlcourse.text import _

__all__ = ["Deed", "Share", "added", "call_of", "deeds_of", "spelled", "without_the_last"]


class Deed(NamedTuple):
    """What was done to an explorer after its start: a method of its panel, with what it was given."""

    step: int  # of training, at which it was done
    method: str
    values: tuple = ()
    settings: Mapping[str, object] = {}

    def __str__(self) -> str:
        return "." + call_of(self.method, self.settings, self.values)

    def redo(self, panel: Any) -> None:
        """Do it again."""
        getattr(panel, self.method)(*self.values, **self.settings)


def added(deeds: Sequence[Deed], deed: Deed) -> list[Deed]:
    """Add a deed; where a hand moves on at the same place and step, the last one makes way for it."""
    deeds = list(deeds)
    if deeds and deeds[-1][:2] == deed[:2]:
        if deed.settings:
            deed = deed._replace(settings={**deeds.pop().settings, **deed.settings})
        elif deeds[-1].values[:2] == deed.values[:2]:
            deeds.pop()
    return [*deeds, deed]


def without_the_last(deeds: Sequence[Deed]) -> list[Deed]:
    """Leave out the last deed, which has been taken back at once: it stands for what was done and for its opposite."""
    return list(deeds[:-1])


def spelled(value: object) -> str:
    """Write a value as code: what has a name in the notebook by its name, numbers and words as they are."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {spelled(one)}" for key, one in value.items()) + "}"
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", type(value).__name__)
    if value is None or isinstance(value, bool | int | float | str | tuple | list):
        return repr(value)
    names = vars(sys.modules["__main__"])
    return next((name for name in names if names[name] is value and not name.startswith("_")), "…")


def call_of(name: str, settings: Mapping[str, object], values: Sequence[object] = ()) -> str:
    """Write a call as code."""
    given = [*map(spelled, values), *(f"{key}={spelled(value)}" for key, value in settings.items())]
    return f"{name}({', '.join(given)})"


def deeds_of(deeds: Sequence[Deed], steps: int) -> str:
    """Write what was done after the start as code, with the steps that were taken in between."""
    written, done = [], 0
    for deed in deeds:
        if deed.step > done:
            written.append(f".run({deed.step - done})")
            done = deed.step
        written.append(str(deed))
    if steps > done:
        written.append(f".run({steps - done})")
    return "".join(written)


# The button is the page's own: only the browser can copy, and only while it is being pressed.
COPY = """
const code = this.closest('.dlcourse-panel').querySelector(`.${this.dataset.line} code`).textContent;
const told = this.parentElement.querySelector('[role=status]');
const old = () => {
    const box = document.body.appendChild(document.createElement('textarea'));
    box.value = code;
    box.select();
    document.execCommand('copy');
    box.remove();
    this.focus();
};
if (navigator.clipboard) navigator.clipboard.writeText(code).catch(old); else old();
told.textContent = this.dataset.copied + ' ' + code;
"""


class Share:
    """A button that copies a line of code, and the line, which nobody sees until it has been copied.

    Parameters
    ----------
    name, says : str, optional
        On the button, and for who rests on it.
    line : str
        Class of the line on the page: another one for each button of a panel.

    Attributes
    ----------
    button, line : ipywidgets widgets
        To be in one panel with the class ``dlcourse-panel``.
    """

    def __init__(self, name: str = "", says: str = "", line: str = "dlcourse-code"):
        says = says or _("copy a line of code that gives this picture again")
        name, copied = name or _("copy as code"), _("copied:")
        self.button = widgets.HTML(
            f'<button type="button" class="jupyter-button widget-button" style="width: max-content"'
            f' title="{html.escape(says)}"'
            f' data-copied="{html.escape(copied)}" data-line="{line}" onclick="{html.escape(COPY)}">{html.escape(name)}</button>'
            ' <span role="status" style="font-family: var(--jp-code-font-family, monospace); overflow-wrap: anywhere;'
            ' white-space: normal; line-height: 1.4"></span>',
            layout={"display": "none", "max_width": "calc(100% - 4px)"},
        )
        self.line = widgets.HTML(layout={"display": "none"})
        self.line.add_class(line)

    def show(self, code: str) -> None:
        """Have another line to be copied."""
        if not self.line.value:
            self.button.layout.display = None
        self.line.value = f"<code>{html.escape(code)}</code>"
