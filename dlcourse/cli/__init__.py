"""The command ``dlcourse``: ``lab`` opens the course, ``doctor`` checks the environment, ``data`` fetches data sets.

``solutions``, ``assign`` and ``grade`` are for instructors: see INSTRUCTORS.md.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from dlcourse import __version__
from dlcourse.cli import instructors
from dlcourse.cli.arguments import UserError, positive
from dlcourse.cli.lab import start as start_lab
from dlcourse.text import _

__all__ = ["main"]


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
    if for_jupyter and arguments.run is not start_lab:
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
    lab.add_argument("--threads", type=positive, metavar="N", help=_("BLAS threads for each kernel (default: 1)"))
    lab.add_argument("--language", choices=["en", "zh"], help=_("the edition to open (default: English)"))
    lab.add_argument("--anyway", action="store_true", help=_("start even where dlcourse doctor finds a problem"))
    lab.set_defaults(run=start_lab)

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
    instructors.add_commands(commands)
    return parser


def _doctor(arguments: argparse.Namespace) -> int:
    from dlcourse.cli import doctor

    os.environ.update(doctor.JUPYTER_ENVIRONMENT)
    findings = doctor.diagnose()
    if arguments.json:
        print(doctor.report_json(findings))
    else:
        good = all(finding.ok for finding in findings)
        print(doctor.report(findings))
        print(_("All is well. Start with: dlcourse lab") if good else _("Not ready yet: mend what is marked PROBLEM."))
    return 0 if all(finding.ok for finding in findings) else 1


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
