"""Checks of chapter 02, activation functions."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _

OVERFLOW = {"over": "raise", "invalid": "raise"}


def _inputs(trial: Trial) -> list[np.ndarray]:
    """Give a vector, a matrix that is not square, an array of three axes, and nothing but negative numbers."""
    rng = trial.rng
    vector = np.append(rng.normal(scale=2, size=5), [0.0, 0.4])
    return [vector, rng.normal(scale=2, size=(3, 4)), rng.normal(size=(2, 1, 3)), -rng.uniform(0.5, 3, size=4)]


def _tanh(x):
    z = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - z) / (1 + z)


@exercise("2.1", "tanh from exponentials", kind="write it", points=2, section="Where the textbook breaks",
          names=("my_tanh",))  # fmt: skip
def tanh_from_exponentials(trial: Trial) -> None:
    """tanh written with np.exp, for any shape, that stays right far out."""
    f = trial.subject
    for x in _inputs(trial):
        trial.equal(trial.call(f, x), _tanh(x), [
            ("scale", 1 / (1 + np.exp(-2 * x)), _("That is the sigmoid of 2x, from 0 to 1; tanh begins at -1.")),
            ("scale", _tanh(x / 2), _("The curve is half as steep as tanh. Look at the factor in the exponent.")),
            ("scale", _tanh(2 * x), _("The curve is twice as steep as tanh. Look at the factor in the exponent.")),
            ("formula", np.sinh(x), _("That is the numerator, half of it or all. It is divided by a sum.")),
            ("formula", 2 * np.sinh(x), _("That is the numerator. It is divided by a sum.")),
            ("formula", lambda: 1 / _tanh(x), _("Numerator and denominator are swapped.")),
            ("sign", np.abs(_tanh(x)), _("For negative x the value must be negative, too.")),
        ])  # fmt: skip
    trial.equal(trial.call(f, 0.0), 0.0)
    far = np.array([-1000.0, -30.0, 30.0, 1000.0])
    hint = _("Far out it breaks: my_tanh of ±1000 must be ±1, and e to a large number is infinite for a computer.")
    more = _("Multiply both sides of the fraction by e to the power of -|x|, as the chapter does for the sigmoid.")
    found = trial.call(f, far, raised=("stability", hint, more))
    trial.equal(found, np.sign(far), kind="stability", hint=hint, more=more)
    hint = _("The task is to build it from np.exp; tanh, sinh and cosh themselves are not allowed.")
    trial.avoids(f, "tanh", "sinh", "cosh", kind="borrowed", hint=hint)


def _softmax(x):
    z = np.exp(x - x.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def _check_softmax(trial: Trial) -> None:
    f, rng = trial.subject, trial.rng
    one = _("One sample, of shape (K,), does not work; the last axis is axis=-1 for a sample and for a batch.")
    batch = _("A batch, of shape (N, K), does not work. Which axis holds the K scores of one sample?")
    keep = _("keepdims=True leaves an axis of length 1, so that (N, 1) can be taken from (N, K).")
    for x in (rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=(1, 5)), rng.normal(size=6)):
        z, shifted = np.exp(x), np.exp(x - x.max(axis=-1, keepdims=True))
        found = trial.call(f, x, raised=("one sample", one) if x.ndim == 1 else ("axis", batch, keep))
        trial.equal(found, _softmax(x), [
            ("axis", z / z.sum(), _("The whole batch sums to 1; each row should, on its own.")),
            ("axis", z / z.sum(axis=0), _("Here the columns sum to 1. Each row holds the scores of one sample.")),
            ("axis", shifted / shifted.sum(axis=0), _("Here it is not the rows that sum to 1.")),
            ("axis", shifted / shifted.sum(), _("The whole batch sums to 1; each row should, on its own.")),
            ("formula", z, _("Those are the exponentials. Divide them by their sum.")),
            ("formula", shifted, _("Those are the exponentials. Divide them by their sum.")),
            ("formula", lambda: x / x.sum(axis=-1, keepdims=True), _("The scores are shared without an exponential.")),
            ("sign", _softmax(-x), _("The largest score got the smallest probability.")),
            ("formula", np.log(_softmax(x)), _("Those are the logarithms of the probabilities.")),
            ("formula", z / (1 + z), _("That is a sigmoid of each score: the row does not sum to 1.")),
        ])  # fmt: skip
    scores = rng.normal(size=(3, 4))
    hint = _("The same number added to all scores of a row must change nothing.")
    trial.equal(trial.call(f, scores + 3.0), _softmax(scores), kind="shift", hint=hint)
    large = np.array([[0.0, 999.0, 1000.0], [-1000.0, -1001.0, -1000.0]])
    hint = _("Large scores break it: e to the power of 1000 is infinite for a computer, and of -1000 it is 0.")
    more = _("Take the largest score of each row from that row first.")
    for x in (large, large[0], large[1]):
        trial.equal(trial.call(f, x), _softmax(x), kind="stability", hint=hint, more=more)


@exercise("2.2", "From scores to probabilities", kind="write it", points=3, section="Where the textbook breaks",
          names=("softmax",))  # fmt: skip
def softmax(trial: Trial) -> None:
    """Softmax over the last axis: one sample, a batch, large scores."""
    _check_softmax(trial)
    trial.no_loop(trial.subject)


@exercise("2.3", "Find the bug: the sigmoid of the notes", kind="find the bug", points=2,
          section="Where the textbook breaks", names=("sigmoid",))  # fmt: skip
def sigmoid_of_the_notes(trial: Trial) -> None:
    """The notes' ``1/(1 + np.exp(-x))`` without its overflow, and without merely hiding the warning."""
    f = trial.subject
    for x in _inputs(trial):
        z = np.exp(-np.abs(x))
        right = np.where(x >= 0, 1, z) / (1 + z)
        trial.equal(trial.call(f, x), right, [
            ("sign", 1 - right, _("The curve falls from 1 to 0; the sigmoid rises.")),
            ("formula", 1 / (1 + z), _("For negative x it gives what it gives for -x: the numerator differs there.")),
            ("formula", z / (1 + z), _("For positive x it gives what it gives for -x: the numerator differs there.")),
            ("scale", _tanh(x), _("That is tanh: it begins at -1.")),
            ("scale", _tanh(x / 2), _("It runs from -1 to 1, and should from 0 to 1.")),
        ])  # fmt: skip
    trial.equal(trial.call(f, 0.0), 0.5)
    far = np.array([-1e4, -1000.0, -100.0, 100.0, 1000.0, 1e4])
    trial.equal(trial.call(f, far), (far > 0).astype(float), atol=1e-7)
    hint = _("The values are right, but the warning is only hidden. Write it so that nothing overflows.")
    trial.avoids(f, "errstate", "seterr", "catch_warnings", "simplefilter", "filterwarnings", kind="hidden", hint=hint)
    hint = _("The values are right, but an exponential overflows on the way, far to the left or far to the right.")
    more = _("np.where computes both of its sides for every x. Which exponent is never positive?")
    found = trial.call(f, far, errors=OVERFLOW, raised=("stability", hint, more))
    trial.equal(found, (far > 0).astype(float), atol=1e-7)


@exercise("2.4", "Find the bug: a ReLU that eats its input", kind="find the bug", points=2,
          section="ReLU, tanh, identity", names=("relu",))  # fmt: skip
def relu_that_eats(trial: Trial) -> None:
    """ReLU of any array or number, which leaves its argument alone."""
    f = trial.subject
    for x in _inputs(trial):
        scalar = _("x > 0 is an array of True and False: if cannot choose. Work on all numbers at once.")
        trial.equal(trial.call(f, x, raised=("one sample", scalar)), np.where(x > 0, x, 0), [
            ("sign", np.where(x < 0, x, 0), _("It lets the negative numbers pass, and stops the others.")),
            ("formula", np.abs(x), _("A negative number becomes positive. It should become 0.")),
            ("formula", x > 0, _("Those are 0 and 1, as of the step function. A positive number stays itself.")),
            ("formula", x, _("Negative numbers pass as they are.")),
            ("shape", x[x > 0], _("The negative numbers are left out. They become 0, and the shape stays.")),
            ("values", x.clip(0, 1), _("Numbers above 1 are cut off.")),
        ])  # fmt: skip
    hint = _("One number alone, relu(-2.0), does not work. NumPy's functions take a number as well as an array.")
    for x in (-2.0, 0.0, 1.5, 40.0):
        trial.equal(trial.call(f, x, raised=("one number", hint)), max(x, 0.0))


def _points(variant: int) -> dict:
    """Give start, stop and step of a range, and how many points it has; the step divides what lies between."""
    rng = np.random.default_rng(variant)
    start, stop, step = (-5.0, 5.0, 0.1) if variant == 0 else (
        -float(rng.integers(2, 9)), float(rng.integers(2, 9)), float(rng.choice([0.1, 0.2, 0.25, 0.5])))  # fmt: skip
    count = round((stop - start) / step)
    return {"start": start, "stop": stop, "step": step, "count": count, "last": round(stop - step, 2)}


@exercise("2.5", "How many points has the curve?", kind="predict then run", points=2, section="The step function",
          names=("prediction",), numbers=_points)  # fmt: skip
def how_many_points(trial: Trial) -> None:
    """The length and the last element of an np.arange, and whether its stop is one of them."""
    numbers = trial.numbers
    span, step = numbers["stop"] - numbers["start"], numbers["step"]
    right = {"points": numbers["count"], "last": numbers["last"], "has stop": False}
    stop = _("np.arange ends before its stop, as range does.")
    trial.answers(right, {
        "points": [
            ("fence", numbers["count"] + 1, stop),
            ("fence", numbers["count"] - 1, _("One too few: the start is a point, too.")),
            ("scale", span, _("That many points there would be with a step of 1.")),
            ("scale", numbers["stop"] / step, _("Those lie to the right of 0. The range begins to the left of it.")),
            ("scale", -numbers["start"] / step, _("Those lie to the left of 0. The range goes on to the right of it.")),
            ("scale", span * step, _("You multiplied by the step. How often does the step fit in?")),
        ],
        "last": [
            ("fence", numbers["stop"], stop),
            ("fence", numbers["stop"] - 2 * step, _("There is one more after that.")),
            ("sign", -numbers["last"], _("That is the sign of the other end.")),
            ("scale", numbers["stop"] - 1, _("The step is not 1.")),
            ("order", numbers["start"], _("That is the first one.")),
        ],
        "has stop": [("fence", True, stop)],
    }, within=1e-6)  # fmt: skip


# Half-width of the sigmoid's slope at 0.01: y(1 - y) = 0.01 has the solution y = (1 + √0.96) / 2.
_EDGE = math.log((1 + math.sqrt(0.96)) / (1 - math.sqrt(0.96)))


def _deaf(spread: float) -> float:
    """Give the share of normal inputs with this spread to which the sigmoid's slope is below 0.01."""
    return math.erfc(_EDGE / spread / math.sqrt(2))


@exercise("2.6", "A third of the neurons is deaf", kind="measure", points=2, section="Play", names=("spread",))
def a_third_is_deaf(trial: Trial) -> None:
    """The spread of inputs at which the sigmoid is deaf to a third of them, give or take 2 percent."""
    found = trial.number(trial.subject)
    trial.expect(found > 0, "sign", _("A spread is positive."))
    more = _("np.mean(sigmoid_grad(rng.normal(scale=spread, size=10_000)) < 0.01) measures the share in one line.")
    too_few = _("With this spread the sigmoid is deaf to fewer than a third of its inputs.")
    too_many = _("With this spread the sigmoid is deaf to more than a third of its inputs.")
    trial.expect(_deaf(found) > 1 / 3 - 0.02, "too small", too_few, more)
    trial.expect(_deaf(found) < 1 / 3 + 0.02, "too large", too_many, more)


def _swish(x):
    return x * (1 + _tanh(x / 2)) / 2


def _swish_loop(x):
    y = np.empty_like(x)
    for place, value in enumerate(x):
        y[place] = value / (1 + math.exp(-value))
    return y


@exercise("2.7", "Swish and its slope", kind="write it", points=3, section="Slopes", names=("swish", "swish_grad"))
def swish(trial: Trial) -> None:
    """x times the sigmoid of x, and its derivative by the product rule, both on whole arrays."""
    f, slope = trial.subjects
    for x in _inputs(trial):
        y = (1 + _tanh(x / 2)) / 2
        trial.equal(trial.call(f, x), x * y, [
            ("formula", y, _("That is the sigmoid alone; swish is x times it.")),
            ("formula", x + y, _("x and the sigmoid are multiplied, not added.")),
            ("formula", np.maximum(x, 0), _("That is ReLU; swish is smooth, and a little below 0 for negative x.")),
            ("sign", x * (1 - y), _("That is x times the sigmoid of -x.")),
            ("formula", x * _tanh(x), _("That is x times tanh.")),
            ("formula", x * y * (1 - y), _("That is x times the slope of the sigmoid.")),
        ])  # fmt: skip
    for x in _inputs(trial):
        y = (1 + _tanh(x / 2)) / 2
        both = _("One half of the product rule is missing: (u·v)' = u'·v + u·v'.")
        trial.gradient(lambda x: float(_swish(x).sum()), x, trial.call(slope, x), [
            ("product rule", y, both),
            ("product rule", x * y * (1 - y), both),
            ("product rule", y * (1 - y), _("(u·v)' is not u'·v': the product rule has two terms.")),
            ("product rule", y - x * y * (1 - y), _("The two terms of the product rule are added.")),
            ("product rule", y + x * y, _("The slope of the sigmoid is y(1 - y); a factor of it is missing.")),
            ("product rule", y + y * (1 - y), _("In the second term, the slope of the sigmoid is multiplied by x.")),
            ("wrong function", x * y, _("That is swish itself, not its slope.")),
            ("wrong function", x > 0, _("That is the slope of ReLU.")),
        ])  # fmt: skip
    far = np.array([-1000.0, 1000.0])
    hint = _("Far out it breaks: at ±1000 swish is about 0 and 1000, its slope 0 and 1.")
    trial.equal(trial.call(f, far), [0.0, 1000.0], kind="stability", hint=hint)
    trial.equal(trial.call(slope, far), [0.0, 1.0], kind="stability", hint=hint)
    trial.no_loop(f)
    trial.no_loop(slope)
    trial.faster_than(_swish_loop, f, trial.rng.normal(size=50_000))


explain("2.8", "Why not a steep sigmoid?", points=2, section="Slopes")
