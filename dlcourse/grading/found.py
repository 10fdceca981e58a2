"""What was found out about each submission, kept beside nbgrader's gradebook: ``judged/assignment/learner.json``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

__all__ = ["Found", "course_of", "place"]

NOTHING = "nothing"  # in the place of an assignment, for learners of whom there came no notebook


@dataclass
class Found:
    """What was found out about one learner's submission.

    Attributes
    ----------
    remarks : list of str
    verdicts : dict
        By the exercise's number: ``right``, ``kind`` and ``hint``.
    answers : dict
        By the id of the answer's cell, a fingerprint of its text.
    file : str
        The file that counts.
    """

    remarks: list[str] = field(default_factory=list)
    verdicts: dict[str, dict] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def read(cls, course: Path, learner: str, assignment: str) -> "Found":
        """Give what was found out about a submission; with no assignment, about a learner who handed in none."""
        file = place(course, learner, assignment)
        return cls(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else cls()

    def write(self, course: Path, learner: str, assignment: str) -> None:
        """Keep it."""
        file = place(course, learner, assignment)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def place(course: Path, learner: str, assignment: str = "") -> Path:
    """Give the file for a submission."""
    return course / "judged" / (assignment or NOTHING) / f"{learner}.json"


def course_of(db_url: str) -> Path:
    """Give the folder of the course that a gradebook is in."""
    return Path(url2pathname(urlparse(db_url).path.removeprefix("/" if urlparse(db_url).path.startswith("//") else "")
                             )).parent  # fmt: skip
