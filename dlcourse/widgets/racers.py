"""The six optimizers of chapter 06 as the widgets know them: their looks, and how each is made."""

from collections.abc import Callable, Mapping

from dlcourse.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from dlcourse.text import _
from dlcourse.widgets.controls import Checkbox, Control, Number

__all__ = ["MAKERS", "RATES", "SHARED", "STYLES", "controls_of"]

STYLES = {
    "SGD": ("#000000", "-"), "Momentum": ("#0072b2", "--"), "Nesterov": ("#56b4e9", "-."),
    "AdaGrad": ("#e69f00", ":"), "RMSprop": ("#009e73", (0, (5, 1))), "Adam": ("#d55e00", "-"),
}  # fmt: skip
RATES = {"SGD": 0.9, "Momentum": 0.1, "Nesterov": 0.1, "AdaGrad": 1.5, "RMSprop": 0.2, "Adam": 0.3}
"""Learning rates that suit the landscapes; digits want others."""
MAKERS: dict[str, Callable[..., Optimizer]] = {
    "SGD": lambda lr, momentum, beta1, beta2: SGD(lr),
    "Momentum": lambda lr, momentum, beta1, beta2: Momentum(lr, momentum),
    "Nesterov": lambda lr, momentum, beta1, beta2: Nesterov(lr, momentum),
    "AdaGrad": lambda lr, momentum, beta1, beta2: AdaGrad(lr),
    "RMSprop": lambda lr, momentum, beta1, beta2: RMSprop(lr, beta2),
    "Adam": lambda lr, momentum, beta1, beta2: Adam(lr, beta1, beta2),
}
"""How each optimizer is made of the settings that all share. RMSprop's decay rate is beta2."""

SHARED = ("momentum", "beta1", "beta2")


def controls_of(rates: Mapping[str, float], lowest: float) -> dict[str, Control]:
    """Give the controls of a race: what several share, each one's learning rate, and who runs.

    Parameters
    ----------
    rates : mapping of str to float
        First learning rate of each.
    lowest : float
        Least learning rate that can be set.
    """
    controls: dict[str, Control] = {
        "momentum": Number(_("momentum"), 0.0, 0.99, 0.9, step=0.01),
        "beta1": Number("beta1", 0.0, 0.99, 0.9, step=0.01),
        "beta2": Number("beta2", 0.5, 0.999, 0.99, step=0.001),
    }
    for name, rate in rates.items():
        controls[f"lr_{name}"] = Number(_("{name}: rate").format(name=name), lowest, 10.0, rate, log=True)
    for name in rates:
        controls[f"use_{name}"] = Checkbox(_("{name} runs").format(name=name), True)
    return controls
