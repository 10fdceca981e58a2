"""Chapters 7 and 8: a network with a convolution, trained a little, saved and loaded; and the deep one."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import DeepConvNet, SimpleConvNet
from dlcourse.optimizers import Adam

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(flatten=False)
x_test, t_test = x_test[:500], t_test[:500]
network = SimpleConvNet(
    input_dim=(1, 28, 28), conv_param={"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}, hidden_size=100,
    output_size=10, weight_init_std=0.01,
)  # fmt: skip
optimizer = Adam(lr=0.001)
for i in range(100):
    batch_mask = np.random.choice(x_train.shape[0], 100)
    optimizer.update(network.params, network.gradient(x_train[batch_mask], t_train[batch_mask]))
accuracy = network.accuracy(x_test, t_test)
assert accuracy > 0.8

network.save_params("params.pkl")
again = SimpleConvNet()
again.load_params("params.pkl")
assert again.accuracy(x_test, t_test) == accuracy
assert again.params["W1"].shape == (30, 1, 5, 5)

assert DeepConvNet().predict(x_test[:2]).shape == (2, 10)
