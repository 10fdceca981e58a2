"""Chapter 4: a gradient by differences, of a function and of the smallest network."""

import numpy as np

from dlcourse.functions import softmax
from dlcourse.gradients import gradient_descent, numerical_gradient
from dlcourse.losses import cross_entropy_error


def function_2(x):
    return np.sum(x**2)


assert np.allclose(numerical_gradient(function_2, np.array([3.0, 4.0])), [6, 8])
assert np.abs(gradient_descent(function_2, init_x=np.array([-3.0, 4.0]), lr=0.1, step_num=100)).max() < 1e-8


class simpleNet:
    def __init__(self):
        self.W = np.random.randn(2, 3)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)


np.random.seed(1)
x, t = np.array([0.6, 0.9]), np.array([0, 0, 1])
net = simpleNet()
dW = numerical_gradient(lambda W: net.loss(x, t), net.W)
y = softmax(net.predict(x))
assert np.allclose(dW, np.outer(x, y - t), atol=1e-6)
