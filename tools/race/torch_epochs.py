"""PyTorch as a contestant of `deno task race`: trains epochs when asked to.

    torch_epochs.py <folder>

Transformers' BERT with fused AdamW, on the batches and from the weights that it
finds in the folder. A line asks for the next epoch; a line of JSON answers.
"""

import json
import sys
import time
from pathlib import Path

import torch
from transformers import (
    BertForSequenceClassification,
    get_linear_schedule_with_warmup,
)

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).parents[1] / "trials"))
from torch_memory import peak_megabytes  # noqa: E402

folder = Path(sys.argv[1])
recipe = json.loads((folder / "recipe.json").read_text())
# Where a core has two threads it takes one, and is faster so.
torch.set_num_threads(min(recipe["threads"], torch.get_num_threads()))
torch.manual_seed(recipe["seed"])
# Where weights are dropped on a processor, the faster of its ways of attention.
model = BertForSequenceClassification.from_pretrained(
    folder / "model", attn_implementation="eager"
)
named = list(model.named_parameters())
is_plain = [name.endswith("bias") or "LayerNorm" in name for name, _ in named]
adamw = torch.optim.AdamW(
    [
        {
            "params": [p for (_, p), plain in zip(named, is_plain) if not plain],
            "weight_decay": recipe["weightDecay"],
        },
        {
            "params": [p for (_, p), plain in zip(named, is_plain) if plain],
            "weight_decay": 0.0,
        },
    ],
    lr=recipe["learningRate"],
    eps=recipe["epsilon"],
    fused=True,
)
schedule = get_linear_schedule_with_warmup(adamw, 0, recipe["totalSteps"])


def batches_of(part):
    """The batches of a file, as tensors."""
    for line in (folder / f"{part}.jsonl").read_text().splitlines():
        batch = json.loads(line)
        shape = (batch["size"], -1)
        yield (
            torch.tensor(batch["inputIds"]).reshape(shape),
            torch.tensor(batch["attentionMask"]).long().reshape(shape),
            torch.tensor(batch["labels"]),
            batch["indices"],
        )


def autocast():
    enabled = recipe["precision"] == "bfloat16"
    return torch.autocast("cpu", torch.bfloat16, enabled=enabled)


def train(batches):
    """Trains one epoch and returns the loss of each step."""
    model.train()
    losses = []
    for ids, mask, labels, _ in batches:
        adamw.zero_grad()
        with autocast():
            loss = model(ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["maxGradNorm"])
        adamw.step()
        schedule.step()
        losses.append(loss.item())
    return losses


@torch.inference_mode()
def classes_of(batches):
    """The class of every example, in the order of the examples."""
    model.eval()
    classes = {}
    for ids, mask, _, indices in batches:
        with autocast():
            logits = model(ids, attention_mask=mask).logits
        classes.update(zip(indices, logits.argmax(-1).tolist()))
    return [classes[index] for index in range(len(classes))]


def timed(work, batches):
    """What `work` returns, and the seconds it took; reading files is not timed."""
    batches = list(batches)
    start = time.perf_counter()
    return work(batches), time.perf_counter() - start


def say(message):
    print(json.dumps(message), flush=True)


say({})
for epoch, _ in enumerate(sys.stdin, 1):
    losses, training_seconds = timed(train, batches_of(f"train-{epoch}"))
    validation, validation_seconds = timed(classes_of, batches_of("validation"))
    say({
        "losses": losses,
        "trainingSeconds": training_seconds,
        "validationSeconds": validation_seconds,
        "validation": validation,
        "inDomain": classes_of(batches_of("inDomain")),
        "outOfDomain": classes_of(batches_of("outOfDomain")),
        "peakMb": peak_megabytes(),
    })
