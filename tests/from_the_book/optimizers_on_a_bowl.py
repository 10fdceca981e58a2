"""Chapter 6: four optimizers walk down a long bowl; the parameters are plain numbers in a dict."""

from collections import OrderedDict

from dlcourse.optimizers import *

optimizers = OrderedDict(SGD=SGD(lr=0.95), Momentum=Momentum(lr=0.1), AdaGrad=AdaGrad(lr=1.5), Adam=Adam(lr=0.3))
for name, optimizer in optimizers.items():
    params = {"x": -7.0, "y": 2.0}
    grads = {"x": 0.0, "y": 0.0}
    for i in range(30):
        grads["x"], grads["y"] = params["x"] / 10.0, 2.0 * params["y"]
        optimizer.update(params, grads)
    assert abs(params["x"]) < 3 and abs(params["y"]) < 0.5, (name, params)
