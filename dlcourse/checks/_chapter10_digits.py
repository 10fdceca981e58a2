"""What the checks of chapter 10 compare with: F1, a digit in its place, batches, a small network that is trained."""

import functools

import numpy as np

from dlcourse.checks.base import Trial
from dlcourse.text import _

__all__ = [
    "MOST", "SIZE", "drawings", "f1", "look_at_batches", "placed", "reader", "share", "softmax", "watch",
    "where",
]  # fmt: skip

SIZE = 28


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Give ``part / whole``, and 0 for 0/0."""
    return np.where(whole > 0, part / np.maximum(whole, 1), 0.0)


def f1(C: np.ndarray) -> np.ndarray:
    """Give the F1 of each class, from a confusion matrix."""
    return share(2 * np.diag(C), C.sum(axis=0) + C.sum(axis=1))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    z = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def where(box: np.ndarray) -> np.ndarray:
    """Give the centre of mass, row and column, as a fraction of pixels."""
    return np.array([np.average(np.indices(box.shape)[axis], weights=box) for axis in (0, 1)])


def placed(box: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """Give an empty picture with `box` in it; `corner` is its top left one, stopped at the edge."""
    top, left = (int(min(max(at, 0), SIZE - side)) for at, side in zip(corner, box.shape))
    picture = np.zeros((SIZE, SIZE))
    picture[top : top + box.shape[0], left : left + box.shape[1]] = box
    return picture


def _on_page(box: np.ndarray, shape: tuple[int, int], row: int, column: int) -> np.ndarray:
    page = np.zeros(shape)
    page[row : row + box.shape[0], column : column + box.shape[1]] = box
    return page


def drawings(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give pages and the box around the ink of each; no centre of mass lies halfway between two pixels."""
    seven = np.zeros((18, 11))
    seven[:3], seven[3:, 8:] = 0.5, 0.2
    wedge = np.zeros((9, 14))
    wedge[:, :4], wedge[2, 4:] = 0.5, 0.4
    found = [
        (_on_page(seven, (60, 40), 2, 27), seven),
        (_on_page(wedge, (28, 28), 18, 1), wedge),
        (_on_page(seven.T, (18, 30), 3, 0), seven.T),
    ]
    while len(found) < 6:
        height, width = rng.integers(4, 20, size=2)
        box = rng.random((height, width)) * (rng.random((height, width)) < 0.5)
        box[0, 0] = box[-1, -1] = 0.5
        if height != width and np.all(np.abs((14 - where(box)) % 1 - 0.5) > 0.02):
            row, column = rng.integers(0, 20, size=2)
            found.append((_on_page(box, (int(rng.integers(40, 50)), int(rng.integers(51, 60))), row, column), box))
    return found


def watch(trial: Trial, n: int, epochs: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[list]]:
    """Run a loop with a step that writes down what it gets; give the history, the loss of each image, and the batches.

    In epoch e, counted from 0, an image's loss is 1 / (e + 1) of what is given. A batch is an array of image numbers.
    """
    x, got, seen = np.arange(3.0 * n).reshape(n, 3), [], [0]
    t, cost = np.arange(n) * 7 % 10, np.arange(n) ** 2 / n + 1

    def step(x_batch, t_batch):
        x_batch, t_batch = np.array(x_batch), np.array(t_batch)
        got.append((x_batch, t_batch))
        if x_batch.shape[1:] != (3,) or not len(x_batch) or x_batch.dtype.kind != "f":
            return 1.0
        epoch = seen[0] // n
        seen[0] += len(x_batch)
        return float(cost[(x_batch[:, 0] // 3).astype(int) % n].mean() / (1 + epoch))

    history = trial.array(trial.call(trial.subject, step, x, t, epochs, size, seed), _("The history"))
    several, count = [[] for _epoch in range(epochs)], 0
    for x_batch, t_batch in got:
        x_batch, t_batch = trial.array(x_batch, _("x_batch")), trial.array(t_batch, _("t_batch"))
        trial.shape(x_batch, (max(len(x_batch), 1) if x_batch.ndim else 1, 3), _("x_batch"))
        trial.shape(t_batch, (len(x_batch),), _("t_batch"))
        ids = (x_batch[:, 0] // 3).astype(int) % n
        trial.expect(np.array_equal(x_batch, x[ids]), "pairs", _("A batch holds something else than images of x."))
        apart = _("An image has got the label of another. Shuffle x and t in the same order.")
        trial.expect(np.array_equal(t_batch, t[ids]), "pairs", apart)
        several[min(count // n, epochs - 1)].append(ids)
        count += len(ids)
    return history, cost, several


def look_at_batches(trial: Trial, several: list[list], n: int, epochs: int, size: int) -> None:
    """Has each epoch all images once, in full batches, and in an order of its own?"""
    fewer = _("Of {n} images, batches of {size}, {epochs} epochs: step is called for {seen} images in all.")
    orders = [np.concatenate(batches) if batches else np.zeros(0, int) for batches in several]
    seen = sum(map(len, orders))
    text = fewer.format(n=n, size=size, epochs=epochs, seen=seen)
    trial.expect(seen == n * epochs, "fence", text)
    for batches, order in zip(several, orders):
        full = _("All batches but the last of an epoch hold batch_size images; here they hold {sizes}.")
        sizes = [len(ids) for ids in batches]
        want = [size] * (n // size) + [n % size] * (n % size > 0)
        trial.expect(sizes == want, "fence", full.format(sizes=sizes))
        twice = _("In one epoch some images come twice, and others not at all. Shuffle; do not draw with replacement.")
        trial.expect(np.array_equal(np.sort(order), np.arange(n)), "replacement", twice)
        file = _("The images come in the order of the file.")
        trial.expect(not np.array_equal(order, np.arange(n)), "order", file)
        mixed = _("The batches are shuffled, and the images inside them are not: they are neighbours in the file.")
        neighbours = size > 1 and all(np.ptp(ids) == len(ids) - 1 for ids in batches)
        trial.expect(not neighbours or len(batches) == 1, "order", mixed)
    same = _("All epochs have the same order. Shuffle anew in each.")
    trial.expect(epochs == 1 or not np.array_equal(orders[0], orders[1]), "order", same)


EPOCHS, BATCH, KEPT, MOST = 5, 100, 0.9, 20_000


@functools.cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    from dlcourse.datasets import load_mnist

    x, t = load_mnist()[0]
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=float).reshape(-1, 196), t


@functools.lru_cache(maxsize=64)
def reader(hidden: int, lr: float) -> tuple[np.ndarray, np.ndarray]:
    """Train on 6,400 digits; give the largest probability for each of 1,600 others, and whether the answer is right."""
    (x, t), rng = _digits(), np.random.default_rng(0)
    shapes = [(196, hidden), (hidden, 10)]
    W1, W2 = (rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes)
    params = [W1, np.zeros(hidden), W2, np.zeros(10)]
    speed, rng = [np.zeros_like(array) for array in params], np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for _epoch in range(EPOCHS):
            for batch in rng.permutation(6400).reshape(-1, BATCH):
                z = np.maximum(x[batch] @ params[0] + params[1], 0)
                d = softmax(z @ params[2] + params[3])
                d[np.arange(BATCH), t[batch]] -= 1
                d /= BATCH
                back = (d @ params[2].T) * (z > 0)
                for array, v, grad in zip(params, speed, (x[batch].T @ back, back.sum(0), z.T @ d, d.sum(0))):
                    v *= KEPT
                    v -= lr * grad
                    array += v
        y = softmax(np.maximum(x[6400:] @ params[0] + params[1], 0) @ params[2] + params[3])
    return y.max(axis=1), y.argmax(axis=1) == t[6400:]
