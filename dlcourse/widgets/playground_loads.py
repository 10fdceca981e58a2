"""The experiments of the playground's notebook, each as the settings that a button loads."""

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from dlcourse.text import _
from dlcourse.widgets.controls import Control, button
from dlcourse.widgets.playground_experiment import KEYS

__all__ = ["loads", "buttons_of_loads", "settings_of"]


def loads() -> dict[int, dict[str, dict[str, object]]]:
    """Give for each experiment its buttons: the words on it, and what differs from the start values.

    Returns
    -------
    dict of int to dict of str to dict
        The settings by the names of the playground's controls; ``features`` is a sequence of their names.
    """
    narrow, by_heart = {"data": "spiral", "depth": 1}, {"data": "moons", "noise": 0.3, "points": 20, "width": 8}
    return {
        1: {_("a straight line"): {"depth": 0}, _("squares"): {"depth": 0, "features": ("x1²", "x2²")}},
        2: {
            _("1 neuron"): {"noise": 0.05, "depth": 1, "width": 1},
            _("2 neurons"): {"noise": 0.05, "depth": 1, "width": 2},
            _("3 neurons"): {"noise": 0.05, "depth": 1, "width": 3},
        },
        3: {_("spiral, 2 neurons"): narrow | {"width": 2}, _("spiral, 8 neurons"): narrow | {"width": 8}},
        4: {_("all weights 0"): {"rule": "std", "std": 0.0}},
        5: {_("learning rate 3"): {"lr": 3.0}, _("100, with decay"): {"lr": 100.0, "weight_decay": 0.1}},
        6: {_("20 points"): by_heart | {"show_test": True}},
        7: {_("20 points, decay"): by_heart | {"show_test": True, "weight_decay": 0.02}},
        8: {_("one by one"): {"noise": 0.05, "batch_size": 1}},
    }


def settings_of(controls: Mapping[str, Control], load: Mapping[str, object]) -> dict[str, object]:
    """Give the value of every control for a load: its own, else the one at the start.

    Parameters
    ----------
    controls : mapping of str to Control
        The playground's.
    load : mapping of str to object
        One of `loads`.
    """
    values = {name: control.start for name, control in controls.items()}
    if "features" in load:
        values |= {key: name in load["features"] for name, key in KEYS.items()}
    return values | {name: value for name, value in load.items() if name != "features"}


def buttons_of_loads(set_all: Callable[[Mapping[str, object]], None], experiment: int | None = None) -> list[widgets.Button]:
    """Make the buttons that load the experiments, or those of one.

    Parameters
    ----------
    set_all : callable
        Takes one of `loads`.
    experiment : int, optional

    Returns
    -------
    list of Button

    Raises
    ------
    ValueError
        If there is no such experiment.
    """
    known = loads()
    if experiment is not None and experiment not in known:
        raise ValueError(f"playground: there is no experiment {experiment!r}, expected one of {', '.join(map(str, known))}")
    shown = known if experiment is None else {experiment: known[experiment]}
    row = []
    for number, named in shown.items():
        for name, load in named.items():
            tooltip = _("experiment {number}: set all controls, and begin anew").format(number=number)
            row.append(button(f"{number} · {name}", lambda load=load: set_all(load), tooltip=tooltip))
    return row
