"""Waiting in tests: for a state, never for a time, and so long that only what hangs is late on the busiest machine."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

PATIENCE = 300  # seconds


def wait_for(condition, what="it"):
    """Wait until something is true, and give it."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE} s"
        time.sleep(0.05)
    return found


async def until(condition, what="it"):
    """Give way to other tasks until something is true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE} s"
        await asyncio.sleep(0.01)


def run_in_a_loop(coroutine):
    """Run in a thread of its own: where a browser test came before, Playwright keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()
