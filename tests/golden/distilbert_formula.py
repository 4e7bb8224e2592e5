"""Golden values of DistilBERT under its five heads, from Python's transformers in float64.

The parameters are those of bert_formula.py: a chirp for each parameter in the order of
named_parameters(); the sequences are its ids and masks, without token types.

    python tests/golden/distilbert_formula.py      (torch 2.13, transformers 5.24)

Writes distilbert_formula.json beside itself: for each head its parameters' names and
shapes, and its outputs.
"""

import copy
import json

import torch
import transformers

from bert_formula import HERE, IDS, MASK, SCALES, rounded


def role_of(name):
    if name.endswith("bias"):
        return "bias"
    if "norm" in name.lower():
        return "gain"
    return "embedding" if "embeddings" in name else "kernel"


def fill(model):
    for p, (name, parameter) in enumerate(model.named_parameters()):
        role = role_of(name)
        i = torch.arange(parameter.numel(), dtype=torch.float64)
        values = SCALES[role] * torch.sin(i * i / 7 + p) + (role == "gain")
        parameter.data = values.reshape(parameter.shape)


CONFIG = transformers.DistilBertConfig(
    vocab_size=24, n_layers=2, n_heads=2, dim=8, hidden_dim=16, max_position_embeddings=9,
    attn_implementation="eager",
)
# Python's class, and the outputs to keep.
HEADS = {
    "base": ("DistilBertModel", ["last_hidden_state"]),
    "masked-lm": ("DistilBertForMaskedLM", ["logits"]),
    "sequence-classification": ("DistilBertForSequenceClassification", ["logits"]),
    "token-classification": ("DistilBertForTokenClassification", ["logits"]),
    "question-answering": ("DistilBertForQuestionAnswering", ["start_logits", "end_logits"]),
}
golden = {}
for head, (python_name, outputs) in HEADS.items():
    config = copy.deepcopy(CONFIG)
    config.num_labels = 2 if head == "question-answering" else 3
    model = getattr(transformers, python_name)(config).double().eval()
    fill(model)
    with torch.no_grad():
        output = model(input_ids=torch.tensor(IDS), attention_mask=torch.tensor(MASK))
    golden[head] = {
        "pythonName": python_name,
        "parameters": [[name, list(p.shape)] for name, p in model.named_parameters()],
        "outputs": [rounded(output[name]) for name in outputs],
    }
    print(f"{python_name}: {len(list(model.parameters()))} tensors")
(HERE / "distilbert_formula.json").write_text(json.dumps(golden) + "\n")
