"""The course's interactive figures: one file each, and one call each: ``from dlcourse.widgets import digit_reader``.

Every file reads from top to bottom: a pure ``compute``, then drawing, then the controls. `controls` holds what they
all are built from, `quiz` the questions at the end of a chapter. This package alone imports ipywidgets.
"""

import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


class _Package(ModuleType):
    """Lets a name mean the call and not the file: ``widgets.digit_reader`` is the function in ``digit_reader.py``.

    Python would put the module there as soon as anybody imports from it.
    """

    def __setattr__(self, name, value):
        super().__setattr__(name, getattr(value, name, value) if isinstance(value, ModuleType) else value)


sys.modules[__name__].__class__ = _Package


# A widget is imported when it is first asked for, so that one file at a time is all that can fail.
def __getattr__(name: str):
    if name.startswith("_") or find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module(f"{__name__}.{name}")
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *(module.name for module in pkgutil.iter_modules(__path__))})
