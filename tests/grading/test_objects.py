"""What classes must bear: each kind of mistake that a layer can have is seen, and named by what was measured."""

import numpy as np
import pytest

from dlcourse.checks import NotYet
from dlcourse.checks.objects import Story, layer, live
from dlcourse.checks.table import Exercise
from dlcourse.checks.trial import Trial

SIZES = ((4, 3, 2), (1, 3, 2), (3, 3, 3), (2, 1, 1))


class Affine:
    """A right layer, one thing of which is changed below."""

    def __init__(self, W, b):
        self.params, self.grads = {"W": W, "b": b}, {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        self.grads = {"W": self.x.T @ dout, "b": dout.sum(axis=0)}
        return dout @ self.params["W"].T


def draw(rng, count, inputs, outputs):
    made = rng.normal(size=(inputs, outputs)), rng.normal(size=outputs)
    return made, (rng.normal(size=(count, inputs)),), rng.normal(size=(count, outputs))


class NoBias(Affine):
    def forward(self, x):
        return super().forward(x) - self.params["b"]


class Mean(Affine):
    def backward(self, dout):
        dx = super().backward(dout)
        self.grads["b"] = dout.mean(axis=0)
        return dx


class Shared(Affine):
    kept: dict = {}

    def forward(self, x):
        Shared.kept["x"] = x
        return super().forward(x)

    def backward(self, dout):
        self.x = Shared.kept["x"]
        return super().backward(dout)


class FirstOnly(Affine):
    def forward(self, x):
        first = getattr(self, "x", x)
        out = super().forward(x)
        self.x = first
        return out


class AddsUp(Affine):
    def backward(self, dout):
        before = self.grads
        dx = super().backward(dout)
        self.grads = {name: value + before.get(name, 0) for name, value in self.grads.items()}
        return dx


class Stale(Affine):
    def __init__(self, W, b):
        super().__init__(W, b)
        self.W = W.copy()

    def forward(self, x):
        super().forward(x)
        return x @ self.W + self.params["b"]


class Truncates(Affine):
    def forward(self, x):
        out = np.empty((len(x), len(self.params["b"])), x.dtype)
        out[...] = super().forward(x)
        return out


class InMemory(Affine):
    def forward(self, x):
        return super().forward(np.lib.stride_tricks.as_strided(x, x.shape, np.empty(x.shape).strides))


class Writes(Affine):
    def backward(self, dout):
        dx = super().backward(dout)
        dout *= 2
        return dx


class FlatLater(Affine):
    def backward(self, dout):
        dx = super().backward(dout)
        self.calls = getattr(self, "calls", 0) + 1
        return dx.ravel() if self.calls > 1 else dx


class Raises(Affine):
    def backward(self, dout):
        if len(dout) == 1:
            raise ValueError("one row")
        return super().backward(dout)


class Nothing(Affine):
    def backward(self, dout):
        super().backward(dout)


MISTAKES = [("bias", NoBias, "There is no bias in it.")]


def judged(cls, mistakes=MISTAKES, **options):
    here = Trial(Exercise("99.1", "A test", "write it", 1, "Nowhere", ("MyAffine",)), [cls])
    grads, params = [("grads", "W"), ("grads", "b")], [("params", "W"), ("params", "b")]
    layer(here, cls, Affine, draw, SIZES, mistakes, grads=grads, params=params, **options)
    here.end()


def test_a_right_layer_comes_through():
    class Mine(Affine):
        def backward(self, dout):
            dx = super().backward(dout)
            self.grads = {"b": np.ones(len(dout)) @ dout, "W": np.einsum("nd,nk->dk", self.x, dout)}
            return dx

    judged(Mine)


@pytest.mark.parametrize(
    ("cls", "kind", "said"),
    [
        (NoBias, "bias", "There is no bias"), (Mean, "scale", "grads"), (Shared, "shared", "Alone, a layer is right"),
        (FirstOnly, "state", "Several in a row"), (AddsUp, "state", "Several in a row"),
        (FlatLater, "state", "Several in a row go wrong. dx has the shape"), (Stale, "stale", "old ones"),
        (Truncates, "dtype", "whole numbers"), (InMemory, "layout", "another order"), (Writes, "aliasing", "argument"),
        (Raises, "raises", "one row"), (Nothing, "missing", "dx is None"), (object, "raises", "TypeError"),
        (len, "type", "not a class"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_named(cls, kind, said):
    with pytest.raises(NotYet, match=said) as caught:
        judged(cls)
    assert caught.value.kind == kind, caught.value


def test_a_mistake_explains_all_that_was_seen_or_nothing():
    class Once(NoBias):
        def forward(self, x):
            out = Affine.forward(self, x)
            return out - self.params["b"] if len(x) == 4 else out

    with pytest.raises(NotYet) as caught:
        judged(Once)
    assert caught.value.kind != "bias"


def test_a_story_of_the_exercises_own():
    class Rate:
        def update(self, params, grads):
            for name in params:
                params[name] -= grads[name]

    class Loses(Rate):
        def update(self, params, grads):
            for name in list(params)[:2]:
                params[name] -= grads[name]

    def seven(player, rng):
        params = {f"W{i}": rng.normal(size=i) for i in range(1, 8)}
        player.call(player.new(), "update", params, {name: np.ones(len(params[name])) for name in params}, changes=True)
        player.see("params", params)

    here = Trial(Exercise("99.1", "A test", "write it", 1, "Nowhere", ("Rate",)), [Loses])
    live(here, Rate, Rate, [Story(seven)])
    with pytest.raises(NotYet, match=r"params\['W3'\]"):
        live(here, Loses, Rate, [Story(seven)])
