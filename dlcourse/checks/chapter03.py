"""Checks of chapter 03, reading digits with a network that has learned."""

import ast
import functools
import re

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.text import _

# Where a text in a program says: look on this computer, or in the folder that we happen to be in.
ONE_PLACE = re.compile(r"[A-Za-z]:[\\/]|[/\\~]|(\.{1,2}|data)([\\/]|$)")


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


@exercise("3.2", "Find the bug: a black square", kind="find the bug", points=2, section="Whole numbers wrap around",
          names=("to_pixels",))  # fmt: skip
def a_black_square(trial: Trial) -> None:
    """The notes' np.uint8(img), on pixels from 0 to 1, which cuts them all down to 0."""
    f, rng = trial.subject, trial.rng
    black = _("Nearly all is black. np.uint8 cuts off what stands behind the point: 0.99 becomes 0.")
    more = _("In the file, ink was 255. Which number did somebody divide by, and how do you take that back?")
    for dtype in (np.float32, float):
        stored = rng.permutation(np.append(np.arange(256), rng.integers(0, 256, 784 - 256))).reshape(28, 28)
        img = (stored.astype(dtype) / 255).reshape(784)
        found = trial.call(f, img)
        trial.equal(found, stored, [
            ("cut off", stored // 255, black, more),
            ("cut off", np.round(stored / 255), black, more),
            ("cut off", stored // 255 * 255, _("You cut off first and multiply then: only 0 and 255 are left.")),
            ("wrap", stored * 256 // 255 % 256, _("Full ink has become 0: 256 does not fit into uint8.")),
            ("formula", (stored > 127) * 255, _("Only black and white are left. The grey edges belong to it.")),
            ("sign", 255 - stored, _("Ink and paper are swapped.")),
            ("axis", stored.T, _("Rows and columns are swapped.")),
            ("scale", stored / 255, _("Those are still numbers from 0 to 1.")),
            ("shape", stored.reshape(784), _("The values are right. But a picture has 28 rows.")),
        ])  # fmt: skip
        text = _("The values are right, in {dtype}. Programs that show pictures want whole numbers of one byte, uint8.")
        dtype = trial.array(found).dtype
        trial.expect(dtype == np.uint8, "dtype", text.format(dtype=dtype))


@exercise("3.3", "Black ink on white paper", kind="write it", points=2, section="Whole numbers wrap around",
          names=("prepare",))  # fmt: skip
def black_ink(trial: Trial) -> None:
    """Scanned pictures, 0 for ink and 255 for paper, made into what a network of this chapter reads."""
    f, rng = trial.subject, trial.rng
    one = _("A single picture, of shape (height, width), does not work. It becomes one row of pixels.")
    wrap = _("In uint8 there is nothing below 0: it begins again at 255. Divide first.")
    for shape in ((3, 4, 5), (2, 28, 28), (6, 7), (1, 3, 2), (28, 28)):
        images = rng.integers(1, 255, shape).astype(np.uint8)
        images.flat[:2] = 0, 255
        flat = (*shape[:-2], shape[-2] * shape[-1])
        x = images.reshape(flat)
        grey = x.astype(float)
        found = trial.call(f, images, raised=("one sample", one) if images.ndim == 2 else None)
        trial.equal(found, 1 - x / 255, [
            ("sign", x / 255, _("The paper is 1 and the ink is 0. The network knows it the other way round.")),
            ("sign", x / 255 - 1, _("The pixels are negative. Ink should be 1, paper 0.")),
            ("scale", 255 - x, _("Ink is 255 here. The network has learned from pixels between 0 and 1.")),
            ("wrap", np.uint8(1) - x, wrap),
            ("wrap", (np.uint8(1) - x) / 255, wrap),
            ("wrap", -x / 255, wrap),
            ("wrap", -x, wrap),
            ("cut off", 1 - x // 255, _("The greys are gone: // cuts off what stands behind the point.")),
            ("cut off", x == 0, _("The greys are gone.")),
            ("values", (256 - grey) / 256, _("Nearly: ink of 0 should become exactly 1, paper of 255 exactly 0.")),
            ("values", 1 - x / 256, _("Nearly: paper of 255 should become exactly 0.")),
            ("axis", lambda: np.swapaxes(1 - images / 255, -1, -2).reshape(flat),
             _("The pixels come column by column. They should come row by row, as text is read.")),
            ("shape", (1 - images / 255).reshape(-1) if len(shape) == 3 else np.nan,
             _("All pictures have become one long row. Each should have a row of its own.")),
            ("one sample", (1 - x / 255)[None] if len(shape) == 2 else np.nan, one),
        ])  # fmt: skip


def _paths(source: str | None) -> list[str]:
    """Give the texts in a program that name one place on one computer, where nothing in it asks for the place."""
    if values.names(source) & {"data_folder", "__file__"}:
        return []
    try:
        nodes = list(ast.walk(ast.parse(source or "")))
    except SyntaxError:  # of a lambda, inspect gives the lines around it
        nodes = []
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if ONE_PLACE.match(text)]


@functools.cache
def _stored(name: str) -> dict[str, np.ndarray]:
    from dlcourse.datasets import data_folder

    with np.load(data_folder() / "weights" / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


@exercise("3.4", "Find the bug: weights that only one computer has", kind="find the bug", points=2,
          section="The weights", names=("init_network",))  # fmt: skip
def weights_of_one_computer(trial: Trial) -> None:
    """The notes' init_network: an absolute path, and a pickle, which is a program and not data."""
    f, right = trial.subject, _stored("two_layer_net")
    hint = _("'{path}' is a place on one computer, or one that depends on where the program is started.")
    more = _("Begin at a folder that is known wherever the course is. The chapter has a function that gives it.")
    paths = _paths(trial.access.source(f))
    trial.expect(not paths, "path", hint.format(path=paths[0] if paths else ""), more)
    found = trial.plain(trial.call(f), _("What init_network gives"))
    trial.expect(found is not None, "missing", _("init_network gives nothing back. Does it end in a return?"))
    text = _("It gives no dict of arrays. W1, b1, W2 and b2 should be its keys.")
    trial.expect(type(found) is dict, "type", text)
    other = _("Those are other weights: two layers are asked for, and these have {count} arrays.")
    trial.expect(len(found) == len(right), "file", other.format(count=len(found)))
    for name, array in right.items():
        trial.expect(name in found, "file", _("There is no {name} in it.").format(name=name))
        trial.shape(found[name], array.shape, name)
        trial.equal(found[name], array, what=name, kind="file", hint=_("{name} is not as stored.").format(name=name))
    hint = _("pickle is still in it. To load a pickle is to run a program, whoever wrote it.")
    trial.avoids(f, "pickle", "joblib", "dill", kind="pickle", hint=hint)


@exercise("3.5", "Find the bug: ten thousand calls", kind="find the bug", points=2,
          section="One by one, or in batches", names=("accuracy",))  # fmt: skip
def ten_thousand_calls(trial: Trial) -> None:
    """The notes' accuracy, right and slow: one call of predict for each image, instead of one for each batch."""
    f, rng = trial.subject, trial.rng
    for count, size, wrong in ((23, 5, [0, 1, 3, 6, 7, 8, 12]), (12, 4, [1, 2, 9]), (7, 10, [2, 5]), (200, 100, [3])):
        x, weights, sizes = rng.normal(size=(count, 4)), rng.normal(size=(4, 3)), []

        def predict(x, weights=weights, sizes=sizes):
            sizes.append(len(x) if x.ndim == 2 else 0)
            return x @ weights

        t = (x @ weights).argmax(axis=1)
        t[wrong] = (t[wrong] + 1) % 3
        right = ~np.isin(np.arange(count), wrong)
        starts = range(0, count, size)
        whole = count // size * size
        flat = sum(int(np.sum((x[i : i + size] @ weights).argmax() == t[i : i + size])) for i in starts)
        columns = _("argmax looks at the columns, or at the whole batch. Each row holds the scores of one image.")
        hint = _("That does not work with predict of a batch: it gives a row of scores for each image of it.")
        given = (size,) if size != 100 else ()  # 100 is what it is when nobody says
        found = trial.call(f, predict, x, t, *given, raised=("axis", hint))
        trial.equal(found, right.mean(), [
            ("sign", 1 - right.mean(), _("That is the share of the wrong ones.")),
            ("scale", right.sum(), _("That is how many are right. What share of all images is it?")),
            ("scale", 100 * right.mean(), _("That is a percentage. The notes give a share, from 0 to 1.")),
            ("scale", right.sum() / len(starts), _("You divide by the number of batches.")),
            ("scale", right.sum() / size, _("You divide by the size of a batch.")),
            ("scale", right.sum() / (len(starts) * size), _("The last batch is smaller: how many images are there?")),
            ("formula", np.mean([right[i : i + size].mean() for i in starts]),
             _("The mean of the batches is not the mean of the images: the last batch is smaller.")),
            ("fence", right[:whole].sum() / count, _("The last batch, the smaller one, is left out.")),
            ("fence", right[:whole].mean() if whole else np.nan, _("The last batch, the smaller one, is left out.")),
            ("axis", flat / count, columns),
            ("state", right[starts[-1] :].mean(), _("That is the accuracy of the last batch alone.")),
            ("state", right[:size].mean(), _("That is the accuracy of the first batch alone.")),
            ("fence", right[list(starts)].sum() / count, _("Only the first image of each batch is counted.")),
        ], kind="values", hint=_("The share is not right. Take two batches of two images, and follow it on paper."),
        )  # fmt: skip
        called = _("The share is right. But predict was called {calls} times for {count} images in batches of {size}.")
        called = called.format(calls=len(sizes), count=count, size=size)
        trial.expect(max(sizes) > 1, "one by one", called, _("x[i:i + batch_size] is a whole batch."))
        all_at_once = _("The share is right. But predict got more images at once than batch_size allows.")
        trial.expect(max(sizes) <= size, "all at once", all_at_once)
        trial.expect(len(sizes) == len(starts), "one by one", called)


@functools.cache
def _test_images() -> tuple[np.ndarray, np.ndarray]:
    from dlcourse.datasets import load_mnist

    return load_mnist()[1]


def _sigmoid(a):
    z = np.exp(-np.abs(a))
    return np.where(a >= 0, 1, z) / (1 + z)


@functools.lru_cache(maxsize=256)
def _without_small(cut: float) -> tuple[float, float]:
    """Give the share of weights of layer 1 that are smaller than `cut`, and the accuracy without them."""
    network, (x, t) = _stored("mlp_784_50_100_10"), _test_images()
    W1 = np.where(np.abs(network["W1"]) < cut, 0, network["W1"])
    z = _sigmoid(_sigmoid(x @ W1 + network["b1"]) @ network["W2"] + network["b2"])
    return float(np.mean(W1 == 0)), float(np.mean((z @ network["W3"] + network["b3"]).argmax(axis=1) == t))


@exercise("3.6", "Half of it is dead weight", kind="measure", points=2, section="How often is it right?",
          names=("cut",))  # fmt: skip
def dead_weight(trial: Trial) -> None:
    """A size below which weights are left out: 55 percent of layer 1, and still 97 of 100 right."""
    cut = trial.number(trial.subject)
    trial.expect(cut > 0, "sign", _("Every weight has a size of 0 or more: nothing lies below that."))
    share, right = _without_small(cut)
    too_few = _("With this cut only {share:.1%} of the weights are left out.").format(share=share)
    trial.expect(share >= 0.55, "too small", too_few)
    too_many = _("With this cut {share:.1%} are left out, and only {right:.1%} of the images are read rightly.")
    more = _("Between a cut that leaves out too few and one that costs too much, halve the distance.")
    trial.expect(right >= 0.97, "too large", too_many.format(share=share, right=right), more)


def _softmax(a):
    z = np.exp(a - a.max(axis=-1, keepdims=True))
    return z / z.sum(axis=-1, keepdims=True)


def _through(network, x, *, bend=_sigmoid, end=_softmax, layers=None, last_bends=False, biases=True):
    """Lead x through all layers, or only so many; with one thing done otherwise."""
    count = min(len(network) // 2, layers or len(network))
    for i in range(1, count + 1):
        x = x @ network[f"W{i}"] + biases * network[f"b{i}"]
        if i < count or last_bends:
            x = bend(x)
    return end(x)


def _network(rng: np.random.Generator, *sizes: int) -> dict[str, np.ndarray]:
    """Give weights and biases of random layers, in no order."""
    network = {}
    for i, (before, after) in enumerate(zip(sizes, sizes[1:], strict=False), start=1):
        network |= {f"W{i}": rng.normal(size=(before, after)), f"b{i}": rng.normal(size=after)}
    return {name: network[name] for name in rng.permutation(list(network)).tolist()}


@exercise("3.7", "As many layers as it has", kind="write it", points=3, section="One image through three layers",
          names=("predict",))  # fmt: skip
def as_many_layers(trial: Trial) -> None:
    """Forward through a network of one, two, three or more layers: one image, and a batch."""
    f, rng = trial.subject, trial.rng
    depth = _("A network of {count} layers does not work. Is a number of layers fixed somewhere?")
    one = _("A single image, of shape (D,), does not work. A batch does.")
    for sizes, shape in (
        ((4, 3, 5, 2), (6, 4)), ((5, 3, 2), (3, 5)), ((3, 4), (2, 3)), ((3, 5, 4, 6, 2), (4, 3)),
        ((2, 2, 2, 2, 2, 2, 3), (5, 2)), ((4, 3, 3, 3), (3, 4)), ((6, 4, 5, 3), (1, 6)), ((6, 4, 5, 3), (6,)),
    ):  # fmt: skip
        network, x = _network(rng, *sizes), rng.normal(size=shape)
        count = len(sizes) - 1
        raised = None if count == 3 else ("depth", depth.format(count=count))
        found = trial.call(f, network, x, raised=("one sample", one) if len(shape) == 1 else raised)
        trial.equal(found, _through(network, x), [
            ("formula", _through(network, x, end=lambda a: a), _("Those are the scores. What makes probabilities?")),
            ("formula", _through(network, x, last_bends=True),
             _("The last layer has a sigmoid, too. Its sums go to softmax as they are.")),
            ("formula", _through(network, x, end=_sigmoid), _("The network ends in a sigmoid, and not in softmax.")),
            ("formula", _through(network, x, bend=lambda a: a), _("Between the layers, the sigmoid is missing.")),
            ("formula", _through(network, x, bend=_softmax), _("Softmax is for the end. Between layers: sigmoid.")),
            ("bias", _through(network, x, biases=False), _("The biases are not in it.")),
            ("axis", _through(network, x, end=lambda a: _softmax(a.T).T if a.ndim == 2 else _softmax(a)),
             _("Softmax goes over the images. Each row holds the scores of one image.")),
            ("axis", _through(network, x, end=lambda a: np.exp(a) / np.exp(a).sum()),
             _("The whole batch sums to 1; each row should, on its own.")),
            ("depth", _through(network, x, layers=count - 1), _("The last layer is left out.")),
            ("depth", _through(network, x, layers=3), depth.format(count=count)),
            ("argmax", _through(network, x).argmax(axis=-1), _("That is the answer. Give all the probabilities.")),
        ])  # fmt: skip
    network = {"W1": np.array([[400.0, -900.0, 0.0], [0.0, 1.0, 900.0]]), "b1": np.array([0.0, 1.0, -500.0])}
    network |= {"W2": np.array([[1000.0, 0.0], [0.0, 1000.0], [500.0, -500.0]]), "b2": np.array([0.0, 1.0])}
    x = np.array([[2.0, -1.0], [-2.0, 1.0], [0.0, 0.5]])
    hint = _("Large sums break it: e to the power of 1000 is infinite for a computer.")
    more = _("functions.sigmoid and functions.softmax take care of that.")
    trial.equal(trial.call(f, network, x), _through(network, x), kind="stability", hint=hint, more=more)


explain("3.8", "Ninety-nine percent sure", points=2, section="Sure, and wrong")
