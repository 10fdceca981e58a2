"""Files are written whole or not at all, and what is damaged is never read as if it were good."""

import errno
import gzip
import os
import random
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.storage import atomic_file, files, parse_idx, read_npz, write_npz

ARRAYS = {
    "W1": np.arange(600, dtype=np.float32).reshape(20, 30) / 7,
    "b1": np.zeros(30),
    "t": np.arange(9, dtype=np.int64),
    "ok": np.array([True, False]),
    "name": np.array("TwoLayerNet"),
    "none": np.zeros((0, 3)),
    "scalar": np.float32(2.5),
}


def same(found, expected):
    return list(found) == list(expected) and all(
        found[name].dtype == np.asarray(expected[name]).dtype and np.array_equal(found[name], expected[name])
        and found[name].shape == np.shape(expected[name]) for name in expected
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.npz"


# Writing and reading back


@pytest.mark.parametrize("compressed", [True, False])
def test_what_is_written_is_read_back(path, compressed):
    write_npz(path, ARRAYS, compressed=compressed)
    found = read_npz(path)
    assert same(found, ARRAYS)
    assert all(array.flags.writeable and array.flags.c_contiguous for array in found.values())


def test_compression_compresses(path):
    zeros = {"x": np.zeros(100_000)}
    write_npz(path, zeros)
    small = path.stat().st_size
    write_npz(path, zeros, compressed=False)
    assert small < 5_000 and path.stat().st_size > 800_000


def test_numpy_reads_what_we_write_and_we_read_what_numpy_writes(path):
    write_npz(path, ARRAYS)
    with np.load(path, allow_pickle=False) as found:
        assert same(dict(found), ARRAYS)
    for save in (np.savez, np.savez_compressed):
        save(path, **ARRAYS)
        assert same(read_npz(path), ARRAYS)


def test_other_memory_orders_and_byte_orders_read_the_same(path):
    x = np.arange(6.0).reshape(2, 3)
    np.savez(path, fortran=np.asfortranarray(x), big=x.astype(">f8"))
    for array in read_npz(path).values():
        np.testing.assert_array_equal(array, x)
        assert array.dtype.isnative


def test_the_same_arrays_give_the_same_bytes(path, monkeypatch):
    write_npz(path, ARRAYS)
    first = path.read_bytes()
    monkeypatch.setattr("time.time", lambda: 2e9)
    write_npz(path, {name: np.asfortranarray(array) if np.ndim(array) else array for name, array in ARRAYS.items()})
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arrays", "error", "words"),
    [
        ({"a": np.array([None])}, TypeError, "'a' must hold numbers, booleans or strings, got dtype object"),
        ({"a": np.zeros(2, dtype=[("x", "O")])}, TypeError, "must hold numbers"),
        ({1: np.zeros(2)}, TypeError, "names in arrays must be strings, got 1"),
        ({"": np.zeros(2)}, ValueError, "'' cannot be the name"),
        ({}, ValueError, "arrays is empty"),
    ],
)
def test_what_cannot_be_written_is_refused_before_a_file_is_touched(path, arrays, error, words):
    path.write_bytes(b"old")
    with pytest.raises(error, match=words):
        write_npz(path, arrays)
    assert path.read_bytes() == b"old"


def test_more_than_can_be_read_back_is_not_written(path, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match="take 104 bytes, at most 100"):
        write_npz(path, {"x": np.zeros(13)})
    write_npz(path, {"x": np.zeros(1)})


# Failures while writing


def left_behind(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    write_npz(path, {"x": np.ones(3)})

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"could not write .*arrays\.npz: No space left.*disk is not full") as caught:
        write_npz(path, {"x": np.zeros(3)})
    assert caught.value.errno == errno.ENOSPC
    assert left_behind(path.parent) == [path.name]
    assert read_npz(path)["x"].tolist() == [1, 1, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows: it cannot limit the size of a file")
def test_a_write_that_stops_half_way_leaves_the_old_file(path):
    write_npz(path, {"x": np.ones(3)})
    code = """
import resource, signal, sys
import numpy as np
from dlcourse.storage import write_npz
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_npz(sys.argv[1], {"x": np.zeros(100_000)}, compressed=False)
except OSError as error:
    print(error)
"""
    result = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert "could not write" in result.stdout and "arrays.npz" in result.stdout and not result.stderr
    assert left_behind(path.parent) == [path.name]
    assert read_npz(path)["x"].tolist() == [1, 1, 1]


def test_a_process_killed_while_it_writes_leaves_the_old_file(path):
    write_npz(path, {"x": np.ones(3)})
    code = """
import sys, time
from dlcourse.storage import atomic_file
with atomic_file(sys.argv[1]) as file:
    file.write(b"half of")
    file.flush()
    print("writing", flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"writing"
        assert len(left_behind(path.parent)) == 2, "the bytes should be in another file so far"
        process.kill()
    assert read_npz(path)["x"].tolist() == [1, 1, 1]
    write_npz(path, {"x": np.zeros(3)})
    assert read_npz(path)["x"].tolist() == [0, 0, 0]


def test_an_exception_of_the_writer_passes_through_and_leaves_nothing(path):
    with pytest.raises(KeyboardInterrupt), atomic_file(path) as file:
        file.write(b"half of")
        raise KeyboardInterrupt
    assert left_behind(path.parent) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"could not write .*x\.npz.*Check that the folder exists"):
        write_npz(tmp_path / "nowhere" / "x.npz", ARRAYS)


# Reading what is not right


def error_of(path, **options):
    with pytest.raises(ValueError) as caught:
        read_npz(path, **options)
    assert type(caught.value) is ValueError
    message = str(caught.value)
    assert str(path) in message and "Delete it and copy, download or save it again" in message
    assert "used: . " not in message, "no reason is given"
    return message


def packed(content):
    """Give gzip's bytes without the time of day: the tests have the same names in each process that collects them."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"\n  <!DOCTYPE html><html>Not found</html>", "it is a web page"),
        (b"<HTML><body>Sign in</body>", "it is a web page"),
        (b"just some words", "not a zip file"),
        (b"PK\x05\x06" + bytes(18), "it holds no array"),
    ],
)
def test_what_is_no_npz_file(path, content, words):
    path.write_bytes(content)
    assert words in error_of(path)


def test_the_caller_says_what_the_file_is(path):
    path.write_bytes(b"")
    assert "the weights file" in error_of(path, what="weights file")


def test_a_missing_file_and_a_folder(path):
    with pytest.raises(FileNotFoundError, match=r"there is no weights file at .*arrays\.npz"):
        read_npz(path, what="weights file")
    with pytest.raises(ValueError, match="is a folder, expected a data file"):
        read_npz(path.parent)


def test_a_disk_that_fails_is_named(path, monkeypatch):
    def fail(self):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    with pytest.raises(OSError, match=r"could not read the data file .*arrays\.npz: Input/output error"):
        read_npz(path)


def test_objects_are_not_unpickled(path):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("a pickle was opened",)

    np.savez(path, x=np.array([Trap()], dtype=object))
    assert "Python objects" in error_of(path)


HEADER = "{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}\n"


def save_member(path, content, name="x.npy", **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        archive.writestr(name, content)


def npy(header, data=b""):
    header = header.encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("<f8", "400000000,"),  # 3 GB that are not there
        ("<f8", "999999999999999999, 999999999999999999"),
        ("<f8", "0, 999999999999999999, 999999999999999999"),
        ("<f8", "1," * 70),
        ("<f8", "9" * 5000 + ","),
        ("<f8", "1 " * 5000 + "x"),
        ("<f8", "-1,"),
        ("<f8", "1.5,"),
        ("<f7", "3,"),
        ("|O", "3,"),
        ("|O8", "3,"),
        ("<M8[ns]", "3,"),
        ("<U999999999", "0,"),
        ("<U0", "1000000000,"),
    ],
)
def test_a_header_is_not_believed(path, kind, shape):
    save_member(path, npy(HEADER.format(kind, shape), bytes(24)))
    assert re.search(r"'x\.npy' in it|array is too big|larger than the maximum|[Mm]aximum", error_of(path))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff\xff{", b"\x93NUMPY\x09\x00" + bytes(20), npy("{"), npy("((" * 4000)],
)
def test_a_member_that_is_no_array(path, content):
    save_member(path, content)
    assert "'x.npy' in it" in error_of(path)


def test_members_that_are_not_single_arrays(path):
    save_member(path, b"words", name="readme.txt")
    assert "'readme.txt' in it is not a single array" in error_of(path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as archive:
        for _ in range(2):
            archive.writestr("x.npy", npy(HEADER.format("<f8", ""), bytes(8)))
    assert "'x.npy' in it is not a single array" in error_of(path)
    save_member(path, npy(HEADER.format("<f8", ""), bytes(8)), compression=zipfile.ZIP_BZIP2)
    assert "packed in an unknown way" in error_of(path)


def test_a_bomb_is_refused_before_it_is_unpacked(path, monkeypatch):
    write_npz(path, {"x": np.zeros(1_000_000)})
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    assert "unpacks to 8,000,128 bytes, at most 1,000,000 are accepted" in error_of(path)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    return tmp_path_factory.mktemp("spoilt") / "arrays.npz"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of an intact file, compressed and not."""
    path = tmp_path_factory.mktemp("good") / "arrays.npz"
    contents = {}
    for compressed in (True, False):
        write_npz(path, ARRAYS, compressed=compressed)
        contents[compressed] = path.read_bytes()
    return contents


@settings(max_examples=500)
@given(compressed=st.booleans(), share=st.floats(0, 1, exclude_max=True))
def test_500_truncated_npz_files_are_all_refused(spoilt, good, compressed, share):
    spoilt.write_bytes(good[compressed][: int(share * len(good[compressed]))])
    error_of(spoilt)


@settings(max_examples=500)
@given(compressed=st.booleans(), share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_500_npz_files_with_a_flipped_bit_are_refused_or_read_right(spoilt, good, compressed, share, bit):
    bad = bytearray(good[compressed])
    bad[int(share * len(bad))] ^= 1 << bit
    spoilt.write_bytes(bad)
    try:
        found = read_npz(spoilt)  # a bit of a date, say: no array is touched by it
    except ValueError:
        error_of(spoilt)
    else:
        assert same(found, ARRAYS)


def test_each_bit_of_the_table_of_contents(spoilt):
    """The part that zipfile trusts most: a flipped length there can hide the arrays that follow."""
    arrays = {name: ARRAYS[name] for name in ("t", "ok")}
    write_npz(spoilt, arrays)
    good = spoilt.read_bytes()
    start = good.index(b"PK\x01\x02")
    for position in range(8 * start, 8 * len(good)):
        bad = bytearray(good)
        bad[position // 8] ^= 1 << position % 8
        spoilt.write_bytes(bad)
        try:
            found = read_npz(spoilt)
        except ValueError:
            continue
        assert same(found, arrays), f"bit {position}"


# idx, the format of MNIST

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)


def idx_bytes(array, kind=8):
    return bytes([0, 0, kind, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def test_idx_is_read():
    for array in (IMAGES, np.arange(10, dtype=np.uint8), IMAGES[:0]):
        found = parse_idx(gzip.compress(idx_bytes(array)))
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.uint8 and found.flags.writeable


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"<html>Moved</html>", "web page"),
        (idx_bytes(IMAGES), "not an intact gzip file"),
        (packed(b""), "not an idx file"),
        (packed(b"words, words, words"), "not an idx file"),
        (packed(idx_bytes(IMAGES, kind=13)), "not an idx file of bytes"),
        (packed(idx_bytes(IMAGES)[:10]), "not an intact gzip file"),
        (packed(idx_bytes(IMAGES)[:-1]), "should hold 60 bytes for shape"),
        (packed(idx_bytes(IMAGES) + b"!"), "should hold 60 bytes for shape"),
        (packed(bytes([0, 0, 8, 3]) + b"\xff" * 12), "promises 79,228,162"),
        (packed(bytes([0, 0, 8, 1]) + (2**30).to_bytes(4, "big")), "promises 1,073,741,824 bytes"),
    ],
)
def test_what_is_no_idx_file(content, words):
    with pytest.raises(ValueError, match=words):
        parse_idx(content)


def test_a_spoilt_idx_file_is_never_read_wrong():
    good = packed(idx_bytes(IMAGES))
    for length in range(len(good)):
        with pytest.raises(ValueError):
            parse_idx(good[:length])
    for position in range(8 * len(good)):
        bad = bytearray(good)
        bad[position // 8] ^= 1 << position % 8
        try:
            found = parse_idx(bytes(bad))  # a bit of the date, say
        except ValueError:
            continue
        np.testing.assert_array_equal(found, IMAGES)


def test_random_bytes_give_readable_errors(path):
    rng = random.Random(0)
    for length in range(100):
        content = rng.randbytes(length)
        for start in (b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00"):
            path.write_bytes(start + content)
            error_of(path)
            with pytest.raises(ValueError):
                parse_idx(start + content)
