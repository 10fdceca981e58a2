"""Draw the digits of strokes.json: styles set down by hand, each drawn anew by five hands.

These are our own drawings, made to look like people's; nobody's handwriting was collected, and nothing comes from MNIST.
Each style is a few points laid by hand (x to the right, y downwards, 100 high; a point said twice is a corner).
Each of its five drawings moves those points a little, runs a line through them, leans, turns and stretches it, and
puts it somewhere on the page, as a pen, a mouse or a finger would. The fourth is tiny or huge. The fifth, in haste, moves
the points more, leans by 15 to 30 degrees to either side, turns by up to 12, and is squashed or stretched.

Which half is kept for the last measurement alone was fixed before the first: of each digit's six styles, sorted by the
CRC-32 of their names, the first three. So no style is in both halves.
The fifth hand was added when the tuning half had turned out easy, before the other half was measured.

Run ``python tests/handwriting/draw.py`` to write strokes.json anew; it comes out the same each time.
"""

import json
import math
import zlib
from pathlib import Path

import numpy as np

STROKES = Path(__file__).with_name("strokes.json")
SIDE = 280
HANDS = ("pen", "mouse", "finger", "tiny or huge", "in haste")

STYLES = {
    0: {
        "oval": ["35,0 10,15 0,50 10,85 35,100 60,85 70,50 60,15 35,0"],
        "narrow": ["22,0 5,20 0,55 8,90 22,100 36,88 42,50 36,12 22,0"],
        "open at the top": ["30,4 8,20 0,55 12,90 36,100 60,86 68,48 60,14 46,2"],
        "tail over the start": ["50,8 25,0 5,25 0,60 15,95 40,98 62,75 66,35 48,6 28,10 18,22"],
        "round": ["48,0 14,14 0,50 14,86 48,100 82,86 96,50 82,14 48,0"],
        "egg drawn clockwise": ["30,2 52,12 66,50 58,88 34,100 10,90 2,60 10,24 30,2"],
    },
    1: {
        "bar": ["5,0 4,50 5,100"],
        "flag": ["0,22 0,22 24,0 24,0 24,100"],
        "flag and foot": ["8,20 8,20 30,0 30,0 30,100", "6,100 56,99"],
        "long roof": ["0,38 0,38 34,0 34,0 36,100"],
        "leaning bar": ["34,0 18,50 0,100"],
        "foot": ["20,0 20,100", "0,100 42,100"],
    },
    2: {
        "loop": ["4,22 20,2 48,2 58,24 44,56 18,88 4,96 2,82 18,80 40,94 68,94"],
        "corner": ["2,24 16,4 42,0 58,18 52,42 0,100 0,100 64,100"],
        "wavy base": ["4,20 26,0 52,10 56,34 34,66 4,96 4,96 24,88 44,98 66,92"],
        "like a Z": ["2,10 30,0 60,8 58,24 30,60 0,98 0,98 66,98"],
        "great head": ["0,34 8,10 34,0 62,10 68,36 46,64 8,98 8,98 70,100"],
        "swan": ["6,24 16,4 40,0 52,22 42,58 8,96 8,96 36,98 66,88"],
    },
    3: {
        "two rounds": ["4,12 28,0 54,10 52,34 26,46 26,46 54,56 60,82 34,100 2,90"],
        "flat top": ["4,2 4,2 58,2 58,2 28,38 28,38 56,52 60,80 34,100 2,92"],
        "small above": ["14,10 30,0 46,10 42,28 24,38 24,38 56,48 64,76 38,100 2,90"],
        "loop in the middle": ["4,14 28,0 52,12 46,36 24,48 16,44 26,42 54,54 60,80 34,100 0,88"],
        "wide": ["0,12 34,0 70,10 66,36 30,46 30,46 72,58 74,86 36,100 0,92"],
        "curled ends": ["8,22 10,6 34,0 52,14 46,36 24,46 24,46 54,56 58,84 34,100 8,94 4,80"],
    },
    4: {
        "open": ["12,0 12,0 2,58 2,58 62,58", "48,6 46,100"],
        "closed": ["44,0 44,0 0,64 0,64 66,64", "44,0 44,100"],
        "in one line": ["60,66 60,66 0,64 0,64 44,0 44,0 46,100"],
        "round": ["6,2 2,30 14,52 36,54 54,40 54,40", "56,0 54,50 52,100"],
        "long bar": ["20,4 20,4 4,54 4,54 80,50", "52,14 44,100"],
        "leaning": ["34,0 34,0 4,56 4,56 66,52", "60,22 44,100"],
    },
    5: {
        "hat last": ["10,2 10,2 6,44 6,44 36,38 60,58 54,86 28,100 0,92", "10,2 60,0"],
        "one line": ["58,0 58,0 12,2 12,2 8,42 8,42 40,40 58,62 50,90 22,100 0,90"],
        "like an S": ["56,4 30,0 12,14 14,38 42,50 58,70 46,94 20,100 0,88"],
        "long hat": ["78,2 78,2 16,4 16,4 8,44 8,44 40,42 54,66 44,92 18,100 0,94"],
        "small belly": ["54,0 54,0 14,2 14,2 12,56 12,56 36,52 48,70 40,94 16,100 2,92"],
        "great belly": ["50,0 50,0 14,2 14,2 8,34 8,34 44,30 70,56 58,90 26,100 0,88"],
    },
    6: {
        "leaning": ["52,0 26,24 6,58 6,84 26,100 48,88 50,66 32,56 8,72"],
        "upright": ["38,0 14,20 0,58 6,90 30,100 54,88 54,64 32,52 6,66"],
        "straight stem": ["44,0 44,0 8,60 4,84 24,100 46,90 48,68 28,58 8,70"],
        "great loop": ["46,0 18,18 2,54 8,90 38,100 66,82 62,54 36,42 6,58"],
        "small loop": ["40,0 16,30 2,66 6,92 24,100 38,90 36,74 20,70 4,80"],
        "hooked": ["58,10 44,0 18,16 2,54 8,90 34,100 56,86 52,62 30,54 6,68"],
    },
    7: {
        "plain": ["0,2 0,2 60,0 60,0 24,100"],
        "barred": ["0,4 0,4 62,2 62,2 26,100", "16,50 62,48"],
        "hook": ["2,16 2,16 4,2 4,2 62,2 62,2 30,100"],
        "curved": ["0,4 0,4 58,2 58,2 36,40 28,100"],
        "barred, with a hook": ["0,14 0,14 2,0 2,0 60,2 60,2 34,48 26,100", "12,52 58,46"],
        "wavy roof": ["0,12 12,0 34,8 60,0 60,0 40,42 26,100"],
    },
    8: {
        "one line": ["52,10 28,0 8,14 16,38 44,58 54,82 30,100 6,84 16,58 44,38 52,10"],
        "two circles": ["30,0 12,10 10,32 30,46 50,32 48,10 30,0", "30,46 6,60 4,86 30,100 56,86 54,60 30,46"],
        "narrow": ["34,8 20,0 6,14 14,40 32,62 36,86 20,100 4,86 8,62 30,38 34,8"],
        "greater above": ["58,14 30,0 2,18 14,44 40,64 46,86 28,100 12,86 18,64 50,42 58,14"],
        "open": ["54,8 30,0 8,14 16,38 46,58 54,82 30,100 6,84 14,60 44,38 60,18"],
        "begun in the middle": ["30,46 10,30 12,8 32,0 52,10 50,32 30,46 8,64 6,88 30,100 56,88 54,62 30,46"],
    },
    9: {
        "straight": ["50,12 28,0 6,14 6,38 26,48 48,36 50,8 50,8 48,100"],
        "curled": ["52,14 30,0 6,14 6,40 28,50 50,36 52,10 54,60 44,92 20,100 2,90"],
        "leaning": ["56,12 34,0 10,16 8,40 28,48 48,34 56,8 56,8 28,100"],
        "great head": ["60,18 32,0 2,18 4,48 32,58 58,42 60,12 60,12 58,100"],
        "two lines": ["48,22 26,2 4,18 6,42 26,50 46,36 48,22", "50,4 50,50 44,100"],
        "bent stem": ["50,12 28,0 6,14 6,38 28,48 48,34 52,10 50,50 36,100"],
    },
}  # fmt: skip


def held_back(digit: int) -> set[str]:
    """Names of a digit's styles that nothing is tuned on."""
    return set(sorted(STYLES[digit], key=lambda name: zlib.crc32(f"{digit} {name}".encode()))[:3])


def curve(points: np.ndarray, steps: int = 24) -> np.ndarray:
    """Run a Catmull-Rom line through points; one that stands twice is a corner."""
    pieces, start = [], 0
    for i in range(1, len(points) + 1):
        if i == len(points) or (points[i] == points[i - 1]).all():
            if i - start > 1:
                part = points[start:i]
                p = np.concatenate([2 * part[:1] - part[1:2], part, 2 * part[-1:] - part[-2:-1]])
                u = np.linspace(0, 1, steps, endpoint=False)[:, None]
                for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
                    pieces.append(
                        ((2 * b) + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)
                        / 2
                    )
                pieces.append(part[-1:])
            start = i
    return np.concatenate(pieces)


def spaced(line: np.ndarray, distance: float) -> np.ndarray:
    """Take points along a line, about so far apart."""
    way = np.concatenate([[0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    at = np.linspace(0, way[-1], max(2, round(way[-1] / distance) + 1))
    return np.stack([np.interp(at, way, line[:, k]) for k in (0, 1)], axis=1)


def drawing(strokes: list[str], hand: str, rng: np.random.Generator) -> tuple[int, list[list[int]]]:
    """Draw a style once. Gives the pen's width, and strokes as flat lists x, y, x, y, …"""
    size = rng.uniform(120, 220)
    tool = hand if hand in ("pen", "mouse", "finger") else rng.choice(["pen", "mouse", "finger"])
    if hand == "tiny or huge":
        size = rng.choice([rng.uniform(45, 75), rng.uniform(230, 262)])
    pen = {"pen": rng.uniform(8, 15), "mouse": rng.uniform(14, 24), "finger": rng.uniform(24, 40)}[tool]
    pen = max(8, min(pen, 0.2 * size))  # nobody draws a tiny digit with a pen that fills its holes
    lean, turn, stretch, moves = rng.normal(5, 8), rng.normal(0, 4), rng.uniform(0.82, 1.2), 2
    if hand == "in haste":
        lean, turn = rng.choice([-1, 1]) * rng.uniform(15, 30), rng.uniform(-12, 12)
        stretch, moves = rng.choice([rng.uniform(0.6, 0.8), rng.uniform(1.25, 1.6)]), 4
    lean, turn = math.tan(math.radians(lean)), math.radians(turn)
    matrix = np.array([[stretch, -lean], [0, 1]])
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ matrix * size / 100
    lines = []
    for stroke in strokes:
        points = np.array([pair.split(",") for pair in stroke.split()], float)
        moved = {tuple(point): point + rng.normal(0, moves, 2) for point in points}  # both of a corner alike
        points = np.array([moved[tuple(point)] for point in points])
        lines.append(curve(points) @ matrix.T + rng.normal(0, 1, 2))
    lines = [spaced(line, {"pen": 5, "mouse": rng.uniform(14, 30), "finger": 9}[tool] * size / 180) for line in lines]
    noise = {"pen": 0.8, "mouse": 2.2, "finger": 0.5}[tool] * size / 180
    lines = [line + rng.normal(0, noise, line.shape) for line in lines]
    everything = np.concatenate(lines)
    small = min(1, 262 / np.ptp(everything, axis=0).max())  # all of it fits on the page
    lines, everything = [line * small for line in lines], everything * small
    low, high = everything.min(axis=0), everything.max(axis=0)
    edge = min(pen / 2, 6)
    room = np.maximum(SIDE - 2 * edge - (high - low), 0)
    place = edge + room * rng.uniform(0, 1, 2) - low
    return round(pen), [np.rint(line + place).clip(0, SIDE).astype(int).ravel().tolist() for line in lines]


def drawings() -> list[dict]:
    """Draw all of them."""
    everything = []
    for digit, styles in STYLES.items():
        for style, strokes in styles.items():
            for hand in HANDS:
                rng = np.random.default_rng(zlib.crc32(f"{digit} {style} {hand}".encode()))
                pen, lines = drawing(strokes, hand, rng)
                half = "held back" if style in held_back(digit) else "tuning"
                everything.append(
                    {"digit": digit, "style": style, "hand": hand, "half": half, "pen": pen, "strokes": lines}
                )
    return everything


if __name__ == "__main__":
    lines = [json.dumps(one, separators=(",", ":")) for one in drawings()]
    STROKES.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
