"""What the figures of chapter 04 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "A map with two valleys. Two walks start near the ridge between them and go down, one into the left "
            "valley and one into the right."
        ),
        "code-scan-plot": _(
            "Left: accuracy against what was added is a staircase, level over long stretches, with jumps. Right: "
            "the cross-entropy is a smooth curve with one lowest point."
        ),
        "code-h": _(
            "Error against h. Both curves fall as h shrinks and rise again below their best h: about 1e-8 for one "
            "side, a few millionths for both sides, which reaches a far smaller error."
        ),
        "code-arrows": _(
            "Circles as contour lines, and arrows that all point to their common centre, longer far out than near it."
        ),
        "code-train-figure": _(
            "Four maps of the plane with three clouds of points. At step 0 the regions of the three classes ignore the "
            "clouds; after 10 steps the borders turn; after 50 and 200 each cloud lies in a region of its own."
        ),
        "code-why-figure": _(
            "Pull on the true score against g, from 0 to 12. Cross-entropy begins at two thirds, rises to 1 and stays "
            "there. Squared error begins at 0.22 and falls to 0: sure, wrong, and left alone."
        ),
        "code-directions-figure": _(
            "Slope against direction, from 0 to 359 degrees: one wave of a cosine between -10 and 10. Its top is at the "
            "dotted line of the gradient, near 53 degrees; it crosses 0 a quarter turn to either side."
        ),
        "code-rates-figure": _(
            "Loss against step for four learning rates, on a logarithmic axis. 0.01 hardly falls, 0.1 falls slowly, 2 falls "
            "quickly to a few thousandths, and 30 jumps about above its start."
        ),
    }
