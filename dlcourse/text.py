"""The words that widgets, checks, plots and the command line show, in the learner's language.

``_("…")`` looks the English sentence up in ``locale/<language>/LC_MESSAGES/dlcourse.mo`` at the moment it is called, and
gives the sentence itself back where there is no translation. The language is the one that `set_language` was given,
else what ``DLCOURSE_LANGUAGE`` says, else the system's (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``, as with all
of gettext), else English.

Pieces that code puts together are joined by `joined`, as the language in use writes it, and columns are filled up to a
width by `padded`: a Chinese character takes two places.
"""

import contextlib
import functools
import gettext
import locale
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["LANGUAGES", "_", "joined", "language", "marked", "padded", "places", "set_language", "speaking", "wrapped"]

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
FOLDER = Path(__file__).with_name("locale")
SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
TRADITIONAL = ("zh_tw", "zh_hk", "zh_mo", "zh_hant", "chinese (traditional)")
# How a language joins what English joins with a sign and a space: sentences, items of a list, clauses, a name and its value.
SIGNS = {"zh_CN": {" ": "", ", ": "、", "; ": "；", ". ": "。", ": ": "："}}
_chosen: str | None = None


def set_language(name: str) -> None:
    """Choose the language for what is made from now on; what stands on the screen stays as it is.

    Parameters
    ----------
    name : str
        ``"en"`` or ``"zh"``; a longer name such as ``"zh_CN"`` or ``"zh-Hans"`` is known too.

    Raises
    ------
    ValueError
        If the course has no such language.
    """
    global _chosen
    known = _known(name) if isinstance(name, str) else None
    if known is None:
        raise ValueError(f"set_language: the language is {name!r}, expected one of {', '.join(map(repr, LANGUAGES))}")
    _chosen = known


@contextlib.contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language, chosen as by `set_language`, for as long as a block takes."""
    global _chosen
    before = _chosen
    set_language(name)
    try:
        yield
    finally:
        _chosen = before


def language() -> str:
    """Give the language in use: one of `LANGUAGES`."""
    return _chosen or _known(os.environ.get("DLCOURSE_LANGUAGE", "")) or _of_the_system()


def _(message: str) -> str:
    """Give an English sentence in the language in use."""
    # Of an empty text gettext would give the catalog's own header.
    return _translations(language()).gettext(message) if message else ""


def marked(message: str) -> str:
    """Give an English sentence as it is, for a table that is read when a module is imported; `_` translates it later."""
    return message


def joined(parts: Iterable[object], sign: str = " ") -> str:
    """Join sentences or other pieces as the language in use does, without those that are empty.

    Parameters
    ----------
    parts : iterable
        Texts, or what gives one with `str`.
    sign : str
        What stands between them in English: a space, or one of ``", "``, ``"; "``, ``". "`` and ``": "``.
    """
    return SIGNS.get(language(), {}).get(sign, sign).join(filter(None, map(str, parts)))


def padded(text: object, width: int, *, right: bool = False) -> str:
    """Fill a text up with spaces to so many places of a terminal, at its end, or before it if it is to stand at the right."""
    spaces = " " * (width - places(str(text)))
    return f"{spaces}{text}" if right else f"{text}{spaces}"


def places(text: str) -> int:
    """Count the places that a text takes in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def wrapped(text: str, width: int) -> str:
    """Break a text into lines of at most so many places: between words, and between Chinese characters."""
    lines, line = [], ""
    # A mark that ends something stays with what it ends.
    for piece in re.findall(r"[\u2e80-\uffef][，。、；：？！）”]*|[^\s\u2e80-\uffef]+[，。、；：？！）”]*|\s+", text):
        if places((line + piece).rstrip()) > width and line:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return "\n".join([*lines, line.rstrip()])


@functools.cache
def _translations(name: str) -> gettext.NullTranslations:
    return gettext.translation("dlcourse", FOLDER, [name], fallback=True)


@functools.cache  # nobody changes these while a program runs
def _of_the_system() -> str:
    """Give the first language that the system names and the course has; the first variable that is set decides."""
    named = next(filter(None, map(os.environ.get, SYSTEM)), None)
    # Windows, and programs on a Mac that no terminal has started, set none of them.
    names = named.split(":") if named else [locale.getlocale()[0] or ""]
    return next(filter(None, map(_known, names)), "en")


@functools.cache  # asked for with each sentence
def _known(name: str) -> str | None:
    """Give the course's name of a language: ``zh``, ``zh_CN.UTF-8``, ``zh-Hans`` and Windows' name are one."""
    name = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    if name in ("c", "posix", "en") or name.startswith(("en_", "english")):
        return "en"
    if name == "zh" or name.startswith(("zh_", "chinese")):
        return None if name.startswith(TRADITIONAL) else "zh_CN"
    return None
