#!/usr/bin/env python3
"""EASE in NumPy, to be timed beside `matinee train ease`: the usual few lines (Steck 2019).

    python3 bench/peers/ease_numpy.py DATA_FOLDER/ml-1m-ncf/ml-1m.train.rating [L2]

Needs numpy and scipy; reading the file is not timed. Prints the best of three fits: Gram matrix,
inverse, weights; in single precision, as the program does it, on as many threads as the BLAS takes
(OMP_NUM_THREADS).
"""
import sys
import time

import numpy as np
from scipy.sparse import csr_matrix


def fit(x, l2):
    gram = (x.T @ x).toarray()
    gram[np.diag_indices_from(gram)] += l2
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0)
    return weights


def main():
    pairs = np.loadtxt(sys.argv[1], dtype=np.int64, usecols=(0, 1))
    l2 = float(sys.argv[2]) if len(sys.argv) > 2 else 1000.0
    x = csr_matrix((np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])))
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        fit(x, np.float32(l2))
        seconds.append(time.perf_counter() - start)
    print(f"ease in numpy {np.__version__}: {min(seconds):.2f} s for {x.shape[0]} x {x.shape[1]}")


main()
