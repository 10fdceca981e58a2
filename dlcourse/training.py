"""Chapter 06: training as a loop that anybody can hold.

A `Trainer` is an iterator. Each ``next()`` is one step (sample, gradient, update) and yields a
`Progress`; a ``for`` loop trains to the end; to stop is to stop iterating. It knows no screen: tqdm,
plots and widgets pull from it. Between two steps anything may be changed: the learning rate, the
dropout ratio, the weight decay.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np

from dlcourse.book import book_names, names_of_the_book
from dlcourse.losses import check_targets
from dlcourse.networks import Classifier
from dlcourse.optimizers import SGD, Optimizer, Schedule

__all__ = ["Diverged", "History", "Progress", "Trainer", "minibatches", "train"]

__getattr__ = names_of_the_book(__name__)


class Diverged(ArithmeticError):
    """The loss left the finite numbers; `step` says when."""

    def __init__(self, step: int, loss: float, lr: float):
        super().__init__(
            f"training blew up at step {step}: the loss is {loss} (learning rate {lr:g})."
            " Try a smaller learning rate, and look for NaN in the input."
        )
        self.step = step


@dataclass(frozen=True)
class Progress:
    """What one step did.

    Attributes
    ----------
    step : int
        Steps taken so far, from 1.
    epoch : int
        Passes over the training set that are finished.
    loss : float
        Of this step's mini-batch, before its update; with the penalty if there is one.
    lr : float
        Learning rate of this step.
    train_accuracy, test_accuracy : float or None
        Measured at the last step of every epoch; None at the others.
    """

    step: int
    epoch: int
    loss: float
    lr: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None


@dataclass
class History:
    """All that was measured: `loss` at each step; `epoch` and the accuracies at the end of each epoch."""

    loss: list[float] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def minibatches(n: int, batch_size: int, rng: np.random.Generator | int | None = None) -> list[np.ndarray]:
    """Shuffle the numbers 0 … n - 1 and cut them into batches: one epoch.

    Each number comes exactly once. ``np.random.choice(n, batch_size)`` draws with replacement instead:
    a batch can hold a sample twice, and an epoch misses about a third of all samples.

    Parameters
    ----------
    n : int
        Number of samples, ≥ 1.
    batch_size : int
        ≥ 1; the last batch is smaller where the sizes do not divide.
    rng : Generator or int, optional

    Returns
    -------
    list of ndarray of int

    Raises
    ------
    ValueError
        If `n` or `batch_size` is not a whole number ≥ 1.
    """
    _check_counts("minibatches", n=n, batch_size=batch_size)
    order = np.random.default_rng(rng).permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


@book_names
class Trainer:
    """Iterator over the steps of a training.

    Parameters
    ----------
    network : Classifier
    x_train, t_train : ndarray of shape (N, ...), and (N,) or (N, K)
        Training set; floats, such as pixels in [0, 1]; labels or one-hot.
    x_test, t_test : ndarray, optional
        What accuracy is also measured on after each epoch. Without them, only the training set.
    optimizer : Optimizer, optional
        SGD with learning rate 0.1 if not given.
    epochs : int
        Passes over the training set.
    batch_size : int
        Samples a step.
    schedule : callable, optional
        Gives the learning rate of step 0, 1, 2, …; without it, the optimizer's own stays.
    augment : callable, optional
        ``augment(x_batch, rng) -> x_batch``: varies the images of each mini-batch.
    evaluate_samples : int, optional
        Measure accuracy on the first so many samples only; on all if not given.
    rng : Generator or int, optional
        Shuffles, and is handed to `augment`.

    Attributes
    ----------
    history : History
    step, epoch : int
        Steps taken and epochs finished.
    steps_per_epoch, total_steps : int

    Raises
    ------
    TypeError, ValueError
        If the arrays do not fit, or a number is outside its range.
    Diverged
        From ``next()``, when the loss leaves the finite numbers; the network keeps the weights (and
        the running statistics) that it had before that step.
    """

    def __init__(
        self,
        network: Classifier,
        x_train: np.ndarray,
        t_train: np.ndarray,
        x_test: np.ndarray | None = None,
        t_test: np.ndarray | None = None,
        *,
        optimizer: Optimizer | None = None,
        epochs: int = 1,
        batch_size: int = 100,
        schedule: Schedule | None = None,
        augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
        evaluate_samples: int | None = None,
        rng: np.random.Generator | int | None = None,
    ):
        x_train, t_train = _checked_set("train", x_train, t_train, network)
        if (x_test is None) != (t_test is None):
            raise ValueError("Trainer: x_test and t_test belong together; one of them is missing")
        if x_test is not None:
            x_test, t_test = _checked_set("test", x_test, t_test, network)
        samples = 1 if evaluate_samples is None else evaluate_samples
        _check_counts("Trainer", epochs=epochs, batch_size=batch_size, evaluate_samples=samples)
        self.network = network
        self.x_train, self.t_train, self.x_test, self.t_test = x_train, t_train, x_test, t_test
        self.optimizer = SGD(lr=0.1) if optimizer is None else optimizer
        self.epochs, self.batch_size, self.schedule, self.augment = epochs, batch_size, schedule, augment
        self.evaluate_samples = evaluate_samples
        self.rng = np.random.default_rng(rng)
        self.history = History()
        self.step = self.epoch = 0
        self._batches: list[np.ndarray] = []

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.x_train) // self.batch_size)

    @property
    def total_steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    def __iter__(self) -> "Trainer":
        return self

    def __next__(self) -> Progress:
        if not self._batches:
            if self.epoch >= self.epochs:
                raise StopIteration
            self._batches = minibatches(len(self.x_train), self.batch_size, self.rng)[::-1]
        if self.schedule is not None:
            self.optimizer.lr = self.schedule(self.step)
        loss = self._learn(self._batches[-1])
        self._batches.pop()  # only now: a batch whose step failed is not lost
        self.step += 1
        self.history.loss.append(loss)
        if self._batches:
            return Progress(self.step, self.epoch, loss, self.optimizer.lr)
        self.epoch += 1
        return Progress(self.step, self.epoch, loss, self.optimizer.lr, *self._evaluate())

    def _learn(self, batch: np.ndarray) -> float:
        """The step itself: sample, gradient, update."""
        x, t = np.take(self.x_train, batch, axis=0), self.t_train[batch]
        if self.augment is not None:
            x = self.augment(x, self.rng)
        before = {name: array.copy() for name, array in self.network.state.items()}
        with np.errstate(over="ignore", invalid="ignore"):  # what they warn of is said by Diverged
            loss, grads = self.network.loss_and_gradient(x, t)
            if not np.isfinite(loss):
                self.network.state.update(before)  # the running statistics have already seen this batch
                raise Diverged(self.step + 1, loss, self.optimizer.lr)
            self.optimizer.update(self.network.params, grads)
        return loss

    def _evaluate(self) -> tuple[float, float | None]:
        first = slice(self.evaluate_samples)
        with np.errstate(over="ignore", invalid="ignore"):
            train = self.network.accuracy(self.x_train[first], self.t_train[first])
            test = None if self.x_test is None else self.network.accuracy(self.x_test[first], self.t_test[first])
        self.history.epoch.append(self.epoch)
        self.history.train_accuracy.append(train)
        if test is not None:
            self.history.test_accuracy.append(test)
        return train, test

    def __repr__(self) -> str:
        return f"Trainer(step {self.step} of {self.total_steps}, {self.optimizer})"


def train(trainer: Trainer, *, progress: bool = True) -> History:
    """Run a trainer to its end under a tqdm progress bar, and give its history.

    Parameters
    ----------
    trainer : Trainer
    progress : bool
        Whether to show the bar; it needs tqdm.
    """
    if not progress:
        for _ in trainer:
            pass
        return trainer.history
    from tqdm.auto import tqdm

    with tqdm(total=trainer.total_steps, initial=trainer.step, unit="step") as bar:
        for report in trainer:
            bar.update()
            if report.test_accuracy is not None:
                bar.set_postfix(loss=f"{report.loss:.3f}", test=f"{report.test_accuracy:.4f}")
    return trainer.history


def _check_counts(who: str, **counts: int) -> None:
    for name, value in counts.items():
        if not isinstance(value, Integral) or value < 1:
            raise ValueError(f"{who}: {name} is {value!r}, expected a whole number ≥ 1")


def _checked_set(which: str, x: np.ndarray, t: np.ndarray, network: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """Say now what is wrong with the data, and not in the middle of an epoch."""
    x, t = np.asarray(x), np.asarray(t)
    if x.dtype.kind != "f":
        raise TypeError(f"Trainer: x_{which} has dtype {x.dtype}, expected floats (load with normalize=True)")
    if x.ndim < 2 or len(x) == 0 or t.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"Trainer: x_{which} has shape {x.shape} and t_{which} {t.shape},"
            " expected (N, ...) and (N,) or (N, K), N ≥ 1"
        )
    if x.shape[1:] != network.input_shape:
        expected = ", ".join(map(str, ("N", *network.input_shape)))
        raise ValueError(f"Trainer: x_{which} has shape {x.shape}, the network takes ({expected})")
    with np.errstate(over="ignore", invalid="ignore"):
        scores = network.scores(np.zeros((1, *network.input_shape), x.dtype))  # for the number of classes
    check_targets(np.broadcast_to(scores, (len(x), scores.shape[1])), t, f"Trainer: t_{which}")
    return x, t
