"""INSTRUCTORS.md, command by command: every line of it that starts dlcourse or nbgrader is run, in its order."""

import contextlib
import csv
import html.parser
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from batches import cell_of, hand_in, with_answers

from dlcourse import cli
from dlcourse.grading import report
from dlcourse.grading.course import Course
from dlcourse.storage.places import course_folder
from dlcourse.text import speaking

TEXT = (course_folder() / "INSTRUCTORS.md").read_text(encoding="utf-8")
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 4711,Anna Lee,anna@example.org,Submitted,,11.00,-,
Participant 12,Bob O'Brien,bob@example.org,Submitted,,11.00,-,
Participant 13,Cem Öz,cem@example.org,Submitted,,11.00,-,
Participant 14,Dora Nil,dora@example.org,No submission,,11.00,-,
"""
FOLDER = "{name}_{number}_assignsubmission_file_"
LATE = "ch02_activations,anna@example.org,2026-12-07,,,"


def commands(heading):
    part = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip() for block in re.findall(r"```sh\n(.*?)```", part, re.S) for line in block.splitlines()]
    return [shlex.split(line.strip().removeprefix("uv run ")) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Run every command of the first two sections, and look at what is there on the way."""
    folder = tmp_path_factory.mktemp("walk")
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield folder, _walk(folder)
    finally:
        os.chdir(before)


def _walk(folder):
    ran = []
    for line in commands("With nothing but a folder of e-mailed notebooks") + commands(
        "With a class on a learning platform"
    ):
        if line[0] != "dlcourse":
            assert line == ["cd", "autumn", "&&", "uv", "run", "jupyter", "lab"]
            _grade_by_hand(folder / "autumn")
            continue
        if line[1] == "grade" and not (folder / "inbox").exists():
            _collect(folder)
        if line[1:3] == ["class", "roster"]:
            (folder / "class.csv").write_text(MOODLE, encoding="utf-8")
            due = re.search(r"```text\n(assignment,learner.*?)```", TEXT, re.S)[1]
            (folder / "autumn" / "due.csv").write_text(due, encoding="utf-8")
            # The platform's list comes when grades are there under the names of folders already.
            for name in ("Anna_Lee_4711", "Bob_O_Brien_12", "Cem_Öz_13"):
                Course(folder / "autumn").remove(name)
        if line[1:3] == ["class", "export"]:
            _grade_by_hand(folder / "autumn")
        if line[1:3] == ["class", "remove"]:
            shutil.copy("grades.csv", "before.csv")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert cli.main(line[1:]) == 0, line
        ran.append((line, out.getvalue()))
    return ran


def _collect(folder):
    source, released = (
        nbformat.read(next((folder / "autumn" / step).glob("*/*.ipynb")), 4) for step in ("source", "release")
    )
    half = with_answers(released, source, "2.1", "2.8")
    cell_of(half, "ex-2-2").source = "def softmax(x):\n    return x"
    for name, number, notebook in (("Anna Lee", 4711, with_answers(released, source)), ("Bob O'Brien", 12, half)):
        path = folder / "inbox" / FOLDER.format(name=name, number=number) / "02.ipynb"
        hand_in(path.parent, path.name, notebook)
        os.utime(path, (1_796_000_000, 1_796_000_000))  # in November 2026
    hand_in(folder / "inbox" / FOLDER.format(name="Cem Öz", number=13), "report.pdf", "%PDF")


def _grade_by_hand(course):
    """What formgrader does when a person grades the answers in words."""
    with Course(course).gradebook() as gradebook:
        for submission in gradebook.assignment_submissions("ch02_activations"):
            for entry in (entry for notebook in submission.notebooks for entry in notebook.grades):
                if entry.needs_manual_grade:
                    entry.manual_score, entry.needs_manual_grade = 2.0, False
        gradebook.db.commit()


def of(walk, *start):
    return [out for line, out in walk[1] if line[1 : 1 + len(start)] == list(start)]


def test_every_command_of_the_walk_is_run(walk):
    assert len(walk[1]) >= 16 and {line[2] for line, _out in walk[1] if line[1] == "class"} == {
        "roster", "missing", "export", "feedback", "report", "code", "remove"}  # fmt: skip


def test_what_the_commands_say(walk):
    assert "2.5  2  predict then run   How many points has the curve?" in of(walk, "exercises")[0]
    assert of(walk, "class", "roster") == ["4 people, the first is Anna Lee (anna@example.org)\n"]
    missing = of(walk, "class", "missing")[0].splitlines()
    assert missing == ["Cem Öz · cem@example.org · ch02_activations", "Dora Nil · dora@example.org · ch02_activations"]
    named = "Cem Öz_13: there is no notebook of this course among what was handed in (report.pdf)"
    assert all(named in out for out in of(walk, "grade", "inbox"))
    assert all("→" not in out for out in of(walk, "grade", "--again"))


def test_the_table_has_a_row_a_person_with_reasons_and_penalties(walk):
    with (walk[0] / "before.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    assert list(rows) == [f"{name}@example.org" for name in ("anna", "bob", "cem", "dora")]
    assert (rows["anna@example.org"]["points"], rows["anna@example.org"]["late"]) == ("11", "")
    bob = rows["bob@example.org"]
    # softmax has no parts, and of the prediction nothing is there: --partial gives him no more.
    assert (bob["2.1"], bob["2.2"], bob["2.8"], bob["late"], bob["points"]) == ("2", "0", "2", "0.4", "3.6")
    assert "2.2: For a = [" in bob["remarks"] and "2.5: There is nothing in prediction yet." in bob["remarks"]
    assert rows["dora@example.org"]["not handed in"] == rows["cem@example.org"]["not handed in"] == "ch02_activations"


def test_the_platform_gets_its_own_table_and_archive_back(walk):
    with (walk[0] / "moodle.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Full name"]: row for row in csv.DictReader(file)}
    assert list(next(iter(rows.values()))) == MOODLE.splitlines()[0].split(",")
    assert [row["Grade"] for row in rows.values()] == ["11", "3.6", "", ""]
    assert "2.2: For a = [" in rows["Bob O'Brien"]["Feedback comments"]
    with zipfile.ZipFile(walk[0] / "feedback.zip") as archive:
        assert archive.namelist() == [
            "Anna Lee_4711_assignsubmission_file_02_activations.html",
            "Bob O'Brien_12_assignsubmission_file_02_activations.html"]  # fmt: skip


def test_the_report_is_a_page_with_pictures_that_have_words(walk):
    text = (walk[0] / "report.html").read_text(encoding="utf-8")
    pictures = []

    class Parser(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            pictures.extend([dict(attrs)["alt"]] if tag == "img" else [])

    Parser().feed(text)
    assert pictures[0].startswith("A bar for each exercise: points reached. 2.1 100%, 2.2 50%, ")
    assert pictures[1].startswith("Histogram of the points of 2 people: from 4 to 11 of 11")
    assert "1 × <b>" in text and "</b>: For a = [" in text
    assert "2 people handed something in. Hardest exercise: 2.2 · From scores to probabilities" in text
    assert '<html lang="en">' in text


def test_the_report_speaks_the_language_in_use(walk, tmp_path):
    with speaking("zh"):
        report.write(walk[0] / "autumn", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text and re.search(r"<td>2\.2 · [\u4e00-\u9fff]+</td>", text)


def test_answers_are_plain_files_and_who_is_out_is_out(walk):
    assert "def my_tanh" in (walk[0] / "code" / "2.1" / "anna@example.org.py").read_text(encoding="utf-8")
    assert cli.main(["grade", "--course", "autumn", "--out", "after.csv"]) == 0
    with (walk[0] / "after.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    # The roster still has him, without a submission.
    assert rows["bob@example.org"]["points"] == "0" and not list((walk[0] / "autumn").glob("*/bob@example.org"))


def test_the_folder_is_not_for_git(walk):
    subprocess.run(["git", "init", "-q"], check=True)
    found = subprocess.run(["git", "status", "--porcelain", "--", "autumn"], capture_output=True, text=True, check=True)
    assert found.stdout == ""
    shutil.rmtree(".git")


@pytest.mark.slow
def test_nbgraders_own_commands(walk):
    course = walk[0] / "nbgraders"
    assert cli.main(["assign", "2", "--exercises", "1,8", "--out", str(course)]) == 0
    source, released = (nbformat.read(next((course / step).glob("*/*.ipynb")), 4) for step in ("source", "release"))
    right = with_answers(released, source)
    right.cells += [cell_of(right, "check-2-1"), cell_of(right, "ex-2-1")]  # twice: this ended nbgrader's own command
    hand_in(course, "submitted/eve/ch02_activations/02_activations.ipynb", right)
    # As nbgrader's exchange notes it.
    hand_in(course, "submitted/eve/ch02_activations/timestamp.txt", "2026-11-28 12:00:00.000000 UTC")
    hand_in(course, "submitted/eve/ch02_activations/submission_secret.txt", "secret")
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONWARNINGS": "ignore",
    }
    for line in commands("With nbgrader's own commands"):
        done = subprocess.run(line, cwd=course, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (line, done.stderr)
    with (course / "grades.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["student_id"] == "eve" and row["raw_score"] == "2.0"
    assert (course / "exchange" / "dlcourse" / "outbound" / "ch02_activations").is_dir()
