"""What outsiders handed in: right answers are accepted, wrong ones are not, with any seed."""

import pytest
from answering import asked, chapter_of, gradable, subjects, verdict
from outsiders import LATER, of_round, outsiders

pytestmark = [pytest.mark.gate, pytest.mark.no_cover]  # as in test_answers.py
of_each_exercise = pytest.mark.parametrize("number", gradable())


def judged(number, entry):
    """Give what the check says to an answer, with the seeds of the notebook: None, or its hints."""
    things = subjects(number, entry["code"].strip())
    found = (verdict(number, things, seed) for seed in asked(number)[:2])
    return next(filter(None, found), None)


@of_each_exercise
def test_right_answers_are_accepted(number):
    refused = {entry["code"]: judged(number, entry) for entry in outsiders(chapter_of(number))[number]["right"]}
    assert not {code: error for code, error in refused.items() if error}


@of_each_exercise
def test_wrong_answers_are_rejected_unless_the_task_allows_them_now(number):
    for entry in outsiders(chapter_of(number))[number]["wrong"]:
        taken = bool(entry.get("allowed") or entry.get("open"))
        assert (judged(number, entry) is None) is taken, f"{entry['what']}\n{entry['code']}"


@of_each_exercise
def test_there_are_enough_of_them(number):
    answers = outsiders(chapter_of(number))[number]
    for name, right, wrong in (("first", 5, 10), ("second", 4, 6))[number in LATER :]:
        assert len(of_round(answers["right"], name)) >= right and len(of_round(answers["wrong"], name)) >= wrong
