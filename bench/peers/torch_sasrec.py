#!/usr/bin/env python3
"""Seconds of an epoch of SASRec in plain PyTorch, to stand beside bench/sasrec.c: the same arithmetic, loss, batches
and data, in the usual form: sequences padded to the full length, one mask for causality.

    python3 bench/peers/torch_sasrec.py ml-1m.train.rating [THREADS] [ROUNDS]

Pre-norm blocks of width 64 (bias-free projections, feed-forward of the same width), 2 blocks, 1 head, the last 200
events of each user, batches of 128 users, dropout 0.2, BCE with one negative a position, Adam. Prints the best round.
"""
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

DIM, BLOCKS, LENGTH, BATCH, DROPOUT = 64, 2, 200, 128, 0.2


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(DIM), nn.LayerNorm(DIM)
        self.attend, self.merge = nn.Linear(DIM, 3 * DIM, bias=False), nn.Linear(DIM, DIM, bias=False)
        self.expand, self.contract = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x):
        q, k, v = self.attend(self.norm1(x)).chunk(3, dim=2)
        mixed = functional.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], is_causal=True)[:, 0]
        x = x + self.drop(self.merge(mixed))
        hidden = self.drop(torch.relu(self.expand(self.norm2(x))))
        return x + self.drop(self.contract(hidden))


class SASRec(nn.Module):
    def __init__(self, items):
        super().__init__()
        self.item, self.position = nn.Embedding(items + 1, DIM, padding_idx=items), nn.Embedding(LENGTH, DIM)
        self.blocks, self.norm, self.drop = nn.ModuleList(Block() for _ in range(BLOCKS)), nn.LayerNorm(DIM), nn.Dropout(DROPOUT)

    def forward(self, rows):
        x = self.drop(self.item(rows) * DIM**0.5 + self.position.weight)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def load(path):
    users, items, _, order = np.loadtxt(path, dtype=np.int64, unpack=True)
    by_time = np.lexsort((order, users))
    users, items = users[by_time], items[by_time]
    return np.split(items, np.flatnonzero(np.diff(users)) + 1), int(items.max()) + 1


def pad(histories, items):
    """Inputs, targets and a negative for each position; histories begin at position 0, `items` is padding."""
    shape = (len(histories), LENGTH)
    rows, targets = np.full(shape, items), np.full(shape, items)
    for u, history in enumerate(histories):
        history = history[-LENGTH - 1:]
        rows[u, :len(history) - 1], targets[u, :len(history) - 1] = history[:-1], history[1:]
    return rows, targets


def negatives(rng, histories, count):
    """For each user `count` items that he does not have."""
    drawn = rng.integers(0, count[1], (len(histories), count[0]))
    for u, history in enumerate(histories):
        bad = np.isin(drawn[u], history)
        while bad.any():
            drawn[u, bad] = rng.integers(0, count[1], bad.sum())
            bad = np.isin(drawn[u], history)
    return drawn


def epoch(model, optimizer, histories, items, rng):
    order, total = rng.permutation(len(histories)), 0.0
    for begin in range(0, len(order), BATCH):
        batch = [histories[u] for u in order[begin:begin + BATCH]]
        rows, targets = (torch.from_numpy(part) for part in pad(batch, items))
        others = torch.from_numpy(negatives(rng, batch, (LENGTH, items)))
        states, real = model(rows), targets != items
        positive = (states * model.item(targets)).sum(2)[real]
        negative = (states * model.item(others)).sum(2)[real]
        loss = (functional.softplus(-positive) + functional.softplus(negative)).mean() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(order)


def main():
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    torch.manual_seed(1)
    histories, items = load(sys.argv[1])
    histories = [history for history in histories if len(history) > 1]
    model, rng, best = SASRec(items), np.random.default_rng(1), float("inf")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 2):
        started = time.perf_counter()
        loss = epoch(model, optimizer, histories, items, rng)
        best = min(best, time.perf_counter() - started)
        print(f"loss {loss:.4f}", file=sys.stderr)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads: {best:.2f} s an epoch")


main()
