"""Known answers to the exercises of chapter 10."""

from answers import FLOAT32, WARNS

PREDICTION = '{"precision": 0.2, "recall": 0.8, "accuracy": 0.966, "nobody": 0.99}'
MACRO_F1 = "def macro_f1(C):\n    return np.mean(2 * np.diag(C) / np.maximum(C.sum(0) + C.sum(1), 1))"
LINES = {
    "bincount": "np.bincount(t * classes + y, minlength=classes**2).reshape(classes, classes)",
    "f1": "2 * np.diag(C) / np.maximum(both, 1)",
    "mean": "mean = x_train.mean(axis=0)",
    "total": "total += step(x[batch], t[batch]) * len(batch)",
    "mean loss": "            total += step(x[batch], t[batch]) * len(batch)\n        history.append(total / len(x))",
    "order": "        order = rng.permutation(len(x))\n",
    "loss": "np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[n, t])",
    "shift": "    scores = scores - scores.max(axis=1, keepdims=True)\n",
    "top": "top = np.clip(round(14 - down), 0, 28 - height)",
    "left": "left = np.clip(round(14 - across), 0, 28 - width)",
    "place": "picture[top : top + height, left : left + width] = box",
}

RIGHT = {
    "10.1": [
        "prediction = {'nobody': 0.9904, 'accuracy': 0.9665, 'recall': np.float32(0.8), 'precision': np.array(0.2)}",
        """
        prediction = dict(precision=8 / 40, recall=8 / 10, accuracy=(8 + 958) / 1000, nobody=990 / 1000, F1=0.32)
        """,
        """
        t, y = np.repeat([1, 0], [10, 990]), np.repeat([1, 0, 1, 0], [8, 2, 32, 958])
        prediction = {"accuracy": np.mean(t == y), "nobody": np.mean(t == 0)}
        prediction |= {"precision": t[y == 1].mean(), "recall": y[t == 1].mean()}
        """,
        "C = np.array([[958, 32], [2, 8]])\n"
        "P, R = np.diag(C) / C.sum(axis=0), np.diag(C) / C.sum(axis=1)\n"
        "prediction = {'precision': P[1], 'recall': R[1], 'accuracy': np.trace(C) / 1e3, 'nobody': C[0].sum() / 1e3}",
    ],
    "10.2": [
        FLOAT32,
        WARNS,
        """
        def confusion(t, y, classes):
            C = np.zeros((classes, classes))
            np.add.at(C, (t, y), 1)
            return C
        def macro_f1(C):
            total = 0.0
            for k in range(len(C)):
                both = C[k].sum() + C[:, k].sum()
                if both:
                    total += 2 * C[k, k] / both
            return total / len(C)
        """,
        """
        def confusion(t, y, classes):
            return np.eye(classes, dtype=int)[t].T @ np.eye(classes, dtype=int)[y]
        def macro_f1(C):
            right = np.diag(C)
            P, R = right / C.sum(axis=0), right / C.sum(axis=1)
            return np.nan_to_num(2 * P * R / (P + R)).mean()
        """,
        """
        def confusion(t, y, classes):
            edges = np.arange(classes + 1) - 0.5
            return np.histogram2d(t, y, bins=(edges, edges))[0].astype(np.float32)
        def macro_f1(C):
            return float(np.sum(np.diag(C) / np.maximum((C + C.T).sum(axis=0), 1)) * 2 / C.shape[0])
        """,
        "def confusion(t, y, classes):\n    every = range(classes)\n"
        "    return [[np.sum((t == i) & (y == j)) for j in every] for i in every] * np.ones(1, int)\n" + MACRO_F1,
        (LINES["bincount"], "((np.arange(classes)[:, None, None] == t) & (np.arange(classes)[:, None] == y)).sum(-1)"),
    ],
    "10.3": [
        FLOAT32,
        WARNS,
        """
        def prepare(x_train, x_test):
            x_train, x_test = (x.reshape(len(x), -1).astype(np.float32) / 255 for x in (x_train, x_test))
            x_test = x_test - x_train.mean(axis=0)
            return [x_train - x_train.mean(axis=0), x_test]
        """,
        """
        def prepare(x_train, x_test):
            mean = np.zeros((28, 28))
            for image in x_train:
                mean += image / 255 / len(x_train)
            train = np.array([(image / 255 - mean).ravel() for image in x_train])
            return train, np.array([(image / 255 - mean).flatten() for image in x_test])
        """,
        (LINES["mean"], "mean = x_train.sum(axis=0, keepdims=True) / len(x_train)"),
        "def prepare(*both):\n    x, new = [np.asarray(images, float).reshape(len(images), 784) for images in both]\n"
        "    return (x - np.average(x, axis=0)) / 255, (new - np.average(x, axis=0)) / 255",
    ],
    "10.4": [
        FLOAT32,
        WARNS,
        """
        from dlcourse.training import minibatches
        def fit(step, x, t, epochs, batch_size, seed):
            rng, history = np.random.default_rng(seed), []
            for _epoch in range(epochs):
                batches = minibatches(len(x), batch_size, rng)
                history.append(sum(step(x[ids], t[ids]) * len(ids) for ids in batches) / len(x))
            return history
        """,
        """
        def fit(step, x, t, epochs, batch_size, seed):
            np.random.seed(seed)
            history = np.zeros(epochs)
            for epoch in range(epochs):
                order = np.arange(len(x))
                np.random.shuffle(order)
                x, t = x[order], t[order]
                parts = range(0, len(x), batch_size)
                losses = [step(x[i : i + batch_size], t[i : i + batch_size]) for i in parts]
                history[epoch] = np.average(losses, weights=[min(batch_size, len(x) - i) for i in parts])
            return history
        """,
        """
        def fit(step, x, t, epochs, batch_size, seed):
            rng, history = np.random.default_rng([seed, 5]), []
            while len(history) < epochs:
                left, losses = list(rng.permutation(len(x))), []
                while left:
                    batch, left = left[:batch_size], left[batch_size:]
                    losses += [step(x[batch], t[batch])] * len(batch)
                history.append(np.mean(losses))
            return tuple(history)
        """,
        (LINES["order"], "        order = rng.choice(len(x), len(x), replace=False)\n"),
        ("rng.permutation(len(x))", "np.argsort(rng.random(len(x)))"),
        (LINES["order"], "        order = np.random.default_rng([seed, epoch]).permutation(len(x))\n"),
    ],
    "10.5": [
        FLOAT32,
        WARNS,
        """
        def report(scores, t):
            output = softmax(scores)
            accuracy = np.mean(output.argmax(axis=1) == t)
            loss = 0.0
            for row, label in zip(scores, t):
                largest = max(row)
                loss += largest + np.log(np.sum(np.exp(row - largest))) - row[label]
            output[np.arange(len(t)), t] -= 1
            return loss / len(t), output / len(t), accuracy
        """,
        """
        def report(scores, t):
            true = np.eye(scores.shape[1])[t]
            log_sum = np.logaddexp.reduce(scores, axis=1)
            loss = (log_sum - (true * scores).sum(axis=1)).mean()
            return loss, (softmax(scores) - true) / len(t), (scores.argmax(axis=1) == t).mean()
        """,
        ("output.copy()", "softmax(scores)"),
        ("output.argmax", "scores.argmax"),
    ],
    "10.6": [
        FLOAT32,
        WARNS,
        """
        def centred(page):
            picture = np.zeros((28, 28))
            ink = np.argwhere(page)
            if len(ink) == 0:
                return picture
            (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
            box = page[top : bottom + 1, left : right + 1]
            places = np.indices(box.shape)
            corner = [int(np.floor(14 - np.average(at, weights=box) + 0.5)) for at in places]
            corner = [min(max(c, 0), 28 - n) for c, n in zip(corner, box.shape)]
            picture[corner[0] :, corner[1] :][: box.shape[0], : box.shape[1]] = box
            return picture
        """,
        """
        def centred(page):
            picture = np.zeros((28, 28), np.float32)
            total = page.sum()
            if total == 0:
                return picture
            down = across = 0.0
            rows, columns = [], []
            for i, j in np.ndindex(page.shape):
                if page[i, j] > 0:
                    down, across = down + i * page[i, j] / total, across + j * page[i, j] / total
                    rows.append(i)
                    columns.append(j)
            dy, dx = int(np.rint(14 - down)), int(np.rint(14 - across))
            dy = max(-min(rows), min(dy, 27 - max(rows)))
            dx = max(-min(columns), min(dx, 27 - max(columns)))
            for i, j in zip(rows, columns):
                picture[i + dy, j + dx] = page[i, j]
            return picture
        """,
        (LINES["top"], "top = min(max(int(14.5 - down), 0), 28 - height)"),
        ("if not page.any():", "if page.max() == 0:"),
    ],
    "10.7": [
        "settings = {'hidden': np.int64(96), 'lr': np.float64(0.3), 'sure': 0.935}",
        "settings = dict(sure=np.array(0.94), lr=0.25, hidden=60.0, tried=7)",
        "settings = {}\nsettings['lr'], settings['hidden'] = 0.4, 80\n"
        "settings['sure'] = float(np.quantile(reader(80, 0.4)[0], 0.2))",
        """
        def score(lr):
            top, right = reader(70, lr)
            return np.mean(right[top >= np.quantile(top, 0.2)])
        best = max([0.25, 0.4], key=score)
        settings = {"hidden": 70, "lr": best, "sure": np.quantile(reader(70, best)[0], 0.19)}
        """,
    ],
}

WRONG = {
    "10.1": [
        ("values", "prediction = {'precision': 0.201, 'recall': 0.8, 'accuracy': 0.966, 'nobody': 0.99}"),
        ("axis", '"precision": 0.2', '"precision": 0.8'),
        ("axis", '"recall": 0.8', '"recall": 0.2'),
        ("axis", PREDICTION, '{"precision": 0.8, "recall": 0.2, "accuracy": 0.966, "nobody": 0.99}'),
        ("scale", '"precision": 0.2', '"precision": 20'),
        ("scale", '"precision": 0.2', '"precision": 0.008'),
        ("scale", '"recall": 0.8', '"recall": 80'),
        ("scale", '"recall": 0.8', '"recall": 8 / 1000'),
        ("scale", "0.966", "96.6"),
        ("scale", "0.99}", "99}"),
        ("formula", "0.966", "0.008"),
        ("formula", "0.966", "0.8"),
        ("formula", "0.966", "0.034"),
        ("formula", "0.966", "0.968"),
        ("formula", "0.966", "0.998"),
        ("formula", "0.99}", "0.01}"),
        ("formula", "0.99}", "0}"),
        ("formula", "0.99}", "0.96}"),
        ("values", "0.966", "0.97"),
        ("type", '"recall": 0.8', '"recall": "80 %"'),
        ("type", '"recall": 0.8', '"recall": True'),
        ("type", PREDICTION, "[0.2, 0.8, 0.966, 0.99]"),
        ("missing", "0.99}", "None}"),
        ("missing", ', "nobody": 0.99', ""),
    ],
    "10.2": [
        ("borrowed", "import dlcourse.metrics as m\ndef confusion(t, y, classes):\n"
                     "    return getattr(m, 'confusion' + '_matrix')(t, y, classes)\n" + MACRO_F1),
        ("axis", "t * classes + y", "y * classes + t"),
        ("repeats", LINES["bincount"], "np.minimum(1, " + LINES["bincount"] + ")"),
        ("repeats", "def confusion(t, y, classes):\n    C = np.zeros((classes, classes))\n"
                    "    C[t, y] += 1\n    return C\n" + MACRO_F1),
        ("repeats", LINES["bincount"], "np.diag(np.bincount(t[t == y], minlength=classes))"),
        ("scale", LINES["bincount"], LINES["bincount"] + " / len(t)"),
        ("scale", LINES["bincount"], LINES["bincount"] + " / (np.bincount(t, minlength=classes) + 1e-9)[:, None]"),
        ("shape", LINES["bincount"], "np.bincount(t * classes + y, minlength=classes**2)"),
        ("shape", ", minlength=classes**2", ""),
        ("shape", "    return np.bincount", "    classes = max(t.max(), y.max()) + 1\n    return np.bincount"),
        ("loop", "def confusion(t, y, classes):\n    C = np.zeros((classes, classes), int)\n"
                 "    for pair in zip(t, y):\n        C[pair] += 1\n    return C\n" + MACRO_F1),
        ("missing", "return " + LINES["bincount"], "C = " + LINES["bincount"]),
        ("stability", "np.maximum(both, 1)", "both"),
        ("stability", "np.mean(" + LINES["f1"] + ")", "np.nan_to_num(np.mean(2 * np.diag(C) / both))"),
        ("average", "np.mean(" + LINES["f1"] + ")", "np.nanmean(2 * np.diag(C) / both)"),
        ("average", "np.mean(" + LINES["f1"] + ")", "np.mean(np.nan_to_num(2 * np.diag(C) / both, nan=1.0))"),
        ("average", "np.mean(" + LINES["f1"] + ")", "np.trace(C) / C.sum()"),
        ("average", "np.mean(" + LINES["f1"] + ")", "np.average(" + LINES["f1"] + ", weights=C.sum(axis=1))"),
        ("average", "def confusion(t, y, classes):\n    return " + LINES["bincount"] + "\n"
                    "def macro_f1(C):\n    right = np.diag(C)\n"
                    "    P = np.mean(right / np.maximum(C.sum(axis=0), 1))\n"
                    "    R = np.mean(right / np.maximum(C.sum(axis=1), 1))\n    return 2 * P * R / (P + R)"),
        ("sum", "np.mean(2", "np.sum(2"),
        ("shape", "np.mean(" + LINES["f1"] + ")", LINES["f1"]),
        ("formula", "2 * np.diag", "np.diag"),
        ("formula", "np.mean(" + LINES["f1"] + ")", "np.mean(np.diag(C) / np.maximum(C.sum(axis=0), 1))"),
        ("formula", "np.mean(" + LINES["f1"] + ")", "np.mean(np.diag(C) / np.maximum(C.sum(axis=1), 1))"),
        ("overflow | 70,000", "def confusion(t, y, classes):\n    C = np.zeros((classes, classes), np.uint8)\n"
                              "    np.add.at(C, (t, y), 1)\n    return C\n" + MACRO_F1),
        ("overflow | 70,000", "def confusion(t, y, classes):\n    C = np.zeros((classes, classes), np.int16)\n"
                              "    np.add.at(C, (t, y), 1)\n    return C\n" + MACRO_F1),
        ("fixed > shape | ten", LINES["bincount"], "np.bincount(t * 10 + y, minlength=100).reshape(10, 10)"),
        ("fixed | ten", "np.mean(" + LINES["f1"] + ")", "np.sum(" + LINES["f1"] + ") / 10"),
        ("overflow > values", LINES["bincount"],
         "np.bincount((t * classes + y).astype(np.uint8), minlength=classes**2)[:classes**2].reshape(classes, -1)"),
        ("loop | one by one", "def confusion(t, y, classes):\n    C = np.zeros((classes, classes), int)\n"
                 "    list(map(lambda pair: C.__setitem__(pair, C[pair] + 1), zip(t, y)))\n    return C\n" + MACRO_F1),
        ("average | never found", "np.mean(" + LINES["f1"] + ")",
         "np.nanmean(2 / (C.sum(0) / np.diag(C) + C.sum(1) / np.diag(C)) / (np.diag(C) > 0))"),
        ("average > values | For C =", "np.mean(" + LINES["f1"] + ")",
         "np.average(" + LINES["f1"] + ", weights=C.sum(axis=0))"),
        ("aliasing", "    both = ", "    old = C.copy()\n    C[0, 0] = 0\n    C = old\n    both = "),
    ],
    "10.3": [
        ("shape", "return x_train - mean, x_test - mean",
         "return x_train - mean, np.squeeze(x_test - mean) if len(x_test) == 1 else x_test - mean"),
        ("shape", "784", "28, 28"),
        ("shape > raises", "x_test.reshape(-1, 784)", "x_test.reshape(-1, 28, 28)"),
        ("shape", "    return x_train - mean, x_test - mean",
         "    return (x_train - mean).reshape(-1, 28, 28), (x_test - mean).reshape(-1, 28, 28)"),
        ("shape", "    return x_train - mean, x_test - mean", "    return (x_train - mean).T, (x_test - mean).T"),
        ("leak", LINES["mean"], "mean = np.concatenate([x_train, x_test]).mean(axis=0)"),
        ("values", LINES["mean"], "mean = np.unique(x_train, axis=0).mean(axis=0)"),
        ("leak", LINES["mean"], "mean = x_test.mean(axis=0)"),
        ("leak", "x_test - mean", "x_test - x_test.mean(axis=0)"),
        ("leak", "return x_train - mean, x_test - mean",
         "return x_train - mean, x_test - np.concatenate([x_train, x_test]).mean(axis=0)"),
        ("axis", LINES["mean"], "mean = x_train.mean()"),
        ("axis", LINES["mean"], "mean = np.concatenate([x_train, x_test]).mean()"),
        ("axis", "return x_train - mean, x_test - mean",
         "return x_train - x_train.mean(axis=1, keepdims=True), x_test - x_test.mean(axis=1, keepdims=True)"),
        ("axis", "x_test - mean", "x_test - x_test.mean(axis=1, keepdims=True)"),
        ("axis", "x_test - mean", "x_test - x_train.mean()"),
        ("scale", " / 255.0", ""),
        ("scale", "x_test.reshape(-1, 784) / 255.0", "x_test.reshape(-1, 784)"),
        ("scale", "/ 255.0", "/ 256"),
        ("leak | TEST set", LINES["mean"], "x_train, x_test = (x / x_test.max() for x in (x_train, x_test))\n"
                                           "    " + LINES["mean"]),
        ("leak | TEST set", LINES["mean"],
         "x_train, x_test = (255 * x / max((255 * x_test).max(), (255 * x_train).max()) for x in (x_train, x_test))\n"
         "    " + LINES["mean"]),
        ("scale | largest pixel", LINES["mean"],
         "largest = x_train.max()\n    x_train, x_test = x_train / largest, x_test / largest\n    " + LINES["mean"]),
        ("values | first 10 ", LINES["mean"], "mean = x_train[:10].mean(axis=0)"),
        ("values | first 1 ", LINES["mean"], "mean = x_train[:1].mean(axis=0)"),
        ("values | 1,100", LINES["mean"], "mean = x_train[:1000].mean(axis=0)"),
        ("values | 1,100", LINES["mean"], "mean = x_train[:100].mean(axis=0)"),
        ("values", LINES["mean"], "mean = 0.99 * x_train.mean(axis=0) + 0.01 * x_test.mean(axis=0)"),
        ("values", "return x_train - mean, x_test - mean", "return x_train - mean, np.clip(x_test - mean, -0.5, 0.5)"),
        ("formula | median", LINES["mean"], "mean = np.median(x_train, axis=0)"),
        ("sign", "x_train - mean, x_test - mean", "mean - x_train, mean - x_test"),
        ("formula", "x_test - mean", "x_test"),
        ("formula", "x_train - mean", "x_train"),
        ("formula", "return x_train - mean, x_test - mean",
         "std = x_train.std(axis=0)\n    return (x_train - mean) / std, (x_test - mean) / std"),
        ("order > shape", "return x_train - mean, x_test - mean", "return x_test - mean, x_train - mean"),
        ("type", "return x_train - mean, x_test - mean", "return x_train - mean"),
        ("type", "return x_train - mean, x_test - mean", "return {'train': x_train - mean, 'test': x_test - mean}"),
        ("missing > type", "return x_train - mean, x_test - mean", "x_train, x_test = x_train - mean, x_test - mean"),
        ("aliasing", "    x_train = x_train.reshape(-1, 784) / 255.0",
         "    old = x_train\n    x_train = x_train.reshape(-1, 784) / 255.0\n    old[old > 127] = 255"),
    ],
    "10.4": [
        ("last batch", LINES["mean loss"],
         "            total = step(x[batch], t[batch])\n        history.append(total)"),
        ("first batch", LINES["mean loss"],
         "            new = step(x[batch], t[batch])\n            total = total or new\n        history.append(total)"),
        ("weights", LINES["mean loss"],
         "            total += step(x[batch], t[batch])\n        history.append(total / np.ceil(len(x) / batch_size))"),
        ("weights", LINES["total"], "total += step(x[batch], t[batch]) * batch_size"),
        ("sum", "total / len(x)", "total"),
        ("sum", LINES["mean loss"],
         "            total += step(x[batch], t[batch])\n        history.append(total)"),
        ("shape", LINES["mean loss"],
         "            history.append(step(x[batch], t[batch]))"),
        ("state", "        total = 0.0\n", "        total = total if epoch else 0.0\n"),
        ("order", "rng.permutation(len(x))", "np.arange(len(x))"),
        ("order", "    for epoch in range(epochs):\n" + LINES["order"],
         "    order = rng.permutation(len(x))\n    for epoch in range(epochs):\n"),
        ("order", LINES["order"], "        order = np.random.default_rng(seed).permutation(len(x))\n"),
        ("order", LINES["order"],
         "        order = np.arange(len(x)).tolist()\n        starts = rng.permutation(range(0, len(x), batch_size))\n"
         "        full = [i for i in starts if i + batch_size <= len(x)]\n"
         "        order = np.array(sum((order[i : i + batch_size] for i in full), [])\n"
         "                         + order[len(x) - len(x) % batch_size :])\n"),
        ("order", "rng.permutation(len(x))", "np.roll(np.arange(len(x)), rng.permutation(len(x))[0] or 1)"),
        ("order | shifted", LINES["order"],
         "        order = np.arange(len(x))\n        for _swap in range(5):\n            i, j = rng.integers(len(x), size=2)"
         "\n"
         "            order[[i, j]] = order[[j, i]]\n"),
        ("order | in parts", "rng.permutation(len(x))",
         "np.concatenate([rng.permutation(len(x) // 2), len(x) // 2 + rng.permutation(len(x) - len(x) // 2)])"),
        ("order | neighbours", LINES["order"],
         "        order = np.concatenate([i + rng.permutation(min(batch_size, len(x) - i))\n"
         "                                for i in range(0, len(x), batch_size)])\n"),
        ("order | same place", "rng.permutation(len(x))", "np.append(0, 1 + rng.permutation(len(x) - 1))"),
        ("order | same order", LINES["order"],
         "        order = np.random.default_rng(seed + epoch // 2).permutation(len(x))\n"),
        ("aliasing", LINES["order"], LINES["order"] + "        x[:], t[:] = x[order], t[order]\n"),
        ("replacement", "rng.permutation(len(x))", "rng.choice(len(x), len(x))"),
        ("replacement", "batch = order[i : i + batch_size]",
         "batch = rng.choice(len(x), len(order[i : i + batch_size]), replace=False)"),
        ("pairs", "t[batch]", "t[i : i + batch_size]"),
        ("pairs", "t[batch]", "t[rng.permutation(batch)]"),
        ("pairs", "x[batch]", "x[batch] / 255"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng()"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(0)"),
        ("dtype | float64", "t[batch])", "t[batch] * 1.0)"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(seed or None)"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(seed % 10)"),
        ("random", "np.random.default_rng(seed)", "np.random.default_rng(np.uint8(seed % 256))"),
        ("fence", "range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
        ("fence", "range(epochs)", "range(epochs - 1)"),
        ("fence", "range(epochs)", "range(epochs + 1)"),
        ("fence", "range(0, len(x), batch_size)", "range(0, len(x))"),
        ("fence", "batch = order[i : i + batch_size]", "batch = np.append(order, order)[i : i + batch_size]"),
        ("missing", "    return history", "    print(history)"),
        ("shape", "x[batch]", "x[batch].T"),
    ],
    "10.5": [
        ("ties", "output.argmax(axis=1) == t", "scores[n, t] >= scores.max(axis=1)"),
        ("values", LINES["loss"], "np.mean(-np.log(softmax(scores)[n, t])[:100]) if len(t) > 100 else " + LINES["loss"]),
        ("aliasing", "output.copy()", "output"),
        ("aliasing", "output.copy()", "output[:]"),
        ("aliasing", "output.copy()", "np.asarray(output)"),
        ("aliasing", LINES["shift"], "    scores -= scores.max(axis=1, keepdims=True)\n"),
        ("stability", LINES["loss"], "np.mean(-np.log(softmax(scores)[n, t]))"),
        ("stability", LINES["loss"], "np.mean(-np.log(softmax(scores)[n, t] + 1e-15))"),
        ("stability", LINES["loss"], "np.mean(-np.log(np.maximum(softmax(scores)[n, t], 1e-30)))"),
        *(("stability | expected is", LINES["loss"], text) for text in (
            "np.mean(np.minimum(-np.log(softmax(scores)[n, t]), 800))",
            "np.mean(np.where(softmax(scores)[n, t] == 0, 800, -np.log(softmax(scores)[n, t])))",
            "800.0 if np.ptp(scores, axis=1).max() >= 800 else np.mean(-np.log(softmax(scores)[n, t]))",
            "np.mean(np.where(softmax(scores)[n, t] == 0, -scores[n, t], -np.log(softmax(scores)[n, t])))",
            "np.mean(np.where(softmax(scores)[n, t] == 0, np.ptp(scores, axis=1), -np.log(softmax(scores)[n, t])))",
        )),
        ("formula | more than half", "np.mean(output.argmax(axis=1) == t)", "np.mean(output[n, t] > 0.5)"),
        ("sign | LEAST", "output.argmax", "output.argmin"),
        ("precision", "    d_output /= len(t)\n",
         "    def cost(s):\n        return np.mean(np.log(np.exp(s).sum(axis=1)) - s[n, t])\n"
         "    for place in np.ndindex(scores.shape):\n        up, down = scores.astype(float), scores.astype(float)\n"
         "        up[place] += 1e-4\n        down[place] -= 1e-4\n"
         "        d_output[place] = (cost(up) - cost(down)) / 2e-4\n"),
        ("stability", LINES["shift"], ""),
        ("stability", "scores.max(axis=1, keepdims=True)", "scores.max()"),
        ("sign", LINES["loss"], "-" + LINES["loss"]),
        ("sign", "d_output /= len(t)", "d_output /= -len(t)"),
        ("sign > values", "d_output[n, t] -= 1", "d_output[n, t] += 1"),
        ("sign", "== t)", "!= t)"),
        ("sum", "loss = np.mean", "loss = np.sum"),
        ("sum", "accuracy = np.mean", "accuracy = np.sum"),
        ("scale", "    d_output /= len(t)\n", ""),
        ("scale", "d_output /= len(t)", "d_output /= d_output.size"),
        ("formula", "    d_output[n, t] -= 1\n", ""),
        ("formula", "    d_output[n, t] -= 1\n    d_output /= len(t)\n", ""),
        ("formula", LINES["loss"], "np.mean(np.log(np.exp(scores).sum(axis=1, keepdims=True)) - scores) "
                                   "* scores.shape[1]"),
        ("shape", LINES["loss"], "np.log(np.exp(scores).sum(axis=1)) - scores[n, t]"),
        ("order", "return loss, d_output, accuracy", "return loss, accuracy, d_output"),
        ("type", "return loss, d_output, accuracy", "return loss, d_output"),
        ("missing > type", "    return loss, d_output, accuracy", "    print(loss, d_output, accuracy)"),
        ("axis > raises", "(axis=1, keepdims=True)", "(axis=1)"),
    ],
    "10.6": [
        ("borrowed", """
        from dlcourse.centering import center_of_mass
        def centred(page):
            picture = np.zeros((28, 28))
            if not page.any():
                return picture
            rows, columns = np.flatnonzero(page.any(axis=1)), np.flatnonzero(page.any(axis=0))
            box = page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            (down, across), (height, width) = center_of_mass(box), box.shape
            top, left = np.clip(round(14 - down), 0, 28 - height), np.clip(round(14 - across), 0, 28 - width)
            picture[top : top + height, left : left + width] = box
            return picture
        """),
        ("middle", "14 - down", "14 - height / 2"),
        ("middle", "round(14 - down), 0, 28 - height)\n    left = np.clip(round(14 - across)",
         "(28 - height) // 2, 0, 28 - height)\n    left = np.clip((28 - width) // 2"),
        ("weights", "    down = box.sum(axis=1) @ np.arange(height) / box.sum()\n"
                    "    across = box.sum(axis=0) @ np.arange(width) / box.sum()",
         "    down, across = np.argwhere(box).mean(axis=0)"),
        ("axis", "round(14 - down), 0, 28 - height)\n    left = np.clip(round(14 - across)",
         "round(14 - across), 0, 28 - height)\n    left = np.clip(round(14 - down)"),
        ("axis", LINES["place"] + "\n    return picture", LINES["place"] + "\n    return picture.T"),
        ("sign", "round(14 - down), 0, 28 - height)\n    left = np.clip(round(14 - across)",
         "round(down), 0, 28 - height)\n    left = np.clip(round(across)"),
        ("place", "round(14 - down), 0, 28 - height)\n    left = np.clip(round(14 - across)",
         "14, 0, 28 - height)\n    left = np.clip(14"),
        ("place", "round(14 - down), 0, 28 - height)\n    left = np.clip(round(14 - across)",
         "0, 0, 28 - height)\n    left = np.clip(0"),
        ("values", "= box\n", "= box > 0\n"),
        ("fence", "round(", "int("),
        ("fence", "round(", "int(1 + "),
        ("fence", "14 - ", "13 - "),
        ("fence", "14 - down", "15 - down"),
        ("fence > values", "rows[-1] + 1", "rows[-1]"),
        ("fence > values", "columns[0] :", "columns[0] + 1 :"),
        ("shape", "np.zeros((28, 28))", "np.zeros((30, 30))"),
        ("shape", "    return picture", "    return picture.ravel()"),
        *(("gaps | no ink", f"np.flatnonzero(page.any(axis={axis}))",
           f"(lambda k: k[: np.append(np.flatnonzero(np.diff(k) > 1), len(k) - 1)[0] + 1])"
           f"(np.flatnonzero(page.any(axis={axis})))") for axis in (0, 1)),
        ("gaps | no ink", "rows[-1] + 1", "rows[0] + len(rows)"),
        *(("threshold | Faint", "page.any(axis", f"(page > {cut}).any(axis") for cut in (0.5, 0.1, 0.01, 0.001)),
        ("threshold | Faint", "    rows, columns", "    page = page * (page > 0.2)\n    rows, columns"),
        ("threshold | Faint", "not page.any()", "page.max() < 0.01"),
        ("margin | paper around", "rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1",
         "max(rows[0] - 1, 0) : rows[-1] + 2, max(columns[0] - 1, 0) : columns[-1] + 2"),
        ("scale", "= box\n", "= box / box.max()\n"),
        ("weights > values", "box.sum(axis=1) @", "box.max(axis=1) @"),
        ("edge", LINES["top"], "top = round(14 - down)"),
        ("edge", LINES["left"], "left = round(14 - across)"),
        ("edge", LINES["top"], "top = np.clip(round(14 - down), 0, None)"),
        ("edge", LINES["left"], "left = min(round(14 - across), 28 - width)"),
        ("stability", "    if not page.any():\n        return picture\n", ""),
        ("stability", "        return picture\n", "        return np.full((28, 28), np.nan)\n"),
        ("one line", "    height, width = box.shape\n",
         "    height, width = box.shape\n    if height < 2:\n        return picture\n"),
        ("missing", "    " + LINES["place"] + "\n    return picture", "    " + LINES["place"]),
        ("aliasing", LINES["place"], LINES["place"] + "\n    box[:] = 0"),
    ],
    "10.7": [
        ("too many", '"hidden": 96', '"hidden": 97'),
        ("too many", '"hidden": 96', '"hidden": 100'),
        ("too many", '"hidden": 96', '"hidden": 20000'),
        ("too few", '"hidden": 96, "lr": 0.25', '"hidden": 10, "lr": 0.3'),
        ("too few", '"hidden": 96', '"hidden": 1'),
        ("too few", '"hidden": 96, "lr": 0.25', '"hidden": 20, "lr": 0.2'),
        ("too small", "0.25", "0.01"),
        ("too small", "0.25", "0.001"),
        ("too small", "0.25", "1e-9"),
        ("too large", "0.25", "0.9"),
        ("too large", "0.25", "3"),
        ("too large", "0.25", "1e300"),
        ("too lax | 97.953%", '"hidden": 96, "lr": 0.25, "sure": 0.93', '"hidden": 60, "lr": 0.2, "sure": 0.86'),
        ("too strict | 20.06", "0.93", "0.9449"),
        ("too strict", "0.93", "0.98"),
        ("too strict", "0.93", "1"),
        ("too lax", "0.93", "0.8"),
        ("too lax", "0.93", "0.5"),
        ("too lax", "0.93", "0"),
        ("range", "0.93", "96.3"),
        ("range", "0.93", "-0.1"),
        ("sign", "0.25", "0"),
        ("sign", "0.25", "-0.15"),
        ("type", '"hidden": 96', '"hidden": 80.5'),
        ("type", '"hidden": 96', '"hidden": 0'),
        ("type", '"hidden": 96', '"hidden": "all"'),
        ("type", '"hidden": 96', '"hidden": [96]'),
        ("missing", ', "sure": 0.93', ""),
        ("missing", "0.25", "None"),
        ("stability", "0.25", "float('nan')"),
    ],
}  # fmt: skip

EQUIVALENT = {
    "10.2": {
        "line 9: 1 → 2": "where the sum is 0 or 1, the diagonal is 0, and so is the quotient",
    },
    "10.3": {
        "line 13: 1 → 2": "NumPy takes -2 for a length that is to be found, as it does -1",
        "line 14: 1 → 2": "NumPy takes -2 for a length that is to be found, as it does -1",
    },
    "10.6": {
        "line 9: box.sum(axis=1) @ np.arange(height) → np.arange(height) @ box.sum(axis=1)":
            "the product of two vectors, in either order",
        "line 10: box.sum(axis=0) @ np.arange(width) → np.arange(width) @ box.sum(axis=0)":
            "the product of two vectors, in either order",
    },
    "10.7": {
        "line 3: 96 → 95": "reaches the goal, too",
        "line 3: 0.25 → 0.5": "reaches the goal, too",
    },
}  # fmt: skip
