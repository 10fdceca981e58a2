"""What chapter 10 says holds for several seeds: of doubt, of pixels that are to blame, of choices, of transfer, of order.

Other than in the notebook, each seed draws other images too, not only other weights. What the chapter says of the ladder is
held by ``tests/test_ladder.py``.
"""

import numpy as np
import pytest

from dlcourse.augmentation import RandomAugmentation, center_digit, shift
from dlcourse.datasets import load_fashion_mnist, load_mnist
from dlcourse.functions import softmax
from dlcourse.layers import Flatten
from dlcourse.models import DeepConvNet, MultiLayerNet, SimpleConvNet, stored_network
from dlcourse.networks import Classifier, TwoLayerNet
from dlcourse.optimizers import SGD, Adam, OneCycle
from dlcourse.search import split_validation
from dlcourse.training import Trainer
from dlcourse.widgets.doubts import doubt, nearest
from dlcourse.widgets.own_ladder import Climb
from dlcourse.widgets.sketching import Sketch

SEEDS, ENOUGH = range(10), 9
CUT = 14  # two blocks of DeepConvNet

pytestmark = pytest.mark.slow


def fit(network, x, t, seed, optimizer, **more):
    for _progress in Trainer(network, x, t, optimizer=optimizer, evaluate_samples=10, rng=seed, **more):
        pass
    return network


def chosen(x, t, count, seed):
    few = np.random.default_rng(seed).permutation(len(x))[:count]
    return x[few], t[few]


def small_cnn(seed, filters=8):
    return SimpleConvNet((1, 28, 28), {"filter_num": filters, "filter_size": 5}, 50, 10, "he", rng=seed)


def with_falling_rate(network, x, t, seed, lr, **more):
    trainer = Trainer(network, x, t, optimizer=Adam(lr), evaluate_samples=10, rng=seed, **more)
    trainer.schedule = OneCycle(lr, trainer.total_steps)
    for _progress in trainer:
        pass
    return network


def pixel_slopes(network, image, wrong, right):
    dout = np.zeros_like(network.scores(image[np.newaxis]))
    dout[0, wrong], dout[0, right] = 1, -1
    for layer in reversed(network.layers):
        dout = layer.backward(dout)
    return dout[0]


@pytest.fixture(scope="module")
def readers():
    """Give for each of five seeds, which draw other validation digits too: a CNN of 6 epochs, one of 30, and those digits."""
    (x, t), _test = load_mnist(flatten=False)
    found = []
    for seed in range(5):
        (x_fit, t_fit), aside = split_validation(x, t, 0.2, rng=seed)
        pair = [fit(small_cnn(seed), x_fit, t_fit, seed, Adam(0.003), epochs=epochs) for epochs in (6, 30)]
        found.append((*pair, *aside))
    return found


def test_a_rate_of_0_06_jumps_up_and_then_stops_too_high_or_learns_nothing():
    (x, t), _test = load_mnist(flatten=False)
    ends = []
    for seed in range(8):
        (x_fit, t_fit), _aside = split_validation(x, t, 0.2, rng=seed)
        last = {}
        for lr in (0.003, 0.06):
            trainer = Trainer(small_cnn(seed), x_fit, t_fit, optimizer=Adam(lr), epochs=1, evaluate_samples=10, rng=seed)
            loss = [progress.loss for progress in trainer]
            last[lr] = np.mean(loss[-8:])
        assert np.mean(loss[:8]) > 2.6 and last[0.06] > last[0.003] + 0.1
        ends.append(last[0.06])
    print(np.round(ends, 2))
    assert 2 <= np.sum(np.abs(np.array(ends) - np.log(10)) < 0.05) <= 6, "of eight about four stay at log 10"
    assert np.min(ends) < 1


def test_the_ten_loudest_pixels_turn_more_than_half_of_the_mistakes_and_ten_others_few(readers):
    for seed, (network, _heart, x, t) in enumerate(readers):
        rng, turned = np.random.default_rng(seed), []
        answers = network.predict(x, batch_size=100).argmax(axis=1)
        for i in np.flatnonzero(answers != t):
            loudest = np.argsort(-(x[i] * pixel_slopes(network, x[i], answers[i], t[i])).ravel())[:10]
            for pixels in (loudest, rng.permutation(np.flatnonzero(x[i]))[:10]):
                image = x[i].copy()
                image.reshape(-1)[pixels] = 0
                turned.append(network.predict(image).argmax() == t[i])
        loud, chance = np.mean(turned[::2]), np.mean(turned[1::2])
        print(seed, loud.round(2), chance.round(2))
        assert loud > 0.5 and chance < 0.2


def test_the_least_sure_tenth_takes_most_of_the_mistakes_with_it(readers):
    for network, _heart, x, t in readers:
        y = network.predict(x, batch_size=100)
        wrong, sure = y.argmax(axis=1) != t, y.max(axis=1)
        assert wrong[sure <= np.quantile(sure, 0.1)].sum() > 0.6 * wrong.sum()


def test_who_trains_longer_is_too_sure_and_one_temperature_mends_much_of_it(readers):
    def cross_entropy(scores, t, T):
        return -np.mean(np.log(softmax(scores / T)[np.arange(len(t)), t] + 1e-12))

    for seed, (network, heart, x, t) in enumerate(readers):
        y, y_heart = (one.predict(x, batch_size=100) for one in (network, heart))
        excess = [one.max(axis=1).mean() - np.mean(one.argmax(axis=1) == t) for one in (y, y_heart)]
        wrong = y_heart.argmax(axis=1) != t
        scores, grid = heart.scores(x, batch_size=100), np.linspace(0.5, 4, 71)
        T = grid[np.argmin([cross_entropy(scores[:800], t[:800], T) for T in grid])]
        cold, warm = (cross_entropy(scores[800:], t[800:], one) for one in (1, T))
        print(seed, np.round(excess, 3), T.round(2), cold.round(3), warm.round(3))
        assert excess[1] > excess[0] and excess[1] > 0.012 and 0.15 < np.mean(y_heart.max(axis=1)[wrong] > 0.99) < 0.4
        assert np.mean(wrong) < np.mean(y.argmax(axis=1) != t) + 0.005, "it reads a little better, or as well"
        assert 1.5 < T < 3 and warm < 0.9 * cold


def test_small_trials_are_hard_on_small_rates_and_0_003_is_near_the_top_of_the_full_ones():
    (x, t), _test = load_mnist(flatten=False)
    rates, gaps = (0.0008, 0.002, 0.003, 0.005, 0.01, 0.02), []
    for seed in range(5):
        (x_fit, t_fit), aside = split_validation(x, t, 0.2, rng=seed)
        small, full = (
            [
                fit(small_cnn(seed), x_fit[:n], t_fit[:n], seed, Adam(lr), epochs=epochs).accuracy(*aside, batch_size=100)
                for lr in rates
            ]
            for n, epochs in ((2000, 2), (6400, 6))
        )
        gaps.append([max(found) - np.array(found) for found in (small, full)])
        print(seed, np.round(small, 3), np.round(full, 3))
    small, full = np.mean(gaps, axis=0)
    assert small[0] > 2 * full[0], "small rates have no time in small trials"
    assert full[2] < 0.01 and full[1:5].max() < 0.013, "broad"


def test_of_four_candidates_the_last_is_ahead_and_neighbours_change_places():
    (x, t), _test = load_mnist(flatten=False)
    varied, errors = {"augment": RandomAugmentation()}, []
    for seed in range(5):
        (x_fit, t_fit), aside = split_validation(x, t, 0.2, rng=seed)
        networks = [
            fit(small_cnn(seed), x_fit, t_fit, seed, Adam(0.003), epochs=8),
            fit(small_cnn(seed, 16), x_fit, t_fit, seed, Adam(0.003), epochs=8),
            fit(small_cnn(seed, 16), x_fit, t_fit, seed, Adam(0.003), epochs=8, **varied),
            with_falling_rate(small_cnn(seed, 16), x_fit, t_fit, seed, 0.01, epochs=8, **varied),
        ]
        errors.append([1 - network.accuracy(*aside, batch_size=100) for network in networks])
        print(seed, np.round(errors[-1], 4))
    errors = np.array(errors)
    assert (errors[:, 3] < errors[:, :3].min(axis=1)).all()
    assert len({tuple(order) for order in errors[:, :3].argsort(axis=1)}) > 1


def test_noise_becomes_a_5_without_a_doubt():
    (x, t), _test = load_mnist(flatten=False)
    for seed in range(5):
        network = with_falling_rate(
            small_cnn(seed, 16), *chosen(x, t, 4000, seed), seed, 0.01, epochs=6, augment=RandomAugmentation()
        )
        image = np.random.default_rng(seed).uniform(0, 1, (1, 28, 28)).astype(np.float32)
        for _step in range(60):
            rival = int(np.where(np.arange(10) == 5, 0, network.predict(image)).argmax())
            slopes = pixel_slopes(network, image, 5, rival)
            image = np.clip(image + 0.05 * slopes / np.abs(slopes).max(), 0, 1)
        assert network.predict(image)[5] > 0.99


def test_your_mistakes_are_shared_by_the_deep_network_far_more_often_than_by_chance():
    (x, t), (x_test, t_test) = load_mnist(flatten=False)
    hard = stored_network("deep_conv_net").predict(x_test, batch_size=100).argmax(axis=1) != t_test
    assert hard.sum() < 10
    for seed in range(5):
        network = with_falling_rate(
            small_cnn(seed, 16), *chosen(x, t, 6400, seed), seed, 0.01, epochs=8, augment=RandomAugmentation()
        )
        wrong = network.predict(x_test, batch_size=100).argmax(axis=1) != t_test
        assert hard[wrong].mean() > 5 * hard.mean()


def test_a_1_at_the_edge_is_none_for_the_mlp_and_one_when_centred():
    row, column = np.mgrid[:280, :280]
    edge = ((np.abs(column - 20) < 10) & (row > 60) & (row < 220)).astype(np.float32)
    network = stored_network("mlp_784_50_100_10")
    assert network.predict(edge.reshape(28, 10, 28, 10).mean(axis=(1, 3)).ravel()).argmax() != 1
    assert network.predict(center_digit(edge).ravel()).argmax() == 1


def test_the_studio_doubts_many_scribbles_and_lets_some_through():
    (x, _t), _test = load_mnist()
    rng, asked = np.random.default_rng(0), []
    turn, out = np.linspace(0, 10 * np.pi, 200), np.linspace(10, 90, 200)
    spiral = np.stack([140 + out * np.cos(turn), 140 + out * np.sin(turn)], axis=1)
    for strokes in (*rng.uniform(60, 220, (20, 25, 2)), spiral):
        sketch = Sketch(20)
        sketch.draw([strokes.tolist()])
        seen = center_digit(sketch.ink).ravel()
        asked.append(bool(doubt(sketch.strokes, sketch.pen, float(np.linalg.norm(x[nearest(seen, x)[0]] - seen)))))
    print(np.mean(asked[:-1]))
    assert np.mean(asked[:-1]) > 0.7 and not asked[-1], "corners at random it doubts, a neat spiral not"


def test_of_ones_own_pieces_the_cnn_reads_more_than_the_mlp():
    for seed in range(5):
        way = Climb({}, seed)
        for _step in way:
            pass
        mlp, cnn = (share for _words, share in way.results[-2:])
        assert cnn > mlp


def test_varied_digits_teach_more_than_the_same_500_again():
    (x, t), (x_test, t_test) = load_mnist(flatten=False)

    def tried(seed, augment):
        few, labels = chosen(x, t, 500, seed)
        network = SimpleConvNet((1, 28, 28), {"filter_num": 8, "filter_size": 5}, 50, 10, "he", rng=seed)
        fit(network, few, labels, seed, Adam(0.003), epochs=30, batch_size=50, augment=augment)
        return network.accuracy(few, labels), network.accuracy(x_test, t_test)

    held = 0
    for seed in SEEDS:
        (train_plain, plain), (train_varied, varied) = (tried(seed, how) for how in (None, RandomAugmentation()))
        held += varied > plain + 0.015 and train_plain - plain > train_varied - varied
    assert held >= ENOUGH


def test_layers_that_know_digits_help_with_clothes_and_the_last_one_does_not():
    (x, t), (x_test, t_test) = load_fashion_mnist(flatten=False)
    deep = stored_network("deep_conv_net").layers

    def features(layers, images, **how):
        parts = []
        for part in np.split(images, len(images) // 100):
            for layer in layers:
                part = layer.forward(part, **how)
            parts.append(part.reshape(len(part), -1))
        return np.concatenate(parts)

    def random_blocks(cut, seed):
        layers = DeepConvNet(batch_norm=True, dropout_ratio=0.25, rng=seed).layers[:cut]
        features(layers, x[:2000], training=True)
        return layers

    def frozen(layers, seed):
        few, labels = chosen(x, t, 500, seed)
        seen, unseen = features(layers, few), features(layers, x_test)
        network = MultiLayerNet(seen.shape[1], [50], 10, rng=seed)
        fit(network, seen / seen.std(), labels, seed, Adam(0.001), epochs=10, batch_size=25)
        return network.accuracy(unseen / seen.std(), t_test)

    def from_nothing(seed):
        few, labels = chosen(x, t, 500, seed)
        blocks = DeepConvNet(batch_norm=True, rng=seed).layers[:CUT]
        network = Classifier([*blocks, Flatten(), *MultiLayerNet(2048, [50], 10, rng=seed).layers], (1, 28, 28))
        fit(network, few, labels, seed, Adam(0.001), epochs=10, batch_size=25)
        return network.accuracy(x_test, t_test, batch_size=100)

    gains = []
    for seed in SEEDS:
        digits = frozen(deep[:CUT], seed)
        rivals = {
            "pixels": frozen([], seed),
            "chance": frozen(random_blocks(CUT, seed + 100), seed),
            "from nothing": from_nothing(seed),
            "block 3": frozen(deep[:21], seed),
            "hidden layer": frozen(deep[:26], seed),
        }
        by_chance = frozen(random_blocks(26, seed + 100), seed)
        gains.append([*(digits - rival for rival in rivals.values()), rivals["hidden layer"] - by_chance])
        print(seed, f"{digits:.3f}", {name: f"{rival:.3f}" for name, rival in rivals.items()})
    least = np.array([0, 0, -0.03, -0.005, 0.1, 0])
    assert ((np.array(gains) > least).sum(axis=0) >= ENOUGH).all()
    means = np.mean(gains, axis=0)
    assert abs(means[2]) < 0.03, "against training from nothing it is a draw"
    assert 0.01 < means[1] < 0.04 and 0.01 < means[0] < 0.06, "a matter of a few percentage points"


def test_a_file_that_is_sorted_by_class_has_to_be_shuffled():
    (x, t), (x_test, t_test) = load_mnist()
    order, held = np.argsort(t, kind="stable"), 0
    for seed in SEEDS:
        mixed, by_class = (TwoLayerNet(784, 128, 10, rng=seed, activation="sigmoid") for _network in range(2))
        fit(mixed, x, t, seed, SGD(0.1), epochs=5)
        optimizer = SGD(0.1)
        for batch in np.split(order, 80) * 5:
            optimizer.update(by_class.params, by_class.gradient(x[batch], t[batch]))
        held += mixed.accuracy(x_test, t_test) > 0.65 and by_class.accuracy(x_test, t_test) < 0.3
        loss = [mixed.loss(x[i : i + 100], t[i : i + 100]) for i in range(0, 2000, 100)]
        assert np.ptp(loss) > 0.1 * np.mean(loss), "the loss of one batch depends on its luck"
    assert held >= ENOUGH


def test_after_a_third_of_30_epochs_nearly_all_digits_are_known_by_heart():
    x, t = load_mnist(flatten=False)[0]
    known = []
    for seed in range(5):
        network = SimpleConvNet((1, 28, 28), {"filter_num": 16, "filter_size": 5}, 50, 10, "he", rng=seed)
        fit(network, x, t, seed, Adam(0.01), epochs=10)
        known.append(network.accuracy(x, t))
    print(known)
    assert min(known) > 0.98


def test_varied_digits_and_patience_read_more_than_98_percent():
    (x, t), (x_test, t_test) = load_mnist(flatten=False)
    varied = []
    for seed in (10, 11):
        network = SimpleConvNet((1, 28, 28), {"filter_num": 16, "filter_size": 5}, 50, 10, "he", rng=seed)
        fit(network, x, t, seed, Adam(0.003), epochs=30, augment=RandomAugmentation())
        varied.append(network.accuracy(x_test, t_test))
    print(varied)
    assert np.mean(varied) > 0.98


def test_how_far_the_deep_network_forgives_and_how_many_digits_lose_ink():
    _train, (x_test, t_test) = load_mnist(flatten=False)
    here, t_here = x_test[500:1000], t_test[500:1000]
    deep = stored_network("deep_conv_net")
    read = {pixels: deep.accuracy(shift(here, -pixels, pixels), t_here) for pixels in (4, 5, 6, 8)}
    print(read)
    assert read[4] > 0.97 and 0.92 < read[5] < 0.96 and 0.75 < read[6] < 0.85 and read[8] < 0.4
    lost = np.mean(shift(here, -4, 4).sum(axis=(1, 2, 3)) < here.sum(axis=(1, 2, 3)) - 1e-4)
    assert 0.28 < lost < 0.4


def test_of_ten_classes_that_are_equally_hard_one_looks_weak():
    rng = np.random.default_rng(10)
    recalls = rng.binomial(160, 0.97, size=(10_000, 10)) / 160
    assert 0.88 < np.mean(recalls.min(axis=1) < 0.97 - 0.01) < 0.99
