"""The command ``dlcourse``: ``lab`` opens the course, ``doctor`` checks the environment, ``data`` fetches data sets.

``solutions``, ``assign`` and ``grade`` are for instructors: see INSTRUCTORS.md.

``dlcourse lab`` gives each kernel one BLAS thread (``--threads N`` or OPENBLAS_NUM_THREADS and the like change that).
The networks of this course multiply thin matrices: a second thread gains 1.2 to 1.4 times on an idle machine, and
costs 10 to 20 times on a busy one, where the threads of all kernels wait for each other: a full classroom server.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlcourse import __version__
from dlcourse.text import _

__all__ = ["main"]


class UserError(Exception):
    """Something the user can mend: shown as one message, without a traceback."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process if not given.

    Returns
    -------
    int
        The exit code: 0 for success, 1 for what went wrong (said on stderr), 130 for Ctrl-C, and for ``lab``
        whatever JupyterLab ended with. Wrong usage ends in argparse's ``SystemExit(2)``.
    """
    own = list(sys.argv[1:] if argv is None else argv)
    split = own.index("--") if "--" in own else len(own)
    own, for_jupyter = own[:split], own[split + 1 :]
    parser = _parser()
    arguments = parser.parse_args(own)
    if for_jupyter and arguments.run is not _lab:
        parser.error(_("only dlcourse lab takes something after --"))
    arguments.jupyter = for_jupyter
    try:
        return arguments.run(arguments)
    except UserError as error:
        print(f"dlcourse: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dlcourse", description=_("Deep learning from nothing but NumPy."))
    parser.add_argument("--version", action="version", version=f"dlcourse {__version__}")
    commands = parser.add_subparsers(required=True, metavar=_("command"))

    lab = commands.add_parser(
        "lab", help=_("open the course in JupyterLab"), epilog=_("What follows -- is given to JupyterLab as it is.")
    )
    lab.add_argument("notebook", nargs="?", help=_("a chapter's number, or a notebook's file (default: the first)"))
    lab.add_argument("--port", type=int, help=_("the port of the server (default: 8888 or the next free one)"))
    lab.add_argument("--no-browser", action="store_true", help=_("print the address, open no browser"))
    lab.add_argument("--threads", type=_positive, metavar="N", help=_("BLAS threads for each kernel (default: 1)"))
    lab.add_argument("--anyway", action="store_true", help=_("start even where dlcourse doctor finds a problem"))
    lab.set_defaults(run=_lab)

    doctor = commands.add_parser("doctor", help=_("check that this environment can run the course"))
    doctor.add_argument("--json", action="store_true", help=_("write the findings for a program"))
    doctor.set_defaults(run=_doctor)

    data = commands.add_parser("data", help=_("download the full data sets")).add_subparsers(
        required=True, metavar=_("action")
    )
    fetch = data.add_parser("fetch", help=_("download one data set, and verify it"))
    fetch.add_argument("name", choices=["mnist", "fashion-mnist"])
    fetch.set_defaults(run=_fetch)
    where = data.add_parser("where", help=_("print the folder that downloads are kept in"))
    where.set_defaults(run=_where)
    _add_instructors(commands)
    return parser


def _add_instructors(commands: Any) -> None:
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
    grade.add_argument("--jobs", type=_positive, metavar="N", help=_("submissions at once (default: processors)"))
    grade.add_argument("--feedback", action="store_true", help=_("write a page for each learner, too"))
    grade.set_defaults(run=_grade)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("{number} threads; at least 1 is needed").format(number=number))
    return number


def _lab(arguments: argparse.Namespace) -> int:
    from dlcourse import doctor

    root, file = _find_notebook(arguments.notebook)
    os.environ.update(_environment(os.environ, arguments.threads))
    problems = [finding for finding in doctor.diagnose(doctor.QUICK) if not finding.ok]
    if problems:
        print(doctor.report(problems), file=sys.stderr)
        if not arguments.anyway:
            raise UserError(_("this environment is not ready; to start all the same: dlcourse lab --anyway"))
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    command.append(f"--LabApp.default_url=/lab/tree/{file.relative_to(root).as_posix()}")
    if arguments.port is not None:
        command.append(f"--ServerApp.port={arguments.port}")
    if arguments.no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Usual in a container. Jupyter would refuse, and send its user to an option that dlcourse does not have.
        print(_("dlcourse: you are root, and so will be the code of the notebooks"), file=sys.stderr)
        command.append("--allow-root")
    return _wait_for(command + arguments.jupyter)


def _find_notebook(wanted: str | None) -> tuple[Path, Path]:
    """Give the folder JupyterLab shall show, and the notebook to open: a file, or a chapter's number or name."""
    from dlcourse.doctor import FIRST_NOTEBOOK, course_folder

    course = course_folder()
    if wanted is None or not Path(wanted).is_file():
        if course is None:
            text = _("there is no {notebook} here; download the course, and run dlcourse lab in its folder")
            raise UserError(text.format(notebook=FIRST_NOTEBOOK.as_posix()))
        folder = course / FIRST_NOTEBOOK.parent
        if wanted is None:
            return course, course / FIRST_NOTEBOOK
        start = f"{int(wanted):02d}_" if wanted.isdecimal() else wanted
        found = sorted(path for path in folder.glob("*.ipynb") if path.name.startswith(start))
        if len(found) != 1:
            names = ", ".join(path.stem for path in found or sorted(folder.glob("*.ipynb")))
            raise UserError(_("{wanted} is not one notebook; there are: {names}").format(wanted=wanted, names=names))
        return course, found[0]
    file = Path(wanted).resolve()
    return (course if course is not None and file.is_relative_to(course) else file.parent), file


def _environment(present: Mapping[str, str], threads: int | None) -> dict[str, str]:
    """Give what JupyterLab and its kernels need in their environment beside what is `present`."""
    from dlcourse.doctor import JUPYTER_ENVIRONMENT, THREAD_VARIABLES

    if threads is not None:
        limits = dict.fromkeys(THREAD_VARIABLES, str(threads))
    elif any(present.get(variable) for variable in THREAD_VARIABLES):
        limits = {}
    else:
        limits = dict.fromkeys(THREAD_VARIABLES, "1")
    return {**JUPYTER_ENVIRONMENT, **limits}


def _wait_for(command: Sequence[str]) -> int:
    """Run a command to its end and give its exit code; Ctrl-C is the command's to answer, not ours."""
    with subprocess.Popen(command) as process:
        # The terminal sends Ctrl-C to both of us: JupyterLab asks whether to stop, and we wait for what it decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # A service manager asks only us to end, and JupyterLab would go on alone.
        signal.signal(signal.SIGTERM, lambda *_unused: process.terminate())
        code = process.wait()
    return code if code >= 0 else 128 - code


def _doctor(arguments: argparse.Namespace) -> int:
    from dlcourse import doctor

    os.environ.update(doctor.JUPYTER_ENVIRONMENT)
    findings = doctor.diagnose()
    if arguments.json:
        print(doctor.report_json(findings))
    else:
        good = all(finding.ok for finding in findings)
        print(doctor.report(findings))
        print(_("All is well. Start with: dlcourse lab") if good else _("Not ready yet: mend what is marked PROBLEM."))
    return 0 if all(finding.ok for finding in findings) else 1


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
        from dlcourse.grading import grade, sources

        course = arguments.course or sources.course_of_all()
        if arguments.folder is not None:
            report = grade.grade(arguments.folder, course, jobs=arguments.jobs, feedback=arguments.feedback)
            for line in report.remarks:
                print(line)
            for line in report.lacks:
                print(_("On this machine {what}.").format(what=line), file=sys.stderr)
        rows = grade.table(course, arguments.out)
    print(_("{count} submissions are in {file}").format(count=rows, file=arguments.out))
    return 0


@contextlib.contextmanager
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


def _fetch(arguments: argparse.Namespace) -> int:
    from dlcourse import datasets

    try:
        folder = datasets.fetch(arguments.name)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise UserError(str(error)) from error
    print(_("{name} is in {folder}").format(name=arguments.name, folder=folder))
    return 0


def _where(arguments: argparse.Namespace) -> int:
    from dlcourse import datasets

    try:
        print(datasets.cache_folder())
    except ImportError as error:
        raise UserError(str(error)) from error
    return 0
