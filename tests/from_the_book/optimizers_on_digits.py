"""Chapter 6: four optimizers, and then three ways to draw weights, on a network of five layers."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD, AdaGrad, Adam, Momentum

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)


def last_loss(network, optimizer, steps=300):
    losses = []
    for i in range(steps):
        batch_mask = np.random.choice(x_train.shape[0], 128)
        x_batch, t_batch = x_train[batch_mask], t_train[batch_mask]
        grads = network.gradient(x_batch, t_batch)
        optimizer.update(network.params, grads)
        losses.append(network.loss(x_batch, t_batch))
    return np.mean(losses[-20:])


for optimizer in (SGD(), Momentum(), AdaGrad(), Adam()):
    network = MultiLayerNet(input_size=784, hidden_size_list=[100, 100, 100, 100], output_size=10)
    assert last_loss(network, optimizer) < 1.0, optimizer

found = {}
for key, weight_type in {"std=0.01": 0.01, "Xavier": "sigmoid", "He": "relu"}.items():
    network = MultiLayerNet(
        input_size=784, hidden_size_list=[100, 100, 100, 100], output_size=10, weight_init_std=weight_type
    )
    found[key] = last_loss(network, SGD(lr=0.01))
assert found["He"] < found["std=0.01"] and found["Xavier"] < found["std=0.01"]
