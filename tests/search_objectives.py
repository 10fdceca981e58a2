"""What test_search.py searches. Worker processes import it by name: the less it imports itself, the faster they start."""

import math
import os
import time


def bowl(params, rng):
    return -((math.log10(params["lr"]) + 2) ** 2)  # best at lr = 0.01


def bowl_with_chance(params, rng):
    return bowl(params, rng) + rng.random()


def bowl_in_three(params, rng):
    return bowl(params, rng) - (params["x"] - 0.3) ** 2 - (params["y"] + 1) ** 2


def waits(params, rng):
    time.sleep(params["seconds"])
    return 1.0


def dies_at_times(params, rng):
    if params["die"]:
        os._exit(3)
    return 1.0


def reads_threads(params, rng):
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return sum(int(os.environ[name]) for name in names)


def never(params, rng):
    raise AssertionError("no trial may run")


def ends_at_once(pipe):
    """What a worker does that never learns its objective."""
