"""Are the tests good enough? Change one operator, number or argument at a time; count what no test notices.

::

    uv run --extra test --with mutmut python tests/mutation/run.py             # all modules of TESTS, one after another
    uv run --extra test --with mutmut python tests/mutation/run.py losses      # one of them

mutmut makes the changes, in a copy of the project in a temporary folder, so the checkout stays as it is. For each
change ("mutant") only the test files that TESTS names are run, and of them only the tests that pass through the
changed function. The libraries that results are compared with must be there (CONTRIBUTING.md). A mutant is *killed*
when one of the tests fails (or takes far too long), and *survives* when all pass.

The numbers go to RESULTS.md beside this file, with every survivor. `equivalent.toml` says why a survivor does no harm:
its key is the changed line as RESULTS.md shows it. A survivor without a reason is a test that is missing. After a
change of the reasons alone, ``--reasons`` brings RESULTS.md up to date in a moment.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
RESULTS = HERE / "RESULTS.md"
CONTRACT = "test_layer_contract.py"
TESTS = {
    "perceptron": ["test_perceptron.py"],
    "functions": ["test_functions.py"],
    "losses": ["test_losses.py"],
    "gradients": ["test_gradients.py"],
    "layers": ["test_layers.py", CONTRACT],
    "views": ["test_networks.py"],
    "sequential": ["test_networks.py"],
    "networks": ["test_networks.py"],
    "schedules": ["test_optimizers.py"],
    "optimizers": ["test_optimizers.py"],
    "initializers": ["test_initializers.py"],
    "normalization": ["test_normalization.py", CONTRACT],
    "regularization": ["test_regularization.py", CONTRACT],
    "im2col": ["test_convolution.py"],
    "convolution": ["test_convolution.py", CONTRACT],
}
KILLED = (1, 3, -9, -11, 24, -24, 36, 152, 255)  # a test failed, Python crashed, or the time ran out
TITLE = """# Mutation runs

Made by `tests/mutation/run.py`, which says what this means. Wanted: nine of ten changes noticed, and for every other
one a reason in `equivalent.toml` why it does no harm.
"""


def configuration(module, tests):
    """Give pyproject.toml with a section that tells mutmut what to change and what to run."""
    lists = {
        "source_paths": ["dlcourse"],
        "only_mutate": [f"dlcourse/{module}.py"],
        "also_copy": ["data"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-n0"],
        "pytest_add_cli_args_test_selection": [f"tests/{name}" for name in tests],
    }
    lines = ["", "[tool.mutmut]", "timeout_multiplier = 3.0", "timeout_constant = 4.0"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in lists.items()]
    return (PROJECT / "pyproject.toml").read_text(encoding="utf-8") + "\n".join(lines) + "\n"


def mutmut(folder, *arguments):
    """Run mutmut in `folder` and give what it prints."""
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "PYTEST_ADDOPTS", "PYTHONPATH")}
    environment |= {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    environment["DLCOURSE_REQUIRE_ORACLES"] = "1"
    command = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"mutmut {' '.join(arguments)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def change(folder, name):
    """Give (where, the line before, the line after) of one mutant."""
    minus, plus = [], []
    for line in mutmut(folder, "show", name).splitlines():
        if line.startswith(("-", "+")) and not line.startswith(("---", "+++")):
            (minus if line[0] == "-" else plus).append(line[1:].strip())
    where = re.sub(r"__mutmut_\d+$", "", name.rpartition(".")[2]).removeprefix("x_").removeprefix("xǁ")
    return where.replace("ǁ", "."), " ".join(minus), " ".join(plus)


def run(module, tests, keep=None):
    """Test all mutants of one module; give its section of RESULTS.md."""
    with tempfile.TemporaryDirectory(prefix=f"mutation-{module}-") as temporary:
        folder = Path(keep or temporary)
        ignore = shutil.ignore_patterns("__pycache__", ".*", "weights", "browser")
        for part in ("dlcourse", "tests", "data"):
            shutil.copytree(PROJECT / part, folder / part, ignore=ignore, dirs_exist_ok=True)
        (folder / "README.md").write_text("", encoding="utf-8")
        (folder / "pyproject.toml").write_text(configuration(module, tests), encoding="utf-8")
        start = time.monotonic()
        mutmut(folder, "run", "--max-children", "1")
        seconds = time.monotonic() - start
        meta = json.loads((folder / "mutants" / "dlcourse" / f"{module}.py.meta").read_text(encoding="utf-8"))
        codes = meta["exit_code_by_key"]
        survivors = [(name, *change(folder, name)) for name, code in codes.items() if code not in KILLED]
        return section(module, tests, len(codes), survivors, codes, seconds)


def reasons_of(module):
    """Give the reasons of equivalent.toml: the changed line, and why it does no harm."""
    return tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8")).get(module, {})


def section(module, tests, total, survivors, codes, seconds):
    """Write down what a run found: the numbers, and a list of the survivors."""
    reasons = reasons_of(module)
    killed = total - len(survivors)
    lines = [
        f"## {module}",
        "",
        f"{killed} of {total} killed: **{100 * killed / total:.1f} %** ({', '.join(tests)}; {seconds / 60:.0f} min)",
        "",
    ]
    for name, where, before, after in survivors:
        kind = "" if codes[name] == 0 else " (no test comes here)"
        lines += [f"* `{where}`{kind}", f"  * before: `` {before} ``"]
        lines += [f"  * after: `` {after or '(removed)'} ``", "  * ?"]  # `explained` puts the reason there
    unexplained = sum((after or "(removed)") not in reasons for *_, after in survivors)
    print(f"{module}: {killed} killed, {len(survivors)} survived ({unexplained} without a reason)", flush=True)
    return "\n".join(lines).rstrip() + "\n"


def explained(module, text):
    """Give a section with the reasons as equivalent.toml has them now."""
    reasons = reasons_of(module)
    text = re.sub(r"(?m)^\* not needed any more.*\n", "", text)
    found = set(re.findall(r"(?m)^  \* after: `` (.*) ``$", text))
    text = re.sub(
        r"(?m)^(  \* after: `` (.*) ``\n)  \* .*$",
        lambda match: f"{match[1]}  * {reasons.get(match[2], '**no reason given**')}",
        text,
    )
    return text + "".join(f"* not needed any more: `` {key} ``\n" for key in sorted(set(reasons) - found))


def merge(new):
    """Put sections into RESULTS.md in place of the old ones of their modules."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    sections = {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in re.split(r"(?m)^## ", old)[1:]}
    sections |= new
    ordered = [explained(name, sections[name]) for name in TESTS if name in sections]
    RESULTS.write_text("\n".join([TITLE, *ordered]), encoding="utf-8")


def main():
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", nargs="*", choices=[*TESTS, []], help=f"of {', '.join(TESTS)}; all if none is given")
    parser.add_argument("--keep", help="work in this folder and keep it, to look into a survivor with mutmut itself")
    parser.add_argument("--reasons", action="store_true", help="run nothing; bring the reasons up to date")
    arguments = parser.parse_args()
    if arguments.reasons:
        return merge({})
    for module in arguments.module or TESTS:
        merge({module: run(module, TESTS[module], arguments.keep)})


if __name__ == "__main__":
    main()
