"""Chapter 10: from one neuron to a CNN that reads digits, run on the learner's own pieces; the package fills the gaps."""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from dlcourse import perceptron
from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.layers import Affine, Layer, ReLU
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import Adam
from dlcourse.plots import PALETTE
from dlcourse.text import _, joined
from dlcourse.training import Trainer
from dlcourse.widgets import adapters, own
from dlcourse.widgets.controls import Number, Panel, Picture
from dlcourse.widgets.live import Training

__all__ = ["PIECES", "Climb", "Rung", "own_ladder"]

GATES = {"AND": perceptron.AND, "OR": perceptron.OR, "NAND": perceptron.NAND}
LAYERS: dict[str, type[Layer]] = {"Affine": Affine, "ReLU": ReLU, "Convolution": Convolution, "MaxPooling": MaxPooling}
PIECES = (*GATES, "XOR", *LAYERS, "im2col", "optimizer")
"""What may be handed over, by name: gates, layers, a window function, an optimizer."""

INPUTS = ((0, 0), (1, 0), (0, 1), (1, 1))
DIGITS, EPOCHS, UNSEEN = 2000, 3, 1000
RATES = {"SGD": 0.1, "Momentum": 0.05, "Nesterov": 0.05, "AdaGrad": 0.03, "RMSprop": 0.003}  # others take 0.003, as Adam


class Rung(NamedTuple):
    """One step of the way up."""

    name: str
    pieces: tuple[str, ...]  # of PIECES, that it is made of
    steps: int
    climb: Callable[[], Iterator[tuple[str, float]]]  # yields words and a share that is right, or NaN


class Climb:
    """The way up: an iterator, whose every step is a gate that is tried, or a step of training.

    Parameters
    ----------
    pieces : mapping of str to object
        The learner's, by the names of `PIECES`.
    seed : int
        Of weights and mini-batches.

    Attributes
    ----------
    rungs : list of Rung
    results : list of (str, float)
        What came of each rung so far: words, and the share that is right, NaN while it is not known.
    """

    def __init__(self, pieces: dict[str, object], seed: int = 0):
        if unknown := sorted(pieces.keys() - set(PIECES)):
            raise TypeError(f"own_ladder: there is no piece {unknown[0]!r}, expected some of {', '.join(PIECES)}")
        self.pieces, self.seed = pieces, seed
        (self.x, self.t), _test = load_mnist()
        batches = EPOCHS * DIGITS // 100
        convolution = "Convolution" if "Convolution" in pieces or "im2col" not in pieces else "im2col"
        self.rungs = [
            Rung(_("one neuron: AND"), ("AND",), 1, lambda: self._table(self._piece("AND"), (0, 0, 0, 1))),
            Rung(
                _("two layers: XOR"), ("XOR",) if "XOR" in pieces else ("NAND", "OR", "AND"), 1,
                lambda: self._table(self._xor(), (0, 1, 1, 0)),
            ),
            Rung(_("an MLP reads digits"), ("Affine", "ReLU", "optimizer"), batches, self._mlp),
            Rung(
                _("a CNN reads digits"), (convolution, "MaxPooling", "Affine", "ReLU", "optimizer"), batches, self._cnn
            ),
        ]  # fmt: skip
        self.total_steps = sum(rung.steps for rung in self.rungs)
        self.results: list[tuple[str, float]] = []
        self._way: Iterator[tuple[str, float]] = iter(())

    def name_of(self, piece: str) -> tuple[str, bool]:
        """Give what a piece is called, and whether it is the learner's."""
        if piece in self.pieces:
            return own.name_of(self.pieces[piece]), True
        return "Adam" if piece == "optimizer" else piece, False

    def __iter__(self) -> "Climb":
        return self

    def __next__(self) -> tuple[str, float]:
        while (found := next(self._way, None)) is None:
            if len(self.results) == len(self.rungs):
                raise StopIteration
            self.results.append(("", np.nan))
            self._way = self.rungs[len(self.results) - 1].climb()
        self.results[-1] = found
        return found

    def _piece(self, name: str) -> Callable:
        return self.pieces.get(name, GATES.get(name))

    def _xor(self) -> Callable:
        if "XOR" in self.pieces:
            return self.pieces["XOR"]
        nand, either, both = (functools.partial(_answer, self._piece(name)) for name in ("NAND", "OR", "AND"))

        def xor(x1, x2):
            return both(nand(x1, x2), either(x1, x2))

        return xor

    def _table(self, gate: Callable, wanted: tuple[int, ...]) -> Iterator[tuple[str, float]]:
        said = [_answer(gate, *x) for x in INPUTS]
        right = sum(one == other for one, other in zip(said, wanted, strict=True))
        words = _("00, 10, 01, 11 → {said}: {right} of 4 right")
        yield words.format(said=joined(said, ", "), right=right), right / 4

    def _mlp(self) -> Iterator[tuple[str, float]]:
        return self._train(MultiLayerNet(784, [50], 10, rng=self.seed))

    def _cnn(self) -> Iterator[tuple[str, float]]:
        conv = {"filter_num": 8, "filter_size": 5}
        return self._train(SimpleConvNet((1, 28, 28), conv, 50, weight_init_std="he", rng=self.seed))

    def _train(self, network: Classifier) -> Iterator[tuple[str, float]]:
        kinds = {LAYERS[name]: self._kind(name) for name in LAYERS if name in self.pieces}
        layers = adapters.replaced(network.layers, kinds)
        if "im2col" in self.pieces and "Convolution" not in self.pieces:
            mine = self.pieces["im2col"]
            layers = [adapters.OwnColumns(mine, one) if isinstance(one, Convolution) else one for one in layers]
        network = Classifier(layers, network.input_shape)
        x, t = self.x.reshape(-1, *network.input_shape), self.t
        trainer = Trainer(network, x[:DIGITS], t[:DIGITS], optimizer=self._optimizer(), epochs=EPOCHS, evaluate_samples=10,
                          rng=self.seed)  # fmt: skip
        for step, report in enumerate(trainer, 1):
            share = np.nan
            words = _("loss {loss:.2f}").format(loss=report.loss)
            if step == trainer.total_steps:
                share = network.accuracy(x[-UNSEEN:], t[-UNSEEN:], batch_size=100)
                words = _("{share:.1%} of {unseen:,} new digits").format(share=share, unseen=UNSEEN)
            yield words, share

    def _kind(self, name: str) -> Callable:
        kind = self.pieces[name]
        if name != "MaxPooling":
            return kind

        @functools.wraps(kind, updated=())
        def made():
            return kind(*(2, 2, 2)[: max(1, min(3, len(own.parameters_of(kind))))])

        return made

    def _optimizer(self):
        kind = self.pieces.get("optimizer")
        if kind is None:
            return Adam(0.003)
        lr = RATES.get(own.name_of(kind).removeprefix("My"), 0.003)
        return adapters.optimizer(kind, lr=lr, momentum=0.9, beta1=0.9, beta2=0.999, decay_rate=0.99)


def _answer(gate: Callable, x1: int, x2: int) -> int:
    """Ask a gate, and take its answer as 0 or 1."""
    name = own.name_of(gate)
    found = own.array_of(name, own.run(name, gate, x1, x2), ())
    if found not in (0, 1):
        raise own.Mistake(_("{name}({x1}, {x2}) gives {found}, expected 0 or 1").format(name=name, x1=x1, x2=x2, found=found))
    return int(found)


class ClimbDrawing:
    """A row for each rung, the lowest at the bottom: what it is made of, and what came of it."""

    def __init__(self, figure: Figure, rungs: int):
        self.axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(-0.5, rungs - 0.3))
        self.axes.set_axis_off()
        self.names = [self.axes.text(0.01, k + 0.22, "", fontsize=12, weight="bold") for k in range(rungs)]
        self.made = [
            [self.axes.text(0.01, k - 0.12, "", fontsize=10, color=PALETTE["blue"], weight="bold"),
             self.axes.text(0.01, k - 0.38, "", fontsize=10, color="0.35")]
            for k in range(rungs)
        ]  # fmt: skip
        self.bars = self.axes.barh(range(rungs), np.zeros(rungs), 0.3, left=0.52, color=PALETTE["sky"])
        self.words = [self.axes.text(0.52, k + 0.24, "", fontsize=11) for k in range(rungs)]

    def update(self, run: Climb) -> list[str]:
        """Draw, and give a sentence for each rung."""
        said = []
        for k, rung in enumerate(run.rungs):
            words, share = run.results[k] if k < len(run.results) else ("", np.nan)
            named = [run.name_of(piece) for piece in rung.pieces]
            mine = joined((name for name, yours in named if yours), ", ")
            theirs = joined((name for name, yours in named if not yours), ", ")
            self.names[k].set_text(rung.name)
            self.made[k][0].set_text(_("✓ yours: {names}").format(names=mine) if mine else "")
            self.made[k][1].set_y(k - 0.38 if mine else k - 0.12)
            self.made[k][1].set_text(_("the package's: {names}").format(names=theirs) if theirs else "")
            self.words[k].set_text(words)
            self.bars[k].set_width(0.44 * np.nan_to_num(share))
            parts = [_("yours {names}").format(names=mine) if mine else "", _("the package's {names}").format(names=theirs) if theirs else ""]  # fmt: skip
            sentence = _("{rung} ({pieces}): {words}")
            said.append(sentence.format(rung=rung.name, pieces=joined(parts, "; "), words=words or "–"))
        return said


def own_ladder(**pieces: object) -> Panel:
    """Climb from one neuron to a CNN on real digits, on pieces of your own.

    Parameters
    ----------
    **pieces
        By the names of `PIECES`: ``AND``, ``OR``, ``NAND``, ``XOR`` take (x1, x2) and give 0 or 1; ``Affine``, ``ReLU``,
        ``Convolution``, ``MaxPooling`` are classes with ``forward`` and ``backward``; ``im2col`` takes (x, k, stride, pad);
        ``optimizer`` is a class with ``update(params, grads)``. What is left out is the package's.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    rungs = len(Climb(pieces).rungs)
    picture = Picture(880, 84 * rungs, lines=0)
    drawing = ClimbDrawing(picture.figure, rungs)

    def draw(run: Climb, _report, **_values) -> None:
        picture.show(joined(drawing.update(run), ". "))

    controls = {"seed": Number(_("seed"), 0, 99, 0)}
    panel = Training(_("Ladder of your own pieces"), controls, [picture], build=lambda seed: Climb(pieces, seed), draw=draw)
    panel.start_button.description = _("Climb")
    return panel
