"""How an answer is written, read from the cells of a notebook: no running code has a say in it."""

import ast

__all__ = ["KEPT", "only_definitions", "parsed"]

KEPT = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def parsed(text: str) -> ast.Module:
    """Give the tree of a cell's text; an empty one where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def only_definitions(text: str) -> str:
    """Give the imports, functions and classes of a cell alone: what is left of a cell that never ends."""
    return "\n\n".join(ast.unparse(node) for node in parsed(text).body if isinstance(node, KEPT))
