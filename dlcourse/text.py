"""The words that widgets, checks, plots and the command line show, in the learner's language.

``_("…")`` looks the English sentence up in ``locale/<language>/LC_MESSAGES/dlcourse.mo`` at the moment it is called, and
gives the sentence itself back where there is no translation. The language is the one that `set_language` was given,
else what ``DLCOURSE_LANGUAGE`` says, else the system's (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``, as with all
of gettext), else English.
"""

import functools
import gettext
import locale
import os
from pathlib import Path

__all__ = ["LANGUAGES", "_", "language", "marked", "set_language"]

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
FOLDER = Path(__file__).with_name("locale")
SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
TRADITIONAL = ("zh_tw", "zh_hk", "zh_mo", "zh_hant", "chinese (traditional)")
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


@functools.cache
def _translations(name: str) -> gettext.NullTranslations:
    return gettext.translation("dlcourse", FOLDER, [name], fallback=True)


def _of_the_system() -> str:
    """Give the first language that the system names and the course has; the first variable that is set decides."""
    named = next(filter(None, map(os.environ.get, SYSTEM)), None)
    # Windows, and programs on a Mac that no terminal has started, set none of them.
    names = named.split(":") if named else [locale.getlocale()[0] or ""]
    return next(filter(None, map(_known, names)), "en")


def _known(name: str) -> str | None:
    """Give the course's name of a language: ``zh``, ``zh_CN.UTF-8``, ``zh-Hans`` and Windows' name are one."""
    name = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    if name in ("c", "posix", "en") or name.startswith(("en_", "english")):
        return "en"
    if name == "zh" or name.startswith(("zh_", "chinese")):
        return None if name.startswith(TRADITIONAL) else "zh_CN"
    return None
