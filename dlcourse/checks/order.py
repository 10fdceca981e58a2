"""What epochs must bear: every example once, in an order that is new for each seed; and where they end."""

from typing import Any

import numpy as np

from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["ends_of_epochs", "epochs"]


def epochs(trial: Trial, f: Any) -> None:
    """Does ``f(n, batch_size, seed)`` give batches that are an epoch?"""
    drawn = int(trial.rng.integers(1000))
    for n, size, seed in ((12, 5, 0), (20, 5, 1), (3, 10, 2), (300, 64, 3), (4, 1, 5), (1, 1, 0), (30, 7, drawn)):
        _one_epoch(trial, f, n, size, seed)
    # Of sixty shuffled orders of twelve, fewer than six different ones in one of these respects come once in 10^19.
    n, seeds = 12, [*range(drawn, drawn + 60), *(drawn + more for more in (10**3, 10**4, 2**16, 2**31))]
    orders = [np.concatenate(_batches(trial, f, n, 5, seed)) for seed in seeds]
    text = _("Another seed gives the same order. Each epoch needs its own.")
    trial.expect(len({tuple(order) for order in orders}) >= 64, "random", text)
    text = _("The order follows a rule. In sixty orders of twelve examples, each with another seed, {what} is always "
             "one of a few.")  # fmt: skip
    for what, of in (
        (_("the first example"), lambda order: order[0]), (_("the last example"), lambda order: order[-1]),
        (_("the example that comes after 0"), lambda order: np.roll(order, -1)[np.argmin(order)]),
        (_("the place of example 5"), lambda order: np.argmax(order == 5)),
        (_("the distance from one example to the next"), lambda order: (order[1] - order[0]) % n),
    ):  # fmt: skip
        trial.expect(len(set(map(of, orders))) >= 6, "order", text.format(what=what))


def _one_epoch(trial: Trial, f: Any, n: int, size: int, seed: int) -> None:
    found = _batches(trial, f, n, size, seed)
    said = _("With {n} examples in batches of {size}: ").format(n=n, size=size)
    drawn = np.concatenate([np.zeros(0), *found])
    inside = _("there are numbers that are no example's.")
    trial.expect(np.isin(drawn, np.arange(n)).all(), "values", said + inside)
    within = all(len(np.unique(batch)) == len(batch) for batch in found)
    text = _("an example comes twice in one batch.")
    more = _("choice draws from all of them each time. What does the chapter do, once, before it cuts?")
    trial.expect(within, "replacement", said + text, more)
    text = _("no batch holds an example twice, but two batches hold the same one.")
    trial.expect(len(np.unique(drawn)) == len(drawn), "replacement", said + text, more)
    text = _("{missing} of them never come. What about those that are left over at the end?")
    missing = n - len(drawn)
    trial.expect(not missing, "fence", said + text.format(missing=missing))
    lengths = [len(batch) for batch in found]
    text = _("the batches have the lengths {lengths}. All are full, except perhaps the last.")
    full = [size] * (n // size) + [n % size] * (n % size > 0)
    trial.expect(lengths == full, "shape", said + text.format(lengths=lengths))
    again = np.concatenate(_batches(trial, f, n, size, seed))
    for text in trial.its_own():
        trial.fail("aliasing", text)
    text = _("The same seed gives another order each time: not all randomness comes from it.")
    trial.expect(np.array_equal(drawn, again), "random", text)
    if n < 20:  # a shuffled order as short as that may well be the one of the list, or nearly so
        return
    text = _("Every example comes once, but in the order of the list. It should be a new one.")
    trial.expect(not np.array_equal(np.sort(drawn), drawn), "order", text)
    text = _("The order follows a rule: from one example to the next it is always the same few steps.")
    # A shuffled order of that length has so few different steps once in many millions.
    trial.expect(len(np.unique(np.diff(drawn) % n)) > 3, "order", text)
    text = _("Inside a batch the examples are neighbours, or in order. Shuffle the examples, not the batches.")
    sorted_inside = all(np.all(np.diff(batch) > 0) for batch in found if len(batch) > 1)
    trial.expect(not sorted_inside and not all(np.ptp(batch) == len(batch) - 1 for batch in found), "order", text)


def _batches(trial: Trial, f: Any, n: int, size: int, seed: int) -> list[np.ndarray]:
    found: Any = trial.plain(trial.call(f, n, size, seed))
    trial.expect(found is not None, "missing", _("epoch gives nothing back."))
    listed = type(found) in (list, tuple) or (type(found) is np.ndarray and found.ndim == 2)
    trial.expect(listed and len(found), "type", _("epoch does not give a list of batches."))
    listed = any(isinstance(batch, list | tuple) for batch in found)
    trial.expect(not listed, "type", _("A batch is a list. It should be an array: the next step is x[batch]."))
    batches = [trial.array(batch, what=_("a batch")) for batch in found]
    trial.expect(all(batch.ndim == 1 for batch in batches), "shape", _("A batch is an array of numbers, one axis."))
    whole = all(batch.dtype.kind in "iu" for batch in batches if batch.size)
    trial.expect(whole, "dtype", _("The numbers of the examples are whole numbers: x[batch] takes no others."))
    return [batch.astype(int) for batch in batches]


def _epochs(size: int, batch: int, steps: int) -> np.ndarray:
    """Give for each step how many epochs end with it."""
    return np.diff(np.arange(steps + 1) * batch // size)


def ends_of_epochs(trial: Trial, f: Any) -> None:
    """Does ``f(train_size, batch_size, iters_num)`` name the steps with which an epoch ends?"""
    late = _("A step is late, or early, by one. Step 0 draws the first examples, before any epoch has ended.")
    drift = _("An epoch is not a whole number of steps, and it drifts. Count the examples drawn so far.")
    more = _("The remainder of a division by a float such as 7.5 is 0 only where a multiple of it is whole.")

    def ends(size, batch, steps):
        return np.flatnonzero(_epochs(size, batch, steps))

    def each(length, late=1):
        """Give the steps that a remainder names; `length` gives the steps of an epoch."""
        return lambda size, batch, steps: np.flatnonzero((np.arange(steps) + late) % max(length(size, batch), 1) == 0)

    mistakes = [
        ("float", each(lambda size, batch: size / batch, 0), _(
            "Epochs are missed, and step 0 is no end of an epoch."), more),
        ("float", each(lambda size, batch: size / batch), _(
            "Epochs are missed, those that end in the middle of a batch."), more),
        ("float", lambda size, batch, steps: np.flatnonzero((np.arange(steps) + 1) * batch % size == 0), _(
            "Epochs are missed, those that end in the middle of a batch.")),
        ("twice", lambda *given: np.repeat(np.arange(given[2]), _epochs(*given)), _(
            "A step with which several epochs end comes more than once.")),
        *(("fence", wrong, late) for wrong in (
            each(lambda size, batch: size // batch, 0), each(lambda size, batch: -(-size // batch), 0),
            lambda *given: ends(*given) + 1, lambda *given: np.append(0, ends(*given)),
            lambda *given: (ends(*given) + 1)[ends(*given) + 1 < given[2]],
            lambda *given: np.append(0, (ends(*given) + 1)[ends(*given) + 1 < given[2]]),
        )),
        *(("drift", each(length), drift) for length in (
            lambda size, batch: size // batch, lambda size, batch: -(-size // batch),
            lambda size, batch: round(size / batch),
        )),
    ]  # fmt: skip
    every = [(size, batch, 30) for size in range(1, 31) for batch in range(1, 17)]
    every += [(size, batch, 6) for size in range(1, 9) for batch in range(1, 6)]
    every += [(1000, 30, 400), (60_000, 128, 1500), (10, 3, 0), (5, 2, 2), (5, 2, 3)]
    found = {given: trial.array(trial.call(f, *given)) for given in every}
    for kind, wrong, *hints in mistakes:
        differs = any(not np.array_equal(ends(*given), found[given]) for given in every)
        if differs and all(np.array_equal(wrong(*given), found[given]) for given in every if given[2]):
            trial.fail(kind, *hints)
    text = _("With {size} examples, batches of {batch} and {steps} steps it gives {found}; expected is {right}.")
    for given in [*sorted(every, key=lambda given: (given[2], given)), (2 * 10**8, 10**8, 50)]:  # beyond 32 bits, too
        right, (size, batch, steps) = ends(*given), given
        named = found[given] if given in found else trial.array(trial.call(f, *given))
        trial.expect(np.array_equal(right, named), "count", text.format(
            size=size, batch=batch, steps=steps, found=named.tolist(), right=right.tolist()), _(
            "After step i, (i + 1) · batch_size examples have been drawn. How many whole epochs is that, and how many "
            "was it one step before?"))  # fmt: skip
