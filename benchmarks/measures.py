"""What is measured: steps against the peers, inference, memory, imports, growth, seconds to an accuracy."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

import dlcourse
from benchmarks.clock import in_new_process, interleaved, ratio
from benchmarks.others import BATCHES, scikit_learn
from benchmarks.others import pytorch as pytorch_step
from benchmarks.peers import Case, deep_conv_net, mlp, same_maths, side, simple_conv_net
from dlcourse.convolution import Convolution, MaxPooling
from dlcourse.datasets import load_mnist
from dlcourse.initializers import he
from dlcourse.layers import Affine, Flatten, ReLU
from dlcourse.models import MultiLayerNet
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import Adam, OneCycle
from dlcourse.training import Trainer


@dataclass(frozen=True)
class Goal:
    """A figure, at most how large it must be, and how small it aims to be."""

    what: str
    value: float
    must: float
    aim: float
    unit: str = "×"

    @property
    def verdict(self) -> str:
        return "aim" if self.value <= self.aim else "must" if self.value <= self.must else "missed"


@dataclass(frozen=True)
class Step:
    """The step of one network: milliseconds of PyTorch, and everybody's time as a share of them."""

    name: str
    pytorch_ms: float
    ours: float
    products: float
    scikit_learn: float | None
    goals: tuple[Goal, ...]


# For each network: against PyTorch, scikit-learn and the matrix products alone, (must, aim) each; None is not asked.
NARROW, WIDE, PEER, PRODUCTS = (0.75, 0.5), (1.0, 0.9), (0.8, 0.55), (2.0, 1.5)
STEPS: dict[str, tuple[Callable[[], Case], tuple, tuple | None, tuple | None]] = {
    "784-50-10, SGD": (partial(mlp, [50]), NARROW, PEER, PRODUCTS),
    "784-128-10, SGD": (partial(mlp, [128]), NARROW, PEER, PRODUCTS),
    "784-128-10, SGD, batch 1024": (partial(mlp, [128], batch=1024), WIDE, PEER, PRODUCTS),
    "784-500-500-10, SGD": (partial(mlp, [500, 500]), WIDE, PEER, PRODUCTS),
    "784-1000-10, SGD": (partial(mlp, [1000]), WIDE, PEER, (1.3, 1.15)),
    "784-5×100-10, Adam": (partial(mlp, [100] * 5, adam=True), NARROW, PEER, PRODUCTS),
    "784-5×100-10, batch norm, Adam": (partial(mlp, [100] * 5, adam=True, batch_norm=True), (0.65, 0.5), None, None),
    "SimpleConvNet, Adam": (simple_conv_net, (0.75, 0.5), None, (2.6, 1.8)),
    "DeepConvNet, Adam": (deep_conv_net, (1.8, 1.3), None, (1.9, 1.4)),
}


def steps(seconds: float, names: list[str] | None = None) -> Iterator[Step]:
    """Time one training step of each network, `seconds` each, against its peers."""
    for name in names or STEPS:
        make, pytorch, peer, products = STEPS[name]
        same_maths(case := make())
        sides = {
            "ours": partial(side, make, "step"),
            "pytorch": partial(pytorch_step, *case.described()),
            "products": partial(side, make, "products"),
        }
        if peer is not None:
            sides["scikit-learn"] = partial(scikit_learn, *case.described())
        times = interleaved(sides, seconds)
        if peer is not None:
            times["scikit-learn"] /= BATCHES
        goals = [Goal(f"{name} ÷ PyTorch", ratio(times["ours"], times["pytorch"]), *pytorch)]
        if peer is not None:
            goals.append(Goal(f"{name} ÷ scikit-learn", ratio(times["ours"], times["scikit-learn"]), *peer))
        if products is not None:
            goals.append(Goal(f"{name} ÷ matrix products", ratio(times["ours"], times["products"]), *products))
        yield Step(
            name,
            float(np.median(times["pytorch"])) * 1e3,
            goals[0].value,
            ratio(times["products"], times["pytorch"]),
            ratio(times["scikit-learn"], times["pytorch"]) if peer is not None else None,
            tuple(goals),
        )


def inference(seconds: float) -> Goal:
    """Scores of 10,000 images by 784-50-10, in batches, against the matrix products alone."""
    make = partial(mlp, [50], batch=10_000)
    sides = {"ours": partial(side, make, "inference"), "products": partial(side, make, "products", backward=False)}
    times = interleaved(sides, seconds)
    value = ratio(times["ours"], times["products"])
    return Goal("784-50-10, 10,000 images in batches ÷ matrix products", value, 1.2, 1.05)


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
    return Goal("DeepConvNet, memory peak of a gradient, batch 100", in_new_process(MEMORY), 200, 130, "MB")


def gradient_check(rounds: int) -> Goal:
    """The sampled gradient check of TwoLayerNet on a batch of three digits."""
    (x, t), _ = load_mnist()
    network, seconds = TwoLayerNet(784, 50, 10, rng=0), []
    for _ in range(rounds):
        start = time.process_time()
        found = network.check_gradient(x[:3], t[:3], rng=0)
        seconds.append(time.process_time() - start)
    checked = sum(check.checked for check in found.values())
    return Goal(f"check_gradient of TwoLayerNet, {checked} entries", statistics.median(seconds), 0.5, 0.1, "s")


CORE = [name for name in dlcourse.__all__ if name not in ("plots", "widgets")]
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def imports(rounds: int) -> list[Goal]:
    """CPU time of the imports, each in a new process; the lazy package alone, and all of the core at once."""
    pairs = {
        "import dlcourse ÷ import numpy": ("import dlcourse", "import numpy", 1.25, 1.1),
        # Whoever makes a network draws random numbers, which NumPy loads when they are first used.
        "import all of the core ÷ import numpy.random": (
            "import " + ", ".join(f"dlcourse.{name}" for name in CORE), "import numpy.random", 1.5, 1.25,
        ),
    }  # fmt: skip
    ratios: dict[str, list[float]] = {name: [] for name in pairs}
    for _ in range(rounds + 1):  # the first writes bytecode
        for name, (ours, theirs, _must, _aim) in pairs.items():
            ratios[name].append(in_new_process(TIMED.format(ours)) / in_new_process(TIMED.format(theirs)))
    return [Goal(name, statistics.median(values[1:]), *pairs[name][2:]) for name, values in ratios.items()]


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


def accuracy() -> Iterator[Goal]:
    """CPU seconds of a whole training on the full MNIST that ends above 98 % (an MLP) and 99 % (a small CNN).

    Epochs and learning rates were chosen on the last 10,000 training images; the test images are looked at once,
    after the clock has stopped.
    """
    recipes: dict[str, tuple[Callable[[], Classifier], int, float, float, float, float]] = {
        "784-256-10": (lambda: MultiLayerNet(784, [256], 10, rng=0), 4, 0.005, 0.98, 8, 4.5),
        "a CNN of two convolutions": (small_conv_net, 3, 0.01, 0.99, 45, 20),
    }
    for name, (make, epochs, lr_max, wanted, must, aim) in recipes.items():
        network = make()
        (x, t), (x_test, t_test) = load_mnist("full", flatten=len(network.input_shape) == 1)
        steps_in_all = epochs * -(-len(x) // 100)
        schedule = OneCycle(lr_max, steps_in_all)
        trainer = Trainer(
            network, x, t, optimizer=Adam(), epochs=epochs, batch_size=100, schedule=schedule, evaluate_samples=1, rng=0
        )
        start = time.process_time()
        for _ in trainer:
            pass
        seconds, reached = time.process_time() - start, network.accuracy(x_test, t_test)
        what = f"{name}, {epochs} epochs of MNIST, to {reached:.2%} (asked: {wanted:.0%})"
        yield Goal(what, seconds if reached >= wanted else float("inf"), must, aim, "s")
