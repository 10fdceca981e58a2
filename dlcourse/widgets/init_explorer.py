"""Chapter 07: what initial weights do to activations and gradients, layer by layer; and how training goes from there."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from dlcourse.datasets import load_mnist
from dlcourse.initializers import initial_std, normal
from dlcourse.layers import Affine
from dlcourse.models import ACTIVATIONS, MultiLayerNet
from dlcourse.normalization import BatchNormalization
from dlcourse.optimizers import SGD
from dlcourse.text import _
from dlcourse.widgets import own
from dlcourse.widgets.comparison import Comparison, thinned
from dlcourse.widgets.controls import Checkbox, Choice, Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, round_up, set_curve, set_limits
from dlcourse.widgets.verdict import Verdict
from dlcourse.widgets.watched import Watched

__all__ = ["Spreads", "SpreadsDrawing", "compute", "init_explorer"]

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.6"
SAMPLES = 500
MOST_LAYERS = 8
WIDTHS = [10, 100, 784]  # at which a learner's rule is compared
EPOCHS = 100


class Spreads(NamedTuple):
    """Activations and gradients of each hidden layer, each of shape (samples, width), first layer first."""

    activations: list[np.ndarray]
    gradients: list[np.ndarray]


def compute(
    rule: float | str, depth: int, width: int, activation: str, batch_norm: bool = False, seed: int = 0
) -> Spreads:
    """Send normal inputs forward through fresh layers, and normal gradients back.

    Parameters
    ----------
    rule : float or str
        Standard deviation of the weights, or ``"xavier"`` or ``"he"``.
    depth, width : int
        Number of layers, and of neurons in each.
    activation : {"relu", "sigmoid", "tanh"}
    batch_norm : bool
        Normalize before each activation.
    seed : int

    Returns
    -------
    Spreads
        The gradients are those that come back to the output of each layer; at the last one they are the
        standard normal numbers that were sent.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((SAMPLES, width), dtype=np.float32)
    std, blocks, activations = initial_std(rule, width), [], []
    for _layer in range(depth):
        block = [Affine(normal((width, width), std, rng), np.zeros(width, np.float32))]
        if batch_norm:
            block.append(BatchNormalization(np.ones(width, np.float32), np.zeros(width, np.float32)))
        block.append(ACTIVATIONS[activation]())
        for layer in block:
            x = layer.forward(x, training=True)
        blocks.append(block)
        activations.append(x)
    dout = rng.standard_normal(x.shape, dtype=np.float32)
    gradients = [dout]
    for block in reversed(blocks[1:]):
        for layer in reversed(block):
            dout = layer.backward(dout)
        gradients.append(dout)
    return Spreads(activations, gradients[::-1])


class SpreadsDrawing:
    """Two rows of histograms: activations above, gradients below, one column a layer."""

    EDGES = np.linspace(-7, 4, 26)  # of the gradients' histograms: over their logarithm, for they come in all sizes
    SHARE = 0.84  # of its column that a histogram takes

    def __init__(self, figure: Figure):
        # One Axes a row: one for each histogram would take a third of a second when the number of layers changes.
        self.rows = [figure.add_axes((0.035, bottom, 0.96, 0.27)) for bottom in (0.55, 0.09)]
        for axes, name in zip(self.rows, (_("activations"), _("|gradients|")), strict=True):
            axes.set(ylim=(0, 1.05), yticks=[])
            axes.set_ylabel(name, fontsize=9)
            axes.tick_params(labelsize=8)
            axes.spines[["top", "right", "left"]].set_visible(False)
        self.columns: list[tuple] = []
        self.made_for: tuple | None = None

    def update(self, spreads: Spreads, activation: str) -> None:
        low, high = {"sigmoid": (0, 1), "tanh": (-1, 1)}.get(activation, (0, 4))
        if (len(spreads.activations), low, high) != self.made_for:
            self._make_columns(len(spreads.activations), low, high)
        for i, (values, gradients) in enumerate(zip(*spreads, strict=True)):
            (above, above_title), (below, below_title) = self.columns[i]
            sizes = np.log10(np.maximum(np.abs(gradients[gradients != 0]), 1e-12))
            self._show(above, i, values, np.linspace(low, high, 26))
            self._show(below, i, sizes, self.EDGES)
            above_title.set_text(_("layer {number}\nstd {std:.2g}").format(number=i + 1, std=values.std()))
            below_title.set_text(_("std {std:.1g}").format(std=gradients.std()))

    def _make_columns(self, count: int, low: float, high: float) -> None:
        self.made_for = (count, low, high)
        for artist in (artist for column in self.columns for pair in column for artist in pair):
            artist.remove()
        self.columns = [
            tuple(
                (
                    axes.stairs(np.zeros(25), i + self.SHARE * np.linspace(0, 1, 26), fill=True, color=color),
                    axes.text(i + self.SHARE / 2, 1.12, "", ha="center", va="bottom", fontsize=9),
                )
                for axes, color in zip(self.rows, (BLUE, ORANGE), strict=True)
            )
            for i in range(count)
        ]
        # Ticks at 10⁻⁶ and 1 below the gradients, at both ends of the range below the activations.
        powers = (np.array([-6, 0]) - self.EDGES[0]) / (self.EDGES[-1] - self.EDGES[0])
        for axes, places, words in zip(self.rows, ((0, 1), powers), ((low, high), ("10⁻⁶", "1")), strict=True):
            axes.set_xlim(-0.06, count - 0.06)
            ticks = [i + self.SHARE * place for i in range(count) for place in places]
            axes.set_xticks(ticks, [str(word) for word in words] * count)

    def _show(self, bars: StepPatch, column: int, values: np.ndarray, edges: np.ndarray) -> None:
        heights, _edges = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
        bars.set_data(heights / max(heights.max(), 1), column + self.SHARE * np.linspace(0, 1, len(edges)))


def own_std(mine: Callable, n: int) -> float:
    """Ask a learner's rule for the standard deviation of weights into a layer of `n` inputs."""
    name = own.name_of(mine)
    found = own.array_of(name, own.run(name, mine, n))
    if found.size != 1 or not np.isfinite(found).all() or found.min() < 0:
        words = _("{name}({n}) gives {found}, expected one number, 0 or above")
        raise own.Mistake(words.format(name=name, n=n, found=found.tolist()))
    return float(found.ravel()[0])


@explorer
def init_explorer(mine: Callable | None = None) -> Panel:
    """Choose how weights begin; see what becomes of signals and gradients, then train from there.

    Parameters
    ----------
    mine : callable, optional
        A rule of your own: ``mine(n)`` gives the standard deviation of the weights of a layer with `n` inputs.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    (x, t), _test = load_mnist()
    spreads_picture, loss_picture = Picture(880, 250), Picture(880, 138)
    drawing, verdict = SpreadsDrawing(spreads_picture.figure), Verdict()
    axes = loss_picture.figure.add_axes((0.07, 0.32, 0.9, 0.46), ylim=(0, 3), xlabel=_("step"))
    axes.set_title(_("loss on digits, trained from these weights"), fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.axhline(np.log(10), color=GREY, ls=":", lw=1)
    curve = axes.plot([], [], color=BLUE, lw=1)[0]
    compare = Comparison(lambda run: [(axes, *thinned(np.arange(1, run.step + 1), run.history.loss))])

    def build(rule, std, depth, width, activation, batch_norm, lr, seed) -> Iterator:
        controls["std"].enable(rule == "std")
        own_rule = rule == "yours"
        rule = own_std(mine, width) if own_rule else std if rule == "std" else rule
        spreads = compute(rule, depth, width, activation, batch_norm, seed)
        drawing.update(spreads, activation)
        ends = [float(values.std()) for values in (spreads.activations[-1], spreads.gradients[0])]
        spreads_picture.show(
            _("Histograms of {depth} layers. Activations of the last layer have standard deviation {act:.2g},"
              " gradients that come back to the first one {grad:.2g}, sent with 1.").format(
                depth=depth, act=ends[0], grad=ends[1]
            )
        )  # fmt: skip
        network = MultiLayerNet(784, [width] * depth, 10, activation, rule, batch_norm=batch_norm, rng=seed)
        if own_rule:  # each layer as wide as its own inputs want it
            for layer in network.layers:
                if isinstance(layer, Affine):
                    layer.W *= own_std(mine, len(layer.W)) / max(rule, 1e-12)
        return Watched(network, x, t, optimizer=SGD(lr), epochs=EPOCHS, evaluate_samples=100, rng=seed)

    def adjust(run: Watched, lr: float, **_others) -> None:
        run.optimizer.lr = lr

    def draw(run: Watched, _report, **_values) -> None:
        losses = run.history.loss
        set_curve(curve, np.arange(1, len(losses) + 1), losses)
        # Bad weights begin far above guessing; when they have come down, the scale does too.
        worst = max(losses[-50:], default=0)
        right = round_up(max(100, len(losses), compare.longest))
        set_limits(axes, x=(0, right), y=(0, 3 if worst <= 3 else 1.05 * round_up(worst)))
        now = (f"{losses[-1]:.3f}" if losses[-1] < 100 else f"{losses[-1]:.0e}") if losses else "–"
        loss_picture.show(
            _("Loss after {steps} steps: {loss}. Guessing has 2.303.").format(steps=run.step, loss=now)
        )

    rules = {_("std, as set"): "std", "Xavier": "xavier", "He": "he"}
    if mine is not None:
        rules = {_("yours: {name}").format(name=own.name_of(mine)): "yours"} | rules
        twin = next((name for name in ("xavier", "he") if name in own.name_of(mine).lower()), None)
        if twin:
            verdict.judge(own.name_of(mine), lambda: own.parting(
                _("std for {widths} inputs").format(widths=WIDTHS), [own_std(mine, n) for n in WIDTHS],
                [initial_std(twin, n) for n in WIDTHS],
            ))  # fmt: skip
    controls = {
        "rule": Choice(_("rule"), rules),
        "std": Number("std", 1e-3, 10.0, 1.0, log=True),
        "depth": Number(_("layers"), 1, MOST_LAYERS, 5),
        "width": Number(_("neurons in each"), 10, 200, 100),
        "activation": Choice(_("activation"), {name: name for name in ACTIVATIONS}, "sigmoid"),
        "batch_norm": Checkbox(_("batch normalization")),
        "lr": Number(_("learning rate"), 1e-3, 10.0, 0.05, log=True),
        "seed": Number(_("seed"), 0, 99, 0),
    }
    body = [spreads_picture, loss_picture, verdict]
    return Training(
        _("Init explorer"), controls, body, build=build, draw=draw, live={"lr"}, adjust=adjust, folded=("seed",),
        compare=compare,
    )  # fmt: skip
