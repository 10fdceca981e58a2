"""Checks of chapter 07, initial weights; those on batch normalization are in `_chapter07_batch`."""

import math

import numpy as np

from dlcourse.checks import _chapter07_batch  # noqa: F401  (its exercises belong to this chapter)
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _


def _chain(variant: int) -> dict:
    """Give layers, inputs and a spread of weights, with which each layer multiplies the signal by a plain factor."""
    rng = np.random.default_rng(variant)
    root, factor, layers = 20, 2.0, 5
    while variant and (root, factor) == (20, 2.0):
        root, factor = int(rng.choice([10, 20, 25, 40])), float(rng.choice([0.5, 2.0, 3.0]))
        layers = int(rng.integers(3, 7))
    right = {"one": factor, "all": factor**layers, "keep": 1 / root, "relu": round(factor / math.sqrt(2), 4)}
    return {"n": root**2, "std": round(factor / root, 6), "layers": layers} | right


@exercise("7.1", "How loud is the last?", kind="predict then run", points=2, section="Maths",
          names=("prediction",), numbers=_chain)  # fmt: skip
def how_loud_is_the_last(trial: Trial) -> None:
    """The factor of one layer and of several, the spread that keeps the signal, and what ReLU takes."""
    n = trial.numbers
    inputs, std, layers, factor = n["n"], n["std"], n["layers"], n["one"]
    variance = _("That is the factor of the variance. The standard deviation is its root.")
    root = _("The VARIANCES of the terms add up. The factor of the standard deviation grows with the root of n.")
    power = _("Each layer multiplies what the one before it has left.")
    trial.answers({key: n[key] for key in ("one", "all", "keep")}, {
        "one": [
            ("variance", factor**2, variance),
            ("scale", inputs * std, root),
            ("scale", std, _("That is what a single input adds. A neuron sums over all of them.")),
            ("scale", inputs * std**2 / 2, _("Nothing is set to 0 here: there is no ReLU.")),
            ("formula", 1 / factor, _("Upside down: with larger weights the signal grows.")),
            ("scale", math.sqrt(inputs), _("The size of the weights counts, too.")),
        ],
        "all": [
            ("order", factor, _("That is one layer. How many are there?")),
            ("formula", layers * factor, power),
            ("variance", factor ** (2 * layers), variance),
            ("fence", factor ** (layers - 1), _("There is one layer more.")),
            ("fence", factor ** (layers + 1), _("There is one layer fewer.")),
            ("scale", (inputs * std) ** layers, root),
        ],
        "keep": [
            ("variance", 1 / inputs, _("That is the variance of such weights. The standard deviation is its root.")),
            ("formula", math.sqrt(2 / inputs), _("That is He's, for ReLU. Here nothing sets half of the sums to 0.")),
            ("formula", math.sqrt(inputs), _("Upside down: the more inputs, the smaller the weights.")),
            ("order", 1.0, _("That is the factor it should have. Which standard deviation gives it?")),
            ("formula", std, _("With this one the signal does not stay as loud as it came.")),
        ],
    }, within=1e-4)  # fmt: skip
    half = _("ReLU sets half of the sums to 0, and so halves the mean SQUARE. What becomes of its root?")
    trial.answers({"relu": n["relu"]}, {
        "relu": [
            ("order", factor, _("That is without ReLU. Half of the sums are set to 0.")),
            ("scale", factor / 2, half),
            ("scale", factor / 4, half),
            ("variance", factor**2 / 2, _("That is the factor of the mean square. The root is asked for.")),
            ("formula", factor * math.sqrt(2), _("Upside down: with ReLU, less is left.")),
            ("formula", 1.0, _("Only with He's weights it would stay as loud.")),
        ],
    }, within=0.006)  # fmt: skip


def _like(found: float, right: float, within: float = 0.08) -> bool:
    return right / (1 + within) < found < right * (1 + within)


def _weights(trial: Trial, w: np.ndarray, right: float, mistakes: list, what: str) -> None:
    """Is the spread of drawn weights `right`, or that of a mistake?"""
    found = float(w.std())
    if not _like(found, right):
        for kind, wrong, hint, *more in mistakes:
            if _like(found, wrong):
                trial.fail(kind, what + hint, *more)
        text = _("the weights have a standard deviation of {found:.3g}, which is not the one of the rule.")
        trial.fail("formula", what + text.format(found=found))
    text = _("the weights should lie around 0.")
    trial.expect(abs(w.mean()) < 0.2 * right, "offset", what + text)


@exercise("7.2", "A start for every layer", kind="write it", points=2, section="A signal through five layers",
          names=("start",))  # fmt: skip
def a_start_for_every_layer(trial: Trial) -> None:
    """Weights by Xavier or He from each layer's own inputs, biases of 0, and a seed that repeats them."""
    f, drawn = trial.subject, int(trial.rng.integers(1, 1000))
    for activation, sizes in (("relu", [400, 60, 90]), ("tanh", [100, 150, 50]), ("sigmoid", [64, 256])):
        found = trial.plain(trial.call(f, sizes, activation, drawn))
        trial.expect(found is not None, "missing", _("start gives nothing back. Does it end in a return?"))
        trial.expect(type(found) is dict, "type", _("start gives no dict back."))
        count = len(sizes) - 1
        names = {f"{kind}{i}" for kind in "Wb" for i in range(1, count + 1)}
        said = _("{count} sizes have {layers} layers between them, so the names are {names}; found: {found}.")
        said = said.format(count=count + 1, layers=count, names=", ".join(sorted(names)),
                           found=", ".join(sorted(map(str, found))))  # fmt: skip
        trial.expect(set(found) == names, "names", said)
        for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), 1):
            w, b = trial.array(found[f"W{i}"], what=f"W{i}"), trial.array(found[f"b{i}"], what=f"b{i}")
            trial.shape(w, (inputs, outputs), what=f"W{i}")
            trial.shape(b, (outputs,), what=f"b{i}")
            trial.expect(not b.any(), "bias", _("b{i} is not 0: biases begin at 0.").format(i=i))
            same = _("All columns of W{i} are the same: neurons that begin as one stay one.").format(i=i)
            trial.expect(np.abs(w - w[:, :1]).any(), "same", same)
            relu, both = activation == "relu", inputs + outputs
            right, other = (math.sqrt(k / inputs) for k in ((2, 1) if relu else (1, 2)))
            what = _("With {activation}, {inputs} inputs and {outputs} outputs: ")
            _weights(trial, w, right, [
                ("rule", other, _("ReLU sets half of the sums to 0. Who makes up for that?") if relu else
                 _("that is He's rule, and only ReLU needs its 2.")),
                ("fan_in", math.sqrt((2 if relu else 1) / outputs), _("n is the number of INPUTS of a neuron.")),
                ("fan_in", math.sqrt((2 if relu else 1) / sizes[0]), _(
                    "each layer has its own number of inputs.")),
                ("fan_in", math.sqrt(2 / both), _("that is Glorot's rule with inputs and outputs. Here only inputs "
                                                  "count.")),
                ("variance", right**2, _("that is the variance, where the standard deviation belongs.")),
                ("scale", 1.0, _("the weights are not scaled.")),
                ("scale", 0.01, _("0.01 fits no rule: it knows nothing of the inputs.")),
                ("formula", 1 / right, _("upside down: the more inputs, the smaller the weights.")),
            ], what.format(activation=activation, inputs=inputs, outputs=outputs))  # fmt: skip
            # Of normal numbers one in 22 lies beyond two standard deviations, of uniform ones none.
            normal = _("the weights are not normal numbers.")
            trial.expect(0.03 < np.mean(np.abs(w) > 2 * right) < 0.065, "normal", f"W{i}: {normal}")
    two = trial.plain(trial.call(f, [40, 40, 40], "relu", drawn))
    repeat = _("W1 and W2 hold the same numbers. Make the generator once, before the loop.")
    trial.expect(abs(np.corrcoef(two["W1"].ravel(), two["W2"].ravel())[0, 1]) < 0.5, "random", repeat)
    again, other = (trial.plain(trial.call(f, [40, 40, 40], "relu", seed)) for seed in (drawn, drawn + 1))
    hint = _("The same seed must give the same weights. Draw them from np.random.default_rng(seed).")
    trial.expect(np.array_equal(again["W2"], two["W2"]), "random", hint)
    hint = _("Another seed gives the same weights. Is seed used?")
    trial.expect(not np.array_equal(other["W1"], two["W1"]), "random", hint)


@exercise("7.3", "Find the bug: lines commented in and out", kind="find the bug", points=2,
          section="A signal through five layers", names=("through",))  # fmt: skip
def lines_in_and_out(trial: Trial) -> None:
    """The notes' script with ifs in place of its comments: 1 falls through to Xavier, and He is missing."""
    f, rng = trial.subject, trial.rng
    for n in (100, 60):
        rules = {1: 1.0, 0.01: 0.01, 0.3: 0.3, "xavier": 1 / math.sqrt(n), "he": math.sqrt(2 / n)}
        for rule, std in rules.items():
            what = _("With {rule!r} and {n} neurons: ").format(rule=rule, n=n)
            # Of the unit vectors and their opposites, ReLU lets all weights pass: half of them with each.
            both = np.vstack([np.eye(n), -np.eye(n)])
            raised = ("rule", what + _("it raises an error. A rule is a number, 'xavier' or 'he'."))
            found = trial.plain(trial.call(f, both, rule, 1, raised=raised))
            trial.expect(found is not None, "missing", _("through gives nothing back."))
            trial.expect(type(found) is dict and list(found) == [0], "shape", _(
                "With one layer, through should give a dict with the key 0. That was right before."))  # fmt: skip
            a = trial.array(found[0], what=_("the first layer"))
            trial.shape(a, both.shape, what=_("the first layer"))
            no_relu = _("the activation was ReLU, and is not any more.")
            trial.expect(np.all(a >= 0) and np.any(a == 0), "activation", what + no_relu)
            w = a[:n] - a[n:]
            trial.expect(w.any(), "values", what + _("the signal is 0."))
            said = _("the weights are drawn by Xavier's rule.")
            more = _("if, if, else: to which if does the else belong?")
            _weights(trial, w, std, [
                ("rule", math.sqrt(2 / n), _("the weights are drawn by He's rule.")),
                ("rule", 1 / math.sqrt(n), said, _("Where is He's rule?") if rule == "he" else more),
                ("rule", 1 / math.sqrt(100), _("the weights are drawn for 100 inputs.")),
                ("rule", math.sqrt(2 / 100), _("the weights are drawn for 100 inputs.")),
                ("variance", 2 / n, _("that is He's variance, where the standard deviation belongs.")),
                ("formula", math.sqrt(2) * n**0.5, _("He's factor is upside down.")),
                ("formula", math.sqrt(n / 2), _("He's factor is upside down.")),
                ("formula", math.sqrt(2), _("that is the 2 of He's rule, and not its n.")),
                ("formula", 2 / math.sqrt(n), _("the 2 stands under the root.")),
                ("formula", 1 / math.sqrt(2 * n), _("the 2 belongs above the line: it makes up for ReLU's half.")),
                ("rule", 1.0, _("the weights are drawn with a standard deviation of 1.")),
                ("rule", 0.01, _("the weights are drawn with a standard deviation of 0.01.")),
            ], what)  # fmt: skip
    for rule, share in (("he", 1.0), ("xavier", 0.5), (0.01, 100 * 0.01**2 / 2)):
        found = trial.plain(trial.call(f, rng.normal(size=(20, 100)), rule, 5))
        trial.expect(type(found) is dict and list(found) == [0, 1, 2, 3, 4], "shape", _(
            "With five layers, through should give a dict with the keys 0 to 4. That was right before."))  # fmt: skip
        squares = [float(np.mean(trial.array(a) ** 2)) for a in found.values()]
        deep = _("With {rule!r} the first layer is right, those behind it are not. Each takes what the last one gave.")
        fade = (squares[4] / max(squares[0], 1e-30)) ** 0.25
        trial.expect(_like(fade, share, 0.8), "order", deep.format(rule=rule))
        trial.expect(squares[0] != squares[1], "order", deep.format(rule=rule))


LAYERS, WIDTH, GOAL = 8, 100, 0.5
_POINTS, _SHARES = np.polynomial.hermite_e.hermegauss(101)


def _spread(std: float) -> float:
    """Give the spread of the last tanh layer's outputs, as it is for very many neurons of WIDTH inputs each."""
    square = 1.0
    for _layer in range(LAYERS):
        sums = min(std, 1e6) * math.sqrt(WIDTH * square)
        square = float(_SHARES @ np.tanh(sums * _POINTS) ** 2 / _SHARES.sum())
    return math.sqrt(square)


@exercise("7.4", "Half as loud in layer eight", kind="measure", points=2, section="Play", names=("std",))
def half_as_loud(trial: Trial) -> None:
    """The standard deviation with which eight tanh layers end at a spread of 0.5, give or take 0.03."""
    found = trial.number(trial.subject)
    trial.expect(found > 0, "sign", _("A standard deviation is positive."))
    # A factor of √n, as of a rule: about what the answer is in such units.
    units = _("std is the standard deviation of the weights. What spread(std) gives is the one of the outputs.")
    trial.expect(not 0.45 < found < 0.56, "order", units)
    text = _("The outputs of layer 8 have a spread of about {spread:.2g}: ").format(spread=_spread(found))
    quiet = _("the signal fades. tanh is straight only near 0, and takes a little from every layer.")
    loud = _("that is more than 0.5. Each layer adds a little too much.")
    more = _("In the init explorer, choose tanh and 8 layers, and read the numbers above the blue histograms.")
    trial.expect(_spread(found) > GOAL - 0.03, "too small", text + quiet, more)
    trial.expect(_spread(found) < GOAL + 0.03, "too large", text + loud, more)


explain("7.8", "One image at a time", points=2, section="Batch normalization")
