"""What takes the place of nbgrader's own execution: the judge's verdicts, written as nbgrader expects them.

``nbgrader_config.py`` names these lists, so ``nbgrader autograde``, the formgrader and ``dlcourse grade`` do the same.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode, v4, writes
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import Bool, Float, Integer

from dlcourse.grading import harmless, sources
from dlcourse.grading.found import Found, course_of
from dlcourse.grading.judge import Cell, Job, Limits, Result, Verdict, judged
from dlcourse.grading.mending import repaired
from dlcourse.grading.sources import Question
from dlcourse.grading.submissions import Assignment, cells_of
from dlcourse.text import _

__all__ = ["AUTOGRADE", "FEEDBACK", "SANITIZE", "JudgeAnswers", "MendNotebook", "job_of", "parts_said", "ready",
           "written"]  # fmt: skip

# Results that are there before nbgrader asks for them, by learner, assignment and notebook.
ready: dict[tuple[str, str, str], Result] = {}


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and _grade_id(cell).startswith("check-")


def job_of(
    notebook: NotebookNode, tests: Iterable[NotebookNode], limits: Limits, solutions: Mapping[str, str] | None = None
) -> Job:
    """Give what is to be judged: the code cells of a submission, and the exercises of the source's tests.

    With `solutions`, points are given for the parts of an answer.
    """
    cells: list[Cell] = []
    for cell in notebook.cells:
        if _is_test(cell) and cells:
            cells[-1] = replace(cells[-1], before=(*cells[-1].before, _number(cell)))
        elif cell.cell_type == "code" and not _is_test(cell):
            cells.append(Cell(cell["id"], cell.source))
    return Job(cells, [_exercise(test) for test in tests], limits, solutions or {})


def _number(test: NotebookNode) -> str:
    return ".".join(_grade_id(test).split("-")[1:])


def _exercise(test: NotebookNode) -> tuple[str, tuple[str, ...], tuple[int, ...], int]:
    number = _number(test)
    question = Question(number, test, test, test)
    words = {word.arg: ast.literal_eval(word.value) for call in question.calls for word in call.keywords}
    return number, question.names, (0, *question.hidden_seeds), words.get("variant", 0)


def written(notebook: NotebookNode, result: Result) -> NotebookNode:
    """Write verdicts, and what cells printed, into the outputs of a notebook.

    A test without a verdict counts as wrong: nbgrader would take a cell without output for a right answer. What
    learners wrote is made harmless for those who read it.
    """
    harmless.clean(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if _is_test(cell):
            number = _number(cell)
            verdict = result.verdicts.get(number)
            if verdict is not None and verdict.right:
                cell.outputs = [_stream(_("{number}: right").format(number=number) + "\n")]
            else:
                hint = verdict.hint if verdict is not None else _("{number}: not judged").format(number=number)
                if verdict is not None and verdict.share:
                    cell.outputs = _partly(verdict, cell.metadata.nbgrader.points)
                    continue
                cell.outputs = [v4.new_output("error", ename="NotYet", evalue=hint, traceback=[hint])]
            continue
        printed, error = result.cells.get(cell["id"], ("", None))
        if printed:
            cell.outputs.append(_stream(printed))
        if error:
            name, text, line = map(str, error)
            where = _(" (line {line})").format(line=line) if line != "0" else ""
            cell.outputs.append(v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}{where}"]))
    return notebook


def _partly(verdict: Verdict, most: float) -> list[NotebookNode]:
    """Give the outputs from which nbgrader reads a part of the points: its result, which is a number."""
    points = f"{round(most * verdict.share, 2):g}"
    text = f"{verdict.hint}\n{parts_said(verdict.number, verdict.parts)}\n"
    return [_stream(text), v4.new_output("execute_result", data={"text/plain": points}, execution_count=None)]


def parts_said(number: str, parts: Mapping[str, bool]) -> str:
    """Say which parts of an answer are right."""
    said = [_("{name} is right") if right else _("{name} is not") for right in parts.values()]
    words = ", ".join(text.format(name=name) for text, name in zip(said, parts, strict=True))
    return _("{number}: {count} of {all} parts: {words}").format(
        number=number, count=sum(parts.values()), all=len(parts), words=words)  # fmt: skip


def _stream(text: str) -> NotebookNode:
    return v4.new_output("stream", name="stdout", text=text)


class JudgeAnswers(NbGraderPreprocessor):
    """A preprocessor that has a submission judged, in the place of one that runs it with the tests in one kernel."""

    cell_seconds = Float(Limits.cell, help="Seconds for one cell.").tag(config=True)
    exercise_seconds = Float(Limits.exercise, help="Seconds for judging one exercise.").tag(config=True)
    submission_seconds = Float(Limits.submission, help="Seconds for a submission, all in all.").tag(config=True)
    memory = Integer(Limits.memory, help="Bytes of address space for a submission.").tag(config=True)
    trusted = Bool(Limits.trusted, help="Run submissions without bubblewrap's walls.").tag(config=True)

    partial = Bool(False, help="Give points for the parts of an answer that are right.").tag(config=True)

    @property
    def limits(self) -> Limits:
        """The limits that the settings give."""
        times = self.cell_seconds, self.exercise_seconds, self.submission_seconds
        return Limits(*times, self.memory, self.trusted)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Take the verdicts that are there, or judge now."""
        about = resources["nbgrader"]
        result = ready.pop((about["student"], about["assignment"], about["notebook"]), None)
        if result is None:
            tests: Sequence[NotebookNode] = [cell for cell in nb.cells if _is_test(cell)]
            source = _source_of(about)
            solutions = sources.runnable_solutions(Assignment(source).source) if self.partial and source.is_file() else {}
            result = judged(job_of(nb, tests, self.limits, solutions))
            for remark in result.remarks:
                self.log.warning("%s: %s", about["student"], remark)
            course = course_of(about["db_url"])
            verdicts = {number: asdict(verdict) for number, verdict in result.verdicts.items()}
            found = Found.read(course, about["student"], about["assignment"])
            replace(found, remarks=result.remarks, verdicts=verdicts).write(course, about["student"], about["assignment"])
        return written(nb, result), resources


def _source_of(about: Mapping[str, str]) -> Path:
    return course_of(about["db_url"]) / "source" / about["assignment"] / f"{about['notebook']}.ipynb"


class MendNotebook(NbGraderPreprocessor):
    """A preprocessor that puts a submission into the form of the release, before nbgrader looks at it."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Mend what can be mended, and say what."""
        about = resources["nbgrader"]
        source = _source_of(about)
        if not source.is_file():
            return nb, resources
        found = repaired(cells_of(writes(nb).encode()), Assignment(source))
        for remark in [*found.remarks, *found.doubts.values()]:
            self.log.warning("%s: %s", about["student"], remark)
        return found.notebook, resources


# nbgrader's own lists, with ours in them. Feedback begins without the hidden tests that autograding has put back.
AUTOGRADE = [
    JudgeAnswers, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades, AssignLatePenalties,
    CheckCellMetadata,
]  # fmt: skip
SANITIZE = [MendNotebook, ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata]
FEEDBACK = [ClearHiddenTests, GetGrades, CSSHTMLHeaderPreprocessor]
