"""Write the chapters' signature figures as small pictures for README: ``python -m dlcourse.plots.signatures [FOLDER]``."""

import sys
from pathlib import Path

from dlcourse.plots.base import to_png
from dlcourse.plots.signatures import signature
from dlcourse.storage.files import atomic_file


def main(folder: Path) -> None:
    """Draw every signature figure there is into `folder`, as ``chapter04.png`` and so on."""
    for file in sorted(Path(__file__).parent.glob("chapter[0-9][0-9].py")):
        fig = signature(int(file.stem[-2:]))
        with atomic_file(folder / f"{file.stem}.png") as picture:
            picture.write(to_png(fig))


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else Path("notebooks", "images"))
