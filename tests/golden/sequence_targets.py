"""Twenty steps of multi-label classification and of regression: writes sequence_targets.json.

Run from this folder: python sequence_targets.py (torch, transformers).

The weights, inputs and recipe are those of training_losses.py; transformers' own model chooses the
loss by `problem_type`: BCEWithLogitsLoss or MSELoss.
"""

import json

import torch
import transformers
from training_losses import STEPS, batch, parameter
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

SIZE, LENGTH, RATE, WARMUP = 4, 8, 5e-3, 4


def targets(step: int, size: int, labels: int, problem: str) -> torch.Tensor:
    turn = step % 4
    cell = [[(row, label) for label in range(labels)] for row in range(size)]
    if problem == "regression":
        value = [[2 * torch.sin(torch.tensor(row + 3.0 * label + turn)) for row, label in line] for line in cell]
    else:
        value = [[((row + 1) * (label + 2) + turn) % 3 % 2 for row, label in line] for line in cell]
    return torch.tensor(value, dtype=torch.float32)


def train(problem: str, labels: int) -> dict:
    sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
    sizes |= dict(intermediate_size=32, max_position_embeddings=16, type_vocab_size=2)
    rates = dict(hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    model = BertForSequenceClassification(BertConfig(**sizes, **rates, num_labels=labels, problem_type=problem))
    groups = []
    with torch.no_grad():
        for phase, (name, p) in enumerate(model.named_parameters()):
            p.copy_(parameter(name, p.shape, phase))
            still = name.endswith("bias") or name.endswith("LayerNorm.weight")
            groups.append({"params": [p], "weight_decay": 0.0 if still else 0.01})
    optimizer = torch.optim.AdamW(groups, lr=RATE, eps=1e-8)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    model.train()
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        inputs = batch(step, SIZE, LENGTH, 64) | {"labels": targets(step, SIZE, labels, problem)}
        optimizer.zero_grad()
        loss = model(**inputs).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        losses.append(loss.item())
        optimizer.step()
        schedule.step()
    return {
        "numLabels": labels,
        "losses": losses,
        "gradientNorms": norms,
        "classifierWeight": model.classifier.weight[:, :4].tolist(),
    }


golden = {
    "torch": torch.__version__.split("+")[0],
    "transformers": transformers.__version__,
    "batchSize": SIZE,
    "length": LENGTH,
    "learningRate": RATE,
    "warmupSteps": WARMUP,
    "runs": {
        "multi_label_classification": train("multi_label_classification", 3),
        "regression": train("regression", 1),
    },
}
with open("sequence_targets.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
