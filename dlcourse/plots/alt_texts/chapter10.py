"""What the figures of chapter 10 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "A small 5 in the corner of a page; the same as 28 by 28 pixels, read as a 2; the same scaled to the middle, "
            "read as a 5."
        ),
        "step-1-look": _(
            "Ten digits with their labels, and ten pieces of clothing with their names, such as Ankle boot."
        ),
        "step-4": _(
            "Three loss curves over 57 steps. With 0.003 it falls fastest and lowest; with 0.0003 it falls slowly; with "
            "0.06 it is highest at first, falls late, and stays above that of 0.003."
        ),
        "step-5": _("The loss falls towards 0; accuracy rises to about 97 percent, on training digits higher."),
        "step-6": _("Confusion matrix of the digits: a dark diagonal. The CNN is ahead of the MLP."),
        "step-6-table": _("Recall of each digit between about 0.9 and 1, each with a bar; most of the bars overlap."),
        "step-7": _("Ten digits that were read rightly, ten that were not."),
        "inside-layers": _("A misread digit, and eight versions of it in which strokes of one direction are bright."),
        "inside-figure": _(
            "The misread digit, and two maps of it along its strokes: speckles of orange and blue, and smooth patches of both."
        ),
        "inside-choose": _(
            "Two bars: without ten pixels at random about a tenth of the misread digits are read rightly, without the ten "
            "loudest more than half."
        ),
        "sure-coverage": _(
            "The share of mistakes falls steeply with the share that is handed on, for both networks, and the CNN is below "
            "the MLP."
        ),
        "sure-reliability": _(
            "Two reliability diagrams. With 6 epochs the points are near the diagonal, with 30 they are below it."
        ),
        "sure-temperature": _("The points of the network with 30 epochs are near the diagonal; the cross-entropy has fallen."),
        "step-8-plot": _(
            "Two hills of accuracy against learning rate. That of small trials is lower, and steep on its left side; that "
            "of full length is broad."
        ),
        "augment-look": _("Ten versions of one 5: moved, turned, scaled."),
        "step-8-candidates": _(
            "Four candidates from below, between 1.5 and 3.5 percent of mistakes; the uppermost, with varied digits and a "
            "falling rate, has the fewest."
        ),
        "ladder-foot": _("Mistakes of 10,000 test digits: nearest mean image 18.1 %, one layer 8.5 %, 784-128-10 4.5 %."),
        "ladder-middle": _(
            "Four more rungs: the MLP with varied digits 2.7 %, the CNN with 6 epochs 2.8 %, with 30 epochs 2.6 %, with "
            "varied digits 1.5 %."
        ),
        "ladder-top": _(
            "From below: CNN with 30 epochs 2.6 %, varied 1.5 %, with a falling rate 1.3 %, 58,000 digits 1.0 %, DeepConvNet "
            "0.3 %."
        ),
        "step-8-test": _(
            "The upper half of the ladder, and above it a star: your network, between 1 and 2.5 percent, with its error bar."
        ),
        "step-9-join": _("Eight white dots on black; the same dots joined to a 2."),
        "step-9-ten": _("Ten drawn digits, 0 to 9, after centring."),
        "noise": _("Six pictures of noise that look alike. The network's probability of a 5 rises to nearly 100 percent."),
        "fashion-train": _(
            "Confusion matrix of ten clothes. Shirts, T-shirts, pullovers and coats are taken for each other; "
            "trousers, bags and boots seldom."
        ),
        "play-answers": _("Two bars: of your mistakes DeepConvNet makes far more than chance would have it make."),
        "transfer-run": _(
            "Test accuracy of four ways, all between 70 and 85 percent. The frozen digit blocks are ahead of "
            "pixels and chance by a few percentage points, and about level with training from nothing."
        ),
        "sorted-run": _("Two bars: mixed about three quarters of the test digits are read rightly, sorted about a tenth."),
        "transfer-depth": _(
            "Block 2 is highest, block 3 a little lower; the hidden layer is far lower, below pixels and near chance."
        ),
    }
