"""Chapter 02: an activation function, its derivative, and what it makes of 1,000 inputs."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse import functions
from dlcourse.text import _
from dlcourse.widgets import own
from dlcourse.widgets.controls import Choice, Number
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, legend_behind, round_up, set_limits
from dlcourse.widgets.verdict import Verdict

__all__ = ["ACTIVATIONS", "ActivationDrawing", "Shape", "activation_explorer", "compute"]

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.6"

Function = Callable[[np.ndarray], np.ndarray]

ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "step": (functions.step_function, np.zeros_like),
    "sigmoid": (functions.sigmoid, functions.sigmoid_grad),
    "tanh": (functions.tanh, functions.tanh_grad),
    "relu": (functions.relu, functions.relu_grad),
    "identity": (functions.identity_function, np.ones_like),
}
"""Each function with its derivative. That of the step is 0 wherever it has one."""

X = np.linspace(-6, 6, 481)
INPUTS = np.random.default_rng(2).standard_normal(1000)


class Shape(NamedTuple):
    """A function over `X`, and 1,000 inputs before and after it."""

    y: np.ndarray
    slope: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    dead: float  # share of the inputs at which the slope is below 1/100


def with_slope(f: Function) -> tuple[Function, Function]:
    """Give a learner's function so that its mistakes are told, and its derivative by differences."""
    name, h = own.name_of(f), 1e-4

    def values(x: np.ndarray) -> np.ndarray:
        return own.array_of(name, own.run(name, f, x), x.shape).astype(float)

    return values, lambda x: (values(x + h) - values(x - h)) / (2 * h)


def compute(name: str | tuple[Function, Function], scale: float, slope: float) -> Shape:
    """Evaluate ``f(slope · x)`` on a line, and on 1,000 normal inputs with standard deviation `scale`.

    Parameters
    ----------
    name : {"step", "sigmoid", "tanh", "relu", "identity"}, or a function and its derivative
    scale : float
        > 0.
    slope : float
        Factor on the input: how steep the function is.
    """
    f, f_grad = ACTIVATIONS[name] if isinstance(name, str) else name
    inputs = scale * INPUTS
    # The chain rule: the derivative of f(slope · x) is slope · f'(slope · x).
    slope_at_inputs = slope * f_grad(slope * inputs)
    dead = float(np.mean(np.abs(slope_at_inputs) < 0.01))
    return Shape(f(slope * X).astype(float), slope * f_grad(slope * X), inputs, f(slope * inputs).astype(float), dead)


class ActivationDrawing:
    """Function and derivative at the left, the outputs of 1,000 inputs at the right."""

    def __init__(self, figure: Figure):
        self.curve_axes = figure.add_axes((0.06, 0.16, 0.5, 0.66))
        self.hist_axes = figure.add_axes((0.65, 0.16, 0.32, 0.66))
        self.curve_axes.set(xlim=(-6, 6), xlabel=_("x (small marks: some of the inputs)"))
        self.curve_axes.axhline(0, color=GREY, lw=0.8)
        self.curve_axes.axvline(0, color=GREY, lw=0.8)
        self.curve = self.curve_axes.plot(X, X, color=BLUE, lw=2, label=_("output"))[0]
        self.slope = self.curve_axes.plot(X, X, color=ORANGE, lw=2, ls="--", label=_("derivative"))[0]
        # Where the inputs lie, as a strip of small marks along the bottom.
        self.marks = self.curve_axes.plot([], [], "|", color="0.3", markersize=7, alpha=0.4)[0]
        # Above the curves: in their axes a steep function runs through it.
        legend_behind(
            self.curve_axes, loc="lower center", bbox_to_anchor=(0.5, 1.08), fontsize=9, ncols=2, frameon=False
        )
        self.hist_axes.set_title(_("outputs of 1,000 inputs"), fontsize=10)
        self.hist_axes.set(xlabel=_("output"), ylabel=_("how many"), ylim=(0, 1.05), yticks=[])
        self.bars = self.hist_axes.stairs(np.zeros(30), np.linspace(0, 1, 31), fill=True, color=BLUE)
        for axes in (self.curve_axes, self.hist_axes):
            axes.spines[["top", "right"]].set_visible(False)

    def update(self, shape: Shape, title: str) -> None:
        self.curve.set_ydata(shape.y)
        self.slope.set_ydata(shape.slope)
        # A steep function has a derivative far above 1, and its top shall be seen.
        top = 2.3 if shape.slope.max() <= 2.3 else 1.15 * round_up(shape.slope.max())
        set_limits(self.curve_axes, y=(-0.56 * top, top))
        near = shape.inputs[np.abs(shape.inputs) < 6][::5]
        self.marks.set_data(near, np.full(len(near), -0.52 * top))
        self.curve_axes.set_title(title, fontsize=10)
        reach = round_up(max(abs(shape.outputs.min()), shape.outputs.max(), 1e-6))
        low = -reach if shape.outputs.min() < 0 else 0
        heights, edges = np.histogram(shape.outputs, bins=30, range=(low, reach))
        self.bars.set_data(heights / heights.max(), edges)
        set_limits(self.hist_axes, x=(low, reach))


@explorer
def activation_explorer(mine: Function | None = None) -> Panel:
    """Choose a function, make it steeper, make its inputs larger, and see what it passes on.

    Parameters
    ----------
    mine : callable, optional
        A function of your own: takes an array, gives one of the same shape. If its name is that of one of the
        package's, with ``my_`` before it or not, the two are compared.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 320)
    drawing = ActivationDrawing(picture.figure)
    names, start, known = {name: name for name in ACTIVATIONS}, "sigmoid", {}
    verdict = Verdict()
    if mine is not None:
        start = _("yours: {name}").format(name=own.name_of(mine))
        names, known = {start: start} | names, {start: with_slope(mine)}
        twin = own.name_of(mine).removeprefix("my_").removesuffix("_function")
        if twin in ACTIVATIONS:
            verdict.judge(own.name_of(mine), lambda: own.parting("f(x)", known[start][0](X), ACTIVATIONS[twin][0](X)))
    controls = {
        "function": Choice(_("function"), names, start),
        "scale": Number(_("spread of inputs"), 0.1, 20.0, 1.0, log=True),
        "slope": Number(_("steepness"), 0.1, 10.0, 1.0, log=True),
    }

    def update(_changed: set[str], function: str, scale: float, slope: float) -> None:
        shape = compute(known.get(function, function), scale, slope)
        title = _("{function}: no slope (below 0.01) for {dead:.0%} of the inputs").format(
            function=function, dead=shape.dead
        )
        drawing.update(shape, title)
        picture.show(
            _("{title}. Outputs run from {low:.2f} to {high:.2f}, mean {mean:.2f}, standard deviation {std:.2f}.").format(
                title=title, low=shape.outputs.min(), high=shape.outputs.max(), mean=shape.outputs.mean(),
                std=shape.outputs.std(),
            )
        )  # fmt: skip

    return Panel(_("Activation explorer"), controls, [picture, verdict], update)
