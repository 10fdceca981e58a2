"""What the figures of chapter 09 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-mixed": _("Eight digits. Below, the same eight with their pixels mixed: snow."),
        "idea-slide": _(
            "Left, a 0 with three small windows. Middle, what they hold: a left edge gives +3, a right edge -3, the"
            " inside of the stroke 0. Right, the feature map with the three pixels marked: light, dark, mid-grey."
        ),
        "maths-grids": _("Two squares of numbers: an image of 4 by 4, and a filter of 3 by 3."),
        "maths-steps": _("The image four times, with the window at each of its four places: they give 3, 1, 1 and 5."),
        "maths-size-figure": _(
            "Left: three windows of 3, two apart, cover 7 pixels exactly. Right: the same windows on 8 pixels; the "
            "last pixel, hatched, is under none of them."
        ),
        "code-map-figure": _("A 0 and four maps of it: vertical edges, horizontal edges, outline, blur."),
        "code-padding": _(
            "A 0 without padding, and with a ring of 2 pixels; and its blurred maps with stride 1, 2 and 4: 25, 13 "
            "and 7 pixels wide."
        ),
        "code-channels": _(
            "A 0, a 6 and a 2 in red, green and blue over each other; and the three channels, each a grey image "
            "with one digit."
        ),
        "code-shift-map": _(
            "A 0 and its map; the 0 moved to the right by 4 pixels, and its map, which is the same map moved by 4."
        ),
        "code-misfit-figure": _(
            "Bars. Moved by 1 with stride 1, by 2 with stride 2, and with padding on black paper: 0.00. Moved by 1 "
            "with stride 2, and with padding on white paper: clearly more."
        ),
        "code-im2col-rows": _(
            "The image, its four rows of nine numbers, the filter as a column of nine, and their product 3, 1, 1, "
            "5."
        ),
        "code-pencil-given": _("Squares of numbers: x of 3 by 3, W of 2 by 2, out 2, 13, 3, 1, and dout 1, 0, 0, 2."),
        "code-pencil-answer": _(
            "dW is 1 times the upper left window plus 2 times the lower right one: 3, 8, 0, 3. dx is the filter "
            "pasted at the upper left plus twice the filter at the lower right: rows 1, -1, 0; 2, 5, -2; 0, 4, 6."
        ),
        "code-pooling-own": _("A map of 4 by 4 numbers; its maxima 3, 4, 2, 5; its averages 1.5, 1.5, 1, 2."),
        "code-shift-maps": _(
            "Bars. All pixels, and every second, change by about 0.84; after either pooling it is about 0.6."
        ),
        "code-train-fit": _(
            "Thirty filters of 5 by 5 before training, noise; and the same thirty after training: nearly the same "
            "noise. It reads about 95 percent."
        ),
        "code-filters-added": _(
            "What training added to the thirty filters: light and dark areas, edges. Neighbouring weights are alike"
            " by about 0 before and after, and by more than 0.4 in what was added."
        ),
        "code-neighbours": _(
            "Share of wrong answers. Affine: about 7 percent on digits and on mixed pixels alike. Convolution: "
            "about 5 percent on digits, about 10 on mixed pixels."
        ),
        "code-less-figure": _(
            "Share read wrongly against the number of digits, both logarithmic. Both lines fall, that of the "
            "convolution lies lower, and they move apart: 24 and 27 percent with 100 digits, 2.7 and 4.7 with "
            "10,000. Crosses lie beside the lines, at 3,000 digits a little above them."
        ),
        "code-pool-figure": _(
            "Share of moved digits read wrongly: about 35 percent by the Affine network, about 23 by both "
            "convolutional ones."
        ),
        "code-receptive": _(
            "A handwritten 5 three times, with a square around what one neuron sees of it: 3 by 3 pixels after one "
            "convolution, 5 by 5 after two, 7 by 7 after three."
        ),
        "code-patches": _(
            "Six rows of ten patches. Convolution 2: straight left edges; slanted edges. Convolution 4: loops; "
            "bends. Convolution 6: various digits; a row of 6 and 8."
        ),
        "code-same-digit": _(
            "Of the ten strongest patches of a filter, those from one digit: from about 3 at convolution 1 to "
            "between 7 and 8 at convolution 6; before training from about 3 to about 4."
        ),
        "code-deep": _(
            "Share read wrongly: the two-layer network about 2 percent, the simple convolutional one about 0.6, the"
            " deep one about 0.4."
        ),
        "code-filters-small-code": _(
            "Thirty filters from std 0.01, all nearly 0 before. After training: smooth areas of light and dark, "
            "edges in all directions. It reads a little less than the one with noisy filters."
        ),
        "code-used": _(
            "The mean of fifty digits, a blot, and beside it a cloud, light in the middle of the image and fading "
            "outwards: the mean gradient of a neuron of convolution 6."
        ),
        "large-strip": _(
            "Three networks side by side, a bar for each layer. LeNet-5, 1998: five layers, maps of 28 pixels and fewer, 60,000 "
            "parameters. VGG-16, 2014: 16 layers from 224 pixels down to 14, 138 million parameters, small filters stacked. "
            "ResNet-34, 2015: 34 layers from 112 pixels down to 7, 22 million parameters, an arc past every two layers."
        ),
    }
