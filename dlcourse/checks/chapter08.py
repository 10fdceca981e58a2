"""Checks of chapter 08, regularization; those about the choice of hyperparameters are in `_chapter08_search`."""

import math
from typing import Any

import numpy as np

from dlcourse.checks import _chapter08_search  # noqa: F401  (enters its exercises in the table)
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _

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
            ("scale", squares, weak + " " + half),
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


def _network(rng: np.random.Generator) -> dict:
    shapes = {"W1": (2, 3), "b1": (3,), "gamma1": (3,), "W2": (3, 1), "b2": (1,)}
    return {name: rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 3, shape) for name, shape in shapes.items()}


@exercise("8.2", "A penalty that pulls evenly", kind="write it", points=3, section="Weight decay", names=("L1",))
def pulls_evenly(trial: Trial) -> None:
    """Loss and gradient of λ Σ|W| over the weight matrices of a network, the gradient added in place."""
    for strength in (0.1, float(trial.rng.uniform(0.2, 0.8)), 2, 0.0):
        params = _network(trial.rng)
        penalty = trial.new(trial.subject, strength)
        trial.expect(penalty is not None, "missing", _("There is nothing in L1 yet."))
        _cost(trial, penalty, params, strength)
        _pull(trial, penalty, params, strength)
    params = _network(trial.rng)
    trial.set(penalty, "weight_decay", value=0.5)
    try_again = _("weight_decay was changed between two steps, and the penalty still counts with the old one.")
    weights = np.abs(params["W1"]).sum() + np.abs(params["W2"]).sum()
    trial.equal(trial.method(penalty, "loss", params), 0.5 * weights, kind="state", hint=try_again)
    params = {"W1": np.array([[0.0, 2.0], [-1e-9, 0.0], [1e6, -3.0]]), "b1": np.zeros(2)}
    hint = _("At a weight that is exactly 0 nothing should pull: the gradient to add there is 0.")
    grads = {name: np.ones_like(x) for name, x in params.items()}
    trial.method(penalty, "add_gradient", params, grads, changes=True)
    trial.equal(grads["W1"], 1 + 0.5 * np.sign(params["W1"]), kind="stability", hint=hint)


def _cost(trial: Trial, penalty: Any, params: dict, strength: float) -> None:
    W1, W2 = params["W1"], params["W2"]
    both = np.append(W1, W2)
    one, everything = np.abs(both).sum(), sum(np.abs(x).sum() for x in params.values())
    told = bool(strength)
    trial.equal(trial.method(penalty, "loss", params), strength * one, [
        ("bias", strength * everything if told else math.nan, _(
            "Only weights cost something: names that begin with W. Biases and gammas are free.")),
        ("bias", strength * (one + np.abs(params["b1"]).sum() + np.abs(params["b2"]).sum()) if told else math.nan, _(
            "The biases cost something, too. They are free.")),
        ("formula", strength * both @ both / 2, _("That is the L2 penalty, with squares.")),
        ("formula", strength * both @ both, _("That is the sum of the squares. L1 takes absolute values.")),
        ("formula", strength * math.sqrt(both @ both), _("That is the L2 norm.")),
        ("scale", one, _("The loss leaves out weight_decay.")),
        ("scale", strength * one / 2, _("There is no ½ in this penalty: |w| has no 2 to take away.")),
        ("scale", strength * np.abs(both).mean(), _("That is a mean. The penalty is the sum over all weights.")),
        ("sign", strength * both.sum(), _("Negative weights make the loss smaller. |w| is never negative.")),
        ("missing", strength * np.abs(W1).sum(), _("Only W1 counts. Others that begin with W do, too.")),
        ("missing", strength * np.abs(W2).sum(), _("Only the last W counts. Add up all of them.")),
    ])  # fmt: skip


def _pull(trial: Trial, penalty: Any, params: dict, strength: float) -> None:
    before = {name: trial.rng.normal(size=x.shape) for name, x in reversed(params.items())}
    grads, kept = {name: g.copy() for name, g in before.items()}, {name: x.copy() for name, x in params.items()}
    held = dict(grads)
    trial.method(penalty, "add_gradient", params, grads, changes=True)
    trial.expect(list(grads) == list(held), "missing", _("After add_gradient, grads no longer has the names it had."))
    told = bool(strength)
    for name in ("W1", "W2"):
        g, W, side = before[name], params[name], np.sign(kept[name])
        trial.equal(grads[name], g + strength * side, [
            ("missing", g, _("add_gradient leaves grads[{name!r}] as it was.").format(name=name)),
            ("replaced", strength * side if told else math.nan, _(
                "What was in grads is lost. The gradient of the penalty is ADDED to it.")),
            ("sign", g - strength * side, _("It pushes the weights away from 0. Look at the sign.")),
            ("scale", g + side, _("add_gradient leaves out weight_decay.")),
            ("scale", g + strength * side / 2, _("There is no ½ in this penalty.")),
            ("scale", g + strength * side / W.size, _("It is divided by the number of weights. The penalty is a sum.")),
            ("formula", g + strength * W, _(
                "That is the gradient of the L2 penalty: it pulls large weights harder. L1 pulls all evenly.")),
            ("formula", g + strength * np.abs(W), _("Those are the absolute values. What is the SLOPE of |w|?")),
            ("formula", g + strength, _("Negative weights are pushed away from 0: the slope of |w| differs there.")),
            ("formula", g + strength * np.abs(W).sum(), _("That adds the loss. What is the slope of |w|?")),
        ], what=f"grads[{name!r}]", kind="gradient", hint=_("grads[{name!r}] is not right.").format(name=name),
            more=_("Draw |w|. To the right of 0 it is a straight line, and to the left of 0 another."))  # fmt: skip
    free = _("The gradients of biases and gammas are changed. Only names that begin with W count.")
    trial.expect(all(np.array_equal(grads[name], before[name]) for name in ("b1", "b2", "gamma1")), "bias", free)
    text = _("add_gradient puts a new array into grads. Change the one that is there, with +=.")
    trial.expect(all(grads[name] is g for name, g in held.items()), "replaced", text)
    same = all(np.array_equal(params[name], x) for name, x in kept.items())
    trial.expect(same, "aliasing", _("add_gradient changes the weights. It should change the gradients alone."))


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
            ("order", voice / ratio, speak + " " + divide),
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
    }, within=0.01)  # fmt: skip


# The share of 6,000 neurons that speak is farther off by chance less than once in ten million masks.
NEAR = 0.035


@exercise("8.5", "Find the bug: one letter too many", kind="find the bug", points=3, section="A mask with one letter too many",
          names=("Dropout",))  # fmt: skip
def one_letter_too_many(trial: Trial) -> None:
    """The notes' layer with a uniform mask, an argument that can be named, and a default for test time."""
    cls, rng = trial.subject, trial.rng
    named = _("Dropout(dropout_ratio=0.2) raises an error. Read the name of the argument letter by letter.")
    layers = {ratio: trial.new(cls, dropout_ratio=ratio, raised=("name", named)) for ratio in (0.2, 0.0, 0.5, 0.8)}
    for ratio, layer in layers.items():
        _masked(trial, layer, rng.choice([-1.0, 1.0], (60, 100)) * rng.uniform(1, 2, (60, 100)), ratio)
    for layer, ratio in ((layers[0.2], 0.2), (trial.new(cls), 0.5)):
        for shape in ((20, 4), (1, 5), (2, 3, 4, 5)):
            _quiet(trial, layer, rng.uniform(1, 2, shape), ratio)
            image = rng.uniform(1, 2, shape)
            hint = _("In training, forward does not take an x of shape {shape}. The mask is as large as x.")
            more = ("shape", hint.format(shape=shape))
            trial.shape(trial.method(layer, "forward", image, train_flg=True, raised=more), shape)


def _masked(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    said = _("With ratio {ratio}, in training: ").format(ratio=ratio)
    flag = _("forward(x, train_flg=True) raises an error. The name train_flg stays.")
    outs = [trial.array(trial.method(layer, "forward", x, train_flg=True, raised=("name", flag))) for _turn in "12"]
    for out in outs:
        trial.shape(out, x.shape)
        trial.equal(out, np.where(out == 0, 0, x), [
            ("scale", lambda out=out: np.where(out == 0, 0, x / (1 - ratio)), said + _(
                "those who speak are louder than x. That is inverted dropout, and the test-time factor is another.")),
            ("scale", lambda out=out: np.where(out == 0, 0, x * (1 - ratio)), said + _(
                "those who speak are quieter than x. The factor belongs to test time alone.")),
            ("formula", (out != 0).astype(float), said + _("the mask comes out. It is multiplied by x.")),
        ], kind="formula", hint=said + _("each entry should be either 0 or that of x."))  # fmt: skip
        share, each = float(np.mean(out != 0)), said + _("each neuron of each sample should have a chance of its own.")
        if 0 < share < 1:
            rows = _("Here all rows have the same mask.")
            trial.expect(((out != 0) != (out[0] != 0)).any(), "axis", each + " " + rows)
            columns = _("Here whole rows are switched off.")
            trial.expect(((out != 0) != (out[:, :1] != 0)).any(), "axis", each + " " + columns)
        off = said + _("{share:.0%} of the entries speak, and it should be {right:.0%}. ").format(
            share=share, right=1 - ratio)  # fmt: skip
        if abs(share - (1 - ratio)) > NEAR:
            bell = math.erfc(ratio / math.sqrt(2)) / 2
            letter = _("What does randn draw, and what would rand draw?")
            trial.expect(abs(share - bell) > NEAR, "random", off + letter)
            trial.expect(abs(share - 1 + bell) > NEAR, "random", off + letter)
            swapped = _("The ratio is the share that is switched off, not the share that is kept.")
            trial.expect(abs(share - ratio) > NEAR, "sign", off + swapped)
            trial.fail("random", off + _("Of numbers drawn evenly from 0 to 1, which share is above the ratio?"))
    changed = not ratio or not np.array_equal(outs[0] != 0, outs[1] != 0)
    trial.expect(changed, "state", said + _("the second call has the same mask as the first. It is drawn anew."))
    dout = trial.rng.uniform(1, 2, x.shape)
    last, first = dout * (outs[1] != 0), dout * (outs[0] != 0)
    trial.equal(trial.method(layer, "backward", dout), last, [
        ("state", first if ratio else math.nan, _("backward uses the mask of an earlier call.")),
        ("missing", dout, _("backward lets everything pass. Who was switched off has no gradient.")),
        ("scale", last * (1 - ratio), _("backward makes the gradient smaller. In training there is no such factor.")),
        ("formula", dout * outs[1], _("backward multiplies by x or by the output. It multiplies by the mask.")),
        ("sign", dout - last, _("backward gives a gradient to those who were switched off.")),
    ], kind="gradient", hint=said + _("backward gives something else than dout times the mask."))  # fmt: skip


def _quiet(trial: Trial, layer: Any, x: np.ndarray, ratio: float) -> None:
    silent = _("forward(x), with nothing said about training, drops neurons. A network that is being tested forgets "
               "nothing: training is what has to be said.")  # fmt: skip
    for said in ({}, {"train_flg": False}):
        out = trial.array(trial.method(layer, "forward", x, **said))
        trial.shape(out, x.shape)
        trial.equal(out, x * (1 - ratio), [
            ("order", x * ratio if ratio != 0.5 else math.nan, _(
                "At test time it multiplies by the share that is DELETED. The factor is the share that is kept.")),
            ("values", x, _("At test time x comes out as it is. Each should speak more quietly: by which factor?")),
            ("mode", lambda out=out: np.where(out == 0, 0, x), silent),
            ("scale", lambda out=out: np.where(out == 0, 0, x / (1 - ratio)), _(
                "At test time it makes x louder.")),
        ], kind="values", hint=_("At test time it should give x times the share that is kept."))  # fmt: skip


explain("8.8", "A narrow gap", points=2, section="Dropout in training: the book's experiment")
