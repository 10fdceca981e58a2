"""The command of the benchmarks runs, and writes its tables and pictures."""

import json
import subprocess
import sys
from pathlib import Path

from oracles import need
from waiting import PATIENCE

need("torch")
need("sklearn")

ROOT = Path(__file__).parents[1]


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_the_command_measures_and_writes_its_page(tmp_path):
    result = run("-m", "benchmarks", "--quick", "--only", "784-50-10", "--out", str(tmp_path))
    assert result.returncode == 0, result.stderr
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| 784-50-10, SGD |"))
    cells = [cell.strip(" *") for cell in row.split("|")[2:-1]]
    low, high = map(float, cells.pop(2).split(" to "))
    pytorch_ms, ours, products, scikit_learn = map(float, cells)
    assert pytorch_ms > 0 and 0 < products < ours < 3 and scikit_learn > 0
    assert low <= ours + 0.01 and ours <= high + 0.01  # the table rounds
    assert "| 784-50-10, SGD ÷ PyTorch |" in page and "| 784-50-10, SGD ÷ PyTorch |" in result.stdout
    assert "NumPy's products: " in page and "NumPy's products: unknown" not in page
    for picture in ("steps.svg", "growth.svg"):
        assert f"]({picture})" in page
        assert "</svg>" in (tmp_path / picture).read_text(encoding="utf-8")


GOALS = """
import json
from benchmarks import goals, measures

names = list(measures.STEPS)
goal = goals.Goal.of("784-50-10, SGD ÷ PyTorch", [0.4, 0.5, 0.7, 0.8, 0.9])
print(json.dumps([list(goals.GOALS.items()), names, goal.value, goal.spread]))
"""


def test_the_goals_stand_in_one_table():
    goals, names, value, spread = json.loads(run("-c", GOALS).stdout)
    assert all(0 < aim <= must for _, (must, aim) in goals)
    assert {f"{name} ÷ PyTorch" for name in names} <= dict(goals).keys()
    assert (value, spread) == (0.7, [0.5, 0.8])  # the median, and the middle half


EXIT_CODES = """
from benchmarks import __main__, measures

def main(value, *flags):
    goal = measures.Goal("784-50-10, SGD ÷ PyTorch", value, (value - 0.01, value + 0.01))
    measures.steps = lambda seconds, names: [measures.Step("784-50-10, SGD", 1.0, value, 0.3, None, (goal,))]
    return __main__.main(["--quick", "--only", "784-50-10", *flags])

codes = [main(0.52, "--strict"), main(0.53), main(0.53, "--strict")]
print("exit codes", codes)
__main__.main(["--only", "no such network"])
"""


def test_strict_fails_where_a_must_is_missed_and_an_unknown_network_is_refused():
    result = run("-c", EXIT_CODES)
    assert "exit codes [0, 0, 1]" in result.stdout, result.stderr
    assert "784-50-10, SGD: 0.53 (0.52 to 0.54) of PyTorch's 1.00 ms" in result.stdout
    assert "missed:\n  784-50-10, SGD ÷ PyTorch" in result.stdout
    assert result.returncode == 2
    assert "no such network; there are 784-50-10, SGD" in result.stderr


TRAINING = """
import numpy as np
import torch
from benchmarks import others

rng = np.random.default_rng(0)
x = rng.standard_normal((250, 4)).astype(np.float32)
np.savez("{data}", x=x, t=(x[:, 0] > 0).astype(np.int64))
layers = [("Affine", {{"W": np.zeros((4, 2), np.float32), "b": np.zeros(2, np.float32)}}, {{}})]
call = others.pytorch_training(layers, "{data}", 20, [0.05] * 60, 25)
losses = [call() / n for n in (25, 25, 10)]
print(losses[0] > losses[1] > losses[2], losses[2] < 0.4, call())
"""


def test_pytorch_takes_the_steps_of_a_training_in_turns(tmp_path):
    result = run("-c", TRAINING.format(data=tmp_path / "set.npz"))
    assert result.stdout.split() == ["True", "True", "0"], result.stderr  # after the last step there is none
