"""Pictures to learn from: handwritten digits, pieces of clothing, and five point clouds in the plane.

10,000 real digits and 6,000 real pieces of clothing come with the course and need no network.
``load_mnist("full")`` gives the whole set; `dlcourse.storage.downloads` says where it is looked for.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dlcourse.book import names_of_the_book
from dlcourse.functions import one_hot
from dlcourse.storage.bundled import check_layout, read_bundled
from dlcourse.storage.downloads import cache_folder, fetch, load_whole
from dlcourse.text import marked as _

__all__ = [
    "FASHION_CLASSES", "TOY_DATASETS", "cache_folder", "data_folder", "fetch", "load_fashion_mnist", "load_mnist",
    "toy_dataset", "without_bundled_test",
]  # fmt: skip

__getattr__ = names_of_the_book(__name__)

Split = tuple[np.ndarray, np.ndarray]

# Figures and tables show them in the learner's language.
FASHION_CLASSES = (
    _("T-shirt/top"), _("Trouser"), _("Pullover"), _("Dress"), _("Coat"),
    _("Sandal"), _("Shirt"), _("Sneaker"), _("Bag"), _("Ankle boot"),
)  # fmt: skip


def load_mnist(
    which: str = "bundled", *, normalize: bool = True, flatten: bool = True, one_hot_label: bool = False
) -> tuple[Split, Split]:
    """Load handwritten digits: pictures of 28 × 28 grey pixels, and the digit that each one shows.

    Parameters
    ----------
    which : {"bundled", "full"}
        ``"bundled"``: 8,000 training and 2,000 test images that come with the course. They are the first 10,000
        training images of MNIST, in their order. ``"full"``: the 60,000 and 10,000 of MNIST; see
        `dlcourse.storage.downloads` for where they are looked for.
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
        arrays = check_layout(read_bundled(path), path)
    elif which == "full":
        arrays = load_whole(name)
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


def toy_dataset(
    name: str, n_samples: int = 200, *, noise: float = 0.1, rng: np.random.Generator | int | None = None
) -> Split:
    """Draw points in the plane, in classes that a straight line cannot (or hardly can) tell apart.

    Parameters
    ----------
    name : {"xor", "circles", "moons", "spiral", "blobs"}
        ``xor``: opposite quarters of a square belong together. ``circles``: a ring around a ring.
        ``moons``: two half rings, one into the other. ``spiral``: three arms. ``blobs``: three heaps.
        The first three have 2 classes, the other two have 3.
    n_samples : int
        N, how many points. The classes are equally large, as near as N allows.
    noise : float
        Standard deviation of the normal noise that is added to both coordinates, ≥ 0. Without it the points lie
        in [-1, 1]², and those of a blob on one spot.
    rng : Generator, int or None
        Source of the randomness, or a seed.

    Returns
    -------
    x : ndarray of shape (N, 2), float32
        The points, in random order.
    t : ndarray of shape (N,), int64
        Their classes.

    Raises
    ------
    TypeError
        If `n_samples` is not an integer.
    ValueError
        If there is no set of that name, or a number is out of its range.
    """
    if name not in TOY_DATASETS:
        raise ValueError(f"toy_dataset: there is no set {name!r}, expected one of {', '.join(TOY_DATASETS)}")
    place, classes = TOY_DATASETS[name]
    if not isinstance(n_samples, int | np.integer):
        raise TypeError(f"toy_dataset: n_samples is {n_samples!r}, expected an integer")
    if n_samples < classes:
        raise ValueError(f"toy_dataset: n_samples is {n_samples}, expected at least one for each of {classes} classes")
    if not 0 <= noise < np.inf:
        raise ValueError(f"toy_dataset: noise is {noise}, expected a number ≥ 0")
    rng = np.random.default_rng(rng)
    t = rng.permutation(np.arange(n_samples, dtype=np.int64) % classes)
    x = place(t, rng) + rng.normal(0, noise, (n_samples, 2))
    return x.astype(np.float32), t


def _xor(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    first, second = rng.uniform(0.1, 1, (2, len(t)))
    sign = rng.choice([-1, 1], len(t))
    return np.stack([sign * first, np.where(t == 0, sign, -sign) * second], axis=1)


def _circles(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _polar(np.where(t == 0, 1, 0.5), rng.uniform(0, 2 * np.pi, len(t)))


def _moons(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # The second moon is the first one, turned by half a turn about the origin.
    upper = _polar(1, rng.uniform(0, np.pi, len(t))) * 2 / 3 - [1 / 3, 1 / 6]
    return np.where(t[:, None] == 0, upper, -upper)


def _spiral(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    radius = rng.uniform(0.1, 1, len(t))
    return _polar(radius, 4 * radius + 2 * np.pi * t / 3)


def _blobs(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _polar(0.7, np.pi / 2 + 2 * np.pi * t / 3)


def _polar(radius: np.ndarray | float, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


# Each set: where a point of class t lies without noise, and the number of classes.
TOY_DATASETS: dict[str, tuple[Callable[[np.ndarray, np.random.Generator], np.ndarray], int]] = {
    "xor": (_xor, 2),
    "circles": (_circles, 2),
    "moons": (_moons, 2),
    "spiral": (_spiral, 3),
    "blobs": (_blobs, 3),
}
