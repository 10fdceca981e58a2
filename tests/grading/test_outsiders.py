"""What outsiders handed in: right answers are accepted, wrong ones are not.

Each answer is asked about with one of the seeds, in turn. A gate asks about those of which a check was once wrong, and
about every ninth of the others; the slow tests ask about all.
"""

import re
from pathlib import Path

import pytest
from answering import asked, chapter_of, gradable, subjects, verdict
from outsiders import LATER, ROUNDS, first_try, of_round, outsiders

ROOT = Path(__file__).parents[2]
of_each_exercise = pytest.mark.parametrize("number", gradable())


def judged(number, entry, place):
    """Give what the check says to an answer, with the seed whose turn it is: None, or its hint."""
    seeds = asked(number)
    return verdict(number, subjects(number, entry["code"].strip()), seeds[place % len(seeds)])


@pytest.mark.gate
@of_each_exercise
def test_answers_are_judged_as_they_should_be(number):
    judged_rightly(number, lambda place, entry: "first try" in entry or place % 9 == 0)


@pytest.mark.slow
@of_each_exercise
def test_every_answer_is_judged_as_it_should_be(number):
    judged_rightly(number, lambda place, entry: True)


def judged_rightly(number, asked_about):
    """Right answers are accepted, and wrong ones that the task allows now; what is marked as open, the check gets wrong."""
    for kind in ("right", "wrong"):
        for place, entry in enumerate(outsiders(chapter_of(number))[number][kind]):
            if asked_about(place, entry):
                good = kind == "right" or bool(entry.get("allowed"))
                error = judged(number, entry, place)
                assert (error is None) == (good != ("open" in entry)), f"{entry.get('what', kind)}\n{entry['code']}\n{error}"


@pytest.mark.gate
@of_each_exercise
def test_there_are_enough_of_them(number):
    answers = outsiders(chapter_of(number))[number]
    for name, right, wrong in (("first", 5, 10), ("second", 4, 6), ("third", 4, 11), ("fourth", 5, 10))[number in LATER :]:
        assert len(of_round(answers["right"], name)) >= right and len(of_round(answers["wrong"], name)) >= wrong


def test_instructors_are_told_the_figures_of_the_last_two_rounds():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("INSTRUCTORS.md", "INSTRUCTORS.zh.md"))
    for name in ROUNDS[-2:]:
        for kind, what in (("wrong", "accepted"), ("right", "refused")):
            entries = [entry for number in gradable() for entry in of_round(outsiders(chapter_of(number))[number][kind], name)]
            faults = len(entries) - first_try(entries, what)
            assert re.search(rf"\b{faults}\s+of\s+{len(entries):,}\b", english)
            assert re.search(rf"(?<![\d,]){len(entries):,}份[^，；]*?\D{faults}份", chinese)
