"""Run answers to exercises through their checks, as the exercise notebook would."""

import contextlib
import functools
import importlib
import inspect
import io
import itertools
import linecache
import os
import signal
import sys
import textwrap
import warnings

import numpy as np
from answers import FLOAT32, WARNS

from dlcourse.checks import NotYet, base
from dlcourse.grading import sources

SECONDS = 30  # of a processor: the slowest check takes 1.2, and only what hangs needs this much
SEEDS = range(10)
# A gate asks with the seeds of a grading, and with ten variants of a task's numbers; who runs the tests beside other work
# need not wait for them.
THOROUGH = os.environ.get("CI") == "true"
VARIANTS = range(10 if THOROUGH else 3)
_count = itertools.count()


@functools.cache
def chapter_source(chapter):
    return sources.read(chapter)


@functools.cache
def question(number):
    return {q.number: q for q in sources.questions(chapter_source(chapter_of(number)))}[number]


def asked(number):
    """Give the seeds with which an answer to an exercise is graded; the first of them where nobody waits for a gate."""
    return [0, *question(number).hidden_seeds] if THOROUGH else [0]


def chapter_of(number):
    return int(number.split(".")[0])


def answers(chapter):
    """Give the module with the known answers of a chapter."""
    return importlib.import_module(f"answers.chapter{chapter:02d}")


def gradable():
    """Give the numbers of all exercises that a check grades."""
    return [entry.number for chapter in sources.chapters() for entry in base.load(chapter) if entry.run]


@contextlib.contextmanager
def limited(seconds):
    """Raise TimeoutError in what takes more processor time; where there are no such signals, wait."""

    def stop(*_unused):
        raise TimeoutError(f"more than {seconds} s")

    if not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def execute(source, namespace):
    """Run the text of a cell; `inspect` finds it afterwards, as in a notebook."""
    file = f"<cell {next(_count)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source, file, "exec"), namespace)


@functools.cache
def _given(number):
    namespace = {"__name__": "__main__"}
    for cell in chapter_source(chapter_of(number)).cells:
        if cell["id"] == question(number).answer["id"]:
            break
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            execute(cell.source, namespace)
    return namespace


def text_of(number, answer):
    """Give the text of an answer that one of the tables holds."""
    solution = sources.solution(question(number).answer)
    if answer in (FLOAT32, WARNS):
        return solution
    if isinstance(answer, tuple) and len(answer) == 1:
        return text_of(number, answer[0])
    if isinstance(answer, tuple):
        old, new = answer
        assert old in solution, f"{number}: {old!r} is not in the solution"
        return solution.replace(old, new)
    return textwrap.dedent(answer).strip()


def subjects(number, text, wrap=None):
    """Run the text of an answer, and give what it hands to the check."""
    namespace = dict(_given(number))
    execute(text, namespace)
    found = [namespace[name] for name in question(number).names]
    return [wrapped(thing, WRAPS[wrap]) for thing in found] if wrap else found


def verdict(number, things, seed=0, variant=0, seconds=SECONDS):
    """Give None for a right answer, else the `NotYet`; fail when the check itself breaks or hangs."""
    try:
        with limited(seconds), contextlib.redirect_stdout(io.StringIO()):
            base.judge(number, things, seed=seed, variant=variant)
    except NotYet as error:
        return error
    return None


def verdicts(number, answer, seeds):
    """Give the verdict on an answer of the table of right ones, by seed."""
    things = subjects(number, text_of(number, answer), answer if answer in WRAPS else None)
    return {seed: verdict(number, things, seed) for seed in seeds}


def _warns(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        warnings.warn("this will change in the next version", RuntimeWarning, stacklevel=2)
        print("a line on stderr", file=sys.stderr)
        print("a line on stdout")
        return function(*args, **kwargs)

    return wrapped


def _single(value):
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == float else value


def _float32(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return _single(function(*map(_single, args), **{name: _single(value) for name, value in kwargs.items()}))

    return wrapped


WRAPS = {WARNS: _warns, FLOAT32: _float32}


def wrapped(thing, wrap):
    """Give a function with `wrap` around it, or a class with it around each of its methods."""
    if inspect.isclass(thing):
        for name, part in list(vars(thing).items()):
            if inspect.isfunction(part):
                setattr(thing, name, wrap(part))
        return thing
    assert callable(thing), "only functions and classes can be wrapped"
    return wrap(thing)
