"""Chapter 6: too few digits, and weight decay against it."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)
x_train, t_train = x_train[:300], t_train[:300]
gaps = {}
for weight_decay_lambda in (0, 0.1):
    network = MultiLayerNet(
        input_size=784, hidden_size_list=[100, 100, 100, 100, 100, 100], output_size=10,
        weight_decay_lambda=weight_decay_lambda,
    )  # fmt: skip
    optimizer = SGD(lr=0.01)
    for i in range(600):
        batch_mask = np.random.choice(x_train.shape[0], 100)
        grads = network.gradient(x_train[batch_mask], t_train[batch_mask])
        optimizer.update(network.params, grads)
    gaps[weight_decay_lambda] = network.accuracy(x_train, t_train) - network.accuracy(x_test, t_test)
assert gaps[0] > gaps[0.1]
