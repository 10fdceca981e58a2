"""What learners get: made from the sources, with nothing in it that would answer an exercise."""

import ast
import json
import re

import nbformat
import pytest
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import CheckCellMetadata
from traitlets.config import Config

from dlcourse.checks import base
from dlcourse.grading import __main__ as command
from dlcourse.grading import sources
from dlcourse.grading.release import CODE_STUB, PREPROCESSORS, TEXT_STUB, release
from dlcourse.storage.places import course_folder

NOTEBOOKS = course_folder() / "notebooks"
of_each_chapter = pytest.mark.parametrize("chapter", sources.chapters())


def released(chapter):
    return nbformat.read(sources.released_file(chapter), as_version=4)


@of_each_chapter
def test_the_source_fits_the_checks(chapter):
    assert not sources.problems(sources.read(chapter), chapter)


@of_each_chapter
def test_nbgrader_accepts_the_source(chapter):
    source = sources.read(chapter)
    CheckCellMetadata().preprocess(source, {})
    assert {cell.metadata.nbgrader.schema_version for cell in source.cells if "nbgrader" in cell.metadata} == {3}


@of_each_chapter
def test_the_learners_copy_is_in_step(chapter):
    written = sources.released_file(chapter).read_text(encoding="utf-8")
    assert written == nbformat.writes(release(sources.read(chapter))) + "\n", "run: python -m dlcourse.grading release"


@of_each_chapter
def test_the_learners_copy_answers_nothing(chapter):
    source, notebook = sources.read(chapter), released(chapter)
    text = json.dumps(notebook, ensure_ascii=False)
    for word in ("SOLUTION", "HIDDEN", "seed=", "rubric", "template"):
        assert word not in text
    sources_of = "\n".join(cell.source for cell in notebook.cells)
    for question in sources.questions(source):
        for line in question.rubric.splitlines() + secret_lines(question):
            assert line not in sources_of, f"{question.number}: {line!r}"


def secret_lines(question):
    """Give the lines of a solution that its stub does not have."""
    if question.test is None:
        return question.answer.source.splitlines()
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", question.answer.source, flags=re.S)
    lines = {line.strip() for region in regions for line in region.splitlines()}
    given = {line.strip() for line in question.answer.source.split("### BEGIN SOLUTION")[0].splitlines()}
    return [line for line in lines - given if line and not line.startswith(("return x", "pass", "else:", "def "))]


@of_each_chapter
def test_the_learners_copy_has_a_place_for_each_answer(chapter):
    cells = {cell["id"]: cell for cell in released(chapter).cells}
    for question in sources.questions(sources.read(chapter)):
        stub = cells[question.answer["id"]]
        assert (TEXT_STUB if question.test is None else CODE_STUB) in stub.source
        if question.test is not None:
            ast.parse(stub.source)
            test = cells[question.test["id"]]
            assert test.source == f'check("{question.number}", {", ".join(question.names)})'
            assert test.metadata.editable is False and test.metadata.deletable is False


@of_each_chapter
def test_the_chapter_links_to_its_exercises(chapter):
    path = sources.released_file(chapter)
    assert f"](exercises/{path.name})" in (NOTEBOOKS / path.name).read_text(encoding="utf-8")


@of_each_chapter
def test_exercises_come_in_several_kinds(chapter):
    entries = base.load(chapter)
    assert len(entries) >= 5
    assert len({entry.kind for entry in entries}) >= 4
    headings = {
        line.lstrip("# ")
        for cell in nbformat.read(NOTEBOOKS / sources.source_file(chapter).name, as_version=4).cells
        for line in cell.source.splitlines()
        if cell.cell_type == "markdown" and line.startswith("#")
    }
    assert not [entry.number for entry in entries if entry.section not in headings]


def test_every_file_of_checks_has_a_source():
    files = {int(path.stem[-2:]) for path in (course_folder() / "dlcourse" / "checks").glob("chapter[0-9][0-9].py")}
    assert files == set(sources.chapters())
    copies = {path.name for path in (NOTEBOOKS / "exercises").glob("*.ipynb")}
    assert copies == {sources.released_file(chapter).name for chapter in files}


def test_the_command_writes_the_same_again(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sources, "released_file", lambda chapter, _edition: tmp_path / "new" / f"{chapter}.ipynb")
    assert command.main(["release", "2"]) == 0
    written = (tmp_path / "new" / "2.ipynb").read_bytes()
    monkeypatch.undo()
    assert written == sources.released_file(2).read_bytes()
    assert capsys.readouterr().out.strip().endswith("2.ipynb")


def test_an_assignment_of_some_exercises():
    source = sources.read(2)
    some = sources.chosen(source, ["2.7", "2.1"])
    assert [question.number for question in sources.questions(some)] == ["2.1", "2.7"]
    ids = {cell["id"] for cell in some.cells}
    assert {"setup", "ex-2-7-imports", "check-2-7"} <= ids and not ids & {"ex-2-3-task", "check-2-3"}
    assert len(sources.questions(source)) == len(base.load(2)), "the source itself was changed"
    with pytest.raises(ValueError, match=r"there is no exercise 2\.99, but 2\.1, 2\.2"):
        sources.chosen(source, ["2.99"])


def test_other_numbers_for_another_year():
    def cells(notebook):
        return {cell["id"]: cell.source for cell in notebook.cells}

    source = sources.read(2)
    before, after = cells(source), cells(sources.varied(source, 7))
    assert {name for name in before if before[name] != after[name]} == {"ex-2-5-task", "ex-2-5", "check-2-5"}
    assert 'check("2.5", prediction, variant=7)\n' in after["check-2-5"]
    assert re.findall(r'check\("2\.5", prediction, seed=\d+, variant=7\)\n', after["check-2-5"])
    namespace = {}
    exec(sources.REGION.sub("", after["ex-2-5"]), namespace)
    base.judge("2.5", [namespace["prediction"]], variant=7)
    with pytest.raises(base.NotYet):
        base.judge("2.5", [namespace["prediction"]])


def test_numbers_fill_only_their_own_braces():
    assert sources.fill(r"\frac{1}{2} of {points}, {other}", {"points": 7}) == r"\frac{1}{2} of 7, {other}"


def broken(change):
    source = sources.read(2)
    change({cell["id"]: cell for cell in source.cells})
    return sources.problems(source, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["check-2-1"].metadata.nbgrader.update(points=5), "2.1: 5 points in the source, 2 in the checks"),
        (lambda c: c["check-2-1"].update(source='check("2.1", f, seed=1)'), "2.1: a test with check('2.1', my_tanh)"),
        (lambda c: c["check-2-1"].update(source='check("2.1", my_tanh)'), "2.1: a test with"),
        (lambda c: c["check-2-1"].update(source='check("2.2", my_tanh, seed=1)'), "2.1: the test checks another"),
        (lambda c: c["ex-2-1"].update(source="pass"), "2.1: the answer has no"),
        (lambda c: c["ex-2-1-task"].update(source="### 2.1 · tanh"), "2.1: the task begins with"),
        (lambda c: c["ex-2-5-task"].metadata.clear(), "2.5: a task with numbers needs a template"),
        (lambda c: c["ex-2-5-task"].update(source=c["ex-2-5-task"].source.replace("0.1", "0.3")), "a template filled"),
        (lambda c: c["ex-2-8"].metadata.pop("dlcourse"), "2.8: an explanation is"),
        (lambda c: c["ex-2-2"].metadata.nbgrader.update(grade_id="else"), "ex-2-2: its grade_id is 'else', not its id"),
        (lambda c: [c[f"{kind}"].update(id=f"z{kind}") for kind in ("ex-2-8-task", "ex-2-8")], "the checks know"),
    ],
)
def test_what_is_wrong_in_a_source_is_said(change, said):
    assert any(text.startswith(said) for text in broken(change)), broken(change)


def test_nbgrader_refuses_two_cells_with_one_id():
    source = sources.read(2)
    source.cells.append(next(cell for cell in source.cells if cell["id"] == "check-2-1"))
    with pytest.raises(ValidationError, match="failed to validate"):
        release(source)


def test_no_source_and_no_folder_are_said_plainly(monkeypatch):
    with pytest.raises(FileNotFoundError, match="there are 0 sources of chapter 99"):
        sources.source_file(99)
    monkeypatch.setattr(sources, "course_folder", lambda: None)
    with pytest.raises(FileNotFoundError, match="work in the course's folder"):
        sources.chapters()


def test_the_course_of_the_instructors_uses_the_same_release():
    config = Config()
    path = NOTEBOOKS / "assignments" / "nbgrader_config.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"get_config": lambda: config, "__file__": path})
    assert config.GenerateAssignment.preprocessors == PREPROCESSORS
    assert config.ClearSolutions.code_stub == {"python": CODE_STUB}
    assert config.CourseDirectory.root == str(path.parent)
