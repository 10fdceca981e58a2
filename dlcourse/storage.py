"""Arrays in files: written whole or not at all, and checked byte by byte when read.

Everything the course keeps on disk (digits, weights) passes through here. Two promises:

* A file is never left half written. What is interrupted leaves the old file as it was.
* A damaged file gives one readable error that names it. It never gives wrong numbers.

Nothing is pickled: a pickle runs code when it is opened, and a file of numbers has no need to.
"""

import gzip
import io
import math
import os
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

# More than any file of this course needs. It keeps a hostile file from filling the memory.
MAX_BYTES = 2**30

# The header that NumPy writes before the numbers of an .npy member, e.g.
# {'descr': '<f4', 'fortran_order': False, 'shape': (784, 50), }
_NPY_HEADER = re.compile(
    rb"\s*\{\s*'descr':\s*'([<>|=][biufcSU]\d{1,9})',\s*'fortran_order':\s*(True|False),"
    rb"\s*'shape':\s*\(((?:\d{1,18},\s*)*(?:\d{1,18})?)\),?\s*\}\s*"
)


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


def write_npz(path: str | os.PathLike, arrays: Mapping[str, np.ndarray], *, compressed: bool = True) -> None:
    """Write named arrays to one .npz file, whole or not at all.

    The same arrays in the same order give the same bytes, whenever and wherever they are written,
    so that a checksum of the file means something. `numpy.load` reads it too.

    Parameters
    ----------
    path : str or path-like
        Where the file shall be. Unlike `numpy.savez`, no ending is added.
    arrays : mapping of str to ndarray
        What to write: numbers, booleans or strings, of any shape.
    compressed : bool
        Whether to compress each array (deflate).

    Raises
    ------
    TypeError
        If a name is not a string, or an array holds Python objects.
    ValueError
        If there is no array, a name is empty, or all of them take more than `MAX_BYTES`.
    OSError
        If the file cannot be written. An older file at `path` is then untouched.

    See Also
    --------
    read_npz : reads the file back.
    """
    checked = {}
    for name, array in arrays.items():
        if not isinstance(name, str):
            raise TypeError(f"write_npz: the names in arrays must be strings, got {name!r}")
        if not name or "\0" in name:
            raise ValueError(f"write_npz: {name!r} cannot be the name of an array")
        array = np.asarray(array, order="C")
        if array.dtype.kind not in "biufcSU" or not array.dtype.itemsize:
            raise TypeError(f"write_npz: {name!r} must hold numbers, booleans or strings, got dtype {array.dtype}")
        checked[name] = array
    if not checked:
        raise ValueError("write_npz: arrays is empty, there is nothing to write")
    total = sum(array.nbytes for array in checked.values())
    if total > MAX_BYTES:
        raise ValueError(f"write_npz: arrays take {total:,} bytes, at most {MAX_BYTES:,} can be read back")

    with atomic_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in checked.items():
            # A fixed date and system, so that the bytes depend on the arrays alone.
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, content.getvalue())


def read_npz(path: str | os.PathLike, *, what: str = "data file") -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file and check every byte of them.

    Parameters
    ----------
    path : str or path-like
        The file.
    what : str
        What to call it in an error message, e.g. ``"weights file"``.

    Returns
    -------
    dict of str to ndarray
        The arrays in the order of the file, writable, in this machine's byte order.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or is not an .npz file of plain arrays. The message names the file and the damage.
    OSError
        If the file is there and cannot be read (no permission, a failing disk).
    """
    content = read_file(path, what=what)
    arrays = {}
    try:
        _refuse_page(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            # zipfile ignores this count, and a broken length in the directory can hide members.
            directory_end = content.rfind(b"PK\5\6")
            if len(members) != int.from_bytes(content[directory_end + 10 : directory_end + 12], "little"):
                raise ValueError("its table of contents is broken")
            total = sum(member.file_size for member in members)
            if total > MAX_BYTES:
                raise ValueError(f"it says that it unpacks to {total:,} bytes, at most {MAX_BYTES:,} are accepted")
            for member in members:
                name = member.filename.removesuffix(".npy")
                if name == member.filename or name in arrays:
                    raise ValueError(f"{member.filename!r} in it is not a single array")
                if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ValueError(f"{member.filename!r} in it is encrypted or packed in an unknown way")
                # read() unpacks what is there, never what a header promises, and compares the CRC.
                arrays[name] = _parse_npy(archive.read(member), member.filename)
            if not arrays:
                raise ValueError("it holds no array")
    # BadZipFile: not a zip, or a CRC is wrong. zlib.error, EOFError: the packed bytes are broken or end early.
    # NotImplementedError: a broken field asks for a newer zip. ValueError: ours, or a name that is not text.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise damaged(path, f"{error}"[:200] or "it ends too early", what=what) from error
    return arrays


def parse_idx(content: bytes) -> np.ndarray:
    """Turn the bytes of a gzip-packed idx file, the format in which MNIST is published, into an array.

    Unpacked, an idx file is two zero bytes, one byte for the kind of number (8: uint8), one for the number of
    dimensions, each dimension as a big-endian uint32, and then the numbers. gzip adds a checksum; an idx file
    that is not packed has none, and is refused.

    Parameters
    ----------
    content : bytes
        What the file ``train-images-idx3-ubyte.gz`` holds, for example.

    Returns
    -------
    ndarray of uint8
        Images come as (N, 28, 28), labels as (N,).

    Raises
    ------
    ValueError
        If a byte is missing, changed or too many. The message says what is wrong.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits (1998), "File formats".
    """
    _refuse_page(content)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            start = file.read(4)
            if len(start) < 4 or start[:3] != b"\0\0\x08" or start[3] not in (1, 2, 3, 4):
                raise ValueError("it is not an idx file of bytes")
            shape = struct.unpack(f">{start[3]}I", file.read(4 * start[3]))
            expected = math.prod(shape)
            # Deflate packs 1032 bytes into one at the very most, so a longer promise than that is a lie.
            if expected > min(MAX_BYTES, 1032 * len(content)):
                raise ValueError(f"it promises {expected:,} bytes of data and is too short for that")
            # One byte more than expected: to see a file that is too long, and to make gzip compare its checksum.
            data = file.read(expected + 1)
    # BadGzipFile: not gzip, or a wrong checksum. zlib.error, EOFError: the packed bytes are broken or end early.
    # struct.error: it ends within the dimensions.
    except (gzip.BadGzipFile, zlib.error, EOFError, struct.error) as error:
        raise ValueError(f"it is not an intact gzip file ({error})") from error
    if len(data) != expected:
        raise ValueError(f"it should hold {expected:,} bytes for shape {shape}, and has more or fewer")
    return np.frombuffer(data, np.uint8).reshape(shape).copy()


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


def _refuse_page(content: bytes) -> None:
    """Raise ValueError for the two commonest things that come in place of data: nothing, and a web page."""
    if not content:
        raise ValueError("it is empty")
    if content[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise ValueError("it is a web page (often a login or error page that came in place of the data)")


def _parse_npy(content: bytes, name: str) -> np.ndarray:
    """Turn the bytes of one .npy member into an array, trusting nothing that its header says."""
    if content[:6] != b"\x93NUMPY" or len(content) < 12:
        raise ValueError(f"{name!r} in it is not a NumPy array")
    start = 10 if content[6] == 1 else 12
    end = start + int.from_bytes(content[8:start], "little")
    header = _NPY_HEADER.fullmatch(content[start:end])
    if header is None:
        raise ValueError(f"{name!r} in it holds Python objects or a kind of array that is not accepted")
    try:
        dtype = np.dtype(header[1].decode())
    except TypeError:  # such as '<f7', which no machine has
        raise ValueError(f"{name!r} in it holds numbers of an unknown kind {header[1].decode()!r}") from None
    shape = tuple(int(size) for size in re.findall(rb"\d+", header[3]))
    expected = math.prod(shape) * dtype.itemsize
    if len(content) - end != expected:
        raise ValueError(f"{name!r} in it should hold {expected:,} bytes for shape {shape}, has {len(content) - end:,}")
    array = np.frombuffer(content, dtype, offset=end).reshape(shape, order="F" if header[2] == b"True" else "C")
    # A copy, because frombuffer's array is read-only.
    return array.astype(dtype.newbyteorder("="), order="C")
