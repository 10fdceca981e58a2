"""What the walls hold when the audit hook is gone; and nothing runs without them unless the learners are trusted."""

import os
import shutil
import socket
import sys

import pytest
from breakouts import BREAKOUTS, left_over, results

from dlcourse.grading import walls
from dlcourse.grading.judge import Cell, Job, Limits, judge, judged

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: bubblewrap")


@pytest.mark.parametrize("name", BREAKOUTS)
def test_who_takes_the_hook_away_stands_before_walls(name, tmp_path):
    victim, before = tmp_path / "victim.txt", left_over()
    victim.write_text("mine")
    about = victim.stat()
    with socket.create_server(("127.0.0.1", 0)) as server:
        said = results(victim, server.getsockname()[1], [name])[name]
    assert said in ("", "gone: it wrote too much into its folder")
    assert victim.read_text() == "mine" and victim.stat().st_mode == about.st_mode
    assert victim.stat().st_mtime_ns == about.st_mtime_ns
    assert set(left_over()) <= set(before) and os.getpriority(os.PRIO_PROCESS, 0) < 20


JOB = Job([Cell("a", "relu = 3")], [("2.4", ("relu",), (0,), 0)])


@pytest.mark.parametrize("how", [judge, judged])
def test_nothing_runs_without_walls(how, monkeypatch):
    monkeypatch.setattr(walls, "problem", lambda: "bubblewrap is not installed")
    with pytest.raises(walls.Unprotected, match="bubblewrap is not installed"):
        how(JOB)
    result = how(Job(JOB.cells, JOB.exercises, Limits(trusted=True)))
    assert result.holds and "walls" not in result.holds and not result.verdicts["2.4"].right


def test_what_is_missing_is_said_with_what_to_do(monkeypatch):
    problem = walls.problem.__wrapped__
    assert problem() == ""
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert "apt install bubblewrap" in problem()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "container" in problem()


def test_a_bubblewrap_that_may_build_nothing_says_why(monkeypatch, tmp_path):
    refuses = tmp_path / "bwrap"
    refuses.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refuses.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(refuses))
    said = walls.problem.__wrapped__()
    assert "may not build walls here (bwrap: No permissions" in said and "namespaces" in said
