#!/usr/bin/env python3
"""What the reference scripts share: the NCF benchmark's files, and HR@10 / NDCG@10 on its 99 candidates, ties counted
against the test item."""
import numpy as np
import scipy.sparse as sp


def load(folder):
    """The training matrix (6,040 x 3,706, ones) and the tests: (user, item, candidates)."""
    rows = np.loadtxt(f"{folder}/ml-1m.train.rating", dtype=np.int64)
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows[:, 0], rows[:, 1])), shape=(6040, 3706))
    tests = []
    with open(f"{folder}/ml-1m.test.negative") as lines:
        for line in lines:
            fields = line.split("\t")
            user, item = fields[0].strip("()").split(",")
            tests.append((int(user), int(item), np.array([int(x) for x in fields[1:]])))
    return matrix, tests


def measure(users, items, tests):
    """HR@10 and NDCG@10 of scores users @ items.T."""
    hits, gain = 0, 0.0
    for user, item, candidates in tests:
        scores = items[candidates] @ users[user]
        ahead = int(((scores >= items[item] @ users[user]) & (candidates != item)).sum())
        if ahead < 10:
            hits += 1
            gain += 1 / np.log2(ahead + 2)
    return hits / len(tests), gain / len(tests)
