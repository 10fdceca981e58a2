"""Weights that networks start with: whether they are drawn by the rule that is asked for."""

import math
from typing import Any

import numpy as np

from dlcourse.checks.chance import by_seed
from dlcourse.checks.drawing import MOST, drawn_by, like, off_normal, repeated
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined

__all__ = ["a_start", "through_layers"]


def _spread_of(w: np.ndarray, right: float, trial: Trial, mistakes: list, what: str) -> None:
    """Are drawn weights normal ones, whose spread is `right`?"""
    found, many = float(w.std()), w.size
    if not like(found, right, many):
        for kind, wrong, hint, *more in mistakes:
            if like(found, wrong, many):
                trial.fail(kind, what + hint, *more)
        trial.fail("formula", what + _(
            "the weights have a standard deviation of {found:.3g}, not the one of the rule.").format(found=found))
    trial.expect(abs(w.mean()) < 5.5 * right / math.sqrt(many), "offset", what + _("the weights should lie around 0."))
    trial.expect(off_normal(w / right) < MOST, "normal", what + _("the weights are not normal numbers."))


def a_start(trial: Trial, f: Any) -> None:
    """Does ``f(sizes, activation, seed)`` draw each layer by its own rule, and by the seed alone?"""
    seeds = [int(seed) for seed in trial.rng.integers(1, 1000, size=4)]

    def network(sizes, activation, seed):
        found = trial.plain(trial.call(f, sizes, activation, seed))
        trial.expect(found is not None, "missing", _("start gives nothing back. Does it end in a return?"))
        trial.expect(type(found) is dict, "type", _("start gives no dict back."))
        count = len(sizes) - 1
        names = {f"{kind}{i}" for kind in "Wb" for i in range(1, count + 1)}
        said = _("{count} sizes have {layers} layers between them, so the names are {names}; found: {found}.").format(
            count=count + 1, layers=count, names=joined(sorted(names), ", "),
            found=joined(sorted(map(str, found)), ", "))  # fmt: skip
        trial.expect(set(found) == names, "names", said)
        for i, shape in enumerate(zip(sizes, sizes[1:]), 1):
            for name, right in ((f"W{i}", shape), (f"b{i}", shape[1:])):
                text = _("{name} is no array. np.array makes one.").format(name=name)
                trial.expect(type(found[name]) is np.ndarray, "type", text)
                trial.shape(trial.array(found[name], what=name), right, what=name)
            trial.expect(not found[f"b{i}"].any(), "bias", _("b{i} is not 0: biases begin at 0.").format(i=i))
        return [found[f"W{i}"].astype(float) for i in range(1, count + 1)]

    for seed, (activation, sizes) in zip([*seeds, 0, 256 + 2**31], (
        ("relu", [400, 60, 90]), ("tanh", [100, 150, 50]), ("sigmoid", [64, 256]),
        ("relu", [30, 20, 10, 40, 25, 15, 35]), ("tanh", [20, *range(10, 22), 1, 3]), ("relu", [50, 50, 50, 50]),
    )):  # fmt: skip
        weights, relu = network(sizes, activation, seed), activation == "relu"
        rights = [math.sqrt((2 if relu else 1) / inputs) for inputs in sizes[:-1]]
        drawn = [w / right for w, right in zip(weights, rights)]
        if drawn_by(seed, *drawn):
            continue
        trial.expect(not drawn_by(seed, *drawn, spare=10 * sum(w.size for w in drawn)), "random", _(
            "They are numbers of the right generator, but it draws more than are used. Each that is drawn is used "
            "once."))
        for i, (w, right) in enumerate(zip(weights, rights), 1):
            (inputs, outputs), two = w.shape, 2 if relu else 1
            trial.expect(outputs == 1 or np.abs(w - w[:, :1]).any(), "same", _(
                "All columns of W{i} are the same: neurons that begin as one stay one.").format(i=i))
            what = _("With {activation}, {inputs} inputs and {outputs} outputs: ")
            _spread_of(w, right, trial, [
                ("rule", math.sqrt((1 if relu else 2) / inputs), _(
                    "ReLU sets half of the sums to 0. Who makes up for that?") if relu else
                    _("that is He's rule, and only ReLU needs its 2.")),
                ("fan_in", math.sqrt(two / outputs), _("n is the number of INPUTS of a neuron.")),
                ("fan_in", math.sqrt(two / sizes[0]), _("each layer has its own number of inputs.")),
                ("fan_in", math.sqrt(2 / (inputs + outputs)), _(
                    "that is Glorot's rule with inputs and outputs. Here only inputs count.")),
                ("variance", right**2, _("that is the variance, where the standard deviation belongs.")),
                ("scale", 1.0, _("the weights are not scaled.")),
                ("scale", 0.01, _("0.01 fits no rule: it knows nothing of the inputs.")),
                ("formula", 1 / right, _("upside down: the more inputs, the smaller the weights.")),
            ], what.format(activation=activation, inputs=inputs, outputs=outputs))  # fmt: skip
        trial.expect(repeated(*drawn) < 0.05, "random", _(
            "Some weights hold the same numbers. Make the generator once, before the loop."))
        trial.expect(np.array_equal(network(sizes, activation, seed)[0], weights[0]), "random", _(
            "The same seed must give the same weights. Draw them from np.random.default_rng(seed)."))
        other = network(sizes, activation, seed + 1)[0]
        trial.expect(not np.array_equal(other, weights[0]), "random", _("Another seed gives the same weights."))
        trial.fail("random", _(
            "With seed {seed} the weights are not the numbers that np.random.default_rng(seed) draws, scaled by the "
            "rule."
        ).format(seed=seed))  # fmt: skip
    by_seed(trial, lambda seed: network([20, 30], "tanh", seed)[0].tolist(), _("Another seed gives the same weights."), _(
        "The same seed must give the same weights. Draw them from np.random.default_rng(seed)."))
    made = "start([3, 4, 4], 'relu', 5)"
    lines = [f"one = {made}", "for x in one.values(): x += 1", f"two = {made}"]
    last, anew = trial.calculate(lines, {"start": f}, ["one['b2'].tolist()", "two['b2'].tolist()"])
    trial.expect(last == [1.0] * 4 and anew == [0.0] * 4, "aliasing", _(
        "Each layer, and each call, needs arrays of its own: here a training that changes one changes another."))


def _recovered(x: np.ndarray, a: np.ndarray) -> np.ndarray | None:
    """Give the weights behind ``a = relu(x @ w)``, those that can be told; None if there are none."""
    x = x[:, np.any(x != 0, axis=0)]
    columns, weights = [], []
    for j, on in enumerate((a > 0).T):
        if np.count_nonzero(on) >= 2 * x.shape[1]:
            w, _rest, _rank, singular = np.linalg.lstsq(x[on], a[on, j], rcond=None)
            if singular[-1] > 1e-3 * singular[0]:
                columns, weights = [*columns, j], [*weights, w]
    w = np.array(weights).reshape(len(columns), x.shape[1]).T
    return w if np.abs(np.maximum(x @ w, 0) - a[:, columns]).max(initial=0) <= 1e-3 * np.abs(a).max() else None


def through_layers(trial: Trial, f: Any) -> None:
    """Does ``f(x, rule, layers)`` lead x through layers whose weights are drawn by the rule?"""
    def right(rule, n):
        return {"xavier": 1 / math.sqrt(n), "he": math.sqrt(2 / n)}.get(rule, rule)

    rng, no_relu = trial.rng, _("the activation was ReLU, and is not any more.")

    def layers_of(x, rule, layers, what):
        raised = ("rule", what + _("it raises an error. A rule is a number, 'xavier' or 'he'."))
        found = trial.plain(trial.call(f, x, rule, layers, raised=raised if layers == 1 else None))
        trial.expect(found is not None, "missing", _("through gives nothing back."))
        text = _("With {layers} layers, through should give a dict with the keys 0 to {last}. It was right before.")
        trial.expect(type(found) is dict and sorted(map(str, found)) == sorted(map(str, range(layers))), "shape",
                     text.format(layers=layers, last=layers - 1))  # fmt: skip
        outputs = [trial.array(found.get(i), what=_("layer {i}").format(i=i)).astype(float) for i in range(layers)]
        for i, a in enumerate(outputs):
            trial.shape(a, x.shape, what=_("layer {i}").format(i=i))
            trial.expect(np.isfinite(a).all(), "stability", what + _("not all outputs are finite."))
            trial.expect(np.all(a >= 0), "activation", what + no_relu)
        return outputs

    def first(n, rule, what):
        # Of the unit vectors and their opposites, ReLU lets all weights pass: half of them with each.
        unit = np.eye(n, dtype=int if rule == 1 else float)
        a = layers_of(np.vstack([unit, -unit]), rule, 1, what)[0]
        trial.expect(np.all(a[:n] * a[n:] == 0), "activation", what + no_relu)
        return a[:n] - a[n:]

    def judged(w, rule, n, what):
        trial.expect(w.any(), "values", what + _("the signal is 0."))
        said, more = _("the weights are drawn by Xavier's rule."), _("if, if, else: to which if does the else belong?")
        number = [] if isinstance(rule, str) else [
            ("variance", math.sqrt(rule), _("the number is taken as a variance. It is the standard deviation.")),
            ("variance", rule / math.sqrt(n), _("the number is divided by the root of n. It is taken as it is."))]
        # For three inputs, different mistakes have about the same spread.
        _spread_of(w, right(rule, n), trial, [] if n == 3 else [
            *number,
            ("rule", math.sqrt(2 / n), _("the weights are drawn by He's rule.")),
            ("rule", 1 / math.sqrt(n), said, _("Where is He's rule?") if rule == "he" else more),
            *(("rule", math.sqrt(k / 100), _("the weights are drawn for 100 inputs.")) for k in (1, 2)),
            ("variance", 2 / n, _("that is He's variance, where the standard deviation belongs.")),
            ("variance", 1 / n, _("that is Xavier's variance, where the standard deviation belongs.")),
            *(("formula", math.sqrt(n / k), _("the factor is upside down.")) for k in (1, 2)),
            ("formula", math.sqrt(2), _("that is the 2 of He's rule, and not its n.")),
            ("formula", 2 / math.sqrt(n), _("the 2 stands under the root.")),
            ("formula", 1 / math.sqrt(2 * n), _("the 2 belongs above the line: it makes up for ReLU's half.")),
            *(("rule", std, _("their standard deviation is {std:g}.").format(std=std)) for std in (1, 0.01)),
        ], what)  # fmt: skip

    told = _("With {rule!r} and {n} neurons: ")
    again = _("Two calls draw the same weights. They were drawn anew in each call before: is there a seed?")
    for rule in (1, 0.01, "xavier", "he", np.float32(0.3), np.int64(2), 7.5, 0.00123):
        what = told.format(rule=rule, n=300)
        judged(first(300, rule, what), rule, 300, what)
    for rule in ("xavier", "he"):
        # So few that n + 1 and n - 1 show, and many of them, for the chance in it.
        what = told.format(rule=rule, n=3)
        drawn = np.array([first(3, rule, what) for _call in range(250)])
        trial.expect(repeated(drawn / right(rule, 3)) < 0.05, "random", again)
        judged(drawn, rule, 3, what)
    what = told.format(rule=0, n=3) + _("0 is a number, too: all weights are 0.")
    trial.expect(not first(3, 0, what).any(), "rule", what)
    n, earlier = 40, []
    x = np.vstack([np.eye(n), -np.eye(n), rng.integers(-16, 17, size=(4 * n, n)) / 8])
    for rule in ("he", "xavier", 0.01, "he"):
        what = told.format(rule=rule, n=n)
        outputs = layers_of(x, rule, 5, what)
        drawn = [_recovered(before, a) for before, a in zip([x, *outputs], outputs)]
        deep = _("With {rule!r} the first layer is right, those behind it are not. ").format(rule=rule)
        taken = _("Each takes what the last one gave, and sends it through weights and ReLU.")
        trial.expect(all(w is not None for w in drawn), "order", deep + taken)
        behind = np.concatenate([np.ravel(w) for w in drawn[1:]])
        text = _("Their weights have a standard deviation of {found:.3g}.").format(found=behind.std())
        # A quarter of them, since those that can be told are not any ones: they let much pass.
        trial.expect(like(behind.std(), right(rule, n), behind.size / 4), "order", deep + text)
        trial.expect(repeated(*drawn) < 0.05, "random", what + _("several layers have the same weights."))
        earlier.append(drawn[0])
        trial.expect(repeated(*earlier) < 0.05, "random", again)
    for samples, layers in ((1, 3), (2, 20)):
        layers_of(np.ones((samples, n)), "he", layers, told.format(rule="he", n=n))
    none = _("With 0 layers an empty dict comes back: it was right before.")
    trial.expect(trial.plain(trial.call(f, np.eye(3), 1, 0, raised=("fence", none))) == {}, "fence", none)
