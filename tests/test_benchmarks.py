"""The command of the benchmarks runs, and writes its tables and pictures."""

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
    pytorch_ms, ours, products, scikit_learn = (float(cell.strip(" *")) for cell in row.split("|")[2:-1])
    assert pytorch_ms > 0 and 0 < products < ours < 3 and scikit_learn > 0
    assert "| 784-50-10, SGD ÷ PyTorch |" in page and "| 784-50-10, SGD ÷ PyTorch |" in result.stdout
    for picture in ("steps.svg", "growth.svg"):
        assert f"]({picture})" in page
        assert "</svg>" in (tmp_path / picture).read_text(encoding="utf-8")


EXIT_CODES = """
from benchmarks import __main__, measures

def main(value, *flags):
    goal = measures.Goal("784-50-10, SGD ÷ PyTorch", value, 0.75, 0.5)
    measures.steps = lambda seconds, names: [measures.Step("784-50-10, SGD", 1.0, value, 0.3, None, (goal,))]
    return __main__.main(["--quick", "--only", "784-50-10", *flags])

codes = [main(0.7, "--strict"), main(0.8), main(0.8, "--strict")]
print("exit codes", codes)
__main__.main(["--only", "no such network"])
"""


def test_strict_fails_where_a_must_is_missed_and_an_unknown_network_is_refused():
    result = run("-c", EXIT_CODES)
    assert "exit codes [0, 0, 1]" in result.stdout
    assert "missed:\n  784-50-10, SGD ÷ PyTorch" in result.stdout
    assert result.returncode == 2
    assert "no such network; there are 784-50-10, SGD" in result.stderr
