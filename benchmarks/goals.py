"""What must be reached and what is aimed at, in one table; a missed must fails ``--strict``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# At most so much: (must, aim). Ratios are of CPU time, "MB" of memory, "s" of CPU seconds on the machine at hand.
GOALS: dict[str, tuple[float, float]] = {
    "784-50-10, SGD ÷ PyTorch": (0.52, 0.45),
    "784-50-10, SGD ÷ scikit-learn": (0.8, 0.55),
    "784-50-10, SGD ÷ matrix products": (2.0, 1.5),
    "784-128-10, SGD ÷ PyTorch": (0.62, 0.55),
    "784-128-10, SGD ÷ scikit-learn": (0.8, 0.55),
    "784-128-10, SGD ÷ matrix products": (2.0, 1.5),
    "784-128-10, SGD, batch 1024 ÷ PyTorch": (1.0, 0.9),
    "784-128-10, SGD, batch 1024 ÷ scikit-learn": (0.8, 0.75),
    "784-128-10, SGD, batch 1024 ÷ matrix products": (2.0, 1.5),
    "784-500-500-10, SGD ÷ PyTorch": (1.0, 0.9),
    "784-500-500-10, SGD ÷ scikit-learn": (0.8, 0.55),
    "784-500-500-10, SGD ÷ matrix products": (2.0, 1.5),
    "784-1000-10, SGD ÷ PyTorch": (1.0, 0.9),
    "784-1000-10, SGD ÷ scikit-learn": (0.8, 0.55),
    "784-1000-10, SGD ÷ matrix products": (1.3, 1.15),
    "784-5×100-10, Adam ÷ PyTorch": (0.5, 0.42),
    "784-5×100-10, Adam ÷ scikit-learn": (0.8, 0.55),
    "784-5×100-10, batch norm, Adam ÷ PyTorch": (0.52, 0.42),
    "SimpleConvNet, Adam ÷ PyTorch": (0.5, 0.42),
    "SimpleConvNet, Adam ÷ matrix products": (2.6, 1.8),
    "DeepConvNet, Adam ÷ PyTorch": (1.0, 0.9),
    "DeepConvNet, Adam ÷ matrix products": (1.9, 1.4),
    "784-50-10, 10,000 images in batches ÷ matrix products": (1.2, 1.05),
    "DeepConvNet, memory peak of a gradient, MB": (60, 30),
    "check_gradient of TwoLayerNet, s": (0.5, 0.1),
    "import dlcourse ÷ import numpy": (1.25, 1.1),
    "import all of the core ÷ import numpy.random": (1.5, 1.25),
    "784-256-10, to 98 % of MNIST, s": (3.5, 2.5),
    "784-256-10, to 98 % of MNIST ÷ PyTorch": (1.0, 0.9),
    "a CNN of two convolutions, to 99 % of MNIST, s": (20, 12),
    "a CNN of two convolutions, to 99 % of MNIST ÷ PyTorch": (1.0, 0.9),
}


@dataclass(frozen=True)
class Goal:
    """A figure of `GOALS`, and the quarter and three quarters of its rounds: how much the machine lets it vary."""

    what: str
    value: float
    spread: tuple[float, float] | None = None

    @classmethod
    def of(cls, what: str, rounds: Sequence[float] | np.ndarray) -> "Goal":
        """The median of the rounds, with their spread."""
        low, middle, high = np.percentile(rounds, [25, 50, 75])
        return cls(what, float(middle), (float(low), float(high)))

    @property
    def must(self) -> float:
        return GOALS[self.what][0]

    @property
    def aim(self) -> float:
        return GOALS[self.what][1]

    @property
    def verdict(self) -> str:
        return "aim" if self.value <= self.aim else "must" if self.value <= self.must else "missed"
