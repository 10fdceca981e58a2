"""The weights that come with the course read digits as well as their model cards say."""

import json

import numpy as np
import pytest

from dlcourse.datasets import data_folder, load_mnist
from dlcourse.models import STORED, stored_network
from dlcourse.storage import read_npz, write_npz

# Accuracy on the official 10,000 test images that each network must reach.
LEAST = {"mlp_784_50_100_10": 0.978, "two_layer_net": 0.976, "simple_conv_net": 0.990, "deep_conv_net": 0.9950}


def card(name):
    return json.loads((data_folder() / "weights" / f"{name}.json").read_text(encoding="utf-8"))


def accuracy(name, x, t):
    network = stored_network(name)
    return network.accuracy(x.reshape(-1, *network.input_shape), t)


@pytest.fixture(scope="module")
def bundled():
    return load_mnist()[1]


@pytest.fixture(scope="module")
def official():
    """The official test images, from DLCOURSE_DATA or the cache; a test downloads nothing."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("dlcourse.storage.downloads._download", refuse_to_download)
            return load_mnist("full")[1]
    except ConnectionError:
        pytest.skip("needs the full MNIST: set DLCOURSE_DATA, or run `dlcourse data fetch mnist`")


def refuse_to_download(*_):
    raise ConnectionError("no downloads in tests")


def test_every_stored_network_has_a_bound():
    assert set(LEAST) == set(STORED)


@pytest.mark.parametrize("name", LEAST)
def test_reads_the_bundled_test_images_as_well_as_its_card_says(name, bundled):
    measured = accuracy(name, *bundled)
    assert measured == pytest.approx(card(name)["accuracy_bundled_test"], abs=0.001)
    assert measured >= LEAST[name] - 0.005  # 2,000 images: one standard error is about 0.002


@pytest.mark.parametrize("name", LEAST)
def test_reads_the_official_test_images_well_enough(name, official):
    measured = accuracy(name, *official)
    assert measured >= LEAST[name]
    assert measured == pytest.approx(card(name)["accuracy_official_test"], abs=0.0005)


def test_weights_that_are_intact_and_others_are_refused(tmp_path, monkeypatch):
    arrays = read_npz(data_folder() / "weights" / "two_layer_net.npz")
    arrays["b2"][0] += 1e-3
    (tmp_path / "weights").mkdir()
    write_npz(tmp_path / "weights" / "two_layer_net.npz", arrays)
    monkeypatch.setattr("dlcourse.models.data_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=r"two_layer_net\.npz cannot be used: it is intact, but not the one of the course"):
        stored_network("two_layer_net")


@pytest.mark.parametrize("name", LEAST)
def test_card_counts_the_parameters_and_the_images(name):
    network = stored_network(name)
    assert card(name)["parameters"] == sum(array.size for array in network.params.values())
    assert card(name)["training_images"] == 58_000


@pytest.mark.parametrize("name", LEAST)
def test_the_table_of_the_data_folder_says_what_the_card_says(name):
    row = next(row for row in (data_folder() / "README.md").read_text(encoding="utf-8").splitlines() if f"| `{name}`" in row)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    found = card(name)
    assert cells[2:5] == [f"{found[key]:,}" for key in ("parameters", "epochs", "cpu_seconds")]
    assert cells[5:7] == [f"{found[key]:.4f}" for key in ("accuracy_official_test", "accuracy_bundled_test")]


def test_a_stored_network_is_a_new_one_each_time():
    first = stored_network("two_layer_net")
    first.params["b2"] += 1
    assert not np.array_equal(first.params["b2"], stored_network("two_layer_net").params["b2"])


def test_an_unknown_name_is_named():
    with pytest.raises(ValueError, match="'three_layer_net', expected one of mlp_784_50_100_10"):
        stored_network("three_layer_net")
