"""CPU time of things that take turns, and of things that need a process of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

AT_LEAST = 0.005
"""Seconds of one turn; shorter steps are repeated until a turn takes so long."""


def interleaved(
    sides: Mapping[str, Callable[[], object]], seconds: float, least_rounds: int = 5
) -> dict[str, np.ndarray]:
    """Let all sides take turns for about `seconds`, and give the CPU seconds per call in each round.

    The sides share every moment of the machine: when it is slow, all are slow, and their ratio stays.
    One turn without a clock comes first.
    """
    repeats = {}
    for name, call in sides.items():
        call()
        start = time.process_time()
        call()
        repeats[name] = max(1, round(AT_LEAST / max(time.process_time() - start, 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in sides}
    start, rounds = time.process_time(), 0
    while time.process_time() - start < seconds or rounds < least_rounds:
        rounds += 1
        for name, call in sides.items():
            before = time.process_time()
            for _ in range(repeats[name]):
                call()
            times[name].append((time.process_time() - before) / repeats[name])
    return {name: np.array(values) for name, values in times.items()}


def ratio(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Median of the ratios, round by round."""
    return float(np.median(ours / theirs))


def in_new_process(code: str) -> float:
    """Run Python code in a process of its own, and give the number that it prints."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    if result.returncode:
        raise RuntimeError(f"a measurement in a process of its own failed:\n{result.stderr}")
    return float(result.stdout)
