"""The rules of chapter 06's exercises, and wrong ones like them; and how a learner's optimizer is held against them."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from dlcourse.checks.base import Trial
from dlcourse.text import _

# Given a start and gradients, it yields where each step leads.
Rule = Callable[[np.ndarray, Iterable[np.ndarray]], Iterator[np.ndarray]]


def momentum(lr: float, keep: float = 0.0, new: float = 1.0) -> Rule:
    """Give the rule of Momentum; with ``keep=0``, of SGD. ``new`` multiplies what comes into v."""

    def path(x, gs):
        v = 0.0
        for g in gs:
            v = keep * v - new * lr * g
            x = x + v
            yield x

    return path


def nesterov(
    lr: float, keep: float, slope: float = 1.0, share: float | None = None, fade: float | None = None
) -> Rule:  # fmt: skip
    """Give Nesterov's rule; or one with other factors of g and v in its step, or another one in v."""

    def path(x, gs):
        v = 0.0
        for g in gs:
            v = (keep if fade is None else fade) * v - lr * g
            x = x + (keep if share is None else share) * v - slope * lr * g
            yield x

    return path


def adagrad(lr: float, power: float = 0.5, adds: int = 2, keep: float = 1.0, new: float = 1.0) -> Rule:
    """Give AdaGrad's rule, or one like it: another root, another power of what is added, a memory that forgets."""

    def path(x, gs):
        h = 0.0
        for g in gs:
            h = keep * h + new * np.abs(g) ** adds
            x = x - lr * g / (h**power + 1e-7)
            yield x

    return path


def adam(
    lr: float, beta1: float, beta2: float, m_right=True, v_right=True, eps="after", tiny=1e-7, forgets=False
) -> Rule:  # fmt: skip
    """Give Adam's rule; or one without a correction, with epsilon elsewhere, or without a memory."""

    def path(x, gs):
        m = v = 0.0
        for t, g in enumerate(gs, 1):
            m, v = (0.0, 0.0) if forgets else (m, v)
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
            c1, c2 = 1 - beta1**t if m_right else 1.0, 1 - beta2**t if v_right else 1.0
            roots = {"after": np.sqrt(v / c2) + tiny, "before": (np.sqrt(v) + tiny) / np.sqrt(c2),
                     "inside": np.sqrt(v / c2 + tiny), "square": v / c2 + tiny, "none": 1.0}  # fmt: skip
            x = x - lr * m / c1 / roots[eps]
            yield x

    return path


def uphill(rule: Rule) -> Rule:
    """Give a rule that goes the other way."""
    return lambda x, gs: rule(x, [-g for g in gs])


def _way(rule: Rule, x: np.ndarray, gs: Iterable[np.ndarray]) -> list[np.ndarray]:
    return list(rule(x, gs))


def follow(
    trial: Trial, optimizer: Any, start: dict, slopes: dict, rule: Rule, mistakes: Iterable = (), atol=None
) -> None:  # fmt: skip
    """Let an optimizer take steps with some arrays at once, and compare their ways."""
    params, count = {key: x.copy() for key, x in start.items()}, len(next(iter(slopes.values())))
    found, held, kept = {key: [] for key in start}, dict(params), True
    for step in range(count):
        # In another order than params: names tell which gradient belongs to which array.
        grads = {key: slopes[key][step].copy() for key in reversed(list(start))}
        given = dict(grads)
        trial.method(optimizer, "update", params, grads, changes=True)
        names = _("After update, params no longer has the names it had.")
        trial.expect(list(params) == list(held), "missing", names)
        for key, x in start.items():
            what = _("params[{key!r}] after an update").format(key=key)
            trial.shape(params[key], x.shape, what)
            found[key].append(trial.array(params[key], what).copy())
        kept = kept and all(grads.get(key) is g for key, g in given.items())
        kept = kept and all(np.array_equal(g, slopes[key][step]) for key, g in given.items())
    for key, x in start.items():
        wrong = [(kind, partial(_way, path, x, slopes[key]), hint) for kind, path, hint in mistakes]
        nothing = _("update leaves params[{key!r}] as it was. Its step belongs into params[key].").format(key=key)
        what = _("params[{key!r}] after each of {count} updates").format(key=key, count=count)
        trial.equal(found[key], _way(rule, x, slopes[key]), [("missing", [x] * count, nothing), *wrong], what=what,
                    atol=atol)  # fmt: skip
    text = _("update puts a new array into params. A layer that holds the old one would learn nothing.")
    more = _("params[key] -= … changes the array that is there; params[key] = params[key] - … makes a new one.")
    trial.expect(all(params[key] is x for key, x in held.items()), "replaced", text, more)
    trial.expect(kept, "aliasing", _("update changes the gradients. Others may still need them."))


def task(trial: Trial, steps: int = 4) -> tuple[dict, dict]:
    """Give two arrays, one of them a matrix that is not square, and gradients for some steps; no number is near 0."""
    rng = trial.rng
    start = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=4)}
    slopes = {key: [rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 3, x.shape) for _step in range(steps)]
              for key, x in start.items()}  # fmt: skip
    return start, slopes


def crowd(trial: Trial, steps: int = 3) -> tuple[dict, dict]:
    """Give twelve arrays of all kinds, named as the layers of a deep network are, and gradients for some steps."""
    shapes = ((2, 3), (4,), (2, 1, 3, 3), (1, 1), (3, 3), (5,), (1,), (2, 2, 2), (3, 1), (1, 4), (2, 2), (6,))
    start = {f"{'Wb'[i % 2]}{i + 1}": trial.rng.normal(size=shape) for i, shape in enumerate(shapes)}
    slopes = {key: [trial.rng.choice([-1.0, 1.0], x.shape) * trial.rng.uniform(0.5, 3, x.shape) for _s in range(steps)]
              for key, x in start.items()}  # fmt: skip
    return start, slopes


def apart(trial: Trial, cls: Any, rule: Rule, atol: float | None = None) -> None:
    """Let an optimizer walk with other names, and with twelve arrays; then two of them by turns, with the same names."""
    other = {"a": np.array([1.0, -2.0, 0.5])}
    gradients = {"a": [np.array([1.0, -1.0, 2.0]), np.array([-0.5, 2.0, 1.0])]}
    follow(trial, trial.new(cls), other, gradients, rule, atol=atol)
    follow(trial, trial.new(cls), *crowd(trial), rule, atol=atol)
    both = [(trial.new(cls), *task(trial, 3)) for _one in range(2)]
    params = [{key: x.copy() for key, x in start.items()} for _optimizer, start, _slopes in both]
    for step in range(3):
        for (optimizer, _start, slopes), held in zip(both, params):
            trial.method(optimizer, "update", held, {key: gs[step].copy() for key, gs in slopes.items()}, changes=True)
    text = _("Alone, an optimizer is right. When two of them take steps by turns, they disturb each other.")
    more = _("What belongs to one optimizer goes into its self, not into the class or a global name.")
    for (_optimizer, start, slopes), held in zip(both, params):
        for key, x in start.items():
            trial.equal(held[key], _way(rule, x, slopes[key])[-1], kind="shared", hint=text, more=more, atol=atol)
