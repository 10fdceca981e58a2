"""Who is in the class: the table that a learning platform exports, kept as ``roster.csv`` in the course's folder.

Read are Canvas's gradebook, Moodle's grading worksheet and list of participants, OpenOlat's list of members, and any
table with a name, an address or a number in a column. Grades go back into the same table.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.names import clean
from dlcourse.text import _

__all__ = ["FILE", "Person", "Roster", "column"]

FILE = "roster.csv"
# What columns are called, in English and German.
COLUMNS = {
    "login": ("sis login id", "username", "user name", "login", "benutzername"),
    "email": ("email address", "email", "e-mail", "e-mail address", "e-mail-adresse"),
    "number": ("sis user id", "id number", "matriculation number", "institution number", "institutional identifier",
               "student id", "matrikelnummer", "id-nummer"),
    "id": ("id", "learner"),
    "participant": ("identifier", "id der person", "teilnehmer-id"),
    "name": ("student", "full name", "name", "vollständiger name"),
    "first": ("first name", "given name", "vorname"),
    "last": ("last name", "surname", "family name", "nachname"),
}  # fmt: skip


@dataclass
class Person:
    """Somebody in the class: the `id` that grades are kept under, the `name`, and what else is known."""

    id: str
    name: str
    email: str
    keys: frozenset[str]
    row: int


def column(head: Sequence[str], kind: str) -> int | None:
    """Give the place of a column by what it is for."""
    names = [clean(name).casefold() for name in head]
    return next((names.index(name) for name in COLUMNS[kind] if name in names), None)


class Roster:
    """The table of a class.

    Parameters
    ----------
    data : bytes
        The file, as it was exported.

    Raises
    ------
    ValueError
        If there is no column that tells people apart, or two people would have one id.
    """

    def __init__(self, data: bytes):
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
        first = text.partition("\n")[0]
        self.delimiter = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        self.head, self.rows = (rows[0], [row for row in rows[1:] if any(row)]) if rows else ([], [])
        self.people = [self._person(place) for place in range(len(self.rows)) if not self._is_note(self.rows[place])]
        ids = [person.id.casefold() for person in self.people]
        for person in self.people:
            if not person.id or ids.count(person.id.casefold()) > 1:
                text = _("line {line} of the roster: {id} does not tell people apart")
                raise ValueError(text.format(line=person.row + 2, id=person.id or _("nothing")))

    @classmethod
    def of(cls, course: Path) -> "Roster":
        """Read the roster of a course; an empty one if it has none."""
        file = course / FILE
        return cls(file.read_bytes() if file.is_file() else b"")

    @property
    def platform(self) -> str:
        """``"canvas"``, ``"moodle"``, ``"openolat"``, or nothing."""
        names = {clean(name).casefold() for name in self.head}
        if {"student", "id"} <= names and names & {"sis login id", "sis user id", "section"}:
            return "canvas"
        if column(self.head, "participant") is not None or names & {"id number", "id-nummer"}:
            return "moodle"
        return "openolat" if names & {"user name", "benutzername", "institution number"} else ""

    def _is_note(self, row: Sequence[str]) -> bool:
        """Is it a line of Canvas's that is nobody's: points, or what is posted?"""
        return clean(row[0]).casefold() in ("points possible", "manual posting", "student, test")

    def _cell(self, row: Sequence[str], kind: str) -> str:
        place = column(self.head, kind)
        return clean(row[place]) if place is not None and place < len(row) else ""

    def _person(self, place: int) -> Person:
        row = self.rows[place]
        given = {kind: self._cell(row, kind) for kind in COLUMNS}
        if given["last"] and not given["name"]:
            given["name"] = f"{given['first']} {given['last']}".strip()
        last, comma, first = given["name"].partition(", ")
        name = f"{first} {last}" if comma else given["name"]
        own = [given[kind] for kind in ("login", "email", "number", "id", "participant")]
        own_id = re.sub(r"[^\w.@-]+", "_", next(filter(None, [*own, name]), "")).strip("._-")
        keys = {_key(text) for text in [*own, name, given["email"].partition("@")[0]] if text}
        words = name.split()
        keys |= {_joined([*words[-count:], *words[:-count]]) for count in range(1, len(words))}
        number = re.sub(r"\D", "", given["participant"])
        keys |= {f"moodle:{number}"} if number else set()
        keys |= {f"canvas:{given['id']}"} if given["id"] else set()
        return Person(own_id, name or own_id, given["email"], frozenset(keys), place)

    def find(self, name: str, number: str = "") -> Person | None:
        """Give the person that a name, or a platform's number, belongs to; None if it is nobody's or of several."""
        bare = re.sub(r"_\d+$", "", name) if number else name
        words = [_key(word) for word in re.split(r"[_ ]", bare) if len(word) > 2]
        for wanted in ({number}, {_key(bare), _key(name)}, {_joined([bare])}, set(words)):
            found = [person for person in self.people if person.keys & (wanted - {"", "*"})]
            if len(found) == 1:
                return found[0]
            if found:
                return None
        return None


def _joined(words: Sequence[str]) -> str:
    """Give a name as Canvas writes it, family name first; the star keeps it apart from names of one word."""
    return re.sub(r"[\W_]", "", clean("".join(words)).casefold()) + "*"


def _key(text: str) -> str:
    """Give a text in a form in which it is compared: the words sorted, without case and signs."""
    return " ".join(sorted(re.findall(r"[\w@.]+", clean(text).casefold().replace("_", " "))))
