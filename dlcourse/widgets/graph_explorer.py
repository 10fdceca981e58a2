"""The graph explorer of chapter 05: values flow forward through a graph, gradients flow back.

Two graphs, of `graphs`: the shopping bill (apples, oranges, tax), and a network with one hidden layer.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from dlcourse.text import _
from dlcourse.widgets.controls import Choice, Number, button
from dlcourse.widgets.graphs import Edge, Graph, compute_network, compute_shopping
from dlcourse.widgets.motion import Motion
from dlcourse.widgets.opening import explorer
from dlcourse.widgets.panel import Panel
from dlcourse.widgets.picture import Picture

__all__ = ["Edge", "Graph", "compute_network", "compute_shopping", "draw_graph", "graph_explorer"]

FORWARD, BACKWARD, GREY = "#0072b2", "#d55e00", "0.35"
NUMBER = "number"  # marks the texts that another price changes
FRAMES, FRAME, REST = 10, 0.04, 0.35  # of slow motion: pictures along an edge, seconds for each, and after the last
LINE = 0.38  # from one line of text to the next


def written(value: object) -> str:
    """A number or a small array in few characters."""
    if np.ndim(value) == 2:
        return "\n".join(written(row) for row in value)
    if np.ndim(value) == 1:
        return "[" + "  ".join(written(entry) for entry in value) + "]"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def draw_graph(graph: Graph, step: int, ax: Axes) -> Axes:
    """Draw a graph after so many steps: one a value on the way forward, then one a gradient on the way back.

    Parameters
    ----------
    graph : Graph
    step : int
        0 shows the empty graph, ``graph.steps`` everything.
    ax : Axes
        Its texts and arrows go first.
    """
    count = len(graph.edges)
    for old in [*ax.texts, *ax.patches]:  # to clear the axes would make ticks anew that nobody sees
        old.remove()
    ax.set(xlim=(-0.4, graph.width + 0.4), ylim=(0, graph.height))
    ax.axis("off")
    # What has a zorder below 0 stays when other numbers are written in.
    for i, edge in enumerate(graph.edges):
        new, returns = i in (step - 1, 2 * count - step), i >= 2 * count - step
        ends = (edge.end, edge.start) if returns else (edge.start, edge.end)  # a gradient flows back
        ax.add_patch(
            FancyArrowPatch(
                *ends, arrowstyle="-|>", mutation_scale=11, shrinkA=24 if returns else 18,
                shrinkB=18 if returns else 24, lw=2.2 if new else 1.2, color=BACKWARD if returns else GREY, zorder=-3,
            )
        )  # fmt: skip
        x, y = edge.at
        ax.text(x, y + LINE, edge.label, ha="center", va="center", fontsize=9, color=GREY, zorder=-2)
        for row, (line, color) in enumerate(numbers(edge, i < step, i >= 2 * count - step)):
            ax.text(x, y - LINE * row, line, gid=NUMBER, ha="center", va="center", fontsize=11, color=color,
                    fontweight="bold" if new else "normal", style="italic" if color == BACKWARD else "normal")
    for place, name in graph.nodes.items():
        shape = "circle,pad=0.35" if len(name) == 1 else "round,pad=0.5"
        ax.text(*place, name, ha="center", va="center", fontsize=10 if len(name) > 1 else 13, zorder=-1,
                bbox={"boxstyle": shape, "facecolor": "white", "edgecolor": "0.2"})
    return ax


def numbers(edge: Edge, flows: bool, returns: bool) -> list[tuple[str, str]]:
    """Lines with their colours: the value if it flows, the gradient if it returns."""
    shown = [(edge.value, FORWARD)] * flows + [(edge.gradient, BACKWARD)] * returns
    return [(line, color) for value, color in shown for line in written(value).split("\n")]


def renumber(graph: Graph, step: int, ax: Axes) -> None:
    """Write other numbers into a graph that `draw_graph` has drawn, at the same step: arrows and names stay."""
    count = len(graph.edges)
    texts = iter([text for text in ax.texts if text.get_gid() == NUMBER])
    for i, edge in enumerate(graph.edges):
        for line, _color in numbers(edge, i < step, i >= 2 * count - step):
            next(texts).set_text(line)


def described(graph: Graph, step: int) -> str:
    """What the picture shows, in words."""
    count = len(graph.edges)
    if step == 0:
        return _("The graph before the first step: no values yet.")
    if step <= count:
        edge = graph.edges[step - 1]
        return _("Forward, step {step}: {label} is {value}.").format(
            step=step, label=edge.label, value=written(edge.value).replace("\n", ", ")
        )
    edge = graph.edges[2 * count - step]
    return _("Backward, step {step}: the gradient for {label} is {value}.").format(
        step=step - count, label=edge.label, value=written(edge.gradient).replace("\n", ", ")
    )


def place_on_edge(graph: Graph, step: int, share: float) -> tuple[float, float]:
    """Where on its way is what step `step` sends along its edge, after a share (0 … 1) of it; a gradient goes back."""
    count = len(graph.edges)
    edge = graph.edges[step - 1 if step <= count else 2 * count - step]
    (x, y), (to_x, to_y) = (edge.start, edge.end) if step <= count else (edge.end, edge.start)
    return x + share * (to_x - x), y + share * (to_y - y)


@explorer
def graph_explorer() -> Panel:
    """Step through the bill or a small network: values forward, gradients back.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 390)
    axes = picture.figure.add_axes((0, 0, 1, 1))
    dot = axes.plot([], [], "o", markersize=13, markeredgecolor="black", zorder=3)[0]
    shown: list[Graph] = []  # the graph with its numbers
    bill = ("apple_price", "apples", "orange_price", "oranges", "tax")
    sample = ("x1", "x2", "label")
    controls = {
        "graph": Choice(_("graph"), {_("the shopping bill"): "bill", _("a small network"): "network"}),
        "step": Number(_("step"), 0, 18, 18),
        "apple_price": Number(_("price of an apple"), 0, 500, 100),
        "apples": Number(_("apples"), 0, 20, 2),
        "orange_price": Number(_("price of an orange"), 0, 500, 150),
        "oranges": Number(_("oranges"), 0, 20, 3),
        "tax": Number(_("tax factor"), 1.0, 2.0, 1.1),
        "x1": Number("x1", -3.0, 3.0, 1.0, step=0.1),
        "x2": Number("x2", -3.0, 3.0, 2.0, step=0.1),
        "label": Choice(_("true class"), {"0": 0, "1": 1}),
    }

    def update(changed: set[str], graph: str, step: int, **values) -> None:
        names, hidden = (bill, sample) if graph == "bill" else (sample, bill)
        compute = compute_shopping if graph == "bill" else compute_network
        if "graph" in changed:
            for name in names:
                controls[name].widget.layout.display = None
            for name in hidden:
                controls[name].widget.layout.display = "none"
        found = compute(**{name: values[name] for name in names})
        shown[:] = [found]
        draw = draw_graph if changed & {"graph", "step"} else renumber
        draw(found, step, axes)
        picture.show(described(found, step))

    def move(by: int) -> None:
        step = controls["step"]
        step.value = min(max(step.value + by, 0), 18)

    def frames() -> Iterator[float]:
        step = controls["step"]
        if step.value >= shown[0].steps:
            step.value = 0
            yield REST
        while step.value < shown[0].steps:
            now = step.value
            dot.set_color(FORWARD if now < len(shown[0].edges) else BACKWARD)
            for frame in range(FRAMES + 1):
                dot.set_data(*([one] for one in place_on_edge(shown[0], now + 1, frame / FRAMES)))
                picture.show(described(shown[0], now))
                yield FRAME
                if step.value != now:  # a hand has moved it
                    return
            dot.set_data([], [])
            step.value = now + 1
            yield REST
            if step.value != now + 1:  # or has moved it in the rest
                return

    def still() -> None:
        dot.set_data([], [])
        picture.show(described(shown[0], controls["step"].value))

    motion = Motion(_("slow motion"), frames, still)
    buttons = [button(_("one step back"), lambda: move(-1)), button(_("one step on"), lambda: move(1)), motion.button]
    motion.panel = Panel(_("Graph explorer"), controls, [picture], update, buttons=buttons)
    return motion.panel
