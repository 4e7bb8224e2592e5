"""Twenty steps of a token classifier by PyTorch and transformers: writes entity_training.json.

Run from this folder: python entity_training.py (torch 2.14, transformers 5.24).

Weights, batches and recipe are those of training_losses.py. Token t of row b has the class
(b + 2 t + turn) mod 5; the first and the last token of a row, and every fourth, have none.
"""

import json

import torch
from importlib.metadata import version
from transformers import BertConfig, BertForTokenClassification, get_linear_schedule_with_warmup

from training_losses import STEPS, batch, parameter

CLASSES, SIZE, LENGTH, RATE, WARMUP = 5, 4, 8, 5e-3, 4


def labelled(step: int, vocabulary: int) -> dict:
    inputs = batch(step, SIZE, LENGTH, vocabulary)
    row, column = torch.meshgrid(torch.arange(SIZE), torch.arange(LENGTH), indexing="ij")
    last = inputs["attention_mask"].sum(1, keepdim=True) - 1
    ignored = (column == 0) | (column >= last) | (column % 4 == 3)
    inputs["labels"] = torch.where(ignored, -100, (row + 2 * column + step % 4) % CLASSES)
    return inputs


sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
sizes |= dict(intermediate_size=32, max_position_embeddings=16, type_vocab_size=2)
config = BertConfig(**sizes, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=CLASSES)
model = BertForTokenClassification(config)
with torch.no_grad():
    for phase, (name, p) in enumerate(model.named_parameters()):
        p.copy_(parameter(name, p.shape, phase))
model.train()
decays = lambda name: not (name.endswith("bias") or name.endswith("LayerNorm.weight"))
groups = [{"params": [p for n, p in model.named_parameters() if decays(n)], "weight_decay": 0.01},
          {"params": [p for n, p in model.named_parameters() if not decays(n)], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=RATE, eps=1e-8)
schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
golden = {"torch": version("torch"), "transformers": version("transformers")}
golden |= {"batchSize": SIZE, "length": LENGTH, "learningRate": RATE, "warmupSteps": WARMUP}
golden |= {"losses": [], "gradientNorms": []}
for step in range(1, STEPS + 1):
    optimizer.zero_grad()
    loss = model(**labelled(step, config.vocab_size)).loss
    loss.backward()
    golden["gradientNorms"].append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
    optimizer.step()
    schedule.step()
    golden["losses"].append(loss.item())
golden["classifierWeight"] = model.classifier.weight[:, :4].tolist()
with open("entity_training.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
