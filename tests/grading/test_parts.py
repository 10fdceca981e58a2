"""Points for the parts of a wrong answer, where a teacher wants that: each name, each key, and nothing unearned."""

import nbformat
import pytest
from batches import LIMITS, cell_of, copy_of, course, hand_in, with_answers
from nbgrader.utils import determine_grade

from dlcourse.grading import autograde, grade, sources
from dlcourse.grading.course import Course
from dlcourse.grading.judge import Job, Verdict, judge, judged
from dlcourse.grading.parts import passed
from dlcourse.grading.submissions import assignments
from dlcourse.grading.table import rows

NUMBERS = ["2.1", "2.5", "2.7"]
RIGHT_DICT = "prediction = {'points': 4, 'last': 0.3, 'has stop': False}"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template") / "course"
    course(folder, NUMBERS)
    assert Course(folder).do("generate_assignment", "ch02_activations") == ""
    return folder


def verdicts(template, changes, how=judge, solutions=True):
    known = assignments(template)[0]
    notebook = with_answers(known.released, known.source)
    for name, text in changes.items():
        cell = cell_of(notebook, name)
        cell.source = text(cell.source) if callable(text) else text
    tests = [question.test for question in known.questions if question.test]
    texts = sources.runnable_solutions(known.source) if solutions else {}
    return how(autograde.job_of(notebook, tests, LIMITS, texts)).verdicts


def wrong_slope(source):
    return source + "\n\n\ndef swish_grad(x):\n    return x\n"


@pytest.mark.parametrize("how", [judge, judged])
def test_each_name_is_a_part(template, how):
    found = verdicts(template, {"ex-2-7": wrong_slope}, how)
    assert found["2.1"].right and found["2.1"].share == 1
    assert found["2.7"].parts == {"swish": True, "swish_grad": False} and found["2.7"].share == 0.5


def test_each_key_is_a_part(template):
    known = assignments(template)[0]
    right = sources.solution(cell_of(known.source, "ex-2-5"))
    found = verdicts(template, {"ex-2-5": f"{right}\nprediction['points'] = 77"})["2.5"]
    assert not found.right and found.parts == {"points": False, "last": True, "has stop": True}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ex-2-7", "def swish(x):\n    pass\ndef swish_grad(x):\n    pass"),
        ("ex-2-7", "swish = swish_grad = 3"),
        ("ex-2-7", "def swish(x):\n    raise SystemExit\nswish_grad = swish"),
        ("ex-2-5", "prediction = 'points'"),
        ("ex-2-5", "prediction = {}"),
        ("ex-2-1", "def my_tanh(x):\n    return x"),
    ],
)
def test_what_is_wrong_in_all_parts_earns_nothing(template, name, text):
    number = name.removeprefix("ex-").replace("-", ".")
    found = verdicts(template, {name: text})[number]
    assert found.share == 0 and not any(found.parts.values())


def test_a_part_that_ends_its_process_costs_the_parts_and_not_the_rest(template):
    found = verdicts(template, {"ex-2-7": "import os\ndef swish(x):\n    os._exit(1)\nswish_grad = swish"})
    assert found["2.7"].share == 0 and found["2.5"].right


def test_nobody_gets_parts_unless_that_is_wanted(template):
    found = verdicts(template, {"ex-2-7": wrong_slope}, solutions=False)["2.7"]
    assert found.parts == {} and found.share == 0 and Job([], []).solutions == {}


def test_nbgrader_reads_the_points(template):
    source = assignments(template)[0].source
    partly = Verdict("2.7", False, "values", "2.7: not yet.", {"swish": True, "swish_grad": False})
    notebook = autograde.written(source, autograde.Result({"2.7": partly}))
    cell = cell_of(notebook, "check-2-7")
    assert determine_grade(cell) == (1.5, 3)
    assert cell.outputs[0].text == "2.7: not yet.\n2.7: 1 of 2 parts: swish is right, swish_grad is not\n"


def test_the_table_shows_them(template, tmp_path):
    folder = copy_of(template, tmp_path / "course")
    known = assignments(folder)[0]
    notebook = with_answers(known.released, known.source)
    cell_of(notebook, "ex-2-7").source = wrong_slope(cell_of(notebook, "ex-2-7").source)
    hand_in(tmp_path / "inbox", "eve.ipynb", notebook)
    for partial, points in ((False, 0), (True, 1.5)):
        grade.grade(tmp_path / "inbox", folder, limits=LIMITS, quiet=True, partial=partial)
        (row,) = rows(Course(folder), [known])
        assert row.points["2.7"] == points
    assert row.remarks == ["2.7: 1 of 2 parts: swish is right, swish_grad is not"]
    page = nbformat.read(folder / "autograded/eve/ch02_activations/02_activations.ipynb", 4)
    assert "swish_grad is not" in cell_of(page, "check-2-7").outputs[0].text


def test_an_exercise_that_no_check_judges_is_refused(template, tmp_path):
    with pytest.raises(ValueError, match=r"no check judges 2\.99 in this course"):
        grade.grade(tmp_path, template, exercises=["2.99"])


def test_a_check_that_stumbles_has_seen_nothing_right():
    def stumbles(_answer):
        raise RecursionError

    assert passed(("a", "b"), {"a": 1, "b": 2}, lambda name: 3, stumbles) == {"a": False, "b": False}
    assert passed(("a",), {"a": 1}, lambda name: 3, stumbles) == {}


@pytest.mark.parametrize("chapter", sources.chapters())
def test_every_solution_runs_with_what_is_given(chapter):
    texts = sources.runnable_solutions(sources.read(chapter))
    for question in sources.questions(sources.read(chapter)):
        if question.test:
            assert all(name in texts[question.number] for name in question.names)
