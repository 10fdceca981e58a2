"""The page that a trial writes: a table of what was measured, and what follows from it for larger classes."""

import math
import os
import platform
import statistics
from importlib.metadata import version

SYSTEM = 1.0  # GB that the operating system is given in what follows
ROOM = 1.5  # how much more memory than was measured: own experiments, a second notebook
CLASSES = (30, 300)
GB = 1024


def share(values, part):
    """Give the value below which this part of all lies."""
    ordered = sorted(values)
    return ordered[math.ceil(part * len(ordered)) - 1]


def per_user(one, moment, kind=0):
    """Give MB of a user's server and kernel at a moment; kind 0 is PSS, 1 is RSS."""
    return sum(one.memory[moment][part][kind] for part in ("server", "kernel")) / one.users


def hub_and_proxy(one, kind=0):
    """Give the most MB that the hub and its proxy took together."""
    return max(now["hub"][kind] + now["proxy"][kind] for now in one.memory.values())


def spent(one, step):
    """Give processor seconds of a user's server and kernel in a step."""
    return (one.cpu[step]["server"] + one.cpu[step]["kernel"]) / one.users


def cores(one, *parts):
    """Give how many processors these parts kept busy while all trained."""
    return sum(one.cpu["train"][part] for part in parts) / one.cpu["train"]["clock"]


def others(one):
    """Give how many processors were busy with what has nothing to do with the trial, on the average of all steps."""
    ours = sum(
        now[part] for now in one.cpu.values() for part in ("hub", "proxy", "server", "kernel", "trial", "browsers")
    )
    busy, clock = (sum(now[part] for now in one.cpu.values()) for part in ("machine", "clock"))
    return max(0, (busy - ours) / clock)


def _spread(values, unit="s"):
    return f"{statistics.median(values):.0f} / {max(values):.0f} {unit}" if values else "–"


def _answers(values):
    return f"{share(values, 0.5):.0f} / {share(values, 0.95):.0f} ms" if values else "–"


def _mean(values):
    return f"{statistics.mean(values):.1f}" if values else "–"


ROWS = {
    "trained to the end": lambda one: f"{one.finished} of {one.users}",
    "a cell failed, and all were run again": lambda one: str(len(one.again)),
    "paused by itself, and was started again": lambda one: str(one.pauses),
    "log in until the server answers, half / all": lambda one: _spread(one.seconds["log_in"]),
    "open chapter 05, half / all": lambda one: _spread(one.seconds["open"]),
    "run all cells, half / all": lambda one: _spread(one.seconds["run_all"]),
    "train 16,000 steps, half / all": lambda one: _spread(one.seconds["train"]),
    "steps a second for each user, slowest / mean": lambda one: (
        f"{min(one.rates):.0f} / {statistics.mean(one.rates):.0f}"
    ),
    "redraws a second, sent / seen in a browser": lambda one: (
        f"{_mean(one.redraws['protocol'])} / {_mean(one.redraws['browser'])}"
    ),
    "another cell answers meanwhile, p50 / p95": lambda one: _answers(
        [*one.answers["browser"], *one.answers["protocol"]]
    ),
    "the same, in the browsers": lambda one: _answers(one.answers["browser"]),
    "memory of a user (PSS), notebook open": lambda one: f"{per_user(one, 'open'):.0f} MB",
    "… all cells run": lambda one: f"{per_user(one, 'run_all'):.0f} MB",
    "… most while training": lambda one: f"{per_user(one, 'train'):.0f} MB",
    "… the same with shared pages counted for each (RSS)": lambda one: f"{per_user(one, 'train', 1):.0f} MB",
    "memory of hub and proxy (PSS)": lambda one: f"{hub_and_proxy(one):.0f} MB",
    "processor time of a user: start and open": lambda one: f"{spent(one, 'open'):.1f} s",
    "… run all cells": lambda one: f"{spent(one, 'run_all'):.1f} s",
    "… train 16,000 steps": lambda one: f"{spent(one, 'train'):.1f} s",
    "cores busy in training: all users' servers and kernels": lambda one: f"{cores(one, 'server', 'kernel'):.2f}",
    "… hub and proxy": lambda one: f"{cores(one, 'hub', 'proxy'):.2f}",
    "… browsers and what drives them": lambda one: f"{cores(one, 'browsers', 'trial'):.2f}",
    "cores busy with what others did on the machine": lambda one: f"{others(one):.2f}",
}


def _title(one):
    who = "1 user" if one.users == 1 else f"{one.users} users"
    all_of_them = "each in a browser" if one.users > 1 else "in a browser"
    how = {0: "no browser", one.users: all_of_them}.get(one.browsers, f"{one.browsers} in a browser")
    return f"{who}, {how}"


def table(rounds):
    """Give the table of the rounds, a column each."""
    lines = ["| | " + " | ".join(map(_title, rounds)) + " |", "|---|" + "---|" * len(rounds)]
    return lines + [f"| {name} | " + " | ".join(map(cell, rounds)) + " |" for name, cell in ROWS.items()]


def needs(one):
    """Give the table of what larger classes need, from the round with the most users and the fewest browsers."""
    proxy = one.cpu["train"]["proxy"] / one.cpu["train"]["clock"] / one.users
    at_once = one.users / cores(one, "server", "kernel", "hub", "proxy")
    begin = spent(one, "open") + spent(one, "run_all")
    lines = [
        "| people | memory | cores, all train at once | cores, a third does | all have opened and run the chapter after |"
    ]
    lines.append("|---|---|---|---|---|")
    for people in CLASSES:
        memory = SYSTEM + (ROOM * people * per_user(one, "train") + hub_and_proxy(one)) / GB
        all_train, some = (max(2, math.ceil(people * part / at_once)) for part in (1, 1 / 3))
        lines.append(
            f"| {people} | {math.ceil(memory)} GB | {all_train} | {some} "
            f"| {people * begin / all_train:.0f} s, or {people * begin / some:.0f} s |"
        )
    why = (
        f"Memory: {SYSTEM:.0f} GB for the system, hub and proxy, and for each person {ROOM} times what was measured. "
        f"Cores: {at_once:.1f} people who train share one, with the speed and the answers of that column. "
        f"The last column is the processor time that was measured, over the cores. The proxy is one process: a person who trains takes {proxy:.1%} of a core of it, "
        f"so that it is full when {1 / proxy:.0f} train at once."
    )
    return [*lines, "", why]


def notebooks(found):
    """Give the table of the most memory that each notebook's kernel took."""
    lines = ["| notebook | kernel, at most (RSS) |", "|---|---|"]
    return lines + [f"| {name} | {peak:.0f} MB |" for name, peak in found.items()]


def limit(one, kernels):
    """Say what a person may need: the server, and three notebooks like the largest that stay open."""
    server = one.memory["train"]["server"][1] / one.users
    most, least = server + 3 * max(kernels.values()), per_user(one, "train", 1)
    return (
        f"A server and three kernels as large as the largest: {most:.0f} MB. That makes a limit of "
        f"{math.ceil(2 * most / GB) / 2:g} GB for each person, and a guarantee of {128 * math.ceil(least / 128)} MB, "
        "which is a server and the kernel of chapter 05."
    )


def page(rounds, kernels):
    """Give the text of RESULTS.md."""
    most = max(rounds, key=lambda one: (one.users, -one.browsers))
    made = ", ".join(f"{name} {version(name)}" for name in ("jupyterhub", "jupyterlab", "numpy"))
    failed = [f"* {_title(one)}: {failure}" for one in rounds for failure in one.failures + one.again]
    capped = (
        "each kernel had one thread" if all(one.capped for one in rounds) else "THE CAP ON THREADS DID NOT REACH ALL"
    )
    head = (
        "Written by `python tests/hub/trial.py`, which also says how it is measured. "
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {made}; {capped}. "
        "Users without a browser send the messages of JupyterLab over the same proxy and websockets."
    )
    parts = [
        "# A class on one JupyterHub",
        head,
        "\n".join(table(rounds)),
        *(["What failed, at least at first:\n\n" + "\n".join(failed)] if failed else []),
        "## What follows for larger classes",
        f"From the column “{_title(most)}”; calculated, not tried.",
        "\n".join(needs(most)),
    ]
    if kernels:
        parts += ["## Memory of each notebook, all cells run", "\n".join(notebooks(kernels)), limit(most, kernels)]
    return "\n\n".join(parts) + "\n"
