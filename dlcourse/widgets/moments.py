"""Moments of a training, to go back to: whole copies of what trains, few enough to fit into a memory that is stated.

A copy is what the next step needs: parameters and running statistics, the optimizer's memory, the random generators, the
batches of the epoch that are left. The training set itself is shared, for nothing changes it; and what a network remembers
of its last pass is left out, for the next pass writes it anew.
"""

import copy
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

__all__ = ["BUDGET", "MOST", "Moment", "Moments"]

BUDGET = 32 * 2**20  # bytes
MOST = 64  # moments
FIRST = 5  # steps between two of them at the start


NOTHING = np.zeros(0)  # in the place of an array that is left out


def networks_of(iterator: Iterator) -> list[Any]:
    """Give the networks that are trained: one, or that of each trainer."""
    trainers = getattr(iterator, "trainers", {"": iterator}).values()
    return [trainer.network for trainer in trainers if hasattr(trainer, "network")]


def passing(network: Any) -> list[np.ndarray]:
    """Give the arrays that the layers of a network have kept from their last pass, and its gradients."""
    stay = {id(array) for layer in network.layers for kept in (layer.params, layer.state) for array in kept.values()}
    found = [one for layer in network.layers for one in (*vars(layer).values(), *layer.grads.values())]
    return [one for one in found if isinstance(one, np.ndarray) and id(one) not in stay]


class Moment(NamedTuple):
    """A training as it was after so many steps."""

    step: int
    deeds: int  # how many things had been done to it by then
    iterator: Iterator
    report: Any
    values: Mapping[str, object]  # of the controls
    failure: Exception | None
    size: int  # bytes

    @classmethod
    def of(cls, step: int, deeds: int, iterator: Iterator, report, values: Mapping[str, object], failure=None) -> "Moment":
        """Copy a training."""
        left = {id(array): array for array in getattr(iterator, "shared", ())}
        left |= {id(array): NOTHING for network in networks_of(iterator) for array in passing(network)}
        memo = dict(left)
        twin = copy.deepcopy(iterator, memo)
        copied = [one for key, one in memo.items() if key not in left]
        size = sum(one.nbytes if isinstance(one, np.ndarray) else sys.getsizeof(one) for one in copied)
        return cls(step, deeds, twin, report, values, failure, size)

    def again(self) -> Iterator:
        """Give what trains, to go on from here; the moment itself stays as it is."""
        return copy.deepcopy(self.iterator, {id(array): array for array in getattr(self.iterator, "shared", ())})


class Moments:
    """The moments of one training, in order.

    When they are too many, or take too much memory, every other one goes, and from then on the steps between two are
    twice as many.
    """

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self.all: list[Moment] = []
        self.every = FIRST

    @property
    def size(self) -> int:
        """Memory that they take, in bytes."""
        return sum(moment.size for moment in self.all)

    def due(self, step: int) -> bool:
        """Whether one is to be kept at this step."""
        return step % self.every == 0

    def keep(self, moment: Moment) -> None:
        """Add one, later than all others."""
        self.all.append(moment)
        while len(self.all) > MOST or (self.size > BUDGET and len(self.all) > 1):
            self.every *= 2
            self.all = [one for one in self.all if one.step % self.every == 0]

    def before(self, step: int) -> Moment:
        """Give the last one that is not later than a step."""
        return next(moment for moment in reversed(self.all) if moment.step <= step)

    def cut(self, step: int) -> None:
        """Forget those that are later than a step."""
        self.all = [moment for moment in self.all if moment.step <= step]
