"""Twenty fine-tuning steps by PyTorch and Python transformers: writes training_losses.json.

Run from this folder: python training_losses.py [folder with all-MiniLM-L6-v2] (torch, transformers).
Without the folder the numbers of the pretrained model stay as they are.

Everything comes from formulas, so that the other side can make the same weights and batches.
No dropout; AdamW with decay 0.01 on all but biases and LayerNorm; clipping at 1; linear schedule.
"""

import json
import os
import sys

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

STEPS, CLASSES = 20, 3


def formula(shape, phase: float) -> torch.Tensor:
    """sin(i² mod 1009 + phase): no two rows or columns alike, so no transpose can hide."""
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return torch.from_numpy(np.sin(i * i % 1009 + phase).astype(np.float32).reshape(tuple(shape)))


def parameter(name: str, shape, phase: int) -> torch.Tensor:
    if name.endswith("LayerNorm.weight"):
        return 1 + 0.1 * formula(shape, phase)
    return (0.1 if name.endswith("bias") else 0.2) * formula(shape, phase)


def batch(step: int, size: int, length: int, vocabulary: int) -> dict:
    """Four batches in turn; row b has length − (b + turn) mod 4 tokens, the later half in segment 1."""
    turn = step % 4
    row, column = np.meshgrid(np.arange(size), np.arange(length), indexing="ij")
    count = length - (row + turn) % 4
    mask = column < count
    # Never id 0: PyTorch gives the row of [PAD] no gradient, and no real sentence holds it.
    ids = 1 + ((row * length + column) * 7919 + turn * 31 + 13) % (vocabulary - 1)
    segments = (column >= count // 2) & mask
    return {
        "input_ids": torch.tensor(ids * mask),
        "attention_mask": torch.tensor(mask.astype(np.int64)),
        "token_type_ids": torch.tensor(segments.astype(np.int64)),
        "labels": torch.tensor((np.arange(size) + turn) % CLASSES),
    }


def train(model, size: int, length: int, rate: float, warmup: int) -> dict:
    model.train()
    named = list(model.named_parameters())
    still = [p for n, p in named if n.endswith("bias") or n.endswith("LayerNorm.weight")]
    shrinking = [p for n, p in named if not (n.endswith("bias") or n.endswith("LayerNorm.weight"))]
    groups = [{"params": shrinking, "weight_decay": 0.01}, {"params": still, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, eps=1e-8)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, STEPS)
    course = {"batchSize": size, "length": length, "learningRate": rate, "warmupSteps": warmup}
    course |= {"losses": [], "gradientNorms": []}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = model(**batch(step, size, length, model.config.vocab_size)).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        course["losses"].append(loss.item())
        course["gradientNorms"].append(norm.item())
    course["classifierWeight"] = model.classifier.weight[:, :4].tolist()
    return course


def toy() -> dict:
    sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
    sizes |= dict(intermediate_size=32, max_position_embeddings=16, type_vocab_size=2)
    config = BertConfig(**sizes, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=CLASSES)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for phase, (name, p) in enumerate(model.named_parameters()):
            p.copy_(parameter(name, p.shape, phase))
    return train(model, size=4, length=8, rate=5e-3, warmup=4)


def pretrained(folder: str) -> dict:
    rates = dict(hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=CLASSES)
    model = BertForSequenceClassification.from_pretrained(folder, **rates, dtype=torch.float32)
    with torch.no_grad():
        model.classifier.weight.copy_(0.02 * formula(model.classifier.weight.shape, 0))
        model.classifier.bias.zero_()
    return train(model, size=8, length=16, rate=5e-5, warmup=2)


if __name__ == "__main__":
    golden = json.load(open("training_losses.json")) if os.path.exists("training_losses.json") else {}
    golden |= {"torch": torch.__version__.split("+")[0], "toy": toy()}
    if len(sys.argv) > 1:
        golden["miniLm"] = pretrained(sys.argv[1])
    with open("training_losses.json", "w") as file:
        json.dump(golden, file)
        file.write("\n")
