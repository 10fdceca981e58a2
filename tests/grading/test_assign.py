"""Assignments of some exercises, with other numbers each year, and worked solutions; and the commands for them."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from dlcourse import cli
from dlcourse.checks import base
from dlcourse.grading import sources
from dlcourse.grading.assign import assign, chosen_numbers, listed, rubrics, solved, write_solutions
from dlcourse.text import language, speaking


def test_an_assignment_has_the_exercises_that_were_chosen(tmp_path):
    source, released = assign(2, ["5", "2.1"], 7, tmp_path)
    for path in (source, released):
        notebook = nbformat.read(path, as_version=4)
        assert [question.number for question in sources.questions(notebook)] == ["2.1", "2.5"]
        assert any('check("2.5", prediction, variant=7)' in cell.source for cell in notebook.cells)
    text = released.read_text()
    assert "SOLUTION" in source.read_text() and "HIDDEN" in source.read_text()
    for word in ("SOLUTION", "HIDDEN", "seed=", "rubric", "template", "np.exp(-2"):
        assert word not in text
    settings = [folder / "nbgrader_config.py" for folder in (tmp_path, sources.course_of_all())]
    assert settings[0].read_bytes() == settings[1].read_bytes()


def test_another_seed_gives_other_numbers(tmp_path):
    tasks = set()
    for seed in range(1, 6):
        source, _released = assign(2, ["5"], seed, tmp_path / str(seed))
        cells = {cell["id"]: cell.source for cell in nbformat.read(source, as_version=4).cells}
        tasks.add(cells["ex-2-5-task"])
        namespace = {}
        exec(sources.REGION.sub("", cells["ex-2-5"]), namespace)
        base.judge("2.5", [namespace["prediction"]], variant=seed)
    assert len(tasks) >= 4


def test_a_course_grows_and_nothing_in_it_is_lost(tmp_path):
    first, _released = assign(2, ["1"], 0, tmp_path)
    before = first.read_bytes()
    assert assign(2, ["1"], 0, tmp_path)[0].read_bytes() == before
    with pytest.raises(FileExistsError, match="another assignment of chapter 02"):
        assign(2, ["2"], 0, tmp_path)
    assert first.read_bytes() == before
    chapter = next(number for number in sources.chapters() if number != 2)
    assign(chapter, [], 0, tmp_path)
    assert len(list(tmp_path.glob("source/*/*.ipynb"))) == 2


@pytest.mark.parametrize(
    ("chapter", "numbers", "seed", "error", "said"),
    [
        (2, ["99"], 0, ValueError, r"there is no exercise 2\.99"),
        (2, ["1"], -1, ValueError, "seed is -1, expected 0 or more"),
        (99, [], 0, FileNotFoundError, "0 sources of chapter 99"),
    ],
)
def test_what_cannot_be_assigned_is_said_and_leaves_nothing(chapter, numbers, seed, error, said, tmp_path):
    with pytest.raises(error, match=said):
        assign(chapter, numbers, seed, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("chapter", sources.chapters())
def test_solutions_hold_every_answer_and_nothing_for_instructors(chapter, tmp_path):
    notebook = nbformat.read(write_solutions(chapter, tmp_path / "deep"), as_version=4)
    nbformat.validate(notebook)
    text = json.dumps(notebook)
    assert not re.search("BEGIN|HIDDEN|seed=|rubric|template|nbgrader", text.replace("nbgrader_config", ""))
    cells = {cell["id"]: cell.source for cell in notebook.cells}
    for question in sources.questions(sources.read(chapter)):
        assert cells[question.answer["id"]] == sources.solution(question.answer)
        if question.test:
            assert cells[question.test["id"]].count("check(") == 1
    assert solved(sources.read(chapter)) == solved(sources.read(chapter))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", []), ("1,3-5", ["1", "3", "4", "5"]), ("2.1 - 2.3, 2.8", ["2.1", "2.2", "2.3", "2.8"]), ("2.1–3", ["2.1", "2.2", "2.3"]),
     ("7-7", ["7"])],
)  # fmt: skip
def test_ranges_of_exercises(text, numbers):
    assert chosen_numbers(text) == numbers


@pytest.mark.parametrize("text", ["5-3", "a", "1;2", "2.1-3.4", "1-", "all"])
def test_what_are_no_exercises_is_said(text):
    with pytest.raises(ValueError, match="are no exercises; write 1,3-5"):
        chosen_numbers(text)


def test_the_list_says_what_varies():
    lines = listed([2])
    assert len(lines) == 8 and [line.split()[0] for line in lines if line.endswith("varies with the seed")] == [
        entry.number for entry in base.load(2) if entry.numbers]  # fmt: skip
    assert len(listed()) == sum(len(base.load(chapter)) for chapter in sources.chapters())


def test_solutions_with_the_numbers_of_a_seed(tmp_path):
    usual, other = (write_solutions(2, tmp_path / str(seed), seed) for seed in (0, 7))
    assert usual.read_text() != other.read_text() and 'check("2.5", prediction, variant=7)' in json.dumps(
        [cell.source for cell in nbformat.read(other, 4).cells]).replace('\\"', '"')  # fmt: skip


def test_the_list_of_exercises_is_in_the_language_in_use_and_in_line():
    assert listed([2])[4] == "  2.5  2  predict then run   How many points has the curve?  varies with the seed"
    with speaking("zh"):
        lines = listed([2])
    assert re.match(r"  2\.5  2  先猜再跑           [\u4e00-\u9fff]", lines[4]), lines[4]


def test_rubrics_are_printed_with_what_they_are_worth():
    assert rubrics(2).startswith("2.8 · The same network with another bend (2 points)\n* 1 point:")
    chinese = rubrics(2, "zh").splitlines()
    assert re.fullmatch(r"2\.8 · [\u4e00-\u9fff，]+（2分）", chinese[0]) and chinese[1].startswith("* 1分：")
    assert language() == "en"


def test_the_commands(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["solutions", "2"]) == 0
    assert capsys.readouterr().out.strip() == str(Path("solutions") / "02_activations_solutions.ipynb")
    assert cli.main(["solutions", "2", "--rubric"]) == 0
    assert "1 point" in capsys.readouterr().out
    assert cli.main(["assign", "2", "--exercises", "1, 5", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "to hand out: course/release/" in printed.replace("\\", "/") and (tmp_path / "course" / "source").is_dir()
    assert cli.main(["assign", "2", "--exercises", "77"]) == 1
    assert cli.main(["solutions", "99"]) == 1
    assert cli.main(["grade", "nowhere", "--out", "grades.csv"]) == 1
    assert cli.main(["grade", "--course", "nowhere", "--out", "grades.csv"]) == 1
    said = capsys.readouterr().err
    for text in (
        "there is no exercise 2.77",
        "0 sources of chapter 99",
        "no folder nowhere",
        "there is no assignment in",
    ):
        assert text in said


def test_what_is_missing_is_named():
    with pytest.raises(cli.UserError, match=r"nbgrader is missing: pip install 'dlcourse\[instructors\]'"):
        with cli.instructors.for_instructors():
            raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")
    with pytest.raises(ModuleNotFoundError), cli.instructors.for_instructors():
        raise ModuleNotFoundError("No module named 'dlcourse.x'", name="dlcourse.x")
