"""The package's own words: gathered from the code into the ``.po`` file that translators edit, and compiled from it."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dlcourse.text import FOLDER

__all__ = ["compile_catalog", "extracted", "po_file", "read_catalog", "update_catalog"]

PACKAGE = FOLDER.parent
# What Babel writes into the head of a file and differs from one day, one hand or one version of it to the next.
LEFT_OUT = tuple(f'"{name}: '.encode() for name in (
    "Project-Id-Version", "Report-Msgid-Bugs-To", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator",
    "Language-Team", "Generated-By",
))  # fmt: skip
# The second argument of what enters an exercise in the table of checks is its title.
KEYWORDS = {"_": None, "marked": None, "exercise": (2,), "explain": (2,)}


def po_file(language: str = "zh_CN") -> Path:
    """Give the place of a language's words."""
    return FOLDER / language / "LC_MESSAGES" / "dlcourse.po"


def read_catalog(language: str = "zh_CN") -> Catalog:
    """Read the words of a language; an empty catalog where there are none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, domain="dlcourse", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="dlcourse")


def extracted() -> Catalog:
    """Gather every sentence in ``_("…")`` and ``marked("…")`` from the package, each with the file it stands in."""
    catalog = Catalog(domain="dlcourse", charset="utf-8")
    messages = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS, options_map={})
    for name, _line, message, comments, context in sorted(messages, key=lambda found: (found[0], found[1])):
        catalog.add(message, locations=[(f"dlcourse/{Path(name).as_posix()}", 0)], auto_comments=comments, context=context)
    return catalog


def update_catalog(language: str = "zh_CN") -> Catalog:
    """Bring a language's file in step with the code: new sentences are empty, what nobody says any more goes."""
    catalog = read_catalog(language)
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment, catalog.fuzzy = f"# The words of the package dlcourse: {language}.", False
    written = io.BytesIO()
    write_po(written, catalog, width=100, include_lineno=False, ignore_obsolete=True, sort_by_file=True)
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line for line in written.getvalue().splitlines(True) if not line.startswith(LEFT_OUT)))
    return catalog


def compile_catalog(language: str = "zh_CN") -> Path:
    """Write the ``.mo`` file that gettext reads, as building the package does."""
    target = po_file(language).with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, read_catalog(language))
    return target
