"""What an optimizer must bear: the rules of chapter 06, wrong ones like them, and the stories of their steps.

A rule is a function of a gradient, of what is kept of the array it belongs to, and of the number of the step; it gives
what is added to the array.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from dlcourse.checks.objects import Player, Story, its_own, live
from dlcourse.checks.trial import Trial
from dlcourse.text import _

__all__ = ["adagrad", "adam", "momentum", "nesterov", "optimizer", "rule", "small_slopes"]

SHAPES = ((2, 3), (4,), (2, 1, 3, 3), (1, 1), (3, 3), (3, 3), (1,), (2, 2, 2), (3, 1), (), (2, 2), (6,))


def momentum(g, kept, t, lr=0.01, momentum=0.9, *, turn=1.0, shared=False):
    """Momentum; with ``momentum=0`` SGD. The old speed may count with another sign, or the new share fill up to 1."""
    kept["v"] = turn * momentum * kept.get("v", 0.0) - (1 - momentum if shared else 1.0) * lr * g
    return kept["v"]


def nesterov(g, kept, t, lr=0.01, momentum=0.9, *, slope=1.0, share=None, fade=None):
    """Nesterov's rule; or with other factors of g and v in its step, or another one in v."""
    kept["v"] = (momentum if fade is None else fade) * kept.get("v", 0.0) - lr * g
    return (momentum if share is None else share) * kept["v"] - slope * lr * g


def adagrad(g, kept, t, lr=0.01, *, power=0.5, adds=2, keep=1.0, new=1.0, eps=1e-7, under=0.0):
    """AdaGrad; or with another root, another power of what is added, epsilon elsewhere, or a memory that forgets."""
    kept["h"] = keep * kept.get("h", 0.0) + new * np.abs(g) ** adds
    return -lr * g / ((kept["h"] + under) ** power + eps)


def adam(g, kept, t, lr=0.001, beta1=0.9, beta2=0.999, *, right=(True, True), eps="after", tiny=1e-7, forgets=False):
    """Adam; or without a correction, with epsilon elsewhere, or without a memory."""
    m, v = (0.0, 0.0) if forgets else (kept.get("m", 0.0), kept.get("v", 0.0))
    kept["m"], kept["v"] = m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
    c1, c2 = 1 - beta1**t if right[0] else 1.0, 1 - beta2**t if right[1] else 1.0
    roots = {"after": np.sqrt(v / c2) + tiny, "before": (np.sqrt(v) + tiny) / np.sqrt(c2),
             "inside": np.sqrt(v / c2 + tiny), "square": v / c2 + tiny, "none": 1.0}  # fmt: skip
    return -lr * m / c1 / roots[eps]


def rule(step: Callable, sign: float = 1.0, **changes: Any) -> type:
    """Give the optimizer that steps by a rule, some of its settings fixed whatever it is told."""
    names = list(inspect.signature(step).parameters)[3:]

    class Ruled:
        has_momentum = "momentum" in names

        def __init__(self, *given):
            self.kept, self.t = {}, 0
            vars(self).update(zip(names, given))

        def update(self, params, grads):
            settings = {name: value for name, value in vars(self).items() if name in names} | changes
            self.t += 1
            for key, x in params.items():
                x += sign * step(grads[key], self.kept.setdefault(key, {}), self.t, **settings)

    return Ruled


def _slopes(rng: np.random.Generator, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Give gradients of both signs, none of them near 0, in another order than the parameters."""
    signs = {key: rng.permutation(np.resize([1.0, -1.0], x.size)).reshape(x.shape) for key, x in params.items()}
    return {key: sign * rng.uniform(0.5, 3, sign.shape) for key, sign in [*signs.items()][::-1]}


def _walk(player: Player, name: str, given: tuple, params: dict, slopes: Sequence[dict], layout: str = "") -> None:
    walker = player.new(*given)
    grads = {key: np.empty_like(g) for key, g in slopes[0].items()}
    for count, these in enumerate(slopes, 1):
        for key, g in these.items():
            grads[key][...] = g  # the same arrays again, as a layer may keep its own
        now = _("{name}, {count}").format(name=name, count=count) if count > 1 else name
        _step(player, walker, params, dict(grads), now, layout)


def _step(player: Player, walker: Any, params: dict, grads: dict, name: str, layout: str = "") -> None:
    keys = list(grads)
    player.call(walker, "update", params, grads, changes=True, quiet=True, layout=layout)
    for key in keys:
        player.see(_("{name}: params[{key!r}]").format(name=name, key=key), params.get(key))


def small_slopes(given: tuple, size: float, *told: str) -> Story:
    """Tell of steps from 0, where none is lost behind the digits of a weight, with gradients as small as epsilon."""
    def tell(player, rng):
        params, one = {"W": np.zeros((2, 3))}, player.new(*given)
        for _step in range(4):
            g = size * rng.choice([-1.0, 1.0], (2, 3)) * rng.uniform(0.5, 3, (2, 3))
            player.call(one, "update", params, {"W": g}, changes=True, quiet=True)
            player.see(_("From 0, with gradients of about {size}: params['W']").format(size=size), params["W"])
    return Story(tell, *told)


def _crowd(rng: np.random.Generator, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {name: rng.normal(size=shape) for name, shape in zip(names, SHAPES)}


def optimizer(
    trial: Trial, cls: Any, reference: type, mistakes: Iterable[tuple], settings: Sequence[tuple],
    stories: Iterable[Story] = (),
) -> None:  # fmt: skip
    """Does `cls` step as `reference` does, with any number of arrays, in place, and with nothing else changed?

    Parameters
    ----------
    settings : sequence of tuple
        What the class is made with; () for its own.
    """
    name = trial._name(cls)

    def plain(given, zero=False):
        def tell(player, rng):
            params = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=4)}
            slopes = [_slopes(rng, params) for _step in range(6)]
            for now in slopes[: 2 * zero]:
                now["W"][:, 1] = slopes[3]["W"][...] = 0.0
            _walk(player, name, given, params, slopes)
        return tell

    def many(player, rng):
        for names in ("abcdefghijkl", [f"{kind}{i}" for i in range(1, 7) for kind in "Wb"],
                      [f"W{i}" for i in range(12, 0, -1)], ["a"]):  # fmt: skip
            params = _crowd(rng, names)
            _walk(player, name, (), params, [_slopes(rng, params) for _step in range(3)])

    def long(player, rng):
        params = {"W": rng.normal(size=(2, 2))}
        _walk(player, name, (), params, [_slopes(rng, params) for _step in range(40)])

    def steep(player, rng):
        params = _crowd(rng, "Wb")
        slopes = [_slopes(rng, params) for _step in range(3)]
        for now in slopes:
            now["W"][0] *= 1000
        _walk(player, name, (), params, slopes)

    def two(player, rng):
        both = [(player.new(*given), _crowd(rng, "Wb")) for given in ((), settings[-1], ())]
        for _turn in range(3):
            for one, params in both:
                _step(player, one, params, _slopes(rng, {key: params[key] for key in "bW"}), name)

    def slower(player, rng):
        params, one = _crowd(rng, "Wb"), player.new()
        for now in ({}, {"lr": 0.1}, {"lr": 0.002}, {"lr": 0.05, "momentum": 0.5}, {"momentum": 0.95}):
            for key, value in now.items():
                if key == "lr" or reference.has_momentum:
                    player.set(one, key, value=value)
            _step(player, one, params, _slopes(rng, {key: params[key] for key in "bW"}), name)

    def single(player, rng):
        params = {key: x.astype(np.float32) for key, x in _crowd(rng, "Wb").items()}
        slopes = [{key: g.astype(np.float32) for key, g in _slopes(rng, params).items()} for _step in range(3)]
        _walk(player, name, (), params, slopes)

    def elsewhere(player, rng):
        params = _crowd(rng, "Wb")
        _walk(player, name, (), params, [_slopes(rng, params) for _step in range(3)], "columns first")

    def turned(player, rng):
        params, one = {key: rng.normal(size=(2, 3)) for key in "Wbg"}, player.new()
        for order in ("Wbg", "gbW", "bWg"):
            _step(player, one, {key: params[key] for key in order}, _slopes(rng, params), name)

    nothing = _("{name}: update leaves params[key] as it was. Its step belongs into params[key].").format(name=name)
    mistakes = [("missing", rule(lambda g, kept, t, **settings: 0.0), nothing), *mistakes]
    room = {"rtol": 1e-5, "atol": 1e-5}  # for a memory in single precision
    live(trial, cls, reference, [
        *(Story(plain(given)) for given in settings),
        Story(plain((), zero=True), "stability", _("Where the gradients of some steps are 0 it goes wrong.")),
        *stories,
        Story(slower, "settings", _("When a setting such as lr is changed between two steps, it goes wrong.")),
        Story(long, "state", _("The first steps are right. Later ones are not.")),
        Story(many, "names", _("With W and b it is right. With other names, or more arrays of other shapes, it is "
                               "not.")),
        Story(two, "shared", _("Alone, an optimizer is right. When two of them take steps by turns, they disturb each "
                               "other."), its_own()),
        Story(single, "dtype", _("With arrays of float32 it goes wrong.")),
    ], mistakes, **room)  # fmt: skip
    _manners(trial, cls, name)
    live(trial, cls, reference, [Story(elsewhere, "layout", _(
        "With arrays that lie in memory in another order it goes wrong.")), Story(turned, "names", _(
        "When the same names come in another order at the next step, the memory of one array goes to another.")), Story(
        steep, "steep", _(
        "Where one row of one array has very large gradients, it goes wrong, or others do."))], **room)  # fmt: skip


def _manners(trial: Trial, cls: Any, name: str) -> None:
    """Does it change the arrays in params, all of them and nothing else?"""
    params = _crowd(trial.rng, ("W1", "b1", "W2"))
    held, one = dict(params), trial.new(cls)
    kept = True
    for _turn in range(2):
        grads = _slopes(trial.rng, params)
        given, before = dict(grads), {key: g.copy() for key, g in grads.items()}
        trial.method(one, "update", params, grads, changes=True)
        kept = kept and list(grads) == list(given) and all(grads[key] is g for key, g in given.items())
        kept = kept and all(np.array_equal(g, before[key]) for key, g in given.items())
    text = _("{name}: after update, params no longer has the names it had.").format(name=name)
    trial.expect(list(params) == list(held), "names", text)
    text = _("{name}: update puts a new array into params. A layer that holds the old one would learn nothing.")
    more = _("params[key] -= … changes the array that is there; params[key] = params[key] - … makes a new one.")
    trial.expect(all(params[key] is x for key, x in held.items()), "replaced", text.format(name=name), more)
    text = _("{name}: update changes the gradients. Others may still need them.").format(name=name)
    trial.expect(kept, "aliasing", text)
