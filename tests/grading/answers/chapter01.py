"""Known answers to the exercises of chapter 01."""

from answers import FLOAT32, WARNS

GATES = """
def AND(x1, x2):
    return 1 if x1 * 0.5 + x2 * 0.5 > 0.7 else 0


def OR(x1, x2):
    return 1 if x1 * 0.5 + x2 * 0.5 > 0.4 else 0


def NAND(x1, x2):
    return 1 if np.sum(np.array([-0.5, -0.5]) * np.array([x1, x2])) + 0.7 > 0 else 0


def XOR(x1, x2):
    return AND(NAND(x1, x2), OR(x1, x2))
"""


def gates(old, new):
    """Give the four gates with one thing changed."""
    assert old in GATES
    return GATES.replace(old, new)


RIGHT = {
    "1.1": [
        "prediction = {'table': '0100', 'theta': 0.25, 'crosses': 0.5}",
        "prediction = {'crosses': np.float64(0.5), 'table': ' 0100', 'theta': np.float32(0.25), 'note': 'x1 alone'}",
        "w, b = np.array([0.5, -0.25]), -0.25\nfound = [int(w @ x + b > 0) for x in [(0, 0), (1, 0), (0, 1), (1, 1)]]\n"
        "prediction = {'table': ''.join(map(str, found)), 'theta': -b, 'crosses': -b / w[0]}",
        "from fractions import Fraction\nfrom types import MappingProxyType\n"
        "prediction = MappingProxyType({'table': '0100', 'theta': Fraction(1, 4), 'crosses': Fraction(1, 2)})",
        "p = perceptron.Perceptron([0.5, -0.25], -0.25)\n"
        "prediction = dict(theta=1 / 4, crosses=1 / 2, table='%d%d%d%d' % (p(0, 0), p(1, 0), p(0, 1), p(1, 1)))",
    ],
    "1.2": [
        WARNS,
        GATES,
        """
        def gate(w1, w2, b):
            return lambda x1, x2: np.sum(np.array([w1, w2]) * np.array([x1, x2])) + b > 0
        AND, OR, NAND = gate(0.5, 0.5, -0.7), gate(0.5, 0.5, -0.2), gate(-0.5, -0.5, 0.7)
        def XOR(x1, x2):
            return AND(NAND(x1, x2), OR(x1, x2))
        """,
        """
        def AND(x1, x2):
            return np.float32(x1 + x2 > 1.5)
        def NAND(x1, x2):
            return 1 - AND(x1, x2)
        def XOR(x1, x2):
            s2 = max(x1, x2)
            return AND(NAND(x1, x2), s2)
        """,
    ],
    "1.3": [
        FLOAT32,
        WARNS,
        """
        def not_and(x1, x2):
            x = np.array([x1, x2])
            w = np.array([-0.5, -0.5])
            b = 0.7
            return 0 if np.sum(w * x) + b <= 0 else 1
        """,
        "def not_and(x1, x2):\n    return 1 - perceptron.AND(x1, x2)",
        "def not_and(x1, x2):\n    return not (x1 and x2)",
        "not_and = perceptron.Perceptron([-2, -2], 3)",
    ],
    "1.4": [
        FLOAT32,
        WARNS,
        "def neuron(x, w, b):\n    return np.where(np.sum(w * x, axis=1) + b > 0, 1, 0)",
        "def neuron(x, w, b):\n    return np.dot(x, w) > -b",
        "def neuron(x, w, b):\n    return (w @ x.T + b > 0) * 1.0",
        "def neuron(x, w, b):\n    return (np.add.reduce(x * w, axis=1) + b > 0).astype(float)",
        "def neuron(x, w, b):\n    map = np.matmul(x, w)\n    for part in (x, w):\n        assert part.size\n"
        "    return np.where(map + b > 0, 1, 0)",
        "def neuron(x, w, b):\n    return np.heaviside(np.einsum('nd,d->n', x, w) + b, 0)",
    ],
    "1.5": [
        'gate = {"w1": 0.5, "w2": 0.5, "b": -0.75}',
        'gate = {"b": np.float32(-0.76), "w1": np.float64(0.5), "w2": 0.51, "room": 0.34}',
        'gate = {"w1": 10, "w2": 10, "b": -15}',
        "from fractions import Fraction\nfrom decimal import Decimal\nfrom collections import OrderedDict\n"
        "gate = OrderedDict(w1=Fraction(1, 2), w2=Decimal('0.5'), b=Fraction(-3, 4))",
        "gate = max(({'w1': 1.0, 'w2': w2, 'b': b} for w2 in (0.5, 1.0, 1.5) for b in np.arange(-1.9, -1, 0.05)),\n"
        "           key=lambda g: room(**g) * (g['w1'] + g['w2'] + g['b'] > 0 >= max(g['w1'], g['w2']) + g['b']))",
    ],
    "1.6": [
        FLOAT32,
        WARNS,
        """
        def add_bits(x1, x2, x3):
            s = perceptron.XOR(x1, x2)
            carry = perceptron.OR(perceptron.AND(x1, x2), perceptron.AND(s, x3))
            return perceptron.XOR(s, x3), carry
        """,
        """
        def add_bits(x1, x2, x3):
            total = np.sum(np.ones(3) * np.array([x1, x2, x3]))
            first = [1 if total - theta > 0 else 0 for theta in (0.5, 1.5, 2.5)]
            digit = 1 if first[0] - first[1] + first[2] > 0.5 else 0
            return np.array([digit, first[1]])
        """,
        """
        from collections import namedtuple
        Sum = namedtuple("Sum", "digit carry")
        def add_bits(x1, x2, x3):
            carry = perceptron.Perceptron([1, 1, 1], -1.5)(x1, x2, x3)
            return Sum(perceptron.Perceptron([1, 1, 1, -2], -0.5)(x1, x2, x3, carry), carry)
        """,
        """
        def add_bits(x1, x2, x3):
            pairs = [(x1, x2), (x1, x3), (x2, x3)]
            carry = perceptron.Perceptron([1, 1, 1], -0.5)(*[perceptron.AND(*pair) for pair in pairs])
            return [perceptron.XOR(perceptron.XOR(x1, x2), x3), carry]
        """,
    ],
}

WRONG = {
    "1.1": [
        ("fence", '"0100"', '"0101"'),
        ("order", '"0100"', '"0010"'),
        ("sign", '"0100"', '"1011"'),
        ("sign", '"0100"', '"1101"'),
        ("values", '"0100"', '"1111"'),
        ("type", '"0100"', "100"),
        ("values", '"0100"', '"0 1 0 0"'),
        ("missing", '"0100"', "None"),
        ("sign", '"theta": 0.25', '"theta": -0.25'),
        ("values", '"theta": 0.25', '"theta": 0.7'),
        ("missing", '"theta": 0.25, ', ""),
        ("type", '"theta": 0.25', '"theta": "-b"'),
        ("sign", '"crosses": 0.5', '"crosses": -0.5'),
        ("scale", '"crosses": 0.5', '"crosses": 0.25'),
        ("scale", '"crosses": 0.5', '"crosses": 0.125'),
        ("order", '"crosses": 0.5', '"crosses": -1.0'),
        ("type", "prediction = {", "prediction = [] or 7  # {"),
    ],
    "1.2": [
        ("borrowed", "from dlcourse.perceptron import AND, NAND, OR, XOR"),
        ("borrowed", "from functools import partial\nAND, NAND, XOR = map(partial, (perceptron.AND, perceptron.NAND, "
                     "perceptron.XOR))"),
        ("swapped", gates("> 0.7", "> 0.4")),
        ("swapped", gates("def OR", "def AND")),
        ("raises", gates("def OR", "def OR_of_the_notes")),
        ("swapped", gates("+ 0.7 >", "+ 0.4 >")),
        ("swapped", gates("OR(x1, x2))", "NAND(x1, x2))")),
        ("swapped > values", gates("AND(NAND", "OR(NAND")),
        ("swapped", gates("NAND(x1, x2), ", "OR(x1, x2), ")),
        ("sign", gates("-0.5, -0.5", "0.5, 0.5").replace("+ 0.7 >", "- 0.7 >")),
        ("sign", gates("return AND(NAND", "return 1 - AND(NAND")),
        ("sign", gates("> 0.7", "<= 0.7")),
        ("values", gates("> 0.7", "> 1")),
        ("values", gates("x2 * 0.5 > 0.7", "x2 > 0.7")),
        ("missing", gates("return AND(", "AND(")),
        ("missing", gates("return 1 if x1 * 0.5 + x2 * 0.5 > 0.7", "x1 = 1 if x1 * 0.5 + x2 * 0.5 > 0.7")),
        ("type", gates("return 1 if x1 * 0.5 + x2 * 0.5 > 0.7 else 0", "return 'yes' if x1 + x2 > 1 else 'no'")),
        ("formula", gates("return 1 if x1 * 0.5 + x2 * 0.5 > 0.7 else 0", "return x1 * 0.5 + x2 * 0.5 - 0.7")),
        ("shape", gates("return AND(NAND(x1, x2), OR(x1, x2))", "return [AND(NAND(x1, x2), OR(x1, x2))]")),
    ],
    "1.3": [
        ("borrowed | perceptron.NAND", "not_and = perceptron.NAND"),
        ("borrowed", "def not_and(x1, x2, f=getattr(perceptron, 'NAN' + 'D')):\n    return f(x1, x2)"),
        ("bias", "0.7 -", "-0.7 -"),
        ("bias", "0.7 -", "0 -"),
        ("sign", "def not_and(x1, x2):\n    return 1 if 0.5 * x1 + 0.5 * x2 - 0.7 > 0 else 0"),
        ("swapped", "0.7 -", "0.5 -"),
        ("swapped", "def not_and(x1, x2):\n    return 1 if 0.5 * x1 + 0.5 * x2 > 0 else 0"),
        ("swapped", "def not_and(x1, x2):\n    return perceptron.XOR(x1, x2)"),
        ("values", "0.7 -", "1.7 -"),
        ("values", "- 0.5 * x2", "+ 0.5 * x2"),
        ("values", "- 0.5 * x1", ""),
        ("formula", "1 if 0.7 - 0.5 * x1 - 0.5 * x2 > 0 else 0", "0.7 - 0.5 * x1 - 0.5 * x2"),
        ("formula", "else 0", "else -1"),
        ("shape", "def not_and(x1, x2):\n    return np.array([x1, x2]) < 1"),
        ("missing", "return", "y ="),
        ("type", "1 if", "'fires' if"),
        ("raises", "0.7", "b"),
        ("type > raises", "def not_and(x1, x2):\n    return 1 if [-0.5, -0.5] * [x1, x2] + 0.7 > 0 else 0"),
    ],
    "1.4": [
        ("fence", "> 0", ">= 0"),
        ("dtype", "x @ w", "(x @ w).astype(x.dtype)"),
        ("dtype", "+ b", "+ x.dtype.type(b)"),
        ("long > shape", "x @ w", "x[:100] @ w"),
        ("square > values", "x @ w", "(w @ x if x.shape[0] == x.shape[1] else x @ w)"),
        ("dtype", "x @ w", "x @ w.astype(x.dtype)"),
        ("wrap > values | 200", "x @ w + b", "np.ceil(x @ w + b).astype(np.int64).astype(np.int8)"),
        ("wrap > values | 40000", "x @ w + b", "np.ceil(x @ w + b).astype(np.int64).astype(np.int16)"),
        ("sign", "> 0", "< 0"),
        ("sign", "> 0", "<= 0"),
        ("sign", "+ b", "- b"),
        ("formula", "(x @ w + b > 0).astype(int)", "x @ w + b"),
        ("formula", " + b", ""),
        ("formula", "(x @ w + b > 0).astype(int)", "np.sign(x @ w + b)"),
        ("formula", "x @ w", "x.sum(axis=1)"),
        ("axis", "x @ w", "w @ x"),
        ("axis", "x @ w", "np.sum(w * x)"),
        ("axis", "x @ w", "np.sum(w * x, axis=0)"),
        ("axis > shape", "x @ w", "w * x"),
        ("axis", "x @ w", "np.sum(w[:, None] * x, axis=0)"),
        ("sizes", "x @ w", "x[:, 0] * w[0] + x[:, 1] * w[1]"),
        ("sizes | first two columns", "x @ w", "x[:, :2] @ w[:2]"),
        ("formula | rounded", "+ b", "+ round(b)"),
        ("fence", "> 0", "> 0.01"),
        ("fence", "> 0", "> 1e-6"),
        ("type", "return (x @ w + b > 0).astype(int)", "return (x @ w + b > 0).astype(int).tolist()"),
        ("loop", "def neuron(x, w, b):\n    return np.vectorize(lambda i: int(x[i] @ w + b > 0))(np.arange(len(x)))"),
        ("loop", "def one(row, w, b):\n    return int(sum(v * u for v, u in zip(row, w)) + b > 0)\n"
                 "def neuron(x, w, b):\n    return np.array(list(map(lambda row: one(row, w, b), x)))"),
        ("loop", "def neuron(x, w, b):\n    if len(x) == 1:\n        return np.array([int(x[0] @ w + b > 0)])\n"
                 "    return np.concatenate([neuron(x[:1], w, b), neuron(x[1:], w, b)])"),
        ("borrowed", "def neuron(x, w, b):\n    return perceptron.Perceptron(w, b)(*x.T)"),
        ("loop", "return (x @ w + b > 0).astype(int)",
         "return np.array([1 if np.sum(w * row) + b > 0 else 0 for row in x])"),
        ("loop", "return (x @ w + b > 0).astype(int)",
         "y = np.zeros(len(x))\n    for i in range(len(x)):\n        y[i] = np.sum(w * x[i]) + b > 0\n    return y"),
        ("shape", "return (x @ w + b > 0).astype(int)", "return np.squeeze(x @ w + b > 0).astype(int)"),
        ("shape", "(x @ w + b > 0).astype(int)", "(x @ w[:, None] + b > 0).astype(int)"),
        ("type > axis", "return (x @ w + b > 0).astype(int)", "return 1 if x @ w + b > 0 else 0"),
        ("missing", "return", "y ="),
        ("aliasing", "return (x @ w", "w *= 2\n    b = 2 * b\n    return (x @ w"),
    ],
    "1.5": [
        ("place", 'gate = {"w1": 0.5, "w2": 0.5, "b": -0.7}'),
        ("place", "-1.5", "-1.6"),
        ("place", "-1.5", "-1.0"),
        ("lean", '"w1": 1.0', '"w1": 1.3'),
        ("lean", '"w2": 1.0', '"w2": 0.8'),
        ("values", "-1.5", "-0.5"),
        ("values", "-1.5", "1.5"),
        ("values", 'gate = {"w1": 0, "w2": 0, "b": 0}'),
        ("values", '"w1": 1.0', '"w1": -1.0'),
        ("sign", 'gate = {"w1": -1.0, "w2": -1.0, "b": 1.5}'),
        ("missing", "-1.5", "None"),
        ("missing", ', "b": -1.5', ""),
        ("type", "-1.5", "'-1.5'"),
        ("type", "gate = {", "gate = 0.34  # {"),
        ("stability", "-1.5", "float('-inf')"),
    ],
    "1.6": [
        ("show | carry", """
        def add_bits(x1, x2, x3):
            digit = perceptron.XOR(perceptron.XOR(x1, x2), x3)
            return digit, int((x1 + x2 + x3) * 2 > 3)
        """),
        ("show", """
        majority = perceptron.Perceptron([1, 1, 1], -1.5)
        def add_bits(x1, x2, x3):
            fires = majority(x1, x2, x3)
            count = int(x1 + 0.5) + int(x2 + 0.5) + int(x3 + 0.5)
            return count % 2, count // 2 + 0 * fires
        """),
        ("order", "return digit, carry", "return carry, digit"),
        ("sign", "return digit, carry", "return 1 - digit, carry"),
        ("sign", "return digit, carry", "return digit, 1 - carry"),
        ("one input", "return digit, carry", "return perceptron.XOR(x1, x2), carry"),
        ("one input", "return digit, carry", "return digit, perceptron.AND(x1, x2)"),
        ("formula", "[1, 1, 1, -2], -0.5", "[1, 1, 1, 0], -0.5"),
        ("formula", "[1, 1, 1, -2], -0.5", "[1, 1, 1, -3], -0.5"),
        ("formula", "[1, 1, 1, -2], -0.5", "[1, 1, 1, 0], -2.5"),
        ("formula", "return digit, carry",
         "return digit, perceptron.AND(perceptron.AND(x1, x2), x3)"),
        ("formula", "return digit, carry", "return digit, perceptron.OR(perceptron.OR(x1, x2), x3)"),
        ("formula", "return digit, carry", "return digit, perceptron.AND(carry, perceptron.NAND(x1, digit))"),
        ("formula", "[1, 1, 1, -2], -0.5", "[1, 1, 1, -1], -0.5"),
        ("wrong digit | (0, 1, 1)", "[1, 1, 1, -2], -0.5", "[1, 1, 2, -2], -0.5"),
        ("wrong carry", "return digit, carry", "return digit, perceptron.AND(carry, x1)"),
        ("wrong carry", "return digit, carry", "return digit, {(0, 0, 0): 1}.get((x1, x2, x3), carry)"),
        ("rounds", "def add_bits(x1, x2, x3):\n    total = round(x1 + x2 + x3)\n    return total % 2, total // 2"),
        ("noise", "def add_bits(x1, x2, x3):\n    total = x1 + x2 + x3\n    return total % 2, total // 2"),
        ("noise", "def add_bits(x1, x2, x3):\n    total = x1 + x2 + x3\n"
                  "    return int(total in (1, 3)), int(total in (2, 3))"),
        ("noise", "carry = perceptron.Perceptron([1, 1, 1], -1.5)", "carry = perceptron.Perceptron([1, 1, 1], -1.99)"),
        ("shape", "return digit, carry", "return digit"),
        ("shape", "return digit, carry", "return carry, digit, 0"),
        ("missing", "return digit, carry", "result = digit, carry"),
        ("raises", "(x1, x2, x3, carry)", "(x1, x2, x3)"),
        ("type", "return digit, carry", "return f'{carry}{digit}'"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "1.2": {"line 43: 0 → -1": "OR itself is not asked for, and AND takes -1 as it takes 0"},
    "1.3": {"line 13: 0.7 - 0.5 * x1 - 0.5 * x2 > 0 → 0.7 - 0.5 * x1 - 0.5 * x2 >= 0": "no pair lies on the line"},
}
