#!/usr/bin/env python3
"""scikit-learn's NMF on the NCF benchmark, to hold src/models/factorization/nmf.c against: the same matrix, start and
order of coordinates. usage: nmf.py FOLDER [N_COMPONENTS [MAX_ITER]]   (scikit-learn 1.9.1, numpy 2.4.6; nothing is drawn
but the start of the singular vectors, seed 0)"""
import sys
import time

from sklearn.decomposition import NMF

import ncf

matrix, tests = ncf.load(sys.argv[1])
components = int(sys.argv[2]) if len(sys.argv) > 2 else 64
sweeps = int(sys.argv[3]) if len(sys.argv) > 3 else 200
model = NMF(components, init="nndsvda", solver="cd", max_iter=sweeps, tol=1e-4, random_state=0)
began = time.time()
users = model.fit_transform(matrix)
print(f"sweeps {model.n_iter_}, {time.time() - began:.1f} s, error {model.reconstruction_err_:.3f}")
print("HR@10 %.4f NDCG@10 %.4f" % ncf.measure(users, model.components_.T, tests))
