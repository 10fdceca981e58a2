"""How far the checks can be trusted, in figures: ``python tests/grading/scorecard.py`` writes SCORECARD.md."""

from pathlib import Path

from answering import SEEDS, answers, chapter_of, gradable, question
from mutants import mutants, reasons
from outsiders import ROUNDS, first_try, of_round, outsiders

from dlcourse.checks import base
from dlcourse.grading import sources

FAULTS = (("right", "refused"), ("wrong", "accepted"))
FILE = Path(__file__).with_name("SCORECARD.md")
HEAD = """# Can the checks be trusted?

Written by `python tests/grading/scorecard.py` from the tables of answers in `tests/grading/answers/`. Every figure is
asserted, one by one, by `test_answers.py` and `test_mutants.py`, which run the answers: where one of them does
otherwise, a test fails.

* **right**: answers written in different ways (a loop, whole arrays, float32, one that warns) that are accepted with
  each of {seeds} seeds (`DLCOURSE_SLOW=1`; otherwise each answer with one of them, in turn).
* **wrong**: answers with a mistake, of that many classes, that are rejected; **hint**: with the hint for that mistake.
* **mutants**: the solution with one operator, number, name, argument or line changed, that are rejected.

{summary}

| exercise | kind | points | right | wrong | classes | hint | mutants |
|---|---|---|---|---|---|---|---|
"""


def row(number):
    """Give an exercise's figures as pairs (how many do as they should, of how many)."""
    right, wrong = answers_of(number, "RIGHT"), answers_of(number, "WRONG")
    total, kept = len(all_mutants(number)), len(survivors(number))
    return {
        "right": (len(right), len(right)),
        "wrong": (len(wrong), len(wrong)),
        "hint": (len(wrong), len(wrong)),
        "mutants": (total - kept, total),
        "classes": len({entry[0].partition("|")[0].partition(">")[0].strip() for entry in wrong}),
    }


OUTSIDERS = """
## Answers of outsiders

The answers above were written by those who wrote the checks. These were not: `outsiders/` holds answers by people who had
the tasks alone. Each round was written by other people, when the checks had been mended after the one before; those of the
third were asked for mistakes as quiet as they could find; of the fourth's, half are such.

| round | right | refused at the first try | wrong | accepted at the first try |
|---|---|---|---|---|
{rounds}

The first try is the figure to go by. What was judged wrongly was then mended, and `test_outsiders.py` holds it;
"allowed" are those that a task with clearer words takes today, "open" those that are judged wrongly still. A dash stands
where an exercise is younger than a round.

| exercise | first round: right | wrong | second: right | wrong | third: right | wrong | fourth: right | wrong | allowed | open |
|---|---|---|---|---|---|---|---|---|---|---|
{rows}
"""


def all_mutants(number):
    """Say what was changed in each mutant of an exercise's solution."""
    return [what for what, _text in mutants(question(number).answer.source)]


def survivors(number):
    """Give the mutants that an exercise accepts, each with the reason why it may."""
    return [(what, reasons(number)[what]) for what in all_mutants(number) if what in reasons(number)]


def answers_of(number, table):
    """Give the known answers of an exercise."""
    return getattr(answers(int(number.split(".")[0])), table)[number]


def text():
    """Give what SCORECARD.md says."""
    rows = {number: row(number) for number in gradable()}
    lines = []
    for number, figures in rows.items():
        entry = base.find(number)
        cells = [f"{number} {entry.title}", entry.kind, str(entry.points)]
        cells += [_share(figures["right"]), _share(figures["wrong"]), str(figures["classes"])]
        lines.append(" | ".join(["", *cells, _share(figures["hint"]), _share(figures["mutants"]), ""]).strip())
    by_hand = [
        entry for chapter in sources.chapters() for entry in base.load(chapter) if entry.run is None
    ]  # fmt: skip
    sums = {name: tuple(map(sum, zip(*(r[name] for r in rows.values()), strict=True)))
            for name in ("right", "wrong", "hint", "mutants")}  # fmt: skip
    summary = (
        f"{len(rows) + len(by_hand)} exercises, of which {len(by_hand)} are read by a person. Right answers accepted: "
        f"{_share(sums['right'])}. Wrong answers rejected: {_share(sums['wrong'])}, with the expected hint: "
        f"{_share(sums['hint'])}. Mutants rejected: {_share(sums['mutants'])} "
        f"({100 * sums['mutants'][0] / sums['mutants'][1]:.1f} %). The others are right answers, too, each for the reason "
        f"that is given at the end: of the mutants that are wrong, all are rejected."
    )
    ends = [f"* {number}, {what}: {why}" for number in rows for what, why in survivors(number)]
    tail = _of_outsiders() + "\n## Mutants that are accepted, and why\n\n" + "\n".join(ends or ["None."]) + "\n"
    return HEAD.format(seeds=len(SEEDS), summary=summary) + "\n".join(lines) + "\n" + tail


def _of_outsiders():
    """Give the tables of what outsiders handed in: at the first try, and today."""
    rows, every = [], {name: {"right": [], "wrong": []} for name in ROUNDS}
    for number in gradable():
        handed_in, cells = outsiders(chapter_of(number))[number], [number]
        for name in ROUNDS:
            for kind, what in FAULTS:
                entries = of_round(handed_in[kind], name)
                every[name][kind] += entries
                cells.append(_share((first_try(entries, what), len(entries))))
        every_one = handed_in["right"] + handed_in["wrong"]
        cells += [sum(mark in entry for entry in every_one) for mark in ("allowed", "open")]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    rounds = []
    for name in ROUNDS:
        cells = [name]
        for kind, what in FAULTS:
            entries = every[name][kind]
            faults = len(entries) - first_try(entries, what)
            cells += [f"{len(entries):,}", f"{faults} ({100 * faults / len(entries):.1f} %)"]
        rounds.append(f"| {' | '.join(cells)} |")
    return OUTSIDERS.format(rounds="\n".join(rounds), rows="\n".join(rows))


def _share(pair):
    return f"{pair[0]} of {pair[1]}" if pair[1] else "–"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(FILE)
