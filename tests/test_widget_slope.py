"""The gradient beside a value in hand: that of the loss in the words, at this moment, and no work where nobody looks."""

import re

import numpy as np
import pytest

from dlcourse import widgets
from dlcourse.datasets import load_mnist
from dlcourse.widgets import slope

DATA = {
    "training_bench": "the first 500 training digits", "playground": "all training points",
    "cnn_explorer": "the first 100 test digits",
}  # fmt: skip


@pytest.fixture(params=DATA)
def panel(request):
    panel = getattr(widgets, request.param)()
    panel.name = request.param
    if hasattr(panel, "run"):
        panel.run(30)
    panel.touch.fold.button.value = True
    yield panel
    assert panel.error.value == ""
    panel.close()


@pytest.fixture
def computed(monkeypatch):
    """Count how often the gradient is computed."""
    calls, compute = [], slope.compute
    monkeypatch.setattr(slope, "compute", lambda *parts: calls.append(1) or compute(*parts))
    return calls


def said(panel):
    return re.sub("<[^>]*>", "", panel.touch.slope.line.value)


def told(panel):
    return float(re.search(r"gradient is (-?[\d.e+-]+\d)", said(panel))[1])


def samples(panel):
    """What the words name, loaded anew."""
    if panel.name == "playground":
        x, t = panel.iterator.train_set
        return panel.iterator.inputs(x), t
    (x_train, t_train), (x_test, t_test) = load_mnist(flatten=panel.name == "training_bench")
    return (x_train[:500], t_train[:500]) if panel.name == "training_bench" else (x_test[:100], t_test[:100])


def difference(panel, name, index, h=1e-4):
    """Central difference of the mean cross-entropy, in float64, without penalty and dropout."""
    network, (x, t) = panel.touch.network().astype(np.float64), samples(panel)
    array, start, losses = network.params[name], network.params[name][index], []
    for value in (start - h, start + h):
        array[index] = value
        losses.append(network.last_layer.forward(network.scores(x.astype(np.float64)), t))
    return (losses[1] - losses[0]) / (2 * h)


def strong(panel, name):
    """Places of an array whose gradient is large enough for three digits, and the first of all."""
    grads = np.abs(slope.compute(panel.touch.network(), *samples(panel))[name])
    return [tuple(map(int, np.unravel_index(at, grads.shape))) for at in np.argsort(grads, axis=None)[[-1, -2, -3]]]


def test_it_is_the_central_difference_of_the_loss_in_the_words(panel):
    for name in ("W1", "b1") if panel.name == "cnn_explorer" else ("W1", "W2", "b2"):
        for index in strong(panel, name):
            panel.touch.choose(name, index)
            expected = difference(panel, name, index)
            assert told(panel) == pytest.approx(expected, rel=6e-3), (name, index)
            assert said(panel).endswith(f"the loss of {DATA[panel.name]} {'falls' if expected < 0 else 'rises'} where it grows.")


def test_of_the_playground_it_is_the_loss_that_the_picture_shows():
    panel = widgets.playground(weight_decay=0.1, dropout_ratio=0.5).run(20)
    panel.name = "playground"
    panel.touch.fold.button.value = True
    network, (x, t) = panel.iterator.network, samples(panel)
    assert network.last_layer.forward(network.scores(x), t) == pytest.approx(panel.iterator.measure()[1])
    panel.touch.choose("W1", (1, 2))
    assert told(panel) == pytest.approx(difference(panel, "W1", (1, 2)), rel=6e-3)


def test_it_answers_to_a_hand_a_step_and_a_switch(panel):
    (index, *_others) = strong(panel, "W1")
    panel.touch.choose("W1", index)
    seen = [told(panel)]
    panel.touch.value.value = round(panel.touch.value.value + 0.5, 2)
    seen.append(told(panel))
    assert seen[1] == pytest.approx(difference(panel, "W1", index), rel=6e-3)
    if hasattr(panel, "run"):
        panel.run(20)
        seen.append(told(panel))
        assert seen[2] == pytest.approx(difference(panel, "W1", index), rel=6e-3)
    assert len(set(seen)) == len(seen)
    unit = index[0] if len(index) == 4 else index[1]
    panel.switch(1, unit, False)
    assert said(panel) == f"Its gradient is 0: a small change of it leaves the loss of {DATA[panel.name]} as it is."
    panel.touch.undo_button.click()
    assert told(panel) == seen[-1]


def test_to_look_changes_nothing_and_costs_once_for_each_state(panel, computed):
    network = panel.touch.network()
    panel.touch.fold.button.value = False
    panel.edit("b1", (0,), 0.25)
    if hasattr(panel, "run"):
        panel.run(1)
    kinds, penalty = ("params", "grads", "state"), network.penalty
    before = {kind: {name: array.copy() for name, array in getattr(network, kind).items()} for kind in kinds}
    panel.touch.fold.button.value = True
    for place in (1, 0, 2):
        panel.touch.places[0].value = place
    panel.redraw()
    assert len(computed) == 1
    for kind in kinds:
        now = getattr(network, kind)
        assert now.keys() == before[kind].keys()
        assert all(np.array_equal(now[name], array) for name, array in before[kind].items()), kind
    assert network.penalty is penalty


def test_nothing_is_computed_while_it_is_folded_away_or_trains(panel, computed):
    panel.touch.fold.button.value = False
    panel.edit("b1", (0,), 0.25)
    if hasattr(panel, "run"):
        panel.run(5)
    assert computed == []
    panel.touch.fold.button.value = True
    assert len(computed) == 1
    if hasattr(panel, "run"):
        panel._running = True
        for _step in range(3):
            panel._advance()
            panel._show()
        panel._running = False
        assert len(computed) == 1
        panel._show()
        assert len(computed) == 2


def test_other_points_with_the_same_weights_have_another_gradient():
    panel = widgets.playground()
    panel.touch.fold.button.value = True
    weights, first = panel.iterator.network.params["W1"].copy(), told(panel)
    panel.set(noise=0.5)
    assert np.array_equal(panel.iterator.network.params["W1"], weights) and told(panel) != first
    second = told(panel)
    panel.set(activation="relu")
    assert np.array_equal(panel.iterator.network.params["W1"], weights) and told(panel) != second


@pytest.mark.parametrize(("gradient", "words"), [
    (-0.01234, "Its gradient is -0.0123: the loss of all falls where it grows."),
    (2e-7, "Its gradient is 2e-07: the loss of all rises where it grows."),
    (0.0, "Its gradient is 0: a small change of it leaves the loss of all as it is."),
    (np.nan, "Its gradient is not a number: the loss of all blew up."),
    (np.inf, "Its gradient is not a number: the loss of all blew up."),
])  # fmt: skip
def test_its_words(gradient, words):
    assert slope.say(gradient, "all") == words


def test_what_went_wrong_stays_said_when_the_controls_are_opened():
    panel = widgets.training_bench(lr=100.0).run(60)
    panel.edit("b2", (0,), float("nan")).run(1)
    assert (wrong := panel.error.value)
    panel.touch.fold.button.value = True
    assert panel.error.value == wrong and "is not a number" in said(panel)
    panel.close()
