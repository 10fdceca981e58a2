"""Checks of chapter 06, optimizers; the rules they compare with are in `dlcourse.checks.rules`."""

import math

import numpy as np

from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function
from dlcourse.checks.rules import adagrad, adam, momentum, nesterov, optimizer, rule, small_slopes
from dlcourse.text import _, joined


def _training(variant: int) -> dict:
    """Give a training whose batches do not divide the samples, and how many steps it takes in three ways."""
    rng = np.random.default_rng(variant)
    samples, batch, epochs = 1000, 64, 5
    while variant and (samples % batch == 0 or (samples, batch) == (1000, 64)):
        samples, batch = int(rng.integers(5, 40)) * 100, int(rng.choice([24, 32, 48, 64, 96, 128]))
        epochs = int(rng.integers(3, 10))
    per_epoch = math.ceil(samples / batch)
    return {"samples": samples, "batch": batch, "epochs": epochs, "strict": samples * epochs,
            "mini": per_epoch * epochs, "whole": epochs, "seen": samples * epochs}  # fmt: skip


@exercise("6.1", "How many steps is that?", kind="predict then run", points=2, section="Maths",
          names=("prediction",), numbers=_training)  # fmt: skip
def how_many_steps(trial: Trial) -> None:
    """Steps of stochastic, mini-batch and batch gradient descent, and how many samples' gradients they take."""
    n = trial.numbers
    samples, batch, epochs = n["samples"], n["batch"], n["epochs"]
    one = _("That is one epoch.")
    rest = _("The last batch of an epoch is smaller than the others, and it is a step, too.")
    whole = _("Batch gradient descent takes all samples for ONE gradient, and then one step.")
    strict = _("In the strict sense, a step follows the gradient of a single sample.")
    seen = _("Each epoch takes every sample once, however large the batches are.")
    right = {"stochastic": n["strict"], "mini-batch": n["mini"], "batch": epochs, "samples": n["seen"]}
    trial.answers(right, {
        "stochastic": [
            ("scale", samples, one),
            ("order", epochs, strict),
            ("order", n["mini"], strict),
            ("formula", batch * epochs, strict),
        ],
        "mini-batch": [
            ("fence", samples // batch * epochs, rest),
            ("fence", samples * epochs // batch, rest),
            ("fence", samples * epochs / batch, joined([_("There are no parts of a step."), rest])),
            ("scale", n["mini"] // epochs, one),
            ("scale", samples // batch, one),
            ("formula", batch * epochs, _("That is how many samples one batch of each epoch holds together.")),
            ("order", samples * epochs, _("A step follows the mean gradient of a whole mini-batch.")),
        ],
        "batch": [
            ("scale", 1, one),
            ("order", n["strict"], whole),
            ("order", samples, whole),
            ("order", n["mini"], whole),
        ],
        "samples": [
            ("fence", n["mini"] * batch, joined([seen, _("The last batch is smaller.")])),
            ("fence", samples // batch * batch * epochs, joined([seen, _("None is left out.")])),
            ("scale", samples, one),
            ("order", n["mini"], _("That is the number of steps. Each takes the gradients of many samples.")),
        ],
    })  # fmt: skip


@exercise("6.2", "Find the bug: a method that nobody calls", kind="find the bug", points=2, section="AdaGrad",
          names=("Momentum", "AdaGrad"), uses=())  # fmt: skip
def a_method_that_nobody_calls(trial: Trial) -> None:
    """The notes' ``params.items`` without parentheses, in both classes, and nothing else changed."""
    (ball, hiker), climbs = trial.subjects, _("It climbs. The gradient points uphill.")
    optimizer(trial, ball, rule(momentum), [
        ("state", rule(momentum, momentum=0.0), _("It steps as SGD does: nothing is left of the speed it had. Is v kept?")),
        ("sign", rule(momentum, sign=-1.0), climbs),
        ("sign", rule(momentum, turn=-1.0), _("The old speed counts against the new one. It is added.")),
        ("scale", rule(momentum, lr=1.0), _("The learning rate is missing.")),
        ("formula", rule(momentum, momentum=1.0), _("Its speed never fades: momentum is the share of it that stays.")),
        ("formula", rule(momentum, shared=True), _("The gradient comes in with learning rate alone.")),
        ("formula", rule(nesterov), _("That is Nesterov's rule.")),
    ], ((), (0.1, 0.5), (0.2, 0.0)))  # fmt: skip
    optimizer(trial, hiker, rule(adagrad), [
        ("state", rule(adagrad, keep=0.0), _("Each step is as long as the first: h does not add up.")),
        ("sign", rule(adagrad, sign=-1.0), climbs),
        ("scale", rule(adagrad, lr=1.0), _("AdaGrad's learning rate is missing.")),
        ("formula", rule(adagrad, power=1.0), _("AdaGrad divides by the ROOT of h.")),
        ("formula", rule(adagrad, adds=1), _("AdaGrad's h adds up the SQUARES of the gradients.")),
        ("formula", rule(adagrad, keep=0.99, new=0.01), _("That is RMSprop: its h forgets.")),
        ("formula", rule(momentum, momentum=0.0), _("That is SGD: AdaGrad's steps are divided by the root of h.")),
        ("stability", rule(adagrad, eps=0.0), _(
            "Where the gradient has always been 0, AdaGrad divides 0 by 0. What is added to the root prevents it.")),
        ("epsilon", rule(adagrad, under=1e-7, eps=0.0), _("Epsilon stands under the root. It is added to the root.")),
        *(("epsilon", rule(adagrad, eps=eps), _("Epsilon is another one. Leave it at 1e-7."))
          for eps in (1e-8, 1e-6, 1e-5, 1e-9)),
    ], ((), (0.3,)), [small_slopes(given, size, "epsilon", _(
        "With gradients as small as {size} AdaGrad's steps are wrong. What was added to the root was right.").format(
        size=size)) for given in ((), (0.3,)) for size in (1e-7, 1e-5)])  # fmt: skip


@exercise("6.3", "Nesterov looks ahead", kind="write it", points=2, section="Momentum", names=("MyNesterov",),
          uses=())  # fmt: skip
def nesterov_looks_ahead(trial: Trial) -> None:
    """The rule of the table: v as in Momentum, and the step with it and the gradient once more."""
    climbs = _("It climbs. The gradient points uphill.")
    optimizer(trial, trial.subject, rule(nesterov), [
        ("formula", rule(momentum), _(
            "That is Momentum. Nesterov's step takes α times the NEW v, and -ηg once more.")),
        ("formula", rule(nesterov, slope=0.0), _("The step is αv - ηg. Its second half is missing.")),
        ("formula", rule(nesterov, share=1.0), _("In the step, v counts with α as well.")),
        ("formula", rule(nesterov, fade=1.0), _("Its speed never fades: α is the share of v that stays.")),
        ("sign", rule(nesterov, slope=-1.0), _("In the step, the gradient has the wrong sign.")),
        ("sign", rule(nesterov, sign=-1.0), climbs),
        ("state", rule(nesterov, fade=0.0), _("Nothing is left of the speed it had. Is v kept?")),
        ("scale", rule(nesterov, lr=1.0), _("The learning rate is missing.")),
        ("formula", rule(momentum, momentum=0.0), _("That is SGD: nothing of v is in the step.")),
    ], ((), (0.1, 0.5), (0.2, 0.0)))  # fmt: skip


LIMIT, STEPS = 0.01, 40


def _last(lr: float, keep: float) -> np.ndarray:
    """Give where in the valley Momentum is at last."""
    x, v, slope = np.array([-7.0, 2.0]), np.zeros(2), np.array([0.1, 2.0])
    for _step in range(STEPS):
        v = keep * v - lr * slope * x
        x = x + v
    return x


@exercise("6.4", "Forty steps to the bottom", kind="measure", points=2, section="Momentum", names=("settings",))
def forty_steps(trial: Trial) -> None:
    """Learning rate and momentum that bring the ball to rest in the valley within 40 steps."""
    trial.answers({"lr": 0.0, "momentum": 0.0}, within=math.inf)
    found = trial.plain(trial.subject)
    lr, keep = trial.number(found["lr"], what="'lr'"), trial.number(found["momentum"], what="'momentum'")
    trial.expect(lr > 0, "sign", _("A learning rate of 0 stands still, and a negative one climbs."))
    trial.expect(0 <= keep < 1, "range", _("momentum is the share of the speed that stays: 0 or more, less than 1."))
    # The valley is steepest across, with a slope of 2y: beyond lr · 2 = 2 · (1 + momentum) the ball leaves it.
    away = _("It swings higher with each step, and leaves the valley. Its steps across the valley are too long.")
    trial.expect(lr < 1 + keep, "diverges", away)
    along, across = np.abs(_last(lr, keep))
    far = math.hypot(along, across)
    if far < LIMIT:
        return
    text = _("After {steps} steps it is {far:.2g} from the middle. ").format(steps=STEPS, far=far)
    # Along the valley the slope is x / 10: a heavy ball is one that still swings there.
    heavy = (1 + keep - lr * 0.1) ** 2 < 4 * keep and keep ** (STEPS / 2) * 7 > LIMIT
    swing = _("It is still rolling to and fro: it keeps too much of its speed to come to rest in time.")
    trial.expect(not heavy, "too large", text + swing)
    wide = _("It still swings across the valley: its steps are a little too long there.")
    trial.expect(across <= along, "too large", text + wide)
    crawl = _("It is still on its way along the valley. Can it gather more speed on the way, or take longer steps?")
    more = _("Draw its path, as the chapter does. Without momentum no learning rate is good for both directions.")
    trial.fail("too small", text + crawl, more)


def _schedule(rng: np.random.Generator, fall: int, warmup: int) -> tuple[np.ndarray, float, int, int]:
    return np.arange(warmup + fall + 3), float(rng.uniform(0.01, 2)), warmup + fall, warmup


def _rate(step, lr, steps, warmup, *, first=1, longer=0, last=0, start=None, length=None, bend=None, ends=True):
    """Give the rates of some steps; or with one thing otherwise: the rise, its end, the fall's start or form."""
    start, length = warmup if start is None else start, steps - warmup if length is None else length
    share = (step - start) / length
    share = np.clip(share, 0, 1) if ends else share
    fall = (1 + np.cos(np.pi * share)) / 2 if bend is None else bend(share)
    return lr * np.where(step < warmup + last, (step + first) / np.maximum(warmup + longer, 1), fall)


@exercise("6.5", "Warm up, then calm down", kind="write it", points=2, section="Schedules", names=("rate",), uses=())
def warm_up(trial: Trial) -> None:
    """A straight rise, then half a cosine down to 0, where it stays."""
    none = _("With a warm-up of 0 steps it raises an error. Then it goes down from the first step on.")

    def ask(case):
        steps, *given = case.args
        raised = ("stability", none) if given[2] == 0 else None
        found = [trial.array(trial.call(trial.subject, int(step), *given, raised=raised)) for step in steps]
        for one in found:
            trial.shape(one, ())
        trial.doing = _("rate at steps {first} to {last}").format(first=steps.min(), last=steps.max())
        return np.array(found)

    def wrong(**changes):
        return lambda step, lr, steps, warmup: _rate(step, lr, steps, warmup, **changes)

    def scaled(step, lr, steps, warmup):
        return _rate(step, 1.0, steps, warmup)

    share = _("That is the share of lr. Times lr, it is the rate.")
    function(trial, trial.subject, _rate, _schedule, (
        (15, 5), (11, 1), (10, 0), (40, 9), (3, 4), (1, 1), (1, 3), (2, 0), (1, 0), (2, 12),
    ), [
        ("fence", wrong(first=0), _("The rise is a step late. Step 0 is a step: with a rate of 0 it would be wasted.")),
        ("fence", wrong(longer=1), _("The rise is a step too long: at step warmup - 1 it should have arrived at lr.")),
        ("fence", wrong(last=1), _("It still rises at step warmup. From there on it falls.")),
        ("fence", lambda i, lr, n, w: _rate(i, lr, n, w, last=1 if w else 0), _(
            "It still rises at step warmup. From there on it falls.")),
        ("cut off", lambda i, lr, n, w: np.where(i < w, lr * ((i + 1) // max(w, 1)), _rate(i, lr, n, w)), _(
            "During the warm-up the rate is 0, but for the last step: // cuts off what stands behind the point.")),
        ("cut off", lambda i, lr, n, w: np.where(i < w, _rate(i, lr, n, w), lr * (i < n)), _(
            "The fall is a leap: // cuts off what stands behind the point.")),
        ("cut off", lambda i, lr, n, w: np.where(i < w, lr * ((i + 1) // max(w, 1)), lr * (i < n)), _(
            "Rise and fall are leaps: // cuts off what stands behind the point.")),
        ("order", lambda i, lr, n, w: np.where(i < w, lr, _rate(i, lr, n, w)), _("It does not warm up.")),
        ("order", lambda i, lr, n, w: lr * (1 + np.cos(np.pi * np.minimum((i - w) / (n - w), 1))) / 2, _(
            "It does not warm up.")),
        ("fence", lambda i, lr, n, w: _rate(i, lr, n, w, start=0, length=n), _(
            "The fall is counted from step 0. It begins when the warm-up has ended.")),
        ("fence", lambda i, lr, n, w: _rate(i, lr, n, w, start=0, length=n, ends=False), _(
            "The fall is counted from step 0. It begins when the warm-up has ended.")),
        ("fence", lambda i, lr, n, w: _rate(i, lr, n, w, length=n), _(
            "The fall is as long as all steps. The warm-up has taken some of them.")),
        ("fence", lambda i, lr, n, w: _rate(i, lr, n, w, length=max(n - w - 1, 1)), _(
            "The fall is a step too short: at step n - 1 the rate is not 0 yet.")),
        ("end", wrong(ends=False), _("After the last step it rises again. There it stays at 0.")),
        ("end", lambda i, lr, n, w: np.where(i < n, _rate(i, lr, n, w), np.nan), _("After the last step it is nan.")),
        ("end", lambda i, lr, n, w: np.where(i < n, _rate(i, lr, n, w), lr), _("After the last step it is lr again.")),
        ("formula", wrong(bend=lambda s: 1 - s), _("The fall is a straight line. It should be half a cosine.")),
        ("formula", wrong(bend=lambda s: np.cos(np.pi * s / 2)), _("The fall is a quarter of a cosine's turn.")),
        ("sign", wrong(bend=lambda s: (1 - np.cos(np.pi * s)) / 2), _("It rises where it should fall.")),
        ("scale", scaled, share),
        ("scale", lambda i, lr, n, w: np.where(i < w, scaled(i, lr, n, w), _rate(i, lr, n, w)), share),
        ("scale", lambda i, lr, n, w: np.where(i < w, _rate(i, lr, n, w), scaled(i, lr, n, w)), share),
        ("scale", wrong(bend=lambda s: 1 + np.cos(np.pi * s)), _("The fall begins at twice lr: a cosine goes from 1 to "
                                                                 "-1.")),
        ("offset", wrong(bend=lambda s: np.cos(np.pi * s)), _("That is lr times the cosine, down to -lr.")),
    ], borders=[
        case(np.array([30, 2, 9, 0, 5, 6, 14, 15, 10_000]), 3.7, 15, 5, kind="end", hint=_(
            "Asked for the steps in another order, or for one far beyond the end, it goes wrong.")),
        *(case(np.arange(14), lr, 12, 4, kind="scale", hint=_("With lr = {lr} it goes wrong.").format(lr=lr))
          for lr in (1, 50.0, 1e-5)),
    ], dtypes=(), layouts=(), ask=ask)  # fmt: skip


@exercise("6.6", "Find the bug: where epsilon stands", kind="find the bug", points=3, section="Adam", names=("Adam",),
          uses=())  # fmt: skip
def where_epsilon_stands(trial: Trial) -> None:
    """The notes' Adam adds epsilon before the correction; the paper's algorithm 1 adds it after."""
    before = _("Epsilon still stands where the notes have it: it is added to the root of v, and the sum corrected.")
    climbs = _("It climbs. The gradient points uphill.")
    optimizer(trial, trial.subject, rule(adam), [
        ("epsilon", rule(adam, eps="before"), before),
        ("epsilon", rule(adam, eps="inside"), _("Epsilon stands under the root. It is added to the root.")),
        ("epsilon", rule(adam, tiny=1e-8), _("Epsilon is another one. Leave it at 1e-7.")),
        *(("epsilon", rule(adam, tiny=tiny), _("Epsilon is gone.")) for tiny in (0.0, 1e-30)),
        ("correction", rule(adam, right=(False, False)), _("Neither m nor v is corrected for having started at 0.")),
        ("correction", rule(adam, right=(False, True)), _("m is not corrected for having started at 0.")),
        ("correction", rule(adam, right=(True, False)), _("v is not corrected for having started at 0.")),
        ("formula", rule(adam, eps="square"), _("It divides by v itself. The root of it is missing.")),
        ("formula", rule(adam, eps="none"), _("It does not divide by the root of v.")),
        ("sign", rule(adam, sign=-1.0), climbs),
        ("scale", rule(adam, lr=1.0), _("The learning rate is missing.")),
        ("state", rule(adam, forgets=True), _("Its memories are lost from step to step. Are m and v kept?")),
    ], ((), (0.1, 0.8, 0.95)), [small_slopes(given, size) for given in ((), (0.1, 0.8, 0.95)) for size in (1e-7, 1e-5)]
    )  # fmt: skip


explain("6.7", "Adam wins at 0.001", points=2, section="On digits")
