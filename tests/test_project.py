"""What stands in two places says the same: README, gate, dependencies, links; and what is never committed."""

import ast
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement

from dlcourse.cli.doctor import THREAD_VARIABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GATE = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTS_WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"
PROSE = [path for path in ROOT.rglob("*.md") if not {".venv", "node_modules"} & set(path.relative_to(ROOT).parts)]


def readme_lines():
    """Give the two command lines that README.md begins with: to learn, to test."""
    return re.findall(r"^```sh\n(.+)\n```$", README, flags=re.M)


def test_readme_begins_with_two_lines():
    assert readme_lines() == ["pip install uv && uv run dlcourse lab", "pip install uv && uv run --extra test pytest"]


def test_the_gate_ends_with_the_readmes_test_line():
    lines = [line for line in GATE.splitlines() if line.strip()]
    assert lines[-1] == readme_lines()[1]
    assert "set -euo pipefail" in lines
    assert not re.search(r"\|\|\s*(true|:)", GATE)


def test_the_gate_installs_the_compared_libraries_through_pip():
    assert 'optional-dependencies"]["oracles"]' in GATE and '.venv/bin/python -m pip install --no-compile "${oracles[@]}"' in GATE
    assert "torch==2.13.0" in PROJECT["optional-dependencies"]["oracles"]
    needed = {Requirement(line).name for line in PROJECT["optional-dependencies"]["test"] + PROJECT["dependencies"]}
    assert "torch" not in needed, "uv would take CUDA with it"


def test_other_places_use_the_same_test_line():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"`{readme_lines()[1]}`" in contributing
    assert f"run: {readme_lines()[1]}" in TESTS_WORKFLOW.read_text(encoding="utf-8")


def test_environment_yml_is_in_step_with_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [Requirement(line) for line in environment["dependencies"] if isinstance(line, str)]
    conda = {item.name: item.specifier for item in listed if item.name not in ("python", "pip")}
    pip = {item.name: item.specifier for item in map(Requirement, PROJECT["dependencies"])}
    assert conda == pip
    (python,) = (item.specifier for item in listed if item.name == "python")
    assert python == Requirement(f"python{PROJECT['requires-python']}").specifier
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_every_dependency_has_a_lower_and_an_upper_bound():
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for extra in extras.values() for line in extra)]
    for line in lines:
        if line.startswith("dlcourse["):  # other extras of our own
            continue
        operators = {part.operator for part in Requirement(line).specifier}
        assert operators == {"=="} or operators == {">=", "<"}, line


def test_the_workflows_cover_what_we_promise():
    jobs = yaml.safe_load(TESTS_WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    newest = jobs["newest-libraries"]["strategy"]["matrix"]
    bounds = {part.operator: part.version for part in Requirement(f"python{PROJECT['requires-python']}").specifier}
    assert newest["python"] == [bounds[">="], f"3.{int(bounds['<'].split('.')[1]) - 1}"]
    assert {name.split("-")[0] for name in newest["os"]} == {"ubuntu", "macos", "windows"}
    assert jobs["oldest-libraries"]["env"]["UV_RESOLUTION"] == "lowest-direct"
    assert jobs["gate"]["steps"][-1]["run"] == "bash .ci/run"
    assert "schedule" in jobs["slow"]["if"]


def test_tests_calculate_with_one_thread_wherever_they_run():
    assert {os.environ.get(name) for name in THREAD_VARIABLES} == {"1"}
    x = np.ones((1500, 1500))
    before = time.process_time(), time.thread_time()
    for _ in range(3):
        x @ x
    together, here = time.process_time() - before[0], time.thread_time() - before[1]
    assert together < 1.3 * here, "NumPy was imported before tests/conftest.py said how many threads it may take"


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"(https?|mailto):|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), f"{target} does not exist"


def test_readme_shows_a_real_screenshot_with_words_for_who_cannot_see_it():
    words, picture = re.search(r"!\[([^\]]+)\]\(([^)]+)\)", README).groups()
    assert len(words) > 40
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_readme_names_every_notebook():
    linked = set(re.findall(r"\]\((notebooks/[^)]+\.ipynb)\)", README))
    here = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "exercises").glob("*.ipynb")]
    assert linked == {path.relative_to(ROOT).as_posix() for path in here}


def committed():
    """Give the files under version control; of an unpacked archive, which has none, every file that could be."""
    if shutil.which("git"):
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True)
        if listed.returncode == 0:
            return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    left_out = {".venv", "node_modules", ".git", ".pytest_cache", ".hypothesis", "__pycache__", "uv.lock"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not left_out & set(path.relative_to(ROOT).parts)]


def test_no_lock_file_is_committed():
    # It records the address of the server that somebody's packages came from.
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    locks = {"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "yarn.lock", "pylock.toml"}
    assert not {path.name for path in committed()} & locks


def test_no_registry_is_named():
    # In pieces, so that this file does not name them either.
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "deb.deb" + "ian.org", "anaconda" + ".org"]
    for path in committed():
        if path.suffix in {".npz", ".png", ".gz", ".mo"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [host for host in hosts if host in text], path


def test_the_licences_are_said_plainly():
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    prose = (ROOT / "LICENSE-prose.md").read_text(encoding="utf-8")
    assert "Creative Commons Attribution 4.0 International Public License" in prose
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-prose.md"]


SKIPS = {
    "other": "pytest.skip('no time today')",
    "expected": "pytest.xfail('known')",
    "gate": "pytest.skip(\"the gate's: set CI=true, or name its file, to run it\")",
    "slow": "pytest.skip('slow: set DLCOURSE_SLOW=1 to run it')",
    "compared": "pytest.skip(\"needs scipy.ndimage: pip install 'dlcourse[oracles]'\")",
    "browser": "pytest.skip('needs a Chromium browser')",
    "data": "pytest.skip('needs the full MNIST: set DLCOURSE_DATA')",
    "nothing": "pass",
}
PROVIDED = dict.fromkeys(
    ["DLCOURSE_SLOW", "DLCOURSE_REQUIRE_ORACLES", "DLCOURSE_REQUIRE_BROWSER", "DLCOURSE_DATA"], "1"
)


def run_elsewhere(tmp_path, files, *arguments, **environment):
    """Run tests of another folder as ours are run, and give the process and what it printed."""
    folder = tmp_path / "tests"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in files.items():
        (folder / name).write_text(text)
    kept = {name: value for name, value in os.environ.items() if not re.match("CI$|DLCOURSE_|PYTEST_", name)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "no:cacheprovider", *arguments],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
        env={**kept, **environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "refused"),
    [
        (PROVIDED, set()),
        ({"CI": "true"}, {"other", "expected", "gate"}),
        ({"CI": "true"} | PROVIDED, {"other", "expected", "gate", "slow", "compared", "browser", "data"}),
    ],
    ids=["at home", "a gate", "a gate with everything"],
)
def test_a_gate_fails_at_a_skip_that_is_not_allowed(environment, refused, tmp_path):
    tests = "".join(f"\n\ndef test_{name}():\n    {line}\n" for name, line in SKIPS.items())
    result = run_elsewhere(tmp_path, {"test_skips.py": "import pytest\n" + tests}, "-n0", **environment)
    assert result.returncode == (1 if refused else 0), result.stdout
    assert set(re.findall(r"FAILED, because skipped under CI=true: \S+::test_(\w+)", result.stdout)) == refused
    named = re.findall(r"^(.+)\n  tests/test_skips.py: test_(\w+)$", result.stdout, flags=re.M)
    assert {name for _line, name in named} == set(SKIPS) - {"expected", "nothing"}
    assert dict(map(reversed, named))["slow"] == "    DLCOURSE_SLOW=1 uv run --extra test pytest -m slow"


def test_what_coverage_leaves_out_is_there():
    tree = ast.parse((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    uncounted = next(ast.literal_eval(node.value) for node in tree.body
                     if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "UNCOUNTED")  # fmt: skip
    for entry in uncounted:
        file, _sep, test = entry.partition("::")
        found = [path.read_text(encoding="utf-8") for path in ROOT.glob(f"{file}*") if path.suffix == ".py"]
        assert found and any(re.search(rf"^(def|class) {test}", text, re.MULTILINE) for text in found), entry


def test_the_gates_tests_run_in_the_gate_or_when_their_file_is_named(tmp_path):
    files = {"test_one.py": "import pytest\n\n@pytest.mark.gate\ndef test_long():\n    assert False\n"}
    for arguments, environment, outcome in (
        ((), {}, "1 skipped"), (("tests",), {}, "1 skipped"), ((), {"CI": "true"}, "1 failed"),
        (("tests/test_one.py",), {}, "1 failed"), (("-k", "long"), {}, "1 failed"),
    ):  # fmt: skip
        run = run_elsewhere(tmp_path, files, *arguments, PYTEST_XDIST_AUTO_NUM_WORKERS="1", **environment)
        assert outcome in run.stdout, (arguments, environment, run.stdout)


def test_a_whole_run_says_which_files_are_done_and_a_file_needs_no_other_process(tmp_path):
    good = "import pytest\n\n@pytest.mark.parametrize('i', range(9))\ndef test_good(i):\n    pass\n"
    files = {"test_good.py": good, "test_bad.py": "def test_bad():\n    assert False\n"}
    whole = run_elsewhere(tmp_path, files, PYTEST_XDIST_AUTO_NUM_WORKERS="2")
    assert whole.returncode == 1
    assert "2 workers" in whole.stdout and "FAILED tests/test_bad.py::test_bad\n" in whole.stdout
    done = re.findall(r"^\[ *(\d+) %\] (\S+: .+)$", whole.stdout, flags=re.M)
    assert {"tests/test_bad.py: 1 failed", "tests/test_good.py: 9 passed"} <= {file for _share, file in done}
    assert done[-1][0] == "100"
    part = run_elsewhere(tmp_path, files, "tests/test_good.py")
    assert part.returncode == 0
    assert "workers" not in part.stdout and "tests/test_good.py ........." in part.stdout


def test_a_process_that_dies_ends_the_run_and_fails_it(tmp_path):
    files = {"test_first.py": "import os\n\ndef test_dies():\n    os.kill(os.getpid(), 9)\n",
             "test_second.py": "def test_good():\n    pass\n"}  # fmt: skip
    whole = run_elsewhere(tmp_path, files, PYTEST_XDIST_AUTO_NUM_WORKERS="1")
    assert whole.returncode == 1 and "crashed while running 'tests/test_first.py::test_dies'" in whole.stdout
