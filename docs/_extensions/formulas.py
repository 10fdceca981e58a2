"""Formulas as MathML, which every browser now shows by itself: no script, no font, no picture."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError


def _mathml(node: nodes.Element, display: str) -> str:
    text = node.astext()
    converted = convert(text, display=display)
    if "\\" in converted:  # a command that it does not know is left in the formula as it is
        raise ExtensionError(f"latex2mathml cannot show the formula {text!r}")
    return converted


def visit_inline(writer, node: nodes.Element) -> None:
    writer.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def visit_block(writer, node: nodes.Element) -> None:
    writer.body.append(f'<div class="math">{_mathml(node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app) -> dict[str, bool]:
    """Give Sphinx one more way to write a formula into HTML."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
