"""A panel around an iterator that takes steps: how it is built, steered, taken back in time and told as code.

`Training`, in `live`, adds the buttons, and the task that takes steps while everything else stays alive.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as widgets

from dlcourse.widgets.comparison import Comparison
from dlcourse.widgets.home import Home
from dlcourse.widgets.inputs import Control
from dlcourse.widgets.moments import Moment
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.past import Past
from dlcourse.widgets.touch import Touch

__all__ = ["Stepping"]


class Stepping(Panel):
    """A panel whose picture is the state of an iterator.

    Parameters
    ----------
    title, controls, body, folded
        As of `Panel`.
    build, draw, live, looks, adjust, compare, touch
        As of `Training`.

    Attributes
    ----------
    iterator : Iterator
    report : object
        What it yielded last.
    steps : int
        How many it has taken.
    failure : Exception or None
        What broke it off.
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, Control],
        body: Sequence[widgets.Widget],
        *,
        build: Callable[..., Iterator],
        draw: Callable[..., None],
        live: Collection[str],
        looks: Collection[str],
        adjust: Callable[..., None] | None,
        folded: Collection[str],
        compare: Comparison | None,
        touch: Touch | None,
    ):
        self._build, self._draw, self._adjust = build, draw, adjust
        self._live, self._looks = frozenset(live) | frozenset(looks), frozenset(looks)
        self._home, self._waiting = Home(), set()
        self._changes = threading.Lock()  # of its own: whoever tells of a change need not wait for a picture
        self.iterator: Iterator | None = None
        self.report: Any = None
        self.steps = 0
        self.failure: Exception | None = None
        self._running = False
        for name in controls.keys() - self._live:
            controls[name].mark_anew()
        self.past = Past(self, compare)
        tools = {"time": self.past.fold} if self.past.fold else {}
        super().__init__(title, controls, body, self._changed, folded=folded, tools=tools, touch=touch)

    @property
    def running(self) -> bool:
        """Whether it trains at present."""
        return self._running

    def start(self) -> None:
        """Take steps by itself."""
        raise NotImplementedError

    def pause(self) -> None:
        """Take no more steps by itself."""
        self._running = False

    def run(self, steps: int) -> "Stepping":
        """Take so many steps at once, no more than there are, and give the panel itself."""
        self.guard(self._run)(steps)
        return self

    def rewind(self, step: int) -> "Stepping":
        """Go back to a step; what came later stays in grey when training goes on from there. Gives the panel itself."""
        self.halt()
        self.guard(self._rewind)(step)
        return self

    def restore(self, moment: Moment) -> None:
        """Be as at a moment."""
        if self.touch is not None:
            self.touch.forget()
        self.iterator, self.report, self.steps, self.failure = moment.again(), moment.report, moment.step, moment.failure
        with self._hold():
            for name in self._live - self._looks:
                self.controls[name].value = moment.values[name]

    def touched(self, method: str, *values) -> None:
        """Something was done to the network by hand, between two steps: measure it again, and draw it."""
        self.iterator.anew()
        self.past.do(method, *values)
        self._show()

    def untouched(self, step: int) -> None:
        """The last of what was done by hand has been taken back."""
        self.past.take_back(step)
        self._say()

    def repeat(self, until: int) -> None:
        """Take steps that were taken before."""
        while self.steps < until:
            self.report = next(self.iterator)
            self.steps += 1

    def redraw(self) -> None:
        """Draw the state of now again."""
        self._show()

    def restart(self) -> None:
        """Throw the iterator away and build a new one from the values set: step 0."""
        self.pause()
        self.iterator, self.report, self.steps, self.failure = None, None, 0, None
        self.iterator = self._build(**self.values())
        self.past.begin(self.values())
        if self.touch is not None:
            self.touch.forget()
        self._show()

    def refresh(self, changed: Iterable[str] | None = None) -> None:
        """As `Panel.refresh`, in the thread that trains; of several changes that wait for it the last values count."""
        with self._changes:
            self._waiting |= set(self.controls if changed is None else changed)
        self._home.do(self._catch_up)

    def sharpen(self) -> None:
        """As `Panel.sharpen`, in the thread that trains."""
        self._home.do(super().sharpen)

    def guard(self, call: Callable) -> Callable:
        """As `Panel.guard`, in the thread that trains."""
        guarded = super().guard(call)
        return lambda *args, **kwargs: self._home.do(partial(guarded, *args, **kwargs))

    @property
    def code(self) -> str:
        """The line of code that gives this panel as it is now."""
        looks = {name: self.controls[name].value for name in self._looks}
        return self.called({**self.past.start, **looks}) + self.past.code()

    def _run(self, steps: int) -> None:
        try:
            for _step in range(steps):
                if not self._advance():
                    break
        except Exception as error:
            self.failure = error
            raise
        finally:
            self._show()

    def _rewind(self, step: int) -> None:
        self.pause()
        self.past.go_to(step)
        self._show()

    def _catch_up(self) -> None:
        with self._changes:
            changed, self._waiting = self._waiting, set()
        if changed:
            super().refresh(changed)

    def _changed(self, changed: set[str], **values) -> None:
        if self.iterator is None or not changed <= (self._looks if self.failure else self._live):
            going = self._running
            self.restart()
            if going:  # a change is no Pause, and it may be told only after Start was pressed
                self.start()
            return
        if self._adjust is not None:
            self._adjust(self.iterator, **values)
        if steered := {name: values[name] for name in values if name in changed - self._looks}:
            self.past.do("set", **steered)
        if not self._running:
            self._show()

    def _advance(self) -> bool:
        """Take one step; False at the end."""
        self.past.leave()
        try:
            self.report = next(self.iterator)
        except StopIteration:
            return False
        self.steps += 1
        self.past.stepped()
        return True

    def _show(self) -> None:
        if self.iterator is not None:
            self._draw(self.iterator, self.report, **self.values())
        self._say()

    def _say(self) -> None:
        """Say in words where it is."""
        self.past.show()
        self._tell()

    def halt(self) -> None:
        """See to it that what is going on stops after the step at hand."""
