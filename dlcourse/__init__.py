"""Deep learning from nothing but NumPy: the package that the course's chapters build and import.

One module holds one idea; the order of the chapters is the order of the modules:
``perceptron``, ``functions``, ``datasets``, ``losses``, ``gradients``, ``layers``, ``networks``,
``optimizers``, ``training``, ``initializers``, ``normalization``, ``regularization``, ``search``,
``convolution``, ``models``, ``metrics``, ``centering``, ``augmentation``. What is no lesson has rooms of its own:
``storage`` (files and downloads), ``plots``, ``widgets``, ``tracing`` (of a learner's code), ``checks`` (of the
exercises), ``grading``, ``cli`` (the command line). ``book`` knows how the names differ from those of the book that
the course follows.

A submodule is imported when it is first used, so ``import dlcourse`` is quick.
"""

from importlib import import_module
from sys import _getframe

__version__ = "0.1.0"

_SUBMODULES = (
    "book", "perceptron", "functions", "storage", "datasets", "losses", "gradients", "layers", "views", "sequential",
    "networks", "schedules", "optimizers", "training", "initializers", "normalization", "regularization", "search",
    "im2col", "convolution", "models", "metrics", "centering", "augmentation", "plots", "widgets",
)  # fmt: skip

__all__ = list(_SUBMODULES)


def __getattr__(name: str):
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    import_module(f"{__name__}.book").refuse(__name__, name, _getframe(1))


def __dir__() -> list[str]:
    return sorted([*globals(), *_SUBMODULES])
