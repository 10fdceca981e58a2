"""The questions of chapter 07."""

from dlcourse.text import marked as _
from dlcourse.widgets.quiz import Answer, Question

QUESTIONS = (
    Question(
        _("All weights of a network start at exactly 0.5. What happens in training?"),
        (
            Answer(
                _("All neurons of a hidden layer stay alike: they get the same gradient at every step."),
                _("A hundred neurons that are alike are one neuron. They must start different, and chance is the simplest way."),
                True,
            ),
            Answer(_("It trains as usual: the data make them different."), _("The data are the same for all of them.")),
            Answer(_("It blows up."), _("0.5 may be too large or not. But that is not the trouble here.")),
        ),
    ),
    Question(
        _("A layer has 400 inputs and ReLU. Which standard deviation does He choose?"),
        (
            Answer(_("0.05"), _("That is 1/√400, Xavier's. ReLU sets half of the sums to 0, so it takes more.")),
            Answer(_("0.071"), _("√(2/400). The 2 makes up for the half that ReLU takes away."), True),
            Answer(_("0.01"), _("A fixed number does not know how many inputs there are.")),
        ),
    ),
    Question(
        _("Why does batch normalization use running averages at test time?"),
        (
            Answer(_("Because they are faster to compute"), _("They are, but that is not why.")),
            Answer(_("Because the weights have changed since training"), _("The weights are those at the end of training.")),
            Answer(
                _("So that an answer does not depend on which other images are in the batch"),
                _("Behind an Affine, the mean of a batch of one would even turn every feature into its shift, whatever the image."),
                True,
            ),
        ),
    ),
)
