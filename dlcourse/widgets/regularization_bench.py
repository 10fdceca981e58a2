"""Chapter 08: a network that learns few digits by heart, with dropout and weight decay in your hand while it does."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse.datasets import load_mnist
from dlcourse.losses import cross_entropy_error
from dlcourse.models import MultiLayerNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import SGD
from dlcourse.regularization import Dropout
from dlcourse.text import _
from dlcourse.widgets import adapters, own
from dlcourse.widgets.comparison import Comparison
from dlcourse.widgets.controls import Number
from dlcourse.widgets.live import Training
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture, legend_behind, round_up, set_curve, set_limits
from dlcourse.widgets.scale import ScaleFromZero
from dlcourse.widgets.verdict import Verdict, whose
from dlcourse.widgets.watched import Watched

__all__ = ["BenchDrawing", "NumberOrZero", "Reading", "compute", "regularization_bench", "set_dropout"]

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.6"
EVALUATED = 500  # digits of each set that are read for a point of the curves
WEIGHTS = 20_000  # weights in the histogram: more of them only cost time
EPOCHS = 2000


class Reading(NamedTuple):
    """What a network knows at one moment: accuracies in [0, 1], losses in nats without penalty, some of its weights."""

    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float
    weights: np.ndarray

    @property
    def gap(self) -> float:
        """Accuracy on training digits less that on test digits."""
        return self.train_accuracy - self.test_accuracy


def compute(network: Classifier, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> Reading:
    """Let a network read two sets, with all its neurons on; NaN where its answers are no numbers any more.

    Parameters
    ----------
    network : Classifier
    train, test : (x, t)
        Arrays of shape (N, D) and (N,).
    """
    measured = []
    with np.errstate(over="ignore", invalid="ignore"):  # training that blows up is said by `Diverged`
        for x, t in (train, test):
            y = network.predict(x)
            if np.isfinite(y).all():
                measured.append((float(np.mean(y.argmax(axis=1) == t)), float(cross_entropy_error(y, t))))
            else:
                measured.append((np.nan, np.nan))
    (train_accuracy, train_loss), (test_accuracy, test_loss) = measured
    return Reading(train_accuracy, test_accuracy, train_loss, test_loss, some_weights(network))


def some_weights(network: Classifier) -> np.ndarray:
    """Give weights of a network, so many as a histogram needs."""
    weights = np.concatenate([W.ravel() for name, W in network.params.items() if name.startswith("W")])
    return weights[:: -(-weights.size // WEIGHTS)].astype(np.float64)


def set_dropout(network: Classifier, ratio: float) -> None:
    """Give all dropout layers of a network another ratio."""
    for layer in network.layers:
        if isinstance(layer, Dropout | adapters.OwnDropout):
            layer.dropout_ratio = ratio


class NumberOrZero(Number):
    """A logarithmic `Number` that is 0 at the left end of its slider, and in the box if 0 is typed.

    Parameters
    ----------
    name : str
    low, high, start : float
        `low` is the stop before 0.
    """

    def __init__(self, name: str, low: float, high: float, start: float = 0.0):
        zero = low / 2
        super().__init__(name, zero, high, start or zero, log=True)
        self.scale = ScaleFromZero(zero, high, 1, log=True)
        self.source.min = 0.0
        if not start:
            self.source.number = 0.0
        self.start = start


class BenchDrawing:
    """Accuracy with the gap between its curves, loss, and the weights, from left to right."""

    EDGES = np.linspace(-0.3, 0.3, 61)

    def __init__(self, figure: Figure):
        accuracy, loss, weights = (figure.add_axes((left, 0.17, 0.265, 0.68)) for left in (0.06, 0.39, 0.72))
        for axes in (accuracy, loss, weights):
            axes.spines[["top", "right"]].set_visible(False)
            axes.tick_params(labelsize=8)
        accuracy.set(xlabel=_("step"), ylim=(0, 1.02))
        loss.set(xlabel=_("step"), ylim=(0, 2.5))
        weights.set(xlabel=_("weight"), xlim=(-0.3, 0.3), ylim=(0, 1.35), yticks=[])
        self.accuracy, self.loss, self.histogram = accuracy, loss, weights
        self.curves = [
            axes.plot([], [], color=color, ls=style, label=label)[0]
            for axes in (accuracy, loss)
            for color, style, label in ((BLUE, "-", _("training digits")), (ORANGE, "--", _("test digits")))
        ]
        self.between = accuracy.fill_between([], [], [], color=GREY, alpha=0.3, lw=0, label=_("gap"))
        # Above the curves of a network that guesses, below those of one that has learned.
        legend_behind(accuracy, loc=(0.48, 0.3), fontsize=8, frameon=False)
        self.now = weights.stairs(np.zeros(60), self.EDGES, fill=True, color=BLUE, label=_("now"))
        self.first = weights.stairs(np.zeros(60), self.EDGES, color="black", lw=1, label=_("at the start"))
        legend_behind(weights, loc="upper right", fontsize=8, frameon=False)
        # Titles with a place of their own: matplotlib would look for a free one at each redraw.
        self.accuracy_title = accuracy.set_title("", fontsize=10, y=1.02)
        self.loss_title = loss.set_title("", fontsize=10, y=1.02)
        weights.set_title(_("weights"), fontsize=10, y=1.02)

    def update(
        self, curve: list[tuple[int, tuple]], weights: np.ndarray, at_first: np.ndarray, longest: float = 0
    ) -> None:
        steps, columns = [step for step, _reading in curve], np.array([reading for _step, reading in curve]).T
        for line, row in zip(self.curves, range(4), strict=True):
            set_curve(line, steps, columns[row])
        above, below = (np.stack([steps, row], axis=1) for row in columns[:2])
        self.between.set_verts([np.concatenate([above, below[::-1]])])
        last = round_up(max(50, steps[-1], longest))
        set_limits(self.accuracy, x=(0, last))
        highest = min(columns[2:].max(), 20)
        set_limits(self.loss, x=(0, last), y=(0, 2.5 if highest <= 2.5 else round_up(highest)))
        now = Reading(*curve[-1][1], weights)
        self.accuracy_title.set_text(_("accuracy: gap {gap:.1f} points").format(gap=100 * now.gap))
        self.loss_title.set_text(_("loss: {train:.2f} and {test:.2f}").format(train=now.train_loss, test=now.test_loss))
        heaps = [
            np.histogram(np.clip(some, self.EDGES[0], self.EDGES[-1]), self.EDGES)[0] / some.size
            for some in (weights, at_first)
        ]
        for bars, heap in zip((self.now, self.first), heaps, strict=True):
            bars.set_data(heap / max(map(np.max, heaps)))


def switches_off(kind: Callable, ratio: float = 0.3) -> str:
    """Say how a learner's dropout parts from the package's; nothing if it lets as much through, in training and else."""
    layer, ones = adapters.OwnDropout(kind, ratio, 0), np.ones((100, 100), np.float32)
    share, kept = layer.switched_off(ones), float(layer.forward(ones).mean())
    if abs(share - ratio) > 0.02:  # of 10,000 neurons: four standard deviations
        return _("With a ratio of {ratio} yours switches off {share:.1%}").format(ratio=ratio, share=share)
    return own.parting(_("at test time, a 1 becomes"), kept, 1 - ratio)


@explorer
def regularization_bench(dropout: Callable | None = None) -> Panel:
    """Train on few digits, and see whether dropout and weight decay help with others.

    Parameters
    ----------
    dropout : class or callable, optional
        Your own, as in the chapter: it takes the place of the package's, and is compared with it.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    (x_all, t_all), (x_test, t_test) = load_mnist()
    test = x_test[:EVALUATED], t_test[:EVALUATED]
    picture = Picture(880, 300, lines=2)
    drawing = BenchDrawing(picture.figure)
    first_weights = np.zeros(0)  # of the run that is shown
    compare = Comparison(lambda run: [
        (axes, [step for step, _one in run.until_now()], [one[place] for _step, one in run.until_now()])
        for axes, place in ((drawing.accuracy, 1), (drawing.loss, 3))
    ])  # fmt: skip
    mine, verdict = dropout, Verdict()
    if mine is not None:
        verdict.judge(own.name_of(mine), lambda: switches_off(mine))

    def build(dropout_ratio, decay, lr, images, depth, width, seed, yours=False) -> Iterator:
        nonlocal first_weights
        few = np.random.default_rng(seed).permutation(len(x_all))[:images]
        # Built with dropout layers even where the ratio is 0, so that it can be raised on the way.
        network = MultiLayerNet(784, [width] * depth, 10, weight_decay_lambda=decay, dropout_ratio=0.5, rng=seed)
        if yours:
            network.layers = tuple(
                adapters.OwnDropout(mine, dropout_ratio, seed + i) if isinstance(layer, Dropout) else layer
                for i, layer in enumerate(network.layers)
            )
        set_dropout(network, dropout_ratio)
        first_weights = some_weights(network)
        x, t = x_all[few], t_all[few]
        return Watched(
            network, x, t, optimizer=SGD(lr), epochs=EPOCHS, evaluate_samples=1, rng=seed,
            measure=lambda network: compute(network, (x[:EVALUATED], t[:EVALUATED]), test)[:4],
        )  # fmt: skip

    def adjust(run: Watched, dropout_ratio: float, decay: float, lr: float, **_others) -> None:
        set_dropout(run.network, dropout_ratio)
        run.network.penalty.weight_decay = decay
        run.optimizer.lr = lr

    def draw(run: Watched, _report, images: int, **_others) -> None:
        curve = [(step, one) for step, one in run.until_now() if np.isfinite(one).all()]  # what is not, `Diverged` tells
        weights = some_weights(run.network)
        drawing.update(curve, weights, first_weights, compare.longest)
        step, now = curve[-1][0], Reading(*curve[-1][1], weights)
        picture.show(
            _("Step {step}, {images} training digits: accuracy {train:.1%} on training digits, {test:.1%} on test digits,"
              " gap {gap:.1f} points; loss {train_loss:.3f} and {test_loss:.3f}; standard deviation of the weights"
              " {std:.3g}, {first:.3g} at the start.").format(
                step=step, images=images, train=now.train_accuracy, test=now.test_accuracy, gap=100 * now.gap,
                train_loss=now.train_loss, test_loss=now.test_loss, std=weights.std(), first=first_weights.std(),
            )
        )  # fmt: skip

    controls = {
        "dropout_ratio": Number(_("dropout ratio"), 0.0, 0.9, 0.0, step=0.05),
        "decay": NumberOrZero(_("weight decay"), 1e-5, 1.0),
        "lr": Number(_("learning rate"), 1e-3, 10.0, 0.1, log=True),
        # From 30, so that 300 is a stop of the slider.
        "images": Number(_("training images"), 30, 5000, 300, log=True),
        "depth": Number(_("hidden layers"), 1, 6, 3),
        "width": Number(_("neurons in each"), 10, 300, 100),
        "seed": Number(_("seed"), 0, 99, 0),
    }
    live = {"dropout_ratio", "decay", "lr"}
    if mine is not None:
        controls["yours"] = whose()
    return Training(
        _("Regularization bench"), controls, [picture, verdict], build=build, draw=draw, live=live, adjust=adjust,
        compare=compare,
    )  # fmt: skip
