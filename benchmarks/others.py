"""The same training step in PyTorch and in scikit-learn.

Nothing of dlcourse is imported here. Its layers have Linux keep freed memory at hand (see `dlcourse.layers`), and a
process in which PyTorch found that done would not be a process as PyTorch's users have it.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

try:
    import torch
    from sklearn.neural_network import MLPClassifier
except ImportError:
    raise SystemExit("The benchmarks compare with PyTorch and scikit-learn: pip install 'dlcourse[oracles]'") from None

torch.set_num_threads(1)

LR = 1e-4
"""So small that the networks stay where they are while they are measured."""

BATCHES = 10
"""scikit-learn checks its arguments at each call; with so many batches in a call that no longer counts."""

Description = Sequence[tuple[str, dict[str, np.ndarray], dict[str, float]]]
"""A network without dlcourse: for each layer its name, its arrays and its settings."""


def torch_model(layers: Description) -> torch.nn.Module:
    """The network in PyTorch, with the same weights."""
    nn, modules = torch.nn, []
    for name, arrays, settings in layers:
        match name:
            case "Affine":
                module = nn.Linear(*arrays["W"].shape)
                _fill(module, arrays["W"].T, arrays["b"])
            case "Convolution":
                filters, channels, *size = arrays["W"].shape
                module = nn.Conv2d(channels, filters, size, settings["stride"], settings["pad"])
                _fill(module, arrays["W"], arrays["b"])
            case "BatchNormalization":
                module = nn.BatchNorm1d(len(arrays["gamma"]), settings["eps"], 1 - settings["momentum"])
            case "MaxPooling":
                module = nn.MaxPool2d((settings["pool_h"], settings["pool_w"]), settings["stride"], settings["pad"])
            case "Dropout":
                module = nn.Dropout(settings["dropout_ratio"])
            case "ReLU":
                module = nn.ReLU()
            case "Flatten":
                module = nn.Flatten()
            case _:
                raise TypeError(f"torch_model: {name} is not known here")
        modules.append(module)
    return nn.Sequential(*modules)


def pytorch(layers: Description, x: np.ndarray, t: np.ndarray, adam: bool) -> Callable[[], float]:
    """A step of PyTorch, eager."""
    model, x, t = torch_model(layers), torch.from_numpy(x), torch.from_numpy(t)
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(model.parameters(), lr=LR)
    loss_of = torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss = loss_of(model(x), t)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def pytorch_training(
    layers: Description, data: Path, epochs: int, lrs: Sequence[float], turn: int
) -> Callable[[], None]:
    """A whole training with Adam in batches of 100, `turn` steps at each call; `data` holds ``x`` and ``t``."""
    with np.load(data) as arrays:
        x, t = torch.from_numpy(arrays["x"]), torch.from_numpy(arrays["t"]).long()
    model, loss_of = torch_model(layers), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())

    def steps():
        orders = (np.random.default_rng(epoch).permutation(len(x)) for epoch in range(epochs))
        batches = (torch.from_numpy(order[i : i + 100]) for order in orders for i in range(0, len(x), 100))
        for batch, lr in zip(batches, lrs, strict=True):
            optimizer.param_groups[0]["lr"] = lr
            optimizer.zero_grad()
            loss = loss_of(model(x[batch]), t[batch])
            loss.backward()
            optimizer.step()
            yield loss.item()

    running = steps()
    return lambda: sum(islice(running, turn))


def torch_gradients(layers: Description, x: np.ndarray, t: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """PyTorch's loss, and its gradient for each parameter, layer by layer, the weights before the biases."""
    model = torch_model(layers)
    loss = torch.nn.CrossEntropyLoss()(model(torch.from_numpy(x)), torch.from_numpy(t))
    loss.backward()
    return loss.item(), [parameter.grad.numpy() for parameter in model.parameters()]


def scikit_learn(layers: Description, x: np.ndarray, t: np.ndarray, adam: bool) -> Callable[[], object]:
    """`BATCHES` steps of MLPClassifier, which knows Affine and ReLU alone."""
    hidden = [arrays["W"].shape[1] for name, arrays, _ in layers[:-1] if name == "Affine"]
    model = MLPClassifier(
        hidden, solver="adam" if adam else "sgd", alpha=0, batch_size=len(x), learning_rate_init=LR, momentum=0,
        nesterovs_momentum=False, shuffle=False,
    )  # fmt: skip
    x, t = np.tile(x, (BATCHES, 1)), np.tile(t, BATCHES)
    model.partial_fit(x, t, classes=np.arange(10))  # it asks for the classes once, before all steps
    return lambda: model.partial_fit(x, t)


def _fill(module: torch.nn.Module, W: np.ndarray, b: np.ndarray) -> None:
    with torch.no_grad():
        module.weight.copy_(torch.from_numpy(np.ascontiguousarray(W)))
        module.bias.copy_(torch.from_numpy(b))
