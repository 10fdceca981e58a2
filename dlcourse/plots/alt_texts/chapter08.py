"""What the figures of chapter 08 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-curves": _(
            "The curve with four numbers follows the truth. The one with ten hits every point and swings far "
            "between them."
        ),
        "code-provoke": _(
            "Accuracy on training digits climbs to 1. On test digits it stops below 0.8, and a gap stays open."
        ),
        "code-shapes": _(
            "Three shapes around 0: L1 is a square on its tip, L2 a circle, L-infinity a square that stands on its side. "
            "Grey circles around a star at the right are contours of a loss; they touch L1 at its right tip, where the "
            "second weight is 0, and L2 beside it."
        ),
        "code-l2-train": _(
            "With weight decay 0.1 the gap is a little narrower: the training curve has come down to about 0.9, "
            "and the test curve has come down too."
        ),
        "code-book-dropout": _(
            "With dropout 0.2 the gap is much narrower, but after 300 epochs both curves have only come to about "
            "0.6 or less."
        ),
        "code-book-bars": _(
            "Bars. 3,000 digits is best on test digits, with a small gap. Weight decay 0.1 and dropout 0.2 have "
            "narrower gaps than the plain network, and lower test accuracy; inverted dropout lies near the plain network, and so does dropout after 1,000 epochs."
        ),
        "code-fair-figure": _(
            "All three kinds know their training digits. Test accuracies differ by about a point or less. The "
            "test loss is clearly lowest with weight decay, and about the same for the other two."
        ),
        "code-narrowing-figure": _(
            "Round 1 lies everywhere; rounds 2 and 3 gather at learning rates between 0.005 and 2 and stay spread out in "
            "weight decay. The accuracy is high at learning rates of about 0.1 to 0.6."
        ),
        "play-figure": _("Two heaps of weights around 0. The one with weight decay is narrower and higher."),
        "code-early-figure": _(
            "Left: the test loss falls to its lowest at a dotted line near epoch 15 and rises slowly from there. Right: the "
            "test accuracy rises quickly and then creeps up to the end."
        ),
        "border-figure": _(
            "A plane with 20 points, three times. With neither cure the border winds around single points, and the colours are "
            "strong. With weight decay it is short, and the colours are pale. With dropout it is short, and the colours are strong."
        ),
    }
