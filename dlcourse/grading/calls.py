"""Calls of the Linux kernel that a learner's code has no need of: what bubblewrap's walls do not stop.

Inside the walls, a process can still hoard memory that no limit counts (memfd, shared memory of System V, processes),
use up what the system gives each user (inotify), and try parts of the kernel that walls do not hide. A filter for
seccomp, which bubblewrap sets, refuses these. Processes are refused and threads are not.
"""

import platform
import struct

__all__ = ["NUMBERS", "program"]

# The numbers that all machines of today share, and then those of the two that are common.
_SHARED = {
    "pidfd_getfd": 438, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "memfd_secret": 447,
    "clone3": 435,
}  # fmt: skip
NUMBERS = {
    "x86_64": (0xC000003E, _SHARED | {
        "fork": 57, "vfork": 58, "clone": 56, "unshare": 272, "setns": 308,
        "memfd_create": 319, "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240,
        "inotify_init": 253, "inotify_init1": 294, "fanotify_init": 300,
        "socket": 41, "add_key": 248, "request_key": 249, "keyctl": 250,
        "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "ptrace": 101,
    }),
    "aarch64": (0xC00000B7, _SHARED | {
        "clone": 220, "unshare": 97, "setns": 268,
        "memfd_create": 279, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180,
        "inotify_init1": 26, "fanotify_init": 262,
        "socket": 198, "add_key": 217, "request_key": 218, "keyctl": 219,
        "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "ptrace": 117,
    }),
}  # fmt: skip
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _END = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050000, 1, 38
_CLONE_THREAD, _OLD_KIND = 0x00010000, 0x40000000


def program() -> bytes:
    """Give the filter for this machine; nothing where its numbers are not known."""
    machine, numbers = NUMBERS.get(platform.machine(), (0, {}))
    if not numbers:
        return b""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    refuse, allow = step(_END, _REFUSE | _EPERM), step(_END, _ALLOW)
    # Only calls of this machine's own kind, not of its predecessor's.
    steps = [step(_LOAD, 4), step(_EQUAL, machine, 1, 0), refuse]
    steps += [step(_LOAD, 0), step(_AT_LEAST, _OLD_KIND, 0, 1), refuse]
    # The C library then takes clone, whose arguments can be seen: threads may be made, processes may not.
    steps += [step(_EQUAL, numbers["clone3"], 0, 1), step(_END, _REFUSE | _ENOSYS)]
    steps += [step(_EQUAL, numbers["clone"], 0, 4), step(_LOAD, 16), step(_ANY_BIT, _CLONE_THREAD, 1, 0), refuse, allow]
    for name in sorted(numbers.keys() - {"clone", "clone3"}):
        steps += [step(_EQUAL, numbers[name], 0, 1), refuse]
    return b"".join([*steps, allow])
