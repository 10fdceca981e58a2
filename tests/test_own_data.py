"""Data that people have already: taken in any form if it is the true data; else the error says what is there."""

import gzip
import hashlib
import io
import os
import re
import zipfile

import numpy as np
import pytest
from test_downloads import FILES, GOOD, SETS, cache, place, same, save_files, unpacked  # noqa: F401  (two fixtures)

from dlcourse.storage import downloads, own_data, write_npz
from dlcourse.storage.downloads import SOURCES, load_whole


@pytest.fixture(autouse=True)
def no_download(monkeypatch):
    def refuse(name, key, path):
        raise ConnectionError(f"could not download {path.name}")

    monkeypatch.setattr(downloads, "_download", refuse)


def idx(key, name="mnist"):
    return unpacked(SETS[name][key])


def wrap(folder, wrapping, name="mnist"):
    """Put a data set there as people have it."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = SETS[name]
    rows = {key: array.reshape(len(array), -1) if key[0] == "x" else array for key, array in arrays.items()}
    if wrapping == "npz of rows":
        write_npz(folder / "mnist.npz", rows)
    elif wrapping == "npz of floats and wide labels":
        write_npz(folder / "m.npz", {key: array.astype(float if key[0] == "x" else int) for key, array in rows.items()})
    elif wrapping == "npz by other names":
        write_npz(folder / "digits.npz", {f"array {i}": array for i, array in enumerate(arrays.values())})
    elif wrapping == "one npz for each part":
        for part in ("train", "test"):
            write_npz(folder / f"{part}.npz", {"x": arrays[f"x_{part}"], "y": arrays[f"y_{part}"]})
    else:
        for key, file in FILES.items():
            plain = file.removesuffix(".gz")
            path, content = {
                "a dot": (plain.replace("-idx", ".idx"), idx(key, name)),
                "a dot, packed": (file.replace("-idx", ".idx"), gzip.compress(idx(key, name))),
                "unpacked": (plain, idx(key, name)),
                "unpacked, and called packed": (file, idx(key, name)),
                "packed, and called unpacked": (plain, gzip.compress(idx(key, name))),
                "packed twice": (file, gzip.compress(gzip.compress(idx(key, name)))),
                "torchvision's": (f"MNIST/raw/{plain}", idx(key, name)),
                "torchvision's, packed": (f"MNIST/raw/{file}", gzip.compress(idx(key, name))),
                "EMNIST's names": (f"gzip/emnist-mnist-{file.replace('t10k', 'test')}", gzip.compress(idx(key, name))),
                "a folder each": (f"{plain}/{plain}", idx(key, name)),
                "no names at all": (key[::-1], idx(key, name)),
                "with a file name within": (file, packed_with_a_name(idx(key, name))),
            }[wrapping]
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


def packed_with_a_name(content):
    packed = io.BytesIO()
    with gzip.GzipFile("a name of some length.idx3-ubyte", "wb", fileobj=packed) as file:
        file.write(content)
    return packed.getvalue()


WRAPPINGS = [
    "a dot", "a dot, packed", "unpacked", "unpacked, and called packed", "packed, and called unpacked", "packed twice",
    "torchvision's", "torchvision's, packed", "EMNIST's names", "a folder each", "no names at all",
    "with a file name within", "npz of rows", "npz of floats and wide labels", "npz by other names",
    "one npz for each part",
]  # fmt: skip


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_true_data_is_taken_in_any_form(place, wrapping):
    wrap(place, wrapping)
    (place / "README.txt").write_text("notes")
    assert same(load_whole("mnist"))


@pytest.mark.parametrize("wrapping", ["unpacked", "torchvision's", "npz by other names"])
@pytest.mark.parametrize("name", SETS)
def test_two_data_sets_in_one_place_are_told_apart(place, name, wrapping):
    wrap(place / "one", wrapping, "fashion-mnist")
    wrap(place / "two", wrapping, "mnist")
    assert same(load_whole(name), name)


def test_a_good_copy_beside_a_damaged_one_is_taken(place):
    wrap(place, "unpacked")
    save_files(place)
    (place / FILES["x_train"]).write_bytes(b"\x1f\x8b\x08\x00 cut")
    assert same(load_whole("mnist"))


def error_of(place, kind, name="mnist"):
    with pytest.raises(kind) as caught:
        load_whole(name)
    message = str(caught.value)
    title = SOURCES[name].title
    assert message.startswith(f"DLCOURSE_DATA is {place}, and {title} is not whole there"), message
    assert "Expected: the four published files" in message and "Correct DLCOURSE_DATA, or unset it" in message
    return message


def test_an_empty_folder(place):
    place.mkdir()
    message = error_of(place, ConnectionError)
    assert "Found: nothing" in message and "Neither the cache nor a download had it: could not download" in message
    assert "Missing: x_train (published as train-images-idx3-ubyte.gz), y_train" in message


def test_a_folder_of_other_things(place):
    place.mkdir()
    for number in range(5):
        (place / f"notes {number}.txt").write_text("words")
    write_npz(place / "weights.npz", {"W1": np.zeros((3, 4))})
    message = error_of(place, ConnectionError)
    assert "5 of another kind (notes 0.txt, notes 1.txt, notes 2.txt, …)" in message
    assert "weights.npz: an .npz file with W1 (3, 4), none of them" in message


@pytest.mark.parametrize("key", FILES)
def test_one_of_four_missing(place, key):
    wrap(place, "a dot")
    (place / FILES[key].removesuffix(".gz").replace("-idx", ".idx")).unlink()
    message = error_of(place, FileNotFoundError)
    assert f"Missing: {key} (published as {FILES[key]})\n" in message
    assert len(re.findall(r"idx\d-ubyte: \w+ of MNIST", message)) == 3


def test_fashion_mnist_in_the_place_of_mnist(place, cache):  # noqa: F811
    wrap(place / "mnist", "unpacked", "fashion-mnist")
    message = error_of(place, ConnectionError)
    assert "mnist/train-images-idx3-ubyte: Fashion-MNIST's x_train" in message
    save_files(cache / "mnist")
    assert same(load_whole("mnist")), "what is in the cache is right, and needs nothing of the folder"


def test_other_digits_of_the_same_shape(place):
    place.mkdir()
    other = {key: array[::-1].copy() for key, array in SETS["mnist"].items()}
    for key, file in FILES.items():
        (place / f"emnist-mnist-{file}").write_bytes(gzip.compress(unpacked(other[key])))
    message = error_of(place, ValueError)
    assert message.count("and not one of the published data") == 4
    assert "emnist-mnist-train-images-idx3-ubyte.gz: an idx file of shape (30, 28, 28)" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08\x00 cut", "a damaged file"),
        (gzip.compress(idx("x_test"))[:-40], "a damaged file"),
        (gzip.compress(idx("x_test"))[:-8] + bytes(8), "a damaged file"),
        (gzip.compress(gzip.compress(idx("x_test"))[:-40]), "a damaged file"),
        (idx("x_test")[:-1], "but its sha256 is"),
        (idx("x_test") + b"!", "but its sha256 is"),
        (b"\0\0\x08\x03\xff\xff\xff\xff\0\0\0\x1c\0\0\0\x1c", "which is too large"),
        (b"\0\0\x08\x03\0\0", "a damaged file"),
        (b"", "1 of another kind"),
        (b"<!DOCTYPE html> please sign in", "1 of another kind"),
    ],
    # Of a content packed just now, with the time in it, no two processes would make the same name.
    ids=["a cut head", "cut", "another sum", "twice packed, cut", "a byte less", "a byte more", "too large", "a cut header",
         "empty", "a page"],
)  # fmt: skip
def test_a_damaged_file_is_named(place, content, words):
    wrap(place, "unpacked")
    (place / "t10k-images-idx3-ubyte").write_bytes(content)
    message = error_of(place, OSError if "another kind" in words else ValueError)
    assert words in message and "Missing: x_test" in message and "t10k-images-idx3-ubyte" in message


def test_an_archive_is_named(place):
    place.mkdir()
    with zipfile.ZipFile(place / "mnist.zip", "w") as archive:
        archive.writestr("train-images", idx("x_train"))
    assert "mnist.zip: an archive; unpack it" in error_of(place, ValueError)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda arrays: arrays | {"x_test": arrays["x_test"] / 255}, "Missing: x_test"),
        (lambda arrays: arrays | {"x_test": arrays["x_test"].astype(int) + 256}, "Missing: x_test"),
        (lambda arrays: arrays | {"x_test": arrays["x_test"].astype(int) - 256}, "Missing: x_test"),
        (lambda arrays: arrays | {"y_test": arrays["y_test"][::-1].copy()}, "Missing: y_test"),
        (lambda arrays: {key: arrays[key] for key in ("x_train", "y_train")}, "Missing: x_test"),
    ],
)
def test_an_npz_file_that_has_not_all(place, change, words):
    place.mkdir()
    write_npz(place / "mnist.npz", change(SETS["mnist"]))
    message = error_of(place, FileNotFoundError)
    assert words in message and "mnist.npz: x_train of MNIST" in message


def test_one_file_is_not_the_whole(place):
    place.write_bytes(idx("y_test"))
    assert "own data: y_test of MNIST" in error_of(place, FileNotFoundError)


def test_many_files_are_not_all_named_nor_all_looked_at(place, monkeypatch):
    place.mkdir()
    for number in range(20):
        (place / f"{number:02} idx").write_bytes(b"\0\0\x08\x01\0\0\0\x01" + bytes([number]))
    assert "and 12 more" in error_of(place, ValueError)
    wrap(place / "z", "unpacked")
    assert same(load_whole("mnist"))
    monkeypatch.setattr(own_data, "MOST_FILES", 10)
    error_of(place, ValueError)


def test_folders_are_searched_to_a_depth_and_not_where_they_are_hidden(place):
    wrap(place / "a" / "b" / "c", "unpacked")
    assert same(load_whole("mnist"))
    wrap(place.with_name("deep") / "a" / "b" / "c" / "d" / "e", "unpacked")
    assert not own_data.look_for("mnist", place.with_name("deep")).arrays
    wrap(place.with_name("hidden") / ".trash", "unpacked")
    assert not own_data.look_for("mnist", place.with_name("hidden")).arrays


@pytest.mark.skipif(os.name == "nt", reason="not on Windows, where links need a right of their own")
def test_a_link_to_a_folder_is_followed_and_a_circle_ends(place):
    wrap(place.with_name("elsewhere"), "unpacked")
    place.mkdir()
    (place / "circle").symlink_to(place)
    (place / "mnist").symlink_to(place.with_name("elsewhere"))
    assert same(load_whole("mnist"))


def test_the_published_form_needs_no_second_look(place, monkeypatch):
    for name in SETS:
        save_files(place / name, name)
    seen = []
    monkeypatch.setattr(own_data.Look, "take", lambda self, path, take=own_data.Look.take: (seen.append(path), take(self, path)))
    for name in SETS:
        seen.clear()
        assert same(load_whole(name), name)
        assert {path.parent.name for path in seen} == {name}


def test_the_variable_of_the_cache_is_named_where_it_is_set(cache, monkeypatch):  # noqa: F811
    monkeypatch.undo()
    monkeypatch.setenv("DLCOURSE_CACHE", str(cache))
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setattr(downloads, "ROUNDS", 1)
    sums = {key: hashlib.sha256(key.encode()).hexdigest() for key in FILES}
    monkeypatch.setitem(SOURCES, "mnist", SOURCES["mnist"]._replace(sha256=sums, mirrors=("http://127.0.0.1:9/",)))
    with pytest.raises(ConnectionError, match=f"DLCOURSE_CACHE can name another folder for downloads; now it is {cache}"):
        load_whole("mnist")
