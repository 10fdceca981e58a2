"""What the page knows and the kernel does not: how fine its screen is, and whether its theme is dark.

The page writes how many dots of the screen a CSS pixel has into a box that nobody sees, once when a panel is opened and
again when its window has been zoomed or moved to another screen. Pictures are drawn with as many pixels. The theme needs
no telling: a style sheet, which comes with each panel, follows it. Digits are white ink on black, and curves are coloured
for white paper: so in a dark theme they stay as they are, on a card.
"""

import struct
import zlib
from collections.abc import Callable

import ipywidgets as widgets
import numpy as np

__all__ = ["TELL", "Screen", "png"]

FINEST = 2.0  # dots to a pixel: more are not to be seen, and each doubling is four times the work

# Run by each picture that has been loaded. What it stands in may be put on the page a moment later.
TELL = """
const tell = left => {
    const box = this.closest('.dlcourse-panel')?.querySelector('.dlcourse-screen input');
    const ratio = String(devicePixelRatio);
    if (!box) { if (left) setTimeout(tell, 100, left - 1); return; }
    if (box.dataset.told === ratio) return;
    box.dataset.told = box.value = ratio;
    box.dispatchEvent(new Event('input', {bubbles: true}));
};
tell(50);
"""

# A long name of a button goes on in a second line. Margins count in a width, and so would make a box 4 pixels too wide.
STYLE = """
[data-jp-theme-light="false"] .dlcourse-panel :is(img, canvas) {
    border-radius: 6px;
    box-shadow: 0 0 0 1px var(--jp-border-color0);
}
.dlcourse-panel :is(.widget-html, .widget-box) { max-width: calc(100% - 4px); }
.dlcourse-panel .widget-checkbox .widget-label-basic {
    height: auto;
    line-height: 1.4;
    white-space: normal;
}
.dlcourse-panel .jupyter-widgets.jupyter-button {
    height: auto;
    line-height: 1.4;
    max-width: calc(100% - 4px);
    min-height: var(--jp-widgets-inline-height);
    white-space: normal;
}
[data-jp-theme-light="false"] .dlcourse-panel img { filter: brightness(0.9); }
"""


class Screen(widgets.Box):
    """What a panel hears from the page, and its style sheet; nothing of it is to be seen.

    Parameters
    ----------
    told : callable
        Called when the page has told how fine its screen is.
    """

    ratio = 1.0  # of all panels: there is one screen

    def __init__(self, told: Callable[[], None]):
        self._told = told
        box = widgets.Text()
        box.add_class("dlcourse-screen")
        box.observe(lambda change: self.hear(change["new"]), names="value")
        super().__init__([box, widgets.HTML(f"<style>{STYLE}</style>")], layout={"display": "none"})

    def hear(self, words: str) -> None:
        """Take what the page has told."""
        try:
            Screen.ratio = min(max(1.0, float(words)), FINEST)
        except ValueError:  # no number: nobody but a page writes here, and what it means is not known
            return
        self._told()


def png(pixels: np.ndarray) -> bytes:
    """Write an image as a PNG file, as fast as can be.

    Pillow tries five filters on each line, and takes three times as long; for lines and flat areas none of them is best.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3) of uint8

    Returns
    -------
    bytes
    """
    height, width, _rgb = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # the first number of each line says: no filter
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, red, green, blue
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
