"""The house rules of the package: who imports whom, what is never used, and what an import costs."""

import ast
import importlib
import inspect
import os
import re
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from waiting import PATIENCE

PACKAGE = Path(__file__).parents[1] / "dlcourse"

# Each module imports only modules before it. What is no lesson of a chapter has rooms of its own, folders of modules.
ROOMS = {"storage", "search", "plots", "widgets", "tracing", "checks", "grading", "translating", "cli"}
ORDER = (
    "text", "book", "perceptron", "functions", "storage", "datasets", "losses", "gradients", "layers", "views",
    "sequential", "networks", "schedules", "optimizers", "training", "initializers", "normalization", "regularization",
    "search", "im2col", "convolution", "models", "metrics", "centering", "augmentation", "plots", "widgets", "tracing",
    "checks", "grading", "translating", "cli", "__main__",
)  # fmt: skip
CORE = ORDER[ORDER.index("book") : ORDER.index("plots")]
WIDGETS_ONLY = {"ipywidgets", "ipympl", "ipycanvas"}
MOST_LINES, MOST_OF_ANY = 300, 350  # of a module of the core or the checks, and of any other
MOST_OF_AN_EXPLORER = 250
# What every layer and every drawing of a widget has: the docstring of the class says what this one does.
SAID_BY_THE_CLASS = {"forward", "backward", "update"}

FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(path):
    """``layers``, ``widgets.perceptron``, or ``__init__`` for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path, nodes):
    """Give the absolute dotted names of what `nodes` import in the file at `path`."""
    package = ["dlcourse", *path.relative_to(PACKAGE).parent.parts]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*base, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_modules(path):
    """Give the modules of this package that the file imports, anywhere in it."""
    for dotted in imports(path, ast.walk(tree_of(path))):
        parts = dotted.split(".")
        if parts[0] == "dlcourse" and len(parts) > 1 and parts[1] in ORDER:
            yield parts[1]


def top_level(tree):
    """Walk what runs when the module is imported: everything outside functions."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def of_each_file(function):
    return pytest.mark.parametrize("path", FILES, ids=name_of)(function)


def test_every_module_has_a_place_in_the_order():
    assert {name_of(path).split(".")[0] for path in FILES} <= {*ORDER, "__init__"}
    assert [name for name in CORE if find_spec(f"dlcourse.{name}") is None] == []


def test_beside_the_lessons_stand_rooms_with_plain_names():
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == ROOMS
    assert {path.stem for path in PACKAGE.glob("*.py")} == {*ORDER, "__init__"} - ROOMS


@of_each_file
def test_a_module_imports_only_modules_above_it(path):
    own = name_of(path).split(".")[0]
    if own == "__init__":
        assert not list(own_modules(path)), "import dlcourse must import no submodule"
        return
    below = {name for name in own_modules(path) if name != own and ORDER.index(name) > ORDER.index(own)}
    assert not below, f"{own} imports {sorted(below)}, which stand below it"


@of_each_file
def test_only_widgets_import_the_widget_libraries(path):
    own = name_of(path).split(".")[0]
    found = {dotted.split(".")[0] for dotted in imports(path, ast.walk(tree_of(path)))} & WIDGETS_ONLY
    assert own == "widgets" or not found


@of_each_file
def test_the_core_imports_numpy_alone(path):
    if name_of(path).split(".")[0] not in (*CORE, "__init__", "text"):
        return
    roots = {dotted.split(".")[0] for dotted in imports(path, top_level(tree_of(path)))}
    assert roots - set(sys.stdlib_module_names) <= {"numpy", "dlcourse"}


@of_each_file
def test_what_is_never_used(path):
    tree = tree_of(path)
    used = {dotted.split(".")[0] for dotted in imports(path, ast.walk(tree))}
    assert not used & {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names), f"line {node.lineno}: import *"
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) != "sys.path", f"line {node.lineno}: sys.path"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert ast.unparse(node.value) == "False", f"line {node.value.lineno}: allow_pickle"


@of_each_file
def test_no_exception_is_lost(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            assert not {ast.unparse(arg) for arg in node.args} & {"Exception", "BaseException"}, f"line {node.lineno}"
        if not isinstance(node, ast.ExceptHandler):
            continue
        where = f"line {node.lineno}: except {ast.unparse(node.type) if node.type else ''}"
        assert node.type is not None, where
        caught = {ast.unparse(kind) for kind in getattr(node.type, "elts", [node.type])}
        silent = all(
            isinstance(line, ast.Pass | ast.Continue)
            or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            for line in node.body
        )
        assert not silent, f"{where} is silent"
        if caught & {"Exception", "BaseException"}:
            inside = [part for line in node.body for part in ast.walk(line)]
            shown = any(isinstance(part, ast.Name) and part.id == node.name for part in inside)
            assert shown or any(isinstance(part, ast.Raise) for part in inside), f"{where} hides what it caught"


@of_each_file
def test_a_module_is_read_in_one_sitting(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    room = name_of(path).split(".")[0]
    most = MOST_LINES if room in (*CORE, "checks") else MOST_OF_AN_EXPLORER if room == "widgets" else MOST_OF_ANY
    assert lines <= most, f"{lines} lines"


def test_a_module_of_checks_is_named_by_a_chapter_or_by_its_idea():
    names = {path.stem for path in (PACKAGE / "checks").glob("*.py")} - {"__init__"}
    assert not [name for name in names if "chapter" in name and not re.fullmatch(r"chapter\d\d", name)]
    assert not [name for name in names if name.startswith("_")]


def public_things(module):
    """Give the public functions, classes and methods that `module` defines, with their dotted names."""
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield name, thing
        if inspect.isclass(thing):
            for part, method in vars(thing).items():
                if part in SAID_BY_THE_CLASS and inspect.getdoc(thing):
                    continue
                if isinstance(method, property) and part in (inspect.getdoc(thing) or ""):
                    continue  # said with the class, as what its constructor took
                function = getattr(method, "__func__", method)
                if not part.startswith("_") and (inspect.isfunction(function) or isinstance(method, property)):
                    yield f"{name}.{part}", getattr(thing, part)


@of_each_file
def test_everything_public_has_a_docstring(path):
    if name_of(path) == "__main__":
        return
    name = name_of(path)
    module = importlib.import_module("dlcourse" if name == "__init__" else f"dlcourse.{name}")
    assert inspect.getdoc(module)
    # A dataclass without a docstring is given its signature as one.
    bare = [
        name
        for name, thing in public_things(module)
        if not (inspect.getdoc(thing) or "").strip() or inspect.getdoc(thing).startswith(f"{name}(")
    ]
    assert not bare, f"no docstring: {bare}"


BLOCKED = """
import importlib, sys

class OnlyNumPy:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in {"numpy", "dlcourse"} and root not in sys.stdlib_module_names:
            raise ImportError(f"{name} is blocked")

allowed = set(sys.modules)
sys.meta_path.insert(0, OnlyNumPy())
"""


def run(code, **environment):
    """Run Python code in a new process that has this package on its path, and give what it prints."""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, timeout=PATIENCE
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_core_works_with_nothing_but_numpy():
    code = BLOCKED + """
for name in CORE:
    importlib.import_module("dlcourse." + name)
import dlcourse
import numpy as np
x, t = np.random.default_rng(0).normal(size=(8, 4)), np.arange(8) % 3
net = dlcourse.networks.TwoLayerNet(4, 5, 3, rng=0)
before = net.loss(x, t)
for step in range(20):
    dlcourse.optimizers.SGD(0.5).update(net.params, net.gradient(x, t))
assert net.loss(x, t) < before
(x_train, t_train), _ = dlcourse.datasets.load_mnist()
assert x_train.shape[1] == 784
for name in ("matplotlib", "ipywidgets"):
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(error)
"""
    printed = run(f"CORE = {CORE!r}\n" + code)
    assert printed.splitlines() == ["matplotlib is blocked", "ipywidgets is blocked"]


def test_matplotlib_and_ipywidgets_load_only_when_used():
    code = f"""
import importlib, sys
import dlcourse
for name in {CORE!r}:
    importlib.import_module("dlcourse." + name)
print({{"matplotlib.pyplot", "ipywidgets", "IPython", "pooch", "tqdm", "optuna"}} & set(sys.modules))
"""
    assert run(code).strip() == "set()"


TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


@pytest.mark.parametrize(
    ("statement", "numpy", "at_most"),
    [
        ("import dlcourse", "import numpy", 1.25),
        # Everything at once, which no chapter does: a guard against a slow import that creeps in somewhere.
        # NumPy loads numpy.random when it is first used, and whoever makes a network uses it.
        ("import " + ", ".join(f"dlcourse.{name}" for name in CORE), "import numpy.random", 2.0),
    ],
    ids=["the package", "all of the core"],
)
def test_importing_costs_little_more_than_numpy(statement, numpy, at_most, tmp_path):
    # Bytecode is kept, as for any user: otherwise compiling is what we would measure. CPU time and medians of
    # interleaved runs, and three tries, because other programs share the machine.
    environment = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "", "OPENBLAS_NUM_THREADS": "1"}
    ratios = []
    for _try in range(3):
        pairs = [[float(run(TIMED.format(s), **environment)) for s in (numpy, statement)] for _run in range(8)]
        ratios.append(statistics.median(ours / theirs for theirs, ours in pairs[1:]))
        if ratios[-1] <= at_most:
            return
    pytest.fail(f"{statement} takes {ratios} times the CPU time of {numpy}; at most {at_most} is allowed")
