"""What the widgets of chapters 01, 02, 04 and 05 compute, without controls or pictures."""

import importlib

import numpy as np
import pytest

from dlcourse.layers import Affine
from dlcourse.networks import TwoLayerNet


def module(name):
    """The module, also where the package gives the function of the same name."""
    return importlib.import_module(f"dlcourse.widgets.{name}")


class TestGateExplorer:
    compute = staticmethod(module("gate_explorer").compute)

    def test_a_known_perceptron(self):
        answers = self.compute(0.5, 0.5, -0.7, "OR")
        assert answers.given == (0, 0, 0, 1)
        assert answers.wanted == (0, 1, 1, 1)
        assert answers.right == 2

    def test_no_weights_make_xor(self):
        rng = np.random.default_rng(0)
        most = max(self.compute(*numbers, "XOR").right for numbers in rng.uniform(-2, 2, (2000, 3)))
        assert most == 3


class TestActivationExplorer:
    compute = staticmethod(module("activation_explorer").compute)
    x = module("activation_explorer").X

    @pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "identity", "step"])
    def test_the_slope_is_that_of_the_curve(self, name):
        shape = self.compute(name, 1.0, 1.5)
        between = (self.x[1:] + self.x[:-1]) / 2
        measured = np.diff(shape.y) / np.diff(self.x)
        smooth = np.abs(between) > 0.05  # step and relu have a corner at 0
        expected = np.interp(between, self.x, shape.slope)
        np.testing.assert_allclose(measured[smooth], expected[smooth], atol=2e-3)

    def test_outputs_are_those_of_the_inputs(self):
        shape = self.compute("relu", 2.0, 1.0)
        np.testing.assert_array_equal(shape.outputs, np.maximum(shape.inputs, 0))
        assert 1.9 < shape.inputs.std() < 2.1
        assert shape.dead == np.mean(shape.inputs <= 0)


class TestLossExplorer:
    compute = staticmethod(module("loss_explorer").compute)

    def test_by_hand(self):
        cost = self.compute(0.5, 0.8)
        np.testing.assert_allclose(cost.y, [0.5, 0.4, 0.1])
        assert cost.cross_entropy == pytest.approx(np.log(2))
        assert cost.squared_error == pytest.approx((0.25 + 0.16 + 0.01) / 2)
        assert cost.right
        assert not self.compute(0.4, 1.0).right


class TestDescentExplorer:
    compute = staticmethod(module("descent_explorer").compute)
    landscapes = module("descent_explorer").LANDSCAPES

    @pytest.mark.parametrize("name", landscapes)
    def test_each_gradient_is_that_of_its_landscape(self, name):
        land = self.landscapes[name]
        for x, y in [(1.3, -0.7), (-4.0, 2.0), (6.5, 3.0)]:
            h = 1e-5
            slopes = (land.f(x + h, y) - land.f(x - h, y)) / (2 * h), (land.f(x, y + h) - land.f(x, y - h)) / (2 * h)
            np.testing.assert_allclose(land.gradient(x, y), slopes, rtol=1e-6, atol=1e-6)

    def test_one_step_by_hand(self):
        descent = self.compute("bowl", 0.1, 2.0, -4.0, 1)
        np.testing.assert_allclose(descent.path, [[2.0, -4.0], [1.8, -3.6]])
        np.testing.assert_allclose(descent.heights, [10.0, 8.1])

    @pytest.mark.parametrize(
        ("function", "lr", "start", "steps", "verdict"),
        [
            ("bowl", 0.5, (3, 3), 50, "arrived"),
            ("bowl", 0.001, (3, 3), 50, "on its way"),
            ("bowl", 2.0, (3, 3), 50, "bounces"),
            ("bowl", 2.5, (3, 3), 50, "diverged"),
            ("x²/20 + y²", 1.0, (-7, 2), 30, "bounces"),  # in y alone, while x still goes down
            ("x²/20 + y²", 0.9, (-7, 2), 30, "on its way"),
            ("saddle", 0.1, (3, 0), 200, "stalled"),
            ("two minima", 0.1, (7, 3), 200, "arrived"),
        ],
    )
    def test_the_verdict(self, function, lr, start, steps, verdict):
        assert self.compute(function, lr, *start, steps).verdict == verdict

    def test_whoever_flies_off_stops_being_counted(self):
        descent = self.compute("bowl", 10.0, 8.0, 5.0, 200)
        assert len(descent.path) < 20
        assert np.isfinite(descent.heights).all()


class TestGraphExplorer:
    graph, explorer = module("graphs"), module("graph_explorer")

    def test_the_bill_of_the_book(self):
        bill = self.graph.compute_shopping(100, 2, 150, 3, 1.1)
        edges = {edge.label: (edge.value, edge.gradient) for edge in bill.edges}
        expected = {
            "price of an apple": (100, 2.2), "apples": (2, 110), "price of an orange": (150, 3.3), "oranges": (3, 165),
            "all apples": (200, 1.1), "all oranges": (450, 1.1), "before tax": (650, 1.1), "tax": (1.1, 650),
            "to pay": (715, 1),
        }  # fmt: skip
        assert edges.keys() == expected.keys()
        for label, numbers in expected.items():
            assert edges[label] == pytest.approx(numbers), label

    def test_the_networks_gradients_are_those_by_differences(self):
        edges = {edge.label: edge for edge in self.graph.compute_network(1.0, 2.0, 0).edges}
        h = 1e-6
        above, below = (self.graph.compute_network(1.0 + by, 2.0, 0).edges[-1].value for by in (h, -h))
        assert edges["x"].gradient[0] == pytest.approx((above - below) / (2 * h), rel=1e-6)
        assert edges["W1"].gradient.shape == self.graph.W1.shape
        assert edges["scores"].gradient.sum() == pytest.approx(0)
        # ReLU is seen to stop a gradient: there is one behind it, and none before it.
        assert edges["a1"].value[2] < 0 and edges["z1"].gradient[2] > 0.05 and edges["a1"].gradient[2] == 0

    @pytest.mark.parametrize(
        ("value", "text"),
        [(2.0, "2"), (2.25, "2.25"), (-0.001, "0"), (np.array([1.0, -0.5]), "[1  -0.5]"), (np.eye(2), "[1  0]\n[0  1]")],
    )
    def test_numbers_are_written_short(self, value, text):
        assert self.explorer.written(value) == text

    def test_what_a_step_shows_in_words(self):
        bill = self.graph.compute_shopping(100, 2, 150, 3, 1.1)
        assert "no values yet" in self.explorer.described(bill, 0)
        assert self.explorer.described(bill, 9) == "Forward, step 9: to pay is 715."
        assert self.explorer.described(bill, 10) == "Backward, step 1: the gradient for to pay is 1."
        assert self.explorer.described(bill, bill.steps) == "Backward, step 9: the gradient for price of an apple is 2.2."


class TestTrainingBench:
    compute = staticmethod(module("training_bench").compute)

    def test_both_gradients_agree_and_are_not_zeros(self):
        rng = np.random.default_rng(0)
        network = TwoLayerNet(20, 8, 3, weight_init_std=0.5, rng=0)
        x, t = rng.random((4, 20), dtype=np.float32), rng.integers(0, 3, 4)
        before = {name: array.copy() for name, array in network.params.items()}
        analytic, numerical = self.compute(network, x, t)
        told = [np.count_nonzero(grad) for grad in network.gradient(x, t).values()]
        assert len(analytic) == sum(min(12, count) for count in told) > 20
        assert np.abs(analytic).min() > 0
        np.testing.assert_allclose(analytic, numerical, rtol=1e-4, atol=1e-8)
        for name, array in before.items():
            np.testing.assert_array_equal(network.params[name], array)

    def test_a_wrong_gradient_is_seen(self, monkeypatch):
        rng = np.random.default_rng(0)
        network = TwoLayerNet(20, 8, 3, weight_init_std=0.5, rng=0)
        x, t = rng.random((4, 20), dtype=np.float32), rng.integers(0, 3, 4)
        right = Affine.backward_params

        def forgets_a_sample(self, dout):
            right(self, dout)
            self.grads["b"] = dout.mean(axis=0)

        monkeypatch.setattr(Affine, "backward_params", forgets_a_sample)
        analytic, numerical = self.compute(network, x, t)
        assert not np.allclose(analytic, numerical, rtol=1e-2)
