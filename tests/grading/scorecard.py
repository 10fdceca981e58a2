"""How far the checks can be trusted, in figures: ``python tests/grading/scorecard.py`` writes SCORECARD.md."""

from pathlib import Path

from answering import SEEDS, answers, gradable, subjects, text_of, verdict, verdicts
from mutants import reasons, survivors

from dlcourse.checks import base
from dlcourse.grading import sources

FILE = Path(__file__).with_name("SCORECARD.md")
HEAD = """# Can the checks be trusted?

Written by `python tests/grading/scorecard.py`; `tests/grading/` holds what is counted here, and fails when it changes.

* **right**: answers written in different ways (a loop, whole arrays, float32, one that warns) that are accepted with
  each of {seeds} seeds.
* **wrong**: answers with a mistake, of that many classes, that are rejected; **hint**: with the hint for that mistake.
* **mutants**: the solution with one operator, number, name, argument or line changed, that are rejected.

{summary}

| exercise | kind | points | right | wrong | classes | hint | mutants |
|---|---|---|---|---|---|---|---|
"""


def row(number):
    """Give an exercise's figures as pairs (how many did as they should, of how many)."""
    right, wrong = answers_of(number, "RIGHT"), answers_of(number, "WRONG")
    accepted = sum(verdicts(number, answer, SEEDS) == dict.fromkeys(SEEDS) for answer in right)
    errors = [verdict(number, subjects(number, text_of(number, tuple(entry[1:])))) for entry in wrong]
    hinted = sum(
        error is not None and error.kind == entry[0].partition("|")[0].rpartition(">")[2].strip()
        for error, entry in zip(errors, wrong, strict=True)
    )
    total, survived = survivors(number)
    return {
        "right": (accepted, len(right)),
        "wrong": (len(errors) - errors.count(None), len(wrong)),
        "hint": (hinted, len(wrong)),
        "mutants": (total - len(survived), total),
        "classes": len({entry[0].partition("|")[0].partition(">")[0].strip() for entry in wrong}),
    }


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
        f"({100 * sums['mutants'][0] / sums['mutants'][1]:.1f} %)."
    )
    kept = [(number, what) for number in rows for what in survivors(number)[1]]
    ends = [f"* {number}, {what}: {reasons(number).get(what, '**no reason given**')}" for number, what in kept]
    tail = "\n## Mutants that are accepted, and why\n\n" + "\n".join(ends or ["None."]) + "\n"
    return HEAD.format(seeds=len(SEEDS), summary=summary) + "\n".join(lines) + "\n" + tail


def _share(pair):
    return f"{pair[0]} of {pair[1]}"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(FILE)
