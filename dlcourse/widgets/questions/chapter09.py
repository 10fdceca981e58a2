"""The questions of chapter 09."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("Images of 28×28, filters of 5×5, stride 1, padding 2. How large are the maps?"),
        (
            Answer(_("24×24"), _("That is without padding: 28 − 5 + 1.")),
            Answer(_("28×28"), _("28 + 2·2 − 5 + 1 = 28: this padding makes up for the filter."), True),
            Answer(_("30×30"), _("The padding is at both ends, but the filter takes 4 away again.")),
        ),
    ),
    Question(
        _("The images have 3 channels, the layer has 8 filters. How many channels has its output?"),
        (
            Answer(_("8"), _("Each filter adds up all channels into one map. Eight filters, eight maps."), True),
            Answer(_("3"), _("So it is for pooling. A convolution mixes the channels.")),
            Answer(_("24"), _("A filter does not give one map for each channel: it adds the three up.")),
        ),
    ),
    Question(
        _("Why does a 5×5 convolution need so few weights?"),
        (
            Answer(_("Because it looks at every fifth pixel only"), _("It looks at every pixel, 25 at a time.")),
            Answer(_("Because it has no biases"), _("It has one for each filter.")),
            Answer(_("Because pooling has thrown most of them away"), _("Pooling comes later, and has no weights.")),
            Answer(
                _("Because a neuron sees 25 pixels, and all places share the same weights"),
                _("Both together: for each filter 25 weights per channel and a bias, whatever the size of the image."),
                True,
            ),
        ),
    ),
    Question(
        _("What does col2im(im2col(x)) give, with 3×3 windows and stride 1?"),
        (
            Answer(_("x"), _("A pixel in the middle stands in nine rows, and col2im adds all nine.")),
            Answer(
                _("x, each pixel times the number of windows that see it"),
                _("It adds every entry back. As the way back of a gradient, that is just right."),
                True,
            ),
            Answer(_("The mean over each window"), _("Nothing is divided: col2im only adds.")),
        ),
    ),
    Question(
        _("You mix the pixels of all digits, all in the same way, and train anew. Who suffers?"),
        (
            Answer(_("Both kinds of network"), _("To an Affine layer, the order of its inputs means nothing.")),
            Answer(
                _("Neither: no number is lost"), _("The numbers are there. But neighbours are no longer neighbours.")
            ),
            Answer(
                _("The convolutional network"),
                _("Its windows now see pixels that have nothing to do with each other."),
                True,
            ),
        ),
    ),
)
