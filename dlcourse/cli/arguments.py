"""What all commands share: errors that the user can mend, and numbers on the command line."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from dlcourse.text import _

__all__ = ["UserError", "for_instructors", "positive"]


class UserError(Exception):
    """Something the user can mend: shown as one message, without a traceback."""


def positive(text: str) -> int:
    """Give a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("{number} threads; at least 1 is needed").format(number=number))
    return number


@contextmanager
def for_instructors() -> Iterator[None]:
    """Say in one line what instructors can mend: a library that is missing, a wrong file or name."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("dlcourse"):
            raise
        text = _("{name} is missing: pip install 'dlcourse[instructors]'")
        raise UserError(text.format(name=error.name)) from error
    except (OSError, ValueError) as error:
        raise UserError(str(error)) from error
