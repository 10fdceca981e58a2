"""One way to open every explorer: at any setting, with controls hidden, behind a question."""

import functools
import inspect
from collections.abc import Callable, Collection

import ipywidgets as widgets

from dlcourse.widgets.panel import Panel
from dlcourse.widgets.prediction import Card, Guess, guess_of

__all__ = ["cover", "explorer", "hide_in"]


def explorer(make: Callable[..., Panel]) -> Callable[..., Panel]:
    """Let an explorer take its controls' names as arguments: ``training_bench(lr=0.3, seed=7)``.

    Parameters
    ----------
    make : callable
        Makes the panel; its own arguments are the learner's code.

    Returns
    -------
    callable
        Takes besides: ``predict``, a question to be answered first (see `dlcourse.widgets.prediction`); ``hide``, the
        names of controls that are not to be seen, or ``"all"``; and any control by its name, with its first value.
    """
    own = inspect.signature(make)

    @functools.wraps(make)
    def opened(*values, predict=None, hide=(), **named) -> Panel:
        settings = {name: named.pop(name) for name in [*named] if name not in own.parameters}
        panel = make(*values, **named)
        given = {name: value for name, value in own.bind(*values, **named).arguments.items() if value is not None}
        panel.opened(make.__name__, given, settings)
        hide_in(panel, hide)
        if predict is not None:
            cover(panel, guess_of(predict))
        return panel

    extra = [
        inspect.Parameter("predict", inspect.Parameter.KEYWORD_ONLY, default=None),
        inspect.Parameter("hide", inspect.Parameter.KEYWORD_ONLY, default=()),
        inspect.Parameter("settings", inspect.Parameter.VAR_KEYWORD),
    ]
    opened.__signature__ = own.replace(parameters=[*own.parameters.values(), *extra])
    return opened


def hide_in(panel: Panel, names: Collection[str] | str) -> None:
    """Take controls, or tools, out of sight by their names; all with ``"all"``."""
    known = {name: (one.widget,) for name, one in panel.controls.items() if one.widget is not None}
    known |= {name: (one.button, one.inside) for name, one in panel.tools.items()} | {"share": (panel.share.button,)}
    for name in known if names == "all" else [names] if isinstance(names, str) else names:
        if name not in known:
            raise ValueError(f"hide: there is no {name!r}, expected some of {', '.join(known)}")
        for widget in known[name]:
            widget.layout.display = "none"


def cover(panel: Panel, guess: Guess) -> None:
    """Put a question where the panel is, until it is answered."""
    inside = widgets.VBox(panel.children, layout={"width": "100%", "margin": "0", "display": "none"})
    panel.card = Card(guess, lambda: setattr(inside.layout, "display", None))
    panel.children = [panel.card, inside]
