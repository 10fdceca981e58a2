"""Make an assignment of some of a chapter's exercises, and write worked solutions."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.checks import base
from dlcourse.grading import sources
from dlcourse.grading.release import release
from dlcourse.text import _, padded, speaking

__all__ = ["assign", "chosen_numbers", "listed", "rubrics", "solved", "write_solutions"]

SETTINGS = "nbgrader_config.py"
# A course has answers, names and grades in it: git shall not take it along.
IGNORE = "*\n"


def assign(
    chapter: int, exercises: Iterable[str], seed: int, folder: Path, edition: str = "en"
) -> tuple[Path, Path]:
    """Make, or add to, a course for nbgrader in `folder`, with some exercises of a chapter.

    Parameters
    ----------
    chapter : int
    exercises : iterable of str
        Their numbers, ``"3"`` or ``"2.3"``; none for all.
    seed : int
        0 for the numbers that the course itself has; another one varies them where a task has numbers.
    folder : Path
        For ``source/`` with the solutions, ``release/`` with what is handed out, and nbgrader's settings.
    edition : str, optional
        ``"en"`` or ``"zh"``: the language of tasks and hints. Numbers, points and verdicts are the same.

    Returns
    -------
    tuple of Path
        The source, which stays with you, and the notebook to hand out.

    Raises
    ------
    ValueError
        If there is no such exercise, or a seed below 0.
    FileExistsError
        If the folder has another assignment of this chapter already.
    """
    if seed < 0:
        raise ValueError(f"the seed is {seed}, expected 0 or more")
    file = sources.source_file(chapter, edition)
    wanted = [number if "." in number else f"{chapter}.{number}" for number in exercises]
    whole = sources.read(chapter, edition)
    source = sources.varied(sources.chosen(whole, wanted) if wanted else whole, seed)
    places = [folder / step / file.parent.name / file.name for step in ("source", "release")]
    if places[0].exists() and nbformat.read(places[0], as_version=4) != source:
        raise FileExistsError(f"{places[0]} is another assignment of chapter {chapter:02d}: choose another folder")
    for place, notebook in zip(places, (source, release(source)), strict=True):
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place)
    if not (folder / SETTINGS).exists():
        shutil.copy(sources.course_of_all() / SETTINGS, folder)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text(IGNORE, encoding="utf-8")
    return places[0], places[1]


def chosen_numbers(text: str) -> list[str]:
    """Read which exercises are wanted: ``"1,3-5"`` gives 1, 3, 4 and 5; ``"2.1-2.3"`` does, too.

    Raises
    ------
    ValueError
        If it says something else.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(?:(\d+)\.)?(\d+)(?:\s*[-–]\s*(?:(\d+)\.)?(\d+))?", part)
        first, last = (int(match[2]), int(match[4] or match[2])) if match else (1, 0)
        if first > last or match[3] not in (None, match[1]):
            raise ValueError(_("{text!r} are no exercises; write 1,3-5 or 2.1,2.3").format(text=part))
        found += [f"{match[1]}.{number}" if match[1] else str(number) for number in range(first, last + 1)]
    return found


def listed(chapters: Iterable[int] = ()) -> list[str]:
    """Give a line for each exercise: number, points, kind, title, and whether its numbers vary with the seed."""
    lines = []
    for chapter in chapters or sources.chapters():
        for entry in base.load(chapter):
            varies = _("varies with the seed") if entry.numbers else ""
            lines.append(f"{entry.number:>5}  {entry.points}  {padded(_(entry.kind), 17)}  {_(entry.title)}  {varies}".rstrip())
    return lines


def solved(source: NotebookNode) -> NotebookNode:
    """Give a source as a notebook to read: with the solutions, without marks, rubrics and hidden tests."""
    notebook = nbformat.v4.new_notebook(metadata=source.metadata)
    for cell in source.cells:
        text = sources.solution(cell)
        if cell["id"].startswith("check-"):
            text = "\n".join(line for line in text.splitlines() if "seed=" not in line)
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        notebook.cells.append(make(text, id=cell["id"]))
    return notebook


def write_solutions(chapter: int, folder: Path, seed: int = 0, edition: str = "en") -> Path:
    """Write the worked solutions of a chapter, with the numbers of a seed, and give the file's place."""
    path = folder / f"{sources.source_file(chapter).stem}_solutions.ipynb"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(solved(sources.varied(sources.read(chapter, edition), seed)), path)
    return path


def rubrics(chapter: int, edition: str = "en") -> str:
    """Give what to look for in the answers of a chapter that a person grades, all in the language of the edition."""
    found = []
    for question in sources.questions(sources.read(chapter, edition)):
        if question.rubric:
            with speaking(edition):
                head, title = _("{number} · {title} ({points} points)"), _(base.find(question.number).title)
            head = head.format(number=question.number, title=title, points=question.points)
            found.append(f"{head}\n{question.rubric}")
    return "\n\n".join(found)
