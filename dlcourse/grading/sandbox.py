"""What keeps a learner's code in its place from the inside of its process: limits, and an audit hook.

The walls around the process stand in `dlcourse.grading.walls`. The limits hold behind these walls and without them.
The audit hook stops what a learner would do by accident or for fun; who sets out to break Python from the inside gets
past it, and is stopped by the walls alone.
"""

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["CALLS", "HOOK", "MEMORY", "OPEN", "THREADS", "WALLS", "enter", "lacks", "places", "step_down"]

# What may hold, by the names that `enter` and `dlcourse.grading.walls` give.
HOOK, MEMORY, THREADS, WALLS, CALLS = "hook", "memory", "threads", "walls", "calls"
FILE_BYTES, OPEN_FILES = 32 << 20, 128
SET_PDEATHSIG, SIGKILL = 1, 9
SECRET = ("checks", "grading")  # parts of dlcourse that the learner's code cannot read
OPEN = ("__init__.py", "sandbox.py", "shell.py", "wire.py", "worker.py")  # … but for these, which run there

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/usr/share/zoneinfo",
          "/usr/share/fonts", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives",
          "/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")  # fmt: skip
OF_PYTHON = ("bin", "lib", "lib64", "Lib", "DLLs", "pyvenv.cfg")

# Audit events: what is refused outright, and what is refused outside the folders.
REFUSED = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill", "os.startfile",
           "pty.", "signal.pthread_kill", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg",
           "socket.getaddrinfo", "socket.gethostby", "ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function",
           "ctypes.cdata", "ctypes.string_at", "ctypes.wstring_at", "sys._current_frames", "winreg.", "msvcrt.",
           "ftplib.", "http.client.", "urllib.", "smtplib.", "imaplib.", "telnetlib.", "webbrowser.",
           "fcntl.fcntl", "resource.")  # fmt: skip
READING = ("os.listdir", "os.scandir")
WRITING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
           "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "sqlite3.connect")  # fmt: skip
ON_WHAT_IS_OPEN = ("os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr")


def enter(scratch: Path, *, memory: int, seconds: int, threads: int) -> dict[str, str]:
    """Give up, for the rest of this process, what a learner's code has no need of.

    Parameters
    ----------
    scratch : Path
        The one folder that may be written to.
    memory : int
        Bytes of address space.
    seconds : int
        Of processor time: a last resort, should nobody end this process.
    threads : int
        The most there may be; 0 for no limit, as where those of the user's other programs would count.

    Returns
    -------
    dict
        What holds on this machine, by the names of this module, each with how.
    """
    holds = _limits(memory, seconds, threads)
    sys.addaudithook(_hook([*map(_real, places())], _real(scratch)))
    return holds | {HOOK: "an audit hook"}


def step_down(user: int) -> None:
    """Become a user of one's own, where bubblewrap was started by root: root is above the limit on threads."""
    import ctypes

    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # The kernel forgets with the old user that this process is to end with the one above it.
    ctypes.CDLL(None).prctl(SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def places() -> list[Path]:
    """Give what a worker reads: Python with its libraries, what the system has for these, the package, and its data."""
    package = Path(__file__).parents[1]
    found = {Path(name) for name in SYSTEM}
    found |= {Path(prefix) / name for prefix in (sys.prefix, sys.base_prefix) for name in OF_PYTHON}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found |= {package, *_links(Path(sys.executable))}
    if not package.joinpath("_data").is_dir():
        found.add(package.parent / "data")
    found |= {path.resolve() for path in found}
    return sorted(path for path in found if path.exists())


def lacks(holds: dict[str, str]) -> list[str]:
    """Say in plain words what does not hold."""
    from dlcourse.text import _

    said = {
        WALLS: _("whoever gets past the audit hook reaches your files, your network and your other programs"),
        CALLS: _("memory that no limit counts can be hoarded: the kernel's calls are not filtered on this processor"),
        MEMORY: _("memory is not limited"),
        THREADS: _("threads are not limited"),
    }
    if WALLS not in holds:  # the rest is little beside it
        return [said[WALLS]]
    return [text for name, text in said.items() if name not in holds]


def _links(path: Path) -> Iterator[Path]:
    """Walk along a chain of links, to its end."""
    for _step in range(40):
        yield path
        if not path.is_symlink():
            return
        path = path.parent / os.readlink(path)


def _limits(memory: int, seconds: int, threads: int) -> dict[str, str]:
    try:
        import resource
    except ImportError:  # Windows
        return {}
    wanted = {"RLIMIT_CPU": seconds, "RLIMIT_FSIZE": FILE_BYTES, "RLIMIT_NOFILE": OPEN_FILES, "RLIMIT_CORE": 0,
              "RLIMIT_AS": memory, "RLIMIT_MSGQUEUE": 0, "RLIMIT_MEMLOCK": 0, "RLIMIT_SIGPENDING": 64}  # fmt: skip
    if threads:
        wanted["RLIMIT_NPROC"] = threads
    held = set()
    for name, most in wanted.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
            held.add(name)
        except (ValueError, OSError, AttributeError):  # macOS knows the name RLIMIT_AS and refuses to use it
            held.discard(name)
    said = {"RLIMIT_AS": (MEMORY, "a limit on the address space"), "RLIMIT_NPROC": (THREADS, "a limit on threads")}
    return dict(said[name] for name in said if name in held)


def _real(path: object) -> str:
    return os.path.normcase(os.path.realpath(os.fsdecode(path)))


def _hook(read: list[str], scratch: str) -> Callable[[str, tuple], None]:
    write_flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    devices = {os.devnull, "/dev/null"}
    package = Path(__file__).parents[1]
    secret = [_real(package / name) for name in SECRET]
    # Python looks for modules in the folders of its path, and for dlcourse's in that of the package.
    beside = {_real(path) for path in (*_module_folders(), package)}
    _isinstance, _int, _text, _real_path, _separator = isinstance, int, (str, bytes, os.PathLike), _real, os.sep
    _is_folder, _parts = os.path.isdir, lambda path: os.fsdecode(path).replace("\\", "/").split("/")

    def inside(path: str, folders: list[str]) -> bool:
        return any(path == folder or path.startswith(folder + _separator) for folder in folders)

    def refuse(event: str, what: object = "") -> None:
        raise PermissionError(f"a notebook that is graded may not do this: {event} {what}")

    def opened(path: object, mode: object, flags: object) -> None:
        real = _real_path(path)
        # Where a path of os.open begins, dir_fd says, which is not told here: folders are opened in the own one alone.
        if mode is None and ((".." in _parts(path)) or (_is_folder(real) and not inside(real, [scratch]))):
            refuse("open", path)
        if inside(real, [scratch]) or real in devices:
            return
        if (_isinstance(flags, _int) and flags & write_flags) or not inside(real, read) or inside(real, secret):
            refuse("open", path)

    def hook(event: str, args: tuple) -> None:
        if event.startswith(REFUSED):
            if event == "ctypes.dlopen" and args[0] is None:
                return  # importing ctypes does that
            refuse(event)
        if event == "open":
            if _isinstance(args[0], _text):  # else open(3): what is open already
                opened(*args)
        elif event in READING:
            if args[0] is not None and not _isinstance(args[0], _int):
                real = _real_path(args[0])
                if inside(real, secret) or not (inside(real, [scratch, *read]) or real in beside):
                    refuse(event, args[0])
        elif event.startswith(WRITING):
            for path in args[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
                if _isinstance(path, _int) and event in ON_WHAT_IS_OPEN:
                    refuse(event, path)
                if _isinstance(path, _text) and (".." in _parts(path) or not inside(_real_path(path), [scratch])):
                    refuse(event, path)

    return hook


def _module_folders() -> list[str]:
    import site

    return [*site.getsitepackages(), sysconfig.get_path("stdlib"), str(Path(__file__).parents[2])]
