"""Checks of chapter 10, handwritten digits."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function, no_loop
from dlcourse.checks.chance import mean_of_each, no_parts, shuffled_batches, watched
from dlcourse.checks.digits import MOST, alone, centred, drawing, good_enough, misplaced, pages, reached
from dlcourse.checks.evaluation import averaged, counted, macro_f1, miscounted, table
from dlcourse.checks.losses import far_apart
from dlcourse.checks.references import softmax
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
            *(("formula", found / of, well) for of in (people, ill, called)),
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
    for key in mistakes:
        mistakes[key].append(("scale", 100 * n[key], _("That is in percent. Give a number from 0 to 1.")))
    trial.answers({key: n[key] for key in mistakes}, mistakes, within=0.00051)


def _labels(rng: np.random.Generator, count: int, classes: int, used: int) -> tuple:
    """Give truth and answers of samples, of which only the first classes are used, and how many classes there are."""
    return *rng.integers(used, size=(2, count)), classes


@exercise("10.2", "Who is taken for whom", kind="write it", points=3, section="Maths", names=("confusion", "macro_f1"),
          uses=())  # fmt: skip
def who_is_taken_for_whom(trial: Trial) -> None:
    """A confusion matrix by counting all pairs at once, and the mean F1 of it, with classes that are absent."""
    count, mean = trial.subjects
    high = _("The highest classes, or pairs of them, may be missing from t and y. The matrix has room for them, too.")
    many = np.repeat([[0, 0, 1], [0, 1, 0]], [70_000, 1, 1], axis=1)
    full = _("Of 70,000 equal pairs it counts another number: the counts do not fit into their type.")
    function(trial, count, counted, _labels, (
        (60, 4, 4), (10, 3, 3), (60, 6, 4), (1, 5, 5), (900, 20, 20), (300, 12, 12), (3, 3, 3), (2, 1, 1),
        (400, 120, 120),
    ), miscounted(high), borders=[case(*many, 2, kind="overflow", hint=full)], dtypes=("i4",),
        raised=lambda t, y, k: None if counted(t, y, k)[-1, -1] else ("shape", high))  # fmt: skip
    no_loop(trial, count, _labels, (20, 4, 4), (400, 4, 4))
    zero = _("A class that is absent, or never found, breaks it: its F1 is 0/0, and should count as 0.")
    function(trial, mean, macro_f1, table, (
        (3, 0), (4, 0), (2, 0), (1, 0), (3, 1), (5, 1), (3, 2), (3, 3), (4, 4), (12, 0), (130, 0),
    ), averaged(zero), borders=[
        case(table(trial.rng, 4, 0)[0].astype(float)),
        case((table(trial.rng, 3, 0)[0] * np.array([[10**6], [1], [1]])).astype("i4")),
    ], dtypes=("i4",),
        raised=lambda C: None if np.diag(C).all() else ("stability", zero))  # fmt: skip


def _images(rng: np.random.Generator, n_train: int, n_test: int, grey: int) -> tuple[np.ndarray, np.ndarray]:
    """Give images as bytes; without black and white in them if they are grey, and others for training than for test."""
    low, high = (40, 160) if grey else (0, 256)
    return (rng.integers(low, high, (n_train, 28, 28)).astype(np.uint8),
            rng.integers(low, high + 20 * (grey > 0), (n_test, 28, 28)).astype(np.uint8))  # fmt: skip


@exercise("10.3", "Find the bug: the test set has a say", kind="find the bug", points=2, section="Step 1: data",
          names=("prepare",), uses=())  # fmt: skip
def the_test_set_has_a_say(trial: Trial) -> None:
    """One row of numbers an image, and a mean image that is the training set's alone."""
    def ask(case):
        """Give both sets below each other, when each has the right shape."""
        found = trial.plain(trial.call(trial.subject, *case.args, layout=case.layout))
        two = _("prepare gives two arrays: the training images, then the test images.")
        trial.expect(type(found) in (tuple, list) and len(found) == 2, "type", two)
        flat = _("{what} has the shape {shape}. A network with 784 inputs takes a row of 784 numbers for each image.")
        for array, images, what in zip(found, case.args, (_("The training set"), _("The test set"))):
            shape = trial.array(array, what).shape
            trial.expect(len(shape) == 2, "shape", flat.format(what=what, shape=shape))
            trial.shape(array, (len(images), 784), what)
        return np.concatenate([np.asarray(array) for array in found])

    def pixels(x):
        return x.reshape(len(x), -1) / 255

    def prepared(off_train, off_test, scale="one", scale_test=""):
        """Give what takes these off the training and the test images, and multiplies by these, all by their names."""
        def wrong(x, new):
            a, b = pixels(x), pixels(new)
            sets = [a - off[off_train](a, b), b - off[off_test](a, b)]
            return np.concatenate([part * by[which](a, b) for part, which in zip(sets, (scale, scale_test or scale))])
        return wrong

    firsts = (1, 2, 3, 5, 10, 20)
    off = {"own": lambda a, b: a.mean(axis=0), "other": lambda a, b: b.mean(axis=0), "none": lambda a, b: 0,
           "both": lambda a, b: np.concatenate([a, b]).mean(axis=0), "one": lambda a, b: a.mean(),
           "one of both": lambda a, b: np.concatenate([a, b]).mean(), "median": lambda a, b: np.median(a, axis=0),
           "rows": lambda a, b: a.mean(axis=1, keepdims=True), "other rows": lambda a, b: b.mean(axis=1, keepdims=True),
           "small": lambda a, b: a.mean(axis=0) / 255, "mixed": lambda a, b: a.mean(axis=0) * b.max() / a.max(),
           } | {n: lambda a, b, n=n: a[:n].mean(axis=0) for n in firsts}  # fmt: skip
    by = {"one": lambda a, b: 1, "255": lambda a, b: 255, "spread": lambda a, b: 1 / a.std(axis=0),
          "largest": lambda a, b: 1 / a.max(), "test": lambda a, b: 1 / b.max(),
          "largest of both": lambda a, b: 1 / max(a.max(), b.max())}  # fmt: skip
    leak = _("The test images still have a part in the mean.")
    axis = _("From each image its own mean is taken. The mean goes over the images, for each pixel.")
    single = _("There is one mean for all pixels. Each pixel has a mean of its own, over the images.")
    say = _("The largest pixel of the TEST set has a say in what is divided by. All are divided by 255.")
    twice = _images(trial.rng, 3, 1, 0)[0][[0, 1, 2, 2]]
    function(trial, trial.subject, prepared("own", "own"), _images, ((6, 4, 0), (12, 3, 1), (5, 5, 1), (25, 2, 0)), [
        *(("leak", prepared(*pair), leak) for pair in (("both", "both"), ("own", "both"), ("both", "own"))),
        ("leak", prepared("other", "other"), _("The mean is that of the test set. It belongs to the training set.")),
        ("leak", prepared("own", "other"), _(
            "The test images have their own mean taken off. A single new image would become all 0.")),
        *(("axis", prepared(first, "other rows"), axis) for first in ("rows", "own")),
        *(("axis", prepared(*pair), single) for pair in (("one", "one"), ("own", "one"), ("one of both",) * 2)),
        *(("formula", prepared("none", test), _("Nothing is taken from the training images."))
          for test in ("none", "own")),
        ("formula", prepared("own", "none"), _("Nothing is taken from the test images, and the others change.")),
        ("formula", prepared("own", "own", "spread"), _("Only the mean is taken off.")),
        ("formula", prepared("median", "median"), _("That is the median. Take the mean.")),
        *(("scale", prepared("own", *rest), _("The pixels run to 255. They should run to 1."))
          for rest in (("own", "255"), ("small", "one", "255"))),
        ("scale", prepared("own", "own", "largest"), _("You divide by the largest pixel that comes, and not by 255.")),
        *(("leak", prepared("own", *rest), say) for rest in (
            ("own", "test"), ("own", "largest of both"), ("mixed", "largest", "test"))),
        *(("values", prepared(n, n), _("The mean is that of the first {count} training images. All of them count."
                                       ).format(count=n)) for n in firsts),
    ], borders=[case(*_images(trial.rng, 1100, 2, 0), hint=_("Of 1,100 training images not all are in the mean.")),
                 case(*_images(trial.rng, 7, 1, 0)), case(*_images(trial.rng, 1, 3, 0)), case(twice, twice[:2])],
        dtypes=(), ask=ask, what=_("What prepare gives, the training set above the test set,"))  # fmt: skip


@exercise("10.4", "Find the bug: the luck of the last batch", kind="find the bug", points=3,
          section="A program that does not shuffle", names=("fit",), uses=("training.minibatches",))  # fmt: skip
def the_luck_of_the_last_batch(trial: Trial) -> None:
    """The notes' training loop: shuffled in each epoch, and with the mean loss of each epoch."""
    orders = []
    # A seed of 0 is one, too, and two seeds may agree in the last digit or in all lower bytes.
    for n, epochs, size, one, two in ((50, 3, 10, 0, 10), (47, 2, 10, trial.seed + 1, trial.seed + 2), (30, 2, 64, 0, 256),
                                      (13, 3, 1, 1, 1001), (200, 3, 10, 0, 2**16)):  # fmt: skip
        several = []
        for seed in (one, two, one):
            history, cost, found = watched(trial, n, epochs, size, seed)
            several.append(shuffled_batches(trial, found, n, epochs, size))
            mean_of_each(trial, history, cost, found, n, epochs, size)
        first, other, again = several
        trial.expect(not np.array_equal(first, other), "random", _("Another seed gives the same order."))
        trial.expect(np.array_equal(first, again), "random", _("The same seed gives another order the second time."))
        orders = [*first, *other]
    no_parts(trial, orders)


def _scores(rng: np.random.Generator, count: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Give scores of a reader that is often right and rarely sure, and the truth."""
    s = rng.normal(size=(count, classes))
    return s, np.where(rng.random(count) < 0.6, s.argmax(axis=1), rng.integers(classes, size=count))


@exercise("10.5", "Find the bug: two names for one array", kind="find the bug", points=3,
          section="A program that does not shuffle", names=("report",),
          uses=("functions.softmax", "functions.one_hot"))  # fmt: skip
def two_names_for_one_array(trial: Trial) -> None:
    """Loss, gradient and accuracy of a batch, with probabilities that stay what they are."""
    def part(place):
        def ask(case):
            found = trial.plain(trial.call(trial.subject, *case.args, layout=case.layout))
            three = _("report gives three things: loss, gradient, accuracy.")
            trial.expect(type(found) in (tuple, list) and len(found) == 3, "type", three)
            order = _("The loss comes first, then the gradient, an array like scores, then the accuracy.")
            trial.expect(trial.array(found[1]).shape == case.args[0].shape, "order", order)
            return found[place]
        return ask

    def own(s, t):
        return np.take_along_axis(s, np.asarray(t, int)[:, None], axis=1)[:, 0]

    def loss(s, t):
        return (np.log(np.exp(s - s.max(axis=1, keepdims=True)).sum(axis=1)) + s.max(axis=1) - own(s, t)).mean()

    def error(s, t):
        return softmax(s) - np.eye(s.shape[1])[np.asarray(t, int)]

    def hits(s, t):
        return s.argmax(axis=1) == t

    sizes = (5, 3), (4, 4), (1, 6), (9, 10), (3, 2), (150, 3)
    only = _("Only the probability of the true class counts.")
    function(trial, trial.subject, loss, _scores, sizes, [
        ("sign", lambda s, t: -loss(s, t), _("The loss is negative, as a logarithm of a probability is.")),
        ("sum", lambda s, t: loss(s, t) * len(s), _("That is the sum over the batch. Give the mean.")),
        ("formula", lambda s, t: -np.log(softmax(s)).sum(axis=1).mean(), only),
        ("formula", lambda s, t: -np.log(softmax(s)).mean(), only),
        ("formula", lambda s, t: -own(s, t).mean(), _("Half of the logarithm of softmax is missing.")),
        ("formula", lambda s, t: loss(s, t) + own(s, t).mean(), _("The score of the true class is missing.")),
        ("formula", lambda s, t: loss(s, t) - s.max(axis=1).mean(), _(
            "The largest score is taken off in one place, and not in the other.")),
        ("shape", lambda s, t: -np.log(own(softmax(s), t)), _("That is the loss of each image. Give their mean.")),
    ], borders=far_apart(trial.rng), ask=part(0), what=_("The loss"))  # fmt: skip
    function(trial, trial.subject, lambda s, t: error(s, t) / len(s), _scores, sizes, [
        ("scale", error, _("The gradient is that of the sum. The loss is a mean over the batch.")),
        ("sign", lambda s, t: -error(s, t) / len(s), _(
            "The gradient has the wrong sign: the loss falls when the true score grows.")),
        *(("formula", lambda s, t, mean=mean: softmax(s) / (len(s) if mean else 1), _(
            "From the probability of the true class, 1 is taken.")) for mean in (True, False)),
    ], borders=far_apart(trial.rng), ask=part(1), what=_("The gradient"), rtol=1e-9, atol=1e-12)  # fmt: skip
    function(trial, trial.subject, lambda s, t: hits(s, t).mean(), _scores, (*sizes, (40, 2), (40, 5)), [
        ("aliasing", lambda s, t: hits(error(s, t), t).mean(), _(
            "The accuracy is computed from what is left of the probabilities after the - 1. Is d_output a copy?")),
        ("sum", lambda s, t: hits(s, t).sum(), _("That is how many are right. Give the share.")),
        ("sign", lambda s, t: 1 - hits(s, t).mean(), _("That is the share of wrong answers.")),
        ("scale", lambda s, t: 100 * hits(s, t).mean(), _("That is a percentage. Give the share.")),
        ("formula", lambda s, t: (own(softmax(s), t) > 0.5).mean(), _(
            "That is how often the true class has more than half of the probability. It only has to have the most.")),
        ("sign", lambda s, t: hits(-s, t).mean(), _("It asks how often the true class is the one with the LEAST.")),
        ("formula", lambda s, t: own(softmax(s), t).mean(), _("That is the mean probability of the true class.")),
    ], borders=[*far_apart(trial.rng), case(np.zeros((3, 3)), np.arange(3), kind="ties", hint=_(
        "All scores are equal. Then argmax gives the first class, and not each class is right."))],
        ask=part(2), what=_("The accuracy"))  # fmt: skip


@exercise("10.6", "A digit in its place", kind="write it", points=3, section="Step 9: new samples", names=("centred",),
          uses=())  # fmt: skip
def a_digit_in_its_place(trial: Trial) -> None:
    """A small drawing, moved so that its centre of mass is in the middle of 28 × 28."""
    edge = _("With very uneven ink, a part of the box leaves the picture. It should stop at the edge.")
    function(trial, trial.subject, centred, drawing, (
        (5, 4, 0), (12, 7, 1), (9, 15, 1), (18, 16, 2), (18, 18, 3), (20, 20, 4), (20, 20, 5), (6, 11, 0), (20, 9, 1),
    ), misplaced(edge), borders=pages(trial.rng), dtypes=("f4",), what=_("The picture"),
        raised=lambda page: ("edge", edge) if page.any() and max(alone(page).shape) > 15 else None)  # fmt: skip


# Between the two learning rates, SHORT and LONG, the largest network that may be reaches the goal.
GOAL, HANDED_ON, SHORT, LONG = 0.98, 0.2, 0.12, 0.6


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
    many = _("The network has {count:,} weights and biases.").format(count=count)
    trial.expect(count <= MOST, "too many", many, _("Each hidden neuron brings 196 weights, a bias, 10 weights."))
    handed, right = reached(int(hidden), lr, sure)
    if handed <= HANDED_ON and right >= GOAL:
        return
    text = _("{handed:.3%} are handed on, and {right:.3%} of the others are read rightly. ").format(
        handed=handed, right=right)  # fmt: skip
    if good_enough(int(hidden), lr, HANDED_ON, GOAL):
        trial.expect(handed <= HANDED_ON, "too strict", text + _(
            "The network will do. It hands on too many: it need not be as sure as that."))
        trial.fail("too lax", text + _("The network will do. But it reads digits of which it is not sure enough."))
    none = _("No threshold is good enough for this network, so begin with the network. ")
    trial.expect(lr >= SHORT, "too small", text + none + _("Its steps are short: after five epochs it is on its way."))
    trial.expect(lr <= LONG, "too large", text + none + _("Its steps are too long: it jumps about, and never rests."))
    trial.fail("too few", text + none + _("The learning rate will do. Are there neurons enough?"))


explain("10.8", "98 percent, and a third is wrong", points=3, section="Step 8: tuning")
