"""``dlcourse class``: who is in it, who is missing, and what goes back to a learning platform; see INSTRUCTORS.md."""

import argparse
import shutil
from pathlib import Path
from typing import Any

from dlcourse.cli.arguments import UserError, for_instructors
from dlcourse.text import _

__all__ = ["add_commands"]


def add_commands(commands: Any) -> None:
    """Enter the commands in the parser."""
    parser = commands.add_parser("class", help=_("roster, grades for a learning platform, a report, feedback"))
    actions = parser.add_subparsers(required=True, metavar=_("action"))

    def action(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        own = actions.add_parser(name, help=text)
        own.add_argument("--course", type=Path, required=True, help=_("the folder from dlcourse assign"))
        own.set_defaults(run=run)
        return own

    roster = action("roster", _roster, _("take the list of a class that a learning platform exports"))
    roster.add_argument("file", type=Path, help=_("a CSV of Canvas, Moodle or OpenOlat, or any with names"))
    action("missing", _missing, _("who has not handed in everything"))
    remove = action("remove", _remove, _("take somebody out, with all that was handed in"))
    remove.add_argument("learner", help=_("the id or the name, as in the table"))
    export = action("export", _export, _("write the grades as a learning platform takes them"))
    export.add_argument("--to", required=True, choices=["canvas", "moodle", "openolat"])
    export.add_argument("--out", type=Path, required=True, metavar="grades.csv")
    feedback = action("feedback", _feedback, _("pack the pages for learners as a learning platform takes them"))
    feedback.add_argument("--to", default="folders", choices=["canvas", "moodle", "openolat", "folders"])
    feedback.add_argument("--out", type=Path, required=True, metavar="feedback.zip")
    report = action("report", _report, _("a page: which exercise was hard, and which mistakes were common"))
    report.add_argument("--out", type=Path, required=True, metavar="report.html")
    code = action("code", _code, _("write the answers as plain .py files, for programs that look for copies"))
    code.add_argument("--out", type=Path, required=True, metavar="folder")


def _roster(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading.roster import FILE, Roster

        people = Roster(arguments.file.read_bytes()).people
        if not people:
            raise UserError(_("there is nobody in {file}").format(file=arguments.file))
        shutil.copyfile(arguments.file, arguments.course / FILE)
    print(_("{count} people, the first is {name} ({id})").format(
        count=len(people), name=people[0].name, id=people[0].id))  # fmt: skip
    return 0


def _missing(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import table

        lines = table.missing(arguments.course)
    print("\n".join(lines) or _("nobody is missing"))
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading.course import Course

        Course(arguments.course).remove(arguments.learner)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import table

        count = table.export(arguments.course, arguments.to, arguments.out)
    print(_("{count} people with a grade are in {file}").format(count=count, file=arguments.out))
    return 0


def _feedback(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import handing_back

        count = handing_back.feedback(arguments.course, arguments.to, arguments.out)
    print(_("{count} pages are in {file}").format(count=count, file=arguments.out))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import report

        count = report.write(arguments.course, arguments.out)
    print(_("what {count} people did is in {file}").format(count=count, file=arguments.out))
    return 0


def _code(arguments: argparse.Namespace) -> int:
    with for_instructors():
        from dlcourse.grading import handing_back

        count = handing_back.code(arguments.course, arguments.out)
    print(_("{count} answers are in {folder}").format(count=count, folder=arguments.out))
    return 0
