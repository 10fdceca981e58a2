"""The questions of chapter 01."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("A perceptron has w1 = w2 = 0.5 and b = -0.7. You raise b to -0.2. What does the line do?"),
        (
            Answer(_("It turns."), _("Its direction depends on the weights alone, and they stayed as they were.")),
            Answer(
                _("It moves towards (0, 0), and the gate becomes OR."), _("A weight of 0.5 alone is now enough."), True
            ),
            Answer(_("It moves towards (1, 1), and fewer points fire."), _("A larger bias makes firing easier.")),
        ),
    ),
    Question(
        _("AND is the perceptron with 0.5, 0.5 and -0.7. All three numbers are multiplied by -1. What is the new gate?"),
        (
            Answer(_("The same gate"), _("With a positive factor it would be. A negative one changes sides.")),
            Answer(
                _("Its opposite: every answer is turned round"),
                _(
                    "The sum changes its sign at each of the four points, and none lies exactly on the line. "
                    "That is how NAND came."
                ),
                True,
            ),
            Answer(_("A gate that never fires"), _("The side that did not fire before fires now.")),
        ),
    ),
    Question(
        _("Why can no perceptron be XOR?"),
        (
            Answer(
                _("Because its weights would have to be negative"),
                _("NAND has negative weights, and is a perceptron all the same."),
            ),
            Answer(
                _("Because no straight line parts one pair of opposite corners of a square from the other pair"),
                _("The edge of a perceptron is a straight line, whatever its numbers."),
                True,
            ),
            Answer(
                _("Because it has only two weights and one bias"),
                _("With other inputs, such as x1 · x2, it could have more. With x1 and x2 alone its edge is a line."),
            ),
        ),
    ),
    Question(
        _("What does the first layer do in the XOR of two layers?"),
        (
            Answer(_("It sorts out the wrong inputs."), _("All four inputs go on to the second layer.")),
            Answer(_("It computes AND first, then OR."), _("It computes NAND and OR, side by side. AND comes after.")),
            Answer(
                _("It moves the points, so that one line is enough for the next layer."),
                _("(1, 0) and (0, 1) land on the same spot."),
                True,
            ),
        ),
    ),
)
