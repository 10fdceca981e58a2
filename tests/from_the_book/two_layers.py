"""Chapter 5: a network from layers in an OrderedDict; its gradients checked, then trained."""

from collections import OrderedDict

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.gradients import numerical_gradient
from dlcourse.layers import *
from dlcourse.layers import ReLU as Relu


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {
            "W1": weight_init_std * np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size),
            "W2": weight_init_std * np.random.randn(hidden_size, output_size), "b2": np.zeros(output_size),
        }  # fmt: skip
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.lastLayer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.lastLayer.forward(self.predict(x), t)

    def accuracy(self, x, t):
        y = np.argmax(self.predict(x), axis=1)
        return np.sum(y == (t if t.ndim == 1 else np.argmax(t, axis=1))) / float(x.shape[0])

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.lastLayer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        first, second = self.layers["Affine1"], self.layers["Affine2"]
        return {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}


np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True, one_hot_label=True)

small = TwoLayerNet(input_size=784, hidden_size=2, output_size=10)
grads = small.gradient(x_train[:3], t_train[:3])
for key in ("b1", "W2", "b2"):
    by_differences = numerical_gradient(lambda W: small.loss(x_train[:3], t_train[:3]), small.params[key])
    assert np.average(np.abs(grads[key] - by_differences)) < 1e-8

network = TwoLayerNet(input_size=784, hidden_size=50, output_size=10)
for i in range(1000):
    batch_mask = np.random.choice(x_train.shape[0], 100)
    grads = network.gradient(x_train[batch_mask], t_train[batch_mask])
    for key in ("W1", "b1", "W2", "b2"):
        network.params[key] -= 0.1 * grads[key]
assert network.accuracy(x_test, t_test) > 0.88
