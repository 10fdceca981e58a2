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
import threading
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import ipywidgets as widgets
from traitlets import TraitError

from dlcourse.text import _, joined
from dlcourse.widgets.boxes import WRAPPED, Fold, box_of_words, in_rows, inside
from dlcourse.widgets.inputs import Control, button
from dlcourse.widgets.own import Mistake
from dlcourse.widgets.picture import Picture
from dlcourse.widgets.screen import Screen
from dlcourse.widgets.share import Share, call_of
from dlcourse.widgets.touch import Touch
from dlcourse.widgets.touchable import Touchable

__all__ = ["Panel"]

WIDTH = "900px"


class Panel(Touchable, widgets.VBox):
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
    tools : mapping of str to Fold
        What else can be done, by the names that `hide` of an explorer takes; their buttons stand in the row.
    touch : Touch, optional
        A hand in the network that is shown.
    """

    running = False  # whether it goes on by itself

    def __init__(
        self,
        title: str,
        controls: Mapping[str, Control],
        body: Sequence[widgets.Widget],
        update: Callable[..., None],
        *,
        buttons: Sequence[widgets.Widget] = (),
        folded: Collection[str] = (),
        tools: Mapping[str, Fold] = MappingProxyType({}),
        touch: Touch | None = None,
    ):
        self.title = title
        self.touch, self.deeds = touch, []
        if touch is not None:
            touch.panel, tools = self, {**tools, "touch": touch.fold}
        self.controls, self.tools = dict(controls), tools
        self._update = update
        self._held = False
        self._call, self._given = "", {}
        self.defaults = self.values()
        # JupyterLab may run the callbacks of controls in another thread than the cells.
        self._lock = threading.RLock()
        self.error = widgets.HTML(layout={"display": "none", "width": "100%"})
        self.note = widgets.HTML(layout={"display": "none", "width": "100%"})
        self.back = button(_("back to the start values"), self.reset, tooltip=_("put every control back to its start"))
        self.share = Share()
        row = [*buttons, self.back, *(fold.button for fold in tools.values()), self.share.button]
        self.row = widgets.HBox(row, layout={"flex_flow": "row wrap"})
        folds = [fold.inside for fold in tools.values()]
        below = [self.note, self.share.line, Screen(self.sharpen)]
        super().__init__([*body, self.error, *self._arranged(folded), *folds, *below])
        self.add_class("dlcourse-panel")
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
            fold = Fold(_("more: {names}").format(names=joined((one.name for one in rare), ", ")), [*in_rows(rare)])
            self.row.children = [fold.button, *self.row.children]  # in a row of its own it would take more height
            rows.append(fold.inside)
        return [widgets.Box(rows, layout=dict(WRAPPED))]

    def opened(self, call: str, given: Mapping[str, object], settings: Mapping[str, object]) -> None:
        """Be opened by a call: its name, what it was given of the learner's, and first values of controls."""
        self._call, self._given, self.defaults = call, given, self.values()
        self.set(**settings)
        for name in settings:
            self.controls[name].start = self.controls[name].value
        self._tell()

    def set(self, **settings) -> "Panel":
        """Put controls, by name, at values, as a hand would; gives the panel itself."""
        if unknown := [name for name in settings if name not in self.controls]:
            known = ", ".join(self.controls)
            raise ValueError(f"{self._call or self.title}: there is no setting {unknown[0]!r}, expected some of {known}")
        for _again in range(2):  # the range of one may depend on another
            other = [name for name, value in settings.items() if self.controls[name].value != value]
            if other:
                with self._lock, self._hold():
                    for name in other:
                        try:
                            self.controls[name].value = settings[name]
                        except TraitError:
                            break  # no such choice: said below
                self.refresh(other)
        for name, value in settings.items():
            if self.controls[name].value != value:
                kept = self.controls[name].value
                raise ValueError(f"{self._call or self.title}: {name} cannot be {value!r}; it stays {kept!r}")
        return self

    @property
    def code(self) -> str:
        """The line of code that gives this panel as it is now."""
        return self.called(self.values()) + "".join(map(str, self.deeds))

    def called(self, values: Mapping[str, object]) -> str:
        """Write the call that opens this panel at such values."""
        other = {name: value for name, value in values.items() if value != self.defaults[name]}
        return call_of(self._call, {**self._given, **other})

    def values(self) -> dict[str, object]:
        """Give the values of all controls."""
        return {name: control.value for name, control in self.controls.items()}

    def _tell(self) -> None:
        """Have the line of code of this moment ready, and the numbers that a hand may change."""
        if self._call:
            self.share.show(self.code)
        if self.touch is not None and not self.running:
            self.touch.show()

    def refresh(self, changed: Iterable[str] | None = None) -> None:
        """Call ``update`` for the controls named in `changed`, for all if not given."""
        changed = set(self.controls if changed is None else changed)
        with self._lock:
            if self._held:
                return
            self.show_note("")
            # What update itself sets is part of this change, not another one.
            with self._hold():
                self.guard(self._update)(changed, **self.values())
            self._tell()

    def sharpen(self) -> None:
        """Draw the pictures again for the screen that they are on."""
        with self._lock:
            for picture in inside(self, Picture):
                picture.sharpen()

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
        return _("Run this cell (Shift+Enter) to use it: {title}").format(title=self.title)
