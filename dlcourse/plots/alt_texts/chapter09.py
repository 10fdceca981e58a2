"""What the figures of chapter 09 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "setup": _("Eight digits. Below, the same eight with their pixels mixed: snow."),
        "idea-slide": _(
            "Left, a 0 with three small windows. Right, its feature map, light at left edges of the stroke and "
            "dark at right ones; three pixels are marked: what the three windows gave."
        ),
        "maths-grids": _(
            "Three squares of numbers: an image of 4 by 4, a filter of 3 by 3, and the feature map 3, 1, 1, 5."
        ),
        "maths-size-figure": _(
            "Left: three windows of 3, two apart, cover 7 pixels exactly. Right: the same windows on 8 pixels; "
            "the last pixel, hatched, is under none of them."
        ),
        "code-map-figure": _("A 0 and four maps of it: vertical edges, horizontal edges, outline, blur."),
        "code-padding": _(
            "A 0 without padding, and with a ring of 2 pixels; and its blurred maps with stride 1, 2 and 4: 25, "
            "13 and 7 pixels wide."
        ),
        "code-channels": _(
            "A 0, a 6 and a 2 in red, green and blue over each other; and the three channels, each a grey image "
            "with one digit."
        ),
        "code-im2col-slow": _(
            "The image, its four rows of nine numbers, the filter as a column of nine, and their product 3, 1, 1, 5."
        ),
        "code-pooling-own": _("A map of 4 by 4 numbers; its maxima 3, 4, 2, 5; its averages 1.5, 1.5, 1, 2."),
        "code-shift-maps": _(
            "Bars. All pixels, and every second, change by about 0.84; after either pooling it is about 0.6."
        ),
        "code-train-fit": _(
            "Thirty filters of 5 by 5 before training, noise; and the same thirty after training: nearly the same "
            "noise."
        ),
        "code-filters-added": _("What training added to the thirty filters: light and dark areas, edges."),
        "code-filters-small-code": _(
            "Thirty filters from std 0.01, all nearly 0 before. After training: smooth areas of light and dark, "
            "edges in all directions."
        ),
        "code-neighbours": _(
            "Share of wrong answers. Affine: about 7 percent on digits and on mixed pixels alike. Convolution: "
            "about 5 percent on digits, about 10 on mixed pixels."
        ),
        "code-receptive": _(
            "A handwritten 5 three times, with a square around what one neuron sees of it: 3 by 3 pixels after one "
            "convolution, 5 by 5 after two, 7 by 7 after three."
        ),
    }
