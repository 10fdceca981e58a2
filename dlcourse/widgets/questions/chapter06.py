"""The questions of chapter 06."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _(
            "A gradient has pointed in the same direction, with size 1, for a very long time. How long are Momentum's steps?"
        ),
        (
            Answer(
                _("lr / (1 - momentum), ten times SGD's with momentum 0.9"),
                _("1 + 0.9 + 0.81 + … is 10. This is also why its learning rate is chosen smaller."),
                True,
            ),
            Answer(_("As long as SGD's: lr"), _("Momentum adds up old steps. A steady slope makes it faster.")),
            Answer(_("They grow without end."), _("They would with momentum 1. With 0.9 the old steps fade.")),
        ),
    ),
    Question(
        _("Why do AdaGrad's steps become tiny late in training?"),
        (
            Answer(
                _("Because the gradients do"),
                _("They may. But its steps shrink even where gradients stay as they are."),
            ),
            Answer(
                _("Because it divides by the root of a sum of squares that only grows"),
                _("Nothing is ever forgotten. RMSprop mends just that."),
                True,
            ),
            Answer(
                _("Because its learning rate is lowered by a schedule"), _("lr stays; what it is divided by grows.")
            ),
        ),
    ),
    Question(
        _("Without bias correction, how long is Adam's first step, compared with the corrected one?"),
        (
            Answer(
                _("Ten times too short, since m starts at 0"),
                _("m is ten times too small, but the root of v is too, by about 32."),
            ),
            Answer(
                _("About three times too long"),
                _("m is 0.1 g and the root of v is 0.032 |g|, with the usual betas. 0.1 / 0.032 is about 3.2."),
                True,
            ),
            Answer(_("The same"), _("Both averages start at 0, but v is the slower of the two by far.")),
        ),
    ),
    Question(
        _(
            "All gradients are multiplied by 1000, say because the loss is written in other units. Who takes the same steps?"
        ),
        (
            Answer(_("SGD and Momentum"), _("Their steps are proportional to the gradient: 1000 times as long.")),
            Answer(
                _("AdaGrad, RMSprop and Adam"),
                _("They divide by the size of past gradients. The factor cancels."),
                True,
            ),
            Answer(_("Nobody"), _("Three of the six do.")),
        ),
    ),
)
