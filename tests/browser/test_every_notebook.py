"""Each notebook, opened in a real JupyterLab as a learner opens it, reads well, shows its widgets, and puts up no barrier."""

import re

import nbformat
import pytest
from alone import widgets_and_what_they_need
from lab import ROOT

axe_playwright = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="needs axe-playwright-python to look for barriers in a browser"
)

NAMES = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
CHINESE = [f"zh/{path.stem}" for path in sorted((ROOT / "notebooks" / "zh").glob("*.ipynb"))]

# One for all is run as a whole, with widgets among its cells, and read from above to below.
AT_ONE_GO = "04_losses_and_gradients"

# Looked at in the dark too: what has tables, a quiz, and widgets of each kind; the others with the slow tests.
IN_THE_DARK = ("05", "08")

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

FAULTS = f"() => [...({SILENT_IMAGES})(), ...({BROKEN_WIDGETS})(), ...({CUT_NAMES})()]"

# Asked again until it is so: just after a notebook was opened, JupyterLab may put back what its settings say.
ALL_CELLS_ON_THE_PAGE = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const all = document.querySelectorAll('.jp-Notebook .jp-Cell').length >= notebook.widgets.length;
    if (all && notebook.notebookConfig.windowingMode === 'none') return true;
    for (const windowingMode of ['full', 'none'])
        notebook.notebookConfig = {...notebook.notebookConfig, windowingMode};
    return false;
}"""

# JupyterLab's body has no height and hides what overflows. axe-core takes all in it for hidden, and looks at no colour.
BODY_WITH_A_HEIGHT = "body { height: 100vh }"

# What JupyterLab and its widgets bring along: the editor of a cell with its colours, the grey number beside it, the list
# of cells, the button that folds a section, and the handle of a slider, which has no name (its number box has one).
LEFT_OUT = [[".jp-InputArea-prompt"], [".jp-OutputArea-prompt"]]
# Half of all elements are in the editors: axe-core takes half the time where they are not there.
TAKE_EDITORS_AWAY = """() => {
    window.editors = [...document.querySelectorAll('.jp-Notebook .cm-editor')].map(one => [one.parentElement, one]);
    for (const [parent, editor] of window.editors) parent.removeChild(editor);
}"""
PUT_EDITORS_BACK = "() => { for (const [parent, editor] of window.editors) parent.appendChild(editor); }"
# Its links have no underline and a blue that is close to black: its style sheet says so for all notebooks.
NOT_OUR_RULES = {"link-in-text-block"}
NOT_OURS = re.compile(r'class="[^"]*(jp-WindowedPanel-viewport|jp-collapseHeadingButton|noUi-handle)')


def barriers(page, options=None):
    """Give what axe-core finds in the notebook and is not JupyterLab's own: rule, help, and the element."""
    # What is in order need not be told in detail, and JupyterLab's style sheets, which are read for one rule alone (whether
    # a page may be turned), are not ours: each takes a quarter of the time.
    options = {"resultTypes": ["violations"], "preload": False, **(options or {})}
    found = axe_playwright.Axe().run(
        page, context={"include": [[".jp-Notebook"]], "exclude": LEFT_OUT}, options=options
    )
    return [
        (violation["id"], violation["help"], node["html"][:200])
        for violation in found.response["violations"]
        for node in violation["nodes"]
        if violation["id"] not in NOT_OUR_RULES and not NOT_OURS.search(node["html"])
    ]


def put_all_cells_on_the_page(notebook):
    """Leave out none: JupyterLab keeps only those on the page that are near to what is seen."""
    notebook.page.wait_for_function(ALL_CELLS_ON_THE_PAGE, polling=200)


def barriers_in(notebook, *themes):
    """Look at all cells in the light theme, or at the colours alone in the dark one; give what is in the way in each."""
    style = notebook.page.add_style_tag(content=BODY_WITH_A_HEIGHT)
    put_all_cells_on_the_page(notebook)
    # axe-core cannot tell the colours of what has been scrolled out of the window: make it as high as the notebook.
    height = notebook.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollHeight")
    notebook.page.set_viewport_size({"width": 1400, "height": height + 200})
    notebook.page.evaluate(TAKE_EDITORS_AWAY)
    found = {}
    for theme in themes:
        notebook.set_theme(theme)
        found[theme] = barriers(notebook.page, {"runOnly": ["color-contrast"]} if theme == "dark" else None)
    notebook.set_theme("light")
    notebook.page.evaluate(PUT_EDITORS_BACK)
    style.evaluate("style => style.remove()")
    return found


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
        notebooks.append(open_notebook(name, whole=True))
        return notebooks[-1]

    yield open_one
    for notebook in notebooks:
        notebook.close()


def with_widgets(notebook, name):
    """Run the cells that show a widget, and those that they need; of `AT_ONE_GO` all, as the menu does."""
    if name == AT_ONE_GO:
        notebook.run_all()
        return notebook
    needed = widgets_and_what_they_need(nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells)
    assert needed
    notebook.run(*needed)
    return notebook


# Of the Chinese ones the first is opened each time, the others with the slow tests: they have the same code, and widgets
# whose Chinese words are looked at in tests/test_languages.py.
@pytest.mark.parametrize("name", [*NAMES, CHINESE[0], *(pytest.param(name, marks=pytest.mark.slow) for name in CHINESE[1:])])
def test_it_reads_well_and_its_widgets_answer(opened, name):
    """That all its code runs to its end, and prints what is stored, nbval tells."""
    notebook = with_widgets(opened(name), name)
    if name == AT_ONE_GO:
        assert notebook.scroll_through(FAULTS) == []
    put_all_cells_on_the_page(notebook)
    assert notebook.page.evaluate(FAULTS) == []
    assert notebook.errors() == []
    assert notebook.complaints == []
    # Colours and order do not depend on the language; one is for what only a translation can have, such as a language
    # that nobody is told.
    if name in [*NAMES, CHINESE[0]]:
        themes = ["light", "dark"] if name.startswith(IN_THE_DARK) else ["light"]
        assert barriers_in(notebook, *themes) == {theme: [] for theme in themes}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(IN_THE_DARK)])
def test_its_colours_can_be_told_in_the_dark(opened, name):
    assert barriers_in(with_widgets(opened(name), name), "dark") == {"dark": []}


def test_a_barrier_is_found(opened):
    notebook = opened(NAMES[0])
    notebook.page.evaluate(PLANT_A_BARRIER)
    notebook.page.get_by_text("pale", exact=True).wait_for()
    found = barriers_in(notebook, "light", "dark")
    assert {"link-name", "color-contrast"} <= {rule for rule, *_ in found["light"]}
    assert {"color-contrast"} == {rule for rule, *_ in found["dark"]}


def test_a_fault_is_found(opened):
    notebook = opened(NAMES[0])
    put_all_cells_on_the_page(notebook)
    assert notebook.page.evaluate(FAULTS) == []
    plant = "html => document.querySelector('.jp-Notebook .jp-Cell').insertAdjacentHTML('beforeend', html)"
    label = '<div class="widget-label" style="width: 20px; overflow: hidden; white-space: nowrap">much too long</div>'
    output = '<div class="jp-OutputArea-output">Error displaying widget: model not found</div>'
    notebook.page.evaluate(plant, f'<img src="data:silent">{label}{output}')
    assert notebook.page.evaluate(FAULTS) == ["data:silent", "Error displaying widget: model not found", "much too long"]
