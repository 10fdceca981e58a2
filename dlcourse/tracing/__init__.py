"""How a learner's code is run for the checks, and what is measured meanwhile."""

from dlcourse.tracing.formulas import calculate
from dlcourse.tracing.recorder import Runner, TooLong, Trace, kind_of, where
from dlcourse.tracing.values import LAYOUTS, SILENT, laid_out, simple

__all__ = ["LAYOUTS", "SILENT", "Runner", "TooLong", "Trace", "calculate", "kind_of", "laid_out", "simple", "where"]
