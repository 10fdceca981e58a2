"""Chapter 08, beside the search: the same objective and the same ranges, with values that Optuna chooses.

A random search learns nothing from its trials until somebody narrows the ranges. Bayesian optimization learns from
each: it keeps a model of which hyperparameters were good so far, and tries next what promises most. Optuna does that
well, and keeps its trials where several processes and machines can share them. It is an optional extra:
``pip install "dlcourse[search]"``.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from os import PathLike, fspath
from typing import Any

import numpy as np

from dlcourse.search.ranges import Range
from dlcourse.search.trials import Objective, Task, Trial, check_search, keeps_what_finished
from dlcourse.search.workers import evaluator

__all__ = ["optuna_search"]


def optuna_search(
    objective: Objective,
    ranges: Mapping[str, Range],
    n_trials: int,
    *,
    storage: Any = None,
    study_name: str = "dlcourse",
    rng: np.random.Generator | int | None = None,
    workers: int = 1,
) -> Iterator[Trial]:
    """Let Optuna choose the hyperparameters (Bayesian optimization), and yield each trial as it finishes.

    Its tree-structured Parzen estimator (TPE) splits the trials so far into good and bad ones, models the density
    l(x) of the good and g(x) of the bad, and tries next where l(x) / g(x) is largest. The first ten trials are
    random. A trial that diverged counts among the bad ones, one that failed is left out.

    To share a search between machines, start the same script on each of them, with the same `storage`. There is no
    more to it: each process takes what the others have found into account, yields their trials too as it gets to
    know them, and stops when the study holds `n_trials`. ::

        # search_lr.py
        for trial in optuna_search(objective, ranges, 200, storage="/shared/lr.journal"):
            print(trial)

        machine-1$ python search_lr.py
        machine-2$ python search_lr.py

    Parameters
    ----------
    objective, ranges, workers
        See `random_search`.
    n_trials : int
        How many finished trials the study shall hold in the end, whoever ran them, ≥ 0. At most as many more are
        run as were running in other processes when the last one began.
    storage : str, path-like or Optuna storage, optional
        Where trials are kept, for a search to go on or to be shared. A path is a journal file of Optuna's, good on
        a folder shared by several machines. A URL is a database: ``"sqlite:///search.db"`` for the processes of one
        machine, ``"postgresql://user:password@host/name"`` or ``"mysql://…"`` for many. Without, memory.
    study_name : str
        Which search in the storage.
    rng : Generator or int, optional
        Gives the same trials again if nothing else runs (``workers=1``, a storage of one process).

    Returns
    -------
    iterator of Trial
        First those that the storage holds already. See `random_search`.

    Raises
    ------
    ImportError
        If Optuna is not installed.
    TypeError, ValueError
        If an argument is wrong, or the study in the storage is another one.

    Source: J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl, "Algorithms for Hyper-Parameter Optimization",
    NIPS (2011), section 4; T. Akiba et al., "Optuna", KDD (2019).
    """
    check_search("optuna_search", objective, ranges, n_trials, 1, workers)
    try:
        import optuna
    except ImportError as error:
        raise ImportError('optuna_search needs Optuna: pip install "dlcourse[search]"') from error
    seed = int(np.random.default_rng(rng).integers(2**63))
    study, close = _open_study(optuna, storage, study_name, {name: repr(range_) for name, range_ in ranges.items()})
    return _ask_and_tell(optuna, study, close, objective, dict(ranges), n_trials, workers, seed)


def _open_study(optuna: Any, storage: Any, study_name: str, ranges: dict[str, str]) -> tuple[Any, Callable[[], None]]:
    """Create or load the study; also give what frees its storage."""
    close = _nothing_to_free
    if isinstance(storage, str) and "://" in storage:
        storage = _open_database(optuna, storage)

        def close():
            storage.remove_session()
            storage.engine.dispose()

    elif isinstance(storage, (str, PathLike)):
        files = optuna.storages.journal
        # The default lock is a symbolic link, which needs special rights on Windows.
        lock = files.JournalFileOpenLock(fspath(storage))
        storage = files.JournalStorage(files.JournalFileBackend(fspath(storage), lock_obj=lock))
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(storage=storage, study_name=study_name, direction="maximize", load_if_exists=True)
        if study.direction != optuna.study.StudyDirection.MAXIMIZE:
            raise ValueError(f"optuna_search: the study {study_name!r} minimizes, expected one that maximizes")
        found = study.user_attrs.get("ranges", ranges)
        if found != ranges:
            raise ValueError(
                f"optuna_search: the study {study_name!r} has the ranges {found}, now they are {ranges}. "
                "Use the same, or another study_name"
            )
        study.set_user_attr("ranges", ranges)
    finally:
        optuna.logging.set_verbosity(verbosity)
        close()  # a database opens again by itself; an iterator that is never used leaves nothing open
    return study, close


def _open_database(optuna: Any, url: str) -> Any:
    import sqlalchemy.exc

    # SQLite lets one process write at a time; the others shall wait, not fail.
    options = {"connect_args": {"timeout": 60}} if url.startswith("sqlite:") else {}
    for _attempt in range(5):
        try:
            return optuna.storages.RDBStorage(url, engine_kwargs=options)
        except sqlalchemy.exc.DBAPIError:
            # Two processes that begin at the same moment both try to create the tables, and one of them fails.
            time.sleep(0.3)
    return optuna.storages.RDBStorage(url, engine_kwargs=options)


def _nothing_to_free() -> None:
    return


def _ask_and_tell(optuna, study, close, objective, ranges, n_trials, workers, seed) -> Iterator[Trial]:
    states = optuna.trial.TrialState
    # PRUNED is Optuna's word for a trial given up as hopeless: the sampler keeps away from it, but passes over FAIL.
    in_optuna = {"complete": states.COMPLETE, "diverged": states.PRUNED, "failed": states.FAIL}
    in_words = {state: word for word, state in in_optuna.items()}
    running, shown = {}, set()

    def ask() -> Iterator[Task]:
        while len(shown) + len(running) < n_trials:
            asked = study.ask()
            running[asked.number] = asked
            # Processes that share a search may have the same seed: the number makes their draws different.
            rng = np.random.default_rng([seed, asked.number])
            study.sampler = optuna.samplers.TPESampler(seed=int(rng.integers(2**32)))
            yield Task(asked.number, {name: range_.suggest(asked, name) for name, range_ in ranges.items()}, rng)

    def tell(asked: Any, state: str, score: float | None = None, **details: Any) -> None:
        asked.set_user_attr("dlcourse", {"state": state, **details})
        study.tell(asked, score, state=in_optuna.get(state, states.FAIL))

    def news() -> Iterator[Trial]:
        for known in study.get_trials(deepcopy=False, states=tuple(in_words)):
            # Somebody else's program may have added trials of its own: those say less.
            told = {"state": in_words[known.state], "seconds": 0.0, "error": "", **known.user_attrs.get("dlcourse", {})}
            if known.number not in shown and told["state"] != "interrupted":
                shown.add(known.number)
                yield Trial(known.number, known.params, known.value, **told)

    try:
        with keeps_what_finished("optuna_search"), evaluator(objective, workers) as evaluate:
            yield from news()
            for trial in evaluate(ask()):
                tell(running[trial.number], trial.state, trial.score, seconds=trial.seconds, error=trial.error)
                del running[trial.number]
                yield from news()
    finally:
        for asked in running.values():
            tell(asked, "interrupted")
        close()
