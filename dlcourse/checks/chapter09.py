"""Checks of chapter 09, convolutional networks; that of the layer itself is in `_chapter09_layer`."""

import math

import numpy as np

from dlcourse.checks import _chapter09_layer  # noqa: F401  (its exercise belongs to this chapter)
from dlcourse.checks import values
from dlcourse.checks._chapter09_columns import Pool, col2im, places, together, windows
from dlcourse.checks.access import Raised
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function
from dlcourse.checks.objects import layer as same_layer
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
    else:
        says = _("it says nothing. ") if found is None else _("it says {found}. ").format(found=found)
        trial.fail(kind, told + says + hint, more)


@exercise("9.2", "Find the bug: the last column nobody sees", kind="find the bug", points=2, section="Padding, stride",
          names=("places",), uses=())  # fmt: skip
def the_last_column(trial: Trial) -> None:
    """The notes' size of a map, which rounds a stride away that does not fit."""
    f, rng = trial.subject, trial.rng
    fits = [(28, 5, 1, 0), (7, 3, 2, 0), (28, 4, 4, 0), (28, 5, 1, 2), (3, 6, 1, 2), (5, 5, 3, 0), (27, 6, 3, 0),
            (3, 5, 2, 2),
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
    for size, k, stride, pad in ((28, 5, 2, 0), (8, 3, 2, 0), (28, 5, 2, 1), (28, 3, 3, 0), (9, 4, 3, 1), (6, 5, 4, 0)):
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


def _to_pool(rng, count, channels, height, width, k):
    # Apart by so much that no two of them share a maximum when they are rounded.
    x = rng.permutation(count * channels * height * width) - 7.0
    return (k,), (x.reshape(count, channels, height, width),), rng.normal(
        size=(count, channels, height // k, width // k))  # fmt: skip


@exercise("9.5", "Max pooling, both ways", kind="write it", points=3, section="Pooling", names=("MyMaxPool",),
          uses=("im2col",))  # fmt: skip
def max_pooling(trial: Trial) -> None:
    """Windows of any size beside each other; the gradient goes to the entry that won, to one alone if several did."""
    rng = trial.rng
    for shape, k in (((2, 3, 4, 6), 2), ((2, 2, 4, 4), 4), ((1, 2, 6, 3), 3), ((3, 1, 2, 4), 1), ((1, 1, 2, 8), 2)):
        # Distinct numbers, half of them negative; the first window has negative ones alone.
        x = rng.permutation(np.arange(math.prod(shape)) - math.prod(shape) / 2 + 0.25).reshape(shape)
        x[:, :, :k, :k] = -1000 - rng.permutation(shape[0] * shape[1] * k * k).reshape(shape[0], shape[1], k, k)
        seen, layer = windows(x, k), trial.new(trial.subject, k)
        right = seen.max(axis=(4, 5))
        trial.method(layer, "forward", -x)
        found = trial.method(layer, "forward", x)
        trial.equal(found, right, [
            ("formula", seen.mean(axis=(4, 5)), _("That is the mean. Max pooling takes the largest.")),
            ("formula", seen.min(axis=(4, 5)), _("That is the smallest of each window.")),
            ("formula", seen.sum(axis=(4, 5)), _("That is the sum of each window.")),
            ("formula", seen[..., 0, 0], _("That is the upper left entry of each window, not the largest.")),
            ("zero", np.maximum(right, 0), _("Where all numbers are negative it says 0, and the largest is below.")),
            ("size", np.nan if shape[2] % 2 + shape[3] % 2 else windows(x, 2).max(axis=(4, 5)), _(
                "The windows are 2 × 2, whatever size was given.")),
            ("channels", right.max(axis=1, keepdims=True), _("Each channel is pooled by itself; the channels stay.")),
            ("order", lambda: x.reshape(*right.shape, -1).max(axis=-1), _(
                "Those are numbers that follow each other in a row, not windows. Which axes has a window?")),
        ])  # fmt: skip
        dout = rng.normal(size=right.shape)
        won, spread = seen == right[..., None, None], dout[..., None, None] * np.ones(seen.shape)
        for _turn in range(2):
            dx = trial.method(layer, "backward", dout)
        none = _("backward gives nothing back. The layer before is waiting for dx.")
        trial.expect(trial.plain(dx) is not None, "missing", none)
        dx_hint = _("dx is not right. Where does it put the number that came back from a window?")
        trial.equal(dx, together(won * spread, shape), [
            ("formula", together(spread, shape), _("All entries get the gradient. Only the one that won had a say.")),
            ("formula", together(spread / k**2, shape), _("That is average pooling's: every entry gets a share.")),
            ("chain rule", together(won * 1.0, shape), _("dout is left out: the winners get what came back, not 1.")),
            ("chain rule", together(won * seen, shape), _("The winners get what came back, not their own value.")),
            ("sign", together(-(won * spread), shape), _("dx has the wrong sign.")),
            ("state", together(2 * won * spread, shape), _("A second backward adds to the first. Each begins anew.")),
            ("state", together((-seen == (-seen).max(axis=(4, 5), keepdims=True)) * spread, shape), _(
                "Those were the winners of an earlier x, not of the last one.")),
            ("axis", together((won * spread).swapaxes(4, 5), shape), _(
                "Each winner is in its window, but with row and column swapped.")),
        ], what="dx", kind="gradient", hint=dx_hint)  # fmt: skip
    layer = trial.new(trial.subject, 2)
    trial.method(layer, "forward", np.zeros((1, 2, 4, 4)))
    dout = rng.uniform(1.0, 2.0, size=(1, 2, 2, 2))
    got = trial.array(trial.method(layer, "backward", dout))
    trial.shape(got, (1, 2, 4, 4))
    got = windows(got, 2)
    ties = _("Behind ReLU a whole window may be 0. Then four share the maximum, and one alone may get the gradient.")
    more = _("A comparison with the maximum finds them all. What finds a single place?")
    one = ((got != 0).sum(axis=(4, 5)) == 1).all() and np.allclose(got.sum(axis=(4, 5)), dout, rtol=1e-4)
    trial.expect(one, "ties", ties, more)
    trial.unchanged()
    same_layer(trial, trial.subject, Pool, _to_pool, ((2, 3, 4, 6, 2), (1, 1, 3, 3, 3), (2, 2, 2, 2, 1)))


def _to_fold(rng, count, channels, height, width, high, wide, stride, pad):
    shape = (count, channels, height, width)
    seen = len(places(shape, high, wide, stride, pad))
    return rng.normal(size=(count * seen, channels * high * wide)), shape, high, wide, stride, pad


@exercise("9.6", "col2im with stride and padding", kind="write it", points=3, section="col2im", names=("fold",),
          uses=("im2col.im2col", "im2col.output_size"))  # fmt: skip
def col2im_with_stride(trial: Trial) -> None:
    """Every entry of the rows is added to the pixel it came from; what fell on the padding is dropped."""
    f, rng = trial.subject, trial.rng
    cases = [((1, 1, 4, 4), 3, 3, 1, 0), ((2, 3, 5, 7), 3, 3, 2, 0), ((2, 2, 4, 5), 2, 3, 1, 1),
             ((1, 2, 5, 7), 3, 3, 2, 1), ((2, 1, 6, 4), 2, 2, 2, 0), ((1, 3, 4, 3), 2, 3, 2, 2),
             ((1, 1, 7, 4), 1, 1, 3, 0)]  # fmt: skip
    for shape, high, wide, stride, pad in cases:
        count = len(places(shape, high, wide, stride, pad))
        rows = rng.normal(size=(shape[0] * count, shape[1] * high * wide))
        given = (high, wide, stride, pad)
        told = _("shape {shape}, windows of {high} × {wide}, stride {stride}, padding {pad}: ")
        told = told.format(shape=shape, high=high, wide=wide, stride=stride, pad=pad)
        right = col2im(rows, shape, *given)
        seen = np.maximum(col2im(np.ones(rows.shape), shape, *given), 1)
        turned = rows.reshape(-1, shape[1], wide, high).swapaxes(2, 3)
        mixed = rows.reshape(-1, high, wide, shape[1]).transpose(0, 3, 1, 2)
        by_place = rows.reshape(count, shape[0], -1).swapaxes(0, 1)
        found = trial.call(f, rows, shape, *given)
        trial.equal(found, right, [
            ("overwritten", lambda: col2im(rows, shape, *given, put=True), _(
                "A later window overwrites what an earlier one brought. A pixel gets the sum.")),
            ("scale", right / (high * wide), _("That is divided by the size of a window. A pixel gets the sum.")),
            ("scale", right / seen, _("That is the mean over the windows that see a pixel. A pixel gets the sum.")),
            ("padding", lambda: col2im(rows, shape, *given, ring=True), told + _("the padding is still there.")),
            ("padding", lambda: col2im(rows, shape, *given, ring=True)[:, :, : shape[2], : shape[3]], told + _(
                "the padding is cut off at one end only.")),
            ("padding", np.zeros((*shape[:2], 0, 0)), told + _("nothing is left. A slice that ends at -0 is empty.")),
            ("sign", -right, _("It takes away instead of adding.")),
            ("axis", lambda: col2im(turned.reshape(rows.shape), shape, *given), _(
                "Within a window, rows and columns are swapped.")),
            ("order", lambda: col2im(mixed.reshape(rows.shape), shape, *given), _(
                "In a row the channels come first, then the window's rows.")),
            ("order", lambda: col2im(by_place.reshape(rows.shape), shape, *given), _(
                "The rows of the first image come first, all of them, then those of the second.")),
        ], kind="values", hint=told + _("some pixels get other rows' numbers, or do not get all of them."), more=_(
            "Window (i, j) begins in row i · stride of the image with its padding. Which is the second row of all?",
        ))  # fmt: skip
    trial.unchanged()
    function(trial, f, col2im, _to_fold, [(2, 3, 5, 7, 3, 3, 2, 1), (1, 1, 1, 1, 1, 1, 1, 0), (2, 2, 2, 2, 2, 2, 1, 1)],
             borders=[case(values.far(rows), *given) for rows, *given in [_to_fold(rng, 2, 1, 5, 5, 3, 3, 1, 0)]],
             fresh=False)


explain("9.8", "Neighbours in a table", points=2, section="Does it use the neighbours?")
