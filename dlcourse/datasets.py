"""Pictures to learn from: handwritten digits, pieces of clothing, and five point clouds in the plane.

10,000 real digits and 6,000 real pieces of clothing come with the course and need no network.
``load_mnist("full")`` gives the whole set. It is looked for in three places, in this order:

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
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlcourse.functions import one_hot
from dlcourse.storage import atomic_file, damaged, parse_idx, read_file, read_npz

Split = tuple[np.ndarray, np.ndarray]

FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}


class _Source(NamedTuple):
    title: str
    sha256: dict[str, str]  # of each file after gunzip: packed, the same file differs from mirror to mirror
    mirrors: tuple[str, ...]


SOURCES = {
    "mnist": _Source(
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
    "fashion-mnist": _Source(
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


def load_mnist(
    which: str = "bundled", *, normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[Split, Split]:
    """Load handwritten digits: pictures of 28 × 28 grey pixels, and the digit that each one shows.

    Parameters
    ----------
    which : {"bundled", "full"}
        ``"bundled"``: 8,000 training and 2,000 test images that come with the course. They are the first 10,000
        training images of MNIST, in their order. ``"full"``: the 60,000 and 10,000 of MNIST; see the module's head
        for where they are looked for.
    normalize : bool
        True gives float32 pixels in [0, 1]; False the uint8 pixels in 0 … 255 as they are stored. (Mind that uint8
        wraps around: 200 + 100 is 44.)
    flatten : bool
        True gives images as (N, 784), False as (N, 1, 28, 28): one channel, height, width.
    one_hot_label : bool
        True gives labels as float32 rows (N, 10) with a single 1; False as int64 (N,).

    Returns
    -------
    (x_train, t_train), (x_test, t_test) : tuples of ndarray
        New arrays at each call, yours to change.

    Raises
    ------
    ValueError
        If `which` is another word, or a file is damaged or not of this data set.
    OSError
        If a file cannot be read, downloaded or written. The message says what to do.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition.
    Proceedings of the IEEE 86 (1998), section III.
    """
    return _load("mnist", which, normalize, flatten, one_hot_label)


def load_fashion_mnist(
    which: str = "bundled", *, normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[Split, Split]:
    """Load pictures of clothes, in the form of MNIST and harder; `FASHION_CLASSES` names the ten classes.

    Parameters
    ----------
    which : {"bundled", "full"}
        ``"bundled"``: the first 5,000 training and the first 1,000 test images; ``"full"``: all 60,000 and 10,000.
    normalize, flatten, one_hot_label : bool
        As in `load_mnist`.

    Returns
    -------
    (x_train, t_train), (x_test, t_test) : tuples of ndarray

    Raises
    ------
    ValueError, OSError
        As in `load_mnist`.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms (2017), section 2.
    """
    return _load("fashion-mnist", which, normalize, flatten, one_hot_label)


def _load(name: str, which: str, normalize: bool, flatten: bool, one_hot_label: bool) -> tuple[Split, Split]:
    if which == "bundled":
        path = data_folder() / f"{name.replace('-', '_')}.npz"
        arrays = _checked(read_npz(path), path)
    elif which == "full":
        arrays = _from_environment(name) or _fetch(name)
    else:
        raise ValueError(f"which is {which!r}, expected 'bundled' or 'full'")

    def shaped(x: np.ndarray, t: np.ndarray) -> Split:
        x = x.reshape(len(x), -1) if flatten else x.reshape(len(x), 1, 28, 28)
        if normalize:
            x = x.astype(np.float32)
            x /= 255
        return x, one_hot(t, 10) if one_hot_label else t.astype(np.int64)

    return shaped(arrays["x_train"], arrays["y_train"]), shaped(arrays["x_test"], arrays["y_test"])


def data_folder() -> Path:
    """Return the folder of the bundled data: ``data`` of the checkout, or ``_data`` of an installed package.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        If neither is there.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "_data", here.parent / "data"):
        if (folder / "mnist.npz").is_file():
            return folder
    raise FileNotFoundError(
        f"the bundled data is neither in {here / '_data'} nor in {here.parent / 'data'}: "
        "install dlcourse again, or get the whole repository, its folder data included"
    )


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
    _fetch(name)
    return cache_folder() / name


def without_bundled_test(x_train: np.ndarray, t_train: np.ndarray) -> Split:
    """Take the 2,000 bundled test digits out of the 60,000 training images of MNIST.

    The bundled test images stem from the training images, so what is trained on the full set and shown on the
    bundled one must leave them out. They are found by their pixels.

    Parameters
    ----------
    x_train : ndarray of shape (60000, 784), (60000, 1, 28, 28) or (60000, 28, 28)
        As `load_mnist` gives them, uint8 or normalized.
    t_train : ndarray of shape (60000,) or (60000, 10)
        Their labels.

    Returns
    -------
    x, t : ndarray
        The other 58,000 images and labels, in their order.

    Raises
    ------
    ValueError
        If not each of the 2,000 is found once.
    """
    _, (hidden, _) = load_mnist(normalize=False)
    pixels = np.asarray(x_train).reshape(len(x_train), -1)
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels * 255).astype(np.uint8)
    unseen = {image.tobytes() for image in hidden}
    keep = np.array([image.tobytes() not in unseen for image in pixels], dtype=bool)
    if len(t_train) != len(keep) or np.count_nonzero(~keep) != len(hidden):
        raise ValueError(
            f"without_bundled_test: found {np.count_nonzero(~keep)} of {len(hidden)} bundled test images among "
            f"{len(keep)} images with {len(t_train)} labels; expected the training part of load_mnist('full')"
        )
    return x_train[keep], t_train[keep]


def _checked(arrays: dict[str, np.ndarray], path: Path) -> dict[str, np.ndarray]:
    """Refuse an intact file that does not hold images and labels in the layout of ``mnist.npz``."""
    if set(arrays) != set(FILES):
        raise damaged(path, f"it holds {', '.join(sorted(arrays))}, expected {', '.join(FILES)}")
    for part in ("train", "test"):
        x, t = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if x.dtype != np.uint8 or x.ndim != 3 or x.shape[1:] != (28, 28):
            raise damaged(path, f"x_{part} is {x.dtype} of shape {x.shape}, expected uint8 of shape (N, 28, 28)")
        if t.shape != x.shape[:1] or t.dtype.kind not in "iu" or not t.size or t.min() < 0 or t.max() > 9:
            raise damaged(path, f"y_{part} is {t.dtype} of shape {t.shape}, expected a label 0 … 9 for each image")
    return arrays


def _verify(name: str, key: str, array: np.ndarray) -> np.ndarray:
    """Compare an array with the published idx file, which is its shape and then its bytes."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    found, expected = hashlib.sha256(head + array.tobytes()).hexdigest(), SOURCES[name].sha256[key]
    if found != expected:
        raise ValueError(f"it is not {key} of {SOURCES[name].title}: sha256 {found[:12]}…, expected {expected[:12]}…")
    return array


def _from_environment(name: str) -> dict[str, np.ndarray] | None:
    """Read a whole data set from where ``DLCOURSE_DATA`` points; None if there is nothing of the kind."""
    if not os.environ.get("DLCOURSE_DATA"):
        return None
    place = Path(os.environ["DLCOURSE_DATA"]).expanduser()
    if not place.exists():
        raise FileNotFoundError(f"DLCOURSE_DATA is {place}, and that does not exist: correct it or unset it")
    folder = place / name if (place / name).is_dir() else place
    paths = dict.fromkeys(FILES, place) if place.is_file() else {key: folder / file for key, file in FILES.items()}
    npz = place if place.is_file() else place / "mnist.npz"
    if npz.is_file() and (place.is_file() or name == "mnist" and not any(path.exists() for path in paths.values())):
        paths = dict.fromkeys(FILES, npz)
        arrays = _checked(read_npz(npz), npz)
    elif any(path.exists() for path in paths.values()):
        arrays = {key: _read_idx(path) for key, path in paths.items()}
    else:
        return None
    for key, path in paths.items():
        try:
            _verify(name, key, arrays[key].astype(np.uint8))
        except ValueError as error:
            raise ValueError(
                f"{path} was taken for {SOURCES[name].title} because DLCOURSE_DATA is {place}, but {error}. "
                f"Put the published files into {place / name}, or unset DLCOURSE_DATA"
            ) from error
    return arrays


def _read_idx(path: Path) -> np.ndarray:
    content = read_file(path)
    try:
        return parse_idx(content)
    except ValueError as error:
        raise damaged(path, str(error)) from error


def _fetch(name: str) -> dict[str, np.ndarray]:
    """Read a whole data set from the cache, after downloading what is missing or damaged there."""
    if name not in SOURCES:
        raise ValueError(f"there is no data set {name!r}, expected one of {', '.join(SOURCES)}")
    folder, arrays = cache_folder() / name, {}
    for key, file in FILES.items():
        try:
            arrays[key] = _verify(name, key, _read_idx(folder / file))
        except (FileNotFoundError, ValueError):  # not there, or not intact: a good one takes its place
            arrays[key] = _download(name, key, folder / file)
    return arrays


def _download(name: str, key: str, path: Path) -> np.ndarray:
    """Download one file. It is checked in memory, so that only a good one ever touches the disk."""
    downloader = _import_pooch().HTTPDownloader(progressbar=True, chunk_size=2**16)
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
            _keep(path, content)
            return array
    reasons = "".join(f"\n  {mirror}: {reason}" for mirror, reason in failures.items())
    raise ConnectionError(
        f"could not download {path.name} of {SOURCES[name].title}. Tried:{reasons}\n"
        "Check the connection and try again. Without one: load_mnist() and load_fashion_mnist() come with the course, "
        f"or copy the four published files to {path.parent} from a machine that has them"
    )


def _keep(path: Path, content: io.BytesIO) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as file:
            file.write(content.getbuffer())
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}. DLCOURSE_CACHE can name another folder for downloads") from error


def _import_pooch():
    try:
        import pooch
        import tqdm  # noqa: F401  (pooch draws its progress bar with it)
    except ImportError as error:
        raise ImportError("downloading needs two more libraries: pip install pooch tqdm") from error
    return pooch
