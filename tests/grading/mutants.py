"""Mutants of a solution: the same program with one operator, number, name, argument or line changed.

A check that is worth its points rejects them. Where it does not, the mutant computes the same, or the answers' table
``EQUIVALENT`` says why it may pass.
"""

import ast
import copy
import functools

from answering import answers, chapter_of, limited, question, subjects, verdict

from dlcourse.grading import sources

BINARY = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.Pow: [ast.Mult], ast.FloorDiv: [ast.Div], ast.Mod: [ast.FloorDiv],
}  # fmt: skip
COMPARED = {
    ast.Gt: [ast.Lt, ast.GtE], ast.GtE: [ast.Lt, ast.Gt], ast.Lt: [ast.Gt, ast.LtE], ast.LtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
}  # fmt: skip
PAIRS = [
    ("max", "min"), ("maximum", "minimum"), ("argmax", "argmin"), ("sum", "mean"), ("zeros", "ones"), ("exp", "log"),
    ("zeros_like", "ones_like"), ("zeros_like", "empty_like"), ("all", "any"), ("vstack", "hstack"), ("floor", "ceil"),
]  # fmt: skip
SWAPPED = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
PATIENCE = 3  # seconds of a processor: fifteen times what the slowest check takes
NOT_COMMUTATIVE = ast.Sub | ast.Div | ast.MatMult | ast.Pow
# With these names, two arguments may stand in either order: turned about, it is no mutant but the same program.
COMMUTATIVE = {"max", "min", "maximum", "minimum", "swapaxes"}


def _changes(node):
    """Give what may stand in the place of `node`."""

    def changed(**fields):
        other = copy.deepcopy(node)
        for name, value in fields.items():
            setattr(other, name, value)
        return other

    if isinstance(node, ast.BinOp):
        yield from (changed(op=op()) for op in BINARY.get(type(node.op), []))
        if isinstance(node.op, NOT_COMMUTATIVE):
            yield changed(left=node.right, right=node.left)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare):
        yield from (changed(ops=[op(), *node.ops[1:]]) for op in COMPARED.get(type(node.ops[0]), []))
    elif isinstance(node, ast.BoolOp):
        yield changed(op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.AugAssign):
        yield from (changed(op=op()) for op in BINARY.get(type(node.op), []))
        yield ast.Pass()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield changed(value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield changed(value=node.value + 1)
        yield changed(value=node.value * 2 if isinstance(node.value, float) else node.value - 1)
    elif isinstance(node, ast.Call):
        for place in range(len(node.keywords)):
            yield changed(keywords=node.keywords[:place] + node.keywords[place + 1 :])
        if node.args and not isinstance(node.args[0], ast.Starred):
            yield node.args[0]
        if len(node.args) == 2 and getattr(node.func, "attr", getattr(node.func, "id", "")) not in COMMUTATIVE:
            yield changed(args=node.args[::-1])
    elif isinstance(node, ast.Attribute):
        if node.attr in SWAPPED:
            yield changed(attr=SWAPPED[node.attr])
        elif node.attr == "T":
            yield node.value
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.If):
        yield changed(test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def _with(tree, node, new):
    """Give the text of the program with `new` in the place of `node`."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, new)
                text = ast.unparse(tree)
                setattr(parent, name, node)
                return text
            if isinstance(value, list) and any(item is node for item in value):
                place = next(place for place, item in enumerate(value) if item is node)
                value[place] = new
                text = ast.unparse(tree)
                value[place] = node
                return text
    raise ValueError("the node is not part of the tree")


def _solution_lines(source):
    """Give the numbers that the lines between the marks have once the marks are taken out."""
    lines, number, inside = set(), 0, False
    for line in source.splitlines():
        if sources.REGION.match(line + "\n"):
            inside = "BEGIN" in line
            continue
        number += 1
        if inside:
            lines.add(number)
    return lines


def mutants(source):
    """Give ``(what was changed, text of the mutant)`` for the solution cell `source`, each program once."""
    lines, text = _solution_lines(source), sources.REGION.sub("", source).rstrip()
    tree = ast.parse(text)
    seen = {ast.unparse(tree)}
    for node in ast.walk(tree):
        if getattr(node, "lineno", None) not in lines:
            continue
        for new in _changes(node):
            mutant = _with(tree, node, new)
            if mutant not in seen:
                seen.add(mutant)
                before, after = ast.unparse(node).split("\n")[0], ast.unparse(new).split("\n")[0]
                yield f"line {node.lineno}: {before} → {after}", mutant


def accepted(number, text):
    """Does a mutant pass the visible and the hidden tests? One that loops without end does not."""
    try:
        with limited(PATIENCE):
            things = subjects(number, text)
    except Exception:  # the cell raises: there is no answer
        return False
    return all(verdict(number, things, seed, seconds=PATIENCE) is None for seed in [0, *question(number).hidden_seeds])


@functools.cache
def survivors(number):
    """Give how many mutants an exercise's solution has, and those that its check accepts."""
    found = list(mutants(question(number).answer.source))
    return len(found), [what for what, text in found if accepted(number, text)]


def reasons(number):
    """Give why mutants of an exercise may survive, each by what was changed."""
    return answers(chapter_of(number)).EQUIVALENT.get(number, {})
