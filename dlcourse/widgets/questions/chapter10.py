"""The questions of chapter 10."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("A filter calls 20 of 1,000 letters spam. 18 of them are, and it misses 12 others. What is its recall?"),
        (
            Answer(_("90 %"), _("That is the precision: 18 of the 20 that were called spam.")),
            Answer(_("98.6 %"), _("That is the accuracy: 986 of 1,000 answers are right.")),
            Answer(_("60 %"), _("There are 18 + 12 = 30 spam letters, and 18 of them were found."), True),
        ),
    ),
    Question(
        _("You try ten learning rates. By which images do you choose the best?"),
        (
            Answer(_("By the training images"), _("On those the one wins that learns best by heart.")),
            Answer(
                _("By a validation set, apart from both"),
                _("And the test set is still unseen, for one honest measurement at the end."),
                True,
            ),
            Answer(
                _("By the test images, for they count in the end"),
                _("The winner of ten is lucky in part. Its test accuracy would then promise too much."),
            ),
        ),
    ),
    Question(
        _("A network reads 98 % of the test digits and hardly any of those that you draw at the edge. Why?"),
        (
            Answer(
                _(
                    "They are not prepared as its training digits were: scaled, and with the centre of mass in the middle"
                ),
                _("Moving the test digits by four pixels costs an MLP two thirds of them, and centring repairs it."),
                True,
            ),
            Answer(_("It has overfitted"), _("Then the 2,000 test digits, which it has never seen, would suffer too.")),
            Answer(_("Your handwriting is bad"), _("Draw the same in the middle, and look again.")),
        ),
    ),
    Question(
        _("Which augmentation harms a reader of digits?"),
        (
            Answer(_("A shift by two pixels"), _("The digit stays the same: that is what it should learn.")),
            Answer(_("A little noise"), _("It is seldom of much use, but a noisy 5 is a 5.")),
            Answer(_("A turn by any angle"), _("A 6 that stands on its head is a 9, and its label would say 6."), True),
        ),
    ),
    Question(
        _(
            "Frozen digit layers give 82 % on clothes, pixels alone 78 %. What is still missing before you praise the digits?"
        ),
        (
            Answer(_("A larger test set"), _("It would be welcome. But another comparison is missing altogether.")),
            Answer(
                _("The same layers with random weights"),
                _("A good part of the gain may come from filters and pooling as such, whatever they were taught."),
                True,
            ),
            Answer(
                _("The accuracy of the same layers on digits"),
                _("We know that they read digits. The question is clothes."),
            ),
        ),
    ),
)
