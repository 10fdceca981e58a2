"""A check sees the same things through the pipe as at home, and nothing that comes through it does harm."""

import functools
import io
import itertools
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from answering import answers, chapter_of, chapter_source, gradable, question, text_of
from answers import FLOAT32, WARNS
from waiting import PATIENCE

from dlcourse.checks import NotYet, base
from dlcourse.checks.access import Raised
from dlcourse.grading import remote, sandbox, sources, wire, written
from dlcourse.grading.remote import Gone, Proxy, RemoteAccess, Workplace

NO_ERRORS = {}


_shared = []


def workplace():
    """Give one worker for all tests; another one after one that is gone."""
    if _shared and _shared[-1].gone:
        _shared.pop().close()
    if not _shared:
        _shared.append(Workplace(memory=1 << 30, seconds=600))
    return _shared[-1]


@pytest.fixture(scope="module", autouse=True)
def _close():
    yield
    while _shared:
        _shared.pop().close()


def enter(text):
    """Run a cell; give the access to it."""
    place = workplace()
    place.forget()
    place.deadline = time.monotonic() + PATIENCE
    place.run("globals().clear()")
    assert place.run(text)["error"] is None
    return RemoteAccess(place)


def at_a_distance(number, text, seed=0):
    given = []
    for cell in chapter_source(chapter_of(number)).cells:
        if cell["id"] == question(number).answer["id"]:
            break
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            given.append(cell.source)
    access = enter("\n".join(given))
    workplace().run(text)
    things = [workplace().subject(name) for name in question(number).names]
    try:
        base.judge(number, things, seed=seed, access=access)
    except NotYet as error:
        return error.kind
    return None


def texts(number, table):
    found = getattr(answers(chapter_of(number)), table)[number]
    entries = [entry[1:] if table == "WRONG" else entry for entry in found if entry not in (WARNS, FLOAT32)]
    kinds = [entry[0].partition("|")[0].rpartition(">")[2].strip() if table == "WRONG" else None for entry in found]
    return [(text_of(number, entry), kind) for entry, kind in zip(entries, kinds, strict=False)]


@pytest.mark.gate
@pytest.mark.parametrize("number", gradable())
def test_checks_say_the_same_at_a_distance(number):
    solution = sources.solution(question(number).answer)
    assert at_a_distance(number, solution, question(number).hidden_seeds[0]) is None
    for text, _kind in texts(number, "RIGHT")[:2]:
        assert at_a_distance(number, text) is None, text
    for text, kind in texts(number, "WRONG")[:3]:
        assert at_a_distance(number, text) == kind, text


@pytest.mark.slow
@pytest.mark.parametrize("number", gradable())
def test_checks_say_the_same_about_every_answer(number):
    for table in ("RIGHT", "WRONG"):
        for text, kind in texts(number, table):
            for seed in (0, *question(number).hidden_seeds):
                assert at_a_distance(number, text, seed) == kind, text


VALUES = [
    None, True, 3, -2.5, float("inf"), "wörter\n", ..., NotImplemented, (1, (2.0, "x")), [], {}, {"a": [1, {2: None}]},
    np.arange(6).reshape(2, 3), np.zeros((0, 3)), np.float32([1.5, np.nan]), np.array(2.5), np.array(["ab", "c"]),
    np.ones((2, 3))[:, ::2], np.array([True, False]), np.array([1 + 2j]), np.arange(3, dtype=">i4"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {value!r}"[:30])
def test_values_come_back_as_they_went(value):
    access = enter("def same(x):\n    return x\ndef kind(x):\n    return type(x).__name__")
    found = access.call(workplace().subject("same"), [value], {}, NO_ERRORS)
    assert type(found) is type(value)
    np.testing.assert_equal(found, value)
    assert access.call(workplace().subject("kind"), [value], {}, NO_ERRORS) == type(value).__name__
    if isinstance(value, np.ndarray):
        assert found.dtype == value.dtype and found.flags.writeable


def test_numpys_numbers_stay_what_they_are():
    access = enter("import numpy as np\nf = lambda: (np.float32(1.5), np.int8(3), np.str_('a'))")
    found = access.call(workplace().subject("f"), [], {}, NO_ERRORS)
    assert [type(item) for item in found] == [np.float32, np.int8, np.str_]


def test_arguments_that_are_changed_are_changed_here():
    access = enter("""
def update(params, grads, log):
    for name in params:
        params[name] -= 0.1 * grads[name]
    params["new"] = grads["W"]
    log.append(len(params))
    return params
""")
    params, grads, log = {"W": np.ones((2, 3)), "b": np.zeros(3)}, {"W": np.ones((2, 3)), "b": np.ones(3)}, []
    matrix, update = params["W"], workplace().subject("update")
    found = access.call(update, [params, grads, log], {}, NO_ERRORS)
    assert found is params and params["W"] is matrix and params["new"] is grads["W"]
    assert np.allclose(matrix, 0.9) and np.allclose(params["b"], -0.1) and np.all(grads["b"] == 1) and log == [3]
    matrix += 1
    access.call(update, [params, {**grads, "new": np.zeros((2, 3))}, log], {}, NO_ERRORS)
    assert np.allclose(matrix, 1.8) and log == [3, 3]


def test_arguments_that_are_left_alone_are_left_alone():
    access = enter("def f(x, y):\n    y = y + 1\n    return x * 2")
    x, y = np.arange(3.0), [1.0, 2.0]
    with pytest.raises(Raised, match="TypeError"):
        access.call(workplace().subject("f"), [x, y], {}, NO_ERRORS)
    assert np.array_equal(access.call(workplace().subject("f"), [x], {"y": 1}, NO_ERRORS), [0, 2, 4])
    assert np.array_equal(x, [0, 1, 2]) and y == [1.0, 2.0]


def test_objects_stay_there_and_keep_their_identity():
    access = enter("""
import numpy as np
class Layer:
    def __init__(self, W):
        self.params, self.grads, self.x = {"W": W}, {}, None
    def forward(self, x, training=True):
        self.x = x
        return x @ self.params["W"] if training else self
    def backward(self, dout):
        self.grads["W"] = self.x.T @ dout
class Net:
    def __init__(self, layers):
        self.layers = layers
""")
    kind = workplace().subject("Layer")
    assert (access.what(kind), kind.name, type(kind)) == ("class", "Layer", type(kind)) and isinstance(kind, Proxy)
    layer = access.call(kind, [np.ones((3, 2))], {}, NO_ERRORS)
    assert access.what(layer) == "value" and type(layer).__name__ == "Layer"
    assert access.method(layer, "forward", [np.ones((4, 3))], {"training": True}, NO_ERRORS).shape == (4, 2)
    assert access.method(layer, "forward", [np.ones((4, 3))], {"training": False}, NO_ERRORS) is layer
    access.method(layer, "backward", [np.ones((4, 2))], {}, NO_ERRORS)
    assert np.all(access.get(layer, "grads", ["W"]) == 4)
    access.set(layer, "params", ["W"], np.zeros((3, 2)))
    assert np.all(access.get(layer, "params", ["W"]) == 0)
    access.set(layer, "mode", [], "test")
    assert access.get(layer, "mode", []) == "test"
    net = access.call(workplace().subject("Net"), [[layer]], {}, NO_ERRORS)
    assert access.get(net, "layers", [0]) is layer
    params = access.get(layer, "params", [])
    params["W"] += 5
    same = access.call(workplace().subject("Net"), [[params]], {}, NO_ERRORS)
    assert np.all(access.get(layer, "params", ["W"]) == 5), "an object that came from there is that object there"
    assert access.get(same, "layers", [0]) is params
    with pytest.raises(Raised, match="AttributeError"):
        access.get(layer, "nothing", [])


def test_functions_of_the_check_can_be_called():
    access = enter("""
import numpy as np
def numerical_gradient(f, x):
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        old = x[place]
        x[place] = old + 1e-4
        above = f(x)
        x[place] = old - 1e-4
        grad[place] = (above - f(x)) / 2e-4
        x[place] = old
    return grad
def caught(f):
    try:
        f(1)
    except ValueError as error:
        return str(error)
""")
    x = np.arange(6.0).reshape(2, 3)
    seen = []

    def f(point):
        seen.append(point is x)
        return float((point**2).sum())

    found = access.call(workplace().subject("numerical_gradient"), [f, x], {}, NO_ERRORS)
    assert np.allclose(found, 2 * x) and np.array_equal(x, np.arange(6.0).reshape(2, 3)) and all(seen)
    assert access.call(workplace().subject("caught"), [lambda _x: int("x")], {}, NO_ERRORS).startswith("invalid")
    caught = workplace().subject("caught")

    def nested(point):
        return float(access.call(caught, [lambda _x: int("y")], {}, NO_ERRORS).startswith("invalid")) * point.sum()

    assert np.allclose(access.call(workplace().subject("numerical_gradient"), [nested, x], {}, NO_ERRORS), 1)
    with pytest.raises(Raised, match="KeyError"):
        access.call(caught, [lambda _x: {}["x"]], {}, NO_ERRORS)


def test_overflow_is_a_mistake_where_the_check_says_so():
    access = enter("import numpy as np, warnings\ndef f(x):\n    warnings.warn('hm')\n    return np.exp(x)")
    f = workplace().subject("f")
    assert access.call(f, [np.array([1000.0])], {}, NO_ERRORS)[0] == np.inf
    with pytest.raises(Raised, match="FloatingPointError"):
        access.call(f, [np.array([1000.0])], {}, {"over": "raise"})


def test_overflow_is_a_mistake_whatever_the_learner_makes_of_numpy():
    access = enter("""
import contextlib, numpy as np
np.errstate = lambda **kwargs: contextlib.nullcontext()
np.exp = lambda x: x * 0
def f(x):
    return np.exp(x)
""")
    with pytest.raises(Raised, match="FloatingPointError"):
        access.call(workplace().subject("f"), [np.array([1000.0])], {}, {"over": "raise"})


def test_what_no_plain_value_is_stays_there():
    access = enter("""
import collections, numpy as np
made = dict(matrix=np.matrix([[1]]), queue=collections.deque([1]), objects=np.array([None]), huge=10**30,
            text="x" * 200_000, made=lambda: 1)
def give(name):
    return made[name]
""")
    give = workplace().subject("give")
    found = {
        name: access.call(give, [name], {}, NO_ERRORS) for name in ("matrix", "queue", "objects", "huge", "text")
    }
    assert all(isinstance(value, Proxy) for value in found.values())
    assert [type(value).__name__ for value in found.values()] == ["matrix", "deque", "ndarray", "int", "str"]
    assert access.what(access.call(give, ["made"], {}, NO_ERRORS)) == "function"
    with pytest.raises(Raised, match="MemoryError"):
        access.call(give, ["x"], {"huge": np.zeros(10**7)}, NO_ERRORS)


def test_magic_and_await_run():
    place = workplace()
    enter("import asyncio")
    assert place.run("await asyncio.sleep(0)\nawaited = 1")["error"] is None
    assert place.run("y = get_ipython().run_line_magic('time', '1 + 1')")["error"] is None
    assert place.run("get_ipython().run_cell_magic('time', '', 'z = 3\\n')")["error"] is None
    assert place.run("get_ipython().run_line_magic('matplotlib', 'inline')\ndisplay(3)")["printed"] == "3\n"
    assert [place.subject(name) for name in ("awaited", "y", "z", "nothing")] == [1, 2, 3, None]
    assert place.run("x = 1\n1 / 0")["error"] == ["ZeroDivisionError", "division by zero", 2]
    assert place.run("x = (")["error"][::2] == ["SyntaxError", 1]


@pytest.mark.parametrize("module", ["dlcourse.checks.chapter02", "dlcourse.checks.base", "dlcourse.grading.judge"])
def test_checks_and_graders_cannot_be_imported(module):
    assert workplace().run(f"import {module}")["error"][0] == "ModuleNotFoundError"
    assert workplace().run("from dlcourse.checks import check\ncheck('2.1', 3)")["error"] is None
    assert workplace().run("from dlcourse.functions import sigmoid\nsigmoid(0.0)")["error"] is None


def message(found, blob=b""):
    numbers = wire.Numbers(1)
    numbers.enter(1, np.zeros(3))
    return wire.Decoder(numbers, blob, lambda _found: pytest.fail("no object"), {1}).value(found)


@pytest.mark.parametrize(
    "found",
    [
        [], {}, {"a": 1}, ["again", 3], ["list"], ["list", 1], ["list", "1", []], ["list", 2, 5], ["dict", 2, [[1]]],
        1 << 70, ["dict", 2, [[["list", None, []], 1]]], ["array", 2, "<f8", [3], 0, 24], ["array", 2, "O", [1], 0, 0],
        ["array", 2, "<f8", [2], -8, 8], ["array", 2, "V8", [0], 0, 0],
        ["array", 2, "<U0", [3], 0, 0], ["array", 2, "nonsense", [0], 0, 0], ["same", 2], ["same", 1, 2][:1],
        ["scalar", "<f8", 0, 0], ["tuple", 7], ["tuple", [["list", 3, []], ["list", 3, []]]],
        functools.reduce(lambda inner, _step: ["tuple", [inner]], range(200), 1),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_value_is_refused(found):
    with pytest.raises(wire.Broken):
        message(found)


def test_a_small_message_does_not_become_a_large_one():
    shared = ["list", None, [["array", None, "<f8", [1000], 0, 8000] for _copy in range(100)]]
    with pytest.raises(wire.Broken, match="share their bytes"):
        message(shared, bytes(8000))
    keys = [[["scalar", "<c16", 16 * place, 16], 0] for place in range(wire.MOST_ODD_KEYS + 1)]
    with pytest.raises(wire.Broken, match="odd kinds"):
        message(["dict", None, keys], bytes(16 * len(keys)))
    assert len(message(["dict", None, [[place, 0] for place in range(20_000)]])) == 20_000
    numbers = wire.Numbers(1)
    with pytest.raises(wire.Broken, match="too much at a time"):
        for _array in range(10):
            numbers.of(np.broadcast_to(np.zeros(1), wire.MOST_KNOWN // 32))


def test_a_worker_that_claims_huge_prints_is_cut():
    answer = {"ok": ["dict", None, [["printed", "x" * 90_000], ["error", None]]], "args": []}
    assert len(lying(answer).run("x = 1")["printed"]) == 1000  # what `lying` leaves room for
    for error in ({"a": 1}, [1, 2, 3]):
        error = ["list", None, list(error)] if isinstance(error, list) else 7
        with pytest.raises(Gone, match="no value"):
            lying({"ok": ["dict", None, [["printed", ""], ["error", error]]], "args": []}).run("x = 1")


def test_an_argument_is_not_changed_behind_the_checks_back():
    numbers, mine, other = wire.Numbers(1), np.zeros(3), np.zeros(3)
    numbers.enter(1, mine)
    numbers.enter(2, other)
    blob = np.ones(6).tobytes()
    found = wire.Decoder(numbers, blob, None, {1}).value(
        ["list", None, [["array", 1, "<f8", [3], 0, 24], ["array", 2, "<f8", [3], 24, 24]]]
    )
    assert found[0] is mine and mine[0] == 1 and found[1] is not other and other[0] == 0


@pytest.mark.parametrize("sent", [b"\xff" * 8, b"\x02\0\0\0\0\0\0\0{{", b"\x00\0\0\0\0\0\0\x7f"])
def test_what_is_no_message_is_refused(sent):
    with pytest.raises(wire.Broken):
        wire.read(io.BytesIO(sent))
    assert wire.read(io.BytesIO(sent[:5])) is None


def lying(*answers):
    """Give the judge's end of a pipe at whose other end somebody says these answers."""
    place = object.__new__(Workplace)
    left = iter(answers)
    place.numbers, place._put, place._next = wire.Numbers(1), lambda _item: None, lambda: (next(left), b"")
    place.gone, place.room = None, 1000
    return place


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": ["object", 5, "value", "x"], "args": []}, {"ok": ["object", -5, "verdict", "x"], "args": []},
        {"ok": ["object", 1, "value", "x"], "args": []}, {"ok": 1}, {"ok": 1, "args": 7}, {"raised": [1], "args": []},
        {"callback": 99, "args": [], "kwargs": {}}, {"callback": [], "args": []},
        {"ok": ["dict", -1, [[[], 1]]], "args": []},
    ],
    ids=repr,
)  # fmt: skip
def test_a_worker_that_lies_is_ended(answer):
    with pytest.raises(Gone, match="something that is no value") as caught:
        lying(answer).ask({"do": "call"}, [[1.0]])
    assert caught.value.kind == "answer"


def test_a_worker_that_calls_without_end_is_ended(monkeypatch):
    monkeypatch.setattr(remote, "MOST_CALLBACKS", 5)
    place = lying(*itertools.repeat({"callback": 1, "args": [], "kwargs": {}}, 5))
    with pytest.raises(Gone, match="without end"):
        place.ask({"do": "call"}, [lambda: 1])
    with pytest.raises(Gone, match="no value"):
        lying({"ok": {"printed": 3}, "args": []}).run("x = 1")
    with pytest.raises(Gone, match="no value"):
        lying({"ok": 3, "args": []}).run("x = 1")
    with pytest.raises(Raised, match="MemoryError"):
        lying({"raised": ["MemoryError", "no"], "args": []}).subject("x")


def test_what_a_check_has_of_its_own_is_not_asked_for_elsewhere():
    access = RemoteAccess(workplace())
    thing = type("Thing", (), {"items": {"a": 1}, "twice": lambda self, x: 2 * x})()
    assert access.call(len, ["abc"], {}, NO_ERRORS) == 3 and access.what(len) == "function"
    assert access.method(thing, "twice", [4], {}, NO_ERRORS) == 8
    access.set(thing, "items", ["a"], 5)
    assert access.get(thing, "items", ["a"]) == 5
    with pytest.raises(TypeError, match="of the type Thing"):
        access.call(enter("f = print") and workplace().subject("f"), [thing], {}, NO_ERRORS)


def test_what_is_too_large_is_not_handed_over():
    access = enter("f = print")
    for value in (["x" * 90_000] * 100, np.zeros(10**7)):
        with pytest.raises(Raised, match="MemoryError"):
            access.call(workplace().subject("f"), [value], {}, NO_ERRORS)
    with pytest.raises(wire.Broken, match="too deep"):
        deep = functools.reduce(lambda inner, _step: ["list", None, [inner]], range(60), 1)
        message(deep)
    pipe = io.BytesIO()
    wire.write(pipe, [1], b"ab")
    assert wire.read(io.BytesIO(pipe.getvalue())) == ([1], b"ab")
    assert wire.read(io.BytesIO(pipe.getvalue()[:-1])) is None


def alive(number):
    return Path(f"/proc/{number}").exists()


def test_a_worker_that_is_gone_says_how():
    exits, loops = "import os\nos._exit(3)", "while True: pass"
    for text, seconds, kind, said in [(exits, PATIENCE, "died", "exit code 3"), (loops, 1, "time", "out of time")]:
        place = Workplace(memory=1 << 30, seconds=60)
        place.deadline = time.monotonic() + seconds
        with pytest.raises(Gone, match=said) as caught:
            place.run(text)
        assert caught.value.kind == kind
        place.deadline = time.monotonic() + PATIENCE
        with pytest.raises(Gone, match=said):
            place.subject("late")
        place.close()
        assert place.process.process.returncode is not None and not alive(place.process.number)


def test_what_is_left_of_a_cell_that_never_ends():
    text = "import math\nx = 1\ndef f():\n    return 1\nwhile True:\n    pass\nclass A:\n    pass\n"
    assert written.only_definitions(text) == "import math\n\ndef f():\n    return 1\n\nclass A:\n    pass"
    assert written.only_definitions("no python") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: bubblewrap")
def test_the_machine_at_hand_holds_all_that_it_can():
    assert set(workplace().holds) == {sandbox.HOOK, sandbox.MEMORY, sandbox.THREADS, sandbox.WALLS, sandbox.CALLS}
    assert sandbox.lacks(workplace().holds) == []
