"""Checks of chapter 06, optimizers; the rules they compare with are in `_chapter06_rules`."""

import math

import numpy as np

from dlcourse.checks._chapter06_rules import adagrad, adam, apart, follow, momentum, nesterov, task, uphill
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _


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
            ("fence", samples * epochs / batch, _("There are no parts of a step.") + " " + rest),
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
            ("fence", n["mini"] * batch, seen + " " + _("The last batch is smaller.")),
            ("fence", samples // batch * batch * epochs, seen + " " + _("None is left out.")),
            ("scale", samples, one),
            ("order", n["mini"], _("That is the number of steps. Each takes the gradients of many samples.")),
        ],
    })  # fmt: skip


def _of_momentum(lr: float, keep: float) -> list:
    return [
        ("state", momentum(lr), _("It steps as SGD does: nothing is left of the speed it had. Is v kept?")),
        ("sign", uphill(momentum(lr, keep)), _("It climbs. The gradient points uphill.")),
        ("sign", momentum(lr, -keep), _("The old speed counts against the new one. It is added.")),
        ("scale", momentum(1.0, keep), _("The learning rate is missing.")),
        ("formula", momentum(lr, 1.0), _("Its speed never fades: momentum is the share of it that stays.")),
        ("formula", momentum(lr, keep, new=1 - keep), _("The gradient comes in with learning rate alone.")),
    ]


@exercise("6.2", "Find the bug: a method that nobody calls", kind="find the bug", points=2, section="AdaGrad",
          names=("Momentum", "AdaGrad"), uses=())  # fmt: skip
def a_method_that_nobody_calls(trial: Trial) -> None:
    """The notes' ``params.items`` without parentheses, in both classes, and nothing else changed."""
    ball, hiker = trial.subjects
    for given in ((), (0.1, 0.5)):
        lr, keep = given or (0.01, 0.9)
        follow(trial, trial.new(ball, *given), *task(trial), momentum(lr, keep), _of_momentum(lr, keep))
    apart(trial, ball, momentum(0.01, 0.9))
    for given in ((), (0.3,)):
        (lr,) = given or (0.01,)
        mistakes = [
            ("state", adagrad(lr, keep=0.0), _("Each step is as long as the first: h does not add up.")),
            ("sign", uphill(adagrad(lr)), _("AdaGrad climbs. The gradient points uphill.")),
            ("scale", adagrad(1.0), _("AdaGrad's learning rate is missing.")),
            ("formula", adagrad(lr, power=1.0), _("AdaGrad divides by the ROOT of h.")),
            ("formula", adagrad(lr, adds=1), _("AdaGrad's h adds up the SQUARES of the gradients.")),
            ("formula", adagrad(lr, keep=0.99, new=0.01), _("That is RMSprop: its h forgets.")),
            ("formula", momentum(lr), _("That is SGD: AdaGrad's steps are divided by the root of h.")),
        ]
        follow(trial, trial.new(hiker, *given), *task(trial), adagrad(lr), mistakes, atol=1e-6)
    apart(trial, hiker, adagrad(0.01), atol=1e-6)
    params, tiny = {"W": np.zeros(3)}, np.array([1e-7, -1e-7, 0.0])
    trial.method(trial.new(hiker, 1.0), "update", params, {"W": tiny}, changes=True)
    hint = _("With tiny gradients AdaGrad breaks: what is added to the root keeps the fraction finite.")
    found = trial.array(params["W"], what="AdaGrad")
    trial.expect(found.shape == (3,) and np.all(np.abs(found) <= 1) and found[2] == 0, "stability", hint)


@exercise("6.3", "Nesterov looks ahead", kind="write it", points=2, section="Momentum", names=("MyNesterov",),
          uses=())  # fmt: skip
def nesterov_looks_ahead(trial: Trial) -> None:
    """The rule of the table: v as in Momentum, and the step with it and the gradient once more."""
    cls = trial.subject
    for given in ((), (0.1, 0.5), (0.2, 0.0)):
        lr, keep = given or (0.01, 0.9)
        right = nesterov(lr, keep)
        mistakes = [
            ("formula", momentum(lr, keep), _(
                "That is Momentum, which steps by the new v. Nesterov takes α times the NEW v, and -ηg once more.")),
            ("formula", nesterov(lr, keep, slope=0.0), _("The step is αv - ηg. Its second half is missing.")),
            ("formula", nesterov(lr, keep, share=1.0), _("In the step, v counts with α as well.")),
            ("formula", nesterov(lr, keep, fade=1.0), _("Its speed never fades: α is the share of v that stays.")),
            ("sign", nesterov(lr, keep, slope=-1.0), _("In the step, the gradient has the wrong sign.")),
            ("sign", uphill(right), _("It climbs. The gradient points uphill.")),
            ("state", nesterov(lr, keep, fade=0.0), _("Nothing is left of the speed it had. Is v kept?")),
            ("scale", nesterov(1.0, keep), _("The learning rate is missing.")),
        ]  # fmt: skip
        follow(trial, trial.new(cls, *given), *task(trial), right, mistakes)
    apart(trial, cls, nesterov(0.01, 0.9))


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


@exercise("6.5", "Warm up, then calm down", kind="write it", points=2, section="Schedules", names=("rate",), uses=())
def warm_up(trial: Trial) -> None:
    """A straight rise, then half a cosine down to 0, where it stays."""
    f, rng = trial.subject, trial.rng
    drawn = (float(rng.uniform(0.01, 2)), int(rng.integers(30, 60)), int(rng.integers(3, 9)))
    for lr, steps, warmup in ((0.1, 20, 5), (2.0, 12, 1), drawn, (0.5, 10, 0)):
        said = _("With lr {lr:.3g}, {steps} steps and a warm-up of {warmup}, at step {step}: ")
        for step in sorted({0, 1, 2, warmup - 1, warmup, warmup + 1, steps // 2, steps - 1, steps, steps + 7} - {-1}):
            at = said.format(lr=lr, steps=steps, warmup=warmup, step=step)
            none = _("with a warm-up of 0 steps it goes down from the first step on.")
            raised = ("stability", at + none) if warmup == 0 else None
            share = min(max(step - warmup, 0) / (steps - warmup), 1)
            rise = (step + 1) / warmup if step < warmup else None
            fall, late = (1 + math.cos(math.pi * share)) / 2, (step - warmup) / (steps - warmup)
            right = lr * (fall if rise is None else rise)
            found = trial.array(trial.call(f, step, lr, steps, warmup, raised=raised))
            if found.shape == () and abs(found - right) <= 1e-12 * lr:
                continue  # where the cosine is at its lowest, each way to write it leaves another crumb
            trial.equal(found, right, [
                ("fence", lr * step / warmup if rise else np.nan, at + _(
                    "the rise is a step late. Step 0 is a step, and with a rate of 0 it would be wasted.")),
                ("fence", lr * (step + 1) / (warmup + 1) if rise else np.nan, at + _("the rise is a step too long.")),
                ("order", lr * fall if rise else np.nan, at + _("it does not warm up.")),
                ("order", lr * (1 + math.cos(math.pi * late)) / 2 if rise else np.nan, at + _("it does not warm up.")),
                ("fence", lr * (step + 1) / warmup if warmup and not rise else np.nan, at + _("it still rises.")),
                ("fence", lr * (1 + math.cos(math.pi * step / steps)) / 2, at + _(
                    "the fall is counted from step 0. It begins when the warm-up has ended.")),
                ("fence", lr * (1 + math.cos(math.pi * (step - warmup) / steps)) / 2, at + _(
                    "the fall is as long as all steps. The warm-up has taken some of them.")),
                ("end", lr * (1 + math.cos(math.pi * late)) / 2, at + _("it rises again. At the end it stays at 0.")),
                ("formula", lr * (1 - share), at + _("the fall is a straight line. It should be half a cosine.")),
                ("formula", lr * math.cos(math.pi * share / 2), at + _("that is a quarter of a cosine's turn.")),
                ("sign", lr * (1 - fall), at + _("it rises where it should fall.")),
                ("scale", right / lr, at + _("that is the share of lr. Times lr, it is the rate.")),
                ("scale", 2 * right, at + _("it is twice as high. A cosine goes from 1 to -1.")),
                ("offset", 2 * right - lr, at + _("that is lr times the cosine, down to -lr.")),
            ], kind="values", hint=at + _("that is not the rate."))  # fmt: skip


@exercise("6.6", "Find the bug: where epsilon stands", kind="find the bug", points=3, section="Adam", names=("Adam",),
          uses=())  # fmt: skip
def where_epsilon_stands(trial: Trial) -> None:
    """The notes' Adam adds epsilon before the correction; the paper's algorithm 1 adds it after."""
    cls = trial.subject
    for settings in ((), (0.1, 0.8, 0.95)):
        now = settings or (0.001, 0.9, 0.999)
        before = _("Epsilon still stands where the notes have it: it is added to the root of v, and the sum corrected.")
        mistakes = [
            ("epsilon", adam(*now, eps="before"), before),
            ("epsilon", adam(*now, eps="inside"), _("Epsilon stands under the root. It is added to the root.")),
            ("epsilon", adam(*now, tiny=1e-8), _("Epsilon is another one. Leave it at 1e-7.")),
            ("epsilon", adam(*now, tiny=0.0), _("Epsilon is gone.")),
            ("correction", adam(*now, False, False), _("Neither m nor v is corrected for having started at 0.")),
            ("correction", adam(*now, False, True), _("m is not corrected for having started at 0.")),
            ("correction", adam(*now, True, False), _("v is not corrected for having started at 0.")),
            ("formula", adam(*now, eps="square"), _("It divides by v itself. The root of it is missing.")),
            ("formula", adam(*now, eps="none"), _("It does not divide by the root of v.")),
            ("sign", uphill(adam(*now)), _("It climbs. The gradient points uphill.")),
            ("scale", adam(1.0, *now[1:]), _("The learning rate is missing.")),
            ("state", adam(*now, forgets=True), _("Its memories are lost from step to step. Are m and v kept?")),
        ]
        rule, (start, slopes) = adam(*now), task(trial, 5)
        # From 0, where a step is not lost behind the digits of a weight.
        start = {key: np.zeros_like(x) for key, x in start.items()}
        tiny = {key: [1e-7 * g for g in gs] for key, gs in slopes.items()}
        for gradients in (tiny, slopes):
            follow(trial, trial.new(cls, *settings), start, gradients, rule, mistakes)
    apart(trial, cls, adam(0.001, 0.9, 0.999))
    still = {"W": np.array([1.0, -2.0])}
    trial.method(trial.new(cls), "update", still, {"W": np.zeros(2)}, changes=True)
    hint = _("Where the gradient has always been 0, Adam should stand still.")
    trial.equal(still["W"], [1.0, -2.0], kind="stability", hint=hint)


explain("6.7", "Adam wins at 0.001", points=2, section="On digits")
