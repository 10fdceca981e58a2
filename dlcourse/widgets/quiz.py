"""Questions at the end of a chapter: choose an answer, and read at once why it is right or wrong.

The texts are in ``questions/chapterNN.py``, not in the notebooks, so that a translation can reach them.
"""

import html
from importlib import import_module
from typing import NamedTuple

import ipywidgets as widgets

from dlcourse.text import _

__all__ = ["Answer", "Question", "quiz"]


class Answer(NamedTuple):
    """What can be chosen, and what is then said: why it is right, or what is wrong with it."""

    text: str
    reason: str
    right: bool = False


class Question(NamedTuple):
    """A question with one right answer."""

    text: str
    answers: tuple[Answer, ...]


class Quiz(widgets.VBox):
    """Questions, one below the other; a mouse click, or Tab and the space bar, choose an answer.

    Parameters
    ----------
    title : str
        Its name.
    questions : sequence of Question
    """

    def __init__(self, title: str, questions: tuple[Question, ...]):
        self.title = title
        self.questions = tuple(questions)
        self.choices, self.replies = [], []
        rows = []
        for number, question in enumerate(self.questions, 1):
            # Two lines are kept free for the reply, so that nothing below moves when it comes.
            reply = widgets.HTML(layout={"width": "100%", "min_height": "3em", "margin": "0 0 0.5em 0"})
            choice = widgets.RadioButtons(
                options=[(answer.text, index) for index, answer in enumerate(question.answers)],
                value=None,
                layout={"width": "100%"},
            )
            choice.observe(lambda change, i=number - 1: self._answer(i, change["new"]), names="value")
            self.choices.append(choice)
            self.replies.append(reply)
            rows += [widgets.HTML(f"<b>{number}. {html.escape(question.text)}</b>"), choice, reply]
        super().__init__(rows, layout={"width": "100%", "max_width": "900px"})

    def _answer(self, question: int, index: int | None) -> None:
        if index is None:
            self.replies[question].value = ""
            return
        answer = self.questions[question].answers[index]
        verdict = _("Right.") if answer.right else _("Not so.")
        self.replies[question].value = (
            f'<div role="status" style="line-height: 1.5"><b>{html.escape(verdict)}</b> {html.escape(answer.reason)}</div>'
        )

    def __repr__(self) -> str:
        text = _("Run this cell (Shift+Enter) to answer: {title}, {number} questions")
        return text.format(title=self.title, number=len(self.questions))


def quiz(chapter: int) -> Quiz:
    """Give the questions of a chapter.

    Parameters
    ----------
    chapter : int
        Its number.

    Returns
    -------
    Quiz
        To be the last line of a cell.

    Raises
    ------
    ValueError
        If that chapter has no questions.
    """
    name = f"dlcourse.widgets.questions.chapter{chapter:02d}"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ValueError(f"quiz: chapter is {chapter!r}, and there are no questions for it") from None
    title = _("Check yourself {chapter:02d}").format(chapter=chapter)
    return Quiz(title, tuple(map(_translated, module.QUESTIONS)))


def _translated(question: Question) -> Question:
    answers = tuple(Answer(_(answer.text), _(answer.reason), answer.right) for answer in question.answers)
    return Question(_(question.text), answers)
