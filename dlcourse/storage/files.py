"""Files, written whole or not at all, and read with one readable error where that cannot be done."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# More than any file of this course needs. It keeps a hostile file from filling the memory.
MAX_BYTES = 2**30


@contextmanager
def atomic_file(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place only when it is complete.

    The bytes go to a temporary file in the same folder, are forced to the disk, and are renamed over `path` in one
    step. Any failure on the way removes the temporary file and leaves an older file at `path` untouched.

    Parameters
    ----------
    path : str or path-like
        Where the file shall be. Its folder must exist.

    Yields
    ------
    binary file
        To be written to inside the ``with`` block.

    Raises
    ------
    OSError
        If the file cannot be written (full disk, no permission, no such folder). The message names `path`.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        # OSError(errno, ...) becomes FileNotFoundError, PermissionError and so on by itself.
        raise OSError(
            error.errno,
            f"could not write {path}: {error.strerror or error}. What was there before is unchanged. "
            "Check that the folder exists, that you may write to it, and that the disk is not full",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def read_file(path: str | os.PathLike, *, what: str = "data file") -> bytes:
    """Read a whole file, with a readable error where that cannot be done.

    Parameters
    ----------
    path : str or path-like
        The file.
    what : str
        What to call it in an error message.

    Returns
    -------
    bytes
        What the file holds.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is a folder.
    OSError
        If the file is there and cannot be read (no permission, a failing disk).
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder, expected a {what}")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no {what} at {path}: check the path, or save the file first") from None
    except OSError as error:
        raise OSError(error.errno, f"could not read the {what} {path}: {error.strerror or error}") from error
    return content


def damaged(path: str | os.PathLike, reason: str, *, what: str = "data file") -> ValueError:
    """Return the one error that every damaged file is reported with."""
    return ValueError(f"the {what} {path} cannot be used: {reason}. Delete it and copy, download or save it again")


def refuse_page(content: bytes) -> None:
    """Raise ValueError for the two commonest things that come in place of data: nothing, and a web page."""
    if not content:
        raise ValueError("it is empty")
    if content[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise ValueError("it is a web page (often a login or error page that came in place of the data)")
