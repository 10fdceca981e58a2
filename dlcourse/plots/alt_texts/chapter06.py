"""What the figures of chapter 06 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "A long valley with three paths from the left. SGD zigzags across it and is not yet in the middle. Momentum with "
            "a light ball swings across less and less and arrives; AdaGrad goes almost straight to the middle."
        ),
        "code-race": _(
            "SGD zigzags; Momentum and Nesterov swing; Adam goes in one curve, AdaGrad and RMSprop nearly straight."
        ),
        "code-digits-plot": _(
            "Six loss curves on digits. SGD falls slowly and is still far above the others at the end; the other "
            "five lie close together."
        ),
        "code-schedule": _(
            "Four schedules over 240 steps: a level line; three falling stairs; half a cosine from 0.1 to 0; a "
            "rise to 0.1 at a quarter of the way and a fall to 0."
        ),
        "code-law-figure": _(
            "What a step leaves, against the learning rate. Along the valley the line falls slowly from 1; across it falls "
            "steeply to 0 at 0.5 and rises again. They meet near 0.95 at 19/21; above 1 the walk grows without end."
        ),
        "code-noise-figure": _(
            "Three contour maps, each with a cloud of points around the middle: wide at rate 0.9, narrower at 0.3, a small "
            "dot at 0.03. All are longer along the valley than across."
        ),
        "code-u-figure": _(
            "Loss after one epoch against the learning rate, logarithmic, for six rules. Each curve is a U. Their lowest "
            "points lie between 0.25 and 0.45, SGD's at the largest rate and highest, RMSprop's at the smallest rate; all but "
            "SGD's are close."
        ),
    }
