"""What the figures of chapter 07 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "Histograms of tanh outputs in five layers. Weights with std 0.01: all outputs gather at 0. Std 0.1: "
            "they are spread out in every layer. Std 1: all outputs stand at -1 and 1."
        ),
        "code-sigmoid": _(
            "Sigmoid. Std 1: two heaps at 0 and 1. Std 0.01: a spike at 0.5. Xavier and He: hills around 0.5, "
            "ragged in the later layers."
        ),
        "code-tanh": _(
            "tanh. Std 1: heaps at -1 and 1. Std 0.01: a spike at 0. Xavier: a basin in the first layer, a hill from then on. He: a basin in every layer, flatter from one to the next."
        ),
        "code-relu": _(
            "ReLU: half of all is 0. Std 1: most of the rest is beyond the edge. Std 0.01: all is near 0. Xavier: "
            "the hills shrink towards 0 from layer to layer. He: they stay as they are."
        ),
        "code-train-plot": _(
            "Loss of four starts. Sigmoid: all stay at guessing but std 1, which comes from above and goes a "
            "little below. Tanh: He falls first, then Xavier; std 0.01 stays at guessing, std 1 is beyond the "
            "top. ReLU: He falls at once, Xavier after a while, std 0.01 stays, std 1 has no curve."
        ),
        "code-bn-fast": _(
            "Three ReLU curves from before and two with batch normalization, which fall fastest, that from std "
            "0.01 first."
        ),
        "code-law": _(
            "Size of the signal against the layer, logarithmic, for thirty ReLU layers. Four straight lines with points on "
            "them: 1.25 times He's weights rise to about 1,000, He's stay at 1, 0.8 fall to a thousandth, 0.5 to 1e-9."
        ),
        "code-bn-best-figure": _(
            "Loss after one epoch against the learning rate. The plain network is best near 0.1 and learns next to nothing "
            "from 0.5 on. With batch normalization from He the curve goes on falling to 0.5; from std 0.01 it is lower at small rates "
            "and higher at large ones."
        ),
    }
