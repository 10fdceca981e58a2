"""What the figures of chapter 05 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-forward": _(
            "Graph of the bill, left to right: 100 times 2 is 200, 150 times 3 is 450, together 650, times 1.1 is 715."
        ),
        "idea-backward": _(
            "The same graph with a second number at each arrow, in italics: how much more is to be paid for 1 "
            "more there. Price of an apple 2.2, apples 110, price of an orange 3.3, oranges 165, tax 650, before "
            "tax 1.1."
        ),
        "code-train-plot": _(
            "Left: the loss falls from 2.3, quickly at first, and comes close to 0. Right: both accuracies rise; "
            "the one on test digits levels off near 0.93, the one on training digits goes on to 1."
        ),
        "play-figure": _(
            "Graph of a network: x goes through Affine with W1 and b1, ReLU, Affine with W2 and b2, and softmax "
            "with loss. Each arrow has its values and, in italics, its gradients. The third hidden neuron has "
            "-1.5 before ReLU and 0 behind it; its gradient is 0.07 behind ReLU and 0 before it."
        ),
        "code-paths-figure": _(
            "Six nodes in a row, each joined to the next by two arrows. Below them the number of paths from there to the "
            "end: 32, 16, 8, 4, 2, 1. There are 32 paths and 10 arrows, and the walk back takes each arrow once."
        ),
        "code-affine-graph": _(
            "Graph of an affine layer: x1 and x2 fork to four products, with W11, W12, W21 and W22; two sums add the "
            "products and a bias. x1 is 1 and gets back 2 and -10, x2 is 2 and gets back 3 and 5; the outputs are 9 and 0."
        ),
        "code-digit-figure": _(
            "Three pictures: a handwritten 0; the gradient of its pixels, orange in the hole and in patches around, blue on "
            "parts of the stroke; and a column of W1's gradient, which is the 0 itself in one colour."
        ),
    }
