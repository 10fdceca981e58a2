"""``python -m dlcourse.translating``: what is behind, what has to be translated, and taking it in.

``status`` lists the cells and sentences whose translation is missing or behind. ``update`` brings all translated
notebooks and the catalog in step with the English. ``ask 03`` prints what is to be done in a notebook, ``take 03 FILE``
puts the answer in. ``font FILE`` makes the letters for figures from Noto Sans SC. ``compile`` makes new words visible.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dlcourse.grading.release import write_released
from dlcourse.translating import catalog, notebooks
from dlcourse.translating.editions import Pair, pair, pairs


def main(argv: Sequence[str]) -> int:
    """Run the command, and give its exit code."""
    parser = argparse.ArgumentParser(prog="python -m dlcourse.translating", description=__doc__)
    actions = parser.add_subparsers(required=True, dest="action")
    actions.add_parser("status")
    actions.add_parser("update").add_argument("names", nargs="*")
    actions.add_parser("ask").add_argument("name")
    take = actions.add_parser("take")
    take.add_argument("name")
    take.add_argument("file", type=Path)
    actions.add_parser("font").add_argument("file", type=Path)
    actions.add_parser("compile")
    arguments = parser.parse_args(argv)
    return globals()[f"_{arguments.action}"](arguments)


def _status(_arguments: argparse.Namespace) -> int:
    for one in pairs():
        items = notebooks.behind(one)
        missing = sum(item.missing for item in items)
        names = ", ".join(item.cell for item in items if not item.missing)
        print(f"{one.name}: {missing} cells not translated, {len(items) - missing} behind the English {names}".rstrip())
    empty = sum(not message.string for message in catalog.update_catalog() if message.id)
    print(f"catalog: {empty} sentences not translated")
    return 0


def _update(arguments: argparse.Namespace) -> int:
    for one in [pair(name) for name in arguments.names] or pairs():
        print(f"{one.name}: {len(notebooks.update(one))} cells to translate")
        _released(one)
    catalog.update_catalog()
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    print(notebooks.ask(pair(arguments.name)))
    return 0


def _take(arguments: argparse.Namespace) -> int:
    one = pair(arguments.name)
    print(f"{one.name}: {len(notebooks.take(one, arguments.file.read_text(encoding='utf-8')))} cells taken")
    _released(one)
    return 0


def _font(arguments: argparse.Namespace) -> int:
    from dlcourse.translating.fonts import FILE, make_font

    print(f"{FILE}: {make_font(arguments.file):,} bytes")
    return 0


def _compile(_arguments: argparse.Namespace) -> int:
    print(catalog.compile_catalog())
    return 0


def _released(one: Pair) -> None:
    """Write the learners' copy of translated exercises."""
    if one.is_exercises:
        write_released(int(one.translated.name[:2]), "zh")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
