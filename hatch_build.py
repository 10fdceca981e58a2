"""What happens when the package is built or installed for editing: translations are compiled, with no step of a user's.

Gettext reads ``.mo`` files; the repository holds the ``.po`` files that people edit.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Compile(BuildHookInterface):
    """Write a ``.mo`` beside each ``.po``."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Compile all languages before files are collected."""
        for source in Path(self.root, "dlcourse", "locale").glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            with source.open("rb") as words, target.open("wb") as file:
                write_mo(file, read_po(words, locale=source.parts[-3]))
            build_data["artifacts"].append(target.relative_to(self.root).as_posix())
