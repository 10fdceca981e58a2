"""The walls around a learner's process, on Linux: bubblewrap, which must be installed there.

Inside there is Python, the package without its checks, an empty folder in memory with a size, and nothing else: no file
of yours, no network, no other process, no capability. Where no walls can be built, nothing is graded unless the
teacher says that the learners are trusted.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dlcourse.grading import calls, sandbox
from dlcourse.text import _

__all__ = ["SCRATCH", "SCRATCH_BYTES", "Unprotected", "command", "environment", "fonts", "problem", "require", "user"]

SCRATCH, SCRATCH_BYTES = "/tmp", 128 << 20
TRIAL_SECONDS = 60
THREADS = [f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")] + ["VECLIB_MAXIMUM_THREADS"]
KEPT = ("LANG", "LC_ALL", "SYSTEMROOT", "TZ")


class Unprotected(OSError):
    """There are no walls on this machine, and nobody said that the learners are trusted."""


def require() -> None:
    """See to it that walls can be built.

    Raises
    ------
    Unprotected
        If not; the text says what to do.
    """
    why = problem()
    if why:
        text = _("submissions are not run on this machine as it is: {why}\n"
                 "If you trust the learners, say so with --trusted: then no more than mischief is kept from your files.")  # fmt: skip
        raise Unprotected(text.format(why=why))


@functools.cache
def problem() -> str:
    """Say why no walls can be built here, and what to do about it; nothing where they can."""
    if sys.platform != "linux":
        return _("bubblewrap is for Linux alone. Grade in a container, which INSTRUCTORS.md describes.")
    if shutil.which("bwrap") is None:
        return _("bubblewrap is not installed. It is a package of every Linux: sudo apt install bubblewrap.")
    program = [sys.executable, "-I", "-B", "-c", "import dlcourse.grading.worker"]
    try:
        found = subprocess.run(
            command(program), env=environment(SCRATCH), capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, timeout=TRIAL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return _("bubblewrap does not start ({why})").format(why=error)
    if not found.returncode:
        return ""
    lines = found.stderr.strip().splitlines() or [_("exit code {code}").format(code=found.returncode)]
    if not lines[-1].startswith("bwrap:"):
        return _("Python does not start inside bubblewrap ({why})").format(why=lines[-1])
    return _("bubblewrap may not build walls here ({why}). {advice}").format(why=lines[-1], advice=_advice())


def _advice() -> str:
    """Say what an administrator can do, by what the kernel says about itself."""
    settings = [
        ("kernel/apparmor_restrict_unprivileged_userns", "1",
         _("Ubuntu wants a profile for it: sudo apt install apparmor-profiles, then sudo ln -s "
           "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ and sudo systemctl reload apparmor.")),
        ("kernel/unprivileged_userns_clone", "0", _("An administrator allows it: sudo sysctl kernel.unprivileged_userns_clone=1.")),
        ("user/max_user_namespaces", "0", _("An administrator allows it: sudo sysctl user.max_user_namespaces=15000.")),
    ]  # fmt: skip
    for name, value, advice in settings:
        file = Path("/proc/sys", name)
        if file.is_file() and file.read_text(encoding="ascii").strip() == value:
            return advice
    return _("Unprivileged user namespaces must be allowed; a container needs --privileged for that.")


def user() -> int:
    """Give the number of the user that a worker becomes: none (0) but for root, whose processes nothing limits."""
    return 20_000 + os.getpid() % 40_000 if hasattr(os, "geteuid") and os.geteuid() == 0 else 0


def command(program: Sequence[str], *, information: int | None = None, calls_from: int | None = None) -> list[str]:
    """Give the command that runs a program inside walls.

    Parameters
    ----------
    program : sequence of str
    information : int, optional
        A file's number, to which bubblewrap writes the number of the process inside.
    calls_from : int, optional
        A file's number, from which it reads the filter of `dlcourse.grading.calls`.
    """
    words = [shutil.which("bwrap") or "bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts",
             "--unshare-cgroup-try", "--hostname", "grading", "--cap-drop", "ALL", "--new-session",
             "--die-with-parent", "--as-pid-1"]  # fmt: skip
    if user():
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # given up with the first step inside
    else:
        words += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
        words += [] if calls.program() else ["--disable-userns"]  # which bubblewrap knows since 0.8
    # First what is empty: Python, or the course, may lie inside it.
    words += ["--perms", "1777", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH, *_shown()]
    words += ["--perms", "0777", "--dir", f"{SCRATCH}/matplotlib"]
    for file in fonts():
        words += ["--ro-bind", str(file), f"{SCRATCH}/matplotlib/{file.name}"]
    words += ["--remount-ro", "/", "--chdir", SCRATCH]
    words += ["--info-fd", str(information)] if information is not None else []
    words += ["--seccomp", str(calls_from)] if calls_from is not None else []
    return [*words, "--", *program]


def _shown() -> list[str]:
    """Give what puts files inside: all read-only, and the package without what judges."""
    words, shown, above = [], [], set()
    for place in sandbox.places():  # sorted: what lies inside another one comes after it
        if any(place.is_relative_to(other) for other in shown):
            continue
        for folder in reversed(place.parents[:-1]):
            words += ["--perms", "0755", "--dir", str(folder)] if folder not in above else []
            above.add(folder)
        words += ["--dev-bind" if place.parts[:2] == ("/", "dev") else "--ro-bind", str(place), str(place)]
        shown.append(place)
    package = Path(sandbox.__file__).parents[1]
    for name in sandbox.SECRET:
        folder = str(package / name)
        words += ["--tmpfs", folder]
        for file in (str(package / name / file) for file in sandbox.OPEN if name == "grading"):
            words += ["--ro-bind", file, file]
        words += ["--remount-ro", folder]
    return words


def environment(folder: str) -> dict[str, str]:
    """Give all that a worker has for an environment."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "IPYTHONDIR"), folder)
    return kept | places | dict.fromkeys(THREADS, "1") | {
        "PATH": os.defpath, "MPLBACKEND": "Agg", "MPLCONFIGDIR": os.path.join(folder, "matplotlib"),
        "PYTHONUTF8": "1"}  # fmt: skip


def fonts() -> list[Path]:
    """Give what spares Matplotlib its search for fonts, which takes seconds."""
    places = [os.environ.get("MPLCONFIGDIR"), Path.home() / ".cache" / "matplotlib", Path.home() / ".matplotlib"]
    found = [path for place in filter(None, places) for path in Path(place).glob("fontlist-*.json")]
    return list({path.name: path for path in found}.values())
