"""Make translated notebooks, ask for what is missing or behind, and take the answers in.

Where a translation is missing, or older than the English, the notebook shows the English with a line that says so: a
reader is never told what is no longer true. The old translation waits in the metadata (``dlcourse.was``).
"""

import re
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from dlcourse.checks import base
from dlcourse.grading import sources
from dlcourse.translating.editions import (
    LANGUAGE_LINE,
    Pair,
    fingerprint,
    is_current,
    pairs,
    read,
    relinked,
    same_code,
    words_of,
)

__all__ = ["BADGES", "ask", "behind", "is_badged", "take", "update", "updated"]

BADGES = {"markdown": "> *这一格还没有译成中文，先看英文。*", "code": "# 这一格的文字还没有译成中文。"}
HEAD = re.compile(r"^=== ([\w-]+) (\w+) ([0-9a-f]{12}).*\n", re.M)
PART = re.compile(r"^--- (rubric|was)\n", re.M)


@dataclass(frozen=True)
class Behind:
    """A cell whose translation is missing, or older than the English."""

    cell: str
    missing: bool


def is_badged(cell: NotebookNode) -> bool:
    """Tell whether a translated cell shows English for want of a translation."""
    return BADGES[cell.cell_type] in cell.source.splitlines()


def behind(one: Pair) -> list[Behind]:
    """Give the cells of a notebook that are not translated as the English is today."""
    english, there = nbformat.read(one.english, as_version=4), _by_id(read(one.translated))
    return [
        Behind(cell["id"], not _old(there.get(cell["id"])))
        for cell in english.cells if words_of(cell) and not is_current(cell, there.get(cell["id"]))
    ]  # fmt: skip


def updated(one: Pair) -> NotebookNode:
    """Give the translated notebook as it should be today: the English one's cells, each in the best words there are."""
    notebook, there = nbformat.read(one.english, as_version=4), _by_id(read(one.translated))
    for cell in notebook.cells:
        english, old = nbformat.from_dict(cell), there.get(cell["id"])
        ours = cell.metadata.setdefault("dlcourse", {})
        if not words_of(english):
            pass
        elif is_current(english, old):
            cell.source = old.source
            ours.update({key: old.metadata.dlcourse[key] for key in ("of", "template", "rubric") if key in old.metadata.dlcourse})
        else:
            cell.source = _badged(cell, one)
            ours.update({"was": _old(old)} if _old(old) else {})
        if not ours:
            del cell.metadata["dlcourse"]
        if cell.cell_type == "code":
            kept = old if old is not None and old.source == cell.source else nbformat.v4.new_code_cell()
            cell.outputs, cell.execution_count = kept.outputs, kept.execution_count
    _say_language(notebook, there)
    return notebook


def update(one: Pair) -> list[Behind]:
    """Write the translated notebook as it should be today, and give what is still behind."""
    _write(updated(one), one)
    return behind(one)


def ask(one: Pair) -> str:
    """Give what a translator has to do in a notebook as one text, in a form that `take` reads back.

    Each cell begins with ``=== id kind fingerprint``. Its English follows, to be written over; after ``--- rubric`` stands
    what graders look for in an exercise, and after ``--- was`` the translation of what the English was before.
    """
    english, there = nbformat.read(one.english, as_version=4), _by_id(read(one.translated))
    wanted, blocks = {item.cell for item in behind(one)}, []
    for cell in english.cells:
        if cell["id"] not in wanted:
            continue
        words, old = words_of(cell), _old(there.get(cell["id"]))
        block = f"=== {cell['id']} {cell.cell_type} {fingerprint(cell)}\n{words['source']}\n"
        block += f"--- rubric\n{words['rubric']}\n" if "rubric" in words else ""
        blocks.append(block + (f"--- was\n{old}\n" if old else ""))
    return "\n".join(blocks)


def take(one: Pair, text: str) -> list[str]:
    """Put translated cells into a notebook, and give the ids of those that were taken.

    Raises
    ------
    ValueError
        If a cell is not there, was translated from another English, or has other code than the English one.
    """
    notebook = nbformat.read(one.english, as_version=4)
    english, answers = _by_id(notebook), _answers(text)
    for name, (stamp, words) in answers.items():
        if name not in english:
            raise ValueError(f"{one.name} has no cell {name}")
        cell = english[name]
        if stamp != fingerprint(cell):
            raise ValueError(f"{name}: the English has changed since you were asked: {fingerprint(cell)}, not {stamp}")
        if set(words) != set(words_of(cell)):
            raise ValueError(f"{name}: parts {sorted(words)} were given, expected {sorted(words_of(cell))}")
        if cell.cell_type == "code" and not same_code(words_of(cell)["source"], words["source"]):
            raise ValueError(f"{name}: more than strings and comments differs from the English cell")
    shown = updated(one)
    for cell in shown.cells:
        if cell["id"] not in answers:
            continue
        stamp, words = answers[cell["id"]]
        source = relinked(words["source"], one.seen_from) if cell.cell_type == "markdown" else words["source"]
        ours = cell.metadata.setdefault("dlcourse", {})
        ours.pop("was", None)
        ours["of"] = stamp
        if "template" in ours:
            ours["template"], source = source, sources.fill(source, _numbers(cell))
        if "rubric" in words:
            ours["rubric"] = words["rubric"]
        cell.source = source
    _say_language(shown, {})
    _write(shown, one)
    return list(answers)


def _answers(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Give for each cell of an answered text its fingerprint, and its parts."""
    found, pieces = {}, HEAD.split(text)
    for name, _kind, stamp, body in zip(*[iter(pieces[1:])] * 4, strict=True):
        parts = ["source", *PART.split(body)]
        words = dict(zip(parts[::2], (part.strip("\n") for part in parts[1::2]), strict=True))
        words.pop("was", None)
        found[name] = (stamp, words)
    return found


def _numbers(cell: NotebookNode) -> dict:
    """Give the numbers of an exercise's task as the course has them."""
    return base.find(sources.exercise_of(cell)).numbers(0)


def _badged(cell: NotebookNode, one: Pair) -> str:
    """Give an English cell with the line that says it is not translated; a heading stays the first line."""
    if cell.cell_type == "code":
        return f"{BADGES['code']}\n{cell.source}"
    # The link to the Chinese twin becomes the one back.
    source = re.sub(r"\[简体中文\]\(zh/(\w+\.ipynb)\)", r"[English](../\1)", cell.source)
    source, badge = relinked(source, one.seen_from), BADGES["markdown"]
    first, _newline, rest = source.partition("\n")
    return f"{first}\n\n{badge}\n\n{rest.lstrip()}".rstrip() if first.startswith("#") else f"{badge}\n\n{source}"


def _old(cell: NotebookNode | None) -> str:
    """Give the translation that a cell has or had; empty where there was never one."""
    ours = cell.metadata.get("dlcourse", {}) if cell is not None else {}
    return ours.get("template", cell.source) if "of" in ours else ours.get("was", "")


def _say_language(notebook: NotebookNode, there: dict) -> None:
    """Put the line that sets the language first in the first cell of code."""
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if LANGUAGE_LINE not in cell.source:
        cell.source = f"{LANGUAGE_LINE}\n{cell.source}"
    old = there.get(cell["id"])
    if old is not None and old.source == cell.source:
        cell.outputs, cell.execution_count = old.outputs, old.execution_count


def _by_id(notebook: NotebookNode | None) -> dict[str, NotebookNode]:
    return {cell["id"]: cell for cell in notebook.cells} if notebook else {}


def _write(notebook: NotebookNode, one: Pair) -> None:
    nbformat.validate(notebook)
    one.translated.parent.mkdir(parents=True, exist_ok=True)
    one.translated.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def everything_behind() -> dict[str, list[Behind]]:
    """Give for each notebook the cells that are not translated as the English is today."""
    return {one.name: behind(one) for one in pairs()}
