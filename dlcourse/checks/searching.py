"""Searches that are watched: digits laid aside for a choice, and rates that are drawn from a range which narrows."""

import math
from collections.abc import Sequence

import numpy as np

from dlcourse.checks.access import NotYet
from dlcourse.checks.chance import whole_labels
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined

__all__ = ["Digits", "Landscape", "at_random", "best_of_all", "chosen", "laid_aside", "rounds_of", "searched"]

FAR = 1000  # the first pixel of a sample is its number; samples of the test set count from here


class Digits:
    """A training set that is sorted by digit, a test set, and a `score` that notes what it was asked.

    The rate that is best on the training set is any of them, and on the test set another one is. Where accuracies are
    `tiny`, all but the best are written as 9e-05: as texts, they are above it.
    """

    def __init__(self, rng: np.random.Generator, count: int, many: int, gap: float = 0.3, tiny: bool = False):
        self.rates = [float(rate) for rate in 10 ** rng.uniform(-5, 1, size=many)]
        self.t_train, tests = np.arange(count) * 5 // count, int(rng.integers(6, 20))
        self.t_test = rng.integers(5, size=tests)
        self.x_train, self.x_test = (rng.normal(size=(len(t), 1, 2, 3)) for t in (self.t_train, self.t_test))
        self.x_train[:, 0, 0, 0], self.x_test[:, 0, 0, 0] = np.arange(count), FAR + np.arange(tests)
        self.unlike: list[tuple] = []  # shapes of what `score` got that were not the digits as they are
        base, places = round(rng.uniform(0.05, 0.5), 2), rng.permutation(many)
        # Where all are taken for the same, it is the first of them that is given: it is neither the best nor the worst.
        while gap < 0.01 and places[0] in [many - 1, 0][: many - 1]:
            places = rng.permutation(many)
        self.aside = self.tested = base + gap * places / many
        self.scale = 1e-4 / float(np.sort(self.aside)[-2:].mean()) if tiny else 1.0
        self.best, worst, self.asked = int(self.aside.argmax()), int(self.aside.argmin()), []
        while self.tested.argmax() in [self.best, worst, 0][: many - 1]:
            self.tested = rng.permutation(self.tested)

    def score(self, lr: float, x: np.ndarray, t: np.ndarray, x_new: np.ndarray, t_new: np.ndarray) -> float:
        """Give an accuracy, a little higher the more digits are known."""
        parts = [np.asarray(part) for part in (x, x_new)]
        seen, judged = (part.reshape(len(part), math.prod(part.shape[1:]))[:, 0].astype(int) for part in parts)
        for part, numbers in zip(parts, (seen, judged)):
            rights = [self.x_test[i - FAR] if i >= FAR else self.x_train[i] for i in numbers]
            if not np.array_equal(part, np.reshape(rights, (-1, 1, 2, 3))):
                self.unlike.append(part.shape)
        self.asked.append((lr, seen, np.asarray(t), judged, np.asarray(t_new)))
        tested = len(judged) > 0 and judged[0] >= FAR
        return self.height(self.rates.index(lr), tested, len(seen)) if lr in self.rates else 0.0

    def height(self, place: int, tested: bool, known: int) -> float:
        """Give the accuracy of a rate, on the test set or on the training set, when so many digits are known."""
        return self.scale * float((self.tested if tested else self.aside)[place] + 0.0001 * known)

    def label(self, number: int) -> int:
        """Give the label of a digit."""
        return int(self.t_test[number - FAR] if number >= FAR else self.t_train[number])


def laid_aside(trial: Trial, digits: Digits) -> np.ndarray:
    """Ask whether the rates were judged honestly, and give the validation set's numbers in order."""
    count, rates = len(digits.t_train), digits.rates
    *trials, last = digits.asked or [None]
    trial.expect(last is not None, "missing", _("score is never called."))
    none = _("score is called for a learning rate of {rate}, which is none of the rates that were given.")
    for rate in [asked[0] for asked in digits.asked if asked[0] not in rates][:1]:
        trial.fail("rates", none.format(rate=rate))
    tests = [asked for asked in digits.asked if np.any(asked[3] >= FAR)]
    learned = _("It trains on digits of the test set.")
    trial.expect(all(np.all(asked[1] < FAR) for asked in digits.asked), "leak", learned)
    looks = _("It looks at the test set {count} times. Whoever chooses by it has used it up.").format(count=len(tests))
    more = _("Lay a part of the training set aside, and choose by that.")
    trial.expect(len(tests) <= 1, "leak", looks, more)
    never = _("The test set is never looked at. Once, at the very end, it says how good the chosen rate is.")
    trial.expect(len(tests) == 1, "missing", never)
    for _lr, seen, t, judged, t_new in digits.asked:
        twice = _("Some digits are taken twice, and so others are lost. A new order takes each once.")
        trial.expect(len(set(seen)) == len(seen) and len(set(judged)) == len(judged), "replacement", twice)
        both = _("It judges by digits that the network has been trained on: it would choose what learns by heart.")
        trial.expect(not set(seen) & set(judged), "leak", both)
        mixed = _("Digits and labels no longer belong together: they must be put into the SAME new order.")
        pairs = [(seen, t), (judged, t_new)]
        trial.expect(all(len(a) == len(b) for a, b in pairs), "shape", _("There are not as many labels as digits."))
        whole_labels(trial, t, t_new)
        right = all(digits.label(number) == label for a, b in pairs for number, label in zip(a, b, strict=True))
        trial.expect(right, "order", mixed)
    trial.unchanged()
    changed = _("score gets x in the shape {shape}, or with other numbers. The digits stay as they are: here (N, 1, 2, 3).")
    for shape in digits.unlike:
        trial.fail("shape", changed.format(shape=shape))
    trial.expect(last is tests[0], "order", _("The test set comes at the very end, after all else is chosen."))
    trial.expect(len(last[3]) == len(digits.t_test), "share", _("At the end, ALL digits of the test set are judged."))
    early = _("score is called {count} times before the end, for {rates} rates.")
    text = early.format(count=len(trials), rates=len(rates))
    trial.expect(sorted(asked[0] for asked in trials) == sorted(rates), "fence", text)
    _lr, seen, _t, val, _t_new = trials[0]
    fifth = _("Of {count} digits, {val} are laid aside and {seen} are trained on. It should be a fifth to lay aside.")
    fifth = fifth.format(count=count, val=len(val), seen=len(seen))
    trial.expect(len(val) != count - count // 5, "order", joined([fifth, _("The two are swapped.")]))
    trial.expect(len(val) == count // 5, "share", fifth)
    trial.expect(len(seen) + len(val) == count, "fence", joined([fifth, _("Some digits are in neither part.")]))
    fair = _("Each rate is judged by other digits. To compare them, split once, and let all have the same.")
    trial.expect(all(set(asked[3]) == set(val) for asked in trials), "fair", fair)
    whole = _("At the end, with the rate chosen, train on ALL training digits: those laid aside have done their work.")
    trial.expect(len(last[1]) == count, "share", whole)
    return np.sort(val)


def at_random(trial: Trial, splits: Sequence[np.ndarray], count: int) -> None:
    """Are sets laid aside from `count` digits, 50 or more, drawn at random? Of fair draws, one in 1e7 fails."""
    for val in splits:
        steps = np.diff(np.append(val, val[0] + count))
        block = _("The digits laid aside lie side by side in the training set. Where it is sorted by digit, as some "
                  "are, whole digits would be missing. Shuffle first.")  # fmt: skip
        trial.expect(np.sum(steps == 1) < len(val) - 1, "random", block)
        even = _("Every {step}th digit is laid aside. They should be drawn at random.")
        trial.expect(len(set(steps)) > 1, "random", even.format(step=steps[0]))
    half = _("The digits laid aside come from one half of the training set alone. Each should have the same chance.")
    trial.expect(len({bool(number < count / 2) for val in splits for number in val}) == 2, "random", half)


def chosen(trial: Trial, digits: Digits, lr: object, accuracy: object) -> None:
    """Is it the best of the rates, and its accuracy on the test set?"""
    lr, accuracy = trial.number(lr, _("the rate")), trial.number(accuracy, _("the accuracy"))
    asked, rates, count, best = digits.asked, digits.rates, len(digits.t_train), digits.best
    swapped = _("The rate comes first, and then the accuracy.")
    trial.expect(accuracy not in rates or lr in rates, "order", swapped)
    other = _("That rate is not the one that is best on the digits laid aside.")
    trial.answer(lr, rates[best], [
        ("leak", rates[digits.tested.argmax()], _(
            "That rate is best on the test set. Choose by the digits laid aside.")),
        ("sign", rates[digits.aside.argmin()], _("That rate is the worst on the digits laid aside.")),
        *(("values", rate, other) for rate in rates),
    ], what=_("the rate"))  # fmt: skip
    used = _("At the end it trains with another rate than the one it chose.")
    trial.expect(asked[-1][0] == rates[best], "state", used)
    honest = _("That is the accuracy on the digits laid aside. The rate was chosen because it is good there.")
    trial.answer(accuracy, digits.height(best, True, count), [
        ("leak", digits.height(best, False, count - count // 5), honest),
    ], within=1e-6 * digits.scale, what=_("the accuracy"))  # fmt: skip


def narrowed(low: float, high: float, rates: list[float]) -> tuple[float, float]:
    """Do what the `narrow` of the chapter does."""
    margin = 0.1 * np.log10(high / low)
    return max(low, min(rates) * 10**-margin), min(high, max(rates) * 10**margin)


class Landscape:
    """A score that is best at one power of ten, and notes what it was asked.

    It is `lucky` at one call, or at the first rate that is below `far`: the best of all trials is then elsewhere.
    """

    def __init__(self, best: float, lucky: int | None = None, far: float = 0.0, scale: float = 1.0):
        self.best, self.lucky, self.far, self.scale, self.asked, self.scores = best, lucky, far, scale, [], []

    def score(self, lr: float) -> float:
        """Give the score of a rate."""
        lr = float(lr)
        height = 0.9 / (1 + (np.log10(lr) - self.best) ** 2) if 0 < lr < np.inf else 0.0
        if len(self.asked) == self.lucky or lr < self.far:
            height, self.far = 0.95, 0.0
        self.asked.append(lr)
        self.scores.append(float(height) * self.scale)
        return self.scores[-1]

    def top(self, keep: int, first: int, last: int, worst: bool = False) -> list[float]:
        """Give the best, or the worst, rates among some of the calls."""
        places = sorted(range(first, last), key=self.scores.__getitem__, reverse=not worst)[:keep]
        return [self.asked[place] for place in places]


def _inside(rates: list[float], low: float, high: float) -> bool:
    return all(low * (1 - 1e-9) <= rate <= high * (1 + 1e-9) for rate in rates)


def _spread(rates: list[float], low: float, high: float) -> float:
    return float(np.log10(max(rates) / min(rates)) / np.log10(high / low))


def _after_each(land: Landscape, low: float, high: float, first: int, last: int, keep: int) -> bool:
    """Would it explain the rates of a round that the range is narrowed after each trial?"""
    for place in range(first, last):
        if not _inside([land.asked[place]], low, high):
            return False
        low, high = narrowed(low, high, land.top(keep, 0, place + 1))
    return True


def searched(trial: Trial, land: Landscape, low: float, high: float, count: int, keep: int, rounds: int, seed: int):
    """Run the search; where it raises, the rounds before may tell why."""
    try:
        return trial.call(trial.subject, land.score, low, high, count, keep, rounds, seed)
    except NotYet as error:
        land.asked = land.asked[: len(land.asked) // count * count]
        rounds_of(trial, land, low, high, count, keep, len(land.asked) // count)
        empty = _("After a round, the range is empty: low is above high. Are they rates that narrow gets?")
        trial.expect("high - low" not in error.hint, "range", empty)
        raise


def rounds_of(trial: Trial, land: Landscape, low: float, high: float, count: int, keep: int, rounds: int) -> None:
    """Does each round draw from the range that the rounds before have left, evenly by the power of ten?"""
    number = _("score is called {found} times. {rounds} rounds of {count} trials are asked for.")
    text = number.format(found=len(land.asked), rounds=rounds, count=count)
    trial.expect(len(land.asked) == rounds * count, "fence", text)
    # All draws lie in a narrower part of the range once in 1e8 times; so far from the half lies one side of it.
    most = (1e-8 / count) ** (1 / (count - 1))
    more, whole, before = _("np.log10 and 10 ** belong together, and np.log and np.exp do."), (low, high), None
    for end in range(0, rounds * count, count):
        rates = land.asked[end : end + count]
        said = _("In round {round}: ").format(round=end // count + 1)
        old = low, high
        if end:
            low, high = narrowed(low, high, land.top(keep, 0, end))
        if not _inside(rates, low, high):
            if not end:
                outside = _("it tries rates outside of the range from {low:g} to {high:g}.").format(low=low, high=high)
                trial.fail("range", said + outside, more)
            _outside(trial, land, said, rates, whole, old, keep, end, count)
        below = sum(rate < np.sqrt(low * high) for rate in rates)
        narrow, bent = _spread(rates, low, high) < most, abs(below - count / 2) > 3 * np.sqrt(count)
        each = _("it narrows the range after each trial. Step 4 comes once a round, when all its trials are scored.")
        trial.expect(not (narrow or bent) or not _after_each(land, low, high, end, end + count, keep), "range",
                     said + each)  # fmt: skip
        plain = _("of {count} rates between {low:.2g} and {high:.2g}, {below} lie below {middle:.2g}. By powers of "
                  "ten, that is the middle of the range.")  # fmt: skip
        flat = (np.array(rates) - low) / (high - low)
        even = np.ptp(flat) > 0.9 and abs(np.sum(flat < 0.5) - count / 2) < 3 * np.sqrt(count)
        trial.expect(not bent or (narrow and not even), "scale", said + plain.format(
            count=count, low=low, high=high, below=below, middle=float(np.sqrt(low * high))), more)  # fmt: skip
        part = _("it tries only a part of the range that step 4 leaves. Does narrow get the best keep?") if end else _(
            "it does not use the whole range.")
        trial.expect(not narrow, "range", said + part, more)
        drawn = np.log(np.array(rates) / low) / np.log(high / low)
        again = _("it draws the same places of the range as the round before: the generator begins anew.")
        trial.expect(before is None or not np.allclose(drawn, before), "state", said + again)
        before = drawn


def _outside(trial, land, said, rates, whole, old, keep, end, count):
    """Give the hint for a later round that goes beyond its range."""
    last = narrowed(*old, land.top(keep, end - count, end))
    wrong = narrowed(*old, land.top(keep, 0, end, worst=True))
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


def best_of_all(trial: Trial, land: Landscape, found: object, count: int) -> None:
    """Is it the best rate of all trials?"""
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
