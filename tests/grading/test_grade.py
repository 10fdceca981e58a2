"""A batch of submissions: the table, the rerun, what is said, and what nbgrader's own commands do with it."""

import csv
import os
import shutil

import nbformat
import pytest
from batches import cell_of, copy_of, course, hand_in, with_answers
from hostile import FOR_HARM, FOR_POINTS
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import determine_grade

from dlcourse import cli
from dlcourse.grading import autograde, grade, sandbox
from dlcourse.grading.judge import Limits, Result, Verdict
from dlcourse.grading.submissions import assignments
from dlcourse.grading.table import table

NUMBERS = ["2.1", "2.4", "2.5", "2.8"]
# The loop in one of them is waited for; the rest takes no second, unless the machine is busy.
LIMITS = Limits(cell=20, exercise=6, submission=300, memory=1 << 30)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Make a course with a gradebook: once, because nbgrader takes seconds for it."""
    folder = tmp_path_factory.mktemp("template") / "course"
    course(folder, NUMBERS)
    assert grade.Course(folder).do("generate_assignment", "ch02_activations") == ""
    return folder


@pytest.fixture
def made(template, tmp_path):
    """Give a course, its source, its release, and a folder for submissions."""
    folder = copy_of(template, tmp_path / "course")
    known = assignments(folder)[0]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return folder, known.source, known.released, inbox


def rows(folder, out):
    count = table(folder, out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        found = {row["learner"]: row for row in csv.DictReader(file)}
    assert len(found) == count
    return found


def test_a_batch(made, tmp_path):
    folder, source, released, inbox = made
    right = with_answers(released, source)
    hand_in(inbox, "right.ipynb", right)
    hand_in(inbox, "empty.ipynb", released)
    hand_in(inbox, "half/notebook (1).ipynb", with_answers(released, source, "2.4", "2.8"))
    hand_in(inbox, "twice/a.ipynb", released)
    hand_in(inbox, "twice/b.ipynb", right)
    hand_in(inbox, "=formula.ipynb", with_answers(released, source, "2.1"))
    hand_in(inbox, "broken.ipynb", "{")
    hand_in(inbox, "other.ipynb", nbformat.v4.new_notebook())
    hand_in(inbox, "notes.txt", "hello")
    dies, attack = with_answers(released, source), with_answers(released, source)
    cell_of(dies, "ex-2-4").source = FOR_HARM["os._exit when called"][0]
    cell_of(attack, "ex-2-4").source = "\n".join([FOR_POINTS["patched numpy.testing"], "def relu(x): return x"])
    loops = with_answers(released, source)
    cell_of(loops, "ex-2-1").source = "import time\ndef my_tanh(x):\n    while True:\n        time.sleep(1)"
    for name, notebook in (("dies", dies), ("attack", attack), ("loops", loops)):
        hand_in(inbox, f"{name}.ipynb", notebook)

    report = grade.grade(inbox, folder, jobs=2, limits=LIMITS, quiet=True)
    assert report.graded == 8
    for line in ("broken.ipynb: the file is no notebook (JSONDecodeError)", "notes.txt: not a notebook, left alone",
                 "other.ipynb: no exercise of this course's assignments is in it",
                 "dies: 2.4: it ended its process (exit code 0)", "loops: 2.1: it ran out of time",
                 "twice: there are several notebooks of this assignment; twice/b.ipynb counts"):  # fmt: skip
        assert line in report.remarks
    found = rows(folder, tmp_path / "grades.csv")
    points = {name: [row[number] for number in NUMBERS] + [row["points"], row["most"]] for name, row in found.items()}
    assert points == {
        "right": ["2", "2", "2", "", "6", "8"],
        "empty": ["0", "0", "0", "0", "0", "8"],
        "half": ["0", "2", "0", "", "2", "8"],
        "twice": ["2", "2", "2", "", "6", "8"],
        "formula": ["2", "0", "0", "0", "2", "8"],
        "dies": ["2", "0", "2", "", "4", "8"],
        "attack": ["2", "0", "2", "", "4", "8"],
        "loops": ["0", "2", "2", "", "4", "8"],
        "broken": ["", "", "", "", "0", "8"],
        "other": ["", "", "", "", "0", "8"],
    }
    assert found["right"]["to grade by hand"] == "2.8" and found["empty"]["to grade by hand"] == ""
    assert found["loops"]["remarks"] == "2.1: it ran out of time"
    assert found["right"]["remarks"] == "" and found["formula"]["name"] == "'=formula"
    assert found["empty"]["remarks"].startswith("nothing in it was filled in; 2.1: my_tanh(")
    assert found["empty"]["remarks"].endswith("; 2.8: nothing was written")
    for name in ("broken", "other"):
        assert found[name]["points"] == "0" and found[name]["not handed in"] == "ch02_activations"
        assert f"{name}: there is no notebook of this course" in found[name]["remarks"]

    for name in ("right", "empty", "attack", "=formula"):
        (inbox / f"{name}.ipynb").unlink()
    gone = {f"{name}: {remark}" for name in ("right", "empty", "attack", "formula")
            for remark in grade.Course(folder).found(name, "ch02_activations").remarks}  # fmt: skip
    again = grade.grade(inbox, folder, jobs=1, limits=LIMITS, quiet=True)
    table(folder, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "grades.csv").read_bytes()
    assert sorted(again.remarks) == sorted(set(report.remarks) - gone) and again.changed == []


def test_points_by_hand_stay_over_a_rerun(made, tmp_path):
    folder, source, released, inbox = made
    hand_in(inbox, "anna.ipynb", with_answers(released, source))
    grade.grade(inbox, folder, limits=LIMITS, quiet=True)
    assert rows(folder, tmp_path / "a.csv")["anna"]["2.8"] == ""
    with grade.Course(folder).gradebook() as gradebook:
        entry = gradebook.find_grade("ex-2-8", "02_activations", "ch02_activations", "anna")
        entry.manual_score, entry.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    row = rows(folder, tmp_path / "b.csv")["anna"]
    assert (row["2.8"], row["points"], row["to grade by hand"]) == ("1.5", "7.5", "")
    grade.grade(inbox, folder, limits=LIMITS, quiet=True)
    with grade.Course(folder).gradebook() as gradebook:
        entry = gradebook.find_grade("ex-2-8", "02_activations", "ch02_activations", "anna")
        assert entry.manual_score == 1.5


def test_nbgraders_own_autograde_asks_the_judge(made, tmp_path):
    folder, source, released, _inbox = made
    wrong = with_answers(released, source, "2.1", "2.4")
    cell_of(wrong, "check-2-5").source = "pass"
    cell_of(wrong, "ex-2-4").source = FOR_POINTS["patched numpy.testing"] + "\nprint('hello')\n1 / 0"
    hand_in(folder, "submitted/bob/ch02_activations/02_activations.ipynb", wrong)
    assert grade.Course(folder).do("autograde", "ch02_activations", "bob") == ""
    row = rows(folder, tmp_path / "grades.csv")["bob"]
    assert [row[number] for number in NUMBERS] == ["2", "0", "0", "0"]
    graded = nbformat.read(folder / "autograded/bob/ch02_activations/02_activations.ipynb", as_version=4)
    outputs = cell_of(graded, "ex-2-4").outputs
    assert outputs[0].text == "hello\n"
    assert outputs[1].traceback[0].startswith("ZeroDivisionError: division by zero (line ")
    assert cell_of(graded, "check-2-1").outputs[0].text == "2.1: right\n"
    assert cell_of(graded, "check-2-4").outputs[0].ename == "NotYet"


def test_submissions_of_the_course_itself_keep_their_originals(made):
    folder, source, released, _inbox = made
    text = with_answers(released, source)
    path = hand_in(folder, "submitted/bob/ch02_activations/02_activations.ipynb", text)
    before = path.read_bytes()
    report = grade.grade(folder / "submitted", folder, limits=LIMITS, quiet=True)
    assert report.graded == 1 and path.with_suffix(".ipynb.original").read_bytes() == before
    grade.grade(folder / "submitted", folder, limits=LIMITS, quiet=True)
    assert path.with_suffix(".ipynb.original").read_bytes() == before


def test_a_test_without_a_verdict_counts_as_wrong(template):
    source = assignments(template)[0].source
    cell = cell_of(autograde.written(source, Result()), "check-2-1")
    assert determine_grade(cell) == (0, 2) and SaveAutoGrades in autograde.AUTOGRADE
    right = Result({"2.1": Verdict("2.1", True)})
    assert determine_grade(cell_of(autograde.written(source, right), "check-2-1")) == (2, 2)


def test_the_settings_of_the_course_limit_its_submissions(template):
    limits = grade.Course(template).limits
    assert limits == Limits(cell=60, exercise=20, submission=600, memory=2 << 30)


def test_what_does_not_hold_is_said():
    everything = dict.fromkeys([sandbox.HOOK, sandbox.WALLS, sandbox.CALLS, sandbox.MEMORY, sandbox.THREADS], "x")
    assert grade.what_does_not_hold([Result(holds=everything), None, Result()]) == []
    lacks = grade.what_does_not_hold([Result(holds=everything), Result(holds={sandbox.HOOK: "x"})])
    assert len(lacks) == 1 and "reaches your files" in lacks[0]
    lacks = grade.what_does_not_hold([Result(holds={sandbox.HOOK: "x", sandbox.WALLS: "x"})])
    assert len(lacks) == 3 and "memory is not limited" in lacks


def test_no_course_and_no_folder_are_said(template, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        grade.grade(tmp_path / "nowhere", template)
    shutil.copytree(template / "source", tmp_path / "source")
    with pytest.raises(FileNotFoundError, match="is no course: there is no nbgrader_config.py in it"):
        grade.grade(tmp_path, tmp_path)


def test_a_table_of_nobody(made, tmp_path, capsys):
    folder, *_unused = made
    assert cli.main(["grade", "--course", str(folder), "--out", str(tmp_path / "grades.csv")]) == 0
    assert capsys.readouterr().out.startswith("0 people are in")
    head = "learner,name,email,2.1,2.4,2.5,2.8,points,late,most,to grade by hand,not handed in,remarks"
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").strip() == head


def test_what_goes_wrong_on_the_way_is_said(made, monkeypatch, tmp_path):
    folder, source, released, inbox = made
    hand_in(inbox, "anna.ipynb", with_answers(released, source))

    def no_judge(_job):
        raise OSError("no processes left")

    monkeypatch.setattr(grade, "judged", no_judge)
    monkeypatch.setattr(grade.Course, "do", lambda self, action, *args: f"no {action}")
    report = grade.grade(inbox, folder, limits=LIMITS, quiet=True)
    assert report.graded == 0
    assert report.remarks == [
        "ch02_activations: no generate_assignment", "anna: it could not be judged (no processes left)",
        "anna: nbgrader could not enter it: no autograde"]  # fmt: skip
    course(folder, [], chapter=1)
    assert table(folder, tmp_path / "grades.csv") == 0


@pytest.mark.slow
def test_a_hundred_submissions_of_five_exercises(tmp_path):
    folder, inbox = tmp_path / "course", tmp_path / "inbox"
    source, released = course(folder, ["2.1", "2.2", "2.3", "2.4", "2.7"])
    numbers = ["2.1", "2.2", "2.3", "2.4", "2.7"]
    for place in range(100):
        hand_in(inbox, f"learner{place:03d}.ipynb", with_answers(released, source, *numbers[: place % 6], "none"))
    start = sum(os.times()[:4])
    report = grade.grade(inbox, folder, jobs=2, quiet=True)
    seconds = sum(os.times()[:4]) - start
    print(f"100 submissions of 5 exercises: {seconds:.0f} s of a processor")
    assert seconds < 600 and report.graded == 100
    assert {remark.partition(": ")[2] for remark in report.remarks} == {"nothing in it was filled in"}
    found = rows(folder, tmp_path / "grades.csv")
    worth = [2, 3, 2, 2, 3]
    assert [float(found[f"learner{place:03d}"]["points"]) for place in range(100)] == [
        sum(worth[: place % 6]) for place in range(100)]  # fmt: skip
