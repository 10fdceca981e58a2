"""How explorers are opened: at any setting, with controls hidden, behind a question; and the line of code that does it again."""

import importlib
import re

import numpy as np
import pytest
from panels import all_widgets, alt, inside, values_to_try
from panels import pictures as pictures_of
from test_notebooks import NOTEBOOKS, code_cells
from test_widget_own_code import typed

from dlcourse import widgets
from dlcourse.datasets import load_mnist
from dlcourse.losses import cross_entropy_error
from dlcourse.models import stored_network
from dlcourse.widgets.playground import playground
from dlcourse.widgets.prediction import Card, Guess
from dlcourse.widgets.guesses import GUESSES
from dlcourse.widgets.stepping import Stepping

# The collector's state is a file of drawings, the ladder's are the learner's own pieces; the reader measures time, which
# no two runs share.
WITHOUT_CODE, MEASURES_TIME = {"digit_collector", "own_ladder"}, {"digit_reader"}


def made_again(panel, **names):
    """Give the panel that a panel's line of code makes."""
    calls = {name: getattr(widgets, name) for name in all_widgets()} | {"digit_race": widgets.digit_race}
    return eval(panel.code, calls | names)  # noqa: S307


def shown(panel):
    """What its pictures show, pixel by pixel, and its sentences."""
    return [(alt(picture), picture.pixels().tobytes()) for picture in pictures_of(panel)]


class TestCode:
    @pytest.mark.gate
    @pytest.mark.parametrize("name", sorted({*all_widgets(), "digit_race"} - WITHOUT_CODE - MEASURES_TIME))
    def test_the_line_gives_the_same_picture_wherever_the_controls_are(self, name):
        panel = getattr(widgets, name)()
        assert panel.code.startswith(f"{name}()")
        for key, control in panel.controls.items():
            if control.widget is not None and key not in ("trials", "depth", "images"):  # these take long
                control.value = values_to_try(control)[-1]
        if isinstance(panel, Stepping):
            panel.run(3)
        assert panel.error.value == ""
        again = made_again(panel)
        assert (again.code, again.error.value) == (panel.code, "")
        assert again.values() == panel.values()
        assert shown(again) == shown(panel)
        panel.close()
        again.close()

    def test_what_was_changed_on_the_way_comes_at_its_step(self):
        panel = widgets.training_bench(lr=0.3, seed=7).run(40).set(lr=1.0).run(25)
        assert panel.code == "training_bench(lr=0.3, seed=7).run(40).set(lr=1.0).run(25)"
        again = made_again(panel)
        assert again.iterator.history.loss == panel.iterator.history.loss
        assert shown(again) == shown(panel)

    def test_the_curve_does_not_depend_on_when_it_was_looked_at(self):
        watched, plain = widgets.training_bench(), widgets.training_bench()
        for _step in range(45):
            watched.step()
        plain.run(45)
        assert shown(watched) == shown(plain)

    def test_a_setting_that_begins_anew_leaves_no_trace_of_what_was_before(self):
        panel = widgets.training_bench().run(5).set(lr=1.0).run(5).set(hidden_size=20)
        assert panel.code == "training_bench(lr=1.0, hidden_size=20)"

    def test_training_that_blew_up_blows_up_again(self):
        panel = widgets.regularization_bench(decay=1.0, lr=10.0).run(500)
        assert "Training blew up" in panel.error.value
        again = made_again(panel)
        assert again.error.value == panel.error.value and again.steps == panel.steps

    def test_the_learners_own_code_is_named(self):
        affine = typed("05", "MyAffine")[0]
        panel = widgets.training_bench(affine=affine, lr=0.3)
        assert panel.code == "training_bench(affine=MyAffine, lr=0.3)"
        assert made_again(panel, MyAffine=affine).code == panel.code

    def test_numbers_that_no_control_shows_are_in_it_too(self):
        kinks = widgets.kink_builder()
        for kink, turn in ((1, 2.0), (2, -1.5)):
            kinks.set(kink=kink).set(turn=turn)
        assert shown(made_again(kinks)) == shown(kinks)
        sliding = widgets.convolution_explorer()
        cell = next(one for one in inside(sliding) if getattr(one, "description", "") == "filter row 3, column 3")
        cell.number = 4.0
        assert sliding.values()["preset"] == "own" and shown(made_again(sliding)) == shown(sliding)

    def test_what_a_loaded_experiment_had_set_otherwise_is_in_it(self):
        panel = playground(experiment=4).set(rule="xavier")
        assert panel.code == "playground(experiment=4, rule='xavier')"
        assert made_again(panel).values() == panel.values()

    def test_the_line_is_ready_for_the_button(self):
        panel = widgets.loss_explorer(p=0.3)
        assert "<code>loss_explorer(p=0.3)</code>" in panel.share.line.value
        panel.controls["p"].value = 0.4
        assert "<code>loss_explorer(p=0.4)</code>" in panel.share.line.value


class TestSettings:
    def test_back_to_the_start_values_is_back_to_those_given(self):
        panel = widgets.loss_explorer(p=0.3)
        panel.controls["p"].value = 0.9
        panel.reset()
        assert panel.controls["p"].value == 0.3

    @pytest.mark.parametrize(
        ("settings", "words"),
        [({"q": 1}, "loss_explorer: there is no setting 'q', expected some of p, rest"),
         ({"p": 7.0}, "loss_explorer: p cannot be 7.0"), ({"hide": ["q"]}, "hide: there is no 'q'")],
    )  # fmt: skip
    def test_what_cannot_be_is_told(self, settings, words):
        with pytest.raises(ValueError, match=words):
            widgets.loss_explorer(**settings)
        with pytest.raises(ValueError, match="activation cannot be 'swish'"):
            playground(activation="swish")

    def test_a_range_may_depend_on_another_setting(self):
        panel = widgets.cnn_explorer(layer=("deep_conv_net", 6), chosen=60)
        assert panel.controls["chosen"].value == 60

    def test_controls_and_tools_can_be_hidden(self):
        panel = widgets.training_bench(hide=("seed", "batch_size", "time", "share"))
        hidden = [name for name, one in panel.controls.items() if one.widget.layout.display == "none"]
        assert hidden == ["batch_size", "seed"]
        panel.step()
        assert panel.share.button.layout.display == panel.tools["time"].button.layout.display == "none"
        plain = widgets.loss_explorer(hide="all")
        assert all(one.widget.layout.display == "none" for one in plain.controls.values())


class TestPredict:
    def test_it_is_covered_until_a_guess_is_made(self):
        panel = widgets.loss_explorer(predict=("Where?", "at 1/3", ["at 1/3", "at 1/2"], "More than any other."))
        card, rest = panel.children
        assert isinstance(card, Card) and rest.layout.display == "none"
        card.answers[1].click()
        assert rest.layout.display is None
        for words in ("You said: at 1/2. The answer: at 1/3.", "More than any other."):
            assert words in card.words.value
        assert card.row.layout.display == "none"

    def test_a_number_is_guessed(self):
        panel = widgets.descent_explorer(predict=("Which rate?", 1))
        panel.card.box.value = "0,7"
        panel.card.answers[1].click()
        assert "You said: 0.7. The answer: 1." in panel.card.words.value

    def test_show_me_opens_it_without_a_guess(self):
        panel = widgets.descent_explorer(predict=("Which rate?", 1))
        panel.card.show_me.click()
        assert panel.children[1].layout.display is None
        assert "You said" not in panel.card.words.value and "The answer: 1." in panel.card.words.value

    @pytest.mark.parametrize(
        ("predict", "words"),
        [("99 nothing", "there is no question '99 nothing'"), (("?", "a", ["a"]), "1 answers, expected two to four"),
         (("?", "c", ["a", "b"]), "'c' is none of the answers"), (("?", "a"), "expected a number")],
    )  # fmt: skip
    def test_what_cannot_be_asked_is_told(self, predict, words):
        with pytest.raises(ValueError, match=words):
            widgets.descent_explorer(predict=predict)

    @pytest.mark.parametrize("name", list(GUESSES))
    def test_every_question_of_a_chapter_can_be_asked_and_says_why(self, name):
        guess = GUESSES[name]
        assert guess.check() is guess and guess.because
        assert Guess(*guess) == guess


def module(name):
    return importlib.import_module(f"dlcourse.widgets.{name}")


class TestTheAnswersAreRight:
    def test_chapter_01(self):
        gates = module("gate_explorer")
        works = [b / 100 for b in range(-200, 201) if gates.compute(0.5, 0.5, b / 100, "AND").right == 4]
        assert max(works) == GUESSES["01 AND"].right
        looks = module("perceptron_trainer").compute("XOR", (0, 0, 0))
        assert {look.wrong for look in looks[-20:]} > {min(look.wrong for look in looks[-20:])}
        layers, rng, best = module("two_layer_explorer"), np.random.default_rng(0), 0
        for _try in range(2000):
            one, y = rng.uniform(-2, 2, (2, 3))
            best = max(best, int(np.sum(np.equal(layers.compute([*one, *one, *y]).given, (0, 1, 1, 0)))))
        assert best == GUESSES["01 layers"].right

    def test_chapter_02(self):
        outputs = module("activation_explorer").compute("sigmoid", 10, 1).outputs
        assert np.mean((outputs < 0.1) | (outputs > 0.9)) > 0.75
        kinks = module("kink_builder")
        assert kinks.compute("tent", 0.0, 0.0, [-1.5, 0, 1.5], [1, -2, 1]).distance < 0.01

    def test_chapter_03(self):
        network, (x, t) = stored_network("mlp_784_50_100_10"), load_mnist()[1]
        assert (network.predict(x[:10]).max(axis=1) > 0.99).sum() == GUESSES["03 first ten"].right
        shares = []
        for values in module("inside_map").seen_by(network, x[:1000]):
            places = module("inside_map").compute(values).places
            away = ((places[:, None] - places) ** 2).sum(axis=2)
            np.fill_diagonal(away, np.inf)
            shares.append(round(100 * np.mean(t[away.argmin(axis=1)] == t[:1000])))
        assert abs(np.subtract(shares[:3], (38, 49, 69))).max() <= 1 and max(shares) == shares[2]

    def test_chapter_04(self):
        for share, right in ((1 / 3 + 0.01, True), (1 / 3 - 0.01, False)):
            assert module("loss_explorer").compute(share, 0.5).right is right
        losses = [cross_entropy_error(np.array([[p, 1 - p]]), np.array([0])) for p in (0.3, 0.5, 0.9)]
        assert losses == sorted(losses, reverse=True)
        assert module("descent_explorer").compute("x²/20 + y²", GUESSES["04 rate"].right, -7, 2, 30).verdict == "bounces"

    def test_chapter_05(self):
        bill = module("graph_explorer").compute_shopping(100, 2, 150, 3, 1.1)
        assert {edge.label: edge.gradient for edge in bill.edges}["tax"] == 650 == max(edge.gradient for edge in bill.edges)

    def test_chapter_06(self):
        race, rates = module("optimizer_race"), module("racers").RATES
        ways = [race.compute("x²/20 + y²", rates, -7, 2, 30, momentum=momentum) for momentum in (0.0, 0.9)]
        changed = [name for name in rates if not np.allclose(ways[0][name].path, ways[1][name].path)]
        assert changed == ["Momentum", "Nesterov"] and len(changed) == GUESSES["06 momentum"].right

    def test_chapter_07(self):
        back = [module("init_explorer").compute("xavier", depth, 100, "sigmoid").gradients[0].std() for depth in (5, 8)]
        assert back[1] < back[0] / 20

    def test_chapter_08(self):
        assert "accuracy 100.0% on training digits" in alt(pictures_of(widgets.regularization_bench().run(300))[0])

    @pytest.mark.gate
    def test_chapter_09(self):
        cells, (digits, labels) = np.zeros((3, 3)), load_mnist(flatten=False)[1]
        cells[1, 2] = 1
        moved = module("convolution_explorer").compute(digits[0, 0], cells, 1, 0, 0).out
        np.testing.assert_allclose(moved, digits[0, 0, 1:-1, 2:], atol=1e-6)  # in place it would be 1:-1
        explorer, few = widgets.cnn_explorer(), module("cnn_explorer").FEW
        network, read = explorer.touch.network(), []
        assert network.accuracy(digits[:few], labels[:few]) == 0.99
        for number in range(30):
            explorer.switch(1, number, False)
            read.append(round(few * network.accuracy(digits[:few], labels[:few])))
            explorer.touch.undo()
        assert min(read) == GUESSES["09 filters"].right
        explorer.switch(1, int(np.argmin(read)), False)
        assert "Changed by hand, it reads 98% of 100 test digits; as it was trained, 99%." in alt(pictures_of(explorer)[0])

    @pytest.mark.gate
    def test_chapter_10(self):
        for x in (0, 5, 10, 20, 30, 40):
            for top, bottom in ((20, 260), (55, 225), (80, 200)):
                studio = widgets.digit_studio(centre=False).draw([[(x, top), (x, bottom)]])
                assert "MLP reads 1 " not in alt(pictures_of(studio)[0])
                assert "MLP reads 1 " in alt(pictures_of(studio.set(centre=True))[0])
        for network, wrong in (("784-50-100-10", 37), ("DeepConvNet", GUESSES["10 errors"].right)):
            browser = widgets.error_browser(network=network)
            assert f"{network}: {wrong} of 2000 are wrong" in alt(pictures_of(browser)[0])


def test_every_question_is_asked_in_a_notebook():
    sources = "".join(cell.source for path in NOTEBOOKS for cell in code_cells(path))
    asked = re.findall(r'predict="([^"]*)"', sources)
    assert sorted(set(asked)) == sorted(GUESSES)
