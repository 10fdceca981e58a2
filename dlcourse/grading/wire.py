"""What the judge and the worker say to each other: JSON, with arrays as raw bytes behind it; no code, no pickle.

A message is two lengths, a JSON text, and the bytes of its arrays. Lists, dicts and arrays carry a number, so that
one that is changed in place on one side is changed in place on the other: a check cannot tell that the learner's code
runs elsewhere. Everything that comes in is bounded, and what does not fit the rules is `Broken`.
"""

import json
import struct
from collections.abc import Callable, Container
from typing import Any, BinaryIO

import numpy as np

__all__ = ["Broken", "Changeable", "Decoder", "Encoder", "Numbers", "pack", "read", "write"]

MOST_JSON, MOST_BYTES = 8 << 20, 64 << 20
MOST_TEXT, MOST_DEPTH = 100_000, 40
# Keys that are neither texts nor integers can be chosen so that all of them collide, and each new one is compared with all before it.
MOST_ODD_KEYS = 500
# What both sides may know at a time, in arrays and bytes of these.
MOST_OBJECTS, MOST_KNOWN = 200_000, 512 << 20
# Numbers, complex ones, truth values, and texts of fixed length: arrays that hold no objects.
KINDS = "biufcUS"
_HEAD = struct.Struct("<II")


class Broken(Exception):
    """What came through the pipe is not a message."""


def pack(message: Any, blob: bytes = b"") -> bytes:
    """Give the bytes of one message, with those of its arrays."""
    text = json.dumps(message).encode("ascii")
    if len(text) > MOST_JSON or len(blob) > MOST_BYTES:
        raise MemoryError(f"a value of {len(text) + len(blob)} bytes is too large to hand over")
    return _HEAD.pack(len(text), len(blob)) + text + blob


def write(pipe: BinaryIO, message: Any, blob: bytes = b"") -> None:
    """Send one message."""
    pipe.write(pack(message, blob))
    pipe.flush()


def read(pipe: BinaryIO) -> tuple[Any, bytes] | None:
    """Give the next message and the bytes of its arrays; None at the end.

    Raises
    ------
    Broken
        If it is too large, or no JSON.
    """
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    sizes = _HEAD.unpack(head)
    if sizes[0] > MOST_JSON or sizes[1] > MOST_BYTES:
        raise Broken("a message is too large")
    text, blob = pipe.read(sizes[0]), pipe.read(sizes[1])
    if (len(text), len(blob)) != sizes:
        return None
    try:
        return json.loads(text), blob
    except (ValueError, RecursionError) as error:
        raise Broken("a message is no JSON") from error


class Numbers:
    """The numbers of objects that both sides know; each side counts with another `sign`, so that none meet."""

    def __init__(self, sign: int):
        self.sign = sign
        self.clear()

    def clear(self) -> None:
        """Forget all objects."""
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next, self._bytes = 1, 0

    def of(self, thing: Any) -> int:
        """Give the number of an object, a new one if it has none."""
        if id(thing) not in self._numbers:
            self.enter(self.sign * self._next, thing)
            self._next += 1
        return self._numbers[id(thing)]

    def enter(self, number: int, thing: Any) -> None:
        """Remember an object by a number that came from the other side.

        Raises
        ------
        Broken
            If there are too many, or they are too large.
        """
        self._bytes += thing.nbytes if type(thing) is np.ndarray else 0
        if len(self._objects) > MOST_OBJECTS or self._bytes > MOST_KNOWN:
            raise Broken("too much at a time")
        before = self._objects.get(number)
        if before is not None:
            self._numbers.pop(id(before), None)
        self._objects[number] = thing
        self._numbers[id(thing)] = number

    def get(self, number: int) -> Any:
        """Give the object of a number; None if there is none."""
        return self._objects.get(number)


class Encoder:
    """Turns values into what JSON can hold; `opaque` says what stands for an object that is no plain value.

    `unchanged` holds the bytes of arrays that the other side has already.
    """

    def __init__(self, numbers: Numbers, opaque: Callable[[Any], list], unchanged: dict[int, tuple] | None = None):
        self.numbers, self.opaque, self.unchanged = numbers, opaque, unchanged or {}
        self.seen: set[int] = set()
        self.parts: list[bytes] = []
        self.size = 0

    @property
    def blob(self) -> bytes:
        """The bytes of all arrays so far."""
        return b"".join(self.parts)

    def value(self, value: Any, depth: int = 0) -> Any:
        """Encode one value; arrays, lists and dicts of exactly these types, never of a subclass."""
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            return value if abs(value) < 1 << 63 else self.opaque(value)
        if kind is str:
            return value if len(value) <= MOST_TEXT else self.opaque(value)
        if value is ...:
            return ["..."]
        if value is NotImplemented:
            return ["NotImplemented"]
        if isinstance(value, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in KINDS:
            return ["scalar", value.dtype.str, *self._bytes(np.asarray(value))]
        if depth > MOST_DEPTH:
            return self.opaque(value)
        if kind is tuple:
            return ["tuple", [self.value(item, depth + 1) for item in value]]
        if kind not in (list, dict, np.ndarray) or (kind is np.ndarray and value.dtype.kind not in KINDS):
            return self.opaque(value)
        number = self.numbers.of(value)
        if number in self.seen:
            # Arrays hold nothing, so a message stays a tree; a list or dict that comes again comes as a copy.
            if kind is np.ndarray:
                return ["again", number]
            number = None
        self.seen.add(number)
        if kind is list:
            return ["list", number, [self.value(item, depth + 1) for item in value]]
        if kind is dict:
            return ["dict", number, [[self.value(key, depth + 1), self.value(item, depth + 1)]
                                     for key, item in value.items()]]  # fmt: skip
        if self.unchanged.get(number) == state(value):
            return ["same", number]
        return ["array", number, value.dtype.str, list(value.shape), *self._bytes(value)]

    def _bytes(self, value: np.ndarray) -> list[int]:
        if self.size + value.nbytes > MOST_BYTES:
            raise MemoryError(f"an array of {value.nbytes} bytes is too large to hand over")
        self.parts.append(value.tobytes())
        self.size += value.nbytes
        return [self.size - value.nbytes, value.nbytes]


def state(value: np.ndarray) -> tuple:
    """Give what must be equal for two arrays to be the same."""
    return value.dtype.str, value.shape, value.tobytes()


class Decoder:
    """Turns what came back into values.

    An object that both sides know is changed in place and stays the same object, if its number is in `may_change`
    (None: always).
    """

    def __init__(
        self, numbers: Numbers, blob: bytes, opaque: Callable[[list], Any], may_change: Container[int] | None = None
    ):
        self.numbers, self.blob, self.opaque, self.may_change = numbers, blob, opaque, may_change
        self.arrays: dict[int, tuple] = {}
        self.all: set[int] = set()
        self.used, self.odd_keys = 0, 0
        self.made: dict[int, np.ndarray] = {}

    def value(self, found: Any) -> Any:
        """Decode one value.

        Raises
        ------
        Broken
            If it is none.
        """
        try:
            return self._value(found, 0)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise Broken(f"a value cannot be read: {type(error).__name__}") from error

    def _value(self, found: Any, depth: int) -> Any:
        if found is None or isinstance(found, bool | float | str):
            return found
        if isinstance(found, int):
            if abs(found) >= 1 << 63:
                raise Broken("an integer is too large")
            return found
        if not isinstance(found, list):
            raise Broken("a value without its kind")
        kind, *rest = found
        if depth > MOST_DEPTH + 1:
            raise Broken("a value is too deep")
        if kind == "tuple":
            return tuple(self._value(item, depth + 1) for item in rest[0])
        if kind == "list":
            return self._known(rest[0], [self._value(item, depth + 1) for item in rest[1]])
        if kind == "dict":
            pairs = [(self._value(key, depth + 1), self._value(item, depth + 1)) for key, item in rest[1]]
            self.odd_keys += sum(not (key is None or isinstance(key, str | int)) for key, _item in pairs)
            if self.odd_keys > MOST_ODD_KEYS:
                raise Broken("too many keys of odd kinds")
            return self._known(rest[0], dict(pairs))
        if kind == "array":
            array = self._known(rest[0], self._array(rest[1], rest[3:]).reshape(rest[2]).copy())
            self.made[rest[0]] = array
            return array
        if kind == "same":
            thing = self.numbers.get(rest[0])
            if self.may_change is None or rest[0] not in self.may_change or type(thing) is not np.ndarray:
                raise Broken("an array is said to be known")
            self.made[rest[0]] = thing
            return thing
        if kind == "again":
            return self.made[rest[0]]
        if kind == "scalar":
            return self._array(rest[0], rest[1:])[0]
        if kind in ("...", "NotImplemented"):
            return ... if kind == "..." else NotImplemented
        return self.opaque(found)

    def _array(self, dtype: str, place: list) -> np.ndarray:
        dtype, (start, size) = np.dtype(dtype), place
        if dtype.kind not in KINDS or not 0 <= start <= start + size <= len(self.blob):
            raise Broken("an array has no place")
        if not dtype.itemsize:  # texts of no length: as many as are wanted, out of nothing
            raise Broken("an array of nothing")
        self.used += size
        if self.used > len(self.blob):  # each byte belongs to one array
            raise Broken("arrays share their bytes")
        return np.frombuffer(self.blob[start : start + size], dtype)

    def _known(self, number: int | None, value: Any) -> Any:
        if number is None:
            return value
        if type(number) is not int or number in self.all:
            raise Broken("a number comes twice")
        self.all.add(number)
        if type(value) is np.ndarray and self.may_change is None:
            self.arrays[number] = state(value)
        known = self.numbers.get(number)
        foreign = number * self.numbers.sign < 0
        if known is None and not foreign:
            return value  # one of ours, and forgotten
        if known is not None and self.may_change is not None and number not in self.may_change:
            return value
        if type(known) is not type(value) or not _fill(known, value):
            self.numbers.enter(number, value)
            return value
        return known


class Changeable:
    """Numbers of what a request may change here: its own arguments, and whatever came from the worker."""

    def __init__(self, arguments: set[int]):
        self.arguments = arguments

    def __contains__(self, number: int) -> bool:
        return number < 0 or number in self.arguments


def _fill(known: Any, value: Any) -> bool:
    """Give an object that is there the contents of `value`; False where it cannot take them."""
    if type(value) is list:
        known[:] = value
    elif type(value) is dict:
        known.clear()
        known.update(value)
    elif known.dtype != value.dtype or known.shape != value.shape:
        return False
    elif state(known) != state(value):
        if not known.flags.writeable:
            return False
        known[...] = value
    return True
