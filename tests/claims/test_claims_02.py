"""What chapter 02 says of decimal steps, of a GELU's silence, and of where a sum of kinks can come near a curve."""

from math import erf, sqrt

import numpy as np

from dlcourse.functions import relu, sigmoid

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
