"""plots.milestones: LeNet-5, VGG-16 and ResNet-34, counted from the tables of their papers."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Arc, Rectangle

from dlcourse.convolution import output_size
from dlcourse.plots import plot_milestones
from dlcourse.plots.milestones import lenet_5, resnet_34, vgg_16

NETWORKS = {network.name: network for network in (lenet_5(), vgg_16(), resnet_34())}


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("name", "layers", "parameters"),
    # The papers say "60,000" (II.B), "138" million (table 2); the last is what torchvision counts, as for VGG-16.
    [("LeNet-5", 5, 60_000), ("VGG-16", 16, 138_357_544), ("ResNet-34", 34, 21_797_672)],
)
def test_the_layers_add_up_to_the_totals_that_are_known(name, layers, parameters):
    assert len(NETWORKS[name].layers) == layers
    assert NETWORKS[name].parameters == parameters


def test_lenet_5_layer_by_layer_as_its_paper_counts_them():
    c1, c3, c5, f6, out = (layer.parameters for layer in lenet_5().layers)
    assert (c1, c3, c5, f6, out) == (156 + 12, 1516 + 32, 48_120, 10_164, 0)


def test_the_maps_are_as_high_as_the_formula_says():
    assert [layer.size for layer in lenet_5().layers] == [output_size(32, 5), output_size(14, 5), output_size(5, 5), 0, 0]
    heights = {name: sorted({layer.size for layer in NETWORKS[name].layers if layer.size}) for name in ("VGG-16", "ResNet-34")}
    assert heights == {"VGG-16": [14, 28, 56, 112, 224], "ResNet-34": [7, 14, 28, 56, 112]}


def test_what_the_chapter_says_of_the_three():
    vgg, resnet = NETWORKS["VGG-16"], NETWORKS["ResNet-34"]
    full = [layer.parameters for layer in vgg.layers if not layer.size]
    assert len(full) == 3 and sum(full) / vgg.parameters == pytest.approx(0.9, abs=0.01), "nine tenths in the full layers"
    assert full[0] == 4096 * (512 * 7 * 7 + 1)
    assert 6 < vgg.parameters / resnet.parameters < 7
    assert [layer.size for layer in resnet.layers].count(0) == 1


def test_a_bar_for_each_convolution_a_diamond_for_each_full_layer_an_arc_for_each_sum():
    ax = plot_milestones().axes[0]
    bars = [bar for bar in ax.patches if isinstance(bar, Rectangle)]
    layers = [layer for network in NETWORKS.values() for layer in network.layers]
    assert [bar.get_height() for bar in bars] == [layer.size for layer in layers if layer.size]
    assert len(ax.lines) == 2 + 3 + 1 == sum(not layer.size for layer in layers)
    assert sum(isinstance(patch, Arc) for patch in ax.patches) == 3 + 4 + 6 + 3
    shade = {layer.channels: sum(bar.get_facecolor()[:3]) for bar, layer in zip(bars, filter(lambda one: one.size, layers))}
    assert sorted(shade, key=shade.get, reverse=True) == sorted(shade), "the more channels the darker"
    for text, network in zip(ax.texts, NETWORKS.values(), strict=True):
        assert text.get_text().split("\n") == [
            f"{network.name}, {network.year}", f"{len(network.layers)} layers with weights",
            f"{network.parameters:,} parameters", network.change,
        ]  # fmt: skip


def test_an_arc_goes_from_what_comes_into_two_layers_to_what_goes_out():
    ax = plot_milestones([resnet_34()]).axes[0]
    arcs = [patch for patch in ax.patches if isinstance(patch, Arc)]
    assert [arc.center[0] for arc in arcs] == [1.5 + 2 * block for block in range(16)]


def test_no_words_of_one_network_lie_on_those_of_the_next():
    fig = plot_milestones()
    fig.canvas.draw()
    boxes = [text.get_window_extent() for text in fig.axes[0].texts]
    assert all(one.x1 < other.x0 for one, other in zip(boxes, boxes[1:], strict=False))
    assert all(box.x0 > 0 and box.x1 < fig.bbox.x1 and box.y1 < fig.bbox.y1 for box in boxes)


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="networks is empty"):
        plot_milestones([])
