"""An exercise of each chapter, done in a real JupyterLab as a learner does it: untouched, wrong, and right."""

import importlib
import re

import pytest
from lab import ARTIFACTS, PICTURES, ROOT

from dlcourse.checks import base
from dlcourse.grading import sources

NAMES = [path.stem for path in sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))]

HAS_RUN = """([id, before]) => {
    const {model} = window.jupyterapp.shell.currentWidget.content.widgets.find(one => one.model.sharedModel.id === id);
    return ![before, null].includes(model.executionCount) && model.executionState === 'idle';
}"""


@pytest.fixture
def known_answers(monkeypatch):
    """Give the module that knows right and wrong answers, and runs them through the checks without a notebook."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "grading")
    return importlib.import_module("answering")


def chosen(chapter):
    """Give the first exercise of a chapter that asks for code of one's own; else the first that has a check."""
    checked = [entry for entry in base.load(chapter) if entry.run]
    return next((entry for entry in checked if entry.kind == "write it"), checked[0])


class Desk:
    """A notebook in which somebody types, and presses Shift+Enter."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page

    def type(self, cell_id, text):
        """Put `text` into a cell in place of all that was in it."""
        self.notebook.scroll_to_cell(cell_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def run(self, cell_id):
        """Run a cell; give what stands below it then, as it is read on the page."""
        cell = self.notebook.scroll_to_cell(cell_id)
        before = self.of_file(cell_id, "execution_count")
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(HAS_RUN, arg=[cell_id, before])
        self.notebook.scroll_to_cell(cell_id)
        return " ".join("\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts()).split())

    def of_file(self, cell_id, name):
        """Give what would be saved of a cell under this name."""
        return self.page.evaluate(
            """([id, name]) => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
                .find(cell => cell.id === id)[name]""",
            [cell_id, name],
        )

    def screenshot(self, cell_id, name):
        """Keep a picture of the exercise, from its task on, as an artefact of the run, where pictures are asked for."""
        if not PICTURES:
            return
        ARTIFACTS.mkdir(exist_ok=True)
        self.notebook.scroll_to_cell(cell_id)
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")


# The same is done in each: the others with the slow tests.
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if name.startswith(("01", "05", "09", "10")) else pytest.mark.slow) for name in NAMES
])  # fmt: skip
def test_an_exercise_answers_until_it_is_right(open_notebook, known_answers, name):
    chapter = int(name[:2])
    number = chosen(chapter).number
    place = number.replace(".", "-")
    task, answer, test = f"ex-{place}-task", f"ex-{place}", f"check-{place}"
    question = known_answers.question(number)
    wrong = known_answers.text_of(number, known_answers.answers(chapter).WRONG[number][0][1:])
    right = sources.solution(question.answer)
    hint = known_answers.verdict(number, known_answers.subjects(number, wrong))
    hint.tell_more = True  # what was given is the first try, this is another one

    notebook = open_notebook(f"exercises/{name}", whole=True)
    desk = Desk(notebook)
    notebook.clear()
    for cell in known_answers.chapter_source(chapter).cells:
        if cell["id"] == answer:
            break
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata and sources.exercise_of(cell) in (None, number):
            desk.run(cell["id"])

    assert desk.run(answer) == ""
    assert re.fullmatch(rf"{re.escape(number)}: not yet\. .+", desk.run(test))

    desk.type(answer, wrong)
    assert desk.of_file(answer, "source") == wrong
    assert desk.run(answer) == ""
    assert desk.run(test) == " ".join(str(hint).split())
    assert notebook.errors() == [f"NotYet: {hint}"]
    desk.screenshot(task, f"exercise_{place}_wrong")

    desk.type(answer, right)
    assert desk.run(answer) == ""
    assert desk.run(test) == f"{number}: right"
    assert notebook.errors() == []
    desk.screenshot(task, f"exercise_{place}_right")
    assert notebook.complaints == []
    notebook.close()
