#!/usr/bin/env python3
"""Makes the table of the built-in encoder (data/minilm/vectors.bin) out of MiniLM.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    MATINEE_MODELS=FOLDER venv/bin/python tools/distil.py VOCAB.TXT data/minilm/vectors.bin

Idea    A sentence becomes the sum of vectors of its tokens, as in Model2Vec. They start as MiniLM's
        vector of each token alone, less their mean, on the 128 principal components, times the
        logarithm of the token's rank in the vocabulary (frequent tokens come first), and less where
        the texts below have it often (Arora et al. 2017). Then they are fitted so that the cosines of
        each pair of 1,024 texts come near MiniLM's (Adam, squared error).
Texts   Titles with and without genres and tags of data/ml-latest-small, and wishes made of its tags.
File    "matinee-static-1" (16 bytes), rows and width (uint32), scale and offset of the calibration
        (float32), the scale of each row (float32), the rows (int8); all little endian. Row 0 is
        [UNK], row i the piece 998 + i.
Cost    Five minutes on two cores. Seeded; the last bits depend on numpy and the machine.
"""
import csv
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np
import scipy.sparse as sp

WIDTH, FIRST, UNK, SEED = 128, 999, 100, 1
EPOCHS, BATCH, RATE = 12, 1024, 0.005
MATINEE = os.environ.get("MATINEE", "build/matinee")
DATA = "data/ml-latest-small/"
GENRES = ("action comedy drama horror romance thriller documentary musical western war crime fantasy mystery animation "
          "science-fiction family").split()
WISHES = ["a {a} {g}", "something {a} and {b}", "{g} about {a}", "{a} {b} {g}", "films with {a}, not {b}", "{a}", "{a}, {b}",
          "a {g} with {a} and {b}", "like {t} but {a}", "i want a {a} {g} to watch tonight", "no {b} please, something {a}",
          "{a} {g} set in {b}"]


def embed(texts, with_ids):
    """MiniLM's vectors of the texts, and their token ids."""
    vectors, ids = [], []
    with tempfile.TemporaryDirectory() as folder:
        lines, out = folder + "/lines.txt", folder + "/out"
        for begin in range(0, len(texts), 4000):
            with open(lines, "w", encoding="utf-8") as file:
                file.write("\n".join(texts[begin:begin + 4000]) + "\n")
            to = ["--json", out + ".json"] if with_ids else ["--out", out + ".npy"]
            subprocess.run([MATINEE, "embed", "--encoder", "minilm", "--file", lines, *to], check=True, stdout=subprocess.DEVNULL)
            if with_ids:
                answer = json.load(open(out + ".json", encoding="utf-8"))["embeddings"]
                vectors.append(np.array([e["embedding"] for e in answer]))
                ids += [e["ids"] for e in answer]
            else:
                vectors.append(np.load(out + ".npy").astype(np.float64))
    return np.vstack(vectors), ids


def film_texts():
    r = random.Random(SEED)
    films = list(csv.DictReader(open(DATA + "movies.csv", encoding="utf-8")))
    tags = sorted({t["tag"].replace("\n", " ") for t in csv.DictReader(open(DATA + "tags.csv", encoding="utf-8"))})
    texts = []
    for film in films:
        genres = "" if film["genres"].startswith("(") else " Genres: " + film["genres"].replace("|", ", ") + "."
        texts += [film["title"] + "." + genres, film["title"]]
    for _ in range(12000):
        texts.append(r.choice(WISHES).format(a=r.choice(tags), b=r.choice(tags), g=r.choice(GENRES).replace("-", " "),
                                             t=r.choice(films)["title"].rsplit(" (", 1)[0]))
    return texts + tags


def bags(ids, rows):
    at, row = [], []
    for i, tokens in enumerate(ids):
        for t in tokens[1:-1]:
            if t == UNK or t >= FIRST:
                at.append(i)
                row.append(0 if t == UNK else t - FIRST + 1)
    return sp.csr_matrix((np.ones(len(at)), (at, row)), shape=(len(ids), rows))


def start(pieces, texts):
    vectors, _ = embed([p[2:] if p.startswith("##") and len(p) > 2 else p for p in pieces], False)
    vectors = np.vstack([np.zeros(vectors.shape[1]), vectors - vectors.mean(0)])
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    rank = np.log(1 + np.arange(len(vectors)))
    share = np.asarray((texts > 0).sum(0)).ravel() / texts.shape[0]
    table = vectors @ axes[:, ::-1][:, :WIDTH] * (rank * 1e-3 / (1e-3 + share))[:, None]
    return table / np.linalg.norm(table, axis=1).mean()


def unit(z):
    length = np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-6)
    return z / length, length


def fit(table, texts, wanted):
    first, second, kept = np.zeros_like(table), np.zeros_like(table), table.copy()
    rng = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        order, loss = rng.permutation(texts.shape[0]), 0
        for begin in range(0, len(order) - BATCH + 1, BATCH):
            x, y = texts[order[begin:begin + BATCH]], wanted[order[begin:begin + BATCH]]
            z, length = unit(x @ table)
            gap = z @ z.T - y @ y.T
            np.fill_diagonal(gap, 0)
            loss += (gap**2).mean()
            g = 4 / BATCH * gap @ z
            g = (g - (g * z).sum(1, keepdims=True) * z) / length
            rows = np.unique(x.indices)
            g = (x.T @ g)[rows] + 1e-5 * (table[rows] - kept[rows])
            first[rows] = 0.9 * first[rows] + 0.1 * g
            second[rows] = 0.99 * second[rows] + 0.01 * g * g
            table[rows] -= RATE * (1 - epoch / EPOCHS) * first[rows] / (np.sqrt(second[rows]) + 1e-8)
        print(f"epoch {epoch + 1}: mean squared error of cosines {loss / (len(order) // BATCH):.5f}", flush=True)
    return table


def main():
    pieces = [line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8")][FIRST:]
    wanted, ids = embed(film_texts(), True)
    texts = bags(ids, len(pieces) + 1)
    some = np.asarray(texts.sum(1)).ravel() > 0
    texts, wanted = texts[some], wanted[some]
    table = fit(start(pieces, texts), texts, wanted)
    scales = np.maximum(np.abs(table).max(1), 1e-12) / 127
    bytes8 = np.rint(table / scales[:, None]).astype(np.int8)
    # The calibration: MiniLM's cosines from ours, by least squares over pairs of film texts.
    sample = np.random.default_rng(SEED).permutation(texts.shape[0])[:3000]
    z, _ = unit(texts[sample] @ (bytes8 * scales[:, None]))
    pairs = np.triu_indices(len(sample), 1)
    scale, offset = np.polyfit((z @ z.T)[pairs], (wanted[sample] @ wanted[sample].T)[pairs], 1)
    print(f"calibration: cosine of MiniLM = {scale:.4f} cosine + {offset:.4f}")
    with open(sys.argv[2], "wb") as file:
        file.write(b"matinee-static-1" + struct.pack("<IIff", len(table), WIDTH, scale, offset))
        file.write(scales.astype("<f4").tobytes() + bytes8.tobytes())


main()
