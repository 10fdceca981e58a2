"""Learners' names as files bring them: clean to look at, fit for nbgrader, and one row for one person.

Learning platforms put numbers and words of their own around a name; they are taken off. What nbgrader and all file
systems bear is an id. Two names never get the same one: which name has which stands in ``learners.json``.
"""

import json
import re
import unicodedata
from pathlib import Path

from dlcourse.text import _

__all__ = ["Learners", "clean", "natural", "platform", "shown"]

FILE = "learners.json"
MOST_BYTES = 80
# "Anna Lee_4711_assignsubmission_file_", a folder or the beginning of a file's name, as Moodle gives them.
MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.S)
# "leeanna_LATE_4711_815_notebook-1.ipynb", as Canvas gives them.
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.S)


def clean(name: str) -> str:
    """Give a name in one form: composed letters, no control characters, bytes of other encodings read as Latin-1."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("latin-1") if _from_bytes(name) else _whole(name)
    return " ".join("".join(sign for sign in unicodedata.normalize("NFC", name) if _visible(sign)).split())


def _from_bytes(name: str) -> bool:
    return all("\udc80" <= sign <= "\udcff" for sign in name if "\ud800" <= sign <= "\udfff")


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _visible(sign: str) -> bool:
    turns = "\u202a" <= sign <= "\u202e" or "\u2066" <= sign <= "\u2069"  # the direction of what follows
    return not turns and (unicodedata.category(sign) not in ("Cc", "Cs") or sign in "\t\n ")


def shown(name: object) -> str:
    """Give a file's name for the screen: on one line, without what a terminal would take for a command."""
    return clean(str(name)) or "?"


def natural(name: str) -> list[tuple[int, int, str]]:
    """Give a key by which names are sorted as people do: 2 before 10."""
    parts = re.split(r"(\d{1,18})", unicodedata.normalize("NFC", name).casefold())
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts if part]


def platform(name: str) -> tuple[str, str, str] | None:
    """Give what a learning platform's name for a file or folder says: learner, number there, the file's own name."""
    for kind, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        match = pattern.fullmatch(name)
        if match:
            own = f"{match['name']}_{match['number']}"
            return clean(own), f"{kind}:{match['number']}", match["rest"]
    return None


def _plain(name: str) -> str:
    """Make a name that files, nbgrader and its patterns can bear."""
    name = re.sub(r"[^\w.@-]+", "_", name).strip("._-") or "nameless"
    return name.encode()[:MOST_BYTES].decode("utf-8", "ignore").rstrip("._-")


class Learners:
    """The learners of a course: the id of each name, kept in a file.

    Parameters
    ----------
    course : Path
    """

    def __init__(self, course: Path):
        self.file, self.told = course / FILE, []
        known = json.loads(self.file.read_text(encoding="utf-8")) if self.file.is_file() else {}
        self.ids: dict[str, str] = dict(known)

    def id_of(self, name: str, wish: str = "") -> str:
        """Give the id of a learner's name; a new one if it is new, and then one that nobody else has.

        Parameters
        ----------
        name : str
        wish : str, optional
            What a roster says.
        """
        name = clean(name)
        if wish:
            self.ids[name] = wish
        if name in self.ids:
            return self.ids[name]
        base, taken = _plain(name), {other.casefold(): whose for whose, other in self.ids.items()}
        found, count = base, 1
        while found.casefold() in taken:
            count += 1
            found = f"{base}-{count}"
        if count > 1:
            text = _("{name} and {other} are two learners here ({id} and {base}); for one, give both the same name")
            other = taken[base.casefold()]
            self.told.append(text.format(name=name, other=other, id=found, base=self.ids[other]))
        self.ids[name] = found
        return found

    def name_of(self, learner: str) -> str:
        """Give the name that an id was made from."""
        return next((name for name, known in self.ids.items() if known == learner), learner)

    def forget(self, learner: str) -> None:
        """Take a learner out."""
        self.ids = {name: known for name, known in self.ids.items() if known != learner}

    def save(self) -> None:
        """Write the file."""
        text = json.dumps(dict(sorted(self.ids.items())), ensure_ascii=False, indent=1)
        self.file.write_text(text + "\n", encoding="utf-8")
