"""Says in plain words whether this environment can run the course, and what to do if it cannot.

Each check is a function that returns one `Finding`. Version ranges are read from the installed package itself
(they come from ``pyproject.toml``), so nothing is written down twice.
"""

import importlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from dlcourse import text
from dlcourse.storage.places import FIRST_NOTEBOOK, course_folder
from dlcourse.text import _, joined, padded, places

__all__ = ["FULL", "QUICK", "Finding", "diagnose", "report", "report_json"]

# Without it Jupyter may prefer a kernel or a widget front end from the user's home folder, installed there by
# some other Python, to the ones of this environment.
JUPYTER_ENVIRONMENT = {"JUPYTER_PREFER_ENV_PATH": "1"}

# OpenBLAS, Intel MKL, OpenMP, and Apple's Accelerate (NumPy's wheels for macOS).
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

# The widgets' halves that run in the browser: who installs them, and the folder they are installed in.
FRONT_ENDS = {"ipywidgets": "@jupyter-widgets/jupyterlab-manager", "ipycanvas": "ipycanvas"}

# The full MNIST and Fashion-MNIST take 45 MB; a few saved notebooks and networks as much again.
ENOUGH_DISK_MB = 200


@dataclass(frozen=True)
class Finding:
    """What one check found: fine (`ok`), fine with an advice (a note), or not fine, with what to do."""

    name: str
    ok: bool
    found: str
    advice: str = ""

    @property
    def status(self) -> str:
        """``"ok"``, ``"note"`` or ``"problem"``."""
        if not self.ok:
            return "problem"
        return "note" if self.advice else "ok"


def check_python() -> Finding:
    """Is this Python in the range that the course supports?"""
    from packaging.specifiers import SpecifierSet

    name, running = _("Python"), ".".join(map(str, sys.version_info[:3]))
    try:
        wanted = metadata.metadata("dlcourse")["Requires-Python"]
    except metadata.PackageNotFoundError:
        return Finding(name, False, _("dlcourse itself is not installed"), _install_advice())
    if SpecifierSet(wanted).contains(running, prereleases=True):
        return Finding(name, True, f"{running} ({sys.executable})")
    advice = _("Make a new environment with a Python in the range {range}, and install the course there.")
    return Finding(name, False, f"{running} ({sys.executable})", advice.format(range=wanted))


def check_libraries() -> Finding:
    """Is every library there, in a version that the course supports?"""
    from packaging.requirements import Requirement

    name, good, bad = _("libraries"), [], []
    try:
        wanted = [Requirement(line) for line in metadata.requires("dlcourse") or []]
    except metadata.PackageNotFoundError:
        return Finding(name, False, _("dlcourse itself is not installed"), _install_advice())
    for requirement in wanted:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            bad.append(_("{library} is missing").format(library=requirement.name))
            continue
        if requirement.specifier.contains(version, prereleases=True):
            good.append(f"{requirement.name} {version}")
        else:
            found = _("{library} is {version}, the course needs {range}")
            bad.append(found.format(library=requirement.name, version=version, range=requirement.specifier))
    if bad:
        return Finding(name, False, joined(bad, "; "), _install_advice())
    return Finding(name, True, joined(good, ", "))


def check_imports() -> Finding:
    """Do the libraries that the notebooks use really load?"""
    name, broken = _("imports"), []
    for library in ("numpy", "matplotlib", "ipywidgets", "ipycanvas", "ipykernel", "jupyterlab"):
        try:
            importlib.import_module(library)
        except (ImportError, OSError) as error:
            broken.append(f"{library}: {error}")
    if broken:
        return Finding(name, False, joined(broken, "; "), _install_advice())
    return Finding(name, True, _("every library loads"))


def check_kernel() -> Finding:
    """Will a notebook run in this Python, and not in another one that Jupyter knows of?"""
    name = _("kernel")
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        return Finding(name, False, str(error), _install_advice())
    repair = _("Run: {command}").format(command=f'"{sys.executable}" -m ipykernel install --sys-prefix')
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except (NoSuchKernel, json.JSONDecodeError, OSError) as error:
        return Finding(name, False, _("Jupyter finds no usable kernel python3: {error}").format(error=error), repair)
    command = spec.argv[0] if spec.argv else ""
    # Jupyter replaces a bare "python" by its own interpreter. Symbolic links are not followed on purpose:
    # the Python of a virtual environment is often a link to the one it was made from.
    bare = command in ("python", "python3", f"python3.{sys.version_info.minor}")
    folders = [os.path.normcase(os.path.dirname(os.path.abspath(path))) for path in (command, sys.executable)]
    if bare or folders[0] == folders[1]:
        return Finding(name, True, _("python3 runs {python}").format(python=sys.executable))
    found = _("the kernel python3 of {folder} runs {other}, not this environment's Python")
    repair = joined([repair, _("If that changes nothing, remove the other kernel, or unset JUPYTER_PATH.")])
    return Finding(name, False, found.format(folder=spec.resource_dir, other=command or _("nothing")), repair)


def check_front_end() -> Finding:
    """Are the widgets' halves that run in the browser where JupyterLab looks for them?"""
    name = _("widgets")
    try:
        from jupyter_core.paths import jupyter_path
    except ImportError as error:
        return Finding(name, False, str(error), _install_advice())
    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [
        library
        for library, extension in FRONT_ENDS.items()
        if not any((folder / extension / "package.json").is_file() for folder in folders)
    ]
    if not missing:
        return Finding(name, True, _("JupyterLab finds the sliders and the canvas"))
    libraries = " ".join("ipywidgets jupyterlab_widgets" if item == "ipywidgets" else item for item in missing)
    found = _("JupyterLab finds no front end of {libraries}, so sliders would not appear")
    advice = _("Run: {command}, then start JupyterLab again.")
    command = f'"{sys.executable}" -m pip install --force-reinstall --no-deps {libraries}'
    return Finding(name, False, found.format(libraries=joined(missing, ", ")), advice.format(command=command))


def check_data() -> Finding:
    """Are the bundled digits, clothes and stored networks there and undamaged?"""
    from dlcourse import datasets
    from dlcourse.storage import bundled

    name = _("bundled data")
    try:
        sizes = [
            sum(len(labels) for _images, labels in load(normalize=False))
            for load in (datasets.load_mnist, datasets.load_fashion_mnist)
        ]
        # Every number is compared with what came with the course, by its sha256.
        networks = [bundled.read_bundled(path) for path in sorted((datasets.data_folder() / "weights").glob("*.npz"))]
    except (OSError, ValueError) as error:
        return Finding(name, False, str(error), _restore_advice())
    if not networks:
        return Finding(name, False, _("no stored networks in {folder}").format(folder="weights"), _restore_advice())
    found = _("{digits} digits, {clothes} pieces of clothing and {networks} trained networks, undamaged")
    return Finding(name, True, found.format(digits=sizes[0], clothes=sizes[1], networks=len(networks)))


def check_cache() -> Finding:
    """Can the full data sets be kept where they are downloaded to?"""
    from dlcourse import datasets

    name = _("download folder")
    try:
        folder = datasets.cache_folder()
    except ImportError as error:
        return Finding(name, False, str(error), _install_advice())
    return _writable(name, folder, _("Make that folder writable, or set DLCOURSE_CACHE to a folder of yours."))


def check_notebooks() -> Finding:
    """Are the notebooks there, and can what a learner writes be saved?"""
    name, folder = _("notebooks"), course_folder()
    if folder is None:
        advice = _("The notebooks are not part of the installed package. Download the course; run this in its folder.")
        return Finding(name, False, _("no {notebook} here").format(notebook=FIRST_NOTEBOOK.as_posix()), advice)
    notebooks = folder / FIRST_NOTEBOOK.parent
    # A notebook finds modules in its own folder first: random.py there is what every library gets for "import random".
    libraries = {*sys.stdlib_module_names, *metadata.packages_distributions()}
    beside = [path for where in (notebooks, notebooks / "exercises") for path in sorted(where.glob("*"))]
    modules = [path for path in beside if path.suffix == ".py" or (path / "__init__.py").is_file()]
    if hiding := [path.relative_to(folder).as_posix() for path in modules if path.stem in libraries]:
        found = _("{files} would be imported in place of the library of that name").format(files=joined(hiding, ", "))
        return Finding(name, False, found, _("Give it another name, or move it to another folder."))
    advice = _("Copy the course to a folder of yours, and start it there.")
    return _writable(name, notebooks, advice)


def check_disk() -> Finding:
    """Is there room for the full data sets and for saved work?"""
    name, folder = _("free disk"), course_folder() or Path.cwd()
    free = shutil.disk_usage(folder).free // 10**6
    found = _("{free} MB in {folder}").format(free=free, folder=folder)
    if free >= ENOUGH_DISK_MB:
        return Finding(name, True, found)
    return Finding(name, False, found, _("Free at least {need} MB, or move the course.").format(need=ENOUGH_DISK_MB))


def check_threads() -> Finding:
    """How many threads will a matrix product take?"""
    name = _("threads")
    found = joined((f"{name}={os.environ[name]}" for name in THREAD_VARIABLES if os.environ.get(name)), ", ")
    if found:
        return Finding(name, True, found)
    found = _("no limit set, so each kernel may take all {cores} cores")
    advice = _("dlcourse lab sets one thread for each kernel; more gain little, and cost much on a busy machine.")
    return Finding(name, True, found.format(cores=os.cpu_count()), advice)


def check_grading() -> Finding:
    """Can learners' code be kept in its place while it is graded? Only instructors need that."""
    name = _("grading")
    if importlib.util.find_spec("nbgrader") is None:
        return Finding(name, True, _("nbgrader is not installed, and only instructors need it"))
    from dlcourse.grading import walls

    why = walls.problem()
    if why:
        return Finding(name, True, _("no walls around what learners hand in, so nothing is graded yet"), why)
    return Finding(name, True, _("bubblewrap keeps what learners hand in away from your files"))


def check_language() -> Finding:
    """Are the course's words there in the language in use, and JupyterLab's?"""
    name, here = _("language"), text.language()
    if here == "en":
        return Finding(name, True, text.LANGUAGES[here])
    if not (text.FOLDER / here / "LC_MESSAGES" / "dlcourse.mo").is_file():
        return Finding(name, True, _("the course's translated words are not installed"), _install_advice())
    if importlib.util.find_spec(f"jupyterlab_language_pack_{here}") is None:
        advice = _("JupyterLab's own menus are in English; to change that: {command}, then choose it under Settings.")
        command = f'"{sys.executable}" -m pip install jupyterlab-language-pack-{here.replace("_", "-")}'
        return Finding(name, True, text.LANGUAGES[here], advice.format(command=command))
    return Finding(name, True, text.LANGUAGES[here])


QUICK: tuple[Callable[[], Finding], ...] = (check_python, check_libraries, check_kernel, check_front_end)
FULL: tuple[Callable[[], Finding], ...] = (
    *QUICK, check_imports, check_data, check_cache, check_notebooks, check_disk, check_threads,
    check_grading, check_language,
)  # fmt: skip


def diagnose(checks: Iterable[Callable[[], Finding]] = FULL) -> list[Finding]:
    """Run the checks, one after the other.

    Parameters
    ----------
    checks : iterable of functions
        `QUICK` (well under a second), or `FULL`.

    Returns
    -------
    list of Finding
        One for each check, in their order.
    """
    return [check() for check in checks]


def report(findings: Iterable[Finding]) -> str:
    """Write the findings for a person: one line each, and what to do under those that need it."""
    findings = list(findings)
    words = {"ok": _("ok"), "note": _("note"), "problem": _("PROBLEM")}
    marks, names = max(map(places, words.values())), max((places(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{padded(words[finding.status], marks)}  {padded(finding.name, names)}  {finding.found}")
        if finding.advice:
            lines.append(f"{'':{marks}}  {'':{names}}  -> {finding.advice}")
    return "\n".join(lines)


def report_json(findings: Iterable[Finding]) -> str:
    """Write the findings for a program: ``{"ok": ..., "findings": [{"name": ..., "status": ...}, ...]}``."""
    findings = list(findings)
    rows = [{**asdict(finding), "status": finding.status} for finding in findings]
    return json.dumps({"ok": all(finding.ok for finding in findings), "findings": rows}, indent=2, ensure_ascii=False)


def _install_advice() -> str:
    advice = _("In the course's folder, run: {command} (with uv: uv sync).")
    return advice.format(command=f'"{sys.executable}" -m pip install -e .')


def _restore_advice() -> str:
    return _("Download the course again, or restore its folder data (git checkout -- data), and install it again.")


def _writable(name: str, folder: Path, advice: str) -> Finding:
    # Only an attempt tells: access rights, quotas and read-only mounts differ from one system to the next.
    existing = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryDirectory(dir=existing, prefix=".dlcourse-"):
            pass
    except OSError as error:
        found = _("cannot write to {folder}: {error}").format(folder=folder, error=error.strerror or error)
        return Finding(name, False, found, advice)
    return Finding(name, True, _("{folder} can be written to").format(folder=folder))
