"""What the figures of the playground show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "look": _(
            "Pictures of two features, two layers of four neurons and two outputs, joined by lines. On the right "
            "the plane with a border around the inner points, and a loss that falls."
        ),
        "one-run": _("Left: all pale. Right: an ellipse around the inner points."),
        "two-run": _(
            "Width 1: one straight border. Width 2: a wedge, open at its end. Width 3: a closed, rounded triangle."
        ),
        "two-folded": _(
            "Left a closed border around the inner points. Right the same points and squared paper, folded into a bowl that "
            "lies on its side; a straight border parts the inner points at its bottom from the outer ones."
        ),
        "three-run": _(
            "Width 2: three wedges that cut through the arms. Width 8: three bent regions that follow them."
        ),
        "four-run": _(
            "All pictures of the hidden layers are white, and no line is thicker than another. The plane is white, and the "
            "loss stays at 0.69."
        ),
        "five-run": _(
            "The pictures of layer 2 are full blue or full orange nearly everywhere. The loss jumps, and ends above where it "
            "began."
        ),
        "six-run": _(
            "Narrow wedges of the wrong colour reach to single training points. The training loss has gone to 0, "
            "the test loss has risen above its start."
        ),
        "seven-run": _(
            "Without weight decay, sharp wedges of full colour. With it, one smooth border, and pale colours around it."
        ),
        "eight-run": _("A loss that jumps up and down for 2,000 steps, and then falls at once and stays calm."),
    }
