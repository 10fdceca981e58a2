"""Answers by people who had not seen the checks: README.md says how they came about."""

import functools
from pathlib import Path

import yaml

ROUNDS = ("first", "second", "third", "fourth")
# Exercises that are younger than the first round.
LATER = ("5.12",)


@functools.cache
def outsiders(chapter):
    """Give for each exercise of a chapter its answers of all rounds: ``{"2.1": {"right": […], "wrong": […]}}``."""
    every = {}
    for name in ROUNDS:
        for number, answers in _read(name, chapter).items():
            for kind, entries in answers.items():
                every.setdefault(number, {}).setdefault(kind, []).extend({"round": name, **entry} for entry in entries)
    return every


def _read(name, chapter):
    file = Path(__file__).parent / name / f"chapter{chapter:02d}.yaml"
    return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def of_round(entries, name):
    """Give the answers of one round."""
    return [entry for entry in entries if entry["round"] == name]


def first_try(entries, what):
    """Give how many of some answers were judged rightly when the check saw them first."""
    return len(entries) - sum(entry.get("first try") == what for entry in entries)
