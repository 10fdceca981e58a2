"""``dlcourse exercises``, ``solutions``, ``assign`` and ``grade``: see INSTRUCTORS.md."""

import argparse
import sys
from pathlib import Path
from typing import Any

from dlcourse.cli import a_class
from dlcourse.cli.arguments import UserError, for_instructors, positive
from dlcourse.text import _

__all__ = ["add_commands"]


def add_commands(commands: Any) -> None:
    """Enter the commands for instructors in the parser."""
    exercises = commands.add_parser("exercises", help=_("list the exercises, and which vary with the seed"))
    exercises.add_argument("chapters", nargs="*", type=int, help=_("chapters' numbers (default: all)"))
    exercises.set_defaults(run=_exercises)

    solutions = commands.add_parser("solutions", help=_("write the worked solutions of a chapter's exercises"))
    solutions.add_argument("chapter", type=int, help=_("the chapter's number"))
    solutions.add_argument("--seed", type=int, default=0, help=_("the one that the assignment was made with"))
    solutions.add_argument("--out", type=Path, default=Path("solutions"), help=_("the folder (default: solutions)"))
    solutions.add_argument("--rubric", action="store_true", help=_("print what to look for in answers in words"))
    solutions.add_argument("--language", choices=["en", "zh"], default="en", help=_("the edition (default: en)"))
    solutions.set_defaults(run=_solutions)

    assign = commands.add_parser("assign", help=_("make an assignment of some of a chapter's exercises"))
    assign.add_argument("chapter", type=int, help=_("the chapter's number"))
    assign.add_argument("--exercises", default="", metavar="1,3-5", help=_("which ones (default: all)"))
    assign.add_argument("--seed", type=int, default=0, help=_("varies the numbers in tasks that have some"))
    assign.add_argument("--out", type=Path, default=Path("course"), help=_("the course's folder (default: course)"))
    assign.add_argument("--language", choices=["en", "zh"], default="en", help=_("the edition (default: en)"))
    assign.set_defaults(run=_assign)

    grade = commands.add_parser("grade", help=_("grade a folder of submissions, and write a table of points"))
    grade.add_argument("folder", nargs="?", type=Path, help=_("the notebooks; without it, only the table is written"))
    grade.add_argument("--out", type=Path, required=True, metavar="grades.csv", help=_("the table"))
    grade.add_argument("--course", type=Path, help=_("from dlcourse assign (default: all exercises of the course)"))
    grade.add_argument("--jobs", type=positive, metavar="N", help=_("submissions at once (default: processors)"))
    grade.add_argument("--feedback", action="store_true", help=_("write a page for each learner, too"))
    grade.add_argument("--again", action="store_true", help=_("grade what was handed in before, and say what changes"))
    grade.add_argument("--learner", action="append", default=[], metavar="NAME", help=_("this one alone"))
    grade.add_argument("--exercises", default="", metavar="2.1,2.3", help=_("judge these alone"))
    grade.add_argument("--partial", action="store_true", help=_("give points for the parts of an answer that are right"))
    grade.add_argument("--trusted", action="store_true", help=_("run submissions without bubblewrap's walls around them"))
    grade.set_defaults(run=_grade)
    a_class.add_commands(commands)


def _exercises(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import assign

        print("\n".join(assign.listed(arguments.chapters)))
    return 0


def _solutions(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import assign

        if arguments.rubric:
            print(assign.rubrics(arguments.chapter, arguments.language))
        else:
            print(assign.write_solutions(arguments.chapter, arguments.out, arguments.seed, arguments.language))
    return 0


def _assign(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import assign

        numbers = assign.chosen_numbers(arguments.exercises)
        source, release = assign.assign(
            arguments.chapter, numbers, arguments.seed, arguments.out, arguments.language
        )
        print(_("to hand out: {file}").format(file=release))
        print(_("with solutions, for you alone: {file}").format(file=source))
    return 0


def _grade(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import assign, grade, sources, table

        course = arguments.course or sources.course_of_all()
        if arguments.again and arguments.folder is not None:
            raise UserError(_("--again takes no folder: what was handed in before is in the course"))
        folder = course / "submitted" if arguments.again else arguments.folder
        if folder is not None:
            report = grade.grade(
                folder, course, jobs=arguments.jobs, feedback=arguments.feedback, trusted=arguments.trusted,
                partial=arguments.partial, only=arguments.learner,
                exercises=assign.chosen_numbers(arguments.exercises),
            )  # fmt: skip
            for line in report.remarks + report.changed:
                print(line)
            for line in report.lacks:
                print(_("On this machine {what}.").format(what=line), file=sys.stderr)
        elif arguments.feedback:
            for line in grade.write_feedback(course):
                print(line)
        rows = table.table(course, arguments.out)
    print(_("{count} people are in {file}").format(count=rows, file=arguments.out))
    return 0
