"""Small windows: nothing is cut off, and the picture is in sight together with the controls that it answers to."""

import pytest
from lab import EXPLORERS

SIZES = [(1024, 700), (390, 844), (911, 512)]  # the last is a window of 1366 × 768 at a zoom of 150 %

CUT = """widget => {
    const output = widget.closest('.jp-OutputArea-output').getBoundingClientRect();
    return [...widget.querySelectorAll('img, button, input, select, canvas, .noUi-target')]
        .filter(one => one.checkVisibility())
        .map(one => [one.tagName + ' ' + (one.textContent || one.value || one.alt || '').slice(0, 30),
                     one.getBoundingClientRect()])
        .filter(([name, box]) => box.width < 8 || box.left < output.left - 1 || box.right > output.right + 1)
        .map(([name, box]) => `${name}: ${Math.round(box.left)} to ${Math.round(box.right)}`
            + ` in ${Math.round(output.left)} to ${Math.round(output.right)}`);
}"""


@pytest.mark.parametrize(("name", "cell"), EXPLORERS)
def test_nothing_is_cut_and_all_is_in_sight(one_notebook, name, cell):
    notebook = one_notebook(name)
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    notebook.run(cell)
    widget = notebook.widget(cell)
    widget.settled()
    window = notebook.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').clientHeight")
    height = widget.locator.bounding_box()["height"]
    print(f"{name} {cell}: {height:.0f} of {window} pixels high in a window of 1366 × 768")
    widget.screenshot(f"small_{name}_{cell}_1366")
    tall = height > window
    widget.unfold()
    cut = {}
    for width, high in SIZES:
        notebook.page.set_viewport_size({"width": width, "height": high})
        hide = "() => window.jupyterapp.shell.collapseLeft()"
        notebook.page.evaluate(hide)
        notebook.page.wait_for_timeout(200)
        widget = notebook.widget(cell)
        if found := widget.locator.evaluate(CUT):
            cut[width] = found
        widget.screenshot(f"small_{name}_{cell}_{width}")
    assert cut == {}
    assert not tall, f"{height:.0f} pixels high, and {window} can be seen"
