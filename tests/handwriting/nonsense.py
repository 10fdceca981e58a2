"""Drawings that are no digit: scribbles, and two digits on one page; half of each is measured last.

The scribbles' half is fixed as that of the styles: sorted by the CRC-32 of their names, the first half is held back.
The limit was then set on the other half; but seven shapes, some of them in this half, had been looked at before the halves
were made. So for scribbles the number is a weaker witness than for digits. Two digits are two drawings of one half side by side.
"""

import zlib

import numpy as np

TURNS = np.linspace(0, 6 * np.pi, 90)


def _wave(x, y):
    return [[(float(a), float(b)) for a, b in zip(x, y, strict=True)]]


SCRIBBLES = {
    "crossed out": [[(60 + 160 * (i % 2), 60 + 8 * i) for i in range(21)]],
    "shaded from the side": [[(40 + 10 * i, 80 + 130 * (i % 2)) for i in range(21)]],
    "slack zigzag": [[(60 + 20 * i, 80 + 130 * (i % 2)) for i in range(9)]],
    "filled": [[(60 + i % 2 * 160, 60 + 5 * i) for i in range(33)]],
    "spiral": _wave(140 + 5 * TURNS * np.cos(TURNS), 140 + 5 * TURNS * np.sin(TURNS)),
    "wide spiral": _wave(140 + 5.5 * TURNS * np.cos(-TURNS), 130 + 4 * TURNS * np.sin(-TURNS)),
    "row of loops": _wave(60 + 9 * TURNS + 25 * np.cos(2 * TURNS), 140 + 60 * np.sin(2 * TURNS)),
    "ball of wool": _wave(140 + 80 * np.cos(1.3 * TURNS), 140 + 80 * np.sin(1.9 * TURNS)),
    "rose": _wave(140 + 90 * np.cos(2.5 * TURNS) * np.cos(TURNS), 140 + 90 * np.cos(2.5 * TURNS) * np.sin(TURNS)),
    "star": [[(140, 40), (190, 230), (50, 110), (230, 110), (90, 230), (140, 40)]],
    "fence": [[(100, 60), (100, 220)], [(180, 60), (180, 220)], [(60, 110), (220, 110)], [(60, 170), (220, 170)]],
    "grass": [[(40, 220), (70, 60), (90, 220), (120, 50), (140, 220), (180, 70), (190, 220), (230, 60), (240, 220)]],
    "tangle": [[(70, 70), (200, 90), (90, 180), (210, 200), (120, 60), (60, 140), (220, 130), (130, 230), (160, 80)]],
    "angry": [[(60, 200), (210, 80), (80, 90), (220, 190), (70, 150), (200, 60), (140, 220), (110, 60), (230, 150)]],
    "grid": [[(60 + 50 * i, 60), (60 + 50 * i, 210)] for i in range(4)] + [[(60, 60 + 50 * i), (210, 60 + 50 * i)] for i in range(4)],
    "waves": _wave(50 + 10 * TURNS, 90 + 25 * np.sin(1.5 * TURNS)) + _wave(50 + 10 * TURNS, 180 + 25 * np.sin(1.5 * TURNS)),
}  # fmt: skip
PENS = (12, 20, 32)


def scribbles(half: str) -> list[tuple[int, list]]:
    """Give pens and strokes of the scribbles of one half."""
    names = sorted(SCRIBBLES, key=lambda name: zlib.crc32(name.encode()))
    chosen = names[: len(names) // 2] if half == "held back" else names[len(names) // 2 :]
    return [(pen, SCRIBBLES[name]) for name in chosen for pen in PENS]


def pairs(drawings: list[dict]) -> list[tuple[int, list]]:
    """Put each drawing to the left of the one 37 further on, both 110 pixels high, with 12 to 40 pixels between their ink."""
    found = []
    for i, one in enumerate(drawings):
        both, left, pen = [], 20.0, 10
        for which in (one, drawings[(i + 37) % len(drawings)]):
            lines = [np.array(line, float).reshape(-1, 2) for line in which["strokes"]]
            everything = np.concatenate(lines)
            scale = min(110 / np.ptp(everything[:, 1]), 100 / max(np.ptp(everything[:, 0]), 1))
            lines = [(line - everything.min(axis=0)) * scale + (left, 80) for line in lines]
            both += [[(float(x), float(y)) for x, y in line] for line in lines]
            left = max(line[:, 0].max() for line in lines) + pen + 12 + 28 * (i % 5) / 4
        found.append((pen, both))
    return found
