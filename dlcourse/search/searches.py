"""The four steps of a search: split, draw, train and measure, narrow; see `dlcourse.search`."""

import os
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from dlcourse.search.journal import Journal
from dlcourse.search.ranges import Range, check_ranges, whole
from dlcourse.search.trials import Objective, Task, Trial, check_search, keeps_what_finished
from dlcourse.search.workers import evaluator

__all__ = ["best_trial", "narrow_ranges", "narrowing_search", "random_search", "split_validation"]


def split_validation(
    x: np.ndarray, t: np.ndarray, fraction: float = 0.2, rng: np.random.Generator | int | None = None
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Shuffle a training set and lay a part of it aside for validation; each sample is in exactly one of the two.

    Parameters
    ----------
    x, t : ndarray of shape (N, ...)
        Samples and their targets; copies are returned, both stay as they are.
    fraction : float
        Share laid aside, in (0, 1); rounded to whole samples.
    rng : Generator or int, optional

    Returns
    -------
    (x_train, t_train), (x_val, t_val)

    Raises
    ------
    ValueError
        If the lengths differ, or one of the two parts would be empty.
    """
    x, t = np.asarray(x), np.asarray(t)
    if x.ndim == 0 or t.ndim == 0 or len(x) != len(t):
        raise ValueError(f"split_validation: x has shape {x.shape} and t {t.shape}, expected as many samples in both")
    if not 0 < fraction < 1:
        raise ValueError(f"split_validation: fraction is {fraction}, expected a number between 0 and 1")
    aside = round(fraction * len(x))
    if not 0 < aside < len(x):
        raise ValueError(f"split_validation: a fraction of {fraction} of {len(x)} samples leaves one part empty")
    order = np.random.default_rng(rng).permutation(len(x))
    val, train = order[:aside], order[aside:]
    return (x[train], t[train]), (x[val], t[val])


def best_trial(trials: Iterable[Trial]) -> Trial:
    """Give the trial with the highest score, the earliest of equals.

    Raises
    ------
    ValueError
        If none of them is complete.
    """
    trials = list(trials)
    complete = _ranked(trials)
    if not complete:
        last = f"; the last one {trials[-1].state}: {trials[-1].error}" if trials else ""
        raise ValueError(f"best_trial: none of {len(trials)} trials is complete{last}")
    return complete[0]


def narrow_ranges(ranges: Mapping[str, Range], trials: Iterable[Trial], keep: int = 5) -> dict[str, Range]:
    """Narrow each range around the best `keep` trials: step 4 of the search.

    Parameters
    ----------
    ranges : mapping of str to range
        Those from which the best trials were drawn, or wider.
    trials : iterable of Trial
        Those that are not complete are passed over; without a complete one the ranges stay as they are.
    keep : int
        How many of the best count, ≥ 1. More are safer, fewer are faster.

    Returns
    -------
    dict of str to range
        New ranges, none wider than before.

    Raises
    ------
    ValueError
        If one of the best trials lies outside of `ranges`.
    """
    check_ranges("narrow_ranges", ranges)
    best = _ranked(trials)[: whole("narrow_ranges: keep", keep, at_least=1)]
    if not best:
        return dict(ranges)
    return {name: range_.narrow([trial.params[name] for trial in best]) for name, range_ in ranges.items()}


def random_search(
    objective: Objective,
    ranges: Mapping[str, Range],
    n_trials: int,
    *,
    rng: np.random.Generator | int | None = None,
    workers: int = 1,
    journal: str | os.PathLike | None = None,
) -> Iterator[Trial]:
    """Draw hyperparameters at random, evaluate them, and yield each trial as it finishes.

    Chance beats a grid of as many trials: where one hyperparameter matters most, a grid tries few values of it,
    a random search a new one each time.

    Parameters
    ----------
    objective : callable
        ``objective(params, rng) -> float``: trains with the hyperparameters `params` (a dict) and gives the score,
        higher is better. `rng` is a Generator of this trial's own. A trial that diverges or raises is recorded,
        and the search goes on.
    ranges : mapping of str to range
        `LogUniform`, `Uniform`, `IntUniform` or `Choice` for each hyperparameter.
    n_trials : int
        How many trials, ≥ 0.
    rng : Generator or int, optional
        Trial 7 of a seed is the same trial whatever `workers` and `n_trials` are. (Its score may differ in the last
        digits where BLAS uses another number of threads; a worker uses one.)
    workers : int
        Processes side by side. With more than 1, `objective` must stand at the top level of a .py file, and a
        script must make this call under ``if __name__ == "__main__":``.
    journal : path-like, optional
        File that keeps each finished trial at once. Where it exists, its trials are yielded first, and only those
        that are missing are run: a search that was stopped or killed goes on, and one that ended can be made
        longer. One search at a time; for several processes or machines that share a search, see `optuna_search`.

    Returns
    -------
    iterator of Trial
        Stop iterating to stop the search: ``break``, and ``close()`` where you hold the iterator. The workers are
        ended at once. An interrupt ends the iteration too, with a warning.

    Raises
    ------
    TypeError, ValueError
        If an argument is wrong, or the journal is that of another search.

    Source: J. Bergstra and Y. Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012).
    """
    return _search("random_search", objective, ranges, n_trials, 1, None, rng, workers, journal)


def narrowing_search(
    objective: Objective,
    ranges: Mapping[str, Range],
    n_trials: int,
    *,
    rounds: int = 3,
    keep: int = 5,
    rng: np.random.Generator | int | None = None,
    workers: int = 1,
    journal: str | os.PathLike | None = None,
) -> Iterator[Trial]:
    """Search at random, narrow the ranges around the best trials so far, and search again.

    Parameters
    ----------
    n_trials : int
        How many trials in each round, ≥ 0; many more than `keep`.
    rounds : int
        How many rounds, ≥ 1; `Trial.round` says which. The ranges of the next round are
        ``ranges = narrow_ranges(ranges, trials, keep)`` with all the trials so far.
    keep : int
        See `narrow_ranges`.
    objective, ranges, rng, workers, journal
        See `random_search`, also for what is returned and raised.
    """
    return _search("narrowing_search", objective, ranges, n_trials, rounds, keep, rng, workers, journal)


def _search(name, objective, ranges, n_trials, rounds, keep, rng, workers, journal) -> Iterator[Trial]:
    # No generator itself: what is wrong with an argument shall be said by the call, not by the first next().
    check_search(name, objective, ranges, n_trials, rounds, workers)
    # None is left for the journal to decide: it may hold the seed of the search that goes on.
    seed = None if rng is None else int(np.random.default_rng(rng).integers(2**63))
    plan = {"seed": seed, "ranges": {name: repr(range_) for name, range_ in ranges.items()}}
    if keep is not None:  # a search in one round may be made longer, one in several may not
        plan |= {"n_trials": int(n_trials), "keep": whole(f"{name}: keep", keep, at_least=1)}
    return _rounds(name, objective, dict(ranges), n_trials, rounds, keep, workers, Journal(journal, plan))


def _rounds(name, objective, ranges, n_trials, rounds, keep, workers, journal) -> Iterator[Trial]:
    finished = []
    with keeps_what_finished(name), evaluator(objective, workers) as evaluate:
        for round_ in range(rounds):
            if round_:
                ranges = narrow_ranges(ranges, finished, keep)
            numbers = range(round_ * n_trials, (round_ + 1) * n_trials)
            known = [journal.trials[number] for number in numbers if number in journal.trials]
            for trial in known:
                finished.append(trial)
                yield trial
            missing = (number for number in numbers if number not in journal.trials)
            for trial in evaluate(_draw(ranges, number, round_, journal.seed) for number in missing):
                journal.add(trial)
                finished.append(trial)
                yield trial


def _draw(ranges: Mapping[str, Range], number: int, round_: int, seed: int) -> Task:
    # Seed and number together: a trial depends on neither the trials before it nor who runs it.
    rng = np.random.default_rng([seed, number])
    return Task(number, {name: range_.sample(rng) for name, range_ in ranges.items()}, rng, round_)


def _ranked(trials: Iterable[Trial]) -> list[Trial]:
    complete = [trial for trial in trials if trial.state == "complete"]
    return sorted(complete, key=lambda trial: (-trial.score, trial.number))
