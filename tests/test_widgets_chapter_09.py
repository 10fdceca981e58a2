"""What the widgets of chapter 09 compute, and what they say; no browser."""

import importlib

import numpy as np
import pytest
from panels import alt, pictures

from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.layers import ReLU
from dlcourse.models import stored_network

# The modules, also where the package gives the functions of the same name.
sliding = importlib.import_module("dlcourse.widgets.convolution_explorer")
slide = importlib.import_module("dlcourse.widgets.slide")
inside = importlib.import_module("dlcourse.widgets.cnn_explorer")


@pytest.fixture(scope="module")
def digits():
    return load_mnist(flatten=False)[1][0]


class TestSlide:
    IMAGE = np.array([[1.0, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1], [1, 0, 1, 2]])
    W = np.array([[1.0, 0, -1], [0, 2, 0], [-1, 0, 1]])

    def test_by_hand(self):
        slide = sliding.compute(self.IMAGE, self.W, 1, 0, 2)
        assert slide.out.tolist() == [[3, 1], [1, 5]]
        assert (slide.places, slide.left_over, slide.at) == (2, 0, (1, 0))
        assert slide.row.tolist() == [0, 3, 1, 2, 1, 0, 1, 0, 1]

    def test_padding_and_stride_by_hand(self):
        slide = sliding.compute(self.IMAGE[:3, :3], self.W, 2, 1, 3)
        assert slide.row.tolist() == [3, 1, 0, 1, 0, 0, 0, 0, 0]  # the lower right corner, half of it padding
        assert slide.out.tolist() == [[5, 1], [1, 3]]

    def test_every_row_gives_its_number_of_the_map(self, digits):
        for place in (0, 57, 195):
            slide = sliding.compute(digits[0, 0, :27, :27], np.arange(25.0).reshape(5, 5), 2, 2, place)
            assert slide.out[slide.at] == pytest.approx(slide.row @ np.arange(25))
            assert slide.at == divmod(place, 14)

    def test_a_stride_that_does_not_fit_gives_no_map_but_the_rest(self, digits):
        slide = sliding.compute(digits[0, 0], np.ones((5, 5)), 3, 0, 10**6)
        assert (slide.out, slide.places, slide.left_over, slide.at) == (None, 8, 2, (7, 7))

    def test_what_fits(self):
        assert sliding.what_fits(28, 3, 2, 0) == {"stride": [1], "pad": [], "size": [25, 27]}
        assert sliding.what_fits(28, 5, 3, 0) == {"stride": [1], "pad": [2], "size": [26]}

    def test_the_presets_do_what_they_are_called(self):
        step = np.zeros((5, 6))
        step[:, 3:] = 1
        maps = {name: sliding.compute(step[:, :5], W, 1, 0, 0).out for name, W in sliding.PRESETS.items()}
        np.testing.assert_array_equal(maps["vertical"], [[0, 3, 3]] * 3)
        np.testing.assert_array_equal(maps["horizontal"], np.zeros((3, 3)))
        np.testing.assert_array_equal(maps["outline"], [[0, -3, 3]] * 3)
        np.testing.assert_array_equal(maps["identity"], step[1:4, 1:4])
        np.testing.assert_array_equal(maps["sharpen"], [[0, -1, 2]] * 3)
        np.testing.assert_allclose(maps["blur"], [[0, 1 / 3, 2 / 3]] * 3)

    @pytest.mark.parametrize(
        ("value", "text"), [(0.0, "0"), (-0.001, "0"), (0.5, "0.5"), (-1.0, "-1"), (12.34, "12"), (100.0, "100")]
    )
    def test_short_numbers(self, value, text):
        assert slide.short(value) == text


class TestConvolutionExplorer:
    @pytest.fixture
    def panel(self):
        return sliding.convolution_explorer()

    @staticmethod
    def parts(panel):
        (left, picture), rows = panel.children[0].children, panel.children[1]
        return left.children[1], picture, rows

    def test_a_stride_that_does_not_fit_is_said_in_plain_words(self, panel):
        panel.controls["stride"].value = 2
        words = alt(self.parts(panel)[1])
        assert "Stride 2 does not fit: (28 + 2·0 − 3) / 2 = 12.50 is not whole" in words
        assert "What would fit: stride 1; image size 25 or 27." in words
        assert panel.error.value == ""
        panel.controls["size"].value = 27
        assert "Feature map 13×13" in alt(self.parts(panel)[1])

    def test_the_place_is_the_row_of_im2col_and_its_range_follows_the_sizes(self, panel):
        assert panel.controls["place"].source.max == 26**2 - 1
        panel.controls["place"].value = 26
        assert alt(self.parts(panel)[2]).startswith("Row 26 of 676; sum of the products 0.00: map, row 1, column 0.")
        panel.controls["place"].value = 675
        panel.controls["k"].value = 5
        assert panel.controls["place"].source.max == panel.controls["place"].value == 24**2 - 1
        panel.controls["k"].value = 3
        panel.controls["stride"].value = 4
        assert panel.controls["place"].source.max == panel.controls["place"].value == 7**2 - 1
        panel.reset()
        assert panel.controls["place"].value == panel.controls["place"].start
        assert panel.controls["place"].source.max == 675

    def test_a_cell_set_by_hand_makes_the_filter_ones_own(self, panel, monkeypatch):
        cells, picture, _rows = self.parts(panel)
        panel.controls["preset"].value = "identity"
        before, drawn = picture.value, []
        monkeypatch.setattr(type(picture), "show", lambda self, alt: drawn.append(alt))
        cells.children[13].number = 1.0  # at the right of the middle
        assert panel.controls["preset"].value == sliding.OWN
        assert len(drawn) == 2, "two pictures, each drawn once"
        monkeypatch.undo()
        assert cells.filter.tolist() == [[0, 0, 0], [0, 1, 1], [0, 0, 0]]
        cells.children[12].number = 0.0
        assert picture.value != before
        panel.controls["preset"].value = "identity"
        assert cells.filter.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
        assert picture.value == before

    def test_a_one_at_the_right_moves_the_digit_to_the_left(self, digits):
        W = np.zeros((3, 3))
        W[1, 2] = 1
        np.testing.assert_array_equal(sliding.compute(digits[0, 0], W, 1, 0, 0).out, digits[0, 0, 1:-1, 2:])

    def test_five_by_five_shows_all_cells_and_three_by_three_the_middle(self, panel):
        cells, _picture, _rows = self.parts(panel)

        def shown():
            return [index for index, one in enumerate(cells.children) if one.layout.visibility == "visible"]

        assert shown() == [6, 7, 8, 11, 12, 13, 16, 17, 18]
        panel.controls["k"].value = 5
        assert len(shown()) == 25
        assert cells.filter.shape == (5, 5)
        assert cells.filter[1:4, 1:4].tolist() == sliding.PRESETS["vertical"].tolist()
        panel.controls["preset"].value = "blur"
        assert cells.filter.sum() == pytest.approx(1)

    def test_every_cell_has_a_name(self, panel):
        names = [one.description for one in self.parts(panel)[0].children]
        assert len(set(names)) == 25
        assert names[7] == "filter row 2, column 3"

    def test_extreme_cells_break_nothing(self, panel):
        cells = self.parts(panel)[0]
        for one in cells.children:
            one.number = -99
        cells.children[12].number = 99
        assert panel.error.value == ""


class TestInside:
    def test_it_keeps_what_the_layers_give(self, digits):
        network = stored_network("simple_conv_net")
        seen = inside.compute(network, digits[3], 1)
        conv, pool = network.layers[0], MaxPooling(2, 2)
        maps = ReLU().forward(Convolution(conv.W, conv.b).forward(digits[3:4]))
        np.testing.assert_allclose(seen.maps, maps[0], rtol=1e-5)
        np.testing.assert_allclose(seen.pooled, pool.forward(maps)[0], rtol=1e-5)
        np.testing.assert_allclose(seen.probabilities, network.predict(digits[3]), rtol=1e-4, atol=1e-7)

    @pytest.mark.parametrize(
        ("number", "side", "pooled"), [(1, 28, None), (2, 28, 14), (4, 16, 8), (5, 8, None), (6, 8, 4)]
    )
    def test_the_sizes_in_the_deep_network(self, digits, number, side, pooled):
        seen = inside.compute(stored_network("deep_conv_net"), digits[0], number)
        assert seen.maps.shape[1:] == (side, side)
        assert (seen.pooled is None) if pooled is None else (seen.pooled.shape[1:] == (pooled, pooled))
        assert seen.W.shape[0] == len(seen.maps)
        assert (seen.maps >= 0).all()

    def test_a_convolution_that_is_not_there(self, digits):
        with pytest.raises(ValueError, match="number is 2, the network has 1 convolutions"):
            inside.compute(stored_network("simple_conv_net"), digits[0], 2)

    @pytest.mark.parametrize("name", inside.BEFORE)
    def test_before_is_where_the_stored_training_began(self, name):
        # Trained filters still resemble their own start, and no other one.
        start, end = inside.BEFORE[name]().params["W1"], stored_network(name).params["W1"]
        assert np.corrcoef(start.ravel(), end.ravel())[0, 1] > 0.7

    def test_a_mosaic_by_hand(self):
        canvas, corners = inside.mosaic(np.arange(12.0).reshape(3, 2, 2))
        assert corners == [(0, 0), (0, 3), (3, 0)]
        expected = [
            [0, 1, np.nan, 4, 5],
            [2, 3, np.nan, 6, 7],
            [np.nan] * 5,
            [8, 9, *[np.nan] * 3],
            [10, 11, *[np.nan] * 3],
        ]
        np.testing.assert_array_equal(canvas, expected)

    def test_what_the_picture_says(self):
        panel = inside.cnn_explorer()
        words = alt(pictures(panel)[0])
        assert words.startswith("SimpleConvNet, convolution 1, filter 0 of 30. A 0, read as 0 (100%).")
        assert "pooled after, 12×12" in words
        panel.controls["chosen"].value = 29
        panel.controls["layer"].value = ("deep_conv_net", 1)
        assert panel.controls["chosen"].value == panel.controls["chosen"].source.max == 15
        assert "DeepConvNet, convolution 1, filter 15 of 16" in alt(pictures(panel)[0])
        assert "no pooling follows" in alt(pictures(panel)[0])
        panel.controls["layer"].value = ("deep_conv_net", 6)
        panel.controls["chosen"].value = 63
        panel.reset()
        assert alt(pictures(panel)[0]) == words
