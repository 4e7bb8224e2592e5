"""PyTorch as a contestant of `deno task bench`: takes training steps when asked to.

    torch_step.py <default | fused> <sdpa | eager> <layers> <width> <heads>
                  <feed-forward> <tokens> <precision> <threads>

The same model, batch, dropout, clipping and AdamW as in step.ts. A number
on a line asks for so many steps; a line of JSON answers.
"""

import json
import sys
import time
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).parents[1] / "trials"))
from torch_memory import peak_megabytes  # noqa: E402

BATCH_SIZE = 32


optimizer, attention, *numbers, precision, threads = sys.argv[1:]
layers, width, heads, feed_forward, tokens = map(int, numbers)
# Where a core has two threads it takes one, and is faster so.
torch.set_num_threads(min(int(threads), torch.get_num_threads()))
torch.manual_seed(42)
model = BertForSequenceClassification(BertConfig(
    num_hidden_layers=layers,
    hidden_size=width,
    num_attention_heads=heads,
    intermediate_size=feed_forward,
    hidden_dropout_prob=0.1,
    attention_probs_dropout_prob=0.1,
    attn_implementation=attention,
))
model.train()
adamw = torch.optim.AdamW(
    model.parameters(), lr=2e-5, weight_decay=0.01,
    **({"fused": True} if optimizer == "fused" else {}),
)
positions = torch.arange(BATCH_SIZE * tokens)
ids = (positions * 7919 + 13).remainder(30_000).reshape(BATCH_SIZE, tokens)
mask = (positions % tokens < max(1, tokens - 3)).long().reshape(BATCH_SIZE, tokens)
labels = torch.arange(BATCH_SIZE) % 2


def take():
    """Takes one step and returns its milliseconds."""
    start = time.perf_counter()
    adamw.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        loss = model(ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adamw.step()
    loss.item()
    return (time.perf_counter() - start) * 1e3


def say(message):
    print(json.dumps(message), flush=True)


say({"firstMs": take()})
for line in sys.stdin:
    milliseconds = [take() for _ in range(int(line))]
    say({"milliseconds": milliseconds, "peakMb": peak_megabytes()})
