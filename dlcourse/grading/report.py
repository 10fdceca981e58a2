"""A page about a class: which exercise was hard, and which mistakes were common."""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlcourse.checks import base
from dlcourse.grading.course import Course
from dlcourse.grading.submissions import Assignment, assignments
from dlcourse.grading.table import Row, hint_of, rows
from dlcourse.plots.base import PALETTE, figure, finish, to_html_img
from dlcourse.text import _, joined, language

__all__ = ["Exercise", "page", "summed", "write"]

MOST_MISTAKES = 3
PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #000; }}
table {{ border-collapse: collapse; }} td, th {{ padding: .3rem .8rem; border-bottom: 1px solid #999; text-align: left;
vertical-align: top; }} td.n {{ text-align: right; }} img {{ max-width: 100%; }}
</style></head><body>
<h1>{title}</h1>
<p>{summary}</p>
{pictures}
<table><tr>{head}</tr>
{lines}
</table></body></html>
"""


@dataclass
class Exercise:
    """What a class made of an exercise.

    Attributes
    ----------
    number, title : str
    most : int
        Points.
    points : list of float
        Of those who have some already.
    mistakes : Counter
        By the kind of the mistake, how many made it.
    hints : dict
        By the kind, what one of them read.
    """

    number: str
    title: str
    most: int
    points: list[float] = field(default_factory=list)
    mistakes: Counter = field(default_factory=Counter)
    hints: dict[str, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of the points that was reached."""
        return sum(self.points) / (self.most * len(self.points)) if self.points else 0.0


def summed(course: Course, known: Sequence[Assignment], results: Sequence[Row]) -> list[Exercise]:
    """Count, for each exercise, points and kinds of mistakes."""
    found = []
    for assignment in known:
        for question in assignment.questions:
            one = Exercise(question.number, _(base.find(question.number).title), question.points)
            one.points = [row.points[one.number] for row in results if row.points.get(one.number) is not None]
            for row in results:
                verdict = course.found(row.learner, assignment.name).verdicts.get(one.number)
                if verdict and not verdict["right"] and assignment.name not in row.missing:
                    one.mistakes[verdict["kind"]] += 1
                    one.hints.setdefault(verdict["kind"], hint_of(verdict))
            found.append(one)
    return found


def write(folder: Path, out: Path) -> int:
    """Write the page of a course, and give the number of people who handed something in.

    Raises
    ------
    ValueError
        If nobody did.
    """
    course, known = Course(folder), assignments(folder)
    results = [row for row in rows(course, known) if len(row.missing) < len(known)]
    if not results:
        raise ValueError(_("nothing was graded yet in {folder}").format(folder=folder))
    out.write_text(page(summed(course, known, results), results, known), encoding="utf-8")
    return len(results)


def page(exercises: Sequence[Exercise], results: Sequence[Row], known: Sequence[Assignment]) -> str:
    """Give the page: two pictures, and a table."""
    waiting = {number for row in results for number in row.waiting}
    graded = [one for one in exercises if one.number not in waiting] or exercises
    hardest = min(graded, key=lambda one: one.share)
    summary = _("{people} people handed something in. Hardest exercise: {number} · {title}").format(
        people=len(results), number=hardest.number, title=hardest.title
    )
    if waiting:
        waits = _("(Not counted yet, as answers wait for you: {numbers}.)").format(numbers=" ".join(sorted(waiting)))
        summary = joined([summary, waits])
    heads = (_("exercise"), _("points reached"), _("right"), _("graded"), _("common mistakes, and what was read"))
    return PAGE.format(
        language=language().replace("_", "-"), title=html.escape(", ".join(assignment.name for assignment in known)),
        summary=html.escape(summary),
        pictures=_shares(exercises) + _totals(exercises, results),
        head="".join(f"<th>{html.escape(text)}</th>" for text in heads),
        lines="\n".join(map(_line, exercises)),
    )  # fmt: skip


def _line(one: Exercise) -> str:
    full = sum(points >= one.most for points in one.points)
    said = [
        f"{count} × <b>{html.escape(kind)}</b>: {html.escape(one.hints[kind])}"
        for kind, count in one.mistakes.most_common(MOST_MISTAKES)
    ]
    cells = [f"{one.share:.0%}", str(full), str(len(one.points))]
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    return f"<tr><td>{one.number} · {html.escape(one.title)}</td>{numbers}<td>{'<br>'.join(said)}</td></tr>"


def _shares(exercises: Sequence[Exercise]) -> str:
    fig, axes = figure(8.0, 1.2 + 0.3 * len(exercises))
    ax = axes[0, 0]
    ax.barh([one.number for one in exercises], [100 * one.share for one in exercises], color=PALETTE["blue"])
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    finish(ax, _("points reached, in percent"), _("exercise"), title=_("Which exercise was hard?"))
    shares = joined((f"{one.number} {one.share:.0%}" for one in exercises), ", ")
    return to_html_img(fig, _("A bar for each exercise: points reached. {shares}").format(shares=shares))


def _totals(exercises: Sequence[Exercise], results: Sequence[Row]) -> str:
    most = sum(one.most for one in exercises)
    totals = [sum(points for points in row.points.values() if points is not None) for row in results]
    fig, axes = figure(8.0, 3.0)
    ax = axes[0, 0]
    ax.hist(totals, bins=min(10, most), range=(0, most), color=PALETTE["sky"], edgecolor=PALETTE["black"])
    ax.set_xlim(0, most)
    finish(ax, _("points of {most}").format(most=most), _("people"), title=_("How many points do people have?"))
    text = _("Histogram of the points of {people} people: from {low:g} to {high:g} of {most}, half have {half:g} or more")
    half = sorted(totals)[len(totals) // 2]
    words = text.format(people=len(totals), low=min(totals), high=max(totals), most=most, half=half)
    return to_html_img(fig, words)
