"""How an answer is written, read from the cells of a notebook: no running code has a say in it."""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence

__all__ = ["only_definitions", "parsed", "source"]

# What reaches the names of a notebook around its text.
AROUND = re.compile(
    r"\b__main__\b|\bglobals\s*\(|_getframe|\bf_globals\b|__globals__|__code__|\bsys\s*\.\s*modules\b|\bexec\s*\(|"
    r"\buser_ns\b|\bget_objects\b|\bget_referrers\b")
STARTED = re.compile(r"""__name__\s*==\s*(['"])__main__\1""")
BODIES = ("body", "orelse", "handlers", "finalbody", "cases")
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
    line, with the definitions of the names in it. Where nothing in the text says where the name comes from, or where
    names may have been set around the text, it is the text of all cells: what is forbidden must then stand nowhere.
    """
    trees = [(text, parsed(text)) for text in cells]
    nodes = [node for _text, tree in trees for node in ast.walk(tree)]
    around = any(AROUND.search(STARTED.sub("", text)) for text in cells) or _changes_modules(nodes)
    around = around or any(isinstance(node, ast.Global) and name in node.names for node in nodes)
    found = None if around else _source(trees, name, set())
    return "\n".join(cells) if found is None else found


def _changes_modules(nodes: Sequence[ast.AST]) -> bool:
    """Say whether something is put into an imported module: what it gives is then not what its name says."""
    imports = [alias for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names]
    modules = {alias.asname or alias.name.split(".")[0] for alias in imports}
    for node in nodes:
        if isinstance(node, ast.Attribute) and (isinstance(node.ctx, ast.Store) or node.attr == "__dict__"):
            if _root(node) in modules:
                return True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "vars"):
            if node.args and _root(node.args[0]) in modules:
                return True
    return False


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _source(cells: Sequence[tuple[str, ast.Module]], name: str, seen: set[str]) -> str | None:
    seen.add(name)
    every = [(text, *found) for text, tree in cells for found in _statements(tree.body)]
    bound = [(text, node, sure) for text, node, sure in every if name in _binds(node)]
    if any(name != getattr(node, "name", name) for _text, node, _sure in bound):
        return None  # in a decorator, or in what an argument is when nobody gives it
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
            for field in BODIES:
                for inner in getattr(node, field, []):
                    yield from _statements([inner] if isinstance(inner, ast.stmt) else inner.body, False)


def _binds(node: ast.stmt) -> set[str]:
    """Give the names that a statement binds by itself: not in its body."""
    found: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found.add(node.name)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        found |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    own = [value for field, value in ast.iter_fields(node) if field not in BODIES]
    own += [part for case in getattr(node, "cases", []) for part in (case.pattern, case.guard)]
    found |= {handler.name for handler in getattr(node, "handlers", []) if handler.name}
    for part in (part for value in own for item in _listed(value) for part in ast.walk(item)):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif isinstance(part, ast.MatchAs | ast.MatchStar | ast.MatchMapping):
            found.add(getattr(part, "name", None) or getattr(part, "rest", None) or "")
    return found


def _listed(value: object) -> list[ast.AST]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)]
