"""The questions of chapter 03."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("100 images go through the network as one array x of shape (100, 784). What is the shape of a1 = x @ W1 + b1?"),
        (
            Answer(_("(784, 50)"), _("That is the shape of W1: one row for each pixel, one column for each neuron.")),
            Answer(_("(50, 100)"), _("The other way round. A row is an image, from the input to the last layer.")),
            Answer(_("(100, 50)"), _("100 rows, one for each image; 50 columns, one for each neuron of layer 1."), True),
            Answer(_("(100, 784)"), _("That is x itself. The product replaces 784 pixels by 50 sums.")),
        ),
    ),
    Question(
        _("You leave out softmax and take the largest score a3 as the answer. For which images does the answer change?"),
        (
            Answer(_("For none"), _("exp keeps the order, and all ten are divided by the same sum."), True),
            Answer(
                _("For those whose largest probability is below 50%"),
                _("The largest score still has the largest probability, be it 50% or 15%."),
            ),
            Answer(
                _("For those with negative scores"),
                _("exp makes a negative score a small positive number. The order of the ten stays."),
            ),
        ),
    ),
    Question(
        _("You give the network the pixels as uint8, 0 to 255, instead of 0 to 1. What happens?"),
        (
            Answer(
                _("An error, because the types do not fit"),
                _("NumPy multiplies uint8 by float32 without a word. That is what makes this mistake dangerous."),
            ),
            Answer(
                _("The same answers, because all pixels grow alike"),
                _("The bias does not grow with them, and sigmoid is not a straight line."),
            ),
            Answer(
                _("No error, and worse answers"),
                _("The sums are about 255 times as large. Nearly all neurons are then stuck at 0 or at 1."),
                True,
            ),
        ),
    ),
    Question(
        _("Why is one image in a batch of 100 read so much faster than one image alone?"),
        (
            Answer(
                _("A batch needs fewer multiplications for each image"),
                _("It needs exactly as many: 784 · 50 + 50 · 100 + 100 · 10 for each."),
            ),
            Answer(
                _("What a call costs, however small its arrays, is shared by 100 images"),
                _("The sums are the same. What is done once a call is now done once for 100 images."),
                True,
            ),
            Answer(
                _("The images of a batch are read as one average image"),
                _("Each row stays by itself. That is why the answers are the same, too."),
            ),
        ),
    ),
    Question(
        _("The network reads a 4 as a 9 with 99%. What follows?"),
        (
            Answer(_("The label is wrong"), _("That happens now and then. You would have to look; 99% alone is no proof.")),
            Answer(
                _("softmax was computed wrongly"),
                _("softmax only promises ten positive numbers with the sum 1. It knows nothing of the truth."),
            ),
            Answer(
                _("The network can be sure and wrong"),
                _("The 99% are computed from its own scores. They say how far ahead the 9 is, not whether it is a 9."),
                True,
            ),
        ),
    ),
)
