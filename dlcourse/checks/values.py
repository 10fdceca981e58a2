"""What checks compare: plain values, taken apart from whatever a learner's objects say about themselves."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcourse.text import _
from dlcourse.tracing import simple

__all__ = [
    "agree", "as_array", "as_drawn", "blank", "cast", "close", "copied", "described", "errstate",
    "exact", "far", "of_one_sort", "plain", "relabelled", "relation", "rounded", "same", "shown", "sort_of", "whole",
]  # fmt: skip

# Ours even where a learner's line puts something else in NumPy's place.
errstate = np.errstate
_abs, _all, _any, _array_equal, _asarray, _isfinite = np.abs, np.all, np.any, np.array_equal, np.asarray, np.isfinite

SCALARS = frozenset({bool, int, float, str})


def blank(value: Any) -> bool:
    """Is `value` what a stub leaves: None, ``...``, or a container of nothing else?"""
    if type(value) in (list, tuple, dict) and value:
        return all(map(blank, value.values() if type(value) is dict else value))
    return value is None or value is ... or value is NotImplemented


def plain(value: Any) -> Any:
    """Give `value` when it is plain through and through; NumPy's numbers become arrays without axes.

    Raises
    ------
    TypeError
        For anything else; its text says what was found.
    """
    return _plain(simple(value))


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or value is ... or kind in SCALARS:
        return value
    if kind in (list, tuple):
        return kind(value if SCALARS.issuperset(map(type, value)) else map(_plain, value))
    if kind is dict:
        return {key: _plain(item) for key, item in value.items() if type(key) in SCALARS}
    if isinstance(value, np.generic) and kind.__module__ == "numpy":
        value = _asarray(value)
        return str(value) if value.dtype.kind == "U" else _plain(value)
    if kind is np.ndarray:
        if value.dtype.kind not in "biuf":
            raise TypeError(_("an array of dtype {dtype}").format(dtype=value.dtype))
        return value.copy()
    raise TypeError(_("of the type {name}").format(name=kind.__name__))


def as_array(value: Any) -> np.ndarray | None:
    """Give a plain value as an array of numbers; None where that cannot be."""
    try:
        found = _asarray(value)
    except ValueError:
        return None
    return found if found.dtype.kind in "biuf" else None


def copied(value: Any) -> Any:
    """Copy arrays, also inside lists, tuples and dicts; anything else is given as it is."""
    if type(value) is np.ndarray:
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(copied, value))
    return {key: copied(item) for key, item in value.items()} if type(value) is dict else value


def same(one: Any, other: Any) -> bool:
    """Are two things, of which one was copied from the other, still the same?"""
    if type(one) is not type(other):
        return False
    if type(one) is np.ndarray:
        return one.dtype == other.dtype and _array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) in (list, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is dict:
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return one is other or (type(one) in SCALARS and one == other)


def exact(arg: Any) -> Any:
    """Give an array in double precision: a reference is right to the last digit."""
    if type(arg) is np.ndarray and arg.dtype.kind in "iufb":
        return arg.astype(float) if arg.dtype.kind == "f" or arg.ndim else arg
    return arg


def cast(arg: Any, dtype: str) -> Any:
    """Give an array in another type; where that is one of whole numbers, labels are of it, too."""
    whole = np.dtype(dtype).kind in "iub"
    if type(arg) is not np.ndarray or not arg.ndim or arg.dtype.kind not in ("fi" if whole else "f"):
        return arg
    return (np.rint(2 * arg) if whole and arg.dtype.kind == "f" else arg).astype(dtype)


def whole(arg: Any) -> bool:
    """Is it an array of whole numbers?"""
    return type(arg) is np.ndarray and arg.ndim > 0 and arg.dtype.kind == "i"


def relabelled(arg: Any, dtype: str) -> Any:
    """Give an array of whole numbers in another type of them, if that can hold them; all else as it is."""
    return arg.astype(dtype) if whole(arg) and arg.size and 0 <= arg.min() and arg.max() < 128 else arg


def far(x: np.ndarray) -> np.ndarray:
    """Give an array whose first row lies a thousand times as far out as it was."""
    return np.concatenate([1000 * x[:1], x[1:]])


def as_drawn(arg: Any, drawn: Any) -> Any:
    """Give an array in the type that it was drawn in."""
    return arg.astype(drawn.dtype) if type(arg) is np.ndarray else arg


def rounded(arg: Any, decimals: int) -> Any:
    """Round numbers; one between 0 and 1 stays there, for a share or a variance may be neither."""
    if type(arg) is not float and not (type(arg) is np.ndarray and arg.dtype.kind == "f"):
        return arg
    with errstate(all="ignore"):
        fine = 10.0 ** np.maximum(np.floor(-np.log10(np.abs(arg))) + 1, decimals)
        small = np.where(arg == 0, 0.0, np.trunc(np.asarray(arg) * fine) / fine)
    found = np.where(np.abs(arg) < 1, small, np.round(arg, decimals)) + 0.0
    return found if type(arg) is np.ndarray else float(found)


def described(value: Any) -> str:
    """Say in a few words what a value is, without what it holds."""
    if type(value) is np.ndarray and value.ndim:
        text = _("array of shape {shape}") if value.dtype == float else _("array of shape {shape} {dtype}")
        return text.format(shape=value.shape, dtype=value.dtype)
    if type(value) is np.ndarray:
        return f"{value[()]:g}"
    if type(value) in SCALARS:
        return repr(value)
    return "…" if callable(value) else type(value).__name__


def close(
    found: np.ndarray, right: np.ndarray, *, rtol: float | None = None, atol: float | None = None, coarse: bool = False
) -> bool:  # fmt: skip
    """Have two arrays one shape, and the same values within the rounding of `found`?

    `rtol` is relative to each value, `atol` to the largest of the right ones; for single precision, or what was
    computed from it (`coarse`), both are 1e-4 and 1e-5 at least.
    """
    if found.shape != right.shape:
        return False
    coarse |= found.dtype.kind == "f" and found.dtype.itemsize < 8
    rtol, atol = 1e-6 if rtol is None else rtol, 1e-9 if atol is None else atol
    if coarse:
        half = found.dtype == np.float16
        rtol, atol = max(rtol, 5e-3 if half else 1e-4), max(atol, 5e-3 if half else 1e-5)
    found, right = found.astype(float), right.astype(float)
    finite = _isfinite(right)
    if not _array_equal(finite, _isfinite(found)) or not _array_equal(found[~finite], right[~finite], equal_nan=True):
        return False
    found, right = found[finite], right[finite]
    if not right.size:
        return True
    return bool(_all(_abs(found - right) <= rtol * _abs(right) + atol * max(_abs(right).max(), 1e-30)))


def relation(every: Sequence[tuple], what: str) -> tuple[str, str, str | None]:
    """Say what wrong results have in common: the kind, the hint, and more of it; kind "values" if nothing.

    `every` holds ``(found, right, close)`` for each of them, found and right of one shape.
    """
    for found, right, _close in every:
        if _any(~_isfinite(found) & _isfinite(right)):
            text = _("{what} holds {value}, where a number is expected.")
            return "stability", text.format(what=what, value=found[~_isfinite(found)][0]), None
    telling = [one for one in every if _any(one[1]) and _all(_isfinite(one[1])) and _any(one[0])]
    if len(telling) == len(every):
        if all(close(-right.astype(float)) for _found, right, close in every):
            return "sign", _("{what} has the wrong sign everywhere.").format(what=what), None
        factors = [_factor(*one) for one in every]
        if any(right.size > 1 for _found, right, _close in every) and all(factors) and abs(factors[0] - 1) > 1e-3:
            if max(factors) - min(factors) <= 1e-3 * abs(factors[0]):
                more = _("The factor is about {factor:.3g}.").format(factor=factors[0])
                return "scale", _("{what} is off by the same factor everywhere.").format(what=what), more
            other = max(factors, key=lambda factor: abs(factor - factors[0]))
            return "scale", _("{what} is off by a factor everywhere, which depends on the input: {one:.3g} once, and "
                              "{other:.3g}.").format(what=what, one=factors[0], other=other), None  # fmt: skip
        offsets = [float((found.astype(float) - right).mean()) for found, right, _close in every]
        if all(right.size > 2 and close(right + offset) for offset, (_f, right, close) in zip(offsets, every)):
            return "offset", _("{what} is off by the same amount everywhere.").format(what=what), None
        if all(right.ndim == 2 and right.shape[0] == right.shape[1] and close(right.T) for _f, right, close in every):
            return "axis", _("{what} has its rows and columns swapped.").format(what=what), None
    found, right, _close = every[0]
    if not right.ndim:
        return "values", _("{what} gives {value:.6g}, which is not right.").format(what=what, value=found[()]), None
    with errstate(all="ignore"):
        worst = np.unravel_index(_abs(found.astype(float) - right).argmax(), right.shape)
    place = ", ".join(map(str, worst))
    text = _("{what} differs from what is expected, most at [{place}], where it gives {value:.6g}.")
    return "values", text.format(what=what, place=place, value=found[worst]), None


def _factor(found: np.ndarray, right: np.ndarray, close: Callable) -> float:
    factor = float((found * right.astype(float)).sum() / (right.astype(float) ** 2).sum())
    return factor if close(factor * right) else 0.0


def shown(value: Any, digits: int = 4) -> str:
    """Write a value as a learner would, short."""
    if type(value) is np.ndarray and value.ndim:
        dtype = "" if value.dtype == float else f" ({value.dtype})"
        plain = bool(value.size and (not _any(value) or 1e-3 < _abs(value).max() < 1e5))
        with np.printoptions(precision=digits, suppress=plain, threshold=60):
            return " ".join(np.array2string(value, separator=", ").split()).replace("[ ", "[") + dtype
    if isinstance(value, float | np.ndarray):
        return f"{value[()] if isinstance(value, np.ndarray) else value:.{digits + 1}g}"
    return repr(value)


def sort_of(value: Any) -> str:
    """Name the sort of answer that is expected."""
    if isinstance(value, bool):
        return _("True or False")
    if isinstance(value, str):
        return _("a word in quotes")
    return _("a shape such as (2, 3)") if isinstance(value, tuple) else _("a number")


def of_one_sort(found: Any, right: Any) -> bool:
    """Is a plain value of the sort of answer that `right` is?"""
    if isinstance(right, bool):
        return isinstance(found, bool) or (isinstance(found, np.ndarray) and found.shape == () and found.dtype == bool)
    if isinstance(right, str):
        return isinstance(found, str)
    if isinstance(right, tuple):
        return isinstance(found, list | tuple) or (isinstance(found, np.ndarray) and found.ndim == 1)
    if isinstance(found, np.ndarray):
        return found.shape == () and found.dtype.kind in "iuf"
    return isinstance(found, int | float) and not isinstance(found, bool)


def agree(found: Any, right: Any, within: float = 0.0) -> bool:
    """Are two answers of one sort the same?"""
    if isinstance(right, str):
        return found.strip().casefold() == right.casefold()
    if isinstance(right, tuple):
        found = found.tolist() if isinstance(found, np.ndarray) else found
        return len(found) == len(right) and all(of_one_sort(*pair) and agree(*pair) for pair in zip(found, right))
    if within == math.inf:
        return True
    # Tenths are not exact in binary: a little more than `within`.
    return bool(abs(float(found) - float(right)) <= within + 1e-9 * max(1.0, abs(float(right))))
