"""Learning rates of Python transformers and ten steps of torch.optim.AdamW: writes optimizer.json.

Run from this folder: python optimizer.py (torch, transformers).
"""

import json

import torch
from transformers import optimization

COURSES = [("linear", 10, 0), ("linear", 10, 4), ("cosine", 10, 0), ("cosine", 10, 4), ("constant", 10, 4)]


def rates(name: str, total: int, warmup: int) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-5)
    if name == "constant":
        schedule = optimization.get_constant_schedule_with_warmup(optimizer, warmup)
    else:
        make = getattr(optimization, f"get_{name}_schedule_with_warmup")
        schedule = make(optimizer, warmup, total)
    taken = []
    for _ in range(total):
        taken.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return taken


def trajectory(epsilon: float) -> dict:
    """Three weights that decay and two that do not, under gradients sin(5 · step + i) · 10^-i."""
    kernel = torch.nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    bias = torch.nn.Parameter(torch.tensor([0.5, -0.5]))
    groups = [{"params": [kernel], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.05, eps=epsilon)
    course = {"epsilon": epsilon, "kernel": [], "bias": []}
    for step in range(1, 11):
        for parameter in (kernel, bias):
            i = torch.arange(len(parameter))
            parameter.grad = torch.sin(5.0 * step + i) * 10.0**-i
        optimizer.step()
        course["kernel"].append([round(x, 7) for x in kernel.tolist()])
        course["bias"].append([round(x, 7) for x in bias.tolist()])
    return course


golden = {
    "torch": torch.__version__.split("+")[0],
    "schedules": [{"name": n, "totalSteps": t, "warmupSteps": w, "rates": rates(n, t, w)} for n, t, w in COURSES],
    # A large epsilon shows on which side of the root it stands, and of the bias correction.
    "trajectories": [trajectory(1e-8), trajectory(0.1)],
}
with open("optimizer.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
