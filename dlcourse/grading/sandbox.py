"""What keeps a learner's code in its place: limits, and on Linux files, network and processes out of its reach.

`enter` asks the system for as much as it has, and says what held. The audit hook works everywhere, and stops what a
learner would do by accident or for fun; who sets out to break Python from the inside gets past it, and is stopped by
the kernel alone: Landlock for files and signals, a network of its own, seccomp for processes and sockets.
"""

import ctypes
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

__all__ = ["ADDRESS_SPACE", "FILES", "HOOK", "NETWORK", "PROCESSES", "SIGNALS", "enter", "readable"]

# What may hold, by the names that `enter` gives.
HOOK, ADDRESS_SPACE, FILES, SIGNALS, NETWORK, PROCESSES = "hook", "memory", "files", "signals", "network", "processes"
FILE_BYTES, OPEN_FILES = 32 << 20, 128
SECRET = ("checks", "grading")  # parts of dlcourse that the learner's code cannot read

SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/fonts",
          "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/dev/urandom", "/dev/random", "/dev/zero")  # fmt: skip

# Landlock: rights to files, and how many of them each version knows.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446

# prctl
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, SET_NO_NEW_PRIVS = 1, 4, 22, 38
NEW_USER, NEW_NET = 0x10000000, 0x40000000

# seccomp: what is refused on every machine, by name; numbers for the two that are common.
NEVER = ("execve", "execveat", "fork", "vfork", "socket", "connect", "bind", "listen", "ptrace", "setsid", "setpgid",
         "mount", "umount2", "unshare", "setns", "process_vm_readv", "process_vm_writev", "bpf", "keyctl", "add_key",
         "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal", "pidfd_open", "perf_event_open",
         "userfaultfd", "open_by_handle_at", "setpriority", "io_uring_setup")  # fmt: skip
_COMMON = {"pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435}
CALLS = {
    "x86_64": (0xC000003E, _COMMON | dict(
        execve=59, execveat=322, fork=57, vfork=58, socket=41, connect=42, bind=49, listen=50, ptrace=101, setsid=112,
        setpgid=109, mount=165, umount2=166, unshare=272, setns=308, process_vm_readv=310, process_vm_writev=311,
        bpf=321, keyctl=250, add_key=248, tkill=200, rt_sigqueueinfo=129, rt_tgsigqueueinfo=297, perf_event_open=298,
        userfaultfd=323, open_by_handle_at=304, setpriority=141, clone=56, kill=62, tgkill=234, prlimit64=302)),
    "aarch64": (0xC00000B7, _COMMON | dict(
        execve=221, execveat=281, socket=198, connect=203, bind=200, listen=201, ptrace=117, setsid=157, setpgid=154,
        mount=40, umount2=39, unshare=97, setns=268, process_vm_readv=270, process_vm_writev=271, bpf=280, keyctl=219,
        add_key=217, tkill=130, rt_sigqueueinfo=138, rt_tgsigqueueinfo=240, perf_event_open=241, userfaultfd=282,
        open_by_handle_at=265, setpriority=140, clone=220, kill=129, tgkill=131, prlimit64=261)),
}  # fmt: skip
EPERM, ENOSYS = 1, 38
ALLOW, REFUSE = 0x7FFF0000, 0x00050000

# Audit events: what is refused outright, and what is refused outside the folders.
REFUSED = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill", "os.startfile",
           "pty.", "signal.pthread_kill", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg",
           "socket.getaddrinfo", "socket.gethostby", "ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function",
           "ctypes.cdata", "ctypes.string_at", "ctypes.wstring_at", "sys._current_frames", "winreg.", "msvcrt.",
           "ftplib.", "http.client.", "urllib.", "smtplib.", "imaplib.", "telnetlib.", "webbrowser.")  # fmt: skip
READING = ("os.listdir", "os.scandir")
WRITING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
           "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "sqlite3.connect")  # fmt: skip


def enter(scratch: Path, *, memory: int, seconds: int) -> dict[str, str]:
    """Give up, for the rest of this process, what a learner's code has no need of.

    Parameters
    ----------
    scratch : Path
        The one folder that may be written to.
    memory : int
        Bytes of address space.
    seconds : int
        Of processor time: a last resort, should nobody end this process.

    Returns
    -------
    dict
        What holds on this machine, by the names of this module, each with how.
    """
    holds = _limits(memory, seconds)
    read, listed = readable()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        holds |= _own_network(libc)
        libc.prctl(SET_PDEATHSIG, 9, 0, 0, 0)
        libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
        holds |= _landlock(libc, scratch, read, listed)
        holds |= _seccomp(libc)
    sys.addaudithook(_hook([*map(_real, read)], _real(scratch)))
    return holds | {HOOK: "an audit hook"}


def readable() -> tuple[list[Path], list[Path]]:
    """Give what may be read: files and folders with all in them; and folders of which only the list of names may."""
    package = Path(__file__).parents[1]
    places = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {Path(sys.base_prefix) / name for name in ("lib", "lib64", "share/zoneinfo")}
    places |= {Path(name) for name in SYSTEM}
    # Where dlcourse lies in one of them, that one is taken apart.
    around = {place.resolve() for place in places if package.is_relative_to(place.resolve())}
    found = [place for place in places if place.exists() and place.resolve() not in around]
    listed = [package]
    for folder in around:
        inside = [folder, *(parent for parent in package.parents if parent.is_relative_to(folder))]
        listed += inside
        for parent in set(inside):
            found += [path for path in parent.iterdir() if not package.is_relative_to(path)]
    found += [path for path in package.iterdir() if path.name not in SECRET]
    if not package.joinpath("_data").is_dir():
        found.append(package.parent / "data")
    return [path for path in found if path.exists()], listed


def _limits(memory: int, seconds: int) -> dict[str, str]:
    try:
        import resource
    except ImportError:  # Windows
        return {}
    held = set()
    wanted = {"RLIMIT_CPU": seconds, "RLIMIT_FSIZE": FILE_BYTES, "RLIMIT_NOFILE": OPEN_FILES, "RLIMIT_CORE": 0,
              "RLIMIT_AS": memory}  # fmt: skip
    for name, most in wanted.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
            held.add(name)
        except (ValueError, OSError, AttributeError):  # macOS knows the name RLIMIT_AS and refuses to use it
            held.discard(name)
    return {ADDRESS_SPACE: "a limit on the address space"} if "RLIMIT_AS" in held else {}


def _own_network(libc: ctypes.CDLL) -> dict[str, str]:
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEW_USER | NEW_NET):
        return {}
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    except OSError as error:
        # The names of users are lost then, and nothing else.
        return {NETWORK: f"a network of its own ({type(error).__name__})"}
    return {NETWORK: "a network of its own"}


def _landlock(libc: ctypes.CDLL, scratch: Path, read: Iterable[Path], listed: Iterable[Path]) -> dict[str, str]:
    version = libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return {}
    every = (1 << RIGHTS[min(version, 5)]) - 1
    rules = struct.pack("<QQQ", every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    ruleset = libc.syscall(CREATE_RULESET, rules, 8 if version < 4 else 16 if version < 6 else 24, 0)
    if ruleset < 0:
        return {}
    rights = [(scratch, every & ~EXECUTE), (Path("/dev/null"), READ_FILE | WRITE_FILE)]
    rights += [(path, READ_FILE | READ_DIR) for path in read] + [(path, READ_DIR) for path in listed]
    for path, right in rights:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        right &= every if path.is_dir() else ON_A_FILE & every
        libc.syscall(ADD_RULE, ruleset, 1, struct.pack("<Qi", right, place), 0)
        os.close(place)
    failed = libc.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    if failed:
        return {}
    holds = {FILES: f"Landlock {version}"}
    return holds | ({SIGNALS: f"Landlock {version}"} if version >= 6 else {})


def _seccomp(libc: ctypes.CDLL) -> dict[str, str]:
    machine, calls = CALLS.get(platform.machine(), (0, {}))
    if not calls:
        return {}

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    load, equal, at_least, any_bit, end = 0x20, 0x15, 0x35, 0x45, 0x06
    refuse, own = step(end, REFUSE | EPERM), os.getpid()
    # Only calls of this machine's own kind, not of its predecessor's.
    steps = [step(load, 4), step(equal, machine, 1, 0), refuse, step(load, 0), step(at_least, 0x40000000, 0, 1), refuse]
    for name in NEVER:
        if name in calls:
            steps += [step(equal, calls[name], 0, 1), refuse]
    # The C library then takes clone, whose arguments can be seen: threads may be made, processes may not.
    steps += [step(equal, calls["clone3"], 0, 1), step(end, REFUSE | ENOSYS)]
    steps += [step(equal, calls["clone"], 0, 4), step(load, 16), step(any_bit, 0x10000, 1, 0), refuse, step(end, ALLOW)]
    for name, allowed in (("kill", own), ("tgkill", own), ("prlimit64", 0)):
        steps += [step(equal, calls[name], 0, 4), step(load, 16), step(equal, allowed, 1, 0), refuse, step(end, ALLOW)]
    steps.append(step(end, ALLOW))
    program = ctypes.create_string_buffer(b"".join(steps))
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(program)))
    if libc.prctl(SET_SECCOMP, 2, header, 0, 0):
        return {}
    return {PROCESSES: "seccomp"}


def _real(path: object) -> str:
    return os.path.normcase(os.path.realpath(os.fsdecode(path)))


def _hook(read: list[str], scratch: str):
    write_flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    devices = {os.devnull, "/dev/null"}
    secret = [_real(Path(__file__).parents[1] / name) for name in SECRET]
    _isinstance, _int, _text, _real_path, _separator = isinstance, int, (str, bytes, os.PathLike), _real, os.sep

    def inside(path: str, places: list[str]) -> bool:
        return any(path == place or path.startswith(place + _separator) for place in places)

    def refuse(event: str, what: object = "") -> None:
        raise PermissionError(f"a notebook that is graded may not do this: {event} {what}")

    def hook(event: str, args: tuple) -> None:
        if event.startswith(REFUSED):
            if event == "ctypes.dlopen" and args[0] is None:
                return  # importing ctypes does that
            refuse(event)
        if event == "open":
            path, _mode, flags = args
            if not _isinstance(path, _text):
                return  # open(3): what is open already
            real = _real_path(path)
            if inside(real, [scratch]) or real in devices:
                return
            if (_isinstance(flags, _int) and flags & write_flags) or not inside(real, read) or inside(real, secret):
                refuse(event, path)
        elif event in READING:
            if args[0] is not None and not _isinstance(args[0], _int):
                real = _real_path(args[0])
                if inside(real, secret) or not (inside(real, [scratch, *read]) or _beside(real)):
                    refuse(event, args[0])
        elif event.startswith(WRITING):
            for path in args[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
                if _isinstance(path, _text) and not inside(_real_path(path), [scratch]):
                    refuse(event, path)

    # Python looks for modules in the folders of its path, and for dlcourse's in that of the package.
    folders = {_real(path) for path in (*_module_folders(), Path(__file__).parents[1])}

    def _beside(real: str) -> bool:
        return real in folders

    return hook


def _module_folders() -> list[str]:
    import site

    return [*site.getsitepackages(), sysconfig.get_path("stdlib"), str(Path(__file__).parents[2])]
