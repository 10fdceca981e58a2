"""Checks of chapter 02, activation functions."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import Case, case, function, no_loop
from dlcourse.checks.references import sigmoid, softmax, tanh
from dlcourse.text import _

OVERFLOW = {"over": "raise", "invalid": "raise"}
# Whatever the shape: one number, two, many, more rows than columns, as many, three axes.
SHAPES = ((7,), (3, 4), (2, 1, 3), (1,), (2,), (3, 3), (5, 2), (130,), (2, 1, 3, 2))


def _numbers(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray]:
    """Give numbers on both sides of 0, and none so near to it that a difference of exponentials loses its digits."""
    x = rng.uniform(0.05, 5, size=shape) * rng.choice([-1, 1], size=shape)
    x.flat[x.size // 2] = 0.0 if x.size > 2 else x.flat[x.size // 2]
    return (x,)


# Where all are small, none is lost behind the digits of a larger one.
LITTLE = np.array([0.01, 1e-4, -1e-5, 1e-8, -5e-4])


def _one_number(name: str, *numbers: float) -> list[Case]:
    text = _("One number alone, {name}({x}), does not work. NumPy's functions take a number as well as an array.")
    return [case(x, kind="one number", hint=text.format(name=name, x=x)) for x in numbers]


@exercise("2.1", "tanh from exponentials", kind="write it", points=2, section="Where the textbook breaks",
          names=("my_tanh",), uses=())  # fmt: skip
def tanh_from_exponentials(trial: Trial) -> None:
    """tanh written with np.exp, for any shape, that stays right far out."""
    hint = _("Far out it breaks: my_tanh of ±1000 must be ±1, and e to a large number is infinite for a computer.")
    more = _("Multiply both sides of the fraction by e to the power of -|x|, as the chapter does for the sigmoid.")
    early = _("At x = {x:g} tanh is not quite what it gives: it becomes flat too early.")
    function(trial, trial.subject, tanh, _numbers, SHAPES, [
        ("scale", lambda x: 1 / (1 + np.exp(-2 * x)), _("That is the sigmoid of 2x, from 0 to 1; tanh begins at -1.")),
        ("scale", lambda x: tanh(x / 2), _("The curve is half as steep as tanh. Look at the factor in the exponent.")),
        ("scale", lambda x: tanh(2 * x), _("The curve is twice as steep as tanh. Look at the factor in the "
                                            "exponent.")),
        ("formula", np.sinh, _("That is the numerator, half of it or all. It is divided by a sum.")),
        ("formula", lambda x: 2 * np.sinh(x), _("That is the numerator. It is divided by a sum.")),
        ("formula", lambda x: 1 / tanh(x), _("Numerator and denominator are swapped.")),
        ("sign", lambda x: np.abs(tanh(x)), _("For negative x the value must be negative, too.")),
    ], borders=[
        *(case(np.array([side * x, 0.5]), kind="clip", hint=early.format(x=side * x), errors={}, rtol=1e-14, atol=1e-15)
          for x in (6.0, 9.0, 12.0, 16.0) for side in (1, -1)),
        case(np.array([-1000.0, -30.0, 30.0, 1000.0]), kind="stability", hint=hint, more=more),
        case(np.array([-1e5, -800.0, -711.0, 0.5, 355.0, 400.0, 711.0, 800.0, 1e5]), kind="stability", hint=hint, more=more),
        case(np.array([0.25, 1000.0, -0.25]), kind="stability", hint=hint, more=more),
        case(LITTLE, rtol=1e-6, atol=1e-9),
    ], rtol=1e-11, atol=4e-15)  # fmt: skip
    trial.call(trial.subject, np.array([0.5, -0.5]), layout="watched", raised=("layout", hint))
    hint = _("The task is to build it from np.exp; tanh, sinh and cosh themselves are not allowed.")
    trial.without("tanh", "sinh", "cosh", "tan", kind="borrowed", hint=hint)


def _scores(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray]:
    return (rng.normal(size=shape),)


def _extreme(rng: np.random.Generator) -> list[np.ndarray]:
    """Give large scores: on one side, on both, all the same, in one row among ordinary ones, in two."""
    one = np.zeros(10)
    one[rng.integers(10)] = 1000.0
    batch = rng.normal(size=(4, 5))
    batch[1] += 1000
    batch[3, rng.integers(5)] = -1000
    far = np.array([[0.0, -40.0, -25.0, 3.0], [60.0, 20.0, 25.0, 60.5]])
    tens = np.array([[0.0, 999.0, 1000.0], [-1000.0, -1001.0, -1000.0]])
    return [tens, tens[0], tens[1], one, -one, batch, far, np.full(3, 1000.0), np.array([[-1000.0], [1000.0]])]


@exercise("2.2", "From scores to probabilities", kind="write it", points=3, section="Where the textbook breaks",
          names=("softmax",), uses=())  # fmt: skip
def from_scores_to_probabilities(trial: Trial) -> None:
    """Softmax over the last axis: one sample, a batch, large scores."""
    one = _("One sample, of shape (K,), does not work; the last axis is axis=-1 for a sample and for a batch.")
    batch = _("A batch, of shape (N, K), does not work. Which axis holds the K scores of one sample?")
    keep = _("keepdims=True leaves an axis of length 1, so that (N, 1) can be taken from (N, K).")
    whole = _("The whole batch sums to 1; each row should, on its own.")
    bare = _("Those are the exponentials. Divide them by their sum.")
    columns = _("Here the columns sum to 1. Each row holds the scores of one sample.")
    hint = _("Large scores break it: e to the power of 1000 is infinite for a computer, and of -1000 it is 0.")
    more = _("Take the largest score of each row from that row first.")
    shift = _("The same number added to all scores of a row must change nothing.")

    def shifted(x):
        return np.exp(x - x.max(axis=-1, keepdims=True))

    function(trial, trial.subject, softmax, _scores, ((4, 3), (3, 3), (1, 5), (6,), (5, 1), (1,), (2,), (2, 4)), [
        ("axis", lambda x: np.exp(x) / np.exp(x).sum(), whole),
        ("axis", lambda x: np.exp(x) / np.exp(x).sum(axis=0), columns),
        ("axis", lambda x: np.exp(x - x.max(axis=0)) / np.exp(x - x.max(axis=0)).sum(axis=0), columns),
        ("axis", lambda x: shifted(x) / shifted(x).sum(axis=0), _("Here it is not the rows that sum to 1.")),
        ("axis", lambda x: shifted(x) / shifted(x).sum(), whole),
        ("formula", np.exp, bare),
        ("formula", shifted, bare),
        ("formula", lambda x: x / x.sum(axis=-1, keepdims=True), _("The scores are shared without an exponential.")),
        ("sign", lambda x: softmax(-x), _("The largest score got the smallest probability.")),
        ("formula", lambda x: np.log(softmax(x)), _("Those are the logarithms of the probabilities.")),
        ("formula", lambda x: 1 / (1 + np.exp(-x)), _("That is a sigmoid of each score: the row does not sum to 1.")),
    ], borders=[
        case(trial.rng.normal(size=(3, 4)) + 3.0, kind="shift", hint=shift), case(LITTLE),
        *(case(x, kind="stability", hint=hint, more=more) for x in _extreme(trial.rng)),
    ], raised=lambda x: ("one sample", one) if x.ndim == 1 else ("axis", batch, keep),
        rtol=1e-10, atol=4e-15)  # fmt: skip
    no_loop(trial, trial.subject, _scores, (3, 3), (300, 3), (3, 300))


@exercise("2.3", "Find the bug: the sigmoid of the notes", kind="find the bug", points=2,
          section="Where the textbook breaks", names=("sigmoid",), uses=())  # fmt: skip
def sigmoid_of_the_notes(trial: Trial) -> None:
    """The notes' ``1/(1 + np.exp(-x))`` without its overflow, and without merely hiding the warning."""
    far = np.array([-1e5, -1000.0, -100.0, 100.0, 1000.0, 1e5])
    early = _("At x = {x:g} the sigmoid is not quite what it gives: it becomes flat too early.")
    over = _("The values are right, but an exponential overflows on the way, far to the left or far to the right.")
    more = _("np.where computes both of its sides for every x. Which exponent is never positive?")
    hidden = _("The values are right, but the warning is only hidden. Write it so that nothing overflows.")
    function(trial, trial.subject, sigmoid, _numbers, SHAPES, [
        ("sign", lambda x: 1 - sigmoid(x), _("The curve falls from 1 to 0; the sigmoid rises.")),
        ("formula", lambda x: 1 / (1 + np.exp(-np.abs(x))), _(
            "For negative x it gives what it gives for -x: the numerator differs there.")),
        ("formula", lambda x: 1 / (1 + np.exp(np.abs(x))), _(
            "For positive x it gives what it gives for -x: the numerator differs there.")),
        ("scale", tanh, _("That is tanh: it begins at -1.")),
        ("scale", lambda x: tanh(x / 2), _("It runs from -1 to 1, and should from 0 to 1.")),
    ], borders=[
        *(case(np.array([side * x, 0.5]), kind="clip", hint=early.format(x=side * x)) for x in (12.0, 20.0, 34.0)
          for side in (1, -1)),
        case(far), case(LITTLE),
    ], rtol=1e-11, atol=4e-15)  # fmt: skip
    trial.without("errstate", "seterr", "seterrcall", "catch_warnings", "simplefilter", "filterwarnings",
                  kind="hidden", hint=hidden)  # fmt: skip
    for x in (far, far[:1], np.repeat(far, 20), np.array([[-1000, 3], [1000, 0]])):
        found = trial.call(trial.subject, x, errors=OVERFLOW, raised=("stability", over, more))
        # Beside 1, so that far to the left 1e-35 is as good as 0.
        trial.equal(1 + trial.array(found), 1 + sigmoid(x), rtol=1e-11, atol=4e-15)
    function(trial, trial.subject, sigmoid, _numbers, SHAPES[:1], borders=_one_number("sigmoid", -2.0, 0.5, 30.0, 3),
             dtypes=(), layouts=())  # fmt: skip


@exercise("2.4", "Find the bug: a ReLU that eats its input", kind="find the bug", points=2,
          section="ReLU, tanh, identity", names=("relu",), uses=())  # fmt: skip
def relu_that_eats(trial: Trial) -> None:
    """ReLU of any array or number, which leaves its argument alone."""
    scalar = _("x > 0 is an array of True and False: if cannot choose. Work on all numbers at once.")
    function(trial, trial.subject, lambda x: np.where(x > 0, x, 0), _numbers, SHAPES, [
        ("sign", lambda x: np.where(x < 0, x, 0), _("It lets the negative numbers pass, and stops the others.")),
        ("formula", np.abs, _("A negative number becomes positive. It should become 0.")),
        ("formula", lambda x: x > 0, _("Those are 0 and 1, as of the step function. A positive number stays itself.")),
        ("formula", lambda x: x, _("Negative numbers pass as they are.")),
        ("shape", lambda x: x[x > 0], _("The negative numbers are left out. They become 0, and the shape stays.")),
        ("values", lambda x: x.clip(0, 1), _("Numbers above 1 are cut off.")),
    ], borders=[
        case(LITTLE), case(np.array([3e-20, -1e-20])), case(np.array([1e9, -1e9])), case(-trial.rng.uniform(0.5, 3, size=4)),
        case(trial.rng.uniform(0.5, 3, size=4)), case(np.zeros(3)),
        *_one_number("relu", -2.0, 0.0, 1.5, 40.0, -3, 7),
    ], raised=lambda x: ("one sample", scalar) if np.ndim(x) else None)  # fmt: skip


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
    return x * sigmoid(x)


def _swish_grad(x):
    return sigmoid(x) + x * sigmoid(x) * sigmoid(-x)


@exercise("2.7", "Swish and its slope", kind="write it", points=3, section="Slopes", names=("swish", "swish_grad"),
          uses=("functions.sigmoid", "functions.sigmoid_grad"))  # fmt: skip
def swish(trial: Trial) -> None:
    """x times the sigmoid of x, and its derivative by the product rule, both on whole arrays."""
    f, slope = trial.subjects
    hint = _("Far out it breaks: at ±1000 swish is about 0 and 1000, its slope 0 and 1.")
    far = [case(x, kind="stability", hint=hint) for x in (np.array([-1000.0, 1000.0]), np.array([0.5, 1000.0, -0.5]))]
    far += [case(LITTLE), case(np.array([-12.0, -20.5]), rtol=1e-6, atol=1e-9)]
    function(trial, f, _swish, _numbers, SHAPES, [
        ("formula", sigmoid, _("That is the sigmoid alone; swish is x times it.")),
        ("formula", lambda x: x + sigmoid(x), _("x and the sigmoid are multiplied, not added.")),
        ("formula", lambda x: np.maximum(x, 0), _("That is ReLU; swish is smooth, and a little below 0 for negative "
                                                  "x.")),
        ("sign", lambda x: x * sigmoid(-x), _("That is x times the sigmoid of -x.")),
        ("formula", lambda x: x * tanh(x), _("That is x times tanh.")),
        ("formula", lambda x: x * sigmoid(x) * sigmoid(-x), _("That is x times the slope of the sigmoid.")),
    ], borders=far)  # fmt: skip
    lost = _("It is right to some digits only, as differences of swish are. The product rule gives all of them.")
    both = _("One half of the product rule is missing: (u·v)' = u'·v + u·v'.")

    def bump(x):
        return sigmoid(x) * sigmoid(-x)

    function(trial, slope, _swish_grad, _numbers, SHAPES, [
        ("product rule", sigmoid, both),
        ("product rule", lambda x: x * bump(x), both),
        ("product rule", bump, _("(u·v)' is not u'·v': the product rule has two terms.")),
        ("product rule", lambda x: sigmoid(x) - x * bump(x), _("The two terms of the product rule are added.")),
        ("product rule", lambda x: sigmoid(x) + x * sigmoid(x), _(
            "The slope of the sigmoid is y(1 - y); a factor of it is missing.")),
        ("product rule", lambda x: sigmoid(x) + bump(x), _(
            "In the second term, the slope of the sigmoid is multiplied by x.")),
        ("wrong function", _swish, _("That is swish itself, not its slope.")),
        ("wrong function", lambda x: x > 0, _("That is the slope of ReLU.")),
    ], borders=[
        *far, *(case(x, kind="precision", hint=lost, rtol=1e-12, atol=4e-15) for x in (
            np.array([20.0, 25.3, 0.7]), *_numbers(trial.rng, 50))),
    ], rtol=1e-11, atol=4e-15)  # fmt: skip
    no_loop(trial, f, _numbers, (3,), (300,))
    no_loop(trial, slope, _numbers, (3,), (300,))


explain("2.8", "The same network with another bend", points=2, section="ReLU, tanh, identity")
