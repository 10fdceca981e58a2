"""Chapter 3: read digits with a network that is trained already, batch by batch."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.functions import sigmoid, softmax
from dlcourse.models import stored_network

(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True, flatten=True, one_hot_label=False)
network = stored_network("mlp_784_50_100_10").params


def predict(network, x):
    z1 = sigmoid(np.dot(x, network["W1"]) + network["b1"])
    z2 = sigmoid(np.dot(z1, network["W2"]) + network["b2"])
    return softmax(np.dot(z2, network["W3"]) + network["b3"])


batch_size = 100
accuracy_cnt = 0
for i in range(0, len(x_test), batch_size):
    p = np.argmax(predict(network, x_test[i : i + batch_size]), axis=1)
    accuracy_cnt += np.sum(p == t_test[i : i + batch_size])
assert accuracy_cnt / len(x_test) > 0.97
