"""Chapter 10: a network reads what was prepared as its training digits were, and little else."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.augmentation import center_digit
from dlcourse.models import stored_network
from dlcourse.plots.base import LARGE, PALETTE, figure
from dlcourse.text import _

# A 5 as a hand may draw it into a corner: strokes of corners, (x to the right, y downwards), on a page of 280 × 280.
FIVE = [(112, 30), (62, 32), (58, 72), (80, 66), (102, 84), (98, 112), (76, 124), (48, 116)]
PEN = 8


def page() -> np.ndarray:
    """Draw the 5 on a page of 280 × 280."""
    row, column = np.mgrid[:280, :280]
    distance = np.full((280, 280), np.inf)
    for (x0, y0), (x1, y1) in zip(FIVE, FIVE[1:]):
        for share in np.linspace(0, 1, 60):
            away = np.hypot(column - x0 - share * (x1 - x0), row - y0 - share * (y1 - y0))
            distance = np.minimum(distance, away)
    return (PEN + 0.5 - distance).clip(0, 1)


def draw() -> Figure:
    """Draw a digit in a corner of a page, and prepared; with what the stored 784-50-100-10 network reads in each."""
    network, ink = stored_network("mlp_784_50_100_10"), page()
    shown = {_("as it is"): ink.reshape(28, 10, 28, 10).mean(axis=(1, 3)), _("centred"): center_digit(ink)}
    fig, (axes,) = figure(6.6, 2.7, columns=3)
    axes[0].imshow(ink, cmap="gray")
    axes[0].set_title(_("your hand"), fontsize=LARGE + 1)
    for ax, (title, image) in zip(axes[1:], shown.items(), strict=True):
        answer = int(network.predict(image.ravel()).argmax())
        ax.imshow(image, cmap="gray", vmin=0, vmax=1)
        right = answer == 5
        words = _("{title}: “{answer}” {mark}").format(title=title, answer=answer, mark="✓" if right else "✗")
        ax.set_title(words, fontsize=LARGE + 1, fontweight="bold", color=PALETTE["blue" if right else "vermilion"])
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    return fig
