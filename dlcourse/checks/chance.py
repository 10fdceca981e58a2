"""What chance would hardly give: orders that somebody says were shuffled, and what a seed decides.

Each question blames fewer than one in ten million fair draws.
"""

from collections.abc import Callable

import numpy as np

from dlcourse.checks.trial import Trial
from dlcourse.checks.values import errstate
from dlcourse.text import _

__all__ = ["by_seed", "mean_of_each", "no_parts", "shuffled_batches", "watched", "whole_labels"]


def by_seed(trial: Trial, draw: Callable[[int], list], other: str, again: str) -> None:
    """Does the seed alone decide what ``draw(seed)`` gives, a seed of 0 as well, and is NumPy's own left alone?"""
    def state():
        # Asked for where the learner's code runs.
        return trial.calculate(["import numpy"], {}, [
            "numpy.random.get_state()[1].tolist()", "numpy.random.get_state()[2]"])  # fmt: skip

    # Alike in their last digits, or in their lower bytes.
    for one, two in ((0, 10**9), (256, 256 + 2**31)):
        first, second, before, third = draw(one), draw(two), state(), draw(one)
        trial.expect(first != second, "random", other)
        trial.expect(first == third, "random", again)
        trial.expect(state() == before, "random", _(
            "It changes NumPy's global generator, and with it what the rest of the program draws. Draw from "
            "np.random.default_rng(seed)."))


def whole_labels(trial: Trial, *labels: np.ndarray) -> None:
    """Are labels whole numbers still?"""
    whole = _("t comes as {dtype}. Labels stay whole numbers: t[i] picks a score with them.")
    for t in labels:
        trial.expect(t.dtype.kind in "iu", "dtype", whole.format(dtype=t.dtype))


def watched(trial: Trial, n: int, epochs: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray, list]:
    """Run a loop of training with a step that writes down what it gets.

    Give the history, the cost of each image, and the numbers of the images in each batch. In epoch e, counted from 0,
    the loss of an image is 1 / (e + 1) of its cost.
    """
    x, t, got, seen = trial.rng.integers(-99, 99, size=(n, 3)).astype(float), np.arange(n) * 7 % 10, [], [0]
    x[:, 0], cost = np.arange(n), trial.rng.uniform(1, 3, size=n) ** 3

    def step(x_batch, t_batch):
        x_batch, t_batch = np.array(x_batch), np.array(t_batch)
        got.append((x_batch, t_batch))
        if x_batch.shape[1:] != (3,) or not len(x_batch) or x_batch.dtype.kind != "f":
            return 1.0
        epoch = seen[0] // n
        seen[0] += len(x_batch)
        with errstate(all="ignore"):
            return float(cost[x_batch[:, 0].astype(int) % n].mean() / (1 + epoch))

    history, found = trial.array(trial.call(trial.subject, step, x, t, epochs, size, seed), _("The history")), []
    for x_batch, t_batch in got:
        x_batch, t_batch = trial.array(x_batch, "x_batch"), trial.array(t_batch, "t_batch")
        trial.shape(x_batch, (max(len(x_batch), 1) if x_batch.ndim else 1, 3), "x_batch")
        trial.shape(t_batch, (len(x_batch),), "t_batch")
        with errstate(all="ignore"):
            ids = x_batch[:, 0].astype(int) % n
        trial.expect(np.array_equal(x_batch, x[ids]), "pairs", _("A batch holds something else than images of x."))
        apart = _("An image has got the label of another. Shuffle x and t in the same order.")
        trial.expect(np.array_equal(t_batch, t[ids]), "pairs", apart)
        whole_labels(trial, t_batch)
        found.append(ids)
    return history, cost, found


def shuffled_batches(trial: Trial, found: list[np.ndarray], n: int, epochs: int, size: int) -> list[np.ndarray]:
    """Has each epoch all images once, in full batches, and in an order of its own? Give the orders."""
    seen = sum(map(len, found))
    fewer = _("Of {n} images, batches of {size}, {epochs} epochs: step is called for {seen} images in all.")
    trial.expect(seen == n * epochs, "fence", fewer.format(n=n, size=size, epochs=epochs, seen=seen))
    want = [size] * (n // size) + [n % size] * (n % size > 0)
    full = _("All batches but the last of an epoch hold batch_size images; here they hold {sizes}.")
    sizes = [len(ids) for ids in found]
    for first in range(0, len(sizes), len(want)):
        of_epoch = sizes[first : first + len(want)]
        trial.expect(of_epoch == want, "fence", full.format(sizes=of_epoch))
    orders = np.concatenate(found).reshape(epochs, n)
    twice = _("In one epoch some images come twice, and others not at all. Shuffle; do not draw with replacement.")
    trial.expect(np.array_equal(np.sort(orders), np.tile(np.arange(n), (epochs, 1))), "replacement", twice)
    file = _("The images come in the order of the file.")
    trial.expect(not np.all(orders == np.arange(n), axis=1).any(), "order", file)
    same = _("Two epochs have the same order. Shuffle anew in each.")
    trial.expect(len(np.unique(orders, axis=0)) == epochs, "order", same)
    for first in range(0, len(found), len(want)):
        several = found[first : first + len(want)]
        near = _("Each batch holds images that are neighbours in the file, in whatever order they come. "
                 "Shuffle all images, and then cut the order into batches.")  # fmt: skip
        trial.expect(size == 1 or len(several) == 1 or any(np.ptp(ids) >= len(ids) for ids in several), "order", near)
    return list(orders)


def mean_of_each(trial: Trial, history: np.ndarray, cost: np.ndarray, found: list[np.ndarray], n: int, epochs: int,
                 size: int) -> None:  # fmt: skip
    """Does the history of a loop that was `watched` hold the mean loss of each epoch?"""
    shrink, means = 1 / np.arange(1, epochs + 1), np.reshape([cost[ids].mean() for ids in found], (epochs, -1))
    trial.equal(history, cost.mean() * shrink, [
        ("last batch", means[:, -1] * shrink, _("The history holds the loss of the last batch. That is the luck "
                                                "of a few images.")),
        ("first batch", means[:, 0] * shrink, _("The history holds the loss of the first batch.")),
        ("weights", means.mean(axis=1) * shrink, _(
            "The last batch is smaller, and its images count more than the others. Each counts the same.")),
        ("weights", means.sum(axis=1) * size / n * shrink, _(
            "The last batch is smaller, and counts as if it were full.")),
        ("sum", means.sum(axis=1) * shrink, _("Those are sums over the batches. Give the mean.")),
        ("sum", cost.sum() * shrink, _("Those are sums over the images. Give the mean.")),
        ("shape", (means * shrink[:, None]).ravel(), _(
            "The history has an entry for each batch. It should have one for each epoch.")),
        ("state", np.cumsum(cost.mean() * shrink), _("An epoch also has the loss of those before it in it.")),
    ], what=_("The history"))  # fmt: skip


def no_parts(trial: Trial, orders: list[np.ndarray]) -> None:
    """Are orders of 200 and more images mixed through and through?"""
    n = len(orders[0])
    for order in orders:
        steps = np.bincount(np.diff(order) % n)
        often = _("{count} times the image that follows lies {step:+d} places on in the file. So the order of the "
                  "file is still in it: shifted, turned, or taken in steps.")  # fmt: skip
        step = int(steps.argmax())
        trial.expect(steps.max() < 14, "order", often.format(count=steps.max(), step=step - n * (step > n / 2)))
        table = np.histogram2d(order * 4 // n, np.arange(n) * 4 // n, bins=4)[0]
        apart = _("The file is shuffled in parts: in each epoch, some of its images come early, others late, by where "
                  "they stand in the file. Each image may come at any place.")  # fmt: skip
        trial.expect(((table - n / 16) ** 2).sum() * 16 / n < 60, "order", apart)
    fixed = np.flatnonzero(np.all(np.equal(orders, orders[0]), axis=0))
    text = _("Image {image} comes at the same place in every epoch.")
    trial.expect(not len(fixed), "order", text.format(image=orders[0][fixed[0]] if len(fixed) else 0))
