"""Take a picture of every explorer in every window, for people to look at: ``python tests/browser/screenshots.py FOLDER``.

Each is one file, such as ``06_optimizers play-race 1366 dark x2.png``; what is clipped or hard to read is written out. All
of them together take a quarter of an hour: ``--only race --sizes 390 1366 --themes dark --ratios 2`` takes a few.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from lab import ARGUMENTS, EXPLORERS, Lab, Notebook, chromium
from playwright.sync_api import sync_playwright

SIZES = {390: 844, 1024: 700, 1366: 768, 1920: 1080, 3840: 2160}


def shoot(notebook, name, cell, folder, ratio, asked):
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    notebook.run(cell)
    widget = notebook.widget(cell)
    for theme in asked.themes:
        notebook.set_theme(theme)
        for width in asked.sizes:
            notebook.page.set_viewport_size({"width": width, "height": SIZES[width]})
            notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
            widget = notebook.widget(cell)
            if asked.unfold:
                widget.unfold()
            widget.settled()
            what = f"{name} {cell} {width} {theme} x{ratio}"
            box = widget.locator.bounding_box()
            print(f"{what}: {box['width']:.0f} × {box['height']:.0f}, contrast {widget.contrast():.1f}", *widget.clipped(), flush=True)
            widget.locator.screenshot(path=folder / f"{what}.png")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="a part of the names of a notebook and its cell")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, choices=SIZES, help="widths of the window")
    parser.add_argument("--themes", nargs="+", default=("light", "dark"), choices=("light", "dark"))
    parser.add_argument("--ratios", type=int, nargs="+", default=(1, 2), help="dots of the screen to a pixel")
    parser.add_argument("--unfold", action="store_true", help="open all that is folded away")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in EXPLORERS if asked.only in " ".join(one)]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser, lab = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS)), Lab(folder)
        try:
            for ratio in asked.ratios:
                for name in dict.fromkeys(name for name, _cell in chosen):
                    context = browser.new_context(device_scale_factor=ratio, viewport={"width": 1366, "height": 768})
                    notebook = Notebook(context.new_page(), lab, f"{name}.ipynb")
                    for _name, cell in (one for one in chosen if one[0] == name):
                        shoot(notebook, name, cell, asked.folder, ratio, asked)
                    notebook.close()
                    context.close()
        finally:
            lab.stop()
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
