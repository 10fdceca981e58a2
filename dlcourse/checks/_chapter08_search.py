"""Checks of chapter 08 about choosing hyperparameters: by which digits, and by which search."""

import numpy as np

from dlcourse.checks.base import Trial, exercise
from dlcourse.text import _

FAR = 1000  # the first pixel of a sample is its number; samples of the test set count from here


class _Digits:
    """A training set that is sorted by digit, a test set, and a `score` that notes what it was asked."""

    def __init__(self, rng: np.random.Generator, count: int, rates: list[float]):
        self.rates = rates
        self.t_train, self.t_test = np.arange(count) * 5 // count, rng.integers(5, size=8)
        self.x_train, self.x_test = (rng.normal(size=(len(t), 3)) for t in (self.t_train, self.t_test))
        self.x_train[:, 0], self.x_test[:, 0] = np.arange(count), FAR + np.arange(8)
        self.asked: list[tuple] = []

    def score(self, lr: float, x: np.ndarray, t: np.ndarray, x_new: np.ndarray, t_new: np.ndarray) -> float:
        """Best of all on the test set is another rate than on the training set, and another if only a part is known."""
        seen, judged = (np.asarray(part)[:, 0].astype(int) for part in (x, x_new))
        self.asked.append((lr, seen, np.asarray(t), judged, np.asarray(t_new)))
        tested = len(judged) > 0 and judged[0] >= FAR
        place = self.rates.index(lr)
        height = (0.31, 0.35, 0.33, 0.94)[place] if tested else (0.52, 0.55, 0.81, 0.63)[place]
        return height + 0.0001 * len(seen)

    def label(self, number: int) -> int:
        return int(self.t_test[number - FAR] if number >= FAR else self.t_train[number])


@exercise("8.6", "Find the bug: the test set is used up", kind="find the bug", points=3, section="A validation set",
          names=("choose",))  # fmt: skip
def the_test_set_is_used_up(trial: Trial) -> None:
    """Choose by a shuffled fifth of the training set; then train on all of it, and look at the test set once."""
    splits = []
    for count, seed in ((50, 1), (50, 2), (50, 1), (30, int(trial.rng.integers(3, 1000)))):
        digits = _Digits(trial.rng, count, [0.001, 0.01, 0.1, 1.0])
        found = trial.plain(trial.call(
            trial.subject, digits.score, list(digits.rates), digits.x_train, digits.t_train, digits.x_test,
            digits.t_test, seed))  # fmt: skip
        two = _("choose gives back two things: the best rate, and the accuracy on the test set.")
        trial.expect(found is not None, "missing", _("choose gives nothing back."))
        trial.expect(type(found) in (tuple, list, np.ndarray) and len(found) == 2, "shape", two)
        splits.append(_split(trial, digits))
        _chosen(trial, digits, *found)
    drawn = _("Another seed gives the same digits for validation. Shuffle them with np.random.default_rng(seed).")
    trial.expect(not np.array_equal(splits[0], splits[1]), "random", drawn)
    again = _("The same seed gives other digits each time. Shuffle them with np.random.default_rng(seed).")
    trial.expect(np.array_equal(splits[0], splits[2]), "random", again)


def _split(trial: Trial, digits: _Digits) -> np.ndarray:
    """Ask whether the rates were judged honestly, and give the validation set's numbers in order."""
    count, rates = len(digits.t_train), digits.rates
    *trials, last = digits.asked or [None]
    trial.expect(last is not None, "missing", _("score is never called."))
    tests = [asked for asked in digits.asked if np.any(asked[3] >= FAR)]
    learned = _("It trains on digits of the test set.")
    trial.expect(all(np.all(asked[1] < FAR) for asked in digits.asked), "leak", learned)
    looks = _("It looks at the test set {count} times. Whoever chooses by it has used it up.").format(count=len(tests))
    more = _("Lay a part of the training set aside, and choose by that.")
    trial.expect(len(tests) <= 1, "leak", looks, more)
    never = _("The test set is never looked at. Once, at the very end, it says how good the chosen rate is.")
    trial.expect(len(tests) == 1, "missing", never)
    for _lr, seen, t, judged, t_new in digits.asked:
        both = _("It judges by digits that the network has been trained on: it would choose what learns by heart.")
        trial.expect(not set(seen) & set(judged), "leak", both)
        mixed = _("Digits and labels no longer belong together: they must be put into the SAME new order.")
        pairs = [(seen, t), (judged, t_new)]
        trial.expect(all(len(a) == len(b) for a, b in pairs), "shape", _("There are not as many labels as digits."))
        right = all(digits.label(number) == label for a, b in pairs for number, label in zip(a, b, strict=True))
        trial.expect(right, "order", mixed)
        twice = _("Some digits are taken twice, and so others are lost. A new order takes each once.")
        trial.expect(len(set(seen)) == len(seen) and len(set(judged)) == len(judged), "replacement", twice)
    trial.expect(last is tests[0], "order", _("The test set comes at the very end, after all else is chosen."))
    early = _("score is called {count} times before the end, for {rates} rates.")
    text = early.format(count=len(trials), rates=len(rates))
    trial.expect(sorted(asked[0] for asked in trials) == rates, "fence", text)
    _lr, seen, _t, val, _t_new = trials[0]
    fifth = _("Of {count} digits, {val} are laid aside and {seen} are trained on. It should be a fifth to lay aside.")
    fifth = fifth.format(count=count, val=len(val), seen=len(seen))
    trial.expect(len(val) != count - count // 5, "order", fifth + " " + _("The two are swapped."))
    trial.expect(len(val) == count // 5, "share", fifth)
    trial.expect(len(seen) + len(val) == count, "fence", fifth + " " + _("Some digits are in neither part."))
    fair = _("Each rate is judged by other digits. To compare them, split once, and let all have the same.")
    trial.expect(all(set(asked[3]) == set(val) for asked in trials), "fair", fair)
    val = np.sort(val)
    block = _("The digits laid aside lie side by side in the training set. Where it is sorted by digit, as some are, "
              "whole digits would be missing. Shuffle first.")  # fmt: skip
    trial.expect(val[-1] - val[0] >= len(val), "random", block)
    whole = _("At the end, with the rate chosen, train on ALL training digits: those laid aside have done their work.")
    trial.expect(len(last[1]) == count, "share", whole)
    return val


def _chosen(trial: Trial, digits: _Digits, lr: object, accuracy: object) -> None:
    lr, accuracy = trial.number(lr, _("the rate")), trial.number(accuracy, _("the accuracy"))
    asked, rates, count = digits.asked, digits.rates, len(digits.t_train)
    swapped = _("The rate comes first, and then the accuracy.")
    trial.expect(accuracy not in rates or lr in rates, "order", swapped)
    trial.answer(lr, rates[2], [
        ("leak", rates[3], _("That rate is best on the test set. Choose by the digits laid aside.")),
        ("sign", rates[0], _("That rate is the worst on the digits laid aside.")),
    ], what=_("the rate"))  # fmt: skip
    used = _("At the end it trains with another rate than the one it chose.")
    trial.expect(asked[-1][0] == rates[2], "state", used)
    honest = _("That is the accuracy on the digits laid aside. The rate was chosen because it is good there.")
    trial.answer(accuracy, 0.33 + 0.0001 * count, [
        ("leak", 0.81 + 0.0001 * (count - count // 5), honest),
    ], within=1e-6, what=_("the accuracy"))  # fmt: skip


def _narrow(low: float, high: float, rates: list[float]) -> tuple[float, float]:
    margin = 0.1 * np.log10(high / low)
    return max(low, min(rates) * 10**-margin), min(high, max(rates) * 10**margin)


class _Landscape:
    """A score that is best at one power of ten, notes what it was asked, and is `lucky` at one call."""

    def __init__(self, best: float, lucky: int | None = None):
        self.best, self.lucky, self.asked, self.scores = best, lucky, [], []

    def score(self, lr: float) -> float:
        lr = float(lr)
        height = 0.9 / (1 + (np.log10(lr) - self.best) ** 2) if 0 < lr < np.inf else 0.0
        height = 0.95 if len(self.asked) == self.lucky else height
        self.asked.append(lr)
        self.scores.append(float(height))
        return self.scores[-1]

    def top(self, keep: int, first: int, last: int, worst: bool = False) -> list[float]:
        """Give the best, or the worst, rates among some of the calls."""
        places = sorted(range(first, last), key=self.scores.__getitem__, reverse=not worst)[:keep]
        return [self.asked[place] for place in places]


@exercise("8.7", "Four steps in one function", kind="write it", points=4, section="Random search in four steps",
          names=("four_steps",))  # fmt: skip
def four_steps(trial: Trial) -> None:
    """Draw by the power of ten, score, narrow around the best so far, repeat; give the best rate of all."""
    seed = int(trial.rng.integers(1000))
    for low, high, count, keep, rounds, land in (
        (1e-4, 1.0, 60, 20, 2, _Landscape(-1.0)), (1e-5, 10.0, 60, 30, 3, _Landscape(-1.5, lucky=70)),
    ):  # fmt: skip
        found = trial.call(trial.subject, land.score, low, high, count, keep, rounds, seed)
        _rounds(trial, land, low, high, count, keep, rounds)
        _best(trial, land, found, count)
    drawn = []
    for used in (seed, seed + 1, seed):
        land = _Landscape(-5.0)
        trial.call(trial.subject, land.score, 1e-6, 1e-2, 10, 4, 1, used)
        drawn.append(land.asked)
    other = _("Another seed tries the same rates. That is a grid, or a seed that is not used.")
    trial.expect(drawn[0] != drawn[1], "random", other)
    again = _("The same seed gives other rates each time. Draw from np.random.default_rng(seed).")
    trial.expect(drawn[0] == drawn[2], "random", again)


def _inside(rates: list[float], low: float, high: float) -> bool:
    return all(low * (1 - 1e-9) <= rate <= high * (1 + 1e-9) for rate in rates)


def _spread(rates: list[float], low: float, high: float) -> float:
    return float(np.log10(max(rates) / min(rates)) / np.log10(high / low))


def _rounds(trial: Trial, land: _Landscape, low: float, high: float, count: int, keep: int, rounds: int) -> None:
    trial.expect(land.asked, "missing", _("score is never called."))
    number = _("score is called {found} times. {rounds} rounds of {count} trials are asked for.")
    text = number.format(found=len(land.asked), rounds=rounds, count=count)
    trial.expect(len(land.asked) == rounds * count, "fence", text)
    first, whole = land.asked[:count], (low, high)
    outside = _("In the first round it tries rates outside of the range from {low:g} to {high:g}.")
    more = _("np.log10 and 10 ** belong together, and np.log and np.exp do.")
    trial.expect(_inside(first, low, high), "range", outside.format(low=low, high=high), more)
    below = sum(rate < np.sqrt(low * high) for rate in first)
    plain = _("Of {count} rates between {low:g} and {high:g}, {below} lie below {middle:.2g}. By powers of ten, that "
              "is the middle of the range.")  # fmt: skip
    plain = plain.format(count=count, low=low, high=high, below=below, middle=float(np.sqrt(low * high)))
    trial.expect(count / 6 < below < count * 5 / 6, "scale", plain, more)
    narrow = _("In the first round it does not use the whole range.")
    trial.expect(_spread(first, low, high) > 0.75, "range", narrow, more)
    for end in range(count, rounds * count, count):
        rates = land.asked[end : end + count]
        said = _("In round {round}: ").format(round=end // count + 1)
        last = _narrow(low, high, land.top(keep, end - count, end))
        wrong = _narrow(low, high, land.top(keep, 0, end, worst=True))
        old, (low, high) = (low, high), _narrow(low, high, land.top(keep, 0, end))
        if _inside(rates, low, high):
            thin = said + _("it tries only a part of the range that step 4 leaves. Does narrow get the best keep?")
            trial.expect(_spread(rates, low, high) > 0.75, "range", thin)
            below = sum(rate < np.sqrt(low * high) for rate in rates)
            trial.expect(count / 6 < below < count * 5 / 6, "scale", said + _("it no longer draws by the power."))
            continue
        numbers = said + _("it tries rates that are no positive numbers. Are they rates that narrow gets?")
        trial.expect(all(0 < rate < np.inf for rate in rates), "range", numbers)
        memory = _("the best of ALL trials so far count, not only those of the last round.")
        trial.expect(not _inside(rates, *last), "memory", said + memory)
        sign = _("the range has closed around the WORST rates. A higher score is better.")
        trial.expect(wrong == old or not _inside(rates, *wrong), "sign", said + sign)
        step = _("it still draws from the whole range. Step 4 narrows it.")
        trial.expect(_spread(rates, *whole) < 0.9, "state", said + step)
        trial.expect(_spread(rates, *old) < 0.9, "state", said + _("the range is still that of the round before."))
        trial.fail("range", said + _("it tries rates outside of the range that step 4 leaves."))


def _best(trial: Trial, land: _Landscape, found: object, count: int) -> None:
    what, end = _("what four_steps gives back"), len(land.asked)
    plain = trial.plain(found, what)
    trial.expect(plain is not None, "missing", _("four_steps gives nothing back. Give the best rate of all trials."))
    both = _("{what} is a pair or a list. Only the best rate is asked for.").format(what=what)
    trial.expect(not isinstance(plain, list | tuple | dict), "type", both)
    found = trial.number(found, what)
    right = land.top(1, 0, end)[0]
    trial.answer(found, right, [
        ("order", max(land.scores), _("That is the best score. Give the RATE that has it.")),
        ("sign", land.top(1, 0, end, worst=True)[0], _("That is the worst rate of all.")),
        ("memory", land.top(1, end - count, end)[0], _("An earlier round had a better rate than the last one.")),
        ("memory", land.top(1, 0, count)[0], _("A later round has found a better rate than the first one.")),
        ("order", land.asked[-1], _("That is the last rate that was tried, not the best.")),
        ("order", max(land.asked), _("That is the largest rate, not the one with the best score.")),
    ], within=1e-9 * right, what=what)  # fmt: skip
