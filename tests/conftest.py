"""What all tests share: their threads, the processors they are spread over, and what is said of those that did not run.

* Every test, and every process that it starts, calculates with one thread: tests share the processors as files, and
  neither a result nor a time depends on how many there are.
* A test marked ``slow`` takes minutes: it is skipped unless DLCOURSE_SLOW=1.
* One marked ``gate`` takes long: where all tests are asked for, it is skipped unless CI=true.
* What was skipped is named at the end, with the line that runs it.
* Under CI=true a skipped test fails the run, unless its reason is one of `SKIPS`: what nobody runs guards nothing.
"""

import contextlib
import gc
import importlib
import os
import pkgutil
import re
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

import hypothesis
import pytest

# NumPy reads these once, when it is imported, so they are set here, before any test is; what this process starts gets
# them too.
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
os.environ.update(dict.fromkeys(THREADS, "1"))
# jsonschema does without it, as long as no format of an address is looked at; reading its grammar takes a second.
sys.modules["rfc3987_syntax"] = None

# Where bytecode may not be kept, as in many images of machines, each of some hundred processes would compile all that it
# imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# The same examples at every run, and no time limit for one of them: other programs share the machine.
hypothesis.settings.register_profile("dlcourse", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("dlcourse")

ROOT = Path(__file__).parents[1]
# What takes longest begins first. Of these, the notebooks share nothing, and need not stay together.
FIRST = ("tests/test_notebooks.py", "tests/grading/test_answers.py", "tests/grading/test_mutants.py", "tests/test_widgets.py",
         "tests/test_languages.py")  # fmt: skip
ALONE = ("tests/test_notebooks.py",)
# Here no line that is counted is run that is not run elsewhere too, and counting takes half as long again. (To see anew
# which those are, run the others with --cov --cov-context=test.)
UNCOUNTED = (
    "tests/browser/", "tests/test_notebooks.py", "tests/test_playground", "tests/test_widget", "tests/test_site.py",
    "tests/test_handwriting.py::TestDoubt", "tests/grading/test_answers.py", "tests/grading/test_fuzz.py",
    "tests/grading/test_mutants.py", "tests/grading/test_outsiders.py", "tests/grading/test_walk.py",
    "tests/grading/test_into_the_explorer.py", "tests/grading/test_hostile.py::test_harm",
    "tests/grading/test_instructors.py::test_nbgraders_own", "tests/grading/test_judge.py::test_a_whole_chapter",
    "tests/grading/test_judge.py::test_a_name_that_is_set", "tests/grading/test_parts.py::test_each_name",
    "tests/grading/test_recognizing.py::test_words_beside", "tests/grading/test_worker.py::test_checks_say",
    "tests/grading/test_worker.py::test_the_machine_at_hand", "tests/test_architecture.py::test_importing_costs",
    "tests/test_architecture.py::test_what_is_never_used", "tests/test_languages.py::test_a_widget_says",
    "tests/test_languages.py::test_sentences_are", "tests/test_languages.py::test_the_solutions_are_right",
)  # fmt: skip

# A reason that may be given; when (the conditions are what .ci/run provides, and what is provided must be used); and
# the line that runs what was skipped.
RUN = "uv run --extra test pytest"
SKIPS = [
    (r"^the gate's: ", lambda env: env.get("CI") != "true", f"CI=true {RUN}"),
    (r"^slow: ", lambda env: env.get("DLCOURSE_SLOW") != "1", f"DLCOURSE_SLOW=1 {RUN} -m slow"),
    (
        r"^needs [\w.]+: pip install 'dlcourse\[oracles\]'", lambda env: env.get("DLCOURSE_REQUIRE_ORACLES") != "1",
        f"uv run python -m ensurepip && uv run python -m pip install ORACLES && {RUN}",
    ),
    (
        r"(?i)browser|chromium", lambda env: env.get("DLCOURSE_REQUIRE_BROWSER") != "1",
        f"sudo apt install chromium-headless-shell && {RUN} tests/browser",
    ),
    (
        r"full (Fashion-)?MNIST|DLCOURSE_DATA", lambda env: not env.get("DLCOURSE_DATA"),
        f"DLCOURSE_DATA=folder {RUN}  (a folder with mnist/ and fashion-mnist/ in it)",
    ),
    (r"^not on (Windows|macOS|Linux)", lambda env: True, "another system runs it"),
    (r"^only on (Windows|macOS|Linux)", lambda env: True, "another system runs it"),
]  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Let Python not look for garbage among ten thousand tests, again and again: they stay. And count no lines."""
    if session.config.pluginmanager.has_plugin("dsession"):  # the others collect
        return (yield)
    gc.disable()
    try:
        if session.config.pluginmanager.has_plugin("_cov"):  # the lines that a module runs when it is imported do count
            for module in pkgutil.walk_packages([str(ROOT / "dlcourse")], "dlcourse."):
                importlib.import_module(module.name)
        with uncounted(session.config):
            return (yield)
    finally:
        # Hypothesis asks the garbage collector who holds its random numbers, once, and would not find out any more.
        hypothesis.given(hypothesis.strategies.none())(lambda _nothing: None)()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config, items):
    """Begin with what takes longest; skip what is slow or the gate's, unless it is asked for."""
    order = {file: place for place, file in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(_file(item.nodeid), len(order)))
    skipped = {}
    if os.environ.get("DLCOURSE_SLOW") != "1":
        skipped["slow"] = "slow: set DLCOURSE_SLOW=1 to run it"
    if os.environ.get("CI") != "true" and not _chosen(config):
        skipped["gate"] = "the gate's: set CI=true, or name its file, to run it"
    for item in items:
        for name, reason in skipped.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Count no lines of a test, or of what it sets up, that is among `UNCOUNTED`."""
    with uncounted(item.config) if item.nodeid.startswith(UNCOUNTED) else contextlib.nullcontext():
        return (yield)


@contextlib.contextmanager
def uncounted(config):
    """Count no lines for coverage, for as long as a block takes."""
    plugin = config.pluginmanager.get_plugin("_cov")
    counter = plugin and plugin.cov_controller
    if not counter:
        yield
        return
    counter.pause()
    try:
        yield
    finally:
        counter.resume()


def _chosen(config):
    """Say whether somebody has asked for a file or a word, and not for all tests or a folder."""
    return bool(config.option.keyword) or not all(Path(name).is_dir() for name in config.args)


# ------------------------------------------------------------------------------------------- on how many processors


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """All processors for all tests or a folder; for a file or a word, starting them would take longer than the tests.

    Under CI one more: half of the gate's tests drive a browser, and a third of their time is waiting.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    if _chosen(config):
        return 0
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min((found or 1) + (os.environ.get("CI") == "true"), 8)  # each takes some hundred MB


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The tests of a file stay together, and share what they set up."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = _file(nodeid)
            return nodeid if file in ALONE else file

    return Scheduling(config, log) if config.option.dist == "loadfile" else None


def _file(nodeid):
    return nodeid.partition("::")[0]


# ------------------------------------------------------------------------------------------------- while they run


class Progress:
    """A line for each file that is done, one for each failure, and one where nothing was said for a while.

    Where files run side by side, dots say little.
    """

    def __init__(self, terminal):
        self.terminal, self.total = terminal, 0
        self.left, self.counts, self.said = Counter(), {}, time.monotonic()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids):
        if not self.total:
            self.left, self.total = Counter(map(_file, ids)), len(ids)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self):
        category, _letter, word = yield
        return category, "", word

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        file = _file(report.nodeid)
        counts = self.counts.setdefault(file, Counter())
        if report.failed:
            self.terminal.write_line(f"FAILED {report.nodeid}", red=True)
        if report.failed or report.skipped or report.when == "call":
            counts[report.outcome] += 1
        if report.when == "teardown":
            self.left[file] -= 1
            if not self.left[file] or time.monotonic() > self.said + 10:
                said = [f"{count} {outcome}" for outcome, count in counts.items()] + ["and on"] * bool(self.left[file])
                share = 100 - 100 * self.left.total() // self.total
                self.terminal.write_line(f"[{share:3d} %] {file}: {', '.join(said)}", red=counts["failed"] > 0)
                self.said = time.monotonic()


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    """Where several processes run the tests, say which file is done."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if config.pluginmanager.has_plugin("dsession") and terminal and config.option.verbose == 0:
        config.pluginmanager.register(Progress(terminal))


# ------------------------------------------------------------------------------------------------- what did not run


def reason_of(report):
    """Give why a test was skipped."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


def refused_skips(reports, env):
    """Give the skips, as ``(where, reason)``, that a gate with the environment `env` must not pass over."""
    refused = []
    for report in reports:
        if hasattr(report, "wasxfail"):
            refused.append((report.nodeid, f"xfail: {report.wasxfail}"))
        elif not any(re.search(pattern, reason_of(report)) and allowed(env) for pattern, allowed, _line in SKIPS):
            refused.append((report.nodeid, reason_of(report)))
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


def names(reports, ran):
    """Give what was skipped, a line for each file: the whole file, or its tests without their parameters."""
    found = {}
    for report in reports:
        file, _sep, test = report.nodeid.partition("::")
        found.setdefault(file, []).append(test.partition("[")[0])
    for file, tests in sorted(found.items()):
        some = ", ".join(dict.fromkeys(tests)) if file in ran else f"all {len(tests)} tests" if tests[0] else "all tests"
        yield f"{file}: {some}"


def how_to_run(reason):
    """Give the line that runs what was skipped for this reason."""
    line = next((line for pattern, _allowed, line in SKIPS if re.search(pattern, reason)), "")
    if "ORACLES" in line:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        oracles = project["optional-dependencies"]["oracles"]
        line = line.replace("ORACLES", " ".join(f'"{one}"' for one in oracles))
    return line


def pytest_terminal_summary(terminalreporter, config):
    """Name what was skipped, with the line that runs it; say which skips failed the gate."""
    stats = terminalreporter.stats
    ran = {_file(report.nodeid) for outcome in ("passed", "failed") for report in stats.get(outcome, [])}
    skipped = {}
    for report in stats.get("skipped", []):
        skipped.setdefault(how_to_run(reason_of(report)) or reason_of(report), []).append(report)
    if skipped:
        terminalreporter.section("not run here, and the line that runs it")
    for line, reports in skipped.items():
        terminalreporter.write_line(f"{reason_of(reports[0])}\n    {line}", bold=True)
        for name in names(reports, ran):
            terminalreporter.write_line(f"  {name}")
    for where, reason in _refused(config):
        terminalreporter.write_line(f"FAILED, because skipped under CI=true: {where}: {reason}", red=True)


# ----------------------------------------------------------------------------------------------------- after each


@pytest.fixture(autouse=True)
def nothing_is_kept():
    """Close the widgets that a test has made: ipywidgets keeps each of them, with its network and its history."""
    before = set(_widgets())
    yield
    for name, widget in _widgets().items():
        # ipycanvas has one for all canvases that there will ever be.
        if name not in before and type(widget).__name__ != "_CanvasManager":
            widget.close()


@pytest.fixture(autouse=True)
def the_limit_on_recursion_is_kept():
    """Put back what an answer has set: with a high limit, a file that is deep enough ends Python itself."""
    before = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(before)


def _widgets():
    module = sys.modules.get("ipywidgets.widgets.widget")
    return dict(module._instances) if module else {}
