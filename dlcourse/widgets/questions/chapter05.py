"""Questions of chapter 05."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _(
            "A multiplication node got x = 3 and y = 5 on the way forward. On the way back it is told dout = 2. What is dx?"
        ),
        (
            Answer(_("6"), _("That is dout times x itself. A change of x counts y times, not x times.")),
            Answer(_("10"), _("dout times the other input: 2 · 5. A change of x is multiplied by y."), right=True),
            Answer(_("30"), _("That is the output times dout. The node hands on slopes, not values.")),
            Answer(_("2"), _("So would an addition node answer. Multiplication scales what comes back.")),
        ),
    ),
    Question(
        _("An Affine layer has W of shape (784, 50) and sees a batch of 32. Which shape has dW?"),
        (
            Answer(
                _("(32, 784, 50)"),
                _("One gradient a sample would have this shape. They are summed: the loss is one number."),
            ),
            Answer(
                _("(50, 784)"),
                _("The transpose belongs to dx = dout Wᵀ. A gradient always has the shape of its array."),
            ),
            Answer(_("(784, 50)"), _("As W itself. The optimizer subtracts one from the other."), right=True),
        ),
    ),
    Question(
        _("Softmax says (0.1, 0.7, 0.2), and the second class is true. What is the gradient for the scores?"),
        (
            Answer(
                _("(0.1, -0.3, 0.2)"),
                _("y - t: the true class has too little, by 0.3, and the others too much."),
                right=True,
            ),
            Answer(
                _("(0, -1.43, 0)"),
                _("That is the gradient for the probabilities, -t / y. Softmax is still to be walked back."),
            ),
            Answer(
                _("(-0.1, 0.3, -0.2)"),
                _("The signs are turned round: a step against this gradient would make things worse."),
            ),
            Answer(
                _("(0, 0, 0), the answer is right"),
                _("The answer is right, but not sure. The loss is zero only at probability 1."),
            ),
        ),
    ),
    Question(
        _("Your gradient check uses a single sample and passes; with ten samples it fails. What is the likely bug?"),
        (
            Answer(_("the sign of a gradient"), _("A wrong sign fails with one sample as well.")),
            Answer(
                _("the sum over the samples, for example a mean in its place"),
                _("With one sample, sum and mean are the same. That is why a check needs several."),
                right=True,
            ),
            Answer(_("float32"), _("float32 makes any check imprecise, with one sample or ten.")),
        ),
    ),
    Question(
        _("What does the backward walk through a whole network cost, compared with the forward one?"),
        (
            Answer(
                _("as many forward walks as there are weights"),
                _("That is the cost of differences, twice over. Backpropagation shares all the work."),
            ),
            Answer(
                _("one forward walk for each layer"),
                _("Each layer is passed once. What comes from the right is used for all its weights together."),
            ),
            Answer(
                _("as much as one or two forward walks"),
                _(
                    "Each Affine layer does two products on the way back, for dW and dx, and one on the way forward."
                    " The first layer needs no dx."
                ),
                right=True,
            ),
        ),
    ),
)
