"""The learner's own code in the explorers: the chapters' classes as typed there, and a dozen that are wrong."""

import html
import re
import sys

import numpy as np
import pytest
from panels import alt, pictures
from test_notebooks import NOTEBOOKS, code_cells

from dlcourse import functions, widgets
from dlcourse.convolution import output_size
from dlcourse.functions import sigmoid, softmax
from dlcourse.models import stored_network
from dlcourse.widgets import own
from dlcourse.widgets.verdict import Verdict


def typed(chapter, *names):
    """Give classes and functions of a chapter, from the cells in which the learner types them."""
    path = next(path for path in NOTEBOOKS if path.name.startswith(chapter))
    found = {"np": np, "sigmoid": sigmoid, "softmax": softmax, "output_size": output_size}
    for name in names:
        source = next(
            cell.source for cell in code_cells(path) if f"class {name}" in cell.source or f"def {name}(" in cell.source
        )
        lines = source.split("\n")
        first = next(i for i, line in enumerate(lines) if line.startswith((f"class {name}", f"def {name}(")))
        last = next((i for i, line in enumerate(lines[first + 1 :], first + 1) if line[:1].strip()), len(lines))
        exec(compile("\n".join(lines[first:last]), f"<{name}>", "exec"), found)  # noqa: S102
    return [found[name] for name in names]


def verdict(panel):
    """What a panel says of the learner's code."""
    return html.unescape(next(one.value for one in panel.children if isinstance(one, Verdict)))


class TestTheChaptersOwn:
    def test_layers_train_and_agree(self):
        affine, relu = typed("05", "MyAffine", "MyReLU")
        bench, plain = widgets.training_bench(affine=affine, relu=relu), widgets.training_bench()
        assert "MyAffine, MyReLU and the package's agree" in verdict(bench)
        for panel in (bench, plain):
            for _step in range(5):
                panel.step()
            assert panel.error.value == ""
        assert bench.iterator.history.loss == pytest.approx(plain.iterator.history.loss, rel=1e-4)
        assert "MyAffine" in repr(bench.iterator.network.layers)
        bench.controls["yours"].value = False
        assert "MyAffine" not in repr(bench.iterator.network.layers)

    @pytest.mark.parametrize("name", ["MySGD", "MyMomentum", "MyAdaGrad", "MyRMSprop", "MyAdam"])
    def test_an_optimizer_runs_beside_its_twin(self, name):
        race = widgets.optimizer_race(mine=typed("06", name)[0])
        assert race.error.value == ""
        assert f"{name} and the package's agree" in verdict(race)
        ends = dict(word.rsplit(" ", 1) for word in alt(pictures(race)[0]).split("steps: ")[1].rstrip(".").split(", "))
        assert ends["yours"] == ends[name.removeprefix("My")]

    @pytest.mark.parametrize("name", ["my_sigmoid", "my_relu", "my_step"])
    def test_a_function_is_drawn_and_agrees(self, name):
        explorer = widgets.activation_explorer(mine=typed("02", name)[0])
        assert explorer.error.value == ""
        assert alt(pictures(explorer)[0]).startswith(f"yours: {name}: ")
        assert "agree" in verdict(explorer)

    def test_im2col_slides_and_agrees(self):
        sliding = widgets.convolution_explorer(im2col=typed("09", "my_im2col")[0])
        before = [picture.value for picture in pictures(sliding)]
        assert sliding.error.value == "" and "my_im2col and the package's agree" in verdict(sliding)
        sliding.controls["yours"].value = False
        assert [picture.value for picture in pictures(sliding)] == before

    def test_dropout_as_a_function(self):
        bench = widgets.regularization_bench(dropout=typed("08", "my_dropout")[0])
        assert "my_dropout and the package's agree" in verdict(bench)
        bench.controls["dropout_ratio"].value = 0.5
        for _step in range(3):
            bench.step_button.click()
        assert bench.error.value == ""

    def test_a_landscape_of_ones_own(self):
        for f in (typed("04", "square_sum")[0], lambda x, y: x**2 + 3 * y**2):
            descent = widgets.descent_explorer(f)
            descent.controls["steps"].value = 200
            assert descent.error.value == ""
            assert "arrived at a minimum" in alt(pictures(descent)[0])

    def test_a_rule_for_first_weights(self):
        def my_he(n):
            return np.sqrt(2 / n)

        explorer = widgets.init_explorer(mine=my_he)
        assert explorer.error.value == "" and "my_he and the package's agree" in verdict(explorer)
        explorer.controls["rule"].value = "yours"
        stds = [explorer.iterator.network.params[name].std() for name in ("W1", "W2")]
        assert stds == pytest.approx([np.sqrt(2 / 784), np.sqrt(2 / 100)], rel=0.05)

    def test_a_network_reads_what_is_drawn(self):
        class MyNetwork:
            def predict(self, x):
                return stored_network("mlp_784_50_100_10").scores(x)

        studio = widgets.digit_studio(network=MyNetwork())
        assert studio.error.value == ""
        assert "yours reads 3 with" in alt(pictures(studio)[0])


    def test_predict_of_chapter_03_reads_and_agrees(self):
        reader = widgets.digit_reader(mine=typed_with_functions("predict"))
        assert reader.error.value == "" and "predict and the package's agree" in verdict(reader)
        words = [alt(pictures(reader)[0])]
        reader.controls["yours"].value = False
        words.append(alt(pictures(reader)[0]))
        assert words[0] == words[1] and "a 0, read as 0. Probabilities: 0: 100.0%" in words[0]

    def test_predict_without_a_bias_still_reads_and_is_told(self):
        reader = widgets.digit_reader(mine=typed_with_functions("predict", ' + network["b2"]'))
        assert reader.error.value == ""
        assert "predict and the package's part. y [5, 7]: yours is " in verdict(reader)
        for number in range(10):  # as the chapter says
            reader.controls["position"].value = number
            title = alt(pictures(reader)[0])
            assert re.search(r"a (\d), read as (\d)", title).group(1, 2) in [(str(k), str(k)) for k in range(10)]

    def test_predict_that_takes_no_batch_is_told(self):
        reader = widgets.digit_reader(mine=lambda network, x: np.zeros(3))
        assert "gives an array of shape (3,), expected (10,)" in html.unescape(reader.error.value)
        reader.controls["yours"].value = False
        assert reader.error.value == "" and "a 0, read as 0" in alt(pictures(reader)[0])


def typed_with_functions(name, left_out=""):
    """Give a function of chapter 03 as it stands there, or with something left out of it."""
    path = next(path for path in NOTEBOOKS if path.name.startswith("03"))
    source = next(cell.source for cell in code_cells(path) if f"def {name}(" in cell.source).split("\n\n")[0]
    assert left_out in source
    found = {"np": np, "functions": functions}
    exec(compile(source.replace(left_out, ""), f"<{name}>", "exec"), found)  # noqa: S102
    return found[name]


def good_affine():
    return typed("05", "MyAffine")[0]


class Shapeless(good_affine()):
    def forward(self, x):
        self.x = x
        return (x @ self.W + self.b).sum(axis=0)


class Forgetful(good_affine()):
    def forward(self, x):
        self.x = x


class Untransposed(good_affine()):
    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return dout @ self.W


class WithoutBias(good_affine()):
    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T


class Endless(good_affine()):
    def forward(self, x):
        while True:
            pass


class DividesByTheBatch(good_affine()):
    def backward(self, dout):
        dx = super().backward(dout)
        self.dW = self.dW / len(dout)
        return dx


class NeverANumber(good_affine()):
    def forward(self, x):
        return super().forward(x) * np.nan


class Typo(good_affine()):
    def forward(self, x):
        return x @ self.w


BROKEN = [
    (Shapeless, "gives shape (50,) for 5 samples"),
    (Forgetful, "Forgetful.forward gives nothing (None): is a return missing?"),
    (Untransposed, "Untransposed.backward raises ValueError"),
    (WithoutBias, "WithoutBias.backward sets no db"),
    (Endless, "Endless.forward does not end"),
    (DividesByTheBatch, "layer 3, DividesByTheBatch, backward, dW"),
    (NeverANumber, "layer 1, NeverANumber, forward [0, 0]: yours is nan"),
    (Typo, "Typo.forward raises AttributeError: "),
]


@pytest.mark.parametrize(("kind", "words"), BROKEN, ids=[kind.__name__ for kind, _words in BROKEN])
def test_a_broken_layer_is_told_and_the_bench_stays_alive(kind, words):
    bench = widgets.training_bench(affine=kind)
    assert words in verdict(bench)
    bench.step_button.click()
    bench.controls["yours"].value = False
    bench.step_button.click()
    assert bench.error.value == "" and bench.steps == 1
    assert alt(pictures(bench)[0]).startswith("Step 1: loss 2.3")


def test_a_mistake_names_the_learners_own_line():
    bench = widgets.training_bench(affine=Typo)
    bench.step_button.click()
    assert "return x @ self.w" in html.unescape(bench.error.value)


def test_wrong_functions_are_told():
    def my_relu(x):
        return np.maximum(x, 0.1)

    explorer = widgets.activation_explorer(mine=my_relu)
    assert "f(x) [0]: yours is 0.1, the package's 0; 244 of 481 differ" in verdict(explorer)
    flat = widgets.activation_explorer(mine=lambda x: 3)
    assert "gives an array of shape (), expected (1000,)" in flat.error.value
    flat.controls["function"].value = "tanh"
    assert flat.error.value == ""
    sliding = widgets.convolution_explorer(im2col=lambda x, k, stride, pad: np.zeros((3, 9)))
    assert "expected (676, 9)" in sliding.error.value
    sliding.controls["yours"].value = False
    assert sliding.error.value == ""


def test_a_wrong_optimizer_is_told_at_its_first_wrong_step():
    class MyMomentum(typed("06", "MyMomentum")[0]):
        def update(self, params, grads):
            super().update(params, grads)
            self.v = {name: 0.5 * v for name, v in self.v.items()}

    assert "step 2, W [0, 0]: yours is" in verdict(widgets.optimizer_race(mine=MyMomentum))


def test_a_dropout_that_lets_too_much_through_is_told():
    words = verdict(widgets.regularization_bench(dropout=lambda x, ratio, rng: x * (rng.random(x.shape) < ratio)))
    assert "With a ratio of 0.3 yours switches off" in words


def test_a_budget_leaves_the_tracing_of_others_alone():
    before = sys.gettrace()
    with pytest.raises(own.Mistake, match="does not end"):
        own.run("loop", lambda: [None for _i in iter(int, 1)], steps=1000)
    assert sys.gettrace() is before
