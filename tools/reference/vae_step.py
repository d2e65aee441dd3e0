#!/usr/bin/env python3
"""Reference numbers for Mult-VAE and Mult-DAE: forward pass, loss and gradients, written out in numpy.

    python3 tools/reference/vae_step.py > tests/golden/vae_step.txt

Made with numpy 2.4.6, seed 7, double precision; compared by tests/models/test_vae.c (single precision).
Four users, five items, latent 2, hidden [4, 3]. "dae": a training step without dropout. "vae": the
negative ELBO at the mean (no noise), with weight 0.3 on the KL divergence, of rows that were held out.
"""
import numpy as np

ITEMS, LATENT, HIDDEN, SCALE, KL = 5, 2, [4, 3], 0.25, 0.3
INPUTS = [[0, 2, 3], [1], [4, 0], [1, 2, 3, 4]]
HELD = [[1], [0, 2], [3], [0]]


def names(variational):
    out = 2 * LATENT if variational else LATENT
    return [
        ("encoder.items", (ITEMS, HIDDEN[0])),
        ("encoder.0.bias", (1, HIDDEN[0])),
        ("encoder.1.weight", (HIDDEN[0], HIDDEN[1])),
        ("encoder.1.bias", (1, HIDDEN[1])),
        ("encoder.2.weight", (HIDDEN[1], out)),
        ("encoder.2.bias", (1, out)),
        ("decoder.0.weight", (LATENT, HIDDEN[1])),
        ("decoder.0.bias", (1, HIDDEN[1])),
        ("decoder.1.weight", (HIDDEN[1], HIDDEN[0])),
        ("decoder.1.bias", (1, HIDDEN[0])),
        ("decoder.items", (ITEMS, HIDDEN[0])),
        ("decoder.items.bias", (1, ITEMS)),
    ]


def show(name, values):
    flat = np.asarray(values, float).ravel()
    print(name, len(flat))
    print(" ".join(f"{x:.17g}" for x in flat))


def rows(lists):
    x = np.zeros((len(lists), ITEMS))
    for u, items in enumerate(lists):
        x[u, items] = 1
    return x


def run(kind, rng):
    variational = kind == "vae"
    w = {name: 0.6 * rng.standard_normal(shape) for name, shape in names(variational)}
    x, target = rows(INPUTS), rows(HELD if variational else INPUTS)
    x /= np.sqrt(x.sum(1, keepdims=True))
    h1 = np.tanh(x @ w["encoder.items"] + w["encoder.0.bias"])
    h2 = np.tanh(h1 @ w["encoder.1.weight"] + w["encoder.1.bias"])
    code = h2 @ w["encoder.2.weight"] + w["encoder.2.bias"]
    z = code[:, :LATENT] if variational else np.tanh(code)
    g2 = np.tanh(z @ w["decoder.0.weight"] + w["decoder.0.bias"])
    g1 = np.tanh(g2 @ w["decoder.1.weight"] + w["decoder.1.bias"])
    logits = g1 @ w["decoder.items"].T + w["decoder.items.bias"]
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    loss = -(target * np.log(p)).sum()
    if variational:
        mean, log_variance = code[:, :LATENT], code[:, LATENT:]
        loss += KL * (mean**2 + np.exp(log_variance) - log_variance - 1).sum() / 2
    for name in w:
        show(f"{kind} {name}", w[name])
    show(f"{kind} loss", [loss])
    show(f"{kind} logits", logits)
    if variational:
        return
    d = {}
    dlogits = SCALE * (target.sum(1, keepdims=True) * p - target)
    d["decoder.items"], d["decoder.items.bias"] = dlogits.T @ g1, dlogits.sum(0)
    back = (dlogits @ w["decoder.items"]) * (1 - g1**2)
    d["decoder.1.weight"], d["decoder.1.bias"] = g2.T @ back, back.sum(0)
    back = (back @ w["decoder.1.weight"].T) * (1 - g2**2)
    d["decoder.0.weight"], d["decoder.0.bias"] = z.T @ back, back.sum(0)
    back = (back @ w["decoder.0.weight"].T) * (1 - z**2)
    d["encoder.2.weight"], d["encoder.2.bias"] = h2.T @ back, back.sum(0)
    back = (back @ w["encoder.2.weight"].T) * (1 - h2**2)
    d["encoder.1.weight"], d["encoder.1.bias"] = h1.T @ back, back.sum(0)
    back = (back @ w["encoder.1.weight"].T) * (1 - h1**2)
    d["encoder.items"], d["encoder.0.bias"] = x.T @ back, back.sum(0)
    for name in w:
        show(f"gradient {name}", d[name])


rng = np.random.default_rng(7)
run("dae", rng)
run("vae", rng)
