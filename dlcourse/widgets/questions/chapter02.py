"""The questions of chapter 02."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("What is lost if a network has no activation function between its layers?"),
        (
            Answer(_("Nothing, it only learns more slowly."), _("It cannot even be XOR, however long it learns.")),
            Answer(
                _("Its depth: all layers together are one layer."),
                _("A product of matrices is a matrix. Ten linear layers are one."),
                True,
            ),
            Answer(_("Its bias"), _("The bias belongs to the sum before the activation, and stays.")),
        ),
    ),
    Question(
        _("Why is the step function of no use for learning in small steps?"),
        (
            Answer(
                _("Its derivative is 0 wherever it has one."),
                _("A small change of a weight changes nothing, so nothing says in which direction to go."),
                True,
            ),
            Answer(
                _("It gives only 0 and 1."),
                _("An answer may well be 0 or 1. What is missing is a slope that says which way to go."),
            ),
            Answer(_("It is slow to compute."), _("It is a single comparison for each number. Little is quicker.")),
        ),
    ),
    Question(
        _("np.exp(-x) is computed for x = -1000. What does the textbook sigmoid 1 / (1 + np.exp(-x)) do?"),
        (
            Answer(_("It raises an error."), _("NumPy warns and goes on; infinity is a value.")),
            Answer(
                _("It warns of an overflow, and gives 0."),
                _("exp(1000) is infinite in floats, and 1 / infinity is 0. Right by luck, and with a warning."),
                True,
            ),
            Answer(_("It gives 1."), _("At x = +1000 it would: exp(-1000) is 0.")),
        ),
    ),
    Question(
        _("Which of these is quite deaf to an input, so that the neuron learns nothing from it?"),
        (
            Answer(_("ReLU, for a negative input"), _("Output and slope are both exactly 0 there."), True),
            Answer(_("sigmoid, at x = 0"), _("There its slope is largest: 1/4.")),
            Answer(_("the identity"), _("Its slope is 1 everywhere.")),
        ),
    ),
)
