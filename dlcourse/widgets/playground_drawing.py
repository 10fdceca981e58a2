"""How the playground looks: a network whose neurons show what they see, the plane they divide, and the loss."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from dlcourse.text import _
from dlcourse.widgets.picture import set_curve, set_limits
from dlcourse.widgets.playground_colors import (
    CLASS_COLORS,
    CLASS_MARKERS,
    RGB,
    Pixels,
    class_colors,
    scaled,
    short,
    signed_colors,
    to_bytes,
)
from dlcourse.widgets.playground_experiment import REACH, SIDE, Experiment, compute
from dlcourse.widgets.playground_hidden import HiddenDrawing

__all__ = [
    "CLASS_COLORS", "HEIGHT", "WIDTH", "Pixels", "PlaneDrawing", "PlaygroundDrawing", "class_colors",
    "scaled", "short", "signed_colors",
]  # fmt: skip

WIDTH, HEIGHT = 880, 444
CLASS_SIGNS = "●■▲"
LEFT, RIGHT, TOP, BOTTOM = 62, 536, 36, 394  # of the network, in pixels from the left and from above
LARGE, SMALL = SIDE, SIDE // 2  # sides of a neuron's picture
NEAR = 6  # pixels from a line at which a click still means it
Weight = tuple[str, tuple[int, ...]]  # name of the array, and place in it
STAYS = -1  # zorder of what `Picture` draws once
STEP_ENDS, LOSS_ENDS = (200, 500, 1000, 2000, 5000, 10_000, 20_000), (1.2, 2.0, 5.0)


class PlaneDrawing:
    """The plane, coloured by what a network answers, with the points on it.

    Parameters
    ----------
    axes : Axes
    """

    def __init__(self, axes: Axes):
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))
        axes.set_xticks([-1, 0, 1], ["-1", "x1", "1"])
        axes.set_yticks([-1, 0, 1], ["-1", "x2", "1"])
        axes.tick_params(labelsize=9)
        self.title = axes.set_title(" ", fontsize=10)
        white, extent = np.full((SIDE, SIDE, 3), 255, np.uint8), (-REACH, REACH, -REACH, REACH)
        self.surface = axes.imshow(white, origin="lower", extent=extent, interpolation="bilinear", aspect="auto")
        looks = list(zip(CLASS_COLORS, CLASS_MARKERS, strict=True))
        few = {"ls": "", "markeredgewidth": 0.7}
        self.test = [axes.plot([], [], m, color="white", mec=color, ms=4.5, **few)[0] for color, m in looks]
        self.train = [axes.plot([], [], m, color=color, mec="white", ms=5, **few)[0] for color, m in looks]
        box = {"facecolor": "white", "edgecolor": "#8b0000", "boxstyle": "round,pad=0.5"}
        self.note = axes.text(0, 0, "", ha="center", va="center", fontsize=9, color="#8b0000", bbox=box, visible=False)
        self.run = None

    def update(
        self, run: Experiment, probabilities: np.ndarray, *, show_test: bool = False, discretize: bool = False
    ) -> None:
        if run is not self.run:
            self.run = run
            for (x, t), markers in ((run.train_set, self.train), (run.test_set, self.test)):
                for k, marker in enumerate(markers):
                    marker.set_data(*x[t == k].T)
        for marker in self.test:
            marker.set_visible(show_test)
        self.surface.set_data(class_colors(np.moveaxis(probabilities, 0, -1), discretize=discretize))
        self.surface.set_interpolation("nearest" if discretize else "bilinear")
        words = _("test accuracy {accuracy:.1%}, guessing {chance:.0%}")
        self.title.set_text(words.format(accuracy=run.accuracy(), chance=1 / len(probabilities)))
        self.note.set(visible=bool(run.failure), text=run.failure_in_short)


class PlaygroundDrawing:
    """The network on the left, the plane and the loss on the right.

    Parameters
    ----------
    figure : Figure
        Of WIDTH × HEIGHT pixels, 100 to the inch.
    """

    def __init__(self, figure: Figure):
        # The network is drawn in pixels from the left and from above.
        self.network = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0), xticks=[], yticks=[])
        self.network.set_facecolor("none")  # not axis("off"): what is never drawn always counts as changed
        self.network.spines[:].set_visible(False)
        self.lines = self.network.add_collection(LineCollection([], zorder=1, capstyle="round"), autolim=False)
        self.mark = self.network.plot([], [], color="#d55e00", lw=2, ls=(0, (2, 2)), marker="o", ms=4, zorder=1.5)[0]
        self.canvas = self.network.add_artist(Pixels(RIGHT + 2, HEIGHT)).pixels
        self.words: list = []
        self.shape: tuple = ()
        explained = _("a neuron's picture: what it says at each place, blue above 0 (sigmoid: 0.5), orange below\n"
                      "a line: a weight, blue above 0, orange below, the thicker the larger")  # fmt: skip
        self._write(10, HEIGHT - 23, explained, fontsize=8, color="0.35", linespacing=1.5)
        self.plane = PlaneDrawing(figure.add_axes((612 / WIDTH, 168 / HEIGHT, 252 / WIDTH, 252 / HEIGHT)))
        self.bent: HiddenDrawing | None = None
        self.loss = figure.add_axes((612 / WIDTH, 34 / HEIGHT, 252 / WIDTH, 76 / HEIGHT))
        self.loss.spines[["top", "right"]].set_visible(False)
        self.loss.tick_params(labelsize=8)
        self.loss.set_xlabel(_("step"), fontsize=9, labelpad=0)
        # Above the axes and not in them, where the curves go: a word, and for each curve a sample and its value.
        above = {"transform": self.loss.transAxes, "clip_on": False}
        self.loss.text(0, 1.14, _("loss"), va="center", fontsize=9, zorder=STAYS, **above)
        self.curves, self.values = [], []
        for left, color, style in ((0.13, CLASS_COLORS[0], "-"), (0.66, CLASS_COLORS[1], "--")):
            look = {"color": color, "ls": style, "lw": 1.5}
            self.loss.plot([left, left + 0.09], [1.14, 1.14], zorder=STAYS, **look, **above)
            self.curves.append(self.loss.plot([], [], **look)[0])
            self.values.append(self.loss.text(left + 0.11, 1.14, "", va="center", fontsize=9, **above))

    def update(
        self, run: Experiment, *, longest: float = 0, hidden: bool = False, chosen: Weight | None = None, **how: bool
    ) -> None:
        columns, names = compute(run), run.features or [_("nothing")]
        shape = (tuple(names), tuple(len(column) for column in columns))
        if shape != self.shape:
            self.shape = shape
            self._lay_out(names)
        kinds = ["", *[run.activation] * (len(columns) - 2)]
        every = SIDE // self.side
        for column, kind, places in zip(columns[:-1], kinds, self.places[:-1], strict=True):
            self._paint(signed_colors(scaled(column[:, ::every, ::every], kind)), places)
        likely = np.nan_to_num(columns[-1][:, ::every, ::every, None])
        self._paint(to_bytes(1 + likely * (RGB[: len(likely), None, None] - 1)), self.places[-1])
        self._weigh([array for name, array in run.network.params.items() if name.startswith("W")])
        self._mark(chosen)
        self.plane.update(run, columns[-1], **how)
        self._swap(hidden)
        if hidden:
            self.bent.update(run)
        self._draw_loss(np.array(run.until_now(), dtype=float), longest)

    def weight_at(self, x: float, y: float) -> Weight | None:
        """Give the weight whose line is nearest to a place in the network, in pixels; None if none is near."""
        ends = np.array(self.lines.get_segments())
        start, way = ends[:, 0], ends[:, 1] - ends[:, 0]
        share = ((((x, y) - start) * way).sum(axis=1) / (way**2).sum(axis=1)).clip(0, 1)
        away = np.hypot(*((x, y) - start - share[:, None] * way).T)
        number = int(away.argmin())
        if away[number] > NEAR:
            return None
        for layer, (here, there) in enumerate(pairwise(self.shape[1]), 1):
            if number < here * there:
                return f"W{layer}", divmod(number, there)
            number -= here * there
        return None

    def neuron_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Give hidden layer, from 1, and number of the neuron whose picture is at a place, in pixels; None if none is."""
        for layer, places in enumerate(self.places[1:-1], 1):
            for number, (left, top) in enumerate(places):
                if 0 <= x - left < self.side and 0 <= y - top < self.side:
                    return layer, number
        return None

    def _mark(self, chosen: Weight | None) -> None:
        """Mark the line of the weight that is in hand."""
        name, index = chosen or ("", ())
        line: np.ndarray = np.zeros((0, 2))
        if name.startswith("W"):
            layer, counts = int(name[1:]), self.shape[1]
            before = sum(here * there for here, there in pairwise(counts[:layer]))
            line = self.lines.get_segments()[before + index[0] * counts[layer] + index[1]]
        self.mark.set_data(*line.T)

    def _swap(self, hidden: bool) -> None:
        """Show the plane, or in its place how the last hidden layer sees it."""
        plane = self.plane.surface.axes
        if plane.get_visible() != hidden:
            return
        if self.bent is None:
            self.bent = HiddenDrawing(plane.figure.add_axes(plane.get_position()))
        for axes, seen in ((plane, not hidden), (self.bent.axes, hidden)):
            axes.set_visible(seen)
            axes.patch.stale = True  # its ticks were drawn once, and have to come or go

    def _lay_out(self, names: Sequence[str]) -> None:
        """Give each neuron its place: the upper left corner of its picture, in pixels from above."""
        for word in self.words:
            word.remove()
        counts = self.shape[1]
        side = LARGE if max(counts) <= 4 and len(counts) <= 4 else SMALL
        self.side, self.canvas[:] = side, 0
        lefts = np.linspace(LEFT, RIGHT - side, len(counts)).round().astype(int)
        pitch = side + (8 if side == LARGE else 5)
        tops = [(TOP + BOTTOM - count * pitch) // 2 + (pitch - side) // 2 for count in counts]
        self.places = [
            [(int(left), top + i * pitch) for i in range(count)]
            for left, top, count in zip(lefts, tops, counts, strict=True)
        ]
        heads = [_("features"), *(_("layer {number}").format(number=i) for i in range(1, len(counts) - 1)), _("output")]
        self.words = [
            self._write(left + side / 2, 16, head, ha="center", fontsize=9)
            for left, head in zip(lefts, heads, strict=True)
        ]
        for (left, top), name in zip(self.places[0], names, strict=True):
            self.words.append(self._write(left - 6, top + side / 2, name, ha="right", fontsize=9))
        for (left, top), sign, color in zip(self.places[-1], CLASS_SIGNS, CLASS_COLORS, strict=False):
            self.words.append(self._write(left + side + 6, top + side / 2, sign, fontsize=12, color=color))
        self.lines.set_segments([
            ((x + side + 1, y + side / 2), (next_x - 1, next_y + side / 2))
            for here, there in zip(self.places[:-1], self.places[1:], strict=True)
            for x, y in here
            for next_x, next_y in there
        ])  # fmt: skip

    def _write(self, x: float, y: float, text: str, **look):
        return self.network.text(x, y, text, va="center", zorder=STAYS, **look)

    def _paint(self, pictures: np.ndarray, places: Sequence[tuple[int, int]]) -> None:
        side = self.side
        for (left, top), picture in zip(places, pictures, strict=True):
            self.canvas[top - 1 : top + side + 1, left - 1 : left + side + 1] = (120, 120, 120, 255)  # its frame
            self.canvas[top : top + side, left : left + side, :3] = picture[::-1]  # x2 points upwards

    def _weigh(self, weights: Sequence[np.ndarray]) -> None:
        w = np.nan_to_num(np.concatenate([W.ravel() for W in weights]))
        size = np.tanh(np.abs(w) / 3)
        colors = np.where(w[:, None] > 0, [*RGB[0], 0], [*RGB[1], 0])
        colors[:, 3] = 0.35 + 0.55 * size
        self.lines.set(linewidths=0.2 + 6 * size, colors=colors)

    def _draw_loss(self, curve: np.ndarray, longest: float) -> None:
        step, *losses = curve[-1]
        finite = curve[:, 1:][np.isfinite(curve[:, 1:])]
        # Axes that grow in leaps need not be drawn each time.
        right = next((end for end in STEP_ENDS if end >= max(step, longest)), STEP_ENDS[-1])
        top = next((end for end in LOSS_ENDS if end >= finite.max(initial=0)), LOSS_ENDS[-1])
        set_limits(self.loss, (0, right), (0, top))
        every = max(1, len(curve) // 500)  # more points than pixels only cost time
        shown = np.concatenate([curve[:-1:every], curve[-1:]])
        for line, values in zip(self.curves, shown.T[1:], strict=True):
            set_curve(line, shown[:, 0], np.clip(values, 0, 2 * top))
        for text, words, loss in zip(self.values, (_("training {loss}"), _("test {loss}")), losses, strict=True):
            text.set_text(words.format(loss=short(loss)))
