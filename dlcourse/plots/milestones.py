"""Three networks of the papers to one scale: how high the maps of each layer are, how many, and what is added past layers."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Arc, Patch

from dlcourse.plots.base import PALETTE, SMALL
from dlcourse.text import _

__all__ = ["Milestone", "WeightLayer", "lenet_5", "plot_milestones", "resnet_34", "vgg_16"]

GAP, LEAST_WIDTH, TOP = 5, 14, 224  # in layers, in layers, in pixels
SHADES = LogNorm(3, 1500)  # of channels; beyond what there is, so that neither end is white or black


class WeightLayer(NamedTuple):
    """A layer with weights."""

    size: int
    """Height of its maps in pixels; 0 for a full layer, which has none."""
    channels: int
    parameters: int
    """Numbers that are learned, with those of a pooling or normalization that belongs to it."""
    adds: int = 0
    """So many layers, this one the last, only add to what came in; 0 where nothing goes past."""


class Milestone(NamedTuple):
    """A network of a paper, layer by layer."""

    name: str
    year: int
    change: str
    """What its convolutions have that those before had not, in a few words."""
    layers: tuple[WeightLayer, ...]

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return sum(layer.parameters for layer in self.layers)


def lenet_5() -> Milestone:
    """Give LeNet-5 of LeCun et al. (1998), figure 2 and section II.B, for an image of 32 × 32.

    Each subsampling learns a factor and a bias for every map. Of the 16 maps of C3 six see 3 of the maps before, nine see 4,
    and one sees all 6 (table I). The last layer compares with ten patterns that were drawn by hand: nothing is learned.
    """
    c1 = 6 * (5 * 5 + 1) + 2 * 6
    c3 = (6 * 3 + 9 * 4 + 1 * 6) * 5 * 5 + 16 + 2 * 16
    c5 = _parameters(16, 120, 5)
    maps = WeightLayer(28, 6, c1), WeightLayer(10, 16, c3), WeightLayer(1, 120, c5)
    return Milestone("LeNet-5", 1998, _("filters of 5 × 5"), (*maps, WeightLayer(0, 84, _parameters(120, 84)), WeightLayer(0, 10, 0)))


def vgg_16() -> Milestone:
    """Give VGG-16 of Simonyan and Zisserman (2014), table 1, column D, for an image of 3 × 224 × 224."""
    layers, seen = [], 3
    for size, channels, count in ((224, 64, 2), (112, 128, 2), (56, 256, 3), (28, 512, 3), (14, 512, 3)):
        for _layer in range(count):
            layers.append(WeightLayer(size, channels, _parameters(seen, channels, 3)))
            seen = channels
    seen *= 7 * 7  # what the last pooling leaves
    for width in (4096, 4096, 1000):
        layers.append(WeightLayer(0, width, _parameters(seen, width)))
        seen = width
    return Milestone("VGG-16", 2014, _("new: small filters, stacked"), tuple(layers))


def resnet_34() -> Milestone:
    """Give ResNet-34 of He et al. (2015), table 1, for an image of 3 × 224 × 224.

    Its convolutions have no bias: each is followed by a batch normalization, with two numbers a channel. Where the channels
    grow, what goes past is fitted by a convolution of 1 × 1 (option B of section 4.1), which does not count as a layer.
    """
    layers, seen = [WeightLayer(112, 64, _normalized(3, 64, 7))], 64
    for size, channels, blocks in ((56, 64, 3), (28, 128, 4), (14, 256, 6), (7, 512, 3)):
        for _block in range(blocks):
            fitted = _normalized(seen, channels, 1) if seen != channels else 0
            layers.append(WeightLayer(size, channels, _normalized(seen, channels, 3)))
            layers.append(WeightLayer(size, channels, _normalized(channels, channels, 3) + fitted, adds=2))
            seen = channels
    return Milestone(
        "ResNet-34", 2015, _("new: sums past every two layers"), (*layers, WeightLayer(0, 1000, _parameters(seen, 1000)))
    )


def plot_milestones(networks: Sequence[Milestone] | None = None) -> Figure:
    """Draw networks side by side: a bar for each layer with weights, as high as its maps, the darker the more channels.

    Parameters
    ----------
    networks : sequence of Milestone, optional
        `lenet_5`, `vgg_16` and `resnet_34` if not given.

    Returns
    -------
    Figure
    """
    networks = (lenet_5(), vgg_16(), resnet_34()) if networks is None else networks
    if not networks:
        raise ValueError("plot_milestones: networks is empty, expected at least one")
    fig, ax = plt.subplots(figsize=(8.6, 3.6), layout="constrained", facecolor="white")
    shades, left = ScalarMappable(SHADES, "Blues"), 0
    for network in networks:
        _draw(ax, network, left, shades)
        words = _("{name}, {year}\n{layers} layers with weights\n{parameters:,} parameters").format(
            name=network.name, year=network.year, layers=len(network.layers), parameters=network.parameters
        )
        words += "\n" + network.change
        ax.text(left - 0.5, 1.03 * TOP, words, fontsize=SMALL, va="bottom")
        left += max(len(network.layers), LEAST_WIDTH) + GAP
    ax.set(xlim=(-1.5, left - GAP + 0.5), ylim=(0, 1.02 * TOP), xticks=[], yticks=[28, 56, 112, 224])
    ax.set_ylabel(_("height of the maps, in pixels"), fontsize=SMALL)
    ax.set_xlabel(_("layers with weights, from the image to the answer"), fontsize=SMALL)
    ax.tick_params(labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    looks = [
        Patch(facecolor=shades.to_rgba(64), edgecolor="0.2", label=_("convolution")),
        Line2D([], [], marker="D", ls="", markerfacecolor="white", color=PALETTE["black"], label=_("full layer")),
        Line2D([], [], color=PALETTE["vermilion"], lw=1.8, label=_("a sum past layers")),
    ]
    ax.legend(handles=looks, loc="upper left", bbox_to_anchor=(0, 0.9), fontsize=SMALL, frameon=False, borderpad=0)
    bar = fig.colorbar(shades, ax=ax, pad=0.01, aspect=25, ticks=[6, 16, 64, 128, 256, 512])
    bar.ax.set_ylim(6, 512)
    bar.ax.set_yticklabels([6, 16, 64, 128, 256, 512], fontsize=SMALL)
    bar.ax.minorticks_off()
    bar.set_label(_("channels"), fontsize=SMALL)
    return fig


def _parameters(seen: int, channels: int, k: int = 1) -> int:
    """Count the weights and biases of a layer that sees so many channels, or numbers, in a window of k × k."""
    return channels * (seen * k * k + 1)


def _normalized(seen: int, channels: int, k: int) -> int:
    """Count the weights of a convolution without biases, and the two numbers a channel of the batch normalization behind it."""
    return channels * seen * k * k + 2 * channels


def _draw(ax: plt.Axes, network: Milestone, left: float, shades: ScalarMappable) -> None:
    """Draw one network with its first layer at `left`."""
    for place, layer in enumerate(network.layers, left):
        if layer.size:
            ax.bar(place, layer.size, 0.9, color=shades.to_rgba(layer.channels), edgecolor="0.2", lw=0.6)
        else:
            ax.plot(place, 5, "D", markersize=5, markerfacecolor="white", color=PALETTE["black"], clip_on=False)
        if layer.adds:
            middle, width = place - layer.adds / 2, layer.adds  # from what comes in to what goes out
            ax.add_patch(Arc((middle + 0.5, layer.size + 3), width - 0.2, 30, theta2=180, color=PALETTE["vermilion"], lw=1.8))
