"""How an answer is written, read from the cells of a notebook: no running code has a say in it."""

import ast
import textwrap
from collections.abc import Iterator, Sequence

__all__ = ["only_definitions", "parsed", "source"]

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


def source(cells: Sequence[str], name: str) -> str:
    """Give the source of what `name` holds after the cells have run.

    Of a function that is its definition, and of a class its methods, as at home. For any other assignment it is that
    line, with the definitions of the names in it. Where nothing in the text says where the name comes from, it is the
    text of all cells: what is forbidden must then stand nowhere.
    """
    found = _source([(text, parsed(text)) for text in cells], name, set())
    return "\n".join(cells) if found is None else found


def _source(cells: Sequence[tuple[str, ast.Module]], name: str, seen: set[str]) -> str | None:
    seen.add(name)
    every = [(text, *found) for text, tree in cells for found in _statements(tree.body)]
    bound = [(text, node, sure) for text, node, sure in every if name in _binds(node)]
    # What stands below an if may have run or not: it counts, and so does what it may have replaced.
    # So does what a name held before, where it is made from that.
    ends = [place for place, (_text, node, sure) in enumerate(bound) if sure and not _uses(node, name)]
    last = max(ends, default=0)
    return "\n".join(_one(cells, text, node, seen) for text, node, _sure in bound[last:]) if bound else None


def _uses(node: ast.stmt, name: str) -> bool:
    if isinstance(node, KEPT):
        return False
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
    return isinstance(node, ast.AugAssign) or name in {part.id for part in names}


def _one(cells: Sequence[tuple[str, ast.Module]], text: str, node: ast.stmt, seen: set[str]) -> str:
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
        return "\n".join(_text(text, part) for part in methods) or _text(text, node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _text(text, node)
    if isinstance(node, ast.ImportFrom | ast.Import):
        return "\n".join(f"{alias.asname or alias.name} = {alias.name}" for alias in node.names if alias.name != "*")
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - seen
    behind = [_source(cells, other, seen) for other in sorted(used)]
    return "\n".join([_text(text, node), *filter(None, behind)])


def _text(text: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
    return textwrap.dedent("\n".join(text.splitlines()[first - 1 : node.end_lineno]))


def _statements(body: Sequence[ast.stmt], sure: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """Walk what runs with a cell, in order, and whether it is sure to: not the insides of functions and classes."""
    for node in body:
        yield node, sure
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for field in ("body", "orelse", "handlers", "finalbody", "cases"):
                for inner in getattr(node, field, []):
                    yield from _statements([inner] if isinstance(inner, ast.stmt) else inner.body, False)


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    targets = [node] if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr) else []
    targets += [node.target] if isinstance(node, ast.For) else []
    targets += [item.optional_vars for item in node.items if item.optional_vars] if isinstance(node, ast.With) else []
    parts = [part for target in targets for part in ast.walk(target)]
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
