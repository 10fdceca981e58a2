"""Chapter 05: train `TwoLayerNet` on digits and watch; any moment, take its gradient to the judge."""

import math
from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from dlcourse.datasets import load_mnist
from dlcourse.gradients import numerical_gradient, relative_error
from dlcourse.layers import Affine, ReLU
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import SGD
from dlcourse.text import _, joined
from dlcourse.widgets import adapters, own
from dlcourse.widgets.comparison import Comparison, thinned
from dlcourse.widgets.controls import Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, legend_behind, round_up, set_curve, set_limits
from dlcourse.widgets.switches import with_switches, words_of_switches
from dlcourse.widgets.touch import Touch
from dlcourse.widgets.verdict import Verdict, whose
from dlcourse.widgets.watched import Watched

__all__ = ["compute", "training_bench"]

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
EVALUATED = 500  # digits whose accuracy is drawn: few enough to be read ten times a second
EPOCHS = 200
BLOWN_UP = 23  # ten times the loss of guessing


def compute(
    network: Classifier, x: np.ndarray, t: np.ndarray, samples: int = 12, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of some weights, once by backpropagation and once by differences, in float64.

    Parameters
    ----------
    network : Classifier
    x : ndarray of shape (N, D)
    t : ndarray of shape (N,)
        A small batch.
    samples : int
        Entries of each parameter, drawn by `seed`; with so many entries above zero as can be had.
    seed : int

    Returns
    -------
    analytic, numerical : ndarray of shape (M,)
    """
    twin, x, rng = network.astype(np.float64), x.astype(np.float64), np.random.default_rng(seed)
    grads = twin.gradient(x, t, training=False)
    analytic, numerical = [], []
    for name, array in twin.params.items():
        # Most pixels of a digit are black, and the weights behind them have no gradient: nothing to compare.
        told = np.flatnonzero(grads[name])
        if not told.size:
            continue
        chosen = rng.choice(told, min(samples, told.size), replace=False)
        start = array.flat[chosen].copy()

        def loss(values, array=array, chosen=chosen):
            array.flat[chosen] = values
            return twin.loss(x, t)

        analytic.append(grads[name].flat[chosen])
        numerical.append(numerical_gradient(loss, start.copy()))
        array.flat[chosen] = start
    if not analytic:
        return np.zeros(0), np.zeros(0)
    return np.concatenate(analytic), np.concatenate(numerical)


class BenchDrawing:
    """Loss, accuracy, and the two gradients against each other, from left to right."""

    def __init__(self, figure: Figure):
        loss, accuracy, check = (figure.add_axes((left, 0.19, 0.25, 0.66)) for left in (0.07, 0.4, 0.73))
        for axes in (loss, accuracy, check):
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelsize=8)
        loss.set(xlabel=_("step"), ylim=(0, 2.5))
        accuracy.set(xlabel=_("step"), ylim=(0, 1))
        check.set(xlabel=_("by backpropagation"))
        names = (_("loss of the mini-batch"), _("accuracy"), _("gradient: two ways"))
        self.name = names[0]
        for axes, name in zip((loss, accuracy, check), names, strict=True):
            # Few ticks, and places of their own for words: matplotlib would look for free ones whenever ticks change.
            axes.locator_params(nbins=4)
            axes.set_title(name, fontsize=10, y=1.02)
            axes.xaxis.set_label_coords(0.5, -0.16)
        check.set_ylabel(_("by differences"))
        check.yaxis.set_label_coords(-0.25, 0.5)
        check.axline((0, 0), slope=1, color="0.7", lw=1, zorder=0)
        check.ticklabel_format(scilimits=(-2, 2))
        check.xaxis.get_offset_text().set_fontsize(8)
        check.yaxis.get_offset_text().set_fontsize(8)
        self.loss_axes, self.accuracy_axes, self.check_axes = loss, accuracy, check
        self.loss = loss.plot([], [], color=BLUE, lw=0.8)[0]
        self.train = accuracy.plot([], [], color=BLUE, label=_("training digits"))[0]
        self.test = accuracy.plot([], [], color=ORANGE, ls="--", label=_("test digits"))[0]
        legend_behind(accuracy, loc="center right", fontsize=8, frameon=False)  # between good and blown up
        self.points = check.plot([], [], "o", color=GREEN, markersize=3.5)[0]
        self.highest = 0.0

    def update(self, losses: list[float], curve: list[tuple[int, float, float]], gradients, longest: float = 0) -> None:
        every = max(1, len(losses) // 1000)  # more points than pixels only cost time
        set_curve(self.loss, np.arange(1, len(losses) + 1)[::every], losses[::every])
        self.highest = highest = max(losses, default=0)
        # It may be small again at once, with all hidden neurons off for good: one spike tells.
        title = _("loss: blew up to {highest:.3g}").format(highest=highest) if highest > BLOWN_UP else self.name
        if self.loss_axes.get_title() != title:
            self.loss_axes.title.set_text(title)
        highest = min(highest, 1e3)
        set_limits(self.loss_axes, y=(0, 2.5 if highest <= 2.5 else round_up(highest)))
        steps, train, test = np.array(curve).T
        set_curve(self.train, steps, train)
        set_curve(self.test, steps, test)
        for axes in (self.loss_axes, self.accuracy_axes):
            set_limits(axes, x=(0, round_up(max(500, len(losses), longest))))
        analytic, numerical = gradients
        self.points.set_data(analytic, numerical)
        sizes = np.abs(np.nan_to_num(np.concatenate([analytic, numerical])))
        reach = float(np.clip(sizes.max(initial=0), 1e-12, 1e30))
        # Gradients jump about from batch to batch: the ticks need not, and what they say depends on this moment alone.
        reach = float(f"{10 ** (math.ceil(2 * math.log10(1.1 * reach)) / 2):.1g}")
        set_limits(self.check_axes, x=(-reach, reach), y=(-reach, reach))


@explorer
def training_bench(affine: type | None = None, relu: type | None = None) -> Panel:
    """Train 784-hidden-10 on the bundled digits, with the learning rate in your hand.

    Parameters
    ----------
    affine, relu : class, optional
        Your own layers, as in the chapter: they take the place of the package's, and are compared with them.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    (x_train, t_train), (x_test, t_test) = load_mnist()
    picture = Picture(880, 270, lines=2)
    drawing = BenchDrawing(picture.figure)
    kinds = {place: kind for place, kind in ((Affine, affine), (ReLU, relu)) if kind is not None}
    compare = Comparison(lambda run: [
        (drawing.loss_axes, *thinned(np.arange(1, run.step + 1), run.history.loss)),
        (drawing.accuracy_axes, [step for step, _both in run.until_now()], [both[1] for _step, both in run.until_now()]),
    ])  # fmt: skip
    names, verdict = joined(map(own.name_of, kinds.values()), ", "), Verdict()

    def build(lr: float, batch_size: int, hidden_size: int, seed: int, yours: bool = False) -> Iterator:
        network = TwoLayerNet(784, hidden_size, 10, rng=seed)
        if kinds:
            twin = network.astype(np.float32)  # with arrays of its own
            verdict.judge(names, lambda: adapters.parting_of_layers(
                adapters.replaced(twin.layers, kinds), network.layers, x_train[:5]
            ))  # fmt: skip
        if yours:
            network = Classifier(adapters.replaced(network.layers, kinds), (784,))
        return Watched(
            with_switches(network), x_train, t_train, optimizer=SGD(lr), batch_size=batch_size, epochs=EPOCHS,
            evaluate_samples=EVALUATED, rng=seed, measure=accuracies,
        )  # fmt: skip

    def accuracies(network: Classifier) -> tuple[float, float]:
        first = slice(EVALUATED)
        with np.errstate(over="ignore", invalid="ignore"):  # training that blows up is said by `Diverged`
            return network.accuracy(x_train[first], t_train[first]), network.accuracy(x_test[first], t_test[first])

    def adjust(run: Watched, lr: float, **_others) -> None:
        run.optimizer.lr = lr

    def draw(run: Watched, _report, **_values) -> None:
        losses, curve = run.history.loss, [(step, *both) for step, both in run.until_now()]
        _step, train, test = curve[-1]
        gradients = compute(run.network, x_train[:4], t_train[:4])
        drawing.update(losses, curve, gradients, compare.longest)
        worst = float(relative_error(*gradients).max(initial=0))
        high = drawing.highest
        blown_up = _(" The loss blew up to {highest:.3g}.").format(highest=high) if high > BLOWN_UP else ""
        picture.show(
            _("Step {step}: loss {loss}, accuracy {train:.1%} on training digits and {test:.1%} on test digits."
              " Gradient by backpropagation and by differences: they differ by {worst:.0e} at most, relatively."
              "{blown_up}").format(
                step=run.step, loss=f"{losses[-1]:.3f}" if losses else _("unknown"), train=train, test=test, worst=worst,
                blown_up=blown_up,
            ) + words_of_switches(run.network)
        )  # fmt: skip

    controls = {
        "lr": Number(_("learning rate"), 1e-3, 100.0, 0.1, log=True),
        "batch_size": Number(_("batch size"), 1, 1000, 100, log=True),
        "hidden_size": Number(_("hidden neurons"), 1, 500, 50, log=True),
        "seed": Number(_("seed"), 0, 99, 0),
    }
    if kinds:
        controls["yours"] = whose()
    evaluated = x_train[:EVALUATED], t_train[:EVALUATED], _("the first {count} training digits").format(count=EVALUATED)
    touch = Touch(lambda: panel.iterator.network, lambda: evaluated)
    panel = Training(
        _("Training bench"), controls, [picture, verdict], build=build, draw=draw, live={"lr"}, adjust=adjust,
        compare=compare, touch=touch,
    )  # fmt: skip
    return panel
