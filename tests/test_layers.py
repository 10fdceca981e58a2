"""The layers of chapter 05: worked by hand, against PyTorch, and as the notes and the book spell them.

What every layer must do is in test_layer_contract.py.
"""

import copy
import math

import numpy as np
import pytest
from common import refuses
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from oracles import need

from dlcourse.functions import one_hot, softmax
from dlcourse.layers import AddLayer, Affine, Flatten, Layer, MulLayer, ReLU, Sigmoid, SoftmaxWithLoss, Tanh
from dlcourse.losses import cross_entropy_error

# The shopping example


def test_two_apples():
    mul_apple, mul_tax = MulLayer(), MulLayer()
    price = mul_tax.forward(mul_apple.forward(100, 2), 1.1)
    assert price == pytest.approx(220)
    dprice, dtax = mul_tax.backward(1)
    dapple, dnumber = mul_apple.backward(dprice)
    assert (dapple, dnumber, dtax) == pytest.approx((2.2, 110, 200))


def test_two_apples_and_three_oranges():
    mul_apple, mul_orange, add, mul_tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    apples, oranges = mul_apple.forward(100, 2), mul_orange.forward(150, 3)
    price = mul_tax.forward(add.forward(apples, oranges), 1.1)
    assert price == pytest.approx(715)
    dall, dtax = mul_tax.backward(1)
    dapples, doranges = add.backward(dall)
    assert (dapples, doranges) == pytest.approx((1.1, 1.1))
    dapple, dapple_number = mul_apple.backward(dapples)
    dorange, dorange_number = mul_orange.backward(doranges)
    assert (dapple, dapple_number) == pytest.approx((2.2, 110))
    assert (dorange, dorange_number, dtax) == pytest.approx((3.3, 165, 650))


def test_nodes_take_arrays_too():
    mul, add = MulLayer(), AddLayer()
    assert mul.forward(np.array([2.0, 3.0]), np.array([5.0, 7.0])).tolist() == [10, 21]
    assert [d.tolist() for d in mul.backward(np.array([1.0, 2.0]))] == [[5, 14], [2, 6]]
    assert add.forward(np.array([2.0, 3.0]), 1).tolist() == [3, 4]
    assert [d.tolist() for d in add.backward(np.array([1.0, 2.0]))] == [[1, 2], [1, 2]]
    mul.forward(0, 0)  # the last forward counts, and 0 is a number like any other
    assert mul.backward(1) == (0, 0)


def test_mul_backward_needs_a_forward():
    with refuses(RuntimeError, "MulLayer: backward came before forward"):
        MulLayer().backward(1.0)


# Affine

W, B = np.array([[1.0, 0.0, -2.0], [3.0, 1.0, 0.5]]), np.array([0.5, -1.0, 2.0])


def test_affine_by_hand():
    layer = Affine(W, B)
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    # [1·1 + 2·3, 2·1, -2 + 2·½] + b, [-1, 0, 2] + b
    assert layer.forward(x).tolist() == [[7.5, 1, 1], [-0.5, -1, 4]]
    dout = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]])
    assert layer.backward(dout).tolist() == [[-3, 4], [2, 0.5]]  # dout @ Wᵀ
    assert layer.grads["W"].tolist() == [[1, -1, 3], [2, 0, 4]]  # xᵀ @ dout
    assert layer.grads["b"].tolist() == [1, 1, 1]


def test_affine_of_one_sample_in_a_batch():
    layer = Affine(W, B)
    assert layer.forward(np.array([[1.0, 2.0]])).tolist() == [[7.5, 1, 1]]
    layer.backward(np.array([[1.0, 2.0, 3.0]]))
    assert layer.grads["W"].tolist() == [[1, 2, 3], [2, 4, 6]]
    assert layer.grads["b"].tolist() == [1, 2, 3]


def test_lists_are_taken():
    layer = Affine(W.tolist(), B.tolist())
    assert layer.forward([[1, 2]]).tolist() == [[7.5, 1, 1]]
    assert layer.backward([[1, 0, 2]]).tolist() == [[-3, 4]]
    assert layer.grads["b"].tolist() == [1, 0, 2]
    for kind, expected in ((ReLU, [[0, 2]]), (Tanh, np.tanh([[-1, 2]]).tolist()), (Flatten, [[-1, 2]])):
        assert kind().forward([[-1, 2]]).tolist() == expected


def test_whole_numbers_as_weights_become_floats():
    layer = Affine(np.array([[1, 2]]), np.array([0, 1]))
    assert layer.W.dtype == layer.b.dtype == np.float64
    layer.params["W"] -= 0.5  # an int array would refuse
    assert layer.W.tolist() == [[0.5, 1.5]]


def test_affine_shares_the_arrays_it_is_given():
    # As in the book: self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
    W, b = np.ones((2, 3), np.float32), np.zeros(3, np.float32)
    layer = Affine(W, b)
    W -= 0.5
    b += 1
    assert layer.forward(np.ones((1, 2), np.float32)).tolist() == [[2, 2, 2]]
    layer.params["W"] *= 4
    assert W[0, 0] == 2


def test_affine_refuses_what_does_not_fit():
    for W, b in (((2, 3), (2,)), ((2, 3), (1, 3)), ((2,), (2,)), ((2, 3, 4), (3,)), ((2, 3), ())):
        with refuses(ValueError, f"Affine: W has shape {W} and b {b}, expected (D, M) and (M,)"):
            Affine(np.zeros(W), np.zeros(b))
    with refuses(TypeError, "Affine: W has dtype complex128, expected real numbers"):
        Affine(np.zeros((2, 3), complex), np.zeros(3))
    layer = Affine(np.zeros((784, 50)), np.zeros(50))
    with refuses(ValueError, "Affine: x has 100 features, W expects 784 (x (32, 100), W (784, 50))"):
        layer.forward(np.zeros((32, 100)))
    with refuses(ValueError, "Affine: x has shape (784,), expected (N, 784) (one sample is x[np.newaxis])"):
        layer.forward(np.zeros(784))
    for shape in ((2, 1, 28, 28), (2, 28, 28)):
        with refuses(ValueError, f"Affine: x has shape {shape}, expected (N, 784) (put a Flatten layer before)"):
            layer.forward(np.zeros(shape))
    with refuses(RuntimeError, "Affine: backward came before forward"):
        layer.backward(np.zeros((32, 50)))
    layer.forward(np.zeros((32, 784)))
    for shape in ((31, 50), (32, 49), (50, 32), (50,), (1, 32, 50)):
        for backward in (layer.backward, layer.backward_params):
            with refuses(ValueError, f"Affine: dout has shape {shape}, the output had (32, 50)"):
                backward(np.zeros(shape))
    assert layer.grads == {}


# Activations


@pytest.mark.parametrize(
    ("layer", "x", "out", "slope"),
    [
        (ReLU(), [-2.0, -0.0, 0.0, 3.0], [0, 0, 0, 3], [0, 0, 0, 1]),
        (Sigmoid(), [0.0, math.log(3), -math.log(3)], [0.5, 0.75, 0.25], [0.25, 0.1875, 0.1875]),
        (Sigmoid(), [-1e308, 1e308], [0, 1], [0, 0]),
        (Tanh(), [0.0, math.log(3), -math.log(3)], [0, 0.8, -0.8], [1, 0.36, 0.36]),
    ],
)
def test_activations_by_hand(layer, x, out, slope):
    np.testing.assert_allclose(layer.forward(np.array([x])), [out], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(np.ones((1, len(x)))), [slope], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(np.full((1, len(x)), -3.0)), -3 * np.array([slope]), rtol=1e-14)
    assert layer.params == layer.grads == layer.state == {}


@pytest.mark.parametrize("kind", [ReLU, Sigmoid, Tanh])
def test_activations_take_images(kind):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    layer, flat = kind(), kind()
    np.testing.assert_array_equal(layer.forward(x).ravel(), flat.forward(x.ravel()))
    np.testing.assert_array_equal(layer.backward(x).ravel(), flat.backward(x.ravel()))


# Flatten


def test_flatten():
    layer, x = Flatten(), np.arange(24.0).reshape(2, 3, 2, 2)
    out = layer.forward(x)
    assert out.shape == (2, 12) and out[1].tolist() == list(range(12, 24))
    dx = layer.backward(10 * out)
    assert dx.shape == x.shape and (dx == 10 * x).all()
    assert layer.forward(np.zeros((0, 3, 2))).shape == (0, 6)
    assert layer.forward(np.zeros((3, 2))).shape == (3, 2)


def test_flatten_refuses_what_does_not_fit():
    layer = Flatten()
    with refuses(RuntimeError, "Flatten: backward came before forward"):
        layer.backward(np.zeros((2, 12)))
    for shape in ((), (4,)):
        with refuses(ValueError, f"Flatten: x has shape {shape}, expected a batch (N, ...)"):
            layer.forward(np.zeros(shape))
    layer.forward(np.zeros((2, 3, 2, 2)))
    for shape in ((12, 2), (2, 3, 2, 2), (24,), (2, 11)):  # the first three have the right size, and the wrong shape
        with refuses(ValueError, f"Flatten: dout has shape {shape}, the output had (2, 12)"):
            layer.backward(np.zeros(shape))


# SoftmaxWithLoss

SCORES = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])  # probabilities in eighths


@pytest.mark.parametrize("t", [[2, 0], [[0, 0, 1], [1, 0, 0]], [[False, False, True], [True, False, False]]], ids=str)
@pytest.mark.parametrize("kind", [list, np.array, lambda t: np.array(t, np.uint8)])
def test_softmax_with_loss_by_hand(t, kind):
    layer = SoftmaxWithLoss()
    loss = layer.forward(SCORES, kind(t))
    assert type(loss) is float
    assert loss == pytest.approx(-(math.log(5 / 8) + math.log(3 / 8)) / 2, abs=1e-15)
    np.testing.assert_allclose(layer.y, np.array([[1, 2, 5], [3, 3, 2]]) / 8, rtol=1e-14)
    expected = np.array([[1, 2, -3], [-5, 3, 2]]) / 16  # (y - t) / 2
    np.testing.assert_allclose(layer.backward(), expected, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(1), expected, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(-2.0), -2 * expected, rtol=1e-14)


def test_soft_targets():
    layer = SoftmaxWithLoss()
    t = np.array([[0.25, 0.5, 0.25], [0.0, 0.0, 1.0]])
    expected = -(0.25 * math.log(1 / 8) + 0.5 * math.log(2 / 8) + 0.25 * math.log(5 / 8) + math.log(2 / 8)) / 2
    assert layer.forward(SCORES, t) == pytest.approx(expected, abs=1e-15)
    np.testing.assert_allclose(layer.backward(), (softmax(SCORES) - t) / 2, rtol=1e-14)


def test_a_batch_of_one_label():
    layer = SoftmaxWithLoss()
    assert layer.forward(SCORES[:1], np.array([2])) == pytest.approx(-math.log(5 / 8))
    np.testing.assert_allclose(layer.backward(), [[1 / 8, 2 / 8, -3 / 8]])
    assert layer.forward(np.array([[7.0]]), np.array([0])) == 0.0
    assert layer.backward().tolist() == [[0.0]]


def test_backward_leaves_y_alone():
    # In the notes d_output was another name for output, so the subtraction changed the probabilities.
    layer = SoftmaxWithLoss()
    layer.forward(SCORES, [2, 0])
    first = layer.backward()
    first[:] = 9
    np.testing.assert_allclose(layer.y.sum(axis=1), 1)
    np.testing.assert_allclose(layer.backward()[0], [1 / 16, 2 / 16, -3 / 16])


def test_whole_numbers_as_scores():
    layer = SoftmaxWithLoss()
    assert layer.forward([[1, 1, 1]], [0]) == pytest.approx(math.log(3))
    np.testing.assert_allclose(layer.backward(), [[-2 / 3, 1 / 3, 1 / 3]])


def test_no_probability_is_rounded_away_before_its_logarithm():
    for t in ([1], [[0, 1]]):
        assert SoftmaxWithLoss().forward(np.array([[1000.0, 0.0]]), t) == 1000.0
        assert SoftmaxWithLoss().forward(np.array([[1000, 0]], np.float32), t) == 1000.0
        layer = SoftmaxWithLoss()
        assert layer.forward(np.array([[1e308, -1e308]]), t) == np.inf  # 2e308 is no float
        assert layer.backward().tolist() == [[1, -1]]
    for t in ([0], [[1, 0]]):
        loss = SoftmaxWithLoss().forward(np.array([[1e308, -1e308]]), t)
        assert (loss, math.copysign(1, loss)) == (0.0, 1.0)  # not -0.0, which would be printed


def finite(dtype):
    largest = float(np.finfo(dtype).max)
    elements = st.floats(-largest, largest, width=np.dtype(dtype).itemsize * 8)
    return hnp.arrays(dtype, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=elements)


@given(x=st.one_of(finite(np.float32), finite(np.float64)), data=st.data())
def test_any_finite_scores(x, data):
    n, classes = x.shape
    labels = np.array(data.draw(st.lists(st.integers(0, classes - 1), min_size=n, max_size=n)))
    a, b = SoftmaxWithLoss(), SoftmaxWithLoss()
    loss = a.forward(x, labels)
    assert loss >= 0
    assert b.forward(x, one_hot(labels, classes)) == pytest.approx(loss, rel=1e-5)
    dx = a.backward()
    assert dx.dtype == b.backward().dtype == x.dtype
    np.testing.assert_array_equal(a.y, softmax(x))
    np.testing.assert_allclose(dx, b.backward(), rtol=1e-6)
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-6)
    if a.y[np.arange(n), labels].min() > 1e-6:  # else cross_entropy_error cuts off
        assert cross_entropy_error(a.y, labels) == pytest.approx(loss, rel=1e-5, abs=1e-6)


def test_softmax_with_loss_refuses_what_does_not_fit():
    layer = SoftmaxWithLoss()
    with refuses(RuntimeError, "SoftmaxWithLoss: backward came before forward"):
        layer.backward()
    for shape in ((3,), (1, 2, 3), ()):
        with refuses(ValueError, f"SoftmaxWithLoss: x has shape {shape}, expected scores (N, K)"):
            layer.forward(np.zeros(shape), [0])
    with refuses(TypeError, "SoftmaxWithLoss: x has dtype <U1, expected real numbers"):
        layer.forward([["a"]], [0])
    with refuses(ValueError, "SoftmaxWithLoss: t has shape (3,), expected labels (2,) or one-hot (2, 3)"):
        layer.forward(SCORES, [0, 1, 2])
    with refuses(ValueError, "SoftmaxWithLoss: the labels t run from 0 to 3, expected 0 to 2"):
        layer.forward(SCORES, [0, 3])
    with refuses(ValueError, "SoftmaxWithLoss: each row of the one-hot t must be ≥ 0 and sum to 1"):
        layer.forward(SCORES, [[0, 0, 1], [0, 1, 1]])
    with refuses(ValueError, "SoftmaxWithLoss: y has shape (0, 3): there is no sample, or no class, in it"):
        layer.forward(SCORES[:0], [])
    assert layer.y is None


# The protocol itself


class Scale(Layer):
    """A layer as a learner would write it."""

    def __init__(self, gamma, beta):
        super().__init__(gamma=gamma, beta=beta)


def test_the_book_spelling_reads_and_writes():
    layer = Affine(np.ones((2, 3)), np.zeros(3))
    assert layer.W is layer.params["W"] and layer.b is layer.params["b"]
    layer.forward(np.ones((1, 2)))
    layer.backward(np.ones((1, 3)))
    assert layer.dW is layer.grads["W"] and layer.db is layer.grads["b"]
    layer.W -= 0.1 * layer.dW
    assert layer.params["W"].tolist() == [[0.9] * 3] * 2
    layer.W = np.full((2, 3), 2.0)  # an attribute of its own would not be what forward uses
    assert layer.forward(np.ones((1, 2))).tolist() == [[4, 4, 4]]
    assert "W" not in vars(layer)
    layer.b = [1, 2, 3]
    assert layer.params["b"].tolist() == [1, 2, 3] and layer.b.dtype == float
    layer.dW = np.zeros((2, 3))
    assert layer.grads["W"].sum() == 0 and "dW" not in vars(layer)
    layer.dropout = 5  # begins with d, and is no gradient
    layer.d = 6
    assert (vars(layer)["dropout"], layer.d) == (5, 6)


def test_names_of_parameters_are_the_layers_own():
    layer = Scale(np.ones(2), np.zeros(2))
    assert layer.gamma is layer.params["gamma"]
    layer.grads["gamma"] = np.full(2, 7.0)
    assert layer.dgamma.tolist() == [7, 7]
    for name in ("W", "b", "dW", "dbeta"):
        with refuses(AttributeError, f"Scale has no attribute {name!r}"):
            getattr(layer, name)
    for name in ("delta", "d", "ddgamma", "eta", "running_mean"):
        assert not hasattr(layer, name)
    for name in ("W", "dW"):  # an array beside the parameters would never learn
        with refuses(AttributeError, "Scale has no parameter 'W': hand it to super().__init__(W=...)"):
            setattr(layer, name, np.ones(2))
    assert vars(layer).keys() == {"params", "grads", "state"}


def test_a_parameter_keeps_its_shape():
    layer = Affine(np.ones((2, 3)), np.zeros(3))
    with refuses(ValueError, "Affine: W has shape (3, 2), expected (2, 3)"):
        layer.W = np.zeros((3, 2))
    with refuses(ValueError, "Affine: db has shape (2,), expected (3,)"):
        layer.db = np.zeros(2)
    with refuses(TypeError, "Affine: W has dtype <U1, expected real numbers"):
        layer.W = np.array([["a"] * 3] * 2)
    assert layer.W.tolist() == [[1] * 3] * 2 and layer.grads == {}


def test_a_layer_without_forward_says_so():
    layer = Scale(np.ones(2), np.zeros(2))
    with refuses(NotImplementedError, "Scale.forward"):
        layer.forward(np.ones((1, 2)))
    for backward in (layer.backward, layer.backward_params):
        with refuses(NotImplementedError, "Scale.backward"):
            backward(np.ones((1, 2)))


def test_repr():
    assert repr(Affine(np.zeros((784, 50)), np.zeros(50))) == "Affine(W (784, 50), b (50,))"
    assert repr(ReLU()) == "ReLU()"
    assert repr(Scale(np.ones(2), np.zeros(2))) == "Scale(gamma (2,), beta (2,))"


def test_copies_are_independent():
    layer = Affine(np.ones((2, 3)), np.zeros(3))
    layer.forward(np.ones((1, 2)))
    layer.backward(np.ones((1, 3)))
    for twin in (copy.deepcopy(layer), copy.deepcopy([layer])[0]):
        twin.W -= 1
        twin.dW[:] = 5
        assert layer.W.min() == 1 and layer.dW.max() == 1
        assert twin.backward(np.ones((1, 3))).tolist() == [[0, 0]]


# Against PyTorch


def test_against_pytorch():
    torch = need("torch")
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    dout = rng.normal(size=(6, 3))
    for layer, theirs in (
        (Affine(W, b), lambda x, W, b: x @ W + b),
        (Affine(W, b), lambda x, W, b: torch.nn.functional.linear(x, W.T, b)),
        (ReLU(), lambda x, *_: torch.relu(x)), (Sigmoid(), lambda x, *_: torch.sigmoid(x)),
        (Tanh(), lambda x, *_: torch.tanh(x)), (Flatten(), lambda x, *_: torch.flatten(x, 1)),
    ):  # fmt: skip
        tensors = [torch.tensor(array, requires_grad=True) for array in (x, W, b)]
        out = theirs(*tensors)
        upstream = dout if isinstance(layer, Affine) else x[::-1].copy()
        expected = torch.autograd.grad(out, tensors, torch.tensor(upstream), allow_unused=True)
        np.testing.assert_allclose(layer.forward(x), out.detach().numpy(), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(layer.backward(upstream), expected[0].numpy(), rtol=1e-12, atol=1e-14)
        for name, gradient in zip(layer.params, expected[1:], strict=False):
            np.testing.assert_allclose(layer.grads[name], gradient.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("soft", [False, True])
def test_softmax_with_loss_against_pytorch(soft):
    torch = need("torch")
    rng = np.random.default_rng(1)
    x = 5 * rng.normal(size=(9, 4))
    t = softmax(rng.normal(size=(9, 4))) if soft else rng.integers(4, size=9)
    tensor = torch.tensor(x, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(tensor, torch.tensor(t))
    loss.backward()
    layer = SoftmaxWithLoss()
    assert layer.forward(x, t) == pytest.approx(loss.item(), rel=1e-13)
    np.testing.assert_allclose(layer.backward(), tensor.grad.numpy(), rtol=1e-12, atol=1e-15)
