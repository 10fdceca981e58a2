"""Letters that matplotlib's own font does not have: Chinese ones, as many as the course's figures use."""

import dataclasses
from pathlib import Path

import matplotlib
from matplotlib import font_manager

__all__ = ["FILE", "use_chinese_letters"]

# A subset of Noto Sans SC (SIL Open Font License 1.1, fonts/OFL.txt); `python -m dlcourse.translating font` makes it.
FILE = Path(__file__).with_name("letters") / "NotoSansSC-subset.otf"


def use_chinese_letters() -> None:
    """Let matplotlib take the letters its own font does not have from ours; all others stay as they are."""
    if not FILE.exists():
        return
    known = {Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    if FILE not in known:
        font_manager.fontManager.addfont(FILE)
        # The one weight stands in for bold, too: else matplotlib says at each title that it has found no bold one.
        regular = font_manager.fontManager.ttflist[-1]
        font_manager.fontManager.ttflist.append(dataclasses.replace(regular, weight=700))
    name = font_manager.FontProperties(fname=FILE).get_name()
    families = list(matplotlib.rcParams["font.family"])
    if name not in families:
        matplotlib.rcParams["font.family"] = [*families, name]
