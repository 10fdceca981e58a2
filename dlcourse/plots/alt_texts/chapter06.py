"""What the figures of chapter 06 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "A long valley with three paths from the left. SGD zigzags across it. Momentum swings in wide curves. "
            "AdaGrad goes almost straight to the middle."
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
    }
