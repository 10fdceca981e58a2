"""``dlcourse lab``: check the environment, then start JupyterLab on the right notebook.

Each kernel gets one BLAS thread (``--threads N`` or OPENBLAS_NUM_THREADS and the like change that). The networks of
this course multiply thin matrices: a second thread gains 1.2 to 1.4 times on an idle machine, and costs 10 to 20
times on a busy one, where the threads of all kernels wait for each other: a full classroom server.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from dlcourse.cli.arguments import UserError
from dlcourse.text import _, joined, language, set_language

__all__ = ["start"]


def start(arguments: argparse.Namespace) -> int:
    """Start JupyterLab on a notebook and wait for its end; its exit code is ours."""
    from dlcourse.cli import doctor

    root, file = _find_notebook(arguments.notebook, arguments.language)
    os.environ.update(_environment(os.environ, arguments.threads))
    if arguments.language:
        set_language(arguments.language)
        os.environ["DLCOURSE_LANGUAGE"] = language()
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


def _find_notebook(wanted: str | None, edition: str | None = None) -> tuple[Path, Path]:
    """Give the folder JupyterLab shall show, and the notebook to open: a file, or a chapter's number or name."""
    from dlcourse.storage.places import FIRST_NOTEBOOK, course_folder

    course = course_folder()
    if wanted is None or not Path(wanted).is_file():
        if course is None:
            text = _("there is no {notebook} here; download the course, and run dlcourse lab in its folder")
            raise UserError(text.format(notebook=FIRST_NOTEBOOK.as_posix()))
        folder = course / FIRST_NOTEBOOK.parent / ("zh" if edition == "zh" else "")
        if wanted is None:
            return course, folder / FIRST_NOTEBOOK.name
        start = f"{int(wanted):02d}_" if wanted.isdecimal() else wanted
        found = sorted(path for path in folder.glob("*.ipynb") if path.name.startswith(start))
        if len(found) != 1:
            names = joined((path.stem for path in found or sorted(folder.glob("*.ipynb"))), ", ")
            raise UserError(_("{wanted} is not one notebook; there are: {names}").format(wanted=wanted, names=names))
        return course, found[0]
    file = Path(wanted).resolve()
    return (course if course is not None and file.is_relative_to(course) else file.parent), file


def _environment(present: Mapping[str, str], threads: int | None) -> dict[str, str]:
    """Give what JupyterLab and its kernels need in their environment beside what is `present`."""
    from dlcourse.cli.doctor import JUPYTER_ENVIRONMENT, THREAD_VARIABLES

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
