"""Docstrings are written for ``help()``: a star in ``(N, *input_shape)`` is a star, and begins no emphasis."""

import re

LITERAL_OR_STAR = re.compile(r"(``.*?``|\*\*\w+ :|\*\*\w+\*\*|\*\w[^*]*\w\*)|\*(?=\w)")


def keep_stars(app, what, name, thing, options, lines: list[str]) -> None:
    """Put a backslash before each star that stands alone."""
    lines[:] = [LITERAL_OR_STAR.sub(lambda found: found[1] or r"\*", line) for line in lines]


def setup(app) -> dict[str, bool]:
    """Do so before the docstring's sections are read."""
    app.connect("autodoc-process-docstring", keep_stars, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
