"""The instructors' walk, as INSTRUCTORS.md tells it: source, release, three submissions, grades, feedback, table."""

import csv
import re

import nbformat
from batches import hand_in, with_answers

from dlcourse import cli
from dlcourse.grading import sources
from dlcourse.grading.grade import Course


def scan(text, source):
    """Look by content for what learners must not see: give the lines of solutions and hidden tests in a text."""
    found = re.findall(r"BEGIN SOLUTION|HIDDEN TESTS|seed=\d+|dlcourse\.rubric|&quot;rubric", text)
    for question in sources.questions(source):
        if question.test is None:
            secret = question.rubric.splitlines() + question.answer.source.splitlines()
        else:
            regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", question.answer.source, flags=re.S)
            secret = [line.strip() for region in regions for line in region.splitlines()]
            secret += [str(seed) for seed in question.hidden_seeds]
        given = question.task.source + question.answer.source.split("### BEGIN SOLUTION")[0] * bool(question.test)
        found += [line for line in secret if len(line) > 3 and line not in given and line in text]
    return found


def plain(html):
    """Give the text of a page."""
    text = re.sub(r"<style.*?</style>|<script.*?</script>", "", html, flags=re.S)
    text = re.sub(r"<[^>]*>", "", text)
    for name, sign in (("&quot;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text


def test_the_walk(tmp_path, capsys):
    course, inbox = tmp_path / "course", tmp_path / "inbox"
    arguments = ["--exercises", "1,3,5,8", "--seed", "7", "--out", str(course)]
    assert cli.main(["assign", "2", *arguments]) == 0
    source, released = (nbformat.read(next((course / step).glob("*/*.ipynb")), 4) for step in ("source", "release"))
    assert scan("\n".join(map(str, released.cells)), source) == []
    assert scan("\n".join(cell.source for cell in source.cells), source), "the scan itself finds what there is"

    hand_in(inbox, "right.ipynb", with_answers(released, source))
    half = with_answers(released, source, "2.3", "2.8")
    hand_in(inbox, "half.ipynb", half)
    hand_in(inbox, "empty.ipynb", released)
    out = tmp_path / "grades.csv"
    grade = ["grade", str(inbox), "--course", str(course), "--out", str(out)]
    assert cli.main([*grade, "--feedback"]) == 0
    assert "3 people are in" in capsys.readouterr().out

    def points():
        with out.open(encoding="utf-8-sig", newline="") as file:
            return {row["learner"]: (row["points"], row["to grade by hand"]) for row in csv.DictReader(file)}

    assert points() == {"right": ("6", "2.8"), "half": ("2", "2.8"), "empty": ("0", "")}

    # What formgrader does when a person grades an answer.
    with Course(course).gradebook() as gradebook:
        for learner, score in (("right", 2.0), ("half", 1.0)):
            entry = gradebook.find_grade("ex-2-8", "02_activations", "ch02_activations", learner)
            entry.manual_score, entry.needs_manual_grade = score, False
        gradebook.db.commit()
    assert cli.main(["grade", "--course", str(course), "--out", str(out)]) == 0
    assert points() == {"right": ("8", ""), "half": ("3", ""), "empty": ("0", "")}

    for learner, learners_own in (("right", with_answers(released, source)), ("half", half), ("empty", released)):
        page = (course / "feedback" / learner / "ch02_activations" / "02_activations.html").read_text(encoding="utf-8")
        own = {line.strip() for cell in learners_own.cells for line in cell.source.splitlines()}
        assert [line for line in scan(plain(page), source) if line not in own] == []
        assert 'check("2.3", sigmoid)' in plain(page)
        assert ("2.3: right" in plain(page)) == (learner != "empty")
    assert "2.1: There is nothing in my_tanh yet" in plain(page) or "2.1: not yet." in plain(page)
