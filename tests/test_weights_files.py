"""Damaged weights files: they load exactly what was saved, or are refused by name; no network is half loaded."""

import numpy as np
import pytest

from dlcourse.layers import Affine, ReLU
from dlcourse.networks import Classifier
from dlcourse.normalization import BatchNormalization
from dlcourse.storage import write_npz

EACH = 500


def small_net(seed):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(size=shape).astype(np.float32)

    layers = [Affine(draw(3, 4), draw(4)), BatchNormalization(draw(4), draw(4)), ReLU(), Affine(draw(4, 2), draw(2))]
    net = Classifier(layers, (3,))
    net.forward(draw(8, 3), training=True)
    return net


def arrays(net):
    return {name: array.copy() for name, array in {**net.params, **net.state}.items()}


def same(a, b):
    return a.keys() == b.keys() and all(a[n].dtype == b[n].dtype and np.array_equal(a[n], b[n]) for n in a)


@pytest.fixture(params=[True, False], ids=["compressed", "stored"])
def saved(request, tmp_path):
    """Give a network, the path of its weights, and their bytes, packed or as they are."""
    net, path = small_net(0), tmp_path / "weights.npz"
    if request.param:
        net.save_params(path)
    else:
        write_npz(path, arrays(net), compressed=False)
    return net, path, path.read_bytes()


def load(path, expected):
    """Load into a fresh network; give whether the file was taken, and fail if anything else happened."""
    net = small_net(1)
    before = arrays(net)
    try:
        net.load_params(path)
    except ValueError as error:
        assert str(path) in str(error)
        assert same(arrays(net), before), "the network was changed by a file that was refused"
        return False
    assert same(arrays(net), expected), "a damaged file gave other numbers"
    return True


def test_the_file_itself_is_taken(saved):
    net, path, _ = saved
    assert load(path, arrays(net))


def test_truncations_are_refused(saved):
    net, path, content = saved
    expected, rng = arrays(net), np.random.default_rng(0)
    lengths = {0, 1, 3, 4, 21, 22, len(content) - 1, len(content) - 22, *rng.integers(len(content), size=EACH)}
    for length in sorted(lengths):
        path.write_bytes(content[:length])
        assert not load(path, expected), f"cut off after {length} of {len(content)} bytes"


def test_flipped_bits_never_give_other_numbers(saved):
    net, path, content = saved
    expected, rng = arrays(net), np.random.default_rng(1)
    taken = 0
    for bit in rng.choice(8 * len(content), size=EACH, replace=False):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(damaged)
        taken += load(path, expected)
    assert taken < EACH / 2  # a date or an attribute may change; the arrays, their names and their sums may not


def test_changed_and_lost_stretches_never_give_other_numbers(saved):
    net, path, content = saved
    expected, rng = arrays(net), np.random.default_rng(2)
    for _ in range(EACH // 5):
        start, length = rng.integers(len(content)), rng.integers(1, 40)
        noise = rng.bytes(length)
        for damaged in (
            content[:start] + noise + content[start + length :],  # overwritten
            content[:start] + content[start + length :],  # lost
            content[:start] + noise + content[start:],  # put in
        ):
            path.write_bytes(damaged)
            load(path, expected)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"PK\3\4", b"PK\5\6" + bytes(18), b"<!DOCTYPE html><html>no</html>", b"\x80\x04N.", b"\x93NUMPY"],
    ids=["nothing", "zero", "zip head", "empty zip", "web page", "pickle", "npy head"],
)
def test_what_is_no_weights_file_at_all(tmp_path, content):
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    assert not load(path, {})


def test_a_pickle_inside_is_not_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was opened",))

    path = tmp_path / "weights.npz"
    content = arrays(small_net(0))
    content["W1"] = np.array([[Bomb()] * 4] * 3, dtype=object)
    np.savez(path, **content)
    assert not load(path, {})


def test_a_folder(tmp_path):
    with pytest.raises(ValueError, match="is a folder, expected a weights file"):
        small_net(0).load_params(tmp_path)
