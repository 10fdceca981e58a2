"""The six optimizers of chapter 06 as the widgets know them: their looks, and how each is made."""

from collections.abc import Callable, Mapping

import numpy as np

from dlcourse.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop
from dlcourse.text import _
from dlcourse.widgets import adapters, own
from dlcourse.widgets.controls import Checkbox, Control, Number

__all__ = [
    "MAKERS", "RATES", "SHARED", "STYLES", "YOURS", "controls_of", "first_parting", "twin_of", "with_yours",
]  # fmt: skip

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
YOURS = "yours"


def twin_of(kind: object) -> str | None:
    """Give the name of the package's optimizer that a learner's class is to be: of MyAdam, Adam."""
    name = own.name_of(kind).removeprefix("My")
    return name if name in MAKERS else None


def with_yours(kind: Callable | None) -> tuple[dict[str, Callable[..., Optimizer]], dict[str, tuple]]:
    """Give how each racer is made, and its looks; with the learner's own among them if there is one."""
    if kind is None:
        return MAKERS, STYLES

    def make(lr: float, momentum: float, beta1: float, beta2: float):
        return adapters.optimizer(kind, lr=lr, momentum=momentum, beta1=beta1, beta2=beta2, decay_rate=beta2)

    return MAKERS | {YOURS: make}, STYLES | {YOURS: ("#cc79a7", (0, (2, 1)))}


def first_parting(kind: Callable, lr: float, steps: int = 20) -> str:
    """Say at which of the first steps a learner's optimizer parts from the package's, with equal gradients; else nothing."""
    makers, twin = with_yours(kind)[0], twin_of(kind)
    if twin is None:
        return ""
    rng, pair = np.random.default_rng(0), [makers[name](lr, 0.9, 0.9, 0.99) for name in (YOURS, twin)]
    params = [{"W": np.arange(6.0).reshape(2, 3), "b": np.zeros(3)} for _one in pair]
    for step in range(1, steps + 1):
        grads = {name: rng.standard_normal(array.shape) for name, array in params[0].items()}
        for one, values in zip(pair, params, strict=True):
            one.update(values, {name: array.copy() for name, array in grads.items()})
        for name in grads:
            found = own.array_of(own.name_of(kind), params[0][name])
            if words := own.parting(_("step {step}, {name}").format(step=step, name=name), found, params[1][name]):
                return words
    return ""


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
