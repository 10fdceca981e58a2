"""What a chapter asks before its explorers open, by the name that its cell gives: ``predict="05 rates"``."""

from dlcourse.text import marked as _
from dlcourse.widgets.prediction import Guess

GUESSES: dict[str, Guess] = {
    "01 AND": Guess(
        _("Both weights are 0.5. Below which bias b, or at it, is the perceptron an AND and no longer an OR?"),
        -0.5,
        because=_("At b = -0.5 a single 1 brings the sum to 0, and 0 does not fire. Try it."),
    ),
    "01 looks": Guess(
        _("The rule teaches XOR, look after look. How will the count of wrong answers go?"),
        _("it never comes to rest"),
        (_("it falls to 0"), _("it falls to 1 and stays there"), _("it never comes to rest")),
        _("No line is right for all four, so there is always a point at which the line must move."),
    ),
    "01 layers": Guess(
        _("XOR needs two hidden neurons. If both get the same three numbers, how many of the four can be right at most?"),
        3,
        because=_("Equal neurons say the same: the hidden plane is a line, and they are worth one neuron."),
    ),
    "02 kinks": Guess(
        _("A tent: level, up, down, level again. How many kinks does it take?"),
        3,
        because=_("One kink for each change of slope: at both feet and at the top."),
    ),
    "02 spread": Guess(
        _("1,000 inputs with a spread of 10 go through a sigmoid. Where will its outputs lie?"),
        _("most of them close to 0 or to 1"),
        (_("evenly between 0 and 1"), _("most of them near 0.5"), _("most of them close to 0 or to 1")),
        _("Far from 0 a sigmoid is flat, and most inputs are far from 0."),
    ),
    "03 first ten": Guess(
        _("Page through the first ten test images. How many of the ten will be read with more than 99 %?"),
        10,
        because=_("On digits that are written plainly this network has hardly a doubt."),
    ),
    "03 map": Guess(
        _("A plane shows 1,000 test digits as a layer sees them. Where is a digit's neighbour most often of its own kind?"),
        _("in the plane of layer 2"),
        (_("in the plane of the pixels"), _("in the plane of layer 1"), _("in the plane of layer 2")),
        _("38 of 100 in the pixels, 49 after layer 1, 69 after layer 2: each layer pulls the kinds apart."),
    ),
    "04 loss": Guess(
        _("Three classes; the two others share the rest equally. When does the accuracy begin to count the answer as right?"),
        _("above 1/3"),
        (_("above 1/3"), _("above 1/2"), _("above 2/3")),
        _("As soon as the true class has more than any other. Both losses fall all the way."),
    ),
    "04 rate": Guess(
        _("On x²/20 + y²: at which learning rate does y jump to and fro for ever, neither nearer nor farther?"),
        1,
        because=_("A step takes y to (1 - 2 lr) y, and at 1 that is -y."),
    ),
    "05 graph": Guess(
        _("Which of the five numbers of the bill has the largest gradient?"),
        _("the tax factor"),
        (_("a price"), _("a number of fruits"), _("the tax factor")),
        _("1 more there is the whole sum before tax once more: 650. Watch it come back."),
    ),
    "05 rates": Guess(
        _("A rate that was too large has made the loss jump, to 5 for an epoch. Does 0.1 bring the network back?"),
        _("no, its hidden neurons are off for good"),
        (_("yes, at once"), _("yes, with patience"), _("no, its hidden neurons are off for good")),
        _("No gradient passes a closed ReLU. Train it and see; then go back in time, and try another rate."),
    ),
    "06 momentum": Guess(
        _("Momentum is set to 0. How many of the six optimizers change their path?"),
        2,
        because=_("Momentum and Nesterov, and then both are SGD, each with its own rate."),
    ),
    "06 digits": Guess(
        _("Up to which learning rate does Adam still learn digits: 0.003, 0.03, 0.3 or 3?"),
        _("0.03"),
        ("0.003", _("0.03"), "0.3", "3"),
        _("At 0.03 it comes to a loss near 0.5 after an epoch; at 0.1 it learns no longer."),
    ),
    "07 layers": Guess(
        _("With sigmoid and Xavier, five layers become eight. What happens to the gradient that comes back to the first?"),
        _("it shrinks to less than a twentieth"),
        (_("nothing much"), _("it shrinks by half"), _("it shrinks to less than a twentieth")),
        _("Each further layer takes its share. With ReLU and He it stays about as large as it was."),
    ),
    "08 by heart": Guess(
        _("300 training digits, no dropout, no weight decay. After 300 steps, which accuracy has it on those 300?"),
        _("100 %"),
        (_("about 80 %"), _("about 95 %"), _("100 %")),
        _("It knows them by heart. Look at the gap to the test digits."),
    ),
    "08 search": Guess(
        _("60 trials, learning rates from 0.00001 to 10. Which rate will the best trial have?"),
        _("between 0.01 and 1"),
        (_("below 0.01"), _("between 0.01 and 1"), _("above 1")),
        _("Each dot is a trial; watch where the bright ones gather."),
    ),
}
