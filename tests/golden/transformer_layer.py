"""Golden values of one transformer layer, from torch.nn.TransformerEncoderLayer in float64.

Both norm orders and both activations, with a padding mask and a causal mask joined. Every
parameter is a chirp, as in bert_formula.py: value i of parameter p is
scale * sin(i * i / 7 + p) in the order of named_parameters().

    python tests/golden/transformer_layer.py      (torch 2.13)

Writes transformer_layer.json beside itself.
"""

import json
from pathlib import Path

import torch

D, H, F, B, T = 8, 2, 16, 2, 5
torch.backends.mha.set_fastpath_enabled(False)  # it would zero the padded rows


def chirp(shape, phase):
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return torch.sin(i * i / 7 + phase).reshape(shape)


def scale_of(name):
    if name.endswith("bias"):
        return 0.2
    return 0.3 if "norm" in name else 0.4


def rounded(tensor):
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda x: round(float(x), 7))


x = chirp([B, T, D], 50)
padding = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
future = torch.ones(T, T, dtype=torch.bool).triu(1)
golden = {"attentionMask": padding.tolist(), "layers": []}
for order, activation in [("post", "relu"), ("post", "gelu"), ("pre", "relu"), ("pre", "gelu")]:
    layer = torch.nn.TransformerEncoderLayer(
        D, H, F, dropout=0, activation=activation, layer_norm_eps=1e-5,
        batch_first=True, norm_first=order == "pre",
    ).double().eval()
    for p, (name, parameter) in enumerate(layer.named_parameters()):
        gain = "norm" in name and name.endswith("weight")
        parameter.data = scale_of(name) * chirp(parameter.shape, p) + gain
    with torch.no_grad():
        hidden = layer(x, src_mask=future, src_key_padding_mask=padding == 0)
    golden["layers"].append({"normOrder": order, "activation": activation, "hidden": rounded(hidden)})
    golden["parameters"] = [[name, list(p.shape)] for name, p in layer.named_parameters()]
(Path(__file__).parent / "transformer_layer.json").write_text(json.dumps(golden) + "\n")
print(golden["layers"][2]["hidden"][1])
