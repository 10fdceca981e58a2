"""The command: ``python -m benchmarks [--quick] [--accuracy] [--strict] [--out FOLDER]``."""

import argparse
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write; the exit code is 1 with ``--strict`` where a must is missed."""
    # Here, because each process of a side imports this file, and most of them are not to know dlcourse.
    from benchmarks import measures, report

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds, not minutes: noisy; writes only with --out")
    parser.add_argument("--accuracy", action="store_true", help="also train to 98 %% and 99 %% on the full MNIST")
    parser.add_argument("--strict", action="store_true", help="exit code 1 where a must is missed")
    parser.add_argument("--only", metavar="NAME", help="only the networks whose name has this in it, and nothing else")
    parser.add_argument("--out", type=Path, help="folder for the page and its pictures (default: benchmarks/results)")
    options = parser.parse_args(arguments)

    seconds, rounds = (0.02, 1) if options.quick else (4, 15)
    names = [name for name in measures.STEPS if options.only is None or options.only.lower() in name.lower()]
    if not names:
        parser.error(f"--only {options.only}: no such network; there are {', '.join(measures.STEPS)}")
    steps = []
    for step in measures.steps(seconds, names):
        steps.append(step)
        low, high = step.goals[0].spread
        print(
            f"{step.name}: {step.ours:.2f} ({low:.2f} to {high:.2f}) of PyTorch's {step.pytorch_ms:.2f} ms", flush=True
        )
    goals = [goal for step in steps for goal in step.goals]
    if options.only is None:
        goals += [measures.inference(seconds), measures.memory(), measures.gradient_check(rounds)]
        goals += measures.imports(rounds)
        goals += measures.accuracy() if options.accuracy else []
    print("", report.step_table(steps), "", report.goal_table(goals), sep="\n")

    folder = options.out or (None if options.quick or options.only else RESULTS)
    if folder is not None:
        flags = [f"--{name}" for name in ("quick", "accuracy") if getattr(options, name)]
        panels = list(measures.growth(seconds / 4, small=options.quick))
        print("\n", report.write(folder, steps, goals, panels, " ".join(["python -m benchmarks", *flags])), sep="")
    missed = [goal.what for goal in goals if goal.verdict == "missed"]
    if missed:
        print("missed:", *missed, sep="\n  ")
    return 1 if missed and options.strict else 0


if __name__ == "__main__":
    sys.exit(main())
