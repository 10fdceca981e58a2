"""Archives, zip and tar, read where they lie: what they claim to hold is limited, so that none can do harm."""

import contextlib
import io
import itertools
import re
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from dlcourse.grading.names import shown
from dlcourse.text import _

__all__ = ["JUNK", "MOST_BYTES", "Unreadable", "members"]

MOST_BYTES, MOST_FILES = 400 << 20, 20_000
MOST_IN_ARCHIVE, MOST_IN_HEADERS = 4 << 30, (16 << 20) + 1024 * MOST_FILES  # of tar's, one takes 512 and no long name
JUNK = re.compile(r"^(\..*|__MACOSX|Thumbs\.db|desktop\.ini)$", re.I)

Source = Callable[[], Path | io.BytesIO]
Member = tuple[tuple[str, ...], float, Callable[[], bytes]]


class Unreadable(ValueError):
    """A file that cannot be read as what it should be; the text says why."""


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say what is wrong with an archive: Python's own readers raise a dozen kinds of errors where one is damaged."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(_("the archive cannot be read ({why})").format(why=shown(error))) from error


@_in_words()
def members(name: str, source: Source, when: float) -> list[Member]:
    """Give the place of each file in an archive, its time, and a function that reads it.

    Parameters
    ----------
    name : str
        Of the archive: its end tells what it is.
    source : callable
        Gives what is to be opened.
    when : float
        The time of the archive, for what has none of its own.

    Raises
    ------
    Unreadable
        If it is damaged, or becomes much more than it is.
    """
    return list(_members(name, source, when))


def _members(name: str, source: Source, when: float) -> Iterator[Member]:
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(source()) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_IN_ARCHIVE:
                raise ValueError("a few bytes that become many")
            for entry in archive.infolist()[:MOST_FILES]:
                if not entry.is_dir() and (place := _place(_decoded(entry))):
                    own = time.mktime((*entry.date_time, 0, 0, -1)) if entry.date_time[0] > 1980 else when
                    yield place, own, _from_zip(source, entry)
        return
    size = 0
    with _tar(source) as archive:
        for count, member in enumerate(archive):
            size += member.size
            if size > MOST_IN_ARCHIVE:  # before it is read to its end, which may take hours
                raise ValueError("a few bytes that become many")
            if count >= MOST_FILES:
                return
            if member.isreg() and (place := _place(member.name)):
                yield place, float(member.mtime), _from_tar(source, member.name)


def _place(name: str) -> tuple[str, ...]:
    """Give the parts of a member's name; none for what is not the learner's."""
    parts = tuple(part for part in re.split(r"[/\\]", name) if part not in ("", ".", ".."))
    return () if any(JUNK.match(part) for part in parts) else parts


def _decoded(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _from_zip(source: Source, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    @_in_words()
    def load() -> bytes:
        with zipfile.ZipFile(source()) as archive, archive.open(entry) as member:
            return _limited(member)

    return load


def _from_tar(source: Source, name: str) -> Callable[[], bytes]:
    @_in_words()
    def load() -> bytes:
        with _tar(source, MOST_BYTES) as archive:
            found = [member for member in itertools.islice(archive, MOST_FILES) if member.name == name]
            return _limited(archive.extractfile(found[-1]))

    return load


class _Bounded(io.RawIOBase):
    """What is in a stream, of which only so many bytes may be read: a header may ask for gigabytes of memory."""

    def __init__(self, stream: io.BufferedIOBase, left: int):
        self._stream, self._left = stream, left
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        self._left -= size
        if self._left < 0 or size < 0:
            raise ValueError("more headers than files")
        return self._stream.read(size)


@contextlib.contextmanager
def _tar(source: Source, inside: int = 0) -> Iterator[tarfile.TarFile]:
    """Open an archive, of which headers may be read, and `inside` more."""

    class Archive(tarfile.TarFile):
        def __init__(self, name, mode, fileobj, **options):
            super().__init__(name, mode, _Bounded(fileobj, MOST_IN_HEADERS + inside), **options)

    there = source()
    opened = open(there, "rb") if isinstance(there, Path) else contextlib.nullcontext(there)
    with opened as stream, Archive.open(fileobj=stream) as archive:
        yield archive


def _limited(member: io.BufferedIOBase) -> bytes:
    data = member.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(_("the file is larger than {size} MB").format(size=MOST_BYTES >> 20))
    return data
