"""training: an epoch counted by hand, what one step does, what may change on the way, and how a training ends badly."""

import builtins
import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.layers import Affine, Flatten
from dlcourse.models import MultiLayerNet, SimpleConvNet
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import SGD, AdaGrad, Adam, Cosine, Momentum, Nesterov, RMSprop
from dlcourse.regularization import Dropout
from dlcourse.training import Diverged, History, Progress, Trainer, minibatches, train


def numbered(n, features=3, dtype=np.float64):
    """Samples that can be told apart: the first feature of sample i is i / n."""
    x = np.random.default_rng(7).standard_normal((n, features)).astype(dtype)
    x[:, 0] = np.arange(n) / n
    return x, np.arange(n) % 2


class Recorder:
    """An `augment` that changes nothing and remembers which samples came, batch by batch."""

    def __init__(self, n):
        self.n, self.batches = n, []

    def __call__(self, x, rng):
        self.batches.append(np.rint(x[:, 0] * self.n).astype(int).tolist())
        return x


def small(**options):
    return TwoLayerNet(3, 4, 2, 0.5, rng=0, dtype=np.float64, **options)


def arrays(net):
    return {name: array.copy() for name, array in [*net.params.items(), *net.state.items()]}


def assert_same(net, before):
    now = arrays(net)
    assert now.keys() == before.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(now[name], array, err_msg=name)


# mini-batches


def test_ten_samples_in_batches_of_four():
    batches = minibatches(10, 4, rng=0)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(np.concatenate(batches)) == list(range(10))


@given(st.integers(1, 200), st.integers(1, 250), st.integers(0, 2**32))
def test_an_epoch_is_a_permutation(n, batch_size, seed):
    batches = minibatches(n, batch_size, seed)
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert {len(batch) for batch in batches[:-1]} <= {batch_size}
    assert 1 <= len(batches[-1]) <= batch_size


def test_batches_depend_on_the_rng_alone():
    def epoch(rng):
        return np.concatenate(minibatches(50, 8, rng)).tolist()

    assert epoch(3) == epoch(3) == epoch(np.random.default_rng(3))
    assert epoch(3) != epoch(4)
    rng = np.random.default_rng(3)
    assert epoch(rng) != epoch(rng)
    assert epoch(3) != list(range(50))


@pytest.mark.parametrize("bad", [0, -1, 2.5, math.nan, None, "4"])
def test_minibatches_says_what_was_wrong(bad):
    with pytest.raises(ValueError, match=r"^minibatches: n is .*, expected a whole number ≥ 1"):
        minibatches(bad, 4)
    with pytest.raises(ValueError, match=r"^minibatches: batch_size is .*, expected a whole number ≥ 1"):
        minibatches(10, bad)


# the iterator


def test_steps_epochs_and_evaluations_counted_by_hand():
    # 10 samples in batches of 4: three steps an epoch, though 10 / 4 is not whole
    x, t = numbered(10)
    trainer = Trainer(small(), x, t, x[:5], t[:5], epochs=2, batch_size=4, rng=0)
    assert (trainer.steps_per_epoch, trainer.total_steps) == (3, 6)
    reports = list(trainer)
    assert [report.step for report in reports] == [1, 2, 3, 4, 5, 6]
    assert [report.epoch for report in reports] == [0, 0, 1, 1, 1, 2]
    assert [report.train_accuracy is not None for report in reports] == [False, False, True, False, False, True]
    assert [report.test_accuracy is not None for report in reports] == [False, False, True, False, False, True]
    history = trainer.history
    assert history.loss == [report.loss for report in reports]
    assert history.epoch == [1, 2]
    assert history.train_accuracy == [reports[2].train_accuracy, reports[5].train_accuracy]
    assert history.test_accuracy == [reports[2].test_accuracy, reports[5].test_accuracy]
    assert reports[5].train_accuracy == trainer.network.accuracy(x, t)
    assert reports[5].test_accuracy == trainer.network.accuracy(x[:5], t[:5])
    assert (trainer.step, trainer.epoch) == (6, 2)


@pytest.mark.parametrize(("n", "batch_size", "steps"), [(10, 10, 1), (10, 100, 1), (10, 9, 2), (10, 5, 2), (1, 1, 1)])
def test_steps_of_an_epoch(n, batch_size, steps):
    x, t = numbered(n)
    trainer = Trainer(small(), x, t, batch_size=batch_size)
    assert trainer.steps_per_epoch == steps
    assert len(list(trainer)) == steps
    assert trainer.history.epoch == [1]


def test_each_sample_is_seen_exactly_once_an_epoch_in_an_order_of_its_own():
    x, t = numbered(23)
    recorder = Recorder(23)
    list(Trainer(small(), x, t, epochs=3, batch_size=5, augment=recorder, rng=0))
    assert [len(batch) for batch in recorder.batches] == [5, 5, 5, 5, 3] * 3
    epochs = [sum(recorder.batches[i : i + 5], []) for i in (0, 5, 10)]
    assert all(sorted(epoch) == list(range(23)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]


def test_the_first_epoch_is_minibatches_of_the_same_rng():
    x, t = numbered(10)
    recorder = Recorder(10)
    list(Trainer(small(), x, t, batch_size=3, augment=recorder, rng=5))
    assert recorder.batches == [batch.tolist() for batch in minibatches(10, 3, 5)]


def test_next_is_one_step_and_that_step_is_sample_gradient_update():
    x, t = numbered(8)
    net, twin = small(), small()
    trainer = Trainer(net, x, t, optimizer=SGD(lr=0.5), batch_size=4, rng=1)
    assert iter(trainer) is trainer
    batch = minibatches(8, 4, 1)[0]
    loss, grads = twin.loss_and_gradient(x[batch], t[batch])
    assert next(trainer) == Progress(step=1, epoch=0, loss=loss, lr=0.5)
    assert_same(net, {name: array - 0.5 * grads[name] for name, array in twin.params.items()})


def test_targets_follow_their_samples():
    x, t = numbered(40)
    t = (x[:, 0] >= 0.5).astype(int)  # a wrong pairing could not be learned
    one_hot = np.eye(2)[t]
    for targets in (t, one_hot):
        net = small()
        list(Trainer(net, x, targets, optimizer=Adam(0.05), epochs=60, batch_size=7, rng=0))
        assert net.accuracy(x, targets) > 0.95


def test_it_ends_and_stays_ended():
    x, t = numbered(4)
    trainer = Trainer(small(), x, t, batch_size=4)
    assert len(list(trainer)) == 1
    with pytest.raises(StopIteration):
        next(trainer)
    assert list(trainer) == []
    trainer.epochs = 2  # "one more, please"
    assert [report.step for report in trainer] == [2]


def test_progress_is_frozen():
    report = Progress(step=1, epoch=0, loss=0.5, lr=0.1)
    assert (report.train_accuracy, report.test_accuracy) == (None, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.loss = 0


def test_without_a_test_set():
    x, t = numbered(6)
    trainer = Trainer(small(), x, t, epochs=2, batch_size=6)
    assert [report.test_accuracy for report in trainer] == [None, None]
    assert trainer.history.test_accuracy == []
    assert len(trainer.history.train_accuracy) == 2


def test_defaults():
    x, t = numbered(250)
    trainer = Trainer(small(), x, t)
    assert repr(trainer.optimizer) == "SGD(lr=0.1)"
    assert (trainer.epochs, trainer.batch_size, trainer.total_steps) == (1, 100, 3)
    assert repr(trainer) == "Trainer(step 0 of 3, SGD(lr=0.1))"
    next(trainer)
    assert repr(trainer) == "Trainer(step 1 of 3, SGD(lr=0.1))"
    assert trainer.history == History(loss=trainer.history.loss)


def test_the_same_seed_gives_the_same_training():
    x, t = numbered(30)

    def run(seed):
        net = MultiLayerNet(3, [6], 2, dropout_ratio=0.3, batch_norm=True, rng=0)
        trainer = Trainer(net, x, t, epochs=2, batch_size=8, rng=seed)
        return [report.loss for report in trainer], arrays(net)

    (losses, weights), (again, same), (other, _) = run(1), run(1), run(2)
    assert losses == again
    assert all(np.array_equal(weights[name], same[name]) for name in weights)
    assert losses != other


def test_augment_gets_the_trainers_rng_and_its_result_is_what_is_learned():
    x, t = numbered(6)
    rng, seen = np.random.default_rng(0), []

    def augment(batch, its_rng):
        assert its_rng is rng
        batch += 1  # in place: the training set itself must not feel it
        seen.append(batch.copy())
        return batch * 2

    kept, twin = x.copy(), small()
    trainer = Trainer(small(), x, t, batch_size=6, augment=augment, rng=rng)
    order = minibatches(6, 6, 0)[0]
    report = next(trainer)
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(seen[0], x[order] + 1)
    assert report.loss == twin.loss(2 * (x[order] + 1), t[order], training=True)


def test_evaluate_samples():
    x, t = numbered(10)
    net = small()
    asked = []
    net.accuracy = lambda x, t: asked.append((len(x), len(t), x[0, 0])) or 0.5
    list(Trainer(net, x, t, x[5:], t[5:], epochs=2, evaluate_samples=3))
    assert asked == [(3, 3, x[0, 0]), (3, 3, x[5, 0])] * 2
    asked.clear()
    list(Trainer(net, x, t, x[5:], t[5:], evaluate_samples=7))  # more than there are in the test set
    assert asked == [(7, 7, x[0, 0]), (5, 5, x[5, 0])]
    asked.clear()
    list(Trainer(net, x, t, x[5:], t[5:]))
    assert asked == [(10, 10, x[0, 0]), (5, 5, x[5, 0])]


def test_lists_will_do():
    trainer = Trainer(small(), [[0.0, 1.0, 2.0], [1.0, 0.0, 0.5]], [0, 1], batch_size=1)
    assert len(list(trainer)) == 2


def test_images_will_do():
    rng = np.random.default_rng(0)
    net = SimpleConvNet((1, 6, 6), {"filter_num": 2, "filter_size": 3}, 5, 3, 0.1, rng=0)
    x, t = rng.random((7, 1, 6, 6), dtype=np.float32), np.arange(7) % 3
    assert len(list(Trainer(net, x, t, x, t, batch_size=3, rng=0))) == 3
    assert {array.dtype for array in net.params.values()} == {np.dtype(np.float32)}


# what may be changed between two steps


def test_a_schedule_drives_the_learning_rate():
    x, t = numbered(8)
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 / (1 + step)

    net, twin = small(), small()
    trainer = Trainer(net, x, t, optimizer=SGD(9), schedule=schedule, epochs=2, batch_size=4, rng=0)
    first = next(trainer)
    assert [first.lr] + [report.lr for report in trainer] == [0.1, 0.05, 0.1 / 3, 0.025]
    assert asked == [0, 1, 2, 3]
    assert trainer.optimizer.lr == 0.025
    batch = minibatches(8, 4, 0)[0]
    SGD(0.1).update(twin.params, twin.gradient(x[batch], t[batch]))
    one = Trainer(small(), x, t, schedule=schedule, batch_size=4, rng=0)
    next(one)
    assert_same(one.network, arrays(twin))


def test_the_learning_rate_may_be_changed_between_two_steps():
    x, t = numbered(12)
    net = small()
    trainer = Trainer(net, x, t, optimizer=SGD(0.1), batch_size=4, rng=0)
    assert next(trainer).lr == 0.1
    before, batch = arrays(net), minibatches(12, 4, 0)[1]
    grads = net.gradient(x[batch], t[batch])
    trainer.optimizer.lr = 0.25
    assert next(trainer).lr == 0.25
    assert_same(net, {name: array - 0.25 * grads[name] for name, array in before.items()})
    trainer.optimizer = Adam(0.5)
    assert next(trainer).lr == 0.5


def test_the_dropout_ratio_may_be_changed_between_two_steps():
    x, t = numbered(600)  # three steps: after the third, dropout is in test mode for the evaluation
    net = MultiLayerNet(3, [50], 2, dropout_ratio=0.1, rng=0)
    dropout = next(layer for layer in net.layers if isinstance(layer, Dropout))
    trainer = Trainer(net, x, t, batch_size=200, rng=0)
    next(trainer)
    assert np.mean(dropout.mask == 0) == pytest.approx(0.1, abs=0.02)
    dropout.dropout_ratio = 0.7
    next(trainer)
    assert np.mean(dropout.mask == 0) == pytest.approx(0.7, abs=0.02)


def test_the_weight_decay_may_be_changed_between_two_steps():
    x, t = numbered(8)
    net = MultiLayerNet(3, [5], 2, weight_decay_lambda=0, rng=0, dtype=np.float64)
    trainer = Trainer(net, x, t, optimizer=SGD(0.1), batch_size=4, rng=0)
    next(trainer)
    before, batch = arrays(net), minibatches(8, 4, 0)[1]
    plain, bare = net.loss_and_gradient(x[batch], t[batch])
    net.penalty.weight_decay = 0.5
    squares = sum(np.sum(before[name] ** 2) for name in ("W1", "W2"))
    assert next(trainer).loss == pytest.approx(plain + 0.25 * squares)
    for name, array in before.items():
        decay = 0.5 * array if name.startswith("W") else 0
        np.testing.assert_allclose(net.params[name], array - 0.1 * (bare[name] + decay), rtol=1e-12)


# training that fails

DEEP = {"batch_norm": True, "dropout_ratio": 0.2, "weight_decay_lambda": 0.01}


@pytest.mark.parametrize(
    ("build", "number"),
    [
        (lambda: TwoLayerNet(3, 4, 2, 0.5, rng=0), np.nan),
        (lambda: TwoLayerNet(3, 4, 2, 0.5, rng=0, activation="sigmoid"), np.nan),
        (lambda: MultiLayerNet(3, [5, 4], 2, rng=0, **DEEP), np.nan),
        (lambda: MultiLayerNet(3, [5, 4], 2, "tanh", batch_norm=True, rng=0), np.nan),
        (lambda: MultiLayerNet(3, [5, 4], 2, "tanh", batch_norm=True, rng=0), np.inf),
    ],
    ids=["relu", "sigmoid", "batch norm, dropout, decay", "batch norm, tanh", "batch norm, infinity"],
)
def test_nan_in_the_input_is_said_with_its_step_and_leaves_the_network_as_it_was(build, number):
    net = build()
    x, t = numbered(20, dtype=np.float32)
    order = np.concatenate(minibatches(20, 4, 3))
    x[order[13], 1] = number  # in the fourth batch
    trainer = Trainer(net, x, t, optimizer=Momentum(0.1), batch_size=4, epochs=3, rng=3)
    for _ in range(3):
        next(trainer)
    before, v = arrays(net), {name: array.copy() for name, array in trainer.optimizer.v.items()}
    with pytest.raises(Diverged, match="training blew up at step 4: the loss is nan"):
        next(trainer)
    assert_same(net, before)
    assert all(np.isfinite(array).all() for array in before.values())
    assert all(np.array_equal(trainer.optimizer.v[name], array) for name, array in v.items())
    assert (trainer.step, trainer.epoch, len(trainer.history.loss)) == (3, 0, 3)
    # mended, the training goes on with the very batch that failed
    trainer.x_train[order[13], 1] = 0
    assert [report.step for report in trainer] == list(range(4, 16))
    assert np.isfinite(trainer.history.loss).all()
    assert len(trainer.history.loss) == 15


def test_what_diverged_says():
    error = Diverged(12, math.inf, 1e3)
    assert isinstance(error, ArithmeticError)
    assert error.step == 12
    assert str(error) == (
        "training blew up at step 12: the loss is inf (learning rate 1000)."
        " Try a smaller learning rate, and look for NaN in the input."
    )


@pytest.mark.parametrize("lr", [1e6, 1e30])
@pytest.mark.parametrize("optimizer", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam])
@pytest.mark.parametrize(
    "build",
    [
        lambda: MultiLayerNet(3, [8, 8], 2, weight_decay_lambda=0.01, rng=0),
        lambda: MultiLayerNet(3, [8, 8], 2, batch_norm=True, dropout_ratio=0.2, rng=0),
        lambda: Classifier([Flatten(), Affine(np.ones((3, 2), np.float32), np.zeros(2, np.float32))], (3,)),
    ],
    ids=["relu", "batch norm", "linear"],
)
def test_a_blow_up_says_so_or_goes_on_but_never_warns(build, optimizer, lr):
    # warnings are errors in this project's tests: a RuntimeWarning of NumPy would fail here
    net = build()
    x, t = numbered(20, dtype=np.float32)
    trainer = Trainer(net, x, t, x, t, optimizer=optimizer(lr=lr), batch_size=4, epochs=40, rng=0)
    try:
        for _ in trainer:
            before = arrays(net)
    except Diverged as error:
        assert error.step == trainer.step + 1
        assert_same(net, before)
    assert np.isfinite(trainer.history.loss).all()


def test_a_huge_learning_rate_is_named():
    x, t = numbered(20, dtype=np.float32)
    net = MultiLayerNet(3, [8, 8], 2, weight_decay_lambda=0.01, rng=0)
    trainer = Trainer(net, x, t, optimizer=SGD(1e10), batch_size=4, epochs=40, rng=0)
    with pytest.raises(Diverged, match=r"the loss is (inf|nan) \(learning rate 1e\+10\)") as info:
        list(trainer)
    assert 2 <= info.value.step <= 10


def test_with_a_smaller_learning_rate_it_goes_on():
    x, t = numbered(20, dtype=np.float32)
    x[:, 1] *= 1e30
    net = TwoLayerNet(3, 4, 2, 1e-3, rng=0)
    trainer = Trainer(net, x, t, optimizer=SGD(1e-10), batch_size=4, epochs=4, rng=0)
    with pytest.raises(Diverged) as info:
        list(trainer)
    trainer.x_train = numbered(20, dtype=np.float32)[0]
    trainer.optimizer.lr = 0.1
    assert next(trainer).step == info.value.step


# bad input


def test_uint8_images_are_refused_with_the_way_out():
    x = np.zeros((4, 3), np.uint8)
    message = r"^Trainer: x_train has dtype uint8, expected floats \(load with normalize=True\)"
    with pytest.raises(TypeError, match=message):
        Trainer(small(), x, [0, 1, 0, 1])
    with pytest.raises(TypeError, match="^Trainer: x_test has dtype uint8"):
        Trainer(small(), x / 255, [0, 1, 0, 1], x, [0, 1, 0, 1])


BAD_SETS = {
    "no samples": (np.zeros((0, 3)), np.zeros(0, int), r"x_train has shape \(0, 3\)"),
    "fewer targets": (np.zeros((4, 3)), np.zeros(3, int), r"x_train has shape \(4, 3\) and t_train \(3,\)"),
    "one sample": (np.zeros(3), np.zeros(3, int), r"x_train has shape \(3,\) .* expected \(N, ...\)"),
    "one target": (np.zeros((4, 3)), np.int64(1), r"x_train has shape \(4, 3\) and t_train \(\)"),
    "features": (np.zeros((4, 5)), np.zeros(4, int), r"x_train has shape \(4, 5\), the network takes \(N, 3\)"),
    "images": (np.zeros((4, 1, 3)), np.zeros(4, int), r"x_train has shape \(4, 1, 3\), the network takes \(N, 3\)"),
    "class too high": (np.zeros((4, 3)), [0, 1, 2, 0], "t_train: the labels t run from 0 to 2, expected 0 to 1"),
    "class below 0": (np.zeros((4, 3)), [0, 1, -1, 0], "t_train: the labels t run from -1 to 1, expected 0 to 1"),
    "one-hot of three": (np.zeros((4, 3)), np.eye(3)[[0, 1, 0, 1]], r"t_train: t has shape \(4, 3\)"),
    "column of labels": (np.zeros((4, 3)), [[0], [1], [0], [1]], r"t_train: t has shape \(4, 1\), expected labels"),
    "one-hot sum": (np.zeros((4, 3)), [[1, 0], [0, 1], [1, 1], [0, 1]], "t_train: each row of the one-hot t must be"),
    "one-hot below 0": (np.zeros((4, 3)), [[1, 0], [2, -1], [1, 0], [0, 1]], "t_train: each row of the one-hot t"),
    "float labels": (np.zeros((4, 3)), np.zeros(4), "t_train: the labels t have dtype float64, expected integers"),
}


@pytest.mark.parametrize("which", ["train", "test"])
@pytest.mark.parametrize(("x", "t", "message"), BAD_SETS.values(), ids=BAD_SETS)
def test_what_is_wrong_with_the_data_is_said_before_the_first_step(x, t, message, which):
    good = np.zeros((2, 3)), np.zeros(2, int)
    sets = (x, t) if which == "train" else (*good, x, t)
    with pytest.raises((TypeError, ValueError), match="^Trainer: " + message.replace("_train", f"_{which}")):
        Trainer(small(), *sets)


def test_a_test_set_needs_both_halves():
    x, t = numbered(4)
    for half in ({"x_test": x}, {"t_test": t}):
        with pytest.raises(ValueError, match="^Trainer: x_test and t_test belong together; one of them is missing"):
            Trainer(small(), x, t, **half)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "evaluate_samples"])
@pytest.mark.parametrize("bad", [0, -1, 2.5, math.nan, "3"])
def test_a_count_that_is_none(name, bad):
    x, t = numbered(4)
    with pytest.raises(ValueError, match=rf"^Trainer: {name} is .*, expected a whole number ≥ 1"):
        Trainer(small(), x, t, **{name: bad})


def test_checking_the_data_changes_nothing():
    x, t = numbered(8)
    net = MultiLayerNet(3, [5], 2, rng=0, **DEEP)
    before, rng = arrays(net), net.layers[3].rng.bit_generator.state
    Trainer(net, x, t, x, t)
    assert_same(net, before)
    assert net.layers[3].rng.bit_generator.state == rng


def test_a_network_that_is_beyond_hope_can_be_given_without_a_warning():
    x, t = numbered(4)
    net = small()
    net.params["W1"][:] = np.inf
    with pytest.raises(Diverged, match="step 1"):
        next(Trainer(net, x, t))


# train()


class Bar:
    """Stands in for tqdm."""

    made = []

    def __init__(self, **options):
        self.options, self.updates, self.postfix, self.closed = options, 0, [], False
        Bar.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True

    def update(self):
        self.updates += 1

    def set_postfix(self, **shown):
        self.postfix.append(shown)


@pytest.fixture
def bars(monkeypatch):
    import tqdm.auto

    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    monkeypatch.setattr(Bar, "made", [])
    return Bar.made


def test_train_shows_a_bar_of_all_steps(bars):
    x, t = numbered(10)
    trainer = Trainer(small(), x, t, x, t, epochs=2, batch_size=4, rng=0)
    history = train(trainer)
    (bar,) = bars
    assert bar.options == {"total": 6, "initial": 0, "unit": "step"}
    assert bar.updates == 6
    assert bar.closed
    assert history is trainer.history
    losses = [f"{history.loss[i]:.3f}" for i in (2, 5)]
    accuracies = [f"{accuracy:.4f}" for accuracy in history.test_accuracy]
    assert bar.postfix == [{"loss": loss, "test": a} for loss, a in zip(losses, accuracies, strict=True)]


def test_train_goes_on_where_the_trainer_stands(bars):
    x, t = numbered(10)
    trainer = Trainer(small(), x, t, epochs=2, batch_size=4)
    next(trainer)
    train(trainer)
    assert bars[0].options["initial"] == 1
    assert bars[0].updates == 5
    assert bars[0].postfix == []


def test_train_closes_its_bar_when_training_fails(bars):
    x, t = numbered(10)
    x[3] = np.nan
    with pytest.raises(Diverged):
        train(Trainer(small(), x, t))
    assert bars[0].closed


def test_train_with_the_real_tqdm(capsys):
    x, t = numbered(10)
    history = train(Trainer(small(), x, t, x, t, batch_size=4))
    assert len(history.loss) == 3
    assert "3/3" in capsys.readouterr().err


def test_train_without_a_bar_needs_no_tqdm(monkeypatch):
    original = builtins.__import__

    def without_tqdm(name, *args, **kwargs):
        assert not name.startswith("tqdm")
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_tqdm)
    x, t = numbered(10)
    trainer = Trainer(small(), x, t, x[:3], t[:3], epochs=3, batch_size=4)
    history = train(trainer, progress=False)
    assert history is trainer.history
    assert (len(history.loss), len(history.epoch)) == (9, 3)
    assert (len(history.train_accuracy), len(history.test_accuracy)) == (3, 3)


# a small training in earnest


def test_two_layer_net_learns_a_ring_around_a_disc():
    rng = np.random.default_rng(0)
    angle, radius = rng.uniform(0, 2 * np.pi, 600), np.repeat([0.4, 1.0], 300) + 0.1 * rng.standard_normal(600)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)
    t = np.repeat([0, 1], 300)
    mixed = rng.permutation(600)
    x, t = x[mixed], t[mixed]
    net = TwoLayerNet(2, 20, 2, weight_init_std=0.5, rng=0)
    steps = 30 * 8
    trainer = Trainer(
        net, x[:400], t[:400], x[400:], t[400:], optimizer=Momentum(), schedule=Cosine(0.3, steps), epochs=30,
        batch_size=50, rng=0,
    )  # fmt: skip
    history = train(trainer, progress=False)
    assert history.test_accuracy[-1] > 0.95
    assert history.train_accuracy[-1] > 0.95
    assert np.mean(history.loss[-8:]) < 0.3 * np.mean(history.loss[:8])
