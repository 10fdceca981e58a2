"""The idx format, in which MNIST is published: a head that says the shape, then one byte for each number."""

import gzip
import io
import math
import struct
import zlib

import numpy as np

from dlcourse.storage import files
from dlcourse.storage.files import refuse_page


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
    refuse_page(content)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            start = file.read(4)
            if len(start) < 4 or start[:3] != b"\0\0\x08" or start[3] not in (1, 2, 3, 4):
                raise ValueError("it is not an idx file of bytes")
            shape = struct.unpack(f">{start[3]}I", file.read(4 * start[3]))
            expected = math.prod(shape)
            # Deflate packs 1032 bytes into one at the very most, so a longer promise than that is a lie.
            if expected > min(files.MAX_BYTES, 1032 * len(content)):
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
