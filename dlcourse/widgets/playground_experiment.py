"""What the playground trains: any small network on points in the plane, and what each of its neurons sees."""

from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.datasets import toy_dataset
from dlcourse.functions import softmax
from dlcourse.models import MultiLayerNet
from dlcourse.regularization import Dropout
from dlcourse.text import _, marked
from dlcourse.training import Diverged, Progress, Trainer
from dlcourse.widgets.racers import MAKERS
from dlcourse.widgets.switches import Switch, with_switches

__all__ = ["DATA", "FEATURES", "KEYS", "MEASURE", "PLACES", "REACH", "SIDE", "STEERING", "Experiment", "compute"]

DATA = {
    marked("circle"): "circles", marked("xor"): "xor", marked("moons"): "moons", marked("spiral"): "spiral",
    marked("blobs"): "blobs",
}  # fmt: skip
"""Name of each set of points here, and in `dlcourse.datasets.toy_dataset`."""

FEATURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1²": lambda x1, x2: x1**2,
    "x2²": lambda x1, x2: x2**2,
    "x1·x2": lambda x1, x2: x1 * x2,
    "sin πx1": lambda x1, x2: np.sin(np.pi * x1),
    "sin πx2": lambda x1, x2: np.sin(np.pi * x2),
}
"""What a network may be told of a point (x1, x2)."""

KEYS = dict(zip(FEATURES, ("x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"), strict=True))
"""Name of each feature as an argument of `playground`."""

REACH = 1.4  # the plane is looked at from -REACH to REACH, both ways
SIDE = 80  # at SIDE × SIDE places
PLACES = np.stack(np.meshgrid(*[np.linspace(-REACH, REACH, SIDE)] * 2), axis=-1).reshape(-1, 2)
"""The places themselves, row by row from below, of shape (SIDE · SIDE, 2)."""

STEERING = {"lr": 0.3, "batch_size": 10, "dropout_ratio": 0.0, "weight_decay": 0.0, "optimizer": "SGD"}
"""What may change while it trains, with the values at the start."""

TEST_POINTS = 200
STEPS = 20_000
MEASURE = 10  # steps between two measurements of the losses


class Experiment:
    """A network in training on points in the plane: an iterator, whose every step is one of a `Trainer`.

    Parameters
    ----------
    data : str
        One of `DATA`.
    noise : float
        Standard deviation of the noise on both coordinates, ≥ 0.
    points : int
        Points to train on; there are always 200 others to test with.
    features : sequence of str
        Names in `FEATURES`. With none, the network is told 0 for every point.
    depth, width : int
        Hidden layers, and neurons in each.
    activation : {"tanh", "relu", "sigmoid"}
    init : float or str
        Standard deviation of the first weights, or ``"xavier"`` or ``"he"``.
    seed : int
        Of points, weights and mini-batches.
    **steering
        As in `steer`; from `STEERING` if not given.

    Attributes
    ----------
    curve : list of (step, training loss, test loss)
        Mean cross-entropy over all points of each kind, without weight decay and dropout; every tenth step.
    failure : str
        What was said when training blew up; empty while all is well.
    numbers : int
        Weights and biases of the network.
    shape : (int, int)
        Hidden layers, and neurons in each.

    Raises
    ------
    ValueError
        If a name is unknown or a number outside its range.
    """

    total_steps = STEPS

    def __init__(
        self, data: str = "circle", *, noise: float = 0.1, points: int = 200, features: Sequence[str] = ("x1", "x2"),
        depth: int = 2, width: int = 4, activation: str = "tanh", init: float | str = "xavier", seed: int = 0, **steering,
    ):  # fmt: skip
        if data not in DATA:
            raise ValueError(f"Experiment: there is no data {data!r}, expected one of {', '.join(DATA)}")
        if unknown := [name for name in features if name not in FEATURES]:
            raise ValueError(f"Experiment: there is no feature {unknown[0]!r}, expected some of {', '.join(FEATURES)}")
        self.features, self.activation, self.shape = tuple(features), activation, (depth, width)
        sources = np.random.default_rng(seed).spawn(4)
        self.train_set = toy_dataset(DATA[data], points, noise=noise, rng=sources[0])
        self.test_set = toy_dataset(DATA[data], TEST_POINTS, noise=noise, rng=sources[1])
        classes = int(self.test_set[1].max()) + 1
        # With dropout layers in any case, so that their ratio can change on the way; at 0 they let everything through.
        self.network = MultiLayerNet(
            max(len(self.features), 1), [width] * depth, classes, activation, init, dropout_ratio=0.5, rng=sources[2]
        )
        with_switches(self.network)
        self._sets = [(self.inputs(x), t) for x, t in (self.train_set, self.test_set)]
        self._trainer = Trainer(self.network, *self._sets[0], epochs=10**9, evaluate_samples=1, rng=sources[3])
        self.steering = dict(STEERING)
        self.steer(**steering)
        self.step, self.failure = 0, ""
        self._now, self._right = (), 0.0
        self.numbers = sum(array.size for array in self.network.params.values())
        self.curve = [self.measure()]

    def steer(self, **changes) -> None:
        """Change what may change between two steps.

        Parameters
        ----------
        **changes
            Of `lr`, `batch_size` (holds from the next pass over the points), `dropout_ratio`, `weight_decay`, and
            `optimizer`, which begins without a memory. The others stay as they are.
        """
        if unknown := sorted(changes.keys() - STEERING.keys()):
            raise TypeError(f"Experiment: there is no setting {unknown[0]!r}, expected one of {', '.join(STEERING)}")
        old, self.steering = self.steering["optimizer"], self.steering | changes
        lr, optimizer = self.steering["lr"], self.steering["optimizer"]
        if optimizer not in MAKERS:
            raise ValueError(f"Experiment: there is no optimizer {optimizer!r}, expected one of {', '.join(MAKERS)}")
        if optimizer != old:
            self._trainer.optimizer = MAKERS[optimizer](lr, 0.9, 0.9, 0.99)
        self._trainer.optimizer.lr = lr
        self._trainer.batch_size = self.steering["batch_size"]
        self.network.penalty.weight_decay = self.steering["weight_decay"]
        for layer in self.network.layers:
            if isinstance(layer, Dropout):
                layer.dropout_ratio = self.steering["dropout_ratio"]

    def __iter__(self) -> "Experiment":
        return self

    def __next__(self) -> Progress:
        if self.step >= self.total_steps:
            raise StopIteration
        try:
            report = next(self._trainer)
        except Diverged as error:
            self.failure = str(error)
            raise
        self.step += 1
        if self.step % MEASURE == 0:
            self.curve.append(self.measure())
        return report

    def train(self, steps: int) -> "Experiment":
        """Take so many steps, no more than `total_steps` in all, and return itself."""
        for _step, _report in zip(range(steps), self, strict=False):
            pass
        return self

    @property
    def failure_in_short(self) -> str:
        """Say in three lines that training blew up; empty while all is well."""
        if not self.failure:
            return ""
        return _("training blew up at step {step}\n\nchoose a smaller\nlearning rate").format(step=self.step + 1)

    @property
    def training_inputs(self) -> tuple[np.ndarray, np.ndarray]:
        """What the network is told of the points to train on, and their classes: on these the training loss is taken."""
        return self._sets[0]

    def measure(self) -> tuple[int, float, float]:
        """Give this step and its losses."""
        if not self._now or self._now[0] != self.step:
            with np.errstate(over="ignore", invalid="ignore"):
                scores = [self.network.scores(x) for x, _t in self._sets]
                losses = [self.network.last_layer.forward(y, t) for y, (_x, t) in zip(scores, self._sets, strict=True)]
            self._now = self.step, *losses
            self._right = float(np.mean(scores[1].argmax(axis=1) == self._sets[1][1]))
        return self._now

    def until_now(self) -> list[tuple[int, float, float]]:
        """Give the `curve` with the present moment at its end."""
        return self.curve if self.curve[-1][0] == self.step else [*self.curve, self.measure()]

    def anew(self) -> None:
        """Measure again: somebody has changed the network between two steps."""
        self._now = ()
        if self.curve[-1][0] == self.step:
            self.curve[-1] = self.measure()

    def inputs(self, x: np.ndarray) -> np.ndarray:
        """What the network is told of points of shape (N, 2): its features, of shape (N, F)."""
        if not self.features:
            return np.zeros((len(x), 1), np.float32)
        return np.stack([FEATURES[name](*np.transpose(x)) for name in self.features], axis=1).astype(np.float32)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, of shape (N, K), at points of shape (N, 2)."""
        return self.network.predict(self.inputs(x))

    def accuracy(self, *, training: bool = False) -> float:
        """Share of the test points, or of those to train on, that are answered rightly."""
        if training:
            with np.errstate(over="ignore", invalid="ignore"):
                return self.network.accuracy(*self._sets[0])
        self.measure()
        return self._right


def compute(run: Experiment) -> list[np.ndarray]:
    """What each neuron of a network says at each place of the plane.

    Parameters
    ----------
    run : Experiment

    Returns
    -------
    list of ndarray of shape (neurons, SIDE, SIDE)
        The features, each hidden layer behind its activation, and the probabilities of the classes.
    """
    x = run.inputs(PLACES)
    columns = [x]
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in run.network.layers:
            x = layer.forward(x)
            if isinstance(layer, Switch):  # behind the activation
                columns.append(x)
        columns.append(softmax(x))
    return [column.T.reshape(-1, SIDE, SIDE) for column in columns]
