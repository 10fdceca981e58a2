"""What every layer must do. A new layer is found by itself, and needs one line in EXAMPLES: how to make a small one."""

import copy
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import dlcourse
from dlcourse.convolution import AveragePooling, Convolution, MaxPooling
from dlcourse.gradients import numerical_gradient, relative_error
from dlcourse.layers import Affine, Flatten, Layer, ReLU, Sigmoid, Tanh
from dlcourse.normalization import BatchNormalization
from dlcourse.regularization import Dropout


@dataclass
class Example:
    """One small layer: how it is made, of which shape its input is, and which shapes it refuses."""

    make: Callable[[Callable], Layer]  # gets a function that draws an array of a given shape
    shape: tuple[int, ...]  # of x, with a batch of 4 or more
    wrong: tuple[tuple[int, ...], ...] = ()
    misfits: tuple[tuple[int, ...], ...] = ()  # shapes refused because the filter and its stride do not fit them
    out: tuple[int, ...] | None = None  # of the output; that of x if not given


NO_IMAGES = ((5, 2), (2, 7, 7), (1, 5, 2, 7, 7), (0, 2, 7, 7), (7,), ())

EXAMPLES: dict[type[Layer], list[Example]] = {
    Affine: [
        Example(lambda draw: Affine(draw(3, 2), draw(2)), (5, 3), ((5, 2), (5, 4), (3,), (2, 5, 3), ()), out=(5, 2)),
        Example(lambda draw: Affine(draw(1, 1), draw(1)), (4, 1), ((4, 2), (1,))),
    ],
    ReLU: [Example(lambda draw: ReLU(), (4, 3)), Example(lambda draw: ReLU(), (4, 2, 3, 3))],
    Sigmoid: [Example(lambda draw: Sigmoid(), (4, 3)), Example(lambda draw: Sigmoid(), (4, 2, 3, 3))],
    Tanh: [Example(lambda draw: Tanh(), (4, 3)), Example(lambda draw: Tanh(), (4, 2, 3, 3))],
    Flatten: [
        Example(lambda draw: Flatten(), (4, 2, 3, 3), ((4,), ()), out=(4, 18)),
        Example(lambda draw: Flatten(), (4, 3), ((4,), ())),
    ],
    BatchNormalization: [
        Example(
            lambda draw: BatchNormalization(1.5 + draw(3), draw(3)), (5, 3), ((5, 2), (3,), (0, 3), (4, 3, 2), ())
        ),
        Example(lambda draw: BatchNormalization(1.5 + draw(2), draw(2)), (4, 2, 3, 3), ((4, 3, 3, 2), (0, 2, 3, 3))),
    ],
    Dropout: [
        Example(lambda draw: Dropout(0.3, rng=0), (4, 6)),
        Example(lambda draw: Dropout(0.6, rng=0, inverted=True), (4, 2, 3, 3)),
    ],
    Convolution: [
        Example(
            lambda draw: Convolution(draw(3, 2, 3, 3), draw(3)), (9, 2, 7, 7),
            ((9, 3, 7, 7), *NO_IMAGES), ((9, 2, 2, 7), (9, 2, 7, 2)), (9, 3, 5, 5),
        ),
        Example(
            lambda draw: Convolution(draw(2, 1, 2, 3), draw(2), stride=2, pad=1), (4, 1, 4, 5),
            ((4, 2, 4, 5),), ((4, 1, 5, 5), (4, 1, 4, 4)), (4, 2, 3, 3),
        ),
    ],
    MaxPooling: [
        Example(lambda draw: MaxPooling(2, 2), (4, 2, 4, 6), NO_IMAGES, ((4, 2, 5, 6), (4, 2, 4, 1)), (4, 2, 2, 3)),
        Example(lambda draw: MaxPooling(3, 2, stride=1, pad=1), (4, 2, 4, 3), ((4, 2, 0, 3),), out=(4, 2, 4, 4)),
    ],
    AveragePooling: [
        Example(lambda draw: AveragePooling(2, 2), (4, 2, 4, 6), NO_IMAGES, ((4, 2, 5, 6), (4, 2, 4, 1)), (4, 2, 2, 3)),
        Example(lambda draw: AveragePooling(3, 2, stride=1, pad=1), (4, 2, 4, 3), ((4, 2, 0, 3),), out=(4, 2, 4, 4)),
    ],
}  # fmt: skip

CASES = [
    pytest.param(example, id=f"{kind.__name__}{number}")
    for kind, examples in EXAMPLES.items()
    for number, example in enumerate(examples)
]
of_each_layer = pytest.mark.parametrize("example", CASES)
in_both_modes = pytest.mark.parametrize("training", [False, True], ids=["test", "training"])


def subclasses(kind):
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def find_layers():
    """Import every module that derives a class from a layer, and give all layers of the package."""
    folder, found = Path(dlcourse.__file__).parent, {Layer}
    sources = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    while True:
        names = "|".join(kind.__name__ for kind in found)
        for path, source in sources.items():
            if re.search(rf"^ *class \w+\([^)]*\b({names})\b", source, re.MULTILINE):
                parts = path.relative_to(folder).with_suffix("").parts
                importlib.import_module(".".join(["dlcourse", *parts]).removesuffix(".__init__"))
        # What widgets wrap around a learner's own layer is none of ours.
        ours = [kind for kind in subclasses(Layer) if kind.__module__.startswith("dlcourse.")]
        now = {Layer, *(kind for kind in ours if not kind.__module__.startswith("dlcourse.widgets."))}
        if now == found:
            return found - {Layer}
        found = now


def test_every_layer_has_an_example():
    public = {kind for kind in find_layers() if not kind.__name__.startswith("_")}
    assert {Affine, ReLU, Convolution, BatchNormalization} < public
    assert not public - set(EXAMPLES), "give each new layer an example in EXAMPLES"
    assert not set(EXAMPLES) - public
    for kind in public:
        assert kind.__name__ in importlib.import_module(kind.__module__).__all__


# Tools


def spread(shape, dtype=np.float64, seed=0):
    """Give numbers in (-2, 2) that are all different, and all away from 0: no kinks and no ties within reach of h."""
    n = int(np.prod(shape))
    values = (np.random.default_rng(seed).permutation(n) - n / 2 + 0.5) * (4 / n)
    return np.where(values == 0, 1 / n, values).reshape(shape).astype(dtype)


def build(example, dtype=np.float64):
    rng = np.random.default_rng(1)
    return example.make(lambda *shape: rng.normal(size=shape).astype(dtype))


def forward(layer, x, training):
    """Go forward; a layer that draws draws the same each time."""
    if hasattr(layer, "rng"):
        layer.rng = np.random.default_rng(5)
    return layer.forward(x, training=training)


def upstream(out, seed=3):
    return np.random.default_rng(seed).normal(size=out.shape).astype(out.dtype)


def copies(arrays):
    return {name: array.copy() for name, array in arrays.items()}


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


# The contract


@of_each_layer
@in_both_modes
def test_shapes(example, training):
    layer, x = build(example), spread(example.shape)
    assert len(x) >= 4
    out = forward(layer, x, training)
    assert out.shape == (example.out or example.shape)
    assert layer.backward(upstream(out)).shape == x.shape
    assert layer.grads.keys() == layer.params.keys()
    for name, array in layer.params.items():
        assert layer.grads[name].shape == array.shape


@of_each_layer
@in_both_modes
def test_gradients(example, training):
    layer, x = build(example), spread(example.shape)
    dout = upstream(forward(layer, x, training))

    def weighted(_):
        return float(np.sum(dout * forward(layer, x, training)))

    expected = {name: numerical_gradient(weighted, array, h=1e-5) for name, array in layer.params.items()}
    expected["x"] = numerical_gradient(weighted, x, h=1e-5)
    forward(layer, x, training)
    found = {"x": layer.backward(dout), **layer.grads}
    assert found.keys() == expected.keys()
    for name in expected:
        assert np.abs(expected[name]).max() > 1e-3, f"the gradient of {name} is zero: such a check proves nothing"
        assert relative_error(found[name], expected[name]).max() <= 1e-6, name


@of_each_layer
@in_both_modes
def test_nothing_given_is_changed(example, training):
    layer, x = build(example), spread(example.shape)
    before, params = x.copy(), copies(layer.params)
    for array in (x, *layer.params.values()):
        array.flags.writeable = False
    dout = upstream(forward(layer, x, training))
    kept = dout.copy()
    dout.flags.writeable = False
    layer.backward(dout)
    layer.backward_params(dout)
    assert (x == before).all() and (dout == kept).all()
    same(layer.params, params)


@of_each_layer
def test_testing_is_deterministic_and_learns_nothing(example):
    layer, x = build(example), spread(example.shape)
    layer.forward(x, training=True)  # so that running statistics are no longer those of the beginning
    state = copies(layer.state)
    out = layer.forward(x)
    np.testing.assert_array_equal(layer.forward(x), out)
    np.testing.assert_array_equal(layer.forward(x, training=False), out)
    same(layer.state, state)
    # An answer does not depend on who else is asked about.
    np.testing.assert_allclose(layer.forward(x[1:3]), out[1:3], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(layer.forward(x[:1]), out[:1], rtol=1e-13, atol=1e-15)


@of_each_layer
@in_both_modes
def test_float32_stays_float32(example, training):
    layer, x = build(example, np.float32), spread(example.shape, np.float32)
    out = forward(layer, x, training)
    dx = layer.backward(upstream(out))
    arrays = {"out": out, "dx": dx, **layer.params, **{f"d{n}": g for n, g in layer.grads.items()}, **layer.state}
    assert {name: array.dtype for name, array in arrays.items()} == dict.fromkeys(arrays, np.float32)
    exact = build(example)
    for name, array in layer.params.items():
        exact.params[name] = array.astype(np.float64)
    precise = forward(exact, x.astype(np.float64), training)
    assert precise.dtype == np.float64
    np.testing.assert_allclose(out, precise, rtol=1e-4, atol=1e-5)


@of_each_layer
def test_float32_parameters_and_state_are_made_from_float32(example):
    layer = build(example, np.float32)
    for array in (*layer.params.values(), *layer.state.values()):
        assert array.dtype == np.float32


@of_each_layer
def test_backward_needs_a_forward(example):
    layer = build(example)
    message = f"^{type(layer).__name__}: backward came before forward$"
    for backward in (layer.backward, layer.backward_params):
        with pytest.raises(RuntimeError, match=message):
            backward(np.ones(example.out or example.shape))


@of_each_layer
@in_both_modes
def test_wrong_shapes_of_x_are_refused(example, training):
    layer = build(example)
    params, state = copies(layer.params), copies(layer.state)
    for shape in example.wrong:
        with pytest.raises(ValueError) as caught:
            layer.forward(np.ones(shape), training=training)
        assert str(caught.value).startswith(f"{type(layer).__name__}: "), f"{shape}: {caught.value}"
        assert str(shape) in str(caught.value), f"{shape}: {caught.value}"
    for shape in example.misfits:
        with pytest.raises(ValueError, match=r"(stride \d does not fit|a filter of \d is larger)"):
            layer.forward(np.ones(shape), training=training)
    same(layer.params, params)
    same(layer.state, state)
    out = forward(layer, spread(example.shape), training)  # it works as if nothing had been
    np.testing.assert_array_equal(out, forward(build(example), spread(example.shape), training))


@of_each_layer
@in_both_modes
def test_wrong_shapes_of_dout_are_refused(example, training):
    layer, x = build(example), spread(example.shape)
    shape = forward(layer, x, training).shape
    name, right = type(layer).__name__, re.escape(str(shape))
    for wrong in (
        (shape[0] + 1, *shape[1:]), (1, *shape[1:]), (*shape[:-1], shape[-1] + 1), (1, *shape), shape[1:], (),
        (int(np.prod(shape)),), (*shape, 1),
    ):  # fmt: skip
        for backward in (layer.backward, layer.backward_params):
            with pytest.raises(ValueError, match=rf"^{name}: .*{re.escape(str(wrong))}.*{right}"):
                backward(np.ones(wrong))
    assert layer.grads == {}


@of_each_layer
@in_both_modes
def test_backward_params_sets_the_same_gradients(example, training):
    a, b, x = build(example), build(example), spread(example.shape)
    dout = upstream(forward(a, x, training))
    forward(b, x, training)
    a.backward(dout)
    assert b.backward_params(dout) is None
    same(a.grads, b.grads)


@of_each_layer
@in_both_modes
def test_the_last_forward_counts(example, training):
    once, twice = build(example), build(example)
    first, x = spread(example.shape, seed=7), spread(example.shape)
    forward(twice, np.concatenate([first, first]), training)
    forward(twice, first, not training)
    once.state = copies(twice.state)  # running statistics remember every forward in training, and shall
    out = forward(twice, x, training)
    np.testing.assert_array_equal(forward(once, x, training), out)
    dout = upstream(out)
    np.testing.assert_array_equal(twice.backward(dout), once.backward(dout))
    same(twice.grads, once.grads)


@of_each_layer
@in_both_modes
def test_what_came_out_once_stays_as_it_was(example, training):
    # A buffer that is used again would change results that somebody still holds.
    layer, x, other = build(example), spread(example.shape), spread(example.shape, seed=7)
    out = forward(layer, x, training)
    dx, grads = layer.backward(upstream(out)), layer.grads.copy()
    kept = copies({"out": out, "dx": dx, **grads})
    layer.backward(upstream(forward(layer, other, training), seed=8))
    same({"out": out, "dx": dx, **grads}, kept)


@of_each_layer
@in_both_modes
def test_gradients_are_set_and_not_added_up(example, training):
    layer, x = build(example), spread(example.shape)
    dout = upstream(forward(layer, x, training))
    first, grads = layer.backward(dout), copies(layer.grads)
    np.testing.assert_array_equal(layer.backward(dout), first)
    same(layer.grads, grads)


@of_each_layer
@in_both_modes
def test_memory_layout_does_not_matter(example, training):
    a, b, x = build(example), build(example), spread(example.shape)
    scattered = np.repeat(np.asfortranarray(x), 2, axis=0)[::2]
    assert (scattered == x).all()
    out = forward(a, x, training)
    np.testing.assert_allclose(forward(b, scattered, training), out, rtol=1e-13, atol=1e-15)
    ones = np.broadcast_to(np.ones(1), out.shape)  # all entries are one and the same number in memory
    np.testing.assert_allclose(b.backward(ones), a.backward(np.ones(out.shape)), rtol=1e-12, atol=1e-13)
    for name in a.grads:
        np.testing.assert_allclose(b.grads[name], a.grads[name], rtol=1e-12, atol=1e-13)


@of_each_layer
@in_both_modes
def test_batches_of_one_and_of_other_sizes(example, training):
    layer, x = build(example), spread(example.shape)
    for part in (x, x[:1], x[:2], np.concatenate([x, x])):
        out = forward(layer, part, training)
        assert len(out) == len(part) and np.isfinite(out).all()
        assert layer.backward(upstream(out)).shape == part.shape


@of_each_layer
@in_both_modes
def test_a_copy_is_whole_and_independent(example, training):
    layer, x = build(example), spread(example.shape)
    dout = upstream(forward(layer, x, training))
    twin = copy.deepcopy(layer)
    expected, grads, params = layer.backward(dout), copies(layer.grads), copies(layer.params)
    np.testing.assert_array_equal(twin.backward(dout), expected)
    same(twin.grads, grads)
    for array in (*twin.params.values(), *twin.grads.values(), *twin.state.values()):
        array += 1
    np.testing.assert_array_equal(layer.backward(dout), expected)
    same(layer.params, params)
    same(layer.grads, grads)


@of_each_layer
def test_repr(example):
    layer = build(example)
    text = repr(layer)
    assert re.fullmatch(rf"{type(layer).__name__}\(.*\)", text) and len(text) < 100
    for name, array in layer.params.items():
        assert name in text and str(array.shape) in text
    layer.backward(upstream(layer.forward(spread(example.shape))))
    assert repr(layer) == text
