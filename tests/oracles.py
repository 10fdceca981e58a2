"""Import of the libraries that our results are compared with.

Without the `oracles` extra the tests that need them skip and say so. The gate sets
``DLCOURSE_REQUIRE_ORACLES=1``: there, a missing library is a failure, so that nobody overlooks it.
"""

import importlib
import os

import pytest


def need(name):
    """Give the module `name`, or skip the calling test module; fail where oracles are required."""
    __tracebackhide__ = True  # what is said to be skipped is who asked
    try:
        return importlib.import_module(name)
    except ImportError:
        if os.environ.get("DLCOURSE_REQUIRE_ORACLES") == "1":
            pytest.fail(f"{name} is not installed, and this run requires the oracles", pytrace=False)
        pytest.skip(f"needs {name}: pip install 'dlcourse[oracles]'", allow_module_level=True)
