#!/usr/bin/env python3
"""Reference numbers for slim, rp3beta, spectral and next_item on the matrix of classic.py: the
definitions, written out in numpy and scikit-learn.

    python3 tools/reference/linear_graph.py > tests/golden/linear_graph.txt

Made with numpy 2.4.6 and scikit-learn 1.9.1 in double precision. Compared by
tests/models/test_slim.c, test_rp3beta.c, test_spectral.c, test_next_item.c to 1e-4 (slim, which
both iterate) or 1e-5.
"""
import os

import numpy as np
import sklearn
from sklearn.linear_model import ElasticNet

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/golden/classic.txt")


def read_ratings():
    lines = open(GOLDEN).read().split("\n")
    at = lines.index("ratings 14 9")
    return np.array([[float(v) for v in line.split()] for line in lines[at + 1:at + 15]])


def show(title, matrix):
    print(title)
    for row in matrix:
        print(" ".join(f"{value:.9g}" for value in row))


def slim(x, l1, l2, positive):
    """scikit-learn divides the squares by 2 rows: alpha = (l1 + l2) / rows."""
    users, items = x.shape
    weights = np.zeros((items, items))
    for j in range(items):
        others = x.copy()
        others[:, j] = 0
        net = ElasticNet(alpha=(l1 + l2) / users, l1_ratio=l1 / (l1 + l2), fit_intercept=False,
                         positive=positive, tol=1e-12, max_iter=100000)
        weights[:, j] = net.fit(others, x[:, j]).coef_
    return weights


def rp3beta(x, alpha, beta):
    users, items = x.sum(1), x.sum(0)
    step = (x / users[:, None]) ** alpha  # user to item
    back = (x.T / items[:, None]) ** alpha  # item to user
    walks = back @ step / items[None, :] ** beta
    np.fill_diagonal(walks, 0)
    return walks


def spectral(x, k, alpha, sharpening, a, b, o=0.5):
    users, items = x.sum(1), x.sum(0)
    r = x / users[:, None] ** a / items[None, :] ** b
    _, s, vt = np.linalg.svd(r, full_matrices=False)
    v, l = vt[:k].T, s[:k] ** 2
    g = alpha * l[0] - sharpening * l**2 / l[0]
    low = (v * g) @ v.T * items[None, :] ** o * items[:, None] ** (o - 1)
    linear = (x / users[:, None] ** (2 * a)).T @ x / np.outer(items, items) ** b
    return x @ (linear + low)


def next_item(x, window, decay, targets, target_decay, l2):
    """Histories are the items of a row in ascending order."""
    items = x.shape[1]
    before, after = [], []
    for row in x:
        history = np.flatnonzero(row)
        for t in range(1, len(history)):
            a, b = np.zeros(items), np.zeros(items)
            for g in range(min(window, t)):
                a[history[t - 1 - g]] = (1 + g) ** -decay
            for g in range(min(targets, len(history) - t)):
                b[history[t + g]] = target_decay**g
            before.append(a)
            after.append(b)
    a, b = np.array(before), np.array(after)
    return np.linalg.solve(a.T @ a + l2 * np.eye(items), a.T @ b)


def main():
    x = (read_ratings() > 0).astype(float)
    print(f"# tools/reference/linear_graph.py, numpy {np.__version__}, "
          f"scikit-learn {sklearn.__version__}")
    show("slim positive", slim(x, 0.5, 1, True))
    show("slim any", slim(x, 0.3, 0.5, False))
    show("rp3beta", rp3beta(x, 0.7, 0.4))
    show("spectral scores", spectral(x, 4, 0.4, 0.2, 0.3, 0.5))
    show("spectral scores by 0.3", spectral(x, 4, 0.4, 0.2, 0.3, 0.5, 0.3))
    show("next_item", next_item(x, 3, 0.8, 2, 0.6, 2))


main()
