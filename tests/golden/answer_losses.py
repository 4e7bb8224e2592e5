"""Twenty steps of question answering by PyTorch and Python transformers: writes answer_losses.json.

Run from this folder: python answer_losses.py (torch 2.14, transformers 5.24).

Parameters, batches, optimizer and schedule are those of training_losses.py. Row b of turn t is
answered by tokens (b + t) mod 4 to that + b mod 3; every fourth row has no answer: token 0.
"""

import json

import numpy as np
import torch
import transformers
from transformers import BertConfig, BertForQuestionAnswering, get_linear_schedule_with_warmup

from training_losses import STEPS, batch, parameter

SIZE, LENGTH, RATE, WARMUP = 4, 12, 5e-3, 4


def answer_batch(step: int, vocabulary: int) -> dict:
    turn = step % 4
    made = batch(step, SIZE, LENGTH, vocabulary)
    del made["labels"]
    row = np.arange(SIZE)
    answered = row % 4 != turn
    start = (row + turn) % 4 * answered
    made["start_positions"] = torch.tensor(start)
    made["end_positions"] = torch.tensor((start + row % 3) * answered)
    return made


def main() -> None:
    sizes = dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
    sizes |= dict(intermediate_size=32, max_position_embeddings=16, type_vocab_size=2)
    config = BertConfig(**sizes, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    model = BertForQuestionAnswering(config)
    with torch.no_grad():
        for phase, (name, p) in enumerate(model.named_parameters()):
            p.copy_(parameter(name, p.shape, phase))
    # PyTorch gives the row of [PAD] no gradient, though padding takes part in this loss.
    model.bert.embeddings.word_embeddings.padding_idx = None
    model.train()
    named = list(model.named_parameters())
    kept = ("bias", "LayerNorm.weight")
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for n, p in named if not n.endswith(kept)], "weight_decay": 0.01},
            {"params": [p for n, p in named if n.endswith(kept)], "weight_decay": 0.0},
        ],
        lr=RATE, eps=1e-8,
    )
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = model(**answer_batch(step, config.vocab_size)).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    golden = {
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "batchSize": SIZE, "length": LENGTH, "learningRate": RATE, "warmupSteps": WARMUP,
        "losses": losses, "gradientNorms": norms, "answerWeight": model.qa_outputs.weight[:, :8].tolist(),
    }
    with open("answer_losses.json", "w") as file:
        file.write(json.dumps(golden) + "\n")


main()
