"""The self-checks of the exercises: ``check("2.3", sigmoid)`` says "right", or gives one hint.

`base` holds the table of exercises, `trial` what a check can ask, `access` how it reaches the learner's code, and
``chapter01`` to ``chapter10`` the checks themselves, each with a reference solution of its own. `line` judges, in the
middle of a chapter, a line that was left to its reader.
"""

from dlcourse.checks.access import NotYet
from dlcourse.checks.base import check
from dlcourse.checks.line import compare

__all__ = ["NotYet", "check", "compare"]
