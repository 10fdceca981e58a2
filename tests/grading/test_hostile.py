"""No submission earns a point that it has not earned, harms the others, or stops the batch."""

import dataclasses
import functools
import os
import socket
import sys
import time

import pytest
from hostile import FOR_HARM, FOR_POINTS

from dlcourse.grading import sources
from dlcourse.grading.judge import Cell, Job, Limits, judge

NUMBERS = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"]
LIMITS = Limits(cell=1, exercise=1.5, submission=60, memory=1 << 30)
# Where the machine is busy, right answers and the lines of a loop may need more than a second.
PATIENT = Limits(cell=20, exercise=30, submission=300, memory=1 << 30)
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="what holds elsewhere is said in INSTRUCTORS.md")
WRONG = """
def relu(x): return x
def sigmoid(x): return x
def softmax(x): return x
def my_tanh(x): return x
def swish(x): return x
def swish_grad(x): return x
prediction = {"points": 1, "last": 1, "has stop": True}
spread = 1.0
"""


@functools.cache
def parts(numbers=(*NUMBERS,)):
    source = sources.read(2)
    questions = [question for question in sources.questions(source) if question.number in numbers]
    right = [
        Cell(cell["id"], sources.solution(cell))
        for cell in source.cells
        if cell.cell_type == "code" and not cell["id"].startswith("check-")
    ]
    return right, [(question.number, question.names, (0, *question.hidden_seeds), 0) for question in questions]


@pytest.mark.parametrize("what", FOR_POINTS)
@needs_linux
def test_nothing_is_earned_without_an_answer(what):
    right, exercises = parts()
    before, after = [Cell("wrong", WRONG), Cell("attack", FOR_POINTS[what])], []
    if "patched" in what or "transformers" in what or "check" in what:
        before, after = before[1:], before[:1]
    result = judge(Job([right[0], *before, *after], exercises, LIMITS))
    assert [verdict.number for verdict in result.verdicts.values() if verdict.right] == []
    assert list(result.verdicts) == NUMBERS


@pytest.mark.gate
@pytest.mark.parametrize("what", FOR_HARM)
@needs_linux
def test_harm_costs_nobody_else(what, tmp_path):
    right, exercises = parts(("2.1", "2.4", "2.6"))
    text, spoils = FOR_HARM[what]
    before = children()
    gradebook, source = tmp_path / "gradebook.db", tmp_path / "source" / "02.ipynb"
    source.parent.mkdir()
    gradebook.write_text("grades")
    source.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = text.replace("GRADEBOOK", repr(str(gradebook))).replace("SOURCE", repr(str(source)))
        attack = Cell("attack", text.replace("PORT", str(server.getsockname()[1])))
        cells = [*right, attack] if spoils else [right[0], attack, *right[1:]]
        for limits in (LIMITS, PATIENT):
            start = time.monotonic()
            result = judge(Job(cells, exercises, limits))
            seconds = time.monotonic() - start
            wrong = [verdict.number for verdict in result.verdicts.values() if not verdict.right]
            if wrong == (["2.4"] if spoils else []):
                break
    assert wrong == (["2.4"] if spoils else []), result
    assert gradebook.read_text() == "grades" and source.read_text() == "secret"
    assert seconds < limits.submission, result.remarks
    assert set(children()) <= set(before), "a process of the submission is still there"
    error = result.cells["attack"][1]
    if what in ("reads the sources and writes the gradebook", "the network", "100 MB of output"):
        assert error is None, error
    if "output" in what:
        assert len(result.cells["attack"][0]) < 30_000


def children():
    """Give the processes that this one has started and that still run."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return file.read().split()


@needs_linux
def test_what_ran_out_of_time_is_named_and_ended_soon():
    right, exercises = parts()
    loop = Cell("loop", "def relu(x):\n    while True: pass")  # the check ends it, by the lines that have run
    assert judge(Job([*right, loop], [exercises[3]], PATIENT)).verdicts["2.4"].kind == "endless"
    loop = Cell("loop", "def relu(x):\n    return sum(range(10**12))")  # here no line runs
    start = time.monotonic()
    limits = dataclasses.replace(PATIENT, exercise=3)
    result = judge(Job([*right, loop], [exercises[3]], limits))
    assert result.verdicts["2.4"].kind == "time"
    assert result.remarks == ["2.4: it ran out of time"]
    assert time.monotonic() - start < limits.submission / 2, "not at the end of the submission's time, but of its own"
