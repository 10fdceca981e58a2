"""Chapter 08: the search for good hyperparameters.

The weights are learned; the learning rate, the weight decay and the sizes of the layers have to be chosen. They
are judged on a part of the training set that training never sees, the validation set. To judge them on the test
set would be to train on it by hand, and nothing would be left for one last honest measurement.

The search goes in four steps: set a range for each hyperparameter; draw values from the ranges; train, and measure
the accuracy on the validation set; narrow the ranges around the best trials, and repeat. What is searched is any
function ``objective(params, rng) -> score``, where a higher score is better:

>>> import numpy as np
>>> from dlcourse.networks import TwoLayerNet
>>> from dlcourse.optimizers import SGD
>>> from dlcourse.training import Trainer
>>> rng = np.random.default_rng(0)
>>> x = rng.normal(size=(200, 2))
>>> t = (x[:, 0] > x[:, 1]).astype(int)
>>> (x_train, t_train), (x_val, t_val) = split_validation(x, t, rng=rng)
>>> def objective(params, rng):
...     network = TwoLayerNet(2, 5, 2, rng=rng)
...     for progress in Trainer(network, x_train, t_train, optimizer=SGD(params["lr"]), epochs=20, rng=rng):
...         pass
...     return network.accuracy(x_val, t_val)
>>> trials = []
>>> for trial in narrowing_search(objective, {"lr": LogUniform(1e-6, 100)}, 8, rounds=2, keep=3, rng=1):
...     trials.append(trial)  # or draw it, or break
>>> len(trials), best_trial(trials).score > 0.9
(16, True)

Every search is an iterator that yields each `Trial` as it finishes, and knows no screen; to stop is to stop
iterating. One file holds one idea: the searches themselves (``searches``), from where values are drawn (``ranges``),
what a trial is (``trials``), who runs it (``workers``), where it is kept (``journal``), and Bayesian optimization in
the place of chance (``bayesian``).
"""

from dlcourse.search.bayesian import optuna_search
from dlcourse.search.ranges import Choice, IntUniform, LogUniform, Uniform
from dlcourse.search.searches import best_trial, narrow_ranges, narrowing_search, random_search, split_validation
from dlcourse.search.trials import Trial

__all__ = [
    "Choice", "IntUniform", "LogUniform", "Trial", "Uniform", "best_trial", "narrow_ranges", "narrowing_search",
    "optuna_search", "random_search", "split_validation",
]  # fmt: skip
