"""How explorers look: sharp on a fine screen, at home in a dark theme, whole on a telephone."""

import pytest

# A notebook with a picture that follows a hand, one that trains; one with two pictures, one with a network.
SHOWN = {
    "06_optimizers": ("play-race", "play-digits"),
    "09_cnn": ("play-window", "play-inside"),
}
READABLE = 4.5  # contrast of text, WCAG 2.1, AA

# The light that a picture's paper sends, from 0 to 1, and whether its corners are those of a card.
CARD = """image => {
    const style = getComputedStyle(image);
    return [Number(style.filter.match(/brightness\\(([\\d.]+)\\)/)?.[1] ?? 1), parseFloat(style.borderRadius)];
}"""

WIDER = """widget => [widget, widget.closest('.jp-OutputArea-output'), document.querySelector('.jp-WindowedPanel-outer'), document.body]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => `${one.className}: ${one.scrollWidth} in ${one.clientWidth}`)"""


@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name in SHOWN for cell in SHOWN[name]])
def test_it_looks_as_meant(ready, name, cell):
    notebook, _widget = ready(name, cell, ratio=2)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    widget = notebook.widget(cell)
    widget.settled()
    widget.wait_for(lambda: set(widget.sharpness()) == {2})
    image = widget.locator.locator("img").first
    assert image.bounding_box()["width"] == int(image.get_attribute("width"))
    assert image.evaluate(CARD) == [1, 0]
    notebook.set_theme("dark")
    widget.settled()
    light, corners = image.evaluate(CARD)
    assert light < 1 and corners > 0
    assert widget.contrast() > READABLE
    widget.screenshot(f"dark_{name}_{cell}")
    notebook.set_theme("light")
    notebook.page.set_viewport_size({"width": 390, "height": 844})
    notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    widget = notebook.widget(cell)
    widget.unfold()
    widget.settled()
    assert widget.locator.evaluate(WIDER) == []
    assert widget.clipped() == []


def test_a_screen_that_changes_is_followed(ready):
    notebook, widget = ready("06_optimizers", "play-race", ratio=2)
    page = notebook.page
    notebook.changed = True
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setDeviceMetricsOverride", {"width": 1400, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
    widget.press("start y", "ArrowRight")
    widget.wait_for(lambda: set(widget.sharpness()) == {1})
    devtools.send("Emulation.clearDeviceMetricsOverride")
