"""optimizers: steps worked by hand, PyTorch's paths over 100 steps, one contract for all, schedules value by value."""

import inspect
import math

import numpy as np
import pytest
from oracles import need

from dlcourse import optimizers
from dlcourse.models import MultiLayerNet
from dlcourse.networks import TwoLayerNet
from dlcourse.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    Constant,
    Cosine,
    Momentum,
    Nesterov,
    OneCycle,
    Optimizer,
    RMSprop,
    StepDecay,
)

ALL = [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam]
of_each = pytest.mark.parametrize("kind", ALL)
with_memory = pytest.mark.parametrize("kind", ALL[1:])


def memory(optimizer):
    """Give the arrays that an optimizer keeps from step to step, by attribute and parameter."""
    kept = {name: value for name, value in vars(optimizer).items() if isinstance(value, dict)}
    return {(name, key): array for name, arrays in kept.items() for key, array in arrays.items()}


def test_the_list_here_is_complete():
    found = [thing for _, thing in inspect.getmembers(optimizers, inspect.isclass) if issubclass(thing, Optimizer)]
    assert set(found) == {*ALL, Optimizer}


# steps by hand: x starts at 10; eps = 1 where there is one, so that it counts

BY_HAND = {
    # 0.5 · 2, 0.5 · 4
    "SGD": (lambda: SGD(lr=0.5), [2, 4], [9, 7]),
    # v: -1, then -0.9 - 2 = -2.9
    "Momentum": (lambda: Momentum(lr=0.5, momentum=0.9), [2, 4], [9, 6.1]),
    # v as above; the steps 0.9 · (-1) - 1 = -1.9 and 0.9 · (-2.9) - 2 = -4.61
    "Nesterov": (lambda: Nesterov(lr=0.5, momentum=0.9), [2, 4], [8.1, 3.49]),
    # h: 9, 25; the steps 0.5 · 3 / (3 + 1) and 0.5 · 4 / (5 + 1)
    "AdaGrad": (lambda: AdaGrad(lr=0.5, eps=1), [3, 4], [10 - 3 / 8, 10 - 3 / 8 - 1 / 3]),
    # h: 0.25 · 4 = 1, then 0.75 + 0.25 · 13 = 4; the steps 0.5 · 2 / (1 + 1) and 0.5 · √13 / (2 + 1)
    "RMSprop": (
        lambda: RMSprop(lr=0.5, decay_rate=0.75, eps=1),
        [2, math.sqrt(13)],
        [9.5, 9.5 - math.sqrt(13) / 6],
    ),
    # m: 1, 2.5, corrected 1 / 0.5 = 2, 2.5 / 0.75; v: 1, 4.75, corrected 1 / 0.25 = 4, 4.75 / (1 - 0.75²) = 76/7
    "Adam": (
        lambda: Adam(lr=0.5, beta1=0.5, beta2=0.75, eps=1),
        [2, 4],
        [10 - 1 / 3, 10 - 1 / 3 - 0.5 * (10 / 3) / (math.sqrt(76 / 7) + 1)],
    ),
}


@pytest.mark.parametrize(("make", "gradients", "expected"), BY_HAND.values(), ids=BY_HAND)
def test_two_steps_by_hand(make, gradients, expected):
    optimizer, params, path = make(), {"W": np.array([10.0])}, []
    for g in gradients:
        optimizer.update(params, {"W": np.array([float(g)])})
        path.append(params["W"][0])
    np.testing.assert_allclose(path, expected, rtol=1e-14)


@pytest.mark.parametrize(("make", "gradients", "expected"), BY_HAND.values(), ids=BY_HAND)
def test_plain_python_numbers_do_as_well(make, gradients, expected):
    optimizer, params = make(), {"x": 10.0, "y": 10.0}
    for g in gradients:
        optimizer.update(params, {"x": float(g), "y": g})
    np.testing.assert_allclose([params["x"], params["y"]], expected[1], rtol=1e-14)


def settings_of(optimizer):
    names = [name for name in inspect.signature(type(optimizer)).parameters]
    return {name: getattr(optimizer, name) for name in names}


def test_the_defaults_are_those_of_the_book_and_the_papers():
    assert settings_of(SGD()) == {"lr": 0.01}
    assert settings_of(Momentum()) == settings_of(Nesterov()) == {"lr": 0.01, "momentum": 0.9}
    assert settings_of(AdaGrad()) == {"lr": 0.01, "eps": 1e-7}
    assert settings_of(RMSprop()) == {"lr": 0.01, "decay_rate": 0.99, "eps": 1e-7}
    assert settings_of(Adam()) == {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def test_the_first_step_of_adam_is_lr_whatever_the_size_of_the_gradient():
    params = {"x": 0.0, "y": 0.0, "z": 0.0}
    Adam(lr=0.25).update(params, {"x": 1e-3, "y": -7.0, "z": 1e6})
    np.testing.assert_allclose(list(params.values()), [-0.25, 0.25, -0.25], rtol=1e-4)


# PyTorch

# ours, and the name and the settings of theirs
TORCH = {
    "SGD": (lambda: SGD(0.1), "SGD", {"lr": 0.1}),
    "Momentum": (lambda: Momentum(0.05, 0.8), "SGD", {"lr": 0.05, "momentum": 0.8}),
    "Nesterov": (lambda: Nesterov(0.05, 0.8), "SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "AdaGrad": (lambda: AdaGrad(0.5, eps=1e-3), "Adagrad", {"lr": 0.5, "eps": 1e-3}),
    "RMSprop": (lambda: RMSprop(0.02, 0.9, eps=1e-3), "RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-3}),
    "Adam": (lambda: Adam(0.1, 0.8, 0.95, eps=1e-3), "Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
}


@pytest.mark.parametrize(("ours", "name", "settings"), TORCH.values(), ids=TORCH)
def test_the_path_over_100_steps_is_that_of_torch(ours, name, settings):
    torch = need("torch")
    rng = np.random.default_rng(0)
    start = {"W1": rng.standard_normal((3, 4)), "b1": rng.standard_normal(4), "W2": rng.standard_normal((2, 3, 2, 2))}
    scale = {key: 10.0 ** rng.uniform(-2, 0, value.shape) for key, value in start.items()}
    params = {key: value.copy() for key, value in start.items()}
    twin = {key: torch.nn.Parameter(torch.tensor(value)) for key, value in start.items()}
    optimizer, other = ours(), getattr(torch.optim, name)(list(twin.values()), **settings)
    for _ in range(100):
        # the gradient of Σ scale · x², plus noise, so that it does not only shrink
        grads = {key: 2 * scale[key] * x + 0.1 * rng.standard_normal(x.shape) for key, x in params.items()}
        optimizer.update(params, grads)
        for key, parameter in twin.items():
            parameter.grad = torch.tensor(grads[key])
        other.step()
        for key, x in params.items():
            np.testing.assert_allclose(x, twin[key].detach().numpy(), rtol=1e-10, atol=1e-12)
    assert all(np.abs(params[key] - start[key]).max() > 0.1 for key in params)


# what all of them must do


@of_each
def test_each_finds_the_bottom_of_the_books_valley(kind):
    params = {"x": -7.0, "y": 2.0}  # f = x² / 20 + y²
    optimizer = kind(lr={SGD: 0.9, AdaGrad: 1.5}.get(kind, 0.1))
    for _ in range(400):
        optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
    assert abs(params["x"]) < 0.15
    assert abs(params["y"]) < 0.15


@of_each
def test_arrays_are_changed_in_place_and_gradients_are_not_changed(kind):
    params = {"W": np.ones((2, 3)), "b": np.ones(3)}
    same, grads = dict(params), {"W": np.full((2, 3), 2.0), "b": np.full(3, -1.0), "unused": np.ones(7)}
    optimizer = kind(lr=0.1)
    for _ in range(3):
        optimizer.update(params, grads)
    assert params["W"] is same["W"]
    assert params["b"] is same["b"]
    assert (params["W"] < 1).all()
    assert (params["b"] > 1).all()
    np.testing.assert_array_equal(grads["W"], np.full((2, 3), 2.0))
    np.testing.assert_array_equal(grads["b"], np.full(3, -1.0))


@of_each
def test_each_entry_goes_its_own_way(kind):
    rng = np.random.default_rng(1)
    values, gradients = rng.standard_normal((5, 4)), rng.standard_normal((10, 5, 4))
    together, alone = {"W": values.copy()}, {(i, j): values[i, j] for i, j in np.ndindex(values.shape)}
    one, many = kind(lr=0.1), kind(lr=0.1)
    for g in gradients:
        one.update(together, {"W": g})
        many.update(alone, {place: g[place] for place in alone})
    np.testing.assert_allclose(together["W"].ravel(), list(alone.values()), rtol=1e-12)


@of_each
def test_a_network_and_a_plain_dict_of_its_arrays_go_the_same_way(kind):
    rng = np.random.default_rng(2)
    x, t = rng.standard_normal((8, 4)), np.arange(8) % 3
    net = TwoLayerNet(4, 5, 3, 0.5, rng=0, dtype=np.float64)
    own = [layer.params[key] for layer in net.layers for key in layer.params]
    plain = {name: array.copy() for name, array in net.params.items()}
    one, other = kind(lr=0.1), kind(lr=0.1)
    before = net.loss(x, t)
    for _ in range(5):
        grads = net.gradient(x, t)
        one.update(net.params, grads)
        other.update(plain, grads)
    for name, array in net.params.items():
        np.testing.assert_array_equal(array, plain[name])
    assert net.loss(x, t) < before
    now = [layer.params[key] for layer in net.layers for key in layer.params]
    assert all(array is old for array, old in zip(now, own, strict=True))


@of_each
@pytest.mark.parametrize("number", [float, np.float64], ids=["float", "np.float64"])
def test_float32_stays_float32(kind, number):
    # NumPy 2: a float64 scalar of NumPy's own, such as np.sqrt(2.0), turns float32 arrays into float64
    settings = {name: number(value) for name, value in settings_of(kind()).items()}
    optimizer = kind(**settings)
    optimizer.lr = number(0.01)
    options = {"dropout_ratio": number(0.2), "weight_decay_lambda": number(0.1)}
    net = MultiLayerNet(6, [5, 5], 3, batch_norm=True, rng=0, **options)
    rng = np.random.default_rng(3)
    x, t = rng.random((12, 6), dtype=np.float32), np.arange(12) % 3
    plain = {"W": np.ones(3, np.float32)}
    own = kind(**settings)
    for _ in range(10):
        loss, grads = net.loss_and_gradient(x, t)
        assert {array.dtype for array in grads.values()} == {np.dtype(np.float32)}
        optimizer.update(net.params, grads)
        own.update(plain, {"W": np.ones(3, np.float32)})
    assert {array.dtype for array in [*net.params.values(), *net.state.values()]} == {np.dtype(np.float32)}
    assert {array.dtype for array in memory(optimizer).values()} <= {np.dtype(np.float32)}
    assert plain["W"].dtype == np.float32
    assert net.predict(x).dtype == np.float32
    assert all(type(getattr(own, name)) is float for name in settings)


@of_each
def test_the_learning_rate_may_change_between_steps(kind):
    one, other = kind(lr=0.1), kind(lr=0.1)
    near, far = {"x": 1.0}, {"x": 1.0}
    for params, optimizer in ((near, one), (far, other)):
        optimizer.update(params, {"x": 1.0})
    one.lr = 0.001
    one.update(near, {"x": 1.0})
    other.update(far, {"x": 1.0})
    assert one.lr == 0.001
    assert far["x"] < near["x"] < 1


def test_a_changed_learning_rate_keeps_the_speed_of_momentum():
    # differs from PyTorch, where lr multiplies v: v = -0.5 stays, and only the new gradient is scaled
    params, optimizer = {"x": 0.0}, Momentum(lr=0.5, momentum=0.5)
    optimizer.update(params, {"x": 1.0})
    optimizer.lr = 0.1
    optimizer.update(params, {"x": 1.0})
    assert params["x"] == pytest.approx(-0.5 + (-0.25 - 0.1))


@of_each
def test_no_gradient_no_step(kind):
    params, optimizer = {"W": np.array([1.0, -2.0])}, kind(lr=0.1)
    optimizer.update(params, {"W": np.zeros(2)})
    np.testing.assert_array_equal(params["W"], [1, -2])


@pytest.mark.parametrize("kind", [Momentum, Nesterov, Adam])
def test_what_is_left_of_a_gradient_never_becomes_too_small_for_float32(kind):
    optimizer, exact = kind(), kind()
    params, in_64_bits = {"W": np.ones(3, np.float32)}, {"W": np.ones(3)}
    for step in range(2000):
        slope = 10.0 ** np.array([0, -5, -10]) if step == 0 else np.zeros(3)
        optimizer.update(params, {"W": slope.astype(np.float32)})
        exact.update(in_64_bits, {"W": slope})
        kept = memory(optimizer)["m" if kind is Adam else "v", "W"]
        assert not ((kept != 0) & (np.abs(kept) < np.finfo(np.float32).tiny)).any(), f"after {step} steps"
    assert not kept.any()
    np.testing.assert_allclose(params["W"], in_64_bits["W"], rtol=1e-5)


def test_the_repr_names_the_settings():
    assert repr(SGD(lr=0.1)) == "SGD(lr=0.1)"
    assert repr(Momentum(0.1, 0.8)) == "Momentum(lr=0.1, momentum=0.8)"
    assert repr(RMSprop(lr=1)) == "RMSprop(lr=1.0, decay_rate=0.99, eps=1e-07)"


def test_the_common_base_is_no_rule():
    with pytest.raises(NotImplementedError):
        Optimizer(lr=0.1).update({"x": 1.0}, {"x": 1.0})


# bad input


@of_each
@pytest.mark.parametrize("lr", [0, -0.1, math.nan, math.inf, -math.inf, None, "0.1", 0.1j, np.array([0.1, 0.2])])
def test_a_learning_rate_that_is_none(kind, lr):
    with pytest.raises(ValueError, match=rf"^{kind.__name__}: lr is .*, expected a finite number > 0"):
        kind(lr=lr)
    optimizer = kind(lr=0.1)
    with pytest.raises(ValueError, match="lr is"):
        optimizer.lr = lr
    assert optimizer.lr == 0.1


@pytest.mark.parametrize("value", [1, 1.5, -0.1, math.nan, math.inf, None, "0.9"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [(Momentum, "momentum"), (Nesterov, "momentum"), (RMSprop, "decay_rate"), (Adam, "beta1"), (Adam, "beta2")],
)
def test_a_share_outside_its_range(kind, name, value):
    with pytest.raises(ValueError, match=rf"^{kind.__name__}: {name} is .*, expected a number in \[0, 1\)"):
        kind(**{name: value})


@pytest.mark.parametrize(("kind", "name"), [(Momentum, "momentum"), (RMSprop, "decay_rate"), (Adam, "beta1")])
def test_a_share_of_zero_is_allowed(kind, name):
    params = {"x": 1.0}
    kind(lr=0.1, **{name: 0}).update(params, {"x": 1.0})
    assert params["x"] == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("eps", [0, -1e-8, math.nan, math.inf, None])
@pytest.mark.parametrize("kind", [AdaGrad, RMSprop, Adam])
def test_eps_keeps_the_division_from_zero(kind, eps):
    with pytest.raises(ValueError, match=rf"^{kind.__name__}: eps is .*, expected a finite number > 0"):
        kind(eps=eps)


def refused(optimizer, params, grads, message, error=ValueError):
    """Assert that an update is refused, and that neither the parameters nor the optimizer have changed."""
    before = {key: np.copy(value) for key, value in params.items()}
    kept, count = {key: np.copy(value) for key, value in memory(optimizer).items()}, getattr(optimizer, "iter", None)
    with pytest.raises(error, match=message):
        optimizer.update(params, grads)
    assert all(np.array_equal(params[key], value) for key, value in before.items())
    now = memory(optimizer)
    assert all(np.array_equal(now[key], value) for key, value in kept.items())
    assert getattr(optimizer, "iter", None) == count


@of_each
@pytest.mark.parametrize("steps", [0, 2])
def test_a_missing_gradient_or_one_of_another_shape_is_refused_before_anything_is_changed(kind, steps):
    params, optimizer = {"W": np.ones((2, 3)), "b": np.ones(3)}, kind(lr=0.1)
    for _ in range(steps):
        optimizer.update(params, {"W": np.ones((2, 3)), "b": np.ones(3)})
    name = kind.__name__
    refused(optimizer, params, {"W": np.ones((2, 3))}, f"^{name}: grads has no 'b', params has")
    # (1, 3) would fit by broadcasting, and be wrong
    shapes = rf"^{name}: the gradient of 'b' has shape \(1, 3\), the parameter \(3,\)"
    refused(optimizer, params, {"W": np.ones((2, 3)), "b": np.ones((1, 3))}, shapes)
    refused(optimizer, params, {"W": np.ones((2, 3)), "b": 1.0}, r"the gradient of 'b' has shape \(\)")


@of_each
@pytest.mark.parametrize("value", [np.array(-7, np.int32), -7])
def test_integers_cannot_take_small_steps_and_are_refused(kind, value):
    message = rf"^{kind.__name__}: the parameter 'b' has dtype int\d\d, expected floats \(7\.0, not 7\)"
    refused(kind(lr=0.1), {"W": np.ones(2), "b": value}, {"W": np.ones(2), "b": 1.0}, message, TypeError)


@with_memory
@pytest.mark.parametrize("other", [{"W": (3, 2), "b": (3,)}, {"W": (2, 3), "c": (3,)}], ids=["shape", "name"])
def test_the_weights_of_another_network_are_refused(kind, other):
    optimizer = kind(lr=0.1)
    params = {"W": np.ones((2, 3)), "b": np.ones(3)}
    optimizer.update(params, {"W": np.ones((2, 3)), "b": np.ones(3)})
    params = {key: np.ones(shape) for key, shape in other.items()}
    message = f"^{kind.__name__}: it remembers the steps of another network; make a new one"
    refused(optimizer, params, {key: np.ones(shape) for key, shape in other.items()}, message)


@with_memory
def test_some_of_the_parameters_may_rest(kind):
    optimizer, params = kind(lr=0.1), {"W": np.ones(2), "b": np.ones(2)}
    grads = {"W": np.ones(2), "b": np.ones(2)}
    optimizer.update(params, grads)
    rested = params["b"].copy()
    optimizer.update({"W": params["W"]}, grads)
    np.testing.assert_array_equal(params["b"], rested)
    assert (params["W"] < rested).all()


# schedules


def test_constant():
    assert [Constant(0.3)(step) for step in (0, 1, 1000)] == [0.3, 0.3, 0.3]


def test_step_decay():
    schedule = StepDecay(lr=0.8, every=3, factor=0.5)
    assert [schedule(step) for step in range(8)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2]
    assert StepDecay(1.0, 2)(2) == 0.1


def test_cosine():
    schedule = Cosine(lr=0.8, steps=6, lr_end=0.2)
    # cos of 0, 30°, 60°, 90°, 120°, 150°: from 0.5 + 0.3 to 0.5 - 0.3
    expected = [0.5 + 0.3 * math.cos(math.radians(30 * step)) for step in range(6)]
    np.testing.assert_allclose([schedule(step) for step in range(6)], expected, rtol=1e-12)
    assert schedule(3) == pytest.approx(0.5)
    assert [schedule(step) for step in (6, 7, 1000)] == pytest.approx([0.2, 0.2, 0.2])


def test_cosine_down_to_nothing_is_still_a_learning_rate_at_every_step():
    schedule, optimizer = Cosine(lr=0.1, steps=10), SGD()
    for step in range(15):
        optimizer.lr = schedule(step)  # 0 would be refused
    assert schedule(9) == pytest.approx(0.1 * (1 - math.cos(math.pi / 10)) / 2)
    assert schedule(10) < 1e-10


def test_cosine_may_stay_where_it_is():
    assert Cosine(0.1, 5, lr_end=0.1)(3) == pytest.approx(0.1)


def test_one_cycle():
    schedule = OneCycle(lr_max=1.0, steps=8, warmup=0.5)
    start, end = 1 / 25, 1 / 10_000
    # up: 0, 45°, 90°, 135° of half a turn; down the same way
    middle_up, middle_down = (start + 1) / 2, (end + 1) / 2
    assert schedule(0) == pytest.approx(start)
    assert schedule(1) == pytest.approx(middle_up - (1 - start) / 2 * math.sqrt(0.5))
    assert schedule(2) == pytest.approx(middle_up)
    assert schedule(4) == pytest.approx(1)
    assert schedule(6) == pytest.approx(middle_down)
    assert schedule(7) == pytest.approx(middle_down - (1 - end) / 2 * math.sqrt(0.5))
    assert [schedule(step) for step in (8, 9, 1000)] == pytest.approx([end] * 3)


def test_one_cycle_warms_up_for_a_quarter_of_the_steps():
    schedule = OneCycle(0.4, 100)
    rates = [schedule(step) for step in range(100)]
    assert np.argmax(rates) == 25
    assert max(rates) == pytest.approx(0.4)
    assert (np.diff(rates[:26]) > 0).all()
    assert (np.diff(rates[25:]) < 0).all()


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, None, "1"])
@pytest.mark.parametrize(
    ("kind", "name"),
    [(Constant, "lr"), (StepDecay, "lr"), (StepDecay, "every"), (StepDecay, "factor"), (Cosine, "lr"),
     (Cosine, "steps"), (OneCycle, "lr_max"), (OneCycle, "steps")],
)  # fmt: skip
def test_a_schedule_says_what_was_wrong(kind, name, bad):
    good = {"lr": 0.1, "every": 2, "factor": 0.5, "steps": 10, "lr_max": 0.1}
    settings = {key: value for key, value in good.items() if key in inspect.signature(kind).parameters} | {name: bad}
    with pytest.raises(ValueError, match=rf"^{kind.__name__}: {name} is .*, expected a finite number > 0"):
        kind(**settings)


@pytest.mark.parametrize("lr_end", [-0.01, 0.2, math.nan])
def test_cosine_refuses_an_end_above_its_start(lr_end):
    with pytest.raises(ValueError, match=r"^Cosine: lr_end is .*, expected 0 to lr = 0.1"):
        Cosine(0.1, 10, lr_end)


@pytest.mark.parametrize("warmup", [0, 1, -0.5, 2, math.nan])
def test_one_cycle_refuses_a_warmup_that_leaves_no_way_up_or_down(warmup):
    with pytest.raises(ValueError, match=r"^OneCycle: warmup is .*, expected a share between 0 and 1"):
        OneCycle(0.1, 10, warmup)
