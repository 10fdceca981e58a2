"""CPU time of sides that take turns, each in a process of its own."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection

import numpy as np
from threadpoolctl import threadpool_info

TURN = 0.1
"""Seconds that a turn lasts; shorter calls are repeated, so that all but the first find the cache as they left it."""


class Side:
    """A process that makes something to call, and then calls and times it whenever it is told to.

    A process of its own, because in a shared one each side would find the memory that the others left behind: how
    much of what was freed the C library keeps at hand decides up to a quarter of the time of a convolutional network.

    Parameters
    ----------
    make : callable
        Gives what is timed. It is called in the process, so it must be one that pickle can name.
    """

    def __init__(self, make: Callable[[], Callable[[], object]]):
        methods = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            context.set_forkserver_preload(["benchmarks.others"])  # PyTorch is imported once, not in each process
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make), daemon=True)
        self._process.start()
        theirs.close()

    def time(self, repeats: int) -> float:
        """CPU seconds of one of so many calls in a row."""
        self._pipe.send(repeats)
        return self._pipe.recv()

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()


def interleaved(
    sides: Mapping[str, Callable[[], Callable[[], object]]], seconds: float, least_rounds: int = 5
) -> dict[str, np.ndarray]:
    """Let all sides take turns until each has had about `seconds`, and give the CPU seconds per call of each round.

    The sides share every moment of the machine: when it is slow, all are slow, and their ratio stays.
    Two turns come first that do not count.
    """
    running = {name: Side(make) for name, make in sides.items()}
    repeats, times = {}, {name: [] for name in sides}
    for name, side in running.items():
        side.time(1)
        repeats[name] = max(1, round(min(TURN, seconds) / side.time(1)))
    while len(times[name]) < least_rounds or sum(times[name]) * repeats[name] < seconds:
        for name, side in running.items():
            times[name].append(side.time(repeats[name]))
    for side in running.values():
        side.close()
    return {name: np.array(values) for name, values in times.items()}


def ratio(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Median of the ratios, round by round."""
    return float(np.median(ours / theirs))


def blas_kernels() -> str:
    """The library of NumPy's matrix products and the processor that it takes this one for."""
    found = [pool for pool in threadpool_info() if "numpy" in pool["filepath"] and pool["user_api"] == "blas"]
    return ", ".join(f"{pool['internal_api']} {pool['version']}, {pool['architecture']}" for pool in found) or "unknown"


def in_new_process(code: str) -> float:
    """Run Python code in a new interpreter, which keeps what it has compiled, and give the number that it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        raise RuntimeError(f"a measurement in a new process failed:\n{result.stderr}")
    return float(result.stdout)


def _serve(pipe: Connection, make: Callable[[], Callable[[], object]]) -> None:
    call = make()
    while True:
        try:
            repeats = pipe.recv()
        except EOFError:  # the other end was closed: all is measured
            return
        start = time.process_time()
        for _ in range(repeats):
            call()
        pipe.send((time.process_time() - start) / repeats)
