"""The map of the inside: principal components by hand, and the digit under the pointer."""

import importlib

import numpy as np
import pytest
from panels import alt
from panels import pictures as pictures_of

from dlcourse import widgets
from dlcourse.datasets import load_mnist
from dlcourse.functions import sigmoid
from dlcourse.models import MultiLayerNet, stored_network
from dlcourse.widgets.pointing import PointedPicture

inside_map = importlib.import_module("dlcourse.widgets.inside_map")


def test_the_first_two_directions_are_those_in_which_the_rows_differ_most():
    rng = np.random.default_rng(0)
    turned = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    spread = rng.standard_normal((400, 5)) * [9, 4, 1, 0.5, 0.1]
    found = inside_map.compute(spread @ turned + 7)
    centred = spread - spread.mean(axis=0)
    for place in range(2):
        assert abs(np.corrcoef(found.places[:, place], centred[:, place])[0, 1]) > 0.99
    assert found.shares == pytest.approx((centred**2).sum(axis=0)[:2] / (centred**2).sum(), rel=0.05)
    assert np.allclose(found.places.mean(axis=0), 0)


def test_it_always_points_the_same_way():
    values = np.random.default_rng(1).standard_normal((50, 4))
    one, other = inside_map.compute(values), inside_map.compute(values[::-1])
    assert np.allclose(one.places, other.places[::-1])


def test_what_each_layer_sees():
    network, x = stored_network("mlp_784_50_100_10"), load_mnist()[1][0][:3]
    seen = inside_map.seen_by(network, x)
    assert [values.shape for values in seen] == [(3, 784), (3, 50), (3, 100), (3, 10)]
    assert seen[1] == pytest.approx(sigmoid(x @ network.params["W1"] + network.params["b1"]), rel=1e-5)
    assert seen[-1] == pytest.approx(network.scores(x), rel=1e-5)


@pytest.fixture(scope="module")
def panel():
    return widgets.inside_map()


def pixel_of(panel, digit):
    """Where a digit stands in the picture, in shares from the left and from above."""
    axes = pictures_of(panel)[0].figure.axes[0]
    places = inside_map.compute(inside_map.seen_by(stored_network("mlp_784_50_100_10"), load_mnist()[1][0][:1000])[2]).places
    x, y = axes.transData.transform(places[digit])
    return x / 880, 1 - y / 400


def test_the_digit_under_the_pointer_is_shown(panel):
    picture = pictures_of(panel)[0]
    assert isinstance(picture, PointedPicture) and "onpointermove" in picture.value
    for digit in (17, 400, 999):
        picture.place.value = "{:.4f} {:.4f}".format(*pixel_of(panel, digit))
        assert panel.controls["digit"].value == digit
        assert f"Test digit {digit}: " in alt(picture)
    picture.place.value = "0.9000 0.5000"  # beside the map
    assert panel.controls["digit"].value == 999 and panel.error.value == ""


def test_the_nearest_in_a_layer_are_mostly_of_its_kind(panel):
    panel.set(layer=2, digit=0)
    assert "a 0, read as 0; its nearest are 0, 0, 0, 0, 0, 0." in alt(pictures_of(panel)[0])
    panel.set(layer=0)
    assert alt(pictures_of(panel)[0]).startswith("pixels: 19% of all differences")


def test_it_takes_a_network_of_ones_own():
    panel = widgets.inside_map(MultiLayerNet(784, [20], 10, rng=0), digit=5)
    assert panel.error.value == ""
    assert [name for name, _value in panel.controls["layer"].source.options] == ["pixels", "layer 1", "scores"]
