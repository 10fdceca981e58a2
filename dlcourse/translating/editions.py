"""Which notebook is the translation of which, and what must be equal in both.

A translated notebook has the cells of the English one, with their ids. What has words (prose, and code with comments or
sentences in strings) keeps in its metadata, as ``dlcourse.of``, a fingerprint of the English that it translates: when
that changes, everybody can see which cells are behind.
"""

import ast
import hashlib
import io
import os
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.grading import sources
from dlcourse.grading.sources import LANGUAGE_LINE
from dlcourse.storage.places import course_folder

__all__ = ["LANGUAGE_LINE", "Pair", "fingerprint", "is_current", "pair", "pairs", "relinked", "same_code", "words_of"]

LINK = re.compile(r'(\]\(|(?:src|href)=")([^)"#\s]+)')


@dataclass(frozen=True)
class Pair:
    """An English notebook and its translation; `seen_from` are the folders in which a reader opens them."""

    name: str
    english: Path
    translated: Path
    seen_from: tuple[Path, Path]

    @property
    def is_exercises(self) -> bool:
        """Whether it is a source of exercises."""
        return self.english.parent != self.seen_from[0]


def pairs() -> list[Pair]:
    """Give all notebooks that have to be translated: the chapters and the playground, then the sources of exercises."""
    folder = course_folder()
    if folder is None:
        raise FileNotFoundError("the notebooks are not part of the installed package: work in the course's folder")
    top = folder / "notebooks"
    found = [
        Pair(path.stem, path, top / "zh" / path.name, (top, top / "zh")) for path in sorted(top.glob("*.ipynb"))
    ]  # fmt: skip
    seen_from = top / "exercises", top / "zh" / "exercises"
    for path in map(sources.source_file, sources.chapters()):
        found.append(Pair(f"exercises-{path.stem}", path, top / "zh" / path.relative_to(top), seen_from))
    return found


def pair(name: str) -> Pair:
    """Give the pair of this name, or of the only one that begins with it.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    found = [one for one in pairs() if one.name.startswith(name)]
    if len(found) != 1:
        raise ValueError(f"{name!r} is not one notebook; there are: {', '.join(one.name for one in found or pairs())}")
    return found[0]


def words_of(cell: NotebookNode) -> dict[str, str]:
    """Give what has to be translated in an English cell: its source (or template), and the rubric of an exercise.

    A cell of code without comments and without a sentence in a string has nothing.
    """
    ours = cell.metadata.get("dlcourse", {})
    words = {"source": ours.get("template", cell.source)}
    if cell.cell_type == "code" and not _speaks(words["source"]):
        return {}
    return words | ({"rubric": ours["rubric"]} if ours.get("rubric") else {})


def fingerprint(cell: NotebookNode) -> str:
    """Give twelve digits that change with the words of an English cell."""
    return hashlib.sha256("\0".join(words_of(cell).values()).encode()).hexdigest()[:12]


def is_current(english: NotebookNode, translated: NotebookNode | None) -> bool:
    """Tell whether a cell translates what the English one says today."""
    return translated is not None and translated.metadata.get("dlcourse", {}).get("of") == fingerprint(english)


def same_code(one: str, other: str) -> bool:
    """Tell whether two pieces of code differ in their strings and comments at most."""
    return _shape(one) == _shape(other)


def relinked(source: str, seen_from: tuple[Path, Path]) -> str:
    """Give Markdown whose links, right as seen from one folder, are right as seen from the other."""
    here, there = seen_from

    def link(match: re.Match) -> str:
        target = match[2]
        # A notebook has a twin on the other side: the same words lead there.
        if "://" in target or not (here / target).exists() or re.search(r"(^|/)(\w+\.ipynb|exercises/?)$", target):
            return match[0]
        return match[1] + Path(os.path.relpath(here / target, there)).as_posix()

    return LINK.sub(link, source)


def read(path: Path) -> NotebookNode | None:
    """Read a notebook; None where there is none yet."""
    return nbformat.read(path, as_version=4) if path.exists() else None


def _python(source: str) -> str:
    """Give a cell's Python: IPython's own lines count as nothing."""
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M)


def _speaks(source: str) -> bool:
    """Tell whether code has a comment, a string with words in it, or a single word that is shown."""
    tokens = tokenize.generate_tokens(io.StringIO(_python(source)).readline)
    # nbgrader's marks stay as they are.
    if any(token.type == tokenize.COMMENT and not token.string.startswith("###") for token in tokens):
        return True
    tree = ast.parse(_python(source))
    if any(re.search(r"[A-Za-z]{2}.* |[ {].*[A-Za-z]{2}", text) for text in _texts(tree)):
        return True
    shown = [part for node in ast.walk(tree) if isinstance(node, ast.Call) for part in _shown(node)]
    if any(re.search(r"[A-Za-z]{3}", text) for part in shown for text in _texts(part)):
        return True
    return any(re.fullmatch(r"[a-z][a-z-]{2,}", text) for node in ast.walk(tree) for text in _named(node))


def _texts(tree: ast.AST) -> list[str]:
    """Give the strings in a piece of code."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _shown(call: ast.Call) -> list[ast.AST]:
    """Give the arguments of a call that a reader gets to see: what is printed, and words on figures."""
    name = ast.unparse(call.func).rpartition(".")[2]
    if name in ("print", "text", "annotate", "title", "suptitle", "legend", "xlabel", "ylabel") or name.startswith("set_"):
        return [*call.args, *(word.value for word in call.keywords)]
    return [word.value for word in call.keywords if word.arg and word.arg.endswith(("label", "labels", "title"))]


def _named(node: ast.AST) -> list[str]:
    """Give the keys under which a mapping holds what was computed: such a mapping is drawn or printed with its names.

    Settings and predictions have plain numbers, None or (in a template) a number's place under theirs: code reads those.
    """
    if not isinstance(node, ast.Dict):
        return []
    settings = ast.Constant, ast.Tuple, ast.Set, ast.UnaryOp
    return [key.value for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and not isinstance(value, settings)]


class _Masked(ast.NodeTransformer):
    """Takes the words out of a syntax tree: texts become one and the same, an f-string the set of its values.

    How wide a column is depends on the words in it, so a width alone is taken out, too.
    """

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        # As it stands in Python: f'12'.
        if node.format_spec and re.fullmatch(r"f'[<>^]?\d+s?'", ast.unparse(node.format_spec)):
            node.format_spec = None
        return self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        values = sorted(ast.dump(self.visit(part)) for part in node.values if isinstance(part, ast.FormattedValue))
        return ast.Constant(tuple(values)) if values else ast.Constant("")


def _shape(source: str) -> str:
    return ast.dump(_Masked().visit(ast.parse(_python(source))))
