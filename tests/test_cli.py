"""The command line: what it says, what it ends with, and JupyterLab really started by it."""

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from waiting import PATIENCE, wait_for

from dlcourse import __version__, cli, datasets
from dlcourse.cli import doctor
from dlcourse.storage import places

ROOT = Path(__file__).parents[1]


def run(*arguments, **options):
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "dlcourse", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, **options)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Give a small course, as the current folder."""
    folder = tmp_path / "course"
    (folder / "notebooks").mkdir(parents=True)
    for name in ("00_start_here", "03_mnist_inference", "playground"):
        (folder / "notebooks" / f"{name}.ipynb").write_text(
            json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        )
    monkeypatch.chdir(folder)
    return folder.resolve()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Be in a folder without a course, with a package that was installed from a wheel."""
    monkeypatch.setattr(places, "__file__", str(tmp_path / "site-packages" / "dlcourse" / "storage" / "places.py"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def started(monkeypatch):
    """Do not start JupyterLab, but note the command and the environment it would have had."""
    notes = {}

    def note(command):
        notes.update(command=command, environment=dict(os.environ))
        return notes.get("code", 0)

    monkeypatch.setattr(cli.lab, "_wait_for", note)
    monkeypatch.setattr(doctor, "QUICK", ())
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for variable in doctor.THREAD_VARIABLES:
        os.environ.pop(variable, None)
    return notes


def test_help_names_every_command_and_is_quick():
    before = os.times()
    result = run("--help")
    after = os.times()
    assert result.returncode == 0
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1
    assert all(re.search(rf"^ +{command} ", result.stdout, flags=re.M) for command in ("lab", "doctor", "data"))
    code = "import sys, dlcourse.cli; print({'numpy', 'jupyterlab', 'dlcourse.cli.doctor'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"dlcourse {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["cook"], ["data"], ["data", "fetch"], ["data", "fetch", "cifar"], ["lab", "--threads", "0"],
        ["lab", "--threads", "many"], ["lab", "--port", "x"], ["doctor", "--", "--debug"], ["lab", "1", "2"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2_and_says_how_it_is_used(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    captured = capsys.readouterr()
    assert "usage: dlcourse" in captured.err and captured.out == ""


def test_an_error_is_one_message_on_stderr(tmp_path):
    result = run("lab", "no such notebook", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("dlcourse: ") and "Traceback" not in result.stderr


def test_ctrl_c_ends_without_a_traceback(monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "diagnose", interrupted)
    assert cli.main(["doctor"]) == 130


# ---- lab


def test_lab_opens_the_first_notebook(course, started):
    assert cli.main(["lab"]) == 0
    command = started["command"]
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={course}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    assert not [part for part in command if "port" in part or "browser" in part]


@pytest.mark.parametrize(
    ("wanted", "opened"),
    [
        ("3", "03_mnist_inference"), ("03", "03_mnist_inference"), ("0", "00_start_here"), ("play", "playground"),
        ("03_mnist_inference.ipynb", "03_mnist_inference"), ("notebooks/playground.ipynb", "playground"),
    ],
)  # fmt: skip
def test_lab_opens_a_chapter_by_number_name_or_file(wanted, opened, course, started):
    assert cli.main(["lab", wanted]) == 0
    assert f"--LabApp.default_url=/lab/tree/notebooks/{opened}.ipynb" in started["command"]
    assert f"--ServerApp.root_dir={course}" in started["command"]


def test_lab_opens_a_notebook_from_elsewhere_in_its_own_folder(course, started, tmp_path):
    (tmp_path / "mine.ipynb").write_text("{}")
    assert cli.main(["lab", str(tmp_path / "mine.ipynb")]) == 0
    assert f"--ServerApp.root_dir={tmp_path.resolve()}" in started["command"]
    assert "--LabApp.default_url=/lab/tree/mine.ipynb" in started["command"]


@pytest.mark.parametrize("wanted", ["7", "nothing", "0x", ""])
def test_lab_names_the_notebooks_there_are(wanted, course, started, capsys):
    assert cli.main(["lab", wanted]) == 1
    assert "00_start_here, 03_mnist_inference, playground" in capsys.readouterr().err
    assert not started


def test_lab_without_the_notebooks_says_what_is_missing(nowhere, started, capsys):
    assert cli.main(["lab"]) == cli.main(["lab", "3"]) == 1
    assert capsys.readouterr().err.count("download the course, and run dlcourse lab in its folder") == 2
    assert not started


def test_lab_passes_on_options_and_the_exit_code(course, started):
    started["code"] = 7
    assert cli.main(["lab", "--port", "8890", "--no-browser", "--", "--debug", "--x=1"]) == 7
    assert started["command"][-2:] == ["--debug", "--x=1"]
    assert {"--ServerApp.port=8890", "--no-browser"} < set(started["command"])


@pytest.mark.parametrize("user", [0, 1000])
def test_lab_lets_root_in_and_says_so(user, course, started, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    cli.main(["lab"])
    assert ("--allow-root" in started["command"]) == ("you are root" in capsys.readouterr().err) == (user == 0)


def test_lab_gives_each_kernel_one_thread_and_this_environments_kernel(course, started):
    cli.main(["lab"])
    environment = started["environment"]
    assert {environment[variable] for variable in doctor.THREAD_VARIABLES} == {"1"}
    assert environment["JUPYTER_PREFER_ENV_PATH"] == "1"


def test_lab_leaves_a_number_of_threads_that_the_user_has_set(course, started):
    os.environ["OMP_NUM_THREADS"] = "4"
    cli.main(["lab"])
    assert started["environment"]["OMP_NUM_THREADS"] == "4"
    assert "OPENBLAS_NUM_THREADS" not in started["environment"], "OpenBLAS would not look at the other one"


def test_lab_threads_goes_before_everything(course, started):
    os.environ["OMP_NUM_THREADS"] = "4"
    cli.main(["lab", "--threads", "2"])
    assert {started["environment"][variable] for variable in doctor.THREAD_VARIABLES} == {"2"}


def test_lab_stops_at_what_the_doctor_finds_unless_told_otherwise(course, started, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "QUICK", (lambda: doctor.Finding("kernel", False, "none", "make one"),))
    assert cli.main(["lab"]) == 1
    error = capsys.readouterr().err
    assert "PROBLEM  kernel  none" in error and "make one" in error and "--anyway" in error
    assert not started
    assert cli.main(["lab", "--anyway"]) == 0
    assert started


@pytest.fixture
def own_signals():
    """Put back what the command does to this process's signals."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_of_the_command_is_ours(code, own_signals):
    assert cli.lab._wait_for([sys.executable, "-c", f"raise SystemExit({code})"]) == code


@pytest.mark.skipif(os.name == "nt", reason="not on Windows: it knows no signals between processes")
def test_whoever_ends_us_ends_the_command_too(own_signals):
    ends_its_parent = "import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(600)"
    start = time.monotonic()
    assert cli.lab._wait_for([sys.executable, "-c", ends_its_parent]) == 128 + signal.SIGTERM
    assert time.monotonic() - start < PATIENCE


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def foreign_home(tmp_path, monkeypatch):
    """Give the user a kernel called python3 that starts nothing, as another installation may have left it."""
    folder = tmp_path / "home" / "data"
    (folder / "kernels" / "python3").mkdir(parents=True)
    spec = {"argv": ["/nonexistent/python", "-f", "{connection_file}"], "display_name": "Other", "language": "python"}
    (folder / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "home" / "config"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "home" / "runtime"))
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path / "home" / "settings"))
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path / "home" / "workspaces"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    for variable in doctor.THREAD_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "home"


@pytest.mark.skipif(os.name == "nt", reason="not on Windows: Ctrl-C cannot be sent to one process there")
def test_jupyterlab_really_starts_with_our_kernel_and_one_thread_and_stops_at_ctrl_c(course, foreign_home):
    port, token = free_port(), "secret"
    address = f"http://127.0.0.1:{port}"

    def ask(path, data=None):
        headers = {"Authorization": f"token {token}"}
        request = urllib.request.Request(f"{address}/{path}", data=data, headers=headers)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    return json.load(answer)
            except urllib.error.URLError as error:
                # The server prints its address a moment before it listens there.
                if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def wait_for_text(text):
        wait_for(lambda: text in log.read_text(encoding="utf-8") or process.poll() is not None, text)
        assert process.poll() is None, log.read_text(encoding="utf-8")

    log = foreign_home / "log"
    command = [sys.executable, "-m", "dlcourse", "lab", "--no-browser", f"--port={port}"]
    command += ["--", f"--IdentityProvider.token={token}"]
    terminal, its_end = os.openpty()
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdin=its_end, stdout=file, stderr=file, start_new_session=True)
    try:
        wait_for_text(f":{port}/lab/tree/notebooks/00_start_here.ipynb")
        names = [entry["name"] for entry in ask("api/contents/notebooks")["content"]]
        assert "00_start_here.ipynb" in names
        kernel = ask("api/kernels", data=b"{}")["id"]
        assert answer_of_kernel(foreign_home / "runtime" / f"kernel-{kernel}.json") == [sys.executable, "1"]
        # As a terminal does it: to the whole group. JupyterLab asks back, and takes a second one for a yes.
        os.killpg(process.pid, signal.SIGINT)
        wait_for_text("Shut down this Jupyter server")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0, log.read_text(encoding="utf-8")
        assert "Traceback" not in log.read_text(encoding="utf-8")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(terminal)
        os.close(its_end)


def answer_of_kernel(connection_file):
    """Ask a running kernel which Python it is, and how many threads it may take."""
    from jupyter_client import BlockingKernelClient

    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels(iopub=False, stdin=False, hb=False)
    try:
        threads = "__import__('os').environ['OPENBLAS_NUM_THREADS']"
        asked = {"python": "__import__('sys').executable", "threads": threads}
        answers = client.execute("", user_expressions=asked, reply=True, timeout=PATIENCE)["content"]["user_expressions"]
        return [ast.literal_eval(answers[name]["data"]["text/plain"]) for name in asked]
    finally:
        client.stop_channels()


# ---- doctor


FINE = doctor.Finding("python", True, "3.14")
BROKEN = doctor.Finding("kernel", False, "none", "make one")


@pytest.mark.parametrize(("findings", "code"), [([FINE], 0), ([FINE, BROKEN], 1)])
def test_doctor_says_what_it_found(findings, code, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "diagnose", lambda: findings)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert cli.main(["doctor"]) == code
    printed = capsys.readouterr().out
    assert doctor.report(findings) in printed
    assert ("dlcourse lab" in printed) == (code == 0)
    assert ("Not ready" in printed) == (code == 1)
    assert cli.main(["doctor", "--json"]) == code
    assert json.loads(capsys.readouterr().out)["ok"] == (code == 0)


def test_doctor_for_real(foreign_home):
    result = run("doctor", "--json", cwd=ROOT)
    written = json.loads(result.stdout)
    assert result.returncode == 0 and written["ok"], written
    assert len(written["findings"]) == len(doctor.FULL)


# ---- data


def test_data_fetch_says_where_it_is(monkeypatch, capsys):
    monkeypatch.setattr(datasets, "fetch", lambda name: Path("cache", name))
    assert cli.main(["data", "fetch", "fashion-mnist"]) == 0
    assert capsys.readouterr().out == f"fashion-mnist is in {Path('cache', 'fashion-mnist')}\n"


@pytest.mark.parametrize("kind", [ConnectionError, OSError, ValueError, RuntimeError, ImportError])
def test_data_fetch_says_what_went_wrong(kind, monkeypatch, capsys):
    def fail(name):
        raise kind(f"no mirror gives {name}")

    monkeypatch.setattr(datasets, "fetch", fail)
    assert cli.main(["data", "fetch", "mnist"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "dlcourse: no mirror gives mnist\n" and captured.out == ""


def test_data_where(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path))
    assert cli.main(["data", "where"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}\n"


def test_data_where_without_pooch(monkeypatch, capsys):
    monkeypatch.delenv("DLCOURSE_CACHE", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert cli.main(["data", "where"]) == 1
    assert capsys.readouterr().err.startswith("dlcourse: ")
