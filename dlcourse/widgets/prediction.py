"""Predict first: a question stands where the explorer will be; a guess, or "show me", opens it.

What is asked of a chapter's reader is in ``guesses.py``, so that a translation can reach it, and so that the
answer does not stand in the cell. A teacher's own question goes into the call:

    descent_explorer(predict=("Above which learning rate does y never settle?", 1))
    loss_explorer(predict=("Where does the accuracy change its mind?", "at 1/3", ["at 1/3", "at 1/2"]))
"""

import html
from collections.abc import Callable, Sequence
from typing import NamedTuple

import ipywidgets as widgets

from dlcourse.text import _, joined
from dlcourse.widgets.inputs import button
from dlcourse.widgets.number_box import NumberBox, written

__all__ = ["Card", "Guess", "guess_of"]

FARTHEST = 1e9  # a number that is guessed lies between this and its negative


class Guess(NamedTuple):
    """A question with its answer.

    Parameters
    ----------
    question : str
    right : str or float
        The answer: a number, or one of `answers`.
    answers : sequence of str
        Two to four to choose from; none if a number is asked for.
    because : str
        What is said afterwards.
    """

    question: str
    right: str | float
    answers: Sequence[str] = ()
    because: str = ""

    def check(self) -> "Guess":
        """Give it back if it can be asked; ValueError says what is wrong with it."""
        if self.answers and not 2 <= len(self.answers) <= 4:
            raise ValueError(f"predict: there are {len(self.answers)} answers, expected two to four")
        if self.answers and self.right not in self.answers:
            raise ValueError(f"predict: {self.right!r} is none of the answers {list(self.answers)}")
        if not self.answers and not isinstance(self.right, int | float):
            raise ValueError(f"predict: the answer is {self.right!r}, expected a number, or answers to choose from")
        return self


def guess_of(predict: "str | Guess | tuple") -> Guess:
    """Understand what was given as ``predict=``: the name of a chapter's question, or a question with its answer."""
    if isinstance(predict, str):
        from dlcourse.widgets.guesses import GUESSES

        if predict not in GUESSES:
            raise ValueError(f"predict: there is no question {predict!r}, expected one of {', '.join(GUESSES)}")
        guess = GUESSES[predict]
        right = _(guess.right) if isinstance(guess.right, str) else guess.right
        return Guess(_(guess.question), right, tuple(map(_, guess.answers)), _(guess.because))
    return Guess(*predict).check()


class Card(widgets.VBox):
    """A question; mouse, or Tab and Enter, give an answer.

    Parameters
    ----------
    guess : Guess
    opened : callable
        Called when somebody has guessed, or does not want to.
    """

    def __init__(self, guess: Guess, opened: Callable[[], None]):
        self.guess, self.opened, self.said = guess, opened, None
        self.words = widgets.HTML(layout={"width": "100%"})
        self._say(_("Predict first"), guess.question, _("The picture opens when you have guessed."))
        row = {"flex_flow": "row wrap", "grid_gap": "4px"}
        if guess.answers:
            self.answers = [button(answer, lambda answer=answer: self.answer(answer)) for answer in guess.answers]
        else:
            self.box = NumberBox(0, -FARTHEST, FARTHEST, whole=False, description=_("your guess"), layout={"width": "200px"})
            self.answers = [self.box, button(_("guess"), lambda: self.answer(self.box.number))]
        self.show_me = button(_("show me"), lambda: self.answer(None), tooltip=_("open the picture without a guess"))
        self.row = widgets.HBox([*self.answers, self.show_me], layout=row)
        super().__init__([self.words, self.row], layout={"width": "100%", "border": "2px dashed #0072b2", "padding": "8px 12px"})

    def answer(self, said: str | float | None) -> None:
        """Take a guess, None for none, and open what it was about."""
        self.said = said
        right = self.guess.right if isinstance(self.guess.right, str) else written(self.guess.right)
        truth = _("The answer: {right}.").format(right=right.rstrip(".。"))
        if said is not None:
            said = said if isinstance(said, str) else written(said)
            truth = joined([_("You said: {said}.").format(said=said.rstrip(".。")), truth])
        if said is None:  # whoever did not guess may look first, and ask for the answer then
            self._fold_away(truth)
        else:
            self._say(self.guess.question, truth, self.guess.because, " ")
        self.row.layout.display = "none"
        self.layout.padding, self.layout.border = "0", "none"  # what is said needs little room: the picture comes now
        self.opened()

    def _fold_away(self, truth: str) -> None:
        question, answer = html.escape(self.guess.question), html.escape(joined([truth, self.guess.because]))
        self.words.value = (
            f'<details style="line-height: 1.4; white-space: normal"><summary><b>{question}</b></summary><div>{answer}</div></details>'
        )

    def _say(self, first: str, second: str, third: str, between: str = "<br>") -> None:
        lines = joined([f"<b>{html.escape(first)}</b>", *map(html.escape, (second, third))], between)
        self.words.value = f'<div role="status" style="line-height: 1.4; white-space: normal">{lines}</div>'
