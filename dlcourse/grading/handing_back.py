"""What goes out again: feedback as a learning platform takes it, and plain texts for programs that compare them."""

import zipfile
from pathlib import Path, PurePosixPath

import nbformat

from dlcourse.grading import sources
from dlcourse.grading.course import Course
from dlcourse.grading.names import platform, shown
from dlcourse.grading.roster import Roster
from dlcourse.grading.submissions import assignments
from dlcourse.text import _

__all__ = ["code", "feedback"]


def feedback(folder: Path, layout: str, out: Path) -> int:
    """Write the pages for learners into one archive, named as a platform wants it, and give their number.

    Parameters
    ----------
    folder : Path
        The course.
    layout : str
        ``"canvas"`` and ``"moodle"``: the names are those under which the submissions came; ``"openolat"``: a folder
        for each user name; anything else: a folder for each learner.
    out : Path

    Raises
    ------
    ValueError
        If a submission's name does not say who its learner is to the platform.
    """
    course, roster = Course(folder), Roster.of(folder)
    pages = sorted((folder / "feedback").glob("*/*/*.html"))
    if not pages:
        raise ValueError(_("there is no feedback in {folder}: dlcourse grade … --feedback").format(folder=folder))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            learner, assignment = page.parts[-3:-1]
            came_as = course.found(learner, assignment).file
            archive.write(page, _name(layout, learner, came_as, page.name, roster))
    return len(pages)


def _name(layout: str, learner: str, came_as: str, page: str, roster: Roster) -> str:
    if layout not in ("canvas", "moodle"):
        return f"{learner}/{page}"
    for part in PurePosixPath(came_as).parts:
        own = platform(part)
        if own and own[1].startswith(layout):
            head = part.removesuffix(own[2])
            return f"{head}{PurePosixPath(own[2]).stem}.html" if layout == "canvas" else f"{head}{page}"
    person = next((one for one in roster.people if one.id == learner), None)
    number = next((key.partition(":")[2] for key in (person.keys if person else ()) if key.startswith(layout)), "")
    if layout == "moodle" and number:
        return f"{person.name}_{number}_assignsubmission_file_{page}"
    text = _("{learner}: {file} does not say who this is in {layout}")
    raise ValueError(text.format(learner=learner, file=shown(came_as or _("nothing")), layout=layout))


def code(folder: Path, out: Path) -> int:
    """Write the code of each answer as a file, ``exercise/learner.py``, and give their number.

    Copying is not looked for here: JPlag, MOSS and their like do that, and want plain files.
    """
    course, count = Course(folder), 0
    for assignment in assignments(folder):
        stubs = {cell["id"]: cell.source.strip() for cell in assignment.released.cells}
        place = course.folder / "submitted"
        for path in sorted(place.glob(f"*/{assignment.name}/{assignment.notebook}.ipynb")):
            for cell in nbformat.read(path, as_version=4).cells:
                number = sources.exercise_of(cell)
                if cell.cell_type != "code" or not number or cell["id"].startswith("check-"):
                    continue
                if cell.source.strip() != stubs.get(cell["id"]):
                    file = out / number / f"{path.parts[-3]}.py"
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(cell.source + "\n", encoding="utf-8")
                    count += 1
    return count
