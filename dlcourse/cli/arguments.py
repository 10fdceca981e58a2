"""What all commands share: errors that the user can mend, and numbers on the command line."""

import argparse

from dlcourse.text import _

__all__ = ["UserError", "positive"]


class UserError(Exception):
    """Something the user can mend: shown as one message, without a traceback."""


def positive(text: str) -> int:
    """Give a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("{number} threads; at least 1 is needed").format(number=number))
    return number
