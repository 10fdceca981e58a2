"""What processes take, read from /proc: memory that is a process's own share, and processor time."""

import contextlib
import os
import time
from pathlib import Path

MB = 1024 * 1024


def children():
    """Give the children of each process, by the number of the parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    return found


def tree(pid, of=None):
    """Give a process and all that it started, as far as they run."""
    of = children() if of is None else of
    found = [pid]
    for one in found:
        found += of.get(one, [])
    return found


def command(pid):
    """Give the command line of a process; empty when it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def environment(pid):
    """Give the environment that a process was started with."""
    with contextlib.suppress(OSError):
        pairs = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
        return dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    return {}


def memory(pids):
    """Give the memory of processes in MB: (PSS, where shared pages are shared out, RSS, where all are counted)."""
    pss = rss = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                name, size = line.split()[:2]
                pss += 1024 * int(size) * (name == "Pss:")
                rss += 1024 * int(size) * (name == "Rss:")
    return pss / MB, rss / MB


def peak(pid):
    """Give the most memory in MB (RSS) that a process has taken so far."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def seconds(pids):
    """Give the processor time of processes, and of those of their children that have ended."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def machine():
    """Give the time now, and the processor time that all processes of the machine have used."""
    user, nice, system, _idle, _wait, irq, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    return time.monotonic(), (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")
