"""Checks of chapter 01, perceptrons."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.base import Trial, exercise, explain
from dlcourse.checks.battery import case, function, no_loop
from dlcourse.text import _, joined
from dlcourse.tracing import SILENT

PAIRS = ((0, 0), (1, 0), (0, 1), (1, 1))
# Truth tables in the chapter's order of pairs.
AND, OR, NAND, XOR, SAME = "0001", "0111", "1110", "0110", "1001"
NAMES = {AND: "AND", OR: "OR", NAND: "NAND", XOR: "XOR", SAME: "1001", "1000": "NOR"}


def _table(fires: Callable[[int, int], Any]) -> str:
    return "".join(str(int(fires(*pair))) for pair in PAIRS)


def _opposite(table: str) -> str:
    return "".join("10"[int(digit)] for digit in table)


def _fires(w1: float, w2: float, b: float) -> str:
    return _table(lambda x1, x2: w1 * x1 + w2 * x2 + b > 0)


def _numbers(variant: int) -> dict:
    """Give a neuron for which one pair of inputs lies exactly on the line, and no likely slip gives its table."""
    rng = np.random.default_rng(variant)
    while True:
        w1, w2 = (float(rng.choice([-0.75, -0.5, -0.25, 0.25, 0.5, 0.75])) for _weight in range(2))
        b = -[w1, w2, w1 + w2][int(rng.integers(3))]
        if variant == 0:
            w1, w2, b = 0.5, -0.25, -0.25
        table, crosses = _fires(w1, w2, b), -b / w1 if b else 0.0
        if table in [slip[1] for slip in _slips(w1, w2, b)] or abs(w1) == abs(w2):
            continue
        if crosses and crosses == round(crosses, 2):
            return {"w1": w1, "w2": w2, "b": b, "table": table, "theta": -b, "crosses": crosses}


def _slips(w1: float, w2: float, b: float) -> list[tuple]:
    table = _fires(w1, w2, b)
    edge = _table(lambda x1, x2: w1 * x1 + w2 * x2 + b >= 0)
    return [
        ("fence", edge, _("For one pair the sum is exactly 0. Read in the formula what the neuron does then.")),
        ("order", table[0] + table[2] + table[1] + table[3], _("Keep to the order: (1, 0) comes before (0, 1).")),
        ("sign", _opposite(table), _("Every answer is turned round: the neuron fires where the sum is above 0.")),
        ("sign", _fires(w1, w2, -b), _("That is the table for the bias {b:g}: it is added as it is, sign and all."
                                       ).format(b=-b)),
        ("formula", _fires(w1, w2, 0), _("That is the table of a neuron without the bias.")),
    ]  # fmt: skip


@exercise("1.1", "Which pairs fire?", kind="predict then run", points=2, section="Maths", names=("prediction",),
          numbers=_numbers)  # fmt: skip
def which_pairs_fire(trial: Trial) -> None:
    """The truth table of a neuron on paper, its threshold, and where its line crosses the axis of x1."""
    w1, w2, b = (trial.numbers[name] for name in ("w1", "w2", "b"))
    trial.answers({name: trial.numbers[name] for name in ("table", "theta", "crosses")}, {
        "table": _slips(w1, w2, b),
        "theta": [("sign", b, _("That is the bias. Bring it to the other side: what does its sign do?"))],
        "crosses": [
            ("sign", b / w1, _("Put x2 = 0 into the equation of the line, and watch the sign of b.")),
            ("scale", -b, _("Almost: how much of x1 makes up for the bias depends on the weight of x1.")),
            ("scale", -b * w1, _("In w1·x1 + b = 0, you multiplied by the weight. Solve for x1.")),
            ("order", -b / w2, _("There the line crosses the other axis, the one of x2.")),
        ],
    }, within=1e-6)  # fmt: skip


def _gate(trial: Trial, name: str, f: Any, right: str, raised: tuple | None = None, more: str | None = None):
    """Ask a gate for its truth table."""
    found = []
    for pair in PAIRS:
        answer = trial.call(f, *pair, raised=raised)
        trial.shape(answer, ())
        answer = float(trial.array(answer))
        text = _("{doing} gives {answer:g}. A gate says 1 or 0.").format(doing=trial.doing, answer=answer)
        trial.expect(answer in (0, 1), "formula", text)
        found.append(int(answer))
    table = "".join(map(str, found))
    if table == right:
        text = _("{doing} is right the first time, and not when it is asked again: a gate remembers nothing.")
        for index in trial.rng.integers(4, size=20):
            again = trial.array(trial.call(f, *PAIRS[index]))
            trial.expect(np.array_equal(again, int(right[index])), "state", text.format(doing=trial.doing))
        return
    if table == _opposite(right):
        trial.fail("sign", _("Every answer of {name} is turned round.").format(name=name))
    if table in NAMES:
        trial.fail("swapped", _("{name} answers like {other}.").format(name=name, other=NAMES[table]), more)
    wrong = [str(pair) for pair, one, other in zip(PAIRS, table, right, strict=True) if one != other]
    text = _("{name} answers wrongly to {pairs}.").format(name=name, pairs=joined(wrong, ", "))
    trial.fail("values", text, _("Add up on paper what its neuron gets there, with the bias or against the threshold."))


@exercise("1.2", "Find the bug: four gates, three names", kind="find the bug", points=2, section="OR and NAND",
          names=("AND", "NAND", "XOR"), uses=("perceptron.Perceptron",))  # fmt: skip
def four_gates_three_names(trial: Trial) -> None:
    """The notes' gates: OR is called AND, so that AND is lost, and XOR calls an OR that does not exist."""
    one, nand, xor = trial.subjects
    _gate(trial, "NAND", nand, NAND)
    more = _("Python keeps the last function of a name. Look at which names stand after def, from top to bottom.")
    _gate(trial, "AND", one, AND, more=more)
    hint = _("AND and NAND are right. XOR still stops with an error: which of the names that it calls is nowhere?")
    _gate(trial, "XOR", xor, XOR, raised=("raises", hint))


@exercise("1.3", "Find the bug: and-or, or not-and?", kind="find the bug", points=2, section="OR and NAND",
          names=("not_and",), uses=("perceptron.Perceptron", "perceptron.AND", "perceptron.OR"))  # fmt: skip
def and_or_or_not_and(trial: Trial) -> None:
    """NAND typed from AND, with the weights turned round and the bias left as it was."""
    f = trial.subject
    never = [trial.array(trial.call(f, *pair)) for pair in PAIRS]
    text = _("not_and says 0 to every pair. NAND says 0 to one alone.")
    more = _("With both weights negative, how large is the sum for (0, 0), and what alone can lift it above 0?")
    trial.expect(not all(answer.shape == () and answer == 0 for answer in never), "bias", text, more)
    _gate(trial, "not_and", f, NAND)


def _neuron_inputs(rng: np.random.Generator, count: int, width: int) -> tuple[np.ndarray, np.ndarray, float]:
    # Eighths are exact, so that however the sum is written down, it is the same; with this bias it is never 0.
    x, w = rng.integers(-24, 25, size=(count, width)) / 8, rng.integers(-16, 17, size=width) / 8
    return x, w + (w == 0) / 8, float(rng.integers(-9, 10)) / 4 + 33 / 256


def _neuron(x, w, b):
    return np.where((x * w).sum(axis=1) + b > 0, 1, 0)


def _near_the_border() -> list[tuple]:
    """Give inputs whose sum is exactly 0, or just beside it, on either side."""
    tiny = np.array([[0.0], [2.0**-8], [-(2.0**-8)], [2.0**-30], [-(2.0**-60)], [2.0**-60]])
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [3.0, -0.5], [0.25, 0.25]])
    return [(tiny, np.array([1.0]), 0.0), (tiny[:3] + 0.5, np.array([2.0]), -1.0),
            (corners, np.array([0.5, 0.25]), -0.25), (corners.astype(int), np.array([-2, 1]), 1),
            (corners, np.array([1.0, 1.0]), 0.0)]  # fmt: skip


@exercise("1.4", "A neuron for a whole table", kind="write it", points=2, section="One class for all of them",
          names=("neuron",), uses=())  # fmt: skip
def neuron(trial: Trial) -> None:
    """One neuron's answers to N inputs at once, with any number of weights."""
    turned = _("It fires where it should not, and the other way round.")
    edge = _("It must fire where the sum is above 0, however little, and not where it is 0 or below.")
    whole = _("With numbers of the type {dtype} it is wrong.").format(dtype="int64")
    single = _("A table of one row must give an array with one answer, of shape (1,).")

    def total(x, w, b=0.0):
        return (x * w).sum(axis=1) + b

    def misfit(x, w, b):
        hint = _("x has the shape {x}, and w has the shape {w}: that does not work. A row of x is one input.")
        return "axis", hint.format(x=x.shape, w=w.shape)

    function(trial, trial.subject, _neuron, _neuron_inputs, ((140, 3), (16, 16), (6, 5), (7, 1), (5, 2), (9, 4), (3, 3)), [
        ("sign", lambda x, w, b: total(x, w, b) <= 0, turned),
        ("sign", lambda x, w, b: total(x, w) > b, _("b is a bias. You use it as a threshold.")),
        ("fence", lambda x, w, b: total(x, w, b) > 0.01, edge),
        ("formula", total, _("Those are the sums. What is missing is the decision: 1 or 0.")),
        ("formula", lambda x, w, b: total(x, w) > 0, _("The bias is not in it.")),
        ("formula", lambda x, w, b: total(x, w, round(b)) > 0, _("The bias is rounded.")),
        ("formula", lambda x, w, b: np.sign(total(x, w, b)), _("Below 0 it says -1. A neuron says 1 or 0.")),
        ("formula", lambda x, w, b: x.sum(axis=1) + b > 0, _("The weights are not in it.")),
        ("axis", lambda x, w, b: x.T @ w + b > 0, _("Rows and columns are swapped: a row of x is one input.")),
        ("axis", lambda x, w, b: (x * w).sum() + b > 0, _("All rows are added up to one answer. Each row wants its "
                                                         "own.")),
        ("axis", lambda x, w, b: (x * w).sum(axis=0) + b > 0, _("You add up the columns. A row of x is one input.")),
        ("shape", lambda x, w, b: x * w + b > 0, _("The products are not added up yet: one answer for each row of x.")),
        ("sizes", lambda x, w, b: x[:, 0] * w[0] + x[:, 1] * w[1] + b > 0, _(
            "It looks at the first two columns alone. There may be any number of them.")),
        ("sizes", lambda x, w, b: total(x[:, :2], w[:2], b) > 0, _(
            "It looks at the first two columns alone. There may be any number of them.")),
    ], borders=[
        *(case(*inputs, kind="fence", hint=edge) for inputs in _near_the_border()),
        *(case(*_neuron_inputs(trial.rng, 1, width), kind="shape", hint=single) for width in (4, 1)),
        *(case(np.array([[1], [0], [-1], [3]]), np.array([0.25]), b, kind="dtype", hint=whole) for b in (0.125, -0.125)),
        *(case(np.array([[x], [-x]]), np.array([1.0]), 0.0) for x in (200.0, 4e4, 3e9, 1e19)),
        case(np.array([[2**24 + 1, 2**24], [2**24, 2**24 + 1]]), np.array([1, -1]), 0),
        *(case(values.far(x), *rest) for x, *rest in [_neuron_inputs(np.random.default_rng(trial.seed), 5, 3)]),
    ], raised=misfit)  # fmt: skip
    no_loop(trial, trial.subject, _neuron_inputs, (4, 3), (400, 3), (4, 400))


def _room(w1: float, w2: float, b: float) -> dict:
    return {(x1, x2): abs(w1 * x1 + w2 * x2 + b) / math.hypot(w1, w2) for x1, x2 in PAIRS}


@exercise("1.5", "Room for error", kind="measure", points=2, section="Play", names=("gate",))
def room_for_error(trial: Trial) -> None:
    """An AND whose line keeps a distance of 0.34 from all four points."""
    found = trial.plain(trial.subject)
    trial.expect(type(found) is dict, "type", _("gate is no longer a dict."))
    w1, w2, b = (trial.number(found.get(name), repr(name)) for name in ("w1", "w2", "b"))
    table = _fires(w1, w2, b)
    hint = _("With these numbers every answer of AND is turned round.")
    trial.expect(table != _opposite(AND), "sign", hint)
    wrong = joined((pair for pair, one, other in zip(PAIRS, table, AND, strict=True) if one != other), ", ")
    trial.expect(not wrong, "values", _("With these numbers it is no AND: wrong for {pairs}.").format(pairs=wrong))
    room = _room(w1, w2, b)
    if min(room.values()) >= 0.34 - 1e-9:
        return
    nearest, room_left = min(room.items(), key=lambda item: item[1])
    hint = _("It is an AND, but its line passes {room:.2f} from {pair}.").format(room=room_left, pair=nearest)
    if max(abs(w1), abs(w2)) > 1.1 * min(abs(w1), abs(w2)):
        more = _("(1, 0) and (0, 1) do not have the same room. Which two numbers decide how the line leans?")
        trial.fail("lean", hint, more)
    more = _("The line leans as it should. Which number moves it without turning it, and which corner is it to leave?")
    trial.fail("place", hint, more)


TRIPLES = tuple((x1, x2, x3) for x1 in (0, 1) for x2 in (0, 1) for x3 in (0, 1))


@exercise("1.6", "Neurons that add", kind="write it", points=3, section="XOR from two layers", names=("add_bits",),
          uses=("perceptron",))  # fmt: skip
def neurons_that_add(trial: Trial) -> None:
    """Add three bits: the digit that is written down, and the one that is carried."""
    f, x = trial.subject, np.array(TRIPLES)
    total, pair = x.sum(axis=1), x[:, 0] + x[:, 1]

    def ask(inputs, layout=""):
        answers = []
        for triple in inputs:
            answer = trial.call(f, *map(float, triple), layout=layout)
            trial.shape(answer, (2,))
            answers.append(trial.array(answer).astype(float))
        return np.array(answers)

    def case_of(wrong, what):
        bits = [str(triple) for triple, bad in zip(TRIPLES, wrong, strict=True) if bad]
        return _("The {what} is not right for {bits}.").format(what=what, bits=joined(bits[:3], ", "))

    found = ask(TRIPLES)
    digit, carry = total % 2, (total > 1) * 1
    swapped = _("The digit comes first, the carry second.")
    trial.expect(not np.array_equal(found, np.stack([carry, digit], axis=1)), "order", swapped)
    trial.equal(found[:, 0], digit, [
        ("sign", 1 - digit, _("Every digit is turned round.")),
        ("one input", pair % 2, _("The digit of the first two is right; the third input is not in it yet.")),
        ("formula", total > 0, _("The digit is 1 if any input is. That is OR: 1 + 1 = 10 has the digit 0.")),
        ("formula", total == 1, _("1 + 1 + 1 = 11 has the digit 1.")),
        ("formula", total, _("The sum can be 3. A neuron says 1 or 0.")),
        ("formula", total == 3, _("The digit is 1 only if all inputs are.")),
    ], kind="wrong digit", hint=case_of(found[:, 0] != digit, _("digit")), more=_(
        "Go through these cases on paper, layer by layer."))  # fmt: skip
    trial.equal(found[:, 1], carry, [
        ("sign", 1 - carry, _("The digits are right. Every carry is turned round.")),
        ("one input", pair == 2, _("The digits are right. The carry does not look at the third input.")),
        ("formula", total == 3, _("The digits are right. The carry waits until all three are 1.")),
        ("formula", total > 0, _("The digits are right. There is a carry already for a single 1.")),
        ("formula", total == 2, _("The digits are right. 1 + 1 + 1 = 11 has a carry, too.")),
    ], kind="wrong carry", hint=case_of(found[:, 1] != carry, _("carry")), more=_(
        "The digits are right. Go through these cases on paper."))  # fmt: skip
    hint = _("With inputs that are off by up to 0.1 it breaks. Gates decide; what compares with 0 and 1 or calculates"
             " passes the error on.")  # fmt: skip
    more = _("Build it from gates or from Perceptron. Then the first layer makes clean zeros and ones of its inputs.")
    for error in (0.1, -0.1, trial.rng.uniform(-0.1, 0.1, x.shape)):
        trial.equal(ask(x + error), np.stack([digit, carry], axis=1), kind="noise", hint=hint, more=more)
    rounds = _("It is right, and rounds. The task is to build it of neurons: weights, a bias, and the step.")
    trial.without("round", "rint", "around", "floor", "ceil", "trunc", kind="rounds", hint=rounds)
    if any(name.startswith("perceptron.") for name in trial.package):
        silent = ask(x, SILENT)
        show = _("While no neuron fires, the {what} is right all the same. So it comes from something else, and the "
                 "neurons are there for show.")  # fmt: skip
        for what, found, right in ((_("digit"), silent[:, 0], digit), (_("carry"), silent[:, 1], carry)):
            trial.expect(not np.array_equal(found, right), "show", show.format(what=what))


explain("1.7", "XOR in one neuron?", points=2, section="XOR, and why no line does it")
