"""Where a widget's work is done: in the thread that made it, one thing after the other, in the order it was asked.

JupyterLab may tell of a click or a moved slider in another thread than the one that runs the cells, and of two controls
in two threads. What one thread hands over must not be overtaken by what another does at once.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future

from dlcourse.text import _

__all__ = ["Home"]


class Home:
    """The thread that this is made in, and its event loop if it has one."""

    def __init__(self):
        self._thread, self._asked, self._busy = threading.get_ident(), deque(), False
        try:  # the kernel's own loop: another thread has none
            self.loop = asyncio.get_running_loop()
        except RuntimeError:
            self.loop = None

    def do(self, call: Callable[[], object]) -> None:
        """Have `call` done here, after all that was asked before: at once if this thread asks."""
        here = self.loop is None or threading.get_ident() == self._thread
        if here and self._busy:  # a part of what is being done: nothing else may come between
            call()
            return
        self._asked.append(call)
        if here:
            self._do_all()
        else:
            self.loop.call_soon_threadsafe(self._do_all)

    def later(self, seconds: float, call: Callable[[], object]) -> None:
        """Have `call` done here in so many seconds; never, where there is no event loop."""
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.loop.call_later, seconds, call)

    def start(self, task: Callable[[], Coroutine]) -> Future:
        """Start a task in the event loop."""
        if self.loop is None:
            raise RuntimeError(_("there is no event loop to train in; take single steps, or open it in JupyterLab"))
        return asyncio.run_coroutine_threadsafe(task(), self.loop)

    def _do_all(self) -> None:
        self._busy = True
        try:
            while self._asked:
                self._asked.popleft()()
        finally:
            self._busy = False
