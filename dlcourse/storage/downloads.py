"""Whole data sets: where they are looked for, how they are downloaded, and how they are verified.

Three places, in this order:

1. the environment variable ``DLCOURSE_DATA``: a folder with the four published ``.gz`` files (directly, or in
   subfolders ``mnist`` and ``fashion-mnist``), or a file ``mnist.npz`` with x_train, y_train, x_test and y_test;
2. the cache: `cache_folder`, which the environment variable ``DLCOURSE_CACHE`` can move;
3. the internet, from several mirrors, into the cache.

Whatever is found is compared with the sha256 of the published files. What differs is never used and never kept.
"""

import hashlib
import io
import os
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

from dlcourse.storage.files import atomic_file, damaged, read_file
from dlcourse.storage.idx import parse_idx
from dlcourse.storage.npz import read_npz

FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}


class Source(NamedTuple):
    """One data set: its name for people, the sha256 of its files, and where they can be had.

    The sha256 is that of a file after gunzip. Packed, the same data differs from mirror to mirror.
    """

    title: str
    sha256: dict[str, str]
    mirrors: tuple[str, ...]


SOURCES = {
    "mnist": Source(
        "MNIST",
        {
            "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "y_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "y_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
    ),
    "fashion-mnist": Source(
        "Fashion-MNIST",
        {
            "x_train": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "y_train": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "x_test": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "y_test": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
    ),
}
ROUNDS = 2  # how often all mirrors are tried
PAUSE = 1.0  # seconds between two rounds


def load_whole(name: str) -> dict[str, np.ndarray]:
    """Read a whole data set from the first of the three places that has it.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}
        Which one.

    Returns
    -------
    dict of str to ndarray
        x_train, x_test as uint8 (N, 28, 28), y_train, y_test as uint8 (N,).

    Raises
    ------
    ValueError
        If there is no data set of that name, or ``DLCOURSE_DATA`` points at something else.
    OSError
        If a file cannot be read, downloaded or written. The message says what to do.
    """
    _check_name(name)
    return _from_environment(name) or _from_cache(name)


def cache_folder() -> Path:
    """Return the folder that downloads are kept in: ``DLCOURSE_CACHE``, or the usual place of this system.

    Returns
    -------
    Path
        It need not exist yet.
    """
    if os.environ.get("DLCOURSE_CACHE"):
        return Path(os.environ["DLCOURSE_CACHE"]).expanduser()
    return Path(_import_pooch().os_cache("dlcourse"))


def fetch(name: str) -> Path:
    """Make sure that a whole data set is in the cache, downloading what is missing or damaged there.

    Parameters
    ----------
    name : {"mnist", "fashion-mnist"}
        Which one: about 12 MB and 31 MB.

    Returns
    -------
    Path
        The folder with the four files.

    Raises
    ------
    ValueError
        If there is no data set of that name.
    ConnectionError
        If no mirror gives a file with the right sha256.
    OSError
        If the cache cannot be read or written.
    """
    _check_name(name)
    _from_cache(name)
    return cache_folder() / name


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


def _check_name(name: str) -> None:
    if name not in SOURCES:
        raise ValueError(f"there is no data set {name!r}, expected one of {', '.join(SOURCES)}")


def _sha256(array: np.ndarray) -> str:
    """Return the sha256 of an array as a published idx file: kind, shape, and then the bytes."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return hashlib.sha256(head + array.astype(np.uint8).tobytes()).hexdigest()


def _verify(name: str, key: str, array: np.ndarray) -> np.ndarray:
    found, expected = _sha256(array), SOURCES[name].sha256[key]
    if found != expected:
        raise ValueError(f"it is not {key} of {SOURCES[name].title}: sha256 {found[:12]}…, expected {expected[:12]}…")
    return array


def _from_environment(name: str) -> dict[str, np.ndarray] | None:
    """Read a whole data set from where ``DLCOURSE_DATA`` points; None if that holds nothing of the kind."""
    if not os.environ.get("DLCOURSE_DATA"):
        return None
    place = Path(os.environ["DLCOURSE_DATA"]).expanduser()
    if not place.exists():
        raise FileNotFoundError(f"DLCOURSE_DATA is {place}, and that does not exist: correct it or unset it")
    folder = place / name if (place / name).is_dir() else place
    paths = {key: folder / file for key, file in FILES.items()}
    npz = place if place.is_file() else folder / f"{name}.npz"
    if any(path.exists() for path in paths.values()):
        arrays = {key: _read_idx(path) for key, path in paths.items()}
    elif npz.is_file():
        arrays = check_layout(read_npz(npz), npz)
        paths = dict.fromkeys(FILES, npz)
    else:
        return None
    # The other data set, intact, is no mistake: this one may still be in the cache.
    labels = _sha256(arrays["y_train"])
    if any(labels == source.sha256["y_train"] for other, source in SOURCES.items() if other != name):
        return None
    for key, path in paths.items():
        try:
            _verify(name, key, arrays[key])
        except ValueError as error:
            raise ValueError(
                f"DLCOURSE_DATA is {place}, so {path} was taken for {SOURCES[name].title}, but {error}. "
                f"Point DLCOURSE_DATA at a folder with the published files in a subfolder {name}, or unset it"
            ) from error
    return arrays


def _read_idx(path: Path) -> np.ndarray:
    content = read_file(path)
    try:
        return parse_idx(content)
    except ValueError as error:
        raise damaged(path, str(error)) from error


def _from_cache(name: str) -> dict[str, np.ndarray]:
    """Read a whole data set from the cache, after downloading what is missing or damaged there."""
    folder, arrays = cache_folder() / name, {}
    for key, file in FILES.items():
        try:
            arrays[key] = _verify(name, key, _read_idx(folder / file))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            # Not there, or not intact: a good one takes its place.
            arrays[key] = _download(name, key, folder / file)
    return arrays


def _download(name: str, key: str, path: Path) -> np.ndarray:
    """Download one file. It is checked in memory, so that only a good one ever touches the disk."""
    # Before anything is downloaded that could not be kept.
    with _advice_on_cache(f"could not make the folder {path.parent}: "):
        path.parent.mkdir(parents=True, exist_ok=True)
    # identity: the file as it is, for some servers unpack a .gz on the way.
    headers = {"Accept-Encoding": "identity"}
    downloader = _import_pooch().HTTPDownloader(progressbar=True, chunk_size=2**16, headers=headers)
    failures = {}
    for attempt in range(ROUNDS):
        time.sleep(PAUSE * attempt)
        for mirror in SOURCES[name].mirrors:
            content = io.BytesIO()
            try:
                downloader(mirror + path.name, content, None)
                array = _verify(name, key, parse_idx(content.getvalue()))
            except (OSError, ValueError) as error:  # all errors of the network are OSErrors here
                failures[mirror] = textwrap.shorten(str(error), 200)
                continue
            with _advice_on_cache(), atomic_file(path) as file:
                file.write(content.getbuffer())
            return array
    reasons = "".join(f"\n  {mirror}: {reason}" for mirror, reason in failures.items())
    raise ConnectionError(
        f"could not download {path.name} of {SOURCES[name].title}. Tried:{reasons}\n"
        "Check the connection and try again. Without one: load_mnist() and load_fashion_mnist() come with the course, "
        f"or copy the four published files to {path.parent} from a machine that has them"
    )


@contextmanager
def _advice_on_cache(before: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "The environment variable DLCOURSE_CACHE can name another folder for downloads"
        raise OSError(error.errno, f"{before}{error.strerror}. {advice}") from error


def _import_pooch() -> ModuleType:
    try:
        import pooch
        import tqdm  # noqa: F401  (pooch draws its progress bar with it)
    except ImportError as error:
        raise ImportError("downloading needs two more libraries: pip install pooch tqdm") from error
    return pooch
