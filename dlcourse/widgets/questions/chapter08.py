"""The questions of chapter 08."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("A change narrows the gap between training and test accuracy from 20 points to 5. Is it an improvement?"),
        (
            Answer(_("Yes: a narrow gap means that the network generalizes."), _("So does guessing: its gap is 0.")),
            Answer(
                _("That depends on the test accuracy."),
                _("If it fell, the network has merely learned less, as it did at the book's settings."),
                True,
            ),
            Answer(
                _("No: dropout and weight decay never help."), _("In the fair trial, dropout did read more digits.")
            ),
        ),
    ),
    Question(
        _("Dropout with ratio 0.2, not inverted. By what are the outputs multiplied at test time?"),
        (
            Answer(_("0.8"), _("The share that is kept: so much the next layer is used to."), True),
            Answer(_("0.2"), _("The share deleted, as the notes say. The next layer would hear a quarter of it.")),
            Answer(_("1"), _("That is inverted dropout, which divides by 0.8 in training instead.")),
        ),
    ),
    Question(
        _("In the fair trial weight decay lowered the test loss much, and hardly changed the accuracy. How can that be?"),
        (
            Answer(_("The loss is measured with the penalty in it."), _("Both losses were measured without penalty.")),
            Answer(_("It is chance."), _("It was lower in each of ten repetitions.")),
            Answer(
                _("Smaller weights give more modest probabilities, so a wrong answer costs less."),
                _("About as many answers are wrong, but the network is less sure of them."),
                True,
            ),
        ),
    ),
    Question(
        _("Why are hyperparameters not chosen by the test set?"),
        (
            Answer(
                _("Because whoever chooses by a set uses it up: the best of many looks better than it is"),
                _("As the best of a thousand guessers did. Then nothing is left for an honest measurement."),
                True,
            ),
            Answer(_("Because it is too small"), _("A larger one would be used up as well, only more slowly.")),
            Answer(_("Because it has other digits than the training set"), _("Both come from the same collection.")),
        ),
    ),
    Question(
        _("You draw learning rates uniformly between 0.000001 and 1. How many of 1,000 are below 0.001?"),
        (
            Answer(_("About 500"), _("That is so on a log scale: three of six powers of ten lie below 0.001.")),
            Answer(_("About 1"), _("The interval below 0.001 is a thousandth of the whole."), True),
            Answer(_("About 100"), _("So many are below 0.1.")),
        ),
    ),
)
