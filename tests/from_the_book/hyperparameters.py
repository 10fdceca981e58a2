"""Chapter 6: learning rate and weight decay drawn at random; the trainer's keywords are changed."""

import numpy as np

from dlcourse.datasets import load_mnist
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD
from dlcourse.training import Trainer, train

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)
x_train, t_train, x_val, t_val = x_train[:400], t_train[:400], x_train[400:500], t_train[400:500]
results = {}
for _ in range(4):
    weight_decay, lr = 10 ** np.random.uniform(-8, -4), 10 ** np.random.uniform(-6, -2)
    network = MultiLayerNet(784, [100, 100, 100], 10, weight_decay_lambda=weight_decay)
    trainer = Trainer(network, x_train, t_train, x_val, t_val, epochs=10, batch_size=100, optimizer=SGD(lr=lr))
    train(trainer, progress=False)
    results[f"lr:{lr}, weight decay:{weight_decay}"] = trainer.history.test_accuracy
assert len(results) == 4 and all(len(accuracies) == 10 for accuracies in results.values())
