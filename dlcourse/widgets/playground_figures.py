"""The playground as figures of its notebook: what an experiment has come to, where nothing moves."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from dlcourse.text import _
from dlcourse.widgets.playground_drawing import HEIGHT, WIDTH, PlaneDrawing, PlaygroundDrawing
from dlcourse.widgets.playground_experiment import Experiment, compute
from dlcourse.widgets.playground_hidden import HiddenDrawing

__all__ = ["folded", "planes", "snapshot"]


def snapshot(run: Experiment, **how: bool) -> Figure:
    """Draw an experiment as the playground would show it now.

    Parameters
    ----------
    run : Experiment
    **how
        ``show_test`` and ``discretize``, as the playground's check boxes.

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="white")
    PlaygroundDrawing(figure).update(run, **how)
    return figure


def planes(runs: Mapping[str, Experiment], **how: bool) -> Figure:
    """Draw what several experiments answer, side by side, each under its name.

    Parameters
    ----------
    runs : mapping of str to Experiment
    **how
        As for `snapshot`.

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(2.9 * len(runs), 3.2), dpi=100, facecolor="white", layout="constrained")
    for axes, (name, run) in zip(figure.subplots(1, len(runs), squeeze=False)[0], runs.items(), strict=True):
        drawing = PlaneDrawing(axes)
        drawing.update(run, compute(run)[-1], **how)
        right = _("{accuracy:.1%} of test points").format(accuracy=run.accuracy())
        drawing.title.set_text(f"{name}\n{right}")
    return figure


def folded(run: Experiment) -> Figure:
    """Draw the plane as it is, and beside it as the last hidden layer sees it.

    Parameters
    ----------
    run : Experiment

    Returns
    -------
    Figure
    """
    figure = Figure(figsize=(6.6, 3.3), dpi=100, facecolor="white", layout="constrained")
    plane, hidden = figure.subplots(1, 2)
    PlaneDrawing(plane).update(run, compute(run)[-1])
    HiddenDrawing(hidden).update(run)
    return figure
