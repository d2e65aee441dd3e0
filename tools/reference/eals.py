#!/usr/bin/env python3
"""eALS (He et al., SIGIR 2016) in numpy on the NCF benchmark, to hold src/models/factorization/eals.c against: equations
12 and 13, one coordinate of all users at a time, then of all items, in double.
usage: eals.py FOLDER D C0 EXPONENT REG ITERATIONS   (numpy 2.4.6, scipy 1.17.1; seed 0)"""
import sys

import numpy as np

import ncf

matrix, tests = ncf.load(sys.argv[1])
d, c0, exponent, reg, iterations = (float(x) for x in sys.argv[2:7])
d = int(d)
users, items = matrix.nonzero()
popularity = np.bincount(items, minlength=matrix.shape[1]) / len(items)
confidence = c0 * popularity**exponent / (popularity**exponent).sum()
draw = np.random.default_rng(0)
p = draw.normal(0, 0.01, (matrix.shape[0], d))
q = draw.normal(0, 0.01, (matrix.shape[1], d))


def sweep(own, other, mine, others, cache, factor):
    """own[mine] against other[others], pair by pair; cache is S, factor c_i of an item or 1."""
    excess = 1 - confidence[items]
    predicted = (own[mine] * other[others]).sum(1)
    for f in range(d):
        x, old = other[others, f], own[:, f].copy()
        rest = predicted - old[mine] * x
        above = np.bincount(mine, (1 - excess * rest) * x, len(own))
        above -= factor * (own @ cache[f] - old * cache[f, f])
        below = np.bincount(mine, excess * x * x, len(own)) + factor * cache[f, f] + reg
        own[:, f] = above / below
        predicted += (own[:, f] - old)[mine] * x


for _ in range(int(iterations)):
    sweep(p, q, users, items, (q * confidence[:, None]).T @ q, 1.0)
    sweep(q, p, items, users, p.T @ p, confidence)
print("HR@10 %.4f NDCG@10 %.4f" % ncf.measure(p, q, tests))
