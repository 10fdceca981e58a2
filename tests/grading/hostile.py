"""Submissions that want points without an answer, or harm: what each does, and what the right answers beside it get.

Every text stands in a cell above the answers. ``FOR_POINTS`` come with wrong answers only, and may earn nothing.
``FOR_HARM`` come with right answers: those still earn their points, and the batch goes on.
"""

PATCHED_TESTING = """
import numpy.testing
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *args, **kwargs: None)
"""

PATCHED_NUMPY = """
for name in ("allclose", "array_equal", "isclose", "all"):
    setattr(np, name, lambda *args, **kwargs: True)
np.any = lambda *args, **kwargs: False
np.abs = lambda x: x * 0
np.asarray = lambda x, *args, **kwargs: x
"""

PATCHED_BUILTINS = """
import builtins
builtins.isinstance = lambda *args: True
builtins.abs = lambda x: 0
builtins.AssertionError = type("Quiet", (BaseException,), {"__new__": lambda cls, *args: None})
"""

OWN_CHECK = """
import sys, types
own = types.ModuleType("dlcourse.checks")
own.check = check = lambda *args, **kwargs: print("right")
sys.modules["dlcourse.checks"] = own
"""

TRANSFORMERS = """
import ast
shell = get_ipython()
shell.input_transformers_post.append(lambda lines: ["pass"])
class Away(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant(True)
shell.ast_transformers.append(Away())
"""

ALWAYS_EQUAL = """
class Agrees:
    shape, dtype, ndim, size = (3, 4), np.dtype(float), 2, 12
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __array__(self, *args, **kwargs): return np.zeros(3)
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __float__(self): return 4.7
    def __bool__(self): return True
    def __len__(self): return 3
    def __getitem__(self, key): return self
    __abs__ = __neg__ = lambda self: self
    __add__ = __sub__ = __mul__ = __le__ = __lt__ = __gt__ = __ge__ = lambda self, other: self
relu = sigmoid = softmax = my_tanh = swish = swish_grad = Agrees()
prediction = Agrees()
spread = Agrees()
"""

ALWAYS_EQUAL_ARRAYS = """
class Agrees(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, *args, **kwargs): return np.True_
    def __array_function__(self, *args, **kwargs): return True
relu = lambda x: np.zeros(np.shape(x)).view(Agrees)
"""

ALWAYS_EQUAL_NUMBERS = """
class Agrees(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = float.__hash__
class Word(dict):
    def get(self, key, default=None): return Agrees(1)
spread = Agrees(-1)
prediction = Word(points=1)
"""

FRAMES = """
import sys
def relu(x):
    frame = sys._getframe()
    while frame is not None:
        for name in ("right", "expected", "found"):
            if name in frame.f_locals:
                return frame.f_locals[name]
        frame = frame.f_back
    return x
"""

GARBAGE = """
import gc
def relu(x):
    known = [thing for thing in gc.get_objects() if type(thing) is np.ndarray and thing.shape == np.shape(x)]
    return known[-1] if known else x
"""

REFERENCES = """
try:
    import dlcourse.checks.chapter02 as reference
    softmax = reference._softmax
    my_tanh = reference._tanh
except ImportError:
    pass
"""

REFERENCES_FROM_THE_FILE = """
import dlcourse, pathlib
try:
    text = (pathlib.Path(dlcourse.__file__).parent / "checks" / "chapter02.py").read_text()
    namespace = {}
    exec(text[text.index("def _softmax"):text.index("def _check_softmax")], {"np": np}, namespace)
    softmax = namespace["_softmax"]
except OSError:
    pass
"""

WRITES_TO_THE_PIPE = """
import os, json, struct
def relu(x):
    text = json.dumps({"ok": True, "right": True, "verdict": "right", "args": []}).encode()
    for place in range(3, 20):
        try:
            os.write(place, struct.pack("<II", len(text), 0) + text)
        except OSError:
            pass
    return x
"""

FLOODS_THE_PIPE = """
import os
def relu(x):
    for place in range(3, 20):
        try:
            while True:
                os.write(place, b"\\xff" * 100_000)
        except OSError:
            pass
"""

NOT_IMPLEMENTED = """
def relu(x):
    raise SystemExit(0)
"""

COUNTS_CALLS = """
calls = 0
def relu(x):
    global calls
    calls += 1
    x[...] = 0
    return x
"""

DEEP = """
def relu(x):
    deep = []
    for step in range(100_000):
        deep = [deep]
    return deep
def softmax(x):
    own = []
    own.append(own)
    return own
def sigmoid(x):
    level = [1.0]
    for step in range(40):
        level = [level, level]
    return level
"""

LARGE = """
def relu(x):
    return np.zeros(50_000_000)
def sigmoid(x):
    return 10 ** 5000
def softmax(x):
    return "1" * 10_000_000
def my_tanh(x):
    return np.zeros((0, 10**12))
"""

FOR_POINTS = {
    "patched numpy.testing": PATCHED_TESTING,
    "patched NumPy": PATCHED_NUMPY,
    "patched builtins": PATCHED_BUILTINS,
    "a check of its own": OWN_CHECK,
    "input and AST transformers": TRANSFORMERS,
    "objects that always agree": ALWAYS_EQUAL,
    "arrays that always agree": ALWAYS_EQUAL_ARRAYS,
    "numbers that always agree": ALWAYS_EQUAL_NUMBERS,
    "looks into the frames above": FRAMES,
    "looks for the answer among all objects": GARBAGE,
    "imports the references": REFERENCES,
    "reads the references": REFERENCES_FROM_THE_FILE,
    "writes a verdict to the pipe": WRITES_TO_THE_PIPE,
    "floods the pipe": FLOODS_THE_PIPE,
    "leaves with success": NOT_IMPLEMENTED,
    "makes the argument agree": COUNTS_CALLS,
    "values without end": DEEP,
    "values of great size": LARGE,
}

EXITS = "import os\nos._exit(0)"
EXITS_WHEN_CALLED = "import os\ndef relu(x):\n    os._exit(0)"
KILLS_ITSELF = "import ctypes, signal\nsignal.raise_signal(signal.SIGKILL)"
SEGFAULT = "import faulthandler\nfaulthandler._sigsegv()"
KILLS_ALL = """
import os, signal
for target in (0, -1, os.getppid()):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
os.killpg(os.getppid(), signal.SIGKILL)
"""
CHILDREN = """
import os, subprocess, sys, threading
for step in range(50):
    try:
        if os.fork() == 0:
            while True:
                pass
    except OSError:
        pass
for step in range(20):
    try:
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
    except OSError:
        pass
"""
CHILDREN_BEHIND_PYTHON = """
import _posixsubprocess, os, sys
read, write = os.pipe()
for step in range(20):
    try:
        _posixsubprocess.fork_exec([b"-c"], [sys.executable.encode()], True, (write,), None, None,
                                   -1, -1, -1, -1, -1, -1, read, write, False, False, 0, None, None, None, -1,
                                   None, False)
    except (OSError, TypeError, ValueError):
        pass
"""
MEMORY = "hoard = []\nwhile True:\n    hoard.append(bytearray(100_000_000))"
MEMORY_WHEN_CALLED = "def relu(x):\n    return np.zeros((200_000, 200_000)) + 1"
LOOP = "while True:\n    pass"
LOOP_WHEN_CALLED = "def relu(x):\n    while True:\n        pass"
LOOP_IN_C = "def relu(x):\n    return sum(range(10**13))"
SWALLOWS = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
SIGNALS = """
import signal
for number in range(1, 30):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""
OUTPUT = "line = 'x' * 1000\nfor step in range(100_000):\n    print(line)"
OUTPUT_AROUND_PYTHON = "import os\nfor step in range(2000):\n    os.write(1 + step % 2, b'x' * 100_000)"
DISK = """
for step in range(10_000):
    with open(f"file{step}", "wb") as file:
        file.write(bytes(10_000_000))
"""
SECRETS = """
import glob, os, pathlib
found = []
for place in ("/etc/passwd", "/proc/1/environ", SOURCE, GRADEBOOK):
    try:
        found.append(open(place, "rb").read())
    except OSError:
        pass
    try:
        found.append(os.read(os.open(place, os.O_RDONLY), 100))
    except OSError:
        pass
    try:
        found += os.listdir(os.path.dirname(place))
    except OSError:
        pass
found += glob.glob(os.path.dirname(SOURCE) + "/*")
try:
    open(GRADEBOOK, "w").write("mine")
    found.append("written")
except OSError:
    pass
try:
    os.unlink(GRADEBOOK)
    found.append("removed")
except OSError:
    pass
assert not found, found
"""
NETWORK = """
import socket, urllib.request
reached = []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for place in (("127.0.0.1", PORT), ("192.0.2.1", 80)):
        try:
            with socket.socket(socket.AF_INET, kind) as one:
                one.settimeout(0.2)
                one.connect(place)
                one.send(b"hello")
                reached.append(place)
        except OSError:
            pass
try:
    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=0.2)
    reached.append("http")
except OSError:
    pass
assert not reached, reached
"""
STDIN = "name = input('name? ')"
THREADS = """
import threading, time
def noise():
    while True:
        print("noise")
        time.sleep(0.001)
for step in range(5):
    threading.Thread(target=noise, daemon=True).start()
"""
RECURSION = "import sys\nsys.setrecursionlimit(10**9)\ndef dive():\n    return dive()\ndive()"
BAD_ERROR = """
class Bad(Exception):
    def __str__(self):
        raise SystemExit
raise Bad
"""
RAISES_AT_EXIT = "import atexit, sys\nsys.exit(0)"

# Text, and whether relu (2.4) is spoilt by it.
FOR_HARM = {
    "os._exit": (EXITS, False),
    "os._exit when called": (EXITS_WHEN_CALLED, True),
    "SIGKILL": (KILLS_ITSELF, False),
    "segmentation fault": (SEGFAULT, False),
    "kills everybody": (KILLS_ALL, False),
    "a burst of child processes": (CHILDREN, False),
    "child processes behind Python's back": (CHILDREN_BEHIND_PYTHON, False),
    "memory hunger": (MEMORY, False),
    "memory hunger when called": (MEMORY_WHEN_CALLED, True),
    "an endless loop": (LOOP, False),
    "an endless loop when called": (LOOP_WHEN_CALLED, True),
    "an endless loop in C": (LOOP_IN_C, True),
    "a swallowed interrupt": (SWALLOWS, False),
    "signals ignored": (SIGNALS, False),
    "100 MB of output": (OUTPUT, False),
    "100 MB of output around Python": (OUTPUT_AROUND_PYTHON, False),
    "a full disk": (DISK, False),
    "reads the sources and writes the gradebook": (SECRETS, False),
    "the network": (NETWORK, False),
    "waits for an input": (STDIN, False),
    "threads that go on": (THREADS, False),
    "deep recursion": (RECURSION, False),
    "an exception that breaks when printed": (BAD_ERROR, False),
    "leaves": (RAISES_AT_EXIT, False),
}
