"""Checks of chapter 08, regularization."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.chance import by_seed
from dlcourse.checks.masks import fair_counts, masked, own_chances, quiet, right_share, two_masks
from dlcourse.checks.objects import live
from dlcourse.checks.penalties import L1, penalty_mistakes, penalty_stories
from dlcourse.checks.searching import Digits, Landscape, at_random, best_of_all, chosen, laid_aside, rounds_of, searched
from dlcourse.text import _, joined

# Whole numbers whose squares add up to a square: the L2 norm can be found on paper.
VECTORS = ((2, 3, 6), (1, 2, 2), (1, 4, 8), (4, 4, 7), (2, 6, 9), (6, 6, 7), (3, 4, 12), (2, 5, 14), (2, 10, 11))


def _vector(variant: int) -> dict:
    """Give a vector whose largest entry is negative, its norms, and what weight decay makes of it."""
    rng = np.random.default_rng(variant)
    a, b, c = VECTORS[0] if variant == 0 else (int(w) for w in rng.choice(VECTORS[2:]))
    decay, lr = (0.1, 0.5) if variant == 0 else (float(rng.choice([0.1, 0.2, 0.3])), float(rng.choice([0.5, 0.2])))
    squares = a * a + b * b + c * c
    return {"a": a, "b": b, "c": -c, "decay": decay, "lr": lr, "one": a + b + c, "two": math.isqrt(squares),
            "largest": c, "costs": round(decay * squares / 2, 6), "after": round(-c * (1 - lr * decay), 6)}  # fmt: skip


@exercise("8.1", "How large is a vector?", kind="predict then run", points=2, section="How large is a weight matrix?",
          names=("sizes",), numbers=_vector)  # fmt: skip
def how_large(trial: Trial) -> None:
    """Three norms of a vector, where the notes take the L2 norm for its square; its penalty, and one step of decay."""
    n = trial.numbers
    squares, total, c, step = n["two"] ** 2, n["a"] + n["b"] + n["c"], n["c"], n["lr"] * n["decay"]
    size = _("A norm says how large something is. Entries of different sign do not cancel.")
    half, weak = _("The ½ of the penalty is missing."), _("λ is missing.")
    slope = _("The gradient of ½λw² is λw. The ½ is gone.")
    right = {"L1": n["one"], "L2": n["two"], "L∞": n["largest"], "penalty": n["costs"], "after": n["after"]}
    trial.answers(right, {
        "L1": [
            ("sign", total, size),
            ("sign", -total, size),
            ("order", n["two"], _("That is the L2 norm.")),
            ("order", n["largest"], _("That is the largest entry alone.")),
            ("scale", n["one"] / 3, _("That is the mean. A norm is not shared among the entries.")),
        ],
        "L2": [
            ("formula", squares, _("That is the sum of the squares, as in the notes. The norm is something less.")),
            ("formula", squares / 2, _("That is half the sum of the squares.")),
            ("scale", n["two"] / math.sqrt(3), _("That is the root of the MEAN of the squares.")),
            ("order", n["one"], _("That is the L1 norm.")),
        ],
        "L∞": [
            ("sign", c, size),
            ("sign", max(n["a"], n["b"]), _("The largest entry counts by its size, whatever its sign.")),
            ("order", n["one"], _("That is the L1 norm.")),
            ("order", n["two"], _("That is the L2 norm.")),
        ],
        "penalty": [
            ("scale", 2 * n["costs"], half),
            ("scale", squares / 2, weak),
            ("scale", squares, joined([weak, half])),
            ("formula", n["decay"] * n["two"] / 2, _("The penalty takes the SQUARE of the L2 norm.")),
            ("formula", n["decay"] * n["two"], _("The penalty takes the SQUARE of the L2 norm.")),
            ("formula", n["decay"] * n["one"], _("That is the penalty with the L1 norm.")),
        ],
        "after": [
            ("sign", round(c * (1 + step), 6), _("The weight has grown. The step goes against the gradient.")),
            ("sign", -n["after"], _("A step of decay does not turn the sign of a weight.")),
            ("scale", c * (1 - step / 2), slope),
            ("scale", c * (1 - n["decay"]), _("The learning rate is missing.")),
            ("scale", c * (1 - n["lr"]), weak),
            ("formula", c + step, _("That is what an L1 penalty takes off. With L2 a large weight loses more.")),
            ("order", c * step, _("That is what the step takes off. What is left?")),
            ("order", -c * step, _("That is what the step takes off. What is left?")),
            ("values", c, _("That is the weight before the step.")),
        ],
    }, within=1e-6)  # fmt: skip


@exercise("8.2", "A penalty that pulls evenly", kind="write it", points=3, section="Weight decay", names=("L1",),
          uses=("regularization.L2",))  # fmt: skip
def pulls_evenly(trial: Trial) -> None:
    """Loss and gradient of λ Σ|W| over the weight matrices of a network, the gradient added in place."""
    trial.expect(trial.new(trial.subject, 0.1) is not None, "missing", _("There is nothing in L1 yet."))
    live(trial, trial.subject, L1, penalty_stories(float(trial.rng.uniform(0.2, 0.8))), penalty_mistakes())


# Decays from 0.12 to 0.28 are good. Of the powers of ten none is; the errors of 0.1 and 1 tell where to look.
GOAL = 0.24


def _aside(weight_decay: float) -> float:
    """Give the error on the points laid aside; the same training as in the task."""
    rng = np.random.default_rng(8)
    x = np.linspace(-1, 1, 10)
    y = np.sin(3 * x) + 0.3 * rng.standard_normal(10)
    new = rng.uniform(-1, 1, 40)
    y_new = np.sin(3 * new) + 0.3 * rng.standard_normal(40)
    known, unknown = (np.cos(np.outer(np.arccos(a), np.arange(10))) for a in (x, new))
    w = np.zeros(10)
    for _step in range(2000):
        w = (1 - 0.5 * weight_decay) * w - 0.5 * known.T @ (known @ w - y) / 10
    return float(np.mean((unknown @ w - y_new) ** 2))


@exercise("8.3", "Tame ten numbers", kind="measure", points=2, section="Weight decay", names=("weight_decay",))
def tame_ten_numbers(trial: Trial) -> None:
    """A weight decay with which the flexible curve of the chapter's beginning is good on points laid aside."""
    found = trial.number(trial.subject)
    trial.expect(found >= 0, "sign", _("A negative weight decay makes the weights grow."))
    # A wave of weight 1.2 in the loss: a step multiplies it by 1 - 0.5 · (1.2 + λ).
    wild = _("The weights explode. With a decay this strong a step leaps over 0, and farther each time.")
    trial.expect(found < 2.75, "diverges", wild)
    error = _aside(found)
    if error < GOAL:
        return
    text = _("The error on the points laid aside is {error:.3f}. ").format(error=error)
    more = _("Try 0.001, 0.01, 0.1 and 1 first, and look at both errors: they tell on which side you are.")
    if found < 0.2:
        trial.fail("too small", text + _("The curve still swings from point to point: the decay is too weak."), more)
    trial.fail("too large", text + _("The curve has become too flat to follow the points: the decay is too strong."),
               more)  # fmt: skip


def _voices(variant: int) -> dict:
    """Give a layer under dropout, and what the next layer hears of it in training and at test time."""
    rng = np.random.default_rng(variant)
    neurons, voice, percent, few = (50, 2, 20, 4) if variant == 0 else (
        int(rng.choice([20, 40, 60, 100, 200])), int(rng.choice([1, 2, 3, 4])), int(rng.choice([10, 20, 30, 40])),
        int(rng.integers(3, 8)))  # fmt: skip
    full, ratio = neurons * voice, percent / 100
    return {"neurons": neurons, "voice": voice, "ratio": ratio, "few": few, "full": full,
            "kept": round(full * (1 - ratio), 6), "deleted": round(full * ratio, 6),
            "louder": round(voice / (1 - ratio), 6), "masks": 2**few}  # fmt: skip


@exercise("8.4", "What does the next layer hear?", kind="predict then run", points=2, section="Dropout",
          names=("heard",), numbers=_voices)  # fmt: skip
def what_is_heard(trial: Trial) -> None:
    """Sums in training and at test time, by the rule, by the notes' text, and with inverted dropout."""
    n = trial.numbers
    full, kept, deleted, ratio, voice = n["full"], n["kept"], n["deleted"], n["ratio"], n["voice"]
    speak = _("The ratio is the share that is switched OFF.")
    every = _("At test time nobody is switched off, but each speaks more quietly.")
    quiet = _("That is what one neuron says. The next layer adds up all of them.")
    divide = _("It is divided by the share that is kept, so it becomes larger.")
    one = _("Each of the few neurons is either on or off, whatever the others are.")
    right = {"training": kept, "test": kept, "notes' text": deleted, "inverted": n["louder"], "masks": n["masks"]}
    trial.answers(right, {
        "training": [
            ("order", deleted, speak),
            ("scale", full, _("That is the sum of all. Some are switched off.")),
            ("scale", voice * (1 - ratio), quiet),
            ("scale", n["neurons"] * (1 - ratio), _("That is how MANY speak. How much do they say together?")),
        ],
        "test": [
            ("order", deleted, _("That is the factor of the notes' text. The next layer is not used to so little.")),
            ("scale", full, every),
            ("scale", kept * (1 - ratio), _("Switched off AND more quiet: at test time it is only one of the two.")),
            ("scale", voice * (1 - ratio), quiet),
            ("scale", full / (1 - ratio), _("At test time plain dropout makes nobody louder.")),
        ],
        "notes' text": [
            ("order", kept, _("That is the right rule. The notes' text multiplies by the share that is DELETED.")),
            ("scale", full, _("That is the sum without any factor.")),
            ("scale", voice * ratio, quiet),
        ],
        "inverted": [
            ("order", voice / ratio, joined([speak, divide])),
            ("order", round(voice * (1 - ratio), 6), divide),
            ("order", voice * (1 + ratio), divide),
            ("scale", voice, _("In training, inverted dropout makes louder who is not switched off.")),
            ("scale", full, _("That is what all say together. The question is about one neuron.")),
        ],
        "masks": [
            ("formula", 2 * n["few"], one),
            ("formula", n["few"] ** 2, one),
            ("formula", n["few"], one),
            ("formula", math.factorial(n["few"]), one),
            ("fence", n["masks"] - 1, _("One is forgotten: all may speak, and all may be silent.")),
            ("fence", n["masks"] - 2, _("Two are forgotten: all may speak, and all may be silent.")),
        ],
    }, within={"training": max(0.5, 0.005 * full), "test": 0.01, "notes' text": 0.01, "inverted": 0.01})  # fmt: skip


@exercise("8.5", "Find the bug: one letter too many", kind="find the bug", points=3,
          section="A mask with one letter too many", names=("Dropout",), uses=())  # fmt: skip
def one_letter_too_many(trial: Trial) -> None:
    """The notes' layer with a uniform mask, an argument that can be named, and a default for test time."""
    cls, rng = trial.subject, trial.rng
    named = _("Dropout(dropout_ratio=0.2) raises an error. Read the name of the argument letter by letter.")
    layers = {ratio: trial.new(cls, dropout_ratio=ratio, raised=("name", named)) for ratio in (0.2, 0.0, 0.5, 0.8)}
    for ratio, layer in layers.items():
        masked(trial, layer, rng.choice([-1.0, 1.0], (60, 100)) * rng.uniform(1, 2, (60, 100)), ratio)
    for layer, ratio in ((layers[0.2], 0.2), (trial.new(cls), 0.5)):
        for shape in ((20, 4), (1, 5), (6, 5, 8, 10), (40, 3, 20)):
            quiet(trial, layer, rng.uniform(1, 2, shape), ratio)
            image = rng.uniform(1, 2, shape)
            hint = _("In training, forward does not take an x of shape {shape}. The mask is as large as x.")
            more = ("shape", hint.format(shape=shape))
            trial.shape(trial.method(layer, "forward", image, train_flg=True, raised=more), shape)
            if len(shape) > 2:
                own_chances(trial, layer, image, ratio)
    for size in (1e-9, 1e9):
        masked(trial, layers[0.5], size * rng.uniform(1, 2, (60, 100)), 0.5)
    for ratio in (0.125, 0.25, 0.05, 0.5):
        fair_counts(trial, trial.new(cls, dropout_ratio=ratio), ratio)
    for shape in ((1, 6000), (6000, 1), (6000,)):
        right_share(trial, layers[0.2], rng.uniform(1, 2, shape), 0.2)
    two_masks(trial, [trial.new(cls, dropout_ratio=0.5) for _layer in "12"], rng.uniform(1, 2, (30, 40)))


def _none_of_them() -> str:
    """Say that the first is the best so far."""
    return _("Where every rate has the accuracy 0, it gives none of the rates. The first is the best so far, however bad.")


@exercise("8.6", "Find the bug: the test set is used up", kind="find the bug", points=3, section="A validation set",
          names=("choose",), uses=("search",))  # fmt: skip
def the_test_set_is_used_up(trial: Trial) -> None:
    """Choose by a shuffled fifth of the training set; then train on all of it, and look at the test set once."""
    rng = trial.rng

    def draw(seed, count=50, many=4, gap=0.3, tiny=False):
        digits = Digits(rng, count, many, gap, tiny)
        found = trial.plain(trial.call(
            trial.subject, digits.score, list(digits.rates), digits.x_train, digits.t_train, digits.x_test,
            digits.t_test, seed))  # fmt: skip
        pair = _("choose gives back two things: the best rate, and the accuracy on the test set.")
        trial.expect(found is not None, "missing", _("choose gives nothing back."))
        trial.expect(type(found) in (tuple, list, np.ndarray) and len(found) == 2, "shape", pair)
        split = laid_aside(trial, digits)
        if count == 50:
            at_random(trial, [split], count)
        chosen(trial, digits, *found)
        return split.tolist()

    drawn = _("Another seed gives the same digits for validation. Shuffle them with np.random.default_rng(seed).")
    again = _("The same seed gives other digits each time. Shuffle them with np.random.default_rng(seed).")
    by_seed(trial, draw, drawn, again)
    for count, many in ((100, 3), (30, 7), (5, 2), (300, 25)):
        for gap in (0.3, 0.003, 0.00003):
            draw(int(rng.integers(1000)), count, many, gap)
    draw(int(rng.integers(1000)), 10, 5, tiny=True)
    digits, zero = Digits(rng, 20, 3), _none_of_them()
    found = trial.plain(trial.call(trial.subject, lambda *_unused: 0.0, list(digits.rates), digits.x_train, digits.t_train,
                                   digits.x_test, digits.t_test, 3, raised=("start", zero)))  # fmt: skip
    trial.expect(found[0] in digits.rates, "start", zero)


@exercise("8.7", "Four steps in one function", kind="write it", points=4, section="Random search in four steps",
          names=("four_steps",), uses=())  # fmt: skip
def four_steps(trial: Trial) -> None:
    """Draw by the power of ten, score, narrow around the best so far, repeat; give the best rate of all."""
    rng, found = trial.rng, []
    seed = int(rng.integers(1000))

    def draw(used):
        land = Landscape(-5.0)
        searched(trial, land, 1e-6, 1e-2, 10, 4, 2, used)
        trial.expect(land.asked, "missing", _("score is never called."))
        return land.asked

    other = _("Another seed tries the same rates. That is a grid, or a seed that is not used.")
    again = _("The same seed gives other rates each time. Draw from np.random.default_rng(seed).")
    by_seed(trial, draw, other, again)
    for count, keep, rounds, lucky in ((60, 20, 2, None), (70, 30, 3, 75), (400, 3, 2, None), (64, 1, 3, 100),
                                       (200, 2, 2, None), (60, 20, 6, None)):  # fmt: skip
        ends = rng.uniform(-6, -5), rng.uniform(-0.8, -0.2)
        low, high, peak = 10 ** ends[0], 10 ** ends[1], ends[1] - rng.uniform(1.2, 1.8)
        # Scores below 0.0001 are written as 9e-05: as texts, they are above all others.
        land = Landscape(peak, lucky, 20 * low if keep == 2 else 0.0, 2e-4 if keep == 20 else 1.0)
        found.append((land, searched(trial, land, low, high, count, keep, rounds, seed), count))
        rounds_of(trial, land, low, high, count, keep, rounds)
    for land, best, count in found:
        best_of_all(trial, land, best, count)
    flat = Landscape(-3.0, scale=0.0)
    best = searched(trial, flat, 1e-6, 1e-1, 60, 60, 2, seed)
    rounds_of(trial, flat, 1e-6, 1e-1, 60, 60, 2)  # all of them are kept, whichever is called the best
    trial.expect(trial.plain(best) in flat.asked, "start", _none_of_them())


explain("8.8", "A narrow gap", points=2, section="Dropout in training: the book's experiment")
