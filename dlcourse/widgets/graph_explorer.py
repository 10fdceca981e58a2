"""The graph explorer of chapter 05: values flow forward through a graph, gradients flow back.

Two graphs: the shopping bill (apples, oranges, tax), and a network with one hidden layer. Both are
computed with the layers of `dlcourse.layers`; this file only notes down what passes along each edge.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from dlcourse.layers import AddLayer, Affine, MulLayer, ReLU, SoftmaxWithLoss
from dlcourse.text import _
from dlcourse.widgets.controls import Choice, Number, Panel, Picture, button

__all__ = ["Edge", "Graph", "compute_network", "compute_shopping", "draw_graph", "graph_explorer"]

FORWARD, BACKWARD, GREY = "#0072b2", "#d55e00", "0.35"
NUMBER = "number"  # marks the texts that another price changes
LINE = 0.38  # from one line of text to the next

# The network of the second graph: two inputs, three hidden neurons, two classes.
W1 = np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]])
B1 = np.array([0.0, 0.5, 0.0])
W2 = np.array([[1.0, -1.0], [-0.5, 1.0], [0.0, 0.5]])
B2 = np.array([0.0, 0.0])


@dataclass(frozen=True)
class Edge:
    """A line of the graph: what flows along it forward, and what flows back."""

    start: tuple[float, float]
    end: tuple[float, float]
    at: tuple[float, float]  # middle of its text
    label: str
    value: object
    gradient: object


@dataclass(frozen=True)
class Graph:
    """Nodes at their places, and edges in the order of the forward pass."""

    nodes: dict[tuple[float, float], str]
    edges: list[Edge]
    width: float
    height: float

    @property
    def steps(self) -> int:
        """One for each value on the way forward, and one for each gradient on the way back."""
        return 2 * len(self.edges)


def compute_shopping(apple_price: float, apples: float, orange_price: float, oranges: float, tax: float) -> Graph:
    """The bill for apples and oranges, with the gradient of the total for every number in it.

    Parameters
    ----------
    apple_price, orange_price : float
        Price of one piece.
    apples, oranges : float
        How many.
    tax : float
        Factor on the sum, such as 1.1 for 10 %.
    """
    mul_apple, mul_orange, add, mul_tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    apple_sum = mul_apple.forward(apple_price, apples)
    orange_sum = mul_orange.forward(orange_price, oranges)
    both = add.forward(apple_sum, orange_sum)
    total = mul_tax.forward(both, tax)

    d_both, d_tax = mul_tax.backward(1.0)
    d_apple_sum, d_orange_sum = add.backward(d_both)
    d_apple_price, d_apples = mul_apple.backward(d_apple_sum)
    d_orange_price, d_oranges = mul_orange.backward(d_orange_sum)

    first, second, plus, last = (3.4, 4.5), (3.4, 1.5), (6.0, 3.0), (8.6, 3.0)
    return Graph(
        {first: "×", second: "×", plus: "+", last: "×"},
        [
            Edge((1.6, 5.2), first, (0.7, 5.2), _("price of an apple"), apple_price, d_apple_price),
            Edge((1.6, 3.8), first, (0.7, 3.8), _("apples"), apples, d_apples),
            Edge((1.6, 2.2), second, (0.7, 2.2), _("price of an orange"), orange_price, d_orange_price),
            Edge((1.6, 0.8), second, (0.7, 0.8), _("oranges"), oranges, d_oranges),
            Edge(first, plus, (4.9, 4.55), _("all apples"), apple_sum, d_apple_sum),
            Edge(second, plus, (4.9, 1.45), _("all oranges"), orange_sum, d_orange_sum),
            Edge(plus, last, (7.3, 3.55), _("before tax"), both, d_both),
            Edge((7.3, 1.1), last, (6.6, 0.8), _("tax"), tax, d_tax),
            Edge(last, (11.0, 3.0), (9.9, 3.55), _("to pay"), total, 1.0),
        ],
        11.0,
        5.8,
    )


def compute_network(x1: float, x2: float, label: int) -> Graph:
    """One sample through Affine, ReLU, Affine, softmax with loss; all weights are fixed.

    Parameters
    ----------
    x1, x2 : float
        The two inputs.
    label : {0, 1}
        The true class.
    """
    layers = [Affine(W1, B1), ReLU(), Affine(W2, B2)]
    loss_layer = SoftmaxWithLoss()
    values = [np.array([[x1, x2]])]
    for layer in layers:
        values.append(layer.forward(values[-1]))
    loss = loss_layer.forward(values[-1], np.array([label]))

    gradients = [loss_layer.backward()]
    for layer in reversed(layers):
        gradients.append(layer.backward(gradients[-1]))
    gradients.reverse()

    affine1, relu, affine2, softmax = places = [(3.6, 3.0), (7.9, 3.0), (12.2, 3.0), (16.6, 3.0)]
    names = ("x", "a1", "z1", _("scores"))
    before = (softmax[0] - 0.35, softmax[1])  # its box is wider: the head of the arrow stays outside
    ends = zip([(0.0, 3.0), *places[:-1]], [*places[:-1], before], names, values, gradients, strict=True)
    chain = [
        Edge(start, end, ((start[0] + end[0]) / 2, 3.95), name, value[0], gradient[0])
        for start, end, name, value, gradient in ends
    ]
    return Graph(
        {affine1: "Affine", relu: "ReLU", affine2: "Affine", softmax: _("softmax\nwith loss")},
        [
            chain[0],
            Edge((3.6, 4.9), affine1, (3.6, 6.3), "W1", W1, layers[0].dW),
            Edge((3.6, 1.6), affine1, (3.6, 1.1), "b1", B1, layers[0].db),
            *chain[1:3],
            Edge((12.2, 4.4), affine2, (12.2, 6.7), "W2", W2, layers[2].dW),
            Edge((12.2, 1.6), affine2, (12.2, 1.1), "b2", B2, layers[2].db),
            chain[3],
            Edge(softmax, (20.2, 3.0), (18.9, 3.95), _("loss"), loss, 1.0),
        ],
        20.2,
        7.4,
    )


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
        new = i in (step - 1, 2 * count - step)
        ax.add_patch(
            FancyArrowPatch(
                edge.start, edge.end, arrowstyle="-|>", mutation_scale=11, shrinkA=18, shrinkB=24,
                lw=2.2 if new else 1.2, color=GREY, zorder=-3,
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


def graph_explorer() -> Panel:
    """Step through the bill or a small network: values forward, gradients back.

    Returns
    -------
    Panel
        To be the last line of a cell.
    """
    picture = Picture(880, 390)
    axes = picture.figure.add_axes((0, 0, 1, 1))
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
        shown, hidden = (bill, sample) if graph == "bill" else (sample, bill)
        compute = compute_shopping if graph == "bill" else compute_network
        if "graph" in changed:
            for name in shown:
                controls[name].widget.layout.display = None
            for name in hidden:
                controls[name].widget.layout.display = "none"
        found = compute(**{name: values[name] for name in shown})
        draw = draw_graph if changed & {"graph", "step"} else renumber
        draw(found, step, axes)
        picture.show(described(found, step))

    def move(by: int) -> None:
        step = controls["step"]
        step.value = min(max(step.value + by, 0), 18)

    buttons = [button(_("one step back"), lambda: move(-1)), button(_("one step on"), lambda: move(1))]
    return Panel(_("Graph explorer"), controls, [picture], update, buttons=buttons)
