"""Chapter 04: gradients by differences, and going downhill with them.

A gradient is found here without calculus: move one number a little to each side, and see how the
function answers. That needs two calls of the function for each number, which is far too slow for
training and exactly right for checking a faster gradient (chapter 05).
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.book import names_of_the_book
from dlcourse.functions import as_float

__all__ = ["GradientCheck", "check_gradient", "gradient_descent", "numerical_gradient", "relative_error"]

__getattr__ = names_of_the_book(__name__)


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
    """Gradient of `f` at `x` by central differences: ``(f(x + h) - f(x - h)) / 2h``, entry by entry.

    The error falls with h² until rounding takes over, at about ``h = 1e-5`` for float64. `x` itself
    is moved while `f` is called, so `f` may also read it from elsewhere, as a network's loss reads
    its weights; it has its old values again at the end, also when `f` raises.

    Parameters
    ----------
    f : callable
        Takes `x` and gives a number.
    x : ndarray of float, any shape
        Where to take the gradient. Use float64: float32 leaves about three digits.
    h : float
        Half the distance between the two points, > 0.

    Returns
    -------
    ndarray of the shape and dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not an array of floats (an integer cannot move by `h`), or `f` does
        not give a number.
    ValueError
        If `x` cannot be written to, or `h` is not positive.
    """
    _check_point(x, h, "numerical_gradient")
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        grad[index] = _slope(f, x, index, h)
    return grad


def gradient_descent(
    f: Callable[[np.ndarray], float],
    init_x: ArrayLike,
    lr: float = 0.01,
    step_num: int = 100,
    *,
    gradient: Callable[[np.ndarray], np.ndarray] | None = None,
    return_path: bool = False,
):
    """Go downhill from `init_x`: ``x ← x - lr · ∇f(x)``, `step_num` times.

    Parameters
    ----------
    f : callable
        Takes an array like `init_x` and gives a number.
    init_x : array_like of float
        Start; not changed.
    lr : float
        Learning rate, > 0. Too small hardly moves, too large overshoots.
    step_num : int
        Number of steps, ≥ 0.
    gradient : callable, optional
        Gives ∇f(x). Without it, `numerical_gradient` is used.
    return_path : bool
        Also give every point on the way.

    Returns
    -------
    x : ndarray of the shape of `init_x`
    path : ndarray of shape (step_num + 1, ...)
        Only with ``return_path=True``; its first entry is the start.

    Raises
    ------
    TypeError
        If `init_x` holds anything but real numbers.
    ValueError
        If `lr` is not positive, `step_num` is no whole number ≥ 0, or `gradient` gives another shape.
    """
    if not 0 < lr < np.inf:
        raise ValueError(f"gradient_descent: lr is {lr}, expected a finite number > 0")
    if not isinstance(step_num, Integral) or step_num < 0:
        raise ValueError(f"gradient_descent: step_num is {step_num!r}, expected a whole number ≥ 0")
    x = as_float(init_x, "gradient_descent", "init_x").astype(np.float64)
    path = [x.copy()]
    for _ in range(step_num):
        grad = numerical_gradient(f, x) if gradient is None else np.asarray(gradient(x))
        if grad.shape != x.shape:
            raise ValueError(f"gradient_descent: gradient gave shape {grad.shape}, x has {x.shape}")
        x -= lr * grad
        if return_path:
            path.append(x.copy())
    return (x, np.stack(path)) if return_path else x


@dataclass(frozen=True)
class GradientCheck:
    """What `check_gradient` found: the entry where the two gradients differ most.

    Attributes
    ----------
    relative_error : float
        Of that entry, as `relative_error` defines it. Below 1e-6 in float64, the gradient is right.
    index : tuple of int
        Where it is.
    given, numerical : float
        The two values there.
    checked : int
        How many entries were compared.
    note : str
        Why the two may differ there although the gradient is right: a kink of the function, or float32. Else empty.
    """

    relative_error: float
    index: tuple[int, ...]
    given: float
    numerical: float
    checked: int
    note: str = ""

    def __repr__(self) -> str:
        said = {name: value for name, value in vars(self).items() if name != "note" or value}
        return f"GradientCheck({', '.join(f'{name}={value!r}' for name, value in said.items())})"


def check_gradient(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    grad: np.ndarray,
    *,
    samples: int | None = None,
    h: float = 1e-4,
    rng: np.random.Generator | int | None = None,
    allow_zeros: bool = False,
) -> GradientCheck:
    """Compare a gradient that somebody derived with the one by differences.

    Where the two disagree, the difference is taken once more with ``h / 100``: if `f` has a kink within `h`, as ReLU
    has at 0, it lies on both sides of it and is the slope of neither. A wrong gradient is wrong for both. At the kink
    itself (ReLU at exactly 0, the maximum of two equal pixels) no difference can judge, and the result's `note` says so.

    Parameters
    ----------
    f, x, h
        As in `numerical_gradient`; float64, or rounding hides what is looked for.
    grad : ndarray of the shape of `x`
        The gradient of `f` at `x` to be checked.
    samples : int, optional
        Compare only so many entries, drawn without replacement; all of them if not given.
    rng : Generator or int, optional
        Draws them.
    allow_zeros : bool
        Accept that no entry compared changes `f`, as for a bias before batch normalization.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As `numerical_gradient`, and if the shapes differ, `samples` is below 1, or every compared
        entry of the gradient by differences is zero: such a check proves nothing.
    """
    _check_point(x, h, "check_gradient")
    grad = as_float(grad, "check_gradient", "grad")
    if grad.shape != x.shape or x.size == 0:
        raise ValueError(f"check_gradient: grad has shape {grad.shape}, x has {x.shape}; expected the same, not empty")
    if samples is not None and (not isinstance(samples, Integral) or samples < 1):
        raise ValueError(f"check_gradient: samples is {samples!r}, expected a whole number ≥ 1")
    count = x.size if samples is None else min(samples, x.size)
    chosen = np.random.default_rng(rng).choice(x.size, size=count, replace=False)
    indices = [tuple(int(i) for i in np.unravel_index(flat, x.shape)) for flat in np.sort(chosen)]
    numerical = np.array([_slope(f, x, index, h) for index in indices])
    # The two values of f are rounded. What they differ by is divided by 2h, and the rounding with it.
    noise = 10 * np.finfo(np.float64).eps * abs(_value(f, x)) / h
    if not allow_zeros and (np.abs(numerical) <= noise).all():
        raise ValueError("check_gradient: f does not change with any entry compared; a check of zeros proves nothing")
    given = np.array([grad[index] for index in indices])
    errors = relative_error(given, numerical, floor=1e6 * noise)
    closer = np.array([
        _slope(f, x, index, h / 100) if error > 1e-6 else slope
        for index, slope, error in zip(indices, numerical, errors, strict=True)
    ])  # fmt: skip
    with np.errstate(invalid="ignore"):
        kinks = np.abs(given - closer) < 0.01 * np.abs(given - numerical)
    errors = np.where(kinks, relative_error(given, closer, floor=1e8 * noise), errors)
    numerical = np.where(kinks, closer, numerical)
    worst = int(np.argmax(errors))
    found = float(errors[worst]), indices[worst], float(given[worst]), float(numerical[worst])
    return GradientCheck(*found, len(indices), _note(f, x, h, *found) if found[0] > 1e-6 else "")


def _note(f, x: np.ndarray, h: float, error: float, index: tuple[int, ...], given: float, numerical: float) -> str:
    """Say why the two values at `index` may differ although the gradient is right; empty if there is no such reason."""
    exact = x.dtype == np.float64
    wide, narrow = (h / 100, h / 1000) if exact else (10 * h, h)
    value, eps = abs(_value(f, x)), float(np.finfo(x.dtype).eps)
    (left, right), (near_left, near_right) = _sides(f, x, index, wide), _sides(f, x, index, narrow)
    # Where f is smooth, the two sides differ by its curvature times the step, so ten times less for the narrow one.
    jump, near_jump = abs(right - left), abs(near_right - near_left)
    if near_jump > 0.5 * jump and near_jump > 100 * eps * value / narrow:
        return (
            f"f has a kink at {index}: its slope is {near_left:.4g} to the left and {near_right:.4g} to the right, and a"
            " difference over both is neither. This tells nothing about the gradient; check it at a point beside"
        )
    if exact:
        return ""
    rounding = eps * (value / max(abs(numerical), abs(given), eps) + abs(float(x[index])) + 1) / h
    verdict = "is no larger, and shows nothing" if error <= 3 * rounding else "is larger than that"
    return f"x is {x.dtype}: rounding alone makes errors of about {rounding:.1g}. This one {verdict}; check with float64"


def _sides(f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...], h: float) -> tuple[float, float]:
    """The slopes to the left and to the right, each by a difference on its own side."""
    old, values = x[index], []
    try:
        for place in (old - h, old, old + h):
            x[index] = place
            values.append(_value(f, x))
    finally:
        x[index] = old
    return (values[1] - values[0]) / h, (values[2] - values[1]) / h


def relative_error(given: ArrayLike, expected: ArrayLike, *, floor: float = 0.0) -> np.ndarray:
    """``|given - expected| / (|given| + |expected|)``, entry by entry, and infinite where not finite.

    Entries far below the largest one are measured against a thousandth of it, for there the
    differences hold rounding errors only; entries below `floor` are measured against that.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    given, expected = np.asarray(given, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if given.shape != expected.shape:
        raise ValueError(f"relative_error: given has shape {given.shape}, expected {expected.shape}; they must agree")
    size = np.abs(given) + np.abs(expected)
    largest = np.max(size, where=np.isfinite(size), initial=np.finfo(np.float64).tiny)
    with np.errstate(invalid="ignore"):
        error = np.abs(given - expected) / np.maximum(size, max(1e-3 * largest, floor))
    return np.where(np.isfinite(error), error, np.inf)


def _slope(f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...], h: float) -> float:
    old = x[index]
    try:
        x[index] = old + h
        above = _value(f, x)
        x[index] = old - h
        below = _value(f, x)
    finally:
        x[index] = old
    return (above - below) / (2 * h)


def _value(f: Callable[[np.ndarray], float], x: np.ndarray) -> float:
    value = np.asarray(f(x))
    if value.ndim or value.dtype.kind not in "biuf":
        raise TypeError(f"f gave {value.dtype} of shape {value.shape}, expected a single number")
    return float(value)


def _check_point(x: np.ndarray, h: float, who: str) -> None:
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{who}: x is a {type(x).__name__}, expected a NumPy array of floats")
    if x.dtype.kind != "f":
        raise TypeError(
            f"{who}: x has dtype {x.dtype}, expected floats; integers cannot move by h = {h} (write x.astype(float))"
        )
    if not x.flags.writeable:
        raise ValueError(f"{who}: x is read-only, and its entries must be moved; pass x.copy()")
    if not 0 < h < np.inf:
        raise ValueError(f"{who}: h is {h}, expected a finite number > 0")
