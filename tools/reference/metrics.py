#!/usr/bin/env python3
"""Second implementation of split and metrics: sorts whole rows in numpy, where Matinee counts and selects.

    tools/reference/metrics.py build/matinee DATASETS

DATASETS is the folder with ml-100k and ml-1m-ncf. Trains popularity with the program on several protocols, computes
the same figures here from the raw files, and prints both; exit code 1 if any differs by more than 1e-5. numpy 2.4.6.
"""
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

KS = (1, 10, 20)
METRICS = "[hit_rate,ndcg,precision,recall,f1,map,mrr,auc,coverage,novelty,gini,graded_ndcg,diversity]"


def ask(program, *words):
    words = [program, "train", "popularity", *words, f"evaluation.metrics={METRICS}", "evaluation.k_values=[1,10,20]",
             "--json", "-", "--out", "/dev/null", "--quiet"]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["metrics"]


def read_ratings(path, separator):
    rows = defaultdict(list)
    for order, line in enumerate(path.read_text().splitlines()):
        user, item, rating, time = line.split(separator)[:4]
        rows[user].append((int(time), order, item, float(rating)))
    return {user: sorted(events) for user, events in rows.items()}


def accuracy(places, ratings, candidate_count):
    """Of one user: places ascending, with the rating of the test item at each."""
    result = {}
    tests = len(places)
    best = np.sort(ratings)[::-1]
    for k in KS:
        top = [(j, p) for j, p in enumerate(places) if p <= k]
        ideal = min(k, tests)
        precision, recall = len(top) / k, len(top) / tests
        discount = 1 / np.log2(1 + np.arange(1, ideal + 1))
        result[f"hit_rate@{k}"] = float(bool(top))
        result[f"precision@{k}"] = precision
        result[f"recall@{k}"] = recall
        result[f"f1@{k}"] = 2 * precision * recall / (precision + recall) if top else 0.0
        result[f"map@{k}"] = sum((j + 1) / p for j, p in top) / ideal
        result[f"mrr@{k}"] = 1 / places[0] if top else 0.0
        result[f"ndcg@{k}"] = sum(1 / np.log2(1 + p) for _, p in top) / discount.sum()
        gain = sum((2 ** ratings[j] - 1) / np.log2(1 + p) for j, p in top)
        result[f"graded_ndcg@{k}"] = gain / ((2 ** best[:ideal] - 1) * discount).sum()
    wrong = sum(p - (j + 1) for j, p in enumerate(places))
    result["auc"] = 1 - wrong / (tests * (candidate_count - tests))
    return result


def genre_similarity(genres, shown):
    """Mean cosine over pairs of shown items; an item without genres is like none."""
    rows = genres[shown]
    norms = np.linalg.norm(rows, axis=1)
    rows = rows / np.where(norms > 0, norms, 1)[:, None]
    product = rows @ rows.T
    n = len(shown)
    return (product.sum() - np.trace(product)) / (n * (n - 1))


def measure(train, test, items, genres, negatives=None):
    """Popularity on train (user -> set of items) against test (user -> {item: rating})."""
    index = {item: i for i, item in enumerate(items)}
    counts = np.zeros(len(items))
    for seen in train.values():
        for item in seen:
            counts[index[item]] += 1
    users = sum(1 for seen in train.values() if seen)
    surprise = -np.log2(np.maximum(counts, 1) / users)
    per_user, shown_by_k = defaultdict(list), {k: np.zeros(len(items)) for k in KS}
    for user, wanted in test.items():
        tests = [index[i] for i in wanted]
        if negatives is None:
            seen = {index[i] for i in train.get(user, ())}
            candidates = [i for i in range(len(items)) if i not in seen]
        else:
            candidates = sorted(tests + [index[i] for i in negatives[user] if index[i] not in tests])
        candidates = np.array(candidates)
        is_test = np.isin(candidates, tests)
        against = np.lexsort((is_test, -counts[candidates]))  # test items last among equals
        places = np.flatnonzero(is_test[against]) + 1
        ratings = np.array([wanted[items[i]] for i in candidates[against][is_test[against]]])
        for name, value in accuracy(places, ratings, len(candidates)).items():
            per_user[name].append(value)
        best = candidates[np.lexsort((candidates, -counts[candidates]))]  # the lower item first
        for k in KS:
            shown_by_k[k][best[:k]] += 1
            per_user[f"novelty@{k}"].append(surprise[best[:k]].mean())
            if k > 1 and genres is not None:
                per_user[f"diversity@{k}"].append(1 - genre_similarity(genres, best[:k]))
    result = {name: float(np.mean(values)) for name, values in per_user.items()}
    for k, shown in shown_by_k.items():
        ascending, n = np.sort(shown), len(items)
        result[f"coverage@{k}"] = float((shown > 0).mean())
        result[f"gini@{k}"] = float(((2 * np.arange(1, n + 1) - n - 1) * ascending).sum() / (n * ascending.sum()))
    return result


def compare(label, ours, theirs):
    names = [name for name in sorted(ours) if ours[name] is not None]
    worst = max(names, key=lambda name: abs(ours[name] - theirs[name]))
    difference = abs(ours[worst] - theirs[worst])
    print(f"{label}: {len(names)} figures, largest difference {difference:.1e} ({worst}: {ours[worst]:.6g})")
    return difference <= 1e-5


def movielens_100k(folder):
    """Ratings, items in the order of their numbers, genre flags."""
    lines = (folder / "u.item").read_text("iso-8859-1").splitlines()
    items = [line.split("|")[0] for line in lines]
    genres = np.array([[int(flag) for flag in line.split("|")[5:24]] for line in lines])
    return read_ratings(folder / "u.data", "\t"), items, genres


def check_100k(program, folder):
    histories, items, genres = movielens_100k(folder)
    # Ties in time go by the order of the file: the last line counts as the last.
    train = {u: {e[2] for e in events[:-1]} for u, events in histories.items()}
    test = {u: {events[-1][2]: events[-1][3]} for u, events in histories.items()}
    good = compare("ml-100k, leave_one_out", ask(program, f"data={folder}", "data.split.strategy=leave_one_out"),
                   measure(train, test, items, genres))
    train, test = {}, {}
    for user, events in histories.items():
        held = min(int(0.2 * len(events) + 0.5), len(events) - 1)
        train[user] = {e[2] for e in events[:len(events) - held]}
        relevant = {e[2]: e[3] for e in events[len(events) - held:] if e[3] >= 4}
        if relevant:
            test[user] = relevant
    ours = ask(program, f"data={folder}", "data.split.strategy=temporal", "data.split.per_user=true",
               "data.split.train_ratio=0.8", "data.split.val_ratio=0", "data.split.test_ratio=0.2",
               "evaluation.min_relevant=4")
    return compare("ml-100k, last fifth of each user, relevant from 4", ours,
                   measure(train, test, items, genres)) and good


def check_ncf(program, folder):
    train, test, negatives = defaultdict(set), {}, {}
    for line in (folder / "ml-1m.train.rating").read_text().splitlines():
        user, item = line.split("\t")[:2]
        train[user].add(item)
    for line in (folder / "ml-1m.test.rating").read_text().splitlines():
        user, item = line.split("\t")[:2]
        test[user] = {item: 1.0}
    for line in (folder / "ml-1m.test.negative").read_text().splitlines():
        head, *rest = line.split("\t")
        negatives[head[1:-1].split(",")[0]] = rest
    items = [str(i) for i in range(3706)]
    ours = ask(program, f"data={folder}", "evaluation.candidates=given")
    ours = {name: value for name, value in ours.items() if not name.startswith("diversity")}
    return compare("ml-1m-ncf, given candidates", ours, measure(train, test, items, None, negatives))


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    good = check_100k(program, folder / "ml-100k")
    good = check_ncf(program, folder / "ml-1m-ncf") and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
