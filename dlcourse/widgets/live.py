"""Training that can be watched and steered: a panel that takes steps while its controls stay alive.

A `Training` panel owns the iterator that trains. An asyncio task takes steps for a slice of time, redraws when it
is due, and gives way, so that the buttons, all controls and other cells answer while it trains. Nothing trains in a
thread: two threads would share one processor and race each other's labels. JupyterLab calls back from controls in
another thread; there a new picture would send its samples through the network between a step's forward and backward.
So whatever a control asks for is done in the thread that trains.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.controls import Control, Panel, button

__all__ = ["Training"]

SLICE = 0.02  # seconds of steps before the task gives way
# Turns of the event loop for which it does: a click goes through several callbacks until it is heard, and each turn
# takes it one further. With a single turn it waits for a whole slice each time, and Pause takes twice as long.
TURNS = 10
REDRAW = 0.09  # seconds between two redraws
HEARTBEAT = 1000  # milliseconds between two signs of life from the browser
PATIENCE = 15  # seconds without one after which nobody is taken to be watching


class Training(Panel):
    """A panel with Start, Pause, Step and Reset.

    Parameters
    ----------
    title : str
        Its name.
    controls : mapping of str to Control
        By name. One of them should be ``seed``.
    body : sequence of ipywidgets widgets
        Pictures below the controls.
    build : callable
        ``build(**values)`` with the values of all controls makes a new iterator, such as a `Trainer`. If it has
        ``total_steps``, the progress bar shows the way to the end.
    draw : callable
        ``draw(run, report, **values)`` draws the iterator's state; `report` is what it yielded last, None at first.
    live : collection of str
        Names of the controls that may move while training. Any other control starts anew from step 0.
    adjust : callable, optional
        ``adjust(run, **values)`` hands the values of live controls to the running iterator.
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, Control],
        body: Sequence[widgets.Widget],
        *,
        build: Callable[..., Iterator],
        draw: Callable[..., None],
        live: Collection[str] = (),
        adjust: Callable[..., None] | None = None,
    ):
        self._build, self._draw, self._adjust, self._live = build, draw, adjust, frozenset(live)
        self._home, self._waiting = threading.get_ident(), set()
        self.run: Iterator | None = None
        self.report: Any = None
        self.steps = 0
        self._running = self._alone = self._halt = False
        self._task = None
        try:  # the kernel's own loop: a button may be pressed in another thread, which has none
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self.start_button = button(_("Start"), lambda: self.guard(self.start)())
        self.pause_button = button(_("Pause"), self._pause_soon)
        self.step_button = button(_("Step"), lambda: self.guard(self.step)())
        self.reset_button = button(_("Reset"), lambda: self.guard(self.restart)(), tooltip=_("train anew from step 0"))
        self.bar = widgets.IntProgress(value=0, max=1, layout={"width": "200px"}, style={"bar_color": "#0072b2"})
        self.state = widgets.Label(layout={"width": "auto", "min_width": "20em"})
        # It ticks in the browser only. When the ticks stop coming the page is closed, and so training pauses.
        self.pulse = widgets.Play(interval=HEARTBEAT, max=10**9, layout={"display": "none"})
        self.pulse.observe(self._felt, names="value")
        self._heard = time.monotonic()
        buttons = widgets.HBox([self.start_button, self.pause_button, self.step_button, self.reset_button])
        progress = widgets.HBox([buttons, self.bar, self.state, self.pulse], layout={"align_items": "center"})
        super().__init__(title, controls, [progress, *body], self._changed)

    @property
    def running(self) -> bool:
        """Whether it trains at present."""
        return self._running

    def start(self) -> None:
        """Train until the end, or until `pause`."""
        if self._running:
            return
        if self._loop is None:
            raise RuntimeError(_("there is no event loop to train in; take single steps, or open it in JupyterLab"))
        if self.run is None:
            self.restart()
        self._running, self._alone, self._halt = True, False, False
        self._heard = time.monotonic()
        self.pulse.playing = True
        self._task = asyncio.run_coroutine_threadsafe(self._train(), self._loop)
        self._say()

    def pause(self) -> None:
        """Stop after the step at hand; `start` goes on from there."""
        self._running = False
        self.pulse.playing = False
        self._say()

    def _pause_soon(self) -> None:
        self._halt = True  # seen after the step at hand, whichever thread this is
        self.guard(self.pause)()

    def step(self) -> None:
        """Take a single step."""
        self._alone = False
        self.pause()
        if self.run is None:
            self.restart()
        self._advance()
        self._show()

    def restart(self) -> None:
        """Throw the iterator away and build a new one from the values set: step 0."""
        self._alone = False
        self.pause()
        self.run, self.report, self.steps = None, None, 0
        self.run = self._build(**self._values())
        self._show()

    def refresh(self, changed: Iterable[str] | None = None) -> None:
        """As `Panel.refresh`, in the thread that trains; of several changes that wait for it the last values count."""
        with self._lock:
            self._waiting |= set(self.controls if changed is None else changed)
        self._at_home(self._catch_up)

    def guard(self, call: Callable) -> Callable:
        """As `Panel.guard`, in the thread that trains."""
        guarded = super().guard(call)
        return lambda *args, **kwargs: self._at_home(partial(guarded, *args, **kwargs))

    def close(self) -> None:
        """Stop training, and take the panel out of the notebook."""
        self._running = False
        super().close()

    def _at_home(self, call: Callable[[], object]) -> None:
        if self._loop is None or threading.get_ident() == self._home:
            call()
        else:
            self._loop.call_soon_threadsafe(call)

    def _catch_up(self) -> None:
        with self._lock:
            changed, self._waiting = self._waiting, set()
        if changed:
            super().refresh(changed)

    def _values(self) -> dict[str, object]:
        return {name: control.value for name, control in self.controls.items()}

    def _changed(self, changed: set[str], **values) -> None:
        if self.run is None or not changed <= self._live:
            self.restart()
            return
        if self._adjust is not None:
            self._adjust(self.run, **values)
        if not self._running:
            self._show()

    def _advance(self) -> bool:
        """Take one step; False at the end."""
        try:
            self.report = next(self.run)
        except StopIteration:
            return False
        self.steps += 1
        return True

    async def _train(self) -> None:
        due = time.monotonic() + REDRAW
        try:
            while self._running:
                slice_end = time.monotonic() + SLICE
                while self._running and not self._halt and time.monotonic() < slice_end:
                    self._running = self._advance()
                if time.monotonic() >= due and not self._halt:
                    began = time.monotonic()
                    self._show()
                    # On a slow machine drawing takes longer: at least half of the time is for training.
                    ended = time.monotonic()
                    due = max(due + REDRAW, ended + ended - began)
                if time.monotonic() - self._heard > PATIENCE:
                    self._running, self._alone = False, True
                for _turn in range(TURNS):
                    await asyncio.sleep(0)
        except Exception as error:  # whatever it is, it is shown: a task has nobody else to tell
            self.show_error(error)
        finally:
            self.pause()
            self.guard(self._show)() if not self.error.value else self._say()

    def _show(self) -> None:
        if self.run is not None:
            self._draw(self.run, self.report, **self._values())
        self._say()

    def _say(self) -> None:
        total = getattr(self.run, "total_steps", 0)
        self.bar.max = max(total, 1)
        self.bar.value = min(self.steps, self.bar.max)
        if self._running:
            state = _("training")
        elif total and self.steps >= total:
            state = _("finished")
        else:
            state = _("paused") if self.steps else _("ready")
        self.state.value = _("{state}, step {step:,}").format(state=state, step=self.steps)
        if total:
            self.state.value += _(" of {total:,}").format(total=total)
        if self._alone:
            self.state.value += _(" (the page was silent for {seconds} s; Start goes on)").format(seconds=PATIENCE)

    def _felt(self, _change) -> None:
        self._heard = time.monotonic()
