"""Measure which network learns more from fewer digits: ``python data/measure_fewer_digits.py``.

For chapter 09; writes ``data/fewer_digits.json``. A convolutional network and one of Affine layers are trained on 100 to
10,000 digits, each at its own best setting: for every number of digits, what reads most of 2,000 validation digits, on
average over two draws; first the learning rate, then the weight decay. Then each is trained six times, each time on
another draw of digits with other weights, and read once on MNIST's own 10,000 test digits. Every training takes 1,000
steps with Adam, 50 digits each. It needs the full MNIST (``dlcourse data fetch mnist``, or ``DLCOURSE_DATA``), and about
ten minutes on one processor.
"""

import argparse
import json
from itertools import product
from pathlib import Path

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import Adam
from dlcourse.training import Trainer

RESULT = Path(__file__).with_name("fewer_digits.json")
COUNTS = (100, 1000, 3000, 10_000)
STEPS, BATCH = 1000, 50
SEEDS, CHOICE, VALIDATION = range(6), (10, 11), 2000
RATES, DECAYS = (0.0003, 0.001, 0.003, 0.01), (0.0, 0.003, 0.01)
WIDTHS = {"convolution": (100,), "Affine": (100, 500)}
"""Hidden neurons that are tried: the Affine network gets twice as many tries."""


def build(kind: str, setting: dict[str, float], seed: int) -> Classifier:
    """Build one of the two: hidden neurons alone, or 10 filters of 5 × 5 and a pooling before them."""
    width, decay = setting["width"], setting["weight_decay"]
    if kind == "Affine":
        return MultiLayerNet(784, [width], 10, weight_decay_lambda=decay, rng=seed)
    return SimpleConvNet((1, 28, 28), {"filter_num": 10}, width, 10, "he", weight_decay_lambda=decay, rng=seed)


def fit(kind: str, setting: dict[str, float], x: np.ndarray, t: np.ndarray, seed: int) -> Classifier:
    """Train one of the two on all of `x`, for as many steps as the others."""
    network = build(kind, setting, seed)
    epochs = -(-STEPS * BATCH // len(x))
    optimizer, x = Adam(setting["lr"]), x.reshape(-1, *network.input_shape)
    for progress in Trainer(
        network, x, t, optimizer=optimizer, epochs=epochs, batch_size=BATCH, evaluate_samples=1, rng=seed
    ):  # fmt: skip
        if progress.step == STEPS:
            break
    return network


def accuracy(network: Classifier, x: np.ndarray, t: np.ndarray) -> float:
    return network.accuracy(x.reshape(-1, *network.input_shape), t, batch_size=500)


def drawn(x: np.ndarray, t: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw some digits; the same first ones, however many."""
    few = np.random.default_rng(seed).permutation(len(x))[:count]
    return x[few], t[few]


def choose(kind: str, x: np.ndarray, t: np.ndarray, aside: tuple[np.ndarray, np.ndarray], count: int) -> dict:
    """Give the setting that reads most of the digits that were set `aside`, and how many these are."""

    def score(setting: dict[str, float]) -> float:
        fitted = [fit(kind, setting, *drawn(x, t, count, seed), seed) for seed in CHOICE]
        return float(np.mean([accuracy(network, *aside) for network in fitted]))

    tried = {}
    for width in WIDTHS[kind]:
        at_rates = {lr: score({"width": width, "lr": lr, "weight_decay": 0.0}) for lr in RATES}
        lr = max(at_rates, key=at_rates.get)
        tried[width, lr, 0.0] = at_rates[lr]
        tried |= {(width, lr, decay): score({"width": width, "lr": lr, "weight_decay": decay}) for decay in DECAYS[1:]}
    width, lr, decay = best = max(tried, key=tried.get)
    return {"width": width, "lr": lr, "weight_decay": decay, "validation": round(tried[best], 4)}


def measure(kind: str, count: int, x: np.ndarray, t: np.ndarray, x_test: np.ndarray, t_test: np.ndarray) -> dict:
    """Choose a setting, train with each seed, and read the test digits once with each."""
    order = np.random.default_rng(0).permutation(len(x))  # MNIST's last digits are easier than the others
    rest, aside = order[VALIDATION:], order[:VALIDATION]
    setting = choose(kind, x[rest], t[rest], (x[aside], t[aside]), count)
    fitted = (fit(kind, setting, *drawn(x[rest], t[rest], count, seed), seed) for seed in SEEDS)
    return {"network": kind, "digits": count, **setting, "accuracy": [accuracy(one, x_test, t_test) for one in fitted]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=RESULT)
    out = parser.parse_args().out
    train, test = load_mnist("full", flatten=False)
    found = []
    for kind, count in product(WIDTHS, COUNTS):
        found.append(measure(kind, count, *train, *test))
        print(json.dumps(found[-1]), flush=True)
    lines = ",\n".join(json.dumps(one) for one in found)
    out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
