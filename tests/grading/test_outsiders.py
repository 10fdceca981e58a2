"""What outsiders handed in: right answers are accepted, wrong ones are not.

Each answer is asked about with one of the seeds, in turn. Of the wrong ones a gate asks about those that a check once
took, and about every third of the others; all of them have their turn with DLCOURSE_SLOW=1.
"""

import os

import pytest
from answering import asked, chapter_of, gradable, subjects, verdict
from outsiders import LATER, of_round, outsiders

pytestmark = pytest.mark.gate
ALL = os.environ.get("DLCOURSE_SLOW") == "1"
of_each_exercise = pytest.mark.parametrize("number", gradable())


def judged(number, entry, seeds):
    """Give what the check says to an answer, with some seeds: None, or its hints."""
    things = subjects(number, entry["code"].strip())
    return next(filter(None, (verdict(number, things, seed) for seed in seeds)), None)


@of_each_exercise
def test_right_answers_are_accepted(number):
    right, seeds = outsiders(chapter_of(number))[number]["right"], asked(number)
    refused = {entry["code"]: judged(number, entry, [seeds[place % len(seeds)]]) for place, entry in enumerate(right)}
    assert [code for code, error in refused.items() if error] == [entry["code"] for entry in right if "open" in entry], refused


@of_each_exercise
def test_wrong_answers_are_rejected_unless_the_task_allows_them_now(number):
    seeds = asked(number)
    for place, entry in enumerate(outsiders(chapter_of(number))[number]["wrong"]):
        if place % 3 and "first try" not in entry and not ALL:
            continue
        taken = bool(entry.get("allowed") or entry.get("open"))
        assert (judged(number, entry, [seeds[place % len(seeds)]]) is None) is taken, f"{entry['what']}\n{entry['code']}"


@of_each_exercise
def test_there_are_enough_of_them(number):
    answers = outsiders(chapter_of(number))[number]
    for name, right, wrong in (("first", 5, 10), ("second", 4, 6), ("third", 4, 11), ("fourth", 5, 10))[number in LATER :]:
        assert len(of_round(answers["right"], name)) >= right and len(of_round(answers["wrong"], name)) >= wrong
