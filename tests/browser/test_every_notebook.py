"""Each notebook, opened in a real JupyterLab as a learner opens it, runs to its end, and puts up no barrier."""

import re

import nbformat
import pytest
from lab import ROOT
from test_chapters import missing_names

axe_playwright = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python to look for barriers in a browser"
)

NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
CHINESE = [f"zh/{path.stem}" for path in sorted((ROOT / "notebooks" / "zh").glob("*.ipynb"))]

# Where an image has no words, the start of its source.
SILENT_IMAGES = """() => [...document.querySelectorAll('.jp-Notebook img')]
    .filter(image => !image.alt.trim()).map(image => image.src.slice(0, 80))"""

# What JupyterLab shows in the place of a widget without a kernel.
BROKEN_WIDGETS = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .map(output => output.innerText).filter(text => text.includes('Error displaying widget'))"""

# Names of controls that end in "…", since they have too little room. (Those of a filter's cells have none at all: they are
# there for screen readers.)
CUT_NAMES = """() => [...document.querySelectorAll('.jp-Notebook .widget-label')]
    .filter(label => label.innerText && label.clientWidth > 2 && label.scrollWidth > label.clientWidth + 1)
    .map(label => label.innerText)"""

SILENT_OR_CUT = f"() => [...({SILENT_IMAGES})(), ...({CUT_NAMES})()]"
SILENT_OR_BROKEN = f"() => [...({SILENT_IMAGES})(), ...({BROKEN_WIDGETS})()]"

ALL_CELLS_ON_THE_PAGE = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.notebookConfig = {...notebook.notebookConfig, windowingMode: 'none'};
}"""

# JupyterLab's body has no height and hides what overflows. axe-core takes all in it for hidden, and looks at no colour.
BODY_WITH_A_HEIGHT = "body { height: 100vh }"

# What JupyterLab and its widgets bring along: the editor of a cell with its colours, the grey number beside it, the list
# of cells, the button that folds a section, and the handle of a slider, which has no name (its number box has one).
LEFT_OUT = [[".cm-editor"], [".jp-InputArea-prompt"], [".jp-OutputArea-prompt"]]
# Its links have no underline and a blue that is close to black: its style sheet says so for all notebooks.
NOT_OUR_RULES = {"link-in-text-block"}
NOT_OURS = re.compile(r'class="[^"]*(jp-WindowedPanel-viewport|jp-collapseHeadingButton|noUi-handle)')


def barriers(page, options=None):
    """Give what axe-core finds in the notebook and is not JupyterLab's own: rule, help, and the element."""
    found = axe_playwright.Axe().run(
        page, context={"include": [[".jp-Notebook"]], "exclude": LEFT_OUT}, options=options
    )
    return [
        (violation["id"], violation["help"], node["html"][:200])
        for violation in found.response["violations"]
        for node in violation["nodes"]
        if violation["id"] not in NOT_OUR_RULES and not NOT_OURS.search(node["html"])
    ]


def barriers_in_both_themes(notebook):
    """Look at all cells in the light theme, and at the colours in the dark one; give what is in the way in each.

    This is the last that a page is used for: its window stays large.
    """
    notebook.page.add_style_tag(content=BODY_WITH_A_HEIGHT)
    notebook.page.evaluate(ALL_CELLS_ON_THE_PAGE)
    notebook.page.locator(".jp-Notebook .jp-Cell").last.wait_for()
    # axe-core cannot tell the colours of what has been scrolled out of the window: make it as high as the notebook.
    height = notebook.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
    notebook.page.set_viewport_size({"width": 1400, "height": height + 200})
    notebook.set_theme("dark")
    dark = barriers(notebook.page, {"runOnly": ["color-contrast"]})
    notebook.set_theme("light")
    return {"light": barriers(notebook.page), "dark": dark}


# Written into the first text of a notebook as its author would: what is put into the page alone is gone when JupyterLab
# renders the text again.
PLANT_A_BARRIER = """() => {
    const first = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
        .find(cell => cell.cell_type === 'markdown');
    first.setSource(first.getSource()
        + '\\n\\n<a href="x.html"></a><p style="color: #eee; background-color: white">pale</p>');
}"""


@pytest.fixture
def opened(open_notebook):
    """Give a function that opens a notebook, which is closed when the test ends: twelve at once would be in each other's way."""
    notebooks = []

    def open_one(name):
        notebooks.append(open_notebook(name))
        return notebooks[-1]

    yield open_one
    for notebook in notebooks:
        notebook.close()


def widgets_that_run_alone(name):
    """Give the ids of the cells with a widget before which no cell need have run."""
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    widgets = [cell for cell in cells if any("Shift+Enter" in str(output) for output in cell.get("outputs", []))]
    return [cell.id for cell in widgets if not missing_names(cell.source)]


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_well_before_it_runs_and_runs_to_its_end(opened, name):
    notebook = opened(name)
    assert notebook.scroll_through(SILENT_OR_BROKEN) == []
    notebook.run_all()
    assert notebook.scroll_through(SILENT_OR_CUT) == []
    assert notebook.errors() == []
    assert notebook.complaints == []
    assert barriers_in_both_themes(notebook) == {"light": [], "dark": []}


@pytest.mark.parametrize("name", CHINESE)
def test_its_words_have_room_in_chinese(opened, name):
    """Whether the code runs to its end, its colours and its order do not depend on the language; what it prints, nbval compares."""
    notebook = opened(name)
    widgets = widgets_that_run_alone(name)
    assert widgets
    notebook.run(*widgets)
    assert notebook.scroll_through(SILENT_OR_CUT) == []
    assert notebook.errors() == []
    assert notebook.complaints == []
    if name == CHINESE[0]:  # and one for what only a translation can have, such as a language that nobody is told
        assert barriers_in_both_themes(notebook) == {"light": [], "dark": []}


def test_a_barrier_is_found(opened):
    notebook = opened(NAMES[0])
    notebook.page.evaluate(PLANT_A_BARRIER)
    notebook.page.get_by_text("pale", exact=True).wait_for()
    found = barriers_in_both_themes(notebook)
    assert {"link-name", "color-contrast"} <= {rule for rule, *_ in found["light"]}
    assert {"color-contrast"} == {rule for rule, *_ in found["dark"]}
