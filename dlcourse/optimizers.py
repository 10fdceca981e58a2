"""Chapter 06: optimizers, which turn gradients into steps.

All share one method, ``update(params, grads)``, on any two mappings with the same names: chapter
04's plain dicts and chapter 09's networks alike. Arrays are changed in place and keep their dtype.
Below, ``g`` is the gradient, ``x`` the parameter, ``lr`` the learning rate; `dlcourse.schedules` changes it.
"""

import math
from collections.abc import Mapping, MutableMapping
from numbers import Real

import numpy as np

from dlcourse.schedules import Constant, Cosine, OneCycle, Schedule, StepDecay, positive

__all__ = [
    "AdaGrad", "Adam", "Constant", "Cosine", "Momentum", "Nesterov", "OneCycle", "Optimizer", "RMSprop",
    "SGD", "Schedule", "StepDecay",
]  # fmt: skip


class Optimizer:
    """What all optimizers share: a learning rate, and a memory for each parameter.

    Parameters
    ----------
    lr : float
        Learning rate, > 0; may be changed at any time.

    Raises
    ------
    ValueError
        If a setting is outside its range; in `update`, if a gradient is missing or has another shape.
    TypeError
        In `update`, if a parameter is not of floats: an array of integers cannot take a small step.
    """

    _fading = ()  # the memories that shrink by a factor at each step as long as the gradient is 0

    _updates = 0  # how many there have been

    def __init__(self, lr: float):
        self.lr = lr

    @property
    def lr(self) -> float:
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = positive(self, "lr", lr)

    def update(self, params: MutableMapping[str, np.ndarray], grads: Mapping[str, np.ndarray]) -> None:
        """Take one step: change every array of `params` by what `grads` says."""
        arrays, slopes = dict(params), {}  # plain dicts: looking an array up in a network's view costs more
        for key, x in arrays.items():
            if key not in grads:
                raise ValueError(f"{type(self).__name__}: grads has no {key!r}, params has")
            slopes[key] = grads[key]
            if np.shape(slopes[key]) != np.shape(x):
                raise ValueError(
                    f"{type(self).__name__}: the gradient of {key!r} has shape {np.shape(slopes[key])},"
                    f" the parameter {np.shape(x)}"
                )
            if (dtype := np.asarray(x).dtype).kind != "f":
                raise TypeError(
                    f"{type(self).__name__}: the parameter {key!r} has dtype {dtype}, expected floats (7.0, not 7)"
                )
        self._step(arrays, slopes)
        self._updates += 1
        if self._updates % 100 == 0:
            self._let_go()
        params.update(arrays)  # arrays changed in place; a single number has no place to change in

    def _step(self, params: MutableMapping[str, np.ndarray], grads: Mapping[str, np.ndarray]) -> None:
        raise NotImplementedError

    def _let_go(self) -> None:
        """Set to 0 what is left of gradients that have been 0 for long, as those of a dead ReLU.

        Else it would come below 1e-38 and stay there, since 0.9 of the smallest number is rounded to itself. For such
        numbers float32 has fewer digits, and a processor needs many times as long. 1e-25 is far above, so that the
        next 100 steps, 0.9**100 = 3e-5, do not lead there, and too small to move any parameter.
        """
        for name in self._fading:
            for array in getattr(self, name).values():
                array[np.abs(array) < 1e-25] = 0

    def _memory(self, name: str, params: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """One array of zeros for each parameter, made at the first step."""
        if getattr(self, name) is None:
            setattr(self, name, {key: np.zeros_like(value) for key, value in params.items()})
        memory = getattr(self, name)
        if any(key not in memory or memory[key].shape != np.shape(x) for key, x in params.items()):
            raise ValueError(f"{type(self).__name__}: it remembers the steps of another network; make a new one")
        return memory

    def _check_share(self, name: str, value: float) -> float:
        if not (isinstance(value, Real) and 0 <= value < 1):
            raise ValueError(f"{type(self).__name__}: {name} is {value!r}, expected a number in [0, 1)")
        return float(value)

    def __repr__(self) -> str:
        settings = {k.lstrip("_"): v for k, v in vars(self).items() if isinstance(v, float | int) and k != "_updates"}
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in settings.items())})"


class SGD(Optimizer):
    """Stochastic gradient descent: ``x ← x - lr · g``.

    "Stochastic" is the gradient, which comes from a random mini-batch. With one sample a step it is
    stochastic in the strict sense, with all samples it is (batch) gradient descent; the rule is the same.

    Source: H. Robbins and S. Monro, "A stochastic approximation method", 1951.
    """

    def __init__(self, lr: float = 0.01):
        super().__init__(lr)

    def _step(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]


class Momentum(Optimizer):
    """A ball rolling downhill: ``v ← momentum · v - lr · g``, then ``x ← x + v``.

    Source: B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    PyTorch leaves `lr` out of ``v``; the paths differ only when `lr` changes on the way.
    """

    _fading = ("v",)

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr)
        self.momentum = self._check_share("momentum", momentum)
        self.v = None

    def _step(self, params, grads):
        v = self._memory("v", params)
        for key in params:
            v[key] *= self.momentum
            v[key] -= self.lr * grads[key]
            params[key] += v[key]


class Nesterov(Optimizer):
    """Momentum that looks ahead: the gradient counts at the point to which the ball is about to roll.

    ``v ← momentum · v - lr · g``, then ``x ← x + momentum · v - lr · g``. Here ``x`` is the point
    ahead itself, so that the gradient is taken where the network stands.

    Source: Y. Nesterov, 1983; in this form Y. Bengio, N. Boulanger-Lewandowski and R. Pascanu,
    "Advances in optimizing recurrent networks", 2012, section 3.5.
    """

    _fading = ("v",)

    def __init__(self, lr: float = 0.01, momentum: float = 0.9):
        super().__init__(lr)
        self.momentum = self._check_share("momentum", momentum)
        self.v = None

    def _step(self, params, grads):
        v = self._memory("v", params)
        for key in params:
            step = self.lr * grads[key]
            v[key] *= self.momentum
            v[key] -= step
            params[key] += self.momentum * v[key] - step


class AdaGrad(Optimizer):
    """Smaller steps where gradients were large: ``h ← h + g²``, then ``x ← x - lr · g / (√h + eps)``.

    ``h`` only grows, so late in training it is slow; on a steady slope its steps are lr/√t.

    Source: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods", JMLR 12 (2011).
    """

    def __init__(self, lr: float = 0.01, *, eps: float = 1e-7):
        super().__init__(lr)
        self.eps = positive(self, "eps", eps)
        self.h = None

    def _step(self, params, grads):
        h = self._memory("h", params)
        for key in params:
            g = grads[key]
            h[key] += g * g
            params[key] -= self.lr * g / (np.sqrt(h[key]) + self.eps)


class RMSprop(Optimizer):
    """AdaGrad that forgets: ``h ← decay_rate · h + (1 - decay_rate) · g²``, the step as in AdaGrad.

    Source: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5, Coursera 2012.
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99, *, eps: float = 1e-7):
        super().__init__(lr)
        self.decay_rate = self._check_share("decay_rate", decay_rate)
        self.eps = positive(self, "eps", eps)
        self.h = None

    def _step(self, params, grads):
        h = self._memory("h", params)
        for key in params:
            g = grads[key]
            h[key] *= self.decay_rate
            h[key] += (1 - self.decay_rate) * (g * g)
            params[key] -= self.lr * g / (np.sqrt(h[key]) + self.eps)


class Adam(Optimizer):
    """Momentum and RMSprop together, both corrected for starting at zero.

    ``m ← beta1 · m + (1 - beta1) · g`` and ``v ← beta2 · v + (1 - beta2) · g²``; with
    ``m̂ = m / (1 - beta1ᵗ)`` and ``v̂ = v / (1 - beta2ᵗ)`` the step is ``x ← x - lr · m̂ / (√v̂ + eps)``.

    Source: D. Kingma and J. Ba, "Adam", ICLR 2015, algorithm 1. The notes and the book add eps to
    the root of ``v`` before it is corrected, as the paper does just before its section 2.1, with another eps.
    """

    _fading = ("m",)

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, *, eps: float = 1e-8):
        super().__init__(lr)
        self.beta1 = self._check_share("beta1", beta1)
        self.beta2 = self._check_share("beta2", beta2)
        self.eps = positive(self, "eps", eps)
        self.iter = 0
        self.m = self.v = None

    def _step(self, params, grads):
        m, v = self._memory("m", params), self._memory("v", params)
        self.iter += 1
        # math.sqrt, not np.sqrt: a NumPy float64 scalar would turn a float32 network into float64.
        root_correction = math.sqrt(1 - self.beta2**self.iter)
        step = self.lr * root_correction / (1 - self.beta1**self.iter)
        for key in params:
            g = grads[key]
            # One array holds all that comes between: a new one at each step of the sum costs more than the sum.
            change = np.asarray((1 - self.beta1) * g)
            m[key] *= self.beta1
            m[key] += change
            np.multiply(g, g, out=change)
            change *= 1 - self.beta2
            v[key] *= self.beta2
            v[key] += change
            # m̂ / (√v̂ + eps) with the corrections drawn out of the fraction: they are numbers, not arrays.
            np.sqrt(v[key], out=change)
            change += self.eps * root_correction
            np.divide(m[key], change, out=change)
            change *= step
            params[key] -= change
