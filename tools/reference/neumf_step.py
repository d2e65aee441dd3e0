"""One training step of a tiny NeuMF in PyTorch: the golden numbers of tests/models/test_neumf_golden.c.

Writes loss, scores, gradients and the weights after one step of Adam, in double precision, as text: a line
"name count" and then the numbers. Layers are written as Matinee has them: [in][out].

    python3 tools/reference/neumf_step.py > tests/golden/neumf_step.txt     (torch 2.13.0, seed 7)
"""
import torch

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
USERS, ITEMS, MF, MLP, WIDTHS, NEGATIVES = 4, 5, 3, 2, [4, 3], 2
users = torch.tensor([2, 0, 3, 2])
items = torch.tensor([[1, 0, 4], [3, 3, 2], [0, 2, 1], [4, 1, 0]])

mf_user, mf_item = torch.nn.Embedding(USERS, MF), torch.nn.Embedding(ITEMS, MF)
mlp_user, mlp_item = torch.nn.Embedding(USERS, MLP), torch.nn.Embedding(ITEMS, MLP)
first, second = torch.nn.Linear(2 * MLP, WIDTHS[0]), torch.nn.Linear(WIDTHS[0], WIDTHS[1])
output = torch.nn.Linear(MF + WIDTHS[1], 1)
named = [
    ("mf.user", mf_user.weight, False), ("mf.item", mf_item.weight, False),
    ("mlp.user", mlp_user.weight, False), ("mlp.item", mlp_item.weight, False),
    ("layers.0.weight", first.weight, True), ("layers.0.bias", first.bias, False),
    ("layers.1.weight", second.weight, True), ("layers.1.bias", second.bias, False),
    ("output.weight", output.weight, False), ("output.bias", output.bias, False),
]


def write(name, values):
    values = values.detach().reshape(-1).tolist()
    print(name, len(values))
    print(" ".join(f"{value:.17g}" for value in values))


def as_matinee(values, transposed):
    return values.t() if transposed else values


u, i = users.repeat_interleave(1 + NEGATIVES), items.reshape(-1)
targets = torch.tensor([1.0] + [0.0] * NEGATIVES).repeat(len(users))
optimizer = torch.optim.Adam([weight for _, weight, _ in named], lr=0.05)
for name, weight, transposed in named:
    write("before " + name, as_matinee(weight, transposed))
tower = torch.relu(second(torch.relu(first(torch.cat([mlp_user(u), mlp_item(i)], 1)))))
scores = output(torch.cat([mf_user(u) * mf_item(i), tower], 1)).squeeze(1)
loss = torch.nn.BCEWithLogitsLoss()(scores, targets)
loss.backward()
write("scores", scores)
write("loss", loss)
for name, weight, transposed in named:
    write("gradient " + name, as_matinee(weight.grad, transposed))
optimizer.step()
for name, weight, transposed in named:
    write("after " + name, as_matinee(weight, transposed))
