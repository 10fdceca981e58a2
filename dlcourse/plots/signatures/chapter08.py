"""Chapter 08: training loss falls, test loss turns up."""

import numpy as np
from matplotlib.figure import Figure

from dlcourse.datasets import load_mnist
from dlcourse.losses import cross_entropy_error
from dlcourse.models import MultiLayerNet
from dlcourse.optimizers import SGD
from dlcourse.plots.base import figure
from dlcourse.plots.curves import plot_curves
from dlcourse.text import _
from dlcourse.training import Trainer

SAMPLES, EPOCHS = 1000, 60


def draw() -> Figure:
    """Train three hidden layers of 100 on 1,000 digits; draw both losses against the epoch, and the turn."""
    (x, t), (x_test, t_test) = load_mnist()
    x, t = x[:SAMPLES], t[:SAMPLES]
    network, train, test = MultiLayerNet(784, [100, 100, 100], 10, rng=8), [], []
    for progress in Trainer(network, x, t, optimizer=SGD(0.1), epochs=EPOCHS, evaluate_samples=1, rng=8):
        if progress.step % (SAMPLES // 100) == 0:
            train.append(network.loss(x, t))
            test.append(cross_entropy_error(network.predict(x_test), t_test))
    fig, ((ax,),) = figure(6, 3.4)
    plot_curves({_("known digits"): train, _("new digits"): test}, xlabel=_("epoch"), ylabel=_("loss"), ax=ax)
    turn = int(np.argmin(test)) + 1
    ax.annotate(_("stop here"), (turn, min(test)), (turn + 2, 1.1), arrowprops={"arrowstyle": "->"})
    ax.set(ylim=(0, 1.6))
    return fig
