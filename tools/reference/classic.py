#!/usr/bin/env python3
"""Reference numbers for item similarities and EASE: the definitions, written out pair by pair in numpy.

    python3 tools/reference/classic.py > tests/golden/classic.txt

Made with numpy 2.4.6, seed 7, double precision. Compared by tests/models/test_item_knn.c and
test_ease.c to 1e-6 (float arithmetic; every difference seen is below 3e-7).
"""
import numpy as np

SEED, USERS, ITEMS = 7, 14, 9
SHRINKAGE, ALPHA, BETA, L2 = 3.0, 0.3, 0.7, 2.5


def make_ratings():
    rng = np.random.default_rng(SEED)
    ratings = np.zeros((USERS, ITEMS))
    for u in range(USERS):
        for i in range(ITEMS):
            if rng.random() < 0.25 + 0.45 * (u % 3 == i % 3):
                ratings[u, i] = rng.integers(1, 11) / 2
    return ratings


def weighted(x, weighting):
    if weighting == "none":
        return x
    seen = x > 0
    idf = np.log((1 + ITEMS) / (1 + seen.sum(axis=1)))
    if weighting == "tfidf":
        return np.sqrt(x) * idf[:, None]
    k1, b = 1.2, 0.75
    length = x.sum(axis=0) / x.sum(axis=0).mean()
    return x * (k1 + 1) / (x + k1 * (1 - b + b * length)) * idf[:, None]


def over_all(x, kind):
    result = np.zeros((ITEMS, ITEMS))
    for i in range(ITEMS):
        for j in range(ITEMS):
            dot, ni, nj = x[:, i] @ x[:, j], x[:, i] @ x[:, i], x[:, j] @ x[:, j]
            if kind == "cosine":
                below = np.sqrt(ni) * np.sqrt(nj)
            elif kind == "asymmetric":
                below = ni**ALPHA * nj ** (1 - ALPHA)
            else:
                below = dot + ALPHA * (ni - dot) + BETA * (nj - dot)
            result[i, j] = dot / (below + SHRINKAGE) if i != j else 0
    return result


def baseline(r):
    """mean + b_u + b_i by alternating sweeps: items damped by 10, users by 15 (Koren 2010)."""
    seen = r > 0
    mean, bu, bi = r[seen].mean(), np.zeros(USERS), np.zeros(ITEMS)
    for _ in range(10):
        for i in range(ITEMS):
            s = seen[:, i]
            bi[i] = (r[s, i] - mean - bu[s]).sum() / (10 + s.sum())
        for u in range(USERS):
            s = seen[u]
            bu[u] = (r[u, s] - mean - bi[s]).sum() / (15 + s.sum())
    return mean + bu[:, None] + bi[None, :]


def over_common(r, kind):
    seen = r > 0
    if kind == "adjusted_cosine":
        x = r - np.array([r[u, seen[u]].mean() if seen[u].any() else 0 for u in range(USERS)])[:, None]
    elif kind == "pearson_baseline":
        x = r - baseline(r)
    else:
        x = r
    result = np.zeros((ITEMS, ITEMS))
    for i in range(ITEMS):
        for j in range(ITEMS):
            both = seen[:, i] & seen[:, j]
            n = both.sum()
            if i == j or n == 0:
                continue
            a, b = x[both, i], x[both, j]
            if kind == "msd":
                value = 1 / (1 + ((a - b) ** 2).mean())
            else:
                if kind == "pearson":
                    a, b = a - a.mean(), b - b.mean()
                below = np.sqrt((a @ a) * (b @ b))
                value = a @ b / below if below > 1e-9 else 0
            result[i, j] = value * n / (n + SHRINKAGE)
    return result


def ease(x):
    inverse = np.linalg.inv(x.T @ x + L2 * np.eye(ITEMS))
    weights = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0)
    return weights


def show(title, matrix):
    print(title)
    for row in matrix:
        print(" ".join(f"{value:.9g}" for value in row))


def main():
    print(f"# tools/reference/classic.py, numpy {np.__version__}, seed {SEED}")
    ratings = make_ratings()
    binary = (ratings > 0).astype(float)
    show(f"ratings {USERS} {ITEMS}", ratings)
    for values, x in (("false", binary), ("true", ratings)):
        for kind in ("cosine", "asymmetric", "tversky"):
            for weighting in ("none", "tfidf", "bm25"):
                show(f"similarity {kind} {weighting} {values}", over_all(weighted(x, weighting), kind))
    for kind in ("adjusted_cosine", "pearson", "pearson_baseline", "msd"):
        show(f"similarity {kind} none true", over_common(ratings, kind))
    show("ease none none false", ease(binary))
    show("ease none none true", ease(ratings))


main()
