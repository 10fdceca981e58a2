"""A course in a folder: nbgrader's settings and gradebook, what was found out about each submission, its learners."""

import contextlib
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from dlcourse.grading import autograde
from dlcourse.grading.assign import SETTINGS
from dlcourse.grading.found import NOTHING, Found, place
from dlcourse.grading.judge import Limits
from dlcourse.grading.names import Learners
from dlcourse.text import _

__all__ = ["Course"]

STEPS = ("submitted", "autograded", "feedback")


class Course:
    """nbgrader's course in a folder.

    Raises
    ------
    FileNotFoundError
        If the folder is none.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        if not (self.folder / SETTINGS).is_file():
            text = _("{folder} is no course: there is no {name} in it; dlcourse assign makes one")
            raise FileNotFoundError(text.format(folder=folder, name=SETTINGS))
        # nbgrader starts alembic by its name.
        bin_folder = str(Path(sys.executable).parent)
        if bin_folder not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([bin_folder, os.environ.get("PATH", "")])
        config = Config(PyFileConfigLoader(SETTINGS, path=str(self.folder)).load_config())
        config.NbGrader.logfile = ""
        # It would complain about an exchange, which this way of grading does not need.
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            with _quiet():
                self.api = NbGraderAPI(config=config)
        finally:
            logging.disable(before)
        judge = autograde.JudgeAnswers(config=config)
        self.limits: Limits = judge.limits
        self.partial: bool = judge.partial
        self.api.log.handlers = [logging.NullHandler()]
        self.api.log.propagate = False
        self.learners = Learners(self.folder)

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """Open the gradebook."""
        with _quiet(), Gradebook(self.api.coursedir.db_url, self.api.coursedir.course_id) as gradebook:
            yield gradebook

    def do(self, action: str, *args: Any) -> str:
        """Have nbgrader do something; give what it says when that fails, and nothing when it does not."""
        with _quiet():
            done = getattr(self.api, action)(*args)
        return "" if done["success"] else str(done.get("error") or done.get("log", "")).strip().split("\n")[-1]

    def found(self, learner: str, assignment: str) -> Found:
        """Give what was found out about a submission; with no assignment, about a learner who handed in none."""
        return Found.read(self.folder, learner, assignment)

    def keep(self, learner: str, assignment: str, found: Found) -> None:
        """Keep what was found out."""
        found.write(self.folder, learner, assignment)
        if assignment:
            place(self.folder, learner).unlink(missing_ok=True)

    def without_notebook(self) -> list[str]:
        """Give the learners of whom there came files, and no notebook."""
        return sorted(path.stem for path in (self.folder / "judged" / NOTHING).glob("*.json"))

    def remove(self, learner: str) -> None:
        """Take a learner out of the gradebook, with all that was handed in and found out.

        Raises
        ------
        ValueError
            If there is no such learner.
        """
        with self.gradebook() as gradebook:
            ids = {student.id for student in gradebook.students}
            # An id comes first: the name of somebody may be the former id of somebody else.
            known = next((one for one in (learner, self.learners.ids.get(learner, "")) if one in ids), learner)
            there = [path for step in STEPS for path in [self.folder / step / known] if path.is_dir()]
            there += (self.folder / "judged").glob(f"*/{known}.json")
            if known in ids:
                gradebook.remove_student(known)
            elif not there:
                raise ValueError(_("there is no learner {name}").format(name=learner))
        for path in there:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.learners.forget(known)
        self.learners.save()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        yield
