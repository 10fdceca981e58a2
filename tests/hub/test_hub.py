"""The settings for a hub say what they should, and what larger classes need follows from what was measured.

The trial itself needs a hub, a proxy and minutes: ``python tests/hub/trial.py``.
"""

import re
from pathlib import Path

import report
from traitlets.config.loader import PyFileConfigLoader
from trial import ROOT, SETTINGS, Round

RESULTS = Path(__file__).with_name("RESULTS.md").read_text(encoding="utf-8")


def test_the_settings_add_to_those_that_are_there(tmp_path):
    (tmp_path / "hub.py").write_text(
        f"c = get_config()\nc.Spawner.environment = {{'MINE': 'stays'}}\nload_subconfig({str(SETTINGS)!r})\n"
    )
    spawner = PyFileConfigLoader("hub.py", str(tmp_path)).load_config().Spawner
    assert spawner.environment["MINE"] == "stays"
    assert {name for name, value in spawner.environment.items() if value == "1"} == {
        "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    }  # fmt: skip


def test_the_needs_follow_from_the_measurements():
    # Ten users, 200 MB each: half for the server, half for the kernel; 156 MB of RSS more than that in each part.
    part = (1000, 2560)
    now = {"hub": (100, 100), "proxy": (124, 124), "server": part, "kernel": part}
    one = Round(10, 1, memory=dict.fromkeys(("open", "run_all", "train"), now))
    spent = {"hub": 0, "proxy": 4, "server": 20, "kernel": 30, "clock": 27}
    one.cpu = dict.fromkeys(("open", "run_all", "train"), spent)
    thirty = report.needs(one)[2]
    # 1 GB + 30 * 200 MB * 1.5 + 224 MB = 10.007 GB; 54 of 27 seconds for ten is five to a core; 10 seconds each to begin.
    assert thirty == "| 30 | 11 GB | 6 | 2 | 50 s, or 150 s |"
    # 4 of 27 seconds for ten is 1.5 % of a core each.
    assert "takes 1.5% of a core of it, so that it is full when 68 train at once" in report.needs(one)[-1]
    # A server of 256 MB and three kernels of 500; at least a server and a kernel of 256 MB each.
    assert "1756 MB. That makes a limit of 2 GB for each person, and a guarantee of 512 MB" in report.limit(
        one, {"a": 500, "b": 100}
    )


def test_what_instructors_read_is_what_was_measured():
    section = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8").split("## With JupyterHub")[1].split("\n## ")[0]
    rows = re.findall(r"^\|.*\d.*\|$", section, flags=re.MULTILINE)
    assert len(rows) > 10
    assert [row for row in rows if row not in RESULTS] == []
