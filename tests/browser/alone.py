"""A notebook's widgets alone: its cells that show one, and those that make what these need, in a notebook of their own.

To open a whole chapter, with its formulas, figures and editors, takes a browser four times as long as to open these; that
a chapter is well as a whole is looked at in test_every_notebook.py.
"""

import ast
import builtins

import kernels
import nbformat


def missing_names(source):
    """Give the names that some code uses and neither makes nor imports itself."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    made = {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}
    made |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} | set(dir(builtins))
    return {node.id for node in nodes if isinstance(node, ast.Name)} - made


def made_names(source):
    """Give the names that some code makes or imports for the cells after it."""
    made = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return made


def widgets_and_what_they_need(cells):
    """Give the ids of the cells with a widget, and of those before them that make what they use, in their order."""
    code, run, missing = [cell for cell in cells if cell.cell_type == "code"], [], set()
    for cell in reversed(code):
        widget = any("Shift+Enter" in str(output) for output in cell.outputs)
        if widget or made_names(cell.source) & missing:
            given = {node.arg for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.arg)}
            missing = missing - made_names(cell.source) | missing_names(cell.source) - given
            run.append(cell.id)
    return run[::-1]


def put_aside(path):
    """Write a notebook's widgets alone beside it, if that is not done yet, and give the new file's path."""
    aside = path.with_name(f"{path.stem}, widgets alone.ipynb")
    if not aside.exists():
        notebook = nbformat.read(path, as_version=4)
        needed = widgets_and_what_they_need(notebook.cells)
        notebook.cells = [cell for cell in notebook.cells if cell.id in needed]
        notebook.metadata.kernelspec.name = kernels.NAME
        nbformat.write(notebook, aside)
    return aside
