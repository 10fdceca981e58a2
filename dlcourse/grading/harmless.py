"""What learners write is shown to a teacher: made harmless on its way in.

Formgrader and feedback pages show Markdown with the HTML in it, and a page of formgrader may do all that its teacher
may. So a cell that could come out as anything but plain Markdown is rendered here, cleaned by nh3, and kept as that.
"""

import re
from collections.abc import Iterable

import nh3
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode

__all__ = ["clean", "markdown", "whole"]

# The renderer needs more than twice as long for twice as much: seconds for the first, in a cell made for that.
MOST_TEXT, MOST_IN_ALL = 20_000, 200_000
# A tag, a comment, or a link with an address of its own begins with one of these, in Markdown as well.
SUSPECT = re.compile(r"<[a-z/!?]|&[a-z#]|\][(:\[]", re.I)
ATTRIBUTES = {name: set(values) for name, values in nh3.ALLOWED_ATTRIBUTES.items()}
# Of a page of ours nothing may be imitated or covered: no classes, styles, ids or forms.
SCHEMES = {"http", "https", "mailto", "data"}
TAGS = nh3.ALLOWED_TAGS - {"form", "input", "button", "map", "area"}


def markdown(text: str, most: int = MOST_TEXT) -> str:
    """Give Markdown that shows the same, or the first of it, and does nothing."""
    text = whole(text)
    if len(text) > most:
        text = text[:most] + "\n\n…"
    try:
        html = markdown2html_mistune(text)
    except Exception as error:
        # Whatever stops the renderer here would stop it again for each page.
        return _as_it_stands(f"{type(error).__name__}\n{text}")
    if not SUSPECT.search(text):
        return text
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, attribute_filter=_address)
    # A block of HTML in Markdown goes as far as the first empty line.
    return "<div>\n" + re.sub(r"\n[^\S\n]*(?=\n)", "\n&#10;", cleaned.strip()) + "\n</div>"


def _address(tag: str, name: str, value: str) -> str | None:
    """Keep links to the web and within the page; and pictures only where the text itself holds them.

    What a page loads by itself, it loads with the rights of who reads it.
    """
    if name in ("src", "cite"):
        return value if tag == "img" and re.match(r"data:image/(png|jpeg|gif|webp);base64,", value) else None
    if name == "href":
        return value if re.match(r"https?://|mailto:|#", value, re.I) else None
    return value


def _as_it_stands(text: str) -> str:
    lines = nh3.clean_text(text).split("\n")
    return "<pre>\n" + "\n".join(line if line.strip() else "&#10;" for line in lines) + "\n</pre>"


def clean(cells: Iterable[NotebookNode]) -> None:
    """Make the sources of cells harmless, in their place."""
    left = MOST_IN_ALL
    for cell in cells:
        cell.source = whole(cell.source)
        if cell.cell_type == "code":
            continue
        cell.pop("attachments", None)
        if cell.cell_type == "raw":  # shown as it is, where its metadata say that it is HTML
            cell.source = nh3.clean_text(cell.source) if SUSPECT.search(cell.source) else cell.source
            continue
        most = min(MOST_TEXT, left)
        left -= min(len(cell.source), most)
        cell.source = markdown(cell.source, most)


def whole(text: str) -> str:
    """Replace halves of letters (lone surrogates), which JSON can carry and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
