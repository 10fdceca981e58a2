"""What all tests share: their threads, which of them run where, and the gate's rule about skipped tests.

* Every test, and every process that it starts, calculates with one thread: tests share the processors as files, and
  neither a result nor a time depends on how many there are.
* A test marked ``slow`` takes minutes: it is skipped unless DLCOURSE_SLOW=1.
* Under CI=true a skipped test fails the run, unless its reason is one of `MAY_SKIP`: what nobody runs guards nothing.
"""

import os
import re

import pytest

# NumPy reads these once, when it is imported, so they are set here, before any test is; what this process starts gets
# them too.
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))

# A reason that may be given, and when. The conditions are what .ci/run provides (the compared libraries, a browser,
# the full data): what is provided must be used.
MAY_SKIP = {
    r"^slow: ": lambda env: env.get("DLCOURSE_SLOW") != "1",
    r"^needs [\w.]+: pip install 'dlcourse\[oracles\]'": lambda env: env.get("DLCOURSE_REQUIRE_ORACLES") != "1",
    r"(?i)browser|chromium": lambda env: env.get("DLCOURSE_REQUIRE_BROWSER") != "1",
    r"full (Fashion-)?MNIST|DLCOURSE_DATA": lambda env: not env.get("DLCOURSE_DATA"),
    r"^not on (Windows|macOS|Linux)": lambda env: True,
    r"^only on (Windows|macOS|Linux)": lambda env: True,
}


def pytest_collection_modifyitems(items):
    """Skip what is slow, unless it is asked for."""
    if os.environ.get("DLCOURSE_SLOW") == "1":
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: set DLCOURSE_SLOW=1 to run it"))


def refused_skips(reports, env):
    """Give the skips, as ``(where, reason)``, that a gate with the environment `env` must not pass over."""
    refused = []
    for report in reports:
        if hasattr(report, "wasxfail"):
            refused.append((report.nodeid, f"xfail: {report.wasxfail}"))
            continue
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not any(re.search(pattern, reason) and allowed(env) for pattern, allowed in MAY_SKIP.items()):
            refused.append((report.nodeid, reason))
    return refused


def _refused(config):
    if os.environ.get("CI", "").lower() != "true":
        return []
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return []
    return refused_skips(reporter.stats.get("skipped", []) + reporter.stats.get("xfailed", []), os.environ)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail a gate in which a test was skipped without a reason that is allowed."""
    if exitstatus == 0 and _refused(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Say which skips failed the gate."""
    for where, reason in _refused(config):
        terminalreporter.write_line(f"FAILED, because skipped under CI=true: {where}: {reason}", red=True)
