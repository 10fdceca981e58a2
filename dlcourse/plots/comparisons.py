"""Results beside each other: bars with their numbers, and curves with the spread of several trainings."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from dlcourse.plots.base import COLORS, LINE_STYLES, MARKERS, SMALL, as_axes, finish, numbers

__all__ = ["plot_bars", "plot_spread"]


def plot_bars(shares: Mapping[str, float], *, xlabel: str = "", percent: bool = True, ax: Axes | None = None) -> Axes:
    """Plot a bar for each name, from the top down, with its number at its end.

    Parameters
    ----------
    shares : mapping
        From a name to a number ≥ 0.
    xlabel : str
    percent : bool
        Write 0.123 as 12.3 %, or else with two places.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    values = numbers(list(shares.values()), 1, "plot_bars", "shares")
    ax = as_axes(ax, "plot_bars", 6.5, 0.6 + 0.38 * len(values))
    bars = ax.barh(list(shares), values, color=COLORS[0])
    form = "{x:.1%}" if percent else "{x:.2f}"
    ax.bar_label(bars, [form.format(x=value) for value in values], padding=3, fontsize=SMALL)
    ax.set_xlim(0, 1.15 * (float(values.max()) or 1.0))
    ax.xaxis.set(major_locator=MaxNLocator(5), major_formatter=form)
    ax.invert_yaxis()
    return finish(ax, xlabel)


def plot_spread(
    runs: Mapping[str, Mapping[float, ArrayLike]],
    single: Mapping[str, Mapping[float, float]] | None = None,
    *,
    xlabel: str = "",
    ylabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Plot shares against numbers, both on logarithmic axes: means of several runs with bars of one standard deviation.

    Parameters
    ----------
    runs : mapping
        From a name to a mapping from a number > 0 to the shares that the runs gave there, in (0, 1].
    single : mapping, optional
        The same names to a single share at some numbers: crosses.
    xlabel, ylabel : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    counts = sorted({at for found in runs.values() for at in found})
    if not counts or counts[0] <= 0:
        raise ValueError(f"plot_spread: runs has results at {counts}, expected some, at numbers above 0")
    runs = {
        name: {at: numbers(found[at], 1, "plot_spread", name) for at in sorted(found)} for name, found in runs.items()
    }
    ax = as_axes(ax, "plot_spread", 6.5, 3.6)
    for k, (name, found) in enumerate(runs.items()):
        mean, spread = [one.mean() for one in found.values()], [one.std() for one in found.values()]
        look = {"color": COLORS[k], "linestyle": LINE_STYLES[k], "marker": MARKERS[k]}
        ax.errorbar(list(found), mean, spread, label=name, capsize=4, **look)
        alone = (single or {}).get(name, {})
        ax.plot(list(alone), list(alone.values()), "x", color=COLORS[k], markersize=11, markeredgewidth=2.5)
    ax.set(xscale="log", yscale="log")
    ax.minorticks_off()
    ax.set_xticks(counts, [f"{at:,g}" for at in counts])
    low, high = ax.get_ylim()
    shares = [share for share in (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1) if low <= share <= high]
    ax.set_yticks(shares, [f"{share:.0%}" for share in shares])
    return finish(ax, xlabel, ylabel, legend=True)
