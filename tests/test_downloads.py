"""Whole data sets: found where they are, downloaded from a mirror that works, and never kept when wrong.

The mirrors here are a server on 127.0.0.1 with two small data sets in the published form.
"""

import errno
import functools
import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from waiting import PATIENCE

from dlcourse.storage import downloads, write_npz
from dlcourse.storage.bundled import check_layout
from dlcourse.storage.downloads import FILES, SOURCES, cache_folder, fetch, load_whole


def small_set(seed):
    rng = np.random.default_rng(seed)
    arrays = {}
    for part, count in (("train", 30), ("test", 12)):
        arrays[f"x_{part}"] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"y_{part}"] = rng.permutation(np.arange(count, dtype=np.uint8) % 10)
    return arrays


def unpacked(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


SETS = {"mnist": small_set(0), "fashion-mnist": small_set(1)}
GOOD = {
    f"/{name}/{FILES[key]}": gzip.compress(unpacked(array), mtime=0)
    for name, arrays in SETS.items() for key, array in arrays.items()
}  # fmt: skip


def save_files(folder, name="mnist", leave_out=()):
    folder.mkdir(parents=True, exist_ok=True)
    for key, file in FILES.items():
        if key not in leave_out:
            (folder / file).write_bytes(GOOD[f"/{name}/{file}"])


def same(found, name="mnist"):
    return set(found) == set(FILES) and all(np.array_equal(found[key], SETS[name][key]) for key in FILES)


class Mirror(http.server.BaseHTTPRequestHandler):
    """Answers /<behaviour>/<data set>/<file>."""

    def do_GET(self):
        _, behaviour, rest = self.path.split("/", 2)
        self.server.asked.append(self.path)
        content = GOOD[f"/{rest}"]
        if behaviour == "missing" or behaviour == "once" and len(self.server.asked) == 1:
            self.send_error(503 if behaviour == "once" else 404)
            return
        if behaviour == "page":
            content = b"<!DOCTYPE html><title>Sign in to the network</title>"
        elif behaviour == "other":
            content = gzip.compress(b"\0\0\x08\x01\0\0\0\x03abc")
        elif behaviour == "flipped":
            content = content[:50] + bytes([content[50] ^ 1]) + content[51:]
        self.send_response(200)
        if behaviour == "unpacks" and "gzip" in self.headers["Accept-Encoding"]:
            self.send_header("Content-Encoding", "gzip")
        if behaviour != "endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if behaviour in ("cut", "endless") else content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.asked = []
        thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(downloads, "PAUSE", 0)
    for name, arrays in SETS.items():
        sums = {key: hashlib.sha256(unpacked(array)).hexdigest() for key, array in arrays.items()}
        monkeypatch.setitem(SOURCES, name, SOURCES[name]._replace(sha256=sums, mirrors=("http://127.0.0.1:9/",)))
    return tmp_path / "cache"


@pytest.fixture
def mirrors(server, cache, monkeypatch):
    def use(*behaviours):
        for name in SETS:
            addresses = tuple(f"http://127.0.0.1:{server.server_port}/{how}/{name}/" for how in behaviours)
            monkeypatch.setitem(SOURCES, name, SOURCES[name]._replace(mirrors=addresses))

    return use


def left_behind(cache):
    return sorted(path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file())


# Downloading


def test_a_download_is_kept_and_used_again(mirrors, server, cache):
    mirrors("good")
    assert same(load_whole("mnist"))
    assert len(server.asked) == 4
    assert left_behind(cache) == sorted(f"mnist/{file}" for file in FILES.values())
    assert same(load_whole("mnist")) and fetch("mnist") == cache / "mnist"
    assert len(server.asked) == 4, "what is in the cache was downloaded again"
    assert same(load_whole("fashion-mnist"), "fashion-mnist")


def test_a_bar_shows_the_progress(mirrors, capsys):
    mirrors("good")
    load_whole("mnist")
    assert capsys.readouterr().err.count("100%") == 4


def test_a_server_that_would_unpack_the_file_is_asked_not_to(mirrors):
    mirrors("unpacks")
    assert same(load_whole("mnist"))


@pytest.mark.parametrize("bad", ["missing", "page", "other", "flipped", "cut", "endless"])
def test_a_bad_mirror_gives_way_to_a_good_one(mirrors, server, bad):
    mirrors(bad, "good")
    assert same(load_whole("mnist"))
    assert len(server.asked) == 8


REASONS = {
    "missing": "404",
    "page": "it is a web page",
    "other": "it is not x_train of MNIST: sha256",
    "flipped": "",
    "cut": "",
    "endless": "ended before the end-of-stream",
}


@pytest.mark.parametrize("bad", REASONS)
def test_only_bad_mirrors_give_one_readable_error_and_keep_nothing(mirrors, server, cache, bad):
    mirrors(bad)
    with pytest.raises(ConnectionError) as caught:
        load_whole("mnist")
    message = str(caught.value)
    assert message.startswith("could not download train-images-idx3-ubyte.gz of MNIST. Tried:")
    assert f"http://127.0.0.1:{server.server_port}/{bad}/mnist/: " in message and REASONS[bad] in message
    assert "load_mnist() and load_fashion_mnist() come with the course" in message
    assert str(cache / "mnist") in message
    assert left_behind(cache) == []


def test_no_network(cache):
    with pytest.raises(ConnectionError, match="could not download .* of Fashion-MNIST"):
        fetch("fashion-mnist")
    assert left_behind(cache) == []


def test_a_mirror_that_recovers_is_tried_again(mirrors, server):
    mirrors("once")
    assert same(load_whole("mnist"))
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"\x1f\x8b\x08\x00 not gzip", GOOD["/mnist/" + FILES["x_train"]][:900],
     GOOD["/fashion-mnist/" + FILES["x_train"]]],
    ids=["empty", "page", "no gzip", "cut", "of the other set"],
)  # fmt: skip
def test_a_spoilt_cache_mends_itself(mirrors, server, cache, content):
    mirrors("good")
    save_files(cache / "mnist")
    (cache / "mnist" / FILES["x_train"]).write_bytes(content)
    assert same(load_whole("mnist"))
    assert len(server.asked) == 1, "only the spoilt file is to be downloaded"
    assert (cache / "mnist" / FILES["x_train"]).read_bytes() == GOOD["/mnist/" + FILES["x_train"]]


def test_a_spoilt_cache_without_a_network_says_so(cache):
    save_files(cache / "mnist")
    (cache / "mnist" / FILES["y_test"]).write_bytes(b"\x1f\x8b spoilt")
    with pytest.raises(ConnectionError, match="could not download t10k-labels"):
        load_whole("mnist")


def test_a_full_disk(mirrors, cache, monkeypatch):
    mirrors("good")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device.*disk is not full.*DLCOURSE_CACHE") as caught:
        load_whole("mnist")
    assert caught.value.errno == errno.ENOSPC and str(cache) in str(caught.value)
    assert left_behind(cache) == []


def test_a_cache_that_cannot_be_made(mirrors, server, cache):
    mirrors("good")
    cache.write_text("a file is in the way")
    with pytest.raises(OSError, match="could not make the folder .*DLCOURSE_CACHE can name another folder") as caught:
        load_whole("mnist")
    assert str(cache / "mnist") in str(caught.value)
    assert not server.asked, "something was downloaded that cannot be kept"


def test_an_interrupted_download_leaves_nothing_and_the_next_one_works(mirrors, cache, monkeypatch):
    mirrors("good")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        load_whole("mnist")
    assert left_behind(cache) == []
    assert same(load_whole("mnist"))


def test_what_a_killed_download_leaves_is_never_read(mirrors, cache):
    mirrors("good")
    (cache / "mnist").mkdir(parents=True)
    (cache / "mnist" / f".{FILES['x_train']}.0123456789abcdef.tmp").write_bytes(b"half of")
    assert same(load_whole("mnist"))


def test_eight_processes_at_once(server, cache):
    sums = {key: SOURCES["mnist"].sha256[key] for key in FILES}
    address = f"http://127.0.0.1:{server.server_port}/good/mnist/"
    code = f"""
from dlcourse.storage import downloads, published
published.SOURCES["mnist"] = published.Source("MNIST", {sums!r}, ({address!r},))
print({{key: int(array.sum()) for key, array in downloads.load_whole("mnist").items()}})
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    expected = str({key: int(SETS["mnist"][key].sum()) for key in FILES})
    for process in processes:
        out, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0 and out.strip() == expected, error
    assert left_behind(cache) == sorted(f"mnist/{file}" for file in FILES.values())


def test_without_pooch(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match="pip install pooch tqdm"):
        load_whole("mnist")
    save_files(cache / "mnist")
    assert same(load_whole("mnist")), "what is in the cache needs no library"


def test_the_cache_is_where_the_system_wants_it(monkeypatch):
    monkeypatch.delenv("DLCOURSE_CACHE", raising=False)
    assert cache_folder().is_absolute() and "dlcourse" in str(cache_folder())
    monkeypatch.setenv("DLCOURSE_CACHE", "~/pictures")
    assert cache_folder() == Path.home() / "pictures"


def test_an_unknown_data_set():
    for function in (fetch, load_whole):
        with pytest.raises(ValueError, match="no data set 'cifar', expected one of mnist, fashion-mnist"):
            function("cifar")


# DLCOURSE_DATA


@pytest.fixture
def place(cache, tmp_path, monkeypatch):
    folder = tmp_path / "own data"
    monkeypatch.setenv("DLCOURSE_DATA", str(folder))
    return folder


@pytest.mark.parametrize("name", SETS)
def test_a_folder_with_subfolders(place, name):
    for each in SETS:
        save_files(place / each, each)
    assert same(load_whole(name), name)


@pytest.mark.parametrize("name", SETS)
def test_a_folder_with_the_files(place, cache, name):
    save_files(place, name)
    assert same(load_whole(name), name)
    # The other data set is not there, and these files are not taken for it.
    (other,) = set(SETS) - {name}
    save_files(cache / other, other)
    assert same(load_whole(other), other)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_an_npz_file(place, cache, dtype):
    place.mkdir()
    arrays = {key: array.astype(dtype if key[0] == "y" else np.uint8) for key, array in SETS["mnist"].items()}
    write_npz(place / "mnist.npz", arrays)
    assert same(load_whole("mnist"))
    save_files(cache / "fashion-mnist", "fashion-mnist")
    assert same(load_whole("fashion-mnist"), "fashion-mnist")


def test_an_npz_file_by_its_own_name(place, cache):
    np.savez(place.with_suffix(".npz"), **SETS["mnist"])
    place.with_suffix(".npz").rename(place)
    assert same(load_whole("mnist"))
    save_files(cache / "fashion-mnist", "fashion-mnist")
    assert same(load_whole("fashion-mnist"), "fashion-mnist")


def test_an_npz_file_of_another_layout(place):
    place.mkdir()
    write_npz(place / "mnist.npz", {"W1": np.zeros((3, 4))})
    with pytest.raises(ValueError, match=r"mnist\.npz: an \.npz file with W1 \(3, 4\), none of them an array of the pub"):
        load_whole("mnist")


def test_a_folder_without_data_leaves_the_cache(place, cache):
    place.mkdir()
    save_files(cache / "mnist")
    assert same(load_whole("mnist"))


def test_a_place_that_does_not_exist(place):
    with pytest.raises(FileNotFoundError, match="DLCOURSE_DATA is .*own data, and that does not exist"):
        load_whole("mnist")


def test_a_missing_file_is_named(place):
    save_files(place, leave_out=["y_test"])
    with pytest.raises(FileNotFoundError, match=r"Missing: y_test \(published as t10k-labels-idx1-ubyte\.gz\)"):
        load_whole("mnist")


def test_a_damaged_file_is_named(place):
    save_files(place)
    (place / FILES["y_train"]).write_bytes(b"\x1f\x8b\x08\x00 cut")
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte\.gz: a damaged file"):
        load_whole("mnist")


@pytest.mark.parametrize("key", FILES)
def test_other_data_is_not_taken_for_mnist(place, key):
    save_files(place)
    other = SETS["mnist"][key].copy()
    other[0] = (other[0] + 1) % 10
    (place / FILES[key]).write_bytes(gzip.compress(unpacked(other)))
    words = rf"{FILES[key]}: an idx file of shape \(.*\), but its sha256 is \w+… and not one of the published data"
    with pytest.raises(ValueError, match=words) as caught:
        load_whole("mnist")
    assert "or unset it" in str(caught.value)


def test_the_layout_of_an_npz_file_is_checked():
    good, path = SETS["mnist"], Path("mnist.npz")
    assert check_layout(dict(good), path) == good
    changes = [
        ({"extra": good["y_test"]}, "it holds extra, x_test"),
        ({"x_train": good["x_train"] / 255}, "x_train is float64"),
        ({"x_test": good["x_test"].reshape(-1, 784)}, r"x_test is uint8 of shape \(12, 784\)"),
        ({"x_test": good["x_test"][:, :27]}, r"of shape \(12, 27, 28\), expected uint8 of shape \(N, 28, 28\)"),
        ({"y_train": good["y_train"][:-1]}, r"y_train is uint8 of shape \(29,\), expected a label 0 … 9 for each"),
        ({"y_train": good["y_train"] + 1}, "a label 0 … 9"),
        ({"y_train": good["y_train"].astype(int) - 1}, "a label 0 … 9"),
        ({"y_test": good["y_test"] / 1}, "y_test is float64"),
        ({"x_test": good["x_test"][:0], "y_test": good["y_test"][:0]}, "a label 0 … 9"),
    ]
    for change, words in changes:
        with pytest.raises(ValueError, match=rf"the data file mnist\.npz cannot be used: .*{words}"):
            check_layout(good | change, path)


# The published files themselves


def published():
    folders = [os.environ.get("DLCOURSE_DATA"), Path(__file__).parents[2] / "shared" / "data"]
    for folder in map(Path, filter(None, folders)):
        if (folder / "mnist").is_dir() and (folder / "fashion-mnist").is_dir():
            return folder
    pytest.skip("needs the full MNIST and Fashion-MNIST: set DLCOURSE_DATA to a folder with both")


@pytest.mark.parametrize("name", SETS)
def test_the_published_files_have_the_sha256_that_we_expect(name):
    for key, file in FILES.items():
        with gzip.open(published() / name / file) as content:
            assert hashlib.sha256(content.read()).hexdigest() == SOURCES[name].sha256[key]


@pytest.mark.parametrize("name", SETS)
def test_the_published_files_are_loaded(name, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(published()))
    arrays = load_whole(name)
    assert {key: array.shape for key, array in arrays.items()} == {
        "x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)
    }  # fmt: skip
    # From MNIST's own page, and from the paper of Fashion-MNIST: every class has 6,000 training images.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949] if name == "mnist" else [6000] * 10
    assert np.bincount(arrays["y_train"]).tolist() == counts
