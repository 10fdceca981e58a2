"""Checks of chapter 03, reading digits with a network that has learned."""

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function
from dlcourse.checks.digits import stored, without_small
from dlcourse.checks.evaluation import accuracy, accuracy_mistakes
from dlcourse.checks.references import network, saturated, sigmoid, softmax, through
from dlcourse.text import _, joined


def _numbers(variant: int) -> dict:
    """Give the sizes of a network's two hidden layers and of a batch, and what follows from them."""
    rng = np.random.default_rng(variant)
    first, second, batch = 60, 30, 16
    if variant:
        first, second = int(rng.choice([20, 40, 50, 60, 80])), int(rng.choice([25, 35, 70, 90, 120]))
        batch = int(rng.integers(12, 18))
    count = 784 * first + first + first * second + second + second * 10 + 10
    return {"first": first, "second": second, "batch": batch, "count": count}


@exercise("3.1", "Shapes before you run", kind="predict then run", points=2, section="Maths", names=("prediction",),
          numbers=_numbers)  # fmt: skip
def shapes_before_you_run(trial: Trial) -> None:
    """Shapes on the way of a batch through three layers, and how many numbers the network is made of."""
    first, second, batch, count = (trial.numbers[name] for name in ("first", "second", "batch", "count"))
    rows = _("The sizes are right, in the wrong order: a row for each image.")
    one = _("So it would be for one image. Here comes a batch.")
    trial.answers({"z1": (batch, first), "W2": (first, second), "b2": (second,), "y": (batch, 10), "count": count}, {
        "z1": [
            ("order", (first, batch), rows),
            ("one sample", (first,), one),
            ("layer", (batch, 784), _("That goes into layer 1. What comes out of it?")),
            ("layer", (batch, second), _("That comes out of layer 2.")),
            ("layer", (784, first), _("That is the shape of the weights of layer 1.")),
        ],
        "W2": [
            ("order", (second, first), _("Rows and columns are swapped: a column of W for each neuron of its layer.")),
            ("layer", (784, second), _("Layer 2 does not see the pixels. What does it see?")),
            ("layer", (784, first), _("Those are the weights of layer 1.")),
            ("layer", (second, 10), _("Those are the weights of layer 3.")),
            ("batch", (batch, second), _("That is z2. Weights are the same, however many images come.")),
        ],
        "b2": [
            ("layer", (first,), _("That is the bias of layer 1: a number for each of ITS neurons.")),
            ("batch", (batch, second), _("A bias is the same for every image of the batch.")),
            ("order", (second, 1), _("That would be a column. It has one axis only.")),
            ("order", (1, second), _("That would be a row of a matrix. It has one axis only.")),
            ("layer", (first, second), _("Those are the weights. How many biases has a neuron?")),
        ],
        "y": [
            ("one sample", (10,), one),
            ("order", (10, batch), rows),
            ("argmax", (batch,), _("That is what argmax makes of it. y holds all the probabilities.")),
            ("layer", (batch, second), _("That goes into layer 3. What comes out of it?")),
        ],
        "count": [
            ("bias", count - first - second - 10, _("Those are the weights. The biases are learned numbers, too.")),
            ("batch", count * batch, _("The weights are there once, not once for each image.")),
            ("layer", count - second * 10 - 10, _("Layer 3 is missing.")),
            ("layer", 784 * first + first, _("That is layer 1 alone.")),
            ("layer", first + second + 10, _("So many neurons and biases there are. Each neuron has weights, too.")),
        ],
    })  # fmt: skip


def _floats(rng: np.random.Generator, *levels: int) -> tuple[np.ndarray]:
    """Give one image, its pixels drawn from these whole numbers, in floats from 0 to 1."""
    return (rng.permutation(np.resize(levels, 784)).astype(np.float64) / 255,)


@exercise("3.2", "Find the bug: a black square", kind="find the bug", points=2, section="Whole numbers wrap around",
          names=("to_pixels",), uses=())  # fmt: skip
def a_black_square(trial: Trial) -> None:
    """The notes' np.uint8(img), on pixels from 0 to 1, which cuts them all down to 0."""
    black = _("Nearly all is black. np.uint8 cuts off what stands behind the point: 0.99 becomes 0.")
    more = _("In the file, ink was 255. Which number did somebody divide by, and how do you take that back?")
    own = _("A picture without full ink, or without paper, comes out wrong: the scale was taken from the picture.")

    def stored(img):
        return np.rint(np.reshape(img, (28, 28)) * 255)

    function(trial, trial.subject, stored, _floats, (range(256), range(30, 200), (0, 255), range(100), (7, 9)), [
        ("cut off", lambda img: stored(img) // 255, black, more),
        ("cut off", lambda img: np.round(stored(img) / 255), black, more),
        ("cut off", lambda img: stored(img) // 255 * 255, _("You cut off first: only 0 and 255 are left.")),
        ("wrap", lambda img: stored(img) * 256 // 255 % 256, _("Full ink has become 0: 256 does not fit into uint8.")),
        ("formula", lambda img: (stored(img) > 127) * 255, _("Only black and white are left, without the greys.")),
        ("own scale", lambda img: stored(img / img.max()), own),
        ("own scale", lambda img: stored((img - img.min()) / (img.max() - img.min())), own),
        ("sign", lambda img: 255 - stored(img), _("Ink and paper are swapped.")),
        ("axis", lambda img: stored(img).T, _("Rows and columns are swapped.")),
        ("scale", lambda img: stored(img) / 255, _("Those are still numbers from 0 to 1.")),
        ("shape", lambda img: stored(img).reshape(784), _("The values are right. But a picture has 28 rows.")),
    ], borders=[case(np.zeros(784), kind="own scale", hint=own), case(np.ones(784), kind="own scale", hint=own)],
        dtypes=("f4",))  # fmt: skip
    for dtype in (np.float32, float):
        found = trial.array(trial.call(trial.subject, _floats(trial.rng, *range(256))[0].astype(dtype)))
        text = _("The values are right, in {dtype}. Programs that show pictures want whole numbers of one byte, uint8.")
        trial.expect(found.dtype == np.uint8, "dtype", text.format(dtype=found.dtype))


def _scans(rng: np.random.Generator, *shape: int) -> tuple[np.ndarray]:
    """Give pictures that have neither full ink nor white paper, but for the larger ones."""
    low, high = (0, 256) if max(shape) > 5 else (20, 200)
    return (rng.integers(low, high, shape).astype(np.uint8),)


@exercise("3.3", "Black ink on white paper", kind="write it", points=2, section="Whole numbers wrap around",
          names=("prepare",), uses=())  # fmt: skip
def black_ink(trial: Trial) -> None:
    """Scanned pictures, 0 for ink and 255 for paper, made into what a network of this chapter reads."""
    one = _("A single picture, of shape (height, width), does not work. It becomes one row of pixels.")
    wrap = _("In uint8 there is nothing below 0: it begins again at 255. Divide first.")
    own = _("A picture without full ink, or without paper, comes out wrong: the scale was taken from the picture.")

    def flat(images):
        return images.reshape(*images.shape[:-2], -1)

    def ink(images):
        return flat(1 - images / 255)

    function(trial, trial.subject, ink, _scans, (
        (3, 4, 5), (2, 28, 28), (6, 7), (1, 3, 2), (28, 28), (5, 5, 5), (2, 1, 1), (2, 1, 3), (4, 9, 9),
    ), [
        ("sign", lambda x: flat(x / 255), _("The paper is 1 and the ink 0. The network knows it the other way round.")),
        ("sign", lambda x: flat(x / 255 - 1), _("The pixels are negative. Ink should be 1, paper 0.")),
        ("scale", lambda x: flat(255 - x), _("Ink is 255 here. The network has learned from pixels between 0 and 1.")),
        ("wrap", lambda x: flat((1 - x) % 256), wrap),
        ("wrap", lambda x: flat((1 - x) % 256 / 255), wrap),
        ("wrap", lambda x: flat(-x % 256 / 255), wrap),
        ("wrap", lambda x: flat(-x % 256), wrap),
        ("cut off", lambda x: flat(1 - x // 255), _("The greys are gone: // cuts off what stands behind the point.")),
        ("cut off", lambda x: flat(x == 0), _("The greys are gone.")),
        ("values", lambda x: flat((256 - x) / 256), _("Nearly: paper of 255 should become exactly 0.")),
        ("values", lambda x: flat(1 - x / 256), _("Nearly: paper of 255 should become exactly 0.")),
        ("own scale", lambda x: flat(1 - x / x.max()), own),
        ("own scale", lambda x: flat((x.max() - x) / (x.max() - x.min())), own),
        ("axis", lambda x: flat(np.swapaxes(1 - x / 255, -1, -2)), _(
            "The pixels come column by column. They should come row by row, as text is read.")),
        ("shape", lambda x: (1 - x / 255).reshape(-1), _(
            "All pictures have become one long row. Each should have a row of its own.")),
        ("one sample", lambda x: ink(x)[None] if x.ndim == 2 else ink(x), one),
    ], borders=[case(np.full(shape, value, np.uint8), kind="own scale", hint=own)
                for shape in ((3, 3), (2, 4, 4)) for value in (0, 255)] + [
            case(np.concatenate([np.full((1, 4, 4), value, np.uint8), *_scans(trial.rng, 3, 4, 4)]))
            for value in (0, 255)],
        raised=lambda x: ("one sample", one) if x.ndim == 2 else None, dtypes=())  # fmt: skip


@exercise("3.4", "Find the bug: weights that only one computer has", kind="find the bug", points=2,
          section="The weights", names=("init_network",), uses=("datasets", "storage"))  # fmt: skip
def weights_of_one_computer(trial: Trial) -> None:
    """The notes' init_network: an absolute path, and a pickle, which is a program and not data."""
    f, right = trial.subject, stored("two_layer_net")
    hint = _("'{path}' is a place on one computer, or one that depends on where the program is started.")
    more = _("Begin at a folder that is known wherever the course is. The chapter has a function that gives it.")
    try:
        found = trial.call(f)
    finally:  # also where nothing lies there
        for path in trial.places[:1]:
            trial.fail("path", hint.format(path=path), more)
    found = trial.plain(found, _("What init_network gives"))
    trial.expect(found is not None, "missing", _("init_network gives nothing back. Does it end in a return?"))
    text = _("It gives no dict of arrays. W1, b1, W2 and b2 should be its keys.")
    trial.expect(type(found) is dict, "type", text)
    other = _("Those are other weights: two layers are asked for, and these have {count} arrays.")
    trial.expect(len(found) == len(right), "file", other.format(count=len(found)))
    for name, array in right.items():
        trial.expect(name in found, "file", _("There is no {name} in it.").format(name=name))
        trial.expect(type(found[name]) is np.ndarray, "type", _("{name} is no array.").format(name=name))
        trial.shape(found[name], array.shape, name)
        same = np.array_equal(np.asarray(found[name], array.dtype), array)
        trial.expect(same, "file", _("{name} is not as stored.").format(name=name))
    trial.call(f)
    for text in trial.its_own():
        trial.fail("aliasing", text)
    hint = _("pickle is still in it. To load a pickle is to run a program, whoever wrote it.")
    trial.without("pickle", "_pickle", "joblib", "dill", "cloudpickle", "marshal", kind="pickle", hint=hint)
    hint = _("allow_pickle=True is in it: np.load would then run the pickles that a file holds.")
    trial.without("allow_pickle", kind="pickle", hint=hint)


def _batches(rng: np.random.Generator, count: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Give images, the weights of a network that reads them, labels of which a few are not what it says, and a size."""
    x, weights = rng.normal(size=(count, 4)), rng.normal(size=(4, 3))
    t = (x @ weights).argmax(axis=1)
    wrong = rng.choice(count, size=rng.integers(1, max(2, count // 2)), replace=False)
    t[wrong] = (t[wrong] + 1) % 3
    return x, weights, t, size


@exercise("3.5", "Find the bug: ten thousand calls", kind="find the bug", points=2,
          section="One by one, or in batches", names=("accuracy",), uses=())  # fmt: skip
def ten_thousand_calls(trial: Trial) -> None:
    """The notes' accuracy, right and slow: one call of predict for each image, instead of one for each batch."""
    calls = []

    def ask(case):
        x, weights, t, size = case.args
        sizes = []
        calls.append((len(x), size, sizes))

        def predict(x):
            sizes.append(len(x) if x.ndim == 2 else 0)
            return x @ weights

        hint = _("That does not work with predict of a batch: it gives a row of scores for each image of it.")
        given = (size,) if size != 100 else ()  # 100 is what it is when nobody says
        default = _("Without a batch_size it does not work: accuracy(predict, x, t) takes 100.")
        return trial.call(trial.subject, predict, x, t, *given, layout=case.layout,
                          raised=("axis", hint) if given else ("default", default))  # fmt: skip

    function(trial, trial.subject, accuracy, _batches, (
        (23, 5), (12, 4), (7, 10), (200, 100), (130, 100), (9, 3), (1, 1), (8, 8), (3, 2), (700, 100),
    ), accuracy_mistakes(), borders=[case(np.zeros((6, 4)), np.ones((4, 3)), np.array([0, 1, 0, 2, 2, 0]), 4)], dtypes=("f4",), ask=ask, hint=_(
        "The share is not right. Take two batches of two images, and follow it on paper."))  # fmt: skip
    for count, size, sizes in calls:
        wanted = [min(size, count - i) for i in range(0, count, size)]
        called = _("The share is right. But predict was called {calls} times for {count} images in batches of {size}."
                   ).format(calls=len(sizes), count=count, size=size)  # fmt: skip
        if size > 1 and count > 1:
            trial.expect(max(sizes) > 1, "one by one", called, _("x[i:i + batch_size] is a whole batch."))
        trial.expect(max(sizes) <= size, "all at once", _(
            "The share is right. But predict got more images at once than batch_size allows."))
        trial.expect(len(sizes) == len(wanted), "one by one", called)
        uneven = _("The share is right. But the batches have the sizes {sizes}. All are full, except perhaps the last.")
        trial.expect(sizes == wanted, "uneven", uneven.format(sizes=sizes[:5]))


@exercise("3.6", "Half of it is dead weight", kind="measure", points=2, section="How often is it right?",
          names=("cut",))  # fmt: skip
def dead_weight(trial: Trial) -> None:
    """A size below which weights are left out: 55 percent of layer 1, and still 97 of 100 right."""
    cut = trial.number(trial.subject)
    trial.expect(cut > 0, "sign", _("Every weight has a size of 0 or more: nothing lies below that."))
    share, right = without_small(cut)
    too_few = _("With this cut only {share:.1%} of the weights are left out.").format(share=share)
    trial.expect(share >= 0.55, "too small", too_few)
    too_many = _("With this cut {share:.1%} are left out, and only {right:.1%} of the images are read rightly.")
    more = _("Between a cut that leaves out too few and one that costs too much, halve the distance.")
    trial.expect(right >= 0.97, "too large", too_many.format(share=share, right=right), more)


@exercise("3.7", "As many layers as it has", kind="write it", points=3, section="One image through three layers",
          names=("predict",), uses=("functions.sigmoid", "functions.softmax"))  # fmt: skip
def as_many_layers(trial: Trial) -> None:
    """Forward through a network of one, two, three or more layers: one image, and a batch."""
    depth = _("A network of {count} layers does not work. Is a number of layers fixed somewhere?")
    text = _("W10 comes after W9, and not after W1: as texts, names sort otherwise than as numbers.")
    one = _("A single image, of shape (D,), does not work. A batch does.")
    hint = _("Large sums break it: e to the power of 1000 is infinite for a computer.")
    more = _("functions.sigmoid and functions.softmax take care of that.")

    def misfit(network, x):
        count = len(network) // 2
        if x.ndim == 1:
            return "one sample", one
        if count >= 10:
            return "depth", joined([depth.format(count=count), text])
        return None if count == 3 else ("depth", depth.format(count=count))

    def only(count):
        return lambda n, x: through(n, x, names=range(1, min(count, len(n) // 2) + 1))

    function(trial, trial.subject, through, network, (
        (6, 4, 3, 5, 2), (3, 5, 3, 2), (2, 3, 4), (4, 3, 5, 4, 6, 2), (5, 2, 2, 2, 2, 2, 2, 3), (3, 4, 3, 3, 3),
        (1, 6, 4, 5, 3), (4, *(3,) * 12), (2, 4, *(3,) * 20), (0, 6, 4, 5, 3), (0, 3, 2), (2, 2, 1, 2), (3, 3, 1),
    ), [
        ("formula", lambda n, x: through(n, x, end=lambda a: a), _("Those are the scores. What makes probabilities?")),
        ("formula", lambda n, x: through(n, x, last_bends=True), _(
            "The last layer has a sigmoid, too. Its sums go to softmax as they are.")),
        ("formula", lambda n, x: through(n, x, end=sigmoid), _("The network ends in a sigmoid, and not in softmax.")),
        ("formula", lambda n, x: through(n, x, bend=lambda a: a), _("Between the layers, the sigmoid is missing.")),
        ("formula", lambda n, x: through(n, x, bend=softmax), _("Softmax is for the end. Between layers: sigmoid.")),
        ("bias", lambda n, x: through(n, x, biases=False), _("The biases are not in it.")),
        ("axis", lambda n, x: through(n, x, end=lambda a: softmax(a.T).T), _(
            "Softmax goes over the images. Each row holds the scores of one image.")),
        ("axis", lambda n, x: through(n, x, end=lambda a: np.exp(a) / np.exp(a).sum()), _(
            "The whole batch sums to 1; each row should, on its own.")),
        ("argmax", lambda n, x: through(n, x).argmax(axis=-1), _("That is the answer. Give all the probabilities.")),
        ("order", lambda n, x: through(n, x, names=sorted(range(1, len(n) // 2 + 1), key=str)), text),
        *(("depth", layers(count), _("It goes through {count} layers, whatever network comes.").format(count=count))
          for count in range(1, 16) for layers in (only, lambda c: lambda n, x: through(n, x, names=range(1, c + 1)))),
        ("depth", lambda n, x: through(n, x, names=range(1, len(n) // 2) or [0]), _("The last layer is left out.")),
    ], borders=[
        case(*saturated(), kind="stability", hint=hint, more=more),
        *(case(n, values.far(x)) for n, x in [network(trial.rng, 4, 3, 5, 4)]),
    ], raised=misfit)  # fmt: skip


explain("3.8", "Ninety-nine percent sure", points=2, section="Sure, and wrong")
