"""The files that come with the course: what each must hold, to the last byte.

The sha256 is that of the arrays and not of the file, for the same arrays are packed a little differently by another
zlib. The CRC of an .npz file tells damage; this also tells a file that is intact and another one.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcourse.storage.files import damaged
from dlcourse.storage.npz import read_npz
from dlcourse.storage.published import FILES

SHA256 = {
    "fashion_mnist.npz": "1b42988d04edf18aeaa12f48fb1d171f047bada429fa4b41ac537b6c51a69616",
    "mnist.npz": "ec16e07fc2af3b6f88b7146c52a04a82c5680ddac94734f7842208c350bff847",
    "deep_conv_net.npz": "82faff627b0c66758d04be98507551e5ecfdc030b4a8064ff0e23cdbbb743ad4",
    "mlp_784_50_100_10.npz": "2b628e5c7328b2f65041e5efbcc5f3d35905ca570c21842e4a1d34efbc0f4787",
    "simple_conv_net.npz": "f8f0202279b59445ab493bc75d665760be4586530bbd8fa81d3b74d7ad30e257",
    "two_layer_net.npz": "e54e82406597bfea4e74febde3d95cf9bb9887f8b15ffe202a34f9d91a8f0a9e",
}
"""The sha256 of the arrays in each file of ``data/``. Who makes one anew puts its new sum here: the error says it."""


def sha256_of_arrays(arrays: Mapping[str, np.ndarray]) -> str:
    """Give one sha256 of named arrays: of their names, dtypes, shapes and bytes, whatever their order.

    Parameters
    ----------
    arrays : mapping of str to ndarray
    """
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def check_bundled(arrays: Mapping[str, np.ndarray], path: Path) -> None:
    """Refuse arrays that are not those that come with the course.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        What the file holds.
    path : Path
        The file; its name says what it must hold.

    Raises
    ------
    ValueError
        If a single number differs.
    """
    found, expected = sha256_of_arrays(arrays), SHA256[path.name]
    if found != expected:
        raise damaged(
            path, f"it is intact, but not the one of the course: sha256 {found}, expected {expected}"
        )


def read_bundled(path: Path) -> dict[str, np.ndarray]:
    """Read one of the course's own files, and check what is in it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    FileNotFoundError, ValueError, OSError
        As `dlcourse.storage.read_npz` and `check_bundled`.
    """
    arrays = read_npz(path)
    check_bundled(arrays, path)
    return arrays


def check_layout(arrays: dict[str, np.ndarray], path: Path) -> dict[str, np.ndarray]:
    """Refuse an intact file that does not hold images and labels in the layout of ``mnist.npz``.

    Parameters
    ----------
    arrays : dict of str to ndarray
        What the file holds.
    path : Path
        The file, for the message.

    Returns
    -------
    dict of str to ndarray
        The same arrays.

    Raises
    ------
    ValueError
        If an array is missing, or has another shape or other values than images or labels have.
    """
    if set(arrays) != set(FILES):
        raise damaged(path, f"it holds {', '.join(sorted(arrays))}, expected {', '.join(FILES)}")
    for part in ("train", "test"):
        x, t = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.dtype != np.uint8 or x.shape[1:] != (28, 28):
            raise damaged(path, f"x_{part} is {x.dtype} of shape {x.shape}, expected uint8 of shape (N, 28, 28)")
        if t.shape != x.shape[:1] or t.dtype.kind not in "iu" or not t.size or t.min() < 0 or t.max() > 9:
            raise damaged(path, f"y_{part} is {t.dtype} of shape {t.shape}, expected a label 0 … 9 for each image")
    return arrays
