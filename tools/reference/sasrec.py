#!/usr/bin/env python3
"""Reference numbers for SASRec: the network written out token by token in numpy, in double precision.

Writes weights, the state after each history and the loss of a batch, as text: a line "name count" and then the
numbers. Compared by tests/models/test_sasrec.c (float arithmetic).

    python3 tools/reference/sasrec.py > tests/golden/sasrec.txt     (numpy 2.4.6, seed 7)
"""
import numpy as np

ITEMS, DIM, BLOCKS, HEADS, LENGTH, HIDDEN = 7, 6, 2, 2, 5, 4
HISTORIES = [[3], [1, 4, 2], [0, 6, 5, 4, 3], [2, 0, 1, 6, 3, 5, 4]]
rng = np.random.default_rng(7)
weights = {"item.weight": rng.normal(0, 0.5, (ITEMS, DIM)), "position.weight": rng.normal(0, 0.5, (LENGTH, DIM))}
for b in range(BLOCKS):
    for name, shape in [("norm1.weight", DIM), ("norm1.bias", DIM), ("attend.weight", (DIM, 3 * DIM)),
                        ("merge.weight", (DIM, DIM)), ("norm2.weight", DIM), ("norm2.bias", DIM),
                        ("expand.weight", (DIM, HIDDEN)), ("expand.bias", HIDDEN),
                        ("contract.weight", (HIDDEN, DIM)), ("contract.bias", DIM)]:
        weights[f"blocks.{b}.{name}"] = rng.normal(0, 0.5, shape)
weights["norm.weight"] = rng.normal(0, 0.5, DIM)
weights["norm.bias"] = rng.normal(0, 0.5, DIM)


def norm(x, prefix):
    return (x - x.mean()) / np.sqrt(x.var() + 1e-5) * weights[prefix + ".weight"] + weights[prefix + ".bias"]


def attention(rows, b):
    """What each token takes in: softmax over itself and those before it, head by head."""
    width, out = DIM // HEADS, np.zeros((len(rows), DIM))
    q, k, v = np.split(np.array(rows) @ weights[f"blocks.{b}.attend.weight"], 3, axis=1)
    for i in range(len(rows)):
        for h in range(HEADS):
            at = slice(h * width, (h + 1) * width)
            scores = np.array([q[i, at] @ k[j, at] / np.sqrt(width) for j in range(i + 1)])
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            out[i, at] = sum(shares[j] * v[j, at] for j in range(i + 1))
    return out @ weights[f"blocks.{b}.merge.weight"]


def states(history):
    """The state after each of the last LENGTH events."""
    x = [np.sqrt(DIM) * weights["item.weight"][item] + weights["position.weight"][t]
         for t, item in enumerate(history[-LENGTH:])]
    for b in range(BLOCKS):
        taken = attention([norm(row, f"blocks.{b}.norm1") for row in x], b)
        middle = [row + add for row, add in zip(x, taken)]
        x = []
        for row in middle:
            hidden = norm(row, f"blocks.{b}.norm2") @ weights[f"blocks.{b}.expand.weight"]
            hidden = np.maximum(hidden + weights[f"blocks.{b}.expand.bias"], 0)
            x.append(row + hidden @ weights[f"blocks.{b}.contract.weight"] + weights[f"blocks.{b}.contract.bias"])
    return [norm(row, "norm") for row in x]


def loss(history):
    """-log of the share of each event among all items, summed over the last LENGTH of them."""
    total = 0
    for state, target in zip(states(history[:-1]), history[1:][-LENGTH:]):
        scores = weights["item.weight"] @ state
        total += np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[target]
    return total


def write(name, values):
    values = np.asarray(values).reshape(-1)
    print(name, len(values))
    print(" ".join(f"{value:.17g}" for value in values))


for key, values in weights.items():
    write(key, values)
write("states", [states(history)[-1] for history in HISTORIES])
write("loss", sum(loss(history) for history in HISTORIES if len(history) > 1))
