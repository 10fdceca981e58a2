"""What is measured: steps against the peers, inference, memory, imports, growth, seconds to an accuracy."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

import dlcourse
from benchmarks.clock import Side, in_new_process, interleaved, ratio
from benchmarks.goals import GOALS, Goal
from benchmarks.others import BATCHES, pytorch_training, scikit_learn
from benchmarks.others import pytorch as pytorch_step
from benchmarks.peers import Case, deep_conv_net, describe, mlp, same_maths, side, simple_conv_net
from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.initializers import he
from dlcourse.layers import Affine, Flatten, ReLU
from dlcourse.models import MultiLayerNet
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import Adam, OneCycle
from dlcourse.training import Trainer


@dataclass(frozen=True)
class Step:
    """The step of one network: milliseconds of PyTorch, and everybody's time as a share of them."""

    name: str
    pytorch_ms: float
    ours: float
    products: float
    scikit_learn: float | None
    goals: tuple[Goal, ...]


STEPS: dict[str, Callable[[], Case]] = {
    "784-50-10, SGD": partial(mlp, [50]),
    "784-128-10, SGD": partial(mlp, [128]),
    "784-128-10, SGD, batch 1024": partial(mlp, [128], batch=1024),
    "784-500-500-10, SGD": partial(mlp, [500, 500]),
    "784-1000-10, SGD": partial(mlp, [1000]),
    "784-5×100-10, Adam": partial(mlp, [100] * 5, adam=True),
    "784-5×100-10, batch norm, Adam": partial(mlp, [100] * 5, adam=True, batch_norm=True),
    "SimpleConvNet, Adam": simple_conv_net,
    "DeepConvNet, Adam": deep_conv_net,
}


def steps(seconds: float, names: list[str] | None = None) -> Iterator[Step]:
    """Time one training step of each network, `seconds` each, against those peers that `GOALS` names."""
    for name in names or STEPS:
        make = STEPS[name]
        same_maths(case := make())
        sides = {
            "ours": partial(side, make, "step"),
            "PyTorch": partial(pytorch_step, *case.described()),
            "matrix products": partial(side, make, "products"),
        }
        if f"{name} ÷ scikit-learn" in GOALS:
            sides["scikit-learn"] = partial(scikit_learn, *case.described())
        times = interleaved(sides, seconds)
        if "scikit-learn" in times:
            times["scikit-learn"] /= BATCHES
        goals = [
            Goal.of(f"{name} ÷ {peer}", times["ours"] / times[peer])
            for peer in ("PyTorch", "scikit-learn", "matrix products")
            if f"{name} ÷ {peer}" in GOALS
        ]
        yield Step(
            name,
            float(np.median(times["PyTorch"])) * 1e3,
            goals[0].value,
            ratio(times["matrix products"], times["PyTorch"]),
            ratio(times["scikit-learn"], times["PyTorch"]) if "scikit-learn" in times else None,
            tuple(goals),
        )


def inference(seconds: float) -> Goal:
    """Scores of 10,000 images by 784-50-10, in batches, against the matrix products alone."""
    make = partial(mlp, [50], batch=10_000)
    sides = {"ours": partial(side, make, "inference"), "products": partial(side, make, "products", backward=False)}
    times = interleaved(sides, seconds)
    return Goal.of("784-50-10, 10,000 images in batches ÷ matrix products", times["ours"] / times["products"])


MEMORY = """
import tracemalloc
import numpy as np
from dlcourse.models import DeepConvNet
rng = np.random.default_rng(0)
network, x, t = DeepConvNet(rng=0), rng.random((100, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, 100)
tracemalloc.start()
for _ in range(2):
    network.gradient(x, t)
print(tracemalloc.get_traced_memory()[1] / 1e6)
"""


def memory() -> Goal:
    """Largest memory in use during two gradients of DeepConvNet, one after the other."""
    return Goal("DeepConvNet, memory peak of a gradient, MB", in_new_process(MEMORY))


def gradient_check(rounds: int) -> Goal:
    """The sampled gradient check of TwoLayerNet on a batch of three digits."""
    (x, t), _ = load_mnist()
    network, seconds = TwoLayerNet(784, 50, 10, rng=0), []
    for _ in range(rounds):
        start = time.process_time()
        network.check_gradient(x[:3], t[:3], rng=0)
        seconds.append(time.process_time() - start)
    return Goal.of("check_gradient of TwoLayerNet, s", seconds)


CORE = [name for name in dlcourse.__all__ if name not in ("plots", "widgets")]
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def imports(rounds: int) -> list[Goal]:
    """CPU time of the imports, each in a new process; the lazy package alone, and all of the core at once."""
    pairs = {
        "import dlcourse ÷ import numpy": ("import dlcourse", "import numpy"),
        # Whoever makes a network draws random numbers, which NumPy loads when they are first used.
        "import all of the core ÷ import numpy.random": (
            "import " + ", ".join(f"dlcourse.{name}" for name in CORE), "import numpy.random",
        ),
    }  # fmt: skip
    ratios: dict[str, list[float]] = {name: [] for name in pairs}
    for _ in range(rounds + 1):  # the first writes bytecode
        for name, (ours, theirs) in pairs.items():
            ratios[name].append(in_new_process(TIMED.format(ours)) / in_new_process(TIMED.format(theirs)))
    return [Goal.of(name, values[1:]) for name, values in ratios.items()]


@dataclass(frozen=True)
class Growth:
    """Microseconds per sample, of dlcourse and of PyTorch, as one size grows."""

    title: str
    label: str
    sizes: list[int]
    ours: list[float]
    pytorch: list[float]


def growth(seconds: float, *, small: bool = False) -> Iterator[Growth]:
    """How the time per sample of a step grows with batch size, width and image size; `small`: a taste of it."""
    panels = {
        ("784-50-10, SGD", "samples in a batch"): ([1, 4, 16, 64, 256, 1024], lambda n: partial(mlp, [50], batch=n)),
        ("784-n-10, SGD, batch 100", "hidden neurons n"): ([10, 32, 100, 320, 1000, 3200], lambda n: partial(mlp, [n])),
        ("SimpleConvNet, Adam, batch 32", "image side in pixels"): (
            [12, 16, 28, 40, 64, 96], lambda n: partial(simple_conv_net, n, batch=32),
        ),
    }  # fmt: skip
    for (title, label), (sizes, make) in list(panels.items())[: 1 if small else None]:
        sizes = sizes[:2] if small else sizes
        ours, pytorch = [], []
        for size in sizes:
            case = make(size)()
            sides = {"ours": partial(side, make(size), "step"), "pytorch": partial(pytorch_step, *case.described())}
            times = interleaved(sides, seconds)
            ours.append(float(np.median(times["ours"])) / len(case.x) * 1e6)
            pytorch.append(float(np.median(times["pytorch"])) / len(case.x) * 1e6)
        yield Growth(title, label, sizes, ours, pytorch)


def small_conv_net() -> Classifier:
    """Two 5×5 convolutions with 12 and 24 filters, each with ReLU and pooling, and one Affine: small and quick."""
    rng, layers = np.random.default_rng(0), []
    for channels, filters in ((1, 12), (12, 24)):
        W = he((filters, channels, 5, 5), rng)
        layers += [Convolution(W, np.zeros(filters, np.float32)), ReLU(), MaxPooling(2, 2, 2)]
    affine = Affine(he((24 * 4 * 4, 10), rng), np.zeros(10, np.float32))
    return Classifier([*layers, Flatten(), affine], (1, 28, 28))


TURNS = 12
"""A training and the same one in PyTorch take turns so often."""


def accuracy() -> Iterator[Goal]:
    """CPU seconds of a whole training on MNIST that ends above 98 % (an MLP) and 99 % (a small CNN), and ÷ PyTorch's.

    PyTorch begins with the same weights and takes as many steps, with the same learning rates. A training that ends
    below what was asked counts as endless. Epochs and learning rates were chosen on the last 10,000 training images;
    the test images are looked at once, after the clock has stopped.
    """
    recipes: dict[str, tuple[Callable[[], Classifier], int, float, float]] = {
        "784-256-10, to 98 % of MNIST": (lambda: MultiLayerNet(784, [256], 10, rng=0), 4, 0.005, 0.98),
        "a CNN of two convolutions, to 99 % of MNIST": (small_conv_net, 3, 0.01, 0.99),
    }
    for name, (make, epochs, lr_max, wanted) in recipes.items():
        network = make()
        (x, t), (x_test, t_test) = load_mnist("full", flatten=len(network.input_shape) == 1)
        schedule = OneCycle(lr_max, epochs * -(-len(x) // 100))
        trainer = Trainer(
            network, x, t, optimizer=Adam(), epochs=epochs, batch_size=100, schedule=schedule, evaluate_samples=1, rng=0
        )
        with tempfile.TemporaryDirectory() as folder:
            np.savez(data := Path(folder, "set.npz"), x=x, t=t)
            lrs = [schedule(step) for step in range(trainer.total_steps)]
            turn = -(-len(lrs) // TURNS)
            pytorch = Side(partial(pytorch_training, describe(network), data, epochs, lrs, turn))
            ours, theirs = [], []
            for _ in range(TURNS):
                start = time.process_time()
                for _ in islice(trainer, turn):
                    pass
                ours.append(time.process_time() - start)
                theirs.append(pytorch.time(1))
            pytorch.close()
        reached = network.accuracy(x_test, t_test)
        print(f"{name}: {reached:.2%} after {epochs} epochs", flush=True)
        seconds = sum(ours) if reached >= wanted else float("inf")
        yield Goal(f"{name}, s", seconds)
        ratios = np.array(ours) / np.array(theirs)
        yield Goal(f"{name} ÷ PyTorch", seconds / sum(theirs), Goal.of(f"{name} ÷ PyTorch", ratios).spread)
