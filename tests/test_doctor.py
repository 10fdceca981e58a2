"""The doctor: each check on this environment, and each check on one that is broken in the way it looks for."""

import importlib
import importlib.util
import json
import os
import shutil
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from dlcourse import datasets
from dlcourse.cli import doctor
from dlcourse.grading import walls
from dlcourse.storage import places

ALL_WELL = [check.__name__ for check in doctor.FULL]


def missing(name):
    raise metadata.PackageNotFoundError(name)


@pytest.fixture
def no_module(monkeypatch):
    """Make the import of a module fail, as if it were not installed."""

    def block(name):
        for loaded in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
            monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setitem(sys.modules, name, None)

    return block


@pytest.fixture
def jupyter(monkeypatch, tmp_path):
    """Give a folder where Jupyter looks first, before this environment's."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return tmp_path


def write_kernel(folder, argv):
    (folder / "kernels" / "python3").mkdir(parents=True)
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (folder / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))


@pytest.mark.parametrize("check", doctor.FULL, ids=ALL_WELL)
def test_this_environment_can_run_the_course(check):
    finding = check()
    assert finding.ok, finding
    assert finding.found


def test_python_outside_the_range(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    finding = doctor.check_python()
    assert not finding.ok
    assert finding.found.startswith("3.10.4")
    assert ">=3.11" in finding.advice and "new environment" in finding.advice


@pytest.mark.parametrize("check", [doctor.check_python, doctor.check_libraries])
def test_the_course_itself_is_not_installed(check, monkeypatch):
    monkeypatch.setattr(metadata, "metadata", missing)
    monkeypatch.setattr(metadata, "requires", missing)
    finding = check()
    assert not finding.ok
    assert finding.found == "dlcourse itself is not installed"
    assert "-m pip install -e ." in finding.advice


def test_a_library_that_is_missing_and_one_that_is_too_old(monkeypatch):
    real = metadata.version

    def version(name):
        if name == "tqdm":
            missing(name)
        return "1.26.4" if name == "numpy" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    finding = doctor.check_libraries()
    assert not finding.ok
    assert "tqdm is missing" in finding.found
    assert "numpy is 1.26.4, the course needs <3,>=2.0" in finding.found
    assert "matplotlib" not in finding.found
    assert sys.executable in finding.advice


def test_ranges_are_those_of_the_package_and_extras_are_left_out(monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda name: ["numpy>=99", "absent>=1; extra == 'oracles'"])
    found = doctor.check_libraries().found
    assert "needs >=99" in found and "absent" not in found


def test_a_library_that_does_not_load(monkeypatch):
    real = importlib.import_module

    def broken(name, *arguments):
        if name == "ipycanvas":
            raise ImportError("DLL load failed")
        return real(name, *arguments)

    monkeypatch.setattr(importlib, "import_module", broken)
    finding = doctor.check_imports()
    assert not finding.ok and finding.found == "ipycanvas: DLL load failed"


def test_a_kernel_of_another_python(jupyter):
    other = str(jupyter / "bin" / "python")
    write_kernel(jupyter, [other, "-m", "ipykernel_launcher", "-f", "{connection_file}"])
    finding = doctor.check_kernel()
    assert not finding.ok
    assert other in finding.found and str(jupyter) in finding.found
    assert "ipykernel install --sys-prefix" in finding.advice and "JUPYTER_PATH" in finding.advice


@pytest.mark.parametrize("argv", [["python"], ["python3"], [sys.executable]])
def test_a_kernel_of_this_python(argv, jupyter):
    write_kernel(jupyter, argv)
    assert doctor.check_kernel().ok


def test_a_link_to_this_python_from_elsewhere_is_another_python(jupyter):
    # A virtual environment is no more than that; its libraries are others.
    (jupyter / "bin").mkdir()
    try:
        (jupyter / "bin" / "python").symlink_to(sys.executable)
    except OSError:
        pytest.skip("not on Windows: links need a right that few users have")
    write_kernel(jupyter, [str(jupyter / "bin" / "python")])
    assert not doctor.check_kernel().ok


def test_a_kernel_that_is_damaged(jupyter):
    write_kernel(jupyter, [])
    assert not doctor.check_kernel().ok
    (jupyter / "kernels" / "python3" / "kernel.json").write_text('{"argv": [')
    finding = doctor.check_kernel()
    assert not finding.ok and "no usable kernel python3" in finding.found


def test_no_kernel_at_all(monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def none(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", none)
    finding = doctor.check_kernel()
    assert not finding.ok and "python3" in finding.found and finding.advice


@pytest.mark.parametrize(
    ("check", "module"),
    [
        (doctor.check_kernel, "jupyter_client"),
        (doctor.check_front_end, "jupyter_core"),
        (doctor.check_cache, "pooch"),
    ],
)  # fmt: skip
def test_a_library_that_a_check_itself_needs(check, module, no_module, monkeypatch):
    monkeypatch.delenv("DLCOURSE_CACHE", raising=False)
    no_module(module)
    finding = check()
    assert not finding.ok
    assert module in finding.found and "pip install" in finding.advice


@pytest.mark.parametrize("present", [[], ["ipywidgets"], ["ipycanvas"]])
def test_no_front_end_of_the_widgets(present, monkeypatch, tmp_path):
    for library in present:
        folder = tmp_path / doctor.FRONT_ENDS[library]
        folder.mkdir(parents=True)
        (folder / "package.json").write_text("{}")
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path)])
    finding = doctor.check_front_end()
    assert not finding.ok
    for library in doctor.FRONT_ENDS:
        assert (library in finding.found) == (library not in present)
        assert (library in finding.advice) == (library not in present)


@pytest.fixture
def copied_data(monkeypatch, tmp_path):
    """Give a copy of the bundled data that this package then reads."""
    folder = shutil.copytree(datasets.data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(datasets, "data_folder", lambda: folder)
    return folder


@pytest.mark.parametrize("file", ["mnist.npz", "fashion_mnist.npz"])
def test_bundled_data_that_is_damaged_or_gone(file, copied_data):
    content = bytearray((copied_data / file).read_bytes())
    content[len(content) // 2] ^= 0x10
    (copied_data / file).write_bytes(content)
    damaged = doctor.check_data()
    (copied_data / file).unlink()
    gone = doctor.check_data()
    for finding in (damaged, gone):
        assert not finding.ok
        assert file in finding.found and "Download the course again" in finding.advice


def test_stored_networks_that_are_damaged_or_gone(copied_data):
    path = min((copied_data / "weights").glob("*.npz"))
    path.write_bytes(path.read_bytes()[:-100])
    finding = doctor.check_data()
    assert not finding.ok and path.name in finding.found
    shutil.rmtree(copied_data / "weights")
    finding = doctor.check_data()
    assert not finding.ok and "no stored networks" in finding.found


def refuse(*_arguments, **_options):
    raise PermissionError(13, "Permission denied")


def test_folders_that_cannot_be_written_to(monkeypatch):
    # By a refusal that is made up: to root, every folder can be written to.
    monkeypatch.setattr(doctor.tempfile, "TemporaryDirectory", refuse)
    for check in (doctor.check_cache, doctor.check_notebooks):
        finding = check()
        assert not finding.ok
        assert finding.found.startswith("cannot write to") and "Permission denied" in finding.found
        assert finding.advice


def test_a_download_folder_that_is_a_file(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path / "file"))
    finding = doctor.check_cache()
    assert not finding.ok and "DLCOURSE_CACHE" in finding.advice


def test_a_download_folder_that_is_not_there_yet_is_not_made(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path / "a" / "b"))
    assert doctor.check_cache().ok
    assert list(tmp_path.iterdir()) == []


def test_no_notebooks(monkeypatch, tmp_path):
    monkeypatch.setattr(places, "__file__", str(tmp_path / "site-packages" / "dlcourse" / "storage" / "places.py"))
    monkeypatch.chdir(tmp_path)
    finding = doctor.check_notebooks()
    assert not finding.ok
    assert "00_start_here.ipynb" in finding.found and "Download the course" in finding.advice


@pytest.mark.parametrize(
    ("file", "hides"),
    [
        ("random.py", True), ("numpy.py", True), ("exercises/matplotlib.py", True), ("dlcourse/__init__.py", True),
        ("my_layers.py", False), ("random.txt", False), ("images/random.py", False), ("numpy/notes.txt", False),
    ],
)  # fmt: skip
def test_a_file_that_hides_a_library_is_named(file, hides, monkeypatch, tmp_path):
    path = tmp_path / "notebooks" / file
    path.parent.mkdir(parents=True)
    path.write_text("")
    (tmp_path / places.FIRST_NOTEBOOK).write_text("{}")
    monkeypatch.chdir(tmp_path)
    finding = doctor.check_notebooks()
    assert finding.ok is not hides
    if hides:
        shown = f"notebooks/{file.removesuffix('/__init__.py')}"
        assert finding.found == f"{shown} would be imported in place of the library of that name"
        assert "another name" in finding.advice


def test_the_course_is_found_from_inside_it_and_from_elsewhere(monkeypatch, tmp_path):
    inside = tmp_path / "copy" / "notebooks" / "mine"
    inside.mkdir(parents=True)
    (tmp_path / "copy" / "notebooks" / "00_start_here.ipynb").write_text("{}")
    assert places.course_folder(inside) == (tmp_path / "copy").resolve()
    monkeypatch.chdir(inside)
    assert places.course_folder() == (tmp_path / "copy").resolve()
    monkeypatch.setattr(places, "__file__", str(tmp_path / "copy" / "dlcourse" / "storage" / "places.py"))
    assert places.course_folder(Path(tmp_path.anchor)) == (tmp_path / "copy").resolve()


def test_a_full_disk(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=5_000_000))
    finding = doctor.check_disk()
    assert not finding.ok
    assert finding.found.startswith("5 MB") and "200 MB" in finding.advice


def test_grading_without_walls_is_said_and_is_no_problem_for_learners(monkeypatch):
    monkeypatch.setattr(walls, "problem", lambda: "bubblewrap is not installed: sudo apt install bubblewrap")
    finding = doctor.check_grading()
    assert finding.status == "note" and "apt install bubblewrap" in finding.advice
    monkeypatch.setattr(walls, "problem", lambda: "")
    assert doctor.check_grading().status == "ok" and "bubblewrap keeps" in doctor.check_grading().found
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert doctor.check_grading().status == "ok" and "only instructors" in doctor.check_grading().found


def test_threads_are_said_and_never_a_problem(monkeypatch):
    for variable in doctor.THREAD_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    free = doctor.check_threads()
    assert free.status == "note" and f"all {os.cpu_count()} cores" in free.found
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    limited = doctor.check_threads()
    assert limited.status == "ok" and limited.found == "OPENBLAS_NUM_THREADS=2"


FINDINGS = [
    doctor.Finding("kernel", True, "python3"),
    doctor.Finding("threads", True, "no limit", "set one"),
    doctor.Finding("disk", False, "5 MB", "free some"),
]


def test_the_report_for_a_person():
    assert doctor.report(FINDINGS).splitlines() == [
        "ok       kernel   python3",
        "note     threads  no limit",
        "                  -> set one",
        "PROBLEM  disk     5 MB",
        "                  -> free some",
    ]
    assert doctor.report([]) == ""


def test_the_report_for_a_program():
    written = json.loads(doctor.report_json(FINDINGS))
    assert written["ok"] is False
    assert [row["status"] for row in written["findings"]] == ["ok", "note", "problem"]
    assert written["findings"][2] == {
        "name": "disk", "ok": False, "found": "5 MB", "advice": "free some", "status": "problem"
    }  # fmt: skip
    assert json.loads(doctor.report_json(FINDINGS[:2]))["ok"] is True


def test_every_check_runs_in_order():
    calls = []
    checks = [lambda number=number: calls.append(number) or FINDINGS[number] for number in range(3)]
    assert doctor.diagnose(checks) == FINDINGS and calls == [0, 1, 2]
    assert set(doctor.QUICK) < set(doctor.FULL)
