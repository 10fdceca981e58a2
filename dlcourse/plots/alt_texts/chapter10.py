"""What the figures of chapter 10 show, in words."""

from dlcourse.text import _


def alt_texts() -> dict[str, str]:
    """Give the alt text of each figure, by the id of its cell."""
    return {
        "idea-figure": _(
            "A 5 drawn with thick lines; the same 5 as 28 by 28 grey pixels, in the middle of the picture."
        ),
        "step-1-look": _(
            "Ten digits with their labels, and ten pieces of clothing with their names, such as Ankle boot."
        ),
        "step-4": _("Two loss curves over 57 steps. Both fall from about 2; Adam's is below SGD's all the way."),
        "step-5": _("The loss falls towards 0; accuracy rises above 93 percent, on training digits higher."),
        "step-6": _("Confusion matrix of the digits: a dark diagonal."),
        "step-7": _("Ten digits that were read rightly, ten that were not."),
        "step-8-plot": _(
            "Accuracy of twelve random trials and three chosen ones against learning rate: a hill with a broad "
            "top, between 0.001 and 0.05; it is low at both ends."
        ),
        "step-9-join": _("Eight white dots on black; the same dots joined to a 2."),
        "step-9-ten": _("Ten drawn digits, 0 to 9, after centring."),
        "fashion-train": _(
            "Confusion matrix of ten clothes. Shirts, T-shirts, pullovers and coats are taken for each other; "
            "trousers, bags and boots seldom."
        ),
        "augment-run": _("Ten versions of one 5: moved, turned, scaled."),
        "transfer-run": _(
            "Test accuracy of four ways, all between 70 and 85 percent. The frozen digit blocks are ahead of "
            "pixels and chance by a few percent, and about level with training from nothing."
        ),
    }
