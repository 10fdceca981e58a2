"""``dlcourse solutions``, ``assign`` and ``grade``: see INSTRUCTORS.md."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dlcourse.cli.arguments import UserError, positive
from dlcourse.text import _

__all__ = ["add_commands"]


def add_commands(commands: Any) -> None:
    """Enter the commands for instructors in the parser."""
    solutions = commands.add_parser("solutions", help=_("write the worked solutions of a chapter's exercises"))
    solutions.add_argument("chapter", type=int, help=_("the chapter's number"))
    solutions.add_argument("--out", type=Path, default=Path("solutions"), help=_("the folder (default: solutions)"))
    solutions.add_argument("--rubric", action="store_true", help=_("print what to look for in answers in words"))
    solutions.set_defaults(run=_solutions)

    assign = commands.add_parser("assign", help=_("make an assignment of some of a chapter's exercises"))
    assign.add_argument("chapter", type=int, help=_("the chapter's number"))
    assign.add_argument("--exercises", default="", metavar="1,3,5", help=_("which ones (default: all)"))
    assign.add_argument("--seed", type=int, default=0, help=_("varies the numbers in tasks that have some"))
    assign.add_argument("--out", type=Path, default=Path("course"), help=_("the course's folder (default: course)"))
    assign.set_defaults(run=_assign)

    grade = commands.add_parser("grade", help=_("grade a folder of submissions, and write a table of points"))
    grade.add_argument("folder", nargs="?", type=Path, help=_("the notebooks; without it, only the table is written"))
    grade.add_argument("--out", type=Path, required=True, metavar="grades.csv", help=_("the table"))
    grade.add_argument("--course", type=Path, help=_("from dlcourse assign (default: all exercises of the course)"))
    grade.add_argument("--jobs", type=positive, metavar="N", help=_("submissions at once (default: processors)"))
    grade.add_argument("--feedback", action="store_true", help=_("write a page for each learner, too"))
    grade.add_argument("--trusted", action="store_true", help=_("run submissions without bubblewrap's walls around them"))
    grade.set_defaults(run=_grade)


def _solutions(arguments: argparse.Namespace) -> int:
    with _for_instructors():
        from dlcourse.grading import assign

        if arguments.rubric:
            print(assign.rubrics(arguments.chapter))
        else:
            print(assign.write_solutions(arguments.chapter, arguments.out))
    return 0


def _assign(arguments: argparse.Namespace) -> int:
    with _for_instructors():
        from dlcourse.grading import assign

        numbers = [number.strip() for number in arguments.exercises.split(",") if number.strip()]
        source, release = assign.assign(arguments.chapter, numbers, arguments.seed, arguments.out)
        print(_("to hand out: {file}").format(file=release))
        print(_("with solutions, for you alone: {file}").format(file=source))
    return 0


def _grade(arguments: argparse.Namespace) -> int:
    with _for_instructors():
        from dlcourse.grading import grade, sources, table

        course = arguments.course or sources.course_of_all()
        if arguments.folder is not None:
            report = grade.grade(
                arguments.folder, course, jobs=arguments.jobs, feedback=arguments.feedback, trusted=arguments.trusted
            )
            for line in report.remarks:
                print(line)
            for line in report.lacks:
                print(_("On this machine {what}.").format(what=line), file=sys.stderr)
        rows = table.table(course, arguments.out)
    print(_("{count} submissions are in {file}").format(count=rows, file=arguments.out))
    return 0


@contextmanager
def _for_instructors() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("dlcourse"):
            raise
        text = _("{name} is missing: pip install 'dlcourse[instructors]'")
        raise UserError(text.format(name=error.name)) from error
    except (OSError, ValueError) as error:
        raise UserError(str(error)) from error
