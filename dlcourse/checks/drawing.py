"""What drawn numbers must bear: which distribution they come from, and that each draw is used once.

A right answer is refused by chance less than once in a million times.
"""

import math
from statistics import NormalDist

import numpy as np

__all__ = ["MOST", "drawn_by", "like", "off_normal", "repeated"]

# What `off_normal` stays below for normal numbers, but for one time in ten million.
MOST = 2.9
_GRID = np.linspace(-8, 8, 4001)
_SHARES = np.array([NormalDist().cdf(z) for z in _GRID])


def off_normal(z: np.ndarray) -> float:
    """Give how far numbers are from normal ones of spread 1: Kolmogorov's distance, times the root of their count."""
    z = np.sort(z, axis=None)
    below = np.interp(z, _GRID, _SHARES)
    steps = np.arange(z.size + 1) / z.size
    return math.sqrt(z.size) * float(max(np.max(steps[1:] - below), np.max(below - steps[:-1])))


def like(found: float, right: float, count: int) -> bool:
    """Can `found` be the spread of so many normal numbers whose true spread is `right`?"""
    return abs(found / right - 1) < 5.5 / math.sqrt(2 * count)


def repeated(*drawn: np.ndarray) -> float:
    """Give the share of numbers that were there before, with either sign; by chance it is less than a twentieth."""
    z = np.concatenate([np.ravel(one) for one in drawn])
    return 1 - len(np.unique(np.round(np.abs(z), 7))) / z.size


def drawn_by(seed: int, *drawn: np.ndarray, spare: int = 0) -> bool:
    """Do normal numbers of spread 1 come from ``default_rng(seed)``, in any order, each of its draws used once?

    As many as `spare` of the draws may be used nowhere.
    """
    z = np.concatenate([np.ravel(one) for one in drawn])
    if repeated(z) > 0.05:
        return False
    for dtype in (np.float64, np.float32):
        stream = np.sort(np.random.default_rng(seed).standard_normal(z.size + spare, dtype=dtype).astype(float))
        right = np.searchsorted(stream, z).clip(1, stream.size - 1)
        nearest = np.minimum(np.abs(stream[right] - z), np.abs(stream[right - 1] - z))
        if np.all(nearest < 2e-6 * np.maximum(np.abs(z), 1)):
            return True
    return False
