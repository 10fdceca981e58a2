"""Known answers to the exercises of chapter 03."""

from answers import FLOAT32, WARNS

from dlcourse.datasets import data_folder

FOLDER = 'datasets.data_folder() / "weights" / "two_layer_net.npz"'
READ = f"storage.read_npz({FOLDER})"
LOOP = """
def accuracy(predict, x, t, batch_size=100):
    right = 0
    for i in range(0, len(x), batch_size):
        y = predict(x[i:i + batch_size])
        p = np.argmax(y, axis=1)
        right += np.sum(p == t[i:i + batch_size])
    return right / len(x)
"""
DEEP = """
def predict(network, x):
    n = sum(name.startswith("W") for name in network)
    for i in range(n):
        a = x @ network["W" + str(i + 1)] + network["b" + str(i + 1)]
        x = functions.sigmoid(a)
    return functions.softmax(a)
"""


def changed(text, old, new):
    """Give a text with one thing changed."""
    assert old in text
    return text.replace(old, new)


RIGHT = {
    "3.1": [
        "prediction = {'z1': (16, 60), 'W2': (60, 30), 'b2': (30,), 'y': (16, 10), 'count': 49240}",
        "prediction = {'count': 49240.0, 'y': [16, 10], 'b2': [30], 'W2': [60, 30], 'z1': [16, 60]}",
        "x, sizes = np.zeros((16, 784)), [784, 60, 30, 10]\n"
        "W1, W2, W3 = (np.zeros(pair) for pair in zip(sizes, sizes[1:]))\nb2 = np.zeros(30)\n"
        "prediction = {'z1': (x @ W1).shape, 'W2': W2.shape, 'b2': b2.shape, 'y': (x @ W1 @ W2 @ W3).shape,\n"
        "              'count': W1.size + W2.size + W3.size + sum(sizes[1:])}",
        "prediction = dict(z1=(np.int64(16), 60), W2=(60, 30), b2=tuple([30]), y=(16, 10),\n"
        "                  count=np.int32(785 * 60 + 61 * 30 + 31 * 10), note='z1 has a row for each image')",
    ],
    "3.2": [
        FLOAT32,
        WARNS,
        "def to_pixels(img):\n    return np.round(img * 255).astype(np.uint8).reshape(28, 28)",
        "def to_pixels(img):\n    return (255 * img.astype(np.float32) + 0.5).reshape(28, 28).astype('uint8')",
        """
        def to_pixels(img):
            picture = np.zeros((28, 28), dtype=np.uint8)
            for r in range(28):
                for c in range(28):
                    picture[r, c] = round(float(img[28 * r + c]) * 255)
            return picture
        """,
    ],
    "3.3": [
        FLOAT32,
        WARNS,
        """
        def prepare(images):
            x = (255 - images).astype(np.float32) / 255
            if x.ndim == 2:
                return x.reshape(-1)
            return x.reshape(len(x), -1)
        """,
        """
        def prepare(images):
            if images.ndim == 3:
                return np.array([prepare(image) for image in images])
            return np.concatenate([(255.0 - row) / 255.0 for row in images])
        """,
        """
        def prepare(images):
            height, width = images.shape[-2:]
            shape = images.shape[:-2] + (height * width,)
            return 1.0 - images.astype(float).reshape(shape) * (1 / 255)
        """,
    ],
    "3.4": [
        WARNS,
        "def init_network():\n    folder = datasets.data_folder()\n"
        '    with np.load(folder / "weights" / "two_layer_net.npz", allow_pickle=False) as f:\n'
        "        return {name: f[name] for name in f.files}",
        "from pathlib import Path\nimport dlcourse.datasets\ndef init_network():\n"
        '    """Read the weights."""\n'
        '    file = Path(dlcourse.datasets.data_folder()).joinpath("weights", "two_layer_net.npz")\n'
        "    with np.load(str(file)) as f:\n        return dict(f.items())",
        f"FILE = {FOLDER}\ndef init_network():\n    network = storage.read_npz(FILE)\n"
        '    return {"W1": network["W1"], "b1": network["b1"], "W2": network["W2"], "b2": network["b2"]}',
        "import glob\ndef init_network():\n"
        '    pattern = str(datasets.data_folder()) + "/**/two_layer_net.npz"\n'
        "    return storage.read_npz(glob.glob(pattern, recursive=True)[0])",
    ],
    "3.5": [
        FLOAT32,
        WARNS,
        LOOP,
        """
        def accuracy(predict, x, t, batch_size=100):
            starts = range(0, len(x), batch_size)
            p = np.concatenate([predict(x[i:i + batch_size]).argmax(axis=-1) for i in starts])
            return np.mean(p == t)
        """,
        """
        def accuracy(predict, x, t, batch_size=100):
            right, i = 0, 0
            while i < len(x):
                for scores, label in zip(predict(x[i:i + batch_size]), t[i:i + batch_size]):
                    right += int(np.argmax(scores)) == label
                i += batch_size
            return float(right) / len(x)
        """,
        """
        def accuracy(predict, x, t, batch_size=100):
            places = np.arange(batch_size, len(x), batch_size)
            parts = zip(np.split(x, places), np.split(t, places))
            return np.float32(sum((predict(a).argmax(1) == b).sum() for a, b in parts) / t.size)
        """,
    ],
    "3.6": [
        "cut = 0.57",
        "cut = np.float32(0.59)",
        "cut = np.array(0.575)",
        "W1 = storage.read_npz(datasets.data_folder() / 'weights' / 'mlp_784_50_100_10.npz')['W1']\n"
        "cut = np.quantile(np.abs(W1), 0.555)",
    ],
    "3.7": [
        FLOAT32,
        WARNS,
        DEEP,
        """
        def predict(network, x, i=1):
            a = np.dot(x, network[f"W{i}"]) + network[f"b{i}"]
            if f"W{i + 1}" not in network:
                return functions.softmax(a)
            return predict(network, functions.sigmoid(a), i + 1)
        """,
        """
        def predict(network, x):
            if x.ndim == 1:
                return predict(network, x[None])[0]
            names = sorted((name for name in network if name[0] == "W"), key=lambda name: int(name[1:]))
            for name in names[:-1]:
                x = functions.sigmoid(x.dot(network[name]) + network["b" + name[1:]])
            a = (x.dot(network[names[-1]]) + network["b" + names[-1][1:]]).astype(np.float32)
            z = np.exp(a - a.max(axis=1, keepdims=True))
            return z / z.sum(axis=1, keepdims=True)
        """,
    ],
}

WRONG = {
    "3.1": [
        ("order", "(16, 60)", "(60, 16)"),
        ("one sample", "(16, 60)", "(60,)"),
        ("layer", "(16, 60)", "(16, 784)"),
        ("layer", "(16, 60)", "(16, 30)"),
        ("layer", "(16, 60)", "(784, 60)"),
        ("order", "(60, 30)", "(30, 60)"),
        ("layer", "(60, 30)", "(784, 30)"),
        ("batch", "(60, 30)", "(16, 30)"),
        ("layer", "(30,)", "(60,)"),
        ("order", "(30,)", "(1, 30)"),
        ("order", "(30,)", "(30, 1)"),
        ("batch", "(30,)", "(16, 30)"),
        ("type", "(30,)", "30"),
        ("one sample", "(16, 10)", "(10,)"),
        ("argmax", "(16, 10)", "(16,)"),
        ("order", "(16, 10)", "(10, 16)"),
        ("values", "(16, 10)", "(16, 1)"),
        ("bias", "49240", "49140"),
        ("batch", "49240", "787840"),
        ("layer", "49240", "47100"),
        ("layer", "49240", "100"),
        ("values", "49240", "45360"),
        ("missing", "(60, 30)", "None"),
        ("type", "49240", "(784, 60, 30, 10)"),
    ],
    "3.2": [
        ("cut off", " * 255", ""),
        ("cut off", "np.uint8(img.reshape(28, 28) * 255)", "np.round(img.reshape(28, 28)).astype(np.uint8)"),
        ("cut off", "np.uint8(img.reshape(28, 28) * 255)", "np.uint8(img.reshape(28, 28)) * 255"),
        ("wrap", " * 255)", " * 256 % 256)"),
        ("formula", "img.reshape(28, 28) * 255", "(img.reshape(28, 28) > 0.5) * 255"),
        ("sign", "img.reshape(28, 28) * 255", "255 - np.round(img.reshape(28, 28) * 255)"),
        ("axis", "img.reshape(28, 28)", "img.reshape(28, 28).T"),
        ("scale", "np.uint8(img.reshape(28, 28) * 255)", "img.reshape(28, 28)"),
        ("scale > values", " * 255", " * 100"),
        ("own scale", "img.reshape(28, 28) * 255", "np.round(img.reshape(28, 28) / img.max() * 255)"),
        ("own scale", "np.uint8(img.reshape(28, 28) * 255)",
         "np.rint(np.interp(img, (img.min(), img.max()), (0, 255))).astype(np.uint8).reshape(28, 28)"),
        ("shape", "img.reshape(28, 28)", "img"),
        ("shape", "(28, 28)", "(1, 28, 28)"),
        ("dtype", "np.uint8(img.reshape(28, 28) * 255)", "np.round(img.reshape(28, 28) * 255)"),
        ("dtype", "np.uint8(img.reshape(28, 28) * 255)", "np.round(img * 255).reshape(28, 28).astype(int)"),
        ("missing", "return", "picture ="),
        ("aliasing", "return np.uint8(img.reshape(28, 28) * 255)",
         "img *= 255\n    return np.uint8(np.round(img)).reshape(28, 28)"),
    ],
    "3.3": [
        ("sign", "1 - images / 255", "images / 255"),
        ("sign", "1 - images / 255", "images / 255 - 1"),
        ("scale", "1 - images / 255", "255 - images"),
        ("scale", "1 - images / 255", "255.0 - images"),
        ("wrap", "1 - images / 255", "1 - images"),
        ("wrap", "1 - images / 255", "(1 - images) / 255"),
        ("wrap", "1 - images / 255", "-images / 255"),
        ("cut off", "images / 255", "images // 255"),
        ("cut off", "1 - images / 255", "(images == 0) * 1.0"),
        ("values", "1 - images / 255", "1 - images / 256"),
        ("own scale", "images / 255", "images / images.max()"),
        ("type", "return x.reshape(*count, height * width)", "return x.reshape(*count, height * width).tolist()"),
        ("dtype | float16", "1 - images / 255", "1 - images.astype(np.float16) / 255"),
        ("axis", "x.reshape(", "np.swapaxes(x, -1, -2).reshape("),
        ("shape", "x.reshape(*count, height * width)", "x.reshape(-1)"),
        ("shape", "x.reshape(*count, height * width)", "x"),
        ("shape > raises", "x.reshape(*count, height * width)", "x.reshape(-1, 784)"),
        ("one sample", "*count, height * width", "-1, height * width"),
        ("one sample", "x.reshape(*count, height * width)", "x.reshape(len(x), x.shape[1] * x.shape[2])"),
        ("missing", "return x", "x = x"),
        ("aliasing", "x = 1 - images / 255", "images[...] = 255 - images; x = images / 255"),
        ("raises", "1 - images / 255", "1 - image / 255"),
    ],
    "3.4": [
        ("file", READ, f"{{name: a.astype(np.float16) for name, a in {READ}.items()}}"),
        ("path", "    return", "    try:\n        return dict(np.load(r'C:\\Course\\net.npz'))\n    except OSError:\n        pass\n    return"),
        ("aliasing | what it gave before", "def init", "from functools import lru_cache\n\n\n@lru_cache\ndef init"),
        ("path", FOLDER, repr(str(data_folder() / "weights" / "two_layer_net.npz"))),
        ("path", "datasets.data_folder()", "Path(r'C:\\Course')"),
        ("path", FOLDER, "'data/weights/two_layer_net.npz'"),
        ("path", FOLDER, "'../../data/weights/two_layer_net.npz'"),
        ("path", FOLDER, "os.path.join('..', 'data', 'weights', 'two_layer_net.npz')"),
        ("path", FOLDER, "'/home/me/two_layer_net.npz'"),
        ("path", "PLACE = '/home/me/weights.npz'\ndef init_network():\n    return storage.read_npz(PLACE)"),
        ("path", f"import shutil, tempfile\nPLACE = {{'weights': tempfile.mkdtemp() + '/a.npz'}}\n"
                 f"shutil.copy({FOLDER}, PLACE['weights'])\n"
                 "def init_network():\n    return storage.read_npz(PLACE['weights'])"),
        ("path", f"import shutil, tempfile\nfrom pathlib import Path\nPLACE = Path(tempfile.mkdtemp())\n"
                 f"shutil.copy({FOLDER}, PLACE)\n"
                 "def init_network():\n    return storage.read_npz(PLACE / 'two_layer_net.npz')"),
        ("path", "def where():\n    return '../data/' + 'weights/two_layer_net.npz'\n"
                 "def init_network():\n    return storage.read_npz(where())"),
        ("path", "def init_network(place='C:/Course/two_layer_net.npz'):\n    return storage.read_npz(place)"),
        ("raises", FOLDER, "'two_layer_net.npz'"),
        ("raises", ' / "weights"', ""),
        ("raises", "storage.read_npz", "pickle.loads"),
        ("file", "two_layer_net", "mlp_784_50_100_10"),
        ("file", "two_layer_net", "simple_conv_net"),
        ("file", f"return {READ}", f"network = {READ}\n    network['w1'] = network.pop('W1')\n    return network"),
        ("axis > shape", f"return {READ}", f"return {{name: array.T for name, array in {READ}.items()}}"),
        ("file", f"return {READ}", f"return {{name: array.round(2) for name, array in {READ}.items()}}"),
        ("shape", f"return {READ}", f"network = {READ}\n    network['W1'] = network['W1'][0]\n    return network"),
        ("pickle", READ, f"pickle.loads(pickle.dumps({READ}))"),
        ("pickle", READ, f"{READ} or pickle.load(open('weights.pkl', 'rb'))"),
        ("pickle | allow_pickle", READ, f"dict(np.load({FOLDER}, allow_pickle=True))"),
        ("pickle", READ, f"(lambda load: dict(load({FOLDER}, None, True)))(np.load)"),
        ("type", READ, "storage.read_npz"),
        ("type", READ, f"list({READ}.values())"),
        ("type", READ, FOLDER),
        ("missing", "return", "network ="),
    ],
    "3.5": [
        ("uneven | sizes", """
        def accuracy(predict, x, t, batch_size=100):
            parts = -(-len(x) // batch_size)
            right = 0
            for images, labels in zip(np.array_split(x, parts), np.array_split(t, parts)):
                right += np.sum(predict(images).argmax(axis=1) == labels)
            return right / len(x)
        """),
        ("uneven | sizes", """
        def accuracy(predict, x, t, batch_size=100):
            first = len(x) % batch_size
            ends = list(range(first, len(x) + 1, batch_size))
            begins = [0, *ends] if first else ends
            right = 0
            for i, j in zip(begins, begins[1:]):
                right += np.sum(predict(x[i:j]).argmax(axis=1) == t[i:j])
            return right / len(x)
        """),
        ("one by one", "def accuracy(predict, x, t, batch_size=100):\n"
                       "    return sum(predict(x[i:i + 1]).argmax() == t[i] for i in range(len(x))) / len(x)"),
        ("one by one", "def accuracy(predict, x, t, batch_size=100):\n"
                       "    return np.mean([np.argmax(predict(row)) == label for row, label in zip(x, t)])"),
        ("one by one", changed(LOOP, "right = 0", "right, batch_size = 0, 2")),
        ("all at once", "def accuracy(predict, x, t, batch_size=100):\n    return np.mean(predict(x).argmax(1) == t)"),
        ("all at once", changed(LOOP, "right = 0", "right, batch_size = 0, 100")),
        ("default", changed(LOOP, "batch_size=100", "batch_size")),
        ("axis", changed(LOOP, ", axis=1", "")),
        ("axis", changed(LOOP, "axis=1", "axis=0")),
        ("fence", changed(LOOP, "len(x), batch_size)", "len(x) - batch_size + 1, batch_size)")),
        ("fence", "def accuracy(predict, x, t, batch_size=100):\n    n = len(x) // batch_size * batch_size\n"
                  "    p = [predict(x[i:i + batch_size]).argmax(1) for i in range(0, n, batch_size)]\n"
                  "    return np.mean(np.concatenate(p) == t[:n]) if n else 0.0"),
        ("fence", changed(LOOP, "np.sum(p == t[i:i + batch_size])", "p[0] == t[i]")),
        ("sign", changed(LOOP, "p == t", "p != t")),
        ("scale", changed(LOOP, "right / len(x)", "right")),
        ("scale", changed(LOOP, "right / len(x)", "right / batch_size")),
        ("scale", changed(LOOP, "right / len(x)", "right / len(range(0, len(x), batch_size))")),
        ("scale", changed(LOOP, "right / len(x)", "100 * right / len(x)")),
        ("formula", "def accuracy(predict, x, t, batch_size=100):\n    starts = range(0, len(x), batch_size)\n"
                    "    return np.mean([np.mean(predict(x[i:i + batch_size]).argmax(1) == t[i:i + batch_size])\n"
                    "                    for i in starts])"),
        ("state", changed(LOOP, "right += np.sum(p == t[i:i + batch_size])\n    return right / len(x)",
                          "right = np.mean(p == t[i:i + batch_size])\n    return right")),
        ("state", changed(LOOP, "    return", "        return").replace("right / len(x)", "right / len(y)")),
        ("missing", changed(LOOP, "return right", "right")),
        ("raises > axis", changed(LOOP, "np.sum(p == t[i:i + batch_size])", "1 if p == t[i:i + batch_size] else 0")),
    ],
    "3.6": [
        ("too small", "0.58", "0.5"),
        ("too small", "0.58", "0.1"),
        ("too small", "0.58", "1e-9"),
        ("too small", "0.58", "0.565"),
        ("too large", "0.58", "0.65"),
        ("too large", "0.58", "1"),
        ("too large", "0.58", "55"),
        ("sign", "0.58", "-0.58"),
        ("sign", "0.58", "0"),
        ("type", "0.58", "'0.58'"),
        ("type", "0.58", "without_small(0.58)"),
        ("type", "0.58", "True"),
        ("stability", "0.58", "np.inf"),
        ("missing", "0.58", "..."),
    ],
    "3.7": [
        ("formula", "functions.softmax(", "("),
        ("formula", "functions.softmax(", "functions.sigmoid("),
        ("formula", DEEP.replace("softmax(a)", "softmax(x)")),
        ("formula", "x = functions.sigmoid(np.dot(x, network[f\"W{i}\"]) + network[f\"b{i}\"])",
         "x = np.dot(x, network[f'W{i}']) + network[f'b{i}']"),
        ("formula", "functions.sigmoid(", "functions.softmax("),
        ("bias", "def predict(network, x):\n    last = len(network) // 2\n    for i in range(1, last):\n"
                 "        x = functions.sigmoid(x @ network[f'W{i}'])\n"
                 "    return functions.softmax(x @ network[f'W{last}'])"),
        ("axis", changed(DEEP, "return functions.softmax(a)", "z = np.exp(a - a.max())\n    return z / z.sum()")),
        ("axis", changed(DEEP, "return functions.softmax(a)",
                         "z = np.exp(a - a.max())\n    return z / z.sum(axis=0)")),
        ("order", "last = len(network) // 2",
         "last = len(network) // 2\n    names = sorted(n for n in network if n[0] == 'W')\n    network = {k + str(i + 1): network[k + n[1:]] for i, n in enumerate(names) for k in 'Wb'}"),
        ("depth | 6 layers", "last = len(network) // 2", "last = min(6, len(network) // 2)"),
        ("type", "return functions.softmax(np.dot(x, network[f\"W{last}\"]) + network[f\"b{last}\"])",
         "return functions.softmax(np.dot(x, network[f'W{last}']) + network[f'b{last}']).tolist()"),
        ("depth", "last = len(network) // 2", "last = 3"),
        ("depth", "last = len(network) // 2", "last = 2"),
        ("depth", "last = len(network) // 2", "last = min(3, len(network) // 2)"),
        ("depth", "last = len(network) // 2", "last = len(network) // 2 - 1"),
        ("argmax", changed(DEEP, "softmax(a)", "softmax(a).argmax(axis=-1)")),
        ("order > raises", "def predict(network, x):\n    arrays = list(network.values())\n"
                           "    for W, b in zip(arrays[0:-2:2], arrays[1:-2:2]):\n"
                           "        x = functions.sigmoid(np.dot(x, W) + b)\n"
                           "    return functions.softmax(np.dot(x, arrays[-2]) + arrays[-1])"),
        ("one sample", changed(DEEP, "functions.softmax(a)", "np.array([functions.softmax(row) for row in a])")),
        ("one sample", changed(DEEP, "    n = ", "    rows, columns = x.shape\n    n = ")),
        ("stability", changed(DEEP, "functions.softmax(a)", "np.exp(a) / np.exp(a).sum(axis=-1, keepdims=True)")),
        ("aliasing", "last = ", "network['b1'] *= 1 + 1e-9\n    last = "),
        ("aliasing", "last = len(network) // 2", "last = len(network) // 2\n    network['depth'] = last"),
        ("missing", "return", "y ="),
    ],
}  # fmt: skip

EQUIVALENT = {}
