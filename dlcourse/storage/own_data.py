"""Data sets that people have already, in whatever form: known by what is in them, and not by their names.

A published file may be called by any name, lie a few folders deep, and be unpacked, packed, or packed twice; the four
arrays may also lie in .npz files, as images or as rows of 784. What has the right sha256 is the data. All else is named
in the error, with what was expected.
"""

import gzip
import hashlib
import io
import math
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dlcourse.storage.files import read_file
from dlcourse.storage.npz import read_npz
from dlcourse.storage.published import FILES, SOURCES, sha256_as_published

DEPTH = 4  # folders below the one that is named: MNIST/raw/, and a little more
MOST_FILES = 5000  # so that a home folder is not searched for minutes
MOST_BYTES = 2**27  # unpacked; the largest published file has 47 MB
PACKED_AT_MOST = 3  # times, by gzip
NAMED_AT_MOST = 8  # files in an error


@dataclass
class Look:
    """What was found of one data set in a folder, or in a file.

    Attributes
    ----------
    name : str
        Of the data set, as in `SOURCES`.
    place : Path
        Where it was looked for.
    arrays : dict of str to ndarray
        The parts that are there.
    where : dict of str to Path
        The file of each.
    others : dict of Path to str
        What else is there and looks like data, in words.
    wrong : bool
        Whether something there can only have been meant for this data set, and is not it.
    unlike : list of Path
        Files that do not look like data.
    """

    name: str
    place: Path
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    where: dict[str, Path] = field(default_factory=dict)
    others: dict[Path, str] = field(default_factory=dict)
    wrong: bool = False
    unlike: list[Path] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether all four parts are there."""
        return len(self.arrays) == len(FILES)

    def report(self) -> str:
        """Say where was looked, what was found there, and what was expected."""
        title = SOURCES[self.name].title
        missing = [f"{key} (published as {file})" for key, file in FILES.items() if key not in self.arrays]
        there = [f"{self._short(path)}: {key} of {title}" for key, path in self.where.items()]
        there += [f"{self._short(path)}: {words}" for path, words in self.others.items()]
        there = there[:NAMED_AT_MOST] + ([f"and {len(there) - NAMED_AT_MOST} more"] * (len(there) > NAMED_AT_MOST))
        if self.unlike:
            names = ", ".join(self._short(path) for path in self.unlike[:3]) + ", …" * (len(self.unlike) > 3)
            there.append(f"{len(self.unlike)} of another kind ({names})")
        found = "".join(f"\n    {line}" for line in there) or " nothing"
        return (
            f"DLCOURSE_DATA is {self.place}, and {title} is not whole there.\n  Found:{found}\n"
            f"  Missing: {', '.join(missing)}\n"
            "  Expected: the four published files, packed or not and under any name, or their arrays in an .npz file; "
            "they are known by the sha256 of what is in them.\n"
            "Correct DLCOURSE_DATA, or unset it"
        )

    def take(self, path: Path) -> None:
        """Look into one file."""
        try:
            if path.stat().st_size > MOST_BYTES:
                self.unlike.append(path)
                return
            with open(path, "rb") as file:
                packed, start = _unpacked_start(file.read(4096))
            if start[:3] == b"\0\0\x08" and start[3:4] in (b"\1", b"\3"):
                self._take_idx(path, struct.unpack_from(f">{start[3]}I", start, 4))
            elif start[:4] == b"PK\3\4" and path.suffix.lower() == ".zip":
                self._is_wrong(path, "an archive; unpack it")
            elif start[:4] == b"PK\3\4" and not packed:
                self._take_npz(path)
            else:
                self.unlike.append(path)
        except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as error:
            self._is_wrong(path, f"a damaged file ({error or 'it ends too early'})")
        except (OSError, ValueError) as error:
            self._is_wrong(path, f"cannot be read ({error})")

    def _take_idx(self, path: Path, shape: tuple[int, ...]) -> None:
        words = f"an idx file of shape {shape}"
        if math.prod(shape) > MOST_BYTES:
            self._is_wrong(path, f"{words}, which is too large")
            return
        content = _unpacked(read_file(path))
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._is_known(path, sha256, lambda: _numbers(content, shape)):
            self._is_wrong(path, f"{words}, but its sha256 is {sha256[:12]}… and not one of the published data")

    def _take_npz(self, path: Path) -> None:
        arrays = read_npz(path)
        published = {key: _as_published(array) for key, array in arrays.items()}
        known = [
            self._is_known(path, sha256_as_published(array), array.copy)
            for array in published.values() if array is not None
        ]  # fmt: skip
        if not any(known):
            shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
            self._is_wrong(path, f"an .npz file with {shapes}, none of them an array of the published data")

    def _is_known(self, path: Path, sha256: str, array) -> bool:
        for name, source in SOURCES.items():
            for key, expected in source.sha256.items():
                if sha256 == expected and name == self.name:
                    self.arrays[key], self.where[key] = array(), path
                elif sha256 == expected:
                    before = self.others.get(path)
                    self.others[path] = f"{before}, {key}" if before else f"{source.title}'s {key}"
                if sha256 == expected:
                    return True
        return False

    def _is_wrong(self, path: Path, words: str) -> None:
        self.others[path] = words
        # Something else may lie beside the data; what is named like it was meant to be it.
        named = any(part in path.name.lower() for part in ("mnist", "idx", "ubyte"))
        self.wrong |= named and not _is_other(self.name, path, self.place)

    def _short(self, path: Path) -> str:
        return path.relative_to(self.place).as_posix() if path != self.place else path.name


def look_for(name: str, place: Path) -> Look:
    """Look for a data set in a folder and the folders in it, or in one file, until it is whole.

    Parameters
    ----------
    name : str
        One of `SOURCES`.
    place : Path

    Returns
    -------
    Look
    """
    look = Look(name, place)
    for path in sorted(_files(place), key=lambda path: _likely(name, path, place)):
        if look.whole:
            break
        look.take(path)
    return look


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    count = 0
    for folder, folders, names in os.walk(place, followlinks=True):
        deep = len(Path(folder).relative_to(place).parts) >= DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():  # no pipe, which would keep us waiting
                count += 1
                if count > MOST_FILES:
                    return
                yield path


def _likely(name: str, path: Path, place: Path) -> tuple:
    """What most probably belongs to the data set comes first: with luck nothing else has to be unpacked."""
    return _is_other(name, path, place), path.name not in FILES.values(), path


def _is_other(name: str, path: Path, place: Path) -> bool:
    """Whether the path speaks of the other data set."""
    return ("fashion" in path.relative_to(place.parent).as_posix().lower()) != ("fashion" in name)


def _unpacked_start(start: bytes) -> tuple[int, bytes]:
    """How often gzip has packed a file that begins so, and how it begins when unpacked."""
    for packed in range(PACKED_AT_MOST + 1):
        if start[:2] != b"\x1f\x8b" or packed == PACKED_AT_MOST:
            return packed, start
        unpacking = zlib.decompressobj(31)
        start = unpacking.decompress(start, 4096)
        if not start and not unpacking.eof:
            raise EOFError
    raise AssertionError("the loop returns")


def _unpacked(content: bytes) -> bytes:
    for _ in range(PACKED_AT_MOST):
        if content[:2] != b"\x1f\x8b":
            break
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            content = file.read(MOST_BYTES + 64)  # to the end, where gzip compares its checksum
    return content


def _numbers(content: bytes, shape: tuple[int, ...]) -> np.ndarray:
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy()


def _as_published(array: np.ndarray) -> np.ndarray | None:
    """The array as bytes, images as (N, 28, 28); None if it holds anything but whole numbers in 0 … 255."""
    if array.ndim > 1 and math.prod(array.shape[1:]) == 784:
        array = array.reshape(len(array), 28, 28)
    if array.dtype.kind not in "iuf" or array.ndim not in (1, 3) or not array.size:
        return None
    if array.dtype != np.uint8 and not (array.min() >= 0 and array.max() <= 255 and (array == np.rint(array)).all()):
        return None
    return array.astype(np.uint8)
