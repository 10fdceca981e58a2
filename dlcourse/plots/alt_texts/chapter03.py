"""What the figures of chapter 03 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-digits": _("Twenty handwritten digits from MNIST, each with its label. No two of a kind look alike."),
        "code-show": _("A handwritten 5 of 28 by 28 grey pixels; a frame around rows 6 to 15, columns 11 to 22."),
        "code-mean-code": _(
            "The mean pictures of the digits 0 to 9: each can be read, with soft edges; the 1 is blurred most at its ends."
        ),
        "code-pictures-code": _(
            "The weights of twenty neurons as grey pictures: short bright strokes with dark ones beside them, each at "
            "another place, and faint noise at the rim."
        ),
        "code-evidence-code": _(
            "A handwritten 0, the weights of neuron 15, and their product. Large positive weights form two arcs at the "
            "lower left and lower right; the 0 runs through both, so most of the product is positive."
        ),
        "code-reliability-code": _(
            "Left, share of right answers against confidence in five ranges: within their bars the points lie on the "
            "diagonal, and 1,801 of 2,000 answers are at the upper right end. Right, confidence for digits is nearly "
            "always close to 1; for noise it is spread from 0.3 to 1, most of it above 0.7."
        ),
        "code-time-plot": _(
            "Time for one image against batch size: it falls steeply at first, and flattens from a batch of about "
            "50 on."
        ),
        "code-wrong-figure": _(
            "Fifteen digits that the network reads wrongly, each with its label and the wrong answer. Several are "
            "hard for people, too."
        ),
        "play-figure": _("A misread digit, 50 answers of layer 1, 100 of layer 2, and ten probabilities."),
    }
