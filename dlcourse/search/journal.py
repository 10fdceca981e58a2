"""The journal of a search: a file from which it goes on after an interruption."""

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.search.trials import Trial

__all__ = ["Journal"]


class Journal:
    """File of finished trials, one JSON object a line, from which a search goes on.

    The first line holds the plan of the search (seed, ranges, …); the file serves this plan only. A line is added
    with one write when its trial has finished. A last line without its end, from a process that was killed while
    writing, is dropped with a warning: its trial runs again.

    Parameters
    ----------
    path : path-like or None
        None keeps nothing.
    plan : dict
        What must be the same for the file to be used again. A seed of None takes the file's, or a new random one.

    Attributes
    ----------
    seed : int
    trials : dict of int to Trial
        What the file held, by number.

    Raises
    ------
    ValueError
        If the file is no journal, is damaged before its last line, or has another plan.
    """

    def __init__(self, path: str | os.PathLike | None, plan: Mapping[str, Any]):
        self.path = None if path is None else Path(path)
        self.trials: dict[int, Trial] = {}
        lines = [] if path is None else self._whole_lines()
        if lines:
            self.seed = self._check_plan(lines[0], plan)
            for i, line in enumerate(lines[1:], start=2):
                trial = self._read_trial(i, line)
                if self.trials.setdefault(trial.number, trial) is not trial:
                    text = f"trial {trial.number} is there twice (two searches at once?); the first one counts"
                    warnings.warn(f"{path}, line {i}: {text}", RuntimeWarning, stacklevel=2)
            return
        self.seed = int(np.random.default_rng().integers(2**63)) if plan["seed"] is None else plan["seed"]
        self._append({"dlcourse_search": 1, **plan, "seed": self.seed})

    def add(self, trial: Trial) -> None:
        """Write a trial behind the others."""
        self._append(asdict(trial))

    def _append(self, record: Mapping[str, Any]) -> None:
        if self.path is None:
            return
        with open(self.path, "ab") as file:
            file.write(json.dumps(record, allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _whole_lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        start = b'{"dlcourse_search": '
        if not (content.startswith(start) or start.startswith(content)):
            raise ValueError(f"{self.path} is not the journal of a search; it was left as it is. Choose another path")
        *lines, torn = content.split(b"\n")
        if torn:
            text = "the last line is cut off (was the search killed while writing?); its trial runs again"
            warnings.warn(f"{self.path}: {text}", RuntimeWarning, stacklevel=2)
            os.truncate(self.path, len(content) - len(torn))
        return lines

    def _check_plan(self, line: bytes, plan: Mapping[str, Any]) -> int:
        try:
            found = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{self.path}, line 1: damaged ({error})") from error
        for name in sorted({*plan, *found} - {"dlcourse_search"}):
            there, now = found.get(name), plan.get(name)
            if there != now and not (name == "seed" and now is None):
                raise ValueError(
                    f"{self.path} belongs to another search: its {name} is {there}, now it is {now}. "
                    "Use the same, or another journal"
                )
        return found["seed"]

    def _read_trial(self, i: int, line: bytes) -> Trial:
        try:
            trial = Trial(**json.loads(line))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.path}, line {i}: not a trial ({error}); the file is damaged") from error
        scored = isinstance(trial.score, Real) if trial.state == "complete" else trial.score is None
        if not (scored and isinstance(trial.number, Integral) and isinstance(trial.params, dict)):
            raise ValueError(f"{self.path}, line {i}: not a sound trial: {trial}; the file is damaged")
        return trial
