"""What the figures of chapter 03 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-digits": _("Twenty handwritten digits from MNIST, each with its label. No two of a kind look alike."),
        "code-show": _("A handwritten 5 of 28 by 28 grey pixels; a frame around rows 6 to 15, columns 11 to 22."),
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
