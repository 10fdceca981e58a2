"""The chapters' own classes, as they stand, in the place of the package's: layers, dropout, optimizers, networks."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dlcourse.convolution import Convolution
from dlcourse.functions import softmax
from dlcourse.layers import Layer
from dlcourse.text import _
from dlcourse.widgets.own import Mistake, array_of, name_of, parameters_of, parting, run

__all__ = ["OwnColumns", "OwnDropout", "OwnLayer", "OwnNetwork", "optimizer", "parting_of_layers", "replaced"]


class OwnLayer(Layer):
    """A layer of the learner's in the place of one of the package's.

    Parameters
    ----------
    kind : type
        With ``forward(x)`` and ``backward(dout)``, as in the chapter; may keep gradients as ``dW`` and the like.
    theirs : Layer
        The package's layer: its parameters are handed to `kind`, by their names in the order of the package.
    """

    def __init__(self, kind: type, theirs: Layer):
        super().__init__(**theirs.params)
        self.name = name_of(kind)
        self.mine = run(self.name, kind, *self.params.values())

    def forward(self, x, *, training=False):
        for name, array in self.params.items():  # an optimizer may have put others in their place
            setattr(self.mine, name, array)
        what = f"{self.name}.forward"
        options = {"training": training} if "training" in parameters_of(self.mine.forward) else {}
        out = array_of(what, run(what, self.mine.forward, x, **options))
        if out.ndim == 0 or len(out) != len(x):
            raise Mistake(_("{what} gives shape {found} for {rows} samples").format(what=what, found=out.shape, rows=len(x)))
        self.shape = x.shape
        return out.astype(x.dtype, copy=False)

    def backward(self, dout):
        what = f"{self.name}.backward"
        dx = array_of(what, run(what, self.mine.backward, dout), self.shape)
        for name, array in self.params.items():
            found = getattr(self.mine, f"d{name}", None)
            if found is None:
                found = getattr(self.mine, "grads", {}).get(name)
            if found is None:
                raise Mistake(_("{what} sets no d{name}").format(what=what, name=name))
            self.grads[name] = array_of(f"{self.name}.d{name}", found, array.shape).astype(array.dtype, copy=False)
        return dx.astype(dout.dtype, copy=False)

    def __repr__(self) -> str:
        return self.name


class OwnDropout(Layer):
    """A learner's dropout: a class with ``forward(x, training)`` and ``backward(dout)``, or a function of the chapter.

    Parameters
    ----------
    kind : class or callable
        A class takes the ratio; a function, ``(x, ratio, rng)``, gives `x` with some of it switched off.
    ratio : float
    seed : int
    """

    def __init__(self, kind: Callable, ratio: float, seed: int):
        super().__init__()
        self.kind, self.dropout_ratio, self.name = kind, ratio, name_of(kind)
        self.rng, self.mask, self.training = np.random.default_rng(seed), 1.0, False
        self.mine = run(self.name, kind, ratio) if isinstance(kind, type) else None

    def forward(self, x, *, training=False):
        self.shape, self.training = x.shape, training
        if self.mine is not None:
            what = f"{self.name}.forward"
            self.mine.dropout_ratio = self.dropout_ratio
            out = array_of(what, run(what, self.mine.forward, x, training), x.shape)
        elif training:
            same = np.random.default_rng(self.rng.integers(2**32))
            state = same.bit_generator.state
            out = array_of(self.name, run(self.name, self.kind, x, self.dropout_ratio, same), x.shape)
            same.bit_generator.state = state  # the same draw on ones is what was let through
            self.mask = array_of(self.name, run(self.name, self.kind, np.ones_like(x), self.dropout_ratio, same), x.shape)
        else:
            self.mask = 1 - self.dropout_ratio
            out = x * self.mask
        return out.astype(x.dtype, copy=False)

    def backward(self, dout):
        if self.mine is None:
            return (dout * self.mask).astype(dout.dtype, copy=False)
        what = f"{self.name}.backward"
        return array_of(what, run(what, self.mine.backward, dout), self.shape).astype(dout.dtype, copy=False)

    def switched_off(self, x: np.ndarray) -> float:
        """Give the share of ones that it switches off in training."""
        return float(np.mean(self.forward(np.ones_like(x), training=True) == 0))


class OwnColumns(Convolution):
    """The package's convolution on the rows that the learner's ``im2col(x, k, stride, pad)`` gives."""

    def __init__(self, im2col: Callable, theirs: Convolution):
        super().__init__(theirs.params["W"], theirs.params["b"], theirs.stride, theirs.pad)
        self.im2col = im2col

    def forward(self, x, *, training=False):
        out = super().forward(x, training=training)  # keeps what backward needs
        W, name = self.params["W"], name_of(self.im2col)
        filters, channels, size, _width = W.shape
        places = out.shape[2] * out.shape[3]
        window = (size,) if len(parameters_of(self.im2col)) < 5 else (size, size)
        found = run(name, self.im2col, x, *window, self.stride, self.pad)
        rows = array_of(name, found, (len(x) * places, channels * size**2))
        mine = rows @ W.reshape(filters, -1).T + self.params["b"]
        return mine.reshape(len(x), *out.shape[2:], filters).transpose(0, 3, 1, 2).astype(x.dtype, copy=False)

    def __repr__(self) -> str:
        return f"Convolution, {name_of(self.im2col)}"


def replaced(layers: Sequence[Layer], kinds: Mapping[type[Layer], type]) -> list[Layer]:
    """Put the learner's layers in the place of the package's, with the same first weights."""
    return [OwnLayer(kinds[type(one)], one) if type(one) in kinds else one for one in layers]


def parting_of_layers(mine: Sequence[Layer], theirs: Sequence[Layer], x: np.ndarray) -> str:
    """Say at which layer two stacks of layers with equal weights part, forward or back; nothing if they agree."""
    outs = [[x], [x]]
    for kept, layers in zip(outs, (mine, theirs), strict=True):
        for layer in layers:
            kept.append(layer.forward(kept[-1]))
    for number, (one, other) in enumerate(zip(*(kept[1:] for kept in outs), strict=True), 1):
        if words := parting(_("layer {number}, {name}, forward").format(number=number, name=mine[number - 1]), one, other):
            return words
    back = [np.cos(np.arange(outs[0][-1].size, dtype=x.dtype)).reshape(outs[0][-1].shape)] * 2
    for number in range(len(mine), 0, -1):
        pair = mine[number - 1], theirs[number - 1]
        back = [layer.backward(dout.copy()) for layer, dout in zip(pair, back, strict=True)]
        what = _("layer {number}, {name}, backward").format(number=number, name=pair[0])
        found = [(what, *back), *((f"{what}, d{name}", pair[0].grads[name], pair[1].grads[name]) for name in pair[1].grads)]
        for name, one, other in found:
            if words := parting(name, one, other):
                return words
    return ""


class OwnOptimizer:
    """An optimizer of the learner's: whatever has ``update(params, grads)``."""

    def __init__(self, mine: object):
        object.__setattr__(self, "mine", mine)

    def __getattr__(self, name: str):
        return getattr(self.mine, name)

    def __setattr__(self, name: str, value) -> None:  # a learning rate that is changed on the way
        setattr(self.mine, name, value)

    def update(self, params, grads):
        run(f"{name_of(self.mine)}.update", self.mine.update, params, grads)


def optimizer(kind: Callable, **settings) -> OwnOptimizer:
    """Make the learner's optimizer of those settings that it takes: lr, momentum, beta1, beta2, decay_rate."""
    known = parameters_of(kind)
    return OwnOptimizer(run(name_of(kind), kind, **{name: value for name, value in settings.items() if name in known}))


class OwnNetwork:
    """A learner's network: anything whose ``predict`` takes (784,), or a batch of (1, 784), and gives ten numbers."""

    def __init__(self, mine: object):
        self.mine, self.name = mine, name_of(mine)
        self.input_shape = tuple(getattr(mine, "input_shape", (1, 784)))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Give ten probabilities; scores are turned into some."""
        what = f"{self.name}.predict"
        y = array_of(what, run(what, self.mine.predict, x)).astype(float)
        y = array_of(what, y.reshape(-1) if y.ndim > 1 else y, (10,))
        return y if (y >= 0).all() and abs(y.sum() - 1) < 0.01 else softmax(y)
