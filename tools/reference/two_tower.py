#!/usr/bin/env python3
"""A second implementation of two_tower, plain numpy: RMSE on ml-100k, random 80/20 split with seed 1.

    python3 tools/reference/two_tower.py /path/to/ml-100k [epochs [seed]]

To be compared with
    matinee train two_tower data=ml-100k data.split.strategy=random data.split.seed=1
        data.split.train_ratio=0.8 data.split.val_ratio=0 data.split.test_ratio=0.2
        evaluation.metrics=[rmse,mae] trainer.max_epochs=EPOCHS
The split is matinee's (its generator and shuffle are written out below); the starting weights and the
order of the rows are numpy's own, so figures agree to some thousandths. Written
from the definitions in src/models/neural/two_tower_features.h and two_tower_step.h: features of a pair
without its own rating, scaled; towers 256-128-32, ReLU, length 1; squared error on ratings in -1 ... 1;
Adam, rate 0.001, batches of 256. numpy 2.4.6. Seen after 14 epochs: here 0.9125 / 0.7238 (RMSE / MAE),
matinee 0.9143 / 0.7256.
"""
import sys

import numpy as np

MASK = (1 << 64) - 1
SPLIT_STREAM = MASK  # ROW_STREAM of src/split/split.c


class Rng:
    """xoshiro256++ seeded by splitmix64: src/base/rng.c."""

    def __init__(self, seed, stream):
        state, first = self.splitmix(seed)
        mixed = first ^ ((stream * 0xD1342543DE82EF95 + 1) & MASK)
        self.s = []
        for _ in range(4):
            mixed, value = self.splitmix(mixed)
            self.s.append(value)

    @staticmethod
    def splitmix(state):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return state, z ^ (z >> 31)

    @staticmethod
    def rotate(value, bits):
        return ((value << bits) | (value >> (64 - bits))) & MASK

    def next(self):
        s = self.s
        result = (self.rotate((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = self.rotate(s[3], 45)
        return result

    def below(self, bound):
        product = (self.next() >> 32) * bound
        if product & 0xFFFFFFFF < bound:
            threshold = ((1 << 32) - bound) % bound
            while product & 0xFFFFFFFF < threshold:
                product = (self.next() >> 32) * bound
        return product >> 32


def read(folder):
    rows = np.loadtxt(folder + "/u.data", dtype=np.int64)
    rows[:, :2] -= 1
    rows = rows[np.lexsort((np.arange(len(rows)), rows[:, 3], rows[:, 0]))]  # by user, then time
    genres, years = [], []
    for line in open(folder + "/u.item", encoding="latin-1"):
        fields = line.rstrip("\n").split("|")
        genres.append([int(x) for x in fields[5:]])
        end = fields[1].rfind("(")
        text = fields[1][end + 1 : end + 5]
        years.append(float(text) if text.isdigit() else np.nan)
    return rows, np.array(genres, float), np.array(years)


def split(count):
    order, rng = list(range(count)), Rng(1, SPLIT_STREAM)
    for i in range(count, 1, -1):
        j = rng.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    test = np.zeros(count, bool)
    test[order[: int(0.2 * count + 0.5)]] = True
    return test


def scale_of(columns):
    """Mean and one over the deviation of each column where it is known; a constant one becomes 0."""
    mean, deviation = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    narrow = np.where(deviation > 1e-6 * (1 + np.abs(mean)), 1 / np.maximum(deviation, 1e-12), 0)
    return mean, narrow


def scaled(columns, scale):
    return np.nan_to_num((columns - scale[0]) * scale[1])


class Features:
    def __init__(self, train, genres, years, user_count):
        user, item, rating = train[:, 0], train[:, 1], train[:, 2].astype(float)
        self.genres = genres
        self.sums = np.zeros((user_count, genres.shape[1]))
        self.counts = np.zeros_like(self.sums)
        np.add.at(self.sums, user, genres[item] * rating[:, None])
        np.add.at(self.counts, user, genres[item])
        self.user_sum, self.user_count = (np.bincount(user, w, user_count) for w in (rating, None))
        self.item_sum, self.item_count = (np.bincount(item, w, len(genres)) for w in (rating, None))
        self.years = years
        everybody, all_items = np.arange(user_count), np.arange(len(genres))
        self.user_scale = scale_of(self.users(everybody))
        self.item_scale = scale_of(self.items(all_items))

    def users(self, user, item=None, rating=None):
        genres = self.genres[item] if item is not None else 0
        less = rating if item is not None else 0
        one = 1 if item is not None else 0
        sums = self.sums[user] - genres * (less[:, None] if item is not None else 0)
        counts = self.counts[user] - genres
        n = self.user_count[user] - one
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(counts > 0, sums / counts, np.nan)
            mean = np.where(n > 0, (self.user_sum[user] - less) / n, np.nan)
        return np.column_stack([means, mean, np.where(n > 0, np.log1p(n), np.nan)])

    def items(self, item, rating=None):
        n = self.item_count[item] - (0 if rating is None else 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (self.item_sum[item] - (0 if rating is None else rating)) / n
        count = np.log1p(self.item_count[item])
        return np.column_stack(
            [self.genres[item], self.years[item], np.where(n > 0, mean, np.nan), count]
        )


class Tower:
    def __init__(self, widths, rng):
        self.weights = []
        for a, b in zip(widths, widths[1:]):
            bound = np.sqrt(6 / (a + b))
            self.weights += [rng.uniform(-bound, bound, (a, b)), np.zeros(b)]

    def forward(self, x):
        self.kept, layers = [x], len(self.weights) // 2
        for l in range(layers):
            x = x @ self.weights[2 * l] + self.weights[2 * l + 1]
            if l + 1 < layers:
                x = np.maximum(x, 0)
            self.kept.append(x)
        self.length = np.linalg.norm(x, axis=1, keepdims=True)
        self.out = x / self.length
        return self.out

    def backward(self, d):
        d = (d - self.out * (d * self.out).sum(1, keepdims=True)) / self.length
        gradients = []
        for l in reversed(range(len(self.weights) // 2)):
            gradients = [self.kept[l].T @ d, d.sum(0)] + gradients
            d = d @ self.weights[2 * l].T * (self.kept[l] > 0)
        return gradients


class Adam:
    def __init__(self, weights, rate=0.001):
        self.weights, self.rate, self.step = weights, rate, 0
        self.first = [np.zeros_like(w) for w in weights]
        self.second = [np.zeros_like(w) for w in weights]

    def update(self, gradients):
        self.step += 1
        c1, c2 = 1 - 0.9**self.step, 1 - 0.999**self.step
        for w, m, v, g in zip(self.weights, self.first, self.second, gradients):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            w -= self.rate * (m / c1) / (np.sqrt(v / c2) + 1e-8)


def main():
    folder = sys.argv[1]
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    rng = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    rows, genres, years = read(folder)
    is_test = split(len(rows))
    train, test = rows[~is_test], rows[is_test]
    user_count = rows[:, 0].max() + 1
    features = Features(train, genres, years, user_count)
    user, item, rating = train[:, 0], train[:, 1], train[:, 2].astype(float)
    user_x = scaled(features.users(user, item, rating), features.user_scale)
    item_x = scaled(features.items(item, rating), features.item_scale)
    target = 2 * (rating - 1) / 4 - 1
    towers = [Tower([x.shape[1], 256, 128, 32], rng) for x in (user_x, item_x)]
    adam = Adam(towers[0].weights + towers[1].weights)
    test_x = [
        scaled(features.users(test[:, 0]), features.user_scale),
        scaled(features.items(test[:, 1]), features.item_scale),
    ]
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(train))
        for begin in range(0, len(order), 256):
            at = order[begin : begin + 256]
            u, v = towers[0].forward(user_x[at]), towers[1].forward(item_x[at])
            error = (2 * ((u * v).sum(1) - target[at]) / len(at))[:, None]
            adam.update(towers[0].backward(error * v) + towers[1].backward(error * u))
        cosine = (towers[0].forward(test_x[0]) * towers[1].forward(test_x[1])).sum(1)
        miss = 3 + 2 * cosine - test[:, 2]
        print(f"epoch {epoch}: rmse {np.sqrt((miss**2).mean()):.4f} mae {np.abs(miss).mean():.4f}")


main()
