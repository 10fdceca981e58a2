"""The figures as text: tables in Markdown, and two pictures."""

import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.clock import blas_kernels
from benchmarks.goals import Goal
from benchmarks.measures import Growth, Step

BLUE, ORANGE, GREY, GREEN = "#0072b2", "#d55e00", "#666666", "#009e73"


def goal_table(goals: Sequence[Goal]) -> str:
    """One row a goal: measured, the spread of the middle half of the rounds, must, aim, and which of them is met."""
    rows = ["| what | measured | spread | must | aim | met |", "|---|---|---|---|---|---|"]
    for goal in goals:
        met = {"aim": "aim", "must": "must", "missed": "**missed**"}[goal.verdict]
        rows.append(f"| {goal.what} | {_number(goal.value)} | {_spread(goal)} | {goal.must:g} | {goal.aim:g} | {met} |")
    return "\n".join(rows)


def step_table(steps: Sequence[Step]) -> str:
    """One row a network: PyTorch in milliseconds, everybody else as a share of it."""
    rows = ["| training step | PyTorch, ms | dlcourse | spread | matrix products alone | scikit-learn |"]
    rows.append("|---|---|---|---|---|---|")
    for step in steps:
        peer = "–" if step.scikit_learn is None else f"{step.scikit_learn:.2f}"
        numbers = f"{step.pytorch_ms:.2f} | **{step.ours:.2f}** | {_spread(step.goals[0])} | {step.products:.2f}"
        rows.append(f"| {step.name} | {numbers} | {peer} |")
    return "\n".join(rows)


def growth_table(panels: Sequence[Growth]) -> str:
    """The numbers behind the picture of growth."""
    rows = ["| network | size | dlcourse, µs per sample | PyTorch, µs per sample |", "|---|---|---|---|"]
    for panel in panels:
        for size, ours, theirs in zip(panel.sizes, panel.ours, panel.pytorch, strict=True):
            rows.append(f"| {panel.title} | {size} {panel.label} | {_number(ours)} | {_number(theirs)} |")
    return "\n".join(rows)


def write(folder: Path, steps: Sequence[Step], goals: Sequence[Goal], panels: Sequence[Growth], command: str) -> Path:
    """Write ``README.md``, ``steps.svg`` and ``growth.svg`` into `folder`, and give the first."""
    folder.mkdir(parents=True, exist_ok=True)
    plt.rcParams["svg.hashsalt"] = "dlcourse"  # the same figures give the same file
    _save(draw_steps(steps), folder / "steps.svg")
    _save(draw_growth(panels), folder / "growth.svg")
    page = folder / "README.md"
    page.write_text(_page(steps, goals, panels, command), encoding="utf-8")
    return page


def draw_steps(steps: Sequence[Step]) -> plt.Figure:
    """Every network's step as a share of PyTorch's, with what must be reached and what is aimed at."""
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.45 * len(steps)), layout="constrained")
    rows = range(len(steps))[::-1]
    against_pytorch = [step.goals[0] for step in steps]
    axes.axvline(1, color="black", linewidth=1)
    axes.barh(rows, [step.ours for step in steps], height=0.55, color=BLUE, label="dlcourse")
    products = [step.products for step in steps]
    axes.plot(products, rows, "o", color="white", markeredgecolor="black", label="matrix products alone")
    peers = [(step.scikit_learn, row) for step, row in zip(steps, rows, strict=True) if step.scikit_learn is not None]
    if peers:
        axes.plot(*zip(*peers, strict=True), "s", color=GREEN, label="scikit-learn")
    for label, color, width in (("must", ORANGE, 3), ("aim", GREY, 1.5)):
        marks = [getattr(goal, label) for goal in against_pytorch]
        axes.plot(marks, rows, "|", color=color, markersize=22, markeredgewidth=width, label=label)
    axes.set_yticks(list(rows), [step.name for step in steps])
    axes.set_xlim(left=0)
    axes.set_xlabel("CPU time of a training step ÷ PyTorch's (black line), one thread; shorter is better")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    return figure


def draw_growth(panels: Sequence[Growth]) -> plt.Figure:
    """Time per sample against each size, both axes logarithmic."""
    figure, row = plt.subplots(1, len(panels), figsize=(11, 3.6), layout="constrained", squeeze=False)
    for axes, panel in zip(row[0], panels, strict=True):
        axes.loglog(panel.sizes, panel.ours, "o-", color=BLUE, label="dlcourse")
        axes.loglog(panel.sizes, panel.pytorch, "s--", color=ORANGE, label="PyTorch")
        axes.set_xticks(panel.sizes, [str(size) for size in panel.sizes])
        axes.minorticks_off()
        axes.set_title(panel.title, fontsize=11)
        axes.set_xlabel(panel.label)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    row[0][0].set_ylabel("µs per sample of a training step")
    row[0][0].legend(frameon=False)
    return figure


def _page(steps: Sequence[Step], goals: Sequence[Goal], panels: Sequence[Growth], command: str) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "scikit-learn"))
    missed = [goal.what for goal in goals if goal.verdict == "missed"]
    fastest, slowest = min(steps, key=lambda step: step.ours), max(steps, key=lambda step: step.ours)
    return f"""# How fast dlcourse is

Made by `{command}` with Python {platform.python_version()}, {libraries}, on {platform.machine()}, one thread;
NumPy's products: {blas_kernels()}. With `--strict` the command fails where a must is missed; `benchmarks/goals.py`
holds the musts. Ratios depend on the machine: here is [another one](another-machine.md).

Every ratio is the median of rounds in which all sides, each in a process of its own, took turns, by CPU time. The
spread is that of the middle half of the rounds: what else the machine did. Batches hold 100 samples where nothing else
is said. PyTorch runs eagerly, as it comes (it does not keep freed memory at hand as dlcourse does); before a network is
timed, its loss and gradients are compared with PyTorch's. "Matrix products alone" are those of the step, forward and
backward, on float32 matrices that are ready: a bound for whoever calls BLAS layer by layer. A convolution's are those
with the im2col matrix of the whole batch; dlcourse takes them in pieces that fit the cache, and can be faster.

{"Every must is met." if not missed else "Missed: " + "; ".join(missed) + "."}

## One training step, as a share of PyTorch's time

{step_table(steps)}

![Bars: the training step of each network as a share of PyTorch's. dlcourse ranges from {fastest.ours:.2f} \
({fastest.name}) to {slowest.ours:.2f} ({slowest.name}); marks show what must be reached, the aim, scikit-learn \
and the matrix products alone. The table above holds the numbers.](steps.svg)

## Goals

{goal_table(goals)}

## How the time grows

![Charts with logarithmic axes, dlcourse and PyTorch: time per sample falls as the batch grows, and rises with \
the width of the hidden layer and with the size of the image. The table below holds the numbers.](growth.svg)

{growth_table(panels)}
"""


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _spread(goal: Goal) -> str:
    return "–" if goal.spread is None else " to ".join(map(_number, goal.spread))


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"
