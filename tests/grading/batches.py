"""Submissions and courses for the tests of grading."""

import json
import shutil

import nbformat

from dlcourse.grading import sources
from dlcourse.grading.assign import assign, solved
from dlcourse.grading.judge import Limits

# Much more than anything here takes, unless the machine is busy.
LIMITS = Limits(cell=30, exercise=30, submission=300, memory=1 << 30)


def course(folder, exercises=(), seed=0, chapter=2):
    """Make a course in a folder; give its source and its release."""
    source, released = assign(chapter, exercises, seed, folder)
    return nbformat.read(source, as_version=4), nbformat.read(released, as_version=4)


def with_answers(released, source, *numbers):
    """Give a learner's notebook, with the right answers to some exercises; ``None`` for all."""
    answers = {cell["id"]: cell.source for cell in solved(source).cells}
    notebook = nbformat.from_dict(json.loads(json.dumps(released)))
    for cell in notebook.cells:
        number = sources.exercise_of(cell)
        if number and cell["id"] == f"ex-{number.replace('.', '-')}" and (not numbers or number in numbers):
            cell.source = answers[cell["id"]]
    return notebook


def cell_of(notebook, name):
    """Give the cell with an id."""
    return next(cell for cell in notebook.cells if cell["id"] == name)


def hand_in(folder, name, notebook):
    """Write a submission, whatever state it is in."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")
    return path


def copy_of(template, folder):
    """Copy a course with its gradebook; nbgrader takes seconds to make one."""
    return shutil.copytree(template, folder)
