"""Chapter 03: a neuron multiplies each pixel by its weight, and adds up what speaks for it and against it."""

from matplotlib.figure import Figure

from dlcourse.datasets import data_folder, load_mnist
from dlcourse.plots.base import figure
from dlcourse.plots.images import plot_signed_image
from dlcourse.storage import read_npz
from dlcourse.text import _

NEURON = 15


def draw() -> Figure:
    """Draw the first test digit, the weights of a neuron of the stored network, and the product of the two."""
    _train, (x, _labels) = load_mnist()
    W1 = read_npz(data_folder() / "weights" / "mlp_784_50_100_10.npz")["W1"]
    product = x[0] * W1[:, NEURON]
    fig, (axes,) = figure(6.6, 2.6, columns=3)
    titles = (_("digit"), _("× weights"), _("= for and against"))
    for ax, values, title in zip(axes, (x[0], W1[:, NEURON], product), titles, strict=True):
        plot_signed_image(values, ax=ax).set_title(title, fontsize=12)
    total = _("{plus:+.0f} and {minus:+.0f}: it fires").format(plus=product.clip(0).sum(), minus=product.clip(None, 0).sum())
    axes[2].text(14, 27, total, ha="center", va="bottom", fontsize=12)
    return fig
