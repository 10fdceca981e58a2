"""The words for those who cannot see a figure, kept beside the chapters so that their cells stay short.

``show(fig, "04/code-h")`` finds them in ``chapter04.py`` under the id of the cell that shows the figure.
"""

import re
from importlib import import_module
from importlib.util import find_spec

__all__ = ["alt_text"]


def alt_text(alt: str) -> str:
    """Give the words that a key such as ``"04/code-h"`` stands for; other words stand for themselves.

    Raises
    ------
    ValueError
        If `alt` looks like a key and there are no such words; the message says where they belong.
    """
    if not isinstance(alt, str) or not re.fullmatch(r"(\d\d|playground)/[\w-]+", alt):
        return alt
    part, name = alt.split("/")
    module = f"{__name__}.{'chapter' + part if part.isdigit() else part}"
    texts = import_module(module).alt_texts() if find_spec(module) else {}
    if name not in texts:
        raise ValueError(f"show: there are no words for {alt!r}, expected them as {name!r} in {module}")
    return texts[name]
