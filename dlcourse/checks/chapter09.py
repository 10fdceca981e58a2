"""Checks of chapter 09, convolutional networks; its layers are in `convolving` and `pooling`."""

import numpy as np

from dlcourse.checks.access import Raised
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.convolving import convolution, folding
from dlcourse.checks.pooling import pooling_layer
from dlcourse.text import _, joined


def _layers(variant: int) -> dict:
    """Give the sizes of a convolution and a pooling, all of which fit, and what comes out of them."""
    rng = np.random.default_rng(variant)
    images, channels, filters, k, pad, high, wide = 20, 3, 8, 7, 3, 5, 7
    if variant:
        images, filters = int(rng.integers(3, 10)) * 10, int(rng.integers(5, 13))
        # With a smaller padding, half of it or none would give the same shape as leaving out the first window.
        k, pad = int(rng.integers(6, 9)), int(rng.integers(3, 5))
        high, wide = (int(number) for number in rng.choice(np.arange(4, 10), 2, replace=False))
    return {
        "images": images, "channels": channels, "filters": filters, "k": k, "pad": pad, "stride": 2,
        "height": 2 * (2 * high - 1) + k - 2 * pad, "width": 2 * (2 * wide - 1) + k - 2 * pad,
        "maps": (images, filters, 2 * high, 2 * wide), "rows": (images * 4 * high * wide, channels * k * k),
        "pooled": (images, filters, high, wide), "learned": filters * (channels * k * k + 1),
    }  # fmt: skip


@exercise("9.1", "Four shapes on paper", kind="predict then run", points=2, section="Pooling", names=("prediction",),
          numbers=_layers)  # fmt: skip
def four_shapes(trial: Trial) -> None:
    """The shapes of a convolution's output, of its rows and after pooling, and how many numbers it learns."""
    n = trial.numbers
    N, C, F, k, pad = n["images"], n["channels"], n["filters"], n["k"], n["pad"]
    _N, _F, high, wide = n["maps"]
    dry = tuple((n[side] - k) // 2 + 1 for side in ("height", "width"))
    channels = _("One filter gives one map, however many channels the image has.")
    trial.answers({name: n[name] for name in ("maps", "rows", "pooled", "learned")}, {
        "maps": [
            ("channels", (N, C, high, wide), joined([channels, _("How many maps are there for each image?")])),
            ("channels", (N, C * F, high, wide), joined([channels, _("The channels are added up.")])),
            ("order", (N, high, wide, F), _("The sizes are right, their order is not: maps come before pixels.")),
            ("order", (F, N, high, wide), _("The images come first, then the maps of each.")),
            ("axis", (N, F, wide, high), _("Height comes before width.")),
            ("shape", (F, high, wide), _("Those are the maps of one image. The batch has an axis of its own.")),
            ("fence", (N, F, high - 1, wide - 1), _("The first window counts, too: + 1.")),
            ("padding", (N, F, *dry), _("Where is the padding?")),
            ("padding", (N, F, *((n[side] + pad - k) // 2 + 1 for side in ("height", "width"))), _(
                "The padding goes around the image: it is added on both sides.")),
            ("stride", (N, F, 2 * high - 1, 2 * wide - 1), _("That is with stride 1.")),
        ],
        "rows": [
            ("channels", (n["rows"][0], k * k), _("A row holds what a window sees, in all channels.")),
            ("channels", (n["rows"][0], n["filters"] * k * k), _(
                "The filters have no say in the rows. A row holds what a window sees.")),
            ("one sample", (high * wide, C * k * k), _("Those are the rows of one image. How many images are there?")),
            ("axis", n["rows"][::-1], _("A window is a row, not a column.")),
            ("formula", (N, n["height"] * n["width"] * C), _("Those are whole images laid flat. A row is one window.")),
        ],
        "pooled": [
            ("channels", (N, F // 2, high // 2, wide // 2), _("Pooling leaves the number of channels as it is.")),
            ("channels", (N, 1, high // 2, wide // 2), _("Each channel is pooled by itself; the channels stay.")),
            ("stride", (N, F, high - 1, wide - 1), _("The window of the pooling moves by 2.")),
            ("formula", n["maps"], _("Pooling makes the maps smaller.")),
            ("axis", (N, F, wide // 2, high // 2), _("Height comes before width.")),
        ],
        "learned": [
            ("bias", F * C * k * k, _("Each filter has a bias, too.")),
            ("bias", F * C * (k * k + 1), _("A filter has one bias, not one for each of its channels.")),
            ("bias", F * C * k * k + 1, _("Each filter has a bias of its own.")),
            ("channels", F * (k * k + 1), _("A filter is as deep as the image: it has a square for each channel.")),
            ("formula", C * k * k + 1, _("That is one filter.")),
            ("formula", F * high * wide * (C * k * k + 1), _("The same weights are used at every place.")),
        ],
    })  # fmt: skip


def _refused(trial: Trial, f, size: int, k: int, stride: int, pad: int, kind: str, hint: str, more: str) -> None:
    told = _("{size} pixels, filter {k}, stride {stride}, padding {pad}: ")
    told = told.format(size=size, k=k, stride=stride, pad=pad)
    try:
        found = trial.plain(trial.access.call(f, (size, k, stride, pad), {}, {}))
    except Raised as error:
        other = _("it stops, as it should, but with {error}, not with a ValueError. That is what says: this cannot be.")
        trial.expect(error.name == "ValueError", "error", told + other.format(error=error.name))
        silent = _("it raises a ValueError, as it should, but without a word. What is it that cannot be?")
        trial.expect(error.text.strip(), "silent", told + silent)
    else:
        says = _("it says nothing. ") if found is None else _("it says {found}. ").format(found=found)
        trial.fail(kind, told + says + hint, more)


@exercise("9.2", "Find the bug: the last column nobody sees", kind="find the bug", points=2, section="Padding, stride",
          names=("places",), uses=())  # fmt: skip
def the_last_column(trial: Trial) -> None:
    """The notes' size of a map, which rounds a stride away that does not fit."""
    f, rng = trial.subject, trial.rng
    fits = [(28, 5, 1, 0), (7, 3, 2, 0), (28, 4, 4, 0), (28, 5, 1, 2), (3, 6, 1, 2), (5, 5, 3, 0), (27, 6, 3, 0),
            (3, 5, 2, 2), (7, 1, 2, 0), (16, 2, 7, 0),
            (8, 2, 2, 1), (10, 3, 3, 1), (1, 1, 1, 0)]  # fmt: skip
    k, stride, pad = (int(rng.integers(low, high)) for low, high in ((5, 9), (2, 5), (0, 3)))
    fits.append((k + stride * int(rng.integers(3, 9)) - 2 * pad, k, stride, pad))
    too_much = _("{size} pixels, filter {k}, stride {stride}, padding {pad} fit, and it raises an error.")
    for size, k, stride, pad in fits:
        hint = too_much.format(size=size, k=k, stride=stride, pad=pad)
        found = trial.call(f, size, k, stride, pad, raised=("too strict", hint))
        left = size + 2 * pad - k
        trial.equal(found, left // stride + 1, [
            ("fence", left // stride, _("The first window counts, too: + 1.")),
            ("padding", (size - k) // stride + 1, _("Where is the padding?")),
            ("padding", (size + pad - k) // stride + 1, _("The padding is added on both sides.")),
            ("stride", left + 1, _("Where is the stride?")),
            ("fence", -(-size // stride), _("The window has a size, too.")),
        ])  # fmt: skip
        text = _("{doing} gives a float. A number of places is a whole number, int: np.zeros(places) takes no other.")
        trial.expect(trial.array(found).dtype.kind in "iu", "dtype", text.format(doing=trial.doing))
    seen = _("But pixels are left over that no window sees: it should refuse.")
    more = _("What is left behind the first window is walked in steps of the stride. When does that come out even?")
    for size, k, stride, pad in ((28, 5, 2, 0), (8, 3, 2, 0), (28, 5, 2, 1), (28, 3, 3, 0), (9, 4, 3, 1), (6, 5, 4, 0),
                                    (16, 4, 11, 0), (1005, 4, 1000, 0), (1002, 3, 1000, 0)):
        _refused(trial, f, size, k, stride, pad, "rounding", seen, more)
    large = _("But the filter is larger than the image with its padding: there is no place at all for it.")
    more = _("A remainder can be 0 for negative numbers, too. Ask for the sizes themselves.")
    for size, k, stride, pad in ((3, 5, 1, 0), (3, 5, 2, 0), (2, 7, 1, 1), (3, 4, 1, 0), (1, 7, 3, 0)):
        _refused(trial, f, size, k, stride, pad, "too large", large, more)


def _slide(image: np.ndarray, W: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return np.sum(windows * W, axis=(2, 3))


@exercise("9.3", "A filter for one direction", kind="measure", points=2, section="Feature map, filters", names=("W",))
def one_direction(trial: Trial) -> None:
    """A filter of 3 by 3 that is light on lines that rise, and on no others."""
    W = trial.array(trial.subject, "W")
    trial.expect(W.dtype.kind in "iuf", "type", _("W does not consist of numbers."))
    trial.expect(W.size == 9, "shape", _("W has the shape {shape}; a filter of 3 × 3 has nine weights.").format(
        shape=W.shape))  # fmt: skip
    W = W.reshape(3, 3)  # as `reached` does
    trial.expect(np.isfinite(W).all(), "stability", _("Not all numbers of W are finite."))
    W = W.astype(float)
    text = _("A weight is outside of -1 … 1.")
    trial.expect(np.abs(W).max() <= 1 + 1e-6, "too large", text)
    upright = np.zeros((9, 9))
    upright[:, 4] = 1.0
    rising, falling, level = _slide(np.eye(9)[::-1], W).max(), _slide(np.eye(9), W).max(), _slide(upright.T, W).max()
    upright = _slide(upright, W).max()
    even = W.sum()
    text = _("That filter likes the lines that fall: row 0 of an image is at the top.")
    trial.expect(not (falling >= 2.5 > rising), "axis", text)
    text = _("The line that rises reaches {found:.5g}, and 2.5 is asked for.").format(found=rising)
    more = _("Which three weights lie on the line when it goes through the middle of the window?")
    trial.expect(rising >= 2.5 - 1e-6, "too small", text, more)
    text = _("On an even area it gives {found:.3g}, and 0 is asked for.").format(found=even)
    more = _("On an even area it gives the sum of its weights.")
    trial.expect(abs(even) <= 1e-6, "offset", text, more)
    names = {_("falls"): falling, _("stands upright"): upright, _("lies level"): level}
    for name, found in names.items():
        text = _("The line that {name} reaches {found:.5g}, and 1 is the most allowed.").format(name=name, found=found)
        more = _("Spread what is negative evenly over the weights beside the line.")
        trial.expect(found <= 1 + 1e-6, "others", text, more)


def _moves(variant: int) -> dict:
    """Give the sizes of an image with one bright pixel that moves, and how many of its moves pooling notices."""
    rng = np.random.default_rng(variant)
    k, cut, bright = 2, 4, 9
    if variant:
        k, cut, bright = (int(rng.integers(low, high)) for low, high in ((2, 6), (3, 9), (2, 30)))
    return {"k": k, "cut": cut, "bright": bright, "width": k * cut, "moves": k * cut - 1,
            "max": cut - 1, "average": cut - 1, "value": bright / k**2, "stride 1": k * cut - 1}  # fmt: skip


@exercise("9.4", "A slight change", kind="predict then run", points=2, section="Does pooling forgive a shift?",
          names=("counted",), numbers=_moves)  # fmt: skip
def a_slight_change(trial: Trial) -> None:
    """The notes' claim that a slight change of position does not change what pooling gives, counted."""
    n = trial.numbers
    notes = ("formula", 0, _("The notes say so. But look at the moves that lead from one window into the next."))
    borders = ("fence", n["cut"], _("It is the borders between the windows that count, not the windows."))
    overlap = _("These windows overlap. Which of them see the bright pixel before a move, and which after it?")
    trial.answers({name: n[name] for name in ("max", "average", "value", "stride 1")}, {
        "max": [notes, borders, ("formula", n["moves"], _("Within a window, does the largest care where it is?"))],
        "average": [notes, borders, ("formula", n["moves"], _("Within a window, does the mean care where it is?"))],
        "value": [
            ("formula", n["bright"], _("That is the maximum. The mean counts the dark pixels, too.")),
            ("scale", n["bright"] / n["k"], _("That is the mean of one row. A window has as many rows as columns.")),
        ],
        "stride 1": [("formula", 0, overlap), ("formula", n["max"], overlap),
                     ("fence", n["width"], _("Those are the places. There is one move less."))],
    }, within=0.005)  # fmt: skip


@exercise("9.5", "Max pooling, both ways", kind="write it", points=3, section="Pooling", names=("MyMaxPool",),
          uses=("im2col",))  # fmt: skip
def max_pooling(trial: Trial) -> None:
    """Windows of any size beside each other; the gradient goes to the entry that won, to one alone if several did."""
    pooling_layer(trial, trial.subject)


@exercise("9.6", "col2im with stride and padding", kind="write it", points=3, section="col2im", names=("fold",),
          uses=("im2col.im2col", "im2col.output_size"))  # fmt: skip
def col2im_with_stride(trial: Trial) -> None:
    """Every entry of the rows is added to the pixel it came from; what fell on the padding is dropped."""
    folding(trial, trial.subject)


@exercise("9.7", "Find the bug: a layer that cannot learn", kind="find the bug", points=3,
          section="Convolution, backward", names=("Convolution",),
          uses=("im2col",))  # fmt: skip
def a_layer_that_cannot_learn(trial: Trial) -> None:
    """The notes' convolution, which keeps nothing for the way back, with a backward that mixes maps and places."""
    convolution(trial, trial.subject)


explain("9.8", "Neighbours in a table", points=2, section="Does it use the neighbours?")
