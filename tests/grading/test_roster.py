"""Rosters of three platforms, the tables and archives they take back, due dates, and points that people gave."""

import csv
import datetime
import io
import os
import zipfile

import pytest
from batches import cell_of, copy_of, course, hand_in, with_answers

from dlcourse.grading import grade, handing_back, late, table
from dlcourse.grading.course import Course
from dlcourse.grading.found import Found
from dlcourse.grading.judge import Limits
from dlcourse.grading.roster import Roster
from dlcourse.grading.submissions import assignments

NAME = "ch02_activations"
LIMITS = Limits(cell=20, exercise=20, submission=300, memory=1 << 30)
CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework ch02_activations (815),Final Score
"    Points Possible",,,,,11,(read only)
"Lee, Anna",4711,m1,alee,A,,
"O'Brien, Bob",12,m2,bobrien,A,,
"Student, Test",99,,,A,,
"""
OPENOLAT = "User name\tFirst name\tLast name\tEmail\tInstitution number\nalee\tAnna\tLee\ta@x.org\t1\nböz\tCem\tÖz\tc@x.org\t2\n"
GERMAN = "Vollständiger Name;E-Mail-Adresse;ID-Nummer\nAnna Lee;anna@x.org;7\nLee Anna Maria;maria@x.org;8\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template") / "course"
    course(folder, ["2.1", "2.8"])
    assert Course(folder).do("generate_assignment", NAME) == ""
    return folder


@pytest.fixture
def made(template, tmp_path):
    folder, inbox = copy_of(template, tmp_path / "course"), tmp_path / "inbox"
    known = assignments(folder)[0]
    right = with_answers(known.released, known.source)
    hand_in(inbox, "leeanna_4711_815_02-1.ipynb", right)
    hand_in(inbox, "obrienbob_LATE_12_816_work.ipynb", with_answers(known.released, known.source, "2.1"))
    return folder, inbox, right


def graded(folder, inbox, **options):
    return grade.grade(inbox, folder, limits=LIMITS, quiet=True, **options)


def by_hand(folder, learner, points):
    with Course(folder).gradebook() as gradebook:
        entry = gradebook.find_grade("ex-2-8", "02_activations", NAME, learner)
        entry.manual_score, entry.needs_manual_grade = points, False
        gradebook.db.commit()


def entry_of(folder, learner):
    with Course(folder).gradebook() as gradebook:
        entry = gradebook.find_grade("ex-2-8", "02_activations", NAME, learner)
        return entry.manual_score, entry.needs_manual_grade


@pytest.mark.parametrize(
    ("text", "platform", "ids"),
    [(CANVAS, "canvas", ["alee", "bobrien"]), (OPENOLAT, "openolat", ["alee", "böz"]),
     (GERMAN, "moodle", ["anna@x.org", "maria@x.org"]), ("name\nAnna Lee\nBob\n", "", ["Anna_Lee", "Bob"]), ("", "", [])],
)  # fmt: skip
def test_what_platforms_export_is_read(text, platform, ids):
    roster = Roster(text.encode())
    assert (roster.platform, [person.id for person in roster.people]) == (platform, ids)
    assert [person.id for person in Roster(text.encode("utf-16")).people] == ids


def test_people_who_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="line 3 of the roster: Anna does not tell|line 2 of the roster: Anna does not"):
        Roster(b"name\nAnna\nanna\n")


@pytest.mark.parametrize(
    ("name", "number", "found"),
    [("leeanna_4711", "canvas:4711", "alee"), ("Lee Anna", "", "alee"), ("Anna Lee", "", "alee"), ("alee", "", "alee"),
     ("anna_lee", "", "alee"), ("leeanna", "", "alee"), ("lee_anna_alee", "", "alee"), ("Bob O'Brien", "", "bobrien"),
     ("m2", "", "bobrien"), ("nobody", "", None), ("nobody_99", "canvas:99", None), ("obrienbob", "", "bobrien"),
     ("Anna", "", None)],
)  # fmt: skip
def test_submissions_find_their_person(name, number, found):
    person = Roster(CANVAS.encode()).find(name, number)
    assert (person.id if person else None) == found


def test_a_name_of_two_people_is_nobodys():
    roster = Roster("login;name\na1;Anna Lee\na2;Lee Anna\n".encode())
    assert roster.find("Anna Lee") is None and roster.find("a2").id == "a2"


def test_canvas_gets_its_table_and_its_names_back(made, tmp_path):
    folder, inbox, _right = made
    (folder / "roster.csv").write_text(CANVAS, encoding="utf-8")
    assert graded(folder, inbox, feedback=True).graded == 2
    by_hand(folder, "alee", 1.5)
    assert table.export(folder, "canvas", tmp_path / "canvas.csv") == 2
    with (tmp_path / "canvas.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework ch02_activations (815)"],
        ["    Points Possible", "", "", "", "", "4"],
        ["Lee, Anna", "4711", "m1", "alee", "A", "3.5"], ["O'Brien, Bob", "12", "m2", "bobrien", "A", "2"]]  # fmt: skip
    handing_back.feedback(folder, "canvas", tmp_path / "f.zip")
    handing_back.feedback(folder, "openolat", tmp_path / "o.zip")
    names = [zipfile.ZipFile(tmp_path / name).namelist() for name in ("f.zip", "o.zip")]
    assert names == [["leeanna_4711_815_02-1.html", "obrienbob_LATE_12_816_work.html"],
                     ["alee/02_activations.html", "bobrien/02_activations.html"]]  # fmt: skip
    with pytest.raises(ValueError, match="does not say who this is in moodle"):
        handing_back.feedback(folder, "moodle", tmp_path / "m.zip")
    with pytest.raises(ValueError, match="there is no table of moodle in the course"):
        table.export(folder, "moodle", tmp_path / "moodle.csv")


def test_openolat_gets_lines_and_moodles_list_a_column(made, tmp_path):
    folder, inbox, _right = made
    hand_in(inbox, "alee/02.ipynb", "x")
    (folder / "roster.csv").write_text(OPENOLAT, encoding="utf-8")
    graded(folder, inbox)
    assert table.export(folder, "openolat", tmp_path / "o.csv") == 0  # an answer in words waits
    by_hand(folder, "alee", 2)
    assert table.export(folder, "openolat", tmp_path / "o.csv") == 1
    (line,) = csv.reader(io.StringIO((tmp_path / "o.csv").read_text(encoding="utf-8")))
    assert line[:3] == ["alee", "4", ""] and len(line) == 4
    (folder / "roster.csv").write_text(GERMAN, encoding="utf-8")
    table.export(folder, "moodle", tmp_path / "m.csv")
    head = (tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head == "Vollständiger Name;E-Mail-Adresse;ID-Nummer;ch02_activations"


def test_points_by_hand_stay_with_their_text_alone(made):
    folder, inbox, right = made
    graded(folder, inbox)
    by_hand(folder, "leeanna_4711", 1.5)
    assert graded(folder, inbox).changed == []
    assert entry_of(folder, "leeanna_4711") == (1.5, False)  # formgrader does not list it again
    cell_of(right, "ex-2-8").source += "\n\nAnd more."
    cell_of(right, "ex-2-1").source = "def my_tanh(x):\n    return x"
    hand_in(inbox, "leeanna_4711_815_02-1.ipynb", right)
    report = graded(folder, inbox)
    assert entry_of(folder, "leeanna_4711") == (None, True)
    said = "leeanna_4711: 2.8: the answer has changed since you gave 1.5 points for it: look at it again"
    assert said in report.remarks and report.changed == ["leeanna_4711: 2.1: right → wrong"]


def test_one_learner_or_one_exercise_again(made, monkeypatch):
    folder, inbox, _right = made
    graded(folder, inbox)
    judged, before = [], grade.judged
    monkeypatch.setattr(grade, "judged", lambda job: judged.append([one[0] for one in job.exercises]) or before(job))
    report = graded(folder, folder / "submitted", only=["leeanna_4711"], exercises=["2.1"])
    assert judged == [["2.1"]] and report.graded == 1
    with pytest.raises(ValueError, match="there is nothing of"):
        graded(folder, inbox, only=["nobody"])


@pytest.mark.parametrize(
    ("late_by", "percent", "lost"),
    [(0, 10, 0), (-5, 10, 0), (1, 10, 1), (late.DAY, 10, 1), (late.DAY + 1, 10, 2), (30 * late.DAY, 10, 10), (9, 0, 0)],
)
def test_each_day_that_has_begun_costs(late_by, percent, lost):
    assert late.penalty(10.0, late_by, percent) == pytest.approx(lost)


def test_due_dates_extensions_and_attempts(made):
    folder, inbox, _right = made
    (folder / "due.csv").write_text(
        "assignment, learner, due, percent a day, attempts, handed in\n"
        f"{NAME},,2026-11-30,25,1,\n{NAME},leeanna_4711,,,,2026-12-01 00:30\n"
        f"{NAME},obrienbob_12,2026-12-02,,2,2026-12-01 09:30\n", encoding="utf-8")  # fmt: skip
    hand_in(inbox, "obrienbob_12_817_work (1).ipynb", "x")
    graded(folder, inbox)
    rows = {row.learner: row for row in table.rows(Course(folder), assignments(folder))}
    assert rows["leeanna_4711"].late == {NAME: 0.5} and rows["obrienbob_12"].late == {}
    by_hand(folder, "leeanna_4711", 2)
    rows = {row.learner: row for row in table.rows(Course(folder), assignments(folder))}
    assert rows["leeanna_4711"].total(assignments(folder)[0]) == 3  # a quarter of 4 points, those by hand among them
    own = late.Table.of(folder)
    assert own.attempts(NAME, "obrienbob_12") == 2 and own.attempts(NAME, "anybody") == 1
    assert own.due(NAME) == datetime.datetime(2026, 11, 30, 23, 59, 59).astimezone(datetime.UTC).replace(tzinfo=None)


def test_when_a_file_was_saved_counts_and_mistyped_rows_are_said(made):
    folder, inbox, _right = made
    (folder / "due.csv").write_text(f"assignment,learner,due,percent a day\n{NAME},,2001-09-08,50\nch03,,2001-01-01,\n"
                                    f"{NAME},leeana,2030-01-01,\n", encoding="utf-8")  # fmt: skip
    for path, time in zip(sorted(inbox.iterdir()), (1_000_000_000, 900_000_000), strict=True):  # the first a day late
        os.utime(path, (time, time))
    report = graded(folder, inbox)
    for name in ("ch03", "leeana"):
        assert f"due.csv: nothing is known of {name}" in report.remarks
    rows = {row.learner: row for row in table.rows(Course(folder), assignments(folder))}
    assert rows["leeanna_4711"].late == {NAME: 1.0} and rows["obrienbob_12"].late == {}


def test_a_roster_that_comes_late_is_said(made):
    folder, inbox, _right = made
    graded(folder, inbox)
    (folder / "roster.csv").write_text(CANVAS, encoding="utf-8")
    said = "leeanna_4711 had the id leeanna_4711, and has alee from the roster"
    assert any(remark.startswith(said) for remark in graded(folder, inbox).remarks)
    Course(folder).remove("leeanna_4711")
    assert [row.learner for row in table.rows(Course(folder), assignments(folder))] == ["alee", "bobrien", "obrienbob_12"]


def test_only_as_many_attempts_as_are_allowed_count(made, tmp_path):
    folder, _inbox, right = made
    inbox = tmp_path / "tries"
    wrong = with_answers(assignments(folder)[0].released, assignments(folder)[0].source, "2.8")
    hand_in(inbox, "eve/02.ipynb", wrong)
    hand_in(inbox, "eve/02 (1).ipynb", right)
    hand_in(inbox, "bob.ipynb", right)
    (folder / "due.csv").write_text(f"assignment,due,attempts\n{NAME},2030-01-01,1\n", encoding="utf-8")
    report = graded(folder, inbox)
    assert "eve: 2 attempts were handed in, 1 are allowed" in report.remarks
    assert Found.read(folder, "eve", NAME).file == "eve/02.ipynb"


def test_a_table_of_due_dates_that_cannot_be_read_is_refused():
    for row, said in (({"assignment": "x"}, "needs columns"), ({"assignment": "x", "due": "soon"}, "Invalid isoformat"),
                      ({"assignment": "x", "due": "", "more": "y"}, "needs columns")):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            late.Table([row])


def test_who_is_not_there_cannot_be_removed(made):
    with pytest.raises(ValueError, match="there is no learner nobody"):
        Course(made[0]).remove("nobody")
