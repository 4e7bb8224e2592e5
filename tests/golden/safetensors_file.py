"""Small files as Python's safetensors writes them, and what its values are as float32.

    python tests/golden/safetensors_file.py  (safetensors 0.8, torch 2.13)

Writes safetensors_file.json beside itself.
"""

import base64
import json
from pathlib import Path

import torch
from safetensors.torch import save

floats = torch.tensor([[0.5, -2.0, 3.25], [1e-30, 7.0, -0.0]])
plain = {"b.weight": floats, "a.bias": torch.tensor([1.0]), "empty": torch.zeros(0, 4)}
halves = torch.tensor([1.5, -0.09375, 65504.0, 6e-8])
mixed = {
    "f16": halves.to(torch.float16),
    "bf16": torch.tensor([1.5, -3e38, 1e-40]).to(torch.bfloat16),
    "f64": torch.tensor([0.5, -1024.125], dtype=torch.float64),
    "i64": torch.tensor([-3, 16777216]),
}
golden = {
    "plain": base64.b64encode(save(plain, {"format": "pt"})).decode(),
    "mixed": base64.b64encode(save(mixed)).decode(),
    "values": {name: tensor.float().tolist() for name, tensor in mixed.items()},
}
Path(__file__).with_name("safetensors_file.json").write_text(json.dumps(golden, indent=1) + "\n")
