"""Training that can be watched and steered: a panel that takes steps while its controls stay alive.

A `Training` panel owns the iterator that trains. An asyncio task takes steps for a slice of time, redraws when it
is due, and gives way, so that the buttons, all controls and other cells answer while it trains. Nothing trains in a
thread: two threads would share one processor and race each other's labels. JupyterLab calls back from controls in
another thread; there a new picture would send its samples through the network between a step's forward and backward.
So whatever a control asks for is done in the thread that trains, one thing after the other, in the order it was asked.

It trains only while somebody can see it: a panel that is on no page waits, and goes on when it is shown again.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.training import Diverged
from dlcourse.widgets.comparison import Comparison
from dlcourse.widgets.controls import Control, button
from dlcourse.widgets.progress import ProgressRow, blown_up
from dlcourse.widgets.pulse import Pulse
from dlcourse.widgets.stepping import Stepping
from dlcourse.widgets.touch import Touch

__all__ = ["Training"]

SLICE = 0.02  # seconds of steps before the task gives way
# Turns of the event loop for which it does: a click goes through several callbacks until it is heard, and each turn
# takes it one further. With a single turn it waits for a whole slice each time, and Pause takes twice as long.
TURNS = 10
REDRAW = 0.09  # seconds between two redraws
PATIENCE = 5  # seconds without an answer from the page after which nobody is taken to be watching


class Training(Stepping):
    """A panel with Start, Pause, Step and Reset.

    Parameters
    ----------
    title : str
        Its name.
    controls : mapping of str to Control
        By name. One of them should be ``seed``.
    body : sequence of ipywidgets widgets
        Pictures above the buttons.
    build : callable
        ``build(**values)`` with the values of all controls makes a new iterator, such as a `Trainer`. If it has
        ``total_steps``, the progress bar shows the way to the end.
    draw : callable
        ``draw(run, report, **values)`` draws the iterator's state; `report` is what it yielded last, None at first.
    live : collection of str
        Names of the controls that may move while training. Any other control starts anew from step 0, and is marked.
    looks : collection of str
        Names of the controls that only change what is drawn, or how fast.
    adjust : callable, optional
        ``adjust(run, **values)`` hands the values of live controls to the running iterator.
    unit : str
        What a step is called.
    folded : collection of str
        As of `Panel`.
    compare : Comparison, optional
        Curves that can be kept and gone back along.
    touch : Touch, optional
        A hand in the network; the iterator then has ``anew()``, which measures again.
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
        looks: Collection[str] = (),
        adjust: Callable[..., None] | None = None,
        unit: str = "",
        folded: Collection[str] = (),
        compare: Comparison | None = None,
        touch: Touch | None = None,
    ):
        self._alone = self._halt = self._at_work = False
        self._task = None
        anew = _("train anew from step 0, with the settings as they are")
        self.start_button = button(_("Start"), lambda: self.guard(self.start)())
        self.pause_button = button(_("Pause"), self._pause_soon)
        self.step_button = button(_("Step"), lambda: self.guard(self.step)())
        self.reset_button = button(_("Reset"), lambda: self.guard(self.restart)(), tooltip=anew)
        self.pulse = Pulse(self._seen)
        buttons = [self.start_button, self.pause_button, self.step_button, self.reset_button]
        self.progress = ProgressRow(buttons, self.pulse, unit or _("step"))
        legend = [] if compare is None else [compare.legend]
        super().__init__(
            title, controls, [*body, *legend, self.progress], build=build, draw=draw, live=live, looks=looks,
            adjust=adjust, folded=folded, compare=compare, touch=touch,
        )  # fmt: skip
        self.back.tooltip = _("put every control back to its start, and train anew from step 0")

    def start(self) -> None:
        """Train until the end, or until `pause`; from step 0 if training broke down, for such weights are beyond help."""
        if self._running:
            return
        if self.iterator is None or self.failure:
            self.restart()
        if not self._at_work:  # else the task of before has not yet seen that it was to stop, and goes on
            self._task = self._home.start(self._train)
        self._running, self._alone, self._halt, self._at_work = True, False, False, True
        self.pulse.begin()
        self._say()

    def pause(self) -> None:
        """Stop after the step at hand; `start` goes on from there."""
        super().pause()
        self._alone = False
        self._say()

    def _pause_soon(self) -> None:
        self.halt()
        self.guard(self.pause)()

    def step(self) -> None:
        """Take a single step."""
        self.pause()
        if self.iterator is None or self.failure:
            self.restart()
        try:
            self._advance()
        except Exception as error:
            self.failure = error
            self._say()
            raise
        self._show()

    def reset(self) -> None:
        """Pause, put every control back to its start value, and begin anew."""
        self._halt = True
        self._home.do(self.pause)
        self._home.do(super().reset)

    def close(self) -> None:
        """Stop training, and take the panel out of the notebook."""
        self._running = False
        super().close()

    def words_of(self, error: Exception) -> str:
        """As of `Panel`; of training that blew up, with what helps."""
        return blown_up(error) if isinstance(error, Diverged) else super().words_of(error)

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
                self.pulse.listen()
                if self._running and self.pulse.silent > PATIENCE:
                    self._running, self._alone = False, True
                for _turn in range(TURNS):
                    await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001  whatever it is, it is shown: a task has nobody else to tell
            self.failure = error
            self.show_error(error)
        finally:
            self._running = self._at_work = False
            self._say() if self.failure else self.guard(self._show)()

    def halt(self) -> None:
        """Stop after the step at hand, whichever thread this is."""
        self._halt = True

    def _say(self) -> None:
        super()._say()
        self.progress.show(self.steps, getattr(self.iterator, "total_steps", 0), self._running, self.failure, self._alone)

    def _seen(self) -> None:
        if self._alone:
            self._home.do(self._go_on)

    def _go_on(self) -> None:
        if self._alone:
            self.start()
