"""The judge's rules: what it does when a worker is gone, when a check stumbles, and when it is stopped itself."""

import io
import json
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from batches import LIMITS

from dlcourse.checks import NotYet, base
from dlcourse.grading import autograde, sources
from dlcourse.grading import judge as judging
from dlcourse.grading.judge import Cell, Job, Limits, judge, judged

RELU = ("2.4", ("relu",), (0, 5), 0)
SPREAD = ("2.6", ("spread",), (0,), 0)
RIGHT = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\nspread = 4.7"


def run(*texts, exercises=(RELU, SPREAD), limits=LIMITS, how=judge):
    return how(Job([Cell(f"c{place}", text) for place, text in enumerate(texts)], list(exercises), limits))


def kinds(result):
    return {number: verdict.kind or verdict.right for number, verdict in result.verdicts.items()}


@pytest.mark.parametrize("how", [judge, judged])
def test_right_and_wrong(how):
    result = run(RIGHT, "print('hello'); spread = 1.0; 1 / 0", how=how)
    assert kinds(result) == {"2.4": True, "2.6": "too small"}
    assert result.verdicts["2.6"].hint.startswith("2.6: not yet. With this spread")
    assert result.remarks == [] and result.holds["hook"]
    assert result.cells["c0"] == ("", None)
    assert [result.cells["c1"][0], list(result.cells["c1"][1])] == [
        "hello\n",
        ["ZeroDivisionError", "division by zero", 1],
    ]


def test_hidden_seeds_count():
    text = "n = 0\ndef relu(x):\n    global n\n    n += 1\n    return np.maximum(x, 0) if n < 60 else x"
    text = f"import numpy as np\n{text}"
    assert run(text, exercises=[("2.4", ("relu",), (0,), 0)]).verdicts["2.4"].right
    assert not run(text, exercises=[RELU]).verdicts["2.4"].right


def test_the_variant_counts():
    numbers = base.find("2.5").numbers(7)
    text = f"prediction = {{'points': {numbers['count']}, 'last': {numbers['last']}, 'has stop': False}}"
    assert kinds(run(text, exercises=[("2.5", ("prediction",), (0,), 7)])) == {"2.5": True}
    assert kinds(run(text, exercises=[("2.5", ("prediction",), (0,), 0)])) != {"2.5": True}


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (["spread = 4.7", "spread = 1.0"], True),  # a later cell uses the name again, for another answer
        (["spread = 1.0", "spread = 4.7"], False),  # a second guess
        (["spread = None", "spread = 4.7"], True),  # the answer was written further down
        (["pass", "spread = 4.7"], True),
        (["spread = None", "pass"], False),
    ],
)
def test_an_answer_is_what_the_name_holds_at_its_test(texts, right):
    before, after = texts
    job = Job([Cell("before", before, ("2.6",)), Cell("after", after)], [SPREAD], LIMITS)
    assert judge(job).verdicts["2.6"].right == right


# Three of the ten; the others with the slow tests.
@pytest.mark.gate
@pytest.mark.parametrize("chapter", [
    pytest.param(chapter, marks=() if chapter in (1, 5, 10) else pytest.mark.slow) for chapter in sources.chapters()
])  # fmt: skip
def test_a_whole_chapter_is_right_when_solved_and_empty_when_not(chapter):
    source = sources.read(chapter)
    released = nbformat.read(sources.released_file(chapter), 4)
    tests = [question.test for question in sources.questions(source) if question.test]
    for cell in source.cells:
        if cell.cell_type == "code" and not cell["id"].startswith("check-"):
            cell.source = sources.solution(cell)
    numbers = [".".join(test["id"].split("-")[1:]) for test in tests]
    solved, empty = (judged(autograde.job_of(notebook, tests, Limits())) for notebook in (source, released))
    assert [number for number in numbers if not solved.verdicts[number].right] == []
    assert [number for number in numbers if empty.verdicts[number].right] == []


def test_cells_that_end_their_process_are_left_out_in_steps():
    result = run(
        RIGHT, "import os\ndef helper(): pass\nos._exit(0)", "class A:\n    import os\n    os._exit(1)",
        "def relu(x): return helper() or np.maximum(x, 0)",
    )  # fmt: skip
    assert kinds(result) == {"2.4": True, "2.6": True}
    remarks = [remark.partition(";")[0] for remark in result.remarks]
    assert remarks[0] == "cell 2 (c1): it ended its process (exit code 0)"
    assert remarks[1:] == ["cell 3 (c2): it ended its process (exit code 1)"]
    assert list(result.cells["c1"][1]) == ["ProcessEnded", "it ended its process (exit code 0)", 0]


def test_the_time_for_a_whole_submission_ends():
    deaf = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    loops = [deaf] * 5
    result = run(RIGHT, *loops, limits=Limits(cell=1, exercise=1, submission=2, memory=1 << 30))
    assert kinds(result) == {"2.4": "time", "2.6": "time"}
    assert "2.4: the time for the whole submission was used up" in result.remarks


def test_an_answer_that_breaks_a_check_is_named_and_gets_nothing(monkeypatch):
    def stumbles(trial):
        raise RecursionError("too deep")

    broken = base.Exercise("2.4", "", "write it", 1, "", ("relu",), run=stumbles)
    monkeypatch.setattr(base, "find", lambda number, find=base.find: broken if number == "2.4" else find(number))
    result = run(RIGHT)
    assert kinds(result) == {"2.4": "broken", "2.6": True}
    assert result.remarks == ["2.4: the check could not deal with the answer (RecursionError: too deep)"]


@pytest.mark.parametrize(("fails", "right"), [(2, True), (3, False)])
def test_who_is_too_slow_is_asked_again(monkeypatch, fails, right):
    left = [fails]

    def sometimes_slow(trial):
        left[0] -= 1
        if left[0] >= 0:
            raise NotYet("2.4", "slow", "too slow")

    entry = base.Exercise("2.4", "", "write it", 1, "", ("relu",), run=sometimes_slow)
    monkeypatch.setattr(base, "find", lambda number: entry)
    assert run(RIGHT, exercises=[("2.4", ("relu",), (0,), 0)]).verdicts["2.4"].right is right


def test_how_it_is_written_is_not_asked_of_the_worker():
    loop = "def softmax(x):\n    y = np.array(x, dtype=float)\n    for r in y.reshape(-1, y.shape[-1]):\n        " \
           "r[...] = np.exp(r - r.max())\n        r /= r.sum()\n    return y"  # fmt: skip
    hides = "import inspect, linecache\ninspect.getsource = lambda thing: 'def softmax(x): pass'"
    exercise = ("2.2", ("softmax",), (0,), 0)
    assert kinds(run(RIGHT, loop, hides, exercises=[exercise])) == {"2.2": "loop"}
    around = "softmax = (lambda f: lambda x: f(x))(softmax)"
    assert kinds(run(RIGHT, loop, around, exercises=[exercise])) == {"2.2": "loop"}
    borrowed = "from numpy import tanh as my_tanh"
    assert kinds(run(RIGHT, borrowed, exercises=[("2.1", ("my_tanh",), (0,), 0)])) == {"2.1": "borrowed"}


LOOP = """
def slow(x):
    y = np.array(x, dtype=float)
    for r in y.reshape(-1, y.shape[-1]):
        r[...] = np.exp(r - r.max())
        r /= r.sum()
    return y
"""
SHOWN = """
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
"""
SOFTMAX = ("2.2", ("softmax",), (0,), 0)
TANH = ("2.1", ("my_tanh",), (0,), 0)
SIGMOID = ("2.3", ("sigmoid",), (0,), 0)


@pytest.mark.parametrize(
    "around",
    [
        "import __main__\n__main__.softmax = slow", "__import__('__main__').softmax = slow",
        "import sys\nsys._getframe().f_globals['softmax'] = slow", "globals()['softmax'] = slow",
        "import sys\nsys.modules['__main__'].softmax = slow", "softmax.__code__ = slow.__code__",
        "exec('softmax = slow')", "np.slow = slow\nsoftmax = np.slow", "setattr(np, 'slow', slow)\nsoftmax = np.slow",
        "def f():\n    global softmax\n    softmax = slow\nf()",
        "assert (softmax := slow)", "if (softmax := slow):\n    pass", "def f(x=(softmax := slow)):\n    pass",
        "for softmax in [slow]:\n    pass", "with __import__('contextlib').nullcontext(slow) as softmax:\n    pass",
        "(softmax := slow)", "match slow:\n    case softmax:\n        pass", "try:\n    import softmax\nexcept ImportError:\n    softmax = slow",
    ],
)  # fmt: skip
def test_a_name_that_is_set_around_the_text_does_not_hide_how_it_is_written(around):
    assert kinds(run(RIGHT, LOOP, SHOWN, exercises=[SOFTMAX])) == {"2.2": True}
    assert kinds(run(RIGHT, LOOP, SHOWN, around, exercises=[SOFTMAX])) == {"2.2": "loop"}


def test_what_is_put_into_numpy_is_gone_when_an_answer_is_judged():
    tanh = "np.exp = np.tanh\ndef my_tanh(x):\n    return np.exp(x)"
    assert kinds(run(RIGHT, tanh, exercises=[TANH])) != {"2.1": True}
    naive = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"
    quiet = """
import contextlib
@contextlib.contextmanager
def nothing(*args, **kwargs):
    yield
np.errstate = nothing
"""
    wrong = kinds(run(RIGHT, naive, exercises=[SIGMOID]))
    assert wrong != {"2.3": True} and kinds(run(RIGHT, quiet, naive, exercises=[SIGMOID])) != {"2.3": True}


class Stopped:
    """Stands for a judge's process that writes some lines and ends."""

    lines: list = []

    def __init__(self, *_args, **_kwargs):
        self.stdin, self.stdout = io.BytesIO(), io.BytesIO(b"".join(self.lines.pop(0)))

    def kill(self):
        pass

    wait = kill


def line(kind, what):
    return json.dumps([kind, what]).encode() + b"\n"


def test_a_judge_that_does_not_end_costs_the_exercise_it_was_at(monkeypatch):
    first = line("verdict", {"number": "2.4", "right": True, "kind": "", "hint": ""})
    last = line("verdict", {"number": "2.7", "right": True, "kind": "", "hint": ""})
    monkeypatch.setattr(Stopped, "lines", [[first], [last, line("holds", None)]])
    monkeypatch.setattr(subprocess, "Popen", Stopped)
    monkeypatch.setattr(judging.walls, "require", lambda: None)
    result = judged(Job([], [RELU, SPREAD, ("2.7", (), (), 0)], LIMITS))
    assert kinds(result) == {"2.4": True, "2.6": "broken", "2.7": True}
    assert result.remarks == ["2.6: judging it did not come to an end"]


def test_the_judges_command(monkeypatch, capsys):
    if sys.platform != "win32":
        monkeypatch.setattr("resource.setrlimit", lambda *_args: None)
    job = {"cells": [{"id": "a", "text": RIGHT}], "exercises": [RELU], "limits": vars(LIMITS)}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(job)))
    assert judging.main() == 0
    assert [json.loads(text)[0] for text in capsys.readouterr().out.splitlines()] == [
        "verdict",
        "cells",
        "remarks",
        "holds",
    ]


def test_warnings_and_overflows_of_the_judge_itself_are_no_mistake():
    large = f"import numpy as np\ndef relu(x): return np.full(np.shape(x), {np.finfo(float).max})"
    assert kinds(run(large, "spread = 4.7")) == {"2.4": "values", "2.6": True}
