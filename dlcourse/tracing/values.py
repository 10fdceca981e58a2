"""A learner's values: numbers and mappings of any sort made plain, and arrays that lie otherwise in memory."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from dlcourse.perceptron import Perceptron

__all__ = ["LAYOUTS", "SILENT", "Watched", "arrays", "laid_out", "silent", "simple"]

# How arrays lie in memory; "watched" ones note the functions of NumPy that get them.
LAYOUTS = ("columns first", "every second", "backwards", "read-only", "watched")
# Or, in the place of a layout: while the call lasts, no neuron of the package fires.
SILENT = "silent neurons"
# Where a list holds nothing else, there is nothing in it to look at one by one: it may be long.
SCALARS = frozenset({bool, int, float, str, type(None)})


def simple(value: Any) -> Any:
    """Give numbers of any sort, mappings and named tuples as floats, dicts and tuples; all else as it is."""
    if type(value) in SCALARS or type(value) is np.ndarray:
        return value
    if type(value) in (dict, list, tuple):
        items = list(value.values()) if type(value) is dict else value
        if SCALARS.issuperset(map(type, items)):
            return value
        inside = list(map(simple, items))
        if type(value) is tuple:
            return tuple(inside)
        if all(new is old for new, old in zip(inside, items)):  # the same object, as long as nothing in it changes
            return value
        return dict(zip(value, inside)) if type(value) is dict else inside
    if isinstance(value, np.generic):
        return value
    if isinstance(value, Real | Decimal):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, tuple):
        return tuple(map(simple, tuple.__iter__(value)))
    if isinstance(value, Mapping) and not type(value).__module__.startswith("dlcourse"):  # those are views: they live
        return {key: simple(value[key]) for key in value}
    return value


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Let no `Perceptron` fire, whatever its inputs: what comes out then does not come from neurons."""
    fires = Perceptron.__call__
    Perceptron.__call__ = lambda self, *inputs: 0 * fires(self, *inputs)
    try:
        yield
    finally:
        Perceptron.__call__ = fires


def laid_out(value: Any, layout: str) -> Any:
    """Give arrays, also inside lists and dicts, in another order of memory, with the same numbers."""
    if type(value) in (list, tuple):
        return type(value)(laid_out(item, layout) for item in value)
    if type(value) is dict:
        return {key: laid_out(item, layout) for key, item in value.items()}
    if type(value) is not np.ndarray or not value.ndim:
        return value
    if layout == "watched":
        return value.copy().view(Watched)
    if layout == "columns first":
        return np.array(value, order="F")
    if layout == "every second":
        wide = np.repeat(value, 2, axis=-1)
        return wide[..., ::2]
    if layout == "backwards":
        turned = (slice(None, None, -1),) * value.ndim
        return value[turned].copy()[turned]
    value = value.copy()
    value.flags.writeable = False
    return value


class Watched(np.ndarray):
    """An array that notes which of NumPy's functions are called with it, by whatever name."""

    seen: set[str] = set()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple = (), **kwargs: Any) -> Any:
        """Note the function, and do what it does."""
        Watched.seen.add(ufunc.__name__)
        plain = [item.view(np.ndarray) if isinstance(item, Watched) else item for item in inputs]
        if out:
            kwargs["out"] = tuple(item.view(np.ndarray) if isinstance(item, Watched) else item for item in out)
        result = getattr(ufunc, method)(*plain, **kwargs)
        return result.view(Watched) if type(result) is np.ndarray else result


def arrays(value: Any) -> Iterable[np.ndarray]:
    """Give the arrays in a value, also those inside lists and dicts."""
    if isinstance(value, np.ndarray):
        yield value
    elif type(value) in (list, tuple) and not SCALARS.issuperset(map(type, value)):
        for item in value:
            yield from arrays(item)
    elif type(value) is dict:
        yield from arrays(list(value.values()))
