"""Chapter 6: batch normalization and dropout; here the names of three keywords are changed too."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet as MultiLayerNetExtend
from dlcourse.optimizers import SGD

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)
x_train, t_train = x_train[:1000], t_train[:1000]
accuracy = {}
for batch_norm in (True, False):
    network = MultiLayerNetExtend(
        input_size=784, hidden_size_list=[100, 100, 100, 100, 100], output_size=10, weight_init_std=0.05,
        batch_norm=batch_norm, dropout_ratio=0.1,
    )  # fmt: skip
    optimizer = SGD(lr=0.01)
    for i in range(200):
        batch_mask = np.random.choice(x_train.shape[0], 100)
        grads = network.gradient(x_train[batch_mask], t_train[batch_mask])
        optimizer.update(network.params, grads)
    accuracy[batch_norm] = network.accuracy(x_train, t_train)
assert accuracy[True] > accuracy[False] + 0.2
