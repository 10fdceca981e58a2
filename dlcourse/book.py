"""For whoever comes from the book: its names, where they differ from ours, and what to write instead.

The course follows Koki Saitoh's *Deep Learning from Scratch*, and most of the book's names work here as they are. These
tables hold the others. No name is accepted twice: who uses one of the book's gets the usual error, and the error says
ours. ``docs/the-book.md`` shows the same as a page.
"""

import dis
import functools
import inspect
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

__all__ = ["ATTRIBUTES", "KEYWORDS", "NAMES", "book_names", "names_of_the_book", "refuse"]

_LAYERS = {
    "BatchNormalization": "dlcourse.normalization.BatchNormalization",
    "Convolution": "dlcourse.convolution.Convolution",
    "Dropout": "dlcourse.regularization.Dropout",
    "Pooling": "dlcourse.convolution.MaxPooling",
    "Relu": "dlcourse.layers.ReLU",
}
_MULTI_LAYER_NET_EXTEND = "dlcourse.models.MultiLayerNet(..., batch_norm=True, dropout_ratio=0.5)"

NAMES: dict[str, dict[str, str]] = {
    "dlcourse": {
        "deep_convnet": "dlcourse.models",
        "gradient": "dlcourse.gradients",
        "mnist": "dlcourse.datasets",
        "multi_layer_net": "dlcourse.models",
        "multi_layer_net_extend": "dlcourse.models",
        "optimizer": "dlcourse.optimizers",
        "simple_convnet": "dlcourse.models",
        "trainer": "dlcourse.training",
        "two_layer_net": "dlcourse.networks",
        "util": "dlcourse.convolution",
    },
    "dlcourse.functions": {
        "cross_entropy_error": "dlcourse.losses.cross_entropy_error",
        "mean_squared_error": "dlcourse.losses.mean_squared_error",
        "softmax_loss": "dlcourse.layers.SoftmaxWithLoss().forward(x, t)",
        "sum_squared_error": "dlcourse.losses.sum_squared_error",
    },
    "dlcourse.datasets": {
        "download_mnist": "dlcourse.datasets.fetch('mnist')",
        "init_mnist": "dlcourse.datasets.fetch('mnist')",
    },
    "dlcourse.losses": {"softmax": "dlcourse.functions.softmax"},
    "dlcourse.gradients": {
        "numerical_gradient_1d": "dlcourse.gradients.numerical_gradient",
        "numerical_gradient_2d": "dlcourse.gradients.numerical_gradient",
    },
    "dlcourse.layers": _LAYERS,
    "dlcourse.networks": {
        "DeepConvNet": "dlcourse.models.DeepConvNet",
        "MultiLayerNet": "dlcourse.models.MultiLayerNet",
        "MultiLayerNetExtend": _MULTI_LAYER_NET_EXTEND,
        "SimpleConvNet": "dlcourse.models.SimpleConvNet",
        "simpleNet": "dlcourse.networks.SimpleNet",
    },
    "dlcourse.normalization": _LAYERS,
    "dlcourse.regularization": _LAYERS,
    "dlcourse.convolution": {
        **_LAYERS,
        "conv_output_size": "dlcourse.convolution.output_size",
    },
    "dlcourse.models": {"MultiLayerNetExtend": _MULTI_LAYER_NET_EXTEND},
    "dlcourse.training": {
        "shuffle_dataset": "order = rng.permutation(len(x)), then x[order], t[order]",
        "smooth_curve": "np.convolve(x, np.ones(11) / 11, mode='valid')",
    },
}
"""The names that the book's modules have and ours lack, by the module of ours that somebody would look in."""

KEYWORDS: dict[str, dict[str, str]] = {
    "MultiLayerNet": {
        "dropout_ration": "dropout_ratio",
        "use_batchnorm": "batch_norm",
        "use_dropout": "dropout_ratio, and 0 is none",
    },
    "DeepConvNet": {
        f"conv_param_{number}": f"filter_nums[{number - 1}], and sizes and paddings are fixed" for number in range(1, 7)
    },
    "BatchNormalization": {
        "running_mean": "state['running_mean'], set after the layer is made",
        "running_var": "state['running_var'], set after the layer is made",
    },
    "BatchNormalization.forward": {"train_flg": "training"},
    "Dropout": {"dropout_ration": "dropout_ratio"},
    "Dropout.forward": {"train_flg": "training"},
    "Trainer": {
        "evaluate_sample_num_per_epoch": "evaluate_samples",
        "mini_batch_size": "batch_size",
        "optimizer_param": "optimizer=SGD(lr=0.01): an optimizer that is made already",
        "verbose": "train(trainer, progress=True)",
    },
}
"""The keywords of the book's classes and methods, by the class or method of ours."""

ATTRIBUTES: dict[str, dict[str, str]] = {
    "Trainer": {
        "test_acc_list": "history.test_accuracy",
        "train": "dlcourse.training.train(trainer)",
        "train_acc_list": "history.train_accuracy",
        "train_loss_list": "history.loss",
        "train_step": "next(trainer)",
    },
}
"""What the book's objects have under another name, by our class."""


def names_of_the_book(module: str) -> Callable[[str], object]:
    """Make the ``__getattr__`` of a module: a name of the book's gets an error that says ours.

    Parameters
    ----------
    module : str
        Its ``__name__``.
    """

    def __getattr__(name: str):
        refuse(module, name, sys._getframe(1))

    return __getattr__


def refuse(module: str, name: str, caller: FrameType) -> NoReturn:
    """Raise the error for a name that a module lacks, with ours in it if it is one of the book's.

    Raises
    ------
    AttributeError
        As always. Python replaces its words by others in ``from module import name``; so there it is an
    ImportError
        whose words are kept.
    """
    if name not in NAMES[module]:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    text = f"{module} has no {name}: that is the book's name, here it is {NAMES[module][name]}"
    asked = dis.opname[caller.f_code.co_code[caller.f_lasti]]
    raise ImportError(text) if asked == "IMPORT_FROM" else AttributeError(text)


def book_names(kind: type) -> type:
    """Decorate a class: the book's keywords and attributes get an error that says ours."""
    if kind.__name__ in KEYWORDS:
        kind.__init__ = _refusing(kind.__init__, kind.__name__, KEYWORDS[kind.__name__])
    for name, method in list(vars(kind).items()):
        if (where := f"{kind.__name__}.{name}") in KEYWORDS:
            setattr(kind, name, _refusing(method, where, KEYWORDS[where]))
    if attributes := ATTRIBUTES.get(kind.__name__):

        def __getattr__(self, name: str):
            hint = f": that is the book's name, here it is {attributes[name]}" if name in attributes else ""
            raise AttributeError(f"{kind.__name__} has no attribute {name!r}{hint}")

        kind.__getattr__ = __getattr__
    return kind


def _refusing(function: Callable, where: str, ours: dict[str, str]) -> Callable:
    positional = [p for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]

    @functools.wraps(function)
    def checked(*args, **kwargs):
        if found := [name for name in kwargs if name in ours]:
            said = "; ".join(f"{name} is the book's keyword, here it is {ours[name]}" for name in found)
            raise TypeError(f"{where}: {said}")
        if "train_flg" in ours and len(args) == len(positional) + 1 and isinstance(args[-1], bool):
            raise TypeError(f"{where}: the book's train_flg is {ours['train_flg']} here, and wants its name")
        return function(*args, **kwargs)

    return checked
