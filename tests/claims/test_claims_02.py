"""What chapter 02 says of decimal steps, of slopes and of silence, of a ReLU's plane, and of what comes near a curve."""

from math import erf, sqrt

import numpy as np

from dlcourse.functions import relu, sigmoid, sigmoid_grad

EDGE = 1e-4


def gelu(x):
    return x * (1 + erf(x / sqrt(2))) / 2


def silu(x):
    return x * sigmoid(x)


def test_rounding_can_let_the_stop_of_a_range_in():
    assert np.isclose(np.arange(1, 1.3, 0.1)[-1], 1.3)
    assert np.isclose(np.arange(0, 1, 0.25)[-1], 0.75)


def test_a_rounded_relu_is_deaf_at_the_bottom_of_its_dip_and_far_out_and_not_between():
    for f, bottom, far in ((gelu, -0.752, -6), (silu, -1.278, -20)):
        slope = [(f(x + EDGE) - f(x - EDGE)) / (2 * EDGE) for x in (bottom, far, -1.0, 1.5 * bottom)]
        assert np.all(np.abs(slope[:2]) < 1e-3) and np.all(np.abs(slope[2:]) > 0.02)


def test_between_its_ends_many_kinks_come_near_a_wave_and_beyond_them_they_go_straight_on():
    def columns(x):
        return np.column_stack([np.ones_like(x), x, relu(x[:, None] - np.linspace(-5, 5, 66)[1:-1])])

    x, beyond = np.linspace(-5, 5, 201), np.linspace(6, 20, 141)
    weights = np.linalg.lstsq(columns(x), np.sin(x))[0]
    assert np.abs(columns(x) @ weights - np.sin(x)).max() < 0.005
    assert np.abs(np.diff(columns(beyond) @ weights, 2)).max() < 1e-9
    assert np.abs(columns(beyond) @ weights - np.sin(beyond)).max() > 1


def test_from_eight_kinks_on_twice_as_many_bring_a_curve_about_four_times_as_near():
    x = np.linspace(-5, 5, 20_001)
    for curve in (np.sin, np.cos, lambda x: np.exp(-(x**2)), lambda x: np.sin(2 * x + 1)):
        away = []
        for kinks in (8, 16, 32, 64):
            columns = np.column_stack([np.ones_like(x), x, relu(x[:, None] - np.linspace(-5, 5, kinks + 2)[1:-1])])
            away.append(np.abs(columns @ np.linalg.lstsq(columns, curve(x))[0] - curve(x)).max())
        assert np.all(np.abs(np.array(away[:-1]) / away[1:] - 3.75) < 0.75), away


def test_ten_sigmoids_leave_a_millionth_with_weights_of_one_and_all_of_it_with_weights_of_four():
    for weight, low, high in ((1, 0, 1e-6), (4, 0.99, 1.01)):
        # Each bias puts its neuron at the steepest place, where the sum is 0.
        assert low < (weight * sigmoid_grad(0.0)) ** 10 < high


def test_relu_presses_the_negative_side_of_a_line_flat_and_does_not_fold_it():
    W, b = np.array([[1.2, -0.6], [0.7, 1.0]]), np.array([0.3, -0.2])
    sums = np.random.default_rng(0).uniform(-3, 3, (1000, 2)) @ W + b
    moved = relu(sums)
    for neuron in range(2):
        off = sums[:, neuron] <= 0
        assert 300 < off.sum() < 700 and np.all(moved[off, neuron] == 0)  # however far off it was: on the edge
        assert np.array_equal(moved[~off, neuron], sums[~off, neuron])


def test_what_three_layers_with_relu_draw_no_single_layer_does():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        W1, W2, W3 = rng.standard_normal((2, 5)), rng.standard_normal((5, 5)), rng.standard_normal((5, 1))
        points = rng.standard_normal((100, 2))
        bent, inputs = relu(relu(points @ W1) @ W2) @ W3, np.column_stack([points, np.ones(100)])
        missed = inputs @ np.linalg.lstsq(inputs, bent)[0] - bent
        assert np.abs(missed).mean() > 0.25 * np.abs(bent).mean()
