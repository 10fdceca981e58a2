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
        _("38 of 100 in the pixels, 49 after layer 1, 69 after layer 2. In all directions, not just two, it is 89, 93 and 96."),
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
        _("For one epoch the learning rate was 5, and the loss jumped. Does 0.1 bring the network back?"),
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
        _("At 0.03 it comes to a loss near 0.5 after an epoch; at 0.1 it learns little, or nothing."),
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
    "08 border": Guess(
        _("A network knows 20 noisy points by heart. With which of the two does the plane become paler?"),
        _("with weight decay 0.02"),
        (_("with weight decay 0.02"), _("with dropout 0.3"), _("with both alike")),
        _("Weight decay makes the weights small, and the slopes gentle. Dropout leaves the weights large."),
    ),
    "09 window": Guess(
        _("A 3×3 filter holds a single 1, in the cell right of the middle. Which way does the digit go in the map?"),
        _("to the left"),
        (_("to the left"), _("to the right"), _("it stays, and gets paler")),
        _("Each place of the map now looks one pixel further right. Set the cells and see."),
    ),
    "09 filters": Guess(
        _(
            "The trained SimpleConvNet has 30 filters and reads 99 of 100 test digits. One filter is switched off, the one that"
            " it misses most. How many does it read then?"
        ),
        98,
        because=_("What one filter finds, others find as well. Switch off some under touch: below the picture stands the count."),
    ),
    "10 edge": Guess(
        _("A 1 is drawn as a single stroke at the very left edge, and nothing is centred. What does the MLP read?"),
        _("some other digit"),
        (_("a 1, surely"), _("a 1, with doubts"), _("some other digit")),
        _("It has hardly ever seen ink there. Take the tick at centring away, draw it, and bring the tick back."),
    ),
    "10 errors": Guess(
        _("The MLP 784-50-100-10 misreads 37 of the 2,000 test digits. How many does DeepConvNet misread?"),
        8,
        because=_("Choose it under network: the words below the matrix count them."),
    ),
    "playground 1": Guess(
        _("No hidden layer, and the features x1 and x2. How much of the circle does it get right?"),
        _("about half, as guessing does"),
        (_("about half, as guessing does"), _("about three quarters"), _("nearly all")),
        _("A straight line cannot go round anything."),
    ),
    "playground 2": Guess(
        _("One hidden layer, and each neuron has one straight border. How many does it take to fence the inner points in?"),
        3,
        because=_("A triangle is the simplest fence."),
    ),
    "playground 3": Guess(
        _("Three arms of a spiral, one hidden layer of 2 neurons. Where does it go wrong most?"),
        _("inside, where the arms are close together"),
        (_("inside, where the arms are close together"), _("outside"), _("everywhere alike")),
        _("Two borders cut slices, the arms turn; and inside they are so close that the noise mixes them."),
    ),
    "playground 4": Guess(
        _("All first weights are 0, tanh neurons. Which weights will ever move?"),
        _("no weight"),
        (_("all of them"), _("those of the last layer"), _("no weight")),
        _("Each weight's gradient has a factor of 0 in it. Only the biases of the output move."),
    ),
    "playground 5": Guess(
        _("The learning rate is 3, ten times as much as at the start. How does the loss end?"),
        _("above that of guessing"),
        (_("lower than with 0.3, and sooner"), _("just as with 0.3"), _("above that of guessing")),
        _("The neurons are thrown to their ends, -1 and 1, and there they have no slope."),
    ),
    "playground 6": Guess(
        _("20 noisy points and two layers of 8 neurons. How do the two losses end?"),
        _("training near 0, test above guessing"),
        (_("both near 0"), _("training near 0, test at its lowest"), _("training near 0, test above guessing")),
        _("It knows the points by heart, and where it is wrong on others it is sure."),
    ),
    "playground 7": Guess(
        _("The same with weight decay 0.02. Which loss ends lower than without?"),
        _("that of the test points"),
        (_("that of the training points"), _("that of the test points"), _("both")),
        _("It no longer knows every point, and knows better what it does not know."),
    ),
    "playground 8": Guess(
        _("Batch size 1, and the loss jumps about. After 2,000 steps the rate goes from 0.3 to 0.02. What does the curve do?"),
        _("it falls at once and stays calm"),
        (_("it falls at once and stays calm"), _("it falls slowly"), _("it jumps on as before")),
        _("With the large rate each point that did not fit threw the weights too far to settle."),
    ),
}
