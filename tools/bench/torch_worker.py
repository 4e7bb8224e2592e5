"""PyTorch as a worker of `deno task bench` and `race`: trains when asked to.

    torch_worker.py "<default | fused> <sdpa | eager> [compile]" <workload as JSON>

The workload has either the sizes of a model with random weights, which takes
training steps on one batch, or the `folder` of a race, which trains epochs on the
batches there. A line with a number asks for work, a line of JSON answers; 0 asks for
the milliseconds of a few steps, which decide which way is the fastest.
"""

import json
import sys
import time
from pathlib import Path

BATCH_SIZE = 32
TRIAL_STEPS = 8


def peak_megabytes():
    """The peak memory of this process, in MB of 10^6 bytes."""
    try:
        # getrusage() would count the program that started this one.
        with open("/proc/self/status") as status:
            lines = [line for line in status if line.startswith("VmHWM:")]
        return round(int(lines[0].split()[1]) * 1024 / 1e6)
    except OSError:
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(peak * unit / 1e6)


def say(message):
    print(json.dumps(message), flush=True)


class Trainer:
    """A model with its AdamW."""

    def __init__(self, way, model, groups, recipe):
        optimizer, _, *others = way
        # The default number of threads is that of cores; more would be slower.
        torch.set_num_threads(min(recipe["threads"], torch.get_num_threads()))
        self.model = model.train()
        self.run = torch.compile(model) if "compile" in others else model
        self.max_grad_norm = recipe["maxGradNorm"]
        self.is_bfloat16 = recipe["precision"] == "bfloat16"
        self.adamw = torch.optim.AdamW(
            groups, lr=recipe["learningRate"], eps=recipe["epsilon"],
            **({"fused": True} if optimizer == "fused" else {}),
        )

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self.is_bfloat16)

    def step(self, ids, mask, labels):
        """Takes one training step and returns its loss."""
        self.adamw.zero_grad()
        with self.autocast():
            loss = self.run(ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.max_grad_norm)
        self.adamw.step()
        return loss.item()

    def timed_steps(self, batches):
        """The milliseconds of a step on each batch."""
        milliseconds = []
        for batch in batches:
            start = time.perf_counter()
            self.step(*batch)
            milliseconds.append((time.perf_counter() - start) * 1e3)
        return milliseconds

    def trial(self, batches):
        """The milliseconds of a step on each batch, after a warm-up on all of them."""
        self.timed_steps(batches)
        return self.timed_steps(batches)


def serve_steps(way, sizes):
    """The same model, batch, dropout, clipping and AdamW as in step.ts."""
    torch.manual_seed(42)
    model = BertForSequenceClassification(BertConfig(
        num_hidden_layers=sizes["numLayers"],
        hidden_size=sizes["hiddenSize"],
        num_attention_heads=sizes["numHeads"],
        intermediate_size=sizes["intermediateSize"],
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
        attn_implementation=way[1],
    ))
    groups = [{"params": list(model.parameters()), "weight_decay": 0.01}]
    trainer = Trainer(way, model, groups, sizes)
    tokens = sizes["tokens"]
    positions = torch.arange(BATCH_SIZE * tokens)
    shape = (BATCH_SIZE, tokens)
    batch = (
        (positions * 7919 + 13).remainder(30_000).reshape(shape),
        (positions % tokens < max(1, tokens - 3)).long().reshape(shape),
        torch.arange(BATCH_SIZE) % 2,
    )
    say({"firstMs": trainer.timed_steps([batch])[0]})
    for count in map(int, sys.stdin):
        milliseconds = trainer.timed_steps([batch] * count) if count > 0 else (
            trainer.trial([batch] * TRIAL_STEPS))
        say({"milliseconds": milliseconds, "peakMb": peak_megabytes()})


def serve_epochs(way, folder):
    """Trains from the weights and on the batches in the folder of a race."""
    recipe = json.loads((folder / "recipe.json").read_text())
    torch.manual_seed(recipe["seed"])
    model = BertForSequenceClassification.from_pretrained(
        folder / "model", attn_implementation=way[1])
    decayed, others = [], []
    for name, parameter in model.named_parameters():
        is_plain = name.endswith("bias") or "LayerNorm" in name
        (others if is_plain else decayed).append(parameter)
    trainer = Trainer(way, model, [
        {"params": decayed, "weight_decay": recipe["weightDecay"]},
        {"params": others, "weight_decay": 0.0},
    ], recipe)
    schedule = get_linear_schedule_with_warmup(
        trainer.adamw, 0, recipe["totalSteps"])

    def batches_of(part):
        """The inputs of each batch in a file, and the indices of its examples."""
        for line in (folder / f"{part}.jsonl").read_text().splitlines():
            batch = json.loads(line)
            shape = (batch["size"], -1)
            ids = torch.tensor(batch["inputIds"]).reshape(shape)
            mask = torch.tensor(batch["attentionMask"]).long().reshape(shape)
            yield (ids, mask, torch.tensor(batch["labels"])), batch["indices"]

    def train(batches):
        model.train()
        losses = []
        for inputs, _ in batches:
            losses.append(trainer.step(*inputs))
            schedule.step()
        return losses

    @torch.inference_mode()
    def classes_of(batches):
        """The class of every example, in the order of the examples."""
        model.eval()
        classes = {}
        for (ids, mask, _), indices in batches:
            with trainer.autocast():
                logits = model(ids, attention_mask=mask).logits
            classes.update(zip(indices, logits.argmax(-1).tolist()))
        return [classes[index] for index in range(len(classes))]

    def timed(work, part):
        """The result of `work` and its seconds; reading files is not timed."""
        batches = list(batches_of(part))
        start = time.perf_counter()
        return work(batches), time.perf_counter() - start

    say({})
    for epoch in map(int, sys.stdin):
        if epoch == 0:
            first = [inputs for inputs, _ in batches_of("train-1")][:TRIAL_STEPS]
            say({"milliseconds": trainer.trial(first)})
            continue
        losses, training_seconds = timed(train, f"train-{epoch}")
        validation, validation_seconds = timed(classes_of, "validation")
        say({
            "losses": losses,
            "trainingSeconds": training_seconds,
            "validationSeconds": validation_seconds,
            "predictions": {
                "validation": validation,
                "inDomain": classes_of(batches_of("inDomain")),
                "outOfDomain": classes_of(batches_of("outOfDomain")),
            },
            "peakMb": peak_megabytes(),
        })


if __name__ == "__main__":
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        get_linear_schedule_with_warmup,
    )

    way, workload = sys.argv[1].split(), json.loads(sys.argv[2])
    if "folder" in workload:
        serve_epochs(way, Path(workload["folder"]))
    else:
        serve_steps(way, workload)
