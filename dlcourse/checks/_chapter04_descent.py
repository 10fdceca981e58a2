"""Checks of chapter 04 about gradients and the way down."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise
from dlcourse.checks.battery import case, function
from dlcourse.text import _


def softmax(a: np.ndarray) -> np.ndarray:
    """Give the probabilities of scores along the last axis."""
    z = np.exp(a - a.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def one_hot(t: np.ndarray, classes: int) -> np.ndarray:
    """Give labels as rows of zeros with a one."""
    return np.eye(classes)[t]


def _two_steps(variant: int) -> dict:
    """Give a parabola, a start and a learning rate, and where the first two steps lead."""
    rng = np.random.default_rng(variant)
    a, x0, lr = 2, 3, 0.1
    if variant:
        a, x0 = int(rng.choice([1, 2, 4, 5])), int(rng.choice([-6, -5, -4, -3, 3, 4, 5, 6, 7]))
        lr = round(float(rng.choice([0.1, 0.3, 0.6, 0.8])) / a, 3)
    factor = 1 - 2 * a * lr
    return {"a": a, "x0": x0, "lr": lr, "slope": 2 * a * x0, "first": round(x0 * factor, 6),
            "second": round(x0 * factor**2, 6), "forever": 1 / a}  # fmt: skip


@exercise("4.5", "Two steps on paper", kind="predict then run", points=2, section="Going down",
          names=("prediction",), numbers=_two_steps)  # fmt: skip
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


@exercise("4.6", "Find the bug: a gradient for vectors only", kind="find the bug", points=3,
          section="The gradient, by looking to both sides", names=("numerical_gradient",), uses=())  # fmt: skip
def gradient_for_vectors_only(trial: Trial) -> None:
    """The notes' numerical gradient takes rows for entries, and gives zeros for whole numbers."""
    f = trial.subject

    def valley(x):
        # The entries depend on each other: one that is not put back spoils the slope of the next.
        x = np.asarray(x)
        return float(np.sum(_weights(x) * x**2 + x**3) + 100 * np.sum(x) ** 2)

    def slopes(x):
        return 2 * _weights(x) * x + 3 * x**2 + 200 * x.sum()

    def of_rows(x):
        x, found = x.copy(), np.zeros(x.shape)
        for row in range(len(x)):
            old = x[row]  # of a matrix, a view
            x[row] = old + 1e-4
            above = valley(x)
            x[row] = old - 1e-4
            found[row] = (above - valley(x)) / 2e-4
            x[row] = old
        return found

    flat = trial.array(trial.call(f, lambda x: float(np.sum(np.asarray(x) ** 2)), np.zeros(1)))
    trial.shape(flat, (1,))
    hint = _("In the very middle of a valley it finds a slope. Does it look equally far to both sides?")
    trial.expect(np.all(np.abs(flat) < 1e-9), "one side", hint)
    flat = trial.array(trial.call(f, lambda x: float(np.sum(np.asarray(x) ** 3)), np.zeros(1)))
    trial.shape(flat, (1,))
    hint = _("x³ is flat at 0, and the slope it finds there is {found:.2g}. Its step h is too large.")
    trial.expect(np.all(np.abs(flat) < 1e-5), "step", hint.format(found=flat.flat[0].real))
    rows = _("A matrix does not work: it does not go through it entry by entry.")
    more = _("x[idx] of a matrix is a whole row. np.ndindex(x.shape) gives the index of one entry after the other.")
    far = _("All slopes are {much} of what they are. How far apart are the two points?")
    whole = _("x holds whole numbers, and the slopes are wrong. What becomes of 3 + 0.0001, stored among them? The slopes need "
              "an array of floats, too.")

    def ask(one):
        raised = ("axis", rows, more) if one.args[0].ndim > 1 else None
        return trial.call(f, valley, *one.args, layout=one.layout, raised=raised)

    function(trial, f, slopes, _point, ((4,), (2, 3), (3, 2), (2, 2), (2, 1, 2), (3, 1), (1,)), [
        ("axis", of_rows, rows, more),
        ("shape", lambda x: slopes(x).ravel(), _("The gradient has the shape of x. This is flat.")),
        ("sign", lambda x: -slopes(x), _("It points downhill. The gradient points uphill.")),
        ("scale", lambda x: 2 * slopes(x), far.format(much=2)),
        ("scale", lambda x: slopes(x) / 2, far.format(much=_("half"))),
        ("put back", lambda x: slopes(x) - 0.02 * np.arange(x.size).reshape(x.shape), _(
            "Is each entry put back before the next one is moved?")),
        ("step", lambda x: np.zeros(x.shape), _("All slopes are 0. Is the step large enough to be seen in f?")),
    ], borders=[case(np.array(x), kind="dtype", hint=whole) for x in ([3, -4], [[1, 2, -1], [4, 0, 2]])],
        dtypes=("i8", "i4", "u1"), ask=ask, rtol=1e-5, atol=3e-6)  # fmt: skip


def _weights(x: np.ndarray) -> np.ndarray:
    return np.arange(1.0, x.size + 1).reshape(x.shape)


def _point(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray]:
    return (rng.uniform(0.6, 2.4, size=shape) * rng.choice([-1, 1], size=shape),)  # no slope is 0


@exercise("4.7", "Find the bug: a start that is lost", kind="find the bug", points=2, section="Going down",
          names=("gradient_descent",), uses=("gradients.numerical_gradient",))  # fmt: skip
def a_start_that_is_lost(trial: Trial) -> None:
    """The notes' descent calls its parameter stem_num, and walks in the caller's own array."""
    f, slopes = trial.subject, np.array([1.0, 0.25])
    first = np.array([-3.0, 4.0])

    def valley(x):
        return float(np.sum(slopes * np.asarray(x) ** 2))

    def steep(x):
        return float(np.sum(np.asarray(x) ** 2))

    name = _("It cannot be called as gradient_descent(f, x, lr=0.1, step_num=3). Compare the names, letter by letter.")
    for start, lr, steps in ((first, 0.1, 3), (trial.rng.normal(size=2), 0.4, 2), (first, 0.5, 1), (first, 0.1, 0)):
        found = trial.call(f, valley, start, lr=lr, step_num=steps, raised=("name", name))
        _end_of_descent(trial, found, start, lr, steps, slopes)
    start = np.array([[1.0, -2.0, 3.0]])
    trial.equal(trial.call(f, steep, start, lr=0.25, step_num=2), start / 4, rtol=1e-5)
    found = trial.call(f, steep, np.array([2.0]))
    _end_of_descent(trial, found, np.array([2.0]), 0.01, 100, np.ones(1))
    hint = _("A start of whole numbers, such as (3, 4), does not work: such an array cannot hold what a step leads to.")
    found = trial.call(f, valley, np.array([3, 4]), lr=0.1, step_num=2, raised=("dtype", hint))
    trial.equal(found, np.array([3, 4]) * (1 - 0.2 * slopes) ** 2, kind="dtype", hint=hint, rtol=1e-5)


def _end_of_descent(trial, found, start, lr, steps, slopes) -> None:
    right = start * (1 - 2 * lr * slopes) ** steps
    trial.equal(found, right, [
        ("sign", start * (1 + 2 * lr * slopes) ** steps, _("It climbs. The gradient points uphill.")),
        ("scale", start * (1 - 2 * slopes) ** steps, _("The learning rate has no effect.")),
        ("fence", start * (1 - 2 * lr * slopes) ** (steps + 1), _("It takes one step too many.")),
        ("fence", start * (1 - 2 * lr * slopes) ** max(steps - 1, 0), _("It takes one step too few.")),
        ("fence", start * (1 - 2 * lr * slopes) ** min(steps, 1), _("However many steps are asked for, it takes one.")),
        ("state", start * (1 - 2 * lr * slopes * steps), _("All steps take the slope of the start.")),
        ("formula", start * np.prod([1 - 2 * lr * slopes / (k + 1) for k in range(steps)], axis=0), _(
            "The steps get shorter by themselves. Each is lr times the gradient.")),
        ("formula", np.sum(slopes * right**2), _("That is the height where it ends. The place is wanted.")),
    ], rtol=1e-5, kind="descent", hint=_("After {steps} steps with lr={lr} it is not where it should be.").format(
        steps=steps, lr=lr))  # fmt: skip


@exercise("4.8", "One learning rate for two directions", kind="measure", points=2, section="Going down", names=("lr",))
def one_rate_for_two(trial: Trial) -> None:
    """The learning rate with which thirty steps on x²/20 + y² end below 0.02."""
    lr = trial.number(trial.subject)
    trial.expect(lr > 0, "sign", _("A learning rate of 0 stays where it is, and a negative one climbs."))
    far = _("With this learning rate it ends above the start: each step lands farther out than the one before.")
    trial.expect(lr <= 1, "diverged", far)
    x, y = -7 * (1 - lr / 10) ** 30, 2 * (1 - 2 * lr) ** 30
    height = x**2 / 20 + y**2
    text = _("It ends at a height of {height:.3f}. ").format(height=height)
    more = _("Look at both coordinates of the end: which of them is still far from 0?")
    slow = _("Its steps are too short: in x, where the ground is nearly flat, it is still on its way.")
    trial.expect(height < 0.02 or y**2 > x**2 / 20, "too small", text + slow, more)
    bounces = _("Its steps are too long: in y, where the ground is steep, it still jumps from side to side.")
    trial.expect(height < 0.02, "too large", text + bounces, more)


@exercise("4.9", "Find the bug: softmax stands there and does nothing", kind="find the bug", points=2,
          section="The smallest network", names=("SimpleNet",),
          uses=("functions.softmax", "losses.cross_entropy_error"))  # fmt: skip
def softmax_does_nothing(trial: Trial) -> None:
    """The notes' SimpleNet stores the function softmax in place of what it gives."""
    first, second = (trial.array(trial.get(trial.new(trial.subject), "W")) for _net in range(2))
    trial.shape(first, (2, 3), what="W")
    trial.expect(not np.array_equal(first, second), "random", _("Each new network begins with the same weights."))
    net, rng = trial.new(trial.subject), trial.rng
    no_array = _("loss stops with an error: what it hands to cross_entropy_error is not an array of probabilities.")
    more = _("Print y inside loss. Is that what softmax gives, or softmax itself?")
    for count in (None, 4, 3, 1):
        W, shape = rng.normal(size=(2, 3)), (2,) if count is None else (count, 2)
        trial.set(net, "W", value=W)
        x, label = rng.normal(size=shape), rng.integers(3, size=shape[:-1])
        t, scores = one_hot(label, 3), x @ W
        trial.equal(trial.method(net, "predict", x), scores, [
            ("formula", softmax(scores), _("predict was right: it gives scores. The softmax belongs into loss.")),
        ], what="predict")  # fmt: skip

        def loss(y, t=t, n=count or 1):
            return -np.sum(t * np.log(y)) / n

        found = trial.method(net, "loss", x, t, raised=("raises", no_array, more))
        trial.equal(found, loss(softmax(scores)), [
            ("formula", lambda: loss(np.maximum(scores, 1e-7)), _("The scores go into the logarithm as they are.")),
            ("formula", loss(softmax(softmax(scores))), _("The softmax is taken twice.")),
            ("formula", loss(1 / (1 + np.exp(-scores))), _("That is a sigmoid. The probabilities do not sum to 1.")),
            ("formula", 0.5 * np.sum((softmax(scores) - t) ** 2), _("That is a squared error.")),
            ("formula", np.mean((softmax(scores) - t) ** 2), _("That is a squared error.")),
            ("formula", math.log(3), _("That is the loss of guessing. Do the scores go into softmax?")),
            ("sign", loss(softmax(-scores)), _("The highest score gets the lowest probability.")),
            ("sign", -loss(softmax(scores)), _("The loss is negative.")),
            ("axis", loss(softmax(scores.T).T) if count else np.nan, _("Softmax goes along the wrong axis.")),
            ("axis", loss(np.exp(scores) / np.exp(scores).sum()), _("The whole batch sums to 1, not each row.")),
            ("scale", loss(softmax(scores)) * (count or 1), _("That is the sum over the batch.")),
            ("scale", loss(softmax(scores)) / 3, _("It is divided by the number of classes.")),
        ], what="loss", rtol=1e-5, atol=1e-6)  # fmt: skip


def _line(x, y, lr, steps, how=""):
    """Go down from (0, 0); `how` names the mistake that is made on the way."""
    w = b = 0.0
    for _step in range(steps):
        error = w * x + b - y
        scale = {"sum": len(x), "half": 0.5, "up": -1, "no lr": 1 / lr}.get(how, 1)
        new = w - scale * lr * 2 * np.mean(error * x)
        if how == "new w":
            error = new * x + b - y
        if how == "abs":
            error = np.sign(error) / 2
            new = w - lr * np.mean(error * 2 * x)
        w, b = new, b - scale * lr * 2 * np.mean(error)
        if how == "no b":
            b = 0.0
    return np.array([w, b])


@exercise("4.10", "A line through points", kind="write it", points=3, section="Two layers, and training",
          names=("fit_line",), uses=("gradients",))  # fmt: skip
def a_line_through_points(trial: Trial) -> None:
    """Gradient descent for w and b of a line, from (0, 0), on the mean squared error."""
    f, rng = trial.subject, trial.rng
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    cloud = rng.normal(size=7)
    sets = [(x, np.array([1.0, 1.5, 3.5, 3.0, 6.0])), (cloud, 2 - cloud + rng.normal(scale=0.3, size=7))]
    for x, y in (*sets, (x[1:2], x[2:3]), (np.array([1, 2, 4]), np.array([3, 5, 8]))):
        for lr, steps in ((0.02, 0), (0.02, 1), (0.03, 2), (0.02, 25)):
            found = trial.array(trial.call(f, x, y, lr, steps))
            two = _("fit_line gives something of the shape {shape}: two numbers are wanted, w and b.")
            trial.expect(found.shape == (2,), "shape", two.format(shape=found.shape))
            right = _line(x, y, lr, steps)
            slips = ("new w", "sum", "half", "up", "no lr", "no b", "abs")
            wrong = {how: _line(x, y, lr, steps, how) for how in slips}
            hint = _("With steps={steps}, w and b are not where the gradient leads.").format(steps=steps)
            more = _("The slope for w is the mean of 2 · error · (what w is multiplied by).")
            if steps == 0:
                hint, more = _("With 0 steps it should be where it starts."), None
            trial.equal(found, right, [
                ("order", right[::-1], _("w and b are given in the wrong order.")),
                ("simultaneous", wrong["new w"], _("b's step is taken with the new w. Both slopes belong to the same "
                                                   "place: find both, and only then move.")),
                ("scale", wrong["sum"], _("The steps are too long by a factor. The loss is the mean over the points.")),
                ("scale", wrong["half"], _("The steps are too short by a factor. What is the slope of a square?")),
                ("sign", wrong["up"], _("It climbs. A step goes against the gradient.")),
                ("scale", wrong["no lr"], _("The learning rate has no effect.")),
                ("bias", wrong["no b"], _("b never moves. The loss has a slope for b, too.")),
                ("formula", wrong["abs"], _("It goes by the sign of the error. The error is squared in the loss.")),
                ("fence", _line(x, y, lr, steps + 1), _("It takes one step too many.")),
                ("fence", _line(x, y, lr, max(steps - 1, 0)), _("It takes one step too few.")),
            ], kind="gradient" if steps else "start", hint=hint, more=more, rtol=1e-5, atol=1e-6)  # fmt: skip
    found = trial.call(f, sets[0][0], sets[0][1], 0.05, 600)
    hint = _("After many steps it should lie where no other line has a smaller loss.")
    trial.equal(found, np.polyfit(*sets[0], 1), kind="values", hint=hint, rtol=1e-3, atol=1e-3)
