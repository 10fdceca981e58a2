"""Chapter 10's digit collector, and the ladder that is climbed on the learner's own pieces."""

import sys

import numpy as np
import pytest
from panels import alt, inside, pictures
from test_widget_own_code import typed

from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.models import stored_network
from dlcourse.widgets import digit_collector, error_browser, own_ladder
from dlcourse.widgets.digit_collector import Collection, compute
from dlcourse.widgets.own_ladder import PIECES, Climb
from dlcourse.widgets.sketching import EXAMPLES


def buttons(panel):
    return {one.description: one for one in inside(panel) if hasattr(one, "click")}


class TestCollector:
    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "mine.npz"

    def collect(self, panel, count):
        for _digit in range(count):
            panel.sketch.draw(EXAMPLES[panel.controls["label"].value])
            buttons(panel)["keep"].click()

    def test_it_asks_for_every_digit_saves_each_and_is_there_again(self, file):
        panel = digit_collector(file=file)
        assert alt(pictures(panel)[0]).startswith("No digit is kept yet")
        self.collect(panel, 12)
        assert panel.error.value == ""
        assert panel.collection.t.tolist() == [*range(10), 0, 1]
        assert not panel.sketch.ink.any(), "the page is empty again"
        kept = np.load(file)
        assert (kept["x"].shape, kept["x"].dtype) == ((12, 1, 28, 28), np.uint8)
        again = digit_collector(file=file)
        assert again.controls["label"].value == 2
        assert np.array_equal(again.collection.x, panel.collection.x)
        assert "reads 12 of 12" in alt(pictures(again)[0])

    def test_a_wrong_label_counts_and_the_doubt_is_said(self, file):
        panel = digit_collector(file=file)
        panel.controls["label"].value = 7
        panel.sketch.draw(EXAMPLES[2])
        buttons(panel)["keep"].click()
        self.collect(panel, 3)
        words = alt(pictures(panel)[0])
        assert "SimpleConvNet reads 3 of 4" in words
        assert "With 4 drawings the true share of SimpleConvNet lies between 30% and 95% (95 %)." in words

    def test_the_last_one_can_be_taken_away_and_the_file_with_the_very_last(self, file):
        panel = digit_collector(file=file)
        self.collect(panel, 2)
        buttons(panel)["take the last one away"].click()
        assert np.load(file)["t"].tolist() == [0]
        buttons(panel)["take the last one away"].click()
        assert not file.exists() and len(panel.collection) == 0
        buttons(panel)["take the last one away"].click()
        assert panel.error.value == ""

    def test_an_empty_page_is_not_kept(self, file):
        panel = digit_collector(file=file)
        buttons(panel)["keep"].click()
        assert "nothing is drawn yet" in panel.error.value and not file.exists()

    def test_your_own_network_is_asked(self, file):
        class Mine:
            def predict(self, x):
                return np.eye(10)[3]

        panel = digit_collector(network=Mine(), file=file)
        self.collect(panel, 4)
        assert "yours reads 1 of 4" in alt(pictures(panel)[0])

    def test_another_file_is_not_taken_for_a_collection(self, file):
        np.savez(file, x=np.zeros((2, 28, 28)), t=np.zeros(2))
        with pytest.raises(ValueError, match="holds no collected digits"):
            Collection(file)
        with pytest.raises(ValueError, match="holds no collected digits"):
            digit_collector(file=file)

    def test_scores_of_real_digits(self):
        _train, (x, t) = load_mnist(flatten=False)
        score = compute(stored_network("mlp_784_50_100_10"), x[:50], t[:50])
        assert score.right == (score.answers == t[:50]).sum() and score.low < score.right / 50 <= score.high


class TestOwnLadder:
    @pytest.fixture(autouse=True)
    def shorter(self, monkeypatch):
        module = sys.modules[Climb.__module__]  # the name of the file means its function
        monkeypatch.setattr(module, "DIGITS", 300)
        monkeypatch.setattr(module, "EPOCHS", 1)

    def climbed(self, **pieces):
        run = Climb(pieces)
        for _step in run:
            pass
        return run

    def test_on_the_packages_pieces(self):
        run = self.climbed()
        assert [share for _words, share in run.results[:2]] == [1, 1]
        assert all(share > 0.3 for _words, share in run.results[2:])
        assert not any(run.name_of(piece)[1] for rung in run.rungs for piece in rung.pieces)

    def test_the_chapters_own_classes_come_to_the_same(self):
        affine, relu, adam = [*typed("05", "MyAffine", "MyReLU"), *typed("06", "MyAdam")]
        mine = self.climbed(Affine=affine, ReLU=relu, optimizer=adam, XOR=lambda a, b: int(a != b))
        theirs = self.climbed()
        shares = [[share for _words, share in run.results] for run in (mine, theirs)]
        assert shares[0] == pytest.approx(shares[1], abs=0.005)
        assert mine.name_of("Affine") == ("MyAffine", True) and mine.name_of("MaxPooling") == ("MaxPooling", False)

    def test_a_window_function_of_the_learners_carries_the_convolution(self):
        (im2col,) = typed("09", "my_im2col")
        run = self.climbed(im2col=im2col)
        assert run.results[3][1] == pytest.approx(self.climbed().results[3][1], abs=0.005)
        assert "im2col" in run.rungs[3].pieces and "Convolution" not in run.rungs[3].pieces

    def test_a_pooling_and_a_convolution_of_the_learners(self):
        class MyConvolution:
            def __init__(self, W, b):
                self.layer = Convolution(W, b)

            def forward(self, x):
                return self.layer.forward(x)

            def backward(self, dout):
                dx = self.layer.backward(dout)
                self.dW, self.db = self.layer.grads["W"], self.layer.grads["b"]
                return dx

        class MyPooling:
            def __init__(self, height, width, stride):
                self.layer = MaxPooling(height, width, stride)
                self.forward, self.backward = self.layer.forward, self.layer.backward

        run = self.climbed(Convolution=MyConvolution, MaxPooling=MyPooling)
        assert run.results[3][1] > 0.2

    def test_what_was_handed_over_is_what_runs(self):
        calls = []

        class MyPooling:
            def __init__(self, height, width, stride):
                self.layer = MaxPooling(height, width, stride)
                self.backward = self.layer.backward

            def forward(self, x):
                calls.append(x.shape)
                return self.layer.forward(x)

        def blind(x, k, stride, pad):
            return np.zeros((len(x) * 24 * 24, k * k))

        run = self.climbed(MaxPooling=MyPooling, im2col=blind)
        assert len(calls) >= 3, "in every step"
        assert run.results[3][1] < 0.25, "a network that sees nothing guesses"

    def test_a_gate_that_is_wrong_is_counted_and_one_that_fails_is_named_by_its_line(self):
        assert self.climbed(AND=lambda a, b: 0).results[0][1] == 0.75

        def AND(x1, x2):
            return x1.nothing

        panel = own_ladder(AND=AND)
        panel.guard(panel.step)()
        assert "return x1.nothing" in panel.error.value

    def test_the_panel_says_whose_pieces_they_are(self):
        panel = own_ladder(AND=lambda a, b: int(a + b > 1.5))
        assert panel.start_button.description == "Climb"
        panel.step()
        words = alt(pictures(panel)[0])
        assert "one neuron: AND (yours &lt;lambda&gt;): 00, 10, 01, 11 → 0, 0, 0, 1: 4 of 4 right" in words
        assert "a CNN reads digits (the package" in words

    def test_a_piece_that_is_none_is_refused(self):
        with pytest.raises(TypeError, match="no piece 'Softmax', expected some of AND"):
            own_ladder(Softmax=print)
        assert {"AND", "Affine", "im2col", "optimizer"} <= set(PIECES)


def test_the_error_browser_takes_a_network_of_your_own():
    network = stored_network("mlp_784_50_100_10")
    panel = error_browser({"other": network}, mine=network)
    assert list(dict(panel.controls["network"].source.options)) == ["yours", "other"]
