"""Flowcharts from left to right, written for Mermaid as JupyterLab shows them, as boxes and arrows of plain HTML.

Mermaid itself would be three megabytes of script for a few boxes.
"""

import html
import re

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

# A box, or a circle, is a name, with its words where it comes first; an arrow, or one of dots, may have words too. Where
# it leads to several boxes, & stands between these.
BOX = re.compile(r'(\w+)(?:\["([^"]+)"\]|\(\((\w+)\)\))?')
ARROW = re.compile(r'\s*(?:--(?:\s*"([^"]+)"\s*--|\s*([^->"]+?)\s*--)?>|-\.(?:\s*([^-."]+?)\s*\.)?->|(&))\s*')


def as_html(source: str) -> str:
    """Give the HTML of a flowchart, one row for each of its lines, and its description for who cannot see it."""
    first, *lines = [line.strip() for line in source.strip().splitlines()]
    described = [line.removeprefix("accDescr:").strip() for line in lines if line.startswith("accDescr:")]
    if first != "flowchart LR" or len(described) != 1:
        raise ExtensionError(f"expected a flowchart LR with an accDescr, not {source!r}")
    words: dict[str, str] = {}
    rows = "".join(_row(line, words) for line in lines if not line.startswith("acc"))
    return f'<div class="flowchart" role="img" aria-label="{html.escape(described[0])}">{rows}</div>'


def _row(line: str, words: dict[str, str]) -> str:
    parts, place, expected = [], 0, BOX
    while place < len(line):
        found = expected.match(line, place)
        if found is None:
            raise ExtensionError(f"this is more than boxes and arrows: {line!r}")
        place = found.end()
        if expected is BOX:
            name, *texts = found.groups()
            text = html.escape(words.setdefault(name, next(filter(None, texts), name))).replace("&lt;br&gt;", "<br>")
            parts.append(f"<span>{text}</span>")
        else:
            said = html.escape(next(filter(None, found.groups()[:3]), ""))
            parts.append("<i>,</i>" if found[4] else f"<i>{said} →</i>")
        expected = ARROW if expected is BOX else BOX
    return f"<div>{''.join(parts)}</div>"


class Flowcharts(SphinxTransform):
    """Put the HTML in the place of the source."""

    default_priority = 400

    def apply(self) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            if block.get("language") == "mermaid":
                block.replace_self(nodes.raw("", as_html(block.astext()), format="html"))


def setup(app) -> dict[str, bool]:
    """Let Sphinx apply it to every page."""
    app.add_transform(Flowcharts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
