"""Measure the ladder of chapter 10, rung by rung: ``python data/measure_ladder.py``; writes ``data/ladder.json``.

Each rung is one more idea. It is trained five times, each time on another draw of digits with other weights, and read
once on MNIST's own 10,000 test digits. Its learning rate is chosen before, by a validation set that is cut from the
training digits of a sixth draw; so no test digit chooses anything. It needs the full MNIST, and a quarter to half an hour.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcourse.augmentation import RandomAugmentation
from dlcourse.datasets import load_mnist, without_bundled_test
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier
from dlcourse.optimizers import Adam, OneCycle
from dlcourse.search import split_validation
from dlcourse.training import Trainer, train

LADDER = Path(__file__).with_name("ladder.json")
SEEDS, CHOICE = range(5), 5  # CHOICE is the seed of the draw by which learning rates are chosen
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)


def linear(seed: int) -> Classifier:
    return MultiLayerNet(784, [], 10, rng=seed)


def mlp(seed: int) -> Classifier:
    return MultiLayerNet(784, [128], 10, rng=seed)


def cnn(seed: int) -> Classifier:
    return SimpleConvNet((1, 28, 28), {"filter_num": 16, "filter_size": 5}, 50, 10, "he", rng=seed)


@dataclass(frozen=True)
class Rung:
    """One more idea: what is trained, on how many digits, and how."""

    name: str
    build: Callable[[int], Classifier] | None = None
    digits: int = 8000
    epochs: int = 6
    vary: bool = False
    falling: bool = False  # whether the learning rate goes down on the way


RUNGS = [
    Rung("nearest mean image"),
    Rung("one layer", linear, epochs=30),
    Rung("784-128-10", mlp, epochs=30),
    Rung("784-128-10, varied digits", mlp, epochs=30, vary=True),
    Rung("CNN, 6 epochs", cnn),
    Rung("CNN, 30 epochs", cnn, epochs=30),
    Rung("CNN, varied digits", cnn, epochs=30, vary=True),
    Rung("CNN, varied, falling rate", cnn, epochs=30, vary=True, falling=True),
    Rung("CNN, 58,000 digits", cnn, digits=58_000, epochs=4, vary=True, falling=True),
]
"""From the bottom to the top. The last one takes about as many steps as the two before it."""


def fit(rung: Rung, lr: float, x: np.ndarray, t: np.ndarray, seed: int) -> Classifier:
    """Train one rung once."""
    network = rung.build(seed)
    trainer = Trainer(
        network, x.reshape(-1, *network.input_shape), t, optimizer=Adam(lr), epochs=rung.epochs, rng=seed,
        augment=RandomAugmentation() if rung.vary else None, evaluate_samples=100,
    )  # fmt: skip
    if rung.falling:
        trainer.schedule = OneCycle(lr, trainer.total_steps)
    train(trainer, progress=False)
    return network


def accuracy(network: Classifier, x: np.ndarray, t: np.ndarray) -> float:
    return network.accuracy(x.reshape(-1, *network.input_shape), t, batch_size=500)


def by_mean_image(x: np.ndarray, t: np.ndarray, x_test: np.ndarray, t_test: np.ndarray) -> float:
    """Give each test digit the class whose mean image is nearest."""
    means = np.stack([x[t == digit].mean(axis=0) for digit in range(10)])
    distance = (means**2).sum(axis=1) - 2 * x_test @ means.T  # the test digit's own square is the same for all
    return float(np.mean(distance.argmin(axis=1) == t_test))


def drawn(x: np.ndarray, t: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    few = np.random.default_rng(seed).permutation(len(x))[:count]
    return x[few], t[few]


def choose(rung: Rung, x: np.ndarray, t: np.ndarray) -> dict[float, float]:
    """Give the validation accuracy of each learning rate."""
    here, aside = split_validation(*drawn(x, t, rung.digits, CHOICE), 0.2, rng=CHOICE)
    return {lr: accuracy(fit(rung, lr, *here, CHOICE), *aside) for lr in RATES}


def measure(rung: Rung, x: np.ndarray, t: np.ndarray, x_test: np.ndarray, t_test: np.ndarray) -> dict:
    """Choose a learning rate, train with each seed, and read the test digits once with each."""
    if rung.build is None:
        scores = [by_mean_image(*drawn(x, t, rung.digits, seed), x_test, t_test) for seed in SEEDS]
        return {"name": rung.name, "digits": rung.digits, "accuracy": scores}
    validation = choose(rung, x, t)
    lr = max(validation, key=validation.get)
    scores = [accuracy(fit(rung, lr, *drawn(x, t, rung.digits, seed), seed), x_test, t_test) for seed in SEEDS]
    return {
        "name": rung.name, "digits": rung.digits, "epochs": rung.epochs, "steps": rung.epochs * rung.digits // 100,
        "parameters": sum(array.size for array in rung.build(0).params.values()), "lr": lr,
        "validation": {str(rate): round(share, 4) for rate, share in validation.items()}, "accuracy": scores,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=LADDER)
    out = parser.parse_args().out
    (x, t), test = load_mnist("full")
    x, t = without_bundled_test(x, t)
    rungs = []
    for rung in RUNGS:
        rungs.append(measure(rung, x, t, *test))
        print(json.dumps(rungs[-1]), flush=True)
    out.write_text(json.dumps(rungs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
