"""One browser for all tests in this folder, one JupyterLab; skipped where there is no Chromium."""

import os
import re

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Where a test fails, keep a picture of what was to be seen then."""
    report = yield
    if report.when == "call" and report.failed and "pages" in item.funcargs:
        item.funcargs["pages"].screenshots("failed_" + re.sub(r"\W+", "_", item.name))
    return report


@pytest.fixture(scope="session")
def browser():
    """Give a Chromium that Playwright drives."""
    from lab import ARGUMENTS, chromium

    missing = None
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing = "needs playwright to drive a browser: pip install playwright"
    if chromium() is None:
        missing = "needs a Chromium browser"
    if missing:
        if os.environ.get("DLCOURSE_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """Give a JupyterLab that was started by the course's own command, over notebooks that nobody has saved yet."""
    from lab import Lab

    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def pages(browser, lab):
    """Give the pages that the tests have in turn."""
    from lab import Pages

    return Pages(browser, lab)


@pytest.fixture(scope="module")
def open_notebook(pages):
    """Give a function that opens the widgets of a notebook, e.g. ``open_notebook("03_mnist_inference")``, or it `whole`.

    The screen has `ratio` dots to a pixel, each way.
    """
    opened = []

    def open_one(name, ratio=1, *, whole=False):
        opened.append(pages.open(name, ratio, whole=whole))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture(scope="module")
def one_notebook(open_notebook):
    """Give a function that gives a notebook, opened when first asked for.

    One at a time: the one before is closed, so that it takes nothing from what is measured.
    """
    now = {}

    def give(name, ratio=1):
        if (name, ratio) not in now:
            for notebook in now.values():
                notebook.close()
            now.clear()
            now[name, ratio] = open_notebook(name, ratio)
        return now[name, ratio]

    return give


@pytest.fixture(scope="module")
def ready(one_notebook):
    """Give a function that gives a notebook and the widget of one of its cells, opened and run when first asked for."""
    ran = set()

    def open_and_run(name, cell, ratio=1):
        notebook = one_notebook(name, ratio)
        if (notebook, cell) not in ran:
            notebook.run(cell)
            ran.add((notebook, cell))
        return notebook, notebook.widget(cell)

    return open_and_run
