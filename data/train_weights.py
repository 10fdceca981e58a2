"""Train the stored weights: ``python data/train_weights.py [NAME …]``.

Each network is trained with a fixed seed on the full MNIST without the 2,000 bundled test images, so
that those stay unseen. The number of epochs is fixed beforehand; neither test set chooses anything.
Writes ``data/weights/NAME.npz`` and, beside it, the model card ``NAME.json`` with what was measured.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dlcourse.augmentation import RandomAugmentation
from dlcourse.datasets import load_mnist, without_bundled_test
from dlcourse.models import DeepConvNet, MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import Adam, OneCycle
from dlcourse.training import Trainer, train

WEIGHTS = Path(__file__).with_name("weights")
SEED = 2026


@dataclass(frozen=True)
class Recipe:
    """How one network is built and trained."""

    build: Callable[[], Classifier]
    epochs: int
    lr_max: float
    batch_size: int = 100
    augment: RandomAugmentation = field(default_factory=RandomAugmentation)


SLIGHT = RandomAugmentation(max_shift=1, max_degrees=5, scale_range=(0.95, 1.05))

RECIPES = {
    "mlp_784_50_100_10": Recipe(
        lambda: MultiLayerNet(784, [50, 100], 10, activation="sigmoid", rng=SEED), epochs=60, lr_max=0.01, augment=SLIGHT
    ),
    "two_layer_net": Recipe(
        lambda: TwoLayerNet(784, 50, 10, weight_init_std=0.05, rng=SEED), epochs=40, lr_max=0.005, augment=SLIGHT
    ),
    "simple_conv_net": Recipe(
        lambda: SimpleConvNet(weight_init_std="he", rng=SEED), epochs=12, lr_max=0.003,
        augment=RandomAugmentation(max_shift=1, max_degrees=8, scale_range=(0.93, 1.07)),
    ),
    "deep_conv_net": Recipe(
        lambda: DeepConvNet(batch_norm=True, dropout_ratio=0.25, rng=SEED), epochs=15, lr_max=0.005
    ),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(RECIPES)}; all if not given")
    names = parser.parse_args().names or list(RECIPES)
    if unknown := set(names) - set(RECIPES):
        parser.error(f"there is no recipe for {', '.join(sorted(unknown))}")
    (x, t), official = load_mnist("full")
    _, bundled = load_mnist()
    x, t = without_bundled_test(x, t)
    WEIGHTS.mkdir(exist_ok=True)
    for name in names:
        print(f"{name}: {len(x):,} training images")
        fit(name, RECIPES[name], (x, t), official, bundled)


def fit(name: str, recipe: Recipe, training, official, bundled) -> None:
    """Train by one recipe; write the weights and the card."""
    network = recipe.build()
    shaped = [(images.reshape(-1, *network.input_shape), labels) for images, labels in (training, official, bundled)]
    trainer = Trainer(
        network, *shaped[0], *shaped[1],
        optimizer=Adam(), epochs=recipe.epochs, batch_size=recipe.batch_size, augment=recipe.augment,
        evaluate_samples=2000, rng=SEED,
    )  # fmt: skip
    trainer.schedule = OneCycle(recipe.lr_max, trainer.total_steps)
    cpu, wall = time.process_time(), time.perf_counter()
    train(trainer)
    card = {
        "network": name,
        "command": f"python data/train_weights.py {name}",
        "parameters": sum(array.size for array in network.params.values()),
        "training_images": len(training[0]),
        "epochs": recipe.epochs,
        "cpu_seconds": round(time.process_time() - cpu),
        "wall_seconds": round(time.perf_counter() - wall),
        "accuracy_official_test": network.accuracy(*shaped[1]),
        "accuracy_bundled_test": network.accuracy(*shaped[2]),
        "numpy": np.__version__,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    network.save_params(WEIGHTS / f"{name}.npz")
    (WEIGHTS / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
