"""What came: files in folders and in archives, however deep, each with the learner that it belongs to.

Nothing is written to disk, and links are not followed.
"""

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.grading.archives import JUNK, MOST_BYTES, Unreadable, members
from dlcourse.grading.names import clean, natural, platform, shown
from dlcourse.text import _

__all__ = ["File", "Learner", "learners", "walk"]

MOST_DEPTH = 3
ARCHIVE = re.compile(r"\.(zip|tar|tar\.gz|tgz|tar\.bz2|tar\.xz)$", re.I)
CLOSED = re.compile(r"\.(rar|7z|gz|bz2|xz)$", re.I)
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json|html?|download))?$", re.I)
MAYBE = re.compile(r"(\.json|\.txt|^[^.]+)$", re.I)
# "02 (1)", "02-Copy1", "02 - Copy", "02_v3", "attempt 10": what people and programs put behind a name.
# Nothing is tried twice here: a name made for that would take hours.
AGAIN = re.compile(
    r"(?:[ _-]*+(?:\(\d++\)|copy(?:[ _-]?\d++)?+|(?:attempt|try|version|versuch|v)[ _-]?\d++))++[ _-]*+$", re.I)  # fmt: skip
AROUND = re.compile(r"^(submi\w*|inbox|hand.?ins?|download\w*|abgaben?|export\w*|assignments?|all)\b", re.I)


@dataclass
class File:
    """A file that was handed in: its place as `parts`, the `time` it is from, and a function that reads it."""

    parts: tuple[str, ...]
    time: float
    load: Callable[[], bytes]
    path: Path
    problem: str = ""
    real: bool = False

    @property
    def source(self) -> Path | io.BytesIO:
        """What a reader of archives opens."""
        return self.path if self.real else io.BytesIO(self.load())

    @property
    def name(self) -> str:
        """The place to show."""
        return shown("/".join(self.parts))


@dataclass
class Learner:
    """All files of one learner: the notebooks, the oldest first, and the names of all others."""

    name: str
    number: str = ""
    notebooks: list[File] = field(default_factory=list)
    others: list[File] = field(default_factory=list)


def walk(folder: Path) -> Iterator[File]:
    """Give all files in a folder, or in an archive, and in the archives in it."""
    if folder.is_file():
        yield from _opened(File((folder.name,), folder.stat().st_mtime, _reader(folder), folder, real=True), 0, ())
        return
    for place, inside, names in os.walk(folder):
        inside[:] = sorted(name for name in inside if not JUNK.match(name))
        here = Path(place).relative_to(folder).parts
        if here and not [name for name in names if not JUNK.match(name)] and not inside:
            yield File((*here, ""), 0.0, bytes, Path(place))
        for name in sorted(names, key=natural):
            path, parts = Path(place) / name, (*here, name)
            if JUNK.match(name):
                continue
            if path.is_symlink() or not path.is_file():
                yield File(parts, 0.0, bytes, path, _("a link or a device is not read"))
                continue
            yield from _opened(File(parts, path.stat().st_mtime, _reader(path), path, real=True), 0, parts)


def _reader(path: Path) -> Callable[[], bytes]:
    def load() -> bytes:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(_("the file is larger than {size} MB").format(size=MOST_BYTES >> 20))
        return path.read_bytes()

    return load


def _opened(file: File, depth: int, parts: tuple[str, ...]) -> Iterator[File]:
    """Give a file, or what is in it if it is an archive."""
    name = file.parts[-1]
    if not ARCHIVE.search(name) or depth >= MOST_DEPTH:
        if CLOSED.search(name) or ARCHIVE.search(name):
            file.problem = _("an archive that cannot be read here: unpack it")
        yield file
        return
    try:
        inside = members(name, lambda: file.source, file.time)
    except Unreadable:
        file.problem = _("an archive that cannot be read")
        yield file
        return
    parts = (*parts[:-1], ARCHIVE.sub("", name)) if parts else ()
    if not inside:
        yield File((*(parts or (name,)), ""), file.time, bytes, file.path)
    for place, when, load in inside:
        found = File((*parts, *place), when, load, file.path)
        yield from _opened(found, depth + 1, found.parts)


def learners(files: Sequence[File], assignments: Sequence[str] = ()) -> tuple[list[Learner], list[File]]:
    """Sort files by learner, and give those that are nobody's, too.

    What a learning platform wrote into a name says whose it is. Otherwise a file in a subfolder, or in an archive,
    belongs to the learner that the first one is named after, and a notebook that lies in the folder itself to the
    learner that the file is named after. Folders that lie around all learners, or are named after an assignment, are
    opened.
    """
    found: dict[str, Learner] = {}
    nobodys = []
    for file, parts in _unwrapped(list(files), [name.casefold() for name in assignments]):
        own = next(filter(None, map(platform, file.parts)), None)
        if not own and len(parts) == 1 and not _is_notebook(file):
            nobodys.append(file)
            continue
        name = clean(own[0] if own else NOTEBOOK.sub("", parts[0]) if len(parts) > 1 else _stem(parts[0])) or "?"
        learner = found.setdefault(name, Learner(name))
        learner.number = own[1] if own else learner.number
        (learner.notebooks if _is_notebook(file) else learner.others).append(file)
    for learner in found.values():
        learner.notebooks = _in_order(learner.notebooks)
    return sorted(found.values(), key=lambda learner: natural(learner.name)), nobodys


def _unwrapped(files: list[File], known: list[str]) -> list[tuple[File, tuple[str, ...]]]:
    placed = [(file, file.parts) for file in files]
    while True:
        inside = [(file, parts) for file, parts in placed if len(parts) > 1]
        loose = [parts for file, parts in placed if len(parts) == 1 and _is_notebook(file)]
        tops = {parts[0] for _file, parts in inside}
        if loose or not tops or not (_named(tops, known) or (len(tops) == 1 and _goes_around(inside, known))):
            return placed
        placed = [(file, parts[1:] if len(parts) > 1 else parts) for file, parts in placed]


def _named(tops: set[str], known: list[str]) -> bool:
    return all(top.casefold() in known for top in tops)


def _goes_around(inside: list[tuple[File, tuple[str, ...]]], known: list[str]) -> bool:
    """Is the only folder one around all learners, or is it the one of the only learner?"""
    top = inside[0][1][0]
    if platform(top):
        return False
    notebooks = [parts for file, parts in inside if _is_notebook(file)]
    depth = 1
    while notebooks and all(len(parts) > depth + 1 for parts in notebooks) and len({p[depth] for p in notebooks}) == 1:
        depth += 1
    several = len({_base(parts[depth]) for parts in notebooks} - {*known, ""}) > 1
    there = {_base(parts[1]) for parts in notebooks} - set(known)
    return several or bool(AROUND.match(top) and there)


def _stem(name: str) -> str:
    return re.sub(r"\.[A-Za-z0-9]{1,5}$", "", NOTEBOOK.sub("", name)) or name


def _base(name: str) -> str:
    """Give a name without what was added to it because there was such a file already."""
    return AGAIN.sub("", NOTEBOOK.sub("", name)).strip().casefold()


def _is_notebook(file: File) -> bool:
    name = file.parts[-1]
    if file.problem or not name:
        return False
    if NOTEBOOK.search(name):
        return True
    if not MAYBE.search(name):
        return False
    try:
        start = file.load()[:100_000]
    except (OSError, ValueError):
        return False
    return start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b'"cell' in start


def _in_order(files: list[File]) -> list[File]:
    """Sort notebooks, the last one last: copies of one name by their numbers, different names by their times."""
    last: dict[str, float] = {}
    for file in files:
        base = "/".join(map(_base, file.parts))
        last[base] = max(last.get(base, 0.0), file.time)

    def key(file: File) -> tuple:
        base = "/".join(map(_base, file.parts))
        return last[base], natural(base), [natural(NOTEBOOK.sub("", part)) for part in file.parts], file.time

    return sorted(files, key=key)
