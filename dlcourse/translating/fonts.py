"""Glyphs for figures: as many of Noto Sans SC as the course's Chinese figures use, and no more.

A fresh Linux has no Chinese font, and matplotlib's own has no Chinese glyph. The subset lies beside `dlcourse.plots`
with its licence, and is made anew when a figure says something new.
"""

import ast
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from dlcourse.plots.fonts import FILE
from dlcourse.translating.catalog import read_catalog
from dlcourse.translating.editions import pairs, read

__all__ = ["ROOMS", "glyphs_of_the_course", "make_font", "missing_glyphs"]

# Where the package's words may be drawn in a picture; all others are shown as text by the browser or the terminal.
ROOMS = ("dlcourse/plots/", "dlcourse/widgets/", "dlcourse/datasets.py")


def glyphs_of_the_course() -> set[str]:
    """Give every character beyond ASCII of the Chinese words that may stand in a figure."""
    found = set()
    for message in read_catalog():
        if any(place.startswith(ROOMS) for place, _line in message.locations):
            found.update(str(message.string))
    for one in pairs():
        notebook = read(one.translated)
        for cell in notebook.cells if notebook else []:
            if cell.cell_type == "code":
                tree = ast.parse("\n".join(line for line in cell.source.splitlines() if line.lstrip()[:1] not in "%!"))
                texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
                found.update(*(text for text in texts if isinstance(text, str)))
    return {letter for letter in found if ord(letter) > 126}


def make_font(noto: Path) -> int:
    """Write the subset from a file of Noto Sans CJK or SC, and give its size in bytes.

    Parameters
    ----------
    noto : Path
        ``NotoSansCJK-Regular.ttc`` or ``NotoSansSC-Regular.otf``, as https://github.com/notofonts/noto-cjk has them.
    """
    font = _simplified(noto)
    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 13, 14], notdef_outline=True))
    cutter.populate(unicodes=[ord(letter) for letter in glyphs_of_the_course()] + list(range(32, 127)))
    cutter.subset(font)
    font.save(FILE)
    return FILE.stat().st_size


def missing_glyphs() -> set[str]:
    """Give the characters of Chinese figures that neither the subset nor matplotlib's own font has."""
    import matplotlib

    own = TTFont(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")).getBestCmap()
    there = TTFont(FILE).getBestCmap() if FILE.exists() else {}
    return {letter for letter in glyphs_of_the_course() if ord(letter) not in own and ord(letter) not in there}


def _simplified(path: Path) -> TTFont:
    """Open a font; of a collection the one for simplified Chinese."""
    if path.suffix != ".ttc":
        return TTFont(path)
    return next(font for font in TTCollection(path).fonts if "CJK SC" in font["name"].getDebugName(4))
