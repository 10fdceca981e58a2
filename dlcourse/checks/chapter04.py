"""Checks of chapter 04, losses and gradients."""

import math

import numpy as np

from dlcourse.checks import downhill
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function, no_loop
from dlcourse.checks.losses import huber, mean_cross_entropy, pair
from dlcourse.checks.nets import simple_net
from dlcourse.checks.order import epochs
from dlcourse.text import _


def _batch(variant: int) -> dict:
    """Give a number of classes, and three probabilities of which the logarithms are easy to add."""
    rng = np.random.default_rng(variant)
    classes, powers = 4, [1, 2, 5]
    if variant:
        classes = int(rng.integers(3, 30))
        powers = [int(power) for power in np.sort(rng.choice(np.arange(1, 8), 3, replace=False))]
    p1, p2, p3 = (0.5**power for power in powers)
    guess, batch = math.log(classes), math.log(2) * sum(powers) / 3
    return {"classes": classes, "p1": p1, "p2": p2, "p3": p3, "guess": round(guess, 3), "batch": round(batch, 3)}


@exercise("4.1", "What does a guess cost?", kind="predict then run", points=2, section="Cross-entropy",
          names=("prediction",), numbers=_batch)  # fmt: skip
def what_a_guess_costs(trial: Trial) -> None:
    """The cross-entropy of guessing, of a batch, and whether it sees the wrong classes."""
    n = trial.numbers
    classes, p = n["classes"], np.array([n["p1"], n["p2"], n["p3"]])
    base = _("That is the logarithm of another base. The one of the chapter is the natural one, np.log.")
    right = {"guess": math.log(classes), "batch": float(-np.log(p).mean()), "wrong ones": False}
    trial.answers(right, {
        "guess": [
            ("formula", 1 / classes, _("That is the probability. The loss is minus its logarithm.")),
            ("sign", -right["guess"], _("The logarithm of a probability is negative, and the loss is minus that.")),
            ("scale", math.log2(classes), base),
            ("scale", math.log10(classes), base),
            ("scale", 1.0, base),
            ("formula", math.log(10), _("That is the guess among ten classes.")),
        ],
        "batch": [
            ("scale", -np.log(p).sum(), _("That is the sum over the samples.")),
            ("sign", np.log(p).mean(), _("The logarithm of a probability is negative, and the loss is minus that.")),
            ("order", -math.log(p.mean()), _("First the logarithm of each, then the mean; not the other way round.")),
            ("formula", -math.log(p.prod()), _("That is the sum over the samples.")),
            ("formula", p.mean(), _("That is the mean of the probabilities. Where is the logarithm?")),
            ("scale", -np.log2(p).mean(), base),
            ("scale", -np.log10(p).mean(), base),
            ("formula", 0.5 * np.mean((1 - p) ** 2), _("That is a squared error.")),
        ],
        "wrong ones": [("formula", True, _("Look at the sum of the cross-entropy: what is t for the wrong classes?"))],
    }, within=0.006)  # fmt: skip


@exercise("4.2", "A loss for outliers", kind="write it", points=2, section="Squared errors", names=("huber",),
          uses=())  # fmt: skip
def a_loss_for_outliers(trial: Trial) -> None:
    """The mean Huber loss: squared where the error is small, straight where it is large."""
    alone = _("One number at a time does not work: an error is an array, and if cannot choose for all of it.")
    large = _("Large errors are squared, too. They count straight.")
    small = _("Small errors count straight, too. They are squared.")
    jump = _("The two pieces do not meet: at an error of 1 the loss jumps.")
    below = _("A large error below 0 is as bad as one above. It is not treated like that.")

    wide = _("With numbers of the type {dtype} it is wrong.").format(dtype="int64")

    def signed(y, t):
        return np.where(np.abs(y - t) <= 1, 0.5 * (y - t) ** 2, y - t - 0.5).mean()

    function(trial, trial.subject, lambda y, t: huber(y, t).mean(), pair,
             ((4, 3), (3, 3), (6,), (1,), (2, 1), (1, 5), (2, 3, 4), (60, 3)), [
        ("shape", huber, _("That is the loss of each entry. The result is one number, their mean.")),
        ("scale", lambda y, t: huber(y, t).sum(), _("That is the sum over all entries. The mean is wanted.")),
        ("scale", lambda y, t: huber(y, t).sum() / len(y), _(
            "It is divided by the number of rows. The mean is over all entries.")),
        ("scale", lambda y, t: 2 * huber(y, t).mean(), _("It is twice too large.")),
        ("formula", lambda y, t: 0.5 * np.mean((y - t) ** 2), large),
        ("formula", lambda y, t: np.mean((y - t) ** 2), large),
        ("formula", lambda y, t: np.abs(y - t).mean(), small),
        ("formula", lambda y, t: np.mean(np.abs(y - t) - 0.5), small),
        ("jump", lambda y, t: huber(y, t, far=lambda d: d).mean(), jump),
        ("jump", lambda y, t: huber(y, t, near=lambda d: d**2).mean(), jump),
        ("sign", lambda y, t: np.where(y - t <= 1, 0.5 * (y - t) ** 2, y - t - 0.5).mean(), below),
        ("sign", signed, below),
        ("swapped", lambda y, t: huber(y, t, lambda d: d - 0.5, lambda d: 0.5 * d**2).mean(), _(
            "The two pieces are swapped.")),
    ], borders=[
        case(np.array(y), np.zeros(len(y))) for y in ([1e4, -0.5], [-1e6], [0.0, 0.0], [0.999, -0.999], [1.001, -1.001],
                                                     [1e-4, -1e-4], [-30.0, 1.5, 0.2], [0.03, 0.97], [0.97, -1.03])
    ] + [
        case(np.array(y), np.array(t), kind="dtype", hint=wide) for y, t in (
            ([2**24 + 1, 3], [2**24, 5]), ([3 * 10**9, 1], [0, 0]), ([2 * 10**9, 1], [-(2 * 10**9), 0]), ([50_000, 0], [0, 1]))
    ], raised=lambda y, t: ("one number", alone))  # fmt: skip
    no_loop(trial, trial.subject, pair, (3, 4), (300, 4), (3, 400))


@exercise("4.3", "Find the bug: two returns", kind="find the bug", points=2, section="Cross-entropy",
          names=("cross_entropy_error",), uses=("functions.one_hot",))  # fmt: skip
def two_returns(trial: Trial) -> None:
    """The notes' cross-entropy, whose second return, the one for labels, is never reached."""
    mean_cross_entropy(trial, trial.subject)


@exercise("4.4", "Find the bug: an epoch that misses a third", kind="find the bug", points=2,
          section="A handful at a time", names=("epoch",), uses=())  # fmt: skip
def an_epoch_that_misses(trial: Trial) -> None:
    """The notes draw with replacement; an epoch takes every example once, in a new order."""
    epochs(trial, trial.subject)


@exercise("4.5", "Two steps on paper", kind="predict then run", points=2, section="Going down",
          names=("prediction",), numbers=downhill.two_steps)  # fmt: skip
def two_steps_on_paper(trial: Trial) -> None:
    """Slope, first and second step on a parabola, and the learning rate that jumps to and fro for ever."""
    n = trial.numbers
    a, x0, lr, slope = n["a"], n["x0"], n["lr"], n["slope"]
    uphill = _("That is a step uphill. The gradient points up, so a step goes against it.")
    scaled = _("A step is not as long as the slope: the learning rate shortens it.")
    trial.answers({name: n[name] for name in ("slope", "first", "second", "forever")}, {
        "slope": [
            ("formula", a * x0**2, _("That is the height at the start, not the slope.")),
            ("sign", -slope, _("That is the way down. The slope itself is asked for.")),
            ("formula", a * x0, _("What is the slope of x²? A factor is missing.")),
            ("formula", 2 * a, _("The slope depends on where you stand.")),
            ("formula", 2 * x0, _("That is the slope of x². It is steeper, or not, by the factor before it.")),
        ],
        "first": [
            ("sign", x0 + lr * slope, uphill),
            ("scale", x0 - slope, scaled),
            ("formula", -lr * slope, _("That is the step. Where do you stand after it?")),
            ("formula", lr * slope, _("That is how long the step is. Where do you stand after it?")),
            ("formula", x0 - lr * a * x0**2, _("You went by the height, not by the slope.")),
            ("formula", x0 - lr, _("The step is longer where it is steeper.")),
        ],
        "second": [
            ("state", x0 - 2 * lr * slope, _("The second step begins at another place, and it is less steep there.")),
            ("state", n["first"] - lr * slope, _("The slope must be found anew after the first step.")),
            ("fence", n["first"], _("That is after the first step.")),
            ("fence", x0 * (1 - 2 * a * lr) ** 3, _("That is after the third step.")),
            ("sign", n["first"] * (1 + 2 * a * lr), uphill),
            ("sign", x0 * (1 + 2 * a * lr) ** 2, uphill),
        ],
        "forever": [
            ("scale", 1 / (2 * a), _("With that one, the first step lands exactly in the valley.")),
            ("scale", 2 / a, _("With that one, each step lands farther out than the last.")),
            ("formula", a, _("Which learning rate takes x to -x in one step? Write that as an equation.")),
            ("formula", 2 * a, _("Which learning rate takes x to -x in one step? Write that as an equation.")),
            ("values", 1.0, _("That was so for another function. How steep is this one?")),
        ],
    }, within=1e-3)  # fmt: skip


@exercise("4.6", "How it bends", kind="write it", points=3, section="The gradient, by looking to both sides",
          names=("bends",), uses=("gradients.numerical_gradient",))  # fmt: skip
def how_it_bends(trial: Trial) -> None:
    """The second derivative along each entry, with a step that rounding allows."""
    downhill.how_it_bends(trial, trial.subject)


@exercise("4.7", "Until it looks like a seven", kind="write it", points=2, section="Going down", names=("redraw",),
          uses=("gradients.numerical_gradient", "losses.cross_entropy_error", "functions.one_hot"))  # fmt: skip
def until_it_looks_like_a_seven(trial: Trial) -> None:
    """Descent over the pixels of a picture, which stay between 0 and 1."""
    downhill.redrawn(trial, trial.subject)


@exercise("4.8", "One learning rate for two directions", kind="predict then run", points=2, section="Going down",
          names=("prediction",), numbers=downhill.two_rates)  # fmt: skip
def one_rate_for_two(trial: Trial) -> None:
    """The best learning rate for a valley that is flat in x and steep in y, and how fast that is."""
    n = trial.numbers
    a, b, factor = n["a"], n["b"], (n["b"] - n["a"]) / (n["a"] + n["b"])
    slope = _("How steep is it? The slope of b · y² is not b · y.")
    per_step = math.log(1000) / -math.log(factor)
    trial.answers({"limit": 1 / b, "best": 1 / (a + b), "factor": factor, "steps": n["steps"]}, {
        "limit": [
            ("scale", 1 / (2 * b), _("With that one, y lands at 0 at once. It comes to rest with larger ones, too.")),
            ("formula", 2 / b, slope),
            ("formula", 1 / a, _("That is the limit of x. y is steeper.")),
            ("formula", b, _("By what does a step multiply y? That lies between -1 and 1 below the limit.")),
        ],
        "best": [
            ("formula", 1 / (2 * b), _("That is the best one for y. By which factor does a step multiply x then?")),
            ("formula", 1 / (2 * a), _("That is the best one for x. What becomes of y?")),
            ("formula", 1 / b, _("With that one y never comes to rest.")),
            ("scale", 2 / (a + b), slope),
            ("scale", 1 / (2 * (a + b)), _("A larger one is better: draw the sizes of both factors against it.")),
            ("formula", (1 / (2 * a) + 1 / (2 * b)) / 2, _("The mean of the two best ones throws y far out.")),
            ("formula", 1 / (2 * math.sqrt(a * b)), _("A mean of another kind. When are both factors of one size?")),
        ],
        "factor": [
            ("sign", -factor, _("That is the one of y, with its sign. Leave out the sign.")),
            ("formula", 1 - factor, _("That is what a step takes away. What is left?")),
            ("formula", a / b, _("Put the best learning rate into 1 - 2·a·lr.")),
        ],
        "steps": [
            ("fence", n["steps"] - 1, _("One step earlier they are not quite there.")),
            ("fence", n["steps"] + 1, _("One step earlier they are there already.")),
            ("values", per_step, _("Steps are whole. At which one are both below?")),
            ("values", math.ceil(per_step / 2), _("That is when the height is a thousandth. x and y are asked.")),
        ],
    }, within=6e-4)  # fmt: skip


@exercise("4.9", "Find the bug: softmax stands there and does nothing", kind="find the bug", points=2,
          section="The smallest network", names=("SimpleNet",),
          uses=("functions.softmax", "functions.one_hot", "losses.cross_entropy_error"))  # fmt: skip
def softmax_does_nothing(trial: Trial) -> None:
    """The notes' SimpleNet stores the function softmax in place of what it gives."""
    first, second = (trial.array(trial.get(trial.new(trial.subject), "W")) for _net in range(2))
    trial.shape(first, (2, 3), what="W")
    trial.expect(not np.array_equal(first, second), "random", _("Each new network begins with the same weights."))
    every = [trial.array(trial.get(trial.new(trial.subject), "W")) for _net in range(40)]
    trial.expect(abs(np.mean(every)) < 0.4 and np.std(every) < 2, "random", _(
        "A new network's weights were drawn around 0, and are not any more."))
    simple_net(trial, trial.subject)


@exercise("4.10", "A line through points", kind="write it", points=3, section="Two layers, and training",
          names=("fit_line",), uses=("gradients",))  # fmt: skip
def a_line_through_points(trial: Trial) -> None:
    """Gradient descent for w and b of a line, from (0, 0), on the mean squared error."""
    hints = {
        "swapped": ("order", _("w and b are given in the wrong order.")),
        "new w": ("simultaneous", _("b's step is taken with the new w. Both slopes belong to the same place: find "
                                    "both, and only then move.")),
        "sum": ("scale", _("The steps are too long by a factor. The loss is the mean over the points.")),
        "half": ("scale", _("The steps are too short by a factor. What is the slope of a square?")),
        "up": ("sign", _("It climbs. A step goes against the gradient.")),
        "no lr": ("scale", _("The learning rate has no effect.")),
        "no b": ("bias", _("b never moves. The loss has a slope for b, too.")),
        "abs": ("formula", _("It goes by the sign of the error. The error is squared in the loss.")),
        "too many": ("fence", _("It takes one step too many.")), "too few": ("fence", _("It takes one step too few.")),
    }  # fmt: skip
    x, start = np.arange(5.0), _("With 0 steps it should be where it starts, at w = b = 0.")
    found = trial.call(trial.subject, x, 2 * x + 1, 0.02, 0)
    trial.shape(found, (2,))
    one = downhill.line(x, 2 * x + 1, 0.02, 1)
    trial.equal(found, [0, 0], [("fence", one, hints["too many"][1])], kind="start", hint=start)
    single = [np.float32(part) for part in downhill.cloud(trial.rng, 5, 3)[:2]]
    function(trial, trial.subject, downhill.line, downhill.cloud, (
        (5, 3), (5, 1), (2, 2), (7, 25), (1, 3), (3, 12), (4, 6, 300.0), (200, 2),
    ), [
        *((kind, lambda x, y, lr, steps, how=how: downhill.line(x, y, lr, steps, how), hint)
          for how, (kind, hint) in hints.items()),
    ], borders=[
        case(x, 1.5 * x - 1, 0.05, 600), case(x, 70 - 40 * x, 0.002, 600),
        case(*single, 0.05, 3, rtol=0.01, atol=0.01),  # differences in single precision have two digits
    ], dtypes=("i8", "i4"), lists=True, fresh=False, rtol=1e-5, atol=1e-6, more=_(
        "The slope for w is the mean of 2 · error · (what w is multiplied by)."))  # fmt: skip


explain("4.11", "The staircase", points=2, section="Why a loss, and not the accuracy")
