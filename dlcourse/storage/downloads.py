"""Whole data sets: where they are looked for, how they are downloaded, and how they are verified.

Three places, in this order:

1. the environment variable ``DLCOURSE_DATA``: a folder with the data in it, in any of the forms that
   `dlcourse.storage.own_data` knows by their content, or such a file;
2. the cache: `cache_folder`, which the environment variable ``DLCOURSE_CACHE`` can move;
3. the internet, from several mirrors, into the cache.

Whatever is found is compared with the sha256 of the published files. What differs is never used and never kept.
"""

import io
import os
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np

from dlcourse.storage.files import atomic_file, damaged, read_file
from dlcourse.storage.idx import parse_idx
from dlcourse.storage.own_data import look_for
from dlcourse.storage.published import FILES, SOURCES, sha256_as_published

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
        If there is no data set of that name, or what lies where ``DLCOURSE_DATA`` points is not it.
    OSError
        If a file is missing there, or cannot be read, downloaded or written. The message says what to do.
    """
    _check_name(name)
    if not os.environ.get("DLCOURSE_DATA"):
        return _from_cache(name)
    place = Path(os.environ["DLCOURSE_DATA"]).expanduser()
    if not place.exists():
        raise FileNotFoundError(f"DLCOURSE_DATA is {place}, and that does not exist: correct it or unset it")
    look = look_for(name, place)
    if look.whole:
        return {key: look.arrays[key] for key in FILES}
    if look.wrong:
        raise ValueError(look.report())
    if look.arrays:
        raise FileNotFoundError(look.report())
    try:  # nothing of it is there, perhaps the other data set: this one may still be in the cache
        return _from_cache(name)
    except (OSError, ImportError) as error:
        before = f"{look.report()}. Neither the cache nor a download had it: "
        if getattr(error, "errno", None) is None:
            raise type(error)(f"{before}{error}") from error
        raise OSError(error.errno, f"{before}{error.strerror}") from error


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


def _check_name(name: str) -> None:
    if name not in SOURCES:
        raise ValueError(f"there is no data set {name!r}, expected one of {', '.join(SOURCES)}")


def _verify(name: str, key: str, array: np.ndarray) -> np.ndarray:
    found, expected = sha256_as_published(array), SOURCES[name].sha256[key]
    if found != expected:
        raise ValueError(f"it is not {key} of {SOURCES[name].title}: sha256 {found[:12]}…, expected {expected[:12]}…")
    return array


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
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror}. {_advice()}") from error
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
        f"or copy the four published files to {path.parent} from a machine that has them, or let the environment "
        f"variable DLCOURSE_DATA name the folder that has them. {_advice()}"
    )


@contextmanager
def _advice_on_cache(before: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"{before}{error.strerror}. {_advice()}") from error


def _advice() -> str:
    now = os.environ.get("DLCOURSE_CACHE")
    now = f"; now it is {now}" if now else ""
    return f"The environment variable DLCOURSE_CACHE can name another folder for downloads{now}"


def _import_pooch() -> ModuleType:
    try:
        import pooch
        import tqdm  # noqa: F401  (pooch draws its progress bar with it)
    except ImportError as error:
        raise ImportError("downloading needs two more libraries: pip install pooch tqdm") from error
    return pooch
