#!/usr/bin/env python3
"""NGCF a second time, in JAX, on one split of MovieLens 100K: what Matinee's is held against.

Writes the split (ua.base against ua.test, ten ratings of each user, all taken as implicit) to OUT as train.txt and
test.txt in the form of the graph papers, trains with the settings below and prints Recall@20 and NDCG@20 among all items.

    python3 tools/reference/ngcf.py .../ml-100k OUT [SEED]                  (jax 0.10.2, numpy 2.4.6)
    matinee train ngcf data=OUT data.split.val_ratio=0 seed=SEED evaluation.k_values=[20] evaluation.metrics=[recall,ndcg] \\
        model.hidden_dims=[64,64,64] model.message_dropout=0.1 model.shared_negatives=512 model.temperature=0.15 \\
        trainer.batch_size=4096 trainer.learning_rate=0.005 trainer.max_epochs=12 trainer.scheduler.name=none \\
        trainer.reg_weight=0 trainer.early_stopping.enabled=false
"""
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

DIMENSION, LAYERS, DROPOUT, NEGATIVES, TEMPERATURE = 64, 3, 0.1, 512, 0.15
BATCH, RATE, EPOCHS = 4096, 0.005, 12


def read(path, users, items):
    rows = [line.split("\t") for line in pathlib.Path(path).read_text().splitlines()]
    return [(users.setdefault(u, len(users)), items.setdefault(i, len(items))) for u, i, *_ in rows]


def write(path, rows, count):
    lists = [[] for _ in range(count)]
    for user, item in rows:
        lists[user].append(item)
    path.write_text("".join(" ".join(map(str, [u, *l])) + "\n" for u, l in enumerate(lists) if l))


def normalise(x):
    return x / (jnp.sqrt((x * x).sum(1, keepdims=True)) + 1e-12)


def vectors(parameters, adjacency, users, key=None):
    """Equations 7 and 9 of Wang et al. 2019; adjacency is the users' rows of D^-1/2 A D^-1/2."""
    x = parameters["embeddings"]
    parts = [x]
    for layer in parameters["layers"]:
        side = jnp.concatenate([adjacency @ x[users:], adjacency.T @ x[:users]])
        z = (side + x) @ layer["linear"] + (side * x) @ layer["interaction"] + layer["bias"]
        x = jax.nn.leaky_relu(z, 0.2)
        if key is not None:
            key, used = jax.random.split(key)
            x = jnp.where(jax.random.bernoulli(used, 1 - DROPOUT, x.shape), x / (1 - DROPOUT), 0)
        parts.append(normalise(x))
    return jnp.concatenate(parts, 1)


def loss(parameters, adjacency, has, batch, negatives, key):
    users = has.shape[0]
    v = vectors(parameters, adjacency, users, key)
    u, p, n = (normalise(v[i]) for i in (batch[0], users + batch[1], users + negatives))
    positive = (u * p).sum(1) / TEMPERATURE
    others = jnp.where(has[batch[0]][:, negatives], -jnp.inf, u @ n.T / TEMPERATURE)
    return (jax.nn.logsumexp(jnp.concatenate([positive[:, None], others], 1), axis=1) - positive).mean()


@jax.jit
def step(parameters, moments, count, adjacency, has, batch, negatives, key):
    value, gradient = jax.value_and_grad(loss)(parameters, adjacency, has, batch, negatives, key)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradient)
    a, b = 1 - 0.9**count, 1 - 0.999**count
    moved = jax.tree.map(lambda w, m, v: w - RATE * (m / a) / (jnp.sqrt(v / b) + 1e-8), parameters, first, second)
    return moved, (first, second), value


def measure(scores, train, test):
    scores[tuple(zip(*train))] = -np.inf
    ranks = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    wanted = [set() for _ in range(len(scores))]
    for user, item in test:
        wanted[user].add(item)
    recall, ndcg = [], []
    for user, items in enumerate(wanted):
        if not items:
            continue
        hits = np.array([i in items for i in ranks[user]], float)
        discount = 1 / np.log2(np.arange(2, 22))
        recall.append(hits.sum() / len(items))
        ndcg.append((hits * discount).sum() / discount[: min(len(items), 20)].sum())
    return np.mean(recall), np.mean(ndcg)


def main(data, out, seed=1):
    users, items = {}, {}
    train, test = read(f"{data}/ua.base", users, items), read(f"{data}/ua.test", users, items)
    folder = pathlib.Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "train.txt", train, len(users))
    write(folder / "test.txt", test, len(users))
    has = np.zeros((len(users), len(items)), bool)
    has[tuple(zip(*train))] = True
    scale = [1 / np.sqrt(np.maximum(has.sum(axis), 1)) for axis in (1, 0)]
    adjacency = jnp.array(has * scale[0][:, None] * scale[1], jnp.float32)
    rng, key = np.random.default_rng(seed), jax.random.key(seed)
    bound = (6 / (2 * DIMENSION)) ** 0.5
    parameters = {
        "embeddings": jnp.array(0.1 * rng.standard_normal((sum(has.shape), DIMENSION)), jnp.float32),
        "layers": [{name: jnp.array(rng.uniform(-bound, bound, (DIMENSION, DIMENSION)), jnp.float32)
                    for name in ("linear", "interaction")} | {"bias": jnp.zeros(DIMENSION)} for _ in range(LAYERS)],
    }
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    moments, count, rows, known = (zeros, zeros), 0, np.array(train), jnp.array(has)
    for _ in range(EPOCHS):
        rng.shuffle(rows)
        for begin in range(0, len(rows) - BATCH + 1, BATCH):
            count += 1
            key, used = jax.random.split(key)
            negatives = rng.choice(len(items), NEGATIVES, replace=False)
            parameters, moments, value = step(parameters, moments, count, adjacency, known, rows[begin : begin + BATCH].T,
                                              negatives, used)
    v = normalise(vectors(parameters, adjacency, len(users)))
    recall, ndcg = measure(np.array(v[: len(users)] @ v[len(users) :].T), train, test)
    print(f"seed {seed}: loss {value:.4f}  recall@20 {recall:.4f}  ndcg@20 {ndcg:.4f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
