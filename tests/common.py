"""What several files of tests need."""

import re

import pytest


def refuses(error, message):
    """Expect an error that says exactly this."""
    return pytest.raises(error, match=f"^{re.escape(message)}$")
