"""Slow motion: a button that lets a picture go on by itself, a frame at a time, until its end or until it is pressed again."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.home import Home
from dlcourse.widgets.inputs import button

if TYPE_CHECKING:
    from dlcourse.widgets.panel import Panel

__all__ = ["Motion"]


class Motion:
    """A button that starts and stops a motion.

    Parameters
    ----------
    name : str
        What is on the button.
    frames : callable
        ``frames()`` draws a frame at each step, and yields the seconds until the next one.
    still : callable
        Called at the end, to draw what stays.

    Attributes
    ----------
    panel : Panel
        Shows what goes wrong.
    """

    def __init__(self, name: str, frames: Callable[[], Iterator[float]], still: Callable[[], None]):
        self.name, self.frames, self.still = name, frames, still
        self.panel: Panel
        self.going, self._home = False, Home()
        self.button: widgets.Button = button(f"▶ {name}", lambda: self.panel.guard(self.toggle)())

    def toggle(self) -> None:
        """Begin to move, or stop."""
        if self.going:
            self.going = False
        else:
            self._home.start(self._go)
            self.going = True
            self.button.description = _("■ stop")

    async def _go(self) -> None:
        try:
            for wait in self.frames():
                await asyncio.sleep(wait)
                if not self.going:
                    break
        except Exception as error:  # noqa: BLE001  whatever it is, it is shown: a task has nobody else to tell
            self.panel.show_error(error)
        finally:
            self.going = False
            self.button.description = f"▶ {self.name}"
            self.panel.guard(self.still)()
