"""Checks of chapter 10, handwritten digits; what they compare with is in `_chapter10_digits`."""

import math

import numpy as np

from dlcourse.checks._chapter10_digits import (
    MOST,
    SIZE,
    drawings,
    f1,
    look_at_batches,
    placed,
    reader,
    share,
    softmax,
    watch,
    where,
)
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _


def _test(variant: int) -> dict:
    """Give a test for a disease, with numbers that keep the usual mistakes apart."""
    rng = np.random.default_rng(variant)
    people, ill, called, found = 1000, 10, 40, 8
    while variant and (abs(called - 2 * found) < 0.01 * people or (people, called) == (1000, 40)):
        people, ill = int(rng.choice([500, 1000, 2000])), int(rng.choice([10, 20, 25]))
        called, found = int(rng.choice([40, 50, 80, 100])), int(rng.integers(ill // 2 + 1, ill - 1))
    rightly = people - ill - called + 2 * found
    return {"people": people, "ill": ill, "called": called, "found": found, "precision": round(found / called, 6),
            "recall": round(found / ill, 6), "accuracy": round(rightly / people, 6),
            "nobody": round(1 - ill / people, 6)}  # fmt: skip


@exercise("10.1", "Three numbers for one test", kind="predict then run", points=2, section="Maths",
          names=("prediction",), numbers=_test)  # fmt: skip
def three_numbers(trial: Trial) -> None:
    """Precision, recall and accuracy of a test for a rare disease, and the accuracy of saying no to all."""
    n = trial.numbers
    people, ill, called, found = n["people"], n["ill"], n["called"], n["found"]
    keys = ("precision", "recall", "accuracy", "nobody")
    percent = _("That is in percent. Give a number from 0 to 1.")
    column = _("Precision goes down a column: of all that are CALLED ill, how many are ill?")
    row = _("Recall goes along a row: of all that ARE ill, how many were found?")
    well = _("Whoever is well and is not called ill is a right answer, too.")
    mistakes = {
        "precision": [
            ("axis", found / ill, column),
            ("scale", found / people, column),
            ("formula", (called - found) / called, _("That is the share of false alarms.")),
        ],
        "recall": [
            ("axis", found / called, row),
            ("scale", found / people, row),
            ("formula", (ill - found) / ill, _("That is the share that is missed.")),
        ],
        "accuracy": [
            ("formula", found / people, well),
            ("formula", found / ill, well),
            ("formula", found / called, well),
            ("formula", (called + ill - 2 * found) / people, _("That is the share of wrong answers.")),
            ("formula", (people - called + found) / people, _("Some that are not called ill are ill.")),
            ("formula", (people - ill + found) / people, _("Some that are well are called ill.")),
        ],
        "nobody": [
            ("formula", ill / people, _("Those are the ones that it gets wrong.")),
            ("formula", 0.0, _("It finds nobody who is ill. But how many of its answers are right?")),
            ("formula", 1 - called / people, _("This test calls nobody ill. Who is ill, all the same?")),
        ],
    }
    right = {key: n[key] for key in keys}
    trial.answers(right, {key: [("scale", 100 * right[key], percent), *mistakes[key]] for key in keys}, within=0.00051)


@exercise("10.2", "Who is taken for whom", kind="write it", points=3, section="Maths", names=("confusion", "macro_f1"),
          uses=())  # fmt: skip
def who_is_taken_for_whom(trial: Trial) -> None:
    """A confusion matrix by counting all pairs at once, and the mean F1 of it, with classes that are absent."""
    (count, mean), rng = trial.subjects, trial.rng
    some = rng.integers(0, 4, size=(2, 60))
    small = np.array([[0, 0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]])
    high = _("The highest classes may be missing from t and y. The matrix has a row and a column for them, too.")
    for (t, y), classes in ((small, 3), (some, 4), (some, 6), (np.array([[4], [1]]), 5), (small[:, 4:], 3)):
        C = np.zeros((classes, classes))
        for pair in zip(t, y):
            C[pair] += 1
        used = max(t.max(), y.max()) + 1
        raised = ("shape", high) if used < classes else None
        trial.equal(trial.call(count, t, y, classes, raised=raised), C, [
            ("axis", C.T, _("Rows and columns are swapped: the truth is the row.")),
            ("repeats", C > 0, _("However often a pair comes, it counts once. C[t, y] += 1 does that.")),
            ("repeats", np.diag(np.diag(C)), _("The mistakes are not in it.")),
            ("scale", C / C.sum(), _("Those are shares of all samples. Count them.")),
            ("scale", lambda: share(C, C.sum(axis=1, keepdims=True)), _("Those are shares of a row. Count them.")),
            ("shape", C[:used, :used], high),
            ("shape", C.ravel(), _("The counts are right, and all in one row: make a matrix of them.")),
        ], what="confusion")  # fmt: skip
    usual, absent = np.array([[6, 1, 3], [0, 4, 0], [2, 0, 4]]), np.diag([5, 0, 3, 4])
    absent[0, 2], absent[2, 0] = 2, 1
    called, missed = np.array([[5, 2, 0], [0, 0, 0], [1, 1, 3]]), np.array([[5, 0, 0], [2, 0, 2], [1, 0, 3]])
    zero = _("A class that is absent, or never found, breaks it: its F1 is 0/0, and should count as 0.")
    for C in (usual, rng.integers(1, 9, size=(4, 4)), rng.integers(1, 9, size=(2, 2)), absent, called, missed):
        each, there = f1(C), (C.sum(axis=0) + C.sum(axis=1)) > 0
        P, R = share(np.diag(C), C.sum(axis=0)), share(np.diag(C), C.sum(axis=1))
        broken = bool((np.diag(C) == 0).any())
        found = trial.call(mean, C, raised=("stability", zero) if broken else None)
        trial.equal(found, each.mean(), [
            ("shape", each, _("That is the F1 of each class. Give their mean.")),
            ("sum", each.sum(), _("That is the sum over the classes. Give the mean.")),
            ("average", lambda: 2 * P.mean() * R.mean() / (P.mean() + R.mean()), _(
                "That is the F1 of the mean precision and the mean recall. Take the mean of the classes' F1.")),
            ("average", np.trace(C) / C.sum(), _("That is the accuracy. Here each class counts the same.")),
            ("average", each @ C.sum(axis=1) / C.sum(), _("Frequent classes count more. Each should count the same.")),
            ("average", lambda: each[there].mean(), _("The class that is absent is left out. It counts, with 0.")),
            ("average", lambda: (each.sum() + (~there).sum()) / len(C), _("A class that is absent counts 0, not 1.")),
            ("formula", P.mean(), _("That is the mean precision.")),
            ("formula", R.mean(), _("That is the mean recall.")),
            ("formula", each.mean() / 2, _("It is half of what it should be: the diagonal counts twice.")),
        ], what="macro_f1", **{"kind": "stability", "hint": zero} if broken else {})  # fmt: skip
    trial.no_loop(count)


@exercise("10.3", "Find the bug: the test set has a say", kind="find the bug", points=2, section="Step 1: data",
          names=("prepare",), uses=())  # fmt: skip
def the_test_set_has_a_say(trial: Trial) -> None:
    """One row of numbers an image, and a mean image that is the training set's alone."""
    f, rng = trial.subject, trial.rng
    for n_train, n_test in ((6, 4), (3, 1), (5, 5)):
        x, new = (rng.integers(0, 256, size=(n, 28, 28), dtype=np.uint8) for n in (n_train, n_test))
        found = trial.plain(trial.call(f, x, new))
        two = _("prepare gives two arrays: the training images, then the test images.")
        trial.expect(type(found) in (tuple, list) and len(found) == 2, "type", two)
        flat = _("{what} has the shape {shape}. A network with 784 inputs takes a row of 784 numbers for each image.")
        for array, n, what in ((found[0], n_train, _("The training set")), (found[1], n_test, _("The test set"))):
            array = trial.array(array, what)
            shape = array.shape
            trial.expect(len(shape) == 2, "shape", flat.format(what=what, shape=shape))
            trial.shape(array, (n, 784), what)
        a, b = x.reshape(n_train, -1) / 255, new.reshape(n_test, -1) / 255
        both = np.concatenate([a, b])
        one = _("There is one mean for all pixels. Each pixel has a mean of its own, over the images.")
        rows = _("From each image its own mean is taken. The mean goes over the images, for each pixel.")
        trial.equal(found[0], a - a.mean(axis=0), [
            ("leak", a - both.mean(axis=0), _("The test images still have a part in the mean.")),
            ("leak", a - b.mean(axis=0), _("The mean is that of the test set. It belongs to the training set.")),
            ("axis", a - a.mean(axis=1, keepdims=True), rows),
            ("axis", a - a.mean(), one),
            ("axis", a - both.mean(), one),
            ("formula", a, _("Nothing is taken from the training images.")),
            ("scale", 255 * (a - a.mean(axis=0)), _("The pixels run to 255. They should run to 1.")),
            ("formula", lambda: (a - a.mean(axis=0)) / a.std(axis=0), _("Only the mean is taken off.")),
        ], what=_("The training set"))  # fmt: skip
        own = _("The test images have their own mean taken off. A single new image would become all 0.")
        trial.equal(found[1], b - a.mean(axis=0), [
            ("leak", b - both.mean(axis=0), _("The test images still have a part in the mean.")),
            ("leak", b - b.mean(axis=0), own),
            ("formula", b, _("Nothing is taken from the test images. They are prepared as the others are.")),
            ("axis", b - b.mean(axis=1, keepdims=True), rows),
            ("axis", b - a.mean(), one),
            ("scale", 255 * (b - a.mean(axis=0)), _("The pixels of the test set run to 255.")),
            ("scale", 255 * b - a.mean(axis=0), _("The pixels of the test set run to 255.")),
        ], what=_("The test set"))  # fmt: skip


@exercise("10.4", "Find the bug: the luck of the last batch", kind="find the bug", points=3,
          section="A program that does not shuffle", names=("fit",), uses=("training.minibatches",))  # fmt: skip
def the_luck_of_the_last_batch(trial: Trial) -> None:
    """The notes' training loop: shuffled in each epoch, and with the mean loss of each epoch."""
    for n, epochs, size in ((50, 3, 10), (47, 2, 10), (30, 2, 64), (13, 3, 1)):
        orders = []
        for seed in (trial.seed + 1, trial.seed + 2, trial.seed + 1):
            history, cost, several = watch(trial, n, epochs, size, seed)
            look_at_batches(trial, several, n, epochs, size)
            orders.append([np.concatenate(batches) for batches in several])
            shrink = 1 / np.arange(1, epochs + 1)
            means = [np.array([cost[ids].mean() for ids in batches]) for batches in several]
            last = _("The history holds the loss of the last batch. That is the luck of a few images.")
            trial.equal(history, cost.mean() * shrink, [
                ("last batch", [m[-1] for m in means] * shrink, last),
                ("first batch", [m[0] for m in means] * shrink, _("The history holds the loss of the first batch.")),
                ("weights", [m.mean() for m in means] * shrink, _(
                    "The last batch is smaller, and its images count more than the others. Each counts the same.")),
                ("weights", [m.sum() * size / n for m in means] * shrink, _(
                    "The last batch is smaller, and counts as if it were full.")),
                ("sum", [m.sum() for m in means] * shrink, _("Those are sums over the batches. Give the mean.")),
                ("sum", cost.sum() * shrink, _("Those are sums over the images. Give the mean.")),
                ("shape", np.concatenate(means) * np.repeat(shrink, len(means[0])), _(
                    "The history has an entry for each batch. It should have one for each epoch.")),
                ("state", np.cumsum(cost.mean() * shrink), _("An epoch also has the loss of those before it in it.")),
            ], what=_("The history"))  # fmt: skip
        first, other, again = orders
        trial.expect(not np.array_equal(first, other), "random", _("Another seed gives the same order."))
        trial.expect(np.array_equal(first, again), "random", _("The same seed gives another order the second time."))


@exercise("10.5", "Find the bug: two names for one array", kind="find the bug", points=3,
          section="A program that does not shuffle", names=("report",),
          uses=("functions.softmax", "functions.one_hot"))  # fmt: skip
def two_names_for_one_array(trial: Trial) -> None:
    """Loss, gradient and accuracy of a batch, with probabilities that stay what they are."""
    rng = trial.rng
    sure = np.array([[4.0, 1.0, 0.0, -1.0], [0.5, 3.0, 1.0, 2.0], [1.0, 0.0, -2.0, 5.0]])
    batches = [(sure, np.array([0, 3, 3])), (sure, np.array([0, 1, 3]))]
    batches += [(rng.normal(size=(n, k)), rng.integers(0, k, size=n)) for n, k in ((5, 3), (4, 4), (1, 6))]
    for scores, t in batches:
        (loss, gradient, accuracy), y = _three(trial, scores, t), softmax(scores)
        true = y[np.arange(len(t)), t]
        trial.equal(loss, -np.log(true).mean(), [
            ("sign", np.log(true).mean(), _("The loss is negative. A logarithm of a probability is; the loss is not.")),
            ("sum", -np.log(true).sum(), _("That is the sum over the batch. Give the mean.")),
            ("formula", -np.log(y).sum(axis=1).mean(), _("Only the probability of the true class counts.")),
            ("formula", -scores[np.arange(len(t)), t].mean(), _("Half of the logarithm of softmax is missing.")),
            ("formula", np.log(np.exp(scores).sum(axis=1)).mean(), _("The score of the true class is missing.")),
            ("shape", -np.log(true), _("That is the loss of each image. Give their mean.")),
        ], what=_("The loss"))  # fmt: skip
        d = y - np.eye(y.shape[1])[t]
        trial.equal(gradient, d / len(t), [
            ("scale", d, _("The gradient is that of the sum. The loss is a mean over the batch.")),
            ("sign", -d / len(t), _("The gradient has the wrong sign: the loss falls when the true score grows.")),
            ("formula", y, _("Those are the probabilities. From that of the true class, 1 is taken.")),
            ("formula", y / len(t), _("From the probability of the true class, 1 is taken.")),
        ], what=_("The gradient"))  # fmt: skip
        answers = y.argmax(axis=1)
        trial.equal(accuracy, np.mean(answers == t), [
            ("aliasing", np.mean(d.argmax(axis=1) == t), _(
                "The accuracy is computed from what is left of the probabilities after the - 1. Is d_output a copy?")),
            ("sum", np.sum(answers == t), _("That is how many are right. Give the share.")),
            ("sign", np.mean(answers != t), _("That is the share of wrong answers.")),
        ], what=_("The accuracy"))  # fmt: skip
    far = np.array([[800.0, 0.0], [-3000.0, 1000.0], [0.0, 900.0], [-3000.0, -3800.0]])
    loss, gradient, accuracy = _three(trial, far, np.array([1, 1, 1, 1]))
    tiny = _("With scores 800 apart the loss is not right: the probability of the true class is rounded to 0. To add "
             "a small number inside the logarithm only hides it.")  # fmt: skip
    more = _("The logarithm of softmax can be written without softmax. Take the largest score of each row off first.")
    trial.equal(loss, 400.0, kind="stability", hint=tiny, more=more)
    trial.equal(gradient, np.array([[1.0, -1.0], [0.0, 0.0], [0.0, 0.0], [1.0, -1.0]]) / 4, what=_("The gradient"))
    trial.equal(accuracy, 0.5, what=_("The accuracy"))


def _three(trial: Trial, scores: np.ndarray, t: np.ndarray) -> list:
    found = trial.plain(trial.call(trial.subject, scores, t))
    three = _("report gives three things: loss, gradient, accuracy.")
    trial.expect(type(found) in (tuple, list) and len(found) == 3, "type", three)
    loss, gradient, accuracy = (trial.array(part) for part in found)
    order = _("The loss comes first, then the gradient, an array like scores, then the accuracy.")
    trial.expect(gradient.shape == scores.shape, "order", order)
    return [loss, gradient, accuracy]


@exercise("10.6", "A digit in its place", kind="write it", points=3, section="Step 9: new samples", names=("centred",),
          uses=())  # fmt: skip
def a_digit_in_its_place(trial: Trial) -> None:
    """A small drawing, moved so that its centre of mass is in the middle of 28 × 28."""
    f = trial.subject
    for page, box in drawings(trial.rng):
        found = trial.call(f, page)
        trial.shape(found, (SIZE, SIZE))
        corner = np.floor(14 - where(box) + 0.5)
        ink, middle = np.floor(14 - where(box > 0) + 0.5), (SIZE - np.array(box.shape)) // 2
        place = _("The digit is a pixel off. Its centre of mass goes to 14, and the corner to 14 less the centre.")
        near = _("Round to the NEAREST whole pixel.")
        boxed = _("The middle of the box is in the middle. It should be the centre of mass.")
        right = placed(box, corner)
        off = [placed(box, corner + by) for by in ((1, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1))]
        trial.equal(found, right, [
            ("middle", placed(box, middle), boxed),
            ("middle", placed(box, (SIZE + 1 - np.array(box.shape)) // 2), boxed),
            ("weights", placed(box, ink), _("All ink counts the same. A pixel counts as much as it is bright.")),
            ("axis", placed(box, corner[::-1]), _("Down and across are swapped.")),
            ("axis", right.T, _("The picture has its rows and columns swapped.")),
            ("sign", placed(box, np.floor(where(box) + 0.5)), _("The corner moves the wrong way.")),
            ("place", placed(box, np.array([14, 14])), _("The corner of the box is in the middle.")),
            ("place", placed(box, np.array([0, 0])), _("The box is still in the corner.")),
            ("values", lambda: placed(box > 0, corner), _("The place is right, and the grey values are lost.")),
            *(("fence", wrong, place, near) for wrong in off),
        ])  # fmt: skip
    low, heavy = np.full((20, 3), 0.01), np.full((20, 20), 0.004)
    low[-1], heavy[0], heavy[:, 0] = 1.0, 1.0, 1.0
    edge = _("With very uneven ink, a part of the box leaves the picture. It should stop at the edge.")
    for box in (low, low.T, low[::-1], low.T[:, ::-1], heavy, heavy[::-1, ::-1]):
        page = np.pad(box, ((4, 9), (11, 2)))
        found = trial.call(f, page, raised=("edge", edge))
        trial.equal(found, placed(box, np.floor(14 - where(box) + 0.5)), kind="edge", hint=edge)
    dot, line = np.zeros((50, 31)), np.zeros((30, 30))
    dot[49, 0], line[3:20, 29] = 0.7, 0.4
    hint = _("A digit may be a single line, or no more than a dot.")
    for page, box in ((dot, dot[49:, :1]), (line, line[3:20, 29:])):
        trial.equal(trial.call(f, page, raised=("one line", hint)), placed(box, np.floor(14.5 - where(box))),
                    kind="one line", hint=hint)  # fmt: skip
    empty = _("An empty page breaks it: it has no box and no centre of mass. Give an empty picture.")
    found = trial.call(f, np.zeros((35, 40)), raised=("stability", empty))
    trial.equal(found, np.zeros((SIZE, SIZE)), kind="stability", hint=empty)


# A threshold that is rounded to three places may hand on a digit or two more.
GOAL, HANDED_ON, ROUNDING = 0.98, 0.2, 0.001
# Between these learning rates, the largest network that may be reaches the goal.
SHORT, LONG = 0.12, 0.6


def _reached(hidden: int, lr: float, sure: float) -> tuple[float, float]:
    """Give the share of digits that are handed on, and how many of the others are right."""
    top, right = reader(hidden, lr)
    kept = top >= sure
    return 1 - float(kept.mean()), float(right[kept].mean()) if kept.any() else 1.0


@exercise("10.7", "A post office", kind="measure", points=3, section="Step 8: tuning", names=("settings",))
def a_post_office(trial: Trial) -> None:
    """Hidden neurons, learning rate and threshold: 98 % right with at most 20,000 parameters, 20 % handed on."""
    trial.answers({"hidden": 0, "lr": 0.0, "sure": 0.0}, within=math.inf)
    given = trial.plain(trial.subject)
    hidden, lr, sure = (trial.number(given[key], what=repr(key)) for key in ("hidden", "lr", "sure"))
    trial.expect(hidden == int(hidden) >= 1, "type", _("'hidden' is a whole number, at least 1."))
    trial.expect(lr > 0, "sign", _("A learning rate of 0 learns nothing, and a negative one climbs."))
    trial.expect(0 <= sure <= 1, "range", _("'sure' is compared with a probability: from 0 to 1."))
    count = int(hidden) * (196 + 1 + 10) + 10
    text = _("The network has {count:,} weights and biases.").format(count=count)
    more = _("Each hidden neuron brings 196 weights, a bias, and 10 more weights.")
    trial.expect(count <= MOST, "too many", text, more)
    handed, right = _reached(int(hidden), lr, sure)
    if handed <= HANDED_ON + ROUNDING and right >= GOAL - ROUNDING:
        return
    text = _("{handed:.1%} are handed on, and {right:.1%} of the others are read rightly. ")
    text = text.format(handed=handed, right=right)
    if _good_enough(int(hidden), lr):
        strict = _("The network will do. It hands on too many: it need not be as sure as that.")
        trial.expect(handed <= HANDED_ON + ROUNDING, "too strict", text + strict)
        trial.fail("too lax", text + _("The network will do. But it reads digits of which it is not sure enough."))
    none = _("No threshold is good enough for this network, so begin with the network. ")
    short = _("Its steps are too short: after five epochs it is still on its way.")
    trial.expect(lr >= SHORT, "too small", text + none + short)
    long = _("Its steps are too long: it jumps about instead of coming to rest.")
    trial.expect(lr <= LONG, "too large", text + none + long)
    trial.fail("too few", text + none + _("The learning rate will do. Are there neurons enough?"))


def _good_enough(hidden: int, lr: float) -> bool:
    top, right = reader(hidden, lr)
    surest = np.argsort(-top)[: int((1 - HANDED_ON) * len(top))]
    return bool(np.isfinite(top).all() and right[surest].mean() >= GOAL)


explain("10.8", "98 percent, and a third is wrong", points=3, section="Step 8: tuning")
