"""Golden values of a small BERT classifier, from Python's transformers in float64.

Every parameter is a chirp: value i of parameter p is scale * sin(i * i / 7 + p) in the
order of named_parameters(). No two values are equal and no matrix is of low rank, so
that no transposed, swapped or forgotten parameter can hide. The scales keep every
softmax, tanh and GELU away from its flat ends.

    python tests/golden/bert_formula.py      (torch 2.13, transformers 5.23)

Writes bert_formula.json and bert_base_parameters.json beside itself.
"""

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification

HERE = Path(__file__).parent
SCALES = {"embedding": 1.0, "kernel": 0.4, "bias": 0.2, "gain": 0.3}


def role_of(name):
    if name.endswith("bias"):
        return "bias"
    if "LayerNorm" in name:
        return "gain"
    return "embedding" if "embeddings" in name else "kernel"


def fill(model):
    for p, (name, parameter) in enumerate(model.named_parameters()):
        role = role_of(name)
        i = torch.arange(parameter.numel(), dtype=torch.float64)
        values = SCALES[role] * torch.sin(i * i / 7 + p) + (role == "gain")
        parameter.data = values.reshape(parameter.shape)


def rounded(tensor):
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda x: round(float(x), 7))


CONFIG = BertConfig(
    vocab_size=24, num_hidden_layers=2, num_attention_heads=2, hidden_size=8,
    intermediate_size=16, max_position_embeddings=9, type_vocab_size=2, num_labels=3,
    attn_implementation="eager",
)
# One sentence; a pair with two padded places, which hold an id; a short pair.
IDS = [[2, 7, 19, 5, 23, 11, 3], [2, 4, 3, 21, 3, 17, 9], [2, 3, 14, 3, 0, 0, 0]]
SEGMENTS = [[0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0, 1], [0, 0, 1, 1, 0, 0, 0]]
MASK = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 0, 0, 0]]

if __name__ == "__main__":
    model = BertForSequenceClassification(CONFIG).double().eval()
    fill(model)
    with torch.no_grad():
        output = model(
            input_ids=torch.tensor(IDS), token_type_ids=torch.tensor(SEGMENTS),
            attention_mask=torch.tensor(MASK), output_hidden_states=True, output_attentions=True,
        )
    golden = {
        "ids": IDS,
        "segments": SEGMENTS,
        "attentionMask": MASK,
        "parameters": [[name, list(p.shape)] for name, p in model.named_parameters()],
        "logits": rounded(output.logits),
        "hiddenStates": [rounded(state) for state in output.hidden_states],
        "attentions": [rounded(weights) for weights in output.attentions],
    }
    (HERE / "bert_formula.json").write_text(json.dumps(golden) + "\n")
    print("logits", golden["logits"])
    print("attention", golden["attentions"][1][1])

    with torch.device("meta"):
        base = BertForSequenceClassification(BertConfig())
    names = [[name, list(p.shape)] for name, p in base.named_parameters()]
    (HERE / "bert_base_parameters.json").write_text(
        "[\n" + ",\n".join(json.dumps(entry) for entry in names) + "\n]\n"
    )
    print(len(names), "parameters in bert-base")
