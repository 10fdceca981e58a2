"""Chapter 10: a page to draw on, with mouse, finger, pen or keys; the drawing itself is NumPy's."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets
import numpy as np
from traitlets import Unicode

from dlcourse.plots import PALETTE
from dlcourse.text import _
from dlcourse.widgets.controls import button

__all__ = ["EXAMPLES", "SIDE", "Page", "Sketch"]

SIDE = 280  # pixels of the drawing, each way: ten for each pixel that a network sees
KEY_STEP = 14  # pixels that an arrow key moves the pen

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


class Page:
    """The canvas to draw on, and the keys and buttons that move a pen without a mouse.

    Parameters
    ----------
    sketch : Sketch
        Takes the strokes.
    changed : callable
        ``changed(done)`` is called after each piece of a stroke; `done` at its end.
    fresh : callable
        Called before a stroke begins.
    """

    def __init__(self, sketch: Sketch, changed: Callable[[bool], None], fresh: Callable[[], None]):
        self.sketch, self.changed, self.fresh = sketch, changed, fresh
        self.pen: Point | None = None  # where the keys have moved it; None until then
        self.drawing = False
        self.paper = widgets.Checkbox(description=_("pen on paper"), indent=False, layout={"width": "max-content"})
        self.paper.observe(lambda change: self._set_pen(change["new"]), names="value")
        ways = {_("left"): (-1, 0), _("up"): (0, -1), _("down"): (0, 1), _("right"): (1, 0)}
        self.buttons = [
            button(name, lambda way=way: self.move(*way), tooltip=_("move the pen: {way}").format(way=name))
            for name, way in ways.items()
        ]
        try:
            from ipycanvas import Canvas, hold_canvas

            class NamedCanvas(Canvas):
                # The browser gives a widget its tooltip, which is its name for a screen reader, only beside this.
                description = Unicode("").tag(sync=True)

            self.hold = hold_canvas
            # A fixed size: else the page stretches it, and it is drawn on where the hand is not.
            size = {"width": f"{SIDE}px", "height": f"{SIDE}px", "min_width": f"{SIDE}px"}
            self.canvas = NamedCanvas(width=SIDE, height=SIDE, layout=size)
            self.canvas.tooltip = _(
                "Draw a digit here. Keys: arrows move the pen, space sets it on the paper or lifts it."
            )
            self._listen()
            top = self.canvas
        except ImportError:
            self.canvas = None
            text = _(
                "Drawing with the mouse needs the package ipycanvas. Install it with: pip install ipycanvas."
                " Then restart JupyterLab. The examples and the buttons below work without it."
            )
            top = widgets.HTML(f'<div role="status" style="line-height: 1.5">{html.escape(text)}</div>')
        row = widgets.HBox(self.buttons, layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([top, row, self.paper], layout={"width": "296px", "min_height": "360px"})

    def _listen(self) -> None:
        canvas = self.canvas
        canvas.on_mouse_down(self.begin)
        canvas.on_mouse_move(self.extend)
        canvas.on_mouse_up(lambda _x, _y: self.end())
        canvas.on_mouse_out(lambda _x, _y: self.end())
        canvas.on_touch_start(lambda touches: self.begin(*touches[0]))
        canvas.on_touch_move(lambda touches: self.extend(*touches[0]))
        canvas.on_touch_end(lambda _touches: self.end())
        canvas.on_touch_cancel(lambda _touches: self.end())
        canvas.on_key_down(self._key)
        canvas.on_client_ready(self.show)

    def begin(self, x: float, y: float) -> None:
        """Set the pen on the paper; a stroke begins."""
        self.fresh()
        self.pen, self.drawing = None, True
        self.sketch.begin(x, y)
        self._line((x, y), (x, y))
        self.changed(False)

    def extend(self, x: float, y: float) -> None:
        """Draw on to a point."""
        if self.drawing:
            start = self.sketch.strokes[-1][-1]
            self.sketch.extend(x, y)
            self._line(start, (x, y))
            self.changed(False)

    def end(self) -> None:
        """Lift the pen; the stroke is done."""
        if self.drawing:
            self.drawing = False
            self.changed(True)

    def move(self, right: int, down: int) -> None:
        """Move the pen by a step, as an arrow key does; it draws if it is on the paper."""
        x, y = self.pen or (SIDE / 2, SIDE / 2)
        self.pen = (min(max(x + right * KEY_STEP, 0), SIDE), min(max(y + down * KEY_STEP, 0), SIDE))
        if self.paper.value:
            self.sketch.extend(*self.pen)
            self.changed(True)
        self.show()

    def lift(self) -> None:
        """Take the pen off the paper and forget where it was."""
        self.pen, self.drawing, self.paper.value = None, False, False

    def _set_pen(self, down: bool) -> None:
        self.pen = self.pen or (SIDE / 2, SIDE / 2)
        if down:
            self.fresh()
            self.sketch.begin(*self.pen)
            self.changed(True)
        self.show()

    def _key(self, key: str, shift: bool, _ctrl: bool, _meta: bool) -> None:
        ways = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}
        if key in ways:
            self.move(*ways[key])
        elif key == " ":
            self.paper.value = not self.paper.value
        elif key in ("Tab", "Escape"):  # the canvas keeps every key to itself: nobody shall be caught in it
            (self.before if shift else self.buttons[0]).focus()

    def _style(self) -> None:
        self.canvas.stroke_style = "white"
        self.canvas.line_width = self.sketch.pen
        self.canvas.line_cap = self.canvas.line_join = "round"

    def _line(self, start: Point, end: Point) -> None:
        if self.canvas is not None:
            # A line of no length is not drawn: a dot gets a hair's breadth.
            self.canvas.stroke_line(*start, end[0] + 0.01, end[1])

    def show(self) -> None:
        """Draw all anew: the strokes, and the pen if keys move it."""
        if self.canvas is None:
            return
        with self.hold():
            self.canvas.fill_style = "black"
            self.canvas.fill_rect(0, 0, SIDE, SIDE)
            self._style()
            for stroke in self.sketch.strokes:
                self.canvas.stroke_lines([*stroke, (stroke[-1][0] + 0.01, stroke[-1][1])])
            if self.pen is not None:
                self.canvas.fill_style = PALETTE["orange"]
                self.canvas.fill_circle(*self.pen, 7 if self.paper.value else 4)
