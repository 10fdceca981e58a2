"""Whoever comes from the book: scripts in its spelling run, and where a name differs, the error says ours."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dlcourse
from dlcourse.book import ATTRIBUTES, KEYWORDS, NAMES
from dlcourse.layers import Affine
from dlcourse.models import DeepConvNet, MultiLayerNet
from dlcourse.normalization import BatchNormalization
from dlcourse.regularization import Dropout
from dlcourse.training import Trainer

SCRIPTS = sorted((Path(__file__).parent / "from_the_book").glob("*.py"))
PAGE = (Path(__file__).parents[1] / "docs" / "the-book.md").read_text(encoding="utf-8")
LOOKED_UP = [(module, name, ours) for module, names in NAMES.items() for name, ours in names.items()]


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_in_the_books_spelling_runs(script, tmp_path):
    # In a folder of its own: one of them saves its parameters.
    result = subprocess.run([sys.executable, "-W", "error", script], capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("module", "name", "ours"), LOOKED_UP, ids=lambda part: part[:40])
def test_a_name_of_the_book_is_answered_with_ours(module, name, ours):
    place = importlib.import_module(module)
    if hasattr(place, name):  # such as Dropout, listed once for all modules that the book's common/layers.py became
        assert f"{module}.{name}" == ours
        return
    with pytest.raises(AttributeError, match=re.escape(ours)):
        getattr(place, name)
    with pytest.raises(ImportError, match=re.escape(ours)):
        exec(f"from {module} import {name}", {})


def test_another_name_gets_the_usual_errors():
    with pytest.raises(AttributeError, match="module 'dlcourse.layers' has no attribute 'Quark'"):
        dlcourse.layers.Quark
    with pytest.raises(ImportError, match="cannot import name 'Quark'"):
        exec("from dlcourse.layers import Quark", {})
    with pytest.raises(AttributeError, match="module 'dlcourse' has no attribute 'quark'"):
        dlcourse.quark


@pytest.mark.parametrize("ours", sorted({ours for *_, ours in LOOKED_UP if ours.startswith("dlcourse.")}))
def test_what_we_name_is_there(ours):
    module, *name = re.match(r"(dlcourse\.[a-z]+)(?:\.(\w+))?", ours).groups()
    assert name == [None] or hasattr(importlib.import_module(module), name[0])


MADE = {
    "MultiLayerNet": lambda **given: MultiLayerNet(4, [3], 2, **given),
    "DeepConvNet": DeepConvNet,
    "BatchNormalization": lambda **given: BatchNormalization(np.ones(2), np.zeros(2), **given),
    "BatchNormalization.forward": lambda **given: BatchNormalization(np.ones(2), np.zeros(2)).forward(np.eye(2), **given),
    "Dropout": Dropout,
    "Dropout.forward": lambda **given: Dropout().forward(np.eye(2), **given),
    "Trainer": lambda **given: Trainer(MultiLayerNet(2, [3], 2), np.eye(2), np.arange(2), **given),
}


@pytest.mark.parametrize(
    ("where", "keyword", "ours"),
    [(where, keyword, ours) for where, keywords in KEYWORDS.items() for keyword, ours in keywords.items()],
)
def test_a_keyword_of_the_book_is_answered_with_ours(where, keyword, ours):
    with pytest.raises(TypeError, match=re.escape(f"{where}: {keyword} is the book's keyword, here it is {ours}")):
        MADE[where](**{keyword: 1})
    with pytest.raises(TypeError, match="unexpected keyword argument 'quark'"):
        MADE[where](quark=1)


def test_several_keywords_are_answered_at_once():
    with pytest.raises(TypeError, match="use_batchnorm.*use_dropout"):
        MultiLayerNet(4, [3], 2, use_batchnorm=True, use_dropout=True)


@pytest.mark.parametrize("layer", [Dropout(), BatchNormalization(np.ones(2), np.zeros(2))])
def test_the_books_train_flg_may_have_come_without_its_name(layer):
    with pytest.raises(TypeError, match="train_flg is training here"):
        layer.forward(np.eye(2), True)
    assert layer.forward(np.eye(2), training=True).shape == (2, 2)


@pytest.mark.parametrize(("attribute", "ours"), ATTRIBUTES["Trainer"].items())
def test_an_attribute_of_the_book_is_answered_with_ours(attribute, ours):
    trainer = MADE["Trainer"]()
    with pytest.raises(AttributeError, match=re.escape(f"Trainer has no attribute '{attribute}'") + ".*" + re.escape(ours)):
        getattr(trainer, attribute)
    with pytest.raises(AttributeError, match="Trainer has no attribute 'quark'$"):
        trainer.quark


def test_an_affine_that_is_given_images_names_flatten():
    with pytest.raises(ValueError, match="put a Flatten layer before"):
        Affine(np.ones((4, 2)), np.zeros(2)).forward(np.ones((1, 1, 2, 2)))


def test_the_page_lists_every_name():
    told = {name for *_, names in [*NAMES.items(), *KEYWORDS.items(), *ATTRIBUTES.items()] for name in names}
    missing = {name for name in told if not re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", PAGE)}
    assert not missing
