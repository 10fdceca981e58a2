"""Attacks that go around Python: each first takes the audit hook away, then tries something of the system's.

Each text prints a line for what it reached, and nothing where all of it was refused. ``VICTIM`` stands for a file of the
teacher's, ``JUDGE`` for the number of the process that judges, ``PORT`` for a port of this machine.
``python breakouts.py victim port`` tries them all, and prints as JSON what came of each: as an ordinary user, where
somebody else is root.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

AWAY_WITH_THE_HOOK = """
import gc, os, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ == "refuse" and "grading" in thing.__code__.co_filename:
        thing.__code__ = (lambda event, what="": None).__code__
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def tried(name, function, *args):
    try:
        found = function(*args)
    except (OSError, RuntimeError, ValueError, AttributeError, MemoryError):
        return None
    if isinstance(found, int) and found == -1:
        return None
    print(name)
    return found
def call(number, *args):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args])
"""

BREAKOUTS = {
    "reads files": """
import sys
for place in (VICTIM, "/etc/passwd", "/proc/self/environ", "/proc/1/root/etc/passwd", "/var", "/sys"):
    tried(place, lambda: os.listdir(place) if os.path.isdir(place) else open(place, "rb").read())
import dlcourse
for inside in ("checks", "grading/judge.py", "grading/written.py", "../notebooks", "../tests", "../.git"):
    place = os.path.join(os.path.dirname(dlcourse.__file__), inside)
    tried(inside, lambda: next(iter(os.listdir(place))) if os.listdir(place) else -1) if os.path.isdir(place) else tried(
        inside, lambda: open(place).read())
""",
    "writes files": """
import dlcourse, sys
for place in ("/new", "/dev/new", "/dev/shm/new", "/etc/new", sys.prefix + "/new", sys.base_prefix + "/lib/new",
              dlcourse.__file__, os.path.dirname(dlcourse.__file__) + "/new", "/usr/lib/new"):
    tried(place, lambda: os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)))
for what in (lambda: os.truncate(VICTIM, 0), lambda: open(VICTIM, "a").write("x"), lambda: os.unlink(VICTIM)):
    tried("victim", what)
""",
    "changes what files are": """
import dlcourse
for place in (VICTIM, dlcourse.__file__, os.path.dirname(dlcourse.__file__), os.path.dirname(os.__file__)):
    tried("chmod " + place, os.chmod, place, 0o755 if os.path.isdir(place) else 0o644)
    tried("utime " + place, os.utime, place)
    tried("xattr " + place, os.setxattr, place, "user.dlcourse", b"1")
    tried("chown " + place, os.chown, place, os.getuid(), os.getgid())
for folder, name in [os.path.split(VICTIM), os.path.split(dlcourse.__file__)]:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        continue
    tried("chmod at", lambda: os.chmod(name, 0o644, dir_fd=descriptor))
    tried("fchmod", lambda: os.fchmod(os.open(os.path.join(folder, name), os.O_RDONLY), 0o644))
""",
    "reaches other processes": """
import signal
for number in (JUDGE, os.getppid()):
    if number > 0:
        tried("kill", os.kill, number, 0)
        tried("priority", os.setpriority, os.PRIO_PROCESS, number, 5)
        tried("affinity", os.sched_setaffinity, number, [0])
        tried("scheduler", os.sched_setscheduler, number, os.SCHED_BATCH, os.sched_param(0))
        tried("ioprio", call, {"x86_64": 251, "aarch64": 30}[os.uname().machine], 1, number, 3 << 13)
        tried("limits", lambda: __import__("resource").prlimit(number, 7))
        tried("pidfd", os.pidfd_open, number)
        tried("memory", lambda: open(f"/proc/{number}/mem", "rb"))
        tried("trace", libc.ptrace, 16, number, 0, 0)
""",
    "sends signals by a file": """
import fcntl, struct
read, write = os.pipe()
for number in (JUDGE, os.getppid()):
    if number > 0:
        tried("owner", fcntl.fcntl, read, 8, number)
        tried("owner in words", fcntl.fcntl, read, 15, struct.pack("ii", 1, number))
""",
    "starts processes": """
import subprocess, sys
def fork():
    number = os.fork()
    if not number:
        os._exit(0)
    return number
tried("fork", fork)
tried("clone", lambda: call({"x86_64": 56, "aarch64": 220}[os.uname().machine], 17, 0, 0, 0, 0) or os._exit(0))
tried("program", lambda: subprocess.run([sys.executable, "-c", ""], check=True))
tried("spawn", os.posix_spawn, sys.executable, [sys.executable, "-c", ""], {})
""",
    "opens sockets": """
import socket
for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_BLUETOOTH", "AF_CAN"):
    if hasattr(socket, family):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            tried(family, socket.socket, getattr(socket, family), kind)
tried("unix", lambda: socket.socket(socket.AF_UNIX).connect("\\0anything"))
""",
    "reaches the network": """
import socket
def connect(place):
    with socket.create_connection(place, timeout=0.3):
        return 1
for place in (("127.0.0.1", PORT), ("192.0.2.1", 80)):
    tried(str(place), connect, place)
""",
    "hoards what the kernel keeps": """
import socket
tried("memfd", lambda: os.memfd_create("x"))
number = {"x86_64": (29, 68, 64, 294, 300), "aarch64": (194, 186, 190, 26, 262)}[os.uname().machine]
for name, one, args in zip(("shm", "msg", "sem", "inotify", "fanotify"), number,
                           ((0, 1 << 20, 0o1600), (0, 0o1600), (0, 1, 0o1600), (0,), (0, 0))):
    tried(name, call, one, *args)
tried("secret memory", call, 447, 0)
tried("keys", call, {"x86_64": 250, "aarch64": 219}[os.uname().machine], 0, -3, 1)
tried("locked memory", lambda: libc.mlockall(3))
tried("message queue", lambda: libc.mq_open(b"/x", os.O_CREAT | os.O_RDWR, 0o600, None))
""",
    "tries rare parts of the kernel": """
names = {"x86_64": dict(bpf=321, userfaultfd=323, perf=298, uring=425), "aarch64": dict(bpf=280, userfaultfd=282, perf=241,
         uring=425)}[os.uname().machine]
area = ctypes.create_string_buffer(256)
for name, number in names.items():
    for first in (0, 1, ctypes.addressof(area)):
        tried(name, call, number, first, ctypes.addressof(area), 120, 0, 0)
""",
    "becomes somebody else": """
for name, what in (("user", 0x10000000), ("mounts", 0x20000), ("processes", 0x20000000), ("network", 0x40000000)):
    tried("own " + name, libc.unshare, what)
tried("root", os.setuid, 0)
tried("group", os.setgroups, [0])
tried("mount", libc.mount, b"none", b"/tmp", b"tmpfs", 0, None)
tried("root folder", os.chroot, "/tmp")
tried("host name", libc.sethostname, b"x", 1)
tried("remount", libc.mount, b"none", b"/", b"", 0x20 | 0x1000, None)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(header, data)
if any(data[place] for place in (0, 1, 3, 4)):  # effective and permitted ones
    print("capabilities", list(data))
""",
    "threads without end": """
import threading, time
stop, count = threading.Event(), 0
threading.stack_size(64 * 1024)
try:
    for step in range(1000):
        threading.Thread(target=stop.wait, daemon=True).start()
        count += 1
except RuntimeError:
    pass
stop.set()
if count > 100:
    print(count, "threads")
""",
    "fills the disk": """
size = 0
try:
    for step in range(100):
        kept = open(f"file{step}", "wb", buffering=0)
        os.unlink(f"file{step}")
        globals()[f"kept{step}"] = kept
        for part in range(16):
            size += kept.write(bytes(1 << 20))
except OSError:
    pass
if size > 140 << 20:
    print(size >> 20, "MB in unlinked files")
""",
    "leaves deep folders": """
for step in range(3000):
    try:
        os.mkdir("d")
        os.chdir("d")
    except OSError:
        break
""",
    "leaves folders without rights": """
for step in range(50):
    try:
        os.makedirs(f"locked{step}/inside")
        os.chmod(f"locked{step}", 0)
    except OSError:
        break
""",
    "asks what else is open": """
for number in range(3, 256):
    try:
        kind = os.fstat(number).st_mode & 0o170000
    except OSError:
        continue
    if kind not in (0o010000, 0o020000):  # pipes, and /dev/null
        print(number, oct(kind))
""",
    "types into the terminal": """
import fcntl
tried("terminal", lambda: os.open("/dev/tty", os.O_RDWR))
for number in range(3):
    tried("types", lambda: fcntl.ioctl(number, 0x5412, b"x"))
""",
}


def results(victim, port, names=tuple(BREAKOUTS)):
    """Try breakouts, each in a worker of its own; give by name what each printed, or how it ended."""
    from dlcourse.grading.process import Gone
    from dlcourse.grading.remote import Workplace

    found = {}
    for name in names:
        place = Workplace(1 << 30, 60)
        place.deadline = time.monotonic() + 30
        text = AWAY_WITH_THE_HOOK + BREAKOUTS[name]
        text = text.replace("VICTIM", repr(str(victim))).replace("JUDGE", str(os.getpid())).replace("PORT", str(port))
        try:
            said = place.run(text)
            found[name] = said["printed"] + (f"{said['error']}" if said["error"] else "")
        except Gone as error:
            found[name] = f"gone: {error.text}"
        finally:
            place.close()
    return found


def left_over():
    """Give what workers have left in the folder for temporary files."""
    with contextlib.suppress(OSError):
        return sorted(path.name for path in Path(tempfile.gettempdir()).glob("dlcourse-*"))
    return []


if __name__ == "__main__":
    print(json.dumps(results(sys.argv[1], int(sys.argv[2]))))
