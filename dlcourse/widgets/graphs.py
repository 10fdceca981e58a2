"""The two graphs of chapter 05, with what flows along each edge: a shopping bill, and a network with one hidden layer.

Both are computed with the layers of `dlcourse.layers`; this file only notes down what passes along each edge.
"""

from dataclasses import dataclass

import numpy as np

from dlcourse.layers import AddLayer, Affine, MulLayer, ReLU, SoftmaxWithLoss
from dlcourse.text import _

__all__ = ["Edge", "Graph", "compute_network", "compute_shopping"]

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
