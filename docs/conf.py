"""How the static site is made: the chapters as they are stored, and a page for each module of the package.

One command, in the folder of the repository::

    uv run --extra docs sphinx-build -W --keep-going -c docs . site

Sphinx with MyST-NB, because it alone has all three: notebooks with their stored outputs, a reference from docstrings,
and a search that needs no server. (mystmd reads notebooks as well, and has no reference from docstrings.) Nothing is
fetched when a page is read: no font, no script, no formula comes from elsewhere.
"""

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "Deep learning from nothing but NumPy"
author = "the authors of dlcourse"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "formulas",
    "flowcharts",
    "docstrings",
]

# The source is the repository itself, so that each link between notebooks and pages is true in both.
root_doc = "docs/index"
include_patterns = [
    "docs/*.md", "docs/api/*.rst", "notebooks/*.ipynb", "notebooks/exercises/*.ipynb", "notebooks/zh/*.ipynb",
    "notebooks/zh/exercises/*.ipynb", "data/README.md",
    "tests/grading/SCORECARD.md", "tests/hub/RESULTS.md", "tests/mutation/RESULTS.md", "CONTRIBUTING.md", "INSTRUCTORS.md",
    "INSTRUCTORS.zh.md",
]  # fmt: skip
exclude_patterns = ["**/.ipynb_checkpoints", ".venv"]

# Notebooks are never run here: what their stored outputs say is tested elsewhere.
nb_execution_mode = "off"
# Exercises stand two levels below their page, as they do below their chapter; and a class that two modules hand out has
# a place on the page of each, either of which a link may lead to.
suppress_warnings = ["myst.header", "ref.python"]
nb_ipywidgets_js = {}  # else a page with a widget would load scripts from another server
myst_enable_extensions = ["amsmath", "attrs_inline", "dollarmath", "substitution"]
myst_heading_anchors = 4

# Where the links that need no installation lead: GitHub says it when it builds the site.
repository = os.environ.get("GITHUB_REPOSITORY", "OWNER/REPOSITORY")
myst_substitutions = {
    "binder": "[start the course on Binder](https://mybinder.org/v2/gh/"
    f"{repository}/HEAD?urlpath=lab/tree/notebooks/00_start_here.ipynb)",
    "codespaces": f"[start the course in a codespace](https://codespaces.new/{repository})",
}

autosummary_generate = True
viewcode_follow_imported_members = False  # else the source leads back to a place on the page of its own module
shutil.rmtree(Path(__file__).parent / "api", ignore_errors=True)  # else a module that is gone would keep its page
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_typehints = "none"  # the docstrings say shapes and ranges, which types cannot
napoleon_numpy_docstring, napoleon_google_docstring = True, False
default_role = "py:obj"  # `name` is a link where there is such a thing, and plain code elsewhere

html_theme = "furo"
html_title = "dlcourse"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_extra_path = ["_extra"]
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
pygments_style = "friendly"
