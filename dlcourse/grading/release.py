"""Make the learners' notebooks of the exercises from their sources: ``python -m dlcourse.grading release``.

nbgrader's own preprocessors take out solutions and hidden tests and lock the tests, as ``nbgrader generate_assignment``
does; one of ours takes out rubrics and templates.
"""

import copy
import logging
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveCells,
)
from traitlets.config import Config

from dlcourse.grading import sources

__all__ = ["CODE_STUB", "PREPROCESSORS", "TEXT_STUB", "ClearOurMetadata", "release", "write_released"]

CODE_STUB = "# your code here"
TEXT_STUB = "*Your answer here.*"
CHINESE_STUBS = "# 在这里写代码", "*在这里写你的回答。*"


class ClearOurMetadata(NbGraderPreprocessor):
    """A preprocessor that takes out rubrics and templates."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Take our own entry out of a cell's metadata."""
        cell.metadata.pop("dlcourse", None)
        return cell, resources


# For ``c.GenerateAssignment.preprocessors`` too: nbgrader's own list, with ours in it, without the header, the footer
# and the generated tests that these sources do not have.
PREPROCESSORS = [
    LockCells, ClearSolutions, ClearOutput, ClearOurMetadata, CheckCellMetadata, ComputeChecksums, SaveCells,
    ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata,
]  # fmt: skip


def release(source: NotebookNode) -> NotebookNode:
    """Give the learners' version of a source notebook, in the same way each time.

    Raises
    ------
    nbgrader.nbgraderformat.ValidationError
        If nbgrader finds two cells with one id, a test without points, and the like.
    """
    notebook, resources = copy.deepcopy(source), ResourcesDict()
    code, text = CHINESE_STUBS if sources.edition_of(source) == "zh" else (CODE_STUB, TEXT_STUB)
    config = Config(ClearSolutions={"code_stub": {"python": code}, "text_stub": text})
    for preprocessor in PREPROCESSORS:
        if preprocessor is SaveCells:
            continue  # that one writes into the gradebook
        worker = preprocessor(config=config, parent=None)
        worker.log = logging.getLogger("dlcourse.grading")
        notebook, resources = worker.preprocess(notebook, resources)
    nbformat.validate(notebook)
    return notebook


def write_released(chapter: int, edition: str = "en") -> Path:
    """Write the learners' copy of a chapter's exercises, and give its place."""
    path = sources.released_file(chapter, edition)
    path.parent.mkdir(exist_ok=True)
    nbformat.write(release(sources.read(chapter, edition)), path)
    return path
