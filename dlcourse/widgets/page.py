"""Chapter 10: a page to draw on, with mouse, finger, pen or keys."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets
from traitlets import Unicode

from dlcourse.plots import PALETTE
from dlcourse.text import _
from dlcourse.widgets.controls import button
from dlcourse.widgets.sketching import SIDE, Point, Sketch, Stroke

__all__ = ["Page"]

KEY_STEP = 14  # pixels that an arrow key moves the pen


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
    before : sequence of Button
        Stand above the page.
    """

    def __init__(
        self, sketch: Sketch, changed: Callable[[bool], None], fresh: Callable[[], None],
        before: Sequence[widgets.Button],
    ):  # fmt: skip
        self.sketch, self.changed, self.fresh, self.before = sketch, changed, fresh, before
        self.pen: Point | None = None  # where the keys have moved it; None until then
        self.drawing = False
        self.paper = widgets.Checkbox(description=_("pen on paper"), indent=False, layout={"width": "max-content"})
        self.paper.observe(lambda change: self._set_pen(change["new"]), names="value")
        ways = {_("go left"): (-1, 0), _("go up"): (0, -1), _("go down"): (0, 1), _("go right"): (1, 0)}
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
            # Its height follows its width: else the page stretches it, and it is drawn on where the hand is not.
            size = {"width": f"{SIDE}px", "max_width": "100%", "height": "auto"}
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
        above = widgets.HBox(before, layout={"flex_flow": "row wrap"})
        layout = {"width": "296px", "max_width": "100%", "min_height": "392px"}
        self.box = widgets.VBox([above, top, row, self.paper], layout=layout)

    def _listen(self) -> None:
        canvas = self.canvas
        canvas.on_mouse_down(self.begin)
        canvas.on_mouse_move(self.extend)
        canvas.on_mouse_up(lambda _x, _y: self.end())
        canvas.on_mouse_out(self.leave)
        canvas.on_touch_start(lambda touches: self.begin(*touches[0]))
        canvas.on_touch_move(lambda touches: self.extend(*touches[0]))
        canvas.on_touch_end(lambda _touches: self.end())
        canvas.on_touch_cancel(lambda _touches: self.end())
        canvas.on_key_down(self._key)
        canvas.on_client_ready(self.show)

    def begin(self, x: float, y: float) -> None:
        """Set the pen on the paper; a stroke begins. It goes by whole pixels, so that a line of code can hold it."""
        x, y = round(x), round(y)
        self.fresh()
        self.pen, self.drawing = None, True
        self.sketch.begin(x, y)
        self._line((x, y), (x, y))
        self.changed(False)

    def extend(self, x: float, y: float) -> None:
        """Draw on to a point."""
        start, end = self.sketch.strokes[-1][-1] if self.drawing else None, (round(x), round(y))
        if self.drawing and end != start:
            self.sketch.extend(*end)
            self._line(start, end)
            self.changed(False)

    def end(self) -> None:
        """Lift the pen; the stroke is done."""
        if self.drawing:
            self.drawing = False
            self.changed(True)

    def leave(self, x: float, y: float) -> None:
        """The hand went over the edge: the line goes there too, and ends."""
        self.extend(x, y)
        self.end()

    def draw(self, strokes: Sequence[Stroke]) -> None:
        """Draw whole strokes on an empty page, as a hand would."""
        self.fresh()
        self.lift()
        self.sketch.clear()
        self.show()
        for first, *others in strokes:
            self.begin(*first)
            for point in others:
                self.extend(*point)
            self.end()

    def undo(self) -> None:
        """Take the last stroke away."""
        self.lift()
        self.sketch.undo()
        self.show()
        self.changed(True)

    def move(self, right: int, down: int) -> None:
        """Move the pen by a step, as an arrow key does; it draws if it is on the paper."""
        x, y = self.pen or (SIDE // 2, SIDE // 2)
        self.pen = (min(max(x + right * KEY_STEP, 0), SIDE), min(max(y + down * KEY_STEP, 0), SIDE))
        if self.paper.value:
            self.sketch.extend(*self.pen)
            self.changed(True)
        self.show()

    def lift(self) -> None:
        """Take the pen off the paper and forget where it was."""
        self.pen, self.drawing, self.paper.value = None, False, False

    def _set_pen(self, down: bool) -> None:
        self.pen = self.pen or (SIDE // 2, SIDE // 2)
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
            (self.before[-1] if shift else self.buttons[0]).focus()

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
