"""What every widget of the course is: pictures, the controls that they follow, and a place to say what went wrong.

A widget file holds a pure ``compute``, then drawing on a `Picture`, then a function that gives a `Panel`:

    image = Number(_("image"), 0, 1999, 0)
    picture = Picture(880, 300)

    def update(changed, image):
        draw(picture.figure, compute(image))
        picture.show(alt=...)

    return Panel(_("Digit reader"), {"image": image}, [picture], update)

The panel calls ``update`` once at the start, and then whenever a control moves, with the names of those that moved
and the values of all. What ``update`` raises is shown in the panel. Nothing here waits, starts a thread or queues:
the browser sends the next move of a slider only after the last one was answered, so a fast drag leaves out values.

The picture stands above the controls, and what is seldom needed is folded away, so that both are in sight together.
"""

import html
import itertools
import threading
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.inputs import Checkbox, Control, button
from dlcourse.widgets.own import Mistake

__all__ = ["WRAPPED", "Fold", "Panel", "box_of_words", "in_rows"]

WIDTH = "900px"
WRAPPED = {"display": "flex", "flex_flow": "row wrap", "grid_gap": "0 24px", "align_items": "center", "max_width": "100%"}
"""Layout of a box whose children go on in the next line where there is no more room."""


def in_rows(controls: Iterable[Control]) -> Iterator[widgets.Widget]:
    """Give what is shown of each control; checkboxes that follow each other share a row, for their names are short."""
    for ticks, group in itertools.groupby(controls, lambda control: isinstance(control, Checkbox)):
        shown = [control.widget for control in group]
        if ticks and len(shown) > 1:
            for one in shown:
                one.layout.width = "max-content"
            yield widgets.HBox(shown, layout={"flex_flow": "row wrap", "grid_gap": "0 16px"})
        else:
            yield from shown


class Fold(widgets.VBox):
    """Controls that are seldom needed, behind a button that says what they are.

    Parameters
    ----------
    title : str
    inside : sequence of ipywidgets widgets
    opened : bool
        Whether they are shown at first.
    """

    def __init__(self, title: str, inside: Sequence[widgets.Widget], *, opened: bool = False):
        self._title = title
        self.button = widgets.ToggleButton(value=opened, layout={"width": "max-content", "max_width": "calc(100% - 4px)"})
        self.inside = widgets.Box(inside, layout=dict(WRAPPED))
        self.button.observe(lambda _change: self._show(), names="value")
        self._show()
        super().__init__([self.button, self.inside], layout={"max_width": "calc(100% - 4px)"})

    def _show(self) -> None:
        opened = self.button.value
        self.button.description = f"{'▾' if opened else '▸'} {self._title}"
        self.inside.layout.display = "flex" if opened else "none"


def box_of_words(words: str, *, more: str = "", details: str = "", fold: str = "") -> str:
    """Give the HTML of a message that nobody misses: bold words, a line below, and what can be unfolded."""
    shown = f"<b>{html.escape(words)}</b>" + (f"<br>{html.escape(more)}" if more else "")
    if details:
        shown += (
            f"<details><summary>{html.escape(fold)}</summary>"
            f'<pre style="overflow: auto">{html.escape(details)}</pre></details>'
        )
    return (
        '<div role="alert" style="background: #fff; color: #8b0000; border: 2px solid #8b0000; padding: 4px 10px; '
        f'line-height: 1.4; white-space: normal">{shown}</div>'
    )


class Panel(widgets.VBox):
    """A widget of the course: pictures, controls, a button back to their start, and a place for errors.

    Parameters
    ----------
    title : str
        Its name.
    controls : mapping of str to Control
        By the names of `update`'s arguments.
    body : sequence of ipywidgets widgets
        What is above the controls: pictures, lines of text.
    update : callable
        ``update(changed, **values)`` with the set of names that changed and the values of all controls. It computes
        and draws. All names are in `changed` at the start and after "back to the start values".
    buttons : sequence of ipywidgets widgets
        Beside "back to the start values".
    folded : collection of str
        Names of controls that are seldom needed.
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, Control],
        body: Sequence[widgets.Widget],
        update: Callable[..., None],
        *,
        buttons: Sequence[widgets.Widget] = (),
        folded: Collection[str] = (),
    ):
        self.title = title
        self.controls = dict(controls)
        self._update = update
        self._held = False
        # JupyterLab may run the callbacks of controls in another thread than the cells.
        self._lock = threading.RLock()
        self.error = widgets.HTML(layout={"display": "none", "width": "100%"})
        self.note = widgets.HTML(layout={"display": "none", "width": "100%"})
        self.back = button(_("back to the start values"), self.reset, tooltip=_("put every control back to its start"))
        self.row = widgets.HBox([*buttons, self.back], layout={"flex_flow": "row wrap"})
        super().__init__([*body, self.error, *self._arranged(folded), self.note])
        self.layout = {"width": "100%", "max_width": WIDTH}
        for name, control in self.controls.items():
            control.on_change(lambda name=name: self.refresh([name]))
            if hasattr(control.source, "say"):
                control.source.say = self.show_note
        self.refresh()

    def _arranged(self, folded: Collection[str]) -> list[widgets.Widget]:
        """Put the controls and buttons in rows."""
        seen = [control for name, control in self.controls.items() if name not in folded]
        rows: list[widgets.Widget] = [*in_rows(seen), self.row]
        if folded:
            rare = [self.controls[name] for name in folded]
            rows.append(Fold(_("more: {names}").format(names=", ".join(one.name for one in rare)), [*in_rows(rare)]))
        return [widgets.Box(rows, layout=dict(WRAPPED))]

    def refresh(self, changed: Iterable[str] | None = None) -> None:
        """Call ``update`` for the controls named in `changed`, for all if not given."""
        changed = set(self.controls if changed is None else changed)
        with self._lock:
            if self._held:
                return
            self.show_note("")
            # What update itself sets is part of this change, not another one.
            with self._hold():
                self.guard(self._update)(changed, **{name: control.value for name, control in self.controls.items()})

    def reset(self) -> None:
        """Put every control back to its start value, and draw once."""
        with self._lock:
            with self._hold():
                for control in self.controls.values():
                    control.reset()
            self.refresh()

    def guard(self, call: Callable) -> Callable:
        """Wrap `call` so that what it raises is shown in the panel: JupyterLab itself shows nothing."""

        def guarded(*args, **kwargs):
            self.show_error(None)  # before the call: what goes wrong while it runs, or in a task it started, stays
            try:
                return call(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  whatever it is, it is shown
                self.show_error(error)
                return None

        return guarded

    def show_error(self, error: Exception | None) -> None:
        """Say in the panel what went wrong, or, with None, that nothing does any longer."""
        if error is None:
            if self.error.value:
                self.error.layout.display = "none"
                self.error.value = ""
            return
        self.error.value = self.words_of(error)
        self.error.layout.display = "block"

    def words_of(self, error: Exception) -> str:
        """Give the HTML that tells of an error; of one in the learner's own code, with its line."""
        if isinstance(error, Mistake):
            line = _("Line {line} of your cell: {source}").format(line=error.line, source=error.source)
            more = _("Mend it, run its cell and this one again. Until then the controls still work.")
            return box_of_words(str(error), more=f"{line} – {more}" if error.line else more)
        return box_of_words(
            _("This did not work: {error}").format(error=str(error) or type(error).__name__),
            more=_("The controls still work: choose another value, or go back to the start values."),
            details="".join(traceback.format_exception(error)), fold=_("Details for a bug report"),
        )  # fmt: skip

    def show_note(self, words: str) -> None:
        """Say below the controls what was typed and cannot be; with no words, take it away."""
        if words or self.note.value:
            self.note.value = f'<div role="status" style="line-height: 1.4">{html.escape(words)}</div>' if words else ""
            self.note.layout.display = "block" if words else "none"

    @contextmanager
    def _hold(self):
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def __repr__(self) -> str:
        # Shown wherever the notebook does not run: on GitHub, in print, before the first run.
        values = ", ".join(f"{name}={control.value!r}" for name, control in self.controls.items())
        return _("Run this cell (Shift+Enter) to use it: {title}, {values}").format(title=self.title, values=values)
