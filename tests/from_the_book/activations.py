"""Chapters 2 and 3: three activation functions, and a network of three layers with weights by hand."""

import numpy as np

from dlcourse.functions import identity_function, relu, sigmoid, softmax, step_function

x = np.arange(-5.0, 5.0, 0.1)
assert step_function(x).sum() == 49 and np.all(sigmoid(x) > 0) and relu(x).max() == x.max()

network = {
    "W1": np.array([[0.2, 0.4, 0.6], [0.1, 0.3, 0.5]]), "b1": np.array([0.1, 0.2, 0.3]),
    "W2": np.array([[0.1, 0.5], [0.2, 0.4], [0.3, 0.6]]), "b2": np.array([0.2, 0.1]),
}  # fmt: skip
z1 = sigmoid(np.dot(np.array([1.0, 0.5]), network["W1"]) + network["b1"])
a2 = np.dot(z1, network["W2"]) + network["b2"]
assert identity_function(a2).shape == (2,)
assert abs(softmax(a2).sum() - 1) < 1e-12
