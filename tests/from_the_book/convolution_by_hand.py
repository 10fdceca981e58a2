"""Chapter 7: a network with one convolution, from layers; Flatten stands where the book's Affine flattens."""

from collections import OrderedDict

import numpy as np

from dlcourse.convolution import Convolution, im2col
from dlcourse.convolution import MaxPooling as Pooling
from dlcourse.datasets import load_mnist
from dlcourse.layers import Affine, Flatten, SoftmaxWithLoss
from dlcourse.layers import ReLU as Relu
from dlcourse.optimizers import Adam

np.random.seed(0)
assert im2col(np.random.rand(10, 3, 7, 7), 5, 5, stride=1, pad=0).shape == (90, 75)

(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
params = {
    "W1": 0.01 * np.random.randn(8, 1, 5, 5), "b1": np.zeros(8),
    "W2": 0.01 * np.random.randn(8 * 12 * 12, 30), "b2": np.zeros(30),
    "W3": 0.01 * np.random.randn(30, 10), "b3": np.zeros(10),
}  # fmt: skip
layers = OrderedDict()
layers["Conv1"] = Convolution(params["W1"], params["b1"], 1, 0)
layers["Relu1"] = Relu()
layers["Pool1"] = Pooling(pool_h=2, pool_w=2, stride=2)
layers["Flatten"] = Flatten()
layers["Affine1"] = Affine(params["W2"], params["b2"])
layers["Relu2"] = Relu()
layers["Affine2"] = Affine(params["W3"], params["b3"])
last_layer, optimizer = SoftmaxWithLoss(), Adam(lr=0.005)


def predict(x):
    for layer in layers.values():
        x = layer.forward(x)
    return x


for i in range(150):
    batch_mask = np.random.choice(x_train.shape[0], 100)
    last_layer.forward(predict(x_train[batch_mask]), t_train[batch_mask])
    dout = last_layer.backward(1)
    for layer in reversed(list(layers.values())):
        dout = layer.backward(dout)
    grads = {
        f"{kind}{number}": getattr(layers[name], f"d{kind}")
        for number, name in enumerate(("Conv1", "Affine1", "Affine2"), start=1)
        for kind in ("W", "b")
    }
    optimizer.update(params, grads)
assert np.mean(predict(x_test).argmax(axis=1) == t_test) > 0.9
