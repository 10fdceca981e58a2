"""What the figures of chapter 02 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "Four curves: the step jumps from 0 to 1 at 0; the sigmoid rises smoothly from 0 to 1; tanh rises "
            "from -1 to 1; relu is 0 for negative x and then a straight line upwards."
        ),
        "code-step-plot": _("The step function: 0 for negative x, 1 for positive x."),
        "code-sigmoid-plot": _("Step and sigmoid. With its input multiplied by 5 the sigmoid comes close to the step."),
        "code-slopes-plot": _(
            "Slopes: the sigmoid's is a low hill with its top, 0.25, at 0; tanh's a hill up to 1; relu's jumps "
            "from 0 to 1."
        ),
        "code-plane": _(
            "Contour maps of the same random network. With the identity: parallel straight stripes. With sigmoid "
            "and tanh: smooth curves. With relu: straight pieces joined at kinks."
        ),
        "code-grid": _(
            "A square grid before a layer, and after it. With the identity it is a slanted parallelogram with "
            "straight lines; with the sigmoid all lines are bent and lie between 0 and 1; with relu the part "
            "where both are positive is as with the identity, and the rest is pressed onto its two edges."
        ),
        "code-kinks-sum": _(
            "Left, four ReLUs with their weights: each is 0 up to its place, two then fall and two rise. Right, a "
            "straight line with the four added: it follows a wave, and bends at the four places."
        ),
        "code-kinks-figure": _(
            "A wave and what is built of kinks. 2 kinks stand at the tops of the wave and follow its rough form; 4 stand "
            "beside the tops and are hardly nearer; with 8 it is hard to tell from the wave."
        ),
        "code-gelu": _(
            "relu and gelu, and their slopes. gelu is relu with a rounded corner and a small dip below 0 on the "
            "left; its slope rises smoothly from 0, a little below 0 at first, to 1, a little above 1 at first."
        ),
        "play-figure": _(
            "Histograms of a sigmoid's outputs. Spread 0.3: a narrow heap at 0.5. Spread 1: a wide hill. Spread "
            "10: two heaps at 0 and 1, almost nothing between."
        ),
    }
