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
        "code-train": _("The loss falls, quickly at first and then slowly."),
    }
