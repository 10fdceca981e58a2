"""Checks of chapter 07, initial weights and batch normalization."""

import functools
import math

import numpy as np

from dlcourse.checks import normalizing, remembering
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.starting import a_start, through_layers
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


@exercise("7.2", "A start for every layer", kind="write it", points=2, section="A signal through five layers",
          names=("start",), uses=())  # fmt: skip
def a_start_for_every_layer(trial: Trial) -> None:
    """Weights by Xavier or He from each layer's own inputs, biases of 0, and a seed that repeats them."""
    a_start(trial, trial.subject)


@exercise("7.3", "Find the bug: lines commented in and out", kind="find the bug", points=2,
          section="A signal through five layers", names=("through",), uses=())  # fmt: skip
def lines_in_and_out(trial: Trial) -> None:
    """The notes' script with ifs in place of its comments: 1 falls through to Xavier, and He is missing."""
    through_layers(trial, trial.subject)


LAYERS, WIDTH, GOAL = 8, 100, 0.5
_POINTS, _SHARES = np.polynomial.hermite_e.hermegauss(101)


def _spread(std: float) -> float:
    """Give the spread of the last tanh layer's outputs, for very many neurons of WIDTH inputs each."""
    square = 1.0
    for _layer in range(LAYERS):
        sums = min(std, 1e6) * math.sqrt(WIDTH * square)
        square = float(_SHARES @ np.tanh(sums * _POINTS) ** 2 / _SHARES.sum())
    return math.sqrt(square)


@functools.lru_cache(maxsize=256)
def _measured(std: float) -> float:
    """Give what the exercise's own function measures."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal((500, WIDTH))
    for _layer in range(LAYERS):
        x = np.tanh(x @ (min(std, 1e6) * rng.standard_normal((WIDTH, WIDTH))))
    return float(x.std())


@exercise("7.4", "Half as loud in layer eight", kind="measure", points=2, section="Play", names=("std",))
def half_as_loud(trial: Trial) -> None:
    """The standard deviation with which eight tanh layers end at a spread of 0.5, give or take 0.03."""
    found = trial.number(trial.subject)
    trial.expect(found > 0, "sign", _("A standard deviation is positive."))
    # A factor of √n, as of a rule: about what the answer is in such units.
    units = _("std is the standard deviation of the weights. What spread(std) gives is the one of the outputs.")
    trial.expect(not 0.45 < found < 0.56, "order", units)
    # The chance in the task's own network, and in the explorer's, moves the border a little.
    spread = _measured(found)
    if min(abs(spread - GOAL), abs(_spread(found) - GOAL)) < 0.0305:
        return
    text = _("The outputs of layer 8 have a spread of about {spread:.2g}: ").format(spread=spread)
    quiet = _("the signal fades. tanh is straight only near 0, and takes a little from every layer.")
    loud = _("that is more than 0.5. Each layer adds a little too much.")
    more = _("In the init explorer, choose tanh and 8 layers, and read the numbers above the blue histograms.")
    trial.fail(*(("too small", text + quiet) if spread < GOAL else ("too large", text + loud)), more)


@exercise("7.5", "Find the bug: the black corner", kind="find the bug", points=2, section="Batch normalization",
          names=("batch_norm",), uses=())  # fmt: skip
def the_black_corner(trial: Trial) -> None:
    """The notes' step 3 without epsilon: a pixel that is the same in all images becomes 0 / 0."""
    normalizing.forward(trial)


@exercise("7.6", "A layer with a memory", kind="write it", points=3, section="Batch normalization",
          names=("MyBatchNorm",), uses=())  # fmt: skip
def a_layer_with_a_memory(trial: Trial) -> None:
    """Batch normalization with running averages, which the notes leave out, for test time."""
    remembering.memory(trial)


@exercise("7.7", "And back", kind="write it", points=3, section="Batch normalization",
          names=("batch_norm_backward",), uses=())  # fmt: skip
def and_back(trial: Trial) -> None:
    """The three gradients of batch normalization, for any number of samples and features."""
    normalizing.backward(trial)


explain("7.8", "One image at a time", points=2, section="Batch normalization")
