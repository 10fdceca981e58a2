"""Named arrays in one .npz file: the same arrays give the same bytes, and every byte is checked when it is read."""

import io
import math
import os
import re
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

from dlcourse.storage import files
from dlcourse.storage.files import atomic_file, damaged, read_file, refuse_page

# The header that NumPy writes before the numbers of an .npy member, e.g.
# {'descr': '<f4', 'fortran_order': False, 'shape': (784, 50), }
_NPY_HEADER = re.compile(
    rb"\s*\{\s*'descr':\s*'([<>|=][biufcSU]\d{1,9})',\s*'fortran_order':\s*(True|False),"
    rb"\s*'shape':\s*\(((?:\d{1,18},\s*)*(?:\d{1,18})?)\),?\s*\}\s*"
)


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
    if total > files.MAX_BYTES:
        raise ValueError(f"write_npz: arrays take {total:,} bytes, at most {files.MAX_BYTES:,} can be read back")

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
        refuse_page(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            # zipfile ignores this count, and a broken length in the directory can hide members.
            directory_end = content.rfind(b"PK\5\6")
            if len(members) != int.from_bytes(content[directory_end + 10 : directory_end + 12], "little"):
                raise ValueError("its table of contents is broken")
            total = sum(member.file_size for member in members)
            if total > files.MAX_BYTES:
                raise ValueError(f"it says that it unpacks to {total:,} bytes, at most {files.MAX_BYTES:,} are accepted")
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
