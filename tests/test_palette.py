"""The colours of plots and widgets stay apart for those who see fewer colours."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlcourse.plots import PALETTE

# What each of the three common deficiencies makes of linear RGB, at full strength.
# Source: G. Machado, M. Oliveira, L. Fernandes, "A physiologically-based model for simulation of color vision
# deficiency", IEEE TVCG 15 (2009), table 1.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LEAST_DISTANCE = 10  # in CIELAB, where 2.3 is just noticeable side by side
# Of the two that nearly every figure compares, and of every line on white.
MAIN_DISTANCE, LEAST_CONTRAST = 40, 20

NEUTRAL = {"#000000", "#555555", "#ffffff"}
# The red of an error's words and the pale blue behind an answer stand alone: nothing is told from them by colour.
ALONE = {"#8b0000", "#dbe9f4"}


def lab(color, matrix):
    """Give a colour in CIELAB (D65), as somebody with a deficiency sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ seen / [0.9505, 1.0, 1.089]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, matrix):
    return float(np.linalg.norm(lab(one, matrix) - lab(other, matrix)))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_every_two_colours_can_be_told_apart(deficiency):
    matrix = DEFICIENCIES[deficiency]
    distances = {
        (one, other): distance(PALETTE[one], PALETTE[other], matrix)
        for one, other in itertools.combinations(PALETTE, 2)
    }
    closest = min(distances, key=distances.get)
    assert distances[closest] >= LEAST_DISTANCE, (closest, distances[closest])
    assert distances["blue", "vermilion"] >= MAIN_DISTANCE
    for name, color in PALETTE.items():
        assert distance(color, "white", matrix) >= LEAST_CONTRAST, name


def test_red_and_green_would_be_found():
    assert distance("#00a000", "#c06000", DEFICIENCIES["none"]) > 60
    assert distance("#00a000", "#b08400", DEFICIENCIES["deuteranopia"]) < 20


def test_lab_of_white_black_and_red():
    assert lab("white", np.eye(3)) == pytest.approx([100, 0, 0], abs=0.05)
    assert lab("black", np.eye(3)) == pytest.approx([0, 0, 0], abs=0.01)
    assert lab("red", np.eye(3)) == pytest.approx([53.2, 80.1, 67.2], abs=0.2)


def test_plots_and_widgets_use_no_other_colours():
    known = {color.lower() for color in PALETTE.values()} | NEUTRAL | ALONE
    for path in (Path(__file__).parents[1] / "dlcourse").rglob("*.py"):
        used = {color.lower() for color in re.findall(r"[\"' ](#[0-9a-fA-F]{6})\b", path.read_text(encoding="utf-8"))}
        assert used <= known, f"{path.name}: {sorted(used - known)}"
        assert not re.findall(r"cmap=\"(jet|hsv|rainbow|RdYlGn|Spectral)", path.read_text(encoding="utf-8"))
