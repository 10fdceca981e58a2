"""The questions of chapter 04."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("Why is a network not trained to raise its accuracy directly?"),
        (
            Answer(
                _("Because a small change of a weight almost never changes the accuracy"),
                _("It is flat, with rare jumps. Its gradient is 0 almost everywhere and says nothing."),
                True,
            ),
            Answer(_("Because accuracy is too slow to compute"), _("It costs less than the loss: no logarithm.")),
            Answer(_("Because accuracy can only be computed on test images"), _("It can be computed on any images.")),
        ),
    ),
    Question(
        _("The true class got the probability 0.5. What is the cross-entropy, and what is it at 0.25?"),
        (
            Answer(_("0.5 and 0.75"), _("That is 1 minus the probability. Cross-entropy is minus its logarithm.")),
            Answer(_("0.69 and 1.39"), _("Each halving of the probability adds log 2, about 0.69."), True),
            Answer(_("0.69 and 0.69"), _("The less probable the truth, the higher the loss.")),
        ),
    ),
    Question(
        _(
            "A numerical gradient says (25000, 35000) for x₀² + x₁² at np.array([3, 4])."
            " It should be (6, 8). What is wrong?"
        ),
        (
            Answer(_("h is too small, and rounding took over."), _("At 1e-4, in floats, it gives (6, 8) to 9 digits.")),
            Answer(
                _("h is too large."),
                _("Too large an h is inexact on many functions. Squares bend evenly to both sides: no h is too large."),
            ),
            Answer(
                _("The array holds integers: 3 + 0.0001 is stored as 3, and 3 - 0.0001 as 2."),
                _("So the difference is that of a whole step, divided by 0.0002. The package refuses such an array."),
                True,
            ),
        ),
    ),
    Question(
        _(
            "A step of gradient descent on x²/20 + y² takes x to (1 - lr/10) x and y to (1 - 2 lr) y."
            " How fast can one learning rate bring both to 0?"
        ),
        (
            Answer(_("At once, in a single step"), _("y needs a rate of 0.5 for that, x one of 10.")),
            Answer(_("As fast as you like, with a larger rate"), _("x would go faster, but above 1 y grows at each step.")),
            Answer(
                _("About a tenth of the way at each step"),
                _("Near 0.95 x shrinks by the factor 0.905 and y by -0.905; any other rate makes one of them slower."),
                True,
            ),
        ),
    ),
)
