"""Every check accepts what is right and rejects what is wrong, with the hint that helps."""

import ast
import re
from collections import Counter

import pytest
from answering import SEEDS, VARIANTS, answers, asked, chapter_of, gradable, question, subjects, text_of, verdict, verdicts
from answers import FLOAT32, WARNS
from test_languages import BRACKETS, HAN, JOINTS, faults_of_style

from dlcourse import text
from dlcourse.checks import base
from dlcourse.grading import sources
from dlcourse.grading.release import release

GRADABLE = gradable()
of_each_exercise = pytest.mark.parametrize("number", GRADABLE)


def table(number, name):
    return getattr(answers(chapter_of(number)), name).get(number, [])


def entries(name, few=1):
    """Give an entry of pytest's table for each answer in the tables `name` of all chapters; one in `few` is not the gate's."""
    return [
        pytest.param(number, entry, id=f"{number}-{place}", marks=[pytest.mark.gate] * (place % few > 0))
        for number in GRADABLE
        for place, entry in enumerate(table(number, name))
    ]


@of_each_exercise
def test_the_solution_is_right(number):
    things = subjects(number, sources.solution(question(number).answer))
    # As with a wrong answer below: the notebook's seed, and one of the others. The slow tests ask with ten.
    for seed in {0, asked(number)[GRADABLE.index(number) % len(asked(number))]}:
        assert verdict(number, things, seed) is None


@pytest.mark.parametrize("number", [number for number in GRADABLE if base.find(number).numbers])
def test_the_solution_follows_the_numbers_of_the_task(number):
    different = set()
    for variant in VARIANTS:
        cells = {cell["id"]: cell for cell in sources.varied(sources.read(chapter_of(number)), variant).cells}
        text = sources.solution(cells[question(number).answer["id"]])
        assert verdict(number, subjects(number, text), variant=variant) is None, f"variant {variant}"
        different.add(cells[question(number).task["id"]].source)
    assert len(different) > len(VARIANTS) // 2, "last year's answers would fit too often"


@of_each_exercise
def test_the_stub_gets_nothing(number):
    released = {cell["id"]: cell for cell in release(sources.read(chapter_of(number))).cells}
    assert verdict(number, subjects(number, released[question(number).answer["id"]].source)) is not None


# What is quoted in a hint stays as it is: an error of Python's, a line of the answer, a value in it.
CITED = re.compile(r"(?s:报错.*)|（第\d+行：.*?）|'[^']*'")


@pytest.mark.slow
@of_each_exercise
def test_hints_in_chinese_are_put_together_as_chinese_is(number, monkeypatch):
    monkeypatch.setattr(text, "_chosen", "zh_CN")
    of_each_kind = {entry[0].partition("|")[0]: entry for entry in table(number, "WRONG")}
    for _named, *answer in of_each_kind.values():
        error = verdict(number, subjects(number, text_of(number, tuple(answer))))
        for words in filter(None, (error.hint, error.more)):
            plain = CITED.sub("", words)
            assert re.search(rf"[{HAN}]", words) and not faults_of_style(plain), words
            for _inside in "shape", "array", "call":
                plain = BRACKETS.sub("", plain)
            assert not JOINTS.search(plain), words


@of_each_exercise
def test_there_are_answers_enough(number):
    right, wrong = table(number, "RIGHT"), table(number, "WRONG")
    classes = {entry[0].partition("|")[0].partition(">")[0].strip() for entry in wrong}
    assert len(right) >= 4 and len(wrong) >= 10 and len(classes) >= 5, (len(right), len(wrong), classes)
    texts = [text_of(number, entry[1:]) for entry in wrong] + [
        text_of(number, entry) for entry in right if entry not in (WARNS, FLOAT32)
    ]
    programs = Counter(ast.dump(ast.parse(text)) for text in texts)
    assert max(programs.values()) == 1, "the same answer twice"


@pytest.mark.parametrize(("number", "answer"), entries("RIGHT"))
def test_a_right_answer_is_accepted(number, answer):
    # With one seed: an exercise has answers for about six of the ten, and each exercise begins with another.
    seed = SEEDS[(GRADABLE.index(number) + table(number, "RIGHT").index(answer)) % len(SEEDS)]
    assert verdicts(number, answer, [seed]) == {seed: None}


@pytest.mark.parametrize(("number", "entry"), entries("WRONG", few=3))
def test_a_wrong_answer_is_rejected_with_its_hint(number, entry):
    # The notebook's seed, or one of those by which it is graded; the ten answers and more of an exercise have all in turn.
    seeds = asked(number)
    rejected(number, entry, [seeds[table(number, "WRONG").index(entry) % len(seeds)]])


@pytest.mark.slow
@of_each_exercise
def test_answers_are_judged_alike_with_each_seed(number):
    things = subjects(number, sources.solution(question(number).answer))
    assert {seed: verdict(number, things, seed) for seed in SEEDS} == dict.fromkeys(SEEDS)
    released = {cell["id"]: cell for cell in release(sources.read(chapter_of(number))).cells}
    stub = subjects(number, released[question(number).answer["id"]].source)
    assert None not in [verdict(number, stub, seed) for seed in SEEDS]
    for answer in table(number, "RIGHT"):
        assert verdicts(number, answer, SEEDS) == dict.fromkeys(SEEDS), answer
    for entry in table(number, "WRONG"):
        rejected(number, entry, [0, *question(number).hidden_seeds])


def rejected(number, entry, seeds):
    named, *answer = entry
    named, _bar, words = named.partition("|")
    kind = named.rpartition(">")[2].strip()
    things = subjects(number, text_of(number, tuple(answer)))
    for seed in seeds:
        error = verdict(number, things, seed)
        assert error is not None, f"accepted with seed {seed}: {named}"
        assert error.kind == kind, error
        assert words.strip() in f"{error.hint} {error.more}", error
