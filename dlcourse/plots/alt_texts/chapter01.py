"""What the figures of chapter 01 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "Two squares with the points (0,0), (1,0), (0,1), (1,1). Left, AND: a slanted line cuts off (1,1), "
            "the only black point, into the shaded side. Right, OR: the line lies lower, and only (0,0) is left "
            "outside."
        ),
        "code-many-plot": _(
            "Bar chart of the fourteen truth tables that random perceptrons have, from the most to the least "
            "frequent. 0110 and 1001 are missing."
        ),
        "code-xor-figure": _(
            "Two attempts at XOR with one line. Left: the line of OR, wrong at (1,1). Right: a line that cuts off "
            "(1,0) only, wrong at (0,1). Both have three of four right."
        ),
        "code-space": _(
            "Two planes. Left, the inputs: two slanted lines, and between them (1,0) and (0,1). Right, the outputs of "
            "the first layer: (0,0) has moved to (1,0), (1,1) to (0,1), and both (1,0) and "
            "(0,1) to (1,1), which one line cuts off. The corner (0,0) is empty."
        ),
        "code-learn-figure": _(
            "Four squares with the line of AND while it is learned. After round 1 three points are wrong, after "
            "round 2 two, after round 3 one; after round 5 the line cuts off (1,1), and all four are right."
        ),
    }
