"""The playground's challenge: its goals and the course's own runs, what counts and what does not, and what is shown."""

import re

import ipywidgets as widgets
import numpy as np
import pytest
from panels import inside

from dlcourse.datasets import toy_dataset
from dlcourse.text import speaking
from dlcourse.widgets import playground, playground_challenge
from dlcourse.widgets.playground_challenge import LADDER, STANDARD
from dlcourse.widgets.playground_experiment import DATA, KEYS, Experiment

OURS = [(data, alone) for data in LADDER for alone in (True, False)]
SQUARES = {"depth": 0, "lr": 3.0, "x1": False, "x2": False, "x1_squared": True, "x2_squared": True}


@pytest.fixture(autouse=True)
def nothing_is_reached_yet(monkeypatch):
    monkeypatch.setattr(playground_challenge, "BESTS", {})


@pytest.fixture
def bests(nothing_is_reached_yet):
    return playground_challenge.BESTS


@pytest.fixture
def panel():
    return playground(challenge=True)


def folds(panel):
    """Give the buttons that unfold something, as they are written."""
    return [one.description for one in inside(panel) if isinstance(one, widgets.ToggleButton)]


def words(panel):
    return re.sub("<[^>]*>", "", panel.challenge.said.value)


def row(panel, data):
    found = re.search(rf'<th scope="row"[^>]*>{data}</th>(.*?)</tr>', panel.challenge.table.value)[1]
    return re.findall(r"<td[^>]*>(.*?)</td>", found)


def as_controls(data, settings):
    """Give settings of an `Experiment` as those of the playground's controls."""
    features = settings.get("features", ("x1", "x2"))
    rest = {name: value for name, value in settings.items() if name != "features"}
    return {"data": data, **rest, **{key: name in features for name, key in KEYS.items()}}


def first_step(run, goal, most=3000):
    while run.step < most:
        if run.train(10).accuracy() >= goal:
            return run.step
    return None


class TestLadder:
    def test_every_set_of_points_is_a_rung_and_the_spiral_is_the_last(self):
        assert set(LADDER) == set(DATA)
        assert [*LADDER][-1] == "spiral"

    @pytest.mark.parametrize(("data", "alone"), OURS)
    def test_our_run_reaches_the_goal_with_so_many_numbers_and_at_no_earlier_step(self, data, alone):
        ours = LADDER[data].ours(alone)
        run = Experiment(data, **STANDARD, **ours.settings)
        assert first_step(run, LADDER[data].goal) == ours.steps
        assert sum(array.size for array in run.network.params.values()) == run.numbers == ours.numbers
        assert not alone or {"x1", "x2"}.issuperset(run.features)

    @pytest.mark.parametrize(("data", "alone"), OURS)
    def test_our_run_counts_in_the_playground(self, data, alone, bests):
        ours = LADDER[data].ours(alone)
        panel = playground(challenge=True, **as_controls(data, ours.settings)).run(ours.steps)
        assert bests[data, alone][:2] == (ours.numbers, ours.steps)
        panel.challenge.ladder.value = alone
        assert words(panel).endswith("your best so far, as few as ours.")

    def test_the_standard_is_what_the_playground_starts_with(self, panel):
        assert {name: panel.controls[name].value for name in STANDARD} == STANDARD
        assert panel.iterator.numbers == 42, "as the notebook says"

    @pytest.mark.slow
    @pytest.mark.parametrize("data", LADDER)
    def test_a_goal_is_below_what_can_be_known(self, data):
        """How much is answered rightly by who knows the points without noise, and how large the noise is."""
        centres, kinds = toy_dataset(DATA[data], 30_000, noise=0.0, rng=1)
        x, t = toy_dataset(DATA[data], 2000, noise=STANDARD["noise"], rng=2)
        near = np.empty((len(x), kinds.max() + 1))
        for k in range(near.shape[1]):
            for i in range(0, len(x), 200):
                away = ((x[i : i + 200, None] - centres[kinds == k]) ** 2).sum(axis=-1)
                near[i : i + 200, k] = np.exp(-away / (2 * STANDARD["noise"] ** 2)).mean(axis=1)
        known = np.mean(near.argmax(axis=1) == t)
        assert LADDER[data].goal < known
        assert 0.95 < known < 0.97 if data == "spiral" else known > 0.97

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("data", "settings"),
        [("blobs", {"depth": 1, "width": 1, "features": ("x2",)}), ("circle", {"depth": 1, "width": 2}),
         ("xor", {"depth": 1, "width": 1}), ("moons", {"depth": 1, "width": 1}), ("spiral", {"depth": 1, "width": 2})],
    )  # fmt: skip
    def test_a_goal_is_not_trivial(self, data, settings):
        runs = [Experiment(data, lr=lr, seed=seed, **settings) for lr in (0.3, 1.0) for seed in range(5)]
        assert max(run.numbers for run in runs) < LADDER[data].alone.numbers
        assert not any(first_step(run, LADDER[data].goal, 2000) for run in runs)


class TestWhatCounts:
    def test_the_first_step_counts_and_is_told(self, panel, bests):
        assert words(panel) == "This run: circle, 42 numbers. It counts when 95% of the test points are right."
        assert row(panel, "circle") == ["95%", "–", "17 numbers, 100 steps"]
        panel.set(**SQUARES).run(9)
        assert not bests, "it is looked at every ten steps"
        panel.run(91)
        assert [*bests] == [("circle", False)] and bests["circle", False][:2] == (6, 10)
        assert "Goal reached with 6 numbers in 10 steps: your best so far, as few as ours." in words(panel)
        assert words(panel).endswith("With such features it stands on the other ladder.")
        assert row(panel, "circle")[1] == "–"
        panel.challenge.ladder.value = False
        assert not words(panel).endswith("ladder.")
        assert row(panel, "circle")[1:] == ["6 numbers, 10 steps; x1², x2²; no hidden layer; SGD 3; seed 0", "6 numbers, 10 steps"]

    def test_who_takes_x1_and_x2_alone_is_on_both_ladders(self, bests):
        playground(data="blobs", depth=0, x1=False).run(2000)
        assert not bests, "x2 alone is too little"
        playground(data="blobs", depth=0).run(50)
        assert bests["blobs", True] == bests["blobs", False]

    def test_fewer_numbers_are_better_and_of_as_many_fewer_steps(self, bests):
        playground(data="blobs", depth=0, lr=0.01).run(500)
        slow = bests["blobs", True]
        wide = playground(data="blobs", depth=1).run(500)
        assert wide.challenge.reached[0] > 9 and bests["blobs", True] == slow
        assert f"your best has 9 in {slow.steps} steps." in words(wide)
        playground(data="blobs", depth=0).run(500)
        assert (bests["blobs", True].numbers, bests["blobs", True].steps) == (9, 10) and slow.steps > 10
        playground(data="blobs", depth=0, lr=0.01).run(500)
        assert bests["blobs", True].steps == 10

    def test_another_run_in_the_same_playground_can_be_better(self, panel, bests):
        panel.set(data="blobs").run(300)
        panel.set(depth=0)
        assert words(panel).startswith("This run: blobs, 9 numbers.")
        panel.run(300)
        assert bests["blobs", True].numbers == 9

    def test_the_line_gives_the_run_again(self, panel, bests):
        panel.set(data="blobs", lr=0.01).run(25).set(lr=0.3).run(300)
        best = bests.pop(("blobs", True))
        assert best.in_short() == "x1, x2; 2 × 4 tanh; SGD 0.3; seed 0; changed on the way"
        assert best.code == f"playground(challenge=True, data='blobs', lr=0.01).run(25).set(lr=0.3).run({best.steps - 25})"
        assert f"<code>{best.code.replace(chr(39), '&#x27;')}</code>" in panel.challenge.share.line.value
        again = eval(best.code, {"playground": playground})
        assert bests["blobs", True] == best
        assert again.challenge.reached == (best.numbers, best.steps)

    @pytest.mark.gate
    @pytest.mark.parametrize(
        ("deed", "why"),
        [
            (lambda panel: panel.set(noise=0.05), "the challenge has noise 0.1"),
            (lambda panel: panel.set(points=500), "the challenge has training points 200"),
            (lambda panel: panel.run(5).edit("W1", (0, 0), 0.5), "a hand has set a number, or switched a neuron"),
            (lambda panel: panel.edit("W1", (0, 0), 0.5), "a hand has set a number, or switched a neuron"),
            (lambda panel: panel.switch(1, 0, False), "a hand has set a number, or switched a neuron"),
            (lambda panel: panel.run(5).switch(1, 0, False).run(5).switch(1, 0, True), "a hand has set a number, or switched a neuron"),
            (lambda panel: panel.run(8).rewind(4), "it has been back in time"),
            (lambda panel: panel.run(8).rewind(4).set(lr=0.5), "it has been back in time"),
        ],
    )  # fmt: skip
    def test_what_does_not_count_is_said_and_the_next_run_can(self, panel, bests, deed, why):
        panel.set(data="blobs", depth=1)
        deed(panel)
        kind = f"This run does not count: {why}. Play on as you like; the next one can."
        assert words(panel) == kind
        panel.run(300)
        assert panel.iterator.accuracy() > LADDER["blobs"].goal
        assert not bests and words(panel) == kind
        panel.set(**STANDARD)
        panel.restart()
        panel.run(300)
        assert bests["blobs", True].numbers == panel.iterator.numbers

    def test_what_is_taken_back_at_once_has_not_happened(self, panel, bests):
        panel.set(data="blobs").edit("W1", (0, 0), 0.5)
        panel.touch.undo()
        assert words(panel).startswith("This run: blobs")
        panel.run(8).rewind(4).rewind(8).run(300)
        assert bests["blobs", True].code.endswith(f".run({bests['blobs', True].steps})")

    def test_the_accuracy_is_that_of_now(self, panel):
        panel.run(300)
        before = panel.iterator.accuracy()
        panel.edit("b3", (0,), 10.0)
        run = panel.iterator
        x, t = run.test_set
        assert run.accuracy() == pytest.approx(np.mean(run.predict(x).argmax(axis=1) == t)) != before


class TestPanel:
    def test_it_stands_beside_the_experiments_and_folded(self):
        assert folds(playground())[:2] == ["▸ Experiments", "▸ Challenge"]

    def test_it_opens_where_it_is_asked_for_and_not_in_an_experiment(self, panel):
        assert folds(panel)[:2] == ["▾ Challenge", "▸ Data"]
        for one in (playground(experiment=1), playground(experiment=1, challenge=True)):
            assert one.challenge is None and folds(one)[0] == "▾ Experiments"

    def test_what_has_not_changed_is_not_sent(self, panel):
        panel.run(10)
        sent = []
        for one in (panel.challenge.table, panel.challenge.said, panel.challenge.share.line):
            one.observe(sent.append, names="value")
        for _step in range(20):
            panel.step()
        assert not sent

    def test_the_button_keeps_its_place_until_there_is_something_to_copy(self, panel):
        button = panel.challenge.share.button
        assert (button.layout.visibility, button.layout.display) == ("hidden", None)
        panel.set(data="blobs").run(300)
        assert button.layout.visibility == "visible"
        panel.set(data="spiral")
        assert button.layout.visibility == "hidden"

    def test_it_speaks_chinese(self):
        with speaking("zh"):
            panel = playground(challenge=True, data="blobs").run(300)
            shown = words(panel) + re.sub("<[^>]*>", "", panel.challenge.table.value)
        assert not re.findall("[A-Za-z]{2,}", re.sub("tanh|SGD|XOR|xor", "", shown))
