"""Chapter 10: a drawing: strokes of a pen, and the ink that they leave; NumPy's work alone."""

from collections.abc import Sequence

import numpy as np

__all__ = ["EXAMPLES", "SIDE", "Point", "Sketch", "Stroke"]

SIDE = 280  # pixels of the drawing, each way: ten for each pixel that a network sees

Point = tuple[float, float]
Stroke = Sequence[Point]

# One drawing of each digit: strokes, each a list of corners (x to the right, y downwards).
EXAMPLES: dict[int, list[Stroke]] = {
    0: [[(145, 55), (105, 70), (88, 120), (90, 180), (115, 220), (150, 225), (182, 190), (190, 130), (175, 75), (140, 55)]],
    1: [[(120, 85), (150, 55), (150, 225)]],
    2: [[(90, 95), (110, 62), (150, 55), (180, 80), (178, 115), (140, 165), (90, 220), (195, 220)]],
    3: [[(92, 75), (130, 52), (172, 65), (178, 100), (130, 132), (178, 155), (190, 195), (150, 228), (88, 212)]],
    4: [[(115, 60), (90, 150), (190, 150)], [(165, 60), (160, 228)]],
    5: [[(182, 60), (110, 60), (100, 125), (145, 115), (182, 145), (180, 195), (140, 225), (88, 210)]],
    6: [[(168, 58), (125, 95), (100, 155), (105, 205), (140, 226), (178, 205), (178, 165), (145, 148), (108, 170)]],
    7: [[(88, 65), (190, 65), (150, 140), (125, 228)]],
    8: [[(180, 80), (140, 55), (102, 78), (110, 115), (165, 160), (180, 200), (140, 228), (98, 200), (112, 160),
         (170, 118), (180, 80)]],
    9: [[(178, 90), (140, 60), (100, 85), (105, 125), (145, 135), (178, 100), (178, 90), (172, 160), (150, 228)]],
}  # fmt: skip


class Sketch:
    """A drawing: strokes, and the ink that they leave.

    Parameters
    ----------
    pen : float
        Width of a line in pixels.

    Attributes
    ----------
    strokes : list of list of (x, y)
    ink : ndarray of shape (280, 280), float32
        1 where there is ink, 0 where there is none, between at the edge of a line.
    """

    def __init__(self, pen: float = 20):
        self.pen = pen
        self.clear()

    def clear(self) -> None:
        """Take an empty page."""
        self.strokes: list[list[Point]] = []
        self.ink = np.zeros((SIDE, SIDE), np.float32)

    def begin(self, x: float, y: float) -> None:
        """Put the pen on the page: a dot."""
        self.strokes.append([(x, y)])
        self._line((x, y), (x, y))

    def extend(self, x: float, y: float) -> None:
        """Draw on to here: a straight line from the last point, however far it is."""
        self._line(self.strokes[-1][-1], (x, y))
        self.strokes[-1].append((x, y))

    def draw(self, strokes: Sequence[Stroke]) -> None:
        """Draw whole strokes."""
        for first, *others in strokes:
            self.begin(*first)
            for point in others:
                self.extend(*point)

    def undo(self) -> None:
        """Take the last stroke away."""
        strokes = self.strokes[:-1]
        self.clear()
        self.draw(strokes)

    def redraw(self, pen: float) -> None:
        """Draw the same strokes with another pen."""
        strokes, self.pen = self.strokes, pen
        self.clear()
        self.draw(strokes)

    def _line(self, start: Point, end: Point) -> None:
        radius = self.pen / 2
        low = np.floor(np.minimum(start, end) - radius - 1).astype(int).clip(0, SIDE)
        high = np.ceil(np.maximum(start, end) + radius + 2).astype(int).clip(0, SIDE)
        x, y = np.arange(low[0], high[0]), np.arange(low[1], high[1])[:, None]
        (x0, y0), (dx, dy) = start, np.subtract(end, start)
        # The nearest point of the line: at a share of its way, cut to its ends.
        share = (((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9)).clip(0, 1)
        distance = np.hypot(x - x0 - share * dx, y - y0 - share * dy)
        part = self.ink[low[1] : high[1], low[0] : high[0]]
        np.maximum(part, (radius + 0.5 - distance).clip(0, 1), out=part, casting="same_kind")
