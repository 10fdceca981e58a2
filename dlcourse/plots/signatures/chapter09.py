"""Chapter 09: how much of the image a neuron sees, one, two and three convolutions deep."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlcourse.datasets import load_mnist
from dlcourse.plots.base import LARGE, PALETTE, figure
from dlcourse.text import _

DEPTHS, ROW, COLUMN = (1, 2, 3), 9, 14  # the pixel in the middle of what is seen


def draw() -> Figure:
    """Draw a digit three times, with the 3 × 3, 5 × 5 and 7 × 7 pixels that a neuron of each convolution sees."""
    (x, _t), _test = load_mnist()
    fig, axes = figure(6, 2.4, 1, 3)
    for ax, depth in zip(axes[0], DEPTHS):
        ax.imshow(x[0].reshape(28, 28), cmap="gray_r", vmax=2)
        size = 2 * depth + 1
        for side in range(3, size + 1, 2):
            place = COLUMN - side / 2, ROW - side / 2
            ax.add_patch(Rectangle(place, side, side, fill=False, edgecolor=PALETTE["vermilion"], lw=1 + (side == size)))
        ax.set_title(_("convolution {depth}: {size} × {size}").format(depth=depth, size=size), fontsize=LARGE)
        ax.set_axis_off()
    return fig
